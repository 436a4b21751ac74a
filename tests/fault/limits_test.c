/*
** limits_test.c -- a process that has little: few descriptors (attack row
** 143), a clock that interrupts every call (144), a filter that does not know
** openat2 (145), a small stack (146); and a long life (147).
**
** FAULT_CYCLES=N makes that life N cycles long (`make soak`: a million).
*/

#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <unistd.h>
#include <cmocka.h>

#include <lua.h>

#include "host.h"
#include "leak.h"
#include "rooms.h"
#include "yaml.h"


/* opens all in a state of the test's, and runs each scenario: what is loaded
   when it is first needed is there then */
static void open_warm (lua_State *L) {
  int i;
  lua_pushcfunction(L, host_open);
  lua_call(L, 0, 0);
  lua_pushcfunction(L, host_load);
  lua_call(L, 0, 0);
  for (i = 1; i <= host_count(L); i++)
    assert_int_equal(host_run(L, i), DONE);
}


/*
** {======================================================
** Few descriptors
** =======================================================
*/

static struct rlimit files;


static void limit_files (int n) {
  struct rlimit few = files;
  few.rlim_cur = (rlim_t)n;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
}


static void row_143_rooms (void **state) {
  int fds = count_fds(), n;
  size_t i;
  (void)state;
  getrlimit(RLIMIT_NOFILE, &files);
  for (i = 0; i < N_ROOMS; i++) {
    wk_Code code = WK_EBUG;
    if (rooms[i].run == do_stream) continue;  /* libc opens it */
    for (n = 0; n < fds + 8; n++) {
      limit_files(n);
      code = rooms[i].run();
      setrlimit(RLIMIT_NOFILE, &files);
      if (code != WK_OK && code != WK_EMFILE)
        fail_msg("%s, %d descriptors: %s", rooms[i].name, n, failure.message);
      assert_int_equal(count_fds(), fds);
    }
    assert_int_equal(code, WK_OK);
  }
}


static void row_143_library (void **state) {
  lua_State *L = (lua_State *)*state;
  int fds, n, i;
  open_warm(L);
  fds = count_fds();
  getrlimit(RLIMIT_NOFILE, &files);
  /* what tells of it is loaded before */
  limit_files(fds);
  host_run(L, 1);
  setrlimit(RLIMIT_NOFILE, &files);
  for (i = 1; i <= host_count(L); i++) {
    Outcome outcome = REFUSED;
    for (n = fds > 8 ? fds - 8 : 0; n < fds + 8; n++) {
      int status;
      limit_files(n);
      status = host_begin(L, i);
      setrlimit(RLIMIT_NOFILE, &files);
      outcome = host_outcome(L, status);
      if (outcome != DONE && strcmp(host_name, "EMFILE") != 0)
        fail_msg("`%s`, %d descriptors: %s", host_title(L, i), n, host_text);
    }
    assert_int_equal(outcome, DONE);
  }
  collect(L);
  assert_int_equal(count_fds(), fds);
}

/* }====================================================== */


/*
** {======================================================
** Interruptions
** =======================================================
*/

static volatile sig_atomic_t rung;


static void ring (int number) {
  (void)number;
  rung++;
}


/* a signal every 100 microseconds from here on, that restarts no call */
static void storm (int on) {
  struct itimerval every;
  struct sigaction action;
  memset(&action, 0, sizeof(action));
  action.sa_handler = on ? ring : SIG_IGN;
  memset(&every, 0, sizeof(every));
  every.it_interval.tv_usec = every.it_value.tv_usec = on ? 100 : 0;
  if (on) sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &every, NULL);
  if (!on) sigaction(SIGALRM, &action, NULL);
}


/* reads a pipe that another process fills bit by bit */
static void read_slowly (int blocks) {
  int ends[2], i;
  char *bytes = NULL;
  size_t len = 0;
  wk_Code code;
  pid_t child;
  assert_int_equal(pipe(ends), 0);
  if (!blocks) fcntl(ends[0], F_SETFL, O_NONBLOCK);
  child = fork();
  if (child == 0) {
    close(ends[0]);
    for (i = 0; i < 2000; i++)
      while (write(ends[1], "0123456789", 10) < 0 && errno == EINTR) ;
    _exit(0);
  }
  close(ends[1]);
  code = wk_stream_read(ends[0], 100000, &bytes, &len, &failure);
  close(ends[0]);
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) ;
  assert_int_equal(code, WK_OK);
  assert_int_equal(len, 20000);
  free(bytes);
}


static void row_144_storm (void **state) {
  lua_State *L = (lua_State *)*state;
  int i, k;
  size_t room;
  open_warm(L);
  rung = 0;
  storm(1);
  for (k = 0; k < 2000 && (k < 20 || rung < 500); k++) {
    for (i = 1; i <= host_count(L); i++)
      if (host_run(L, i) != DONE) {
        storm(0);
        fail_msg("`%s`: %s", host_title(L, i), host_text);
      }
    for (room = 0; room < N_ROOMS; room++)
      if (rooms[room].run() != WK_OK) {
        storm(0);
        fail_msg("%s: %s", rooms[room].name, failure.message);
      }
  }
  read_slowly(1);
  read_slowly(0);
  storm(0);
  assert_true(rung >= 100);
}

/* }====================================================== */


/*
** {======================================================
** A filter of system calls
** =======================================================
*/

#if defined(SYS_openat2)

/* openat2 gives `err` in this process from here on; 0 when that cannot be */
static int forbid_openat2 (int err) {
  struct sock_filter code[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
  };
  struct sock_fprog program = {4, code};
  code[2].k |= (unsigned)err;
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}


/* in a process of its own, with a fresh state: does all work? 0, the number
   of what did not, or 77 */
static int work_filtered (int err) {
  lua_State *L = luaL_newstate();
  size_t room;
  int i, wrong = 0;
  if (L == NULL || !forbid_openat2(err)) return 77;
  lua_pushcfunction(L, host_open);
  lua_call(L, 0, 0);
  lua_pushcfunction(L, host_load);
  lua_call(L, 0, 0);
  for (room = 0; room < N_ROOMS; room++)
    wrong += rooms[room].run() != WK_OK;
  for (i = 1; i <= host_count(L); i++) wrong += host_run(L, i) != DONE;
  lua_close(L);
  return wrong;
}


static void row_145_filter (void **state) {
  static const int errors[] = {ENOSYS, EPERM};
  size_t k;
  (void)state;
  for (k = 0; k < 2; k++) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) _exit(work_filtered(errors[k]));
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
      SKIP("this system takes no filter of system calls");
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
  }
}

#else

static void row_145_filter (void **state) {
  (void)state;
  SKIP("this system has no openat2");
}

#endif

/* }====================================================== */


/*
** {======================================================
** A small stack
** =======================================================
*/

#if !defined(SANITIZED)

#define STACK  65536


/* a document that is as deep, as long, or as knotted as may be */
static wk_Code read_text (const char *text, size_t len) {
  wk_Tree t;
  uint16_t doc;
  wk_Id root, copy;
  size_t added;
  wk_Code code;
  wk_tree_init(&t);
  code = wk_tree_document(&t, WK_FILE, 0, "a", text, len, &doc, &failure);
  if (code == WK_OK)
    code = wk_yaml_read(&t, doc, WK_TOP_ANY, NULL, NULL, &root, &failure);
  if (code == WK_OK)
    code = wk_tree_copy(&t, root, 0, &copy, &added, &failure);
  wk_tree_free(&t);
  return code;
}


/* the same for a text, a part n times, and another m times */
static wk_Code read_many (const char *head, const char *part, int n,
                          const char *tail, int m) {
  size_t size = strlen(head) + strlen(part) * (size_t)n +
                strlen(tail) * (size_t)m + 1, used;
  char *text = (char *)malloc(size);
  wk_Code code;
  int i;
  if (text == NULL) return WK_ENOMEM;
  used = (size_t)snprintf(text, size, "%s", head);
  for (i = 0; i < n + m; i++)
    used += (size_t)snprintf(text + used, size - used, "%s",
                             i < n ? part : tail);
  code = read_text(text, used);
  free(text);
  return code;
}


/* values that wick's Lua walks: deep tables, long chains, long expressions */
static const char deep[] =
  "local wick = require 'wick'\n"
  "local t = {}\n"
  "local at = t\n"
  "for _ = 1, 90 do at.a = { {} } at = at.a[1] end\n"
  "local config = assert(wick.load(t))\n"
  "assert(#config:show() > 1000 and config:get 'a')\n"
  "t = { a0 = 1 }\n"
  "for i = 1, 2000 do t['a' .. i] = wick.ref('a' .. i - 1) end\n"
  "assert(assert(wick.load(t)):get 'a2000' == 1)\n"
  "t = { a = wick.expr(('('):rep(150) .. '1' .. (')'):rep(150)),\n"
  "  b = wick.expr(('1+'):rep(20000) .. '1'),\n"
  "  c = wick.expr(('- '):rep(150) .. '1') }\n"
  "assert(assert(wick.load(t)):get 'b' == 20001)\n"
  "local ok, err = wick.load { a = wick.expr(('('):rep(100000)) }\n"
  "assert(not ok and err.code)\n"
  "ok, err = wick.load { a = wick.ref(('a.'):rep(100000)) }\n"
  "assert(not ok and tostring(err))\n";


static void *work_small (void *ud) {
  int *wrong = (int *)ud;
  lua_State *L = luaL_newstate();
  size_t room;
  int i;
  for (room = 0; room < N_ROOMS; room++)
    *wrong += rooms[room].run() != WK_OK;
  *wrong += read_many("", "[", 250, "]", 250) != WK_OK;
  *wrong += read_many("", "[", 100000, "]", 1) != WK_EDEPTH;
  *wrong += read_many("", "{a: ", 250, "}", 250) != WK_OK;
  *wrong += read_many("", "- ", 250, "x\n", 1) != WK_OK;
  *wrong += read_many("a: &a [", "1,", 50000, "]\nb: *a\n", 1) != WK_OK;
  *wrong += read_many("a: \"", "\\u00e4", 100000, "\"\n", 1) != WK_OK;
  *wrong += read_many("? ", "? ", 100000, "x\n", 1) != WK_EKEY &&
            failure.code != WK_EDEPTH;
  lua_pushcfunction(L, host_open);
  lua_call(L, 0, 0);
  lua_pushcfunction(L, host_load);
  lua_call(L, 0, 0);
  for (i = 1; i <= host_count(L); i++) *wrong += host_run(L, i) != DONE;
  if (luaL_dostring(L, deep) != LUA_OK) {
    print_message("# %s\n", luaL_tolstring(L, -1, NULL));
    ++*wrong;
  }
  lua_close(L);
  return NULL;
}


static void row_146_stack (void **state) {
  pthread_attr_t small;
  pthread_t thread;
  int wrong = 0;
  (void)state;
  assert_int_equal(pthread_attr_init(&small), 0);
  assert_int_equal(pthread_attr_setstacksize(&small, STACK), 0);
  assert_int_equal(pthread_create(&thread, &small, work_small, &wrong), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
  pthread_attr_destroy(&small);
  assert_int_equal(wrong, 0);
}

#else

static void row_146_stack (void **state) {
  (void)state;
  SKIP("a sanitizer makes the frames of functions much larger");
}

#endif

/* }====================================================== */


/*
** {======================================================
** A long life
** =======================================================
*/

/* what the process has: KiB of memory, bytes that were allocated */
typedef struct Size {
  long resident;
  size_t taken;
} Size;


static Size size_now (void) {
  FILE *file = fopen("/proc/self/statm", "re");
  char line[256], *second;
  Size now;
  assert_non_null(file);
  assert_non_null(fgets(line, sizeof(line), file));
  fclose(file);
  second = strchr(line, ' ');
  now.resident = second == NULL ? 0 : strtol(second, NULL, 10) *
                                      (sysconf(_SC_PAGESIZE) / 1024);
  now.taken = mallinfo2().uordblks;
  return now;
}


/* What may come on top of `before`: a block that libc or Lua keeps, and what
   the heap has in pieces.  A sanitizer keeps what was freed, and finds leaks
   itself. */
static int flat (Size before) {
#if defined(SANITIZED)
  (void)before;
  return 1;
#else
  Size now = size_now();
  if (now.taken < before.taken + 32768 && now.resident < before.resident + 8192)
    return 1;
  print_message("# from %zu bytes and %ld KiB to %zu bytes and %ld KiB\n",
                before.taken, before.resident, now.taken, now.resident);
  return 0;
#endif
}


static void row_147_rooms (void **state) {
  long n, cycles = host_number("FAULT_CYCLES", 20000);
  int fds = count_fds();
  Size before = {0, 0};
  (void)state;
  for (n = 0; n < cycles; n++) {
    if (n == cycles / 10) before = size_now();
    if (do_read() != WK_OK || do_walk() != WK_OK) fail();
  }
  assert_int_equal(count_fds(), fds);
  assert_true(flat(before));
}


static void row_147_library (void **state) {
  lua_State *L = (lua_State *)*state;
  long n, cycles = host_number("FAULT_CYCLES", 3000);
  Size before = {0, 0};
  int fds;
  open_warm(L);
  fds = count_fds();
  for (n = 0; n < cycles; n++) {
    if (n == cycles / 10) {
      collect(L);
      before = size_now();
    }
    if (host_run(L, 1 + (int)(n % 2)) != DONE) fail_msg("%s", host_text);
  }
  collect(L);
  assert_int_equal(count_fds(), fds);
  assert_true(flat(before));
}

/* }====================================================== */


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(row_143_rooms), LEAK_LUA_TEST(row_143_library),
    LEAK_LUA_TEST(row_144_storm), LEAK_TEST(row_145_filter),
    LEAK_TEST(row_146_stack), LEAK_TEST(row_147_rooms),
    LEAK_LUA_TEST(row_147_library)
  };
  return cmocka_run_group_tests(tests, host_plugin, NULL);
}
