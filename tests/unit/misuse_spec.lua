-- What a host program gets wrong: misuse raises at its own line, and what names
-- no file is told.

local helper = require "tests.helper"
local wick = require "wick"

local dir

describe("the library, misused,", function()
  setup(function()
    dir = helper.tree(helper.temp(), { ["c.yaml"] = "a: 1\n", ["p/m.lua"] = "return { X = 1 }" })
  end)

  teardown(function()
    helper.remove(dir)
  end)

  it("raises at the line that calls it", function()
    local project = assert(wick.project(dir .. "/p"))
    local config = assert(wick.load { a = 1 })
    for words, call in pairs {
      ["bad argument #1 to 'load' (a path or a table expected, got a number)"] = function()
        wick.load(3)
      end,
      ["bad argument #2 to 'load' (a list of overrides expected, got a string)"] = function()
        wick.load({}, "n=2")
      end,
      ["bad argument #2 to 'load' (a list of words such as 'key=value' expected, with the key 'n')"]
        = function()
        wick.load({}, { n = 2 })
      end,
      ["bad argument #2 to 'load' (a list of words such as 'key=value' expected, with a number)"]
        = function()
        wick.load({}, { "a=1", 5 })
      end,
      ["bad argument #3 to 'load' (a table of options expected, got a string)"] = function()
        wick.load({}, {}, "p")
      end,
      ["wick.load has no option 'projct'"] = function()
        wick.load({}, {}, { projct = "x" })
      end,
      ["the option 'allow' is a table, not a string"] = function()
        wick.load({}, {}, { allow = "socket" })
      end,
      ["the option 'allow' is a list of texts, and has the key 'socket'"] = function()
        wick.load({}, {}, { allow = { socket = true } })
      end,
      ["the option 'env' is a list of texts, and has a number"] = function()
        wick.load({}, {}, { env = { 5 } })
      end,
      ["wick has no limit 'value.byte'"] = function()
        wick.load({}, {}, { limits = { ["value.byte"] = 1 } })
      end,
      ["the limit 'value.bytes' is a number of bytes or nodes"] = function()
        wick.load({}, {}, { limits = { ["value.bytes"] = "1 MiB" } })
      end,
      ["the option 'backend' is one of auto, openat2, walk"] = function()
        wick.load({}, {}, { backend = "foo" })
      end,
      ["the option 'after' is one of check, compose, evaluate, read"] = function()
        wick.load({}, {}, { after = "build" })
      end,
      ["bad argument #1 to 'project' (a folder expected, got nothing)"] = function()
        wick.project()
      end,
      ["bad argument #2 to 'project' (a table of options expected, got a string)"] = function()
        wick.project(dir .. "/p", "q")
      end,
      ["wick.project has no option 'nam'"] = function()
        wick.project(dir .. "/p", { nam = "q" })
      end,
      ["the option 'name' is a string, not a number"] = function()
        wick.project(dir .. "/p", { name = 5 })
      end,
      ["bad argument #1 to 'resolve' (a text expected, got a number)"] = function()
        project:resolve(5)
      end,
      ["bad argument #1 to 'import' (a text expected, got nothing)"] = function()
        project:import()
      end,
      ["bad argument #2 to 'import' (a folder expected, got nothing)"] = function()
        wick.import("p.m.X")
      end,
      ["bad argument #1 to 'ref' (a text expected, got nothing)"] = function()
        return { a = wick.ref() }
      end,
      ["bad argument #1 to 'expr' (a text expected, got a table)"] = function()
        return { a = wick.expr {} }
      end,
      ["bad argument #1 to 'append' (a value expected; for a null, wick.null)"] = function()
        return { a = wick.append() }
      end,
      ["bad argument #1 to 'diff' (a config, a path or a table expected)"] = function()
        wick.diff(5, {})
      end,
      ["bad argument #1 to 'explain' (a key path expected, got nothing)"] = function()
        config:explain()
      end,
      ["bad argument #1 to 'get' (a text expected, got a number)"] = function()
        config:get(5)
      end,
      ["bad argument #1 to 'build' (a text expected, got a table)"] = function()
        config:build {}
      end,
      ["bad argument #1 to 'run' (a text expected, got a boolean)"] = function()
        config:run(true)
      end,
      ["bad argument #1 to 'show' (a table of options expected, got a number)"] = function()
        config:show(5)
      end,
      ["bad argument #1 to 'show' (a table of options expected, got a string; for one key: "
        .. "{key = \"…\"})"] = function()
        config:show "a"
      end,
      ["bad argument #1 to 'set' (a string expected, got nil)"] = function()
        config:set()
      end,
    } do
      local ok, message = pcall(call)
      assert.is_false(ok, words)
      local info = debug.getinfo(call, "S")
      local from, to = info.linedefined, info.lastlinedefined
      local line, said = message:match("^tests/unit/misuse_spec%.lua:(%d+): (.*)$")
      assert.equal(words, said or message)
      assert.is_true(tonumber(line) > from and tonumber(line) < to, message)
    end
    config:close()
    project:close()
    local ok, message = pcall(function() project:resolve "p.m.X" end)
    assert.is_false(ok)
    assert.matches("^tests/unit/misuse_spec%.lua:%d+: this project is closed$", message)
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
