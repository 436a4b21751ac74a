-- The rows about Lua configs (rows_lua.lua, and rows_lua_work.lua about work that
-- no instruction shows): each is refused or harmless within its steps, bytes and
-- time, and the naive sandbox fails it or the row says why not.  Those about
-- expressions (rows_expr.lua) have the same time.

local helper = require "tests.helper"
local core = require "wick.core"

-- What a config may take beyond its limit: what one look at the counter misses
-- of the steps, and a MiB.  Steps that were counted before their work, and ended
-- it, were never done: for those there is the time.
local STEPS, BYTES = 1.5, 1 << 20

-- Seconds of the processor, whatever the row does; a second is meant, and machines
-- and sanitizers are slow.
local SECONDS = (helper.instrumented or helper.counted) and 15 or 5

local rows, files = {}, { "rows_lua", "rows_lua_work" }
for _, name in ipairs(files) do
  local path = helper.root .. "/tests/attack/" .. name .. ".lua"
  for n, row in ipairs(dofile(path)) do
    row.path, row.n = path, n
    rows[#rows + 1] = row
  end
end

local function program(row)
  return type(row[3]) == "function" and row[3]() or row[3]
end

-- Runs a child (child.lua) within the time; gives what it says.
local function child(...)
  local status, out, err = helper.run({ "sh", "-c", "ulimit -t " .. SECONDS .. "; exec \"$@\"",
    "sh", helper.host, helper.root .. "/tests/attack/child.lua", ... }, { env = {
      LUA_PATH = helper.root .. "/lua/?.lua;" .. helper.root .. "/lua/?/init.lua;;",
      LUA_CPATH = helper.build .. "/lua/?.so;;" } })
  assert.equal(0, status, (status > 128 and ("it took more than %d seconds "):format(SECONDS) or "")
    .. err)
  return assert(load(out))()
end

-- The answers of the naive sandbox, all from one process.
local function naive_answers()
  local parts = {}
  for i, row in ipairs(rows) do
    local text = program(row)
    parts[i] = ("%d\n%s"):format(#text, text)
  end
  local _, out = helper.run({ helper.build .. "/tests/naive_lua" },
    { stdin = table.concat(parts, "\n") .. "\n" })
  local answers = {}
  for line in out:gmatch("[^\n]+") do
    answers[#answers + 1] = line
  end
  return answers
end

describe("attack rows 104 to 122", function()
  local answers
  setup(function()
    answers = naive_answers()
    assert.equal(#rows, #answers)
  end)

  local failing = 0
  for i, row in ipairs(rows) do
    local number, title, _, code = table.unpack(row, 1, 4)
    it(("%d: %s"):format(number, title), function()
      local said = child("lua", row.path, tostring(row.n))
      local limit = function(name)
        return row.limits and row.limits[name] or core.limits[name]
      end
      assert.equal(code, said.code, said.text)
      assert.is_true(said.steps <= limit "lua.steps" * STEPS or code == "ELUASTEPS",
        said.steps .. " steps")
      assert.is_true(said.bytes <= limit "lua.bytes" + BYTES, said.bytes .. " bytes")
      if said.text then
        local text = said.text
        assert.is_nil(text:find("[%z\1-\9\11-\31\127]"), text)
        assert.is_true(#text < 3000, #text .. " bytes of message")
        assert.is_true(#(said.cause or "") <= 1024)
        assert.equal("attack.lua", said.file, text)
        if row.says then
          assert.truthy(text:find(row.says, 1, true), text)
        end
      else
        assert.equal(row.same, said.out)
      end
    end)

    it(("%d: %s (naive: %s)"):format(number, title, row.reason or "fails"), function()
      assert.truthy(answers[i]:find(row.naive), answers[i])
      if not row.reason then
        failing = failing + 1
      end
    end)
  end

  it("are all there, and the naive way fails or the row says why not", function()
    local seen, reasons = {}, 0
    for _, row in ipairs(rows) do
      seen[row[1]] = true
      reasons = reasons + (row.reason and 1 or 0)
    end
    for n = 104, 122 do
      assert.is_true(seen[n], "row " .. n)
    end
    assert.equal(#rows, failing + reasons)
    assert.is_true(failing >= 40)
  end)
end)

describe("attack rows 104 to 122, in expressions:", function()
  local dir
  setup(function()
    dir = helper.temp()
  end)
  teardown(function()
    helper.remove(dir)
  end)

  for i, row in ipairs(dofile(helper.root .. "/tests/attack/rows_expr.lua")) do
    it(("%d: %s"):format(row[1], row[2]), function()
      local said = child("yaml", helper.write(("%s/%d.yaml"):format(dir, i), program(row)))
      assert.equal(row.code, said.code, said.text)
      if row.says then
        assert.truthy(said.text:find(row.says, 1, true), said.text)
      end
    end)
  end
end)
