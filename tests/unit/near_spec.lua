-- Which names are near to a word: the distance that C tells, against a plain
-- account of it, and how much looking is done for very many errors.

local core = require "wick.core"
local fail = require "wick.fail"

-- The optimal string alignment distance, by its definition.
local function account(a, b)
  local d = {}
  for i = 0, #a do
    d[i] = { [0] = i }
  end
  for j = 0, #b do
    d[0][j] = j
  end
  for i = 1, #a do
    for j = 1, #b do
      local x, y = a:sub(i, i), b:sub(j, j)
      local changed = d[i - 1][j - 1] + (x == y and 0 or 1)
      local least = math.min(d[i - 1][j] + 1, d[i][j - 1] + 1, changed)
      if i > 1 and j > 1 and x == b:sub(j - 1, j - 1) and a:sub(i - 1, i - 1) == y then
        least = math.min(least, d[i - 2][j - 2] + 1)
      end
      d[i][j] = least
    end
  end
  return d[#a][#b]
end

describe("names that are near", function()
  it("are as far apart as letters must be changed", function()
    for _, case in ipairs {
      { "hiden", "hidden", 1 }, { "optim", "optmi", 1 }, { "LR", "lr", 0 }, { "", "ab", 2 },
      { "kitten", "sitting", 3 }, { "ca", "abc", 3 }, { "\xC3\x9F", "\xC3\xBC", 1 },
    } do
      assert.equal(case[3], core.distance(case[1], case[2], 10), case[1])
      assert.equal(case[3], core.distance(case[2], case[1], 10), case[1])
    end
    assert.equal(3, core.distance("abcdef", "uvwxyz", 2))
    assert.equal(2, core.distance(("x"):rep(128), ("x"):rep(128), 1))
    local state = 7
    local function word()
      local letters = {}
      state = (state * 1103515245 + 12345) % 2147483648
      for i = 1, (state >> 8) % 9 do
        state = (state * 1103515245 + 12345) % 2147483648
        letters[i] = ("abc"):sub((state >> 12) % 3 + 1, (state >> 12) % 3 + 1)
      end
      return table.concat(letters)
    end
    for _ = 1, 5000 do
      local a, b = word(), word()
      local far = account(a, b)
      for cap = 0, 4 do
        local got = core.distance(a, b, cap)
        assert.is_true(far <= cap and got == far or far > cap and got > cap, a .. " " .. b)
      end
    end
  end)

  it("are not looked for without end", function()
    local names = {}
    for i = 1, 1000 do
      names[i] = "name" .. i
    end
    local found = 0
    fail.new("EREF", { message = "begins anew" })
    for _ = 1, 10000 do
      found = found + #fail.near("naem7", names)
    end
    assert.is_true(found >= 1000 and found <= 10000, found)
    fail.new("EREF", { message = "begins anew" })
    assert.same({ "name7" }, { (fail.near("naem7", names))[1] })
  end)

  it("are told sorted, ten at most", function()
    local names = {}
    for i = 1, 40 do
      names[i] = ("k%02d"):format((i * 7) % 41)
    end
    assert.equal("k01, k02, k03, k04, k05, k06, k07, k08, k09, k10, …", fail.names(names))
    assert.equal("a, b", fail.names { "b", "a" })
  end)
end)
