-- cycles: loads, builds, refuses and closes modules and a plugin, over and over
-- (row 147).
--
--     lua5.4 tests/attack/cycles.lua [TIMES]
--
-- A tenth of the TIMES (2,000) goes before, so that all that grows once has
-- grown; from then on neither memory nor descriptors may become more.  Prints
-- what it saw.

local times = tonumber(arg[1]) or 2000

local lfs = require "lfs"
local wick = require "wick"

local pipe = assert(io.popen("cd \"$(mktemp -d)\" && pwd -P"))
local dir = pipe:read("l")
pipe:close()

local function write(name, text)
  local file = assert(io.open(dir .. "/" .. name, "wb"))
  file:write(text)
  file:close()
end

assert(lfs.mkdir(dir .. "/p") and lfs.mkdir(dir .. "/p/d"))
write("p/a.lua", "local M = {}\nfunction M.A(o) return { b = o.b } end\nreturn M\n")
write("p/d/b.lua", "return { new = function(o) return { n = o.n } end }\n")
write("p/bad.lua", "return 1 +\n")
assert(lfs.link("a.lua", dir .. "/p/link.lua", true))
write("c.yaml", "project: p/\na: {_target_: p.a.A, b: '@b'}\nb: {_target_: p.d.b, n: '$ 1 + 1'}\n"
  .. "c: {_target_: p.made.Make, size: 3}\n")
for _, name in ipairs { "made", "other" } do
  assert(os.execute(("cp %s/tests/plugins/made.so '%s/p/%s.so'"):format(os.getenv "WICK_BUILD"
    or "build", dir, name)))
end
write("wrong.yaml", "project: p/\na: {_target_: p.link}\nb: {_target_: p.bad}\nc: '@none'\n")

local function once()
  local config = assert(wick.load(dir .. "/c.yaml", { "b.n=3" }))
  assert(assert(config:build("a")).b.n == 3)
  assert(assert(config:build("c")).size == 3)
  assert(config:close())
  assert(not wick.load(dir .. "/wrong.yaml"))
  local project = assert(wick.project(dir .. "/p"))
  local _, err = project:import("p.link")
  assert(err.name == "ESYMLINK")
  _, err = project:import("p.bad")
  assert(err.name == "ESYNTAX")
  _, err = project:import("p.other")
  assert(err.name == "ESTATEMENT")
  assert(not project:import("p.none"))
  project:close()
end

-- Resident memory in KiB, and how many descriptors are open.
local function measure()
  collectgarbage()
  collectgarbage()
  local file = assert(io.open("/proc/self/statm"))
  local pages = tonumber(file:read("a"):match("^%d+ (%d+)"))
  file:close()
  local fds = 0
  for _ in lfs.dir("/proc/self/fd") do
    fds = fds + 1
  end
  return pages * 4, fds
end

for _ = 1, times // 10 do
  once()
end
local memory, fds = measure()
for _ = 1, times do
  once()
end
local memory_then, fds_then = measure()
os.execute("rm -rf '" .. dir .. "'")
print(("%d times: %d KiB before, %d behind; %d descriptors before, %d behind"):format(times, memory,
  memory_then, fds, fds_then))
os.exit(fds == fds_then and memory_then - memory < 1024)
