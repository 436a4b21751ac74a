/*
** graft_room.h -- what the files of graft share (see graft.h).
*/

#ifndef wk_graft_room_h
#define wk_graft_room_h

#include <lua.h>

#include "fail.h"
#include "graft.h"
#include "order.h"
#include "tree.h"

typedef struct wk_Frame {
  wk_Id id, last;       /* its node, and the child before the next */
  size_t keys;          /* its first key; a list without places has none */
  size_t n, at;         /* how many values, and the one that is made */
  const void *table;    /* of the host, as lua_topointer tells it */
  wk_Place place;
  int list, keyed;
} wk_Frame;

typedef struct Walk {
  wk_Graft *g;
  lua_State *L;
  wk_Fail *f;
  wk_Place place;       /* of the value that is being made */
  uint32_t keypos;
  uint16_t keydoc;
  const void *table;    /* the table of the host that was looked at last */
} Walk;

/* graft_node.c: failures; each gives its code, with the place of the value
   that is being made, or of `pos` */
wk_Code wk_graft_here (Walk *w, wk_Code code);
wk_Code wk_graft_located (Walk *w, wk_Code code, uint32_t pos, uint16_t doc);
/* `what` is no value for a config; `help` may be NULL */
wk_Code wk_graft_misfit (Walk *w, wk_Code code, const char *what,
                         const char *help);
wk_Code wk_graft_toolarge (Walk *w);
wk_Code wk_graft_toodeep (Walk *w);

/* nodes, not yet linked: a scalar with this text, `before` (or NUL) in front
   of it; the string and the number on the top of the stack; a node without
   text */
wk_Code wk_graft_text (Walk *w, wk_Kind kind, char before, const char *s,
                       size_t len, uint16_t doc, uint32_t pos, wk_Id *id);
wk_Code wk_graft_string (Walk *w, wk_Place place, wk_Id *id);
wk_Code wk_graft_number (Walk *w, wk_Id *id);
wk_Code wk_graft_bare (Walk *w, wk_Kind kind, wk_Id *id);
/* the key node that stands before a value of a map; `sign`: '+', '=', '~' or
   NUL */
wk_Code wk_graft_key (Walk *w, wk_Id map, const wk_Key *key, char sign);

/* graft_place.c: enters where they stand in `place` into the sorted keys of
   the table on the top, and sorts them anew.  Gives 0 when a key stands twice
   in the constructor: the fields *a and *b. */
int wk_graft_fields (wk_Graft *g, const wk_Place *place, wk_Key *keys,
                     size_t n, int list, uint32_t *a, uint32_t *b);
/* the place of the value on the top, under this key; *keypos: of the key */
void wk_graft_place (wk_Graft *g, lua_State *L, const wk_Place *up,
                     const wk_Key *key, wk_Place *place, uint32_t *keypos);
/* goes on from a name alone to the constructor that it means */
void wk_graft_follow (wk_Graft *g, wk_Place *place);

#endif
