-- The rows about Lua configs (rows_lua.lua): each is refused or harmless within
-- its steps and bytes, and the naive sandbox fails it or the row says why not.

local helper = require "tests.helper"
local core = require "wick.core"
local report = require "wick.report"
local read = require "wick.read.lua"
local rows = dofile(helper.root .. "/tests/attack/rows_lua.lua")

local function program(row)
  return type(row[3]) == "function" and row[3]() or row[3]
end

-- What a config may take beyond its limit: what one look at the counter misses
-- of the steps, and a MiB.
local STEPS, BYTES = 1.5, 1 << 20

local function run(row)
  local limits = {}
  for name, value in pairs(core.limits) do
    limits[name] = row.limits and row.limits[name] or value
  end
  local tree = core.tree(limits)
  local usage
  -- the reader's advice belongs to the message
  local reader = { options = {}, included = {}, tree = { lua = function(_, name, text, options)
    options.env = function() end
    local top, err, used = tree:lua(name, text, options)
    usage = used
    return top, err
  end } }
  local top, err = read.read(reader, { name = "attack.lua" }, program(row), "map")
  return tree, top, err, usage, limits
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
      local tree, top, err, usage, limits = run(row)
      assert.equal(code, top and "OK" or err.name, err and err.message)
      assert.is_true(usage.steps <= limits["lua.steps"] * STEPS or code == "ELUASTEPS",
        usage.steps .. " steps")
      assert.is_true(usage.bytes <= limits["lua.bytes"] + BYTES, usage.bytes .. " bytes")
      if top then
        if row.same then
          assert.equal(row.same, tostring(tree:value(tree:find(top, "out"))))
        end
      else
        local text = report.text(err)
        assert.is_nil(text:find("[%z\1-\9\11-\31\127]"), text)
        assert.is_true(#text < 3000, #text .. " bytes of message")
        assert.is_true(#(err.cause or "") <= 1024)
        assert.equal("attack.lua", err.marks[1].file, text)
        if row.says then
          assert.truthy(text:find(row.says, 1, true), text)
        end
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
