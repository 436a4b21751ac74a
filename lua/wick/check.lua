-- wick.check: would it work?  Every name resolves, every module compiles;
-- nothing of the project is run.
--
-- May call: evaluate's state, plan (where an error is told), target (as text).

local plan = require "wick.plan"

local M = {}

--- Checks the targets of all components.  Gives errors, warnings, and notes
--- (texts): what only a run can tell.
function M.targets(self)
  local load = require "wick.load"
  local seen, phase, warnings, notes, errors = {}, {}, {}, {}, plan.gather(self)
  for _, id in ipairs(self.components) do
    local target = self.tree:text(self.tree:find(id, "_target_"))
    if seen[target] == nil then
      seen[target] = false
      local project, wrong = self:open_project(id, target)
      if wrong then
        seen[target] = wrong
        errors:add(wrong)
      elseif project then
        local ok, err, doubts, unsure = load.check(project, target, phase)
        if not ok then
          seen[target] = err
          errors:add(err, id)
        end
        for _, warning in ipairs(doubts) do
          warnings[#warnings + 1] = plan.locate(self, id, warning)
        end
        for _, note in ipairs(unsure) do
          notes[#notes + 1] = note
        end
      end
    elseif seen[target] then
      errors:add(seen[target])
    end
  end
  local list = errors:done()
  if #self.missing > 0 then
    table.insert(list, 1, require "wick.evaluate.missing"(self, self.missing))
  end
  return list, warnings, notes
end

return M
