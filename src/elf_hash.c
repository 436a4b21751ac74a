/*
** elf_hash.c -- which functions a shared object exports.
**
** A file of the room `elf` (see elf.h).  Calls no other room.
**
** The linker finds a name through one of two tables of hashes; a symbol that
** they do not lead to is none, so this goes the same ways.
*/

#define _POSIX_C_SOURCE 200809L
#include "elf_view.h"

#define HIDDEN         0x8000u  /* in the number of a version */
#define FIRST_VERSION  2        /* those below mean none */


/* symbol i; 0 when it is not in the file */
static int symbol (const wk_View *v, uint32_t i, Sym *sym) {
  const char *s = wk_view_address(v, wk_view_value(v, DT_SYMTAB) +
                                     (uint64_t)i * sizeof(Sym), sizeof(Sym));
  if (s == NULL) return 0;
  memcpy(sym, s, sizeof(*sym));
  return 1;
}


/* the number of its version, with HIDDEN when it is not the default one */
static unsigned version (const wk_View *v, uint32_t i) {
  const char *s;
  uint16_t n;
  if (!wk_view_has(v, DT_VERSYM)) return FIRST_VERSION - 1;
  s = wk_view_address(v, wk_view_value(v, DT_VERSYM) + (uint64_t)i * 2, 2);
  if (s == NULL) return HIDDEN | FIRST_VERSION;
  memcpy(&n, s, sizeof(n));
  return n;
}


/* a function that others can find, and whose code is there */
static int is_exported (const wk_View *v, const Sym *sym) {
  unsigned type = sym->st_info & 0xFu, bind = sym->st_info >> 4;
  unsigned visibility = sym->st_other & 3u;
  return (type == STT_FUNC || type == STT_NOTYPE) &&
         (bind == STB_GLOBAL || bind == STB_WEAK) &&
         (visibility == STV_DEFAULT || visibility == STV_PROTECTED) &&
         sym->st_shndx != SHN_UNDEF && sym->st_shndx < SHN_LORESERVE &&
         wk_view_code(v, sym->st_value);
}


/* does the linker see a symbol of this name in it, of whatever kind? */
static int is_named (const wk_View *v, const Sym *sym, const char *name) {
  static const unsigned types = 1u << STT_NOTYPE | 1u << STT_OBJECT |
    1u << STT_FUNC | 1u << STT_COMMON | 1u << STT_TLS | 1u << STT_GNU_IFUNC;
  const unsigned type = sym->st_info & 0xFu;
  const char *s = wk_view_string(v, sym->st_name);
  if (s == NULL) return 0;  /* GCOVR_EXCL_BR_LINE: names were looked at */
  return strcmp(s, name) == 0 && (types >> type & 1) &&
         (sym->st_value != 0 || sym->st_shndx == SHN_ABS || type == STT_TLS);
}


/* what the linker has found of a name */
typedef struct Found {
  unsigned count;
  Sym sym;
} Found;


/* Looks at symbol i.  1: it is the one that the linker takes.  One that has a
   version is taken if it is the default one, and the only one of its name. */
static int look (const wk_View *v, uint32_t i, const char *name,
                 Found *found) {
  unsigned n;
  Sym sym;
  if (!symbol(v, i, &sym) || !is_named(v, &sym, name)) return 0;
  n = version(v, i);
  if ((n & ~HIDDEN) < FIRST_VERSION) found->count = 1;
  else if (n & HIDDEN) return 0;
  else found->count++;
  found->sym = sym;
  return (n & ~HIDDEN) < FIRST_VERSION;
}


/* the table that `-Wl,--hash-style=gnu` makes: four numbers, a filter of
   words, buckets, and for each symbol from `first` on its hash, whose last
   bit ends a bucket */
typedef struct GnuHash {
  uint32_t nbuckets, first, nwords, shift;
  uint64_t filter, buckets, chains;    /* places in the file */
  uint64_t nchains;                    /* as many as may be there */
} GnuHash;


static int gnu_hash (const wk_View *v, GnuHash *h) {
  uint64_t left, filter, buckets, table;
  if (!wk_view_has(v, DT_GNU_HASH) ||
      !wk_view_place(v, wk_view_value(v, DT_GNU_HASH), &table, &left) ||
      left < 16) return 0;
  h->nbuckets = wk_view_word(v, table);
  h->first = wk_view_word(v, table + 4);
  h->nwords = wk_view_word(v, table + 8);
  h->shift = wk_view_word(v, table + 12) & 31;
  filter = (uint64_t)h->nwords * sizeof(Word);
  buckets = (uint64_t)h->nbuckets * 4;
  if (h->nwords == 0 || (h->nwords & (h->nwords - 1)) != 0 ||
      h->nbuckets == 0 || filter + buckets > left - 16) return 0;
  h->filter = table + 16;
  h->buckets = h->filter + filter;
  h->chains = h->buckets + buckets;
  h->nchains = (left - 16 - filter - buckets) / 4;
  return 1;
}


/* looks as the linker looks, the filter included: what it does not find is
   not there */
static void in_gnu_hash (const wk_View *v, const char *name, Found *found) {
  const unsigned bits = sizeof(Word) * 8;
  const unsigned char *s = (const unsigned char *)name;
  uint32_t hash = 5381, i;
  GnuHash h;
  Word mask, filter;
  const char *at;
  if (!gnu_hash(v, &h)) return;
  for (; *s != '\0'; s++) hash = hash * 33 + *s;
  at = wk_view_at(v, h.filter + (uint64_t)(hash / bits & (h.nwords - 1)) *
                                sizeof(Word), sizeof(Word));
  if (at == NULL) return;
  memcpy(&filter, at, sizeof(filter));
  mask = (Word)1 << (hash % bits) | (Word)1 << ((hash >> h.shift) % bits);
  if ((filter & mask) != mask) return;
  i = wk_view_word(v, h.buckets + (uint64_t)(hash % h.nbuckets) * 4);
  if (i < h.first) return;
  for (;; i++) {
    uint32_t other;
    if (i - h.first >= h.nchains) return;
    other = wk_view_word(v, h.chains + (uint64_t)(i - h.first) * 4);
    if ((other | 1) == (hash | 1) && look(v, i, name, found)) return;
    if (other & 1) return;
  }
}


/* the table of `--hash-style=sysv`: two numbers, buckets, chains of
   symbols */
typedef struct Hash {
  uint32_t nbuckets, nchains;
  uint64_t buckets, chains;            /* places in the file */
} Hash;


static int sysv_hash (const wk_View *v, Hash *h) {
  uint64_t left, table, buckets;
  if (!wk_view_has(v, DT_HASH) ||
      !wk_view_place(v, wk_view_value(v, DT_HASH), &table, &left) || left < 8)
    return 0;
  h->nbuckets = wk_view_word(v, table);
  h->nchains = wk_view_word(v, table + 4);
  buckets = (uint64_t)h->nbuckets * 4;
  if (h->nbuckets == 0 || buckets + (uint64_t)h->nchains * 4 > left - 8)
    return 0;
  h->buckets = table + 8;
  h->chains = h->buckets + buckets;
  return 1;
}


/* a chain that runs in a circle ends after as many steps as there are
   symbols */
static void in_hash (const wk_View *v, const char *name, Found *found) {
  const unsigned char *s = (const unsigned char *)name;
  uint32_t hash = 0, i, steps;
  Hash h;
  if (!sysv_hash(v, &h)) return;
  for (; *s != '\0'; s++) {
    uint32_t high;
    hash = (hash << 4) + *s;
    high = hash & 0xF0000000u;
    hash = (hash ^ (high >> 24)) & ~high;
  }
  i = wk_view_word(v, h.buckets + (uint64_t)(hash % h.nbuckets) * 4);
  for (steps = 0; i != 0 && i < h.nchains && steps < h.nchains; steps++) {
    if (look(v, i, name, found)) return;
    i = wk_view_word(v, h.chains + (uint64_t)i * 4);
  }
}


/* the linker does not look into the old table when there is the new one */
int wk_view_exports (const wk_View *v, const char *name) {
  Found found;
  found.count = 0;
  if (wk_view_has(v, DT_GNU_HASH)) in_gnu_hash(v, name, &found);
  else in_hash(v, name, &found);
  return found.count == 1 && is_exported(v, &found.sym);
}


/* the chains of the new table lie one behind the other: where the last one
   ends, all have */
static int count_gnu (const wk_View *v, const GnuHash *h, uint64_t *n) {
  const char *s = wk_view_at(v, h->buckets, (uint64_t)h->nbuckets * 4);
  uint32_t last = 0, i, word;
  if (s == NULL) return 0;
  for (i = 0; i < h->nbuckets; i++) {
    memcpy(&word, s + (size_t)i * 4, sizeof(word));
    if (word != 0 && word < h->first) return 0;
    if (word > last) last = word;
  }
  if (last == 0) return 1;
  for (;; last++) {
    const uint64_t at = last - h->first;
    s = at < h->nchains ? wk_view_at(v, h->chains + at * 4, 4) : NULL;
    if (s == NULL) return 0;
    memcpy(&word, s, sizeof(word));
    if (word & 1) break;
  }
  *n = (uint64_t)last + 1;
  return 1;
}


/* each symbol is in one chain at most, or chains do not end */
static int count_sysv (const wk_View *v, const Hash *h, uint64_t *n) {
  const char *s = wk_view_at(v, h->buckets, ((uint64_t)h->nbuckets +
                                             h->nchains) * 4);
  uint32_t i, steps = 0, next;
  if (s == NULL) return 0;
  for (i = 0; i < h->nbuckets; i++) {
    memcpy(&next, s + (size_t)i * 4, sizeof(next));
    while (next != 0) {
      if (next >= h->nchains || ++steps >= h->nchains) return 0;
      memcpy(&next, s + ((size_t)h->nbuckets + next) * 4, sizeof(next));
    }
  }
  *n = h->nchains;
  return 1;
}


/* a table that is none leads to no symbol */
int wk_view_symbols (const wk_View *v, uint64_t *n) {
  GnuHash new;
  Hash old;
  *n = 0;
  if (wk_view_has(v, DT_GNU_HASH))
    return gnu_hash(v, &new) ? count_gnu(v, &new, n) : 1;
  return sysv_hash(v, &old) ? count_sysv(v, &old, n) : 1;
}


void wk_view_each (const wk_View *v, wk_ElfName each, void *ud) {
  uint64_t i = 0, n;
  int count = 0;
  GnuHash h;
  Sym sym;
  if (!wk_view_symbols(v, &n)) return;
  if (gnu_hash(v, &h)) i = h.first;
  for (; i < n && count < WK_ELF_NAMES; i++) {
    const char *s;
    if (!symbol(v, (uint32_t)i, &sym)) break;
    s = wk_view_string(v, sym.st_name);
    if (s == NULL) continue;  /* GCOVR_EXCL_BR_LINE: names were looked at */
    if (*s == '\0' || (version(v, (uint32_t)i) & HIDDEN) ||
        !is_exported(v, &sym)) continue;
    each(ud, s, strnlen(s, WK_ELF_SHOWN));
    count++;
  }
}
