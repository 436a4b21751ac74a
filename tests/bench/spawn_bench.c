/*
** spawn_bench.c -- what whole processes cost: CPU time and peak memory.
**
**   spawn_bench ROUNDS NAME COMMAND [ARG...] [-- NAME COMMAND [ARG...]]...
**
** Runs every command once in each round, one after the other, so that a
** noisy moment meets them all; their output goes to /dev/null.  Prints a line
** for each: name, exit status, then minimum and median of user + system time
** in microseconds, and the peak memory in KiB.  Calls no room of wick.
*/

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define PEERS   16
#define ROUNDS  1000

typedef struct Peer {
  const char *name;
  char **argv;            /* NULL-ended, a part of main's */
  int status;             /* of the last round; 128 + n for signal n */
  long kib;               /* the largest peak */
  long us[ROUNDS];
} Peer;

static Peer peers[PEERS];

/* runs the peer once, as round number `round`; 0 when it could not start */
static int spawn (Peer *p, int round) {
  struct rusage use;
  int status;
  pid_t pid = fork();
  if (pid < 0)
    return 0;
  if (pid == 0) {
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
        dup2(null, 2) < 0)
      _exit(127);
    execvp(p->argv[0], p->argv);
    _exit(127);
  }
  if (wait4(pid, &status, 0, &use) != pid)
    return 0;
  p->status = WIFEXITED(status) ? WEXITSTATUS(status)
                                : 128 + WTERMSIG(status);
  p->us[round] =
    (long)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000L +
    (long)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
  if (use.ru_maxrss > p->kib)
    p->kib = use.ru_maxrss;
  return p->status != 127;
}

static int ascending (const void *a, const void *b) {
  long x = *(const long *)a, y = *(const long *)b;
  return (x > y) - (x < y);
}

/* splits main's words into peers; gives their number, 0 when they make no
   sense */
static int split (int argc, char **argv) {
  int i = 2, n = 0;
  while (i < argc) {
    if (n == PEERS || i + 1 >= argc)
      return 0;
    peers[n].name = argv[i];
    peers[n].argv = &argv[i + 1];
    while (i < argc && strcmp(argv[i], "--") != 0)
      i++;
    if (i < argc)
      argv[i++] = NULL;
    if (peers[n].argv[0] == NULL)
      return 0;
    n++;
  }
  return n;
}

int main (int argc, char **argv) {
  int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0;
  int n = rounds > 0 && rounds <= ROUNDS ? split(argc, argv) : 0;
  int i, r;
  if (n == 0) {
    fprintf(stderr, "usage: spawn_bench ROUNDS NAME COMMAND [ARG...] "
                    "[-- NAME COMMAND [ARG...]]...\n");
    return 2;
  }
  for (r = 0; r < rounds; r++) {
    for (i = 0; i < n; i++) {
      if (!spawn(&peers[i], r)) {
        fprintf(stderr, "spawn_bench: cannot run %s\n", peers[i].argv[0]);
        return 1;
      }
    }
  }
  for (i = 0; i < n; i++) {
    qsort(peers[i].us, (size_t)rounds, sizeof(long), ascending);
    printf("%s\t%d\t%ld\t%ld\t%ld\n", peers[i].name, peers[i].status,
           peers[i].us[0], peers[i].us[rounds / 2], peers[i].kib);
  }
  return 0;
}
