/*
** graft.h -- a Lua value -> nodes of a tree, with marks: a table of the host,
** what an expression gave, what a Lua config returned.
**
** May call: fail, tree, scalar, keypath, lex, order, outline.  Sees a
** lua_State; reads tables raw, so no metamethod runs.
**
** A list is a table whose keys are 1..n.  Keys that stand in the text of the
** table constructor come in its order, the others behind them: integers, then
** strings bytewise.  `{}` is a map with the flag WK_EMPTY.  Strings are plain
** text: WK_TAGGED is set where one would else be read as a sigil.
*/

#ifndef wk_graft_h
#define wk_graft_h

#include <stddef.h>
#include <stdint.h>

#include <lua.h>

#include "fail.h"
#include "order.h"
#include "outline.h"
#include "tree.h"

#define WK_GRAFT_DEPTH  190   /* tables in tables: as deep as Lua parses */
#define WK_GRAFT_PATH   256

/* what a value stands for */
typedef enum wk_Means {
  WK_M_SCALAR,    /* a string, number or boolean */
  WK_M_TABLE,     /* a plain table */
  WK_M_NULL,
  WK_M_SIGIL,     /* in its place: its text with the sigil */
  WK_M_TARGET,    /* in its place: the name, and above it a table or nil */
  WK_M_APPEND,    /* in its place: the value */
  WK_M_REPLACE,   /* in its place: the value */
  WK_M_DELETE,
  WK_M_HOST,      /* handed on as it is */
  WK_M_NOTHING    /* cannot be part of a config */
} wk_Means;

typedef struct wk_Graft wk_Graft;

/* a place in a text: where a value is, and its field in the outline (0: none;
   then a value inside it is marked here too) */
typedef struct wk_Place {
  wk_Outline *outline;
  uint32_t pos, field;
  uint32_t whole;       /* `pos`, or that of the append or replace around it */
  uint16_t doc;
} wk_Place;

struct wk_Graft {
  wk_Tree *tree;
  void *ud;
  /* what the value on the top of the stack stands for; may set *made, the
     place of the call that made it (its `doc` 0: not known) */
  wk_Means (*means) (wk_Graft *g, lua_State *L, wk_Place *made);
  /* WK_M_HOST: the value on the top belongs to node `id` (NULL: no such) */
  void (*keep) (wk_Graft *g, lua_State *L, wk_Id id);
  /* is the table on the top what a document returned?  Then its place (NULL:
     never) */
  int (*returned) (wk_Graft *g, lua_State *L, wk_Place *place);
  /* the table on the top, of n keys, is about to be walked through (NULL:
     any number of times); may raise */
  void (*walks) (wk_Graft *g, lua_State *L, size_t n);
  wk_Place top;         /* of what has no other */
  size_t nodes;         /* values it may make (EBUDGET), SIZE_MAX: any number */
  size_t bytes;         /* of text it may make (ELUABYTES) */
  size_t depth;         /* WK_GRAFT_DEPTH or less */
  int strict;           /* text is UTF-8 and not longer than scalar.bytes */
  int copies;           /* others may change the tables meanwhile (finalizers
                           of the host): maps are read from copies */
  wk_Code misfit;       /* the failure of a value that does not fit */
  const char *help;     /* and what helps */
  /* what it tells: */
  size_t made;          /* values */
  uint16_t doc;         /* a failure's document */
  char path[WK_GRAFT_PATH];  /* and the key path */
  /* its own, and the owner's to free by wk_graft_free: */
  struct wk_Frame *frames;
  wk_Key *keys;
  char *text;
  size_t nframes, nkeys, ckeys, ctext;
  uint32_t work;
};

/* all fields empty; to be filled by the caller */
void wk_graft_init (wk_Graft *g, wk_Tree *t);
void wk_graft_free (wk_Graft *g);

/*
** The value at the top of the stack, which stays there.  Gives its node,
** linked nowhere.  A failure leaves nodes that nothing refers to.  Lua's own
** errors (memory) pass through, so the struct must belong to somebody.
*/
wk_Code wk_graft (wk_Graft *g, lua_State *L, wk_Id *id, wk_Fail *f);

/* the place of what a document returned, the value on the top being that */
void wk_graft_returned (wk_Graft *g, lua_State *L, wk_Outline *o,
                        uint16_t doc, wk_Place *place);

#endif
