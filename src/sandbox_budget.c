/*
** sandbox_budget.c -- what a Lua config may use: steps and bytes (part of
** sandbox.h's room).
**
** May call: fail.
**
** A step is an instruction of Lua, or so much work of one of its functions.
** One instruction can do more than its share: compare two long strings, walk
** the chain of a hash, move all arguments of a call.  So once a config has
** made such a thing, each instruction counts as if it used the worst there is
** (sandbox_peek.c knows what that is).  What shows in the memory that is asked
** for, as a table that grows does, is counted there.
**
** The collector is off.  When the limit is reached a block is refused, and
** Lua collects everything and asks again; a config that lives at its limit
** would do that for ever, so there is an end to it.
*/

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lua.h>
#include <lauxlib.h>

#include "sandbox_room.h"


#define EVERY       100      /* instructions between two looks */
#define MOST        10000    /* steps between two looks */
#define STRING      16384    /* bytes of a string that cost a step more */
#define NUMERAL     512      /* bytes of one that may be a number */
#define NULS        64       /* bytes of one with a zero byte */
#define VALUES      64       /* values moved at once */
#define CHAIN       400      /* nodes of a hash to walk along */
#define NUMBERS     1024     /* keys that are numbers, in one table */
#define ARRAY       32768    /* bytes of an array to walk along */
#define SLOTS       256      /* slots of a table to walk along */
#define UPVALUES    512      /* pairs of a function's upvalues */
#define LEAST       4096     /* smaller blocks are not looked at */
#define HURRY       65536    /* larger ones are looked at at once */


Sandbox *wk_sandbox_of (lua_State *L) {
  void *ud;
  lua_getallocf(L, &ud);
  return (Sandbox *)ud;
}


/*
** {======================================================================
** Memory
** =======================================================================
*/

/* remembers where Lua is, for a failure that unwinds its stack before it can
   be asked.  Only reads, so it may be called from the allocator. */
static void remember (Sandbox *s) {
  lua_Debug ar;
  int level;
  if (!s->running) return;
  for (level = 0; level < 4 && lua_getstack(s->L, level, &ar); level++) {
    if (lua_getinfo(s->L, "Sl", &ar) != 0 && ar.currentline > 0 &&
        ar.source[0] == '=') {
      s->doc = (uint16_t)strtol(ar.source + 1, NULL, 10);
      s->line = ar.currentline;
      return;
    }
  }
}


/* looks as soon as the next instruction */
static void hurry (Sandbox *s);


/* a block was made, or made larger: what does that mean for the steps? */
static void grown (Sandbox *s, int isnew, size_t tag, const void *block,
                   size_t size) {
  int istable = s->table;  /* the block before was that of a table */
  s->table = isnew && tag == LUA_TTABLE;
  if (isnew && tag == LUA_TSTRING) {
    size_t before = s->longest;
    wk_sandbox_fresh(s, block, size);
    if (size > before && size >= HURRY) hurry(s);
  }
  else if (isnew && tag == LUA_TFUNCTION) {
    size_t n = size / sizeof(void *);  /* each looks for its place anew */
    s->debt += n * n / UPVALUES;
  }
  else if (s->calling || (isnew && tag != 0)) return;
  else if (isnew && wk_sandbox_ishash(size)) {
    if (s->probing) s->probe = block;
    if (!s->compiling && !istable)  /* a table was counted through to grow */
      s->debt += s->array / ARRAY;
    wk_sandbox_hash(s, block, size);
    if (size >= HURRY) hurry(s);
  }
  else if (!s->compiling && size >= LEAST && size > s->array)
    s->array = size;
}


void *wk_sandbox_alloc (void *ud, void *block, size_t osize, size_t nsize) {
  Sandbox *s = (Sandbox *)ud;
  const wk_Door *door = s->door;
  size_t old = block == NULL ? 0 : osize;  /* else osize is a type's number */
  void *fresh;
  if (s->fresh != NULL) wk_sandbox_filled(s);
  if (nsize > old) {
    size_t more = nsize - old;
    if (more > s->limit - s->used || more > s->ceiling - s->total ||
        s->refusals > s->patience) {
      s->refusals++;
      remember(s);
      return NULL;
    }
    s->total += more;
  }
  if (s->nhashes > 0 && nsize == 0) wk_sandbox_freed(s, block, old);
  if (door != NULL && door->memory != NULL)
    fresh = door->memory(door->ud, block, old, nsize);
  else if (nsize == 0) {
    free(block);
    fresh = NULL;
  }
  else
    fresh = realloc(block, nsize);
  if (fresh == NULL && nsize > 0) {
    if (nsize > old) {
      s->starved = 1;
      remember(s);
      return NULL;
    }
    fresh = block;  /* Lua counts on that a block can be made smaller */
  }
  s->used = s->used - old + nsize;
  if (s->used > s->told->bytes) s->told->bytes = s->used;
  if (nsize > old) grown(s, block == NULL, osize, fresh, nsize);
  return fresh;
}


/* a number of bytes as people say it */
static const char *bytes (char *out, size_t size, size_t n) {
  if (n >= 1048576 && n % 1048576 == 0)
    snprintf(out, size, "%zu MiB", n / 1048576);
  else if (n >= 1024 && n % 1024 == 0) snprintf(out, size, "%zu KiB", n / 1024);
  else snprintf(out, size, "%zu bytes", n);
  return out;
}


wk_Code wk_sandbox_nomemory (Sandbox *s) {
  size_t limit = s->tree->limits.lua_bytes;
  wk_Fail *f = s->fail;
  char text[48], all[48];
  if (s->starved)
    return wk_fail(f, WK_ENOMEM, "not enough memory to run this config");
  wk_fail(f, WK_ELUABYTES, "this Lua config takes more than %s of memory",
          bytes(text, sizeof(text), limit));
  wk_fail_note(f, "the limit `lua.bytes` is %zu", limit);
  if (s->total > s->ceiling / 2)
    wk_fail_note(f, "it may ask for %s in all, and drop what it needs no more",
                 bytes(all, sizeof(all), s->ceiling));
  wk_fail_help(f, "raise the limit once: --limit lua.bytes=%zu",
               limit < SIZE_MAX / 2 ? limit * 2 : limit);
  return WK_ELUABYTES;
}

/* }====================================================================== */


/*
** {======================================================================
** Steps
** =======================================================================
*/

static void look (lua_State *L, lua_Debug *ar);


/* the steps of one instruction, as if it used the worst of all there is */
static uint64_t rate (const Sandbox *s) {
  return 1 + (unsigned)s->modulo + s->longest / STRING +
         s->numeral / NUMERAL + s->nuls / NULS + s->chain / CHAIN +
         s->numbers / NUMBERS + (unsigned)s->values / VALUES;
}


/* the steps are used up: from now on every instruction ends in this */
static void trip (lua_State *L, Sandbox *s) {
  if (!s->tripped) {
    s->tripped = 1;
    lua_sethook(L, look, LUA_MASKCOUNT, 1);
  }
  if (s->code == WK_OK) {
    wk_fail(s->fail, WK_ELUASTEPS,
            "this Lua config takes more than %llu steps",
            (unsigned long long)s->most);
    wk_fail_note(s->fail, "the limit `lua.steps` counts Lua's instructions "
                          "and the work of its functions");
    if (rate(s) > 2)
      wk_fail_note(s->fail, "each counts more while there are very long "
                            "strings, large tables or many arguments");
    wk_fail_help(s->fail, "raise the limit once: --limit lua.steps=%llu",
                 (unsigned long long)s->most * 10);
  }
  wk_sandbox_throw(L, NULL);
}


void wk_sandbox_spend (lua_State *L, uint64_t work) {
  Sandbox *s = wk_sandbox_of(L);
  work += s->debt;
  s->debt = 0;
  s->steps = work < UINT64_MAX - s->steps ? s->steps + work : UINT64_MAX;
  if (s->steps > s->most || s->tripped) trip(L, s);
}


void wk_sandbox_values (lua_State *L, int n) {
  Sandbox *s = wk_sandbox_of(L);
  if (n > s->values) s->values = n;
}


/* a function was called: how many more arguments than it names? */
static void called (lua_State *L, Sandbox *s, lua_Debug *ar) {
  int n = s->values + 1;
  if (n < VALUES) n = VALUES;
  while (n < INT_MAX / 2 && lua_getlocal(L, ar, -n) != NULL) {
    lua_pop(L, 1);
    s->values = n;
    n *= 2;
  }
}


/* looks every so many instructions */
static void look_every (Sandbox *s, int n) {
  if (n == s->every) return;
  s->every = n;
  lua_sethook(s->L, look, LUA_MASKCOUNT | LUA_MASKCALL, n);
}


/* may be called from the allocator: lua_sethook may be called at any time */
static void hurry (Sandbox *s) {
  if (!s->counting || s->tripped) return;
  s->debt += (unsigned)s->every;
  look_every(s, 1);
}


/* the hook: at every call, and every so many instructions */
static void look (lua_State *L, lua_Debug *ar) {
  Sandbox *s = wk_sandbox_of(L);
  if (ar->event == LUA_HOOKCOUNT) {
    uint64_t each;
    wk_sandbox_peek(s, (unsigned)s->every);
    each = rate(s);
    wk_sandbox_spend(L, each * (unsigned)s->every);
    each = MOST / each;
    look_every(s, each < 1 ? 1 : each < (unsigned)s->usual ? (int)each
                                                           : s->usual);
  }
  else
    called(L, s, ar);
}


/*
** A table may have many more slots than keys, and none can tell.  Whoever
** made them paid for them, so the first walk is free; others count as if they
** went through the largest table.  Behind each key its chain is walked anew.
*/
void wk_sandbox_spendwalk (lua_State *L, int index, size_t n) {
  Sandbox *s = wk_sandbox_of(L);
  const void *table = lua_topointer(L, index);
  const void **seen = &s->seen[(size_t)table / 16 & (SEEN - 1)];
  if (n == 0 && *seen == table) {
    size_t slots = s->array / 16 > s->hashed / 24 ? s->array / 16
                                                  : s->hashed / 24;
    wk_sandbox_spend(L, slots / SLOTS);
  }
  *seen = table;
  wk_sandbox_spend(L, n * (s->chain / 16) / 8);
}


void wk_sandbox_count (lua_State *L, int on) {
  Sandbox *s = wk_sandbox_of(L);
  s->counting = on;
  s->usual = s->most < EVERY ? (int)s->most + 1 : EVERY;
  s->every = 0;
  if (on) look_every(s, s->usual);
  else lua_sethook(L, NULL, 0, 0);
}

/* }====================================================================== */
