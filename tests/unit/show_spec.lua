-- config:show: what it prints reads back to the same config, for random trees
-- and for single cases; the comments of --origin.

local helper = require "tests.helper"
local json = require "dkjson"
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
        '"a ${@plain.x} b"', '"$ @plain.x"', '"late ${(@thing).x} ${@plain[\'odd-key\']}"',
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

-- The key path of a node, items counted as far as they are there.
local function place_of(tree, id)
  local out, up = {}, tree:up(id)
  while up do
    local key = tree:key(id)
    for i, child in ipairs(tree:kind(up) == "list" and tree:children(up) or {}) do
      key = child == id and i or key
    end
    table.insert(out, 1, ("%q"):format(key))
    id, up = up, tree:up(up)
  end
  return table.concat(out, " ")
end

-- A tree as lines: place, kind and text of each node, in order.
local function outline(config)
  local tree, out = config.tree, {}
  local function add(id)
    local kind = tree:kind(id)
    local line = place_of(tree, id) .. " " .. kind
    if kind == "object" then
      line = line .. " " .. place_of(tree, tree:object(id))
    elseif kind == "late" then
      for _, expression in ipairs(config.late[id].exprs) do
        for _, target in pairs(expression.targets) do
          line = line .. " " .. place_of(tree, target)
        end
      end
    elseif kind == "float" then
      line = line .. (" %q"):format(tree:value(id))
    elseif kind ~= "map" and kind ~= "list" then
      line = line .. (" %q"):format(tree:text(id))
    end
    if kind == "string" and tree:text(id) == "???" then
      line = line .. tostring(tree:is(id, "tagged"))
    end
    out[#out + 1] = line
    for _, child in ipairs(tree:children(id)) do
      add(child)
    end
  end
  add(config.top)
  return table.concat(out, "\n")
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

  -- A Lua config has no order of its own here, and `{}` is an empty list as well.
  it("as Lua", function()
    local function values(config)
      local lines = {}
      for line in (outline(config) .. "\n"):gmatch("(.-)\n") do
        lines[#lines + 1] = line:gsub(" list$", " map")
      end
      table.sort(lines)
      return table.concat(lines, "\n")
    end
    for _ = 1, 300 do
      local config = assert(load_text("a.yaml", generate(true, true)))
      local text = assert(config:show { format = "lua" })
      local again = assert(load_text("b.lua", text))
      assert.equal(values(config), values(again))
      assert.equal(text, again:show { format = "lua" })
    end
  end)
end)
