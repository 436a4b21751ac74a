/*
** naive.c -- the positive control of the attack tests: what people write who
** have not read the catalogue.  Root and name are joined, realpath makes them
** one path, its beginning is compared with the root's, and dofile runs it.
**
** Takes the steps of lines.h.  Each answer is what it did:
**   opened inside     it read a file that lies below the opened root
**   opened outside    it read a file elsewhere
**   refused           it did not read any
**   hung              it did not come back within a second
**   crashed           it died
**   not asked         the question has no naive form
**
** Only the judge here is careful: it keeps the root open, to tell inside
** from outside.  The code that is judged never uses that descriptor.
*/

#define _GNU_SOURCE
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>

#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

#include "lines.h"

enum {REFUSED, INSIDE, OUTSIDE, BROKEN};

static const char *const verdicts[] = {
  "refused", "opened inside", "opened outside", "crashed"
};

static char root[PATH_MAX];   /* as it was given */
static int judge = -1;        /* the same folder, kept open */


/*
** {======================================================
** The code that is judged
** =======================================================
*/

/* the path of rel below the root, or 0 when it is refused */
static int naive_path (char *real, const char *rel) {
  char joined[2 * PATH_MAX], base[PATH_MAX];
  snprintf(joined, sizeof(joined), "%s/%s", root, rel);
  return realpath(joined, real) != NULL && realpath(root, base) != NULL &&
         strncmp(real, base, strlen(base)) == 0;
}


/* the file name of a target: dots become slashes */
static void naive_name (char *rel, size_t size, const char *name) {
  size_t i;
  snprintf(rel, size, "%s.lua", name);
  for (i = 0; i < size && name[i] != '\0'; i++)
    if (rel[i] == '.') rel[i] = '/';
}


/* runs the file; with `member`, that field of what it returns must be */
static int naive_run (lua_State *L, const char *real, const char *member) {
  int status = luaL_loadfile(L, real);
  if (status == LUA_ERRFILE) return 0;
  if (status != LUA_OK || lua_pcall(L, 0, 1, 0) != LUA_OK) return 1;
  if (member[0] == '\0') return 1;
  return lua_istable(L, -1) && lua_getfield(L, -1, member) != LUA_TNIL;
}

/* }====================================================== */


/* does this path lead to a file below the root that the judge keeps? */
static int inside (const char *real) {
  char link[48], base[PATH_MAX];
  ssize_t n;
  snprintf(link, sizeof(link), "/proc/self/fd/%d", judge);
  n = readlink(link, base, sizeof(base) - 1);
  if (n <= 0) return 0;
  base[n] = '\0';
  if (n == 1) return 1;
  return strncmp(real, base, (size_t)n) == 0 && real[n] == '/';
}


static int try_file (const char *rel, const char *member) {
  char real[PATH_MAX];
  lua_State *L;
  int opened;
  if (!naive_path(real, rel)) return REFUSED;
  L = luaL_newstate();
  if (L == NULL) return BROKEN;
  luaL_openlibs(L);
  opened = naive_run(L, real, member);
  lua_close(L);
  if (!opened) return REFUSED;
  return inside(real) ? INSIDE : OUTSIDE;
}


/* a module, or, where there is none, the member of the module above */
static int try_name (const char *name) {
  char rel[PATH_MAX], above[PATH_MAX];
  const char *dot = strrchr(name, '.');
  int verdict;
  if (strlen(name) >= PATH_MAX - 8) return REFUSED;
  naive_name(rel, sizeof(rel), name);
  verdict = try_file(rel, "");
  if (verdict != REFUSED || dot == NULL) return verdict;
  snprintf(above, sizeof(above), "%.*s", (int)(dot - name), name);
  naive_name(rel, sizeof(rel), above);
  return try_file(rel, dot + 1);
}


/* in a child, so that it may hang, crash and run what it likes */
static const char *ask (const char *door, const char *input) {
  int status;
  pid_t pid;
  fflush(stdout);
  pid = fork();
  if (pid == 0) {
    int quiet = open("/dev/null", O_RDWR | O_CLOEXEC);
    alarm(1);
    dup2(quiet, 0);
    dup2(quiet, 1);
    dup2(quiet, 2);
    if (strcmp(door, "target") == 0) {
      const char *dot = strchr(input, '.');
      _exit(try_name(dot ? dot + 1 : "init"));
    }
    _exit(strcmp(door, "name") == 0 ? try_name(input)
                                    : try_file(input, ""));
  }
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
  if (WIFSIGNALED(status))
    return WTERMSIG(status) == SIGALRM ? "hung" : "crashed";
  return WEXITSTATUS(status) <= BROKEN ? verdicts[WEXITSTATUS(status)]
                                       : "crashed";
}


static const char *ask_root (const Word *dir) {
  struct stat st;
  snprintf(root, sizeof(root), "%s", dir->text);
  if (judge >= 0) close(judge);
  judge = open(root, O_PATH | O_CLOEXEC);
  return judge >= 0 && stat(root, &st) == 0 && S_ISDIR(st.st_mode)
           ? verdicts[INSIDE] : verdicts[REFUSED];
}


int main (void) {
  Line line;
  memset(&line, 0, sizeof(line));
  while (next_line(&line)) {
    const Word *w = line.words;
    if (is_step(&line, "root", 3)) puts(ask_root(&w[2]));
    else if (is_step(&line, "file", 2) || is_step(&line, "name", 2) ||
             is_step(&line, "target", 2))
      puts(ask(w[0].text, w[1].text));
    else if (is_step(&line, "yaml", 2) || is_step(&line, "config", 2) ||
             is_step(&line, "rules", 2))
      puts("not asked");
    else do_step(&line);
  }
  if (judge >= 0) close(judge);
  free(line.bytes);
  return 0;
}
