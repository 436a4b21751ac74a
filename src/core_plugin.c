/*
** core_plugin.c -- part of the binding: plugins, what they state, and their
** entries.
**
** May call: plugin, elf, path, fail, core.h.
*/

#include <stdlib.h>
#include <string.h>

#include <lua.h>
#include <lauxlib.h>

#include "core.h"
#include "elf.h"
#include "plugin.h"


/* argument 1: the last thing that a method asks for (see core.h) */
static wk_Plugin *check_plugin (lua_State *L) {
  return (wk_Plugin *)luaL_checkudata(L, 1, WK_PLUGIN);
}


static int plugin_close (lua_State *L) {
  wk_plugin_close(check_plugin(L));
  return 0;
}


/* root:plugin(rel, limit, name, quiet) -> plugin, file | nil, err.  Opens and
   checks; runs nothing.  `name` is canonical.  With `quiet` a file that is
   not there gives false alone. */
int wk_root_plugin (lua_State *L) {
  size_t len, nlen;
  const char *rel = luaL_checklstring(L, 2, &len);
  lua_Integer limit = luaL_optinteger(L, 3, 67108864);
  const char *name = luaL_checklstring(L, 4, &nlen);
  int quiet = lua_toboolean(L, 5);
  wk_Plugin *p = (wk_Plugin *)lua_newuserdatauv(L, sizeof(*p), 0);
  wk_Root *root;
  wk_Fail fail;
  wk_Code code;
  memset(p, 0, sizeof(*p));
  p->file.fd = -1;
  luaL_setmetatable(L, WK_PLUGIN);
  root = wk_check_root(L);
  code = wk_plugin_open(root, rel, len, name, nlen, LUA_VERSION,
                        limit > 0 ? (size_t)limit : 0, p, &fail);
  if (code == WK_ENOTFOUND && quiet) {
    lua_pushboolean(L, 0);
    return 1;
  }
  if (code != WK_OK) return wk_push_failure(L, &fail, NULL);
  wk_push_file(L, &p->file);
  wk_set_string(L, "entry", p->entry);
  lua_pushfstring(L, "%I:%I.%I", (lua_Integer)p->file.size,
                  (lua_Integer)p->file.mtime_s, (lua_Integer)p->file.mtime_ns);
  lua_setfield(L, -2, "stamp");
  return 2;
}


/*
** {======================================================
** What it states
** =======================================================
*/

static void set_text (lua_State *L, const char *field, const wk_Text *text) {
  lua_pushlstring(L, text->s ? text->s : "", text->len);
  lua_setfield(L, -2, field);
}


static int is (const wk_Text *text, const char *s) {
  return text->len == strlen(s) && memcmp(text->s, s, text->len) == 0;
}


/* appends the table on the top to the list below it, and pops it */
static void append (lua_State *L) {
  lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
}


static void push_param (lua_State *L, const wk_StatementLine *line) {
  wk_Text name = line->field[0];   /* checked: it has a byte at least */
  int optional = name.s[name.len - 1] == '?';
  if (optional) name.len--;
  lua_createtable(L, 0, 4);
  set_text(L, "name", &name);
  set_text(L, "type", &line->field[1]);
  set_text(L, "doc", &line->field[2]);
  lua_pushboolean(L, optional);
  lua_setfield(L, -2, "optional");
}


/* plugin:statement() -> {name, version, lua, doc, constructors = {{name, doc,
   params = {{name, type, optional, doc}, ...}}, ...}}, or nil */
static int plugin_statement (lua_State *L) {
  void **guard = wk_push_guard(L);
  wk_Plugin *p = check_plugin(L);
  const char *at, *end;
  wk_StatementLine line;
  wk_Statement st;
  if (p->statement == NULL) return 0;
  memset(&st, 0, sizeof(st));
  st.whole.len = p->nstatement;
  st.whole.s = (char *)wk_guard_copy(L, guard, p->statement, st.whole.len);
  end = st.whole.s + st.whole.len;
  lua_createtable(L, 0, 5);
  lua_newtable(L);  /* the constructors */
  at = wk_statement_lines(&st.whole);
  while (wk_statement_line(&at, end, &line)) {
    if (is(&line.tag, "name")) st.name = line.field[0];
    else if (is(&line.tag, "version")) st.version = line.field[0];
    else if (is(&line.tag, "lua")) st.lua = line.field[0];
    else if (is(&line.tag, "doc")) st.doc = line.field[0];
    else if (is(&line.tag, "constructor")) {
      lua_createtable(L, 0, 3);
      set_text(L, "name", &line.field[0]);
      set_text(L, "doc", &line.field[1]);
      lua_newtable(L);
      lua_setfield(L, -2, "params");
      append(L);
    }
    else if (is(&line.tag, "param")) {
      lua_rawgeti(L, -1, (lua_Integer)lua_rawlen(L, -1));
      lua_getfield(L, -1, "params");
      push_param(L, &line);
      append(L);
      lua_pop(L, 2);
    }
  }
  lua_setfield(L, -2, "constructors");
  set_text(L, "name", &st.name);
  set_text(L, "version", &st.version);
  set_text(L, "lua", &st.lua);
  set_text(L, "doc", &st.doc);
  free(*guard);
  *guard = NULL;
  return 1;
}


/* sets field = the list of names of the plugin at 1; 0 and a failure when it
   cannot be read */
static int set_names (lua_State *L, int exported, const char *field,
                      wk_Fail *f) {
  void **guard = wk_push_guard(L);
  char *names = NULL;
  size_t size = 0, at;
  if (wk_plugin_names(check_plugin(L), exported, &names, &size, f) != WK_OK)
    return 0;
  *guard = names;
  lua_newtable(L);
  for (at = 0; at < size; at += strlen(names + at) + 1) {
    lua_pushstring(L, names + at);
    append(L);
  }
  lua_setfield(L, -3, field);
  free(*guard);
  *guard = NULL;
  lua_pop(L, 1);
  return 1;
}


/* plugin:facts() -> {needed = libraries, exports = functions} | nil, err:
   names fit for messages */
static int plugin_facts (lua_State *L) {
  wk_Fail fail;
  lua_createtable(L, 0, 2);
  if (set_names(L, 0, "needed", &fail) &&
      set_names(L, 1, "exports", &fail)) return 1;
  return wk_push_failure(L, &fail, NULL);
}

/* }====================================================== */


/* calls the entry, its upvalue: from C, so that luaL_error finds no line of
   wick to put before what the entry says */
static int enter (lua_State *L) {
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}


/* plugin:load() -> its entry, a function; where its library begins | nil,
   err.  Runs the constructors of the library, not the entry. */
static int plugin_load (lua_State *L) {
  wk_Plugin *p = check_plugin(L);
  wk_Loaded loaded;
  wk_Fail fail;
  if (wk_plugin_load(p, &loaded, &fail) != WK_OK)
    return wk_push_failure(L, &fail, NULL);
  lua_pushcfunction(L, (lua_CFunction)loaded.entry);
  lua_pushcclosure(L, enter, 1);
  lua_pushlightuserdata(L, (void *)(uintptr_t)loaded.base);
  return 2;
}


static int plugin_tostring (lua_State *L) {
  lua_pushfstring(L, "wick.plugin (%s)", check_plugin(L)->named);
  return 1;
}


/* core.library(f) -> where the library begins that a C function is in; nil
   for what is none */
int wk_core_library (lua_State *L) {
  lua_CFunction f = lua_tocfunction(L, 1);
  const void *base = f ? wk_plugin_base((void (*) (void))f) : NULL;
  if (base == NULL) return 0;
  lua_pushlightuserdata(L, (void *)(uintptr_t)base);
  return 1;
}


static const luaL_Reg plugin_methods[] = {
  {"statement", plugin_statement}, {"facts", plugin_facts},
  {"load", plugin_load}, {"close", plugin_close}, {NULL, NULL}
};


static const luaL_Reg plugin_meta[] = {
  {"__gc", plugin_close}, {"__close", plugin_close},
  {"__tostring", plugin_tostring}, {NULL, NULL}
};


static void fill_plugin (lua_State *L) {
  luaL_setfuncs(L, plugin_meta, 0);
  wk_hide_meta(L);
  luaL_newlib(L, plugin_methods);
  lua_setfield(L, -2, "__index");
}


void wk_open_plugin (lua_State *L) {
  wk_push_meta(L, WK_PLUGIN, fill_plugin);
  lua_pop(L, 1);
}
