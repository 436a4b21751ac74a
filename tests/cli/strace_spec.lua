-- What a run opens, as the kernel sees it: modules of the project through the
-- resolver only, nothing outside the root but what a process needs, and nothing
-- that a child would inherit (row 154).

local helper = require "tests.helper"

-- The opens of a run of the iris example with the words `...`.
local function opens(...)
  local dir = helper.temp()
  helper.run({ "cp", "-r", helper.root .. "/examples/iris", dir })
  local trace = dir .. "/trace"
  local status, out = helper.run { "strace", "-f", "-qq", "-o", trace, "-e",
    "trace=open,openat,openat2,creat,open_by_handle_at,execve", helper.command, "run",
    dir .. "/iris/train.yaml", ... }
  local text = helper.read(trace)
  helper.remove(dir)
  if not text or text == "" then
    return nil, "strace cannot trace here: " .. out
  end
  assert.equal(0, status)
  local list = {}
  for line in text:gmatch("[^\n]+") do
    local call, rest = line:match("^%d+%s+(%w+)%((.*)$")
    if call then
      list[#list + 1] = { call = call, rest = rest, line = line }
    end
  end
  return list, dir .. "/iris"
end

-- Paths that every process opens, and wick's own one.
local SYSTEM = { "^/etc/ld%.so", "^/lib", "^/usr/lib", "^/dev/null$" }

local function is_system(path)
  for _, pattern in ipairs(SYSTEM) do
    if path:match(pattern) then
      return true
    end
  end
end

for _, way in ipairs { "openat2", "walk" } do
  describe("a run by " .. way, function()
    it("opens modules through the resolver and nothing outside the root", function()
      if helper.instrumented or helper.counted then
        pending("a sanitizer looks for leaks at exit, which does not work under strace")
        return
      end
      local list, folder = opens("--resolver=" .. way)
      if not list then
        pending(folder)
        return
      end
      local modules, root = 0, nil
      for i, open in ipairs(list) do
        local at, path = open.rest:match('^([%w_-]+), "([^"]*)"')
        local result = open.rest:match("= (%-?%d+)[^=]*$")
        if open.call == "execve" then
          assert.equal(1, i, open.line)
        elseif open.call == "openat2" and open.rest:match("^%-1, NULL") then
          assert.equal("openat2", way) -- the question whether there is one
        elseif at == "AT_FDCWD" then
          if path == folder .. "/iris/" then
            root = result
          else
            assert.truthy(is_system(path) or path == folder .. "/train.yaml"
              or path == folder .. "/iris.csv", open.line)
          end
        else
          assert.equal(root, at, open.line) -- the root alone is ever a base
          assert.falsy(path:find("..", 1, true) or path:match("^/"), open.line)
          if way == "openat2" and path ~= "." then
            assert.equal("openat2", open.call, open.line)
            assert.truthy(open.rest:find("resolve=RESOLVE_NO_XDEV|RESOLVE_NO_MAGICLINKS|"
              .. "RESOLVE_NO_SYMLINKS|RESOLVE_BENEATH", 1, true), open.line)
          elseif path ~= "." then
            assert.truthy(open.rest:find("O_NOFOLLOW", 1, true), open.line)
          end
          assert.truthy(open.rest:find("O_CLOEXEC", 1, true), open.line)
          if path:match("%.lua$") and result ~= "-1" then
            modules = modules + 1
          end
        end
      end
      assert.equal(5, modules)
    end)

    -- row 68: whatever happens to a config or a module meanwhile
    it("opens no file of the config or the project twice", function()
      if helper.instrumented or helper.counted then
        pending("a sanitizer looks for leaks at exit, which does not work under strace")
        return
      end
      local list, folder = opens("--resolver=" .. way)
      if not list then
        pending(folder)
        return
      end
      local seen, files = {}, 0
      for _, open in ipairs(list) do
        local at, path = open.rest:match('^([%w_-]+), "([^"]*)"')
        if path and (path:match("%.lua$") or path:match("%.yaml$"))
          and not open.rest:find("= -1", 1, true) then
          local name = at == "AT_FDCWD" and path or at .. "/" .. path
          assert.falsy(seen[name], open.line)
          seen[name], files = true, files + 1
        end
      end
      assert.equal(6, files)
    end)
  end)
end
