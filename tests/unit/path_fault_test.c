/*
** path_fault_test.c -- system calls and allocations that fail while the room
** `path` works: each one, at each place, with each of a few errors (rows 47,
** 141 to 144).
**
** The calls are taken over by this program, which counts them and lets one of
** them, or that and all later ones, fail.  Whatever fails: a failure in words
** or the right answer, no descriptor left, and never a wrong file.
*/

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "leak.h"
#include "path_ground.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED  1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED  1
#endif
#endif


/*
** {======================================================
** Faults
** =======================================================
*/

typedef struct Fault {
  const char *call;     /* its name; NULL: no fault */
  long at;              /* which of them fails, from 1 */
  int onwards;          /* and all later ones? */
  int err;              /* 0: it is not failed, it gives nothing */
  const char *lie;      /* what it reads instead */
  long seen;
} Fault;

static Fault faults[3];

/* does this call fail?  Then errno is set, and it gives the fault. */
static Fault *hit (const char *call) {
  size_t i;
  for (i = 0; i < 3; i++) {
    Fault *f = &faults[i];
    if (f->call == NULL || strcmp(f->call, call) != 0) continue;
    f->seen++;
    if (f->seen == f->at || (f->onwards && f->seen > f->at)) {
      errno = f->err;
      return f;
    }
  }
  return NULL;
}


static void clear (void) {
  memset(faults, 0, sizeof(faults));
}


static void fault (size_t i, const char *call, long at, int onwards,
                   int err) {
  memset(&faults[i], 0, sizeof(faults[i]));
  faults[i].call = call;
  faults[i].at = at;
  faults[i].onwards = onwards;
  faults[i].err = err;
}

/* libc's function behind the one that is taken over here */
#define REAL(type, name)  ((type)(uintptr_t)dlsym(RTLD_NEXT, name))

#pragma GCC visibility push(default)

long syscall (long number, ...) {
  long a[6];
  va_list args;
  int i;
  va_start(args, number);
  for (i = 0; i < 6; i++) a[i] = va_arg(args, long);
  va_end(args);
  if (number == SYS_openat2 && a[1] != 0 && hit("openat2")) return -1;
  return REAL(long (*) (long, ...), "syscall")
           (number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int openat (int dir, const char *name, int flags, ...) {
  if (hit("openat")) return -1;
  return (int)syscall(SYS_openat, dir, name, flags, 0);
}

int __openat_2 (int dir, const char *name, int flags);
int __openat_2 (int dir, const char *name, int flags) {
  return openat(dir, name, flags);
}

int open (const char *name, int flags, ...) {
  va_list args;
  mode_t mode;
  va_start(args, flags);
  mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
  va_end(args);
  if (hit(strncmp(name, "/proc/", 6) == 0 ? "open proc" : "open")) return -1;
  return (int)syscall(SYS_openat, AT_FDCWD, name, flags, mode);
}

int __open_2 (const char *name, int flags);
int __open_2 (const char *name, int flags) {
  return open(name, flags);
}

int fstat (int fd, struct stat *st) {
  const Fault *f = hit("fstat");
  int result;
  if (f && f->err) return -1;
  result = REAL(int (*) (int, struct stat *), "fstat")(fd, st);
  /* it has another number of names, another size, or both each time */
  if (f && (f->lie == NULL || strcmp(f->lie, "both") == 0)) {
    st->st_nlink += (nlink_t)f->seen;
    st->st_ctim.tv_nsec = f->seen;
  }
  if (f && f->lie) st->st_size += f->seen;
  return result;
}

int fstatat (int dir, const char *restrict name, struct stat *restrict st,
             int flags) {
  if (hit("fstatat")) return -1;
  return REAL(int (*) (int, const char *, struct stat *, int), "fstatat")
           (dir, name, st, flags);
}

int statx (int dir, const char *restrict name, int flags, unsigned mask,
           struct statx *restrict st) {
  if (hit("statx")) return -1;
  return (int)syscall(SYS_statx, dir, name, flags, mask, st);
}

ssize_t read (int fd, void *to, size_t size) {
  const Fault *f = hit("read");
  if (f && f->lie) {
    memcpy(to, f->lie, strlen(f->lie));
    return (ssize_t)strlen(f->lie);
  }
  if (f) return f->err ? -1 : 0;
  return (ssize_t)syscall(SYS_read, fd, to, size);
}

ssize_t pread (int fd, void *to, size_t size, off_t at) {
  const Fault *f = hit("pread");
  if (f) return f->err ? -1 : 0;
  return (ssize_t)syscall(SYS_pread64, fd, to, size, at);
}

ssize_t readlink (const char *restrict name, char *restrict to, size_t size) {
  const Fault *f = hit("readlink");
  if (f && f->lie) memcpy(to, f->lie, strlen(f->lie));
  if (f) return f->lie ? (ssize_t)strlen(f->lie) : -1;
  return (ssize_t)syscall(SYS_readlinkat, AT_FDCWD, name, to, size);
}

ssize_t readlinkat (int dir, const char *restrict name, char *restrict to,
                    size_t size) {
  if (hit("readlinkat")) return -1;
  return (ssize_t)syscall(SYS_readlinkat, dir, name, to, size);
}

char *realpath (const char *restrict name, char *restrict to) {
  if (hit("realpath")) return NULL;
  return REAL(char *(*) (const char *, char *), "realpath")(name, to);
}

int poll (struct pollfd *list, nfds_t n, int timeout) {
  if (hit("poll")) return -1;
  return REAL(int (*) (struct pollfd *, nfds_t, int), "poll")
           (list, n, timeout);
}

DIR *fdopendir (int fd) {
  if (hit("fdopendir")) return NULL;
  return REAL(DIR *(*) (int), "fdopendir")(fd);
}

/* what a file system that knows no limit may list */
static union {
  struct dirent entry;
  char bytes[4096];
} longer;

struct dirent *readdir (DIR *d) {
  const Fault *f = hit("readdir");
  if (f && f->lie) {
    memset(longer.bytes, 'x', sizeof(longer) - 1);
    return &longer.entry;
  }
  if (f) return NULL;
  return REAL(struct dirent *(*) (DIR *), "readdir")(d);
}

#if !defined(SANITIZED) && defined(__GLIBC__)

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *p, size_t size);

void *malloc (size_t size) {
  return hit("malloc") ? NULL : __libc_malloc(size);
}

void *calloc (size_t n, size_t size) {
  return hit("malloc") ? NULL : __libc_calloc(n, size);
}

void *realloc (void *p, size_t size) {
  return hit("malloc") ? NULL : __libc_realloc(p, size);
}

#endif

#pragma GCC visibility pop

/* }====================================================== */


/*
** {======================================================
** What is done while they fail
** =======================================================
*/

static wk_Backend way;
static int folds;

/* opens a file below a root, in folders that are new and that are known, reads
   it, lists its folder; the code of what failed first */
static wk_Code below (wk_Fail *f) {
  const wk_Doubt *list;
  wk_Root r;
  wk_File file;
  char *bytes = NULL, *names = NULL;
  size_t size;
  int again;
  wk_Code code = wk_root_open(&r, "ground", 6, way, f);
  if (code != WK_OK) {
    assert_int_equal(r.fd, -1);
    return code;
  }
  if (folds) r.folds = 1;
  code = wk_root_rules(&r, WK_STRICT, f);
  for (again = 0; again < 2 && code == WK_OK; again++) {
    code = wk_path_open(&r, "d/e/a.lua", 9, &file, f);
    if (code != WK_OK) break;
    code = wk_file_read(&file, 100, &bytes, &size, f);
    if (code == WK_OK) {
      assert_int_equal(size, 5);
      assert_string_equal(bytes, "right");
      free(bytes);
    }
    wk_file_close(&file);
  }
  if (code == WK_OK) {
    code = wk_path_list(&r, "many", 4, &names, &size, f);
    if (code == WK_OK)   /* unless it ended early, which readdir can */
      assert_true(size <= (size_t)201 * 50);
    free(names);
  }
  wk_root_doubts(&r, 1, &list);
  wk_root_close(&r);
  return code;
}


/* the same for what is refused: a link, and a pipe */
static wk_Code refused (wk_Fail *f) {
  wk_Root r;
  wk_File file;
  wk_Code code = wk_root_open(&r, "ground", 6, way, f);
  if (code != WK_OK) return code;
  code = wk_path_open(&r, "link/e/a.lua", 12, &file, f);
  assert_int_not_equal(code, WK_OK);
  if (code == WK_ESYMLINK) code = wk_path_open(&r, "pipe", 4, &file, f);
  assert_int_not_equal(code, WK_OK);
  wk_root_close(&r);
  return code == WK_ETYPE ? WK_OK : code;
}


/* a file that the user named */
static wk_Code named (wk_Fail *f) {
  wk_File file;
  char *bytes;
  size_t size;
  wk_Code code = wk_file_open("ground/d/e/a.lua", &file, f);
  if (code != WK_OK) return code;
  code = wk_file_read(&file, 100, &bytes, &size, f);
  wk_file_close(&file);
  if (code == WK_OK) free(bytes);
  return code;
}


/* 200,000 bytes of a pipe */
static wk_Code stream (wk_Fail *f) {
  char *bytes = NULL;
  size_t size = 0;
  int ends[2], status;
  pid_t pid;
  wk_Code code;
  assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
  pid = fork();
  if (pid == 0) {
    int n;
    clear();
    signal(SIGPIPE, SIG_DFL);
    close(ends[0]);
    memset(text, 'x', 1000);
    for (n = 0; n < 200; n++)
      if (write(ends[1], text, 1000) != 1000) break;
    _exit(0);
  }
  close(ends[1]);
  assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
  code = wk_stream_read(ends[0], SIZE_MAX, &bytes, &size, f);
  close(ends[0]);
  while (waitpid(pid, &status, 0) < 0) {}
  if (code != WK_OK) return code;
  assert_int_equal(size, 200000);
  free(bytes);
  return code;
}

/* }====================================================== */


/* the code that an errno has when nothing more is known of it */
static wk_Code code_of (int err) {
  switch (err) {
    case ENOMEM: return WK_ENOMEM;
    case EMFILE: case ENFILE: return WK_EMFILE;
    case EACCES: case EPERM: return WK_EACCES;
    default: return WK_EIO;
  }
}


/* Lets each call fail in turn, alone and with all later ones, until the work
   no longer gets so far.  Gives how many failures there were.  EINTR, which
   comes once, must be none. */
static int sweep (wk_Code (*work) (wk_Fail *f), const char *call, int err) {
  int onwards, failures = 0;
  for (onwards = 0; onwards < (err == EINTR ? 1 : 2); onwards++) {
    long at;
    for (at = 1; at < 5000; at++) {
      wk_Fail f;
      wk_Code code;
      fault(0, call, at, onwards, err);
      code = work(&f);
      if (faults[0].seen < at) break;
      clear();
      if (code == WK_OK) continue;
      failures++;
      if (err == EINTR || (code != code_of(err) && err != 0))
        print_message("# %s fails with %d at %ld: %s, %s\n", call, err, at,
                      wk_code_info(code)->name, f.message);
      if (err == 0) assert_int_equal(code, WK_ECHANGED);
      else assert_int_equal(code, err == EINTR ? WK_OK : code_of(err));
      assert_int_equal(f.code, code);
    }
    assert_true(at < 5000);
    clear();
  }
  return failures;
}


static const char *const calls[] = {
  "openat", "openat2", "open", "fstat", "pread", "fdopendir", "readdir",
  "fstatat"
};

static void in_the_way (void **state) {
  static const int errs[] = {EIO, ENOMEM, EMFILE, ENFILE, EINTR};
  size_t c, e;
  (void)state;
  for (folds = 0; folds < 2; folds++) {
    EACH_BACKEND {
      way = backends[b];
      for (c = 0; c < sizeof(calls) / sizeof(calls[0]); c++)
        for (e = 0; e < sizeof(errs) / sizeof(errs[0]); e++) {
          int n;
          if (errs[e] == EINTR && strncmp(calls[c], "open", 4) != 0 &&
              strcmp(calls[c], "pread") != 0)
            continue;    /* the others are never interrupted */
          n = sweep(below, calls[c], errs[e]);
          if (errs[e] == EINTR) assert_int_equal(n, 0);
          else if (strcmp(calls[c], "fstatat") != 0 &&
                   (way == WK_WALK ? strcmp(calls[c], "openat2") != 0
                                   : strcmp(calls[c], "openat") != 0))
            assert_true(n > 0);
        }
    }
  }
  folds = 0;
}


static void refusals (void **state) {
  (void)state;
  EACH_BACKEND {
    way = backends[b];
    sweep(refused, "openat", EIO);
    sweep(refused, "fstat", EIO);
  }
}


/* what openat2 says of a file that is fine, and what comes of it: the second
   look finds nothing there */
static void second_looks (void **state) {
  static const struct {int err; wk_Code code;} said[] = {
    {EACCES, WK_EACCES}, {EPERM, WK_OK}, {ENOSYS, WK_OK}, {EXDEV, WK_EAGAIN},
    {ELOOP, WK_ESYMLINK}, {ENXIO, WK_ETYPE}, {ENODEV, WK_ETYPE},
    {ENAMETOOLONG, WK_ENAME}, {ENOTDIR, WK_ENOTFOUND}, {EBUSY, WK_EIO}
  };
  size_t i;
  (void)state;
  if (!wk_has_openat2()) SKIP("this system has no openat2");
  for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
    wk_Root r = root_of("ground", WK_OPENAT2);
    wk_Fail f;
    assert_int_equal(try(&r, "d/e/a.lua"), WK_OK);
    fault(0, "openat2", 1, 0, said[i].err);
    assert_int_equal(try_n(&r, "d/e/a.lua", 9, &f), said[i].code);
    clear();
    fault(0, "openat2", 1, 0, said[i].err);
    fault(1, "openat", 1, 1, ENOENT);    /* and it is gone when looked for */
    if (said[i].code != WK_OK)
      assert_int_equal(try_n(&r, "d/e/a.lua", 9, &f), said[i].code);
    clear();
    r.mount = -1;       /* where mounts have no numbers, EXDEV is a mount */
    fault(0, "openat2", 1, 0, said[i].err);
    assert_int_equal(try_n(&r, "d/e/a.lua", 9, &f),
                     said[i].err == EXDEV ? WK_EXDEV : said[i].code);
    clear();
    wk_root_close(&r);
  }
}


/* on the walk, something else stands there when it is looked at */
static void other_things (void **state) {
  wk_Root r;
  (void)state;
  r = root_of("ground", WK_WALK);
  fault(0, "fstatat", 1, 0, ENOENT);
  assert_int_equal(try(&r, "pipe/x"), WK_ENOTFOUND);
  fault(0, "fstatat", 1, 0, ENOENT);
  assert_int_equal(try(&r, "link"), WK_ESYMLINK);
  fault(0, "fstatat", 1, 1, ENOENT);
  assert_int_equal(try(&r, "link/x"), WK_EAGAIN);
  fault(0, "fstatat", 1, 1, ENOENT);
  assert_int_equal(try(&r, "link"), WK_EAGAIN);
  fault(0, "fstatat", 1, 1, EIO);
  assert_int_equal(try(&r, "pipe/x"), WK_ENOTFOUND);
  fault(0, "fstatat", 1, 0, ENOENT);
  fault(1, "openat", 1, 0, EACCES);
  assert_int_equal(try(&r, "d/e/a.lua"), WK_EACCES);
  clear();
  fault(0, "openat", 1, 0, ELOOP);
  assert_int_equal(try(&r, "d/e/a.lua"), WK_OK);
  fault(0, "openat", 1, 0, ENOTDIR);
  assert_int_equal(try(&r, "d/e/a.lua"), WK_OK);
  clear();
  wk_root_close(&r);
}


/* listings that lie */
static void listings (void **state) {
  wk_Root r;
  wk_Fail f;
  (void)state;
  r = root_of("ground", WK_AUTO);
  r.folds = 1;
  fault(0, "readdir", 1, 1, 0);       /* it lists nothing */
  assert_int_equal(try_n(&r, "pipe", 4, &f), WK_ECASE);
  assert_string_equal(f.message, "`pipe` is spelled otherwise in its folder");
  clear();
  wk_root_close(&r);
  fault(0, "readdir", 1, 0, 0);
  faults[0].lie = "a name that is longer than names are";
  r = root_of("ground", WK_AUTO);
  assert_int_equal(r.folds, 0);
  clear();
  wk_root_close(&r);
}


/* whether a call of malloc comes to this program's own */
static int malloc_is_ours (void) {
  char *(*volatile take) (const char *) = strdup;  /* a compiler knows it */
  char *p;
  int seen;
  fault(0, "malloc", 0, 0, 0);
  p = take("libc asks for memory");
  free(p);
  seen = faults[0].seen > 0;
  clear();
  return seen;
}


static void memory (void **state) {
  const wk_Doubt *list;
  wk_Root r;
  size_t n;
  (void)state;
#if defined(SANITIZED) || !defined(__GLIBC__)
  SKIP("the allocator cannot be taken over here");
#endif
  if (!malloc_is_ours())
    SKIP("malloc is somebody else's here, such as valgrind's");
  for (folds = 0; folds < 2; folds++) {
    EACH_BACKEND {
      way = backends[b];
      assert_true(sweep(below, "malloc", ENOMEM) > 0);
    }
  }
  folds = 0;
  /* a doubt that finds no memory is lost, and nothing else */
  assert_int_equal(chmod("ground/d", 0775), 0);
  r = root_of("ground", WK_AUTO);
  fault(0, "malloc", 1, 1, ENOMEM);
  n = (size_t)try(&r, "d/none");
  clear();
  assert_int_equal(n, WK_ENOTFOUND);
  assert_int_equal(wk_root_doubts(&r, 0, &list), 0);
  assert_int_equal(try(&r, "d/e/a.lua"), WK_OK);
  wk_root_forget(&r);
  assert_int_equal(try(&r, "d/e/a.lua"), WK_OK);
  assert_int_equal(wk_root_doubts(&r, 0, &list), 1);
  wk_root_close(&r);
  assert_int_equal(chmod("ground/d", 0755), 0);
  assert_true(sweep(named, "malloc", ENOMEM) > 0);
  assert_true(sweep(stream, "malloc", ENOMEM) > 0);
}


static void files (void **state) {
  static const char *const ways[] = {"open", "fstat", "pread"};
  wk_Fail f;
  size_t c;
  (void)state;
  for (c = 0; c < 3; c++) {
    assert_true(sweep(named, ways[c], EIO) > 0);
    assert_true(sweep(named, ways[c], EMFILE) > 0);
    if (c != 1) assert_int_equal(sweep(named, ways[c], EINTR), 0);
  }
  assert_true(sweep(named, "pread", 0) > 0);       /* it ends early */
  fault(0, "fstat", 1, 1, 0);                      /* its names change */
  assert_int_equal(named(&f), WK_ECHANGED);
  fault(0, "fstat", 2, 0, 0);                      /* when it was read */
  faults[0].lie = "size";
  assert_int_equal(named(&f), WK_ECHANGED);
  fault(0, "fstat", 2, 0, 0);
  faults[0].lie = "both";
  assert_int_equal(named(&f), WK_ECHANGED);
  clear();
  assert_true(sweep(stream, "read", EIO) > 0);
  assert_int_equal(sweep(stream, "read", EINTR), 0);
  assert_int_equal(sweep(stream, "poll", EINTR), 0);
}


/* waiting itself fails, because there was nothing to read once */
static void waiting (void **state) {
  wk_Fail f;
  (void)state;
  fault(0, "read", 1, 0, EAGAIN);
  fault(1, "poll", 1, 0, ENOMEM);
  assert_int_equal(stream(&f), WK_ENOMEM);
  fault(0, "read", 1, 0, EAGAIN);
  fault(1, "poll", 1, 0, EINTR);
  assert_int_equal(stream(&f), WK_OK);
  clear();
}


/* sizes that no file system gives */
static void sizes (void **state) {
  wk_File file;
  wk_Fail f;
  char *bytes;
  size_t size;
  (void)state;
  assert_int_equal(wk_file_open("ground/d/e/a.lua", &file, &f), WK_OK);
  file.size = -1;
  assert_int_equal(wk_file_read(&file, SIZE_MAX, &bytes, &size, &f), WK_EIO);
  file.size = INT64_MAX;
  assert_int_equal(wk_file_read(&file, 1000, &bytes, &size, &f), WK_ESIZE);
  wk_file_close(&file);
}


/*
** {======================================================
** Where a system lacks something
** =======================================================
*/

/* the walk's answers for a file and for a mount */
static int answers (wk_Code mount) {
  wk_Root r = root_of("ground", WK_WALK);
  int right = try(&r, "d/e/a.lua") == WK_OK;
  wk_root_close(&r);
  r = root_of("/", WK_WALK);
  right = right && try(&r, "proc/version") == mount;
  wk_root_close(&r);
  return right;
}


/* statx does not tell mounts; nor does /proc, in each way that it cannot */
static void mounts (void **state) {
  (void)state;
  fault(0, "statx", 1, 1, ENOSYS);
  assert_true(answers(WK_EXDEV));
  fault(1, "open proc", 1, 1, ENOENT);
  assert_true(answers(WK_EXDEV));
  fault(1, "read", 1, 1, 0);
  assert_true(answers(WK_EXDEV));
  fault(1, "read", 1, 1, 0);
  faults[1].lie = "pos:\t0\n";
  assert_true(answers(WK_EXDEV));
  clear();
}


/* the kernel does not say what the root is called: a name for messages only */
static void names (void **state) {
  char real[PATH_MAX];
  wk_Root r;
  wk_Fail f;
  (void)state;
  snprintf(real, sizeof(real), "%s/ground", base);
  fault(0, "readlink", 1, 1, ENOENT);
  r = root_of("ground", WK_AUTO);
  assert_string_equal(r.real, real);
  wk_root_close(&r);
  faults[0].lie = "(unreachable)/ground";
  r = root_of("ground", WK_AUTO);
  assert_string_equal(r.real, real);
  wk_root_close(&r);
  fault(1, "realpath", 1, 1, EACCES);
  assert_int_equal(chmod("ground", 0777), 0);
  r = root_of("ground/d", WK_AUTO);
  assert_string_equal(r.real, "ground/d");
  assert_int_equal(wk_root_rules(&r, WK_STRICT, &f), WK_EUNSAFE);
  assert_string_equal(f.message, "`ground/d` is writable by everyone");
  wk_root_close(&r);
  assert_int_equal(chmod("ground", 0755), 0);
  clear();
}

/* }====================================================== */


static int make_ground (void **state) {
  int i;
  umask(022);
  if (make_base(state) != 0 || mkdir("ground", 0755) != 0 ||
      mkdir("ground/d", 0755) != 0 || mkdir("ground/d/e", 0755) != 0 ||
      mkdir("ground/many", 0755) != 0 || symlink("d", "ground/link") != 0 ||
      mkfifo("ground/pipe", 0644) != 0)
    return 1;
  put("ground/d/e/a.lua", "right", 5);
  for (i = 0; i < 50; i++) {
    snprintf(text, sizeof(text), "ground/many/%0200d", i);
    put(text, "", 0);
  }
  return 0;
}


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(in_the_way), LEAK_TEST(refusals),
    LEAK_TEST(second_looks), LEAK_TEST(other_things), LEAK_TEST(listings),
    LEAK_TEST(memory),
    LEAK_TEST(files), LEAK_TEST(waiting), LEAK_TEST(sizes),
    LEAK_TEST(mounts), LEAK_TEST(names)
  };
  return cmocka_run_group_tests_name("path faults", tests, make_ground,
                                     drop_base);
}
