-- wick.config: what a loaded config can do: get, build, run, check, show, close.
--
-- A face: may call every room of the flow.

local core = require "wick.core"
local fail = require "wick.fail"

local Config = { __name = "wick.Config" }
Config.__index = Config

--- The project that a target of this config belongs to; nil when the caller
--- allowed the target's module by its own name; or nil and an error, which is
--- one object for all who ask.
function Config:open_project(id, name)
  if self.options.targets and not require "wick.config.root".may_name(self.options, name) then
    return nil, fail.new("EPREFIX", {
      message = ("this config may not name `%s`"):format(fail.quote(name)),
      status = 5,
      marks = { id and self.tree:mark(self.tree:find(id, "_target_"), "not allowed") },
      notes = { "allowed by the caller: " .. fail.names(self.options.targets) },
      helps = { ("to allow it, add `--targets '%s'`"):format(fail.quote(name)) },
    })
  end
  for _, prefix in ipairs(self.options.allow or {}) do
    if name == prefix or name:sub(1, #prefix + 1) == prefix .. "." then
      return nil, nil
    end
  end
  if not self.project and not self.project_error then
    self.project, self.project_error = require "wick.config.root".open(self)
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
  local ok, wrong = build.build(self, object and { object } or plan.needs(self, id), id)
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

--- The keys that no reference, expression or constructor reads, as warnings in
--- document order.
function Config:unread()
  return require "wick.unread"(self)
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

return Config
