/*
** wick/plugin.h -- tell wick what a C plugin offers.
**
** A plugin is an ordinary Lua C module that does not link liblua: a shared
** object a/b.so below the root of a project that exports luaopen_NAME_a_b
** (NAME is the project's) or luaopen_a_b, and returns a table of
** constructors.  One that also *states* what it is can be checked: wick reads
** the statement from the file, without loading it, and compares every
** `_target_`, and the options beside it, with what is stated.  Without a
** statement it loads with a warning, and not at all under --strict and
** --untrusted.
**
**   WICK_PLUGIN(net_tcp, "net.tcp", "1.2.0", "TCP sockets",
**     WICK_CONSTRUCTOR("Listener", "accepts connections")
**       WICK_PARAM("host", "string", "address to bind")
**       WICK_PARAM("port?", "integer", "port to bind (default 80)")
**       WICK_PARAM("mode?", "\"one\"|\"many\"", "clients at a time"));
**
**   static int listener (lua_State *L) {            -- options -> object
**     const char *host = wick_checkstring(L, 1, "host", NULL);
**     lua_Integer port = wick_optinteger(L, 1, "port", 80);
**     const char *mode = wick_optstring(L, 1, "mode", "one", NULL);
**     ...
**   }
**
**   WICK_OPEN int luaopen_net_tcp (lua_State *L) {
**     static const luaL_Reg functions[] = {
**       {"Listener", listener}, {NULL, NULL}
**     };
**     luaL_newlib(L, functions);
**     return 1;
**   }
**
** Name     "NAME.a.b" or "a.b", as the entry; `id` is it with underscores for
**          dots.  A plugin of many modules has a statement for each, 16 at
**          most.
** Call     A constructor gets one table, the options of the config (where that
**          has `_args_`, those, and the table last if it has options, too), and
**          gives one value.  To refuse it raises (luaL_error), or returns nil
**          and a message; wick adds the place in the config.
** Params   "name" or, what need not be given, "name?".  Types are those of
**          Lua annotations: integer number string boolean table any, T[],
**          table<K, V>, { a: T, b?: T }, "a"|"b", T|U, T?, names of classes.
**          Where none is stated, no option is checked.
**          A constructor "Name.from_file" is a member of the member `Name`; one
**          that is called as the file, or "new", may be the module itself.
**          What is not stated is no constructor.
** Life     A plugin is never unloaded.  One process loads a file once; each
**          Lua state calls its entry once for as long as its project is open
**          there.  Objects end by their own __gc or __close.  A process that
**          uses a plugin in several states, perhaps in threads, shares its
**          static variables.
** Texts    are single lines of UTF-8 without tabs, 64 KiB in all; -pedantic
**          warns of more than 4095 bytes in one statement.
** Build    cc -shared -fPIC -fvisibility=hidden $(pkg-config --cflags
**          lua5.4) tcp.c -o tcp.so          and see it: readelf -p .wick.plugin
**          What is not hidden may be taken by another function of its name,
**          of the program or a library.
**          In C++ add -fno-gnu-unique, or plugins with one template of a name
**          share its static variables.
** Refused  before any of its code runs: an executable stack, a segment that
**          is writable and executable, text relocations, RPATH and RUNPATH,
**          audit and filter libraries, needed libraries named by a path.  The
**          system's linker finds the others; LD_LIBRARY_PATH and LD_PRELOAD
**          are the caller's.
** Trust    A statement catches mistakes, not malice.  Constructors of the
**          shared object (also IFUNC resolvers) run while it is loaded, with
**          all rights of the process: what exits, aborts, hangs or throws
**          there, ends wick.  A file that is shortened while it is in use
**          ends the process by SIGBUS, as it does any program: replace a
**          plugin by renaming a new file over it.
*/

#ifndef wick_plugin_h
#define wick_plugin_h

#if defined(__cplusplus)
extern "C" {
#endif

#include <lua.h>
#include <lauxlib.h>
#include <string.h>

#if defined(__cplusplus)
}
#define WICK_EXTERN	extern "C"
#else
#define WICK_EXTERN	extern
#endif

#if defined(__GNUC__)
#define WICK_VISIBLE	__attribute__((visibility("default")))
#else
#define WICK_VISIBLE
#endif

/* `retain` keeps it when the linker collects garbage (--gc-sections) and the
   symbol is not exported; compilers and assemblers of 2021 know it */
#if !defined(WICK_RETAIN)
#if defined(__has_attribute)
#if __has_attribute(retain)
#define WICK_RETAIN	retain,
#endif
#endif
#endif
#if !defined(WICK_RETAIN)
#define WICK_RETAIN
#endif

#if defined(__ELF__)
#define WICK_KEEP \
  __attribute__((used, WICK_RETAIN section(".wick.plugin"), aligned(1)))
#else
#define WICK_KEEP
#endif

/* stands before the definition of an entry */
#if defined(__cplusplus)
#define WICK_OPEN	extern "C" WICK_VISIBLE
#else
#define WICK_OPEN	WICK_VISIBLE
#endif


/*
** One statement is one string: no pointers, so no relocations, so it is the
** same in the file and in memory, where it is compared once more when the
** plugin was loaded.  Old compilers have no `retain`: there -Wl,--gc-sections
** drops it when a version script makes wick_plugin_* local.
*/
#define WICK_PLUGIN(id, name, version, doc, constructors) \
  WICK_EXTERN WICK_VISIBLE const char wick_plugin_##id[]; \
  const char wick_plugin_##id[] WICK_KEEP = "\0wick-plugin 1\n" \
    "name\t" name "\nversion\t" version "\nlua\t" LUA_VERSION \
    "\ndoc\t" doc "\n" constructors "end\n"

#define WICK_CONSTRUCTOR(name, doc) \
  "constructor\t" name "\t" doc "\n"
#define WICK_PARAM(name, type, doc) \
  "param\t" name "\t" type "\t" doc "\n"


/*
** Fields of the table of options at index t.  The check functions raise when
** the field is absent or of another type, such as "bad option 'port' (integer
** expected, got string)"; the opt functions give `deflt` when it is absent.
** A boolean is 0 or 1.  A string lives as long as the table; its length goes
** to *len unless `len` is NULL: it may hold NUL bytes.
*/

/* raises about the option `key`, whose value is on top of the stack; does not
   return */
static inline int wick_badoption (lua_State *L, const char *key,
                                  const char *expected) {
  const char *got = luaL_typename(L, -1);
  if (lua_isnil(L, -1)) got = "nothing";
  return luaL_error(L, "bad option '%s' (%s expected, got %s)", key,
                    expected, got);
}


/* pushes the field; gives 0, and pushes nothing, when it is absent */
static inline int wick_getoption (lua_State *L, int t, const char *key) {
  luaL_checktype(L, t, LUA_TTABLE);
  if (lua_getfield(L, t, key) != LUA_TNIL) return 1;
  lua_pop(L, 1);
  return 0;
}


static inline int wick_checkboolean (lua_State *L, int t, const char *key) {
  int b;
  luaL_checktype(L, t, LUA_TTABLE);
  if (lua_getfield(L, t, key) != LUA_TBOOLEAN)
    wick_badoption(L, key, "boolean");
  b = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return b;
}


static inline int wick_optboolean (lua_State *L, int t, const char *key,
                                   int deflt) {
  if (!wick_getoption(L, t, key)) return deflt;
  lua_pop(L, 1);
  return wick_checkboolean(L, t, key);
}


static inline lua_Integer wick_checkinteger (lua_State *L, int t,
                                             const char *key) {
  int isint;
  lua_Integer i;
  luaL_checktype(L, t, LUA_TTABLE);
  isint = lua_getfield(L, t, key) == LUA_TNUMBER;
  i = isint ? lua_tointegerx(L, -1, &isint) : 0;
  if (!isint) wick_badoption(L, key, "integer");
  lua_pop(L, 1);
  return i;
}


static inline lua_Integer wick_optinteger (lua_State *L, int t,
                                           const char *key,
                                           lua_Integer deflt) {
  if (!wick_getoption(L, t, key)) return deflt;
  lua_pop(L, 1);
  return wick_checkinteger(L, t, key);
}


static inline lua_Number wick_checknumber (lua_State *L, int t,
                                           const char *key) {
  lua_Number n;
  luaL_checktype(L, t, LUA_TTABLE);
  if (lua_getfield(L, t, key) != LUA_TNUMBER)
    wick_badoption(L, key, "number");
  n = lua_tonumber(L, -1);
  lua_pop(L, 1);
  return n;
}


static inline lua_Number wick_optnumber (lua_State *L, int t,
                                         const char *key, lua_Number deflt) {
  if (!wick_getoption(L, t, key)) return deflt;
  lua_pop(L, 1);
  return wick_checknumber(L, t, key);
}


static inline const char *wick_checkstring (lua_State *L, int t,
                                            const char *key, size_t *len) {
  const char *s;
  luaL_checktype(L, t, LUA_TTABLE);
  if (lua_getfield(L, t, key) != LUA_TSTRING)
    wick_badoption(L, key, "string");
  s = lua_tolstring(L, -1, len);
  lua_pop(L, 1);  /* the table still has it */
  return s;
}


static inline const char *wick_optstring (lua_State *L, int t,
                                          const char *key,
                                          const char *deflt, size_t *len) {
  if (!wick_getoption(L, t, key)) {
    if (len != NULL) *len = deflt != NULL ? strlen(deflt) : 0;
    return deflt;
  }
  lua_pop(L, 1);
  return wick_checkstring(L, t, key, len);
}

#endif
