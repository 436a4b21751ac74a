-- Rows 104 to 122 for expressions: work that their texts do not show
-- (rows_expr.lua).

local helper = require "tests.helper"
local budget = dofile(helper.root .. "/tests/attack/budget.lua")

describe("work in expressions:", function()
  local dir
  setup(function()
    dir = helper.temp()
  end)
  teardown(function()
    helper.remove(dir)
  end)

  for i, row in ipairs(budget.rows "rows_expr") do
    it(("%d: %s"):format(row[1], row[2]), function()
      local path = helper.write(("%s/%d.yaml"):format(dir, i), budget.program(row))
      local said = assert(budget.child("yaml", path))
      assert.equal(row.code, said.code, said.text)
      if row.says then
        assert.truthy(said.text:find(row.says, 1, true), said.text)
      end
    end)
  end
end)
