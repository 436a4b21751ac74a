/*
** lex.h -- the one lexer of Lua text: expressions, what a module exports and
** declares, the marks and the cost of Lua configs.
**
** May call: fail (wk_utf8 alone).  Allocates nothing, never touches a
** lua_State.
**
** The text is bytes and a length; nothing has to end in NUL.  Places are
** bytes from 0, intervals are [start, stop).
*/

#ifndef wk_lex_h
#define wk_lex_h

#include <stddef.h>

typedef enum wk_Token {
  WK_T_END,        /* end of text */
  WK_T_BAD,        /* not Lua: see `problem` */
  WK_T_NAME,       /* a name that is no keyword */
  WK_T_KEYWORD,
  WK_T_NUMBER,
  WK_T_STRING,     /* short or long; start..stop with its quotes */
  WK_T_OP,         /* one operator or delimiter, of 1 to 3 bytes */
  WK_T_AT,         /* `@` and the key path behind it, if there is one; only
                      where `references` is set */
  WK_T_COMMENT     /* only where `comments` is set */
} wk_Token;

typedef struct wk_Lex {
  const char *text;
  size_t length;
  size_t at;            /* where the next token is looked for */
  size_t start, stop;   /* the token read last: bytes [start, stop) */
  int references;       /* `@` is a token */
  int comments;         /* comments are tokens, not skipped */
  const char *problem;  /* why the last token is WK_T_BAD */
} wk_Lex;

void wk_lex_init (wk_Lex *lex, const char *text, size_t length);
/* the same for the text of a file: begins behind a byte order mark and a `#`
   line, as Lua does */
void wk_lex_begin (wk_Lex *lex, const char *text, size_t length);
/* the next token; behind a bad one the lexer goes on, so that all can be
   told at once.  At the end gives WK_T_END again and again. */
wk_Token wk_lex_next (wk_Lex *lex);

/* is the token read last this text? */
int wk_lex_is (const wk_Lex *lex, const char *word);

/*
** The value of a string token at [s, s + len), quotes included, into `out`
** (room for len bytes): gives its length, or (size_t)-1 when an escape is
** wrong, with its place in *bad.  Lua's escapes, also \z and \u{}.
*/
size_t wk_lex_string (const char *s, size_t len, char *out, size_t *bad);

/* where in a key path a segment stands */
typedef enum wk_Where {
  WK_BEHIND,       /* behind another: `.name`, `.N`, `[N]`, `["text"]` */
  WK_FIRST,        /* at the start: `name`, `[N]`, `["text"]` */
  WK_RELATIVE      /* behind leading dots: as at the start, and `N` */
} wk_Where;

/*
** How many bytes at the start of the text are one segment of a key path
** (keypath.h; escapes are not looked at), or 0 when none starts here.
** in_expression: names have no `-`.
*/
size_t wk_lex_segment (const char *s, size_t len, wk_Where where,
                       int in_expression);

#endif
