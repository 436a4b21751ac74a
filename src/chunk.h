/*
** chunk.h -- bytes of a module -> a Lua function: text only.
**
** May call: fail.  The one room besides value and core that sees a
** lua_State.
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

#endif
