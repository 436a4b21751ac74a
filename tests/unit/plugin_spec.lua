-- C plugins through the library's faces.  What is loaded stays, with its
-- descriptor, so each test is a program of its own.

local helper = require "tests.helper"

-- Runs a program in a folder with the project `p`, which has the plugins `made`
-- (stated) and `bare` (not stated), and other files.  Its words are in `log`.
local function run(program, files)
  local dir = helper.temp()
  helper.write(dir .. "/p/made.so", helper.read(helper.build .. "/tests/plugins/made.so"))
  helper.write(dir .. "/p/bare.so", (helper.read(helper.build .. "/tests/plugins/made.so")
    :gsub("%.wick%.plugin", ".sick.plugin")))
  helper.tree(dir, files or {})
  helper.write(dir .. "/program.lua", [[
    package.path = arg[1] .. "/lua/?.lua;" .. arg[1] .. "/lua/?/init.lua;" .. package.path
    package.cpath = arg[2] .. "/lua/?.so;" .. package.cpath
    local function log()
      local file = io.open("canary")
      local text = file and file:read("a") or ""
      if file then
        file:close()
      end
      return (text:gsub(" made 1\n", " "))
    end
  ]] .. program)
  local status, out, err = helper.run({ helper.host, "program.lua", helper.root, helper.build },
    { cwd = dir, env = { WICK_CANARY = dir .. "/canary" } })
  helper.remove(dir)
  assert.equal("", err)
  assert.equal("", out)
  assert.equal(0, status)
end

describe("a C plugin", function()
  it("is resolved without being loaded, and imported", function()
    run([[
      local wick = require "wick"
      local project = assert(wick.project("p"))
      local place = assert(project:resolve "p.made.Make")
      assert(place.file == project.path .. "/made.so" and place.line == nil)
      assert(place.kind == "C constructor" and #place.candidates > 3)
      local nothing, err = project:resolve "p.made.Mak"
      assert(nothing == nil and err.code == "W0204")
      assert(err.helps[1] == "did you mean `Make`?", err.helps[1])
      assert(log() == "", log())
      local make = assert(project:import "p.made.Make")
      assert(make({ size = 2 }).size == 2 and log() == "loaded opened ", log())
      local module = require "p.made"
      assert(module.Make == make and module.name == "p.made")
      assert(module.path == project.path .. "/made.so" and log() == "loaded opened ")
      assert(package.loaded["p.made"] == module)
      project:close()
      assert(package.loaded["p.made"] == nil and make({}).size == 0)
      project = assert(wick.project("p"))
      assert(project:import "p.made.Make" == make) -- one library, opened anew
      assert(log() == "loaded opened opened ", log())
    ]])
  end)

  it("builds objects, and is required by Lua modules", function()
    run([[
      local wick = require "wick"
      local config = assert(wick.load { project = "p",
        a = { _target_ = "p.made.Make", size = 3 },
        b = { _target_ = "p.again.Make", size = 4 },
        c = { _target_ = "p.made.Class" },
        d = { _target_ = "p.made.Class.from_file", mode = "b" },
        e = wick.expr "(@a).size + (@b).size" })
      assert(config:check())
      assert(log() == "")
      local all = assert(config:build())
      assert(all.a.size == 3 and all.b.size == 4 and all.d.mode == "b" and all.e == 7)
      assert(log() == "loaded opened ")
      assert(config:close())
    ]], { ["p/again.lua"] = "return { Make = require 'p.made'.Make }" })
  end)

  it("without a statement is warned of once, and refused when strict", function()
    run([[
      local wick = require "wick"
      os.rename("p/made.so", "stated.so")
      os.rename("p/bare.so", "p/made.so")
      local table = { project = "p", a = { _target_ = "p.made.Make" },
        b = { _target_ = "p.made.answer" } }
      local config = assert(wick.load(table))
      local ok, warnings, notes = config:check()
      assert(ok and #warnings == 1 and warnings[1].code == "W0607" and #notes == 2)
      assert(log() == "")
      assert(config:build())
      assert(#config.warnings == 1 and config.warnings[1].code == "W0607")
      assert(config.warnings[1].severity == "warning" and log() == "loaded opened ")
      assert(config:close())
      for _, options in ipairs { { strict = true }, { untrusted = true, project = "p" } } do
        config = assert(wick.load(table, nil, options))
        local value, err = config:build()
        assert(value == nil and err.code == "W0607" and err.status == 6, tostring(err))
        assert(config:close())
      end
    ]])
  end)

  it("is the project's own, also what its functions are when others loaded them before", function()
    run([[
      local cpath = package.cpath
      package.cpath = "./p/?.so"
      local stock = require "made"
      package.cpath = cpath
      assert(log() == "loaded opened ")
      local wick = require "wick"
      local project = assert(wick.project("p"))
      assert(project:import "p.made.Make" == stock.Make) -- one library
      assert(log() == "loaded opened opened ", log())
      -- not the project's: what the plugin hands on, and the module of the program
      package.loaded.made = stock
      local value, err = project:import "p.other.Make"
      assert(value == stock.Make, tostring(err))
      value, err = project:import "p.other.made"
      assert(value == nil and err.code == "W0509", tostring(err))
      value, err = project:import "p.other.execute"
      assert(value == nil and err.code == "W0509", tostring(err))
    ]], { ["p/other.lua"] = [[
      local made = package.loaded.made
      return { Make = made.Make, made = made, execute = require "p.made".execute }
    ]] })
  end)

  it("whose entry fails is not kept, and tried again", function()
    run([[
      local wick = require "wick"
      local project = assert(wick.project("p"))
      for _, name in ipairs { "p.no.made", "p.made.no" } do
        local value, err = project:import(name)
        assert(value == nil and err.status == 4, tostring(err))
      end
      assert(log() == "")
    ]])
  end)

  it("that raises for a late expression is told without wick's own lines", function()
    run([[
      local wick = require "wick"
      local config = assert(wick.load { project = "p",
        a = { _target_ = "p.holder" }, b = wick.expr "(@a).Make(5)" })
      local value, err = config:build()
      assert(value == nil and err.code == "W0306", tostring(err))
      assert(not tostring(err):find("wick/", 1, true), tostring(err))
      assert(tostring(err):find("table expected", 1, true), tostring(err))
    ]], { ["p/holder.lua"] = "return { new = function() return require 'p.made' end }" })
  end)
end)

describe("the core's plugin", function()
  local core = require "wick.core"

  -- Calls check with the plugin `name` of a folder that holds `bytes` as its file.
  local function with(name, bytes, check)
    local dir = helper.temp()
    local file = dir .. "/" .. name .. ".so"
    helper.write(file, bytes)
    local root = assert(core.root(dir))
    local plugin, facts = root:plugin(name .. ".so", nil, "p." .. name)
    check(assert(plugin, facts and facts.message), file, facts)
    plugin:close()
    root:close()
    helper.remove(dir)
  end

  -- The plugin `one`, in which each text is another one, of the same length.
  local function one(changes)
    local bytes = helper.read(helper.build .. "/tests/plugins/one.so")
    for old, new in pairs(changes) do
      assert.equal(#old, #new)
      local from, to = bytes:find(old, 1, true)
      bytes = bytes:sub(1, from - 1) .. new .. bytes:sub(to + 1)
    end
    return bytes
  end

  it("tells what was stated, and nothing for what was not", function()
    with("one", one { ["doc\tfor tests\n"] = "more\tof it\tno\n" }, function(plugin)
      assert.same({ name = "one", version = "1.0", lua = "Lua 5.4", doc = "",
        constructors = { { name = "Make", doc = "gives a number", params = {} } },
      }, plugin:statement())
      assert.equal("wick.plugin (p.one)", tostring(plugin))
    end)
    with("one", one { ["doc\tfor tests\nconstructor\tMake\tgives a number\n"] =
      "constructor\tM\ta\nparam\tn?\tint\tb\nparam\tm\tint\tcc\n" },
      function(plugin)
        assert.same({ { name = "M", doc = "a", params = {
          { name = "n", type = "int", doc = "b", optional = true },
          { name = "m", type = "int", doc = "cc", optional = false },
        } } }, plugin:statement().constructors)
      end)
  end)

  it("lists what it needs and exports, while its file is the one that was checked", function()
    for _, name in ipairs { "one", "many" } do
      local bytes = helper.read(helper.build .. "/tests/plugins/" .. name .. ".so")
      with(name, bytes, function(plugin, file)
        local facts = assert(plugin:facts())
        assert.same({ "libc.so.6" }, facts.needed)
        assert.equal(name == "one" and 2 or 1000, #facts.exports)
        helper.write(file, bytes .. "more")
        local none, err = plugin:facts()
        assert.is_nil(none)
        assert.equal("ECHANGED", err.name)
        assert.equal(("`%s.so` changed while it was read"):format(name), err.message)
        plugin:close()
        none, err = plugin:load()
        assert.is_nil(none)
        assert.equal("EIO", err.name)
      end)
    end
  end)

  it("knows the library of a C function, and of nothing else", function()
    assert.equal("userdata", type(core.library(core.library)))
    assert.equal(core.library(core.root), core.library(core.library))
    assert.is_nil(core.library(function() end))
    assert.is_nil(core.library("print"))
  end)

  it("that is not there is told, or quietly false", function()
    with("one", one {}, function()
      local root = assert(core.root(helper.temp()))
      local none, err = root:plugin("no.so", nil, "p.no")
      assert.is_nil(none)
      assert.equal("ENOTFOUND", err.name)
      assert.is_false(root:plugin("no.so", nil, "p.no", true))
      none, err = root:plugin("no.so", -1, "p.no")
      assert.is_nil(none)
      assert.equal("ENOTFOUND", err.name)
      root:close()
    end)
  end)
end)
