-- wick.show.json: a view -> a value for wick.json.  A part of wick.show.
--
-- May call: show/form, json, fail.
--
-- JSON is YAML too: what is printed reads back to the same config, so sigils
-- are doubled here as well, and what JSON has no number for is an expression.

local fail = require "wick.fail"
local form = require "wick.show.form"
local json = require "wick.json"

local M = {}

local INSTEAD = { "`--format=yaml` shows it" }

local ODD = { [".inf"] = "$ math.huge", ["-.inf"] = "$ -math.huge", [".nan"] = "$ 0/0" }

local function scalar(view, id)
  local kind, value = view:says(id)
  if kind == "text" then
    local doubled = form.doubled(value)
    if view:is_project(id) and (doubled ~= value or value == "???") then
      -- a plain text, without a sigil
      if value:find("${", 1, true) then
        view:refuse(id, { name = "EVALUE", helps = INSTEAD,
          message = "JSON has no plain text for a folder of this name: `${` begins an expression" })
      end
      return "./" .. value
    end
    return form.bytes(value) or value == "???" and "$ '???'" or doubled
  elseif kind == "sigil" then
    return value
  elseif kind == "missing" then
    return "???"
  elseif kind == "int" or kind == "float" then
    local number = json.number(value)
    return ODD[number] or number
  elseif kind == "bool" then
    return value
  end
  return json.null
end

local LONGEST = 1000 -- of a key that YAML reads

-- A key of an object; nil when JSON has none that reads back to it.
local function key_of(view, id)
  local key, plain = view:key(id)
  local message
  if type(key) ~= "string" then
    message = ("the key `%d` is a number, and all keys of JSON are texts"):format(key)
  elseif not utf8.len(key) then
    return view:refuse_key(id)
  elseif #key > LONGEST then
    message = ("a key of JSON is read as YAML, which has none longer than %d bytes"):format(LONGEST)
  elseif view.after == "read" and plain and key:match("^[+=~]%??.") then
    message = ("`%s` is a key operator only without quotes, and JSON has them around all keys")
      :format(fail.quote(key, 40))
  else
    return key
  end
  view:refuse(id, { name = "EKEY", message = message, helps = INSTEAD, part = "key" })
end

--- The value of a node.
function M.value(view, top)
  local kind = view:says(top)
  if kind ~= "map" and kind ~= "list" then
    return scalar(view, top)
  end
  -- frames {id, children, next place, list?, items or pairs}
  local function frame(id, of)
    return { id, view:children(id), 1, of == "list", {} }
  end
  local stack, value = { frame(top, kind) }, nil
  while true do
    local open = stack[#stack]
    local id = open[2][open[3]]
    if id then
      open[3] = open[3] + 1
      kind = view:says(id)
      if kind == "map" or kind == "list" then
        stack[#stack + 1] = frame(id, kind)
        id = nil
      else
        value = scalar(view, id)
      end
    else
      value = open[4] and json.list(open[5]) or json.object(open[5])
      id = open[1]
      stack[#stack] = nil
      open = stack[#stack]
      if not open then
        return value
      end
    end
    if id and open[4] then
      open[5][#open[5] + 1] = value
    elseif id then
      local key = key_of(view, id)
      if not key then
        return nil
      end
      open[5][#open[5] + 1] = { key, value }
    end
  end
end

return M
