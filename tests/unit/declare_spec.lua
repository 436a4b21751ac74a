-- declare: the notation of types, what comments declare, which function a text leads
-- to (compared with the one that is called when it runs), and the limits of all that.

local helper = require "tests.helper"
local comments = require "wick.declare.comments"
local find = require "wick.declare.find"
local fits = require "wick.declare.fits"
local types = require "wick.declare.types"
local wick = require "wick"

-- A type as text, in one spelling.
local function spell(of)
  local inner = {}
  if of.kind == "union" then
    for i, one in ipairs(of.of) do
      inner[i] = spell(one)
    end
    return "(" .. table.concat(inner, "|") .. ")"
  elseif of.kind == "list" then
    return spell(of.of) .. "[]"
  elseif of.kind == "map" then
    return ("<%s,%s>"):format(spell(of.keys), spell(of.values))
  elseif of.kind == "literal" then
    return types.value(of.value)
  elseif of.kind == "fields" then
    for i, field in ipairs(of.list) do
      inner[i] = field.name .. (field.optional and "?:" or ":") .. spell(field.type)
    end
    for _, rest in ipairs(of.rest) do
      inner[#inner + 1] = ("[%s]:%s"):format(spell(rest.keys), spell(rest.values))
    end
    return "{" .. table.concat(inner, ",") .. "}"
  end
  return of.kind == "class" and "`" .. of.name .. "`" or of.kind
end

describe("a type", function()
  local READ = {
    { "integer", "integer" }, { "number", "number" }, { "string", "string" },
    { "boolean", "boolean" }, { "table", "table" }, { "any", "any" }, { "unknown", "any" },
    { "nil", "nil" }, { "function", "function" }, { "userdata", "object" },
    { "thread", "object" }, { "true", "true" }, { "false|nil", "(false|nil)" },
    { "number[]", "number[]" }, { "number[][]", "number[][]" },
    { "(string|integer)[]", "(string|integer)[]" }, { "string|integer[]", "(string|integer[])" },
    { "table<string, integer>", "<string,integer>" },
    { "table<string,number[]>", "<string,number[]>" },
    { "table<string>", "table" }, { "List<integer>", "`List`" }, { "a.b-c.D", "`a.b-c.D`" },
    { "{ a: integer, b?: string }", "{a:integer,b?:string}" }, { "{}", "{}" },
    { "{a:integer;b:{c:nil}}", "{a:integer,b:{c:nil}}" }, { "{ a: integer, }", "{a:integer}" },
    { "{ [string]: number }", "{[string]:number}" }, { "{ ['x y']: any }", "{x y:any}" },
    { "{ [\"x y\"]?: any, z: 1 }", "{x y?:any,z:1}" },
    { "{ a: string, a: integer }", "{a:integer}" },
    { '"a"|"b"', '("a"|"b")' }, { "'a' | 'b'", '("a"|"b")' }, { "1|-2|0x10|1.5", "(1|-2|16|1.5)" },
    { "integer?", "(integer|nil)" }, { "integer[]?", "(integer[]|nil)" },
    { "(integer?)[]", "(integer|nil)[]" }, { "any|string", "any" },
    { "string?|number", "(string|nil|number)" },
    { "fun(x: number): number", "function" }, { "fun()", "function" }, { "fun", "`fun`" },
    { "fun(a: fun(b: string)): (string, number)", "function" }, { "fun(...): ...any", nil },
    { "(fun(): boolean)|string", "(function|string)" }, { "`T`", "any" },
    { "Größe", "`Größe`" },
    { "", nil }, { "|", nil }, { "integer|", nil }, { "{ a }", nil }, { "{ a: }", nil },
    { "{ a: integer", nil }, { "table<string", nil }, { "(integer", nil }, { '"a', nil },
    { "fun(", nil }, { "fun(x): ", nil }, { "[integer, string]", nil }, { "?integer", nil },
    { "{ [integer: 1 }", nil }, { "-", nil }, { "0x", nil }, { "\"a\\\"b\"", nil }, { "`T", nil },
  }
  for _, case in ipairs(READ) do
    it(("%q"):format(case[1]), function()
      local of, stop = types.parse(case[1], 1)
      assert.equal(case[2], of and spell(of))
      assert.equal(case[2] and #case[1] + 1, stop)
    end)
  end

  it("ends where its grammar ends", function()
    for _, case in ipairs {
      { "integer  width of it", " width of it" }, { "number[] of 1, x", "of 1, x" },
      { "string | integer or so", "or so" }, { "integer\n|string", "" },
      { "fun(): integer, string", ", string" }, { "{ a: integer } all", "all" },
    } do
      local _, stop = types.parse(case[1], 1)
      assert.equal(case[2]:gsub("^ ", ""), (case[1]:sub(stop):match("^[ ]*([^\n]*)")))
    end
  end)

  it("is limited in depth and size", function()
    for _, text in ipairs {
      ("("):rep(100000), ("{a:"):rep(100000), ("integer|"):rep(100000) .. "integer",
      "integer" .. ("[]"):rep(100000), "integer" .. ("?"):rep(100000), ("fun("):rep(100000),
      ("table<"):rep(100000), "{" .. ("a:a,"):rep(100000) .. "}",
    } do
      local before = os.clock()
      assert.is_nil((types.parse(text, 1)))
      assert.is_true(os.clock() - before < 0.5)
    end
    assert.truthy(types.parse(("("):rep(30) .. "integer" .. (")"):rep(30), 1))
  end)

  it("says what fits it", function()
    local object = setmetatable({ a = "x" }, { __index = error, __len = error, __eq = error })
    local callable = setmetatable({}, { __call = print })
    for _, case in ipairs {
      { "integer", { 1, 2.0, -0.0, math.mininteger },
      { 1.5, "1", true, {}, 1 / 0, 0 / 0, wick.null } },
      { "number", { 1, 1.5, 1 / 0 }, { "1", false, {}, print } },
      { "string", { "" }, { 1, true, object } }, { "boolean", { true, false }, { "true", 1 } },
      { "table", { {}, object, { 1 }, io.stdout }, { "x", 1, print, wick.null } },
      { "any", { 1, object, wick.null }, {} }, { "Some.Class", { 1, object, {} }, {} },
      { "nil", { wick.null }, { 1, object } }, { "integer?", { 1, wick.null }, { "x", object } },
      { "number[]", { {}, { 1, 2.5 }, object, io.stdout }, { { 1, "x" }, 1, "x", print } },
      { "table<string, integer>", { {}, { a = 1 }, object }, { { a = "x" }, { 1 }, 3 } },
      { "{ a: integer, b?: string }", { { a = 1 }, { a = 1, b = "x", c = 1 }, object },
        { {}, { a = "x" }, { a = 1, b = 2 }, "x" } },
      { "fun()", { print, callable, function() end }, { "x", {}, object, 1 } },
      { "userdata", { io.stdout, object, coroutine.create(print) }, { 1, "x", true } },
      { '"a"|1|true', { "a", 1, 1.0, true }, { "b", 2, false, object } },
    } do
      local of = assert(types.parse(case[1], 1))
      for _, value in ipairs(case[2]) do
        assert.is_true(fits.value(of, value), case[1] .. " takes " .. type(value))
      end
      for _, value in ipairs(case[3]) do
        assert.is_false(fits.value(of, value), case[1] .. " takes " .. type(value) .. " "
          .. tostring(rawequal(value, object) and "object" or value))
      end
    end
  end)
end)

-- The parameters that the comment above the function in the last line declares, as
-- text; of an options table its fields.
local function declared(text)
  local read = comments.read(text)
  local line = read and #read.starts
  local params = read and read:params(line)
  if not params then
    return nil
  end
  local list = {}
  for name, param in pairs(params) do
    local fields = read:options(param.type)
    list[#list + 1] = name .. (param.optional and "?" or "") .. "="
      .. (fields and spell(fields) .. (fields.open and "+" or "") or spell(param.type))
  end
  table.sort(list)
  return table.concat(list, " ")
end

describe("a comment", function()
  local CASES = {
    { "---@param a integer\n", "a=integer" },
    { "--- @param a integer\n", "a=integer" },
    { "  ---   @param   a?   integer  doc\n", "a?=integer" },
    { "---@param a integer\n---@param b string\n---@return any\n---@nodiscard\n"
      .. "", "a=integer b=string" },
    { "---@param a integer\n-- luacheck: ignore\n", "a=integer" },
    { "---@param a integer\n\n", nil },
    { "---@param a integer\nlocal x = 1\n", nil },
    { "---@param a integer ]]\n--[[ x\n", nil },
    { "---param a integer\n", nil }, { "-- @param a integer\n", nil },
    { "---@param\n", nil }, { "---@param a\n", "a=any" }, { "---@param ... integer\n", nil },
    { "---@param a { b:\n", "a=any" }, { "---@param a?\n", "a?=any" },
    { "---@param a.b integer\n", nil }, { "---@param a, b integer\n", nil },
    { "---@class A\n---@field x: integer\n---@field y 1\n---@param a A\n", "a={y:1}+" },
    { "---@param a integer\n---| 1\n---@param b integer\n", "a=any b=integer" },
    { "---@overload fun()\n---@param a integer\n", nil },
    { "---@param a integer\r\n---@param b string\r\n", "a=integer b=string" },
    { "---@param a integer\r---@param b string\r", "a=integer b=string" },
    { "---@class A\n---@field x integer\n---@field y? string\n---@param a A\n"
      .. "", "a={x:integer,y?:string}" },
    { "---@class A\n---text\n---@field x integer\n\n---@field y string\n---@param a A\n"
      .. "", "a={x:integer}" },
    { "---@class (exact) A\n---@field public x integer\n---@field private string\n---@param a A\n",
      "a={x:integer,string:any}" },
    { "---@class (partial) A\n---@field x integer\n---@param a A\n", "a={x:integer}+" },
    { "---@class A<T>\n---@field x T\n---@param a A\n", "a={x:`T`}+" },
    { "---@class A\n---@field x integer\n\n---@class A\n---@field y integer\n---@param a A\n",
      "a={x:integer,y:integer}" },
    { "---@class A\n---@field x integer\n\n---@class B : A\n---@field y integer\n---@param a B\n",
      "a={y:integer,x:integer}" },
    { "---@class A: B\n---@field x integer\n---@class B: A\n---@field y integer\n---@param a B\n",
      "a={y:integer,x:integer}" },
    { "---@class A: B, C\n---@field x 1\n---@class B\n---@field x 2\n---@class C\n---@field y 3\n"
      .. "---@param a A\n", "a={x:1,y:3}" },
    { "---@class A : Elsewhere\n---@field x integer\n---@param a A\n", "a={x:integer}+" },
    { "---@class A : table<string, any>\n---@field x integer\n---@param a A\n", "a={x:integer}+" },
    { "---@class A\n---@field [string] integer\n---@param a A\n", "a={[string]:integer}" },
    { "---@class A\n---@field ['a b'] integer\n---@field [1 string\n---@param a A\n"
      .. "", "a={a b:integer}+" },
    { "---@class A\n---@field\n---@field x\n---@param a A\n", "a={x:any}+" },
    { "---@class A\n---@param a A\n", "a=`A`" },
    { "---@class\n---@field x 1\n---@param a A\n", "a=`A`" },
    { "---@class A\n---@field x integer\n---@param a? A\n", "a?={x:integer}" },
    { "---@class A\n---@field x integer\n---@param a A|nil\n", "a={x:integer}" },
    { "---@class A\n---@field x integer\n---@param a A|string\n", "a=(`A`|string)" },
    { "---@class A\n---@field x integer\n---@class B\n---@field y integer\n---@param a A|B\n",
      "a=(`A`|`B`)" },
    { "---@class A\n---@field m 'a'\n---| 'b'\n---@param a A\n", "a={m:any}" },
  }
  for _, case in ipairs(CASES) do
    it(("%q"):format(case[1]), function()
      assert.equal(case[2], declared(case[1] .. "function f(a, b) end"))
    end)
  end

  it("has docs and places", function()
    local text = "\n---Says it.\n---@class A\n---@field x integer # how many \t\n"
      .. "---@field y? string @doc\n"
      .. "---@param a A   all of it  \nfunction f(a) end"
    local read = comments.read(text)
    local params, doc = read:params(7)
    local fields = read:options(params.a.type).list
    assert.are.same({ "Says it.", "all of it", "how many", "doc" },
      { doc, params.a.doc, fields[1].doc, fields[2].doc })
    assert.equal("x integer", text:sub(fields[1].first, fields[1].last))
    assert.equal("y? string", text:sub(fields[2].first, fields[2].last))
    assert.equal("a A", text:sub(params.a.first, params.a.last))
    for byte = 1, #text do
      local _, breaks = text:sub(1, byte - 1):gsub("\n", "")
      assert.equal(breaks + 1, read:line_of(byte))
    end
  end)

  it("is read in linear time, and not at all when the text is long", function()
    local function time(text)
      local before = os.clock()
      local read = comments.read("---@param a A\nfunction f(a) end\n" .. text)
      if read then
        read:params(2)
        read:options({ kind = "class", name = "A" })
      end
      return os.clock() - before
    end
    local lines = {
      "---@class A: A" .. (" "):rep(1000) .. "\n", "---@class " .. ("a"):rep(1000) .. "\n",
      "---@class (" .. ("a "):rep(500) .. "\n", "---@field " .. (" "):rep(1000) .. "x\n",
      "---@class A\n---@field x {" .. ("a:{"):rep(300) .. "\n"
        .. "", "---@class A: " .. ("A, "):rep(300) .. "\n",
      "---@class A\n" .. ("---@field x A\n"):rep(60), (" "):rep(1000) .. "--\n", "\n", "---\n",
      "---@class A\n---@field x " .. ("\"a\"|"):rep(200) .. "\n"
        .. "", "---@field [\"" .. ("x"):rep(900) .. "\n",
    }
    for _, line in ipairs(lines) do
      local text = line:rep(900000 // #line)
      assert.is_true(time(text) < 2.5, line:sub(1, 40))
    end
    assert.is_nil(comments.read("---@param a A\n" .. ("-"):rep(1048576)))
    assert.is_nil(comments.read("function f(a) end"))
  end)
end)

describe("the function that a target calls", function()
  -- What load calls for a member of the module, its line and parameters; or nil.
  local function called(text, path)
    local dir = helper.tree(helper.temp(), { ["p/m.lua"] = text })
    local owner = {}
    local project = assert(require "wick.target".project(dir .. "/p", { owner = owner }))
    local constructor, err = require "wick.load".constructor(project, "p.m" .. path)
    project:close(owner)
    if not constructor then
      return nil, err
    end
    local f, skipped = constructor.called, 0
    if constructor.kind == "method" or constructor.kind == "__call" then
      skipped = 1
    end
    local names = {}
    for i = skipped + 1, debug.getinfo(f, "u").nparams do
      names[#names + 1] = debug.getlocal(f, i)
    end
    return debug.getinfo(f, "S").linedefined, table.concat(names, ",")
  end

  local function told(text, path)
    local fields = {}
    for part in path:gmatch("[^.]+") do
      fields[#fields + 1] = part
    end
    local byte, names = find.called(text, #fields > 0 and fields or { "m" }, #fields == 0)
    if not byte then
      return nil
    end
    local _, breaks = text:sub(1, byte):gsub("\n", "")
    return breaks + 1, table.concat(names, ",")
  end

  -- Texts, the path, and whether the text tells (else it says nothing).
  local CASES = {
    { "local M = {}\nfunction M.a(x, y) end\nreturn M", ".a", true },
    { "local M = {}\nM.a = function(x, ...) end\nreturn M", ".a", true },
    { "local function a(x) end\nreturn { a = a }", ".a", true },
    { "return {\n  b = 1,\n  a = function(x) return { a = 1, b = function() end } end,\n"
      .. "}", ".a", true },
    { "return { ['a'] = function(x) end }", ".a", true },
    { "return function(x) end", "", true },
    { "local function f(x) end\nreturn f", "", true },
    { "local C = {}\nC.__index = C\nfunction C.new(o) return setmetatable({}, C) end\n"
      .. "return C", "", true },
    { "local C = {}\nfunction C:new(o) return {} end\nreturn C", "", true },
    { "local C = {}\nfunction C.new(self, o) return {} end\nreturn { C = C }", ".C", true },
    { "local C = {}\nfunction C.new(cls, o) return {} end\nreturn { C = C }", ".C.new", true },
    { "local M = { C = {} }\nfunction M.C.new(o) return {} end\nreturn M", ".C", true },
    { "local M = {}\nM.C = { new = function(o) end }\nreturn M", ".C", true },
    { "local C = setmetatable({}, { __call = function(_, o) return o end })\n"
      .. "return { C = C }", ".C", true },
    { "local C = {}\nC.new = print\nsetmetatable(C, { __call = function(_, o) end })\n"
      .. "return { C = C }", ".C", true },
    { "local C, T = {}, {}\nlocal D = {}\nfunction T.__call(c, o) end\nsetmetatable(D, T)\n"
      .. "return { D = D }", ".D", false },
    { "local T = {}\nlocal D = {}\nfunction T:__call(o) end\nsetmetatable(D, T)\n"
      .. "return { D = D }", ".D", true },
    { "local B = {}\nfunction B.new(o) end\nlocal D = setmetatable({}, { __index = B })\n"
      .. "return { D = D }", ".D", true },
    { "local B = {}\nfunction B.new(o) end\nlocal D = {}\nfunction D.new(o, p) end\n"
      .. "return { D = setmetatable(D, { __index = B }) }", ".D", true },
    { "return setmetatable({ a = function(x) end }, { __index = {} })", ".a", true },
    { "local M <const> = {}\nfunction M.a(x) end\nreturn M;", ".a", true },
    { "#!/usr/bin/lua\nlocal M = {}\nfunction M.a(x) end\nreturn M", ".a", true },
    { "\xEF\xBB\xBFlocal M = {}\nfunction M.a(x) end\nreturn M", ".a", true },
    { "local M = {} -- function M.a(z) end\n--[[ function M.a(z) end ]]\n"
      .. "local s = [[ function M.a() end ]]\n"
      .. "function M.a(x) end\nreturn M", ".a", true },
    -- the text does not tell
    { "local M = {}\nfunction M.a(x) end\nfunction M.a(y) end\nreturn M", ".a", false },
    { "local M = {}\nfunction M.a(x) end\nif true then M.a = function(y) end end\n"
      .. "return M", ".a", false },
    { "local M = {}\nlocal function wrap(f) return f end\nM.a = wrap(function(x) end)\n"
      .. "return M", ".a", false },
    { "local M = {}\nM['a'] = function(x) end\nreturn M", ".a", false },
    { "local M = {}\nM.b, M.a = 1, function(x) end\nreturn M", ".a", false },
    { "local M = {}\nfor _, n in ipairs { 'a' } do M[n] = function(x) end end\n"
      .. "return M", ".a", false },
    { "local C = setmetatable({}, (function() return { __call = function() end } end)())\n"
      .. "function C.new(o) end\nreturn { C = C }", ".C", false },
    { "local a = a\nlocal function b(x) end\nreturn { a = a or b }", ".a", false },
    { "local M = {}\nlocal b = function(x) end\nM.a = b or M\nreturn M", ".a", false },
    { "local function make() return { a = function(x) end } end\nreturn make()", ".a", false },
    { "local M = {}\nlocal f { a = 1 }\nM.a = function(x) end return M", ".a", nil },
  }
  for _, case in ipairs(CASES) do
    it(("%q"):format(case[1]), function()
      local line, names = told(case[1], case[2])
      if case[3] then
        assert.truthy(line, "the text does not tell")
        assert.are.same({ called(case[1], case[2]) }, { line, names })
      elseif case[3] == false then
        assert.is_nil(line)
        assert.truthy(called(case[1], case[2]))
      end
    end)
  end

  it("is looked for in linear time", function()
    for _, text in ipairs {
      ("a.b = c.d\n"):rep(20000), ("setmetatable({"):rep(20000), ("{"):rep(100000),
      ("a = {"):rep(20000), ("a" .. (".a"):rep(100) .. " = 1\n"):rep(1000), ("return "):rep(20000),
      ("a = b" .. (".b"):rep(50) .. "\nb = a" .. (".a"):rep(50) .. "\n"):rep(500),
      "a0 = {}\n" .. (function()
        local lines = {}
        for i = 1, 3000 do
          lines[i] = ("a%d = a%d" .. (".a%d"):format(i - 1):rep(20)):format(i, i - 1)
        end
        return table.concat(lines, "\n")
      end)() .. "\nreturn a3000",
    } do
      local before = os.clock()
      find.called(text, { "m" }, true)
      assert.is_true(os.clock() - before < 2)
    end
  end)
end)

describe("a declaration", function()
  local TEXT = [[
    local M = {}
    ---@param o { n: integer, f?: fun(), of?: table }
    function M.Make(o) return o end
    ---@param n integer
    ---@param o? { s: string }
    function M.place(n, o) return { n, o } end
    return M
  ]]

  local function load(config)
    local dir = helper.tree(helper.temp(), { ["p/m.lua"] = TEXT })
    config.project = dir .. "/p"
    return assert(wick.load(config))
  end

  it("is compared with tables of the host, functions and objects in them", function()
    local config <close> = load {
      a = wick.target "p.m.Make" { n = 1, f = print, of = { 1 } },
      b = wick.target "p.m.Make" { n = print },
    }
    local ok, err = config:check()
    assert.is_nil(ok)
    assert.equal("`b.n` must be an integer, and it is a function", err.message)
    assert.equal(1, #err.errors)
    assert.is_true(err.marks[1].host)
    assert.same({ "W0304", 3, "type", "b.n" }, { err.code, err.status, err.kind, err.key })
    assert.truthy(config:build "a")
    local none, again = config:build "b"
    assert.is_nil(none)
    assert.equal(err.message, again.message)
  end)

  it("stops the build before anything of it is made", function()
    local config <close> = load {
      a = wick.target "p.m.Make" { n = 1 },
      b = wick.target "p.m.Make" { n = wick.ref "a", m = 2 },
      c = wick.target "p.m.place" {},
    }
    local ok, err = config:run()
    assert.is_nil(ok)
    local codes = {}
    for i, one in ipairs(err.errors) do
      codes[i] = one.code
    end
    assert.are.same({ "W0302", "W0304" }, codes)
    assert.are.same({}, config:objects_built())
  end)

  it("takes down what was built when a late value does not fit", function()
    local config <close> = load {
      a = wick.target "p.m.Make" { n = 1 },
      b = wick.target "p.m.Make" { n = wick.ref "a" },
    }
    assert.is_true(config:check())
    local ok, err = config:run()
    assert.is_nil(ok)
    assert.equal("`b.n` must be an integer, and it is a table", err.message)
    assert.are.same({}, config:objects_built())
    config:set "b.n=2"
    assert.truthy(config:run())
    assert.equal(2, #config:objects_built())
  end)

  it("is found whatever a module makes of the libraries", function()
    local dir = helper.tree(helper.temp(), { ["p/m.lua"] = TEXT, ["p/evil.lua"] = [[
      local kept = { string.find, string.match, table.concat, next, type, debug.getinfo }
      local function no() error "mine" end
      string.find, string.match, table.concat, debug.getinfo = no, no, no, no
      return {
        Evil = function() return {} end,
        back = function()
          string.find, string.match, table.concat = kept[1], kept[2], kept[3]
          debug.getinfo = kept[6]
          return {}
        end,
      }
    ]] })
    local script = helper.write(dir .. "/script.lua", ([[
      package.path = "%s/lua/?.lua;%s/lua/?/init.lua"
      package.cpath = "%s/lua/?.so"
      local wick = require "wick"
      local config = assert(wick.load { project = "%s/p", evil = wick.target "p.evil.Evil" {},
        a = wick.target "p.m.Make" { n = "x" }, b = wick.target "p.m.Make" { m = 2 },
        back = wick.target "p.evil.back" {} })
      assert(config:build "evil")
      local ok, err = config:build "a"
      local no, wrong = config:build "b"
      config:build "back"
      print(ok, err.message)
      print(no, wrong.message, #wrong.errors)
    ]]):format(helper.root, helper.root, helper.build, dir))
    local status, out, problem = helper.run { helper.host, script }
    assert.equal("", problem)
    assert.equal(0, status)
    assert.equal("nil\t`a.n` must be an integer, and it is a string\n"
      .. "nil\t`b` has no option `m`\t2\n", (out:gsub("`Make` has", "`b` has")))
  end)

  it("is not loaded where nothing is declared", function()
    local dir = helper.tree(helper.temp(),
      { ["p/m.lua"] = "return { Make = function() return {} end }",
      ["a.yaml"] = "project: p\na: {_target_: p.m.Make, x: 1}\n" })
    local script = helper.write(dir .. "/script.lua", ([[
      package.path = "%s/lua/?.lua;%s/lua/?/init.lua"
      package.cpath = "%s/lua/?.so"
      local config = assert(require "wick".load("%s/a.yaml"))
      assert(config:check())
      assert(config:run())
      assert(#config:unread() == 0)
      for name in pairs(package.loaded) do
        assert(not name:find("^wick%%.declare"), name)
      end
    ]]):format(helper.root, helper.root, helper.build, dir))
    local status, _, problem = helper.run { helper.host, script }
    assert.equal("", problem)
    assert.equal(0, status)
  end)
end)
