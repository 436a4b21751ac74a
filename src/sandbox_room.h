/*
** sandbox_room.h -- what the files of sandbox share (see sandbox.h).
*/

#ifndef wk_sandbox_room_h
#define wk_sandbox_room_h

#include <lua.h>
#include <lauxlib.h>

#include "fail.h"
#include "graft.h"
#include "outline.h"
#include "sandbox.h"
#include "tree.h"

#define NESTED  128    /* documents in documents, whatever the limit says */

#define SEEN    512    /* a power of 2 */

/* the outline of a document that returned a table */
typedef struct Text {
  uint16_t doc;
  wk_Outline *outline;   /* stays where it is while there are more */
  uint32_t *lines;       /* where each starts, or NULL */
  size_t nlines;
} Text;

typedef struct Sandbox {
  lua_State *L;
  wk_Tree *tree;
  const wk_Door *door;
  wk_Told *told;
  wk_Fail *fail;
  wk_Code code;          /* of what failed first; WK_OK: nothing */
  int any;               /* the top may be anything */
  /* budgets, sandbox_budget.c */
  uint64_t steps, most;  /* taken, and the limit */
  size_t used, limit;    /* bytes in use, and the limit */
  size_t total, ceiling; /* bytes asked for in all, and how many at most */
  uint64_t debt;         /* work that the allocator saw */
  int values;            /* the most values that one instruction can move */
  int modulo;            /* the text has a `%`, which is slow for some floats */
  int refusals;          /* blocks that Lua did not get; it may collect and */
  int patience;          /* ask again, but not more often than this */
  int every, usual;      /* instructions from one count to the next */
  int tripped;           /* a budget is used up: nothing can end well */
  int starved;           /* the host itself had no memory */
  int running;           /* L may be asked where it is */
  int counting;          /* the hook is on */
  int table;             /* the last block is that of a table */
  int compiling, calling;  /* Lua's parser; a function of Lua's libraries */
  /* what there is that makes single instructions slow, sandbox_peek.c */
  size_t longest;        /* the largest string, in bytes */
  size_t nuls;           /* the largest with a zero byte in it */
  size_t numeral;        /* the largest that may be a number */
  size_t array;          /* the largest array, in bytes */
  size_t hashed;         /* the largest hash part of a table, in bytes */
  size_t chain;          /* the longest chain of one */
  size_t numbers;        /* the most keys of one that are numbers */
  const char *fresh;     /* a string that is not filled yet, or NULL */
  size_t freshsize;
  struct wk_Hash *hashes;  /* large hash parts */
  size_t nhashes, chashes;
  size_t turn, turns;    /* which is looked at next, and nodes to its credit */
  int fresher;           /* one of them is new */
  unsigned char *marks;
  size_t cmarks;
  int known;             /* Lua's blocks are laid out as is believed */
  int probing;           /* a hash part that is made now is `probe` */
  const void *probe;
  const void *seen[SEEN];  /* tables that were walked through */
  /* where it failed */
  int level;             /* the caller that `error` names, from 1 */
  int own;               /* the text is the config's own */
  uint16_t doc;          /* where memory was refused last; 0: not known */
  int line;
  const char *word;      /* what to look for in the line, or NULL */
  int argument;          /* and the text behind it is what is wrong */
  /* documents */
  uint16_t open[NESTED];
  int nopen;
  Text *texts;
  size_t ntexts;
  wk_Graft graft;
} Sandbox;

/* the sandbox of a state */
Sandbox *wk_sandbox_of (lua_State *L);

/* sandbox_budget.c: a lua_Alloc whose `ud` is the sandbox */
void *wk_sandbox_alloc (void *ud, void *block, size_t osize, size_t nsize);
/* counts work that is about to be done; does not return when that is too
   much */
void wk_sandbox_spend (lua_State *L, uint64_t work);
/* counts a walk through the table at `index`: its slots, before, with n 0; and
   its n keys when they are known */
void wk_sandbox_spendwalk (lua_State *L, int index, size_t n);
/* from now on instructions are counted, or no more */
void wk_sandbox_count (lua_State *L, int on);
/* n values are moved at once */
void wk_sandbox_values (lua_State *L, int n);
/* the failure of a state that ended for want of memory */
wk_Code wk_sandbox_nomemory (Sandbox *s);

/* sandbox_text.c: counts what it takes to compile this text */
void wk_sandbox_spendtext (lua_State *L, const char *text, size_t len);
/* so many bytes of it are about to be compiled; gives 0 to end that, when the
   steps are used up */
int wk_sandbox_pace (lua_State *L, size_t len);

/* sandbox_peek.c: finds out whether it knows this Lua's blocks */
void wk_sandbox_layout (lua_State *L);
/* a string is made, and filled before anything else is; it is filled now */
void wk_sandbox_fresh (Sandbox *s, const void *block, size_t size);
void wk_sandbox_filled (Sandbox *s);
/* may a block of this size be the hash part of a table?  One is made; a block
   is given back */
int wk_sandbox_ishash (size_t size);
void wk_sandbox_hash (Sandbox *s, const void *block, size_t size);
void wk_sandbox_freed (Sandbox *s, const void *block, size_t size);
/* looks at what is there, behind so many instructions */
void wk_sandbox_peek (Sandbox *s, unsigned instructions);
void wk_sandbox_unpeek (Sandbox *s);

/* ends the run with s->fail, which is filled; `word` is what its line is
   looked through for (a name in the text, or NULL) */
int wk_sandbox_throw (lua_State *L, const char *word);

/* sandbox_lib.c: pushes a new table with all names that a config has */
void wk_sandbox_names (lua_State *L);
/* makes what the names need, once for a state */
void wk_sandbox_open (lua_State *L);

/* sandbox_make.c: the functions that make what YAML has sigils and operators
   for; into the table on the top */
void wk_sandbox_makers (lua_State *L);
/* what the value on the top of the stack stands for (see graft.h) */
wk_Means wk_sandbox_means (wk_Graft *g, lua_State *L, wk_Place *made);
/* pushes the value on the top if it is a table, or the options of the target
   that it is; gives 0 and pushes nothing when it is neither */
int wk_sandbox_table (lua_State *L);
/* include (the function) */
int wk_sandbox_include (lua_State *L);

/* sandbox.c: runs document `doc` and pushes what it returns */
void wk_sandbox_run (lua_State *L, Sandbox *s, uint16_t doc);

/* sandbox_place.c: the outline of a document, read when it is first asked for;
   NULL when there is no memory for it */
wk_Outline *wk_sandbox_outline (Sandbox *s, uint16_t doc);
/* the first byte of a line that is no blank */
size_t wk_sandbox_start (Sandbox *s, uint16_t doc, int line);
void wk_sandbox_untext (Sandbox *s);

#endif
