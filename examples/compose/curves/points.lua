-- Points to draw a curve through: lists x and y of numbers between 0 and 1.

local M = {}

-- A generator of its own, so that the points are the same on every machine:
-- numbers between -1 and 1 (Park and Miller's "minimal standard").
local function noise(seed, size)
  local state = seed
  return function()
    state = state * 48271 % 2147483647
    return (2 * state / 2147483647 - 1) * size
  end
end

local function points(options, curve)
  local random, x, y = noise(options.seed, options.noise), {}, {}
  for i = 1, options.count do
    x[i] = (i - 1) / (options.count - 1)
    y[i] = curve(x[i]) + random()
  end
  return { x = x, y = y }
end

---@class Noisy.Options
---@field seed integer
---@field count integer            how many points
---@field noise number             the largest error of y
---@field coefficients number[]    of 1, x, x^2 …
---@param options Noisy.Options
function M.Noisy(options)
  return points(options, function(x)
    local sum = 0
    for i = #options.coefficients, 1, -1 do
      sum = sum * x + options.coefficients[i]
    end
    return sum
  end)
end

---@class Wave.Options
---@field seed integer
---@field count integer            how many points
---@field noise number             the largest error of y
---@param options Wave.Options
function M.Wave(options)
  return points(options, function(x)
    return math.sin(2 * math.pi * x)
  end)
end

return M
