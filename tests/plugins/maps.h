/*
** maps.h -- which file is mapped where, as /proc/self/maps says it.
*/

#ifndef maps_h
#define maps_h

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* one line: from-to flags offset device inode name; 0 at the end */
static inline int next_map (FILE *maps, uintptr_t *from, uintptr_t *to,
                            uint64_t *inode) {
  char line[512], *at;
  int i;
  if (fgets(line, sizeof(line), maps) == NULL) return 0;
  *from = (uintptr_t)strtoull(line, &at, 16);
  *to = *at == '-' ? (uintptr_t)strtoull(at + 1, &at, 16) : *from;
  for (i = 0; i < 3 && at != NULL; i++) at = strchr(at + 1, ' ');
  *inode = at ? strtoull(at, NULL, 10) : 0;
  return 1;
}

/* the inode that is mapped where `at` is; 0 when none is */
static inline uint64_t mapped_inode (const void *at) {
  FILE *maps = fopen("/proc/self/maps", "r");
  uintptr_t from, to;
  uint64_t inode, found = 0;
  if (maps == NULL) return 0;
  while (next_map(maps, &from, &to, &inode))
    if ((uintptr_t)at >= from && (uintptr_t)at < to) found = inode;
  fclose(maps);
  return found;
}

#endif
