/*
** fuzz_lua.h -- a Lua state for fuzz targets: with all libraries, wick.core
** of this very build, and the rooms of lua/wick; its memory is counted.
**
** A target whose checks are written in Lua is one line, FUZZ_SCRIPT("x.lua"):
** tests/fuzz/x.lua gives a function that is called with each input (and with
** the path of a file that it may write), and raises what it finds.
*/

#ifndef fuzz_lua_h
#define fuzz_lua_h

#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

#include "fuzz.h"

int luaopen_wick_core (lua_State *L);

#define FUZZ_MOST   ((size_t)256 << 20)  /* bytes that a state may have */
#define FUZZ_EXTRA  ((size_t)16 << 20)   /* that one input may take */

static size_t fuzz_used, fuzz_peak;
static int fuzz_short;   /* was a block refused? */


static inline void *fuzz_alloc (void *ud, void *block, size_t osize,
                                size_t nsize) {
  size_t old = block != NULL ? osize : 0;
  void *fresh;
  (void)ud;
  if (nsize == 0) {
    free(block);
    fuzz_used -= old;
    return NULL;
  }
  if (nsize > old && fuzz_used + (nsize - old) > FUZZ_MOST) {
    fuzz_short = 1;
    return NULL;
  }
  fresh = realloc(block, nsize);
  if (fresh == NULL) return NULL;
  fuzz_used = fuzz_used - old + nsize;
  if (fuzz_used > fuzz_peak) fuzz_peak = fuzz_used;
  return fresh;
}


/* a state with the libraries and, if `rooms`, wick; never fails */
static inline lua_State *fuzz_state (int rooms) {
  lua_State *L = lua_newstate(fuzz_alloc, NULL);
  demand(L != NULL);
  if (!rooms) return L;
  luaL_openlibs(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, luaopen_wick_core);
  lua_setfield(L, -2, "wick.core");
  lua_getglobal(L, "package");
  lua_pushliteral(L, "lua/?.lua;lua/?/init.lua;./?.lua");
  lua_setfield(L, -2, "path");
  lua_settop(L, 0);
  return L;
}


static inline int fuzz_traceback (lua_State *L) {
  luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
  return 1;
}


/* calls what is on the stack with n values; what it raises is a finding */
static inline void fuzz_call (lua_State *L, int n, int results) {
  int base = lua_gettop(L) - n;
  lua_pushcfunction(L, fuzz_traceback);
  lua_insert(L, base);
  if (lua_pcall(L, n, results, base) != LUA_OK) {
    fprintf(stderr, "%s\n", lua_tostring(L, -1));
    abort();
  }
  lua_remove(L, base);
}


/* hands the input to the function that `script` gives; the file that goes
   with it lies in memory */
static inline void fuzz_script (const char *script, const uint8_t *data,
                                size_t size) {
  static lua_State *L;
  static char file[48];
  static unsigned count;
  size_t before;
  if (L == NULL) {
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    demand(fd >= 0);
    snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
    L = fuzz_state(1);
    if (luaL_loadfile(L, script) != LUA_OK) {
      fprintf(stderr, "%s\n", lua_tostring(L, -1));
      abort();
    }
    fuzz_call(L, 0, 1);
  }
  if (count++ % 64 == 0) lua_gc(L, LUA_GCCOLLECT);
  before = fuzz_peak = fuzz_used;
  lua_pushvalue(L, 1);
  lua_pushlstring(L, (const char *)data, size);
  lua_pushstring(L, file);
  fuzz_call(L, 2, 0);
  demand(lua_gettop(L) == 1);
  demand(!fuzz_short && fuzz_peak - before <= FUZZ_EXTRA);
}


#define FUZZ_SCRIPT(name) \
  int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size) { \
    fuzz_script("tests/fuzz/" name, data, size); \
    return 0; \
  }

#endif
