/*
** sandbox_budget.c -- what a Lua config may use: steps and bytes (part of
** sandbox.h's room).
**
** May call: fail, lex.
**
** A step is an instruction of Lua, or so much work of one of its functions.
** One instruction can do more than its share: compare two long strings, walk
** the chain of a hash, move all arguments of a call.  So once a config has
** made such a thing, each instruction counts as if it used the largest.
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

#include "lex.h"
#include "sandbox_room.h"


#define EVERY       100      /* instructions between two looks */
#define STRING      16384    /* bytes of a string that cost a step more */
#define HASH        65536    /* bytes of a hash part that do */
#define VALUES      64       /* values moved at once that do */
#define LEAST       4096     /* smaller blocks are not looked at */


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


/* is this the size of the hash part of a table?  (24 bytes for each of 2^k
   nodes in Lua 5.4; where it is not, hashes count less.) */
static int ishash (size_t size) {
  size_t n = size / 24;
  return size % 24 == 0 && (n & (n - 1)) == 0;
}


void *wk_sandbox_alloc (void *ud, void *block, size_t osize, size_t nsize) {
  Sandbox *s = (Sandbox *)ud;
  const wk_Door *door = s->door;
  size_t old = block == NULL ? 0 : osize;  /* else osize is a type's number */
  void *fresh;
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
  if (nsize >= LEAST) {
    if (block == NULL && osize == LUA_TSTRING) {
      if (nsize > s->longest) s->longest = nsize;
    }
    else if (nsize > s->hashed && ishash(nsize)) s->hashed = nsize;
  }
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
    if (s->longest > STRING || s->hashed > HASH || s->values > VALUES)
      wk_fail_note(s->fail, "each counts more while there are very long "
                            "strings, large tables or many arguments");
    wk_fail_help(s->fail, "raise the limit once: --limit lua.steps=%llu",
                 (unsigned long long)s->most * 10);
  }
  wk_sandbox_throw(L, NULL);
}


void wk_sandbox_spend (lua_State *L, uint64_t work) {
  Sandbox *s = wk_sandbox_of(L);
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


/* the hook: at every call, and every so many instructions */
static void look (lua_State *L, lua_Debug *ar) {
  Sandbox *s = wk_sandbox_of(L);
  if (ar->event == LUA_HOOKCOUNT) {
    uint64_t rate = 1 + s->longest / STRING + s->hashed / HASH +
                    (unsigned)s->values / VALUES;
    wk_sandbox_spend(L, rate * (unsigned)s->every);
  }
  else
    called(L, s, ar);
}


void wk_sandbox_count (lua_State *L, int on) {
  Sandbox *s = wk_sandbox_of(L);
  s->every = s->most < EVERY ? (int)s->most + 1 : EVERY;
  lua_sethook(L, look, on ? LUA_MASKCOUNT | LUA_MASKCALL : 0, s->every);
}


/*
** Lua's parser looks for each name in all functions around it, and for each
** label in all gotos, and no hook counts that.
*/
#define LABEL  100

void wk_sandbox_spendtext (lua_State *L, const char *text, size_t len) {
  unsigned char isfunction[256];
  uint64_t work = 1 + len / 64, functions = 0;
  size_t depth = 0;
  wk_Lex lex;
  wk_Token token;
  wk_lex_init(&lex, text, len);
  while ((token = wk_lex_next(&lex)) != WK_T_END) {
    if (token == WK_T_NAME) work += functions;
    else if (token == WK_T_KEYWORD) {
      int opens = wk_lex_is(&lex, "function");
      if (wk_lex_is(&lex, "goto")) work += LABEL;
      else if (opens || wk_lex_is(&lex, "do") || wk_lex_is(&lex, "if") ||
               wk_lex_is(&lex, "repeat")) {
        if (depth == sizeof(isfunction)) break;  /* Lua refuses that */
        isfunction[depth++] = (unsigned char)opens;
        functions += (unsigned)opens;
      }
      else if (depth > 0 && (wk_lex_is(&lex, "end") ||
                             wk_lex_is(&lex, "until")))
        functions -= isfunction[--depth];
    }
    else if (token == WK_T_OP && wk_lex_is(&lex, "::")) work += LABEL;
  }
  wk_sandbox_spend(L, work);
}

/* }====================================================================== */
