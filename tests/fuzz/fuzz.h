/*
** fuzz.h -- what fuzz targets share.
**
** A target is a file fuzz_NAME.c that defines LLVMFuzzerTestOneInput; the
** Makefile finds it.  With libFuzzer (`make fuzz F=NAME S=60`) it is fed
** bytes that grow from tests/fuzz/corpus/NAME, with the words of
** dict/NAME.dict; with replay.c (`make test`) it is fed that corpus alone.
** What must hold is said with demand(), so that a wrong answer is found as a
** crash is.
*/

#ifndef fuzz_h
#define fuzz_h

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
int LLVMFuzzerInitialize (int *argc, char ***argv);


static inline void fuzz_found (const char *what, const char *file, int line) {
  fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
  abort();
}

#define demand(what) \
  ((what) ? (void)0 : fuzz_found(#what, __FILE__, __LINE__))


/* a text of a message: one line of well-formed UTF-8, and no byte that a
   terminal would obey */
static inline void fuzz_shown (const char *s, size_t size) {
  const char *end = (const char *)memchr(s, '\0', size);
  demand(end != NULL);
  while (s < end) {
    int n = wk_utf8(s, end);
    demand(n > 0);
    demand((unsigned char)*s >= 0x20 && *s != 0x7F);
    s += n;
  }
}


/* a failure is one of the table, is fit to be shown, and marks nothing
   outside the `len` bytes it speaks of */
static inline void fuzz_failure (const wk_Fail *f, wk_Code code, size_t len) {
  int i;
  demand(code != WK_OK && code == f->code);
  demand((unsigned)code < WK_NCODES && code != WK_EBUG);
  demand(f->message[0] != '\0');
  demand(f->nmarks >= 0 && f->nmarks <= WK_FAIL_MARKS);
  demand(f->nnotes >= 0 && f->nnotes <= WK_FAIL_LINES);
  demand(f->nhelps >= 0 && f->nhelps <= WK_FAIL_LINES);
  fuzz_shown(f->message, sizeof(f->message));
  for (i = 0; i < f->nmarks; i++) {
    const wk_Span *mark = &f->marks[i];
    demand(mark->byte <= len);
    demand(mark->length <= len - mark->byte + 1);  /* the end may be marked */
    fuzz_shown(mark->label, sizeof(mark->label));
  }
  for (i = 0; i < f->nnotes; i++)
    fuzz_shown(f->notes[i], sizeof(f->notes[i]));
  for (i = 0; i < f->nhelps; i++)
    fuzz_shown(f->helps[i], sizeof(f->helps[i]));
}

#endif
