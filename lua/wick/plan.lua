-- wick.plan: which object needs which, and the order that follows; where in the
-- config an error of a target is told.
--
-- May call: evaluate's state (tree, late, hosts), plan/circle, tell, origin.

local origin = require "wick.origin"
local path_of = require "wick.tell".path

local format, huge, insert, min = string.format, math.huge, table.insert, math.min
local ipairs, pairs, setmetatable = ipairs, pairs, setmetatable

local M = {}

local GREY, BLACK = 1, 2

--- The error of a chain of nodes, each of which needs the next, the last the
--- first.  `edges[i]` is the node that says so (default: the node itself).
function M.circle(self, chain, edges)
  return origin.tell("wick.plan.circle", "error", self, chain, edges)
end

--- The objects that the value of `id` is made of: of a component those that
--- its options need, of a late node those that its references name.  The list
--- is not the caller's to change.
function M.needs(self, id)
  local late = self.late[id]
  if not late then
    return self.tree:needs(id)
  end
  local list, seen = {}, {}
  for _, expression in ipairs(late.exprs) do
    for n = 1, #expression.ast.refs do
      local target = expression.targets[n] -- nil: optional, and absent
      local object = target and self.tree:object(target)
      for _, need in ipairs(object and { object } or target and self.tree:needs(target) or {}) do
        if not seen[need] then
          seen[need] = true
          list[#list + 1] = need
        end
      end
    end
  end
  return list
end

--- The objects below and behind `roots`, needed ones first, else in document
--- order; values of the host are left out.  Gives nil and an error when they
--- need each other in a circle.
function M.order(self, roots)
  local color, list, hosts = {}, {}, self.hosts
  local stack, needs, at = {}, {}, {} -- open nodes, what they need, how far we are
  for r = 1, #roots do
    local top, need = 0, roots[r]
    repeat
      local state = color[need]
      if state == GREY then
        local chain, edges, from = {}, {}, top
        local edge = origin.room "wick.plan.circle".edge
        while stack[from] ~= need do
          from = from - 1
        end
        for i = from, top do
          chain[#chain + 1] = stack[i]
          edges[#edges + 1] = edge(self, stack[i], i < top and stack[i + 1] or need)
        end
        return nil, M.circle(self, chain, edges)
      elseif not state and hosts[need] == nil then
        top = top + 1
        stack[top], needs[top], at[top] = need, M.needs(self, need), 0
        color[need] = GREY
      end
      need = nil
      while top > 0 and not need do
        at[top] = at[top] + 1
        need = needs[top][at[top]]
        if not need then
          color[stack[top]] = BLACK
          list[#list + 1] = stack[top]
          top = top - 1
        end
      end
    until not need
  end
  return list
end

--- The error of a name, told at the `_target_` of component `id`.  An error
--- whose place to edit is in a module keeps that place first.
function M.locate(self, id, err)
  local tree = self.tree
  local target = tree:find(id, "_target_")
  local span = err.target_span
  local last = err.target_last or err.name == "ERUNTIME" or err.name == "ENOEXPORT"
    or err.name == "EREQUIRE"
  local label = err.target_label or last and "loaded because of this target" or ""
  local mark = tree:mark(target, label, span and span[1] or nil, span and span[2] or nil)
  if err.replacement then
    local whole = tree:mark(target)
    err.fixes = { { title = format("use `%s`", err.replacement), edits = { {
      file = whole.file, argv = whole.argv, byte = whole.byte, length = whole.length,
      text = err.replacement } } } }
  end
  insert(err.marks, last and min(#err.marks, 2) + 1 or 1, mark)
  err.key = path_of(tree, target)
  return err
end

local Gathered = {}
Gathered.__index = Gathered

--- The errors of a phase, each told once with the number of its uses.
function M.gather(self)
  return setmetatable({ self = self, list = {}, uses = {} }, Gathered)
end

--- Adds an error; with a component `id` it is told at that one's `_target_`.
function Gathered:add(err, id)
  if self.uses[err] then
    self.uses[err] = self.uses[err] + 1
    return
  end
  self.uses[err] = id and 0 or -huge -- one about the whole project has no uses
  self.list[#self.list + 1] = id and M.locate(self.self, id, err) or err
end

--- The list, when no more are added.
function Gathered:done()
  for err, uses in pairs(self.uses) do
    if uses > 0 then
      err.notes[#err.notes + 1] = format("and %d more use%s", uses, uses == 1 and "" or "s")
    end
  end
  return self.list
end

return M
