/*
** core_lua.c -- part of the binding: Lua configs, and Lua values as nodes.
**
** May call: fail, path, tree, sandbox, graft, core.h.
**
** While a config runs in its own state, the host's state waits inside
** tree:lua.  What the config asks for is called through a pcall of the host's
** state: an error of one never unwinds the other.
*/

#include <string.h>

#include <lua.h>
#include <lauxlib.h>

#include "core.h"
#include "graft.h"
#include "path.h"
#include "sandbox.h"
#include "tree.h"


/*
** {======================================================
** Lua configs
** =======================================================
*/

/* slots of tree:lua's stack */
enum { TREE = 1, NAME, BYTES, OPTIONS, FIRST, SECOND };

typedef struct Host {
  lua_State *L;
  wk_Tree *tree;
  int refused;      /* include gave nil: the error is in SECOND */
  int raised;       /* a function of the host raised: the error is in SECOND */
} Host;


/* calls a function of the options, which is on the top with its arguments:
   two values, in FIRST and SECOND.  Gives 0 when it raised, which is raised
   again when the config has ended. */
static int ask (Host *h, int nargs) {
  lua_State *L = h->L;
  int ok = lua_pcall(L, nargs, 2, 0) == LUA_OK;
  if (!ok) {
    h->raised = 1;
    lua_pushnil(L);
    lua_insert(L, -2);
  }
  lua_replace(L, SECOND);
  lua_replace(L, FIRST);
  return ok;
}


/* options, a field's name, one or two texts as light userdata -> what the
   function in that field gives; called through ask */
static int call (lua_State *L) {
  int i, n = lua_gettop(L);
  lua_pushstring(L, (const char *)lua_touserdata(L, 2));
  lua_gettable(L, 1);
  for (i = 3; i <= n; i++)
    lua_pushstring(L, (const char *)lua_touserdata(L, i));
  lua_call(L, n - 2, 2);
  return 2;
}


/* none of these pushes takes memory */
static void pushcall (lua_State *L, const char *field, const char *text) {
  lua_pushcfunction(L, call);
  lua_pushvalue(L, OPTIONS);
  lua_pushlightuserdata(L, (void *)(size_t)field);
  lua_pushlightuserdata(L, (void *)(size_t)text);
}


static const char *host_env (void *ud, const char *name, size_t *len) {
  Host *h = (Host *)ud;
  pushcall(h->L, "env", name);
  if (!ask(h, 3) || lua_type(h->L, FIRST) != LUA_TSTRING) return NULL;
  return lua_tolstring(h->L, FIRST, len);
}


/* a document that was read before with the same bytes, or 0 */
static uint16_t known (const wk_Tree *t, const char *name, const char *bytes,
                       size_t len) {
  size_t i;
  for (i = 1; i < t->ndocs; i++) {
    const wk_Doc *d = wk_tree_doc(t, i);
    if (d->origin == WK_FILE && d->length == len && d->source != NULL &&
        strcmp(d->name, name) == 0 && memcmp(d->source, bytes, len) == 0)
      return (uint16_t)i;
  }
  return 0;
}


static wk_Code host_include (void *ud, const char *name, uint16_t from,
                             uint16_t *doc, wk_Fail *f) {
  Host *h = (Host *)ud;
  lua_State *L = h->L;
  const char *bytes, *own;
  size_t len;
  pushcall(L, "include", name);
  lua_pushlightuserdata(L, wk_tree_doc(h->tree, from)->name);
  if (!ask(h, 4))
    return wk_fail(f, WK_EBUG, "the reader of included files raised");
  if (lua_type(L, FIRST) != LUA_TSTRING || lua_type(L, SECOND) != LUA_TSTRING) {
    h->refused = 1;
    return wk_fail(f, WK_ENOTFOUND, "there is no such file");
  }
  bytes = lua_tolstring(L, FIRST, &len);
  own = lua_tostring(L, SECOND);
  *doc = known(h->tree, own, bytes, len);
  if (*doc != 0) return WK_OK;
  return wk_tree_document(h->tree, WK_FILE, 0, own, bytes, len, doc, f);
}


/* has the options a function of this name? */
static int has (lua_State *L, const char *field) {
  int is = lua_istable(L, OPTIONS) &&
           lua_getfield(L, OPTIONS, field) == LUA_TFUNCTION;
  if (lua_istable(L, OPTIONS)) lua_pop(L, 1);
  return is;
}


/* puts a mark at the place `at` of the marks of the error on the top */
static void addmark (lua_State *L, lua_Integer at, wk_Doc *doc,
                     size_t byte, size_t length, const char *label) {
  lua_Integer i;
  if (lua_getfield(L, -1, "marks") == LUA_TTABLE) {
    for (i = (lua_Integer)lua_rawlen(L, -1); i >= at; i--) {
      lua_rawgeti(L, -1, i);
      lua_rawseti(L, -2, i + 1);
    }
    wk_push_mark(L, doc, byte, length, label);
    lua_rawseti(L, -2, at);
  }
  lua_pop(L, 1);
}


/* pushes the error that a config ended with */
static void pushfailed (lua_State *L, const Host *h, const wk_Told *told,
                        const wk_Fail *f) {
  const wk_Tree *t = h->tree;
  const wk_Span *span = &f->marks[0];
  int i;
  if (h->refused && lua_istable(L, SECOND)) {  /* the reader's own error */
    lua_pushvalue(L, SECOND);
    if (f->nmarks > 0) {
      lua_getfield(L, -1, "marks");
      i = lua_istable(L, -1) && lua_rawlen(L, -1) > 0;
      lua_pop(L, 1);
      addmark(L, 1, wk_tree_finddoc(t, told->doc), span->byte, span->length,
              i ? "included here" : "");
    }
    return;
  }
  wk_push_error(L, f, wk_tree_finddoc(t, told->doc), "error");
  for (i = 0; i < told->nmore; i++)
    addmark(L, f->nmarks + i + 1, wk_tree_finddoc(t, told->more[i].doc),
            told->more[i].byte, told->more[i].length, told->more[i].label);
  if (told->key[0] != '\0') wk_set_string(L, "key", told->key);
  if (told->length > 0) {
    lua_pushlstring(L, told->text, told->length);
    lua_setfield(L, -2, "cause");
  }
  if (told->name[0] != '\0') wk_set_string(L, "unknown", told->name);
}


/*
** tree:lua(name, bytes, options) -> top node, warnings, usage
**                                 | nil, err, usage
** Runs a Lua config in a state of its own.  options: top ("map" or "any", as
** for tree:read); include(name, from) -> bytes, name of the document |
** nil, err; env(name) -> text or nil.  usage:
** {steps, bytes}, what the config took of its budgets.  In err, `cause` is the
** text of an error that it raised, `unknown` a name that it does not have.
*/
int wk_tree_lua (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  size_t len;
  const char *name = luaL_checkstring(L, NAME);
  const char *bytes = luaL_checklstring(L, BYTES, &len);
  Host host = {L, t, 0, 0};
  wk_Door door = {&host, NULL, NULL, NULL, wk_secure()};
  wk_Told told;
  wk_Fail fail;
  wk_Code code;
  wk_Id root = 0;
  uint16_t doc = 0;
  int any = 0;
  lua_settop(L, SECOND);
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  if (has(L, "include")) door.include = host_include;
  if (has(L, "env")) door.env = host_env;
  if (lua_istable(L, OPTIONS)) {
    static const char *const tops[] = {"map", "any", NULL};
    lua_getfield(L, OPTIONS, "top");
    any = luaL_checkoption(L, -1, "map", tops);
    lua_pop(L, 1);
  }
  if (wk_tree_document(t, WK_FILE, 0, name, bytes, len, &doc, &fail) != WK_OK)
    return wk_push_failure(L, &fail, NULL);
  code = wk_sandbox_read(t, doc, any, &door, &root, &told, &fail);
  if (host.raised) {
    lua_settop(L, SECOND);
    return lua_error(L);
  }
  if (code == WK_OK) {
    lua_pushinteger(L, root);
    lua_newtable(L);
  }
  else {
    luaL_pushfail(L);
    pushfailed(L, &host, &told, &fail);
  }
  lua_createtable(L, 0, 2);
  wk_set_integer(L, "steps", (lua_Integer)told.steps);
  wk_set_integer(L, "bytes", (lua_Integer)told.bytes);
  return 3;
}

/* }====================================================== */


/*
** {======================================================
** Values of the host
** =======================================================
*/

#define GRAFT  "wick.graft"

enum { VALUE = 2, NODE, HOSTS, LIKE, MOST };


static int graft_gc (lua_State *L) {
  wk_graft_free((wk_Graft *)lua_touserdata(L, 1));
  return 0;
}


static void fill_graft (lua_State *L) {
  lua_pushcfunction(L, graft_gc);
  lua_setfield(L, -2, "__gc");
  wk_hide_meta(L);
}


/* replaces the table on the top by its raw field */
static int field (lua_State *L, const char *name) {
  lua_pushstring(L, name);
  return lua_rawget(L, -2);
}


/* what a node that the host made by wick.ref and the like stands for */
static wk_Means node_means (lua_State *L) {
  wk_Means means = WK_M_NOTHING;
  if (field(L, "text") == LUA_TSTRING) {
    lua_remove(L, -2);
    return WK_M_SIGIL;
  }
  lua_pop(L, 1);
  if (field(L, "target") == LUA_TSTRING) {
    lua_insert(L, -2);
    field(L, "options");
    lua_remove(L, -2);
    return WK_M_TARGET;
  }
  lua_pop(L, 1);
  if (field(L, "operator") == LUA_TSTRING) {
    char sign = *lua_tostring(L, -1);
    means = sign == '+' ? WK_M_APPEND : sign == '=' ? WK_M_REPLACE :
            sign == '~' ? WK_M_DELETE : WK_M_NOTHING;
  }
  lua_pop(L, 1);
  if (means == WK_M_APPEND || means == WK_M_REPLACE) {
    field(L, "value");
    lua_remove(L, -2);
  }
  return means;
}


static wk_Means host_means (wk_Graft *g, lua_State *L, wk_Place *made) {
  (void)made;
  if (lua_istable(L, -1)) {
    int isnode;
    if (!lua_getmetatable(L, -1)) return WK_M_TABLE;
    isnode = lua_rawequal(L, -1, NODE);
    lua_pop(L, 1);
    if (isnode) return node_means(L);
    return g->keep != NULL ? WK_M_HOST : WK_M_TABLE;
  }
  if (lua_isuserdata(L, -1)) {
    int isnull;
    wk_push_null(L);
    isnull = lua_rawequal(L, -1, -2);
    lua_pop(L, 1);
    if (isnull) return WK_M_NULL;
  }
  return WK_M_HOST;
}


static void host_keep (wk_Graft *g, lua_State *L, wk_Id id) {
  (void)g;
  lua_pushvalue(L, -1);
  lua_rawseti(L, HOSTS, id);
}


/*
** tree:graft(value, Node, hosts, like, most) -> node, number of values
**                                             | nil, err
** A Lua value as nodes, linked nowhere.  Node: the metatable of what wick.ref
** and the like make.  hosts: a table that gets functions, userdata and tables
** with a metatable by their nodes; nil: there may be none (the value of an
** expression, which is data: `_target_` in it makes no component).  like: the
** node whose mark the new ones get; nil: they belong to a new table of the
** host.  most: how many values there may be.
*/
int wk_tree_graft (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id like = lua_isnoneornil(L, LIKE) ? 0 : wk_check_id(L, t, LIKE), id = 0;
  size_t made = t->nnodes;
  lua_Integer most = luaL_optinteger(L, MOST, LUA_MAXINTEGER);
  int hosts = lua_istable(L, HOSTS);
  wk_Graft *g;
  wk_Fail fail;
  wk_Code code = WK_OK;
  lua_settop(L, MOST);
  g = (wk_Graft *)lua_newuserdatauv(L, sizeof(wk_Graft), 0);
  wk_graft_init(g, t);
  wk_push_meta(L, GRAFT, fill_graft);
  lua_setmetatable(L, -2);
  g->means = host_means;
  g->copies = 1;
  if (hosts) g->keep = host_keep;
  else {
    g->misfit = WK_EEVAL;
    g->help = "an expression gives numbers, text, booleans, lists and maps";
  }
  g->nodes = most > 0 ? (size_t)most : 0;
  if (like != 0) {
    g->top.doc = wk_tree_node(t, like)->doc;
    g->top.pos = wk_tree_node(t, like)->pos;
  }
  else
    code = wk_tree_document(t, WK_TABLE, 0, "table", NULL, 0, &g->top.doc,
                            &fail);
  lua_pushvalue(L, VALUE);
  if (code == WK_OK) code = wk_graft(g, L, &id, &fail);
  if (code != WK_OK) {
    luaL_pushfail(L);
    wk_push_error(L, &fail, wk_tree_finddoc(t, g->doc), "error");
    if (g->path[0] != '\0') wk_set_string(L, "key", g->path);
    wk_graft_free(g);
    return 2;
  }
  for (; !hosts && made < t->nnodes; made++)
    if (t->nodes[made].kind == WK_MAP)
      t->nodes[made].flags &= (uint8_t)~WK_COMPONENT;
  lua_pushinteger(L, id);
  lua_pushinteger(L, (lua_Integer)g->made);
  wk_graft_free(g);
  return 2;
}

/* }====================================================== */
