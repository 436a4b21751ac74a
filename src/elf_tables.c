/*
** elf_tables.c -- the tables that the dynamic section leads to: are they where
** it says, as large as it says, and do they lead nowhere else?
**
** A file of the room `elf` (see elf.h).  May call: fail.
**
** The linker asks none of this: it reads, writes and calls what it is led to,
** and what is wrong there ends the process.  What relocations say is not
** looked at.
*/

#include <stdio.h>

#include "elf_view.h"


#define MAX_VERSIONS  0x7FFF  /* their numbers have 15 bits */

/* the kinds of relocations that the linker takes here, and the one that comes
   first in their table, as often as RELACOUNT says */
#if defined(__i386__) || defined(__arm__)
#define OUR_RELOCATIONS  DT_REL
#elif defined(__x86_64__) || defined(__aarch64__) || defined(__riscv) || \
      defined(__powerpc64__) || defined(__s390__)
#define OUR_RELOCATIONS  DT_RELA
#else
#define OUR_RELOCATIONS  0    /* either */
#endif
#if defined(__x86_64__)
#define RELATIVE  R_X86_64_RELATIVE
#elif defined(__aarch64__)
#define RELATIVE  R_AARCH64_RELATIVE
#elif defined(__i386__)
#define RELATIVE  R_386_RELATIVE
#elif defined(__arm__)
#define RELATIVE  R_ARM_RELATIVE
#elif defined(__riscv)
#define RELATIVE  R_RISCV_RELATIVE
#endif
#if UINTPTR_MAX > 0xFFFFFFFFu
#define relocation_type(info)  ((uint32_t)(info))
#else
#define relocation_type(info)  ((info) & 0xFFu)
#endif


static wk_Code misplaced (const wk_View *v, const char *what) {
  char said[80];
  snprintf(said, sizeof(said), "has its %s in no segment", what);
  return wk_view_damaged(v, said);
}


static wk_Code missized (const wk_View *v, const char *what) {
  char said[80];
  snprintf(said, sizeof(said), "does not say well how large its %s are", what);
  return wk_view_damaged(v, said);
}


/* The table at the entry `tag`, of as many bytes as the entry `size` says and
   of rows of `row` bytes; the entry `rows`, unless 0, says this, too. */
static wk_Code check_table (const wk_View *v, int64_t tag, int64_t size,
                            int64_t rows, size_t row, const char *what) {
  const uint64_t address = wk_view_value(v, tag), n = wk_view_value(v, size);
  uint64_t place, left;
  if (!wk_view_has(v, tag)) return n > 0 ? missized(v, what) : WK_OK;
  if (!wk_view_has(v, size) || n % row != 0 ||
      (rows != 0 && wk_view_value(v, rows) != row))
    return missized(v, what);
  if (n > 0 && (address % sizeof(Word) != 0 ||
                !wk_view_place(v, address, &place, &left) || left < n))
    return misplaced(v, what);
  return WK_OK;
}


/*
** {======================================================
** Relocations and functions
** =======================================================
*/

/* The linker takes two tables that touch for one, and two that end at one
   place for one in the other. */
static wk_Code check_lazy (const wk_View *v, int64_t kind) {
  const int64_t table = kind == DT_REL ? DT_REL : DT_RELA;
  const uint64_t size = wk_view_value(v, DT_PLTRELSZ);
  const uint64_t all = wk_view_value(v, table == DT_REL ? DT_RELSZ
                                                        : DT_RELASZ);
  wk_Code code;
  if (!wk_view_has(v, DT_JMPREL) && !wk_view_has(v, DT_PLTREL) && size == 0)
    return WK_OK;
  if (!wk_view_has(v, DT_JMPREL) || (kind != DT_REL && kind != DT_RELA) ||
      (OUR_RELOCATIONS != 0 && kind != OUR_RELOCATIONS))
    return wk_view_damaged(v, "has relocations of another kind");
  code = check_table(v, DT_JMPREL, DT_PLTRELSZ, 0,
                     kind == DT_REL ? sizeof(Rel) : sizeof(Rela),
                     "relocations of functions");
  if (code == WK_OK && wk_view_has(v, table) && size > all &&
      wk_view_value(v, DT_JMPREL) + size == wk_view_value(v, table) + all)
    return missized(v, "relocations");
  return code;
}


/* as many are RELATIVE as it says: the last of them is */
static wk_Code check_relative (const wk_View *v, int64_t table, int64_t size,
                               int64_t count, size_t row) {
  const uint64_t n = wk_view_value(v, count);
  if (!wk_view_has(v, table) || n == 0) return WK_OK;
  if (n > wk_view_value(v, size) / row) return missized(v, "relocations");
#if defined(RELATIVE)
  {
    const char *s = wk_view_address(v, wk_view_value(v, table) + (n - 1) * row,
                                    row);
    Rel r;   /* as a Rela begins */
    if (s == NULL) return misplaced(v, "relocations");
    memcpy(&r, s, sizeof(r));
    if (relocation_type(r.r_info) != RELATIVE)
      return missized(v, "relocations");
  }
#endif
  return WK_OK;
}


static wk_Code check_relocations (const wk_View *v) {
  wk_Code code = check_table(v, DT_RELA, DT_RELASZ, DT_RELAENT, sizeof(Rela),
                             "relocations");
  if (code == WK_OK)
    code = check_table(v, DT_REL, DT_RELSZ, DT_RELENT, sizeof(Rel),
                       "relocations");
  if (code == WK_OK)
    code = check_table(v, DT_RELR, DT_RELRSZ, DT_RELRENT, sizeof(Word),
                       "relocations");
  if (code == WK_OK)
    code = check_relative(v, DT_RELA, DT_RELASZ, DT_RELACOUNT, sizeof(Rela));
  if (code == WK_OK)
    code = check_relative(v, DT_REL, DT_RELSZ, DT_RELCOUNT, sizeof(Rel));
  if (code == WK_OK)
    code = check_lazy(v, (int64_t)wk_view_value(v, DT_PLTREL));
  return code;
}


/* a list of addresses to call: relocations put them there */
static wk_Code check_list (const wk_View *v, int64_t tag, int64_t size,
                           const char *what) {
  wk_Code code = check_table(v, tag, size, 0, sizeof(Word), what);
  if (code != WK_OK || wk_view_value(v, size) == 0) return code;
  if (!wk_view_written(v, wk_view_value(v, tag))) return misplaced(v, what);
  return wk_view_value(v, DT_RELASZ) > 0 || wk_view_value(v, DT_RELSZ) > 0 ||
         wk_view_value(v, DT_RELRSZ) > 0 ? WK_OK
         : wk_view_damaged(v, "has lost its relocations");
}


/* what is called when it is loaded, and in the end */
static wk_Code check_calls (const wk_View *v) {
  wk_Code code = check_list(v, DT_INIT_ARRAY, DT_INIT_ARRAYSZ, "constructors");
  if (code == WK_OK)
    code = check_list(v, DT_FINI_ARRAY, DT_FINI_ARRAYSZ, "destructors");
  if (code == WK_OK)
    code = check_list(v, DT_PREINIT_ARRAY, DT_PREINIT_ARRAYSZ, "constructors");
  if (code == WK_OK &&
      ((wk_view_has(v, DT_INIT) &&
        !wk_view_code(v, wk_view_value(v, DT_INIT))) ||
       (wk_view_has(v, DT_FINI) &&
        !wk_view_code(v, wk_view_value(v, DT_FINI)))))
    return wk_view_damaged(v, "begins or ends with what is no code");
  return code;
}

/* }====================================================== */


/*
** {======================================================
** Versions
** =======================================================
*/

/* a row of a list of versions, `at` bytes from an address: 1, or 0 when it is
   not there */
static int row_at (const wk_View *v, uint64_t address, uint64_t at, void *row,
                   size_t size) {
  const char *s = (address + at) % 4 == 0
                    ? wk_view_address(v, address + at, size) : NULL;
  if (s == NULL) return 0;
  memcpy(row, s, size);
  return 1;
}


/* is it one of the libraries that it needs?  The linker has looked for those
   only. */
static int is_needed (const wk_View *v, const char *name) {
  size_t i;
  for (i = 0; i < v->ndynamic; i++) {
    const Dyn d = wk_view_dynamic(v, i);
    const char *s = d.d_tag == DT_NEEDED ? wk_view_string(v, d.d_un.d_val)
                                         : NULL;
    if (s != NULL && (s == name || strcmp(s, name) == 0)) return 1;
  }
  return 0;
}


/* the versions of other libraries; *high becomes the highest number */
static wk_Code check_verneed (const wk_View *v, uint32_t *high) {
  static const char what[] = "versions of other libraries";
  const uint64_t table = wk_view_value(v, DT_VERNEED);
  uint64_t at = 0, below;
  size_t nfiles = 0, n = 0;
  Verneed need;
  Vernaux aux;
  if (!wk_view_has(v, DT_VERNEED)) return WK_OK;
  for (;; at += need.vn_next) {
    if (!row_at(v, table, at, &need, sizeof(need)) ||
        wk_view_string(v, need.vn_file) == NULL) return misplaced(v, what);
    if (++nfiles > v->nneeded || !is_needed(v, v->strings + need.vn_file))
      return wk_view_damaged(v, "needs versions of a library that it does not "
                                "need");
    for (below = at + need.vn_aux;; below += aux.vna_next) {
      if (!row_at(v, table, below, &aux, sizeof(aux)) ||
          wk_view_string(v, aux.vna_name) == NULL || ++n > MAX_VERSIONS)
        return misplaced(v, what);
      if ((aux.vna_other & MAX_VERSIONS) > *high)
        *high = aux.vna_other & MAX_VERSIONS;
      if (aux.vna_next == 0) break;
    }
    if (need.vn_next == 0) return WK_OK;
  }
}


/* its own versions */
static wk_Code check_verdef (const wk_View *v, uint32_t *high) {
  static const char what[] = "own versions";
  const uint64_t table = wk_view_value(v, DT_VERDEF);
  uint64_t at = 0;
  size_t n = 0;
  Verdef def;
  Verdaux aux;
  if (!wk_view_has(v, DT_VERDEF)) return WK_OK;
  for (;; at += def.vd_next) {
    if (!row_at(v, table, at, &def, sizeof(def)) ||
        !row_at(v, table, at + def.vd_aux, &aux, sizeof(aux)) ||
        wk_view_string(v, aux.vda_name) == NULL || ++n > MAX_VERSIONS)
      return misplaced(v, what);
    if ((def.vd_ndx & MAX_VERSIONS) > *high)
      *high = def.vd_ndx & MAX_VERSIONS;
    if (def.vd_next == 0) return WK_OK;
  }
}

/* }====================================================== */


/* what is undefined is to be found elsewhere: nothing else may be said of it */
static int is_sound (const wk_View *v, const Sym *sym) {
  const unsigned visibility = sym->st_other & 3u;
  if (sym->st_name >= v->nstrings) return 0;
  if (sym->st_shndx != SHN_UNDEF) return 1;
#if !defined(__mips__)   /* there it may be called through an address here */
  if (sym->st_value != 0) return 0;
#endif
  return visibility == STV_DEFAULT || visibility == STV_PROTECTED;
}


/* each symbol has a name among the names, and a version among the versions */
static wk_Code check_symbols (const wk_View *v, uint32_t high) {
  const uint64_t symbols = wk_view_value(v, DT_SYMTAB);
  const uint64_t versym = wk_view_value(v, DT_VERSYM);
  const char *s, *versions = NULL;
  uint64_t n, i;
  if (!wk_view_symbols(v, &n)) return misplaced(v, "table of hashes");
  if (n == 0) return WK_OK;
  s = symbols % sizeof(Word) == 0
        ? wk_view_address(v, symbols, n * sizeof(Sym)) : NULL;
  if (!wk_view_has(v, DT_SYMTAB) || s == NULL)
    return misplaced(v, "symbols");
  if (wk_view_value(v, DT_SYMENT) != sizeof(Sym))
    return wk_view_damaged(v, "has symbols of another size");
  for (i = 0; i < n; i++) {
    Sym sym;
    memcpy(&sym, s + i * sizeof(sym), sizeof(sym));
    if (!is_sound(v, &sym))
      return wk_view_damaged(v, "has a symbol that cannot be");
  }
  if (wk_view_has(v, DT_VERSYM)) {
    if (versym % 2 == 0 && high > 0)
      versions = wk_view_address(v, versym, n * sizeof(uint16_t));
    if (versions == NULL) return misplaced(v, "versions of symbols");
  }
  else if (high > 0) return misplaced(v, "versions of symbols");
  for (i = 0; versions != NULL && i < n; i++) {
    uint16_t version;
    memcpy(&version, versions + i * sizeof(version), sizeof(version));
    if ((version & MAX_VERSIONS) > high)
      return wk_view_damaged(v, "has a symbol of a version that is not there");
  }
  return WK_OK;
}


wk_Code wk_view_tables (const wk_View *v) {
  uint32_t high = 0;
  wk_Code code = check_relocations(v);
  if (code == WK_OK) code = check_calls(v);
  if (code == WK_OK) code = check_verneed(v, &high);
  if (code == WK_OK) code = check_verdef(v, &high);
  if (code == WK_OK) code = check_symbols(v, high);
  return code;
}
