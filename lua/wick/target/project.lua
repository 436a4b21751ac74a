-- wick.target.project: the projects that are open.  A part of wick.target.
--
-- May call: core, fail, origin.

local core = require "wick.core"
local fail = require "wick.fail"
local origin = require "wick.origin"

local find_string, format, match = string.find, string.format, string.match
local next, setmetatable, type = next, setmetatable, type

local M = {}

--- The open projects by NAME.
M.open = {}
--- What load wants to know: opened() when the first project opens, closing(p)
--- before a project closes, closed() when the last one did.
M.watch = { opened = function() end, closing = function() end, closed = function() end }

local shared = {} -- "dev:ino" of a root -> {refs, inodes}, for all projects of it

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

local Project = { __name = "wick.Project" }
Project.__index = Project

function Project.__close(project)
  project:close()
end

function Project.__tostring(project)
  return "wick.Project (" .. project.name .. ", " .. project.path .. ")"
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
  project.root:forget()
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

-- The project that is open already, opened once more.  Of the rules about who
-- may write its files the stricter hold.
local function again(project, options)
  local strict = project.strict or options.strict
  local trust_modes = project.trust_modes and options.trust_modes
  if strict ~= project.strict or trust_modes ~= project.trust_modes then
    local ok, err = project.root:rules { strict = strict, trust_modes = trust_modes }
    if not ok then
      project.root:rules(project)
      return nil, err
    end
    project.strict, project.trust_modes = strict, trust_modes
  end
  project.refs = project.refs + 1
  local limits = options.limits or {}
  project.limit = limits["module.bytes"] or project.limit
  project.plugin_limit = limits["plugin.bytes"] or project.plugin_limit
  project.stated = project.stated or options.stated or options.strict
  M.forget(project)
  return project
end

--- Opens a project.  The same folder under the same name is one project, which
--- lives until it was closed as often as it was opened.
---@param dir string
--- `written` is how the caller's text names it, when `dir` was made absolute.
---@param options? {name?: string, backend?: string, limits?: table, written?: string,
---  strict?: boolean, stated?: boolean, trust_modes?: boolean}
---@return table? project
---@return table? err
function M.project(dir, options)
  options = options or {}
  local root, err = core.root(dir, { backend = options.backend, strict = options.strict,
    trust_modes = options.trust_modes })
  if not root then
    return nil, err
  end
  local info = root:info()
  local name, written = options.name, options.written or dir
  if name == nil then
    name = name_of(written, info.path)
  end
  local key = info.dev .. ":" .. info.ino
  local limits = options.limits or {}
  local project = M.open[name]
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
      helps = { format("give one of them another name: `my_%s=%s`", name, quote(written)) },
    })
  else
    err = check_name(name, written)
  end
  if err then
    root:close()
    return nil, err
  end
  local same = shared[key] or { refs = 0, inodes = {} }
  shared[key], same.refs = same, same.refs + 1
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
    refs = 1,
    inodes = same.inodes, -- "dev:ino" -> the record that was loaded from it
    sources = {}, -- chunk names of modules of this root
    libraries = {}, -- where plugins of this root begin in memory
    placed = {}, -- canonical name -> what load put into package.loaded
    constructors = {}, -- target -> what load.constructor found
    records = {}, -- dotted name below the root -> record, or false
    folders = {}, -- folder -> its entries, or false
    visited = {}, -- folder -> how many modules were looked for in it
    warm = false, -- is there anything in the two?
  }, Project)
  M.open[name] = project
  if next(M.open) == name and next(M.open, name) == nil then
    M.watch.opened()
  end
  return project
end

--- Closes the project, when it was opened no more often than closed.  Its
--- modules leave package.loaded.  Closing once more is harmless.
function Project:close()
  if self.refs == 0 then
    return
  end
  self.refs = self.refs - 1
  if self.refs > 0 then
    return
  end
  M.watch.closing(self)
  M.open[self.name] = nil
  local same = shared[self.key]
  same.refs = same.refs - 1
  if same.refs == 0 then
    shared[self.key] = nil
  end
  for _, record in next, self.records do
    if record and record.plugin then
      record.plugin:close()
    end
  end
  self.constructors, self.records, self.inodes = {}, {}, {}
  self.folders, self.visited = {}, {}
  self.root:close()
  if next(M.open) == nil then
    M.watch.closed()
  end
end

-- }======================================================

M.Project = Project

return M
