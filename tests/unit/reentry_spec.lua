-- What is asked of a config while it builds or closes objects: each is built
-- once, by one constructor call, and none survives its config.

local helper = require "tests.helper"
local wick = require "wick"

local MODULE = [[
local M = {}
local Thing = { __name = "Thing" }
Thing.__index = Thing
function Thing:__close()
  self.log[#self.log + 1] = "close " .. self.name
  if self.closing then
    self.closing()
  end
end
function M.Thing(options)
  options.log[#options.log + 1] = "make " .. options.name
  local self = setmetatable({ name = options.name, log = options.log, closing = options.closing },
    Thing)
  if options.ask then
    self.got = options.ask()
  end
  return self
end
return M
]]

local dir, log

-- A component that runs `ask` in its constructor.
local function thing(name, ask, more)
  local component = { _target_ = "exp.m.Thing", name = name, ask = ask,
    log = setmetatable(log, { __name = "log" }) }
  for key, value in pairs(more or {}) do
    component[key] = value
  end
  return component
end

local function load(config)
  config.project = dir .. "/exp"
  return assert(wick.load(config))
end

describe("a config that is asked while it works", function()
  setup(function()
    dir = helper.tree(helper.temp(), { ["exp/m.lua"] = MODULE })
  end)

  before_each(function()
    log = {}
  end)

  teardown(function()
    helper.remove(dir)
  end)

  it("tells a constructor that asks for its own component", function()
    local config
    config = load { a = thing("a", function()
      local again, err = config:build "a"
      return again or error(err)
    end) }
    local object, err = config:build "a"
    assert.is_nil(object)
    assert.equal("W0301", err.code)
    assert.equal("W0402", err.cause.code)
    assert.equal("`a` is asked for while it is being built", err.cause.message)
    assert.same({ "make a" }, log)
    config:close()
  end)

  it("tells the circle through other constructors", function()
    local config, told
    config = load {
      a = thing("a", function() return config:build "b" end),
      b = thing("b", function() return config:build "c" end),
      c = thing("c", function()
        local _, err = config:build "a"
        told = err
      end),
    }
    assert(config:build "a")
    assert.equal("W0402", told.code)
    assert.same({ "the circle: a -> b -> c -> a" }, told.notes)
    assert.same({ "make a", "make b", "make c" }, log)
    config:close()
    assert.same({ "close a", "close b", "close c" }, table.move(log, 4, 6, 1, {}))
  end)

  it("tells a late value that asks for itself, and a run that runs itself", function()
    local config, told
    config = load { late = wick.expr "@ask()", run = wick.expr "@run_again()", ask = function()
      local _, err = config:build "late"
      told = err.message
      return 1
    end, run_again = function()
      local _, err = config:run()
      return err.message
    end }
    assert.equal(1, config:build "late")
    assert.equal("`late` is asked for while it is being built", told)
    local _, values = config:run()
    assert.same({ "`run` is asked for while it is being built" }, values)
    config:close()
  end)

  it("makes one object for two coroutines", function()
    local config = load { a = thing("a", coroutine.yield) }
    local first = coroutine.wrap(function() return config:build "a" end)
    assert.is_nil(first())
    local second = coroutine.wrap(function() return config:build "a" end)
    local object, err = second()
    assert.is_nil(object)
    assert.equal("W0402", err.code)
    assert.matches("another coroutine builds it", err.marks[1].label)
    object = first()
    assert.equal(object, (assert(config:build "a")))
    assert.same({ "make a" }, log)
    config:close()
  end)

  it("closes what the failed call built, and no more", function()
    local config = load {
      before = thing("before"),
      fails = thing("fails", function()
        coroutine.yield()
        error("no")
      end, { needs = wick.ref "before" }),
      other = thing("other"),
    }
    local first = coroutine.wrap(function() return config:build "fails" end)
    first()
    local other = assert(config:build "other")
    local _, err = first()
    assert.equal("W0301", err.code)
    assert.same({ "make before", "make fails", "make other", "close before" }, log)
    assert.equal(other, (config:build "other"))
    config:close()
  end)

  it("builds nothing while it closes", function()
    local config, told
    config = load {
      a = thing("a", nil, { closing = function()
        local _, err = config:build "b"
        told = err.message
      end }),
      b = thing("b"),
    }
    assert(config:build "a")
    assert.is_true(config:close())
    assert.same({ "make a", "close a" }, log)
    assert.equal("`b` is asked for while the config is being closed", told)
  end)

  it("leaves nothing behind when a constructor closes it", function()
    local config
    config = load { a = thing("a"), b = thing("b", function()
      config:close()
    end, { needs = wick.ref "a" }), c = thing("c") }
    local ok, err = config:build()
    assert.is_nil(ok)
    assert.equal("W0307", err.code)
    assert.same({ "make a", "make b", "close a", "close b" }, log)
  end)

  it("raises on what cannot be done, at the caller's line", function()
    local config, problem
    config = load { a = thing("a", function()
      problem = select(2, pcall(config.set, config, "a.name=x"))
    end) }
    assert(config:build "a")
    assert.matches("this config cannot change while it builds an object$", problem)
    config:close()
    assert.is_true(config:close())
    for _, method in ipairs { "build", "run", "check", "reload" } do
      local ok, message = pcall(function()
        config[method](config)
      end)
      assert.is_false(ok)
      assert.matches("^tests/unit/reentry_spec%.lua:%d+: this config is closed$", message, method)
    end
  end)
end)
