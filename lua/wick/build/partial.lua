-- wick.build.partial: `_partial_: true`, a function that calls a constructor
-- later.  A part of wick.build.
--
-- May call: origin.

local origin = require "wick.origin"

local error, getmetatable, next, rawget, rawset, type =
  error, getmetatable, next, rawget, rawset, type
local format = string.format

local M = {}

local function is_plain(value)
  return type(value) == "table" and getmetatable(value) == nil
end

--- Lays a table over options: maps of names merge, all else replaces.
function M.lay(options, over)
  local stack = { { options, over } }
  while #stack > 0 do
    local below, above = stack[#stack][1], stack[#stack][2]
    stack[#stack] = nil
    for key, value in next, above do
      local old = rawget(below, key)
      if is_plain(old) and is_plain(value) and #old == 0 and #value == 0
        and next(old) ~= nil and next(value) ~= nil then
        local merged = {}
        for name, field in next, old do
          merged[name] = field
        end
        rawset(below, key, merged)
        stack[#stack + 1] = { merged, value }
      else
        rawset(below, key, value)
      end
    end
  end
end

--- A function that calls `construct(over)` and is wick's own to the rule of
--- origin; what the constructor raises passes through it untouched.
function M.make(construct)
  local function partial(over)
    if over ~= nil and type(over) ~= "table" then
      error(format("bad argument #1 (a table of options expected, got %s)", type(over)), 2)
    end
    return construct(over)
  end
  return origin.mark(partial)
end

return M
