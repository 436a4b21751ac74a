-- wick.structure: what every verb checks of the reserved keys, once values are
-- there.
--
-- Part of evaluate.  May call: the tree, tell, fail, core.

local core = require "wick.core"
local fail = require "wick.fail"
local tell = require "wick.tell"

local BLACK, FAILED = 2, 3

-- A key that is nearly one of the reserved ones, which is not there.
local function near_reserved(self)
  local tree, lacking = self.tree, {} -- kind of value -> the reserved key that would hold it
  for kind, name in pairs { string = "project", list = "defaults", late = "run" } do
    lacking[kind] = not tree:find(self.top, name) and name or nil
  end
  if self.has_defaults then
    lacking.list = nil
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
end

-- The value of a reserved key is of another kind than it must be.
local function refuse(self, id, message, help)
  local tree = self.tree
  self:report(id, fail.new("ERESERVEDKEY", {
    message = message,
    key = tell.path(tree, id),
    marks = { tree:mark(id, "this is " .. fail.kinds[tree:kind(id)]) },
    helps = { help },
  }))
end

-- What the text of an item of `run` was meant to be.
local function run_help(self, id)
  local tree, text = self.tree, self.tree:text(id)
  local at, rest = self.top, nil
  if tree:kind(id) == "string" then
    local path = core.keypath(text, true)
    for i = 1, path and path.up == 0 and #path or 0 do
      at = at and tree:find(at, path[i])
    end
    rest = path and #path > 0 and at and text:sub(path.length + 1)
  end
  if rest == "" then
    return ("to build `%s`, refer to it: `%s`"):format(fail.quote(text),
      tell.quoted("@" .. text))
  elseif rest and rest:match("^[:.(%s]") then
    return ("an expression begins with `$` and a blank, a reference with `@`: `%s`"):format(
      tell.quoted("$ @" .. (rest:match("^:[%a_][%w_]*$") and text .. "()" or text)))
  end
  return "write an expression, `\"$ @trainer:fit()\"`, or refer to a component, `\"@trainer\"`"
end

-- An item of `run` that is neither an object nor an expression does nothing.
local function check_item(self, id)
  local tree = self.tree
  local kind = tree:kind(id)
  if tree:object(id) or kind == "none" or kind == "null" or self.missing[id]
    or self.color[id] == FAILED then
    return
  elseif self.color[id] == BLACK then
    local before = tree:text(tree:previous(id))
    if before:match("^%$%s") or before:find("${", 1, true) then
      return -- an expression of plain values
    end
  end
  self:report(id, fail.new("ERESERVEDKEY", {
    message = "`run` takes expressions, and components or references to them",
    marks = { tree:mark(id, "this is " .. fail.kinds[kind]) },
    helps = { run_help(self, id) },
  }))
end

local function check_run(self)
  local tree = self.tree
  local run = tree:find(self.top, "run")
  local kind = run and tree:kind(run)
  if kind == "list" or kind == "map" and not tree:object(run) then
    for _, id in ipairs(tree:children(run)) do
      check_item(self, id)
    end
  elseif run then
    check_item(self, run)
  end
end

-- Lists of documents are read before anything is merged: what is at the top now
-- was written with an operator, or by an override.
local function check_defaults(self)
  local tree = self.tree
  local list = tree:find(self.top, "defaults")
  if list then
    local _, origin = tree:source(list)
    self:report(list, fail.new("EDEFAULTS", {
      message = "`defaults` is read before documents are merged",
      key = "defaults",
      marks = { tree:mark(list, "too late here", "key") },
      helps = { origin == "argv"
        and "name the file on the command line, or choose a group's option: `group=choice`"
        or "write it without an operator, in the document itself: `defaults: [base.yaml]`" },
    }))
  end
end

local CHECKS = {
  _recursive_ = function(self, id, kind)
    if kind ~= "bool" then
      return refuse(self, id, "`_recursive_` must be true or false",
        "`_recursive_: false` hands child components over as plain tables")
    elseif not self.tree:value(id) then
      self.tree:asis(self.tree:up(id))
      self.some_asis = true
    end
  end,
  _partial_ = function(self, id, kind)
    if kind ~= "bool" then
      refuse(self, id, "`_partial_` must be true or false",
        "`_partial_: true` gives a function that calls the constructor later")
    end
  end,
  _desc_ = function(self, id, kind)
    if kind ~= "string" then
      refuse(self, id, "`_desc_` must be a text", "it is a comment, which nothing reads")
    end
  end,
  _requires_ = function(self, id, kind)
    local tree = self.tree
    -- an empty Lua table is an empty map, and a list where one is wanted
    local items = (kind == "list" or kind == "map" and not tree:object(id)
      and #tree:children(id) == 0) and tree:children(id) or { id }
    for _, item in ipairs(items) do
      if tree:kind(item) ~= "object" and self.color[item] ~= FAILED then
        refuse(self, item, "`_requires_` must be a list of references to objects",
          "write `_requires_: [\"@logger\"]`")
      end
    end
  end,
}

--- Checks a config; `reserved` are the values whose key is of the form `_x_`.
return function(self, reserved)
  local tree = self.tree
  near_reserved(self)
  check_defaults(self)
  check_run(self)
  for _, id in ipairs(reserved) do
    local check = CHECKS[tree:key(id)]
    local kind = tree:kind(id)
    if check and self.color[id] ~= FAILED and kind ~= "none" and kind ~= "null"
      and tree:is(tree:up(id), "component") and not self:is_dead(id) then
      check(self, id, kind)
    end
  end
  if self.some_asis then -- what is handed over as it is is no component
    local kept = {}
    for _, id in ipairs(self.components) do
      local at = tree:up(id)
      while at and not (tree:is(at, "component") and tree:is(at, "tagged")) do
        at = tree:up(at)
      end
      if not at then
        kept[#kept + 1] = id
      end
    end
    self.components = kept
  end
  for _, id in ipairs(self.components) do
    local target, args = tree:find(id, "_target_"), tree:find(id, "_args_")
    if self.color[target] ~= FAILED and tree:kind(target) ~= "string" then
      self:report(target, fail.new("ETARGET", {
        message = "`_target_` must be a dotted name",
        key = tell.path(tree, target),
        marks = { tree:mark(target, "this is " .. fail.kinds[tree:kind(target)]) },
        helps = { "a target is `my_project.module.Name`" },
      }))
    end
    -- an empty Lua table is an empty map, and a list where one is wanted
    if args and tree:kind(args) ~= "list" and self.color[args] ~= FAILED
      and not (tree:kind(args) == "map" and #tree:children(args) == 0) then
      refuse(self, args, "`_args_` must be a list of positional arguments",
        "write `_args_: [1, 2]`")
    end
    if id == self.top then
      self:report(target, fail.new("ERESERVEDKEY", {
        message = "the top of a config is no component",
        key = "_target_",
        marks = { tree:mark(target, "", "key") },
        helps = { "put it under a key of its own, such as `main:`" },
      }))
    end
  end
end
