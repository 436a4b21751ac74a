-- wick.load.words: what `require` says of a project's module that it does not
-- give.  A part of wick.load, loaded when something failed.
--
-- May call: nothing.

local concat, format = table.concat, string.format
local gsub, match = string.gsub, string.match

local M = {}

--- A module that is not there, as `require` lists what it tried.
---@param project table
---@param rel string
---@return string
function M.not_there(project, rel)
  local stem = project.base .. (gsub(rel, "%.", "/"))
  local lines = {}
  if rel == "" then
    lines[1] = "no file '" .. project.base .. "init.lua'"
  else
    lines[1] = "no file '" .. stem .. ".lua'"
    lines[2] = "no file '" .. stem .. "/init.lua'"
    lines[3] = "no file '" .. stem .. ".so'"
  end
  lines[#lines + 1] = format("no such module in the project '%s' (root '%s')", project.name,
    project.path)
  return concat(lines, "\n\t")
end

--- A module that is there and cannot be loaded, as Lua says it.
---@param project table
---@param name string
---@param err table
---@return string
function M.not_loaded(project, name, err)
  local said = err.message
  if err.name == "ESYNTAX" and err.marks[1] then
    said = format("%s:%d: %s", err.marks[1].file, err.marks[1].line,
      match(err.notes[1] or "", "^Lua says: (.*)$") or said)
  elseif err.notes[1] then
    said = said .. " (" .. err.notes[1] .. ")"
  end
  local where = err.module_file and project.base .. err.module_file or project.path
  return format("error loading module '%s' from file '%s':\n\t%s", name, where, said)
end

return M
