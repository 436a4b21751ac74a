-- wick.explain: where a value comes from, and what reads it.
--
-- May call: explain/*, the tree, evaluate's state, key, tell, core.  Runs nothing
-- of the project.

local core = require "wick.core"
local tell = require "wick.tell"

local M = {}

-- Where a reference leads that was evaluated: the node itself says nothing of
-- its own any more.  nil for everything else.
local function target_of(self, id)
  local tree = self.tree
  if tree:kind(id) == "object" then
    return tree:object(id)
  elseif not (self.color and self.color[id]) then
    return nil
  end
  local written = tree:previous(id)
  if written and tree:kind(written) == "string" and tree:text(written):match("^@[^@]") then
    for i, from in ipairs(self.reads.from) do
      if from == id then
        return self.reads.target[i]
      end
    end
  end
end

-- Walks a key path over the config.  Gives the node, or nil; then the segments
-- of the path as the config has it, and the references on the way {key, node}.
-- Without a node: the one it ends at, and the place of the segment that it lacks.
local function walk(self, path)
  local tree, at, through = self.tree, self.top, {}
  for i = 1, #path do
    local target = target_of(self, at)
    while target do
      through[#through + 1] = { key = tell.path(tree, at), node = at }
      at, target = target, target_of(self, target)
    end
    local child = tree:find(at, path[i], true)
    if not child then
      local keys = tree:segments(at)
      table.move(path, i, #path, #keys + 1, keys)
      return nil, keys, through, at, i
    end
    at = child
  end
  return at, tree:segments(at), through
end

local KINDS = { int = "integer", bool = "boolean", late = "expression", none = "absent" }

-- What is there now: its kind and, of a plain one, its value.
local function now(self, id)
  local tree = self.tree
  local kind = tree:kind(id)
  if kind == "none" then
    return self.disabled and self.disabled[id] and "disabled" or "absent"
  elseif tree:is(id, "component") then
    return "component", (tree:value(id, self.hosts, true))
  elseif kind == "string" and not tree:is(id, "tagged") and tree:text(id) == "???" then
    return "missing"
  end
  return KINDS[kind] or kind, (tree:value(id, self.hosts, true))
end

-- What the API tells of a history.  `asleep`: nothing of it is evaluated.
local function plain(self, entries, keys, asleep)
  local list, tree = {}, self.tree
  local uses = require "wick.explain.uses"
  for i, entry in ipairs(entries) do
    local deleted
    for n, inner in ipairs(entry.deleted or {}) do
      local path = table.move(keys, 1, #keys, 1, {})
      deleted = deleted or {}
      deleted[n] = core.keytext(table.move(inner, 1, #inner, #path + 1, path))
    end
    local told = { op = entry.op, value = entry.value, mark = tree:mark(entry.node),
      via = entry.via, dropped = entry.dropped, deleted = deleted, above = entry.above,
      absent = entry.absent, moved = entry.moved }
    if entry.value == "???" and not tree:is(entry.node, "tagged") then
      told.missing = true
    elseif not asleep and entry.slot and tree:kind(entry.node) == "string"
      and tree:is(entry.node, "sigil") then
      told.refers_to = uses.refers(self, entry.node, entry.slot)
    end
    list[i] = told
  end
  return list
end

--- Explains a key path: {key, id (its node, if it is there), kind, value, disabled,
--- within, history, used_by, through}; or nil and an error when there is and was no such key.
---   kind       "integer", "float", "string", "boolean", "null", "map", "list",
---              "component", "object", "expression", "host", "missing" (`???`);
---              "deleted", "disabled", "absent" for what is not there any more
---   disabled   the mark of the `_disabled_` that says so; `within`: the key of the
---              component, when that is above this key
---   history    what each layer did, oldest first: {op, value, mark, via, deleted,
---              dropped, absent, moved, refers_to}.  "set" and "replace": the value;
---              "merge": the map that was laid over; "append": the items that were
---              added; "delete".  A layer that deletes something below a map, or
---              replaces it whole, is a "replace" of the map with what came of it,
---              and `deleted` lists the keys.  `dropped`: it went with its
---              constructor; `absent`: an optional copy led nowhere; `moved`: the key
---              of an item that is there under another number, for one before it was
---              deleted.  A copy counts as the value of what asks for it.
---              Entries share the tables of what is the same in them.
---              References are as wick.ref makes them; `refers_to` is where one
---              leads: {key, mark, depth}.  `missing`: the value is `???`
---   used_by    {how ("option", "target", "reference", "expression", "copy", "wick"),
---              key, mark, target, option, text}: what reads it
---   through    references on the way to the key: {key, text, mark}
---@param text string
function M.key(self, text)
  local path, err = require "wick.key".parse(text)
  if not path then
    return nil, err
  end
  local id, keys, through, at, i = walk(self, path)
  local tree = self.tree
  local told = { key = core.keytext(keys), through = {} }
  for n, step in ipairs(through) do
    local written = tree:previous(step.node)
    told.through[n] = { key = step.key, text = written and tree:text(written),
      mark = tree:mark(step.node) }
  end
  local by = not id and self.disabled and self.disabled[at]
  local history = require "wick.explain.history".of(self)
  told.history = plain(self, history:entries(self.top, keys), keys,
    by and keys[#keys] ~= "_disabled_")
  local last = told.history[#told.history]
  if not id and not last then
    if tree:kind(at) == "none" then
      return require "wick.key".node(self, text) -- which says what `at` is
    end
    return nil, require "wick.key".absent(self, text, path, at, i)
  elseif not id then
    told.kind = by and "disabled" or last.absent and "absent" or "deleted"
    told.disabled, told.within = by and tree:mark(by) or nil, by and tell.path(tree, at) or nil
    told.used_by = {}
    return told
  end
  told.kind, told.value = now(self, id)
  if told.kind == "disabled" then
    told.disabled = tree:mark(self.disabled[id])
  end
  told.used_by = require "wick.explain.uses".readers(self, id)
  told.id = id
  return told
end

return M
