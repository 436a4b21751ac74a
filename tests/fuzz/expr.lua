-- expr: any text as an expression.  It parses or has a problem with a place;
-- evaluated twice it gives the same, within its budgets, and no address of
-- anything; a reference is asked for only if the text has it.

local expr = require "wick.expr"
local sound = require "tests.fuzz.sound"

local BYTES, NODES = 65536, 2000

-- What references give, in turn.
local POOL = {
  3, 2.5, "text", true, { 1, 2, { x = "y" } }, { a = 1, b = { c = "d" } }, -7, "", math.mininteger,
  { name = "n", 10, 20 }, false, 0.0, 1e308,
}

local function environment(ast)
  return {
    ref = function(i)
      assert(ast.refs[i], "a reference that the text does not have")
      return POOL[(i - 1) % #POOL + 1]
    end,
    budget = { bytes = BYTES, nodes = NODES },
    env = function(name, default)
      if name == "HOME" then
        return "/home"
      elseif default == nil then
        return nil, "no such variable"
      end
      return default
    end,
    file = function(name)
      return "/" .. name
    end,
  }
end

local TYPES = { table = true, ["function"] = true, userdata = true, thread = true,
  builtin = true }

-- Does a string show where something is in memory?  A text that escapes or joins
-- can spell that by itself, and a fuzzer comes to it.
local function shows_address(value, text)
  local at = value:find(": 0x", 1, true) -- patterns take long for long texts
  if not at then
    return false
  end
  local kind = value:sub(math.max(at - 10, 1), at - 1):match("%l+$")
  local address = value:match("^0x%x%x%x%x%x%x+", at + 2)
  return address and TYPES[kind] and not text:find(address, 1, true)
    and not text:find("\\", 1, true) and not text:find("..", 1, true)
end

-- How many bytes of strings a value holds.
local function bytes(value, seen, text)
  if type(value) == "string" then
    assert(not shows_address(value, text), "an address: " .. value)
    return #value
  elseif type(value) ~= "table" or seen[value] then
    return 0
  end
  seen[value] = true
  local total = 0
  for key, field in pairs(value) do
    total = total + bytes(key, seen, text) + bytes(field, seen, text)
  end
  return total
end

return function(text)
  local ast, problem = expr.parse(text)
  if not ast then
    return sound.problem(problem, text)
  end
  for _, ref in ipairs(ast.refs) do
    assert(ref.byte >= 1 and ref.length >= 1 and ref.byte + ref.length <= #text + 1)
  end
  local env = environment(ast)
  local ok, value = expr.eval(ast, env)
  assert(env.budget.bytes >= 0 and env.budget.nodes >= 0)
  local again, same = expr.eval(ast, environment(ast))
  assert(ok == again)
  if ok then
    -- strings of the text and of the pool may come over and over
    assert(bytes(value, {}, text) <= BYTES + (#text + 100) * NODES,
      "more bytes than the budget has")
    assert(sound.written(value) == sound.written(same), "another value the second time")
  else
    sound.problem(value, text)
    assert(value.message == same.message, "another problem the second time")
  end
end
