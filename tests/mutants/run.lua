-- run: small mistakes, made on purpose one at a time, which the tests must see.
--
--     lua5.4 tests/mutants/run.lua [text ...]     only mutants that hold a text
--     lua5.4 tests/mutants/run.lua --look         only looks that each can be made
--
-- tests/mutants/list.lua and plugins.lua say what they are.  The tree is copied; there each
-- mutant's text is replaced, what its killers need is built, and they are run
-- until one fails: then the mutant is killed.  One that survives is an error,
-- and so is one whose text is not in its file exactly once, or that does not
-- compile.  One that needs root is not tried without.

local TREE = "build/mutants"
local SECONDS = 180 -- for one killer; who takes longer was stopped by the mutant

local mutants = dofile("tests/mutants/list.lua")
for _, mutant in ipairs(dofile("tests/mutants/plugins.lua")) do
  mutants[#mutants + 1] = mutant
end

local function quote(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

local function lines_of(command)
  local list, pipe = {}, assert(io.popen(command))
  for line in pipe:lines() do
    list[#list + 1] = line
  end
  pipe:close()
  return list
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  assert(file:close())
end

-- What the specs need beside the Lua rooms.
local NEEDS = {
  lua = { "lua/wick/core.so", "tests/naive_lua" },
  work = { "lua/wick/core.so", "tests/naive_lua" },
  attack = { "lua/wick/core.so", "tests/driver", "tests/naive", "tests/fold" },
  race = { "tests/race" },
  secure = { "bin/wick", "tests/driver" },
  chunk = { "lua/wick/core.so" },
  trust = { "lua/wick/core.so", "bin/wick" },
  strace = { "bin/wick" },
  cases = { "bin/wick" },
  ["unit/plugin"] = { "lua/wick/core.so", "tests/plugins/made.so" },
  ["unit/target"] = { "lua/wick/core.so", "tests/plugins/one.so" },
  collector = { "lua/wick/core.so", "tests/plugins/made.so" },
}

-- What C programs load.
local PLUGINS = {
  elf_test = "one two sysv many",
  elf_tables_test = "one sysv versions",
  linker_test = "one sysv versions",
  plugin_test = "one two many changes hides",
  plugin_process_test = "one two many waits",
  plugin_fault_test = "one two",
  state_test = "made",
}

local specs = {}
for _, path in ipairs(lines_of("find tests -name '*_spec.lua'")) do
  specs[path:match("([^/]+)_spec%.lua$")] = path
  specs[path:match("([^/]+/[^/]+)_spec%.lua$")] = path -- two have one name
end

-- The targets of make for a killer, and the command that runs it.
local function killer(name)
  local spec = name:match("^(.*)_spec$")
  if not spec then
    local targets = { "tests/" .. name }
    for plugin in (PLUGINS[name] or ""):gmatch "%S+" do
      targets[#targets + 1] = "tests/plugins/" .. plugin .. ".so"
    end
    return targets, "build/tests/" .. name
  end
  return NEEDS[spec] or { "lua/wick/core.so" },
    "lua5.4 tests/run " .. assert(specs[spec], "there is no " .. name)
end

local here = lines_of("pwd")[1]
local log = here .. "/" .. TREE .. ".log"

local function within(command)
  local ok, how, status = os.execute(("cd %s && umask 022 && %s </dev/null >>%s 2>&1"):format(
    TREE, command, quote(log)))
  return ok and 0 or how == "signal" and 128 + status or status
end

-- Builds what a killer needs and runs it: "killed", "lives", or a problem.
local function try(name)
  local targets, command = killer(name)
  local words = {}
  for i, target in ipairs(targets) do
    words[i] = "build/" .. target
  end
  if within("make -s CFLAGS=-O1 LDFLAGS= " .. table.concat(words, " ")) ~= 0 then
    return "does not build"
  end
  local status = within(("timeout -k 2 %d %s"):format(SECONDS, command))
  return status == 0 and "lives" or "killed"
end

-- Where `from` is in a text: its place, and how often.
local function find(text, from)
  local at, times, place = 1, 0, nil
  while true do
    local found = text:find(from, at, true)
    if not found then
      return place, times
    end
    place, times, at = place or found, times + 1, found + 1
  end
end

local function wanted(mutant)
  if #arg == 0 then
    return true
  end
  for _, word in ipairs(arg) do
    if mutant[1]:find(word, 1, true) or mutant[2]:find(word, 1, true) then
      return true
    end
  end
  return false
end

if arg[1] == "--look" then
  local wrong = false
  for _, mutant in ipairs(mutants) do
    local _, times = find(read(mutant[2]), mutant[3])
    if times ~= 1 then
      print(("%s: %s: its text is there %d times"):format(mutant[2], mutant[1], times))
      wrong = true
    end
  end
  os.exit(not wrong)
end

assert(os.execute(("rm -rf %s %s && mkdir -p %s && git ls-files -z | "
  .. "xargs -0 cp --parents -t %s"):format(TREE, log, TREE, TREE)))
local root = os.execute("test \"$(id -u)\" -eq 0")
local counts = { killed = 0, survived = 0, wrong = 0, skipped = 0 }

local function say(what, mutant, more)
  counts[what] = counts[what] + 1
  print(("%-9s %s: %s%s"):format(what, mutant[2]:match("[^/]*$"), mutant[1], more and
    "  (" .. more .. ")" or ""))
  io.stdout:flush()
end

-- Killers that fail anyway kill nothing.
local sound = {}
local function is_sound(name)
  if sound[name] == nil then
    sound[name] = try(name) == "lives"
  end
  return sound[name]
end

for _, mutant in ipairs(mutants) do
  local path = TREE .. "/" .. mutant[2]
  if not wanted(mutant) then
    goto continue
  elseif mutant.root and not root then
    say("skipped", mutant, "needs root")
    goto continue
  end
  local before = read(path)
  local place, times = find(before, mutant[3])
  if times ~= 1 then
    say("wrong", mutant, times == 0 and "its text is not there" or "its text is there "
      .. times .. " times")
    goto continue
  end
  local unsound
  for i = 5, #mutant do
    unsound = unsound or not is_sound(mutant[i]) and mutant[i]
  end
  if unsound then
    say("wrong", mutant, unsound .. " fails without it")
    goto continue
  end
  write(path, before:sub(1, place - 1) .. mutant[4] .. before:sub(place + #mutant[3]))
  local verdict, by
  for i = 5, #mutant do
    verdict, by = try(mutant[i]), mutant[i]
    if verdict ~= "lives" then
      break
    end
  end
  write(path, before)
  if verdict == "killed" then
    say("killed", mutant, by)
  elseif verdict == "lives" then
    say("survived", mutant)
  else
    say("wrong", mutant, verdict)
  end
  ::continue::
end

print(("\n%d killed, %d survived%s%s"):format(counts.killed, counts.survived,
  counts.wrong > 0 and ", " .. counts.wrong .. " wrong" or "",
  counts.skipped > 0 and ", " .. counts.skipped .. " not tried" or ""))
os.exit(counts.survived + counts.wrong == 0 and counts.killed > 0)
