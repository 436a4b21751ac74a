/*
** naive_lua.c -- the positive control of the rows about Lua configs: a
** sandbox as people write it who have not read the catalogue.  A plain state
** with the standard libraries, a hook that raises an error behind a million
** instructions, and a limit on memory.
**
** Reads programs from stdin, each as a line with its length and then its
** bytes.  Runs each in a child and prints a line of what came of it:
**   returned TYPE    it ended
**   error TEXT       it raised, by itself or by the hook
**   hung             0.6 seconds of processor time were not enough
**   crashed          it died, or ended the process
*/

#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>

#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

#define BUDGET  1000000
#define MEMORY  ((size_t)64 << 20)

static size_t used;


static void *limited (void *ud, void *block, size_t osize, size_t nsize) {
  size_t old = block == NULL ? 0 : osize;
  (void)ud;
  if (nsize > old && used + (nsize - old) > MEMORY) return NULL;
  used = used - old + nsize;
  if (nsize == 0) {
    free(block);
    return NULL;
  }
  return realloc(block, nsize);
}


static void over (lua_State *L, lua_Debug *ar) {
  (void)ar;
  luaL_error(L, "budget");
}


/* in the child: the answer goes to `out` */
static void run (const char *program, size_t len, FILE *out) {
  const struct itimerval soon = {{0, 0}, {0, 600000}};
  lua_State *L = lua_newstate(limited, NULL);
  int status;
  if (L == NULL) _exit(9);
  setitimer(ITIMER_PROF, &soon, NULL);
  luaL_openlibs(L);
  lua_sethook(L, over, LUA_MASKCOUNT, BUDGET);
  status = luaL_loadbuffer(L, program, len, "=config");
  if (status == LUA_OK) status = lua_pcall(L, 0, 1, 0);
  if (status == LUA_OK) fprintf(out, "returned %s\n", luaL_typename(L, -1));
  else {
    const char *text = lua_tostring(L, -1);
    fprintf(out, "error %.60s\n", text != NULL ? text : "?");
  }
  fflush(out);
  lua_close(L);
  _exit(0);
}


static void ask (const char *program, size_t len) {
  char answer[256];
  int fds[2], status;
  ssize_t n, got = 0;
  pid_t pid;
  fflush(stdout);
  if (pipe2(fds, O_CLOEXEC) != 0) exit(1);
  pid = fork();
  if (pid == 0) {
    int quiet = open("/dev/null", O_RDWR | O_CLOEXEC);
    FILE *out = fdopen(fds[1], "w");
    if (out == NULL) _exit(9);
    dup2(quiet, 0);
    dup2(quiet, 1);
    dup2(quiet, 2);
    run(program, len, out);
  }
  close(fds[1]);
  while ((n = read(fds[0], answer + got, sizeof(answer) - 1 - (size_t)got)) > 0)
    got += n;
  close(fds[0]);
  answer[got] = '\0';
  while (waitpid(pid, &status, 0) < 0) {}
  if (WIFSIGNALED(status))
    puts(WTERMSIG(status) == SIGPROF ? "hung" : "crashed");
  else if (got == 0) puts("crashed");
  else {
    char *p;
    for (p = answer; *p != '\0'; p++)
      if (*p == '\n' || *p == '\r' || *p == '\033') *p = ' ';
    puts(answer);
  }
}


int main (void) {
  char line[32];
  while (fgets(line, sizeof(line), stdin) != NULL) {
    size_t len = strtoul(line, NULL, 10);
    char *program = malloc(len + 1);
    if (line[0] == '\n') {  /* the end of the program before */
      free(program);
      continue;
    }
    if (program == NULL || fread(program, 1, len, stdin) != len) return 1;
    program[len] = '\0';
    ask(program, len);
    free(program);
  }
  return 0;
}
