/*
** path_ground.h -- what the tests of the room `path` stand on: a folder of
** their own, made and taken away around the group, and short ways to ask.
** Include it behind <cmocka.h> and "leak.h", with _GNU_SOURCE.
*/

#ifndef path_ground_h
#define path_ground_h

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "path.h"


static char base[64];       /* a folder of this run; the current directory */
__attribute__((unused)) static char text[PATH_MAX + 256];

static const wk_Backend backends[] = {WK_OPENAT2, WK_WALK};

/* for both backends, or the walk alone where there is no openat2: use
   backends[b] */
#define EACH_BACKEND  for (size_t b = wk_has_openat2() ? 0 : 1; b < 2; b++)


static inline void put (const char *name, const char *bytes, size_t len) {
  int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, bytes, len), (ssize_t)len);
  close(fd);
}


static inline wk_Root root_of (const char *dir, wk_Backend backend) {
  wk_Root r;
  wk_Fail f;
  wk_Code code = wk_root_open(&r, dir, strlen(dir), backend, &f);
  if (code != WK_OK) print_message("# %s: %s\n", dir, f.message);
  assert_int_equal(code, WK_OK);
  return r;
}


/* the code of opening and reading rel, with its failure in *f */
static inline wk_Code try_n (const wk_Root *r, const char *rel, size_t len,
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


static inline wk_Code try (const wk_Root *r, const char *rel) {
  wk_Fail f;
  return try_n(r, rel, strlen(rel), &f);
}


/* the same code on each backend, in the same words when the folders on the
   way are met and when they are known */
static inline void all (const char *dir, const char *rel, wk_Code expected) {
  EACH_BACKEND {
    wk_Root r = root_of(dir, backends[b]);
    wk_Fail f, g;
    wk_Code code = try_n(&r, rel, strlen(rel), &f);
    if (code != expected)
      print_message("# %s on %d: %s, not %s\n", rel, (int)r.backend,
                    wk_code_info(code)->name, wk_code_info(expected)->name);
    assert_int_equal(code, expected);
    code = try_n(&r, rel, strlen(rel), &g);
    assert_int_equal(code, expected);
    if (code != WK_OK) assert_string_equal(f.message, g.message);
    wk_root_close(&r);
  }
}


/* does a note or help of the failure hold this text? */
static inline int says (const wk_Fail *f, const char *what) {
  int i;
  for (i = 0; i < f->nnotes; i++) if (strstr(f->notes[i], what)) return 1;
  for (i = 0; i < f->nhelps; i++) if (strstr(f->helps[i], what)) return 1;
  return strstr(f->message, what) != NULL;
}


static int held = -1;   /* a descriptor that children must not keep */

#if defined(WICK_COVERAGE)
extern void __gcov_dump (void);
#else
#define __gcov_dump()  ((void)0)
#endif

/* Runs check in a child and gives its answer.  As uid 65534 if `drop`. */
static inline int in_child (int (*check) (void), int drop) {
  int status = 0;
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    if (held >= 0) close(held);
    if (drop && geteuid() == 0 &&
        (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534)))
      _exit(99);
    status = check();
    __gcov_dump();   /* _exit does not */
    _exit(status);
  }
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}


static int (*loading) (void);

static inline int loading_child (void) {
  int answer = loading(), fd;
  for (fd = 3; fd < 1024; fd++) close(fd);
  return answer;
}


/* The same for a check that loads plugins, whose descriptors stay open for as
   long as the process lives: the child closes them, so that what looks for
   forgotten ones finds none. */
static inline int in_loading_child (int (*check) (void)) {
  loading = check;
  return in_child(loading_child, 0);
}


static inline int remove_one (const char *name, const struct stat *st, int kind,
                       struct FTW *at) {
  (void)st; (void)kind; (void)at;
  return remove(name);
}


static inline int make_base (void **state) {
  char dir[] = "/tmp/wick-path-XXXXXX", here[PATH_MAX];
  (void)state;
  if (mkdtemp(dir) == NULL || chmod(dir, 0755) != 0) return 1;
  if (realpath(dir, here) == NULL || strlen(here) >= sizeof(base)) return 1;
  memcpy(base, here, strlen(here) + 1);
  return chdir(base);
}


static inline int drop_base (void **state) {
  (void)state;
  if (chdir("/") != 0) return 1;
  return nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
