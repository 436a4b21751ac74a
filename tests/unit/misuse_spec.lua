-- What a host program gets wrong: misuse raises at its own line, and what names
-- no file is told.

local helper = require "tests.helper"
local wick = require "wick"

local dir

describe("the library, misused,", function()
  setup(function()
    dir = helper.tree(helper.temp(), { ["c.yaml"] = "a: 1\n", ["p/m.lua"] = "return { X = print }" })
  end)

  teardown(function()
    helper.remove(dir)
  end)

  it("opens no file whose name goes on behind a NUL", function()
    for _, source in ipairs { dir .. "/c.yaml\0x", dir .. "/c.yaml\0", "\0" } do
      local config, err = wick.load(source)
      assert.is_nil(config)
      assert.equal("W0004", err.code)
      assert.matches("\\x00.*cannot be the name of a file$", err.message)
    end
  end)
end)
