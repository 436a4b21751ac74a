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
  local key = view:key(id)
  return fail.new("EKEY", {
    message = utf8.len(tostring(key))
      and ("%s has one key for `1` and `\"1\"`"):format(name)
      or ("%s has no way to write a key that is not Unicode"):format(name),
    key = tell.path(view.tree, id),
    marks = { view.tree:mark(id, "", "key") },
    helps = { "`--format=lua` shows it" },
  })
end

-- `???` is YAML alone.
local function no_value(view, id)
  local path = tell.path(view.tree, id)
  return fail.new("EMISSING", {
    message = ("the value of `%s` must be given, and a Lua config cannot say so"):format(path),
    key = path,
    marks = { view.tree:mark(id, "") },
    helps = { ("give it on the command line: `%s=…`"):format(path), "`--format=yaml` shows it" },
  })
end

--- A node as a value for wick.json; or nil and an error.
function M.value(self, top, options)
  local view = form.view(self, options)
  local value, odd = require "wick.show.json".value(view, top)
  if value == nil then
    return nil, no_key(view, odd, "JSON")
  end
  return value, options.origin and require "wick.show.origin".list(view, top) or nil
end

--- The text of a node, ended by a line end; or nil and an error.  options: as for
--- config:show, complete.
---@param self table  a config
---@param top integer
---@param options table
---@return string?
---@return table? err
function M.text(self, top, options)
  local view = form.view(self, options)
  local format = options.format
  if format == "json" then
    local value, wrong = M.value(self, top, options)
    if value == nil then
      return nil, wrong
    end
    local text, err = require "wick.json".encode(value, true)
    return text and text .. "\n", err
  end
  local writer = require("wick.show." .. format)
  local lines, odd = writer.lines(view, top)
  if not lines and format == "yaml" then
    return nil, no_key(view, odd, "YAML")
  elseif not lines then
    return nil, no_value(view, odd)
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

--- The documents of a config that was read and no more, or what stands at a key
--- in them: with more than one, each below a line with its name.
function M.documents(self, options)
  local writer = require("wick.show." .. options.format)
  local out, problem = {}, nil
  for _, doc in ipairs(self.documents) do
    local config = setmetatable({ top = doc.top }, { __index = self })
    local top, absent = require "wick.key".node(config, options.key)
    problem = problem or absent
    if top then
      local text, err = M.text(config, top, options)
      if not text then
        return nil, err
      end
      out[#out + 1] = (#self.documents > 1 and writer.comment
        and ("%s %s\n"):format(writer.comment, fail.quote(doc.name, 200)) or "") .. text
    end
  end
  if #out == 0 then
    return nil, problem
  end
  return table.concat(out, "\n")
end

return M
