-- A config that is changed or read again in place: which objects stay, which are
-- stale, and in what order all are closed.

local helper = require "tests.helper"
local wick = require "wick"

local MODULE = [[
local M = { log = {} }
local Thing = { __close = function(thing) M.log[#M.log + 1] = "close " .. thing.name end }
Thing.__index, Thing.log = Thing, M.log
function M.Thing(options)
  M.log[#M.log + 1] = "make " .. options.name
  return setmetatable(options, Thing)
end
function Thing:size()
  return self.value or 0
end
return M
]]

local CONFIG = [[
project: p/
base: 1
a: {_target_: p.thing.Thing, name: a, value: "@base"}
b: {_target_: p.thing.Thing, name: b, of: "@a"}
c: {_target_: p.thing.Thing, name: c, value: "$ @b:size() + 1"}
d: {_target_: p.thing.Thing, name: d, list: [1, {x: 2}]}
]]

local function keys(list)
  local names = {}
  for i, entry in ipairs(list) do
    names[i] = entry.key .. " " .. entry.target
  end
  return table.concat(names, ", ")
end

describe("a config", function()
  local dir, config

  before_each(function()
    dir = helper.temp()
    helper.tree(dir, { ["c.yaml"] = CONFIG, ["p/thing.lua"] = MODULE })
    config = assert(wick.load(dir .. "/c.yaml"))
    assert(config:run())
  end)

  after_each(function()
    config:close()
    helper.remove(dir)
  end)

  it("lets go of its project when it gets another", function()
    local open = require "wick.target".open
    helper.write(dir .. "/q/thing.lua", MODULE)
    assert.is_table(open.p)
    assert(config:set("project=" .. dir .. "/q"))
    assert.is_nil(open.p)
    for _, key in ipairs { "a", "b", "c", "d" } do
      assert(config:set(key .. "._target_=project.thing.Thing"))
    end
    assert(config:build())
    assert.is_table(open.q)
    config:close()
    assert.is_nil(next(open))
    config = assert(wick.load(dir .. "/c.yaml"))
    assert(config:run())
  end)

  it("keeps the objects that an override does not touch", function()
    local a, d = config:build "a", config:build "d"
    assert.equal("d p.thing.Thing", keys(assert(config:set "d.list[2].x=3")))
    assert.equal(a, config:build "a")
    local other = config:build "d"
    assert.not_equal(d, other)
    assert.same({ 1, { x = 3 } }, other.list)
  end)

  it("calls stale what was handed a stale object, through late values, too", function()
    assert.equal("a p.thing.Thing, b p.thing.Thing, c p.thing.Thing",
      keys(assert(config:set "base=5")))
    assert.equal(5, config:build "a".value)
    assert.equal(config:build "a", config:build "b".of)
  end)

  it("keeps all when nothing changes", function()
    local c = config:build "c"
    assert.same({}, assert(config:set "base=1"))
    assert.same({}, assert(config:reload()))
    assert.equal(c, config:build "c")
  end)

  it("stays as it was when the override does not fit", function()
    local a = config:build "a"
    local stale, err = config:set "bsae=2"
    assert.is_nil(stale)
    assert.equal("no such key `bsae` to override", err.message)
    assert.equal(a, config:build "a")
    assert.equal(1, config:get "base")
    assert.has_error(function() config:set(5) end,
      "bad argument #1 to 'set' (a string expected, got number)")
  end)

  it("lays overrides one over the other, and does not read its files for that", function()
    helper.write(dir .. "/c.yaml", "base: [")
    assert(config:set "base=2")
    assert(config:set "d.name=dd")
    assert.equal(2, config:get "base")
    assert.equal("dd", config:get "d.name")
    assert.equal("W0101", select(2, config:reload()).code)
    helper.write(dir .. "/c.yaml", (CONFIG:gsub("base: 1", "base: 7")))
    assert(config:reload())
    assert.equal(2, config:get "base") -- the override is still laid over it
  end)

  it("closes stale objects in their turn", function()
    helper.tree(dir, { ["q.yaml"] = CONFIG:gsub("%f[%a]p([/.])", "q%1"), ["q/thing.lua"] = MODULE })
    local own = assert(wick.load(dir .. "/q.yaml"))
    assert(own:run())
    local told = getmetatable(own:build "a").log
    assert(own:set "base=5")
    assert(own:build "c")
    for i = #told, 1, -1 do
      told[i] = nil
    end
    assert(own:close())
    assert.equal("close c, close b, close a, close d, close c, close b, close a",
      table.concat(told, ", "))
  end)
end)

describe("a function of `_partial_`", function()
  local dir, config

  local PARTIAL = [[
project: p/
base: 1
w: {_target_: p.thing.Waiting}
n: {_target_: p.thing.Thing, name: n, value: "@base"}
f: {_target_: p.thing.Thing, _partial_: true, name: f, a: 1, deep: {b: two}}
g: {_target_: p.thing.Thing, _partial_: true, name: g, c: 3, d: 4, of: "@n"}
h: {_target_: p.thing.Thing, _partial_: true, name: "$ 'h' .. @n:size()"}
i: {_target_: p.thing.Args, _partial_: true, _args_: [1, "@n", {x: 2}], y: 3}
]]

  -- The config with two of its lines swapped.
  local function swap(a, b)
    local lines = {}
    for line in PARTIAL:gmatch "[^\n]+" do
      lines[#lines + 1] = line
    end
    lines[a], lines[b] = lines[b], lines[a]
    helper.write(dir .. "/c.yaml", table.concat(lines, "\n"))
  end

  before_each(function()
    dir = helper.temp()
    helper.tree(dir, { ["c.yaml"] = PARTIAL, ["p/thing.lua"] = MODULE:gsub("return M\n$",
      "function M.Args(...) return { ... } end\n"
      .. "function M.keeps(options) M.kept = options.make error 'no' end\n"
      .. "local Waiting = { __close = function() M.told = { pcall(M.make) } end }\n"
      .. "function M.Waiting() return setmetatable({}, Waiting) end\n%0") })
    config = assert(wick.load(dir .. "/c.yaml"))
    assert(config:build())
  end)

  after_each(function()
    config:close()
    helper.remove(dir)
  end)

  for _, lines in ipairs { { 5, 6 }, { 4, 6 }, { 2, 8 } } do
    it(("means the same where lines %d and %d of the file are swapped"):format(
      lines[1], lines[2]), function()
      local f, g, h, i = config:build "f", config:build "g", config:build "h", config:build "i"
      swap(lines[1], lines[2])
      assert.same({}, assert(config:reload()))
      assert.equal(f, config:build "f")
      assert.equal(g, config:build "g")
      assert.same({ name = "f", a = 1, deep = { b = "two" } }, f())
      assert.same({ name = "f", a = 2, deep = { b = "two", c = 3 } },
        f { a = 2, deep = { c = 3 } })
      local n = config:build "n"
      assert.same({ name = "g", c = 3, d = 4, of = n }, g())
      assert.equal(n, g().of)
      assert.same({ name = "h1" }, h())
      assert.same({ 1, n, { x = 2 }, { y = 3 } }, i())
    end)
  end

  it("means the same when the config says something else by now", function()
    local f, g, h, n = config:build "f", config:build "g", config:build "h", config:build "n"
    assert.equal("n p.thing.Thing, g p.thing.Thing, h p.thing.Thing, i p.thing.Args",
      keys(assert(config:set "base=22")))
    assert.equal("f p.thing.Thing", keys(assert(config:set "f.a=5")))
    assert.same({ name = "f", a = 1, deep = { b = "two" } }, f())
    assert.equal(5, config:build "f"().a)
    assert.equal(n, g().of)
    assert.same({ name = "h1" }, h())
    assert.same({ name = "h22" }, config:build "h"())
    assert.equal(22, config:build "g"().of.value)
  end)

  it("ends with the config, when it was handed an object", function()
    local f = config:build "f"
    local handed = { config:build "g", config:build "h", config:build "i" }
    assert(config:set "base=22")
    table.move({ config:build "g", config:build "h", config:build "i" }, 1, 3, 4, handed)
    swap(5, 6)
    assert(config:reload())
    config:close()
    assert.same({ name = "f", a = 1, deep = { b = "two" } }, f())
    for number, make in ipairs(handed) do
      assert.has_error(make, "this config is closed", ("number %d"):format(number))
    end
    config = assert(wick.load(dir .. "/c.yaml"))
    assert(config:build())
  end)

  it("ends with an object that it was handed, when what built both fails", function()
    local keep = "+k={_target_: p.thing.keeps, make: {_target_: p.thing.Thing, _partial_: true, "
      .. "name: m, of: {_target_: p.thing.Thing, name: o}}}"
    assert(config:set(keep))
    assert.equal("W0301", select(2, config:build "k").code)
    assert.has_error(require "p.thing".kept, "an object that this function hands over is closed")
  end)

  for _, override in ipairs { "f.a=5", "base=22" } do
    it("ends with an object that is closed before others, after " .. override, function()
      local module = require "p.thing"
      module.make = config:build "g"
      assert(config:set(override))
      assert(config:close())
      assert.same({ false, "an object that this function hands over is closed" }, module.told)
      config = assert(wick.load(dir .. "/c.yaml"))
      assert(config:build())
    end)
  end
end)
