-- Fits a model to points and says how far it is from them.

local Trainer = {}
Trainer.__index = Trainer

---@class Trainer.Options
---@field name string
---@field points table             lists x and y
---@field model table              has fit(x, y), and is called with an x
---@field digits integer           of the error that is printed
---@param options Trainer.Options
function Trainer.new(options)
  return setmetatable(options, Trainer)
end

function Trainer:fit()
  local x, y = self.points.x, self.points.y
  self.model:fit(x, y)
  local sum = 0
  for i = 1, #x do
    sum = sum + (self.model(x[i]) - y[i]) ^ 2
  end
  print(("%s: off by %." .. self.digits .. "f"):format(self.name, math.sqrt(sum / #x)))
end

return Trainer
