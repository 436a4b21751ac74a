/*
** interrupt_test.c -- an error is raised at the Nth instruction of Lua's, as a
** host does that ends what takes too long: no descriptor stays behind, and
** the same works right after (attack row 149).
**
** FAULT_STEP=1 tries every N.  A word picks the tests, such as `*config`.
*/

#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <lua.h>

#include "host.h"
#include "leak.h"

static long counted;


static void count (lua_State *L, lua_Debug *ar) {
  (void)L;
  (void)ar;
  counted++;
}


static void interrupt (lua_State *L, lua_Debug *ar) {
  (void)ar;
  lua_sethook(L, NULL, 0, 0);
  luaL_error(L, "interrupted");
}


static long step_of (long total) {
  return host_number("FAULT_STEP", 1 + total / 97);
}


/* scenario i ends at its nth instruction; NULL, or what is wrong with that */
static const char *wrong_at (lua_State *L, int i, long n, int fds) {
  static char text[4096];
  Outcome outcome;
  int status;
  lua_sethook(L, interrupt, LUA_MASKCOUNT, (int)n);
  status = host_begin(L, i);
  lua_sethook(L, NULL, 0, 0);
  outcome = host_outcome(L, status);
  collect(L);
  text[0] = '\0';
  if (outcome != DONE && strstr(host_text, "interrupted") == NULL)
    snprintf(text, sizeof(text), "instruction %ld: %s", n, host_text);
  else if (count_fds() != fds)
    snprintf(text, sizeof(text), "instruction %ld: %d descriptors left", n,
             count_fds() - fds);
  else if (host_run(L, i) != DONE)
    snprintf(text, sizeof(text), "after instruction %ld: %s", n, host_text);
  return text[0] != '\0' ? text : NULL;
}


static void row_149_interrupted (void **state) {
  lua_State *L = (lua_State *)*state;
  int fds, i;
  lua_pushcfunction(L, host_open);
  lua_call(L, 0, 0);
  lua_pushcfunction(L, host_load);
  lua_call(L, 0, 0);
  for (i = 1; i <= host_count(L); i++) assert_int_equal(host_run(L, i), DONE);
  fds = count_fds();
  for (i = 1; i <= host_count(L); i++) {
    long n, step;
    counted = 0;
    lua_sethook(L, count, LUA_MASKCOUNT, 1);
    assert_int_equal(host_run(L, i), DONE);
    lua_sethook(L, NULL, 0, 0);
    assert_true(counted > 100);
    step = step_of(counted);
    for (n = 1; n <= counted; n += step) {
      const char *wrong = wrong_at(L, i, n, fds);
      if (wrong != NULL) fail_msg("`%s`, %s", host_title(L, i), wrong);
    }
  }
}


/* The same config builds after a build of it was interrupted. */
static const char again[] =
  "local wick = require 'wick'\n"
  "function prepare()\n"
  "  config = assert(wick.load('examples/lighter-page/config.yaml'))\n"
  "end\n"
  "function attempt() return assert(config:build()) end\n"
  "function finish()\n"
  "  assert(assert(config:build()).system.model.layers == 18)\n"
  "  assert(#config:objects_built() == 2)\n"
  "  assert(config:close())\n"
  "end\n";


static void call (lua_State *L, const char *name) {
  lua_getglobal(L, name);
  if (lua_pcall(L, 0, 0, 0) != LUA_OK)
    fail_msg("%s: %s", name, luaL_tolstring(L, -1, NULL));
}


static void row_149_the_same_config (void **state) {
  lua_State *L = (lua_State *)*state;
  long n, total, step;
  int fds;
  lua_pushcfunction(L, host_open);
  lua_call(L, 0, 0);
  assert_int_equal(luaL_dostring(L, again), LUA_OK);
  call(L, "prepare");
  call(L, "attempt");
  call(L, "finish");
  collect(L);
  fds = count_fds();
  call(L, "prepare");
  counted = 0;
  lua_sethook(L, count, LUA_MASKCOUNT, 1);
  call(L, "attempt");
  lua_sethook(L, NULL, 0, 0);
  call(L, "finish");
  total = counted;
  step = step_of(total);
  for (n = 1; n < total; n += step) {
    call(L, "prepare");
    lua_getglobal(L, "attempt");
    lua_sethook(L, interrupt, LUA_MASKCOUNT, (int)n);
    if (lua_pcall(L, 0, 0, 0) != LUA_OK &&
        strstr(luaL_tolstring(L, -1, NULL), "interrupted") == NULL)
      fail_msg("instruction %ld: %s", n, lua_tostring(L, -1));
    lua_sethook(L, NULL, 0, 0);
    lua_settop(L, 0);
    call(L, "finish");
    collect(L);
    if (count_fds() != fds)
      fail_msg("instruction %ld: %d descriptors left", n, count_fds() - fds);
  }
}


int main (int argc, char **argv) {
  const struct CMUnitTest tests[] = {
    LEAK_LUA_TEST(row_149_interrupted), LEAK_LUA_TEST(row_149_the_same_config)
  };
  if (argc > 1) cmocka_set_test_filter(argv[1]);
  return cmocka_run_group_tests(tests, host_plugin, NULL);
}
