-- wick.explain.uses: what reads a value, and where a reference leads.  A part of
-- wick.explain.
--
-- May call: the tree, evaluate's state, evaluate/splice, expr (parse), tell,
-- core.

local core = require "wick.core"
local tell = require "wick.tell"

local M = {}

-- Is `at` the node `id`, or one that it is in?
local function holds(tree, at, id)
  while id do
    if id == at then
      return true
    end
    id = tree:up(id)
  end
  return false
end

-- The component whose option a node is, or is part of; and the option's key.
local function component_of(tree, id)
  local child, at = id, tree:up(id)
  while at do
    if tree:is(at, "component") then
      return at, (tree:key(child))
    end
    child, at = at, tree:up(at)
  end
end

-- Where a key path leads over the config as it is now; nil when nowhere.
local function follow(self, path, slot)
  local tree, at = self.tree, self.top
  if path.up > 0 then
    at = slot
    for _ = 1, path.up do
      at = at and tree:up(at)
    end
  end
  for i = 1, #path do
    at = at and (tree:kind(at) == "object" and tree:object(at) or at)
    at = at and tree:find(at, path[i])
  end
  return at
end

-- The paths that a text with a sigil names.
local function paths_of(text)
  if text:match("^@[^@]") then
    local path = core.keypath((text:gsub("^@%??", "")), false)
    return { path }, true
  end
  local list = {}
  local sources = {}
  if text:match("^%$%s") then
    sources[1] = text:sub(2)
  elseif not text:match("^[@%%$]") or text:match("^%${") then
    local texts, splices = require "wick.evaluate.splice".parts(text)
    for i, splice in ipairs(texts and splices or {}) do
      sources[i] = splice.text
    end
  end
  for _, source in ipairs(sources) do
    local ast = require "wick.expr".parse(source)
    for _, ref in ipairs(ast and ast.refs or {}) do
      list[#list + 1] = ref.path
    end
  end
  return list, false
end

-- What wick itself reads at the top of a config.
local RESERVED = { project = "the folder of the project's modules", run = "`wick run`" }

--- What the texts below the nodes `tops` would read that were not evaluated, as far
--- as they say: {from, target}, two lists of nodes.
function M.written(self, tops)
  local froms, targets = {}, {}
  for _, top in ipairs(tops) do
    for _, from in ipairs((self.tree:scan(top))) do
      for _, path in ipairs(paths_of(self.tree:text(from))) do
        local target = follow(self, path, from)
        if target then
          froms[#froms + 1], targets[#targets + 1] = from, target
        end
      end
    end
  end
  return { from = froms, target = targets }
end

--- What reads a node: {how ("option", "target", "reference", "expression", "copy",
--- "wick"), key, mark, target, option, text}.
function M.readers(self, id)
  local tree, list = self.tree, {}
  local component, option = component_of(tree, id)
  if component then
    local target = tree:find(component, "_target_")
    list[1] = { how = option == "_target_" and "target" or "option",
      key = tell.path(tree, component), target = target and tree:text(target),
      option = tostring(option), mark = tree:mark(component, "", "key") }
  elseif tree:up(id) == self.top and RESERVED[tree:key(id)] then
    list[1] = { how = "wick", text = RESERVED[tree:key(id)] }
  end
  local function add(from, target, written, how)
    -- it reads the value, a whole that it is part of, or a part of it; but who
    -- asks for an object does not read its options, unless it copies them
    local whole = target ~= id and holds(tree, target, id)
    local skip = whole and how ~= "copy" and component and holds(tree, target, component)
      or holds(tree, id, from)
    if not skip and (whole or holds(tree, id, target)) then
      list[#list + 1] = { how = how, key = tell.path(tree, from), mark = tree:mark(written),
        text = tree:text(written) }
    end
  end
  local reads = self.reads or M.written(self, { self.top })
  for i, from in ipairs(reads.from) do
    local written = self.reads and tree:previous(from) or from
    add(from, reads.target[i], written,
      tree:text(written):match("^@") and "reference" or "expression")
  end
  for _, copy in ipairs(self.copied or {}) do
    add(copy.from, copy.target, copy.written, "copy")
  end
  return list
end

--- Where the text of `node`, which stood at `slot`, leads: {key, mark, depth,
--- id}.  A reference is followed through others to the end (depth 1, 2, …), the
--- names of an expression are told one by one.
function M.refers(self, node, slot)
  local tree, list, seen = self.tree, {}, {}
  local function is_sigil(id)
    return tree:kind(id) == "string" and tree:is(id, "sigil")
  end
  local depth = 1
  while node and is_sigil(node) and not seen[node] and depth <= 20 do
    seen[node] = true
    local paths, is_reference = paths_of(tree:text(node))
    local last
    for _, path in ipairs(paths) do
      local target = follow(self, path, slot)
      if target then
        list[#list + 1] = { key = tell.path(tree, target), mark = tree:mark(target),
          depth = depth, id = target }
        last = target
      end
    end
    slot = is_reference and last
    node = slot and (self.color and self.color[slot] and tree:previous(slot) or slot)
    depth = depth + 1
  end
  return list
end

return M
