-- The faces that look: config:show, explain, graph and wick.diff, as a program
-- calls them; what they give, how they refuse.

local helper = require "tests.helper"
local wick = require "wick"

local dir

local function load(files, overrides, options)
  for name, text in pairs(files) do
    helper.write(dir .. "/" .. name, text)
  end
  return assert(wick.load(dir .. "/a.yaml", overrides, options))
end

describe("looking", function()
  before_each(function()
    dir = helper.temp()
  end)

  after_each(function()
    helper.remove(dir)
  end)

  describe("config:explain", function()
    it("gives a history of plain tables, oldest first", function()
      local config <close> = load({
        ["base.yaml"] = "model: {lr: 0.1, layers: [1]}\n",
        ["a.yaml"] = "defaults: [base.yaml]\nmodel:\n  lr: '@rate'\n  +layers: [2, 3]\nrate: 0.5\n",
      }, { "model.lr=3" })
      local told = assert(config:explain "model.lr")
      assert.equal("model.lr", told.key)
      assert.equal("integer", told.kind)
      assert.equal(3, told.value)
      assert.equal(3, #told.history)
      local first, second, third = table.unpack(told.history)
      assert.same({ "set", 0.1 }, { first.op, first.value })
      assert.equal(dir .. "/base.yaml", first.mark.file)
      assert.same({ 1, 13, 13, 3 },
        { first.mark.line, first.mark.column, first.mark.byte, first.mark.length })
      assert.equal("replace", second.op)
      assert.equal("@rate", tostring(second.value))
      assert.same({ "rate" }, { second.refers_to[1].key })
      assert.same({ "replace", 3, 1 }, { third.op, third.value, third.mark.argv })
      local layers = assert(config:explain "model.layers").history
      assert.same({ "append", { 2, 3 } }, { layers[2].op, layers[2].value })
      local model = assert(config:explain "model").history
      assert.equal("merge", model[2].op)
      assert.same({ 1, 2, 3 }, model[2].value.layers)
      assert.same({ "merge", { lr = 3 } }, { model[3].op, model[3].value })
    end)

    it("can be handed back to load: a reference is what wick.ref makes", function()
      local config <close> = load { ["a.yaml"] = "a: 1\nb: '@a'\n" }
      local value = assert(config:explain "b").history[1].value
      local again <close> = assert(wick.load { a = 2, b = value })
      assert.equal(2, again:get "b")
    end)

    it("says what reads a value", function()
      local config <close> = load { ["a.yaml"] = "lr: 1\nm: {_target_: project.M, rate: '@lr'}\n"
        .. "x: '$ @lr + 1'\ny: 't ${@x}'\n" }
      local used = assert(config:explain "lr").used_by
      assert.same({ "reference", "m.rate", "@lr", 2 },
        { used[1].how, used[1].key, used[1].text, used[1].mark.line })
      assert.same({ "expression", "x", "$ @lr + 1" }, { used[2].how, used[2].key, used[2].text })
      used = assert(config:explain "m.rate").used_by
      assert.same({ "option", "m", "project.M", "rate" },
        { used[1].how, used[1].key, used[1].target, used[1].option })
      assert.same({}, config:explain "y".used_by)
    end)

    it("tells of what is not there any more", function()
      local config <close> = load({ ["a.yaml"] = "a: {b: 1}\nc: {_target_: project.C, "
        .. "_disabled_: true}\nd: '@?e'\n" }, { "~a.b" })
      local told = assert(config:explain "a.b")
      assert.equal("deleted", told.kind)
      assert.is_nil(told.value)
      assert.same({ "set", "delete" }, { told.history[1].op, told.history[2].op })
      assert.equal("disabled", assert(config:explain "c").kind)
      assert.equal("absent", assert(config:explain "d").kind)
      local none, err = config:explain "a.c"
      assert.is_nil(none)
      assert.equal("W0401", err.code)
      assert.equal("the config has no key `a.c`", err.message)
    end)

    it("works on a config that does not evaluate", function()
      local config <close> = load({ ["a.yaml"] = "a: '@nowhere'\nb: ???\n" }, {},
        { after = "compose" })
      assert.equal("@nowhere", tostring(assert(config:explain "a").history[1].value))
      assert.equal("missing", assert(config:explain "b").kind)
    end)

    it("says by what a value came that was copied", function()
      local config <close> = load { ["a.yaml"] = "a: &a {x: 1}\nb: *a\nc: {<<: *a}\nd: '%a'\n" }
      for key, line in pairs { ["b.x"] = 2, ["c.x"] = 3, ["d.x"] = 4 } do
        local entry = assert(config:explain(key)).history[1]
        assert.equal(1, entry.mark.line, key)
        assert.equal(line, entry.via.line, key)
      end
    end)

    it("explains a table of the host, too", function()
      local config <close> = assert(wick.load({ a = { f = print, n = 1 } }, { "a.n=2" }))
      local told = assert(config:explain "a.f")
      assert.equal(print, told.history[1].value)
      assert.is_true(told.history[1].mark.host)
      assert.equal(2, #assert(config:explain "a.n").history)
    end)
  end)

  it("names the object that a late value waits for", function()
    local config <close> = load { ["a.yaml"] = "project: .\nm: {_target_: project.M}\n"
      .. "late: '$ (@m).name'\nlater: 'x ${@late}'\nin: {y: ['@later']}\n" }
    for _, key in ipairs { "late", "later", "in", "in.y[1]" } do
      local none, err = config:get(key)
      assert.is_nil(none)
      assert.equal(("the value of `%s` needs the object `m`"):format(key), err.message)
    end
  end)

  describe("config:show", function()
    it("writes what its options ask for", function()
      local config <close> = load({ ["a.yaml"] = "a: {x: 1.0}\nb: '@a'\n" }, { "a.x=2" })
      assert.equal("a:\n  x: 2\nb:\n  x: 2\n", config:show())
      assert.equal("x: 2\n", config:show { key = "b" })
      assert.equal("a:\n  x: 2\nb: \"@a\"\n", config:show { after = "compose" })
      assert.equal("a:\n  x: 1.0\nb: \"@a\"\n", config:show { after = "read" })
      assert.equal("return {\n  x = 2,\n}\n", config:show { key = "a", format = "lua" })
      assert.equal("2  # argv[1]  was 1.0 (" .. dir .. "/a.yaml:1)\n",
        config:show { key = "a.x", origin = true })
    end)

    it("refuses what it does not know", function()
      local config <close> = load { ["a.yaml"] = "a: 1\n" }
      local function refuses(options, message)
        local ok, err = pcall(config.show, config, options)
        assert.is_false(ok)
        assert.truthy(err:find(message, 1, true), err)
      end
      refuses({ formt = "yaml" }, "config:show has no option 'formt' of type string")
      refuses({ format = "xml" }, "config:show knows the formats 'yaml', 'json' and 'lua'")
      refuses({ after = "build" }, "this config has been through 'evaluate', not 'build'")
      local early <close> = load({ ["a.yaml"] = "a: 1\n" }, {}, { after = "read" })
      local ok, err = pcall(early.show, early, { after = "evaluate" })
      assert.is_false(ok)
      assert.truthy(err:find("this config has been through 'read', not 'evaluate'", 1, true), err)
      assert.equal("a: 1\n", early:show())
      local checked <close> = load({ ["a.yaml"] = "a: 1\n" }, {}, { after = "check" })
      assert.equal("a: 1\n", checked:show())
      ok, err = pcall(checked.show, checked, { after = "check" })
      assert.is_false(ok)
      assert.truthy(err:find("this config has been through 'evaluate', not 'check'", 1, true), err)
    end)

    it("is all that a config can do that was not evaluated, with explain", function()
      local function refuses(after, method, last)
        local config <close> = load({ ["a.yaml"] = "a: 1\n" }, {}, { after = after })
        local ok, err = pcall(config[method], config, method == "explain" and "a" or nil)
        assert.is_false(ok, method)
        assert.truthy(err:find(("this config has been through '%s', not '%s'"):format(after, last),
          1, true), err)
      end
      for _, method in ipairs { "build", "run", "check", "unread" } do
        refuses("read", method, "evaluate")
        refuses("compose", method, "evaluate")
      end
      refuses("read", "explain", "compose")
    end)

    local function read_back(text, format)
      local name = "/back." .. (format == "lua" and "lua" or "yaml")
      return assert(wick.load(helper.write(dir .. name, text)))
    end

    it("shows bytes that are no text as an expression that gives them", function()
      local config <close> = assert(wick.load { a = "\xff\0x" })
      for _, format in ipairs { "yaml", "json", "lua" } do
        local text = assert(config:show { format = format })
        local again <close> = read_back(text, format)
        assert.equal("\xff\0x", again:get "a")
      end
    end)

    it("shows a key that is no text so as well, or refuses it", function()
      local config <close> = assert(wick.load { a = { ["\xff"] = 1 } })
      local other <close> = assert(wick.load { a = { ["\xff"] = 1, b = wick.null } })
      for _, format in ipairs { "yaml", "json", "lua" } do
        local again <close> = read_back(assert(config:show { format = format }), format)
        assert.same({ ["\xff"] = 1 }, again:get "a")
        local text, err = other:show { format = format }
        assert.is_nil(text)
        assert.equal("a document has no way to write a key that is not Unicode", err.message)
      end
    end)

    it("writes long keys so that YAML reads them", function()
      local long = ("k"):rep(2000)
      local config <close> = assert(wick.load { [long] = { [long] = { 1 } },
        b = { { [long] = 2 } } })
      local again <close> = load { ["a.yaml"] = assert(config:show()) }
      assert.equal(1, again:get()[long][long][1])
      assert.equal(2, again:get().b[1][long])
    end)

    it("costs no recursion", function()
      local lines = { "a0: {x: 1}" }
      for i = 1, 900 do
        lines[#lines + 1] = ("a%d: {x: '@a%d'}"):format(i, i - 1)
      end
      local config <close> = load { ["a.yaml"] = table.concat(lines, "\n") }
      for _, format in ipairs { "yaml", "json" } do
        assert.truthy(#assert(config:show { format = format, key = "a900" }) > 900)
      end
      assert.truthy(#assert(config:show { format = "lua", key = "a180" }) > 180)
      local _, err = config:show { format = "lua", key = "a900" }
      assert.equal("a Lua config is nested at most 190 levels deep", err.message)
    end)
  end)

  describe("config:graph", function()
    it("gives nodes and edges", function()
      local config <close> = load { ["a.yaml"] = "m: {_target_: project.M}\n"
        .. "t: {_target_: project.T, parts: {m: '@m'}, s: '$ (@m).size'}\n" }
      local graph = config:graph()
      local nodes, edges = {}, {}
      for i, node in ipairs(graph.nodes) do
        nodes[i] = node.key .. " " .. node.kind .. " " .. (node.target or node.text)
      end
      for i, edge in ipairs(graph.edges) do
        edges[i] = edge.from .. " -> " .. edge.to .. " " .. edge.label
      end
      assert.same({ "m component project.M", "t component project.T",
        "t.s expression $ (@m).size" }, nodes)
      assert.same({ "t -> m parts.m", "t -> t.s s", "t.s -> m @m" }, edges)
      assert.equal(2, graph.nodes[2].mark.line)
      assert.equal("digraph", config:graph "dot":match "^%a+")
      assert.is_false((pcall(config.graph, config, "svg")))
    end)
  end)

  describe("wick.diff", function()
    it("compares configs, paths and tables", function()
      local config <close> = load { ["a.yaml"] = "a: 1\nb: [1, {c: x}]\nd: {}\n" }
      local changes = assert(wick.diff(config, { a = 1.0, b = { 1, { c = "y" } }, e = true }))
      local lines = {}
      for i, change in ipairs(changes) do
        lines[i] = ("%s %s %s %s"):format(change.op, change.key, tostring(change.from),
          tostring(change.to))
      end
      assert.same({ "change a 1 1.0", "change b[2].c x y" }, { lines[1], lines[2] })
      assert.same({ "remove d", "add e nil true" }, { lines[3]:match "^%a+ %a", lines[4] })
      assert.same({ "b[1]" }, changes.equal)
      assert.equal(1, changes[1].from_mark.line)
      assert.is_true(changes[1].to_mark.host)
      assert.same({ equal = { "a", "b[1]", "b[2].c", "d" } },
        assert(wick.diff(config, dir .. "/a.yaml")))
    end)

    it("gives the error of what does not load", function()
      local changes, err = wick.diff({}, dir .. "/none.yaml")
      assert.is_nil(changes)
      assert.equal("W0004", err.code)
      assert.is_false((pcall(wick.diff, {}, 5)))
    end)
  end)

  it("hides secrets in messages, and in show prints them", function()
    local config <close> = load { ["a.yaml"] = "password: a1\napi_key: [a2]\n"
      .. "x: {github_token: a3}\nkeys: a4\nprivate-key: a5\ntokens: a6\n" }
    local tell = require "wick.tell"
    local tree = config.tree
    for path, hidden in pairs { password = true, ["api_key[1]"] = true, ["x.github_token"] = true,
      keys = false, ["private-key"] = true, tokens = false } do
      local said = tell.node(tree, assert(config:node(path)))
      assert.equal(hidden, said == "‹hidden›", path .. " " .. said)
    end
    for i = 1, 6 do
      assert.truthy(config:show():find("a" .. i, 1, true))
    end
    assert.equal("{api_key: [‹hidden›], x: 1}", tell.value({ api_key = { "s" }, x = 1 }))
  end)
end)
