-- wick.unread: keys of a config that nothing reads.
--
-- Part of config.  May call: evaluate's state (and what compose says of copies),
-- explain/uses, plan, target, load (as text), declare, tell, fail.
--
-- Read is what a reference, copy or expression names, with all that is in it and
-- the maps it is in, every component that is built and all that is in it, `project`
-- and `run`; what a component names that is disabled, too.  Of a component whose
-- constructor declares its options those are read.  A map or list of which nothing
-- is read is told once, as a whole.

local fail = require "wick.fail"
local tell = require "wick.tell"

-- The components that `wick run` builds.
local function built(self)
  local tree = self.tree
  local run = tree:find(self.top, "run")
  if not run then
    return self.components
  end
  local plan = require "wick.plan"
  local roots = {}
  if tree:object(run) then
    roots[1] = tree:object(run)
  else
    roots = plan.needs(self, run)
  end
  return plan.order(self, roots) or {}
end

-- What the constructor of a component declares, as far as texts tell; nil when it
-- does not.  `known` has that of each target that was asked for before.
local function declared(self, id, known)
  local tree = self.tree
  local name = tree:find(id, "_target_")
  local target = name and tree:kind(name) == "string" and tree:text(name)
  if target and known[target] == nil then
    local project = self:open_project(id, target)
    local found
    if project then
      local _
      _, _, _, _, found = require "wick.load".check(project, target)
    end
    known[target] = found and require "wick.target".declares(found.record)
      and require "wick.declare".of(project, found) or false
  end
  return target and known[target] or nil
end

--- Warnings, in document order.
return function(self)
  local tree = self.tree
  local whole, partly = {}, {} -- read with all that is in it; with some of it
  local function read(id)
    whole[id] = true
    local at = tree:up(id)
    while at and not partly[at] do
      partly[at] = true
      at = tree:up(at)
    end
  end
  local known = {}
  for _, id in ipairs(built(self)) do
    local of = declared(self, id, known)
    local own = of and require "wick.declare".read(tree, id, of)
    if not own then
      read(id)
    end
    for _, child in ipairs(own or {}) do
      read(child)
    end
  end
  for _, target in ipairs(self.reads.target) do
    read(target)
  end
  for _, copy in ipairs(self.copied or {}) do
    read(copy.target)
  end
  for component in pairs(self.disabled) do -- what it would read when it is there
    local was = tree:children(tree:previous(component))
    for _, target in ipairs(require "wick.explain.uses".written(self, was).target) do
      read(target)
    end
  end
  for _, name in ipairs { "project", "run" } do
    local id = tree:find(self.top, name)
    if id then
      read(id)
    end
  end
  local list, open = {}, { self.top }
  while #open > 0 do
    local id = table.remove(open)
    local children = tree:children(id)
    for i = #children, 1, -1 do
      local child = children[i]
      if partly[child] and not whole[child] then
        open[#open + 1] = child
      elseif not whole[child] then
        list[#list + 1] = child
      end
    end
  end
  table.sort(list)
  for i, id in ipairs(list) do
    local path = tell.path(tree, id)
    list[i] = fail.warning("EUNREAD", {
      message = ("nothing reads `%s`"):format(path),
      key = path,
      marks = { tree:mark(id, tree:is(id, "component") and "`run` does not need it"
        or "no reference, copy, expression or constructor names it", "key") },
    })
  end
  return list
end
