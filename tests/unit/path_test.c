/*
** path_test.c -- the room `path`, each behaviour on each backend.
**
** What needs other file systems, mounts and another user is in tests/attack.
*/

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "leak.h"
#include "path.h"


static char base[64];       /* a folder of this run; the current directory */
static char text[PATH_MAX + 256];

static const wk_Backend backends[] = {WK_OPENAT2, WK_WALK};

/* for both backends, or the walk alone where there is no openat2: backends[b] */
#define EACH_BACKEND  for (size_t b = wk_has_openat2() ? 0 : 1; b < 2; b++)


/*
** {======================================================
** The ground
** =======================================================
*/

static void put (const char *name, const char *bytes, size_t len) {
  int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, bytes, len), (ssize_t)len);
  close(fd);
}


static wk_Root root_of (const char *dir, wk_Backend backend) {
  wk_Root r;
  wk_Fail f;
  wk_Code code = wk_root_open(&r, dir, strlen(dir), backend, &f);
  if (code != WK_OK) print_message("# %s: %s\n", dir, f.message);
  assert_int_equal(code, WK_OK);
  return r;
}


/* the code of opening and reading rel, with its failure in *f */
static wk_Code try_n (const wk_Root *r, const char *rel, size_t len,
                      wk_Fail *f) {
  wk_File file;
  char *bytes;
  size_t size;
  wk_Code code = wk_path_open(r, rel, len, &file, f);
  if (code != WK_OK) {
    assert_int_equal(file.fd, -1);
    assert_int_equal(f->code, code);
    return code;
  }
  assert_int_equal(fcntl(file.fd, F_GETFD), FD_CLOEXEC);
  code = wk_file_read(&file, 1 << 20, &bytes, &size, f);
  if (code == WK_OK) {
    assert_int_equal((int64_t)size, file.size);
    assert_int_equal(bytes[size], 0);
    free(bytes);
  }
  else
    assert_null(bytes);
  wk_file_close(&file);
  wk_file_close(&file);
  return code;
}


static wk_Code try (const wk_Root *r, const char *rel) {
  wk_Fail f;
  return try_n(r, rel, strlen(rel), &f);
}


/* the same code on each backend */
static void all (const char *dir, const char *rel, wk_Code expected) {
  EACH_BACKEND {
    wk_Root r = root_of(dir, backends[b]);
    wk_Code code = try(&r, rel);
    if (code != expected)
      print_message("# %s on %d: %s, not %s\n", rel, (int)r.backend,
                    wk_code_info(code)->name, wk_code_info(expected)->name);
    assert_int_equal(code, expected);
    wk_root_close(&r);
  }
}


/* does a note or help of the failure hold this text? */
static int says (const wk_Fail *f, const char *what) {
  int i;
  for (i = 0; i < f->nnotes; i++) if (strstr(f->notes[i], what)) return 1;
  for (i = 0; i < f->nhelps; i++) if (strstr(f->helps[i], what)) return 1;
  return strstr(f->message, what) != NULL;
}


static int held = -1;   /* a descriptor that children must not keep */

/* Runs check in a child and gives its answer.  As uid 65534 if `drop`. */
static int in_child (int (*check) (void), int drop) {
  int status = 0;
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    if (held >= 0) close(held);
    if (drop && geteuid() == 0 &&
        (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534)))
      _exit(99);
    _exit(check());
  }
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}


static int remove_one (const char *name, const struct stat *st, int kind,
                       struct FTW *at) {
  (void)st; (void)kind; (void)at;
  return remove(name);
}


static int make_base (void **state) {
  char dir[] = "/tmp/wick-path-XXXXXX", here[PATH_MAX];
  (void)state;
  if (mkdtemp(dir) == NULL || chmod(dir, 0755) != 0) return 1;
  if (realpath(dir, here) == NULL || strlen(here) >= sizeof(base)) return 1;
  memcpy(base, here, strlen(here) + 1);
  return chdir(base);
}


static int drop_base (void **state) {
  (void)state;
  if (chdir("/") != 0) return 1;
  return nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* }====================================================== */


/*
** {======================================================
** Names, without system calls
** =======================================================
*/

static void name_ok (void **state) {
  static const char *const good[] = {
    "a", "_", "a.b", "MyModel", "my_project.models.MyModel", "a1.b2._c3",
    "nil", "end.function.while", "initial.inits", "Init",
    "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  };
  size_t i;
  wk_Fail f;
  (void)state;
  for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
    assert_int_equal(wk_name_check(good[i], strlen(good[i]), &f), WK_OK);
  for (i = 0; i < 255; i++) text[i] = i % 50 == 49 ? '.' : 'a';
  assert_int_equal(wk_name_check(text, 255, &f), WK_OK);
}


typedef struct BadName {
  const char *name;
  size_t len;
  size_t byte, length;   /* of the mark */
  const char *label;     /* a part of it */
} BadName;

#define BAD(s, byte, length, label)  {s, sizeof(s) - 1, byte, length, label}

static void name_bad (void **state) {
  static const BadName bad[] = {
    BAD("", 0, 0, "empty"),
    BAD(".", 0, 1, "before this `.`"), BAD("..", 0, 1, "before"),
    BAD(".a", 0, 1, "before"), BAD("a.", 1, 1, "behind this `.`"),
    BAD("a..b", 1, 2, "between"), BAD("ab.c..", 4, 2, "between"),
    BAD("../../etc/passwd", 0, 16, "`..` and `/` are not allowed"),
    BAD("a/b", 0, 3, "`/` is not allowed"),
    BAD("a\\b", 0, 3, "`\\` is not allowed"),
    BAD("C:x", 1, 1, "not `:`"), BAD("a::b", 1, 1, "not `:`"),
    BAD("a\0.b", 1, 1, "byte 0x00"), BAD("a\n", 1, 1, "byte 0x0A"),
    BAD("%2e", 0, 1, "`%`"), BAD("$HOME", 0, 1, "`$`"),
    BAD("a-b", 1, 1, "`-`"), BAD("a b", 1, 1, "blank"),
    BAD("m\xD0\xBE" "dels", 1, 2, "U+043E"),
    BAD("x.\xE2\x80\xAE" "y", 2, 3, "U+202E"),
    BAD("\xEF\xBC\x8E", 0, 3, "U+FF0E"), BAD("a\xF0\x9F\x98\x80", 1, 4,
                                             "U+1F600"),
    BAD("e\xCC\x81", 1, 2, "U+0301"), BAD("a\xFF", 1, 1, "byte 0xFF"),
    BAD("a\xC0\x80", 1, 1, "byte 0xC0"), BAD("a\xE2\x80", 1, 1, "byte 0xE2"),
    BAD("1a", 0, 1, "digit"), BAD("a.1", 2, 1, "digit"),
    BAD("init", 0, 4, "`init`"), BAD("a.init", 2, 4, "`init`"),
    BAD("a.init.b", 2, 4, "`init`"),
    BAD("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q", 32, 1, "part 17"),
    BAD("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        0, 65, "64 bytes")
  };
  size_t i;
  (void)state;
  for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    const BadName *x = &bad[i];
    wk_Fail f;
    assert_int_equal(wk_name_check(x->name, x->len, &f), WK_ENAME);
    if (f.nmarks != 1 || f.marks[0].byte != x->byte ||
        f.marks[0].length != x->length ||
        strstr(f.marks[0].label, x->label) == NULL)
      print_message("# `%s`: %zu %zu %s\n", x->name, f.marks[0].byte,
                    f.marks[0].length, f.marks[0].label);
    assert_int_equal(f.nmarks, 1);
    assert_int_equal(f.marks[0].byte, x->byte);
    assert_int_equal(f.marks[0].length, x->length);
    assert_non_null(strstr(f.marks[0].label, x->label));
    assert_true(says(&f, "[A-Za-z_][A-Za-z0-9_]*"));
  }
}


/* Only 256 bytes of a long name are looked at: those behind them are not
   even there. */
static void name_long (void **state) {
  wk_Fail f;
  size_t i;
  char *short_of = (char *)malloc(256);
  (void)state;
  assert_non_null(short_of);
  for (i = 0; i < 256; i++) short_of[i] = i % 50 == 49 ? '.' : 'a';
  assert_int_equal(wk_name_check(short_of, 1 << 20, &f), WK_ENAME);
  assert_int_equal(f.marks[0].byte, 255);
  assert_int_equal(f.marks[0].length, (1 << 20) - 255);
  assert_int_equal(wk_name_check(short_of, 256, &f), WK_ENAME);
  assert_int_equal(f.marks[0].byte, 255);
  assert_int_equal(f.marks[0].length, 1);
  free(short_of);
}


static void name_file (void **state) {
  char out[WK_NAME_FILE];
  (void)state;
  assert_int_equal(wk_name_file(out, "a.b.C", 5, ".lua"), 9);
  assert_string_equal(out, "a/b/C.lua");
  assert_int_equal(wk_name_file(out, "m_x", 1, "/init.lua"), 10);
  assert_string_equal(out, "m/init.lua");
  assert_int_equal(wk_name_file(out, "m", 1, ""), 1);
  memset(text, 'a', 255);
  assert_int_equal(wk_name_file(out, text, 255, "/init.lua"), 264);
}


/* refused before a system call: the root's descriptor is not even open */
static void rel_bad (void **state) {
  static const struct {const char *rel; size_t len; wk_Code code;} bad[] = {
    {"", 0, WK_EESCAPE}, {"/", 1, WK_EESCAPE},
    {"/etc/passwd", 11, WK_EESCAPE}, {"..", 2, WK_EESCAPE},
    {".", 1, WK_EESCAPE}, {"../x", 4, WK_EESCAPE}, {"a/..", 4, WK_EESCAPE},
    {"a/../b", 6, WK_EESCAPE}, {"a/./b", 5, WK_EESCAPE},
    {"./a", 3, WK_EESCAPE}, {"a//b", 4, WK_EESCAPE}, {"a/", 2, WK_EESCAPE},
    {"x.lua/", 6, WK_EESCAPE}, {"a\0b", 3, WK_EESCAPE},
    {"\0", 1, WK_EESCAPE}
  };
  wk_Root r;
  wk_Fail f;
  size_t i;
  char *names;
  (void)state;
  memset(&r, 0, sizeof(r));
  r.fd = -1;
  r.backend = WK_WALK;
  for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    assert_int_equal(try_n(&r, bad[i].rel, bad[i].len, &f), bad[i].code);
    if (bad[i].len > 0) {
      size_t size;
      assert_int_equal(wk_path_list(&r, bad[i].rel, bad[i].len, &names,
                                    &size, &f), bad[i].code);
    }
  }
  memset(text, 'a', 4200);
  assert_int_equal(try_n(&r, text, 256, &f), WK_ENAME);
  for (i = 0; i < 4200; i += 100) text[i] = '/';
  text[0] = 'a';
  assert_int_equal(try_n(&r, text, 4096, &f), WK_ENAME);
  assert_int_equal(try_n(&r, text, 4100, &f), WK_ENAME);
  text[301] = text[302] = '.';   /* behind the slash at 300 */
  text[303] = '/';
  assert_int_equal(try_n(&r, text, 4100, &f), WK_EESCAPE);
}

/* }====================================================== */


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
    wk_root_close(&r);
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
  put("denied/secret.lua", "", 0);
  put("denied/closed/a.lua", "", 0);
  assert_int_equal(chmod("denied/secret.lua", 0), 0);
  assert_int_equal(chmod("denied/dir.lua", 0111), 0);
  assert_int_equal(chmod("denied/closed", 0600), 0);
  assert_int_equal(in_child(check_denied, 1), 0);
  assert_int_equal(chmod("denied/closed", 0755), 0);
}


/* a lease of another program: opened without waiting, so it says EAGAIN */
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


/* from now on the system call `nr` fails with `err` */
static int deny (unsigned nr, unsigned err) {
  struct sock_filter code[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | err),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
  };
  struct sock_fprog program;
  program.len = sizeof(code) / sizeof(code[0]);
  program.filter = code;
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
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


static void filters (void **state) {
  int status;
  (void)state;
  assert_int_equal(mkdir("filter", 0755), 0);
  put("filter/a.lua", "", 0);
  assert_int_equal(symlink("a.lua", "filter/l.lua"), 0);
  if (!wk_has_openat2()) SKIP("this system has no openat2 to be denied");
  status = in_child(check_eperm, 0);
  if (status == 77) SKIP("this system has no filters of system calls");
  assert_int_equal(status, 0);
  assert_int_equal(in_child(check_enosys, 0), 0);
  assert_int_equal(in_child(check_old, 0), 0);
}

/* }====================================================== */


/*
** {======================================================
** Reading
** =======================================================
*/

static void changes (void **state) {
  (void)state;
  assert_int_equal(mkdir("changes", 0755), 0);
  EACH_BACKEND {
    wk_Root r = root_of("changes", backends[b]);
    wk_File file;
    wk_Fail f;
    char *bytes;
    size_t size;
    put("changes/a.lua", "12345", 5);
    assert_int_equal(wk_path_open(&r, "a.lua", 5, &file, &f), WK_OK);
    put("changes/a.lua", "123456", 6);   /* grows */
    assert_int_equal(wk_file_read(&file, 9, &bytes, &size, &f),
                     WK_ECHANGED);
    assert_string_equal(f.message, "`a.lua` changed while it was read");
    wk_file_close(&file);
    assert_int_equal(wk_path_open(&r, "a.lua", 5, &file, &f), WK_OK);
    put("changes/a.lua", "123", 3);      /* shrinks */
    assert_int_equal(wk_file_read(&file, 9, &bytes, &size, &f),
                     WK_ECHANGED);
    wk_file_close(&file);
    assert_int_equal(wk_path_open(&r, "a.lua", 5, &file, &f), WK_OK);
    assert_int_equal(chmod("changes/a.lua", 0600), 0);   /* its ctime */
    usleep(20000);
    assert_int_equal(chmod("changes/a.lua", 0644), 0);
    assert_int_equal(wk_file_read(&file, 9, &bytes, &size, &f),
                     WK_ECHANGED);
    wk_file_close(&file);
    assert_int_equal(wk_path_open(&r, "a.lua", 5, &file, &f), WK_OK);
    assert_int_equal(rename("changes/a.lua", "changes/b.lua"), 0);
    put("changes/a.lua", "other", 5);    /* the name is another file's */
    file.ctime_s = 0;                    /* renaming sets the ctime */
    assert_int_equal(wk_file_read(&file, 9, &bytes, &size, &f),
                     WK_ECHANGED);
    wk_file_close(&file);
    wk_root_close(&r);
  }
  all("/proc", "version", WK_ECHANGED);
}


static void sparse (void **state) {
  int fd;
  (void)state;
  assert_int_equal(mkdir("sparse", 0755), 0);
  fd = open("sparse/x.lua", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  assert_int_equal(ftruncate(fd, (off_t)100 << 30), 0);
  close(fd);
  all("sparse", "x.lua", WK_ESIZE);
}


static void named_files (void **state) {
  wk_File file;
  wk_Fail f;
  char *bytes;
  size_t size;
  (void)state;
  put("train.yaml", "a: 1\n", 5);
  assert_int_equal(symlink("train.yaml", "link.yaml"), 0);
  assert_int_equal(mkfifo("pipe.yaml", 0644), 0);
  assert_int_equal(wk_file_open("link.yaml", &file, &f), WK_OK);
  assert_int_equal(wk_file_read(&file, 99, &bytes, &size, &f), WK_OK);
  assert_string_equal(bytes, "a: 1\n");
  free(bytes);
  wk_file_close(&file);
  assert_int_equal(wk_file_open("none.yaml", &file, &f), WK_EFILE);
  assert_string_equal(f.message, "there is no file `none.yaml`");
  assert_int_equal(wk_file_open("train.yaml/x", &file, &f), WK_EFILE);
  assert_int_equal(wk_file_open("", &file, &f), WK_EFILE);
  assert_int_equal(wk_file_open("pipe.yaml", &file, &f), WK_ETYPE);
  assert_int_equal(wk_file_open(".", &file, &f), WK_ETYPE);
  assert_int_equal(wk_file_open("/dev/null", &file, &f), WK_ETYPE);
  assert_int_equal(file.fd, -1);
}


/* what a pipe gives that n bytes were written into */
static wk_Code piped (size_t n, size_t limit, int flags, size_t *size) {
  int ends[2];
  wk_Fail f;
  char *bytes = NULL;
  wk_Code code;
  pid_t pid;
  assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
  pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    signal(SIGPIPE, SIG_IGN);
    close(ends[0]);
    if (flags != 0) usleep(20000);
    while (n > 0 && write(ends[1], "x", 1) == 1) n--;
    close(ends[1]);
    _exit(0);
  }
  close(ends[1]);
  assert_int_equal(fcntl(ends[0], F_SETFL, flags), 0);
  code = wk_stream_read(ends[0], limit, &bytes, size, &f);
  close(ends[0]);
  waitpid(pid, NULL, 0);
  if (code == WK_OK) {
    assert_int_equal(strlen(bytes), *size);
    free(bytes);
  }
  else
    assert_null(bytes);
  return code;
}


static void streams (void **state) {
  wk_Fail f;
  char *bytes;
  size_t size = 1;
  (void)state;
  assert_int_equal(piped(0, 10, 0, &size), WK_OK);
  assert_int_equal(size, 0);
  assert_int_equal(piped(10, 10, 0, &size), WK_OK);
  assert_int_equal(size, 10);
  assert_int_equal(piped(11, 10, 0, &size), WK_ESIZE);
  assert_int_equal(piped(0, 0, 0, &size), WK_OK);
  assert_int_equal(piped(1, 0, 0, &size), WK_ESIZE);
  assert_int_equal(piped(70000, 70000, 0, &size), WK_OK);
  assert_int_equal(size, 70000);
  assert_int_equal(piped(70001, 70000, 0, &size), WK_ESIZE);
  assert_int_equal(piped(140000, SIZE_MAX, 0, &size), WK_OK);
  assert_int_equal(piped(100, 100, O_NONBLOCK, &size), WK_OK);
  assert_int_equal(size, 100);
  assert_int_equal(wk_stream_read(-1, 10, &bytes, &size, &f), WK_EIO);
}

/* }====================================================== */


/*
** {======================================================
** Folders
** =======================================================
*/

static int has (const char *names, size_t size, const char *name) {
  size_t at;
  int n = 0;
  for (at = 0; at < size; at += strlen(names + at) + 1)
    n += strcmp(names + at, name) == 0;
  return n;
}


static void lists (void **state) {
  int i;
  (void)state;
  assert_int_equal(mkdir("lists", 0755), 0);
  assert_int_equal(mkdir("lists/many", 0755), 0);
  assert_int_equal(mkdir("lists/none", 0755), 0);
  assert_int_equal(symlink("many", "lists/link"), 0);
  assert_int_equal(mkfifo("lists/pipe", 0644), 0);
  put("lists/.hidden", "", 0);
  for (i = 0; i < 1000; i++) {
    snprintf(text, sizeof(text), "lists/many/%s%d",
             "a rather long name, so that the block has to grow ", i);
    put(text, "", 0);
  }
  EACH_BACKEND {
    wk_Root r = root_of("lists", backends[b]);
    wk_Fail f;
    char *names;
    size_t size, at;
    assert_int_equal(wk_path_list(&r, "", 0, &names, &size, &f), WK_OK);
    assert_int_equal(has(names, size, "many"), 1);
    assert_int_equal(has(names, size, "none"), 1);
    assert_int_equal(has(names, size, "link"), 1);
    assert_int_equal(has(names, size, ".hidden"), 1);
    assert_int_equal(has(names, size, "."), 0);
    free(names);
    assert_int_equal(wk_path_list(&r, "many", 4, &names, &size, &f), WK_OK);
    for (i = 0, at = 0; at < size; at += strlen(names + at) + 1) i++;
    assert_int_equal(i, 1000);
    free(names);
    assert_int_equal(wk_path_list(&r, "none", 4, &names, &size, &f), WK_OK);
    assert_int_equal(size, 0);
    assert_non_null(names);
    free(names);
    assert_int_equal(wk_path_list(&r, "link", 4, &names, &size, &f),
                     WK_ESYMLINK);
    assert_null(names);
    assert_int_equal(wk_path_list(&r, "absent", 6, &names, &size, &f),
                     WK_ENOTFOUND);
    assert_string_equal(f.message, "there is no folder `absent`");
    assert_int_equal(wk_path_list(&r, ".hidden", 7, &names, &size, &f),
                     WK_ENOTFOUND);
    assert_int_equal(wk_path_list(&r, "pipe", 4, &names, &size, &f),
                     WK_ENOTFOUND);
    wk_root_close(&r);
  }
}


/* 65,536 files are cheap in memory alone */
static void too_many (void **state) {
  char dir[] = "/dev/shm/wick-path-XXXXXX";
  int i;
  (void)state;
  if (mkdtemp(dir) == NULL) SKIP("no folder can be made in /dev/shm");
  assert_int_equal(chdir(dir), 0);
  for (i = 0; i < WK_LIST_MAX; i++) {
    snprintf(text, sizeof(text), "%d", i);
    assert_int_equal(mknod(text, S_IFREG | 0644, 0), 0);
  }
  EACH_BACKEND {
    wk_Root r = root_of(dir, backends[b]);
    wk_Fail f;
    char *names;
    size_t size;
    assert_int_equal(wk_path_list(&r, "", 0, &names, &size, &f), WK_OK);
    free(names);
    put("one more", "", 0);
    assert_int_equal(wk_path_list(&r, "", 0, &names, &size, &f), WK_ELIMIT);
    assert_null(names);
    assert_int_equal(unlink("one more"), 0);
    wk_root_close(&r);
  }
  assert_int_equal(chdir(base), 0);
  assert_int_equal(nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}


/* As on a folding file system, but on one that does not fold: what is
   spelled as it is listed opens, and nothing else is there. */
static void spelling (void **state) {
  (void)state;
  assert_int_equal(mkdir("spelling", 0755), 0);
  assert_int_equal(mkdir("spelling/Models", 0755), 0);
  put("spelling/Models/Net.lua", "", 0);
  put("spelling/a.lua", "", 0);
  assert_int_equal(link("spelling/a.lua", "spelling/A.LUA"), 0);
  assert_int_equal(symlink("Models", "spelling/link"), 0);
  EACH_BACKEND {
    wk_Root r = root_of("spelling", backends[b]);
    assert_int_equal(r.folds, 0);
    r.folds = 1;
    assert_int_equal(try(&r, "Models/Net.lua"), WK_OK);
    assert_int_equal(try(&r, "models/Net.lua"), WK_ENOTFOUND);
    assert_int_equal(try(&r, "Models/net.lua"), WK_ENOTFOUND);
    assert_int_equal(try(&r, "None/net.lua"), WK_ENOTFOUND);
    assert_int_equal(try(&r, "link/Net.lua"), WK_ESYMLINK);
    assert_int_equal(try(&r, "a.lua"), WK_OK);
    wk_root_close(&r);
  }
}


/* two links in both spellings are no folding */
static void twins (void **state) {
  wk_Root r;
  (void)state;
  assert_int_equal(mkdir("twins", 0755), 0);
  put("twins/a.lua", "", 0);
  assert_int_equal(link("twins/a.lua", "twins/A.LUA"), 0);
  r = root_of("twins", WK_AUTO);
  assert_int_equal(r.folds, 0);
  wk_root_close(&r);
}

/* }====================================================== */


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(name_ok), LEAK_TEST(name_bad), LEAK_TEST(name_long),
    LEAK_TEST(name_file), LEAK_TEST(rel_bad), LEAK_TEST(opens),
    LEAK_TEST(links), LEAK_TEST(beneath), LEAK_TEST(kinds), LEAK_TEST(mounts),
    LEAK_TEST(denied), LEAK_TEST(lease), LEAK_TEST(root_refused),
    LEAK_TEST(root_names), LEAK_TEST(root_stays), LEAK_TEST(no_descriptors),
    LEAK_TEST(filters), LEAK_TEST(changes), LEAK_TEST(sparse),
    LEAK_TEST(named_files), LEAK_TEST(streams), LEAK_TEST(lists),
    LEAK_TEST(too_many), LEAK_TEST(spelling), LEAK_TEST(twins)
  };
  return cmocka_run_group_tests_name("path", tests, make_base, drop_base);
}
