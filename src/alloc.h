/*
** alloc.h -- the allocator of the command's Lua state.
**
** Calls nothing.  A Lua program makes and drops many small blocks; lists of
** free blocks by size serve them several times faster than malloc, and what
** is left when the state closes goes back in a few large pieces.
*/

#ifndef wk_alloc_h
#define wk_alloc_h

#include <stddef.h>

typedef struct wk_Arena wk_Arena;

/* an empty arena, or NULL; wk_arena_free gives back all blocks of its chunks
   (larger ones were given back one by one when their owner freed them) */
wk_Arena *wk_arena_new (void);
void wk_arena_free (wk_Arena *arena);

/* a lua_Alloc whose `ud` is an arena */
void *wk_arena_alloc (void *ud, void *block, size_t osize, size_t nsize);

#endif
