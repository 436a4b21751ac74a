-- wick.evaluate.missing: values that must be given (`???`).  A part of
-- wick.evaluate.
--
-- May call: the tree, tell, fail.

local fail = require "wick.fail"
local tell = require "wick.tell"

local M = {}

-- What must be written for them: those that references lead to, each once.
local function written(self, nodes)
  local list, there = {}, {}
  for _, id in ipairs(nodes) do
    id = self.lacking[id] or id
    if not there[id] then
      there[id] = true
      list[#list + 1] = id
    end
  end
  table.sort(list)
  return list
end

--- One error for all of the nodes.
function M.error(self, nodes)
  local tree, names, marks, words = self.tree, {}, {}, {}
  nodes = written(self, nodes)
  for i, id in ipairs(nodes) do
    names[i] = tell.path(tree, id)
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

--- A reference to what must be given must be given itself: the node `id`, whose
--- `???` are those (`missing`) of what it refers to.
function M.refer(self, id, missing)
  local _, own = self.tree:sigils(id)
  for i, at in ipairs(own or {}) do
    self.missing[at], self.lacking[at] = true, self.lacking[missing[i]] or missing[i]
  end
end

--- The error of those that were needed for evaluating.
function M.wanted(self)
  local list = {}
  for id in pairs(self.wanted) do
    list[#list + 1] = id
  end
  table.sort(list)
  local err = M.error(self, list)
  self.errors[#self.errors + 1] = err
  self.place[err] = list[1]
end

return M
