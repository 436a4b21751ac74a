/*
** state_test.c -- one process, several Lua states: a plugin is loaded once,
** its entry is called once in each state, and what it made outlives them.
**
** The plugin is tests/plugins/plugin.c, which the Makefile builds as `made`;
** it writes down that it was loaded and opened.  wick's rooms are read from
** lua/.
*/

#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

#include "leak.h"
#include "path_ground.h"

int luaopen_wick_core (lua_State *L);


static char here[PATH_MAX];    /* the repository */
static char build[PATH_MAX];   /* where things were built */
static int shared = 0;         /* wick.core is the module, not this program's */

#define CHECK(what) \
  do { if (!(what)) return report(__LINE__, #what); } while (0)

static int report (int line, const char *what) {
  fprintf(stderr, "# line %d: %s\n", line, what);
  return 1;
}


/* a state with wick in it, or NULL */
static lua_State *state_with_wick (void) {
  lua_State *L = luaL_newstate();
  if (L == NULL) return NULL;
  luaL_openlibs(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  if (!shared) {
    lua_pushcfunction(L, luaopen_wick_core);
    lua_setfield(L, -2, "wick.core");
  }
  lua_getglobal(L, "package");
  lua_pushfstring(L, "%s/lua/?.so", build);
  lua_setfield(L, -2, "cpath");
  lua_pushfstring(L, "%s/lua/?.lua;%s/lua/?/init.lua", here, here);
  lua_setfield(L, -2, "path");
  lua_settop(L, 0);
  return L;
}


/* runs the text in L with the folder as its argument; leaves one result */
static int run (lua_State *L, const char *program) {
  if (luaL_loadstring(L, program) == LUA_OK) {
    lua_pushfstring(L, "%s/p", base);
    if (lua_pcall(L, 1, 1, 0) == LUA_OK) return 1;
  }
  fprintf(stderr, "# %s\n", lua_tostring(L, -1));
  return 0;
}


static const char program_make[] =
  "local wick = require 'wick'\n"
  "local make = assert(wick.import('p.made.Make', ...))\n"
  "assert(require 'p.made'.Make == make)\n"
  "assert(make { size = 3 }.size == 3)\n"
  "return make\n";


/* how often the plugin wrote this word */
static int count (const char *word) {
  FILE *file = fopen("canary", "r");
  char line[64];
  int n = 0;
  if (file == NULL) return 0;
  while (fgets(line, sizeof(line), file))
    n += strncmp(line, word, strlen(word)) == 0;
  fclose(file);
  return n;
}


static int states_child (void) {
  lua_State *a = state_with_wick(), *b = state_with_wick(), *c;
  lua_CFunction make;
  CHECK(a != NULL && b != NULL);
  CHECK(run(a, program_make) && run(b, program_make));
  CHECK(count("loaded") == 1 && count("opened") == 2);
  make = lua_tocfunction(a, -1);
  CHECK(make != NULL && make == lua_tocfunction(b, -1));
  lua_close(a);                       /* row 85: nothing is unloaded */
  lua_newtable(b);
  CHECK(lua_pcall(b, 1, 1, 0) == LUA_OK);
  lua_close(b);
  c = luaL_newstate();
  CHECK(c != NULL);
  lua_pushcfunction(c, make);
  lua_newtable(c);
  CHECK(lua_pcall(c, 1, 1, 0) == LUA_OK && lua_istable(c, -1));
  lua_close(c);
  c = state_with_wick();              /* and it is known in a new one */
  CHECK(c != NULL && run(c, program_make));
  CHECK(count("loaded") == 1 && count("opened") == 3);
  lua_close(c);
  return 0;
}

/* rows 85, 90 */
static void states (void **state) {
  (void)state;
  assert_int_equal(in_loading_child(states_child), 0);
}


static int module_child (void) {
  lua_State *L;
  char core[PATH_MAX + 32];
  int fds, i;
  snprintf(core, sizeof(core), "%s/lua/wick/core.so", build);
  shared = 1;
  CHECK(dlopen(core, RTLD_NOW | RTLD_NOLOAD) == NULL);
  L = state_with_wick();
  CHECK(L != NULL && run(L, program_make));
  lua_close(L);                       /* Lua unloads the module now */
  CHECK(dlopen(core, RTLD_NOW | RTLD_NOLOAD) != NULL);
  fds = count_fds();
  for (i = 0; i < 10; i++) {
    L = state_with_wick();
    CHECK(L != NULL && run(L, program_make));
    lua_close(L);
  }
  CHECK(count_fds() == fds && count("loaded") == 1);
  return 0;
}

/* what is known of plugins does not go with the module that knows it */
static void module (void **state) {
  (void)state;
  snprintf(text, sizeof(text), "%s/lua/wick/core.so", build);
  if (access(text, R_OK) != 0)
    SKIP("this build has no core.so");
  assert_int_equal(in_loading_child(module_child), 0);
}


static pthread_barrier_t start;

static void *worker (void *arg) {
  lua_State *L = state_with_wick();
  intptr_t good = L != NULL;
  (void)arg;
  pthread_barrier_wait(&start);
  good = good && run(L, program_make);
  if (L) lua_close(L);
  return (void *)good;
}


static int threads_child (void) {
  enum {N = 6};
  pthread_t threads[N];
  int i;
  CHECK(pthread_barrier_init(&start, NULL, N) == 0);
  for (i = 0; i < N; i++)
    CHECK(pthread_create(&threads[i], NULL, worker, NULL) == 0);
  for (i = 0; i < N; i++) {
    void *good;
    CHECK(pthread_join(threads[i], &good) == 0 && good != NULL);
  }
  CHECK(count("loaded") == 1 && count("opened") == N);
  return 0;
}

/* row 90 */
static void threads (void **state) {
  (void)state;
  assert_int_equal(in_loading_child(threads_child), 0);
}


static int fails_child (void) {
  lua_State *L = state_with_wick();
  int fds, i;
  CHECK(L != NULL);
  put("p/bad.so", "no plugin", 9);
  CHECK(run(L, "local target = require 'wick.target'\n"
               "project = target.project(...)\n"
               "return true"));
  fds = count_fds();
  for (i = 0; i < 50; i++)
    CHECK(run(L, "local load = require 'wick.load'\n"
                 "local value, err = load.value(project, 'p.bad.X')\n"
                 "assert(value == nil and err.name == 'EELF')\n"
                 "return true"));
  CHECK(count_fds() == fds);          /* also before any collection */
  CHECK(run(L, "project:close() return true"));
  lua_close(L);
  CHECK(count("loaded") == 0);
  return 0;
}

static void fails (void **state) {
  (void)state;
  assert_int_equal(in_loading_child(fails_child), 0);
}


/* the core in one state twice: plugins of both are of one kind */
static int twice_child (void) {
  lua_State *L = state_with_wick();
  CHECK(L != NULL && run(L, "core = require 'wick.core'\n"
                            "root = core.root(...)\n"
                            "plugin = root:plugin('made.so', nil, 'p.made')\n"
                            "return true"));
  lua_pushcfunction(L, luaopen_wick_core);
  CHECK(lua_pcall(L, 0, 1, 0) == LUA_OK && lua_istable(L, -1));
  lua_setglobal(L, "again");
  CHECK(run(L, "assert(again ~= core)\n"
               "local root = again.root(...)\n"
               "local other = root:plugin('made.so', nil, 'p.made')\n"
               "assert(getmetatable(plugin) == getmetatable(other))\n"
               "assert(plugin:statement().name == 'made')\n"
               "assert(other:statement().name == 'made')\n"
               "return true"));
  CHECK(run(L, program_make));
  CHECK(count("loaded") == 1);
  lua_close(L);
  return 0;
}

static void twice (void **state) {
  (void)state;
  assert_int_equal(in_loading_child(twice_child), 0);
}


/* a plugin that calls a function of Lua which this one does not have */
static int newer_child (void) {
  static const char name[] = "\0lua_createtable";
  lua_State *L = state_with_wick();
  char block[65536], *at;
  ssize_t n;
  int fd = open("p/made.so", O_RDONLY | O_CLOEXEC);
  n = read(fd, block, sizeof(block));
  close(fd);
  at = (char *)memmem(block, n > 0 ? (size_t)n : 0, name, sizeof(name));
  CHECK(L != NULL && at != NULL);
  memcpy(at + 1, "lua_createworld", sizeof(name) - 1);
  put("p/made.so", block, (size_t)n);
  CHECK(run(L, "local wick = require 'wick'\n"
               "local value, err = wick.import('p.made.Make', ...)\n"
               "assert(value == nil and err.name == 'EDLOPEN')\n"
               "assert(err.notes[1]:find('symbol: lua_createworld'))\n"
               "assert(err.helps[1] == 'this Lua has no `lua_createworld`: '\n"
               "  .. 'rebuild the plugin with the headers of this Lua')\n"
               "return true"));
  lua_close(L);
  CHECK(count("loaded") == 0);
  return 0;
}

/* row 82, where Lua is visible */
static void newer (void **state) {
  (void)state;
  assert_int_equal(in_loading_child(newer_child), 0);
}


static int ground (void **state) {
  char block[65536];
  ssize_t n;
  int fd;
  nftw("p", remove_one, 16, FTW_DEPTH | FTW_PHYS);
  unlink("canary");
  if (mkdir("p", 0755) != 0) return 1;
  snprintf(text, sizeof(text), "%s/tests/plugins/made.so", build);
  fd = open(text, O_RDONLY | O_CLOEXEC);
  if (fd < 0) print_message("# there is no %s\n", text);
  assert_true(fd >= 0);
  n = read(fd, block, sizeof(block));
  close(fd);
  assert_true(n > 0);
  put("p/made.so", block, (size_t)n);
  return leak_setup(state);
}


static int set_up (void **state) {
  const char *where = getenv("WICK_BUILD");
  char canary[128];
  if (getcwd(here, sizeof(here)) == NULL ||
      realpath(where ? where : "build", build) == NULL ||
      make_base(state) != 0) return 1;
  snprintf(canary, sizeof(canary), "%s/canary", base);
  return setenv("WICK_CANARY", canary, 1);
}


#define TEST(test) \
  cmocka_unit_test_setup_teardown(test, ground, leak_teardown)

int main (void) {
  const struct CMUnitTest tests[] = {
    TEST(states), TEST(module), TEST(threads), TEST(fails), TEST(twice),
    TEST(newer)
  };
  return cmocka_run_group_tests(tests, set_up, drop_base);
}
