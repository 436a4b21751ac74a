-- wick.explain.history: what composition did to one key, layer by layer.  A part
-- of wick.explain.
--
-- May call: the tree, explain/slots, read (what a reference is in Lua), core.
--
-- The layers are played once more over the slots below the key: each slot's
-- contents are in `now` as they come, and what one layer touched is looked at to
-- say what it did.  So a layer costs what it touches, and the value that it leaves
-- only where that is told whole.

local core = require "wick.core"
local slots = require "wick.explain.slots"

local M = {}

local History = {}
History.__index = History

--- The history of a config that was composed.
function M.of(config)
  return setmetatable({
    tree = config.tree,
    config = config,
    slots = slots.of(config),
  }, History)
end

local function alive(content)
  return content and content.kind ~= "none" and content or nil
end

--
-- Values
--

-- The value of a scalar as composition had it.
local function scalar(self, content)
  local tree, node, kind = self.tree, content.node, content.kind
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

-- A map or list that was never told whole, or a list with deleted items.
local value_of

local function whole_of(self, now, chain)
  local value = {}
  chain.holes = false
  for _, child in ipairs(self.slots:children(chain)) do
    local content, item = now[self.slots:record(child.slot, child)], nil
    if content then -- it has come
      item = value_of(self, now, content)
      chain.holes = chain.holes or item == nil
    end
    if chain.kind == "map" then
      value[child.key] = item
    elseif item ~= nil then
      value[#value + 1] = item
    end
  end
  return value
end

-- The value that was told last, with what has changed since; nil when places of the
-- items are no longer their numbers.
local function changed(self, now, chain)
  local value = {}
  if chain.kind == "list" then
    table.move(chain.value, 1, #chain.value, 1, value)
  else
    for key, item in next, chain.value do
      value[key] = item
    end
  end
  for _, record in ipairs(chain.stale) do
    local item = value_of(self, now, now[record])
    if chain.kind == "map" then
      value[record.key] = item
    elseif item == nil then
      return nil
    else
      value[record.place] = item
    end
  end
  return value
end

-- The value of a content; nil when there is none; null is wick.null.  `now` has
-- the contents of all that is below.  What did not change is the same table as
-- before.
function value_of(self, now, content)
  local chain = content.chain
  if content.kind == "none" then
    return nil
  elseif not chain then
    if content.value == nil then
      content.value = scalar(self, content)
    end
    return content.value
  elseif not chain.value or chain.stale then
    local again = chain.value and (chain.kind == "map" or not chain.holes)
    chain.value = again and changed(self, now, chain) or whole_of(self, now, chain)
    chain.stale = nil
  end
  return chain.value
end

-- Takes down that something at this slot, or below it, is not what it was.
local function outdate(record)
  local chain = record.chain
  if chain and chain.value then
    chain.stale = chain.stale or {}
    table.insert(chain.stale, record)
  end
end

--
-- What one layer did
--

-- Takes down that something was done at a slot, for all that it is in up to the
-- top: touched has record -> those just below it that were touched.
local function touch(touched, top, record)
  local below
  while true do
    local list = touched[record]
    local known = list ~= nil
    list = list or {}
    touched[record] = list
    list[#list + 1] = below
    if known or record == top then
      return
    end
    below, record = record, record.up
  end
end

-- What a layer laid over a map: the least table that, laid over the value before,
-- gives the value after; nil when no table can say it.
local function overlay(self, layer, record)
  local table_ = {}
  local chain = layer.now[record].chain
  for _, child in ipairs(layer.touched[record]) do
    local was, is = alive(layer.before[child]), alive(layer.now[child])
    if child.chain ~= chain then
      was, is = nil, nil -- it went with a map that was here before
    end
    if was and not is then
      return nil -- deleted
    elseif is and is.chain and was and was.chain and is.kind == "map" then
      if is.chain ~= was.chain then
        return nil -- replaced whole
      end
      local inner = overlay(self, layer, child)
      if not inner then
        return nil
      end
      table_[child.key] = next(inner) ~= nil and inner or nil
    elseif is and is.chain and was and was.chain and was.kind == "map" then
      return nil -- a list where a map was
    elseif is then
      local value = value_of(self, layer.now, is)
      if is.chain and was and was.chain and next(value) == nil then
        return nil -- nothing where something was
      end
      table_[child.key] = value
    end
  end
  return table_
end

-- The items that a layer appended to a list; nil when it changed others too.
local function appended(self, layer, record)
  local items = {}
  for _, child in ipairs(layer.touched[record]) do
    if layer.before[child] then
      return nil
    end
    items[#items + 1] = value_of(self, layer.now, layer.now[child])
  end
  return items
end

-- The keys that lead to what a layer deleted below the top; nil for nothing.
local function deleted_by(layer, top)
  local list
  for _, event in ipairs(layer.events) do
    local record, keys = event.record, {}
    local is_deleted = alive(layer.before[record]) and layer.now[record].kind == "none"
    while is_deleted and record ~= top do
      table.insert(keys, 1, record.key)
      is_deleted = layer.now[record.up].chain == record.chain
      record = record.up
    end
    if is_deleted and #keys > 0 then
      list = list or {}
      list[#list + 1] = keys
    end
  end
  return list
end

-- The alias, merge key or copy that brought a content to a slot: that of the slot,
-- or of what the slot came in.
local function via_of(tree, record, content)
  while content do
    -- it is kept with what was laid over it
    local via = tree:via(content.chain and content.chain.contents[#content.chain.contents].node
      or content.node)
    local up = record.up
    if via or content.merged then
      return not content.merged and via or nil
    elseif not up or content ~= record.contents[1] or record.since > record.chain.began then
      return nil
    end
    record, content = up, record.chain.contents[1]
  end
end

-- Puts into `out` what a layer did.  `there`: something of this key stood here
-- before.  Gives whether it does now.
local function tell_layer(self, out, layer, top, there)
  local was, is = alive(layer.before[top]), layer.now[top]
  local first = layer.events[1] -- the outermost
  local own = first.record == top
  local entry = { slot = top.slot, deleted = deleted_by(layer, top),
    node = own and is.node or first.content.asked or first.content.node }
  local set = there and "replace" or "set"
  if is.kind ~= "none" then
    out[#out + 1] = entry
    if was and is.chain and is.chain == was.chain then
      local is_map = is.kind == "map"
      entry.op, entry.value = is_map and "merge" or "append",
        (is_map and overlay or appended)(self, layer, top)
    end
    if entry.value == nil then
      entry.op, entry.value = set, value_of(self, layer.now, is)
      entry.via = own and via_of(self.tree, top, is) or nil
    end
    return true
  end
  entry.op, entry.dropped = "delete", is.merged
  if is.asked then -- an optional copy of what is not there
    out[#out + 1] = { op = set, node = is.asked, slot = top.slot,
      value = scalar(self, { node = is.asked, kind = "string" }) }
    entry.absent = true
  end
  if was or is.asked then
    out[#out + 1] = entry
  end
  return false
end

-- All that ever came to a slot and to what is below it: time -> {record, content},
-- the outer ones first; and the times, sorted.
local function gather(self, top)
  local events, times, open, n = {}, {}, { top }, 0
  while n < #open do
    n = n + 1
    local record = open[n]
    for _, content in ipairs(record.contents) do
      local list = events[content.began]
      if not list then
        list = {}
        events[content.began] = list
        times[#times + 1] = content.began
      end
      list[#list + 1] = { record = record, content = content }
      if content.chain and content.chain.contents[1] == content then
        for _, child in ipairs(self.slots:children(content.chain)) do
          open[#open + 1] = self.slots:record(child.slot, child)
        end
      end
    end
  end
  table.sort(times)
  return events, times
end

-- The entries of a slot until a time; `there`: something of this key stood here
-- before.  Gives whether it is there in the end.
local function entries_of(self, out, top, ended, there)
  local events, times = gather(self, top)
  local now = {}
  for _, time in ipairs(times) do
    if time >= ended then
      break
    end
    local layer = { events = events[time], before = {}, now = now, touched = {} }
    for _, event in ipairs(layer.events) do
      local record = event.record
      if layer.before[record] == nil then
        layer.before[record] = now[record] or false
      end
      touch(layer.touched, top, record)
      now[record] = event.content
    end
    for record, list in pairs(layer.touched) do
      if layer.before[record] == nil then -- what is above has not changed itself
        layer.before[record] = now[record]
      end
      for _, child in ipairs(list) do
        outdate(child)
      end
    end
    there = tell_layer(self, out, layer, top, there)
  end
  return there
end

--
-- A key path
--

-- An item that is still there under another number, for others before it went:
-- tells what took it away from the number that it had.
local function moved(self, out, chain, child)
  local by
  for _, other in ipairs(self.slots:children(chain)) do
    local content = self.slots:record(other.slot, other).contents
    content = content[#content]
    if other.place < child.place and content.kind == "none"
      and (not by or content.began < by.began) then
      by = content
    end
  end
  out[#out + 1] = { op = "delete", node = by.asked or by.node,
    moved = core.keytext(self.tree:segments(child.slot)) }
end

--- The history of a key: `keys` are the segments that lead to it from the top.
--- A list of entries, oldest first: {op, value, node (whose mark says where),
--- slot (nil: something above it), via (a mark), dropped (it went with its
--- constructor), absent (an optional copy led nowhere), moved (the key path of
--- what it was in and that has another number now), deleted (the keys that lead
--- to what the layer deleted below it)}.
function History:entries(top, keys)
  local out = {}
  local function delete(by)
    out[#out + 1] = { op = "delete", node = by.asked or by.node, above = true }
    return false
  end
  -- until `ended`, where segment i is a key of the record's slot; gives whether the
  -- key is there in the end
  local function below(record, ended, i, there)
    if i > #keys then
      return entries_of(self, out, record, ended, there)
    end
    for _, content in ipairs(record.contents) do
      local chain = content.chain
      if content.began >= ended then
        break
      elseif not chain then
        there = there and delete(content)
      elseif chain.contents[1] == content then
        local found, elsewhere = self.slots:child(chain, keys[i])
        -- what was there before went, unless this map has it from the start
        if there and not (found and found.entered <= chain.began) then
          there = delete(content)
        end
        if found then
          there = below(self.slots:record(found.slot, found),
            math.min(chain.ended, ended), i + 1, there)
        end
        if there and elsewhere then
          moved(self, out, chain, found)
          there = false
        end
      end
    end
    return there
  end
  below(self.slots:record(top), math.huge, 1, false)
  return out
end

return M
