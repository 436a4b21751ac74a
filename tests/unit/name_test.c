/*
** name_test.c -- which names are names, and which file names stay below a root.
*/

#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "leak.h"
#include "path_ground.h"


static void name_ok (void **state) {
  static const char *const good[] = {
    "a", "_", "a.b", "MyModel", "my_project.models.MyModel", "a1.b2._c3",
    "nil", "end.function.while", "initial.inits", "Init",
    "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  };
  size_t i;
  wk_Fail f;
  (void)state;
  for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
    assert_int_equal(wk_name_check(good[i], strlen(good[i]), &f), WK_OK);
  for (i = 0; i < 255; i++) text[i] = i % 50 == 49 ? '.' : 'a';
  assert_int_equal(wk_name_check(text, 255, &f), WK_OK);
}


typedef struct BadName {
  const char *name;
  size_t len;
  size_t byte, length;   /* of the mark */
  const char *label;     /* a part of it */
} BadName;

#define BAD(s, byte, length, label)  {s, sizeof(s) - 1, byte, length, label}

static void name_bad (void **state) {
  static const BadName bad[] = {
    BAD("", 0, 0, "empty"),
    BAD(".", 0, 1, "before this `.`"), BAD("..", 0, 1, "before"),
    BAD(".a", 0, 1, "before"), BAD("a.", 1, 1, "behind this `.`"),
    BAD("a..b", 1, 2, "between"), BAD("ab.c..", 4, 2, "between"),
    BAD("../../etc/passwd", 0, 16, "`..` and `/` are not allowed"),
    BAD("a/b", 0, 3, "`/` is not allowed"),
    BAD("a\\b", 0, 3, "`\\` is not allowed"),
    BAD("C:x", 1, 1, "not `:`"), BAD("a::b", 1, 1, "not `:`"),
    BAD("a\0.b", 1, 1, "byte 0x00"), BAD("a\n", 1, 1, "byte 0x0A"),
    BAD("a\x7F", 1, 1, "byte 0x7F"),
    BAD("%2e", 0, 1, "`%`"), BAD("$HOME", 0, 1, "`$`"),
    BAD("a-b", 1, 1, "`-`"), BAD("a b", 1, 1, "blank"),
    BAD("m\xD0\xBE" "dels", 1, 2, "U+043E"),
    BAD("x.\xE2\x80\xAE" "y", 2, 3, "U+202E"),
    BAD("\xEF\xBC\x8E", 0, 3, "U+FF0E"), BAD("a\xF0\x9F\x98\x80", 1, 4,
                                             "U+1F600"),
    BAD("e\xCC\x81", 1, 2, "U+0301"), BAD("a\xFF", 1, 1, "byte 0xFF"),
    BAD("a\xC0\x80", 1, 1, "byte 0xC0"), BAD("a\xE2\x80", 1, 1, "byte 0xE2"),
    BAD("1a", 0, 1, "digit"), BAD("a.1", 2, 1, "digit"),
    BAD("init", 0, 4, "`init`"), BAD("a.init", 2, 4, "`init`"),
    BAD("a.init.b", 2, 4, "`init`"),
    BAD("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q", 32, 1, "part 17"),
    BAD("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        0, 65, "64 bytes")
  };
  size_t i;
  (void)state;
  for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    const BadName *x = &bad[i];
    wk_Fail f;
    assert_int_equal(wk_name_check(x->name, x->len, &f), WK_ENAME);
    if (f.nmarks != 1 || f.marks[0].byte != x->byte ||
        f.marks[0].length != x->length ||
        strstr(f.marks[0].label, x->label) == NULL)
      print_message("# `%s`: %zu %zu %s\n", x->name, f.marks[0].byte,
                    f.marks[0].length, f.marks[0].label);
    assert_int_equal(f.nmarks, 1);
    assert_int_equal(f.marks[0].byte, x->byte);
    assert_int_equal(f.marks[0].length, x->length);
    assert_non_null(strstr(f.marks[0].label, x->label));
    assert_true(says(&f, "[A-Za-z_][A-Za-z0-9_]*"));
  }
}


/* Only 256 bytes of a long name are looked at: those behind them are not
   even there. */
static void name_long (void **state) {
  wk_Fail f;
  size_t i;
  char *short_of = (char *)malloc(256);
  (void)state;
  assert_non_null(short_of);
  for (i = 0; i < 256; i++) short_of[i] = i % 50 == 49 ? '.' : 'a';
  assert_int_equal(wk_name_check(short_of, 1 << 20, &f), WK_ENAME);
  assert_int_equal(f.marks[0].byte, 255);
  assert_int_equal(f.marks[0].length, (1 << 20) - 255);
  assert_int_equal(wk_name_check(short_of, 256, &f), WK_ENAME);
  assert_int_equal(f.marks[0].byte, 255);
  assert_int_equal(f.marks[0].length, 1);
  free(short_of);
}


/* refused before a system call: the root's descriptor is not even open */
static void rel_bad (void **state) {
  static const struct {const char *rel; size_t len; wk_Code code;} bad[] = {
    {"", 0, WK_EESCAPE}, {"/", 1, WK_EESCAPE},
    {"/etc/passwd", 11, WK_EESCAPE}, {"..", 2, WK_EESCAPE},
    {".", 1, WK_EESCAPE}, {"../x", 4, WK_EESCAPE}, {"a/..", 4, WK_EESCAPE},
    {"a/../b", 6, WK_EESCAPE}, {"a/./b", 5, WK_EESCAPE},
    {"./a", 3, WK_EESCAPE}, {"a//b", 4, WK_EESCAPE}, {"a/", 2, WK_EESCAPE},
    {"x.lua/", 6, WK_EESCAPE}, {"a\0b", 3, WK_EESCAPE},
    {"\0", 1, WK_EESCAPE}
  };
  wk_Root r;
  wk_Fail f;
  size_t i;
  char *names;
  (void)state;
  memset(&r, 0, sizeof(r));
  r.fd = -1;
  r.backend = WK_WALK;
  for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    assert_int_equal(try_n(&r, bad[i].rel, bad[i].len, &f), bad[i].code);
    if (bad[i].len > 0) {
      size_t size;
      assert_int_equal(wk_path_list(&r, bad[i].rel, bad[i].len, &names,
                                    &size, &f), bad[i].code);
    }
  }
  assert_int_equal(wk_rel_check(".a", 2, &f), WK_OK);
  assert_int_equal(wk_rel_check("..a/.b", 6, &f), WK_OK);
  memset(text, 'a', 4200);
  assert_int_equal(try_n(&r, text, 256, &f), WK_ENAME);
  for (i = 0; i < 4200; i += 100) text[i] = '/';
  text[0] = 'a';
  assert_int_equal(try_n(&r, text, 4096, &f), WK_ENAME);
  assert_int_equal(try_n(&r, text, 4100, &f), WK_ENAME);
  text[301] = text[302] = '.';   /* behind the slash at 300 */
  text[303] = '/';
  assert_int_equal(try_n(&r, text, 4100, &f), WK_EESCAPE);
}


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(name_ok), LEAK_TEST(name_bad), LEAK_TEST(name_long),
    LEAK_TEST(rel_bad)
  };
  return cmocka_run_group_tests_name("name", tests, make_base, drop_base);
}
