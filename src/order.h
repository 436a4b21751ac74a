/*
** order.h -- the keys of a Lua table in wick's order: integers, then strings
** bytewise.
**
** May call: nothing.  Sees a lua_State; reads tables raw, raises nothing and
** allocates nothing.
*/

#ifndef wk_order_h
#define wk_order_h

#include <stddef.h>
#include <stdint.h>

#include <lua.h>

/* a key; its bytes live as long as it is in its table */
typedef struct wk_Key {
  const char *s;      /* NULL: the integer `i` */
  size_t len;
  lua_Integer i;
  uint32_t field;     /* for the user: where it stands in a text, ... */
  uint32_t other;     /* ... or that, */
  uint32_t rank;      /* and its place behind others of this text */
} wk_Key;

/* how many keys the table at `index` has.  *odd: the type of one that is
   neither a string nor an integer, LUA_TNONE when there is none.  *list: the
   keys are 1..n and there is at least one. */
size_t wk_order_count (lua_State *L, int index, int *odd, int *list);
/* its keys in wick's order, into room for as many as were counted */
void wk_order_keys (lua_State *L, int index, wk_Key *keys);

/* <0, 0, >0 */
int wk_order_compare (const wk_Key *a, const wk_Key *b);
/* by `compare`, in place, without recursion */
void wk_order_sort (wk_Key *keys, size_t n,
                    int (*compare) (const wk_Key *a, const wk_Key *b));
/* the place of a key among n sorted ones, or n */
size_t wk_order_find (const wk_Key *keys, size_t n, const wk_Key *key);

/* the key on the stack at `index`, a string or an integer, as a wk_Key */
void wk_order_tokey (lua_State *L, int index, wk_Key *key);
/* pushes a key of a table; a long one takes memory */
void wk_order_push (lua_State *L, const wk_Key *key);

#endif
