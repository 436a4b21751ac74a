-- reentry: code of the project calls wick, or leaves it by a yield, while wick
-- is in the middle of something: the attack rows 149, 152 and 153.

local helper = require "tests.helper"
local wick = require "wick"

local CLASS = [[
local M = {}
local function new(meta)
  return setmetatable({}, meta)
end
function M.plain(o) return { n = o.n } end
function M.yields(o) return { n = o.n, got = coroutine.yield("from the constructor") } end
function M.acts(o) return { n = o.n, got = { reentry.act(o) } } end
function M.raises() error("no luck", 0) end
local Obj = {}
Obj.__index = Obj
function Obj:get(v) return coroutine.yield(v) end
function M.obj() return new(Obj) end
local Closing = { __close = function(o)
  reentry.closed[#reentry.closed + 1] = o
  if reentry.act then reentry.act(o) end
end }
function M.closing() return new(Closing) end
return M
]]

describe("rows 149, 152, 153:", function()
  local dir

  before_each(function()
    _G.reentry = { closed = {} }
    dir = helper.temp()
    helper.write(dir .. "/p/class.lua", CLASS)
  end)

  after_each(function()
    for name in pairs(package.loaded) do
      assert.is_nil(name:match("^p%f[.\0]"), name)
    end
    helper.remove(dir)
    _G.reentry = nil
  end)

  local function load(config)
    config.project = dir .. "/p"
    return assert(wick.load(config))
  end

  local function target(name, options)
    options = options or {}
    options._target_ = "p.class." .. name
    return options
  end

  describe("a module", function()
    local function project(modules)
      for name, text in pairs(modules) do
        helper.write(dir .. "/p/" .. name .. ".lua", text)
      end
      return assert(wick.project(dir .. "/p"))
    end

    it("cannot yield while it is loaded for a target, and is not half loaded then", function()
      local p <close> = project { m = "coroutine.yield(1)\nreturn { x = 1 }" }
      for _ = 1, 2 do
        local co = coroutine.create(function()
          return p:import "p.m.x"
        end)
        local ok, value, err = coroutine.resume(co)
        assert.is_true(ok)
        assert.is_nil(value)
        assert.equal("ERUNTIME", err.name)
        assert.equal("attempt to yield across a C-call boundary", err.marks[1].label)
        assert.equal("dead", coroutine.status(co))
      end
    end)

    it("closes the project that it is loaded for: that is done when it is loaded", function()
      local p = project { m = "reentry.p:close()\nreturn { x = require 'p.n'.x }",
        n = "return { x = 1 }" }
      _G.reentry.p = p
      assert.equal(1, p:import "p.m.x")
      assert.is_nil(package.loaded["p.n"])
      assert.has_error(function()
        p:import "p.m.x"
      end, "this project is closed")
      _G.reentry.p = assert(wick.project(dir .. "/p"))
      local ok, text = pcall(require, "p.m") -- nobody else holds it
      assert.is_false(ok)
      assert.truthy(text:find("the project `p` is closed", 1, true), text)
      assert.is_nil(package.loaded["p.m"])
    end)

    it("closes its project in a coroutine that then dies", function()
      _G.reentry.p = project { m = "reentry.p:close()\nerror 'no luck'" }
      local co = coroutine.create(require) -- what it was in is not closed
      assert.is_false((coroutine.resume(co, "p.m")))
      assert(wick.project(dir .. "/p")):close()
      assert.is_nil(next(require "wick.target".open)) -- the dead one does not count
    end)

    it("that fails in a coroutine which nobody closes can be loaded again", function()
      local p <close> = project { m = "if reentry.fails then error 'not yet' end\nreturn { x = 1 }",
        n = "return { m = require 'p.m' }" }
      _G.reentry.fails = true
      for _, name in ipairs { "p.m", "p.n" } do
        local co = coroutine.create(require) -- what it was in is not closed
        assert.is_false((coroutine.resume(co, name)))
      end
      local value, err = p:import "p.n.m"
      assert.is_nil(value)
      assert.truthy(tostring(err):find("not yet", 1, true), tostring(err))
      _G.reentry.fails = nil
      assert.equal(1, require "p.m".x)
      assert.equal(require "p.m", assert(p:import "p.n.m"))
    end)

    it("is a circle in any coroutine, too", function()
      local p <close> = project { m = [[
        local step = coroutine.wrap(function() return pcall(require, "p.m") end)
        local ok, text = step()
        return { ok = ok, text = text } ]] }
      assert.is_false((assert(p:import "p.m").ok))
      assert.truthy(p:import "p.m".text:find("requires itself", 1, true))
    end)

    it("uses wick, and asks for itself", function()
      local p <close> = project { m = [[
        local wick = require "wick"
        local M = { inner = assert(wick.load { a = 1, b = wick.ref "a" }):get "b" }
        local p <close> = assert(wick.project "gone/folder")
        return M ]], n = [[
        local wick = require "wick"
        local p <close> = assert(wick.project(reentry.dir))
        local _, err = p:import "p.n"
        return { inner = assert(wick.load { a = 1, b = wick.ref "a" }):get "b",
          plain = assert(p:import "p.class.plain"), name = err.name } ]] }
      _G.reentry.dir = dir .. "/p"
      local value, err = p:import "p.m"
      assert.is_nil(value)
      assert.truthy(tostring(err):find("does not exist", 1, true))
      value = assert(p:import "p.n")
      assert.equal(1, value.inner)
      assert.equal("EREQUIRE", value.name)
      assert.equal("function", type(value.plain))
    end)

    it("closes the config that it is loaded for", function()
      project({ m = "reentry.config:close()\nreturn { new = function() return {} end }" }):close()
      local config = load { a = target "closing", b = { _target_ = "p.m" } }
      _G.reentry.config = config
      local built, err = config:build()
      assert.is_nil(built)
      assert.equal("`a` is asked for while the config is being closed", err.message)
      assert.same({}, config:objects_built())
      assert.is_true(#_G.reentry.closed <= 1) -- what was built in spite of it is closed
    end)
  end)

  describe("a constructor", function()
    it("yields and goes on; what it builds is one object", function()
      local config <close> = load { a = target("yields", { n = 1 }), b = target("plain",
        { n = wick.ref "a" }), c = target "plain" }
      local co = coroutine.create(function()
        return config:build()
      end)
      assert.same({ true, "from the constructor" }, { coroutine.resume(co) })
      for _, key in ipairs { "a", "b" } do
        local object, err = config:build(key)
        assert.is_nil(object)
        assert.equal([[
error[W0402]: `a` is asked for while it is being built
  ┌─ the table given to wick.load
  │
  │ at `a`: another coroutine builds it
  │
  = help: ask for it when it is built]], tostring(err))
      end
      assert.is_table(config:build "c")
      local ok, built = coroutine.resume(co, 42)
      assert.is_true(ok)
      assert.equal(42, built.a.got)
      assert.equal(built.a, built.b.n)
      assert.equal(built.a, config:build "a")
      assert.equal(3, #config:objects_built())
    end)

    it("that yields and is forgotten holds nobody up", function()
      local config = load { a = target "yields", b = target "closing" }
      coroutine.resume(coroutine.create(function()
        return config:build "a"
      end))
      collectgarbage()
      assert.is_nil((config:build "a"))
      assert.is_table(config:build "b")
      assert.is_true(config:close())
      assert.equal(1, #_G.reentry.closed)
    end)

    it("asks for what it builds", function()
      local config <close> = load { a = target("acts", { n = wick.ref "b" }), b = target "plain" }
      function _G.reentry.act()
        local object, err = config:build "a"
        assert(object == nil)
        return err
      end
      local built = assert(config:build())
      local err = built.a.got[1]
      assert.equal("`a` is asked for while it is being built", err.message)
      assert.equal("at `a`: its constructor asks for it", err.marks[1].label)
      assert.equal(2, #config:objects_built())
    end)

    it("builds another component of the same config", function()
      local config <close> = load { a = target "acts", b = target "plain",
        c = target("plain", { n = wick.ref "b" }) }
      function _G.reentry.act()
        return assert(config:build "c")
      end
      local built = assert(config:build())
      assert.equal(built.c, built.a.got[1])
      assert.equal(built.b, built.c.n)
      assert.equal(3, #config:objects_built())
    end)

    it("closes the config, which ends the build and leaves nothing open", function()
      local config = load { a = target "closing", b = target("acts", { n = wick.ref "a" }),
        c = target("closing", { n = wick.ref "b" }) }
      function _G.reentry.act(options)
        if options.n then
          _G.reentry.act = nil
          assert(config:close())
        end
      end
      local built, err = config:build()
      assert.is_nil(built)
      assert.equal("`b` is asked for while the config is being closed", err.message)
      assert.equal("ECLOSE", err.name)
      assert.equal(1, #_G.reentry.closed)
      assert.same({}, config:objects_built())
      assert.is_true(config:close()) -- once more is harmless
      assert.equal(1, #_G.reentry.closed)
      assert.has_error(function()
        config:build()
      end, "this config is closed")
    end)

    it("raises, and what was built before is closed", function()
      local config <close> = load { a = target "closing",
        b = target("raises", { n = wick.ref "a" }) }
      assert.is_nil((config:build()))
      assert.equal(1, #_G.reentry.closed)
      assert.same({}, config:objects_built())
    end)
  end)

  describe("a function of `_partial_`", function()
    it("needs what its config has closed", function()
      local config = load { a = target "plain",
        b = target("plain", { _partial_ = true, n = wick.ref "a" }) }
      local make = assert(config:build "b")
      assert.equal(config:build "a", make().n)
      config:close()
      for _, over in ipairs { {}, false } do
        assert.has_error(function()
          make(over or nil)
        end, "this config is closed")
      end
    end)
  end)

  describe("a late expression", function()
    it("yields and goes on", function()
      local config <close> = load { o = target "obj", run = wick.expr "@o:get(7)" }
      local co = coroutine.create(function()
        return config:run()
      end)
      assert.same({ true, 7 }, { coroutine.resume(co) })
      local ok, done, values = coroutine.resume(co, "value")
      assert.same({ true, true, { "value" } }, { ok, done, values })
    end)
  end)

  describe("an object", function()
    it("yields while it is closed, and all are closed", function()
      local config = load { a = target "closing", b = target "closing" }
      assert(config:build())
      _G.reentry.act = coroutine.yield
      local co = coroutine.create(function()
        return config:close()
      end)
      for _ = 1, 2 do
        local ok, object = coroutine.resume(co)
        assert.is_true(ok)
        assert.equal(_G.reentry.closed[#_G.reentry.closed], object)
      end
      assert.same({ true, true }, { coroutine.resume(co) })
      assert.equal(2, #_G.reentry.closed)
    end)

    it("builds while it is closed: that is refused", function()
      local config = load { a = target "closing", b = target "plain" }
      assert(config:build())
      local got, err
      function _G.reentry.act()
        got, err = config:build()
        config:close() -- once more is harmless
      end
      assert.is_true(config:close())
      assert.is_nil(got)
      assert.equal("`a` is asked for while the config is being closed", err.message)
      assert.same({}, config:objects_built())
      assert.equal(1, #_G.reentry.closed)
    end)
  end)
end)
