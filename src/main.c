/*
** main.c -- the command: a Lua state with wick inside, argv to cli/command.
**
** May call: core (luaopen_wick_core), alloc, the embedded rooms.
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

#include "alloc.h"
#include "embedded.h"

#define HEADSTART  2048   /* KiB */

int luaopen_wick_core (lua_State *L);


/* Descriptors 0 to 2 exist from here on, so that no config and no module can
   get the number of a standard stream.  One that was closed is there for what
   nobody does with it: what is written to it or read from it is an error, and
   is not lost without a word.  Gives 0 when that cannot be had. */
static int open_streams (void) {
  static const int contrary[] = {O_WRONLY, O_RDONLY, O_RDONLY};
  int fd;
  for (fd = 0; fd <= STDERR_FILENO; fd++)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", contrary[fd]) != fd)
      return 0;
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


/* opens the libraries and runs the command with its words; leaves the exit
   status */
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
  lua_getglobal(L, "require");
  lua_pushliteral(L, "wick.cli.command");
  lua_call(L, 1, 1);
  luaL_checkstack(L, argc, "too many words");
  for (i = 1; i < argc; i++) lua_pushstring(L, argv[i]);
  lua_call(L, argc > 1 ? argc - 1 : 0, 1);
  return 1;
}


int main (int argc, char **argv) {
  int status = 70;
  wk_Arena *arena;
  lua_State *L;
  if (!open_streams()) return 70;
  arena = wk_arena_new();
  L = arena == NULL ? NULL : lua_newstate(wk_arena_alloc, arena);
  if (L == NULL) {
    fputs("wick: not enough memory to start\n", stderr);
    return 7;
  }
  /* a short run ends before its first collection would pay: the collector
     begins to work when this much more is in use */
  lua_gc(L, LUA_GCSTEP, -HEADSTART);
  lua_pushcfunction(L, run);
  lua_pushinteger(L, argc);
  lua_pushlightuserdata(L, argv);
  if (lua_pcall(L, 2, 1, 0) == LUA_OK)
    status = (int)lua_tointeger(L, -1);
  else {  /* not even cli/command could tell of it */
    const char *message = lua_tostring(L, -1);
    fprintf(stderr, "internal error[W9999]: %s\n",
            message ? message : "(no message)");
  }
  lua_close(L);
  wk_arena_free(arena);
  return status;
}
