/*
** elf_ground.h -- what tests of the room `elf` stand on: a check of bytes.
** Include it behind <cmocka.h>, with _GNU_SOURCE.
*/

#ifndef elf_ground_h
#define elf_ground_h

#include "elf.h"
#include "elf_bytes.h"


static wk_Fail fail;
static wk_Elf elf;


static inline wk_ElfFile file_of (const Bytes *b) {
  wk_ElfFile file = {b->s, b->len, NULL, NULL};
  return file;
}


static inline wk_Code check_as (const Bytes *b, const char *name) {
  wk_ElfFile file = file_of(b);
  wk_ElfAsk ask;
  ask.name = name;
  ask.len = strlen(name);
  ask.lua = "Lua 5.4";
  ask.file = "x.so";
  return wk_elf_check(&file, &ask, &elf, &fail);
}

#endif
