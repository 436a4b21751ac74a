/*
** keypath.c -- the one grammar of key paths (see keypath.h).
**
** May call: fail, lex.
**
** lex.c finds the bytes of each segment, so that an expression's tokens and
** its paths end at the same places; this file gives the segments their
** meaning, and says what is wrong where no segment starts.
*/

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keypath.h"
#include "lex.h"


static int isdigitbyte (char c) {
  return c >= '0' && c <= '9';
}


/* is s the start of a name? */
static int startsname (const char *s, const char *end) {
  return s < end && !isdigitbyte(*s) &&
         wk_lex_segment(s, (size_t)(end - s), WK_FIRST, 0) > 0 && *s != '[';
}


/* the number at [s, stop): gives 0 when it does not fit */
static int number (const char *s, const char *stop, int64_t *out) {
  int negative = *s == '-';
  uint64_t n = 0, most = (uint64_t)INT64_MAX + (uint64_t)negative;
  for (s += negative; s < stop; s++) {
    unsigned digit = (unsigned)(*s - '0');
    if (n > (most - digit) / 10) return 0;
    n = n * 10 + digit;
  }
  *out = negative ? (int64_t)(0 - n) : (int64_t)n;
  return 1;
}


/*
** One more segment, the `n` bytes at text + at; its name goes behind *used
** in path->names.  Fails when a number does not fit, an escape is wrong or
** there are too many.
*/
static wk_Code add (wk_Path *path, const char *text, size_t at, size_t n,
                    size_t *used, wk_Fail *f) {
  const char *s = text + at, *stop = s + n;
  wk_Segment *segment;
  char shown[80];
  if (path->count == WK_PATH_SEGMENTS) {
    wk_fail(f, WK_EUSAGE, "a key path has at most %d parts", WK_PATH_SEGMENTS);
    wk_fail_mark(f, at, n, "this is part %d", WK_PATH_SEGMENTS + 1);
    return f->code;
  }
  segment = &path->segments[path->count++];
  memset(segment, 0, sizeof(*segment));
  segment->start = at;
  segment->stop = at + n;
  segment->name = *used;
  if (*s == '[' && (s[1] == '"' || s[1] == '\'')) {
    size_t bad;
    size_t size = wk_lex_string(s + 1, n - 2, path->names + *used, &bad);
    if (size == (size_t)-1) {
      wk_fail(f, WK_EUSAGE, "a key path has an escape that Lua does not know");
      wk_fail_mark(f, at + 1 + bad, 1, "no such escape");
      wk_fail_help(f, "write a backslash itself as `\\\\`");
      return f->code;
    }
    segment->size = size;
    *used += size;
    return WK_OK;
  }
  if (*s == '[') s++, stop--;
  else if (*s == '.') s++;
  if (isdigitbyte(*s) || *s == '-') {
    segment->is_index = 1;
    if (number(s, stop, &segment->index)) return WK_OK;
    wk_fail(f, WK_EUSAGE, "the number `%s` in a key path is too large",
            wk_quote(shown, sizeof(shown), s, (size_t)(stop - s), 24));
    wk_fail_mark(f, (size_t)(s - text), (size_t)(stop - s),
                 "does not fit into 64 bits");
    return f->code;
  }
  segment->size = (size_t)(stop - s);
  memcpy(path->names + *used, s, segment->size);
  *used += segment->size;
  return WK_OK;
}


/* puts what fits of [s, s + n) behind `used` bytes of out; gives the bytes
   that were needed so far */
static size_t put (char *out, size_t size, size_t used, const char *s,
                   size_t n) {
  if (used < size) memcpy(out + used, s, n < size - used ? n : size - used);
  return used + n;
}


/*
** The text of a path written with `::` or `/`, as wick writes it: dots, and
** numbers (which count from 0 there) one higher in brackets.  Gives 0 when
** it is too long or has other text in it.
*/
static int rewrite (char *out, size_t size, const char *s, const char *end) {
  size_t used = 0;
  int parts = 0;
  while (s < end) {
    const char *p = s;
    int64_t n;
    while (p < end && *p != ':' && *p != '/' && *p != '.') p++;
    if (p > s) {
      if (startsname(s, end) &&
          wk_lex_segment(s, (size_t)(p - s), WK_FIRST, 0) == (size_t)(p - s)) {
        if (parts > 0) used = put(out, size, used, ".", 1);
        used = put(out, size, used, s, (size_t)(p - s));
      }
      else if (parts > 0 && isdigitbyte(*s) &&
               wk_lex_segment(s, (size_t)(p - s), WK_RELATIVE, 0)
                 == (size_t)(p - s) &&
               number(s, p, &n) && n < INT64_MAX) {
        char index[32];
        int k = snprintf(index, sizeof(index), "[%lld]", (long long)n + 1);
        used = put(out, size, used, index, (size_t)k);
      }
      else return 0;
      parts++;
    }
    s = p < end ? p + 1 : p;
  }
  if (parts == 0 || used >= size) return 0;
  out[used] = '\0';
  return 1;
}


/* the text goes on with `::` or `/`: shows how wick writes it */
static wk_Code othersign (const char *text, size_t len, size_t at,
                          wk_Fail *f) {
  size_t stop = at, n = text[at] == ':' ? 2 : 1;
  char shown[80], better[120];
  while (stop < len && (unsigned char)text[stop] > ' ' &&
         strchr("=,()[]{}\"'`+*", text[stop]) == NULL) stop++;
  wk_fail(f, WK_EUSAGE, "the parts of a key path are joined by dots");
  wk_fail_mark(f, at, n, "`%s` joins no keys", n == 2 ? "::" : "/");
  if (rewrite(better, sizeof(better), text, text + stop))
    wk_fail_help(f, "write `%s` for `%s`", better,
                 wk_quote(shown, sizeof(shown), text, stop, 60));
  else wk_fail_help(f, "write `a.b`, and `a[1]` for the first item of a list");
  return f->code;
}


/* what is wrong at the `[` at text + at, which starts no segment */
static wk_Code badbracket (const char *text, size_t len, size_t at,
                           wk_Fail *f) {
  const char *s = text + at + 1, *end = text + len, *p = s;
  char shown[80];
  while (p < end && *p != ']' && *p != '\n') p++;
  wk_fail(f, WK_EUSAGE, "this key path has a bracket that does not hold a "
          "number or a quoted key");
  if (p == end || *p == '\n')
    wk_fail_mark(f, at, 1, "no `]` closes this bracket");
  else if (p == s) wk_fail_mark(f, at, 2, "nothing in the brackets");
  else {
    wk_fail_mark(f, at + 1, (size_t)(p - s), "neither a number nor quoted");
    if (startsname(s, p)) {
      wk_quote(shown, sizeof(shown), s, (size_t)(p - s), 40);
      wk_fail_help(f, "write `[\"%s\"]`", shown);
    }
  }
  if (f->nhelps == 0)
    wk_fail_help(f, "write `[1]` for an item of a list, `[\"any text\"]` for "
                 "a key");
  return f->code;
}


/* what is wrong with the digits at text + at, which a name's characters
   follow */
static wk_Code baddigits (const char *text, size_t len, size_t at,
                          wk_Fail *f) {
  const char *p = text + at, *end = text + len;
  char shown[80];
  size_t n;
  while (p < end && isdigitbyte(*p)) p++;
  n = wk_lex_segment(p, (size_t)(end - p), WK_FIRST, 0);
  if (n > 0 && *p != '[') p += n;
  n = (size_t)(p - text) - at;
  wk_quote(shown, sizeof(shown), text + at, n, 40);
  wk_fail(f, WK_EUSAGE, "the part `%s` of a key path starts with a digit",
          shown);
  wk_fail_mark(f, at, n, "neither a number nor a name");
  wk_fail_help(f, "quote such a key: `[\"%s\"]`", shown);
  return f->code;
}


/* is there a digit at this byte of the text? */
static int digitat (const char *text, size_t len, size_t at) {
  return at < len && isdigitbyte(text[at]);
}


/* why no path starts at text + at, behind `at` leading dots */
static wk_Code nopath (const char *text, size_t len, size_t at, int expression,
                       wk_Fail *f) {
  const char *s = text + at;
  char shown[16];
  int n;
  if (at < len && *s == '[') return badbracket(text, len, at, f);
  if (digitat(text, len, at)) {
    size_t stop = at;
    if (at > 0) return baddigits(text, len, at, f);
    while (digitat(text, len, stop)) stop++;
    if (wk_lex_segment(s, len, WK_RELATIVE, 0) == 0)
      return baddigits(text, len, at, f);
    wk_quote(shown, sizeof(shown), text, stop, 12);
    wk_fail(f, WK_EUSAGE, "a key path does not start with a number");
    wk_fail_mark(f, 0, stop, "expected a key");
    wk_fail_help(f, "write `[%s]` for a key that is a number", shown);
    return f->code;
  }
  if (!expression && at == 0 && len > 1 &&
      (*s == '/' || (*s == ':' && s[1] == ':')))
    return othersign(text, len, at, f);
  if (at == len) {
    wk_fail(f, WK_EUSAGE, "%s", at == 0 ? "this key path is empty" :
            "this key path ends where a key should be");
    wk_fail_mark(f, at > 0 ? at - 1 : 0, 1, at > 0 ?
                 "a key is missing behind this dot" : "expected a key");
    return f->code;
  }
  n = wk_utf8(s, text + len);
  wk_quote(shown, sizeof(shown), s, n > 0 ? (size_t)n : 1, 1);
  wk_fail(f, WK_EUSAGE, at == 0 ? "a key path cannot start with `%s`" :
          "a key path has `%s` where a key should be", shown);
  wk_fail_mark(f, at, n > 0 ? (size_t)n : 1, "expected a key");
  return f->code;
}


/* the path ended at text + at: is what follows a mistake in the path? */
static wk_Code ended (const char *text, size_t len, size_t at, int expression,
                      wk_Fail *f) {
  char c = at < len ? text[at] : '\0';
  char next = at + 1 < len ? text[at + 1] : '\0';
  if (c == ':' && next == ':') return othersign(text, len, at, f);
  if (c == '.' && digitat(text, len, at + 1))
    return baddigits(text, len, at + 1, f);
  if (expression) return WK_OK;  /* `[1 + n]` and `/` are Lua's there */
  if (c == '/') return othersign(text, len, at, f);
  if (c == '[') return badbracket(text, len, at, f);
  if (c == '.') {
    wk_fail(f, WK_EUSAGE, "a key is missing in this key path");
    wk_fail_mark(f, at, 1, "no key behind this dot");
    if (next == '-' && digitat(text, len, at + 2))
      wk_fail_help(f, "a number that counts from the end stands in brackets: "
                   "`a[-1]`");
    else if (next == '[')
      wk_fail_help(f, "a bracket needs no dot before it: `a[1]`");
    else if (next == '.')
      wk_fail_help(f, "only leading dots may stand together: `..a`");
    return f->code;
  }
  return WK_OK;
}


wk_Code wk_path_parse (const char *text, size_t len, int in_expression,
                       wk_Path *path, wk_Fail *f) {
  size_t first = 0, at, n, used = 0;
  path->names = NULL;
  path->count = path->length = 0;
  while (first < len && text[first] == '.') first++;
  path->up = first < WK_PATH_SEGMENTS ? (int)first : WK_PATH_SEGMENTS;
  n = wk_lex_segment(text + first, len - first,
                     first > 0 ? WK_RELATIVE : WK_FIRST, in_expression);
  if (n == 0) return nopath(text, len, first, in_expression, f);
  if (first > WK_PATH_SEGMENTS) {
    wk_fail(f, WK_EUSAGE, "a key path has at most %d leading dots",
            WK_PATH_SEGMENTS);
    wk_fail_mark(f, 0, first, "%lu dots", (unsigned long)first);
    return f->code;
  }
  at = first + n;
  while ((n = wk_lex_segment(text + at, len - at, WK_BEHIND,
                             in_expression)) > 0)
    at += n;
  path->length = at;
  path->names = malloc(at);  /* no name is longer than it is written */
  if (path->names == NULL)
    return wk_fail(f, WK_ENOMEM, "there is not enough memory for a key path");
  for (at = first; at < path->length; at += n) {
    n = wk_lex_segment(text + at, path->length - at, at > first ? WK_BEHIND :
                       first > 0 ? WK_RELATIVE : WK_FIRST, in_expression);
    if (add(path, text, at, n, &used, f) != WK_OK) goto fail;
  }
  if (ended(text, len, path->length, in_expression, f) != WK_OK) goto fail;
  return WK_OK;
fail:
  wk_path_free(path);
  return f->code;
}


void wk_path_free (wk_Path *path) {
  free(path->names);
  path->names = NULL;
  path->count = 0;
}


/* the escape that a quoted key needs for the character of n bytes (0: no
   UTF-8) at s; gives its length, or 0 when it needs none.  Characters that
   cannot be seen are escaped, too, for people read these paths. */
static size_t escaped (const char *s, int n, char out[16]) {
  static const char letters[] = "\"\\\n\t\r", names[] = "\"\\ntr";
  const char *known = *s != '\0' ? strchr(letters, *s) : NULL;
  unsigned byte = (unsigned char)*s;
  char shown[24];
  if (known != NULL) {
    out[0] = '\\';
    out[1] = names[known - letters];
    return 2;
  }
  if (n > 1) {
    wk_quote(shown, sizeof(shown), s, (size_t)n, 1);
    if (strncmp(shown, s, (size_t)n) == 0) return 0;
    return (size_t)snprintf(out, 16, "\\u{%lX}", wk_codepoint(s, n));
  }
  if (n > 0 && byte >= 0x20 && byte != 0x7F) return 0;
  return (size_t)snprintf(out, 16, "\\x%02X", byte);
}


/* can the name be written without quotes? */
static int plain (const char *name, size_t len) {
  size_t i;
  char escape[16];
  if (!startsname(name, name + len) ||
      wk_lex_segment(name, len, WK_FIRST, 0) != len) return 0;
  for (i = 0; i < len; ) {
    int n = wk_utf8(name + i, name + len);
    if (n > 1 && escaped(name + i, n, escape) > 0) return 0;
    i += n > 0 ? (size_t)n : 1;
  }
  return 1;
}


size_t wk_segment_print (char *out, size_t size, int first, int is_index,
                         int64_t index, const char *name, size_t len) {
  size_t used = 0, i;
  if (is_index) {
    char text[32];
    int n = snprintf(text, sizeof(text), "[%lld]", (long long)index);
    used = put(out, size, used, text, (size_t)n);
  }
  else if (plain(name, len)) {
    if (!first) used = put(out, size, used, ".", 1);
    used = put(out, size, used, name, len);
  }
  else {
    used = put(out, size, used, "[\"", 2);
    for (i = 0; i < len; ) {
      int n = wk_utf8(name + i, name + len);
      char escape[16];
      size_t k = escaped(name + i, n, escape);
      used = put(out, size, used, k > 0 ? escape : name + i,
                 k > 0 ? k : (size_t)n);
      i += n > 0 ? (size_t)n : 1;
    }
    used = put(out, size, used, "\"]", 2);
  }
  if (size > 0) out[used < size ? used : size - 1] = '\0';
  return used;
}
