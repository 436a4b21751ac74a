-- wick.structure: what every verb checks of the reserved keys, once values are
-- there.
--
-- Part of evaluate.  May call: the tree, fail, core.

local core = require "wick.core"
local fail = require "wick.fail"

-- What every verb checks of the reserved keys once values are there.
return function(self)
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
