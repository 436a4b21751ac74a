/*
** core.c -- luaopen_wick_core: hands the rooms of the C floor to Lua.
**
** May call: every C room, through core_root.c, core_plugin.c, core_words.c and
** core_tree.c, which has the methods of core_edit.c, core_lua.c, core_merge.c,
** core_override.c, core_weight.c and value.c.  A fallible function gives nil
** and a wick.Error; misuse (a wrong argument) raises.
*/

#define _GNU_SOURCE
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <lua.h>
#include <lauxlib.h>

#include "core.h"
#include "fail.h"
#include "path.h"
#include "tree.h"

LUAMOD_API __attribute__((visibility("default")))
int luaopen_wick_core (lua_State *L);


void wk_set_string (lua_State *L, const char *field, const char *s) {
  lua_pushstring(L, s);
  lua_setfield(L, -2, field);
}


void wk_set_integer (lua_State *L, const char *field, lua_Integer n) {
  lua_pushinteger(L, n);
  lua_setfield(L, -2, field);
}


void wk_push_mark (lua_State *L, wk_Doc *doc, size_t byte,
                   size_t length, const char *label) {
  lua_createtable(L, 0, 8);
  wk_set_integer(L, "byte", (lua_Integer)byte + 1);
  wk_set_integer(L, "length", (lua_Integer)length);
  wk_set_string(L, "label", label);
  if (doc == NULL) return;
  switch (doc->origin) {
    case WK_FILE: wk_set_string(L, "file", doc->name); break;
    case WK_ARGV: wk_set_integer(L, "argv", doc->number); break;
    case WK_TABLE: lua_pushboolean(L, 1); lua_setfield(L, -2, "host"); break;
  }
  if (doc->source) {
    size_t line, column, start, stop;
    wk_doc_place(doc, byte, &line, &column, &start, &stop);
    wk_set_integer(L, "line", (lua_Integer)line);
    wk_set_integer(L, "column", (lua_Integer)column);
    if (stop - start > 4096) stop = start + 4096;  /* enough to show */
    lua_pushlstring(L, doc->source + start, stop - start);
    lua_setfield(L, -2, "text");
  }
}


static void pushlines (lua_State *L, const char lines[][WK_FAIL_TEXT], int n,
                       const char *field) {
  int i;
  lua_createtable(L, n, 0);
  for (i = 0; i < n; i++) {
    lua_pushstring(L, lines[i]);
    lua_rawseti(L, -2, i + 1);
  }
  lua_setfield(L, -2, field);
}


/* pushes the number of a failure as messages have it: W0201 */
static void push_number (lua_State *L, const wk_CodeInfo *info) {
  lua_pushfstring(L, "W%d%d%d%d", info->number / 1000,
                  info->number / 100 % 10, info->number / 10 % 10,
                  info->number % 10);
}


void wk_push_error (lua_State *L, const wk_Fail *f, wk_Doc *doc,
                    const char *severity) {
  const wk_CodeInfo *info = wk_code_info(f->code);
  int i;
  lua_createtable(L, 0, 12);
  wk_set_string(L, "name", info->name);
  push_number(L, info);
  lua_setfield(L, -2, "code");
  wk_set_string(L, "kind", info->kind);
  wk_set_integer(L, "status", info->status);
  wk_set_string(L, "severity", severity);
  wk_set_string(L, "message", f->message);
  if (f->err != 0) wk_set_integer(L, "errno", f->err);
  lua_createtable(L, f->nmarks, 0);
  for (i = 0; i < f->nmarks; i++) {
    const wk_Span *span = &f->marks[i];
    wk_push_mark(L, doc, span->byte, span->length, span->label);
    lua_rawseti(L, -2, i + 1);
  }
  lua_setfield(L, -2, "marks");
  pushlines(L, f->notes, f->nnotes, "notes");
  pushlines(L, f->helps, f->nhelps, "helps");
  lua_createtable(L, 1, 0);
  lua_pushvalue(L, -2);
  lua_rawseti(L, -2, 1);
  lua_setfield(L, -2, "errors");
  luaL_setmetatable(L, WK_ERROR);
}


int wk_push_failure (lua_State *L, const wk_Fail *f, wk_Doc *doc) {
  luaL_pushfail(L);
  wk_push_error(L, f, doc, "error");
  return 2;
}


void wk_push_meta (lua_State *L, const char *name,
                   void (*fill) (lua_State *L)) {
  if (luaL_getmetatable(L, name) != LUA_TNIL) return;
  lua_pop(L, 1);
  lua_createtable(L, 0, 4);
  wk_set_string(L, "__name", name);
  fill(L);
  lua_pushvalue(L, -1);
  lua_setfield(L, LUA_REGISTRYINDEX, name);
}


static int guard_free (lua_State *L) {
  void **block = (void **)lua_touserdata(L, 1);
  free(*block);
  *block = NULL;
  return 0;
}


static void fill_guard (lua_State *L) {
  lua_pushcfunction(L, guard_free);
  lua_setfield(L, -2, "__gc");
  wk_hide_meta(L);
}


void wk_hide_meta (lua_State *L) {
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
}


void **wk_push_guard (lua_State *L) {
  void **block = (void **)lua_newuserdatauv(L, sizeof(void *), 0);
  *block = NULL;
  wk_push_meta(L, "wick.guard", fill_guard);
  lua_setmetatable(L, -2);
  return block;
}


void *wk_guard_copy (lua_State *L, void **guard, const void *bytes,
                     size_t size) {
  *guard = malloc(size > 0 ? size : 1);
  if (*guard == NULL) luaL_error(L, "not enough memory");
  else if (size > 0) memcpy(*guard, bytes, size);
  return *guard;
}


/* core.terminal(fd) -> whether it is one, its width or nil */
static int core_terminal (lua_State *L) {
  int fd = (int)luaL_checkinteger(L, 1);
  struct winsize size;
  lua_pushboolean(L, isatty(fd));
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    lua_pushinteger(L, size.ws_col);
  else
    lua_pushnil(L);
  return 2;
}


/* core.directory() -> the current directory, or nil when it is gone */
static int core_directory (lua_State *L) {
  char path[PATH_MAX];
  if (getcwd(path, sizeof(path)) == NULL) return 0;
  lua_pushstring(L, path);
  return 1;
}


/* core.fields(table) -> a copy of its raw fields; a list of the tables and
   userdata among their values */
static int core_fields (lua_State *L) {
  lua_Integer inner = 0;
  int n = 0;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) n += n < INT_MAX;
  lua_createtable(L, 0, n);
  lua_newtable(L);
  for (lua_pushnil(L); lua_next(L, 1);) {
    if (lua_istable(L, -1) || lua_isuserdata(L, -1)) {
      lua_pushvalue(L, -1);
      lua_rawseti(L, 3, ++inner);
    }
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, 2);
  }
  return 2;
}


/* core.call(f, ...) -> what f(...) gives.  No coroutine can yield out of f, as
   none can out of a module that `require` runs. */
static int core_call (lua_State *L) {
  luaL_checkany(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}


static const char null_key = 0;  /* its address is the registry's key */

void wk_push_null (lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &null_key);
}


static int null_tostring (lua_State *L) {
  lua_pushliteral(L, "null");
  return 1;
}


static void fill_null (lua_State *L) {
  lua_pushcfunction(L, null_tostring);
  lua_setfield(L, -2, "__tostring");
}


/* makes wick.null once for a state, and leaves it on the stack */
static void open_null (lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &null_key) != LUA_TNIL) return;
  lua_pop(L, 1);
  lua_newuserdatauv(L, 0, 0);
  wk_push_meta(L, WK_NULLS, fill_null);
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &null_key);
}


/* core.codes[name], made when it is first asked for: {code, kind, status},
   or nil when there is no such failure */
static int codes_index (lua_State *L) {
  const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
  int i;
  for (i = 1; i < WK_NCODES; i++) {
    const wk_CodeInfo *info = wk_code_info((wk_Code)i);
    if (strcmp(info->name, name) != 0) continue;
    lua_createtable(L, 0, 3);
    push_number(L, info);
    lua_setfield(L, -2, "code");
    wk_set_string(L, "kind", info->kind);
    wk_set_integer(L, "status", info->status);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, -2);
    lua_rawset(L, 1);
    return 1;
  }
  return 0;
}


/* pushes the table of codes, which fills itself: most runs need none */
static void push_codes (lua_State *L) {
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, codes_index);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
}


/* pushes the table of limits: name -> default */
static void push_limits (lua_State *L) {
  lua_newtable(L);
#define X(field, name, deflt) wk_set_integer(L, name, deflt);
  WK_LIMITS(X)
#undef X
}


/*
** core.leave{set, key, list}: the key is no more in the table `set`, nor (its
** last one) in `list`, which may be absent.  For `__close`: a count hook that
** raises cannot end it half way, as it can a function of Lua.
*/
static int core_leave (lua_State *L) {
  enum {GUARD = 1, SET, KEY, LIST};
  lua_Unsigned i, n;
  luaL_checktype(L, GUARD, LUA_TTABLE);
  lua_settop(L, GUARD);
  lua_rawgeti(L, GUARD, 1);
  lua_rawgeti(L, GUARD, 2);
  lua_rawgeti(L, GUARD, 3);
  luaL_checktype(L, SET, LUA_TTABLE);
  lua_pushvalue(L, KEY);
  lua_pushnil(L);
  lua_rawset(L, SET);
  if (!lua_istable(L, LIST)) return 0;
  n = lua_rawlen(L, LIST);
  for (i = n; i > 0; i--) {
    int found;
    lua_rawgeti(L, LIST, (lua_Integer)i);
    found = lua_rawequal(L, -1, KEY);
    lua_pop(L, 1);
    if (found) break;
  }
  for (; i > 0 && i <= n; i++) {   /* what is behind it moves up */
    lua_rawgeti(L, LIST, (lua_Integer)i + 1);
    lua_rawseti(L, LIST, (lua_Integer)i);
  }
  return 0;
}


static const luaL_Reg functions[] = {
  {"root", wk_core_root}, {"file", wk_core_file}, {"name", wk_core_name},
  {"compile", wk_core_compile}, {"exports", wk_core_exports},
  {"lex", wk_core_lex}, {"unquote", wk_core_unquote},
  {"keypath", wk_core_keypath}, {"keytext", wk_core_keytext},
  {"place", wk_core_place}, {"quote", wk_core_quote},
  {"distance", wk_core_distance}, {"secret", wk_core_secret},
  {"number", wk_core_number}, {"tree", wk_new_tree},
  {"terminal", core_terminal}, {"directory", core_directory},
  {"fields", core_fields}, {"call", core_call}, {"leave", core_leave},
  {"library", wk_core_library},
  {NULL, NULL}
};


LUAMOD_API int luaopen_wick_core (lua_State *L) {
  luaL_newlib(L, functions);
  luaL_newmetatable(L, WK_ERROR);
  lua_setfield(L, -2, "Error");
  wk_open_root(L);
  wk_open_plugin(L);
  wk_open_tree(L);
  open_null(L);
  lua_setfield(L, -2, "null");
  push_codes(L);
  lua_setfield(L, -2, "codes");
  push_limits(L);
  lua_setfield(L, -2, "limits");
  lua_pushboolean(L, wk_secure());  /* more rights than who started us? */
  lua_setfield(L, -2, "secure");
  return 1;
}
