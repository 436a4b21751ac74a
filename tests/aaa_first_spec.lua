-- The first spec: is this the Lua that the tests are meant for?

describe("the test set-up", function()
  it("runs Lua 5.4, whatever /usr/bin/busted says", function()
    assert.equal("Lua 5.4", _VERSION)
  end)

  it("is started in the repository", function()
    local helper = require "tests.helper"
    assert.truthy(helper.read("Makefile"))
    assert.truthy(helper.read("src/fail.h"))
  end)
end)
