-- wick.explain.history: what composition did to one key, layer by layer.  A part
-- of wick.explain.
--
-- May call: the tree, read (what a reference is in Lua), core.
--
-- A slot is a node that stands in a map or list; it keeps its number whatever
-- it holds.  What it held before are its contents: the slot itself (now), then
-- what tree:previous names, each older than the one before.  Contents that were
-- laid one over the other share one chain of children; a chain ends when its
-- map or list is replaced whole.
--
-- Time is the number of nodes there were: a content began when the node that
-- holds its predecessor was made.  A value that entered a chain with a document
-- has the time at which that document was laid over the chain, which is known
-- by the document of its mark.  Times are never shown; they only sort.

local core = require "wick.core"

local M = {}

local History = {}
History.__index = History

-- What all nodes of one layer have in common: the name of their document, or the
-- number of their override.
local function layer_of(tree, node)
  local name, origin, number = tree:source(node)
  return origin == "argv" and number or name or ""
end

--- The history of a config that was composed.
function M.of(config)
  return setmetatable({
    tree = config.tree,
    config = config,
    composed = config.composed, -- what is younger was made by evaluation
    known = {},
  }, History)
end

-- The values that were deleted and are linked no more: map -> list of slots.
function History:swept(slot)
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

-- The contents of a slot, oldest first: {node, kind, merged, began}; `began` of
-- the oldest is when the slot entered.
local function contents_of(self, slot, entered)
  local tree, back = self.tree, {}
  local node = slot
  while node do
    local before = tree:previous(node)
    if not before or before < self.composed then -- else evaluation made it
      back[#back + 1] = { node = node, kind = tree:kind(node), merged = tree:is(node, "merged"),
        began = before or entered, layer = layer_of(tree, node) }
    end
    node = before
  end
  local list = {}
  for i = #back, 1, -1 do
    list[#list + 1] = back[i]
  end
  for i, content in ipairs(list) do -- a copy has the flags of what it was made from
    local below = list[i - 1]
    content.merged = content.merged and below ~= nil and (content.kind == "none"
      or below.kind == content.kind)
  end
  return list
end

--- What is known of a slot that entered at a time: {contents, chains}.  A chain
--- is {first, last (contents), kind, began, ended, slots (child -> its time)}.
function History:slot(slot, entered)
  local known = self.known[slot]
  if known then
    return known
  end
  local contents = contents_of(self, slot, entered)
  known = { contents = contents, chains = {} }
  for i, content in ipairs(contents) do
    local chain = known.chains[#known.chains]
    if content.kind == "map" or content.kind == "list" then
      if not content.merged then
        chain = { kind = content.kind, began = content.began, contents = {} }
        known.chains[#known.chains + 1] = chain
      end
      table.insert(chain.contents, content)
      chain.ended = contents[i + 1] and contents[i + 1].began or math.huge
      content.chain = chain
    end
  end
  for i, chain in ipairs(known.chains) do
    chain.slot, chain.live = slot, i == #known.chains
  end
  self.known[slot] = known
  return known
end

-- When a child entered its chain.
local function entered(self, chain, child)
  local tree, node = self.tree, child
  while tree:previous(node) do
    node = tree:previous(node)
  end
  local layer = layer_of(tree, node)
  for _, content in ipairs(chain.contents) do
    if content.layer == layer then
      return content.began
    end
  end
  -- an override adds without being laid over the map
  return math.type(layer) and child or chain.began
end

--- The children of a chain: {slot, key, entered}, in order.
function History:children(chain)
  if not chain.children then
    local tree, list = self.tree, {}
    local holder = chain.contents[#chain.contents].node
    local slots = tree:children(holder, true)
    if chain.live then
      table.move(self:swept(chain.slot), 1, #self:swept(chain.slot), #slots + 1, slots)
    end
    for i, child in ipairs(slots) do
      local key = i
      if chain.kind == "map" then
        key = tree:key(child, true)
      end
      list[i] = { slot = child, key = key, entered = entered(self, chain, child) }
    end
    chain.children = list
  end
  return chain.children
end

local function content_at(known, time)
  local found
  for _, content in ipairs(known.contents) do
    if content.began <= time then
      found = content
    end
  end
  return found
end

-- The value of a scalar as composition had it.
local function scalar(self, node, kind)
  local tree = self.tree
  if kind == "string" and tree:is(node, "sigil") then
    return require "wick.read".node("", tree:text(node))
  elseif kind == "host" then
    return self.config.hosts[node]
  elseif kind == "null" then
    return core.null
  elseif kind == "object" or kind == "late" then
    return nil
  end
  return tree:value(node)
end

--- The value of a slot at a time: nil when it was not there; null is wick.null.
function History:value(slot, since, time)
  local known = self:slot(slot, since)
  local content = content_at(known, time)
  if not content or content.kind == "none" or since > time then
    return nil
  elseif not content.chain then
    return scalar(self, content.node, content.kind)
  end
  local value = {}
  for _, child in ipairs(self:children(content.chain)) do
    local item = self:value(child.slot, child.entered, time)
    if item ~= nil then
      value[content.kind == "map" and child.key or #value + 1] = item
    end
  end
  return value
end

-- Adds the events of a slot, and of all below it, to a list: {time, content,
-- slot, keys}; keys lead from the first slot to that of the event.
local function gather(self, list, slot, since)
  local open = { { slot, since, {} } }
  while #open > 0 do
    local top = table.remove(open)
    local keys = top[3]
    for _, content in ipairs(self:slot(top[1], top[2]).contents) do
      list[#list + 1] = { time = content.began, content = content, slot = top[1], keys = keys }
      if content.chain and content.chain.contents[1] == content then
        for _, child in ipairs(self:children(content.chain)) do
          local inner = table.move(keys, 1, #keys, 1, {})
          inner[#inner + 1] = child.key
          open[#open + 1] = { child.slot, child.entered, inner }
        end
      end
    end
  end
end

-- What one layer laid over a map: the least table that, laid over the value
-- before, gives the value after; nil when no table can say it.
local function overlay(self, chain, before, after)
  local table_ = {}
  for _, child in ipairs(self:children(chain)) do
    local known = self:slot(child.slot, child.entered)
    local was = child.entered <= before and content_at(known, before) or nil
    local is = child.entered <= after and content_at(known, after) or nil
    was = was and was.kind ~= "none" and was or nil
    is = is and is.kind ~= "none" and is or nil
    if was and not is then
      return nil -- deleted
    elseif is and is.chain and was and was.chain and is.kind == "map" then
      if is.chain ~= was.chain then
        return nil -- replaced whole
      end
      local inner = overlay(self, is.chain, before, after)
      if not inner then
        return nil
      end
      table_[child.key] = next(inner) ~= nil and inner or nil
    elseif is and is.chain and was and was.chain and was.kind == "map" then
      return nil -- a list where a map was
    elseif is and (is ~= was or is.chain and is.kind == "list"
      and self:changed(is.chain, before, after)) then
      local value = self:value(child.slot, child.entered, after)
      if is.chain and was and was.chain and next(value) == nil then
        return nil -- nothing where something was
      end
      table_[child.key] = value
    end
  end
  return table_
end

--- Did anything below a chain change between two times?
function History:changed(chain, before, after)
  local events = {}
  for _, child in ipairs(self:children(chain)) do
    gather(self, events, child.slot, child.entered)
  end
  for _, event in ipairs(events) do
    if event.time > before and event.time <= after then
      return true
    end
  end
  return false
end

-- The items that one layer appended to a list; nil when it changed others too.
local function appended(self, chain, before, after)
  local items = {}
  for _, child in ipairs(self:children(chain)) do
    if child.entered > before then
      if child.entered <= after then
        items[#items + 1] = self:value(child.slot, child.entered, after)
      end
    else
      local events = {}
      gather(self, events, child.slot, child.entered)
      for _, event in ipairs(events) do
        if event.time > before and event.time <= after then
          return nil
        end
      end
    end
  end
  return items
end

-- One entry for what a layer did: events[first..last].
local function entry_of(self, slot, since, events, first, last, there)
  local before, after = events[first].time - 1, events[last].time
  local own, deleted
  for i = first, last do
    local event = events[i]
    if #event.keys == 0 then
      own = event
    elseif event.content.kind == "none" then
      deleted = deleted or {}
      deleted[#deleted + 1] = event.keys
    end
  end
  local known = self:slot(slot, since)
  local was, is = there and content_at(known, before) or nil, content_at(known, after)
  was = was and was.kind ~= "none" and was or nil
  local shown = (own or events[last]).content
  local entry = { node = shown.node, slot = slot, deleted = deleted }
  if is.kind == "none" then
    entry.op, entry.dropped = "delete", is.merged
    return was and entry or nil
  elseif not was then
    entry.op = "set"
  elseif was.chain and is.chain == was.chain then
    local laid
    if is.kind == "map" then
      laid = overlay(self, is.chain, before, after)
    else
      laid = appended(self, is.chain, before, after)
    end
    if laid then
      entry.op, entry.value = is.kind == "map" and "merge" or "append", laid
      return entry
    end
  end
  entry.op = entry.op or "replace"
  entry.value = self:value(slot, since, after)
  return entry
end

-- The entries of a slot between two times; `there`: something of this key stood
-- here before.
local function entries_of(self, out, slot, since, ended, there)
  local events = {}
  gather(self, events, slot, since)
  table.sort(events, function(a, b)
    return a.time < b.time or a.time == b.time and a.slot < b.slot
  end)
  local i = 1
  while events[i] and events[i].time < ended do
    local first = i
    local layer = events[i].content.layer
    while events[i + 1] and events[i + 1].time < ended
      and events[i + 1].content.layer == layer do
      i = i + 1
    end
    local entry = entry_of(self, slot, since, events, first, i, there or first > 1)
    if entry then
      if entry.op == "set" and there then
        entry.op = "replace"
      end
      out[#out + 1] = entry
      there = entry.op ~= "delete"
    end
    i = i + 1
  end
  return there
end

--- The history of a key: `keys` are the segments that lead to it from the top.
--- A list of entries, oldest first: {op, value, node (whose mark says where),
--- slot (nil: something above it), dropped (it went with its constructor), deleted
--- (the keys that lead to what the layer deleted below it)}.
function History:entries(top, keys)
  local out = {}
  local function delete(by)
    out[#out + 1] = { op = "delete", node = by.node, above = true }
    return false
  end
  -- from `since` to `ended`, where segment i is a key of the slot; gives whether
  -- the key is there in the end
  local function below(slot, since, ended, i, there)
    if i > #keys then
      return entries_of(self, out, slot, since, ended, there)
    end
    local known = self:slot(slot, since)
    for _, content in ipairs(known.contents) do
      local chain, found = content.chain, nil
      if content.began >= ended then
        break
      elseif not chain then
        there = there and delete(content)
      elseif chain.contents[1] == content then
        for _, child in ipairs(self:children(chain)) do
          found = child.key == keys[i] and child or found
        end
        -- what was there before went, unless this map has it from the start
        if there and not (found and found.entered <= chain.began) then
          there = delete(content)
        end
        if found then
          there = below(found.slot, found.entered, math.min(chain.ended, ended), i + 1, there)
        end
      end
    end
    return there
  end
  below(top, 0, math.huge, 1, false)
  return out
end

return M
