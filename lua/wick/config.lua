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

-- The node at a key path; nil and an error when there is none.  The error's
-- `span` {first byte, bytes, label} says where the path goes wrong.
local function node_at(self, path)
  local tree, at = self.tree, self.top
  if path == nil or path == "" then
    return at
  end
  local parsed, err = core.keypath(path)
  if not parsed or parsed.length ~= #path or parsed.up > 0 then
    local wrong = fail.new("EREF", {
      message = ("`%s` is not a key path"):format(fail.quote(path)),
      helps = err and err.helps,
    })
    local mark = err and err.marks[1]
    if mark then
      wrong.span = { mark.byte, mark.length, mark.label }
    elseif parsed and parsed.up > 0 then
      wrong.span = { 1, parsed.up, "a relative path begins here" }
      wrong.helps[1] = "leave the leading dots out: it counts from the root of the config"
    else
      wrong.span = { parsed and parsed.length + 1 or 1, 1, "the key path ends before this" }
    end
    if not wrong.helps[1] then
      wrong.helps[1] = "a key path is written `model.layers[1].size`, or `model[\"odd key\"]`"
    end
    return nil, wrong
  end
  for i, segment in ipairs(parsed) do
    if tree:kind(at) == "object" then
      at = tree:object(at)
    end
    local child = tree:find(at, segment, true)
    if child and tree:kind(child) == "none" then
      local by = self.disabled and self.disabled[child]
      local wrong = fail.new(by and "EDISABLED" or "EREF", {
        message = ("`%s` is %s"):format(core.keytext(tree:segments(child)),
          by and "disabled" or "left out"),
        key = path,
      })
      wrong.marks[1] = tree:mark(by or child, by and "disabled here"
        or "a reference that leads nowhere")
      wrong.span = { 1, select(2, require "wick.absent".span(parsed, i)), "" }
      return nil, wrong
    elseif not child then
      local absent = require "wick.absent"
      local label, near, note = absent.why(tree, at, segment)
      local start, last = absent.span(parsed, i)
      local wrong = fail.new("EREF", {
        message = ("the config has no key `%s`"):format(fail.quote(path)),
        key = path,
        notes = { note },
      })
      for n, name in ipairs(near) do
        wrong.helps[n] = ("did you mean `%s`?"):format(
          absent.respell(path:sub(1, start - 1), i, name, path:sub(last + 1)))
      end
      local first = path:sub(start, start) == "." and start + 1 or start
      wrong.span = { first, last - first + 1, at == self.top and "not in the config" or label }
      return nil, wrong
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
