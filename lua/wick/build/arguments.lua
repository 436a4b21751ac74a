-- wick.build.arguments: what a constructor is called with.  A part of wick.build.
--
-- May call: the tree, core.

local core = require "wick.core"

local getmetatable, ipairs, next, rawget, rawset, type =
  getmetatable, ipairs, next, rawget, rawset, type

local M = {}

local function positional(tree, id, objects)
  local list = tree:find(id, "_args_")
  if not list then
    return nil
  end
  local values, n = {}, 0
  local asis = tree:is(id, "tagged") -- `_recursive_: false`
  for _, child in ipairs(tree:children(list)) do
    local value = tree:value(child, objects, false, asis)
    n = n + 1
    if value ~= core.null then
      values[n] = value
    end
  end
  return values, n
end

local function is_plain(value)
  return type(value) == "table" and getmetatable(value) == nil
end

-- Lays a table over options: maps of names merge, all else replaces.
local function lay(options, over)
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

--- What the constructor of component `id` is called with, packed; `objects` (node ->
--- object) has what it is made of, `over` (or nil) is laid over the options.  nil when
--- an object is not there.
function M.of(tree, id, objects, over)
  local options, count = tree:options(id, objects)
  if not options then
    return nil
  end
  local args, n = positional(tree, id, objects)
  if over ~= nil then
    count = count + 1
    lay(options, over)
  end
  if not args then
    return { options, n = 1 }
  elseif count > 0 then
    n = n + 1
    args[n] = options
  end
  args.n = n
  return args
end

return M
