-- wick: a configuration -> live objects.  The Lua face of the library.
--
-- May call: every room.  Writes nothing to stdout or stderr, makes no globals.
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

--
-- Misuse, which raises at the line that calls the library: `depth` functions are
-- between that one's and the one that calls here
--

local function misuse(depth, text, ...)
  error(text:format(...), depth + 3)
end

-- An argument that must be of a type.
local function check(value, kind, place, name, words, depth)
  if type(value) ~= kind then
    misuse((depth or 0) + 1, "bad argument #%d to '%s' (%s expected, got %s)", place, name, words,
      value == nil and "nothing" or "a " .. type(value))
  end
end

local function text_of(value, name)
  check(value, "string", 1, name, "a text", 1)
  return value
end

-- What is in a list that is none: a key, or an item that must be no such; nil when
-- all is well.
local function stray(list, fits)
  local size = #list
  for key, item in next, list do
    if math.type(key) ~= "integer" or key < 1 or key > size then
      return ("the key '%s'"):format(tostring(key))
    elseif not fits(item) then
      return "a " .. type(item)
    end
  end
end

local function is_text(item)
  return type(item) == "string"
end

local function is_override(item)
  return is_text(item) or type(item) == "table" and is_text(item.unset)
end

local LOAD = { project = "string", config_root = "string", untrusted = "boolean",
  allow = "table", env = "table", targets = "table", limits = "table", strict = "boolean",
  trust_modes = "boolean", backend = "string", after = "string" }
local PROJECT = { name = "string", limits = "table", strict = "boolean", trust_modes = "boolean",
  backend = "string" }
local CHOICES = {
  after = { read = true, compose = true, evaluate = true, check = true },
  backend = { auto = true, openat2 = true, walk = true },
}

local function check_options(options, known, name)
  for option, value in next, options do
    if not known[option] then
      misuse(1, "wick.%s has no option '%s'", name, tostring(option))
    elseif type(value) ~= known[option] then
      misuse(1, "the option '%s' is a %s, not a %s", option, known[option], type(value))
    elseif option == "limits" then
      for limit, number in next, value do
        if not core.limits[limit] then
          misuse(1, "wick has no limit '%s'", tostring(limit))
        elseif math.type(number) ~= "integer" or number < 0 then
          misuse(1, "the limit '%s' is a number of bytes or nodes", limit)
        end
      end
    elseif type(value) == "table" then
      local other = stray(value, is_text)
      if other then
        misuse(1, "the option '%s' is a list of texts, and has %s", option, other)
      end
    elseif CHOICES[option] and not CHOICES[option][value] then
      local list = {}
      for choice in next, CHOICES[option] do
        list[#list + 1] = choice
      end
      table.sort(list)
      misuse(1, "the option '%s' is one of %s", option, table.concat(list, ", "))
    end
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
---   env          variables that an untrusted config may read: a list
---   targets      what targets may name, and nothing else: a list of patterns
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
  if type(source) ~= "string" then
    check(source, "table", 1, "load", "a path or a table")
  end
  if overrides ~= nil then
    check(overrides, "table", 2, "load", "a list of overrides")
    local other = stray(overrides, is_override)
    if other then
      misuse(0, "bad argument #2 to 'load' (a list of words such as 'key=value' expected, with %s)",
        other)
    end
  end
  if options ~= nil then
    check(options, "table", 3, "load", "a table of options")
    check_options(options, LOAD, "load")
  end
  return require "wick.open".open(source, overrides or {}, options or {})
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
        misuse(0, "bad argument #%d to 'diff' (a config, a path or a table expected)", i)
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
--- `options.name`; `limits`, `strict`, `trust_modes` and `backend` as for load.  It
--- is open until it is closed or collected.
function M.project(dir, options)
  check(dir, "string", 1, "project", "a folder")
  if options ~= nil then
    check(options, "table", 2, "project", "a table of options")
    check_options(options, PROJECT, "project")
  end
  local self = setmetatable({ project = false, name = false, path = false }, Project)
  local asked = { owner = self }
  for name, value in pairs(options or {}) do
    asked[name] = value
  end
  local project, err = require "wick.target".project(dir, asked)
  if not project then
    return nil, err
  end
  self.name, self.path = project.name, project.path
  return self
end

local function inner(self)
  return self.project or error("this project is closed", 3)
end

--- Which file holds a name: {name, file, line, kind, candidates}; runs nothing.
function Project:resolve(name)
  local answer = require "wick.target".explain(inner(self), text_of(name, "resolve"))
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
  local value, err = require "wick.load".value(inner(self), text_of(name, "import"))
  return value, err -- no tail call: who forgets the project closes it
end

function Project:close()
  if self.project then
    self.project:close(self)
    self.project = false
  end
  return true
end

Project.__close = Project.close
Project.__gc = Project.close -- one that is forgotten; keep it while its modules may `require` more

local imported = {} -- projects that import opened, and holds

-- What import opened and does not hold in the end.
local Held = {
  __close = function(held)
    if held.project then
      held.project:close(held)
    end
  end,
}

--- The value that `name` leads to in the project at `dir`, which stays open:
--- what was loaded may `require` more of it later.
function M.import(name, dir)
  text_of(name, "import")
  check(dir, "string", 2, "import", "a folder")
  local held <close> = setmetatable({ project = false }, Held)
  local project, err = require "wick.target".project(dir, { owner = held })
  if not project then
    return nil, err
  end
  local value, wrong = require "wick.load".value(project, name)
  if value ~= nil and not imported[project] then
    imported[project] = held -- which stays its owner
    held.project = false
  end
  return value, wrong
end

--
-- Nodes for configs written as tables
--

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

-- Tail-called, so that no function is between.
local function operator(sign, value, name)
  if value == nil then
    misuse(0, "bad argument #1 to '%s' (a value expected; for a null, wick.null)", name)
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
