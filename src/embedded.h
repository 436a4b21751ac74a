/*
** embedded.h -- the Lua rooms that the command carries inside.
**
** src/embed.lua writes build/embedded.c, which fills the table; only main.c
** reads it.
*/

#ifndef wk_embedded_h
#define wk_embedded_h

#include <stddef.h>

/* one module: bytecode with line numbers, for the liblua that is linked
   statically.  Sorted by name bytewise; the last one's name is NULL. */
typedef struct wk_Embedded {
  const char *name;             /* as `require` knows it: "wick.report" */
  const char *chunk;            /* as messages name it: "=wick/report.lua" */
  const unsigned char *bytes;
  size_t size;
} wk_Embedded;

extern const wk_Embedded wk_embedded[];

#endif
