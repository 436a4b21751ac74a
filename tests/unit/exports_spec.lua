-- exports: "no" is never wrong.  Modules are made at random out of lines that
-- set fields, hide them and hand the table on; each runs with Lua, and no
-- field that it then has may have been told "no".

local core = require "wick.core"

local NAMES = { "a", "b", "c", "M", "self" }

-- $n a name, $k another, $M the table (mostly), $e an expression, $s lines.
local LINES = {
  "$M.$n = $e", "$M.$n = $e", "function $M.$n() return $e end", "function $M:$n(x) return x end",
  '$M["$n"] = $e', "$M[ [[$n]] ] = $e", "$M.$n, $M.$k = $e, $e", "x, $M.$n = $e, 2",
  "$M.$n, y, $M.$k = 1, $e", "local $n = $M.$k", "local x = $M", "local $M = {}",
  "local function put(t) t.$n = 1 end", "put($M)", "put(x)", "rawset($M, '$n', 1)",
  "$M['$n' .. '$k'] = 1", "$M[key] = 1", "local key = '$n'", "x = $M", "x.$n = $e",
  "do $s end", "if $e then $s end", "for i = 1, 2 do $s end", "(function() $s end)()",
  "(function($M) $s end)({})", "(function(...) local t = ... t.$n = 1 end)($M)",
  "local t = { $M, $n = $M.$k } t[1].$k = 2", "local t = { $n = $M } t.$n.$k = 1",
  "setmetatable($M, { __newindex = function(t, k, v) rawset(t, k .. 'b', v) end })",
  "$M.$n = $M", "if $M.$n == $M then $M.$n.$k = 1 end", "$M:$n()", "$M.$n($M)",
  "function $M.$n(self) self.$k = 1 end", "function $M:$n() self.$k = 1 end",
  "function $M:set() self.$k = 1 end $M:set()", "local key = '$n' $M[key] = 1",
  "local _ENV = $M $n = 1", "_ENV.x = $M", "_G.y = $M y.$n = 1", "y = { $M.$n, $k = 1 }",
  "print_($M.$n, $M.$k)", "repeat local $M = { } $M.$n = 1 until true", "goto on; ::on::",
  "$M.$n = $M.$n or {} $M.$n.$k = 1", "return $M", "if $e then return { $n = 1 } end",
  "for $M, v in pairs({}) do $M.$n = v end", "$M, x = {}, $M", "$M = { $n = 1 }",
  "local a, $M = 1, x", "debug.sethook()",
  "local l = { debug.getlocal(1, 1) } if l[2] then l[2].$n = 1 end",
  "local d = require 'debug' local _, v = d.getlocal(1, 1) if type(v) == 'table' then v.$n = 1 end",
  "for _, v in pairs({ $M }) do v.$n = 1 end", "table.insert({}, $M)", "string.rep('x', #$M)",
  "-- $M.$n = 1", "--[[ $M.$n = 1 ]]", "local s = '$M.$n = 1' .. \"$M\" .. [[ $M.$k = 1 ]]",
  "x = $M.$n, $M.$k", "local f <const> = function() $M.$n = 1 end f()",
  "for i = 1, 1 do local u <const>, w = 1, 2 $M.$n, x = u, w end",
  "local q = #x $M.$n, x = 1, x", "x = x $M.$n, x = 1, x", "x = {} $M.$n, x = 1, {}",
  "x = x or 'x' $M.$n, $M.$k = 1", "x = nil $M.$n, x = 2, {}", "x = (x) $M.$n, x = 2, {}",
  "local g = function(...) return ... end g($M).$n = 1", "g = select(1, $M) g.$k = 1",
  "($M).$n = 1", "($M)['$n'] = 1", "$M .$n= 1", "$M\n.\n$n\n=\n1", "$M --[[.]] . --.\n $n = 1",
}
local DECLARED = {
  "local $M = {}", "local $M = {}", "local $M = {}", "local $M = { $n = $e }",
  "local $M = { ['$n'] = 1; $e, [3] = 4 }", "local $M <const> = { $n = 1 }", "$M = {}",
  "local $M $M = { $n = 1 }", "local $M = setmetatable({ $n = 1 }, {})", "local $M, x = {}, {}",
  "local $M = { ['$n' .. '$k'] = 1 }", "local $M = ({ $n = 1 })", "local $M = nil or { $n = 1 }",
  "local $M = { $n = 1 } and { $k = 1 }", "local x, $M = 1, {}", "do local $M = { $n = 1 } end",
  "local $M = { f = function() local $n, x = 1, 2; $k = 3 end, $k = $e }",
}
local RETURNED = {
  "return M", "return M", "return M", "return M;", "return (M)", "return M, 1",
  "return setmetatable(M, { $n = 1 })", "return { $n = $e, $k = M }", "return { $n = 1 }",
  "return { ['$n' .. '$k'] = 1 }", "do return M end", "return M.$n", "return x", "return _ENV",
  "return { $n = 1 } and { $k = 1 }", "return M or { $n = 1 }", "",
}
local VALUES = {
  "1", "'x'", "{}", "{ $n = 1 }", "M", "nil", "function() $s end", "x", "M.$n", "{ M }", "true",
}

-- Numbers from a seed: the same modules on each machine.
local function source(seed)
  return function(n)
    seed = (seed * 6364136223846793005 + 1442695040888963407)
    return (seed >> 33) % n + 1
  end
end

local function fill(text, random, depth)
  return (text:gsub("%$(%a)", function(what)
    if what == "n" or what == "k" then
      return NAMES[random(#NAMES)]
    elseif what == "M" then
      return random(8) == 1 and "N" or "M"
    elseif what == "e" then
      return depth > 3 and "1" or fill(VALUES[random(#VALUES)], random, depth + 1)
    end
    local lines = {}
    for i = 1, depth > 2 and 1 or random(3) do
      lines[i] = fill(LINES[random(#LINES)], random, depth + 1)
    end
    return table.concat(lines, " ")
  end))
end

local function module(random)
  local lines = { fill(DECLARED[random(#DECLARED)], random, 0) }
  if random(4) == 1 then
    table.insert(lines, 1, fill(LINES[random(#LINES)], random, 0))
  end
  for _ = 1, random(5) - 1 do
    lines[#lines + 1] = fill(LINES[random(#LINES)], random, 0)
  end
  lines[#lines + 1] = fill(RETURNED[random(#RETURNED)], random, 0)
  return table.concat(lines, random(2) == 1 and "\n" or " ")
end

-- Runs the text with globals of its own, for a bounded time; gives what it
-- returns.
local function run(text)
  local globals = { x = {}, N = {}, print_ = function() end, rawset = rawset, select = select,
    setmetatable = setmetatable, pairs = pairs, type = type, table = table, string = string,
    require = require, debug = debug, put = function() end, g = function() end }
  globals._G = globals
  local f = load(text, "=module", "t", globals)
  if not f then
    return nil, false
  end
  local thread = coroutine.create(f)
  debug.sethook(thread, function()
    error "too long"
  end, "", 10000)
  local _, value = coroutine.resume(thread)
  return value, true
end

describe("exports", function()
  it("never says no to a field that a module has when it has run", function()
    local random = source(20240601)
    local seen = { yes = 0, no = 0, unknown = 0 }
    local compiled, closed = 0, 0
    for _ = 1, 30000 do
      local text = module(random)
      local value, ok = run(text)
      compiled = compiled + (ok and 1 or 0)
      if type(value) == "table" then
        local list, complete = core.exports(text)
        closed = closed + (complete and 1 or 0)
        local told = {}
        for _, export in ipairs(list) do
          told[export.name] = true
          assert.equal(export.name, text:sub(export.byte, export.byte + #export.name - 1))
        end
        for name in next, value do
          if type(name) == "string" then
            local verdict = core.exports(text, name)
            seen[verdict] = seen[verdict] + 1
            if verdict == "no" then
              error(("`%s` is there, and the text says no:\n%s"):format(name, text))
            end
            assert.equal(verdict == "yes", told[name] == true)
          end
        end
      end
    end
    -- the test is about something: most modules run, and lists are closed
    assert.is_true(compiled > 15000)
    assert.is_true(closed > 2000)
    assert.is_true(seen.yes > 5000 and seen.unknown > 500)
  end)

  it("tells where the name is set", function()
    local text = "local M = { a = 1 }\nfunction M.b() end\nreturn M\n"
    local list, closed, byte = core.exports(text)
    assert.same({ { name = "a", byte = 13 }, { name = "b", byte = 32 } }, list)
    assert.is_true(closed)
    assert.equal(40, byte)
    assert.equal("no", (core.exports(text, "c")))
  end)
end)
