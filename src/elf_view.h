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

typedef ElfW(Ehdr) Ehdr;
typedef ElfW(Phdr) Phdr;
typedef ElfW(Shdr) Shdr;
typedef ElfW(Dyn) Dyn;
typedef ElfW(Sym) Sym;
typedef ElfW(Addr) Word;    /* as large as an address */

typedef struct wk_View {
  const wk_ElfFile *file;
  const wk_ElfAsk *ask;
  wk_Fail *f;
  Ehdr head;
  Phdr loads[WK_ELF_HEADERS];  /* segments that are loaded, ascending */
  int nloads;
  uint64_t dynamic;            /* place of its entries, up to DT_NULL */
  size_t ndynamic;
  const char *strings;         /* of names; NUL-ended */
  size_t nstrings;
  uint64_t symbols, gnu_hash, hash;   /* addresses, or 0 */
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
const char *wk_view_at (const wk_View *v, uint64_t offset, uint64_t size);
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
/* entry i of the dynamic section; DT_NULL when it is not in the file */
Dyn wk_view_dynamic (const wk_View *v, size_t i);

/* the pages that the segments take in memory */
void wk_view_extent (const wk_View *v, uint64_t *first, uint64_t *end);

/* EELF: the file is damaged in this way */
wk_Code wk_view_damaged (const wk_View *v, const char *what);

/* EHAZARD and EELF by what the dynamic section asks for (elf_view.c) */
wk_Code wk_view_hazards (const wk_View *v);

/* does it export a function of this name?  Looks as the linker looks
   (elf_hash.c) */
int wk_view_exports (const wk_View *v, const char *name);
void wk_view_each (const wk_View *v, wk_ElfName each, void *ud);

#endif
