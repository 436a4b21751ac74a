/*
** sandbox_peek.c -- what Lua's blocks hold that makes single instructions
** slow: strings with zero bytes, numerals without end, chains of a hash (part
** of sandbox.h's room).
**
** May call: nothing.
**
** Only the allocator knows of each string and table, so the blocks are looked
** at as they lie there.  Whether this Lua lays them out as is believed here is
** tried once for a state; where it does not, each block counts as the worst
** that its size allows.
**
** `<` calls the C library once for each zero byte of its strings.  `for`
** takes a numeral for a number, and reads it each time.  Keys that are
** numbers can be made to fall on one chain of the hash, whose seed is for
** strings alone; each access walks it, and when the table grows each key does.
*/

#include <stdlib.h>
#include <string.h>

#include <lua.h>
#include <lauxlib.h>

#include "sandbox_room.h"


#define NODE    24     /* bytes of a node: value, its type, the key's type, */
#define TYPE    9      /* how far the next of the chain is, the key */
#define NEXT    12
#define KEY     16
#define HEADER  24     /* bytes of a string before its text */
#define SHORT   64     /* blocks of strings that are not looked at */
#define LARGE   4096   /* smaller hash parts are not looked at */

struct wk_Hash {
  const unsigned char *nodes;
  size_t n;
  int old;             /* looked at since it is there */
};


/*
** {======================================================================
** Strings
** =======================================================================
*/

/* may the text be a number, as far as can be seen quickly? */
static int isnumeral (const char *s, size_t len) {
  const char *end = s + len;
  s += strspn(s, " \f\n\r\t\v+-");  /* Lua ends it with a zero byte */
  if (s < end && *s != '.' && (*s < '0' || *s > '9')) return 0;
  return s + strspn(s, " \f\n\r\t\v+-.0123456789abcdefABCDEFxXpP") == end;
}


void wk_sandbox_fresh (Sandbox *s, const void *block, size_t size) {
  if (size > s->longest) s->longest = size;
  if (!s->known) s->nuls = s->numeral = s->longest;
  else if (size >= SHORT) {
    s->fresh = (const char *)block;
    s->freshsize = size;
  }
}


void wk_sandbox_filled (Sandbox *s) {
  const char *text = s->fresh + HEADER;
  size_t len = s->freshsize - HEADER - 1;
  s->fresh = NULL;
  if (len > s->nuls && memchr(text, '\0', len) != NULL) s->nuls = len;
  if (len > s->numeral && isnumeral(text, len)) s->numeral = len;
}

/* }====================================================================== */


/*
** {======================================================================
** Hash parts of tables
** =======================================================================
*/

int wk_sandbox_ishash (size_t size) {
  size_t n = size / NODE;
  return n > 0 && size % NODE == 0 && (n & (n - 1)) == 0;
}


void wk_sandbox_hash (Sandbox *s, const void *block, size_t size) {
  struct wk_Hash *hash;
  if (size < LARGE) return;
  if (size > s->hashed) s->hashed = size;
  if (s->known && s->nhashes == s->chashes) {
    size_t want = s->chashes * 2 + 16;
    hash = realloc(s->hashes, want * sizeof(*hash));
    if (hash == NULL) s->known = 0;
    else {
      s->hashes = hash;
      s->chashes = want;
    }
  }
  if (!s->known) {
    s->chain = s->numbers = s->hashed / NODE;
    return;
  }
  hash = &s->hashes[s->nhashes++];
  hash->nodes = (const unsigned char *)block;
  hash->n = size / NODE;
  hash->old = 0;
  s->fresher = 1;
}


void wk_sandbox_freed (Sandbox *s, const void *block, size_t size) {
  size_t i;
  if (size < LARGE || !wk_sandbox_ishash(size)) return;
  for (i = s->nhashes; i-- > 0;) {
    if (s->hashes[i].nodes == (const unsigned char *)block) {
      s->hashes[i] = s->hashes[--s->nhashes];
      return;
    }
  }
}


/* the node behind this one, or n */
static size_t follow (const struct wk_Hash *hash, size_t i) {
  int next;
  memcpy(&next, hash->nodes + i * NODE + NEXT, sizeof(next));
  i += (size_t)next;
  return next == 0 || i >= hash->n ? hash->n : i;
}


/* the longest chain of a hash, and the keys in it that are numbers.  The
   parser keeps integers as addresses. */
static void walk (Sandbox *s, struct wk_Hash *hash) {
  size_t n = hash->n, numbers = 0, i, bytes = n / 8 + 1;
  unsigned char *marks;
  hash->old = 1;
  if (bytes > s->cmarks) {
    marks = realloc(s->marks, bytes);
    if (marks == NULL) {
      s->chain = s->numbers = s->hashed / NODE;
      return;
    }
    s->marks = marks;
    s->cmarks = bytes;
  }
  memset(s->marks, 0, bytes);
  for (i = 0; i < n; i++) {  /* which are not the first of a chain? */
    int type = hash->nodes[i * NODE + TYPE] & 0x0F;
    size_t next = follow(hash, i);
    numbers += type == LUA_TNUMBER || type == LUA_TLIGHTUSERDATA;
    if (next < n) s->marks[next / 8] |= (unsigned char)(1 << next % 8);
  }
  for (i = 0; i < n; i++) {
    size_t length = 1, at = i;
    if (s->marks[i / 8] & 1 << i % 8) continue;
    while (length < n && (at = follow(hash, at)) < n) length++;
    if (length > s->chain) s->chain = length;
  }
  if (numbers > s->numbers) s->numbers = numbers;
}


void wk_sandbox_peek (Sandbox *s, unsigned instructions) {
  size_t i;
  if (s->fresh != NULL) wk_sandbox_filled(s);
  if (s->fresher) {
    for (i = 0; i < s->nhashes; i++)
      if (!s->hashes[i].old) walk(s, &s->hashes[i]);
    s->fresher = 0;
  }
  /* the others in turn, two nodes for each instruction */
  s->turns += 2 * (size_t)instructions;
  for (i = 0; i < s->nhashes; i++) {
    if (s->turn >= s->nhashes) s->turn = 0;
    if (s->hashes[s->turn].n > s->turns) return;
    s->turns -= s->hashes[s->turn].n;
    walk(s, &s->hashes[s->turn++]);
  }
  s->turns = 0;
}


void wk_sandbox_unpeek (Sandbox *s) {
  free(s->hashes);
  free(s->marks);
  s->hashes = NULL;
  s->marks = NULL;
  s->nhashes = s->chashes = s->cmarks = 0;
}

/* }====================================================================== */


/* lays a string and a table into memory, and looks whether they are there as
   is believed */
void wk_sandbox_layout (lua_State *L) {
  static const char text[] =
    "a text that is long enough to be looked at, and not the same as another";
  static const lua_Integer key = 0x1234567;
  Sandbox *s = wk_sandbox_of(L);
  const unsigned char *node;
  const char *string;
  lua_Integer found;
  int next;
  s->known = 1;
  s->fresh = NULL;
  lua_pushlstring(L, text, sizeof(text) - 1);
  string = s->fresh;
  s->known = string != NULL &&
             s->freshsize == HEADER + sizeof(text) &&
             memcmp(string + HEADER, text, sizeof(text)) == 0;
  s->fresh = NULL;
  lua_pop(L, 1);
  s->probe = NULL;
  s->probing = 1;
  lua_createtable(L, 0, 1);
  s->probing = 0;
  lua_pushboolean(L, 1);
  lua_rawseti(L, -2, key);
  node = (const unsigned char *)s->probe;
  if (node == NULL) s->known = 0;
  else {
    memcpy(&found, node + KEY, sizeof(found));
    memcpy(&next, node + NEXT, sizeof(next));
    if ((node[TYPE] & 0x0F) != LUA_TNUMBER || found != key || next != 0)
      s->known = 0;
  }
  lua_pop(L, 1);
}
