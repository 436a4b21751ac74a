-- More of rows 104 to 122: work in Lua configs that no instruction shows
-- (rows_lua_work.lua).

local helper = require "tests.helper"
local budget = dofile(helper.root .. "/tests/attack/budget.lua")

describe("work in Lua configs:", function()
  local rows, answers = budget.rows "rows_lua_work", nil
  setup(function()
    answers = budget.naive(rows)
    assert.equal(#rows, #answers)
  end)

  for i, row in ipairs(rows) do
    local number, title = row[1], row[2]
    it(("%d: %s"):format(number, title), function()
      assert(budget.lua(row))
    end)

    it(("%d: %s (naive: %s)"):format(number, title, row.reason or "fails"), function()
      assert.truthy(answers[i]:find(row.naive), answers[i])
    end)
  end
end)
