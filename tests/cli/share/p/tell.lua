-- Constructors that print what they are called with, for the cases of the
-- language: values as Lua writes them, objects of this module as <name>.

local null = require "wick".null

local M = {}

local Thing = {}
Thing.__index = Thing

function Thing.__tostring(thing)
  return "<" .. thing.name .. ">"
end

function Thing.__close(thing)
  print("close " .. thing.name)
end

function Thing:call(...)
  print("call " .. self.name, ...)
  return self
end

local function rank(key)
  return type(key) == "number" and ("0%020d"):format(key) or "1" .. tostring(key)
end

local function text(value)
  if value == null then
    return "null"
  elseif type(value) == "string" then
    return ("%q"):format(value)
  elseif type(value) == "function" then
    return "a function"
  elseif type(value) ~= "table" or getmetatable(value) then
    return tostring(value)
  end
  local keys, out = {}, {}
  for key in pairs(value) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    return rank(a) < rank(b)
  end)
  for i, key in ipairs(keys) do
    out[i] = key == i and text(value[key]) or tostring(key) .. " = " .. text(value[key])
  end
  return "{" .. table.concat(out, ", ") .. "}"
end
M.text = text

--- Prints how many arguments there are, and each.
function M.args(...)
  local out = {}
  for i = 1, select("#", ...) do
    out[i] = text((select(i, ...)))
  end
  print(select("#", ...) .. ": " .. table.concat(out, ", "))
  return setmetatable({ name = "args" }, { __tostring = Thing.__tostring })
end

--- A thing with a name, which says when it is made and closed.  `fails` is
--- raised, `refuses` is returned as the message.
function M.thing(options)
  if options.fails then
    print("fail " .. options.name)
    error(options.fails, 0)
  elseif options.refuses then
    print("refuse " .. options.name)
    return nil, options.refuses
  end
  print("make " .. text(options))
  return setmetatable({ name = options.name, size = options.size, options = options }, Thing)
end

--- Prints whether all items of `list` are one value.
function M.same(options)
  local same = true
  for i = 2, #options.list do
    same = same and rawequal(options.list[i], options.list[1])
  end
  print("same", same)
  return {}
end

return M
