-- What Lua configs open, as the kernel sees it: hostile programs open nothing,
-- and `include` opens below the config root, through the resolver.

local helper = require "tests.helper"

-- Runs a command under strace: its opening calls, as lines; or nil and why not.
local function traced(command, options)
  local trace = helper.temp() .. "/trace"
  local words = { "strace", "-f", "-qq", "-o", trace, "-e",
    "trace=open,openat,openat2,creat,open_by_handle_at,execve,execveat,socket,connect,unlink,"
      .. "unlinkat,rename,renameat,renameat2,mkdir,mkdirat,kill,fork,vfork" }
  table.move(command, 1, #command, #words + 1, words)
  local status, out, err = helper.run(words, options)
  local text = helper.read(trace)
  if not text or text == "" then
    return nil, "strace cannot trace here: " .. out .. err
  end
  local list = {}
  for line in text:gmatch("[^\n]+") do
    if line:match("^%d+%s+%w+%(") then
      list[#list + 1] = line
    end
  end
  return list, status, out, err
end

-- Runs every program of the attack rows between two marks in the trace.
local PROGRAMS = [[
  package.path = "./lua/?.lua;./lua/?/init.lua;" .. package.path
  package.cpath = os.getenv "BUILT" .. "/lua/?.so;" .. package.cpath
  local core = require "wick.core"
  require "wick.fail"
  local rows = dofile "tests/attack/rows_lua.lua"
  local programs = {}
  for i, row in ipairs(rows) do
    programs[i] = type(row[3]) == "function" and row[3]() or row[3]
  end
  io.open("/dev/null/first")
  for i, program in ipairs(programs) do
    local limits = { ["lua.steps"] = 100000 }
    core.tree(limits):lua("attack.lua", program, { env = function() end })
  end
  io.open("/dev/null/last")
  print(#programs)
]]

describe("under strace, Lua configs", function()
  if helper.instrumented then
    pending("a sanitizer looks for leaks at exit, which does not work under strace")
    return
  end

  it("of the attack rows open, start and change nothing", function()
    local list, status, out = traced({ helper.host, "-" },
      { stdin = PROGRAMS, env = { BUILT = helper.build } })
    if not list then
      pending(status)
      return
    end
    assert.equal(0, status)
    assert.is_true(tonumber(out) >= 100)
    local between, inside, last = {}, false, false
    for _, line in ipairs(list) do
      if line:find("/dev/null/last", 1, true) then
        inside, last = false, true
      elseif inside then
        between[#between + 1] = line
      elseif line:find("/dev/null/first", 1, true) then
        inside = true
      end
    end
    assert.is_true(last)
    assert.are.same({}, between)
  end)

  it("open what they include below the config root, and nothing else", function()
    local dir = helper.temp()
    helper.tree(dir, {
      ["conf/train.lua"] = 'return { a = include "parts/a.lua", b = include "parts/../b.lua" }',
      ["conf/parts/a.lua"] = 'return { x = include "../b.lua" }',
      ["conf/b.lua"] = "return { z = 1 }",
    })
    local list, status, out = traced({ helper.command, "show", dir .. "/conf/train.lua" })
    if not list then
      pending(status)
      return
    end
    assert.equal(0, status)
    assert.equal("a:\n  x:\n    z: 1\nb:\n  z: 1\n", out)
    local below, folders = {}, {} -- descriptor -> its name below the config root
    for _, line in ipairs(list) do
      local at, path, rest = line:match('%w+%(([%w_-]+), "([^"]*)"(.*)$')
      local result = (rest or ""):match("= (%-?%d+)[^=]*$")
      if at == "AT_FDCWD" and (path == dir .. "/conf/" or path == dir .. "/conf") then
        folders[result] = ""
      elseif at == "AT_FDCWD" then
        assert.truthy(path:sub(1, #dir) ~= dir or path == dir .. "/conf/train.lua", line)
      elseif path and path ~= "." and path ~= "" then
        assert.truthy(folders[at], line)
        assert.truthy(line:find("RESOLVE_BENEATH", 1, true), line)
        assert.falsy(path:find("..", 1, true), line)
        if path:match("%.lua$") then
          below[#below + 1] = folders[at] .. path
        else
          folders[result] = folders[at] .. path .. "/"
        end
      end
    end
    table.sort(below)
    assert.are.same({ "b.lua", "parts/a.lua" }, below) -- each once
  end)
end)
