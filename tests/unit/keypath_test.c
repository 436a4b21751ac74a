/*
** keypath_test.c -- the room `keypath`: what a path means, what is said of
** one that is wrong, how a segment is written.
*/

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keypath.h"
#include "leak.h"


static wk_Path path;
static wk_Fail fail;


/* parses a copy of just that size */
static wk_Code parse (const char *text, size_t len, int in_expression) {
  char *copy = malloc(len > 0 ? len : 1);
  wk_Code code;
  assert_non_null(copy);
  memcpy(copy, text, len);
  fail.code = WK_OK;
  code = wk_path_parse(copy, len, in_expression, &path, &fail);
  free(copy);
  return code;
}


/* the parsed path as `up|name|#index|…`, then the bytes it took */
static void shape (char *out, size_t size) {
  size_t used = (size_t)snprintf(out, size, "%d", path.up);
  for (size_t i = 0; i < path.count; i++) {
    const wk_Segment *s = &path.segments[i];
    if (s->is_index)
      used += (size_t)snprintf(out + used, size - used, "|#%lld",
                               (long long)s->index);
    else
      used += (size_t)snprintf(out + used, size - used, "|%.*s",
                               (int)s->size, path.names + s->name);
    assert_true(s->stop > s->start && s->stop <= path.length);
    if (i > 0) assert_int_equal(s->start, path.segments[i - 1].stop);
  }
  snprintf(out + used, size - used, " %lu", (unsigned long)path.length);
}


typedef struct Good { const char *text, *outside, *inside; } Good;

/* NULL: a failure, told below */
static const Good good[] = {
  {"a", "0|a 1", "0|a 1"},
  {"a.b.c", "0|a|b|c 5", "0|a|b|c 5"},
  {"model.layers[1].size", "0|model|layers|#1|size 20",
   "0|model|layers|#1|size 20"},
  {"model[\"odd key\"].x", "0|model|odd key|x 18", "0|model|odd key|x 18"},
  {"a['x']['y']", "0|a|x|y 11", "0|a|x|y 11"},
  {"a[-1]", "0|a|#-1 5", "0|a|#-1 5"},
  {"a[0]", "0|a|#0 4", "0|a|#0 4"},
  {"a.1", "0|a|#1 3", "0|a|#1 3"},
  {"a.1.2[3].b", "0|a|#1|#2|#3|b 10", "0|a|#1|#2|#3|b 10"},
  {"a[007]", "0|a|#7 6", "0|a|#7 6"},
  {"[1].b", "0|#1|b 5", "0|#1|b 5"},
  {"['']", "0| 4", "0| 4"},
  {"['a.b/c::d']", "0|a.b/c::d 12", "0|a.b/c::d 12"},
  {"[\"q\\\"\\n\\x41\\u{20AC}\\65\"]", "0|q\"\nA\xE2\x82\xAC" "A 24",
   "0|q\"\nA\xE2\x82\xAC" "A 24"},
  {".x", "1|x 2", "1|x 2"},
  {"..x", "2|x 3", "2|x 3"},
  {"...x.y", "3|x|y 6", "3|x|y 6"},
  {".1", "1|#1 2", "1|#1 2"},
  {"..12.x", "2|#12|x 6", "2|#12|x 6"},
  {".[1]", "1|#1 4", "1|#1 4"},
  {".['a b'].c", "1|a b|c 10", "1|a b|c 10"},
  {"a-b.c-d", "0|a-b|c-d 7", "0|a 1"},
  {"a--b", "0|a--b 4", "0|a 1"},
  {"train-1.lr", "0|train-1|lr 10", "0|train 5"},
  {"_target_", "0|_target_ 8", "0|_target_ 8"},
  {"a._args_[2]", "0|a|_args_|#2 11", "0|a|_args_|#2 11"},
  {"end.if", "0|end|if 6", "0|end|if 6"},
  {"\xC3\xA9t\xC3\xA9.\xE2\x82\xAC", "0|\xC3\xA9t\xC3\xA9|\xE2\x82\xAC 9",
   "0|\xC3\xA9t\xC3\xA9|\xE2\x82\xAC 9"},
  {"a[9223372036854775807]", "0|a|#9223372036854775807 22",
   "0|a|#9223372036854775807 22"},
  {"a[-9223372036854775808]", "0|a|#-9223372036854775808 23",
   "0|a|#-9223372036854775808 23"},
  /* text may follow; that is the caller's to judge */
  {"a b", "0|a 1", "0|a 1"},
  {"a=1", "0|a 1", "0|a 1"},
  {"a.b=c.d", "0|a|b 3", "0|a|b 3"},
  {"a.b:c()", "0|a|b 3", "0|a|b 3"},
  {"a.b ", "0|a|b 3", "0|a|b 3"},
  {"a(1)", "0|a 1", "0|a 1"},
  {"a+b", "0|a 1", "0|a 1"},
  {"a\xFF", "0|a 1", "0|a 1"},
  {"a.1-b", "0|a|#1 3", "0|a|#1 3"},
  /* what only an expression takes */
  {"a..b", NULL, "0|a 1"},
  {"a..@b", NULL, "0|a 1"},
  {"a.1..x", NULL, "0|a|#1 3"},
  {"a[i]", NULL, "0|a 1"},
  {"a[1+1]", NULL, "0|a 1"},
  {"a[ 1 ]", NULL, "0|a 1"},
  {"a['x'..i]", NULL, "0|a 1"},
  {"a[[x]]", NULL, "0|a 1"},
  {"a[1.5]", NULL, "0|a 1"},
  {"a[", NULL, "0|a 1"},
  {"a.", NULL, "0|a 1"},
  {"a/b", NULL, "0|a 1"},
  {"a//b", NULL, "0|a 1"},
  {"a. b", NULL, "0|a 1"}
};

static void meanings (void **state) {
  char out[128];
  (void)state;
  for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
    for (int inside = 0; inside < 2; inside++) {
      const char *want = inside ? good[i].inside : good[i].outside;
      wk_Code code = parse(good[i].text, strlen(good[i].text), inside);
      if (want == NULL) {
        assert_int_equal(code, WK_EUSAGE);
        continue;
      }
      assert_int_equal(code, WK_OK);
      shape(out, sizeof(out));
      assert_string_equal(out, want);
      wk_path_free(&path);
    }
  }
}


/* a name may hold a byte of value zero, when it is written so */
static void zeros (void **state) {
  (void)state;
  assert_int_equal(parse("a['\\0x']", 8, 0), WK_OK);
  assert_int_equal(path.segments[1].size, 2);
  assert_memory_equal(path.names + path.segments[1].name, "\0x", 2);
  wk_path_free(&path);
  assert_int_equal(parse("a\0b", 3, 0), WK_OK);
  assert_int_equal(path.length, 1);
  wk_path_free(&path);
  wk_path_free(&path);  /* twice is harmless */
  assert_null(path.names);
}


typedef struct Wrong {
  const char *text;
  int inside;           /* said in expressions as well */
  const char *message;
  size_t byte, length;
  const char *label, *help;
} Wrong;

#define JOINED  "the parts of a key path are joined by dots"
#define BRACKET "this key path has a bracket that does not hold a number or " \
  "a quoted key"
#define MISSING "a key is missing in this key path"

static const Wrong wrong[] = {
  {"a::b", 1, JOINED, 1, 2, "`::` joins no keys", "write `a.b` for `a::b`"},
  {"model::optimizer::lr", 1, JOINED, 5, 2, "`::` joins no keys",
   "write `model.optimizer.lr` for `model::optimizer::lr`"},
  {"a::0::b", 1, JOINED, 1, 2, "`::` joins no keys",
   "write `a[1].b` for `a::0::b`"},
  {"a::b=3", 1, JOINED, 1, 2, "`::` joins no keys", "write `a.b` for `a::b`"},
  {"a::b c", 1, JOINED, 1, 2, "`::` joins no keys", "write `a.b` for `a::b`"},
  {"a::", 1, JOINED, 1, 2, "`::` joins no keys", "write `a` for `a::`"},
  {"::a", 0, JOINED, 0, 2, "`::` joins no keys", "write `a` for `::a`"},
  {"a/b", 0, JOINED, 1, 1, "`/` joins no keys", "write `a.b` for `a/b`"},
  {"/a/b/2", 0, JOINED, 0, 1, "`/` joins no keys",
   "write `a.b[3]` for `/a/b/2`"},
  {"a.b/c", 0, JOINED, 3, 1, "`/` joins no keys", "write `a.b.c` for `a.b/c`"},
  {"a/b%c", 0, JOINED, 1, 1, "`/` joins no keys",
   "write `a.b`, and `a[1]` for the first item of a list"},
  {"a/9223372036854775807", 0, JOINED, 1, 1, "`/` joins no keys",
   "write `a.b`, and `a[1]` for the first item of a list"},
  {"", 1, "this key path is empty", 0, 1, "expected a key", NULL},
  {"=1", 1, "a key path cannot start with `=`", 0, 1, "expected a key", NULL},
  {" a", 1, "a key path cannot start with ` `", 0, 1, "expected a key", NULL},
  {"-a", 1, "a key path cannot start with `-`", 0, 1, "expected a key", NULL},
  {"\x01", 1, "a key path cannot start with `\\x01`", 0, 1, "expected a key",
   NULL},
  {".", 1, "this key path ends where a key should be", 0, 1,
   "a key is missing behind this dot", NULL},
  {"...", 1, "this key path ends where a key should be", 2, 1,
   "a key is missing behind this dot", NULL},
  {".=", 1, "a key path has `=` where a key should be", 1, 1,
   "expected a key", NULL},
  {"1", 1, "a key path does not start with a number", 0, 1, "expected a key",
   "write `[1]` for a key that is a number"},
  {"12.a", 1, "a key path does not start with a number", 0, 2,
   "expected a key", "write `[12]` for a key that is a number"},
  {"1x.a", 1, "the part `1x` of a key path starts with a digit", 0, 2,
   "neither a number nor a name", "quote such a key: `[\"1x\"]`"},
  {"a.1x", 1, "the part `1x` of a key path starts with a digit", 2, 2,
   "neither a number nor a name", "quote such a key: `[\"1x\"]`"},
  {".1x", 1, "the part `1x` of a key path starts with a digit", 1, 2,
   "neither a number nor a name", "quote such a key: `[\"1x\"]`"},
  {"a..b", 0, MISSING, 1, 1, "no key behind this dot",
   "only leading dots may stand together: `..a`"},
  {"a.", 0, MISSING, 1, 1, "no key behind this dot", NULL},
  {"a.[1]", 0, MISSING, 1, 1, "no key behind this dot",
   "a bracket needs no dot before it: `a[1]`"},
  {"a[x]", 0, BRACKET, 2, 1, "neither a number nor quoted",
   "write `[\"x\"]`"},
  {"a[1.5]", 0, BRACKET, 2, 3, "neither a number nor quoted",
   "write `[1]` for an item of a list, `[\"any text\"]` for a key"},
  {"a[]", 0, BRACKET, 1, 2, "nothing in the brackets",
   "write `[1]` for an item of a list, `[\"any text\"]` for a key"},
  {"a[1", 0, BRACKET, 1, 1, "no `]` closes this bracket",
   "write `[1]` for an item of a list, `[\"any text\"]` for a key"},
  {"a['x\n']", 0, BRACKET, 1, 1, "no `]` closes this bracket",
   "write `[1]` for an item of a list, `[\"any text\"]` for a key"},
  {"[x]", 1, BRACKET, 1, 1, "neither a number nor quoted", "write `[\"x\"]`"},
  {"a['\\q']", 1, "a key path has an escape that Lua does not know", 3, 1,
   "no such escape", "write a backslash itself as `\\\\`"},
  {"a[9223372036854775808]", 1,
   "the number `9223372036854775808` in a key path is too large", 2, 19,
   "does not fit into 64 bits", NULL},
  {"a[-9223372036854775809].b", 1,
   "the number `-9223372036854775809` in a key path is too large", 2, 20,
   "does not fit into 64 bits", NULL},
  {"a.99999999999999999999", 1,
   "the number `99999999999999999999` in a key path is too large", 2, 20,
   "does not fit into 64 bits", NULL}
};

static void refusals (void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
    const Wrong *w = &wrong[i];
    for (int inside = 0; inside <= w->inside; inside++) {
      assert_int_equal(parse(w->text, strlen(w->text), inside), WK_EUSAGE);
      assert_int_equal(fail.code, WK_EUSAGE);
      assert_string_equal(fail.message, w->message);
      assert_int_equal(fail.nmarks, 1);
      assert_int_equal(fail.marks[0].byte, w->byte);
      assert_int_equal(fail.marks[0].length, w->length);
      assert_string_equal(fail.marks[0].label, w->label);
      assert_int_equal(fail.nhelps, w->help != NULL);
      if (w->help != NULL) assert_string_equal(fail.helps[0], w->help);
      assert_null(path.names);
    }
  }
}


/* 256 segments and 256 leading dots, and no more */
static void bounds (void **state) {
  char text[2 * WK_PATH_SEGMENTS + 8];
  size_t i, len = 2 * WK_PATH_SEGMENTS - 1;
  (void)state;
  for (i = 0; i < len + 2; i++) text[i] = i % 2 ? '.' : 'a';
  assert_int_equal(parse(text, len, 0), WK_OK);
  assert_int_equal(path.count, WK_PATH_SEGMENTS);
  wk_path_free(&path);
  assert_int_equal(parse(text, len + 2, 1), WK_EUSAGE);
  assert_string_equal(fail.message, "a key path has at most 256 parts");
  assert_int_equal(fail.marks[0].byte, len);
  assert_string_equal(fail.marks[0].label, "this is part 257");
  memset(text, '.', sizeof(text));
  text[WK_PATH_SEGMENTS] = 'a';
  assert_int_equal(parse(text, WK_PATH_SEGMENTS + 1, 0), WK_OK);
  assert_int_equal(path.up, WK_PATH_SEGMENTS);
  wk_path_free(&path);
  text[WK_PATH_SEGMENTS] = '.';
  text[WK_PATH_SEGMENTS + 1] = 'a';
  assert_int_equal(parse(text, WK_PATH_SEGMENTS + 2, 0), WK_EUSAGE);
  assert_string_equal(fail.message,
                      "a key path has at most 256 leading dots");
}


typedef struct Print {
  const char *name;     /* NULL: an index */
  int64_t index;
  const char *first, *behind;
} Print;

static const Print prints[] = {
  {"a", 0, "a", ".a"}, {"a-b", 0, "a-b", ".a-b"}, {"_1", 0, "_1", "._1"},
  {"\xC3\xA9", 0, "\xC3\xA9", ".\xC3\xA9"},
  {"odd key", 0, "[\"odd key\"]", "[\"odd key\"]"},
  {"", 0, "[\"\"]", "[\"\"]"}, {"1a", 0, "[\"1a\"]", "[\"1a\"]"},
  {"1", 0, "[\"1\"]", "[\"1\"]"}, {"a.b", 0, "[\"a.b\"]", "[\"a.b\"]"},
  {"[1]", 0, "[\"[1]\"]", "[\"[1]\"]"},
  {"k\xC2\x9B", 0, "[\"k\\u{9B}\"]", "[\"k\\u{9B}\"]"},
  {"\xE2\x80\xAE\xC3\xA9", 0, "[\"\\u{202E}\xC3\xA9\"]",
   "[\"\\u{202E}\xC3\xA9\"]"},
  {"a\xC2\xAD\xE2\x81\xA0", 0, "[\"a\\u{AD}\\u{2060}\"]",
   "[\"a\\u{AD}\\u{2060}\"]"},
  {"\xF3\xA0\x81\x81\xEF\xBF\xBF", 0, "[\"\\u{E0041}\\u{FFFF}\"]",
   "[\"\\u{E0041}\\u{FFFF}\"]"},
  {"\xF0\x9F\x98\x80", 0, "\xF0\x9F\x98\x80", ".\xF0\x9F\x98\x80"},
  {"q\"\\\n\t\r\x01\x7F\xFF", 0,
   "[\"q\\\"\\\\\\n\\t\\r\\x01\\x7F\\xFF\"]",
   "[\"q\\\"\\\\\\n\\t\\r\\x01\\x7F\\xFF\"]"},
  {NULL, 1, "[1]", "[1]"}, {NULL, -5, "[-5]", "[-5]"},
  {NULL, INT64_MIN, "[-9223372036854775808]", "[-9223372036854775808]"}
};

/* what is printed reads back as the same segment, at every size of buffer */
static void printing (void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof(prints) / sizeof(prints[0]); i++) {
    const Print *p = &prints[i];
    size_t len = p->name ? strlen(p->name) : 0;
    for (int first = 0; first < 2; first++) {
      const char *want = first ? p->first : p->behind;
      char out[64];
      size_t need = wk_segment_print(out, sizeof(out), first, p->name == NULL,
                                     p->index, p->name, len);
      assert_string_equal(out, want);
      assert_int_equal(need, strlen(want));
      for (size_t size = 0; size <= need; size++) {
        char *small = malloc(size > 0 ? size : 1);
        assert_non_null(small);
        assert_int_equal(wk_segment_print(small, size, first, p->name == NULL,
                                          p->index, p->name, len), need);
        if (size > 0) {
          assert_int_equal(strlen(small), size - 1);
          assert_memory_equal(small, want, size - 1);
        }
        free(small);
      }
      if (!first) continue;
      assert_int_equal(parse(out, need, 0), WK_OK);
      assert_int_equal(path.count, 1);
      assert_int_equal(path.length, need);
      if (p->name == NULL) assert_int_equal(path.segments[0].index, p->index);
      else {
        assert_int_equal(path.segments[0].size, len);
        assert_memory_equal(path.names, p->name, len);
      }
      wk_path_free(&path);
    }
  }
}


/* random bytes: what parses prints and parses to the same; what does not has
   a message, and a mark in the text or just behind it */
static void noise (void **state) {
  static const char signs[] = "ab1x.[]\"'\\-:/= 0\xC3\xA9" "9.a[\"";
  uint32_t seed = 4711;
  (void)state;
  for (int round = 0; round < 20000; round++) {
    char text[24], printed[256], before[256], again[256];
    size_t len, used = 0, i;
    seed = seed * 1664525u + 1013904223u;
    len = (seed >> 8) % sizeof(text);
    for (i = 0; i < len; i++) {
      seed = seed * 1664525u + 1013904223u;
      text[i] = signs[(seed >> 8) % (sizeof(signs) - 1)];
    }
    if (parse(text, len, round & 1) != WK_OK) {
      assert_int_equal(fail.code, WK_EUSAGE);
      assert_true(fail.message[0] != '\0' && fail.nmarks == 1);
      assert_true(fail.marks[0].byte + fail.marks[0].length <= len + 1);
      continue;
    }
    assert_true(path.length <= len && path.count > 0);
    memset(printed, '.', (size_t)path.up);
    used = (size_t)path.up;
    for (i = 0; i < path.count; i++) {
      const wk_Segment *s = &path.segments[i];
      used += wk_segment_print(printed + used, sizeof(printed) - used, i == 0,
                               s->is_index, s->index, path.names + s->name,
                               s->size);
    }
    shape(before, sizeof(before));
    before[strcspn(before, " ")] = '\0';
    wk_path_free(&path);
    assert_int_equal(parse(printed, used, 0), WK_OK);
    assert_int_equal(path.length, used);
    shape(again, sizeof(again));
    again[strcspn(again, " ")] = '\0';
    assert_string_equal(again, before);
    wk_path_free(&path);
  }
}


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(meanings), LEAK_TEST(zeros), LEAK_TEST(refusals),
    LEAK_TEST(bounds), LEAK_TEST(printing), LEAK_TEST(noise)
  };
  return cmocka_run_group_tests_name("keypath", tests, NULL, NULL);
}
