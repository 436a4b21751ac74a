-- wick.open: the flow from bytes to values: read, compose, evaluate.
--
-- A face.  May call: every room of the flow up to evaluate.
--
-- The config that goes through it: tree, limits, options, overrides, hosts (node
-- -> value of the host program), documents, reader, errors, warnings, patches;
-- then top, folder and folders; composed, the number of nodes there are then; and
-- what evaluate adds.

local core = require "wick.core"
local fail = require "wick.fail"
local read = require "wick.read"

local find = string.find

local M = {}

-- Is the table a list of paths, not a config?
local function is_list_of_paths(source)
  for _, item in ipairs(source) do
    if type(item) ~= "string" then
      return false
    end
  end
  return type(source[1]) == "string"
end

local function read_host(self, source)
  local top, err = read.graft(self.tree, source, self.hosts, nil, nil)
  if not top then
    return nil, err
  end
  if self.tree:kind(top) ~= "map" then
    return nil, fail.new("EDOCUMENT", {
      message = self.tree:kind(top) == "list" and "a config is a map, and this table is a list"
        or "a config is a plain table, and this one has a metatable",
      marks = { { host = true, label = "" } },
    })
  end
  -- what it names is looked for below the config root, or where we are
  self.reader.first = { top = top, name = "table", folder = core.directory() or ".", prefix = "",
    rel = "", placed = true }
  return self.reader.first
end

-- Reads the documents that the caller names; all of them, whatever fails.
local function read_documents(self, source)
  local errors, documents = self.errors, self.documents
  if type(source) == "table" and not is_list_of_paths(source) then
    local err
    documents[1], err = read_host(self, source)
    errors[1] = err
    return #errors == 0
  end
  for _, path in ipairs(type(source) == "table" and source or { source }) do
    local doc, err = read.file(self.reader, path)
    if doc then
      documents[#documents + 1] = doc
      table.move(doc.warnings, 1, #doc.warnings, #self.warnings + 1, self.warnings)
    else
      errors[#errors + 1] = err
    end
  end
  return #errors == 0
end

-- What an untrusted config may not do without the caller's word.
local function check_trust(self)
  if self.options.untrusted and not self.options.project then
    self.errors[1] = fail.new("EPROJECT", {
      message = "an untrusted config does not choose its own project",
      status = 2,
      notes = { "with `--untrusted` the config's own `project` is not read" },
      helps = { "name the project's folder: `--project DIR`" },
    })
  end
  return #self.errors == 0
end

-- Whether the words of the call can be read: else nothing is.  Most are plain.
local function check_overrides(self)
  local overrides = self.overrides
  for n = 1, #overrides do
    local word = overrides[n]
    if type(word) ~= "string" or not find(word, "^[%a_][%w_.]*=[^%[{\"']") then
      self.errors = require "wick.override".misread(self.overrides, self.limits)
      return #self.errors == 0
    end
  end
  return true
end

-- Reads, composes and evaluates; false when an error ended it.
local function flow(self, source, known)
  local after = self.options.after
  if not check_overrides(self) then
    return false
  end
  self.reader = read.reader(self.tree, self.limits, self.options, known)
  if not check_trust(self) or not read_documents(self, source) then
    return false
  end
  local first = self.documents[1]
  self.folder, self.top = first.folder, first.top
  if #self.documents > 1 then
    self.folders = {}
    for _, doc in ipairs(self.documents) do
      self.folders[doc.name] = doc.folder
    end
  end
  if after == "read" then
    return true
  end
  if not require "wick.compose".run(self) then
    return false
  end
  table.move(self.reader.warnings, 1, #self.reader.warnings, #self.warnings + 1, self.warnings)
  for name, doc in pairs(self.reader.included) do
    self.folders = self.folders or { [first.name] = first.folder }
    self.folders[name] = self.folders[name] or doc.folder
  end
  self.composed = self.tree:size() -- what is younger, evaluation made
  if after == "compose" then
    self.tree:composed(self.top)
    return true
  end
  local state = require "wick.evaluate".run(self)
  self.late, self.components, self.disabled = state.late, state.components, state.disabled
  self.color, self.reads, self.missing = state.color, state.reads, state.missing
  self.lacking, self.broken = state.lacking, state.broken
  self.budget, self.errors = state.budget, state.errors
  if after == "check" then
    local ok, told, notes = self:check()
    self.errors = not ok and told.errors or self.errors
    self.checked = ok and { warnings = told, notes = notes }
  end
  return #self.errors == 0
end

-- While a config is read most of what is made stays, so that looking for garbage
-- as often as ever, in as small steps, would take more time than all the rest of
-- a large one.
local Restored = { __close = function(guard)
  collectgarbage("setpause", guard.pause)
  collectgarbage("setstepmul", guard.stepmul)
end }

local function fewer_collections()
  return setmetatable({ pause = collectgarbage("setpause", 400),
    stepmul = collectgarbage("setstepmul", 400) }, Restored)
end

--- What wick.load does; `known` (or nil) is the reader of a config whose files are
--- not read again.
function M.open(source, overrides, options, known)
  local limits = core.limits
  if options.limits then
    limits = {}
    for name, deflt in pairs(core.limits) do
      limits[name] = options.limits[name] or deflt
    end
  end
  local self = setmetatable({
    tree = core.tree(limits),
    limits = limits,
    options = options,
    source = source,
    hosts = {},
    overrides = overrides,
    documents = {},
    errors = {},
    warnings = {},
    patches = {},
    built = {},
    underway = {}, -- what is being built -> the coroutine that does
    asked = {}, -- the same nodes, in their order
    borrowed = {},
    handles = {}, -- what functions of `_partial_` have: see build/partial
    doubted = {},
    lent = setmetatable({}, { __mode = "k" }),
    project = false, -- these two have their place, so that setting them takes no memory
    project_error = false,
  }, require "wick.config")
  local ok
  do
    local _ <close> = fewer_collections()
    ok = flow(self, source, known)
  end
  if self.reader then
    self.reader:close()
  end
  if not ok then
    if self.project then -- check opened it
      self.project:close(self)
      self.project = false
    end
    return nil, fail.all(self.errors)
  end
  self.objects = {}
  for id, value in pairs(self.hosts) do
    self.objects[id] = value
  end
  return self
end

return M
