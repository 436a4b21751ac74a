-- The trainer: shows the model all flowers, again and again, and then asks it
-- about those it has not seen.

local util = require "iris.util"

---@class Trainer
local Trainer = {}
Trainer.__index = Trainer

---@class Trainer.Options
---@field dataset Dataset
---@field model Perceptron
---@field optimizer SGD
---@field epochs integer   how often all flowers are shown
---@field batch integer    flowers between two steps of the optimizer
---@field seed integer     of the order they are shown in

---@param options Trainer.Options
---@return Trainer
function Trainer.new(options)
  local self = { draw = util.random(options.seed) }
  for name, value in pairs(options) do
    self[name] = value
  end
  return setmetatable(self, Trainer)
end

-- Shows all flowers once; gives the mean loss.
local function epoch(self)
  local flowers, parameters = self.dataset.train, self.model:parameters()
  local loss, count = 0, 0
  util.shuffle(flowers, self.draw)
  for i, flower in ipairs(flowers) do
    loss, count = loss + self.model:learn(flower.x, flower.y), count + 1
    if count == self.batch or i == #flowers then
      self.optimizer:step(parameters, count)
      count = 0
    end
  end
  return loss / #flowers
end

---The part of the test flowers that the model names rightly.
---@return number accuracy
function Trainer:test()
  local right = 0
  for _, flower in ipairs(self.dataset.test) do
    local p = self.model:predict(flower.x)
    right = right + (p[flower.y] == math.max(table.unpack(p)) and 1 or 0)
  end
  return right / #self.dataset.test
end

---Trains, and prints the loss by epoch and the accuracy of the test.
---@return number accuracy
function Trainer:fit()
  for i = 1, self.epochs do
    print(("epoch %2d  loss %.4f"):format(i, epoch(self)))
  end
  local accuracy = self:test()
  print(("test accuracy %.4f (%d flowers)"):format(accuracy, #self.dataset.test))
  return accuracy
end

return Trainer
