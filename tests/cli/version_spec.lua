-- The version stands in one place, wick._VERSION, and all that say it agree.

local helper = require "tests.helper"
local wick = require "wick"

local version = wick._VERSION:match("^wick (%d+%.%d+%.%d+)$")

describe("the version", function()
  it("is a name and three numbers", function()
    assert.truthy(version, wick._VERSION)
  end)

  it("is what the command says", function()
    local status, out = helper.wick { "--version" }
    assert.same({ 0, wick._VERSION .. " (" .. _VERSION .. ")\n" }, { status, out })
  end)

  it("is that of the newest changes", function()
    assert.equal(version, helper.read("CHANGELOG.md"):match("\n## (%S+)"))
  end)

  it("is that of the rock, when the rock has one", function()
    for _, path in ipairs { "rocks/wick-dev-1.rockspec" } do
      local rock = {}
      assert(loadfile(path, "t", rock))()
      local named = rock.version:match("^(.+)%-%d+$")
      assert.is_true(named == "dev" or named == version, rock.version)
      assert.equal(("rocks/wick-%s.rockspec"):format(rock.version), path)
    end
  end)

  it("is written down once", function()
    local _, out = helper.run("grep -rnF " .. helper.quote(version) .. " Makefile src lua include "
      .. "rocks")
    assert.equal("lua/wick/init.lua", out:match("^[^:]*"))
    assert.equal(1, select(2, out:gsub("\n", "")), out)
  end)

  it("is told with a bug in wick", function()
    local script = helper.write(helper.temp() .. "/bug.lua", ([[
      package.path = "%s/lua/?.lua;%s/lua/?/init.lua;" .. package.path
      package.cpath = "%s/lua/?.so;" .. package.cpath
      package.loaded["wick.cli.words"] = { parse = function() error "a fault" end }
      os.exit(require "wick.cli.command"("help"))
    ]]):format(helper.root, helper.root, helper.build))
    local status, out, err = helper.run { helper.host, script }
    assert.same({ 70, "" }, { status, out })
    assert.truthy(err:find("^internal error%[W9999%]: .*: a fault\n"), err)
    assert.equal("  = note: " .. wick._VERSION .. ", " .. _VERSION
      .. "\n  = help: this is a bug in wick: tell us what you ran\n", err:match("  = .*$"))
  end)
end)
