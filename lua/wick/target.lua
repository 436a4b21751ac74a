-- wick.target: a project, and which of its files holds a name.
--
-- May call: core, target/*, verdict (its words for failures).  Runs nothing of the
-- project.
--
-- A search goes through the candidates (see STAGES) one by one, so that load can go
-- on when a module turns out not to have the field.  What was found out about files
-- is kept until a search fails or the project is opened again; a search that fails
-- looks at the files anew before it says so.

local core = require "wick.core"
local files = require "wick.target.files"
local projects = require "wick.target.project"

local find_string, format, gsub, match = string.find, string.format, string.gsub, string.match
local rawget, setmetatable, type = rawget, setmetatable, type

local class, failure, find, list = files.class, projects.failure, files.cached, files.list

local M = {
  open = projects.open,
  watch = projects.watch,
  project = projects.project,
  hold = projects.hold,
  forget = projects.forget,
  tell = projects.tell,
  failure = failure,
  find = files.find,
  list = list,
  -- the names of a first parameter by which `new` is a method, and gets the class
  METHOD = { self = true, cls = true, class = true, _ = true },
}

local Search = {}
Search.__index = Search

-- What a module exports under this name: "yes", "no", "unknown", and the byte
-- where it is set.  A loaded module is asked itself, but not a plugin that
-- states its constructors, and their members: others are none, loaded or not.
-- What it states as `new` may be what it returns.
local function exports(record, name)
  if record.stated then
    if name == "new" and record.stated.new and record.state ~= "loaded" then
      return "unknown"
    end
    return record.stated[name] and "yes" or "no"
  elseif record.state ~= "loaded" then
    if record.plugin then
      return "unknown"
    end
    return core.exports(record.text, name)
  end
  local value = record.value
  return type(value) == "table" and rawget(value, name) ~= nil and "yes" or "no"
end

-- The same for the member `name` of the member `holder`; `whole` when the
-- module itself may be the holder.
local function exports_below(record, holder, name, whole)
  local stated = record.stated
  if stated then
    if stated[holder .. "." .. name] then
      return "yes"
    elseif not (whole and stated[name]) then
      return "no"
    end
    return stated[holder] and "unknown" or "yes" -- is it the module, or a member of it?
  end
  if record.state ~= "loaded" then
    if record.plugin then
      return "unknown"
    end
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

-- What stands before the last dot of a name, and behind it.
local function split(name)
  local before, last = match(name, "^(.*)%.([^.]*)$")
  return before or "", last or name
end

--- Is this how the name of a class is written, such as `MyModel`?
function M.is_class_name(name)
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
    if search.parent == "" or not M.is_class_name(search.holder) then
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

--- The error of a project that is used and was closed.
---@param project table
---@return table err
function M.closed(project)
  return failure("EPROJECT", { message = format("the project `%s` is closed", project.name) })
end

--- A search for what holds a target; runs nothing.
---@param project table
---@param name string  the target as it was written
---@return table? search
---@return table? err
function M.candidates(project, name)
  if not project:is_open() then
    return nil, M.closed(project)
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
    parent, last = split(rest)
  end
  if parent ~= "" then
    grand, holder = split(parent)
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
    class = rest ~= "" and M.is_class_name(last),
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
  local _ <close> = M.hold(project)
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
  local _ <close> = M.hold(project)
  return M.tell("wick.verdict", "explain", project, name)
end

--- Whether a module may declare parameters: a cheap look, to be had before
--- wick.declare is loaded.
---@param record table
---@return boolean
function M.declares(record)
  return record.stated ~= nil
    or record.text ~= nil and find_string(record.text, "@param", 1, true) ~= nil
end

--- Canonical names of the project's modules, for near names: at most 2,000
--- entries of folders are looked at.
---@param project table
---@return string[]
function M.names(project)
  local _ <close> = M.hold(project)
  return project:is_open() and M.tell("wick.verdict", "names", project) or {}
end

--- How many doubts there are about who may write what was opened of the project.
---@param project table
---@return integer
function M.doubted(project)
  local _ <close> = M.hold(project)
  return project:is_open() and project.root:doubted() or 0
end

--- Who else may write what was opened of the project, as root:doubts tells it.
---@param project table
---@param above boolean?
---@return table[] doubts
function M.doubts(project, above)
  local _ <close> = M.hold(project)
  return project:is_open() and project.root:doubts(above) or {}
end

function projects.Project:resolve(name)
  return M.resolve(self, name)
end

return M
