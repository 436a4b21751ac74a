-- wick.target: a project, and which of its files holds a name.  Every sentence
-- of the design about candidates has a case here; load_spec has those that need
-- a module to run.

local lfs = require "lfs"
local helper = require "tests.helper"
local target = require "wick.target"

local base, count

-- A folder `name` (p) with these files, in a folder of its own.
local function folder(files, name)
  count = count + 1
  return helper.tree(("%s/%d/%s"):format(base, count, name or "p"), files)
end

-- Calls f(project, dir) with a project of these files, and closes it.
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

-- An error in lines, with the root written ROOT.
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
    lines[#lines + 1] = "note: " .. note
  end
  for _, help in ipairs(err.helps) do
    lines[#lines + 1] = "help: " .. help
  end
  local text = table.concat(lines, "\n")
  local from, to = text:find(project.path, 1, true)
  while from do
    text = text:sub(1, from - 1) .. "ROOT" .. text:sub(to + 1)
    from, to = text:find(project.path, 1, true)
  end
  return text
end

-- What resolve says in one word or two: "models/my_model.lua 2", or the error.
local function answer(project, name)
  local found, err = target.resolve(project, name)
  if not found then
    return err.name
  end
  return found.file .. " " .. found.rule .. (found.uncertain and "?" or "")
end

local CLASS = "local MyModel = {}\nfunction MyModel.new(opts)\n  return opts\nend\nreturn MyModel\n"

describe("wick.target", function()
  setup(function()
    base, count = helper.temp(), 0
  end)

  teardown(function()
    helper.remove(base)
  end)

  describe("names a project", function()
    local function named(dir, options)
      local project, err = target.project(dir, options)
      if not project then
        return nil, err
      end
      local name = project.name
      project:close()
      return name
    end

    it("by the last component of its folder as it is written", function()
      local dir = folder({}, "iris")
      helper.write(dir .. "/sub/x.lua", "")
      assert.equal("iris", named(dir))
      assert.equal("iris", named(dir .. "/"))
      assert.equal("iris", named(dir .. "//"))
      assert.equal("sub", named(dir .. "/sub"))
      lfs.link(dir, base .. "/another", true)
      assert.equal("another", named(base .. "/another"))
    end)

    it("by the real path for . and ..", function()
      local dir = folder({}, "iris")
      helper.write(dir .. "/sub/x.lua", "")
      assert.equal("iris", named(dir .. "/."))
      assert.equal("iris", named(dir .. "/./"))
      assert.equal("iris", named(dir .. "/sub/.."))
      local before = lfs.currentdir()
      finally(function()
        lfs.chdir(before)
      end)
      lfs.chdir(dir .. "/sub")
      assert.equal("sub", named("."))
      assert.equal("iris", named(".."))
      assert.equal("sub", named("."))
    end)

    it("`project` when that is no identifier", function()
      for _, name in ipairs { "my-project", "3d", "a.b", "é", "init", ("x"):rep(65) } do
        local dir = folder({ ["x.lua"] = "" }, name)
        assert.equal("project", named(dir))
      end
      assert.equal("project", named("/"))
    end)

    it("as the caller says", function()
      local dir = folder({ ["x.lua"] = "return {}" }, "my-project")
      assert.equal("mine", named(dir, { name = "mine" }))
      local name, err = named(dir, { name = "a-b" })
      assert.is_nil(name)
      assert.equal("EPROJECT", err.name)
      assert.equal("`a-b` cannot be the name of a project", err.message)
      assert.equal("EPROJECT", select(2, named(dir, { name = "init" })).name)
      assert.equal("EPROJECT", select(2, named(dir, { name = 3 })).name)
    end)

    it("but not like a standard library", function()
      for _, name in ipairs { "string", "table", "_G", "utf8", "package" } do
        local dir = folder({ ["x.lua"] = "" }, name)
        local project, err = target.project(dir)
        assert.is_nil(project)
        assert.equal("EPROJECT", err.name)
        assert.equal(("the project cannot be called `%s`, a standard library of Lua has that name")
          :format(name), err.message)
      end
      local dir = folder({ ["x.lua"] = "" }, "table")
      local _, err = target.project(dir .. "/")
      assert.equal("give it another name: `my_table=" .. dir .. "/`", err.helps[1])
      assert.equal("mine", named(dir, { name = "mine" }))
    end)

    it("nor like a loaded foreign module, or wick", function()
      package.loaded.wick_spec_foreign = {}
      local dir = folder({ ["x.lua"] = "" }, "wick_spec_foreign")
      local _, err = target.project(dir)
      package.loaded.wick_spec_foreign = nil
      assert.equal("EPROJECT", err.name)
      assert.equal("the project cannot be called `wick_spec_foreign`, "
        .. "a loaded module has that name", err.message)
      assert.equal("wick_spec_foreign", named(dir))
      assert.equal("EPROJECT", select(2, named(folder({ ["x.lua"] = "" }, "wick"))).name)
    end)

    it("and says when there is no such folder", function()
      local project, err = target.project(base .. "/nowhere")
      assert.is_nil(project)
      assert.equal("EROOT", err.name)
      project, err = target.project(helper.write(base .. "/file", ""))
      assert.is_nil(project)
      assert.equal("EROOT", err.name)
    end)
  end)

  describe("opens a folder", function()
    it("once for the same name, and counts", function()
      with({ ["x.lua"] = "return {}" }, function(project, dir)
        local again = assert(target.project(dir .. "/."))
        assert.equal(project, again)
        again:close()
        assert.equal("x.lua 1", answer(project, "p.x"))
      end)
    end)

    it("under two names as two projects", function()
      with({ ["x.lua"] = "return {}" }, function(project, dir)
        local other = assert(target.project(dir, { name = "q" }))
        assert.not_equal(project, other)
        assert.equal("x.lua 1", answer(other, "q.x"))
        assert.equal("EPREFIX", answer(other, "p.x"))
        other:close()
        assert.equal("x.lua 1", answer(project, "p.x"))
      end)
    end)

    it("but not two folders under one name", function()
      with({ ["x.lua"] = "return {}" }, function(project)
        local dir = folder { ["y.lua"] = "return {}" }
        local other, err = target.project(dir)
        assert.is_nil(other)
        assert.equal("EPROJECT: two open projects are called `p`\n"
          .. "note: `p` is ROOT, and was to be " .. dir .. " as well\n"
          .. "help: give one of them another name: `my_p=" .. dir .. "`", say(project, err))
        other = assert(target.project(dir, { name = "q" }))
        assert.equal("y.lua 1", answer(other, "q.y"))
        other:close()
      end)
    end)

    it("relative to the current directory, which may change later", function()
      local dir = folder { ["x.lua"] = "return {}" }
      local before = lfs.currentdir()
      finally(function()
        lfs.chdir(before)
      end)
      lfs.chdir(dir .. "/..")
      local project = assert(target.project "p")
      lfs.chdir "/"
      assert.equal(dir, project.path)
      assert.equal("x.lua 1", answer(project, "p.x"))
      project:close()
    end)

    it("and is harmless when it is closed twice", function()
      local project = assert(target.project(folder { ["x.lua"] = "return {}" }))
      project:close()
      project:close()
      local found, err = target.resolve(project, "p.x")
      assert.is_nil(found)
      assert.equal("EPROJECT: the project `p` is closed", say(project, err))
    end)

    it("until the end of a block", function()
      do
        local project <close> = assert(target.project(folder { ["x.lua"] = "return {}" }))
        assert.equal(project, target.open.p)
      end
      assert.is_nil(target.open.p)
    end)
  end)

  describe("reads a target", function()
    it("that starts with `project.` or with NAME", function()
      with({ ["x.lua"] = "return {}" }, function(project)
        assert.equal("x.lua 1", answer(project, "p.x"))
        assert.equal("x.lua 1", answer(project, "project.x"))
        assert.equal("p.x", target.resolve(project, "project.x").canonical)
      end)
    end)

    it("and refuses another beginning", function()
      with({ ["models.lua"] = "return { Net = 1 }" }, function(project)
        local _, err = target.resolve(project, "os.execute")
        assert.equal("EPREFIX: target `os.execute` is not a name of the project\n"
          .. "1..2 not `project` or `p`\n"
          .. "note: a target starts with `project.` or `p.`\n"
          .. "help: name what the project has, such as `p.module.Member`", say(project, err))
        _, err = target.resolve(project, "models.Net")
        assert.equal("EPREFIX: target `models.Net` is not a name of the project\n"
          .. "1..6 not `project` or `p`\n"
          .. "note: a target starts with `project.` or `p.`\n"
          .. "help: did you mean `p.models.Net`?", say(project, err))
        assert.equal("p.models.Net", err.replacement)
        _, err = target.resolve(project, "projct.models.Net")
        assert.equal("did you mean `p.models.Net`?", err.helps[1])
        for _, name in ipairs { "P.models.Net", "Project.models.Net", "pp.models.Net", "socket" } do
          assert.equal("EPREFIX", answer(project, name))
        end
      end)
    end)

    it("by its grammar, before anything else", function()
      with({ ["x.lua"] = "return {}" }, function(project)
        for _, name in ipairs {
          "", ".", "..", "p..x", ".p.x", "p.x.", "p/x", "p.x;/etc/passwd;", "p.x\0", "p.%2e%2e",
          "p.mоdels", "p.\xff", "p.3d", "p.x y", "p." .. ("x"):rep(65), "p" .. (".x"):rep(16),
          "p." .. ("x"):rep(254), "../evil.Model", "p.init", "p.a.init", "p.init.x",
        } do
          assert.equal("ENAME", answer(project, name), name)
        end
        local _, err = target.resolve(project, "p..x")
        assert.equal("ENAME: `_target_` must be a dotted name\n"
          .. "2..3 nothing stands between these dots\n"
          .. "note: a target is `module.path.Member`, each part a Lua identifier: "
          .. "[A-Za-z_][A-Za-z0-9_]*", say(project, err))
        assert.same({}, err.marks)
      end)
    end)

    it("up to its limits", function()
      local long = ("x"):rep(64)
      with({ [long .. ".lua"] = "return {}" }, function(project)
        assert.equal(long .. ".lua 1", answer(project, "p." .. long))
        assert.equal("ENOTFOUND", answer(project, "p" .. (".x"):rep(15)))
      end)
    end)

    it("that is Lua's keyword", function()
      with({ ["end.lua"] = "return {}", ["nil/init.lua"] = "return {}" }, function(project)
        assert.equal("end.lua 1", answer(project, "p.end"))
        assert.equal("nil/init.lua 1", answer(project, "p.nil"))
      end)
    end)

    it("that is text", function()
      with({}, function(project)
        local _, err = target.resolve(project, 3)
        assert.equal("ETARGET: a target is text, not a number", say(project, err))
        assert.equal("ETARGET", answer(project, nil))
      end)
    end)
  end)

  describe("finds by rule 1", function()
    it("a file, or a folder's init.lua", function()
      with({ ["a/b.lua"] = "return {}", ["a/c/init.lua"] = "return {}" }, function(project)
        local found = assert(target.resolve(project, "p.a.b"))
        assert.equal("a/b.lua", found.file)
        assert.equal(1, found.rule)
        assert.equal("p.a.b", found.canonical)
        assert.same({ "b" }, found.path)
        assert.is_true(found.optional)
        assert.equal("return {}", found.text)
        assert.equal("a/c/init.lua 1", answer(project, "p.a.c"))
        assert.equal("p.a.c", target.resolve(project, "p.a.c").canonical)
      end)
    end)

    it("the root's own init.lua for NAME alone", function()
      with({ ["init.lua"] = "return {}" }, function(project)
        assert.equal("init.lua 1", answer(project, "p"))
        assert.equal("init.lua 1", answer(project, "project"))
        assert.equal("p", target.resolve(project, "project").canonical)
      end)
    end)

    it("before every other rule", function()
      with({
        ["a/Net.lua"] = "return {}",
        ["a/net.lua"] = "return {}",
        ["a/init.lua"] = "return { Net = print }",
      }, function(project)
        assert.equal("a/Net.lua 1", answer(project, "p.a.Net"))
      end)
    end)

    it("no folder without init.lua", function()
      with({ ["a/b/x.lua"] = "return {}" }, function(project)
        assert.equal("ENOTFOUND", answer(project, "p.a.b"))
        assert.equal("ENOTFOUND", answer(project, "p.a"))
        assert.equal("ENOTFOUND", answer(project, "p"))
      end)
    end)
  end)

  describe("finds by rule 2", function()
    it("the class file, whatever its underscores and letter case", function()
      for name, file in pairs {
        MyModel = "my_model.lua", CustomUNet = "custom_unet.lua", ResNet50 = "res_net_50.lua",
        HTTPClient = "httpClient.lua", _Hidden = "hidden.lua", A = "_a.lua",
      } do
        with({ ["m/" .. file] = CLASS, ["m/other.lua"] = CLASS }, function(project)
          local found = assert(target.resolve(project, "p.m." .. name))
          assert.equal("m/" .. file, found.file)
          assert.equal(2, found.rule)
          assert.equal("p.m." .. file:gsub("%.lua$", ""), found.canonical)
          assert.same({ name }, found.path)
          assert.is_true(found.optional)
        end)
      end
    end)

    it("a class folder, but only with init.lua", function()
      with({
        ["my_model/init.lua"] = CLASS,
        ["mymodel/other.lua"] = CLASS,
        ["myModel.txt"] = "",
      }, function(project)
        assert.equal("my_model/init.lua 2", answer(project, "p.MyModel"))
        assert.equal("p.my_model", target.resolve(project, "p.MyModel").canonical)
      end)
    end)

    it("only for a name that starts with a capital", function()
      with({ ["my_model.lua"] = CLASS }, function(project)
        assert.equal("ENOTFOUND", answer(project, "p.myModel"))
        assert.equal("ENOTFOUND", answer(project, "p.mymodel"))
        assert.equal("my_model.lua 2", answer(project, "p.MYMODEL"))
      end)
    end)

    it("never init.lua", function()
      with({ ["a/init.lua"] = "return {}" }, function(project)
        assert.equal("ENOMEMBER", answer(project, "p.a.Init"))
      end)
    end)

    it("before a member", function()
      with({
        ["a/net.lua"] = CLASS,
        ["a/init.lua"] = "local M = {}\nM.Net = require 'p.a.net'\nreturn M",
      }, function(project)
        assert.equal("a/net.lua 2", answer(project, "p.a.Net"))
      end)
    end)
  end)

  describe("finds by rule 3", function()
    it("a member that the text sets", function()
      for _, text in ipairs {
        "local M = {}\nM.make = 1\nreturn M",
        "local M = {}\nfunction M.make() end\nreturn M",
        "local M = {}\nfunction M:make() end\nreturn M",
        "return { make = 1 }",
        "return { ['make'] = 1 }",
      } do
        with({ ["a.lua"] = text }, function(project)
          local found = assert(target.resolve(project, "p.a.make"))
          assert.equal("a.lua", found.file)
          assert.equal(3, found.rule)
          assert.equal("yes", found.exports)
          assert.is_false(found.uncertain)
          assert.is_false(found.optional)
        end)
      end
    end)

    it("a member that the text may set", function()
      for _, text in ipairs {
        "local M = {}\nfor k, v in pairs(x) do M[k] = v end\nreturn M",
        "local M = {}\nfill(M)\nreturn M",
        "local M = {}\nlocal N = M\nreturn M",
        "return setmetatable({}, mt)",
        "return make_module()",
      } do
        with({ ["a.lua"] = text }, function(project)
          assert.equal("a.lua 3?", answer(project, "p.a.make"))
        end)
      end
    end)

    it("no member that the text certainly does not set", function()
      with({
        ["a.lua"] = "local M = {}\nM.other = 1\nreturn M",
        ["b.lua"] = "return { other = 1 }",
      }, function(project)
        assert.equal("ENOMEMBER", answer(project, "p.a.make"))
        assert.equal("ENOMEMBER", answer(project, "p.b.make"))
      end)
    end)

    it("a member of a folder's or the root's init.lua", function()
      with({ ["a/init.lua"] = "return { x = 1 }", ["init.lua"] = "return { y = 1 }" },
        function(project)
          assert.equal("a/init.lua 3", answer(project, "p.a.x"))
          assert.equal("init.lua 3", answer(project, "p.y"))
        end)
    end)
  end)

  describe("finds by rule 4", function()
    it("a method of a class file", function()
      with({ ["m/my_model.lua"] = "local MyModel = {}\nfunction MyModel.from_file() end\n"
        .. "return MyModel" }, function(project)
        local found = assert(target.resolve(project, "p.m.MyModel.from_file"))
        assert.equal("m/my_model.lua", found.file)
        assert.equal(4, found.rule)
        assert.same({ "MyModel", "from_file" }, found.path)
        assert.is_true(found.optional)
        assert.is_false(found.uncertain)
        assert.equal("ENOMEMBER", answer(project, "p.m.MyModel.from_flie"))
      end)
    end)

    it("a method of a member", function()
      with({ ["m.lua"] = "local M = { MyModel = {} }\nreturn M" }, function(project)
        local found = assert(target.resolve(project, "p.m.MyModel.from_file"))
        assert.equal("m.lua", found.file)
        assert.equal(4, found.rule)
        assert.same({ "MyModel", "from_file" }, found.path)
        assert.is_false(found.optional)
        assert.is_true(found.uncertain)
      end)
    end)

    it("a method of the class that a module of its name holds", function()
      with({ ["m/Net.lua"] = "return { Net = {} }" }, function(project)
        assert.equal("m/Net.lua 4?", answer(project, "p.m.Net.make"))
      end)
    end)

    it("one level, and no more", function()
      with({ ["m.lua"] = "return { A = { b = { c = 1 } } }" }, function(project)
        assert.equal("m.lua 4?", answer(project, "p.m.A.b"))
        assert.not_equal("m.lua 4?", answer(project, "p.m.A.b.c"))
      end)
    end)
  end)

  describe("refuses", function()
    it("two files for one module", function()
      with({ ["a.lua"] = "return {}", ["a/init.lua"] = "return {}", ["b.lua"] = "return {}",
        ["b.so"] = "", ["c/init.lua"] = "", ["c.so"] = "" }, function(project)
        local _, err = target.resolve(project, "p.a")
        assert.equal("EAMBIGUOUS: module `p.a` is provided by more than one file\n"
          .. "1..3 ambiguous\n"
          .. "note: these files provide it: p/a.lua, p/a/init.lua\n"
          .. "help: delete or rename all of them but one", say(project, err))
        assert.equal("EAMBIGUOUS", answer(project, "p.b"))
        assert.equal("EAMBIGUOUS", answer(project, "p.c"))
        _, err = target.resolve(project, "p.b.Name") -- the module of a member
        assert.equal("EAMBIGUOUS: module `p.b` is provided by more than one file\n"
          .. "1..3 ambiguous\n"
          .. "note: these files provide it: p/b.lua, p/b.so\n"
          .. "help: delete or rename all of them but one", say(project, err))
      end)
    end)

    it("two class files for one class", function()
      with({
        ["m/my_net.lua"] = CLASS, ["m/mynet.lua"] = CLASS,
        ["n/net_.lua"] = CLASS, ["n/_net/init.lua"] = CLASS,
        ["o/n_et.lua"] = CLASS, ["o/_net.so"] = "",
        ["q/n_et.lua"] = CLASS, ["q/ne_t/x.lua"] = CLASS,
      }, function(project)
        local _, err = target.resolve(project, "p.m.MyNet")
        assert.equal("EAMBIGUOUS: class `MyNet` is provided by more than one file\n"
          .. "1..9 ambiguous\n"
          .. "note: these files provide it: p/m/my_net.lua, p/m/mynet.lua\n"
          .. "help: delete or rename all of them but one", say(project, err))
        assert.equal("EAMBIGUOUS", answer(project, "p.n.Net"))
        assert.equal("EAMBIGUOUS", answer(project, "p.o.Net"))
        assert.equal("q/n_et.lua 2", answer(project, "p.q.Net"))
      end)
    end)

    it("what is called like a C plugin and is none", function()
      with({ ["fast.so"] = "x", ["m/fast_net.so"] = "" }, function(project)
        local _, err = target.resolve(project, "p.fast.Kernel")
        assert.equal("EELF: plugin `p.fast` is not a shared object\n"
          .. "1..6 p/fast.so\n"
          .. "note: fast.so does not begin as an ELF file does", say(project, err))
        assert.equal("EELF", answer(project, "p.fast"))
        assert.equal("EELF", answer(project, "p.m.FastNet"))
      end)
    end)

    it("plugins without a statement where they must have one", function()
      local bytes = helper.read(helper.build .. "/tests/plugins/one.so")
      bytes = bytes:gsub("%.wick%.plugin", ".sick.plugin")
      with({ ["one.so"] = bytes }, function(project)
        local _, err = target.resolve(project, "p.one.Make")
        assert.equal("EUNSTATED: plugin `p.one` does not state what it is\n"
          .. "1..5 p/one.so\n"
          .. "note: p/one.so has no statement: what it exports, and for which Lua it was built, "
          .. "shows only when it runs\n"
          .. "help: add a WICK_PLUGIN to it: see include/wick/plugin.h", say(project, err))
      end, { strict = true })
      with({ ["one.so"] = bytes }, function(project)
        local found = target.resolve(project, "p.one.Make")
        assert.equal("C plugin", found.kind)
        assert.is_true(found.uncertain)
      end)
    end)

    it("links, and says which", function()
      with({ ["sub/x.lua"] = "return {}" }, function(project, dir)
        lfs.link("/opt/common/shared.lua", dir .. "/shared.lua", true)
        lfs.link("sub", dir .. "/link", true)
        local _, err = target.resolve(project, "p.shared.Model")
        assert.equal("ESYMLINK: the way to `p.shared` is a symbolic link\n"
          .. "1..8 refused\n"
          .. "note: p/shared.lua -> /opt/common/shared.lua\n"
          .. "note: no symbolic link is followed below the project root, wherever it points\n"
          .. "help: copy the file into the project, or make its folder a project of its own",
          say(project, err))
        assert.equal("ESYMLINK", answer(project, "p.link.x"))
        assert.equal("ESYMLINK", answer(project, "p.link.Net"))
        assert.equal("ESYMLINK", answer(project, "p.link"))
      end)
    end)

    it("what is no file", function()
      with({ ["d.lua/x"] = "", ["m/net.lua/x"] = "" }, function(project)
        local _, err = target.resolve(project, "p.d")
        assert.equal("ETYPE: `p/d.lua` is a folder, not a file\n1..3 refused", say(project, err))
        assert.equal("ETYPE", answer(project, "p.d.Net"))
        assert.equal("ETYPE", answer(project, "p.m.Net"))
      end)
    end)

    it("a file over the limit", function()
      with({ ["a.lua"] = "return {}   " }, function(project)
        local _, err = target.resolve(project, "p.a")
        assert.equal("ESIZE: `p/a.lua` is too big\n1..3 this leads to p/a.lua\n"
          .. "note: it has 12 bytes, and 11 are allowed", say(project, err))
      end, { limits = { ["module.bytes"] = 11 } })
    end)

    it("what does not compile, at whatever rule it is met", function()
      with({
        ["bad.lua"] = "local M = {}\nfunction M.x( return 1 end\nreturn M\n",
        ["m/net.lua"] = "x x",
        ["m/init.lua"] = "return { Net = 1, Other = 2 }",
      }, function(project)
        local _, err = target.resolve(project, "p.bad.x")
        assert.equal("ESYNTAX: module `p.bad` does not compile\n"
          .. "1..5 loaded because of this target\n"
          .. "ROOT/bad.lua:2:15 +6 <name> or '...' expected\n"
          .. "note: Lua says: <name> or '...' expected near 'return'", say(project, err))
        assert.is_true(err.target_last)
        assert.equal("ESYNTAX", answer(project, "p.bad.y"))
        assert.equal("ESYNTAX", answer(project, "p.m.Net")) -- and not rule 3
        assert.equal("m/init.lua 3", answer(project, "p.m.Other"))
      end)
    end)

    it("bytecode", function()
      with({ ["fast.lua"] = string.dump(load "return {}") }, function(project)
        local _, err = target.resolve(project, "p.fast.Model")
        assert.equal("EBYTECODE: refused to load precompiled Lua bytecode\n"
          .. "1..6 refused\n"
          .. "note: p/fast.lua starts with ESC (byte 0x1b): it is bytecode, which can crash or "
          .. "take over the process\n"
          .. "help: ship the source file; there is no switch to allow bytecode", say(project, err))
      end)
    end)

    it("an unreadable file", function()
      if select(2, helper.run { "id", "-u" }) == "0\n" then
        pending "root reads everything"
      end
      with({ ["a.lua"] = "return {}", ["b/c.lua"] = "return {}" }, function(project, dir)
        os.execute("chmod 0 " .. dir .. "/a.lua " .. dir .. "/b")
        assert.equal("EACCES", answer(project, "p.a"))
        assert.equal("EACCES", answer(project, "p.b.c"))
        os.execute("chmod 755 " .. dir .. "/b")
      end)
    end)
  end)

  describe("says what is not there", function()
    local FILES = {
      ["init.lua"] = "local M = {}\nM.VERSION = 1\nreturn M\n",
      ["models.lua"] = "local M = {}\nlocal MyModel = {}\nM.MyModel = MyModel\n"
        .. "function M.new_head() end\nM.MyEncoder = {}\nreturn M\n",
      ["data/loader.lua"] = CLASS,
      ["data/csv_file.lua"] = "local CsvFile = {}\nreturn CsvFile\n",
    }

    it("when a module is missing", function()
      with(FILES, function(project)
        local _, err = target.resolve(project, "p.modles.MyModel")
        assert.equal("ENOTFOUND: module `p.modles` not found\n"
          .. "1..8 no file provides this module\n"
          .. "note: looked below the project root ROOT, in this order:\n"
          .. "1  modles/MyModel.lua, modles/MyModel/init.lua, modles/MyModel.so   "
          .. "no folder `modles`\n"
          .. "2  modles/ for a class file `mymodel`                               "
          .. "no folder `modles`\n"
          .. "3  modles.lua, modles/init.lua, modles.so                           not found\n"
          .. "4  init.lua, for a member `modles` with a method `MyModel`          "
          .. "exports: VERSION\n"
          .. "help: did you mean `p.models`? (p/models.lua exports MyModel)", say(project, err))
        assert.equal("p.models.MyModel", err.replacement)
      end)
    end)

    it("when a member is missing", function()
      with(FILES, function(project)
        local _, err = target.resolve(project, "p.models.MyModle")
        assert.equal("ENOMEMBER: module `p.models` has no member `MyModle`\n"
          .. "10..16 not exported\n"
          .. "ROOT/models.lua:6:8 +1 this table exports: MyEncoder, MyModel, new_head\n"
          .. "help: did you mean `MyModel`? (p/models.lua:3)", say(project, err))
        assert.equal("p.models.MyModel", err.replacement)
        assert.equal("not found", err.kind)
      end)
    end)

    it("when a class file is missing", function()
      with(FILES, function(project)
        local _, err = target.resolve(project, "p.data.CsvFlie")
        assert.equal("ENOTFOUND: module `p.data.CsvFlie` not found\n"
          .. "1..14 no file provides this module\n"
          .. "note: looked below the project root ROOT, in this order:\n"
          .. "1  data/CsvFlie.lua, data/CsvFlie/init.lua, data/CsvFlie.so   not found\n"
          .. "2  data/ for a class file `csvflie`                           not there\n"
          .. "3  data.lua, data/init.lua, data.so                           not found\n"
          .. "4  init.lua, for a member `data` with a method `CsvFlie`      exports: VERSION\n"
          .. "help: did you mean `p.data.CsvFile`? (p/data/csv_file.lua)", say(project, err))
      end)
    end)

    it("when it is somewhere else", function()
      with(FILES, function(project)
        local _, err = target.resolve(project, "p.CsvFile")
        assert.equal("ENOMEMBER", err.name)
        assert.equal("module `p` has no member `CsvFile`", err.message)
        _, err = target.resolve(project, "p.nets.CsvFile")
        assert.equal("did you mean `p.data.CsvFile`? (p/data/csv_file.lua)", err.helps[1])
        _, err = target.resolve(project, "p.nets.MyEncoder")
        assert.equal("did you mean `p.models.MyEncoder`? (p/models.lua exports MyEncoder)",
          err.helps[1])
      end)
    end)

    it("and what there is, when nothing is near", function()
      with(FILES, function(project)
        local _, err = target.resolve(project, "p.zzzzzz.Qqqqqqq")
        assert.equal("p/ has: data, models", err.notes[2])
        assert.same({}, err.helps)
        _, err = target.resolve(project, "p.data.zzzzz")
        assert.equal("p/data/ has: csv_file, loader", err.notes[2])
      end)
    end)

    it("when a method is missing", function()
      with(FILES, function(project)
        local _, err = target.resolve(project, "p.data.Loader.nev")
        assert.equal("ENOMEMBER: class `p.data.Loader` has no member `nev`\n"
          .. "15..17 not exported\n"
          .. "ROOT/data/loader.lua:5:8 +7 this table exports: new\n"
          .. "help: did you mean `new`? (p/data/loader.lua:2)", say(project, err))
        _, err = target.resolve(project, "p.models.MyModle.new")
        assert.equal("ENOMEMBER: module `p.models` has no member `MyModle`\n"
          .. "10..16 not exported\n"
          .. "ROOT/models.lua:6:8 +1 this table exports: MyEncoder, MyModel, new_head\n"
          .. "help: did you mean `MyModel`? (p/models.lua:3)", say(project, err))
        assert.equal("p.models.MyModel.new", err.replacement)
      end)
    end)

    it("when a folder has init.lua, which could have the member or the file", function()
      with({ ["m/init.lua"] = "return { head = 1 }", ["m/unet.lua"] = "return {}" },
        function(project)
          local _, err = target.resolve(project, "p.m.umet")
          assert.equal("ENOMEMBER: module `p.m` has no member `umet`\n"
            .. "5..8 not exported\n"
            .. "ROOT/m/init.lua:1:8 +1 this table exports: head\n"
            .. "note: there is no module file for it either: m/umet.lua, m/umet/init.lua, "
            .. "m/umet.so\n"
            .. "help: did you mean `p.m.unet`? (p/m/unet.lua)", say(project, err))
        end)
    end)

    it("when the root has no init.lua", function()
      with({}, function(project)
        local _, err = target.resolve(project, "p")
        assert.equal("ENOTFOUND: module `p` not found\n"
          .. "1..1 no file provides this module\n"
          .. "note: looked below the project root ROOT, in this order:\n"
          .. "1  init.lua   not found\n"
          .. "help: the name of a project alone means p/init.lua", say(project, err))
      end)
    end)

    it("when the project is empty", function()
      with({}, function(project)
        local _, err = target.resolve(project, "p.models.MyModel")
        assert.equal("write the module p/models.lua", err.helps[1])
      end)
    end)
  end)

  describe("looks again", function()
    it("after a failure", function()
      with({ ["a.lua"] = "return { x = 1 }" }, function(project, dir)
        assert.equal("ENOTFOUND", answer(project, "p.m.Net"))
        assert.equal("ENOMEMBER", answer(project, "p.a.y"))
        helper.write(dir .. "/m/net.lua", CLASS)
        helper.write(dir .. "/a.lua", "return { y = 1 }")
        assert.equal("m/net.lua 2", answer(project, "p.m.Net"))
        assert.equal("a.lua 3", answer(project, "p.a.y"))
      end)
    end)

    it("before it says that something is absent", function()
      with({ ["m/net.lua"] = CLASS }, function(project, dir)
        assert.equal("m/net.lua 2", answer(project, "p.m.Net"))
        helper.write(dir .. "/m/other.lua", CLASS)
        assert.equal("m/other.lua 2", answer(project, "p.m.Other"))
      end)
    end)
  end)

  describe("offers candidates", function()
    it("one by one", function()
      with({
        ["a/Net.lua"] = "return {}",
        ["a/net.lua"] = CLASS,
        ["a/init.lua"] = "return { Net = 1 }",
      }, function(project)
        local search = assert(target.candidates(project, "p.a.Net"))
        local files = {}
        for _ = 1, 3 do
          files[#files + 1] = search:next().file
        end
        assert.same({ "a/Net.lua", "a/net.lua", "a/init.lua" }, files)
      end)
    end)

    it("and ends with false", function()
      with({}, function(project)
        local search = assert(target.candidates(project, "p.a.Net"))
        assert.is_false(search:next())
        assert.is_false(search:next())
        assert.equal("ENOTFOUND", search:fail().name)
      end)
    end)
  end)

  describe("places what it found", function()
    local function place(text, name)
      local line
      with({ ["m/net.lua"] = text, ["n.lua"] = text }, function(project)
        local found = assert(target.resolve(project, name))
        line = ("%d %s %s"):format(found.line, found.kind, found.written)
      end)
      return line
    end

    it("at its constructor", function()
      assert.equal("2 function function Net.new(opts) end",
        place("local Net = {}\nfunction Net.new(opts) end\nreturn Net", "p.m.Net"))
      assert.equal("2 function function M.Net(opts) end",
        place("local M = {}\nfunction M.Net(opts) end\nreturn M", "p.n.Net"))
      assert.equal("2 function M.Net = function(opts) end",
        place("local M = {}\nM.Net = function(opts) end\nreturn M", "p.n.Net"))
      assert.equal("3 function function Net:new(opts) end",
        place("local M = {}\nlocal Net = {}\nfunction Net:new(opts) end\nM.Net = Net\nreturn M",
          "p.n.Net"))
      assert.equal("2 value M.Net = other",
        place("local M = {}\nM.Net = other\nreturn M", "p.n.Net"))
      assert.equal("2 value return Net", place("local Net = f()\nreturn Net", "p.m.Net"))
      assert.equal("2 function function Net.load() end",
        place("local Net = {}\nfunction Net.load() end\nreturn Net", "p.m.Net.load"))
    end)
  end)

  describe("explains", function()
    local function explain(project, name)
      local lines = {}
      local explanation = target.explain(project, name)
      for _, v in ipairs(explanation.verdicts) do
        lines[#lines + 1] = ("%d %s %s%s%s"):format(v.rule, v.chosen and "*" or "-", v.file,
          " | " .. v.verdict:gsub("^found: (.*), mode 0644, no link on the way$", "%1"),
        v.note and " | " .. v.note:gsub("^text, ", "") or "")
      end
      return table.concat(lines, "\n"), explanation.answer
    end

    it("what a file is", function()
      with({ ["x.lua"] = "return { x = 1 }" }, function(project)
        local verdict = target.explain(project, "p.x").verdicts[1]
        assert.same({ rule = 1, file = "x.lua", chosen = true,
          verdict = "found: 16 bytes, mode 0644, no link on the way",
          note = "text, compiles; exports x" }, verdict)
      end)
    end)

    it("every candidate", function()
      with({
        ["models/my_model.lua"] = CLASS,
        ["models/init.lua"] = "return { head = 1 }",
      }, function(project)
        local text, found = explain(project, "project.models.MyModel")
        assert.equal([[
1 - models/MyModel.lua | no such file
1 - models/MyModel/init.lua | no such file
1 - models/MyModel.so | no such file
2 * models/my_model.lua | 79 bytes | compiles; exports new (function)
3 - models.lua | no such file
3 - models/init.lua | exports nothing called MyModel
3 - models.so | no such file
4 - init.lua | no such file]], text)
        assert.equal("models/my_model.lua", found.file)
        assert.equal(2, found.line)
        assert.equal("function MyModel.new(opts)", found.written)
      end)
    end)

    it("and goes on after a refusal", function()
      with({
        ["m/Net/init.lua"] = "x x",
        ["m/net.lua"] = CLASS,
        ["m.lua"] = "return { Net = print, Head = 1 }",
        ["init.lua"] = "return f()",
        ["m.so"] = "",
      }, function(project, dir)
        lfs.link("/etc/passwd", dir .. "/m/Net.lua", true)
        local text, err = explain(project, "p.m.Net")
        assert.equal([[
1 - m/Net.lua | refused[W0501]: the way to `m/Net.lua` is a symbolic link
1 - m/Net/init.lua | 3 bytes | refused[W0205]: does not compile, line 1: syntax error
1 - m/Net.so | no such file
2 - m/net.lua | 79 bytes | compiles; exports new (function)
3 - m.lua | 32 bytes | compiles; exports Net
3 - m/init.lua | no such file
3 - m.so | refused[W0605]: plugin `p.m` is not a shared object
4 - init.lua | 10 bytes | compiles; whether it exports m shows only when it runs]], text)
        assert.equal("ESYMLINK", err.name)
        assert.equal(5, err.status)
      end)
    end)

    it("what is not there", function()
      with({ ["big.lua"] = "return { x = 1 } --" .. ("x"):rep(1200) }, function(project)
        local text, err = explain(project, "p.models.MyModel")
        assert.equal([[
1 - models/MyModel.lua | no such file
1 - models/MyModel/init.lua | no such file
1 - models/MyModel.so | no such file
2 - models/ | no folder `models`
3 - models.lua | no such file
3 - models/init.lua | no such file
3 - models.so | no such file
4 - init.lua | no such file]], text)
        assert.equal("ENOTFOUND", err.name)
        text = explain(project, "p.big.x")
        assert.truthy(text:find("3 * big.lua | 1,219 bytes | compiles; exports x", 1, true))
        text, err = explain(project, "os.exit")
        assert.equal("", text)
        assert.equal("EPREFIX", err.name)
      end)
    end)

    it("and runs nothing", function()
      with({
        ["m/net.lua"] = "os.exit(3) return {}", ["m/init.lua"] = "os.exit(3) return f()",
        ["init.lua"] = "os.exit(3)",
      }, function(project)
        explain(project, "p.m.Net")
        explain(project, "p.m.other")
        target.resolve(project, "p.m.Net.x")
        target.names(project)
      end)
    end)
  end)

  it("lists the names of a project", function()
    with({
      ["init.lua"] = "", ["a.lua"] = "", ["a/init.lua"] = "", ["a/b.lua"] = "", ["c/d/e.lua"] = "",
      ["data.csv"] = "", [".hidden/x.lua"] = "", ["my-file.lua"] = "",
    }, function(project)
      assert.same({ "p", "p.a", "p.a.b", "p.c.d.e" }, target.names(project))
    end)
  end)

  it("looks at 2,000 entries for near names, and no more", function()
    local files = {}
    for i = 1, 2100 do
      files["m" .. i .. ".lua"] = ""
    end
    with(files, function(project)
      assert.equal(1999, #target.names(project))
    end)
  end)

  it("finds what plugins state, and closes them with the project", function()
    local bytes = helper.read(helper.build .. "/tests/plugins/one.so")
    with({ ["one.so"] = bytes, ["user.lua"] = "return {}" }, function(project)
      local found = target.resolve(project, "p.one.Make")
      assert.same({ 3, "one.so", "C constructor", "yes" },
        { found.rule, found.file, found.kind, found.exports })
      assert.is_nil(found.line)
      assert.same({
        name = "one", version = "1.0", lua = "Lua 5.4", doc = "for tests",
        constructors = { { name = "Make", doc = "gives a number", params = {} } },
      }, found.record.statement)
      assert.equal("one.so", target.resolve(project, "p.one").file)
      assert.equal("ENOMEMBER", answer(project, "p.one.Other"))
      assert.equal("ENOMEMBER", answer(project, "p.one.Make.x")) -- not stated
      assert.same({ "p.one", "p.user" }, target.names(project))
      local _, err = target.resolve(project, "p.user.Make")
      assert.equal("ENOMEMBER", err.name)
      local plugin = target.resolve(project, "p.one").record.plugin
      project:close()
      assert.is_nil(plugin:statement())
    end)
  end)

  it("asks for a listing once, and for no absent file that the listing denies", function()
    with({ ["m/a_a.lua"] = CLASS, ["m/b_b.lua"] = CLASS }, function(project)
      local root, asked = project.root, {}
      project.root = {
        read = function(_, file, limit)
          asked[#asked + 1] = file
          return root:read(file, limit)
        end,
        list = function(_, dir)
          asked[#asked + 1] = dir .. "/"
          return root:list(dir)
        end,
        close = function()
          root:close()
        end,
      }
      local search = target.candidates(project, "p.m.AA")
      assert.equal("m/a_a.lua", search:next().file)
      search = target.candidates(project, "p.m.BB")
      assert.equal("m/b_b.lua", search:next().file)
      assert.same({ "m/", "m/a_a.lua", "m/b_b.lua" }, asked)
    end)
  end)

  it("gives the same answers on the walk", function()
    with({ ["m/net.lua"] = CLASS, ["x.lua"] = "return { y = 1 }" }, function(project, dir)
      lfs.link("net.lua", dir .. "/m/link.lua", true)
      assert.equal("walk", project.root:info().backend)
      assert.equal("m/net.lua 2", answer(project, "p.m.Net"))
      assert.equal("x.lua 3", answer(project, "p.x.y"))
      assert.equal("ESYMLINK", answer(project, "p.m.link"))
      assert.equal("ENOTFOUND", answer(project, "p.m.Other"))
    end, { backend = "walk" })
  end)

  it("tells a name that differs in letter case only, where the folder ignores it", function()
    with({ ["Models.lua"] = "return {}", ["nets/mynet.lua"] = CLASS }, function(project)
      -- the root of a file system that folds: what C says there
      local root, fail = project.root, require "wick.fail"
      project.folds = true
      project.root = {
        read = function(_, file, limit)
          if file == "models.lua" or file == "nets/MyNet.lua" then
            return nil, fail.new("ECASE", { message = "`" .. file .. "` is spelled otherwise" })
          end
          return root:read(file, limit)
        end,
        renew = function()
          root:renew()
        end,
        list = function(_, dir)
          return root:list(dir)
        end,
        plugin = function(_, ...)
          return root:plugin(...)
        end,
        close = function()
          root:close()
        end,
      }
      local _, err = target.resolve(project, "p.models")
      assert.equal("ECASE", err.name)
      assert.same({ 1, 8 }, err.target_span)
      assert.equal("ECASE", answer(project, "p.models.X"))
      assert.equal("nets/mynet.lua 2", answer(project, "p.nets.MyNet"))
    end)
  end)
end)
