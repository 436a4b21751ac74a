-- wick.show.yaml: a view -> lines of block YAML.  A part of wick.show.
--
-- May call: show/form, fail, tell.

local fail = require "wick.fail"
local form = require "wick.show.form"
local tell = require "wick.tell"

local M = {}

-- Words that YAML 1.1 readers, or YAML 1.2, take for something else.
local WORDS = {}
for word in ("null true false yes no on off y n"):gmatch("%a+") do
  WORDS[word] = true
end

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r" }

--- A text in double quotes, of printable characters.
local function quoted(text)
  if not text:find("[^\32-\126\n\t]") then
    return '"' .. text:gsub('[\n\t"\\]', ESCAPES) .. '"'
  end
  local out = {}
  form.characters(text, function(char, code)
    if ESCAPES[char] then
      out[#out + 1] = ESCAPES[char]
    elseif code < 0x20 or code == 0x7F then
      out[#out + 1] = ("\\x%02X"):format(code)
    elseif form.is_deceiving(code) then
      out[#out + 1] = code > 0xFFFF and ("\\U%08X"):format(code) or ("\\u%04X"):format(code)
    else
      out[#out + 1] = char
    end
  end)
  return '"' .. table.concat(out) .. '"'
end

-- A text as a YAML scalar of one line, quoted when it would be read as another
-- type.
local function text_of(text)
  if text:match("^[%a_/][%w_/.,+ -]*$") and not text:match(" $") and not text:match("  ")
    and not WORDS[text:lower()] then
    return text
  end
  return quoted(text)
end

-- A text of several lines as a literal block, when a block can hold it: its
-- header and its lines.
local function block(text, indent)
  if not text:find("\n", 1, true) or text:find("[%z\1-\8\11-\31\127]")
    or text:match("^[ \n\t]") or text:match("[ \t]\n") or text:match("[ \t]$") then
    return nil
  end
  local deceives = false
  if text:find("[\128-\255]") then
    form.characters(text, function(_, code)
      deceives = deceives or form.is_deceiving(code)
    end)
  end
  local body, ends = text:match("^(.-)(\n*)$")
  if deceives or body == "" then
    return nil
  end
  local lines = {}
  for line in (body .. "\n"):gmatch("(.-)\n") do
    lines[#lines + 1] = line == "" and "" or indent .. line
  end
  for _ = 2, #ends do
    lines[#lines + 1] = ""
  end
  return ends == "" and "|-" or ends == "\n" and "|" or "|+", lines
end

-- What stands behind `key:`, the lines below it, a remark.
local function scalar(view, id, indent)
  local kind, value = view:says(id)
  if kind == "text" then
    local bytes = form.bytes(value)
    if bytes then
      return quoted(bytes)
    end
    if value == "???" then
      return '!!str "???"'
    end
    local text = form.doubled(value)
    if text ~= value and (view.after ~= "evaluate" or view:is_project(id)) then
      return "!!str " .. quoted(value) -- so it was written, or might have been
    end
    local header, lines = block(text, indent)
    if header then
      return header, lines
    end
    return text_of(text)
  elseif kind == "sigil" then
    return quoted(value)
  elseif kind == "missing" then
    return "???"
  elseif kind == "int" or kind == "float" then
    return tell.number(value)
  elseif kind == "bool" then
    return tostring(value)
  elseif view.after == "read" and view.tree:is(view:node(id), "empty") then
    return ""
  elseif kind == "host" then
    return "null", nil, ("a %s of the host program"):format(value)
  end
  return "null"
end

-- Whether a key operator with its name reads back without quotes: it has some
-- sign before it already.
local function is_plain(key)
  local deceives = key:find("[%z\1-\31\127]") ~= nil
  form.characters(key, function(_, code)
    deceives = deceives or form.is_deceiving(code)
  end)
  return not deceives and not key:find(": ", 1, true) and not key:find(" #", 1, true)
    and not key:find("[: ]$") and key:lower() ~= "+.inf" -- which are floats, as `+1.5`
    and not (key:match("^%+%.?%d") and math.type(tonumber(key)) == "float")
end

-- A key; operators of a document that was only read stay plain.
local function key_of(view, id)
  local key, plain = view:key(id)
  if math.type(key) == "integer" then
    return ("%d"):format(key)
  elseif not utf8.len(key) then
    return view:refuse_key(id)
  elseif view.after == "read" and plain and key:match("^[+=~]%??.") then
    if is_plain(key) then
      return key
    end
    view:refuse(id, { name = "EKEY", part = "key",
      message = ("`%s` is a key operator only without quotes, and YAML needs them for this name")
        :format(fail.quote(key, 40)),
      helps = { "`--format=lua` shows it" } })
    return nil
  elseif key:match("^[%a_][%w_-]*$") and not WORDS[key:lower()] then
    return key
  end
  return quoted(key)
end

--- The lines of a node: {text, below (lines of a block), id, remark}; nil when the
--- view has refused it.
function M.lines(view, top)
  local out = {}
  local kind = view:says(top)
  local children = (kind == "map" or kind == "list") and view:children(top)
  if not children or #children == 0 then
    local text, below, remark = kind == "map" and "{}" or "[]", nil, nil
    if not children then
      text, below, remark = scalar(view, top, "  ")
    end
    return { { text = text, below = below, id = top, remark = remark } }
  end
  -- frames {children, next place, indent, list?, text before the first line}
  local stack = { { children, 1, "", kind == "list", "" } }
  while #stack > 0 do
    local frame = stack[#stack]
    local id = frame[1][frame[2]]
    if not id then
      stack[#stack] = nil
    else
      local head = frame[2] == 1 and frame[5] ~= "" and frame[5] or frame[3]
      frame[2] = frame[2] + 1
      local below = frame[3] .. "  "
      local lead = "-"
      if not frame[4] then
        local key = key_of(view, id)
        if not key then
          return nil
        end
        lead = key .. ":"
        if #key > 1000 then -- longer than YAML's simple keys may be
          out[#out + 1] = { text = head .. "? " .. key, id = id }
          head, lead = frame[3], ":"
        end
      end
      kind = view:says(id)
      children = (kind == "map" or kind == "list") and view:children(id)
      if not children then
        local text, lines, remark = scalar(view, id, below)
        out[#out + 1] = { text = head .. lead .. (text == "" and "" or " " .. text),
          below = lines, id = id, remark = remark }
      elseif #children == 0 then
        out[#out + 1] = { text = head .. lead .. (kind == "map" and " {}" or " []"), id = id }
      elseif frame[4] or lead == ":" then -- `- key: value`, `- - item`
        stack[#stack + 1] = { children, 1, below, kind == "list", head .. lead .. " " }
      else
        out[#out + 1] = { text = head .. lead, id = id }
        stack[#stack + 1] = { children, 1, below, kind == "list", "" }
      end
    end
  end
  return out
end

--- The sign of a comment.
M.comment = "#"

return M
