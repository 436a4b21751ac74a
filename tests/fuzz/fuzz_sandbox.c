/*
** fuzz_sandbox.c -- any text as a Lua config in its isolated state: nodes that
** hang together, or a failure in words; within its steps and bytes, all of
** which are given back; a second run gives the same.
*/

#include "fuzz.h"
#include "sandbox.h"

#define STEPS  20000
#define BYTES  ((size_t)2 << 20)

static size_t used;


static void *memory (void *ud, void *block, size_t osize, size_t nsize) {
  size_t old = block != NULL ? osize : 0;
  void *fresh;
  (void)ud;
  if (nsize == 0) {
    free(block);
    used -= old;
    return NULL;
  }
  fresh = realloc(block, nsize);
  if (fresh != NULL) used = used - old + nsize;
  demand(used <= BYTES + 65536);  /* and what Lua itself needs to start */
  return fresh;
}


static const char *variable (void *ud, const char *name, size_t *len) {
  (void)ud;
  *len = 5;
  return strcmp(name, "HOME") == 0 ? "/home" : NULL;
}


static wk_Code no_file (void *ud, const char *name, uint16_t from,
                        uint16_t *doc, wk_Fail *f) {
  (void)ud;
  (void)name;
  (void)from;
  (void)doc;
  return wk_fail(f, WK_ENOTFOUND, "there is no such file");
}


/* the subtree `id`, `depth` levels below the top; adds to *sum */
static void check_node (wk_Tree *t, wk_Id id, size_t depth, uint64_t *sum) {
  const wk_Node *n = wk_tree_node(t, id);
  wk_Kind kind = (wk_Kind)n->kind;
  wk_Id child;
  size_t count = 0;
  demand(depth <= 260 && n->doc > 0 && n->doc < t->ndocs);
  demand(n->pos <= wk_tree_doc(t, n->doc)->length &&
         wk_tree_extent(t, id) > 0);
  *sum = *sum * 31 + (uint64_t)kind * 7 + n->size + n->pos + n->flags;
  if (kind != WK_MAP && kind != WK_LIST) {
    demand(kind <= WK_STRING);  /* no function gets out */
    demand(n->first <= t->ntext && n->size <= t->ntext - n->first);
    return;
  }
  for (child = n->first; child != 0; child = t->nodes[child].next) {
    demand(child < t->nnodes && t->nodes[child].up == id);
    demand(count++ < t->nnodes);
    if (kind == WK_MAP) {
      wk_Kind key = (wk_Kind)t->nodes[child - 1].kind;
      demand(key == WK_STRING || key == WK_INT);
    }
    check_node(t, child, depth + 1, sum);
  }
  demand(count == wk_tree_node(t, id)->size);
}


static wk_Code run (const char *s, size_t size, uint64_t *sum) {
  static const wk_Door door = {
    .include = no_file, .env = variable, .memory = memory
  };
  static wk_Told told;
  static wk_Fail fail;
  wk_Tree t;
  uint16_t doc;
  wk_Id root = 0;
  wk_Code code;
  wk_tree_init(&t);
  t.limits.lua_steps = STEPS;
  t.limits.lua_bytes = BYTES;
  t.limits.config_nodes = 5000;
  code = wk_tree_document(&t, WK_FILE, 0, "f.lua", s, size, &doc, &fail);
  demand(code == WK_OK);
  code = wk_sandbox_read(&t, doc, 1, &door, &root, &told, &fail);
  demand(used == 0);
  demand(told.bytes <= BYTES + 65536);
  *sum = 0;
  if (code == WK_OK) {
    demand(told.steps <= STEPS);
    check_node(&t, root, 1, sum);
  }
  else {
    fuzz_failure(&fail, code, size);
    demand(told.length <= WK_TOLD_TEXT && told.nmore <= WK_TOLD_MARKS);
    *sum = strlen(fail.message);
  }
  wk_tree_free(&t);
  return code;
}


int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size) {
  uint64_t one, two;
  wk_Code code = run((const char *)data, size, &one);
  demand(run((const char *)data, size, &two) == code && one == two);
  return 0;
}
