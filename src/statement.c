/*
** statement.c -- what a plugin states, read from the bytes of its section.
**
** A file of the room `elf` (see elf.h).  Calls no other room but fail's
** wk_utf8.  include/wick/plugin.h writes statements:
**
**   NUL wick-plugin 1
**   name        net.tcp
**   version     1.2.0
**   lua         Lua 5.4
**   doc         TCP sockets
**   constructor Listener    accepts connections
**   param       port?       integer    port to bind (default 80)
**   end NUL
**
** Fields are separated by one tab, every line ends in a newline.  A tag that
** is not known is passed over, so that later versions may say more; what
** another number stands behind `wick-plugin` is another language.
*/

#include <string.h>

#include "elf.h"


#define KIND    "wick-plugin "
#define FIRST   KIND "1\n"
#define LAST    "end\n"

#define literal(s)  s, sizeof(s) - 1

_Static_assert(sizeof(KIND) >= sizeof("\n" LAST), "see end_of");


static int is (const wk_Text *text, const char *s, size_t len) {
  return text->len == len && memcmp(text->s, s, len) == 0;
}


static int starts (const char *at, const char *end, const char *s,
                   size_t len) {
  return (size_t)(end - at) >= len && memcmp(at, s, len) == 0;
}


/* an identifier at s of at most 64 bytes; gives how many, or 0 */
static size_t identifier (const char *s, size_t len) {
  size_t i;
  for (i = 0; i < len && i <= 64; i++) {
    char c = s[i];
    if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
          (i > 0 && c >= '0' && c <= '9'))) break;
  }
  return i <= 64 ? i : 0;
}


/* identifiers joined by dots, at most `most` of them */
static int is_name (const wk_Text *text, int most) {
  size_t at = 0, n;
  if (text->len > 255) return 0;
  for (; most > 0; most--) {
    n = identifier(text->s + at, text->len - at);
    if (n == 0) return 0;
    at += n;
    if (at == text->len) return 1;
    if (text->s[at++] != '.') return 0;
  }
  return 0;
}


/*
** {======================================================
** Lines
** =======================================================
*/

const char *wk_statement_lines (const wk_Text *whole) {
  return whole->s + 1 + sizeof(FIRST) - 1;
}


/* fields behind the third are not looked at */
int wk_statement_line (const char **at, const char *end,
                       wk_StatementLine *line) {
  const char *s = *at, *stop;
  wk_Text *text = &line->tag;
  if (s >= end) return 0;
  stop = (const char *)memchr(s, '\n', (size_t)(end - s));
  if (stop == NULL) return 0;
  line->nfields = 0;
  for (;;) {
    const char *tab = (const char *)memchr(s, '\t', (size_t)(stop - s));
    text->s = s;
    text->len = (size_t)((tab ? tab : stop) - s);
    if (tab == NULL) break;
    s = tab + 1;
    if (line->nfields == 3) break;
    text = &line->field[line->nfields++];
  }
  *at = stop + 1;
  return 1;
}


/* Are eight bytes ASCII, and clean?  The highest bit of each byte tells: of
   those below 0x20 that are not 9 or 10, and of 0x7F. */
static int is_plain (const char *s) {
  const uint64_t ones = UINT64_C(0x0101010101010101);
  uint64_t n, low, allowed;
  memcpy(&n, s, sizeof(n));
  if (n & ones * 0x80) return 0;
  low = ~(n + ones * 0x60);
  allowed = (n + ones * 0x77) & ~(n + ones * 0x75);
  return (((low & ~allowed) | (n + ones)) & ones * 0x80) == 0;
}


/* is all of it UTF-8, and without control bytes but tab and newline? */
static int is_clean (const char *s, const char *end) {
  while (s < end) {
    const unsigned char c = (unsigned char)*s;
    if (end - s >= 8 && is_plain(s)) s += 8;
    else if (c >= 0x20 && c < 0x7F) s++;
    else if (c >= 0x80) {
      int n = wk_utf8(s, end);
      if (n == 0 || (n == 2 && c == 0xC2 && (unsigned char)s[1] < 0xA0))
        return 0;  /* no character, or a control of Latin 1 */
      s += n;
    }
    else if (c == '\t' || c == '\n') s++;
    else return 0;
  }
  return 1;
}

/* }====================================================== */


/*
** {======================================================
** Well-formedness
** =======================================================
*/

/* what was seen of a statement so far */
typedef struct Seen {
  wk_Text params[WK_STATED_MAX];         /* of the last constructor */
  wk_Text constructors[WK_STATED_MAX];
  int nparams, nconstructors;
} Seen;


/* adds a name to a list of which none may be there twice */
static const char *add (wk_Text *list, int *n, const wk_Text *name,
                        const char *twice, const char *many) {
  int i;
  for (i = 0; i < *n; i++)
    if (is(&list[i], name->s, name->len)) return twice;
  if (*n == WK_STATED_MAX) return many;
  list[(*n)++] = *name;
  return NULL;
}


static const char *constructor (Seen *seen, const wk_StatementLine *line) {
  if (line->nfields != 2) return "a constructor has a name and a text";
  if (!is_name(&line->field[0], 2))
    return "the name of a constructor is an identifier, or two and a dot";
  seen->nparams = 0;
  return add(seen->constructors, &seen->nconstructors, &line->field[0],
             "a constructor is stated twice",
             "it states more than 256 constructors");
}


static const char *param (Seen *seen, const wk_StatementLine *line) {
  wk_Text name = line->field[0];
  if (line->nfields != 3) return "a parameter has a name, a type and a text";
  if (seen->nconstructors == 0)
    return "a parameter stands before the first constructor";
  if (name.len > 0 && name.s[name.len - 1] == '?') name.len--;
  if (!is_name(&name, 1)) return "the name of a parameter is an identifier";
  if (line->field[1].len == 0) return "a parameter has no type";
  return add(seen->params, &seen->nparams, &name,
             "a constructor has a parameter twice",
             "a constructor has more than 256 parameters");
}


/* one of the lines that stand once, before the constructors */
static const char *head (Seen *seen, wk_Text *to,
                         const wk_StatementLine *line) {
  if (line->nfields != 1)
    return "`name`, `version`, `lua` and `doc` have one text each";
  if (to->s != NULL)
    return "`name`, `version`, `lua` or `doc` is there twice";
  if (seen->nconstructors > 0)
    return "`name`, `version`, `lua` or `doc` stands behind a constructor";
  *to = line->field[0];
  return NULL;
}


/* the lines of st->whole; NULL, or what is wrong with them */
static const char *check (wk_Statement *st) {
  const char *at = wk_statement_lines(&st->whole);
  const char *end = st->whole.s + st->whole.len;
  const char *problem = NULL;
  wk_StatementLine line;
  Seen seen;
  seen.nparams = seen.nconstructors = 0;
  if (!is_clean(at, end))
    return "it has a control byte, or is no UTF-8";
  while (problem == NULL && wk_statement_line(&at, end, &line)) {
    const wk_Text *tag = &line.tag;
    if (is(tag, literal("param"))) problem = param(&seen, &line);
    else if (is(tag, literal("constructor")))
      problem = constructor(&seen, &line);
    else if (is(tag, literal("name"))) problem = head(&seen, &st->name, &line);
    else if (is(tag, literal("version")))
      problem = head(&seen, &st->version, &line);
    else if (is(tag, literal("lua"))) problem = head(&seen, &st->lua, &line);
    else if (is(tag, literal("doc"))) problem = head(&seen, &st->doc, &line);
  }
  if (problem != NULL) return problem;
  if (st->name.s == NULL || st->version.s == NULL || st->lua.s == NULL)
    return "`name`, `version` or `lua` is missing";
  if (!is_name(&st->name, 16)) return "its name is not a dotted name";
  return NULL;
}


/* the byte behind the line `end` that ends the statement at s; NULL when there
   is none, which is also one that is too long.  At s is KIND, which is longer
   than that line: so the line does not begin before s. */
static const char *end_of (const char *s, const char *end) {
  const char *nul;
  if (end - s > WK_STATEMENT_MAX) end = s + WK_STATEMENT_MAX;
  nul = (const char *)memchr(s, '\0', (size_t)(end - s));
  if (nul == NULL ||
      memcmp(nul - (sizeof("\n" LAST) - 1), literal("\n" LAST)) != 0)
    return NULL;
  return nul;
}


/* between statements the linker may have put NUL bytes */
int wk_statement_next (const char **at, const char *end, wk_Statement *st) {
  const char *s = *at, *stop;
  memset(st, 0, sizeof(*st));
  for (;;) {
    const char *first = s;
    while (s < end && *s == '\0') s++;
    if (s == end) {
      *at = s;
      return 0;
    }
    if (s == first || !starts(s, end, literal(KIND))) {
      st->problem = "the section does not begin with `wick-plugin`";
      return -1;
    }
    stop = end_of(s, end);
    if (stop == NULL) {
      st->problem = "it has no end, or more than 65536 bytes";
      return -1;
    }
    if (starts(s, stop, literal(FIRST))) break;
    s = stop;  /* another language */
  }
  *at = stop;  /* this NUL may begin the next one */
  st->whole.s = s - 1;
  st->whole.len = (size_t)(stop - st->whole.s);
  st->problem = check(st);
  return st->problem == NULL ? 1 : -1;
}

/* }====================================================== */
