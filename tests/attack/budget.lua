-- budget: what the specs of rows about budgets share (lua_spec, work_spec,
-- expr_work_spec): a row
-- in a process of its own with a limit of processor time, and what the naive
-- sandbox makes of it.

local helper = require "tests.helper"
local core = require "wick.core"

local M = {}

-- Seconds of the processor, whatever the row does; a second is meant, and machines
-- and sanitizers are slow.
local SECONDS = (helper.instrumented or helper.counted) and 15 or 5

-- What a config may take beyond its limit: what one look at the counter misses
-- of the steps, and a MiB.  Steps that were counted before their work, and ended
-- it, were never done: for those there is the time.
local STEPS, BYTES = 1.5, 1 << 20

--- The rows of a file beside this one; each knows its place.
function M.rows(name)
  local path = helper.root .. "/tests/attack/" .. name .. ".lua"
  local rows = dofile(path)
  for n, row in ipairs(rows) do
    row.path, row.n = path, n
  end
  return rows
end

--- The text of a row.
function M.program(row)
  return type(row[3]) == "function" and row[3]() or row[3]
end

--- Runs child.lua with these words; gives what it says, or nil and what went wrong.
function M.child(...)
  local status, out, err = helper.run({ "sh", "-c", "ulimit -t " .. SECONDS .. "; exec \"$@\"",
    "sh", helper.host, helper.root .. "/tests/attack/child.lua", ... }, { env = {
      LUA_PATH = helper.root .. "/lua/?.lua;" .. helper.root .. "/lua/?/init.lua;;",
      LUA_CPATH = helper.build .. "/lua/?.so;;" } })
  if status == 0 then
    return assert(load(out))()
  end
  return nil, ("status %d (%d seconds are allowed): %s"):format(status, SECONDS, err)
end

--- Runs a row about a Lua config; gives what it says, or nil and what is wrong
--- with it.
function M.lua(row)
  local said, wrong = M.child("lua", row.path, tostring(row.n))
  if not said then
    return nil, wrong
  end
  local limit = function(name)
    return row.limits and row.limits[name] or core.limits[name]
  end
  if said.code ~= row[4] then
    return nil, ("%s instead of %s: %s"):format(said.code, row[4], said.text or "")
  elseif said.steps > limit "lua.steps" * STEPS and said.code ~= "ELUASTEPS" then
    return nil, said.steps .. " steps"
  elseif said.bytes > limit "lua.bytes" + BYTES then
    return nil, said.bytes .. " bytes"
  elseif row.same ~= said.out then
    return nil, ("`%s` instead of `%s`"):format(said.out, row.same)
  elseif row.says and not said.text:find(row.says, 1, true) then
    return nil, said.text
  end
  return said
end

--- The answers of the naive sandbox to rows, all from one process.
function M.naive(rows)
  local parts = {}
  for i, row in ipairs(rows) do
    local text = M.program(row)
    parts[i] = ("%d\n%s"):format(#text, text)
  end
  local _, out = helper.run({ helper.build .. "/tests/naive_lua" },
    { stdin = table.concat(parts, "\n") .. "\n" })
  local answers = {}
  for line in out:gmatch("[^\n]+") do
    answers[#answers + 1] = line
  end
  return answers
end

return M
