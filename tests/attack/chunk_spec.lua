-- The rows about Lua chunks (rows_chunk.lua), on both backends, and through
-- stock Lua as the positive control.  Rows that edit Lua run in a process of
-- their own, and so does the control.

local lfs = require "lfs"
local helper = require "tests.helper"
local target = require "wick.target"
local load = require "wick.load"
local report = require "wick.report"
local rows = dofile(helper.root .. "/tests/attack/rows_chunk.lua")

local base
local folders = {}

-- Makes a folder, whose path may be longer than a system call takes.
local function deep(path)
  local before = lfs.currentdir()
  assert(lfs.chdir(base))
  for part in path:gmatch("[^/]+") do
    lfs.mkdir(part)
    assert(lfs.chdir(part))
  end
  local here = lfs.currentdir()
  lfs.chdir(before)
  return here
end

-- The root of a row, made once.
local function root_of(i)
  if not folders[i] then
    local row = rows[i]
    local dir = deep(i .. "/" .. (row.folder or "p"))
    local files = row.files
    helper.tree(dir, type(files) == "function" and files() or files)
    folders[i] = dir
  end
  return folders[i]
end

-- Whether text is fit for a terminal, and short.
local function fit(text)
  assert.is_nil(text:find("[%z\1-\9\11-\31\127]"))
  assert.is_true(#text < 6000, #text .. " bytes")
end

local function run(i, backend)
  local row = rows[i]
  local project = assert(target.project(root_of(i), { backend = backend }))
  assert(project.root:info().backend == backend)
  local value, err = load.value(project, row.target or project.name .. ".m")
  local ok, problem = pcall(function()
    if row.code then
      assert.is_nil(value)
      assert.equal(row.code, err.name)
      local text = report.text(err)
      fit(text)
      if row.says then
        assert.truthy(text:find(row.says, 1, true), text)
      end
    else
      assert(err == nil, err and err.message)
      row.value(value, project, target, load)
    end
    if row.after then
      row.after(project)
    end
  end)
  project:close()
  if not ok then
    error(problem, 0)
  end
end

-- The same in a process of its own: prints `done`.
local ALONE = [[
  package.path = "./lua/?.lua;./lua/?/init.lua;./?.lua;" .. package.path
  package.cpath = os.getenv("WICK_BUILD_DIR") .. "/lua/?.so;" .. package.cpath
  local target, load = require "wick.target", require "wick.load"
  local say, close = io.write, os.exit
  local row = dofile("tests/attack/rows_chunk.lua")[tonumber(arg[1])]
  local assert, backend = assert, arg[3]
  local project = assert(target.project(arg[2], { backend = backend }))
  local value, err = load.value(project, "p.m")
  if err then
    say(err.message, "\n")
  end
  row.value(value, project, target, load)
  project:close()
  say "done"
]]

local function run_alone(i, backend)
  local status, out, err = helper.run({ helper.host, "-", tostring(i), root_of(i), backend },
    { stdin = ALONE, env = { WICK_BUILD_DIR = helper.build } })
  assert.equal("", err)
  assert.equal("done", out)
  assert.equal(0, status)
end

-- What stock Lua makes of the row's module: `require` through package.path.
local NAIVE = [[
  package.path = arg[1] .. "/?.lua;" .. arg[1] .. "/?/init.lua"
  package.cpath = ""
  local write, format = io.write, string.format
  local ok, value = pcall(require, arg[2])
  if ok then
    write("ok ", type and type(value) or "?")
  else
    write("error ", tostring(value))
  end
]]

local function naive(i)
  local row = rows[i]
  local above, last = root_of(i):match("^(.*)/([^/]*)$")
  local _, out = helper.run({ "timeout", "10", "lua5.4", "-", above,
    row.module or last .. ".m" }, { stdin = NAIVE })
  return out
end

describe("attack rows 91 to 102", function()
  setup(function()
    base = helper.temp()
  end)

  teardown(function()
    helper.remove(base)
  end)

  local failing = 0
  for i, row in ipairs(rows) do
    for _, backend in ipairs { "openat2", "walk" } do
      it(("%d: %s (%s)"):format(row.row, row.title, backend), function()
        local test = row.edits and run_alone or run
        test(i, backend)
      end)
    end

    it(("%d: %s (naive: %s)"):format(row.row, row.title, row.reason or "fails"), function()
      local out = naive(i)
      assert.truthy(out:find(row.naive), out:sub(1, 300))
      if not row.reason then
        failing = failing + 1
      end
    end)
  end

  it("are all there, and the naive way fails or the row says why not", function()
    local seen, reasons = {}, 0
    for _, row in ipairs(rows) do
      seen[row.row] = true
      reasons = reasons + (row.reason and 1 or 0)
    end
    for n = 91, 102 do
      assert.is_true(seen[n], "row " .. n)
    end
    assert.equal(#rows, failing + reasons)
  end)
end)
