-- places: runs something in the middle of a call, at any place; what the parts of
-- collector.lua share.

local core = require "wick.core"
local target = require "wick.target"

local M = {
  dir = arg[3], -- which has c.yaml
  project = arg[3] .. "/p",
  step = tonumber(os.getenv "FAULT_STEP"), -- 1: no place is left out
}

-- {======================================================
-- Places
-- =======================================================

-- From here on Lua collects whatever is garbage, and runs the finalizers, wherever
-- it may collect at all.
local function collect_always()
  collectgarbage("incremental")
  collectgarbage("setpause", 0)
  collectgarbage("setstepmul", 1000)
  collectgarbage("incremental", 0, 0, 40)
  collectgarbage("restart")
end

-- Runs `act` in a finalizer at the place number `n` (from 0) of `call` where Lua
-- may collect.  Gives whether there is such a place, and what pcall(call) gives.
function M.collected(n, act, call)
  local done, left = false, n
  collectgarbage("stop")
  local function arm()
    setmetatable({}, { __gc = function()
      if left == 0 then
        done = true
        act()
      else
        left = left - 1
        arm()
      end
    end })
  end
  arm()
  collect_always()
  local results = table.pack(pcall(call))
  collectgarbage("stop")
  local was = done
  left = -1 -- what is left runs nothing
  collectgarbage("restart")
  return was, results
end

-- The same at the instruction number `n` of Lua that `call` runs.
function M.interrupted(n, act, call)
  local done, left = false, n
  local function hook()
    left = left - 1
    if left < 0 then
      debug.sethook()
      done = true
      act()
    end
  end
  local function timed()
    debug.sethook(hook, "", 1)
    return call()
  end
  local results = table.pack(pcall(timed))
  debug.sethook()
  return done, results
end

--- Makes as many pieces of garbage, so that calls begin at other points of the
--- collector's work.
function M.litter(n)
  for i = 1, n do
    M.last = { i }
  end
end

-- }======================================================

-- {======================================================
-- What may come of it
-- =======================================================

local CLOSED = {
  ["the root is closed"] = true,
  ["this project is closed"] = true,
  ["this config is closed"] = true,
  ["this config cannot change while it builds an object"] = true,
  ["this config is being changed"] = true,
}

-- A value, or nil and an error of wick, or that what is used is closed.
function M.check(results, where)
  if results[1] then
    local value, err = results[2], results[3]
    if value == nil and results.n > 2 and getmetatable(err) ~= core.Error then
      error(("%s gave nil, %s"):format(where, tostring(err)))
    end
    return
  end
  local text = tostring(results[2])
  for words in pairs(CLOSED) do
    if text:find(words, 1, true) then
      return
    end
  end
  error(where .. " raised " .. text, 0)
end

function M.descriptors()
  local root <close> = assert(core.root("/proc/self/fd", { trust_modes = true }))
  local n = 0
  for _, name in ipairs(assert(root:list "")) do
    if tonumber(name) < 500 then -- from there on they are libraries of plugins
      n = n + 1
    end
  end
  return n
end

-- Nothing is open, whatever happened.
function M.check_all_closed(where, before)
  collectgarbage()
  collectgarbage()
  local name = next(target.open)
  assert(name == nil, where .. " left a project open")
  for module in pairs(package.loaded) do
    assert(not module:match "^p%f[.\0]", where .. " left a module: " .. module)
  end
  for _, searcher in ipairs(package.searchers) do
    local info = debug.getinfo(searcher, "S")
    assert(not info.source:find("wick/load", 1, true), where .. " left a searcher")
  end
  local now = M.descriptors()
  assert(now == before, ("%s left %d descriptors open"):format(where, now - before))
end

-- }======================================================

return M
