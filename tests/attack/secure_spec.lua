-- Row 55 (and 163 in part): a program with more rights than who starts it, which
-- the kernel marks AT_SECURE, loads no plugins and asks no environment.
--
-- The programs are copies with a set-group-ID bit of a group that is not ours;
-- the control is the same copy without the bit.

local helper = require "tests.helper"
local lfs = require "lfs"

local GROUP = 65534

describe("attack row 55, AT_SECURE:", function()
  local base

  setup(function()
    base = helper.temp()
    helper.tree(base, {
      ["p/m.lua"] = "return { new = function(o) return o end }\n",
      ["p/x.so"] = "\x7FELF",
      ["env.yaml"] = "project: p/\na: {_target_: p.m, text: \"$ env('NAME', 'none')\"}\n",
      ["env.lua"] = "return { text = env('NAME', 'none') }\n",
      ["plugin.yaml"] = "project: p/\na: {_target_: p.x.f}\n",
      ["p/path.lua"] = "return { new = function() print(package.path) return {} end }\n",
      ["path.yaml"] = "project: p/\na: {_target_: p.path}\n",
    })
  end)

  teardown(function()
    helper.remove(base)
  end)

  -- A copy of a program; `bit`: with the rights of another group.  Nil and why
  -- when there can be none.
  local function copy(from, bit)
    if helper.instrumented then
      return nil, "a sanitizer does not start with such rights"
    end
    local to = base .. "/" .. from:match("[^/]+$") .. (bit and "-secure" or "")
    if not lfs.attributes(to) then
      assert(helper.run { "cp", from, to } == 0)
      if bit and helper.run { "chgrp", tostring(GROUP), to } ~= 0 then
        return nil, "only root can give a file to another group"
      end
      assert(helper.run { "chmod", bit and "2755" or "755", to } == 0)
    end
    local _, flags = helper.run({ "sh", "-c",
      ("LD_SHOW_AUXV=1 %s --version 2>/dev/null | grep AT_SECURE"):format(helper.quote(to)) })
    if bit and flags:match("AT_SECURE: *0") then
      return nil, "the file system gives no such rights here (nosuid)"
    end
    return to
  end

  -- Runs the command both ways; gives what both said, or nil and why not.
  local function both(words, env)
    local results = {}
    for i, bit in ipairs { false, true } do
      local program, reason = copy(helper.command, bit)
      if not program then
        return nil, reason
      end
      local status, out, err = helper.run({ program, table.unpack(words) },
        { cwd = base, env = env })
      results[i] = { status = status, out = out, err = err }
    end
    return results[1], results[2]
  end

  it("`env` gives nothing", function()
    local plain, secure = both({ "show", "env.yaml", "a.text" }, { NAME = "mine" })
    if not plain then
      return pending(secure)
    end
    assert.same({ 0, "mine\n" }, { plain.status, plain.out })
    assert.same({ 5, "" }, { secure.status, secure.out })
    assert.truthy(secure.err:find("error[W0507]: `env` is off in a process that has more rights "
      .. "than who started it", 1, true), secure.err)
  end)

  it("`env` of a Lua config gives nothing", function()
    local plain, secure = both({ "show", "env.lua", "text" }, { NAME = "mine" })
    if not plain then
      return pending(secure)
    end
    assert.same({ 0, "mine\n" }, { plain.status, plain.out })
    assert.same({ 5, "" }, { secure.status, secure.out })
    assert.truthy(secure.err:find("`env` is off", 1, true), secure.err)
  end)

  it("no plugin is opened", function()
    local plain, secure = both({ "check", "plugin.yaml" })
    if not plain then
      return pending(secure)
    end
    assert.falsy(plain.err:find("W0507", 1, true), plain.err)
    assert.equal(5, secure.status)
    assert.truthy(secure.err:find("error[W0507]: `p/x.so` is a plugin, and this process has more "
      .. "rights than who started it", 1, true), secure.err)
  end)

  it("no plugin is opened through C alone", function()
    for _, bit in ipairs { false, true } do
      local program, reason = copy(helper.build .. "/tests/driver", bit)
      if not program then
        return pending(reason)
      end
      for _, backend in ipairs { "openat2", "walk" } do
        local _, out = helper.run({ program }, { cwd = base,
          stdin = ("root %s p\nfile m.lua\nfile x.so\n"):format(backend) })
        assert.equal(bit and "OK\nOK\nEUNSAFE\n" or "OK\nOK\nOK\n", out)
      end
    end
  end)

  it("nothing of Lua's environment is read", function()
    local plain, secure = both({ "run", "-q", "path.yaml" }, { LUA_PATH = "/mine/?.lua" })
    if not plain then
      return pending(secure)
    end
    assert.same({ 0, "/mine/?.lua\n" }, { plain.status, plain.out })
    assert.equal(0, secure.status)
    assert.falsy(secure.out:find("/mine", 1, true), secure.out)
  end)
end)
