-- wick.verdict: the words of the resolver.  What was tried and why it was not
-- taken, what was probably meant, and the list that `explain --target` prints.
--
-- May call: core, fail, target (its searches and listings).  Loaded when a name
-- leads nowhere or somebody asks; never on the way of a name that is found.

local core = require "wick.core"
local fail = require "wick.fail"
local target = require "wick.target"

local find_string, format, gmatch, gsub = string.find, string.format, string.gmatch, string.gsub
local lower, match, rep, sub = string.lower, string.match, string.rep, string.sub
local concat, remove, sort = table.concat, table.remove, table.sort
local tostring, type = tostring, type
local ipairs, next = ipairs, next

local M = {}

local ENTRIES = 2000 -- that names looks at
local TEXTS = 200 -- of modules that are searched for an export
local TEXT_BYTES = 262144 -- of one of them

-- {======================================================
-- Small words
-- =======================================================

-- The canonical name of what is `rel` below the root.
local function named(project, rel)
  return rel == "" and project.name or project.name .. "." .. rel
end

local function folder_of(rel)
  return (gsub(rel, "%.", "/"))
end

-- The files that can hold the module `rel`.
local function files_of(rel)
  if rel == "" then
    return { "init.lua" }
  end
  local stem = folder_of(rel)
  return { stem .. ".lua", stem .. "/init.lua", stem .. ".so" }
end

local function fold(name)
  return lower((gsub(name, "_", "")))
end

local function is_class_name(name)
  return find_string(name, "^_*[A-Z]") ~= nil
end

-- 1412 -> 1,412
local function thousands(n)
  local text, more = tostring(n), nil
  while more ~= 0 do
    text, more = gsub(text, "^(%d+)(%d%d%d)", "%1,%2")
  end
  return text
end

-- The first folder on the way to the module `rel` that is not there, or nil.
local function missing_folder(project, rel)
  local dir = ""
  for part in gmatch(rel, "[^.]+") do
    dir = dir == "" and part or dir .. "/" .. part
    local folder = target.list(project, dir)
    if folder == false then
      return dir
    elseif folder == nil then
      return nil -- refused: that is another story
    end
  end
end

-- The names that a module exports: from its value when it was loaded, else
-- from its text.  Gives them and whether that is all.
local function exported(record)
  local names = {}
  if record.state == "loaded" then
    if type(record.value) == "table" then
      for key in next, record.value do
        if type(key) == "string" then
          names[#names + 1] = key
        end
      end
    end
    return names, true
  end
  local list, closed = core.exports(record.text)
  local seen = {}
  for i = 1, #list do
    if not seen[list[i].name] then
      seen[list[i].name] = true
      names[#names + 1] = list[i].name
    end
  end
  return names, closed
end

local function say_exports(record)
  local names, closed = exported(record)
  if #names > 0 then
    return "exports: " .. fail.names(names)
  end
  return closed and "exports nothing" or "shows what it exports only when it runs"
end

-- The mark on what a module returns.
local function mark_return(record, label)
  local _, _, byte = core.exports(record.text)
  local skipped, word = match(record.text, "^return%s*()([%w_]*)", byte)
  if skipped then
    return fail.mark(record.path, record.text, skipped, #word > 0 and #word or 1, label)
  end
  return fail.mark(record.path, record.text, byte, 1, label)
end

-- }======================================================

-- {======================================================
-- Refusals
-- =======================================================

--- The error of core.name, with its mark as a part of the target.
---@param err table
---@return table err
function M.misnamed(err)
  local mark = err.marks[1]
  if mark then
    err.target_span = { mark.byte, mark.byte + mark.length - 1 }
    err.target_label = mark.label
    err.marks = {}
  end
  return err
end

--- The error for a target that starts with neither `project.` nor NAME.
---@param project table
---@param name string
---@param head string  its first part
---@return table err
function M.outside(project, name, head)
  local own = project.name
  local said = own == "project" and "`project.`" or format("`project.` or `%s.`", own)
  local rest = sub(name, #head + 1)
  local guess, help
  if #fail.near(head, { own, "project" }) > 0 then
    guess = own .. rest
    help = format("did you mean `%s`?", guess)
  else
    guess = own .. "." .. name
    local search = #guess <= 255 and target.candidates(project, guess)
    if search and search:next() then
      help = format("did you mean `%s`?", guess)
    else
      guess = nil
      help = format("name what the project has, such as `%s.%s`", own, "module.Member")
    end
  end
  return fail.new("EPREFIX", {
    message = format("target `%s` is not a name of the project", name),
    notes = { format("a target starts with %s", said) },
    helps = { help },
    target_span = { 1, #head },
    target_label = own == "project" and "not `project`" or format("not `project` or `%s`", own),
    replacement = guess,
  })
end

--- A refusal of a file, said of the target.
---@param search table
---@param err table
---@return table err
function M.refused(search, err)
  local project, stage = search.project, search.stage
  local rel = stage <= 2 and search.rest or stage <= 4 and search.parent or search.grand
  if stage == 5 then
    rel = search.parent
  end
  local file = err.module_file
  err.target_span = search:span(stage)
  if not err.target_label then
    err.target_label = err.status == 5 and "refused" or "this leads to " .. project.label .. file
  end
  if file and not err.said then
    err.said = true
    local shown = "`" .. fail.quote(file) .. "`"
    local from, to = find_string(err.message, shown, 1, true)
    if from then
      local better = err.name == "ESYMLINK" and named(project, rel) or project.label .. file
      err.message = sub(err.message, 1, from) .. better .. sub(err.message, to)
    end
    for i = 1, #err.notes do
      if err.name == "ESYMLINK" and find_string(err.notes[i], " -> ", 1, true) then
        err.notes[i] = project.label .. err.notes[i]
      end
    end
  end
  return err
end

-- }======================================================

-- {======================================================
-- What was meant
-- =======================================================

--- Canonical names of the project's modules, sorted.  At most 2,000 entries of
--- folders are looked at.
---@param project table
---@return string[]
function M.names(project)
  local names, queue, left = {}, { "" }, ENTRIES
  local at = 1
  while queue[at] and left > 0 do
    local rel = queue[at]
    local folder = target.list(project, folder_of(rel))
    at = at + 1
    if folder then
      for entry in next, folder.has do
        left = left - 1
        if left <= 0 then
          break
        end
        local stem, suffix = match(entry, "^([A-Za-z_][A-Za-z0-9_]*)(.*)$")
        local below = stem and (rel == "" and stem or rel .. "." .. stem)
        if entry == "init.lua" then
          names[#names + 1] = named(project, rel)
        elseif suffix == ".lua" then
          names[#names + 1] = named(project, below)
        elseif suffix == "" and stem ~= "init" then
          queue[#queue + 1] = below
        end
      end
    end
  end
  sort(names)
  for i = #names, 2, -1 do
    if names[i] == names[i - 1] then -- x.lua and x/init.lua
      remove(names, i)
    end
  end
  return names
end

-- What a folder has for a target: names of modules and of folders.
local function entries_of(project, dir)
  local folder = target.list(project, dir)
  local names, seen = {}, {}
  for entry in next, folder and folder.has or {} do
    local stem, suffix = match(entry, "^([A-Za-z_][A-Za-z0-9_]*)(.*)$")
    if stem and stem ~= "init" and not seen[stem] and (suffix == ".lua" or suffix == ".so"
      or suffix == "" and target.list(project, dir == "" and stem or dir .. "/" .. stem)) then
      seen[stem] = true
      names[#names + 1] = stem
    end
  end
  return names
end

-- The file that holds a target, and what it does for it; nil when none does.
local function holder_of(project, name)
  local search = target.candidates(project, name)
  local found = search and search:next()
  if not found then
    return nil
  elseif found.rule >= 3 then
    return format("%s%s exports %s", project.label, found.file, found.path[1])
  end
  return project.label .. found.file
end

-- Where in the project something is called `last`: {name, where} or nil.
local function elsewhere(project, last)
  local names, looked = M.names(project), 0
  for i = 1, #names do
    local word = match(names[i], "[^.]*$")
    if fold(word) == fold(last) then
      local parent = match(names[i], "^(.*)%.[^.]*$")
      local name = is_class_name(last) and parent and parent .. "." .. last or names[i]
      local where = holder_of(project, name)
      if where then
        return name, where
      end
    end
  end
  for i = 1, #names do
    if looked == TEXTS then
      break
    end
    local rel = sub(names[i], #project.name + 2)
    for _, file in ipairs(files_of(rel)) do
      local text = match(file, "%.lua$") and project.root:read(file, TEXT_BYTES)
      if text then
        looked = looked + 1
        if core.exports(text, last) == "yes" then
          return names[i] .. "." .. last, format("%s%s exports %s", project.label, file, last)
        end
        break
      end
    end
  end
end

-- What a target calls the module `stem` in a folder: the class that a class file
-- returns, when a class is looked for; else the module.
local function spelled(project, before, stem, wanted)
  if is_class_name(wanted) and not is_class_name(stem) then
    local dir = folder_of(before)
    local file = (dir == "" and "" or dir .. "/") .. stem
    local text = project.root:read(file .. ".lua", TEXT_BYTES)
      or project.root:read(file .. "/init.lua", TEXT_BYTES)
    if text then
      local _, _, byte = core.exports(text)
      local returned = match(text, "^return%s*([%a_][%w_]*)", byte)
      if returned and fold(returned) == fold(stem) then
        return returned
      end
    end
  end
  return stem
end

-- The names of `names` near to `word`, which is looked for in a folder; names
-- of class files are compared as class names are.
local function near_entries(project, before, word, names)
  local near = fail.near(word, names)
  if #near == 0 and is_class_name(word) then
    local folded, back = {}, {}
    for i = 1, #names do
      folded[i] = fold(names[i])
      back[folded[i]] = names[i]
    end
    near = fail.near(fold(word), folded)
    for i = 1, #near do
      near[i] = back[near[i]]
    end
  end
  for i = 1, #near do
    near[i] = spelled(project, before, near[i], word)
  end
  return near
end

-- Fills in the help for a module that is not there: `word` stands in the
-- target after `before` (dotted, below the root) and is not in that folder.
local function suggest_module(search, err, before, word, after)
  local project = search.project
  local names = entries_of(project, folder_of(before))
  local near = near_entries(project, before, word, names)
  if #near > 0 then
    local help = {}
    for i = 1, #near do
      help[i] = "`" .. named(project, before == "" and near[i] or before .. "." .. near[i]) .. "`"
    end
    local whole = named(project, (before == "" and "" or before .. ".") .. near[1] .. after)
    local where = holder_of(project, whole)
    err.replacement = whole
    err.helps[#err.helps + 1] = format("did you mean %s?%s", concat(help, " or "),
      where and " (" .. where .. ")" or "")
    return
  end
  local name, where = elsewhere(project, search.last)
  if name then
    err.replacement = name
    err.helps[#err.helps + 1] = format("did you mean `%s`? (%s)", name, where)
  elseif #names > 0 then
    local dir = before == "" and project.label or project.label .. folder_of(before) .. "/"
    err.notes[#err.notes + 1] = format("%s has: %s", dir, fail.names(names))
  else
    err.helps[#err.helps + 1] = format("write the module %s%s.lua", project.label,
      folder_of(search.class and search.parent ~= "" and search.parent or search.rest))
  end
end

-- }======================================================

-- {======================================================
-- Names that lead nowhere
-- =======================================================

-- The places that were looked at, as the lines of a note.
local function places(search)
  local project = search.project
  local lines, widest = {}, 0
  local function line(rule, left, right)
    lines[#lines + 1] = { rule = rule, left = left, right = right }
    widest = #left > widest and #left or widest
  end
  local function outcome(rel)
    local record = target.find(project, rel)
    return record and say_exports(record) or "not found"
  end
  local lost = missing_folder(project, search.parent)
  local no_folder = lost and format("no folder `%s`", lost)
  line(1, concat(files_of(search.rest), ", "), no_folder or "not found")
  if search.class then
    local dir = search.parent == "" and project.label or folder_of(search.parent) .. "/"
    line(2, format("%s for a class file `%s`", dir, fold(search.last)), no_folder or "not there")
  end
  if search.rest ~= "" then
    line(3, concat(files_of(search.parent), ", "), outcome(search.parent))
  end
  if search.holder then
    line(4, format("%s, for a member `%s` with a method `%s`",
      concat(files_of(search.grand), ", "), search.holder, search.last), outcome(search.grand))
  end
  local note = { format("looked below the project root %s, in this order:",
    fail.quote(project.path, 200)) }
  for i = 1, #lines do
    local l = lines[i]
    note[i + 1] = format("%d  %s%s   %s", l.rule, l.left, rep(" ", widest - #l.left), l.right)
  end
  return concat(note, "\n")
end

-- A module or member that has no such field.  `span` is the field's name in
-- the target.
local function no_member(search, record, what, word, span, names, closed)
  local project = search.project
  local label
  if #names > 0 then
    label = "this table exports: " .. fail.names(names)
  else
    label = closed and "this table exports nothing" or "what this exports shows only when it runs"
  end
  local err = fail.new("ENOMEMBER", {
    message = format("%s has no member `%s`", what, word),
    marks = { mark_return(record, label) },
    target_span = span,
    target_label = "not exported",
  })
  local near = fail.near(word, names)
  if #near > 0 then
    local help = {}
    for i = 1, #near do
      local verdict, byte = core.exports(record.text, near[i])
      help[i] = "`" .. near[i] .. "`"
      if i == 1 and verdict == "yes" then
        help.place = format(" (%s%s:%d)", project.label, record.file,
          (core.place(record.text, byte)))
      end
    end
    err.helps[1] = format("did you mean %s?%s", concat(help, " or "), help.place or "")
    err.replacement = sub(search.name, 1, span[1] - 1) .. near[1] .. sub(search.name, span[2] + 1)
  end
  return err
end

-- A loaded module that is no table has no members at all.
local function no_table(search, record)
  local value = record.value
  local kind = type(value)
  local said = kind == "string" and "a string" or kind == "function" and "a function"
    or kind == "table" and "a table" or "a " .. kind
  return fail.new("ENOEXPORT", {
    message = format("module `%s` returned %s, which has no members", record.canonical, said),
    marks = { mark_return(record, "this is " .. said) },
    helps = { format("return a table with the field `%s`", search.last) },
    target_span = search:span(3),
    target_label = "loaded because of this target",
    target_last = true,
  })
end

-- The error for a name of which a part of the way is there; nil when nothing is.
local function nearly(search)
  local project, last, holder = search.project, search.last, search.holder
  local length = #search.name
  local span = { length - #last + 1, length }
  local vain = search.vain -- what was loaded and did not have it
  local module = target.find(project, search.parent)
  if holder then
    local through = vain and vain.rule == 4 and vain.record
    local member = through and type(through.value) == "table" and through.value[holder]
    if vain and vain.stage == 5 and member == nil then
      member = through.value
    end
    if type(member) == "table" then
      local names = exported { state = "loaded", value = member }
      return no_member(search, through, format("`%s`", named(project, search.parent)), last, span,
        names, true)
    end
    local class = search.class_record
    if not module and class then
      local names, closed = exported(class)
      return no_member(search, class, format("class `%s`", named(project, search.parent)), last,
        span, names, closed)
    end
  end
  if module then
    if module.state == "loaded" and type(module.value) ~= "table" then
      return no_table(search, module)
    end
    local names, closed = exported(module)
    local err = no_member(search, module, format("module `%s`", module.canonical), last, span,
      names, closed)
    local dir = folder_of(search.parent)
    if #err.helps == 0 and (dir == "" or target.list(project, dir)) then
      local near = near_entries(project, search.parent, last, entries_of(project, dir))
      if #near > 0 then
        local name = named(project, search.parent == "" and near[1]
          or search.parent .. "." .. near[1])
        local where = holder_of(project, name)
        err.replacement = name
        err.helps[1] = format("did you mean `%s`?%s", name, where and " (" .. where .. ")" or "")
      end
      err.notes[1] = format("there is no module file for it either: %s",
        concat(files_of(search.rest), ", "))
    end
    return err
  end
  if search.grand and search.grand ~= "" and missing_folder(project, search.parent) then
    local above = target.find(project, search.grand)
    if above then
      local names, closed = exported(above)
      return no_member(search, above, format("module `%s`", above.canonical), holder,
        { span[1] - #holder - 1, span[1] - 2 }, names, closed)
    end
  end
end

--- The error of a search that found nothing.
---@param search table
---@return table err
function M.missing(search)
  local project = search.project
  if project.miscased then
    local err = project.miscased
    search.stage = 1
    err.module_file = err.module_file or folder_of(search.rest)
    err.target_label = "spelled otherwise"
    return M.refused(search, err)
  end
  local err = search.rest ~= "" and nearly(search)
  if err then
    return err
  end
  local rel, lost = search.rest, missing_folder(project, search.parent)
  if lost then
    rel = search.parent
  end
  err = fail.new("ENOTFOUND", {
    message = format("module `%s` not found", named(project, rel)),
    notes = { places(search) },
    target_span = search:span(lost and 3 or 1),
    target_label = "no file provides this module",
  })
  if search.rest == "" then
    err.helps[1] = format("the name of a project alone means %sinit.lua", project.label)
  elseif lost then
    local before, word = match(gsub(lost, "/", "."), "^(.-)%.?([^.]*)$")
    suggest_module(search, err, before, word, sub(search.rest, #lost + 1))
  else
    suggest_module(search, err, search.parent, search.last, "")
  end
  return err
end

-- }======================================================

-- {======================================================
-- Places and explanations
-- =======================================================

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
--- ("function" or "value"), written (the line's text).
---@param found table
---@return table found
function M.place(found)
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
  local seen, words = {}, {}
  for i = 1, #list do
    if not seen[list[i].name] then
      seen[list[i].name] = true
      words[#words + 1] = list[i].name
    end
  end
  return "exports " .. fail.names(words)
end

-- The verdict on one file.  `names` are the fields that matter; `needed`: the
-- file counts only when it has the first of them.
local function look(explanation, project, rule, file, names, needed)
  local list = explanation.verdicts
  local found = explanation.answer
  local verdict = { rule = rule, file = file, chosen = false }
  list[#list + 1] = verdict
  local text, info = project.root:read(file, project.limit)
  if not text then
    if info.name == "ENOTFOUND" then
      verdict.verdict = "no such file"
    else
      verdict.verdict = format("refused[%s]: %s", info.code, info.message)
      verdict.err = info
    end
    return
  end
  local size = format("found: %s bytes, mode %04o, no link on the way", thousands(info.size),
    info.mode)
  verdict.chosen = found.rule == rule and found.file == file
  if find_string(file, "%.so$") then
    verdict.verdict, verdict.note = size, "a C plugin, which this version does not load"
    return
  end
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
    local lost = missing_folder(project, parent)
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
    if is_class_name(holder) then
      look_for_class(explanation, project, 4, search.grand, holder, { holder, last })
    end
    for _, file in ipairs(files_of(search.grand)) do
      look(explanation, project, 4, file, { holder }, true)
    end
  end
  return explanation
end

-- }======================================================

return M
