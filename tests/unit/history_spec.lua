-- What explain tells of a key: random stacks of documents and overrides, whose
-- history must fold to what composition made of them; and the words of single
-- cases.

local helper = require "tests.helper"
local wick = require "wick"

local dir

local function load(documents, overrides, options)
  local names = {}
  for i, text in ipairs(documents) do
    names[i] = helper.write(("%s/%d.yaml"):format(dir, i), text)
  end
  return wick.load(names, overrides, options)
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

-- A value as YAML flow: scalars, lists, maps, at most `depth` deep.
local function value_of(depth, operators, key)
  local usual = random(16) > 1 and USUAL[key]
  local dice = usual or random(depth > 0 and 8 or 4)
  if dice == 1 then
    return tostring(random(9))
  elseif dice == 2 then
    return "t" .. random(9)
  elseif dice == 3 then
    return pick { "null", "true", '"@a"', "[]", "{}" }
  elseif dice <= 5 then
    local items = {}
    for i = 1, random(3) do
      items[i] = value_of(math.max(depth - 1, 0))
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
      local sign = operators and pick { "", "", "", "", "+", "=", "~?" } or ""
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

local function override()
  local sign, path = pick { "", "+", "++", "++", "=", "~?" }, path_of()
  return sign .. path .. (sign == "~?" and "" or "=" .. value_of(2, false, path:match("%a$")))
end

-- All key paths that could be asked for below the keys at the top.
local PATHS = {}
for _, a in ipairs(KEYS) do
  for _, b in ipairs { "a", "b", "c", "_target_" } do
    PATHS[#PATHS + 1] = a .. "." .. b
    for _, c in ipairs(KEYS) do
      PATHS[#PATHS + 1] = a .. "." .. b .. "." .. c
    end
  end
  PATHS[#PATHS + 1] = a .. "[1]"
  PATHS[#PATHS + 1] = a .. "[2].a"
end

-- A table with references as their text, to compare.
local function plain(value)
  if type(value) ~= "table" then
    return value
  elseif getmetatable(value) ~= nil then
    return tostring(value)
  end
  local made = {}
  for key, item in pairs(value) do
    made[key] = plain(item)
  end
  return made
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
    local loaded, tried, seen = 0, 0, {}
    while loaded < 10000 do
      tried = tried + 1
      local documents, overrides = {}, {}
      for i = 1, random(3) + 1 do
        documents[i] = map_of(3, true)
      end
      for i = 1, random(4) - 1 do
        overrides[i] = override()
      end
      local config = load(documents, overrides, { after = "compose" })
      if config then -- else something did not fit, which others test
        loaded = loaded + 1
        local paths = { "a", "b", "c" } -- what is below shows in them
        for i = 4, 9 do
          paths[i] = pick(PATHS)
        end
        for _, path in ipairs(paths) do
          local told = config:explain(path)
          local node = config:node(path)
          if told then
            for _, entry in ipairs(told.history) do
              local what = entry.dropped and "dropped" or entry.op
              seen[what] = (seen[what] or 0) + 1
            end
            local value = fold(told.history)
            if not told.through[1] then
              assert.same(node and config:get(path), plain(value), path .. " in\n"
                .. table.concat(documents, "\n") .. "\n" .. table.concat(overrides, " "))
              assert.equal(node == nil, told.kind == "deleted")
            end
          else
            assert.is_nil(node, path)
          end
        end
      end
    end
    assert.is_true(tried < 3 * loaded, "most stacks fit: " .. tried)
    for _, what in ipairs { "set", "replace", "merge", "append", "delete", "dropped" } do
      assert.truthy((seen[what] or 0) > 20, what .. " " .. tostring(seen[what]))
    end
  end)
end)
