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

local OPTIONS = { project = true, limits = true, backend = true, allow = true, strict = true }

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

--- Reads a config, lays the overrides over it and evaluates what needs no
--- object.  `source` is the path of a YAML file, or a table; `overrides` a list
--- of `key=value`; `options`: project ("DIR" or "NAME=DIR"), limits, backend
--- ("auto", "openat2", "walk"), allow (a list of module names), strict (refuse
--- what is doubtful: plugins that do not state what they are).
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
    doubted = {},
    lent = setmetatable({}, { __mode = "k" }),
  }, require "wick.config")
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
  require "wick.structure"(self)
  if #self.errors > 0 then
    return nil, fail.all(self.errors)
  end
  self.objects = setmetatable({}, nil)
  for id, value in pairs(self.hosts) do
    self.objects[id] = value
  end
  return self
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
