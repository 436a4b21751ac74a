/*
** fuzz_chunk.c -- any bytes as the text of a module: compiled just when Lua
** compiles that text without its byte order mark and `#!` line; never as
** bytecode; a failure marks a place in the text.  Nothing is run.
*/

#include "fuzz_lua.h"

#include "chunk.h"


/* what Lua should see of it */
static size_t skip (const char *s, size_t size) {
  size_t at = size >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  if (at < size && s[at] == '#')
    while (at < size && s[at] != '\n' && s[at] != '\r') at++;
  return at;
}


int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size) {
  static lua_State *L;
  static wk_Fail fail;
  static unsigned count;
  const char *s = (const char *)data;
  size_t at = skip(s, size);
  wk_Code code;
  int compiles;
  if (L == NULL) L = fuzz_state(0);
  if (count++ % 64 == 0) lua_gc(L, LUA_GCCOLLECT);
  compiles = luaL_loadbufferx(L, s + at, size - at, "@f", "t") == LUA_OK;
  lua_settop(L, 0);
  code = wk_chunk_compile(L, s, size, "@f", &fail);
  demand((code == WK_OK) == compiles);
  demand(lua_gettop(L) == (code == WK_OK));
  if (code != WK_OK) {
    fuzz_failure(&fail, code, size);
    demand(code == WK_ESYNTAX || code == WK_EBYTECODE);
  }
  else
    demand(lua_isfunction(L, 1));
  lua_settop(L, 0);
  /* what Lua itself wrote is never taken */
  if (size > 0 && (s[0] == LUA_SIGNATURE[0])) demand(code == WK_EBYTECODE);
  return 0;
}
