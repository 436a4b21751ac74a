-- wick.verdict.words: what the words about names are made of: what a module
-- exports, what a folder has, and what was probably meant.  A part of
-- wick.verdict.
--
-- May call: core, fail, target (its searches and listings).

local core = require "wick.core"
local fail = require "wick.fail"
local target = require "wick.target"

local format, gmatch, gsub = string.format, string.gmatch, string.gsub
local lower, match, sub, upper = string.lower, string.match, string.sub, string.upper
local concat, remove, sort = table.concat, table.remove, table.sort
local ipairs, next, type = ipairs, next, type

local M = {}

local ENTRIES = 2000 -- that names looks at
local TEXTS = 200 -- of modules that are searched for an export
local TEXT_BYTES = 262144 -- of one of them

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

--- Is it the name of the module itself, which may mean what the module returned?
---@param record table
---@param name string
---@return boolean
function M.is_own(record, name)
  return fold(name) == fold(match(record.rel, "[^.]*$"))
end

--- The constructor of a plugin that is called as its file, if it states one.
---@param record table
---@return string? name
function M.own(record)
  for name in next, record.stated do
    if M.is_own(record, name) then
      return name
    end
  end
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
-- from its text; of a plugin what it states, if it states anything (`stated` in
-- the names).  Gives them and whether that is all.
local function exported(record)
  local names = {}
  if record.stated then
    for name in next, record.stated do
      names[#names + 1] = name
    end
    names.stated = "constructor"
    return names, true
  elseif record.plugin and record.state ~= "loaded" then
    return names, false
  elseif record.state == "loaded" then
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

-- What a plugin's statement has.
local function say_stated(names)
  return #names > 0 and "its statement has: " .. fail.names(names)
    or "its statement has no " .. names.stated
end

local function say_exports(record)
  local names, closed = exported(record)
  if #names > 0 then
    return "exports: " .. fail.names(names)
  end
  return closed and "exports nothing" or "shows what it exports only when it runs"
end

-- The mark on what a module returns; nil for a plugin, which has no lines.
local function mark_return(record, label)
  if not record.text then
    return nil
  end
  local _, _, byte = core.exports(record.text)
  local skipped, word = match(record.text, "^return%s*()([%w_]*)", byte)
  if skipped then
    return fail.mark(record.path, record.text, skipped, #word > 0 and #word or 1, label)
  end
  return fail.mark(record.path, record.text, byte, 1, label)
end

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
        elseif suffix == ".lua" or suffix == ".so" then
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
      local name = target.is_class_name(last) and parent and parent .. "." .. last or names[i]
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
      local record = match(file, "%.so$") and target.find(project, rel)
      if text or record then
        looked = looked + 1
        if record and record.stated and record.stated[last]
          or text and core.exports(text, last) == "yes" then
          return names[i] .. "." .. last, format("%s%s exports %s", project.label, file, last)
        end
        break
      end
    end
  end
end

-- What a target calls the module `stem` in a folder: the class that a class file
-- exports or returns, when a class is looked for (or, as rule 2 takes either, the
-- stem in the spelling of classes); else the module.
local function spelled(project, before, stem, wanted)
  if target.is_class_name(wanted) and not target.is_class_name(stem) then
    local dir = folder_of(before)
    local file = (dir == "" and "" or dir .. "/") .. stem
    local text = project.root:read(file .. ".lua", TEXT_BYTES)
      or project.root:read(file .. "/init.lua", TEXT_BYTES)
    local record = not text and target.find(project, before == "" and stem
      or before .. "." .. stem)
    for name in next, record and record.stated or {} do
      if target.is_class_name(name) and fold(name) == fold(stem) then
        return name
      end
    end
    if text then
      local exports, _, byte = core.exports(text)
      for i = 1, #exports do
        if target.is_class_name(exports[i].name) and fold(exports[i].name) == fold(stem) then
          return exports[i].name
        end
      end
      local returned = match(text, "^return%s*([%a_][%w_]*)", byte)
      if returned and fold(returned) == fold(stem) then
        return returned
      end
      return (gsub(gsub("_" .. stem, "_+(%a)", upper), "_", ""))
    end
  end
  return stem
end

-- The names of `names` near to `word`, which is looked for in a folder; names
-- of class files are compared as class names are.
local function near_entries(project, before, word, names)
  local near = fail.near(word, names)
  if #near == 0 and target.is_class_name(word) then
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

M.named = named
M.folder_of = folder_of
M.files_of = files_of
M.fold = fold
M.missing_folder = missing_folder
M.exported = exported
M.say_exports = say_exports
M.say_stated = say_stated
M.mark_return = mark_return
M.entries_of = entries_of
M.holder_of = holder_of
M.near_entries = near_entries
M.suggest_module = suggest_module

return M
