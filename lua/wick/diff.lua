-- wick.diff: what differs between two configs, leaf by leaf.
--
-- May call: the tree, show/form, read (what a reference is in Lua), tell, core.
-- Runs nothing of the project.

local core = require "wick.core"
local form = require "wick.show.form"
local tell = require "wick.tell"

local M = {}

-- The value of a node as config:get gives it; a reference to an object is as
-- wick.ref makes it.
local function value_of(view, id)
  local kind, value = view:says(id)
  if kind == "map" or kind == "list" then
    local made = {}
    for i, child in ipairs(view:children(id)) do
      made[kind == "list" and i or view:key(child)] = value_of(view, child)
    end
    return made
  elseif kind == "sigil" then
    return require "wick.read".node("", value)
  elseif kind == "null" or kind == "missing" or kind == "host" then
    return core.null
  end
  return value
end

-- What a leaf says: a text that is equal when the values are.
local function same_of(view, id)
  view.refused = nil
  local kind, value = view:says(id)
  if kind == "sigil" then -- a name of a file that is known only later
    return kind .. value .. (view.refused and "\0" .. view.self.folder or "")
  elseif kind == "int" or kind == "float" then
    return kind .. tell.number(value)
  end
  return kind .. tostring(value)
end

-- What a config says in document order: {key, same, id}, and by key; of a map or
-- list that is not empty first whether it is the one or the other: `inner`.
local function leaves_of(config)
  local view = form.view(config, { absolute = true })
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
      local leaf = { key = view:path(id), id = id, inner = #children > 0,
        same = #children > 0 and kind or same_of(view, id) }
      if #children > 0 then
        stack[#stack + 1] = { children, 1 }
      end
      list[#list + 1] = leaf
      by_key[leaf.key] = leaf
    end
  end
  return list, by_key, view
end

--- Compares two configs.  Gives a list of {op, key, from, to, from_mark, to_mark,
--- from_id, to_id (nodes of the trees)}: what changed ("change"), then what only
--- `a` has ("remove"), then what only `b` has ("add"), each in document order;
--- `equal` in it is the list of keys that are the same.  `from` and `to` are
--- values, as config:get gives them; a reference to an object is as wick.ref
--- makes it.  A list that became a map is a change by itself, and so is each of
--- its items that another one took the place of.
function M.configs(a, b)
  local mine, in_a, view_a = leaves_of(a)
  local theirs, in_b, view_b = leaves_of(b)
  local list, gone = { equal = {} }, {}
  for _, leaf in ipairs(mine) do
    local other = in_b[leaf.key]
    if not other or other.inner ~= leaf.inner then
      if not leaf.inner then
        gone[#gone + 1] = { op = "remove", key = leaf.key, from = value_of(view_a, leaf.id),
          from_mark = a.tree:mark(leaf.id), from_id = leaf.id }
      end
    elseif other.same ~= leaf.same then
      list[#list + 1] = { op = "change", key = leaf.key, from = value_of(view_a, leaf.id),
        to = value_of(view_b, other.id), from_mark = a.tree:mark(leaf.id),
        to_mark = b.tree:mark(other.id), from_id = leaf.id, to_id = other.id }
    elseif not leaf.inner then
      list.equal[#list.equal + 1] = leaf.key
    end
  end
  table.move(gone, 1, #gone, #list + 1, list)
  for _, leaf in ipairs(theirs) do
    local other = in_a[leaf.key]
    if not leaf.inner and (not other or other.inner) then
      list[#list + 1] = { op = "add", key = leaf.key, to = value_of(view_b, leaf.id),
        to_mark = b.tree:mark(leaf.id), to_id = leaf.id }
    end
  end
  return list
end

return M
