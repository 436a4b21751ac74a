-- wick.key: a key path that the caller asks for -> the node it leads to.
--
-- Ground floor.  May call: the tree, tell, fail, core.

local core = require "wick.core"
local fail = require "wick.fail"
local tell = require "wick.tell"

local M = {}

--- Parses a key path that counts from the root of the config; or nil and an
--- error.
function M.parse(text)
  local path, err = core.keypath(text)
  if path and path.length == #text and path.up == 0 then
    return path
  end
  return nil, fail.new("EREF", {
    message = ("`%s` is not a key path"):format(fail.quote(text)),
    helps = err and err.helps[1] and err.helps or { "write it as `model.layers[1].size`" },
  })
end

--- The error of a path whose segment `i` is not in the node `at`.
function M.absent(self, text, path, at, i)
  local tree, names = self.tree, {}
  for n, child in ipairs(tree:children(at)) do
    names[n] = tostring((tree:key(child)))
  end
  local kind, above = tree:kind(at), tell.path(tree, at)
  local is_map = kind == "map"
  local near = is_map and fail.near(tostring(path[i]), names) or {}
  local first, last = string.unpack("=I4I4", path.spans, 8 * i - 7)
  local helps, before = {}, text:sub(1, first - 1)
  for n, name in ipairs(near) do
    local word = core.keytext { name }
    local joint = (before == "" or before:find("%.$") or word:find("^%[")) and "" or "."
    helps[n] = ("did you mean `%s%s%s%s`?"):format(before, joint, word, text:sub(last + 1))
  end
  local note
  if kind == "list" then
    note = ("`%s` has %d item%s"):format(above, #names, #names == 1 and "" or "s")
  elseif not is_map then
    note = ("`%s` is %s, it has no keys"):format(above, fail.kinds[kind] or kind)
  elseif not near[1] and #names > 0 then
    note = ("%s has: %s"):format(above == "" and "the config" or "`" .. above .. "`",
      fail.names(names))
  end
  return fail.new("EREF", {
    message = ("the config has no key `%s`"):format(fail.quote(text)),
    key = text,
    notes = { note },
    helps = helps,
  })
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
    local by = child and self.disabled and self.disabled[child]
    if by then
      return nil, fail.new("EDISABLED", {
        message = ("`%s` is disabled"):format(tell.path(tree, child)),
        key = text,
        marks = { tree:mark(by, "disabled here") },
      })
    elseif not child or tree:kind(child) == "none" then
      return nil, M.absent(self, text, path, at, i)
    end
    at = child
  end
  return at
end

return M
