-- The same configuration in YAML and in Lua gives the same tree, the same show
-- and the same objects: random configs, written both ways.
--
-- A failure tells its seed; WICK_SEED=N runs the same configs again, WICK_ROUNDS
-- says how many.

local helper = require "tests.helper"
local wick = require "wick"
local core = require "wick.core"

local seed = tonumber(os.getenv "WICK_SEED") or os.time()
local rounds = tonumber(os.getenv "WICK_ROUNDS") or 150

--
-- Random configs.  A value is {kind, ...}: map {{key, value}...}, list {value...},
-- null, bool, int, float, text, ref, copy, expr, target {name, map}; in a layer
-- also append, replace {value}, delete.
--

local random

local TEXTS = { "", "x", "two words", "@at", "@@at", "%copy", "$5", "$ 1 + 1", "a ${b} c",
  "a $${b}", "???", "true", "null", "~", "010", "1e3", "0x10", ".inf", "yes", "- item",
  "key: value", "# no",
  "[a]", "{a: b}", "tab\there", "line\nbreak", "\n", " lead", "trail ", "quote\"s'", "back\\slash",
  "Ünïcödé 漢字", "<<", "=", "nul\0byte", "\u{85}\u{2028}", ("long "):rep(60), "'", "!tag", "&a *b" }
local KEYS = { "a", "lr", "hidden size", "Ünï", "true", "null", "1", "1.5", "<<", "+plus", "=is",
  "~not", "", "a.b", "a-b", "[x]", "end", "nil", "nul\0", "@k", "$k", "???", "é\n", "_x", "__y__z" }

local function pick(list)
  return list[random(#list)]
end

local function key()
  local n = random(10)
  if n <= 6 then
    return ("k%d"):format(random(40))
  elseif n <= 9 then
    return pick(KEYS)
  end
  -- without 1: a map with the one key 1 is a list in Lua
  return random(0, 1) == 1 and random(2, 12) * (random(2) * 2 - 3)
    or pick { math.maxinteger, -math.maxinteger, 0 }
end

local function float()
  return pick { 0.1, -0.0, 1e300, 5e-324, 1 / 3, math.huge, -math.huge, 0 / 0, 1e15, 100.0,
    random(1000000) / 7, -random(1000) / 8 }
end

local value

local function map(depth, most)
  local entries, seen = {}, {}
  for _ = 1, random(0, most or 5) do
    local k = key()
    if not seen[k] then
      seen[k] = true
      entries[#entries + 1] = { k, value(depth - 1) }
    end
  end
  return { "map", entries }
end

function value(depth)
  local n = random(depth > 0 and 16 or 11)
  if n <= 3 then
    return { "text", pick(TEXTS) }
  elseif n == 4 then
    return { "int", pick { 0, -1, random(1000), math.maxinteger, math.mininteger, -random(1000) } }
  elseif n == 5 then
    return { "float", float() }
  elseif n == 6 then
    return { "bool", random(0, 1) == 1 }
  elseif n == 7 then
    return { "null" }
  elseif n == 8 then
    return { "ref", pick { "num", "txt", "shared.list", "shared", "?nowhere", "shared.list[2]" } }
  elseif n == 9 then
    return { "copy", pick { "num", "shared", "shared.list", "?nowhere" } }
  elseif n == 10 then
    return { "expr", pick { "@num * 2", "@txt .. '!'", "#@shared.list", "nil", "{ 1, @num }",
      "'a' .. \"b\"", "@num > 3 and 'more' or 'less'" } }
  elseif n == 11 then
    return { "text", ("text %d"):format(random(100)) }
  elseif n <= 13 then
    return map(depth)
  elseif n == 14 then
    return { "target", pick { "exp.models.echo", "project.models.Echo" }, map(depth) }
  end
  local list = {}
  for i = 1, random(0, 5) do
    list[i] = value(depth - 1)
  end
  return #list > 0 and { "list", list } or { "map", {} }
end

local function config()
  local top = map(4, 8)
  local shared = { "map", {
    { "list", { "list", { { "int", 1 }, { "text", "@two" }, { "null" } } } },
    { "deep", map(2) },
  } }
  -- what is copied and referred to holds none of that itself
  local function plain(v)
    if v[1] == "ref" or v[1] == "copy" or v[1] == "expr" or v[1] == "target" then
      v[1], v[2], v[3] = "bool", true, nil
    elseif v[1] == "map" then
      for _, entry in ipairs(v[2]) do
        plain(entry[2])
      end
    elseif v[1] == "list" then
      for _, item in ipairs(v[2]) do
        plain(item)
      end
    end
  end
  plain(shared)
  for _, entry in ipairs { { "shared", shared }, { "num", { "int", random(9) } },
    { "txt", { "text", "t" } } } do
    table.insert(top[2], random(#top[2] + 1), entry)
  end
  return top
end

-- A layer over a config: other values, and key operators, for some of its keys.
local function layer(top)
  local entries = {}
  for _, entry in ipairs(top[2]) do
    local k, v = entry[1], entry[2]
    local n = random(8)
    if type(k) ~= "string" or not k:match("^k%d+$") then
      n = 8 -- an operator stands before a plain key; and what is referred to stays
    end
    if n == 1 and v[1] == "list" then
      entries[#entries + 1] = { k, { "append", pick { { "list", { value(1) } }, { "int", 5 } } } }
    elseif n == 2 then
      entries[#entries + 1] = { k, { "replace", value(2) } }
    elseif n == 3 then
      entries[#entries + 1] = { k, { "delete" } }
    elseif n == 4 and v[1] == "map" and #v[2] > 0 then
      entries[#entries + 1] = { k, { "map", { { "new " .. random(9), value(1) } } } }
    end
  end
  entries[#entries + 1] = { "fresh", value(2) }
  return { "map", entries }
end

--
-- Writing them
--

local function reads_as_sigil(text)
  return text:match("^[@%%$]") ~= nil or text:find("${", 1, true) ~= nil or text == "???"
end

local function yaml_text(text)
  return '"' .. text:gsub('[%c"\\]', function(c)
    return ("\\x%02x"):format(c:byte())
  end):gsub("\u{85}", "\\N"):gsub("\u{2028}", "\\L") .. '"'
end

local function number(v)
  if v ~= v then
    return ".nan"
  elseif v == math.huge or v == -math.huge then
    return v > 0 and ".inf" or "-.inf"
  end
  local text = ("%.17g"):format(v)
  return text:find("[.e]") and text or text .. ".0"
end

local SIGN = { append = "+", replace = "=", delete = "~" }

local function yaml_key(k, v)
  if math.type(k) == "integer" then
    return ("%d"):format(k)
  elseif SIGN[v[1]] then
    return SIGN[v[1]] .. k
  end
  return yaml_text(k)
end

local yaml

local function yaml_map(entries, first)
  local out = { first }
  for _, entry in ipairs(entries) do
    out[#out + 1] = yaml_key(entry[1], entry[2]) .. ": " .. yaml(entry[2])
  end
  return "{" .. table.concat(out, ", ") .. "}"
end

function yaml(v)
  local kind, x = v[1], v[2]
  if kind == "map" then
    return yaml_map(x)
  elseif kind == "target" then
    return yaml_map(v[3][2], '"_target_": ' .. x)
  elseif kind == "list" then
    local out = {}
    for i, item in ipairs(x) do
      out[i] = yaml(item)
    end
    return "[" .. table.concat(out, ", ") .. "]"
  elseif kind == "text" then
    return (reads_as_sigil(x) and "!!str " or "") .. yaml_text(x)
  elseif kind == "int" then
    return ("%d"):format(x)
  elseif kind == "float" then
    return number(x)
  elseif kind == "ref" then
    return yaml_text("@" .. x)
  elseif kind == "copy" then
    return yaml_text("%" .. x)
  elseif kind == "expr" then
    return yaml_text("$ " .. x)
  elseif kind == "append" or kind == "replace" then
    return yaml(x)
  end
  return kind == "bool" and tostring(x) or kind == "null" and "null" or ""
end

local WORDS = {}
for word in ("and break do else elseif end false for function goto if in local nil not or repeat "
  .. "return then true until while"):gmatch("%a+") do
  WORDS[word] = true
end

local function lua_key(k)
  if math.type(k) == "integer" then
    return ("[%d]"):format(k)
  elseif k:match("^[%a_][%w_]*$") and not WORDS[k] and random(3) > 1 then
    return k
  end
  return ("[%q]"):format(k)
end

local lua

local function lua_map(entries)
  local out = {}
  for i, entry in ipairs(entries) do
    out[i] = lua_key(entry[1]) .. " = " .. lua(entry[2])
  end
  return "{ " .. table.concat(out, random(2) == 1 and "; " or ",\n") .. " }"
end

function lua(v)
  local kind, x = v[1], v[2]
  if kind == "map" then
    return lua_map(x)
  elseif kind == "target" then
    return ("target %q %s"):format(x, lua_map(v[3][2]))
  elseif kind == "list" then
    local out = {}
    for i, item in ipairs(x) do
      out[i] = lua(item)
    end
    return "{ " .. table.concat(out, ", ") .. " }"
  elseif kind == "text" then
    return ("%q"):format(x)
  elseif kind == "int" then
    return x == math.mininteger and "math.mininteger" or ("%d"):format(x)
  elseif kind == "float" then
    return x ~= x and "0/0" or x == math.huge and "math.huge" or x == -math.huge and "-math.huge"
      or number(x)
  elseif kind == "ref" or kind == "copy" or kind == "expr" then
    return (random(2) == 1 and "%s %q" or "%s(%q)"):format(kind, x)
  elseif kind == "append" or kind == "replace" then
    return ("%s(%s)"):format(kind, lua(x))
  elseif kind == "bool" then
    return tostring(x)
  end
  return kind
end

--
-- Comparing them
--

-- A tree as text: each node with its key, kind, value and what it means.
local function dump(tree, id, indent, out)
  local k, plain = tree:key(id)
  local kind = tree:kind(id)
  local inner = kind == "map" or kind == "list"
  local text = not inner and kind ~= "null" and (kind == "string" and tree:text(id)
    or kind == "float" and ("%a"):format((tree:value(id))) or tostring((tree:value(id)))) or ""
  out[#out + 1] = ("%s%s%s %s %q%s%s%s"):format(indent, math.type(k) or "",
    k == nil and "" or ("%q"):format(k), kind, text,
    kind == "string" and tree:is(id, "sigil") and " sigil" or "",
    kind == "string" and tree:is(id, "tagged") and " tagged" or "",
    kind == "map" and tree:is(id, "component") and " component" or "")
  if plain and type(k) == "string" and k:match("^[+=~]") then
    out[#out] = out[#out] .. " operator"
  end
  for _, child in ipairs(inner and tree:children(id) or {}) do
    dump(tree, child, indent .. "  ", out)
  end
  return out
end

local function tree_of(path, source, language)
  local tree = core.tree {}
  local top, err
  if language == "lua" then
    top, err = tree:lua(path, source)
  else
    top, err = tree:read(path, source, "map")
  end
  assert(top, err and tostring(err))
  return table.concat(dump(tree, top, "", {}), "\n")
end

-- Objects and values as text, with sorted keys.
local function print_value(v, out, seen)
  if v == wick.null then
    out[#out + 1] = "null"
  elseif type(v) ~= "table" then
    out[#out + 1] = math.type(v) == "float" and ("%a"):format(v) or ("%s %q"):format(type(v), v)
  elseif seen[v] then
    out[#out + 1] = "the same"
  else
    seen[v] = true
    local keys = {}
    for k in pairs(v) do
      keys[#keys + 1] = k
    end
    table.sort(keys, function(a, b)
      return type(a) == type(b) and a < b or type(a) ~= type(b) and type(a) < type(b)
    end)
    out[#out + 1] = "{"
    for _, k in ipairs(keys) do
      out[#out + 1] = ("%s %q ="):format(type(k), k)
      print_value(v[k], out, seen)
    end
    out[#out + 1] = "}"
  end
  return out
end

-- What comes of documents: show and objects, or the codes of what went wrong.
local function outcome(paths, dir)
  local config_, err = wick.load(paths, nil, { project = dir .. "/exp" })
  local codes = {}
  if config_ then
    local shown = config_:show()
    local object, wrong = config_:build()
    if object then
      config_:close()
      return "ok", shown, table.concat(print_value(object, {}, {}), "\n")
    end
    err = wrong
    config_:close()
  end
  for i, one in ipairs(err.errors) do
    codes[i] = one.code .. " " .. tostring(one.key)
  end
  return "failed", table.concat(codes, "\n"), nil
end

describe("a config in YAML and in Lua", function()
  local dir
  setup(function()
    dir = helper.temp()
    helper.write(dir .. "/exp/models.lua", [[
      local M = {}
      function M.echo(options) return { options = options } end
      M.Echo = { new = function(options) return { options = options, echo = true } end }
      return M
    ]])
  end)
  teardown(function()
    helper.remove(dir)
  end)

  it(("is the same tree, shown the same, and makes the same objects (WICK_SEED=%d)"):format(seed),
    function()
      local fine = 0
      for round = 1, rounds do
        local state = (seed + round * 7919) % 0x7FFFFFFF
        random = function(low, high) -- a generator of its own: the seed is all there is
          state = (state * 48271 + 11) % 0x7FFFFFFF
          if not high then
            low, high = 1, low
          end
          return low + state // 7 % (high - low + 1)
        end
        local base = config()
        local over = layer(base)
        local documents = { yaml = { yaml(base), yaml(over) },
          lua = { "return " .. lua(base), "return " .. lua(over) } }
        local where = ("WICK_SEED=%d, round %d\n%s\n%s"):format(seed, round,
          table.concat(documents.yaml, "\n"), table.concat(documents.lua, "\n"))
        local found = {}
        for language, texts in pairs(documents) do
          local paths = {}
          for i, text in ipairs(texts) do
            paths[i] = helper.write(("%s/%d.%s"):format(dir, i, language), text)
          end
          found[language] = {
            tree_of("base", texts[1], language), tree_of("over", texts[2], language),
            outcome({ paths[1] }, dir),
          }
          local n = #found[language]
          found[language].n = n
          table.move({ outcome(paths, dir) }, 1, 3, n + 1, found[language])
        end
        for i = 1, math.max(#found.yaml, #found.lua) do
          if found.yaml[i] ~= found.lua[i] then
            assert.equal(found.yaml[i], found.lua[i], where)
          end
        end
        fine = fine + (found.yaml[3] == "ok" and 1 or 0)
      end
      assert.is_true(fine > rounds // 2, fine .. " of " .. rounds .. " configs are without error")
    end)
end)
