-- wick.show.json: a view -> a value for wick.json.  A part of wick.show.
--
-- May call: show/form, json, tell.
--
-- JSON is YAML too: what is printed reads back to the same config, so sigils
-- are doubled here as well, and what JSON has no number for is an expression.

local form = require "wick.show.form"
local json = require "wick.json"

local M = {}

local ODD = { [".inf"] = "$ math.huge", ["-.inf"] = "$ -math.huge", [".nan"] = "$ 0/0" }

local function scalar(view, id)
  local kind, value = view:says(id)
  if kind == "text" then
    return form.bytes(value) or value == "???" and "$ '???'" or form.doubled(value)
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

--- The value of a node; or nil and a node whose key JSON cannot say: one that
--- is no Unicode, or the same text as another (1 and "1").
function M.value(view, top)
  local kind = view:says(top)
  if kind ~= "map" and kind ~= "list" then
    return scalar(view, top)
  end
  -- frames {id, children, next place, list?, items or pairs, keys}
  local function frame(id, of)
    return { id, view:children(id), 1, of == "list", {}, {} }
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
      local key = tostring((view:key(id)))
      if not utf8.len(key) or open[6][key] then
        return nil, id
      end
      open[6][key] = true
      open[5][#open[5] + 1] = { key, value }
    end
  end
end

return M
