-- wick.key: a key path that the caller asks for -> the node it leads to.
--
-- Ground floor.  May call: the tree, absent, tell, fail, core.
--
-- An error's `span` {first byte, bytes, label} says where the path goes wrong.

local absent = require "wick.absent"
local core = require "wick.core"
local fail = require "wick.fail"
local tell = require "wick.tell"

local M = {}

--- Parses a key path that counts from the root of the config; or nil and an
--- error.
function M.parse(text)
  local path, problem = core.keypath(text)
  if path and path.length == #text and path.up == 0 then
    return path
  end
  local err = fail.new("EREF", {
    message = ("`%s` is not a key path"):format(fail.quote(text)),
    helps = problem and problem.helps,
  })
  local mark = problem and problem.marks[1]
  if mark then
    err.span = { mark.byte, mark.length, mark.label }
  elseif path and path.up > 0 then
    err.span = { 1, path.up, "a relative path begins here" }
    err.helps[1] = "leave the leading dots out: it counts from the root of the config"
  else
    err.span = { path and path.length + 1 or 1, 1, "the key path ends before this" }
  end
  if not err.helps[1] then
    err.helps[1] = "a key path is written `model.layers[1].size`, or `model[\"odd key\"]`"
  end
  return nil, err
end

--- The error of a path whose segment `i` is not in the node `at`.
function M.absent(self, text, path, at, i)
  local label, near, note = absent.why(self.tree, at, path[i])
  local start, last = absent.span(path, i)
  local err = fail.new("EREF", {
    message = ("the config has no key `%s`"):format(fail.quote(text)),
    key = text,
    notes = { note or self.tree:kind(at) ~= "map" and label or nil },
  })
  for n, name in ipairs(near) do
    err.helps[n] = ("did you mean `%s`?"):format(
      absent.respell(text:sub(1, start - 1), i, name, text:sub(last + 1)))
  end
  local first = text:sub(start, start) == "." and start + 1 or start
  err.span = { first, last - first + 1, at == self.top and "not in the config" or label }
  return err
end

--- The node at a key path (the top without one); or nil and an error.
function M.node(self, text)
  local tree, at = self.tree, self.top
  if text == nil or text == "" then
    return at
  end
  local path, err = M.parse(text)
  if not path then
    return nil, err
  end
  for i, segment in ipairs(path) do
    at = tree:kind(at) == "object" and tree:object(at) or at
    local child = tree:find(at, segment, true)
    if not child then
      return nil, M.absent(self, text, path, at, i)
    elseif tree:kind(child) == "none" then
      local by = self.disabled and self.disabled[child]
      err = fail.new(by and "EDISABLED" or "EREF", {
        message = ("`%s` is %s"):format(tell.path(tree, child), by and "disabled" or "left out"),
        key = text,
        marks = { tree:mark(by or child, by and "disabled here"
          or "an optional reference that leads nowhere") },
      })
      err.span = { 1, select(2, absent.span(path, i)), "" }
      return nil, err
    end
    at = child
  end
  return at
end

return M
