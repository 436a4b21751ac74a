/*
** chunk.h -- bytes of a module -> a Lua function: text only.
**
** May call: fail.  Sees a lua_State, as graft, order and sandbox do; all other
** rooms but core itself see none.
*/

#ifndef wk_chunk_h
#define wk_chunk_h

#include <stddef.h>
#include <lua.h>

#include "fail.h"

/*
** Compiles the text and leaves the function on the stack; `chunkname` is
** what Lua calls it ("@" and an absolute path).  One UTF-8 byte order mark
** and one `#!` line are skipped, line numbers stay right.  On failure leaves
** nothing; EBYTECODE, ESYNTAX (with a mark on the line, and Lua's own words
** as a note), ENOMEM.
*/
wk_Code wk_chunk_compile (lua_State *L, const char *bytes, size_t len,
                          const char *chunkname, wk_Fail *f);

/* the same, the text handed out in pieces: pace is told the bytes of each
   before it is read, and ends the text by giving 0 */
wk_Code wk_chunk_paced (lua_State *L, const char *bytes, size_t len,
                        const char *chunkname,
                        int (*pace) (lua_State *L, size_t len), wk_Fail *f);

/* the bytes [*start, *stop) of line `line` (from 1), counted as Lua counts:
   \n, \r, and either pair of both end one line */
void wk_chunk_line (const char *s, size_t len, long line, size_t *start,
                    size_t *stop);

#endif
