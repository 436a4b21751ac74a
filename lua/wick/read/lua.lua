-- wick.read.lua: a config written in Lua -> a document.  A part of wick.read.
--
-- May call: the reader, the tree, fail.
--
-- C runs the config in a state of its own, within budgets (src/sandbox.h), and
-- asks here for what comes from outside: other Lua configs below the config
-- root, and variables of the environment.

local fail = require "wick.fail"

local M = {}

--- The names that a Lua config has: its own, and those it has from Lua.
M.own = { "append", "copy", "delete", "env", "expr", "include", "null", "ref", "replace",
  "target" }
M.taken = { "assert", "error", "ipairs", "math", "next", "pairs", "select", "string", "tonumber",
  "tostring", "type" }

--- All of them.
function M.names()
  local names = table.move(M.own, 1, #M.own, 1, {})
  return table.move(M.taken, 1, #M.taken, #names + 1, names)
end

local OTHERWISE = {
  os = "the environment is read by `env(\"NAME\", \"default\")`",
  io = "a config reads no files, but for other configs: `include \"other.lua\"`",
  table = "a list grows by `list[#list + 1] = value`",
  print = "a config prints nothing; `wick show` prints what it gives",
  pcall = "an error ends the config; `wick` tells it with its place",
}
OTHERWISE.xpcall = OTHERWISE.pcall
for _, name in ipairs { "require", "dofile", "loadfile", "load", "package" } do
  OTHERWISE[name] = "another config is read by `include \"other.lua\"`"
end

-- What of Lua's libraries a config lacks, by the words of Lua's message.
local LACKING = {}
for _, name in ipairs { "find", "match", "gmatch", "gsub" } do
  LACKING[name] = "a Lua config has no patterns: the functions of `string` are byte, char, "
    .. "format, len, lower, rep, reverse, sub and upper"
end
for _, name in ipairs { "random", "randomseed" } do
  LACKING[name] = "a config gives the same each time: let a constructor take a `seed`"
end

-- Adds to an error what the config could have written.
local function advise(err)
  if err.unknown then
    local near = fail.near(err.unknown, M.names())
    if OTHERWISE[err.unknown] then
      err.helps[1] = OTHERWISE[err.unknown]
    elseif near[1] then
      err.helps[1] = ("did you mean `%s`?"):format(near[1])
    else
      err.notes[1] = "a Lua config has " .. table.concat(M.own, ", ")
      err.notes[2] = "and of Lua " .. table.concat(M.taken, ", ")
    end
  elseif err.name == "ERAISED" and err.cause then
    local name = err.cause:match("nil value %(%l+ '(%l+)'%)$")
    err.helps[#err.helps + 1] = LACKING[name]
  end
end

-- What `include "name"` in the document `doc` gives: text and document's name.
local function include(reader, doc, name)
  local rel, problem = reader:place(doc, name)
  if not rel then
    return nil, fail.is(problem) and problem or fail.new("EESCAPE", {
      message = ("`%s` lies outside the config root"):format(fail.quote(name)),
      notes = { problem, ("the config root is %s"):format(
        fail.quote(reader.root and reader.root:info().path or "not there", 300)) },
      helps = { "keep all documents below it, or name a higher one: `--config-root DIR`" },
    })
  end
  local text, err = reader:text(rel)
  if text then
    return text, rel
  elseif err then
    return nil, err
  end
  local names = {}
  for _, entry in ipairs(reader:choices(rel:match("^(.*)/[^/]*$") or "", true)) do
    names[#names + 1] = entry:match("%.lua$") and entry
  end
  local near = fail.near(rel:match("[^/]*$"), names)
  local folder = (reader.prefix .. rel):match("^(.*/)[^/]*$") or "./"
  return nil, fail.new("EINCLUDE", {
    message = ("included file `%s` not found"):format(fail.quote(rel, 200)),
    notes = { #names == 0 and ("there is no Lua config in %s"):format(fail.quote(folder, 200))
      or not near[1] and ("%s has: %s"):format(fail.quote(folder, 200), fail.names(names)) or nil },
    helps = { near[1] and ("did you mean `%s%s`?"):format(name:match("^(.*/)") or "",
      near[1]) },
  })
end

--- Runs a config: gives its top node and its warnings, or nil and an error.
--- `top`: what it may be, as for tree:read.
function M.read(reader, doc, text, top)
  if reader.options.untrusted then
    return nil, fail.new("EUNTRUSTED", {
      message = "an untrusted config is not run, and this one is written in Lua",
      marks = { fail.mark(doc.name, text, 1, 1) },
      notes = { "a Lua config is a program; its budgets are no wall around who means harm" },
      helps = { "write it as YAML, or leave out `--untrusted` for what you have read" },
    })
  end
  local documents = { [doc.name] = doc }
  local node, err = reader.tree:lua(doc.name, text, {
    top = top,
    env = os.getenv,
    include = function(name, from)
      local bytes, rel = include(reader, documents[from], name)
      if not bytes then
        return nil, rel
      end
      local other = reader:document(rel)
      documents[other.name], reader.included[other.name] = other, other
      return bytes, other.name
    end,
  })
  if not node then
    advise(err)
    return nil, err
  end
  return node, err
end

return M
