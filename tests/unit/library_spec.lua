-- The Lua face of the library: load, get, build, run, close, import.

local helper = require "tests.helper"
local wick = require "wick"

local MODELS = [[
local M = {}
M.log = {}

local Thing = { __name = "Thing" }
Thing.__index = Thing
Thing.__close = function(self)
  table.insert(M.log, "close " .. tostring(self.name))
  if self.bad then
    error("will not close")
  end
end

function M.Thing(options)
  table.insert(M.log, "make " .. tostring(options.name))
  if options.fail then
    error("cannot make " .. options.name)
  end
  return setmetatable(options, Thing)
end

function M.same(options)
  return options.thing
end

function M.count(...)
  return { n = select("#", ...), ... }
end

function M.echo(options)
  return { options = options }
end

function Thing:add(n)
  return self.name .. n
end

return M
]]

local dir, log

-- A config of these components, in the project.
local function with(config)
  config.project = dir .. "/exp"
  return config
end

local function things()
  return require "exp.models".log
end

describe("the library", function()
  setup(function()
    dir = helper.temp()
    helper.write(dir .. "/exp/models.lua", MODELS)
  end)
  teardown(function()
    helper.remove(dir)
  end)

  it("makes no globals and writes nothing", function()
    local script = helper.write(dir .. "/globals.lua", [[
      local before = {}
      for k in pairs(_G) do before[k] = true end
      package.path = "./lua/?.lua;./lua/?/init.lua;" .. package.path
      package.cpath = "]] .. helper.build .. [[/lua/?.so;" .. package.cpath
      local wick = require "wick"
      assert(wick.load { a = 1 })
      for k in pairs(_G) do assert(before[k], k) end
    ]])
    local status, out, err = helper.run { helper.host, script }
    assert.are.same({ 0, "", "" }, { status, out, err })
  end)

  it("composes a table with the files that it names", function()
    helper.write(dir .. "/parts/base.yaml", "a: 1\nb: {c: 2}\n")
    local options = { config_root = dir }
    local config <close> = assert(wick.load({
      defaults = { "parts/base.yaml", "_self_" },
      b = { d = 3 },
      copy = wick.copy "parts/base.yaml#b",
    }, { "+e=%parts/base.yaml#a" }, options))
    assert.are.same({ a = 1, b = { c = 2, d = 3 }, copy = { c = 2 }, e = 1 }, config:get())
    local _, err = wick.load({ defaults = { "../x.yaml" } }, nil, options)
    assert.equal("W0503", err.code)
    assert.truthy(err.marks[1].label:find "leads out of the config root")
  end)

  it("gives the plain values of a table", function()
    local config <close> = assert(wick.load {
      lr = 0.5,
      steps = 10,
      name = "@not a reference",
      none = wick.null,
      list = { 1, "two", wick.null },
      twice = wick.expr "@steps * 2",
      same = wick.ref "list[2]",
      deep = { { a = { b = true } } },
      [7] = "seven",
    })
    assert.equal(0.5, config:get "lr")
    assert.equal("integer", math.type(config:get "steps"))
    assert.equal("@not a reference", config:get "name")
    assert.equal(wick.null, config:get "none")
    assert.equal("null", tostring(wick.null))
    assert.are.same({ 1, "two", wick.null }, config:get "list")
    assert.equal(20, config:get "twice")
    assert.equal("two", config:get "same")
    assert.equal(true, config:get "deep[1].a.b")
    assert.equal("seven", config:get "[7]")
    local nothing, err = config:get "lrr"
    assert.is_nil(nothing)
    assert.are.same({ "W0401", "not found", 3 }, { err.code, err.kind, err.status })
    assert.equal("the config has no key `lrr`", err.message)
    assert.are.same({ "did you mean `lr`?" }, err.helps)
  end)

  it("gives a fresh copy at each get", function()
    local config <close> = assert(wick.load { a = { b = { 1 } }, c = wick.ref "a" })
    local first = config:get "a"
    first.b[1] = 2
    assert.equal(1, config:get "a".b[1])
    assert.equal(1, config:get "c".b[1])
  end)

  it("hands on functions, userdata and objects as they are", function()
    local object = setmetatable({}, { __name = "Mine" })
    local config <close> = assert(wick.load(with {
      f = print,
      thing = { _target_ = "exp.models.echo", call = print, file = io.stdout, object = object,
        again = wick.ref "f" },
    }))
    assert.equal(print, config:get "f")
    local thing = assert(config:build "thing")
    assert.equal(print, thing.options.call)
    assert.equal(io.stdout, thing.options.file)
    assert.equal(object, thing.options.object)
    assert.equal(print, thing.options.again)
  end)

  it("refuses what a config cannot hold, with its place", function()
    local loop = {}
    loop.self = { loop }
    for _, case in ipairs {
      { { a = { [true] = 1 } }, "a key of type boolean cannot be part of a config" },
      { { a = { [1.5] = 1 } }, "a key of type number cannot be part of a config" },
      { { a = loop }, "a table that holds itself cannot be part of a config" },
      { { 1, 2 }, "a config is a map, and this table is a list" },
      { setmetatable({}, {}), "a config is a plain table, and this one has a metatable" },
    } do
      local config, err = wick.load(case[1])
      assert.is_nil(config)
      assert.equal(case[2], err.message)
      assert.equal(3, err.status)
    end
  end)

  it("tells where in a table an error is", function()
    local function labels(config)
      local loaded, err = wick.load(with(config))
      local built
      if loaded then
        built, err = loaded:build()
        loaded:close()
      end
      assert.is_nil(built)
      local list = {}
      for i, mark in ipairs(err.marks) do
        list[i] = mark.label
      end
      return list, err.code
    end
    assert.same({ "at `a._target_`: not exported" },
      { labels({ a = { _target_ = "exp.models.Nope" } })[1] })
    assert.same({ "at `x[\"odd key\"][2]`: the config has no key `nope`" },
      (labels { x = { ["odd key"] = { 1, wick.ref "nope" } } }))
    assert.same({ "at `x`: this is a table" }, (labels { x = wick.expr "1 + {}" }))
    local list, code = labels { f = os.exit, b = wick.expr "@f()" }
    assert.equal("W0509", code)
    assert.same({ "at `b`" }, list)
    assert.same({ "at `a`: 1. `a` needs `b`", "at `b`: 2. `b` needs `a` again" },
      (labels { a = wick.ref "b", b = wick.ref "a" }))
  end)

  it("raises on misuse", function()
    assert.has_error(function() wick.load(3) end,
      "bad argument #1 to 'load' (a path or a table expected, got a number)")
    assert.has_error(function() wick.load({}, {}, { projct = "x" }) end,
      "wick.load has no option 'projct'")
    assert.has_error(function() wick.load({}, {}, { limits = { ["value.byte"] = 1 } }) end,
      "wick has no limit 'value.byte'")
  end)

  it("lays overrides over a table", function()
    local config <close> = assert(wick.load({ model = { lr = 1, name = "x" } },
      { "model.lr=2", "model.name=[1, 2]" }))
    assert.equal(2, config:get "model.lr")
    assert.are.same({ 1, 2 }, config:get "model.name")
    local nothing, err = wick.load({ model = { lr = 1 } }, { "model.lrr=2" })
    assert.is_nil(nothing)
    assert.equal([[
error[W0003]: no such key `model.lrr` to override
  ┌─ override 1:1:7
  │
1 │ model.lrr=2
  │       ^^^ not in the config
  │
  = help: did you mean `model.lr=2`?
  = help: to add a new key on purpose, write `+model.lrr=2`]], tostring(err))
  end)

  it("builds each component once, needed ones first, and shares it", function()
    local config <close> = assert(wick.load(with {
      b = { _target_ = "exp.models.Thing", name = "b", a = wick.ref "a", list = { wick.ref "a" } },
      a = { _target_ = "exp.models.Thing", name = "a" },
      group = { one = wick.ref "a", two = { x = 1 } },
      all = wick.ref "group",
    }))
    local b = assert(config:build "b")
    log = things()
    assert.are.same({ "make a", "make b" }, log)
    assert.equal(b.a, b.list[1])
    assert.equal(b.a, config:build "a")
    assert.equal(b.a, config:build "all".one)
    assert.equal(b.a, config:build().group.one)
    assert.are.same({ "make a", "make b" }, log)
    config:close()
    assert.are.same({ "make a", "make b", "close b", "close a" }, log)
    for i in pairs(log) do log[i] = nil end
  end)

  it("closes what a failed build had made, newest first, and can retry", function()
    local config <close> = assert(wick.load(with {
      a = { _target_ = "exp.models.Thing", name = "a" },
      b = { _target_ = "exp.models.Thing", name = "b", a = wick.ref "a" },
      c = { _target_ = "exp.models.Thing", name = "c", fail = true, b = wick.ref "b" },
    }))
    assert(config:build "a")
    log = things()
    for i in pairs(log) do log[i] = nil end
    for _ = 1, 2 do
      local object, err = config:build "c"
      assert.is_nil(object)
      assert.are.same({ "W0301", "construction", 1, "c" },
        { err.code, err.kind, err.status, err.key })
      assert.truthy(err.cause:find("cannot make c", 1, true))
      assert.are.same({ "make b", "make c", "close b" }, log)
      for i in pairs(log) do log[i] = nil end
    end
    assert(config:build "a") -- was built before, and is still there
    assert.are.same({}, log)
    config:close()
    assert.are.same({ "close a" }, log)
    for i in pairs(log) do log[i] = nil end
  end)

  it("closes an object once, and none that it was only handed", function()
    local lent = setmetatable({}, { __close = function() error("not yours") end })
    local config = assert(wick.load(with {
      a = { _target_ = "exp.models.Thing", name = "a" },
      b = { _target_ = "exp.models.same", thing = wick.ref "a" },
      c = { _target_ = "exp.models.same", thing = lent },
    }))
    local a, b = config:build "a", config:build "b"
    assert.equal(a, b)
    assert.equal(lent, config:build "c")
    log = things()
    for i in pairs(log) do log[i] = nil end
    assert.is_true(config:close())
    assert.are.same({ "close a" }, log)
    assert.is_true(config:close())
    assert.are.same({ "close a" }, log)
    for i in pairs(log) do log[i] = nil end
  end)

  it("tells of an object that will not close, and closes the others", function()
    local config = assert(wick.load(with {
      a = { _target_ = "exp.models.Thing", name = "a" },
      b = { _target_ = "exp.models.Thing", name = "b", bad = true },
    }))
    assert(config:build())
    log = things()
    for i in pairs(log) do log[i] = nil end
    local ok, err = config:close()
    assert.is_nil(ok)
    assert.equal("`b` raised while it was closed", err.message)
    assert.truthy(err.cause:find("will not close", 1, true))
    assert.are.same({ "close b", "close a" }, log)
    for i in pairs(log) do log[i] = nil end
  end)

  it("passes positional arguments, nulls among them", function()
    local config <close> = assert(wick.load(with {
      a = { _target_ = "exp.models.count", _args_ = { 1, wick.null } },
      b = { _target_ = "exp.models.count", _args_ = {}, x = 1 },
      c = { _target_ = "exp.models.count" },
    }))
    assert.are.same({ n = 2, 1 }, config:build "a")
    assert.are.same({ n = 1, { x = 1 } }, config:build "b")
    assert.are.same({ n = 1, {} }, config:build "c")
  end)

  it("runs expressions on objects when they are built, and again when run", function()
    local config <close> = assert(wick.load(with {
      t = { _target_ = "exp.models.Thing", name = "t" },
      late = wick.expr "@t:add(1)",
      use = { _target_ = "exp.models.echo", text = wick.ref "late" },
      run = { first = wick.expr "@t:add(2)", second = wick.expr "@late .. '!'" },
    }))
    local nothing, err = config:get "late"
    assert.is_nil(nothing)
    assert.equal("the value of `late` needs the object `t`", err.message)
    assert.equal("t1", config:build "use".options.text)
    local ok, values = config:run()
    assert.is_true(ok)
    assert.are.same({ "t2", "t1!" }, values)
    ok, values = config:run "second"
    assert.is_true(ok)
    assert.are.same({ "t1!" }, values)
    config:close()
    log = things and {}
  end)

  it("refuses to call the standard library through an object", function()
    local config <close> = assert(wick.load(with {
      t = { _target_ = "exp.models.echo", name = "t" },
      run = wick.expr "(@t).options.name:upper() .. (@t).f('x')",
      other = { _target_ = "exp.models.echo", f = os.getenv },
      late = wick.expr "(@other).options.f('HOME')",
    }))
    local nothing, err = config:build "late"
    assert.is_nil(nothing)
    assert.equal("W0509", err.code)
    assert.equal("an expression may not call `os.getenv` of the standard library", err.message)
  end)

  it("checks without running", function()
    local config <close> = assert(wick.load(with { a = { _target_ = "exp.models.Thing" } }))
    assert.is_true(config:check())
    local bad <close> = assert(wick.load(with { a = { _target_ = "exp.models.Thnig" },
      b = { _target_ = "exp.nothing" } }))
    local ok, err = bad:check()
    assert.is_nil(ok)
    assert.equal(2, #err.errors)
    assert.equal("W0204", err.code)
    assert.equal("a._target_", err.key)
  end)

  it("shows, and what it shows reads back", function()
    local config <close> = assert(wick.load {
      a = { "x", 1, 2.0, true, wick.null, { b = "@c" } },
      t = "two\nlines\n",
    })
    local text = config:show()
    assert.equal([[
a:
  - x
  - 1
  - 2.0
  - true
  - null
  - b: "@@c"
t: |
  two
  lines
]], text)
    assert.equal("@@c\n", (config:show { key = "a[6].b" }:gsub('"', "")))
    local path = helper.write(dir .. "/shown.yaml", text)
    local again <close> = assert(wick.load(path))
    assert.equal(text, again:show())
    assert.equal("@c", again:get "a[6].b")
  end)

  it("shows no character that a terminal obeys or hides, and none that YAML refuses", function()
    local values = { "\u{9B}31m", "a\u{85}b", "\u{A0}", "\u{202E}x", "\u{200B}", "\u{FFFE}\u{FFFF}",
      "\27[1m\0\127", "line\n\u{9F}\n", "\u{E4}\u{4E00}\u{1F600}" }
    local config <close> = assert(wick.load { a = values })
    local text = config:show()
    assert.equal([[
a:
  - "\u009B31m"
  - "a\u0085b"
  - "\u00A0"
  - "\u202Ex"
  - "\u200B"
  - "\uFFFE\uFFFF"
  - "\x1B[1m\x00\x7F"
  - "line\n\u009F\n"
  - "ä一😀"
]], text)
    local again <close> = assert(wick.load(helper.write(dir .. "/shown.yaml", text)))
    assert.same(values, again:get "a")
  end)

  it("meets a limit where a document is read once more", function()
    helper.write(dir .. "/big.yaml", "a: {b: {c: [" .. ("1, "):rep(500) .. "2]}}\n")
    helper.write(dir .. "/twice.yaml", "defaults: [big.yaml]\nx: '%big.yaml'\n")
    local most
    for nodes = 400, 2600, 50 do
      local config, err = wick.load(dir .. "/twice.yaml", nil,
        { limits = { ["config.nodes"] = nodes } })
      if config then
        most = nodes
        break
      end
      assert.equal("ELIMIT", err.name)
    end
    assert.truthy(most)
  end)

  it("imports a name, and opens a project", function()
    local opened <close> = assert(wick.project(dir .. "/exp"))
    local Thing = assert(opened:import "exp.models.Thing")
    assert.equal("function", type(Thing))
    assert.equal(Thing, wick.load(with { a = 1 }) and opened:import "project.models.Thing")
    local place = assert(opened:resolve "exp.models.Thing")
    assert.equal(dir .. "/exp/models.lua", place.file)
    assert.equal("function", place.kind)
    local nothing, err = opened:resolve "exp.modles.Thing"
    assert.is_nil(nothing)
    assert.equal("W0203", err.code)
    nothing, err = wick.import("exp.models.Thing", dir .. "/nowhere")
    assert.is_nil(nothing)
    assert.equal("W0803", err.code)
    log = things()
    for i in pairs(log) do log[i] = nil end
  end)

  it("imports a name alone, and holds its project once", function()
    local script = helper.write(dir .. "/import.lua", [[
      package.path = "./lua/?.lua;./lua/?/init.lua;" .. package.path
      package.cpath = os.getenv "BUILT" .. "/lua/?.so;" .. package.cpath
      local wick = require "wick"
      local function fds()
        local n = 0
        for _ in require "lfs".dir "/proc/self/fd" do n = n + 1 end
        return n
      end
      local before = fds()
      local one = assert(wick.import("exp.models.Thing", os.getenv "EXP"))
      local two = assert(wick.import("exp.models.Thing", os.getenv "EXP"))
      assert(one == two and fds() == before + 1)
      print(one { name = "x" }:add(1))
    ]])
    local status, out, err = helper.run({ helper.host, script },
      { env = { EXP = dir .. "/exp", BUILT = helper.build } })
    assert.are.same({ 0, "x1\n", "" }, { status, out, err })
  end)

  it("finds the project beside the config, whatever the current directory", function()
    helper.write(dir .. "/sub/a.yaml",
      "project: ../exp\na: {_target_: exp.models.echo, x: \"$ file('d.csv')\"}\n")
    local config <close> = assert(wick.load(dir .. "/sub/a.yaml"))
    assert.equal(dir .. "/sub/d.csv", config:build "a".options.x)
    local status, out = helper.wick({ "run", "../sub/a.yaml" }, { cwd = dir .. "/exp" })
    assert.are.same({ 0, "" }, { status, out })
  end)

  it("keeps two projects apart", function()
    helper.write(dir .. "/other/exp/models.lua",
      "return { Thing = function() return { other = true } end }")
    local one <close> = assert(wick.load(with { a = { _target_ = "project.models.echo" } }))
    assert(one:build "a")
    local two = assert(wick.load { project = dir .. "/other/exp",
      a = { _target_ = "project.models.Thing" } })
    local nothing, err = two:build "a"
    assert.is_nil(nothing)
    assert.equal("two open projects are called `exp`", err.message)
    local three <close> = assert(wick.load({ a = { _target_ = "project.models.Thing" } }, {},
      { project = "other=" .. dir .. "/other/exp" }))
    assert.is_true(three:build "a".other)
    two:close()
  end)
end)

describe("chains", function()
  it("of 100,000 references are followed, and a circle is told whole, once", function()
    local lines = {}
    for i = 1, 100000 do
      lines[i] = ('a%d: "@a%d"'):format(i, i + 1)
    end
    lines[100001] = "a100001: 7"
    local folder = helper.temp()
    local path = helper.write(folder .. "/chain.yaml", table.concat(lines, "\n"))
    local config <close> = assert(wick.load(path))
    assert.equal(7, config:get "a1")
    lines[100001] = 'a100001: "@a1"'
    helper.write(path, table.concat(lines, "\n"))
    local nothing, err = wick.load(path)
    assert.is_nil(nothing)
    assert.equal(1, #err.errors)
    assert.equal("W0402", err.code)
    assert.equal(100002, #err.chain)
    helper.remove(folder)
  end)
end)
