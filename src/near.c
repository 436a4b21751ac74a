/*
** near.c -- how far one word is from another (see near.h).
**
** Calls no other room.
*/

#include "near.h"


/* bytes of Latin letters in one case */
static int folded (char c) {
  return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}


static int least (int a, int b) {
  return a < b ? a : b;
}


/* The Damerau-Levenshtein distance, in which a pair is swapped once and then
   left alone: row i of its table at a time, of which three are kept */
static int distance (const char *a, int la, const char *b, int lb, int cap) {
  int rows[3][WK_NEAR_MOST + 1];
  int *before = rows[0], *last = rows[1], *now = rows[2];
  int i, j;
  for (j = 0; j <= lb; j++) last[j] = j;
  for (i = 1; i <= la; i++) {
    int best = i, *spare = before;
    now[0] = i;
    for (j = 1; j <= lb; j++) {
      int d = last[j - 1] + (folded(a[i - 1]) != folded(b[j - 1]));
      d = least(d, least(last[j], now[j - 1]) + 1);
      if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
          folded(a[i - 2]) == folded(b[j - 1]))
        d = least(d, before[j - 2] + 1);
      now[j] = d;
      best = least(best, d);
    }
    if (best > cap) return best;
    before = last;
    last = now;
    now = spare;
  }
  return last[lb];
}


int wk_near_distance (const char *a, size_t na, const char *b, size_t nb,
                      int cap) {
  size_t apart = na > nb ? na - nb : nb - na;
  if (na > WK_NEAR_MOST || nb > WK_NEAR_MOST || apart > (size_t)cap)
    return cap + 1;
  return distance(a, (int)na, b, (int)nb, cap);
}
