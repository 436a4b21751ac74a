-- wick.compose: layers -> one tree.  In this version the layers are one
-- document and the overrides of the call.
--
-- May call: read's output (the tree), fail.

local fail = require "wick.fail"
local core = require "wick.core"

local M = {}

-- The target of a component without the words that mean "this project".
local function same_target(a, b)
  local function tail(name)
    return name and name:match("^[%w_]+%.(.*)$") or name
  end
  local first = a and a:match("^([%w_]+)%.") or ""
  local second = b and b:match("^([%w_]+)%.") or ""
  if first == second or first == "project" or second == "project" then
    return tail(a) == tail(b)
  end
  return a == b
end

-- A later layer that names another constructor drops the earlier options.
local function drop_arguments(tree, id, from)
  local mine, theirs = tree:find(id, "_target_"), tree:find(from, "_target_")
  if not mine or not theirs or same_target(tree:text(mine), tree:text(theirs)) then
    return
  end
  for _, child in ipairs(tree:children(id)) do
    if child ~= mine then
      tree:remove(child)
    end
  end
end

--- Lays the unlinked node `from` over `id`: maps merge, everything else
--- replaces; a map over a scalar or list, or the reverse, is an error.
--- Gives true, or nil and an error.
function M.lay(tree, id, from)
  local below, above = tree:kind(id), tree:kind(from)
  if above == "null" or tree:is(from, "sigil") or below == "null" or tree:is(id, "sigil") then
    return tree:put(id, from)
  end
  if (below == "map") ~= (above == "map") then
    local path = core.keytext(tree:segments(id))
    return nil, fail.new("EMIX", {
      message = ("cannot merge %s into %s at `%s`"):format(fail.kinds[above], fail.kinds[below],
        path),
      key = path,
      marks = {
        tree:mark(from, fail.kinds[above] .. ", merged on top"),
        tree:mark(id, fail.kinds[below] .. ", given here"),
      },
      helps = { above == "map" and "set one of its scalars, or change the file"
        or ("set a key of it: `%s.KEY=…`"):format(path) },
    })
  end
  if below ~= "map" then
    return tree:put(id, from)
  end
  drop_arguments(tree, id, from)
  for _, child in ipairs(tree:children(from)) do
    local key = tree:key(child)
    local there = tree:find(id, key)
    local ok, err
    if there then
      ok, err = M.lay(tree, there, child)
    else
      ok, err = tree:add(id, key, child)
    end
    if not ok then
      return nil, err
    end
  end
  return true
end

return M
