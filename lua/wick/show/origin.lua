-- wick.show.origin: where each line of show comes from, as comments.  A part of
-- wick.show.
--
-- May call: show/form, tell, json, the tree.

local form = require "wick.show.form"
local tell = require "wick.tell"

local M = {}

-- The node that the value of `id` replaced, before evaluation had its turn; nil
-- when it is the first.  What is laid over replaces nothing.
local function before_of(view, id)
  local tree = view.tree
  local node = view:node(id)
  if view.evaluated[id] and node == id then
    node = tree:previous(id) or id -- as it was written
  end
  local before = tree:previous(node)
  if before and tree:is(node, "merged") and tree:kind(node) == tree:kind(before) then
    return nil
  end
  return before
end

-- The place of a value: for a map or list that of its key, when one document
-- wrote both.
local function mark_of(tree, id)
  local mark = tree:mark(id)
  local kind = tree:kind(id)
  if kind == "map" or kind == "list" then
    local key = tree:mark(id, "", "key")
    if key.file == mark.file and key.argv == mark.argv and (key.byte or 0) <= (mark.byte or 0) then
      return key
    end
  end
  return mark
end

-- The parts of a node's comment: its place, and what else is to be said.
local function parts_of(view, id)
  local tree = view.tree
  local place = tell.place(mark_of(tree, id), true)
  local via = tree:via(id)
  local said = {}
  if via then
    said[#said + 1] = "via " .. tell.place(via, true)
  end
  if view.after == "evaluate" and view.evaluated[id] then
    local written = tree:previous(id)
    local kind = tree:kind(id)
    if written and kind ~= "late" and kind ~= "object"
      and not (kind == "string" and form.doubled(tree:text(id)) == tree:text(written)) then
      said[#said + 1] = "is " .. tell.node(tree, written, 40, id)
    end
  end
  local before, deleted = before_of(view, id), nil
  if before and tree:kind(before) == "none" then
    before, deleted = tree:previous(before), before
  end
  if before then
    said[#said + 1] = ("was %s (%s)"):format(tell.node(tree, before, 40, id),
      tell.place(tree:mark(before), true))
  end
  if deleted then
    said[#said + 1] = ("deleted (%s)"):format(tell.place(tree:mark(deleted), true))
  end
  return place, table.concat(said, "  ")
end

local FURTHEST = 48 -- a longer line does not push the comments of all others

local function width_of(text, widest)
  local width = utf8.len(text) or #text
  return width <= FURTHEST and math.max(width, widest) or widest
end

--- Adds comments that begin with `sign` to the lines of a format, in two
--- columns.
function M.add(view, lines, sign)
  local parts, widest, second = {}, 0, 0
  for i, line in ipairs(lines) do
    widest = width_of(line.text, widest)
    if line.id then
      local place, rest = parts_of(view, line.id)
      parts[i] = { place, rest }
      second = rest ~= "" and width_of(place, second) or second
    end
  end
  for i, line in ipairs(lines) do
    local part = parts[i]
    local said = part and (tell.pad(part[1], part[2] ~= "" and second or 0)
      .. (part[2] ~= "" and "  " .. part[2] or ""))
    if line.remark then
      said = (said and said .. "  " or "") .. line.remark
      line.remark = nil
    end
    if said then
      line.text = ("%s  %s %s"):format(tell.pad(line.text, widest), sign, said)
    end
  end
end

--- The same as a list for wick.json: an object for each value below `top` and
--- for itself.
function M.list(view, top)
  local json = require "wick.json"
  local tree, out, open = view.tree, {}, { top }
  while #open > 0 do
    local id = table.remove(open)
    local before = before_of(view, id)
    local via = tree:via(id)
    out[#out + 1] = json.object {
      { "key", json.text(view:path(id)) },
      { "mark", json.mark(mark_of(tree, id)) },
      { "via", via and json.mark(via) },
      { "was", before and json.object {
        { "value", json.text(tell.node(tree, before, math.maxinteger, id)) },
        { "mark", json.mark(tree:mark(before)) } } },
    }
    local children = view:children(id)
    for i = #children, 1, -1 do
      open[#open + 1] = children[i]
    end
  end
  return json.list(out)
end

return M
