-- wick.load: modules run once, constructors are found and called, `require`
-- works in a project, and failures say what happened.

local lfs = require "lfs"
local helper = require "tests.helper"
local target = require "wick.target"
local load = require "wick.load"
local fail = require "wick.fail"

local base, count

local function folder(files, name)
  count = count + 1
  local dir = ("%s/%d/%s"):format(base, count, name or "p")
  return helper.tree(dir, files)
end

local function with(files, f, options)
  local dir = folder(files)
  lfs.mkdir(base .. "/" .. count)
  lfs.mkdir(dir)
  local project = assert(target.project(dir, options))
  local ok, problem = pcall(f, project, dir)
  project:close()
  if not ok then
    error(problem, 0)
  end
end

local function plain(text, project)
  local from, to = text:find(project.path, 1, true)
  while from do
    text = text:sub(1, from - 1) .. "ROOT" .. text:sub(to + 1)
    from, to = text:find(project.path, 1, true)
  end
  return text
end

-- An error in lines, with the root written ROOT; the number of hidden frames
-- is the caller's business and written N.
local function say(project, err)
  local lines = { err.name .. ": " .. err.message }
  if err.target_span then
    lines[2] = ("%d..%d %s"):format(err.target_span[1], err.target_span[2], err.target_label)
  end
  for _, mark in ipairs(err.marks) do
    lines[#lines + 1] = ("%s:%d:%d +%d %s"):format(mark.file, mark.line, mark.column, mark.length,
      mark.label)
  end
  for _, note in ipairs(err.notes) do
    lines[#lines + 1] = "note: " .. note:gsub("%(%d+ frames? of", "(N frames of")
  end
  for _, help in ipairs(err.helps) do
    lines[#lines + 1] = "help: " .. help
  end
  return plain(table.concat(lines, "\n"), project)
end

-- The error of a target, in lines.
local function failing(files, name)
  local text
  with(files, function(project)
    local constructor, err = load.constructor(project, name)
    assert.is_nil(constructor)
    text = say(project, err)
    assert.is_true(err.name == "ENOTCALLABLE" or package.loaded[name] == nil)
  end)
  return text
end

describe("wick.load", function()
  setup(function()
    base, count = helper.temp(), 0
  end)

  teardown(function()
    helper.remove(base)
  end)

  describe("takes the value", function()
    local function value(files, name)
      local result
      with(files, function(project)
        result = assert(load.value(project, name))
      end)
      return result
    end

    it("of a module's field of its own name, else of the module", function()
      assert.equal("field", value({ ["Net.lua"] = "return { Net = 'field' }" }, "p.Net"))
      assert.equal(1, value({ ["Net.lua"] = "return { other = 1 }" }, "p.Net").other)
      assert.equal("field", value({ ["m/my_net.lua"] = "return { MyNet = 'field' }" }, "p.m.MyNet"))
      assert.equal(1, value({ ["m/my_net.lua"] = "return { my_net = 1 }" }, "p.m.MyNet").my_net)
      assert.equal("f", value({ ["x.lua"] = "return { x = 'f' }" }, "project.x"))
      assert.equal("f", value({ ["init.lua"] = "return { p = 'f' }" }, "project"))
    end)

    it("of a member, and of a member of a member", function()
      local files = {
        ["m.lua"] = "return { A = { b = 'deep' }, f = 'flat' }",
        ["m/net.lua"] = "return { make = 'made' }",
        ["o/net.lua"] = "return { Net = { make = 'field' }, make = 'module' }",
        ["q/Net.lua"] = "return { Net = { make = 'field' } }",
      }
      assert.equal("flat", value(files, "p.m.f"))
      assert.equal("deep", value(files, "p.m.A.b"))
      assert.equal("made", value(files, "p.m.Net.make"))
      assert.equal("field", value(files, "p.o.Net.make"))
      assert.equal("field", value(files, "p.q.Net.make"))
    end)

    it("with raw access", function()
      local files = { ["m.lua"] = "return setmetatable({ real = 1 }, "
        .. "{ __index = function(_, k) return k end })" }
      assert.equal(1, value(files, "p.m.real"))
      assert.truthy(failing(files, "p.m.unreal"):find("^ENOMEMBER: module `p.m` has no member"))
      assert.truthy(failing(files, "p.m.__index"):find("^ENOMEMBER"))
    end)

    it("false, which is there", function()
      with({ ["m.lua"] = "return { no = false }" }, function(project)
        assert.is_false(load.value(project, "p.m.no"))
      end)
    end)
  end)

  describe("goes on", function()
    it("when a module that might have the field has none", function()
      with({
        ["a/b.lua"] = "ran = (ran or '') .. 'b' return setmetatable({}, {})",
        ["a.lua"] = "ran = (ran or '') .. 'a' return setmetatable({ b = { make = 'here' } }, {})",
      }, function(project)
        finally(function()
          _G.ran = nil
        end)
        assert.equal("here", load.value(project, "p.a.b.make"))
        assert.equal("ba", _G.ran)
        _G.ran = nil
        assert.equal("here", load.value(project, "p.a.b.make"))
        assert.is_nil(_G.ran)
      end)
    end)

    it("past a module whose text says no, without running it", function()
      with({
        ["a/b.lua"] = "error 'run' return {}",
        ["a.lua"] = "return { b = { make = 'here' } }",
      }, function(project)
        assert.equal("here", load.value(project, "p.a.b.make"))
      end)
    end)

    it("to the end, and says what the module has", function()
      assert.equal("ENOMEMBER: module `p.m` has no member `heed`\n"
        .. "5..8 not exported\n"
        .. "ROOT/m.lua:2:8 +1 this table exports: head, tail\n"
        .. "help: did you mean `head`?",
        failing({ ["m.lua"] = "local f = load 'return { head = print, tail = 1 }'\nreturn f()" },
          "p.m.heed"))
      assert.equal("ENOMEMBER: `p.m.A` has no member `mak`\n"
        .. "7..9 not exported\n"
        .. "ROOT/m.lua:1:8 +1 this table exports: make\n"
        .. "help: did you mean `make`?",
        failing({ ["m.lua"] = "return { A = { make = function() end } }" }, "p.m.A.mak"))
    end)

    it("not past a module that has no members", function()
      assert.equal("ENOEXPORT: module `p.m` returned a number, which has no members\n"
        .. "1..3 loaded because of this target\n"
        .. "ROOT/m.lua:1:8 +2 this is a number\n"
        .. "help: return a table with the field `X`", failing({ ["m.lua"] = "return 42" }, "p.m.X"))
      assert.truthy(failing({ ["m.lua"] = "return function() end" }, "p.m.X"):find(
        "ENOEXPORT: module `p.m` returned a function, which has no members", 1, true))
    end)
  end)

  describe("calls", function()
    local function call(text, ...)
      local results, kind
      local arguments = table.pack(...)
      with({ ["net.lua"] = text }, function(project)
        local constructor = assert(load.constructor(project, "p.Net"))
        kind = constructor.kind
        results = table.pack(constructor.call(table.unpack(arguments, 1, arguments.n)))
      end)
      return kind, table.unpack(results, 1, results.n)
    end

    it("a function", function()
      assert.same({ "function", 1, nil, 3 }, { call("return function(...) return ... end", 1, nil,
        3) })
    end)

    it("a table or userdata with __call, before its new", function()
      assert.same({ "__call", "called", 7 }, { call([[
        return setmetatable({ new = error }, { __call = function(_, a) return "called", a end })]],
          7) })
      assert.same({ "__call", "called" }, { call([[
        local inner = setmetatable({}, { __call = function() return "called" end })
        return setmetatable({}, { __call = inner })]]) })
    end)

    it("new as a function", function()
      assert.same({ "new", "opts" }, { call("return { new = function(o) return o end }", "opts") })
      assert.same({ "new", "opts" }, { call("return { new = function(...) return ... end }",
        "opts") })
      assert.same({ "new", "ok" }, { call([[
        return { new = setmetatable({}, { __call = function() return "ok" end }) }]]) })
    end)

    it("new as a method, by the name of its first parameter", function()
      for _, name in ipairs { "self", "cls", "class", "_" } do
        local kind, same, opts = call(([[
          local Net = {}
          function Net.new(%s, o) return %s == Net, o end
          return Net]]):format(name, name), "opts")
        assert.same({ "method", true, "opts" }, { kind, same, opts })
      end
      assert.same({ "method", "opts" }, { call([[
        local Net = {}
        function Net:new(o) return o end
        return Net]], "opts") })
      for _, name in ipairs { "me", "Self", "this", "__", "klass" } do
        assert.equal("new", (call(("return { new = function(%s) end }"):format(name))))
      end
    end)

    it("new through tables in __index, sixteen of them", function()
      local chain = [[
        local class = { new = function(self) return self end }
        for _ = 1, %d do
          class = setmetatable({}, { __index = class })
        end
        return class]]
      assert.equal("method", (call(chain:format(1))))
      assert.equal("method", (call(chain:format(16))))
      assert.truthy(failing({ ["net.lua"] = chain:format(17) }, "p.Net"):find("^ENOTCALLABLE"))
      assert.truthy(failing({ ["net.lua"] = [[
        return setmetatable({}, { __index = function() return print end })]] }, "p.Net")
        :find("^ENOTCALLABLE"))
    end)

    it("raises what the constructor raises, untouched", function()
      with({ ["net.lua"] = "return function() error({ code = 7 }) end" }, function(project)
        local constructor = assert(load.constructor(project, "p.Net"))
        local ok, problem = pcall(constructor.call)
        assert.is_false(ok)
        assert.equal(7, problem.code)
      end)
    end)

    it("and remembers a constructor, by the target as it is written", function()
      with({ ["net.lua"] = "return { new = function(self) return self end }" }, function(project)
        local constructor = assert(load.constructor(project, "p.Net"))
        assert.equal(constructor, load.constructor(project, "p.Net"))
        assert.equal(constructor.value, load.constructor(project, "project.Net").value)
        assert.equal("net.lua", constructor.found.file)
        assert.equal("method", constructor.kind)
      end)
    end)

    it("nothing else", function()
      local files = { ["m.lua"] = "local M = {}\nM.DEFAULTS = { x = 1 }\nM.n = 3\n"
        .. "M.Bad = { new = 'x' }\nfunction M.head() end\nM.Net = { new = function() end }\n"
        .. "return M" }
      assert.equal("ENOTCALLABLE: target `p.m.DEFAULTS` is not a constructor\n"
        .. "1..12 this is a table without `__call` or `new`\n"
        .. "help: to hand over the value itself, name it in a reference, such as "
        .. "`\"$ (@model).DEFAULTS\"`, or export a function\n"
        .. "help: callable members of this module: Net, head", failing(files, "p.m.DEFAULTS"))
      assert.truthy(failing(files, "p.m.n"):find("\n1..5 this is a number\n", 1, true))
      assert.truthy(failing(files, "p.m.Bad"):find(
        "\n1..7 this is a table whose `new` is a string\n", 1, true))
      assert.truthy(failing({ ["x.lua"] = "return true" }, "p.x"):find("this is a boolean", 1,
        true))
    end)
  end)

  describe("runs a module", function()
    it("once, with its name and path, and registers it", function()
      with({ ["a/init.lua"] = "runs = (runs or 0) + 1\n"
        .. "return { name = (...), path = select(2, ...) }",
        ["b.lua"] = "return { a = require 'p.a' }" }, function(project)
        finally(function()
          _G.runs = nil
        end)
        local module = assert(load.module(project, "p.a"))
        assert.same({ name = "p.a", path = project.path .. "/a/init.lua" }, module)
        assert.equal(module, load.module(project, "project.a"))
        assert.equal(module, load.module(project, target.resolve(project, "p.a")))
        assert.equal(module, require "p.a")
        assert.equal(module, package.loaded["p.a"])
        assert.equal(module, load.value(project, "p.b.a"))
        package.loaded["p.a"] = nil
        assert.equal(module, require "p.a")
        assert.equal(1, _G.runs)
        assert.is_nil(package.loaded["project.a"])
      end)
    end)

    it("once for each inode", function()
      with({ ["a.lua"] = "return {}", ["copy.lua"] = "return {}" }, function(project, dir)
        assert(lfs.link(dir .. "/a.lua", dir .. "/same.lua"))
        local module = assert(load.module(project, "p.a"))
        assert.equal(module, load.module(project, "p.same"))
        assert.equal(module, require "p.same")
        assert.not_equal(module, load.module(project, "p.copy"))
      end)
    end)

    it("once for each root, under whatever name", function()
      with({ ["a.lua"] = "return {}" }, function(project, dir)
        local module = assert(load.module(project, "p.a"))
        local other = assert(target.project(dir, { name = "q" }))
        assert.equal(module, load.module(other, "q.a"))
        assert.equal(module, require "q.a")
        other:close()
        assert.is_nil(package.loaded["q.a"])
        assert.equal(module, package.loaded["p.a"])
      end)
    end)

    it("again, when the project was closed in between", function()
      local dir = folder { ["a.lua"] = "return {}" }
      local project = assert(target.project(dir))
      local module = assert(load.module(project, "p.a"))
      project:close()
      assert.is_nil(package.loaded["p.a"])
      project = assert(target.project(dir))
      assert.not_equal(module, load.module(project, "p.a"))
      project:close()
    end)

    it("and not what another file was, on whose inode it lies", function()
      with({ ["a.lua"] = "return 'a'" }, function(project, dir)
        assert.equal("a", load.module(project, "p.a"))
        local file = assert(io.open(dir .. "/a.lua", "w"))
        file:write("return 'b'")
        file:close()
        os.rename(dir .. "/a.lua", dir .. "/b.lua")
        assert.equal("b", load.module(project, "p.b"))
        assert.equal("a", load.module(project, "p.a")) -- it was loaded
      end)
    end)

    it("with chunk names that debuggers find", function()
      with({ ["a.lua"] = "return function() end" }, function(project)
        local info = debug.getinfo(assert(load.module(project, "p.a")), "S")
        assert.equal("@" .. project.path .. "/a.lua", info.source)
      end)
    end)

    it("by no name in package.loaded, package.preload or package.path", function()
      local dir = folder({ ["x.lua"] = "return 'elsewhere'" }, "elsewhere")
      local path = package.path
      finally(function()
        package.path = path
        package.preload["p.x"] = nil
        package.loaded["p.y"] = nil
      end)
      package.path = dir .. "/?.lua;" .. dir:gsub("/elsewhere$", "") .. "/?.lua"
      package.preload["p.x"] = function() return "preload" end
      package.loaded["p.y"] = "loaded"
      with({ ["y.lua"] = "return 'mine'" }, function(project)
        assert.equal("ENOTFOUND", select(2, load.value(project, "p.x")).name)
        assert.equal("mine", load.value(project, "p.y"))
        assert.equal("loaded", package.loaded["p.y"]) -- the program's business
      end)
      assert.equal("loaded", package.loaded["p.y"])
    end)

    it("that names something absent", function()
      with({ ["a.lua"] = "return {}" }, function(project)
        assert.equal("ENOTFOUND", select(2, load.module(project, "p.b")).name)
        assert.equal("EPREFIX", select(2, load.module(project, "q.b")).name)
        assert.equal("ENOTFOUND", select(2, load.module(project, "p.A")).name) -- rule 1 only
      end)
    end)
  end)

  describe("has one searcher", function()
    it("while a project is open", function()
      local before = #package.searchers
      local second = package.searchers[2]
      local one = assert(target.project(folder({ ["x.lua"] = "" }), { name = "one" }))
      local two = assert(target.project(base, { name = "two" }))
      assert.equal(before + 1, #package.searchers)
      assert.equal(second, package.searchers[3])
      one:close()
      assert.equal(before + 1, #package.searchers)
      two:close()
      assert.equal(before, #package.searchers)
      assert.equal(second, package.searchers[2])
    end)

    it("that gives the path, and knows rule 1 only", function()
      with({ ["m/my_net.lua"] = "return { x = 1 }", ["init.lua"] = "return { root = true }" },
        function(project)
          local module, path = require "p.m.my_net"
          assert.equal(1, module.x)
          assert.equal(project.path .. "/m/my_net.lua", path)
          assert.is_true(require("p").root)
          assert.is_false(pcall(require, "p.m.MyNet"))
          assert.is_false(pcall(require, "p.m.my_net.x"))
          assert.equal(module, load.value(project, "p.m.MyNet"))
        end)
    end)

    it("that says where it looked", function()
      with({ ["a.lua"] = "return {}" }, function(project)
        local _, message = pcall(require, "p.nope.x")
        message = plain(message, project)
        assert.equal("module 'p.nope.x' not found:\n"
          .. "\tno field package.preload['p.nope.x']\n"
          .. "\tno file 'ROOT/nope/x.lua'\n"
          .. "\tno file 'ROOT/nope/x/init.lua'\n"
          .. "\tno file 'ROOT/nope/x.so'\n"
          .. "\tno such module in the project 'p' (root 'ROOT')\n",
          message:match("^.-%(root 'ROOT'%)\n"))
        _, message = pcall(require, "p")
        assert.truthy(plain(message, project):find("\n\tno file 'ROOT/init.lua'\n\tno such", 1,
          true))
        _, message = pcall(require, "p.a.init")
        assert.truthy(message:find("\n\tno name of the project 'p': `init` is not part of a name\n",
          1, true))
        _, message = pcall(require, "project.a")
        assert.truthy(message:find("\n\tno project is called 'project'; a module is required by "
          .. "the project's own name, such as 'p.a'\n", 1, true))
      end)
    end)

    it("that raises for what is there and broken, as Lua does", function()
      with({ ["bad.lua"] = "local x\nx = = 1\n", ["fast.so"] = "", ["two.lua"] = "",
        ["two.so"] = "",
        ["nothing.lua"] = "" }, function(project, dir)
        lfs.link("/etc/passwd", dir .. "/link.lua", true)
        local function message(name)
          local ok, text = pcall(require, name)
          assert.is_false(ok)
          assert.is_nil(package.loaded[name])
          return plain(text, project)
        end
        assert.equal("error loading module 'p.bad' from file 'ROOT/bad.lua':\n"
          .. "\tROOT/bad.lua:2: unexpected symbol near '='", message "p.bad")
        assert.equal("error loading module 'p.fast' from file 'ROOT/fast.so':\n"
          .. "\tplugin `p.fast` is not a shared object (fast.so is empty)",
          message "p.fast")
        assert.equal("error loading module 'p.two' from file 'ROOT':\n"
          .. "\tmodule `p.two` is provided by more than one file "
          .. "(these files provide it: p/two.lua, p/two.so)", message "p.two")
        assert.equal("error loading module 'p.link' from file 'ROOT/link.lua':\n"
          .. "\tthe way to `link.lua` is a symbolic link (link.lua -> /etc/passwd)",
          message "p.link")
        assert.equal("error loading module 'p.nothing' from file 'ROOT/nothing.lua':\n"
          .. "\tit returned nothing", message "p.nothing")
      end)
    end)

    it("whose modules raise what they raise", function()
      with({ ["a.lua"] = "error({ code = 3 })", ["b.lua"] = "error('text', 0)" }, function()
        local _, problem = pcall(require, "p.a")
        assert.same({ code = 3 }, problem)
        _, problem = pcall(require, "p.b")
        assert.equal("text", problem)
      end)
    end)

    it("and two projects do not meet", function()
      with({ ["a.lua"] = "return 'p'" }, function(project)
        local other = assert(target.project(folder({ ["a.lua"] = "return 'q'" }, "q")))
        assert.equal("p", require "p.a")
        assert.equal("q", require "q.a")
        assert.equal("q", load.module(other, "project.a"))
        assert.equal("p", load.module(project, "project.a"))
        other:close()
        assert.is_false(pcall(require, "q.a"))
        assert.equal("p", require "p.a")
      end)
    end)

    it("and makes no globals", function()
      with({ ["a.lua"] = "local x = 1 return {}" }, function(project)
        local before = {}
        for key in pairs(_G) do
          before[key] = true
        end
        load.constructor(project, "p.a")
        load.constructor(project, "p.b")
        load.check(project, "p.a")
        for key in pairs(_G) do
          assert.is_true(before[key], key)
        end
      end)
    end)
  end)

  describe("says of a circle", function()
    it("who needs whom", function()
      assert.equal("EREQUIRE: modules require each other in a circle\n"
        .. "1..3 loaded because of this target\n"
        .. "ROOT/a.lua:1:11 +13 a needs b\n"
        .. "ROOT/b.lua:1:11 +13 b needs a, which is still loading\n"
        .. "note: the circle: p.a -> p.b -> p.a\n"
        .. "help: move the `require` in b.lua into the function that uses it",
        failing({ ["a.lua"] = "local b = require \"p.b\"\nreturn { X = b }",
          ["b.lua"] = "local a = require \"p.a\"\nreturn { X = a }" }, "p.a.X"))
    end)

    it("that a module needs itself", function()
      assert.equal("EREQUIRE: module `p.a` requires itself\n"
        .. "1..3 loaded because of this target\n"
        .. "ROOT/a.lua:2:3 +17 a needs a, which is still loading\n"
        .. "note: the circle: p.a -> p.a\n"
        .. "help: remove this `require`; a module knows itself by its own table",
        failing({ ["a.lua"] = "local M = {}\n  require ( \"p.a\" )\nM.X = 1 return M" }, "p.a.X")
          )
    end)

    it("of three, entered from outside", function()
      local text = failing({
        ["main.lua"] = "local a = require 'p.a'\nreturn { X = a }",
        ["a.lua"] = "local b = require 'p.b'\nreturn { X = b }",
        ["b.lua"] = "return require('p.c')",
        ["c.lua"] = "local a = require 'p.a'\nreturn { X = a }",
      }, "p.main.X")
      assert.truthy(text:find("\nnote: the circle: p.a -> p.b -> p.c -> p.a\n", 1, true), text)
      assert.truthy(text:find("\nROOT/a.lua:1:11 +13 a needs b\n", 1, true), text)
      assert.truthy(text:find("\nROOT/c.lua:1:11 +13 c needs a, which is still loading\n", 1, true))
    end)

    it("to whoever requires it", function()
      with({ ["a.lua"] = "return require 'p.b'", ["b.lua"] = "return require 'p.a'" }, function()
        local _, message = pcall(require, "p.a")
        assert.equal("modules require each other in a circle: p.a -> p.b -> p.a", message)
        _, message = pcall(require, "p.b")
        assert.equal("modules require each other in a circle: p.b -> p.a -> p.b", message)
      end)
    end)

    it("of files that are one inode", function()
      with({ ["a.lua"] = "return require 'p.b'" }, function(project, dir)
        lfs.link(dir .. "/a.lua", dir .. "/b.lua")
        local _, err = load.value(project, "p.a")
        assert.equal("EREQUIRE", err.name)
      end)
    end)

    it("nothing, when a module caught it", function()
      with({ ["a.lua"] = "local ok = pcall(require, 'p.b')\nreturn { ok = ok }",
        ["b.lua"] = "return { a = require 'p.a' }" }, function(project)
        assert.is_false(load.module(project, "p.a").ok)
        assert.equal(require "p.a", require("p.b").a)
      end)
    end)
  end)

  describe("says of a module that returns nothing", function()
    it("where it ends", function()
      assert.equal("ENOEXPORT: module `p.util` returned nothing\n"
        .. "1..6 loaded because of this target\n"
        .. "ROOT/util.lua:3:1 +3 the file ends without `return M`\n"
        .. "help: add `return M` as the last line",
        failing({ ["util.lua"] = "local function f()\n  return 1\nend\n\n" }, "p.util.X"))
      assert.truthy(failing({ ["util.lua"] = "" }, "p.util"):find(
        "\nROOT/util.lua:1:1 +1 the file ends without `return M`\n", 1, true))
    end)

    it("what it returns", function()
      assert.equal("ENOEXPORT: module `p.util` returned nothing\n"
        .. "1..6 loaded because of this target\n"
        .. "ROOT/util.lua:2:8 +1 this is nil\n"
        .. "help: return the module's table", failing({ ["util.lua"] = "local M\nreturn M" },
          "p.util"))
      assert.truthy(failing({ ["util.lua"] = "return" }, "p.util"):find(
        "\nROOT/util.lua:1:1 +6 this returns nothing\n", 1, true))
      assert.truthy(failing({ ["util.lua"] = "return nil" }, "p.util"):find("+3 this is nil", 1,
        true))
      assert.equal("ENOEXPORT: module `p.util` returned false\n"
        .. "1..6 loaded because of this target\n"
        .. "ROOT/util.lua:1:8 +10 this is false\n"
        .. "help: return the module's table", failing({ ["util.lua"] = "return 1 == 2 + 3" },
          "p.util"))
    end)

    it("when another module requires it", function()
      local text = failing({ ["a.lua"] = "local b = require 'p.b'\nreturn { X = b }",
        ["b.lua"] = "local M = {}\n" }, "p.a.X")
      assert.equal("ERUNTIME: module `p.b` failed while it was being loaded\n"
        .. "1..3 loaded because of this target\n"
        .. "ROOT/b.lua:1:1 +12 the file ends without `return M`\n"
        .. "ROOT/a.lua:1:11 +13 `p.a` requires `p.b` here\n"
        .. "note: load chain: p.a → p.b\n"
        .. "help: add `return M` as the last line", text)
    end)

    it("and of one that raises, at once, however long its lines are", function()
      local long, blanks = ("1,"):rep(1000000), (" "):rep(2000000)
      assert.truthy(failing({ ["u.lua"] = "local t = {}\n\nlocal u = { " .. long .. " }\n\n" },
        "p.u"):find("\nROOT/u.lua:3:1 +2000014 the file ends without `return M`\n", 1, true))
      assert.truthy(failing({ ["u.lua"] = "return nil" .. blanks .. "-- x" }, "p.u"):find(
        "\nROOT/u.lua:1:8 +3 this is nil\n", 1, true))
      assert.truthy(failing({ ["u.lua"] = "error 'boom' " .. blanks .. "-- x" }, "p.u"):find(
        "\nROOT/u.lua:1:1 +12 boom", 1, true))
      local text = "local x = { " .. long .. " } require" .. blanks .. "'p.v'"
      assert.truthy(failing({ ["u.lua"] = text }, "p.u"):find(
        "\nROOT/u.lua:1:1 +1000 module `p.v` not found", 1, true))
    end)

    it("but takes true", function()
      with({ ["a.lua"] = "return true" }, function()
        assert.is_true(require "p.a")
      end)
    end)
  end)

  describe("says of a module that fails", function()
    it("the line, and what Lua says", function()
      assert.equal("ERUNTIME: module `p.a` failed while it was being loaded\n"
        .. "1..3 loaded because of this target\n"
        .. "ROOT/a.lua:2:16 +5 attempt to index a nil value (local 'thing')",
        failing({ ["a.lua"] = "local thing\nlocal x = 1 + (thing.x)\nreturn { X = x }" }, "p.a.X"))
      assert.equal("ERUNTIME: module `p.a` failed while it was being loaded\n"
        .. "1..3 loaded because of this target\n"
        .. "ROOT/a.lua:3:3 +12 boom",
        failing({ ["a.lua"] = "\n\n  error 'boom'\nreturn {}" }, "p.a"))
    end)

    it("that a module is missing", function()
      assert.equal("ERUNTIME: module `p.data` failed while it was being loaded\n"
        .. "1..6 loaded because of this target\n"
        .. "ROOT/data.lua:3:13 +13 module `csv` not found\n"
        .. "note: load chain: p.data → csv\n"
        .. "help: install the rock that provides `csv`: luarocks --lua-version 5.4 search csv",
        failing({ ["data.lua"] = "local M = {}\n\nlocal csv = require \"csv\"\n"
          .. "M.Loader = csv\nreturn M" },
          "p.data.Loader"))
    end)

    it("that a module of the project is missing", function()
      assert.equal("ERUNTIME: module `p.a` failed while it was being loaded\n"
        .. "1..3 loaded because of this target\n"
        .. "ROOT/a.lua:1:11 +16 module `p.uitl` not found\n"
        .. "note: load chain: p.a → p.uitl\n"
        .. "note: looked below the project root ROOT: uitl.lua, uitl/init.lua, uitl.so\n"
        .. "help: did you mean `require \"p.util\"`?",
        failing({ ["a.lua"] = "local u = require \"p.uitl\"\nreturn { X = u }", ["util.lua"] = "" },
          "p.a.X"))
    end)

    it("that a module of the project was required without its name", function()
      local text = failing({ ["a.lua"] = "return { X = require('util') }",
        ["util.lua"] = "return {}" },
        "p.a.X")
      assert.truthy(text:find("help: the project has it: write `require \"p.util\"`", 1, true),
        text)
      text = failing({ ["m/a.lua"] = "return { X = require 'util' }",
        ["m/util.lua"] = "return {}" },
        "p.m.a.X")
      assert.truthy(text:find("help: the project has it: write `require \"p.m.util\"`", 1, true),
        text)
    end)

    it("the whole chain", function()
      assert.equal("ERUNTIME: module `p.c` failed while it was being loaded\n"
        .. "1..3 loaded because of this target\n"
        .. "ROOT/c.lua:2:3 +12 boom\n"
        .. "ROOT/b.lua:1:11 +13 `p.b` requires `p.c` here\n"
        .. "note: load chain: p.a → p.b → p.c\n"
        .. "note: trace: p/c.lua:2  function helper\n"
        .. "p/c.lua:4  the module itself\n"
        .. "p/b.lua:1  the module itself\n"
        .. "p/a.lua:1  the module itself  (N frames of wick and C hidden)",
        failing({
          ["a.lua"] = "local b = require 'p.b'\nreturn { X = b }",
          ["b.lua"] = "local c = require 'p.c'\nreturn { X = c }",
          ["c.lua"] = "local function helper()\n  error 'boom'\nend\nhelper() return { X = 1 }",
        }, "p.a.X"))
    end)

    it("that what it requires is broken", function()
      assert.equal("ERUNTIME: module `p.a` failed while it was being loaded\n"
        .. "1..3 loaded because of this target\n"
        .. "ROOT/b.lua:1:2 +1 syntax error\n"
        .. "ROOT/a.lua:1:11 +13 `p.a` requires it here\n"
        .. "note: Lua says: syntax error near <eof>\n"
        .. "note: load chain: p.a → p.b",
        failing({ ["a.lua"] = "local b = require 'p.b'\nreturn { X = b }", ["b.lua"] = "x" },
          "p.a.X"))
    end)

    it("and keeps its error value", function()
      with({ ["a.lua"] = "thing = { code = 3 } error(thing)", ["b.lua"] = "return require 'p.a'",
        ["c.lua"] = "error()", ["d.lua"] = "return require 'nothing.at.all'" }, function(project)
        finally(function()
          _G.thing = nil
        end)
        local _, err = load.value(project, "p.a")
        assert.equal(_G.thing, err.cause)
        assert.equal("{code: 3}", err.marks[1].label)
        _, err = load.value(project, "p.b")
        assert.equal(_G.thing, err.cause)
        _, err = load.value(project, "p.c")
        assert.is_nil(err.cause)
        assert.equal("(error object is a nil value)", err.marks[1].label)
        _, err = load.value(project, "p.d")
        assert.truthy(err.cause:find("module 'nothing.at.all' not found:\n", 1, true))
        assert.equal(1, err.status)
      end)
    end)

    it("whatever the value is", function()
      local function label(text)
        local result
        with({ ["a.lua"] = text }, function(project)
          result = select(2, load.value(project, "p.a")).marks[1].label
        end)
        return result
      end
      assert.equal("told",
        label("error(setmetatable({}, { __tostring = function() return 'told' end }))"))
      assert.equal("(error object is a table value)",
        label("error(setmetatable({}, { __tostring = function() error 'no' end }))"))
      assert.equal("(error object is a table value)",
        label("error(setmetatable({}, { __tostring = function() return {} end }))"))
      assert.equal("(error object is a userdata value)", label("error(io.stdout, 0)")
        :gsub("^file %(0x%x+%)$", "(error object is a userdata value)"))
      assert.equal("12", label("error(12, 0)"))
      assert.equal("a\\x1bb", (label("error('a\\27b', 0)"):gsub("\\x1B", "\\x1b")))
      assert.is_true(#label("error(('x'):rep(100000), 0)") < 400)
    end)

    it("in lines, when there are several", function()
      local text = failing({ ["a.lua"] = "error('one\\n\\ttwo', 0)" }, "p.a")
      assert.truthy(text:find("\nnote: the error says: one\n  two", 1, true), text)
    end)

    it("when it recurses for ever", function()
      local text = failing({ ["a.lua"] = "local function f() return 1 + f() end\nf()" }, "p.a")
      assert.truthy(text:find("^ERUNTIME: module `p.a` failed while it was being loaded\n"), text)
      assert.truthy(text:find("stack overflow", 1, true), text)
      assert.truthy(text:find("\n… and %d+ more"), text)
    end)

    it("when a library is to blame", function()
      local file = helper.write(base .. "/wick_spec_blame.lua",
        "return { check = function(x) error('wrong ' .. x, 2) end }")
      local path = package.path
      finally(function()
        package.path = path
        package.loaded.wick_spec_blame = nil
      end)
      package.path = file .. ";" .. path
      local text = failing({ ["a.lua"] = "local l = require 'wick_spec_blame'\nl.check 'right'" },
        "p.a")
      assert.truthy(text:find("\nROOT/a.lua:2:1 +15 wrong right\n", 1, true), text)
    end)

    it("and forgets it", function()
      with({ ["a.lua"] = "runs = (runs or 0) + 1\n"
        .. "if runs < 3 then error 'no' end return { x = runs }",
        ["b.lua"] = "return { a = require 'p.a', c = require 'p.c' }", ["c.lua"] = "return {}" },
        function(project)
          finally(function()
            _G.runs = nil
          end)
          assert.is_nil((load.value(project, "p.a")))
          assert.is_nil(package.loaded["p.a"])
          assert.is_false(pcall(require, "p.a"))
          assert.is_nil(package.loaded["p.a"])
          assert.equal(3, load.value(project, "p.a.x"))
          assert.equal(3, require("p.b").a.x)
        end)
    end)

    it("and keeps what it required successfully", function()
      with({ ["a.lua"] = "require 'p.good' error 'no'", ["good.lua"] = "return {}" },
        function(project)
        assert.is_nil((load.value(project, "p.a")))
        assert.is_table(package.loaded["p.good"])
      end)
    end)

    it("and reads it again", function()
      with({ ["a.lua"] = "error 'no'" }, function(project, dir)
        assert.is_nil((load.constructor(project, "p.a")))
        helper.write(dir .. "/a.lua", "return function() return 'fixed' end")
        assert.equal("fixed", load.constructor(project, "p.a").call())
      end)
    end)

    it("once in a phase of the caller", function()
      with({ ["a.lua"] = "runs = (runs or 0) + 1\nerror 'no'\nreturn { x = 1, y = 2 }",
        ["bad.lua"] = "x x" }, function(project)
        finally(function()
          _G.runs = nil
        end)
        local phase = {}
        local _, first = load.constructor(project, "p.a.x", phase)
        local _, second = load.constructor(project, "p.a.y", phase)
        assert.equal(first, second)
        assert.equal(1, _G.runs)
        _, second = load.constructor(project, "p.a.y")
        assert.not_equal(first, second)
        assert.equal(2, _G.runs)
        _, first = load.constructor(project, "p.bad.x", phase)
        _, second = load.check(project, "p.bad.y", phase)
        assert.equal(first, second)
        assert.equal("ESYNTAX", first.name)
      end)
    end)

    it("in a coroutine, which it cannot leave", function()
      with({ ["a.lua"] = "return { x = 1 }", ["b.lua"] = "coroutine.yield 'half'\nreturn {}" },
        function(project)
          local step = coroutine.wrap(function()
            return load.value(project, "p.a.x")
          end)
          assert.equal(1, step())
          step = coroutine.wrap(function()
            return load.value(project, "p.b")
          end)
          local value, err = step()
          assert.is_nil(value)
          assert.equal("ERUNTIME", err.name)
          assert.equal("attempt to yield across a C-call boundary", err.marks[1].label)
        end)
    end)
  end)

  it("closes while a module loads", function()
    local dir = folder { ["a.lua"] = "closing_project:close()\nreturn { x = 1 }" }
    local project = assert(target.project(dir))
    finally(function()
      _G.closing_project = nil
    end)
    _G.closing_project = project
    assert.equal(1, load.value(project, "p.a").x)
    assert.is_nil(package.loaded["p.a"])
  end)

  it("is not disturbed by a module that changes Lua", function()
    local script = [[
      package.path = "./lua/?.lua;" .. package.path
      package.cpath = os.getenv("WICK_BUILD_DIR") .. "/lua/?.so;" .. package.cpath
      local target, load = require "wick.target", require "wick.load"
      local say = print
      local project = assert(target.project(arg[1]))
      assert(load.constructor(project, "p.Evil"))
      say(load.constructor(project, "p.Net").call(1))
      local _, err = load.constructor(project, "p.Nte")
      say(err.message)
      _, err = load.constructor(project, "p.fails")
      say(err.marks[1].line)
      _, err = load.constructor(project, "p.util.exit")
      say(err.name)
      project:close()
      say "closed"
    ]]
    local dir = folder {
      ["evil.lua"] = [[
        package.path, package.cpath, package.searchers, package.loaded = "", "", {}, {}
        package.preload = nil
        getmetatable("").__index = function() error "no methods" end
        for _, name in ipairs { "string", "table", "debug", "coroutine" } do
          for key in pairs(_G[name]) do
            _G[name][key] = nil
          end
        end
        setmetatable(_G, { __index = function(_, k) error("no global " .. k) end })
        for key in next, _G do
          if key ~= "_G" then _G[key] = nil end
        end
        return function() end]],
      ["net.lua"] = "return function(x) return x + 1 end",
      ["fails.lua"] = "\nlocal x = nil + 1",
      ["util.lua"] = "return { exit = 1 }",
    }
    local status, out, err = helper.run({ helper.host, "-", dir },
      { stdin = script, env = { WICK_BUILD_DIR = helper.build } })
    assert.equal("", err)
    assert.equal(0, status)
    assert.equal("2\nmodule `p.Nte` not found\n2\nENOTCALLABLE\nclosed\n", out)
  end)

  describe("checks a target", function()
    it("and runs nothing", function()
      with({
        ["m/net.lua"] = "os.exit(3) return {}", ["m/init.lua"] = "os.exit(3) return { f = 1 }",
        ["init.lua"] = "os.exit(3) return f()",
      }, function(project)
        for _, name in ipairs { "p.m.Net", "p.m.f", "p.other", "p.m", "p" } do
          assert.is_true((load.check(project, name)))
        end
        assert.same({}, package.loaded["p.m"] and { "loaded" } or {})
      end)
    end)

    it("that does not resolve or compile", function()
      with({ ["bad.lua"] = "x x" }, function(project)
        local ok, err, warnings, notes = load.check(project, "p.bad")
        assert.is_nil(ok)
        assert.equal("ESYNTAX", err.name)
        assert.same({}, warnings)
        assert.same({}, notes)
        assert.equal("ENOTFOUND", select(2, load.check(project, "p.no")).name)
        assert.equal("ENAME", select(2, load.check(project, "p..no")).name)
      end)
    end)

    it("and notes what only a run can tell", function()
      with({ ["a.lua"] = "return f()" }, function(project)
        local ok, err, warnings, notes = load.check(project, "p.a.x")
        assert.is_true(ok)
        assert.is_nil(err)
        assert.same({}, warnings)
        assert.same({ "`p.a.x`: whether p/a.lua exports `x` shows only when it runs" }, notes)
      end)
    end)

    it("and warns of a second candidate", function()
      with({ ["m/my_model.lua"] = "return {}",
        ["m/init.lua"] = "return { MyModel = require 'p.m.my_model' }",
        ["Net.lua"] = "return {}", ["net.lua"] = "return {}" }, function(project)
        local ok, err, warnings = load.check(project, "p.m.MyModel")
        assert.is_true(ok)
        assert.is_nil(err)
        assert.equal(1, #warnings)
        assert.is_true(fail.is(warnings[1]))
        assert.equal("warning", warnings[1].severity)
        assert.equal("ESECOND: `p.m.MyModel` is also provided by a second candidate\n"
          .. "1..11 \n"
          .. "note: ✓ p/m/my_model.lua   chosen: the class file MyModel\n"
          .. "· p/m/init.lua   also exports `MyModel`\n"
          .. "help: remove one of the two", say(project, warnings[1]))
        warnings = select(3, load.check(project, "p.Net"))
        assert.equal("✓ p/Net.lua   chosen: the module itself\n"
          .. "· p/net.lua   is a class file for Net",
          warnings[1].notes[1])
      end)
    end)

    it("but of no second candidate that is unsure", function()
      with({ ["m/my_model.lua"] = "return {}", ["m/init.lua"] = "return f()" }, function(project)
        assert.same({}, select(3, load.check(project, "p.m.MyModel")))
      end)
    end)
  end)

  describe("gives allowed modules", function()
    it("by member", function()
      package.loaded["wick_spec_allowed.sub"] = { make = function() return "made" end, n = 1,
        Class = { new = function(self) return self end } }
      finally(function()
        package.loaded["wick_spec_allowed.sub"] = nil
      end)
      assert.equal("made", load.allowed("wick_spec_allowed.sub.make").call())
      assert.equal("method", load.allowed("wick_spec_allowed.sub.Class").kind)
      local _, err = load.allowed("wick_spec_allowed.sub.mkae")
      assert.equal("ENOMEMBER", err.name)
      assert.equal("did you mean `wick_spec_allowed.sub.make`?", err.helps[1])
      assert.same({ 23, 26 }, err.target_span)
      assert.equal("ENOTCALLABLE", select(2, load.allowed("wick_spec_allowed.sub.n")).name)
      assert.equal("ENOMEMBER", select(2, load.allowed("wick_spec_allowed")).name)
      assert.equal("ENAME", select(2, load.allowed("wick_spec/allowed.x")).name)
    end)

    it("or says that there is none", function()
      local _, err = load.allowed("wick_spec_nowhere.x")
      assert.equal("ENOTFOUND", err.name)
      assert.equal("module `wick_spec_nowhere` not found", err.message)
      package.preload.wick_spec_fails = function() error({ 1 }) end
      _, err = load.allowed("wick_spec_fails.x")
      package.preload.wick_spec_fails = nil
      assert.equal("ERUNTIME", err.name)
      assert.same({ 1 }, err.cause)
    end)
  end)
end)
