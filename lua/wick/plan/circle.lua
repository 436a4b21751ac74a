-- wick.plan.circle: values that need each other, told.  A part of wick.plan.
--
-- May call: the tree, tell, fail.

local fail = require "wick.fail"
local path_of = require "wick.tell".path

local M = {}

--- The error of a chain of nodes, each of which needs the next, the last the
--- first.  `edges[i]` is the node that says so (default: the node itself).
function M.error(self, chain, edges)
  local tree = self.tree
  local names, marks = {}, {}
  for i, id in ipairs(chain) do
    names[i] = path_of(tree, id)
  end
  for i = 1, math.min(3, #chain) do
    local place = edges and edges[i] or chain[i]
    local label = ("%d. `%s` needs `%s`%s"):format(i, names[i], names[i % #chain + 1],
      i == #chain and " again" or "")
    if #chain == 1 then
      local holder = tree:is(place, "sigil") and tree:follow(place, self.top)
      label = holder and holder ~= place and ("it is in `%s`"):format(path_of(tree, holder))
        or "it needs itself"
    end
    marks[i] = tree:mark(place, label, tree:kind(place) == "map" and "key" or nil)
  end
  local whole = table.move(names, 1, #names, 1, {})
  whole[#whole + 1] = names[1]
  local shown = whole
  if #whole > 40 then
    shown = table.move(whole, 1, 20, 1, {})
    shown[21] = ("… %d more …"):format(#whole - 30)
    table.move(whole, #whole - 9, #whole, 22, shown)
  end
  return fail.new("ECYCLE", {
    message = #chain == 1 and "this value refers to itself"
      or "these values refer to each other in a circle",
    key = names[1],
    marks = marks,
    chain = whole,
    notes = #chain > 3 and { "the circle: " .. table.concat(shown, " -> ") } or nil,
    helps = { #chain == 1 and "replace it with a literal value"
      or "replace one of them with a literal value" },
  })
end

-- The node inside `from` that refers to the object `to`.
function M.edge(self, from, to)
  local open = { from }
  while #open > 0 do
    local id = table.remove(open)
    if id ~= from and (id == to or self.tree:object(id) == to) then
      return id
    end
    local children = self.tree:children(id)
    for i = #children, 1, -1 do
      open[#open + 1] = children[i]
    end
  end
  return from
end

return M
