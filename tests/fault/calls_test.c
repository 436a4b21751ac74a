/*
** calls_test.c -- each call that the core makes to the system fails, once and
** one after the other, in each way it may (attack rows 143 to 145, 47):
** interrupted, an error of the disk, too many files, no memory, no
** permission, a call that the system does not have.
**
** The answer is right or the failure says which it was; as many descriptors
** are open as before, and the same works right after.
**
** The program has functions of its own in place of libc's, which its core is
** linked with; what libc and Lua do inside is not met.
*/

#define _GNU_SOURCE
#undef _FORTIFY_SOURCE   /* it has other names for what stands below */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include <lua.h>

#include "host.h"
#include "leak.h"
#include "path.h"
#include "plugin.h"
#include "rooms.h"


/*
** {======================================================
** The calls
** =======================================================
*/

typedef enum Call {
  OPEN, OPENAT, OPENAT2, CLOSE, FSTAT, FSTATAT, STATX, READ, PREAD, READLINK,
  READLINKAT, FDOPENDIR, READDIR, REALPATH, GETCWD, POLL, FCNTL, STAT, DLOPEN,
  N_CALLS
} Call;

static const char *const names[N_CALLS] = {
  "open", "openat", "openat2", "close", "fstat", "fstatat", "statx", "read",
  "pread", "readlink", "readlinkat", "fdopendir", "readdir", "realpath",
  "getcwd", "poll", "fcntl", "stat", "dlopen"
};

static long called;      /* calls since the count began */
static long failing;     /* this one fails, 0: none */
static int with;         /* with this errno */
static Call last;        /* the one that failed, or that was counted last */
static long met[N_CALLS];


/* counts the call; is it the one that fails? */
static int fails (Call call) {
  called++;
  met[call]++;
  if (failing != 0 && called != failing) return 0;
  last = call;
  if (failing == 0) return 0;
  errno = with;
  return 1;
}


/* libc's own function of this name */
static void *real (const char *name) {
  void *f = dlsym(RTLD_NEXT, name);
  if (f == NULL) abort();
  return f;
}

#define REAL(type, name, ...) \
  static type (*f) (__VA_ARGS__); \
  if (f == NULL) { void *p = real(name); memcpy(&f, &p, sizeof(f)); }


#pragma GCC visibility push(default)

int open (const char *path, int flags, ...) {
  REAL(int, "open", const char *, int, ...)
  return fails(OPEN) ? -1 : f(path, flags, 0600);
}

int openat (int dir, const char *path, int flags, ...) {
  REAL(int, "openat", int, const char *, int, ...)
  return fails(OPENAT) ? -1 : f(dir, path, flags, 0600);
}

int __openat_2 (int dir, const char *path, int flags);
int __openat_2 (int dir, const char *path, int flags) {
  return openat(dir, path, flags);
}

/* the descriptor is gone, whatever close says */
int close (int fd) {
  REAL(int, "close", int)
  int failed = fails(CLOSE), err = errno, result = f(fd);
  if (failed) errno = err;
  return failed ? -1 : result;
}

int fstat (int fd, struct stat *st) {
  REAL(int, "fstat", int, struct stat *)
  return fails(FSTAT) ? -1 : f(fd, st);
}

int fstatat (int dir, const char *path, struct stat *st, int flags) {
  REAL(int, "fstatat", int, const char *, struct stat *, int)
  return fails(FSTATAT) ? -1 : f(dir, path, st, flags);
}

int statx (int dir, const char *path, int flags, unsigned mask,
           struct statx *st) {
  REAL(int, "statx", int, const char *, int, unsigned, struct statx *)
  return fails(STATX) ? -1 : f(dir, path, flags, mask, st);
}

ssize_t read (int fd, void *to, size_t size) {
  REAL(ssize_t, "read", int, void *, size_t)
  return fails(READ) ? -1 : f(fd, to, size);
}

ssize_t pread (int fd, void *to, size_t size, off_t at) {
  REAL(ssize_t, "pread", int, void *, size_t, off_t)
  return fails(PREAD) ? -1 : f(fd, to, size, at);
}

ssize_t readlink (const char *path, char *to, size_t size) {
  REAL(ssize_t, "readlink", const char *, char *, size_t)
  return fails(READLINK) ? -1 : f(path, to, size);
}

ssize_t readlinkat (int dir, const char *path, char *to, size_t size) {
  REAL(ssize_t, "readlinkat", int, const char *, char *, size_t)
  return fails(READLINKAT) ? -1 : f(dir, path, to, size);
}

DIR *fdopendir (int fd) {
  REAL(DIR *, "fdopendir", int)
  return fails(FDOPENDIR) ? NULL : f(fd);
}

struct dirent *readdir (DIR *dir) {
  REAL(struct dirent *, "readdir", DIR *)
  return fails(READDIR) ? NULL : f(dir);
}

char *realpath (const char *path, char *to) {
  REAL(char *, "realpath", const char *, char *)
  return fails(REALPATH) ? NULL : f(path, to);
}

char *getcwd (char *to, size_t size) {
  REAL(char *, "getcwd", char *, size_t)
  return fails(GETCWD) ? NULL : f(to, size);
}

int poll (struct pollfd *fds, nfds_t n, int timeout) {
  REAL(int, "poll", struct pollfd *, nfds_t, int)
  return fails(POLL) ? -1 : f(fds, n, timeout);
}

/* only where the core makes a descriptor of its own */
int fcntl (int fd, int command, ...) {
  REAL(int, "fcntl", int, int, ...)
  va_list args;
  long arg;
  va_start(args, command);
  arg = va_arg(args, long);
  va_end(args);
  return command == F_DUPFD_CLOEXEC && fails(FCNTL) ? -1
                                                    : f(fd, command, arg);
}

int stat (const char *restrict path, struct stat *restrict st) {
  REAL(int, "stat", const char *, struct stat *)
  return fails(STAT) ? -1 : f(path, st);
}

/* only of plugins, which have no name but this */
void *dlopen (const char *name, int flags) {
  REAL(void *, "dlopen", const char *, int)
  return name != NULL && strncmp(name, "/proc/", 6) == 0 && fails(DLOPEN)
           ? NULL : f(name, flags);
}

/* openat2 has no name in libc */
long syscall (long number, ...) {
  REAL(long, "syscall", long, ...)
  va_list args;
  long a, b, c, d;
  va_start(args, number);
  a = va_arg(args, long);
  b = va_arg(args, long);
  c = va_arg(args, long);
  d = va_arg(args, long);
  va_end(args);
#if defined(SYS_openat2)
  if (number == SYS_openat2 && fails(OPENAT2)) return -1;
#endif
  return f(number, a, b, c, d);
}

#pragma GCC visibility pop


static void begin (long at, int err) {
  called = 0;
  with = err;
  failing = at;
}


static void end (void) {
  failing = 0;
}

/* }====================================================== */


/*
** {======================================================
** What may come of it
** =======================================================
*/

static const int errors[] = {EINTR, EIO, EMFILE, ENOMEM, EACCES, ENOSYS};
#define N_ERRORS  (sizeof(errors) / sizeof(*errors))

/* the name of the failure for an errno */
static const char *name_of (int err) {
  switch (err) {
    case EMFILE: return "EMFILE";
    case ENOMEM: return "ENOMEM";
    case EACCES: return "EACCES";
    default: return "EIO";
  }
}


/* may this call end by this errno and be asked again?  Those that never wait
   do not. */
static int interrupted (Call call, int err) {
  return err == EINTR && (call == OPEN || call == OPENAT ||
                          call == OPENAT2 || call == READ || call == PREAD ||
                          call == POLL || call == CLOSE);
}


/* must it work all the same? */
static int harmless (Call call, int err) {
  return call == CLOSE || interrupted(call, err) ||
         (call == OPENAT2 && err == ENOSYS);  /* the walk does it */
}

/* }====================================================== */


/* runs it with its nth call failing; NULL, or what is wrong with that */
static const char *wrong_room (wk_Code (*run) (void), long n, int err) {
  static char text[1024];
  int fds = count_fds(), now;
  wk_Code code;
  Call call;
  begin(n, err);
  code = run();
  call = last;
  end();
  now = count_fds();
  snprintf(text, sizeof(text), "call %ld, %s: %s: %s", n, names[call],
           strerror(err), code != WK_OK ? failure.message : "");
  if (code != WK_OK && (harmless(call, err) ||
                        strcmp(wk_code_info(code)->name, name_of(err)) != 0))
    return text;
  if (now != fds) {
    snprintf(text, sizeof(text), "call %ld, %s: %s: %d descriptors left", n,
             names[call], strerror(err), now - fds);
    return text;
  }
  return run() != WK_OK ? "it does not work any more" : NULL;
}


/* the first thing that is wrong when each call fails in each way */
static const char *sweep_room (wk_Code (*run) (void)) {
  long n, total;
  size_t k;
  begin(0, 0);
  if (run() != WK_OK) return "it does not work";
  total = called;
  for (n = 1; n <= total; n++)
    for (k = 0; k < N_ERRORS; k++) {
      const char *wrong = wrong_room(run, n, errors[k]);
      if (wrong != NULL) return wrong;
    }
  return NULL;
}


static void rows_143_to_145_rooms (void **state) {
  size_t i;
  (void)state;
  for (i = 0; i < N_ROOMS; i++) {
    const char *wrong = sweep_room(rooms[i].run);
    if (wrong != NULL) fail_msg("%s: %s", rooms[i].name, wrong);
  }
}


/* the control: each is wrong in one way, and is found out */

static wk_Code no_retry (void) {
  char c;
  int fd = open("tests/fault/rooms.h", O_RDONLY | O_CLOEXEC);
  ssize_t n;
  if (fd < 0) return wk_fail_errno(&failure, errno, "it does not open");
  do n = read(fd, &c, 1);
  while (n < 0 && errno == EINTR);
  close(fd);
  return n == 1 ? WK_OK : wk_fail_errno(&failure, errno, "it cannot be read");
}

static wk_Code wrong_name (void) {
  int fd;
  do fd = open("tests/fault/rooms.h", O_RDONLY | O_CLOEXEC);
  while (fd < 0 && errno == EINTR);
  if (fd < 0) return wk_fail(&failure, WK_ENOTFOUND, "there is no such file");
  close(fd);
  return WK_OK;
}

static int left_open = -1;

static wk_Code leaves_open (void) {
  struct stat st;
  int fd;
  do fd = open("tests/fault/rooms.h", O_RDONLY | O_CLOEXEC);
  while (fd < 0 && errno == EINTR);
  if (fd < 0) return wk_fail_errno(&failure, errno, "it does not open");
  if (fstat(fd, &st) != 0) {
    left_open = fd;
    return wk_fail_errno(&failure, errno, "it cannot be looked at");
  }
  close(fd);
  return WK_OK;
}


static void the_control_is_found_out (void **state) {
  (void)state;
  assert_string_equal(sweep_room(no_retry), "call 1, open: Interrupted system "
                      "call: it does not open");
  assert_string_equal(sweep_room(wrong_name), "call 1, open: Input/output "
                      "error: there is no such file");
  assert_string_equal(sweep_room(leaves_open), "call 2, fstat: Interrupted "
                      "system call: 1 descriptors left");
  close(left_open);
}


/*
** {======================================================
** A plugin, which a process loads once: each try is a child
** =======================================================
*/

static wk_Code load_plugin (void) {
  const char *build = getenv("WICK_BUILD");
  char dir[512];
  wk_Root root;
  wk_Plugin p;
  wk_Loaded loaded;
  wk_Code code;
  snprintf(dir, sizeof(dir), "%s/tests/plugins", build ? build : "build");
  code = wk_root_open(&root, dir, strlen(dir), WK_AUTO, &failure);
  if (code != WK_OK) return code;
  code = wk_plugin_open(&root, "one.so", 6, "p.one", 5, "Lua 5.4", 1 << 20,
                        &p, &failure);
  if (code == WK_OK) {
    code = wk_plugin_load(&p, &loaded, &failure);
    wk_plugin_close(&p);
  }
  wk_root_close(&root);
  return code;
}


/* the failure when this call says that */
static const char *plugin_failure (Call call, int err) {
  switch (call) {
    case READLINK: case STAT: return err == ENOMEM ? "ENOMEM" : "ENOPROC";
    case DLOPEN: return "EDLOPEN";   /* it gives no errno */
    default: return name_of(err);
  }
}


/* in a child: loads it with its nth call failing; 0 when that is right */
static int try_plugin (long n, int err) {
  const int fds = count_fds();
  wk_Code code;
  Call call;
  begin(n, err);
  code = load_plugin();
  call = last;
  end();
  if ((code != WK_OK && (harmless(call, err) ||
       strcmp(wk_code_info(code)->name, plugin_failure(call, err)) != 0)) ||
      count_fds() != fds + (code == WK_OK) || load_plugin() != WK_OK ||
      count_fds() != fds + 1) {
    fprintf(stderr, "# call %ld, %s: %s: %s, %d descriptors\n", n,
            names[call], strerror(err), code != WK_OK ? failure.message : "",
            count_fds() - fds);
    return 1;
  }
  return 0;
}


/* what a child gives: of a try, or (n = 0) how many calls there are */
static int plugin_child (long n, int err) {
  int status = -1;
  pid_t pid = fork();
  if (pid == 0) {
    if (n > 0) _exit(try_plugin(n, err));
    begin(0, 0);
    _exit(load_plugin() == WK_OK && called < 256 ? (int)called : 0);
  }
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}


static void rows_143_to_145_plugin (void **state) {
  const long total = plugin_child(0, 0);
  long n;
  size_t k;
  (void)state;
  assert_true(total > 15);
  for (n = 1; n <= total; n++)
    for (k = 0; k < N_ERRORS; k++)
      assert_int_equal(plugin_child(n, errors[k]), 0);
}

/* }====================================================== */


static void one_scenario (lua_State *L, int i, long n, int err) {
  int status, fds = count_fds();
  Outcome outcome;
  Call call;
  begin(n, err);
  status = host_begin(L, i);
  call = last;
  end();
  outcome = host_outcome(L, status);
  if (outcome != DONE && (harmless(call, err) ||
                          strcmp(host_name, name_of(err)) != 0))
    fail_msg("`%s`, call %ld, %s: %s: %s %s", host_title(L, i), n,
             names[call], strerror(err), host_name, host_text);
  collect(L);
  if (count_fds() != fds)
    fail_msg("`%s`, call %ld, %s: %s: %d descriptors left", host_title(L, i),
             n, names[call], strerror(err), count_fds() - fds);
  if (host_run(L, i) != DONE)
    fail_msg("`%s` after call %ld, %s: %s: %s", host_title(L, i), n,
             names[call], strerror(err), host_text);
}


static void rows_143_to_145_library (void **state) {
  lua_State *L = (lua_State *)*state;
  int i;
  size_t k;
  lua_pushcfunction(L, host_open);
  lua_call(L, 0, 0);
  lua_pushcfunction(L, host_load);
  lua_call(L, 0, 0);
  for (i = 1; i <= host_count(L); i++) {
    long n, total;
    assert_int_equal(host_run(L, i), DONE);
    begin(0, 0);
    assert_int_equal(host_run(L, i), DONE);
    total = called;
    for (n = 1; n <= total; n++)
      for (k = 0; k < N_ERRORS; k++) one_scenario(L, i, n, errors[k]);
  }
}


/* the shims are in the way of what they should be in the way of */
static void every_call_was_met (void **state) {
  int i;
  (void)state;
  for (i = 0; i < N_CALLS; i++) {
    if (i == POLL || i == REALPATH || i == READLINKAT) continue;
#if !defined(SYS_openat2)
    if (i == OPENAT2) continue;
#endif
    if (met[i] == 0) fail_msg("%s was never called", names[i]);
  }
}


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(rows_143_to_145_rooms), LEAK_TEST(the_control_is_found_out),
    LEAK_TEST(rows_143_to_145_plugin),
    LEAK_LUA_TEST(rows_143_to_145_library),
    LEAK_TEST(every_call_was_met)
  };
  return cmocka_run_group_tests(tests, host_plugin, NULL);
}
