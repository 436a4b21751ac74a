/*
** tree_keys.c -- the keys of maps: equality, search, and the hash (tree.h).
**
** May call: fail, scalar.  Never touches a lua_State, never calls itself.
**
** A map of up to SMALL keys is searched key by key.  A larger one enters its
** keys into the tree's one hash when it is first searched: open addressing
** with linear steps; removing shifts back, so there are no graves.  A slot
** knows its own hash, so growing never visits the nodes.
*/

#include <stdlib.h>
#include <string.h>

#include "scalar.h"
#include "tree.h"


#define SMALL     16


/* both halves of the product of two 64-bit numbers, folded into one */
static inline uint64_t fold (uint64_t a, uint64_t b) {
#if defined(__SIZEOF_INT128__)
  __extension__ typedef unsigned __int128 Wide;
  Wide p = (Wide)a * b;
  return (uint64_t)p ^ (uint64_t)(p >> 64);
#else
  uint64_t al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
  uint64_t ll = al * bl, lh = al * bh, hl = ah * bl, hh = ah * bh;
  uint64_t mid = (ll >> 32) + (uint32_t)lh + (uint32_t)hl;
  return (ll & UINT32_MAX) ^ (mid << 32) ^
         (hh + (lh >> 32) + (hl >> 32) + (mid >> 32));
#endif
}


static inline uint64_t word8 (const char *s) {
  uint64_t w;
  memcpy(&w, s, 8);
  return w;
}


static inline uint64_t word4 (const char *s) {
  uint32_t w;
  memcpy(&w, s, 4);
  return w;
}


/* a hash of bytes that nobody can foresee who does not know the seed: the
   seed goes into both factors of every product */
static inline uint32_t hash (const wk_Tree *t, const char *s, size_t len) {
  uint64_t k = t->seed * 0x9E3779B97F4A7C15u | 1;
  uint64_t h = t->seed ^ len, a, b;
  size_t left = len;
  for (; left > 16; left -= 16, s += 16)
    h = fold(word8(s) ^ k, word8(s + 8) ^ h);
  if (left >= 8) {
    a = word8(s);
    b = word8(s + left - 8);
  }
  else if (left >= 4) {
    a = word4(s);
    b = word4(s + left - 4);
  }
  else {
    a = b = 0;
    for (; left > 0; left--) a = a << 8 | (unsigned char)*s++;
  }
  h = fold(a ^ k, b ^ h);
  return (uint32_t)(h ^ h >> 32);
}


uint32_t wk_tree_hash (const wk_Tree *t, const char *s, size_t len) {
  return hash(t, s, len);
}


/* the hash of an integer key: of its value, so 1 and 0x1 are one */
#if defined(__GNUC__)
__attribute__((noinline))
#endif
static uint32_t hashint (const wk_Tree *t, int64_t i) {
  char bytes[9] = "i";
  memcpy(bytes + 1, &i, 8);
  return wk_tree_hash(t, bytes, sizeof(bytes));
}


/* what is looked for: a string or an integer */
typedef struct Key {
  const char *text;
  size_t len;
  int64_t number;
  uint32_t hash;
  uint8_t kind;
} Key;


/* is the key node of value `value` (whose hash is right) this key? */
static int matches (const wk_Tree *t, wk_Id value, const Key *k) {
  const wk_Node *n = wk_tree_node(t, value - 1);
  if (n->next != k->hash || n->kind != k->kind) return 0;
  if (n->kind == WK_INT)
    return wk_scalar_int(wk_tree_text(t, n), n->size) == k->number;
  return n->size == k->len &&
         memcmp(wk_tree_text(t, n), k->text, k->len) == 0;
}


/* the hash of a key in this map */
static inline uint32_t inmap (uint32_t keyhash, wk_Id map) {
  return keyhash ^ map * 2654435769u;
}


/* puts a slot into the table, which has room */
static void putslot (wk_Slot *slots, size_t mask, wk_Slot s) {
  size_t i = s.hash & mask;
  while (slots[i].value != 0) i = (i + 1) & mask;
  slots[i] = s;
}


/* no map is hashed any more; what happens when memory is short, so that
   every answer stays right and only gets slower */
static void forget (wk_Tree *t) {
  size_t i;
  for (i = 1; i < t->nnodes; i++)
    t->nodes[i].flags &= (uint8_t)~WK_INDEXED;
  if (t->slots != NULL) memset(t->slots, 0, t->cslots * sizeof(wk_Slot));
  t->nslots = 0;
}


/* makes the table larger for `more` slots; gives 0 when memory is short */
static int growslots (wk_Tree *t, size_t more) {
  size_t size = t->cslots == 0 ? 64 : t->cslots, i;
  wk_Slot *slots;
  while (size / 3 * 2 < t->nslots + more) size *= 2;
  slots = calloc(size, sizeof(wk_Slot));
  if (slots == NULL) return 0;
  for (i = 0; i < t->cslots; i++)
    if (t->slots[i].value != 0) putslot(slots, size - 1, t->slots[i]);
  free(t->slots);
  t->slots = slots;
  t->cslots = size;
  return 1;
}


/* makes room for `more` slots, so that at most two of three are taken */
static int roomslots (wk_Tree *t, size_t more) {
  return t->nslots + more <= t->cslots / 3 * 2 || growslots(t, more);
}


/* hashes a value that was put into a hashed map */
void wk_tree_hashin (wk_Tree *t, wk_Id map, wk_Id value) {
  if (!roomslots(t, 1)) forget(t);
  else {
    wk_Slot s;
    s.hash = inmap(t->nodes[value - 1].next, map);
    s.value = value;
    putslot(t->slots, t->cslots - 1, s);
    t->nslots++;
  }
}


/* removes a value's slot; those behind it that would no longer be found
   move back */
void wk_tree_hashout (wk_Tree *t, wk_Id map, wk_Id value) {
  size_t mask = t->cslots - 1;
  size_t i = inmap(t->nodes[value - 1].next, map) & mask, j;
  while (t->slots[i].value != value) {
    if (t->slots[i].value == 0) return;
    i = (i + 1) & mask;
  }
  t->nslots--;
  for (j = (i + 1) & mask; t->slots[j].value != 0; j = (j + 1) & mask) {
    size_t home = t->slots[j].hash & mask;
    if (((j - home) & mask) >= ((j - i) & mask)) {  /* may it move to i? */
      t->slots[i] = t->slots[j];
      i = j;
    }
  }
  t->slots[i].value = 0;
}


/* hashes all keys of a map; gives 0 when memory is short */
static int addmap (wk_Tree *t, wk_Id map) {
  wk_Id v;
  if (!roomslots(t, t->nodes[map].size)) return 0;
  for (v = t->nodes[map].first; v != 0; v = t->nodes[v].next)
    wk_tree_hashin(t, map, v);
  t->nodes[map].flags |= WK_INDEXED;
  return 1;
}


/* removes all keys of a map from the hash */
void wk_tree_unhash (wk_Tree *t, wk_Id map) {
  wk_Id v;
  if (!(t->nodes[map].flags & WK_INDEXED)) return;
  for (v = t->nodes[map].first; v != 0; v = t->nodes[v].next)
    wk_tree_hashout(t, map, v);
  t->nodes[map].flags &= (uint8_t)~WK_INDEXED;
}


/* the value of a key in a map, or 0 */
static wk_Id lookup (wk_Tree *t, wk_Id map, const Key *k) {
  const wk_Node *n = wk_tree_node(t, map);
  wk_Id v;
  if (n->kind != WK_MAP) return 0;
  if (!(n->flags & WK_INDEXED) && (n->size <= SMALL || !addmap(t, map))) {
    for (v = n->first; v != 0; v = t->nodes[v].next)
      if (matches(t, v, k)) return v;
  }
  else {
    size_t mask = t->cslots - 1;
    uint32_t wanted = inmap(k->hash, map);
    size_t i = wanted & mask;
    for (; (v = t->slots[i].value) != 0; i = (i + 1) & mask)
      if (t->slots[i].hash == wanted && t->nodes[v].up == map &&
          matches(t, v, k))
        return v;
  }
  return 0;
}


void wk_tree_hashkey (wk_Tree *t, wk_Id map, wk_Id key) {
  wk_Node *n = wk_tree_node(t, key);
  const char *s = wk_tree_text(t, n);
  n->next = n->kind == WK_INT ? hashint(t, wk_scalar_int(s, n->size))
                              : hash(t, s, n->size);
#if defined(__GNUC__)
  if (t->nodes[map].flags & WK_INDEXED)
    __builtin_prefetch(&t->slots[inmap(n->next, map) & (t->cslots - 1)]);
#endif
}


wk_Id wk_tree_same (wk_Tree *t, wk_Id map, wk_Id key) {
  const wk_Node *n = wk_tree_node(t, key);
  Key k;
  k.text = wk_tree_text(t, n);
  k.len = n->size;
  k.kind = n->kind;
  k.number = n->kind == WK_INT ? wk_scalar_int(k.text, k.len) : 0;
  k.hash = n->next;
  return lookup(t, map, &k);
}


wk_Id wk_tree_find (wk_Tree *t, wk_Id id, const char *key, size_t len) {
  Key k;
  k.text = key;
  k.len = len;
  k.number = 0;
  k.kind = WK_STRING;
  k.hash = wk_tree_hash(t, key, len);
  return lookup(t, id, &k);
}


wk_Id wk_tree_findint (wk_Tree *t, wk_Id id, int64_t key) {
  Key k;
  k.text = "";
  k.len = 0;
  k.number = key;
  k.kind = WK_INT;
  k.hash = hashint(t, key);
  return lookup(t, id, &k);
}
