/*
** order.c -- the keys of a Lua table in wick's order (see order.h).
**
** May call: nothing.
**
** Lua's own order changes from run to run, for its hashes are seeded.
*/

#include <string.h>

#include <lua.h>

#include "order.h"


size_t wk_order_count (lua_State *L, int index, int *odd, int *list) {
  size_t n = 0;
  lua_Integer largest = 0;
  *odd = LUA_TNONE;
  *list = 1;
  index = lua_absindex(L, index);
  for (lua_pushnil(L); lua_next(L, index); n++) {
    lua_pop(L, 1);
    if (lua_isinteger(L, -1)) {
      lua_Integer i = lua_tointeger(L, -1);
      if (i < 1) *list = 0;
      else if (i > largest) largest = i;
    }
    else {
      *list = 0;
      if (lua_type(L, -1) != LUA_TSTRING) *odd = lua_type(L, -1);
    }
  }
  if (n == 0 || (lua_Unsigned)largest != n) *list = 0;
  return n;
}


void wk_order_tokey (lua_State *L, int index, wk_Key *key) {
  memset(key, 0, sizeof(*key));
  if (lua_type(L, index) == LUA_TSTRING)
    key->s = lua_tolstring(L, index, &key->len);
  else
    key->i = lua_tointeger(L, index);
}


void wk_order_push (lua_State *L, const wk_Key *key) {
  if (key->s != NULL) lua_pushlstring(L, key->s, key->len);
  else lua_pushinteger(L, key->i);
}


void wk_order_keys (lua_State *L, int index, wk_Key *keys) {
  wk_Key *all = keys;
  index = lua_absindex(L, index);
  for (lua_pushnil(L); lua_next(L, index);) {
    lua_pop(L, 1);
    wk_order_tokey(L, -1, keys++);
  }
  wk_order_sort(all, (size_t)(keys - all), wk_order_compare);
}


int wk_order_compare (const wk_Key *a, const wk_Key *b) {
  size_t least;
  int c;
  if (a->s == NULL || b->s == NULL) {
    if (a->s != NULL || b->s != NULL) return a->s != NULL ? 1 : -1;
    return (a->i > b->i) - (a->i < b->i);
  }
  least = a->len < b->len ? a->len : b->len;
  c = least > 0 ? memcmp(a->s, b->s, least) : 0;
  return c != 0 ? c : (a->len > b->len) - (a->len < b->len);
}


/* moves the key at `i` down to where it belongs in the heap of n keys */
static void sink (wk_Key *keys, size_t i, size_t n,
                  int (*compare) (const wk_Key *a, const wk_Key *b)) {
  wk_Key key = keys[i];
  size_t child;
  while ((child = 2 * i + 1) < n) {
    if (child + 1 < n && compare(&keys[child], &keys[child + 1]) < 0) child++;
    if (compare(&key, &keys[child]) >= 0) break;
    keys[i] = keys[child];
    i = child;
  }
  keys[i] = key;
}


/* a heap: no recursion, no memory, and no order of keys makes it slow */
void wk_order_sort (wk_Key *keys, size_t n,
                    int (*compare) (const wk_Key *a, const wk_Key *b)) {
  size_t i;
  for (i = 1; i < n && compare(&keys[i - 1], &keys[i]) <= 0; i++) ;
  if (i >= n) return;  /* sorted already */
  for (i = n / 2; i-- > 0;) sink(keys, i, n, compare);
  for (i = n; i-- > 1;) {
    wk_Key last = keys[i];
    keys[i] = keys[0];
    keys[0] = last;
    sink(keys, 0, i, compare);
  }
}


size_t wk_order_find (const wk_Key *keys, size_t n, const wk_Key *key) {
  size_t low = 0, high = n;
  while (low < high) {
    size_t mid = low + (high - low) / 2;
    if (wk_order_compare(&keys[mid], key) < 0) low = mid + 1;
    else high = mid;
  }
  return low < n && wk_order_compare(&keys[low], key) == 0 ? low : n;
}
