/*
** faults.h -- a malloc that counts and refuses, for programs that show what
** happens without memory; the program's own, so libyaml and libc use it too.
**
** Include it in one file of a program.  A sanitizer and valgrind have a malloc
** of their own: FAULTS is not defined under the first, and nothing is counted
** under the second, see counts().
*/

#ifndef faults_h
#define faults_h

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "leak.h"

#if !defined(SANITIZED) && defined(__GLIBC__)
#define FAULTS  1

/* volatile: a compiler knows malloc, and that it changes none of these */
static volatile long asked;      /* allocations since the count began */
static volatile long refuse;     /* this one fails, 0: none */
static volatile long onwards;    /* and all after it too */
static volatile long live;       /* blocks that are taken */


extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *p, size_t size);
extern void __libc_free (void *p);


/* counts one more allocation: does it fail? */
static int refused (void) {
  asked++;
  if (refuse == 0 || (onwards ? asked < refuse : asked != refuse)) return 0;
  errno = ENOMEM;
  return 1;
}


/* libc itself must find them, though the rest of the program is hidden */
#pragma GCC visibility push(default)

void *malloc (size_t size) {
  void *p = refused() ? NULL : __libc_malloc(size);
  live += p != NULL;
  return p;
}


void *calloc (size_t n, size_t size) {
  void *p = refused() ? NULL : __libc_calloc(n, size);
  live += p != NULL;
  return p;
}


void *realloc (void *old, size_t size) {
  void *p = refused() ? NULL : __libc_realloc(old, size);
  live += p != NULL && old == NULL;
  return p;
}


void free (void *p) {
  live -= p != NULL;
  __libc_free(p);
}

#pragma GCC visibility pop


/* does this program's malloc serve it?  valgrind's may be in its place */
static int counts (void) {
  void *volatile p;
  long before = asked;
  p = malloc(1);
  free(p);
  return asked > before;
}

#endif

#endif
