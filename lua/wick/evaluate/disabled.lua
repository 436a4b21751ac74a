-- wick.evaluate.disabled: `_disabled_`, which is decided before anything below it
-- is evaluated.  A part of wick.evaluate.
--
-- May call: the tree, sigil, fail.

local fail = require "wick.fail"

local M = {}

-- The component is not there; who refers to it is shown who says so.
local function vanish(self, component, by)
  self.disabled[component] = by
  self.some_vanished = true
  local ok, err = self.tree:vanish(component, by)
  if not ok then
    self:report(component, err)
  end
end

local function refuse(self, id)
  local kind = self.tree:kind(id)
  self:report(id, fail.new("ERESERVEDKEY", {
    message = "`_disabled_` must be true, false, or an expression of plain values",
    marks = { self.tree:mark(id, "this is "
      .. (kind == "late" and "known only when objects are built" or fail.kinds[kind])) },
    helps = { "write `_disabled_: true`, or `_disabled_: \"$ @debug == false\"`" },
  }))
end

--- Decides by a `_disabled_` that is evaluated.
function M.decide(self, component, id)
  local tree = self.tree
  self.deciding[component], self.decides[id] = nil, nil
  local kind = tree:kind(id)
  if kind == "bool" then
    if tree:value(id) then
      vanish(self, component, id)
    end
  elseif self.missing[id] then
    self.wanted[id] = true
  elseif kind ~= "none" and kind ~= "null" then
    refuse(self, id)
  end
end

--- Goes through the values of reserved keys, in document order; gives those that
--- decide and must be evaluated first.
function M.scan(self, reserved)
  local tree, first = self.tree, {}
  local sigil = require "wick.sigil"
  for _, id in ipairs(reserved) do
    local key, up = tree:key(id), tree:up(id)
    if not sigil.known[key] or not tree:is(up, "component") then
      if not self:is_dead(id) then
        sigil.refuse_key(self, id)
      end
    elseif key == "_disabled_" and not self:is_dead(id) then
      if tree:is(id, "sigil") and tree:kind(id) == "string" then
        self.deciding[up], self.decides[id] = id, up
        first[#first + 1] = id
      else
        M.decide(self, up, id)
      end
    end
  end
  return first
end

return M
