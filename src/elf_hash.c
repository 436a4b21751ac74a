/*
** elf_hash.c -- which functions a shared object exports.
**
** A file of the room `elf` (see elf.h).  Calls no other room.
**
** The linker finds a name through one of two tables of hashes; a symbol that
** they do not lead to is none, so this goes the same ways.
*/

#include "elf_view.h"


/* symbol i; 0 when it is not in the file */
static int symbol (const wk_View *v, uint32_t i, Sym *sym) {
  const char *s = wk_view_address(v, v->symbols + (uint64_t)i * sizeof(Sym),
                                  sizeof(Sym));
  if (s == NULL) return 0;
  memcpy(sym, s, sizeof(*sym));
  return 1;
}


/* a function that others can find, and whose code is there */
static int is_exported (const wk_View *v, const Sym *sym) {
  unsigned type = sym->st_info & 0xFu, bind = sym->st_info >> 4;
  unsigned visibility = sym->st_other & 3u;
  int i;
  if ((type != STT_FUNC && type != STT_NOTYPE) ||
      (bind != STB_GLOBAL && bind != STB_WEAK) ||
      (visibility != STV_DEFAULT && visibility != STV_PROTECTED) ||
      sym->st_shndx == SHN_UNDEF || sym->st_shndx >= SHN_LORESERVE)
    return 0;
  for (i = 0; i < v->nloads; i++) {
    const Phdr *p = &v->loads[i];
    if ((p->p_flags & PF_X) && sym->st_value >= p->p_vaddr &&
        sym->st_value - p->p_vaddr < p->p_filesz) return 1;
  }
  return 0;
}


static int is_named (const wk_View *v, const Sym *sym, const char *name) {
  const char *s = wk_view_string(v, sym->st_name);
  return s != NULL && strcmp(s, name) == 0 && is_exported(v, sym);
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
  if (v->gnu_hash == 0 ||
      !wk_view_place(v, v->gnu_hash, &table, &left) || left < 16) return 0;
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
static int in_gnu_hash (const wk_View *v, const char *name) {
  const unsigned bits = sizeof(Word) * 8;
  const unsigned char *s = (const unsigned char *)name;
  uint32_t hash = 5381, i;
  GnuHash h;
  Word mask, filter;
  const char *at;
  Sym sym;
  if (!gnu_hash(v, &h)) return 0;
  for (; *s != '\0'; s++) hash = hash * 33 + *s;
  at = wk_view_at(v, h.filter + (uint64_t)(hash / bits & (h.nwords - 1)) *
                                sizeof(Word), sizeof(Word));
  if (at == NULL) return 0;
  memcpy(&filter, at, sizeof(filter));
  mask = (Word)1 << (hash % bits) | (Word)1 << ((hash >> h.shift) % bits);
  if ((filter & mask) != mask) return 0;
  i = wk_view_word(v, h.buckets + (uint64_t)(hash % h.nbuckets) * 4);
  if (i < h.first) return 0;
  for (;; i++) {
    uint32_t other;
    if (i - h.first >= h.nchains) return 0;
    other = wk_view_word(v, h.chains + (uint64_t)(i - h.first) * 4);
    if ((other | 1) == (hash | 1) && symbol(v, i, &sym) &&
        is_named(v, &sym, name)) return 1;
    if (other & 1) return 0;
  }
}


/* the table of `--hash-style=sysv`: two numbers, buckets, chains of symbols;
   a chain that runs in a circle ends after as many steps as there are
   symbols */
static int in_hash (const wk_View *v, const char *name) {
  const unsigned char *s = (const unsigned char *)name;
  uint64_t left, table, buckets, chains;
  uint32_t hash = 0, nbuckets, nchains, i, steps;
  Sym sym;
  if (v->hash == 0 || !wk_view_place(v, v->hash, &table, &left) || left < 8)
    return 0;
  nbuckets = wk_view_word(v, table);
  nchains = wk_view_word(v, table + 4);
  buckets = (uint64_t)nbuckets * 4;
  if (nbuckets == 0 || buckets + (uint64_t)nchains * 4 > left - 8) return 0;
  for (; *s != '\0'; s++) {
    uint32_t high;
    hash = (hash << 4) + *s;
    high = hash & 0xF0000000u;
    hash = (hash ^ (high >> 24)) & ~high;
  }
  chains = table + 8 + buckets;
  i = wk_view_word(v, table + 8 + (uint64_t)(hash % nbuckets) * 4);
  for (steps = 0; i != 0 && i < nchains && steps < nchains; steps++) {
    if (symbol(v, i, &sym) && is_named(v, &sym, name)) return 1;
    i = wk_view_word(v, chains + (uint64_t)i * 4);
  }
  return 0;
}


/* the linker does not look into the old table when there is the new one */
int wk_view_exports (const wk_View *v, const char *name) {
  return v->gnu_hash != 0 ? in_gnu_hash(v, name) : in_hash(v, name);
}


/* the first symbol that may be exported, and how many there are */
static void symbol_range (const wk_View *v, uint64_t *from, uint64_t *to) {
  uint64_t left, table;
  GnuHash h;
  uint32_t i, last = 0;
  *from = *to = 0;
  if (gnu_hash(v, &h)) {
    for (i = 0; i < h.nbuckets; i++) {
      uint32_t first = wk_view_word(v, h.buckets + (uint64_t)i * 4);
      if (first > last) last = first;
    }
    if (last < h.first) return;
    *from = h.first;
    for (*to = last; *to - h.first < h.nchains; ++*to)
      if (wk_view_word(v, h.chains + (*to - h.first) * 4) & 1) break;
    ++*to;
  }
  else if (v->gnu_hash == 0 && v->hash != 0 &&
           wk_view_place(v, v->hash, &table, &left) && left >= 8)
    *to = wk_view_word(v, table + 4);
}


void wk_view_each (const wk_View *v, wk_ElfName each, void *ud) {
  uint64_t i, to;
  Sym sym;
  for (symbol_range(v, &i, &to); i < to; i++) {
    const char *s;
    if (!symbol(v, (uint32_t)i, &sym)) break;
    s = wk_view_string(v, sym.st_name);
    if (s != NULL && *s != '\0' && is_exported(v, &sym))
      each(ud, s, strlen(s));
  }
}
