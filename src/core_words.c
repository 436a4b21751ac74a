/*
** core_words.c -- part of the binding: tokens, key paths, places, words that
** are near, and what a module's text exports.
**
** May call: lex, keypath, exports, near, scalar, tree (places), fail.
*/

#include <string.h>

#include <lua.h>
#include <lauxlib.h>

#include "core.h"
#include "exports.h"
#include "keypath.h"
#include "lex.h"
#include "near.h"
#include "scalar.h"
#include "tree.h"


static void exported (void *ud, const char *name, size_t len, size_t byte) {
  lua_State *L = (lua_State *)ud;
  lua_createtable(L, 0, 2);
  lua_pushlstring(L, name, len);
  lua_setfield(L, -2, "name");
  wk_set_integer(L, "byte", (lua_Integer)byte + 1);
  lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
}


/* core.exports(text, name) -> "yes"|"no"|"unknown", byte
   core.exports(text) -> array of {name, byte}, closed, byte of the return */
int wk_core_exports (lua_State *L) {
  size_t len, nlen, byte = 0;
  const char *text = luaL_checklstring(L, 1, &len);
  wk_Exports result;
  if (!lua_isnoneornil(L, 2)) {
    static const char *const verdicts[] = {"no", "yes", "unknown"};
    const char *name = luaL_checklstring(L, 2, &nlen);
    wk_Export verdict = wk_exports_name(text, len, name, nlen, &byte);
    lua_pushstring(L, verdicts[verdict]);
    lua_pushinteger(L, (lua_Integer)byte + 1);
    return 2;
  }
  lua_newtable(L);
  luaL_checkstack(L, 8, NULL);
  wk_exports(text, len, exported, L, &result);
  lua_pushboolean(L, result.closed);
  lua_pushinteger(L, (lua_Integer)result.returns + 1);
  return 3;
}

/* core.lex(text, references) -> kinds, starts, stops, problem */
int wk_core_lex (lua_State *L) {
  static const char *const names[] = {
    "end", "bad", "name", "keyword", "number", "string", "op", "at",
    "comment"
  };
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  lua_Integer n = 0;
  wk_Lex lex;
  wk_Token token;
  wk_lex_init(&lex, text, len);
  lex.references = lua_toboolean(L, 2);
  lua_newtable(L);
  lua_newtable(L);
  lua_newtable(L);
  do {
    token = wk_lex_next(&lex);
    if (token == WK_T_END) break;
    lua_pushstring(L, names[token]);
    lua_rawseti(L, -4, ++n);
    lua_pushinteger(L, (lua_Integer)lex.start + 1);
    lua_rawseti(L, -3, n);
    lua_pushinteger(L, (lua_Integer)lex.stop);
    lua_rawseti(L, -2, n);
  } while (token != WK_T_BAD);
  if (token == WK_T_BAD) lua_pushstring(L, lex.problem);
  else lua_pushnil(L);
  return 4;
}


/* core.unquote(token) -> text | nil, byte of the wrong escape */
int wk_core_unquote (lua_State *L) {
  size_t len, size, bad = 0;
  const char *s = luaL_checklstring(L, 1, &len);
  char *out = (char *)lua_newuserdatauv(L, len + 1, 0);
  size = wk_lex_string(s, len, out, &bad);
  if (size == (size_t)-1) {
    luaL_pushfail(L);
    lua_pushinteger(L, (lua_Integer)bad + 1);
    return 2;
  }
  lua_pushlstring(L, out, size);
  return 1;
}


/* core.keypath(text, in_expression) -> path | nil, err.  A path is a list of
   segments with the fields up, length, and spans: the first and last byte of
   each segment, as a string of pairs of 32-bit numbers ("=I4I4"), for few
   need them and a config may have many paths.  Memory that ends is raised, as
   Lua does: who asks takes every err for a mistake in the text. */
int wk_core_keypath (lua_State *L) {
  size_t len, i;
  const char *text = luaL_checklstring(L, 1, &len);
  int in_expression = lua_toboolean(L, 2);
  void **guard = wk_push_guard(L);
  wk_Path path;  /* too large for a userdata that each reference would make */
  uint32_t spans[2 * WK_PATH_SEGMENTS];
  wk_Fail fail;
  if (wk_path_parse(text, len, in_expression, &path, &fail) != WK_OK) {
    if (fail.code == WK_ENOMEM) return luaL_error(L, "not enough memory");
    return wk_push_failure(L, &fail, NULL);
  }
  *guard = path.names;
  lua_createtable(L, (int)path.count, 3);
  for (i = 0; i < path.count; i++) {
    const wk_Segment *segment = &path.segments[i];
    if (segment->is_index) lua_pushinteger(L, segment->index);
    else lua_pushlstring(L, path.names + segment->name, segment->size);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
    spans[2 * i] = (uint32_t)segment->start + 1;
    spans[2 * i + 1] = (uint32_t)segment->stop;
  }
  lua_pushlstring(L, (const char *)spans, path.count * 2 * sizeof(*spans));
  lua_setfield(L, -2, "spans");
  wk_set_integer(L, "up", path.up);
  wk_set_integer(L, "length", (lua_Integer)path.length);
  wk_path_free(&path);
  *guard = NULL;
  return 1;
}


/* prints segment i of the list at index 1 as wk_segment_print does */
static size_t printsegment (lua_State *L, lua_Integer i, char *out,
                            size_t size) {
  size_t len = 0, need;
  int is_index = lua_rawgeti(L, 1, i) == LUA_TNUMBER;
  lua_Integer index = is_index ? lua_tointeger(L, -1) : 0;
  const char *name = is_index ? NULL : luaL_checklstring(L, -1, &len);
  need = wk_segment_print(out, size, i == 1, is_index, index, name, len);
  lua_pop(L, 1);
  return need;
}


/* core.keytext(segments) -> the key path as text */
int wk_core_keytext (lua_State *L) {
  lua_Integer i, n;
  size_t size = 1, at = 0;
  char *out;
  luaL_checktype(L, 1, LUA_TTABLE);
  n = luaL_len(L, 1);
  for (i = 1; i <= n; i++) size += printsegment(L, i, NULL, 0);
  out = (char *)lua_newuserdatauv(L, size, 0);
  for (i = 1; i <= n && at < size; i++)
    at += printsegment(L, i, out + at, size - at);
  /* a finalizer may have put longer ones there meanwhile */
  lua_pushlstring(L, out, at < size ? at : size - 1);
  return 1;
}


/* core.place(text, byte) -> line, column, the line's text */
int wk_core_place (lua_State *L) {
  size_t len, line, column, start, stop;
  const char *text = luaL_checklstring(L, 1, &len);
  lua_Integer byte = luaL_checkinteger(L, 2);
  if (byte < 1) byte = 1;
  wk_place(text, len, (size_t)byte - 1, &line, &column, &start, &stop);
  lua_pushinteger(L, (lua_Integer)line);
  lua_pushinteger(L, (lua_Integer)column);
  if (stop - start > 4096) stop = start + 4096;
  lua_pushlstring(L, text + start, stop - start);
  return 3;
}


/* core.secret(key) -> whether texts under it are never shown.
   core.secret(line, from) -> first and last byte (from 1) of the first such
   text in a line that ends at byte `from` or behind it, or nil */
int wk_core_secret (lua_State *L) {
  size_t len, start, size;
  const char *s = luaL_checklstring(L, 1, &len);
  lua_Integer from = luaL_optinteger(L, 2, 0);
  if (lua_isnoneornil(L, 2)) {
    lua_pushboolean(L, wk_issecret(s, len));
    return 1;
  }
  size = wk_secret_value(s, len, from > 1 ? (size_t)from - 1 : 0, &start);
  if (size == 0) return 0;
  lua_pushinteger(L, (lua_Integer)start + 1);
  lua_pushinteger(L, (lua_Integer)start + (lua_Integer)size);
  return 2;
}


/* core.quote(text, max) -> text fit for a message */
int wk_core_quote (lua_State *L) {
  char out[4096];
  size_t len;
  const char *s = luaL_checklstring(L, 1, &len);
  lua_Integer max = luaL_optinteger(L, 2, 60);
  wk_quote(out, sizeof(out), s, len, max > 0 ? (size_t)max : 0);
  lua_pushstring(L, out);
  return 1;
}


/* core.distance(a, b, cap) -> how many letters must be added, left out, changed
   or swapped with the next to make one of the other, in whatever case they
   are; something above `cap` when that is more, or a word is very long */
int wk_core_distance (lua_State *L) {
  size_t la, lb;
  const char *a = luaL_checklstring(L, 1, &la);
  const char *b = luaL_checklstring(L, 2, &lb);
  const lua_Integer cap = luaL_checkinteger(L, 3);
  luaL_argcheck(L, cap >= 0 && cap <= WK_NEAR_MOST, 3, "out of range");
  lua_pushinteger(L, wk_near_distance(a, la, b, lb, (int)cap));
  return 1;
}


/* core.number(number) -> its shortest text that YAML reads back the same */
int wk_core_number (lua_State *L) {
  char out[40];
  size_t len;
  luaL_checktype(L, 1, LUA_TNUMBER);
  len = lua_isinteger(L, 1) ? wk_scalar_printint(out, lua_tointeger(L, 1))
                            : wk_scalar_printfloat(out, lua_tonumber(L, 1));
  lua_pushlstring(L, out, len);
  return 1;
}
