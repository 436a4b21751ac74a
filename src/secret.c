/*
** secret.c -- which values no message shows: texts under a key whose last
** word names a secret (part of fail.h's room).
**
** May call: fail.h.  Works on single lines of YAML, of Lua configs, and of
** command lines, well-formed or not; it is better to hide too much.
*/

#include <string.h>

#include "fail.h"


static int isblank_ (char c) {
  return c == ' ' || c == '\t';
}


static int isletter (char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}


/* do the last bytes of [s, s + len) spell `word` (lower case, `-` for an
   optional `_` or `-`), in any case?  *at: the bytes before them */
static int ends (const char *s, size_t len, const char *word, size_t *at) {
  size_t n = strlen(word);
  while (n > 0) {
    char c = word[n - 1];
    if (c == '-') {
      if (len > 0 && (s[len - 1] == '_' || s[len - 1] == '-')) len--;
    }
    else if (len > 0 && (s[len - 1] | 0x20) == c) len--;
    else return 0;
    n--;
  }
  *at = len;
  return 1;
}


int wk_issecret (const char *key, size_t len) {
  static const char *const words[] = {"password", "passwd", "secret", "token"};
  static const char *const ends_in[] = {"api-key", "access-key",
                                        "private-key"};
  size_t i, at;
  while (len > 0 && !isletter(key[len - 1])) len--;
  for (i = 0; i < sizeof(words) / sizeof(*words); i++)
    if (ends(key, len, words[i], &at) && (at == 0 || !isletter(key[at - 1])))
      return 1;
  for (i = 0; i < sizeof(ends_in) / sizeof(*ends_in); i++)
    if (ends(key, len, ends_in[i], &at)) return 1;
  return 0;
}


/* is the text [s, s + len) a reference, copy or expression, as it seems? */
static int issigil (const char *s, size_t len) {
  size_t i;
  for (i = 1; i < len; i++)
    if (s[i - 1] == '$' && s[i] == '{') return 1;
  if (len < 2) return 0;
  if (*s == '$') return isblank_(s[1]);
  if (*s != '@' && *s != '%') return 0;
  for (i = 1; i < len; i++)
    if (isblank_(s[i]) || s[i] == *s) return 0;
  return isletter(s[1]) || strchr("_.?[", s[1]) != NULL;
}


/* is the plain scalar [s, s + len) something else than a text? */
static int isother (const char *s, size_t len) {
  static const char *const words[] = {"true", "false", "null", "nil", "~",
                                      "???"};
  size_t i;
  for (i = 0; i < sizeof(words) / sizeof(*words); i++)
    if (strlen(words[i]) == len && memcmp(s, words[i], len) == 0) return 1;
  for (i = 0; i < len; i++)
    if (strchr("0123456789+-.eE_", s[i]) == NULL) return 0;
  return 1;
}


/* the length of the value at s up to `end`; `sign` is what stands before it,
   `flow` whether it is in brackets */
static size_t extent (const char *s, const char *end, char sign, int flow) {
  const char *p = s;
  if (*s == '"' || *s == '\'') {
    for (p = s + 1; p < end && *p != *s; p++)
      if (*p == '\\' && *s == '"' && p + 1 < end) p++;
    return (size_t)((p < end ? p + 1 : p) - s);
  }
  for (; p < end; p++) {
    if ((flow || sign == '=') && strchr(",]}", *p) != NULL) break;
    if (isblank_(*p) && (sign == '=' || (p + 1 < end && p[1] == '#'))) break;
  }
  while (p > s && isblank_(p[-1])) p--;
  return (size_t)(p - s);
}


/* the first byte of the key that ends before `stop`, and its length */
static const char *keybefore (const char *line, const char *stop,
                              size_t *len) {
  const char *p, *last = stop;
  while (last > line && isblank_(last[-1])) last--;
  if (last > line && last[-1] == ']') last--;   /* ["password"] = */
  if (last > line && (last[-1] == '"' || last[-1] == '\'')) last--;
  p = last;
  while (p > line && !isblank_(p[-1]) && strchr("\"'{[,=:", p[-1]) == NULL) p--;
  *len = (size_t)(last - p);
  return p;
}


size_t wk_secret_value (const char *line, size_t len, size_t from,
                        size_t *start) {
  const char *end = line + len, *p;
  int flow = 0;
  for (p = line; p < end; p++) {
    const char *key, *s;
    size_t size;
    if (*p == '{' || *p == '[') flow = 1;
    if (*p != '=' && (*p != ':' || (p + 1 < end && !isblank_(p[1])))) continue;
    key = keybefore(line, p, &size);
    if (!wk_issecret(key, size)) continue;
    for (s = p + 1; s < end && (isblank_(*s) || *s == '&' || *s == '!'); s++)
      if (!isblank_(*s))   /* an anchor, a tag */
        while (s + 1 < end && !isblank_(s[1])) s++;
    if (s >= end || strchr("{[|>*#", *s) != NULL) continue;
    size = extent(s, end, *p, flow);
    if (*s == '"' || *s == '\'') {
      size_t inner = size > 1 && s[size - 1] == *s ? size - 2 : size - 1;
      if (inner == 0 || issigil(s + 1, inner)) continue;
    }
    else if (size == 0 || isother(s, size)) continue;
    else if (issigil(s, size) && (*p == '=' || (*s != '@' && *s != '%')))
      continue;  /* in YAML a plain text cannot start with these two */
    if ((size_t)(s - line) + size <= from) continue;
    *start = (size_t)(s - line);
    return size;
  }
  return 0;
}
