-- What the parts share: random numbers.

local M = {}

---A generator of random numbers that is the same everywhere (Park and
---Miller's, 1988).
---@param seed integer
---@return fun(): number draw  uniform, from 0 up to but not including 1
function M.random(seed)
  local state = seed % 2147483646 + 1
  local function draw()
    state = state * 48271 % 2147483647
    return (state - 1) / 2147483646
  end
  draw() -- small seeds begin with small numbers
  return draw
end

---Puts a list in random order.
---@param list any[]
---@param draw fun(): number
function M.shuffle(list, draw)
  for i = #list, 2, -1 do
    local j = math.floor(draw() * i) + 1
    list[i], list[j] = list[j], list[i]
  end
end

return M
