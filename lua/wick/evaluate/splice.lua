-- wick.evaluate.splice: text with expressions in it.  A part of wick.evaluate.
--
-- May call: the tree.

local mathtype, tostring, type = math.type, tostring, type
local getmetatable, rawget = debug.getmetatable, rawget
local ipairs, concat, format = ipairs, table.concat, string.format

local M = {}

-- The byte of the `}` that closes a splice whose expression begins at byte `at`;
-- nil when there is none.  Braces in strings and inner tables do not count.
local function closing(text, at)
  local depth = 0
  while at <= #text do
    local char = text:sub(at, at)
    if char == "'" or char == '"' then
      local stop = at + 1
      while stop <= #text and text:sub(stop, stop) ~= char do
        stop = stop + (text:sub(stop, stop) == "\\" and 2 or 1)
      end
      at = stop
    elseif char == "[" and text:match("^%[=*%[", at) then
      local level = text:match("^%[(=*)%[", at)
      local _, stop = text:find("]" .. level .. "]", at, true)
      at = stop or #text
    elseif char == "{" then
      depth = depth + 1
    elseif char == "}" then
      if depth == 0 then
        return at
      end
      depth = depth - 1
    end
    at = at + 1
  end
end

--- The parts of a text: texts (n + 1 of them) and splices {text, at}, n of them,
--- `at` being the bytes before the expression.  `$${` is the text `${`.  Or nil
--- and the byte of a `${` that is never closed.
function M.parts(text)
  local texts, splices, plain, at = {}, {}, {}, 1
  while true do
    local from = text:find("${", at, true)
    if not from then
      break
    elseif from > 1 and text:sub(from - 1, from - 1) == "$" and from - 1 >= at then
      plain[#plain + 1] = text:sub(at, from - 2) .. "${"
      at = from + 2
    else
      local stop = closing(text, from + 2)
      if not stop then
        return nil, from
      end
      plain[#plain + 1] = text:sub(at, from - 1)
      texts[#texts + 1] = concat(plain)
      plain = {}
      splices[#splices + 1] = { text = text:sub(from + 2, stop - 1), at = from + 1 }
      at = stop + 1
    end
  end
  plain[#plain + 1] = text:sub(at)
  texts[#texts + 1] = concat(plain)
  return texts, splices
end

-- The text of a value in a text; nil when it has none, or nil and an error.
local function text_of(tree, id, value)
  local kind = mathtype(value)
  if kind == "integer" or type(value) == "boolean" then
    return tostring(value)
  elseif kind == "float" then -- the shortest that reads back as the same
    local node, err = tree:grow(nil, nil, "float", value, nil, id)
    return node and tree:text(node), err
  elseif type(value) == "string" then
    return value
  end
  return nil
end

-- Why a value is no text, what it is, and what helps.
local function textless(value)
  local meta = getmetatable(value)
  if value == nil then
    return "null has no text", "this is null", "give another value: `${… or ''}`"
  elseif type(value) == "function" then
    return "a function has no text", "this is a function", "call it: `${…()}`"
  elseif type(meta) == "table" and rawget(meta, "__tostring") then
    return "an object has no text of its own", "this is an object", "call `tostring(…)`"
  end
  local word = (type(value) ~= "table" or meta) and "an object" or "a table"
  return word .. " has no text", "this is " .. word, "splice one of its fields"
end

--- One text of the texts and the values of a node's splices, charged to the
--- budget; or nil and a problem {byte, length, message, …} at the node's text.
function M.join(tree, id, item, values, budget)
  local out, size = { item.texts[1] }, #item.texts[1]
  for i, expression in ipairs(item.exprs) do
    local text, problem = text_of(tree, id, values[i])
    if not text then
      if problem then
        return nil, problem
      end
      local why, label, help = textless(values[i])
      return nil, { byte = expression.base + 1, length = #expression.ast.text,
        message = format("%s, so it cannot be spliced into a text", why),
        label = label, helps = { help } }
    end
    out[#out + 1] = text
    out[#out + 1] = item.texts[i + 1]
    size = size + #text + #item.texts[i + 1]
  end
  if size > budget.bytes then
    return nil, { name = "EBUDGET", byte = 1, length = #tree:text(id),
      message = format("evaluating this config would produce more than %d bytes",
        budget.limits["value.bytes"]),
      label = format("%d bytes here, and %d left", size, budget.bytes),
      notes = { "the limit `value.bytes` counts every string that expressions make" },
      helps = { "make long texts in a constructor, or raise the limit: --limit value.bytes=N" } }
  end
  budget.bytes = budget.bytes - size
  return concat(out)
end

return M
