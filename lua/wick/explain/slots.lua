-- wick.explain.slots: what stood in each place of a config, and since which layer.
-- A part of wick.explain.
--
-- May call: the tree.
--
-- A slot is a node that stands in a map or list; it keeps its number whatever
-- it holds.  What it held before are its contents: the slot itself (now), then
-- what tree:previous names, each older than the one before.  Contents that were
-- laid one over the other share one chain of children; a chain ends when its
-- map or list is replaced whole.
--
-- Time is the place of a layer among the layers, from 1.  The node that holds a
-- content's predecessor was made when the content came, so compose's steps say
-- with which layer that was.  A slot that entered a chain with a document has
-- the time at which that document was laid over the chain; one that an override
-- added has the override's.
--
-- Copies are made after all layers, but a copy is the value of the text that asks
-- for it: it stands in that text's place from the start.  What is laid over it
-- has the time of its own layer.

local M = {}

local Slots = {}
Slots.__index = Slots

-- What all nodes of one layer have in common: the name of their document, or the
-- number of their override.
local function layer_of(tree, node)
  local name, origin, number = tree:source(node)
  return origin == "argv" and number or name or ""
end

--- The slots of a config that was composed.
function M.of(config)
  local numbers = {}
  for time, name in ipairs(config.layers) do
    numbers[name] = time
  end
  return setmetatable({
    tree = config.tree,
    composed = config.composed, -- what is younger was made by evaluation
    layers = config.layers,
    steps = config.steps,
    since = config.since,
    numbers = numbers, -- of an override -> its time
    known = {},
  }, Slots)
end

-- The step of composition in which a node was made: the time of a layer, or
-- `copies`.
local function step_of(self, node)
  local since, low, high = self.since, 1, #self.since
  while low < high do
    local middle = (low + high + 1) // 2
    if since[middle] <= node then
      low = middle
    else
      high = middle - 1
    end
  end
  return self.steps[low]
end

-- The values that were deleted and are linked no more: map or list -> their
-- slots.
local function swept(self, slot)
  if not self.gone then
    local tree, gone, held = self.tree, {}, {}
    for id = 1, self.composed - 1 do
      local before = tree:previous(id)
      if before then
        held[before] = true
      end
    end
    for id = 1, self.composed - 1 do
      if tree:kind(id) == "none" and tree:is(id, "absent") and not held[id] and tree:up(id) then
        local up = tree:up(id)
        gone[up] = gone[up] or {}
        table.insert(gone[up], id)
      end
    end
    self.gone = gone
  end
  return self.gone[slot] or {}
end

-- The contents of a slot, oldest first: {node, kind, merged, began}; `asked` is the
-- node of the text that asks for a copy.
local function contents_of(self, slot, since)
  local tree, nodes, list = self.tree, {}, {}
  local node = slot
  while node do
    local before = tree:previous(node)
    if not before or before < self.composed then -- else evaluation made it
      nodes[#nodes + 1] = node
    end
    node = before
  end
  for i = #nodes, 1, -1 do
    node = nodes[i]
    local content = { node = node, kind = tree:kind(node), began = since }
    local below = list[#list]
    local step = below and step_of(self, tree:previous(node))
    if step == "copies" then
      content.began, content.asked = below.began, below.asked or below.node
      list[#list] = nil
      below = list[#list]
    elseif step then
      content.began = step
    end
    -- a copy has the flags of what it was made from
    content.merged = tree:is(node, "merged") and below ~= nil and not content.asked
      and (content.kind == "none" or below.kind == content.kind)
    list[#list + 1] = content
  end
  return list
end

--- What is known of a slot: {contents, chains}, and where it stands: {up (the
--- record of the map or list), chain (its chain there), since, key, place}.  A
--- chain is {kind, began, ended, contents, slot}.  `child` is what children gives;
--- the top has none, and no record above it.
function Slots:record(slot, child)
  local known = self.known[slot]
  if known then
    return known
  end
  local since = child and child.entered or 1
  local contents = contents_of(self, slot, since)
  known = { slot = slot, contents = contents, chains = {}, since = since }
  if child then
    known.up, known.chain = self.known[child.chain.slot], child.chain
    known.key, known.place = child.key, child.place
  end
  for i, content in ipairs(contents) do
    local chain = known.chains[#known.chains]
    if content.kind == "map" or content.kind == "list" then
      if not content.merged then
        chain = { kind = content.kind, began = content.began, contents = {}, slot = slot }
        known.chains[#known.chains + 1] = chain
      end
      table.insert(chain.contents, content)
      chain.ended = contents[i + 1] and contents[i + 1].began or math.huge
      chain.live = i == #contents
      content.chain = chain
    end
  end
  self.known[slot] = known
  return known
end

-- When a child entered its chain.
local function entered(self, chain, child)
  if step_of(self, child) == "copies" then
    return chain.began -- a copy is made whole
  end
  local tree, node = self.tree, child
  while tree:previous(node) do
    node = tree:previous(node)
  end
  local layer = layer_of(tree, node)
  if math.type(layer) then -- an override adds without being laid over the map
    return math.max(self.numbers[layer] or 0, chain.began)
  end
  for _, content in ipairs(chain.contents) do
    if self.layers[content.began] == layer then
      return content.began
    end
  end
  return chain.began
end

--- The children of a chain: {slot, key, entered, chain, place, number}, in order.
--- The key of an item is its place as it was written, deleted ones counted;
--- `number` is the one that it has now, if any.
function Slots:children(chain)
  if chain.children then
    return chain.children
  end
  local tree, list = self.tree, {}
  local slots = tree:children(chain.contents[#chain.contents].node, true)
  local gone = chain.live and swept(self, chain.slot) or {}
  local linked = #slots
  for i, slot in ipairs(table.move(gone, 1, #gone, linked + 1, slots)) do
    list[i] = { slot = slot, entered = entered(self, chain, slot), chain = chain,
      number = i <= linked and i or nil }
  end
  if #gone > 0 and chain.kind == "list" then
    -- items enter behind those that are there, and those of one layer were made in
    -- their order
    table.sort(list, function(a, b)
      return a.entered < b.entered or a.entered == b.entered and a.slot < b.slot
    end)
  end
  for i, child in ipairs(list) do
    child.place = i
    child.key = i
    if chain.kind == "map" then
      child.key = tree:key(child.slot, true)
    end
  end
  chain.children = list
  return list
end

--- The child of a chain at a key, or nil; an item by the number that it has now,
--- or else by its place as it was written.  `there`: is it still there, under
--- another number?
function Slots:child(chain, key)
  local found, there
  for _, child in ipairs(self:children(chain)) do
    if chain.kind == "list" and child.number == key then
      return child
    elseif child.key == key and chain.kind == "map" then
      return child
    elseif child.key == key then
      found, there = child, child.number ~= nil
    end
  end
  return found, there
end

return M
