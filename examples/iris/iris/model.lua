-- The model: a perceptron with one hidden layer, and a softmax on top.

local util = require "iris.util"

---@class Parameter
---@field value number[]      weights of one layer, row by row, each with its bias
---@field gradient number[]   how the loss changes with them

---What computes the sums of a layer.
---@class Products
---@field sums fun(self: Products, weights: number[], x: number[]): number[]
local Products = {}

---@class Perceptron
---@field first Parameter     from the inputs to the hidden layer
---@field second Parameter    from there to the outputs
local Perceptron = {}
Perceptron.__index = Perceptron

---@class Perceptron.Options
---@field inputs integer    numbers that describe an example
---@field hidden integer    width of the hidden layer
---@field outputs integer   classes to tell apart
---@field seed integer      of the first weights
---@field products? Products  what computes the sums (default: plain Lua)

-- Small random weights for `rows` sums of `columns` numbers and a bias.
local function parameter(rows, columns, draw)
  local p = { value = {}, gradient = {} }
  local size = 1 / math.sqrt(columns)
  for i = 1, rows * (columns + 1) do
    p.value[i] = (draw() * 2 - 1) * size
    p.gradient[i] = 0
  end
  return p
end

---@param options Perceptron.Options
---@return Perceptron?
---@return string? message
function Perceptron.new(options)
  if options.hidden < 1 then
    return nil, "option `hidden` is less than 1"
  end
  local draw = util.random(options.seed)
  return setmetatable({
    first = parameter(options.hidden, options.inputs, draw),
    second = parameter(options.outputs, options.hidden, draw),
    products = options.products or Products,
  }, Perceptron)
end

-- One layer: the weighted sums of x.
function Products.sums(_, weights, x)
  local out, at = {}, 0
  for i = 1, #weights // (#x + 1) do
    local sum = weights[at + #x + 1]
    for j = 1, #x do
      sum = sum + weights[at + j] * x[j]
    end
    out[i], at = sum, at + #x + 1
  end
  return out
end

-- One layer backwards: adds to the gradient, gives how the loss changes with x.
local function back(p, x, change)
  local out, at = {}, 0
  for j = 1, #x do
    out[j] = 0
  end
  for i = 1, #change do
    for j = 1, #x do
      out[j] = out[j] + p.value[at + j] * change[i]
      p.gradient[at + j] = p.gradient[at + j] + x[j] * change[i]
    end
    p.gradient[at + #x + 1] = p.gradient[at + #x + 1] + change[i]
    at = at + #x + 1
  end
  return out
end

---How likely each class is.
---@param x number[]
---@return number[] probabilities
---@return number[] hidden   what the hidden layer said
function Perceptron:predict(x)
  local hidden = self.products:sums(self.first.value, x)
  for i, sum in ipairs(hidden) do
    hidden[i] = 2 / (1 + math.exp(-2 * sum)) - 1 -- tanh
  end
  local out, total = self.products:sums(self.second.value, hidden), 0
  local largest = math.max(table.unpack(out))
  for i, sum in ipairs(out) do
    out[i] = math.exp(sum - largest)
    total = total + out[i]
  end
  for i, e in ipairs(out) do
    out[i] = e / total
  end
  return out, hidden
end

---Learns from one example: adds to the gradients.
---@param x number[]
---@param y integer
---@return number loss
function Perceptron:learn(x, y)
  local change, hidden = self:predict(x)
  local loss = -math.log(math.max(change[y], 1e-12))
  change[y] = change[y] - 1
  local below = back(self.second, hidden, change)
  for i, h in ipairs(hidden) do
    below[i] = below[i] * (1 - h * h)
  end
  back(self.first, x, below)
  return loss
end

---@return Parameter[]
function Perceptron:parameters()
  return { self.first, self.second }
end

return { Perceptron = Perceptron }
