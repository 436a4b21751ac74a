-- suite: the YAML test suite goes through wick's own reader, case by case,
-- and is compared with frozen.txt; a case that changed fails (attack row 140).
--
-- The suite is looked for in $WICK_YAML_SUITE, else beside the repository
-- (suite.json, and libyaml-0.2.5-results.json with libyaml's own verdicts).
-- All documents go in one stream to the program yaml_suite, which answers a
-- line for each.

local helper = require "tests.helper"
local json = require "dkjson"

local PROGRAM = helper.build .. "/tests/yaml_suite"
local CASES = 402

local folder = os.getenv("WICK_YAML_SUITE") or helper.root .. "/../shared/yaml-test-suite"

-- ID -> {verdict = "tree" | "refused CODE", why = text?}
local function read_frozen()
  local frozen, count = {}, 0
  for line in io.lines(helper.root .. "/tests/conformance/frozen.txt") do
    if not line:find("^#") then
      local id, verdict, why = line:match("^(%S+) (.-)%s*#%s*(.+)$")
      if not id then
        id, verdict = line:match("^(%S+) (.-)%s*$")
      end
      assert(not frozen[id], "twice in frozen.txt: " .. id)
      frozen[id], count = { verdict = verdict, why = why }, count + 1
    end
  end
  return frozen, count
end

-- What the program says of the documents: with a mode, all it says; else one
-- answer each.
local function ask(suite, mode)
  local stream = {}
  for _, case in ipairs(suite) do
    stream[#stream + 1] = ("%d\n%s"):format(#case.yaml, case.yaml)
  end
  local status, out, problem = helper.run({ PROGRAM, mode }, { stdin = table.concat(stream) })
  assert(status == 0, ("yaml_suite ended with %d: %s"):format(status, problem))
  if mode then
    return out
  end
  local answers = {}
  for line in out:gmatch("([^\n]*)\n") do
    answers[#answers + 1] = line
  end
  return answers
end

-- The same value: numbers by value, tables key by key (the order of a map's
-- keys does not count).
local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" or a == json.null or b == json.null then
    return a == b
  end
  local kind, other = getmetatable(a).__jsontype, getmetatable(b).__jsontype
  if kind ~= other then
    return false
  end
  for key, value in pairs(a) do
    if not same(value, b[key]) then
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

-- Why the tree cannot be held against the suite's json, or differs from it.
local function difference(case, tree)
  if case.json == json.null then
    return "no json"
  elseif case.json == "" then
    return "the json is empty"
  end
  local expected, _, problem = json.decode(case.json, 1, json.null)
  if problem then
    return "the json cannot be read: " .. problem
  end
  local value = assert(json.decode(tree, 1, json.null))
  return not same(expected, value) and "not the json" or nil
end

-- ID -> does libyaml accept it
local function libyaml_verdicts(text)
  local verdicts = {}
  local results = assert(json.decode(text))
  for kind, list in pairs(results) do
    for _, id in ipairs(list) do
      verdicts[id] = kind == "ev_ok" or kind == "ev_diff" or kind == "err_ACCEPTED"
    end
  end
  return verdicts
end

describe("the YAML suite", function()
  local text = helper.read(folder .. "/suite.json")
  if not text then
    it("goes through wick's reader", function()
      pending("there is no suite.json in " .. folder .. " (WICK_YAML_SUITE names its folder)")
    end)
    return
  end
  local suite = assert(json.decode(text, 1, json.null))
  local frozen, count = read_frozen()
  local own = libyaml_verdicts(assert(helper.read(folder .. "/libyaml-0.2.5-results.json")))
  local answers

  local function answer(i)
    answers = answers or ask(suite)
    return answers[i] or "no answer"
  end

  it("has as many cases as are frozen", function()
    assert.equal(CASES, #suite)
    assert.equal(CASES, count)
    answer(1)
    assert.equal(CASES, #answers)
  end)

  for i, case in ipairs(suite) do
    it(("%s %s"):format(case.dir, case.name), function()
      local line = assert(frozen[case.dir], "not in frozen.txt")
      local word, rest = answer(i):match("^(%S+) (.*)$")
      local verdict = word == "tree" and word or "refused " .. rest:match("^%S+")
      assert.equal(line.verdict, verdict)
      local why = word == "tree" and difference(case, rest) or nil
      if why then
        assert.is_truthy(line.why and line.why:find(why, 1, true),
          ("%s: %s, and frozen.txt does not say so"):format(case.dir, why))
      end
      if own[case.dir:gsub("/", "-")] ~= (word == "tree") then
        assert.is_truthy(line.why, "not libyaml's verdict, and frozen.txt does not say why")
      elseif not why then
        assert.is_nil(line.why, "a reason without need in frozen.txt")
      end
    end)
  end

  -- attack row 138
  it("is cut off behind every byte of every document", function()
    local read, refused = ask(suite, "--cut"):match("^read (%d+) refused (%d+)\n$")
    local total = 0
    for _, case in ipairs(suite) do
      total = total + #case.yaml + 1
    end
    assert.equal(total, tonumber(read) + tonumber(refused))
  end)
end)
