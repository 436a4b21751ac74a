-- The transcripts in README.md and in the examples' READMEs do what they say.
--
-- A transcript is text indented by four: lines `$ command`, each followed by
-- what the command prints, stdout and stderr in one.  A line `...` stands for
-- any lines, `...` within a line for any text.  Commands run in the
-- repository, with the command on the PATH.  A ```lua block is a program that
-- runs there and prints nothing to stderr.

local helper = require "tests.helper"

-- The transcripts of a text: {line, command, output}.
local function transcripts(text)
  local list, current, n = {}, nil, 0
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    n = n + 1
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
    while t.output[#t.output] == "" do
      table.remove(t.output)
    end
  end
  return list
end

-- The Lua programs of a text: what stands between ```lua and ```.
local function programs(text)
  local list = {}
  for code in text:gmatch("\n```lua\n(.-)\n```") do
    list[#list + 1] = code
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
    local found = transcripts((assert(helper.read(path))))

    it("has a transcript", function()
      assert.truthy(#found > 0)
    end)

    for n, code in ipairs(programs((assert(helper.read(path))))) do
      it(("Lua program %d"):format(n), function()
        local script = helper.write(helper.temp() .. "/program.lua", ([[
          package.path = "%s/lua/?.lua;%s/lua/?/init.lua;" .. package.path
          package.cpath = "%s/lua/?.so;" .. package.cpath
        ]]):format(helper.root, helper.root, helper.build) .. code)
        local status, _, err = helper.run { helper.host, script }
        assert.are.same({ 0, "" }, { status, err })
      end)
    end

    for _, t in ipairs(found) do
      it(("line %d: %s"):format(t.line, t.command), function()
        local bin = helper.command:match("^(.*)/[^/]*$")
        local _, out = helper.run("exec 2>&1; " .. t.command, {
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
