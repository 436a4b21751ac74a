-- The rows about Lua configs (rows_lua.lua): each is refused or harmless within
-- its steps, bytes and time, and the naive sandbox fails it or the row says why
-- not.

local helper = require "tests.helper"
local budget = dofile(helper.root .. "/tests/attack/budget.lua")
local rows = budget.rows "rows_lua"

describe("attack rows 104 to 122", function()
  local answers
  setup(function()
    answers = budget.naive(rows)
    assert.equal(#rows, #answers)
  end)

  local failing = 0
  for i, row in ipairs(rows) do
    local number, title = row[1], row[2]
    it(("%d: %s"):format(number, title), function()
      local said = assert(budget.lua(row))
      if said.text then
        local text = said.text
        assert.is_nil(text:find("[%z\1-\9\11-\31\127]"), text)
        assert.is_true(#text < 3000, #text .. " bytes of message")
        assert.is_true(#(said.cause or "") <= 1024)
        assert.equal("attack.lua", said.file, text)
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
