-- The rows of the attack catalogue about what runs, with expressions instead of
-- Lua configs: {number, title, YAML, code = what comes of it, says = a text that
-- the message must hold}.  The YAML is a text or a function that gives one.
--
-- None may take longer than budget.lua allows; sizes are such that each took
-- much longer before it was counted, or must go on to be quick.

local READ = "would read more than 256 MiB"

local function long(name, unit, n, rest)
  return ("%s: \"$ ('%s'):rep(%d)%s\"\n"):format(name, unit, n, rest or "")
end

-- c: the text n times, and what ends it
local function often(n, text, last)
  return "c: \"$ " .. text:rep(n) .. last .. "\"\n"
end

-- c: a text, n times over, in keys of its own
local function keys(n, format)
  local list = {}
  for i = 1, n do
    list[i] = format:format(i)
  end
  return table.concat(list)
end

local function numbers(n, step, format)
  local list = {}
  for i = 1, n do
    list[i] = format:format(i * step)
  end
  return table.concat(list, ",")
end

return {
  { 111, "order of zero bytes", function()
    return long("s", "\\\\0", 1000000) .. "a: \"$ @s .. 'a'\"\nb: \"$ @s .. 'b'\"\n"
      .. often(90000, "@a > @b or ", "1")
  end, code = "EBUDGET", says = READ },
  { 111, "order of strings that are long", function()
    return long("a", "x", 1000000, " .. 'a'") .. long("b", "x", 1000000, " .. 'b'")
      .. often(90000, "@a > @b or ", "1")
  end, code = "EBUDGET", says = READ },
  { 111, "order of strings that are not", function()
    return long("a", "x", 200, " .. 'a'") .. long("b", "x", 200, " .. 'b'")
      .. often(50000, "@a > @b or ", "1")
  end, code = "OK" },
  { 111, "equality of long strings", function()
    return long("a", "x", 5000000, " .. 'a'") .. "b: \"$ @a:sub(1, 100) .. @a:sub(101)\"\n"
      .. often(80000, "@a ~= @b or ", "1")
  end, code = "EBUDGET", says = READ },
  { 111, "a long numeral that is added", function()
    return long("s", " ", 10000000, " .. 1") .. often(90000, "@s + ", "1")
  end, code = "EBUDGET", says = READ },
  { 111, "a numeral that is not so long, and is added", function()
    return long("s", " ", 10000, " .. 1") .. often(90000, "@s + ", "1")
  end, code = "EBUDGET", says = READ },
  { 111, "a long numeral that is negated", function()
    return long("s", " ", 1000000, " .. 1") .. often(90000, "- @s + ", "1")
  end, code = "EBUDGET", says = READ },
  { 111, "a long numeral for tonumber", function()
    return long("s", " ", 1000000, " .. 1") .. often(50000, "tonumber(@s) + ", "1")
  end, code = "EBUDGET", says = READ },
  { 111, "a long numeral for tonumber with a base", function()
    return long("s", " ", 1000000, " .. 1") .. often(50000, "tonumber(@s, 10) + ", "1")
  end, code = "EBUDGET", says = READ },
  { 111, "a long numeral for select", function()
    return long("s", " ", 1000000, " .. 1") .. often(50000, "select(@s, 1) + ", "1")
  end, code = "EBUDGET", says = READ },
  { 111, "a long numeral for math.max", function()
    return long("s", " ", 1000000, " .. 1") .. often(50000, "math.max(@s) + ", "1")
  end, code = "EBUDGET", says = READ },
  { 111, "a long numeral for sub", function()
    return long("s", " ", 1000000, " .. 1") .. often(50000, "#('x'):sub(@s) + ", "1")
  end, code = "EBUDGET", says = READ },
  { 111, "a long numeral for rep", function()
    return long("s", " ", 1000000, " .. 1") .. often(50000, "#('x'):rep(@s) + ", "1")
  end, code = "EBUDGET", says = READ },
  { 111, "a long numeral for format", function()
    return long("s", " ", 1000000, " .. 1") .. often(40000, "#('%d'):format(@s) + ", "1")
  end, code = "EBUDGET", says = READ },
  { 111, "a long text that one expression names often", function()
    return long("s", "x", 30000000) .. often(90000, "#@s + ", "1")
  end, code = "OK" },
  { 111, "a long text that many expressions name", function()
    return long("s", "x", 30000000) .. keys(20000, "a%d: \"$ #@s\"\n")
  end, code = "EBUDGET", says = READ },
  { 111, "a list of long texts that is named often", function()
    return long("s", "x", 1000000) .. "l: [" .. ("'@s', "):rep(20) .. "]\n"
      .. often(40000, "#@l + ", "1")
  end, code = "EBUDGET", says = READ },
  { 111, "upper and lower of what alternates",
    "s: \"$ #('aB'):rep(9000000):upper()\"\nt: \"$ #('aB'):rep(6000000):lower()\"\n",
    code = "OK" },
  { 113, "a format of percent signs", "s: \"$ #string.format(('%%'):rep(16000000))\"\n",
    code = "EBUDGET", says = READ },
  { 111, "the path of a long name", "s: \"$ #file(('a/'):rep(10000000))\"\n", code = "OK" },
  { 111, "a variable of a long name", function()
    return long("s", "a/", 10000000) .. often(30000, "#env(@s, '') + ", "1")
  end, code = "EBUDGET", says = READ },
  { 111, "integers that fall on one chain of the hash", function()
    return "c: \"$ #{" .. numbers(60000, 65535, "[%d]=1") .. "}\"\n"
  end, code = "EBUDGET", says = READ },
  { 111, "integers that do so in a map that is named", function()
    return "m: {" .. numbers(60000, 65535, "%d: 1") .. "}\nc: \"$ #@m\"\n"
  end, code = "EBUDGET", says = READ },
  { 111, "5,000 integers that do not", function()
    return "m: {" .. numbers(5000, 1237, "%d: 1") .. "}\nc: \"$ #@m\"\nd: \"$ #{"
      .. numbers(5000, 1237, "[%d]=1") .. "}\"\n"
  end, code = "OK" },
  { 104, "a chain of 100,000 operators", function()
    return often(100000, "1 + ", "1")
  end, code = "OK" },
  { 104, "very many brackets of long texts", function()
    return often(200000, "[=[ ", "1")
  end, code = "EEXPR" },
  { 104, "copies that double 40 times", function()
    local list = { "a0: {x: 1}\n" }
    for i = 1, 40 do
      list[i + 1] = ("a%d: {l: \"%%a%d\", r: \"%%a%d\"}\n"):format(i, i - 1, i - 1)
    end
    return table.concat(list)
  end, code = "ELIMIT", says = "more than 1000000 nodes" },
  { 104, "thousands of copies behind the one that there is no room for", function()
    return "a: [" .. ("1, "):rep(299999) .. "1]\n" .. keys(3000, "b%d: \"%%a\"\n")
  end, code = "ELIMIT", says = "more than 1000000 nodes" },
}
