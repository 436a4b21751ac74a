/*
** core_merge.c -- part of the binding: one tree laid over another, copies, and
** what vanishes.
**
** May call: fail, tree, core.h.
*/

#include <stdlib.h>

#include <lua.h>
#include <lauxlib.h>

#include "core.h"
#include "tree.h"


static const char *const ops[] = {
  "set", "add", "whole", "delete", "delete any", NULL
};


/* pushes true, or false and the clashes as a list of {what, op, below,
   base, over}; or nil and the failure when `code` is one.  Frees nothing. */
int wk_push_clashes (lua_State *L, wk_Code code, const wk_Fail *f,
                     const wk_Clashes *clashes) {
  static const char *const misfits[] = {
    "mix", "no list", "absent", "twice", "no key", "valued", "patch"
  };
  size_t i;
  if (code != WK_OK) return wk_push_failure(L, f, NULL);
  lua_pushboolean(L, clashes->count == 0);
  if (clashes->count == 0) return 1;
  lua_newtable(L);
  for (i = 0; i < clashes->count; i++) {
    const wk_Clash *c = &clashes->list[i];
    lua_createtable(L, 0, 5);
    wk_set_string(L, "what", misfits[c->what]);
    wk_set_string(L, "op", ops[c->op]);
    wk_set_string(L, "below", ops[c->below]);
    wk_set_integer(L, "base", c->base);
    wk_set_integer(L, "over", c->over);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 2;
}


/* tree:lay(base, over, op) -> true | false, clashes | nil, err; op: "set" (the
   default), "add" or "whole".  `over` is used up. */
int wk_merge_lay (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id base = wk_check_id(L, t, 2), over = wk_check_id(L, t, 3);
  int op = luaL_checkoption(L, 4, "set", ops);
  void **guard = wk_push_guard(L);
  wk_Clashes clashes = {NULL, 0, 0};
  wk_Fail fail;
  wk_Code code;
  luaL_argcheck(L, op <= WK_WHOLE, 4, "no way to lay a value");
  code = wk_tree_lay(t, base, over, (wk_Op)op, &clashes, &fail);
  *guard = clashes.list;
  return wk_push_clashes(L, code, &fail, &clashes);
}


/* tree:settle(top): the same for a tree that is laid over nothing */
int wk_merge_settle (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id top = wk_check_id(L, t, 2);
  void **guard = wk_push_guard(L);
  wk_Clashes clashes = {NULL, 0, 0};
  wk_Fail fail;
  wk_Code code = wk_tree_settle(t, top, &clashes, &fail);
  *guard = clashes.list;
  return wk_push_clashes(L, code, &fail, &clashes);
}


/* tree:vanish(id, doc node) -> true | nil, err: the value is deleted, disabled
   or absent; its mark is that of the other node, which says so */
int wk_merge_vanish (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id id = wk_check_id(L, t, 2), says = wk_check_id(L, t, 3);
  const wk_Node *n = wk_tree_node(t, says);
  wk_Fail fail;
  if (wk_tree_vanish(t, id, n->doc, n->pos, 0, &fail) != WK_OK)
    return wk_push_failure(L, &fail, NULL);
  lua_pushboolean(L, 1);
  return 1;
}


/* tree:copy(id, at) -> node | nil, err: a deep copy that is linked nowhere; its
   via is the place of node `at`, if given */
int wk_merge_copy (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id id = wk_check_id(L, t, 2), copy = 0;
  wk_Id at = lua_isnoneornil(L, 3) ? 0 : wk_check_id(L, t, 3);
  size_t added;
  wk_Fail fail;
  wk_Code code = wk_tree_copy(t, id, 0, &copy, &added, &fail);
  if (code == WK_OK && at != 0)
    code = wk_tree_via(t, copy, wk_tree_node(t, at)->doc,
                       wk_tree_node(t, at)->pos, &fail);
  if (code != WK_OK) return wk_push_failure(L, &fail, NULL);
  lua_pushinteger(L, copy);
  return 1;
}


/* tree:via(id) -> the mark of the alias, merge key or copy that brought this
   node here, or nil */
int wk_merge_via (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  const wk_Via *via = wk_tree_viaof(t, wk_check_id(L, t, 2));
  if (via == NULL || wk_tree_finddoc(t, via->doc) == NULL) return 0;
  wk_push_mark(L, wk_tree_finddoc(t, via->doc), via->pos, 1, "");
  return 1;
}


/* tree:copies(top) -> array of the strings that stand for a copy (`%x`, not
   `%%x`), in document order */
int wk_merge_copies (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id top = wk_check_id(L, t, 2), at = top;
  lua_Integer count = 0;
  lua_newtable(L);
  for (;;) {
    const wk_Node *n = wk_tree_node(t, at);
    if (wk_tree_iscopy(t, at)) {
      lua_pushinteger(L, at);
      lua_rawseti(L, -2, ++count);
    }
    if ((n->kind == WK_MAP || n->kind == WK_LIST) && n->first != 0) {
      at = n->first;
      continue;
    }
    while (at != top && wk_tree_node(t, at)->next == 0)
      at = wk_tree_node(t, at)->up;
    if (at == top) return 1;
    at = wk_tree_node(t, at)->next;
  }
}


/* tree:is_copy(id): is it such a string? */
int wk_merge_is_copy (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  lua_pushboolean(L, wk_tree_iscopy(t, wk_check_id(L, t, 2)));
  return 1;
}


/* tree:forgets(yes): whether it keeps nothing of what is replaced; for the
   benchmark of what that costs */
int wk_merge_forgets (lua_State *L) {
  wk_check_tree(L, 1)->forgets = lua_toboolean(L, 2);
  return 0;
}


/* tree:asis(id): a component whose children are handed over as they are */
int wk_merge_asis (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_tree_node(t, wk_check_id(L, t, 2))->flags |= WK_ASIS;
  return 0;
}
