/*
** threads_test.c -- many threads, each with a Lua state of its own, do all
** there is to do at once (attack row 150); roots of one folder, which threads
** open and close while others look through theirs (151: one root is for one
** thread at a time); a process that forks, and one that starts another program
** (154).
**
** `make tsan` runs it under ThreadSanitizer, and with THREADS_RACE=1, when
** two threads write what they share: that must be found.
*/

#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include <lua.h>

#include "host.h"
#include "leak.h"
#include "rooms.h"

#define THREADS  16


/* runs one on each thread and joins them all */
static void on_threads (void *(*run) (void *), void *uds, size_t size) {
  pthread_t threads[THREADS];
  int i;
  for (i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, run,
                                    (char *)uds + (size_t)i * size), 0);
  for (i = 0; i < THREADS; i++)
    assert_int_equal(pthread_join(threads[i], NULL), 0);
}


/*
** {======================================================
** States
** =======================================================
*/

typedef struct Work {
  int first;         /* the scenario to begin with */
  int wrong;
  char text[2048];   /* what was wrong */
} Work;


/* As host_run, without the globals that hold its text. */
static int succeeds (lua_State *L, int i, Work *work) {
  int ok = host_begin(L, i) == LUA_OK && lua_gettop(L) >= 1 &&
           lua_toboolean(L, 1);
  if (!ok)
    snprintf(work->text, sizeof(work->text), "%s: %s", host_title(L, i),
             luaL_tolstring(L, -1, NULL));
  lua_settop(L, 0);
  return ok;
}


static void *work (void *ud) {
  Work *w = (Work *)ud;
  lua_State *L = luaL_newstate();
  int i, n, round;
  if (L == NULL) return NULL;
  lua_pushcfunction(L, host_open);
  lua_call(L, 0, 0);
  lua_pushcfunction(L, host_load);
  lua_call(L, 0, 0);
  n = host_count(L);
  for (round = 0; round < 4 && !w->wrong; round++)
    for (i = 0; i < n && !w->wrong; i++)
      w->wrong = !succeeds(L, 1 + (w->first + i) % n, w);
  lua_close(L);
  return NULL;
}


static void row_150_states (void **state) {
  static Work works[THREADS];
  int i;
  (void)state;
  memset(works, 0, sizeof(works));
  for (i = 0; i < THREADS; i++) works[i].first = i;
  on_threads(work, works, sizeof(Work));
  for (i = 0; i < THREADS; i++)
    if (works[i].wrong) fail_msg("thread %d: %s", i, works[i].text);
}

/* }====================================================== */


/*
** {======================================================
** Roots
** =======================================================
*/

/* looks through roots of its own, all of one folder: each is closed while
   the other threads look through theirs */
static void *look (void *ud) {
  int *wrong = (int *)ud, n;
  wk_Fail f;
  for (n = 0; n < 200; n++) {
    wk_Root root;
    wk_File file;
    char *bytes = NULL, *list = NULL;
    size_t len = 0, size = 0;
    if (wk_root_open(&root, "tests", 5, n & 1 ? WK_AUTO : WK_WALK, &f)
        != WK_OK) {
      ++*wrong;
      continue;
    }
    if (wk_path_open(&root, "fault/rooms.h", 13, &file, &f) != WK_OK)
      ++*wrong;
    else {
      if (wk_file_read(&file, 1000000, &bytes, &len, &f) != WK_OK ||
          strncmp(bytes, "/*\n** rooms.h", 13) != 0) ++*wrong;
      wk_file_close(&file);
    }
    if (wk_path_open(&root, "no/such", 7, &file, &f) != WK_ENOTFOUND)
      ++*wrong;
    if (wk_path_list(&root, "fault", 5, &list, &size, &f) != WK_OK) ++*wrong;
    free(bytes);
    free(list);
    wk_root_close(&root);
  }
  return NULL;
}


static void row_151_roots (void **state) {
  static int wrongs[THREADS];
  int i;
  (void)state;
  on_threads(look, wrongs, sizeof(int));
  for (i = 0; i < THREADS; i++) assert_int_equal(wrongs[i], 0);
}

/* }====================================================== */


/*
** {======================================================
** Processes
** =======================================================
*/

/* gives the exit status of a process that runs all scenarios in L */
static int in_child (lua_State *L) {
  int status = 0, i;
  pid_t child = fork();
  if (child == 0) {
    for (i = 1; i <= host_count(L); i++)
      if (host_run(L, i) != DONE) _exit(i);
    _exit(0);
  }
  assert_int_equal(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}


static const char opened[] =
  "local wick = require 'wick'\n"
  "config = assert(wick.load('examples/iris/train.yaml'))\n"
  "project = assert(wick.project('examples/lighter-page/my_project'))\n"
  "return assert(config:build('optimizer')) ~= nil\n";

static const char used[] =
  "assert(config:build('model') and config:close())\n"
  "assert(project:import('my_project.models.MyModel') and project:close())\n"
  "return true\n";


static void row_154_fork (void **state) {
  lua_State *L = (lua_State *)*state;
  int status = 0;
  pid_t child;
  lua_pushcfunction(L, host_open);
  lua_call(L, 0, 0);
  lua_pushcfunction(L, host_load);
  lua_call(L, 0, 0);
  assert_int_equal(in_child(L), 0);
  assert_int_equal(luaL_dostring(L, opened), LUA_OK);
  lua_settop(L, 0);
  child = fork();  /* between load and use */
  if (child == 0) _exit(luaL_dostring(L, used) != LUA_OK);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  if (luaL_dostring(L, used) != LUA_OK)  /* the parent's are its own */
    fail_msg("%s", luaL_tolstring(L, -1, NULL));
  assert_int_equal(in_child(L), 0);
  lua_settop(L, 0);
}


/* how many descriptors a program has that this process starts */
static int fds_of_program (void) {
  FILE *out = popen("ls /proc/self/fd | wc -l", "r");
  char line[32];
  assert_non_null(out);
  assert_non_null(fgets(line, sizeof(line), out));
  pclose(out);
  return (int)strtol(line, NULL, 10);
}


static void row_154_exec (void **state) {
  lua_State *L = (lua_State *)*state;
  int before = fds_of_program(), fds = count_fds(), plain;
  wk_File file;
  lua_pushcfunction(L, host_open);
  lua_call(L, 0, 0);
  assert_int_equal(luaL_dostring(L, opened), LUA_OK);
  lua_settop(L, 0);
  assert_int_equal(wk_file_open("tests/fault/rooms.h", &file, &failure),
                   WK_OK);
  assert_true(count_fds() >= fds + 3);  /* two roots and a file */
  assert_int_equal(fds_of_program(), before);
  plain = open("/dev/null", O_RDONLY);  /* the control: one that goes along */
  assert_int_equal(fds_of_program(), before + 1);
  close(plain);
  wk_file_close(&file);
  assert_int_equal(luaL_dostring(L, used), LUA_OK);
  lua_settop(L, 0);
}

/* }====================================================== */


static int shared;

static void *race (void *ud) {
  int i;
  (void)ud;
  for (i = 0; i < 1000; i++) shared++;
  return NULL;
}


static void the_control_races (void **state) {
  char ud[THREADS];
  (void)state;
  if (getenv("THREADS_RACE") != NULL) on_threads(race, ud, 1);
}


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(the_control_races), LEAK_TEST(row_150_states),
    LEAK_TEST(row_151_roots),
    LEAK_LUA_TEST(row_154_fork), LEAK_LUA_TEST(row_154_exec)
  };
  return cmocka_run_group_tests(tests, host_plugin, NULL);
}
