/*
** fuzz_yaml.c -- any bytes as a document: a tree whose every link, type and
** place is right, or a failure that marks a place in it.  The limits are
** low, so that a small input meets them.
*/

#include "fuzz.h"
#include "scalar.h"
#include "yaml.h"


#define DEPTH  50


/* is it written like a reference, a copy, or an expression? */
static int like_sigil (const char *s, size_t len) {
  size_t i;
  if (len > 0 && (*s == '@' || *s == '%' || *s == '$')) return 1;
  for (i = 1; i < len; i++)
    if (s[i - 1] == '$' && s[i] == '{') return 1;
  return 0;
}


static void check_scalar (const wk_Tree *t, const wk_Node *n) {
  const char *s = wk_tree_text(t, n);
  wk_Kind kind;
  demand(n->first <= t->ntext && n->size <= t->ntext - n->first);
  demand(n->size <= t->limits.scalar_bytes);
  kind = wk_scalar_kind(s, n->size);
  if (n->kind != WK_STRING)
    demand(n->kind == kind || (n->kind == WK_FLOAT && kind == WK_INT));
  else if ((n->flags & WK_PLAIN) && !(n->flags & WK_TAGGED))
    demand(kind == WK_STRING);
  demand(!(n->flags & WK_SIGIL) || n->kind == WK_STRING);
  if (n->kind == WK_STRING)
    demand(!(n->flags & WK_SIGIL) == !(like_sigil(s, n->size) &&
                                       !(n->flags & WK_TAGGED)));
}


static void check_key (wk_Tree *t, wk_Id map, wk_Id value) {
  const wk_Node *key = wk_tree_node(t, value - 1);
  const char *s = wk_tree_text(t, key);
  demand(key->up == map);
  demand(key->kind == WK_STRING || key->kind == WK_INT);
  demand(key->first <= t->ntext && key->size <= t->ntext - key->first);
  if (key->kind == WK_INT)
    demand(wk_tree_findint(t, map, wk_scalar_int(s, key->size)) == value);
  else
    demand(wk_tree_find(t, map, s, key->size) == value);
}


/* the subtree `id` of document `doc`, `depth` levels below the top */
static void check_node (wk_Tree *t, wk_Id id, uint16_t doc, size_t depth) {
  const wk_Node *n = wk_tree_node(t, id);
  wk_Id child, kind = n->kind;
  size_t count = 0, extent = wk_tree_extent(t, id);
  int target = 0;
  demand(depth <= DEPTH + 1);
  demand(n->doc == doc && n->pos <= wk_tree_doc(t, doc)->length);
  demand(extent == 1 ||
         extent <= wk_tree_doc(t, doc)->length - n->pos);
  demand(!(n->flags & WK_ABSENT) && n->prev == 0);
  if (kind != WK_MAP && kind != WK_LIST) {
    check_scalar(t, n);
    return;
  }
  for (child = n->first; child != 0; child = t->nodes[child].next) {
    demand(child < t->nnodes && t->nodes[child].up == id);
    demand(count++ < t->nnodes);
    if (kind == WK_MAP) {
      check_key(t, id, child);
      target |= wk_tree_istarget(t, child);
    }
    else
      demand(wk_tree_item(t, id, (int64_t)count) == child);
    check_node(t, child, doc, depth + 1);
  }
  n = wk_tree_node(t, id);
  demand(count == n->size);
  demand(!(n->flags & WK_COMPONENT) == !target);
}


/* are two subtrees alike? */
static void check_copy (const wk_Tree *t, wk_Id a, wk_Id b) {
  const wk_Node *m = wk_tree_node(t, a), *n = wk_tree_node(t, b);
  wk_Id c, d;
  demand(m->kind == n->kind && m->size == n->size && m->pos == n->pos);
  if (m->kind != WK_MAP && m->kind != WK_LIST) {
    demand(m->first == n->first);
    return;
  }
  c = m->first;
  d = n->first;
  for (; c != 0 && d != 0; c = t->nodes[c].next, d = t->nodes[d].next) {
    if (m->kind == WK_MAP) check_copy(t, c - 1, d - 1);
    check_copy(t, c, d);
  }
  demand(c == 0 && d == 0);
}


static void warned (void *ud, const wk_Fail *warning) {
  const wk_Doc *doc = (const wk_Doc *)ud;
  fuzz_failure(warning, warning->code, doc->length);
}


/* the places of a failure can be shown */
static void check_places (const wk_Doc *doc, const wk_Fail *f) {
  int i;
  for (i = 0; i < f->nmarks; i++) {
    size_t line, column, start, stop;
    wk_place(doc->source, doc->length, f->marks[i].byte, &line, &column,
             &start, &stop);
    demand(line >= 1 && column >= 1);
    demand(start <= stop && stop <= doc->length);
  }
}


/* reads it; *kind is that of the top node */
static wk_Code read (const char *s, size_t size, int top, wk_Kind *kind) {
  static wk_Fail fail;
  wk_Tree t;
  uint16_t doc;
  wk_Id root = 0, copy;
  size_t added, before;
  wk_Code code;
  wk_tree_init(&t);
  t.limits.document_depth = DEPTH;
  t.limits.config_nodes = 5000;
  t.limits.alias_nodes = 1000;
  t.limits.scalar_bytes = 2000;
  t.limits.document_anchors = 50;
  code = wk_tree_document(&t, WK_FILE, 0, "f", s, size, &doc, &fail);
  demand(code == WK_OK);
  code = wk_yaml_read(&t, doc, top, warned, wk_tree_doc(&t, doc), &root, &fail);
  demand(t.nnodes <= 5001);
  if (code == WK_OK) {
    demand(root == 1);
    *kind = (wk_Kind)t.nodes[root].kind;
    check_node(&t, root, doc, 1);
    before = t.nnodes;
    if (wk_tree_copy(&t, root, 0, &copy, &added, &fail) == WK_OK) {
      demand(added == t.nnodes - before);
      check_copy(&t, root, copy);
    }
    else
      demand(fail.code == WK_ELIMIT && t.nnodes == before);
  }
  else {
    fuzz_failure(&fail, code, size);
    check_places(wk_tree_doc(&t, doc), &fail);
  }
  wk_tree_free(&t);
  return code;
}


int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size) {
  const char *s = (const char *)data;
  wk_Kind kind = WK_NONE, map_kind = WK_NONE;
  wk_Code any = read(s, size, WK_TOP_ANY, &kind);
  wk_Code map = read(s, size, WK_TOP_MAP, &map_kind);
  if (map == WK_OK) {
    demand(map_kind == WK_MAP && any == WK_OK);
    demand(kind == WK_MAP || kind == WK_NULL);  /* an empty document */
  }
  else if (any == WK_OK)
    demand(map == WK_EDOCUMENT);
  return 0;
}
