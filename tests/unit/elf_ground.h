/*
** elf_ground.h -- what tests of the room `elf` stand on: the plugins that the
** Makefile builds, as bytes, and places in them.  Include it behind
** <cmocka.h>, with _GNU_SOURCE.
*/

#ifndef elf_ground_h
#define elf_ground_h

#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elf.h"


typedef ElfW(Ehdr) Ehdr;
typedef ElfW(Phdr) Phdr;
typedef ElfW(Shdr) Shdr;
typedef ElfW(Dyn) Dyn;
typedef ElfW(Sym) Sym;

typedef struct Bytes { char *s; size_t len; } Bytes;

static wk_Fail fail;
static wk_Elf elf;


/* a plugin of the build, in a block of just its size */
static inline Bytes plugin (const char *name) {
  const char *build = getenv("WICK_BUILD");
  char path[512];
  Bytes b;
  FILE *file;
  snprintf(path, sizeof(path), "%s/tests/plugins/%s.so",
           build ? build : "build", name);
  file = fopen(path, "rb");
  if (file == NULL) print_message("# there is no %s\n", path);
  assert_non_null(file);
  fseek(file, 0, SEEK_END);
  b.len = (size_t)ftell(file);
  rewind(file);
  b.s = (char *)malloc(b.len);
  assert_non_null(b.s);
  assert_int_equal(fread(b.s, 1, b.len, file), b.len);
  fclose(file);
  return b;
}


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


/*
** {======================================================
** Places in a plugin
** =======================================================
*/

static inline Ehdr *head (const Bytes *b) {
  return (Ehdr *)(void *)b->s;
}


static inline Phdr *segments (const Bytes *b) {
  return (Phdr *)(void *)(b->s + head(b)->e_phoff);
}


/* the n-th (from 0) program header of this type */
static inline Phdr *segment (const Bytes *b, unsigned type, int n) {
  int i;
  for (i = 0; i < head(b)->e_phnum; i++)
    if (segments(b)[i].p_type == type && n-- == 0) return &segments(b)[i];
  fail_msg("no segment of type %u", type);
  abort();
}


/* the place in the file of an address */
static inline char *place (const Bytes *b, uint64_t address) {
  int i;
  for (i = 0; i < head(b)->e_phnum; i++) {
    const Phdr *p = &segments(b)[i];
    if (p->p_type == PT_LOAD && address >= p->p_vaddr &&
        address - p->p_vaddr < p->p_filesz)
      return b->s + p->p_offset + (address - p->p_vaddr);
  }
  fail_msg("no such address");
  abort();
}


static inline Dyn *entries (const Bytes *b) {
  return (Dyn *)(void *)place(b, segment(b, PT_DYNAMIC, 0)->p_vaddr);
}


static inline Dyn *entry (const Bytes *b, int64_t tag) {
  Dyn *d;
  for (d = entries(b); d->d_tag != DT_NULL; d++)
    if (d->d_tag == tag) return d;
  fail_msg("no entry with tag %lld", (long long)tag);
  abort();
}


static inline Shdr *section (const Bytes *b, const char *name) {
  Shdr *s = (Shdr *)(void *)(b->s + head(b)->e_shoff);
  const char *names = b->s + s[head(b)->e_shstrndx].sh_offset;
  int i;
  for (i = 0; i < head(b)->e_shnum; i++)
    if (strcmp(names + s[i].sh_name, name) == 0) return &s[i];
  fail_msg("no section %s", name);
  abort();
}


static inline Sym *symbol (const Bytes *b, const char *name) {
  Sym *s = (Sym *)(void *)place(b, entry(b, DT_SYMTAB)->d_un.d_ptr);
  const char *names = place(b, entry(b, DT_STRTAB)->d_un.d_ptr);
  int i;
  for (i = 1; i < 100; i++)
    if (strcmp(names + s[i].st_name, name) == 0) return &s[i];
  fail_msg("no symbol %s", name);
  abort();
}

/* }====================================================== */

#endif
