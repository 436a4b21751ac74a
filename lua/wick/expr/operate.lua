-- wick.expr.operate: the operators.
--
-- May call: expr/step.
--
-- `s`, `pc` and `by` are those of step.

local step = require "wick.expr.step"

local M = {}

local type, rawequal = type, rawequal
local append, format = table.concat, string.format
local mathtype, tointeger = math.type, math.tointeger
local word, raise, wrong, charge = step.word, step.raise, step.wrong, step.charge
local text_of, number_of = step.text_of, step.number_of
local byte, find, sub = string.byte, string.find, string.sub
local setlocale = os.setlocale
local metamethod, callable = step.metamethod, step.callable
local allowed, protected = step.allowed, step.protected

-- An operator by the metamethod of an operand: gives true and the value, or
-- false when there is none.
local function overloaded(s, pc, op, event, f, a, b)
  local meta = metamethod(a, event)
  if meta == nil then
    meta = metamethod(b, event)
  end
  if meta == nil then
    return false
  end
  local runs = callable(meta)
  if runs then
    allowed(s, runs, pc, op, meta)
  end
  return true, protected(s, pc, op, op, f, a, b)
end

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
local function less(a, b) return a < b end
local function at_most(a, b) return a <= b end
-- Strings by their bytes, whatever order the locale has.  Pieces of them are
-- compared, and the one that differs in smaller ones.
local function in_pieces(a, b, piece)
  for i = 1, #a, piece do
    local x, y = sub(a, i, i + piece - 1), sub(b, i, i + piece - 1)
    if x ~= y and piece > 8 then
      return in_pieces(x, y, piece // 8)
    elseif x ~= y then
      for k = 1, #x do
        local p, q = byte(x, k, k), byte(y, k, k)
        if p ~= q then
          return q ~= nil and p < q
        end
      end
      return true
    end
  end
  return #a < #b
end

-- Lua's own order is that of the locale, and slow for zero bytes.
local function is_before(s, pc, a, b)
  local size = #a < #b and #a or #b
  charge(s, pc, "work", size)
  if setlocale(nil, "collate") == "C" and not find(a, "\0", 1, true)
    and not find(b, "\0", 1, true) then
    return a < b
  end
  charge(s, pc, "work", 15 * size)
  return in_pieces(a, b, 4096)
end

local COMPARE = { -- `>` is `<` with its operands exchanged
  ["<"] = { "__lt", less }, ["<="] = { "__le", at_most },
  [">"] = { "__lt", less, true }, [">="] = { "__le", at_most, true },
}

-- A number, or a string that is one (but, as in Lua, not for its bits).
local function number(s, pc, v, bits)
  local kind = type(v)
  return kind == "number" and v or kind == "string" and not bits and number_of(s, pc, v) or nil
end

-- A word for an operand that is wrong.
local function operand(s, v)
  if type(v) == "string" then
    return format("the string `%s`", step.shown(s, v, 20))
  end
  return word(v)
end

local function arithmetic(s, pc, op, a, b, bya, byb)
  local info, bits = OPERATORS[op], BITS[op]
  local x, y = number(s, pc, a, bits), number(s, pc, b, bits)
  if x and y then
    if bits then
      local culprit = not tointeger(x) and bya or not tointeger(y) and byb
      if culprit then
        wrong(s, culprit, format("`%s` takes integers only", op),
          format("%s is no integer", text_of(culprit == bya and x or y)))
      end
    elseif y == 0 and (op == "//" or op == "%") and mathtype(x) == "integer"
      and mathtype(y) == "integer" then
      wrong(s, byb, "cannot divide an integer by zero", "this is 0")
    end
    return info[3](x, y)
  end
  local done, value = overloaded(s, pc, op, info[1], info[3], a, b)
  if done then
    return value
  end
  local one, two = operand(s, a), operand(s, b)
  if info[4] then
    one, two = two, one
  end
  wrong(s, x and byb or bya, format(info[2], one, two), "this is " .. (x and word(b) or word(a)))
end

local function compare(s, pc, op, a, b)
  local info, kind = COMPARE[op], type(a)
  local x, y = a, b
  if info[3] then
    x, y = b, a
  end
  if kind == type(b) and kind == "number" then
    return info[2](x, y)
  elseif kind == type(b) and kind == "string" then
    if info[1] == "__lt" then
      return is_before(s, pc, x, y)
    end
    return not is_before(s, pc, y, x)
  end
  local done, value = overloaded(s, pc, op, info[1], info[2], x, y)
  if done then
    return value
  end
  local at = s.ast.at[pc]
  raise(at, at + #op - 1, format("cannot compare %s with %s", operand(s, a), operand(s, b)),
    "compares two numbers or two strings")
end

local function same(a, b)
  return a == b
end

local function equal(s, pc, op, a, b)
  if type(a) == "string" then
    if type(b) == "string" and #a == #b then
      charge(s, pc, "work", #a // 4)
    end
    return rawequal(a, b)
  elseif rawequal(a, b) then
    return true
  elseif type(a) == type(b) then
    local done, value = overloaded(s, pc, op, "__eq", same, a, b)
    if done then
      return value
    end
  end
  return rawequal(a, b)
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

-- The event, what a refusal says, and the operator.
local UNARY = {
  ["-"] = { "__unm", "cannot negate %s", negate },
  ["~"] = { "__bnot", "cannot invert the bits of %s", invert },
  ["#"] = { "__len", "cannot take the length of %s", length },
}

local function unary(s, pc, op, v, by)
  if op == "not" then
    return not v
  end
  local info, kind = UNARY[op], type(v)
  local x = op ~= "#" and number(s, pc, v, op == "~")
  if x and op == "-" then
    return -x
  elseif x then
    return tointeger(x) and ~tointeger(x)
      or wrong(s, by, "`~` takes integers only", format("%s is no integer", text_of(x)))
  elseif op == "#" and kind == "string" then
    return #v
  end
  local done, value = overloaded(s, pc, op, info[1], info[3], v)
  if done then
    return value
  elseif op == "#" and kind == "table" then
    return #v
  end
  wrong(s, by, format(info[2], operand(s, v)), "this is " .. word(v))
end

local function join(a, b) return a .. b end

local function is_text(v)
  return type(v) == "string" or type(v) == "number"
end

-- The texts vals[first .. last] and `behind` (or nil) as one.
local function texts(s, pc, vals, first, last, behind)
  behind = behind and text_of(behind)
  local total = behind and #behind or 0
  for i = first, last do
    vals[i] = text_of(vals[i])
    total = total + #vals[i]
  end
  charge(s, pc, "bytes", total)
  local made = append(vals, "", first, last)
  return behind and made .. behind or made
end

-- The values vals[first .. last] as one text; from the right, as Lua does,
-- where operands have a `__concat`.
local function concat(s, pc, vals, by, first, last)
  local at = last -- what is left of it is not joined yet
  while at >= first and is_text(vals[at]) do
    at = at - 1
  end
  if at < first then
    return texts(s, pc, vals, first, last)
  end
  local result, made
  if at >= last - 1 then
    result, made, at = vals[last], by[last], last - 1
  else
    result, made = texts(s, pc, vals, at + 1, last), pc
  end
  while at >= first do
    local v, run = vals[at], at
    while run >= first and is_text(result) and is_text(vals[run]) do
      run = run - 1
    end
    if run < at then
      result = texts(s, pc, vals, run + 1, at, result)
      at = run
    else
      local done, value = overloaded(s, pc, "..", "__concat", join, v, result)
      if not done then
        local culprit = v
        if is_text(v) then
          culprit = result
        end
        wrong(s, is_text(v) and made or by[at],
          format("cannot join %s and %s", word(v), word(result)), "this is " .. word(culprit))
      end
      result, at = value, at - 1
    end
    made = pc
  end
  return result
end

M.binary, M.unary, M.concat = binary, unary, concat

return M
