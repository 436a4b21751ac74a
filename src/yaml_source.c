/*
** yaml_source.c -- what is checked before libyaml sees a byte, and where
** its marks stand in bytes.
**
** May call: fail.
**
** libyaml would read UTF-16 by itself, place errors of the encoding at 1:1,
** and needs time that grows with the square of the number of %TAG lines; so
** none of this is left to it.
*/

#include <stdio.h>
#include <string.h>

#include "yaml_reader.h"


#define BLOCK 64    /* bytes looked at in one go */


/* 1 when a block is printable ASCII, tabs and line ends; written so that a
   compiler can look at sixteen bytes at a time */
static int isclean (const unsigned char *s) {
  unsigned char bad = 0;
  int i;
  for (i = 0; i < BLOCK; i++) {
    unsigned char c = s[i];
    bad |= (unsigned char)(((unsigned char)(c - 0x20) > 0x5E) &
                           (c != '\n') & (c != '\t') & (c != '\r'));
  }
  return !bad;
}


/* n with commas between thousands */
const char *wk_yaml_number (char *out, size_t size, uint64_t n) {
  char digits[24];
  int len = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
  size_t used = 0;
  int i;
  for (i = 0; i < len && used + 2 < size; i++) {
    if (i > 0 && (len - i) % 3 == 0) out[used++] = ',';
    out[used++] = digits[i];
  }
  out[used] = '\0';
  return out;
}


/* a number of bytes: `16 MiB`, or `100 bytes` */
const char *wk_yaml_bytes (char *out, size_t size, size_t n) {
  char number[32];
  if (n > 0 && n % 1048576 == 0)
    snprintf(out, size, "%zu MiB", n / 1048576);
  else
    snprintf(out, size, "%s bytes", wk_yaml_number(number, sizeof(number), n));
  return out;
}


static wk_Code wide (Reader *r, const char *name) {
  wk_fail(r->fail, WK_EENCODING,
          "this document is %s, and wick reads UTF-8 only", name);
  wk_fail_mark(r->fail, 0, 1, "the byte order mark of %s", name);
  wk_fail_help(r->fail, "convert it: iconv -f %s -t UTF-8", name);
  return WK_EENCODING;
}


/* refuses the byte order marks of UTF-16 and UTF-32, steps over UTF-8's */
static wk_Code marks (Reader *r) {
  const char *s = r->source;
  size_t len = r->length;
  if (len >= 4 && (memcmp(s, "\xFF\xFE\0\0", 4) == 0 ||
                   memcmp(s, "\0\0\xFE\xFF", 4) == 0))
    return wide(r, "UTF-32");
  if (len >= 2 && (memcmp(s, "\xFF\xFE", 2) == 0 ||
                   memcmp(s, "\xFE\xFF", 2) == 0))
    return wide(r, "UTF-16");
  r->skip = len >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  return WK_OK;
}


/* a byte that no YAML document may have */
static wk_Code badbyte (Reader *r, size_t at, size_t len) {
  unsigned char c = (unsigned char)r->source[at];
  if (len == 0) {
    wk_fail(r->fail, WK_EENCODING,
            "this document is not UTF-8 at byte %zu (0x%02X)", at, c);
    wk_fail_mark(r->fail, at, 1, "byte 0x%02X", c);
    wk_fail_help(r->fail, "if it is Latin-1: iconv -f ISO-8859-1 -t UTF-8");
  }
  else if (len == 1) {
    wk_fail(r->fail, WK_EENCODING,
            "the control byte 0x%02X stands at byte %zu", c, at);
    wk_fail_mark(r->fail, at, 1, "byte 0x%02X", c);
    if (c == '\0' && (at & 1) == (r->source[0] != '\0'))
      wk_fail_note(r->fail, "this looks like UTF-16, and wick reads UTF-8 "
                            "only");
    wk_fail_help(r->fail, "write it as an escape in a quoted text: "
                          "`\"\\x%02x\"`", c);
  }
  else {
    const unsigned char *s = (const unsigned char *)r->source + at;
    unsigned u = len == 2 ? (s[0] & 0x1Fu) << 6 | (s[1] & 0x3Fu)
                          : (s[0] & 0x0Fu) << 12 | (s[1] & 0x3Fu) << 6 |
                            (s[2] & 0x3Fu);
    wk_fail(r->fail, WK_EENCODING,
            "the control character U+%04X stands at byte %zu", u, at);
    wk_fail_mark(r->fail, at, len, "U+%04X", u);
    wk_fail_help(r->fail, "write it as an escape in a quoted text: "
                          "`\"\\u%04x\"`", u);
  }
  return WK_EENCODING;
}


/* the length of the character at s when YAML allows it: all but C0, DEL,
   C1 without NEL, U+FFFE and U+FFFF */
static int allowed (const char *s, const char *end, int *len) {
  const unsigned char *u = (const unsigned char *)s;
  *len = wk_utf8(s, end);
  switch (*len) {
    case 0: return 0;
    case 1: return (*u >= 0x20 && *u != 0x7F) || *u == '\n' || *u == '\t' ||
                   *u == '\r';
    case 2: return !(u[0] == 0xC2 && u[1] < 0xA0 && u[1] != 0x85);
    case 3: return !(u[0] == 0xEF && u[1] == 0xBF && u[2] >= 0xBE);
    default: return 1;
  }
}


/* every byte is looked at; sets `ascii` */
static wk_Code bytes (Reader *r) {
  size_t at = r->skip;
  r->ascii = 1;
  while (at < r->length) {
    size_t stop = at + BLOCK;
    if (stop <= r->length &&
        isclean((const unsigned char *)r->source + at)) {
      at = stop;
      continue;
    }
    while (at < stop && at < r->length) {
      int len;
      if (!allowed(r->source + at, r->source + r->length, &len))
        return badbyte(r, at, (size_t)len);
      if (len > 1) r->ascii = 0;
      at += (size_t)len;
    }
  }
  return WK_OK;
}


/* the bytes of the line end at `at`, or 0.  libyaml also ends lines at
   U+0085, U+2028 and U+2029, as YAML 1.1 did. */
static size_t lineend (const Reader *r, size_t at) {
  const char *s = r->source + at;
  size_t left = r->length - at;
  if (left == 0) return 0;
  if (*s == '\n' || *s == '\r') return 1;
  if (left >= 2 && memcmp(s, "\xC2\x85", 2) == 0) return 2;
  if (left >= 3 && (memcmp(s, "\xE2\x80\xA8", 3) == 0 ||
                    memcmp(s, "\xE2\x80\xA9", 3) == 0)) return 3;
  return 0;
}


/* does a line start at `at`? */
static int startsline (const Reader *r, size_t at) {
  size_t n;
  for (n = 1; n <= 3 && n <= at - r->skip; n++)
    if (lineend(r, at - n) == n) return 1;
  return at == r->skip;
}


/* the same for what libyaml passes over between tokens: blanks, line ends,
   and one byte order mark at the start of any line */
static size_t space (const Reader *r, size_t at) {
  if (at < r->length && wk_yaml_isblank(r->source[at])) return 1;
  if (r->length - at >= 3 &&
      memcmp(r->source + at, "\xEF\xBB\xBF", 3) == 0 && startsline(r, at))
    return 3;
  return lineend(r, at);
}


/* the start of the line after `at` */
static size_t nextline (const Reader *r, size_t at) {
  size_t n = 0;
  while (at < r->length && (n = lineend(r, at)) == 0) at++;
  return at + n;
}


/* refuses %TAG in the lines before a document starts: its first line that is
   no directive, comment or blank */
static wk_Code directives (Reader *r) {
  size_t at = r->skip, n;
  while (at < r->length) {
    size_t text = at;
    while ((n = space(r, text)) > 0 && lineend(r, text) == 0) {
      text += n;
      if (n == 3) at = text;  /* a byte order mark */
    }
    if (r->length - at >= 4 && memcmp(r->source + at, "%TAG", 4) == 0) {
      wk_fail(r->fail, WK_ETAG, "`%%TAG` lines are not supported");
      wk_fail_mark(r->fail, at, 4, "declares a tag");
      wk_fail_note(r->fail, "only the core tags have a meaning here: !!str "
                            "!!int !!float !!bool !!null !!map !!seq");
      wk_fail_help(r->fail, "delete this line");
      return WK_ETAG;
    }
    if (text < r->length && wk_yaml_byte(r, at) != '%' &&
        r->source[text] != '#' && lineend(r, text) == 0)
      break;
    at = nextline(r, at);
  }
  return WK_OK;
}


wk_Code wk_yaml_check (Reader *r) {
  size_t limit = r->tree->limits.document_bytes;
  wk_Code code;
  if (r->length > limit) {
    char size[48], max[48];
    wk_fail(r->fail, WK_ESIZE, "this document is larger than %s",
            wk_yaml_bytes(max, sizeof(max), limit));
    wk_fail_mark(r->fail, 0, 1, "%s",
                 wk_yaml_bytes(size, sizeof(size), r->length));
    wk_fail_note(r->fail, "the limit `document.bytes` is %zu", limit);
    wk_fail_help(r->fail, "raise the limit once: --limit document.bytes=%zu",
                 r->length);
    return WK_ESIZE;
  }
  code = marks(r);
  if (code == WK_OK) code = bytes(r);
  if (code == WK_OK) code = directives(r);
  return code;
}


/* after a document: only blanks, comments and `...` may follow.  Directives
   are not shown to libyaml; a `---` is, and is then its event. */
wk_Code wk_yaml_rest (Reader *r, size_t from) {
  size_t at = from, n;
  while (at < r->length) {
    if (r->source[at] == '#') at = nextline(r, at);
    else if ((n = space(r, at)) > 0) at += n;
    else if (r->length - at >= 3 && memcmp(r->source + at, "...", 3) == 0)
      at += 3;
    else break;
  }
  if (at < r->length && r->source[at] == '%') {
    wk_fail(r->fail, WK_EDOCUMENT, "this file holds more than one document");
    wk_fail_mark(r->fail, at, 1, "the second document starts here");
    wk_fail_help(r->fail, "move it to a file of its own");
    return WK_EDOCUMENT;
  }
  return WK_OK;
}


/* the byte where character number `chars` (from 0, behind the BOM) starts */
uint32_t wk_yaml_seek (Reader *r, size_t chars) {
  if (chars < r->chars || r->byte < r->skip) {
    r->chars = 0;
    r->byte = r->skip;
  }
  while (r->chars < chars && r->byte < r->length) {
    r->byte++;
    while (r->byte < r->length &&
           ((unsigned char)r->source[r->byte] & 0xC0) == 0x80)
      r->byte++;
    r->chars++;
  }
  return (uint32_t)r->byte;
}


/* how many bytes at `at` can be the name of an anchor */
size_t wk_yaml_namelen (const Reader *r, size_t at) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_"
                                "abcdefghijklmnopqrstuvwxyz0123456789";
  size_t len = 0;
  while (at + len < r->length && strchr(letters, r->source[at + len]) != NULL)
    len++;
  return len;
}


/* the byte where a node begins whose anchor and tag start at `from`; `end`
   when nothing follows before it */
uint32_t wk_yaml_content (const Reader *r, size_t from, size_t end) {
  size_t at = from, n;
  int blank = 1;   /* a comment may start here */
  while (at < end) {
    char c = r->source[at];
    if ((n = space(r, at)) > 0) {
      blank = 1;
      at += n;
    }
    else if (c == '#' && blank) at = nextline(r, at);
    else if (c == '!') {
      while (at < end && space(r, at) == 0) at++;
      blank = 0;
    }
    else if (c == '&') {
      at += 1 + wk_yaml_namelen(r, at + 1);
      blank = 0;
    }
    else break;
  }
  return (uint32_t)(at < end ? at : end);
}
