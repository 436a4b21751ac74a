/*
** tree.c -- documents as nodes in an arena (see tree.h).
**
** May call: fail.  Never touches a lua_State, never calls itself.
**
** One array of nodes, one pool of text, one hash for the keys of all maps
** that are large and were searched (tree_keys.c).  All three grow by
** doubling; whoever asks for one more is refused before a 32-bit number
** could overflow.
*/

#define _GNU_SOURCE

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "tree.h"


/*
** {======================================================================
** Memory
** =======================================================================
*/

void wk_tree_init (wk_Tree *t) {
  memset(t, 0, sizeof(*t));
#define X(field, name, deflt) t->limits.field = (deflt);
  WK_LIMITS(X)
#undef X
  if (getrandom(&t->seed, sizeof(t->seed), GRND_NONBLOCK) !=
      (ssize_t)sizeof(t->seed)) {
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    t->seed = (uint64_t)now.tv_nsec * 0x9E3779B97F4A7C15u ^
              (uint64_t)(uintptr_t)&now ^ (uint64_t)now.tv_sec << 32;
  }
}


void wk_tree_free (wk_Tree *t) {
  size_t i;
  for (i = 1; i < t->ndocs; i++) {
    free(t->docs[i]->name);
    free(t->docs[i]->source);
    free(t->docs[i]->stakes);
    free(t->docs[i]);
  }
  free(t->docs);
  free(t->nodes);
  free(t->text);
  free(t->slots);
  free(t->vias);
  wk_tree_norows(t);
  memset(t, 0, sizeof(*t));
}


static wk_Code nomemory (wk_Fail *f) {
  wk_fail(f, WK_ENOMEM, "not enough memory to hold this config");
  f->err = ENOMEM;
  return WK_ENOMEM;
}


/* makes *array, of *capacity items of `size` bytes, twice as large, but at
   least `need` items and at most `max` (max >= need); gives 0 when memory is
   short, and then everything is as it was */
static int grow (void **array, size_t *capacity, size_t size, size_t need,
                 size_t max) {
  size_t want = *capacity > max / 2 ? max : *capacity * 2;
  void *p;
  if (want < 64) want = max < 64 ? max : 64;
  if (want < need) want = need;
  if (want > SIZE_MAX / size) return 0;
  p = realloc(*array, want * size);
  if (p == NULL && want > need) {  /* perhaps there is room for less */
    want = need;
    p = realloc(*array, want * size);
  }
  if (p == NULL) return 0;
  *array = p;
  *capacity = want;
  return 1;
}


/* makes room for one more node.  Fails with ELIMIT, ENOMEM. */
wk_Code wk_tree_room (wk_Tree *t, wk_Fail *f) {
  size_t max = t->limits.config_nodes;
  size_t used = t->nnodes == 0 ? 1 : t->nnodes;  /* nodes[0] is unused */
  void *array = t->nodes;
  if (max > UINT32_MAX - 1) max = UINT32_MAX - 1;
  if (used > max) {
    wk_fail(f, WK_ELIMIT, "this config has more than %zu nodes", max);
    wk_fail_note(f, "the limit `config.nodes` counts every key and value, "
                    "with aliases and copies written out");
    wk_fail_help(f, "raise the limit once: --limit config.nodes=%zu",
                 max < SIZE_MAX / 2 ? max * 2 : max);
    return WK_ELIMIT;
  }
  if (used < t->cnodes) return WK_OK;
  if (!grow(&array, &t->cnodes, sizeof(wk_Node), used + 1, max + 1))
    return nomemory(f);
  t->nodes = array;
  if (t->nnodes == 0) {
    memset(&t->nodes[0], 0, sizeof(wk_Node));
    t->nnodes = 1;
  }
  return WK_OK;
}


/* makes room for `len` more bytes of text.  Fails with ELIMIT, ENOMEM. */
wk_Code wk_tree_pool (wk_Tree *t, size_t len, wk_Fail *f) {
  void *array = t->text;
  if (len > UINT32_MAX - t->ntext)
    return wk_fail(f, WK_ELIMIT, "this config has more than 4 GiB of text");
  if (len <= t->ctext - t->ntext) return WK_OK;
  if (!grow(&array, &t->ctext, 1, t->ntext + len, UINT32_MAX))
    return nomemory(f);
  t->text = array;
  return WK_OK;
}


/* doubles at least, like all growth, so that many small documents are not
   many copies of the arena */
void wk_tree_reserve (wk_Tree *t, size_t nodes, size_t text) {
  size_t max = t->limits.config_nodes;
  void *array = t->nodes;
  if (max > UINT32_MAX - 1) max = UINT32_MAX - 1;
  nodes = nodes < max ? nodes + t->nnodes + 1 : max + 1;
  if (nodes > max + 1) nodes = max + 1;
  if (nodes > t->cnodes &&
      grow(&array, &t->cnodes, sizeof(wk_Node), nodes, max + 1)) {
    t->nodes = array;
    if (t->nnodes == 0) {
      memset(&t->nodes[0], 0, sizeof(wk_Node));
      t->nnodes = 1;
    }
  }
  array = t->text;
  if (text < UINT32_MAX - t->ntext && t->ntext + text > t->ctext &&
      grow(&array, &t->ctext, 1, t->ntext + text, UINT32_MAX))
    t->text = array;
}


/* a copy with a NUL behind it; NULL when memory is short */
static char *duplicate (const char *s, size_t len) {
  char *copy = malloc(len + 1);
  if (copy != NULL) {
    if (len > 0) memcpy(copy, s, len);
    copy[len] = '\0';
  }
  return copy;
}


/* takes over a document.  Fails with ESIZE (document.bytes), ELIMIT when
   there are 65535 already, ENOMEM. */
wk_Code wk_tree_document (wk_Tree *t, wk_Origin origin, int number,
                          const char *name, const char *source, size_t length,
                          uint16_t *doc, wk_Fail *f) {
  size_t used = t->ndocs == 0 ? 1 : t->ndocs;  /* docs[0] is unused */
  void *array = t->docs;
  wk_Doc *d;
  if (source != NULL && length >= UINT32_MAX)
    return wk_fail(f, WK_ESIZE, "this document is larger than 4 GiB");
  if (used > UINT16_MAX)
    return wk_fail(f, WK_ELIMIT, "this config is made of more than %d "
                   "documents", UINT16_MAX);
  if (used >= t->cdocs) {
    if (!grow(&array, &t->cdocs, sizeof(wk_Doc *), used + 1, UINT16_MAX + 1))
      return nomemory(f);
    t->docs = array;
  }
  d = (wk_Doc *)malloc(sizeof(wk_Doc));
  if (d == NULL) return nomemory(f);
  d->origin = origin;
  d->number = number;
  d->islua = 0;
  d->kept = 1;
  d->stakes = NULL;
  d->nstakes = 0;
  d->length = source != NULL ? length : 0;
  d->name = duplicate(name, strlen(name));
  d->source = source != NULL ? duplicate(source, length) : NULL;
  if (d->name == NULL || (source != NULL && d->source == NULL)) {
    free(d->name);
    free(d->source);
    free(d);
    return nomemory(f);
  }
  t->docs[0] = NULL;
  t->docs[used] = d;
  t->ndocs = used + 1;
  *doc = (uint16_t)used;
  return WK_OK;
}


wk_Code wk_tree_add (wk_Tree *t, wk_Kind kind, uint16_t doc, uint32_t pos,
                     wk_Id *id, wk_Fail *f) {
  wk_Node *n;
  wk_Id new = wk_tree_take(t);
  if (new == 0) {
    wk_Code code = wk_tree_room(t, f);
    if (code != WK_OK) return code;
    new = wk_tree_take(t);
  }
  n = wk_tree_node(t, new);
  memset(n, 0, sizeof(*n));
  n->pos = pos;
  n->doc = doc;
  n->kind = (uint8_t)kind;
  *id = new;
  return WK_OK;
}


wk_Code wk_tree_scalar (wk_Tree *t, wk_Kind kind, uint16_t doc, uint32_t pos,
                        const char *s, size_t len, wk_Id *id, wk_Fail *f) {
  wk_Code code = wk_tree_pool(t, len, f);
  if (code == WK_OK) code = wk_tree_add(t, kind, doc, pos, id, f);
  if (code != WK_OK) return code;
  t->nodes[*id].first = (uint32_t)t->ntext;
  t->nodes[*id].size = (uint32_t)len;
  if (len > 0) memcpy(t->text + t->ntext, s, len);
  t->ntext += len;
  return WK_OK;
}

/* }====================================================================== */


/*
** {======================================================================
** Links
** =======================================================================
*/

void wk_tree_link (wk_Tree *t, wk_Id up, wk_Id last, wk_Id child) {
  if (last == 0) {
    wk_Id v;
    for (v = t->nodes[up].first; v != 0; v = t->nodes[v].next) last = v;
  }
  t->nodes[child].next = 0;
  t->nodes[child].flags &= (uint8_t)~WK_ABSENT;
  if (t->nodes[up].kind == WK_MAP) {
    wk_tree_hashkey(t, up, child - 1);
    wk_tree_enter(t, up, last, child);
  }
  else
    wk_tree_chain(t, up, last, child);
}


void wk_tree_unlink (wk_Tree *t, wk_Id child) {
  wk_Id up = t->nodes[child].up, v, last = 0;
  wk_Node *parent = wk_tree_node(t, up);
  for (v = parent->first; v != 0 && v != child; v = t->nodes[v].next)
    last = v;
  if (v == 0) return;  /* it is in nothing */
  wk_tree_leave(t, child);
  if (parent->kind == WK_MAP) {
    if (parent->flags & WK_INDEXED) wk_tree_hashout(t, up, child);
    if (wk_tree_istarget(t, child)) parent->flags &= (uint8_t)~WK_COMPONENT;
  }
  if (last != 0) t->nodes[last].next = t->nodes[child].next;
  else parent->first = t->nodes[child].next;
  parent->size--;
  t->nodes[child].next = 0;
  t->nodes[child].flags |= WK_ABSENT;
}


/* the slot of a node's via, or the free one where it would stand; the table
   has room */
static size_t viaslot (const wk_Tree *t, wk_Id node) {
  size_t mask = t->cvias - 1, i = (size_t)(node * 2654435769u) & mask;
  while (t->vias[i].node != 0 && t->vias[i].node != node) i = (i + 1) & mask;
  return i;
}


/* takes a via out; gives 0 when there is none.  Those behind it that would no
   longer be found move back. */
static int dropvia (wk_Tree *t, wk_Id node, wk_Via *v) {
  size_t mask, i, j;
  if (t->nvias == 0) return 0;
  mask = t->cvias - 1;
  i = viaslot(t, node);
  if (t->vias[i].node == 0) return 0;
  *v = t->vias[i];
  t->nvias--;
  for (j = (i + 1) & mask; t->vias[j].node != 0; j = (j + 1) & mask) {
    size_t home = (size_t)(t->vias[j].node * 2654435769u) & mask;
    if (((j - home) & mask) >= ((j - i) & mask)) {
      t->vias[i] = t->vias[j];
      i = j;
    }
  }
  t->vias[i].node = 0;
  return 1;
}


/* makes room for one more via.  Fails with ENOMEM. */
static wk_Code roomvia (wk_Tree *t, wk_Fail *f) {
  wk_Via *old = t->vias, *vias;
  size_t size = t->cvias == 0 ? 64 : t->cvias * 2, i, had = t->cvias;
  if (t->nvias + 1 <= t->cvias / 3 * 2) return WK_OK;
  vias = calloc(size, sizeof(wk_Via));
  if (vias == NULL) return nomemory(f);
  t->vias = vias;
  t->cvias = size;
  for (i = 0; i < had; i++)
    if (old[i].node != 0) t->vias[viaslot(t, old[i].node)] = old[i];
  free(old);
  return WK_OK;
}


/* puts a via in where there is room for it */
static void putvia (wk_Tree *t, wk_Via v) {
  size_t i = viaslot(t, v.node);
  if (t->vias[i].node == 0) t->nvias++;
  t->vias[i] = v;
}


/* the via of a node goes with the content: `from`'s to `id`, and that of
   what stood there to `old` */
static void movevias (wk_Tree *t, wk_Id id, wk_Id from, wk_Id old) {
  wk_Via v, w;
  int hasv = dropvia(t, id, &v), hasw = dropvia(t, from, &w);
  if (hasv) {
    v.node = old;
    putvia(t, v);
  }
  if (hasw) {
    w.node = id;
    putvia(t, w);
  }
}


wk_Code wk_tree_replace (wk_Tree *t, wk_Id id, wk_Id from, wk_Fail *f) {
  wk_Id old = 0, v;
  wk_Node *n, *m;
  wk_Code code = t->forgets ? WK_OK : wk_tree_add(t, WK_NONE, 0, 0, &old, f);
  if (code != WK_OK) return code;
  if (t->nodes[id].kind == WK_MAP) wk_tree_unhash(t, id);
  if (t->nodes[from].kind == WK_MAP) wk_tree_unhash(t, from);
  n = wk_tree_node(t, id);
  m = wk_tree_node(t, from);
  if (old != 0) {
    t->nodes[old] = *n;
    t->nodes[old].next = 0;
  }
  n->kind = m->kind;
  n->first = m->first;
  n->size = m->size;
  n->pos = m->pos;
  n->doc = m->doc;
  n->flags = (uint8_t)((m->flags & ~WK_ABSENT) | (n->flags & WK_ABSENT));
  n->prev = old;
  if (n->kind == WK_MAP || n->kind == WK_LIST) {
    for (v = n->first; v != 0; v = t->nodes[v].next) {
      t->nodes[v].up = id;
      if (n->kind == WK_MAP) t->nodes[v - 1].up = id;
    }
  }
  m->flags |= WK_ABSENT;
  if (t->nvias > 0 && old != 0) movevias(t, id, from, old);
  return WK_OK;
}

/* }====================================================================== */


/*
** {======================================================================
** Copies
** =======================================================================
*/

/* gives a copy of one node, linked nowhere, and of its via; its text is
   shared, for text never changes */
static wk_Code copynode (wk_Tree *t, wk_Id from, wk_Id *copy, wk_Fail *f) {
  wk_Code code = wk_tree_add(t, WK_NONE, 0, 0, copy, f);
  const wk_Node *m;
  wk_Node *n;
  if (code != WK_OK) return code;
  m = wk_tree_node(t, from);
  n = wk_tree_node(t, *copy);
  n->kind = m->kind;
  n->pos = m->pos;
  n->doc = m->doc;
  n->flags = (uint8_t)(m->flags & ~(WK_ABSENT | WK_INDEXED));
  if (m->kind != WK_MAP && m->kind != WK_LIST) {
    n->first = m->first;
    n->size = m->size;
  }
  if (t->nvias > 0) {
    const wk_Via *via = wk_tree_viaof(t, from);
    if (via != NULL) return wk_tree_via(t, *copy, via->doc, via->pos, f);
  }
  return WK_OK;
}


/* While it runs, the `prev` of a copy that is not complete names its
   original, which is all the stack there needs to be. */
wk_Code wk_tree_copy (wk_Tree *t, wk_Id id, int with_key, wk_Id *copy,
                      size_t *added, wk_Fail *f) {
  size_t nnodes = t->nnodes;
  wk_Id top, from = id, to, new, key;
  wk_Code code = WK_OK;
  if (with_key) code = copynode(t, id - 1, &key, f);
  if (code == WK_OK) code = copynode(t, id, &top, f);
  if (code != WK_OK) goto fail;
  if (with_key) t->nodes[key].next = t->nodes[id - 1].next;  /* its hash */
  to = top;
  t->nodes[to].prev = from;
  for (;;) {
    const wk_Node *n = wk_tree_node(t, from);
    wk_Id child = 0, up = 0, last = 0;
    if (n->kind == WK_MAP || n->kind == WK_LIST) {
      child = n->first;
      up = to;
    }
    while (child == 0) {  /* `to` is complete: to what follows it */
      t->nodes[to].prev = 0;
      if (to == top) goto done;
      child = t->nodes[from].next;
      last = to;
      up = to = t->nodes[to].up;
      from = t->nodes[to].prev;
    }
    if (t->nodes[up].kind == WK_MAP) {
      code = copynode(t, child - 1, &key, f);
      if (code != WK_OK) goto fail;
      t->nodes[key].next = t->nodes[child - 1].next;  /* its hash */
      t->nodes[key].up = up;
    }
    code = copynode(t, child, &new, f);
    if (code != WK_OK) goto fail;
    wk_tree_chain(t, up, last, new);
    t->nodes[new].prev = child;
    from = child;
    to = new;
  }
 done:
  *copy = top;
  *added = t->nnodes - nnodes;
  return WK_OK;
 fail:
  while (t->nnodes > nnodes) {
    wk_Via gone;
    dropvia(t, (wk_Id)--t->nnodes, &gone);
  }
  return code;
}


wk_Code wk_tree_via (wk_Tree *t, wk_Id node, uint16_t doc, uint32_t pos,
                     wk_Fail *f) {
  wk_Via v;
  wk_Code code = roomvia(t, f);
  if (code != WK_OK) return code;
  v.node = node;
  v.doc = doc;
  v.pos = pos;
  putvia(t, v);
  return WK_OK;
}


const wk_Via *wk_tree_viaof (const wk_Tree *t, wk_Id node) {
  size_t i;
  if (t->nvias == 0) return NULL;
  i = viaslot(t, node);
  return t->vias[i].node == node ? &t->vias[i] : NULL;
}

/* }====================================================================== */
