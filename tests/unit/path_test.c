/*
** path_test.c -- roots and the way to a file, each behaviour on each backend.
**
** What needs other file systems, mounts and another user is in tests/attack.
*/

#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <ucontext.h>

#include <cmocka.h>

#include "leak.h"
#include "path_ground.h"


/*
** {======================================================
** The way to a file
** =======================================================
*/

static void opens (void **state) {
  (void)state;
  assert_int_equal(mkdir("plain", 0755), 0);
  assert_int_equal(mkdir("plain/b", 0755), 0);
  put("plain/a.lua", "return 1\n", 9);
  put("plain/b/c.lua", "", 0);
  put("plain/b/\xD0\xBE odd.lua", "x", 1);
  EACH_BACKEND {
    wk_Root r = root_of("plain", backends[b]);
    wk_File file;
    wk_Fail f;
    char *bytes;
    size_t size;
    struct stat st;
    assert_int_equal(wk_path_open(&r, "a.luaX", 5, &file, &f), WK_OK);
    assert_int_equal(stat("plain/a.lua", &st), 0);
    assert_int_equal(file.ino, st.st_ino);
    assert_int_equal(file.dev, st.st_dev);
    assert_int_equal(file.nlink, 1);
    assert_int_equal(file.mode & 0777, 0644);
    assert_int_equal(wk_file_read(&file, 9, &bytes, &size, &f), WK_OK);
    assert_int_equal(size, 9);
    assert_string_equal(bytes, "return 1\n");
    free(bytes);
    assert_int_equal(wk_file_read(&file, 8, &bytes, &size, &f), WK_ESIZE);
    assert_true(says(&f, "a.lua"));
    wk_file_close(&file);
    wk_root_close(&r);
  }
  all("plain", "b/c.lua", WK_OK);
  all("plain", "b/\xD0\xBE odd.lua", WK_OK);
  all("plain", "b/d.lua", WK_ENOTFOUND);
  all("plain", "d/c.lua", WK_ENOTFOUND);
  all("plain", "a.lua/c.lua", WK_ENOTFOUND);
  all("plain", "a.lua/b/c.lua", WK_ENOTFOUND);
}


static void links (void **state) {
  (void)state;
  assert_int_equal(mkdir("links", 0755), 0);
  assert_int_equal(mkdir("links/in", 0755), 0);
  assert_int_equal(mkdir("outside", 0755), 0);
  put("links/in/a.lua", "", 0);
  put("outside/a.lua", "secret", 6);
  assert_int_equal(symlink("../outside/a.lua", "links/last.lua"), 0);
  assert_int_equal(symlink("../outside", "links/mid"), 0);
  assert_int_equal(symlink("in/a.lua", "links/inside.lua"), 0);
  assert_int_equal(symlink("nothing", "links/dangling.lua"), 0);
  assert_int_equal(symlink("loop.lua", "links/loop.lua"), 0);
  assert_int_equal(symlink("\x1b[31m", "links/odd.lua"), 0);
  all("links", "last.lua", WK_ESYMLINK);
  all("links", "mid/a.lua", WK_ESYMLINK);
  all("links", "mid/none.lua", WK_ESYMLINK);
  all("links", "inside.lua", WK_ESYMLINK);
  all("links", "inside.lua/x", WK_ESYMLINK);
  all("links", "dangling.lua", WK_ESYMLINK);
  all("links", "dangling.lua/a/b", WK_ESYMLINK);
  all("links", "loop.lua", WK_ESYMLINK);
  all("links", "none/last.lua", WK_ENOTFOUND);
  EACH_BACKEND {
    wk_Root r = root_of("links", backends[b]);
    wk_Fail f;
    assert_int_equal(try_n(&r, "mid/a.lua", 9, &f), WK_ESYMLINK);
    assert_string_equal(f.message,
                        "the way to `mid/a.lua` is a symbolic link");
    assert_string_equal(f.notes[0], "mid -> ../outside");
    assert_int_equal(try_n(&r, "odd.lua", 7, &f), WK_ESYMLINK);
    assert_string_equal(f.notes[0], "odd.lua -> \\x1B[31m");
    wk_root_close(&r);
  }
}


/* the kernel is asked to refuse these by itself, whatever name.c does */
static void beneath (void **state) {
  const int flags = O_RDONLY | O_CLOEXEC;
  wk_Root r;
  (void)state;
  if (!wk_has_openat2()) SKIP("this system has no openat2");
  assert_int_equal(mkdir("beneath", 0755), 0);
  put("above.lua", "", 0);
  r = root_of("beneath", WK_OPENAT2);
  assert_int_equal(wk_openat2(&r, "../above.lua", flags), -1);
  assert_int_equal(errno, EXDEV);
  assert_int_equal(wk_openat2(&r, "/etc/passwd", flags), -1);
  assert_int_equal(errno, EXDEV);
  wk_root_close(&r);
}


static wk_Backend child_way;

static void kinds (void **state) {
  struct sockaddr_un name;
  int s;
  (void)state;
  assert_int_equal(mkdir("kinds", 0755), 0);
  assert_int_equal(mkdir("kinds/dir.lua", 0755), 0);
  assert_int_equal(mkfifo("kinds/fifo.lua", 0644), 0);
  memset(&name, 0, sizeof(name));
  name.sun_family = AF_UNIX;
  memcpy(name.sun_path, "kinds/socket.lua", sizeof("kinds/socket.lua"));
  s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(bind(s, (struct sockaddr *)&name, sizeof(name)), 0);
  close(s);
  all("kinds", "dir.lua", WK_ETYPE);
  all("kinds", "fifo.lua", WK_ETYPE);
  all("kinds", "fifo.lua/x", WK_ENOTFOUND);
  all("kinds", "socket.lua", WK_ETYPE);
  all("/dev", "null", WK_ETYPE);
  all("/dev", "zero", WK_ETYPE);
  all("/dev", "tty", WK_ETYPE);
  EACH_BACKEND {
    wk_Root r = root_of("kinds", backends[b]);
    wk_Fail f;
    assert_int_equal(try_n(&r, "fifo.lua", 8, &f), WK_ETYPE);
    assert_string_equal(f.message,
                        "`fifo.lua` is a named pipe, not a file");
    assert_int_equal(try_n(&r, "socket.lua", 10, &f), WK_ETYPE);
    assert_string_equal(f.message, "`socket.lua` is a socket, not a file");
    wk_root_close(&r);
  }
}


/* a terminal in /dev/pts, opened by a process that has none: 0 when it did not
   become the process's own */
static int open_terminal (int careful) {
  char *name;
  int master, slave = -1, tty;
  wk_Root r;
  wk_Fail f;
  signal(SIGHUP, SIG_IGN);
  if (setsid() < 0) return 77;
  master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) return 77;
  name = ptsname(master);
  if (name == NULL || strncmp(name, "/dev/pts/", 9) != 0) return 77;
  if (careful) {
    if (wk_root_open(&r, "/dev/pts", 8, child_way, &f) != WK_OK) return 2;
    if (try_n(&r, name + 9, strlen(name + 9), &f) != WK_ETYPE) return 3;
    wk_root_close(&r);
  }
  else if ((slave = open(name, O_RDONLY | O_CLOEXEC)) < 0) return 77;
  tty = open("/dev/tty", O_RDONLY | O_CLOEXEC);
  if (tty >= 0) close(tty);
  if (slave >= 0) close(slave);
  close(master);
  return tty >= 0;
}

static int careful_terminal (void) { return open_terminal(1); }
static int careless_terminal (void) { return open_terminal(0); }


/* row 41: no terminal becomes the one that stops this process by ^C */
static void terminals (void **state) {
  (void)state;
  if (in_child(careless_terminal, 0) != 1)
    SKIP("no terminal can be made here that becomes a process's own");
  EACH_BACKEND {
    child_way = backends[b];
    assert_int_equal(in_child(careful_terminal, 0), 0);
  }
}


static void mounts (void **state) {
  wk_Root a, b;
  (void)state;
  all("/", "proc/version", WK_EXDEV);
  all("/", "proc/self/root/etc/passwd", WK_EXDEV);
  all("/proc", "self/root/etc/passwd", WK_ESYMLINK);
  all("/proc", "1/root/etc/passwd", WK_ESYMLINK);
  a = root_of("/", WK_WALK);
  b = root_of("/proc", WK_WALK);
  assert_true(a.mount >= 0 && b.mount >= 0 && a.mount != b.mount);
  wk_root_close(&a);
  wk_root_close(&b);
}


static int check_denied (void) {
  char *names;
  size_t size;
  EACH_BACKEND {
    wk_Root r;
    wk_Fail f;
    if (wk_root_open(&r, "denied", 6, backends[b], &f) != WK_OK) return 1;
    if (try_n(&r, "secret.lua", 10, &f) != WK_EACCES) return 2;
    if (!says(&f, "its mode is 0000")) return 3;
    if (try_n(&r, "closed/a.lua", 12, &f) != WK_EACCES) return 4;
    if (!says(&f, "the folder `closed`")) return 5;
    if (try_n(&r, "closed/none.lua", 15, &f) != WK_EACCES) return 6;
    if (try_n(&r, "closed/deep/none.lua", 20, &f) != WK_EACCES) return 7;
    if (try_n(&r, "dir.lua", 7, &f) != WK_ETYPE) return 8;
    if (wk_path_list(&r, "dir.lua", 7, &names, &size, &f) != WK_EACCES)
      return 11;
    if (!says(&f, "its mode is 0111")) return 12;
    wk_root_close(&r);
    if (mkdir("denied/mine/d", 0755) != 0) return 13;
    if (wk_root_open(&r, "denied/mine/d", 13, backends[b], &f) != WK_OK)
      return 14;
    if (chmod("denied/mine/d", 0600) != 0) return 15;
    if (try_n(&r, "a.lua", 5, &f) != WK_EACCES || f.nnotes != 0) return 16;
    wk_root_close(&r);
    if (rmdir("denied/mine/d") != 0) return 17;
    if (wk_root_open(&r, "denied/closed", 13, backends[b], &f) != WK_EACCES)
      return 9;
    if (wk_root_open(&r, "denied/closed/deep", 18, backends[b], &f) !=
        WK_EACCES) return 10;
  }
  return 0;
}


static void denied (void **state) {
  (void)state;
  assert_int_equal(mkdir("denied", 0755), 0);
  assert_int_equal(mkdir("denied/closed", 0755), 0);
  assert_int_equal(mkdir("denied/closed/deep", 0755), 0);
  assert_int_equal(mkdir("denied/dir.lua", 0755), 0);
  assert_int_equal(mkdir("denied/mine", 0755), 0);
  assert_int_equal(chmod("denied/mine", 0777), 0);
  put("denied/secret.lua", "", 0);
  put("denied/closed/a.lua", "", 0);
  assert_int_equal(chmod("denied/secret.lua", 0), 0);
  assert_int_equal(chmod("denied/dir.lua", 0111), 0);
  assert_int_equal(chmod("denied/closed", 0600), 0);
  assert_int_equal(in_child(check_denied, 1), 0);
  assert_int_equal(chmod("denied/closed", 0755), 0);
}


/* row 46: a lease of another program; opened without waiting: EAGAIN */
static int check_lease (void) {
  EACH_BACKEND {
    wk_Root r;
    wk_Fail f;
    if (wk_root_open(&r, "lease", 5, backends[b], &f) != WK_OK) return 1;
    if (try_n(&r, "a.lua", 5, &f) != WK_EAGAIN) return 2;
    wk_root_close(&r);
  }
  return 0;
}


static void lease (void **state) {
  (void)state;
  assert_int_equal(mkdir("lease", 0755), 0);
  put("lease/a.lua", "", 0);
  held = open("lease/a.lua", O_RDWR | O_CLOEXEC);
  signal(SIGIO, SIG_IGN);
  if (fcntl(held, F_SETLEASE, F_WRLCK) != 0) {
    close(held);
    held = -1;
    SKIP("this file system has no leases");
  }
  assert_int_equal(in_child(check_lease, 0), 0);
  close(held);
  held = -1;
}

/* }====================================================== */


/*
** {======================================================
** The root
** =======================================================
*/

static void root_refused (void **state) {
  wk_Root r;
  wk_Fail f;
  (void)state;
  put("a file", "", 0);
  assert_int_equal(symlink("circle", "circle"), 0);
  EACH_BACKEND {
    wk_Backend way = backends[b];
    assert_int_equal(wk_root_open(&r, "none", 4, way, &f), WK_EROOT);
    assert_string_equal(f.message, "the folder `none` does not exist");
    assert_int_equal(r.fd, -1);
    assert_int_equal(wk_root_open(&r, "a file", 6, way, &f), WK_EROOT);
    assert_string_equal(f.message, "`a file` is not a folder");
    assert_int_equal(wk_root_open(&r, "", 0, way, &f), WK_EROOT);
    assert_int_equal(wk_root_open(&r, ".\0x", 3, way, &f), WK_EROOT);
    assert_int_equal(wk_root_open(&r, "circle", 6, way, &f), WK_EROOT);
    memset(text, 'a', sizeof(text));
    assert_int_equal(wk_root_open(&r, text, 300, way, &f), WK_EROOT);
    assert_int_equal(wk_root_open(&r, text, 4096, way, &f), WK_EROOT);
    wk_root_close(&r);
  }
}


static void root_names (void **state) {
  static const char *const names[] = {
    "names", "names/", "names//", "names/.", "./names", "names/../names",
    "link"
  };
  uint64_t ino = 0;
  (void)state;
  assert_int_equal(mkdir("names", 0755), 0);
  assert_int_equal(symlink("names", "link"), 0);
  put("names/a.lua", "", 0);
  snprintf(text, sizeof(text), "%s/names", base);
  EACH_BACKEND {
    size_t i;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
      wk_Root r = root_of(names[i], backends[b]);
      if (ino == 0) ino = r.ino;
      assert_int_equal(r.ino, ino);
      assert_int_equal(r.backend, backends[b]);
      assert_string_equal(r.real, text);
      assert_int_equal(r.folds, 0);
      assert_int_equal(fcntl(r.fd, F_GETFD), FD_CLOEXEC);
      assert_int_equal(try(&r, "a.lua"), WK_OK);
      wk_root_close(&r);
      wk_root_close(&r);
    }
  }
}


/* the root is what was opened, whatever happens to its name */
static void root_stays (void **state) {
  (void)state;
  EACH_BACKEND {
    wk_Root r;
    wk_Fail f;
    char *names;
    size_t size;
    assert_int_equal(mkdir("stays", 0755), 0);
    put("stays/a.lua", "", 0);
    r = root_of("stays", backends[b]);
    assert_int_equal(rename("stays", "moved"), 0);
    assert_int_equal(mkdir("stays", 0755), 0);
    put("stays/other.lua", "", 0);
    assert_int_equal(try(&r, "a.lua"), WK_OK);
    assert_int_equal(try(&r, "other.lua"), WK_ENOTFOUND);
    assert_int_equal(unlink("moved/a.lua"), 0);
    assert_int_equal(rmdir("moved"), 0);
    assert_int_equal(try(&r, "a.lua"), WK_ENOTFOUND);
    assert_int_equal(wk_path_list(&r, "", 0, &names, &size, &f), WK_OK);
    assert_int_equal(size, 0);
    free(names);
    wk_root_close(&r);
    assert_int_equal(unlink("stays/other.lua"), 0);
    assert_int_equal(rmdir("stays"), 0);
  }
}


/* row 143 */
static void no_descriptors (void **state) {
  struct rlimit old, tight;
  (void)state;
  assert_int_equal(mkdir("few", 0755), 0);
  put("few/a.lua", "", 0);
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
  EACH_BACKEND {
    wk_Root r = root_of("few", backends[b]), s;
    wk_Fail f;
    wk_Code file, folder, root;
    char *names;
    size_t size;
    tight = old;
    tight.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    file = try(&r, "a.lua");
    folder = wk_path_list(&r, "", 0, &names, &size, &f);
    root = wk_root_open(&s, "few", 3, backends[b], &f);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    assert_int_equal(file, WK_EMFILE);
    assert_int_equal(folder, WK_EMFILE);
    assert_int_equal(root, WK_EMFILE);
    wk_root_close(&r);
  }
}


/* from now on the system call `nr` has this answer of a filter */
static int filter (unsigned nr, unsigned answer) {
  struct sock_filter code[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, answer),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
  };
  struct sock_fprog program;
  program.len = sizeof(code) / sizeof(code[0]);
  program.filter = code;
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}


/* from now on the system call `nr` fails with `err` */
static int deny (unsigned nr, unsigned err) {
  return filter(nr, SECCOMP_RET_ERRNO | err);
}


#if defined(__x86_64__) || defined(__aarch64__)

static int trapped;

/* the call that the filter traps: EAGAIN, and counted */
static void say_again (int sig, siginfo_t *info, void *context) {
  ucontext_t *u = (ucontext_t *)context;
  (void)sig; (void)info;
  trapped++;
#if defined(__x86_64__)
  u->uc_mcontext.gregs[REG_RAX] = -EAGAIN;
#else
  u->uc_mcontext.regs[0] = (unsigned long long)-EAGAIN;
#endif
}


/* everything is renamed all the time: 128 tries, and a refusal in words */
static int check_storm (void) {
  struct sigaction act;
  wk_Root r;
  wk_Fail f;
  if (wk_root_open(&r, "filter", 6, WK_OPENAT2, &f) != WK_OK) return 1;
  memset(&act, 0, sizeof(act));
  act.sa_sigaction = say_again;
  act.sa_flags = SA_SIGINFO;
  if (sigaction(SIGSYS, &act, NULL) != 0) return 2;
  if (!filter(SYS_openat2, SECCOMP_RET_TRAP)) return 77;
  if (try_n(&r, "a.lua", 5, &f) != WK_EAGAIN) return 3;
  if (trapped != 128) return 4;
  if (strcmp(f.message, "`a.lua` cannot be opened without waiting") != 0)
    return 5;
  if (try_n(&r, "d/a.lua", 7, &f) != WK_EAGAIN) return 6;
  if (trapped != 256) return 7;
  wk_root_close(&r);
  return 0;
}

#else

static int check_storm (void) {
  return 77;
}

#endif


/* row 64: a storm of renames */
static void storm (void **state) {
  int status;
  (void)state;
  assert_int_equal(mkdir("filter", 0755), 0);
  put("filter/a.lua", "", 0);
  if (!wk_has_openat2()) SKIP("this system has no openat2 to say EAGAIN");
  status = in_child(check_storm, 0);
  if (status == 77) SKIP("no filter of system calls can be made here");
  assert_int_equal(status, 0);
}


/* and the root is closed */
static int right_answers (wk_Root *r) {
  int right = try(r, "a.lua") == WK_OK && try(r, "l.lua") == WK_ESYMLINK &&
              try(r, "none.lua") == WK_ENOTFOUND;
  wk_root_close(r);
  return right;
}


/* a filter answers EPERM: the walk is used each time */
static int check_eperm (void) {
  wk_Root r;
  wk_Fail f;
  if (!deny(SYS_openat2, EPERM)) return 77;
  if (wk_root_open(&r, "filter", 6, WK_AUTO, &f) != WK_OK) return 1;
  if (r.backend != WK_OPENAT2) return 2;
  return right_answers(&r) ? 0 : 3;
}


/* no openat2: remembered when the root opens; and one root from before */
static int check_enosys (void) {
  wk_Root r, old;
  wk_Fail f;
  if (wk_root_open(&old, "filter", 6, WK_AUTO, &f) != WK_OK) return 1;
  if (!deny(SYS_openat2, ENOSYS)) return 77;
  if (wk_root_open(&r, "filter", 6, WK_OPENAT2, &f) != WK_EIO ||
      f.err != ENOSYS || r.fd != -1) return 2;
  if (wk_root_open(&r, "filter", 6, WK_AUTO, &f) != WK_OK) return 3;
  if (r.backend != WK_WALK) return 4;
  return right_answers(&r) && right_answers(&old) ? 0 : 5;
}


/* an old kernel: mount ids come from /proc alone, or not at all */
static int check_old (void) {
  wk_Root r;
  wk_Fail f;
  int64_t id;
  int known;
  if (wk_root_open(&r, "filter", 6, WK_WALK, &f) != WK_OK) return 1;
  id = r.mount;
  wk_root_close(&r);
  if (!deny(SYS_statx, ENOSYS)) return 77;
  for (known = 1; known >= 0; known--) {
    wk_Code code;
    if (wk_root_open(&r, "filter", 6, WK_WALK, &f) != WK_OK) return 2;
    if (id < 0 || r.mount != id) return 3;
    if (!known) r.mount = -1;
    if (!right_answers(&r)) return 4;
    if (wk_root_open(&r, "/", 1, WK_WALK, &f) != WK_OK) return 5;
    if (!known) r.mount = -1;
    code = try(&r, "proc/version");
    wk_root_close(&r);
    if (code != WK_EXDEV) return 6;
  }
  return 0;
}


/* row 145 */
static void filters (void **state) {
  int status;
  (void)state;
  assert_int_equal(symlink("a.lua", "filter/l.lua"), 0);
  if (!wk_has_openat2()) SKIP("this system has no openat2 to be denied");
  status = in_child(check_eperm, 0);
  if (status == 77) SKIP("this system has no filters of system calls");
  assert_int_equal(status, 0);
  assert_int_equal(in_child(check_enosys, 0), 0);
  assert_int_equal(in_child(check_old, 0), 0);
}

/* }====================================================== */


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(opens), LEAK_TEST(links), LEAK_TEST(beneath), LEAK_TEST(kinds),
    LEAK_TEST(terminals),
    LEAK_TEST(mounts), LEAK_TEST(denied), LEAK_TEST(lease),
    LEAK_TEST(root_refused), LEAK_TEST(root_names), LEAK_TEST(root_stays),
    LEAK_TEST(no_descriptors), LEAK_TEST(storm), LEAK_TEST(filters)
  };
  return cmocka_run_group_tests_name("path", tests, make_base, drop_base);
}
