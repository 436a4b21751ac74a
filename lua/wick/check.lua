-- wick.check: would it work?  Every name resolves, every module compiles;
-- nothing of the project is run.
--
-- May call: evaluate's state, evaluate/missing, plan (where an error is told), target,
-- load (as text), declare.

local plan = require "wick.plan"

local M = {}

local FAILED = 3 -- evaluate's color of a node that has an error

-- Checks the targets of all components whose target is known, and their options where
-- those are declared.  Gives errors, warnings, and notes (texts): what only a run can
-- tell.
local function check_targets(self)
  local load = require "wick.load"
  local seen, phase, warnings, notes, errors = {}, {}, {}, {}, plan.gather(self)
  local declared, declaring = {}, {} -- what a target declares; components with theirs
  local own = not self.options.project and self.tree:find(self.top, "project")
  if own and self.color[own] == FAILED then
    return {}, warnings, notes
  end
  for _, id in ipairs(self.components) do
    local name = self.tree:find(id, "_target_")
    local target = self.tree:kind(name) == "string" and self.tree:text(name)
    if not target or self.color[name] == FAILED then
      goto told
    elseif seen[target] == nil then
      seen[target] = false
      local project, wrong = self:open_project(id, target)
      if wrong then
        seen[target] = wrong
        errors:add(wrong)
      elseif project then
        local ok, err, doubts, unsure, found = load.check(project, target, phase)
        if not ok then
          seen[target] = err
          errors:add(err, id)
        elseif require "wick.target".declares(found.record) then
          declared[target] = require "wick.declare".of(project, found)
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
    if declared[target] then
      declaring[#declaring + 1] = { id, declared[target] }
    end
    ::told::
  end
  local list = errors:done()
  if #declaring > 0 then
    local wrong = require "wick.declare".check(self, declaring)
    table.move(wrong, 1, #wrong, #list + 1, list)
  end
  return list, warnings, notes
end

--- Checks a config, which may have failed in evaluate: what does not depend on
--- that is checked all the same.  Gives all errors, the warnings, and the notes.
function M.all(self)
  local errors = {}
  if #self.missing > 0 then
    errors[1] = require "wick.evaluate.missing".error(self, self.missing)
  end
  for _, err in ipairs(self.errors) do
    if err.name ~= "EMISSING" then -- those are among the missing
      errors[#errors + 1] = err
    end
  end
  local wrong, doubts, notes = check_targets(self)
  table.move(wrong, 1, #wrong, #errors + 1, errors)
  local warnings = table.move(self.warnings, 1, #self.warnings, 1, {})
  table.move(doubts, 1, #doubts, #warnings + 1, warnings)
  doubts = self:doubts(true)
  table.move(doubts, 1, #doubts, #warnings + 1, warnings)
  return errors, warnings, notes
end

return M
