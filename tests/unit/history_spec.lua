-- What explain tells of a key: random stacks of documents and overrides, whose
-- history must fold to what composition made of them, after the last layer and
-- after each one before; what single cases tell; and what they cost.

local helper = require "tests.helper"
local wick = require "wick"

local dir

local function load(text, overrides)
  return assert(wick.load(helper.write(dir .. "/a.yaml", text), overrides, { after = "compose" }))
end

--
-- Folding
--

local function is_map(value)
  return type(value) == "table" and getmetatable(value) == nil and #value == 0
end

-- A map laid over a value: the rule of composition for maps without operators.
local function lay(value, over)
  if not is_map(value) or not is_map(over) then
    return over
  end
  local made = {}
  for key, item in pairs(value) do
    made[key] = item
  end
  for key, item in pairs(over) do
    made[key] = lay(made[key], item)
  end
  return made
end

local function fold(history)
  local value
  for _, entry in ipairs(history) do
    if entry.op == "set" or entry.op == "replace" then
      value = entry.value
    elseif entry.op == "delete" then
      value = nil
    elseif entry.op == "merge" then
      value = lay(value, entry.value)
    else
      assert.equal("append", entry.op)
      local made = table.move(value, 1, #value, 1, {})
      value = table.move(entry.value, 1, #entry.value, #made + 1, made)
    end
  end
  return value
end

local random

local function pick(list)
  return list[random(#list)]
end

local KEYS = { "a", "b", "c" }
local TARGETS = { "p.A", "p.B", "p.C", "project.A" }

local map_of

-- What a key mostly holds, as a throw of the dice below: layers whose kinds
-- differ seldom fit over each other.
local USUAL = { a = 1, b = 4, c = 6 }

local copies -- the copies that may be asked for, or false

-- A value as YAML flow: scalars, lists, maps, at most `depth` deep.
local function value_of(depth, operators, key)
  if copies and random(key and 6 or 12) == 1 then
    return '"' .. pick(copies) .. '"'
  end
  local usual = random(16) > 1 and USUAL[key]
  local dice = usual or random(depth > 0 and 8 or 4)
  if dice == 1 then
    return tostring(random(9))
  elseif dice == 2 then
    return "t" .. random(9)
  elseif dice == 3 then
    return pick { "null", "true", "false", '"@a"', "[]", "{}" }
  elseif dice <= 5 then
    local items = {}
    for i = 1, random(3) do
      items[i] = value_of(math.max(depth - 2, 0))
    end
    return "[" .. table.concat(items, ", ") .. "]"
  end
  return map_of(depth, operators, random(2) == 1 and pick(TARGETS))
end

function map_of(depth, operators, target)
  local made, seen = { target and "_target_: " .. target or nil }, {}
  for _ = 1, random(4) do
    local key = pick(KEYS)
    if not seen[key] then
      seen[key] = true
      local sign = operators and pick { "", "", "", "", key == "a" and "" or "+", "=", "~?" } or ""
      made[#made + 1] = sign .. key .. ": "
        .. (sign == "~?" and "" or value_of(depth - 1, operators, key))
    end
  end
  return "{" .. table.concat(made, ", ") .. "}"
end

local function path_of()
  local path = { pick(KEYS) }
  while random(2) == 1 and #path < 3 do
    path[#path] = random(8) > 1 and "c" or path[#path] -- which mostly is a map
    path[#path + 1] = pick(KEYS)
  end
  return table.concat(path, ".")
end

-- An override; and whether it deletes an item, so that others move.
local function override()
  local dice = random(10)
  if dice == 1 then
    return "++" .. pick { "c", "c.c" } .. "._target_=" .. pick(TARGETS)
  elseif dice <= 4 then -- an item of what mostly is a list
    local path = pick { "b", "b", "b", "c.b" }
    if random(2) == 1 then
      return "~?" .. path .. pick { "[1]", "[2]", "[-1]", "[3]" }, true
    end
    path = path .. pick { "[1]", "[1]", "[1]", "[-1]", "[2]" }
    return pick { "", "", "=" } .. path .. "=" .. value_of(1, false)
  end
  local path = path_of()
  local sign = pick { "", path:find("a$") and "++" or "+", "++", "++", "=", "~?" }
  return sign .. path .. (sign == "~?" and "" or "=" .. value_of(2, false, path:match("%a$")))
end

-- Copies of what the first document alone says, and which no layer changes: they
-- are the same whatever comes later.  The others are of keys that change.
local STEADY = { "%s", "%s", "%s.a", "%s.b", "%?s.c", "%?s.z" }
local CHANGING = { "%?a", "%?b", "%?c", "%?b[1]", "%?c.a", "%s" }

local texts -- name of a document -> its text

-- Writes documents of one kind: what begins a stack, and what is laid over it.
local function pool(kind, count)
  local first, over = {}, {}
  for i = 1, count do
    copies = false
    local begin = kind and "{s: " .. map_of(2, false, random(2) == 1 and pick(TARGETS)) .. ", "
      or "{"
    copies = kind
    local name = ("%s/%s%d.yaml"):format(dir, kind == STEADY and "s" or kind and "c" or "p", i)
    local list = i % 3 == 0 and first or over
    texts[name] = (list == first and begin or "{") .. map_of(3, true):sub(2)
    list[#list + 1] = helper.write(name, texts[name])
  end
  return { copies = kind, first = first, over = over }
end

-- A stack: its documents, and its overrides in the order in which they are applied;
-- whether what was copied is the same after each layer, and whether items were
-- moved.
local function stack(pools)
  local from = pick(pools)
  local documents, first, rest, moves = { pick(from.first) }, {}, {}, false
  copies = from.copies
  local seen = {}
  for _ = 1, random(3) do
    local name = pick(from.over)
    if not seen[name] then -- each has one place
      seen[name], documents[#documents + 1] = true, name
    end
  end
  for _ = 1, random(5) - 1 do
    local word, moved = override()
    local list = word:find("_target_=", 1, true) and first or rest
    list[#list + 1] = word
    moves = moves or moved
  end
  return documents, table.move(rest, 1, #rest, #first + 1, first), copies ~= CHANGING, moves
end

-- Key paths that could be asked for below the keys at the top: what mostly is there.
local PATHS = { "c.a", "c.a", "c.b", "c.b", "c.c", "c.c.a", "c.c.a", "c.c.b", "c._target_",
  "c.c._target_", "b[1]", "b[2]", "b[3]", "b[3]", "c.b[1]", "c.b[2]", "c.b[3]", "a.c", "b.a",
  "b[2].a" }

-- Is the value of a config what was told, references by their text?
local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" or getmetatable(b) ~= nil then
    return a == b or type(a) == "string" and type(b) == "table" and a == tostring(b)
  end
  for key, item in pairs(a) do
    if not same(item, b[key]) then
      return false
    end
  end
  for key in pairs(b) do
    if a[key] == nil then
      return false
    end
  end
  return true
end

-- Is there a copy in it that was never made, for another layer took its place?
local function is_unmade(value)
  if type(value) ~= "table" then
    return false
  elseif getmetatable(value) ~= nil then
    return tostring(value):find("^%%") ~= nil
  end
  for _, item in pairs(value) do
    if is_unmade(item) then
      return true
    end
  end
  return false
end

-- A value to be read in a failure.
local function shown(value)
  if value == nil or type(value) == "table" and getmetatable(value) ~= nil then
    return tostring(value)
  end
  return require "wick.tell".value(value, 1000)
end

local function told_wrong(documents, overrides, path, what, expected, got)
  local out = { ("%s %s: %s, told as %s, in"):format(path, what, shown(expected), shown(got)) }
  for i, name in ipairs(documents) do
    out[i + 1] = texts[name]
  end
  out[#out + 1] = table.concat(overrides, " ")
  return table.concat(out, "\n")
end

-- The layer that an entry tells of: documents, then overrides.
local function layer_of(entry, documents)
  local mark = entry.via or entry.mark
  for i, name in ipairs(documents) do
    if mark.file == name then
      return i
    end
  end
  return #documents + mark.argv
end

-- The history up to a layer.
local function until_layer(history, documents, last)
  local list = {}
  for i, entry in ipairs(history) do
    if layer_of(entry, documents) <= last then
      assert.equal(i, #list + 1, "the layers come in their order")
      list[i] = entry
    end
  end
  return list
end

-- Compares what was told of the keys (path -> history) with the stack of each
-- layer and those before it.  Gives how many values were compared.
local function compare_layers(told, documents, overrides)
  local count = 0
  for last = 1, #documents + #overrides - 1 do
    local config = wick.load(table.move(documents, 1, math.min(last, #documents), 1, {}),
      table.move(overrides, 1, math.max(last - #documents, 0), 1, {}), { after = "compose" })
    for path, history in pairs(config and told or {}) do -- a copy may want what comes later
      local node = config:node(path)
      local expected = node and config:get(path)
      local got = fold(until_layer(history, documents, last))
      local above = fold(until_layer(told[path:sub(1, 1)] or {}, documents, last))
      if not node then
        expected = nil
      end
      if not is_unmade(above) then
        if not same(expected, got) then
          error(told_wrong(documents, overrides, path, "after layer " .. last, expected, got))
        end
        count = count + 1
      end
    end
  end
  return count
end

describe("the history of a key", function()
  setup(function()
    dir = helper.temp()
  end)

  teardown(function()
    helper.remove(dir)
  end)

  it("folds to what was composed, for random stacks", function()
    local state = 20
    random = function(n) -- the same on every machine
      state = (state * 1103515245 + 12345) % 2147483648
      return (state >> 12) % n + 1
    end
    texts = {}
    local pools = { pool(false, 600), pool(STEADY, 600), pool(CHANGING, 600) }
    local loaded, tried, compared, seen = 0, 0, 0, {}
    while loaded < 10000 do
      tried = tried + 1
      local documents, overrides, steady, moves = stack(pools)
      local config = wick.load(documents, overrides, { after = "compose" })
      if config then -- else something did not fit, which others test
        loaded = loaded + 1
        local told = {}
        for _, path in ipairs { "a", "b", "c", pick(PATHS) } do
          -- what is below shows in the keys at the top
          local key = config:explain(path)
          local node = config:node(path)
          if not key then
            assert.is_nil(node, path)
          elseif not key.through[1] then
            for _, entry in ipairs(key.history) do
              local what = entry.dropped and "dropped" or entry.moved and "moved"
                or entry.absent and "absent" or entry.via and "via" or entry.op
              seen[what] = (seen[what] or 0) + 1
            end
            local expected, got = node and config:get(path), fold(key.history)
            if not node then
              expected = nil
            end
            if not same(expected, got) or (node == nil) ~= (key.kind == "deleted"
              or key.kind == "absent") then
              error(told_wrong(documents, overrides, path, key.kind, expected, got))
            end
            if not (moves and path:find("[", 1, true)) then
              told[path] = key.history
            end
          end
        end
        if steady and loaded % 8 == 0 then
          compared = compared + compare_layers(told, documents, overrides)
        end
      end
    end
    assert.is_true(tried < 4 * loaded, "many stacks fit: " .. tried)
    assert.is_true(compared > 5000, "layers are compared: " .. compared)
    for _, what in ipairs { "set", "replace", "merge", "append", "delete", "dropped", "moved",
      "absent", "via" } do
      assert.truthy((seen[what] or 0) > 10, what .. " " .. tostring(seen[what]))
    end
  end)

  it("tells a copy as the value of the text that asks for it", function()
    local config = load("s: {x: [1]}\nc: 1\nd: {y: 0, c: {z: 1}}\n", { "c=%s", "+c.x=2",
      "+d.c.n=%s.x", "s.x[1]=7" })
    local history = assert(config:explain "c").history
    assert.equal("set 1 - replace 1 append 2", table.concat({ history[1].op, history[1].value, "-",
      history[2].op, #history[2].value.x, history[3].op == "merge" and "append",
      #history[3].value.x }, " "))
    assert.same({ x = { 7 } }, history[2].value)
    assert.equal(1, history[2].via.argv)
    assert.is_nil(history[3].via)
    assert.same({ x = { 7, 2 } }, history[3].value)
    history = assert(config:explain "d").history
    assert.equal(2, #history)
    assert.same({ "merge", { c = { n = { 7 } } }, 3 },
      { history[2].op, history[2].value, history[2].mark.argv })
    assert.equal(1, #assert(config:explain "d.c.n").history)
  end)

  it("tells what an alias brought, and not what came into it later", function()
    local config = load("a: &a {x: 1}\nb: *a\n", { "+b.y=2", "b.x=3" })
    assert.equal(2, assert(config:explain "b").history[1].via.line)
    local x = assert(config:explain "b.x").history
    assert.equal(2, x[1].via.line)
    assert.is_nil(x[2].via)
    assert.is_nil(assert(config:explain "b.y").history[1].via)
  end)

  it("knows items by the number that they have, and by what they had", function()
    local config = load("l: [1, {x: 2}, [3]]\n", { "l[3][1]=4", "~l[1]" })
    assert.same({ 4 }, config:get "l[2]")
    assert.same({ { 3 }, { 4 } }, { assert(config:explain "l[2]").history[1].value,
      assert(config:explain "l[2]").history[2].value })
    local told = assert(config:explain "l[3][1]")
    assert.equal("deleted", told.kind)
    assert.same({ "set", "replace", "delete" },
      { told.history[1].op, told.history[2].op, told.history[3].op })
    assert.equal("l[2]", told.history[3].moved)
    assert.equal(2, told.history[3].mark.argv)
  end)

  -- Instructions that it takes to explain `l` after n overrides, and to print that.
  local function steps(text, n, word)
    local words, items = {}, {}
    for i = 1, n do
      words[i], items[i] = word:format(i), text:gsub("#", i)
    end
    local list = table.concat(items, ", ")
    local config = load("l: " .. (text:find("^k") and "{%s}" or "[%s]"):format(list),
      words)
    local count = 0
    debug.sethook(function()
      count = count + 1
    end, "", 100)
    local told = assert(config:explain "l")
    require "wick.cli.explain.key".text(config, told, { room = 60, words = words })
    debug.sethook()
    assert.equal(n + 1, #told.history)
    return count * 100
  end

  it("takes for a layer what the layer touches", function()
    for name, case in pairs {
      ["items that are set"] = { "#", "l[%d]=0" },
      ["maps in a list"] = { "{x: #, y: [1, 2, 3], z: {a: 1}}", "l[%d].x=0" },
      ["keys that are set"] = { "k#: 1", "l.k%d=0" },
    } do
      local few, many = steps(case[1], 100, case[2]), steps(case[1], 400, case[2])
      -- a list is told whole each time, so a part of it grows with the square
      assert.is_true(many < 8 * few, ("%s: %d, then %d"):format(name, few, many))
    end
    for name, case in pairs {
      ["items that are deleted"] = { "#", "~l[-%d]" },
      ["keys that are deleted"] = { "k#: 1", "~l.k%d" },
    } do
      local few, many = steps(case[1], 100, case[2]), steps(case[1], 400, case[2])
      assert.is_true(many < 20 * few, ("%s: %d, then %d"):format(name, few, many))
    end
  end)
end)
