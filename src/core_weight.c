/*
** core_weight.c -- what it takes to make a Lua value of a node, or a copy: to
** be counted before that is done (part of core.h's room).
**
** May call: tree, scalar.
*/

#include <stdlib.h>
#include <string.h>

#include <lua.h>
#include <lauxlib.h>

#include "core.h"
#include "scalar.h"
#include "tree.h"


#define FEW  256    /* integer keys that cannot make a table slow */


/* the node behind `at` in document order within the subtree `top`, or 0 */
static wk_Id follow (const wk_Tree *t, wk_Id top, wk_Id at) {
  const wk_Node *n = wk_tree_node(t, at);
  if ((n->kind == WK_LIST || n->kind == WK_MAP) && n->first != 0)
    return n->first;
  while (at != top) {
    n = wk_tree_node(t, at);
    if (n->next != 0) return n->next;
    at = n->up;
  }
  return 0;
}


/* has the node a key, which is the node before it? */
static int haskey (const wk_Tree *t, wk_Id id) {
  wk_Id up = wk_tree_node(t, id)->up;
  return up != 0 && wk_tree_node(t, up)->kind == WK_MAP;
}


size_t wk_weight_nodes (const wk_Tree *t, wk_Id top) {
  size_t n = 0;
  wk_Id at;
  for (at = top; at != 0; at = follow(t, top, at))
    n += at != top && haskey(t, at) ? 2 : 1;
  return n;
}


/*
** Integer keys may be chosen so that a table of Lua has them all on one chain,
** which is walked along for each.  Gives the steps of all these walks; a table
** of the map's exact size is meant.
*/
static double chains (const wk_Tree *t, wk_Id map) {
  size_t slots = 1, ints = 0, i;
  double steps = 0;
  uint32_t *count;
  wk_Id at;
  for (at = wk_tree_node(t, map)->first; at != 0;
       at = wk_tree_node(t, at)->next)
    ints += wk_tree_node(t, at - 1)->kind == WK_INT;
  if (ints < FEW) return 0;
  while (slots < ints) slots *= 2;
  count = calloc(slots, sizeof(*count));
  if (count == NULL) return (double)ints * (double)ints;
  for (at = wk_tree_node(t, map)->first; at != 0;
       at = wk_tree_node(t, at)->next) {
    const wk_Node *key = wk_tree_node(t, at - 1);
    if (key->kind != WK_INT) continue;
    i = (size_t)((lua_Unsigned)wk_scalar_int(wk_tree_text(t, key), key->size) %
                 ((slots - 1) | 1));
    steps += count[i]++;
  }
  free(count);
  return steps;
}


/*
** tree:weight(id) -> nodes, work | nil
** The nodes that the map or list is made of, and the bytes of text that are
** read to make a value of it, or what takes as long; nil for any other node.
*/
int wk_edit_weight (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id id = wk_check_id(L, t, 2), at;
  int kind = wk_tree_node(t, id)->kind;
  double work = 0;
  if (kind != WK_LIST && kind != WK_MAP) return 0;
  lua_pushinteger(L, (lua_Integer)wk_weight_nodes(t, id));
  for (at = id; at != 0; at = follow(t, id, at)) {
    const wk_Node *n = wk_tree_node(t, at);
    if (n->kind == WK_STRING) work += n->size;
    else if (n->kind == WK_MAP) work += 3 * chains(t, at);
    if (at != id && haskey(t, at)) work += wk_tree_node(t, at - 1)->size;
  }
  lua_pushnumber(L, work);
  return 2;
}
