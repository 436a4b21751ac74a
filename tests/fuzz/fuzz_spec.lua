-- fuzz: every fuzz target reads its committed corpus and finds nothing.  The
-- corpora are small, and hold what broke something once; `make fuzz` makes
-- more of them (see fuzz.h).

local helper = require "tests.helper"
local lfs = require "lfs"

local FOLDER = helper.root .. "/tests/fuzz/"
local LEAST = 12 -- files that a corpus has

local function names_in(folder, pattern)
  local names = {}
  for entry in lfs.dir(folder) do
    names[#names + 1] = entry:match(pattern)
  end
  table.sort(names)
  return names
end

-- Feeds the corpus to the target; gives its status, and what it printed.
local function replay(name, env)
  return helper.run({ helper.build .. "/tests/fuzz_" .. name, "tests/fuzz/corpus/" .. name },
    { cwd = helper.root, env = env })
end

describe("the fuzz target", function()
  local targets = names_in(FOLDER, "^fuzz_(.+)%.c$")

  for _, name in ipairs(targets) do
    it(name .. " finds nothing in its corpus", function()
      local files = #names_in(FOLDER .. "corpus/" .. name, "^([^.].*)$")
      assert.is_true(files >= LEAST, ("its corpus has %d files"):format(files))
      local status, out, err = replay(name)
      assert.equal(0, status, err)
      assert.equal(files .. " inputs\n", out)
    end)
  end

  it("of every corpus and dictionary is there", function()
    local known = {}
    for _, name in ipairs(targets) do
      known[name] = true
    end
    for _, name in ipairs(names_in(FOLDER .. "corpus", "^([^.].*)$")) do
      assert.is_true(known[name], "a corpus without its target: " .. name)
    end
    for _, name in ipairs(names_in(FOLDER .. "dict", "^(.+)%.dict$")) do
      assert.is_true(known[name], "a dictionary without its target: " .. name)
    end
  end)

  it("path finds out a loader that just opens (control)", function()
    local status, _, err = replay("path", { FUZZ_NAIVE = "1" })
    assert.is_true(status > 128, "it ended with " .. status)
    assert.truthy(err:find("does not hold: code == want", 1, true), err)
  end)

  it("says so when an input cannot be read (control)", function()
    local status, out = helper.run { helper.build .. "/tests/fuzz_name", "tests/fuzz/gone" }
    assert.equal(1, status)
    assert.equal("", out)
  end)
end)
