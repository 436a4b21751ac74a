-- run: fuzzes targets one after the other, a line for each; `make fuzz` has
-- built them.
--
--     lua5.4 tests/fuzz/run.lua SECONDS NAME ...
--
-- What a target found out stays in build/fuzz/corpus/NAME and is where the
-- next run begins; what broke it is build/fuzz/found/NAME-*.  The YAML suite,
-- where there is one (WICK_YAML_SUITE), is fed to the targets that read YAML
-- and never copied into the repository.

local seconds, names = arg[1], { table.unpack(arg, 2) }
local OUT = "build/fuzz"
local SUITE = os.getenv("WICK_YAML_SUITE") or "../shared/yaml-test-suite"
local READS_YAML = { yaml = true, config = true }

local function shell(line, ...)
  assert(os.execute(line:format(...)))
end

local function read(path)
  local file = io.open(path, "rb")
  if file then
    local text = file:read("a")
    file:close()
    return text
  end
end

-- The documents of the suite as files; gives their folder, or nil.
local function suite()
  local text = read(SUITE .. "/suite.json")
  if not text then
    io.stderr:write("no YAML suite in ", SUITE, ": fuzzing without it\n")
    return nil
  end
  local dir = OUT .. "/suite"
  shell("mkdir -p %s", dir)
  for i, case in ipairs(require "dkjson".decode(text)) do
    local file = assert(io.open(("%s/%03d"):format(dir, i), "wb"))
    file:write(case.yaml)
    file:close()
  end
  return dir
end

local function counted(n)
  local digits = tostring(n)
  repeat
    local more
    digits, more = digits:gsub("^(%d+)(%d%d%d)", "%1,%2")
  until more == 0
  return digits
end

local failed, yaml = false, nil
for _, name in ipairs(names) do
  local corpus, log = OUT .. "/corpus/" .. name, OUT .. "/" .. name .. ".log"
  local words = { corpus, "tests/fuzz/corpus/" .. name }
  shell("mkdir -p %s %s/found", corpus, OUT)
  if READS_YAML[name] then
    yaml = yaml == nil and (suite() or false) or yaml
    words[#words + 1] = yaml or nil
  end
  local dict = ("tests/fuzz/dict/%s.dict"):format(name)
  local ok = os.execute(("nice %s/tests/fuzz_%s -max_total_time=%s -timeout=10 -max_len=4096 "
    .. "-rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix=%s/found/%s- %s %s >%s 2>&1")
    :format(OUT, name, seconds, OUT, name, read(dict) and "-dict=" .. dict or "",
      table.concat(words, " "), log))
  local said = read(log)
  local runs, features = "0", "?"
  for line in said:gmatch("[^\n]+") do
    runs = line:match("^stat::number_of_executed_units:%s*(%d+)") or line:match("^#(%d+)\t") or runs
    features = line:match(" ft: (%d+)") or features
  end
  print(("%-10s %12s runs  %6s features  %s"):format(name, counted(tonumber(runs)), features,
    ok and "nothing found" or "FOUND, see " .. log))
  if not ok then
    failed = true
    print(said:sub(-4000))
  end
  io.stdout:flush()
end
os.exit(not failed)
