/*
** value.c -- node -> Lua value, Lua value -> node.
**
** May call: fail, tree, scalar, core.h.
**
** Argument tables are made straight from the tree, each once and of its
** exact size.  Both directions walk by the nodes' own links, so a deep
** config costs Lua stack (checked) and no C stack.
*/

#include <string.h>

#include <lua.h>
#include <lauxlib.h>

#include "core.h"
#include "scalar.h"
#include "tree.h"


/* what to do with nodes that are no plain values */
typedef struct Ask {
  const wk_Tree *tree;
  int objects;     /* index of the table id -> object, or 0 */
  int keep;        /* null stays wick.null in maps, components are tables */
  int asis;        /* components are tables, but null is absent */
  wk_Id missing;   /* an object that was needed and is not there */
} Ask;


static void pushscalar (lua_State *L, const wk_Tree *t, const wk_Node *n) {
  const char *s = wk_tree_text(t, n);
  switch (n->kind) {
    case WK_BOOL: lua_pushboolean(L, wk_scalar_bool(s, n->size)); break;
    case WK_INT: lua_pushinteger(L, wk_scalar_int(s, n->size)); break;
    case WK_FLOAT: lua_pushnumber(L, wk_scalar_float(s, n->size)); break;
    case WK_STRING: lua_pushlstring(L, s, n->size); break;
    default: wk_push_null(L); break;
  }
}


/* pushes objects[id]; remembers an id that is not there and pushes null */
static void pushobject (lua_State *L, Ask *ask, wk_Id id) {
  if (ask->objects != 0 && lua_rawgeti(L, ask->objects, id) != LUA_TNIL)
    return;
  if (ask->objects != 0) lua_pop(L, 1);
  if (ask->missing == 0) ask->missing = id;
  wk_push_null(L);
}


/* the first of `id` and what follows it that is there; 0 for none */
static wk_Id present (const wk_Tree *t, wk_Id id) {
  while (id != 0 && wk_tree_node(t, id)->kind == WK_NONE)
    id = wk_tree_node(t, id)->next;
  return id;
}


/* pushes what `id` is without its children: gives 1 when children follow */
static int enter (lua_State *L, Ask *ask, wk_Id id) {
  const wk_Node *n = wk_tree_node(ask->tree, id);
  luaL_checkstack(L, 6, "this value is nested too deep");
  if ((n->flags & WK_COMPONENT) && !ask->keep && !ask->asis) {
    pushobject(L, ask, id);
    return 0;
  }
  switch (n->kind) {
    case WK_LIST: case WK_MAP: {
      int list = n->kind == WK_LIST, size = (int)n->size;
      lua_createtable(L, list ? size : 0, list ? 0 : size);
      return present(ask->tree, wk_tree_node(ask->tree, id)->first) != 0;
    }
    case WK_OBJECT: pushobject(L, ask, n->first); return 0;
    case WK_LATE: case WK_HOST: pushobject(L, ask, id); return 0;
    default: pushscalar(L, ask->tree, n); return 0;
  }
}


static int isnull (lua_State *L, int index) {
  int is;
  if (lua_type(L, index) != LUA_TUSERDATA) return 0;
  wk_push_null(L);
  is = lua_rawequal(L, index < 0 ? index - 1 : index, -1);
  lua_pop(L, 1);
  return is;
}


static void pushkey (lua_State *L, const wk_Tree *t, wk_Id value) {
  pushscalar(L, t, wk_tree_node(t, value - 1));
}


/* puts the value on the top of the stack into the table below it */
static void attach (lua_State *L, Ask *ask, wk_Id id) {
  const wk_Node *up = wk_tree_node(ask->tree, wk_tree_node(ask->tree, id)->up);
  if (up->kind == WK_LIST)
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
  else if (!ask->keep && isnull(L, -1))
    lua_pop(L, 1);  /* a null option is absent */
  else {
    pushkey(L, ask->tree, id);
    lua_insert(L, -2);
    lua_rawset(L, -3);
  }
}


/* pushes the whole value of `top` */
static void pushvalue (lua_State *L, Ask *ask, wk_Id top) {
  const wk_Tree *t = ask->tree;
  wk_Id at = top;
  for (;;) {
    if (enter(L, ask, at)) {
      at = present(t, wk_tree_node(t, at)->first);
      continue;
    }
    for (;;) {  /* the value of `at` is complete */
      wk_Id next;
      if (at == top) return;
      attach(L, ask, at);
      next = present(t, wk_tree_node(t, at)->next);
      if (next != 0) {
        at = next;
        break;
      }
      at = wk_tree_node(t, at)->up;
    }
  }
}


/*
** tree:value(id, objects, keep, asis) -> value | nil, node
** `objects` maps nodes to built objects, late values and values of the host.
** With `keep` a null in a map is wick.null and a component is its plain table;
** with `asis` only the latter.  What is absent is nil.
** When an object is not there the answer is nil and the node it belongs to.
*/
int wk_tree_value (lua_State *L) {
  const wk_Tree *t = wk_check_tree(L, 1);
  wk_Id id = wk_check_id(L, t, 2);
  Ask ask = {t, lua_istable(L, 3) ? 3 : 0, lua_toboolean(L, 4),
             lua_toboolean(L, 5), 0};
  if (wk_tree_node(t, id)->kind == WK_NONE) return 0;
  pushvalue(L, &ask, id);
  if (ask.missing != 0) {
    luaL_pushfail(L);
    lua_pushinteger(L, ask.missing);
    return 2;
  }
  return 1;
}


/* is the key of this value of the form `_x_`? */
static int isreserved (const wk_Tree *t, wk_Id value) {
  const wk_Node *key = wk_tree_node(t, value - 1);
  const char *s = wk_tree_text(t, key);
  return key->kind == WK_STRING && key->size >= 3 && s[0] == '_' &&
         s[key->size - 1] == '_';
}


/*
** tree:options(id, objects) -> table, count | nil, node
** A fresh table of a component's own options (its keys but the reserved
** ones), and how many there are.
*/
int wk_tree_options (lua_State *L) {
  const wk_Tree *t = wk_check_tree(L, 1);
  wk_Id id = wk_check_id(L, t, 2), child;
  Ask ask = {t, 3, 0, 0, 0};
  lua_Integer count = 0;
  luaL_checktype(L, 3, LUA_TTABLE);
  luaL_argcheck(L, wk_tree_node(t, id)->kind == WK_MAP, 2, "no component");
  ask.asis = (wk_tree_node(t, id)->flags & WK_ASIS) != 0;
  lua_createtable(L, 0, (int)wk_tree_node(t, id)->size - 1);
  for (child = present(t, wk_tree_node(t, id)->first); child != 0;
       child = present(t, wk_tree_node(t, child)->next)) {
    if (isreserved(t, child)) continue;
    pushvalue(L, &ask, child);
    if (!isnull(L, -1)) count++;
    attach(L, &ask, child);
  }
  if (ask.missing != 0) {
    luaL_pushfail(L);
    lua_pushinteger(L, ask.missing);
    return 2;
  }
  lua_pushinteger(L, count);
  return 2;
}


/* makes the node of tree:grow: kind by word, text from the Lua value */
static wk_Code makenode (lua_State *L, wk_Tree *t, int word, uint16_t doc,
                         uint32_t pos, wk_Id *id, wk_Fail *f) {
  static const wk_Kind kinds[] = {
    WK_NULL, WK_BOOL, WK_INT, WK_FLOAT, WK_STRING, WK_STRING, WK_STRING,
    WK_LIST, WK_MAP, WK_HOST
  };
  char number[40];
  const char *s = "null";
  size_t len = 4;
  wk_Code code;
  switch (word) {
    case 1: s = lua_toboolean(L, 5) ? "true" : "false"; len = strlen(s); break;
    case 2:
      s = number;
      len = wk_scalar_printint(number, luaL_checkinteger(L, 5));
      break;
    case 3:
      s = number;
      len = wk_scalar_printfloat(number, luaL_checknumber(L, 5));
      break;
    case 4: case 5: case 6: s = luaL_checklstring(L, 5, &len); break;
    default: break;
  }
  if (kinds[word] > WK_STRING)
    return wk_tree_add(t, kinds[word], doc, pos, id, f);
  code = wk_tree_scalar(t, kinds[word], doc, pos, s, len, id, f);
  if (code == WK_OK && word == 5)
    wk_tree_node(t, *id)->flags |= WK_TAGGED;
  if (code == WK_OK && word == 6)
    wk_tree_node(t, *id)->flags |= WK_SIGIL;
  return code;
}


/*
** tree:grow(up, key, kind, value, last, like) -> node | nil, err
** A new node.  up: the map (key: string or integer) or list (key nil) that
** gets it as its last value; `last` is the value before it, if known.  With
** up nil the node stands alone and has the mark of node `like`, or belongs to
** a new table of the host.  kind: null bool int float string text (no sigils)
** sigil list map host.
*/
int wk_tree_grow (lua_State *L) {
  static const char *const words[] = {
    "null", "bool", "int", "float", "string", "text", "sigil", "list", "map",
    "host", NULL
  };
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id up = lua_isnoneornil(L, 2) ? 0 : wk_check_id(L, t, 2);
  int word = luaL_checkoption(L, 4, NULL, words);
  wk_Id last = lua_isnoneornil(L, 6) ? 0 : wk_check_id(L, t, 6);
  wk_Id like = lua_isnoneornil(L, 7) ? up : wk_check_id(L, t, 7), id = 0;
  uint16_t doc = 0;
  uint32_t pos = 0;
  wk_Fail fail;
  wk_Code code = WK_OK;
  if (like != 0) {
    doc = wk_tree_node(t, like)->doc;
    pos = wk_tree_node(t, like)->pos;
  }
  else
    code = wk_tree_document(t, WK_TABLE, 0, "table", NULL, 0, &doc, &fail);
  if (code == WK_OK && lua_type(L, 3) == LUA_TNUMBER) {
    char text[40];
    size_t len = wk_scalar_printint(text, luaL_checkinteger(L, 3));
    code = wk_tree_scalar(t, WK_INT, doc, pos, text, len, &id, &fail);
  }
  else if (code == WK_OK && !lua_isnoneornil(L, 3)) {
    size_t len;
    const char *key = luaL_checklstring(L, 3, &len);
    code = wk_tree_scalar(t, WK_STRING, doc, pos, key, len, &id, &fail);
  }
  if (code == WK_OK) code = makenode(L, t, word, doc, pos, &id, &fail);
  if (code != WK_OK) return wk_push_failure(L, &fail, NULL);
  if (up != 0) wk_tree_link(t, up, last, id);
  lua_pushinteger(L, id);
  return 1;
}
