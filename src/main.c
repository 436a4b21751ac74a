/*
** main.c -- the command: a Lua state with wick inside, argv to wick.cli.main.
**
** May call: core (luaopen_wick_core), the embedded rooms.
**
** The command never searches for its own Lua: build/embedded.c carries it as
** bytecode, so a build folder, an installed copy and any current directory
** are alike.
*/

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

#include "embedded.h"

int luaopen_wick_core (lua_State *L);


/* descriptors 0 to 2 exist from here on, so that no config and no module can
   get the number of a standard stream.  Gives 0 when that cannot be had. */
static int open_streams (void) {
  int fd;
  do {
    fd = open("/dev/null", O_RDWR);
    if (fd < 0) return 0;
  } while (fd <= STDERR_FILENO);
  close(fd);
  return 1;
}


/* a loader of package.preload: the room whose entry is the upvalue.  Leaves
   the module. */
static int load_embedded (lua_State *L) {
  const wk_Embedded *room =
    (const wk_Embedded *)lua_touserdata(L, lua_upvalueindex(1));
  if (luaL_loadbufferx(L, (const char *)room->bytes, room->size, room->chunk,
                       "b") != LUA_OK)
    return lua_error(L);
  lua_pushstring(L, room->name);
  lua_call(L, 1, 1);
  return 1;
}


/* runs wick.cli.main with the words of the command line; it ends the process
   itself, so coming back here is a failure */
static int run (lua_State *L) {
  int argc = (int)lua_tointeger(L, 1), i;
  char **argv = (char **)lua_touserdata(L, 2);
  const wk_Embedded *room;
  if (getauxval(AT_SECURE)) {  /* before the libraries read LUA_PATH */
    lua_pushboolean(L, 1);
    lua_setfield(L, LUA_REGISTRYINDEX, "LUA_NOENV");
  }
  luaL_openlibs(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, luaopen_wick_core);
  lua_setfield(L, -2, "wick.core");
  for (room = wk_embedded; room->name != NULL; room++) {
    lua_pushlightuserdata(L, (void *)(size_t)room);
    lua_pushcclosure(L, load_embedded, 1);
    lua_setfield(L, -2, room->name);
  }
  lua_pop(L, 1);
  for (room = wk_embedded; room->name != NULL; room++)
    if (strcmp(room->name, "wick.cli.main") == 0) break;
  if (room->name == NULL) return luaL_error(L, "wick.cli.main is missing");
  if (luaL_loadbufferx(L, (const char *)room->bytes, room->size, room->chunk,
                       "b") != LUA_OK)
    return lua_error(L);
  luaL_checkstack(L, argc, "too many words");
  for (i = 1; i < argc; i++) lua_pushstring(L, argv[i]);
  lua_call(L, argc > 1 ? argc - 1 : 0, 0);
  return 0;
}


int main (int argc, char **argv) {
  lua_State *L;
  if (!open_streams()) return 70;
  L = luaL_newstate();
  if (L == NULL) {
    fputs("wick: not enough memory to start\n", stderr);
    return 7;
  }
  lua_pushcfunction(L, run);
  lua_pushinteger(L, argc);
  lua_pushlightuserdata(L, argv);
  if (lua_pcall(L, 2, 0, 0) != LUA_OK) {
    const char *message = lua_tostring(L, -1);
    fprintf(stderr, "internal error[W9999]: %s\n"
                    "  = help: this is a bug in wick: tell us what you ran\n",
            message ? message : "(no message)");
  }
  lua_close(L);
  return 70;
}
