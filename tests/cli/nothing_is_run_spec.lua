-- The verbs that look run no code of a project: on every example, with modules
-- that would leave a file behind.

local helper = require "tests.helper"
local lfs = require "lfs"

-- A copy of an example in which every module opens `canary` first; gives the
-- configs that its README runs.
local function with_canaries(name, dir)
  helper.run({ "cp", "-R", helper.root .. "/examples", helper.root .. "/include", dir })
  local configs, seen, count = {}, {}, 0
  local folder = dir .. "/examples/" .. name
  local readme = helper.read(folder .. "/README.md")
  if lfs.attributes(folder .. "/Makefile") then
    assert.equal(0, (helper.run { "make", "-s", "-C", folder }))
  end
  for file in readme:gmatch("wick run examples/" .. name:gsub("%p", "%%%0") .. "/(%S+)") do
    if not seen[file] then
      seen[file] = true
      configs[#configs + 1] = folder .. "/" .. file
    end
  end
  assert.truthy(#configs > 0, "its README runs no config")
  local _, list = helper.run { "find", folder, "-mindepth", "2", "-type", "f" }
  for path in list:gmatch("[^\n]+") do
    if path:match("%.lua$") then
      count = count + 1
      helper.write(path, ("io.open(%q, 'w'):close() "):format(dir .. "/canary")
        .. helper.read(path))
    end
  end
  assert.truthy(count > 0, "this example has no module")
  return configs
end

local LOOKS = {
  { "show" }, { "show", "--origin" }, { "show", "--format=lua" }, { "show", "--format=json" },
  { "show", "--raw" }, { "show", "--after=read" }, { "show", "--json", "--origin" },
  { "check" }, { "check", "-v" }, { "check", "--json" },
  { "explain", "project" }, { "explain", "project", "--json" },
  { "tree" }, { "tree", "-v" }, { "tree", "--json" },
  { "graph" }, { "graph", "--format=mermaid" }, { "graph", "--format=json" },
  { "diff", "project=." }, { "diff", "project=.", "--json" },
}

describe("nothing of the project is run", function()
  for name in lfs.dir(helper.root .. "/examples") do
    if not name:match("^%.") and lfs.attributes(helper.root .. "/examples/" .. name, "mode")
      == "directory" then
      it("by looking at examples/" .. name, function()
        local dir = helper.temp()
        for _, config in ipairs(with_canaries(name, dir)) do
          for _, words in ipairs(LOOKS) do
            local line = table.move(words, 1, #words, 1, {})
            table.insert(line, 2, config)
            local status, out, err = helper.wick(line)
            local what = table.concat(line, " ") .. "\n" .. err
            assert.equal(0, status, what)
            assert.not_equal("", out, what)
            assert.is_nil(lfs.attributes(dir .. "/canary"), what)
          end
          helper.wick { "run", config } -- the canary sings when it is let out
          assert.truthy(lfs.attributes(dir .. "/canary"), config)
          os.remove(dir .. "/canary")
        end
        helper.remove(dir)
      end)
    end
  end
end)
