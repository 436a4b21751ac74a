-- wick.declare: the parameters that a constructor declares, and whether what the
-- config hands it fits them.
--
-- May call: the tree, the project (records of modules, as they were found), declare/*,
-- verdict/words, origin.
-- Runs nothing of the project and opens no file: a Lua constructor's parameters are in
-- the comment directly above it, in the text that target has read; a plugin's are in its
-- statement.
--
-- What is not understood is not checked.

local comments = require "wick.declare.comments"
local fits = require "wick.declare.fits"
local origin = require "wick.origin"
local types = require "wick.declare.types"

local getinfo, getlocal, getmetatable = debug.getinfo, debug.getlocal, debug.getmetatable
local concat, find, setmetatable = table.concat, string.find, setmetatable
local ipairs, rawget, type = ipairs, rawget, type
local room, tell = origin.room, origin.tell

local M = {}

-- {======================================================
-- What is declared
-- =======================================================

-- A declaration: record and file (of the module), doc, and params, one for each
-- parameter of the function in order, false where none is declared; or, of a
-- plugin, fields: those of its options.
local Declared = {}
Declared.__index = Declared

--- What a table of options may have that is given as this parameter: a type of kind
--- `fields`; nil when that is not said.
function Declared:options(param)
  if param.fields == nil then
    param.fields = self.comments:options(param.type) or false
  end
  return param.fields or nil
end

-- What the comments of a module declare; nil when that is nothing.
local function comments_of(record)
  if record.comments == nil then
    record.comments = record.text and comments.read(record.text) or false
  end
  return record.comments or nil
end

-- The declaration of the function that begins in a line of a module, whose parameters
-- have these names; nil when there is none.
local function at_line(project, record, line, names)
  local read = comments_of(record)
  local by_name, doc
  if read then
    by_name, doc = read:params(line)
  end
  if not by_name then
    return nil
  end
  local params, any = {}, false
  for i = 1, #names do
    params[i] = by_name[names[i]] or false
    any = any or params[i]
  end
  return any and setmetatable({ record = record, file = project.label .. record.file, doc = doc,
    params = params, comments = read }, Declared) or nil
end

-- The declaration that a plugin states for what a search found; nil when it states no
-- parameter.
local function stated(project, found)
  local record, path = found.record, found.path
  local name = path[2] and path[1] .. "." .. path[2] or path[1]
  local constructor = record.stated[name] or found.optional and record.stated[path[2] or "new"]
    or record.stated[name .. ".new"]
    or found.optional and record.stated[tell("wick.verdict.words", "own", record) or false]
  if not constructor or #constructor.params == 0 then
    return nil
  end
  if not constructor.fields then
    local fields = types.fields()
    for i = 1, #constructor.params do
      local param = constructor.params[i]
      types.add(fields, { name = param.name, optional = param.optional, doc = param.doc,
        said = param.type, type = types.parse(param.type, 1) or types.any })
    end
    constructor.fields = fields
  end
  return setmetatable({ record = record, file = project.label .. record.file,
    doc = constructor.doc, fields = constructor.fields }, Declared)
end

--- What the constructor declares that a search of target's found, told from the text
--- of its module; nil when that is nothing, or the text does not tell.
---@param project table
---@param found table
---@return table? declared
function M.of(project, found)
  local record = found.record
  if record.plugin then
    return record.stated and stated(project, found) or nil
  elseif not comments_of(record) then
    return nil
  end
  local known = record.declared or {}
  record.declared = known
  local name = concat(found.path, ".")
  if known[name] == nil then
    local byte, names = room "wick.declare.find".called(record.text, found.path, found.optional)
    known[name] = byte and at_line(project, record, record.comments:line_of(byte), names) or false
  end
  return known[name] or nil
end

-- The names of a function's parameters behind the first `skipped`.
local function names_of(f, skipped)
  local names = {}
  for i = skipped + 1, getinfo(f, "u").nparams do
    names[#names + 1] = getlocal(f, i)
  end
  return names
end

-- How many arguments a call of the constructor gets that the config does not give; nil
-- when what is called is not called in one of the usual ways.
local function given(constructor)
  local f, kind = constructor.called, constructor.kind
  if kind == "function" then
    return 0
  elseif kind == "method" then
    return 1
  elseif kind == "new" then
    return constructor.call == f and 0 or nil
  end
  local meta = getmetatable(constructor.value)
  return type(meta) == "table" and rawget(meta, "__call") == f and 1 or nil
end

-- What a constructor declares that was loaded: the function that is called tells its
-- own line.
local function of_constructor(project, constructor)
  local record = constructor.declares
  if record.plugin then
    return stated(project, constructor.found)
  end
  local skipped = given(constructor)
  local f = constructor.called
  return skipped and at_line(project, record, getinfo(f, "S").linedefined, names_of(f, skipped))
end

-- }======================================================

-- {======================================================
-- Whether the config fits
-- =======================================================

-- What fits asks of a config; what is built by now is known.
local function question(self)
  local missing = {}
  for i = 1, #self.missing do
    missing[self.missing[i]] = true
  end
  return { tree = self.tree, color = self.color, missing = missing, broken = self.broken,
    objects = self.objects or self.hosts }
end

-- Adds the errors of a component, and says whether something is not known yet.
local function check(self, asked, id, declared, told, errors)
  asked.unsure = false
  local problems = fits.component(asked, id, declared)
  if #problems > 0 then
    local list = tell("wick.declare.words", "errors", self, id, declared, problems,
      told)
    for i = 1, #list do
      errors[#errors + 1] = list[i]
    end
  end
  return asked.unsure
end

--- The errors of components with what they declare: `list` has {id,
--- declared}.
---@param self table
---@param list table[]
---@return table[] errors
function M.check(self, list)
  local asked, told, errors = question(self), {}, {}
  for i = 1, #list do
    check(self, asked, list[i][1], list[i][2], told, errors)
  end
  return errors
end

--- The errors of the components of a plan whose constructors are loaded.  Where values
--- are not known yet, `constructors[id]` becomes the declaration, for late.
---@param self table
---@param plan integer[]
---@param constructors table
---@return table[] errors
function M.plan(self, plan, constructors)
  local asked, told, errors = question(self), {}, {}
  local project = self.project
  for i = 1, project and #plan or 0 do -- none: the config was closed
    local id = plan[i]
    local target = not self.late[id] and self.objects[id] == nil
      and self.tree:find(id, "_target_")
    local constructor = target and constructors[self.tree:text(target)]
    if constructor and constructor.declares then
      if constructor.declared == nil then
        constructor.declared = of_constructor(project, constructor) or false
      end
      if constructor.declared
        and check(self, asked, id, constructor.declared, told, errors) then
        constructors[id] = constructor.declared
      end
    end
  end
  return errors
end

--- The errors of a component that is about to be built, with what was not known
--- before.
---@param self table
---@param id integer
---@param declared table
---@return table[] errors
function M.late(self, id, declared)
  local errors = {}
  check(self, question(self), id, declared, {}, errors)
  return errors
end

-- }======================================================

-- The parameter that gets the options of component `id`, and what it may have.
local function options_of(tree, id, declared)
  if declared.fields then
    return nil, declared.fields
  end
  local list = tree:find(id, "_args_")
  local param = declared.params[list and #tree:children(list) + 1 or 1]
  return param, param and declared:options(param)
end

--- What a constructor reads of a component, by what it declares: a list of nodes,
--- keys of wick's among them; nil when that is all of it.
---@param tree userdata
---@param id integer
---@param declared table
---@return integer[]? read
function M.read(tree, id, declared)
  local _, fields = options_of(tree, id, declared)
  if not fields or fields.open or #fields.rest > 0 then
    return nil
  end
  local read = {}
  for _, child in ipairs(tree:children(id)) do
    local key = tree:key(child)
    if fields.by[key] or type(key) == "string" and find(key, "^_.+_$") then
      read[#read + 1] = child
    end
  end
  return read
end

return M
