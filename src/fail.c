/*
** fail.c -- the one error value (see fail.h).
**
** Calls no other room, allocates nothing.
*/

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"


static const wk_CodeInfo codes[WK_NCODES] = {
  {"OK", "fine", 0, 0},
#define X(name, number, kind, status) {#name, kind, number, status},
  WK_FAILS(X)
#undef X
};


const wk_CodeInfo *wk_code_info (wk_Code code) {
  if ((unsigned)code >= WK_NCODES) code = WK_EBUG;
  return &codes[code];
}


/* formats one text of a failure; a text that is too long ends in an
   ellipsis, never inside a character */
WK_PRINTF(3, 0)
static void format (char *out, size_t size, const char *fmt, va_list args) {
  int n = vsnprintf(out, size, fmt, args);
  if (n < 0) out[0] = '\0';
  else if ((size_t)n >= size) {
    size_t end = size - 4;  /* the ellipsis takes three bytes, NUL one */
    while (end > 0 && ((unsigned char)out[end] & 0xC0) == 0x80) end--;
    memcpy(out + end, "\xE2\x80\xA6", 4);
  }
}


/* starts the failure: headline only, everything else empty; gives `code` */
wk_Code wk_fail (wk_Fail *f, wk_Code code, const char *fmt, ...) {
  va_list args;
  f->code = code;
  f->err = 0;
  f->nmarks = f->nnotes = f->nhelps = 0;
  va_start(args, fmt);
  format(f->message, sizeof(f->message), fmt, args);
  va_end(args);
  return code;
}


void wk_fail_mark (wk_Fail *f, size_t byte, size_t length,
                   const char *fmt, ...) {
  if (f->nmarks < WK_FAIL_MARKS) {
    wk_Span *span = &f->marks[f->nmarks++];
    va_list args;
    span->byte = byte;
    span->length = length;
    va_start(args, fmt);
    format(span->label, sizeof(span->label), fmt, args);
    va_end(args);
  }
}


void wk_fail_note (wk_Fail *f, const char *fmt, ...) {
  if (f->nnotes < WK_FAIL_LINES) {
    va_list args;
    va_start(args, fmt);
    format(f->notes[f->nnotes++], WK_FAIL_TEXT, fmt, args);
    va_end(args);
  }
}


void wk_fail_help (wk_Fail *f, const char *fmt, ...) {
  if (f->nhelps < WK_FAIL_LINES) {
    va_list args;
    va_start(args, fmt);
    format(f->helps[f->nhelps++], WK_FAIL_TEXT, fmt, args);
    va_end(args);
  }
}


/* one continuation byte */
static int more (const unsigned char *s, const unsigned char *end) {
  return s < end && (*s & 0xC0) == 0x80;
}


/* gives the length of the well-formed character at s, or 0 (RFC 3629) */
int wk_utf8 (const char *text, const char *stop) {
  const unsigned char *s = (const unsigned char *)text;
  const unsigned char *end = (const unsigned char *)stop;
  if (s >= end) return 0;
  if (s[0] < 0x80) return 1;
  if (s[0] < 0xC2 || !more(s + 1, end)) return 0;
  if (s[0] < 0xE0) return 2;
  if (!more(s + 2, end)) return 0;
  if (s[0] < 0xF0) {
    if (s[0] == 0xE0 && s[1] < 0xA0) return 0;   /* overlong */
    if (s[0] == 0xED && s[1] >= 0xA0) return 0;  /* surrogate */
    return 3;
  }
  if (s[0] > 0xF4 || !more(s + 3, end)) return 0;
  if (s[0] == 0xF0 && s[1] < 0x90) return 0;     /* overlong */
  if (s[0] == 0xF4 && s[1] >= 0x90) return 0;    /* above U+10FFFF */
  return 4;
}


unsigned long wk_codepoint (const char *s, int n) {
  unsigned long code = (unsigned char)s[0];
  int i;
  if (n > 1) code &= 0x7Fu >> n;
  for (i = 1; i < n; i++) code = (code << 6) | ((unsigned char)s[i] & 0x3Fu);
  return code;
}


/* is this character invisible, or does it turn the direction of the text?
   It would let a name look like another one.  C1 controls, spaces and hyphens
   that are none, marks of direction, joiners, what annotates, tags, and code
   points that are no characters. */
static int deceives (unsigned long code) {
  static const struct {unsigned long first, last;} ranges[] = {
    {0x80, 0xA0}, {0xAD, 0xAD}, {0x61C, 0x61C}, {0x200B, 0x200F},
    {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF0, 0xFFFB},
    {0xE0000, 0xE0FFF}
  };
  size_t i;
  for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
    if (code >= ranges[i].first && code <= ranges[i].last) return 1;
  return (code & 0xFFFEu) == 0xFFFEu;
}


const char *wk_quote (char *out, size_t size, const char *s, size_t len,
                      size_t max) {
  const char *end = s + len;
  size_t used = 0, count = 0;
  if (len <= max && len + 4 <= size) {  /* most are short and plain */
    while (used < len && s[used] >= 0x20 && s[used] < 0x7F) {
      out[used] = s[used];
      used++;
    }
    s += used;
    count = used;
  }
  while (s < end) {
    int n = wk_utf8(s, end);
    int plain = n > 0 && (unsigned char)*s >= 0x20 && *s != 0x7F &&
                (n == 1 || !deceives(wk_codepoint(s, n)));
    size_t step = n > 0 ? (size_t)n : 1;
    size_t need = plain ? step : 4 * step;
    if (count++ == max || used + need + 4 > size) {  /* room for the end */
      if (used + 4 <= size) {
        memcpy(out + used, "\xE2\x80\xA6", 3);
        used += 3;
      }
      break;
    }
    if (plain) {
      memcpy(out + used, s, step);
      used += step;
    }
    else {
      size_t i;
      for (i = 0; i < step; i++, used += 4)
        snprintf(out + used, 5, "\\x%02X", (unsigned)(unsigned char)s[i]);
    }
    s += step;
  }
  if (size > 0) out[used] = '\0';
  return out;
}
