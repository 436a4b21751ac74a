-- The rock: built and installed without a network, from a copy of the
-- sources, into a tree of its own.

local helper = require "tests.helper"
local quote = helper.quote

local ROCKSPEC = "rocks/wick-dev-1.rockspec"

-- What the Makefile builds: {core = {file...}, lua = {module -> file}}.
local function makefile()
  local status, out, err = helper.run { "make", "-s", "--no-print-directory", "files" }
  assert.equal(0, status, err)
  local list = { core = {}, lua = {} }
  for kind, file in out:gmatch("(%a+) ([^\n]+)") do
    if kind == "core" then
      table.insert(list.core, file)
    elseif kind == "lua" then
      local name = file:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")
      list.lua[name] = file
    end
  end
  table.sort(list.core)
  return list
end

describe("the rock", function()
  it("has the modules and the sources of the Makefile", function()
    local spec = {}
    assert(loadfile(ROCKSPEC, "t", spec))()
    local want, modules = makefile(), {}
    for name, module in pairs(spec.build.modules) do
      if name == "wick.core" then
        local sources = { table.unpack(module.sources) }
        table.sort(sources)
        assert.same(want.core, sources)
      else
        modules[name] = module
      end
    end
    assert.same(want.lua, modules)
  end)

  it("passes luarocks lint without a word", function()
    local status, out, err = helper.run({ "luarocks", "--lua-version", "5.4", "lint", ROCKSPEC },
      { env = { LUAROCKS_CONFIG = helper.root .. "/rocks/offline.lua" } })
    assert.equal("", out .. err)
    assert.equal(0, status)
  end)

  it("installs into a tree, offline, and its `wick` runs from /", function()
    local dir = helper.temp()
    local source, tree = dir .. "/source", dir .. "/tree"
    local status, _, err = helper.run(("mkdir %s && cp -R src include lua rocks LICENSE README.md "
      .. "CHANGELOG.md %s"):format(quote(source), quote(source)))
    assert.equal(0, status, err)
    local out
    status, out, err = helper.run({
      "luarocks", "--lua-version", "5.4", "--only-server=/nonexistent", "make", "--tree", tree,
      ROCKSPEC,
    }, { cwd = source, env = { LUAROCKS_CONFIG = source .. "/rocks/offline.lua", HOME = dir } })
    assert.equal(0, status, out .. err)
    -- both commands say the same, wherever they are started
    for _, words in ipairs {
      { "--version" },
      { "run", helper.root .. "/examples/iris/train.yaml" },
      { "check", helper.root .. "/examples/lighter-page/config.yaml" },
      { "run", helper.root .. "/examples/iris/train.yaml", "optimizer.ls=1" },
    } do
      local rock = { helper.run({ tree .. "/bin/wick", table.unpack(words) }, { cwd = "/" }) }
      local native = { helper.wick(words, { cwd = "/" }) }
      assert.same(native, rock, table.concat(words, " "))
    end
    helper.remove(dir)
  end)
end)
