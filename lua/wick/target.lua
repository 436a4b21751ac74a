-- wick.target: a project, and which of its files holds a name.
--
-- May call: core, fail, origin, verdict (its words for failures).  Runs nothing
-- of the project.
--
-- A search goes through the candidates of design 3 one by one, so that load
-- can go on when a module turns out not to have the field.  What was found out
-- about files is kept until a search fails or the project is opened again; a
-- search that fails looks at the files anew before it says so.

local core = require "wick.core"
local fail = require "wick.fail"
local origin = require "wick.origin"

local find_string, format, gsub = string.find, string.format, string.gsub
local lower, match = string.lower, string.match
local error, next, pcall, rawget, require = error, next, pcall, rawget, require
local setmetatable, type = setmetatable, type

local M = {}

--- The open projects by NAME.
M.open = {}
--- What load wants to know: opened() when the first project opens, closing(p)
--- before a project closes, closed() when the last one did.
M.watch = { opened = function() end, closing = function() end, closed = function() end }

local shared = {} -- "dev:ino" of a root -> {refs, inodes}, for all projects of it

-- {======================================================
-- Words, which only a failure needs
-- =======================================================

local function tell(room, name, ...)
  return require(room)[name](...)
end

--- Calls a function of a room that is loaded when it is first needed, with Lua
--- as it was when wick was opened: modules may have changed it since.
---@param room string
---@param name string
---@return any ...
function M.tell(room, name, ...)
  return origin.clean(tell, room, name, ...)
end

--- An error of wick.fail, made in the same way.
---@param name string
---@param fields table
---@return table err
function M.failure(name, fields)
  return origin.clean(fail.new, name, fields)
end

local failure = M.failure

local function quote(text)
  return origin.clean(fail.quote, text, 200)
end

-- The last component of a path, for messages.
local function label_of(text)
  local last = match(text, "([^/]*)$")
  return (find_string(last, "[^%w._-]") and quote(last) or last) .. "/"
end

-- }======================================================

-- {======================================================
-- Projects
-- =======================================================

local Project = { __name = "wick.Project" }
Project.__index = Project

function Project.__close(project)
  project:close()
end

function Project.__tostring(project)
  return "wick.Project (" .. project.name .. ", " .. project.path .. ")"
end

-- Can a target start with this text?
local function is_name(text)
  return type(text) == "string" and #text <= 64 and text ~= "init"
    and find_string(text, "^[A-Za-z_][A-Za-z0-9_]*$") ~= nil
end

-- The name that a folder gives to its project: `dir` as it was written, `real`
-- as the system knows it.
local function name_of(dir, real)
  local last = match(dir, "([^/]*)/*$")
  if last == "" or last == "." or last == ".." then
    last = match(real, "([^/]*)/*$")
  end
  return is_name(last) and last or "project"
end

--- Drops what was found out about files that are not loaded.
---@param project table
function M.forget(project)
  local records = {}
  for rel, record in next, project.records do
    if record and record.state then
      records[rel] = record
    end
  end
  project.records, project.folders, project.warm = records, {}, false
end

-- EPROJECT, unless the name is free for a project.
local function check_name(name, dir)
  if not is_name(name) then
    return failure("EPROJECT", {
      message = format("`%s` cannot be the name of a project", quote(name)),
      notes = {
        "a project's name is a Lua identifier of at most 64 bytes and not `init`: "
          .. "[A-Za-z_][A-Za-z0-9_]*",
      },
    })
  elseif origin.standard[name] or origin.taken(name) then
    local what = origin.standard[name] and "a standard library of Lua" or "a loaded module"
    return failure("EPROJECT", {
      message = format("the project cannot be called `%s`, %s has that name", name, what),
      helps = { format("give it another name: `my_%s=%s`", name, quote(dir)) },
    })
  end
end

--- Opens a project.  The same folder under the same name is one project, which
--- lives until it was closed as often as it was opened.
---@param dir string
--- `written` is how the caller's text names it, when `dir` was made absolute.
---@param options? {name?: string, backend?: string, limits?: table, written?: string}
---@return table? project
---@return table? err
function M.project(dir, options)
  options = options or {}
  local root, err = core.root(dir, { backend = options.backend })
  if not root then
    return nil, err
  end
  local info = root:info()
  local name, written = options.name, options.written or dir
  if name == nil then
    name = name_of(written, info.path)
  end
  local key = info.dev .. ":" .. info.ino
  local limit = options.limits and options.limits["module.bytes"]
  local project = M.open[name]
  if project and project.key == key then
    root:close()
    project.refs = project.refs + 1
    project.limit = limit or project.limit
    M.forget(project)
    return project
  end
  if project then
    err = failure("EPROJECT", {
      message = format("two open projects are called `%s`", name),
      notes = {
        format("`%s` is %s, and was to be %s as well", name, quote(project.path), quote(info.path)),
      },
      helps = { format("give one of them another name: `my_%s=%s`", name, quote(written)) },
    })
  else
    err = check_name(name, written)
  end
  if err then
    root:close()
    return nil, err
  end
  local same = shared[key] or { refs = 0, inodes = {} }
  shared[key], same.refs = same, same.refs + 1
  project = setmetatable({
    name = name,
    path = info.path,
    root = root,
    key = key,
    base = info.path == "/" and "/" or info.path .. "/", -- of chunk names
    label = label_of(info.path), -- of files, in notes
    folds = info.folds,
    limit = limit or core.limits["module.bytes"],
    refs = 1,
    inodes = same.inodes, -- "dev:ino" -> the record that was loaded from it
    sources = {}, -- chunk names of modules of this root
    placed = {}, -- canonical name -> what load put into package.loaded
    constructors = {}, -- target -> what load.constructor found
    records = {}, -- dotted name below the root -> record, or false
    folders = {}, -- folder -> its entries, or false
    warm = false, -- is there anything in the two?
  }, Project)
  M.open[name] = project
  if next(M.open) == name and next(M.open, name) == nil then
    M.watch.opened()
  end
  return project
end

--- Closes the project, when it was opened no more often than closed.  Its
--- modules leave package.loaded.  Closing once more is harmless.
function Project:close()
  if self.refs == 0 then
    return
  end
  self.refs = self.refs - 1
  if self.refs > 0 then
    return
  end
  M.watch.closing(self)
  M.open[self.name] = nil
  local same = shared[self.key]
  same.refs = same.refs - 1
  if same.refs == 0 then
    shared[self.key] = nil
  end
  self.constructors, self.records, self.folders, self.inodes = {}, {}, {}, {}
  self.root:close()
  if next(M.open) == nil then
    M.watch.closed()
  end
end

-- }======================================================

-- {======================================================
-- Files of modules
-- =======================================================

-- What a module is called in messages and in package.loaded.
local function canonical(project, rel)
  return rel == "" and project.name or project.name .. "." .. rel
end

-- Reads a file: text and who it is; false when it is absent; nil, err when it
-- is refused.  A file that differs in letter case is absent, and remembered.
local function read(project, file)
  local text, info = project.root:read(file, project.limit)
  if text then
    return text, info
  elseif info.name == "ENOTFOUND" then
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
  local text, err = project.root:read(file, 0)
  if text or err.name == "ESIZE" then
    return true
  elseif err.name == "ENOTFOUND" or err.name == "ECASE" then
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

-- A file that wick cannot load yet.
local function plugin(project, file)
  return failure("EPLUGIN", {
    message = "C plugins are not in this version of wick",
    notes = { format("this name leads to %s%s, a C plugin", project.label, file) },
    target_label = "a C plugin",
    module_file = file,
  })
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

-- Entries of a folder below the root ("" is the root): {has = set of names,
-- classes = folded name -> entries}; false when there is no such folder; nil,
-- err when it is refused.
local function list(project, dir)
  local folder = project.folders[dir]
  if folder ~= nil then
    return folder
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
  local has, classes = {}, {}
  for i = 1, #names do
    local name = names[i]
    local stem, suffix = match(name, "^([A-Za-z_][A-Za-z0-9_]*)(%.?[a-z]*)$")
    has[name] = true
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
  folder = { has = has, classes = classes }
  project.folders[dir] = folder
  return folder
end

-- Whether a listing leaves it open that the folder has this entry.
local function may_have(folder, entry)
  return folder == nil or folder and folder.has[entry] == true
end

-- The one file of the three that can hold a module: record; false when there
-- is none; nil, err.
local function locate(project, rel)
  local text, info, there, file, err
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
  local dir, base = match(stem, "^(.-)/?([^/]*)$")
  local folder = project.folders[dir]
  if project.folds then
    folder = nil -- a listing has the spelling of the folder, not of the name
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
    there, err = is_there(project, stem .. ".so")
    if there then
      n = n + 1
      files[n] = stem .. ".so"
    elseif there == nil then
      return nil, err
    end
  end
  if n == 0 then
    return false
  elseif n > 1 then
    return nil, ambiguous(project, "module `" .. canonical(project, rel) .. "`", files)
  elseif not text then
    return nil, plugin(project, files[1])
  end
  return admit(project, rel, files[1], text, info)
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
    project.records[rel], project.warm = record, true
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
  elseif find_string(files[1], "%.so$") then
    return nil, plugin(project, files[1])
  end
  local rel = parent == "" and found or parent .. "." .. found
  local record = project.records[rel]
  if record then
    return record
  end
  local text, info = read(project, files[1])
  if not text then
    return text, info
  end
  record, err = admit(project, rel, files[1], text, info)
  if record then
    project.records[rel] = record
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
    M.forget(project)
    return find(project, rel)
  end
  return record, err
end

M.list = list

-- }======================================================

-- {======================================================
-- Names
-- =======================================================

local Search = {}
Search.__index = Search

-- What a module exports under this name: "yes", "no", "unknown", and the byte
-- where it is set.  A loaded module is asked itself.
local function exports(record, name)
  if record.state ~= "loaded" then
    return core.exports(record.text, name)
  end
  local value = record.value
  return type(value) == "table" and rawget(value, name) ~= nil and "yes" or "no"
end

-- The same for the member `name` of the member `holder`; `whole` when the
-- module itself may be the holder.
local function exports_below(record, holder, name, whole)
  if record.state ~= "loaded" then
    local verdict = core.exports(record.text, holder)
    if verdict == "no" then
      return whole and core.exports(record.text, name) or "no"
    end
    return "unknown"
  end
  local value = record.value
  local member = type(value) == "table" and rawget(value, holder)
  if member == nil and whole then
    member = value
  end
  return type(member) == "table" and rawget(member, name) ~= nil and "yes" or "no"
end

local function is_class_name(name)
  return find_string(name, "^_*[A-Z]") ~= nil
end

local function candidate(search, rule, record, first, second, optional, verdict)
  return {
    name = search.name,
    canonical = record.canonical,
    file = record.file,
    rule = rule,
    path = { first, second },
    optional = optional, -- may the first field be left out?
    exports = verdict,
    uncertain = verdict == "unknown",
    text = record.text,
    record = record,
    stage = search.stage,
  }
end

-- The stages of a search, each: candidate | false or nil | nil, err.
local STAGES = {
  -- 1: the name is a module
  function(search, project)
    if search.class and not project.folds then
      list(project, (gsub(search.parent, "%.", "/"))) -- saves three probes for each class
    end
    local record, err = find(project, search.rest)
    return record and candidate(search, 1, record, search.last, nil, true), err
  end,
  -- 2: the name is a class, which has a file
  function(search, project)
    if not search.class then
      return false
    end
    local record, err = class(project, search.parent, search.last)
    return record and candidate(search, 2, record, search.last, nil, true), err
  end,
  -- 3: the name is a member of a module
  function(search, project)
    if search.rest == "" then
      return false
    end
    local record, err = find(project, search.parent)
    local verdict = record and exports(record, search.last) or "no"
    return verdict ~= "no" and candidate(search, 3, record, search.last, nil, false, verdict), err
  end,
  -- 4: the name is a member of a module's field of the module's own name ...
  function(search, project)
    if search.parent == "" then
      return false
    end
    local record, err = find(project, search.parent)
    local verdict = record and exports_below(record, search.holder, search.last) or "no"
    return verdict ~= "no"
      and candidate(search, 4, record, search.holder, search.last, false, verdict), err
  end,
  -- ... a member of a class that has a file ...
  function(search, project)
    if search.parent == "" or not is_class_name(search.holder) then
      return false
    end
    local record, err = class(project, search.grand, search.holder)
    search.class_record = record
    local verdict = record and exports_below(record, search.holder, search.last, true) or "no"
    return verdict ~= "no"
      and candidate(search, 4, record, search.holder, search.last, true, verdict), err
  end,
  -- ... a member of a member of a module
  function(search, project)
    if search.parent == "" then
      return false
    end
    local record, err = find(project, search.grand)
    local verdict = record and exports_below(record, search.holder, search.last) or "no"
    return verdict ~= "no"
      and candidate(search, 4, record, search.holder, search.last, false, verdict), err
  end,
}

--- The part of the target, in bytes from 1, that names the module which the
--- search's stage looks for.
---@param stage integer
---@return table span
function Search:span(stage)
  local stop = #self.name
  if stage > 2 then
    stop = stop - #self.last - 1
  end
  if stage > 5 then
    stop = stop - #self.holder - 1
  end
  return { 1, stop }
end

--- The next candidate; false when there is none left; nil, err when one exists
--- and is refused, which ends the search.
---@return table|false|nil candidate
---@return table? err
function Search:next()
  local project = self.project
  while self.stage < #STAGES do
    self.stage = self.stage + 1
    local found, err = STAGES[self.stage](self, project)
    if found then
      return found
    elseif err then
      self.stopped = err
      return nil, M.tell("wick.verdict", "refused", self, err)
    end
  end
  if self.again then
    return false
  end
  M.forget(project)
  self.again, self.stage = true, 0
  return self:next()
end

--- The error of a search that came to its end.  `record` is the module that
--- was loaded in vain, if any.
---@return table err
function Search:fail()
  return M.tell("wick.verdict", "missing", self)
end

--- A search for what holds a target; runs nothing.
---@param project table
---@param name string  the target as it was written
---@return table? search
---@return table? err
function M.candidates(project, name)
  if project.refs == 0 then
    return nil, failure("EPROJECT", {
      message = format("the project `%s` is closed", project.name),
    })
  elseif type(name) ~= "string" then
    return nil, failure("ETARGET", {
      message = format("a target is text, not a %s", type(name)),
    })
  end
  local ok, err = core.name(name)
  if not ok then
    return nil, M.tell("wick.verdict", "misnamed", err)
  end
  local head, rest = match(name, "^([^.]*)%.?(.*)$")
  if head ~= "project" and head ~= project.name then
    return nil, M.tell("wick.verdict", "outside", project, name, head)
  end
  local parent, last, grand, holder = "", project.name, "", nil
  if rest ~= "" then
    parent, last = match(rest, "^(.-)%.?([^.]*)$")
  end
  if parent ~= "" then
    grand, holder = match(parent, "^(.-)%.?([^.]*)$")
  end
  project.miscased = nil
  return setmetatable({
    project = project,
    name = name,
    rest = rest, -- a.b.Name
    parent = parent, -- a.b
    last = last, -- Name
    grand = grand, -- a
    holder = holder, -- b
    class = rest ~= "" and is_class_name(last),
    again = not project.warm,
    stage = 0,
  }, Search)
end

--- Which file holds a target; runs nothing.  In rules 3 and 4 the text may
--- leave it open whether the module has the field; then `uncertain` is set.
---@param project table
---@param name string
---@return table? found
---@return table? err
function M.resolve(project, name)
  local search, err = M.candidates(project, name)
  if not search then
    return nil, err
  end
  local found
  found, err = search:next()
  if found then
    return M.tell("wick.verdict", "place", found)
  end
  return nil, err or search:fail()
end

--- What resolve says, and what became of every candidate.
---@param project table
---@param name string
---@return table explanation  {answer =, verdicts = {{rule, file, verdict, note, chosen}, ...}}
function M.explain(project, name)
  return M.tell("wick.verdict", "explain", project, name)
end

--- Canonical names of the project's modules, for near names: at most 2,000
--- entries of folders are looked at.
---@param project table
---@return string[]
function M.names(project)
  return M.tell("wick.verdict", "names", project)
end

function Project:resolve(name)
  return M.resolve(self, name)
end

-- }======================================================

return M
