/*
** sandbox_place.c -- where in the text of its documents a Lua config has its
** table constructors and its lines (part of sandbox.h's room).
**
** May call: tree, chunk, outline.
**
** A config may have very many values that ask, so a text is read through once
** for all of them.
*/

#include <stdlib.h>
#include <string.h>

#include "chunk.h"
#include "sandbox_room.h"


#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push  /* the analyzer does not see that s owns texts */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

wk_Outline *wk_sandbox_outline (Sandbox *s, uint16_t doc) {
  const wk_Doc *d = wk_tree_doc(s->tree, doc);
  wk_Outline *o;
  Text *texts;
  size_t i;
  for (i = 0; i < s->ntexts; i++)
    if (s->texts[i].doc == doc) return s->texts[i].outline;
  texts = realloc(s->texts, (s->ntexts + 1) * sizeof(Text));
  if (texts == NULL) return NULL;
  s->texts = texts;
  o = malloc(sizeof(wk_Outline));
  if (o == NULL) return NULL;
  wk_outline_read(o, d->source, d->length, s->tree->limits.config_nodes);
  memset(&s->texts[s->ntexts], 0, sizeof(Text));
  s->texts[s->ntexts].doc = doc;
  s->texts[s->ntexts++].outline = o;
  return o;
}


/* finds the starts of a text's lines; without memory those behind are not
   known */
static void readlines (Text *text, const char *s, size_t len) {
  size_t room = 0, start = 0, next, stop;
  for (;;) {
    if (text->nlines == room) {
      uint32_t *more;
      room = room * 2 + 64;
      more = realloc(text->lines, room * sizeof(uint32_t));
      if (more == NULL) return;
      text->lines = more;
    }
    text->lines[text->nlines++] = (uint32_t)start;
    wk_chunk_line(s + start, len - start, 2, &next, &stop);
    if (next == 0) return;
    start += next;
  }
}


size_t wk_sandbox_start (Sandbox *s, uint16_t doc, int line) {
  const wk_Doc *d = wk_tree_doc(s->tree, doc);
  size_t at, i;
  if (line < 1 || wk_sandbox_outline(s, doc) == NULL) return 0;
  for (i = 0; s->texts[i].doc != doc; i++) ;
  if (s->texts[i].nlines == 0)
    readlines(&s->texts[i], d->source, d->length);
  if ((size_t)line > s->texts[i].nlines) return 0;
  at = s->texts[i].lines[line - 1];
  while (at < d->length &&
         (d->source[at] == ' ' || d->source[at] == '\t')) at++;
  return at;
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif


void wk_sandbox_untext (Sandbox *s) {
  size_t i;
  for (i = 0; i < s->ntexts; i++) {
    wk_outline_free(s->texts[i].outline);
    free(s->texts[i].outline);
    free(s->texts[i].lines);
  }
  free(s->texts);
}
