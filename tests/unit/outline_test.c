/*
** outline_test.c -- where constructors stand in a Lua text: what is found, and
** that any text at all, Lua or not, is walked within its bounds.  Which bytes
** the values of a config are marked at is in lua_marks_spec.lua.
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
#include "outline.h"


/* appends the fields of a list as `key=VALUE`, a constructor's in braces */
static void print (const wk_Outline *o, uint32_t id, char *out, size_t size) {
  for (; id != 0; id = o->fields[id].next) {
    const wk_Field *f = &o->fields[id];
    size_t used = strlen(out);
    if (f->isitem)
      snprintf(out + used, size - used, "%u=", (unsigned)f->keysize);
    else if (f->key != WK_NOWHERE)
      snprintf(out + used, size - used, "%.*s%s=", (int)f->keysize,
               o->text + f->key, f->assigned ? "!" : "");
    used = strlen(out);
    if (f->kind == WK_F_TABLE) {
      snprintf(out + used, size - used, "{");
      print(o, f->first, out, size);
      used = strlen(out);
      snprintf(out + used, size - used, "} ");
    }
    else if (f->kind == WK_F_OTHER) snprintf(out + used, size - used, "? ");
    else
      snprintf(out + used, size - used, "%s%.*s ",
               f->kind == WK_F_NAME ? "$" : "", (int)(f->stop - f->value),
               o->text + f->value);
  }
}


/* `names | returns` of a text */
static void finds (const char *text, const char *wanted) {
  char out[512] = "";
  size_t used;
  wk_Outline o;
  wk_outline_read(&o, text, strlen(text), 1000);
  print(&o, o.firstname, out, sizeof(out));
  used = strlen(out);
  snprintf(out + used, sizeof(out) - used, "| ");
  print(&o, o.firstreturn, out, sizeof(out));
  assert_string_equal(out, wanted);
  wk_outline_free(&o);
}


static void found (void **state) {
  (void)state;
  finds("return { a = 1, 'x', [2] = y; ['b c'] = { -2, true }, [f()] = 3 }",
        "| {a=1 1='x' 2=$y 'b c'={1=-2 2=true } } ");
  finds("local t <const> = {} t.a = { b = nil } t.a.c = 2 t['d'] = x.y u = 1",
        "t={a!={b=? c!=2 } 'd'!=? } u=1 | ");
  finds("local a, b = { 1 }, 2 for i = 1, 2 do c = { i } end",
        "c={1=$i } | ");
  finds("local function f() local t = { 1 } return { 2 } end return f { 3 }",
        "| {1=3 } ");
  finds("return target 'p.M' (options { x = append { 1 }, y = g(1, { 2 }) })",
        "| {x={1=1 } y=? } ");
  finds("return { a = { 1 } .. 'x', b = ({ 2 }).c, c = ({ 3 }), d = #{ 4 } }",
        "| {a=? b=? c={1=3 } d=? } ");
  finds("if x then return { 1 } elseif y then return end return z",
                "| {1=1 } $z ");
  finds("return { a = function() return { b = 1 } end, c = 2 }",
        "| {a=? c=2 } ");
  finds("return { goto_ = 1, a = b.c, d = e:f { g = 1 }, h = 'i' .. 'j' }",
        "| {goto_=1 a=? d={g=1 } h=? } ");
  finds("", "| ");
}


/* a limit on fields, and no room at all */
static void limits (void **state) {
  static const char text[] = "return { 1, { 2, 3 }, 4, 5 }";
  wk_Outline o;
  size_t most;
  (void)state;
  for (most = 0; most < 9; most++) {
    wk_outline_read(&o, text, sizeof(text) - 1, most);
    assert_true(o.nfields <= most + 1);
    wk_outline_free(&o);
  }
}


/* deeper than any stack of ours, in every kind of bracket and block */
static void deep (void **state) {
  static const char *const opens[] = {
    "{", "{a=", "(", "append(", "f{", "[", "do ", "function() ", "{[", "a.b=",
    "return ", "target 'x' {", "local a="
  };
  size_t i, n;
  (void)state;
  for (i = 0; i < sizeof(opens) / sizeof(opens[0]); i++) {
    size_t len = strlen(opens[i]);
    char *text = malloc(7 + len * 20000 + 1);
    wk_Outline o;
    assert_non_null(text);
    memcpy(text, "return ", 8);
    for (n = 0; n < 20000; n++) memcpy(text + 7 + n * len, opens[i], len);
    wk_outline_read(&o, text, 7 + len * 20000, 1000);
    wk_outline_free(&o);
    free(text);
  }
}


/* is every field within the text and the list, and no list a circle? */
static void sound (const wk_Outline *o) {
  uint32_t id;
  for (id = 1; id < o->nfields; id++) {
    const wk_Field *f = &o->fields[id];
    assert_true(f->next == 0 || (f->next > id && f->next < o->nfields));
    assert_true(f->first < o->nfields && f->last < o->nfields);
    assert_true(f->value <= o->length && f->whole <= o->length);
    assert_true(f->stop <= o->length);
    assert_true(f->brace == WK_NOWHERE || o->text[f->brace] == '{');
    if (f->kind == WK_F_NAME || f->kind == WK_F_LITERAL)
      assert_true(f->stop > f->value);
    if (f->key != WK_NOWHERE)
      assert_true(f->key + f->keysize <= o->length && f->keysize > 0);
  }
}


/* texts of random tokens: most are no Lua */
static void random_tokens (void **state) {
  static const char *const words[] = {
    "{", "}", "{", "}", "(", ")", "[", "]", "=", ",", ";", ".", ":", "'x'",
    "[[y]]", "1", "-", "a", "b", "return", "local", "function", "end", "do",
    "if", "then", "else", "target", "append", "..", "==", "nil", "true", "'",
    "\n", "--[[", "]]", "\\", "\0", "\xff", "for", "until", "repeat", "::"
  };
  uint32_t seed = 1;
  int round;
  (void)state;
  for (round = 0; round < 20000; round++) {
    char text[600];
    size_t len = 0;
    wk_Outline o;
    uint32_t id;
    while (len < sizeof(text) - 16) {
      const char *word;
      seed = seed * 1664525u + 1013904223u;
      if (seed >> 26 == 0) break;
      word = words[(seed >> 8) % (sizeof(words) / sizeof(words[0]))];
      memcpy(text + len, word, strlen(word) + 1);
      len += strlen(word);
      text[len++] = seed >> 28 & 1 ? ' ' : '\t';
    }
    wk_outline_read(&o, text, len, 1000);
    sound(&o);
    for (id = 1; id < o.nfields; id++) {
      uint32_t stop, at = wk_outline_argument(text, len, o.fields[id].whole,
                                              &stop);
      assert_true(at == WK_NOWHERE || (at < stop && stop <= len));
      if (o.fields[id].kind == WK_F_NAME)
        assert_true(wk_outline_named(&o, o.fields[id].value, o.fields[id].stop,
                                     WK_NOWHERE) < o.nfields);
    }
    wk_outline_free(&o);
  }
}


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(found), LEAK_TEST(limits), LEAK_TEST(deep),
    LEAK_TEST(random_tokens)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
