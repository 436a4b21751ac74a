-- wick.expr.eval: the steps of a parsed expression -> a value.
--
-- May call: core (null), fail, origin, expr/step, expr/names, expr/operate (these two
-- when a step needs one).
--
-- A stack machine: `vals` is the stack, `by` the step that made each value,
-- so that an error finds the text of the operand that is wrong.  Texts and
-- table items are charged to env.budget before they are made.  What can run
-- code of the project (calls, metamethods) runs protected.

local core = require "wick.core"
local fail = require "wick.fail"
local shared = require "wick.expr.step"

local M = {}

local type, rawequal, rawget = type, rawequal, rawget
local next, error, pcall, xpcall, setmetatable = next, error, pcall, xpcall, setmetatable
local mathtype, tointeger = math.type, math.tointeger
local pack, unpack = table.pack, table.unpack
local format, find, gsub = string.format, string.find, string.gsub
local room = require "wick.origin".room
local getmeta, null = debug.getmetatable, core.null
local word, source, charge = shared.word, shared.source, shared.charge
local raise, wrong = shared.raise, shared.wrong
local metamethod, protected, allowed = shared.metamethod, shared.protected, shared.allowed

local PASSED = 10000 -- values that one call may hand to another

-- Rooms that few expressions need.
local known, operators

local function names()
  known = known or room "wick.expr.names"
  return known
end

local function operate()
  operators = operators or room "wick.expr.operate"
  return operators
end

-- null is nil in expressions.
local function present(v)
  if rawequal(v, null) then
    return nil
  end
  return v
end

local function get(v, key)
  return v[key]
end

local function quoted(_, text, max)
  return fail.quote(text, max)
end

-- A key that step `pc` takes, for a message: never where something is in memory.
local function key_said(s, pc, key)
  local kind = type(key)
  if kind == "string" then
    local say = s.ast.code[pc] == "index" and shared.shown or quoted
    return "`" .. say(s, key, 40) .. "`"
  elseif kind == "number" or kind == "boolean" then
    return "`" .. shared.text_of(key) .. "`"
  end
  return word(key)
end

-- v[key], which step `pc` says.
local function index(s, pc, v, key, by)
  local kind = type(v)
  if kind == "table" then
    local found = rawget(v, key)
    if found ~= nil or getmeta(v) == nil then
      return present(found)
    end
  elseif kind ~= "userdata" or not metamethod(v, "__index") then
    local shown = key_said(s, pc, key)
    if kind == "string" then
      wrong(s, by, format("cannot take %s from a string", shown), "this is a string",
        { helps = { "a string has these methods: " .. fail.names(names().libraries.string) } })
    end
    wrong(s, by, format("cannot take %s from %s", shown, word(v)), "this is " .. word(v))
  end
  local f = metamethod(v, "__index")
  for _ = 1, 16 do -- the function that the chain of `__index` ends in
    if type(f) ~= "table" or rawget(f, key) ~= nil then
      break
    end
    f = metamethod(f, "__index")
  end
  if type(f) == "function" then
    allowed(s, f, pc, nil, v)
  end
  return present(protected(s, pc, nil, nil, get, v, key))
end

-- What the functions of names.lua may ask for; one object for each eval, set
-- before each call.
local Call = {}
Call.__index = Call

function Call:charge(n)
  charge(self.s, self.pc, "bytes", n)
end

function Call:work(n)
  charge(self.s, self.pc, "work", n)
end

function Call:argument(i, problem)
  local by, shown = self.by[self.base + i], i - self.shift
  if i > self.count then
    by, problem = self.pc, gsub(problem, "it is null$", "it is missing")
  end
  wrong(self.s, by, format("%s of `%s` %s",
    shown < 1 and "the string" or format("argument %d", shown), self.name, problem), "this value")
end

function Call:refuse(message, err)
  wrong(self.s, self.pc, message, "",
    err and { name = err.name, notes = err.notes, helps = err.helps, cause = err.cause } or nil)
end

function Call:foreign(f, ...)
  allowed(self.s, f, self.pc, nil, f)
  return protected(self.s, self.pc, nil, self.name, f, ...)
end

-- The function that `x:name(…)` calls; for a string nothing, but the name is
-- known then.
local function method(s, pc, v, by)
  local name = s.ast.x[pc]
  if type(v) == "string" then
    if names().known["string." .. name] then
      return nil
    end
    local near = fail.near(name, names().libraries.string)[1]
    local at = s.ast.at[pc]
    raise(at, at + #name - 1, format("expressions have no method `%s` for strings",
      fail.quote(name, 40)), "no such method", {
        notes = not near and { "a string has these methods: "
          .. fail.names(names().libraries.string) } or nil,
        helps = { near and format("did you mean `%s`?", near)
          or "do it in a module of the project" },
      })
  elseif type(v) ~= "table" and not metamethod(v, "__index") then
    wrong(s, by, format("cannot call the method `%s` of %s", fail.quote(name, 40), word(v)),
      "this is " .. word(v))
  end
  return index(s, pc, v, name, by)
end

-- The name of the function that stands at the bottom of a call when it is one
-- of the built-in names, or nil.
local function builtin(s, step, object)
  local op = s.ast.code[step]
  if op == "builtin" then
    return s.ast.x[step]
  elseif op == "method" and type(object) == "string" then
    return "string." .. s.ast.x[step]
  end
end

-- The names of the functions that raw fields of a table and of what its
-- metatable's `__index` names hold; runs no code of the project.
local function methods(v)
  local list, seen = {}, {}
  for _ = 1, 16 do
    if type(v) == "table" then
      for key, field in next, v do
        if type(key) == "string" and type(field) == "function" and not seen[key]
          and not find(key, "^__") then
          seen[key] = true
          list[#list + 1] = key
        end
      end
    end
    v = metamethod(v, "__index")
    if type(v) ~= "table" then
      break
    end
  end
  return list
end

-- What the step `step` found cannot be called; `object`: whose method it
-- should have been.
local function uncallable(s, step, v, object)
  local ast = s.ast
  local from, to, name = ast.from[step], ast.to[step], ast.x[step]
  if v ~= nil or ast.code[step] ~= "method" then
    raise(from, to, format("`%s` is %s and cannot be called", source(s, from, to), word(v)),
      "this is " .. word(v))
  end
  local list, at = methods(object), ast.at[step]
  local near = fail.near(name, list)[1]
  raise(at, to, format("there is no method `%s` here", fail.quote(name, 40)), "no such method", {
    notes = not near and list[1] and { "methods here: " .. fail.names(list) } or nil,
    helps = near and { format("did you mean `%s`?", near) } or nil,
  })
end

-- The call of vals[base] with the values above it; gives all it returns.
local function call(s, pc, vals, by, base, sp)
  local ast, step, count = s.ast, by[base], sp - base
  if count > PASSED then
    wrong(s, pc, format("a call takes at most %s", shared.counted(PASSED, "values")),
      shared.counted(count, "values") .. " here")
  end
  local name = builtin(s, step, count > 0 and vals[base + 1] or nil)
  if not name and known and not s.env.call then -- who has `call` judges all others itself
    name = known.name_of(vals[base], s.env)
  end
  if name then
    local c = s.call
    c.pc, c.base, c.count = pc, base, count
    c.shift = ast.code[step] == "method" and 1 or 0
    c.name = c.shift == 1 and ast.x[step] or name
    return names().known[name](c, unpack(vals, base + 1, sp))
  end
  local v = vals[base]
  local f = shared.callable(v)
  if not f then
    uncallable(s, step, v, count > 0 and vals[base + 1] or nil)
  end
  allowed(s, f, step, nil, v)
  local results = pack(xpcall(v, s.env.caught or shared.handler,
    unpack(vals, base + 1, sp)))
  if not results[1] then
    shared.raised(s, step, nil, nil, results[2])
  end
  return unpack(results, 2, results.n)
end

local function set(s, pc, t, key, value, by)
  if key == nil or key ~= key then
    wrong(s, by, format("a key of a table cannot be %s", key == nil and "null" or "NaN"),
      "this key")
  end
  charge(s, pc, "nodes", 1)
  t[key] = value
end

local function run(ast, env)
  local code, x = ast.code, ast.x
  local vals, by, sp = {}, {}, 0 -- the stack, and the steps that made it
  local bases, open = {}, 0 -- where calls and tables begin on it
  local s = { ast = ast, env = env, numbers = 0 }
  s.call = setmetatable({ s = s, by = by, env = env }, Call)
  local pc, n = 0, ast.n
  while pc < n do
    pc = pc + 1
    local op = code[pc]
    if op == "const" then
      sp = sp + 1
      vals[sp], by[sp] = x[pc], pc
    elseif op == "ref" then
      sp = sp + 1
      vals[sp], by[sp] = present(env.ref(x[pc], s, pc)), pc
    elseif op == "binary" then
      sp = sp - 1
      vals[sp] = operate().binary(s, pc, x[pc], vals[sp], vals[sp + 1], by[sp], by[sp + 1])
      by[sp] = pc
    elseif op == "field" then
      vals[sp], by[sp] = index(s, pc, vals[sp], x[pc], by[sp]), pc
    elseif op == "index" then
      sp = sp - 1
      vals[sp], by[sp] = index(s, pc, vals[sp], vals[sp + 1], by[sp]), pc
    elseif op == "callee" then
      open = open + 1
      bases[open] = sp
    elseif op == "method" then
      local v = vals[sp]
      local f = method(s, pc, v, by[sp])
      open = open + 1
      bases[open] = sp
      vals[sp + 1], by[sp + 1] = v, by[sp]
      vals[sp], by[sp] = f, pc
      sp = sp + 1
    elseif op == "call" then
      local base = bases[open]
      open = open - 1
      if x[pc] then -- all its values
        local results = pack(call(s, pc, vals, by, base, sp))
        sp = base - 1
        for i = 1, results.n do
          sp = sp + 1
          vals[sp], by[sp] = present(results[i]), pc
        end
      else
        vals[base], by[base] = present((call(s, pc, vals, by, base, sp))), pc
        sp = base
      end
    elseif op == "builtin" then
      sp = sp + 1
      vals[sp], by[sp] = names().value(x[pc], env), pc
    elseif op == "and" or op == "or" then
      if (op == "and") == (not vals[sp]) then
        pc = x[pc] - 1 -- the left side is the value
      else
        sp = sp - 1
      end
    elseif op == "unary" then
      vals[sp], by[sp] = operate().unary(s, pc, x[pc], vals[sp], by[sp]), pc
    elseif op == "concat" then
      local first = sp - x[pc] + 1
      vals[first], by[first] = operate().concat(s, pc, vals, by, first, sp), pc
      sp = first
    elseif op == "table" then
      sp, open = sp + 1, open + 1
      vals[sp], by[sp], bases[open] = {}, pc, sp
    elseif op == "item" then
      set(s, pc, vals[sp - 1], x[pc], vals[sp])
      sp = sp - 1
    elseif op == "items" then
      local base = bases[open]
      for i = base + 1, sp do
        set(s, pc, vals[base], x[pc] + i - base - 1, vals[i])
      end
      sp = base
    elseif op == "setname" then
      set(s, pc, vals[sp - 1], x[pc], vals[sp])
      sp = sp - 1
    elseif op == "set" then
      local key = vals[sp - 1]
      local place = mathtype(key) and tointeger(key)
      if not place or place < 1 or place > x[pc] then
        if mathtype(key) then -- these may be made to fall on one chain of the hash
          s.numbers = s.numbers + 1
          charge(s, pc, "work", 2 * s.numbers)
        end
        set(s, pc, vals[sp - 2], key, vals[sp], by[sp - 1])
      end
      sp = sp - 2
    else -- tabled
      open = open - 1
    end
  end
  return vals[1]
end

function M.eval(ast, env)
  local ok, result = pcall(run, ast, env)
  if ok then
    return true, result
  elseif getmetatable(result) == shared.Problem then
    return false, result.given or setmetatable(result, nil)
  end
  error(result, 0)
end

return M
