-- The ground: what is built, and the rules that files keep.

local helper = require "tests.helper"
local lfs = require "lfs"

local function lines(command)
  local status, out, err = helper.run(command)
  assert.equal(0, status, err)
  local list = {}
  for line in out:gmatch("[^\n]+") do
    list[#list + 1] = line
  end
  return list
end

describe("core.so", function()
  it("shows luaopen_wick_core and nothing else", function()
    local shown = {}
    for _, line in ipairs(lines("nm -D --defined-only build/lua/wick/core.so")) do
      shown[#shown + 1] = line:match("(%S+)$")
    end
    assert.same({ "luaopen_wick_core" }, shown)
  end)

  it("lacks nothing of its own", function()
    local lacks = table.concat(lines("nm -D --undefined-only build/lua/wick/core.so"), "\n")
    assert.falsy(lacks:find("wk_", 1, true), lacks)
  end)

  it("does not bring a liblua of its own", function()
    local needs = table.concat(lines("readelf -d build/lua/wick/core.so"), "\n")
    assert.falsy(needs:find("NEEDED[^\n]*liblua"))
    assert.truthy(needs:find("NEEDED[^\n]*libyaml"))
  end)
end)

describe("the files", function()
  it("keep the arrows between the rooms", function()
    local _, out, err = helper.run { "lua5.4", "tests/check/arrows.lua" }
    assert.equal("", out .. err)
  end)

  it("are 600 lines at most, what is no test or data", function()
    local long, data = {}, { ["lua/wick/cli/explain/pages.lua"] = true }
    for _, path in ipairs(lines("find src lua -name '*.[ch]' -o -name '*.lua'")) do
      local _, count = helper.read(path):gsub("\n", "")
      if count > 600 and not data[path] then
        long[#long + 1] = path .. ": " .. count
      end
    end
    assert.same({}, long)
  end)

  it("are within their columns, without tabs or blanks at the end", function()
    local wrong = {}
    for _, path in ipairs(lines("find src include lua tests -name '*.[ch]' -o -name '*.lua'")) do
      local width, n = path:find("%.lua$") and 100 or 80, 0
      for line in io.lines(path) do
        n = n + 1
        if (utf8.len(line) or #line) > width or line:find("%s$") or line:find("^ *\t") then
          wrong[#wrong + 1] = path .. ":" .. n
        end
      end
    end
    assert.same({}, wrong)
  end)
end)

describe("the Makefile", function()
  it("says what can be made", function()
    local _, out = helper.run { "make", "--no-print-directory", "help" }
    for target in ("deps deps-dev demo test check asan valgrind race bench install uninstall clean")
      :gmatch("%S+") do
      assert.truthy(("\n" .. out):find("\n" .. target .. " ", 1, true), target)
    end
  end)

  it("uninstalls exactly what it installs, and leaves what others put there", function()
    local dir = helper.temp()
    os.rename("build/folders", "build/folders.own") -- if there is one
    helper.write(dir .. "/usr/share/lua/5.4/other.lua", "")
    assert(lfs.mkdir(dir .. "/usr/share/doc"))
    local before = lines("cd " .. dir .. " && find . -type d | sort")
    local make = { "make", "-s", "DESTDIR=" .. dir, "PREFIX=/usr" }
    local status, out, err = helper.run { make[1], make[2], make[3], make[4], "install" }
    assert.equal(0, status, out .. err)
    local installed = table.concat(lines("cd " .. dir .. " && find . -type f"), "\n")
    for _, name in ipairs {
      "usr/bin/wick", "usr/lib/lua/5.4/wick/core.so", "usr/share/lua/5.4/wick/fail.lua",
      "usr/include/wick/plugin.h", "usr/share/man/man1/wick.1",
      "usr/share/doc/wick/LICENSE", "usr/share/doc/wick/README.md",
    } do
      assert.truthy(installed:find("./" .. name, 1, true), name)
    end
    status, out, err = helper.run { make[1], make[2], make[3], make[4], "uninstall" }
    assert.equal(0, status, out .. err)
    assert.same({ "./usr/share/lua/5.4/other.lua" }, lines("cd " .. dir .. " && find . -type f"))
    assert.same(before, lines("cd " .. dir .. " && find . -type d | sort"))
    -- all of it, when all of it was made; and wick's own when nobody remembers
    make[3] = "DESTDIR=" .. dir .. "/new"
    for _, forgets in ipairs { false, true } do
      helper.run { make[1], make[2], make[3], make[4], "install" }
      if forgets then
        assert(os.remove("build/folders"))
      end
      status, out, err = helper.run { make[1], make[2], make[3], make[4], "uninstall" }
      assert.equal(0, status, out .. err)
      assert.same({}, lines("cd " .. dir .. " && find . -name 'wick*'"))
      assert.equal(forgets, lfs.attributes(dir .. "/new") ~= nil)
    end
    os.rename("build/folders.own", "build/folders")
    helper.remove(dir)
  end)
end)
