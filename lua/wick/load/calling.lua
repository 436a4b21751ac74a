-- wick.load.calling: how a value is called that a target names.  A part of wick.load.
--
-- May call: target (names of parameters).  What it uses is taken as it was when wick was opened.

local getlocal, getmetatable = debug.getlocal, debug.getmetatable
local rawget, type = rawget, type

local INDEX_STEPS = 16

local METHOD = require "wick.target".METHOD

-- What is finally called when `value` is, for callable tables and userdata.
local function called(value)
  for _ = 1, INDEX_STEPS do
    if type(value) == "function" then
      return value
    end
    local meta = getmetatable(value)
    value = meta and rawget(meta, "__call")
    if value == nil then
      return nil
    end
  end
end

-- The `new` of a table or userdata: its own, or through tables in __index.
local function new_of(value)
  for _ = 0, INDEX_STEPS do
    if type(value) == "table" then
      local new = rawget(value, "new")
      if new ~= nil then
        return new
      end
    end
    local meta = getmetatable(value)
    value = meta and rawget(meta, "__index")
    if type(value) ~= "table" then
      return nil
    end
  end
end

-- How a value is called: what to call, the kind, the function finally called;
-- nil when it cannot be.
return function(value)
  local kind = type(value)
  if kind == "function" then
    return value, "function", value
  elseif kind ~= "table" and kind ~= "userdata" then
    return nil
  end
  local call = called(value)
  if call then
    return value, "__call", call
  end
  local new = new_of(value)
  local f = new ~= nil and called(new)
  if not f then
    return nil
  elseif type(new) == "function" and METHOD[getlocal(new, 1)] then
    return function(...)
      return new(value, ...)
    end, "method", f
  end
  return new, "new", f
end
