-- wick.evaluate: references and expressions of the composed tree -> values,
-- and late nodes with what they need.
--
-- May call: the tree, evaluate/*, sigil, structure, expr/step, read (graft), plan,
-- absent, tell, fail.  Never calls build: a node that needs an object is only
-- marked late here.
--
-- Every walk has its own stack, so a chain of 100,000 references costs memory
-- and no recursion.  A node is white (nil), grey (being evaluated), black or
-- failed; what depends on a failed node is skipped without a word.

local fail = require "wick.fail"
local plan = require "wick.plan"
local walk = require "wick.evaluate.walk"
local path_of = require "wick.tell".path

local M = {}

local GREY, BLACK, FAILED = 1, 2, 3
-- Bytes that expressions may read for each that they may make; and at least so many.
local READING, READ = 4, 1 << 20

local State = {}
State.__index = State

--- Takes down the error of a node; what depends on the node is skipped.
function State:report(id, err)
  self.color[id] = FAILED
  if not err then
    return -- `???`: told once for all
  end
  err.key = err.key or path_of(self.tree, id)
  if err.name == "EBUDGET" and self.exhausted then
    return -- everything after the first would say the same
  end
  self.exhausted = self.exhausted or err.name == "EBUDGET"
  local mark = not err.later and err.marks[1]
  if mark then -- an alias says the same at the same place
    local same = ("%s\0%s\0%s"):format(err.message, mark.file or mark.argv, mark.byte)
    local first = self.told[same]
    if first and not mark.host then
      first.again = (first.again or 0) + 1
      return
    end
    self.told[same] = err
  end
  self.errors[#self.errors + 1] = err
  self.place[err] = id
end

--- The error of a path that finds no segment `i` in node `at`; false when that was
--- told of another path.
function State:absent(id, at, path, i, base)
  local segments = self.absences[at] or {}
  local err = segments[path[i]]
  self.absences[at] = segments
  if err then
    err.uses = err.uses or {}
    err.uses[#err.uses + 1] = id
    return false
  end
  segments[path[i]] = require "wick.absent".reference(self, id, at, path, i, base)
  return segments[path[i]]
end

--- Takes down a map that is not what it was meant to be: what needs it is
--- skipped, and so is what needs a value that it is in.
function State:broke(id)
  if not self.broken then
    self.broken, self.holds_broken = {}, {}
  end
  self.broken[id] = true
  while id and not self.holds_broken[id] do
    self.holds_broken[id] = true
    id = self.tree:up(id)
  end
end

local NONE = {}

-- What must be evaluated before the value of `target` can be used: a list, or
-- nil when it cannot be used; and the `???` in it, or nil.
local function pending(self, target)
  local tree = self.tree
  if tree:object(target) then
    return NONE
  elseif self.holds_broken and self.holds_broken[target] then
    return nil
  end
  local sigils, missing = tree:sigils(target)
  if not sigils and not missing then
    return NONE
  end
  local list = {}
  for _, id in ipairs(sigils or NONE) do
    if self.color[id] ~= BLACK then
      list[#list + 1] = id
    end
  end
  return list, missing
end

--
-- Evaluating one node
--

local function reads(self, from, target)
  local froms, targets = self.reads.from, self.reads.target
  local n = #froms + 1
  froms[n], targets[n] = from, target
end

-- A reference whose copy, of `size` nodes, is more than the budget has left.
local function too_many(self, id, size)
  local counted = require "wick.expr.step".counted
  return fail.new("EBUDGET", {
    message = ("evaluating this config would produce more than %s"):format(
      counted(self.limits["value.nodes"], "nodes")),
    marks = { self.tree:mark(id, ("%s here, and %s left"):format(counted(size, "nodes"),
      counted(self.budget.nodes, "nodes"):match("^%S+"))) },
    notes = { "the limit `value.nodes` counts what expressions and references make" },
    helps = { "let a component hold what is shared, or raise the limit: --limit value.nodes=N" },
  })
end

local function evaluate_reference(self, id, item, target)
  local before, err
  if not target then
    target, before, err = walk(self, id, item.path, item.base, item.optional)
  end
  if not target then
    if before == nil and err == nil then
      local ok, wrong = self.tree:vanish(id, id)
      return nil, not ok and wrong or nil
    end
    return before, err
  end
  if self.exhausted and not self.tree:object(target) then
    return nil, false -- the first that was too much is told
  end
  local list, missing = pending(self, target)
  if not list then
    return nil, false
  elseif #list > 0 then
    return list
  end
  reads(self, id, target)
  local budget = self.budget
  local added, wrong = self.tree:refer(id, target, budget.nodes)
  if added then
    budget.nodes = budget.nodes - added
    if missing then
      require "wick.evaluate.missing".refer(self, id, missing)
    end
    return nil
  elseif added == false then
    return nil, too_many(self, id, wrong)
  end
  wrong.marks[1] = wrong.marks[1] or self.tree:mark(id, "")
  return nil, wrong
end

local function evaluate_expression(self, id, item)
  local tree = self.tree
  local before, late = {}, false
  for _, expression in ipairs(item.exprs) do
    local targets = {}
    expression.targets = targets
    for i, ref in ipairs(expression.ast.refs) do
      local sign = ref.optional and 1 or 0
      local target, first, err = walk(self, id, ref.path, expression.base + ref.byte + sign,
        ref.optional)
      if err ~= nil then
        return nil, err
      elseif first then
        before[#before + 1] = first
      elseif target then
        local list, missing
        if not self.exhausted then
          list, missing = pending(self, target)
        end
        for _, lacks in ipairs(missing or NONE) do -- told once for all that are
          self.wanted[lacks] = true
        end
        if not list or missing then
          return nil, false
        end
        table.move(list, 1, #list, #before + 1, before)
        targets[i] = target
        late = late or tree:object(target) ~= nil or #tree:needs(target) > 0
      end
    end
  end
  if #before > 0 then
    return before
  end
  for _, expression in ipairs(item.exprs) do
    for _, target in pairs(expression.targets) do
      reads(self, id, target)
    end
  end
  if late then
    local ok, err = tree:late(id)
    if not ok then
      return nil, err
    end
    self.late[id] = item
    return nil
  end
  local budget = self.budget
  local nodes = budget.nodes
  local compute = require "wick.evaluate.compute"
  local ok, value, problem = compute.value(self, id, item, self.hosts, compute.by_name_only)
  if not ok then
    return nil, compute.problem(self, id, value, problem)
  end
  local spent = nodes - budget.nodes
  budget.nodes = nodes -- what the expression made becomes the nodes: counted once
  local read = require "wick.read"
  local node, err = read.graft(tree, value, nil, id, budget)
  budget.nodes = math.min(budget.nodes, nodes - spent)
  if not node then
    if err.name == "EBUDGET" then
      err.message = ("evaluating this config would produce more than %s"):format(
        require "wick.expr.step".counted(self.limits["value.nodes"], "nodes"))
      err.helps[1] = "make large tables in a constructor, or raise the limit: "
        .. "--limit value.nodes=N"
    end
    err.marks = { tree:mark(id, "this expression gives it") }
    return nil, err
  end
  ok, err = tree:put(id, node)
  return nil, not ok and err or nil
end

-- `before`: the node that had to be evaluated first, where the reference leads.
local function evaluate_node(self, id, before)
  local item = self.parsed[id]
  if not item then
    -- most references lead straight to what is there
    local target = next(self.deciding) == nil
      and (not self.some_vanished and before or self.tree:follow(id, self.top))
    if target then
      local kind = self.tree:kind(target)
      if kind == "string" and self.color[target] ~= BLACK and self.tree:is(target, "sigil") then
        return target
      elseif kind ~= "none" then
        return evaluate_reference(self, id, nil, target)
      end
    end
    require "wick.sigil".read(self, id)
    item = self.parsed[id]
    if not item then
      return nil, false -- told already
    end
  end
  if item.path then
    return evaluate_reference(self, id, item)
  elseif item.exprs then
    return evaluate_expression(self, id, item)
  end
  local node, err = self.tree:grow(nil, nil, "text", item.text, nil, id)
  if not node then
    return nil, err
  end
  local ok, wrong = self.tree:put(id, node)
  return nil, not ok and wrong or nil
end

-- Evaluates a node if that can be done.  Gives what must be evaluated before: a
-- node or a list.  `before`: the node that it gave when it was asked first.
local function try(self, id, before)
  local needs, err = evaluate_node(self, id, before)
  if err ~= nil then
    self:report(id, err)
  elseif needs then
    return needs
  else
    self.color[id], self.parsed[id] = BLACK, nil
    local component = self.decides[id]
    if component then
      require "wick.evaluate.disabled".decide(self, component, id)
    end
  end
end

-- Evaluates nodes and what they need, needed ones first.  The stack is three
-- arrays: open nodes, what each needs (a node, a list, or false: it was not asked
-- yet), and how far it is in its list.
local function evaluate_all(self, ids)
  local color = self.color
  local open, needs, at, top = {}, {}, {}, 0
  local function push(id)
    top = top + 1
    open[top], needs[top] = id, false
    color[id] = GREY
  end
  for _, start in ipairs(ids) do
    if not color[start] and not self:is_dead(start) then
      push(start)
    end
    while top > 0 do
      local id, list = open[top], needs[top]
      local need, before = list, nil
      if list and type(list) == "table" then
        need = list[at[top]]
      elseif list and color[list] == BLACK then
        need, before = nil, list
      end
      if not need then
        list = try(self, id, before)
        if not list then
          top = top - 1
        elseif type(list) == "table" then
          needs[top], at[top] = list, 1
        else
          needs[top] = list
        end
      elseif color[need] == GREY then
        local from = top
        while open[from] ~= need do
          from = from - 1
        end
        self:report(need, plan.circle(self, table.move(open, from, top, 1, {})))
        for i = 1, top do
          color[open[i]] = FAILED
        end
        top = 0
      elseif color[need] == FAILED then
        color[id] = FAILED
        top = top - 1
      elseif color[need] == BLACK then
        at[top] = at[top] + 1
      else
        push(need)
      end
    end
  end
end

--- Is the node below one that has vanished?
function State:is_dead(id)
  if not self.some_vanished then
    return false
  end
  local at = self.tree:up(id)
  while at do
    if self.tree:kind(at) == "none" then
      return true
    end
    at = self.tree:up(at)
  end
  return false
end

-- Those of a list that are still there.
local function alive(self, list)
  local kept = {}
  for _, id in ipairs(list) do
    if self.tree:kind(id) ~= "none" and not self:is_dead(id) then
      kept[#kept + 1] = id
    end
  end
  return kept
end

--- Evaluates the tree in place.  `context` has tree, top, folder and folders (of
--- its relative names), options, limits, hosts (node -> value of the host).  Gives
--- the state that check and build go on with: errors (a list), components, late
--- (node -> {exprs, texts}), missing (a list of `???`), reads ({from, target},
--- two lists of nodes), disabled (component -> its `_disabled_`), color.
function M.run(context)
  local work = math.max(READING * context.limits["value.bytes"], READ)
  local self = setmetatable({
    tree = context.tree,
    top = context.top,
    folder = context.folder,
    folders = context.folders,
    options = context.options,
    limits = context.limits,
    hosts = context.hosts,
    warnings = context.warnings,
    has_defaults = context.documents[1].entries ~= nil,
    budget = {
      bytes = context.limits["value.bytes"],
      nodes = context.limits["value.nodes"],
      work = work,
      allowed = work, -- for the message
      limits = context.limits,
    },
    errors = {},
    place = {}, -- error -> its node
    told = {}, -- message and place -> error
    absences = {}, -- node -> segment -> error
    color = {},
    parsed = {},
    late = {},
    reads = { from = {}, target = {} },
    missing = {}, -- `???` -> true
    lacking = {}, -- one that a reference got -> the one that is written
    wanted = {}, -- those that something needs here
    deciding = {}, -- component -> the `_disabled_` that is not evaluated yet
    decides = {}, -- the reverse
    disabled = {},
    broken = nil, -- maps that were meant to be components, a set
    holds_broken = nil, -- those, and all that one of them is in
  }, State)
  self.tree:composed(self.top)
  local sigils, components, missing, reserved, dotted = self.tree:scan(self.top)
  for _, id in ipairs(missing) do
    self.missing[id] = true
  end
  if #sigils + #reserved > 0 then
    require "wick.sigil".check_project(self)
    local first = #reserved > 0 and require "wick.evaluate.disabled".scan(self, reserved) or NONE
    evaluate_all(self, first)
    evaluate_all(self, sigils)
    if self.some_vanished then
      components, missing = alive(self, components), alive(self, missing)
    end
  end
  self.components = components
  require "wick.structure"(self, reserved)
  if #dotted > 0 then
    require "wick.evaluate.dotted"(self, dotted)
  end
  if next(self.wanted) then
    require "wick.evaluate.missing".wanted(self)
  end
  if next(self.lacking) then
    for id in pairs(self.lacking) do
      missing[#missing + 1] = id
    end
    missing = alive(self, missing)
    table.sort(missing)
  end
  self.missing = missing
  for _, err in ipairs(self.errors) do
    if err.again then
      err.notes[#err.notes + 1] = ("and %d more use%s"):format(err.again,
        err.again == 1 and "" or "s")
    end
  end
  table.sort(self.errors, function(a, b) -- nodes are numbered in document order
    return (self.place[a] or 0) < (self.place[b] or 0)
  end)
  local roots = table.move(self.components, 1, #self.components, 1, {})
  for id in pairs(self.late) do
    roots[#roots + 1] = id
  end
  table.sort(roots)
  local _, err = plan.order(self, roots)
  self.errors[#self.errors + 1] = err
  return self
end

return M
