/*
** outline.c -- where the table constructors of a Lua text stand (see
** outline.h).
**
** May call: lex; outline_field.c, which keeps what is found.
**
** One walk over the tokens with a stack of what is open.  In a table
** constructor, between its commas, stand keys and values; in an open block
** outside of functions stand `return`, `local NAME =` and `NAME.a.b =`.  All
** else is only counted, to know where it is closed.  A value is a constructor
** when nothing stands behind its `}` that would go on with the expression.
*/

#include <stdlib.h>
#include <string.h>

#include "lex.h"
#include "outline.h"


#define NESTED  256   /* Lua's parser refuses what nests deeper */


typedef enum Place {
  TABLE,       /* inside a constructor */
  WRAPPED,     /* the parentheses around a value, or around a call's only
                  argument */
  BRACKET,     /* any other open bracket */
  BLOCK, FUNCTION
} Place;

typedef struct Open {
  Place place;
  int fresh;          /* TABLE: a field starts here */
  int keyed;          /* TABLE: a computed key was read, its `=` comes */
  uint32_t field;     /* TABLE, WRAPPED: the field that holds it; 0: lost */
  uint32_t items;     /* TABLE: items without key so far */
} Open;

/* the token that is looked at, and the lexer behind it */
typedef struct Look {
  wk_Lex lex;
  wk_Token token;
} Look;

typedef struct Walk {
  wk_Outline *o;
  Look now;
  Open open[NESTED];
  int nopen, nfunctions;
  int lost;           /* nests too deep: the rest has no place */
} Walk;


/* is the token this operator of one byte? */
static int op (const Look *look, char c) {
  return look->token == WK_T_OP && look->lex.stop - look->lex.start == 1 &&
         look->lex.text[look->lex.start] == c;
}


static int word (const Look *look, const char *s) {
  return (look->token == WK_T_NAME || look->token == WK_T_KEYWORD) &&
         wk_lex_is(&look->lex, s);
}


static int constant (const Look *look) {
  return look->token == WK_T_STRING || look->token == WK_T_NUMBER;
}


static void step (Look *look) {
  look->token = wk_lex_next(&look->lex);
}


/* the same, one token further */
static Look ahead (const Look *look) {
  Look next = *look;
  step(&next);
  return next;
}


/* is the expression complete with this token? */
static int complete (const Look *look) {
  Look next = ahead(look);
  switch (next.token) {
    case WK_T_END: case WK_T_NAME: return 1;
    case WK_T_KEYWORD: return !word(&next, "and") && !word(&next, "or");
    case WK_T_OP:
      return op(&next, ',') || op(&next, ';') || op(&next, '}') ||
             op(&next, ')') || wk_lex_is(&next.lex, "::");
    default: return 0;
  }
}


static Open *push (Walk *w, Place place, uint32_t field) {
  Open *open;
  if (w->nopen == NESTED) {
    w->lost = 1;
    return NULL;
  }
  open = &w->open[w->nopen++];
  memset(open, 0, sizeof(*open));
  open->place = place;
  open->field = field;
  open->fresh = place == TABLE;
  w->nfunctions += place == FUNCTION;
  return open;
}


static void pop (Walk *w) {
  if (w->nopen > 0)
    w->nfunctions -= w->open[--w->nopen].place == FUNCTION;
}


/* the value of a field turns out to be an expression; `more`: one that goes
   on behind the parentheses that are closed here */
static void forget (Walk *w, uint32_t field, int more) {
  wk_Field *f = &w->o->fields[field];
  if (field == 0) return;
  f->kind = WK_F_OTHER;
  if (more) f->value = f->whole;
  f->first = f->last = 0;
  f->brace = WK_NOWHERE;
}


/* does the token open or close a bracket or a block?  Then it is counted. */
static void count (Walk *w) {
  const Look *now = &w->now;
  if (now->token == WK_T_OP) {
    switch (now->lex.text[now->lex.start]) {
      case '(': case '[': case '{': push(w, BRACKET, 0); break;
      case ')': case ']': case '}': pop(w); break;
      default: break;
    }
  }
  else if (now->token != WK_T_KEYWORD) return;
  else if (word(now, "function")) push(w, FUNCTION, 0);
  else if (word(now, "do") || word(now, "if") || word(now, "repeat"))
    push(w, BLOCK, 0);  /* `for` and `while` have a `do` */
  else if (word(now, "end") || word(now, "until")) pop(w);
}


/* a constructor opens with this token, and is the field's value */
static void constructor (Walk *w, uint32_t field) {
  if (field != 0) {
    w->o->fields[field].kind = WK_F_TABLE;
    w->o->fields[field].brace = (uint32_t)w->now.lex.start;
  }
  push(w, TABLE, field);
}


/*
** A name: is a function called whose last argument is a constructor or in
** parentheses, `f {`, `a.f(`, `target "name" {`?  Then moves to that bracket.
*/
static int called (Look *now) {
  Look next = ahead(now);
  while (op(&next, '.') || op(&next, ':')) {
    step(&next);
    if (next.token != WK_T_NAME) return 0;
    step(&next);
  }
  if (next.token == WK_T_STRING) step(&next);
  else if (op(&next, '(')) {
    Look text = ahead(&next), behind = ahead(&text);
    if (text.token == WK_T_STRING && op(&behind, ')')) next = ahead(&behind);
  }
  if (!op(&next, '{') && !op(&next, '(')) return 0;
  *now = next;
  return 1;
}


/* a string, number, true, false or name that is the whole value */
static void single (Walk *w, wk_Field *f) {
  Look *now = &w->now, next = ahead(now);
  f->value = (uint32_t)now->lex.start;
  if (op(now, '-') && next.token == WK_T_NUMBER) *now = next;
  if (complete(now) && (constant(now) || now->token == WK_T_NAME ||
                        word(now, "true") || word(now, "false"))) {
    f->kind = now->token == WK_T_NAME ? WK_F_NAME : WK_F_LITERAL;
    f->stop = (uint32_t)now->lex.stop;
  }
}


/*
** The value of `field` begins with this token: moves behind the bracket that
** it opens, or behind the token when it opens none.  What a function is given
** alone is taken for what it returns: its keys are where a mistake is mended.
*/
static void value (Walk *w, uint32_t field) {
  wk_Field *f = &w->o->fields[field];
  Look *now = &w->now;
  int opaque = 0;   /* inside of a call that is no append or replace */
  if (field != 0) f->whole = f->value = (uint32_t)now->lex.start;
  while (!w->lost) {
    int plain = word(now, "append") || word(now, "replace");
    if (field != 0 && !opaque) f->value = (uint32_t)now->lex.start;
    if (op(now, '{')) {
      constructor(w, field);
      return;
    }
    if (plain) {
      Look next = ahead(now);
      if (next.token == WK_T_STRING) *now = next;
      if (!op(&next, '{') && !op(&next, '(')) break;
      *now = next;
    }
    else if (now->token == WK_T_NAME && called(now)) opaque = 1;
    if (op(now, '{')) continue;
    if (!op(now, '(')) break;
    push(w, WRAPPED, field);
    step(now);
  }
  if (field != 0 && !opaque) single(w, f);
  count(w);
}


/* the key token belongs to the field */
static void setkey (Walk *w, uint32_t field, const Look *key) {
  if (field == 0) return;
  w->o->fields[field].key = (uint32_t)key->lex.start;
  w->o->fields[field].keysize = (uint32_t)(key->lex.stop - key->lex.start);
}


/* a field of a constructor starts with this token */
static void startfield (Walk *w, Open *open) {
  Look key = w->now, next = ahead(&w->now);
  uint32_t field;
  open->fresh = 0;
  if (key.token == WK_T_NAME && op(&next, '=')) {
    field = wk_field_addto(w->o, open->field);
    setkey(w, field, &key);
    w->now = ahead(&next);
    value(w, field);
  }
  else if (op(&key, '[')) {
    Look behind = ahead(&next), equal;
    if (op(&next, '-') && behind.token == WK_T_NUMBER) {
      behind.lex.start = next.lex.start;  /* one token for us */
      next = behind;
      step(&behind);
    }
    equal = ahead(&behind);
    if (constant(&next) && op(&behind, ']') && op(&equal, '=')) {
      field = wk_field_addto(w->o, open->field);
      setkey(w, field, &next);
      w->now = ahead(&equal);
      value(w, field);
    }
    else {
      open->keyed = 1;
      push(w, BRACKET, 0);
    }
  }
  else {
    field = wk_field_addto(w->o, open->field);
    open->items++;
    if (field != 0) {
      w->o->fields[field].isitem = 1;
      w->o->fields[field].keysize = open->items;
    }
    value(w, field);
  }
}


/* a token directly inside a constructor */
static void infields (Walk *w, Open *open) {
  if (op(&w->now, '}')) {
    uint32_t field = open->field;
    Look next = ahead(&w->now);
    pop(w);
    if (w->nopen > 0 && w->open[w->nopen - 1].place == WRAPPED
          ? !op(&next, ')') : !complete(&w->now))
      forget(w, field, 0);
  }
  else if (op(&w->now, ',') || op(&w->now, ';')) open->fresh = 1;
  else if (open->keyed && op(&w->now, '=')) {
    open->keyed = 0;
    step(&w->now);
    value(w, 0);
  }
  else if (open->fresh) startfield(w, open);
  else count(w);
}


/* a token directly behind `(` and the value in it */
static void inwrap (Walk *w, Open *open) {
  uint32_t field = open->field;
  if (op(&w->now, ')')) {
    pop(w);
    if (!complete(&w->now)) forget(w, field, 1);
  }
  else {
    forget(w, field, op(&w->now, ','));
    count(w);
  }
}


/*
** A name starts a statement.  Is it `NAME = value`, or `NAME.a.b = value`
** with a NAME that is known?  Gives 0 when it is not, and then has moved
** nothing.
*/
static int assignment (Walk *w) {
  wk_Outline *o = w->o;
  uint32_t up = 0, field;
  Look key = w->now, next = ahead(&w->now);
  int depth = 0;
  while (op(&next, '.') || op(&next, '[')) {
    int bracket = op(&next, '[');
    if (depth++ == 0)
      up = wk_outline_named(o, (uint32_t)key.lex.start,
                            (uint32_t)key.lex.stop, WK_NOWHERE);
    else if (up != 0) up = wk_field_find(o, o->fields[up].first, key.lex.start,
                                     key.lex.stop);
    key = ahead(&next);
    if (bracket ? !constant(&key) : key.token != WK_T_NAME) return 0;
    next = ahead(&key);
    if (bracket) {
      if (!op(&next, ']')) return 0;
      step(&next);
    }
  }
  if (!op(&next, '=')) return 0;
  if (depth == 0) field = wk_field_add(o, &o->firstname, &o->lastname);
  else if (up != 0 && o->fields[up].brace != WK_NOWHERE)
    field = wk_field_addto(o, up);
  else field = 0;
  setkey(w, field, &key);
  if (field != 0) o->fields[field].assigned = depth > 0;
  w->now = ahead(&next);
  value(w, field);
  return 1;
}


/* `local`: a single name with a value? */
static void declaration (Walk *w) {
  Look key = ahead(&w->now), next;
  if (key.token != WK_T_NAME) return;
  w->now = key;
  next = ahead(&key);
  if (op(&next, '<')) {
    step(&next);
    step(&next);
    step(&next);
  }
  if (op(&next, '=')) {
    uint32_t field = wk_field_add(w->o, &w->o->firstname, &w->o->lastname);
    setkey(w, field, &key);
    w->now = ahead(&next);
    value(w, field);
  }
}


/* a token in a block of statements; `before`: it is behind one that cannot
   stand before a statement */
static void instatements (Walk *w, int before) {
  Look *now = &w->now;
  if (w->nfunctions > 0) count(w);
  else if (word(now, "return")) {
    Look next = ahead(now);
    if (next.token != WK_T_END && !op(&next, ';') && !word(&next, "end") &&
        !word(&next, "else") && !word(&next, "elseif") &&
        !word(&next, "until")) {
      uint32_t field = wk_field_add(w->o, &w->o->firstreturn,
                                    &w->o->lastreturn);
      *now = next;
      value(w, field);
    }
  }
  else if (word(now, "local")) declaration(w);
  else if (now->token != WK_T_NAME || before || !assignment(w)) count(w);
}


static void walk (Walk *w) {
  const Look *now = &w->now;
  int before = 0;
  for (step(&w->now); now->token != WK_T_END && !w->lost; step(&w->now)) {
    Open *open = w->nopen > 0 ? &w->open[w->nopen - 1] : NULL;
    if (open == NULL || open->place == BLOCK || open->place == FUNCTION)
      instatements(w, before);
    else if (open->place == TABLE) infields(w, open);
    else if (open->place == WRAPPED) inwrap(w, open);
    else count(w);
    before = op(now, '.') || op(now, ':') || op(now, ',') ||
             word(now, "for") || word(now, "goto");
  }
}


void wk_outline_read (wk_Outline *o, const char *text, size_t length,
                      size_t most) {
  Walk *w = calloc(1, sizeof(Walk));
  if (wk_field_begin(o, text, length, most) && w != NULL) {
    w->o = o;
    wk_lex_begin(&w->now.lex, text, length);
    walk(w);
  }
  free(w);
}
