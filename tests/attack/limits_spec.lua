-- Rows 146 and 147: little stack, and many loads.

local helper = require "tests.helper"

describe("attack row 146, a stack of 64 KiB:", function()
  local dir

  setup(function()
    dir = helper.tree(helper.temp(), {
      ["flow.yaml"] = "a: " .. ("["):rep(100000) .. "\n",
      ["nested.yaml"] = "a: " .. ("["):rep(250) .. ("]"):rep(250) .. "\n",
      ["block.yaml"] = "a:\n" .. ("- "):rep(250) .. "1\n",
      ["expr.yaml"] = "a: \"$ " .. ("("):rep(150) .. "1" .. (")"):rep(150) .. "\"\n",
      ["parens.yaml"] = "project: p/\na: {_target_: p.parens}\n",
      ["tables.yaml"] = "project: p/\na: {_target_: p.tables}\n",
      ["p/parens.lua"] = "return " .. ("("):rep(100000),
      ["p/tables.lua"] = "return " .. ("{"):rep(150) .. ("}"):rep(150),
    })
    local chain = { "a0: 1\n" }
    for i = 1, 20000 do
      chain[i + 1] = ("a%d: \"@a%d\"\n"):format(i, i - 1)
    end
    helper.write(dir .. "/chain.yaml", table.concat(chain))
  end)

  teardown(function()
    helper.remove(dir)
  end)

  for name, status in pairs { flow = 7, nested = 0, block = 0, expr = 0, parens = 4, tables = 0,
    chain = 0 } do
    it(name, function()
      if helper.instrumented then
        return pending("a sanitizer needs more stack")
      end
      local got, out, err = helper.run({ "sh", "-c", "ulimit -s 64; exec \"$@\"", "sh",
        helper.command, "check", name .. ".yaml" }, { cwd = dir })
      assert.equal(status, got, out .. err)
    end)
  end
end)

describe("attack row 147, many loads:", function()
  it("neither memory nor descriptors become more", function()
    if helper.instrumented then
      return pending("a sanitizer keeps memory that was freed")
    end
    local status, out, err = helper.run({ helper.host, helper.root .. "/tests/attack/cycles.lua",
      "1000" }, { env = { LUA_PATH = helper.root .. "/lua/?.lua;" .. helper.root
        .. "/lua/?/init.lua;;", LUA_CPATH = helper.build .. "/lua/?.so;;" } })
    assert.equal(0, status, out .. err)
  end)
end)
