-- wick.compose.copies: `%key`, `%file` and `%file#key` -> copies of nodes.  A part
-- of wick.compose.
--
-- May call: the tree, compose/*, compose, absent, tell, fail, core.
--
-- A copy of a key is made when all copies inside what it copies are made, so a
-- circle is met at a node that waits for itself; what needs a copy that failed is
-- skipped without a word.  A copy of a file brings
-- copies of its own, which are made where they then stand; each knows the
-- nodes that it came out of, so that a file that copies itself ends.  The walk
-- has its own stack, and ends with the first copy that there is no room for:
-- what was half made by then is not copied further.

local core = require "wick.core"
local fail = require "wick.fail"
local file_copy = require "wick.compose.file_copy"
local read_copy = require "wick.compose.asked"
local path_of = require "wick.tell".path

local GREY, BLACK, FAILED = 1, 2, 3
local NONE = {}

local Copies = {}
Copies.__index = Copies

function Copies:report(id, err)
  self.state[id] = FAILED
  local same = err.name == "ELIMIT" and err.message or err
  if self.told[same] then -- a file that several copies name, or no room for any
    return
  end
  self.told[same] = true
  err.key = err.key or path_of(self.tree, id)
  if not err.later and not err.marks[1] then
    err.marks[1] = self.tree:mark(id, "copied here")
  end
  self.errors[#self.errors + 1] = err
end

local function circle(self, chain, id)
  local tree, names, marks = self.tree, {}, {}
  for i, node in ipairs(chain) do
    names[i] = path_of(tree, node)
    if i <= 3 then
      marks[i] = tree:mark(node, #chain > 1 and ("%d. `%s`"):format(i, names[i]) or "")
    end
  end
  names[#names + 1] = names[1]
  return fail.new("ECYCLE", {
    message = #chain == 1 and "this copy holds itself"
      or "these copies hold each other in a circle",
    key = path_of(tree, id),
    marks = marks,
    chain = names,
    notes = #chain > 1 and { "the circle: " .. table.concat(names, " -> ") } or nil,
    helps = { "refer to it instead (`@`), or move what both need elsewhere" },
  })
end

-- Where a reference leads, as it is written; nil and the node that must be
-- copied before, or nil, nil and an error, or nil alone when there is nothing.
-- `item.through` lists the references on the way.
local walk

local function through_reference(self, id, item, at, hops)
  local text = self.tree:text(at)
  local sigil = text:match("^@%??")
  local path = sigil and core.keypath(text:sub(#sigil + 1), false)
  if not path or hops > 100 then
    return nil, nil, fail.new("EREF", {
      message = ("`%s` leads through %s"):format(fail.quote(self.tree:text(id), 40),
        hops > 100 and "more than 100 references" or "an expression"),
      marks = { self.tree:mark(id, ""), self.tree:mark(at, hops > 100 and "a long way leads here"
        or "copies are made before this is evaluated") },
      helps = { "copy what stands below no expression, or refer to it: `@`" },
    })
  end
  local target, before, err = walk(self, at, { path = path, base = #sigil,
    through = item.through, optional = item.optional or sigil == "@?" }, hops)
  if not target and not before and not err and not item.optional then
    err = fail.new("EREF", {
      message = ("`%s` leads through a reference that leads nowhere"):format(
        fail.quote(self.tree:text(id), 40)),
      marks = { self.tree:mark(id, ""), self.tree:mark(at, "it is optional, and what it names "
        .. "is not there") },
      helps = { ("an optional copy may lead nowhere, too: `%%?%s`"):format(
        fail.quote(self.tree:text(id):gsub("^%%%??", ""), 60)) },
    })
  end
  return target, before, err
end

function walk(self, id, item, hops)
  local tree, path = self.tree, item.path
  local at = self.top
  if path.up > 0 then
    at = id
    for _ = 1, path.up do
      at = tree:up(at)
      if not at then
        return nil, nil, fail.new("EREF", {
          message = "this copy leads above the root of the config",
          marks = { tree:mark(id, "too many dots", item.base + 1, item.base + path.up) },
          helps = { "each dot is one level up; without a dot a path counts from the root" },
        })
      end
    end
  end
  for i = 1, #path do
    while not tree:is_copy(at) and tree:kind(at) == "string" and tree:is(at, "sigil") do
      hops = hops + 1
      item.through[#item.through + 1] = at
      local target, before, err = through_reference(self, id, item, at, hops)
      if not target then
        return nil, before, err
      end
      at = target
    end
    if tree:is_copy(at) then
      return nil, at
    end
    local child = tree:find(at, path[i])
    if not child then
      if item.optional then
        return nil
      end
      return nil, nil, require "wick.absent".reference(self, id, at, path, i, item.base)
    end
    at = child
  end
  if tree:is_copy(at) then
    return nil, at
  end
  return at
end

-- What a copy copies: the node; nil and copies that must be made before; nil,
-- nil and an error; or nil alone: nothing is there.
local function source(self, id, item)
  local limit = self.config.limits["document.nesting"]
  if item.file and file_copy.depth(self, id) > limit then
    return nil, nil, require "wick.compose.defaults".too_deep(
      self.tree:mark(id, "one more here"), limit)
  elseif not item.file then
    item.through = {}
    local target, before, err = walk(self, id, item, 0)
    if not target then
      return nil, before, err
    end
    local inner = self.tree:copies(target)
    if #inner > 0 then
      local open = {}
      for _, other in ipairs(inner) do
        if self.state[other] ~= BLACK then
          open[#open + 1] = other
        end
      end
      if #open > 0 then
        return nil, open
      end
    end
    return target
  end
  local at, err = file_copy.node(self, id, item)
  return at, nil, err
end

-- Takes down that the text `written`, which stood at `id`, has read what it copied.
local function note(self, id, written, item, target)
  local copied = self.config.copied
  copied[#copied + 1] = { from = id, written = written, target = target }
  for _, at in ipairs(item.through) do
    copied[#copied + 1] = { from = id, written = written, target = at }
  end
end

-- What is to be laid over the copies in what was copied from a file, `from`, is laid
-- over those in the copy `to`, too, as a part of it.
local function carry(self, from, to)
  local tree, patches = self.tree, self.config.patches
  local copies = tree:copies(to)
  for i, inner in ipairs(next(patches) and tree:copies(from) or {}) do
    for n, patch in ipairs(patches[inner] or {}) do
      local over, err = tree:copy(patch.over)
      if not over then
        return nil, err
      end
      local list = patches[copies[i]] or {}
      patches[copies[i]], list[n] = list, { over = over, op = patch.op,
        on = tree:previous(copies[i]) }
    end
  end
  return true
end

-- Takes what is laid over the copy `id`, which stands over `was`: a list, or nil.
local function patches_of(self, id, was)
  local all, list = self.config.patches[id] or {}, nil
  self.config.patches[id] = nil
  for _, patch in ipairs(all) do
    if patch.on == was then
      list = list or {}
      list[#list + 1] = patch
    end
  end
  return list
end

-- Puts an empty map or list at `id`, for what is laid over it.
local function nothing(tree, id, over)
  local node, err = tree:grow(nil, nil, tree:kind(over) == "list" and "list" or "map", nil, nil,
    over)
  if not node then
    return nil, err
  end
  return tree:put(id, node)
end

-- Lays that over it.
local function lay(self, id, patches)
  local config, compose = self.config, require "wick.compose"
  for _, patch in ipairs(patches or {}) do
    local ok, err
    compose.resume(config, patch.layer)
    if patch.apply then
      ok, err = patch.apply(id)
      if not ok then
        self.errors[#self.errors + 1] = err
      end
    else
      ok, err = true, nil
      if config.tree:kind(id) == "none" then -- an optional copy of what is not there
        ok, err = nothing(config.tree, id, patch.over)
      end
      if ok then
        ok, err = compose.lay(config, id, patch.over, patch.op)
      end
      if not ok then
        return nil, err
      end
    end
  end
  return true
end

-- The copy finds nothing and need not: its key is not there, unless something is laid
-- over it, which is laid over nothing then.
local function without(self, id)
  local tree = self.tree
  local was = tree:previous(id)
  local patches = patches_of(self, id, was)
  require "wick.compose".resume(self.config)
  local ok, err = tree:vanish(id, id)
  if not ok or not patches then
    return ok, err
  end
  return lay(self, id, patches)
end

-- Puts the copy there, and what is laid over it.
local function make(self, id, item, target)
  local tree, config = self.tree, self.config
  local was, compose = tree:previous(id), require "wick.compose"
  compose.resume(config)
  local copy, err = tree:copy(target, id)
  if not copy then
    return nil, err
  end
  local ok
  ok, err = tree:put(id, copy)
  if not ok then
    return nil, err
  end
  local patches = patches_of(self, id, was)
  if not item.file then
    note(self, id, tree:previous(id), item, target)
  else
    ok, err = carry(self, target, id)
    if not ok then
      return nil, err
    end
  end
  return lay(self, id, patches)
end

-- Makes a copy if that can be done.  Gives the copies that must be made before.
local function try(self, id)
  local item, err = self.items[id], nil
  if not item then
    item, err = read_copy(self.tree, id)
    self.items[id] = item
  end
  local target, before
  if item then
    target, before, err = source(self, id, item)
  end
  if err then
    return self:report(id, err)
  elseif before then
    return before
  elseif not target then -- optional, and absent
    local ok, wrong = without(self, id)
    self.state[id] = BLACK
    return not ok and self:report(id, wrong) or nil
  end
  local names = item.file and file_copy.inside(self, id, item, target)
  if names then
    err = file_copy.circle(self, id, names)
    self.state[id] = FAILED
    return err and self:report(id, err) or nil
  end
  local above = self.origin[id]
  local depth = item.file and file_copy.depth(self, id) or above and above.depth
  local ok, wrong = make(self, id, item, target)
  if not ok then
    self.full = wrong.name == "ELIMIT"
    return self:report(id, wrong)
  end
  for _, inner in ipairs(self.tree:copies(id)) do
    self.origin[inner] = { source = target, above = above, depth = depth, name = item.name }
    if inner == id then -- a file that is nothing but a copy: once more
      self.items[id] = nil
      return nil
    end
    self.todo[#self.todo + 1] = inner
  end
  self.state[id] = BLACK
end

--- Makes the copies (nodes) of a composed config, and those that they bring.
return function(config, copies)
  config.folders = config.folders or { [config.documents[1].name] = config.documents[1].folder }
  config.named, config.copied = {}, {}
  for _, doc in ipairs(config.documents) do
    config.named[doc.name] = doc
  end
  for _, doc in pairs(config.reader.documents) do
    if doc then
      config.named[doc.name] = doc
    end
  end
  local self = setmetatable({ tree = config.tree, top = config.top, config = config,
    errors = config.errors, state = {}, items = {}, origin = {}, tops = {},
    circles = {}, told = {}, todo = copies }, Copies)
  local state, n = self.state, 0
  local open, needs, at, top = {}, {}, {}, 0
  local function push(id)
    top = top + 1
    open[top], needs[top], at[top] = id, NONE, 1
    state[id] = GREY
  end
  while n < #self.todo and not self.full do
    n = n + 1
    if not state[self.todo[n]] then
      push(self.todo[n])
    end
    while top > 0 and not self.full do
      local id, list = open[top], needs[top]
      local need = list
      if type(list) == "table" then
        need = list[at[top]]
      elseif at[top] > 1 then
        need = nil
      end
      if state[id] ~= GREY then
        self.items[id] = nil
        top = top - 1
      elseif not need then
        needs[top], at[top] = try(self, id) or NONE, 1
      elseif state[need] == GREY then
        local from = top
        while open[from] ~= need do
          from = from - 1
        end
        self:report(need, circle(self, table.move(open, from, top, 1, {}), need))
        for i = 1, top do
          state[open[i]] = FAILED
        end
      elseif state[need] == FAILED then
        state[id] = FAILED
      elseif state[need] == BLACK then
        at[top] = at[top] + 1
      else
        push(need)
      end
    end
  end
end
