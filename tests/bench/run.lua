-- bench: what wick costs, as ratios within one run.
--
--     make bench
--
-- Only the ratios mean something on another machine.  A peer that is not
-- there is skipped, and said so.

local ROUNDS = 25
local WICK, SPAWN, YAML = "build/bin/wick", "build/tests/spawn_bench", "build/tests/yaml_bench"
local OPEN, PLUGIN = "build/tests/open_bench", "build/tests/plugin_bench"

local function exists(path)
  local file = io.open(path, "rb")
  return file and file:close()
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  assert(file:close())
end

local function shell(command)
  assert(os.execute(command), command)
end

local pipe = assert(io.popen("mktemp -d"))
local dir = assert(pipe:read("l"))
pipe:close()
pipe = assert(io.popen("pwd"))
local here = assert(pipe:read("l"))
pipe:close()

-- Runs the peers {name, command} interleaved; gives {name -> figures}.
local function measure(rounds, peers)
  local words = {}
  for i, peer in ipairs(peers) do
    words[i] = ("'%s' %s"):format(peer[1], peer[2])
  end
  local out = assert(io.popen(("%s %d %s"):format(SPAWN, rounds, table.concat(words, " -- "))))
  local figures = {}
  for line in out:lines() do
    local name, status, min, median, kib = line:match("^(.-)\t(%d+)\t(%d+)\t(%d+)\t(%d+)$")
    figures[name] = { status = tonumber(status), min = tonumber(min),
      median = tonumber(median), kib = tonumber(kib) }
  end
  assert(out:close(), "spawn_bench failed")
  return figures
end

-- 30 components of 10 modules, each with a reference to the one before it:
-- as a config, and as the program that a patient person would write.
local function generate()
  shell(("mkdir -p '%s/parts'"):format(dir))
  for m = 1, 10 do
    write(("%s/parts/part%d.lua"):format(dir, m), ([[
-- Part number %d: remembers its options and counts what is before it.

local Part = {}
Part.__index = Part

function Part.new(options)
  assert(type(options.size) == "number", "no size")
  assert(type(options.name) == "string", "no name")
  local before = options.before
  return setmetatable({
    size = options.size,
    name = options.name,
    rate = options.rate,
    items = options.items,
    before = before,
    total = options.size + (before and before.total or 0),
  }, Part)
end

function Part:check()
  assert(self.total == 465, "wrong total")
end

return { Part = Part }
]]):format(m))
  end
  local yaml, lua = { "project: parts/\n\nparts:" }, {
    ("package.path = '%s/?.lua'"):format(dir),
  }
  for m = 1, 10 do
    lua[#lua + 1] = ("local part%d = require 'parts.part%d'"):format(m, m)
  end
  for i = 1, 30 do
    local m = (i - 1) % 10 + 1
    yaml[#yaml + 1] = ([[
  c%d:
    _target_: parts.part%d.Part
    size: %d
    name: part number %d
    rate: %.2f
    items: [1, two, 3.5, true]%s]]):format(i, m, i, i, i / 100,
      i > 1 and ('\n    before: "@parts.c%d"'):format(i - 1) or "")
    lua[#lua + 1] = ("local c%d = part%d.Part.new { size = %d, name = 'part number %d', "
      .. "rate = %.2f, items = { 1, 'two', 3.5, true }%s }"):format(i, m, i, i, i / 100,
      i > 1 and (", before = c%d"):format(i - 1) or "")
  end
  yaml[#yaml + 1] = '\nrun: "$ @parts.c30:check()"\n'
  lua[#lua + 1] = "c30:check()\n"
  write(dir .. "/config.yaml", table.concat(yaml, "\n"))
  write(dir .. "/program.lua", table.concat(lua, "\n"))
end

local function section(title)
  print("\n" .. title)
end

-- What was meant to be reached, and what was: {name, figure, goal, format}.
local goals = {}

local function goal(name, figure, most, format)
  goals[#goals + 1] = { name, figure, most, format or "%.2fx" }
end

-- Runs a program, prints what it prints, and gives it; nil when it fails.
local function watch(command)
  io.stdout:flush()
  local out, lines = assert(io.popen(command)), {}
  for line in out:lines() do
    print(line)
    lines[#lines + 1] = line
  end
  if not out:close() then
    print("  FAILED: " .. command)
    return nil
  end
  return table.concat(lines, "\n") .. "\n"
end

section("YAML to a tree with marks, against a bare libyaml event loop")
if exists(YAML) then
  local said, most = watch(YAML), 0
  for ratio in (said or ""):gmatch("%d ms +[%d.]+ ms +([%d.]+)") do
    most = math.max(most, tonumber(ratio))
  end
  goal("YAML to a tree, the slowest style", said and most, 1.3)
else
  print("  skipped: there is no " .. YAML)
end

section("plugins: checked, loaded and opened, against dlopen(path); CPU time of the process")
if exists(PLUGIN) then
  local lfs = package.searchpath("lfs", package.cpath) -- what a plugin is like
  local said = watch(("%s '%s' %s"):format(PLUGIN, lfs or "build/tests/plugins/made.so",
    lfs and "lfs" or "made")) or ""
  goal("the check of an ELF", tonumber(said:match("ELF +(%d+) ns")), 1000, "%d ns")
  goal("100 plugins against dlopen(path)", tonumber(said:match("median ([%d.]+)x")), 1.3)
else
  print("  skipped: there is no " .. PLUGIN)
end

section("the secure way to a file, against the plain one")
if exists(OPEN) then
  local said = watch(OPEN) or ""
  goal("a secure open against openat and fstat",
    tonumber(said:match("two folders.-wick, openat2 +%d+ ns +([%d.]+)x")), 1.05)
  local most = 0
  for ratio in said:gmatch("read, compile +%d+ ns +([%d.]+)x") do
    most = math.max(most, tonumber(ratio))
  end
  goal("loading a module against luaL_loadfilex", said ~= "" and most, 1)
else
  print("  skipped: there is no " .. OPEN)
end

if not exists(WICK) or not exists(SPAWN) then
  print("\nskipped: there is no " .. (exists(WICK) and SPAWN or WICK))
  shell("rm -rf " .. dir)
  os.exit(1)
end

section("cold start: 30 components of 10 modules with references; CPU time of the process")
generate()
local cold = measure(ROUNDS, {
  { "wick", ("%s/%s run %s/config.yaml"):format(here, WICK, dir) },
  { "lua", "lua5.4 -e ''" },
  { "by hand", ("lua5.4 %s/program.lua"):format(dir) },
})
local failed = false
for _, name in ipairs { "wick", "lua", "by hand" } do
  local f = cold[name]
  print(("  %-9s min %6.2f ms   median %6.2f ms   peak %5d KiB%s"):format(name, f.min / 1000,
    f.median / 1000, f.kib, f.status == 0 and "" or "   FAILED: status " .. f.status))
  failed = failed or f.status ~= 0
end
for _, name in ipairs { "lua", "by hand" } do
  print(("  wick / %-8s min %.2fx   median %.2fx"):format(name, cold.wick.min / cold[name].min,
    cold.wick.median / cold[name].median))
end

goal("cold start against the same by hand", cold.wick.min / cold["by hand"].min, 2)

section("composing in process: 3 groups, 4 files, 10 overrides; CPU time")
shell(("mkdir '%s/compose'"):format(dir))
local composed = watch(("lua5.4 tests/bench/compose_bench.lua '%s/compose'"):format(dir)) or ""
failed = failed or composed == ""
goal("composing", tonumber(composed:match("provenance +([%d.]+) ms")), 0.15, "%.3f ms")
goal("what provenance costs", tonumber(composed:match("provenance ([%d.-]+) %%")), 5, "%.1f %%")
goal("10 times the references", tonumber(composed:match("chains.-([%d.]+)x\n")), 11)
goal("10 times the items, each referred to", tonumber(composed:match("items.-([%d.]+)x\n")), 12)
goal("10 times the marks", tonumber(composed:match("on lines.-([%d.]+)x\n")), 14)
goal("10 times the marks on one line", tonumber(composed:match("one line.-([%d.]+)x\n")), 14)

section("refusals: CPU time until the command has said no")
write(dir .. "/deep.yaml", "a: " .. ("["):rep(100000) .. "\n")
local laughs = { "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]" }
for i = 1, 20 do
  laughs[#laughs + 1] = ("a%d: &a%d [%s]"):format(i, i, ("*a%d, "):format(i - 1):rep(9):sub(1, -3))
end
write(dir .. "/laughs.yaml", table.concat(laughs, "\n") .. "\n")
shell(("mkdir '%s/odd' && mkfifo '%s/odd/pipe.lua' && truncate -s 100G '%s/odd/sparse.lua'"):format(
  dir, dir, dir))
write(dir .. "/pipe.yaml", "project: odd/\na: { _target_: odd.pipe }\n")
write(dir .. "/sparse.yaml", "project: odd/\na: { _target_: odd.sparse }\n")
local names = { "deep", "laughs", "pipe", "sparse" }
local what = {
  deep = "100,000 times `[`", laughs = "a billion laughs", pipe = "a FIFO called pipe.lua",
  sparse = "a sparse module of 100 GiB",
}
local peers = { { "nothing", here .. "/" .. WICK .. " --version" } }
for i, name in ipairs(names) do
  peers[i + 1] = { name, ("%s/%s run %s/%s.yaml"):format(here, WICK, dir, name) }
end
local no = measure(9, peers)
for _, name in ipairs(names) do
  local f = no[name]
  print(("  %-28s %6.2f ms, status %d, %.2fx of --version"):format(what[name], f.min / 1000,
    f.status, f.min / no.nothing.min))
  failed = failed or f.status == 0 or f.status >= 70
end

shell("rm -rf " .. dir)

section("what was meant to be reached")
for _, one in ipairs(goals) do
  local name, figure, most, format = table.unpack(one)
  print(("  %-42s %10s  at most %-9s %s"):format(name, figure and format:format(figure) or "?",
    format:format(most), figure and (figure <= most and "met" or "missed") or "not measured"))
end
os.exit(not failed)
