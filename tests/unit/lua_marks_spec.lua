-- Marks of Lua configs: which bytes of the text a key and a value are marked at.

local core = require "wick.core"

-- What stands in the source at the mark of the value at a key path, or of its
-- key (`which`: "key").
local function marked(source, path, which, last)
  local tree = core.tree {}
  local top, err = tree:lua("marks.lua", source)
  assert(top, err and tostring(err))
  local at = top
  for _, segment in ipairs(path == "" and {} or core.keypath(path)) do
    at = assert(tree:find(at, segment), path)
  end
  local mark = tree:mark(at, "", which, last)
  return source:sub(mark.byte, mark.byte + mark.length - 1), mark
end

-- Cases: a source, and for paths the text of the value's mark; `KEY path` is
-- that of the key.
local CASES = {
  { "values stand where they are written", [[
return {
  a = 1, b = "two", ['c'] = -3, ["d\x65"] = true,
  list = { 10, { x = null } }, [7] = 'seven', [-2] = 0x10,
}]], {
    [""] = "{", a = "1", b = '"two"', c = "-3", de = "true", ["KEY a"] = "a", ["KEY c"] = "'c'",
    ["KEY de"] = '"d\\x65"', ["list[1]"] = "10", ["list[2].x"] = "null", ["KEY list[2].x"] = "x",
    ["[7]"] = "'seven'", ["KEY [7]"] = "7", ["[-2]"] = "0x10", ["KEY [-2]"] = "-2",
    list = "{ 10, { x = null } }", ["list[2]"] = "{ x = null }",
  } },
  { "expressions stand there too", [[
local lr = 0.5
return { a = lr * 2, b = ("x"):rep(3), c = { lr, lr + 1 },
  d = lr == 1 and { z = 1 } or { z = 2 } }]], {
    a = "lr * 2", b = '("x"):rep(3)', ["c[1]"] = "lr", ["c[2]"] = "lr + 1",
    d = "lr == 1 and { z = 1 } or { z = 2 }", ["d.z"] = "lr == 1 and { z = 1 } or { z = 2 }",
    ["KEY d.z"] = "lr == 1 and { z = 1 } or { z = 2 }",
  } },
  { "target, ref and the like", [[
return {
  m = target "p.Model" { size = 8, seed = ref "seed" },
  n = target("p.Other")({ x = 1 }), o = target 'p.Third' {},
  e = expr [=[@m.size * 2]=], c = copy("m"),
}]], {
    m = 'target "p.Model" { size = 8, seed = ref "seed" }', ["m._target_"] = '"p.Model" '
      .. '{ size = 8, seed = ref "seed" }', ["m.size"] = "8", ["m.seed"] = 'ref "seed"',
    ["KEY m.seed"] = "seed", ["o._target_"] = "'p.Third' {}", e = "expr [=[@m.size * 2]=]",
    c = 'copy("m")', ["n._target_"] = '"p.Other"',
  } },
  { "append, replace and delete", [[
return { a = append { 1, 2 }, b = replace("x"), c = append(ref "a"), d = delete,
  e = replace { k = { 1 } } }]], {
    ["['+a']"] = "{ 1, 2 }", ["['+a'][2]"] = "2", ["KEY ['+a']"] = "a", ["['=b']"] = '"x"',
    ["['+c']"] = 'ref "a"', ["['~d']"] = "delete", ["['=e'].k[1]"] = "1",
  } },
  { "a table by its name", [[
local optim = { lr = 0.1 }
local config = { model = { optim = optim, size = 3 }, other = {} }
config.size = 8
config.model.depth = 2
config["odd key"] = { x = 1 }
config.other.y, config.other.z = 1, 2
config.model.size = config.model.size + 1
return config]], {
    [""] = "config", ["model.optim"] = "optim", ["model.optim.lr"] = "0.1", size = "8",
    ["KEY size"] = "size", ["model.depth"] = "2", ['["odd key"].x'] = "1",
    ['KEY ["odd key"]'] = '"odd key"', ["other.y"] = "{", ["model.size"] = "config.model.size + 1",
  } },
  { "what code computed is marked at the constructor it is in", [[
local config = { list = {}, sub = { a = 1 } }
for i = 1, 2 do config.list[i] = i end
for k in pairs(config.sub) do config.sub[k], config.sub.b = 2, 3 end
config.more = "x"
return config]], {
    ["list[1]"] = "{", ["sub.b"] = "{", ["sub.a"] = "{", ["KEY sub.a"] = "a", more = '"x"',
  } },
  { "a branch that was not taken", [[
local big = false
local M = { size = 0 }
if big then M.size = 100 else M.size = 10 end
if not big then M.size = 20 end
if big then M.size = 200 end
return M]], { size = "20" } },
  { "the `return` that was taken", [[
local big = true
if big then
  return { size = 100, big = true }
end
return { size = 10, big = false }]], { size = "100", big = "true" } },
  { "functions and their tables are not the config's", [[
local function block(n)
  local t = { size = n }
  return { size = n }
end
return { a = block(1), b = (function() return { c = 2 } end)(), d = 4 }]], {
    a = "block(1)", ["a.size"] = "block(1)", d = "4",
    ["b.c"] = "(function() return { c = 2 } end)()",
  } },
  { "what target made in a loop is marked at that line", [[
local list = {}
for i = 1, 2 do
  list[i] = target "p.Layer" { n = i }
end
return { layers = list }]], {
    ["layers[1]"] = "list[i]", ["layers[2].n"] = "list[i]",
  } },
  { "comments, long strings and semicolons", [==[
--[[ return { a = 2 } ]]
local s = [[ { } return ]] -- { a = 3 }
return { -- first
  a = --[=[ ] ]=] 1; -- }
  b = [[
two]]; c = "}";
}]==], { a = "1", c = '"}"', b = "[[", ["KEY b"] = "b" } },
  { "a byte order mark and a first line",
    "\xEF\xBB\xBF#!/usr/bin/lua\r\nreturn { a = 1,\r\n b = 2 }",
    { a = "1", b = "2", ["KEY b"] = "b" } },
  { "a constructor that is not all of its value", [[
return { a = #{ 1, 2 }, b = { 3 } == nil, c = ({ d = 4 }).d, e = { f = 5 } }]], {
    a = "#{ 1, 2 }", b = "{ 3 } == nil", c = "({ d = 4 }).d", ["e.f"] = "5",
  } },
  { "items behind each other, and a key for one of them", [[
local function two() return 8, 9 end
return { list = { 'a', [3] = 'c', 'b' }, more = { 7, two() } }]], {
    ["list[1]"] = "'a'", ["list[2]"] = "'b'", ["list[3]"] = "'c'", ["more[1]"] = "7",
    ["more[2]"] = "two()", ["more[3]"] = "{",
  } },
}

describe("marks of Lua configs", function()
  for _, case in ipairs(CASES) do
    local title, source, wanted = table.unpack(case)
    it(title, function()
      for path, text in pairs(wanted) do
        local key = path:match("^KEY (.*)$")
        local found, mark = marked(source, key or path, key and "key" or nil)
        if text == "{" or text == "[[" then -- where it begins
          found = found:sub(1, #text)
        elseif not text:find("\n") and #text < 12 and path:match("^layers") then
          found = found:sub(1, #text)
        end
        assert.equal(text, found, path)
        local line = select(2, source:sub(1, mark.byte - 1):gsub("\n", "")) + 1
        assert.equal(line, mark.line, path)
      end
    end)
  end

  it("find the part of a reference or an expression that is wrong", function()
    local source = [[return { a = ref "model.lr", b = expr("1 + @x.y"), c = expr [==[
@z]==], d = copy 'f.yaml#k', e = ref("\x61b") }]]
    assert.equal("model", (marked(source, "a", 2, 6)))
    assert.equal("lr", (marked(source, "a", 8, 9)))
    assert.equal("@x.y", (marked(source, "b", 7, 10)))
    assert.equal("z", (marked(source, "c", 4, 4)))
    assert.equal("f.yaml", (marked(source, "d", 2, 7)))
    assert.equal('ref("\\x61b")', (marked(source, "e", 2, 3))) -- an escape: all of it
  end)

  it("stand in the document that was included", function()
    local files = { ["b.lua"] = "-- b\nreturn { x = 1, c = include 'c.lua' }",
      ["c.lua"] = "return target 'p.M' {\n y = 2 }" }
    local tree = core.tree {}
    local top = assert(tree:lua("a.lua", "local b = include 'b.lua'\nb.z = 3\nreturn { b = b }", {
      include = function(name) return files[name], "dir/" .. name end,
    }))
    local b = tree:find(top, "b")
    local x, y = tree:mark(tree:find(b, "x")), tree:mark(tree:find(tree:find(b, "c"), "y"))
    assert.are.same({ "dir/b.lua", 2, 14 }, { x.file, x.line, x.column })
    assert.are.same({ "dir/c.lua", 2, 6 }, { y.file, y.line, y.column })
    assert.equal("dir/b.lua", tree:mark(tree:find(b, "z")).file)
    assert.equal("a.lua", tree:mark(top).file)
  end)
end)
