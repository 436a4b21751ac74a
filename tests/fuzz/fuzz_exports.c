/*
** fuzz_exports.c -- any text as a module: what it is told to export is in the
** text, and no field is told "no" that the module has when it is run.
**
** It is run here: in a state of its own with few names and no library, for
** so many steps and bytes, so that any text may be.
*/

#include "fuzz_lua.h"

#include "exports.h"

#define STEPS  20000
#define BYTES  ((size_t)4 << 20)


static const char *text;
static size_t text_size;
static int listed;


static void each (void *ud, const char *name, size_t len, size_t byte) {
  (void)ud;
  demand(name >= text && len <= text_size &&
         name <= text + text_size - len);
  demand(byte < text_size);
  listed++;
}


static void stop (lua_State *L, lua_Debug *ar) {
  (void)ar;
  lua_sethook(L, stop, LUA_MASKCOUNT, 1);  /* no pcall may go on */
  luaL_error(L, "enough");
}


/* setmetatable without finalizers: no hook is called in those */
static int set_meta (lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  lua_pushliteral(L, "__gc");
  if (lua_rawget(L, 2) != LUA_TNIL) return luaL_error(L, "no finalizers");
  lua_pop(L, 1);
  lua_setmetatable(L, 1);
  return 1;
}


static int raw_set (lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 3);
  lua_rawset(L, 1);
  return 1;
}


static int require_any (lua_State *L) {
  lua_newtable(L);
  return 1;
}


static int next_pair (lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 2);
  return lua_next(L, 1) ? 2 : 0;
}


static int pairs_of (lua_State *L) {
  luaL_checkany(L, 1);
  lua_settop(L, 1);
  lua_pushcfunction(L, next_pair);
  lua_insert(L, 1);
  return 2;
}


static const luaL_Reg names[] = {
  {"setmetatable", set_meta}, {"rawset", raw_set}, {"require", require_any},
  {"next", next_pair}, {"pairs", pairs_of}, {NULL, NULL}
};


/* runs the chunk on the stack and compares what it returns */
static int compare (lua_State *L) {
  lua_sethook(L, stop, LUA_MASKCOUNT, STEPS);
  lua_call(L, 0, 1);
  lua_sethook(L, NULL, 0, 0);
  if (!lua_istable(L, -1)) return 0;
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    size_t len, byte;
    const char *name;
    if (lua_type(L, -2) != LUA_TSTRING) continue;
    name = lua_tolstring(L, -2, &len);
    demand(wk_exports_name(text, text_size, name, len, &byte) != WK_NO);
  }
  return 0;
}


static void run (void) {
  size_t at = fuzz_used, skip = 0;
  lua_State *L = fuzz_state(0);
  fuzz_used += FUZZ_MOST - BYTES;
  lua_pushglobaltable(L);
  luaL_setfuncs(L, names, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "_G");
  lua_settop(L, 0);
  if (text_size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) skip = 3;
  if (skip < text_size && text[skip] == '#')
    while (skip < text_size && text[skip] != '\n' && text[skip] != '\r')
      skip++;
  lua_pushcfunction(L, compare);
  if (luaL_loadbufferx(L, text + skip, text_size - skip, "=f", "t") == LUA_OK)
    lua_pcall(L, 1, 0, 0);
  lua_close(L);
  fuzz_used -= FUZZ_MOST - BYTES;
  demand(fuzz_used == at);
}


int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size) {
  wk_Exports exports;
  size_t byte = 0;
  wk_Export verdict;
  text = (const char *)data;
  text_size = size;
  listed = 0;
  wk_exports(text, size, each, NULL, &exports);
  demand(exports.returns <= size);
  verdict = wk_exports_name(text, size, "M", 1, &byte);
  demand(verdict != WK_YES || byte < size);
  verdict = wk_exports_name(text, size, "no such name", 12, &byte);
  demand(verdict == (exports.closed ? WK_NO : WK_UNKNOWN) ||
         (verdict == WK_YES && listed > 0));
  run();
  return 0;
}
