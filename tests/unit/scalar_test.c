/*
** scalar_test.c -- text and numbers by the YAML 1.2 core schema.
*/

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "leak.h"
#include "scalar.h"


static wk_Kind kind (const char *s) {
  return wk_scalar_kind(s, strlen(s));
}


static void kinds (void **state) {
  static const struct { const char *text; wk_Kind kind; } rows[] = {
    {"", WK_NULL}, {"~", WK_NULL}, {"null", WK_NULL}, {"Null", WK_NULL},
    {"NULL", WK_NULL}, {"nULL", WK_STRING}, {"~~", WK_STRING},
    {"nil", WK_STRING}, {"none", WK_STRING},
    {"true", WK_BOOL}, {"True", WK_BOOL}, {"TRUE", WK_BOOL},
    {"false", WK_BOOL}, {"False", WK_BOOL}, {"FALSE", WK_BOOL},
    {"yes", WK_STRING}, {"no", WK_STRING}, {"on", WK_STRING},
    {"off", WK_STRING}, {"y", WK_STRING}, {"tRUE", WK_STRING},
    {"0", WK_INT}, {"-0", WK_INT}, {"+12", WK_INT}, {"010", WK_INT},
    {"0o17", WK_INT}, {"0x1F", WK_INT}, {"0xg", WK_STRING},
    {"0o8", WK_STRING}, {"0x", WK_STRING}, {"-0x1", WK_STRING},
    {"0b1", WK_STRING}, {"1_000", WK_STRING}, {"1:30", WK_STRING},
    {"1 2", WK_STRING}, {"-", WK_STRING}, {"+", WK_STRING},
    {"--1", WK_STRING}, {"12e", WK_STRING}, {"1e+", WK_STRING},
    {"9223372036854775807", WK_INT}, {"-9223372036854775808", WK_INT},
    {"9223372036854775808", WK_NONE}, {"-9223372036854775809", WK_NONE},
    {"0x7fffffffffffffff", WK_INT}, {"0x8000000000000000", WK_NONE},
    {"0o777777777777777777777", WK_INT},
    {"0o1000000000000000000000", WK_NONE},
    {"00000000000000000000000012", WK_INT},
    {"1.", WK_FLOAT}, {".5", WK_FLOAT}, {"1e-3", WK_FLOAT},
    {"1E3", WK_FLOAT}, {"-1.5e+3", WK_FLOAT}, {"+.5", WK_FLOAT},
    {".", WK_STRING}, {"..", WK_STRING}, {"1.2.3", WK_STRING},
    {"1,5", WK_STRING}, {".inf", WK_FLOAT}, {"-.Inf", WK_FLOAT},
    {"+.INF", WK_FLOAT}, {".nan", WK_FLOAT}, {".NaN", WK_FLOAT},
    {".NAN", WK_FLOAT}, {"-.nan", WK_STRING}, {".iNF", WK_STRING},
    {"inf", WK_STRING}, {"nan", WK_STRING}, {"infinity", WK_STRING},
    {"0x1p3", WK_STRING}, {"1e999", WK_NONE}, {"-1e999", WK_NONE},
    {"1e309", WK_NONE}, {"1.7976931348623157e308", WK_FLOAT},
    {"1.7976931348623159e308", WK_NONE}, {"0e999999999999999999", WK_FLOAT},
    {"1e-999999999999999999999", WK_FLOAT},
    {"1e999999999999999999999", WK_NONE}, {"1e-400", WK_FLOAT},
    {"text", WK_STRING}, {"???", WK_STRING}, {"<<", WK_STRING}
  };
  size_t i;
  (void)state;
  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    if (kind(rows[i].text) != rows[i].kind)
      fail_msg("`%s` is %d, not %d", rows[i].text, (int)kind(rows[i].text),
               (int)rows[i].kind);
  }
}


/* bytes behind the length are not looked at */
static void lengths (void **state) {
  (void)state;
  assert_int_equal(wk_scalar_kind("truest", 4), WK_BOOL);
  assert_int_equal(wk_scalar_kind("12x", 2), WK_INT);
  assert_int_equal(wk_scalar_int("123", 2), 12);
  assert_true(wk_scalar_float("1.55", 3) == 1.5);
  assert_int_equal(wk_scalar_kind("1\0", 2), WK_STRING);
  assert_int_equal(wk_scalar_kind("true\0", 5), WK_STRING);
}


static int64_t integer (const char *s) {
  return wk_scalar_int(s, strlen(s));
}


static void integers (void **state) {
  (void)state;
  assert_int_equal(integer("010"), 10);
  assert_int_equal(integer("0o17"), 15);
  assert_int_equal(integer("0x1f"), 31);
  assert_int_equal(integer("-12"), -12);
  assert_int_equal(integer("+12"), 12);
  assert_true(integer("9223372036854775807") == INT64_MAX);
  assert_true(integer("-9223372036854775808") == INT64_MIN);
  assert_true(wk_scalar_bool("True", 4));
  assert_false(wk_scalar_bool("FALSE", 5));
}


static double number (const char *s) {
  return wk_scalar_float(s, strlen(s));
}


/* `start`, the digits 0 to 9 in turn, `n` of them (or only zeros), `end` */
static char *longnumber (const char *start, size_t n, int zeros,
                         const char *end) {
  size_t used = 0, i;
  char *s = malloc(strlen(start) + n + strlen(end) + 1);
  assert_non_null(s);
  while (*start != '\0') s[used++] = *start++;
  for (i = 0; i < n; i++) s[used++] = zeros ? '0' : (char)('0' + i % 10);
  while (*end != '\0') s[used++] = *end++;
  s[used] = '\0';
  return s;
}


static void floats (void **state) {
  char *s;
  (void)state;
  assert_true(number("1.5") == 1.5);
  assert_true(number("1e-3") == 1e-3);
  assert_true(number(".5") == 0.5);
  assert_true(number("-12.25e1") == -122.5);
  assert_true(number("0.1") == 0.1);
  assert_true(number("3") == 3.0);
  assert_true(number("123456789012345678901234567890")
              == 123456789012345678901234567890.0);
  assert_true(number("4.9406564584124654e-324") == 4.9406564584124654e-324);
  assert_true(number("1e-400") == 0.0);
  assert_true(isinf(number(".inf")) && number(".inf") > 0);
  assert_true(isinf(number("-.INF")) && number("-.INF") < 0);
  assert_true(isnan(number(".NaN")));
  assert_true(signbit(number("-0.0")) != 0);
  /* exactly between two doubles, and a last digit that decides */
  assert_true(number("9007199254740993.0") == 9007199254740992.0);
  s = longnumber("9007199254740993.", 2000, 1, "");
  assert_true(number(s) == 9007199254740992.0);
  s[2016] = '1';
  assert_true(number(s) == 9007199254740994.0);
  free(s);
  /* more digits than the exponent can count at first sight */
  s = longnumber("0.", 200000, 0, "e1");
  assert_true(number(s) == strtod(s, NULL));
  free(s);
  s = longnumber("1", 1000, 0, "e-1000");
  assert_true(number(s) == strtod(s, NULL));
  free(s);
  s = longnumber("0.", 1200000, 1, "25e1200001");
  assert_true(number(s) == 2.5);
  assert_int_equal(kind(s), WK_FLOAT);
  free(s);
}


/* as many doubles of all sizes as are quick */
static void roundtrips (void **state) {
  uint64_t bits = 88172645463325252u;
  int i;
  (void)state;
  for (i = 0; i < 100000; i++) {
    char out[40];
    double d;
    size_t n;
    bits ^= bits << 13;
    bits ^= bits >> 7;
    bits ^= bits << 17;
    memcpy(&d, &bits, sizeof(d));
    if (isnan(d) || isinf(d)) continue;
    n = wk_scalar_printfloat(out, d);
    assert_int_equal(n, strlen(out));
    assert_true(n < 40);
    assert_int_equal(wk_scalar_kind(out, n), WK_FLOAT);
    assert_true(wk_scalar_float(out, n) == d);
    assert_true(strtod(out, NULL) == d);
  }
}


static void prints (void **state) {
  static const struct { double d; const char *text; } rows[] = {
    {0.1, "0.1"}, {1.0, "1.0"}, {-1.0, "-1.0"}, {0.0, "0.0"},
    {-0.0, "-0.0"}, {1e20, "1e+20"}, {1e15, "1e+15"},
    {100000.0, "100000.0"}, {1.0 / 3, "0.3333333333333333"},
    {2.0 / 3, "0.6666666666666666"}, {1e-7, "1e-07"},
    {5e-324, "5e-324"}, {1.7976931348623157e308, "1.7976931348623157e+308"},
    {123456789.125, "123456789.125"}
  };
  char out[40];
  size_t i;
  (void)state;
  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    assert_int_equal(wk_scalar_printfloat(out, rows[i].d),
                     strlen(rows[i].text));
    assert_string_equal(out, rows[i].text);
  }
  wk_scalar_printfloat(out, (double)INFINITY);
  assert_string_equal(out, ".inf");
  wk_scalar_printfloat(out, -(double)INFINITY);
  assert_string_equal(out, "-.inf");
  wk_scalar_printfloat(out, (double)NAN);
  assert_string_equal(out, ".nan");
  assert_int_equal(wk_scalar_printint(out, INT64_MIN), 20);
  assert_string_equal(out, "-9223372036854775808");
}


/* under a locale whose decimal point is a comma nothing changes */
static void locales (void **state) {
  static const char *const names[] = {
    "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE", "ps_AF.UTF-8"
  };
  char out[40];
  size_t i;
  int found = 0;
  (void)state;
  for (i = 0; i < sizeof(names) / sizeof(names[0]) && !found; i++)
    found = setlocale(LC_ALL, names[i]) != NULL;
  if (!found) SKIP("no locale with a decimal comma is installed");
  assert_true(number("1.5") == 1.5);
  assert_int_equal(kind("1,5"), WK_STRING);
  wk_scalar_printfloat(out, 1.5);
  assert_string_equal(out, "1.5");
  wk_scalar_printfloat(out, 3.0);
  assert_string_equal(out, "3.0");
  setlocale(LC_ALL, "C");
}


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(kinds), LEAK_TEST(lengths), LEAK_TEST(integers),
    LEAK_TEST(floats), LEAK_TEST(roundtrips), LEAK_TEST(prints),
    LEAK_TEST(locales)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
