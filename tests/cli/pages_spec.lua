-- The pages of `wick explain CODE`: every code of src/fail.h has one, and its
-- examples say what the page says they do.

local helper = require "tests.helper"

local pages = dofile(helper.root .. "/lua/wick/cli/explain/pages.lua")

-- The codes of the one table there is: code -> name.
local function codes()
  local list = {}
  for name, number in helper.read("src/fail.h"):gmatch("X%((E%u+),%s*(%d+),") do
    list[("W%04d"):format(number)] = name
  end
  return list
end

-- A page as its parts {kind, argument, lines}, the first being the text.
local function parts_of(page)
  local parts = { { kind = "text", lines = {} } }
  for line in page:gmatch("(.-)\n") do
    local kind, argument = line:match("^== (%a+) ?(.*)$")
    if kind then
      parts[#parts + 1] = { kind = kind, argument = argument, lines = {} }
    else
      table.insert(parts[#parts].lines, line)
    end
  end
  return parts
end

-- Where the compiler finds lua.h.
local function lua_headers()
  local _, flags = helper.run "pkg-config --cflags-only-I lua5.4"
  return flags:match("%-I(%S+)") or ""
end

local function run(command, dir)
  local status, out, err = helper.run(command, {
    cwd = dir,
    env = { LC_ALL = "C.UTF-8", NO_COLOR = "1",
      CPATH = helper.root .. "/include:" .. lua_headers(), -- as if all were installed
      PATH = helper.command:match("^(.*)/") .. ":" .. os.getenv("PATH") },
  })
  return status, ((out .. err):gsub((dir:gsub("%p", "%%%0")), "DIR"))
end

-- Does what a page says: gives whether there was an example.
local function try(code, page)
  local dir, command, seen = helper.temp(), nil, {}
  for _, part in ipairs(parts_of(page)) do
    seen[part.kind] = true
    if part.kind == "file" then
      helper.write(dir .. "/" .. part.argument, table.concat(part.lines, "\n") .. "\n")
    elseif part.kind == "wrong" then
      command = part.argument
      local status, said = run(command, dir)
      local headline = part.lines[1]
      local warning = "warning[" .. code .. "]: " .. headline .. "\n"
      if said:find(warning, 1, true) then
        assert.equal(0, status, said)
      else
        assert.truthy(said:find("error[" .. code .. "]: " .. headline .. "\n", 1, true), said)
        assert.not_equal(0, status)
      end
    elseif part.kind == "right" then
      local status, said = run(part.argument ~= "" and part.argument or command, dir)
      assert.equal(0, status, said)
      assert.falsy(said:find(code, 1, true), said)
    end
  end
  helper.remove(dir)
  return seen
end

describe("the page of", function()
  local known = codes()
  local list = {}
  for code in pairs(known) do
    list[#list + 1] = code
  end
  for code in pairs(pages) do
    if not known[code] then
      list[#list + 1] = code
    end
  end
  table.sort(list)
  for _, code in ipairs(list) do
    it(code .. " is true", function()
      assert.truthy(known[code], "there is no such code")
      local page = assert(pages[code], "it has no page in lua/wick/cli/explain/pages.lua")
      assert.equal(known[code], page:match("^%S+"))
      for line in page:gmatch("(.-)\n") do
        assert.truthy(#line <= 100, line)
      end
      local seen = try(code, page)
      assert.truthy(seen.untried or seen.wrong and seen.right, "it has no example")
    end)
  end
end)

describe("wick explain CODE", function()
  it("prints every page", function()
    for code in pairs(pages) do
      local status, out, err = helper.wick({ "explain", code }, { env = { LC_ALL = "C.UTF-8" } })
      assert.equal("", err)
      assert.equal(0, status)
      assert.equal(code, out:match("^%w+"))
    end
  end)
end)
