/*
** sandbox_test.c -- Lua configs in their isolated state: what they give, what
** they ask of their host, their budgets, and memory that fails at the Nth
** block and ever after.
*/

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

#include "leak.h"
#include "sandbox.h"


static wk_Fail fail;
static wk_Told told;

/* runs a text as a config */
static wk_Code run (wk_Tree *t, const char *text, const wk_Door *door,
                    wk_Id *root) {
  uint16_t doc;
  assert_int_equal(wk_tree_document(t, WK_FILE, 0, "test.lua", text,
                                    strlen(text), &doc, &fail), WK_OK);
  return wk_sandbox_read(t, doc, 0, door, root, &told, &fail);
}


/* appends the tree below a node as text: `{a=1,b=[x]}`; strings with a sigil
   in <>, tagged ones in "" */
static void print (const wk_Tree *t, wk_Id id, char *out, size_t size) {
  const wk_Node *n = wk_tree_node(t, id);
  size_t used = strlen(out);
  wk_Id v;
  if (n->kind == WK_MAP || n->kind == WK_LIST) {
    int map = n->kind == WK_MAP;
    snprintf(out + used, size - used, "%s", map ? "{" : "[");
    for (v = n->first; v != 0; v = wk_tree_node(t, v)->next) {
      if (map) {
        const wk_Node *key = wk_tree_node(t, v - 1);
        used = strlen(out);
        snprintf(out + used, size - used, "%s%.*s=",
                 key->kind == WK_INT ? "#" : "", (int)key->size,
                 wk_tree_text(t, key));
      }
      print(t, v, out, size);
      used = strlen(out);
      if (wk_tree_node(t, v)->next != 0) snprintf(out + used, size - used, ",");
    }
    used = strlen(out);
    snprintf(out + used, size - used, "%s", map ? "}" : "]");
    return;
  }
  snprintf(out + used, size - used, "%s%.*s%s",
           n->flags & WK_SIGIL ? "<" : n->flags & WK_TAGGED ? "\"" : "",
           (int)n->size, wk_tree_text(t, n),
           n->flags & WK_SIGIL ? ">" : n->flags & WK_TAGGED ? "\"" : "");
}


static void gives (const char *text, const char *wanted) {
  char out[1024] = "";
  wk_Tree t;
  wk_Id root = 0;
  wk_tree_init(&t);
  if (run(&t, text, NULL, &root) != WK_OK) print_message("%s\n", fail.message);
  assert_int_equal(fail.code, WK_OK);
  print(&t, root, out, sizeof(out));
  assert_string_equal(out, wanted);
  wk_tree_free(&t);
}


static void values (void **state) {
  (void)state;
  gives("return {}", "{}");
  gives("return { a = 1, b = 'x', c = true, d = null, e = 1.5 }",
        "{a=1,b=x,c=true,d=null,e=1.5}");
  gives("return { z = 1, y = { 1, 2, { x = {} } }, [7] = 0, [-1] = 1 }",
        "{z=1,y=[1,2,{x={}}],#7=0,#-1=1}");
  gives("return { a = '@x', b = '%x', c = '$x', d = 'a ${b}', e = '\?\?\?', "
        "f = 'x@y', g = '' }",
        "{a=\"@x\",b=\"%x\",c=\"$x\",d=\"a ${b}\",e=\"\?\?\?\",f=x@y,g=}");
  gives("return { a = ref 'b.c', b = copy 'd', c = expr '1 + 1', "
        "d = ref '?e' }", "{a=<@b.c>,b=<%d>,c=<$ 1 + 1>,d=<@?e>}");
  gives("return { a = target 'p.M' { x = 1 }, b = target 'p.N' }",
        "{a={_target_=p.M,x=1},b={_target_=p.N}}");
  gives("return { a = append { 1 }, b = replace(2), c = delete, "
        "d = append(ref 'x') }", "{+a=[1],=b=2,~c=,+d=<@x>}");
  gives("return { [1] = 'a', [2] = 'b', x = 1 }", "{#1=a,#2=b,x=1}");
  gives("return { t = { [1] = 'a', [2] = 'b' } }", "{t=[a,b]}");
  gives("return { t = { 1, nil, 3 } }", "{t={#1=1,#3=3}}");
  gives("return { m = math.maxinteger, i = 1e15, f = -0.0, h = math.huge }",
        "{m=9223372036854775807,i=1e+15,f=-0.0,h=.inf}");
}


/* what stands in the text has its order, what code made comes behind */
static void order (void **state) {
  (void)state;
  gives("local t = { zeta = 1, alpha = 2 } "
        "for _, k in ipairs { 'c', 'a', 'b' } do t[k] = 0 end "
        "t[2], t[1] = 0, 0 return t",
        "{zeta=1,alpha=2,#1=0,#2=0,a=0,b=0,c=0}");
  gives("local M = { b = 1 } M.a = 2 M.b = 3 M.c = {} M.c.z = 1 M.c.y = 2 "
        "return M", "{a=2,b=3,c={z=1,y=2}}");
  gives("local o = { y = 1, x = 2 } return { b = o, a = o }",
        "{b={y=1,x=2},a={y=1,x=2}}");
  gives("local function f() return { y = 1, x = 2 } end return { t = f() }",
        "{t={x=2,y=1}}");
}


static void library (void **state) {
  (void)state;
  gives("return { a = ('abc'):upper():lower():reverse():sub(1, 2), "
        "b = #('x'):rep(3, '-'), c = ('%05.1f|%s|%d'):format(2, true, 3), "
        "d = string.char(('a'):byte()) }", "{a=cb,b=5,c=002.0|true|3,d=a}");
  gives("local s = 0 for i, v in ipairs { 1, 2, nil, 4 } do s = s + v end "
        "return { s = s, n = select('#', 1, nil), m = select(-1, 1, 2), "
        "t = type(null), u = tostring(null), x = tonumber('0x10'), "
        "y = tonumber('zz', 36), z = tonumber('8', 8) == nil, "
        "w = tonumber(' -7 ', 10) }",
        "{s=3,n=2,m=2,t=userdata,u=null,x=16,y=1295,z=true,w=-7}");
  gives("local t = { a = 1, b = 2, 3 } local s = '' "
        "for k, v in pairs(t) do s = s .. k .. v if k == 1 then t.a = nil end "
        "end return { s = s, n = next({}) == nil, k = next(t) }",
        "{s=13b2,n=true,k=1}");
  gives("return { e = env('HOME', 'none'), m = math.max(1, 3, 2), "
        "p = math.pi > 3, a = assert(5, 'no') }", "{e=none,m=3,p=true,a=5}");
}


static void fails (const char *text, wk_Code code, const char *message,
                   size_t byte, size_t length) {
  wk_Tree t;
  wk_Id root;
  wk_tree_init(&t);
  if (run(&t, text, NULL, &root) != code)
    fail_msg("%s: %s", text, fail.message);
  assert_int_equal(fail.code, code);
  assert_string_equal(fail.message, message);
  assert_int_equal(fail.nmarks > 0, 1);
  assert_int_equal(fail.marks[0].byte, byte);
  assert_int_equal(fail.marks[0].length, length);
  wk_tree_free(&t);
}


static void failures (void **state) {
  char deep[320] = "return {";
  (void)state;
  memset(deep + 8, '(', 300);
  fails(deep, WK_ELUA, "this Lua config does not compile", 0, 1);
  assert_int_equal(told.length, 0);
  assert_int_equal(told.nmore, 0);
  fails("return { a = }", WK_ELUA, "this Lua config does not compile", 13, 1);
  fails("\nreturn {\n  a = os.time() }", WK_ERAISED,
        "there is no `os` in a Lua config", 16, 2);
  fails("local x\nreturn { a = x.y }", WK_ERAISED,
        "this Lua config raises an error", 21, 1);
  assert_string_equal(fail.marks[0].label,
                      "attempt to index a nil value (local 'x')");
  fails("local function f()\n  error 'no'\nend\nf()", WK_ERAISED,
        "this Lua config raises an error", 21, 5);
  assert_string_equal(fail.marks[0].label, "no");
  assert_int_equal(told.nmore, 1);
  assert_int_equal(told.more[0].byte, 36);
  assert_string_equal(told.text, "no");
  fails("local function f()\n  error('no', 2)\nend\nf()", WK_ERAISED,
        "this Lua config raises an error", 40, 3);
  fails("return { a = ref '@b' }", WK_ERAISED,
        "`ref` needs a key path without the sign `@`", 17, 4);
  fails("return { a = ref(1) }", WK_ERAISED,
        "`ref` needs a text, and this is a number", 13, 3);
  fails("return { a = { b = print } }", WK_ERAISED,
        "there is no `print` in a Lua config", 19, 5);
  assert_string_equal(told.name, "print");
  fails("return { a = { b = tostring } }", WK_EMISFIT,
        "a function cannot be part of a config", 19, 8);
  assert_string_equal(told.key, "a.b");
  fails("return { a = { 1, { append(1) } } }", WK_EOPERATOR,
        "`append` stands in a list", 20, 9);
  fails("return { a = append(replace(1)) }", WK_EOPERATOR,
        "`replace` stands inside another operator", 13, 18);
  fails("return { [7] = append(1) }", WK_EOPERATOR,
        "`append` stands under a number", 15, 9);
  fails("return { a = target 'x' { _target_ = 'y' } }", WK_EDUPKEY,
        "the key `_target_` appears twice in one table", 13, 29);
  fails("return { a = 1, ['a'] = 2 }", WK_EDUPKEY,
        "the key `'a'` appears twice in one table", 17, 3);
  fails("return { a = append(1), ['+a'] = 2 }", WK_EDUPKEY,
        "the key `+a` appears twice in one table", 33, 1);
  fails("return 'x'", WK_EDOCUMENT,
        "a config is a mapping, and this one is a string", 7, 3);
  fails("return { 1 }", WK_EDOCUMENT,
        "a config is a mapping, and this one is a list", 7, 5);
  fails("local t = {}\n", WK_EDOCUMENT, "this Lua config returns nothing", 11,
        1);
  fails("return { a = env 'X' }", WK_ERAISED,
        "the environment has no variable `X`", 17, 3);
  fails("return { a = include 'b.lua' }", WK_EINCLUDE,
        "there is nothing to include `b.lua` from", 21, 7);
  fails("return { a = include 'b.yaml' }", WK_ERAISED,
        "`include` reads Lua configs, and `b.yaml` is none", 21, 8);
}


/*
** {======================================================================
** The door
** =======================================================================
*/

typedef struct Files {
  wk_Tree *tree;
  const char *const *texts;   /* name, text, ..., NULL */
  int asked;
} Files;


static wk_Code give (void *ud, const char *name, uint16_t from, uint16_t *doc,
                     wk_Fail *f) {
  Files *files = (Files *)ud;
  const char *const *p;
  (void)from;
  files->asked++;
  for (p = files->texts; *p != NULL; p += 2)
    if (strcmp(p[0], name) == 0)
      return wk_tree_document(files->tree, WK_FILE, 0, name, p[1],
                              strlen(p[1]), doc, f);
  return wk_fail(f, WK_EINCLUDE, "no file `%s`", name);
}


static const char *variable (void *ud, const char *name, size_t *len) {
  (void)ud;
  if (strcmp(name, "USER") != 0) return NULL;
  *len = 3;
  return "ana";
}


static void include (void **state) {
  static const char *const texts[] = {
    "b.lua", "x = 1 return { y = 2, x = x }",
    "c.lua", "return target 'p.M' { e = env 'USER' }",
    "loop.lua", "return include 'loop2.lua'",
    "loop2.lua", "return include 'loop.lua'",
    "bad.lua", "return {\n  a = = 1 }",
    "raise.lua", "\nreturn { a = nil + 1 }",
    "one.lua", "return 1", NULL
  };
  Files files = {NULL, texts, 0};
  wk_Door door = {&files, give, variable, NULL, 0};
  char out[256] = "";
  wk_Tree t;
  wk_Id root, b;
  (void)state;
  wk_tree_init(&t);
  files.tree = &t;
  assert_int_equal(run(&t, "return { z = include 'b.lua', c = include 'c.lua' "
                           "}", &door, &root), WK_OK);
  print(&t, root, out, sizeof(out));
  assert_string_equal(out, "{z={y=2,x=1},c={_target_=p.M,e=ana}}");
  b = wk_tree_find(&t, root, "z", 1);
  assert_string_equal(wk_tree_doc(&t, wk_tree_node(&t, b)->doc)->name,
                      "b.lua");
  assert_int_equal(wk_tree_node(&t, b)->pos, 13);
  /* a global of one is none of the other */
  assert_int_equal(run(&t, "local b = include 'b.lua' return { x = x }", &door,
                       &root), WK_ERAISED);
  assert_string_equal(fail.message, "there is no `x` in a Lua config");
  assert_int_equal(run(&t, "return include 'loop.lua'", &door, &root),
                   WK_EINCLUDELOOP);
  assert_string_equal(fail.notes[0],
                      "the circle: loop.lua -> loop2.lua -> loop.lua");
  assert_string_equal(wk_tree_doc(&t, told.doc)->name, "loop2.lua");
  assert_int_equal(told.nmore, 2);
  assert_int_equal(run(&t, "return include 'bad.lua'", &door, &root), WK_ELUA);
  assert_string_equal(wk_tree_doc(&t, told.doc)->name, "bad.lua");
  assert_int_equal(fail.marks[0].byte, 15);
  assert_string_equal(told.more[0].label, "included here");
  assert_int_equal(run(&t, "return include 'raise.lua'", &door, &root),
                   WK_ERAISED);
  assert_string_equal(wk_tree_doc(&t, told.doc)->name, "raise.lua");
  assert_string_equal(told.more[0].label, "included here");
  assert_int_equal(run(&t, "return include 'one.lua'", &door, &root),
                   WK_EDOCUMENT);
  assert_string_equal(fail.message,
                      "`one.lua` returns number instead of a table");
  assert_int_equal(run(&t, "return include 'none.lua'", &door, &root),
                   WK_EINCLUDE);
  wk_tree_free(&t);
}


/* documents in documents have a limit, and share the budgets */
static void nesting (void **state) {
  static const char *const texts[] = {
    "a.lua", "return { a = 1 }",
    "long.lua", "for i = 1, 30000 do end return { }", NULL
  };
  Files files = {NULL, texts, 0};
  wk_Door door = {&files, give, NULL, NULL, 0};
  wk_Tree t;
  wk_Id root;
  (void)state;
  wk_tree_init(&t);
  files.tree = &t;
  t.limits.document_nesting = 0;
  assert_int_equal(run(&t, "return include 'a.lua'", &door, &root),
                   WK_ELIMIT);
  t.limits.document_nesting = 1;
  assert_int_equal(run(&t, "return include 'a.lua'", &door, &root), WK_OK);
  t.limits.lua_steps = 100000;
  assert_int_equal(run(&t, "for i = 1, 9 do include 'long.lua' end return { }",
                       &door, &root), WK_ELUASTEPS);
  assert_int_equal(files.asked, 1 + 4);
  wk_tree_free(&t);
}

/* }====================================================================== */


/* limits that leave no room for anything */
static void budgets (void **state) {
  size_t limit;
  wk_Tree t;
  wk_Id root;
  (void)state;
  wk_tree_init(&t);
  for (limit = 0; limit < 40000; limit += 97) {
    wk_Code code;
    t.limits.lua_bytes = limit;
    code = run(&t, "local t = {} for i = 1, 300 do t[i] = { i } end "
                   "return { t = t }", NULL, &root);
    assert_int_equal(code, WK_ELUABYTES);
    assert_true(told.bytes <= limit);
  }
  t.limits.lua_bytes = 16777216;
  for (limit = 0; limit < 100; limit++) {
    t.limits.lua_steps = limit;
    assert_int_equal(run(&t, "for i = 1, 1000 do end return { }", NULL, &root),
                     WK_ELUASTEPS);
    assert_true(told.steps <= limit + 110);
  }
  t.limits.lua_steps = 1000000;
  t.limits.config_nodes = 5;
  assert_int_equal(run(&t, "return { a = 1, b = 2, c = 3 }", NULL, &root),
                   WK_ELIMIT);
  assert_int_equal(fail.marks[0].byte, 27);
  wk_tree_free(&t);
}


/* a table that nests as deep as documents may */
static void depth (void **state) {
  wk_Tree t;
  wk_Id root;
  (void)state;
  wk_tree_init(&t);
  t.limits.document_depth = 2;
  assert_int_equal(run(&t, "return { a = { 1 } }", NULL, &root), WK_OK);
  assert_int_equal(run(&t, "return { a = { { } } }", NULL, &root), WK_EDEPTH);
  assert_string_equal(fail.message,
                      "this config is nested more than 2 levels deep");
  assert_int_equal(fail.marks[0].byte, 15);
  wk_tree_free(&t);
}


/*
** {======================================================================
** Memory
** =======================================================================
*/

typedef struct Memory {
  long asked, refuse;   /* blocks asked for; this one and all behind it fail */
  long live;            /* bytes in use */
} Memory;


static void *refusing (void *ud, void *block, size_t osize, size_t nsize) {
  Memory *m = (Memory *)ud;
  void *fresh;
  if (nsize == 0) {
    m->live -= (long)osize;
    free(block);
    return NULL;
  }
  if (nsize > osize && ++m->asked >= m->refuse) return NULL;
  fresh = realloc(block, nsize);
  if (fresh != NULL) m->live += (long)nsize - (long)osize;
  return fresh;
}


/* it fails at the Nth block and ever after, for every N: an answer each time,
   and nothing is left behind */
static void nomemory (void **state) {
  static const char text[] =
    "local t = {} for i = 1, 50 do t['key' .. i] = { i, ref 'a' } end "
    "for k, v in pairs(t) do t[k][3] = ('x'):rep(50) end "
    "return { a = target 'p.M' { t = t }, b = { [('k'):rep(100)] = 1 } }";
  Memory memory;
  wk_Door door = {&memory, NULL, NULL, refusing, 0};
  wk_Tree t;
  wk_Id root;
  wk_Code code = WK_ENOMEM;
  long n = 0;
  (void)state;
  wk_tree_init(&t);
  while (code != WK_OK) {
    memset(&memory, 0, sizeof(memory));
    memory.refuse = ++n;
    code = run(&t, text, &door, &root);
    assert_int_equal(memory.live, 0);
    if (code != WK_OK) assert_int_equal(code, WK_ENOMEM);
    if (t.ndocs > 60000) {
      wk_tree_free(&t);
      wk_tree_init(&t);
    }
  }
  assert_true(n > 300);
  /* and the tree that lived through that is as good as before */
  assert_int_equal(run(&t, "return { a = 1 }", NULL, &root), WK_OK);
  wk_tree_free(&t);
}

/* }====================================================================== */


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(values), LEAK_TEST(order), LEAK_TEST(library),
    LEAK_TEST(failures), LEAK_TEST(include), LEAK_TEST(nesting),
    LEAK_TEST(budgets), LEAK_TEST(depth), LEAK_TEST(nomemory)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
