/* chunk_test.c -- bytes of a module -> a Lua function: what is loaded, what
   is refused, and the lines that errors name. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

#include "chunk.h"
#include "leak.h"


static wk_Fail fail;

/* compiles `size` bytes and leaves the function, if there is one */
static wk_Code compile (lua_State *L, const char *bytes, size_t size) {
  fail.code = WK_OK;
  return wk_chunk_compile(L, bytes, size, "@/project/m.lua", &fail);
}


#define TEXT(literal)  literal, sizeof(literal) - 1


/* each text gives 7 */
static void loads (void **state) {
  lua_State *L = (lua_State *)*state;
  static const struct { const char *bytes; size_t size; } texts[] = {
    {TEXT("return 7")},
    {TEXT("return 7\n")},
    {TEXT("\xEF\xBB\xBFreturn 7")},
    {TEXT("#!/usr/bin/lua\nreturn 7")},
    {TEXT("\xEF\xBB\xBF#!/usr/bin/lua\r\nreturn 7")},
    {TEXT("# any first line\rreturn 7")},
    {TEXT("\r\n\r\nreturn 7\r\n")},
    {TEXT("local s = 'a\0b' return #s + 4")}
  };
  size_t i;
  for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
    assert_int_equal(compile(L, texts[i].bytes, texts[i].size), WK_OK);
    lua_call(L, 0, 1);
    assert_int_equal(lua_tointeger(L, -1), 7);
    lua_pop(L, 1);
  }
}


/* a token of megabytes that nearly matches everywhere is found at once */
static void long_token (void **state) {
  lua_State *L = (lua_State *)*state;
  const size_t n = 1 << 21;
  char *text = (char *)malloc(3 * n + 1);
  assert_non_null(text);
  memset(text, 'a', 3 * n + 1);
  text[2 * n] = ' ';
  assert_int_equal(compile(L, text, 3 * n + 1), WK_ESYNTAX);
  assert_int_equal(fail.nmarks, 1);
  assert_int_equal(fail.marks[0].byte, 2 * n + 1);
  assert_int_equal(fail.marks[0].length, n);
  assert_string_equal(fail.marks[0].label, "syntax error");
  free(text);
}


/* an empty text, and one of a first line only, give nothing */
static void empty (void **state) {
  lua_State *L = (lua_State *)*state;
  assert_int_equal(compile(L, "", 0), WK_OK);
  lua_call(L, 0, LUA_MULTRET);
  assert_int_equal(lua_gettop(L), 0);
  assert_int_equal(compile(L, TEXT("#!/usr/bin/lua")), WK_OK);
  lua_call(L, 0, LUA_MULTRET);
  assert_int_equal(lua_gettop(L), 0);
}


/* bytecode in every disguise, whole and mutilated */
static void bytecode (void **state) {
  lua_State *L = (lua_State *)*state;
  static const char *const heads[] = {
    "", "\xEF\xBB\xBF", "#!/usr/bin/lua\n", "\xEF\xBB\xBF#x\r\n", "#\n\n\n"
  };
  size_t i, n;
  for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
    for (n = 1; n <= 5; n++) {
      char bytes[64];
      size_t head = strlen(heads[i]);
      memcpy(bytes, heads[i], head);
      memcpy(bytes + head, "\033LuaT", n);
      assert_int_equal(compile(L, bytes, head + n), WK_EBYTECODE);
      assert_string_equal(fail.message,
                          "refused to load precompiled Lua bytecode");
    }
  }
}


/* what a syntax error marks: the line and the token Lua names */
static void syntax (void **state) {
  lua_State *L = (lua_State *)*state;
  static const struct {
    const char *bytes;
    size_t size, byte, length;
    const char *label, *note;
  } texts[] = {
    {TEXT("local M = {}\nfunction M.x( return 1 end\n"), 27, 6,
     "<name> or '...' expected",
     "Lua says: <name> or '...' expected near 'return'"},
    {TEXT("#!/usr/bin/lua\nx = = 1\n"), 19, 1, "unexpected symbol",
     "Lua says: unexpected symbol near '='"},
    {TEXT("\xEF\xBB\xBF\r\nx = )\r\n"), 9, 1, "unexpected symbol",
     "Lua says: unexpected symbol near ')'"},
    {TEXT("return 1 +"), 10, 1, "unexpected symbol",
     "Lua says: unexpected symbol near <eof>"},
    {TEXT("x = 1 \0 y = 2"), 0, 13, "unexpected symbol",
     "Lua says: unexpected symbol"},
    {TEXT("a = 1\n\rb = 2\r\nc = 3\r\rx = = 1"), 25, 1, "unexpected symbol",
     "Lua says: unexpected symbol near '='"},
    {TEXT("return 1 +\n  \t "), 15, 1, "unexpected symbol",
     "Lua says: unexpected symbol near <eof>"},
    {TEXT("return 1 +\n\n"), 12, 1, "unexpected symbol",
     "Lua says: unexpected symbol near <eof>"},
    {TEXT("goto an_unusually_long_name_of_a_label_"
          "that_does_not_fit_where_a_label_of_a_mark_is_kept_and_is_cut"),
     0, 99, "no visible label 'an_unusually_long_name_of_a_label_"
     "that_does_not_fit_where_a_label_of_a_mark_i",
     "Lua says: no visible label 'an_unusually_long_name_of_a_label_"
     "that_does_not_fit_where_a_label_of_a_mark_is_kept_and_is_cut"}
  };
  size_t i;
  for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
    assert_int_equal(compile(L, texts[i].bytes, texts[i].size), WK_ESYNTAX);
    assert_int_equal(fail.nmarks, 1);
    assert_string_equal(fail.marks[0].label, texts[i].label);
    assert_int_equal(strncmp(fail.notes[0], texts[i].note,
                             strlen(texts[i].note)), 0);
    assert_int_equal(fail.marks[0].byte, texts[i].byte);
    assert_int_equal(fail.marks[0].length, texts[i].length);
  }
}


/* a text that would overflow the parser's C stack is a syntax error */
static void deep (void **state) {
  lua_State *L = (lua_State *)*state;
  size_t n = 100000;
  char *bytes = (char *)malloc(n);
  assert_non_null(bytes);
  memset(bytes, '(', n);
  assert_int_equal(compile(L, bytes, n), WK_ESYNTAX);
  assert_non_null(strstr(fail.notes[0], "overflow"));
  assert_int_equal(wk_chunk_compile(L, bytes, n, "@/a/chunk/name/that/is/as/"
                                    "long/as/names/are/in/messages/of/Lua",
                                    &fail), WK_ESYNTAX);
  assert_non_null(strstr(fail.notes[0], "overflow"));
  free(bytes);
}


/* a chunk name with colons and control bytes does not lead the line astray */
static void names (void **state) {
  lua_State *L = (lua_State *)*state;
  static const char *const paths[] = {
    "@/a:12: b/m.lua", "@/\033[31m/m.lua",
    "@/a/very/long/path/that/lua/shortens/in/its/messages/to/sixty/bytes:9: m"
  };
  size_t i;
  for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
    wk_Code code = wk_chunk_compile(L, TEXT("\n\nx = = 1\n"), paths[i], &fail);
    assert_int_equal(code, WK_ESYNTAX);
    assert_int_equal(fail.marks[0].byte, 6);
    assert_null(strchr(fail.notes[0], '\033'));
  }
}


/* memory for a state and little more */
static void *scarce (void *ud, void *block, size_t old, size_t size) {
  size_t *left = (size_t *)ud;
  if (size == 0) {
    free(block);
    return NULL;
  }
  if (block == NULL) old = 0;
  if (size > old && size - old > *left) return NULL;
  *left -= size > old ? size - old : 0;
  return realloc(block, size);
}


static void memory (void **state) {
  size_t left = 1 << 20, n = 1 << 16;
  char *bytes = (char *)malloc(n);
  lua_State *L = lua_newstate(scarce, &left);
  (void)state;
  assert_non_null(L);
  assert_non_null(bytes);
  memset(bytes, 'x', n);    /* return 'xxx...x' */
  snprintf(bytes, n, "return");
  bytes[6] = bytes[n - 1] = '\'';
  left = 5000;
  assert_int_equal(compile(L, bytes, n), WK_ENOMEM);
  assert_int_equal(lua_gettop(L), 0);
  lua_close(L);
  free(bytes);
}


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_LUA_TEST(loads), LEAK_LUA_TEST(empty), LEAK_LUA_TEST(bytecode),
    LEAK_LUA_TEST(syntax), LEAK_LUA_TEST(long_token), LEAK_LUA_TEST(deep),
    LEAK_LUA_TEST(names), LEAK_TEST(memory)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
