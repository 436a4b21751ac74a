/*
** plugin_fault_test.c -- system calls, the linker's functions and allocations
** that fail while a plugin is checked and loaded: each one, at each place.
**
** The calls are taken over by this program, which counts them and lets one of
** them, or that and all later ones, fail.  Whatever fails: a failure in words
** or the right answer, no descriptor too many, never a wrong library, and the
** next try works.
*/

#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "asleep.h"
#include "leak.h"
#include "path_ground.h"
#include "plugin.h"

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

/* volatile: a compiler believes that malloc looks at nothing of ours */
static const char *volatile failing;   /* the call; NULL: none */
static volatile long at, seen;  /* which of them fails, from 1; how many were */
static volatile int onwards;    /* and all later ones? */
static volatile int err;
static const void *instead;     /* what dlopen gives then, */
static const char *said;        /* and what dlerror says: a text, in which @
                                   at its begin is the name of the library; */
static int mute;                /* or nothing at all */
static ino_t own_ino, seen_ino; /* fstat gives a file with the first number the
                                   second, on another file system */

static int hit (const char *call) {
  if (failing == NULL || strcmp(failing, call) != 0) return 0;
  seen++;
  if (seen != at && !(onwards && seen > at)) return 0;
  errno = err;
  return 1;
}

/* libc's function behind the one that is taken over here */
#define REAL(type, name)  ((type)(uintptr_t)dlsym(RTLD_NEXT, name))

#pragma GCC visibility push(default)

ssize_t pread (int fd, void *to, size_t size, off_t from) {
  if (hit("pread")) return err ? -1 : 0;
  return REAL(ssize_t (*) (int, void *, size_t, off_t), "pread")
           (fd, to, size, from);
}

static void (*under_lock) (void);   /* runs once while the lock is held */

/* the file `own_ino` has the number of another, on another system */
static void renumber (struct stat *st) {
  if (own_ino != 0 && st->st_ino == own_ino) {
    st->st_ino = seen_ino;
    st->st_dev++;
  }
}

int fstat (int fd, struct stat *st) {
  int result;
  if (hit("fstat")) return -1;
  result = REAL(int (*) (int, struct stat *), "fstat")(fd, st);
  renumber(st);
  if (hit("ctime")) st->st_ctim.tv_nsec = seen;
  if (hit("mtime")) st->st_mtim.tv_nsec = st->st_ctim.tv_nsec = seen;
  return result;
}

int stat (const char *restrict name, struct stat *restrict st) {
  int result;
  if (hit("stat")) return -1;
  result = REAL(int (*) (const char *, struct stat *), "stat")(name, st);
  renumber(st);
  if (under_lock != NULL) {
    void (*now) (void) = under_lock;
    under_lock = NULL;
    now();
  }
  if (hit("another file")) st->st_ino++;
  if (hit("another system")) st->st_dev++;
  return result;
}

ssize_t readlink (const char *restrict name, char *restrict to, size_t size) {
  if (strcmp(name, "/proc/self") == 0 && hit("readlink"))
    return err ? -1 : 0;
  return REAL(ssize_t (*) (const char *, char *, size_t), "readlink")
           (name, to, size);
}

int fcntl (int fd, int command, ...) {
  va_list args;
  long arg;
  va_start(args, command);
  arg = va_arg(args, long);
  va_end(args);
  if (command == F_DUPFD_CLOEXEC && hit("fcntl")) return -1;
  return REAL(int (*) (int, int, ...), "fcntl")(fd, command, arg);
}

static char opened[64];

void *dlopen (const char *name, int flags) {
  snprintf(opened, sizeof(opened), "%s", name ? name : "");
  if (name && strncmp(name, "/proc/", 6) == 0 && hit("dlopen"))
    return (void *)(uintptr_t)instead;
  return REAL(void *(*) (const char *, int), "dlopen")(name, flags);
}

char *dlerror (void) {
  static char whole[256];
  if (mute) return NULL;
  if (said != NULL && *said == '@') {
    snprintf(whole, sizeof(whole), "%s%s", opened, said + 1);
    return whole;
  }
  if (said != NULL) return (char *)(uintptr_t)said;
  return REAL(char *(*) (void), "dlerror")();
}

int dlinfo (void *restrict handle, int what, void *restrict to) {
  if (hit("dlinfo")) return err ? -1 : 0;
  return REAL(int (*) (void *, int, void *), "dlinfo")(handle, what, to);
}

int dladdr (const void *at_all, Dl_info *info) {
  int result;
  if (hit("dladdr")) return 0;
  result = REAL(int (*) (const void *, Dl_info *), "dladdr")(at_all, info);
  if (hit("nameless")) info->dli_fname = NULL;
  return result;
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


#define CHECK(what) \
  do { if (!(what)) return report(__LINE__, #what); } while (0)

static const char *swept;       /* the call that sweep lets fail */
static const char *tried;       /* the plugin that is loaded then, */
static int right;               /* what it gives, */
static wk_Code codes[2];        /* and what else may come of it */
static wk_Fail fail;

static int report (int line, const char *what) {
  fprintf(stderr, "# line %d: %s (%s %ld: %s: %s)\n", line, what,
          swept ? swept : "no fault", at, wk_code_info(fail.code)->name,
          fail.message);
  return 1;
}


/* opens, lists and loads p/NAME.so; what its entry gives, -1 when it is not
   loaded, or -2 when a list is neither there nor refused */
static int load_plugin (const char *rel) {
  char name[16];
  char *names = NULL;
  size_t size;
  wk_Root root;
  wk_Plugin p;
  wk_Loaded loaded;
  int answer = -1, bad = 0, i;
  snprintf(name, sizeof(name), "p.%.3s", rel);
  if (wk_root_open(&root, "p", 1, WK_AUTO, &fail) != WK_OK) return -1;
  if (wk_plugin_open(&root, rel, strlen(rel), name, 5, "Lua 5.4", 1 << 20, &p,
                     &fail) == WK_OK) {
    for (i = 0; i < 2; i++) {
      wk_Fail f;
      wk_Code code = wk_plugin_names(&p, i, &names, &size, &f);
      if (code == WK_OK ? size == 0 || names == NULL
                        : f.code != code || size != 0 || names != NULL)
        bad = 1;
      free(names);
    }
    if (wk_plugin_load(&p, &loaded, &fail) == WK_OK) {
      int (*entry) (void *L);
      memcpy(&entry, &loaded.entry, sizeof(entry));
      answer = entry(NULL);
    }
    wk_plugin_close(&p);
  }
  wk_root_close(&root);
  return bad ? -2 : answer;
}


/* one try with the fault, which leads to a failure or to the right library;
   then one without */
static int one_child (void) {
  const int before = count_fds();
  int answer, fds;
  seen = 0;
  failing = swept;
  answer = load_plugin(tried);
  failing = NULL;
  fds = count_fds() - before;
  CHECK(answer == right || answer == -1);
  if (answer == -1) {
    CHECK(fail.code == codes[0] || fail.code == codes[1]);
    CHECK(fail.message[0] != '\0');
    CHECK(fds == 0 || fds == 1);   /* what the linker knows stays */
    CHECK(fds == 0 || fail.code == WK_EDLOPEN);
  }
  else CHECK(fds == 1);
  CHECK(load_plugin("one.so") == 1);
  CHECK(load_plugin("two.so") == 2);
  CHECK(load_plugin("one.so") == 1);
  return seen >= at ? 0 : 77;      /* was there such a call at all? */
}


/* Lets each call fail, first alone and then with all that follow, while a
   plugin is loaded; how many there are.  What may come of it is the plugin, or
   one of two codes. */
static long sweep_of (const char *rel, const char *call, int with, wk_Code a,
                      wk_Code b) {
  int status;
  tried = rel;
  right = *rel == 'o' ? 1 : 2;
  codes[0] = a;
  codes[1] = b;
  swept = call;
  err = with;
  for (onwards = 0; onwards < 2; onwards++) {
    at = 0;
    do {
      at++;
      status = in_loading_child(one_child);
      if (status != 0 && status != 77)
        print_message("# %s: %s %ld%s\n", rel, call, at,
                      onwards ? " and all" : "");
      assert_true(status == 0 || status == 77);
    } while (status == 0);
  }
  return at - 1;
}


/* the same with a plugin that is read at once */
static long sweep (const char *call, int with, wk_Code a, wk_Code b) {
  return sweep_of("one.so", call, with, a, b);
}


/* and with one that is read as it is looked at */
static long sweep_large (const char *call, int with, wk_Code a, wk_Code b) {
  return sweep_of("two.so", call, with, a, b);
}


static void copy_to (const char *plugin, const char *name) {
  const char *where = getenv("WICK_BUILD");
  static char block[200000];     /* large: it is read as it is looked at */
  ssize_t n;
  int fd;
  snprintf(text, sizeof(text), "%s/tests/plugins/%s.so",
           where ? where : "build", plugin);
  fd = open(text, O_RDONLY | O_CLOEXEC);
  if (fd < 0) print_message("# there is no %s\n", text);
  assert_true(fd >= 0);
  memset(block, 0, sizeof(block));
  n = read(fd, block, sizeof(block));
  close(fd);
  assert_true(n > 0);
  put(name, block, *plugin == 't' ? sizeof(block) : (size_t)n);
}


static void calls (void **state) {
  (void)state;
  assert_true(sweep("pread", EIO, WK_EIO, WK_EIO) >= 3);
  assert_true(sweep("pread", 0, WK_ECHANGED, WK_ECHANGED) >= 3);
  assert_true(sweep("fstat", EIO, WK_EIO, WK_ECHANGED) >= 4);
  assert_int_equal(sweep("fcntl", EMFILE, WK_EMFILE, WK_EMFILE), 1);
  assert_int_equal(sweep("fcntl", EBADF, WK_EIO, WK_EIO), 1);
  assert_true(sweep_large("pread", EIO, WK_EIO, WK_EIO) >= 3);
  assert_true(sweep_large("pread", 0, WK_ECHANGED, WK_ECHANGED) >= 3);
  assert_true(sweep_large("fstat", EIO, WK_EIO, WK_ECHANGED) >= 4);
}


static int interrupted_child (void) {
  swept = failing = "pread";
  err = EINTR;
  onwards = 0;
  for (at = 1; at < 4; at++) {
    seen = 0;
    CHECK(load_plugin("two.so") == 2 && seen > at);
  }
  return 0;
}

static void interrupted (void **state) {
  (void)state;
  assert_int_equal(in_loading_child(interrupted_child), 0);
}


/* opens p/two.so */
static wk_Code open_two (wk_Plugin *p) {
  wk_Root root;
  wk_Code code;
  if (wk_root_open(&root, "p", 1, WK_AUTO, &fail) != WK_OK) return fail.code;
  code = wk_plugin_open(&root, "two.so", 6, "p.two", 5, "Lua 5.4", 1 << 20, p,
                        &fail);
  wk_root_close(&root);
  return code;
}


/* every look finds another time: of a change that sets the ctime alone 16 are
   borne, of one that sets the mtime none */
static int restless_child (void) {
  const int before = count_fds();
  wk_Plugin p;
  wk_Loaded loaded;
  long opening;
  onwards = 0;
  at = 0;
  seen = 0;
  swept = failing = "ctime";
  CHECK(open_two(&p) == WK_OK);
  wk_plugin_close(&p);
  opening = seen - 1;              /* one look is behind the check */
  onwards = 1;
  at = opening + 1;
  seen = 0;
  CHECK(open_two(&p) == WK_ECHANGED && p.file.fd == -1);
  CHECK(strcmp(fail.message, "`two.so` changed while it was read") == 0);
  CHECK(seen == opening + 16 + 15);
  seen = 0;
  swept = failing = "mtime";
  CHECK(open_two(&p) == WK_ECHANGED && p.file.fd == -1);
  CHECK(strcmp(fail.message, "`two.so` changed while it was read") == 0);
  CHECK(seen == opening + 2);
  /* the same once it was checked */
  failing = NULL;
  CHECK(open_two(&p) == WK_OK);
  seen = 0;
  at = 1;
  swept = failing = "ctime";
  CHECK(wk_plugin_load(&p, &loaded, &fail) == WK_ECHANGED);
  CHECK(strcmp(fail.message, "`two.so` changed since it was checked") == 0);
  failing = NULL;
  CHECK(wk_plugin_load(&p, &loaded, &fail) == WK_OK);
  CHECK(count_fds() == before + 1);
  wk_plugin_close(&p);
  return 0;
}

static void restless (void **state) {
  (void)state;
  assert_int_equal(in_loading_child(restless_child), 0);
  /* once is borne, wherever it is */
  assert_true(sweep("ctime", 0, WK_ECHANGED, WK_ECHANGED) >= 4);
  assert_true(sweep_large("ctime", 0, WK_ECHANGED, WK_ECHANGED) >= 4);
}


static int same_number_child (void) {
  struct stat one, two;
  CHECK(stat("p/one.so", &one) == 0 && stat("p/two.so", &two) == 0);
  CHECK(load_plugin("one.so") == 1);
  own_ino = two.st_ino;
  seen_ino = one.st_ino;
  CHECK(load_plugin("two.so") == 2);
  CHECK(load_plugin("one.so") == 1);
  CHECK(load_plugin("two.so") == 2);
  return 0;
}

/* two files with one number, on two file systems, are two */
static void same_number (void **state) {
  (void)state;
  swept = NULL;
  assert_int_equal(in_loading_child(same_number_child), 0);
}


static atomic_long forking;     /* the thread that copies the process */

static void *fork_and_load (void *arg) {
  int *status = (int *)arg;
  pid_t pid;
  atomic_store(&forking, this_thread());
  pid = fork();
  if (pid == 0) {
    alarm(60);
    _exit(load_plugin("two.so") != 2);
  }
  if (waitpid(pid, status, 0) != pid) *status = -1;
  return NULL;
}

static pthread_t copier;
static int copied;

static void fork_elsewhere (void) {
  if (pthread_create(&copier, NULL, fork_and_load, &copied) != 0) abort();
  while (atomic_load(&forking) == 0 || !is_asleep(atomic_load(&forking)))
    sched_yield();
}

static int lock_child (void) {
  under_lock = fork_elsewhere;
  CHECK(load_plugin("one.so") == 1);
  CHECK(under_lock == NULL && pthread_join(copier, NULL) == 0);
  CHECK(copied == 0);
  return 0;
}

/* the process is copied by one thread while another has the lock: in the copy
   it is nobody's */
static void copied_locked (void **state) {
  (void)state;
#if defined(SANITIZED)
  (void)lock_child;
  SKIP("the sanitizer's allocator has a lock that a copy cannot free");
#else
  swept = NULL;
  assert_int_equal(in_loading_child(lock_child), 0);
#endif
}


static int other_child (void) {
  failing = swept;
  at = 1;
  seen = onwards = 0;
  CHECK(load_plugin("one.so") == -1 && fail.code == WK_ENOPROC && seen == 1);
  failing = NULL;
  CHECK(load_plugin("one.so") == 1);
  return 0;
}

/* row 87: whatever is wrong with /proc, nothing is loaded by its path */
static void proc (void **state) {
  (void)state;
  assert_int_equal(sweep("readlink", ENOENT, WK_ENOPROC, WK_ENOPROC), 1);
  assert_int_equal(sweep("readlink", 0, WK_ENOPROC, WK_ENOPROC), 1);
  assert_int_equal(sweep("stat", ENOENT, WK_ENOPROC, WK_ENOPROC), 1);
  assert_int_equal(sweep("stat", ENOMEM, WK_ENOMEM, WK_ENOMEM), 1);
  assert_int_equal(sweep("another file", 0, WK_ENOPROC, WK_ENOPROC), 1);
  assert_int_equal(sweep("another system", 0, WK_ENOPROC, WK_ENOPROC), 1);
  swept = "another file";
  assert_int_equal(in_loading_child(other_child), 0);
  swept = "another system";
  assert_int_equal(in_loading_child(other_child), 0);
}


static int linker_child (void) {
  wk_Loaded loaded;
  wk_Plugin p;
  wk_Root root;
  Dl_info info;
  CHECK(load_plugin("two.so") == 2);
  CHECK(wk_root_open(&root, "p", 1, WK_AUTO, &fail) == WK_OK);
  CHECK(wk_plugin_open(&root, "two.so", 6, "p.two", 5, "Lua 5.4", 1 << 20, &p,
                       &fail) == WK_OK);
  CHECK(wk_plugin_load(&p, &loaded, &fail) == WK_OK);
  CHECK(dladdr(loaded.base, &info) != 0);
  /* the linker gives the library that was loaded before, as glibc does when
     it takes one name for another */
  instead = dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD);
  CHECK(instead != NULL);
  failing = "dlopen";
  at = 1;
  seen = 0;
  CHECK(load_plugin("one.so") == -1 && fail.code == WK_EDLOPEN && seen == 1);
  CHECK(says(&fail, "the system linker gave another library for it"));
  failing = NULL;
  instead = NULL;
  CHECK(load_plugin("one.so") == 1);
  wk_plugin_close(&p);
  wk_root_close(&root);
  return 0;
}

/* row 80 */
static void linker (void **state) {
  (void)state;
  assert_int_equal(in_loading_child(linker_child), 0);
  failing = NULL;
  instead = NULL;
  assert_int_equal(sweep("dlopen", 0, WK_EDLOPEN, WK_EDLOPEN), 1);
  assert_int_equal(sweep("dlinfo", EINVAL, WK_EDLOPEN, WK_EDLOPEN), 1);
  assert_int_equal(sweep("dlinfo", 0, WK_EDLOPEN, WK_EDLOPEN), 1);
  /* where it does not say where the core is, the core cannot make itself stay,
     and plugins are loaded all the same */
  assert_int_equal(sweep("dladdr", 0, WK_OK, WK_OK), 1);
  assert_int_equal(sweep("nameless", 0, WK_OK, WK_OK), 1);
}


/* what the linker says -> what helps */
static const char *const texts[][2] = {
  {"libopenblas.so.0: cannot open shared object file: No such file or "
   "directory", "on Debian it should be in the package `libopenblas0`"},
  {"libx264.so.164: cannot open shared object file: No such file or "
   "directory", "on Debian it should be in the package `libx264-164`"},
  {"libGL.so.1: cannot open shared object file: No such file or directory",
   "install the library `libGL.so.1`"},
  {"tools: cannot open shared object file: No such file or directory",
   "install the library `tools`"},
  {"lib-x.so.3: cannot open shared object file: No such file or directory",
   "on Debian it should be in the package `lib-x3`"},
  {"libstdc++.so.6: cannot open shared object file: No such file or directory",
   "install the library `libstdc++.so.6`"},
  {"lib{x}.so.6: cannot open shared object file: No such file or directory",
   "install the library `lib{x}.so.6`"},
  {"libx:.so.6: cannot open shared object file: No such file or directory",
   "install the library `libx:.so.6`"},
  {"lib2.so.6: cannot open shared object file: No such file or directory",
   "on Debian it should be in the package `lib2-6`"},
  {"lib-.so.6: cannot open shared object file: No such file or directory",
   "on Debian it should be in the package `lib-6`"},
  {".so.6: cannot open shared object file: No such file or directory",
   "install the library `.so.6`"},
  {"a-library-whose-name-is-longer-than-any-name-of-a-package-is-ever.so.6: "
   "cannot open shared object file: No such file or directory",
   "install the library `a-library-whose-name-is-longer"},
  {"libx.so.1234567890: cannot open shared object file: No such file",
   "install the library `libx.so.1234567890`"},
  {"/proc/1/fd/500: undefined symbol: cblas_ddot, version V1",
   "link the plugin against the library that has `cblas_ddot`"},
  {"/proc/1/fd/500: undefined symbol: ", "that has ``"},
  {"/proc/1/fd/500: undefined symbol: lua_newthing",
   "Lua's functions are not visible there"},
  {"/proc/1/fd/500: failed to map segment from shared object",
   "is its file system mounted `noexec`?"},
  {"/lib/libc.so.6: version `GLIBC_2.99' not found (required by x)",
   "it was built on a newer system"},
  {"@: too large", "the system linker says: too large"},
  {"@ is odd", "the system linker says: /proc/"},
  {"\033[31m\377", "the system linker says: \\x1B[31m\\xFF"},
  {"something new", "the system linker says: something new"},
  {NULL, NULL}
};


static int says_child (void) {
  int i;
  failing = "dlopen";
  onwards = 1;
  at = 0;
  for (i = 0; texts[i][0] != NULL; i++) {
    said = texts[i][0];
    CHECK(load_plugin("one.so") == -1 && fail.code == WK_EDLOPEN);
    CHECK(strcmp(fail.message, "plugin `p.one` cannot be opened") == 0);
    if (!says(&fail, texts[i][1])) fprintf(stderr, "# %s\n", texts[i][0]);
    CHECK(says(&fail, texts[i][1]));
  }
  mute = 1;
  CHECK(load_plugin("one.so") == -1 && fail.code == WK_EDLOPEN);
  CHECK(says(&fail, "the system linker says: nothing"));
  return 0;
}

/* what was short is said in the words of the system, behind a colon, and in
   the end: names of the plugin can be such words */
static int short_child (void) {
  static const struct { const char *text; wk_Code code; } cases[] = {
    {"/proc/1/fd/500: cannot open shared object file: Too many open files",
     WK_EMFILE},
    {"libx.so: cannot open shared object file: Too many open files in system",
     WK_EMFILE},
    {"cannot create shared object descriptor: Cannot allocate memory",
     WK_ENOMEM},
    {"undefined symbol: Too many open files", WK_EDLOPEN},
    {"Too many open files", WK_EDLOPEN}, {": Too many open files", WK_EDLOPEN},
    {"x Too many open files", WK_EDLOPEN},
    {"Cannot allocate memory: no such file", WK_EDLOPEN}
  };
  size_t i;
  failing = "dlopen";
  onwards = 1;
  at = 0;
  for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
    const int fds = count_fds();
    said = cases[i].text;
    CHECK(load_plugin("one.so") == -1 && fail.code == cases[i].code);
    CHECK(says(&fail, "the system linker says: "));
    CHECK(count_fds() == fds);
  }
  return 0;
}

/* row 82 */
static void linker_says (void **state) {
  (void)state;
  swept = NULL;
  assert_int_equal(in_loading_child(says_child), 0);
  assert_int_equal(in_loading_child(short_child), 0);
}


static void memory (void **state) {
#if defined(SANITIZED) || !defined(__GLIBC__)
  (void)state;
  SKIP("the allocator cannot be taken over here");
#else
  (void)state;
  failing = "malloc";
  at = seen = onwards = 0;
  count_fds();
  failing = NULL;
  if (seen == 0)
    SKIP("the allocator cannot be taken over here");
  assert_true(sweep("malloc", ENOMEM, WK_ENOMEM, WK_EDLOPEN) > 5);
  assert_true(sweep_large("malloc", ENOMEM, WK_ENOMEM, WK_EDLOPEN) > 5);
#endif
}


static int set_up (void **state) {
  char here[PATH_MAX];
  const char *where = getenv("WICK_BUILD");
  if (realpath(where ? where : "build", here) == NULL ||
      setenv("WICK_BUILD", here, 1) != 0 || make_base(state) != 0 ||
      mkdir("p", 0755) != 0) return 1;
  copy_to("one", "p/one.so");
  copy_to("two", "p/two.so");
  return 0;
}


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(calls), LEAK_TEST(interrupted), LEAK_TEST(restless),
    LEAK_TEST(same_number), LEAK_TEST(copied_locked), LEAK_TEST(proc),
    LEAK_TEST(linker), LEAK_TEST(linker_says), LEAK_TEST(memory)
  };
  return cmocka_run_group_tests(tests, set_up, drop_base);
}
