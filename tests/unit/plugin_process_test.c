/*
** plugin_process_test.c -- plugins and the process that loads them: its
** descriptors, its threads, its copies, its /proc and its linker.
*/

#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "../plugins/maps.h"
#include "asleep.h"
#include "plugin_ground.h"


/*
** {======================================================
** Numbers of descriptors
** =======================================================
*/

/* the naive way: what was loaded by a number once is what the number means,
   even when it is another file's by now */
static int naive_numbers (void) {
  int fd = open("p/one.so", O_RDONLY | O_CLOEXEC), again;
  char name[64];
  const void *a, *b;
  snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
  a = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  close(fd);
  again = open("p/two.so", O_RDONLY | O_CLOEXEC);
  CHECK(a != NULL && again == fd);
  b = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  CHECK(b == a);
  return 0;
}


static int numbers_child (void) {
  int fd;
  CHECK(load_plugin("one.so", "p.one") == 1);
  for (fd = 500; fd < 600; fd++) close(fd);       /* somebody's daemon does */
  CHECK(load_plugin("two.so", "p.two") == 2);
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(mapped_inode(dlsym(RTLD_DEFAULT, "luaopen_one")) == 0);
  return 0;
}

/* row 80 */
static void numbers (void **state) {
  (void)state;
  IN_CHILD(naive_numbers);
  unlink("canary");
  IN_CHILD(numbers_child);
  assert_int_equal(canaries(), 2);
}


static int few_child (void) {
  struct rlimit limit;
  CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = 100;
  CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(load_plugin("two.so", "p.two") == 2);
  return 0;
}


static int others_child (void) {
  struct rlimit limit;
  int fd;
  CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = 510;
  CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  for (fd = 500; fd < 510; fd++) CHECK(dup2(0, fd) == fd);
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(load_plugin("two.so", "p.two") == 2);
  return 0;
}


/* opens p.one, and leaves no number above the one that it has */
static int use_up (wk_Plugin *p, struct rlimit *limit) {
  CHECK(open_plugin("one.so", "p.one", p) == WK_OK);
  CHECK(getrlimit(RLIMIT_NOFILE, limit) == 0);
  limit->rlim_cur = (rlim_t)p->file.fd + 1;
  CHECK(setrlimit(RLIMIT_NOFILE, limit) == 0);
  while (dup(0) >= 0) {}
  return 0;
}


static int none_child (void) {
  struct rlimit limit;
  wk_Plugin p;
  wk_Loaded loaded;
  CHECK(use_up(&p, &limit) == 0);
  CHECK(wk_plugin_load(&p, &loaded, &fail) == WK_EMFILE);
  CHECK(strcmp(fail.message, "a plugin cannot be loaded: too many files are "
                             "open") == 0);
  CHECK(canaries() == 0);
  wk_plugin_close(&p);
  return 0;
}

/* there is one for us, and none for the linker */
static int one_child (void) {
  struct rlimit limit;
  wk_Plugin p;
  wk_Loaded loaded;
  CHECK(use_up(&p, &limit) == 0);
  limit.rlim_cur++;
  CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(wk_plugin_load(&p, &loaded, &fail) == WK_EMFILE);
  CHECK(strcmp(fail.message, "a plugin cannot be loaded: too many files are "
                             "open") == 0);
  CHECK(says(&fail, "the system linker says: "));
  CHECK(canaries() == 0);
  limit.rlim_cur++;
  CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(wk_plugin_load(&p, &loaded, &fail) == WK_OK);
  CHECK(canaries() == 1);
  wk_plugin_close(&p);
  return 0;
}

static void few_numbers (void **state) {
  (void)state;
  IN_CHILD(few_child);
  IN_CHILD(others_child);
  unlink("canary");
  IN_CHILD(none_child);
  IN_CHILD(one_child);
}

/* }====================================================== */


/*
** {======================================================
** Processes and threads
** =======================================================
*/

static int grandchild (void) {
  CHECK(load_plugin("one.so", "p.one") == 1);     /* of the parent */
  CHECK(load_plugin("two.so", "p.two") == 2);     /* its own */
  CHECK(load_plugin("two.so", "p.two") == 2);
  return 0;
}


static int fork_child (void) {
  int status;
  pid_t pid;
  CHECK(load_plugin("one.so", "p.one") == 1);
  pid = fork();
  if (pid == 0) {
    loading = grandchild;
    _exit(loading_child());
  }
  CHECK(waitpid(pid, &status, 0) == pid && status == 0);
  CHECK(canaries() == 2);
  return 0;
}

static void forks (void **state) {
  (void)state;
  IN_CHILD(fork_child);
}


static atomic_int answered;

static void *load_waits (void *arg) {
  (void)arg;
  atomic_store(&answered, load_plugin("waits.so", "p.waits"));
  return NULL;
}


/* The process is copied while another thread loads: the copy can load, too.
   (The lock is nobody's there.) */
static int copied_child (void) {
  pthread_t thread;
  int status;
  pid_t pid;
  copy_to("waits", "p/waits.so");
  CHECK(pthread_create(&thread, NULL, load_waits, NULL) == 0);
  while (canaries() == 0 && atomic_load(&answered) == 0) sched_yield();
  pid = fork();
  if (pid == 0) {
    alarm(60);
    _exit(load_plugin("two.so", "p.two") != 2);
  }
  CHECK(waitpid(pid, &status, 0) == pid && status == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  CHECK(atomic_load(&answered) == 1);
  CHECK(load_plugin("two.so", "p.two") == 2);
  return 0;
}

static void copied (void **state) {
  (void)state;
  IN_CHILD(copied_child);
}


static int inner;              /* what a plugin gave inside of another one */

static int load_two (void) {
  return inner = load_plugin("two.so", "p.two");
}

static int load_one (void) {
  return inner = load_plugin("one.so", "p.one");
}


static int nested_child (void) {
  const int fds = count_fds();
  meanwhile = load_two;
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(inner == 2 && canaries() == 2);
  CHECK(load_plugin("two.so", "p.two") == 2);
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(count_fds() == fds + 2);
  return 0;
}


static int itself_child (void) {
  meanwhile = load_one;
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(inner == 1 && canaries() == 1);
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(canaries() == 1);
  return 0;
}

static int load_later (void) {
  if (!set_time("p/one.so", 123, 0)) return -1;
  return load_one();
}

static int later_child (void) {
  meanwhile = load_later;
  CHECK(load_plugin("one.so", "p.one") == -1 && fail.code == WK_ECHANGED);
  CHECK(strcmp(fail.message, "`one.so` changed since it was loaded") == 0);
  CHECK(inner == 1 && canaries() == 1);
  CHECK(load_plugin("one.so", "p.one") == 1);
  return 0;
}

/* a library that has plugins loaded while it is loaded itself: another one,
   the very same, and what was changed since the very same was checked */
static void nested (void **state) {
  (void)state;
  IN_CHILD(nested_child);
  unlink("canary");
  IN_CHILD(itself_child);
  unlink("canary");
  IN_CHILD(later_child);
}


static atomic_long second;      /* the thread that loads meanwhile */

static void *load_second (void *arg) {
  (void)arg;
  atomic_store(&second, this_thread());
  atomic_store(&answered, load_plugin("two.so", "p.two"));
  return NULL;
}


/* called by a constructor, so the linker's lock is this thread's: begins to
   load a plugin in another thread, and comes back when that waits for it */
static pthread_t begin_second (void) {
  pthread_t thread;
  atomic_store(&second, 0);
  atomic_store(&answered, 0);
  if (pthread_create(&thread, NULL, load_second, NULL) != 0) abort();
  while (atomic_load(&second) == 0 || !is_asleep(atomic_load(&second)))
    sched_yield();
  return thread;
}

static pthread_t other;

static int fork_meanwhile (void) {
  int status = -1;
  pid_t pid;
  other = begin_second();
  pid = fork();
  if (pid == 0) _exit(0);
  return inner = waitpid(pid, &status, 0) == pid && status == 0;
}

static int load_meanwhile (void) {
  other = begin_second();
  return inner = load_plugin("three.so", "p.two");
}


/* A library that is none of wick's has a constructor that forks, or loads a
   plugin, while another thread loads one. */
static int (*constructor) (void);

static int locks_child (void) {
  alarm(60);
  copy_to("two", "p/three.so");
  copy_to("two", "p/first.so");
  CHECK(load_plugin("first.so", "p.two") == 2);   /* what is done once */
  inner = 0;
  meanwhile = constructor;
  CHECK(dlopen("p/one.so", RTLD_NOW | RTLD_LOCAL) != NULL);
  CHECK(pthread_join(other, NULL) == 0);
  CHECK(atomic_load(&answered) == 2 && inner > 0);
  CHECK(load_plugin("two.so", "p.two") == 2);
  return 0;
}

static void locks (void **state) {
  (void)state;
  constructor = fork_meanwhile;
  IN_CHILD(locks_child);
  constructor = load_meanwhile;
  IN_CHILD(locks_child);
}


/* the first process of a namespace of processes, so it has number 1 */
static int first_child (void) {
  int go[2], status;
  pid_t pid;
  char c;
  CHECK(mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0);
  CHECK(mount("proc", "/proc", "proc", 0, NULL) == 0);
  CHECK(getpid() == 1 && load_plugin("one.so", "p.one") == 1);
  copy_to("two", "p/three.so");
  CHECK(pipe2(go, O_CLOEXEC) == 0 && unshare(CLONE_NEWPID) == 0);
  pid = fork();
  if (pid == 0) {  /* number 1 as well */
    if (getpid() != 1 || read(go[0], &c, 1) != 1) _exit(2);
    status = load_plugin("again.so", "p.one") != 1;
    __gcov_dump();   /* _exit does not */
    _exit(status);
  }
  CHECK(load_plugin("two.so", "p.two") == 2);  /* what the child names next */
  copy_to("one", "p/again.so");
  CHECK(write(go[1], "x", 1) == 1);
  CHECK(waitpid(pid, &status, 0) == pid && status == 0);
  return 0;
}

static int namespace_child (void) {
  int status;
  pid_t pid;
  if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) return 77;
  pid = fork();
  if (pid == 0) {
    loading = first_child;
    _exit(loading_child());
  }
  CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
  return WEXITSTATUS(status);
}

/* what /proc calls a process is not its number elsewhere */
static void namespaces (void **state) {
  int status;
  (void)state;
  status = in_loading_child(namespace_child);
  if (status == 77) {
    print_message("# no right to make a namespace of processes\n");
    skip();
  }
  assert_int_equal(status, 0);
}


/* /proc goes away between two plugins */
static int no_proc_child (void) {
  CHECK(load_plugin("one.so", "p.one") == 1);
  if (chroot(base) != 0) return 77;
  CHECK(load_plugin("two.so", "p.two") == -1 && fail.code == WK_ENOPROC);
  CHECK(strcmp(fail.message,
               "plugin `p.two` cannot be loaded without /proc") == 0);
  return 0;
}

static void no_proc (void **state) {
  int status;
  (void)state;
  status = in_loading_child(no_proc_child);
  if (status == 77) skip();
  assert_int_equal(status, 0);
}


static pthread_barrier_t start;

static void *worker (void *arg) {
  const int n = *(const int *)arg;
  wk_Root mine;
  wk_Fail f;
  intptr_t good = 1;
  int i;
  pthread_barrier_wait(&start);
  for (i = 0; i < 20 && good; i++) {
    const int which = (n + i) % 2;
    const char *rel = which ? "two.so" : "one.so";
    const char *name = which ? "p.two" : "p.one";
    wk_Plugin p;
    wk_Loaded loaded;
    good = wk_root_open(&mine, "p", 1, WK_AUTO, &f) == WK_OK;
    if (!good) break;
    good = wk_plugin_open(&mine, rel, 6, name, 5, "Lua 5.4", 1 << 20, &p,
                          &f) == WK_OK;
    if (good) {
      good = wk_plugin_load(&p, &loaded, &f) == WK_OK &&
             ((int (*) (void *))loaded.entry)(NULL) == which + 1;
      wk_plugin_close(&p);
    }
    wk_root_close(&mine);
  }
  return (void *)good;
}


static int threads_child (void) {
  enum {N = 8};
  pthread_t threads[N];
  int numbers_of[N], i;
  CHECK(pthread_barrier_init(&start, NULL, N) == 0);
  for (i = 0; i < N; i++) {
    numbers_of[i] = i;
    CHECK(pthread_create(&threads[i], NULL, worker, &numbers_of[i]) == 0);
  }
  for (i = 0; i < N; i++) {
    void *good;
    CHECK(pthread_join(threads[i], &good) == 0 && good != NULL);
  }
  CHECK(canaries() == 2);                         /* once each */
  return 0;
}

/* row 90, without Lua: see state_test.c */
static void threads (void **state) {
  (void)state;
  IN_CHILD(threads_child);
}

/* }====================================================== */


/*
** {======================================================
** What the linker says
** =======================================================
*/

/* a plugin that calls one function more, made by changing a name: `getenv`,
   of the C library, becomes `lua_en` */
static int undefined_child (void) {
  char block[65536], *at;
  ssize_t n;
  int fd = open("p/one.so", O_RDONLY | O_CLOEXEC);
  n = read(fd, block, sizeof(block));
  close(fd);
  CHECK(n > 0);
  at = (char *)memmem(block, (size_t)n, "\0getenv", 8);
  CHECK(at != NULL);
  memcpy(at + 1, "lua_xy", sizeof("lua_xy"));
  put("p/one.so", block, (size_t)n);
  CHECK(load_plugin("one.so", "p.one") == -1 && fail.code == WK_EDLOPEN);
  CHECK(strcmp(fail.message, "plugin `p.one` cannot be opened") == 0);
  CHECK(says(&fail, "the system linker says: undefined symbol: lua_xy"));
  /* this program has no Lua at all */
  CHECK(says(&fail, "Lua's functions are not visible there"));
  CHECK(says(&fail, "link the program with `-Wl,-E`"));
  CHECK(!says(&fail, "/proc/"));
  CHECK(canaries() == 0);
  memcpy(at + 1, "missng", sizeof("missng"));
  put("p/one.so", block, (size_t)n);
  CHECK(load_plugin("one.so", "p.one") == -1 && fail.code == WK_EDLOPEN);
  CHECK(says(&fail, "link the plugin against the library that has "
                    "`missng`"));
  return 0;
}

/* row 82 */
static void undefined (void **state) {
  (void)state;
  IN_CHILD(undefined_child);
}

/* }====================================================== */


int main (void) {
  const struct CMUnitTest tests[] = {
    TEST(numbers), TEST(few_numbers), TEST(forks), TEST(nested),
    TEST(copied), TEST(locks), TEST(namespaces), TEST(no_proc),
    TEST(threads), TEST(undefined)
  };
  return cmocka_run_group_tests(tests, set_up, drop_base);
}
