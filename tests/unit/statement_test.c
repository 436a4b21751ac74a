/*
** statement_test.c -- what a plugin states, well formed and not.
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

#include "elf.h"
#include "leak.h"


#define HEAD  "\0wick-plugin 1\nname\ta.b\nversion\t1\nlua\tLua 5.4\n"

typedef struct Case {
  const char *text;
  size_t len;
  const char *problem;     /* NULL: well formed */
} Case;

#define CASE(text, problem)  {text, sizeof(text), problem}

static const Case cases[] = {
  CASE(HEAD "end\n", NULL),
  CASE(HEAD "doc\tof \xC3\xA4 kind\nconstructor\tX\t\nparam\ty?\tT[]\t\nend\n",
       NULL),
  CASE(HEAD "constructor\tX.from_file\tdoc\nconstructor\tX\tdoc\nend\n", NULL),
  CASE(HEAD "constructor\t_x9._\tdoc\nend\n", NULL),
  CASE(HEAD "licence\tMIT\tor\tany\tother\nend\n", NULL),   /* a later tag */
  CASE(HEAD "doc\t\xC2\xA0\xE2\x82\xAC\nend\n", NULL),  /* no controls */
  CASE("\0wick-plugin 1\nconstructor\tX\t\nend\n",
       "`name`, `version` or `lua` is missing"),
  CASE("\0wick-plugin 1\nend\n", "`name`, `version` or `lua` is missing"),
  CASE("\0wick-plugin 1\nname\ta/b\nversion\t1\nlua\tLua 5.4\nend\n",
       "its name is not a dotted name"),
  CASE("\0wick-plugin 1\nname\ta.\nversion\t1\nlua\tLua 5.4\nend\n",
       "its name is not a dotted name"),
  CASE("\0wick-plugin 1\nname\t\nversion\t1\nlua\tLua 5.4\nend\n",
       "its name is not a dotted name"),
  CASE("\0wick-plugin 1\nname\ta.b\nlua\tLua 5.4\nend\n",
       "`name`, `version` or `lua` is missing"),
  CASE("\0wick-plugin 1\nname\ta.b\nversion\t1\nend\n",
       "`name`, `version` or `lua` is missing"),
  CASE(HEAD "name\tc\nend\n",
       "`name`, `version`, `lua` or `doc` is there twice"),
  CASE(HEAD "doc\ta\tb\nend\n",
       "`name`, `version`, `lua` and `doc` have one text each"),
  CASE(HEAD "constructor\tX\t\ndoc\tx\nend\n",
       "`name`, `version`, `lua` or `doc` stands behind a constructor"),
  CASE(HEAD "constructor\tX\nend\n", "a constructor has a name and a text"),
  CASE(HEAD "constructor\tX\tdoc\tmore\nend\n",
       "a constructor has a name and a text"),
  CASE(HEAD "constructor\t2x\tdoc\nend\n",
       "the name of a constructor is an identifier, or two and a dot"),
  CASE(HEAD "constructor\tx{\tdoc\nend\n",
       "the name of a constructor is an identifier, or two and a dot"),
  CASE(HEAD "constructor\ta.b.c\tdoc\nend\n",
       "the name of a constructor is an identifier, or two and a dot"),
  CASE(HEAD "constructor\tX\t\nconstructor\tX\t\nend\n",
       "a constructor is stated twice"),
  CASE(HEAD "param\ty\tT\t\nend\n",
       "a parameter stands before the first constructor"),
  CASE(HEAD "constructor\tX\t\nparam\ty\tT\nend\n",
       "a parameter has a name, a type and a text"),
  CASE(HEAD "constructor\tX\t\nparam\ty-z\tT\t\nend\n",
       "the name of a parameter is an identifier"),
  CASE(HEAD "constructor\tX\t\nparam\t?\tT\t\nend\n",
       "the name of a parameter is an identifier"),
  CASE(HEAD "constructor\tX\t\nparam\t\tT\t\nend\n",
       "the name of a parameter is an identifier"),
  CASE(HEAD "constructor\tX\t\nparam\ty\t\t\nend\n",
       "a parameter has no type"),
  CASE(HEAD "constructor\tX\t\nparam\ty\tT\t\nparam\ty?\tT\t\nend\n",
       "a constructor has a parameter twice"),
  CASE(HEAD "constructor\tX\t\nparam\ty\tT\t\nconstructor\tZ\t\n"
       "param\ty\tT\t\nend\n", NULL),
  CASE(HEAD "doc\t\x1B[31m\nend\n",
       "it has a control byte, or is no UTF-8"),
  CASE(HEAD "doc\t\xFF\nend\n", "it has a control byte, or is no UTF-8"),
  CASE(HEAD "doc\t\xC2\x9B\nend\n", "it has a control byte, or is no UTF-8"),
  CASE(HEAD "doc\t\x7F\nend\n", "it has a control byte, or is no UTF-8"),
  CASE(HEAD "en\n", "it has no end, or more than 65536 bytes"),
  CASE(HEAD "the end\n", "it has no end, or more than 65536 bytes"),
  CASE(HEAD "end", "it has no end, or more than 65536 bytes"),
  CASE("\0wick-plugin 1\n", "it has no end, or more than 65536 bytes"),
  CASE("\0wick", "the section does not begin with `wick-plugin`"),
  CASE("wick-plugin 1\nend\n",
       "the section does not begin with `wick-plugin`"),
  CASE("\0something else", "the section does not begin with `wick-plugin`")
};


/* the bytes in a block of just their size, so that a byte too far is seen */
static char *block (const char *text, size_t len) {
  char *copy = (char *)malloc(len ? len : 1);
  assert_non_null(copy);
  memcpy(copy, text, len);
  return copy;
}


static void forms (void **state) {
  size_t i;
  (void)state;
  for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    const Case *c = &cases[i];
    char *copy = block(c->text, c->len);
    const char *at = copy;
    wk_Statement st;
    int found = wk_statement_next(&at, copy + c->len, &st);
    if (c->problem == NULL) {
      if (found != 1) print_message("# case %zu: %s\n", i, st.problem);
      assert_int_equal(found, 1);
      assert_null(st.problem);
      assert_ptr_equal(st.whole.s, copy);
      assert_int_equal(st.whole.len, c->len - 1);
      assert_memory_equal(st.name.s, "a.b", 3);
      assert_int_equal(st.name.len, 3);
      assert_int_equal(wk_statement_next(&at, copy + c->len, &st), 0);
    }
    else {
      if (found != -1) print_message("# case %zu: %d\n", i, found);
      assert_int_equal(found, -1);
      assert_string_equal(st.problem, c->problem);
    }
    free(copy);
  }
}


/* a cut text is never read beyond its end */
static void cuts (void **state) {
  static const char text[] = HEAD "doc\tx\nconstructor\tX\td\nparam\ty\tT\t\n"
                                  "end\n";
  size_t n;
  (void)state;
  for (n = 0; n < sizeof(text); n++) {
    char *copy = block(text, n);
    const char *at = copy;
    wk_Statement st;
    /* one NUL is what the linker may have put there */
    assert_int_equal(wk_statement_next(&at, copy + n, &st), n > 1 ? -1 : 0);
    free(copy);
  }
}


static void several (void **state) {
  static const char text[] =
    "\0\0\0" HEAD "end\n\0\0\0"
    "\0wick-plugin 2\nwhat nobody knows yet\nend\n\0"
    "\0wick-plugin 1\nname\tc\nversion\t2\nlua\tLua 5.3\ndoc\td\nend\n\0\0";
  const char *at = text, *end = text + sizeof(text);
  wk_Statement st;
  (void)state;
  assert_int_equal(wk_statement_next(&at, end, &st), 1);
  assert_int_equal(st.name.len, 3);
  assert_ptr_equal(st.whole.s, text + 3);
  assert_int_equal(wk_statement_next(&at, end, &st), 1);
  assert_int_equal(st.name.len, 1);
  assert_memory_equal(st.version.s, "2", 1);
  assert_memory_equal(st.lua.s, "Lua 5.3", 7);
  assert_memory_equal(st.doc.s, "d", 1);
  assert_int_equal(wk_statement_next(&at, end, &st), 0);
}


static void lines (void **state) {
  static const char text[] = HEAD "constructor\tX\tdoc\nparam\ty?\tT\t\n"
                                  "any\na\tb\tc\td\te\tf\nend\n";
  wk_Text whole = {text, sizeof(text) - 1};
  const char *at = wk_statement_lines(&whole);
  const char *end = text + sizeof(text) - 1;
  wk_StatementLine line;
  int n = 0;
  (void)state;
  while (wk_statement_line(&at, end, &line)) {
    switch (++n) {
      case 4:
        assert_int_equal(line.tag.len, 11);
        assert_int_equal(line.nfields, 2);
        assert_memory_equal(line.field[1].s, "doc", 3);
        break;
      case 5:
        assert_int_equal(line.nfields, 3);
        assert_memory_equal(line.field[0].s, "y?", 2);
        assert_int_equal(line.field[2].len, 0);
        break;
      case 6: assert_int_equal(line.nfields, 0); break;
      case 7: assert_int_equal(line.nfields, 3); break;
      default: break;
    }
  }
  assert_int_equal(n, 8);
  assert_ptr_equal(at, end);
  /* what has no end is no line */
  at = text;
  assert_int_equal(wk_statement_line(&at, text + 8, &line), 0);
  assert_ptr_equal(at, text);
}


/* a statement with `n` lines of `text`, in which %d counts */
static int many (const char *before, const char *text, int n,
                 const char **problem) {
  size_t room = 64 + strlen(before) + (size_t)n * (strlen(text) + 8), len;
  char *s = (char *)malloc(room);
  const char *at = s;
  wk_Statement st;
  int i, found;
  assert_non_null(s);
  memcpy(s, HEAD, sizeof(HEAD));
  len = sizeof(HEAD) - 1;
  len += (size_t)snprintf(s + len, room - len, "%s", before);
  for (i = 0; i < n; i++) {
    const char *hash = strchr(text, '#');
    len += (size_t)snprintf(s + len, room - len, "%.*s%d%s",
                            (int)(hash - text), text, i, hash + 1);
  }
  len += (size_t)snprintf(s + len, room - len, "end\n");
  found = wk_statement_next(&at, s + len + 1, &st);
  *problem = st.problem;
  free(s);
  return found;
}


static void limits (void **state) {
  const char *problem;
  (void)state;
  assert_int_equal(many("", "constructor\tX#\t\n", 256, &problem), 1);
  assert_int_equal(many("", "constructor\tX#\t\n", 257, &problem), -1);
  assert_string_equal(problem, "it states more than 256 constructors");
  assert_int_equal(many("constructor\tX\t\n", "param\tx#\tT\t\n", 256,
                        &problem), 1);
  assert_int_equal(many("constructor\tX\t\n", "param\tx#\tT\t\n", 257,
                        &problem), -1);
  assert_string_equal(problem, "a constructor has more than 256 parameters");
  assert_int_equal(many("", "x#\tsome text behind a tag\n", 2000, &problem),
                   1);
  assert_int_equal(many("", "x#\tsome text behind a tag\n", 3000, &problem),
                   -1);
  assert_string_equal(problem, "it has no end, or more than 65536 bytes");
}


/* a name of `n` parts, each of `size` letters */
static const char *named (int n, int size) {
  static const char problem[] = "its name is not a dotted name";
  char s[2048] = "\0wick-plugin 1\nversion\t1\nlua\tLua 5.4\nname\t";
  size_t len = 1 + strlen(s + 1);
  const char *at = s;
  wk_Statement st;
  int i, k;
  for (i = 0; i < n; i++) {
    if (i > 0) s[len++] = '.';
    for (k = 0; k < size; k++) s[len++] = 'n';
  }
  memcpy(s + len, "\nend\n", 6);
  if (wk_statement_next(&at, s + len + 6, &st) == 1) return NULL;
  assert_string_equal(st.problem, problem);
  return problem;
}


static void long_names (void **state) {
  (void)state;
  assert_null(named(1, 64));
  assert_non_null(named(1, 65));
  assert_non_null(named(1, 66));
  assert_non_null(named(1, 1000));
  assert_null(named(4, 63));            /* 255 bytes */
  assert_non_null(named(4, 64));        /* 259 */
  assert_null(named(16, 1));
  assert_non_null(named(17, 1));
}


/* each byte at each place of a text: many are looked at at once */
static void bytes (void **state) {
  static const char text[] = HEAD "doc\taaaaaaaaaaaaaaaaaaaaaaaaa\nend\n";
  char copy[sizeof(text)];
  size_t first = sizeof(HEAD) - 1 + 4, i;
  int c;
  (void)state;
  for (i = first; i < first + 25; i++)
    for (c = 1; c < 256; c++) {
      const char *at = copy;
      wk_Statement st;
      memcpy(copy, text, sizeof(text));
      copy[i] = (char)c;
      if (c == '\t' || c == '\n') continue;
      assert_int_equal(wk_statement_next(&at, copy + sizeof(copy), &st),
                       c >= 0x20 && c < 0x7F ? 1 : -1);
    }
}


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(forms), LEAK_TEST(cuts), LEAK_TEST(several), LEAK_TEST(lines),
    LEAK_TEST(limits), LEAK_TEST(long_names), LEAK_TEST(bytes)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
