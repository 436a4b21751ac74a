-- wick.expr.step: what the steps of eval share: problems, budgets, code of the
-- project.
--
-- May call: core, fail.
--
-- `s` is the evaluation: s.ast the steps, s.env what the caller gave.  `pc` is
-- the step that runs, `by` the step that made an operand, for its text.

local core = require "wick.core"
local fail = require "wick.fail"

local M = {}

local type, tonumber, tostring, rawget = type, tonumber, tostring, rawget
local mathtype = math.type
local error, ipairs, xpcall, setmetatable = error, ipairs, xpcall, setmetatable
local format, gsub, match, sub = string.format, string.gsub, string.match, string.sub
local traceback = debug.traceback
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
  return fail.quote(sub(s.ast.text, from, to), 40)
end

-- A text value, for messages; hidden where the expression names a secret.
local function shown(s, text, max)
  for _, ref in ipairs(s.ast.refs) do
    if core.secret(tostring(ref.path[#ref.path])) then
      return fail.hidden
    end
  end
  return fail.quote(text, max)
end

--
-- Budgets
--

-- `bytes` and `nodes` are what is made.  `work` is the bytes of text that are
-- read where nothing is made of them, or what takes as long.
local WHAT = {
  work = "the limit `value.bytes` allows to read 4 bytes for each one that expressions make",
  bytes = "the limit `value.bytes` counts every string that expressions make",
  nodes = "the limit `value.nodes` counts every table item that expressions make",
}
local HELP = {
  work = "let a constructor work on long texts, or raise the limit: --limit value.bytes=N",
  bytes = "make long texts in a constructor, or raise the limit: --limit value.bytes=N",
  nodes = "make large tables in a constructor, or raise the limit: --limit value.nodes=N",
}

-- 67108864, "bytes" -> "67,108,864 bytes"
local function counted(n, kind)
  local digits = n < 1e15 and format("%d", n // 1) or format("%.3g", n)
  repeat
    local more
    digits, more = gsub(digits, "^(%d+)(%d%d%d)", "%1,%2")
  until more == 0
  return format("%s %s", digits, digits == "1" and sub(kind, 1, -2) or kind)
end

local function size(n, kind)
  if kind ~= "nodes" and n >= 1 << 20 and n % (1 << 20) == 0 then
    return format("%d MiB", n >> 20)
  end
  return counted(n, kind)
end

-- The decimal point of the locale that the host has set.
local function point_of_locale()
  return sub(format("%.1f", 0.5), 2, -2)
end

-- A text that the C library made of a float, with the point that Lua writes: a
-- host may have set a locale that has another one.
local function pointed(text)
  local point = point_of_locale()
  if point ~= "." then
    text = gsub(text, gsub(point, "%p", "%%%0"), ".")
  end
  return text
end

-- A string, number or boolean as text, as tostring has it in the C locale.
local function text_of(v)
  if mathtype(v) ~= "float" then
    return tostring(v)
  end
  local text = pointed(format("%.14g", v))
  return match(text, "[^%d-]") and text or text .. ".0"
end

local charge

-- The number that a value is or reads as, or nil: a locale's own point is none.
-- Step `pc` asks.
local function number_of(s, pc, v)
  if type(v) == "string" then
    if #v > 64 then
      charge(s, pc, "work", #v)
    end
    if point_of_locale() ~= "." and match(v, "[^0-9A-Fa-fxXpP \t-\r+.-]") then
      return nil
    end
  end
  return tonumber(v)
end

-- n more bytes or nodes are about to be made by step pc, or so much to be read.
function charge(s, pc, kind, n)
  local budget = s.env.budget
  local left = budget and budget[kind]
  if not left then
    return
  elseif n > left then
    local name = kind == "nodes" and kind or "bytes"
    local limit = budget.limits and budget.limits["value." .. name]
    if kind == "work" then
      limit = budget.allowed
    end
    wrong(s, pc, format("evaluating this config would %s more than %s",
      kind == "work" and "read" or "produce", limit and size(limit, kind)
      or format("`value.%s` allows", name)),
      format("%s here, and %s left", counted(n, name), match(counted(left, name), "^%S+")),
      { name = "EBUDGET", notes = { WHAT[kind] }, helps = { HELP[kind] } })
  end
  budget[kind] = left - (n // 1 | 0)
end

--
-- Code of the project
--

local function handler(err)
  return { value = err, whole = traceback(nil, 2) }
end

-- The text that code of the project is called by: that of a step, or the step's
-- operator `op`.  Only a problem asks.
local function span(s, pc, op)
  if op then
    return s.ast.at[pc], s.ast.at[pc] + #op - 1
  end
  return s.ast.from[pc], s.ast.to[pc]
end

-- What protected code raised, as a problem; `what` was called (nil: the text).
local function raised(s, pc, op, what, caught)
  if type(caught) ~= "table" or caught.whole == nil then
    caught = { value = caught } -- the handler itself failed
  end
  local label
  if type(caught.value) == "string" then
    label = fail.quote(match(caught.value, "^[^\n]*"), 100)
  else
    label = "raised " .. word(caught.value)
  end
  local from, to = span(s, pc, op)
  what = what or source(s, from, to)
  raise(from, to, format("`%s` raised an error", what), label,
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

-- May f be called by the step, or its operator?  `value` is what the text calls.
local function allowed(s, f, pc, op, value)
  local ask = s.env.call
  local problem = ask and ask(f, value)
  if problem then
    local from, to = span(s, pc, op)
    if type(problem) ~= "table" then
      problem = { message = tostring(problem) }
    end
    problem.byte, problem.length = problem.byte or from, problem.length or to - from + 1
    problem.name = problem.name or "EEVAL"
    error(setmetatable({ given = problem }, Problem), 0)
  end
end

-- One value of protected code.
local function protected(s, pc, op, what, f, ...)
  local ok, value = xpcall(f, s.env.caught or handler, ...)
  if not ok then
    raised(s, pc, op, what, value)
  end
  return value
end

M.words, M.word = WORDS, word
M.raise, M.wrong, M.source, M.shown = raise, wrong, source, shown
M.charge, M.counted = charge, counted
M.raised, M.allowed, M.protected = raised, allowed, protected
M.pointed, M.text_of, M.number_of = pointed, text_of, number_of
M.metamethod, M.callable, M.handler = metamethod, callable, handler

return M
