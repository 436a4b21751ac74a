/*
** host.h -- a host program's Lua state for the fault tests: all libraries,
** wick.core of this build, the rooms of lua/wick, and the scenarios.
**
** A scenario runs protected; what came of it is a word.
*/

#ifndef host_h
#define host_h

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

#include "path.h"
#include "plugin.h"

int luaopen_wick_core (lua_State *L);

typedef enum Outcome {
  DONE,          /* it gave true */
  REFUSED,       /* nil and an error, or it raised: see host_text */
  NO_MEMORY      /* the same, and the text speaks of memory */
} Outcome;

static char host_text[2048];   /* the error of the last REFUSED */
static char host_name[64];     /* its name in the catalogue, or "raised" */


/* the number in a variable of the environment, or `usual` */
static inline long host_number (const char *name, long usual) {
  const char *text = getenv(name);
  long n = text != NULL ? strtol(text, NULL, 10) : 0;
  return n > 0 ? n : usual;
}


/* for a group of tests: loads the library of the plugin that a scenario uses,
   which keeps its descriptor from then on */
static inline int host_plugin (void **state) {
  static const char file[] = "made.so", name[] = "plugins.made";
  const char *build = getenv("WICK_BUILD");
  char dir[512];
  wk_Root root;
  wk_Plugin p;
  wk_Loaded loaded;
  wk_Fail f;
  wk_Code code;
  (void)state;
  snprintf(dir, sizeof(dir), "%s/tests/plugins", build ? build : "build");
  code = wk_root_open(&root, dir, strlen(dir), WK_AUTO, &f);
  if (code != WK_OK) return 1;
  code = wk_plugin_open(&root, file, strlen(file), name, strlen(name),
                        LUA_VERSION, 1 << 20, &p, &f);
  if (code == WK_OK) {
    code = wk_plugin_load(&p, &loaded, &f);
    wk_plugin_close(&p);
  }
  wk_root_close(&root);
  return code != WK_OK;
}


/* libraries and search path; called protected, where memory may end */
static inline int host_open (lua_State *L) {
  luaL_openlibs(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, luaopen_wick_core);
  lua_setfield(L, -2, "wick.core");
  lua_getglobal(L, "package");
  lua_pushliteral(L, "lua/?.lua;lua/?/init.lua");
  lua_setfield(L, -2, "path");
  return 0;
}


/* loads the scenarios and leaves nothing; called protected */
static inline int host_load (lua_State *L) {
  if (luaL_loadfile(L, "tests/fault/scenarios.lua") != LUA_OK)
    return lua_error(L);
  lua_call(L, 0, 1);
  lua_setglobal(L, "scenarios");
  return 0;
}


/* collects all: what has a finalizer, and then what that held */
static inline void collect (lua_State *L) {
  int i;
  for (i = 0; i < 3; i++) lua_gc(L, LUA_GCCOLLECT);
}


/* scenario i (from 1): leaves what it gives; called protected */
static inline int host_call (lua_State *L) {
  lua_Integer i = lua_tointeger(L, 1);
  lua_getglobal(L, "scenarios");
  lua_rawgeti(L, -1, i);
  lua_getfield(L, -1, "run");
  lua_call(L, 0, LUA_MULTRET);
  return lua_gettop(L) - 3;
}


/* how many scenarios there are, and the name of scenario i (from 1) */
static inline int host_count (lua_State *L) {
  int n;
  lua_getglobal(L, "scenarios");
  n = (int)lua_rawlen(L, -1);
  lua_pop(L, 1);
  return n;
}

static inline const char *host_title (lua_State *L, int i) {
  const char *name;
  lua_getglobal(L, "scenarios");
  lua_rawgeti(L, -1, i);
  lua_getfield(L, -1, "name");
  name = lua_tostring(L, -1);
  lua_pop(L, 3);
  return name;
}


/* turns the error on the top into host_text; called protected */
static inline int host_explain (lua_State *L) {
  if (lua_istable(L, 1) && lua_getfield(L, 1, "name") == LUA_TSTRING)
    snprintf(host_name, sizeof(host_name), "%s", lua_tostring(L, -1));
  snprintf(host_text, sizeof(host_text), "%s", luaL_tolstring(L, 1, NULL));
  return 0;
}


/* what became of a protected call that left `status` and its values */
static inline Outcome host_outcome (lua_State *L, int status) {
  if (status == LUA_OK && lua_gettop(L) >= 1 && lua_toboolean(L, 1)) {
    lua_settop(L, 0);
    return DONE;
  }
  strcpy(host_name, "raised");
  lua_settop(L, status == LUA_OK ? 2 : 1);
  lua_pushcfunction(L, host_explain);
  lua_insert(L, -2);
  if (lua_pcall(L, 1, 0, 0) != LUA_OK)
    snprintf(host_text, sizeof(host_text), "cannot be told: %s",
             lua_tostring(L, -1));
  lua_settop(L, 0);
  return strstr(host_text, "memory") != NULL ? NO_MEMORY : REFUSED;
}


/* runs scenario i; the stack is empty before and behind it.  The caller
   turns faults off before host_outcome: that makes texts. */
static inline int host_begin (lua_State *L, int i) {
  lua_settop(L, 0);
  lua_pushcfunction(L, host_call);
  lua_pushinteger(L, i);
  return lua_pcall(L, 1, LUA_MULTRET, 0);
}

static inline Outcome host_run (lua_State *L, int i) {
  return host_outcome(L, host_begin(L, i));
}

#endif
