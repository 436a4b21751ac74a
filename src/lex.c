/*
** lex.c -- the one lexer of Lua text (see lex.h).
**
** May call: fail (wk_utf8 alone).  Allocates nothing.
**
** It follows the reference manual, 3.1, and where that is silent the way
** Lua 5.4 reads: a number takes every letter and digit that follows, so
** `1..x` is one wrong number and not a concatenation.
*/

#include <string.h>

#include "fail.h"
#include "lex.h"


/* what a byte can be */
#define LETTER  0x01    /* starts a name */
#define DIGIT   0x02
#define HEX     0x04
#define BLANK   0x08

#define is(c, what)  ((kinds[(unsigned char)(c)] & (what)) != 0)

static const unsigned char kinds[256] = {
  /* NUL to 0x1F: blanks are \t \n \v \f \r */
  0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 8, 8, 8, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  /* blank, signs, 0 to 9 */
  8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 0, 0, 0, 0, 0, 0,
  /* @, A to O; P to Z, and the underscore */
  0, 5, 5, 5, 5, 5, 5, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1,
  /* grave, a to o; p to z */
  0, 5, 5, 5, 5, 5, 5, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0
  /* bytes of other alphabets are nothing to Lua */
};


void wk_lex_init (wk_Lex *lex, const char *text, size_t length) {
  memset(lex, 0, sizeof(*lex));
  lex->text = text;
  lex->length = length;
}


void wk_lex_begin (wk_Lex *lex, const char *text, size_t length) {
  wk_lex_init(lex, text, length);
  if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) lex->at = 3;
  if (lex->at < length && text[lex->at] == '#') {
    while (lex->at < length && text[lex->at] != '\n' &&
           text[lex->at] != '\r') lex->at++;
  }
}


/* is the text at s, of n bytes, this word? */
static int same (const char *s, size_t n, const char *word) {
  return strlen(word) == n && memcmp(s, word, n) == 0;
}


int wk_lex_is (const wk_Lex *lex, const char *word) {
  return same(lex->text + lex->start, lex->stop - lex->start, word);
}


/* is the name at s one of Lua's 22 words? */
static int keyword (const char *s, size_t n) {
  switch (*s) {
    case 'a': return same(s, n, "and");
    case 'b': return same(s, n, "break");
    case 'd': return same(s, n, "do");
    case 'e': return same(s, n, "end") || same(s, n, "else") ||
                     same(s, n, "elseif");
    case 'f': return same(s, n, "for") || same(s, n, "function") ||
                     same(s, n, "false");
    case 'g': return same(s, n, "goto");
    case 'i': return same(s, n, "if") || same(s, n, "in");
    case 'l': return same(s, n, "local");
    case 'n': return same(s, n, "nil") || same(s, n, "not");
    case 'o': return same(s, n, "or");
    case 'r': return same(s, n, "return") || same(s, n, "repeat");
    case 't': return same(s, n, "then") || same(s, n, "true");
    case 'u': return same(s, n, "until");
    case 'w': return same(s, n, "while");
    default: return 0;
  }
}


/* the level of the long bracket that starts at s, from 0; -1 when only the
   `[` is there, -2 when `=` follow and no second `[` */
static long bracket (const char *s, const char *end) {
  const char *p = s + 1;
  while (p < end && *p == '=') p++;
  if (p < end && *p == '[') return (long)(p - s - 1);
  return p == s + 1 ? -1 : -2;
}


/* the byte behind the long bracket of this level that opens at s, or NULL
   when it is never closed */
static const char *closing (const char *s, const char *end, long level) {
  const char *p = s + level + 2;
  while (p < end && (p = memchr(p, ']', (size_t)(end - p))) != NULL) {
    const char *q = ++p;
    while (q < end && *q == '=' && q - p < level) q++;
    if (q - p == level && q < end && *q == ']') return q + 1;
  }
  return NULL;
}


/* the byte behind the short string that opens at s; NULL and the end of
   its line in *stop when it is not closed there */
static const char *quoted (const char *s, const char *end,
                           const char **stop) {
  const char quote = *s++;
  while (s < end && *s != '\n' && *s != '\r') {
    if (*s == quote) return s + 1;
    if (*s++ != '\\' || s == end) continue;
    if (*s == 'z') {  /* skips what follows, line ends too */
      do s++; while (s < end && is(*s, BLANK));
    }
    else if (s + 1 < end && ((s[0] == '\r' && s[1] == '\n') ||
                             (s[0] == '\n' && s[1] == '\r')))
      s += 2;
    else s++;
  }
  *stop = s;
  return NULL;
}


/* is [s, end) a number as Lua writes it? */
static int wellformed (const char *s, const char *end) {
  int kind = DIGIT, digits = 0;
  char lower = 'e';
  if (end - s > 2 && *s == '0' && (s[1] == 'x' || s[1] == 'X')) {
    kind = HEX;
    lower = 'p';
    s += 2;
  }
  for (; s < end && is(*s, kind); s++) digits = 1;
  if (s < end && *s == '.')
    for (s++; s < end && is(*s, kind); s++) digits = 1;
  if (!digits) return 0;
  if (s < end && (*s | 0x20) == lower) {
    s++;
    if (s < end && (*s == '+' || *s == '-')) s++;
    if (s == end || !is(*s, DIGIT)) return 0;
    while (s < end && is(*s, DIGIT)) s++;
  }
  return s == end;
}


/* the byte behind all that Lua would read as one number */
static const char *numeral (const char *s, const char *end) {
  char lower = 'e';
  if (end - s > 1 && *s == '0' && (s[1] == 'x' || s[1] == 'X')) {
    lower = 'p';
    s += 2;
  }
  while (s < end) {
    if ((*s | 0x20) == lower) {
      s++;
      if (s < end && (*s == '+' || *s == '-')) s++;
    }
    else if (is(*s, LETTER | DIGIT) || *s == '.') s++;
    else break;
  }
  return s;
}


/* how many bytes the operator at s has, or 0 when it is none */
static size_t operator (const char *s, size_t left) {
  char next = left > 1 ? s[1] : '\0';
  switch (*s) {
    case '+': case '-': case '*': case '%': case '^': case '#': case '&':
    case '|': case '(': case ')': case '{': case '}': case '[': case ']':
    case ';': case ',':
      return 1;
    case '=': case '~': return next == '=' ? 2 : 1;
    case '<': case '>': return next == '=' || next == *s ? 2 : 1;
    case '/': case ':': return next == *s ? 2 : 1;
    case '.':
      if (next != '.') return 1;
      return left > 2 && s[2] == '.' ? 3 : 2;
    default: return 0;
  }
}


/* says why no token starts at the current byte, and steps over it */
static wk_Token stranger (wk_Lex *lex) {
  const char *s = lex->text + lex->start;
  const char *end = lex->text + lex->length;
  int n = wk_utf8(s, end);
  lex->stop = lex->start + (n > 0 ? (size_t)n : 1);
  if (*s == '!' && end - s > 1 && s[1] == '=') {
    lex->stop++;
    lex->problem = "Lua writes `~=` for this";
  }
  else if (*s == '!') lex->problem = "Lua writes `not` for this";
  else if (*s == '\0') lex->problem = "a zero byte stands here";
  else if (n == 0) lex->problem = "this byte is no UTF-8";
  else if (n > 1) lex->problem = "names have no letters but A to Z and a to z";
  else lex->problem = "this sign means nothing in Lua";
  return WK_T_BAD;
}


/* `@` or `@?`, and the segments behind it */
static wk_Token reference (wk_Lex *lex) {
  const char *s = lex->text + lex->start + 1;
  const char *end = lex->text + lex->length;
  wk_Where where = WK_FIRST;
  size_t n;
  if (s < end && *s == '?') s++;
  while (s < end && *s == '.') {
    s++;
    where = WK_RELATIVE;
  }
  n = wk_lex_segment(s, (size_t)(end - s), where, 1);
  if (n == 0) s = lex->text + lex->start + 1;  /* dots alone are no path */
  for (; n > 0; n = wk_lex_segment(s, (size_t)(end - s), WK_BEHIND, 1))
    s += n;
  lex->stop = (size_t)(s - lex->text);
  return WK_T_AT;
}


/* ends the token at p; without p it is bad, up to `stop` */
static wk_Token ends (wk_Lex *lex, wk_Token token, const char *p,
                      const char *stop, const char *problem) {
  if (p == NULL) {
    token = WK_T_BAD;
    lex->problem = problem;
    p = stop;
  }
  lex->stop = (size_t)(p - lex->text);
  return token;
}


/* a comment, at the second `-` of `--`; the token ends where it does */
static wk_Token comment (wk_Lex *lex, const char *s, const char *end) {
  long level = ++s < end && *s == '[' ? bracket(s, end) : -1;
  if (level >= 0)
    return ends(lex, WK_T_COMMENT, closing(s, end, level), end,
                "this comment is never closed");
  while (s < end && *s != '\n' && *s != '\r') s++;
  return ends(lex, WK_T_COMMENT, s, end, NULL);
}


/* the token at lex->start, which is no blank; sets lex->stop */
static wk_Token token (wk_Lex *lex) {
  const char *s = lex->text + lex->start;
  const char *end = lex->text + lex->length;
  const char *stop = end;
  size_t n;
  if (is(*s, LETTER)) {
    const char *p = s + 1;
    while (p < end && is(*p, LETTER | DIGIT)) p++;
    lex->stop = (size_t)(p - lex->text);
    return keyword(s, (size_t)(p - s)) ? WK_T_KEYWORD : WK_T_NAME;
  }
  if (is(*s, DIGIT) || (*s == '.' && end - s > 1 && is(s[1], DIGIT))) {
    const char *p = numeral(s, end);
    return ends(lex, WK_T_NUMBER, wellformed(s, p) ? p : NULL, p,
                "Lua writes no number like this");
  }
  if (*s == '"' || *s == '\'') {
    const char *p = quoted(s, end, &stop);
    return ends(lex, WK_T_STRING, p, stop, "this text has no closing quote");
  }
  if (*s == '[') {
    long level = bracket(s, end);
    if (level >= 0)
      return ends(lex, WK_T_STRING, closing(s, end, level), end,
                  "this long text is never closed");
    if (level == -2) {
      while (++s < end && *s == '=') ;
      return ends(lex, WK_T_BAD, NULL, s, "a second `[` is missing here");
    }
  }
  if (*s == '-' && end - s > 1 && s[1] == '-') return comment(lex, s + 1, end);
  if (*s == '@' && lex->references) return reference(lex);
  n = operator(s, (size_t)(end - s));
  if (n == 0) return stranger(lex);
  lex->stop = lex->start + n;
  return WK_T_OP;
}


/* gives the next token and its bytes; skips blanks, and comments unless
   they are asked for */
wk_Token wk_lex_next (wk_Lex *lex) {
  wk_Token found;
  lex->problem = NULL;
  do {
    while (lex->at < lex->length && is(lex->text[lex->at], BLANK)) lex->at++;
    lex->start = lex->stop = lex->at;
    if (lex->at == lex->length) return WK_T_END;
    found = token(lex);
    lex->at = lex->stop;
  } while (found == WK_T_COMMENT && !lex->comments);
  return found;
}


/* gives the value of a hexadecimal digit */
static unsigned hexvalue (char c) {
  return is(c, DIGIT) ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a') + 10;
}


/* writes the character `code` (below 2^31) as Lua does, in up to 6 bytes,
   and gives their number */
static size_t utf8 (unsigned long code, char *out) {
  char bytes[6];
  size_t n = 0, i;
  unsigned long first = 0x3F;  /* the most that the first byte holds */
  if (code < 0x80) {
    *out = (char)code;
    return 1;
  }
  do {
    bytes[n++] = (char)(0x80 | (code & 0x3F));
    code >>= 6;
    first >>= 1;
  } while (code > first);
  bytes[n++] = (char)((~first << 1 | code) & 0xFF);
  for (i = 0; i < n; i++) out[i] = bytes[n - 1 - i];
  return n;
}


/*
** One escape at s, its backslash included: writes its value, adds the bytes
** written to *used and gives the byte behind it, or NULL when it is wrong.
*/
static const char *escape (const char *s, const char *end, char *out,
                           size_t *used) {
  static const char letters[] = "abfnrtv\\\"'";
  static const char values[] = "\a\b\f\n\r\t\v\\\"'";
  const char *known;
  if (++s == end) return NULL;
  known = *s != '\0' ? strchr(letters, *s) : NULL;
  if (known != NULL) {
    out[(*used)++] = values[known - letters];
    return s + 1;
  }
  if (*s == '\n' || *s == '\r') {
    const char *next = s + 1;
    out[(*used)++] = '\n';
    return next < end && (*next == '\n' || *next == '\r') && *next != *s ?
           next + 1 : next;
  }
  if (*s == 'x') {
    if (end - s < 3 || !is(s[1], HEX) || !is(s[2], HEX)) return NULL;
    out[(*used)++] = (char)(hexvalue(s[1]) << 4 | hexvalue(s[2]));
    return s + 3;
  }
  if (*s == 'z') {
    do s++; while (s < end && is(*s, BLANK));
    return s;
  }
  if (*s == 'u') {
    unsigned long code = 0;
    if (end - s < 4 || s[1] != '{' || !is(s[2], HEX)) return NULL;
    for (s += 2; s < end && is(*s, HEX); s++) {
      code = code << 4 | hexvalue(*s);
      if (code > 0x7FFFFFFFul) return NULL;
    }
    if (s == end || *s != '}') return NULL;
    *used += utf8(code, out + *used);
    return s + 1;
  }
  if (is(*s, DIGIT)) {
    unsigned code = 0;
    int i;
    for (i = 0; i < 3 && s < end && is(*s, DIGIT); i++)
      code = code * 10 + (unsigned)(*s++ - '0');
    if (code > 255) return NULL;
    out[(*used)++] = (char)code;
    return s;
  }
  return NULL;
}


/* the value of a long string: without a first line end, every line end is
   one \n */
static size_t longstring (const char *s, size_t len, char *out, size_t *bad) {
  const char *end = s + len;
  long level = bracket(s, end);
  size_t used = 0;
  int first = 1;
  if (level < 0 || len < 2 * ((size_t)level + 2)) {
    *bad = 0;
    return (size_t)-1;
  }
  s += level + 2;
  end -= level + 2;
  while (s < end) {
    if (*s == '\n' || *s == '\r') {
      char other = *s == '\n' ? '\r' : '\n';
      if (++s < end && *s == other) s++;
      if (!first) out[used++] = '\n';
    }
    else out[used++] = *s++;
    first = 0;
  }
  return used;
}


size_t wk_lex_string (const char *s, size_t len, char *out, size_t *bad) {
  const char *p = s + 1, *end;
  size_t used = 0;
  *bad = 0;
  if (len > 0 && *s == '[') return longstring(s, len, out, bad);
  if (len < 2 || (*s != '"' && *s != '\'') || s[len - 1] != *s)
    return (size_t)-1;
  end = s + len - 1;
  while (p < end) {
    if (*p != '\\') out[used++] = *p++;
    else {
      const char *next = escape(p, end, out, &used);
      if (next == NULL) {
        *bad = (size_t)(p - s);
        return (size_t)-1;
      }
      p = next;
    }
  }
  return used;
}


/* the byte behind the name at s, or NULL when none starts there */
static const char *pathname (const char *s, const char *end,
                             int in_expression) {
  const char *p = s;
  while (p < end) {
    if (is(*p, LETTER)) p++;
    else if (p > s && (is(*p, DIGIT) || (*p == '-' && !in_expression))) p++;
    else {
      int n = wk_utf8(p, end);
      if (n < 2) break;
      p += n;
    }
  }
  return p > s ? p : NULL;
}


/* the byte behind the digits at s, or NULL when there are none or a name's
   character follows them */
static const char *decimal (const char *s, const char *end) {
  const char *p = s;
  while (p < end && is(*p, DIGIT)) p++;
  if (p == s) return NULL;
  return p < end && (is(*p, LETTER) || wk_utf8(p, end) > 1) ? NULL : p;
}


/* the byte behind `[N]` or `["text"]`, or NULL */
static const char *bracketed (const char *s, const char *end) {
  const char *p = s + 1;
  if (p < end && (*p == '"' || *p == '\'')) p = quoted(p, end, &s);
  else {
    if (p < end && *p == '-') p++;
    p = decimal(p, end);
  }
  return p != NULL && p < end && *p == ']' ? p + 1 : NULL;
}


size_t wk_lex_segment (const char *s, size_t len, wk_Where where,
                       int in_expression) {
  const char *p = s, *end = s + len, *stop;
  if (len == 0) return 0;
  if (*p == '[') stop = bracketed(p, end);
  else {
    if (where == WK_BEHIND && *p++ != '.') return 0;
    stop = pathname(p, end, in_expression);
    if (stop == NULL && where != WK_FIRST) stop = decimal(p, end);
  }
  return stop != NULL ? (size_t)(stop - s) : 0;
}
