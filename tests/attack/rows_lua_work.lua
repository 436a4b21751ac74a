-- More rows about Lua configs, as rows_lua.lua has them: work that takes long and
-- that neither instructions nor the bytes of arguments show.

local HOOK = "the hook sees these instructions too"
local LIMIT = "Lua's own limit"

local function numbered(n, format, between)
  local list = {}
  for i = 1, n do
    list[i] = format:format(i, i)
  end
  return table.concat(list, between or ",")
end

-- Sets up a list of 65,536 places of which none is taken.
local SPARSE = "local t = {} for i = 1, 65536 do t[i] = i end for i = 1, 65536 do t[i] = nil end "
-- Integers whose places in a table of 8192 and of 4096 are the same.
local CROWD = [[
  local t, m = {}, ((1 << 13) - 1) * ((1 << 12) - 1)
  for i = 1, 8000 do t[i * m] = i end ]]
local NUMERAL = "local s = (' '):rep(1000000) .. '1' local i, t = ipairs {} while true do "
local NULS = [[
  local a, b = s:rep(4000000) .. 'a', s:rep(4000000) .. 'b' local n ]] .. ("n = a < b "):rep(2000)
  .. "return { }"

return {
  { 109, "string.rep of nothing, very often", "return { out = string.rep('', 1 << 60) }", "OK",
    same = "", naive = "^hung" },
  { 109, "string.rep of nothing, with nothing between",
    "return { out = ('x'):sub(2):rep(1 << 60, '') }", "OK", same = "", naive = "^hung" },
  { 109, "string.rep of a number", "while true do string.rep(5, 3000000) end", "ELUASTEPS",
    naive = "^hung" },

  -- comparing: the C library is asked once for each zero byte
  { 111, "order of zero bytes", "local s = '\\0' " .. NULS, "ELUASTEPS", naive = "^hung" },
  { 111, "order of zero bytes from string.char", "local s = string.char(0) " .. NULS, "ELUASTEPS",
    naive = "^hung" },
  { 111, "order of zero bytes from string.format", "local s = ('%c'):format(0) " .. NULS,
    "ELUASTEPS", naive = "^hung" },
  { 111, "order of zero bytes from the text", function()
    return "local s = '" .. ("\0"):rep(1000) .. "' local a, b = s .. 'a', s .. 'b' local n "
      .. "while true do " .. ("n = a < b "):rep(100) .. "end"
  end, "ELUASTEPS", naive = "^hung" },
  { 111, "order of a string with zero bytes that doubles", [[
      local s = '\0' for i = 1, 21 do s = s .. s end
      local a, b = s .. 'a', s .. 'b' local n ]] .. ("n = a < b "):rep(2000) .. "return { }",
    "ELUASTEPS", naive = "^hung" },
  { 111, "order of a few zero bytes", [[
      local a, b = ('\0'):rep(200) .. 'a', ('\0'):rep(200) .. 'b' local n
      while true do ]] .. ("n = a < b "):rep(100) .. " end", "ELUASTEPS", naive = "^hung" },

  -- numerals: each use reads them anew
  { 111, "a long numeral for string.rep", NUMERAL .. "local _ = ('x'):rep(s) end", "ELUASTEPS",
    naive = "^hung" },
  { 111, "a long numeral for string.byte", NUMERAL .. "local _ = ('x'):byte(s) end", "ELUASTEPS",
    naive = "^hung" },
  { 111, "a long numeral for string.sub", NUMERAL .. "local _ = ('x'):sub(s) end", "ELUASTEPS",
    naive = "^hung" },
  { 111, "a long numeral for select", NUMERAL .. "select(s, 1) end", "ELUASTEPS",
    naive = "^hung" },
  { 111, "a long numeral for a step of ipairs", NUMERAL .. "i(t, s) end", "ELUASTEPS",
    naive = "^hung" },
  { 111, "a long numeral for math.abs", NUMERAL .. "math.abs(s) end", "ELUASTEPS",
    naive = "^hung" },
  { 111, "a long numeral for `for`", NUMERAL .. "for j = s, s, s do end end", "ELUASTEPS",
    naive = "^hung" },
  { 111, "a long numeral with a point for `for`", [[
      local s = ('0'):rep(1000000) .. '.5'
      while true do for j = s, s, s do end end]], "ELUASTEPS", naive = "^hung" },
  { 111, "a numeral that is not so long for `for`", [[
      local s = ('0'):rep(3000) .. '.5'
      while true do for j = s, s, s do end end]], "ELUASTEPS", naive = "^hung" },

  -- tables with many places and few keys
  { 111, "next of a list that is empty now", SPARSE .. "while true do next(t) end", "ELUASTEPS",
    naive = "^hung" },
  { 111, "pairs of a list that is empty now", SPARSE .. "while true do pairs(t) end",
    "ELUASTEPS", naive = "^error.*budget", reason = HOOK },
  { 111, "next of a map that is empty now", [[
      local t = {}
      for i = 1, 20000 do t['k' .. i] = i end for i = 1, 20000 do t['k' .. i] = nil end
      while true do next(t) end]], "ELUASTEPS", naive = "^hung" },
  { 111, "a list that is empty now, in 50,000 places",
    SPARSE .. "local r = {} for i = 1, 50000 do r[i] = t end return { r = r }", "ELUASTEPS",
    naive = "^returned table" , reason = "it copies nothing" },
  { 111, "a list that is counted for each key beside it", [[
      local t, k = {}, 0 for i = 1, 65536 do t[i] = i end
      while true do k = k + 1 t['a' .. k] = 1 t['a' .. k] = nil end]], "ELUASTEPS",
    naive = ".", reason = "it takes the control a second, more or less" },

  -- keys that are numbers, on one chain of the hash
  { 111, "what is not in a crowded table", CROWD .. "local x while true do "
    .. ("x = t[0] "):rep(50) .. "end", "ELUASTEPS", naive = "^hung" },
  { 111, "what is not in a table that is less crowded", [[
      local t, m = {}, ((1 << 11) - 1) * ((1 << 10) - 1)
      for i = 1, 2000 do t[i * m] = i end local x
      while true do ]] .. ("x = t[0] "):rep(50) .. "end", "ELUASTEPS", naive = "^hung" },
  { 111, "next of a crowded table", CROWD .. "while true do next(t) end", "ELUASTEPS",
    naive = "^error.*budget", reason = HOOK },
  { 111, "pairs of a crowded table", CROWD .. "while true do pairs(t) end", "ELUASTEPS",
    naive = "^error.*budget", reason = HOOK },
  { 111, "a crowded table in 100 places",
    CROWD .. "local r = {} for i = 1, 100 do r[i] = t end return { r = r }", "ELUASTEPS",
    naive = "^returned table", reason = "it copies nothing" },
  { 111, "keys that fall on one chain when the table grows", [[
      local t = {} for i = 1, 200000 do t[i * ((1 << 17) - 1)] = i end
      return { out = #t }]], "ELUASTEPS", naive = "^hung" },
  { 111, "next of long keys that begin alike", [[
      local t, s = {}, ('x'):rep(12000)
      for i = 1, 1000 do t[s .. i] = 1 end
      while true do next(t) end]], "ELUASTEPS", naive = "^error.*budget", reason = HOOK },

  -- functions
  { 111, "functions that hold many variables", "local " .. numbered(190, "a%d")
    .. " local f while true do f = function() return " .. numbered(190, "a%d") .. " end end",
    "ELUASTEPS", naive = "^hung" },
  { 111, "the remainder of a large number", [[
      local a, b, x = 1.7e308, 3.3e-300
      while true do ]] .. ("x = a % b "):rep(100) .. " end", "ELUASTEPS", naive = ".",
    reason = "it takes the control a second, more or less" },

  -- what the parser is given
  { 104, "200,000 times `or`", function()
    return "local x = false return { a = x" .. (" or x"):rep(200000) .. " }"
  end, "ELUASTEPS", naive = "^hung" },
  { 104, "200,000 times `and`", function()
    return "local x = true return { a = x" .. (" and x"):rep(200000) .. " }"
  end, "ELUASTEPS", naive = "^hung" },
  { 104, "100,000 times `or`, with commas between", function()
    return "local function f() end return { a = f()" .. (" or f(1, 2)"):rep(100000) .. " }"
  end, "ELUASTEPS", naive = "^hung" },
  { 104, "1,000 times `or`, each for itself", function()
    return "local x = false return { " .. ("x or x or 1, "):rep(1000) .. " out = 'done' }"
  end, "OK", same = "done", naive = "^returned table", reason = "as it should" },
  { 104, "100,000 times `elseif`", function()
    return "local x if x then " .. ("elseif x then "):rep(100000) .. " end return { }"
  end, "ELUASTEPS", naive = "^hung" },
  { 104, "100,000 times `break`", function()
    return "local x while true do " .. ("if x then break end "):rep(100000) .. " end return { }"
  end, "ELUASTEPS", naive = "." , reason = LIMIT },
  { 104, "60,000 integers that fall on one chain", function()
    local list = {}
    for i = 1, 60000 do
      list[i] = ("%d"):format(i * 65535)
    end
    return "return { a = { " .. table.concat(list, ",") .. " } }"
  end, "ELUASTEPS", naive = "^hung" },
  { 104, "20,000 integers that do not", function()
    return "return { a = { " .. numbered(20000, "1%07d") .. " }, out = 'done' }"
  end, "OK", same = "done", naive = "^returned table", reason = "as it should" },
  { 104, "two million assignments of a variable to itself", function()
    return "local " .. numbered(190, "a%d") .. " " .. ("a1=a1 "):rep(2500000) .. " return { }"
  end, "ELUASTEPS", naive = "^hung" },
  { 104, "very many brackets of long texts", function()
    return "return { " .. ("[=[ "):rep(200000) .. " }"
  end, "ELUA", naive = "^error", reason = LIMIT },

  -- places of what a config returns
  { 120, "20,000 references far down", function()
    return "local r = { } " .. ("\n"):rep(500000) .. numbered(20000, "r[%d] = ref 'a'", "\n")
      .. " return { r = r, out = 'done' }"
  end, "OK", same = "done", naive = "^error", reason = "it has no ref" },
  { 120, "a reference in 900,000 places", function()
    return "local r, q = { }, { } " .. ("\n"):rep(500000) .. [[
      local x = ref 'a'
      for i = 1, 1000 do r[i] = x end for i = 1, 900 do q[i] = r end
      return { q = q, out = 'done' }]]
  end, "OK", same = "done", naive = "^error", reason = "it has no ref" },

  -- and what is no attack
  { 120, "10,000 maps in a list", [[
      local r = {}
      for i = 1, 10000 do
        local t = {} t.name = 'n' .. i t.size = i t.on = true
        r[i] = t
      end
      return { r = r, out = 'done' }]], "OK", same = "done", naive = "^returned table",
    reason = "as it should" },
  { 120, "10,000 maps in a map", [[
      local r = {}
      for i = 1, 10000 do r['k' .. i] = { name = 'n' .. i } end
      return { r = r, out = 'done' }]], "OK", same = "done", naive = "^returned table",
    reason = "as it should" },
  { 120, "8,000 keys that are far-off integers", [[
      local r = {}
      for i = 1, 8000 do r[i * 1237] = i end
      return { r = r, out = 'done' }]], "OK", same = "done", naive = "^returned table",
    reason = "as it should" },
}
