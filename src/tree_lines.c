/*
** tree_lines.c -- the line and column of a byte of a document (tree.h).
**
** May call: fail (wk_utf8 alone).  Never touches a lua_State, never calls
** itself.
**
** A document that is asked gets a stake every STEP bytes: line and column of
** the character there.  They are set as far as somebody asks, so a document
** is read through once, and each question counts from the stake before it,
** whatever was asked before and however long the line is.  A document that
** is no part of a tree gets none, and neither does one without memory: then
** it is counted from the start.
*/

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "tree.h"


#define STEP  1024


/* the stake that all others are counted from, for a byte of the document; a
   byte order mark at the start takes no column */
static wk_Stake begin (const char *source, size_t length, size_t byte) {
  wk_Stake s = {0, 1, 0, 1};
  if (byte >= 3 && length >= 3 && memcmp(source, "\xEF\xBB\xBF", 3) == 0)
    s.at = s.start = 3;
  return s;
}


/* moves a stake to the first character that begins at `byte` or behind it.
   What is no character counts byte by byte. */
static void move (const char *source, size_t length, wk_Stake *s,
                  size_t byte) {
  while (s->at < byte) {
    char c = source[s->at];
    int n = (unsigned char)c < 0x80 ? 1
                                    : wk_utf8(source + s->at, source + length);
    s->at += n > 0 ? (size_t)n : 1;
    if (c == '\n' ||
        (c == '\r' && !(s->at < length && source[s->at] == '\n'))) {
      s->line++;
      s->start = s->at;
      s->column = 1;
    }
    else s->column++;
  }
}


/* the end of the line that begins at `start`, without what ends it; no line
   ends between start and `from` */
static size_t lineend (const char *source, size_t length, size_t start,
                       size_t from) {
  while (from < length && source[from] != '\n' && source[from] != '\r')
    from++;
  while (from > start && source[from - 1] == '\r') from--;
  return from;
}


void wk_place (const char *source, size_t length, size_t byte, size_t *line,
               size_t *column, size_t *start, size_t *stop) {
  wk_Stake s;
  if (byte > length) byte = length;
  s = begin(source, length, byte);
  move(source, length, &s, byte);
  *line = s.line;
  *column = s.column;
  *start = s.start;
  *stop = lineend(source, length, s.start, byte);
}


/* the last stake that can be set */
static size_t laststake (const wk_Doc *doc) {
  return doc->length / STEP;
}


/* sets one more stake */
static void onemore (wk_Doc *doc) {
  wk_Stake s = doc->stakes[doc->nstakes - 1];
  move(doc->source, doc->length, &s, doc->nstakes * STEP);
  doc->stakes[doc->nstakes++] = s;
}


/* stakes up to k, which is at most the last; gives 0 when there are none */
static int setstakes (wk_Doc *doc, size_t k) {
  if (doc->stakes == NULL) {
    if (!doc->kept || doc->length < STEP) return 0;
    doc->stakes = malloc((laststake(doc) + 1) * sizeof(wk_Stake));
    if (doc->stakes == NULL) return 0;
    doc->stakes[0] = begin(doc->source, doc->length, doc->length);
    doc->nstakes = 1;
  }
  while (doc->nstakes <= k) onemore(doc);
  return 1;
}


/* the first stake behind k that is on a later line than `line`; one behind
   the last when there is none */
static size_t nextline (wk_Doc *doc, size_t k, size_t line) {
  size_t low = k + 1, high;
  while (doc->stakes[doc->nstakes - 1].line <= line &&
         doc->nstakes <= laststake(doc)) onemore(doc);
  for (high = doc->nstakes; low < high;) {
    size_t middle = low + (high - low) / 2;
    if (doc->stakes[middle].line > line) high = middle;
    else low = middle + 1;
  }
  return low;
}


void wk_doc_place (wk_Doc *doc, size_t byte, size_t *line, size_t *column,
                   size_t *start, size_t *stop) {
  size_t k, from;
  wk_Stake s;
  if (byte > doc->length) byte = doc->length;
  k = byte / STEP;
  if (byte < 3 || !setstakes(doc, k)) {  /* 3: it may be in the mark */
    wk_place(doc->source, doc->length, byte, line, column, start, stop);
    return;
  }
  s = doc->stakes[k];
  move(doc->source, doc->length, &s, byte);
  *line = s.line;
  *column = s.column;
  *start = s.start;
  from = nextline(doc, k, s.line) - 1;
  from = from > k ? doc->stakes[from].at : byte;
  *stop = lineend(doc->source, doc->length, s.start, from);
}


void wk_doc_forget (wk_Doc *doc) {
  free(doc->stakes);
  doc->stakes = NULL;
  doc->nstakes = 0;
}


size_t wk_doc_lineend (wk_Doc *doc, size_t byte) {
  size_t i, line, column, start, stop;
  for (i = byte; i < doc->length && i - byte < STEP; i++)
    if (doc->source[i] == '\n' || doc->source[i] == '\r') return i;
  if (i >= doc->length) return i;
  wk_doc_place(doc, i, &line, &column, &start, &stop);
  return stop;
}
