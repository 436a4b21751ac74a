/*
** elf_bytes.h -- a plugin of the build as bytes, and the places in it that a
** test changes.  Include it behind <cmocka.h>, with _GNU_SOURCE.
*/

#ifndef elf_bytes_h
#define elf_bytes_h

#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>


typedef ElfW(Ehdr) Ehdr;
typedef ElfW(Phdr) Phdr;
typedef ElfW(Shdr) Shdr;
typedef ElfW(Dyn) Dyn;
typedef ElfW(Sym) Sym;

typedef struct Bytes { char *s; size_t len; } Bytes;

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

/* makes the file larger by a segment that can be read only, in the place of
   the header that tells of exceptions; gives its bytes, and its address */
static inline char *extend (Bytes *b, size_t size, uint64_t *address) {
  const uint64_t page = (uint64_t)getpagesize();
  const size_t from = (b->len + page - 1) & ~(page - 1);
  char *more = (char *)realloc(b->s, from + size);
  Phdr *p;
  int i;
  if (more == NULL) abort();
  memset(more + b->len, 0, from + size - b->len);
  b->s = more;
  b->len = from + size;
  *address = 0;
  for (i = 0; i < head(b)->e_phnum; i++) {
    p = &segments(b)[i];
    if (p->p_type == PT_LOAD)
      *address = (p->p_vaddr + p->p_memsz + page - 1) & ~(page - 1);
  }
  p = segment(b, PT_GNU_EH_FRAME, 0);
  memset(p, 0, sizeof(*p));
  p->p_type = PT_LOAD;
  p->p_flags = PF_R;
  p->p_offset = from;
  p->p_vaddr = p->p_paddr = *address;
  p->p_filesz = p->p_memsz = size;
  p->p_align = page;
  return b->s + from;
}


/* the same for what it states: the section is there now */
static inline char *state_anew (Bytes *b, size_t size) {
  uint64_t address;
  char *s = extend(b, size, &address);
  Shdr *h = section(b, ".wick.plugin");
  h->sh_offset = (ElfW(Off))(s - b->s);
  h->sh_addr = address;
  h->sh_size = size;
  return s;
}

#endif

