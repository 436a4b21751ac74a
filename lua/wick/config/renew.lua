-- wick.config.renew: a config read once more, with another override or from files
-- that changed, in its own place.
--
-- Part of config.  May call: the tree, open, read (folders), build's list of objects,
-- tell, fail, core.
--
-- An object stays when its component says the same as before and all that it was
-- handed stays.  The others are stale: they are no longer the config's to hand
-- out, but close still closes them, in their turn.

local core = require "wick.core"
local fail = require "wick.fail"
local path_of = require "wick.tell".path

local M = {}

-- A change under way: who closes the config meanwhile has it closed at the end.
local Change = {
  __close = function(change)
    if change.closed then
      change.config:close()
    end
  end,
}
local Changing = { __close = core.leave }

-- The node in `tree` at the place that `id` has in `from`, or nil.
local function counterpart(from, id, tree, top)
  local at = top
  for _, segment in ipairs(from:segments(id)) do
    at = at and tree:find(at, segment)
  end
  return at
end

local Comparison = {}
Comparison.__index = Comparison

-- Do two late nodes say the same of objects that stay?
function Comparison:same_late(a, b)
  local old, new = self.old.late[a], self.new.late[b]
  local before, after = self.old.tree:previous(a), self.new.tree:previous(b)
  if not old or not new
    or self.old.tree:text(before) ~= self.new.tree:text(after) then
    return false
  end
  for i, expression in ipairs(old.exprs) do
    for n = 1, #expression.ast.refs do
      local target, other = expression.targets[n], new.exprs[i].targets[n]
      if (target == nil) ~= (other == nil) or target and not self:same(target, other) then
        return false
      end
    end
  end
  return true
end

-- Is the value of node `a` of the old tree that of node `b` of the new one?
function Comparison:same(a, b, inside)
  local old, new = self.old.tree, self.new.tree
  local kind = old:kind(a)
  local component = old:is(a, "component")
  if kind ~= new:kind(b) or component ~= new:is(b, "component") then
    return false
  elseif component and not inside then
    return self.kept[a] == b
  elseif kind == "object" then
    return self:same(old:object(a), new:object(b))
  elseif kind == "late" then
    return self:same_late(a, b)
  elseif kind == "host" then
    return rawequal(self.old.hosts[a], self.new.hosts[b])
  elseif kind ~= "map" and kind ~= "list" then
    return old:text(a) == new:text(b)
  end
  local children, others = old:children(a), new:children(b)
  for i, child in ipairs(children) do
    local other = others[i]
    if kind == "map" then
      other = new:find(b, (old:key(child)))
    end
    if not other or not self:same(child, other) then
      return false
    end
  end
  return #children == #others
end

-- Hands the objects that stay to the new config; gives those that are stale.
local function hand_over(old, new, whole)
  local comparison = setmetatable({ old = old, new = new, kept = {} }, Comparison)
  local stale = {}
  for _, id in ipairs(old.built) do
    local other
    if id > 0 and whole then
      other = counterpart(old.tree, id, new.tree, new.top)
    end
    if other and comparison:same(id, other, true) then
      comparison.kept[id] = other
      new.objects[other], new.borrowed[other] = old.objects[id], old.borrowed[id]
      new.handles[other] = old.handles[id]
      new.built[#new.built + 1] = other
    elseif id < 0 or not old.late[id] then
      -- a number of its own, so that it is closed in its turn
      local number = -#new.built - 1
      new.objects[number], new.borrowed[number] = old.objects[id], old.borrowed[id]
      new.handles[number] = old.handles[id]
      new.gone[number] = id < 0 and old.gone[id] or { key = path_of(old.tree, id),
        mark = old.tree:mark(id, "built here", "key") }
      new.built[#new.built + 1] = number
      if id > 0 then
        stale[#stale + 1] = { key = new.gone[number].key, object = old.objects[id],
          target = old.tree:text(old.tree:find(id, "_target_")) }
      end
    end
  end
  return stale
end

-- Does the project stay the same folder?
local function same_project(old, new)
  if old.options.project then
    return true
  end
  local a, b = old.tree:find(old.top, "project"), new.tree:find(new.top, "project")
  return a and b and old.tree:text(a) == new.tree:text(b)
    and require "wick.read".folder(old, a) == require "wick.read".folder(new, b)
end

--- Reads the config again with these overrides; `afresh`: from its files, not
--- from what was read of them before.  Gives the stale objects, a list of {key,
--- target, object} in the order in which they were built; or nil and an error,
--- and then the config is as it was.
function M.renew(self, overrides, afresh)
  local change <close> = setmetatable({ config = self, closed = false,
    thread = coroutine.running() }, Change)
  local _ <close> = setmetatable({ self, "changing" }, Changing)
  self.changing = change
  local new, err = require "wick.open".open(self.source, overrides, self.options,
    not afresh and self.reader or nil)
  if not new then
    return nil, err
  end
  if new.project then -- check opened it, in the name of one that goes away
    new.project:close(new)
    new.project = false
  end
  local keeps = same_project(self, new)
  new.gone, new.changing = {}, change
  local stale = hand_over(self, new, keeps)
  new.lent = self.lent
  if keeps then
    new.project = self.project
  elseif self.project then
    self.project:close(self)
  end
  setmetatable(new, nil) -- its fields move; it must not close what it shares
  for name, value in pairs(new) do -- first, so that the config is never empty
    self[name] = value
  end
  for name in pairs(self) do
    if new[name] == nil then
      self[name] = nil
    end
  end
  if change.closed then
    return nil, fail.new("ECLOSE", { message = "the config was closed meanwhile" })
  end
  return stale
end

return M
