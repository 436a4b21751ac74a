-- The verbs that look run no code of a project: on every example, with modules
-- that would leave a file behind.

local helper = require "tests.helper"
local lfs = require "lfs"

local CONSTRUCTOR = [[
#include <stdio.h>
__attribute__((constructor)) static void sing (void) {
  FILE *f = fopen("%s", "w");
  if (f) fclose(f);
}
]]

-- A copy of the examples, in which every module opens `canary` first, and the
-- plugins of one, which are built here, a file of their own; gives the configs
-- that its README runs, and the canaries.
local function with_canaries(name, dir)
  helper.run({ "cp", "-R", helper.root .. "/examples", helper.root .. "/include", dir })
  local folder = dir .. "/examples/" .. name
  local configs, seen, canaries = {}, {}, {}
  local readme = helper.read(folder .. "/README.md")
  for file in readme:gmatch("wick run examples/" .. name:gsub("%p", "%%%0") .. "/(%S+)") do
    if not seen[file] then
      seen[file] = true
      configs[#configs + 1] = folder .. "/" .. file
    end
  end
  assert.truthy(#configs > 0, "its README runs no config")
  for file in lfs.dir(folder) do
    if file:match("%.c$") then
      canaries[#canaries + 1] = dir .. "/canary.so"
      helper.write(folder .. "/" .. file,
        CONSTRUCTOR:format(dir .. "/canary.so") .. helper.read(folder .. "/" .. file))
    end
  end
  if #canaries > 0 then
    local status, _, err = helper.run { "make", "-s", "-B", "-C", folder }
    assert.equal(0, status, err)
  end
  local _, list = helper.run { "find", dir .. "/examples", "-mindepth", "3", "-name", "*.lua" }
  for path in list:gmatch("[^\n]+") do
    canaries[#canaries + 1] = dir .. "/canary"
    helper.write(path, ("io.open(%q, 'w'):close() "):format(dir .. "/canary")
      .. helper.read(path))
  end
  assert.truthy(#canaries > 0, "the examples have no modules")
  return configs, canaries
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
        local configs, canaries = with_canaries(name, dir)
        for _, config in ipairs(configs) do
          for _, words in ipairs(LOOKS) do
            local line = table.move(words, 1, #words, 1, {})
            table.insert(line, 2, config)
            local status, out, err = helper.wick(line)
            local what = table.concat(line, " ") .. "\n" .. err
            assert.equal(0, status, what)
            assert.not_equal("", out, what)
            for _, canary in ipairs(canaries) do
              assert.is_nil(lfs.attributes(canary), what)
            end
          end
          helper.wick { "run", config } -- the canary sings when it is let out
          for _, canary in ipairs(canaries) do
            assert.truthy(lfs.attributes(canary), config .. " " .. canary)
          end
          os.remove(dir .. "/canary")
          os.remove(dir .. "/canary.so")
        end
        helper.remove(dir)
      end)
    end
  end
end)
