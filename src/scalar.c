/*
** scalar.c -- text <-> number by the YAML 1.2 core schema, locale-free.
**
** Calls no other room.  The C library's strtod and printf know a locale's
** decimal point, so neither gets to use it here: a float is handed to strtod
** as digits and an exponent (`1.25e3` as `125e1`), which every locale reads
** alike and exactly; and what printf wrote gets its point put right.  No
** locale is read or set, so every thread may call.
*/

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scalar.h"


/* A double is decided by its first 767 digits and by whether anything
   follows them (5e-324 halved has the most); so much is copied. */
#define DIGITS   770

/* exponents are not read further: more digits than that fit no memory */
#define EXPONENT INT64_C(1000000000000000)


/* a float taken apart: value = digits * 10^exponent */
typedef struct Parts {
  const char *digits;     /* the first digit, or the point before it */
  const char *end;        /* behind the last one */
  int64_t exponent;       /* as written behind `e` */
  size_t whole;           /* digits before the point */
  int negative;
} Parts;


static int isdigit_ (char c) {
  return c >= '0' && c <= '9';
}


/* the value of a hexadecimal digit, or -1 */
static int hexdigit (char c) {
  if (isdigit_(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}


/* is it one of the three spellings, such as inf Inf INF?  The words are
   literals, so that no call is left. */
#define SPELLED(s, len, low, title, high) \
  ((len) == sizeof(low) - 1 && (memcmp(s, low, sizeof(low) - 1) == 0 || \
   memcmp(s, title, sizeof(low) - 1) == 0 || \
   memcmp(s, high, sizeof(low) - 1) == 0))


/* reads the digits from s on in `base`; gives 0 when one of them is none of
   that base, or the value does not fit 64 bits with this sign, else 1 */
static int digits (const char *s, const char *end, int base, int negative,
                   int64_t *value, int *fits) {
  uint64_t max = (uint64_t)INT64_MAX + (negative ? 1 : 0);
  uint64_t v = 0;
  *fits = 1;
  if (s == end) return 0;
  for (; s < end; s++) {
    int d = hexdigit(*s);
    if (d < 0 || d >= base) return 0;
    if (v > (max - (uint64_t)d) / (uint64_t)base) *fits = 0;
    else v = v * (uint64_t)base + (uint64_t)d;
  }
  if (!negative) *value = (int64_t)v;
  else *value = v > (uint64_t)INT64_MAX ? INT64_MIN : -(int64_t)v;
  return 1;
}


/* reads an integer: [-+]?[0-9]+, 0o[0-7]+ or 0x[0-9a-fA-F]+; gives 0 when
   it is none */
static int integer (const char *s, size_t len, int64_t *value, int *fits) {
  const char *end = s + len;
  int negative = 0;
  if (len > 2 && s[0] == '0' && (s[1] == 'o' || s[1] == 'x'))
    return digits(s + 2, end, s[1] == 'o' ? 8 : 16, 0, value, fits);
  if (len > 0 && (*s == '-' || *s == '+')) negative = *s++ == '-';
  return digits(s, end, 10, negative, value, fits);
}


/* takes [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? apart; gives 0
   when the text is nothing of that form */
static int take (const char *s, size_t len, Parts *p) {
  const char *end = s + len;
  size_t part = 0;
  p->negative = 0;
  p->exponent = 0;
  if (s < end && (*s == '-' || *s == '+')) p->negative = *s++ == '-';
  p->digits = s;
  while (s < end && isdigit_(*s)) s++;
  p->whole = (size_t)(s - p->digits);
  if (s < end && *s == '.') {
    const char *from = ++s;
    while (s < end && isdigit_(*s)) s++;
    part = (size_t)(s - from);
  }
  p->end = s;
  if (p->whole + part == 0) return 0;
  if (s < end && (*s == 'e' || *s == 'E')) {
    int minus = 0;
    s++;
    if (s < end && (*s == '-' || *s == '+')) minus = *s++ == '-';
    if (s == end) return 0;
    for (; s < end && isdigit_(*s); s++) {
      if (p->exponent < EXPONENT)
        p->exponent = p->exponent * 10 + (*s - '0');
    }
    if (minus) p->exponent = -p->exponent;
  }
  return s == end;
}


/* the value of what `take` took apart; HUGE_VAL when it is too large.  With
   more digits than decide, one 1 stands for the rest that is not zero. */
static double convert (const Parts *p) {
  char text[DIGITS + 32];
  size_t n = 0;          /* digits copied */
  size_t seen = 0;       /* digits read, leading zeros counted */
  int64_t dropped = 0;   /* digits that were not copied */
  int rest = 0;          /* one of those was not zero */
  int64_t exponent = p->exponent;
  const char *s;
  double d;
  for (s = p->digits; s < p->end; s++) {
    if (*s == '.') continue;
    seen++;
    if (n == 0 && *s == '0') continue;
    if (n < DIGITS) text[n++] = *s;
    else {
      dropped++;
      if (*s != '0') rest = 1;
    }
  }
  if (n == 0) return p->negative ? -0.0 : 0.0;
  exponent += dropped - (int64_t)(seen - p->whole);
  if (rest) {
    text[n++] = '1';
    exponent--;
  }
  snprintf(text + n, sizeof(text) - n, "e%lld", (long long)exponent);
  d = strtod(text, NULL);
  return p->negative ? -d : d;
}


/* a float's kind; what is below 10^308 needs no conversion to be known */
static wk_Kind floatkind (const Parts *p) {
  if ((int64_t)p->whole + p->exponent <= 308) return WK_FLOAT;
  return isinf(convert(p)) ? WK_NONE : WK_FLOAT;
}


/* .inf, .nan and their kin, from the point on */
static int special (const char *s, size_t len, int sign) {
  return SPELLED(s, len, ".inf", ".Inf", ".INF") ||
         (!sign && SPELLED(s, len, ".nan", ".NaN", ".NAN"));
}


/* the kind of a text that starts with a digit, a sign or a point: what ends
   the first digits says which of all forms it may be */
static wk_Kind number (const char *s, size_t len) {
  size_t sign = *s == '-' || *s == '+', n = sign;
  Parts parts;
  int64_t value;
  int fits;
  while (n < len && isdigit_(s[n])) n++;
  if (n == len) {
    if (n == sign) return WK_STRING;
    if (n < 19) return WK_INT;
    integer(s, len, &value, &fits);
    return fits ? WK_INT : WK_NONE;
  }
  switch (s[n]) {
    case '.':
      if (n == sign && special(s + n, len - n, n > 0)) return WK_FLOAT;
      return take(s, len, &parts) ? floatkind(&parts) : WK_STRING;
    case 'e': case 'E':
      return take(s, len, &parts) ? floatkind(&parts) : WK_STRING;
    case 'o': case 'x':
      if (!integer(s, len, &value, &fits)) return WK_STRING;
      return fits ? WK_INT : WK_NONE;
    default:
      return WK_STRING;
  }
}


/* bytes with which something else than a string may start */
const unsigned char wk_scalar_first[256] = {
  ['~'] = 1, ['n'] = 1, ['N'] = 1, ['t'] = 1, ['T'] = 1, ['f'] = 1,
  ['F'] = 1, ['-'] = 1, ['+'] = 1, ['.'] = 1, ['0'] = 1, ['1'] = 1,
  ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1, ['7'] = 1,
  ['8'] = 1, ['9'] = 1
};


wk_Kind wk_scalar_typed (const char *s, size_t len) {
  if (len == 0) return WK_NULL;
  switch (*s) {
    case '~':
      return len == 1 ? WK_NULL : WK_STRING;
    case 'n': case 'N':
      return SPELLED(s, len, "null", "Null", "NULL") ? WK_NULL : WK_STRING;
    case 't': case 'T':
      return SPELLED(s, len, "true", "True", "TRUE") ? WK_BOOL : WK_STRING;
    case 'f': case 'F':
      return SPELLED(s, len, "false", "False", "FALSE") ? WK_BOOL
                                                        : WK_STRING;
    case '-': case '+': case '.':
    case '0': case '1': case '2': case '3': case '4':
    case '5': case '6': case '7': case '8': case '9':
      return number(s, len);
    default:
      return WK_STRING;
  }
}


int wk_scalar_bool (const char *s, size_t len) {
  return len > 0 && (*s == 't' || *s == 'T');
}


int64_t wk_scalar_int (const char *s, size_t len) {
  int64_t value = 0;
  int fits;
  integer(s, len, &value, &fits);
  return value;
}


double wk_scalar_float (const char *s, size_t len) {
  Parts parts;
  int sign = len > 0 && (*s == '-' || *s == '+');
  if (special(s + sign, len - (size_t)sign, sign)) {
    if (s[sign + 1] == 'n' || s[sign + 1] == 'N') return (double)NAN;
    return *s == '-' ? -(double)INFINITY : (double)INFINITY;
  }
  return take(s, len, &parts) ? convert(&parts) : 0.0;
}


size_t wk_scalar_printint (char *out, int64_t i) {
  return (size_t)snprintf(out, 40, "%lld", (long long)i);
}


/* prints d with so many digits and a point, whatever the locale's is: every
   byte that is no digit, sign or `e` belongs to the locale's point */
static size_t print (char *out, double d, int precision) {
  char text[64];
  const char *s;
  size_t n = 0;
  int point = 0;   /* is there already something a float is known by? */
  snprintf(text, sizeof(text), "%.*g", precision, d);
  for (s = text; *s != '\0'; s++) {
    if (isdigit_(*s) || *s == '-' || *s == '+' || *s == 'e') {
      if (*s == 'e') point = 1;
      out[n++] = *s;
    }
    else if (!point) {
      out[n++] = '.';
      point = 1;
    }
  }
  if (!point) {
    out[n++] = '.';
    out[n++] = '0';
  }
  out[n] = '\0';
  return n;
}


/* every decimal of 15 digits survives the way through a double, so 15 are
   tried first; a subnormal holds fewer and starts at 1 */
size_t wk_scalar_printfloat (char *out, double d) {
  int precision = fabs(d) < 2.2250738585072014e-308 && d != 0.0 ? 1 : 15;
  if (isnan(d)) return (size_t)snprintf(out, 40, ".nan");
  if (isinf(d)) return (size_t)snprintf(out, 40, d < 0 ? "-.inf" : ".inf");
  for (;; precision++) {
    size_t n = print(out, d, precision);
    if (precision >= 17 || wk_scalar_float(out, n) == d) return n;
  }
}
