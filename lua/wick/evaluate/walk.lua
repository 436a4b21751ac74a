-- wick.evaluate.walk: from a key path that a node says to the node it leads to.
-- A part of wick.evaluate.
--
-- May call: the tree, absent, tell, fail.

local fail = require "wick.fail"
local path_of = require "wick.tell".path

local BLACK = 2

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

-- A path that leads to what has vanished.
local function vanished(self, id, at, path, i, base)
  local tree = self.tree
  local by = self.disabled[at]
  local name, absent = path_of(tree, at), require "wick.absent"
  local first = absent.span(path, 1)
  local _, last = absent.span(path, math.max(i, 1))
  return fail.new(by and "EDISABLED" or "EREF", {
    message = ("`%s` is %s"):format(name, by and "disabled" or "left out"),
    key = path_of(tree, id),
    marks = {
      tree:mark(id, "referred to here", base + first, base + last),
      tree:mark(by or at, by and "disabled here" or "an optional reference that leads nowhere"),
    },
    helps = { "`@?` refers to it if it is there" },
  })
end

local function object_met(self, id, at, path, i, base)
  local tree = self.tree
  local absent = require "wick.absent"
  local first, last = absent.span(path, i)
  return fail.new("EOBJECT", {
    message = "a key path does not lead into an object",
    key = path_of(tree, id),
    marks = {
      tree:mark(id, ("`%s` is an object"):format(path_of(tree, at)), base + first, base + last),
      tree:mark(at, "it is made here"),
    },
    helps = { ("take the field in an expression: `\"$ (@%s)%s\"`"):format(
      path_of(tree, at), absent.field(path[i])) },
  })
end

-- What must be decided or evaluated before node `at` can be looked at: a node,
-- or nil.
local function before(self, id, at, kind)
  if self.color[at] ~= BLACK and kind == "string" and self.tree:is(at, "sigil") then
    return at
  end
  -- whether a component is there at all; one that holds `id` is
  local decides = self.deciding[at]
  if decides and not holds(self.tree, at, id) then
    return decides
  end
end

--- Walks a path from where it is said.  Gives the node; or nil and the node that
--- must be evaluated before; or nil, nil and an error; or nil alone, when the
--- path is optional and leads nowhere.
return function(self, id, path, base, optional)
  local tree = self.tree
  local at = self.top
  if path.up > 0 then
    at = id
    for _ = 1, path.up do
      at = tree:up(at)
      if not at then
        return nil, nil, fail.new("EREF", {
          message = "this reference leads above the root of the config",
          key = path_of(tree, id),
          marks = { tree:mark(id, "too many dots", base + 1, base + path.up) },
          helps = { "each dot is one level up; without a dot a path counts from the root" },
        })
      end
    end
  end
  for i = 1, #path do
    local kind = tree:kind(at)
    if kind ~= "map" and kind ~= "list" then
      local first = before(self, id, at, kind)
      if first then
        return nil, first
      end
      at = kind == "object" and tree:object(at) or at
      kind = tree:kind(at)
    elseif self.deciding[at] then
      local first = before(self, id, at, kind)
      if first then
        return nil, first
      end
    end
    if kind == "late" or kind == "host" then
      return nil, nil, object_met(self, id, at, path, i, base)
    elseif kind == "none" then
      if optional then
        return nil
      end
      return nil, nil, vanished(self, id, at, path, i - 1, base)
    end
    local child = tree:find(at, path[i], true)
    if not child then
      if optional then
        return nil
      end
      return nil, nil, self:absent(id, at, path, i, base)
    end
    at = child
  end
  local kind = tree:kind(at)
  local first = before(self, id, at, kind)
  if first then
    return nil, first
  elseif kind == "none" then
    if optional then
      return nil
    end
    return nil, nil, vanished(self, id, at, path, #path, base)
  end
  return at
end
