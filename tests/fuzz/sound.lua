-- sound: what fuzz scripts ask of errors and values, whatever came in.

local M = {}

-- What a terminal would obey or could not show (a tab is shown).
local function unfit(text)
  return text:find("[\0-\8\11-\31\127]") or not utf8.len(text) and "no UTF-8"
end

--- A text that people see, or nil where it may be missing.
function M.text(text, what, optional)
  if text == nil and optional then
    return
  end
  assert(type(text) == "string", what .. " is no text")
  local at = unfit(text)
  assert(not at, ("%s cannot be shown: %q"):format(what, text))
end

--- An error of wick: its fields are there, and all of it can be printed.
function M.error(err)
  assert(type(err) == "table" and err.code, "not an error: " .. tostring(err))
  assert(err.code:match("^W%d%d%d%d$") and err.code ~= "W9999", err.code)
  assert(err.errors[1] == err and #err.message > 0)
  for _, one in ipairs(err.errors) do
    M.text(one.message, "the headline")
    assert(math.type(one.status) == "integer" and one.status > 0)
    for _, mark in ipairs(one.marks) do
      M.text(mark.label, "a label")
      assert(mark.host or mark.line >= 1 and mark.column >= 1 and mark.length >= 0)
    end
    for _, field in ipairs { "notes", "helps" } do
      for _, line in ipairs(one[field]) do
        M.text(line, field)
      end
    end
  end
  M.text(tostring(err), "the report")
end

--- A problem of an expression: its place lies in the text.
function M.problem(problem, text)
  assert(type(problem) == "table", "not a problem: " .. tostring(problem))
  M.text(problem.message, "the message")
  M.text(problem.label, "the label", true)
  for _, field in ipairs { "notes", "helps" } do
    for _, line in ipairs(problem[field] or {}) do
      M.text(line, field)
    end
  end
  local length = problem.length or 1
  assert(problem.byte >= 1 and problem.byte <= #text + 1, "the place of: " .. problem.message)
  assert(length >= 0 and problem.byte + length <= #text + 2, "the length of: " .. problem.message)
end

-- A value as text, addresses left out; fails on what a config cannot hold.
local function written(value, out, depth, seen)
  local kind = type(value)
  if kind == "table" then
    assert(depth < 300 and not seen[value], "a circle")
    seen[value] = true
    local keys = {}
    for key in pairs(value) do
      keys[#keys + 1] = key
    end
    table.sort(keys, function(a, b)
      local x, y = math.type(a) or type(a), math.type(b) or type(b)
      if x ~= y then
        return x < y
      end
      return x ~= "boolean" and a < b or x == "boolean" and not a and b
    end)
    out[#out + 1] = "{"
    for _, key in ipairs(keys) do
      out[#out + 1] = ("%s(%s)="):format(math.type(key) or type(key), tostring(key))
      written(value[key], out, depth + 1, seen)
    end
    out[#out + 1] = "}"
    seen[value] = nil
  elseif kind == "function" or kind == "userdata" then
    out[#out + 1] = kind
  else
    out[#out + 1] = ("%s(%s)"):format(math.type(value) or kind, tostring(value))
  end
end

--- A value as text: the same for the same value.
function M.written(value)
  local out = {}
  written(value, out, 0, {})
  return table.concat(out, " ")
end

return M
