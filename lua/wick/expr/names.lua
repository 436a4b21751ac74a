-- wick.expr.names: the names that expressions have, and what they do.
--
-- May call: fail, expr/step.
--
-- Each function here is called with `c`, the call, before its arguments:
--   c:charge(n)             n bytes are about to be made
--   c:work(n)               n bytes are about to be read
--   c:argument(i, problem)  raises what is wrong with argument i
--   c:refuse(problem, err)  raises what is wrong with the whole call; an error (or nil)
--                           gives its name, notes, helps and cause
--   c:foreign(f, ...)       calls code of the project, protected
--   c.env                   what the caller of the evaluation gave
--   c.name                  the function as it is written
--   c.s, c.pc               the evaluation and its step, for expr/step

local fail = require "wick.fail"
local step = require "wick.expr.step"

local M = {}

local type, tostring, tonumber, pcall, select = type, tostring, tonumber, pcall, select
local getmetatable, rawget = debug.getmetatable, rawget
local concat, pack, unpack = table.concat, table.pack, table.unpack
local tointeger, word = math.tointeger, step.word
local text_of, number_of = step.text_of, step.number_of
local rep, format, sub = string.rep, string.format, string.sub
local find, gsub, match = string.find, string.gsub, string.match

-- What there is, for messages and for the parser.
M.top = { "env", "file", "math", "select", "string", "tonumber", "tostring", "type" }
M.libraries = {
  math = {
    "abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "fmod", "huge",
    "log", "max", "maxinteger", "min", "mininteger", "modf", "pi", "rad", "sin", "sqrt",
    "tan", "tointeger", "type", "ult",
  },
  string = { "format", "len", "lower", "rep", "sub", "upper" },
}
M.constants = {
  ["math.huge"] = math.huge, ["math.pi"] = math.pi,
  ["math.maxinteger"] = math.maxinteger, ["math.mininteger"] = math.mininteger,
}

-- Names of Lua that a writer may expect.
M.lua = {
  assert = true, collectgarbage = true, coroutine = true, debug = true, dofile = true,
  error = true, getmetatable = true, io = true, ipairs = true, load = true, loadfile = true,
  next = true, os = true, package = true, pairs = true, pcall = true, print = true,
  rawequal = true, rawget = true, rawlen = true, rawset = true, require = true,
  setmetatable = true, table = true, utf8 = true, warn = true, xpcall = true,
  self = true, _G = true, _ENV = true, _VERSION = true,
}
-- Names of other languages, and what to write.
M.instead = {
  null = "Lua writes `nil`", None = "Lua writes `nil`", NULL = "Lua writes `nil`",
  True = "Lua writes `true`", TRUE = "Lua writes `true`",
  False = "Lua writes `false`", FALSE = "Lua writes `false`",
  os = "for a variable of the environment, write `env('NAME', 'default')`",
  io = "for the path of a file, write `file('name')`",
  require = "name what a module exports in `_target_`",
}

-- A text argument; numbers are texts as Lua has it.
local function text(c, i, v)
  if type(v) == "number" then
    return text_of(v)
  elseif type(v) ~= "string" then
    c:argument(i, "must be a string, and it is " .. word(v))
  end
  return v
end

-- The number that argument `v` is, or nil.
local function number(c, v)
  return number_of(c.s, c.pc, v)
end

-- An integer argument.
local function integer(c, i, v, default)
  if v == nil and default then
    return default
  end
  local n = number(c, v)
  if not n then
    c:argument(i, "must be an integer, and it is " .. word(v))
  end
  return tointeger(n) or c:argument(i, format("must be an integer, and it is %s", text_of(n)))
end

-- tostring without the addresses of tables and functions.
local function plain(c, i, v)
  local kind = type(v)
  if kind == "table" or kind == "userdata" then
    local meta = getmetatable(v)
    local made = type(meta) == "table" and rawget(meta, "__tostring")
    if made then
      v = c:foreign(made, v)
      return type(v) == "string" and v
        or c:argument(i, "has a `__tostring` that gives " .. word(v))
    end
  end
  if kind == "table" or kind == "userdata" or kind == "function" or kind == "thread" then
    c:argument(i, format("is %s, which has no text", word(v)))
  end
  return text_of(v)
end

-- One conversion of format, done; `size` is what it holds at least.
local CONVERTING = 512 -- bytes that are read in the time that it takes
local CONVERSIONS = { d = true, i = true, s = true, g = true, f = true, x = true }

local function convert(c, i, spec, kind, v)
  if kind == "s" then
    v = plain(c, i, v)
    local width = tonumber(match(spec, "^%%[-+ #0]*(%d*)")) or 0
    c:charge(#v > width and #v or width)
    if spec == "%s" then
      return v
    end
  else
    local n = number(c, v)
    if not n then
      c:argument(i, format("must be a number for `%s`, and it is %s", spec, word(v)))
    elseif kind ~= "g" and kind ~= "f" and not tointeger(n) then
      c:argument(i, format("must be an integer for `%s`, and it is %s", spec, text_of(n)))
    end
    v = n
  end
  local ok, made = pcall(format, spec, v)
  if not ok then
    c:argument(1, format("has `%s`, which `format` does not know", fail.quote(spec)))
  elseif kind == "f" or kind == "g" then
    made = step.pointed(made)
  end
  if kind ~= "s" then
    c:charge(#made) -- at most some 400 bytes
  end
  return made
end

-- string.format with six conversions.
local function formatted(c, pattern, ...)
  pattern = text(c, 1, pattern)
  local parts, n, at, used, given = {}, 0, 1, 1, select("#", ...)
  while true do
    local from = find(pattern, "%", at, true)
    n = n + 1
    parts[n] = sub(pattern, at, (from or #pattern + 1) - 1)
    c:charge(#parts[n])
    if not from then
      return concat(parts)
    end
    c:work(CONVERTING)
    local flags, kind = match(pattern, "^([-+ #0]*%d?%d?%.?%d?%d?)(.?)", from + 1)
    local spec = "%" .. flags .. kind
    n = n + 1
    if spec == "%%" then
      c:charge(1)
      parts[n] = "%"
    elseif not CONVERSIONS[kind] then
      c:argument(1, format("has `%s`, and `format` knows only %%d %%i %%s %%g %%f %%x and %%%%",
        fail.quote(spec)))
    else
      if used > given then
        c:refuse(format("`format` has no value for `%s`", spec))
      end
      parts[n] = convert(c, used + 1, spec, kind, (select(used, ...)))
      used = used + 1
    end
    at = from + #spec
  end
end

-- Lua's own function, its complaints reworded.
local function own(f)
  return function(c, ...)
    local got = pack(pcall(f, ...))
    if got[1] then
      return unpack(got, 2, got.n)
    end
    local i, reason = match(tostring(got[2]), "^bad argument #(%d+) to '[^']*' %((.*)%)$")
    if not i then
      local own_words = type(got[2]) == "string"
      c:refuse(format("`%s` fails: %s", c.name,
        own_words and fail.quote(got[2]) or word(got[2])),
        not own_words and { cause = got[2] } or nil)
    end
    local want, is = match(reason, "^(%w+) expected, got (.*)$")
    if not want then
      c:argument(tonumber(i), "is not what it takes: " .. reason)
    end
    c:argument(tonumber(i), format("must be %s %s, and it is %s",
      find(want, "^[aeiou]") and "an" or "a", want,
      is == "no value" and "missing" or step.words[is] or "another"))
  end
end

-- A function of the caller: a value, or nil and why.
local function given(name)
  return function(c, ...)
    local f = c.env[name]
    if not f then
      c:refuse(format("there is no `%s` here", name))
    end
    local what = text(c, 1, (...))
    c:work(#what)
    local ok, value, err = pcall(f, what, select(2, ...))
    if not ok then
      value, err = nil, value
    end
    if value == nil and err ~= nil then
      c:refuse(type(err) == "table" and err.message or tostring(err),
        type(err) == "table" and err or nil)
    elseif type(value) == "string" then
      c:charge(#value)
    end
    return value
  end
end

local tonumbers, selected = own(tonumber), own(select)

-- Lua's own function reads these arguments, where they are strings, as numbers.
local function reads(c, ...)
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    if type(v) == "string" then
      c:work(#v)
    end
  end
end

M.known = {
  tonumber = function(c, ...)
    if select("#", ...) == 1 and type((...)) == "string" then
      return number(c, (...))
    end
    reads(c, ...)
    return tonumbers(c, ...)
  end,
  type = own(type),
  select = function(c, ...)
    reads(c, (...))
    return selected(c, ...)
  end,
  env = given "env",
  file = given "file",
}

function M.known.tostring(c, ...)
  if select("#", ...) == 0 then
    c:argument(1, "is missing")
  end
  local made = plain(c, 1, (...))
  c:charge(#made)
  return made
end

-- The same for numbers: no text is one in some locales only.
local function own_of_numbers(f)
  local asked = own(f)
  return function(c, ...)
    for i = 1, select("#", ...) do
      local v = select(i, ...)
      if type(v) == "string" and not number(c, v) and tonumber(v) then
        c:argument(i, "must be a number, and it is a string")
      end
    end
    return asked(c, ...)
  end
end

for _, name in ipairs(M.libraries.math) do
  M.known["math." .. name] = M.constants["math." .. name] or own_of_numbers(math[name])
end

M.known["string.len"] = function(c, s)
  return #text(c, 1, s)
end

-- ASCII letters of one case -> those of the other, whatever the locale: Lua's own
-- functions where those do the same, for they are much faster.
local UPPER, LOWER, ALL = {}, {}, {}
for code = 0, 0xFF do
  ALL[code + 1] = string.char(code)
end
for code = 0x61, 0x7A do
  local low, high = string.char(code), string.char(code - 0x20)
  UPPER[low], LOWER[high] = high, low
end
ALL = concat(ALL)

local function cased(own_function, letters, other)
  local changed = gsub(ALL, letters, other)
  return function(c, s)
    s = text(c, 1, s)
    c:charge(#s)
    if own_function(ALL) == changed then
      return own_function(s)
    end
    c:work(25 * #s)
    return (gsub(s, letters, other))
  end
end

M.known["string.upper"] = cased(string.upper, "[a-z]", UPPER)
M.known["string.lower"] = cased(string.lower, "[A-Z]", LOWER)

M.known["string.sub"] = function(c, s, i, j)
  s = text(c, 1, s)
  i, j = integer(c, 2, i), integer(c, 3, j, -1)
  local size = #s
  local first = i > 0 and i or i == 0 and 1 or i < -size and 1 or size + i + 1
  local last = j > size and size or j >= 0 and j or j < -size and 0 or size + j + 1
  c:charge(last >= first and last - first + 1 or 0)
  return sub(s, first, last)
end

M.known["string.rep"] = function(c, s, n, between)
  s, n = text(c, 1, s), integer(c, 2, n)
  between = between == nil and "" or text(c, 3, between)
  local size = (#s + 0.0) * n + (#between + 0.0) * (n - 1)
  if n <= 0 or size == 0 then -- Lua's own counts to n
    return ""
  end
  c:charge(size)
  return rep(s, n, between)
end

M.known["string.format"] = formatted

-- The functions themselves, where a name is a value and is not called.
local VALUES = { tonumber = tonumber, tostring = tostring, type = type, select = select }
for library, fields in pairs(M.libraries) do
  for _, name in ipairs(fields) do
    VALUES[library .. "." .. name] = (library == "math" and math or string)[name]
  end
end

local named = {} -- those functions -> their names
for name, f in pairs(VALUES) do
  named[f] = name
end
for library, fields in pairs { math = math, string = string } do
  for _, name in ipairs(M.libraries[library]) do
    if type(fields[name]) == "function" then
      named[fields[name]] = library .. "." .. name
    end
  end
end

--- The name of a function that M.value gave, or nil: one that was a value
--- before it is called is charged and checked like one that is called by name.
function M.name_of(f, env)
  if type(f) == "function" then
    return named[f] or f == env.env and "env" or f == env.file and "file" or nil
  end
end

--- The value of a name that is not called at once: Lua's own function, which is
--- for code of the project; an expression that calls it asks env.call first.
function M.value(name, env)
  return VALUES[name] or env[name]
end

return M
