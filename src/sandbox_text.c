/*
** sandbox_text.c -- what the text of a Lua config costs to compile (part of
** sandbox.h's room).
**
** May call: lex.
**
** No hook counts what Lua's parser does, and some of it grows with the square
** of the text: it looks for each name in all functions around it, for each
** label in all gotos, and it walks along all jumps of an `and`, an `or`, an
** `elseif` and a `break` to add one more.  That is counted before.  Constants
** are kept in a table, whose chains are counted while the text is read.
*/

#include <string.h>

#include <lua.h>

#include "lex.h"
#include "sandbox_room.h"


#define LABEL  100     /* steps of a label or goto */
#define JUMPS  512     /* jumps to walk along that are a step */
#define NAMES  4       /* names outside of functions that are one */
#define NESTED_MOST  256   /* Lua refuses what nests deeper */

/* what is open: a bracket or a block */
typedef struct Nest {
  int isfunction;
  size_t jumps;        /* `and` and `or` of the expression here so far */
  size_t branches;     /* `elseif` here so far */
} Nest;

typedef struct Count {
  Nest nests[NESTED_MOST + 1];   /* the first is the whole text */
  size_t depth;
  uint64_t work, functions, names, breaks;
} Count;


static int oneof (const wk_Lex *lex, const char *const *words) {
  while (*words != NULL)
    if (wk_lex_is(lex, *words++)) return 1;
  return 0;
}


static void opened (Count *c, int isfunction) {
  Nest *nest = &c->nests[++c->depth];
  memset(nest, 0, sizeof(*nest));
  nest->isfunction = isfunction;
  c->functions += (unsigned)isfunction;
}


static void closed (Count *c) {
  if (c->depth == 0) return;
  c->functions -= (unsigned)c->nests[c->depth--].isfunction;
}


static void keyword (Count *c, const wk_Lex *lex) {
  static const char *const joins[] = {"and", "or", NULL};
  static const char *const values[] = {"not", "nil", "true", "false", NULL};
  static const char *const blocks[] = {"do", "if", "repeat", NULL};
  static const char *const ends[] = {"end", "until", NULL};
  Nest *nest = &c->nests[c->depth];
  if (oneof(lex, joins)) {
    c->work += ++nest->jumps / JUMPS;
    return;
  }
  if (oneof(lex, values)) return;
  if (wk_lex_is(lex, "function")) {
    opened(c, 1);
    return;
  }
  nest->jumps = 0;
  if (wk_lex_is(lex, "elseif")) c->work += ++nest->branches / JUMPS;
  else if (wk_lex_is(lex, "break")) c->work += ++c->breaks / JUMPS;
  else if (wk_lex_is(lex, "goto")) c->work += LABEL;
  else if (oneof(lex, blocks)) opened(c, 0);
  else if (oneof(lex, ends)) closed(c);
}


static void operator (Count *c, const wk_Lex *lex) {
  static const char *const opens[] = {"(", "[", "{", NULL};
  static const char *const closes[] = {")", "]", "}", NULL};
  static const char *const parts[] = {",", ";", "=", NULL};
  if (oneof(lex, opens)) opened(c, 0);
  else if (oneof(lex, closes)) closed(c);
  else if (oneof(lex, parts)) c->nests[c->depth].jumps = 0;
  else if (wk_lex_is(lex, "::")) c->work += LABEL;
}


void wk_sandbox_spendtext (lua_State *L, const char *text, size_t len) {
  Count c;
  wk_Lex lex;
  wk_Token token;
  memset(&c, 0, sizeof(c));
  c.work = 1 + len / 64;
  wk_lex_init(&lex, text, len);
  while (c.depth < NESTED_MOST && (token = wk_lex_next(&lex)) != WK_T_END) {
    if (token == WK_T_NAME) {
      c.work += c.functions;
      c.names++;
    }
    else if (token == WK_T_KEYWORD) keyword(&c, &lex);
    else if (token == WK_T_OP) {
      operator(&c, &lex);
      if (wk_lex_is(&lex, "%")) wk_sandbox_of(L)->modulo = 2;
    }
  }
  wk_sandbox_spend(L, c.work + c.names / NAMES);
}


#define WORDS      8     /* bytes of text that have one constant at most */
#define CHAIN      400   /* of a chain, walked along in a step */
#define CONSTANTS  512   /* numbers that make a step more of each */

int wk_sandbox_pace (lua_State *L, size_t len) {
  Sandbox *s = wk_sandbox_of(L);
  wk_sandbox_peek(s, (unsigned)len / WORDS);
  s->steps += len / WORDS * (s->chain / CHAIN + s->numbers / CONSTANTS);
  return s->steps <= s->most;
}
