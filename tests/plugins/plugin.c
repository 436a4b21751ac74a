/*
** plugin.c -- the plugin of the tests, in many kinds.
**
**   -DNAME=x       its name (plug), -DENTRY=y its entry, if that is another,
**                  -DCALLED='"a.b"' what it states as its name
**   -DANSWER=n     what tells one build from another
**   -DUNSTATED     it has no statement
**   -DSTATES=text  what it states, instead of its two constructors
**   -DRETURNS=n    what its entry does: 0 gives nothing, 1 gives false, 2
**                  raises a text, 3 raises a table, 4 gives a function, 5 a
**                  table that is a class, and has Make
**   -DUNDEFINED=f  it calls f, which nobody has
**   -DDATA=x       it exports x, which is no function
**   -DRELOCATES    its code is changed while it is loaded
**   -DCLASH        it exports a function that others export, too
*/

#include <wick/plugin.h>

#include "canary.h"

#if !defined(ENTRY)
#define ENTRY  NAME
#endif
#if !defined(CALLED)
#define CALLED  TEXT(NAME)
#endif
#if !defined(RETURNS)
#define RETURNS  (-1)
#endif
#if !defined(STATES)
#define STATES \
  WICK_CONSTRUCTOR("Make", "a table") \
    WICK_PARAM("size", "integer", "how many") \
    WICK_PARAM("mode?", "\"a\"|\"b\"", "which way (default a)") \
  WICK_CONSTRUCTOR("Class", "a class") \
  WICK_CONSTRUCTOR("Class.from_file", "reads one")
#endif

#if !defined(UNSTATED)
#define STATEMENT(id) \
  WICK_PLUGIN(id, CALLED, "1.0", "for tests", STATES)
STATEMENT(NAME);
#endif

#if defined(UNDEFINED)
void UNDEFINED (void);
#endif


#if defined(DATA)
WICK_VISIBLE int DATA = ANSWER;
#endif

#if defined(RELOCATES)
__asm__(".text\n.quad loaded\n");
#endif

#if defined(CLASH)
int clash (void);
int clash (void) { return ANSWER; }
#define SAYS  clash()
#else
#define SAYS  ANSWER
#endif


static int make (lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_createtable(L, 0, 2);
  lua_pushinteger(L, wick_optinteger(L, 1, "size", 0));
  lua_setfield(L, -2, "size");
  lua_pushstring(L, wick_optstring(L, 1, "mode", "a", NULL));
  lua_setfield(L, -2, "mode");
  lua_pushinteger(L, ANSWER);
  lua_setfield(L, -2, "answer");
  return 1;
}


/* a C function that is the project's own only because of where it is */
static int answer (lua_State *L) {
  lua_pushinteger(L, SAYS);
  return 1;
}


/* functions of others, which the project must not hand on */
static void borrow (lua_State *L, const char *library, const char *name) {
  lua_getglobal(L, library);
  lua_getfield(L, -1, name);
  lua_remove(L, -2);
}


WICK_OPEN int JOIN(luaopen_, ENTRY) (lua_State *L) {
  sing("opened");
#if defined(UNDEFINED)
  UNDEFINED();
#endif
  switch (RETURNS) {
    case 0: return 0;
    case 1: lua_pushboolean(L, 0); return 1;
    case 2: return luaL_error(L, "no way to open %s", TEXT(NAME));
    case 3: lua_newtable(L); return lua_error(L);
    case 4: lua_pushcfunction(L, make); return 1;
    case 5:
      lua_newtable(L);
      lua_pushcfunction(L, make);
      lua_setfield(L, -2, "new");
      lua_pushcfunction(L, make);
      lua_setfield(L, -2, "Make");
      return 1;
    default: break;
  }
  lua_newtable(L);
  lua_pushcfunction(L, make);
  lua_setfield(L, -2, "Make");
  lua_pushcfunction(L, answer);
  lua_setfield(L, -2, "answer");
  lua_createtable(L, 0, 2);
  lua_pushcfunction(L, make);
  lua_setfield(L, -2, "from_file");
  lua_pushcfunction(L, make);
  lua_setfield(L, -2, "new");
  lua_setfield(L, -2, "Class");
  borrow(L, "os", "execute");
  lua_setfield(L, -2, "execute");
  lua_pushvalue(L, 1);
  lua_setfield(L, -2, "name");
  lua_pushvalue(L, 2);
  lua_setfield(L, -2, "path");
  return 1;
}
