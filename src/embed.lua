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
  return string.dump(code, false)
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
