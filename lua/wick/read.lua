-- wick.read: bytes -> a document of a tree; a table of the host -> the same.
--
-- The first room of the flow.  May call: read/*, fail, core.
--
-- A document is {top = its node, name = as messages show it, folder = absolute,
-- for its relative names, rel = its name below the config root (or nil: not
-- known), text = its source, used = its nodes were given away}.  The documents
-- of one config share a reader, which opens the config root when a document
-- names another one, and reads each file once.

local core = require "wick.core"
local fail = require "wick.fail"

local M = {}

--- What wick.ref, wick.target and the like make, for tables of the host: {text}
--- with a sigil, {target, options}, or {operator, value}.
M.Node = { __name = "wick.node" }

M.Node.__tostring = function(node)
  return rawget(node, "text") or rawget(node, "target") or rawget(node, "operator")
end

M.Node.__call = function(node, options)
  if not rawget(node, "target") or rawget(node, "options") then
    error("attempt to call a wick node", 2)
  elseif type(options) ~= "table" then
    error(("the options of a target are a table, and this is a %s"):format(type(options)), 2)
  end
  return setmetatable({ target = node.target, options = options }, M.Node)
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

-- Reads the text of a document by the language that its name's end tells; gives
-- its top node and its warnings, or nil and an error.
local function parse(reader, doc, text, top)
  if doc.name:match("%.lua$") then
    return require "wick.read.lua".read(reader, doc, text, top)
  end
  return reader.tree:read(doc.name, text, top)
end

-- A document that cannot be read: what helps.
local function refused(err, limits)
  if err.name == "ESYMLINK" then -- below the config root, not that of a project
    for i, note in ipairs(err.notes) do
      err.notes[i] = note:gsub("below the project root", "below the config root")
    end
    err.helps = { "copy the file, or name the one that it leads to" }
  elseif err.name == "ESIZE" then
    local size = math.tointeger((err.notes[1] or ""):match("^it has (%d+) bytes"))
    err.helps[#err.helps + 1] = ("raise the limit once: --limit document.bytes=%d"):format(
      size or limits["document.bytes"] * 2)
  end
  return err
end

-- A folder that the user named: helps when one config alone can be meant.
local function help_in_folder(err, path)
  local root = err.name == "EFILE" and core.root(path, { trust_modes = true }) -- only listed
  local found = {}
  for _, name in ipairs(root and root:list("") or {}) do
    found[#found + 1] = name:match("^.+%.ya?ml$")
  end
  if root then
    root:close()
  end
  if #found == 1 then
    err.helps[1] = ("did you mean `%s`?"):format(fail.quote(path:gsub("/*$", "/") .. found[1], 200))
  end
end

--- Reads the file that the user named (`-`: standard input).  The first one is
--- the reader's first document.  Gives the document, with `text` its source; or
--- nil and an error.
function M.file(reader, path)
  local named = reader.named[path]
  local text, real
  if named then
    text, real = named[1], named[2]
  else
    text, real = core.file(path, reader.limits["document.bytes"])
  end
  if not text then
    help_in_folder(real, path)
    return nil, refused(real, reader.limits)
  end
  reader.named[path] = { text, real }
  local here = core.directory()
  local folder = path == "-" and "." or folder_of(path)
  if folder == "." and here then
    folder = here
  elseif here then
    folder = M.absolute(here, folder)
  elseif real then
    folder = folder_of(real)
  end
  local doc = { name = path == "-" and "standard input" or path, folder = folder, real = real,
    rel = path == "-" and "-" or path:match("[^/]*$"), prefix = path:match("^.*/") or "",
    text = text }
  reader.first = reader.first or doc
  local top, warnings = parse(reader, doc, text, "map")
  if not top then
    return nil, warnings
  end
  doc.top, doc.warnings = top, warnings
  return doc
end

--
-- Documents that documents name
--

local Reader = {}
Reader.__index = Reader

--- The reader of a config, whose `first` document is set when it is read;
--- `options`: config_root (a folder, or nil: that of the first document), backend,
--- untrusted.  `included`: document's name -> what Lua configs included.  `known`
--- (or nil) is another reader whose bytes are taken where it has them.
function M.reader(tree, limits, options, known)
  return setmetatable({ tree = tree, limits = limits, options = options, documents = {},
    failed = {}, texts = known and known.texts or {}, named = known and known.named or {},
    included = {}, warnings = {} }, Reader)
end

-- Opens the config root, once.  true, or nil and an error.
function Reader:open()
  if not self.root and not self.problem then
    local given = self.options.config_root
    self.root, self.problem = core.root(given or self.first.folder,
      { backend = self.options.backend, strict = self.options.strict,
        trust_modes = self.options.trust_modes })
    if self.problem and given and self.problem.name ~= "EUNSAFE" then
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
  local base = below(self, doc)
  if not base then
    return nil, ("`%s` is not below the config root"):format(fail.quote(doc.name, 200))
  elseif not name:find("./", 1, true) and not name:find("//", 1, true) then
    local folder = base:match("^.*/")
    return folder and folder .. name or name
  end
  local parts = {}
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

--- The text of a file below the config root, each read once; false when there is
--- none; or nil and an error.
function Reader:text(rel)
  local text, err = self.texts[rel], nil
  if text == nil then
    text, err = self.root:read(rel, self.limits["document.bytes"], true, true)
    self.texts[rel] = text
  end
  return text, err
end

--- The document of a file below the config root, not yet parsed.
function Reader:document(rel)
  local folder = rel:match("^(.*)/[^/]*$")
  local base = self.options.config_root and self.root:info().path or self.first.folder
  return { name = self.prefix .. rel, rel = rel, placed = true,
    folder = folder and M.absolute(base, folder) or base }
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
  local text, err = self:text(rel)
  if text == false then
    self.documents[rel] = false
    return false
  end
  local doc, warnings = self:document(rel), err
  if text then
    doc.text = text
    doc.top, warnings = parse(self, doc, text, "any")
  end
  if not doc.top then
    warnings = text and warnings or refused(warnings, self.limits)
    self.failed[rel] = warnings
    return nil, warnings
  end
  self.documents[rel] = doc
  for _, warning in ipairs(warnings) do
    self.warnings[#self.warnings + 1] = warning
  end
  return doc
end

--- The top of a document that is not used up yet; or nil and an error.  What was
--- merged gave its nodes away, and is made again from the bytes that were read.
function Reader:fresh(doc)
  if not doc.used then
    doc.used = true
    return doc.top
  end
  local top, err = parse(self, doc, doc.text, "any")
  if not top then
    return nil, err
  end
  return top
end

--- What is in a folder below the config root: the names that a choice may be, or
--- the `whole` names of files, sorted; empty when it is no folder.
function Reader:choices(rel, whole)
  local names, seen = {}, {}
  for _, entry in ipairs(self.root and self.root:list(rel) or {}) do
    local name = entry:match("^(.+)%.ya?ml$") or entry:match("^(.+)%.lua$")
    if name and not seen[whole and entry or name] then
      seen[whole and entry or name] = true
      names[#names + 1] = whole and entry or name
    end
  end
  table.sort(names)
  return names
end

--- Folders with choices whose names are near that of the folder `rel`, which has
--- none, beside it.
function Reader:near_folders(rel)
  local above, name = rel:match("^(.*/)([^/]*)$")
  above, name = above or "", name or rel
  local near = {}
  for _, other in ipairs(fail.near(name, self.root and self.root:list(above:sub(1, -2)) or {})) do
    if self:choices(above .. other)[1] then
      near[#near + 1] = other
    end
  end
  return near
end

--- The files in the folder of `rel` whose names without their ends are near it, and
--- all files there.
function Reader:near(rel)
  local names, stems, by_stem = self:choices(rel:match("^(.*)/[^/]*$") or "", true), {}, {}
  for i, name in ipairs(names) do
    stems[i] = name:gsub("%.%w+$", "")
    by_stem[stems[i]] = name
  end
  local near = fail.near((rel:match("[^/]*$"):gsub("%.%w+$", "")), stems)
  for i, stem in ipairs(near) do
    near[i] = by_stem[stem]
  end
  return near, names
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

--- A Lua value as nodes of the tree: strings are plain text, wick.ref and the
--- like are what they say.  `hosts` (or nil: none are allowed) collects
--- functions, userdata and tables with a metatable by their node.  `like` is
--- the node whose mark the new ones get, or nil for a table of the host.
--- `budget.nodes`, if given, is counted down.  Gives the top node, which is
--- linked nowhere, or nil and an error.
function M.graft(tree, value, hosts, like, budget)
  local node, made = tree:graft(value, M.Node, hosts, like, budget and budget.nodes)
  if budget then
    budget.nodes = node and budget.nodes - made or made.name == "EBUDGET" and 0 or budget.nodes
  end
  return node, made
end

return M
