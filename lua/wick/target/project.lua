-- wick.target.project: the projects that are open.  A part of wick.target.
--
-- May call: core, fail, origin.

local core = require "wick.core"
local fail = require "wick.fail"
local origin = require "wick.origin"

local find_string, format, match = string.find, string.format, string.match
local next, rawequal, rawget, setmetatable, type = next, rawequal, rawget, setmetatable, type
local running, status = coroutine.running, coroutine.status

local M = {}

--- The open projects by NAME.
M.open = {}
--- What load wants to know: opened() when a project opens, closing(p) before a
--- project closes, closed() when the last one did.
M.watch = { opened = function() end, closing = function() end, closed = function() end }

local shared = {} -- "dev:ino" of a root -> the inodes of all its projects

-- {======================================================
-- Words, which only a failure needs
-- =======================================================

M.tell = origin.tell

--- An error of wick.fail, made in the way of origin's clean.
---@param name string
---@param fields table
---@return table err
function M.failure(name, fields)
  return origin.clean(fail.new, name, fields)
end

local failure = M.failure

local function quote(text)
  return origin.clean(fail.quote, text, 200)
end

-- The last component of a path, for messages.
local function label_of(text)
  local last = match(text, "([^/]*)$")
  return (find_string(last, "[^%w._-]") and quote(last) or last) .. "/"
end

-- }======================================================

-- {======================================================
-- Projects
-- =======================================================

local Project = {}
Project.__index = Project

function Project.__close(project)
  project:close()
end

-- Can a target start with this text?
local function is_name(text)
  return type(text) == "string" and #text <= 64 and text ~= "init"
    and find_string(text, "^[A-Za-z_][A-Za-z0-9_]*$") ~= nil
end

-- The name that a folder gives to its project: `dir` as it was written, `real`
-- as the system knows it.
local function name_of(dir, real)
  local last = match(dir, "([^/]*)/*$")
  if last == "" or last == "." or last == ".." then
    last = match(real, "([^/]*)/*$")
  end
  return is_name(last) and last or "project"
end

-- What uses a project holds it: it is one more that has opened it, until it
-- leaves.  Whatever closes the project meanwhile (the code of a module, a
-- finalizer at any place where something is made), what is held is closed when it
-- is left.  One that nobody closed, because its coroutine died of an error, counts
-- no more, and is left when it is collected.
local Hold = {}
Hold.__index = Hold

function Hold:leave()
  if self.project then
    self.project:close(self)
    self.project = false
  end
end

Hold.__close, Hold.__gc = Hold.leave, Hold.leave

-- Takes a project, or nil; gives it when it is open.
function Hold:take(project)
  if project then
    self.project = project -- first, so that whatever comes between, it is left
    project.owners[self] = true
    if project:is_open() then
      return project
    end
    project.owners[self], self.project = nil, false
  end
end

--- Holds a project (or nil: nothing yet) as long as a variable `<close>` has what
--- this gives.
---@param project table?
---@return table hold
function M.hold(project)
  local hold = setmetatable({ project = false, thread = running() }, Hold)
  hold:take(project)
  return hold
end

-- Does this owner count?
local function is_alive(owner)
  local thread = rawget(owner, "thread")
  return not thread or status(thread) ~= "dead"
end

--- Drops what was found out about files that are not loaded.
---@param project table
function M.forget(project)
  local records = {}
  for rel, record in next, project.records do
    if record and record.state then
      records[rel] = record
    end
  end
  project.records, project.folders, project.visited = records, {}, {}
  project.warm = false
  if project:is_open() then -- else a run ends that outlived it
    project.root:renew()
  end
end

-- EPROJECT, unless the name is free for a project.
local function check_name(name, dir)
  if not is_name(name) then
    return failure("EPROJECT", {
      message = format("`%s` cannot be the name of a project", quote(name)),
      notes = {
        "a project's name is a Lua identifier of at most 64 bytes and not `init`: "
          .. "[A-Za-z_][A-Za-z0-9_]*",
      },
    })
  elseif origin.standard[name] or origin.taken(name) then
    local what = origin.standard[name] and "a standard library of Lua" or "a loaded module"
    return failure("EPROJECT", {
      message = format("the project cannot be called `%s`, %s has that name", name, what),
      helps = { format("give it another name: `my_%s=%s`", name, quote(dir)) },
    })
  end
end

-- Takes down who has opened a project.  An owner knows it first: whatever ends
-- an opening half way (memory, a hook that raises), the owner can close it; and it
-- may have done so by now.
local function join(project, owner)
  if owner then
    owner.project = project
    project.owners[owner] = true
    if not rawequal(owner.project, project) then
      project.owners[owner] = nil
    end
  else
    owner = {}
    project.unnamed[#project.unnamed + 1] = owner
    project.owners[owner] = true
  end
end

-- What was loaded under laxer rules is judged by those of now before it is used
-- again; it is not loaded once more.
local function judge_anew(project)
  for rel, record in next, project.records do
    project.unjudged[rel] = record
  end
  project.records, project.constructors = {}, {}
end

-- The project that is open already, and held, opened once more.  Of the rules
-- about who may write its files the stricter hold.
local function again(project, options)
  local strict = project.strict or options.strict
  local stated = project.stated or options.stated or options.strict
  local trust_modes = project.trust_modes and options.trust_modes
  local stricter = not project.strict and strict or not project.stated and stated
    or project.trust_modes and not trust_modes
  if strict ~= project.strict or trust_modes ~= project.trust_modes then
    local ok, err = project.root:rules { strict = strict, trust_modes = trust_modes }
    if not ok then
      project.root:rules(project)
      return nil, err
    end
    project.strict, project.trust_modes = strict, trust_modes
  end
  M.forget(project)
  project.root:forget()
  if stricter then
    judge_anew(project)
  end
  local limits = options.limits or {}
  project.limit = limits["module.bytes"] or project.limit
  project.plugin_limit = limits["plugin.bytes"] or project.plugin_limit
  project.stated = stated
  join(project, options.owner)
  return project
end

--- Opens a project.  The same folder under the same name is one project, which
--- lives until it was closed as often as it was opened.  `owner` is a table (with
--- a field `project` already) that gets the project, and closes it by its name.
---@param dir string
---@param options? {name?: string, backend?: string, limits?: table, strict?: boolean,
---  stated?: boolean, trust_modes?: boolean, owner?: table}
---@return table? project
---@return table? err
function M.project(dir, options)
  options = options or {}
  local held <close> = M.hold() -- the project, until its owner has it
  local root, err = core.root(dir, { backend = options.backend, strict = options.strict,
    trust_modes = options.trust_modes })
  if not root then
    return nil, err
  end
  local info = root:info()
  local name = options.name
  if name == nil then
    name = name_of(dir, info.path)
  end
  local key = info.dev .. ":" .. info.ino
  local limits = options.limits or {}
  local project = held:take(M.open[name])
  if project and project.key == key then
    root:close()
    return again(project, options)
  end
  if project then
    err = failure("EPROJECT", {
      message = format("two open projects are called `%s`", name),
      notes = {
        format("`%s` is %s, and was to be %s as well", name, quote(project.path), quote(info.path)),
      },
      helps = { format("give one of them another name: `my_%s=%s`", name, quote(dir)) },
    })
  else
    err = check_name(name, dir)
  end
  if err then
    root:close()
    return nil, err
  end
  project = setmetatable({
    name = name,
    path = info.path,
    root = root,
    key = key,
    base = info.path == "/" and "/" or info.path .. "/", -- of chunk names
    label = label_of(info.path), -- of files, in notes
    folds = info.folds,
    limit = limits["module.bytes"] or core.limits["module.bytes"],
    plugin_limit = limits["plugin.bytes"] or core.limits["plugin.bytes"],
    strict = options.strict,
    stated = options.stated or options.strict, -- must plugins say what they are?
    trust_modes = options.trust_modes,
    owners = setmetatable({}, { __mode = "k" }), -- who opened it
    unnamed = {}, -- those of them that gave no name
    inodes = {}, -- "dev:ino" -> the record that was loaded from it
    sources = {}, -- chunk name of a module of this root that ran -> its record
    libraries = {}, -- where plugins of this root begin in memory
    placed = {}, -- canonical name -> what load put into package.loaded
    constructors = {}, -- target -> what load.constructor found
    records = {}, -- dotted name below the root -> record, or false
    unjudged = {}, -- the same of what was loaded when rules were laxer
    folders = {}, -- folder -> its entries, or false
    visited = {}, -- folder -> how many modules were looked for in it
    warm = false, -- is there anything in the two?
  }, Project)
  project.owners[held], held.project = true, project
  if M.open[name] then -- a finalizer was here first
    root:close()
    return M.project(dir, options)
  end
  M.open[name] = project
  project.inodes = shared[key] or project.inodes
  shared[key] = project.inodes
  M.watch.opened()
  join(project, options.owner)
  return project
end

--- Is it open?
---@return boolean
function Project:is_open()
  return rawequal(M.open[self.name], self)
end

-- Does a project of this root live on?
local function is_shared(key)
  for _, project in next, M.open do
    if project.key == key then
      return true
    end
  end
  return false
end

local function leave(project, owner)
  local unnamed = project.unnamed
  if owner then
    project.owners[owner] = nil
    unnamed[#unnamed] = not rawequal(unnamed[#unnamed], owner) and unnamed[#unnamed] or nil
  end
end

--- Closes the project for one who opened it: `owner`, or one without a name.
--- When nobody else has it, its modules leave package.loaded.  Closing once more
--- is harmless, and finishes what was interrupted.
---@param owner? table
function Project:close(owner)
  leave(self, owner or self.unnamed[#self.unnamed])
  local owners = self.owners
  local other = next(owners)
  while other do
    if is_alive(other) then -- it goes on
      return
    end
    owners[other] = nil
    other = next(owners)
  end
  if self:is_open() then
    M.open[self.name] = nil
  end
  if not is_shared(self.key) then
    shared[self.key] = nil
  end
  self.root:close()
  for _, records in next, { self.records, self.unjudged } do
    for _, record in next, records do
      if record and record.plugin then
        record.plugin:close()
      end
    end
  end
  M.watch.closing(self)
  if next(M.open) == nil then
    M.watch.closed()
  end
  self.constructors, self.records, self.inodes = {}, {}, {} -- takes memory, so it comes last
  self.unjudged = {}
  self.folders, self.visited, self.placed = {}, {}, {}
end

-- }======================================================

M.Project = Project

return M
