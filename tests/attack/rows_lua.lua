-- The rows of the attack catalogue about Lua configs: 104 to 122.
--
-- A row: {number, title, program, what comes of it}, then perhaps
--   says    a text that the message must hold
--   naive   a pattern for what a naive sandbox makes of it (naive_lua.c: a plain
--           state, a count hook, the standard libraries), "hung" for instance
--   reason  why that is no failure; without it the naive way must fail the row
--   limits  other limits than the usual ones
--   same    a text: what the key `out` must be, when it is OK
-- A program is a text or a function that gives one.

local function lines(n, format)
  local list = {}
  for i = 1, n do
    list[i] = format:format(i, i)
  end
  return table.concat(list, "\n")
end

local HOOK = "the hook sees these instructions too"
local LIMIT = "Lua's own limit"
local NOTHING = "^returned"

return {
  { 104, "while", "while true do end", "ELUASTEPS", naive = "^error.*budget", reason = HOOK },
  { 104, "goto", "::again:: goto again", "ELUASTEPS", naive = "^error.*budget", reason = HOOK },
  { 104, "repeat", "repeat local x = 1 until false", "ELUASTEPS", naive = "^error.*budget",
    reason = HOOK },
  { 104, "an endless for", "for i = 1, math.huge do end", "ELUASTEPS",
    naive = "^error.*budget", reason = HOOK },
  { 104, "a tail call", "local function f() return f() end f()", "ELUASTEPS",
    naive = "^error.*budget", reason = HOOK },
  { 104, "recursion", "local function f() return 1 + f() end f()", "ELUABYTES",
    naive = "^error.*budget", reason = HOOK },
  { 104, "recursion, with room for it", "local function f() return 1 + f() end f()", "ERAISED",
    says = "stack overflow", limits = { ["lua.bytes"] = 1 << 30, ["lua.steps"] = 1 << 40 },
    naive = "^error.*budget", reason = HOOK },
  { 104, "an __index that loops", [[
      local t = setmetatable({}, { __index = function(t, k) return t[k + 1] end })
      return { out = t[1] }]], "ERAISED", says = "no `setmetatable`",
    naive = "^error.*overflow", reason = LIMIT },
  { 104, "a value that wants to be closed", "local x <close> = { } return { }", "ERAISED",
    says = "non-closable", naive = "^error.*non%-closable", reason = LIMIT },
  { 104, "a __close that loops", [[
      local x <close> = setmetatable({}, { __close = function() while true do end end })
      return { }]], "ERAISED", naive = "^error.*budget", reason = HOOK },

  { 105, "pcall around a loop", "pcall(function() while true do end end) return { }",
    "ERAISED", says = "no `pcall`", naive = NOTHING },
  { 105, "pcall in a loop", "while true do pcall(function() while true do end end) end",
    "ERAISED", says = "an error ends the config", naive = "^hung" },
  { 105, "nested pcall", [[
      local function nest(f) return function() pcall(f) while true do end end end
      local f = function() while true do end end
      for i = 1, 20 do f = nest(f) end
      pcall(f)
      return { }]], "ERAISED", naive = NOTHING },

  { 106, "xpcall with a handler that loops",
    "xpcall(function() error() end, function() while true do end end)", "ERAISED",
    says = "no `xpcall`", naive = "^hung" },
  { 106, "a handler that loops when the hook fires",
    "xpcall(function() while true do end end, function() while true do end end)", "ERAISED",
    naive = "^hung" },

  { 107, "coroutine.wrap around a loop",
    "coroutine.wrap(function() while true do end end)()", "ERAISED", says = "no `coroutine`",
    naive = "^error.*budget", reason = HOOK },
  { 107, "many short coroutines", [[
      while true do
        local co = coroutine.create(function() for i = 1, 900 do end end)
        coroutine.resume(co)
      end]], "ERAISED", naive = "." , reason = "the hook of each counts anew, and it ends late" },
  { 107, "coroutine.close of many", [[
      local function f() local co <close> = coroutine.wrap(f) co() end
      f() return { }]], "ERAISED", naive = ".", reason = LIMIT },

  { 108, "__gc that loops", [[
      setmetatable({}, { __gc = function() while true do end end })
      collectgarbage() return { }]], "ERAISED", says = "no `setmetatable`", naive = "^hung" },
  { 108, "a finalizer that resurrects", [[
      local function again() setmetatable({}, { __gc = again }) end
      local mt = {} mt.__gc = function(o) keep = o setmetatable(o, mt) while true do end end
      setmetatable({}, mt) collectgarbage() return { }]], "ERAISED", naive = "^hung" },

  { 109, "string.rep of a gigabyte", "return { out = ('x'):rep(1 << 30) }", "ELUABYTES",
    naive = "^error.*memory", reason = "the control has a limit of its own" },
  { 109, "string.rep of more than there is", "return { out = ('x'):rep(1 << 62, 'yy') }",
    "ERAISED", says = "too large", naive = "^error.*too large", reason = LIMIT },
  { 109, "string.rep of much, with a separator",
    "return { out = ('x'):rep(1 << 20, ('y'):rep(1000)) }", "ELUABYTES",
    naive = "^error.*memory", reason = "the control has a limit of its own" },
  { 109, "a string that doubles", "local s = 'x' while true do s = s .. s end", "ELUABYTES",
    naive = "^error.*memory", reason = "the control has a limit of its own" },
  { 109, "a table that grows", "local t = {} for i = 1, 1 << 40 do t[i] = i end",
    "ELUASTEPS", naive = "^error.*budget", reason = HOOK },
  { 109, "a table that grows, with steps for it",
    "local t = {} for i = 1, 1 << 40 do t[i] = i end", "ELUABYTES",
    limits = { ["lua.steps"] = 1 << 40 }, naive = "^error.*budget", reason = HOOK },
  { 109, "tables in tables", "local t = {} while true do t = { t, t } end", "ELUASTEPS",
    naive = "^error.*budget", reason = HOOK },
  { 109, "garbage without end",
    "local n = 0 while true do n = n + #('x'):rep(1 << 19) end", "ELUASTEPS", naive = "^hung" },
  { 109, "garbage at the limit", [[
      local keep = {}
      for i = 1, 120000 do keep[i] = { i } end
      while true do local s = ('x'):rep(300000) end]], "ELUABYTES",
    limits = { ["lua.steps"] = 1 << 40 }, naive = "^hung" },
  { 109, "closures without end",
    "local t while true do local u = t t = function() return u end end", "ELUASTEPS",
    naive = "^error.*budget", reason = HOOK },

  { 110, "a pattern that tries all ways",
    "return { out = ('a'):rep(28):find(('a?'):rep(28) .. ('a'):rep(28)) }", "ERAISED",
    says = "no patterns", naive = "^hung" },
  { 110, "a pattern of many dashes",
    "return { out = string.find(('x'):rep(1000), '.-.-.-.-b') }", "ERAISED",
    says = "no patterns", naive = "^hung" },
  { 110, "gsub that makes it long", "return { out = (('x'):rep(1 << 20):gsub('.', '%0%0%0')) }",
    "ERAISED", says = "no patterns", naive = NOTHING },
  { 110, "gmatch", "for w in ('a b'):gmatch('%a') do end", "ERAISED", says = "no patterns",
    naive = "^returned nil" },

  { 111, "reverse of a long string",
    "local s = ('x'):rep(1 << 21) while true do s = s:reverse() end", "ELUASTEPS",
    naive = "^hung" },
  { 111, "equality of long strings", [[
      local a, b = ('x'):rep(1 << 21) .. 'a', ('x'):rep(1 << 21) .. 'b'
      while true do local x = a == b end]], "ELUASTEPS", naive = "^hung" },
  { 111, "order of long strings", [[
      local a, b = ('x'):rep(1 << 21) .. 'a', ('x'):rep(1 << 21) .. 'b'
      while true do local x = a < b end]], "ELUASTEPS", naive = "^hung" },
  { 111, "tonumber of a long string",
    "local s = ('1'):rep(1 << 21) while true do local x = tonumber(s) end", "ELUASTEPS",
    naive = "^hung" },
  { 111, "a long string as a number",
    "local s = (' '):rep(1 << 21) .. '1' for i = 1, 1 << 40 do local x = s | 1 end", "ERAISED",
    says = "bitwise operation on a string", naive = "^error", reason = "Lua says so" },
  { 111, "concatenation of a long string",
    "local s = ('x'):rep(1 << 21) while true do local t = s .. 'y' end", "ELUABYTES",
    says = "256 MiB in all",
    naive = "^hung" },
  { 111, "upper and lower of a long string",
    "local s = ('x'):rep(1 << 21) while true do s = s:upper():lower() end", "ELUASTEPS",
    naive = "^hung" },
  { 111, "format of a long string",
    "local s = ('x'):rep(1 << 21) while true do local t = ('%s'):format(s) end", "ELUASTEPS",
    naive = "^hung" },
  { 111, "%q of a long string",
    "local s = ('\\n'):rep(1 << 15) while true do local t = ('%q'):format(s) end", "ERAISED",
    says = "%q", naive = "^hung" },
  { 111, "sub of a long string",
    "local s = ('x'):rep(1 << 21) while true do local t = s:sub(2) end", "ELUASTEPS",
    naive = "^hung" },
  { 111, "a long string as a key, again and again", [[
      local s, t = ('x'):rep(1 << 20), {}
      for i = 1, 1 << 40 do t[s .. i] = nil end]], "ELUABYTES", naive = "^hung" },
  { 111, "next along a large table", [[
      local t = {}
      for i = 1, 20000 do t[i * 7 % 20011 * 3] = i end
      local k = next(t)
      while k do k = next(t, k) end
      return { out = 'done' }]], "ELUASTEPS", naive = "^returned table",
    reason = "Lua's own next goes on where it was" },
  { 111, "pairs of a large table, again and again", [[
      local t = {}
      for i = 1, 20000 do t[i] = i end
      while true do pairs(t) end]], "ELUASTEPS", naive = "^error.*budget", reason = HOOK },
  { 111, "integers that fall on one chain of the hash", [[
      local t, m = {}, (1 << 17) - 1
      for i = 1, 100000 do t[i * m * ((1 << 16) - 1)] = i end
      return { out = #t }]], "ELUASTEPS", naive = "^hung" },

  { 112, "table.move without end", "table.move({}, 1, 1 << 40, 2)", "ERAISED",
    says = "list[#list + 1] = value", naive = "^hung" },
  { 112, "table.insert with a __len", [[
      table.insert(setmetatable({}, { __len = function() return 1 << 40 end }), 1, 'x')]],
    "ERAISED", naive = "^hung" },
  { 112, "table.concat with a __len", [[
      return { out = table.concat(setmetatable({}, { __len = function() return 1 << 40 end,
        __index = function() return '' end })) }]], "ERAISED", naive = "." , reason = HOOK },
  { 112, "table.sort with a wrong order", [[
      local t = {} for i = 1, 1000 do t[i] = i % 7 end
      table.sort(t, function() return true end)]], "ERAISED", naive = "^error", reason = LIMIT },
  { 112, "table.unpack of many", "table.unpack({}, 1, 10000000)", "ERAISED", naive = "^error",
    reason = LIMIT },

  { 113, "a width of five digits", "return { out = ('%99999d'):format(1) }", "ERAISED",
    naive = "^error", reason = LIMIT },
  { 113, "a wide number", "return { out = #('%99.99f'):format(1e308) }", "OK", same = "409",
    naive = "^returned table", reason = "it is 409 bytes" },
  { 113, "a hostile __tostring", [[
      local t = setmetatable({}, { __tostring = function() while true do end end })
      return { out = ('%s'):format(t) }]], "ERAISED", naive = "^error.*budget", reason = HOOK },
  { 113, "%s of a table", "return { out = ('%s'):format({}) }", "ERAISED",
    says = "'%s' shows no table", naive = "^returned table" },
  { 113, "%p", "return { out = ('%p'):format({}) }", "ERAISED", says = "%p",
    naive = "^returned table" },

  { 114, "load", "return load('return { out = 1 }')()", "ERAISED", says = "no `load`",
    naive = "^returned table" },
  { 114, "load of bytecode", "return load(string.dump(function() return {} end), 'x', 'b')()",
    "ERAISED", naive = "^returned table" },
  { 114, "dofile", "return dofile('/etc/passwd')", "ERAISED", says = "include",
    naive = "^error.*passwd" },
  { 114, "loadfile", "return { out = loadfile('/etc/passwd') }", "ERAISED",
    naive = "^returned table" },
  { 114, "require", "return { out = require 'os'.getenv 'PATH' }", "ERAISED",
    says = "no `require`", naive = "^returned table" },
  { 114, "string.dump", "return { out = string.dump(function() end) }", "ERAISED",
    naive = "^returned table" },

  { 115, "os.exit", "os.exit(0)", "ERAISED", says = "no `os`", naive = "^crashed" },
  { 115, "os.execute", "return { out = os.execute('true') }", "ERAISED",
    naive = "^returned table" },
  { 115, "os.getenv", "return { out = os.getenv 'PATH' }", "ERAISED", says = "env(\"NAME\"",
    naive = "^returned table" },
  { 115, "io.open", "return { out = io.open('/etc/passwd'):read('a') }", "ERAISED",
    says = "no `io`", naive = "^returned table" },
  { 115, "debug", "return { out = debug.getregistry() and 'yes' }", "ERAISED", says = "no `debug`",
    naive = "^returned table" },
  { 115, "package", "return { out = package.loadlib('libc.so.6', '*') }", "ERAISED",
    naive = "^returned table" },
  { 115, "a variable of the environment that nobody let in", "return { out = env 'PATH' }",
    "ERAISED", says = "no variable `PATH`", naive = "^error", reason = "it has no env" },

  { 116, "the metatable of strings", "getmetatable('').__index = nil return { out = 1 }",
    "ERAISED", naive = "^returned table" },
  { 116, "a field of a string", "local s = '' s.format = nil return { out = 1 }", "ERAISED",
    says = "attempt to index a string value", naive = "^error", reason = "Lua says so" },
  { 116, "the library of strings poisoned for the next",
    "string.format = nil string.rep = 3 math.pi = 3 return { out = 'poisoned' }", "OK",
    same = "poisoned", naive = "^returned table" },
  { 116, "and the next", "return { out = ('%d'):format(#('x'):rep(3)) .. math.pi // 1 }", "OK",
    same = "33.0", naive = "^returned table", reason = "the control starts afresh" },

  { 117, "collectgarbage('stop')", "collectgarbage('stop')", "ERAISED",
    says = "no `collectgarbage`", naive = "^returned nil" },
  { 117, "collectgarbage('generational')", "collectgarbage('generational')", "ERAISED",
    naive = "^returned nil" },

  { 118, "_G", "return { out = _G.os.getenv('PATH') }", "ERAISED", says = "no `_G`",
    naive = "^returned table" },
  { 118, "_ENV without names", "local _ENV = {} return { out = type }", "OK",
    naive = "^returned table", reason = "nothing is there" },
  { 118, "_ENV set to nil", "_ENV = nil x = 1", "ERAISED", naive = "^error",
    reason = "Lua says so" },
  { 118, "_ENV from an upvalue",
    "local e = _ENV local function f() return e.os end return { out = f() }", "ERAISED",
    says = "no `os`", naive = "^returned table" },
  { 118, "arguments without end", [[
      local function f(n, ...) return f(n + 1, n, ...) end
      f(1)]], "ELUASTEPS", naive = "^hung" },
  { 118, "arguments handed on in a loop", [[
      local function f(...) while true do select('#', ...) end end
      f(string.byte(('x'):rep(50000), 1, -1))]], "ELUASTEPS", naive = "^hung" },
  { 118, "arguments dropped in a loop", [[
      local function g() end
      local function f(...) while true do g(...) end end
      f(string.byte(('x'):rep(50000), 1, -1))]], "ELUASTEPS", naive = "^hung" },
  { 118, "select behind the end", "return { out = select(-1 << 60, 1) }", "ERAISED",
    naive = "^error", reason = "Lua says so" },
  { 118, "string.byte of much",
    "return { string.byte(('x'):rep(1 << 20), 1, -1) }", "ELUASTEPS", naive = "^error",
    reason = LIMIT },

  { 119, "tostring of a table", "return { out = tostring({}) }", "ERAISED",
    says = "it would be an address", naive = "^returned table" },
  { 119, "tostring of a function", "return { out = tostring(type) }", "ERAISED",
    naive = "^returned table" },
  { 119, "concatenation of a table", "return { out = 'x' .. {} }", "ERAISED",
    says = "attempt to concatenate", naive = "^error", reason = "Lua says so" },
  { 119, "the order of pairs", [[
      local t, out = {}, ''
      for _, k in ipairs { 'pear', 'apple', 'fig', 'Äpfel', 'apple pie', 'kiwi', 'plum' } do
        t[k] = true
      end
      t[10], t[-1], t[2] = 1, 1, 1
      for k in pairs(t) do out = out .. k .. ' ' end
      for k in next, t do out = out .. k .. ' ' end
      return { out = out }]], "OK",
    same = ("-1 2 10 apple apple pie fig kiwi pear plum Äpfel "):rep(2),
    naive = "^returned table" },
  { 119, "pairs of what has no order", "for k in pairs { [{}] = 1 } do end", "ERAISED",
    says = "no order for a key of type table", naive = NOTHING },

  { 120, "a table that holds itself", "local t = {} t.t = { t } return { t = t }", "EMISFIT",
    says = "holds itself", naive = "^returned table" },
  { 120, "a million keys",
    "local t = {} for i = 1, 1000000 do t['k' .. i] = i end return { t = t }", "ELUABYTES",
    naive = ".", reason = HOOK },
  { 120, "more nodes than a config may have", [[
      local t = { 1 } for i = 1, 40 do t = { t, t } end return { t = t }]], "ELIMIT",
    says = "config.nodes", naive = "^returned table" },
  { 120, "a text that stands everywhere", [[
      local s, t = ('x'):rep(1000000), {}
      for i = 1, 1000 do t[i] = s end
      return { t = t }]], "ELUABYTES", says = "too much text", naive = "^returned table" },
  { 120, "a depth of 100,000",
    "local t = {} for i = 1, 100000 do t = { t } end return { t = t }", "EDEPTH",
    naive = "^returned table" },
  { 120, "a depth of 190", "local t = 1 for i = 1, 189 do t = { t } end return { t = t }", "OK",
    naive = "^returned table", reason = "as deep as Lua parses" },
  { 120, "a depth of 191", "local t = 1 for i = 1, 190 do t = { t } end return { t = t }",
    "EDEPTH", naive = "^returned table" },
  { 120, "a NaN key", "return { t = { [0/0] = 1 } }", "ERAISED", says = "NaN",
    naive = "^error", reason = "Lua says so" },
  { 120, "a float key", "return { t = { [1.5] = 1 } }", "EKEY", says = "a key of type number",
    naive = "^returned table" },
  { 120, "a table as a key", "return { t = { [{}] = 1 } }", "EKEY", naive = "^returned table" },
  { 120, "true as a key", "return { t = { [true] = 1 } }", "EKEY", naive = "^returned table" },
  { 120, "a function", "return { f = function() return 1 end }", "EMISFIT",
    says = "a function cannot be part of a config", naive = "^returned table" },
  { 120, "a function of the library", "return { f = tostring }", "EMISFIT",
    naive = "^returned table" },
  { 120, "a metatable with __pairs", [[
      return setmetatable({}, { __pairs = function() while true do end end })]], "ERAISED",
    naive = "^returned table" },
  { 120, "bytes that are no UTF-8", "return { out = '\\xFF\\xFE' }", "EENCODING",
    naive = "^returned table" },
  { 120, "a key that is no UTF-8", "return { t = { ['\\xC0\\x80'] = 1 } }", "EENCODING",
    naive = "^returned table" },
  { 120, "a text of 2 MiB", "return { out = ('x'):rep(1 << 21) }", "ESIZE",
    says = "scalar.bytes", naive = "^returned table" },
  { 120, "the config itself as a value", "local t = {} t.t = t return t", "EMISFIT",
    naive = "^returned table" },
  { 120, "what ref makes, looked into", "local r = ref 'a' return { out = r.text }", "ERAISED",
    says = "attempt to index a config value", naive = "^error", reason = "it has no ref" },

  { 121, "math.random", "return { out = math.random() }", "ERAISED", says = "take a `seed`",
    naive = "^returned table" },
  { 121, "math.randomseed", "math.randomseed(1)", "ERAISED", naive = "^returned nil" },
  { 121, "os.time", "return { out = os.time() }", "ERAISED", naive = "^returned table" },

  { 122, "an error of a megabyte", "error(('x'):rep(1 << 20))", "ERAISED",
    says = "Lua says: xxx", naive = "^error", reason = "what it prints is cut" },
  { 122, "an error of control bytes", "error('\\27[31m\\0\\r\\n\\7')", "ERAISED",
    says = "\\x1B[31m\\x00\\x0D\\x0A\\x07", naive = "^error", reason = "what it prints is cut" },
  { 122, "an error that is a table", "error({ 1 })", "ERAISED", says = "of type table",
    naive = "^error", reason = "Lua says so" },
  { 122, "an error that is nil", "error()", "ERAISED", says = "of type nil", naive = "^error",
    reason = "Lua says so" },
  { 122, "a name of a megabyte", function()
    return "return { out = " .. ("x"):rep(1 << 20) .. " }"
  end, "ERAISED", naive = "^returned table", reason = "it is nil there" },

  -- what the parser is given; 91 to 96 are about modules
  { 104, "100,000 parentheses", function() return "return " .. ("("):rep(100000) end, "ELUA",
    naive = "^error", reason = LIMIT },
  { 104, "250 tables in each other", function()
    return "return " .. ("{"):rep(250) .. ("}"):rep(250)
  end, "ELUA", says = "overflow", naive = "^error", reason = LIMIT },
  { 104, "300 local variables", function() return lines(300, "local v%d = %d") end, "ELUA",
    says = "too many local variables", naive = "^error", reason = LIMIT },
  { 104, "a million names in nested functions", function()
    return ("return function() local a "):rep(60) .. ("x=x "):rep(500000) .. ("end "):rep(60)
  end, "ELUASTEPS", naive = "." , reason = "it takes the control long, and no budget sees it" },
  { 104, "30,000 labels and their gotos", function()
    return "do " .. lines(15000, "goto l%d") .. lines(15000, " ::l%d::") .. " end return { }"
  end, "ELUASTEPS", naive = ".", reason = "it takes the control long, and no budget sees it" },
  { 104, "a large constructor", function()
    return "return { t = { " .. ("1,"):rep(300000) .. "} }"
  end, "OK", naive = "^returned table", reason = "it is as large as it looks" },
  { 109, "a source that compiles to too much", function()
    return "return { " .. lines(100000, "k%d = { a = { 'x%d' } },") .. " }"
  end, "ELUABYTES", naive = "^[rh]", reason = "the control has more room, if not the time" },
  { 114, "bytecode", function() return string.dump(load("return { }")) end, "EBYTECODE",
    says = "bytecode", naive = "^returned table" },
  { 114, "bytecode behind a first line", function()
    return "\xEF\xBB\xBF#!/usr/bin/lua\n" .. string.dump(load("return { }"))
  end, "EBYTECODE", naive = "^error", reason = "luaL_loadbuffer skips no first line" },
}
