-- wick.config: what a loaded config can do: get, build, run, check, show, close.
--
-- A face.  May call: every room of the flow.

local core = require "wick.core"
local fail = require "wick.fail"
local origin = require "wick.origin"

local error, ipairs, next, setmetatable, sub = error, ipairs, next, setmetatable, string.sub
local running, status, type = coroutine.running, coroutine.status, type
local room, tell = origin.room, origin.tell

-- Is the config being changed, by a coroutine that lives?
local function is_changing(self)
  local change = self.changing
  return change and status(change.thread) ~= "dead"
end

-- Raises at the caller's line when the config is closed, or being changed; or,
-- `still`, when it is in use, so that it cannot change.
local function check_open(self, still)
  if self.closed then
    error("this config is closed", 3)
  elseif is_changing(self) then
    error("this config is being changed", 3)
  end
  for _, thread in next, still and self.underway or {} do
    if status(thread) ~= "dead" then
      error("this config cannot change while it builds an object", 3)
    end
  end
end

local ROOMS = { read = 1, compose = 2, evaluate = 3, check = 3 }

-- Raises at the caller's line when the config did not come as far as a room.
local function check_room(self, last)
  local after = self.options.after or "evaluate"
  if ROOMS[after] < ROOMS[last] then
    error("this config has been through '" .. after .. "', not '" .. last .. "'", 3)
  end
end

-- A config that builds or checks stays the same meanwhile, as it does while one
-- object is built.
local Busy = { __close = core.leave }

local function stay(self)
  local busy = setmetatable({ self.underway }, Busy)
  busy[2] = busy
  self.underway[busy] = running()
  return busy
end

-- A key path or name that a method takes, if any; misuse raises.
local function check_text(value, method)
  if value ~= nil and type(value) ~= "string" then
    error("bad argument #1 to '" .. method .. "' (a text expected, got a " .. type(value) .. ")", 3)
  end
end

local Config = { __name = "wick.Config" }
Config.__index = Config

--- The project that the target `name` (or nil) of component `id` (or nil) belongs
--- to; nil when the caller allowed the target's module by its own name; or nil and
--- an error, which is one object for all who ask.
function Config:open_project(id, name)
  local refused = name and self.options.targets
    and tell("wick.config.root", "refuse", self, id, name)
  if refused then
    return nil, refused
  end
  for _, prefix in ipairs(name and self.options.allow or {}) do
    if name == prefix or sub(name, 1, #prefix + 1) == prefix .. "." then
      return nil, nil
    end
  end
  local project = self.project
  if project and not project:is_open() then -- opening it was interrupted
    project:close(self)
    self.project = false
  end
  if not self.project and not self.project_error and not self.closed then
    local _, err = tell("wick.config.root", "open", self) -- which sets self.project
    self.project_error = err or false
    if err and #err.marks == 0 and id and not self.options.project then
      err.marks[1] = self.tree:mark(self.tree:find(id, "_target_"), "needed for this target")
    end
  end
  project = self.project -- and this one is told of, whatever comes
  if self.closed then -- meanwhile; it must not keep what was opened
    self:close()
    return nil, tell("wick.failure", "closed", self, id)
  end
  return project, self.project_error
end

--- The node at a key path, for the rooms that look at the tree; or nil and an
--- error.
---@param path string?
function Config:node(path)
  return tell("wick.key", "node", self, path)
end

--- The node of `run:`, or nil when there is none or it is null.
function Config:run_node()
  local run = self.tree:find(self.top, "run")
  return run and self.tree:kind(run) ~= "null" and run or nil
end

-- The object that a late value waits for, or itself.
local function needed_by(self, id)
  while self.late and self.late[id] do
    local late, found = self.late[id], nil
    for _, expression in ipairs(late.exprs) do
      for i = 1, #expression.ast.refs do
        local target = expression.targets[i]
        found = found or target and (self.tree:object(target) or self.tree:needs(target)[1])
      end
    end
    if not found then
      break
    end
    id = found
  end
  return id
end

--- The value at a key path; never builds: a component is its table, null is
--- wick.null.  nil and an error when it is absent, or is or needs an object.
---@param path string?
function Config:get(path)
  check_text(path, "get")
  local id, err = self:node(path)
  if not id then
    return nil, err
  end
  local value, missing = self.tree:value(id, self.hosts, true)
  if value == nil and missing then
    local name = core.keytext(self.tree:segments(needed_by(self, missing)))
    return nil, fail.new("EOBJECT", {
      message = ("the value of `%s` needs the object `%s`"):format(path or "the config", name),
      key = path,
      marks = { self.tree:mark(id, "") },
      helps = { path and ("build it: `config:build \"%s\"`"):format(path)
        or "build it: `config:build()`" },
    })
  end
  return value
end

--- Builds what is at a key path (all of the config without one): the object of
--- a component, or a table with the objects in it.
---@param path string?
function Config:build(path)
  check_text(path, "build")
  check_open(self)
  check_room(self, "evaluate")
  local _ <close> = stay(self)
  local build, plan = room "wick.build", room "wick.plan"
  local id, err = self:node(path)
  if not id then
    return nil, err
  end
  local tree = self.tree
  local object = tree:object(id)
  local ok, wrong = build.build(self, object and { object } or plan.needs(self, id), id)
  if not ok then
    return nil, wrong
  end
  local value = tree:value(id, self.objects)
  if value == nil and self.closed then -- its objects are gone
    return nil, build.ended(self, id)
  end
  return value
end

--- Runs `run:` (or its item `name`), building what it needs; without `run:`
--- builds everything.  Gives the values of the items.
---@param name string?
function Config:run(name)
  check_text(name, "run")
  check_open(self)
  check_room(self, "evaluate")
  local _ <close> = stay(self)
  local ok, values = room "wick.build".run(self, name)
  if not ok then
    return nil, values
  end
  if #values == 0 then
    return true
  end
  for i, value in ipairs(values) do
    if value == core.null then
      values[i] = nil
    end
  end
  return true, values
end

--- Whether it would work: every target resolves, every module compiles.  Runs
--- nothing of the project.  true, the warnings and the notes (what only a run
--- can tell); or nil and an error.
function Config:check()
  check_open(self)
  check_room(self, "evaluate")
  local _ <close> = stay(self)
  local errors, warnings, notes = require "wick.check".all(self)
  if self.closed then
    return nil, tell("wick.failure", "closed", self)
  elseif #errors > 0 then
    table.move(warnings, 1, #warnings, #errors + 1, errors)
    return nil, fail.all(errors)
  end
  return true, warnings, notes
end

--- The keys that no reference, expression or constructor reads, as warnings in
--- document order.
function Config:unread()
  check_room(self, "evaluate")
  return require "wick.unread"(self)
end

--- Who besides root and you may write what was opened of the project: a list of
--- warnings, one for each kind.  With `all` also what is no danger by itself
--- (your own group, hard links, owners that differ), and the folders above; else
--- what was not told yet.
---@param all boolean?
---@return table[] warnings
function Config:doubts(all)
  local project = self.project
  local doubts = project and room "wick.target".doubts(project, all) or {}
  return #doubts > 0 and tell("wick.target.doubts", "warnings", project, doubts, all,
    not all and self.doubted or nil) or {}
end

local SHOW = { key = "string", format = "string", after = "string", raw = "boolean",
  origin = "boolean" }
local FORMATS = { yaml = true, json = true, lua = true }

-- The options of show, checked and completed; misuse raises.
local function show_options(self, given)
  local options = {}
  if given ~= nil and type(given) ~= "table" then
    error(("bad argument #1 to 'show' (a table of options expected, got a %s%s)"):format(
      type(given), type(given) == "string" and "; for one key: {key = \"…\"}" or ""), 3)
  end
  for name, value in pairs(given or {}) do
    if type(value) ~= SHOW[name] then
      error(("config:show has no option '%s' of type %s"):format(tostring(name), type(value)), 3)
    end
    options[name] = value
  end
  local last = self.options.after or "evaluate"
  last = last == "check" and "evaluate" or last
  options.format = options.format or "yaml"
  options.after = options.after or options.raw and "compose" or last
  if not FORMATS[options.format] then
    error("config:show knows the formats 'yaml', 'json' and 'lua'", 3)
  elseif not ROOMS[options.after] or options.after == "check"
    or ROOMS[options.after] > ROOMS[last] then
    error(("this config has been through '%s', not '%s'"):format(last, options.after), 3)
  end
  return options
end

--- The config as text that reads back to the same config.  options:
---   key      that one alone
---   format   "yaml", "json" or "lua"
---   after    "evaluate"; or "compose": references and expressions as they were
---            written; or "read": the documents that were named, as they are
---   raw      as "compose", with what is disabled and `defaults`
---   origin   comments that say where each line is from
---@param options table?
---@return string?
---@return table? err
function Config:show(options)
  options = show_options(self, options)
  if options.after == "read" then
    local read, wrong = self, nil
    if self.options.after ~= "read" then -- composition has used the documents up
      read, wrong = require "wick.open".open(self.source, {},
        setmetatable({ after = "read" }, { __index = self.options }))
    end
    if not read then
      return nil, wrong
    end
    return require "wick.show".documents(read, options)
  end
  local id, err = self:node(options.key)
  if not id then
    return nil, err
  end
  return require "wick.show".text(self, id, options)
end

--- Where the value of a key comes from and what reads it: {key, kind, value,
--- history, used_by, through}, see wick.explain; or nil and an error
--- when there is no such key and never was.
---@param path string
function Config:explain(path)
  if path == nil then
    error("bad argument #1 to 'explain' (a key path expected, got nothing)", 2)
  end
  check_text(path, "explain")
  check_room(self, "compose")
  return require "wick.explain".key(self, path)
end

--- What is built from what: a table {nodes, edges} (see wick.graph), or text in
--- a format: "dot", "mermaid", "json".
---@param format string?
function Config:graph(format)
  local graphs = require "wick.graph"
  local graph = graphs.of(self)
  if format == nil then
    return graphs.plain(graph)
  elseif format ~= "dot" and format ~= "mermaid" and format ~= "json" then
    error(("config:graph has no format '%s'"):format(tostring(format)), 2)
  end
  return graphs[format](graph)
end

--- Lays one more override over the config.  Objects that it does not touch stay
--- built.  Gives those that are stale now, a list of {key, target, object}; or nil
--- and an error, and then the config is as it was.
---@param override string
function Config:set(override)
  if type(override) ~= "string" then
    error(("bad argument #1 to 'set' (a string expected, got %s)"):format(type(override)), 2)
  end
  check_open(self, true)
  local overrides = table.move(self.overrides, 1, #self.overrides, 1, {})
  overrides[#overrides + 1] = override
  return require "wick.config.renew".renew(self, overrides, false)
end

--- Reads the config's files again; the rest is as in set.
function Config:reload()
  check_open(self, true)
  return require "wick.config.renew".renew(self, self.overrides, true)
end

--- The objects that were built: a list of {key, target, object}, in order.
function Config:objects_built()
  local list = {}
  for _, id in ipairs(self.built) do
    if id > 0 and not self.late[id] then -- else stale
      list[#list + 1] = {
        key = core.keytext(self.tree:segments(id)),
        target = self.tree:text(self.tree:find(id, "_target_")),
        object = self.objects[id],
      }
    end
  end
  return list
end

--- Closes all objects, newest first, and the project.  true, or nil and the
--- errors of those that raised.  Closing once more is harmless.  What uses the
--- config meanwhile (this may be called by the project's code, or a finalizer)
--- ends with an error that says so; a change of the config ends first.
function Config:close()
  if is_changing(self) then
    self.changing.closed = true
    return true
  end
  local errors = room "wick.build".close(self)
  self.closed = true
  if self.project then
    self.project:close(self)
    self.project = false
  end
  if #errors > 0 then
    return nil, fail.all(errors)
  end
  return true
end

Config.__close = Config.close

-- A config that was forgotten lets go of its project; its objects are the
-- garbage collector's business, as any other object's are.
function Config:__gc()
  if self.project then
    self.project:close(self)
  end
end

return Config
