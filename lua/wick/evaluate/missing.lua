-- wick.evaluate.missing: the error of values that must be given (`???`).  A part
-- of wick.evaluate.
--
-- May call: the tree, fail, core.

local core = require "wick.core"
local fail = require "wick.fail"

--- One error for all of the nodes, which are in document order.
return function(self, nodes)
  local tree, names, marks, words = self.tree, {}, {}, {}
  for i, id in ipairs(nodes) do
    names[i] = core.keytext(tree:segments(id))
    if i <= 3 then
      marks[i] = tree:mark(id, ("`%s`"):format(names[i]))
    end
    if i <= 5 then
      words[i] = names[i] .. "=…"
    end
  end
  local rest = table.move(names, 4, #names, 1, {})
  return fail.new("EMISSING", {
    message = #nodes == 1 and ("the value of `%s` must be given and is not"):format(names[1])
      or ("%d values must be given and are not"):format(#nodes),
    key = names[1],
    marks = marks,
    notes = #rest > 0 and { "also: " .. table.concat(rest, ", ") } or nil,
    helps = { ("give %s: `%s`"):format(#nodes == 1 and "it on the command line"
      or "them on the command line", table.concat(words, " ")) },
    missing = names,
  })
end
