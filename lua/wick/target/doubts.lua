-- wick.target.doubts: who else may write a project's files, as warnings.  A part
-- of wick.target.
--
-- May call: fail.  Loaded when there is a doubt.

local fail = require "wick.fail"

-- The reasons in the order of telling; true: `run` tells them as well.
local ORDER = {
  { "all", true }, { "group", true }, { "owner", true }, { "anyone", true },
  { "own group", false }, { "folder", false }, { "link", false },
}

--- Puts the project's folder before the name that an error of the rules is about,
--- if it is one below the root: in the headline, and as what a command works on.
---@param err table
---@param label string
---@return table err
local function place(err, label)
  local thing = err.message:match("`([^`]*)`")
  if not thing or thing:sub(1, 1) == "/" then
    return err
  end
  local function put(text, before)
    local out, at = {}, 1
    while true do
      local from, to = text:find(before .. thing, at, true)
      if not from then
        return table.concat(out) .. text:sub(at)
      end
      out[#out + 1] = text:sub(at, from) .. label .. thing
      at = to + 1
    end
  end
  err.message = put(err.message, "`")
  for i, help in ipairs(err.helps) do
    err.helps[i] = put(help, " ")
  end
  return err
end

local M = { place = place }

--- One warning for each reason: the first thing by name, and the others in a
--- note.  Without `all` only of what another person can do.  `told` (or nil) is a
--- set of doubts that need not be told, to which those that are told are added.
---@param project table
---@param doubts table[]  of root:doubts
---@param all boolean?
---@param told table?
---@return table[] warnings
function M.warnings(project, doubts, all, told)
  local warnings = {}
  for _, reason in ipairs(ORDER) do
    local list, first = {}, nil
    for _, doubt in ipairs(doubts) do
      local key = doubt.reason .. doubt.thing
      if doubt.reason == reason[1] and (all or reason[2]) and not (told and told[key]) then
        if told then
          told[key] = true
        end
        local name = doubt.below and project.label .. doubt.thing or doubt.thing
        list[#list + 1] = name
        if not first or name < first.name then
          first = { name = name, err = doubt }
        end
      end
    end
    if first then
      local err = first.err
      place(err, project.label)
      for i, name in ipairs(list) do
        if name == first.name then
          table.remove(list, i)
          break
        end
      end
      if #list > 0 then
        err.notes[#err.notes + 1] = "the same holds for: " .. fail.names(list)
      end
      warnings[#warnings + 1] = err
    end
  end
  return warnings
end

return M
