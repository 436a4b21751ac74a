/*
** fuzz_keypath.c -- any text as a key path, inside and outside expressions:
** its segments lie one behind the other, what is printed reads back to the
** same segments, and the lexer ends a reference where the parser does.
*/

#include "fuzz.h"
#include "keypath.h"
#include "lex.h"


/* prints the path; the block is the caller's */
static char *print (const wk_Path *path, size_t *size) {
  size_t need = (size_t)path->up, at, i;
  char *out;
  for (i = 0; i < path->count; i++) {
    const wk_Segment *s = &path->segments[i];
    need += wk_segment_print(NULL, 0, i == 0, s->is_index, s->index,
                             path->names + s->name, s->size);
  }
  out = (char *)malloc(need + 1);
  demand(out != NULL);
  for (at = 0; at < (size_t)path->up; at++) out[at] = '.';
  for (i = 0; i < path->count; i++) {
    const wk_Segment *s = &path->segments[i];
    at += wk_segment_print(out + at, need + 1 - at, i == 0, s->is_index,
                           s->index, path->names + s->name, s->size);
  }
  demand(at == need && out[at] == '\0');
  *size = need;
  return out;
}


static void compare (const wk_Path *a, const wk_Path *b) {
  size_t i;
  demand(a->up == b->up && a->count == b->count);
  for (i = 0; i < a->count; i++) {
    const wk_Segment *s = &a->segments[i], *t = &b->segments[i];
    demand(s->is_index == t->is_index);
    if (s->is_index) demand(s->index == t->index);
    else
      demand(s->size == t->size &&
             memcmp(a->names + s->name, b->names + t->name, s->size) == 0);
  }
}


static void check (const char *s, size_t size, int in_expression) {
  static wk_Path path, again;
  static wk_Fail fail;
  wk_Code code = wk_path_parse(s, size, in_expression, &path, &fail);
  char *text;
  size_t i, at, n;
  if (code != WK_OK) {
    fuzz_failure(&fail, code, size);
    demand(code == WK_EUSAGE && fail.nmarks > 0);
    return;
  }
  demand(path.count > 0 && path.length <= size);
  at = (size_t)path.up;
  for (i = 0; i < path.count; i++) {
    demand(path.segments[i].start == at && path.segments[i].stop > at);
    at = path.segments[i].stop;
  }
  demand(at == path.length);
  text = print(&path, &n);
  code = wk_path_parse(text, n, 0, &again, &fail);
  demand(code == WK_OK && again.length == n);
  compare(&path, &again);
  wk_path_free(&again);
  if (in_expression) {  /* the same behind an `@` */
    char *at_text = (char *)malloc(size + 1);
    wk_Lex lex;
    demand(at_text != NULL);
    at_text[0] = '@';
    memcpy(at_text + 1, s, size);
    wk_lex_init(&lex, at_text, size + 1);
    lex.references = 1;
    demand(wk_lex_next(&lex) == WK_T_AT);
    demand(lex.start == 0 && lex.stop == path.length + 1);
    free(at_text);
  }
  free(text);
  wk_path_free(&path);
}


int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size) {
  check((const char *)data, size, 0);
  check((const char *)data, size, 1);
  return 0;
}
