/*
** near.h -- how far one word is from another, for "did you mean".
**
** Calls no other room.  Never touches a lua_State, allocates nothing.
*/

#ifndef wk_near_h
#define wk_near_h

#include <stddef.h>

#define WK_NEAR_MOST  127   /* bytes of the words that are compared */

/*
** How many letters must be added, left out, changed or swapped with the next
** to make one word of the other, in whatever case they are (Latin letters);
** something above `cap` (from 0 to WK_NEAR_MOST) when that is more, or a word
** is longer than WK_NEAR_MOST.
*/
int wk_near_distance (const char *a, size_t na, const char *b, size_t nb,
                      int cap);

#endif
