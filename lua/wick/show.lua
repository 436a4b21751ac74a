-- wick.show: a tree -> text that reads back to the same config.
--
-- May call: show/*, the tree, evaluate's state, tell, json, fail, core.  Runs
-- nothing of the project.

local fail = require "wick.fail"
local form = require "wick.show.form"
local tell = require "wick.tell"

local M = {}

-- The format has no way to write this key.
local function no_key(view, id, name)
  local key = view.tree:key(id)
  return fail.new("EKEY", {
    message = utf8.len(tostring(key))
      and ("%s has one key for `1` and `\"1\"`"):format(name)
      or ("%s has no way to write a key that is not Unicode"):format(name),
    key = tell.path(view.tree, id),
    marks = { view.tree:mark(id, "", "key") },
    helps = { "`--format=lua` shows it" },
  })
end

--- The text of a node, ended by a line end; or nil and an error.  options:
--- format ("yaml", "json", "lua"), after ("evaluate", "compose"), raw, origin.
---@param self table  a config
---@param top integer
---@param options table
---@return string?
---@return table? err
function M.text(self, top, options)
  local view = form.view(self, options)
  local format = options.format or "yaml"
  if format == "json" then
    local value, odd = require "wick.show.json".value(view, top)
    if value == nil then
      return nil, no_key(view, odd, "JSON")
    end
    local text, err = require "wick.json".encode(value, true)
    return text and text .. "\n", err
  end
  local writer = require("wick.show." .. format)
  local lines, odd = writer.lines(view, top)
  if not lines then
    return nil, no_key(view, odd, "YAML")
  end
  if options.origin then
    require "wick.show.origin".add(view, lines, writer.comment)
  end
  local out = {}
  for _, line in ipairs(lines) do
    out[#out + 1] = line.text .. (line.remark and ("  %s %s"):format(writer.comment, line.remark)
      or "")
    if line.below then
      table.move(line.below, 1, #line.below, #out + 1, out)
    end
  end
  out[#out + 1] = ""
  return table.concat(out, "\n")
end

return M
