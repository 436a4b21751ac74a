-- wick.cli.explain.target: how a target resolves, as a table of its candidates.
--
-- May call: the library, target, declare, verdict/plugin (which run nothing), json, tell,
-- fail.

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

-- The parameters of a declaration, in order: {name, type, optional, doc, argument}, the
-- last being the place of one that is no option.
local function parameters(declared)
  local list = {}
  local function add(field, argument)
    list[#list + 1] = { name = field.name, type = field.said, optional = field.optional,
      doc = field.doc, argument = argument }
  end
  for i, param in ipairs(declared.params or {}) do
    local fields = param and declared:options(param)
    for _, field in ipairs(fields and fields.list or {}) do
      add(field)
    end
    if param and not fields then
      add(param, i)
    end
  end
  for _, field in ipairs(declared.fields and declared.fields.list or {}) do
    add(field)
  end
  return list
end

-- The lines of what a Lua constructor declares, as those of a plugin's statement.
local function say_declared(told)
  local plugin = require "wick.verdict.plugin"
  local lines, rows = {}, {}
  plugin.columns(lines, "  ", { { told.name:match("[^.]*$"), fail.quote(told.declared.doc, 200) } })
  for i, one in ipairs(told.parameters) do
    rows[i] = { ("%s%s%s: %s"):format(one.argument and ("_args_[%d] "):format(one.argument) or "",
      fail.quote(one.name), one.optional and "?" or "", fail.quote(one.type, 200)),
      fail.quote(one.doc, 200) }
  end
  plugin.columns(lines, "    ", rows)
  return table.concat(lines, "\n")
end

--- What is known of a target: {name, project, found (or nil), verdicts,
--- places, declared (or nil), parameters}; and the error that ended the search.
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
  local declared = found and require "wick.declare".of(project, found)
  return { name = name, project = project.name, found = found, verdicts = told.verdicts,
    places = places_of(config, name), declared = declared,
    parameters = declared and parameters(declared) }, not found and told.answer or nil
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
    local note = verdict.note
    if note and verdict.chosen and told.declared and not told.declared.record.plugin then
      note = note .. "\n" .. say_declared(told)
    end
    if note then
      for line in (fail.clean(note) .. "\n"):gmatch("(.-)\n") do
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
  local declared
  for i, one in ipairs(told.parameters or {}) do
    declared = declared or {}
    declared[i] = json.object {
      { "name", json.text(one.name) }, { "type", json.text(one.type) },
      { "optional", one.optional }, { "doc", json.text(one.doc) },
      { "argument", one.argument },
    }
  end
  return json.object {
    { "target", json.text(told.name) },
    { "file", found and json.text(told.project .. "/" .. found.file) },
    { "line", found and found.line }, { "kind", found and found.kind },
    { "parameters", declared and json.list(declared) },
    { "candidates", json.list(candidates) }, { "named_by", json.list(marks) },
  }
end

return M
