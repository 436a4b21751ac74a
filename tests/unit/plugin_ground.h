/*
** plugin_ground.h -- what the tests of plugins stand on: a folder with two
** plugins that the Makefile builds from tests/plugins/bare.c, whose entries
** give 1 (`one`) and 2 (`two`) and which write down that they were loaded.
** What is loaded stays, so each test loads in a child.
** Include it behind <cmocka.h>, with _GNU_SOURCE.
*/

#ifndef plugin_ground_h
#define plugin_ground_h

#include "elf_bytes.h"
#include "leak.h"
#include "path_ground.h"
#include "plugin.h"


static wk_Fail fail;
static wk_Root root;


/* in a child: leaves it with the line that failed */
#define CHECK(what) \
  do { if (!(what)) return report(__LINE__, #what); } while (0)

static inline int report (int line, const char *what) {
  fprintf(stderr, "# line %d: %s (%s: %s)\n", line, what,
          wk_code_info(fail.code)->name, fail.message);
  return 1;
}


/* puts bytes there as a new file, or over an old one */
static inline void put_bytes (const Bytes *b, const char *name) {
  static int count = 0;
  struct timespec times[2];
  put(name, b->s, b->len);
  /* no two writes of a test have one time, however fast they are */
  times[0].tv_sec = times[1].tv_sec = 1000000000 + count++;
  times[0].tv_nsec = times[1].tv_nsec = 0;
  assert_int_equal(utimensat(AT_FDCWD, name, times, 0), 0);
}


/* a copy of a plugin of the build */
static inline void copy_to (const char *of, const char *name) {
  Bytes b = plugin(of);
  put_bytes(&b, name);
  free(b.s);
}


/* a fresh folder `p` with one.so and two.so, and its root */
static inline int ground (void **state) {
  nftw("p", remove_one, 16, FTW_DEPTH | FTW_PHYS);
  unlink("canary");
  memset(&fail, 0, sizeof(fail));
  if (mkdir("p", 0755) != 0) return 1;
  copy_to("one", "p/one.so");
  copy_to("two", "p/two.so");
  root = root_of("p", WK_AUTO);
  return leak_setup(state);
}


static inline int leave (void **state) {
  int leaked = leak_teardown(state);
  wk_root_close(&root);
  return leaked;
}


static inline wk_Code open_plugin (const char *rel, const char *name,
                                   wk_Plugin *p) {
  return wk_plugin_open(&root, rel, strlen(rel), name, strlen(name),
                        "Lua 5.4", 1 << 20, p, &fail);
}


/* opens and loads; what the entry gives, or -1 */
static inline int load_plugin (const char *rel, const char *name) {
  wk_Plugin p;
  wk_Loaded loaded;
  int answer = -1;
  if (open_plugin(rel, name, &p) != WK_OK) return -1;
  if (wk_plugin_load(&p, &loaded, &fail) == WK_OK) {
    int (*enter) (void *L);
    memcpy(&enter, &loaded.entry, sizeof(enter));
    answer = enter(NULL);
  }
  wk_plugin_close(&p);
  return answer;
}


/* the lines that plugins wrote */
static inline int canaries (void) {
  int fd = open("canary", O_RDONLY | O_CLOEXEC), n = 0;
  char block[4096], *at = block;
  ssize_t size;
  if (fd < 0) return 0;
  size = read(fd, block, sizeof(block) - 1);
  close(fd);
  block[size > 0 ? size : 0] = '\0';
  while ((at = strchr(at, '\n')) != NULL) at++, n++;
  return n;
}


#define IN_CHILD(check)  assert_int_equal(in_loading_child(check), 0)


/* what a plugin calls while it is loaded (see canary.h): runs meanwhile(), once
   when that is set */
static int (*meanwhile) (void);

#pragma GCC visibility push(default)

char *getenv (const char *name) {
  extern char **environ;
  const size_t len = strlen(name);
  char **at;
  if (meanwhile != NULL && strcmp(name, "WICK_CANARY") == 0) {
    int (*now) (void) = meanwhile;
    meanwhile = NULL;
    now();
  }
  for (at = environ; at != NULL && *at != NULL; at++)
    if (strncmp(*at, name, len) == 0 && (*at)[len] == '=')
      return *at + len + 1;
  return NULL;
}

#pragma GCC visibility pop


/* sets the mtime, at any second and nanosecond */
static inline int set_time (const char *name, int s, int ns) {
  struct timespec times[2];
  times[0].tv_sec = times[1].tv_sec = 1500000000 + s;
  times[0].tv_nsec = times[1].tv_nsec = ns;
  return utimensat(AT_FDCWD, name, times, 0) == 0;
}


static inline int set_up (void **state) {
  const char *where = getenv("WICK_BUILD");
  char build[PATH_MAX], canary[128];
  if (realpath(where ? where : "build", build) == NULL ||
      setenv("WICK_BUILD", build, 1) != 0 || make_base(state) != 0) return 1;
  snprintf(canary, sizeof(canary), "%s/canary", base);
  return setenv("WICK_CANARY", canary, 1);
}


#define TEST(test)  cmocka_unit_test_setup_teardown(test, ground, leave)

#endif
