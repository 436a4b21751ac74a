-- wick.load: runs a project's modules, and gives the constructor that a target
-- names.
--
-- May call: core, origin, target, load/*, verdict, verdict/plugin, raised.
--
-- How a module is run is in load/run.  What this room uses is taken as it was when
-- wick was opened: no module can change it.

local calling = require "wick.load.calling"
local core = require "wick.core"
local modules = require "wick.load.run"
local origin = require "wick.origin"
local target = require "wick.target"

local enter = modules.enter
local format, match = string.format, string.match
local pcall, rawget, require, type = pcall, rawget, require, type

local M = {}

--- The message handler of a call into the project, which must be in its own xpcall:
--- what is known of a failure at the moment it happens.
M.caught = modules.caught

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
      project.label, found.file, record.stated and table.concat(found.path, ".") or found.path[1])
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
