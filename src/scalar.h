/*
** scalar.h -- text <-> number by the YAML 1.2 core schema, locale-free.
**
** Calls no other room.
*/

#ifndef wk_scalar_h
#define wk_scalar_h

#include <stddef.h>
#include <stdint.h>

#include "tree.h"

/* what a plain scalar is: WK_NULL, WK_BOOL, WK_INT, WK_FLOAT, WK_STRING; or
   WK_NONE for a number that fits neither 64 bits nor a finite double.  Most
   are strings, and known by their first byte. */
wk_Kind wk_scalar_typed (const char *s, size_t len);
extern const unsigned char wk_scalar_first[256];

static inline wk_Kind wk_scalar_kind (const char *s, size_t len) {
  if (len > 0 && !wk_scalar_first[(unsigned char)*s]) return WK_STRING;
  return wk_scalar_typed(s, len);
}

/* the value of a text that wk_scalar_kind called so */
int wk_scalar_bool (const char *s, size_t len);
int64_t wk_scalar_int (const char *s, size_t len);
double wk_scalar_float (const char *s, size_t len);

/* the shortest text that reads back as the same number: an int as decimal,
   a float always with `.`, `e`, or as .inf -.inf .nan; gives its length.
   `out` has room for 40 bytes. */
size_t wk_scalar_printint (char *out, int64_t i);
size_t wk_scalar_printfloat (char *out, double d);

#endif
