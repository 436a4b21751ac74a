-- wick.build: the plan and the constructors -> objects.
--
-- The last room of the flow.  May call: build/*, plan, evaluate/compute,
-- evaluate/missing, target, verdict/plugin, declare, load, failure, origin, fail, core.
--
-- The walk goes over a list that evaluate put in order, so it never recurses:
-- a constructor runs with no other constructor below it on the stack.

-- Lua as it was when this was loaded, and rooms through origin: what the project's
-- code makes of either changes nothing here.

local arguments = require "wick.build.arguments"
local core = require "wick.core"
local fail = require "wick.fail"
local origin = require "wick.origin"
local planning = require "wick.plan"

local getinfo, getmetatable, setmetatable = debug.getinfo, debug.getmetatable, setmetatable
local running, status = coroutine.running, coroutine.status
local move, remove, unpack = table.move, table.remove, table.unpack
local format = string.format
local ipairs, pairs, rawget = ipairs, pairs, rawget
local tostring, type, xpcall = tostring, type, xpcall
local room, tell = origin.room, origin.tell

local M = {}

-- The message handler of every call into the project.
local function failing(value)
  return room "wick.load".caught(value)
end

local function construction(self, id, target, caught)
  return tell("wick.failure", "construction", self, id, target, caught)
end

-- What a config that was closed meanwhile (by the project's code, a finalizer) says
-- of node `id`, which is nil for all of it; nothing when it is open.
local function ended(self, id)
  return self.closed and tell("wick.failure", "closed", self, id) or nil
end

M.ended = ended

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

-- Calls the constructor of component `id`.  Gives the object, or nil and an
-- error.
local function construct(self, id, constructors, target)
  local constructor, declared = constructors[target], constructors[id]
  if declared then -- what it declares of values that were not there before
    local errors = room "wick.declare".late(self, id, declared)
    if #errors > 0 then
      return nil, ended(self, id) or fail.all(errors)
    end
  end
  lend(self, id)
  local partial = self.tree:find(id, "_partial_")
  if partial and self.tree:value(partial) == true then
    return room "wick.build.partial".make(self, id, constructor.call)
  end
  local args = arguments.of(self.tree, id, self.objects)
  if self.closed then
    return nil, ended(self, id)
  end
  local ok, object, message = xpcall(constructor.call, failing, unpack(args, 1, args.n))
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
  local ok, value, problem = room "wick.evaluate.compute".value(self, id, self.late[id],
    self.objects, function(f)
      local reason = origin.callable(f, self.project)
      if reason then
        return { name = "EORIGIN",
          message = "an expression may not call " .. reason,
          helps = { "call it in a module of the project" } }
      end
    end, failing)
  if ok then
    return value == nil and core.null or value
  end
  return nil, tell("wick.failure", "late", self, id, value, problem)
end

-- Closes what a call that fails has built, `made`, newest first; gives nil and the
-- error, which holds those of closing too.
local function undo(self, made, err)
  local closed, built = {}, self.built
  for i = #made, 1, -1 do
    for at = #built, 1, -1 do
      if built[at] == made[i] then
        remove(built, at)
        M.forget(self, made[i], closed, err.errors)
        break
      end
    end
  end
  return nil, err
end

-- The error of a node that is asked for while it is being built: `asked` has, in
-- their order, all that are.
local function circle(self, id)
  local by, chain, from = running(), {}, nil
  if self.underway[id] == by then
    for _, other in ipairs(self.asked) do
      from = from or other == id
      chain[#chain + 1] = from and self.underway[other] == by and other or nil
    end
  end
  return tell("wick.failure", "underway", self, id, chain[1] and chain)
end

-- What is being built; however that ends, it is not any more.
local Underway = { __close = core.leave }

-- Builds one node of the plan: its object; or nil and an error.
local function make(self, id, constructors)
  local by = self.underway[id]
  if by and status(by) ~= "dead" then
    return nil, circle(self, id)
  elseif self.closing or self.closed then
    return nil, tell("wick.failure", "closed", self, id)
  end
  local _ <close> = setmetatable({ self.underway, id, self.asked }, Underway)
  self.asked[#self.asked + 1], self.underway[id] = id, running()
  local object, err
  if self.late[id] then
    object, err = M.late(self, id)
    if self.closed and not (err and err.cause) then -- what it is made of may be gone
      return nil, ended(self, id)
    end
  else
    local target = self.tree:text(self.tree:find(id, "_target_"))
    object, err = construct(self, id, constructors, target)
  end
  return object, err
end

-- Builds the plan in its order; adds what it built to `made`.  Gives true; or nil
-- and an error.
local function walk(self, plan, constructors, made)
  for _, id in ipairs(plan) do
    if self.objects[id] == nil then
      local object, err = make(self, id, constructors)
      if err then
        return nil, err
      end
      self.objects[id] = object
      self.borrowed[id] = self.late[id] ~= nil or self.lent[object] == true
      self.built[#self.built + 1] = id
      made[#made + 1] = id
      if self.closed then -- the constructor closed the config
        return nil, ended(self, id)
      end
    end
  end
  return true
end

-- Warns of a plugin that does not state what it is, once for each.
local function doubt(self, id, record)
  if not record.plugin or record.statement or self.doubted[record.file] then
    return
  end
  self.doubted[record.file] = true
  local warning = require "wick.target".tell("wick.verdict.plugin", "unstated", self.project,
    record, true)
  table.insert(self.warnings, planning.locate(self, id, warning))
  if self.warn then
    self.warn { warning }
  end
end

-- Warns of what is doubtful before it runs: the plugin `record`, and files that others
-- may write; once there is one, those of the whole plan are looked at.
local function watch(self, project, plan)
  local met, doubted = 0, room "wick.target".doubted
  return function(record, id)
    doubt(self, id, record)
    if doubted(project) > met then
      for _, other in ipairs(plan) do
        if not self.late[other] and self.objects[other] == nil then
          local name = self.tree:text(self.tree:find(other, "_target_"))
          local search = room "wick.target".candidates(project, name)
          if search then
            search:next()
          end
        end
      end
      met = doubted(project)
      local warnings = self:doubts()
      if warnings[1] then
        self.warn(warnings)
      end
    end
  end
end

-- Whether a constructor may declare its parameters: whether the text that its function
-- is from has the word, or its plugin states some.  `constructor.declares` is that
-- module, or false.
local function look(project, constructor)
  local record = constructor.declares
  if record == nil then
    record = constructor.found.record
    if not record.stated then
      record = project.sources[getinfo(constructor.called, "S").source]
    end
    record = record and room "wick.target".declares(record) and record or false
    constructor.declares = record
  end
  return record
end

--- Loads the constructors of every component in the plan that is not built
--- yet, and compares what the config gives them with what they declare.  Gives
--- target -> constructor, or nil and all errors; and component -> what it declares
--- that is to be compared once more, when all values are there.
function M.constructors(self, plan)
  local load = room "wick.load"
  local found, failed, phase, errors = {}, {}, {}, planning.gather(self)
  local declares, watcher = false, nil
  for _, id in ipairs(plan) do
    if not self.late[id] and self.objects[id] == nil then
      local target = self.tree:text(self.tree:find(id, "_target_"))
      local err = failed[target]
      if err then
        errors:add(err)
      elseif not found[target] then
        local project, wrong = self:open_project(id, target)
        if project then
          if self.warn then
            watcher = watcher or watch(self, project, plan)
            project.before = function(record)
              watcher(record, id)
            end
          end
          found[target], err = load.constructor(project, target, phase)
          project.before = nil
          if found[target] then
            doubt(self, id, found[target].found.record)
            declares = look(project, found[target]) or declares
          end
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
  if declares and self.project then -- no module has closed it
    local wrong = room "wick.declare".plan(self, plan, found)
    move(wrong, 1, #wrong, #list + 1, list)
  end
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
  return #list > 0 and room "wick.evaluate.missing".error(self, list) or nil
end

--- Builds what `roots` are and need; `whole` (or nil) is the node whose value is
--- asked for.  Gives true; or nil and an error, after everything that this call
--- built was closed, newest first.
function M.build(self, roots, whole)
  local plan, err = planning.order(self, roots)
  err = err or missing(self, plan, whole)
  if err then
    return nil, err
  end
  local constructors
  constructors, err = M.constructors(self, plan)
  if not constructors then
    return nil, ended(self, plan[1]) or err
  end
  local made = {}
  local ok, wrong = walk(self, plan, constructors, made)
  if not ok then
    return undo(self, made, wrong)
  end
  return true
end

--- Forgets an object that is in `built` no more, and closes it through its
--- __close, unless it is foreign, was a constructor's argument before, or is among
--- `closed`.  Adds what that raises to `errors`.
function M.forget(self, id, closed, errors)
  local object, handle = self.objects[id], self.handles[id]
  self.objects[id] = nil
  if handle then
    self.handles[id], handle.object = nil, nil
  end
  local kind = type(object)
  local meta = (kind == "table" or kind == "userdata") and getmetatable(object)
  local close = type(meta) == "table" and rawget(meta, "__close")
  if close and not closed[object] and not self.borrowed[id]
    and not origin.check(object, self.project) then
    closed[object] = true
    local before = self.closing
    self.closing = true -- nothing is built meanwhile
    local ok, caught = xpcall(close, failing, object, nil)
    self.closing = before
    if not ok then
      errors[#errors + 1] = tell("wick.failure", "closing", self, id, caught)
    end
  end
end

--- Closes all objects, newest first, each once, by identity.  Gives the errors, a
--- list; one does not stop the rest.
function M.close(self)
  local errors, closed, built = {}, {}, self.built
  while #built > 0 do
    M.forget(self, remove(built), closed, errors)
  end
  return errors
end

-- The error of `--only NAME` when `run:` has no such item.
local function no_item(self, run, name)
  local tree, names, why = self.tree, {}, nil
  if tree:kind(run) ~= "map" or tree:is(run, "component") then
    why = tree:kind(run) == "list" and "`run` is a list, and its items have no names"
      or "`run` is one item, which has no name"
  else
    for _, child in ipairs(tree:children(run)) do
      names[#names + 1] = tree:kind(child) ~= "null" and tostring((tree:key(child))) or nil
    end
  end
  local near = fail.near(name, names)
  return fail.new("ENOKEY", {
    message = format("`run` has no item `%s`", fail.quote(name)),
    status = 2,
    marks = { tree:mark(run, "", "key") },
    notes = { why or not near[1] and "`run` has: " .. fail.names(names) or nil },
    helps = { near[1] and format("did you mean `%s`?", near[1])
      or why and "leave `--only` out" or nil },
  })
end

--- Runs `run:`, or the item `name` of it; without `run:` builds everything.
--- Gives true and the values, a list; or nil and an error, as build does.
function M.run(self, name)
  local tree = self.tree
  local run = self:run_node()
  if not run and name then
    return nil, fail.new("ENOKEY", {
      message = format("this config has no `run`, so there is no item `%s`", fail.quote(name)),
      status = 2,
    })
  elseif not run then
    local roots = move(self.components, 1, #self.components, 1, {})
    for id in pairs(self.late) do
      roots[#roots + 1] = id
    end
    if #roots > #self.components then
      roots = tree:arrange(self.top, roots)
    end
    local ok, err = M.build(self, roots, self.top)
    return ok and true, ok and {} or err
  end
  local items = { run }
  local kind = tree:kind(run)
  if name then
    local item = kind == "map" and not tree:is(run, "component") and tree:find(run, name)
    if not item or tree:kind(item) == "null" then
      return nil, no_item(self, run, name)
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
    move(roots[i], 1, #roots[i], #whole + 1, whole)
  end
  local plan, err = planning.order(self, whole)
  err = err or missing(self, plan, run)
  if err then
    return nil, err
  end
  local constructors
  constructors, err = M.constructors(self, plan)
  if not constructors then
    return nil, ended(self, plan[1]) or err
  end
  local values, made = {}, {}
  local ok
  for i, item in ipairs(items) do
    if #items > 1 then -- else it is all that is needed
      plan = planning.order(self, roots[i])
    end
    ok, err = walk(self, plan, constructors, made)
    if ok and own[i] then -- evaluated anew, each time that it is run
      values[i], err = make(self, item)
    elseif ok then
      values[i] = tree:value(item, self.objects)
      err = ended(self, item)
    end
    if err then
      return undo(self, made, err)
    end
  end
  return true, values
end

return M
