/*
** race_plugin.c -- a plugin is exchanged for another while it is loaded
** (row 65): what is loaded must be what was checked.
**
**   race_plugin ROUNDS [openat2|walk|naive]
**
** A process exchanges p/plug.so and p/other.so as fast as it can
** (RENAME_EXCHANGE); both state the same and answer differently, and one is
** so large that it is read as it is looked at.  In each round a child, which
** has nothing loaded yet, checks and loads p/plug.so and then looks which
** inode is mapped, and what its entry answers.  `naive` checks the path and
** gives the path to dlopen; without a word both of wick's ways are tried.
** Ends with 1 when something else was loaded than was checked, with 2 when the
** race did not happen, and with 77 where that way of opening is missing.
**
** The plugins are those that the Makefile builds from tests/plugins/bare.c.
** 1,000,000 rounds take some ten minutes.
*/

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../plugins/maps.h"
#include "path.h"
#include "plugin.h"

#if !defined(RENAME_EXCHANGE)
#define RENAME_EXCHANGE  (1 << 1)
#endif

/* what became of a round; a child's exit status */
enum {FIRST, SECOND, CHANGED, REFUSED, MIXED, BROKEN, OUTCOMES};

static const char *const outcomes[] = {
  "loaded the first", "loaded the second", "changed", "refused", "MIXED UP",
  "broken"
};

#define WHOLE  32768   /* of no more bytes a plugin is read at once */

static uint64_t inodes[2];         /* of the two, as they were made */
static volatile unsigned long *flips;   /* shared with the flipper */


static void die (const char *what) {
  fprintf(stderr, "race_plugin: %s: %s\n", what, strerror(errno));
  exit(2);
}


/* copies a plugin of the build, which is large or not; gives its inode */
static uint64_t put_plugin (const char *build, const char *plugin, int large,
                            const char *to) {
  char path[PATH_MAX], block[65536];
  struct stat st;
  ssize_t n;
  int fd;
  snprintf(path, sizeof(path), "%s/tests/plugins/%s.so", build, plugin);
  fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) die(path);
  n = read(fd, block, sizeof(block));
  close(fd);
  fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
  if (n <= 0 || (n > WHOLE) != large || fd < 0 ||
      write(fd, block, (size_t)n) != n || fstat(fd, &st) != 0) die(to);
  close(fd);
  return (uint64_t)st.st_ino;
}


static void flip (void) {
  for (;;) {
    if (syscall(SYS_renameat2, AT_FDCWD, "p/plug.so", AT_FDCWD,
                "p/other.so", RENAME_EXCHANGE) != 0) _exit(2);
    ++*flips;
  }
}


/* which of the two was checked, when that is the one that was loaded */
static int judge (uint64_t checked, const void *entry) {
  int (*call) (void *L), which = checked == inodes[1];
  if (mapped_inode(entry) != checked) return MIXED;
  memcpy(&call, &entry, sizeof(call));
  return call(NULL) == which + 1 ? which : MIXED;
}


/* one round by wick's way */
static int load (wk_Backend backend) {
  wk_Root root;
  wk_Plugin p;
  wk_Loaded loaded;
  wk_Fail f;
  uint64_t checked;
  const void *entry;
  wk_Code code = wk_root_open(&root, "p", 1, backend, &f);
  if (code == WK_OK)
    code = wk_plugin_open(&root, "plug.so", 7, "p.race", 6, "Lua 5.4",
                          1 << 20, &p, &f);
  if (code == WK_OK) {
    checked = p.file.ino;
    code = wk_plugin_load(&p, &loaded, &f);
  }
  if (code == WK_ECHANGED) return CHANGED;
  if (code != WK_OK) {
    fprintf(stderr, "race_plugin: %s\n", f.message);
    return REFUSED;
  }
  memcpy(&entry, &loaded.entry, sizeof(entry));
  return judge(checked, entry);
}


/* one round of what people write who have not read the catalogue */
static int load_naive (void) {
  char real[PATH_MAX];
  struct stat st;
  void *handle;
  if (realpath("p/plug.so", real) == NULL || stat(real, &st) != 0)
    return REFUSED;
  handle = dlopen(real, RTLD_NOW | RTLD_LOCAL);
  return handle ? judge((uint64_t)st.st_ino, dlsym(handle, "luaopen_race"))
                : REFUSED;
}


static int one_round (const char *way) {
  int status;
  pid_t pid = fork();
  if (pid == 0)
    _exit(strcmp(way, "naive") == 0 ? load_naive()
          : load(strcmp(way, "walk") == 0 ? WK_WALK : WK_AUTO));
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
  return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) < OUTCOMES
           ? WEXITSTATUS(status) : BROKEN;
}


static int race (long rounds, const char *build, const char *way) {
  char dir[] = "/tmp/wick-race-XXXXXX";
  unsigned long counts[OUTCOMES] = {0};
  pid_t flipper;
  long i;
  if (strcmp(way, "openat2") == 0 && !wk_has_openat2()) {
    printf("%s: this system does not have it\n", way);
    return 77;
  }
  if (mkdtemp(dir) == NULL || chdir(dir) != 0 || mkdir("p", 0755) != 0)
    die(dir);
  inodes[0] = put_plugin(build, "race1", 0, "p/plug.so");
  inodes[1] = put_plugin(build, "race2", 1, "p/other.so");
  *flips = 0;
  flipper = fork();
  if (flipper == 0) flip();
  for (i = 0; i < rounds; i++) counts[one_round(way)]++;
  kill(flipper, SIGKILL);
  waitpid(flipper, NULL, 0);
  unlink("p/plug.so");
  unlink("p/other.so");
  rmdir("p");
  if (chdir("/") != 0 || rmdir(dir) != 0) die(dir);
  printf("%s: %ld rounds, %lu exchanges", way, rounds, *flips);
  for (i = 0; i < OUTCOMES; i++)
    if (counts[i] > 0) printf(", %lu %s", counts[i], outcomes[i]);
  printf("\n");
  if (counts[MIXED] > 0) return 1;
  /* one round in a hundred at least must have loaded each of them */
  return counts[BROKEN] == 0 && counts[REFUSED] == 0 &&
         *flips > (unsigned long)rounds &&
         counts[FIRST] * 100 >= (unsigned long)rounds &&
         counts[SECOND] * 100 >= (unsigned long)rounds ? 0 : 2;
}


int main (int argc, char **argv) {
  static const char *const ways[] = {"openat2", "walk", "naive"};
  long rounds = argc >= 2 ? strtol(argv[1], NULL, 10) : 0;
  const char *where = getenv("WICK_BUILD");
  char build[PATH_MAX];
  int i, tried = 0, status = 0;
  if (realpath(where ? where : "build", build) == NULL) die("build");
  flips = (volatile unsigned long *)mmap(NULL, sizeof(*flips),
            PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (flips == MAP_FAILED) die("mmap");
  for (i = 0; i < 3 && rounds > 0 && status == 0; i++)
    if (argc == 3 ? strcmp(argv[2], ways[i]) == 0 : argc == 2 && i < 2) {
      status = race(rounds, build, ways[i]);
      tried++;
    }
  if (tried > 0) return status;
  fprintf(stderr, "usage: race_plugin ROUNDS [openat2|walk|naive]\n");
  return 2;
}
