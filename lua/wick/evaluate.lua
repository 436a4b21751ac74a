-- wick.evaluate: references and expressions of the composed tree -> values,
-- and late nodes with what they need.
--
-- May call: the tree, sigil, expr, read (graft), plan, fail, core.  Never
-- calls build: a node that needs an object is only marked late here.
--
-- Every walk has its own stack, so a chain of 100,000 references costs memory
-- and no recursion.  A node is white (nil), grey (being evaluated), black or
-- failed; what depends on a failed node is skipped without a word.

local core = require "wick.core"
local fail = require "wick.fail"
local plan = require "wick.plan"

local M = {}

local GREY, BLACK, FAILED = 1, 2, 3

local function path_of(tree, id)
  return core.keytext(tree:segments(id))
end

local State = {}
State.__index = State

--- Takes down the error of a node; what depends on the node is skipped.
function State:report(id, err)
  err.key = err.key or path_of(self.tree, id)
  self.color[id] = FAILED
  if err.name == "EBUDGET" and self.exhausted then
    return -- everything after the first would say the same
  end
  self.exhausted = self.exhausted or err.name == "EBUDGET"
  self.errors[#self.errors + 1] = err
  self.place[err] = id
end

--
-- Following a key path
--

-- Walks a path from where it is said.  Gives the node; or nil and the node
-- that must be evaluated before; or nil, nil and an error.
local function walk(self, id, path, base)
  local tree, color = self.tree, self.color
  local at = self.top
  if path.up > 0 then
    at = id
    for _ = 1, path.up do
      at = tree:up(at)
      if not at then
        return nil, nil, fail.new("EREF", {
          message = "this reference leads above the root of the config",
          key = path_of(tree, id),
          marks = { tree:mark(id, "too many dots", base + 1, base + path.up) },
          helps = { "each dot is one level up; without a dot a path counts from the root" },
        })
      end
    end
  end
  for i = 1, #path do
    local kind = tree:kind(at)
    if kind ~= "map" and kind ~= "list" then
      if color[at] ~= BLACK and tree:is(at, "sigil") then
        return nil, at
      end
      at = kind == "object" and tree:object(at) or at
      kind = tree:kind(at)
    end
    if kind == "late" or kind == "host" then
      return nil, nil, fail.new("EOBJECT", {
        message = "a key path does not lead into an object",
        key = path_of(tree, id),
        marks = {
          tree:mark(id, ("`%s` is an object"):format(path_of(tree, at)),
            base + path.starts[i], base + path.stops[i]),
          tree:mark(at, "it is made here"),
        },
        helps = { ("take the field in an expression: `\"$ (@%s).%s\"`"):format(
          path_of(tree, at), tostring(path[i])) },
      })
    end
    local child = tree:find(at, path[i])
    if not child then
      return nil, nil, require "wick.evaluate.absent"(self, id, at, path, i, base)
    end
    at = child
  end
  if color[at] ~= BLACK and tree:is(at, "sigil") then
    return nil, at
  end
  return at
end

local NONE = {}

-- What must be evaluated before the value of `target` can be used.
local function pending(self, target)
  if self.tree:object(target) then
    return NONE
  end
  local list = {}
  for _, id in ipairs(self.tree:sigils(target)) do
    if self.color[id] ~= BLACK then
      list[#list + 1] = id
    end
  end
  return list
end

--
-- Evaluating one node
--

local function evaluate_reference(self, id, item)
  local target, before, err = walk(self, id, item.path, item.base)
  if not target then
    return before and { before } or nil, err
  end
  local list = pending(self, target)
  if #list > 0 then
    return list
  end
  local added, wrong = self.tree:refer(id, target)
  if not added then
    wrong.marks[1] = wrong.marks[1] or self.tree:mark(id, "")
    return nil, wrong
  end
  self.budget.nodes = self.budget.nodes - added
  if self.budget.nodes < 0 then
    return nil, fail.new("EBUDGET", {
      message = ("evaluating this config would produce more than %d nodes"):format(
        self.limits["value.nodes"]),
      marks = { self.tree:mark(id, ("%d nodes are copied here"):format(added)) },
      notes = { "the limit `value.nodes` counts what expressions and references make" },
      helps = { "let a component hold what is shared, or raise the limit: --limit value.nodes=N" },
    })
  end
  return nil
end

-- A problem that expr tells, as an error at the node.
function M.problem(self, id, base, problem)
  local name = problem.name or "EEVAL"
  return fail.new(name, {
    message = problem.message,
    key = path_of(self.tree, id),
    marks = { self.tree:mark(id, problem.label or "", problem.byte + base,
      problem.byte + base + math.max(problem.length or 1, 1) - 1) },
    notes = problem.notes,
    helps = problem.helps,
    cause = problem.cause,
  })
end

-- The environment of an expression of node `id`.
function M.environment(self, id, reference, call)
  return {
    ref = reference,
    call = call,
    budget = self.budget,
    env = function(name, default)
      if core.secure then -- what the caller's environment says is not trusted here
        return nil, fail.new("EUNSAFE", {
          message = "`env` is off in a process that has more rights than who started it",
        })
      end
      local value = os.getenv(name)
      if value == nil and default == nil then
        return nil, ("the environment has no variable `%s`"):format(fail.quote(name))
      end
      return value == nil and default or value
    end,
    file = function(name)
      local read = require "wick.read"
      local _, origin = self.tree:source(id)
      local base = origin == "file" and self.folder or core.directory() or "."
      return read.absolute(base, name)
    end,
  }
end

local function evaluate_expression(self, id, item)
  local tree = self.tree
  local targets, before, late = {}, {}, false
  for i, ref in ipairs(item.ast.refs) do
    local target, first, err = walk(self, id, ref.path, item.base + ref.byte)
    if err then
      return nil, err
    elseif not target then
      before[#before + 1] = first
    else
      for _, node in ipairs(pending(self, target)) do
        before[#before + 1] = node
      end
      targets[i] = target
      late = late or tree:object(target) ~= nil or #tree:needs(target) > 0
    end
  end
  if #before > 0 then
    return before
  end
  if late then
    local ok, err = tree:late(id)
    if not ok then
      return nil, err
    end
    self.late[id] = { ast = item.ast, base = item.base, targets = targets }
    return nil
  end
  local expr = require "wick.expr"
  local ok, value = expr.eval(item.ast, M.environment(self, id, function(i)
    local found = tree:value(targets[i], self.hosts)
    if found == core.null then
      found = nil
    end
    return found
  end, nil))
  if not ok then
    return nil, M.problem(self, id, item.base, value)
  end
  local read = require "wick.read"
  local node, err = read.graft(tree, value, nil, id, self.budget)
  if not node then
    err.marks = { tree:mark(id, "this expression gives it") }
    return nil, err
  end
  ok, err = tree:put(id, node)
  return nil, not ok and err or nil
end

local function evaluate_node(self, id)
  local item = self.parsed[id]
  if item.path then
    return evaluate_reference(self, id, item)
  elseif item.ast then
    return evaluate_expression(self, id, item)
  end
  local node, err = self.tree:grow(nil, nil, "text", item.text, nil, id)
  if not node then
    return nil, err
  end
  local ok, wrong = self.tree:put(id, node)
  return nil, not ok and wrong or nil
end

-- Evaluates a node if that can be done.  Gives what must be evaluated before.
local function try(self, id)
  local needs, err = evaluate_node(self, id)
  if err then
    self:report(id, err)
  elseif needs then
    return needs
  else
    self.color[id] = BLACK
  end
end

local function evaluate_all(self, ids)
  local color = self.color
  for _, start in ipairs(ids) do
    local stack, first = NONE, nil
    if not color[start] then
      color[start] = GREY
      first = try(self, start)
    end
    if first then
      stack = { { id = start, needs = first, i = 1 } }
    end
    while #stack > 0 do
      local frame = stack[#stack]
      local id = frame.id
      local need = frame.needs[frame.i]
      if not need then
        frame.needs, frame.i = try(self, id), 1
        if not frame.needs then
          stack[#stack] = nil
        end
      elseif color[need] == GREY then
        local chain, from = {}, #stack
        while stack[from].id ~= need do
          from = from - 1
        end
        for i = from, #stack do
          chain[#chain + 1] = stack[i].id
        end
        self:report(need, plan.circle(self, chain))
        for _, other in ipairs(stack) do
          color[other.id] = FAILED
        end
        stack = {}
      elseif color[need] == FAILED then
        color[id] = FAILED
        stack[#stack] = nil
      elseif color[need] == BLACK then
        frame.i = frame.i + 1
      else
        color[need] = GREY
        stack[#stack + 1] = { id = need, needs = NONE, i = 1 }
      end
    end
  end
end

--- Evaluates the tree in place.  `context` has tree, top, folder (of its
--- relative names), limits, hosts (node -> value of the host).  Gives the
--- state that check and build go on with: errors (a list), components, late
--- (node -> expression), color.
function M.run(context)
  local self = setmetatable({
    tree = context.tree,
    top = context.top,
    folder = context.folder,
    limits = context.limits,
    hosts = context.hosts,
    budget = {
      bytes = context.limits["value.bytes"],
      nodes = context.limits["value.nodes"],
      limits = context.limits,
    },
    errors = {},
    place = {}, -- error -> its node
    color = {},
    parsed = {},
    late = {},
  }, State)
  self.tree:composed()
  local sigils, components, missing, odd = self.tree:scan(self.top)
  self.components = components
  if #missing + #odd > 0 or #sigils > 0 or self.tree:find(self.top, "defaults") then
    local sigil = require "wick.sigil"
    sigil.refuse(self, missing, odd)
    for _, id in ipairs(sigils) do
      if not self.color[id] then
        sigil.read(self, id)
      end
    end
    evaluate_all(self, sigils)
  end
  table.sort(self.errors, function(a, b) -- nodes are numbered in document order
    return self.place[a] < self.place[b]
  end)
  if #self.errors == 0 then
    local roots = table.move(components, 1, #components, 1, {})
    for id in pairs(self.late) do
      roots[#roots + 1] = id
    end
    table.sort(roots)
    local _, err = plan.order(self, roots)
    if err then
      self.errors[1] = err
    end
  end
  return self
end

return M
