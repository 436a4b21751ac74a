-- hostile: a command that is started in odd ways, with odd words, and whose
-- answers go to odd places: the attack rows 158 to 161, 163 and 164.

local helper = require "tests.helper"

local quote = helper.quote

-- Everything that a terminal obeys or that hides text: ESC, CR, BEL, a byte that
-- is no UTF-8, CSI as U+009B, a bidirectional override.
local ODD = "\27[31m\r\7\xFF\u{9B}1m\u{202E}"
local DOC = "a: 1\nb: {c: x}\n"

describe("row", function()
  local dir

  setup(function()
    dir = helper.temp()
    helper.write(dir .. "/c.yaml", DOC)
  end)

  teardown(function()
    helper.remove(dir)
  end)

  -- The command in the test's folder by the shell; `wick` is the command.
  local function shell(line, options)
    options = options or {}
    options.cwd = dir
    return helper.run("wick() { " .. quote(helper.command) .. " \"$@\"; }\n" .. line, options)
  end

  local function wick(words, options)
    options = options or {}
    options.cwd = options.cwd or dir
    options.env = options.env or { LC_ALL = "C.UTF-8" }
    return helper.wick(words, options)
  end

  it("158, no words at all, not even a name", function()
    local status, out, err = helper.run { helper.build .. "/tests/exec_bare", helper.command }
    assert.equal(2, status)
    assert.equal("", out)
    assert.truthy(err:find("^usage: wick "))
  end)

  it("158, standard streams that are closed", function()
    for _, case in ipairs {
      { "wick show c.yaml <&-", 0, DOC:gsub("{c: x}", "\n  c: x"):gsub("b: ", "b:"), "" },
      { "wick show c.yaml 2>&-", 0, DOC:gsub("{c: x}", "\n  c: x"):gsub("b: ", "b:"), "" },
      { "wick show gone.yaml 2>&-", 2, "", "" },
      { "wick show c.yaml >&-", 1, "", "wick: cannot write the answer: Bad file descriptor\n" },
      { "wick show c.yaml >&- 2>&-", 1, "", "" },
      { "wick show c.yaml <&- >&- 2>&-", 1, "", "" },
      { "wick --version >&-", 1, "", "wick: cannot write the answer: Bad file descriptor\n" },
    } do
      local status, out, err = shell(case[1])
      assert.equal(case[4], err, case[1])
      assert.equal(case[3], out, case[1])
      assert.equal(case[2], status, case[1])
    end
    local status, _, err = shell "wick show - <&-"
    assert.equal(4, status)
    assert.truthy(err:find("standard input cannot be read", 1, true))
  end)

  it("158, no file of the project gets the number of a stream that was closed", function()
    helper.write(dir .. "/fds/init.lua", [[
      local found = {}
      for fd = 0, 2 do
        local pipe = io.popen("readlink /proc/" .. io.open("/proc/self/stat"):read("n")
          .. "/fd/" .. fd)
        found[fd + 1] = pipe:read("l")
        pipe:close()
      end
      local file = assert(io.open(os.getenv "FDS_OUT", "w"))
      file:write(table.concat(found, " "))
      file:close()
      return { new = function() return {} end }]])
    helper.write(dir .. "/fds.yaml", "project: fds\nx: {_target_: fds}\n")
    local status = shell("wick run -q fds.yaml <&- >&- 2>&-",
      { env = { FDS_OUT = dir .. "/fds.out" } })
    assert.equal(0, status)
    assert.equal("/dev/null /dev/null /dev/null", helper.read(dir .. "/fds.out"))
  end)

  it("159, words that are as long as a system lets them be", function()
    local long = ("x"):rep(120000)
    for _, words in ipairs {
      { long }, { "show", "c.yaml", long }, { "show", long .. ".yaml" }, { "show", "--" .. long },
      { "show", "c.yaml", "--limit", long }, { "show", "c.yaml", "--limit=" .. long .. "=1" },
      { "show", "c.yaml", long .. "=1" }, { "show", "c.yaml", "a." .. long .. "=1" },
      { "show", "c.yaml", "a=[" .. long }, { "show", "c.yaml", "a=@" .. long },
      { "explain", "c.yaml", "--target", long }, { "run", "c.yaml", "--only", long },
      { "show", "c.yaml", "--project", long }, { "help", long },
      { "show", "c.yaml", ("a."):rep(60000) .. "=1" },
      { "show", "c.yaml", "a=$ " .. ("("):rep(60000) },
    } do
      local status, out, err = wick(words)
      assert.equal("", out)
      assert.is_true(status >= 2 and status <= 7, "it ended with " .. status)
      assert.is_true(#err > 0 and #err < 4000, #err .. " bytes on stderr")
    end
    local status, out = wick { "show", "c.yaml", "a=" .. long }
    assert.equal(0, status)
    assert.is_true(#out > 120000)
  end)

  -- What is printed must be fit for a terminal.
  local function fit(what, status, out, err)
    assert.is_true(status <= 7, ("%s ended with %d: %s"):format(what, status, err))
    for _, text in ipairs { out, err } do
      assert.truthy(utf8.len(text), what .. ": no UTF-8: " .. text)
      local at = text:find("[\0-\8\11-\31\127]") or text:find("\u{9B}", 1, true)
        or text:find("\u{202E}", 1, true)
      assert.is_nil(at, ("%s prints %q"):format(what, at and text:sub(at, at + 20) or ""))
    end
  end

  it("159 and 160, words with what a terminal obeys", function()
    local e = ODD
    for _, verb in ipairs { "run", "check", "show", "explain", "help" } do
      for _, words in ipairs {
        { e }, { e .. ".yaml" }, { "c.yaml", e }, { "c.yaml", e .. "=1" }, { "c.yaml", "a=" .. e },
        { "c.yaml", "b." .. e .. "=1" }, { "c.yaml", "--" .. e }, { "c.yaml", "--limit=" .. e },
        { "c.yaml", "--limit", e .. "=1" }, { "c.yaml", "--project", e },
        { "c.yaml", "--project", "n=" .. e }, { "c.yaml", "--allow", e },
        { "c.yaml", "--resolver", e }, { "c.yaml", "--color", e }, { "c.yaml", "--target", e },
        { "c.yaml", "--only", e }, { "c.yaml", "+" .. e .. "=1" }, { "c.yaml", "~" .. e },
      } do
        table.insert(words, 1, verb)
        fit(table.concat(words, " "), wick(words))
      end
    end
  end)

  it("160, names of files, folders and keys, values and errors with the same", function()
    local e = ODD
    local folder = dir .. "/" .. e:gsub("/", "")
    helper.tree(folder, {
      ["p/m.lua"] = [[
        local M = {}
        function M.new(o) return { o = o } end
        function M.raises() error("\27[31m\xFF\u{9B}\r") end
        local Text = { __tostring = function() return "\27[1m" end }
        function M.object() error(setmetatable({}, Text)) end
        function M.refuses() return nil, "\27[31m\u{202E}" end
        M["\27[31m"] = 1
        return M]],
      ["p/raises.lua"] = "error '\\27[31m'", ["p/syntax.lua"] = "x = = '\27[31m'\n",
      ["p/mm" .. e .. ".lua"] = "return {}", ["p/ma" .. e .. "/init.lua"] = "return {}",
      ["c.yaml"] = DOC, ["open.yaml"] = "a: [\n",
    })
    local key = [["k\x9b\u202e\e[31m"]]
    local docs = {
      "a: {" .. key .. ": 1}\nb: '@a.x'\n", "a: '$ " .. e:gsub("[\r\7\xFF\27]", "") .. "'\n",
      key .. ": &a [*a]\n", key .. ": 1\n" .. key .. ": 2\n",
      "project: " .. key .. "\na: {_target_: p.M}\n",
      "project: p\na: {_target_: " .. key .. "}\n", "defaults: [" .. key .. "]\n",
      "a: \"%\\e[31m.yaml#\\e\"\n", "a: \"@\\e\"\n", "a: \"${\\e}\"\n", key .. ": ???\n",
    }
    for _, name in ipairs { "new", "raises", "object", "refuses", "neww" } do
      docs[#docs + 1] = ("project: p\n%s: {_target_: p.m.%s, %s: \"v\\e\\x9b\"}\n"):format(
        key, name, key)
    end
    for _, name in ipairs { "raises", "syntax", "mm", "ma", "gone" } do
      docs[#docs + 1] = ("project: p\n%s: {_target_: p.%s.X}\n"):format(key, name)
    end
    for i, doc in ipairs(docs) do
      helper.write(("%s/%d.yaml"):format(folder, i), doc)
    end
    for i = 1, #docs do
      local path = ("%s/%d.yaml"):format(folder, i)
      for _, words in ipairs { { "run", path }, { "run", path, "--backtrace", "full" },
        { "check", path }, { "show", path }, { "explain", path, "--target", "p.m.new" },
        { "show", path, "--origin" }, { "show", path, "--format", "lua" },
        { "explain", path, "a" }, { "tree", path }, { "graph", path }, { "diff", path, "a=2" },
        { "check", path, "--json" } } do
        fit(("%s %d: %s"):format(words[1], i, docs[i]), wick(words))
      end
    end
    fit("open.yaml", wick { "check", folder .. "/open.yaml" })
    fit("there", wick({ "show", "open.yaml" }, { cwd = folder }))
  end)

  it("161, an answer that cannot be written", function()
    for _, line in ipairs { "wick show c.yaml", "wick check c.yaml", "wick help",
      "wick --version" } do
      local status, out, err = shell(line .. " >/dev/full")
      assert.equal(1, status, line)
      assert.equal("", out)
      assert.equal("wick: cannot write the answer: No space left on device\n", err, line)
    end
    local status = shell "wick show gone.yaml 2>/dev/full"
    assert.equal(2, status)
  end)

  it("161, a reader that has gone ends it without a word", function()
    local lines = { "a:" }
    for i = 1, 20000 do
      lines[#lines + 1] = ("  k%d: a text of some length"):format(i)
    end
    helper.write(dir .. "/big.yaml", table.concat(lines, "\n") .. "\n")
    local _, out, err = shell("(wick show big.yaml; echo $? >&2) | head -n 1")
    assert.equal("a:\n", out)
    assert.equal("141\n", err) -- by the signal
    _, out, err = shell("(trap '' PIPE; wick show big.yaml; echo $? >&2) | head -n 1")
    assert.equal("a:\n", out)
    assert.equal("1\n", err)
  end)

  it("162, overrides with odd keys", function()
    for _, word in ipairs { "a[999999999]=1", "b[9223372036854775807]=1", "b[-1]=1", "b[0]=1",
      "b.__index=1", "b[\"__gc\"]=1", "b.__metatable.x=1", "b[\"\"]=1", "b[\"\\0\"]=1",
      "b.c" .. ("[1]"):rep(300) .. "=1", "b.c.d=1", "[1]=1", "..a=1" } do
      local status, out, err = wick { "show", "c.yaml", word }
      assert.equal("", out)
      assert.is_true(status == 2 or status == 3, word .. " ended with " .. status)
      fit(word, status, out, err)
    end
  end)

  it("163, what the environment says of Lua and of wick", function()
    local evil = helper.temp()
    finally(function()
      helper.remove(evil)
    end)
    helper.tree(evil, { ["wick/cli/command.lua"] = "print 'evil'",
      ["wick/init.lua"] = "print 'evil'", ["wick/core.lua"] = "print 'evil'",
      ["init.lua"] = "print 'evil'",
      ["wick/core.so"] = "not a library" })
    local env = { LUA_INIT = "print 'evil'", LUA_INIT_5_4 = "@" .. evil .. "/init.lua",
      LUA_PATH = evil .. "/?.lua;" .. evil .. "/?/init.lua", LUA_CPATH = evil .. "/?.so",
      LUA_PATH_5_4 = evil .. "/?.lua;" .. evil .. "/?/init.lua", LC_ALL = "C.UTF-8" }
    for _, name in ipairs { "WICK_PATH", "WICK_LUA", "WICK_PROJECT", "WICK_CONFIG", "WICK_OPTIONS",
      "WICK_LIMIT", "WICK_ALLOW" } do
      env[name] = evil
    end
    local status, out, err = wick({ "show", "c.yaml" }, { env = env })
    assert.equal("a: 1\nb:\n  c: x\n", out .. err)
    assert.equal(0, status)
  end)

  it("164, a config that is no file", function()
    local pipe = "\n  = help: `-` reads a config from standard input"
    for _, case in ipairs {
      { "mkfifo pipe.yaml && wick show pipe.yaml", "`pipe.yaml` is a named pipe", pipe },
      { "mkdir -p folder.yaml && wick show folder.yaml", "`folder.yaml` is a folder", "" },
      { "touch folder.yaml/a.yaml && wick show folder.yaml/", "`folder.yaml/` is a folder",
        "\n  = help: did you mean `folder.yaml/a.yaml`?" },
      { "touch folder.yaml/b.yml && wick show folder.yaml", "`folder.yaml` is a folder", "" },
      { "wick show /dev/null", "`/dev/null` is a character device", "" },
      { "cat c.yaml | wick show /dev/stdin", "`/dev/stdin` is a named pipe", pipe },
      { "cat c.yaml | wick show /proc/self/fd/0", "`/proc/self/fd/0` is a named pipe", pipe },
    } do
      local status, out, err = shell("timeout 20 sh -c " .. quote(
        "wick() { " .. quote(helper.command) .. " \"$@\"; }; " .. case[1]))
      assert.equal("", out)
      assert.equal("error[W0004]: " .. case[2] .. ", not a config" .. case[3] .. "\n", err)
      assert.equal(2, status, case[1])
    end
    for _, line in ipairs { "cat c.yaml | wick show -", "wick show - <c.yaml",
      "wick show /dev/stdin <c.yaml" } do
      local status, out = shell(line)
      assert.equal("a: 1\nb:\n  c: x\n", out, line)
      assert.equal(0, status)
    end
  end)
end)
