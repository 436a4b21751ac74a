-- collector: finalizers run in the middle of everything, and close what is in
-- use: the attack row 151, and 85 for plugins.

local helper = require "tests.helper"

describe("rows 85, 151: what is closed while it is used,", function()
  local dir

  lazy_setup(function()
    dir = helper.temp()
    helper.tree(dir, {
      ["p/m.lua"] = "local M = {}\nfunction M.new(o) return { n = o.n } end\nreturn M\n",
      ["p/class.lua"] = "local Class = {}\nfunction Class.new() return {} end\nreturn Class\n",
      ["p/needs.lua"] = "local m = require 'p.m'\n"
        .. "return { new = m.new, class = require 'p.class' }\n",
      ["c.yaml"] = "project: p/\nplain: {a: 1}\na: {_target_: p.m.new, n: 1, l: [1, 2, 3]}\n"
        .. "b: {_target_: p.Class, n: '@a.n', o: '@a'}\nplugin: {_target_: p.made.Make, size: 1}\n"
        .. "late: '$ @a.n + 1'\nrun: ['@a', '$ @b.o.n']\n",
    })
    assert(os.execute(("cd %s/p && cp %s/tests/plugins/made.so . && ln m.lua other.lua"):format(dir,
      helper.build))) -- a second name is a doubt
  end)

  lazy_teardown(function()
    helper.remove(dir)
  end)

  local function run(part)
    local status, out, err = helper.run({ helper.host, helper.root .. "/tests/fault/collector.lua",
      helper.root, helper.build, dir, part })
    assert.equal("", err)
    assert.equal(part .. " went through\n", out)
    assert.equal(0, status)
  end

  for part, what in pairs {
    root = "a root, at each place of each method",
    plugin = "a plugin, at each place of each method",
    tree = "a tree that grows, at each place of each method",
    words = "the caller's own tables, at each place where they are read",
    config = "a config, at any instruction",
    config_changes = "a config that changes or builds meanwhile",
    project = "a project, at any instruction",
    forgotten = "a handle that nobody has any more",
    core_loops = "over and over, a root and a plugin, by a collector that works all the time",
    library_loops = "over and over, a project and a config",
  } do
    it(what, function()
      run(part)
    end)
  end
end)
