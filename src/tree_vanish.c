/*
** tree_vanish.c -- values that are not there: deleted, disabled or absent,
** and those that are not there yet (tree.h).
**
** May call: fail.  Never touches a lua_State, never calls itself.
**
** What vanishes stays in its place as WK_NONE until the composition is done,
** so that places in lists stay as they were written, and `prev` has what it
** was.  A sweep then takes all of them out at once.
*/

#include <string.h>

#include "tree.h"


int wk_tree_ismissing (const wk_Tree *t, wk_Id id) {
  const wk_Node *n = wk_tree_node(t, id);
  return n->kind == WK_STRING && !(n->flags & WK_TAGGED) && n->size == 3 &&
         memcmp(wk_tree_text(t, n), "???", 3) == 0;
}


int wk_tree_iscopy (const wk_Tree *t, wk_Id id) {
  const wk_Node *n = wk_tree_node(t, id);
  const char *s = wk_tree_text(t, n);
  return n->kind == WK_STRING && (n->flags & WK_SIGIL) && n->size > 0 &&
         s[0] == '%' && (n->size == 1 || s[1] != '%');
}


/* `@@`, `%%` and `$$` begin a text, and so does a `$${` in it mean itself */
int wk_tree_iscomputed (const wk_Tree *t, wk_Id id) {
  const wk_Node *n = wk_tree_node(t, id);
  const char *s = wk_tree_text(t, n);
  size_t i, len = n->size;
  if (!(n->flags & WK_SIGIL)) return 0;
  if (n->kind != WK_STRING || len < 2) return 1;
  if (s[0] == '@' || s[0] == '%' || (s[0] == '$' && s[1] != '{')) {
    if (s[1] != s[0]) return 1;
  }
  for (i = 0; i + 1 < len; i++)
    if (s[i] == '$' && s[i + 1] == '{' && (i == 0 || s[i - 1] != '$')) return 1;
  return 0;
}


void wk_tree_noticetarget (wk_Tree *t, wk_Id id) {
  wk_Id up = t->nodes[id].up;
  if (up == 0 || t->nodes[up].kind != WK_MAP || !wk_tree_istarget(t, id))
    return;
  if (t->nodes[id].kind == WK_NONE)
    t->nodes[up].flags &= (uint8_t)~WK_COMPONENT;
  else
    t->nodes[up].flags |= WK_COMPONENT;
}


wk_Code wk_tree_vanish (wk_Tree *t, wk_Id id, uint16_t doc, uint32_t pos,
                        int dropped, wk_Fail *f) {
  wk_Id fresh;
  wk_Code code = wk_tree_add(t, WK_NONE, doc, pos, &fresh, f);
  if (code == WK_OK) {
    if (dropped) t->nodes[fresh].flags |= WK_MERGED;
    code = wk_tree_replace(t, id, fresh, f);
  }
  if (code == WK_OK) {
    wk_tree_noticetarget(t, id);
    t->vanished++;
  }
  return code;
}


/* takes the vanished values of one map or list out of its chain */
static void sweepone (wk_Tree *t, wk_Id up) {
  wk_Id v, next, last = 0;
  for (v = t->nodes[up].first; v != 0; v = next) {
    next = t->nodes[v].next;
    if (t->nodes[v].kind != WK_NONE) {
      last = v;
      continue;
    }
    if (t->nodes[up].flags & WK_INDEXED) wk_tree_hashout(t, up, v);
    wk_tree_leave(t, v);
    if (last != 0) t->nodes[last].next = next;
    else t->nodes[up].first = next;
    t->nodes[up].size--;
    t->nodes[v].next = 0;
    t->nodes[v].flags |= WK_ABSENT;
  }
}


void wk_tree_sweep (wk_Tree *t, wk_Id top) {
  wk_Id at = top;
  if (t->vanished == 0) return;
  for (;;) {
    const wk_Node *n = wk_tree_node(t, at);
    if (n->kind == WK_MAP || n->kind == WK_LIST) {
      sweepone(t, at);
      n = wk_tree_node(t, at);
      if (n->first != 0) {
        at = n->first;
        continue;
      }
    }
    while (at != top && t->nodes[at].next == 0) at = t->nodes[at].up;
    if (at == top) break;
    at = t->nodes[at].next;
  }
  t->vanished = 0;
}
