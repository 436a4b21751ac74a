-- wick.compose.file_copy: `%file` and `%file#key`: the node of a file that a copy
-- names, and files that copy themselves.  A part of wick.compose.
--
-- May call: the tree, the reader, compose, compose/asked, compose/defaults, absent,
-- fail.
--
-- `self` is what compose/copies makes the copies of a config by.

local fail = require "wick.fail"
local read_copy = require "wick.compose.asked"

local M = {}

--- In how many copies of files the copy `id` makes what it copies stand.
function M.depth(self, id)
  local above = self.origin[id]
  return (above and above.depth or 0) + 1
end

-- The top of a file that is copied, its own defaults composed; false when it is
-- not there; or nil and an error.
local function file_top(self, id, item)
  local config = self.config
  local name, origin = self.tree:source(id)
  local doc = origin == "file" and (config.named[name] or config.reader.included[name])
    or config.documents[1]
  local rel, problem = config.reader:place(doc, item.file)
  if not rel then
    return nil, fail.is(problem) and problem or fail.new("EESCAPE", {
      message = ("`%s` lies outside the config root"):format(fail.quote(item.file)),
      marks = { self.tree:mark(id, problem) },
      helps = { "keep all documents below it, or name a higher one: `--config-root DIR`" },
    })
  end
  if self.tops[rel] then
    return self.tops[rel], nil, rel
  end
  local found, err = config.reader:read(rel)
  if err then
    if not self.told[err] then
      table.insert(err.marks, math.min(#err.marks, 2) + 1, self.tree:mark(id, "copied here"))
    end
    return nil, err
  elseif not found then
    if item.optional then
      return false
    end
    local near, names = config.reader:near(rel)
    return nil, fail.new("EINCLUDE", {
      message = ("copied file `%s` not found"):format(fail.quote(rel, 200)),
      marks = { self.tree:mark(id, "no such file") },
      notes = not near[1] and { #names > 0 and "there are: " .. fail.names(names)
        or "there is no config in its folder" } or nil,
      helps = { near[1] and ("did you mean `%s%s`?"):format(item.file:match("^.*/") or "",
        near[1]) },
    })
  end
  local top
  top, err = config.reader:fresh(found)
  if not top then
    return nil, err
  end
  if self.tree:kind(top) == "null" and self.tree:is(top, "empty") then
    top, err = self.tree:grow(nil, nil, "map", nil, nil, top) -- an empty document
    if not top then
      return nil, err
    end
  end
  if self.tree:kind(top) == "map" and self.tree:find(top, "defaults") then
    local inner = { tree = self.tree, reader = config.reader, limits = config.limits,
      documents = { { top = top, name = found.name, rel = found.rel, placed = true,
        folder = found.folder, text = found.text } },
      errors = self.errors, patches = config.patches, depth = M.depth(self, id) }
    local slots = require "wick.compose.defaults".slots(inner, {}, {})
    for _, slot in ipairs(slots) do
      config.folders[slot.doc.name] = slot.doc.folder
      config.named[slot.doc.name] = slot.doc
    end
    top, err = require "wick.compose".merge(inner, slots)
    if not top then
      return nil, err
    end
  else
    local ok
    ok, err = require "wick.compose".settle(config, top)
    if not ok then
      return nil, err
    end
  end
  config.folders[found.name] = found.folder
  config.named[found.name] = found
  self.tops[rel] = top
  return top, nil, rel
end

-- The same as M.node; `seen` are the copies that were gone through.
local function node(self, id, item, seen)
  local tree = self.tree
  local top, err, rel = file_top(self, id, item)
  if not top then
    return nil, err
  end
  item.name = rel .. tree:text(id):sub(item.base)
  local at = top
  for i = 1, item.path and #item.path or 0 do
    if tree:kind(at) == "string" and tree:is(at, "sigil") then
      local inner = tree:is_copy(at) and read_copy(tree, at)
      if not inner or not inner.file then
        return nil, fail.new("EREF", {
          message = ("`%s` leads through a reference or expression"):format(
            fail.quote(tree:text(id), 60)),
          marks = { tree:mark(id, ""),
            tree:mark(at, "what it gives is known only where it stands in the whole config") },
          helps = { "copy the node above it" },
        })
      elseif seen[at] then
        return nil, fail.new("ECYCLE", {
          message = "this copy leads to itself",
          marks = { tree:mark(at, "") },
          helps = { "name the node itself that is meant" },
        })
      end
      seen[at] = true
      at, err = node(self, at, inner, seen)
      if not at then
        return nil, err
      end
    end
    local child = tree:find(at, item.path[i])
    if not child then
      if item.optional then
        return nil
      end
      return nil, require "wick.absent".reference(
        { tree = tree, top = top, file = tree:source(at) }, id, at, item.path, i, item.base)
    end
    at = child
  end
  return at
end

--- The node of a file that a copy names; nil and an error; or nil alone when it is
--- optional and not there.  Copies of other files on the way are gone through.
function M.node(self, id, item)
  return node(self, id, item, {})
end

--- If the copy `id` comes out of the node `target` itself: the copies of files
--- that led here, by their names.
function M.inside(self, id, item, target)
  local names, from = { item.name }, self.origin[id]
  while from do
    if from.name then
      table.insert(names, 1, from.name)
    end
    if from.source == target then
      return names
    end
    from = from.above
  end
end

--- The error of a file that comes to itself; nil when the circle was told already.
function M.circle(self, id, names)
  local sorted = table.move(names, 1, #names - 1, 1, {})
  table.sort(sorted)
  local key = table.concat(sorted, "\n")
  if self.circles[key] then
    return nil
  end
  self.circles[key] = true
  return fail.new("ECYCLE", {
    message = #sorted == 1 and "this copy holds itself"
      or "these copies hold each other in a circle",
    marks = { self.tree:mark(id, "leads back to " .. fail.quote(names[#names], 200)) },
    chain = names,
    notes = { "the circle: " .. table.concat(names, " -> ") },
    helps = { "refer to it instead (`@`), or move what both need elsewhere" },
  })
end

return M
