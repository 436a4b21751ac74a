-- wick.expr.tokens: the tokens of an expression, one after the other, and the
-- problems that parse finds at them.
--
-- May call: core (lex), fail.
--
-- The parser's state `s` holds the current token: s.kind (nil at the end),
-- s.word its text, s.p its place in s.starts and s.stops.

local core = require "wick.core"
local fail = require "wick.fail"

local M = {}

--- The metatable of what is raised here.
local Problem = {}
M.Problem = Problem

local function raise(byte, length, message, label, fields)
  local problem = fields or {}
  problem.byte, problem.length = byte, length
  problem.message, problem.label = message, label
  error(setmetatable(problem, Problem), 0)
end

-- The current token, for a message.
local function shown(s)
  return fail.quote(s.word, 30)
end

-- A problem at the current token, or behind the last one at the end.
local function wrong(s, message, label, helps)
  local p = s.p
  if s.kind then
    raise(s.starts[p], #s.word, message, label, { helps = helps })
  end
  local byte = p > 1 and s.starts[p - 1] or 1
  raise(byte, p > 1 and s.stops[p - 1] - byte + 1 or 1, message, label, { helps = helps })
end

local function bad(s)
  local helps
  if s.word == "?" then
    helps = { "to choose between two values, write `condition and a or b`" }
  elseif s.word == "$" then
    helps = { "`$` stands once, before the whole expression" }
  end
  local what = s.word:match("^[\"']") and "a text that does not end"
    or s.word:match("^%-%-") and "a comment that does not end"
    or s.word:match("^%.?%d") and "a number that Lua cannot read"
    or s.word:match("^%[") and "a long text that does not end"
    or "a sign that Lua does not know"
  wrong(s, "this expression has " .. what, s.problem, helps)
end

-- Goes to the next token.
local function advance(s)
  local p = s.p + 1
  s.p = p
  local kind = s.kinds[p]
  s.kind = kind
  s.word = kind and s.text:sub(s.starts[p], s.stops[p])
  if kind == "bad" then
    bad(s)
  end
end

-- The text of the token behind the current one.
local function following(s)
  local p = s.p + 1
  return s.kinds[p] and s.text:sub(s.starts[p], s.stops[p])
end

-- Is the current token this operator?
local function is(s, word)
  return s.word == word and s.kind == "op"
end


-- Reads the tokens of s.text and goes to the first.
local function open(s)
  s.p = 0
  s.kinds, s.starts, s.stops, s.problem = core.lex(s.text, true)
  advance(s)
end

M.raise, M.wrong, M.shown = raise, wrong, shown
M.open, M.advance, M.following, M.is = open, advance, following, is

return M
