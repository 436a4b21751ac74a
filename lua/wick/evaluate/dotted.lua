-- wick.evaluate.dotted: keys that are written like key paths, where something is
-- that the path would lead to: warnings.  A part of wick.evaluate.
--
-- May call: the tree, tell, fail.

local fail = require "wick.fail"
local tell = require "wick.tell"

-- `a: {b: ...}` for `a.b`, `a::b` and `a/b`; nil for what has an index in it.
local function nested(key)
  local parts = {}
  for part in key:gsub("::", "."):gsub("/", "."):gmatch("[^.]+") do
    parts[#parts + 1] = part
  end
  if key:find("[", 1, true) or #parts < 2 then
    return nil
  end
  return table.concat(parts, ": {") .. ": …" .. ("}"):rep(#parts - 1)
end

--- Warns of values whose plain key is written like a path.
return function(self, values)
  local tree = self.tree
  for _, id in ipairs(values) do
    local key = tree:key(id)
    if not self:is_dead(id) and tree:kind(id) ~= "none" then
      local head = key:match("^.[^.%[/:]*")
      local meant = nested(key)
      self.warnings[#self.warnings + 1] = fail.warning("EDOTTED", {
        message = ("`%s` is one key, and `%s` beside it is not changed"):format(fail.quote(key),
          fail.quote(head)),
        key = tell.path(tree, id),
        marks = { tree:mark(id, "keys of a document are no paths", "key"),
          tree:mark(tree:find(tree:up(id), head), "not changed", "key") },
        helps = { meant and ("to change what is in `%s`, write `%s`"):format(fail.quote(head),
            fail.quote(meant)) or ("to change what is in `%s`, write it out, or override it on the "
            .. "command line"):format(fail.quote(head)),
          ("to mean a key of this name, quote it: `\"%s\":`"):format(fail.quote(key)) },
      })
    end
  end
end
