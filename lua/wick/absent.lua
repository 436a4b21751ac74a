-- wick.absent: the error of a key path that names a key which is not there.
--
-- Ground floor.  May call: the tree, tell, fail, core.

local core = require "wick.core"
local fail = require "wick.fail"
local tell = require "wick.tell"

local M = {}

--- The first and last byte of part `i` of a key path, with its dot or brackets.
function M.span(path, i)
  local first, last = string.unpack("=I4I4", path.spans, 8 * i - 7)
  return first, last
end

--- A key path's text with its part `i` named `name`: `before` is what stands
--- before that part, without its dot, `after` what stands behind it.
function M.respell(before, i, name, after)
  local part = core.keytext({ name })
  return before .. (i > 1 and part:sub(1, 1) ~= "[" and "." or "") .. part .. after
end

-- The keys of the map that was asked for last: {at, count, last (child), texts,
-- nodes (text -> child), listed}.  Many errors in a row are about one map.
local latest = {}
local of = setmetatable({}, { __mode = "v" }) -- [1]: the tree

local function keys_of(tree, at)
  local children = tree:children(at)
  local count = #children
  if of[1] == tree and latest.at == at and latest.count == count
    and latest.last == children[count] then
    return latest
  end
  of[1] = tree
  latest = { at = at, count = count, last = children[count], texts = {}, nodes = {} }
  for i, child in ipairs(children) do
    local name = tree:key(child)
    latest.texts[i] = tostring(name)
    latest.nodes[tostring(name)] = child
  end
  return latest
end

--- How an expression takes the field that a segment names: `.name`, `[1]` or
--- `['a name']`.
function M.field(segment)
  if type(segment) == "number" then
    return ("[%d]"):format(segment)
  elseif tell.is_name(segment) then
    return "." .. segment
  end
  return ("['%s']"):format(fail.quote(segment):gsub("['\\]", "\\%0"))
end

--- Why node `at` has no `segment`: a label; names that are near, each a key of
--- it; what there is (a note, or nil); and name -> node.  `file`: the name of
--- the document whose top is meant, when that is not the config's.
function M.why(tree, at, segment, file)
  local above, kind = tell.path(tree, at), tree:kind(at)
  if kind == "list" then
    local size = #tree:children(at)
    return segment == 0 and "lists count from 1"
      or math.type(segment) == "integer" and ("`%s` has %d item%s"):format(above, size,
        size == 1 and "" or "s")
      or ("`%s` is a list"):format(above), {}, nil, {}
  elseif kind == "none" then
    return ("`%s` is not there, its copy is optional"):format(above), {}, nil, {}
  elseif kind ~= "map" then
    return ("`%s` is %s, it has no keys"):format(above, fail.kinds[kind]), {}, nil, {}
  end
  local whose = above ~= "" and "`" .. above .. "`"
    or file and "`" .. fail.quote(file, 100) .. "`" or "the config"
  local keys = keys_of(tree, at)
  local near = fail.near(tostring(segment), keys.texts)
  for i, text in ipairs(near) do
    near[i] = tree:key(keys.nodes[text])
  end
  local note
  if keys.count > 0 and not near[1] then
    keys.listed = keys.listed or fail.names(keys.texts)
    note = ("%s has these %skeys: %s"):format(whose, above == "" and "top-level " or "",
      keys.listed)
  end
  return ("%s has no key `%s`"):format(whose, fail.quote(tostring(segment))), near, note,
    keys.nodes
end

local PLACES = 3 -- of other uses that are named

-- Fills in the error of M.reference.
local function fill_in(self, err, id, at, path, i, base)
  local tree, segment = self.tree, path[i]
  local start, last = M.span(path, i)
  start, last = base + start, base + last
  local written = tree:text(id)
  local first = written:sub(start, start) == "." and start + 1 or start
  local label, near, note, nodes = M.why(tree, at, segment, self.file)
  for n, name in ipairs(near) do
    err.helps[n] = ("did you mean `%s`?"):format(M.respell(written:sub(1, start - 1), i, name,
      written:sub(last + 1)))
  end
  err.marks[1] = tree:mark(id, label, first, last)
  if near[1] ~= nil then
    local child = nodes[tostring(near[1])]
    err.marks[2] = tree:mark(child, ("`%s` is defined here"):format(tell.path(tree, child)), "key")
  elseif tree:is(at, "component") and tree:kind(at) == "map" then
    err.helps[1] = ("a field of the object itself is `(@%s)%s`, in an expression"):format(
      tell.path(tree, at), M.field(segment))
    note = nil
  end
  err.notes[1] = note
  local uses = err.uses
  if uses then
    local place = tell.place
    local named, places = { [place(tree:mark(id))] = true }, {} -- an alias is at the same place
    for n = 1, #uses do
      local where = place(tree:mark(uses[n]))
      if #places == PLACES then
        places[#places + 1] = "…"
        break
      elseif not named[where] then
        named[where], places[#places + 1] = true, where
      end
    end
    err.notes[#err.notes + 1] = ("and %d more use%s%s"):format(#uses, #uses == 1 and "" or "s",
      places[1] and ": " .. table.concat(places, ", ") or "")
  end
end

--- The error of node `id` (a string with a sigil), whose key path `path` begins
--- behind its first `base` bytes and finds no segment `i` in node `at`.  Who meets
--- the same again adds its node to `uses`, a list.
function M.reference(self, id, at, path, i, base)
  local written = self.tree:text(id)
  return fail.new("EREF", {
    message = ("`%s` refers to a key that does not exist"):format(
      fail.quote(written:sub(written:sub(1, 1) == "%" and 1 or base, base + path.length), 70)),
    key = tell.path(self.tree, id),
    later = function(err)
      fill_in(self, err, id, at, path, i, base)
    end,
  })
end

return M
