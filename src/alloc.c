/*
** alloc.c -- the allocator of the command's Lua state (see alloc.h).
**
** Calls nothing.
**
** Blocks of up to LARGEST bytes come from chunks and return to the list of
** their size; larger ones are malloc's own.  Under AddressSanitizer every
** block is malloc's, so that it sees overruns and uses after free.
*/

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

#define UNIT     ((size_t)16)    /* also the alignment of every block */
#define LARGEST  ((size_t)512)
#define CHUNK    ((size_t)65536)

#if defined(__SANITIZE_ADDRESS__)
#define PLAIN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PLAIN 1
#endif
#endif

typedef union Chunk {
  union Chunk *next;
  char align[16];
} Chunk;

typedef struct Block {
  struct Block *next;
} Block;

struct wk_Arena {
  Block *spare[LARGEST / 16 + 1];   /* by size in units */
  Chunk *chunks;
  char *at, *end;                   /* what the newest chunk has left */
};


wk_Arena *wk_arena_new (void) {
  return (wk_Arena *)calloc(1, sizeof(wk_Arena));
}


void wk_arena_free (wk_Arena *arena) {
  while (arena->chunks != NULL) {
    Chunk *next = arena->chunks->next;
    free(arena->chunks);
    arena->chunks = next;
  }
  free(arena);
}


#if !defined(PLAIN)

/* a block of `units` units: a spare one, or the next of the chunk; NULL when
   there is no memory for another chunk.  What the old chunk had left is put
   on the lists. */
static void *take (wk_Arena *arena, size_t units) {
  Block *block = arena->spare[units];
  if (block != NULL) {
    arena->spare[units] = block->next;
    return block;
  }
  if ((size_t)(arena->end - arena->at) < units * UNIT) {
    Chunk *chunk = (Chunk *)malloc(CHUNK);
    size_t left = (size_t)(arena->end - arena->at) / UNIT;
    if (chunk == NULL) return NULL;
    if (left > 0) {
      Block *rest = (Block *)(void *)arena->at;
      rest->next = arena->spare[left];
      arena->spare[left] = rest;
    }
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    arena->at = (char *)chunk + sizeof(Chunk);
    arena->end = (char *)chunk + CHUNK;
  }
  block = (Block *)(void *)arena->at;
  arena->at += units * UNIT;
  return block;
}


static void give (wk_Arena *arena, void *block, size_t units) {
  Block *spare = (Block *)block;
  spare->next = arena->spare[units];
  arena->spare[units] = spare;
}


#define units_of(size)  (((size) + UNIT - 1) / UNIT)

void *wk_arena_alloc (void *ud, void *block, size_t osize, size_t nsize) {
  wk_Arena *arena = (wk_Arena *)ud;
  size_t old = block == NULL ? 0 : osize;   /* else osize is a type's number */
  void *fresh;
  if (nsize == 0) {
    if (old > LARGEST) free(block);
    else if (old > 0) give(arena, block, units_of(old));
    return NULL;
  }
  if (old > LARGEST && nsize > LARGEST) return realloc(block, nsize);
  if (old > 0 && old <= LARGEST && units_of(old) == units_of(nsize))
    return block;
  fresh = nsize > LARGEST ? malloc(nsize) : take(arena, units_of(nsize));
  if (fresh == NULL) {
    /* Lua takes it for granted that a block can be made smaller */
    return old >= nsize ? block : NULL;
  }
  if (old > 0) {
    memcpy(fresh, block, old < nsize ? old : nsize);
    if (old > LARGEST) free(block);
    else give(arena, block, units_of(old));
  }
  return fresh;
}

#else

void *wk_arena_alloc (void *ud, void *block, size_t osize, size_t nsize) {
  (void)ud;
  (void)osize;
  if (nsize == 0) {
    free(block);
    return NULL;
  }
  return realloc(block, nsize);
}

#endif
