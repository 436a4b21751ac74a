/*
** memory_test.c -- memory ends at the Nth allocation, for every N: for good
** (attack row 141), and only that once (row 142).  What is allocated by C, by
** libyaml and by Lua is one count.
**
** Whatever was asked for fails as "no memory" or succeeds; no block, no byte
** of Lua's and no descriptor stays behind; and the same works right after.
** FAULT_STEP=1 tries every N of the long sweeps, too (`make soak`).
*/

#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <lua.h>

#include "host.h"
#include "leak.h"
#include "faults.h"
#include "rooms.h"

#define SLACK  4096   /* bytes that a state's own tables may grow by */
#define STEP   61     /* of the long sweeps, in a short run */


#if defined(FAULTS)

static size_t held;   /* bytes that Lua has */


static void *allocate (void *ud, void *block, size_t osize, size_t nsize) {
  size_t old = block != NULL ? osize : 0;
  void *fresh;
  (void)ud;
  if (nsize == 0) {
    __libc_free(block);
    held -= old;
    return NULL;
  }
  /* Lua takes it for granted that a block can be made smaller */
  if (nsize > old && refused()) return NULL;
  fresh = __libc_realloc(block, nsize);
  if (fresh != NULL) held = held - old + nsize;
  return fresh;
}


static void begin (long at, int all) {
  asked = 0;
  onwards = all;
  refuse = at;
}


static void end (void) {
  refuse = 0;
}


static long step_of (void) {
  return host_number("FAULT_STEP", STEP);
}


/*
** {======================================================
** The rooms of C
** =======================================================
*/

/* fails the Nth allocation, for every N; NULL, or what is wrong with that */
static const char *sweep_room (wk_Code (*run) (void), int all) {
  static char text[1024];
  long n, total, before;
  run();
  before = live;
  begin(0, 0);
  if (run() != WK_OK || asked == 0) return "it does not work";
  total = asked;
  for (n = 1; n <= total; n++) {
    wk_Code code;
    begin(n, all);
    code = run();
    end();
    snprintf(text, sizeof(text), "allocation %ld: %s", n,
             code != WK_OK ? failure.message : "");
    if (code != WK_OK && code != WK_ENOMEM) return text;
    if (live != before) {
      snprintf(text, sizeof(text), "allocation %ld: %ld blocks left", n,
               live - before);
      return text;
    }
    if (run() != WK_OK) return "it does not work any more";
  }
  return live != before ? "blocks are left" : NULL;
}


static void sweep_rooms (int all) {
  size_t i;
  if (!counts()) SKIP("malloc is somebody else's here, such as valgrind's");
  for (i = 0; i < N_ROOMS; i++) {
    const char *wrong = sweep_room(rooms[i].run, all);
    if (wrong != NULL) fail_msg("%s: %s", rooms[i].name, wrong);
  }
}


static void row_141_rooms (void **state) {
  (void)state;
  sweep_rooms(1);
}


static void row_142_rooms (void **state) {
  (void)state;
  sweep_rooms(0);
}

/* the control: each is wrong in one way, and is found out */

static void *volatile left;

static wk_Code leaves_block (void) {
  void *two;
  left = take(1);
  if (left == NULL) return wk_fail_errno(&failure, ENOMEM, "it");
  two = take(1);
  if (two == NULL) return wk_fail_errno(&failure, ENOMEM, "it");
  give(left);
  give(two);
  return WK_OK;
}

static wk_Code wrong_name (void) {
  void *one = take(1);
  if (one == NULL) return wk_fail(&failure, WK_ENOTFOUND, "it is not there");
  give(one);
  return WK_OK;
}


static void the_control_is_found_out (void **state) {
  (void)state;
  if (!counts()) SKIP("malloc is somebody else's here, such as valgrind's");
  assert_string_equal(sweep_room(leaves_block, 1),
                      "allocation 2: 1 blocks left");
  give(left);
  assert_string_equal(sweep_room(wrong_name, 0),
                      "allocation 1: it is not there");
}

/* }====================================================== */


/*
** {======================================================
** The library, through its Lua face
** =======================================================
*/

/* opens everything in a new state; the count is what the caller began */
static int open_all (lua_State *L) {
  lua_pushcfunction(L, host_open);
  lua_call(L, 0, 0);
  lua_pushcfunction(L, host_load);
  lua_call(L, 0, 0);
  return 0;
}


/* Lua's own search takes a file that cannot be opened for one that is not
   there, so a room of wick may seem to be missing */
static void sound (const char *what, long n, Outcome outcome) {
  if (outcome == REFUSED && strstr(host_text, "no file 'lua/wick") == NULL)
    fail_msg("%s, allocation %ld: %s", what, n, host_text);
}


/* a state with all its rooms loaded, and each scenario run often enough that
   nothing is left to grow */
static lua_State *warm (void) {
  lua_State *L = lua_newstate(allocate, NULL);
  int i, k;
  assert_non_null(L);
  lua_pushcfunction(L, open_all);
  assert_int_equal(lua_pcall(L, 0, 0, 0), LUA_OK);
  for (k = 0; k < 4; k++)
    for (i = 1; i <= host_count(L); i++)
      assert_int_equal(host_run(L, i), DONE);
  collect(L);
  return L;
}


/* the Nth allocation of scenario i fails; then it is run again */
static void once (lua_State *L, int i, long n, int all, long blocks) {
  int status;
  int fds = count_fds();
  begin(n, all);
  status = host_begin(L, i);
  end();
  sound(host_title(L, i), n, host_outcome(L, status));
  collect(L);
  if (live != blocks || count_fds() != fds)
    fail_msg("`%s`, allocation %ld: %ld blocks and %d descriptors left",
             host_title(L, i), n, live - blocks, count_fds() - fds);
  if (host_run(L, i) != DONE)
    fail_msg("`%s` after allocation %ld: %s", host_title(L, i), n, host_text);
}


static void sweep_warm (int all) {
  lua_State *L;
  size_t bytes;
  long blocks;
  int i;
  if (!counts()) SKIP("malloc is somebody else's here, such as valgrind's");
  L = warm();
  bytes = held;
  blocks = live;
  for (i = 1; i <= host_count(L); i++) {
    long n, total;
    begin(0, 0);
    assert_int_equal(host_run(L, i), DONE);
    total = asked;
    assert_true(total > 50);
    for (n = 1; n <= total; n += n < 200 ? 1 : 1 + step_of() / 4)
      once(L, i, n, all, blocks);
    collect(L);
    if (held > bytes + SLACK)
      fail_msg("`%s` left %zu bytes", host_title(L, i), held - bytes);
  }
  lua_close(L);
  assert_int_equal(held, 0);
}


static void row_141_library (void **state) {
  (void)state;
  sweep_warm(1);
}


static void row_142_library (void **state) {
  (void)state;
  sweep_warm(0);
}


/* From nothing: the state, its libraries, all rooms, a scenario.  Where it
   failed it is done again, in the same state if there is one: a room that was
   half loaded is loaded anew. */
static void cold (int i, long n, int all, long *total) {
  long blocks = live;
  int fds = count_fds(), opened = LUA_ERRMEM, status = LUA_ERRMEM;
  lua_State *L;
  begin(n, all);
  L = lua_newstate(allocate, NULL);
  if (L != NULL) {
    lua_pushcfunction(L, open_all);
    opened = lua_pcall(L, 0, 0, 0);
    if (opened == LUA_OK) status = host_begin(L, i);
  }
  *total = asked;
  end();
  if (L != NULL && opened != LUA_OK)
    sound("opening", n, host_outcome(L, opened));
  else if (L != NULL)
    sound(host_title(L, i), n, host_outcome(L, status));
  if (L != NULL) {
    lua_settop(L, 0);
    lua_pushcfunction(L, open_all);
    opened = lua_pcall(L, 0, 0, 0);
    if (opened != LUA_OK)
      fail_msg("opened again after %ld: %s", n, lua_tostring(L, -1));
    if (host_run(L, i) != DONE)
      fail_msg("`%s` after %ld: %s", host_title(L, i), n, host_text);
    lua_close(L);
  }
  assert_int_equal(held, 0);
  if (live != blocks || count_fds() != fds)
    fail_msg("allocation %ld: %ld blocks and %d descriptors left", n,
             live - blocks, count_fds() - fds);
}


static void sweep_cold (int all) {
  long total, n, none, step = step_of();
  if (!counts()) SKIP("malloc is somebody else's here, such as valgrind's");
  cold(1, 0, 0, &total);
  cold(1, 0, 0, &total);
  assert_true(total > 3000);
  for (n = 1; n <= total; n += step) cold(1, n, all, &none);
  for (n = 1; n <= 900; n += 1 + step / 4) cold(1, n, all, &none);
}


static void row_141_from_nothing (void **state) {
  (void)state;
  sweep_cold(1);
}


static void row_142_from_nothing (void **state) {
  (void)state;
  sweep_cold(0);
}

/* }====================================================== */


#define EACH_TEST(X) \
  X(row_141_rooms) X(row_142_rooms) X(the_control_is_found_out) \
  X(row_141_library) X(row_142_library) \
  X(row_141_from_nothing) X(row_142_from_nothing)

#else

static void row_141_and_142 (void **state) {
  (void)state;
  SKIP("the sanitizer has a malloc of its own");
}

#define EACH_TEST(X)  X(row_141_and_142)

#endif


int main (void) {
#define X(test) LEAK_TEST(test),
  const struct CMUnitTest tests[] = { EACH_TEST(X) };
#undef X
  return cmocka_run_group_tests(tests, host_plugin, NULL);
}
