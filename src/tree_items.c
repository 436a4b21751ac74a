/*
** tree_items.c -- the items of lists by their places, and the place of an
** item (tree.h).
**
** May call: nothing.  Never touches a lua_State, never calls itself.
**
** A list of up to SMALL items is walked.  Of a longer one the items that a
** question walked over are written down as a row, so that no other question
** walks over them.  A row belongs to a chain and not to a list: it is known by
** the chain's first item.  So it stays when the content of a list moves to
** another node, and serves what the list was before it got more.  A chain
** gets more only at its end, where the next question goes on; what is taken
** out of one takes all behind it out of the row (wk_tree_leave).
**
** An item is in one row at most: `seats` says in which, and where.
*/

#include <stdlib.h>
#include <string.h>

#include "tree.h"


#define SMALL     16


/* the slot of the row of a chain, or the free one where it would stand; the
   table has room.  Ids of lists of one length are far apart by one number,
   so the upper bits are mixed in. */
static size_t rowslot (const wk_Tree *t, wk_Id first) {
  size_t mask = t->crows - 1, i;
  uint32_t h = first * 2654435769u;
  for (i = (h ^ h >> 16) & mask; t->rows[i].first != 0; i = (i + 1) & mask)
    if (t->rows[i].first == first) break;
  return i;
}


/* makes the table of rows larger, and leaves out what is empty; gives 0 when
   memory is short */
static int growrows (wk_Tree *t) {
  wk_Row *old = t->rows;
  size_t had = t->crows, used = 0, size = 64, i;
  for (i = 0; i < had; i++) used += old[i].size > 0;
  while (size / 3 < used + 1) size *= 2;
  t->rows = calloc(size, sizeof(wk_Row));
  if (t->rows == NULL) {
    t->rows = old;
    return 0;
  }
  t->crows = size;
  t->nrows = used;
  for (i = 0; i < had; i++)
    if (old[i].size > 0) t->rows[rowslot(t, old[i].first)] = old[i];
  free(old);
  return 1;
}


/* the row of the chain that begins with `first`, and a seat for each node;
   NULL when memory is short.  It stays where it is until the next call. */
static wk_Row *rowof (wk_Tree *t, wk_Id first) {
  wk_Row *row;
  if (t->cseats < t->nnodes) {
    void *p = realloc(t->seats, t->cnodes * sizeof(wk_Seat));
    if (p == NULL) return NULL;
    t->seats = p;
    memset(t->seats + t->cseats, 0, (t->cnodes - t->cseats) * sizeof(wk_Seat));
    t->cseats = t->cnodes;
  }
  if (t->crows > 0) {
    row = &t->rows[rowslot(t, first)];
    if (row->first != 0) return row;
  }
  if (t->nrows + 1 > t->crows / 3 * 2 && !growrows(t)) return NULL;
  row = &t->rows[rowslot(t, first)];
  row->first = first;
  t->nrows++;
  return row;
}


/* takes all but the first `size` items out of a row */
static void cut (wk_Tree *t, wk_Row *row, uint32_t size) {
  while (row->size > size) t->seats[row->items[--row->size]].place = 0;
  if (size == 0) {
    free(row->items);
    row->items = NULL;
    row->capacity = 0;
  }
}


#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push  /* the analyzer does not see that t owns rows */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

/* room for one more item; gives 0 when memory is short */
static int widen (wk_Row *row) {
  uint32_t want = row->capacity == 0 ? 4 * SMALL : row->capacity * 2;
  void *p;
  if (row->size < row->capacity) return 1;
  p = realloc(row->items, want * sizeof(wk_Id));
  if (p == NULL) return 0;
  row->items = p;
  row->capacity = want;
  return 1;
}


/* writes down the next item of a chain; gives 0 when there is none, -1 when
   memory is short */
static int more (wk_Tree *t, wk_Row *row) {
  wk_Id v = row->first;
  if (row->size > 0) v = t->nodes[row->items[row->size - 1]].next;
  if (v == 0) return 0;
  if (!widen(row)) return -1;
  wk_tree_leave(t, v);  /* the row of a list that was laid over this one */
  row->items[row->size++] = v;
  t->seats[v].first = row->first;
  t->seats[v].place = row->size;
  return 1;
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif


void wk_tree_leave (wk_Tree *t, wk_Id item) {
  if (item < t->cseats && t->seats[item].place > 0) {
    const wk_Seat *seat = &t->seats[item];
    cut(t, &t->rows[rowslot(t, seat->first)], seat->place - 1);
  }
}


void wk_tree_norows (wk_Tree *t) {
  size_t i;
  for (i = 0; i < t->crows; i++) free(t->rows[i].items);
  free(t->rows);
  free(t->seats);
}


wk_Id wk_tree_item (wk_Tree *t, wk_Id id, int64_t n) {
  const wk_Node *list = wk_tree_node(t, id);
  wk_Row *row;
  wk_Id v;
  if (list->kind != WK_LIST) return 0;
  if (n < 0) n += (int64_t)list->size + 1;
  if (n <= 0 || n > (int64_t)list->size) return 0;
  if (n > SMALL && (row = rowof(t, list->first)) != NULL) {
    int got = 1;
    while (row->size < n && got > 0) got = more(t, row);
    if (row->size >= n) return row->items[n - 1];
    if (got == 0) return 0;  /* it lost items since it was kept */
  }
  for (v = list->first; n > 1; n--) v = t->nodes[v].next;
  return v;
}


wk_Id wk_tree_holder (const wk_Tree *t, wk_Id id) {
  wk_Id up = t->nodes[id].up;
  while (up != 0 && t->nodes[up].kind == WK_NONE) up = t->nodes[up].prev;
  return up;
}


size_t wk_tree_index (wk_Tree *t, wk_Id id) {
  const wk_Node *list = wk_tree_node(t, wk_tree_holder(t, id));
  wk_Id v = list->kind == WK_LIST ? list->first : 0;
  size_t n = 1;
  wk_Row *row;
  if (v != 0 && list->size > SMALL && (row = rowof(t, v)) != NULL) {
    int got;
    if (t->seats[id].first == v && t->seats[id].place > 0)
      return t->seats[id].place;
    while ((got = more(t, row)) > 0)
      if (row->items[row->size - 1] == id) return row->size;
    if (got == 0) return 0;
  }
  for (; v != 0 && v != id; v = t->nodes[v].next) n++;
  return v == id ? n : 0;
}
