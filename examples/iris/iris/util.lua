-- What the four parts share: random numbers, and a look at options.

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

-- How many letters to insert, drop or change to come from a to b.
local function distance(a, b)
  local row = {}
  for j = 0, #b do
    row[j] = j
  end
  for i = 1, #a do
    local corner = row[0]
    row[0] = i
    for j = 1, #b do
      local same = a:byte(i) == b:byte(j) and 0 or 1
      corner, row[j] = row[j], math.min(row[j] + 1, row[j - 1] + 1, corner + same)
    end
  end
  return row[#b]
end

---Are the options those that a constructor takes?  `known` says what each
---must be: "integer", "number", "string" or "table".
---@param options table<string, any>
---@param known table<string, string>
---@return boolean? ok
---@return string? message
function M.check(options, known)
  local names = {}
  for name in pairs(known) do
    names[#names + 1] = name
  end
  table.sort(names)
  for name in pairs(options) do
    if not known[name] then
      table.sort(names, function(a, b)
        local da, db = distance(name, a), distance(name, b)
        return da < db or da == db and a < b
      end)
      return nil, ("there is no option `%s`; did you mean `%s`?"):format(name, names[1])
    end
  end
  for _, name in ipairs(names) do
    local value, kind = options[name], known[name]
    if (kind == "integer" and math.type(value) or type(value)) ~= kind then
      return nil, ("option `%s` must be %s %s, not %s"):format(name,
        kind == "integer" and "an" or "a", kind,
        value == nil and "absent" or type(value) .. " " .. tostring(value))
    end
  end
  return true
end

return M
