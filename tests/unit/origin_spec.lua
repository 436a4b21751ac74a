-- wick.origin: is what a name leads to the project's own?

local helper = require "tests.helper"
local origin = require "wick.origin"
local target = require "wick.target"
local load = require "wick.load"

local base, count

local function with(files, f)
  count = count + 1
  local project = assert(target.project(helper.tree(("%s/%d/p"):format(base, count), files)))
  local ok, problem = pcall(f, project)
  project:close()
  if not ok then
    error(problem, 0)
  end
end

-- What a loaded module of that name makes of the check, as long as f runs.
local function loaded(name, value, f)
  package.loaded[name] = value
  local ok, problem = pcall(f)
  package.loaded[name] = nil
  if not ok then
    error(problem, 0)
  end
end

describe("wick.origin", function()
  setup(function()
    base, count = helper.temp(), 0
  end)

  teardown(function()
    helper.remove(base)
  end)

  it("refuses what the standard libraries have, and says what it is", function()
    for reason, value in pairs {
      ["`os.execute` of the standard library"] = os.execute,
      ["`print` of the standard library"] = print,
      ["`setmetatable` of the standard library"] = setmetatable,
      ["`os` of the standard library"] = os,
      ["`string` of the standard library"] = string,
      ["`string.format` of the standard library"] = string.format,
      ["`package.loaded` of the standard library"] = package.loaded,
      ["`package.searchpath` of the standard library"] = package.searchpath,
      ["`_G` of the standard library"] = _G,
      ["`io.stdout` of the standard library"] = io.stdout,
      ["`io.stderr.metatable` of the standard library"] = debug.getmetatable(io.stdout),
      ["`string.metatable` of the standard library"] = debug.getmetatable(""),
      ["`coroutine.wrap` of the standard library"] = coroutine.wrap,
    } do
      if value == debug.getmetatable(io.stdout) then
        assert.truthy(origin.check(value):find("^`io%.std%l+%.metatable` of the standard library$"))
      else
        assert.equal(reason, origin.check(value))
      end
    end
  end)

  it("goes three steps and no farther", function()
    local methods = debug.getmetatable(io.stdout).__index -- io, stdout, metatable, __index
    assert.truthy(origin.check(methods):find("^`io%.std%l+%.metatable%.__index` of the "))
    assert.is_nil(origin.check(methods.write))
  end)

  it("accepts what is neither a table, a function nor userdata", function()
    for _, value in ipairs { 1, 1.5, "text", true, false, coroutine.create(print) } do
      assert.is_nil(origin.check(value))
    end
    assert.is_nil(origin.check(nil))
  end)

  it("accepts what was made later", function()
    assert.is_nil(origin.check({}))
    assert.is_nil(origin.check(function() end))
    assert.is_nil(origin.check(setmetatable({}, { __index = string })))
  end)

  it("accepts functions of the project, whoever holds them", function()
    with({ ["a.lua"] = "local M = {}\nfunction M.f() end\nreturn M" }, function(project)
      local f = assert(load.value(project, "p.a.f"))
      loaded("wick_spec_holder", { f = f }, function()
        assert.is_nil(origin.check(f, project))
        assert.equal("`wick_spec_holder.f` of the module `wick_spec_holder`", origin.check(f))
      end)
    end)
  end)

  it("accepts functions that wick made", function()
    local f = origin.mark(function() end)
    loaded("wick_spec_marked", { f = f }, function()
      assert.is_nil(origin.check(f))
      assert.is_nil(origin.callable(f))
    end)
  end)

  it("refuses what a loaded foreign module has, in three steps", function()
    local one, two, three, four = {}, {}, {}, {}
    local module = { a = one, [four] = 1 }
    one.b, two.c, three.d = two, three, four
    local method = function() end
    setmetatable(one, { __index = { method = method } })
    loaded("wick_spec_lib", module, function()
      assert.equal("the module `wick_spec_lib`", origin.check(module))
      assert.equal("`wick_spec_lib.a` of the module `wick_spec_lib`", origin.check(one))
      assert.equal("`wick_spec_lib.a.b` of the module `wick_spec_lib`", origin.check(two))
      assert.equal("`wick_spec_lib.a.b.c` of the module `wick_spec_lib`", origin.check(three))
      assert.is_nil(origin.check(four)) -- four steps, and a key is no step
      assert.equal("`wick_spec_lib.a.metatable` of the module `wick_spec_lib`",
        origin.check(getmetatable(one)))
      assert.is_nil(origin.check(method))
    end)
  end)

  it("refuses a module that is a function", function()
    local f = function() end
    loaded("wick_spec_function", f, function()
      assert.equal("the module `wick_spec_function`", origin.check(f))
    end)
  end)

  it("takes a module as it was when it was first seen", function()
    local early, late = {}, {}
    local module = { early = early }
    loaded("wick_spec_seen", module, function()
      assert.equal("`wick_spec_seen.early` of the module `wick_spec_seen`", origin.check(early))
      module.late = late
      module.early = nil
      assert.is_nil(origin.check(late))
      assert.equal("what another module had before", origin.check(early))
    end)
  end)

  it("looks at a new module, even where another led to it", function()
    local deep = { { { {} } } }
    local module = { a = { b = { c = deep } } }
    loaded("wick_spec_one", module, function()
      assert.equal("`wick_spec_one.a.b.c` of the module `wick_spec_one`", origin.check(deep))
      assert.is_nil(origin.check(deep[1]))
      loaded("wick_spec_two", deep, function()
        assert.is_string(origin.check(deep[1]))
        assert.is_string(origin.check(deep[1][1][1]))
      end)
    end)
  end)

  it("keeps nothing alive", function()
    local weak = setmetatable({}, { __mode = "v" })
    weak[1] = { { {} } }
    weak[2] = weak[1][1]
    loaded("wick_spec_weak", weak[1], function()
      assert.is_string(origin.check(weak[2]))
    end)
    origin.check({})
    collectgarbage()
    collectgarbage()
    assert.is_nil(weak[1])
    assert.is_nil(weak[2])
  end)

  it("accepts wick's own modules and a project's", function()
    assert.is_nil(origin.check(target))
    assert.is_nil(origin.check(load.constructor))
    with({ ["a.lua"] = "return { t = {} }" }, function(project)
      local module = assert(load.module(project, "p.a"))
      assert.equal(module, package.loaded["p.a"])
      assert.is_nil(origin.check(module, project))
      assert.is_nil(origin.check(module.t, project))
    end)
  end)

  it("says what may finally be called", function()
    assert.equal("`os.execute` of the standard library", origin.callable(os.execute))
    assert.equal("`setmetatable` of the standard library", origin.callable(setmetatable))
    assert.equal("`string.rep` of the standard library", origin.callable(string.rep))
    assert.is_nil(origin.callable(function() end))
    assert.is_nil(origin.callable("no function"))
    local f = function() end
    loaded("wick_spec_class", { new = f }, function()
      assert.is_string(origin.check(f))
      assert.is_nil(origin.callable(f)) -- a class library's
    end)
  end)

  it("tells globals of the program from the standard library", function()
    local out = select(2, helper.run({ helper.host, "-" }, { stdin = [[
      package.path = "./lua/?.lua;" .. package.path
      package.cpath = os.getenv("WICK_BUILD_DIR") .. "/lua/?.so;" .. package.cpath
      thing = { f = function() end }
      string.mine = function() end
      local library = print
      local origin = require "wick.origin"
      later = { g = function() end }
      print(origin.check(thing))
      print(origin.check(thing.f))
      print(origin.callable(thing.f))
      print(origin.check(string.mine))
      print(origin.check(later), origin.check(later.g))
      os.execute = nil
      print = function() end
      library(origin.check(library))
      library(origin.check(print))
    ]], env = { WICK_BUILD_DIR = helper.build } }))
    assert.equal([[
the global `thing` of the program
the global `thing.f` of the program
nil
`string.mine` of the standard library
nil	nil
`print` of the standard library
nil
]], out)
  end)

  describe("holds at every step of a name", function()
    local function refusal(files, name)
      local text
      with(files, function(project)
        local value, err = load.value(project, name)
        assert.is_nil(value)
        text = ("%s %s %d..%d %s"):format(err.name, err.message, err.target_span[1],
          err.target_span[2], err.target_label)
      end)
      return text
    end

    it("a module", function()
      assert.equal("EORIGIN target `p.util.execute` leads out of the project 1..6 "
        .. "this is `os` of the standard library", refusal({ ["util.lua"] = "return os" },
        "p.util.execute"))
      assert.equal("EORIGIN target `project.util` leads out of the project 1..12 "
        .. "this is `os` of the standard library", refusal({ ["util.lua"] = "return os" },
        "project.util"))
      assert.equal("EORIGIN target `p.Str` leads out of the project 1..5 "
        .. "this is `string` of the standard library", refusal({ ["str.lua"] = "return string" },
        "p.Str"))
    end)

    it("a member", function()
      assert.equal("EORIGIN target `p.util.os.execute` leads out of the project 8..9 "
        .. "this is `os` of the standard library",
        refusal({ ["util.lua"] = "return { os = os }" }, "p.util.os.execute"))
      assert.equal("EORIGIN target `p.util.run` leads out of the project 8..10 "
        .. "this is `os.execute` of the standard library",
        refusal({ ["util.lua"] = "return { run = os.execute }" }, "p.util.run"))
    end)

    it("a member of a member", function()
      assert.equal("EORIGIN target `p.util.T.run` leads out of the project 10..12 "
        .. "this is `os.execute` of the standard library",
        refusal({ ["util.lua"] = "return { T = { run = os.execute } }" }, "p.util.T.run"))
    end)

    it("and says what to do", function()
      with({ ["util.lua"] = "return { run = os.execute }" }, function(project)
        local _, err = load.value(project, "p.util.run")
        assert.same({ "a target must lead to something that the project itself defines" },
          err.notes)
        assert.same({ "write a function in the project that calls it, and name that function" },
          err.helps)
        assert.equal(5, err.status)
      end)
    end)

    it("and for what is finally called", function()
      with({
        ["a.lua"] = "return { "
          .. "C = setmetatable({}, { __call = os.execute }), "
          .. "N = { new = print }, "
          .. "I = setmetatable({}, { __index = { new = io.open } }), "
          .. "Ok = setmetatable({}, { __call = function() return 1 end }) }",
      }, function(project)
        for name, what in pairs { C = "os.execute", N = "print", I = "io.open" } do
          local constructor, err = load.constructor(project, "p.a." .. name)
          assert.is_nil(constructor)
          assert.equal("EORIGIN", err.name)
          assert.equal("this calls `" .. what .. "` of the standard library", err.target_label)
          assert.same({ 1, #name + 4 }, err.target_span)
        end
        assert.equal(1, load.constructor(project, "p.a.Ok").call())
      end)
    end)
  end)

  it("lets a class library make classes", function()
    local lib = { class = function()
      local class = { static = {} }
      function class.new()
        return "object"
      end
      return setmetatable(class, { __call = function() return "called" end })
    end }
    loaded("wick_spec_oop", lib, function()
      with({ ["net.lua"] = "local Net = require('wick_spec_oop').class()\nreturn Net",
        ["bad.lua"] = "return { make = require 'wick_spec_oop'.class }" }, function(project)
        assert.equal("called", load.constructor(project, "p.Net").call())
        local _, err = load.constructor(project, "p.bad.make")
        assert.equal("this is `wick_spec_oop.class` of the module `wick_spec_oop`",
          err.target_label)
      end)
    end)
  end)
end)
