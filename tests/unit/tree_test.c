/*
** tree_test.c -- the arena: nodes, links, keys, copies, places, limits.
*/

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "leak.h"
#include "tree.h"
#include "yaml.h"


static wk_Fail problem;


static wk_Id scalar (wk_Tree *t, wk_Kind kind, const char *s) {
  wk_Id id;
  assert_int_equal(wk_tree_scalar(t, kind, 0, 0, s, strlen(s), &id,
                                  &problem), WK_OK);
  return id;
}


static wk_Id container (wk_Tree *t, wk_Kind kind) {
  wk_Id id;
  assert_int_equal(wk_tree_add(t, kind, 0, 0, &id, &problem), WK_OK);
  return id;
}


/* puts KEY: VALUE last into a map; the value is a string */
static wk_Id pair (wk_Tree *t, wk_Id map, const char *key,
                   const char *value) {
  wk_Id id;
  scalar(t, WK_STRING, key);
  id = scalar(t, WK_STRING, value);
  wk_tree_link(t, map, 0, id);
  return id;
}


static int textis (wk_Tree *t, wk_Id id, const char *s) {
  const wk_Node *n = wk_tree_node(t, id);
  return n->size == strlen(s) && memcmp(wk_tree_text(t, n), s, n->size) == 0;
}


static wk_Id find (wk_Tree *t, wk_Id map, const char *key) {
  return wk_tree_find(t, map, key, strlen(key));
}


/* parses a document and gives its top */
static wk_Id parse (wk_Tree *t, const char *text) {
  uint16_t doc;
  wk_Id root;
  assert_int_equal(wk_tree_document(t, WK_FILE, 0, "t.yaml", text,
                                    strlen(text), &doc, &problem), WK_OK);
  if (wk_yaml_read(t, doc, WK_TOP_ANY, NULL, NULL, &root, &problem) != WK_OK)
    fail_msg("%s", problem.message);
  return root;
}


static void nodes (void **state) {
  wk_Tree t;
  wk_Id a, b;
  (void)state;
  wk_tree_init(&t);
  a = scalar(&t, WK_STRING, "one");
  b = scalar(&t, WK_STRING, "");
  assert_int_equal(a, 1);
  assert_int_equal(b, 2);
  assert_true(textis(&t, a, "one"));
  assert_int_equal(wk_tree_node(&t, b)->size, 0);
  assert_int_equal(wk_tree_node(&t, a)->up, 0);
  assert_int_equal(t.limits.document_depth, 256);
  wk_tree_free(&t);
  wk_tree_free(&t);  /* a freed tree is an empty one */
}


static void seeds (void **state) {
  wk_Tree a, b;
  (void)state;
  wk_tree_init(&a);
  wk_tree_init(&b);
  assert_true(a.seed != b.seed);
  assert_true(wk_tree_hash(&a, "key", 3) != wk_tree_hash(&b, "key", 3));
  assert_true(wk_tree_hash(&a, "key", 3) == wk_tree_hash(&a, "key", 3));
  wk_tree_free(&a);
  wk_tree_free(&b);
}


static void links (void **state) {
  wk_Tree t;
  wk_Id list, i[4];
  int k;
  (void)state;
  wk_tree_init(&t);
  list = container(&t, WK_LIST);
  for (k = 0; k < 4; k++) {
    i[k] = scalar(&t, WK_INT, "7");
    wk_tree_link(&t, list, k == 2 ? i[1] : 0, i[k]);
  }
  assert_int_equal(wk_tree_node(&t, list)->size, 4);
  assert_int_equal(wk_tree_item(&t, list, 1), i[0]);
  assert_int_equal(wk_tree_item(&t, list, 4), i[3]);
  assert_int_equal(wk_tree_item(&t, list, -1), i[3]);
  assert_int_equal(wk_tree_item(&t, list, -4), i[0]);
  assert_int_equal(wk_tree_item(&t, list, 0), 0);
  assert_int_equal(wk_tree_item(&t, list, 5), 0);
  assert_int_equal(wk_tree_item(&t, list, -5), 0);
  assert_int_equal(wk_tree_item(&t, list, INT64_MIN), 0);
  assert_int_equal(wk_tree_item(&t, i[0], 1), 0);
  assert_int_equal(wk_tree_index(&t, i[2]), 3);
  wk_tree_unlink(&t, i[1]);
  assert_int_equal(wk_tree_node(&t, list)->size, 3);
  assert_int_equal(wk_tree_item(&t, list, 2), i[2]);
  assert_true(wk_tree_node(&t, i[1])->flags & WK_ABSENT);
  assert_int_equal(wk_tree_node(&t, i[1])->up, list);
  wk_tree_unlink(&t, i[0]);
  wk_tree_unlink(&t, i[3]);
  wk_tree_unlink(&t, i[2]);
  assert_int_equal(wk_tree_node(&t, list)->first, 0);
  wk_tree_link(&t, list, 0, i[1]);
  assert_false(wk_tree_node(&t, i[1])->flags & WK_ABSENT);
  assert_int_equal(wk_tree_item(&t, list, 1), i[1]);
  wk_tree_free(&t);
}


/* an item and a place as a walk finds them */
static wk_Id walked (const wk_Tree *t, wk_Id list, int64_t n) {
  wk_Id v = wk_tree_node(t, list)->first;
  int64_t size = (int64_t)wk_tree_node(t, list)->size;
  if (wk_tree_node(t, list)->kind != WK_LIST) return 0;
  if (n < 0) n += size + 1;
  if (n <= 0 || n > size) return 0;
  for (; n > 1; n--) v = wk_tree_node(t, v)->next;
  return v;
}


static size_t counted (const wk_Tree *t, wk_Id id) {
  const wk_Node *up = wk_tree_node(t, wk_tree_holder(t, id));
  wk_Id v = up->kind == WK_LIST ? up->first : 0;
  size_t n = 1;
  for (; v != 0 && v != id; v = wk_tree_node(t, v)->next) n++;
  return v == 0 ? 0 : n;
}


/* how many items are written down */
static size_t seated (const wk_Tree *t) {
  size_t i, sum = 0;
  for (i = 0; i < t->crows; i++) sum += t->rows[i].size;
  return sum;
}


/* a list of `size` numbers */
static wk_Id numbers (wk_Tree *t, int size) {
  wk_Id list = container(t, WK_LIST), last = 0;
  for (; size > 0; size--) {
    wk_Id id = scalar(t, WK_INT, "1");
    wk_tree_link(t, list, last, id);
    last = id;
  }
  return list;
}


/* long lists that are asked for any item, and changed in between, answer as a
   walk would: also what they were before, and what they lost */
static void items (void **state) {
  enum { LISTS = 40, STEPS = 20000 };
  static wk_Id ids[LISTS + STEPS];
  wk_Tree t;
  wk_Clashes clashes = {NULL, 0, 0};
  uint32_t seed = 7;
  int i, step, count = LISTS;
  (void)state;
  wk_tree_init(&t);
  for (i = 0; i < LISTS; i++) ids[i] = numbers(&t, i * 2);
  for (step = 0; step < STEPS; step++) {
    wk_Id list, id;
    seed = seed * 1664525u + 1013904223u;
    i = (int)(seed >> 24 & 31);
    list = ids[(seed >> 8) % (unsigned)(i < 6 ? LISTS : count)];
    switch (i) {
      case 0:  /* more behind it: what it was is kept */
        wk_tree_lay(&t, list, numbers(&t, (int)(seed >> 16 & 31)), WK_ADD,
                    &clashes, &problem);
        if (wk_tree_node(&t, list)->prev != 0)
          ids[count++] = wk_tree_node(&t, list)->prev;
        break;
      case 1:  /* another in its place */
        if (wk_tree_node(&t, list)->kind != WK_LIST) break;
        wk_tree_replace(&t, list, numbers(&t, 30), &problem);
        ids[count++] = wk_tree_node(&t, list)->prev;
        break;
      case 2: case 3:  /* one less, or one that moves to another list */
        id = walked(&t, list, (int64_t)(seed >> 13 & 63));
        if (id == 0 || wk_tree_node(&t, id)->up != list) break;
        wk_tree_unlink(&t, id);
        assert_int_equal(wk_tree_index(&t, id), 0);
        list = ids[LISTS - 1];
        if ((seed & 1 << 20) && wk_tree_node(&t, list)->kind == WK_LIST)
          wk_tree_link(&t, list, 0, id);
        break;
      case 4:
        if (step % 8 != 0) break;
        id = walked(&t, list, (int64_t)(seed >> 13 & 63));
        if (id == 0) break;
        wk_tree_vanish(&t, id, 0, 0, 0, &problem);
        wk_tree_sweep(&t, list);
        break;
      case 5:  /* a list that is no more */
        if (step % 16 != 0 || wk_tree_node(&t, list)->prev != 0) break;
        wk_tree_vanish(&t, list, 0, 0, 0, &problem);
        break;
      default: {
        int64_t n = (int64_t)(seed >> 10 & 127) - 40;
        assert_int_equal(wk_tree_item(&t, list, n), walked(&t, list, n));
        id = walked(&t, list, n);
        if (id == 0) id = (seed >> 5) % (wk_Id)t.nnodes;
        assert_int_equal(wk_tree_index(&t, id), counted(&t, id));
      }
    }
  }
  assert_true(seated(&t) > 0);
  assert_true(seated(&t) < t.nnodes);
  free(clashes.list);
  wk_tree_free(&t);
}


/* each item is written down once, in whatever order many lists are asked, and
   again only when one before it was taken out */
static void rows (void **state) {
  enum { LISTS = 1000, SIZE = 32 };
  static wk_Id lists[LISTS];
  wk_Tree t;
  int i, k;
  (void)state;
  wk_tree_init(&t);
  for (i = 0; i < LISTS; i++) lists[i] = numbers(&t, SIZE);
  for (k = 1; k <= SIZE; k++)
    for (i = 0; i < LISTS; i++) {
      wk_Id id = wk_tree_item(&t, lists[i], k);
      assert_int_equal(id, lists[i] + (wk_Id)k);
      assert_int_equal(wk_tree_index(&t, id), k);
    }
  assert_int_equal(seated(&t), LISTS * SIZE);
  assert_int_equal(t.nrows, LISTS);
  for (k = 1; k <= 10; k++)
    for (i = 0; i < LISTS; i++) {
      wk_tree_unlink(&t, wk_tree_item(&t, lists[i], 1));
      assert_int_equal(wk_tree_item(&t, lists[i], -1), lists[i] + SIZE);
    }
  assert_int_equal(seated(&t), LISTS * (SIZE - 10));
  assert_true(t.crows / 16 <= LISTS);  /* what is empty does not stay */
  for (i = 0; i < LISTS; i++) wk_tree_unlink(&t, lists[i] + SIZE - 1);
  assert_int_equal(seated(&t), LISTS * (SIZE - 12));
  assert_int_equal(wk_tree_item(&t, lists[7], -1), lists[7] + SIZE);
  wk_tree_free(&t);
}


static void keys (void **state) {
  wk_Tree t;
  wk_Id map, v;
  (void)state;
  wk_tree_init(&t);
  map = container(&t, WK_MAP);
  assert_int_equal(find(&t, map, "a"), 0);
  v = pair(&t, map, "a", "1");
  assert_int_equal(find(&t, map, "a"), v);
  assert_int_equal(wk_tree_findint(&t, map, 1), 0);
  scalar(&t, WK_INT, "0x10");
  v = scalar(&t, WK_STRING, "hex");
  wk_tree_link(&t, map, 0, v);
  assert_int_equal(wk_tree_findint(&t, map, 16), v);
  assert_int_equal(find(&t, map, "0x10"), 0);
  assert_int_equal(find(&t, map, "16"), 0);
  assert_int_equal(find(&t, v, "a"), 0);  /* not a map */
  assert_int_equal(wk_tree_find(&t, map, "a\0b", 3), 0);
  wk_tree_free(&t);
}


static void components (void **state) {
  wk_Tree t;
  wk_Id map, v;
  (void)state;
  wk_tree_init(&t);
  map = container(&t, WK_MAP);
  pair(&t, map, "_target", "x");
  assert_false(wk_tree_node(&t, map)->flags & WK_COMPONENT);
  v = pair(&t, map, "_target_", "x");
  assert_true(wk_tree_node(&t, map)->flags & WK_COMPONENT);
  wk_tree_unlink(&t, v);
  assert_false(wk_tree_node(&t, map)->flags & WK_COMPONENT);
  wk_tree_free(&t);
}


/* a large map through its whole life: hashed, shrunk, grown, replaced */
static void large (void **state) {
  enum { N = 3000 };
  static wk_Id v[N];
  wk_Tree t;
  wk_Id map, other, last = 0;
  char key[16];
  int i;
  (void)state;
  wk_tree_init(&t);
  map = container(&t, WK_MAP);
  for (i = 0; i < N; i++) {
    snprintf(key, sizeof(key), i % 3 ? "k%d" : "%d", i);
    scalar(&t, i % 3 ? WK_STRING : WK_INT, key);
    v[i] = scalar(&t, WK_STRING, "v");
    wk_tree_link(&t, map, last, v[i]);
    last = v[i];
    if (i == N / 2) assert_int_equal(wk_tree_findint(&t, map, 0), v[0]);
  }
  assert_true(wk_tree_node(&t, map)->flags & WK_INDEXED);
  for (i = 0; i < N; i += 7) wk_tree_unlink(&t, v[i]);
  for (i = 0; i < N; i++) {
    wk_Id found;
    snprintf(key, sizeof(key), "k%d", i);
    found = i % 3 ? find(&t, map, key) : wk_tree_findint(&t, map, i);
    assert_int_equal(found, i % 7 ? v[i] : 0);
  }
  other = container(&t, WK_MAP);
  v[0] = pair(&t, other, "k1", "new");
  assert_int_equal(wk_tree_replace(&t, map, other, &problem), WK_OK);
  assert_int_equal(find(&t, map, "k1"), v[0]);
  assert_int_equal(find(&t, map, "k2"), 0);
  assert_int_equal(t.nslots, 0);
  wk_tree_free(&t);
}


/* 100,000 lookups among 100,000 keys: with a walk it would be minutes */
static void linear (void **state) {
  enum { N = 100000 };
  wk_Tree t;
  wk_Id map, last = 0;
  clock_t start = clock();
  char key[16];
  int i;
  (void)state;
  wk_tree_init(&t);
  map = container(&t, WK_MAP);
  for (i = 0; i < N; i++) {
    wk_Id id;
    snprintf(key, sizeof(key), "key%d", i);
    scalar(&t, WK_STRING, key);
    id = scalar(&t, WK_STRING, key);
    wk_tree_link(&t, map, last, id);
    last = id;
  }
  for (i = 0; i < N; i++) {
    snprintf(key, sizeof(key), "key%d", i);
    assert_true(textis(&t, find(&t, map, key), key));
  }
  assert_int_equal(find(&t, map, "key"), 0);
  assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 20.0);
  wk_tree_free(&t);
}


static void replaced (void **state) {
  wk_Tree t;
  wk_Id top, a, b, old;
  (void)state;
  wk_tree_init(&t);
  top = parse(&t, "a: {x: 1, y: 2}\nb: {z: 3}\n");
  a = find(&t, top, "a");
  b = find(&t, top, "b");
  wk_tree_unlink(&t, b);
  assert_int_equal(wk_tree_replace(&t, a, b, &problem), WK_OK);
  assert_int_equal(find(&t, top, "a"), a);
  assert_int_equal(find(&t, top, "b"), 0);
  assert_int_equal(wk_tree_node(&t, a)->pos, 19);
  assert_int_equal(wk_tree_node(&t, find(&t, a, "z"))->up, a);
  assert_int_equal(find(&t, a, "x"), 0);
  old = wk_tree_node(&t, a)->prev;
  assert_true(old != 0);
  assert_int_equal(wk_tree_node(&t, old)->kind, WK_MAP);
  assert_int_equal(wk_tree_node(&t, old)->pos, 3);
  assert_true(find(&t, old, "y") != 0);
  b = scalar(&t, WK_INT, "9");
  assert_int_equal(wk_tree_replace(&t, a, b, &problem), WK_OK);
  assert_int_equal(wk_tree_node(&t, wk_tree_node(&t, a)->prev)->prev, old);
  assert_int_equal(wk_tree_node(&t, a)->kind, WK_INT);
  assert_int_equal(wk_tree_node(&t, top)->size, 1);
  wk_tree_free(&t);
}


/* the same subtree twice: kinds, sizes, texts, marks, keys */
static int same (wk_Tree *t, wk_Id a, wk_Id b) {
  wk_Id top = a;
  for (;;) {
    const wk_Node *m = wk_tree_node(t, a), *n = wk_tree_node(t, b);
    if (m->kind != n->kind || m->size != n->size || m->pos != n->pos ||
        m->doc != n->doc || (m->flags & ~WK_INDEXED) !=
                            (n->flags & ~WK_INDEXED) || n->prev != 0)
      return 0;
    if (m->kind == WK_MAP || m->kind == WK_LIST) {
      if ((m->first == 0) != (n->first == 0)) return 0;
      if (m->first != 0) {
        if (m->kind == WK_MAP) {
          const wk_Node *k = wk_tree_node(t, m->first - 1);
          const wk_Node *l = wk_tree_node(t, n->first - 1);
          if (k->kind != l->kind || k->size != l->size ||
              memcmp(wk_tree_text(t, k), wk_tree_text(t, l), k->size) != 0)
            return 0;
        }
        a = m->first;
        b = n->first;
        continue;
      }
    }
    else if (memcmp(wk_tree_text(t, m), wk_tree_text(t, n), m->size) != 0)
      return 0;
    while (a != top && wk_tree_node(t, a)->next == 0) {
      a = wk_tree_node(t, a)->up;
      b = wk_tree_node(t, b)->up;
    }
    if (a == top) return 1;
    a = wk_tree_node(t, a)->next;
    b = wk_tree_node(t, b)->next;
    if (b == 0) return 0;
  }
}


static void copies (void **state) {
  wk_Tree t;
  wk_Id top, a, copy;
  size_t added, before;
  const wk_Via *via;
  (void)state;
  wk_tree_init(&t);
  top = parse(&t, "n: &n [1, {}]\na: {_target_: x, b: [1, [], {c: d}], "
                  "e: *n}\n");
  a = find(&t, top, "a");
  before = t.nnodes;
  assert_int_equal(wk_tree_copy(&t, a, 0, &copy, &added, &problem), WK_OK);
  assert_int_equal(added, t.nnodes - before);
  assert_int_equal(copy, before);
  assert_true(same(&t, a, copy));
  assert_true(wk_tree_node(&t, copy)->flags & WK_COMPONENT);
  assert_int_equal(wk_tree_node(&t, copy)->up, 0);
  assert_int_equal(wk_tree_node(&t, copy)->next, 0);
  via = wk_tree_viaof(&t, find(&t, copy, "e"));
  assert_non_null(via);
  assert_int_equal(via->pos, 54);
  assert_int_equal(via->doc, 1);
  assert_null(wk_tree_viaof(&t, copy));
  assert_int_equal(wk_tree_copy(&t, a, 1, &copy, &added, &problem), WK_OK);
  assert_true(textis(&t, copy - 1, "a"));
  wk_tree_unlink(&t, a);
  wk_tree_link(&t, top, 0, copy);
  assert_int_equal(find(&t, top, "a"), copy);
  assert_true(find(&t, copy, "b") != 0);
  wk_tree_free(&t);
}


/* what moved away keeps `up`, and can be copied all the same */
static void copyold (void **state) {
  wk_Tree t;
  wk_Id top, a, copy;
  size_t added;
  (void)state;
  wk_tree_init(&t);
  top = parse(&t, "a: {x: [1, 2], y: 3}\n");
  a = find(&t, top, "a");
  assert_int_equal(wk_tree_replace(&t, a, scalar(&t, WK_INT, "1"), &problem),
                   WK_OK);
  assert_int_equal(wk_tree_copy(&t, wk_tree_node(&t, a)->prev, 0, &copy,
                                &added, &problem), WK_OK);
  assert_int_equal(added, 7);
  assert_true(textis(&t, find(&t, copy, "y"), "3"));
  assert_int_equal(wk_tree_node(&t, find(&t, copy, "x"))->size, 2);
  wk_tree_free(&t);
}


/* a chain of lists as deep as nodes go: nothing calls itself */
static void deep (void **state) {
  enum { N = 300000 };
  wk_Tree t;
  wk_Id top, at, copy;
  size_t added;
  int i;
  (void)state;
  wk_tree_init(&t);
  at = top = container(&t, WK_LIST);
  for (i = 1; i < N; i++) {
    wk_Id id = container(&t, WK_LIST);
    wk_tree_link(&t, at, 0, id);
    at = id;
  }
  assert_int_equal(wk_tree_copy(&t, top, 0, &copy, &added, &problem), WK_OK);
  assert_int_equal(added, N);
  assert_true(same(&t, top, copy));
  wk_tree_free(&t);
}


/* a crossed limit leaves everything as it was */
static void limits (void **state) {
  wk_Tree t;
  wk_Id list, id, copy = 77;
  size_t added, before;
  uint16_t doc;
  int i;
  (void)state;
  wk_tree_init(&t);
  t.limits.config_nodes = 100;
  list = container(&t, WK_LIST);
  for (i = 0; i < 59; i++) {
    id = scalar(&t, WK_INT, "1");
    wk_tree_link(&t, list, 0, id);
  }
  before = t.nnodes;
  assert_int_equal(wk_tree_copy(&t, list, 0, &copy, &added, &problem),
                   WK_ELIMIT);
  assert_string_equal(problem.message,
                      "this config has more than 100 nodes");
  assert_int_equal(t.nnodes, before);
  assert_int_equal(copy, 77);
  for (i = 60; i < 100; i++) id = scalar(&t, WK_INT, "1");
  assert_int_equal(id, 100);
  assert_int_equal(wk_tree_add(&t, WK_NULL, 0, 0, &id, &problem), WK_ELIMIT);
  assert_int_equal(wk_tree_replace(&t, list, 100, &problem), WK_ELIMIT);
  assert_int_equal(wk_tree_node(&t, list)->kind, WK_LIST);
  assert_int_equal(wk_tree_node(&t, list)->size, 59);
  for (i = 1; i <= UINT16_MAX; i++) {
    assert_int_equal(wk_tree_document(&t, WK_TABLE, i, "t", NULL, 0, &doc,
                                      &problem), WK_OK);
    assert_int_equal(doc, i);
  }
  assert_int_equal(wk_tree_document(&t, WK_TABLE, i, "t", NULL, 0, &doc,
                                    &problem), WK_ELIMIT);
  wk_tree_free(&t);
}


static void places (void **state) {
  static char text[] = "ab\r\nc\xC3\xA9" "d\re\n\n\xEF\xBB\xBFx";
  static const struct {
    size_t byte, line, column, start, stop;
  } rows[] = {
    {0, 1, 1, 0, 2}, {2, 1, 3, 0, 2}, {3, 1, 4, 0, 2}, {4, 2, 1, 4, 8},
    {5, 2, 2, 4, 8}, {7, 2, 3, 4, 8}, {8, 2, 4, 4, 8}, {9, 3, 1, 9, 10},
    {11, 4, 1, 11, 11}, {12, 5, 1, 12, 16}, {15, 5, 2, 12, 16},
    {16, 5, 3, 12, 16}, {99, 5, 3, 12, 16}
  };
  size_t line, column, start, stop, i;
  (void)state;
  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    wk_place(text, sizeof(text) - 1, rows[i].byte, &line, &column, &start,
             &stop);
    assert_int_equal(line, rows[i].line);
    assert_int_equal(column, rows[i].column);
    assert_int_equal(start, rows[i].start);
    assert_int_equal(stop, rows[i].stop);
  }
  /* a document finds the same from wherever it looked before */
  for (i = 0; i < sizeof(text) * sizeof(text); i++) {
    wk_Doc doc;
    size_t l, c, from, to, byte = i % sizeof(text);
    memset(&doc, 0, sizeof(doc));
    doc.source = text;
    doc.length = sizeof(text) - 1;
    wk_doc_place(&doc, i / sizeof(text), &l, &c, &from, &to);
    wk_doc_place(&doc, byte, &l, &c, &from, &to);
    wk_place(text, sizeof(text) - 1, byte, &line, &column, &start, &stop);
    assert_true(l == line && c == column && from == start && to == stop);
  }
  /* a byte order mark at the start takes no column */
  wk_place("\xEF\xBB\xBF" "ab", 5, 4, &line, &column, &start, &stop);
  assert_int_equal(column, 2);
  assert_int_equal(start, 3);
}


/* line, column, start and end of the line, counted from the start */
static void slowly (const char *s, size_t length, size_t byte, size_t out[4]) {
  size_t i, start = 0;
  out[0] = out[1] = 1;
  if (byte > length) byte = length;
  for (i = 0; i < byte; i++)
    if (s[i] == '\n' ||
        (s[i] == '\r' && !(i + 1 < length && s[i + 1] == '\n'))) {
      out[0]++;
      start = i + 1;
    }
  if (start == 0 && byte >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) start = 3;
  for (i = start; i < byte; out[1]++) {
    int n = wk_utf8(s + i, s + length);
    i += n > 0 ? (size_t)n : 1;
  }
  out[2] = start;
  while (byte < length && s[byte] != '\n' && s[byte] != '\r') byte++;
  while (byte > start && s[byte - 1] == '\r') byte--;
  out[3] = byte;
}


/* long documents tell the same, in whatever order they are asked: of lines
   that are long or short, of characters of all lengths and of broken ones */
static void far_places (void **state) {
  enum { LENGTH = 40000, DOCS = 12 };
  static const char *const parts[] = {
    "a", "bc", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x99\x82", "\xFF",
    "\xE2\x82", "\r", "\n", "\r\n", "\xEF\xBB\xBF", "\n\n\r\n"
  };
  static char text[LENGTH + 8];
  uint32_t seed = 3;
  int d, i;
  (void)state;
  for (d = 0; d < DOCS; d++) {
    wk_Tree t;
    wk_Doc *doc;
    uint16_t number;
    size_t length = 0, most = (size_t)(d % 4 == 3 ? LENGTH : d * 500);
    unsigned lines = d % 3 == 0 ? 50 : d % 3 == 1 ? 4000 : 1000000;
    wk_tree_init(&t);
    if (d % 2) length = (size_t)sprintf(text, "\xEF\xBB\xBF");
    while (length < most) {
      unsigned r;
      seed = seed * 1664525u + 1013904223u;
      r = seed >> 8;
      r = r % lines == 0 ? 7 + r / lines % 5 : r % 7;
      length += (size_t)sprintf(text + length, "%s", parts[r]);
    }
    assert_int_equal(wk_tree_document(&t, WK_FILE, 0, "t", text, length,
                                      &number, &problem), WK_OK);
    doc = wk_tree_doc(&t, number);
    for (i = 0; i < 400; i++) {
      size_t want[4], got[4], byte;
      seed = seed * 1664525u + 1013904223u;
      byte = (seed >> 4) % (length + 3);
      if (i % 50 == 0) byte = (size_t)i / 50;
      if (i % 50 == 1) byte = length - (size_t)i / 50 % (length + 1);
      slowly(text, length, byte, want);
      wk_doc_place(doc, byte, &got[0], &got[1], &got[2], &got[3]);
      assert_memory_equal(got, want, sizeof(want));
      wk_place(text, length, byte, &got[0], &got[1], &got[2], &got[3]);
      assert_memory_equal(got, want, sizeof(want));
      if (byte > length) continue;
      assert_int_equal(wk_doc_lineend(doc, byte),
                       byte + strcspn(text + byte, "\r\n"));
    }
    wk_tree_free(&t);
  }
}


/* a document that is no part of a tree is counted, and holds nothing */
static void lone_places (void **state) {
  static char text[4000];
  wk_Doc doc;
  size_t line, column, start, stop;
  (void)state;
  memset(text, 'x', sizeof(text));
  text[2999] = '\n';
  memset(&doc, 0, sizeof(doc));
  doc.source = text;
  doc.length = sizeof(text);
  wk_doc_place(&doc, 3500, &line, &column, &start, &stop);
  assert_int_equal(line, 2);
  assert_int_equal(column, 501);
  assert_int_equal(start, 3000);
  assert_int_equal(stop, sizeof(text));
  assert_null(doc.stakes);
}


/* what a caret covers */
static void extents (void **state) {
  static const struct { const char *text; size_t extent, keyextent; } rows[] =
  {
    {"a: plain text # c\n", 10, 1},
    {"a: 'it''s' # c\n", 7, 1},
    {"\"k\\\" y\": \"q \\\" q\" # c\n", 8, 7},
    {"a: \"open\n  ended\"\n", 5, 1},
    {"a: more\n  lines\n", 4, 1},
    {"a: [1, [2], \"]\"] # c\n", 13, 1},
    {"a: {x: ']'}\n", 8, 1},
    {"a: [1,\n  2]\n", 3, 1},
    {"a: [1, # c\n  2]\n", 3, 1},
    {"a:\n  bc: d\n  e: f\n", 5, 1},
    {"a:\n  - b\n  - c\n", 3, 1},
    {"a: |\n  text\n", 1, 1},
    {"a: >-  \n  text\n", 2, 1},
    {"a: 0x1F\n", 4, 1},
    {"a:\n", 1, 1},
    {"a: !!str x\n", 1, 1},
    {"a: &b !!int 12 # c\n", 2, 1},
    {"a: \xC3\xA9\xC3\xA9\n", 4, 1}
  };
  size_t i;
  (void)state;
  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    wk_Tree t;
    wk_Id top, v;
    wk_tree_init(&t);
    top = parse(&t, rows[i].text);
    v = wk_tree_node(&t, top)->first;
    if (wk_tree_extent(&t, v) != rows[i].extent)
      fail_msg("%s: %zu", rows[i].text, wk_tree_extent(&t, v));
    assert_int_equal(wk_tree_extent(&t, v - 1), rows[i].keyextent);
    wk_tree_free(&t);
  }
}


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(nodes), LEAK_TEST(seeds), LEAK_TEST(links), LEAK_TEST(items),
    LEAK_TEST(rows), LEAK_TEST(keys),
    LEAK_TEST(components), LEAK_TEST(large), LEAK_TEST(linear),
    LEAK_TEST(replaced), LEAK_TEST(copies), LEAK_TEST(copyold),
    LEAK_TEST(deep), LEAK_TEST(limits), LEAK_TEST(places),
    LEAK_TEST(far_places), LEAK_TEST(lone_places), LEAK_TEST(extents)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
