-- wick.expr.parse: the text of an expression -> steps for eval's stack.
--
-- May call: core (key paths), fail, origin, expr/tokens, expr/names (when a name stands
-- in the text), expr/refusal (when the text is no expression).
--
-- An expression becomes flat arrays of steps, in the order in which they are
-- done: operands before their operator, `and` and `or` as jumps.  Operators
-- wait on a stack of their own, so a chain of 100 000 of them needs no
-- recursion, here or in eval; only brackets recurse, at most NESTED deep.
--
-- Step i is code[i] with its operand x[i].  It makes the value of the text
-- [from[i], to[i]]; at[i] is the byte of its operator or name, for errors:
-- these three are made when they are asked for.

local core = require "wick.core"
local fail = require "wick.fail"
local origin = require "wick.origin"
local tokens = require "wick.expr.tokens"

local M = {}

local NESTED = 200 -- brackets in brackets
local ARGUMENTS = 250 -- of one call, as in Lua

-- How tight an operator holds its left and its right operand (Lua's own).
local LEFT = {
  ["or"] = 1, ["and"] = 2,
  ["<"] = 3, [">"] = 3, ["<="] = 3, [">="] = 3, ["~="] = 3, ["=="] = 3,
  ["|"] = 4, ["~"] = 5, ["&"] = 6, ["<<"] = 7, [">>"] = 7,
  [".."] = 9, ["+"] = 10, ["-"] = 10,
  ["*"] = 11, ["/"] = 11, ["//"] = 11, ["%"] = 11,
  ["^"] = 14,
}
local RIGHT = setmetatable({ [".."] = 8, ["^"] = 13 }, { __index = LEFT })
local UNARY = { ["not"] = true, ["-"] = true, ["#"] = true, ["~"] = true }
local UNARY_RIGHT = 12

local raise, wrong, shown = tokens.raise, tokens.wrong, tokens.shown
local advance, following, is = tokens.advance, tokens.following, tokens.is

local CLOSE = { ["("] = ")", ["["] = "]", ["{"] = "}" }
local CONSTANT = { ["true"] = true, ["false"] = false } -- and nil

local function names()
  return require "wick.expr.names"
end

local function refusal()
  return require "wick.expr.refusal"
end

local function emit(s, op, x, from, to, at)
  local n = s.n + 1
  s.n = n
  s.code[n], s.x[n], s.from[n], s.to[n], s.at[n] = op, x, from, to, at
  return n
end

-- Notes that one more operand is on the stack: the text [from, to].
local function push(s, from, to)
  local sp = s.sp + 1
  s.sp, s.first[sp], s.last[sp] = sp, from, to
end

local expression

local function enter(s)
  s.depth = s.depth + 1
  if s.depth > NESTED then
    wrong(s, ("this expression is nested deeper than %d levels"):format(NESTED),
      "one level too many")
  end
end

-- The bracket that closes the one at `opened`; gives its last byte.
local function close(s, bracket, opened)
  local want = CLOSE[bracket]
  if not is(s, want) then
    if not s.kind then
      raise(opened, 1, ("this `%s` is never closed"):format(bracket), "opened here")
    end
    local helps
    if bracket == "{" and is(s, ":") then
      helps = { "in Lua a table is `{ key = value }`" }
    elseif is(s, "=") then
      helps = { "to compare, write `==`" }
    end
    wrong(s, ("`%s` stands where `%s` or an operator should be"):format(shown(s), want),
      ("expected `%s`"):format(want), helps)
  end
  s.depth = s.depth - 1
  local to = s.stops[s.p]
  advance(s)
  return to
end

-- The value of the string that is the current token.
local function unquoted(s)
  local value, at = core.unquote(s.word)
  if not value then
    raise(s.starts[s.p] + at - 1, 2, "this text has an escape that Lua does not know",
      "no such escape", { helps = { "write a backslash itself as `\\\\`" } })
  end
  return value
end

-- { a, b; name = c, [d] = e }: the table step, then one for each item.
local function constructor(s)
  local opened = s.starts[s.p]
  enter(s)
  advance(s)
  local made = emit(s, "table", nil, opened, opened)
  push(s, opened, opened)
  local sp, count = s.sp, 0
  local last, closing -- the step of a call that is the last item so far
  while not is(s, "}") do
    local from = s.starts[s.p]
    local next = s.kind == "name" and following(s)
    last = nil
    if next == "=" then
      local key = s.word
      advance(s)
      advance(s)
      expression(s)
      emit(s, "setname", key, from, s.last[s.sp], from)
    elseif next == ":" and not names().known[s.word] and not names().libraries[s.word] then
      raise(from, #s.word, "this table is not written as in Lua", "expected a key and `=`",
        { helps = { ("write `{ %s = … }`"):format(s.word) } })
    elseif is(s, "[") then
      enter(s)
      advance(s)
      expression(s)
      close(s, "[", from)
      if not is(s, "=") then
        wrong(s, "a key in brackets needs its value", "expected `=` and a value")
      end
      advance(s)
      expression(s)
      emit(s, "set", count, from, s.last[s.sp], from) -- items in front win, as in Lua
    else
      count = count + 1
      last = expression(s)
      closing = emit(s, "item", count, from, s.last[s.sp], from)
    end
    s.sp = sp
    if not (is(s, ",") or is(s, ";")) then
      break
    end
    advance(s)
  end
  if last then -- all values of the call
    s.x[last], s.code[closing] = true, "items"
  end
  local to = close(s, "{", opened)
  emit(s, "tabled", nil, opened, to)
  s.last[sp], s.to[made] = to, to
  return opened, to
end

-- (a, b), "text" or {…} behind what is called; gives the last byte.
local function arguments(s)
  local opened = s.starts[s.p]
  if s.kind == "string" then
    emit(s, "const", unquoted(s), opened, s.stops[s.p])
    advance(s)
    return s.stops[s.p - 1]
  elseif is(s, "{") then
    constructor(s)
    s.sp = s.sp - 1
    return s.stops[s.p - 1]
  end
  enter(s)
  advance(s)
  local sp, count, last = s.sp, 0
  if not is(s, ")") then
    repeat
      if count > 0 then
        advance(s)
      end
      count = count + 1
      if count > ARGUMENTS then
        wrong(s, ("a call has at most %d arguments"):format(ARGUMENTS), "one too many")
      end
      last = expression(s)
      s.sp = sp
    until not is(s, ",")
    if last then
      s.x[last] = true
    end
  end
  return close(s, "(", opened)
end

-- A name: one of the functions, or math.x and string.x.
local function name(s)
  local from, to, word, known = s.starts[s.p], s.stops[s.p], s.word, names()
  local library = known.libraries[word]
  if library then
    advance(s)
    if not is(s, ".") or s.kinds[s.p + 1] ~= "name" then
      raise(from, #word, ("`%s` is no value by itself"):format(word),
        ("expected `%s.name`"):format(word),
        { notes = { ("`%s` has: %s"):format(word, fail.names(library)) } })
    end
    advance(s)
    to = s.stops[s.p]
    if not known.known[word .. "." .. s.word] then
      refusal().unknown(s, s.word, word, from, to)
    end
    word = word .. "." .. s.word
  elseif known.lua[word] or known.instead[word] then
    raise(from, #word, ("expressions have no `%s`"):format(word), "no such name", {
      notes = { "there are these names: " .. fail.names(known.top) },
      helps = { known.instead[word] },
    })
  elseif not known.known[word] then
    refusal().unknown(s, word, nil, from, to, ("to refer to a key, write `@%s`"):format(word))
  end
  advance(s)
  local constant = known.constants[word]
  emit(s, constant and "const" or "builtin", constant or word, from, to, from)
  push(s, from, to)
  return from
end

-- @path
local function reference(s)
  local from, to, word = s.starts[s.p], s.stops[s.p], s.word
  local optional = word:sub(2, 2) == "?"
  -- some text behind it shows the path where it ends
  local path, err = core.keypath(s.text:sub(from + (optional and 2 or 1), to + 32), true)
  if not path then
    if word == "@" and not s.text:find("^[%[%d./:]", from + 1) then
      raise(from, 1, "a key path is missing behind `@`", "expected a key, as in `@model.lr`")
    end
    local mark = err.marks[1] or { byte = 1, length = 1, label = "" }
    raise(from + mark.byte, mark.length, err.message, mark.label,
      { notes = err.notes, helps = err.helps })
  end
  local refs = s.refs
  refs[#refs + 1] = { path = path, byte = from, length = to - from + 1, optional = optional }
  emit(s, "ref", #refs, from, to, from)
  push(s, from, to)
  advance(s)
  return from
end

-- What may follow a name, a reference or a parenthesis: .x [x] :x() ().
-- Gives the step of the call, when one stands last.
local function suffixes(s, from)
  local call
  while true do
    local at, word = s.starts[s.p], s.kind == "op" and s.word
    if word == "." or word == ":" then
      advance(s)
      if s.kind ~= "name" then
        wrong(s, ("a name is missing behind `%s`"):format(word), "expected a name",
          s.kind == "keyword" and word == "."
          and { ("`%s` is a word of Lua: write `[\"%s\"]`"):format(s.word, s.word) } or nil)
      end
      local field, to = s.word, s.stops[s.p]
      at = s.starts[s.p]
      advance(s)
      if word == "." then
        emit(s, "field", field, from, to, at)
        s.last[s.sp], call = to, nil
      elseif s.kind ~= "string" and not is(s, "(") and not is(s, "{") then
        raise(at, #field, ("the method `%s` is not called"):format(field), "expected `(`",
          { helps = { ("write `:%s()` to call it, or `.%s` for a field"):format(field, field) } })
      else
        emit(s, "method", field, from, to, at)
        to = arguments(s)
        call = emit(s, "call", false, from, to, from)
        s.last[s.sp] = to
      end
    elseif word == "[" then
      enter(s)
      advance(s)
      expression(s)
      s.sp = s.sp - 1
      local to = close(s, "[", at)
      emit(s, "index", nil, from, to, at)
      s.last[s.sp], call = to, nil
    elseif word == "(" or word == "{" or s.kind == "string" then
      emit(s, "callee", nil, from, s.last[s.sp])
      local to = arguments(s)
      call = emit(s, "call", false, from, to, from)
      s.last[s.sp] = to
    else
      return call
    end
  end
end

-- One operand with what follows it; gives the step of the call when it ends
-- in one.
local function operand(s)
  local kind, word, from = s.kind, s.word, s.starts[s.p]
  if kind == "number" then
    emit(s, "const", tonumber(word), from, s.stops[s.p])
  elseif kind == "string" then
    emit(s, "const", unquoted(s), from, s.stops[s.p])
  elseif kind == "name" then
    return suffixes(s, name(s))
  elseif kind == "at" then
    return suffixes(s, reference(s))
  elseif kind == "keyword" and (word == "nil" or CONSTANT[word] ~= nil) then
    emit(s, "const", CONSTANT[word], from, s.stops[s.p])
  elseif word == "{" then
    constructor(s)
    return nil
  elseif word == "(" then
    enter(s)
    advance(s)
    expression(s)
    local sp = s.sp
    s.first[sp], s.last[sp] = from, close(s, "(", from)
    return suffixes(s, from)
  else
    refusal().novalue(s)
  end
  push(s, from, s.stops[s.p])
  advance(s)
end

-- The operator that waits last gets its operands.
local function reduce(s)
  local n = s.waiting
  local word, at, sp = s.opword[n], s.opat[n], s.sp
  if s.opright[n] == UNARY_RIGHT then
    s.first[sp] = at
    emit(s, "unary", word, at, s.last[sp], at)
  elseif word == "and" or word == "or" then
    sp = sp - 1
    s.last[sp] = s.last[sp + 1]
    s.x[s.opstep[n]] = s.n + 1 -- where to go on when the left side decides
  elseif word == ".." then -- a whole chain at once, so that it makes one text
    local count = 2
    while n > s.bottom and s.opword[n - 1] == ".." do
      n, count = n - 1, count + 1
    end
    sp = sp - count + 1
    s.last[sp] = s.last[s.sp]
    emit(s, "concat", count, s.first[sp], s.last[sp], at)
  else
    sp = sp - 1
    s.last[sp] = s.last[sp + 1]
    emit(s, "binary", word, s.first[sp], s.last[sp], at)
  end
  s.sp, s.waiting = sp, n - 1
end

-- Operands and operators; leaves one more operand.  Gives the step of the
-- call when the expression is a call and nothing else.
function expression(s)
  local bottom, above = s.waiting + 1, s.bottom
  s.bottom = bottom
  while true do
    while UNARY[s.word] and (s.kind == "op" or s.kind == "keyword") do
      local n = s.waiting + 1
      s.waiting, s.opword[n], s.opright[n] = n, s.word, UNARY_RIGHT
      s.opat[n] = s.starts[s.p]
      advance(s)
    end
    local call = operand(s)
    local word = (s.kind == "op" or s.kind == "keyword") and s.word
    local left = LEFT[word]
    if not left and s.waiting < bottom then
      s.bottom = above
      return call
    end
    while s.waiting >= bottom and (left or 0) <= s.opright[s.waiting] do
      reduce(s)
    end
    if not left then
      s.bottom = above
      return nil
    end
    local n = s.waiting + 1
    s.waiting, s.opword[n], s.opright[n], s.opat[n] = n, word, RIGHT[word], s.starts[s.p]
    if word == "and" or word == "or" then
      s.opstep[n] = emit(s, word, nil, s.starts[s.p], s.stops[s.p])
    end
    advance(s)
  end
end

-- What is of no use once a text is parsed: parsing never comes to itself.
local scratch = { from = {}, to = {}, at = {}, first = {}, last = {}, opword = {},
  opright = {}, opat = {}, opstep = {} }

local function copied(list, n)
  return table.move(list, 1, n, 1, {})
end

local function read(text)
  local s = {
    text = text, p = 0, depth = 0,
    code = {}, x = {}, from = scratch.from, to = scratch.to, at = scratch.at, n = 0, refs = {},
    first = scratch.first, last = scratch.last, sp = 0, -- the text of the operands so far
    opword = scratch.opword, opright = scratch.opright, opat = scratch.opat,
    opstep = scratch.opstep, waiting = 0, bottom = 1,
  }
  tokens.open(s)
  expression(s)
  if s.kind then
    refusal().left_over(s)
  end
  return s
end

-- A config may have very many expressions, and only errors ask where a step
-- stands in the text: it is read again then.
local Steps = {}

function Steps.__index(ast, field)
  if field == "from" or field == "to" or field == "at" then
    local s = origin.tell("wick.expr.parse", "again", ast.text)
    ast.from, ast.to, ast.at = copied(s.from, s.n), copied(s.to, s.n), copied(s.at, s.n)
    return ast[field]
  end
end

M.again = read

function M.parse(text)
  local ok, result = pcall(read, text)
  if ok then
    return setmetatable({ text = text, refs = result.refs, n = result.n, code = result.code,
      x = result.x }, Steps)
  elseif getmetatable(result) == tokens.Problem then
    return nil, setmetatable(result, nil)
  end
  error(result, 0)
end

return M
