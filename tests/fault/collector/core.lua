-- core: the methods of C, each with a finalizer at each place where Lua may collect.

local core = require "wick.core"
local wick = require "wick"
local places = require "places"

local check, collected = places.check, places.collected

local M = {}
local P = places.project

-- Runs a method at each place.  `make` gives the object, what `act` gets, and
-- whatever `call` gets.  Gives how many places there are.
local function at_each_place(name, make, act, call)
  for n = 0, 10000 do
    local given = table.pack(make())
    local was, results = collected(n, function()
      act(table.unpack(given, 1, given.n))
    end, function()
      return call(table.unpack(given, 1, given.n))
    end)
    check(results, name .. " at place " .. n)
    if not was then
      return n
    end
  end
end

-- All methods of an object have a case, but those of `but`.
local function check_complete(object, cases, but)
  for name in pairs(debug.getmetatable(object).__index) do
    assert(cases[name] or but[name], "no case for the method " .. name)
  end
end

local ROOT = {
  read = function(r) return r:read("m.lua", 100000) end,
  list = function(r) return r:list "" end,
  plugin = function(r) return r:plugin("made.so", nil, "p.made") end,
  info = function(r) return r:info() end,
  rules = function(r) return r:rules { strict = false, trust_modes = true } end,
  doubts = function(r) return r:doubts(true) end,
  doubted = function(r) return r:doubted() end,
  renew = function(r) return r:renew() end,
  forget = function(r) return r:forget() end,
  tostring = function(r) return tostring(r) end,
}

function M.root()
  local doubtful <close> = assert(core.root(P))
  assert(doubtful:read "m.lua" and #doubtful:doubts() > 0)
  check_complete(assert(core.root(P)), ROOT, { close = true })
  for name, call in pairs(ROOT) do
    for what, text in pairs { read = "m.lua", absent = "none.lua" } do
      at_each_place("root:" .. name .. " " .. what, function()
        local r = assert(core.root(P))
        r:read(text)
        return r
      end, function(r)
        r:close()
      end, call)
    end
  end
  -- arguments that Lua asks for, too
  at_each_place("root:rules", function()
    return assert(core.root(P))
  end, function() end, function(r)
    return r:rules(setmetatable({}, { __index = function()
      r:close()
    end }))
  end)
end

local PLUGIN = {
  statement = function(p) return p:statement() end,
  facts = function(p) return p:facts() end,
  load = function(p) return p:load() end,
  tostring = function(p) return tostring(p) end,
}

function M.plugin()
  local function make()
    local r = assert(core.root(P))
    return assert(r:plugin("made.so", nil, "p.made")), r
  end
  check_complete(make(), PLUGIN, { close = true })
  for name, call in pairs(PLUGIN) do
    at_each_place("plugin:" .. name, make, function(p, r)
      p:close()
      r:close()
    end, call)
  end
end

-- A tree cannot be closed, but it grows, and then its nodes move.
local YAML = [[
a: {b: [1, 2.5, "three", null, true], "c d": "text"}
m: {_target_: p.m.new, n: "@a.b[1]", o: "%a", _disabled_: "$ false"}
s: "$ 1 + 1"
missing: ???
]]

local TREE = {
  read = function(t) return t:read("x.yaml", YAML .. "{x:1}\n") end,
  ["read wrong"] = function(t) return t:read("x.yaml", "a: 1\na: 2\n") end,
  lua = function(t) return t:lua("x.lua", "return {a = env 'A', include 'b'}", {
    env = function() return "1" end,
    include = function() return "return {c = 1}", "b.lua" end,
  }) end,
  graft = function(t, _, _, hosts)
    return t:graft({ a = { 1, 2, { b = "c" } }, f = print }, {}, hosts)
  end,
  word = function(t) return t:word("a=[1, {b: 2}]", 1, 3) end,
  composed = function(t, top) return t:composed(top) end,
  size = function(t) return t:size() end,
  kind = function(t, top) return t:kind(top) end,
  is = function(t, top) return t:is(top, "plain") end,
  text = function(t, top) return t:text(t:find(t:find(top, "a"), "c d")) end,
  key = function(t, top) return t:key(t:find(t:find(top, "a"), "c d")) end,
  up = function(t, top) return t:up(t:find(top, "a")) end,
  children = function(t, top) return t:children(top) end,
  find = function(t, top) return t:find(top, "a") end,
  previous = function(t, top) return t:previous(t:find(top, "a")) end,
  segments = function(t, top) return t:segments(t:find(t:find(t:find(top, "a"), "b"), 2)) end,
  mark = function(t, top) return t:mark(t:find(t:find(top, "a"), "c d"), "this", "key") end,
  ["mark bytes"] = function(t, top)
    return t:mark(t:find(t:find(top, "a"), "c d"), "this", 2, 3)
  end,
  ["mark host"] = function(t, _, _, _, host) return t:mark(t:find(host, "a"), "this", "key") end,
  put = function(t, top, copy) return t:put(t:find(top, "a"), copy) end,
  add = function(t, top, copy) return t:add(top, "new", copy) end,
  remove = function(t, top) return t:remove(t:find(top, "a")) end,
  refer = function(t, top) return t:refer(t:find(top, "s"), t:find(top, "a"), 1000) end,
  late = function(t, top) return t:late(t:find(top, "s")) end,
  scan = function(t, top) return t:scan(top) end,
  needs = function(t, top) return t:needs(top) end,
  arrange = function(t, top) return t:arrange(top, { t:find(top, "s"), t:find(top, "a") }) end,
  sigils = function(t, top) return t:sigils(top) end,
  weight = function(t, top) return t:weight(top) end,
  object = function(t, top) return t:object(t:find(top, "m")) end,
  follow = function(t, top) return t:follow(t:find(t:find(top, "m"), "n"), top) end,
  source = function(t, top) return t:source(top) end,
  value = function(t, top) return t:value(top, { [t:find(top, "m")] = {} }) end,
  ["value kept"] = function(t, top) return t:value(top, nil, true) end,
  options = function(t, top) return t:options(t:find(top, "m"), {}) end,
  grow = function(t, top) return t:grow(top, "new", "string", "text") end,
  override = function(t, top) return t:override(top, "a=[1]", 1) end,
  lay = function(t, top, copy) return t:lay(t:find(top, "a"), copy) end,
  settle = function(t, top) return t:settle(top) end,
  vanish = function(t, top) return t:vanish(t:find(top, "a"), top) end,
  copy = function(t, top) return t:copy(top, t:find(top, "a")) end,
  via = function(t, _, copy) return t:via(copy) end,
  copies = function(t, top) return t:copies(top) end,
  is_copy = function(t, top) return t:is_copy(top) end,
  forgets = function(t) return t:forgets(false) end,
  asis = function(t, top) return t:asis(t:find(top, "m")) end,
}

function M.tree()
  local limits = { ["config.nodes"] = 10000000 }
  local function make()
    local t = core.tree(limits)
    local top = assert(t:read("c.yaml", YAML))
    local hosts = {}
    local host = assert(t:graft({ a = { 1 } }, {}, hosts))
    return t, top, assert(t:copy(top, top)), hosts, host
  end
  check_complete(core.tree(limits), TREE, {})
  local long = YAML .. ("text: " .. ("x"):rep(10000) .. "\n")
  for name, call in pairs(TREE) do
    at_each_place("tree:" .. name, make, function(t)
      local size, now = (t:size())
      for _ = 1, 2 do
        for i = 1, 70 do -- documents
          assert(t:read(i .. ".yaml", i == 1 and long or "a: 1\n"))
        end
      end
      repeat
        assert(t:copy(assert(t:read("x.yaml", YAML))))
        now = t:size()
      until now > 2 * size + 64
    end, call)
  end
  -- by no way that is not debug's can the finalizer be called
  assert(getmetatable(core.tree(limits)) == false)
  assert(getmetatable(core.root(P)) == false)
end

-- Lists and tables of the caller that change while they are read.
function M.words()
  local long = ("k"):rep(5000)
  at_each_place("core.keytext", function()
    return { "a", "b", 3 }
  end, function(list)
    for i = 1, 100 do
      list[i] = long
    end
  end, core.keytext)
  local function table_of()
    local t, options = {}, { a = 1 }
    for i = 1, 20 do
      t["a key that is no short string, so that it is kept once, number " .. i] = { i, long .. i }
    end
    t.component, t.options = wick.target "p.m.new"(options), options
    t.sub = { x = wick.append { 1 }, y = wick.ref "component" }
    return t, options
  end
  at_each_place("wick.load", table_of, function(t, options)
    for key in pairs(t) do
      t[key] = nil
    end
    for i = 1, 300 do
      t["x" .. i], options["y" .. i] = i, i
    end
    collectgarbage()
  end, function(t)
    local tree = core.tree {}
    return tree:graft(t, require "wick.read".Node, {})
  end)
end

-- }======================================================

-- Over and over, with a collector that works all the time.
function M.core_loops()
  collectgarbage("setpause", 0)
  collectgarbage("setstepmul", 1000)
  for i = 1, 3000 do
    local r = assert(core.root(P))
    local p = assert(r:plugin("made.so", nil, "p.made"))
    places.litter(i % 97)
    setmetatable({}, { __gc = function()
      p:close()
      r:close()
    end })
    for name, call in pairs(ROOT) do
      check(table.pack(pcall(call, r)), "root:" .. name .. " in a loop")
    end
    for name, call in pairs(PLUGIN) do
      check(table.pack(pcall(call, p)), "plugin:" .. name .. " in a loop")
    end
    r:close()
    p:close()
  end
end

return M
