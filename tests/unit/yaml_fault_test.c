/*
** yaml_fault_test.c -- every allocation of a read fails once, libyaml's too
** (attack row 139): the reader answers ENOMEM, or does without; nothing is
** left behind, and the tree that was there is as good as before.
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
#include "faults.h"
#include "yaml.h"


#if defined(FAULTS)

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
  if (!counts()) SKIP("malloc is somebody else's here, such as valgrind's");
  assert_int_equal(read(text, len, 0, 0, &count, &nodes), WK_OK);
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
