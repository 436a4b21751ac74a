-- library: what config and project do, with a close at any instruction; and over and
-- over, with a collector that works all the time.

local wick = require "wick"
local target = require "wick.target"
local places = require "places"

local check, check_all_closed, descriptors = places.check, places.check_all_closed,
  places.descriptors
local interrupted = places.interrupted

local M = {}
local P, dir, step = places.project, places.dir, places.step

-- How many instructions lie between two places that are tried: so that there are
-- some 40 of a call.
local function stride(call)
  if step then
    return step
  end
  local n = 0
  debug.sethook(function()
    n = n + 1
  end, "", 1)
  pcall(call)
  debug.sethook()
  return n // 40 + 1
end

local CONFIG = {
  build = function(c) return c:build() end,
  ["build one"] = function(c) return c:build "b" end,
  ["build a plugin's"] = function(c) return c:build "plugin" end,
  run = function(c) return c:run() end,
  check = function(c) return c:check() end,
  get = function(c) return c:get "a.n" end,
  ["get nothing"] = function(c) return c:get "a" end,
  explain = function(c) return c:explain "a.n" end,
  show = function(c) return c:show { origin = true } end,
  graph = function(c) return c:graph "dot" end,
  unread = function(c) return c:unread() end,
  doubts = function(c) return c:doubts(true) end,
  set = function(c) return c:set "a.n=2" end,
  reload = function(c) return c:reload() end,
  objects_built = function(c) return c:objects_built() end,
  node = function(c) return c:node "a.n" end,
  run_node = function(c) return c:run_node() end,
  open_project = function(c)
    local project, err = c:open_project()
    if not project then
      return nil, err
    end
    return true
  end,
}

local function config(made)
  local c = assert(wick.load(dir .. "/c.yaml"))
  if made then
    assert(c:build "b")
  end
  return c
end

-- `use` is interrupted, or collected, at many places by `act`; then all is closed.
local function at_places(where, place, make, act, use)
  local before = descriptors()
  local function try(n)
    local given <close> = make()
    local was, results = place(n, function()
      act(given)
    end, function()
      return use(given)
    end)
    check(results, where .. " at place " .. n)
    return was
  end
  local function once(n)
    local was = try(n)
    check_all_closed(where .. " at place " .. n, before)
    return was
  end
  for _ = 1, 2 do -- rooms are loaded when they are first needed
    once(math.maxinteger)
  end
  local by
  do
    local given <close> = make()
    by = stride(function()
      return use(given)
    end)
  end
  local n = 0
  while once(n) do
    n = n + by
  end
end

function M.config()
  assert(getmetatable(config()).__index)
  for name in pairs(getmetatable(config()).__index) do
    assert(CONFIG[name] or name == "close" or name:find "^__", "no case for config:" .. name)
  end
  collectgarbage()
  for name, use in pairs(CONFIG) do
    for _, made in ipairs { false, true } do
      at_places("config:" .. name, interrupted, function()
        return config(made)
      end, function(c)
        c:close()
      end, use)
    end
  end
end

-- What else can be done in the middle.
function M.config_changes()
  for name, use in pairs(CONFIG) do
    for what, act in pairs {
      set = function(c) return c:set "a.n=7" end,
      build = function(c) return c:build "a" end,
    } do
      at_places("config:" .. name .. " with " .. what, interrupted, function()
        return config(true)
      end, function(c)
        check(table.pack(pcall(act, c)), what .. " within " .. name)
      end, use)
    end
  end
end

local PROJECT = {
  ["import of Lua"] = function(p) return p:import "p.m.new" end,
  ["import of a class"] = function(p) return p:import "p.Class" end,
  ["import of a plugin"] = function(p) return p:import "p.made.Make" end,
  ["import of nothing"] = function(p) return p:import "p.none" end,
  ["import with require"] = function(p) return p:import "p.needs.new" end,
  resolve = function(p) return p:resolve "p.made.Make" end,
  ["resolve of nothing"] = function(p) return p:resolve "p.mm.nwe" end,
  require = function()
    local ok, value = pcall(require, "p.needs")
    if not next(target.open) then -- closed as late as that, it is `require` that kept it
      package.loaded["p.needs"] = nil
    end
    return ok and value
  end,
  again = function()
    local p <close> = assert(wick.project(P))
    return p:import "p.m.new"
  end,
  ["again, with rules"] = function()
    local p <close> = assert(wick.project(P, { strict = true }))
    return p:resolve "p.m.new"
  end,
  ["wick.import"] = function(p)
    local value, err = wick.import("p.m.none", P) -- which holds nothing open
    return value, err or p
  end,
  ["a config"] = function()
    local c <close> = config()
    return c:build "b"
  end,
}

function M.project()
  for name, use in pairs(PROJECT) do
    at_places("project: " .. name, interrupted, function()
      return assert(wick.project(P))
    end, function(p)
      p:close()
    end, use)
  end
end

-- The handle is garbage while it is used, and is collected at every call.
function M.forgotten()
  local before = descriptors()
  local calls = 0
  local function often()
    calls = calls + 1
    if calls % (step or 5) == 0 then
      collectgarbage()
    end
  end
  local function forgotten(name, make, use)
    use((make())) -- rooms are loaded when they are first needed
    debug.sethook(often, "c")
    local function once()
      local results = table.pack(pcall(function()
        return use((make()))
      end))
      debug.sethook()
      check(results, name)
    end
    once()
    check_all_closed(name, before)
  end
  for name, use in pairs(PROJECT) do
    forgotten("a forgotten project: " .. name, function()
      return assert(wick.project(P))
    end, use)
  end
  for name, use in pairs(CONFIG) do
    forgotten("a forgotten config: " .. name, config, use)
  end
end

-- }======================================================

-- {======================================================
-- Loops, with a collector that works all the time
-- =======================================================

function M.library_loops()
  local before = descriptors()
  collectgarbage("setpause", 0)
  collectgarbage("setstepmul", 1000)
  for _ = 1, 3000 do
    assert(wick.project(P):import "p.m.new")
  end
  for i = 1, 3000 do
    assert(wick.project(P)) -- forgotten at once
    package.loaded["p.m"] = nil
    places.litter(i % 61)
    pcall(require, "p.m")
  end
  local names = { "build", "run", "check", "explain", "set" }
  for i = 1, 2000 do
    local c = config()
    places.litter(i % 97)
    setmetatable({}, { __gc = function()
      c:close()
    end })
    local name = names[i % #names + 1]
    check(table.pack(pcall(CONFIG[name], c)), name .. " in a loop")
    c:close()
  end
  collectgarbage("setpause", 200)
  collectgarbage("setstepmul", 100)
  check_all_closed("the loops", before)
end

-- }======================================================

return M
