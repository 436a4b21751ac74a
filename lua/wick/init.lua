-- wick: a configuration -> live objects.  The Lua face of the library.
--
-- May call every room.  Writes nothing to stdout or stderr, makes no globals.
-- Expected failures give nil and an error; misuse raises.

local core = require "wick.core"
require "wick.origin" -- takes down the standard libraries as they are now
local fail = require "wick.fail"

local M = {
  _VERSION = "wick 0.1.0",
  _DESCRIPTION = "turns a configuration into live objects",
  _LICENSE = "MIT",
  null = core.null,
}

local Config = { __name = "wick.Config" }
Config.__index = Config

local OPTIONS = { project = true, limits = true, backend = true, allow = true }

local function check_options(options, level)
  for name in pairs(options) do
    if not OPTIONS[name] then
      error(("wick.load has no option '%s'"):format(tostring(name)), level + 1)
    end
  end
  for name, value in pairs(options.limits or {}) do
    if not core.limits[name] then
      error(("wick has no limit '%s'"):format(tostring(name)), level + 1)
    elseif math.type(value) ~= "integer" or value < 0 then
      error(("the limit '%s' is a number of bytes or nodes"):format(name), level + 1)
    end
  end
end

local function read_source(self, source)
  local read = require "wick.read"
  if type(source) == "string" then
    local top, folder, warnings, text = read.file(self.tree, source, self.limits)
    if not top then
      return nil, folder
    end
    self.top, self.folder, self.warnings, self.text = top, folder, warnings, text
    return true
  end
  local top, err = read.graft(self.tree, source, self.hosts, nil, nil)
  if not top then
    return nil, err
  end
  if self.tree:kind(top) ~= "map" then
    return nil, fail.new("EDOCUMENT", {
      message = "a config is a map, and this table is a list",
      marks = { { host = true, label = "" } },
    })
  end
  self.top, self.folder, self.warnings = top, core.directory() or ".", {}
  return true
end

-- What every verb checks of the reserved keys once values are there.
local function check_structure(self)
  local tree, errors = self.tree, self.errors
  local lacking = {} -- kind of value -> the reserved key that would hold it
  for kind, name in pairs { string = "project", list = "defaults", late = "run" } do
    lacking[kind] = not tree:find(self.top, name) and name or nil
  end
  for _, child in ipairs(next(lacking) and tree:children(self.top) or {}) do
    local name = lacking[tree:kind(child)]
    local key = name and tree:key(child)
    if type(key) == "string" and #key <= 10 and fail.near(key, { name })[1] then
      self.warnings[#self.warnings + 1] = fail.warning("ENEAR", {
        message = ("the key `%s` is nearly the reserved key `%s`, which is not there"):format(
          fail.quote(key), name),
        key = key,
        marks = { tree:mark(child, "an ordinary key", "key") },
        helps = { ("did you mean `%s`?"):format(name) },
      })
    end
  end
  for _, id in ipairs(self.components) do
    local target, args = tree:find(id, "_target_"), tree:find(id, "_args_")
    if self.color[target] ~= 3 and tree:kind(target) ~= "string" then
      errors[#errors + 1] = fail.new("ETARGET", {
        message = "`_target_` must be a dotted name",
        key = core.keytext(tree:segments(target)),
        marks = { tree:mark(target, "this is " .. fail.kinds[tree:kind(target)]) },
        helps = { "a target is `my_project.module.Name`" },
      })
    end
    -- an empty Lua table is an empty map, and a list where one is wanted
    if args and tree:kind(args) ~= "list"
      and not (tree:kind(args) == "map" and #tree:children(args) == 0) then
      errors[#errors + 1] = fail.new("ERESERVEDKEY", {
        message = "`_args_` must be a list of positional arguments",
        key = core.keytext(tree:segments(args)),
        marks = { tree:mark(args, "this is " .. fail.kinds[tree:kind(args)]) },
        helps = { "write `_args_: [1, 2]`" },
      })
    end
    if id == self.top then
      errors[#errors + 1] = fail.new("ERESERVEDKEY", {
        message = "the top of a config is no component",
        key = "_target_",
        marks = { tree:mark(target, "", "key") },
        helps = { "put it under a key of its own, such as `main:`" },
      })
    end
  end
end

--- Reads a config, lays the overrides over it and evaluates what needs no
--- object.  `source` is the path of a YAML file, or a table; `overrides` a list
--- of `key=value`; `options`: project ("DIR" or "NAME=DIR"), limits, backend
--- ("auto", "openat2", "walk"), allow (a list of module names).
---@param source string|table
---@param overrides string[]?
---@param options table?
---@return table? config
---@return table? err
function M.load(source, overrides, options)
  options = options or {}
  if type(source) ~= "string" and type(source) ~= "table" then
    error("bad argument #1 to 'load' (a path or a table expected)", 2)
  end
  check_options(options, 2)
  local limits = setmetatable(options.limits or {}, nil)
  local all = {}
  for name, deflt in pairs(core.limits) do
    all[name] = limits[name] or deflt
  end
  local self = setmetatable({
    tree = core.tree(all),
    limits = all,
    options = options,
    hosts = {},
    overrides = overrides or {},
    built = {},
    borrowed = {},
    lent = setmetatable({}, { __mode = "k" }),
  }, Config)
  local ok, err = read_source(self, source)
  if not ok then
    return nil, err
  end
  if #self.overrides > 0 then
    local override = require "wick.override"
    local errors, renamed = {}, {}
    -- `_target_` applies first: what else is set belongs to the new constructor
    for pass = 1, 2 do
      for n, word in ipairs(self.overrides) do
        if (word:match("^[^=]*_target_=") ~= nil) == (pass == 1) then
          ok, err = override.apply(self.tree, self.top, word, n, renamed)
          if not ok then
            errors[#errors + 1] = err
          end
        end
      end
    end
    if #errors > 0 then
      return nil, fail.all(errors)
    end
  end
  local state = require "wick.evaluate".run(self)
  for _, field in ipairs { "late", "components", "color", "budget", "errors" } do
    self[field] = state[field]
  end
  check_structure(self)
  if #self.errors > 0 then
    return nil, fail.all(self.errors)
  end
  self.objects = setmetatable({}, nil)
  for id, value in pairs(self.hosts) do
    self.objects[id] = value
  end
  return self
end

-- A folder that is not there: what was looked for, and what has a like name.
local function suggest_folder(self, err, dir)
  err.notes[#err.notes + 1] = ("looked for %s"):format(
    fail.quote(require "wick.read".absolute(self.folder, dir), 300))
  local root = core.root(self.folder)
  local names = root and root:list("")
  local near = names and fail.near(dir:gsub("^%./", ""):gsub("/+$", ""), names) or {}
  if near[1] then
    err.helps[#err.helps + 1] = ("did you mean `project: %s/`?"):format(near[1])
  end
  if root then
    root:close()
  end
end

-- A key that was meant to be `project`.
local function near_project(self)
  for _, child in ipairs(self.tree:children(self.top)) do
    local key = self.tree:key(child)
    if type(key) == "string" and fail.near(key, { "project" })[1] then
      return ("did you mean `project` where `%s` stands?"):format(fail.quote(key))
    end
  end
end

-- Opens the folder that `project:` or the caller names.
local function open_root(self)
  local target = require "wick.target"
  local read = require "wick.read"
  local given = self.options.project
  local limits = { ["module.bytes"] = self.limits["module.bytes"] }
  if given then
    local name, dir = given:match("^([%a_][%w_]*)=(.*)$")
    local project, err = target.project(dir or given,
      { name = name, backend = self.options.backend, limits = limits })
    if not project and err.name == "EROOT" then
      local info = core.codes.EFILE
      err.name, err.code, err.kind, err.status = "EFILE", info.code, info.kind, info.status
    end
    return project, err
  end
  local id = self.tree:find(self.top, "project")
  if not id then
    return nil, fail.new("EPROJECT", {
      message = "this config names no project, so its targets lead nowhere",
      helps = { near_project(self) or "add `project: DIR` to it, or pass `--project DIR`" },
    })
  end
  local dir = self.tree:kind(id) == "string" and self.tree:text(id)
  if not dir then
    return nil, fail.new("EPROJECT", {
      message = "`project` must be the name of a folder",
      key = "project",
      marks = { self.tree:mark(id, "this is " .. fail.kinds[self.tree:kind(id)]) },
      helps = { "write `project: my_project/`" },
    })
  end
  local place = read.absolute(self.folder, dir)
  if dir == "." or dir == "" then
    place = self.folder .. "/." -- so that the name is that of the real folder
  end
  local project, err = target.project(place, { backend = self.options.backend, limits = limits })
  if not project then
    err.key = "project"
    table.insert(err.marks, 1, self.tree:mark(id, err.target_label or ""))
    if err.name == "EROOT" then
      suggest_folder(self, err, dir)
    end
  end
  return project, err
end

--- The project that a target of this config belongs to; nil when the caller
--- allowed the target's module by its own name; or nil and an error, which is
--- one object for all who ask.
function Config:open_project(id, name)
  for _, prefix in ipairs(self.options.allow or {}) do
    if name == prefix or name:sub(1, #prefix + 1) == prefix .. "." then
      return nil, nil
    end
  end
  if not self.project and not self.project_error then
    self.project, self.project_error = open_root(self)
    local err = self.project_error
    if err and #err.marks == 0 and id then
      err.marks[1] = self.tree:mark(self.tree:find(id, "_target_"), "needed for this target")
    end
  end
  return self.project, self.project_error
end

-- The node at a key path; nil and an error when there is none.
local function node_at(self, path)
  local tree, at = self.tree, self.top
  if path == nil or path == "" then
    return at
  end
  local parsed, err = core.keypath(path)
  if not parsed or parsed.length ~= #path or parsed.up > 0 then
    return nil, fail.new("EREF", {
      message = ("`%s` is not a key path"):format(fail.quote(path)),
      helps = err and err.helps or { "write it as `model.layers[1].size`" },
    })
  end
  for i, segment in ipairs(parsed) do
    if tree:kind(at) == "object" then
      at = tree:object(at)
    end
    local child = tree:find(at, segment)
    if not child then
      local names = {}
      for n, other in ipairs(tree:children(at)) do
        names[n] = tostring((tree:key(other)))
      end
      local near = fail.near(tostring(segment), names)
      local before = path:sub(1, parsed.starts[i] - 1)
      return nil, fail.new("EREF", {
        message = ("the config has no key `%s`"):format(fail.quote(path)),
        key = path,
        helps = near[1] and { ("did you mean `%s%s%s`?"):format(before,
          before == "" and near[1] or "." .. near[1], path:sub(parsed.stops[i] + 1)) } or nil,
        notes = not near[1] and #names > 0 and { ("%s has: %s"):format(
          before == "" and "the config" or "`" .. before .. "`", fail.names(names)) } or nil,
      })
    end
    at = child
  end
  return at
end

--- The value at a key path; never builds: a component is its table, null is
--- wick.null.  nil and an error when it is absent, or is or needs an object.
---@param path string?
function Config:get(path)
  local id, err = node_at(self, path)
  if not id then
    return nil, err
  end
  local value, missing = self.tree:value(id, self.hosts, true)
  if value == nil and missing then
    local name = core.keytext(self.tree:segments(missing))
    return nil, fail.new("EOBJECT", {
      message = ("the value of `%s` needs the object `%s`"):format(path or "the config", name),
      key = path,
      marks = { self.tree:mark(id, "") },
      helps = { ("build it: `config:build \"%s\"`"):format(path or "") },
    })
  end
  return value
end

--- Builds what is at a key path (all of the config without one): the object of
--- a component, or a table with the objects in it.
---@param path string?
function Config:build(path)
  local build, plan = require "wick.build", require "wick.plan"
  local id, err = node_at(self, path)
  if not id then
    return nil, err
  end
  local tree = self.tree
  local object = tree:object(id)
  local ok, wrong = build.build(self, object and { object } or plan.needs(self, id))
  if not ok then
    return nil, wrong
  end
  return tree:value(id, self.objects)
end

--- Runs `run:` (or its item `name`), building what it needs; without `run:`
--- builds everything.  Gives the values of the items.
---@param name string?
function Config:run(name)
  local ok, values = require "wick.build".run(self, name)
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
  local errors, warnings, notes = require "wick.check".targets(self)
  for i, warning in ipairs(self.warnings) do
    table.insert(warnings, i, warning)
  end
  if #errors > 0 then
    table.move(warnings, 1, #warnings, #errors + 1, errors)
    return nil, fail.all(errors)
  end
  return true, warnings, notes
end

--- The config as YAML text; of one key with `options.key`.
function Config:show(options)
  local id, err = node_at(self, options and options.key)
  if not id then
    return nil, err
  end
  return require "wick.show".yaml(self, id)
end

--- The objects that were built: a list of {key, target, object}, in order.
function Config:objects_built()
  local list = {}
  for _, id in ipairs(self.built) do
    if not self.late[id] then
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
--- errors of those that raised.
function Config:close()
  local errors = require "wick.build".close(self, 0)
  if self.project then
    self.project:close()
    self.project = nil
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
    self.project:close()
  end
end

--
-- The loader alone
--

local Project = { __name = "wick.Project" }
Project.__index = Project

--- Opens a project: the folder `dir`, under the name of its last component or
--- `options.name`.
function M.project(dir, options)
  local project, err = require "wick.target".project(dir, options or {})
  if not project then
    return nil, err
  end
  return setmetatable({ inner = project, name = project.name, path = project.path }, Project)
end

local function inner(self)
  return self.inner or error("this project is closed", 3)
end

--- Which file holds a name: {name, file, line, kind, candidates}; runs nothing.
function Project:resolve(name)
  local answer = require "wick.target".explain(inner(self), name)
  if fail.is(answer.answer) then
    return nil, answer.answer
  end
  local found = answer.answer
  return {
    name = found.name,
    file = self.path .. "/" .. found.file,
    line = found.line,
    kind = found.kind,
    candidates = answer.verdicts,
  }
end

--- The value that a name leads to: its module is loaded, nothing is called.
function Project:import(name)
  return require "wick.load".value(inner(self), name)
end

function Project:close()
  if self.inner then
    self.inner:close()
    self.inner = nil
  end
  return true
end

Project.__close = Project.close

local imported = {} -- projects that import opened, and holds

--- The value that `name` leads to in the project at `dir`, which stays open:
--- what was loaded may `require` more of it later.
function M.import(name, dir)
  local project, err = require "wick.target".project(dir, {})
  if not project then
    return nil, err
  end
  local value, wrong = require "wick.load".value(project, name)
  if value == nil or imported[project] then
    project:close()
  else
    imported[project] = true
  end
  return value, wrong
end

--
-- Nodes for configs written as tables
--

--- A reference, as `"@path"` is in YAML.
function M.ref(path)
  return require "wick.read".node("@", path)
end

--- An expression, as `"$ text"` is in YAML.
function M.expr(text)
  return require "wick.read".node("$ ", text)
end

return M
