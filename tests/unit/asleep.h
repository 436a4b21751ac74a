/*
** asleep.h -- is a thread waiting?  For tests that need one thread to wait for
** what another one has: the state is looked at, and nobody sleeps.
*/

#ifndef asleep_h
#define asleep_h

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* the number that the kernel gives this thread; from 1 */
static inline long this_thread (void) {
  return syscall(SYS_gettid);
}


/* does a thread of this process wait for something? */
static inline int is_asleep (long thread) {
  char name[64], line[512], *behind;
  FILE *f;
  size_t n;
  snprintf(name, sizeof(name), "/proc/self/task/%ld/stat", thread);
  f = fopen(name, "r");
  if (f == NULL) return 0;
  n = fread(line, 1, sizeof(line) - 1, f);
  fclose(f);
  line[n] = '\0';
  behind = strrchr(line, ')');
  return behind != NULL && strncmp(behind, ") S", 3) == 0;
}

#endif
