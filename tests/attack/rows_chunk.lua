-- The rows of the attack catalogue about Lua chunks: 91 to 102.
--
-- A row: row (its number), title, files (name below the root -> text, or a
-- function that gives them), target (p.m when not said), and what must come of
-- it on every backend:
--   code   the name of the failure; `says`, a text that its words must hold
--   or value, a function that gets the value and the project, and must not raise
--   after  a function that gets the project afterwards, and must not raise
-- `naive` is a pattern for what stock Lua makes of the same files: "ok TYPE" or
-- "error TEXT", or nothing when it dies.  `reason` says why that is no failure
-- where the catalogue expects one; without it the naive way fails the row.

local MODULE = "local M = {}\nfunction M.make() return 'safe' end\nreturn M\n"
local BYTECODE = string.dump(assert(load(MODULE, "@m.lua")))
local BOM = "\xEF\xBB\xBF"

-- A module that tells the line it is called in, which is the third.
local function lines(newline, before, after)
  return before .. table.concat({ "local M = {}", "function M.line()",
    "  return debug.getinfo(1, 'l').currentline", "end", "return M" }, newline) .. after
end

local function third(module)
  assert(module.line() == 3, "line " .. module.line())
end

local function stock_too(what)
  return "luaL_loadfilex " .. what .. " as well"
end

local rows = {
  { row = 91, title = "bytecode named .lua", files = { ["m.lua"] = BYTECODE },
    code = "EBYTECODE", says = "p/m.lua starts with ESC (byte 0x1b)", naive = "^ok table" },
  { row = 91, title = "bytecode as a class file", files = { ["my_class.lua"] = BYTECODE },
    target = "p.MyClass", code = "EBYTECODE", module = "p.my_class", naive = "^ok table" },
  { row = 91, title = "bytecode as a folder's module", files = { ["m/init.lua"] = BYTECODE },
    target = "p.m.make", code = "EBYTECODE", naive = "^ok table" },
  { row = 91, title = "bytecode in a module that is required",
    files = { ["m.lua"] = "return { b = require 'p.b' }", ["b.lua"] = BYTECODE },
    code = "ERUNTIME", says = "refused to load precompiled Lua bytecode", naive = "^ok table" },

  { row = 92, title = "#! line, then bytecode",
    files = { ["m.lua"] = "#!/usr/bin/lua\n" .. BYTECODE }, code = "EBYTECODE",
      naive = "^ok table" },
  { row = 92, title = "byte order mark, then bytecode", files = { ["m.lua"] = BOM .. BYTECODE },
    code = "EBYTECODE", naive = "^ok table" },
  { row = 92, title = "byte order mark and #! line, then bytecode",
    files = { ["m.lua"] = BOM .. "#!/usr/bin/lua\n" .. BYTECODE }, code = "EBYTECODE",
    naive = "^ok table" },

  { row = 93, title = "a single ESC", files = { ["m.lua"] = "\27" }, code = "EBYTECODE",
    naive = "^error .*truncated", reason = "stock Lua tries to read it, and finds it too short" },
  { row = 93, title = "changed bytecode",
    files = { ["m.lua"] = (BYTECODE:gsub("safe", "evil")) }, code = "EBYTECODE",
    naive = "^ok table" },
  { row = 93, title = "bytecode for another version",
    files = { ["m.lua"] = BYTECODE:sub(1, 4) .. "\x53" .. BYTECODE:sub(6) }, code = "EBYTECODE",
    naive = "^error .*version mismatch", reason = "stock Lua looks at the version" },

  { row = 94, title = "a byte order mark", files = { ["m.lua"] = lines("\n", BOM, "\n") },
    value = third, naive = "^ok table", reason = stock_too "skips it" },
  { row = 94, title = "a #! line",
    files = { ["m.lua"] = "#!/usr/bin/lua\n" .. lines("\n", "", "\n") },
    value = function(module)
      assert(module.line() == 4)
    end, naive = "^ok table", reason = stock_too "skips it" },
  { row = 94, title = "a byte order mark and a #! line",
    files = { ["m.lua"] = BOM .. "#!/usr/bin/lua\n" .. lines("\n", "", "\n") },
    value = function(module)
      assert(module.line() == 4)
    end, naive = "^ok table", reason = stock_too "skips both" },
  { row = 94, title = "lines that end in CR LF", files = { ["m.lua"] = lines("\r\n", "", "\r\n") },
    value = third, naive = "^ok table", reason = stock_too "counts them" },
  { row = 94, title = "lines that end in CR", files = { ["m.lua"] = lines("\r", "", "\r") },
    value = third, naive = "^ok table", reason = stock_too "counts them" },
  { row = 94, title = "a #! line that ends in CR LF",
    files = { ["m.lua"] = "#!/usr/bin/lua\r\n" .. lines("\r\n", "", "") },
    value = function(module)
      assert(module.line() == 4)
    end, naive = "^ok table", reason = stock_too "skips it" },
  { row = 94, title = "no newline at the end", files = { ["m.lua"] = lines("\n", "", "") },
    value = third, naive = "^ok table", reason = stock_too "takes it" },

  { row = 95, title = "a NUL in code", files = { ["m.lua"] = "local x = 1\0\nreturn {}" },
    code = "ESYNTAX", naive = "^error ", reason = "Lua's own lexer refuses it" },
  { row = 95, title = "a NUL in a string", files = { ["m.lua"] = "return { s = 'a\0b' }" },
    value = function(module)
      assert(module.s == "a\0b")
    end, naive = "^ok table", reason = stock_too "keeps its length" },
  { row = 95, title = "a NUL in a #! line", files = { ["m.lua"] = "#!\0x\nreturn { s = 1 }" },
    value = function(module)
      assert(module.s == 1)
    end, naive = "^ok table", reason = stock_too "skips the line" },

  { row = 96, title = "100,000 open parentheses",
    files = { ["m.lua"] = "return " .. ("("):rep(100000) }, code = "ESYNTAX", says = "overflow",
    naive = "^error .*overflow", reason = "Lua's own parser counts its calls" },
  { row = 96, title = "250 nested tables",
    files = { ["m.lua"] = "return " .. ("{"):rep(250) .. ("}"):rep(250) }, code = "ESYNTAX",
    says = "overflow", naive = "^error .*overflow", reason = "Lua's own parser counts its calls" },
  { row = 96, title = "250 nested functions",
    files = { ["m.lua"] = "return " .. ("function() return "):rep(250) .. "1"
      .. (" end"):rep(250) },
    code = "ESYNTAX", says = "overflow", naive = "^error .*overflow",
    reason = "Lua's own parser counts its calls" },
  { row = 96, title = "300 locals",
    files = function()
      local text = {}
      for i = 1, 300 do
        text[i] = "local a" .. i .. " = " .. i
      end
      return { ["m.lua"] = table.concat(text, "\n") .. "\nreturn {}" }
    end,
    code = "ESYNTAX", says = "too many local variables", naive = "^error .*too many local",
    reason = "Lua's own parser counts them" },
  { row = 96, title = "a constructor with 1,000,000 elements",
    files = function()
      return { ["m.lua"] = "return {" .. ("1,"):rep(1000000) .. "}" }
    end,
    value = function(module)
      assert(#module == 1000000)
    end, naive = "^ok table", reason = "Lua takes it" },

  { row = 97, title = "control characters in the root's path", folder = "a\27[31m\nb/p\1\127",
    files = { ["m.lua"] = "error 'here'" }, target = "project.m", code = "ERUNTIME",
    says = "here", naive = "^error [^\n]*\27%[31m" },
  { row = 97, title = "a module that is not below such a root", folder = "a\27[31m\nb/p\1\127",
    files = { ["n.lua"] = "return {}" }, target = "project.m.X", code = "ENOTFOUND",
    naive = "\27%[31m" },
  { row = 97, title = "a path of 3,000 characters",
    folder = (("d"):rep(99) .. "/"):rep(30) .. "p", files = { ["m.lua"] = "error 'here'" },
    code = "ERUNTIME", says = "here", naive = "^error ",
    reason = "luaO_chunkid shows the end of the path" },

  { row = 98, title = "a table as error value", files = { ["m.lua"] = "error({ code = 1 })" },
    code = "ERUNTIME", says = "{code: 1}", naive = "^error table: 0x" },
  { row = 98, title = "nil as error value", files = { ["m.lua"] = "error(nil)" },
    code = "ERUNTIME", says = "(error object is a nil value)", naive = "^error nil" },
  { row = 98, title = "an error value whose __tostring raises",
    files = { ["m.lua"] = "error(setmetatable({}, { __tostring = function() error 'no' end }))" },
    code = "ERUNTIME", says = "(error object is a table value)", naive = "^$" },
  { row = 98, title = "an error value whose __tostring gives no text",
    files = { ["m.lua"] = "error(setmetatable({}, { __tostring = function() end }))" },
    code = "ERUNTIME", says = "(error object is a table value)", naive = "^$" },
  { row = 98, title = "an error value whose __tostring is no function",
    files = { ["m.lua"] = "error(setmetatable({}, { __tostring = 3 }))" },
    code = "ERUNTIME", says = "(error object is a table value)", naive = "^$" },
  { row = 98, title = "a userdata as error value", files = { ["m.lua"] = "error(io.stdout)" },
    code = "ERUNTIME", says = "file (0x", naive = "^error file %(0x" },

  { row = 99, title = "returns nil", files = { ["m.lua"] = "return nil" }, code = "ENOEXPORT",
    naive = "^ok boolean" },
  { row = 99, title = "returns nothing", files = { ["m.lua"] = "local x = 1" }, code = "ENOEXPORT",
    says = "the file ends without `return M`", naive = "^ok boolean" },
  { row = 99, title = "is empty", files = { ["m.lua"] = "" }, code = "ENOEXPORT",
    naive = "^ok boolean" },
  { row = 99, title = "returns false", files = { ["m.lua"] = "return false" }, code = "ENOEXPORT",
    naive = "^ok boolean" },
  { row = 99, title = "returns a number, and a member is wanted",
    files = { ["m.lua"] = "return 42" }, target = "p.m.Net", code = "ENOEXPORT",
    says = "returned a number, which has no members", naive = "^ok number" },
  { row = 99, title = "returns text, and a member is wanted",
    files = { ["m.lua"] = "return 'text'" }, target = "p.m.upper", code = "ENOEXPORT",
    naive = "^ok string" },

  { row = 100, title = "a module requires itself",
    files = { ["m.lua"] = "local m = require 'p.m'\nreturn { m = m }" }, code = "EREQUIRE",
    says = "p.m -> p.m", naive = "^error .*overflow" },
  { row = 100, title = "two modules require each other",
    files = { ["m.lua"] = "local b = require 'p.b'\nreturn { b = b }",
      ["b.lua"] = "local m = require 'p.m'\nreturn { m = m }" },
    code = "EREQUIRE", says = "p.m -> p.b -> p.m", naive = "^error .*overflow" },
  { row = 100, title = "a hundred modules in a circle",
    files = function()
      local files = { ["m.lua"] = "return { x = require 'p.m1' }" }
      for i = 1, 99 do
        files["m" .. i .. ".lua"] = ("local m = require 'p.m%s'\nreturn { m = m }"):format(
          i == 99 and "" or i + 1)
      end
      return files
    end,
    code = "EREQUIRE", says = "-> p.m98 -> p.m99 -> p.m", naive = "^error .*overflow" },

  { row = 101, title = "a module fails midway",
    files = { ["m.lua"] = "half = 1\nlocal b = require 'p.b'\nerror 'midway'",
      ["b.lua"] = "return { fine = true }" },
    code = "ERUNTIME", says = "midway",
    after = function(project)
      assert(package.loaded["p.m"] == nil and project.placed["p.m"] == nil)
      assert(not next(project.constructors))
      assert(package.loaded["p.b"].fine, "what it required stays")
      for _, record in pairs(project.inodes) do
        assert(record.state == "loaded")
      end
      _G.half = nil
    end,
    naive = "^error .*midway", reason = "stock Lua does not cache it either" },
  { row = 101, title = "a module that sets package.loaded itself fails midway",
    files = { ["m.lua"] = "package.loaded['p.m'] = { half = true }\nerror 'midway'" },
    code = "ERUNTIME", says = "midway",
    after = function()
      assert(package.loaded["p.m"] == nil)
    end,
    naive = "^error .*midway", reason = "the failure is told; the half module stays, unseen here" },
  { row = 101, title = "a module that is required fails midway",
    files = { ["m.lua"] = "return { b = require 'p.b' }", ["b.lua"] = "error 'midway'" },
    code = "ERUNTIME", says = "p.m → p.b",
    after = function()
      assert(package.loaded["p.m"] == nil and package.loaded["p.b"] == nil)
    end,
    naive = "^error .*midway", reason = "stock Lua does not cache it either, nor name the chain" },
}

-- What each of these does to Lua must not change where names lead.
local EDITS = {
  { "package.path", "package.path = '/nowhere/?.lua'" },
  { "package.cpath", "package.cpath = '/nowhere/?.so'" },
  { "package.path, no text", "package.path = nil" },
  { "package.searchers, emptied",
    "for i = #package.searchers, 1, -1 do package.searchers[i] = nil end" },
  { "package.searchers, replaced", "package.searchers = {}" },
  { "package.preload", "package.preload['p.b'] = function() return { evil = true } end" },
  { "package.loaded", "package.loaded['p.b'] = { evil = true }" },
  { "_G", "type, next, pairs, rawget, require, pcall, setmetatable = nil" },
  { "_G's metatable", "setmetatable(_G, { __index = error, __newindex = error })" },
  { "the methods of strings", "getmetatable('').__index = function() error 'gone' end" },
  { "string and table", "string.match, string.find, string.gsub, table.concat = nil" },
  { "debug", "debug.getinfo, debug.getlocal, debug.getmetatable = error, error, error" },
}

for _, edit in ipairs(EDITS) do
  rows[#rows + 1] = {
    row = 102,
    title = "a module edits " .. edit[1],
    files = { ["m.lua"] = edit[2] .. "\nreturn { ok = true }", ["b.lua"] = "return { b = true }",
      ["my_net.lua"] = "return { new = function(self) return self end }" },
    edits = true,
    value = function(_, project, target, load)
      assert(load.value(project, "p.b.b") == true)
      assert(load.constructor(project, "p.MyNet").kind == "method")
      local _, err = load.value(project, "p.nope.X")
      assert(err.name == "ENOTFOUND")
      _, err = load.value(project, "p.b.X")
      assert(err.name == "ENOMEMBER")
      assert(target.resolve(project, "p.my_net").file == "my_net.lua")
    end,
    naive = edit[3] or "^ok ",
    reason = "what the edit does shows only in the modules that follow",
  }
end

return rows
