-- The page's dataset: it only remembers what the config said.

---@class MyDataset
---@field size integer
local MyDataset = {}
MyDataset.__index = MyDataset

---@class MyDataset.Options
---@field size integer

---@param options MyDataset.Options
---@return MyDataset
function MyDataset.new(options)
  return setmetatable({ size = options.size }, MyDataset)
end

return { MyDataset = MyDataset }
