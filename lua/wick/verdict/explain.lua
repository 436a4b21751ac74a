-- wick.verdict.explain: where a found constructor is written, and the list that
-- `explain --target` prints.  A part of wick.verdict.
--
-- May call: core, fail, target, target/doubts, verdict/words, verdict/plugin.

local core = require "wick.core"
local fail = require "wick.fail"
local plugins = require "wick.verdict.plugin"
local target = require "wick.target"
local words = require "wick.verdict.words"

local find_string, format, gsub, match = string.find, string.format, string.gsub, string.match
local ipairs, tostring = ipairs, tostring

local files_of, fold, folder_of = words.files_of, words.fold, words.folder_of

local M = {}

-- 1412 -> 1,412
local function thousands(n)
  local text, more = tostring(n), nil
  while more ~= 0 do
    text, more = gsub(text, "^(%d+)(%d%d%d)", "%1,%2")
  end
  return text
end

-- Where in a text a constructor is defined: byte, or nil.
local function definition(text, name)
  local verdict, byte = core.exports(text, name)
  if verdict ~= "yes" then
    return nil
  end
  return byte
end

-- Is what is set at `byte` plainly a function there?
local function is_function(text, byte, name)
  local _, _, line = core.place(text, byte)
  return find_string(line, "function%s+[%w_.:]*" .. name .. "%s*%(") ~= nil
    or find_string(line, name .. "[\"'%]]*%s*=%s*function%f[^%w_]") ~= nil
end

--- Adds to what a search found where its constructor is written: line, kind
--- ("function" or "value"), written (the line's text).  A plugin has no lines;
--- its kind is "C constructor" when it states the constructor, else "C plugin".
---@param found table
---@return table found
function M.place(found)
  if found.record.plugin then
    local stated, path = found.record.stated or {}, found.path
    found.kind = (stated[path[2] and path[1] .. "." .. path[2] or path[1]]
      or found.optional and stated[path[2] or "new"]) and "C constructor" or "C plugin"
    return found
  end
  local text, name = found.text, found.path[1]
  local byte
  if found.path[2] == nil or found.optional then
    byte = definition(text, found.path[2] or name)
    name = byte and (found.path[2] or name) or name
  end
  byte = byte or definition(text, found.path[1])
  if not byte and found.optional then
    name, byte = "new", definition(text, "new")
  end
  if not byte then
    local _, _, at = core.exports(text)
    byte = at
  end
  local line, _, written = core.place(text, byte)
  found.line = line
  found.kind = is_function(text, byte, name) and "function" or "value"
  if found.kind == "value" then -- `M.Name = Name`: its `new` may stand in the text as well
    local _, to = find_string("\n" .. text, "\n[ \t]*function%s+" .. name .. "[.:]new%s*%(")
    if to then
      found.line, _, written = core.place(text, to - 1)
      found.kind = "function"
    end
  end
  found.written = match(written, "^%s*(.-)%s*$")
  return found
end

-- What the text of a module says of a name, for people.
local function say_found(text, names)
  for i = 1, #names do
    local byte = definition(text, names[i])
    if byte then
      return format("exports %s%s", names[i],
        is_function(text, byte, names[i]) and " (function)" or "")
    end
  end
  local list, closed = core.exports(text)
  if #list == 0 then
    return closed and "exports nothing" or "what it exports shows only when it runs"
  end
  local seen, told = {}, {}
  for i = 1, #list do
    if not seen[list[i].name] then
      seen[list[i].name] = true
      told[#told + 1] = list[i].name
    end
  end
  return "exports " .. fail.names(told)
end

-- How large a file is, and who may write it.
local function say_size(info)
  return format("found: %s bytes, mode %04o, no link on the way", thousands(info.size), info.mode)
end

-- Fills in the verdict on a file that is absent or refused.
local function say_refused(verdict, project, err)
  if err.name == "ENOTFOUND" then
    verdict.verdict = "no such file"
    return
  elseif err.name == "EUNSAFE" then
    err = require "wick.target.doubts".place(err, project.label)
  end
  verdict.verdict = format("refused[%s]: %s", err.code, err.message)
  verdict.err = err
end

-- Fills in the verdict on the file of a plugin, as far as it says so itself.
local function look_at_plugin(verdict, project, file, needed, member)
  local rel = gsub(gsub(file, "%.so$", ""), "/", ".")
  local plugin <close>, info = project.root:plugin(file, project.plugin_limit,
    words.named(project, rel))
  if not plugin then
    say_refused(verdict, project, info)
    return
  end
  local note, instead = plugins.look(plugin, needed or nil, member)
  verdict.note = note
  verdict.verdict = instead or say_size(info)
end

-- The verdict on one file.  `names` are the fields that matter; `needed`: the
-- file counts only when it has the first of them.  `names.member`: of that one.
local function look(explanation, project, rule, file, names, needed)
  local list = explanation.verdicts
  local found = explanation.answer
  local verdict = { rule = rule, file = file, chosen = false }
  list[#list + 1] = verdict
  verdict.chosen = found.rule == rule and found.file == file
  if find_string(file, "%.so$") then
    look_at_plugin(verdict, project, file, needed and names[1], names.member)
    return
  end
  local text, info = project.root:read(file, project.limit)
  if not text then
    say_refused(verdict, project, info)
    return
  end
  local size = say_size(info)
  local chunk, err = core.compile(text, project.base .. file)
  if not chunk then
    verdict.verdict, verdict.err = size, err
    verdict.note = format("refused[%s]: %s", err.code,
      err.name == "ESYNTAX" and "does not compile" .. (err.marks[1] and err.marks[1].line
        and format(", line %d: %s", err.marks[1].line, err.marks[1].label) or "") or err.message)
    return
  end
  if needed then
    local says = core.exports(text, names[1])
    if says == "no" then
      verdict.verdict = format("exports nothing called %s", names[1])
      return
    elseif says == "unknown" then
      verdict.verdict = size
      verdict.note = format("text, compiles; whether it exports %s shows only when it runs",
        names[1])
      return
    end
  end
  verdict.verdict, verdict.note = size, "text, compiles; " .. say_found(text, names)
end

-- The verdict on class files in a folder.
local function look_for_class(explanation, project, rule, parent, name, names)
  local dir = folder_of(parent)
  local folder, err = target.list(project, dir)
  local shown = dir == "" and "" or dir .. "/"
  local any = false
  for _, entry in ipairs(folder and folder.classes[fold(name)] or {}) do
    local stem, suffix = match(entry, "^([^.]*)(.*)$")
    local file = shown .. entry .. (suffix == "" and "/init.lua" or "")
    local there = stem ~= name
    if there and suffix == "" then
      local _, problem = project.root:read(file, 0)
      there = not problem or problem.name ~= "ENOTFOUND"
    end
    if there then
      any = true
      look(explanation, project, rule, file, names, false)
    end
  end
  if not any then
    local lost = words.missing_folder(project, parent)
    explanation.verdicts[#explanation.verdicts + 1] = {
      rule = rule,
      file = shown == "" and "./" or shown,
      verdict = err and format("refused[%s]: %s", err.code, err.message)
        or lost and format("no folder `%s`", lost) or format("no class file `%s`", fold(name)),
      chosen = false,
      err = err,
    }
  end
end

--- The answer of the resolver and the verdict on every candidate; goes on
--- where the resolver stops.  Runs nothing.
---@param project table
---@param name string
---@return table explanation  {answer = found or err, verdicts = {...}}
function M.explain(project, name)
  target.forget(project)
  local found, err = target.resolve(project, name)
  local explanation = { answer = found or err, verdicts = {} }
  local search = target.candidates(project, name)
  if not search then
    return explanation
  end
  local last, holder = search.last, search.holder
  for _, file in ipairs(files_of(search.rest)) do
    look(explanation, project, 1, file, { last, "new" }, false)
  end
  if search.class then
    look_for_class(explanation, project, 2, search.parent, last, { last, "new" })
  end
  if search.rest ~= "" then
    for _, file in ipairs(files_of(search.parent)) do
      look(explanation, project, 3, file, { last }, true)
    end
  end
  if holder then
    if target.is_class_name(holder) then
      look_for_class(explanation, project, 4, search.grand, holder, { holder, last })
    end
    for _, file in ipairs(files_of(search.grand)) do
      look(explanation, project, 4, file, { holder, member = last }, true)
    end
  end
  return explanation
end

return M
