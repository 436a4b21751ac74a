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

/* the outline of a document that returned a table */
typedef struct Text {
  uint16_t doc;
  wk_Outline *outline;   /* stays where it is while there are more */
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
  size_t longest;        /* the largest string */
  size_t hashed;         /* the largest hash part of a table, in bytes */
  int values;            /* the most values that one instruction can move */
  int refusals;          /* blocks that Lua did not get; it may collect and */
  int patience;          /* ask again, but not more often than this */
  int every;             /* instructions from one count to the next */
  int tripped;           /* a budget is used up: nothing can end well */
  int starved;           /* the host itself had no memory */
  int running;           /* L may be asked where it is */
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
/* the same for a text that is about to be compiled */
void wk_sandbox_spendtext (lua_State *L, const char *text, size_t len);
/* from now on instructions are counted, or no more */
void wk_sandbox_count (lua_State *L, int on);
/* n values are moved at once */
void wk_sandbox_values (lua_State *L, int n);
/* the failure of a state that ended for want of memory */
wk_Code wk_sandbox_nomemory (Sandbox *s);

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
/* the bytes [*start, *stop) of a line, without blanks around it */
void wk_sandbox_line (const wk_Doc *d, long line, size_t *start,
                      size_t *stop);

#endif
