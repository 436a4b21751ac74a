/*
** place.c -- where a node stands: what a caret covers, and where a part of its
** text is (tree.h).
**
** May call: lex, for Lua texts.
*/

#include <string.h>

#include "lex.h"
#include "tree.h"


/* the length of a quoted scalar at s, with both quotes; up to `end` when it
   is not closed there */
static size_t quoted (const char *s, const char *end) {
  const char *p = s + 1;
  for (; p < end; p++) {
    if (*p == '\\' && *s == '"') p++;
    else if (*p == *s) {
      if (*s == '\'' && p + 1 < end && p[1] == '\'') p++;
      else return (size_t)(p + 1 - s);
    }
  }
  return (size_t)(end - s);
}


/* the length of a flow collection at s, up to `end` when it ends later */
static size_t flow (const char *s, const char *end) {
  const char *p = s;
  size_t depth = 0;
  while (p < end) {
    if (*p == '[' || *p == '{') depth++;
    else if (*p == ']' || *p == '}') {
      if (--depth == 0) return (size_t)(p + 1 - s);
    }
    else if ((*p == '"' || *p == '\'') && strchr(" [{,:\t", p[-1]) != NULL) {
      p += quoted(p, end);
      continue;
    }
    else if (*p == '#' && (p[-1] == ' ' || p[-1] == '\t'))
      break;  /* a comment */
    p++;
  }
  return (size_t)(p - s);
}


/* is this keyword part of an expression?  (A function is all of its line.) */
static int isoperand (const wk_Lex *lex) {
  return wk_lex_is(lex, "nil") || wk_lex_is(lex, "true") ||
         wk_lex_is(lex, "false");
}


/* how many bytes the key or value at the start of a Lua text [s, end) has:
   up to the `=`, comma, bracket or statement behind it */
static size_t expression (const char *s, const char *end) {
  size_t last = 0;
  long nest = 0;
  int complete = 0;   /* an operand stands before the token */
  wk_Lex lex;
  wk_lex_init(&lex, s, (size_t)(end - s));
  for (;;) {
    wk_Token token = wk_lex_next(&lex);
    char c = s[lex.start];
    if (token == WK_T_END) break;
    if (nest == 0 && token == WK_T_KEYWORD && wk_lex_is(&lex, "function"))
      return (size_t)(end - s);
    if (token == WK_T_OP) {
      if (c == '(' || c == '[' || c == '{') nest++;
      else if (c == ')' || c == ']' || c == '}') nest--;
      if (nest < 0 || (nest == 0 && (c == ',' || c == ';' ||
                                     wk_lex_is(&lex, "=")))) break;
      complete = c == ')' || c == ']' || c == '}';
    }
    else {
      int operand = token == WK_T_NAME || token == WK_T_NUMBER ||
                    (token == WK_T_KEYWORD && isoperand(&lex));
      int sign = token == WK_T_KEYWORD && (wk_lex_is(&lex, "and") ||
                                           wk_lex_is(&lex, "or") ||
                                           wk_lex_is(&lex, "not"));
      if (nest == 0 && last > 0 &&
          ((operand && complete) || (token == WK_T_KEYWORD && !operand &&
                                     !sign))) break;
      complete = operand || token == WK_T_STRING;
    }
    last = lex.stop;
  }
  return last;
}


size_t wk_tree_width (const wk_Tree *t, uint16_t doc, size_t pos) {
  wk_Doc *d = wk_tree_finddoc(t, doc);
  const char *s, *end;
  size_t width;
  if (d == NULL || d->source == NULL || pos >= d->length) return 1;
  s = d->source + pos;
  end = d->source + wk_doc_lineend(d, pos);
  width = expression(s, end);
  return width > 0 ? width : 1;
}


/* where the text of node n begins in its Lua source, behind the name of what
   it is given to */
static size_t argument (const wk_Doc *d, const wk_Node *n, size_t *skip) {
  wk_Lex lex;
  wk_Token token;
  size_t start;
  *skip = 0;
  wk_lex_init(&lex, d->source, d->length);
  lex.at = n->pos;
  token = wk_lex_next(&lex);
  if (token == WK_T_NAME) {
    *skip = wk_lex_is(&lex, "expr") ? 2 : wk_lex_is(&lex, "target") ? 0 : 1;
    token = wk_lex_next(&lex);
    if (token == WK_T_OP && wk_lex_is(&lex, "(")) token = wk_lex_next(&lex);
  }
  if (token != WK_T_STRING) return WK_UNWRITTEN;
  start = lex.start;
  if (d->source[start] != '[') return start + 1;
  for (start++; d->source[start] == '='; start++) ;
  start++;
  if (d->source[start] == '\r' && d->source[start + 1] == '\n')
    return start + 2;
  return d->source[start] == '\n' ? start + 1 : start;
}


size_t wk_tree_written (const wk_Tree *t, wk_Id id) {
  const wk_Node *n = wk_tree_node(t, id);
  const wk_Doc *d = wk_tree_finddoc(t, n->doc);
  size_t at = n->pos, skip = 0;
  if (d == NULL || d->source == NULL || n->kind < WK_NULL ||
      n->kind > WK_STRING || n->size == 0) return WK_UNWRITTEN;
  if (d->islua && n->kind == WK_STRING) {
    at = argument(d, n, &skip);
    if (at == WK_UNWRITTEN || skip > n->size) return WK_UNWRITTEN;
  }
  else if (at < d->length && (d->source[at] == '"' || d->source[at] == '\''))
    at++;
  if (at > d->length || n->size - skip > d->length - at ||
      memcmp(d->source + at, wk_tree_text(t, n) + skip, n->size - skip) != 0)
    return WK_UNWRITTEN;
  return at - skip;
}


size_t wk_tree_extent (const wk_Tree *t, wk_Id id) {
  const wk_Node *n = wk_tree_node(t, id);
  wk_Doc *d = wk_tree_finddoc(t, n->doc);
  int isscalar = n->kind != WK_MAP && n->kind != WK_LIST;
  const char *s, *end;
  size_t length;
  if (d == NULL || d->source == NULL || n->pos >= d->length)
    return isscalar && n->kind <= WK_STRING && n->size > 0 ? n->size : 1;
  if (d->islua) return wk_tree_width(t, n->doc, n->pos);
  s = d->source + n->pos;
  end = d->source + wk_doc_lineend(d, n->pos);
  length = (size_t)(end - s);
  if (!isscalar && (*s == '[' || *s == '{'))
    length = flow(s, end);
  else if (isscalar && !(n->flags & WK_PLAIN) && (*s == '"' || *s == '\''))
    length = quoted(s, end);
  else if (isscalar && n->size < length && *s != '|' && *s != '>') {
    size_t sign = 0;  /* the operator of a key, which its text lost */
    if ((n->flags & WK_PLAIN) && strchr("+=~", *s) != NULL &&
        (n->size == 0 || *s != *wk_tree_text(t, n)))
      sign = *s == '~' && s[1] == '?' ? 2 : 1;
    length = n->size + sign < length ? n->size + sign : length;
  }
  while (length > 0 && (s[length - 1] == ' ' || s[length - 1] == '\t'))
    length--;
  return length > 0 ? length : 1;
}


static int isblank_ (char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}


/* the length of the escape at p, in double quotes, and how many bytes of text
   it makes: none for a line that goes on; 0 when it is cut short */
static size_t escape (const char *p, const char *end, size_t *bytes) {
  size_t digits, i;
  unsigned long code = 0;
  *bytes = 1;
  if (end - p < 2) return 0;
  switch (p[1]) {
    case '\r': case '\n':
      *bytes = 0;
      return p[1] == '\r' && end - p > 2 && p[2] == '\n' ? 3 : 2;
    case 'N': case '_': *bytes = 2; return 2;
    case 'L': case 'P': *bytes = 3; return 2;
    case 'x': digits = 2; break;
    case 'u': digits = 4; break;
    case 'U': digits = 8; break;
    default: return 2;
  }
  if ((size_t)(end - p) < 2 + digits) return 0;
  for (i = 2; i < 2 + digits; i++) {
    unsigned c = (unsigned char)p[i];
    code = code << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  *bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  return 2 + digits;
}


/* does the escape at p stand for this blank? */
static int isescaped (const char *p, const char *end, char blank) {
  if (end - p < 2 || *p != '\\') return 0;
  switch (p[1]) {
    case 'n': return blank == '\n';
    case 'r': return blank == '\r';
    case 't': case '\t': return blank == '\t';
    default: return p[1] == ' ' && blank == ' ';
  }
}


/* where the text byte `c` (of which `*bytes` follow it as one character) is in
   the source from *p on, *taken bytes there; 0 when it is not.  Text and source
   have the same characters but blanks, escapes and doubled quotes: indentation
   and line ends of blocks and of long lines are not part of the text. */
static int spot (const char **p, const char *end, char c, char quote,
                 size_t *bytes, size_t *taken) {
  const char *q = *p;
  *bytes = *taken = 1;
  if (isblank_(c)) {
    if (q < end && *q == c && c != '\n') return 1;
    while (q < end && isblank_(*q)) q++;
    if (quote == '"' && isescaped(q, end, c)) {
      *p = q;
      *taken = 2;
    }
    else *taken = 0;
    return 1;
  }
  for (;;) {
    while (q < end && isblank_(*q)) q++;
    if (q == end) return 0;
    *p = q;
    if (quote != '"' || *q != '\\') break;
    *taken = escape(q, end, bytes);
    if (*taken == 0 || *bytes > 0) return *taken > 0;
    q += *taken;
  }
  if (*q != c) return 0;
  *bytes = 1;
  *taken = *q == '\'' && quote == '\'' ? 2 : 1;
  return 1;
}


int wk_tree_spot (const wk_Tree *t, wk_Id id, size_t first, size_t last,
                  size_t *byte, size_t *length) {
  const wk_Node *n = wk_tree_node(t, id);
  const wk_Doc *d = wk_tree_finddoc(t, n->doc);
  const char *text = wk_tree_text(t, n), *p, *end, *from = NULL;
  size_t i, bytes, taken;
  char quote = 0;
  if (d == NULL || d->source == NULL || n->pos >= d->length) return 0;
  p = d->source + n->pos;
  end = d->source + d->length;
  if (!(n->flags & WK_PLAIN)) {
    if (*p == '|' || *p == '>')
      while (p < end && *p != '\n' && *p != '\r') p++;
    else if (*p == '"' || *p == '\'') quote = *p++;
  }
  if (last >= n->size) last = n->size - 1;
  for (i = 0; i <= last; i += bytes) {
    if (!spot(&p, end, text[i], quote, &bytes, &taken)) return 0;
    if (from == NULL && i + bytes > first) from = p;
    p += taken;
  }
  if (from == NULL) return 0;
  *byte = (size_t)(from - d->source);
  *length = 0;
  while (from < p && *from != '\n' && *from != '\r') from++, ++*length;
  if (*length == 0) *length = 1;
  return 1;
}
