-- wick.expr.operate: what the steps of eval share: problems, budgets, code of
-- the project, and the operators.
--
-- May call: fail, expr/names.lua.
--
-- `s` is the evaluation: s.ast the steps, s.env what the caller gave.  `pc` is
-- the step that runs, `by` the step that made an operand, for its text.

local fail = require "wick.fail"
local names = require "wick.expr.names"

local M = {}

local type, tonumber, tostring = type, tonumber, tostring
local mathtype, tointeger = math.type, math.tointeger
local getmeta = debug.getmetatable
local word = names.word

--- The metatable of what is raised here.
local Problem = {}
M.Problem = Problem

-- Raises a problem with the text [from, to].
local function raise(from, to, message, label, fields)
  local problem = fields or {}
  problem.byte, problem.length = from, to - from + 1
  problem.message, problem.label = message, label
  problem.name = problem.name or "EEVAL"
  error(setmetatable(problem, Problem), 0)
end

-- A problem with the value of step `pc`.
local function wrong(s, pc, message, label, fields)
  raise(s.ast.from[pc], s.ast.to[pc], message, label, fields)
end

-- The text of a step, for messages.
local function source(s, from, to)
  return fail.quote(s.ast.text:sub(from, to), 40)
end

--
-- Budgets
--

local WHAT = {
  bytes = "the limit `value.bytes` counts every string that expressions make",
  nodes = "the limit `value.nodes` counts every table item that expressions make",
}
local HELP = {
  bytes = "make long texts in a constructor, or raise the limit: --limit value.bytes=N",
  nodes = "make large tables in a constructor, or raise the limit: --limit value.nodes=N",
}

-- 67108864, "bytes" -> "67,108,864 bytes"
local function counted(n, kind)
  local digits = n < 1e15 and ("%d"):format(n // 1) or ("%.3g"):format(n)
  repeat
    local more
    digits, more = digits:gsub("^(%d+)(%d%d%d)", "%1,%2")
  until more == 0
  return ("%s %s"):format(digits, digits == "1" and kind:sub(1, -2) or kind)
end

local function size(n, kind)
  if kind == "bytes" and n >= 1 << 20 and n % (1 << 20) == 0 then
    return ("%d MiB"):format(n >> 20)
  end
  return counted(n, kind)
end

-- n more bytes or nodes are about to be made by step pc.
local function charge(s, pc, kind, n)
  local budget = s.env.budget
  local left = budget and budget[kind]
  if not left then
    return
  elseif n > left then
    local limit = budget.limits and budget.limits["value." .. kind]
    wrong(s, pc, "evaluating this config would produce more than "
      .. (limit and size(limit, kind) or ("`value.%s` allows"):format(kind)),
      ("%s here, and %s left"):format(counted(n, kind), counted(left, kind):match("^%S+")),
      { name = "EBUDGET", notes = { WHAT[kind] }, helps = { HELP[kind] } })
  end
  budget[kind] = left - (n // 1 | 0)
end

--
-- Code of the project
--

local function handler(err)
  return { value = err, trace = debug.traceback(nil, 2) }
end

-- What protected code raised, as a problem with [from, to].
local function raised(from, to, what, caught)
  if type(caught) ~= "table" or caught.trace == nil then
    caught = { value = caught } -- the handler itself failed
  end
  local label
  if type(caught.value) == "string" then
    label = fail.quote(caught.value:match("^[^\n]*"), 100)
  else
    label = "raised " .. word(caught.value)
  end
  raise(from, to, ("%s raised an error"):format(what), label,
    { raised = true, cause = caught.value, trace = caught.trace })
end

-- May f be called?  `value` is what the text calls.
local function allowed(s, f, from, to, value)
  local ask = s.env.call
  local problem = ask and ask(f, from, to - from + 1, value)
  if problem then
    if type(problem) ~= "table" then
      problem = { message = tostring(problem) }
    end
    problem.byte, problem.length = problem.byte or from, problem.length or to - from + 1
    problem.name = problem.name or "EEVAL"
    error(setmetatable({ given = problem }, Problem), 0)
  end
end

-- The metamethod of a table or userdata, or nil.
local function metamethod(v, event)
  local kind = type(v)
  if kind == "table" or kind == "userdata" then
    local meta = getmeta(v)
    return type(meta) == "table" and rawget(meta, event) or nil
  end
end

-- One value of protected code.
local function protected(from, to, what, f, ...)
  local ok, value = xpcall(f, handler, ...)
  if not ok then
    raised(from, to, what, value)
  end
  return value
end

--
-- Operators
--

-- The metamethod, what a refusal says, the operator, and whether the refusal
-- names the second operand first.
local OPERATORS = {
  ["+"] = { "__add", "cannot add %s and %s", function(a, b) return a + b end },
  ["-"] = { "__sub", "cannot subtract %s from %s", function(a, b) return a - b end, true },
  ["*"] = { "__mul", "cannot multiply %s by %s", function(a, b) return a * b end },
  ["/"] = { "__div", "cannot divide %s by %s", function(a, b) return a / b end },
  ["%"] = { "__mod", "cannot take %s modulo %s", function(a, b) return a % b end },
  ["^"] = { "__pow", "cannot raise %s to the power of %s", function(a, b) return a ^ b end },
  ["//"] = { "__idiv", "cannot divide %s by %s", function(a, b) return a // b end },
  ["&"] = { "__band", "cannot combine the bits of %s and %s", function(a, b) return a & b end },
  ["|"] = { "__bor", "cannot combine the bits of %s and %s", function(a, b) return a | b end },
  ["~"] = { "__bxor", "cannot combine the bits of %s and %s", function(a, b) return a ~ b end },
  ["<<"] = { "__shl", "cannot shift the bits of %s by %s", function(a, b) return a << b end },
  [">>"] = { "__shr", "cannot shift the bits of %s by %s", function(a, b) return a >> b end },
}
local BITS = { ["&"] = true, ["|"] = true, ["~"] = true, ["<<"] = true, [">>"] = true }
local COMPARE = {
  ["<"] = { "__lt", function(a, b) return a < b end },
  ["<="] = { "__le", function(a, b) return a <= b end },
  [">"] = { "__lt", function(a, b) return a > b end },
  [">="] = { "__le", function(a, b) return a >= b end },
}

-- A number, or a string that is one (but, as in Lua, not for its bits).
local function number(v, bits)
  local kind = type(v)
  return kind == "number" and v or kind == "string" and not bits and tonumber(v) or nil
end

-- A word for an operand that is wrong.
local function operand(v)
  if type(v) == "string" then
    return ("the string `%s`"):format(fail.quote(v, 20))
  end
  return word(v)
end

local function arithmetic(s, pc, op, a, b, bya, byb)
  local info, bits = OPERATORS[op], BITS[op]
  local x, y = number(a, bits), number(b, bits)
  if x and y then
    if bits then
      local culprit = not tointeger(x) and bya or not tointeger(y) and byb
      if culprit then
        wrong(s, culprit, ("`%s` takes integers only"):format(op),
          ("%s is no integer"):format(culprit == bya and x or y))
      end
    elseif y == 0 and (op == "//" or op == "%") and mathtype(x) == "integer"
      and mathtype(y) == "integer" then
      wrong(s, byb, "cannot divide an integer by zero", "this is 0")
    end
    return info[3](x, y)
  end
  local ast = s.ast
  if metamethod(a, info[1]) or metamethod(b, info[1]) then
    return protected(ast.at[pc], ast.at[pc] + #op - 1, ("`%s`"):format(op), info[3], a, b)
  end
  local one, two = operand(a), operand(b)
  if info[4] then
    one, two = two, one
  end
  wrong(s, x and byb or bya, info[2]:format(one, two), "this is " .. (x and word(b) or word(a)))
end

local function compare(s, pc, op, a, b)
  local info, at = COMPARE[op], s.ast.at[pc]
  local kind = type(a)
  if kind == type(b) and (kind == "number" or kind == "string") then
    return info[2](a, b)
  elseif metamethod(a, info[1]) or metamethod(b, info[1]) then
    return protected(at, at + #op - 1, ("`%s`"):format(op), info[2], a, b)
  end
  raise(at, at + #op - 1, ("cannot compare %s with %s"):format(operand(a), operand(b)),
    "compares two numbers or two strings")
end

local function same(a, b)
  return a == b
end

local function equal(s, pc, op, a, b)
  if (type(a) == "table" or type(a) == "userdata") and type(a) == type(b)
    and not rawequal(a, b) then
    local at = s.ast.at[pc]
    return protected(at, at + 1, ("`%s`"):format(op), same, a, b)
  end
  return a == b
end

local function binary(s, pc, op, a, b, bya, byb)
  if op == "==" then
    return equal(s, pc, op, a, b)
  elseif op == "~=" then
    return not equal(s, pc, op, a, b)
  elseif COMPARE[op] then
    return compare(s, pc, op, a, b)
  end
  return arithmetic(s, pc, op, a, b, bya, byb)
end

local function negate(v) return -v end
local function invert(v) return ~v end
local function length(v) return #v end

local function unary(s, pc, op, v, by)
  local at = s.ast.at[pc]
  if op == "not" then
    return not v
  elseif op == "#" then
    if type(v) == "string" then
      return #v
    elseif type(v) == "table" or metamethod(v, "__len") then
      return protected(at, at, "`#`", length, v)
    end
    wrong(s, by, ("cannot take the length of %s"):format(word(v)), "this is " .. word(v))
  end
  local x = number(v, op == "~")
  if x and op == "-" then
    return -x
  elseif x then
    return tointeger(x) and ~tointeger(x)
      or wrong(s, by, "`~` takes integers only", ("%s is no integer"):format(x))
  elseif metamethod(v, op == "-" and "__unm" or "__bnot") then
    return protected(at, at, ("`%s`"):format(op), op == "-" and negate or invert, v)
  end
  wrong(s, by, (op == "-" and "cannot negate %s" or "cannot invert the bits of %s"):format(
    operand(v)), "this is " .. word(v))
end

local function join(a, b) return a .. b end

-- The values vals[first .. last] as one text.
local function concat(s, pc, vals, by, first, last)
  local total, plain = 0, true
  for i = first, last do
    local v = vals[i]
    if type(v) == "string" then
      total = total + #v
    elseif type(v) == "number" then
      total = total + #tostring(v)
    else
      plain = false
    end
  end
  if plain then
    charge(s, pc, "bytes", total)
    return table.concat(vals, "", first, last)
  end
  local result, made = vals[last], by[last] -- from the right, as Lua does
  for i = last - 1, first, -1 do
    local v = vals[i]
    local left, right = type(v), type(result)
    local texts = (left == "string" or left == "number")
      and (right == "string" or right == "number")
    if texts then
      charge(s, pc, "bytes", #tostring(v) + #tostring(result))
      result = v .. result
    elseif metamethod(v, "__concat") or metamethod(result, "__concat") then
      local at = s.ast.at[pc]
      result = protected(at, at + 1, "`..`", join, v, result)
    else
      local culprit = left ~= "string" and left ~= "number" and i or nil
      wrong(s, culprit and by[culprit] or made,
        ("cannot join %s and %s"):format(word(v), word(result)),
        "this is " .. (culprit and word(v) or word(result)))
    end
    made = pc
  end
  return result
end

M.raise, M.wrong, M.source, M.charge, M.counted = raise, wrong, source, charge, counted
M.raised, M.allowed, M.protected = raised, allowed, protected
M.metamethod, M.handler = metamethod, handler
M.binary, M.unary, M.concat = binary, unary, concat

return M
