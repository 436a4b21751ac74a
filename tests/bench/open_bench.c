/*
** open_bench.c -- what the secure way to a file costs against the plain one.
**
** The peers of a line run interleaved, so that a noisy moment meets them all;
** each figure is the best round, in nanoseconds for one file, with its close.
*/

#define _GNU_SOURCE
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <lua.h>
#include <lauxlib.h>

#include "chunk.h"
#include "path.h"

#define ROUNDS  60
#define TIMES   2000

static char base[PATH_MAX];
static wk_Root roots[2];        /* by openat2, by the walk */
static int plain_dir;
static lua_State *L;


static void die (const char *what) {
  perror(what);
  exit(1);
}


static double now (void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}


/*
** {======================================================
** The peers
** =======================================================
*/

static void plain (const char *rel) {
  int fd = openat(plain_dir, rel, O_RDONLY | O_CLOEXEC);
  if (fd < 0) die(rel);
  close(fd);
}


static void plain_stat (const char *rel) {
  struct stat st;
  int fd = openat(plain_dir, rel, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &st) != 0) die(rel);
  close(fd);
}


/* what people write: joined, made real, compared, opened */
static void naive (const char *rel) {
  char joined[2 * PATH_MAX], real[PATH_MAX];
  int fd;
  snprintf(joined, sizeof(joined), "%s/%s", base, rel);
  if (realpath(joined, real) == NULL ||
      strncmp(real, base, strlen(base)) != 0) die(rel);
  fd = open(real, O_RDONLY | O_CLOEXEC);
  if (fd < 0) die(rel);
  close(fd);
}


static void kernel (const char *rel) {
  int fd = wk_openat2(&roots[0], rel, O_RDONLY | O_CLOEXEC);
  if (fd < 0) die(rel);
  close(fd);
}


static void secure (const wk_Root *r, const char *rel) {
  wk_File file;
  wk_Fail f;
  if (wk_path_open(r, rel, strlen(rel), &file, &f) != WK_OK) die(f.message);
  wk_file_close(&file);
}

static void by_openat2 (const char *rel) {
  secure(&roots[0], rel);
}

static void by_walk (const char *rel) {
  secure(&roots[1], rel);
}

/* each folder on the way is judged anew */
static void first (const char *rel) {
  wk_root_forget(&roots[0]);
  secure(&roots[0], rel);
}


static void load_plain (const char *rel) {
  char path[2 * PATH_MAX];
  snprintf(path, sizeof(path), "%s/%s", base, rel);
  if (luaL_loadfilex(L, path, NULL) != LUA_OK) die(rel);
  lua_pop(L, 1);
}


static void load_secure (const char *rel) {
  wk_File file;
  wk_Fail f;
  char *bytes = NULL;
  size_t len;
  if (wk_path_open(&roots[0], rel, strlen(rel), &file, &f) != WK_OK ||
      wk_file_read(&file, 8388608, &bytes, &len, &f) != WK_OK ||
      wk_chunk_compile(L, bytes, len, "@x.lua", &f) != WK_OK) die(f.message);
  wk_file_close(&file);
  free(bytes);
  lua_pop(L, 1);
}

/* }====================================================== */


typedef struct Peer {
  const char *name;
  void (*run) (const char *rel);
  double best;
} Peer;


/* runs the peers and prints them, as ratios to the peer `to` */
static void line (const char *title, const char *rel, Peer *peers, int n,
                  int to) {
  int i, k, round;
  for (i = 0; i < n; i++) peers[i].best = 1e18;
  for (round = 0; round < ROUNDS; round++)
    for (i = 0; i < n; i++) {
      double start = now(), took;
      for (k = 0; k < TIMES; k++) peers[i].run(rel);
      took = (now() - start) / TIMES;
      if (took < peers[i].best) peers[i].best = took;
    }
  printf("  %s\n", title);
  for (i = 0; i < n; i++)
    printf("    %-38s %8.0f ns  %5.2fx\n", peers[i].name, peers[i].best,
           peers[i].best / peers[to].best);
}


static void make_file (const char *rel, size_t lines) {
  char path[PATH_MAX + 64];
  size_t i;
  FILE *f;
  snprintf(path, sizeof(path), "%s/%s", base, rel);
  for (i = strlen(base) + 1; path[i] != '\0'; i++)
    if (path[i] == '/') {
      path[i] = '\0';
      mkdir(path, 0755);
      path[i] = '/';
    }
  f = fopen(path, "w");
  if (f == NULL) die(path);
  fputs("local M = {}\n", f);
  for (i = 0; i < lines; i++)
    fprintf(f, "function M.f%zu(x) return x + %zu end\n", i, i);
  fputs("return M\n", f);
  if (fclose(f) != 0) die(path);
}


static int remove_one (const char *name, const struct stat *st, int kind,
                       struct FTW *at) {
  (void)st; (void)kind; (void)at;
  return remove(name);
}


int main (void) {
  static const char *const rels[] = {
    "x.lua", "a/b/x.lua", "a/b/c/d/e/f/g/x.lua"
  };
  static const char *const titles[] = {
    "a file in the root", "a file two folders down",
    "a file seven folders down"
  };
  char dir[] = "/tmp/wick-bench-XXXXXX";
  wk_Fail f;
  size_t i;
  umask(022);
  if (mkdtemp(dir) == NULL || realpath(dir, base) == NULL) die(dir);
  for (i = 0; i < 3; i++) make_file(rels[i], 0);
  make_file("small.lua", 10);
  make_file("big.lua", 400);
  if (wk_root_open(&roots[0], base, strlen(base), WK_AUTO, &f) != WK_OK ||
      wk_root_open(&roots[1], base, strlen(base), WK_WALK, &f) != WK_OK)
    die(f.message);
  plain_dir = open(base, O_PATH | O_DIRECTORY | O_CLOEXEC);
  L = luaL_newstate();
  if (plain_dir < 0 || L == NULL) die(base);
  if (roots[0].backend != WK_OPENAT2) puts("  (there is no openat2 here)");
  for (i = 0; i < 3; i++) {
    Peer peers[] = {
      {"openat", plain, 0}, {"openat and fstat", plain_stat, 0},
      {"openat2 alone, with its four rules", kernel, 0},
      {"wick, openat2", by_openat2, 0}, {"wick, the walk", by_walk, 0},
      {"wick, folders met for the first time", first, 0},
      {"realpath, compare, open", naive, 0}
    };
    if (roots[0].backend != WK_OPENAT2) peers[2].run = plain;
    line(titles[i], rels[i], peers, 7, 1);
  }
  for (i = 0; i < 2; i++) {
    Peer peers[] = {
      {"luaL_loadfilex", load_plain, 0},
      {"wick: open, check, read, compile", load_secure, 0}
    };
    line(i == 0 ? "a module of 12 lines" : "a module of 402 lines",
         i == 0 ? "small.lua" : "big.lua", peers, 2, 0);
  }
  lua_close(L);
  close(plain_dir);
  wk_root_close(&roots[0]);
  wk_root_close(&roots[1]);
  return nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0;
}
