-- expr: what an expression says, what it gives, and what is said of one that
-- is wrong.

local core = require "wick.core"
local expr = require "wick.expr"

-- What the references of the tests find.
local Object = {}
Object.__index = Object
function Object.new(size) return setmetatable({ size = size }, Object) end
function Object:fit(n) return self.size * n, "second" end
function Object.fail() error("no luck", 0) end
function Object:fail_table() error({ luck = false, size = self.size }) end
Object.__add = function(a, b) return "sum of " .. type(a) .. " and " .. type(b) end
Object.__concat = function(a, b) return "joined " .. type(a) .. " and " .. type(b) end
Object.__call = function(self, n) return self.size + n end
Object.__lt = function() return true end
Object.__len = function() return 77 end
Object.__unm = function() return "negated" end
Object.__div = function() error("cannot divide me", 0) end

local function world()
  return {
    one = 1, half = 0.5, name = "iris", text = "10", yes = true, nothing = core.null,
    list = { 10, 20, 30 }, map = { lr = 0.1, ["odd key"] = "odd", inner = { deep = "x" } },
    with_null = { core.null, 2 },
    obj = Object.new(4), other = Object.new(5),
    named = setmetatable({}, { __tostring = function() return "I am named" end }),
    misnamed = setmetatable({}, { __tostring = function() return 1 end }),
    lib = { sqrt = math.sqrt, rep = string.rep, twice = function(a, b) return a, b, a, b end,
      null = function() return core.null end },
    strict = setmetatable({}, { __index = function(_, k) error("no field " .. k, 0) end }),
  }
end

local function find(refs, root)
  return function(i)
    local v = root
    for _, key in ipairs(refs[i].path) do
      if type(v) ~= "table" then
        return nil
      end
      v = v[key]
    end
    return v
  end
end

local function evaluate(text, env)
  local ast, problem = expr.parse(text)
  if not ast then
    error(("%s: %s"):format(text, problem.message), 2)
  end
  env = env or {}
  env.ref = env.ref or find(ast.refs, world())
  return expr.eval(ast, env)
end

local function alike(a, b)
  if type(a) ~= type(b) then
    return false
  elseif type(a) == "number" then
    return math.type(a) == math.type(b) and (a == b and 1 / a == 1 / b or a ~= a and b ~= b)
  elseif type(a) ~= "table" then
    return a == b
  end
  for k, v in pairs(a) do
    if not alike(v, b[k]) then
      return false
    end
  end
  for k in pairs(b) do
    if a[k] == nil then
      return false
    end
  end
  return true
end

local VALUES = {
  { "1", 1 }, { " 1 ", 1 }, { "0x1F", 31 }, { "1e3", 1000.0 }, { "0x.8p1", 1.0 }, { "3.", 3.0 },
  { "9223372036854775807", math.maxinteger }, { "9223372036854775808", 2.0 ^ 63 },
  { "'a\\n\\65\\u{20AC}'", "a\nA€" }, { "[[a\nb]]", "a\nb" }, { '"a\'b"', "a'b" },
  { "true", true }, { "false", false }, { "nil", nil }, { "-- note\n1 --[[ and ]] + 1", 2 },
  -- operators
  { "1 + 2 * 3", 7 }, { "(1 + 2) * 3", 9 }, { "2 ^ 3 ^ 2", 512.0 }, { "-2 ^ 2", -4.0 },
  { "2 ^ -1", 0.5 }, { "not nil == true", true }, { "not (nil == true)", true },
  { "1 .. 2 .. 3", "123" }, { "1.0 .. ''", "1.0" }, { "'a' .. 'b' == 'ab'", true },
  { "7 // 2", 3 }, { "-7 // 2", -4 }, { "7 % -3", -2 }, { "7 / 2", 3.5 }, { "7 // 2.0", 3.0 },
  { "1 // 0.0", math.huge }, { "1 << 4 | 1", 17 }, { "6 & 3 ~ 1", 3 }, { "~0", -1 },
  { "~5 & 0xF", 10 }, { "1 << 63 >> 63", 1 }, { "2.0 | 1", 3 }, { "'3' + 1 | 1", 5 },
  { "1 < 2", true }, { "2 <= 1", false }, { "1 == 1.0", true }, { "'a' < 'b'", true },
  { "1 ~= 2", true }, { "1 < 2 == true", true }, { "3 > 2 and 'yes' or 'no'", "yes" },
  { "nil and 1 + nil", nil }, { "false or nil", nil }, { "1 or 1 + nil", 1 },
  { "nil or false or 'x'", "x" }, { "1 and 2 and 3", 3 }, { "'10' + 1", 11 },
  { "'0x10' * 2", 32 }, { "- '2'", -2 }, { "#'abc'", 3 }, { "- - 1", 1 }, { "not not 1", true },
  { "-#'ab'", -2 }, { "2^53 == 2^53 + 1.0", true }, { "1 + 1 .. ''", "2" },
  -- tables
  { "{}", {} }, { "{1, 2; 3}", { 1, 2, 3 } }, { "{1, 2,}", { 1, 2 } },
  { "{a = 1, ['b c'] = 2, [3] = 4, 5}", { a = 1, ["b c"] = 2, [3] = 4, 5 } },
  { "{{1}, {x = {2}}}", { { 1 }, { x = { 2 } } } }, { "#{1, 2, 3}", 3 },
  { "{nil, 2}", { nil, 2 } }, { "({1, 2})[2]", 2 }, { "({a = {b = 3}}).a.b", 3 },
  { "({a = 1})['a']", 1 }, { "({})[1]", nil }, { "{math.modf(3.5)}", { 3, 0.5 } },
  { "{math.modf(3.5), 1}", { 3, 1 } }, { "{(math.modf(3.5))}", { 3 } },
  { "{1, math.modf(3.5),}", { 1, 3, 0.5 } }, { "{math.modf(3.5), x = 1}", { 3, x = 1 } },
  { "{1 == 1}", { true } }, { "{type{}, type''}", { "table", "string" } },
  -- names
  { "math.pi", math.pi }, { "math.huge", math.huge }, { "math.maxinteger", math.maxinteger },
  { "math.floor(2.5)", 2 }, { "math.max(1, 3, 2)", 3 }, { "math.tointeger(3.0)", 3 },
  { "math.type(1.0)", "float" }, { "math.ult(1, -1)", true }, { "math.fmod(-7, 3)", -1 },
  { "math.sqrt '16'", 4.0 }, { "(math.floor)(1.5)", 1 },
  { "(true and math.floor or math.ceil)(1.5)", 1 },
  { "tostring(1.0)", "1.0" }, { "tostring(nil)", "nil" }, { "tostring(true)", "true" },
  { "tonumber('0x1p4')", 16.0 }, { "tonumber('z', 36)", 35 }, { "tonumber('x')", nil },
  { "type(1) .. type'' .. type{}", "numberstringtable" }, { "type(math.floor)", "function" },
  { "select('#')", 0 }, { "select('#', nil, nil)", 2 }, { "select(2, 'a', 'b', 'c')", "b" },
  { "{select(-2, 'a', 'b', 'c')}", { "b", "c" } },
  { "string.upper('aé')", "Aé" }, { "('ABC'):lower()", "abc" }, { "('abc'):len()", 3 },
  { "('abc'):sub(2)", "bc" }, { "('abc'):sub(-2, -2)", "b" }, { "('abc'):sub(0)", "abc" },
  { "('abc'):sub(-9, 9)", "abc" }, { "('abc'):sub(3, 2)", "" }, { "('abc'):sub(1, -9)", "" },
  { "('abc'):sub(math.mininteger, math.maxinteger)", "abc" },
  { "('ab'):rep(3)", "ababab" }, { "('ab'):rep(2, '-')", "ab-ab" }, { "('ab'):rep(0)", "" },
  { "('ab'):rep(-1)", "" }, { "('ab'):rep(2.0)", "abab" }, { "string.rep(1, 2)", "11" },
  { "('a'):upper():rep(2):lower()", "aa" }, { "string.format('%d%%', 5)", "5%" },
  { "('%5.2f|%-4s|%04d|%x|%+i|%g'):format(3.14159, 'ab', 7, 255, 3.0, 0.1)",
    " 3.14|ab  |0007|ff|+3|0.1" },
  { "('%s %s %s'):format(1, nil, true)", "1 nil true" }, { "('%.1s'):format('xyz')", "x" },
  { "('%d'):format('12')", "12" }, { "('%99d'):format(1)", (" "):rep(98) .. "1" },
  { "file('iris.csv')", "/here/iris.csv" }, { "env('HOME')", "/home/ana" },
  { "env('NONE', 'x')", "x" }, { "env 'HOME'", "/home/ana" }, { "env('NONE', 7)", 7 },
  -- references
  { "@one", 1 }, { "@one + @half", 1.5 }, { "@name .. '.csv'", "iris.csv" }, { "@nothing", nil },
  { "@nothing == nil", true }, { "@list[2]", 20 }, { "@list.2", 20 }, { "(@list)[-1]", nil },
  { "@list[@one]", 10 }, { "@list[1 + 1]", 20 }, { "#@list", 3 }, { "@map.inner.deep", "x" },
  { "(@map).inner.deep", "x" }, { "@map['odd key']", "odd" }, { "@map[@name .. '']", nil },
  { "@name..@name", "irisiris" }, { "@one-1", 0 }, { "@list[1]-@list[2]", -10 },
  { "@name:upper()", "IRIS" }, { "@name:sub(1, 2)", "ir" }, { "@text + 1", 11 },
  { "(@with_null)[1] == nil", true }, { "{@one, [@name] = @half}", { 1, iris = 0.5 } },
  { "@one == 1 and @name or @missing.path", "iris" },
  -- objects
  { "@obj.size", 4 }, { "(@obj).size", 4 }, { "@obj:fit(3)", 12 }, { "(@obj):fit(3)", 12 },
  { "{@obj:fit(3)}", { 12, "second" } }, { "{(@obj:fit(3))}", { 12 } },
  { "select(2, @obj:fit(3))", "second" }, { "@obj(6)", 10 }, { "(@obj)(6)", 10 },
  { "@obj + 1", "sum of table and number" }, { "1 + @obj", "sum of number and table" },
  { "'a' .. @obj", "joined string and table" }, { "'x' .. 1 .. @obj", "xjoined number and table" },
  { "1 .. 2 .. @obj .. 'a' .. 3", "12joined table and string" },
  { "@obj .. 'a' .. 3 .. 4", "joined table and string" },
  { "@obj < @other", true }, { "#@obj", 77 }, { "-@obj", "negated" }, { "@obj == @other", false },
  { "@obj == @obj", true }, { "@lib.sqrt(16)", 4.0 }, { "@lib.twice(1, 2)", 1 },
  { "{@lib.twice(@lib.twice(1, 2))}", { 1, 2, 1, 2 } }, { "@lib.null() == nil", true },
  { "tostring(@named)", "I am named" }, { "('%s!'):format(@named)", "I am named!" },
  { "@obj:fit(@obj:fit(1) + 1)", 20 },
}

-- text, byte, length, message, label, help or note
local PARSE = {
  { "", 1, 1, "this expression is empty", "expected a value" },
  { "  ", 1, 1, "this expression is empty", "expected a value" },
  { "1 +", 3, 1, "this expression ends where a value should be", "expected a value behind this" },
  { "not", 1, 3, "this expression ends where a value should be", "expected a value behind this" },
  { "1 + * 2", 5, 1, "`*` stands where a value should be", "expected a value" },
  { "1 2", 3, 1, "`2` stands where an operator should be", "expected an operator or the end" },
  { "@one @half", 6, 5, "`@half` stands where an operator should be",
    "expected an operator or the end" },
  { "1 = 2", 3, 1, "`=` stands where an operator should be", "expected an operator or the end",
    "to compare, write `==`" },
  { "1 != 2", 3, 2, "this expression has a sign that Lua does not know",
    "Lua writes `~=` for this" },
  { "!@yes", 1, 1, "this expression has a sign that Lua does not know",
    "Lua writes `not` for this" },
  { "1 && 2", 4, 1, "`&` stands where a value should be", "expected a value", "Lua writes `and`" },
  { "1 || 2", 4, 1, "`|` stands where a value should be", "expected a value", "Lua writes `or`" },
  { "@yes ? 1 : 2", 6, 1, "this expression has a sign that Lua does not know",
    "this sign means nothing in Lua",
    "to choose between two values, write `condition and a or b`" },
  { "1 if @yes else 2", 3, 2, "`if` stands where an operator should be",
    "expected an operator or the end",
    "to choose between two values, write `condition and a or b`" },
  { "$ 1", 1, 1, "this expression has a sign that Lua does not know",
    "this sign means nothing in Lua", "`$` stands once, before the whole expression" },
  { "é", 1, 2, "this expression has a sign that Lua does not know",
    "names have no letters but A to Z and a to z" },
  { "'abc", 1, 4, "this expression has a text that does not end",
    "this text has no closing quote" },
  { "[[abc", 1, 5, "this expression has a long text that does not end",
    "this long text is never closed" },
  { "1 --[[", 3, 4, "this expression has a comment that does not end",
    "this comment is never closed" },
  { "1 + 3x", 5, 2, "this expression has a number that Lua cannot read",
    "Lua writes no number like this" },
  { "1..2", 1, 4, "this expression has a number that Lua cannot read",
    "Lua writes no number like this" },
  { "'a\\qb'", 3, 2, "this text has an escape that Lua does not know", "no such escape",
    "write a backslash itself as `\\\\`" },
  { "type'\\q'", 6, 2, "this text has an escape that Lua does not know", "no such escape",
    "write a backslash itself as `\\\\`" },
  { "(1 + 2", 1, 1, "this `(` is never closed", "opened here" },
  { "@list[i", 7, 1, "expressions have no `i`", "no such name", "to refer to a key, write `@i`" },
  { "@list[@one", 6, 1, "this `[` is never closed", "opened here" },
  { "{1, 2", 1, 1, "this `{` is never closed", "opened here" },
  { "type(1", 5, 1, "this `(` is never closed", "opened here" },
  { "(1 2)", 4, 1, "`2` stands where `)` or an operator should be", "expected `)`" },
  { "(1 = 2)", 4, 1, "`=` stands where `)` or an operator should be", "expected `)`",
    "to compare, write `==`" },
  { "1)", 2, 1, "this `)` closes nothing", "nothing was opened" },
  { "{a: 1}", 2, 1, "this table is not written as in Lua", "expected a key and `=`",
    "write `{ a = … }`" },
  { "{'a': 1}", 5, 1, "`:` stands where `}` or an operator should be", "expected `}`",
    "in Lua a table is `{ key = value }`" },
  { "{[1]}", 5, 1, "a key in brackets needs its value", "expected `=` and a value" },
  { "{,}", 2, 1, "`,` stands where a value should be", "expected a value" },
  { "type(1,)", 8, 1, "`)` stands where a value should be", "expected a value" },
  { "'x':upper()", 4, 1, "`:` stands where an operator should be",
    "expected an operator or the end", "to call a method of a text, write `('x'):…`" },
  { "@obj:fit", 6, 3, "the method `fit` is not called", "expected `(`",
    "write `:fit()` to call it, or `.fit` for a field" },
  { "@obj:", 5, 1, "a name is missing behind `:`", "expected a name" },
  { "(@obj).end", 8, 3, "a name is missing behind `.`", "expected a name",
    "`end` is a word of Lua: write `[\"end\"]`" },
  { "function() end", 1, 8, "expressions have no functions of their own", "not in an expression",
    "write the function in a module of the project, and call it" },
  { "...", 1, 3, "expressions have no `...`", "not in an expression" },
  { "return 1", 1, 6, "an expression is a value alone, without `return`", "not in an expression" },
  { "local x = 1", 1, 5, "`local` belongs to a statement, and expressions have none",
    "expected a value" },
  { "1; 2", 2, 1, "`;` stands where an operator should be", "expected an operator or the end" },
  { "foo", 1, 3, "expressions have no `foo`", "no such name", "to refer to a key, write `@foo`" },
  { "tostrng(1)", 1, 7, "expressions have no `tostrng`", "no such name",
    "did you mean `tostring`?" },
  { "pairs({})", 1, 5, "expressions have no `pairs`", "no such name",
    "there are these names: env, file, math, select, string, tonumber, tostring, type" },
  { "io.open('x')", 1, 2, "expressions have no `io`", "no such name",
    "for the path of a file, write `file('name')`" },
  { "os.getenv('X')", 1, 2, "expressions have no `os`", "no such name",
    "for a variable of the environment, write `env('NAME', 'default')`" },
  { "require 'x'", 1, 7, "expressions have no `require`", "no such name",
    "name what a module exports in `_target_`" },
  { "_G.x", 1, 2, "expressions have no `_G`", "no such name",
    "there are these names: env, file, math, select, string, tonumber, tostring, type" },
  { "True", 1, 4, "expressions have no `True`", "no such name", "Lua writes `true`" },
  { "null", 1, 4, "expressions have no `null`", "no such name", "Lua writes `nil`" },
  { "math", 1, 4, "`math` is no value by itself", "expected `math.name`",
    "`math` has: abs, acos, asin, atan, ceil, cos, deg, exp, floor, fmod, …" },
  { "math['pi']", 1, 4, "`math` is no value by itself", "expected `math.name`",
    "`math` has: abs, acos, asin, atan, ceil, cos, deg, exp, floor, fmod, …" },
  { "math.flor(1)", 1, 9, "expressions have no `math.flor`", "no such name",
    "did you mean `math.floor`?" },
  { "math.random()", 1, 11, "expressions have no `math.random`", "no such name",
    "there are these names in `math`: abs, acos, asin, atan, ceil, cos, deg, exp, floor, fmod, …" },
  { "string.gsub('a', 'b')", 1, 11, "expressions have no `string.gsub`", "no such name",
    "did you mean `string.sub`?" },
  { "string.byte('a')", 1, 11, "expressions have no `string.byte`", "no such name",
    "there are these names in `string`: format, len, lower, rep, sub, upper" },
  { "1 + @", 5, 1, "a key path is missing behind `@`", "expected a key, as in `@model.lr`" },
  { "@ one", 1, 1, "a key path is missing behind `@`", "expected a key, as in `@model.lr`" },
  { "@model::lr", 7, 2, "the parts of a key path are joined by dots", "`::` joins no keys",
    "write `model.lr` for `model::lr`" },
  { "1 + @1", 6, 1, "a key path does not start with a number", "expected a key",
    "write `[1]` for a key that is a number" },
  { "@a['\\q']", 5, 1, "a key path has an escape that Lua does not know", "no such escape",
    "write a backslash itself as `\\\\`" },
  { "@a[99999999999999999999]", 4, 20,
    "the number `99999999999999999999` in a key path is too large", "does not fit into 64 bits" },
}

local EVAL = {
  { "@missing + 1", 1, 8, "cannot add null and a number", "this is null" },
  { "1 + @missing.lr", 5, 11, "cannot add a number and null", "this is null" },
  { "1 - {}", 5, 2, "cannot subtract a table from a number", "this is a table" },
  { "true * 2", 1, 4, "cannot multiply a boolean by a number", "this is a boolean" },
  { "'x' / 2", 1, 3, "cannot divide the string `x` by a number", "this is a string" },
  { "2 ^ math.floor", 5, 10, "cannot raise a number to the power of a function",
    "this is a function" },
  { "1 + (nil or @missing)", 13, 8, "cannot add a number and null", "this is null" },
  { "1 // 0", 6, 1, "cannot divide an integer by zero", "this is 0" },
  { "1 % (1 - 1)", 6, 5, "cannot divide an integer by zero", "this is 0" },
  { "1 & 1.5", 5, 3, "`&` takes integers only", "1.5 is no integer" },
  { "1e100 | 1", 1, 5, "`|` takes integers only", "1e+100 is no integer" },
  { "~1.5", 2, 3, "`~` takes integers only", "1.5 is no integer" },
  { "~{}", 2, 2, "cannot invert the bits of a table", "this is a table" },
  { "'3' | 1", 1, 3, "cannot combine the bits of the string `3` and a number",
    "this is a string" },
  { "1 << nil", 6, 3, "cannot shift the bits of a number by null", "this is null" },
  { "-nil", 2, 3, "cannot negate null", "this is null" },
  { "-'x'", 2, 3, "cannot negate the string `x`", "this is a string" },
  { "#5", 2, 1, "cannot take the length of a number", "this is a number" },
  { "#@missing", 2, 8, "cannot take the length of null", "this is null" },
  { "1 < 'x'", 3, 1, "cannot compare a number with the string `x`",
    "compares two numbers or two strings" },
  { "@missing >= 1", 10, 2, "cannot compare null with a number",
    "compares two numbers or two strings" },
  { "{} < {}", 4, 1, "cannot compare a table with a table",
    "compares two numbers or two strings" },
  { "'a' .. @missing", 8, 8, "cannot join a string and null", "this is null" },
  { "nil .. 'a' .. 'b'", 1, 3, "cannot join null and a string", "this is null" },
  { "'a' .. true .. 'b'", 8, 4, "cannot join a boolean and a string", "this is a boolean" },
  { "@missing.x.y", nil },
  { "(@missing).x", 2, 8, "cannot take `x` from null", "this is null" },
  { "(@one).x", 2, 4, "cannot take `x` from a number", "this is a number" },
  { "(@one)[string.rep]", 2, 4, "cannot take a function from a number", "this is a number" },
  { "(@one)[@map]", 2, 4, "cannot take a table from a number", "this is a number" },
  { "(@one)[@missing]", 2, 4, "cannot take null from a number", "this is a number" },
  { "(@one)[true]", 2, 4, "cannot take `true` from a number", "this is a number" },
  { "(@map).inner.deep.x", 1, 17, "cannot take `x` from a string", "this is a string",
    "a string has these methods: format, len, lower, rep, sub, upper" },
  { "({})[1][2]", 1, 7, "cannot take `2` from null", "this is null" },
  { "@missing()", 1, 8, "`@missing` is null and cannot be called", "this is null" },
  { "@list(1)", 1, 5, "`@list` is a table and cannot be called", "this is a table" },
  { "(1)(2)", 2, 1, "`1` is a number and cannot be called", "this is a number" },
  { "math.pi()", 1, 7, "`math.pi` is a number and cannot be called", "this is a number" },
  { "@missing:fit()", 1, 8, "cannot call the method `fit` of null", "this is null" },
  { "(1):abs()", 2, 1, "cannot call the method `abs` of a number", "this is a number" },
  { "@obj:fitt(1)", 6, 4, "there is no method `fitt` here", "no such method",
    "did you mean `fit`?" },
  { "@obj:predict(1)", 6, 7, "there is no method `predict` here", "no such method",
    "methods here: fail, fail_table, fit, new" },
  { "@obj:size()", 1, 9, "`@obj:size` is a number and cannot be called", "this is a number" },
  { "@name:gsub('a', 'b')", 7, 4, "expressions have no method `gsub` for strings",
    "no such method", "did you mean `sub`?" },
  { "@name:reverse()", 7, 7, "expressions have no method `reverse` for strings",
    "no such method", "do it in a module of the project" },
  { "(@name).len", 2, 5, "cannot take `len` from a string", "this is a string",
    "a string has these methods: format, len, lower, rep, sub, upper" },
  { "{[nil] = 1}", 3, 3, "a key of a table cannot be null", "this key" },
  { "{[0 / 0] = 1}", 3, 5, "a key of a table cannot be NaN", "this key" },
  { "math.floor(nil)", 12, 3, "argument 1 of `math.floor` must be a number, and it is null",
    "this value" },
  { "math.floor()", 1, 12, "argument 1 of `math.floor` must be a number, and it is missing",
    "this value" },
  { "math.max(1, 'x')", 1, 16, "`math.max` fails: attempt to compare number with string", "" },
  { "math.ult(1, 1.5)", 13, 3,
    "argument 2 of `math.ult` is not what it takes: number has no integer representation",
    "this value" },
  { "math.fmod(1, 0)", 14, 1, "argument 2 of `math.fmod` is not what it takes: zero",
    "this value" },
  { "select(0)", 8, 1, "argument 1 of `select` is not what it takes: index out of range",
    "this value" },
  { "tonumber('1', 99)", 15, 2,
    "argument 2 of `tonumber` is not what it takes: base out of range", "this value" },
  { "tostring(@map)", 10, 4, "argument 1 of `tostring` is a table, which has no text",
    "this value" },
  { "tostring(math.floor)", 10, 10, "argument 1 of `tostring` is a function, which has no text",
    "this value" },
  { "tostring()", 1, 10, "argument 1 of `tostring` is missing", "this value" },
  { "tostring(@misnamed)", 10, 9,
    "argument 1 of `tostring` has a `__tostring` that gives a number", "this value" },
  { "('%s'):format({})", 15, 2, "argument 1 of `format` is a table, which has no text",
    "this value" },
  { "('%q'):format(1)", 2, 4,
    "the string of `format` has `%q`, and `format` knows only %d %i %s %g %f %x and %%",
    "this value" },
  { "string.format('%5.123f', 1)", 15, 9, "argument 1 of `string.format` has `%5.123`, and "
    .. "`format` knows only %d %i %s %g %f %x and %%", "this value" },
  { "('%'):format()", 2, 3,
    "the string of `format` has `%`, and `format` knows only %d %i %s %g %f %x and %%",
    "this value" },
  { "('%d %d'):format(1)", 1, 19, "`format` has no value for `%d`", "" },
  { "('%d'):format(1.5)", 15, 3,
    "argument 1 of `format` must be an integer for `%d`, and it is 1.5", "this value" },
  { "('%g'):format('x')", 15, 3,
    "argument 1 of `format` must be a number for `%g`, and it is a string", "this value" },
  { "('a'):rep({})", 11, 2, "argument 1 of `rep` must be an integer, and it is a table",
    "this value" },
  { "('a'):rep()", 1, 11, "argument 1 of `rep` must be an integer, and it is missing",
    "this value" },
  { "('a'):rep(1.5)", 11, 3, "argument 1 of `rep` must be an integer, and it is 1.5",
    "this value" },
  { "string.upper(nil)", 14, 3, "argument 1 of `string.upper` must be a string, and it is null",
    "this value" },
  { "env('NONE')", 1, 11, "the environment has no variable `NONE`", "" },
  { "env()", 1, 5, "argument 1 of `env` must be a string, and it is missing", "this value" },
  { "file(1 > 2)", 6, 5, "argument 1 of `file` must be a string, and it is a boolean",
    "this value" },
}

local function functions()
  return {
    file = function(name) return "/here/" .. name end,
    env = function(name, default)
      if name == "HOME" then
        return "/home/ana"
      elseif default == nil then
        return nil, ("the environment has no variable `%s`"):format(name)
      end
      return default
    end,
  }
end

-- The one thing that a problem adds to its message and label.
local function advice(problem)
  local notes, helps = problem.notes or {}, problem.helps or {}
  return helps[1] or notes[1]
end

describe("expr", function()
  it("gives values", function()
    for _, case in ipairs(VALUES) do
      local ok, value = evaluate(case[1], functions())
      assert.is_true(ok, case[1] .. ": " .. (type(value) == "table" and value.message or ""))
      assert.is_true(alike(case[2], value), ("%s gives %s"):format(case[1], tostring(value)))
    end
  end)

  it("says what does not parse", function()
    for _, case in ipairs(PARSE) do
      local ast, problem = expr.parse(case[1])
      assert.is_nil(ast, case[1])
      assert.same({ case[2], case[3], case[4], case[5], case[6] },
        { problem.byte, problem.length, problem.message, problem.label, advice(problem) }, case[1])
      assert.is_nil(getmetatable(problem))
    end
  end)

  it("says what cannot be evaluated", function()
    for _, case in ipairs(EVAL) do
      local ok, problem = evaluate(case[1], functions())
      if case[2] then
        assert.is_false(ok, case[1])
        assert.same({ case[2], case[3], case[4], case[5], case[6] },
          { problem.byte, problem.length, problem.message, problem.label, advice(problem) },
          case[1])
        assert.equal("EEVAL", problem.name)
        assert.is_nil(problem.raised)
        assert.is_nil(getmetatable(problem))
      else
        assert.is_true(ok, case[1])
      end
    end
  end)

  it("knows its references", function()
    local ast = expr.parse("@a.b[1]:c(@.x) .. @..y['k z']-@w")
    local found = {}
    for i, ref in ipairs(ast.refs) do
      found[i] = { ref.byte, ref.length, ref.path.up, table.concat(ref.path, "|") }
    end
    assert.same({
      { 1, 7, 0, "a|b|1" }, { 11, 3, 1, "x" }, { 19, 11, 2, "y|k z" }, { 31, 2, 0, "w" },
    }, found)
    assert.equal("@a.b[1]", ast.text:sub(1, 7))
  end)

  it("asks for a reference only when it needs it, and each time", function()
    local asked = {}
    local ast = expr.parse("@a and @b or @c .. @a")
    local ok, value = expr.eval(ast, { ref = function(i)
      asked[#asked + 1] = i
      return i == 1 and "x" or nil
    end })
    assert.is_false(ok)
    assert.equal("cannot join null and null", value.message)
    assert.same({ 1, 2, 3, 4 }, asked)
    asked = {}
    assert.is_true(expr.eval(expr.parse("@a or @b"), { ref = function(i)
      asked[#asked + 1] = i
      return true
    end }))
    assert.same({ 1 }, asked)
  end)

  it("lets an error of the reference through", function()
    local mine = {}
    local ok, err = pcall(expr.eval, expr.parse("1 + @a"), { ref = function() error(mine) end })
    assert.is_false(ok)
    assert.equal(mine, err)
  end)

  describe("code of the project", function()
    it("keeps an error value untouched, with the traceback", function()
      local ok, problem = evaluate("1 + @obj:fail_table(2)")
      assert.is_false(ok)
      assert.same({ 5, 15, "`@obj:fail_table` raised an error", "raised a table", "EEVAL", true },
        { problem.byte, problem.length, problem.message, problem.label, problem.name,
          problem.raised })
      assert.same({ luck = false, size = 4 }, problem.cause)
      assert.matches("^stack traceback:\n.*expr_spec%.lua", problem.trace)
      ok, problem = evaluate("@obj:fail()")
      assert.is_false(ok)
      assert.equal("no luck", problem.cause)
      assert.equal("no luck", problem.label)
      ok, problem = evaluate("@obj / 2")
      assert.is_false(ok)
      assert.same({ 6, 1, "`/` raised an error", "cannot divide me" },
        { problem.byte, problem.length, problem.message, problem.label })
      ok, problem = evaluate("(@strict).field")
      assert.is_false(ok)
      assert.same({ "`(@strict).field` raised an error", "no field field" },
        { problem.message, problem.cause })
    end)

    it("keeps nil and false as error values", function()
      local _, problem = evaluate("@f()", { ref = function() return function() error(nil) end end })
      assert.is_true(problem.raised)
      assert.is_nil(problem.cause)
      assert.equal("raised null", problem.label)
      _, problem = evaluate("@f()", { ref = function() return function() error(false) end end })
      assert.is_false(problem.cause)
    end)

    it("is called only when env.call allows it", function()
      local asked = {}
      local function call(f, value)
        asked[#asked + 1] = { f, value }
        if f == math.sqrt then
          return { message = "not that one", name = "EORIGIN" }
        end
      end
      local root = world()
      local ast = expr.parse("math.floor(@obj:fit(2)) + @obj(1) + ('x'):len() + #tostring(@named)")
      local ok, value = expr.eval(ast, { ref = find(ast.refs, root), call = call })
      assert.is_true(ok)
      assert.equal(8 + 5 + 1 + 10, value)
      assert.equal(3, #asked)
      assert.same({ Object.fit, Object.fit }, asked[1])
      assert.equal(Object.__call, asked[2][1])
      assert.equal(root.obj, asked[2][2])
      assert.equal(getmetatable(root.named).__tostring, asked[3][1])
      local ran
      ast = expr.parse("1 + @lib.sqrt(16)")
      local problem
      ok, problem = expr.eval(ast, { ref = find(ast.refs, root), call = call })
      assert.is_false(ok)
      assert.same({ byte = 5, length = 9, message = "not that one", name = "EORIGIN" }, problem)
      -- metamethods too
      local never = { call = function(f)
        asked = f
        return "no"
      end }
      for _, case in ipairs {
        { "1 + @x", "__add", 3, 1 }, { "@x .. 'a'", "__concat", 4, 2 }, { "-@x", "__unm", 1, 1 },
        { "#@x", "__len", 1, 1 }, { "1 < @x", "__lt", 3, 1 }, { "1 >= @x", "__le", 3, 2 },
        { "@x == @y", "__eq", 4, 2 }, { "(@x).a", "__index", 1, 6 }, { "@x(1)", "__call", 1, 2 },
      } do
        local function meta() end
        never.ref = function() return setmetatable({}, { [case[2]] = meta }) end
        ok, problem = expr.eval(expr.parse(case[1]), never)
        assert.is_false(ok, case[1])
        assert.equal("no", problem.message)
        assert.same({ case[3], case[4] }, { problem.byte, problem.length }, case[1])
        assert.equal(meta, asked)
      end
      ok, problem = expr.eval(expr.parse("@f()"), {
        ref = function() return function() ran = true end end,
        call = function() return "no" end,
      })
      assert.is_false(ok)
      assert.equal("no", problem.message)
      assert.is_nil(ran)
    end)

    it("may evaluate expressions itself, and yield", function()
      local inner = expr.parse("@x .. tostring(2)")
      local env = { budget = { bytes = 1000, nodes = 10 } }
      env.ref = function(i)
        return i == 1 and function()
          local _, v = expr.eval(inner, { ref = function() return "in" end, budget = env.budget })
          return v .. coroutine.yield("asks")
        end
      end
      local thread = coroutine.wrap(function()
        return expr.eval(expr.parse("('a'):upper() .. @f()"), env)
      end)
      assert.equal("asks", thread())
      assert.same({ true, "Ain2!" }, { thread("!") })
    end)
  end)

  describe("budgets", function()
    local function bytes(text, left)
      local budget = { bytes = left, nodes = 100 }
      local ok, value = evaluate(text, { budget = budget, file = function(n) return "/" .. n end })
      return ok, value, budget.bytes
    end

    it("charge each string that is made", function()
      for _, case in ipairs {
        { "'abc'", 0 }, { "@name", 0 }, { "'a' .. 'bc'", 3 }, { "'a' .. 'b' .. 'c'", 3 },
        { "1 .. 2.5", 4 }, { "('ab'):rep(10)", 20 }, { "('ab'):rep(3, '--')", 10 },
        { "('ab'):upper()", 2 }, { "('ab'):lower()", 2 }, { "('abcd'):sub(2, 3)", 2 },
        { "('abcd'):len()", 0 }, { "tostring(12.5)", 4 }, { "('%5d|%s'):format(1, 'xy')", 8 },
        { "file('x')", 2 }, { "('ab'):rep(2):rep(2)", 12 }, { "'a' .. @obj", 0 },
      } do
        local ok, _, left = bytes(case[1], 1000)
        assert.is_true(ok, case[1])
        assert.equal(1000 - case[2], left, case[1])
        assert.equal("integer", math.type(left))
        if case[2] > 0 then
          assert.is_true((bytes(case[1], case[2])), case[1])
          assert.is_false((bytes(case[1], case[2] - 1)), case[1])
        end
      end
    end)

    it("charge a function that was handed on as a value", function()
      for _, text in ipairs { "({string.rep})[1]('x', 20)", "(string.rep or 1)('x', 20)",
        "({f = string.rep}).f('x', 20)" } do
        local ok, value, left = bytes(text, 1000)
        assert.is_true(ok, text)
        assert.equal(("x"):rep(20), value)
        assert.equal(980, left, text)
      end
      for _, text in ipairs { "({string.rep})[1]('x', 1 << 33)", "({string.upper})[1]('abc')" } do
        local ok, problem = bytes(text, 2)
        assert.is_false(ok)
        assert.equal("EBUDGET", problem.name, text)
      end
      for text, message in pairs {
        ["({tostring})[1]({})"] = "argument 1 of `tostring` is a table, which has no text",
        ["({file})[1]({})"] = "argument 1 of `file` must be a string, and it is "
          .. "a table",
        ["({string.format})[1]('%p', {})"] = "argument 1 of `string.format` has `%p`, and "
          .. "`format` knows only %d %i %s %g %f %x and %%",
      } do
        local ok, problem = bytes(text, 1000)
        assert.is_false(ok)
        assert.equal(message, problem.message)
      end
    end)

    it("stop before the string is made", function()
      collectgarbage()
      local before = collectgarbage("count")
      for _, text in ipairs {
        "('x'):rep(1 << 40)", "('x'):rep(math.maxinteger, 'y')", "(''):rep(1 << 62, 'y')",
        "('x'):rep(1e15)", "(('x'):rep(60000000)) .. ('y')",
      } do
        local ok, problem = bytes(text, 1 << 20)
        assert.is_false(ok)
        assert.equal("EBUDGET", problem.name)
      end
      assert.is_true(collectgarbage("count") - before < 1024)
    end)

    it("say what was wanted and what is left", function()
      local _, problem = bytes("1 .. ('ab'):rep(2000)", 100)
      assert.same({
        byte = 6, length = 16, name = "EBUDGET",
        message = "evaluating this config would produce more than `value.bytes` allows",
        label = "4,000 bytes here, and 100 left",
        notes = { "the limit `value.bytes` counts every string that expressions make" },
        helps = { "make long texts in a constructor, or raise the limit: --limit value.bytes=N" },
      }, problem)
      _, problem = evaluate("('x'):rep(67108864)", {
        budget = { bytes = 0, limits = { ["value.bytes"] = 67108864 } },
      })
      assert.equal("evaluating this config would produce more than 64 MiB", problem.message)
      assert.equal("67,108,864 bytes here, and 0 left", problem.label)
    end)

    it("charge each item of a table", function()
      local budget = { nodes = 5 }
      assert.is_true((evaluate("{1, x = 2, [3] = {}, {4}}", { budget = budget })))
      assert.equal(0, budget.nodes)
      local ok, problem = evaluate("{1, {2}}", { budget = { nodes = 2 } })
      assert.is_false(ok)
      assert.equal("evaluating this config would produce more than `value.nodes` allows",
        problem.message)
      assert.equal("1 node here, and 0 left", problem.label)
    end)
  end)

  describe("long texts", function()
    it("need no recursion along operators", function()
      for _, case in ipairs {
        { ("1+"):rep(100000) .. "1", 100001 },
        { ("'a'.."):rep(10000) .. "'a'", ("a"):rep(10001) },
        { ("@x.."):rep(10000) .. "'a'", ("1"):rep(10000) .. "a" },
        { ("1^"):rep(20000) .. "1", 1.0 },
        { ("- "):rep(100000) .. "1", 1 },
        { ("not "):rep(99999) .. "1", false },
        { ("nil or "):rep(50000) .. "7", 7 },
        { ("1 and "):rep(50000) .. "7", 7 },
        { "('x')" .. (":upper()"):rep(20000), "X" },
      } do
        local ok, value = evaluate(case[1], { ref = function() return 1 end })
        assert.is_true(ok)
        assert.is_true(value == case[2])
      end
    end)

    it("nest at most 200 levels", function()
      for _, pair in ipairs { { "(", ")" }, { "{", "}" }, { "type(", ")" }, { "@x[", "]" } } do
        local function nested(n)
          return pair[1]:rep(n) .. "@y" .. pair[2]:rep(n)
        end
        assert.is_table(expr.parse(nested(200)))
        local ast, problem = expr.parse(nested(201))
        assert.is_nil(ast)
        assert.equal("this expression is nested deeper than 200 levels", problem.message)
        assert.is_nil((expr.parse(pair[1]:rep(100000))))
      end
      local ok, value = evaluate(("("):rep(200) .. "1" .. (")"):rep(200))
      assert.same({ true, 1 }, { ok, value })
    end)

    it("take at most 250 arguments, and pass on at most 10,000 values", function()
      assert.is_true((evaluate("math.max(" .. ("1,"):rep(249) .. "1)")))
      local _, problem = expr.parse("math.max(" .. ("1,"):rep(250) .. "1)")
      assert.equal("a call has at most 250 arguments", problem.message)
      local ok
      ok, problem = evaluate("math.max(@many())", { ref = function()
        return function() return table.unpack({}, 1, 10001) end
      end })
      assert.is_false(ok)
      assert.equal("a call takes at most 10,000 values", problem.message)
    end)
  end)

  -- Expressions at random, against Lua itself.
  it("agrees with Lua", function()
    local seed = 7
    local function random(n)
      seed = seed * 6364136223846793005 + 1442695040888963407
      return (seed >> 33) % n + 1
    end
    local LEAVES = {
      "0", "1", "2", "-3", "7", "0x10", "1.5", "0.0", "1e300", "3.0", "'a'", "'10'", "' 0x1p1 '",
      "''", "true", "false", "nil", "{}", "{1, 2, x = 3}", "math.pi", "math.maxinteger",
      "math.mininteger", "math.huge", "'abc'", "9223372036854775807", "63", "64",
    }
    local BINARY = {
      "+", "-", "*", "/", "//", "%", "^", "..", "==", "~=", "<", "<=", ">", ">=", "and", "or",
      "&", "|", "~", "<<", ">>", "..", "+", "and", "or",
    }
    local UNARY = { "- ", "not ", "#", "~", "- - ", "not not " }
    local CALLS = {
      "math.floor(%s)", "math.max(%s, %s)", "type(%s)", "tonumber(%s)", "select('#', %s, %s)",
      "select(%s, 'x', 'y')", "(%s):upper()", "('q'):rep(%s)", "('abcdef'):sub(%s, %s)",
      "('%%d'):format(%s)", "('%%5.1f'):format(%s)", "('%%x'):format(%s)", "(%s):len()",
      "math.tointeger(%s)", "math.type(%s)", "({%s, %s})[%s]", "({x = %s}).x", "#{1, %s}",
      "math.modf(%s)", "({math.modf(%s)})[2]", "string.lower(%s)", "(%s)", "((%s))",
      "math.ult(%s, %s)", "math.fmod(%s, %s)", "string.rep(%s, %s, %s)", "{%s, a = %s}",
    }
    local function make(depth)
      local kind = random(depth > 4 and 1 or 8)
      if kind <= 2 then
        return LEAVES[random(#LEAVES)]
      elseif kind <= 5 then
        return ("%s %s %s"):format(make(depth + 1), BINARY[random(#BINARY)], make(depth + 1))
      elseif kind == 6 then
        return UNARY[random(#UNARY)] .. make(depth + 1)
      end
      return (CALLS[random(#CALLS)]:gsub("%%s", function() return make(depth + 1) end)
        :gsub("%%%%", "%%"))
    end
    local ran, raised = 0, 0
    for _ = 1, 6000 do
      local text = make(0)
      local f = assert(load("return (" .. text .. ")", "=e", "t",
        { math = math, string = string, type = type, tonumber = tonumber, select = select }))
      local ast, problem = expr.parse(text)
      assert.is_table(ast, problem and text .. ": " .. problem.message)
      -- a budget keeps `rep` small; Lua is asked only when wick has an answer
      local ok, value = expr.eval(ast, { budget = { bytes = 1 << 16, nodes = 1000 } })
      if ok or value.name ~= "EBUDGET" then
        local right, expected = pcall(f)
        if right ~= ok or ok and not alike(expected, value) then
          error(("%s: Lua %s, wick %s"):format(text, tostring(expected),
            ok and tostring(value) or value.message))
        elseif ok then
          ran = ran + 1
        else
          raised = raised + 1
          assert.is_true(value.byte >= 1 and value.byte + value.length - 1 <= #text)
        end
      end
    end
    assert.is_true(ran > 1500 and raised > 1000)
  end)

  it("parses no text that Lua does not, and ends on any", function()
    local seed = 11
    local function random(n)
      seed = seed * 6364136223846793005 + 1442695040888963407
      return (seed >> 33) % n + 1
    end
    local PARTS = {
      "1", "2.5", "'a'", "nil", "true", "(", ")", "{", "}", "[", "]", ",", ";", "+", "-", "..",
      "and", "not", "==", "=", ":", ".", "x", "math", ".pi", "type", "@a", "@b.c", "function",
      "end", "#", "~", "@", "...", "'", "\\", "//", "^", "::", "[[", "]]", "--", "\n", "!", "é",
    }
    for _ = 1, 6000 do
      local words = {}
      for i = 1, random(8) do
        words[i] = PARTS[random(#PARTS)]
      end
      local text = table.concat(words, random(2) == 1 and " " or "")
      local ast, problem = expr.parse(text)
      if not ast then
        assert.is_string(problem.message)
        assert.is_true(problem.byte >= 1 and problem.length >= 1, text)
        assert.is_true(problem.byte <= math.max(#text, 1) + 1, text)
      elseif not text:find("@", 1, true) then
        assert.is_truthy(load("return " .. text, "=e", "t"), text)
      end
    end
  end)
end)
