/*
** keypath.h -- the one grammar of key paths: model.layers[1].size,
** model["odd key"], .x, ..y (see the README's chapter on key paths).
**
** May call: fail, lex (which tells where a segment ends).
*/

#ifndef wk_keypath_h
#define wk_keypath_h

#include <stddef.h>
#include <stdint.h>

#include "fail.h"

#define WK_PATH_SEGMENTS 256

typedef struct wk_Segment {
  int is_index;          /* else a name */
  int64_t index;         /* [N] and .N; 0, too, for a map may have that key */
  size_t start, stop;    /* its bytes in the text, with dot or brackets */
  size_t name, size;     /* a name: its bytes [name, name + size) in `names` */
} wk_Segment;

typedef struct wk_Path {
  int up;                /* leading dots: 0 is from the root */
  size_t count;
  size_t length;         /* bytes of text that the path took */
  wk_Segment segments[WK_PATH_SEGMENTS];
  char *names;           /* unescaped names; owned, see wk_path_free */
} wk_Path;

/*
** The longest key path at the start of the text.  in_expression: names have
** no `-`, only literal [N] and ["text"] belong to the path, and a dot that
** another dot follows ends it.  Fails with EUSAGE (ENOMEM without memory)
** and a mark: the caller says what kind of text it was.  `a::b` and, outside
** expressions, `a/b` get a help with wick's form.  An empty path is a
** failure; whether other text may follow is the caller's to judge.
** On failure nothing is left to free.
*/
wk_Code wk_path_parse (const char *text, size_t len, int in_expression,
                       wk_Path *path, wk_Fail *f);
void wk_path_free (wk_Path *path);

/* one segment as it is written behind others (first: nothing before it);
   gives the bytes needed without the NUL, writes at most `size` with it */
size_t wk_segment_print (char *out, size_t size, int first, int is_index,
                         int64_t index, const char *name, size_t len);

#endif
