-- wick.tell: a value and its place in a few words, for what people read.
--
-- Ground floor.  May call: the tree (and changes nothing), core, fail.

local core = require "wick.core"
local fail = require "wick.fail"

local M = {}

--- A number in its shortest exact form; a float stays a float.
M.number = core.number

--- Whether a value under this key is not to be shown in messages.
function M.is_secret(key)
  return core.secret(tostring(key))
end

M.HIDDEN = fail.hidden

-- Whether what is written at a node is a secret: by its key, or that of the lists
-- it is in.
local function is_private(tree, at)
  local key = tree:key(at)
  while math.type(key) == "integer" do
    at = tree:up(at)
    key = at and tree:key(at)
  end
  return key ~= nil and M.is_secret(key)
end

--- Whether the text at a node is a secret.  `slot` is the place of a node that
--- stood there before.
function M.is_hidden(tree, id, slot)
  return tree:kind(id) == "string" and not tree:is(id, "sigil") and is_private(tree, slot or id)
end

--- What is written at a node, or a part of it, fit for a message.
function M.written(tree, id, text, max)
  return is_private(tree, id) and M.HIDDEN or fail.quote(text, max)
end

--- A text for a message in the quotes that YAML needs around it.
function M.quoted(text, max)
  if not text:find("[\"\\]") then
    return '"' .. fail.quote(text, max) .. '"'
  elseif not text:find("['%c]") then
    return "'" .. fail.quote(text, max) .. "'"
  end
  return '"' .. fail.quote(text:gsub("[\"\\]", "\\%0"), max) .. '"'
end

--- The same for what is written at a node, or a part of it, behind a sign.
function M.written_quoted(tree, id, sign, text, max)
  return is_private(tree, id) and '"' .. sign .. fail.hidden .. '"' or M.quoted(sign .. text, max)
end

local COUNTED = { map = "{%d %s}", list = "[%d %s]" }

--- The value of a node in a few words, at most `max` (60) characters: text in
--- quotes, a map or list by its size.  Text under a key that names a secret is
--- hidden; `slot` is the place of a node that stood there before.
function M.node(tree, id, max, slot)
  local kind = tree:kind(id)
  if kind == "string" then
    if M.is_hidden(tree, id, slot) then
      return M.HIDDEN
    end
    return '"' .. fail.quote(tree:text(id), max) .. '"'
  elseif kind == "int" or kind == "float" then
    return M.number(tree:value(id))
  elseif kind == "bool" then
    return tostring(tree:value(id))
  elseif COUNTED[kind] then
    local count = 0
    for _, child in ipairs(tree:children(id)) do
      count = count + (tree:kind(child) == "none" and 0 or 1)
    end
    local word = kind == "map" and "key" or "item"
    return count == 0 and (kind == "map" and "{}" or "[]")
      or COUNTED[kind]:format(count, count == 1 and word or word .. "s")
  elseif kind == "object" or kind == "late" then
    local before = tree:previous(id)
    if before and tree:kind(before) == "string" then
      return '"' .. fail.quote(tree:text(before), max) .. '"'
    end
    return "an object"
  elseif kind == "host" then
    return "a value of the host program"
  end
  return "null"
end

-- A key of a table in a few words.
local function key_of(key)
  return type(key) == "string" and key:match("^[%a_][%w_-]*$") and key
    or type(key) == "string" and '"' .. fail.quote(key) .. '"' or ("%d"):format(key)
end

local function before(a, b)
  return math.type(a) and (not math.type(b) or a < b) or not math.type(b) and a < b
end

-- The first keys of a table, sorted, as many as may have room; and whether it is a
-- list.  What has no room costs no more than being looked at.
local function first_keys(value, max)
  local keys, count = {}, 0
  for _ in next, value do
    count = count + 1
  end
  local is_list = count > 0 and count == #value
  local most = max // 3 + 1 -- `1, ` is the least that takes room
  if is_list then
    for i = 1, math.min(count, most) do
      keys[i] = i
    end
  elseif count <= most then
    for name in next, value do
      keys[#keys + 1] = name
    end
    table.sort(keys, before)
  else
    for name in next, value do
      if #keys < most or before(name, keys[most]) then
        local at = math.min(#keys + 1, most)
        while at > 1 and before(name, keys[at - 1]) do
          keys[at] = keys[at - 1]
          at = at - 1
        end
        keys[at] = name
      end
    end
  end
  return keys, is_list
end

--- A Lua value in a few words, at most `max` (60) characters: maps as `{a: 1}`,
--- keys sorted.  Text under a key that names a secret is hidden.
function M.value(value, max, key)
  local kind = type(value)
  if value == core.null then
    return "null"
  elseif kind == "string" then
    return key ~= nil and M.is_secret(key) and M.HIDDEN or '"' .. fail.quote(value, max) .. '"'
  elseif kind == "number" then
    return M.number(value)
  elseif kind ~= "table" then
    return kind == "boolean" and tostring(value) or "a " .. kind
  elseif getmetatable(value) ~= nil then
    return '"' .. fail.quote(tostring(value), max) .. '"' -- a reference or expression
  end
  local out, count = {}, 0
  local keys, is_list = first_keys(value, max or 60)
  for i, name in ipairs(keys) do
    local text = M.value(value[name], max, is_list and key or name)
    out[i] = is_list and text or key_of(name) .. ": " .. text
    count = count + utf8.len(out[i]) + 2
    if count > (max or 60) then
      out[i] = "…"
      break
    end
  end
  return (is_list and "[%s]" or "{%s}"):format(table.concat(out, ", "))
end

--- Where a mark is: `train.yaml:12:7`, `argv[3]`; without its column when
--- `short`.
function M.place(mark, short)
  if mark.argv then
    return ("argv[%d]"):format(mark.argv)
  elseif mark.host then
    return "host"
  elseif mark.env then
    return "env " .. fail.quote(mark.env)
  elseif not mark.file then
    return "wick"
  end
  return ("%s:%d%s"):format(fail.quote(mark.file, 200), mark.line or 1,
    short and "" or ":" .. (mark.column or 1))
end

--- A text padded with blanks to a width in characters.
function M.pad(text, width)
  return text .. (" "):rep(math.max(0, width - (utf8.len(text) or #text)))
end

local KEYWORDS = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or
  repeat return then true until while]]):gmatch "%a+" do
  KEYWORDS[word] = true
end

--- Does Lua take this text for a name?
function M.is_name(text)
  return text:find("^[%a_][%w_]*$") ~= nil and not KEYWORDS[text]
end

--- A key path as text.
function M.path(tree, id)
  return core.keytext(tree:segments(id))
end

return M
