-- wick.show.lua: a view -> lines of a Lua config.  A part of wick.show.
--
-- May call: show/form, show/expression, evaluate/splice, fail, tell.

local expression = require "wick.show.expression"
local fail = require "wick.fail"
local form = require "wick.show.form"
local tell = require "wick.tell"

local M = {}

local string_of, name_of = form.lua_string, expression.name

local INSTEAD = { "`--format=yaml` shows it" }

-- Text with `${…}` in it as an expression that joins its parts.
local function joined(view, id, written, texts, splices)
  if #splices == 1 and texts[1] == "" and texts[2] == "" then
    return "expr " .. string_of(splices[1].text)
  end
  local operands, out = expression.operands(view, id, written, splices), {}
  for i, text in ipairs(texts) do
    if text ~= "" then
      out[#out + 1] = string_of(text)
    end
    out[#out + 1] = operands and operands[i]
  end
  if #out == 1 then
    out[2] = '""' -- `..` makes a text of a number
  end
  return "expr " .. string_of(table.concat(out, " .. "))
end

-- A string with a sigil, as the word of a Lua config for it.
local function sigil(view, id, text)
  local written = text
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
  if not texts or text == written and text:match("^%$[^{$]") or text == "$" then
    view:refuse(id, { name = "ESIGIL", helps = INSTEAD,
      message = ("`%s` is no expression, and a Lua config would have it as a text"):format(
        tell.written(view.tree, id, text, 40)) })
    return ""
  elseif #splices == 0 then
    return string_of(texts[1])
  end
  return joined(view, id, written, texts, splices)
end

local function scalar(view, id)
  local kind, value = view:says(id)
  local bytes = kind == "text" and form.bytes(value)
  if kind == "sigil" or bytes then
    return sigil(view, id, bytes or value)
  elseif kind == "text" then
    return string_of(value)
  elseif kind == "missing" then
    local path = tell.path(view.tree, id)
    view:refuse(id, {
      name = "EMISSING",
      message = ("the value of `%s` must be given, and a Lua config cannot say so"):format(path),
      helps = { ("give it on the command line: `%s=…`"):format(path), INSTEAD[1] },
    })
  elseif kind == "int" or kind == "float" then
    return expression.number(value)
  elseif kind == "bool" then
    return tostring(value)
  elseif kind == "host" then
    return "null", ("a %s of the host program"):format(value)
  end
  return "null"
end

local OPERATORS = { ["+"] = "append(", ["="] = "replace(" }

-- What stands before the value of a map, and what is called with it: the word
-- for a key operator of a document that was only read; or the whole alone, for a
-- deletion.
local function lead_of(view, id)
  local key, plain = view:key(id)
  if type(key) == "string" and not utf8.len(key) then
    view:refuse_key(id)
  end
  local sign, name = tostring(key):match("^([+=~]%??)(.+)$")
  if view.after ~= "read" or not plain or not name then
    return name_of(key) .. " = ", ""
  end
  local operator = OPERATORS[sign:sub(1, 1)]
  name = operator and key:sub(2) or name
  if sign == "~?" then
    view:refuse(id, { name = "EOPERATOR", part = "key", helps = INSTEAD,
      message = ("a Lua config has no word for `%s`, which deletes a key only if it is there")
        :format(fail.quote(key, 40)) })
  elseif math.tointeger(tonumber(name)) and name:match("^[%dxXo+-]") then
    view:refuse(id, { name = "EOPERATOR", part = "key", helps = INSTEAD,
      message = ("a Lua config has no operators for keys that are numbers, as in `%s`"):format(
        fail.quote(key, 40)) })
  end
  return name_of(name) .. " = " .. (operator and "" or "delete"), operator
end

-- A component whose target comes first is written `target "NAME" { … }`.
local function target_of(view, children)
  local first = children[1]
  if first and view:key(first) == "_target_" then
    local kind, text = view:says(first)
    return kind == "text" and text or nil
  end
end

local DEEPEST = 190 -- Lua's own parser reads no deeper constructors

--- The lines of a node: {text, id, remark}; nil when the view has refused it.
function M.lines(view, top)
  local out = {}
  -- frames {children, next place, indent, list?, closing}
  local stack = {}
  local function add(id, lead, call, indent, ending)
    local kind = view:says(id)
    lead, ending = lead .. call, (call == "" and "" or ")") .. ending
    if kind ~= "map" and kind ~= "list" then
      local text, remark = scalar(view, id)
      out[#out + 1] = { text = indent .. lead .. (text or "") .. ending, id = id,
        remark = remark }
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
    if kind == "map" and not name and expression.is_listed(view, children) then
      view:refuse(id, { name = "EKEY", helps = INSTEAD, notes = { "Lua has one word for a list "
        .. "and for a map whose keys are 1 and up" },
        message = ("`%s` is a map with the keys of a list, which a Lua config would have as one")
          :format(tell.path(view.tree, id)) })
    elseif #stack >= DEEPEST then
      view:refuse(id, { name = "EDEPTH", helps = INSTEAD,
        message = ("a Lua config is nested at most %d levels deep"):format(DEEPEST) })
    end
    out[#out + 1] = { text = indent .. lead .. "{", id = id }
    stack[#stack + 1] = { children, from, indent .. "  ", kind == "list",
      indent .. "}" .. ending }
  end
  add(top, "return ", "", "", "")
  while #stack > 0 and not view.refused do
    local frame = stack[#stack]
    local id = frame[1][frame[2]]
    if id then
      frame[2] = frame[2] + 1
      local lead, call = "", ""
      if not frame[4] then
        lead, call = lead_of(view, id)
      end
      if call then
        add(id, lead, call, frame[3], ",")
      else
        out[#out + 1] = { text = frame[3] .. lead .. ",", id = id }
      end
    else
      stack[#stack] = nil
      out[#out + 1] = { text = frame[5] }
    end
  end
  return out
end

--- The sign of a comment.
M.comment = "--"

return M
