-- wick.compose.misfit: what does not fit when one tree is laid over another,
-- told.  A part of wick.compose.
--
-- May call: the tree, tell, fail.

local fail = require "wick.fail"
local path_of = require "wick.tell".path

-- The key of a value as it was written, with its operator.
local SIGNS = { add = "+", whole = "=", delete = "~", ["delete any"] = "~?" }

-- The mark of a value below: of a map or list in block style its key, for the
-- value begins on another line.
local function given(tree, id, label)
  local kind = tree:kind(id)
  local block = (kind == "map" or kind == "list") and not tree:is(id, "flow")
  return tree:mark(id, label, block and tree:key(id) and "key" or nil)
end

-- A key with its operator, which composition may have taken off already.
local function written(tree, id, op)
  local key, sign = tostring((tree:key(id))), SIGNS[op] or ""
  return fail.quote(key:sub(1, #sign) == sign and key or sign .. key, 40)
end

-- Whether the host or a Lua config wrote a node, so that words stand for the
-- operators.
local function is_lua(tree, id)
  local name, origin = tree:source(id)
  return origin == "host" or origin == "file" and name:match("%.lua$") ~= nil
end

local tell = {}

function tell.mix(tree, base, over)
  local below, above = tree:kind(base), tree:kind(over)
  local path = path_of(tree, base)
  local key = tree:key(over) or tree:key(base)
  local helps = {}
  if tree:is(base, "computed") then
    helps[1] = "a map laid over a copy (`\"%key\"`) patches it; a reference cannot be patched"
  end
  local _, origin = tree:source(over)
  if origin == "argv" then
    helps[#helps + 1] = ("to replace it on purpose, write `=%s=…`"):format(path)
  elseif is_lua(tree, over) then
    helps[#helps + 1] = ("to replace it on purpose, write `%s = replace(…)`"):format(
      fail.quote(tostring(key), 40))
  else
    helps[#helps + 1] = ("to replace it on purpose, write `=%s: …`"):format(
      fail.quote(tostring(key), 40))
  end
  local what = tree:is(base, "computed") and "a reference or expression" or fail.kinds[below]
  return "EMIX", {
    message = ("cannot merge %s into %s at `%s`"):format(fail.kinds[above], what, path),
    key = path,
    marks = {
      tree:mark(over, fail.kinds[above] .. ", merged on top"),
      given(tree, base, what .. ", given here"),
    },
    helps = helps,
  }
end

tell["no list"] = function(tree, base, over)
  local path = path_of(tree, base)
  local kind = tree:kind(base)
  local map, lua = kind == "map", is_lua(tree, over)
  local what = tree:is(base, "computed") and "a reference or expression" or fail.kinds[kind]
  return "EMIX", {
    message = map and ("cannot add %s to the map at `%s`"):format(fail.kinds[tree:kind(over)], path)
      or ("cannot add to `%s`, which is %s"):format(path, what),
    key = path,
    marks = { tree:mark(over, "added here"), given(tree, base, what .. ", given here") },
    notes = { ("`%s` appends to a list, merges into a map, and creates what is not there"):format(
      lua and "append" or "+") },
    helps = { map and (lua and "write a map: `append { key = value }`"
      or "write a map: `{key: value}`")
      or lua and "write the value without `append` to replace it"
      or "leave the `+` out to replace it" },
  }
end

function tell.absent(tree, base, over)
  local name = tostring((tree:key(over))):gsub("^~%??", "")
  local above = path_of(tree, base)
  local names = {}
  for _, child in ipairs(tree:children(base)) do
    local key = tree:key(child)
    if not tostring(key):match("^~") then
      names[#names + 1] = tostring(key)
    end
  end
  local parts, helps = {}, {}
  for part in name:gmatch("[^.]+") do
    parts[#parts + 1] = part
  end
  local is_path = #parts > 1 and tree:find(base, parts[1]) ~= nil
  local near = is_path and {} or fail.near(name, names)
  local lua = is_lua(tree, over)
  if is_path then
    local text = (lua and "%s = delete" or "~%s: "):format(parts[#parts])
    for i = #parts - 1, 1, -1 do
      text = (lua and "%s = { %s }" or "%s: {%s}"):format(parts[i], text)
    end
    helps[1] = ("a key in a document is no path: write `%s`"):format(fail.quote(text))
  end
  local list, index = name:match("^([^%[.]+)[%[.](%-?%d+)%]?$")
  local items = list and tree:find(base, list)
  if items and tree:kind(items) == "list" then
    near = {}
    helps[1] = ("items of a list are deleted on the command line, `~%s[%s]`, or write %s")
      :format(fail.quote((above == "" and "" or above .. ".") .. list, 60), index,
      (lua and "`%s = replace { … }`" or "`=%s: [...]`"):format(list))
  end
  for i, other in ipairs(near) do
    helps[i] = (lua and "did you mean `%s = delete`?" or "did you mean `~%s`?"):format(other)
  end
  helps[#helps + 1] = lua
    and ("a Lua config deletes only what is there: leave `%s` out"):format(fail.quote(name))
    or ("`~?%s` deletes it if it is there"):format(fail.quote(name))
  return "EGONE", {
    message = ("there is no key `%s` to delete"):format(
      fail.quote((above == "" and "" or above .. ".") .. name)),
    key = above ~= "" and above or nil,
    marks = { tree:mark(over, "nothing of this name is below", "key") },
    notes = not near[1] and #names > 0 and { ("%s has these keys: %s"):format(
      above == "" and "the config" or "`" .. above .. "`", fail.names(names)) } or nil,
    helps = helps,
  }
end

function tell.twice(tree, base, over, op, below)
  return "EOPERATOR", {
    message = ("the keys `%s` and `%s` stand in one map"):format(
      written(tree, base, below), written(tree, over, op)),
    marks = { tree:mark(over, "given again here", "key"),
      tree:mark(base, "given here", "key") },
    helps = { "one map says one thing of a key: put the two into different documents" },
  }
end

tell["no key"] = function(tree, _, over, op)
  return "EOPERATOR", {
    message = ("the operator `%s` has no key"):format(SIGNS[op]),
    marks = { tree:mark(over, "expected a name behind it", "key") },
    helps = {
      "`+key` adds, `=key` replaces whole, `~key` deletes",
      ("to mean a key of this name, quote it: `\"%s\":`"):format(SIGNS[op]),
    },
  }
end

function tell.valued(tree, _, over, op)
  local key = written(tree, over, op)
  return "EOPERATOR", {
    message = ("`%s` deletes a key, and has a value"):format(key),
    marks = { tree:mark(over, "no value may stand here") },
    helps = { ("write `%s:` alone"):format(key),
      ("to mean a key of this name, quote it: `\"%s\":`"):format(key) },
  }
end

--- The error of one clash that tree:lay gave.
return function(tree, clash)
  local name, fields = tell[clash.what](tree, clash.base, clash.over, clash.op, clash.below)
  return fail.new(name, fields)
end
