/*
** sandbox.h -- a Lua config, run in an isolated state -> nodes of a tree.
**
** May call: fail, tree, chunk, graft, order, outline, lex.  Has a lua_State of
** its own and never sees that of the host, so nothing it raises gets out.
**
** The state has no io, os, require, load, debug, coroutines, metatables or
** patterns.  Two budgets end it: `lua.steps`, which counts Lua's instructions
** and the work of its functions before it is done, and `lua.bytes`.  What is
** over its budget has failed whatever Lua made of that.
**
** These budgets keep a config from hanging or filling its host by accident or
** malice; they are no boundary against who can break Lua itself.
*/

#ifndef wk_sandbox_h
#define wk_sandbox_h

#include <stddef.h>
#include <stdint.h>

#include "fail.h"
#include "tree.h"

/*
** What a config may ask of its host.  None of these may raise or jump.  The
** struct, and each of its fields, may be NULL: then there is nothing to
** include, no variable is set, and memory comes from realloc.
*/
typedef struct wk_Door {
  void *ud;
  /* reads the file that document `from` calls `name` (NUL-ended) into a
     document of the tree; or fails */
  wk_Code (*include) (void *ud, const char *name, uint16_t from,
                      uint16_t *doc, wk_Fail *f);
  /* a variable of the environment, until the next call; NULL: not set */
  const char *(*env) (void *ud, const char *name, size_t *len);
  /* as a lua_Alloc: for tests that let memory run out */
  void *(*memory) (void *ud, void *block, size_t osize, size_t nsize);
  int secure;   /* the process has more rights than who started it: `env` is
                   refused */
} wk_Door;

#define WK_TOLD_MARKS  2
#define WK_TOLD_TEXT   1024

/* what wk_sandbox_read tells besides its answer */
typedef struct wk_Told {
  uint64_t steps;       /* taken, of `lua.steps` */
  size_t bytes;         /* the most that were in use at a time */
  uint16_t doc;         /* the document of the failure's marks */
  int nmore;            /* marks in other places, the callers of the first */
  struct {
    uint16_t doc;
    size_t byte, length;
    const char *label;
  } more[WK_TOLD_MARKS];
  char key[256];        /* the key path of a value that fails, or "" */
  char text[WK_TOLD_TEXT];  /* an error's own text, cut at this length */
  size_t length;        /* of that text; it may hold any bytes */
  char name[64];        /* a global name that was not there, or "" */
} wk_Told;

/*
** Runs document `doc` of the tree (its source is there), copies what it
** returns and gives the top node: a map, or anything when `any` is set.
** Everything it used is given back.  A failed read leaves nodes that nothing
** refers to; the tree stays usable.
*/
wk_Code wk_sandbox_read (wk_Tree *t, uint16_t doc, int any,
                         const wk_Door *door, wk_Id *root, wk_Told *told,
                         wk_Fail *f);

#endif
