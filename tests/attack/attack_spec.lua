-- attack: every row of the catalogue that this version has, on both backends,
-- through Lua and through C alone; and a naive loader as positive control,
-- which must fail where the catalogue says that a naive loader does.
--
-- What the rows are, and how they are written: rows.lua.  All programs that
-- are asked take the same lines (lines.h): ask.lua, driver.c, naive.c.

local helper = require "tests.helper"
local lfs = require "lfs"

local quote = helper.quote
local base                       -- a folder for all that the rows set up
local count = 0
local control = {}               -- row -> {failed = boolean, skipped = reason, answers}

-- {======================================================
-- What is there to ask
-- =======================================================

local ASK = helper.root .. "/tests/attack/ask.lua"
local PROGRAMS = helper.build .. "/tests/"
local QUESTIONS = {
  root = true, rules = true, file = true, name = true, yaml = true, target = true, config = true,
}

-- The rows of rows.lua, and of rows_yaml.lua unless those have a spec of their
-- own, as rows_chunk.lua has.
local function load_rows()
  local rows, used = {}, {}
  local dir = helper.root .. "/tests/attack/"
  for _, name in ipairs { "rows", "rows_yaml" } do
    local path = dir .. name .. ".lua"
    local own = dir .. name:gsub("^rows_", "") .. "_spec.lua"
    if lfs.attributes(path) and not lfs.attributes(own) then
      for _, row in ipairs(assert(loadfile(path))()) do
        local id = ("%d%s"):format(row[1], row.part and " (" .. row.part .. ")" or "")
        assert(not used[id], "two rows are called " .. id)
        used[id], row.id = true, id
        rows[#rows + 1] = row
      end
    end
  end
  return rows
end

local function list_of(value)
  return type(value) == "table" and value or { value }
end

-- The row as steps, each with its expected code at the end: {{"root", "$T/proj",
-- "OK"}, {"file", "x.lua", "ESYMLINK"}, ...}
local function steps_of(row)
  local steps = {}
  if row.root ~= false then
    steps[1] = { "root", row.root or "$T/proj", "OK" }
  end
  for _, step in ipairs(row.steps or {}) do
    steps[#steps + 1] = step
  end
  for i, input in ipairs(row.input and list_of(row.input) or {}) do
    local expect = row.expect
    steps[#steps + 1] = { row.door, input, type(expect) == "table" and expect[i] or expect }
  end
  return steps
end

local function control_steps(row)
  if not row.asks_naive then
    return steps_of(row)
  end
  local steps = { { "root", row.root or "$T/proj", "OK" } }
  for _, ask in ipairs(row.asks_naive) do
    steps[#steps + 1] = { ask[1], ask[2], row.expect }
  end
  return steps
end

-- }======================================================

-- {======================================================
-- Set-up
-- =======================================================

local function make_parents(path)
  for at in path:gmatch("()/") do
    if at > 1 then
      lfs.mkdir(path:sub(1, at - 1))
    end
  end
end

-- Each writes into `shell` what Lua cannot do by itself, and into `mounts`
-- what is to be mounted.
local kinds = {}

function kinds.dir(T, item)
  make_parents(T .. item[2] .. "/")
end

function kinds.file(T, item)
  helper.write(T .. item[2], item[3] or "return {}\n")
end

function kinds.link(T, item)
  make_parents(T .. item[2])
  local to = item[3]:gsub("%$T", (T:gsub("/$", "")))
  assert(lfs.link(to, T .. item[2], true))
end

function kinds.hardlink(T, item)
  make_parents(T .. item[2])
  assert(lfs.link(T .. item[3], T .. item[2]))
end

function kinds.fifo(T, item, shell)
  make_parents(T .. item[2])
  shell[#shell + 1] = "mkfifo " .. quote(T .. item[2])
end

function kinds.socket(T, item, shell)
  make_parents(T .. item[2])
  shell[#shell + 1] = ("echo socket %s | %s"):format(item[2], quote(PROGRAMS .. "driver"))
end

function kinds.sparse(T, item, shell)
  make_parents(T .. item[2])
  shell[#shell + 1] = ("truncate -s %d %s"):format(item[3], quote(T .. item[2]))
end

function kinds.device(T, item, shell)
  make_parents(T .. item[2])
  shell[#shell + 1] = ("mknod %s %s %d %d || exit 77"):format(
    quote(T .. item[2]), item[3], item[4], item[5])
end

function kinds.chmod(T, item, shell)
  shell[#shell + 1] = ("chmod %s %s"):format(item[3], quote(T .. item[2]))
end

function kinds.chown(T, item, shell)
  shell[#shell + 1] = ("chown %s %s || exit 77"):format(item[3], quote(T .. item[2]))
end

function kinds.deep(T, item, shell)
  shell[#shell + 1] = ("(cd %s && mkdir %s && cd %s && : >%s)"):format(
    quote(T .. item[2]), item[3], item[3], item[4])
end

function kinds.bind(T, item, _, mounts)
  mounts[#mounts + 1] = ("mount --bind %s %s"):format(quote(T .. item[3]), quote(T .. item[2]))
end

function kinds.tmpfs(T, item, _, mounts)
  mounts[#mounts + 1] = "mount -t tmpfs none " .. quote(T .. item[2])
end

-- Makes a fresh folder as the row wants it; gives it (with a slash behind)
-- and what to mount, or nil and the reason why that cannot be.
local function set_up(row)
  local shell, mounts = { "umask 022" }, {}
  count = count + 1
  local T = base .. "/" .. count .. "/"
  assert(lfs.mkdir(T:sub(1, -2)))
  assert(lfs.mkdir(T .. "proj"))
  for _, item in ipairs(row.setup or {}) do
    kinds[item[1]](T, item, shell, mounts)
  end
  if #shell > 1 then
    local status, _, problem = helper.run(table.concat(shell, "\n"), { cwd = T })
    if status == 77 then
      return nil, "this cannot be set up here: " .. problem:gsub("%s+$", "")
    end
    assert(status == 0, problem)
  end
  return T, mounts
end

-- }======================================================

-- {======================================================
-- Asking
-- =======================================================

local possible = {}

-- Can this be run here at all?  Asked once.
local function can(words)
  local key = table.concat(words, " ")
  if possible[key] == nil then
    local status, _, problem = helper.run(words)
    possible[key] = status == 0 or problem:gsub("%s+$", "")
  end
  return possible[key]
end

local function is_root()
  return can { "test", "-O", "/" } == true
end

-- What is asked as nobody must lie where nobody may look.
local function copies()
  local dir = base .. "/bin"
  if not lfs.attributes(dir) then
    assert(lfs.mkdir(dir))
    assert(lfs.mkdir(dir .. "/wick"))
    local list = { PROGRAMS .. "driver", PROGRAMS .. "naive", ASK }
    if helper.host:find("/") then
      list[#list + 1] = helper.host
    else
      assert(helper.run { "cp", helper.build .. "/lua/wick/core.so", dir .. "/wick/" } == 0)
    end
    list[#list + 1] = dir .. "/"
    assert(helper.run { "cp", table.unpack(list) } == 0)
    assert(helper.run { "chmod", "-R", "a+rX", dir } == 0)
  end
  return dir
end

-- The words that start a face ("lua", "c", "naive"), and its environment.
local function program(face, row)
  local dir = row.as == "nobody" and is_root() and copies()
  if face ~= "lua" then
    local name = face == "c" and "driver" or face
    return { dir and dir .. "/" .. name or PROGRAMS .. name }
  end
  local host = helper.host
  if dir and host:find("/") then
    host = dir .. "/" .. host:match("[^/]+$")
  end
  return { host, dir and dir .. "/ask.lua" or ASK }, {
    LUA_PATH = helper.root .. "/lua/?.lua;" .. helper.root .. "/lua/?/init.lua;;",
    LUA_CPATH = dir and dir .. "/?.so;;" or helper.build .. "/lua/?.so;;",
  }
end

-- Puts before the words what the row needs around them; nil and the reason
-- where that cannot be had.
local function around(row, T, mounts, words)
  local before = { "timeout", "60" }
  if row.fold or #mounts > 0 then
    local able = can { "unshare", "-rm", "true" }
    if able ~= true then
      return nil, "no mounts without `unshare -rm`: " .. able
    end
    table.move({ "unshare", "-rm" }, 1, 2, #before + 1, before)
  end
  if row.fold then
    table.move({ PROGRAMS .. "fold", T .. row.fold }, 1, 2, #before + 1, before)
  elseif #mounts > 0 then
    table.move({ "sh", "-c", table.concat(mounts, " && ") .. " && exec \"$@\"", "sh" }, 1, 4,
      #before + 1, before)
  end
  if row.as == "nobody" and is_root() then
    local drop = { "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups" }
    local able = can { drop[1], drop[2], drop[3], drop[4], "true" }
    if able ~= true then
      return nil, "no other user without `setpriv`: " .. able
    end
    table.move(drop, 1, #drop, #before + 1, before)
  end
  return table.move(words, 1, #words, #before + 1, before)
end

local function encode(word)
  return word == "" and "%" or (word:gsub("[^%w._/-]", function(c)
    return ("%%%02X"):format(c:byte())
  end))
end

-- Asks one face the steps; gives the answers, or nil and why it cannot.
local function ask(row, face, backend, steps)
  local T, mounts = set_up(row)
  if not T then
    return nil, mounts
  end
  local lines = {}
  for i, step in ipairs(steps) do
    local words = { step[1] }
    if step[1] == "root" then
      words[2] = backend
    end
    for k = 2, QUESTIONS[step[1]] and #step - 1 or #step do
      words[#words + 1] = encode((step[k]:gsub("%$T", (T:gsub("/$", "")))))
    end
    lines[i] = table.concat(words, " ")
  end
  local words, env = program(face, row)
  local line, reason = around(row, T, mounts, words)
  if not line then
    return nil, reason
  end
  local status, out, problem = helper.run(line,
    { cwd = T, env = env, stdin = table.concat(lines, "\n") .. "\n" })
  if row.fold and status == 77 then
    return nil, "no folding file system here: " .. problem:gsub("%s+$", "")
  end
  assert(status == 0, ("%s ended with %d: %s"):format(face, status, problem))
  local answers = {}
  for answer in out:gmatch("[^\n]+") do
    answers[#answers + 1] = answer
  end
  return answers
end

-- `file "a/x.lua"`, short enough for a message, and in ASCII
local function shown(step)
  local input = step[#step - 1]
  if #input > 60 then
    input = input:sub(1, 60) .. "..."
  end
  return ("%s \"%s\""):format(step[1], input:gsub("[^\x20-\x7E]", function(c)
    return ("\\x%02X"):format(c:byte())
  end))
end

-- The row's questions and what they are to give, one a line.
local function expected(steps)
  local list = {}
  for _, step in ipairs(steps) do
    if QUESTIONS[step[1]] then
      list[#list + 1] = { shown(step), step[#step] }
    end
  end
  return list
end

local has_openat2

local function check(row, face, backend)
  if has_openat2 == nil then
    local _, out = helper.run({ PROGRAMS .. "driver" }, { stdin = "root openat2 /\n" })
    has_openat2 = out == "OK\n"
  end
  if backend == "openat2" and not has_openat2 then
    return pending("this system has no openat2")
  end
  local steps = steps_of(row)
  local answers, reason = ask(row, face, backend, steps)
  if not answers then
    return pending(reason)
  end
  local want, got = {}, {}
  for i, question in ipairs(expected(steps)) do
    local code, events = (answers[i] or "no answer"):match("^(.-) ?(%d*)$")
    want[i] = question[1] .. " -> " .. question[2]
    got[i] = question[1] .. " -> " .. code
    if row.events and events ~= "" then
      assert.is_true(tonumber(events) <= row.events, "events of libyaml: " .. events)
    end
  end
  assert.equal(table.concat(want, "\n"), table.concat(got, "\n"))
end

-- }======================================================

-- {======================================================
-- The control
-- =======================================================

-- Did the naive loader get a question wrong?  Right is to open the file that
-- wick opens and to refuse what wick refuses.
local function wrong(code, verdict)
  if verdict == "not asked" then
    return false
  end
  return verdict ~= (code == "OK" and "opened inside" or "refused")
end

local function try_control(row)
  local steps = control_steps(row)
  local answers, reason = ask(row, "naive", "auto", steps)
  local result = { skipped = reason, answers = {} }
  control[row] = result
  for i, question in ipairs(answers and expected(steps) or {}) do
    local verdict = answers[i] or "no answer"
    if wrong(question[2], verdict) then
      result.failed = true
      result.answers[#result.answers + 1] = ("%s -> %s, not %s"):format(
        question[1], verdict, question[2])
    end
  end
end

local function report(rows)
  local marked, failed, unmarked, excused, skipped = 0, 0, {}, {}, {}
  local details = {}
  for _, row in ipairs(rows) do
    local result = control[row]
    if result.skipped then
      skipped[#skipped + 1] = ("  %s: %s"):format(row.id, result.skipped)
    elseif row.naive then
      marked = marked + 1
      failed = failed + (result.failed and 1 or 0)
      if row.why then
        excused[#excused + 1] = ("  %s: %s"):format(row.id, row.why)
      end
    elseif result.failed then
      unmarked[#unmarked + 1] = row.id
    end
    details[#details + 1] = ("%s  %s%s"):format(row.id, row[2],
      row.through and "  [through Lua only]" or "")
    for _, answer in ipairs(result.answers) do
      details[#details + 1] = "    control: " .. answer
    end
  end
  local lines = {
    ("%d rows; the catalogue marks %d of those that ran as wrong in a naive loader"):format(
      #rows, marked),
    ("the control is wrong in %d of them, and not in %d:"):format(failed, marked - failed),
    table.concat(excused, "\n"),
    ("it is wrong in %d more that are not marked: %s"):format(#unmarked,
      table.concat(unmarked, ", ")),
    ("%d rows could not be tried"):format(#skipped),
    table.concat(skipped, "\n"),
    "",
    table.concat(details, "\n"),
    "",
  }
  helper.write(helper.build .. "/attack-report.txt", table.concat(lines, "\n"))
end

-- }======================================================

describe("attack row", function()
  local rows = load_rows()

  setup(function()
    base = helper.temp()
    assert(helper.run { "chmod", "755", base } == 0)
  end)

  teardown(function()
    helper.remove(base)
  end)

  for _, row in ipairs(rows) do
    for _, backend in ipairs { "openat2", "walk" } do
      it(("%s, %s: Lua, %s"):format(row.id, row[2], backend), function()
        check(row, "lua", backend)
      end)
      if row.through ~= "lua" then
        it(("%s, %s: C, %s"):format(row.id, row[2], backend), function()
          check(row, "c", backend)
        end)
      end
    end
  end

  it("of every number has its answer from the control, as the catalogue says", function()
    local problems = {}
    for _, row in ipairs(rows) do
      try_control(row)
      local result = control[row]
      if not result.skipped and row.naive and not result.failed and not row.why then
        problems[#problems + 1] = row.id .. ": the control does not fail, and no reason is given"
      elseif row.why and result.failed then
        problems[#problems + 1] = row.id .. ": the control fails, though a reason says it does not"
      end
    end
    report(rows)
    assert.equal("", table.concat(problems, "\n"))
  end)
end)
