-- helper: what specs share, and the rule that a test leaves nothing behind.
--
-- busted loads it before the specs; a spec says `require "tests.helper"`.
-- After each test the open file descriptors, the current directory and the
-- names in _G must be as before the test; else the test fails.  before_each
-- and after_each lie outside, `finally` inside.

local lfs = require "lfs"
local busted = require "busted"

local M = {}
package.loaded["tests.helper"] = M

--- The repository, absolute.
M.root = lfs.currentdir()
--- Where things were built, absolute: build, or build/asan.
M.build = M.root .. "/" .. (os.getenv("WICK_BUILD") or "build")
--- The command under test, absolute.
M.command = os.getenv("WICK") or M.build .. "/bin/wick"
--- The Lua that runs specs: lua5.4, or the host that `make asan` builds.
M.host = os.getenv("WICK_HOST") or "lua5.4"
--- Is what runs instrumented by a sanitizer?  Then leaks are looked for at
--- exit, which does not work under strace.
M.instrumented = os.getenv("WICK_HOST") ~= nil
--- Does it count what runs (make coverage)?  Then it opens files at exit.
M.counted = M.build:find("coverage", 1, true) ~= nil

--- One word for the shell.
---@param word string
---@return string
function M.quote(word)
  return "'" .. tostring(word):gsub("'", "'\\''") .. "'"
end

--- All bytes of a file.
---@param path string
---@return string? text
---@return string? problem
function M.read(path)
  local file, problem = io.open(path, "rb")
  if not file then
    return nil, problem
  end
  local text = file:read("a")
  file:close()
  return text
end

--- Writes a file; folders on the way are made.
---@param path string
---@param text string
---@return string path
function M.write(path, text)
  for at in path:gmatch("()/") do
    if at > 1 then
      lfs.mkdir(path:sub(1, at - 1))
    end
  end
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
  return path
end

--- Writes several files below a folder: {["a/b.lua"] = "text", ...}.
---@param dir string
---@param files table<string, string>
---@return string dir
function M.tree(dir, files)
  for name, text in pairs(files) do
    M.write(dir .. "/" .. name, text)
  end
  return dir
end

local made = {}

--- A new empty folder (mode 0700, absolute, its real path); removed when the
--- test run ends, or earlier by remove.
---@return string dir
function M.temp()
  local pipe = assert(io.popen("cd \"$(mktemp -d)\" && pwd -P"))
  local dir = assert(pipe:read("l"), "mktemp failed")
  pipe:close()
  made[dir] = true
  return dir
end

--- Removes a folder that temp made, with all in it.
---@param dir string
function M.remove(dir)
  assert(made[dir], "not made by temp: " .. tostring(dir))
  made[dir] = nil
  assert(os.execute("chmod -R u+rwX " .. M.quote(dir) .. " 2>/dev/null; rm -rf " .. M.quote(dir)))
end

-- A file name that is free, below a folder of this run.
local scratch
local function free_name()
  scratch = scratch or { dir = M.temp(), n = 0 }
  scratch.n = scratch.n + 1
  return scratch.dir .. "/" .. scratch.n
end

--- Runs a command: a list of words, or one text for the shell.  `options`:
--- cwd, env (name -> text, or false to unset), stdin (text).
---@param command string|string[]
---@param options? {cwd?: string, env?: table<string, string|false>, stdin?: string}
---@return integer status  128 and the number for a signal
---@return string stdout
---@return string stderr
function M.run(command, options)
  options = options or {}
  local out, words = free_name(), {}
  if type(command) == "table" then
    for i, word in ipairs(command) do
      words[i] = M.quote(word)
    end
  else
    words = { "sh", "-c", M.quote(command) }
  end
  local env = {}
  for name, value in pairs(options.env or {}) do
    env[#env + 1] = value and name .. "=" .. M.quote(value) or "-u " .. name
  end
  table.sort(env, function(a, b) -- `-u` first
    return a < b
  end)
  local stdin = "/dev/null"
  if options.stdin then
    stdin = M.write(out .. ".in", options.stdin)
  end
  local line = ("cd %s && exec env %s %s <%s >%s 2>%s"):format(
    M.quote(options.cwd or "."), table.concat(env, " "), table.concat(words, " "),
    stdin, out .. ".out", out .. ".err")
  local _, how, status = os.execute(line)
  local stdout, stderr = M.read(out .. ".out") or "", M.read(out .. ".err") or ""
  for _, suffix in ipairs { ".in", ".out", ".err" } do
    os.remove(out .. suffix)
  end
  return how == "signal" and 128 + status or status, stdout, stderr
end

--- Runs the command under test with these words.
---@param words string[]
---@param options? table  as for run
---@return integer status
---@return string stdout
---@return string stderr
function M.wick(words, options)
  return M.run({ M.command, table.unpack(words) }, options)
end

-- What must not change: {fd number -> what it is}, the directory, names of _G.
local function snapshot()
  collectgarbage()
  collectgarbage()
  local now = { fds = {}, cwd = lfs.currentdir(), globals = {} }
  for fd in lfs.dir("/proc/self/fd") do
    local what = fd:find("^%d+$") and lfs.symlinkattributes("/proc/self/fd/" .. fd, "target")
    if what and not what:find("^/proc/%d+/fd$") then -- but the one that looks
      now.fds[fd] = what:gsub(" %(deleted%)$", "")
    end
  end
  for name in pairs(_G) do
    now.globals[name] = true
  end
  return now
end

-- Adds to `list` what differs between two sets.
local function compare(list, what, before, after)
  for key, value in pairs(after) do
    if before[key] ~= value then
      list[#list + 1] = ("new %s %s%s"):format(what, tostring(key),
        value == true and "" or " (" .. value .. ")")
    end
  end
  for key, value in pairs(before) do
    if after[key] == nil then
      list[#list + 1] = ("lost %s %s%s"):format(what, tostring(key),
        value == true and "" or " (" .. value .. ")")
    end
  end
end

local before

busted.subscribe({ "test", "start" }, function()
  before = snapshot()
  return nil, true
end)

-- Before all other subscribers, so that they see the failure.
busted.subscribe({ "test", "end" }, function(element, parent, status)
  if status ~= "pending" and before then
    local after, list = snapshot(), {}
    compare(list, "file descriptor", before.fds, after.fds)
    compare(list, "name in _G", before.globals, after.globals)
    if before.cwd ~= after.cwd then
      list[#list + 1] = "current directory is " .. after.cwd
      lfs.chdir(before.cwd)
    end
    if #list > 0 then
      table.sort(list)
      local message = "the test left something behind: " .. table.concat(list, ", ")
      busted.publish({ "failure", "it" }, element, parent, message, element.trace)
    end
  end
  return nil, true
end, { priority = 1 })

busted.subscribe({ "exit" }, function()
  for dir in pairs(made) do
    M.remove(dir)
  end
  return nil, true
end)

return M
