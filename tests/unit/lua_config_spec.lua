-- Lua configs and tables of the host through the library: what stands in them,
-- what they may ask for, and what `wick.load` makes of them.  Errors word for
-- word are in cli/cases/lua_configs.txt, programs that mean harm in attack/.

local helper = require "tests.helper"
local wick = require "wick"
local core = require "wick.core"
local read_lua = require "wick.read.lua"

local dir

local function tree_of(text, options, limits)
  local tree = core.tree(limits or {})
  local top, err, usage = tree:lua("test.lua", text, options)
  return top and tree:value(top, nil, true), err, usage
end

describe("a Lua config", function()
  setup(function()
    dir = helper.temp()
    helper.tree(dir, {
      ["exp/models.lua"] = "return { echo = function(options) return { options } end }",
    })
  end)
  teardown(function()
    helper.remove(dir)
  end)

  it("has the names that the reader knows, and no others", function()
    local value = assert(tree_of("local out = {} for k in pairs(_ENV) do out[#out + 1] = k end "
      .. "return { out = out }"))
    local names = read_lua.names()
    table.sort(names)
    assert.are.same(names, value.out)
    value = assert(tree_of("local out = {} for k in pairs(string) do out[#out + 1] = k end "
      .. "return { out = out }"))
    assert.are.same({ "byte", "char", "format", "len", "lower", "rep", "reverse", "sub", "upper" },
      value.out)
    value = assert(tree_of("local out = {} for k in pairs(math) do out[#out + 1] = k end "
      .. "return { out = out }"))
    assert.equal("abs acos asin atan ceil cos deg exp floor fmod huge log max maxinteger min "
      .. "mininteger modf pi rad sin sqrt tan tointeger type ult", table.concat(value.out, " "))
  end)

  it("computes as Lua does", function()
    local program = [[
      local out = {}
      local function add(...)
        for i = 1, select("#", ...) do out[#out + 1] = tostring((select(i, ...))) end
      end
      add(("hello"):sub(2, -2), ("x"):rep(3, ","), ("%5.2f|%-4d|%x|%s"):format(1.5, 7, 255, nil))
      add(tonumber("0x1p4"), tonumber(" 12 "), tonumber("1e1"), tonumber("z", 36), tonumber("9", 8))
      add(math.max(1, 5, 3), math.floor(-1.5), math.tointeger(3.0), math.type(1.0), math.ult(1, -1))
      add(("äb"):byte(1, -1)) add(string.char(65, 66)) add(#"\u{10FFFF}")
      add(select(-2, "a", "b", "c")) add(next({})) add(type(next), 7 // 2, 7 % -3, 2 ^ 0.5, 1 << 4)
      for i, v in ipairs { "x", "y", nil, "z" } do add(i, v) end
      local t <const> = { b = 1, a = 2 }
      for k, v in pairs(t) do add(k, v) end
      goto done
      add("never")
      ::done::
      return { out = out }
    ]]
    local value = assert(tree_of(program))
    -- the same by Lua itself, whose pairs has another order
    local stock = assert(load(program))().out
    table.sort(stock)
    table.sort(value.out)
    assert.are.same(stock, value.out)
  end)

  it("takes what it is given for variables and files, each once", function()
    local asked = {}
    local value, err, usage = tree_of(
      "local b = include 'b.lua' return { a = env 'A', b = env('B', 'none'), c = b, d = b }", {
        env = function(name)
          asked[#asked + 1] = name
          return name == "A" and "a's" or nil
        end,
        include = function(name, from)
          asked[#asked + 1] = from .. " " .. name
          return "return { x = { 1, 2 } }", "sub/" .. name
        end,
      })
    assert.is_nil(err and err.message)
    assert.are.same({ a = "a's", b = "none", c = { x = { 1, 2 } }, d = { x = { 1, 2 } } }, value)
    assert.are.same({ "test.lua b.lua", "A", "B" }, asked)
    assert.is_true(usage.steps > 100 and usage.steps < 300, usage.steps)
    assert.is_true(usage.bytes > 5000 and usage.bytes < 100000, usage.bytes)
  end)

  it("hands on what a function of the host raises, once it has ended", function()
    local mine = setmetatable({}, { __name = "mine" })
    for _, name in ipairs { "env", "include" } do
      local ok, err = pcall(tree_of, ("return { a = %s 'x.lua' }"):format(name),
        { [name] = function() error(mine) end })
      assert.is_false(ok)
      assert.equal(mine, err)
    end
    assert.has_error(function() tree_of("return {}", { top = "list" }) end)
  end)

  it("may be anything where the caller says so", function()
    assert.equal(7, (tree_of("return 7", { top = "any" })))
    assert.equal("@x", (tree_of("return '@x'", { top = "any" })))
    assert.are.same({ 1, 2 }, (tree_of("return { 1, 2 }", { top = "any" })))
    assert.equal(core.null, (tree_of("return null", { top = "any" })))
    local _, err = tree_of("return append(1)", { top = "any" })
    assert.equal("`append` stands at the top of the config", err.message)
    _, err = tree_of("", { top = "any" })
    assert.equal("this Lua config returns nothing", err.message)
  end)

  it("is loaded, alone, in layers, as a default and as a copy", function()
    helper.tree(dir, {
      ["a.lua"] = 'return { project = "exp", lr = 1, list = { 1 }, m = target "exp.models.echo" '
        .. "{ lr = ref 'lr' } }",
      ["b.lua"] = "return { lr = 2, list = append { 2 } }",
      ["c.yaml"] = "defaults: [a.lua, sub/d.lua]\nfile: \"%sub/d.lua#here\"",
      ["sub/d.lua"] = "return { here = expr \"file('x')\", lr = 3 }",
    })
    local config <close> = assert(wick.load(dir .. "/a.lua"))
    assert.equal(1, config:build "m"[1].lr)
    local layers <close> = assert(wick.load({ dir .. "/a.lua", dir .. "/b.lua" }, { "lr=5" }))
    assert.are.same({ 1, 2 }, layers:get "list")
    assert.equal(5, layers:build "m"[1].lr)
    local both <close> = assert(wick.load(dir .. "/c.yaml"))
    assert.equal(3, both:get "lr")
    assert.equal(dir .. "/sub/x", both:get "here")
    assert.equal(dir .. "/sub/x", both:get "file")
  end)

  it("includes below the config root only, whatever the current directory", function()
    helper.tree(dir, {
      ["conf/deep/a.lua"] = 'return { b = include "../b.lua" }',
      ["conf/b.lua"] = 'return { x = 1, c = include "./deep/c.lua" }',
      ["conf/deep/c.lua"] = 'return { d = ref "b.x" }',
      ["out.lua"] = "return { }",
      ["conf/out.lua"] = 'return { a = include "../out.lua" }',
      ["conf/abs.lua"] = ('return { a = include "%s/out.lua" }'):format(dir),
    })
    local config <close> = assert(wick.load(dir .. "/conf/deep/a.lua", nil,
      { config_root = dir .. "/conf" }))
    assert.equal(1, config:get "b.c.d")
    for _, case in ipairs {
      { "conf/deep/a.lua", {}, "`../b.lua` lies outside the config root" },
      { "conf/out.lua", {}, "`../out.lua` lies outside the config root" },
      { "conf/abs.lua", { config_root = dir },
        ("`%s/out.lua` lies outside the config root"):format(dir) },
    } do
      local nothing, err = wick.load(dir .. "/" .. case[1], nil, case[2])
      assert.is_nil(nothing)
      assert.are.same({ case[3], "W0503", 5 }, { err.message, err.code, err.status })
    end
    local here <close> = assert(wick.load(dir .. "/conf/out.lua", nil, { config_root = dir }))
    assert.are.same({}, here:get "a")
  end)

  it("refuses a link, and a file that is none, below the config root", function()
    helper.tree(dir, {
      ["l/a.lua"] = 'return { a = include "link.lua" }',
      ["l/b.lua"] = 'return { a = include "folder.lua" }',
      ["l/folder.lua/x"] = "",
      ["outside.lua"] = "return { }",
    })
    helper.run { "ln", "-s", "../outside.lua", dir .. "/l/link.lua" }
    local nothing, err = wick.load(dir .. "/l/a.lua")
    assert.is_nil(nothing)
    assert.are.same({ "W0501", 5 }, { err.code, err.status })
    assert.equal(dir .. "/l/a.lua", err.marks[1].file)
    nothing, err = wick.load(dir .. "/l/b.lua")
    assert.is_nil(nothing)
    assert.are.same({ "W0505", 5 }, { err.code, err.status })
  end)
end)

describe("a table of the host", function()
  it("has all that a Lua config has", function()
    local base = { list = { 1 }, lr = 0.1, gone = 1, map = { a = 1 }, name = "x" }
    local config <close> = assert(wick.load {
      a = wick.ref "list[1]",
      b = wick.copy "map",
      c = wick.expr "@list[1] + 1",
      d = wick.null,
      list = base.list,
      map = base.map,
      plus = wick.append { 3 },
      is = wick.replace "@text",
    })
    assert.equal(1, config:get "a")
    assert.are.same({ a = 1 }, config:get "b")
    assert.equal(2, config:get "c")
    assert.equal(wick.null, config:get "d")
    assert.are.same({ 3 }, config:get "plus") -- on nothing: made as written
    assert.equal("@text", config:get "is")
    local nothing, err = wick.load { gone = wick.delete }
    assert.is_nil(nothing)
    assert.equal("W0806", err.code)
  end)

  it("makes components by target, with and without options", function()
    local folder = helper.temp()
    helper.write(folder .. "/exp/models.lua",
      "return { echo = function(options) return { options } end }")
    local object = setmetatable({}, { __name = "Mine" })
    local echo = wick.target "exp.models.echo"
    local config <close> = assert(wick.load {
      project = folder .. "/exp",
      m = echo { lr = 1, object = object, inner = echo },
      n = echo,
    })
    local m = assert(config:build "m")
    assert.equal(1, m[1].lr)
    assert.equal(object, m[1].object)
    assert.are.same({ {} }, m[1].inner)
    assert.are.same({ {} }, config:build "n")
    local text = config:show { key = "m" }

    assert.truthy(text:find("^_target_: exp.models.echo\ninner:\n"
      .. "  _target_: exp.models.echo\nlr: 1"),
      text)
    helper.remove(folder)
  end)

  it("has the same lists, maps and order as a Lua config", function()
    local value = { b = { 1, 2 }, a = { [1] = "x", [3] = "z" }, [2] = {}, ["1"] = true, [-1] = 0.5 }
    local config <close> = assert(wick.load(value))
    assert.equal('-1: 0.5\n2: {}\n"1": true\na:\n  1: x\n  3: z\nb:\n  - 1\n  - 2\n',
      config:show())
  end)

  it("says where a value stands that does not fit", function()
    for _, case in ipairs {
      { { a = { wick.append(1) } }, "`append` stands in a list", "a[1]", "W0807" },
      { { a = { [7] = wick.delete } }, "`delete` stands under a number", "a[7]", "W0807" },
      { { a = wick.append(wick.replace(1)) }, "`replace` stands inside another operator", "a",
        "W0807" },
      { { a = { ["b c"] = { [1.5] = 1 } } }, "a key of type number cannot be part of a config",
        'a["b c"]', "W0109" },
      { { m = wick.target "x.Y" { _target_ = "z" } },
        "the key `_target_` appears twice in one table", "m", "W0103" },
    } do
      local nothing, err = wick.load(case[1])
      assert.is_nil(nothing)
      assert.are.same({ case[2], case[3], case[4] }, { err.message, err.key, err.code })
      assert.equal(("at `%s`"):format(case[3]), err.marks[1].label)
      assert.is_true(err.marks[1].host)
    end
    local deep = {}
    local at = deep
    for _ = 1, 200 do
      at.a = {}
      at = at.a
    end
    local nothing, err = wick.load(deep)
    assert.is_nil(nothing)
    assert.equal("a table nested deeper than 190 levels cannot be part of a config", err.message)
  end)

  it("raises on misuse of what was made (unit/misuse_spec.lua has the rest)", function()
    assert.has_error(function() wick.target "x" (1) end,
      "the options of a target are a table, and this is a number")
    assert.has_error(function() wick.ref "a" {} end, "attempt to call a wick node")
  end)

  it("is told by the words of its node", function()
    assert.equal("@a", tostring(wick.ref "a"))
    assert.equal("p.M", tostring(wick.target "p.M" {}))
    assert.equal("~", tostring(wick.delete))
  end)
end)
