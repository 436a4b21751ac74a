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
  local errors, warnings, notes, seen = {}, {}, {}, {}
  for _, id in ipairs(self.components) do
    local target = self.tree:text(self.tree:find(id, "_target_"))
    local before = seen[target]
    if before then
      before.uses = before.uses + 1
    else
      seen[target] = { uses = 0 }
      local project, wrong = self:open_project(id, target)
      if wrong then
        if not wrong.reported then
          wrong.reported = true
          errors[#errors + 1] = wrong
        end
      elseif project then
        local ok, err, doubts, unsure = load.check(project, target)
        if not ok then
          seen[target].err = plan.locate(self, id, err)
          errors[#errors + 1] = err
        end
        for _, warning in ipairs(doubts) do
          warnings[#warnings + 1] = plan.locate(self, id, warning)
        end
        for _, note in ipairs(unsure) do
          notes[#notes + 1] = note
        end
      end
    end
  end
  for _, entry in pairs(seen) do
    if entry.err and entry.uses > 0 then
      entry.err.notes[#entry.err.notes + 1] = ("and %d more use%s of this target"):format(
        entry.uses, entry.uses == 1 and "" or "s")
    end
  end
  return errors, warnings, notes
end

return M
