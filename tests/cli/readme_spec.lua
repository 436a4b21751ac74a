-- The transcripts in README.md and in the examples' READMEs do what they say.
--
-- A transcript is text indented by four: lines `$ command`, each followed by
-- what the command prints, stdout and stderr in one.  A line `...` stands for
-- any lines, `...` within a line for any text.  A ```yaml or ```lua block whose
-- first line is a comment with a file's name (`# a.yaml`, `-- exp/a.lua`) is that
-- file for what comes behind it.  Commands run in a folder with these files, the
-- examples and the headers, with the command on the PATH.  Any other ```lua
-- block is a program that runs there and prints nothing to stderr.

local core = require "wick.core"
local helper = require "tests.helper"
local wick = require "wick"

-- What a text does, in its order: transcripts {line, command, output} and files
-- {file, body}.
local function steps(text)
  local list, current, n, block = {}, nil, 0, nil
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    n = n + 1
    if block and line == "```" then
      local name = block[1] and (block[1]:match("^# (%S+%.yaml)$")
        or block[1]:match("^%-%- (%S+%.lua)$"))
      if name then
        list[#list + 1] = { file = name, body = table.concat(block, "\n") .. "\n" }
      end
      block = nil
    elseif block then
      block[#block + 1] = line
    elseif line:find("^```%l") then
      block, current = {}, nil
    end
    local inside = line:match("^    (.*)$")
    local command = inside and inside:match("^%$ (.+)$")
    if command then
      current = { line = n, command = command, output = {} }
      list[#list + 1] = current
    elseif inside and current then
      table.insert(current.output, inside)
    elseif line == "" and current then
      table.insert(current.output, "") -- taken off again at the end
    else
      current = nil
    end
  end
  for _, t in ipairs(list) do
    while t.output and t.output[#t.output] == "" do
      table.remove(t.output)
    end
  end
  return list
end

-- The Lua programs of a text: what stands between ```lua and ```.
local function programs(text)
  local list = {}
  for code in text:gmatch("\n```lua\n(.-)\n```") do
    if not code:find("^%-%- %S+%.lua\n") then
      list[#list + 1] = code
    end
  end
  return list
end

-- Is this the line, `...` standing for any text?
local function same(pattern, line)
  if not line or not pattern:find("...", 1, true) then
    return pattern == line
  end
  local p = pattern:gsub("%p", "%%%0"):gsub("%%%.%%%.%%%.", ".*")
  return line:find("^" .. p .. "$") ~= nil
end

-- Do the lines from `at` on fit the pattern from `p` on?
local function fits(pattern, lines, p, at)
  p, at = p or 1, at or 1
  while p <= #pattern do
    if pattern[p] == "..." then
      for rest = at, #lines + 1 do
        if fits(pattern, lines, p + 1, rest) then
          return true
        end
      end
      return false
    elseif not same(pattern[p], lines[at]) then
      return false
    end
    p, at = p + 1, at + 1
  end
  return at == #lines + 1
end

local pipe = assert(io.popen("ls README.md examples/*/README.md 2>/dev/null"))
local paths = {}
for path in pipe:lines() do
  paths[#paths + 1] = path
end
pipe:close()

for _, path in ipairs(paths) do
  describe(path, function()
    local found = steps((assert(helper.read(path))))
    local dir

    setup(function()
      dir = helper.temp()
      helper.run { "cp", "-R", "examples", "include", dir }
    end)

    teardown(function()
      helper.remove(dir)
    end)

    it("has a transcript", function()
      assert.truthy(#found > 0)
    end)

    it("has no config that no transcript can run", function()
      for code in helper.read(path):gmatch("\n```yaml\n(.-)\n") do
        assert.truthy(code:find("^# %S+%.yaml$"), "a file's name is not here: " .. code)
      end
      local top = helper.read(path):match("\n    (#[^\n]*%.yaml)\n")
      assert.is_nil(top, "this is no file for what comes behind it")
    end)

    for n, code in ipairs(programs((assert(helper.read(path))))) do
      it(("Lua program %d"):format(n), function()
        local script = helper.write(helper.temp() .. "/program.lua", ([[
          package.path = "%s/lua/?.lua;%s/lua/?/init.lua;" .. package.path
          package.cpath = "%s/lua/?.so;" .. package.cpath
        ]]):format(helper.root, helper.root, helper.build) .. code)
        local status, _, err = helper.run({ helper.host, script }, { cwd = dir })
        assert.are.same({ 0, "" }, { status, err })
      end)
    end

    local written = 0 -- steps whose files are there
    for n, t in ipairs(found) do
      local _ = t.command and it(("line %d: %s"):format(t.line, t.command), function()
        for i = written + 1, n do
          if found[i].file then
            helper.write(dir .. "/" .. found[i].file, found[i].body)
          end
        end
        written = n
        local bin = helper.command:match("^(.*)/[^/]*$")
        local _, out = helper.run("exec 2>&1; " .. t.command, {
          cwd = dir,
          env = { PATH = bin .. ":" .. os.getenv("PATH"), LC_ALL = "C.UTF-8", NO_COLOR = "1" },
        })
        local lines = {}
        for line in out:gmatch("([^\n]*)\n") do
          lines[#lines + 1] = line
        end
        if not fits(t.output, lines) then
          assert.equal(table.concat(t.output, "\n"), (out:gsub("\n$", "")))
        end
      end)
    end
  end)
end

describe("README.md", function()
  local readme = helper.read("README.md")

  it("has each limit and what it is", function()
    local chapter = readme:match("\n## Limits\n(.-)\n## ")
    local found = {}
    for names, values in chapter:gmatch("\n| [^|]* | (`[^|]*) | ([^|]*) |") do
      local list = {}
      for value in (values .. ", "):gmatch("(.-), ") do
        local number, unit = value:match("^([%d,]*%d) ?(%a*)")
        number = math.tointeger(tonumber((number:gsub(",", ""))))
        list[#list + 1] = number * (unit == "MiB" and 1 << 20 or 1)
      end
      for name in names:gmatch("`([%w.]+)`") do
        found[name] = table.remove(list, 1)
      end
    end
    local wanted = {}
    for name, value in pairs(core.limits) do
      wanted[name] = value
    end
    assert.same(wanted, found)
  end)

  it("has each option of wick.load", function()
    local chapter = readme:match("\n## The library\n(.-)\n## ")
    local found, wanted = {}, {}
    for row in chapter:match("option of `wick.load`(.-)\n\n"):gmatch("\n| (`[^|]*) |") do
      for name in row:gmatch("`([%w_]+)`") do
        found[name] = true
      end
    end
    local known = helper.read("lua/wick/init.lua"):match("local LOAD = {(.-)}")
    for name in known:gmatch("([%w_]+) =") do
      wanted[name] = true
    end
    assert.same(wanted, found)
  end)

  it("has each method of a config", function()
    local config <close> = assert(wick.load {})
    local chapter = readme:match("\n## The library\n(.-)\n## ")
    for name, value in pairs(getmetatable(config)) do
      -- those that are for the rooms alone
      if type(value) == "function" and not name:find("^__") and name ~= "node"
        and name ~= "run_node" and name ~= "open_project" then
        assert.truthy(chapter:match("config:` | gives(.-)\n\n"):find("`" .. name .. "[(`]"), name)
      end
    end
  end)
end)
