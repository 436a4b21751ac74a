-- arrows: which room may use which, kept by looking at `require` and
-- `#include`; and whether the first lines of a Lua file say which it does use.
-- Run from the repository: lua5.4 tests/check/arrows.lua.
-- Silent when all is well; else a line for each arrow that should not be, or is
-- not what the file says.

-- The Lua floor.  Anyone may use the ground; a room of the flow also those to
-- its left; the faces all but the command.
local GROUND = { "core", "origin", "fail", "report", "absent", "tell", "json", "key" }
local FLOW = {
  "read", "compose", "expr", "plan", "evaluate", "show", "explain", "graph", "diff",
  "target", "declare", "check", "load", "build",
}
-- Against the flow, with the reason.
local EXTRA = {
  check = { "load" }, -- load.check reads modules as text and runs none
}
local FACES = { "init", "config", "open" }
-- Files that belong to another's room.
local PART_OF = {
  override = "compose", sigil = "evaluate", unread = "config",
  structure = "evaluate", verdict = "target", raised = "load", failure = "build",
}
local COMMAND = "cli" -- may use all; nothing may use it

-- The C floor: what each room may include besides its own header.
local INCLUDES = {
  fail = {},
  path = { "fail" },
  tree = { "fail", "scalar", "lex" },
  scalar = { "tree" },
  yaml = { "fail", "tree", "scalar", "near" },
  lex = { "fail" },
  keypath = { "fail", "lex" },
  exports = { "lex" },
  chunk = { "fail" },
  elf = { "fail" },
  plugin = { "fail", "path", "elf" },
  outline = { "lex" },
  near = {},
  order = {},
  graft = { "fail", "tree", "scalar", "keypath", "lex", "order", "outline" },
  sandbox = { "fail", "tree", "lex", "chunk", "graft", "order", "outline" },
  core = { "fail", "near", "path", "tree", "scalar", "yaml", "lex", "keypath", "exports", "chunk",
    "graft", "sandbox", "elf", "plugin" },
  main = { "core", "alloc", "embedded", "fail" },
  alloc = {},
  embedded = {},
}
-- Files of a room that are not named ROOM.c or ROOM_part.c.
local PARTS = {
  secret = "fail", name = "path", file = "path", folder = "path", below = "path",
  trust = "path", place = "tree",
  value = "core", statement = "elf",
}
-- Rooms that never see a lua_State.
local WITHOUT_LUA = { "fail", "near", "path", "tree", "scalar", "yaml", "lex", "keypath", "exports",
  "outline", "elf", "plugin" }

local function set(list)
  local s = {}
  for _, name in ipairs(list) do
    s[name] = true
  end
  return s
end

local function files(command)
  local list, pipe = {}, assert(io.popen(command .. " | LC_ALL=C sort"))
  for path in pipe:lines() do
    list[#list + 1] = path
  end
  pipe:close()
  return list
end

local problems = 0
local function problem(path, line, text, ...)
  problems = problems + 1
  print(("%s:%d: " .. text):format(path, line, ...))
end

-- Calls found(line number, match) for each match of a pattern in a file.
local function each(path, pattern, found)
  local n = 0
  for line in io.lines(path) do
    n = n + 1
    for match in line:gmatch(pattern) do
      found(n, match)
    end
  end
end

local allowed = {} -- Lua room -> set of rooms
local so_far = set(GROUND)
for _, room in ipairs(GROUND) do
  allowed[room] = set(GROUND)
end
for _, room in ipairs(FLOW) do
  allowed[room] = {}
  for name in pairs(so_far) do
    allowed[room][name] = true
  end
  for _, name in ipairs(EXTRA[room] or {}) do
    allowed[room][name] = true
  end
  so_far[room] = true
end
for _, room in ipairs(FACES) do
  so_far[room] = true
end
for _, room in ipairs(FACES) do
  allowed[room] = so_far
end

-- Calls found(line number, name) for each room that a file uses: `a/b` for wick.a.b,
-- `a/*` where the end of the name is computed, `the library` for wick itself.
local function each_use(path, found)
  for _, how in ipairs { "require", "room", "tell" } do -- the last two are origin's
    each(path, how .. "%s*%(?%s*[\"']wick%.?([%w_.]*)[\"']", function(n, name)
      found(n, name == "" and "the library" or name:gsub("%.$", ".*"):gsub("%.", "/"))
    end)
  end
end

-- The sentence `May call: a, a/b (why), a/*, the tree.` in a file's first lines: a list
-- of names, and its line; nil when there is none.
--   a, a/b       rooms, each of which the file uses
--   a/*          parts of one, at least one of which it uses
--   the …, a's … what it is handed over, which shows in no `require`
--   every room … whatever the tables above allow
local function sentence_of(path)
  local head, n, at = {}, 0, nil
  for line in io.lines(path) do
    local text = line:match("^%-%-%s?(.*)") or n == 0 and line:match("^#!")
    if not text then
      break
    end
    n = n + 1
    head[n] = text
    at = at or text:find("May call", 1, true) and n
  end
  local said = (table.concat(head, " ") .. " "):match("May call: (.-)%. ")
  local names = {}
  for name in (said or ""):gsub("%b()", ""):gmatch("[^,]+") do
    names[#names + 1] = name:gsub("%s+", " "):match("^ ?(.-) ?$")
  end
  return said and names, at
end

-- Does a file use what it says, and say what it uses?
local function compare(path)
  local names, at = sentence_of(path)
  local own = path:match("^lua/wick/(.*)%.lua$")
  local used, said = { [own] = true }, names and set(names) or {}
  each_use(path, function(n, name)
    local family = name:match("^[^/]+") .. "/*"
    if not names and not used[1] then
      problem(path, n, "the first lines do not say `May call: …`, and this calls `%s`", name)
    elseif names and not said[name] and not (name:find("/", 1, true) and said[family])
      and not (names[1] or ""):find("^every room") and not used[name] then
      problem(path, n, "this calls `%s`, and the sentence `May call: …` does not name it", name)
    end
    used[1], used[name], used[family] = true, true, true
  end)
  for _, name in ipairs(names or {}) do
    if not used[name] and not name:find("^the ") and not name:find("'s ", 1, true)
      and not name:find("^every room") and name ~= "nothing" then
      problem(path, at, "the sentence `May call: …` names `%s`, which nothing here calls", name)
    end
  end
end

for _, path in ipairs(files("find lua/wick -name '*.lua'")) do
  local room = path:match("^lua/wick/([^/.]+)")
  room = PART_OF[room] or room
  compare(path)
  if room ~= COMMAND then
    local may = allowed[room]
    if not may then
      problem(path, 1, "the room `%s` is not in the table of tests/check/arrows.lua", room)
    else
      each_use(path, function(n, name)
        local other = name == "the library" and "init" or name:match("^[^/]+")
        other = PART_OF[other] or other
        if other ~= room and not may[other] then
          problem(path, n, "`%s` may not require `%s`", room, other)
        end
      end)
    end
  end
end

local without = set(WITHOUT_LUA)
for _, path in ipairs(files("find src -name '*.[ch]'")) do
  local stem = path:match("([^/]+)%.[ch]$")
  local room = PARTS[stem] or (INCLUDES[stem] and stem) or stem:match("^([^_]+)_")
  local may = room and INCLUDES[room]
  if not may then
    problem(path, 1, "the room of this file is not in the table of tests/check/arrows.lua")
  else
    may = set(may)
    each(path, "^%s*#%s*include%s*\"([%w_]+)%.h\"", function(n, other)
      other = PARTS[other] or (INCLUDES[other] and other) or other:match("^([^_]+)") or other
      if other ~= room and not may[other] then
        problem(path, n, "`%s` may not include `%s`", room, other)
      end
    end)
    if without[room] then
      each(path, "^%s*#%s*include%s*<(l[ua]%w+%.h)>", function(n, header)
        problem(path, n, "`%s` never sees a lua_State: no <%s>", room, header)
      end)
    end
  end
end

os.exit(problems == 0)
