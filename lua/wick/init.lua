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

local OPTIONS = { project = "string", config_root = "string", untrusted = "boolean",
  allow = "table", env = "table", targets = "table", limits = "table", strict = "boolean",
  trust_modes = "boolean", backend = "string", after = "string" }

local AFTER = { read = true, compose = true, evaluate = true, check = true }

local function check_options(options, level)
  for name, value in pairs(options) do
    if not OPTIONS[name] then
      error(("wick.load has no option '%s'"):format(tostring(name)), level + 1)
    elseif type(value) ~= OPTIONS[name] then
      error(("the option '%s' is a %s, not a %s"):format(name, OPTIONS[name], type(value)),
        level + 1)
    end
  end
  for name, value in pairs(options.limits or {}) do
    if not core.limits[name] then
      error(("wick has no limit '%s'"):format(tostring(name)), level + 1)
    elseif math.type(value) ~= "integer" or value < 0 then
      error(("the limit '%s' is a number of bytes or nodes"):format(name), level + 1)
    end
  end
  if options.after and not AFTER[options.after] then
    error("the option 'after' is 'read', 'compose', 'evaluate' or 'check'", level + 1)
  end
end

--- Reads a config, lays the overrides over it and evaluates what needs no
--- object.  `source` is the path of a file, a list of paths (layers, later ones
--- win), or a table; `overrides` a list of words such as `key=value`; `options`:
---   project      "DIR" or "NAME=DIR", instead of the config's own
---   config_root  the folder that all documents stay below (default: that of the
---                first one)
---   untrusted    others wrote the config: `project` must be given, Lua configs,
---                `env` and plugins without a statement are off
---   env, targets what an untrusted config may still read and name: lists
---   allow        modules beside the project's that targets may name: a list
---   limits       name -> number
---   strict       who else may write the project's files is an error, no warning
---   trust_modes  the file system has no owners and modes: they are not looked at
---   backend      "auto", "openat2" or "walk"
---   after        "read" or "compose": stop there; the config can then be shown
---                and explained.  Or "check": what config:check() tells is
---                told at once, with the errors of evaluation
---@param source string|string[]|table
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
  return require "wick.open".open(source, overrides or {}, options)
end

--- What differs between two configs, or what `load` takes for one: a list of {op
--- ("change", "remove", "add"), key, from, to, from_mark, to_mark}, and in
--- `equal` the keys that are the same; see wick.diff.  Or nil and an error.
function M.diff(a, b)
  local configs, opened = { a, b }, {}
  for i = 1, 2 do
    local config, err = configs[i], nil
    if getmetatable(config) ~= require "wick.config" then
      if type(config) ~= "string" and type(config) ~= "table" then
        error(("bad argument #%d to 'diff' (a config, a path or a table expected)"):format(i), 2)
      end
      config, err = M.load(config)
      opened[#opened + 1] = config
    end
    configs[i] = config
    if not config then
      return nil, err
    end
  end
  local changes = require "wick.diff".configs(configs[1], configs[2])
  for _, config in ipairs(opened) do
    config:close()
  end
  for _, change in ipairs(changes) do
    change.from_id, change.to_id = nil, nil
  end
  return changes
end

--
-- The loader alone
--

local Project = { __name = "wick.Project" }
Project.__index = Project

--- Opens a project: the folder `dir`, under the name of its last component or
--- `options.name`; `strict` and `trust_modes` as for load.
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

local function text_of(value, name)
  if type(value) ~= "string" then
    error(("bad argument #1 to '%s' (a text expected)"):format(name), 3)
  end
  return value
end

local function node(fields)
  return setmetatable(fields, require "wick.read".Node)
end

--- A reference, as `"@path"` is in YAML.
---@param path string
function M.ref(path)
  return node { text = "@" .. text_of(path, "ref") }
end

--- A copy of another key, or of a file, as `"%key"` and `"%file.yaml#key"` are.
---@param path string
function M.copy(path)
  return node { text = "%" .. text_of(path, "copy") }
end

--- An expression, as `"$ text"` is in YAML.
---@param text string
function M.expr(text)
  return node { text = "$ " .. text_of(text, "expr") }
end

--- A component: `wick.target "my_project.Name" { option = value }`.
---@param name string
function M.target(name)
  return node { target = text_of(name, "target") }
end

local function operator(sign, value, name)
  if value == nil then
    error(("bad argument #1 to '%s' (a value expected; for a null, wick.null)"):format(name), 3)
  end
  return node { operator = sign, value = value }
end

--- What a key gets: the items of a list, or an item, behind those that are
--- there; a map is merged.  As `+key:` is in YAML.
function M.append(value)
  return operator("+", value, "append")
end

--- What a key gets whole, whatever is there.  As `=key:` is in YAML.
function M.replace(value)
  return operator("=", value, "replace")
end

--- What a key gets that shall go.  As `~key:` is in YAML.
M.delete = setmetatable({ operator = "~" }, require "wick.read".Node)

return M
