/*
** canary.h -- plugins of the tests write down that they run: a line for each
** event, into the file that $WICK_CANARY names.
*/

#ifndef canary_h
#define canary_h

#include <stdio.h>
#include <stdlib.h>

#define TEXT(x)     TEXT_(x)
#define TEXT_(x)    #x
#define JOIN(a, b)  JOIN_(a, b)
#define JOIN_(a, b) a##b

#if !defined(NAME)
#define NAME  plug
#endif
#if !defined(ANSWER)
#define ANSWER  1
#endif

static inline void sing (const char *what) {
  const char *path = getenv("WICK_CANARY");
  FILE *file = path ? fopen(path, "a") : NULL;
  if (file == NULL) return;
  fprintf(file, "%s " TEXT(NAME) " %d\n", what, ANSWER);
  fclose(file);
}


/* runs as soon as the file is loaded, however that happens */
__attribute__((constructor)) static void loaded (void) {
  sing("loaded");
}

#endif
