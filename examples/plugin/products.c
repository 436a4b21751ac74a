/* products.c -- the sums of weights and numbers in the iris model, in C. */

#include <wick/plugin.h>

WICK_PLUGIN(products, "products", "1.0", "products of weights and numbers",
  WICK_CONSTRUCTOR("Products", "computes sums as the model does in Lua")
    WICK_PARAM("width", "integer", "most numbers in a sum")
    WICK_PARAM("precise?", "boolean", "lose no digits (default false)"));

typedef struct Products {
  int precise;
  lua_Integer width;
  double x[];             /* the numbers that a layer was given */
} Products;

static double number (lua_State *L, int list, lua_Integer i) {
  double n;
  lua_rawgeti(L, list, i);
  n = luaL_checknumber(L, -1);
  lua_pop(L, 1);
  return n;
}

/* products:sums(weights, x) -> the sums of x, one for each row of weights,
   which ends in a weight of its own */
static int sums (lua_State *L) {
  Products *p = (Products *)luaL_checkudata(L, 1, "iris.Products");
  lua_Integer n, rows;
  luaL_checktype(L, 2, LUA_TTABLE);
  luaL_checktype(L, 3, LUA_TTABLE);
  n = (lua_Integer)lua_rawlen(L, 3);   /* no `__len` has a say in it */
  rows = (lua_Integer)lua_rawlen(L, 2) / (n + 1);
  luaL_argcheck(L, n <= p->width, 3, "more numbers than `width` allows");
  for (lua_Integer i = 0; i < n; i++) p->x[i] = number(L, 3, i + 1);
  lua_createtable(L, (int)rows, 0);
  for (lua_Integer i = 0, at = 0; i < rows; i++, at += n + 1) {
    double sum = number(L, 2, at + n + 1), lost = 0;
    for (lua_Integer j = 0; j < n; j++) {
      double part = number(L, 2, at + j + 1) * p->x[j] - lost;
      double more = sum + part;
      if (p->precise) lost = (more - sum) - part;   /* Kahan, 1965 */
      sum = more;
    }
    lua_pushnumber(L, sum);
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

static int new_products (lua_State *L) {
  static const luaL_Reg methods[] = {{"sums", sums}, {NULL, NULL}};
  lua_Integer width = wick_checkinteger(L, 1, "width");
  int precise = wick_optboolean(L, 1, "precise", 0);
  Products *p;
  luaL_argcheck(L, width > 0 && width < 65536, 1, "`width` is 1 to 65535");
  p = (Products *)lua_newuserdatauv(L, sizeof(Products) +
                                       (size_t)width * sizeof(double), 0);
  p->width = width;
  p->precise = precise;
  if (luaL_newmetatable(L, "iris.Products")) {
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
  }
  lua_setmetatable(L, -2);
  return 1;
}

WICK_OPEN int luaopen_products (lua_State *L) {
  static const luaL_Reg constructors[] = {
    {"Products", new_products}, {NULL, NULL}
  };
  luaL_newlib(L, constructors);
  return 1;
}
