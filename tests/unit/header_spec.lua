-- include/wick/plugin.h alone: in each language it is for, without a warning;
-- and a plugin in C++.

local helper = require "tests.helper"

local _, cflags = helper.run "pkg-config --cflags lua5.4"
local WARN = "-Wall -Wextra -Wshadow -Wconversion -pedantic -Werror "

-- Compiles a text; gives what the compiler says.  nil without that compiler.
local function compile(compiler, flags, text)
  local program = compiler:match("^%S+")
  if helper.run("command -v " .. program) ~= 0 then
    return nil, "there is no " .. program
  end
  local status, out, err = helper.run(("%s %s -I%s/include %s %s -"):format(compiler, WARN,
    helper.root, cflags:gsub("%s+$", ""), flags), { stdin = text })
  return status == 0 and out .. err or "it fails: " .. out .. err
end

describe("wick/plugin.h", function()
  for _, compiler in ipairs {
    "gcc -std=c99 -Wstrict-prototypes -x c", "gcc -std=c11 -Wstrict-prototypes -x c",
    "clang -std=c99 -Wstrict-prototypes -x c", "clang -std=c11 -Wstrict-prototypes -x c",
    "g++ -std=c++11 -x c++", "g++ -std=c++20 -x c++", "clang++ -std=c++11 -x c++",
  } do
    it("compiles alone: " .. compiler, function()
      local said, reason = compile(compiler, "-c -o /dev/null",
        "#include <wick/plugin.h>\n#include <wick/plugin.h>\nextern int used;\n")
      if not said then
        return pending(reason)
      end
      assert.equal("", said)
    end)
  end

  for _, compiler in ipairs { "gcc -O2 -x c", "gcc -O2 -flto -x c", "clang -O2 -x c",
    "g++ -O2 -x c++" } do
    it("makes a plugin that is stripped of all else: " .. compiler, function()
      local dir = helper.temp()
      helper.write(dir .. "/map", "{ global: luaopen_*; local: *; };\n")
      assert(helper.run("mkdir p", { cwd = dir }) == 0)
      local said, reason = compile(compiler, "-fvisibility=hidden -shared -fPIC "
        .. "-ffunction-sections -fdata-sections -Wl,--gc-sections -s -Wl,--version-script="
        .. dir .. "/map -o " .. dir .. "/p/made.so", [[
#include <wick/plugin.h>
WICK_PLUGIN(made, "made", "1.0", "for tests",
  WICK_CONSTRUCTOR("Made", "all there is")
    WICK_PARAM("a", "any", "the plugin looks at it itself") WICK_PARAM("b", "any", "")
    WICK_PARAM("c", "any", "") WICK_PARAM("d?", "any", "")
    WICK_PARAM("e", "any", "") WICK_PARAM("f?", "any", "")
    WICK_PARAM("g", "any", "") WICK_PARAM("h?", "any", ""));

static int made (lua_State *L) {
  size_t len, most;
  lua_Integer a = wick_checkinteger(L, 1, "a");
  lua_Number b = wick_optnumber(L, 1, "b", 0.5);
  const char *c = wick_checkstring(L, 1, "c", &len);
  lua_Integer d = wick_optinteger(L, 1, "d", 4);
  lua_Number e = wick_checknumber(L, 1, "e");
  const char *f = wick_optstring(L, 1, "f", "six", &most);
  int g = wick_checkboolean(L, 1, "g");
  int h = wick_optboolean(L, 1, "h", 1);
  lua_newtable(L);
  lua_pushfstring(L, "%I %f %s %I %f %s %d %d", a, b, c, d, e,
                  wick_optstring(L, 1, "f", "six", NULL), g, h);
  lua_setfield(L, -2, "text");
  lua_pushinteger(L, (lua_Integer)len);
  lua_setfield(L, -2, "len");
  lua_pushlstring(L, f, most);
  lua_setfield(L, -2, "whole");
  lua_pushboolean(L, wick_optstring(L, 1, "none", NULL, &most) == NULL && most == 0);
  lua_setfield(L, -2, "none");
  return 1;
}

WICK_OPEN int luaopen_made (lua_State *L) {
  lua_newtable(L);
  lua_pushcfunction(L, made);
  lua_setfield(L, -2, "Made");
  return 1;
}
]])
      if not said then
        return pending(reason)
      end
      assert.equal("", said)
      local function run(options)
        helper.write(dir .. "/c.yaml", ("project: p/\nmade: {_target_: p.made.Made, %s}\n"
          .. "show: {_target_: p.show, made: \"@made\"}\n"):format(options))
        helper.write(dir .. "/p/show.lua", [[
          return { new = function(o)
            print(o.made.text, o.made.len, #o.made.whole, o.made.none)
            return {}
          end }]])
        local _, out, err = helper.wick({ "run", "--strict", "-q", "c.yaml" }, { cwd = dir })
        return out .. (err:match("the error says: ([^\n]*)") or "")
      end
      assert.equal("1 0.5 x 4 2.0 six 1 1\t1\t3\ttrue\n", run "a: 1.0, c: x, e: 2, g: true")
      assert.equal("-7 2.25 xyz 9 0.5 f 0 0\t3\t3\ttrue\n",
        run "a: -7, b: 2.25, c: xyz, d: 9, e: 0.5, f: \"f\\0f\", g: false, h: false")
      for options, wanted in pairs {
        ["c: x, e: 2"] = "bad option 'a' (integer expected, got nothing)",
        ["a: 1.5, c: x, e: 2"] = "bad option 'a' (integer expected, got number)",
        ["a: '1', c: x, e: 2"] = "bad option 'a' (integer expected, got string)",
        ["a: 1, b: x, c: x, e: 2"] = "bad option 'b' (number expected, got string)",
        ["a: 1, c: 2, e: 2"] = "bad option 'c' (string expected, got number)",
        ["a: 1, c: x, d: true, e: 2"] = "bad option 'd' (integer expected, got boolean)",
        ["a: 1, c: x, e: []"] = "bad option 'e' (number expected, got table)",
        ["a: 1, c: x, e: 1, f: 1"] = "bad option 'f' (string expected, got number)",
        ["a: 1, c: x, e: 1"] = "bad option 'g' (boolean expected, got nothing)",
        ["a: 1, c: x, e: 1, g: 'false'"] = "bad option 'g' (boolean expected, got string)",
        ["a: 1, c: x, e: 1, g: 1"] = "bad option 'g' (boolean expected, got number)",
        ["a: 1, c: x, e: 1, g: true, h: []"] = "bad option 'h' (boolean expected, got table)",
      } do
        assert.equal(wanted, run(options))
      end
    end)
  end
end)
