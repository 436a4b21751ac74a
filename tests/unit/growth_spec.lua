-- What is asked of a config of n parts takes n steps, not n times n.  Counted are
-- the instructions of Lua and what table.move moves, so no clock is asked.

local helper = require "tests.helper"
local wick = require "wick"

local N = 300

-- A text for each number up to n, one a line.
local function lines(n, template)
  local list = {}
  for i = 1, n do
    list[i] = template:gsub("#", i)
  end
  return table.concat(list, "\n") .. "\n"
end

-- Instructions and moves of f.
local function steps(f)
  local count, move = 0, table.move
  rawset(table, "move", function(from, first, last, ...)
    count = count + math.max(last - first + 1, 0)
    return move(from, first, last, ...)
  end)
  debug.sethook(function()
    count = count + 100
  end, "", 100)
  local ok, problem = pcall(f)
  debug.sethook()
  rawset(table, "move", move)
  assert(ok, problem)
  return count
end

local CASES = {
  { "references beside maps that were meant to be components", function(n)
    return "project: p/\nz: 1\n" .. lines(n, "k#: {target: p.m.f}") .. lines(n, "e#: '$ @z'")
  end, function(path)
    local config, err = wick.load(path)
    assert.is_nil(config)
    assert.equal("the key `target` makes no component of `k1`", err.message)
  end },
  { "components of a graph", function(n)
    return "project: p/\n" .. lines(n, "k#: {_target_: p.m.f, of: {_target_: p.m.f}}")
  end, function(path)
    local config <close> = assert(wick.load(path))
    config:graph()
  end },
}

describe("the work of", function()
  local dir

  setup(function()
    dir = helper.temp()
  end)

  teardown(function()
    helper.remove(dir)
  end)

  for _, case in ipairs(CASES) do
    it(case[1] .. " grows with their number", function()
      local few = helper.write(dir .. "/few.yaml", case[2](N))
      local many = helper.write(dir .. "/many.yaml", case[2](4 * N))
      case[3](few) -- loads the rooms
      local a, b = steps(function() case[3](few) end), steps(function() case[3](many) end)
      assert.is_true(b < 6 * a, ("%d, then %d"):format(a, b))
    end)
  end
end)
