/*
** host.c -- a small Lua interpreter: `host script args` (`-`: from stdin).
**
** Built twice.  As build/luahost it runs src/embed.lua with the liblua that
** the command gets.  With HOST_CORE it carries wick.core inside, so that a
** sanitizer sees the core's memory until the process ends (a module loaded
** by dlopen is gone when leaks are looked for): `make asan` runs busted with
** it.  May call: core.
*/

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

#ifdef HOST_CORE
int luaopen_wick_core (lua_State *L);
#endif

/* the message handler: adds a traceback to texts, leaves tables alone */
static int traceback (lua_State *L) {
  const char *text = lua_tostring(L, 1);
  if (text != NULL)
    luaL_traceback(L, L, text, 1);
  return 1;
}

/* sets the global `arg` as lua.c does: the script at 0, the host below */
static void set_arg (lua_State *L, int argc, char **argv) {
  int i;
  lua_createtable(L, argc, 1);
  for (i = 0; i < argc; i++) {
    lua_pushstring(L, argv[i]);
    lua_rawseti(L, -2, i - 1);
  }
  lua_setglobal(L, "arg");
}

/* runs the script with its arguments as `...`; called through lua_pcall
   with argc and argv, so that nothing can raise out of main */
static int run (lua_State *L) {
  int argc = (int)lua_tointeger(L, 1);
  char **argv = (char **)lua_touserdata(L, 2);
  int i;
  luaL_checkversion(L);
  luaL_openlibs(L);
#ifdef HOST_CORE
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, luaopen_wick_core);
  lua_setfield(L, -2, "wick.core");
  lua_pop(L, 1);
#endif
  set_arg(L, argc, argv);
  if (luaL_loadfile(L, strcmp(argv[1], "-") == 0 ? NULL : argv[1]) != LUA_OK)
    return lua_error(L);
  luaL_checkstack(L, argc, "too many arguments");
  for (i = 2; i < argc; i++)
    lua_pushstring(L, argv[i]);
  lua_call(L, argc - 2, 0);
  return 0;
}

int main (int argc, char **argv) {
  lua_State *L;
  int status;
  if (argc < 2) {
    fprintf(stderr, "usage: %s script [args]\n", argv[0]);
    return EXIT_FAILURE;
  }
  L = luaL_newstate();
  if (L == NULL) {
    fprintf(stderr, "%s: not enough memory\n", argv[0]);
    return EXIT_FAILURE;
  }
  lua_pushcfunction(L, traceback);
  lua_pushcfunction(L, run);
  lua_pushinteger(L, argc);
  lua_pushlightuserdata(L, argv);
  status = lua_pcall(L, 2, 0, 1);
  if (status != LUA_OK)
    fprintf(stderr, "%s: %s\n", argv[0], luaL_tolstring(L, -1, NULL));
  lua_close(L);
  return status == LUA_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
