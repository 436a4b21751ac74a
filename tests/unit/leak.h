/*
** leak.h -- for cmocka programs: a test leaves no descriptor and no Lua value
** behind.  Include it behind <cmocka.h>; for the Lua part behind <lua.h>.
**
**   cmocka_unit_test_setup_teardown(test, leak_setup, leak_teardown)
**
** or LEAK_TEST(test).  A test that skips says why with SKIP("reason").
*/

#ifndef leak_h
#define leak_h

#include <dirent.h>
#include <stdlib.h>

/* is a sanitizer at work?  It has a malloc of its own, and larger frames. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED  1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED  1
#endif
#endif

/* the number of open descriptors, without the one that counts */
static inline int count_fds (void) {
  struct dirent *entry;
  int n = 0;
  DIR *dir = opendir("/proc/self/fd");
  if (dir == NULL)
    return -1;
  while ((entry = readdir(dir)) != NULL)
    n += entry->d_name[0] != '.';
  closedir(dir);
  return n - 1;
}

static int leak_fds;

/* remembers what is open before a test */
static inline int leak_setup (void **state) {
  (void)state;
  leak_fds = count_fds();
  return leak_fds < 0;
}

/* the same must be open behind it */
static inline int leak_teardown (void **state) {
  int now = count_fds();
  (void)state;
  if (now == leak_fds)
    return 0;
  print_message("# %d descriptors before the test, %d behind it\n", leak_fds,
                now);
  return 1;
}

#define LEAK_TEST(test) \
  cmocka_unit_test_setup_teardown(test, leak_setup, leak_teardown)

/* skip() has no place for the reason; tests/run takes the line above it */
#define SKIP(reason) \
  do { print_message("# %s\n", reason); skip(); } while (0)

#if defined(lua_h)

/* a test with Lua finds a fresh state in *state, and must leave its stack as
   high as it found it: LEAK_LUA_TEST(test) */
static inline int leak_lua_setup (void **state) {
  lua_State *L = luaL_newstate();
  if (L == NULL)
    return 1;
  luaL_openlibs(L);
  *state = L;
  return leak_setup(state);
}

static inline int leak_lua_teardown (void **state) {
  lua_State *L = (lua_State *)*state;
  int top = lua_gettop(L);
  lua_close(L);
  if (top != 0) {
    print_message("# %d values left on Lua's stack\n", top);
    leak_teardown(state);
    return 1;
  }
  return leak_teardown(state);
}

#define LEAK_LUA_TEST(test) \
  cmocka_unit_test_setup_teardown(test, leak_lua_setup, leak_lua_teardown)

#endif

#endif
