/*
** exports.h -- what a Lua text exports, told without running it.
**
** May call: lex.  Allocates nothing, reads the text twice.
**
** "no" is never wrong: a module that has the field when it was loaded is
** never told "no".  "yes" may be: the line that sets the field may not run.
*/

#ifndef wk_exports_h
#define wk_exports_h

#include <stddef.h>

typedef enum wk_Export {
  WK_NO,        /* the module certainly has no such field */
  WK_YES,       /* the text sets it */
  WK_UNKNOWN    /* the text cannot tell */
} wk_Export;

/* called for each place that sets a field, in the order of the text (a name
   may come twice): the name, bytes of the text, and the byte where it is */
typedef void (*wk_Exported) (void *ud, const char *name, size_t len,
                             size_t byte);

typedef struct wk_Exports {
  int closed;          /* the list is complete: what is not in it is absent */
  size_t returns;      /* byte of the top level's `return`, or the length */
  int has_return;
} wk_Exports;

/*
** Lists the exports of a text.  closed: it ends in `return M` or `return
** {...}`, M is a `local M = {...}` of the top level, and nowhere indexed by
** a non-constant, passed on, aliased or given a metatable.
*/
void wk_exports (const char *text, size_t len, wk_Exported each, void *ud,
                 wk_Exports *out);
/* one name's verdict; *byte is where it is first set (WK_YES) */
wk_Export wk_exports_name (const char *text, size_t len, const char *name,
                           size_t nlen, size_t *byte);

#endif
