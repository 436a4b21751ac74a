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
