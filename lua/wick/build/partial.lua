-- wick.build.partial: `_partial_: true`, a function that calls a constructor
-- later.  A part of wick.build.
--
-- May call: the tree, plan, origin, build/arguments.
--
-- What the config said when the function was made is what it means, whatever a set or
-- reload makes of the config since: it has the tree of then, and the objects.

local arguments = require "wick.build.arguments"
local origin = require "wick.origin"
local planning = require "wick.plan"

local error, ipairs, next, type, unpack = error, ipairs, next, type, table.unpack
local format = string.format

local M = {}

-- The objects that component `id` is made of: node -> handle {object}, which is empty
-- when the object was closed; and whether one of them is not the host program's own.
local function hold(self, id)
  local handles, ends = {}, false
  for _, need in ipairs(planning.needs(self, id)) do
    local handle = self.handles[need] or { object = self.objects[need] }
    self.handles[need], handles[need] = handle, handle
    ends = ends or self.hosts[need] == nil
  end
  return handles, ends
end

--- The function that is built for component `id` and calls the constructor; it is
--- wick's own to the rule of origin.  What the constructor raises passes through it
--- untouched.
function M.make(self, id, constructor)
  local tree = self.tree
  local handles, ends = hold(self, id)
  local function partial(over)
    if over ~= nil and type(over) ~= "table" then
      error(format("bad argument #1 (a table of options expected, got %s)", type(over)), 2)
    end
    local objects, there = {}, not (ends and self.closed)
    for need, handle in next, handles do
      objects[need] = handle.object
      there = there and handle.object ~= nil
    end
    local args = there and arguments.of(tree, id, objects, over)
    if not args then
      error(self.closed and "this config is closed"
        or "an object that this function hands over is closed", 0)
    end
    return constructor(unpack(args, 1, args.n))
  end
  return origin.mark(partial)
end

return M
