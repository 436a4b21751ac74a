/*
** plugin_bench.c -- what checking and loading plugins costs.
**
**   plugin_bench FILE NAME
**
** A stated plugin of the build is checked many times.  A hundred copies of
** the Lua C module NAME in FILE are loaded and opened, by wick's way (open,
** read, check, load what was checked) and by dlopen(path), each time in a
** fresh process, in turns; then it is looked whether each name led to its own
** file.  Ends with 1 when one did not.
*/

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

#include "../plugins/maps.h"
#include "elf.h"
#include "path.h"
#include "plugin.h"

#define COUNT   100
#define ROUNDS  40
#define MIDDLE  20
#define CHECKS  200000

static char bytes[1 << 20];     /* of a plugin */
static size_t size;
static char name[64], entry[80];   /* "p.NAME", "luaopen_NAME" */
static lua_State *L;
static uint64_t inodes[COUNT];
static char names[COUNT][32];   /* below the folder of the copies */


static void die (const char *what) {
  fprintf(stderr, "plugin_bench: %s: %s\n", what, strerror(errno));
  exit(2);
}


/* nanoseconds of CPU time that this process has used */
static int64_t now (void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}


static void read_plugin (const char *path) {
  ssize_t n;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) die(path);
  n = read(fd, bytes, sizeof(bytes));
  if (n <= 0 || (size_t)n == sizeof(bytes)) die(path);
  close(fd);
  size = (size_t)n;
}


static void make_copies (void) {
  int i;
  for (i = 0; i < COUNT; i++) {
    struct stat st;
    int fd;
    snprintf(names[i], sizeof(names[i]), "x%02d.so", i);
    fd = open(names[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size ||
        fstat(fd, &st) != 0) die(names[i]);
    inodes[i] = (uint64_t)st.st_ino;
    close(fd);
  }
}


static void remove_copies (const char *dir) {
  int i;
  for (i = 0; i < COUNT; i++) unlink(names[i]);
  if (chdir("/") != 0 || rmdir(dir) != 0) die(dir);
}


static int64_t time_check (void) {
  wk_ElfFile file = {bytes, size, NULL, NULL};
  wk_ElfAsk ask = {"p.made", 6, "Lua 5.4", "made.so"};
  wk_Elf elf;
  wk_Fail f;
  int64_t best = INT64_MAX;
  int i, round;
  for (round = 0; round < 5; round++) {
    int64_t start = now(), used;
    for (i = 0; i < CHECKS; i++)
      if (wk_elf_check(&file, &ask, &elf, &f) != WK_OK) die(f.message);
    used = (now() - start) / CHECKS;
    if (used < best) best = used;
  }
  return best;
}


/* how many of the bases are not in the file they should be in */
static int mixed_up (const void *const *bases) {
  FILE *maps = fopen("/proc/self/maps", "r");
  uintptr_t from, to;
  uint64_t inode;
  int right = 0, i;
  if (maps == NULL) return COUNT;
  while (next_map(maps, &from, &to, &inode))
    for (i = 0; i < COUNT; i++)
      right += (uintptr_t)bases[i] == from && inodes[i] == inode;
  fclose(maps);
  return COUNT - right;
}


/* as `require` does */
static void call (lua_CFunction f) {
  lua_pushcfunction(L, f);
  lua_pushstring(L, name);
  lua_pushstring(L, "x.so");
  lua_call(L, 2, 1);
  lua_settop(L, 0);
}


static const void *load_by_path (const char *dir, int i) {
  char path[PATH_MAX + 64];
  lua_CFunction f;
  Dl_info info;
  void *handle, *at;
  snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
  handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  at = handle ? dlsym(handle, entry) : NULL;
  if (at == NULL || dladdr(at, &info) == 0) die(dlerror());
  memcpy(&f, &at, sizeof(f));
  call(f);
  return info.dli_fbase;
}


static const void *load_checked (const wk_Root *root, int i) {
  wk_Plugin p;
  wk_Loaded loaded;
  wk_Fail f;
  wk_Code code = wk_plugin_open(root, names[i], strlen(names[i]), name,
                                strlen(name), "Lua 5.4", 1 << 26, &p, &f);
  if (code == WK_OK) code = wk_plugin_load(&p, &loaded, &f);
  if (code != WK_OK) die(f.message);
  wk_plugin_close(&p);
  call((lua_CFunction)loaded.entry);
  return loaded.base;
}


/* loads all of them in a child; gives its time, or -1 for a mix-up */
static int64_t round_of (const char *dir, int checked) {
  int ends[2], status, i;
  int64_t used = -1;
  pid_t pid;
  if (pipe2(ends, O_CLOEXEC) != 0) die("pipe");
  pid = fork();
  if (pid == 0) {
    const void *bases[COUNT];
    int64_t start = now();
    if (checked) {
      wk_Root root;
      wk_Fail f;
      if (wk_root_open(&root, dir, strlen(dir), WK_AUTO, &f) != WK_OK)
        die(f.message);
      for (i = 0; i < COUNT; i++) bases[i] = load_checked(&root, i);
      wk_root_close(&root);
    }
    else
      for (i = 0; i < COUNT; i++) bases[i] = load_by_path(dir, i);
    used = now() - start;
    if (mixed_up(bases) > 0) used = -1;
    if (write(ends[1], &used, sizeof(used)) != sizeof(used)) _exit(1);
    _exit(0);
  }
  close(ends[1]);
  if (pid < 0 || read(ends[0], &used, sizeof(used)) != sizeof(used)) used = -1;
  close(ends[0]);
  waitpid(pid, &status, 0);
  return used;
}


static int ascending (const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}


int main (int argc, char **argv) {
  const char *build = getenv("WICK_BUILD");
  char dir[] = "/tmp/wick-bench-XXXXXX", path[PATH_MAX];
  int64_t times[2][ROUNDS];
  int round, way, mixed = 0;
  if (argc != 3) {
    fprintf(stderr, "usage: plugin_bench FILE NAME\n");
    return 2;
  }
  snprintf(path, sizeof(path), "%s/tests/plugins/made.so",
           build ? build : "build");
  read_plugin(path);
  printf("  check of the ELF       %4lld ns  (%zu bytes)\n",
         (long long)time_check(), size);
  snprintf(name, sizeof(name), "p.%s", argv[2]);
  snprintf(entry, sizeof(entry), "luaopen_%s", argv[2]);
  read_plugin(argv[1]);
  L = luaL_newstate();
  if (L == NULL) die("luaL_newstate");
  luaL_openlibs(L);
  if (mkdtemp(dir) == NULL || chdir(dir) != 0) die(dir);
  make_copies();
  for (round = 0; round < ROUNDS; round++)
    for (way = 0; way < 2; way++) {
      times[way][round] = round_of(dir, way);
      mixed += times[way][round] < 0;
    }
  remove_copies(dir);
  lua_close(L);
  for (way = 0; way < 2; way++) {
    qsort(times[way], ROUNDS, sizeof(int64_t), ascending);
    printf("  %-20s  min %5.1f us   median %5.1f us for each of %d %s.so\n",
           way ? "wick" : "dlopen(path)",
           (double)times[way][0] / (1000 * COUNT),
           (double)times[way][MIDDLE] / (1000 * COUNT), COUNT, argv[2]);
  }
  printf("  wick / dlopen(path)   min %.2fx   median %.2fx   %d mixed up\n",
         (double)times[1][0] / (double)times[0][0],
         (double)times[1][MIDDLE] / (double)times[0][MIDDLE], mixed);
  return mixed > 0;
}
