-- locale: a host program in a locale whose decimals have a comma; numbers are
-- read, made, printed and told of as in any other (attack row 157).
--
-- The locale is made with localedef in a folder of the test.

local helper = require "tests.helper"

-- Says what many things give, in the locale of its argument.
local SCRIPT = [==[
local wick = require "wick"
local locale, path = arg[1], arg[2]
local function say(...)
  print(table.unpack({ ... }, 1, select("#", ...)))
end
if os.setlocale(locale) ~= locale then
  print("no such locale")
  os.exit(77)
end
io.stderr:write(("%.1f"):format(0.5), "\n")
local config = assert(wick.load(path, { "a.b=2.5", "a.c=[1.5, .5, 1e-3]", "a.d=1,5" }))
say((config:show()))
local float = config:get "a.b"
say(math.type(float), float == 2.5, config:get "sum" == 4.0, config:get "text" == "x1.5")
say(table.unpack(config:get "order"))
say(config:get "spliced", config:get "shown", config:get "format", config:get "read" == 3.0)
for _, words in ipairs { { "a.b=1e999" }, { "x=$ 1.5 + nil" }, { "x=$ ('x'):rep(1.5)" },
  { "x=$ 1.5 & 1" }, { "list[1.5]=1" },
  { "x=$ '1,5' + 1" }, { "x=$ math.floor('1,5')" } } do
  local ok, err = wick.load(path, words)
  say(ok, tostring(err))
end
say(assert(wick.load((path:gsub("yaml$", "lua")))):show())
say(assert(wick.load { f = 0.1, g = 1e300, h = -0.0, i = 3.0 }):show())
]==]

local CONFIG = [[
a: {b: 0.5, c: [], d: x, e: 1.25e3, f: "1.5", g: 1,5}
x: 0
list: [1]
sum: "$ @a.b + 1.5"
text: "$ 'x' .. 1.5"
spliced: "r${1 / 2}-${@a.e}"
shown: "$ tostring(2.5)"
format: "$ ('%.2f %g %s'):format(1.5, 0.25, 2.5)"
read: "$ tonumber('1.5') * 2"
comma: "$ {tonumber('1,5') == nil, tonumber('1.5e1') == 15, '0x1p4' + 0 == 16, '1.5' * 2 == 3}"
order: "$ {'a' < 'B', 'a' <= 'B', 'B' > 'a', '\u00e4' < 'z', 'ab' < 'abc', 'b' <= 'b'}"
case: "$ 'Stra\u00dfe\u00e4I'"
cases: "$ @case:upper() .. @case:lower()"
]]

local LUA = [[
return { joined = 1.5 .. '', shown = tostring(2.5), format = ('%.2f'):format(0.25),
  read = { tonumber('1.5'), tonumber('1,5') == nil }, upper = ('Stra\u{DF}e'):upper(),
  order = { 'a' < 'B', '\u{E4}' < 'z', 'ab' < 'abc' } }
]]

describe("row 157:", function()
  it("a comma in decimals changes nothing", function()
    local dir = helper.temp()
    finally(function()
      helper.remove(dir)
    end)
    local status, _, problem = helper.run({ "localedef", "-i", "de_DE", "-f", "UTF-8",
      dir .. "/de_DE.UTF-8" })
    if status ~= 0 then
      return pending("localedef makes no locale here: " .. problem:gsub("%s+", " "))
    end
    helper.write(dir .. "/script.lua", SCRIPT)
    helper.write(dir .. "/c.yaml", CONFIG)
    helper.write(dir .. "/c.lua", LUA)
    local env = { LOCPATH = dir, LUA_PATH = "lua/?.lua;lua/?/init.lua;;",
      LUA_CPATH = helper.build .. "/lua/?.so;;" }
    local said, decimals = {}, {}
    for _, locale in ipairs { "C", "de_DE.UTF-8" } do
      status, said[locale], decimals[locale] = helper.run(
        { helper.host, dir .. "/script.lua", locale, dir .. "/c.yaml" }, { env = env })
      assert.equal(0, status, said[locale] .. decimals[locale])
    end
    assert.equal("0.5\n", decimals["C"])
    assert.equal("0,5\n", decimals["de_DE.UTF-8"]) -- the locale does what it should
    assert.equal(said["C"], said["de_DE.UTF-8"])
  end)
end)
