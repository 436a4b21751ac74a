-- wick.build: the plan and the constructors -> objects.
--
-- The last room of the flow.  May call: plan, evaluate (problems), load,
-- origin, expr, failure, fail, core.
--
-- The walk goes over a list that evaluate put in order, so it never recurses:
-- a constructor runs with no other constructor below it on the stack.

local core = require "wick.core"
local fail = require "wick.fail"
local planning = require "wick.plan"

local M = {}

-- The message handler of every call into the project.
local function failing(value)
  return require "wick.load".caught(value)
end

local function construction(self, id, target, caught)
  return require "wick.failure".construction(self, id, target, caught)
end

local function positional(self, id)
  local list = self.tree:find(id, "_args_")
  if not list then
    return nil
  end
  local values, n = {}, 0
  local asis = self.tree:is(id, "tagged") -- `_recursive_: false`
  for _, child in ipairs(self.tree:children(list)) do
    local value = self.tree:value(child, self.objects, false, asis)
    n = n + 1
    if value ~= core.null then
      values[n] = value
    end
  end
  return values, n
end

-- Takes down the objects that component `id` is handed: one of them that a
-- constructor returns was not made by it, so it is not closed in its name.
local function lend(self, id)
  local needs = planning.needs(self, id)
  for i = 1, #needs do
    local value = self.objects[needs[i]]
    if type(value) == "table" or type(value) == "userdata" then
      self.lent[value] = true
    end
  end
end

-- What the constructor of component `id` is called with, packed; `over` (or nil)
-- is laid over the options.
local function arguments(self, id, over)
  local options, count = self.tree:options(id, self.objects)
  local args, n = positional(self, id)
  if over ~= nil then
    count = count + 1
    require "wick.build.partial".lay(options, over)
  end
  if not args then
    return { options, n = 1 }
  elseif count > 0 then
    n = n + 1
    args[n] = options
  end
  args.n = n
  return args
end

-- Calls the constructor of component `id`.  Gives the object, or nil and an
-- error.
local function construct(self, id, constructor, target)
  lend(self, id)
  local partial = self.tree:find(id, "_partial_")
  if partial and self.tree:value(partial) == true then
    return require "wick.build.partial".make(function(over)
      local args = arguments(self, id, over)
      return constructor.call(table.unpack(args, 1, args.n))
    end)
  end
  local args = arguments(self, id)
  local ok, object, message = xpcall(constructor.call, failing, table.unpack(args, 1, args.n))
  if not ok then
    return nil, construction(self, id, target, object)
  elseif object == nil or object == false then
    return nil, construction(self, id, target,
      { value = object, message = message, returned = true })
  end
  return object
end

--- The value of a late node, its objects being there; wick.null for nil.
--- Gives nil and an error when it fails.
function M.late(self, id)
  local origin = require "wick.origin"
  local ok, value, problem = require "wick.evaluate".compute(self, id, self.late[id], self.objects,
    function(f, byte, length)
      local reason = origin.callable(f, self.project)
      if reason then
        return { name = "EORIGIN", byte = byte, length = length,
          message = "an expression may not call " .. reason,
          helps = { "call it in a module of the project" } }
      end
    end, failing)
  if ok then
    return value == nil and core.null or value
  end
  return nil, require "wick.failure".late(self, id, value, problem)
end

-- Builds the plan in its order.  Gives true; or nil and an error, after
-- everything that this call built was closed, newest first.
local function walk(self, plan, constructors)
  local first = #self.built
  for _, id in ipairs(plan) do
    if self.objects[id] == nil then
      local object, err
      if self.late[id] then
        object, err = M.late(self, id)
      else
        local target = self.tree:text(self.tree:find(id, "_target_"))
        object, err = construct(self, id, constructors[target], target)
      end
      if err then
        for _, other in ipairs(M.close(self, first)) do
          err.errors[#err.errors + 1] = other
        end
        return nil, err
      end
      self.objects[id] = object
      self.built[#self.built + 1] = id
      self.borrowed[id] = self.late[id] ~= nil or self.lent[object] == true
    end
  end
  return true
end

--- Loads the constructors of every component in the plan that is not built
--- yet.  Gives target -> constructor, or nil and all errors.
function M.constructors(self, plan)
  local load = require "wick.load"
  local found, failed, phase, errors = {}, {}, {}, planning.gather(self)
  for _, id in ipairs(plan) do
    if not self.late[id] and self.objects[id] == nil then
      local target = self.tree:text(self.tree:find(id, "_target_"))
      local err = failed[target]
      if err then
        errors:add(err)
      elseif not found[target] then
        local project, wrong = self:open_project(id, target)
        if project then
          found[target], err = load.constructor(project, target, phase)
        elseif not wrong then
          found[target], err = load.allowed(target)
        end
        if wrong or err then
          failed[target] = wrong or err
          errors:add(wrong or err, err and id or nil)
        end
      end
    end
  end
  local list = errors:done()
  if #list > 0 then
    return nil, fail.all(list)
  end
  return found
end

-- The error of values that must be given (`???`) for the plan or the plain
-- values of `whole` (a node, or nil), or nil.
local function missing(self, plan, whole)
  if #self.missing == 0 then
    return nil
  end
  local tree, planned, list = self.tree, {}, {}
  for _, id in ipairs(plan) do
    planned[id] = true
  end
  for _, id in ipairs(self.missing) do
    local at = id
    while at and at ~= whole and not tree:is(at, "component") do
      at = tree:up(at)
    end
    if at and (at == whole or planned[at]) then
      list[#list + 1] = id
    end
  end
  return #list > 0 and require "wick.evaluate.missing"(self, list) or nil
end

--- Builds what `roots` are and need; `whole` (or nil) is the node whose value is
--- asked for.  Gives true, or nil and an error.
function M.build(self, roots, whole)
  local plan, err = planning.order(self, roots)
  err = err or missing(self, plan, whole)
  if err then
    return nil, err
  end
  local constructors
  constructors, err = M.constructors(self, plan)
  if not constructors then
    return nil, err
  end
  return walk(self, plan, constructors)
end

--- Forgets what was built after the first `keep`, newest first, and closes
--- the objects among it: each once, by identity, through its __close, unless
--- it is foreign or was a constructor's argument before.  Gives the errors, a
--- list; one does not stop the rest.
function M.close(self, keep)
  local errors, closed = {}, {}
  for i = #self.built, keep + 1, -1 do
    local id = self.built[i]
    local object = self.objects[id]
    self.built[i] = nil
    self.objects[id] = nil
    local kind = type(object)
    local meta = (kind == "table" or kind == "userdata") and debug.getmetatable(object)
    local close = type(meta) == "table" and rawget(meta, "__close")
    if close and not closed[object] and not self.borrowed[id]
      and not (require "wick.origin".check(object, self.project)) then
      closed[object] = true
      local ok, caught = xpcall(close, failing, object, nil)
      if not ok then
        errors[#errors + 1] = require "wick.failure".closing(self, id, caught)
      end
    end
  end
  return errors
end

--- Runs `run:`, or the item `name` of it; without `run:` builds everything.
--- Gives true and the values, a list; or nil and an error.
function M.run(self, name)
  local tree = self.tree
  local run = tree:find(self.top, "run")
  if not run and name then
    return nil, fail.new("ENOKEY", {
      message = ("this config has no `run`, so there is no item `%s`"):format(fail.quote(name)),
      status = 2,
    })
  elseif not run then
    local roots = table.move(self.components, 1, #self.components, 1, {})
    for id in pairs(self.late) do
      roots[#roots + 1] = id
    end
    table.sort(roots)
    local ok, err = M.build(self, roots, self.top)
    return ok and true, ok and {} or err
  end
  local items = { run }
  local kind = tree:kind(run)
  if name then
    local item = kind == "map" and not tree:is(run, "component") and tree:find(run, name)
    if not item then
      return nil, M.no_item(self, run, name)
    end
    items = { item }
  elseif (kind == "map" and not tree:is(run, "component")) or kind == "list" then
    items = tree:children(run)
  end
  -- everything that the items need is loaded before the first one runs
  local roots, own = {}, {} -- what is built for each; those that are late themselves
  local whole = {}
  for i, item in ipairs(items) do
    local object = tree:object(item)
    own[i] = object == item and self.late[item] ~= nil
    roots[i] = object and not own[i] and { object } or planning.needs(self, item)
    table.move(roots[i], 1, #roots[i], #whole + 1, whole)
  end
  local plan, err = planning.order(self, whole)
  err = err or missing(self, plan, run)
  if err then
    return nil, err
  end
  local constructors
  constructors, err = M.constructors(self, plan)
  if not constructors then
    return nil, err
  end
  local values = {}
  local ok
  for i, item in ipairs(items) do
    if #items > 1 then -- else it is all that is needed
      plan = planning.order(self, roots[i])
    end
    ok, err = walk(self, plan, constructors)
    if ok and own[i] then -- evaluated anew, each time that it is run
      values[i], err = M.late(self, item)
    elseif ok then
      values[i] = tree:value(item, self.objects)
    end
    if err then
      return nil, err
    end
  end
  return true, values
end

--- The error of `--only NAME` when `run:` has no such item.
function M.no_item(self, run, name)
  local names = {}
  for _, child in ipairs(self.tree:children(run)) do
    names[#names + 1] = tostring((self.tree:key(child)))
  end
  local near = fail.near(name, names)
  return fail.new("ENOKEY", {
    message = ("`run` has no item `%s`"):format(fail.quote(name)),
    status = 2,
    marks = { self.tree:mark(run, "", "key") },
    notes = { self.tree:kind(run) == "map" and "`run` has: " .. fail.names(names)
      or "`run` is not a map of named items" },
    helps = { near[1] and ("did you mean `%s`?"):format(near[1]) },
  })
end

return M
