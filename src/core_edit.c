/*
** core_edit.c -- part of the binding: edits of a tree, and walks over it in
** document order.
**
** May call: fail, tree, lex, scalar, core.h.
*/

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <lua.h>
#include <lauxlib.h>

#include "core.h"
#include "lex.h"
#include "scalar.h"
#include "tree.h"


/* does this node's up link to a map, so that a key stands before it? */
static int haskey (const wk_Tree *t, wk_Id id) {
  wk_Id up = wk_tree_node(t, id)->up;
  return up != 0 && wk_tree_node(t, up)->kind == WK_MAP;
}


/*
** {======================================================
** Editing
** =======================================================
*/

/* tree:put(id, from) -> true | nil, err: the unlinked node `from` takes the
   place of `id`, which keeps what it was as its previous node */
int wk_edit_put (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id id = wk_check_id(L, t, 2), from = wk_check_id(L, t, 3);
  wk_Fail fail;
  if (wk_tree_replace(t, id, from, &fail) != WK_OK)
    return wk_push_failure(L, &fail, NULL);
  lua_pushboolean(L, 1);
  return 1;
}


/* tree:add(up, key, from, byte) -> node | nil, err: a new last value of a map
   (under a string or integer key) or list (key nil) with the content of the
   unlinked node `from`; `byte` (1): where its document writes the key */
int wk_edit_add (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id up = wk_check_id(L, t, 2), from = wk_check_id(L, t, 4), id = 0;
  uint16_t doc = wk_tree_node(t, from)->doc;
  uint32_t pos = (uint32_t)luaL_optinteger(L, 5, 1) - 1;
  wk_Fail fail;
  wk_Code code = WK_OK;
  if (lua_type(L, 3) == LUA_TNUMBER) {
    char text[40];
    size_t len = wk_scalar_printint(text, luaL_checkinteger(L, 3));
    code = wk_tree_scalar(t, WK_INT, doc, pos, text, len, &id, &fail);
  }
  else if (!lua_isnoneornil(L, 3)) {
    size_t len;
    const char *key = luaL_checklstring(L, 3, &len);
    code = wk_tree_scalar(t, WK_STRING, doc, pos, key, len, &id, &fail);
  }
  if (code == WK_OK) code = wk_tree_add(t, WK_NULL, doc, pos, &id, &fail);
  if (code == WK_OK) code = wk_tree_replace(t, id, from, &fail);
  if (code != WK_OK) return wk_push_failure(L, &fail, NULL);
  wk_tree_node(t, id)->prev = 0;
  wk_tree_link(t, up, 0, id);
  lua_pushinteger(L, id);
  return 1;
}


/* tree:remove(id) */
int wk_edit_remove (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id id = wk_check_id(L, t, 2);
  luaL_argcheck(L, wk_tree_node(t, id)->up != 0, 2,
                "the top cannot be removed");
  wk_tree_unlink(t, id);
  return 0;
}


/* makes `id` a node without children that stands for something else; its
   text stays behind in the node that `prev` names */
static wk_Code become (wk_Tree *t, wk_Id id, wk_Kind kind, wk_Id target,
                       wk_Fail *f) {
  const wk_Node *n = wk_tree_node(t, id);
  wk_Id fresh;
  wk_Code code = wk_tree_add(t, kind, n->doc, n->pos, &fresh, f);
  if (code != WK_OK) return code;
  wk_tree_node(t, fresh)->first = target;
  return wk_tree_replace(t, id, fresh, f);
}


/* the object that a node stands for, if it is or refers to one */
static wk_Id objectof (const wk_Tree *t, wk_Id id) {
  const wk_Node *n = wk_tree_node(t, id);
  if (n->kind == WK_OBJECT) return n->first;
  if (n->kind == WK_LATE || n->kind == WK_HOST ||
      (n->flags & WK_COMPONENT)) return id;
  return 0;
}


/* the node behind `at` in document order within the subtree `top`, or 0;
   does not go below `at` when `skip` is set */
static wk_Id follow (const wk_Tree *t, wk_Id top, wk_Id at, int skip) {
  const wk_Node *n = wk_tree_node(t, at);
  if (!skip && (n->kind == WK_LIST || n->kind == WK_MAP) && n->first != 0)
    return n->first;
  while (at != top) {
    n = wk_tree_node(t, at);
    if (n->next != 0) return n->next;
    at = n->up;
  }
  return 0;
}


/*
** tree:refer(id, target, left) -> number of nodes added | false, that number
** when it would be more than `left` | nil, err
** `id`, a reference, becomes what `target` is: an object or late value is
** shared (kind "object"); plain values are copied, and objects inside them
** are shared.  The place and mark stay those of the reference.
*/
int wk_edit_refer (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id id = wk_check_id(L, t, 2), target = wk_check_id(L, t, 3);
  lua_Integer left = luaL_checkinteger(L, 4);
  wk_Id object = objectof(t, target), copy = 0, from, to;
  uint16_t doc = wk_tree_node(t, id)->doc;
  uint32_t pos = wk_tree_node(t, id)->pos;
  size_t added = 0;
  wk_Fail fail;
  wk_Code code;
  if (object == 0) {
    lua_Integer n = (lua_Integer)wk_weight_nodes(t, target);
    if (n > left) {
      lua_pushboolean(L, 0);
      lua_pushinteger(L, n);
      return 2;
    }
  }
  if (object != 0)
    code = become(t, id, WK_OBJECT, object, &fail);
  else if ((code = wk_tree_copy(t, target, 0, &copy, &added, &fail)) == WK_OK) {
    /* original and copy have the same shape until an object is cut out */
    for (from = target, to = copy; from != 0 && to != 0;) {
      object = objectof(t, from);
      if (object != 0) {
        wk_Node *n = wk_tree_node(t, to);
        n->kind = WK_OBJECT;
        n->first = object;
        n->size = 0;
        n->flags &= (uint8_t)~WK_COMPONENT;
      }
      from = follow(t, target, from, object != 0);
      to = follow(t, copy, to, object != 0);
    }
    wk_tree_node(t, copy)->doc = doc;
    wk_tree_node(t, copy)->pos = pos;
    code = wk_tree_replace(t, id, copy, &fail);
  }
  if (code != WK_OK) return wk_push_failure(L, &fail, NULL);
  lua_pushinteger(L, (lua_Integer)added);
  return 1;
}


/* tree:late(id) -> true | nil, err: an expression that waits for build */
int wk_edit_late (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id id = wk_check_id(L, t, 2);
  wk_Fail fail;
  if (become(t, id, WK_LATE, 0, &fail) != WK_OK)
    return wk_push_failure(L, &fail, NULL);
  lua_pushboolean(L, 1);
  return 1;
}

/* }====================================================== */


/*
** {======================================================
** Walks in document order
** =======================================================
*/

static void append (lua_State *L, int list, wk_Id id) {
  lua_pushinteger(L, id);
  lua_rawseti(L, list, (lua_Integer)lua_rawlen(L, list) + 1);
}


/* is this key of the form `_x_`, and neither `_target_` nor `_args_`? */
static int isreserved (const wk_Tree *t, const wk_Node *key) {
  const char *s = wk_tree_text(t, key);
  if (key->kind != WK_STRING || key->size < 3 || s[0] != '_' ||
      s[key->size - 1] != '_') return 0;
  return !(key->size == WK_TARGETSIZE &&
           memcmp(s, WK_TARGET, WK_TARGETSIZE) == 0) &&
         !(key->size == 6 && memcmp(s, "_args_", 6) == 0);
}


/* is this a dotted text under a key that is perhaps meant as `_target_`: a
   word with a t, between any underscores? */
static int isnearly (const wk_Tree *t, const wk_Node *key,
                     const wk_Node *value) {
  const char *s = wk_tree_text(t, key), *end = s + key->size;
  if (value->kind != WK_STRING || (value->flags & WK_SIGIL) ||
      key->kind != WK_STRING || key->size < 6 || key->size > 12 ||
      memchr(wk_tree_text(t, value), '.', value->size) == NULL) return 0;
  while (s < end && *s == '_') s++;
  if (s == end || (*s | 0x20) != 't') return 0;
  while (end[-1] == '_') end--;
  return end - s == 6 && !(key->size == WK_TARGETSIZE &&
                           memcmp(s - 1, WK_TARGET, WK_TARGETSIZE) == 0);
}


/* is the plain key of this value written like a key path that leads from a
   key of the same map? */
static int ispath (wk_Tree *t, wk_Id value) {
  const wk_Node *key = wk_tree_node(t, value - 1);
  const char *s = wk_tree_text(t, key);
  uint32_t i;
  wk_Id head;
  if (!(key->flags & WK_PLAIN) || key->kind != WK_STRING) return 0;
  for (i = 1; i + 1 < key->size; i++)
    if (s[i] == '.' || s[i] == '[' || s[i] == '/' ||
        (s[i] == ':' && s[i + 1] == ':')) break;
  if (i + 1 >= key->size) return 0;
  head = wk_tree_find(t, wk_tree_node(t, value)->up, s, i);
  return head != 0 && wk_tree_node(t, head)->kind != WK_NONE;
}


/*
** tree:scan(top) -> strings with a sigil, components, `???`, values whose
** key is of the form `_x_` or perhaps meant as `_target_`, values whose key is
** written like a path.  Five arrays of nodes in document order.
*/
int wk_edit_scan (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id top = wk_check_id(L, t, 2), at;
  int base;
  lua_settop(L, 2);
  for (base = 0; base < 5; base++) lua_newtable(L);
  for (at = top; at != 0; at = follow(t, top, at, 0)) {
    const wk_Node *n = wk_tree_node(t, at);
    if (n->flags & WK_SIGIL) append(L, 3, at);
    if (n->flags & WK_COMPONENT) append(L, 4, at);
    if (wk_tree_ismissing(t, at)) append(L, 5, at);
    if (at == top || n->kind == WK_NONE || !haskey(t, at)) continue;
    if (isreserved(t, wk_tree_node(t, at - 1)) ||
        isnearly(t, wk_tree_node(t, at - 1), n)) append(L, 6, at);
    else if (ispath(t, at)) append(L, 7, at);
  }
  return 5;
}


/* tree:arrange(top, ids) -> those of the nodes that are in the subtree, in
   document order, each once */
int wk_edit_arrange (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id top = wk_check_id(L, t, 2), at;
  lua_Integer i, n = luaL_len(L, 3);
  unsigned char *wanted;
  void **guard;
  lua_settop(L, 3);
  guard = wk_push_guard(L);
  lua_newtable(L);  /* from here on the tree does not grow */
  *guard = wanted = calloc(t->nnodes / 8 + 1, 1);
  if (wanted == NULL) return luaL_error(L, "not enough memory");
  for (i = 1; i <= n; i++) {
    lua_rawgeti(L, 3, i);
    at = wk_check_id(L, t, -1);
    wanted[at / 8] |= (unsigned char)(1u << at % 8);
    lua_pop(L, 1);
  }
  for (at = top; at != 0; at = follow(t, top, at, 0))
    if (wanted[at / 8] & 1u << at % 8) append(L, 5, at);
  return 1;
}


/* the node behind `at` (the top or an object) in the subtree `top` that
   stands for an object, or 0; the components in one whose children stay as
   they are stand for none */
static wk_Id nextobject (const wk_Tree *t, wk_Id top, wk_Id at) {
  int asis = wk_tree_node(t, top)->flags & WK_ASIS;
  int skip = at != top;
  for (;;) {
    at = follow(t, top, at, skip);
    if (at == 0 || (objectof(t, at) != 0 &&
                    !(asis && wk_tree_node(t, at)->kind == WK_MAP)))
      return at;
    skip = 0;
  }
}


/* tree:needs(id) -> array of the objects (components, late values, values
   of the host) that the value of `id` is made of; those of a component are
   what its options need */
int wk_edit_needs (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id top = wk_check_id(L, t, 2), at;
  lua_Integer n = 0;
  lua_settop(L, 2);
  if (wk_tree_node(t, top)->kind == WK_OBJECT) {
    lua_createtable(L, 1, 0);
    append(L, 3, wk_tree_node(t, top)->first);
    return 1;
  }
  for (at = nextobject(t, top, top); at != 0; at = nextobject(t, top, at)) n++;
  lua_createtable(L, n < INT_MAX ? (int)n : 0, 0);
  n = 0;
  for (at = nextobject(t, top, top); at != 0; at = nextobject(t, top, at)) {
    lua_pushinteger(L, objectof(t, at));
    lua_rawseti(L, 3, ++n);
  }
  return 1;
}


/* appends to the array at `index`, which is made when it is nil */
static void append_to (lua_State *L, int index, wk_Id id) {
  if (lua_isnil(L, index)) {
    lua_newtable(L);
    lua_replace(L, index);
  }
  append(L, index, id);
}


/* tree:sigils(id) -> the strings with a sigil that the plain value `id` is
   made of, and the `???`, each an array, or nil when there are none; of those
   inside components only what decides whether the component is there */
int wk_edit_sigils (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id top = wk_check_id(L, t, 2), at;
  lua_settop(L, 4);
  for (at = top; at != 0;) {
    unsigned flags = wk_tree_node(t, at)->flags;
    if (flags & WK_SIGIL) append_to(L, 3, at);
    if (wk_tree_ismissing(t, at)) append_to(L, 4, at);
    if (flags & WK_COMPONENT) {
      wk_Id decides = wk_tree_find(t, at, "_disabled_", 10);
      if (decides != 0 && (wk_tree_node(t, decides)->flags & WK_SIGIL))
        append_to(L, 3, decides);
    }
    at = follow(t, top, at, (flags & WK_COMPONENT) != 0);
  }
  return 2;
}

/* }====================================================== */


/* the child of `at` that the segment at s names, or 0; `skip` says whether a
   dot stands before its name.  Quoted names are not read here. */
wk_Id wk_edit_child (wk_Tree *t, wk_Id at, const char *s, size_t len,
                     int skip) {
  int kind = wk_tree_node(t, at)->kind, number;
  if (*s == '[') {
    s++;
    len -= 2;
    number = 1;
  }
  else {
    s += skip;
    len -= (size_t)skip;
    number = *s >= '0' && *s <= '9';
  }
  if (len == 0 || *s == '"' || *s == '\'' || (number && len > 18)) return 0;
  if (!number) return kind == WK_MAP ? wk_tree_find(t, at, s, len) : 0;
  if (kind == WK_MAP) return wk_tree_findint(t, at, wk_scalar_int(s, len));
  return kind == WK_LIST ? wk_tree_item(t, at, wk_scalar_int(s, len)) : 0;
}


/*
** tree:follow(id, top) -> node | nil
** Where a plain reference (`@a.b[1]`, `@.x`) leads, when it leads there through
** maps and lists alone; nil for everything else, which evaluate's walk reads
** and judges.  Makes no Lua value but the answer.
*/
int wk_edit_follow (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id id = wk_check_id(L, t, 2), at = wk_check_id(L, t, 3);
  const wk_Node *n = wk_tree_node(t, id);
  const char *s = wk_tree_text(t, n), *end = s + n->size;
  wk_Where where = WK_FIRST;
  if (n->kind != WK_STRING || n->size < 2 || *s++ != '@') return 0;
  if (*s == '.') {
    for (at = id; s < end && *s == '.'; s++) {
      at = wk_tree_node(t, at)->up;
      if (at == 0) return 0;
    }
    where = WK_RELATIVE;
  }
  do {
    size_t len = wk_lex_segment(s, (size_t)(end - s), where, 0);
    if (len == 0) return 0;
    at = wk_edit_child(t, at, s, len, where == WK_BEHIND);
    if (at == 0) return 0;
    s += len;
    where = WK_BEHIND;
  } while (s < end);
  lua_pushinteger(L, at);
  return 1;
}


/* tree:object(id) -> the node whose object this one is, or nil */
int wk_edit_object (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id object = objectof(t, wk_check_id(L, t, 2));
  if (object == 0) return 0;
  lua_pushinteger(L, object);
  return 1;
}
