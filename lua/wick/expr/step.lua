-- wick.expr.step: what the steps of eval share: problems, budgets, code of the
-- project.
--
-- May call: fail.
--
-- `s` is the evaluation: s.ast the steps, s.env what the caller gave.  `pc` is
-- the step that runs, `by` the step that made an operand, for its text.

local fail = require "wick.fail"

local M = {}

local type, tostring = type, tostring
local getmeta = debug.getmetatable

local WORDS = {
  ["nil"] = "null", boolean = "a boolean", number = "a number", string = "a string",
  table = "a table", userdata = "an object", thread = "a coroutine",
}
WORDS["function"] = "a function"

-- What a value is, in the words of messages.
local function word(v)
  return WORDS[type(v)]
end

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
  return { value = err, whole = debug.traceback(nil, 2) }
end

-- What protected code raised, as a problem with [from, to], which is the text of
-- `what` unless that is told.
local function raised(s, from, to, what, caught)
  if type(caught) ~= "table" or caught.whole == nil then
    caught = { value = caught } -- the handler itself failed
  end
  local label
  if type(caught.value) == "string" then
    label = fail.quote(caught.value:match("^[^\n]*"), 100)
  else
    label = "raised " .. word(caught.value)
  end
  what = what or source(s, from, to)
  raise(from, to, ("`%s` raised an error"):format(what), label,
    { raised = true, what = what, cause = caught.value, trace = caught.whole, caught = caught })
end

-- The metamethod of a table or userdata, or nil.
local function metamethod(v, event)
  local kind = type(v)
  if kind == "table" or kind == "userdata" then
    local meta = getmeta(v)
    return type(meta) == "table" and rawget(meta, event) or nil
  end
end

-- The function that a call of v runs (`__call` of `__call` at most 16 times),
-- or nil.
local function callable(v)
  for _ = 1, 16 do
    if v == nil or type(v) == "function" then
      return v
    end
    v = metamethod(v, "__call")
  end
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

-- One value of protected code.
local function protected(s, from, to, what, f, ...)
  local ok, value = xpcall(f, s.env.caught or handler, ...)
  if not ok then
    raised(s, from, to, what, value)
  end
  return value
end

M.words, M.word = WORDS, word
M.raise, M.wrong, M.source, M.charge, M.counted = raise, wrong, source, charge, counted
M.raised, M.allowed, M.protected = raised, allowed, protected
M.metamethod, M.callable, M.handler = metamethod, callable, handler

return M
