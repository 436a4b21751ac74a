/*
** sandbox_make.c -- what a Lua config says where YAML has sigils, operators
** and tags: ref copy expr target null append replace delete; and what it gets
** from outside: env include (part of sandbox.h's room).
**
** May call: fail, tree, graft.
**
** What they make is a userdata that a config can hand on and not look into.
*/

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lua.h>
#include <lauxlib.h>

#include "sandbox_room.h"


#define INCLUDE  100         /* steps that reading a file is, at least */
#define MADE  "config"       /* registry name of their metatable */

/* what the userdata is; its first user value is the text, the name or the
   value, its second the options of a target */
typedef struct Made {
  wk_Means means;
  uint16_t doc;       /* where the call stands */
  int line;
  uint32_t pos;       /* the same, when it was asked for: a byte from 1 */
} Made;

static const char null_value = 0, delete_value = 0;   /* their addresses */


/* pushes a new value; `means` says which.  Its user values are to be set. */
static void make (lua_State *L, wk_Means means) {
  Made *made = (Made *)lua_newuserdatauv(L, sizeof(Made), 2);
  lua_Debug ar;
  memset(made, 0, sizeof(*made));
  made->means = means;
  if (lua_getstack(L, 1, &ar) && lua_getinfo(L, "Sl", &ar) &&
      ar.currentline > 0 && ar.source[0] == '=') {
    made->doc = (uint16_t)strtol(ar.source + 1, NULL, 10);
    made->line = ar.currentline;
  }
  luaL_setmetatable(L, MADE);
}


static Made *ismade (lua_State *L, int index) {
  return (Made *)luaL_testudata(L, index, MADE);
}


/* ends the run: what `function` was given does not fit */
static int wrong (lua_State *L, const char *function, const char *help) {
  Sandbox *s = wk_sandbox_of(L);
  if (help != NULL) wk_fail_help(s->fail, "%s", help);
  s->argument = 1;
  return wk_sandbox_throw(L, function);
}


/* the argument of a function that takes one text, counted */
static const char *text (lua_State *L, const char *function, size_t *len) {
  Sandbox *s = wk_sandbox_of(L);
  if (lua_type(L, 1) != LUA_TSTRING) {
    wk_fail(s->fail, WK_ERAISED, "`%s` needs a text, and this is a %s",
            function, luaL_typename(L, 1));
    wrong(L, function, NULL);
  }
  wk_sandbox_spend(L, 1 + lua_rawlen(L, 1) / 16);
  return lua_tolstring(L, 1, len);
}


/* a text with its sigil; `upvalue` 1: the sigil, 2: the function's name */
static int make_sigil (lua_State *L) {
  const char *sign = lua_tostring(L, lua_upvalueindex(1));
  const char *function = lua_tostring(L, lua_upvalueindex(2));
  size_t len;
  const char *s = text(L, function, &len);
  if (len > 0 && *s == *sign && *sign != '$') {
    char shown[96];
    wk_quote(shown, sizeof(shown), s + 1, len - 1, 60);
    wk_fail(wk_sandbox_of(L)->fail, WK_ERAISED,
            "`%s` needs a key path without the sign `%s`", function, sign);
    wk_fail_help(wk_sandbox_of(L)->fail, "write `%s \"%s\"`", function, shown);
    return wrong(L, function, NULL);
  }
  make(L, WK_M_SIGIL);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushvalue(L, 1);
  lua_concat(L, 2);
  lua_setiuservalue(L, -2, 1);
  return 1;
}


/* target "name" and, called again, its options */
static int make_target (lua_State *L) {
  text(L, "target", &(size_t){0});
  lua_settop(L, 1);
  make(L, WK_M_TARGET);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  return 1;
}


/* (target "name") { options } */
static int call_made (lua_State *L) {
  Sandbox *s = wk_sandbox_of(L);
  const Made *made = ismade(L, 1);
  wk_sandbox_spend(L, 1);
  if (made == NULL || made->means != WK_M_TARGET ||
      lua_getiuservalue(L, 1, 2) != LUA_TNIL)
    return luaL_error(L, "attempt to call a config value");
  lua_pop(L, 1);
  if (!lua_istable(L, 2)) {
    wk_fail(s->fail, WK_ERAISED, "the options of a target are a table, and "
            "this is a %s", luaL_typename(L, 2));
    return wrong(L, "target", "write `target \"my_project.Name\" { … }`");
  }
  make(L, WK_M_TARGET);
  lua_getiuservalue(L, 1, 1);
  lua_setiuservalue(L, -2, 1);
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, -2, 2);
  return 1;
}


/* append(v), replace(v); upvalue 1: which */
static int make_operator (lua_State *L) {
  wk_Means means = (wk_Means)lua_tointeger(L, lua_upvalueindex(1));
  const char *function = means == WK_M_APPEND ? "append" : "replace";
  wk_sandbox_spend(L, 1);
  if (lua_isnoneornil(L, 1)) {
    Sandbox *s = wk_sandbox_of(L);
    wk_fail(s->fail, WK_ERAISED, "`%s` needs a value, and this is nil",
            function);
    return wrong(L, function, "for a null write `null`");
  }
  make(L, means);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  return 1;
}


/* env(name, default) */
static int lib_env (lua_State *L) {
  Sandbox *s = wk_sandbox_of(L);
  size_t len, size = 0;
  const char *name = text(L, "env", &len), *value = NULL;
  if (s->door != NULL && s->door->secure) {
    wk_fail(s->fail, WK_EUNSAFE, "`env` is off in a process that has more "
                                 "rights than who started it");
    return wrong(L, "env", NULL);
  }
  if (s->door != NULL && s->door->env != NULL && strlen(name) == len)
    value = s->door->env(s->door->ud, name, &size);
  if (value != NULL) {
    wk_sandbox_spend(L, 1 + size / 16);
    lua_pushlstring(L, value, size);
  }
  else if (lua_gettop(L) < 2) {
    char shown[96];
    wk_quote(shown, sizeof(shown), name, len, 60);
    wk_fail(s->fail, WK_ERAISED, "the environment has no variable `%s`",
            shown);
    wk_fail_help(s->fail, "give what it is without: `env(\"%s\", \"…\")`",
                 shown);
    return wrong(L, "env", NULL);
  }
  else
    lua_settop(L, 2);
  return 1;
}


/* a document that is open includes itself */
static int circle (lua_State *L, Sandbox *s, int from, uint16_t doc) {
  char chain[300], shown[96];
  size_t used = 0;
  int i;
  for (i = from; i <= s->nopen; i++) {
    const wk_Doc *d = wk_tree_doc(s->tree, i < s->nopen ? s->open[i] : doc);
    int n = snprintf(chain + used, sizeof(chain) - used, "%s%s",
                     i > from ? " -> " : "",
                     wk_quote(shown, sizeof(shown), d->name, strlen(d->name),
                              60));
    if (n < 0 || (size_t)n >= sizeof(chain) - used) break;
    used += (size_t)n;
  }
  chain[used] = '\0';
  wk_fail(s->fail, WK_EINCLUDELOOP, from == s->nopen - 1
            ? "this document includes itself"
            : "these documents include each other in a circle");
  wk_fail_note(s->fail, "the circle: %s", chain);
  return wrong(L, "include", NULL);
}


/* include "other.lua" -> what it returns */
int wk_sandbox_include (lua_State *L) {
  Sandbox *s = wk_sandbox_of(L);
  size_t len, most = s->tree->limits.document_nesting;
  const char *name = text(L, "include", &len);
  char shown[96];
  uint16_t doc = 0;
  int i;
  wk_quote(shown, sizeof(shown), name, len, 60);
  if (strlen(name) != len || len < 5 ||
      strcmp(name + len - 4, ".lua") != 0) {
    wk_fail(s->fail, WK_ERAISED, "`include` reads Lua configs, and `%s` is "
                                 "none", shown);
    return wrong(L, "include", "another config is copied: `copy "
                               "\"file.yaml#key\"`, or one of `defaults`");
  }
  if ((size_t)s->nopen > most || s->nopen >= NESTED) {
    wk_fail(s->fail, WK_ELIMIT, "documents are nested more than %zu deep",
            most < NESTED ? most : NESTED);
    wk_fail_note(s->fail, "the limit `document.nesting` is %zu", most);
    return wrong(L, "include", NULL);
  }
  if (s->door == NULL || s->door->include == NULL) {
    wk_fail(s->fail, WK_EINCLUDE, "there is nothing to include `%s` from",
            shown);
    return wrong(L, "include", NULL);
  }
  wk_sandbox_spend(L, INCLUDE);
  memset(s->fail, 0, sizeof(*s->fail));
  if (s->door->include(s->door->ud, name, s->open[s->nopen - 1], &doc,
                       s->fail) != WK_OK)
    return wrong(L, "include", NULL);
  for (i = 0; i < s->nopen; i++)
    if (strcmp(wk_tree_doc(s->tree, s->open[i])->name,
               wk_tree_doc(s->tree, doc)->name) == 0)
      return circle(L, s, i, doc);
  lua_settop(L, 0);
  wk_sandbox_run(L, s, doc);
  if (!lua_istable(L, -1) && ismade(L, -1) == NULL) {
    wk_fail(s->fail, WK_EDOCUMENT, "`%s` returns %s instead of a table",
            shown, lua_isnil(L, -1) ? "nothing" : luaL_typename(L, -1));
    return wrong(L, "include", "end it with `return { … }`");
  }
  return 1;
}


void wk_sandbox_makers (lua_State *L) {
  static const char *const sigils[][2] = {
    {"ref", "@"}, {"copy", "%"}, {"expr", "$ "}
  };
  size_t i;
  luaL_newmetatable(L, MADE);
  lua_pushcfunction(L, call_made);
  lua_setfield(L, -2, "__call");
  lua_pop(L, 1);
  for (i = 0; i < 3; i++) {
    lua_pushstring(L, sigils[i][1]);
    lua_pushstring(L, sigils[i][0]);
    lua_pushcclosure(L, make_sigil, 2);
    lua_setfield(L, -2, sigils[i][0]);
  }
  lua_pushinteger(L, WK_M_APPEND);
  lua_pushcclosure(L, make_operator, 1);
  lua_setfield(L, -2, "append");
  lua_pushinteger(L, WK_M_REPLACE);
  lua_pushcclosure(L, make_operator, 1);
  lua_setfield(L, -2, "replace");
  lua_pushcfunction(L, make_target);
  lua_setfield(L, -2, "target");
  lua_pushcfunction(L, lib_env);
  lua_setfield(L, -2, "env");
  lua_pushcfunction(L, wk_sandbox_include);
  lua_setfield(L, -2, "include");
  lua_pushlightuserdata(L, (void *)(size_t)&null_value);
  lua_setfield(L, -2, "null");
  lua_pushlightuserdata(L, (void *)(size_t)&delete_value);
  lua_setfield(L, -2, "delete");
}


int wk_sandbox_table (lua_State *L) {
  const Made *made = ismade(L, -1);
  if (lua_istable(L, -1)) {
    lua_pushvalue(L, -1);
    return 1;
  }
  if (made == NULL || made->means != WK_M_TARGET) return 0;
  if (lua_getiuservalue(L, -1, 2) == LUA_TTABLE) return 1;
  lua_pop(L, 1);
  return 0;
}


wk_Means wk_sandbox_means (wk_Graft *g, lua_State *L, wk_Place *place) {
  Sandbox *s = (Sandbox *)g->ud;
  Made *made;
  if (lua_istable(L, -1)) return WK_M_TABLE;
  if (lua_islightuserdata(L, -1))
    return lua_touserdata(L, -1) == &null_value ? WK_M_NULL : WK_M_DELETE;
  made = ismade(L, -1);
  if (made == NULL) return WK_M_NOTHING;
  if (made->doc != 0) {
    if (made->pos == 0)
      made->pos = (uint32_t)wk_sandbox_start(s, made->doc, made->line) + 1;
    place->doc = made->doc;
    place->pos = made->pos - 1;
  }
  if (made->means == WK_M_TARGET) {
    lua_getiuservalue(L, -1, 1);
    lua_getiuservalue(L, -2, 2);
    lua_remove(L, -3);
  }
  else {
    lua_getiuservalue(L, -1, 1);
    lua_remove(L, -2);
  }
  return made->means;
}
