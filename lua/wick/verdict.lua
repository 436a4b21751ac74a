-- wick.verdict: the words of the resolver: what was tried and why it was not
-- taken.
--
-- May call: core, fail, target (its searches and listings), target/doubts, verdict/*.
-- Loaded
-- when a name leads nowhere or somebody asks; never on the way of a name that is
-- found.

local core = require "wick.core"
local fail = require "wick.fail"
local target = require "wick.target"
local explain = require "wick.verdict.explain"
local words = require "wick.verdict.words"

local find_string, format, gsub = string.find, string.format, string.gsub
local match, rep, sub = string.match, string.rep, string.sub
local concat, next, type = table.concat, next, type

local exported, files_of, fold = words.exported, words.files_of, words.fold
local folder_of, missing_folder, named = words.folder_of, words.missing_folder, words.named

local M = { explain = explain.explain, place = explain.place, names = words.names }

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
  local function leads(guess)
    local search = #guess <= 255 and target.candidates(project, guess)
    return search and search:next() and guess
  end
  local guess = #fail.near(head, { own, "project" }) > 0 and own .. rest
    or rest ~= "" and leads(own .. rest) or leads(own .. "." .. name) or nil
  local help = guess and format("did you mean `%s`?", guess)
    or format("name what the project has, such as `%s.%s`", own, "module.Member")
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
    if err.name == "EUNSAFE" then -- the file or a folder on its way
      return require "wick.target.doubts".place(err, project.label)
    end
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
    return record and words.say_exports(record) or "not found"
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
  if names.stated then
    label = words.say_stated(names)
  elseif #names > 0 then
    label = "this table exports: " .. fail.names(names)
  else
    label = closed and "this table exports nothing" or "what this exports shows only when it runs"
  end
  local err = fail.new("ENOMEMBER", {
    message = format("%s has no member `%s`", what, word),
    marks = { words.mark_return(record, label) },
    target_span = span,
    target_label = "not exported",
  })
  local near = fail.near(word, names)
  if #near > 0 then
    local help = {}
    for i = 1, #near do
      local verdict, byte = "unknown", nil
      if record.text then
        verdict, byte = core.exports(record.text, near[i])
      end
      help[i] = "`" .. near[i] .. "`"
      if i == 1 and verdict == "yes" then
        help.place = format(" (%s%s:%d)", project.label, record.file,
          (core.place(record.text, byte)))
      end
    end
    err.helps[1] = format("did you mean %s?%s", concat(help, " or "), help.place or "")
    err.replacement = sub(search.name, 1, span[1] - 1) .. near[1] .. sub(search.name, span[2] + 1)
  elseif record.plugin then
    err.notes[1] = format("%s%s: %s", project.label, record.file, label)
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
    marks = { words.mark_return(record, "this is " .. said) },
    helps = { format("return a table with the field `%s`", search.last) },
    target_span = search:span(3),
    target_label = "loaded because of this target",
    target_last = true,
  })
end

-- The members that a plugin states of a constructor.
local function members(record, holder)
  local names = { stated = "member of it" }
  for name in next, record.stated do
    if sub(name, 1, #holder + 1) == holder .. "." then
      names[#names + 1] = sub(name, #holder + 2)
    end
  end
  return names
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
      if class.stated and class.stated[holder] then
        names = members(class, holder)
      end
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
      local near = words.near_entries(project, search.parent, last, words.entries_of(project, dir))
      if #near > 0 then
        local name = named(project, search.parent == "" and near[1]
          or search.parent .. "." .. near[1])
        local where = words.holder_of(project, name)
        err.replacement = name
        err.helps[1] = format("did you mean `%s`?%s", name, where and " (" .. where .. ")" or "")
      end
      err.notes[#err.notes + 1] = format("there is no module file for it either: %s",
        concat(files_of(search.rest), ", "))
    end
    return err
  end
  if search.grand and search.grand ~= "" and missing_folder(project, search.parent) then
    local above = target.find(project, search.grand)
    if above and above.stated and above.stated[holder] then
      return no_member(search, above, format("`%s`", named(project, search.parent)), last, span,
        members(above, holder), true)
    elseif above then
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
    words.suggest_module(search, err, before, word, sub(search.rest, #lost + 1))
  else
    words.suggest_module(search, err, search.parent, search.last, "")
  end
  return err
end

return M
