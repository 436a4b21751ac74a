-- table: every row of the attack catalogue, and what came of it here.
--
--     make attacks
--
-- Runs the specs of the rows that are data and a short run of the races, looks
-- for the rows that other tests say they are for, and prints a line for each of
-- the 164.  Also written to build/attacks.txt.  Ends with 1 when a test failed or
-- did not run, or when a row has neither a test nor a reason.

local catalogue = dofile("tests/attack/catalogue.lua")
local ROWS = #catalogue

local SPECS = { "attack/attack_spec", "attack/chunk_spec", "attack/lua_spec",
  "attack/plugin_spec", "attack/work_spec", "attack/expr_work_spec" }

local function lines_of(command)
  local list, pipe = {}, assert(io.popen(command))
  for line in pipe:lines() do
    list[#list + 1] = line
  end
  pipe:close()
  return list
end

local function read(path)
  local file = io.open(path, "rb")
  if not file then
    return ""
  end
  local text = file:read("a")
  file:close()
  return text
end

-- What is known of a row: openat2, walk, other = {ok, failed, skipped}; codes, a
-- list; control, why, both texts; files, a list.
local known = {}
for n = 1, ROWS do
  known[n] = { codes = {}, files = {}, openat2 = {}, walk = {}, other = {} }
end

local function add(list, text)
  for _, there in ipairs(list) do
    if there == text then
      return
    end
  end
  list[#list + 1] = text
end

-- {======================================================
-- Rows that are data
-- =======================================================

local function add_codes(row, value)
  if type(value) == "table" then
    for _, code in ipairs(value) do
      add(row.codes, code)
    end
  elseif value then
    add(row.codes, value)
  end
end

-- A pattern for what stock Lua says, as a text.
local function plain(pattern)
  local text = pattern:gsub("%%(%p)", "%1"):gsub("^%^", ""):gsub("%$$", "")
    :gsub("%[^\n%]%*", ""):gsub("%.%*", " … "):gsub("\27", "ESC"):gsub("%s+", " ")
  return text == "" and "dies" or text
end

local function set_control(row, wrong, why)
  if wrong then
    row.control = row.control or wrong
  elseif why then
    row.why = row.why or why
  end
end

local QUESTIONS = { root = true, rules = true, file = true, name = true, yaml = true,
  target = true, config = true }

for _, path in ipairs(lines_of("ls tests/attack/rows*.lua")) do
  for _, data in ipairs(dofile(path)) do
    local row = known[data.row or data[1]]
    if data.where then -- it says which test has it
      add(row.files, data.where)
      set_control(row, data.naive)
    elseif path:find("rows_plugin", 1, true) and data.reason then
      row.reason = row.reason or data.reason
    else
      row.is_data = true
      add(row.files, path)
      add_codes(row, data.expect)
      for _, step in ipairs(data.steps or {}) do
        if QUESTIONS[step[1]] then
          add_codes(row, step[#step])
        end
      end
      add_codes(row, data.code or data.value and "OK")
      if path:find("rows_lua", 1, true) then
        add_codes(row, data[4])
      end
      if type(data.naive) == "string" then
        local why = data.reason or data.why
        set_control(row, not why and plain(data.naive), why)
      end
    end
  end
end

-- What the control of attack_spec.lua answered: its report says so.
local function read_report()
  local number
  for line in read("build/attack-report.txt"):gmatch("[^\n]*") do
    number = tonumber(line:match("^(%d+)[ (]") or (not line:find("^ ") and "x" or number)) or number
    if number and known[number] and line:match("^%d") then
      known[number].asked = true
    end
    local answer = line:match("^    control: .* %-> (.-), not ")
    if answer and known[number] then
      set_control(known[number], answer)
    end
    local excused, why = line:match("^  (%d+)[^:]*: (.*)$")
    if excused and known[tonumber(excused)] then
      set_control(known[tonumber(excused)], nil, why)
    end
  end
end

-- }======================================================

-- {======================================================
-- Running
-- =======================================================

local problems = {} -- what went wrong, in words

local function problem(...)
  problems[#problems + 1] = string.format(...)
end

local tap = os.tmpname()
if not os.execute(("lua5.4 tests/run --keep=%s %s >/dev/null"):format(tap,
    table.concat(SPECS, " "))) then
  problem("a test failed, or died: `make test` says which")
end
for line in read(tap):gmatch("[^\n]+") do
  local no, name = line:match("^(n?o?t? ?)ok %d+ %- attack rows? (.*)$")
  if name then
    local number = tonumber(name:match("^%d+ to %d+ (%d+)[:,]") or name:match("^(%d+)[ ,(]"))
    local skipped = name:find("# [Ss][Kk][Ii][Pp]")
    local way = name:find("openat2", 1, true) and "openat2" or name:find("walk", 1, true) and "walk"
      or "other"
    local result = skipped and "skipped" or no == "" and "ok" or "failed"
    if known[number] then
      known[number][way][result] = (known[number][way][result] or 0) + 1
    end
  end
end
os.remove(tap)
read_report()
for n = 1, ROWS do
  local row = known[n]
  if row.is_data and not (next(row.openat2) or next(row.walk) or next(row.other)) then
    problem("row %d: its data was not run", n)
  end
end

-- A short run of the races: lines of `row N  NAME  WAY ...: results`.
local CANNOT = 77 -- the status of a race that cannot be run here
local races = {}

-- Runs a program; gives its lines and its status.
local function run(command)
  local lines = lines_of(command .. " 2>&1; echo status $?")
  return lines, tonumber(table.remove(lines):match("^status (%d+)$"))
end

local lines, status = run("build/tests/race all 10000 500")
for _, line in ipairs(lines) do
  local number, name, way, rest = line:match("^row (%d+)%s+(%a+)%s+(%S+)%s+(.*)$")
  number = tonumber(number)
  if number then
    local score = rest:match("^%d+ resolutions, +%d+ flips, %d+ escapes") or rest
    score = score:gsub("resolutions, +", "opened, "):gsub(" flips", " flips")
    races[#races + 1] = { number, name, way, score, wrong = rest:find("WRONG", 1, true) }
    add(known[number].files, "tests/attack/race.c")
  end
end
if status ~= CANNOT and (status ~= 0 or #races == 0) then
  problem("the races ended with status %d and %d results", status, #races)
end

-- The race of plugins, in the same form.
for _, way in ipairs { "openat2", "walk", "naive" } do
  lines, status = run("build/tests/race_plugin 300 " .. way)
  local line = lines[1] or ""
  local rounds, swaps = line:match("(%d+) rounds, (%d+) exchanges")
  local mixed = line:match("(%d+) MIXED UP") or "0"
  if rounds then
    local wrong = way ~= "naive" and mixed ~= "0" or way == "naive" and mixed == "0"
    races[#races + 1] = { 65, "plugin", way,
      ("%s loaded, %s flips, %s escapes"):format(rounds, swaps, mixed), wrong = wrong }
  end
  local expected = way == "naive" and 1 or 0 -- 1: another was loaded than was checked
  if status ~= CANNOT and (status ~= expected or not rounds) then
    problem("the race of plugins, %s, ended with status %d: %s", way, status, line)
  end
end

-- }======================================================

-- {======================================================
-- Tests that say which row they are for
-- =======================================================

-- The numbers behind a word `row` or `rows`: 48, 56 and 57; 48 to 56; 65-66.
local function numbers_behind(text, at, found)
  local first
  while true do
    local number, stop = text:match("^%s*{?%s*(%d+)()", at)
    if not number then
      return
    end
    number = tonumber(number)
    for n = first or number, number do
      found[n] = true
    end
    local word, next_at = text:match("^%s*(%a*)%s*()", stop)
    local sign, sign_at = text:match("^%s*([,%-]+)%s*()", stop)
    if word == "and" or word == "to" then
      at, first = next_at, word == "to" and number + 1 or nil
    elseif sign then
      at, first = sign_at, sign:find("-", 1, true) and number + 1 or nil
      at = text:match("^and%s*()", at) or at
    else
      return
    end
  end
end

for _, path in ipairs(lines_of("find tests -name '*.lua' -o -name '*.[ch]' -o -name '*.txt'"
  .. " | grep -v corpus | LC_ALL=C sort")) do
  if not path:find("^tests/attack/rows") and path ~= "tests/attack/catalogue.lua"
    and path ~= "tests/attack/table.lua" then
    -- comments that go on in the next line
    local text = read(path):gsub("\n%s*[%-*]+%s*", " ")
    local found = {}
    for at in text:gmatch("%f[%a][Rr]ows?%f[%A]%s*=?()") do
      numbers_behind(text, at, found)
    end
    for n in pairs(found) do
      if known[n] then
        add(known[n].files, path)
      end
    end
  end
end

-- }======================================================

-- {======================================================
-- The table
-- =======================================================

local function cut(text, width)
  local length = utf8.len(text) or #text
  if length > width then
    text, length = text:sub(1, utf8.offset(text, width) - 1) .. "…", width
  end
  return text .. (" "):rep(width - length)
end

local function result(row, way)
  local counts = row[way]
  if counts.failed then
    return "FAILED"
  elseif counts.ok then
    return #row.codes > 0 and table.concat(row.codes, " ") or "ok"
  elseif counts.skipped then
    return "not here"
  end
  return ""
end

local function where(files)
  local names = {}
  for i, path in ipairs(files) do
    names[i] = path:match("[^/]+$")
  end
  table.sort(names)
  return table.concat(names, ", ")
end

local out = {}
local function say(...)
  out[#out + 1] = (table.concat({ ... }):gsub("%s+$", ""))
end

local without, tested, reasoned = {}, 0, 0
say(cut("row", 5), cut("what", 48), cut("openat2", 18), cut("walk", 18), cut("control", 22),
  "where")
for n = 1, ROWS do
  local row, title = known[n], catalogue[n]
  local reason = row.reason
  if type(title) == "table" then
    title, reason = title[1], title[2]
  end
  local openat2, walk = result(row, "openat2"), result(row, "walk")
  local control = row.control or row.why and "not wrong" or row.asked and "right, too" or ""
  for _, race in ipairs(races) do
    local raced = race[1] == n and race[4]:match("%d+ escapes")
    if raced and race[3] == "openat2" and openat2 == "" then
      openat2 = raced
    elseif raced and race[3] == "walk" and walk == "" then
      walk = raced
    elseif raced and race[3] == "naive" and control == "" then
      control = "escapes"
    end
  end
  if openat2 == "" and walk == "" then
    openat2 = result(row, "other")
    openat2 = openat2 == "" and #row.files > 0 and "(make test)" or openat2
  end
  if #row.files > 0 then
    tested = tested + 1
  elseif reason then
    reasoned = reasoned + 1
    openat2 = "no test"
  else
    without[#without + 1] = n
    openat2 = "NO TEST"
  end
  say(cut(tostring(n), 5), cut(title, 47), " ", cut(openat2, 17), " ", cut(walk, 17), " ",
    cut(control, 21), " ", #row.files > 0 and where(row.files) or reason or "")
  if control == "not wrong" and row.why then
    say((" "):rep(5), "control: ", row.why)
  elseif control == "" and #row.files > 0 and catalogue.controls[n] then
    say((" "):rep(5), "no control: ", catalogue.controls[n])
  end
end
say()
say("the races, in short (`make race` is the long run):")
for _, race in ipairs(races) do
  say(("  row %-4d%-8s %-8s %s%s"):format(race[1], race[2], race[3], race[4],
    race.wrong and "   WRONG" or ""))
end
say()
say(("%d rows: %d have tests, %d a reason for none%s"):format(ROWS, tested, reasoned,
  #without > 0 and ", and " .. #without .. " neither: " .. table.concat(without, ", ") or ""))
for _, text in ipairs(problems) do
  say("wrong: ", text)
end

local text = table.concat(out, "\n") .. "\n"
local file = assert(io.open("build/attacks.txt", "wb"))
file:write(text)
file:close()
io.write(text)
os.exit(#without == 0 and #problems == 0)
