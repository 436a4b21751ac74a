/*
** outline_field.c -- the table of what stands in a Lua text (see outline.h).
**
** May call: lex.
**
** Fields are numbers, from 1, in the order in which they are met; lists of
** them are linked.  Names are looked for by walking, and all walks of one
** outline together may take no more than WORK steps: what comes behind that
** is not found.
*/

#include <stdlib.h>
#include <string.h>

#include "lex.h"
#include "outline.h"


#define WORK    (1u << 22)
#define MOST    (1u << 22)   /* fields */


int wk_field_begin (wk_Outline *o, const char *text, size_t length,
                    size_t most) {
  memset(o, 0, sizeof(*o));
  o->text = text;
  o->length = length;
  o->nfields = 1;
  o->most = most < MOST ? (uint32_t)most : MOST;
  o->work = WORK;
  o->fields = calloc(64, sizeof(wk_Field));
  if (o->fields == NULL) return 0;
  o->cfields = 64;
  return 1;
}


uint32_t wk_field_add (wk_Outline *o, uint32_t *first, uint32_t *last) {
  uint32_t id = o->nfields;
  wk_Field *f;
  if (id > o->most) return 0;
  if (id == o->cfields) {
    uint32_t want = o->cfields == 0 ? 64 : o->cfields * 2;
    f = realloc(o->fields, want * sizeof(wk_Field));
    if (f == NULL) return 0;
    o->fields = f;
    o->cfields = want;
  }
  f = &o->fields[id];
  memset(f, 0, sizeof(*f));
  f->key = f->brace = WK_NOWHERE;
  o->nfields++;
  if (*last != 0) o->fields[*last].next = id;
  else *first = id;
  *last = id;
  return id;
}


uint32_t wk_field_addto (wk_Outline *o, uint32_t up) {
  uint32_t first, last, id;  /* those of `up`, which may move */
  if (up == 0) return 0;
  first = o->fields[up].first;
  last = o->fields[up].last;
  id = wk_field_add(o, &first, &last);
  o->fields[up].first = first;
  o->fields[up].last = last;
  return id;
}


/* is the key of the field the same token as that at [start, stop)? */
static int samekey (const wk_Outline *o, const wk_Field *f, size_t start,
                    size_t stop) {
  return f->key != WK_NOWHERE && f->keysize == stop - start &&
         memcmp(o->text + f->key, o->text + start, stop - start) == 0;
}


uint32_t wk_field_find (wk_Outline *o, uint32_t first, size_t start,
                        size_t stop) {
  uint32_t id, found = 0;
  for (id = first; id != 0 && o->work > 0; id = o->fields[id].next, o->work--)
    if (samekey(o, &o->fields[id], start, stop)) found = id;
  return found;
}


void wk_outline_free (wk_Outline *o) {
  free(o->fields);
  memset(o, 0, sizeof(*o));
}


uint32_t wk_outline_named (wk_Outline *o, uint32_t at, uint32_t stop,
                           uint32_t before) {
  uint32_t id, found = 0;
  for (id = o->firstname; id != 0 && o->work > 0; id = o->fields[id].next,
       o->work--) {
    if (o->fields[id].key >= before) break;
    if (samekey(o, &o->fields[id], at, stop)) found = id;
  }
  return found;
}


uint32_t wk_outline_argument (const char *text, size_t length, uint32_t at,
                              uint32_t *stop) {
  wk_Lex lex;
  wk_Token token;
  *stop = at;
  wk_lex_init(&lex, text, length);
  lex.at = at < length ? at : length;
  token = wk_lex_next(&lex);
  if (token == WK_T_NAME) {
    token = wk_lex_next(&lex);
    if (token == WK_T_OP && wk_lex_is(&lex, "(")) token = wk_lex_next(&lex);
  }
  if (token != WK_T_STRING) return WK_NOWHERE;
  *stop = (uint32_t)lex.stop;
  return (uint32_t)lex.start;
}
