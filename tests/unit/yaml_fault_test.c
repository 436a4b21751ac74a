/*
** yaml_fault_test.c -- every allocation of a read fails once, libyaml's too
** (attack row 139): the reader answers ENOMEM, or does without; nothing is
** left behind, and the tree that was there is as good as before.
**
** The program brings its own malloc, which counts and refuses.  A sanitizer
** has one of its own already, so this is skipped under it.
*/

#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "leak.h"
#include "yaml.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED  1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED  1
#endif
#endif

#if !defined(SANITIZED) && defined(__GLIBC__)
#define FAULTS  1
#endif


#if defined(FAULTS)

static long asked;       /* allocations since the count began */
static long refuse;      /* this one fails, 0: none */
static long onwards;     /* and all after it too */
static long live;        /* blocks that are taken */


extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *p, size_t size);
extern void __libc_free (void *p);


static int refused (void) {
  asked++;
  return refuse != 0 && (onwards ? asked >= refuse : asked == refuse);
}


/* libc itself must find them, though the rest of the program is hidden */
#pragma GCC visibility push(default)

void *malloc (size_t size) {
  void *p = refused() ? NULL : __libc_malloc(size);
  live += p != NULL;
  return p;
}


void *calloc (size_t n, size_t size) {
  void *p = refused() ? NULL : __libc_calloc(n, size);
  live += p != NULL;
  return p;
}


void *realloc (void *old, size_t size) {
  void *p = refused() ? NULL : __libc_realloc(old, size);
  live += p != NULL && old == NULL;
  return p;
}


void free (void *p) {
  live -= p != NULL;
  __libc_free(p);
}

#pragma GCC visibility pop


/* a document that makes all arrays grow: maps, anchors, merges, depth */
static size_t document (char *out, size_t size) {
  size_t used = (size_t)snprintf(out, size, "base: &base {x: 1, y: [2, 3]}\n"
                                 "text: |\n  lines\n  of text\n");
  int i;
  for (i = 0; i < 60; i++)
    used += (size_t)snprintf(out + used, size - used, "key%d: &a%d {<<: "
                             "[*base, {z: %d}], v: \"quoted %d\"}\n", i, i,
                             i, i);
  for (i = 0; i < 30; i++)
    used += (size_t)snprintf(out + used, size - used, "copy%d: *a%d\n", i,
                             i);
  used += (size_t)snprintf(out + used, size - used, "deep: ");
  for (i = 0; i < 40; i++)
    used += (size_t)snprintf(out + used, size - used, "[");
  for (i = 0; i < 40; i++)
    used += (size_t)snprintf(out + used, size - used, "]");
  return used + (size_t)snprintf(out + used, size - used, "\n");
}


/* reads it into a tree that has a document already */
static wk_Code read (const char *text, size_t len, long fault, long all,
                     long *count, size_t *nodes) {
  static wk_Fail fail;
  wk_Tree t;
  uint16_t doc;
  wk_Id root = 0, first = 0;
  wk_Code code;
  long before = live;
  wk_tree_init(&t);
  code = wk_tree_document(&t, WK_FILE, 0, "a", "k: v", 4, &doc, &fail);
  if (code == WK_OK)
    code = wk_yaml_read(&t, doc, WK_TOP_MAP, NULL, NULL, &first, &fail);
  assert_int_equal(code, WK_OK);
  asked = 0;
  onwards = all;
  refuse = fault;
  code = wk_tree_document(&t, WK_FILE, 0, "b", text, len, &doc, &fail);
  if (code == WK_OK)
    code = wk_yaml_read(&t, doc, WK_TOP_MAP, NULL, NULL, &root, &fail);
  refuse = 0;
  *count = asked;
  *nodes = t.nnodes;
  if (code == WK_OK) {
    assert_true(wk_tree_find(&t, root, "copy7", 5) != 0);
    assert_int_equal(wk_tree_node(&t, root)->size, 93);
  }
  assert_true(wk_tree_find(&t, first, "k", 1) != 0);
  wk_tree_free(&t);
  assert_int_equal(live, before);
  return code;
}


static void faults (void **state) {
  static char text[16384];
  size_t len = document(text, sizeof(text)), nodes, same;
  long count, i, without = 0, none;
  (void)state;
  assert_int_equal(read(text, len, 0, 0, &count, &nodes), WK_OK);
  if (count == 0) SKIP("malloc is somebody else's here, such as valgrind's");
  assert_true(count > 500);
  for (i = 1; i <= count; i++) {
    wk_Code code = read(text, len, i, 0, &none, &same);
    if (code == WK_OK) {
      without++;
      assert_int_equal(same, nodes);
    }
    else
      assert_int_equal(code, WK_ENOMEM);
    code = read(text, len, i, 1, &none, &same);
    if (code != WK_OK) assert_int_equal(code, WK_ENOMEM);
  }
  print_message("# %ld allocations failed one by one, %ld of them were not "
                "needed\n", count, without);
  assert_true(without < 20);
}

#else

static void faults (void **state) {
  (void)state;
  SKIP("the sanitizer has a malloc of its own");
}

#endif


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(faults)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
