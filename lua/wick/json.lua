-- wick.json: values with an order -> JSON, by dkjson; errors as JSON.
--
-- Ground floor.  May call: core, fail, tell.  dkjson is looked for when it is
-- needed: what `wick run` does has no use for it.
--
-- dkjson writes numbers as `tostring` does (14 digits), knows no order, and
-- takes `{n = 3}` for a list, so what is handed to it says all that itself.

local core = require "wick.core"
local fail = require "wick.fail"
local tell = require "wick.tell"

local M = {}

--- JSON's null, for a list or an object.
M.null = setmetatable({}, {
  __tojson = function()
    return "null"
  end,
})

local List = { __jsontype = "array" }

-- What is already written as JSON.
local Literal = {
  __tojson = function(literal)
    return literal[1]
  end,
}

--- An object of `{key, value}` pairs, in their order; a nil value is left out.
--- Keys are strings, and each is there once.
function M.object(pairs)
  local object, order = {}, {}
  for _, pair in ipairs(pairs) do
    local value = pair[2]
    if value ~= nil then
      order[#order + 1] = pair[1]
      object[pair[1]] = type(value) == "number" and M.number(value) or value
    end
  end
  return setmetatable(object, { __jsontype = "object", __jsonorder = order })
end

--- A list; it may be empty.
function M.list(items)
  return setmetatable(items, List)
end

--- A number, exactly; one that JSON has no word for is text.
function M.number(value)
  local text = tell.number(value)
  return text:find("^-?%d") and setmetatable({ text }, Literal) or text
end

--- Text for JSON, which is Unicode: bytes that are no UTF-8 become `\xFF`.
function M.text(text)
  local good, bad = utf8.len(text)
  if good then
    return text
  end
  local out, at = {}, 1
  repeat
    out[#out + 1] = text:sub(at, bad - 1) .. ("\\x%02X"):format(text:byte(bad))
    at = bad + 1
    good, bad = utf8.len(text, at)
  until good
  return table.concat(out) .. text:sub(at)
end

--- JSON text; with `indent` in lines.  nil and an error where dkjson lacks.
function M.encode(value, indent)
  local found, dkjson = pcall(require, "dkjson")
  if not found then
    return nil, fail.new("EUSAGE", {
      message = "JSON is written by the Lua module `dkjson`, which is not installed",
      helps = { "apt-get install lua-dkjson, or luarocks --lua-version 5.4 install dkjson" },
    })
  end
  return dkjson.encode(value, { indent = indent })
end

--
-- Errors
--

local function texts(list)
  if not list or #list == 0 then
    return nil
  end
  local out = {}
  for i, text in ipairs(list) do
    out[i] = M.text(text)
  end
  return M.list(out)
end

--- A mark as an object.
function M.mark(mark)
  return M.object {
    { "file", mark.file and M.text(mark.file) },
    { "argv", mark.argv },
    { "env", mark.env },
    { "host", mark.host },
    { "line", not mark.argv and mark.line or nil },
    { "column", not mark.argv and mark.column or nil },
    { "byte", mark.byte },
    { "length", mark.length },
    { "label", mark.label and mark.label ~= "" and M.text(mark.label) or nil },
  }
end

local function marks_of(marks)
  local out = {}
  for i, mark in ipairs(marks or {}) do
    out[i] = M.mark(mark)
  end
  return M.list(out)
end

local function fixes_of(fixes)
  if not fixes then
    return nil
  end
  local out = {}
  for i, fix in ipairs(fixes) do
    local edits = {}
    for n, edit in ipairs(fix.edits) do
      edits[n] = M.object {
        { "file", edit.file and M.text(edit.file) }, { "argv", edit.argv },
        { "byte", edit.byte }, { "length", edit.length }, { "text", M.text(edit.text) },
      }
    end
    out[i] = M.object { { "title", M.text(fix.title) }, { "edits", M.list(edits) } }
  end
  return M.list(out)
end

-- The error value of the project's code: as it is when JSON has it, else its
-- text.
local function cause_of(cause)
  if cause == nil or type(cause) == "boolean" or math.type(cause) == "integer" then
    return cause
  end
  local ok, text = pcall(tostring, cause)
  return M.text(ok and type(text) == "string" and text or ("a %s"):format(type(cause)))
end

--- One error or warning, with the fields of a wick.Error.
function M.diagnostic(err)
  return M.object {
    { "code", err.code },
    { "kind", err.kind },
    { "severity", err.severity },
    { "message", M.text(err.message) },
    { "key", err.key and M.text(err.key) },
    { "marks", marks_of(err.marks) },
    { "notes", texts(err.notes) },
    { "helps", texts(err.helps) },
    { "fixes", fixes_of(err.fixes) },
    { "status", err.status },
    { "cause", cause_of(err.cause) },
  }
end

--- A value of Lua: tables are lists or objects (keys sorted), wick.null is
--- null, what JSON has no word for is its type.  Text under a key (or, for the
--- whole, `key`) that names a secret is hidden.
function M.plain(value, key)
  local kind = type(value)
  if value == nil or value == core.null then
    return M.null
  elseif kind == "string" then
    return key ~= nil and tell.is_secret(key) and tell.HIDDEN or M.text(value)
  elseif kind == "number" then
    return M.number(value)
  elseif kind ~= "table" then
    return kind == "boolean" and value or ("a %s"):format(kind)
  elseif getmetatable(value) ~= nil then
    return M.text(tostring(value))
  end
  local out, count = {}, 0
  for _ in next, value do
    count = count + 1
  end
  if count == #value then
    for i, item in ipairs(value) do
      out[i] = M.plain(item, key)
    end
    return M.list(out)
  end
  for name, item in pairs(value) do
    out[#out + 1] = { M.text(tostring(name)), M.plain(item, name) }
  end
  table.sort(out, function(a, b)
    return a[1] < b[1]
  end)
  return M.object(out)
end

return M
