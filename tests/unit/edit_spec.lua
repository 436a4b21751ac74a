-- Edits of a tree through the binding: what makes a map a component, and where
-- they are marked.

local core = require "wick.core"

-- A tree of these bytes, and its top; `nodes`: how many it may have.
local function read(text, nodes)
  local limits = {}
  for name, value in pairs(core.limits) do
    limits[name] = value
  end
  limits["config.nodes"] = nodes or limits["config.nodes"]
  local tree = core.tree(limits)
  return tree, (assert(tree:read("t.yaml", text, "map")))
end

describe("an edit of a tree", function()
  it("makes a map a component, and no more, with the key `_target_`", function()
    local tree, top = read "a: {x: 1}\nb: {}\nc: m.X\n"
    local a, b, c = tree:find(top, "a"), tree:find(top, "b"), tree:find(top, "c")
    local target = assert(tree:add(a, "_target_", c))
    assert.is_true(tree:is(a, "component"))
    assert(tree:add(b, "_target", c))
    assert.is_false(tree:is(b, "component"))
    assert(tree:grow(b, "_target_", "string", "m.Y"))
    assert.is_true(tree:is(b, "component"))
    tree:remove(tree:find(a, "x"))
    assert.is_true(tree:is(a, "component"))
    tree:remove(target)
    assert.is_false(tree:is(a, "component"))
    assert.equal(0, #tree:children(a))
  end)

  it("that there is no room for leaves the map as it was", function()
    for room = 0, 2 do
      local tree, top = read("a: {}\nc: m.X\n", 5 + room)
      local a, c = tree:find(top, "a"), tree:find(top, "c")
      local added, err = tree:add(a, "_target_", c)
      if not added then
        assert.equal("ELIMIT", err.name)
        assert.is_nil(tree:find(a, "_target_"))
        assert.is_false(tree:is(a, "component"))
      end
      tree, top = read("a: {}\n", 3 + room)
      a = tree:find(top, "a")
      added, err = tree:grow(a, "_target_", "string", "m.X")
      assert.equal(room == 2, added ~= nil)
      if not added then
        assert.equal("ELIMIT", err.name)
        assert.is_false(tree:is(a, "component"))
      end
    end
  end)

  it("from a long word has its mark in characters of the word as it was given", function()
    local options = {}
    for i = 1, 300 do
      options[i] = ("j%d: 1"):format(i)
    end
    local word = ("+k\u{E9}y={k: 1, %s, k: 2}"):format(table.concat(options, ", "))
    local config, err = require "wick".load({ a = 1 }, { word })
    assert.is_nil(config)
    assert.equal("EDUPKEY", err.name)
    assert.equal(utf8.len(word) - #"k: 2}" + 1, err.marks[1].column)
  end)
end)
