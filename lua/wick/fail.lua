-- wick.fail: the error value, wick.Error, made from Lua.
--
-- Ground floor: every room may call it.  May call: core, origin, report (when an error
-- is made a text).  The C side makes the same tables (src/fail.h holds the one table of
-- codes).  It works whatever modules made of Lua's libraries.
--
-- An error is a table {name, code, kind, status, severity, message, key (a key path, or
-- nil), marks, notes, helps, cause (what was raised, or nil), errors (all of its phase)}.
-- A mark says where: {file, line, column, byte, length, label, text (of that line)}; or
-- argv, env or host in place of file.

local core = require "wick.core"
local origin = require "wick.origin"

local error, getmetatable, ipairs, pairs, rawget, setmetatable =
  error, getmetatable, ipairs, pairs, rawget, setmetatable
local tostring, type = tostring, type
local distance, gsub = core.distance, string.gsub
local abs, most, min = math.abs, math.max, math.min
local concat, sort = table.concat, table.sort

local M = {}

local Error = core.Error -- the metatable that C gives its errors too

Error.__name = "wick.Error"
Error.__tostring = function(err)
  return origin.tell("wick.report", "text", err)
end

--- A text as a message may have it: bytes that a terminal obeys, that are no
--- characters or cannot be seen are escaped.  Line ends and tabs stay.
---@param text string
---@return string
function M.clean(text)
  return (gsub(text, "[^\n\t\32-\126]+", function(run)
    return core.quote(run, #run)
  end))
end

local function clean_list(list)
  for i, text in pairs(list) do
    list[i] = M.clean(text)
  end
end

-- Makes all texts of an error fit; names of keys and files come in everywhere.
local function clean_up(err)
  clean_list(err.notes)
  clean_list(err.helps)
  for _, mark in ipairs(err.marks) do
    mark.label = mark.label and M.clean(mark.label)
  end
end

-- What an error is told with may be made when it is first asked for: only some of
-- very many errors are ever shown.
local LATER = { marks = true, notes = true, helps = true }

Error.__index = function(err, field)
  local later = LATER[field] and rawget(err, "later")
  if later then
    err.later, err.marks, err.notes, err.helps = nil, {}, {}, {}
    later(err)
    clean_up(err)
    return rawget(err, field)
  end
end

-- How many names may still be compared: some thousand errors that are told at once
-- have as many names each, and the suggestions of the first ones are enough.
local LOOKS = 2000000
local looks = LOOKS

local function make(severity, name, fields)
  looks = LOOKS
  local info = core.codes[name] or error("no such failure: " .. tostring(name), 3)
  local err = {
    name = name,
    code = info.code,
    kind = info.kind,
    status = info.status,
    severity = severity,
  }
  if not fields.later then
    err.marks, err.notes, err.helps = {}, {}, {}
  end
  for key, value in pairs(fields) do
    err[key] = value
  end
  err.message = err.message and M.clean(err.message)
  if not err.later then
    clean_up(err)
  end
  err.errors = { err }
  return setmetatable(err, Error)
end

--- An error of the table's row `name`; `fields` as they are listed above, or for
--- marks, notes and helps `later`, a function that puts them into the error.
---@param name string
---@param fields table
---@return table
function M.new(name, fields)
  return make("error", name, fields)
end

--- The same as a warning.
function M.warning(name, fields)
  return make("warning", name, fields)
end

--- Whether v is a wick.Error.
function M.is(v)
  return type(v) == "table" and getmetatable(v) == Error
end

-- With several diagnostics the first of these exit statuses decides.
local RANK = { [70] = 0, [2] = 1, [5] = 2, [3] = 3, [4] = 4, [6] = 5, [7] = 6, [1] = 7 }

--- One object for all errors of a phase: the first of the list, which then
--- holds the whole list in `errors` and the status that decides.
---@param list table[]  at least one error
---@return table
function M.all(list)
  local first, status = list[1], nil
  for _, err in ipairs(list) do
    if err.severity == "error" and (not status or RANK[err.status] < RANK[status]) then
      status = err.status
    end
  end
  first.errors = list
  first.status = status or first.status
  return first
end

--- A mark on `length` bytes at `byte` (from 1) of `text`, which is the whole
--- source of `file`.
function M.mark(file, text, byte, length, label)
  local line, column, written = core.place(text, byte)
  return {
    file = file,
    line = line,
    column = column,
    byte = byte,
    length = length,
    label = label or "",
    text = written,
  }
end

--- The names nearest to `word`, nearest first, at most three.  None when very many
--- names were compared since the last error was made.
---@param word string
---@param candidates string[]
---@return string[]
function M.near(word, candidates)
  local found = {}
  looks = looks - #candidates
  if #word > 64 or looks < 0 then
    return found
  end
  local cap = most(1, #word // 3)
  for _, name in ipairs(candidates) do
    if type(name) == "string" and abs(#name - #word) <= cap then
      local d = distance(word, name, cap)
      if d <= cap and d < #word and d < #name then -- something of it is there
        found[#found + 1] = { name = name, d = d }
      end
    end
  end
  sort(found, function(x, y)
    return x.d < y.d or x.d == y.d and x.name < y.name
  end)
  local names = {}
  for i = 1, min(3, #found) do
    names[i] = found[i].name
  end
  return names
end

local NAMED = 10 -- names in a note

--- "a, b, c": sorted, at most ten, and fit for a message, for a note that says what
--- exists.
function M.names(candidates)
  local list = {}
  for i = 1, #candidates do
    local name = tostring(candidates[i])
    if i <= NAMED then
      list[i] = name
    elseif name < list[NAMED] then
      list[NAMED] = name
    end
    if i == NAMED or i > NAMED and list[NAMED] == name then
      sort(list)
    end
  end
  sort(list)
  for i = 1, #list do
    list[i] = M.quote(list[i], 200)
  end
  return concat(list, ", ") .. (#candidates > NAMED and ", …" or "")
end

--- What a node of the tree is called in a message, by its kind.
M.kinds = {
  map = "a map",
  list = "a list",
  int = "a number",
  float = "a number",
  string = "a string",
  bool = "a boolean",
  null = "null",
  object = "an object",
  late = "an object",
  host = "a value of the host program",
}

--- What is shown for a secret.
M.hidden = "‹hidden›"

--- Hostile text made fit for a message: control bytes escaped, cut at `max`
--- characters (60).
function M.quote(text, max)
  return core.quote(tostring(text), max or 60)
end

return M
