-- wick.cli.explain.target: how a target resolves, as a table of its candidates.
--
-- May call: the library, target (runs nothing), tell, fail.

local fail = require "wick.fail"
local tell = require "wick.tell"

local M = {}

-- The places of the config that name a target.
local function places_of(config, name)
  local tree, places = config.tree, {}
  for _, id in ipairs(config.components) do
    local target = tree:find(id, "_target_")
    if tree:text(target) == name then
      local mark = tree:mark(target)
      places[#places + 1] = mark
    end
  end
  return places
end

--- What is known of a target: {name, project, found (or nil), verdicts,
--- places}; and the error that ended the search.
function M.look(config, name)
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
  return { name = name, project = project.name, found = found, verdicts = told.verdicts,
    places = places_of(config, name) }, not found and told.answer or nil
end

--- The same as text.
function M.text(told)
  local found, out = told.found, {}
  if found then
    out[1] = ("%s  ->  %s/%s%s%s"):format(told.name, told.project, found.file,
      found.line and ":" .. found.line or "", found.kind and "  " .. found.kind or "")
  else
    out[1] = ("%s  ->  nothing"):format(told.name)
  end
  local widest, files = 0, {}
  for i, verdict in ipairs(told.verdicts) do
    files[i] = fail.quote(verdict.file, 200)
    widest = math.max(widest, utf8.len(files[i]))
  end
  local rule
  for i, verdict in ipairs(told.verdicts) do
    local number = verdict.rule ~= rule and tostring(verdict.rule) or " "
    rule = verdict.rule
    out[#out + 1] = ("  %s  %s  %s"):format(number, tell.pad(files[i], widest),
      verdict.verdict)
    if verdict.note then
      for line in (fail.clean(verdict.note) .. "\n"):gmatch("(.-)\n") do
        out[#out + 1] = "     " .. (" "):rep(widest) .. "  " .. line
      end
    end
  end
  local places = {}
  for i, mark in ipairs(told.places) do
    places[i] = mark.file and fail.quote(mark.file, 200) .. ":" .. mark.line
      or "the command line"
  end
  if #places > 0 then
    out[#out + 1] = "named by  " .. table.concat(places, ", ")
  end
  return table.concat(out, "\n") .. "\n"
end

--- The same as a value for wick.json.
function M.value(told)
  local json = require "wick.json"
  local found, candidates, marks = told.found, {}, {}
  for i, verdict in ipairs(told.verdicts) do
    candidates[i] = json.object {
      { "rule", verdict.rule }, { "file", json.text(verdict.file) },
      { "verdict", json.text(verdict.verdict) },
      { "note", verdict.note and json.text(verdict.note) }, { "chosen", verdict.chosen },
    }
  end
  for i, mark in ipairs(told.places) do
    marks[i] = json.mark(mark)
  end
  return json.object {
    { "target", json.text(told.name) },
    { "file", found and json.text(told.project .. "/" .. found.file) },
    { "line", found and found.line }, { "kind", found and found.kind },
    { "candidates", json.list(candidates) }, { "named_by", json.list(marks) },
  }
end

return M
