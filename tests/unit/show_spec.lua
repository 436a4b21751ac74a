-- config:show: what it prints reads back to the same config, for random trees
-- and for single cases; the comments of --origin.

local helper = require "tests.helper"
local json = require "dkjson"
local outline = require "tests.outline"
local wick = require "wick"

local dir, random

local function load_text(name, text)
  return wick.load(helper.write(dir .. "/" .. name, text))
end

local function pick(list)
  return list[random(#list)]
end

-- A text as a double-quoted scalar in which everything odd is an escape: not
-- the way that show writes it.
local function quoted(text)
  local out = {}
  for _, code in utf8.codes(text) do
    local char = utf8.char(code)
    out[#out + 1] = char:match("^[%w ]$") or ("\\U%08X"):format(code)
  end
  return '"' .. table.concat(out) .. '"'
end

local TEXTS = {
  "", " ", "a", "a b", " a", "a ", "null", "Null", "~", "true", "True", "yes", "NO", "on", "off",
  "y", "n", "1", "-1", "010", "0x1F", "0o7", "1.5", "1e3", ".5", "1.", ".inf", "-.inf", ".nan",
  "1:30", "2001-01-01", "<<", "=", "-", "- a", "?", "? a", ":", "a: b", "a:", "a #b", "#", "# a",
  "&a", "*a", "!a", "|", ">", "%", "`", "'", '"', "'a'", '"a"', "\\", "\\n", "[", "]", "{", "}",
  "[a]", "{a: b}", ",", "a, b", "---", "...", "--- a", "@", "@a", "@@a", "%", "%a", "%%a", "$",
  "$$", "$ 1", "$a", "$$a", "${", "${a}", "a ${b}", "a $${b}", "$${a}", "$$${a}", "@${a}",
  "@@${a}", "$}", "???", "+k", "=k", "~k", "~?k", "_target_", "a\nb", "a\n", "\na",
  "a\n\nb\n\n", "a\n b\nc", " a\nb", "a \nb", "a\n\tb", "\ta\nb", "a\n#b\n", "a\n---\nb",
  "a\r\nb", "a\rb", "a\tb", "\t", "\n", "\n\n", "\0", "\1", "\27[31m", "\127", "\u{85}",
  "\u{A0}", "é", "日本", "😀", "\u{2028}", "a\u{2029}b\nc", "\u{FEFF}", "\u{200B}",
  "\u{202E}abc", "\u{FFFE}", "\u{10FFFF}", "\u{E000}", "a\n\u{85}b", ("x"):rep(200),
  ("long words "):rep(30), "a.b", "a[1]", "/a/b-c_d.e", "key with spaces", "end",
}

local NUMBERS = {
  "0", "1", "-1", "9223372036854775807", "-9223372036854775808", "0.0", "-0.0", "1.0", "0.1",
  "1e300", "1e16", "123456789012345680.0", "5e-324", "1.7976931348623157e308", "1e-7",
  "0.30000000000000004", ".inf", "-.inf", ".nan", "100000000000000000000.0",
}

local function float()
  local value
  repeat
    local low = (random(1 << 16) << 16 | random(1 << 16))
    value = ("d"):unpack(("I4I4"):pack(low, random(1 << 16) << 16 | random(1 << 16)))
  until value == value and math.abs(value) < math.huge
  local text = ("%.17g"):format(value)
  return text:find("[.e]") and text or text .. ".0"
end

local function text_of()
  if random(3) > 1 then
    return pick(TEXTS)
  end
  local out = {}
  for i = 1, random(6) do
    out[i] = pick(TEXTS)
  end
  return table.concat(out, pick { "", " ", "\n" })
end

-- A config as YAML flow, written in another hand than show's.  `plain`: what
-- JSON can say as well (keys are text); `given`: without `???`.
local function generate(plain, given)
  local value
  local function map(depth, lead)
    local made, seen = { lead }, {}
    for _ = 1, random(4) - 1 do
      local key
      if not plain and random(4) == 1 then
        key = pick { "0", "1", "2", "-5", "9223372036854775807" }
      else
        key = quoted(text_of() .. (plain and "k" or ""))
      end
      if not seen[key] and #key < 900 and not key:find("target") then
        seen[key] = true
        made[#made + 1] = key .. ": " .. value(depth - 1)
      end
    end
    return "{" .. table.concat(made, ", ") .. "}"
  end
  function value(depth)
    local dice = random(depth > 0 and 11 or 7)
    if dice <= 3 then
      return "!!str " .. quoted(text_of())
    elseif dice == 4 then
      return random(2) == 1 and pick(NUMBERS) or float()
    elseif dice == 5 then
      return pick { "null", "true", "false", "{}", "[]" }
    elseif dice == 6 then
      return pick { '"@thing"', '"@plain.x"', '"@list[2]"', '"$ (@thing).x"', '"@?nothing"',
        '"a ${@plain.x} b"', '"$ @plain.x"',
        given and '"late ${tostring((@thing).x)} ${@plain[\'odd-key\']}"'
        or '"late ${(@thing).x} ${@plain[\'odd-key\']}"',
        '"$ @?nothing or (@thing).x"', '"$ @list[2].x .. @plain[\\"odd-key\\"]"' }
    elseif dice == 7 then
      return given and "7" or '"???"'
    elseif dice <= 9 then
      local items = {}
      for i = 1, random(4) - 1 do
        items[i] = value(depth - 1)
      end
      return "[" .. table.concat(items, ", ") .. "]"
    elseif dice == 10 then
      return map(depth, "_target_: project.Thing")
    end
    return map(depth)
  end
  return ([[
thing: {_target_: project.Thing, x: 1}
plain: {x: 0.1, odd-key: 2}
list: ["@?nothing", {_target_: project.Thing, x: 2}, {_target_: project.Off, _disabled_: true}]
]] .. "config: " .. map(4) .. "\n")
end

describe("what show prints reads back", function()
  setup(function()
    dir = helper.temp()
  end)

  teardown(function()
    helper.remove(dir)
  end)

  before_each(function()
    local state = 7
    random = function(n) -- the same on every machine
      state = (state * 6364136223846793005 + 1442695040888963407)
      return (state >> 33) % n + 1
    end
  end)

  it("as YAML, for random trees: the same tree, the same text", function()
    for _ = 1, 400 do
      local source = generate(false)
      local config = assert(load_text("a.yaml", source))
      local text = assert(config:show())
      local again = assert(load_text("b.yaml", text))
      assert.equal(outline(config), outline(again))
      assert.equal(text, again:show())
      assert.is_nil(text:find("[%z\1-\8\11-\31\127]"), text)
    end
  end)

  it("as YAML as composed", function()
    for _ = 1, 200 do
      local config = assert(load_text("a.yaml", generate(false)))
      for _, options in ipairs { { after = "compose" }, { raw = true }, { after = "read" } } do
        local text = assert(config:show(options))
        local again = assert(load_text("b.yaml", text))
        assert.equal(outline(config), outline(again))
        assert.equal(text, again:show(options))
        assert.equal(config:show(), again:show())
      end
    end
  end)

  it("as JSON, which other programs read, too", function()
    for _ = 1, 300 do
      local config = assert(load_text("a.yaml", generate(true)))
      local text = assert(config:show { format = "json" })
      assert(json.decode(text))
      local again = assert(load_text("b.yaml", text))
      assert.equal(outline(config), outline(again))
      assert.equal(text, again:show { format = "json" })
      assert.equal(config:show(), again:show())
    end
  end)

  it("as Lua, where an empty list is an empty map", function()
    for _ = 1, 300 do
      local config = assert(load_text("a.yaml", generate(true, true)))
      local text = assert(config:show { format = "lua" })
      local again = assert(load_text("b.lua", text))
      assert.equal(outline(config, true), outline(again, true))
      assert.equal(text, again:show { format = "lua" })
    end
  end)

  it("or is refused with its place, when the format cannot say it", function()
    for source, formats in pairs {
      ["a: {1: x, 2: y}"] = { json = "the key `1` is a number", lua = "`a` is a map with" },
      ["a: {1: x, b: y}"] = { json = "the key `1` is a number" },
      ['a: "???"'] = { lua = "the value of `a` must be given" },
      ["thing: {_target_: project.X}\na: \"x${(@thing).y}\""] = { lua = "a Lua config joins" },
      ["thing: {_target_: project.X}\na: \"x${@thing:y() or 1}\""] = { lua = "a Lua config" },
      ["project: !!str \"${x\""] = { json = "JSON has no plain text" },
      ["? " .. ("k"):rep(2000) .. "\n: 1"] = { json = "a key of JSON is read as YAML" },
    } do
      local config = assert(load_text("a.yaml", source))
      for _, format in ipairs { "yaml", "json", "lua" } do
        local text, err = config:show { format = format }
        if formats[format] then
          assert.is_nil(text)
          assert.equal(formats[format], err.message:sub(1, #formats[format]))
          assert.truthy(err.marks[1].file)
          assert.truthy(err.helps[1])
        else
          assert(text, err)
        end
      end
    end
  end)

  it("in Lua, where the joined values are known", function()
    for splice, joined in pairs {
      ["@t"] = "(@t)", ["@b"] = "tostring(@b)", ["@i"] = "(@i)", ["@f"] = "(@f)",
      ["@odd"] = 'string.format("%.17g", @odd)', ["@l[2]"] = "(@l[1])", ["#@t"] = "(#@t)",
      ["1"] = "(1)",
      ["not @b"] = "tostring(not @b)", ["@i == 1"] = "tostring(@i == 1)", ["1.5"] = "(1.5)",
      ["@t .. 'x'"] = "(@t .. 'x')", ["string.format('%d', @i)"] = "(string.format('%d', @i))",
      ["env('NO_SUCH', 'x')"] = "(env('NO_SUCH', 'x'))", ["@t:upper()"] = "(@t:upper())",
      ["@t -- why"] = "(@t -- why\n)", ["tostring((@thing).y)"] = "(tostring((@thing).y))",
    } do
      local config = assert(load_text("a.yaml", ([[
thing: {_target_: project.Thing}
t: text
b: true
i: 1
f: 0.1
odd: 0.30000000000000004
l: ["@?nothing", 5]
a: "x${%s} ${tostring(@thing)}"
]]):format(splice)))
      local text = assert(config:show { key = "a", format = "lua" })
      local lua = '"x" .. ' .. joined .. ' .. " " .. (tostring(@thing))'
      assert.equal("return expr " .. ("%q"):format(lua):gsub("\\\n", "\\n") .. "\n", text)
      local whole = assert(config:show { format = "lua" })
      local again = assert(load_text("b.lua", whole))
      assert.equal(whole, again:show { format = "lua" })
    end
  end)

  it("with values that only an expression gives, as expressions", function()
    for written, shown in pairs {
      ["{_target_ = 'p.A', n = 1}"] = '"$ {_target_ = \\"p.A\\", n = 1}"',
      ["{a = {_target_ = 5}}"] = '\n  a: "$ {_target_ = 5}"',
      ["{_targt_ = 1.5}"] = '"$ {_targt_ = 1.5}"',
      ["{target = 'project.A'}"] = '"$ {target = \\"project.A\\"}"',
      ["{target = 'other.A'}"] = "\n  target: other.A",
      ["{['\\xFF'] = {true, {}}}"] = '"$ {[\\"\\\\xFF\\"] = {true, {}}}"',
      ["{_x_ = math.huge, _target_ = math.mininteger}"]
        = '"$ {_target_ = math.mininteger, _x_ = math.huge}"',
    } do
      written = written:gsub("\\", "\\\\")
      local config = assert(load_text("a.yaml", "a: \"$ " .. written .. '"\n'))
      for _, format in ipairs { "yaml", "json", "lua" } do
        local text = assert(config:show { format = format })
        if format == "yaml" then
          assert.equal("a:" .. (shown:sub(1, 1) == "\n" and "" or " ") .. shown .. "\n", text)
        end
        local again = assert(load_text("b." .. (format == "lua" and "lua" or "yaml"), text))
        assert.equal(outline(config), outline(again))
        assert.equal(0, #again.components)
      end
    end
  end)

  it("and the items of `run` do so too", function()
    local config = assert(load_text("a.yaml", [[
m: {a: null}
run: ["$ 1+1", "x${1}", "$ {a = {1}}", "$ 'x' == 'x'", "$ nil", "$ 1/3", "$ 0/0"]
]]))
    local text = assert(config:show { key = "run" })
    assert.equal([[
- "$ 2"
- "$ \"x1\""
- "$ {a = {1}}"
- "$ true"
- null
- "$ 0.3333333333333333"
- "$ 0/0"
]], text)
    for _, format in ipairs { "yaml", "json", "lua" } do
      local name = format == "lua" and "b.lua" or "b.yaml"
      local again = assert(load_text(name, assert(config:show { format = format })))
      assert.equal(outline(config), outline(again))
    end
    local _, err = (assert(load_text("a.yaml", 'm: [1, null]\nrun: ["$ @m"]\n'))):show()
    assert.equal("`run` takes no plain values, and this is one that an expression gave",
      err.message)
    assert.equal("run[1]", err.key)
  end)
end)
