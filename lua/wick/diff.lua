-- wick.diff: what differs between two configs, leaf by leaf.
--
-- May call: the tree, show/form, read (what a reference is in Lua), tell, core.
-- Runs nothing of the project.

local core = require "wick.core"
local form = require "wick.show.form"
local tell = require "wick.tell"

local M = {}

-- What a leaf is: a text that is equal when the values are, and the value.
local function leaf_of(view, id)
  local kind, value = view:says(id)
  if kind == "map" or kind == "list" then
    return kind, {}
  elseif kind == "sigil" then
    return kind .. value, require "wick.read".node("", value)
  elseif kind == "int" or kind == "float" then
    return kind .. tell.number(value), value
  elseif kind == "null" or kind == "missing" or kind == "host" then
    return kind, core.null
  end
  return kind .. tostring(value), value
end

-- The leaves of a config in document order: {key, same, value, id}, and by key.
local function leaves_of(config)
  local view = form.view(config, {})
  local list, by_key = {}, {}
  local stack = { { view:children(config.top), 1 } }
  while #stack > 0 do
    local frame = stack[#stack]
    local id = frame[1][frame[2]]
    frame[2] = frame[2] + 1
    if not id then
      stack[#stack] = nil
    else
      local kind = view:says(id)
      local children = (kind == "map" or kind == "list") and view:children(id) or {}
      if #children > 0 then
        stack[#stack + 1] = { children, 1 }
      else
        local leaf = { key = view:path(id), id = id }
        leaf.same, leaf.value = leaf_of(view, id)
        list[#list + 1] = leaf
        by_key[leaf.key] = leaf
      end
    end
  end
  return list, by_key
end

--- Compares two configs.  Gives a list of {op, key, from, to, from_mark, to_mark,
--- from_id, to_id (nodes of the trees)}: what changed ("change"), then what only
--- `a` has ("remove"), then what only `b` has ("add"), each in document order;
--- `equal` in it is the list of keys that are the same.  `from` and `to` are
--- values, as config:get gives them; a reference to an object is as wick.ref
--- makes it.
function M.configs(a, b)
  local mine, in_a = leaves_of(a)
  local theirs, in_b = leaves_of(b)
  local list, gone = { equal = {} }, {}
  for _, leaf in ipairs(mine) do
    local other = in_b[leaf.key]
    if not other then
      gone[#gone + 1] = { op = "remove", key = leaf.key, from = leaf.value,
        from_mark = a.tree:mark(leaf.id), from_id = leaf.id }
    elseif other.same ~= leaf.same then
      list[#list + 1] = { op = "change", key = leaf.key, from = leaf.value, to = other.value,
        from_mark = a.tree:mark(leaf.id), to_mark = b.tree:mark(other.id), from_id = leaf.id,
        to_id = other.id }
    else
      list.equal[#list.equal + 1] = leaf.key
    end
  end
  table.move(gone, 1, #gone, #list + 1, list)
  for _, leaf in ipairs(theirs) do
    if not in_a[leaf.key] then
      list[#list + 1] = { op = "add", key = leaf.key, to = leaf.value,
        to_mark = b.tree:mark(leaf.id), to_id = leaf.id }
    end
  end
  return list
end

return M
