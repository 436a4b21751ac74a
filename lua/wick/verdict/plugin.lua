-- wick.verdict.plugin: what a plugin says of itself, for people.  A part of
-- wick.verdict.
--
-- May call: the project (its plugins), fail.

local fail = require "wick.fail"

local concat, format, rep = table.concat, string.format, string.rep
local getenv, ipairs, utf8 = os.getenv, ipairs, utf8

local M = {}

--- A plugin that does not say what it is: an error, or a warning.
---@param project table
---@param record table
---@param warning? boolean
---@return table err
function M.unstated(project, record, warning)
  local make = warning and fail.warning or fail.new
  return make("EUNSTATED", {
    message = format("plugin `%s` does not state what it is", record.canonical),
    notes = { format("%s%s has no statement: what it exports, and for which Lua it was built, "
      .. "shows only when it runs", project.label, record.file) },
    helps = { "add a WICK_PLUGIN to it: see include/wick/plugin.h" },
    target_label = project.label .. record.file,
    module_file = record.file,
  })
end

-- A text of the plugin's author, which may be anything.
local function quote(text)
  return fail.quote(text, 200)
end

--- Adds rows of two columns, each indented.
---@param lines string[]
---@param indent string
---@param rows string[][]
function M.columns(lines, indent, rows)
  local widest = 0
  for _, row in ipairs(rows) do
    local width = utf8.len(row[1])
    widest = width > widest and width or widest
  end
  for _, row in ipairs(rows) do
    local space = row[2] ~= "" and rep(" ", widest - utf8.len(row[1]) + 3) or ""
    lines[#lines + 1] = indent .. row[1] .. space .. row[2]
  end
end

-- What the statement says, in lines.
local function say_statement(lines, statement)
  lines[1] = format("C plugin %s %s for %s%s", quote(statement.name), quote(statement.version),
    quote(statement.lua), statement.doc ~= "" and ": " .. quote(statement.doc) or "")
  for _, constructor in ipairs(statement.constructors) do
    M.columns(lines, "  ", { { quote(constructor.name), quote(constructor.doc) } })
    local rows = {}
    for i, param in ipairs(constructor.params) do
      rows[i] = { format("%s%s: %s", quote(param.name), param.optional and "?" or "",
        quote(param.type)), quote(param.doc) }
    end
    M.columns(lines, "    ", rows)
  end
end

-- What the system's linker will do for it, and who has a say in that.
local function say_needs(lines, facts)
  lines[#lines + 1] = "exports " .. fail.names(facts.exports)
  if #facts.needed > 0 then
    lines[#lines + 1] = "needs " .. fail.names(facts.needed)
  end
  for _, name in ipairs { "LD_LIBRARY_PATH", "LD_PRELOAD" } do
    local value = getenv(name)
    if value and value ~= "" then
      lines[#lines + 1] = format("%s is set, and changes which libraries are found: %s", name,
        fail.quote(value))
    end
  end
end

-- Whether a statement has this constructor.
local function has(statement, name)
  for _, constructor in ipairs(statement.constructors) do
    if constructor.name == name then
      return true
    end
  end
  return false
end

--- What there is to say of a plugin that `explain` found: lines of a note; or
--- nil and the verdict that it does not count.  `needed`: the constructor
--- without which it does not; `member`: its member.
---@param plugin userdata
---@param needed? string
---@param member? string
---@return string? note
---@return string? verdict
function M.look(plugin, needed, member)
  local statement, lines = plugin:statement(), {}
  local whole = needed and member and needed .. "." .. member or needed
  if statement and whole and not has(statement, whole) then
    return nil, format("states nothing called %s", whole)
  end
  if statement then
    say_statement(lines, statement)
  else
    lines[1] = needed and format("C plugin without a statement; whether it exports %s shows only "
      .. "when it runs", needed) or "C plugin without a statement"
  end
  local facts, err = plugin:facts()
  if facts then
    say_needs(lines, facts)
  else
    lines[#lines + 1] = format("refused[%s]: %s", err.code, err.message)
  end
  return concat(lines, "\n")
end

return M
