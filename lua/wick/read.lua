-- wick.read: bytes -> a document of a tree; a table of the host -> the same.
--
-- The first room of the flow.  May call: fail, core.

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

--- Reads the file that the user named (`-`: standard input) into the tree.
--- Gives its top node, the folder that its relative names are taken from
--- (absolute), its warnings and its source; or nil and an error.
function M.file(tree, path, limits)
  if path:match("%.lua$") then
    return nil, fail.new("EUNSUPPORTED", {
      message = "a config written in Lua is not in this version of wick",
      notes = { "`" .. fail.quote(path) .. "` was not read" },
      helps = { "write it as YAML, or load the table from Lua: `wick.load(dofile(path))`" },
    })
  end
  local text, real = core.file(path, limits["document.bytes"])
  if not text then
    return nil, real
  end
  local shown = path == "-" and "standard input" or path
  local top, warnings = tree:read(shown, text, "map")
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
  return top, folder, warnings, text
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
