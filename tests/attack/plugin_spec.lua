-- The rows about plugins (rows_plugin.lua), on both backends: what `wick check`
-- and `wick run` say, and that nothing of a refused file has run; and a naive
-- loader as the positive control: one that hands the path to dlopen.
--
-- A plugin writes down that it runs, in the file that $WICK_CANARY names.

local lfs = require "lfs"
local helper = require "tests.helper"
local rows = dofile(helper.root .. "/tests/attack/rows_plugin.lua")

local quote = helper.quote
local base
local made = {} -- row -> the bytes of its plugin
local failing, excused = 0, 0

local CONFIG = "project: p/\na: { _target_: p.plug.Make, size: 1 }\n"
local cflags

-- The command that builds the plugin of the tests into the folder it runs in.
local function builder(flags)
  if not cflags then
    local _, out = helper.run "pkg-config --cflags lua5.4"
    cflags = out:gsub("%s+$", "")
  end
  return ("gcc -shared -fPIC -O1 -I%s -I%s %s %s -o plug.so %s"):format(
    quote(helper.root .. "/include"), quote(helper.root .. "/tests/plugins"), cflags, flags,
    quote(helper.root .. "/tests/plugins/plugin.c"))
end

local function shell(command, dir)
  local status, out, err = helper.run(command, { cwd = dir })
  assert(status == 0, out .. err)
end

-- The bytes of a row's file, made once; other files it needs stay in `dir`.
local function bytes_of(i)
  local row = rows[i]
  if made[i] == nil then
    local dir = base .. "/made" .. i
    assert(lfs.mkdir(dir))
    local text = row.file
    if not text then
      shell(row.make and row.make:gsub("%$BUILD", function()
        return builder ""
      end) or row.flags == "-c" and builder "-c":gsub("-shared", "") or builder(row.flags or ""),
        dir)
      text = assert(helper.read(dir .. "/plug.so"))
    end
    made[i] = row.patch and row.patch(text) or text
  end
  return made[i]
end

local count = 0

-- A fresh folder with the config and the project, in which the plugin lies.
local function ground(i)
  count = count + 1
  local dir = base .. "/" .. count
  assert(lfs.mkdir(dir))
  helper.write(dir .. "/c.yaml", CONFIG)
  assert(lfs.mkdir(dir .. "/p"))
  helper.write(dir .. "/plug.so", bytes_of(i))
  return dir
end

-- Runs words in the folder, the plugin put in its place first, behind what the
-- row wants around them.  nil and the reason where that cannot be had.
local function run(row, dir, words)
  local line = ""
  for n, word in ipairs(words) do
    line = line .. (n > 1 and " " or "") .. quote(word)
  end
  line = "cp plug.so p/plug.so && exec " .. line
  if row.around then
    local able, _, problem = helper.run { "unshare", "-rm", "true" }
    if able ~= 0 then
      return nil, "no mounts without `unshare -rm`: " .. problem
    elseif helper.instrumented then
      return nil, "the sanitizers need /proc"
    end
    line = "exec unshare -rm sh -c " .. quote(row.around .. " && " .. line)
  end
  os.remove(dir .. "/canary")
  local status, out, err = helper.run(line, { cwd = dir,
    env = { WICK_CANARY = dir .. "/canary", LC_ALL = "C.UTF-8" } })
  return status, out .. err
end

local function canary(dir)
  return helper.read(dir .. "/canary") or ""
end

-- The first error or warning in what the command printed: number, headline.
local function first(text)
  return text:match("(W%d%d%d%d)%]: ([^\n]*)")
end

local function check(i, backend)
  local row, dir = rows[i], ground(i)
  for _, verb in ipairs { "check", "run" } do
    local status, text = run(row, dir, { helper.command, verb, "c.yaml",
      "--resolver=" .. backend, row.flag })
    if not status then
      return pending(text)
    end
    local number, headline = first(text)
    if verb == "check" and row.at_run then
      assert.equal("", number and headline or "", text)
      assert.equal(0, status)
    else
      assert.equal(row.code .. " " .. row.headline, ("%s %s"):format(number, headline))
    end
    assert.equal(verb == "run" and row.ran or "", canary(dir))
  end
end

-- A loader that hands the path to dlopen.
local NAIVE = [[
  local open, problem = package.loadlib(arg[1], "*")
  if open then
    open, problem = package.loadlib(arg[1], "luaopen_plug")
  end
  if open then
    open("p.plug", arg[1])
  end
  print(problem)
]]

local function naive(i)
  local row, dir = rows[i], ground(i)
  helper.write(dir .. "/naive.lua", NAIVE)
  local status, text = run(row, dir, { "timeout", "10", "lua5.4", "naive.lua", "p/plug.so" })
  if not status then
    return nil, text
  end
  return canary(dir) ~= "" and "runs" or "refuses"
end

describe("attack row", function()
  setup(function()
    base = helper.temp()
  end)

  teardown(function()
    helper.remove(base)
  end)

  for i, row in ipairs(rows) do
    if row.reason then
      it(("%d, %s: no test"):format(row[1], row[2]), function()
        assert.truthy(#row.reason > 20)
      end)
    elseif row.where then
      it(("%d, %s: %s"):format(row[1], row[2], row.where), function()
        local text = assert(helper.read(row.where))
        assert.truthy(text:find("rows? [%d, ]*%f[%d]" .. row[1] .. "%f[%D]"))
      end)
    else
      for _, backend in ipairs { "openat2", "walk" } do
        it(("%d, %s (%s)"):format(row[1], row[2], backend), function()
          check(i, backend)
        end)
      end

      it(("%d, %s (naive: %s)"):format(row[1], row[2], row.why or "wrong"), function()
        local verdict, reason = naive(i)
        if not verdict then
          return pending(reason)
        end
        assert.equal(row.naive, verdict)
        if row.why then
          excused = excused + 1
        else
          assert.equal("runs", verdict)
          failing = failing + 1
        end
      end)
    end
  end

  it("of every number from 65 to 90 is there", function()
    local seen = {}
    for _, row in ipairs(rows) do
      seen[row[1]] = true
    end
    for n = 65, 90 do
      assert.is_true(seen[n], "row " .. n)
    end
    assert.is_true(failing > excused / 2)
  end)

  -- row 83: what failed is forgotten, and may be tried again
  it("83: an entry that failed is called anew, and leaves nothing", function()
    local dir = ground(1)
    shell(builder "-DRETURNS=2", dir)
    shell("cp plug.so p/", dir)
    helper.write(dir .. "/twice.lua", [[
      package.path = arg[1] .. "/lua/?.lua;" .. arg[1] .. "/lua/?/init.lua;" .. package.path
      package.cpath = arg[2] .. "/lua/?.so;" .. package.cpath
      local target, load = require "wick.target", require "wick.load"
      local project = assert(target.project("p"))
      for _ = 1, 2 do
        local value, err = load.value(project, "p.plug.Make")
        assert(value == nil and err.name == "ERUNTIME", err)
        assert(err.cause == "no way to open plug", err.cause)
        assert(package.loaded["p.plug"] == nil and not next(project.placed))
        assert(not next(project.inodes) and not next(project.constructors))
      end
      local ok, problem = pcall(require, "p.plug")
      assert(not ok and problem == "no way to open plug", problem)
    ]])
    os.remove(dir .. "/canary")
    local status, _, err = helper.run({ helper.host, "twice.lua", helper.root, helper.build },
      { cwd = dir, env = { WICK_CANARY = dir .. "/canary" } })
    assert.equal("", err)
    assert.equal(0, status)
    assert.equal("loaded plug 1\nopened plug 1\nopened plug 1\nopened plug 1\n", canary(dir))
  end)

  -- row 88: each plugin finds its own functions first
  it("88: two plugins that export one name both work, and with a naive loader do not", function()
    local dir = ground(1)
    for n, name in ipairs { "one", "two" } do
      shell(builder("-fvisibility=default -DCLASH -DNAME=" .. name .. " -DANSWER=" .. n)
        :gsub("-o plug.so", "-o p/" .. name .. ".so"), dir)
    end
    helper.write(dir .. "/p/both.lua", [[
      return { new = function()
        print(require "p.one".answer(), require "p.two".answer())
        return {}
      end }
    ]])
    local status, out, err = helper.run({ helper.command, "run", "c.yaml", "-q",
      "a._target_=p.both" }, { cwd = dir })
    assert.equal("", err)
    assert.equal(0, status)
    assert.equal("1\t2\n", out)
    helper.write(dir .. "/naive.lua", [[
      for _, name in ipairs { "one", "two" } do
        assert(package.loadlib("p/" .. name .. ".so", "*"))
        io.write(package.loadlib("p/" .. name .. ".so", "luaopen_" .. name)("x", "y").answer(), " ")
      end
    ]])
    out = select(2, helper.run({ "lua5.4", "naive.lua" }, { cwd = dir }))
    assert.equal("1 1 ", out)
  end)

  -- row 65: see race_plugin.c
  for _, way in ipairs { "openat2", "walk" } do
    it(("65: what is loaded is what was checked, while files are exchanged (%s)"):format(way),
      function()
        local status, out, err = helper.run { helper.build .. "/tests/race_plugin", "2000", way }
        assert.equal(0, status, out .. err)
      end)
  end

  it("65: with a naive loader it is not", function()
    local status, out, err = helper.run { helper.build .. "/tests/race_plugin", "2000", "naive" }
    assert.equal(1, status, out .. err)
  end)
end)
