-- wick.read: bytes -> a document of a tree; a table of the host -> the same.
--
-- The first room of the flow.  May call: fail, core.
--
-- A document is {top = its node, name = as messages show it, folder = absolute,
-- for its relative names, rel = its name below the config root (or nil: not
-- known), text = its source, used = its nodes were given away}.  The documents
-- of one config share a reader, which opens the config root when a document
-- names another one, and reads each file once.

local core = require "wick.core"
local fail = require "wick.fail"

local M = {}

--- What wick.ref and wick.expr make: a string that has a meaning.
M.Node = { __name = "wick.node" }
M.Node.__index = M.Node
M.Node.__tostring = function(node)
  return node.text
end

--- A node with the sigil `prefix`, such as `@` or `$ `.
function M.node(prefix, text)
  return setmetatable({ text = prefix .. text }, M.Node)
end

--- An absolute path: `name` taken relative to the folder `base`.
function M.absolute(base, name)
  if name:sub(1, 1) == "/" then
    return name
  end
  while name:sub(1, 2) == "./" do
    name = name:sub(3)
  end
  return (base == "/" and "" or base) .. "/" .. name
end

local function folder_of(path)
  local folder = path:match("^(.*)/[^/]*$")
  return folder == "" and "/" or folder or "."
end

-- Reads `text` into the tree by the language that the name's end tells.
local function parse(tree, name, text, top)
  if name:match("%.lua$") then
    return nil, fail.new("EUNSUPPORTED", {
      message = "a config written in Lua is not in this version of wick",
      notes = { "`" .. fail.quote(name) .. "` was not read" },
      helps = { "write it as YAML, or load the table from Lua: `wick.load(dofile(path))`" },
    })
  end
  return tree:read(name, text, top)
end

--- Reads the file that the user named (`-`: standard input) into the tree.
--- Gives its document, with `text` its source; or nil and an error.
function M.file(tree, path, limits)
  local text, real = core.file(path, limits["document.bytes"])
  if not text then
    return nil, real
  end
  local name = path == "-" and "standard input" or path
  local top, warnings = parse(tree, name, text, "map")
  if not top then
    return nil, warnings
  end
  local here = core.directory()
  local folder = path == "-" and "." or folder_of(path)
  if folder == "." and here then
    folder = here
  elseif here then
    folder = M.absolute(here, folder)
  elseif real then
    folder = folder_of(real)
  end
  return { top = top, name = name, folder = folder, real = real, warnings = warnings,
    rel = path == "-" and "-" or path:match("[^/]*$"), prefix = path:match("^.*/") or "",
    text = text }
end

--
-- Documents that documents name
--

local Reader = {}
Reader.__index = Reader

--- The reader of a config whose first document is `first`; `options`:
--- config_root (a folder, or nil: that of the first document), backend.
function M.reader(tree, first, limits, options)
  return setmetatable({ tree = tree, first = first, limits = limits, options = options,
    documents = {}, failed = {}, warnings = {} }, Reader)
end

-- Opens the config root, once.  true, or nil and an error.
function Reader:open()
  if not self.root and not self.problem then
    local given = self.options.config_root
    self.root, self.problem = core.root(given or self.first.folder,
      { backend = self.options.backend })
    if self.problem and given then
      local info = core.codes.EFILE
      local err = self.problem
      err.name, err.code, err.kind, err.status = "EFILE", info.code, info.kind, info.status
    end
    self.prefix = given and (given:gsub("/*$", "/")) or self.first.prefix
    if self.root and not given and self.first.rel then
      self.documents[self.first.rel] = self.first
    end
  end
  return self.root and true, self.problem
end

function Reader:close()
  if self.root then
    self.root:close()
    self.root = nil
  end
end

-- The name of a document below the config root, or nil.
local function below(self, doc)
  if doc.placed then
    return doc.rel
  end
  doc.placed = true
  if self.options.config_root or doc ~= self.first then
    local top = self.root:info().path
    local folder = doc.real and folder_of(doc.real) or doc.folder
    if not doc.rel or folder ~= top and folder:sub(1, #top + 1) ~= top:gsub("/*$", "/") then
      doc.rel = nil
    elseif folder ~= top then
      doc.rel = folder:sub(#top + (top == "/" and 1 or 2)) .. "/" .. doc.rel
    end
  end
  return doc.rel
end

--- The name below the config root of what document `doc` calls `name`; `..` is
--- folded.  Or nil and what is wrong: a text.
function Reader:place(doc, name)
  local ok, err = self:open()
  if not ok then
    return nil, err
  end
  if name:sub(1, 1) == "/" then
    return nil, "an absolute path"
  end
  local parts = {}
  local base = below(self, doc)
  if not base then
    return nil, ("`%s` is not below the config root"):format(fail.quote(doc.name, 200))
  end
  for part in (base:gsub("[^/]*$", "") .. name):gmatch("[^/]+") do
    if part == ".." then
      if #parts == 0 then
        return nil, "it leads out of the config root"
      end
      parts[#parts] = nil
    elseif part ~= "." then
      parts[#parts + 1] = part
    end
  end
  return table.concat(parts, "/")
end

--- Reads a file below the config root, each once: its document, whose top may
--- be anything; false when there is none; or nil and an error.
function Reader:read(rel)
  local known = self.documents[rel]
  if known ~= nil then
    return known
  elseif self.failed[rel] then
    return nil, self.failed[rel]
  end
  local text, info = self.root:read(rel, self.limits["document.bytes"], true)
  if text == false then
    self.documents[rel] = false
    return false
  end
  local name, node, warnings = self.prefix .. rel, nil, info
  if text then
    node, warnings = parse(self.tree, name, text, "any")
  end
  if not node then
    self.failed[rel] = warnings
    return nil, warnings
  end
  local folder = rel:match("^(.*)/[^/]*$")
  local base = self.options.config_root and self.root:info().path or self.first.folder
  local doc = { top = node, name = name, rel = rel, placed = true, text = text,
    folder = folder and M.absolute(base, folder) or base }
  self.documents[rel] = doc
  for _, warning in ipairs(warnings) do
    self.warnings[#self.warnings + 1] = warning
  end
  return doc
end

--- The top of a document that is not used up yet.  What was merged gave its
--- nodes away, and is made again from the bytes that were read.
function Reader:fresh(doc)
  if not doc.used then
    doc.used = true
    return doc.top
  end
  return (parse(self.tree, doc.name, doc.text, "any"))
end

--- What is in a folder below the config root: the names that a choice may be,
--- sorted; empty when it is no folder.
function Reader:choices(rel)
  local names, seen = {}, {}
  for _, entry in ipairs(self.root and self.root:list(rel) or {}) do
    local name = entry:match("^(.+)%.ya?ml$") or entry:match("^(.+)%.lua$")
    if name and not seen[name] then
      seen[name] = true
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

--- The folder that relative names in the document of a node are taken from.
--- `config` has folder and, when there is more than one document, folders.
function M.folder(config, id)
  local name, origin = config.tree:source(id)
  if origin ~= "file" then
    return core.directory() or "."
  end
  return config.folders and config.folders[name] or config.folder
end

--- A Lua value as nodes of the tree: strings are plain text, wick.ref and
--- wick.expr are what they say.  `hosts` (or nil: none are allowed) collects
--- functions, userdata and tables with a metatable by their node.  `like` is
--- the node whose mark the new ones get, or nil for a table of the host.
--- `budget.nodes`, if given, is counted down.  Gives the top node, which is
--- linked nowhere, or nil and an error.
function M.graft(tree, value, hosts, like, budget)
  return require "wick.read.graft"(M.Node, tree, value, hosts, like, budget)
end

return M
