-- wick.show: a tree -> text that reads back to the same config.
--
-- May call: show/*, the tree, evaluate's state, key, json, fail.  Runs nothing of the
-- project.

local fail = require "wick.fail"
local form = require "wick.show.form"

local M = {}

--- A node as a value for wick.json; or nil and an error.
function M.value(self, top, options)
  local view = form.view(self, setmetatable({ format = "json" }, { __index = options }))
  local value = require "wick.show.json".value(view, top)
  if view.refused then
    return nil, view.refused
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
  local lines = writer.lines(view, top)
  if view.refused then
    return nil, view.refused
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
