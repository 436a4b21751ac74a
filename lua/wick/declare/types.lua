-- wick.declare.types: the notation of types, as LuaCATS comments and the
-- statements of plugins have it.  A part of wick.declare.
--
-- May call: nothing.
--
-- A type is a table with its `kind`:
--
--   any                 whatever it is, or whatever could not be understood
--   integer number string boolean table nil function
--   object              a userdata or a coroutine, which no config can spell
--   class    name       an object, or anything
--   literal  value      that very text, number or boolean
--   list     of         T[]
--   map      keys, values              table<K, V>
--   fields   list, by, rest, first, last   { a: T, b?: T, [K]: V }
--   union    of         the alternatives, none of them a union
--
-- A field is {name, type, said (how the type is written), optional, doc, first, last},
-- from the first byte of the name to the last of the type; `rest` has what stands
-- for the keys that are not named: {keys, values}.
--
-- A type ends where the grammar does, and at the end of its line at the latest.
-- Each byte is looked at a few times whatever the text is; nesting and size are
-- limited.

local find, format, match, sub = string.find, string.format, string.match, string.sub
local concat, tonumber, tostring, type = table.concat, tonumber, tostring, type
local math_type = math.type

local M = {}

local DEPTH = 32 -- of brackets in a type
local PARTS = 500 -- of which a type is made

local ANY = { kind = "any" }
local NIL = { kind = "nil" }

M.any = ANY

local BASE = {
  any = ANY, unknown = ANY, ["nil"] = NIL,
  integer = { kind = "integer" }, number = { kind = "number" },
  string = { kind = "string" }, boolean = { kind = "boolean" },
  table = { kind = "table" }, ["function"] = { kind = "function" },
  userdata = { kind = "object" }, lightuserdata = { kind = "object" },
  thread = { kind = "object" },
  ["true"] = { kind = "literal", value = true },
  ["false"] = { kind = "literal", value = false },
}

-- A parser: text, at (the byte it stands at), depth, left (parts).
local union

-- Moves behind blanks and `word`, if it comes next; `word` is a pattern.
local function accept(p, word)
  local _, last = find(p.text, "^[ \t]*" .. word, p.at)
  if last then
    p.at = last + 1
  end
  return last ~= nil
end

-- Moves behind the parenthesis that closes the one that was just passed.
local function skip_parentheses(p)
  local open = 1
  while open > 0 do
    local at = find(p.text, "[()\n\r]", p.at)
    local c = at and sub(p.text, at, at)
    if c == "(" then
      open = open + 1
    elseif c == ")" then
      open = open - 1
    else
      return false
    end
    p.at = at + 1
  end
  return true
end

-- fun(...): R, behind its `fun`.
local function signature(p)
  if not accept(p, "%(") or not skip_parentheses(p) then
    return nil
  end
  if accept(p, ":") then
    if accept(p, "%(") then
      return skip_parentheses(p) and BASE["function"] or nil
    elseif not union(p) then
      return nil
    end
  end
  return BASE["function"]
end

-- The types between `<` and `>`; nil when they are not such.
local function arguments(p)
  local list = {}
  repeat
    local one = union(p)
    if not one then
      return nil
    end
    list[#list + 1] = one
  until not accept(p, ",")
  return accept(p, ">") and list or nil
end

local function named(p, name)
  if name == "fun" and find(p.text, "^[ \t]*%(", p.at) then
    return signature(p)
  end
  local base = BASE[name]
  if find(p.text, "^<", p.at) then
    p.at = p.at + 1
    local list = arguments(p)
    if not list then
      return nil
    elseif name == "table" and #list == 2 then
      return { kind = "map", keys = list[1], values = list[2] }
    end
  end
  return base or { kind = "class", name = name }
end

-- Adds a field to a type of kind `fields`; the last of a name counts.
local function add(fields, field)
  local place = fields.by[field.name]
  if place then
    fields.list[place] = field
  else
    fields.list[#fields.list + 1] = field
    fields.by[field.name] = #fields.list
  end
end

-- { a: T, b?: T, [K]: V }, behind its brace.
local function fields_of(p, first)
  local fields = M.fields(first)
  while not accept(p, "}") do
    accept(p, "")
    local from, last, name, optional = find(p.text, "^([%a_\128-\255][%w_\128-\255]*)(%??)", p.at)
    if from then
      p.at = last + 1
    else
      local quoted
      from, last, quoted, name = find(p.text, "^%[([\"'])([^\"'\n\r]*)%1%]", p.at)
      if quoted then
        p.at = last + 1
        optional = accept(p, "%?") and "?" or ""
      elseif not accept(p, "%[") then
        return nil
      end
    end
    local keys
    if not from then
      keys = union(p)
      if not keys or not accept(p, "%]") then
        return nil
      end
    end
    if not accept(p, ":") then
      return nil
    end
    accept(p, "")
    local at = p.at
    local of = union(p)
    if not of then
      return nil
    elseif keys then
      fields.rest[#fields.rest + 1] = { keys = keys, values = of }
    else
      add(fields, { name = name, type = of, optional = optional == "?", doc = "",
        said = sub(p.text, at, p.at - 1), first = from, last = p.at - 1 })
    end
    if not accept(p, "[,;]") and not find(p.text, "^[ \t]*}", p.at) then
      return nil
    end
  end
  fields.last = p.at - 1
  return fields
end

-- What no suffix stands behind yet.
local function primary(p)
  accept(p, "")
  local text, at = p.text, p.at
  local name = match(text, "^[%a_\128-\255][%w_.*\128-\255-]*", at)
  if name then
    p.at = at + #name
    return named(p, name)
  end
  local c = sub(text, at, at)
  p.at = at + 1
  if c == "(" then
    local inner = union(p)
    return inner and accept(p, "%)") and inner or nil
  elseif c == "{" then
    return fields_of(p, at)
  elseif c == '"' or c == "'" then
    local value = match(text, c == '"' and '^([^"\\\n\r]*)"' or "^([^'\\\n\r]*)'", at + 1)
    if value then
      p.at = at + #value + 2
      return { kind = "literal", value = value }
    end
  elseif c == "`" then
    local _, last = find(text, "^[%w_.]+`", at + 1)
    p.at = (last or at) + 1
    return last and ANY or nil
  elseif find(c, "[-%d]") then
    local number = match(text, "^%-?%d[%w.]*", at)
    p.at = at + #(number or c)
    number = number and tonumber(number)
    return number and { kind = "literal", value = number } or nil
  end
  return nil
end

-- The alternatives of a type, added to a list.
local function spread(list, one)
  if one.kind == "union" then
    for i = 1, #one.of do
      list[#list + 1] = one.of[i]
    end
  else
    list[#list + 1] = one
  end
end

-- One type of them all; whatever fits one of them fits it.
local function join(list)
  if #list == 1 then
    return list[1]
  end
  for i = 1, #list do
    if list[i].kind == "any" then
      return ANY
    end
  end
  return { kind = "union", of = list }
end

local function suffixed(p)
  local one = primary(p)
  while one do
    if find(p.text, "^%[%]", p.at) then
      p.at = p.at + 2
      one = { kind = "list", of = one }
    elseif find(p.text, "^%?", p.at) then
      p.at = p.at + 1
      local list = {}
      spread(list, one)
      list[#list + 1] = NIL
      one = join(list)
    else
      return one
    end
    p.left = p.left - 1
    if p.left < 0 then
      return nil
    end
  end
end

-- `T|U`; nil when it is not understood.
function union(p)
  local list = {}
  p.depth, p.left = p.depth + 1, p.left - 1
  repeat
    if p.depth > DEPTH or p.left < 0 then
      return nil
    end
    local one = suffixed(p)
    if not one then
      return nil
    end
    p.left = p.left - 1
    spread(list, one)
  until not accept(p, "|")
  p.depth = p.depth - 1
  return join(list)
end

--- A type of kind `fields` without any.
---@param first integer  the byte where it is written
function M.fields(first)
  return { kind = "fields", list = {}, by = {}, rest = {}, first = first, last = first }
end

M.add = add

--- The type that is written at byte `at` of a text: it, and the byte behind it.
--- nil when it cannot be understood.
---@param text string
---@param at integer
---@return table? type
---@return integer? stop
function M.parse(text, at)
  local p = { text = text, at = at, depth = 0, left = PARTS }
  local one = union(p)
  if one then
    return one, p.at
  end
end

--- Whether nil fits a type, so that what has it need not be given.
---@param of table
---@return boolean
function M.takes_nil(of)
  if of.kind == "union" then
    for i = 1, #of.of do
      if of.of[i].kind == "nil" then
        return true
      end
    end
  end
  return of.kind == "any" or of.kind == "nil"
end

--- Whether everything fits a type.
---@param of table
---@return boolean
function M.takes_all(of)
  if of.kind == "union" then
    for i = 1, #of.of do
      if of.of[i].kind == "class" then
        return true
      end
    end
  end
  return of.kind == "any" or of.kind == "class"
end

local WORDS = {
  integer = "an integer", number = "a number", string = "a string", boolean = "a boolean",
  table = "a table", ["nil"] = "null", ["function"] = "a function", object = "an object",
  list = "a list", map = "a map", fields = "a map",
}

--- A value of a type as it is written.
---@param value string|number|boolean
---@return string
function M.value(value)
  if type(value) == "string" then
    return '"' .. value .. '"'
  elseif type(value) == "boolean" then
    return tostring(value)
  end
  return format(math_type(value) == "integer" and "%d" or "%.14g", value)
end

-- One alternative in words.
local function say(of)
  if of.kind == "literal" then
    return M.value(of.value)
  end
  local words = WORDS[of.kind]
  if of.kind == "list" and WORDS[of.of.kind] and of.of.kind ~= "nil" then
    return words .. " of " .. match(WORDS[of.of.kind], " (.*)$") .. "s"
  end
  return words or "anything"
end

--- A type in words that follow "must be".
---@param of table
---@return string
function M.say(of)
  if of.kind ~= "union" then
    return say(of)
  end
  local list, has = {}, {}
  for i = 1, #of.of do
    local words = say(of.of[i])
    if of.of[i].kind ~= "nil" and not has[words] then
      has[words] = true
      list[#list + 1] = words
    end
  end
  if #list > 8 then
    list = { list[1], list[2], list[3], list[4], list[5], list[6], list[7],
      #list - 7 .. " others" }
  end
  local last = list[#list]
  list[#list] = nil
  return #list == 0 and last or concat(list, ", ") .. " or " .. last
end

return M
