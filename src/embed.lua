-- embed: the Lua rooms as C arrays of bytecode, for the command.
--
--     luahost src/embed.lua build/embedded.c lua/wick/init.lua ...
--
-- The host must be linked with the very liblua that the command gets.  Calls
-- no room of wick: it runs before there is one.

local function fail(message)
  io.stderr:write("embed: ", message, "\n")
  os.exit(1)
end

-- Bytecode without the names of local variables and upvalues, but with its
-- line numbers: a third smaller, and that much sooner loaded.  The layout is
-- that of ldump.c in Lua 5.4.
local function without_names(code)
  local at, kept = 1, {}
  local function skip(n)
    at = at + n
  end
  local function number()
    local value = 0
    while true do
      local byte = code:byte(at)
      at = at + 1
      value = value << 7 | byte & 0x7F
      if byte & 0x80 ~= 0 then
        return value
      end
    end
  end
  local function text()
    local size = number()
    if size > 0 then
      skip(size - 1)
    end
  end
  -- keeps what was passed since `from`
  local function keep(from)
    kept[#kept + 1] = code:sub(from, at - 1)
  end
  local CONSTANT = { [0x03] = 8, [0x13] = 8, [0x00] = 0, [0x01] = 0, [0x11] = 0 }
  local function body()
    local from = at
    text() -- source
    number() -- first line
    number() -- last line
    skip(3) -- parameters, vararg, stack
    skip(number() * 4) -- instructions
    for _ = 1, number() do
      local kind = code:byte(at)
      at = at + 1
      if kind == 0x04 or kind == 0x14 then
        text()
      else
        skip(CONSTANT[kind] or fail("an unknown constant in bytecode"))
      end
    end
    skip(number() * 3) -- upvalues
    local inner = number()
    keep(from)
    for _ = 1, inner do
      body()
    end
    from = at
    skip(number()) -- lines
    for _ = 1, number() do -- lines told absolutely
      number()
      number()
    end
    keep(from)
    for _ = 1, number() do -- local variables
      text()
      number()
      number()
    end
    for _ = 1, number() do -- upvalues
      text()
    end
    kept[#kept + 1] = "\x80\x80" -- none of either
  end
  skip(4 + 1 + 1 + 6 + 3 + 8 + 8 + 1) -- the header, and the count of upvalues
  keep(1)
  body()
  return table.concat(kept)
end

-- The bytecode of a file, with its line numbers.  A `#!` line becomes a
-- comment, so that lines keep their numbers.
local function compile(path, chunk)
  local file, text, problem, code
  file, problem = io.open(path, "rb")
  if not file then
    fail(problem)
  end
  text = file:read("a")
  file:close()
  code, problem = load(text:gsub("^#", "--#", 1), chunk, "t")
  if not code then
    fail(problem)
  end
  code = without_names(string.dump(code, false))
  if not load(code, chunk, "b") then
    fail("cannot shorten the bytecode of " .. path)
  end
  return code
end

-- The bytes as C numbers, 19 in a line at most.
local function array(bytes)
  local lines = {}
  for at = 1, #bytes, 19 do
    lines[#lines + 1] = "  " .. table.concat({ bytes:byte(at, at + 18) }, ",")
  end
  return table.concat(lines, ",\n")
end

local modules = {}
for i = 2, #arg do
  local short = arg[i]:match("^lua/(.+%.lua)$") or fail("not below lua/: " .. arg[i])
  local name = short:gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")
  modules[i - 1] = { name = name, chunk = "=" .. short, bytes = compile(arg[i], "=" .. short) }
end
table.sort(modules, function(a, b)
  return a.name < b.name
end)

local out = {
  "/* made by src/embed.lua; do not edit */",
  '#include "embedded.h"',
}
for i, module in ipairs(modules) do
  out[#out + 1] = ("static const unsigned char m%d[] = {\n%s\n};"):format(i, array(module.bytes))
end
out[#out + 1] = "const wk_Embedded wk_embedded[] = {"
for i, module in ipairs(modules) do
  out[#out + 1] = ('  { "%s", "%s", m%d, sizeof(m%d) },'):format(module.name, module.chunk, i, i)
end
out[#out + 1] = "  { NULL, NULL, NULL, 0 }\n};\n"

local file, problem = io.open(arg[1], "wb")
if not file then
  fail(problem)
end
file:write(table.concat(out, "\n"))
if not file:close() then
  fail("cannot write " .. arg[1])
end
