/*
** exports.c -- what a Lua text exports, told without running it (see
** exports.h).
**
** May call: lex.
**
** The first walk over the tokens finds the `return` that ends the text and
** what it returns: a name M, or a table constructor.  The second looks at
** each place where the name M stands.  It does not need to know scopes: the
** list is closed only if M is declared once, on the top level, and each
** other M is followed by a constant key.  Then no other name, no table and
** no function can have got hold of the table, so every field that is ever
** set while the module loads is set by text that the walk has seen.  Which
** lines run, and in which order, does not matter to that.
**
** In doubt the list is not closed.  Doubtful are: method calls (`M:f()`
** hands M on), `return` in a block of the top level, `_ENV`, and the library
** `debug`.
*/

#include <string.h>

#include "exports.h"
#include "lex.h"


/* what the text returns at its end */
typedef enum Returned { OTHER, VARIABLE, TABLE } Returned;

typedef struct Scan {
  const char *text;
  wk_Exported each;
  void *ud;
  wk_Exports *out;
  Returned returned;
  size_t at;            /* where that name, or the table's `{`, stands */
  size_t size;          /* bytes of the name */
} Scan;


/* is the token this operator of one byte? */
static int op (const wk_Lex *lex, wk_Token token, char c) {
  return token == WK_T_OP && lex->stop - lex->start == 1 &&
         lex->text[lex->start] == c;
}


/* by how much the token changes the number of open blocks.  `for` and
   `while` have a `do`, so they are not counted themselves */
static int blocks (const wk_Lex *lex, wk_Token token) {
  if (token != WK_T_KEYWORD) return 0;
  switch (lex->text[lex->start]) {
    case 'd': return 1;                         /* do */
    case 'f': return wk_lex_is(lex, "function");
    case 'i': return wk_lex_is(lex, "if");
    case 'r': return wk_lex_is(lex, "repeat");
    case 'e': return -wk_lex_is(lex, "end");
    case 'u': return -1;                        /* until */
    default: return 0;
  }
}


/* by how much the token changes the number of open brackets */
static int brackets (const wk_Lex *lex, wk_Token token) {
  if (token != WK_T_OP) return 0;
  switch (lex->text[lex->start]) {
    case '(': case '[': case '{': return 1;
    case ')': case ']': case '}': return -1;
    default: return 0;
  }
}


/*
** A key in brackets; the lexer stands behind the `[` and is moved behind the
** `]`.  Gives 1 when the key is a constant, and its bytes: [*name, *stop),
** which is [0, 0) for a number.  A text with an escape or a line end is no
** constant here, its value would need memory.
*/
static int constant (wk_Lex *lex, size_t *name, size_t *stop) {
  wk_Token token = wk_lex_next(lex);
  *name = *stop = 0;
  if (token == WK_T_STRING) {
    const char *s = lex->text;
    size_t i;
    *name = lex->start + 1;
    *stop = lex->stop - 1;
    while (s[lex->start] == '[' && s[*name] == '=') ++*name, --*stop;
    if (s[lex->start] == '[') ++*name, --*stop;
    for (i = *name; i < *stop; i++)
      if (s[i] == '\\' || s[i] == '\n' || s[i] == '\r') return 0;
  }
  else if (token != WK_T_NUMBER) return 0;
  token = wk_lex_next(lex);
  return op(lex, token, ']');
}


static void export (Scan *scan, size_t name, size_t stop) {
  if (stop > 0)  /* the empty text is a key, too */
    scan->each(scan->ud, scan->text + name, stop - name, name);
}


/*
** The keys of a table constructor; the lexer stands behind its `{` and is
** moved behind its `}`.  Gives 1 when every key is a constant.
*/
static int constructor (Scan *scan, wk_Lex *lex) {
  int closed = 1, field = 1;      /* does a field start here? */
  long nest = 1, depth = 0;       /* open brackets, blocks of functions */
  while (nest > 0) {
    wk_Token token = wk_lex_next(lex);
    if (token == WK_T_END) return 0;
    if (token == WK_T_BAD) closed = 0;
    if (field) {
      wk_Lex peek = *lex;
      size_t name, stop;
      if (token == WK_T_NAME && op(&peek, wk_lex_next(&peek), '='))
        export(scan, lex->start, lex->stop);
      else if (op(lex, token, '[')) {
        peek = *lex;
        if (constant(&peek, &name, &stop)) export(scan, name, stop);
        else closed = 0;
      }
    }
    nest += brackets(lex, token);
    depth += blocks(lex, token);
    field = nest == 1 && depth == 0 &&
            (op(lex, token, ',') || op(lex, token, ';') ||
             (field && op(lex, token, '{')));
    if (nest == 1 && op(lex, token, '}')) field = 0;
  }
  return closed;
}


/* is only the end of the text left, or `;` and the end? */
static int atend (wk_Lex *lex) {
  wk_Token token = wk_lex_next(lex);
  if (op(lex, token, ';')) token = wk_lex_next(lex);
  return token == WK_T_END;
}


/* does nothing: for a look at a constructor's shape */
static void ignore (void *ud, const char *name, size_t len, size_t byte) {
  (void)ud; (void)name; (void)len; (void)byte;
}


/*
** What stands behind the top level's `return`; `lex` is a copy.  Gives 1
** when it is a name or a constructor and nothing else.  Behind
** `setmetatable(` both are known too, but the list is not closed.
*/
static int returns (Scan *scan, wk_Lex lex) {
  wk_Token token = wk_lex_next(&lex);
  int closed = 1;
  if (token == WK_T_NAME && wk_lex_is(&lex, "setmetatable")) {
    if (!op(&lex, wk_lex_next(&lex), '(')) return 0;
    token = wk_lex_next(&lex);
    closed = 0;
  }
  scan->at = lex.start;
  scan->size = lex.stop - lex.start;
  if (token == WK_T_NAME) {
    wk_Lex peek = lex;
    if (!closed && !op(&peek, wk_lex_next(&peek), ',')) return 0;
    if (closed && !atend(&lex)) return 0;
    scan->returned = VARIABLE;
  }
  else if (op(&lex, token, '{')) {
    Scan look = *scan;
    look.each = ignore;
    scan->returned = TABLE;
    if (!constructor(&look, &lex) || (closed && !atend(&lex))) closed = 0;
  }
  else closed = 0;
  return closed;
}


/* how a text can come to the library `debug`, which reaches the locals of
   others */
#define ROOTS   0x01    /* names a table that holds all libraries */
#define NAMED   0x02    /* says `debug` where that could be such a table's */
#define DIRECT  0x04    /* names the library itself */

/*
** What the name or text just read adds to these; `field`: a dot or colon
** stands before it, `required`: `require`.  The two functions of `debug`
** that tracebacks need are harmless, and so is a call: a library is no
** function.
*/
static int reaches (const wk_Lex *lex, wk_Token token, int field,
                    int required) {
  wk_Lex peek = *lex;
  if (token == WK_T_STRING) {
    if (lex->stop - lex->start != 7 ||
        memcmp(lex->text + lex->start + 1, "debug", 5) != 0) return 0;
    return required ? DIRECT : NAMED;
  }
  if (wk_lex_is(lex, "_ENV")) return DIRECT;
  if (wk_lex_is(lex, "_G") || wk_lex_is(lex, "package")) return ROOTS;
  if (!wk_lex_is(lex, "debug")) return 0;
  token = wk_lex_next(&peek);
  if (op(&peek, token, '(')) return 0;
  if (op(&peek, token, '.')) {
    wk_lex_next(&peek);
    if (wk_lex_is(&peek, "traceback") || wk_lex_is(&peek, "getinfo"))
      return 0;
  }
  return field ? NAMED : DIRECT;
}


/* the first walk: finds the end's `return`, and gives 0 when something in
   the text keeps the list from being closed */
static int survey (Scan *scan, size_t len) {
  wk_Lex lex;
  wk_Token token;
  int closed = 1, debug = 0, field = 0, required = 0;
  long depth = 0, function = -1;  /* the depth outside the function we are in */
  wk_lex_begin(&lex, scan->text, len);
  while ((token = wk_lex_next(&lex)) != WK_T_END) {
    char c = scan->text[lex.start];
    if (token == WK_T_BAD) closed = 0;
    else if (token == WK_T_STRING ||
             (token == WK_T_NAME && (c == '_' || c == 'd' || c == 'p')))
      debug |= reaches(&lex, token, field, required);
    else if (token == WK_T_KEYWORD) {
      if (c == 'r' && function < 0 && wk_lex_is(&lex, "return")) {
        if (depth != 0 || scan->out->has_return) closed = 0;
        else {  /* the only one, when the text is Lua */
          scan->out->has_return = 1;
          scan->out->returns = lex.start;
          if (!returns(scan, lex)) closed = 0;
        }
      }
      if (c == 'f' && function < 0 && wk_lex_is(&lex, "function"))
        function = depth;
      depth += blocks(&lex, token);
      if (depth <= function) function = -1;
      if (depth < 0) {
        depth = 0;
        closed = 0;
      }
    }
    field = op(&lex, token, '.') || op(&lex, token, ':');
    required = (token == WK_T_NAME && wk_lex_is(&lex, "require")) ||
               (required && op(&lex, token, '('));
  }
  if ((debug & DIRECT) || debug == (ROOTS | NAMED)) closed = 0;
  return closed && depth == 0 && scan->returned != OTHER;
}


/*
** `M.x` with a comma behind it: is it a target of an assignment?  The lexer
** (a copy, behind the comma) looks for the `=` behind a list of variables.
** *stop is where it was decided.
*/
static int istarget (wk_Lex lex, size_t *stop) {
  int value = 0, found = 0;    /* does a variable stand before the token? */
  long nest = 0;
  for (;;) {
    wk_Token token = wk_lex_next(&lex);
    int change = brackets(&lex, token);
    if (token == WK_T_END) break;
    if (nest > 0 || change != 0) {
      nest += change;
      if (nest < 0) break;
      value = 1;
    }
    else if (op(&lex, token, '=')) { found = 1; break; }
    else if (op(&lex, token, ',') || op(&lex, token, '.') ||
             op(&lex, token, ':'))
      value = 0;
    else if (token == WK_T_NAME && !value) value = 1;
    else if (token != WK_T_STRING) break;
  }
  *stop = lex.start;
  return found;
}


#define NESTED 200    /* Lua's parser refuses what nests deeper */

/* an open block or bracket, and in a block the list of variables that
   istarget judged last, so that a list is read once and not once for each M
   in it */
typedef struct Open {
  int bracket;
  size_t stop;
  int target;
} Open;


/*
** The name M, just read by `lex` (a copy); `function` stands before it.
** Gives 1 when this place cannot hand M on.
*/
static int use (Scan *scan, wk_Lex lex, int function, Open *open) {
  wk_Token token;
  size_t name, stop;
  if (lex.start == scan->at) return 1;  /* the `return` */
  token = wk_lex_next(&lex);
  if (op(&lex, token, '[')) {
    if (!constant(&lex, &name, &stop)) return 0;
  }
  else if (op(&lex, token, '.') || (function && op(&lex, token, ':'))) {
    wk_lex_next(&lex);
    name = lex.start;
    stop = lex.stop;
  }
  else return 0;
  token = wk_lex_next(&lex);
  if (function ? op(&lex, token, '(') : op(&lex, token, '='))
    export(scan, name, stop);
  else if (op(&lex, token, ',') && !open->bracket) {
    if (lex.start >= open->stop) open->target = istarget(lex, &open->stop);
    if (open->target) export(scan, name, stop);
  }
  return 1;
}


/*
** `local M`, just read, on the top level; moves the lexer behind its value
** when that is a constructor: an M in there is not this M yet.  Gives 1
** when M is certainly a new table with constant keys.
*/
static int declaration (Scan *scan, wk_Lex *lex) {
  wk_Lex peek = *lex;
  wk_Token token = wk_lex_next(&peek);
  int plain = 1;
  if (op(&peek, token, '<')) {
    wk_lex_next(&peek);
    plain = wk_lex_is(&peek, "const");
    wk_lex_next(&peek);
    token = wk_lex_next(&peek);
  }
  if (!op(&peek, token, '=')) return 0;
  token = wk_lex_next(&peek);
  if (token == WK_T_NAME && wk_lex_is(&peek, "setmetatable") &&
      op(&peek, wk_lex_next(&peek), '(')) {
    token = wk_lex_next(&peek);
    plain = 0;
  }
  if (!op(&peek, token, '{')) return 0;
  if (!constructor(scan, &peek)) plain = 0;
  *lex = peek;
  token = wk_lex_next(&peek);  /* does the expression go on? */
  if (token == WK_T_OP)
    return plain && (op(&peek, token, ';') || op(&peek, token, '(') ||
                     wk_lex_is(&peek, "::"));
  return plain && !wk_lex_is(&peek, "and") && !wk_lex_is(&peek, "or");
}


/* the second walk: each place where M stands; gives 1 when none of them
   hands M on and M is declared as it must be */
static int uses (Scan *scan, size_t len) {
  enum { ELSE, FIELD, FUNCTION, LOCAL } before = ELSE;
  const char *name = scan->text + scan->at;
  Open open[NESTED + 1], *top = open;
  int closed = 1, declared = 0;
  wk_Token token;
  wk_Lex lex;
  memset(open, 0, sizeof(open));
  wk_lex_begin(&lex, scan->text, len);
  while ((token = wk_lex_next(&lex)) != WK_T_END) {
    int bracket = brackets(&lex, token);
    int change = bracket + blocks(&lex, token);
    if (change > 0) {
      if (top == open + NESTED) return 0;
      memset(++top, 0, sizeof(*top));
      top->bracket = bracket;
    }
    else if (change < 0 && top > open) top--;
    if (token == WK_T_NAME && before != FIELD &&
        lex.stop - lex.start == scan->size &&
        memcmp(scan->text + lex.start, name, scan->size) == 0) {
      if (before == LOCAL && top == open && !declared) {
        declared = 1;
        if (!declaration(scan, &lex)) closed = 0;
      }
      else if (!use(scan, lex, before == FUNCTION, top) || !declared)
        closed = 0;
    }
    before = op(&lex, token, '.') || op(&lex, token, ':') ? FIELD :
             token != WK_T_KEYWORD ? ELSE :
             wk_lex_is(&lex, "function") ? FUNCTION :
             wk_lex_is(&lex, "local") ? LOCAL : ELSE;
  }
  return closed && declared;
}


void wk_exports (const char *text, size_t len, wk_Exported each, void *ud,
                 wk_Exports *out) {
  Scan scan;
  memset(&scan, 0, sizeof(scan));
  scan.text = text;
  scan.each = each;
  scan.ud = ud;
  scan.out = out;
  out->has_return = 0;
  out->returns = len;
  out->closed = survey(&scan, len);
  if (scan.returned == VARIABLE) {
    if (!uses(&scan, len)) out->closed = 0;
  }
  else if (scan.returned == TABLE) {
    wk_Lex lex;
    wk_lex_init(&lex, text, len);
    lex.at = scan.at + 1;
    constructor(&scan, &lex);
  }
}


/* the name that wk_exports_name looks for */
typedef struct Wanted {
  const char *name;
  size_t len, byte;
  int found;
} Wanted;


static void compare (void *ud, const char *name, size_t len, size_t byte) {
  Wanted *wanted = (Wanted *)ud;
  if (!wanted->found && len == wanted->len &&
      memcmp(name, wanted->name, len) == 0) {
    wanted->found = 1;
    wanted->byte = byte;
  }
}


wk_Export wk_exports_name (const char *text, size_t len, const char *name,
                           size_t nlen, size_t *byte) {
  Wanted wanted = {name, nlen, 0, 0};
  wk_Exports exports;
  wk_exports(text, len, compare, &wanted, &exports);
  *byte = wanted.byte;
  if (wanted.found) return WK_YES;
  return exports.closed ? WK_NO : WK_UNKNOWN;
}
