/*
** sandbox_lib.c -- the names that a Lua config has (part of sandbox.h's room).
**
** May call: fail, order.
**
** Each function counts its work before it does it.  Those of `math` and
** `string` are Lua's own behind a wrapper that counts; none of them takes a
** pattern, gives an address or knows the time.
*/

#include <string.h>

#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

#include "order.h"
#include "sandbox_room.h"


#define BYTES     16    /* bytes, or values, that one step takes care of */
#define KEYBYTES  2048  /* bytes of keys that one compares */

static const char names_key = 0;    /* its address is the registry's key */


/*
** {======================================================================
** Counted functions of the standard libraries
** =======================================================================
*/

/* what a function's work depends on */
enum { ARGUMENTS, REPEAT, EACH, FORMAT };


/* the bytes of all arguments, and their number */
static uint64_t arguments (lua_State *L) {
  uint64_t work = 0;
  int i, n = lua_gettop(L);
  for (i = 1; i <= n; i++)
    if (lua_type(L, i) == LUA_TSTRING) work += lua_rawlen(L, i);
  return work + (unsigned)n;
}


/* the same for a function of ours, as steps */
static void spendarguments (lua_State *L) {
  wk_sandbox_spend(L, 1 + arguments(L) / BYTES);
}


/* the bytes that an argument of string.rep has, 0 when there is none */
static uint64_t bytes (lua_State *L, int index) {
  return lua_type(L, index) == LUA_TSTRING ? lua_rawlen(L, index) :
         lua_type(L, index) == LUA_TNUMBER ? 24 : 0;
}


/* string.rep: the bytes that it makes; more than there can be are left to
   the other budget.  Lua counts to n even when nothing comes of it: then n is
   made 0. */
static uint64_t repeated (lua_State *L) {
  const Sandbox *s = wk_sandbox_of(L);
  lua_Integer n;
  uint64_t one;
  wk_sandbox_spend(L, arguments(L) / BYTES);  /* n may be a numeral */
  n = luaL_checkinteger(L, 2);
  one = bytes(L, 1) + bytes(L, 3);
  if (n <= 0) return 1;
  if (one == 0) {
    lua_pushinteger(L, 0);
    lua_replace(L, 2);
    return 1;
  }
  return (uint64_t)n > s->limit / one ? 1 : (uint64_t)n * one;
}


/* string.byte: a step for each byte that it gives */
static uint64_t each (lua_State *L) {
  lua_Integer len = lua_type(L, 1) == LUA_TSTRING
                    ? (lua_Integer)lua_rawlen(L, 1) : 0;
  lua_Integer i, j;
  uint64_t work = arguments(L) - (uint64_t)len;
  wk_sandbox_spend(L, work / BYTES);
  i = luaL_optinteger(L, 2, 1);
  j = luaL_optinteger(L, 3, i);
  if (i < 0) i = i < -len ? 1 : i + len + 1;
  if (j < 0) j = j < -len ? 0 : j + len + 1;
  if (j > len) j = len;
  if (i < 1) i = 1;
  if (j < i) return 1;
  wk_sandbox_values(L, j - i < 1000000 ? (int)(j - i) + 1 : 1000000);
  return (uint64_t)(j - i + 1) * BYTES;
}


/* string.format: no `%p` and `%q`, and no `%s` of what has no text */
static uint64_t formatted (lua_State *L) {
  size_t len;
  const char *s = luaL_checklstring(L, 1, &len), *end = s + len;
  uint64_t work = arguments(L);
  int arg = 1;
  for (; s < end; s++) {
    if (*s != '%') continue;
    if (++s < end && *s == '%') continue;
    arg++;
    while (s < end && strchr("-+ #0123456789.", *s) != NULL) s++;
    if (s == end) break;  /* Lua says what is wrong with it */
    if (*s == 'p' || *s == 'q')
      luaL_error(L, "a config has no '%%%c': use '%%s' or '%%d'", *s);
    if (*s == 's' && lua_type(L, arg) != LUA_TSTRING &&
        lua_type(L, arg) != LUA_TNUMBER && !lua_isboolean(L, arg) &&
        !lua_isnil(L, arg))
      luaL_error(L, "'%%s' shows no %s", luaL_typename(L, arg));
    work += 500;  /* the most that one number can take, near enough */
  }
  return work;
}


/* upvalues: the function of Lua's library; how its work is counted */
static int counted (lua_State *L) {
  lua_CFunction function = lua_tocfunction(L, lua_upvalueindex(1));
  int how = (int)lua_tointeger(L, lua_upvalueindex(2));
  uint64_t work = how == REPEAT ? repeated(L) : how == EACH ? each(L) :
                  how == FORMAT ? formatted(L) : arguments(L);
  wk_sandbox_values(L, lua_gettop(L));
  wk_sandbox_spend(L, 1 + work / BYTES);
  wk_sandbox_of(L)->calling = 1;  /* its buffers are no tables */
  how = function(L);
  wk_sandbox_of(L)->calling = 0;
  return how;
}


typedef struct Taken {
  const char *name;
  int how;
} Taken;

static const Taken strings[] = {
  {"len", ARGUMENTS}, {"sub", ARGUMENTS}, {"upper", ARGUMENTS},
  {"lower", ARGUMENTS}, {"byte", EACH}, {"char", ARGUMENTS},
  {"reverse", ARGUMENTS}, {"format", FORMAT}, {"rep", REPEAT}, {NULL, 0}
};

static const Taken maths[] = {
  {"abs", ARGUMENTS}, {"acos", ARGUMENTS}, {"asin", ARGUMENTS},
  {"atan", ARGUMENTS}, {"ceil", ARGUMENTS}, {"cos", ARGUMENTS},
  {"deg", ARGUMENTS}, {"exp", ARGUMENTS}, {"floor", ARGUMENTS},
  {"fmod", ARGUMENTS}, {"huge", 0}, {"log", ARGUMENTS}, {"max", ARGUMENTS},
  {"maxinteger", 0}, {"min", ARGUMENTS}, {"mininteger", 0},
  {"modf", ARGUMENTS}, {"pi", 0}, {"rad", ARGUMENTS}, {"sin", ARGUMENTS},
  {"sqrt", ARGUMENTS}, {"tan", ARGUMENTS}, {"tointeger", ARGUMENTS},
  {"type", ARGUMENTS}, {"ult", ARGUMENTS}, {NULL, 0}
};


/* opens a library of Lua, and puts a new table with those of its names that
   are taken over into the table on the top */
static void take (lua_State *L, const char *library, lua_CFunction open,
                  const Taken *taken) {
  lua_pushcfunction(L, open);
  lua_pushstring(L, library);
  lua_call(L, 1, 1);
  lua_newtable(L);
  for (; taken->name != NULL; taken++) {
    if (lua_getfield(L, -2, taken->name) == LUA_TFUNCTION) {
      lua_pushinteger(L, taken->how);
      lua_pushcclosure(L, counted, 2);
    }
    lua_setfield(L, -2, taken->name);
  }
  lua_remove(L, -2);
  lua_setfield(L, -2, library);
}

/* }====================================================================== */


/*
** {======================================================================
** Tables
** =======================================================================
*/

/* the number of keys, counted for one walk through them and, unless they are
   in order already, for sorting; raises when one has no order */
static size_t countkeys (lua_State *L, const char *what, int sorting) {
  size_t n = 0, bytes = 0, i;
  int inorder = 1;
  luaL_checktype(L, 1, LUA_TTABLE);
  wk_sandbox_spendwalk(L, 1, 0);
  for (lua_pushnil(L); lua_next(L, 1); n++) {
    lua_pop(L, 1);
    if (lua_type(L, -1) == LUA_TSTRING) {
      bytes += lua_rawlen(L, -1);
      inorder = 0;
    }
    else if (!lua_isinteger(L, -1))
      luaL_error(L, "'%s' knows no order for a key of type %s", what,
                 luaL_typename(L, -1));
    else if (lua_tointeger(L, -1) != (lua_Integer)n + 1)
      inorder = 0;
  }
  wk_sandbox_spendwalk(L, 1, n);
  wk_sandbox_spend(L, 1 + n / 4 + bytes / KEYBYTES);
  if (sorting && !inorder)
    for (i = n; i > 1; i /= 2)
      wk_sandbox_spend(L, n / 8 + bytes / KEYBYTES);
  return n;
}


/* what `pairs` goes on with; upvalues: the keys, and the place among them */
static int pairs_step (lua_State *L) {
  lua_Integer i = lua_tointeger(L, lua_upvalueindex(2));
  wk_sandbox_spend(L, 1);
  luaL_checktype(L, 1, LUA_TTABLE);
  while (lua_rawgeti(L, lua_upvalueindex(1), ++i) != LUA_TNIL) {
    lua_pushvalue(L, -1);
    if (lua_rawget(L, 1) != LUA_TNIL) {
      lua_pushinteger(L, i);
      lua_replace(L, lua_upvalueindex(2));
      return 2;
    }
    lua_pop(L, 2);  /* it is gone meanwhile */
  }
  return 1;
}


static int lib_pairs (lua_State *L) {
  size_t n = countkeys(L, "pairs", 1), i;
  wk_Key *keys = (wk_Key *)lua_newuserdatauv(L, (n + 1) * sizeof(wk_Key), 0);
  wk_order_keys(L, 1, keys);
  lua_createtable(L, (int)n, 0);
  for (i = 0; i < n; i++) {
    wk_order_push(L, &keys[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, pairs_step, 2);
  lua_pushvalue(L, 1);
  lua_pushnil(L);
  return 3;
}


/* next(table, key): the least of the keys behind this one */
static int lib_next (lua_State *L) {
  wk_Key after, best, key;
  int first, found = 0;
  countkeys(L, "next", 0);
  lua_settop(L, 2);
  first = lua_isnil(L, 2);
  if (!first) wk_order_tokey(L, 2, &after);
  lua_pushnil(L);  /* 3: the best so far */
  for (lua_pushnil(L); lua_next(L, 1);) {
    lua_pop(L, 1);
    wk_order_tokey(L, -1, &key);
    if ((first || wk_order_compare(&key, &after) > 0) &&
        (!found || wk_order_compare(&key, &best) < 0)) {
      best = key;
      found = 1;
      lua_copy(L, -1, 3);
    }
  }
  if (!found) return 1;
  lua_pushvalue(L, 3);
  lua_rawget(L, 1);
  return 2;
}


static int ipairs_step (lua_State *L) {
  lua_Integer i;
  spendarguments(L);
  i = luaL_checkinteger(L, 2);
  luaL_checktype(L, 1, LUA_TTABLE);
  i = (lua_Integer)((lua_Unsigned)i + 1);
  lua_pushinteger(L, i);
  return lua_rawgeti(L, 1, i) == LUA_TNIL ? 1 : 2;
}


static int lib_ipairs (lua_State *L) {
  wk_sandbox_spend(L, 1);
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_pushcfunction(L, ipairs_step);
  lua_pushvalue(L, 1);
  lua_pushinteger(L, 0);
  return 3;
}

/* }====================================================================== */


/*
** {======================================================================
** The rest of the basic library
** =======================================================================
*/

static int lib_select (lua_State *L) {
  int n = lua_gettop(L);
  lua_Integer i;
  wk_sandbox_values(L, n);
  spendarguments(L);
  if (lua_type(L, 1) == LUA_TSTRING && *lua_tostring(L, 1) == '#') {
    lua_pushinteger(L, n - 1);
    return 1;
  }
  i = luaL_checkinteger(L, 1);
  if (i < 0) i = n + i;
  else if (i > n) i = n;
  luaL_argcheck(L, i >= 1, 1, "index out of range");
  return n - (int)i;
}


static int lib_type (lua_State *L) {
  wk_sandbox_spend(L, 1);
  luaL_checkany(L, 1);
  lua_pushstring(L, luaL_typename(L, 1));
  return 1;
}


static int lib_tostring (lua_State *L) {
  wk_sandbox_spend(L, 1);
  luaL_checkany(L, 1);
  switch (lua_type(L, 1)) {
    case LUA_TSTRING: lua_settop(L, 1); return 1;
    case LUA_TNUMBER: luaL_tolstring(L, 1, NULL); return 1;
    case LUA_TNIL: lua_pushliteral(L, "nil"); return 1;
    case LUA_TBOOLEAN:
      lua_pushstring(L, lua_toboolean(L, 1) ? "true" : "false");
      return 1;
    case LUA_TLIGHTUSERDATA: lua_pushliteral(L, "null"); return 1;
    default:
      return luaL_error(L, "'tostring' shows no %s: it would be an address",
                        luaL_typename(L, 1));
  }
}


/* the digits of a number in base `base`; gives 0 when it is none */
static int basenumber (const char *s, size_t len, int base, lua_Integer *n) {
  lua_Unsigned value = 0;
  int negative = 0, digits = 0;
  const char *end = s + len;
  while (s < end && strchr(" \f\n\r\t\v", *s) != NULL) s++;
  if (s < end && (*s == '-' || *s == '+')) negative = *s++ == '-';
  for (; s < end; s++, digits++) {
    int c = *s >= '0' && *s <= '9' ? *s - '0' :
            *s >= 'a' && *s <= 'z' ? *s - 'a' + 10 :
            *s >= 'A' && *s <= 'Z' ? *s - 'A' + 10 : 36;
    if (c >= base) break;
    value = value * (lua_Unsigned)base + (lua_Unsigned)c;
  }
  while (s < end && strchr(" \f\n\r\t\v", *s) != NULL) s++;
  *n = (lua_Integer)(negative ? 0u - value : value);
  return digits > 0 && s == end;
}


static int lib_tonumber (lua_State *L) {
  size_t len = 0;
  const char *s = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &len)
                                                : NULL;
  spendarguments(L);
  luaL_checkany(L, 1);
  if (!lua_isnoneornil(L, 2)) {
    lua_Integer base = luaL_checkinteger(L, 2), n;
    luaL_checktype(L, 1, LUA_TSTRING);
    luaL_argcheck(L, base >= 2 && base <= 36, 2, "base out of range");
    if (basenumber(s, len, (int)base, &n)) {
      lua_pushinteger(L, n);
      return 1;
    }
  }
  else if (lua_type(L, 1) == LUA_TNUMBER) {
    lua_settop(L, 1);
    return 1;
  }
  else if (s != NULL && lua_stringtonumber(L, s) == len + 1)
    return 1;
  luaL_pushfail(L);
  return 1;
}


static int lib_error (lua_State *L) {
  Sandbox *s = wk_sandbox_of(L);
  lua_Integer level;
  spendarguments(L);
  level = luaL_optinteger(L, 2, 1);
  lua_settop(L, 1);
  s->own = 1;
  s->level = level < 1 ? 1 : level > 100 ? 100 : (int)level;
  s->word = "error";
  return lua_error(L);
}


static int lib_assert (lua_State *L) {
  Sandbox *s = wk_sandbox_of(L);
  wk_sandbox_values(L, lua_gettop(L));
  wk_sandbox_spend(L, 1 + (unsigned)lua_gettop(L) / BYTES);
  luaL_checkany(L, 1);
  if (lua_toboolean(L, 1)) return lua_gettop(L);
  lua_remove(L, 1);
  if (lua_isnoneornil(L, 1)) {
    lua_settop(L, 0);
    lua_pushliteral(L, "assertion failed");
  }
  lua_settop(L, 1);
  s->own = 1;
  s->word = "assert";
  return lua_error(L);
}

/* }====================================================================== */


/* a name that is not there: reading it is an error, not nil */
static int unknown (lua_State *L) {
  Sandbox *s = wk_sandbox_of(L);
  size_t len = 0;
  const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tolstring(L, 2, &len)
                                                   : "?";
  wk_sandbox_spend(L, 1);
  wk_quote(s->told->name, sizeof(s->told->name), name, len, 40);
  wk_fail(s->fail, WK_ERAISED, "there is no `%s` in a Lua config",
          s->told->name);
  return wk_sandbox_throw(L, s->told->name);
}


static const luaL_Reg basic[] = {
  {"pairs", lib_pairs}, {"ipairs", lib_ipairs}, {"next", lib_next},
  {"select", lib_select}, {"type", lib_type}, {"tostring", lib_tostring},
  {"tonumber", lib_tonumber}, {"error", lib_error}, {"assert", lib_assert},
  {NULL, NULL}
};


/* the names are made once; each document gets a table of its own with them,
   so that what one calls a global is none to the other */
void wk_sandbox_open (lua_State *L) {
  luaL_newlib(L, basic);
  take(L, LUA_MATHLIBNAME, luaopen_math, maths);
  take(L, LUA_STRLIBNAME, luaopen_string, strings);
  wk_sandbox_makers(L);
  lua_pushliteral(L, "");  /* the metatable of strings: methods, and no more */
  lua_createtable(L, 0, 2);
  lua_getfield(L, -3, LUA_STRLIBNAME);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &names_key);
}


void wk_sandbox_names (lua_State *L) {
  lua_createtable(L, 0, 32);  /* as large as the names are, and some more */
  lua_rawgetp(L, LUA_REGISTRYINDEX, &names_key);
  for (lua_pushnil(L); lua_next(L, -2);) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, -5);
  }
  lua_pop(L, 1);
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, unknown);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
}
