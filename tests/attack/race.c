/*
** race.c -- files that change under the resolver: rows 50 and 58 to 64.
**
**   race [RACE|all [RESOLUTIONS [FLIPS]]]
**
** A thread flips a folder or a file between what is fine and what is not,
** while the resolver opens it, on each backend, as often as RESOLUTIONS says
** (20,000) and until it was flipped FLIPS times (1,000) and each answer that
** is expected was given.  Not one file may be read that lies outside.
**
** The control is what people write: root and name joined, realpath, the
** beginning compared, then open.  Where the race can hurt it, it must read a
** file outside in the same run, or the race proves nothing.
**
** Prints a line for each race and way.  Ends with 0 when all is well, 1 when
** something is wrong, 77 when the race cannot be run here.
*/

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "path.h"

#define CANNOT    77
#define PATIENCE  1000      /* times RESOLUTIONS, to see what must be seen */

static char base[64];       /* a folder of this run; the current directory */


static void quit (int status, const char *what) {
  fprintf(stderr, "race: %s: %s\n", what, strerror(errno));
  _exit(status);
}


static void folder (const char *name, mode_t mode) {
  if (mkdir(name, 0755) != 0 || chmod(name, mode) != 0) quit(1, name);
}


static void file (const char *name) {
  int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0 || write(fd, "return 1\n", 9) != 9) quit(1, name);
  close(fd);
}


static void swap (const char *a, const char *b) {
  if (renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) != 0)
    quit(errno == EINVAL || errno == ENOSYS ? CANNOT : 1, "RENAME_EXCHANGE");
}


/*
** {======================================================
** The races: what there is, and how it flips
** =======================================================
*/

/* always there: proj/m/x.lua, which is asked for, and outside/x.lua */

static void set_folder (void) {
  if (symlink("../outside", "proj/l") != 0) quit(1, "symlink");
}

static void flip_folder (int out) {
  (void)out;
  swap("proj/m", "proj/l");
}


static void set_file (void) {
  if (symlink("../../outside/x.lua", "proj/m/l") != 0) quit(1, "symlink");
}

static void flip_file (int out) {
  (void)out;
  swap("proj/m/x.lua", "proj/m/l");
}


static void set_kind (void) {
  file("proj/f");
}

static void flip_kind (int out) {
  (void)out;
  swap("proj/m", "proj/f");
}


/* the root itself goes elsewhere, and another folder has its name */
static void set_root (void) {
  folder("evil", 0755);
  folder("evil/m", 0755);
  if (link("outside/x.lua", "evil/m/x.lua") != 0) quit(1, "link");
}

static void flip_root (int out) {
  (void)out;
  swap("proj", "evil");
}


/* a folder leaves the root and comes back */
static void flip_away (int out) {
  if (rename(out ? "proj/m" : "outside/m", out ? "outside/m" : "proj/m") != 0)
    quit(1, "rename");
}


/* a mount namespace of our own, where outside can be mounted on proj/m */
static void set_mount (void) {
  uid_t uid = geteuid();
  if (unshare(CLONE_NEWNS) != 0) {
    char map[64];
    int fd;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
      quit(CANNOT, "no mounts can be made");
    snprintf(map, sizeof(map), "0 %u 1\n", (unsigned)uid);
    fd = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, map, strlen(map)) < 0) quit(CANNOT, "uid_map");
    close(fd);
  }
  if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
    quit(CANNOT, "no mounts can be made");
}

/* taking a mount away takes the kernel so long that it would hardly ever be
   there: so it is looked at for a while */
static void flip_mount (int out) {
  struct stat st;
  int i;
  if (out ? mount("outside", "proj/m", NULL, MS_BIND, NULL)
          : umount2("proj/m", MNT_DETACH))
    quit(out && errno == EPERM ? CANNOT : 1, "mount");
  for (i = 0; out && i < 1000; i++)
    if (stat("proj/m/x.lua", &st) != 0) quit(1, "stat");
}


/* names move elsewhere on the same file system: all ways are looked up again
   and again (openat2 may say EAGAIN) */
static void set_storm (void) {
  folder("a", 0755);
  folder("b", 0755);
  folder("a/in", 0755);
}

static void flip_storm (int out) {
  swap("a", "b");
  if (rename(out ? "b/in" : "a/in", out ? "a/in" : "b/in") != 0 &&
      errno != ENOENT) quit(1, "rename");
}


/* a folder that everyone may write has the name of one that is fine */
static void set_modes (void) {
  folder("proj/w", 0777);
  if (link("outside/x.lua", "proj/w/x.lua") != 0) quit(1, "link");
}

static void flip_modes (int out) {
  (void)out;
  swap("proj/m", "proj/w");
}


static void set_away (void) {}


typedef struct Race {
  const char *name;
  int row;
  void (*set) (void);
  void (*flip) (int out);
  int slow;                 /* as often as others divided by this */
  int forget;               /* are folders judged anew each time? */
  int control;              /* can it hurt the control? */
  wk_Code answers[3];       /* which must all be given */
  wk_Code seldom[3];        /* which may be */
} Race;

static const Race races[] = {
  {"folder", 58, set_folder, flip_folder, 1, 0, 1, {WK_OK, WK_ESYMLINK},
   {WK_EAGAIN}},
  {"file", 60, set_file, flip_file, 1, 0, 1, {WK_OK, WK_ESYMLINK},
   {WK_EAGAIN}},
  {"kind", 61, set_kind, flip_kind, 1, 0, 0, {WK_OK, WK_ENOTFOUND},
   {WK_EAGAIN}},
  {"root", 62, set_root, flip_root, 1, 0, 1, {WK_OK}, {WK_OK}},
  {"away", 62, set_away, flip_away, 1, 0, 0, {WK_OK, WK_ENOTFOUND},
   {WK_EAGAIN}},
  {"mount", 63, set_mount, flip_mount, 100, 0, 1, {WK_OK, WK_EXDEV},
   {WK_EAGAIN}},
  {"storm", 64, set_storm, flip_storm, 1, 0, 0, {WK_OK}, {WK_EAGAIN}},
  {"modes", 50, set_modes, flip_modes, 1, 1, 1, {WK_OK, WK_EUNSAFE},
   {WK_OK}}
};

#define COUNT  (sizeof(races) / sizeof(races[0]))

/* }====================================================== */


/*
** {======================================================
** The two threads
** =======================================================
*/

static atomic_int stop;
static atomic_long flips;

static void *flipper (void *ud) {
  const Race *race = (const Race *)ud;
  while (!atomic_load(&stop)) {
    race->flip(1);
    race->flip(0);
    atomic_fetch_add(&flips, 2);
  }
  return NULL;
}


typedef struct Score {
  long asked, escapes;
  long answers[WK_NCODES];
} Score;

typedef struct Way {
  const char *name;
  int naive;
  wk_Backend backend;
} Way;

static const Way ways[] = {
  {"openat2", 0, WK_OPENAT2}, {"walk", 0, WK_WALK}, {"naive", 1, WK_AUTO}
};


/* the control: joined, made real, compared, opened.  *ino is what it reads. */
static wk_Code naive (uint64_t *ino) {
  char joined[PATH_MAX], real[PATH_MAX], root[PATH_MAX];
  struct stat st;
  int fd;
  snprintf(joined, sizeof(joined), "%s/proj/m/x.lua", base);
  snprintf(root, sizeof(root), "%s/proj/", base);
  if (realpath(joined, real) == NULL ||
      strncmp(real, root, strlen(root)) != 0) return WK_EESCAPE;
  fd = open(real, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return WK_ENOTFOUND;
  if (fstat(fd, &st) != 0) quit(1, "fstat");
  *ino = (uint64_t)st.st_ino;
  close(fd);
  return WK_OK;
}


static wk_Code careful (const wk_Root *r, uint64_t *ino) {
  static const char rel[] = "m/x.lua";
  wk_File now;
  wk_Fail f;
  wk_Code code = wk_path_open(r, rel, sizeof(rel) - 1, &now, &f);
  if (code != WK_OK) return code;
  *ino = now.ino;
  wk_file_close(&now);
  return WK_OK;
}


/* is there an answer still to come? */
static int missing (const Race *race, const Score *s) {
  size_t i;
  for (i = 0; i < 3 && (i == 0 || race->answers[i] != WK_OK); i++)
    if (s->answers[race->answers[i]] == 0) return 1;
  return 0;
}


/* asks until the counts are reached; the control, until it was hurt */
static void ask (const Race *race, const Way *way, long resolutions,
                 long wanted, Score *s) {
  struct stat inside;
  wk_Root r;
  wk_Fail f;
  pthread_t thread;
  /* on a busy machine the two may seldom run at one time */
  const long patience = resolutions * PATIENCE * (way->naive ? 20 : 1);
  memset(s, 0, sizeof(*s));
  if (stat("proj/m/x.lua", &inside) != 0) quit(1, "stat");
  if (wk_root_open(&r, "proj", 4, way->backend, &f) != WK_OK) {
    fprintf(stderr, "race: %s\n", f.message);
    _exit(f.err == ENOSYS ? CANNOT : 1);
  }
  atomic_store(&stop, 0);
  atomic_store(&flips, 0);
  if (pthread_create(&thread, NULL, flipper, (void *)(size_t)race) != 0)
    quit(1, "pthread_create");
  while (s->asked < patience) {
    uint64_t ino = 0;
    wk_Code code;
    if (race->forget || (s->asked & 1)) wk_root_forget(&r);
    code = way->naive ? naive(&ino) : careful(&r, &ino);
    s->asked++;
    s->answers[code]++;
    s->escapes += code == WK_OK && ino != (uint64_t)inside.st_ino;
    if (way->naive ? s->escapes > 0 && s->asked >= resolutions / 100
                   : s->asked >= resolutions &&
                     atomic_load(&flips) >= wanted && !missing(race, s))
      break;
  }
  atomic_store(&stop, 1);
  pthread_join(thread, NULL);
  wk_root_close(&r);
}


/* the line of a score; 0 when it is not what is expected */
static int judge (const Race *race, const Way *way, const Score *s) {
  int i, k, well;
  long rest = s->asked;
  printf("row %d  %-7s %-8s %9ld resolutions, %8ld flips, %ld escapes:",
         race->row + (race->row == 58 && way->backend == WK_WALK), race->name,
         way->name, s->asked, (long)atomic_load(&flips), s->escapes);
  for (i = 0; i < WK_NCODES; i++)
    if (s->answers[i] > 0)
      printf(" %s %ld", wk_code_info((wk_Code)i)->name, s->answers[i]);
  if (way->naive) {
    well = s->escapes > 0;
    puts(well ? "" : "   WRONG: the control was not hurt");
    return well;
  }
  for (k = 0; k < 3 && (k == 0 || race->answers[k] != WK_OK); k++)
    rest -= s->answers[race->answers[k]];
  for (k = 0; k < 3 && race->seldom[k] != WK_OK; k++)
    rest -= s->answers[race->seldom[k]];
  well = s->escapes == 0 && rest == 0 && !missing(race, s);
  puts(well ? "" : "   WRONG");
  return well;
}

/* }====================================================== */


static int remove_one (const char *name, const struct stat *st, int kind,
                       struct FTW *at) {
  (void)st; (void)kind; (void)at;
  return remove(name);
}


/* the folder of a race, in a process of its own; gives what main is to */
static int run (const Race *race, long resolutions, long wanted) {
  size_t w;
  int well = 1;
  folder("proj", 0755);
  folder("proj/m", 0755);
  folder("outside", 0755);
  file("proj/m/x.lua");
  file("outside/x.lua");
  race->set();
  for (w = 0; w < sizeof(ways) / sizeof(ways[0]); w++) {
    Score s;
    if (ways[w].naive && !race->control) continue;
    if (ways[w].backend == WK_OPENAT2 && !wk_has_openat2()) {
      printf("row %d  %-7s openat2  is not in this system\n", race->row,
             race->name);
      continue;
    }
    ask(race, &ways[w], resolutions / race->slow, wanted / race->slow, &s);
    well &= judge(race, &ways[w], &s);
    fflush(stdout);
  }
  return well ? 0 : 1;
}


static int start (const Race *race, long resolutions, long wanted) {
  char dir[] = "/tmp/wick-race-XXXXXX";
  int status = 0;
  pid_t pid;
  if (mkdtemp(dir) == NULL || chmod(dir, 0755) != 0) quit(1, dir);
  memcpy(base, dir, sizeof(dir));
  fflush(stdout);
  pid = fork();
  if (pid == 0) {
    if (chdir(base) != 0) quit(1, base);
    exit(run(race, resolutions, wanted));
  }
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
  nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}


int main (int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "all";
  long resolutions = argc > 2 ? strtol(argv[2], NULL, 10) : 20000;
  long wanted = argc > 3 ? strtol(argv[3], NULL, 10) : 1000;
  int worst = 0, found = 0;
  size_t i;
  umask(022);
  for (i = 0; i < COUNT; i++) {
    int status;
    if (strcmp(name, "all") != 0 && strcmp(name, races[i].name) != 0)
      continue;
    found = 1;
    status = start(&races[i], resolutions, wanted);
    if (status == CANNOT)
      printf("row %d  %-7s cannot be run here\n", races[i].row,
             races[i].name);
    if (worst != 1 && status != 0) worst = status;
  }
  if (!found || resolutions < 1000 || wanted < 0) {
    fprintf(stderr, "usage: race [RACE|all [RESOLUTIONS [FLIPS]]]\n");
    return 2;
  }
  return worst;
}
