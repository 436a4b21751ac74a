-- wick.show.lua: a view -> lines of a Lua config.  A part of wick.show.
--
-- May call: show/form, evaluate/splice, tell.

local form = require "wick.show.form"
local tell = require "wick.tell"

local M = {}

local KEYWORDS = {}
for word in ("and break do else elseif end false for function goto if in local nil not or "
  .. "repeat return then true until while"):gmatch("%a+") do
  KEYWORDS[word] = true
end

local string_of = form.lua_string

-- Text with `${…}` in it as an expression that joins its parts.
local function joined(texts, splices)
  local out = {}
  for i, text in ipairs(texts) do
    if text ~= "" then
      out[#out + 1] = string_of(text)
    end
    if splices[i] then
      out[#out + 1] = "(" .. splices[i].text .. ")"
    end
  end
  return "expr " .. string_of(#out == 1 and splices[1].text or table.concat(out, " .. "))
end

-- A string with a sigil, as the word of a Lua config for it.
local function sigil(text)
  local first, second = text:sub(1, 1), text:sub(2, 2)
  if first == "@" and second ~= "@" then
    return "ref " .. string_of(text:sub(2))
  elseif first == "%" and second ~= "%" then
    return "copy " .. string_of(text:sub(2))
  elseif first == "$" and second:find("%s") then
    return "expr " .. string_of(text:sub(3))
  elseif (first == "@" or first == "%" or first == "$" and text:sub(3, 3) ~= "{")
    and first == second then
    text = text:sub(2)
  end
  local texts, splices = require "wick.evaluate.splice".parts(text)
  if not texts then
    return string_of(text) -- a `${` that is never closed
  elseif #splices == 0 then
    return string_of(texts[1])
  end
  return joined(texts, splices)
end

local ODD = { [".inf"] = "math.huge", ["-.inf"] = "-math.huge", [".nan"] = "0/0" }

local function scalar(view, id)
  local kind, value = view:says(id)
  if kind == "text" then
    return string_of(value)
  elseif kind == "sigil" then
    return sigil(value)
  elseif kind == "missing" then
    return nil -- a Lua config has no word for it
  elseif kind == "int" or kind == "float" then
    local number = tell.number(value)
    return value == math.mininteger and kind == "int" and "math.mininteger"
      or ODD[number] or number
  elseif kind == "bool" then
    return tostring(value)
  elseif kind == "host" then
    return "null", ("a %s of the host program"):format(value)
  end
  return "null"
end

local function name_of(key)
  if math.type(key) == "integer" then
    return key == math.mininteger and "[math.mininteger]" or ("[%d]"):format(key)
  elseif key:match("^[%a_][%w_]*$") and not KEYWORDS[key] then
    return key
  end
  return "[" .. string_of(key) .. "]"
end

local OPERATORS = { ["+"] = "append(", ["="] = "replace(" }

-- What stands before the value of a map, and what is called with it: the word
-- for a key operator of a document that was only read; or the whole and a
-- remark, for a deletion.
local function lead_of(view, id)
  local key, plain = view:key(id)
  local sign, name = tostring(key):match("^([+=~]%??)(.+)$")
  if view.after ~= "read" or not plain or not name then
    return name_of(key) .. " = ", ""
  elseif OPERATORS[sign:sub(1, 1)] then
    return name_of(key:sub(2)) .. " = ", OPERATORS[sign:sub(1, 1)]
  end
  return name_of(name) .. " = delete", nil, sign == "~?" and "if it is there" or nil
end

-- A component whose target comes first is written `target "NAME" { … }`.
local function target_of(view, children)
  local first = children[1]
  if first and view:key(first) == "_target_" then
    local kind, text = view:says(first)
    return kind == "text" and text or nil
  end
end

-- Whether a table of these keys is read as a list although it is a map.
local function looks_listed(view, children)
  local seen = {}
  for _, id in ipairs(children) do
    seen[view:key(id)] = true
  end
  for i = 1, #children do
    if not seen[i] then
      return false
    end
  end
  return true
end

--- The lines of a node: {text, id, remark}; or nil and a node that must be given
--- (`???`).
function M.lines(view, top)
  local out = {}
  -- frames {children, next place, indent, list?, closing}
  local stack, missing = {}, nil
  local function add(id, lead, call, indent, ending)
    local kind = view:says(id)
    lead, ending = lead .. call, (call == "" and "" or ")") .. ending
    if kind ~= "map" and kind ~= "list" then
      local text, remark = scalar(view, id)
      if not text then
        missing = missing or id
        return
      end
      out[#out + 1] = { text = indent .. lead .. text .. ending, id = id, remark = remark }
      return
    end
    local children, from = view:children(id), 1
    local name = kind == "map" and target_of(view, children)
    if name then
      lead, from = lead .. "target " .. string_of(name) .. " ", 2
    end
    if from > #children then
      out[#out + 1] = { text = indent .. lead .. "{}" .. ending, id = id }
      return
    end
    out[#out + 1] = { text = indent .. lead .. "{", id = id, remark = kind == "map" and not name
      and looks_listed(view, children) and "a map, which Lua reads as a list" or nil }
    stack[#stack + 1] = { children, from, indent .. "  ", kind == "list",
      indent .. "}" .. ending }
  end
  add(top, "return ", "", "", "")
  while #stack > 0 do
    local frame = stack[#stack]
    local id = frame[1][frame[2]]
    if id then
      frame[2] = frame[2] + 1
      local lead, call, remark = "", "", nil
      if not frame[4] then
        lead, call, remark = lead_of(view, id)
      end
      if call then
        add(id, lead, call, frame[3], ",")
      else
        out[#out + 1] = { text = frame[3] .. lead .. ",", id = id, remark = remark }
      end
    else
      stack[#stack] = nil
      out[#out + 1] = { text = frame[5] }
    end
  end
  if missing then
    return nil, missing
  end
  return out
end

--- The sign of a comment.
M.comment = "--"

return M
