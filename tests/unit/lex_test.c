/*
** lex_test.c -- the room `lex`: tokens, values of strings, segments.
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
#include "lex.h"


static const char letters[] = "$!nk0so@c";  /* wk_Token -> letter */


/* copies the text to a block of just its size, so that a sanitizer sees a
   read behind its end */
static char *exact (const char *text, size_t len) {
  char *copy = malloc(len > 0 ? len : 1);
  assert_non_null(copy);
  memcpy(copy, text, len);
  return copy;
}


/* the tokens of a text as `k:local n:M o:= …`; bad ones as `!:text` */
static void tokens (const char *text, size_t len, int references,
                    int comments, char *out, size_t size) {
  char *copy = exact(text, len);
  size_t used = 0, before = 0;
  wk_Token token;
  wk_Lex lex;
  wk_lex_init(&lex, copy, len);
  lex.references = references;
  lex.comments = comments;
  out[0] = '\0';
  while ((token = wk_lex_next(&lex)) != WK_T_END) {
    int n;
    assert_true(lex.start >= before && lex.stop > lex.start);
    assert_true(lex.stop <= len);
    assert_true((token == WK_T_BAD) == (lex.problem != NULL));
    before = lex.stop;
    n = snprintf(out + used, size - used, "%s%c:%.*s", used > 0 ? " " : "",
                 letters[token], (int)(lex.stop - lex.start),
                 copy + lex.start);
    assert_true(n > 0 && (size_t)n < size - used);
    used += (size_t)n;
  }
  assert_int_equal(wk_lex_next(&lex), WK_T_END);
  assert_int_equal(lex.start, len);
  free(copy);
}


typedef struct Case { const char *text, *want; } Case;

static const Case plain[] = {
  {"", ""},
  {" \t\n\v\f\r ", ""},
  {"local M = {}", "k:local n:M o:= o:{ o:}"},
  {"and break do else elseif end false for function goto if in",
   "k:and k:break k:do k:else k:elseif k:end k:false k:for k:function k:goto "
   "k:if k:in"},
  {"local nil not or repeat return then true until while",
   "k:local k:nil k:not k:or k:repeat k:return k:then k:true k:until k:while"},
  {"And ands en _ _1 a1 whilee functio", "n:And n:ands n:en n:_ n:_1 n:a1 "
   "n:whilee n:functio"},
  {"+-*/%^#&~|< > =(){}[];:,.", "o:+ o:- o:* o:/ o:% o:^ o:# o:& o:~ o:| o:< "
   "o:> o:= o:( o:) o:{ o:} o:[ o:] o:; o:: o:, o:."},
  {"==~=<=>=<<>>//::.....", "o:== o:~= o:<= o:>= o:<< o:>> o:// o::: o:... "
   "o:.."},
  {"===", "o:== o:="}, {"<<<=", "o:<< o:<="}, {":::", "o::: o::"},
  {"a.b:c", "n:a o:. n:b o:: n:c"},
  {"a..b", "n:a o:.. n:b"}, {"a...", "n:a o:..."},
  /* numbers */
  {"0 1 12 3.5 3. .5 1e3 1E+3 1e-3 .5e1 0e0",
   "0:0 0:1 0:12 0:3.5 0:3. 0:.5 0:1e3 0:1E+3 0:1e-3 0:.5e1 0:0e0"},
  {"0x1F 0XaB 0x.8 0x8. 0x1p4 0xA.8P-2 0x1p+0 0x0",
   "0:0x1F 0:0XaB 0:0x.8 0:0x8. 0:0x1p4 0:0xA.8P-2 0:0x1p+0 0:0x0"},
  {"0x1e+1", "0:0x1e o:+ 0:1"},
  {"1..2", "!:1..2"}, {"1 ..2", "0:1 o:.. 0:2"}, {"3x", "!:3x"},
  {"0x", "!:0x"}, {"0xg", "!:0xg"}, {"0x.", "!:0x."}, {"0x.p1", "!:0x.p1"},
  {"1e", "!:1e"}, {"1e+", "!:1e+"}, {"1e+x", "!:1e+x"}, {"1.2.3", "!:1.2.3"},
  {"0x1p", "!:0x1p"}, {"0x1pf", "!:0x1pf"}, {"08", "0:08"},
  {"1_000", "!:1_000"},
  {"1-2", "0:1 o:- 0:2"}, {"1e5-2", "0:1e5 o:- 0:2"},
  {"9223372036854775808", "0:9223372036854775808"},
  /* strings */
  {"'' \"\" 'a' \"b\"", "s:'' s:\"\" s:'a' s:\"b\""},
  {"'a\"b' \"a'b\"", "s:'a\"b' s:\"a'b\""},
  {"'a\\'b' 'a\\\\'", "s:'a\\'b' s:'a\\\\'"},
  {"'a\\\nb'", "s:'a\\\nb'"}, {"'a\\\r\nb'", "s:'a\\\r\nb'"},
  {"'a\\z \n  b'", "s:'a\\z \n  b'"}, {"'\\z", "!:'\\z"},
  {"'abc", "!:'abc"}, {"'abc\nd", "!:'abc n:d"}, {"'a\rd", "!:'a n:d"},
  {"'\\", "!:'\\"}, {"'\\'", "!:'\\'"}, {"\"", "!:\""},
  {"[[a]] [==[b]=]c]==]", "s:[[a]] s:[==[b]=]c]==]"},
  {"[[a\nb]]", "s:[[a\nb]]"}, {"[=[]==]]=]", "s:[=[]==]]=]"},
  {"[[", "!:[["}, {"[[]", "!:[[]"}, {"[==[]=]", "!:[==[]=]"},
  {"[=", "!:[="}, {"[==x", "!:[== n:x"}, {"[]", "o:[ o:]"},
  {"a[b[1]]", "n:a o:[ n:b o:[ 0:1 o:] o:]"},
  /* comments */
  {"a --b\nc", "n:a n:c"}, {"a --b\rc", "n:a n:c"}, {"--", ""}, {"--a", ""},
  {"--[[a\nb]]c", "n:c"}, {"--[==[a]]b]==]c", "n:c"}, {"--[=a\nb", "n:b"},
  {"--[a\nb", "n:b"}, {"--[[a", "!:--[[a"}, {"---[[a\nb", "n:b"},
  {"a-b--c", "n:a o:- n:b"},
  /* signs that are not Lua's */
  {"a != b", "n:a !:!= n:b"}, {"!a", "!:! n:a"}, {"a ? b", "n:a !:? n:b"},
  {"@a", "!:@ n:a"}, {"$", "!:$"}, {"`", "!:`"}, {"\\", "!:\\"},
  {"\xC3\xA9" "a", "!:\xC3\xA9 n:a"}, {"\xE2\x82\xAC", "!:\xE2\x82\xAC"},
  {"\x01", "!:\x01"}
};

static void grammar (void **state) {
  char out[512];
  (void)state;
  for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
    tokens(plain[i].text, strlen(plain[i].text), 0, 0, out, sizeof(out));
    assert_string_equal(out, plain[i].want);
  }
}


/* a byte of value zero is a token nowhere, and text in a string */
static void zeros (void **state) {
  char out[64];
  wk_Lex lex;
  (void)state;
  wk_lex_init(&lex, "a\0b", 3);
  assert_int_equal(wk_lex_next(&lex), WK_T_NAME);
  assert_int_equal(wk_lex_next(&lex), WK_T_BAD);
  assert_string_equal(lex.problem, "a zero byte stands here");
  assert_int_equal(wk_lex_next(&lex), WK_T_NAME);
  assert_int_equal(wk_lex_next(&lex), WK_T_END);
  wk_lex_init(&lex, "'a\0b'--\0", 8);
  assert_int_equal(wk_lex_next(&lex), WK_T_STRING);
  assert_int_equal(lex.stop, 5);
  assert_int_equal(wk_lex_next(&lex), WK_T_END);
  tokens("\xFF", 1, 0, 0, out, sizeof(out));  /* one byte at a time */
}


static const Case problems[] = {
  {"'a", "this text has no closing quote"},
  {"[[a", "this long text is never closed"},
  {"--[[a", "this comment is never closed"},
  {"[=a", "a second `[` is missing here"},
  {"3x", "Lua writes no number like this"},
  {"!=", "Lua writes `~=` for this"},
  {"!", "Lua writes `not` for this"},
  {"?", "this sign means nothing in Lua"},
  {"\x80", "this byte is no UTF-8"},
  {"\xC3\xA9", "names have no letters but A to Z and a to z"}
};

static void said (void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof(problems) / sizeof(problems[0]); i++) {
    wk_Lex lex;
    wk_lex_init(&lex, problems[i].text, strlen(problems[i].text));
    assert_int_equal(wk_lex_next(&lex), WK_T_BAD);
    assert_string_equal(lex.problem, problems[i].want);
  }
}


static const Case with_references[] = {
  {"@a", "@:@a"}, {"@a.b.c", "@:@a.b.c"}, {"@a.b:c()",
  "@:@a.b o:: n:c o:( o:)"},
  {"@a[1].b", "@:@a[1].b"}, {"@a[-1]", "@:@a[-1]"}, {"@a['x y'].z",
  "@:@a['x y'].z"}, {"@a[\"]\"]", "@:@a[\"]\"]"},
  {"@a[i]", "@:@a o:[ n:i o:]"}, {"@a[1+1]", "@:@a o:[ 0:1 o:+ 0:1 o:]"},
  {"@a[ 1 ]", "@:@a o:[ 0:1 o:]"}, {"@a[1.5]", "@:@a o:[ 0:1.5 o:]"},
  {"@a[0x1]", "@:@a o:[ 0:0x1 o:]"}, {"@a[-i]", "@:@a o:[ o:- n:i o:]"},
  {"@a['x'..i]", "@:@a o:[ s:'x' o:.. n:i o:]"},
  {"@a[[x]]", "@:@a s:[[x]]"},
  {"@a..b", "@:@a o:.. n:b"}, {"@a..@b", "@:@a o:.. @:@b"},
  {"@a.1..@b", "@:@a.1 o:.. @:@b"}, {"@a...@b", "@:@a o:... @:@b"},
  {"@a.1", "@:@a.1"}, {"@a.12.b", "@:@a.12.b"}, {"@a.1x", "@:@a !:.1x"},
  {"@a-b", "@:@a o:- n:b"}, {"@a.b-1", "@:@a.b o:- 0:1"},
  {"@.x", "@:@.x"}, {"@..x.y", "@:@..x.y"}, {"@.[1]", "@:@.[1]"},
  {"@.1", "@:@.1"}, {"@.", "@:@ o:."}, {"@..", "@:@ o:.."},
  {"@", "@:@"}, {"@ a", "@:@ n:a"}, {"@1", "@:@ 0:1"}, {"@@a", "@:@ @:@a"},
  {"@end.if", "@:@end.if"}, {"@_a1", "@:@_a1"},
  {"@\xC3\xA9t\xC3\xA9.x+1", "@:@\xC3\xA9t\xC3\xA9.x o:+ 0:1"},
  {"@a.\xC3", "@:@a o:. !:\xC3"}, {"'@a'", "s:'@a'"}, {"--@a", ""},
  {"@a.b.", "@:@a.b o:."}, {"@a::b", "@:@a o::: n:b"},
  {"@[1]", "@:@[1]"}, {"@['a b']", "@:@['a b']"}, {"@a[1", "@:@a o:[ 0:1"},
  {"@a['x", "@:@a o:[ !:'x"}
};

static void references (void **state) {
  char out[256];
  (void)state;
  for (size_t i = 0;
       i < sizeof(with_references) / sizeof(with_references[0]); i++) {
    const Case *c = &with_references[i];
    tokens(c->text, strlen(c->text), 1, 0, out, sizeof(out));
    assert_string_equal(out, c->want);
  }
}


static void comments (void **state) {
  char out[128];
  (void)state;
  tokens("a --b\n--[[c\n]]d---x", 19, 0, 1, out, sizeof(out));
  assert_string_equal(out, "n:a c:--b c:--[[c\n]] n:d c:---x");
}


/* a string token, its value, or NULL and the byte of the wrong escape */
typedef struct Value {
  const char *token, *value;
  size_t size;     /* of the value, or the place of what is wrong */
} Value;

#define OK(token, value)  {token, value, sizeof(value) - 1}

static const Value values[] = {
  OK("''", ""), OK("'a'", "a"), OK("\"a'b\"", "a'b"),
  OK("'\\a\\b\\f\\n\\r\\t\\v\\\\\\\"\\''", "\a\b\f\n\r\t\v\\\"'"),
  OK("'\\x41\\x7fZ'", "A\x7fZ"), OK("'\\0'", "\0"), OK("'\\65\\0669'", "AB9"),
  OK("'\\255\\1'", "\xff\x01"), OK("'a\\\nb'", "a\nb"),
  OK("'a\\\r\nb'", "a\nb"), OK("'a\\\n\rb'", "a\nb"), OK("'a\\\rb'", "a\nb"),
  OK("'a\\z \t\r\n b'", "ab"), OK("'\\z'", ""),
  OK("'\\u{41}\\u{7f}'", "A\x7f"), OK("'\\u{80}'", "\xc2\x80"),
  OK("'\\u{7FF}'", "\xdf\xbf"), OK("'\\u{20AC}'", "\xe2\x82\xac"),
  OK("'\\u{FFFF}'", "\xef\xbf\xbf"), OK("'\\u{10FFFF}'", "\xf4\x8f\xbf\xbf"),
  OK("'\\u{1FFFFF}'", "\xf7\xbf\xbf\xbf"),
  OK("'\\u{3FFFFFF}'", "\xfb\xbf\xbf\xbf\xbf"),
  OK("'\\u{7FFFFFFF}'", "\xfd\xbf\xbf\xbf\xbf\xbf"),
  OK("'\\u{0000000000041}'", "A"),
  OK("[[a]]", "a"), OK("[[\na]]", "a"), OK("[[\r\na\r\nb\rc]]", "a\nb\nc"),
  OK("[[\n\na]]", "\na"), OK("[==[a]]\\n]==]", "a]]\\n"), OK("[[]]", ""),
  OK("[=[\n]=]", ""),
  {"'\\q'", NULL, 1}, {"'ab\\256'", NULL, 3}, {"'\\x4'", NULL, 1},
  {"'\\xg1'", NULL, 1}, {"'\\u'", NULL, 1}, {"'\\u{}'", NULL, 1},
  {"'\\u{41'", NULL, 1}, {"'\\u{80000000}'", NULL, 1}, {"'\\u41'", NULL, 1},
  {"'\\u{x}'", NULL, 1}, {"'a", NULL, 0}, {"'", NULL, 0}, {"", NULL, 0},
  {"[[a", NULL, 0}, {"[", NULL, 0}, {"[=[]]", NULL, 0}, {"a", NULL, 0},
  {"'\\'", NULL, 1}
};

static void strings (void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
    const Value *v = &values[i];
    size_t len = strlen(v->token), bad = 99;
    char *copy = exact(v->token, len), *out = exact(v->token, len);
    size_t size = wk_lex_string(copy, len, out, &bad);
    if (v->value == NULL) {
      assert_int_equal(size, (size_t)-1);
      assert_int_equal(bad, v->size);
    }
    else {
      assert_int_equal(size, v->size);
      assert_memory_equal(out, v->value, size);
    }
    free(copy);
    free(out);
  }
}


/* how long the segment is at each place: first, behind another, behind
   leading dots; then the first and the last in an expression */
typedef struct Segment {
  const char *text;
  size_t first, behind, relative, e_first, e_behind;
} Segment;

static const Segment segments[] = {
  {"", 0, 0, 0, 0, 0}, {"a", 1, 0, 1, 1, 0}, {".a", 0, 2, 0, 0, 2},
  {"a-b", 3, 0, 3, 1, 0}, {".a-b", 0, 4, 0, 0, 2}, {"-a", 0, 0, 0, 0, 0},
  {"a.b", 1, 0, 1, 1, 0}, {"1", 0, 0, 1, 0, 0}, {".1", 0, 2, 0, 0, 2},
  {".1a", 0, 0, 0, 0, 0}, {".1-", 0, 2, 0, 0, 2}, {"..a", 0, 0, 0, 0, 0},
  {"[1]", 3, 3, 3, 3, 3}, {"[-12]x", 5, 5, 5, 5, 5}, {"[]", 0, 0, 0, 0, 0},
  {"[-]", 0, 0, 0, 0, 0}, {"[1", 0, 0, 0, 0, 0}, {"[+1]", 0, 0, 0, 0, 0},
  {"[\"a]b\"].c", 7, 7, 7, 7, 7}, {"['a\\'b']", 8, 8, 8, 8, 8},
  {"['a'", 0, 0, 0, 0, 0}, {"['a' ]", 0, 0, 0, 0, 0}, {"[a]", 0, 0, 0, 0, 0},
  {"[[a]]", 0, 0, 0, 0, 0}, {"_", 1, 0, 1, 1, 0}, {"a1_", 3, 0, 3, 3, 0},
  {"\xC3\xA9", 2, 0, 2, 2, 0}, {"\xC3", 0, 0, 0, 0, 0},
  {"a\xFF", 1, 0, 1, 1, 0}, {".\xE2\x82\xAC" "1", 0, 5, 0, 0, 5}
};

static void parts (void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof(segments) / sizeof(segments[0]); i++) {
    const Segment *s = &segments[i];
    size_t n = strlen(s->text);
    char *copy = exact(s->text, n);
    assert_int_equal(wk_lex_segment(copy, n, WK_FIRST, 0), s->first);
    assert_int_equal(wk_lex_segment(copy, n, WK_BEHIND, 0), s->behind);
    assert_int_equal(wk_lex_segment(copy, n, WK_RELATIVE, 0), s->relative);
    assert_int_equal(wk_lex_segment(copy, n, WK_FIRST, 1), s->e_first);
    assert_int_equal(wk_lex_segment(copy, n, WK_BEHIND, 1), s->e_behind);
    free(copy);
  }
}


/* random bytes out of those that mean something: the lexer reaches the end,
   its tokens do not overlap, and every string has a value or a wrong escape */
static void noise (void **state) {
  static const char signs[] = "ab1x.@[]=\"'\\-{}()\n\r z0eEpP+~<:/_\0"
    "\xC3\xA9!u";
  uint32_t seed = 12345;
  (void)state;
  for (int round = 0; round < 20000; round++) {
    size_t len, i;
    char text[40], value[40], *copy;
    wk_Token token;
    wk_Lex lex;
    seed = seed * 1664525u + 1013904223u;
    len = (seed >> 8) % sizeof(text);
    for (i = 0; i < len; i++) {
      seed = seed * 1664525u + 1013904223u;
      text[i] = signs[(seed >> 8) % (sizeof(signs) - 1)];
    }
    copy = exact(text, len);
    wk_lex_init(&lex, copy, len);
    lex.references = round & 1;
    lex.comments = round & 2;
    for (i = 0; (token = wk_lex_next(&lex)) != WK_T_END; i = lex.stop) {
      assert_true(lex.start >= i && lex.stop > lex.start);
      if (token == WK_T_STRING) {
        size_t bad = 0, n = lex.stop - lex.start;
        size_t size = wk_lex_string(copy + lex.start, n, value, &bad);
        assert_true(size == (size_t)-1 ? bad < n : size <= n);
      }
    }
    free(copy);
  }
}


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(grammar), LEAK_TEST(zeros), LEAK_TEST(said),
    LEAK_TEST(references), LEAK_TEST(comments), LEAK_TEST(strings),
    LEAK_TEST(parts), LEAK_TEST(noise)
  };
  return cmocka_run_group_tests_name("lex", tests, NULL, NULL);
}
