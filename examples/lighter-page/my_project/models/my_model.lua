-- The page's model: it only remembers what the config said.

---@class MyModel
---@field layers integer
local MyModel = {}
MyModel.__index = MyModel

---@class MyModel.Options
---@field layers integer

---@param options MyModel.Options
---@return MyModel
function MyModel.new(options)
  return setmetatable({ layers = options.layers }, MyModel)
end

return { MyModel = MyModel }
