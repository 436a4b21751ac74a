-- wick.target.files: the files of modules below a root, and what is known of
-- them.  A part of wick.target.
--
-- May call: core, fail, origin, target/project, verdict/plugin.
--
-- A record is what was found out about a module: rel (its name below the root),
-- canonical, file, path, id ("dev:ino"), info, and text and chunk (until it is
-- run); or, of a C plugin, plugin (a checked file), statement (what it states, or
-- nil), stated (the set of its constructors, or nil), stamp (size and time) and
-- entry.  load adds state and value.

local core = require "wick.core"
local fail = require "wick.fail"
local origin = require "wick.origin"
local projects = require "wick.target.project"

local find_string, format, gsub = string.find, string.format, string.gsub
local lower, match = string.lower, string.match
local error, pcall, setmetatable = error, pcall, setmetatable

local failure = projects.failure

local M = {}

-- What a module is called in messages and in package.loaded.
local function canonical(project, rel)
  return rel == "" and project.name or project.name .. "." .. rel
end

-- Reads a file: text and who it is; false when it is absent; nil, err when it
-- is refused.  A file that differs in letter case is absent, and remembered.
local function read(project, file)
  local text, info = project.root:read(file, project.limit, true)
  if text then
    return text, info
  elseif text == false or info.name == "ENOTFOUND" then
    return false
  elseif info.name == "ECASE" then
    project.miscased = info
    return false
  end
  info.module_file = file
  return nil, info
end

-- Whether a file is there, without reading it; nil, err when it is refused.
local function is_there(project, file)
  local text, err = project.root:read(file, 0, true)
  if text or text == nil and err.name == "ESIZE" then
    return true
  elseif text == false or err.name == "ENOTFOUND" or err.name == "ECASE" then
    return false
  end
  err.module_file = file
  return nil, err
end

-- Several files for one name.
local function ambiguous(project, what, files)
  local list = {}
  for i = 1, #files do
    list[i] = project.label .. files[i]
  end
  return failure("EAMBIGUOUS", {
    message = format("%s is provided by more than one file", what),
    notes = { "these files provide it: " .. origin.clean(fail.names, list) },
    helps = { "delete or rename all of them but one" },
    target_label = "ambiguous",
  })
end

-- What is known about a plugin: its file was checked, nothing of it was run.
-- false when there is no such file; nil, err when it is refused.
local function admit_plugin(project, rel, file)
  local name = canonical(project, rel)
  local plugin, info = project.root:plugin(file, project.plugin_limit, name, true)
  if plugin == false then
    return false
  elseif not plugin then
    if info.name == "ECASE" then
      project.miscased = info
      return false
    elseif info.status == 6 or info.name == "EHAZARD" then
      info.target_label = project.label .. file
    end
    info.module_file = file
    return nil, info
  end
  local record = {
    rel = rel,
    canonical = name,
    file = file,
    path = project.base .. file,
    id = info.dev .. ":" .. info.ino .. ":" .. info.entry,
    info = info,
    plugin = plugin,
    stamp = info.stamp,
    entry = info.entry,
    statement = plugin:statement(),
  }
  if record.statement then
    local constructors = record.statement.constructors
    record.stated = {}
    for i = 1, #constructors do
      record.stated[constructors[i].name] = constructors[i]
    end
  elseif project.stated then
    return nil, projects.tell("wick.verdict.plugin", "unstated", project, record)
  end
  return record
end

-- The error of core.compile, said of the module.
local function not_compiled(project, record, err)
  local shown = project.label .. record.file
  if err.name == "ESYNTAX" then
    err.message = format("module `%s` does not compile", record.canonical)
    err.target_label = "loaded because of this target"
    err.target_last = true -- the place to edit is in the module
  elseif err.name == "EBYTECODE" then
    err.marks = {}
    for i = 1, #err.notes do
      err.notes[i] = gsub(err.notes[i], "^the file ", function()
        return shown .. " "
      end)
    end
  end
  err.module_file = record.file
  return err
end

-- What is known about a module whose file was read: it compiles.  nil, err
-- when it does not.
local function admit(project, rel, file, text, info)
  local record = {
    rel = rel,
    canonical = canonical(project, rel),
    file = file,
    path = project.base .. file,
    text = text,
    id = info.dev .. ":" .. info.ino,
    info = info,
  }
  -- Lua calls the message handler of an xpcall around us for errors of its
  -- parser that are no syntax errors; behind a pcall there is none.
  local ok, chunk, err = pcall(core.compile, text, record.path)
  if not ok then
    error(chunk, 0)
  elseif not chunk then
    return nil, not_compiled(project, record, err)
  end
  record.chunk = chunk
  return record
end

-- Whether a listing leaves it open that the folder has this entry.
local function may_have(folder, entry)
  return folder == nil or folder and folder.has[entry] == true
end

-- The folder that an entry is in, and the entry's own name there.
local function split(way)
  local dir, entry = match(way, "^(.*)/([^/]*)$")
  return dir or "", entry or way
end

-- A listed folder.  Its `classes`, what can be a class file by folded name, are
-- made when a class is looked for.
local Folder = {}

function Folder.__index(folder, key)
  if key ~= "classes" then
    return nil
  end
  local classes, names = {}, folder.names
  for i = 1, #names do
    local name = names[i]
    local stem, suffix = match(name, "^([A-Za-z_][A-Za-z0-9_]*)(%.?[a-z]*)$")
    if stem and (suffix == "" or suffix == ".lua" or suffix == ".so") and stem ~= "init" then
      local folded = lower((gsub(stem, "_", "")))
      local entries = classes[folded]
      if entries then
        entries[#entries + 1] = name
      else
        classes[folded] = { name }
      end
    end
  end
  folder.classes = classes
  return classes
end

-- Entries of a folder below the root ("" is the root): {names = a list, has =
-- set of them, classes}; false when there is no such folder; nil, err when it
-- is refused.
local function list(project, dir)
  local folder = project.folders[dir]
  if folder ~= nil then
    return folder
  end
  if dir ~= "" and not project.folds then
    local up, base = split(dir)
    if not may_have(project.folders[up], base) then
      project.folders[dir] = false
      return false
    end
  end
  local names, err = project.root:list(dir)
  project.warm = true
  if not names then
    if err.name ~= "ENOTFOUND" and err.name ~= "ECASE" then
      err.module_file = dir
      return nil, err
    end
    project.folders[dir] = false
    return false
  end
  local has = {}
  for i = 1, #names do
    has[names[i]] = true
  end
  folder = setmetatable({ names = names, has = has }, Folder)
  project.folders[dir] = folder
  return folder
end

-- The listing of a folder where a module is looked for, or nil.  The second
-- module there pays for a listing, which saves each one three probes; a folder
-- that cannot be listed may have anything.
local function listing(project, dir)
  local folder = project.folders[dir]
  if folder == nil and project.visited[dir] == 1 then
    folder = list(project, dir)
  end
  project.visited[dir] = (project.visited[dir] or 0) + 1
  return folder
end

-- The one file of the three that can hold a module: record; false when there
-- is none; nil, err.
local function locate(project, rel)
  local text, info, there, file, err, record
  local files, n = {}, 0
  if rel == "" then
    file = "init.lua"
    text, info = read(project, file)
    if not text then
      return text, info
    end
    return admit(project, rel, file, text, info)
  end
  local stem = gsub(rel, "%.", "/")
  local dir, base = split(stem)
  local folder
  if not project.folds then -- a listing has the folder's spelling, not the name's
    folder = listing(project, dir)
  end
  if may_have(folder, base .. ".lua") then
    text, info = read(project, stem .. ".lua")
    if text then
      n, files[1] = 1, stem .. ".lua"
    elseif text == nil then
      return nil, info
    end
  end
  if may_have(folder, base) then
    file = stem .. "/init.lua"
    if n > 0 then
      there, err = is_there(project, file)
    else
      text, info = read(project, file)
      there, err = text and true, info
    end
    if there then
      n = n + 1
      files[n] = file
    elseif there == nil then
      return nil, err
    end
  end
  if may_have(folder, base .. ".so") then
    file = stem .. ".so"
    if n > 0 then
      there, err = is_there(project, file)
    else
      record, err = admit_plugin(project, rel, file)
      there = record and true or record
    end
    if there then
      n = n + 1
      files[n] = file
    elseif there == nil then
      return nil, err
    end
  end
  if n == 0 then
    return false
  elseif n > 1 then
    return nil, ambiguous(project, "module `" .. canonical(project, rel) .. "`", files)
  elseif record then
    return record
  end
  return admit(project, rel, files[1], text, info)
end

-- Remembers a record, or false, and gives it; what was loaded from this file under
-- laxer rules is used on, now that the file fits those of today.
local function remember(project, rel, record)
  local before = project.unjudged[rel]
  if before and record and before.file == record.file then
    if record.plugin then
      record.plugin:close()
    end
    record, project.unjudged[rel] = before, nil
  end
  project.records[rel] = record
  return record
end

-- The module `rel`, dotted below the root, as locate gives it; remembered.
local function find(project, rel)
  local record = project.records[rel]
  if record ~= nil then
    return record
  end
  local err
  record, err = locate(project, rel)
  if record ~= nil then
    record, project.warm = remember(project, rel, record), true
  end
  return record, err
end

-- The class file for `name` in the folder of module `parent`: record; false
-- when there is none; nil, err.
local function class(project, parent, name)
  local dir = gsub(parent, "%.", "/")
  local folder, err = list(project, dir)
  if not folder then
    return folder, err
  end
  local entries = folder.classes[lower((gsub(name, "_", "")))]
  if not entries then
    return false
  end
  local way = dir == "" and "" or dir .. "/"
  local files, n, found = {}, 0, nil
  for i = 1, #entries do
    local stem, suffix = match(entries[i], "^([^.]*)(.*)$")
    local file = way .. entries[i]
    local there = stem ~= name -- that one is rule 1's
    if there and suffix == "" then
      file = file .. "/init.lua"
      there, err = is_there(project, file)
      if there == nil then
        return nil, err
      end
    end
    if there then
      n = n + 1
      files[n], found = file, stem
    end
  end
  if n == 0 then
    return false
  elseif n > 1 then
    return nil, ambiguous(project, "class `" .. name .. "`", files)
  end
  local rel = parent == "" and found or parent .. "." .. found
  local record = project.records[rel]
  if record then
    return record
  elseif find_string(files[1], "%.so$") then
    record, err = admit_plugin(project, rel, files[1])
  else
    local text, info = read(project, files[1])
    if not text then
      return text, info
    end
    record, err = admit(project, rel, files[1], text, info)
  end
  if record then
    record = remember(project, rel, record)
  end
  return record, err
end

--- The module with this dotted name below the root ("" is the root's own
--- init.lua): a record; false when no file holds it; nil, err.
---@param project table
---@param rel string
---@return table|false|nil record
---@return table? err
function M.find(project, rel)
  local warm = project.warm
  local record, err = find(project, rel)
  if record == false and warm then
    projects.forget(project)
    return find(project, rel)
  end
  return record, err
end

M.list = list
M.class = class
M.cached = find

return M
