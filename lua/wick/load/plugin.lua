-- wick.load.plugin: a plugin's entry, and what it returned, and what is asked of
-- it, against what it states.  A part of wick.load, for projects that have plugins.
--
-- May call: the project (its plugins), verdict/words, fail.

local fail = require "wick.fail"
local words = require "wick.verdict.words"

local format, match = string.format, string.match
local rawget, type = rawget, type

local M = {}

-- What every refusal here says of the target that leads to the plugin.
local function blame(project, record, err)
  err.module, err.module_file = record, record.file
  err.target_label = project.label .. record.file
  return err
end

--- The entry of a plugin: a function.  Its library is loaded now, unless it was,
--- and is the project's own from then on.
---@param project table
---@param record table
---@return function? entry
---@return table? err
function M.open(project, record)
  local entry, base = record.plugin:load()
  if not entry then
    return nil, blame(project, record, base)
  end
  project.libraries[base] = true
  return entry
end

-- Whether the module's value has a stated constructor.
local function has(record, value, name)
  local holder, member = match(name, "^([^.]*)%.?(.*)$")
  local field
  if type(value) == "table" then
    field = rawget(value, holder)
  end
  if field == nil and (words.is_own(record, holder)
    or name == "new" and type(value) ~= "table") then
    field = value
  end
  if member ~= "" and type(field) == "table" then
    return rawget(field, member) ~= nil
  end
  return field ~= nil
end

--- ESTATEMENT when a plugin's value lacks a constructor that it states.
---@param project table
---@param record table
---@param value any
---@return table? err
function M.compare(project, record, value)
  local constructors = record.statement.constructors
  for i = 1, #constructors do
    local name = constructors[i].name
    if not has(record, value, name) then
      local names = words.exported { state = "loaded", value = value }
      return blame(project, record, fail.new("ESTATEMENT", {
        message = format("plugin `%s` has no `%s`, which it states", record.canonical, name),
        notes = { #names > 0 and format("`%s` returned a table with: %s", record.entry,
          fail.names(names)) or format("`%s` returned a %s without members", record.entry,
          type(value)) },
        helps = { "state what it exports, or export what it states" },
      }))
    end
  end
end

--- ENOTCALLABLE when a target names a plugin's module itself, and the plugin does
--- not state that this is a constructor; nil and the name of the constructor that
--- it is if the module returns just that.
---@param project table
---@param found table  by rule 1 or 2
---@return table? err
---@return string? name
function M.named(project, found)
  local record = found.record
  if record.stated[found.path[1]] or record.stated.new then
    return nil
  end
  local own = words.own(record)
  if own then
    return nil, own
  end
  return fail.new("ENOTCALLABLE", {
    message = format("target `%s` is not a constructor", found.name),
    notes = { project.label .. record.file .. ": "
      .. words.say_stated(words.exported(record)) },
    helps = { "name one of its constructors, or state this one" },
    target_span = { 1, #found.name },
    target_label = "this is the module itself",
  })
end

return M
