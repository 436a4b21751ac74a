-- Who may write a project's files, through the library: the rules of projects
-- that are opened more than once, and what `check` tells (rows 48 to 51).

local helper = require "tests.helper"
local lfs = require "lfs"
local wick = require "wick"
local core = require "wick.core"

-- A Lua in any folder finds wick.
local HERE = {
  LUA_PATH = ("%s/lua/?.lua;%s/lua/?/init.lua;;"):format(helper.root, helper.root),
  LUA_CPATH = helper.build .. "/lua/?.so;;",
}

describe("who may write a project:", function()
  local base

  before_each(function()
    base = helper.tree(helper.temp(), {
      ["p/a.lua"] = "return { new = function() return {} end }\n",
      ["p/b.lua"] = "return { new = function() return {} end }\n",
      ["p/d/x.lua"] = "return { new = function() return {} end }\n",
      ["p/d/y.lua"] = "return { new = function() return {} end }\n",
    })
  end)

  after_each(function()
    helper.remove(base)
  end)

  local function chmod(mode, name)
    assert(helper.run { "chmod", mode, base .. "/" .. name } == 0)
  end

  local function open(options)
    return assert(wick.project(base .. "/p", options))
  end

  -- The name of the error that importing gives, or nil.
  local function refusal(project, name)
    local value, err = project:import(name)
    return value == nil and err.name or nil
  end

  it("of two openings the stricter one holds", function()
    chmod("664", "p/a.lua")
    chmod("664", "p/b.lua")
    local first <close> = open()
    assert.is_nil(refusal(first, "p.a"))
    local second <close> = open { strict = true }
    assert.equal("EUNSAFE", refusal(second, "p.b"))
    assert.equal("EUNSAFE", refusal(first, "p.b"))
    local third <close> = open()
    assert.equal("EUNSAFE", refusal(third, "p.b"))
  end)

  it("what was loaded is judged by the rules of a later opening, and not loaded again", function()
    chmod("664", "p/a.lua")
    local first <close> = open()
    local module = assert(first:import("p.a"))
    local second <close> = open { strict = true }
    assert.equal("EUNSAFE", refusal(second, "p.a"))
    assert.equal("EUNSAFE", refusal(first, "p.a"))
    chmod("644", "p/a.lua")
    local third <close> = open { strict = true }
    assert.equal(module, third:import("p.a"))
    assert.equal(module, first:import("p.a"))
  end)

  it("a plugin that states nothing and was loaded is refused to a config of others", function()
    helper.write(base .. "/bare.c", [[
#include <lua.h>
static int new (lua_State *L) { lua_newtable(L); return 1; }
int luaopen_bare (lua_State *L) {
  lua_newtable(L); lua_pushcfunction(L, new); lua_setfield(L, -2, "new");
  return 1;
}
]])
    assert.equal(0, (helper.run(("cc -shared -fPIC $(pkg-config --cflags lua5.4) -o %s/p/bare.so "
      .. "%s/bare.c"):format(base, base))))
    helper.write(base .. "/both.lua", [[
local wick = require "wick"
local config = { project = "p", one = { _target_ = "p.bare" } }
local mine = assert(wick.load(config))
assert(mine:build "one")
config.project = nil
local theirs = assert(wick.load(config, nil, { untrusted = true, project = "p" }))
for _, verb in ipairs { "check", "build" } do
  local ok, err = theirs[verb](theirs)
  print(verb, ok, err and err.code)
end
]])
    local status, out, stderr = helper.run(("cd %s && %s both.lua"):format(base, helper.host),
      { env = HERE })
    assert.equal("check\tnil\tW0607\nbuild\tnil\tW0607\n", out, stderr)
    assert.equal(0, status)
  end)

  it("of two openings the one that looks at modes holds", function()
    chmod("666", "p/a.lua")
    chmod("666", "p/b.lua")
    do
      local first <close> = open { trust_modes = true }
      assert.is_nil(refusal(first, "p.a"))
      local second <close> = open()
      assert.equal("EUNSAFE", refusal(second, "p.b"))
    end
    local first <close> = open()
    local second <close> = open { trust_modes = true }
    assert.equal("EUNSAFE", refusal(second, "p.b"))
    assert.equal("EUNSAFE", refusal(first, "p.a"))
  end)

  it("a second opening that is refused leaves the first as it was", function()
    chmod("775", "p")
    local first <close> = open()
    local second, err = wick.project(base .. "/p", { strict = true })
    assert.is_nil(second)
    assert.equal("EUNSAFE", err.name)
    assert.is_nil(refusal(first, "p.a"))
  end)

  it("an opening looks at folders anew", function()
    local first <close> = open()
    local root = first.project.root
    assert(root:read("d/x.lua"))
    chmod("777", "p/d")
    assert(root:read("d/y.lua"))
    local second <close> = open()
    assert.equal(first.project, second.project)
    local text, err = root:read("d/y.lua")
    assert.is_nil(text)
    assert.equal("EUNSAFE", err.name)
  end)

  it("so does a search that finds nothing", function()
    local project <close> = open()
    assert.is_nil(refusal(project, "p.d.x"))
    chmod("777", "p/d")
    assert.equal("ENOTFOUND", refusal(project, "p.none.X"))
    assert.equal("EUNSAFE", refusal(project, "p.d.y"))
  end)

  it("what was doubtful for one config is not told to the next", function()
    chmod("1777", "p/d")
    local first <close> = assert(wick.load({ project = base .. "/p", c = { _target_ = "p.d.x" } }))
    assert(first:build())
    assert.equal(1, #first:doubts())
    local second <close> = assert(wick.load({ project = base .. "/p", c = { _target_ = "p.a" } }))
    assert(second:build())
    assert.same({}, second:doubts())
  end)

  it("a root that is refused is closed at once", function()
    local function count()
      local n = 0
      for _ in lfs.dir("/proc/self/fd") do
        n = n + 1
      end
      return n
    end
    chmod("777", "p")
    collectgarbage("stop")
    local before = count()
    for _ = 1, 10 do
      local root, err = core.root(base .. "/p")
      assert.is_nil(root)
      assert.equal("EUNSAFE", err.name)
    end
    local after = count()
    collectgarbage("restart")
    assert.equal(before, after)
  end)

  it("check tells each kind once, and names the others", function()
    chmod("664", "p/a.lua")
    chmod("664", "p/b.lua")
    assert(lfs.link(base .. "/p/d/x.lua", base .. "/x.lua"))
    local config <close> = assert(wick.load({ project = base .. "/p", a = { _target_ = "p.a" },
      b = { _target_ = "p.b" }, c = { _target_ = "p.d.x" } }))
    local ok, warnings = config:check()
    assert.is_true(ok)
    assert.equal(2, #warnings)
    for _, warning in ipairs(warnings) do
      assert.equal("warning", warning.severity)
      assert.equal("W0507", warning.code)
    end
    assert.truthy(warnings[1].message:find("^`p/a.lua` is writable by group %d+$"))
    assert.equal("the same holds for: p/b.lua", warnings[1].notes[2])
    assert.equal("`p/d/x.lua` is a hard link, one of 2", warnings[2].message)
    assert.equal("`cp p/d/x.lua p/d/x.lua.new && mv p/d/x.lua.new p/d/x.lua` makes it a file of "
      .. "its own", warnings[2].helps[1])
    assert.same({}, config:doubts()) -- nothing that another person can do
  end)

  it("run and check tell what others can do", function()
    chmod("1777", "p/d")
    local config <close> = assert(wick.load({ project = base .. "/p",
      c = { _target_ = "p.d.x" } }))
    assert(config:build())
    local doubts = config:doubts()
    assert.equal(1, #doubts)
    assert.equal("everyone may add files to `p/d`", doubts[1].message)
    assert.equal("`chmod o-w p/d`", doubts[1].helps[1])
  end)

  it("a target that is not found takes no warning away, and they come first", function()
    chmod("1777", "p/d")
    helper.write(base .. "/p/d/x.lua", "io.stderr:write 'HERE\\n'\n"
      .. "return { new = function() return {} end }\n")
    helper.write(base .. "/c.yaml", "project: p\na: {_target_: p.d.x}\nb: {_target_: p.none.New}\n")
    local status, _, stderr = helper.wick({ "run", "c.yaml" }, { cwd = base })
    assert.equal(4, status)
    local warned = stderr:find("warning[W0507]: everyone may add files to `p/d`", 1, true)
    local ran = stderr:find("HERE", 1, true)
    assert.is_true(warned and ran and warned < ran, stderr)
  end)

  it("many small doubts hide no other", function()
    local config = { project = base .. "/p" }
    for i = 1, 80 do
      helper.write(("%s/p/m%d.lua"):format(base, i), "return { new = function() return {} end }\n")
      chmod("664", ("p/m%d.lua"):format(i))
      config[("m%02d"):format(i)] = { _target_ = ("p.m%d"):format(i) }
    end
    chmod("1777", "p/d")
    config.z = { _target_ = "p.d.x" }
    local loaded <close> = assert(wick.load(config))
    local ok, warnings = loaded:check()
    assert.is_true(ok)
    assert.equal(2, #warnings)
    assert.equal("everyone may add files to `p/d`", warnings[1].message:find("group")
      and warnings[2].message or warnings[1].message)
  end)

  it("check tells of folders above the project, run does not", function()
    chmod("777", ".")
    local config <close> = assert(wick.load({ project = base .. "/p", a = { _target_ = "p.a" } }))
    assert(config:build())
    assert.same({}, config:doubts())
    local ok, warnings = config:check()
    assert.is_true(ok)
    assert.equal(1, #warnings)
    assert.equal(("`%s` is writable by everyone"):format(base), warnings[1].message)
    chmod("700", ".")
  end)
end)
