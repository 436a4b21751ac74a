-- wick.cli.explain: how a target resolves, as a table of its candidates.
--
-- May call: the library, target (runs nothing), fail.

local M = {}

local function pad(text, width)
  return text .. (" "):rep(math.max(0, width - utf8.len(text)))
end

--- The answer's text, the error that ended the search (or nil).
function M.target(config, name)
  local fail = require "wick.fail"
  local project, err = config:open_project(nil, name)
  if not project then
    return nil, err or fail.new("EPREFIX", {
      message = ("`%s` is a module that the command line allowed"):format(fail.quote(name)),
      notes = { "it is loaded by Lua's own `require`, not from the project" },
    })
  end
  local told = require "wick.target".explain(project, name)
  local found = not fail.is(told.answer) and told.answer or nil
  if #told.verdicts == 0 then
    return nil, told.answer
  end
  local label = project.name .. "/"
  local out = {}
  if found then
    out[1] = ("%s  ->  %s%s%s%s"):format(name, label, found.file,
      found.line and ":" .. found.line or "", found.kind and "  " .. found.kind or "")
  else
    out[1] = ("%s  ->  nothing"):format(name)
  end
  local widest = 0
  for _, verdict in ipairs(told.verdicts) do
    widest = math.max(widest, utf8.len(verdict.file))
  end
  local rule
  for _, verdict in ipairs(told.verdicts) do
    local number = verdict.rule ~= rule and tostring(verdict.rule) or " "
    rule = verdict.rule
    out[#out + 1] = ("  %s  %s  %s"):format(number, pad(verdict.file, widest), verdict.verdict)
    if verdict.note then
      for line in (verdict.note .. "\n"):gmatch("(.-)\n") do
        out[#out + 1] = "     " .. pad("", widest) .. "  " .. line
      end
    end
  end
  local places = {}
  for _, id in ipairs(config.components) do
    local target = config.tree:find(id, "_target_")
    if config.tree:text(target) == name then
      local mark = config.tree:mark(target)
      places[#places + 1] = mark.file and mark.file .. ":" .. mark.line or "the command line"
    end
  end
  if #places > 0 then
    out[#out + 1] = "named by  " .. table.concat(places, ", ")
  end
  return table.concat(out, "\n") .. "\n", not found and told.answer or nil
end

return M
