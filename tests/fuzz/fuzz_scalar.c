/*
** fuzz_scalar.c -- any text as a plain scalar, and its first eight bytes as a
** double: numbers are what the C library reads, and what is printed reads
** back to the same number in as few digits as that takes.
*/

#include <math.h>

#include "fuzz.h"
#include "scalar.h"


static int same (double a, double b) {
  return memcmp(&a, &b, sizeof(a)) == 0 || (isnan(a) && isnan(b));
}


/* digits of the number's text: what is left of it without sign, point,
   exponent, and zeros at either end */
static int digits (const char *s, size_t n) {
  const char *stop = s + n, *p;
  int count = 0, zeros = 0;
  for (p = s; p < stop && *p != 'e' && *p != 'E'; p++) {
    if (*p == '0') zeros++;
    else if (*p >= '1' && *p <= '9') {
      count += (count > 0 ? zeros : 0) + 1;
      zeros = 0;
    }
  }
  return count;
}


static void check_float (double d) {
  char out[40], text[64];
  size_t n = wk_scalar_printfloat(out, d);
  int least = 1;
  demand(n < sizeof(out) && out[n] == '\0');
  demand(wk_scalar_kind(out, n) == WK_FLOAT);
  demand(same(wk_scalar_float(out, n), d));
  if (!isfinite(d) || d == 0) return;
  for (; least < 17; least++) {
    snprintf(text, sizeof(text), "%.*e", least - 1, d);
    if (same(strtod(text, NULL), d)) break;
  }
  demand(digits(out, n) <= least);
}


static void check_int (int64_t i) {
  char out[40];
  size_t n = wk_scalar_printint(out, i);
  demand(n < sizeof(out) && out[n] == '\0');
  demand(wk_scalar_kind(out, n) == WK_INT && wk_scalar_int(out, n) == i);
}


int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size) {
  const char *s = (const char *)data;
  wk_Kind kind = wk_scalar_kind(s, size);
  demand(kind <= WK_STRING);
  if (kind == WK_BOOL) demand(wk_scalar_bool(s, size) == (size == 4));
  if (kind == WK_INT) check_int(wk_scalar_int(s, size));
  if (kind == WK_FLOAT) {
    double d = wk_scalar_float(s, size);
    check_float(d);
    if (isfinite(d)) {
      char *text = (char *)malloc(size + 1);
      demand(text != NULL);
      memcpy(text, s, size);
      text[size] = '\0';
      demand(same(strtod(text, NULL), d));
      free(text);
    }
  }
  if (size >= 8) {
    double d;
    int64_t i;
    memcpy(&d, data, 8);
    memcpy(&i, data, 8);
    check_float(d);
    check_int(i);
  }
  return 0;
}
