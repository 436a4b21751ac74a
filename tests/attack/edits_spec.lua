-- Row 102 of the attack catalogue, for the whole command: a module that edits
-- Lua's libraries changes nothing of what `wick run` does and says.
--
-- Each scenario is run with a module that edits nothing, and with one for each
-- edit, done when the module is loaded and when its constructor is called.  What
-- is printed and the status must be the same.

local helper = require "tests.helper"

local EDITS = {
  "package.searchers = {}",
  "for i = #package.searchers, 1, -1 do package.searchers[i] = nil end",
  "package.path, package.cpath = nil, nil",
  "for name in next, package.preload do package.preload[name] = nil end",
  "for name in next, package.loaded do package.loaded[name] = nil end",
  "package = nil",
  "require = nil",
  "io = nil",
  "io.stderr, io.stdout, io.write = nil, nil, nil",
  "os = nil",
  "string.format, string.match, string.find, string.gsub, string.sub = nil, nil, nil, nil, nil",
  "string.rep = error",
  "for name in next, string do string[name] = nil end",
  "getmetatable('').__index = nil",
  "getmetatable('').__index = function() error 'gone' end",
  "type, tostring, tonumber, select = nil, nil, nil, nil",
  "ipairs, pairs, next = nil, nil, nil",
  "error, assert, pcall, xpcall = nil, nil, nil, nil",
  "setmetatable, getmetatable, rawget, rawset, rawequal = nil, nil, nil, nil, nil",
  "table.concat, table.sort, table.unpack, table.pack = nil, nil, nil, nil",
  "table.move, table.insert, table.remove = nil, nil, nil",
  "math, utf8, coroutine, debug = nil, nil, nil, nil",
  "local m = getmetatable(io.stderr).__index for name in next, m do m[name] = nil end",
  "debug.getinfo, debug.getmetatable, debug.traceback = error, error, error",
  "collectgarbage = nil",
  "tostring = function() return 'evil' end",
  "setmetatable(_G, { __index = error, __newindex = error })",
  "local G, next = _G, next for name in next, G do G[name] = nil end",
}

local WORKER = [[
local M = {}
local error, setmetatable, write, tostring = error, setmetatable, io.write, tostring
local Thing = { __name = "Thing" }
Thing.__index = Thing
function Thing:size() return 41 end
function Thing:fails() error("one\ntwo") end
function Thing:wrong() return self.nothing.field end
function Thing:__close() if self.stuck then error("stuck") end end
Thing.__add = function(a, b) return a.n + b end
function M.Thing(o) return setmetatable({ n = o.n or 1, stuck = o.stuck }, Thing) end
function M.Fails(o) return o.nothing.field end
function M.Raises(o) error("will not " .. o.what) end
function M.Refuses() return nil, "not on\nMondays" end
function M.Says(o) write("says ", tostring(o.text), "\n") return {} end
function M.Calls(o) return o.make { what = "more" } end
return M
]]

-- The words behind `first` and `thing`, which are built in front.
local SCENARIOS = {
  { "nothing more" },
  { "values", [[
lr: 0.5
text: {_target_: p.w.Says, text: "$ ('a'):upper() .. string.format('%5.2f|%s', @thing:size(), @lr)"}
spliced: {_target_: p.w.Says, text: "size ${@thing:size()}, ${@lr} of ${#'abc'}"}
sum: {_target_: p.w.Says, text: "$ @thing + 1"}
table: {_target_: p.w.Says, text: "$ ({1, a = (@thing).n, ['b'] = tostring(2)}).a"}
math: {_target_: p.w.Says, text: "$ math.max(@thing:size(), 3) > 41 and 'no' or ('x'):rep(3)"}
env: {_target_: p.w.Says, text: "$ (@thing).n .. env('WICK_NOT_THERE', 'default') .. #file('x')"}
partial: {_target_: p.w.Thing, _partial_: true}
list: {_target_: p.w.Thing, _args_: [{n: 3}, "@thing"]}
]] },
  { "a constructor that fails", "bad: {_target_: p.w.Fails, lr: 1, api_key: abc, t: '@thing'}\n" },
  { "a constructor that raises", "bad: {_target_: p.w.Raises, what: 'do it'}\n" },
  { "a constructor that raises later", [[
make: {_target_: p.w.Raises, _partial_: true, what: now}
bad: {_target_: p.w.Calls, make: "@make"}
]] },
  { "a constructor that refuses", "bad: {_target_: p.w.Refuses}\n" },
  { "a target that is missing", "bad: {_target_: p.w.Thnig}\nworse: {_target_: p.nope.X}\n" },
  { "a module that fails", "bad: {_target_: p.broken.X}\n" },
  { "an object that will not close", "bad: {_target_: p.w.Thing, stuck: true}\n" },
  { "a run", "run: {fit: '$ @thing:size()', it: '@thing', say: {_target_: p.w.Says, text: x}}\n" },
  { "an item", "run: {fit: '$ @thing:size()', test: '$ @thing:fails()'}\n", "--only fit" },
  { "an item that is missing", "run: {fit: '$ @thing:size()'}\n", "--only tets" },
  { "a run that raises", "run: '$ @thing:fails()'\n", "--backtrace=full 2>&1 | head -12" },
  { "a run that is wrong", "run: '$ @thing:wrong()'\n" },
  { "a method that is missing", "run: '$ @thing:sizes()'\n" },
  { "a wrong operand", "run: '$ @thing:size() .. {}'\n" },
  { "a wrong argument", "run: \"$ ('x'):rep(@thing)\"\n" },
  { "a wrong number", "run: \"$ math.floor({@thing})\"\n" },
  { "too much text", "run: \"$ ('x'):rep(@thing:size() * 1000000000)\"\n" },
  { "a wrong splice", "run: \"${@thing} and more\"\n" },
  { "json", "x: 1\n", "--json" },
  { "json of a failure", "bad: {_target_: p.w.Raises, what: 'do it'}\n", "--json" },
}

local dir

-- A program that loads, builds, prints the error and goes on.
local HOST = [[
  package.path = "./lua/?.lua;./lua/?/init.lua;" .. package.path
  package.cpath = os.getenv("WICK_BUILD_DIR") .. "/lua/?.so;" .. package.cpath
  local wick = require "wick"
  local tostring, write = tostring, io.write
  local config = wick.load(arg[1] .. "/c.yaml")
  local object, err = config:build()
  write(tostring(object ~= nil), " ", tostring(err), "\n")
  write(tostring(config:build("first") ~= nil), " ", tostring(config:close()), "\n")
]]

-- The module whose constructor or (`when`: loaded) main chunk does the edit.
local function write_edit(edit, when)
  local at_once, later = when == "loaded" and "edit()" or "", when == "called" and "edit()" or ""
  helper.write(dir .. "/p/edit.lua", table.concat({
    "local done",
    "local function edit() if not done then done = true " .. edit .. " end end",
    at_once,
    "return { Edit = function() " .. later .. " return {} end }", "",
  }, "\n"))
end

local function run(edit, when, config, words)
  write_edit(edit, when)
  helper.write(dir .. "/c.yaml", "project: p\nthing: {_target_: p.w.Thing}\n"
    .. "first: {_target_: p.edit.Edit}\n" .. config)
  local status, out, err = helper.run(("%s run c.yaml %s"):format(helper.quote(helper.command),
    words or ""), { cwd = dir, env = { LC_ALL = "C.UTF-8" } })
  return ("status %d\n%s%s"):format(status, out, err)
end

describe("a module that edits Lua", function()
  setup(function()
    dir = helper.tree(helper.temp(), { ["p/w.lua"] = WORKER,
      ["p/broken.lua"] = "local x = nil\nreturn x.y" })
  end)

  teardown(function()
    helper.remove(dir)
  end)

  it("changes nothing of an error that a host program prints", function()
    helper.write(dir .. "/c.yaml", "project: p\nfirst: {_target_: p.edit.Edit}\n"
      .. "bad: {_target_: p.w.Raises, what: 'do it'}\n")
    local expected
    for i = 0, #EDITS do
      write_edit(EDITS[i] or "", i > 0 and "called")
      local status, out, err = helper.run({ helper.host, "-", dir }, { stdin = HOST,
        env = { WICK_BUILD_DIR = helper.build } })
      assert.equal("", err, EDITS[i])
      assert.equal(0, status, EDITS[i])
      expected = expected or out
      assert.equal(expected, out, EDITS[i])
    end
    assert.matches("^false error%[W0301%]: `p%.w%.Raises` raised while building `bad`\n", expected)
  end)

  for _, scenario in ipairs(SCENARIOS) do
    it("changes nothing of " .. scenario[1], function()
      local expected = run("", nil, scenario[2] or "", scenario[3])
      assert.is_nil(expected:find("W9999", 1, true), expected)
      for _, when in ipairs { "loaded", "called" } do
        for _, edit in ipairs(EDITS) do
          local got = run(edit, when, scenario[2] or "", scenario[3])
          assert(got == expected, ("after `%s`, %s:\n%s\ninstead of\n%s"):format(edit, when, got,
            expected))
        end
      end
    end)
  end
end)
