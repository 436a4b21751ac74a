-- wick.load: runs a project's modules, and gives the constructor that a target
-- names.
--
-- May call: core, origin, target; its parts; raised (its words for failures).
--
-- A module is run once per root and inode.  It is registered before it runs,
-- so a circle is seen, forgotten when it fails, and cannot yield.  What this room
-- uses is taken as it was when wick was opened: no module can change it.

local calling = require "wick.load.calling"
local core = require "wick.core"
local origin = require "wick.origin"
local target = require "wick.target"

local getinfo, traceback = debug.getinfo, debug.traceback
local format, match, sub = string.format, string.match, string.sub
local insert, move, remove = table.insert, table.move, table.remove
local error, next, pcall, rawequal = error, next, pcall, rawequal
local rawget, require, setmetatable, type, xpcall = rawget, require, setmetatable, type, xpcall
local running, status, within = coroutine.running, coroutine.status, core.call
local package, loaded, searchers = package, package.loaded, package.searchers

local M = {}

local FRAMES = 200 -- of the stack that are looked at when a module fails

local loading = {} -- records of the modules that are running, outermost first
local raised = {} -- value, err: the last text that this room raised, and what it means

-- {======================================================
-- Running a module
-- =======================================================

-- Raises `text`, as Lua users know it; whoever catches it in enter finds `err`.
local function raise(text, err)
  raised.value, raised.err = text, err
  error(text, 0)
end

-- What stands on the stack behind `level`, innermost first, up to the call that
-- protects it, or `whole`: frames of the project and its libraries.  Frames of
-- C and of wick are only counted.
local here = getinfo(1, "S").source
local wicks = match(here, "^(.*)load%.lua$") or here

local function walk(level, whole)
  local frames, hidden = {}, 0
  for at = level + 1, level + FRAMES do
    local info = getinfo(at, "Slnf")
    if not info or not whole and (rawequal(info.func, xpcall) or rawequal(info.func, pcall)) then
      break
    elseif info.what == "C" or sub(info.source, 1, #wicks) == wicks then
      hidden = hidden + 1
    else
      info.func = nil
      frames[#frames + 1] = info
    end
  end
  return frames, hidden
end

-- Takes a value out of a list.
local function drop(list, value)
  for i = #list, 1, -1 do
    if rawequal(list[i], value) then
      remove(list, i)
    end
  end
end

-- Ends a run: what did not come to its end is forgotten.
local Run = {}

function Run.__close(run)
  local project, record = run.project, run.record
  drop(loading, record)
  if record.run == run and record.state ~= "loaded" then
    record.state = nil
    project.inodes[record.id] = nil
    loaded[record.canonical] = run.before
    target.forget(project)
  end
end

-- Is this module being loaded?  A coroutine that died of an error, and that
-- nobody closed, has not ended the runs it was in: they end here.
local function is_loading(record)
  if record.state == "loading" and status(record.run.thread) == "dead" then
    Run.__close(record.run)
  end
  return record.state == "loading"
end

-- Puts a module's value where `require` finds it, unless the program has put
-- something else there.
local function place(project, record)
  local name = record.canonical
  if project:is_open() and loaded[name] == nil then
    project.placed[name] = record.value -- first, so that closing finds it
    origin.own(name, record.value)
    loaded[name] = record.value
  end
end

-- Modules that require each other; `record` is running already.
local function circle(record)
  local chain = {}
  for i = #loading, 1, -1 do
    insert(chain, 1, loading[i])
    if loading[i] == record then
      break
    end
  end
  local frames = walk(2, true)
  return target.tell("wick.raised", "circle", chain, record, frames)
end

-- The value of a module, which is run unless it was.  Raises what it raises.
local function run(project, record)
  local first = project.inodes[record.id]
  if first and first.text == record.text and first.stamp == record.stamp then
    if is_loading(first) then
      local problem = circle(first)
      raise(problem.message .. ": " .. problem.circle, problem)
    elseif first.state == "loaded" then
      if first ~= record then
        record.state, record.value, record.chunk = "loaded", first.value, nil
        place(project, record)
      end
      return record.value
    end
  end
  local chunk, err
  if project.before then -- somebody wants to know what runs now
    project.before(record)
  end
  if record.plugin then
    chunk, err = target.tell("wick.load.plugin", "open", project, record)
    if not chunk then
      raise(target.tell("wick.load.words", "not_loaded", project, record.canonical, err), err)
    end
  else
    chunk = record.chunk or core.compile(record.text, record.path)
    if not chunk then -- it did compile before
      error("not enough memory", 0)
    end
  end
  local this <close> = setmetatable({ project = project, record = record,
    before = loaded[record.canonical], thread = running() }, Run)
  record.run, record.chunk, record.state = this, nil, "loading"
  origin.settle()
  project.inodes[record.id] = record
  if record.text then
    project.sources["@" .. record.path] = record
  end
  loading[#loading + 1] = record
  local value = chunk(record.canonical, record.path)
  if not value then
    err = target.tell("wick.raised", "nothing", record, value)
    raise(format("error loading module '%s' from file '%s':\n\tit returned %s", record.canonical,
      record.path, value == nil and "nothing" or "false"), err)
  elseif record.stated then
    err = target.tell("wick.load.plugin", "compare", project, record, value)
    if err then
      raise(target.tell("wick.load.words", "not_loaded", project, record.canonical, err), err)
    end
  end
  record.value = value
  place(project, record)
  record.state = "loaded"
  return value
end

--- The message handler of a call into the project, which must be in its own
--- xpcall: what is known of a failure at the moment it happens.  Whoever wraps it
--- ends in a tail call, so that the level of the stack is right.
function M.caught(value)
  local frames, hidden = walk(2)
  return { value = value, chain = {}, frames = frames, hidden = hidden,
    whole = traceback(nil, 2) }
end

-- The same of a module that is being loaded.
local function handler(value)
  local chain = move(loading, 1, #loading, 1, {})
  local caught = { value = value, chain = chain, frames = {}, hidden = 0 }
  if raised.err and rawequal(value, raised.value) then
    caught.err = raised.err
  end
  caught.frames, caught.hidden = walk(2)
  return caught
end

-- The value of a module; nil, err when it fails.
local function enter(project, record)
  if record.state == "loaded" then
    return record.value
  end
  raised.value, raised.err = nil, nil
  local ok, value = xpcall(within, handler, run, project, record)
  raised.value, raised.err = nil, nil
  if ok then
    return value
  end
  if type(value) ~= "table" or not value.frames then -- the handler itself failed
    value = { value = value, chain = { record }, frames = {}, hidden = 0 }
  end
  return nil, target.tell("wick.raised", "failed", project, record, value)
end

-- }======================================================

-- {======================================================
-- require
-- =======================================================

-- The entry in package.searchers: canonical names of open projects, which are
-- modules and nothing else.
local function search(name)
  local head, rel = match(name, "^([^.]*)%.?(.*)$")
  local project = target.open[head]
  local _ <close> = project and target.hold(project)
  if not project or not project:is_open() then
    local other = next(target.open)
    if head == "project" and other then
      return "no project is called 'project'; a module is required by the project's own name, "
        .. "such as '" .. other .. sub(name, #head + 1) .. "'"
    end
    return nil
  end
  local ok, err = core.name(name)
  if not ok then
    return format("no name of the project '%s': %s", project.name,
      err.marks[1] and err.marks[1].label or err.message)
  end
  local record
  record, err = target.find(project, rel)
  if record == nil then
    raise(target.tell("wick.load.words", "not_loaded", project, name, err), err)
  elseif not record then
    return target.tell("wick.load.words", "not_there", project, rel)
  end
  return function()
    local held <close> = target.hold(project)
    local value = project:is_open() and run(project, record)
    held:leave()
    if not project:is_open() then -- else `require` would keep what leaves with it
      err = target.closed(project)
      raise(target.tell("wick.load.words", "not_loaded", project, name, err), err)
    end
    return value
  end, record.path
end

local function install()
  for i = 1, #searchers do
    if rawequal(searchers[i], search) then
      return
    end
  end
  insert(searchers, #searchers < 1 and 1 or 2, search)
end

target.watch.opened = install

function target.watch.closing(project)
  for name, value in next, project.placed do
    if rawequal(loaded[name], value) then
      loaded[name] = nil
    end
    origin.own(name, nil)
  end
end

function target.watch.closed()
  drop(searchers, search)
  if type(package.searchers) == "table" then -- which may be another one by now
    drop(package.searchers, search)
  end
  if next(target.open) then -- a finalizer opened one meanwhile
    install()
  end
end

if next(target.open) then
  install()
end

-- }======================================================

-- {======================================================
-- From a target to a value
-- =======================================================

-- EORIGIN for what was reached at `span` of the target.  `verb`: is, calls.
local function foreign(name, span, verb, what)
  return target.failure("EORIGIN", {
    message = format("target `%s` leads out of the project", name),
    notes = { "a target must lead to something that the project itself defines" },
    helps = { "write a function in the project that calls it, and name that function" },
    target_span = span,
    target_label = "this " .. verb .. " " .. what,
  })
end

-- The parts of the target that a candidate's fields are named by: the span of
-- field i of n.
local function span_of(search_, found, i)
  local name = found.name
  local stop = #name
  if i == 0 then
    return search_:span(found.stage)
  elseif i == 1 and found.path[2] then
    stop = stop - #search_.last - 1
  end
  local part = found.path[i]
  if i == 1 and search_.rest == "" then
    return { 1, stop } -- the project's own name, perhaps written `project`
  end
  return { stop - #part + 1, stop }
end

-- Takes the fields of a candidate from its module's value.  true, value when
-- they are there; false when they are not; nil, err when one is foreign.
local function take(search_, found, value)
  local project = search_.project
  local what = origin.check(value, project)
  if what then
    return nil, foreign(found.name, span_of(search_, found, 0), "is", what)
  end
  for i = 1, #found.path do
    local field
    if type(value) == "table" then
      field = rawget(value, found.path[i])
    end
    if field ~= nil then
      value = field
      what = origin.check(value, project, true)
      if what then
        return nil, foreign(found.name, span_of(search_, found, i), "is", what)
      end
    elseif i > 1 or not found.optional then
      return false
    end
  end
  return true, value
end

-- The error of a module's file in this phase: the one that was told before, if
-- any.  `phase` is nil or a table of the caller.
local function once(phase, file, err)
  if phase and file then
    phase[file] = phase[file] or err
    return phase[file]
  end
  return err
end

-- Goes from candidate to candidate until one has what the target names.
local function lead(project, name, phase)
  local search_, err = target.candidates(project, name)
  if not search_ then
    return nil, err
  end
  while true do
    local found
    found, err = search_:next()
    if not found then
      return nil, err and once(phase, err.module_file, err) or search_:fail()
    end
    if phase and phase[found.file] then
      return nil, phase[found.file]
    end
    local value
    value, err = enter(project, found.record)
    if err then
      err.target_span = search_:span(found.stage)
      target.forget(project)
      return nil, once(phase, found.file, err)
    end
    local ok, problem = take(search_, found, value)
    if ok then
      found.uncertain = false
      return found, problem
    elseif ok == nil then
      return nil, problem
    end
    search_.vain = found
  end
end

--- The value that a target names.
---@param project table
---@param name string
---@return any value
---@return table? err
function M.value(project, name)
  local _ <close> = target.hold(project)
  local found, value = lead(project, name)
  if not found then
    return nil, value
  end
  return value
end

--- The value of a module, by its canonical name or as resolve found it.
---@param project table
---@param what string|table
---@return any value
---@return table? err
function M.module(project, what)
  local _ <close> = target.hold(project)
  if type(what) == "table" then
    return enter(project, what.record)
  end
  local search_, err = target.candidates(project, what)
  if not search_ then
    return nil, err
  end
  local record
  record, err = target.find(project, search_.rest)
  if record then
    return enter(project, record)
  end
  search_.stage = 1
  return nil, err and target.tell("wick.verdict", "refused", search_, err) or search_:fail()
end

-- }======================================================

-- {======================================================
-- Constructors
-- =======================================================

-- The error for a plugin's module that is named itself and is no constructor by
-- what the plugin states; nil and the constructor that it may be.
local function unstated(project, found)
  if found.rule <= 2 and found.record.stated then
    return target.tell("wick.load.plugin", "named", project, found)
  end
end

--- What a target calls: {call =, called =, value =, found =, kind =}.  `kind` is
--- "function", "__call", "new" or "method"; `call` takes the arguments and
--- nothing else, and raises what the project raises; `called` is the function that
--- is called in the end.
--- `phase` is an empty table to begin with: a module that fails is run once as
--- long as the caller hands in the same one, and gives the same error.
---@param project table
---@param name string
---@param phase? table
---@return table? constructor
---@return table? err
function M.constructor(project, name, phase)
  local constructor = project.constructors[name]
  if constructor then
    return constructor
  end
  local _ <close> = target.hold(project)
  local found, value = lead(project, name, phase)
  if not found then
    return nil, value
  end
  local call, kind, f = calling(value)
  if not call then
    return nil, target.tell("wick.raised", "not_callable", found, value, calling)
  end
  local err = unstated(project, found)
  if err then
    return nil, err
  end
  local what = origin.callable(f, project)
  if what then
    return nil, foreign(name, { 1, #name }, "calls", what)
  end
  constructor = { call = call, called = f, value = value, found = found, kind = kind }
  project.constructors[name] = constructor
  return constructor
end

--- The same for a target whose module the caller allowed by name: a member of
--- what the stock searchers find.
---@param name string
---@return table? constructor
---@return table? err
function M.allowed(name)
  local ok, value = core.name(name)
  if not ok then
    return nil, target.tell("wick.verdict", "misnamed", value)
  end
  local module, member = match(name, "^(.*)%.([^.]*)$")
  if not module then
    return nil, target.failure("ENOMEMBER", {
      message = format("target `%s` names a module and no member of it", name),
      helps = { format("write `%s.Name`", name) },
      target_span = { 1, #name },
      target_label = "a member is missing",
    })
  end
  origin.settle()
  ok, value = pcall(require, module)
  if not ok then
    return nil, target.tell("wick.raised", "not_allowed", module, value)
  end
  local field
  if type(value) == "table" then
    field = rawget(value, member)
  end
  if field == nil then
    return nil, target.tell("wick.raised", "no_member", name, module, value, member)
  end
  local found = { name = name, rule = 3, path = { member }, record = { value = value } }
  local call, kind = calling(field)
  if not call then
    return nil, target.tell("wick.raised", "not_callable", found, field, calling)
  end
  return { call = call, value = field, found = found, kind = kind }
end

--- Whether a target would lead to something, as far as the texts can tell;
--- compiles, and runs nothing.  Warnings: a later candidate that fits as well, a
--- plugin that does not state what it is.  Notes: what only a run can tell.
---@param project table
---@param name string
---@param phase? table  as for constructor
---@return true? ok
---@return table? err
---@return table[] warnings
---@return string[] notes
---@return table? found  the candidate that was taken
function M.check(project, name, phase)
  local _ <close> = target.hold(project)
  local search_, err = target.candidates(project, name)
  if not search_ then
    return nil, err, {}, {}
  end
  local found
  found, err = search_:next()
  if not found then
    return nil, err and once(phase, err.module_file, err) or search_:fail(), {}, {}
  end
  local record = found.record
  local own
  err, own = unstated(project, found)
  if err then
    return nil, err, {}, {}
  end
  local warnings, notes = {}, {}
  if found.uncertain then
    notes[1] = format("`%s`: whether %s%s exports `%s` shows only when it runs", name,
      project.label, found.file, record.stated and found.path[1] .. "." .. found.path[2]
      or found.path[1])
  elseif own then
    notes[1] = format("`%s`: whether %s%s is itself what it states as `%s` shows only when it "
      .. "runs", name, project.label, found.file, own)
  end
  if record.plugin and not record.stated and not (phase and phase[record]) then
    if phase then
      phase[record] = true -- one warning for all that it is asked for
    end
    warnings[1] = target.tell("wick.verdict.plugin", "unstated", project, record, true)
  end
  search_.again = true
  local later = search_:next()
  while later and (later.record == found.record or later.uncertain) do
    later = search_:next()
  end
  if later then
    warnings[#warnings + 1] = target.tell("wick.raised", "second", project, found, later)
  end
  return true, nil, warnings, notes, found
end

-- }======================================================

return M
