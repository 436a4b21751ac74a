-- wick.compose: documents and overrides -> one tree.
--
-- May call: the tree, the reader, override, compose/*.
--
-- Order: the documents that documents name (compose/defaults.lua), merge, the
-- overrides of the call, copies (compose/copies.lua).  A plain document with
-- nothing of the kind goes through untouched.
--
-- What comes in and goes out is the config that is being made: tree, documents
-- (a list), overrides (texts), reader.  What goes out: top, folders (document
-- name -> folder), errors (a list), patches (copy -> what is laid over it); and
-- what explain tells the layers by:
--   layers  the name of each layer's document, or the number of its override, in
--           the order in which they were laid
--   steps   in order: of each layer that began its place in layers, or `copies`
--           when copies are made from here on
--   since   of each step the nodes there were then
--   copied  {from (where a copy of a key stands), written (the node of its text),
--           target (what it copied, or a reference on the way there)}; nil when
--           there are no copies

local M = {}

-- The next layer begins.
local function begin(self, name)
  local layers, steps = self.layers, self.steps
  local time, step = #layers + 1, #steps + 1
  layers[time] = name
  steps[step], self.since[step] = time, self.tree:size()
end

--- The layer that is being laid.
function M.layer(self)
  return self.steps[#self.steps]
end

--- From here on a patch of this layer is laid over a copy; or copies are made (nil).
function M.resume(self, layer)
  local step = #self.steps + 1
  self.steps[step], self.since[step] = layer or "copies", self.tree:size()
end

-- Takes down the errors of what did not fit; patches wait for their copy.
local function misfits(self, clashes)
  for _, clash in ipairs(clashes or {}) do
    if clash.what == "patch" then
      local list = self.patches[clash.base] or {}
      self.patches[clash.base] = list
      -- a patch is for the copy that stands there now
      list[#list + 1] = { over = clash.over, op = clash.op, layer = M.layer(self),
        on = self.tree:previous(clash.base) }
    else
      self.errors[#self.errors + 1] = require "wick.compose.misfit"(self.tree, clash)
    end
  end
end

--- Lays the unlinked node `over` over the node `base`.  True, or nil and an
--- error that ends the composition; what does not fit is taken down.
function M.lay(self, base, over, op)
  local fits, clashes = self.tree:lay(base, over, op)
  if fits == nil then
    return nil, clashes
  elseif not fits then
    misfits(self, clashes)
  end
  return true
end

-- The same over nothing.
local function settle(self, top)
  local fits, clashes = self.tree:settle(top)
  if fits == nil then
    return nil, clashes
  elseif not fits then
    misfits(self, clashes)
  end
  return true
end
M.settle = settle

-- A document's top under the keys of its mount.
local function mounted(tree, top, mount)
  local whole = tree:grow(nil, nil, "map", nil, nil, top)
  local at, err = whole, nil
  for i = 1, #mount do
    if not at then
      return nil, err
    elseif i == #mount then
      at, err = tree:add(at, mount[i], top)
    else
      at, err = tree:grow(at, mount[i], "map")
    end
  end
  return at and whole, err
end

--- Lays documents {doc, mount} in their order: gives the top, or nil and an
--- error.  A document that is used again later is copied.
function M.merge(self, slots)
  local tree, uses = self.tree, {}
  self.layers, self.steps, self.since = {}, {}, {}
  for _, slot in ipairs(slots) do
    uses[slot.doc] = (uses[slot.doc] or 0) + 1
  end
  local top, ok, err
  for i, slot in ipairs(slots) do
    local doc = slot.doc
    local node
    begin(self, doc.name)
    uses[doc] = uses[doc] - 1
    if uses[doc] > 0 and not doc.used then
      node, err = tree:copy(doc.top)
    else
      node, err = self.reader:fresh(doc)
      local list = node and doc.entries and tree:find(node, "defaults")
      if list then
        tree:remove(list)
      end
    end
    if node and slot.mount[1] ~= nil then
      node, err = mounted(tree, node, slot.mount)
    end
    if not node then
      return nil, err
    end
    if i == 1 then
      top = node
      ok, err = settle(self, top)
    else
      ok, err = M.lay(self, top, node, "set")
    end
    if not ok then
      return nil, err
    end
  end
  return top
end

local find, sub = string.find, string.sub

-- Which words of the call may be choices of groups: mount -> place of the last
-- such word, and place -> that of the one before.
local function choices(self)
  local found, before = {}, {}
  local overrides = self.overrides
  for n = 1, #overrides do
    local word = overrides[n]
    local at = type(word) == "string" and find(word, "=", 2, true)
    if at then
      local key = sub(word, 1, at - 1)
      found[key], before[n] = n, found[key]
    end
  end
  return found, before
end

-- Overrides, `_target_` first: what else is set belongs to the new constructor.
local function lay_overrides(self, taken)
  local tree, top, overrides, renamed = self.tree, self.top, self.overrides, {}
  local function apply(n, word)
    local ok, err = require "wick.override".apply(self, word, n, renamed)
    if not ok then
      self.errors[#self.errors + 1] = err
    end
  end
  local first, named = {}, {} -- words that were applied already; that have a target
  for n = 1, #overrides do
    local word = overrides[n]
    if type(word) == "string" and find(word, "_target_", 1, true) then
      named[n] = true
      if find(word, "^[+=]*[^=]*_target_=") then
        first[n] = true
        begin(self, n)
        apply(n, word)
      end
    end
  end
  for n = 1, #overrides do
    local word = overrides[n]
    if not taken[n] and not first[n] then
      begin(self, n)
      local done, more, warning
      if type(word) == "string" and not named[n] then -- most are of the plainest form
        done, more, warning = tree:override(top, word, n)
        self.warnings[#self.warnings + 1] = warning
      end
      if not done and (done == false or not more) then
        apply(n, word)
      elseif not done then
        self.errors[#self.errors + 1] = more
      elseif more then
        misfits(self, more)
      end
    end
  end
end

--- Composes the config.  Errors are in self.errors; gives false when they leave
--- nothing to go on with.
function M.run(self)
  local tree, documents = self.tree, self.documents
  local slots, taken = {}, {}
  local plain = #documents == 1 and not tree:find(documents[1].top, "defaults")
  if plain then
    slots[1] = { doc = documents[1], mount = {} }
  else
    slots, taken = require "wick.compose.defaults".slots(self, choices(self))
    if #self.errors > 0 then
      return false
    end
  end
  local top, err = M.merge(self, slots)
  if not top then
    self.errors[#self.errors + 1] = err
    return false
  end
  self.top = top
  if #self.overrides > 0 then
    lay_overrides(self, taken)
  end
  if #self.errors > 0 then
    return false
  end
  local copies = tree:copies(top)
  if #copies > 0 then
    require "wick.compose.copies"(self, copies)
  end
  return #self.errors == 0
end

return M
