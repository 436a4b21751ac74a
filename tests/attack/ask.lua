-- ask: asks wick, through Lua, what the rows of the attack catalogue ask.
--
-- The same lines as tests/attack/lines.h: questions of the doors `root`,
-- `file`, `name`, `yaml`, and two that only Lua has:
--
--     target NAME   the value that NAME leads to, in the project at the root
--     config REL    reads, evaluates and builds the config REL below the root
--
-- Each answer is the catalogue name of the error, or OK.

local core = require "wick.core"
local lfs = require "lfs"

local doors, steps = {}, {}
local root, backend, directory

local function answer(value, err)
  return value ~= nil and "OK" or err.name
end

function doors.root(way, dir)
  if root then
    root:close()
  end
  local err
  backend, directory = way, dir
  root, err = core.root(dir, { backend = way })
  return answer(root, err)
end

function doors.rules(word)
  return answer(root:rules { strict = word == "strict", trust_modes = word == "trust" })
end

-- The second time the folders on the way are known.
function doors.file(rel)
  local first, again = answer(root:read(rel)), answer(root:read(rel))
  return first == again and first or first .. ", then " .. again
end

function doors.name(name)
  local ok, err = core.name(name)
  if not ok then
    return err.name
  end
  return doors.file(name:gsub("%.", "/") .. ".lua")
end

-- The path as it stands below the root; the reader itself takes any text.
function doors.yaml(rel)
  local text, err = root:read(rel, core.limits["document.bytes"])
  if not text then
    return err.name
  end
  local tree = core.tree()
  local top, wrong = tree:read(rel, text)
  return answer(top, wrong)
end

function doors.target(name)
  local project, err = require "wick".project(directory, { backend = backend })
  if not project then
    return err.name
  end
  local value, wrong = project:import(name)
  project:close()
  return answer(value, wrong)
end

function doors.config(rel)
  local wick = require "wick"
  local config, err = wick.load(directory .. "/" .. rel, nil, { backend = backend })
  if not config then
    return err.name
  end
  local value, wrong = config:build()
  config:close()
  return answer(value, wrong)
end

steps.chdir, steps.mkdir, steps.rmdir = lfs.chdir, lfs.mkdir, lfs.rmdir
steps.rename, steps.remove = os.rename, os.remove

function steps.write(path, text)
  local file, problem = io.open(path, "wb")
  if not file then
    return nil, problem
  end
  return file:write(text) and file:close()
end

local function decode(word)
  return (word:gsub("%%(%x?%x?)", function(hex)
    return hex == "" and "" or string.char(tonumber(hex, 16))
  end))
end

for line in io.lines() do
  local words = {}
  for word in line:gmatch("[^ ]+") do
    words[#words + 1] = decode(word)
  end
  local what = table.remove(words, 1)
  if doors[what] then
    print(doors[what](table.unpack(words)))
  else
    assert(steps[what], "no such step: " .. what)(table.unpack(words))
  end
end
