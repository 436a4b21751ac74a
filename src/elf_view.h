/*
** elf_view.h -- a shared object as the linker sees it: between the files of
** the room `elf` only.
*/

#ifndef wk_elf_view_h
#define wk_elf_view_h

#include <elf.h>
#include <link.h>
#include <string.h>

#include "elf.h"

#define WK_ELF_HEADERS  64     /* program headers that are looked at */
#define WK_ELF_ENTRIES  4096   /* of the dynamic section */
#define WK_ELF_NEEDED   512    /* libraries that a plugin may need */
#define WK_ELF_NAME     255    /* bytes of the name of one */
#define WK_SLOTS        48     /* kinds of entries that are remembered */

#if !defined(DT_RELR)
#define DT_RELRSZ   35
#define DT_RELR     36
#define DT_RELRENT  37
#endif

typedef ElfW(Ehdr) Ehdr;
typedef ElfW(Phdr) Phdr;
typedef ElfW(Shdr) Shdr;
typedef ElfW(Dyn) Dyn;
typedef ElfW(Sym) Sym;
typedef ElfW(Rel) Rel;
typedef ElfW(Rela) Rela;
typedef ElfW(Verneed) Verneed;
typedef ElfW(Vernaux) Vernaux;
typedef ElfW(Verdef) Verdef;
typedef ElfW(Verdaux) Verdaux;
typedef ElfW(Addr) Word;    /* as large as an address */

typedef struct wk_View {
  const wk_ElfFile *file;
  const wk_ElfAsk *ask;
  wk_Fail *f;
  Ehdr head;
  const char *headers;         /* all program headers */
  Phdr loads[WK_ELF_HEADERS];  /* segments that are loaded, ascending */
  int nloads;
  const char *dynamic;         /* entries of the dynamic section, */
  size_t ndynamic;             /* up to DT_NULL */
  size_t nneeded;              /* those of them that need a library */
  uint64_t seen;               /* which of these are there, by slot: */
  uint64_t value[WK_SLOTS];
  const char *strings;         /* of names; NUL-ended */
  size_t nstrings;
} wk_View;


/* starts a failure, whose headline speaks of the plugin by its name */
#define FAIL(v, code, words) \
  wk_fail((v)->f, code, "plugin `%.*s` " words, (int)(v)->ask->len, \
          (v)->ask->name)
#define NOTE(v, ...)  wk_fail_note((v)->f, __VA_ARGS__)
#define HELP(v, ...)  wk_fail_help((v)->f, __VA_ARGS__)


/* the header, the segments and the tables: what all else goes by.  EELF and
   EHAZARD (elf_view.c) */
wk_Code wk_view (wk_View *v, const wk_ElfFile *file, const wk_ElfAsk *ask,
                 wk_Fail *f);

/* `size` bytes at `offset`, or NULL when they are not in the file */
static inline const char *wk_view_at (const wk_View *v, uint64_t offset,
                                      uint64_t size) {
  const wk_ElfFile *file = v->file;
  if (offset > file->len || size > file->len - offset) return NULL;
  if (file->fetch && !file->fetch(file->ud, (size_t)offset, (size_t)size))
    return NULL;
  return file->bytes + offset;
}

/* what is at an address as soon as the file is loaded: its place in the file,
   and how many bytes of the segment are left there; 0 when there is none */
int wk_view_place (const wk_View *v, uint64_t address, uint64_t *place,
                   uint64_t *left);
const char *wk_view_address (const wk_View *v, uint64_t address,
                             uint64_t size);
/* the name at `offset` among the strings, or NULL */
const char *wk_view_string (const wk_View *v, uint64_t offset);
/* the number at a place; 0 where there is none */
uint32_t wk_view_word (const wk_View *v, uint64_t offset);
/* are bytes of the file at this address that are code, or may be written? */
int wk_view_code (const wk_View *v, uint64_t address);
int wk_view_written (const wk_View *v, uint64_t address);


/* where the value of an entry is kept; WK_SLOTS: nowhere */
static inline unsigned wk_view_slot (int64_t tag) {
  switch (tag) {
    case DT_GNU_HASH: return 40;
    case DT_VERSYM: return 41;
    case DT_RELACOUNT: return 42;
    case DT_RELCOUNT: return 43;
    case DT_VERDEF: return 44;
    case DT_VERNEED: return 45;
    case DT_NEEDED: case DT_DEBUG: return WK_SLOTS;
    default: return tag > 0 && tag < 40 ? (unsigned)tag : WK_SLOTS;
  }
}

static inline int wk_view_has (const wk_View *v, int64_t tag) {
  return (int)(v->seen >> wk_view_slot(tag) & 1);
}

/* what the entry with this tag says; 0 when there is none */
static inline uint64_t wk_view_value (const wk_View *v, int64_t tag) {
  return wk_view_has(v, tag) ? v->value[wk_view_slot(tag)] : 0;
}

/* entry i of the dynamic section */
static inline Dyn wk_view_dynamic (const wk_View *v, size_t i) {
  Dyn d;
  memcpy(&d, v->dynamic + i * sizeof(d), sizeof(d));
  return d;
}


/* the pages that the segments take in memory */
void wk_view_extent (const wk_View *v, uint64_t *first, uint64_t *end);

/* EELF: the file is damaged in this way */
wk_Code wk_view_damaged (const wk_View *v, const char *what);

/* the dynamic section at this address, and the names that it leads to: EELF
   (elf_dynamic.c) */
wk_Code wk_view_find_dynamic (wk_View *v, uint64_t address, int writable);
/* EHAZARD and EELF by what the dynamic section asks for (elf_dynamic.c) */
wk_Code wk_view_hazards (const wk_View *v);

/* EELF when a table that the linker goes by is not where it should be, or
   leads elsewhere (elf_tables.c) */
wk_Code wk_view_tables (const wk_View *v);

/* how many symbols the linker's table of hashes leads to; 0, not found out,
   when its chains lead out of the file or do not end (elf_hash.c) */
int wk_view_symbols (const wk_View *v, uint64_t *n);
/* does it export a function of this name?  Looks as the linker looks
   (elf_hash.c) */
int wk_view_exports (const wk_View *v, const char *name);
/* tells the first WK_ELF_NAMES functions that it exports */
void wk_view_each (const wk_View *v, wk_ElfName each, void *ud);

#endif
