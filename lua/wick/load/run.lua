-- wick.load.run: runs the modules of a project, for a target or for `require`.  A part
-- of wick.load.
--
-- May call: core, origin, target, load/plugin, load/words, raised.
--
-- A module is run once per root and inode.  It is registered before it runs,
-- so a circle is seen, forgotten when it fails, and cannot yield.  What this room
-- uses is taken as it was when wick was opened: no module can change it.

local core = require "wick.core"
local origin = require "wick.origin"
local target = require "wick.target"

local getinfo, traceback = debug.getinfo, debug.traceback
local format, match, sub = string.format, string.match, string.sub
local insert, move, remove = table.insert, table.move, table.remove
local error, next, pcall, rawequal = error, next, pcall, rawequal
local setmetatable, type, xpcall = setmetatable, type, xpcall
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
local wicks = match(here, "^(.*)load/run%.lua$") or here

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

--- The value of a module; nil, err when it fails.
function M.enter(project, record)
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

return M
