/*
** core_tree.c -- the tree as a userdata: reading documents, looking at
** nodes.
**
** May call: fail, tree, yaml, scalar, core.h; lists the methods that
** core_edit.c, core_lua.c, core_merge.c, core_override.c, core_weight.c and
** value.c define.
**
** Nodes are integers to Lua.  Every method checks them, so a wrong number
** raises and never reads past the arena.
*/

#include <stdlib.h>
#include <string.h>

#include <lua.h>
#include <lauxlib.h>

#include "core.h"
#include "scalar.h"
#include "tree.h"
#include "yaml.h"


/* the metatable of trees is the upvalue of each method, so that it need not
   be looked up by its name */
wk_Tree *wk_check_tree (lua_State *L, int arg) {
  void *tree = lua_touserdata(L, arg);
  if (tree != NULL && lua_getmetatable(L, arg)) {
    int same = lua_rawequal(L, -1, lua_upvalueindex(1));
    lua_pop(L, 1);
    if (same) return (wk_Tree *)tree;
  }
  return (wk_Tree *)luaL_checkudata(L, arg, WK_TREE);
}


wk_Id wk_check_id (lua_State *L, const wk_Tree *t, int arg) {
  lua_Integer id = luaL_checkinteger(L, arg);
  luaL_argcheck(L, id > 0 && (lua_Unsigned)id < t->nnodes, arg, "no such node");
  return (wk_Id)id;
}


static wk_Doc *docof (const wk_Tree *t, wk_Id id) {
  return wk_tree_finddoc(t, wk_tree_node(t, id)->doc);
}


/* gives 2 (nil, err) for a failure whose marks are in document `doc` */
static int failure (lua_State *L, const wk_Tree *t, const wk_Fail *f,
                    uint16_t doc) {
  return wk_push_failure(L, f, wk_tree_finddoc(t, doc));
}


/*
** {======================================================
** Life and reading
** =======================================================
*/

static int tree_gc (lua_State *L) {
  wk_tree_free((wk_Tree *)luaL_checkudata(L, 1, WK_TREE));
  return 0;
}


/* core.tree(limits) -> tree; limits: {["document.bytes"] = n, ...} */
int wk_new_tree (lua_State *L) {
  wk_Tree *t = (wk_Tree *)lua_newuserdatauv(L, sizeof(wk_Tree), 0);
  wk_tree_init(t);
  luaL_setmetatable(L, WK_TREE);
  if (lua_istable(L, 1)) {
#define X(field, name, deflt) \
    if (lua_getfield(L, 1, name) != LUA_TNIL) { \
      lua_Integer n = luaL_checkinteger(L, -1); \
      t->limits.field = n > 0 ? (size_t)n : 0; \
    } \
    lua_pop(L, 1);
    WK_LIMITS(X)
#undef X
  }
  return 1;
}


#define WARNINGS  8   /* of one document that are kept */

/* copies of warnings: no Lua error may cross the reader */
typedef struct Warnings {
  int count;
  wk_Fail *first;   /* room is taken when the first one comes */
} Warnings;


/* without memory a warning is lost, which is no reason to fail */
static void keep_warning (void *ud, const wk_Fail *warning) {
  Warnings *w = (Warnings *)ud;
  if (w->first == NULL) w->first = malloc(WARNINGS * sizeof(wk_Fail));
  if (w->first != NULL && w->count < WARNINGS)
    w->first[w->count++] = *warning;
}


/* tree:read(name, bytes, top) -> top node, warnings | nil, err */
static int tree_read (lua_State *L) {
  static const char *const tops[] = {"map", "any", NULL};
  wk_Tree *t = wk_check_tree(L, 1);
  size_t len;
  const char *name = luaL_checkstring(L, 2);
  const char *bytes = luaL_checklstring(L, 3, &len);
  int top = luaL_checkoption(L, 4, "map", tops), i;
  Warnings w = {0, NULL};
  void **guard = wk_push_guard(L);
  uint16_t doc = 0;
  wk_Id root = 0;
  wk_Fail fail;
  wk_Code code;
  if (wk_tree_document(t, WK_FILE, 0, name, bytes, len, &doc, &fail) != WK_OK)
    return failure(L, t, &fail, 0);
  code = wk_yaml_read(t, doc, top, keep_warning, &w, &root, &fail);
  *guard = w.first;
  if (code != WK_OK) return failure(L, t, &fail, doc);
  lua_pushinteger(L, root);
  lua_createtable(L, w.count, 0);
  for (i = 0; i < w.count; i++) {
    wk_push_error(L, &w.first[i], wk_tree_doc(t, doc), "warning");
    lua_rawseti(L, -2, i + 1);
  }
  return 2;
}


/* tree:composed(top): from here on nodes are made by evaluation, which has
   its own budget (value.nodes); config.nodes counts what was written.  What
   composition deleted leaves its maps and lists. */
static int tree_composed (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_tree_sweep(t, wk_check_id(L, t, 2));
  t->limits.config_nodes = (size_t)-1;
  return 0;
}


/* tree:size() -> nodes, libyaml events */
static int tree_size (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  lua_pushinteger(L, (lua_Integer)t->nnodes);
  lua_pushinteger(L, (lua_Integer)t->events);
  return 2;
}

/* }====================================================== */


/*
** {======================================================
** Looking
** =======================================================
*/

static const char *const kinds[] = {
  "none", "null", "bool", "int", "float", "string", "list", "map", "object",
  "late", "host"
};


static int tree_kind (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id id = wk_check_id(L, t, 2);
  lua_pushstring(L, kinds[wk_tree_node(t, id)->kind]);
  return 1;
}


/* tree:is(id, flag) -> boolean; "computed": a reference, expression or copy,
   and not a text with a doubled sigil; "merged" of a map or list: it was laid
   over what it replaced; of what vanished: it went with its constructor */
static int tree_is (lua_State *L) {
  static const char *const flags[] = {
    "plain", "flow", "sigil", "tagged", "component", "indexed", "empty",
    "absent", "merged", "computed", NULL
  };
  wk_Tree *t = wk_check_tree(L, 1);
  int flag = luaL_checkoption(L, 3, NULL, flags);
  wk_Id id = wk_check_id(L, t, 2);
  const wk_Node *n = wk_tree_node(t, id);
  if (flag == 9)
    lua_pushboolean(L, wk_tree_iscomputed(t, id));
  else if (flag == 8)
    lua_pushboolean(L, (n->flags & WK_MERGED) != 0 &&
                       (n->kind >= WK_LIST || n->kind == WK_NONE));
  else
    lua_pushboolean(L, n->flags >> flag & 1);
  return 1;
}


/* tree:text(id) -> the text of a scalar as the document has it */
static int tree_text (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  const wk_Node *n = wk_tree_node(t, wk_check_id(L, t, 2));
  if (n->kind < WK_NULL || n->kind > WK_STRING) return 0;
  lua_pushlstring(L, wk_tree_text(t, n), n->size);
  return 1;
}


/* may the node before this one be a key?  What a value was replaced by stands
   behind no key. */
static int behindkey (const wk_Tree *t, wk_Id id) {
  int kind = wk_tree_node(t, id - 1)->kind;  /* node 0 is there, and none */
  return kind == WK_STRING || kind == WK_INT;
}


/* is this node in a map, or was before that vanished, so that a key stands
   before it? */
static int haskey (const wk_Tree *t, wk_Id id) {
  wk_Id up = wk_tree_holder(t, id);
  return up != 0 && wk_tree_node(t, up)->kind == WK_MAP && behindkey(t, id);
}


/* pushes the key of a value: string or integer; its place in a list; nil.
   `inmap`: it was in a map, whatever stands there now. */
static void pushkey (lua_State *L, wk_Tree *t, wk_Id id, int inmap) {
  if (inmap || haskey(t, id)) {
    const wk_Node *key = wk_tree_node(t, id - 1);
    const char *s = wk_tree_text(t, key);
    if (key->kind == WK_INT) lua_pushinteger(L, wk_scalar_int(s, key->size));
    else lua_pushlstring(L, s, key->size);
  }
  else if (wk_tree_node(t, id)->up != 0)  /* 0: it stands there no more */
    lua_pushinteger(L, (lua_Integer)wk_tree_index(t, id));
  else
    lua_pushnil(L);
}


/* tree:key(id, inmap) -> key or place, whether the key was written plain.
   `inmap` for a value of a map that was replaced: what it was in says so no
   longer. */
static int tree_key (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id id = wk_check_id(L, t, 2);
  pushkey(L, t, id, lua_toboolean(L, 3) && behindkey(t, id));
  lua_pushboolean(L, haskey(t, id) &&
                     (wk_tree_node(t, id - 1)->flags & WK_PLAIN));
  return 2;
}


/* tree:up(id) -> the map or list it is in, or nil */
static int tree_up (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id up = wk_tree_node(t, wk_check_id(L, t, 2))->up;
  if (up == 0) return 0;
  lua_pushinteger(L, up);
  return 1;
}


/* tree:children(id, vanished) -> array of the values of a map, the items of a
   list; those that are deleted, disabled or absent only when `vanished` is
   true */
static int tree_children (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  const wk_Node *n = wk_tree_node(t, wk_check_id(L, t, 2));
  int vanished = lua_toboolean(L, 3);
  lua_Integer i = 0, size = (lua_Integer)n->size;
  wk_Id child = n->first;
  if (n->kind != WK_LIST && n->kind != WK_MAP) {
    lua_newtable(L);
    return 1;
  }
  lua_createtable(L, (int)size, 0);
  for (; child != 0 && i < size; child = wk_tree_node(t, child)->next) {
    if (wk_tree_node(t, child)->kind == WK_NONE && !vanished) continue;
    lua_pushinteger(L, child);
    lua_rawseti(L, -2, ++i);
  }
  return 1;
}


/* tree:find(id, key, vanished) -> the value of a key (string, integer) of a
   map, or the item of a list, or nil.  What is deleted, disabled or absent is
   given only when `vanished` is true; items are counted with it. */
static int tree_find (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id id = wk_check_id(L, t, 2), found = 0;
  int kind = wk_tree_node(t, id)->kind;
  if (lua_type(L, 3) == LUA_TNUMBER) {
    lua_Integer n = luaL_checkinteger(L, 3);
    if (kind == WK_MAP) found = wk_tree_findint(t, id, n);
    else if (kind == WK_LIST) found = wk_tree_item(t, id, n);
  }
  else if (kind == WK_MAP) {
    size_t len;
    const char *key = luaL_checklstring(L, 3, &len);
    found = wk_tree_find(t, id, key, len);
  }
  if (found == 0 || (wk_tree_node(t, found)->kind == WK_NONE &&
                     !lua_toboolean(L, 4))) return 0;
  lua_pushinteger(L, found);
  return 1;
}


/* tree:previous(id) -> the node that stood here before, or nil */
static int tree_previous (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id prev = wk_tree_node(t, wk_check_id(L, t, 2))->prev;
  if (prev == 0) return 0;
  lua_pushinteger(L, prev);
  return 1;
}


/* pushes the key path of a node as an array of segments */
static void push_segments (lua_State *L, wk_Tree *t, wk_Id id) {
  wk_Id at;
  lua_Integer depth = 0;
  for (at = id; wk_tree_node(t, at)->up != 0; at = wk_tree_node(t, at)->up)
    depth++;
  lua_createtable(L, (int)depth, 0);
  for (at = id; wk_tree_node(t, at)->up != 0; at = wk_tree_node(t, at)->up) {
    pushkey(L, t, at, 0);
    lua_rawseti(L, -2, depth--);
  }
}


/* tree:segments(id) -> that */
static int tree_segments (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  push_segments(L, t, wk_check_id(L, t, 2));
  return 1;
}


/* the node that still has the text of a reference or of an expression that
   was evaluated; else the node itself */
static wk_Id written (const wk_Tree *t, wk_Id id) {
  const wk_Node *n = wk_tree_node(t, id);
  if ((n->kind == WK_OBJECT || n->kind == WK_LATE) && n->prev != 0)
    return n->prev;
  return id;
}


/* pushes a mark in a table of the host, which has no lines: the key path goes
   into the label */
static int push_host_mark (lua_State *L, wk_Tree *t, wk_Id id,
                           wk_Doc *doc, const char *label) {
  lua_pushcfunction(L, wk_core_keytext);
  push_segments(L, t, id);
  lua_call(L, 1, 1);
  if (lua_rawlen(L, -1) > 0)
    label = lua_pushfstring(L, "at `%s`%s%s", lua_tostring(L, -1),
                            *label != '\0' ? ": " : "", label);
  wk_push_mark(L, doc, 0, 0, label);
  return 1;
}


/*
** tree:mark(id, label, "key" | first, last) -> mark
** On the value; on its key; or on the bytes first..last (from 1) of a
** scalar's text, when the source has that text without escapes, else on the
** whole value.
*/
static int tree_mark (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id id = wk_check_id(L, t, 2);
  const char *label = luaL_optstring(L, 3, "");
  int onkey = lua_type(L, 4) == LUA_TSTRING && haskey(t, id);
  const wk_Node *n = wk_tree_node(t, onkey ? id - 1 : id);
  wk_Doc *doc = docof(t, id);
  size_t byte = n->pos, length;
  if (onkey && docof(t, id - 1) != NULL) doc = docof(t, id - 1);
  length = wk_tree_extent(t, onkey ? id - 1 : written(t, id));
  if (!onkey) n = wk_tree_node(t, written(t, id));
  if (lua_type(L, 4) == LUA_TNUMBER) {
    size_t at = wk_tree_written(t, written(t, id));
    lua_Integer first = lua_tointeger(L, 4);
    lua_Integer last = luaL_optinteger(L, 5, first);
    if (first >= 1 && at != WK_UNWRITTEN) {
      if (last > (lua_Integer)n->size) last = (lua_Integer)n->size;
      byte = at + (size_t)first - 1;
      length = last >= first ? (size_t)(last - first) + 1 : 1;
    }
    else if (first >= 1 && doc && doc->source && !doc->islua && n->size > 0)
      wk_tree_spot(t, (wk_Id)(n - t->nodes), (size_t)first - 1,
                   (size_t)(last < first ? first : last) - 1, &byte, &length);
  }
  if (doc && doc->origin == WK_TABLE)
    return push_host_mark(L, t, id, doc, label);
  wk_push_mark(L, doc, byte, length, label);
  return 1;
}

/* }====================================================== */


/* tree:source(id) -> the name of its document, its origin, the number of the
   override */
static int tree_source (lua_State *L) {
  static const char *const origins[] = {"file", "argv", "host"};
  wk_Tree *t = wk_check_tree(L, 1);
  const wk_Doc *doc = docof(t, wk_check_id(L, t, 2));
  if (doc == NULL) return 0;
  lua_pushstring(L, doc->name);
  lua_pushstring(L, origins[doc->origin]);
  if (doc->origin != WK_ARGV) return 2;
  lua_pushinteger(L, doc->number);
  return 3;
}


static const luaL_Reg methods[] = {
  {"read", tree_read}, {"lua", wk_tree_lua}, {"graft", wk_tree_graft},
  {"word", wk_override_word}, {"composed", tree_composed},
  {"size", tree_size},
  {"kind", tree_kind}, {"is", tree_is}, {"text", tree_text},
  {"key", tree_key}, {"up", tree_up}, {"children", tree_children},
  {"find", tree_find}, {"previous", tree_previous},
  {"segments", tree_segments}, {"mark", tree_mark}, {"put", wk_edit_put},
  {"add", wk_edit_add}, {"remove", wk_edit_remove}, {"refer", wk_edit_refer},
  {"late", wk_edit_late}, {"scan", wk_edit_scan}, {"needs", wk_edit_needs},
  {"arrange", wk_edit_arrange},
  {"sigils", wk_edit_sigils}, {"weight", wk_edit_weight},
  {"object", wk_edit_object},
  {"follow", wk_edit_follow},
  {"source", tree_source}, {"value", wk_tree_value},
  {"options", wk_tree_options}, {"grow", wk_tree_grow},
  {"override", wk_override_set},
  {"lay", wk_merge_lay}, {"settle", wk_merge_settle},
  {"vanish", wk_merge_vanish}, {"copy", wk_merge_copy},
  {"via", wk_merge_via}, {"copies", wk_merge_copies},
  {"is_copy", wk_merge_is_copy},
  {"forgets", wk_merge_forgets}, {"asis", wk_merge_asis}, {NULL, NULL}
};


static void fill_tree (lua_State *L) {
  lua_pushcfunction(L, tree_gc);
  lua_setfield(L, -2, "__gc");
  wk_hide_meta(L);
  luaL_newlibtable(L, methods);
  lua_pushvalue(L, -2);
  luaL_setfuncs(L, methods, 1);
  lua_setfield(L, -2, "__index");
}


void wk_open_tree (lua_State *L) {
  wk_push_meta(L, WK_TREE, fill_tree);
  lua_pop(L, 1);
}
