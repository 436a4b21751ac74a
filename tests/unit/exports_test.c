/*
** exports_test.c -- the room `exports`: what a text says that its module
** exports.  That "no" is never wrong is also tried with modules that run,
** in exports_spec.lua.
*/

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exports.h"
#include "leak.h"


typedef struct List { char text[256]; } List;

static void collect (void *ud, const char *name, size_t len, size_t byte) {
  List *list = (List *)ud;
  size_t used = strlen(list->text);
  assert_true(used + len + 2 < sizeof(list->text));
  snprintf(list->text + used, sizeof(list->text) - used, "%s%.*s",
           used > 0 ? " " : "", (int)len, name);
  (void)byte;
}


/* the names, `+` behind them when the list is closed, of a copy of just that
   size */
static void listed (const char *text, size_t len, char *out, size_t size) {
  char *copy = malloc(len > 0 ? len : 1);
  List list = {""};
  wk_Exports exports;
  assert_non_null(copy);
  memcpy(copy, text, len);
  wk_exports(copy, len, collect, &list, &exports);
  assert_true(exports.returns <= len);
  if (exports.has_return)
    assert_memory_equal(text + exports.returns, "return", 6);
  else assert_int_equal(exports.returns, len);
  assert_true(exports.has_return || !exports.closed);
  snprintf(out, size, "%s%s", list.text, exports.closed ? " +" : "");
  free(copy);
}


#define M "local M = {} "

typedef struct Case { const char *text, *want; } Case;

static const Case cases[] = {
  /* a table of the module's own, named or not */
  {"local M = {} return M", " +"},
  {"return {}", " +"},
  {"local M = {}; return M;", " +"},
  {M "M.a = 1 return M", "a +"},
  {M "function M.a() end return M", "a +"},
  {M "function M:a() end return M", "a +"},
  {M "M['a'] = 1 M[\"b\"] = 2 M[ [[c]] ] = 3 return M", "a b c +"},
  {M "M[1] = 1 M[0x10] = 2 return M", " +"},
  {M "M.a, M.b = 1, 2 return M", "a b +"},
  {M "x, M.a, y.z, M.b = f() return M", "a b +"},
  {M "M.a, t[f(1, 2)], (g()).x, M.b = 1 return M", "a b +"},
  {M "M.a = nil return M", "a +"},
  {M "M.a = 1 M.a = 2 return M", "a a +"},
  {M "M . a --[[x]] = 1 return M", "a +"},
  {"local M = { a = 1, b = 2 } return M", "a b +"},
  {"local M = { a = 1; ['b'] = 2, 3, f(), [4] = 5, } M.c = 1 return M",
   "a b c +"},
  {"local M = { f = function(a, b) local c, d = 1, 2; e = 3 return {g = 1} "
   "end, h = { i = 1 }, j = k(l, m) } return M", "f h j +"},
  {"local M <const> = { a = 1 } return M", "a +"},
  {"return { a = 1, ['b'] = 2, [3] = 4, c }", "a b +"},
  {"return { a = 3, [''] = 1, [ [[]] ] = 2 }", "a   +"},
  {"local function f() return 1 end return { f = f, g = function() return 2 "
   "end }", "f g +"},
  {"local M = {} if x then M.a = 1 else M.b = 2 end return M", "a b +"},
  {"local M = {} for i = 1, 2 do M.a = i end while x do M.b = 1 end repeat "
   "M.c = 1 until y do M.d = 1 end return M", "a b c d +"},
  {M "function M.a() return M.b end function M.b() M.c = 1 end return M",
   "a b c +"},
  {M "function M.a.b() end M.c.d = 1 function M.e:f() end return M", " +"},
  {M "local x = M.a print(M.a, M.b) M.f(1) M['g'] 'x' return M", " +"},
  {M "local t = { M.a, b = 1 } f(M.c, d) return M", " +"},
  {M "local x = M.a, M.b y = 1 return M", " +"},
  {M "f(function() M.a, M.b = 1, 2 end) return M", "a b +"},
  {M "x.M = 1 t = x.M y:M() return M", " +"},
  {M "local N = {} N[k] = 1 setmetatable(N, N) return M", " +"},
  {"\xEF\xBB\xBF#!/usr/bin/lua M[k]\nlocal M = {} M.a = 1 return M", "a +"},
  {"#!/usr/bin/lua\nreturn {a = 1}", "a +"},
  {M "log.debug('x') opts.debug = debug.traceback() level = 'debug' return M",
   " +"},
  {M "-- M[k] = 1\nlocal s = 'M[k] = 1' --[[ M[k] ]] return M", " +"},
  {M "local f = function() return 1 end return M", " +"},
  {M "(f)() return M", " +"}, {M "::top:: goto top return M", " +"},
  {M "local M2 = M.sub return M", " +"},
  /* M gets away */
  {M "M[k] = 1 return M", ""}, {M "M[k()] = 1 return M", ""},
  {M "M['a' .. b] = 1 return M", ""}, {M "M['a\\x62'] = 1 return M", ""},
  {M "M[-1] = 1 return M", ""}, {M "local x = M[k] return M", ""},
  {M "setmetatable(M, {}) return M", ""}, {M "f(M) return M", ""},
  {M "f{M} return M", ""}, {M "local X = M return M", ""},
  {M "X = M M.a = 1 return M", "a"}, {M "M.__index = M return M", "__index"},
  {M "M:init() return M", ""}, {M "(M).a = 1 return M", ""},
  {M "M = f() return M", ""}, {M "M() return M", ""}, {M "M{} return M", ""},
  {M "M'a' return M", ""}, {M "function M() end return M", ""},
  {M "for k in pairs(M) do end return M", ""}, {M "x = #M return M", ""},
  {M "if M then end return M", ""}, {M "x = M == y return M", ""},
  {M "function f() return M end return M", ""},
  {M "M.a, M = 1 return M", "a"}, {M "x = { M = 1 } return M", ""},
  {M "M.a = function(...) return M, ... end return M", "a"},
  {M "load('x', M) return M", ""},
  /* another M */
  {M "local M = {} M.a = 1 return M", "a"},
  {M "do local M = {} M.a = 1 end return M", "a"},
  {M "function f(M) M.a = 1 end return M", "a"},
  {M "for M in x do M.a = 1 end return M", "a"},
  {M "local function M() end return M", ""},
  {M "local a, M = 1 return M", ""},
  {"M.a = 1 local M = {} return M", "a"},
  {"do local M = {} M.a = 1 end return M", "a"},
  {"function f() local M = {} end return M", ""},
  /* M is no table of its own */
  {"M = {} M.a = 1 return M", "a"}, {"local M M = {} M.a = 1 return M", "a"},
  {"local M = require 'x' M.a = 1 return M", "a"},
  {"local M = class('M', { x = 1 }) function M.new() end return M", "new"},
  {"local M = setmetatable({ a = 1 }, X) M.b = 1 return M", "a b"},
  {"local M = {} or x return M", ""}, {"local M = {} and x return M", ""},
  {"local M, N = {}, 1 M.a = 1 return M", "a"},
  {"local M = {}, 1 return M", ""}, {"local M = ({}) return M", ""},
  {"local M <close> = {} return M", ""}, {"local M = { [k] = 1 } return M", ""},
  {"local M = { a = 1, [k] = 2 } return M", "a"}, {"local M return M", ""},
  /* what is returned is not M alone */
  {M "M.a = 1 return setmetatable(M, X)", "a"},
  {"return setmetatable({ a = 1 }, X)", "a"},
  {M "M.a = 1 return M.a", ""}, {M "M.a = 1 return M, 1", ""},
  {M "return (M)", ""}, {M "return M()", ""}, {M "return f", ""},
  {"return function() end", ""}, {"return f{ a = 1 }", ""},
  {"return require 'x'", ""}, {"return 1", ""}, {"return", ""},
  {"return { a = 1 }, 2", "a"}, {"return { a = 1 } or x", "a"},
  {"return { [k] = 1, a = 2 }", "a"}, {"return { a = 1 }.x", "a"},
  {M "if x then return N end return M", ""},
  {M "do return M end", ""}, {M "if x then return end M.a = 1 return M", "a"},
  {"local f = function() return {} end", ""},
  {M "M.a = 1", ""}, {"", ""}, {" ", ""}, {"-- return {}", ""},
  /* doubts */
  {M "local _ENV = {} return M", ""}, {"local _ENV = {} a = 1 return _ENV", ""},
  {M "debug.setlocal(1, 1, 2) return M", ""}, {M "x = debug return M", ""},
  {M "local d = require 'debug' return M", ""},
  {M "local d = require('debug') return M", ""},
  {M "_G.debug.setlocal(1, 1, {}) return M", ""},
  {M "package.loaded['debug'].setlocal() return M", ""},
  /* no Lua */
  {M "return M return M", ""}, {M "end return M", ""}, {M "do return M", ""},
  {M "! return M", ""}, {M "return M 'unclosed", ""}, {"return {", ""},
  {"return { a = ", "a"}, {"return { a = 1", "a"}, {"local M = { return M", ""},
  {"\x1bLua", ""}, {M "M.", ""}, {M "M[", ""}, {M "M['a'", ""},
  {"local M", ""}, {"local M <", ""}, {"return setmetatable(", ""}
};

static void verdicts (void **state) {
  char out[256];
  (void)state;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    listed(cases[i].text, strlen(cases[i].text), out, sizeof(out));
    if (strcmp(out, cases[i].want) != 0)
      print_message("# in: %s\n", cases[i].text);
    assert_string_equal(out, cases[i].want);
  }
}


/* one name: where it is set first */
static void names (void **state) {
  static const char text[] = "local M = { c = 1 }\nfunction M.ab() end\n"
    "M.a = 1 M.ab = 2\nreturn M\n";
  static const char open[] = "local M = class()\nM.a = 1\nreturn M\n";
  size_t byte, len = sizeof(text) - 1;
  (void)state;
  assert_int_equal(wk_exports_name(text, len, "c", 1, &byte), WK_YES);
  assert_int_equal(byte, 12);
  assert_int_equal(wk_exports_name(text, len, "ab", 2, &byte), WK_YES);
  assert_int_equal(byte, 31);
  assert_int_equal(wk_exports_name(text, len, "a", 1, &byte), WK_YES);
  assert_int_equal(byte, 42);
  assert_int_equal(wk_exports_name(text, len, "b", 1, &byte), WK_NO);
  assert_int_equal(wk_exports_name(text, len, "abc", 3, &byte), WK_NO);
  assert_int_equal(wk_exports_name(text, len, "M", 1, &byte), WK_NO);
  assert_int_equal(wk_exports_name(text, len, "", 0, &byte), WK_NO);
  len = sizeof(open) - 1;
  assert_int_equal(wk_exports_name(open, len, "a", 1, &byte), WK_YES);
  assert_int_equal(wk_exports_name(open, len, "b", 1, &byte), WK_UNKNOWN);
}


/* every text cut short, and with each byte replaced by some others, ends */
static void cuts (void **state) {
  static const char others[] = "\0M.[{(=,'\"-\n\xC3";
  char text[256], out[256];
  (void)state;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i += 3) {
    size_t len = strlen(cases[i].text);
    for (size_t j = 0; j < len; j++) {
      listed(cases[i].text, j, out, sizeof(out));
      memcpy(text, cases[i].text, len);
      for (size_t k = 0; k < sizeof(others) - 1; k++) {
        text[j] = others[k];
        listed(text, len, out, sizeof(out));
      }
    }
  }
}


/* long lists and deep brackets take no more than time that grows with them */
static void large (void **state) {
  static const char *const parts[][3] = {
    {"local M = {} f(", "M.a, g(M.b, c), ", "1) return M"},
    {"local M = {} ", "M.a, f(", " return M"},
    {"", "return { ", ""},
    {"local M = {} x = ", "M.a, ", "1 return M"},
    {"", "local M = { ", "return M"}
  };
  const size_t most = 1 << 20;
  char *text = malloc(most + 64);
  (void)state;
  assert_non_null(text);
  for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
    size_t used = 0, step = strlen(parts[i][1]);
    size_t byte;
    for (const char *p = parts[i][0]; *p; p++) text[used++] = *p;
    for (; used + step < most; used += step) memcpy(text + used, parts[i][1],
                                                    step);
    for (const char *p = parts[i][2]; *p; p++) text[used++] = *p;
    assert_int_not_equal(wk_exports_name(text, used, "zz", 2, &byte), WK_YES);
  }
  free(text);
}


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(verdicts), LEAK_TEST(names), LEAK_TEST(cuts), LEAK_TEST(large)
  };
  return cmocka_run_group_tests_name("exports", tests, NULL, NULL);
}
