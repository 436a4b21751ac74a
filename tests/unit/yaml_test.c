/*
** yaml_test.c -- documents -> trees: types, keys, marks, flags, aliases,
** merge keys, limits.  What is said of wrong ones: yaml_message_test.c.
*/

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


static wk_Fail problem;

static struct { wk_Fail first; int count; } warned;

static void onwarn (void *ud, const wk_Fail *warning) {
  assert_ptr_equal(ud, &warned);
  if (warned.count++ == 0) warned.first = *warning;
}


/* reads a text into a tree that was initialised; gives the code */
static wk_Code read (wk_Tree *t, const char *s, size_t len, int top,
                     wk_Id *root) {
  uint16_t doc;
  warned.count = 0;
  assert_int_equal(wk_tree_document(t, WK_FILE, 0, "c.yaml", s, len, &doc,
                                    &problem), WK_OK);
  return wk_yaml_read(t, doc, top, onwarn, &warned, root, &problem);
}


/* the tree as text: kinds as letters before the scalars */
static void dump (const wk_Tree *t, wk_Id top, char *out, size_t size) {
  static const char letters[] = "?nbifs";
  wk_Id at = top;
  size_t used = 0;
  for (;;) {
    const wk_Node *n = wk_tree_node(t, at);
    const wk_Node *up = wk_tree_node(t, n->up);
    if (at != top && up->kind == WK_MAP) {
      const wk_Node *k = wk_tree_node(t, at - 1);
      used += (size_t)snprintf(out + used, size - used, "%c:%.*s=",
                               letters[k->kind], (int)k->size,
                               wk_tree_text(t, k));
    }
    if (n->kind == WK_MAP || n->kind == WK_LIST) {
      out[used++] = n->kind == WK_MAP ? '{' : '[';
      if (n->first != 0) {
        at = n->first;
        continue;
      }
      out[used++] = n->kind == WK_MAP ? '}' : ']';
    }
    else
      used += (size_t)snprintf(out + used, size - used, "%c:%.*s",
                               letters[n->kind], (int)n->size,
                               wk_tree_text(t, n));
    while (at != top && wk_tree_node(t, at)->next == 0) {
      at = wk_tree_node(t, at)->up;
      out[used++] = wk_tree_node(t, at)->kind == WK_MAP ? '}' : ']';
    }
    if (at == top) break;
    out[used++] = ' ';
    at = wk_tree_node(t, at)->next;
    assert_true(used < size - 64);
  }
  out[used] = '\0';
}


/* the document must read as this */
static void is (const char *text, const char *expected) {
  char out[2048];
  wk_Tree t;
  wk_Id root;
  wk_tree_init(&t);
  if (read(&t, text, strlen(text), WK_TOP_ANY, &root) != WK_OK)
    fail_msg("%s: %s", text, problem.message);
  assert_int_equal(wk_tree_node(&t, root)->up, 0);
  dump(&t, root, out, sizeof(out));
  assert_string_equal(out, expected);
  wk_tree_free(&t);
}


/* the document must be refused so */
static void refused (const char *text, size_t len, wk_Code code) {
  wk_Tree t;
  wk_Id root = 0;
  wk_Code got;
  wk_tree_init(&t);
  got = read(&t, text, len, WK_TOP_MAP, &root);
  if (got != code)
    fail_msg("%.40s: %s, not %s", text, wk_code_info(got)->name,
             wk_code_info(code)->name);
  assert_true(problem.nmarks > 0);
  assert_true(problem.marks[0].byte <= len);
  /* the tree is as good as before */
  assert_int_equal(read(&t, "a: 1", 4, WK_TOP_MAP, &root), WK_OK);
  assert_int_equal(wk_tree_node(&t, root)->size, 1);
  wk_tree_free(&t);
}

#define REFUSED(text, code)  refused(text, sizeof(text) - 1, code)


static void types (void **state) {
  (void)state;
  is("- yes\n- 010\n- 1:30\n- 1e-3\n- ~\n-\n- Null\n- true\n- '1'\n- \"~\"\n",
     "[s:yes i:010 s:1:30 f:1e-3 n:~ n: n:Null b:true s:1 s:~]");
  is("- 0o17\n- 0x1F\n- 1_000\n- .inf\n- -.INF\n- .nan\n- no\n- on\n",
     "[i:0o17 i:0x1F s:1_000 f:.inf f:-.INF f:.nan s:no s:on]");
  is("- |\n  12\n- >\n  a\n  b\n", "[s:12\n s:a b\n]");
  is("a: {b: [c, {d: e}], f: g}\nh: []\ni: {}\n",
     "{s:a={s:b=[s:c {s:d=s:e}] s:f=s:g} s:h=[] s:i={}}");
  is("a: ???\n", "{s:a=s:???}");
  is("\"a\\0b\": 1\n", "{s:a=i:1}");  /* dump stops at the NUL */
}


static void tags (void **state) {
  (void)state;
  is("- !!str 12\n- !!int \"3\"\n- !!float 3\n- !!bool 'true'\n- !!null ''\n"
     "- !!null\n- !!str\n- ! 12\n- !!map {}\n- !!seq []\n- ! [x]\n"
     "- !<tag:yaml.org,2002:int> 7\n",
     "[s:12 i:3 f:3 b:true n: n: s: s:12 {} [] [s:x] i:7]");
  is("!!str 1: a\n!!int \"2\": b\n", "{s:1=s:a i:2=s:b}");
  REFUSED("a: !!int x", WK_ETAG);
  REFUSED("a: !!int 1.5", WK_ETAG);
  REFUSED("a: !!float 0x10", WK_ETAG);
  REFUSED("a: !!int 9999999999999999999", WK_EVALUE);
  REFUSED("a: !!bool yes", WK_ETAG);
  REFUSED("a: !!binary x", WK_ETAG);
  REFUSED("a: !!set {}", WK_ETAG);
  REFUSED("a: !!map []", WK_ETAG);
  REFUSED("a: !x {}", WK_ETAG);
  REFUSED("a: !!str {}", WK_ETAG);
  REFUSED("a: !!str%00x y", WK_ETAG);
  REFUSED("a: !!map%00 {}", WK_ETAG);
  REFUSED("a: !!in {}", WK_ETAG);
}


static void keys (void **state) {
  (void)state;
  is("1: a\n'1': b\n0x2: c\n? d\n: e\n", "{i:1=s:a s:1=s:b i:0x2=s:c s:d=s:e}");
  is("a: &k key\n*k : v\n", "{s:a=s:key s:key=s:v}");
  is("&k key: *k\n", "{s:key=s:key}");
  REFUSED("1: a\n0x1: b\n", WK_EDUPKEY);
  REFUSED("\"a\": 1\na: 2\n", WK_EDUPKEY);
  REFUSED("a: &k b\nb: 1\n*k : 2\n", WK_EDUPKEY);
  REFUSED("true: 1\n", WK_EKEY);
  REFUSED("a: &k true\n*k : 1\n", WK_EKEY);
  REFUSED("? {a: 1}\n: 1\n", WK_EKEY);
  REFUSED("? - a\n: 1\n", WK_EKEY);
  REFUSED(".nan: 1\n", WK_EKEY);
  REFUSED("null: 1\n", WK_EKEY);
}


/* among few keys, among many, and far apart */
static void duplicates (void **state) {
  int n;
  (void)state;
  for (n = 1; n < 60; n++) {
    char text[2048];
    size_t used = 0;
    int i;
    for (i = 0; i < n; i++)
      used += (size_t)sprintf(text + used, "key%d: {a: [1, 2]}\n", i);
    sprintf(text + used, "key%d: x\n", n / 2);
    refused(text, strlen(text), WK_EDUPKEY);
    assert_int_equal(problem.nmarks, 2);
    assert_int_equal(problem.marks[0].byte, used);
    assert_memory_equal(text + problem.marks[1].byte, text + used,
                        problem.marks[1].length);
  }
}


static void marks (void **state) {
  static const char text[] =
    "\xEF\xBB\xBF# \xC3\xA9\nk\xC3\xBC: v\xC3\xA4l\nnext:\n  - !!str x\n"
    "  - &a {b: c}\n  - &c\n    d: e\n";
  wk_Tree t;
  wk_Id root, v, list;
  (void)state;
  wk_tree_init(&t);
  assert_int_equal(read(&t, text, sizeof(text) - 1, WK_TOP_MAP, &root),
                   WK_OK);
#define AT(id, s)  assert_memory_equal(text + wk_tree_node(&t, id)->pos, s, \
                                       sizeof(s) - 1)
  AT(root, "k\xC3\xBC");
  v = wk_tree_node(&t, root)->first;
  AT(v - 1, "k\xC3\xBC:");
  AT(v, "v\xC3\xA4l\n");
  v = wk_tree_node(&t, v)->next;
  AT(v - 1, "next");
  AT(v, "- !!str");
  list = v;
  v = wk_tree_item(&t, list, 1);
  AT(v, "x\n");
  v = wk_tree_item(&t, list, 2);
  AT(v, "{b: c}");
  v = wk_tree_item(&t, list, 3);
  AT(v, "d: e");
  AT(wk_tree_node(&t, v)->first, "e\n");
#undef AT
  wk_tree_free(&t);
}


static unsigned flagsof (const char *text) {
  wk_Tree t;
  wk_Id root;
  unsigned flags;
  wk_tree_init(&t);
  assert_int_equal(read(&t, text, strlen(text), WK_TOP_MAP, &root), WK_OK);
  flags = wk_tree_node(&t, wk_tree_node(&t, root)->first)->flags;
  wk_tree_free(&t);
  return flags;
}


static void flags (void **state) {
  (void)state;
  assert_int_equal(flagsof("a: b"), WK_PLAIN);
  assert_int_equal(flagsof("a: 'b'"), 0);
  assert_int_equal(flagsof("a: '@b'"), WK_SIGIL);
  assert_int_equal(flagsof("a: \"%b\""), WK_SIGIL);
  assert_int_equal(flagsof("a: $ 1 + 1"), WK_SIGIL | WK_PLAIN);
  assert_int_equal(flagsof("a: x ${y}"), WK_SIGIL | WK_PLAIN);
  assert_int_equal(flagsof("a: a long text at last with a ${splice} in it"),
                   WK_SIGIL | WK_PLAIN);
  assert_int_equal(flagsof("a: a long text with $ and { and $ {, no splice"),
                   WK_PLAIN);
  assert_int_equal(flagsof("a: a long text that ends with a dollar sign $"),
                   WK_PLAIN);
  assert_int_equal(flagsof("a: |\n  ${x}\n"), WK_SIGIL);
  assert_int_equal(flagsof("a: x$"), WK_PLAIN);
  assert_int_equal(flagsof("a: !!str '@b'"), WK_TAGGED);
  assert_int_equal(flagsof("a: !!str ${b}"), WK_TAGGED | WK_PLAIN);
  assert_int_equal(flagsof("a: ! '@b'"), WK_SIGIL);
  assert_int_equal(flagsof("a:"), WK_PLAIN | WK_EMPTY);
  assert_int_equal(flagsof("a: ~"), WK_PLAIN);
  assert_int_equal(flagsof("a: ???"), WK_PLAIN);
  assert_int_equal(flagsof("a: [1]"), WK_FLOW);
  assert_int_equal(flagsof("a:\n  - 1"), 0);
  assert_int_equal(flagsof("{a: 1}"), WK_PLAIN | WK_FLOW);
  assert_int_equal(flagsof("a: {_target_: x}"), WK_FLOW | WK_COMPONENT);
  assert_int_equal(flagsof("a:\n  'x': 1\n  \"_target_\": x"), WK_COMPONENT);
  assert_int_equal(flagsof("a: &a {_target_: x}\n"),
                   WK_FLOW | WK_COMPONENT);
  assert_int_equal(flagsof("a:\n  <<: {_target_: x}\n"), WK_COMPONENT);
  assert_int_equal(flagsof("a: &x '@y'\n*x : 1\n"), WK_SIGIL);
}


static void aliases (void **state) {
  wk_Tree t;
  wk_Id root, v, w;
  const wk_Via *via;
  (void)state;
  is("a: &x [1, {b: 2}]\nc: *x\nd: [*x, *x]\n",
     "{s:a=[i:1 {s:b=i:2}] s:c=[i:1 {s:b=i:2}] "
     "s:d=[[i:1 {s:b=i:2}] [i:1 {s:b=i:2}]]}");
  /* a name that is given again means the newer node from there on */
  is("- &x 1\n- *x\n- &x 2\n- *x\n", "[i:1 i:1 i:2 i:2]");
  REFUSED("a: &x 1\nb: &x [*x]\n", WK_EALIASLOOP);
  REFUSED("a: &x [&x 1, *x]\nb: *y\n", WK_EALIAS);
  is("- &x [&x 1, *x]\n- *x\n", "[[i:1 i:1] i:1]");
  wk_tree_init(&t);
  assert_int_equal(read(&t, "a: &x {b: 2}\nc: *x\n", 19, WK_TOP_MAP, &root),
                   WK_OK);
  v = wk_tree_node(&t, root)->first;
  w = wk_tree_node(&t, v)->next;
  assert_int_equal(wk_tree_node(&t, w)->pos, wk_tree_node(&t, v)->pos);
  via = wk_tree_viaof(&t, w);
  assert_non_null(via);
  assert_int_equal(via->pos, 16);
  assert_null(wk_tree_viaof(&t, v));
  wk_tree_free(&t);
}


static void merges (void **state) {
  (void)state;
  is("b: &b {x: 1, y: 2}\na:\n  <<: *b\n  y: 3\n  z: 4\n",
     "{s:b={s:x=i:1 s:y=i:2} s:a={s:x=i:1 s:y=i:3 s:z=i:4}}");
  is("b: &b {x: 1, y: 2}\na:\n  y: 3\n  <<: *b\n  z: 4\n",
     "{s:b={s:x=i:1 s:y=i:2} s:a={s:y=i:3 s:x=i:1 s:z=i:4}}");
  is("- &b {x: 1, y: 2}\n- &c {x: 5, w: 6}\n- {<<: [*b, *c], v: 7}\n",
     "[{s:x=i:1 s:y=i:2} {s:x=i:5 s:w=i:6} "
     "{s:x=i:1 s:y=i:2 s:w=i:6 s:v=i:7}]");
  is("- &l [{x: 1}, {x: 2, y: 3}]\n- <<: *l\n",
     "[[{s:x=i:1} {s:x=i:2 s:y=i:3}] {s:x=i:1 s:y=i:3}]");
  is("<<: {a: 1}\nb: 2\n", "{s:a=i:1 s:b=i:2}");
  is("b: 2\n<<: [{a: 1, b: 3}, {c: {d: e}}]\n",
     "{s:b=i:2 s:a=i:1 s:c={s:d=s:e}}");
  is("<<:\n  <<: {a: 1}\n  b: 2\nc: 3\n", "{s:a=i:1 s:b=i:2 s:c=i:3}");
  is("<<: &m {a: 1}\nb: *m\n", "{s:a=i:1 s:b={s:a=i:1}}");
  is("<<: &m [{a: 1}]\nb: *m\n", "{s:a=i:1 s:b=[{s:a=i:1}]}");
  is("'<<': 1\n", "{s:<<=i:1}");
  is("- <<\n", "[s:<<]");
  is("<<: {}\n", "{}");
  is("a: &a {1: x}\nb: {<<: *a, 0x1: y}\n",
     "{s:a={i:1=s:x} s:b={i:0x1=s:y}}");
  REFUSED("<<: 1\n", WK_EMERGE);
  REFUSED("<<:\n", WK_EMERGE);
  REFUSED("<<: [1]\n", WK_EMERGE);
  REFUSED("<<: [[{}]]\n", WK_EMERGE);
  REFUSED("a: &a 1\n<<: *a\n", WK_EMERGE);
  REFUSED("a: &a [1]\n<<: *a\n", WK_EMERGE);
  REFUSED("a: &a [{}]\n<<: [*a]\n", WK_EMERGE);
  REFUSED("a: &a {<<: *a}\n", WK_EALIASLOOP);
  REFUSED("a: &a {<<: [*a]}\n", WK_EALIASLOOP);
  REFUSED("<<: {a: 1}\n<<: {b: 1}\n", WK_EDUPKEY);
}


/* merged values are copies that say so; among many keys too */
static void mergevia (void **state) {
  char text[4096] = "b: &b {k7: no, new: yes}\na:\n  <<: *b\n";
  wk_Tree t;
  wk_Id root, a, v;
  size_t used = strlen(text);
  int i;
  (void)state;
  for (i = 0; i < 50; i++)
    used += (size_t)sprintf(text + used, "  k%d: %d\n", i, i);
  wk_tree_init(&t);
  assert_int_equal(read(&t, text, used, WK_TOP_MAP, &root), WK_OK);
  a = wk_tree_find(&t, root, "a", 1);
  assert_int_equal(wk_tree_node(&t, a)->size, 51);
  v = wk_tree_node(&t, a)->first;
  assert_int_equal(v, wk_tree_find(&t, a, "new", 3));
  assert_non_null(wk_tree_viaof(&t, v));
  assert_memory_equal(text + wk_tree_viaof(&t, v)->pos, "*b", 2);
  v = wk_tree_find(&t, a, "k7", 2);
  assert_null(wk_tree_viaof(&t, v));
  assert_int_equal(wk_tree_node(&t, v)->kind, WK_INT);
  wk_tree_free(&t);
}


static void documents (void **state) {
  wk_Tree t;
  wk_Id root;
  (void)state;
  is("", "n:");
  is("# only a comment\n", "n:");
  is("--- text\n...\n# end\n", "s:text");
  is("\xEF\xBB\xBF" "a: 1", "{s:a=i:1}");
  is("%YAML 1.2\n---\na: 1\n", "{s:a=i:1}");
  wk_tree_init(&t);
  assert_int_equal(read(&t, "", 0, WK_TOP_MAP, &root), WK_OK);
  assert_int_equal(wk_tree_node(&t, root)->kind, WK_MAP);
  assert_int_equal(wk_tree_node(&t, root)->size, 0);
  assert_int_equal(read(&t, "---\n", 4, WK_TOP_MAP, &root), WK_OK);
  assert_int_equal(wk_tree_node(&t, root)->kind, WK_MAP);
  assert_int_equal(read(&t, "\xEF\xBB\xBF", 3, WK_TOP_MAP, &root), WK_OK);
  assert_int_equal(wk_tree_node(&t, root)->kind, WK_MAP);
  wk_tree_free(&t);
  REFUSED("~", WK_EDOCUMENT);
  REFUSED("- a", WK_EDOCUMENT);
  REFUSED("[a]", WK_EDOCUMENT);
  REFUSED("text", WK_EDOCUMENT);
  REFUSED("a: 1\n---\nb: 1\n", WK_EDOCUMENT);
  REFUSED("a: 1\n...\n---\n", WK_EDOCUMENT);
  REFUSED("a: 1\n...\n%YAML 1.2\n---\n", WK_EDOCUMENT);
}


static void warnings (void **state) {
  wk_Tree t;
  wk_Id root;
  (void)state;
  wk_tree_init(&t);
  assert_int_equal(read(&t, "a: {x:1, 'y:2', z: 3, w}\n", 25, WK_TOP_MAP,
                        &root), WK_OK);
  assert_int_equal(warned.count, 1);
  assert_int_equal(warned.first.code, WK_ESPACING);
  assert_string_equal(warned.first.message,
                      "`x:1` is one key without a value");
  assert_int_equal(warned.first.marks[0].byte, 5);
  assert_string_equal(warned.first.helps[0],
                      "for a key and a value write `x: 1`");
  assert_int_equal(read(&t, "a: [x:1]\nb:c:\n", 14, WK_TOP_MAP, &root),
                   WK_OK);
  assert_int_equal(warned.count, 0);
  wk_tree_free(&t);
}


static void encodings (void **state) {
  (void)state;
  is("- \xC2\x85\n- \xE2\x80\xA8\n- \xF0\x9F\x98\x80\n",
     "[n: n: s:\xF0\x9F\x98\x80]");
  REFUSED("a: \xFF", WK_EENCODING);
  REFUSED("a: \xC0\x80", WK_EENCODING);
  REFUSED("a: \xED\xA0\x80", WK_EENCODING);
  REFUSED("a: \xF4\x90\x80\x80", WK_EENCODING);
  REFUSED("a: \xE2\x82", WK_EENCODING);
  REFUSED("a: \0", WK_EENCODING);
  REFUSED("a: \x01", WK_EENCODING);
  REFUSED("a: \x7F", WK_EENCODING);
  REFUSED("\xFF\xFE" "a\0", WK_EENCODING);
  REFUSED("\xFE\xFF\0a", WK_EENCODING);
  REFUSED("\xFF\xFE\0\0a\0\0\0", WK_EENCODING);
  REFUSED("\0\0\xFE\xFF\0\0\0a", WK_EENCODING);
  {  /* each place in and around a block of 64 bytes */
    char text[200];
    size_t i;
    memset(text, 'x', sizeof(text));
    text[1] = ':';
    text[2] = ' ';
    for (i = 3; i < sizeof(text); i++) {
      text[i] = '\x02';
      refused(text, sizeof(text), WK_EENCODING);
      assert_int_equal(problem.marks[0].byte, i);
      text[i] = 'x';
    }
    text[100] = '\xC3';
    text[101] = '\xA4';
    {
      wk_Tree t;
      wk_Id root;
      wk_tree_init(&t);
      assert_int_equal(read(&t, text, sizeof(text), WK_TOP_MAP, &root),
                       WK_OK);
      wk_tree_free(&t);
    }
  }
}


/*
** {======================================================================
** Limits
** =======================================================================
*/

/* `unit` so often, and `end` */
static char *repeated (const char *unit, size_t n, const char *end,
                       size_t *len) {
  size_t size = strlen(unit), last = strlen(end) + 1, i;
  char *s = malloc(size * n + last);
  assert_non_null(s);
  for (i = 0; i < size * n; i++) s[i] = unit[i % size];
  memcpy(s + size * n, end, last);
  *len = size * n + last - 1;
  return s;
}


/* reads and must be refused after so many events at most */
static void bounded (const char *s, size_t len, wk_Code code, size_t most) {
  wk_Tree t;
  wk_Id root;
  wk_Code got;
  wk_tree_init(&t);
  got = read(&t, s, len, WK_TOP_ANY, &root);
  if (got != code)
    fail_msg("%.20s: %s, not %s", s, wk_code_info(got)->name,
             wk_code_info(code)->name);
  if (t.events > most) fail_msg("%.20s: %zu events", s, t.events);
  assert_true(problem.nmarks > 0);
  wk_tree_free(&t);
}


static void depth (void **state) {
  static const char *const units[] = {"[", "{", "? ", "- "};
  size_t len, i;
  char *s;
  (void)state;
  for (i = 0; i < 4; i++) {
    s = repeated(units[i], 100000, "", &len);
    bounded(s, len, WK_EDEPTH, 1024);
    assert_string_equal(problem.message,
                        "this document is nested more than 256 levels deep");
    free(s);
  }
  s = repeated("[", 512, "", &len);
  memset(s + 256, ']', 256);
  {
    wk_Tree t;
    wk_Id root;
    wk_tree_init(&t);
    assert_int_equal(read(&t, s, 512, WK_TOP_ANY, &root), WK_OK);
    t.limits.document_depth = 255;
    assert_int_equal(read(&t, s, 512, WK_TOP_ANY, &root), WK_EDEPTH);
    assert_int_equal(problem.marks[0].byte, 255);
    assert_string_equal(problem.marks[0].label, "level 256 starts here");
    wk_tree_free(&t);
  }
  free(s);
}


/* nine aliases of nine aliases ..., `levels` of them */
static size_t laughs (char *out, int levels) {
  size_t used = (size_t)sprintf(out, "a: &a [lol, lol, lol, lol, lol, lol, "
                                     "lol, lol, lol]\n");
  int i, j;
  for (i = 1; i < levels; i++) {
    used += (size_t)sprintf(out + used, "%c: &%c [", 'a' + i, 'a' + i);
    for (j = 0; j < 9; j++)
      used += (size_t)sprintf(out + used, "%s*%c", j ? ", " : "",
                              'a' + i - 1);
    used += (size_t)sprintf(out + used, "]\n");
  }
  return used;
}


static void bombs (void **state) {
  static char text[8192];
  size_t len;
  wk_Tree t;
  wk_Id root;
  (void)state;
  len = laughs(text, 9);
  bounded(text, len, WK_EALIASES, 1024);
  assert_string_equal(problem.message, "expanding the aliases of this "
                      "document would add more than 100,000 nodes");
  assert_memory_equal(text + problem.marks[0].byte - 7, "i: &i [*h,", 10);
  assert_int_equal(problem.marks[0].length, 2);
  assert_string_equal(problem.marks[0].label,
                      "48,427,561 nodes below this alias");
  assert_string_equal(problem.notes[0], "the file itself has 100 nodes; the "
                      "limit `alias.nodes` is 100000");
  len = laughs(text, 26);  /* 9^26 fits no 64 bits */
  bounded(text, len, WK_EALIASES, 1024);
  /* five levels are 7,381 nodes and below the limit; what counting said is
     what was added */
  wk_tree_init(&t);
  len = laughs(text, 5);
  assert_int_equal(read(&t, text, len, WK_TOP_MAP, &root), WK_OK);
  assert_int_equal(t.nnodes, 1 + 1 + 5 + 10 + 91 + 820 + 7381 + 66430);
  t.limits.alias_nodes = (size_t)9 * (10 + 91 + 820 + 7381);
  assert_int_equal(read(&t, text, len, WK_TOP_MAP, &root), WK_OK);
  t.limits.alias_nodes--;
  assert_int_equal(read(&t, text, len, WK_TOP_MAP, &root), WK_EALIASES);
  wk_tree_free(&t);
  /* by merge keys, and by keys */
  bounded("a: &a {b: 1, c: 2}\nd: {<<: *a}\n", 31, WK_OK, 100);
}


static void sizes (void **state) {
  size_t len;
  char *s = repeated("x", 1048577, "", &len);
  wk_Tree t;
  wk_Id root;
  (void)state;
  bounded(s, len, WK_ESIZE, 16);
  assert_string_equal(problem.message, "this text is longer than 1 MiB");
  free(s);
  s = repeated("\n", 16777217, "", &len);
  bounded(s, len, WK_ESIZE, 0);
  assert_string_equal(problem.message,
                      "this document is larger than 16 MiB");
  free(s);
  s = repeated("\n", 8388608, "a: 1", &len);  /* long, and fine */
  wk_tree_init(&t);
  assert_int_equal(read(&t, s, len, WK_TOP_MAP, &root), WK_OK);
  wk_tree_free(&t);
  free(s);
  wk_tree_init(&t);
  t.limits.scalar_bytes = 3;
  assert_int_equal(read(&t, "abc: abc", 8, WK_TOP_MAP, &root), WK_OK);
  assert_int_equal(read(&t, "abcd: abc", 9, WK_TOP_MAP, &root), WK_ESIZE);
  assert_int_equal(read(&t, "abc: 'abcd'", 11, WK_TOP_MAP, &root), WK_ESIZE);
  wk_tree_free(&t);
}


static void many (void **state) {
  size_t len, used = 0, i;
  char *s = malloc(16000000);
  wk_Tree t;
  wk_Id root;
  (void)state;
  assert_non_null(s);
  for (i = 0; i < 1000000; i++)
    used += (size_t)sprintf(s + used, "k%zu: 1\n", i);
  bounded(s, used, WK_ELIMIT, 1000010);
  assert_string_equal(problem.message,
                      "this config has more than 1000000 nodes");
  for (i = used = 0; i < 40000; i++)
    used += (size_t)sprintf(s + used, "- &a%zu x\n", i);
  bounded(s, used, WK_ELIMIT, 10010);
  assert_string_equal(problem.message,
                      "this document has more than 10,000 anchors");
  /* 10,000 anchors, and an alias of each: by hash, so soon */
  for (i = used = 0; i < 10000; i++)
    used += (size_t)sprintf(s + used, "- &a%zu x\n- *a%zu\n", i, i / 2);
  wk_tree_init(&t);
  assert_int_equal(read(&t, s, used, WK_TOP_ANY, &root), WK_OK);
  wk_tree_free(&t);
  for (i = used = 0; i < 20000; i++)
    used += (size_t)sprintf(s + used, "%%TAG !t%zu! tag:x\n", i);
  bounded(s, used, WK_ETAG, 0);
  used = (size_t)sprintf(s, "a: 1\n...\n");
  for (i = 0; i < 20000; i++)
    used += (size_t)sprintf(s + used, "%%TAG !t%zu! tag:x\n", i);
  bounded(s, used, WK_EDOCUMENT, 16);
  free(s);
  s = repeated("\n", 4000000, "  : [", &len);  /* looked at line by line */
  bounded(s, len, WK_EKEY, 16);
  free(s);
}

/* }====================================================================== */


/* an override's value */
static void single (void **state) {
  wk_Tree t;
  wk_Id id;
  (void)state;
  wk_tree_init(&t);
  assert_int_equal(wk_yaml_scalar(&t, 1, 4, "0.5", 3, &id, &problem), WK_OK);
  assert_int_equal(wk_tree_node(&t, id)->kind, WK_FLOAT);
  assert_int_equal(wk_tree_node(&t, id)->pos, 4);
  assert_int_equal(wk_yaml_scalar(&t, 1, 4, "a: b", 4, &id, &problem),
                   WK_OK);
  assert_int_equal(wk_tree_node(&t, id)->kind, WK_STRING);
  assert_int_equal(wk_tree_node(&t, id)->flags, WK_PLAIN);
  assert_int_equal(wk_yaml_scalar(&t, 1, 0, "@x", 2, &id, &problem), WK_OK);
  assert_int_equal(wk_tree_node(&t, id)->flags, WK_PLAIN | WK_SIGIL);
  assert_int_equal(wk_yaml_scalar(&t, 1, 0, "", 0, &id, &problem), WK_OK);
  assert_int_equal(wk_tree_node(&t, id)->kind, WK_NULL);
  assert_int_equal(wk_yaml_scalar(&t, 1, 2, "1e999", 5, &id, &problem),
                   WK_EVALUE);
  assert_int_equal(problem.marks[0].byte, 2);
  assert_int_equal(wk_yaml_scalar(&t, 1, 2, "a\xFF", 2, &id, &problem),
                   WK_EENCODING);
  assert_int_equal(problem.marks[0].byte, 3);
  t.limits.scalar_bytes = 2;
  assert_int_equal(wk_yaml_scalar(&t, 1, 2, "abc", 3, &id, &problem),
                   WK_ESIZE);
  wk_tree_free(&t);
}


/* several documents in one tree, a failed one between them */
static void several (void **state) {
  wk_Tree t;
  wk_Id a, b, none;
  (void)state;
  wk_tree_init(&t);
  assert_int_equal(read(&t, "a: &x 1\n", 8, WK_TOP_MAP, &a), WK_OK);
  assert_int_equal(read(&t, "a: *x\n", 6, WK_TOP_MAP, &none), WK_EALIAS);
  assert_int_equal(read(&t, "b: 2\n", 5, WK_TOP_MAP, &b), WK_OK);
  assert_int_equal(a, 1);
  assert_int_equal(wk_tree_node(&t, a)->doc, 1);
  assert_int_equal(wk_tree_node(&t, b)->doc, 3);
  assert_true(wk_tree_find(&t, a, "a", 1) != 0);
  assert_true(wk_tree_find(&t, b, "b", 1) != 0);
  wk_tree_free(&t);
}


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(types), LEAK_TEST(tags), LEAK_TEST(keys),
    LEAK_TEST(duplicates), LEAK_TEST(marks), LEAK_TEST(flags),
    LEAK_TEST(aliases), LEAK_TEST(merges), LEAK_TEST(mergevia),
    LEAK_TEST(documents), LEAK_TEST(warnings), LEAK_TEST(encodings),
    LEAK_TEST(depth), LEAK_TEST(bombs), LEAK_TEST(sizes), LEAK_TEST(many),
    LEAK_TEST(single), LEAK_TEST(several)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
