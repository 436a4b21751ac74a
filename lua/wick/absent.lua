-- wick.absent: a reference or a copy that names a key which is not there, told.
--
-- Ground floor.  May call: the tree, fail, core.

local core = require "wick.core"
local fail = require "wick.fail"

local function path_of(tree, id)
  return core.keytext(tree:segments(id))
end

--- The error of node `id` (a string with a sigil), whose key path `path` begins
--- behind its first `base` bytes and finds no segment `i` in node `at`.
return function(self, id, at, path, i, base)
  local tree = self.tree
  local segment = path[i]
  local first, last = string.unpack("=I4I4", path.spans, 8 * i - 7)
  first, last = first + base, last + base
  local written = tree:text(id)
  if written:sub(first, first) == "." then
    first = first + 1
  end
  local above = path_of(tree, at)
  local kind = tree:kind(at)
  local helps, notes = {}, {}
  local label, second
  if kind == "list" then
    local size = #tree:children(at)
    label = segment == 0 and "lists count from 1"
      or math.type(segment) == "integer" and ("`%s` has %d items"):format(above, size)
      or ("`%s` is a list"):format(above)
  elseif kind == "map" then
    label = above == "" and ("the config has no key `%s`"):format(fail.quote(tostring(segment)))
      or ("`%s` has no key `%s`"):format(above, fail.quote(tostring(segment)))
    local names, by_name = {}, {}
    for _, child in ipairs(tree:children(at)) do
      local name = tostring((tree:key(child)))
      names[#names + 1] = name
      by_name[name] = child
    end
    local near = fail.near(tostring(segment), names)
    for n, name in ipairs(near) do
      helps[n] = ("did you mean `%s%s%s`?"):format(written:sub(1, first - 1), name,
        written:sub(last + 1))
    end
    if near[1] then
      second = tree:mark(by_name[near[1]],
        ("`%s` is defined here"):format(path_of(tree, by_name[near[1]])), "key")
    elseif tree:is(at, "component") then
      helps[1] = ("a field of the object itself is `(@%s).%s`, in an expression"):format(
        above, tostring(segment))
    elseif #names > 0 then
      notes[1] = (above == "" and "the config has these top-level keys: %s"
        or "`" .. above .. "` has these keys: %s"):format(fail.names(names))
    end
  else
    label = ("`%s` is %s, it has no keys"):format(above, fail.kinds[kind])
  end
  return fail.new("EREF", {
    message = ("`%s` refers to a key that does not exist"):format(
      fail.quote(written:sub(base, base + path.length), 70)),
    key = path_of(tree, id),
    marks = { tree:mark(id, label, first, last), second },
    notes = notes,
    helps = helps,
  })
end
