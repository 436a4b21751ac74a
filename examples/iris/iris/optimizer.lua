-- The optimizer: gradient descent with momentum.

---@class SGD
---@field lr number
---@field momentum number
local SGD = {}
SGD.__index = SGD

---@class SGD.Options
---@field lr number         how far one step goes
---@field momentum number   how much of the last step is in the next

---@param options SGD.Options
---@return SGD
function SGD.new(options)
  return setmetatable({ lr = options.lr, momentum = options.momentum, speed = {} }, SGD)
end

---One step against the gradients, which are the sums over `count` examples;
---leaves them at zero.
---@param parameters Parameter[]
---@param count integer
function SGD:step(parameters, count)
  for _, p in ipairs(parameters) do
    local speed = self.speed[p] or {}
    self.speed[p] = speed
    for i, gradient in ipairs(p.gradient) do
      speed[i] = (speed[i] or 0) * self.momentum - self.lr * gradient / count
      p.value[i] = p.value[i] + speed[i]
      p.gradient[i] = 0
    end
  end
end

return { SGD = SGD }
