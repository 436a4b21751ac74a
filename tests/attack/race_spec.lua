-- Rows 50 and 58 to 64: files that change under the resolver (race.c), in short.
-- `make race` is the long run.

local helper = require "tests.helper"

local RACES = { "folder", "file", "kind", "root", "away", "mount", "storm", "modes" }

describe("attack rows 58 to 64, a race:", function()
  for _, name in ipairs(RACES) do
    it(name, function()
      local status, out, err = helper.run { "timeout", "300", helper.build .. "/tests/race", name,
        "10000", "500" }
      if status == 77 then
        return pending(err:gsub("%s+$", "") .. out)
      end
      assert.equal(0, status, out .. err)
      assert.falsy(out:find("WRONG", 1, true), out)
      assert.truthy(out:find(" 0 escapes", 1, true), out)
    end)
  end

  it("all there are", function()
    local text = helper.read(helper.root .. "/tests/attack/race.c")
    local list = text:match("static const Race races%[%] = {(.-)\n};")
    local names = {}
    for name in list:gmatch('{"(%a+)", %d+') do
      names[#names + 1] = name
    end
    assert.same(RACES, names)
  end)
end)
