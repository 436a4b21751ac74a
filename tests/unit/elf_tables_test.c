/*
** elf_tables_test.c -- what the linker would believe: tables that are not
** where they should be, names and versions that lead elsewhere, texts and
** lists without an end.  tests/fault/linker_test.c loads what is accepted.
*/

#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "elf_ground.h"
#include "leak.h"


#define NOWHERE  0x7777777770u
#define DATA     0x4000u    /* addresses of one.so, of data and of code, */
#define TEXT     0x1000u
#define HASH     0x260u     /* and of a table */


/* is it refused as damaged, and with this note? */
static int is_damaged (const Bytes *b, const char *name, const char *note) {
  const wk_Code code = check_as(b, name);
  if (code == WK_EELF && strstr(fail.notes[0], note) != NULL) return 1;
  print_message("# %s, not `%s`: %s: %s\n", name, note,
                wk_code_info(code)->name,
                code != WK_OK ? fail.notes[0] : "");
  return 0;
}


/*
** {======================================================
** Entries
** =======================================================
*/

/* an entry that says something else; with ABSENT it is not there */
#define ABSENT  UINT64_MAX

static const struct {
  int64_t tag;
  uint64_t value;
  const char *note;
} rows[] = {
  {DT_RELA, NOWHERE, "has its relocations in no segment"},
  {DT_RELA, 1, "has its relocations in no segment"},
  {DT_RELA, ABSENT, "does not say well how large its relocations are"},
  {DT_RELASZ, 1, "does not say well how large its relocations are"},
  {DT_RELASZ, 24 << 20, "has its relocations in no segment"},
  {DT_RELASZ, ABSENT, "does not say well how large its relocations are"},
  {DT_RELAENT, 1, "does not say well how large its relocations are"},
  {DT_RELAENT, ABSENT, "does not say well how large its relocations are"},
  {DT_RELACOUNT, 1000, "does not say well how large its relocations are"},
  {DT_RELACOUNT, 5, "does not say well how large its relocations are"},
  {DT_RELACOUNT, UINT64_MAX - 1,
   "does not say well how large its relocations are"},
  {DT_JMPREL, NOWHERE, "has its relocations of functions in no segment"},
  {DT_JMPREL, ABSENT, "has relocations of another kind"},
  {DT_PLTREL, ABSENT, "has relocations of another kind"},
  {DT_PLTREL, 1, "has relocations of another kind"},
  {DT_PLTREL, DT_REL, "has relocations of another kind"},
  {DT_PLTRELSZ, 1, "how large its relocations of functions are"},
  {DT_PLTRELSZ, 24 << 20, "has its relocations of functions in no segment"},
  {DT_PLTRELSZ, ABSENT, "how large its relocations of functions are"},
  {DT_INIT, 0, "begins or ends with what is no code"},
  {DT_INIT, NOWHERE, "begins or ends with what is no code"},
  {DT_INIT, DATA, "begins or ends with what is no code"},
  {DT_FINI, HASH, "begins or ends with what is no code"},
  {DT_INIT_ARRAY, NOWHERE, "has its constructors in no segment"},
  {DT_INIT_ARRAY, TEXT, "has its constructors in no segment"},
  {DT_INIT_ARRAY, DATA + 4, "has its constructors in no segment"},
  {DT_INIT_ARRAY, ABSENT, "does not say well how large its constructors are"},
  {DT_INIT_ARRAYSZ, 9, "does not say well how large its constructors are"},
  {DT_INIT_ARRAYSZ, 1 << 20, "has its constructors in no segment"},
  {DT_INIT_ARRAYSZ, ABSENT,
   "does not say well how large its constructors are"},
  {DT_FINI_ARRAY, HASH, "has its destructors in no segment"},
  {DT_FINI_ARRAYSZ, 7, "does not say well how large its destructors are"},
  {DT_SYMTAB, NOWHERE, "has its symbols in no segment"},
  {DT_SYMTAB, HASH + 4, "has its symbols in no segment"},
  {DT_SYMTAB, ABSENT, "has its symbols in no segment"},
  {DT_SYMTAB, TEXT, "has a symbol that cannot be"},
  {DT_SYMENT, ABSENT, "has symbols of another size"},
  {DT_STRTAB, ABSENT, "has its names in no segment"},
  {DT_STRTAB, NOWHERE, "has its names in no segment"},
  {DT_STRSZ, ABSENT, "has its names in no segment"},
  {DT_VERSYM, NOWHERE, "has its versions of symbols in no segment"},
  {DT_VERSYM, HASH + 1, "has its versions of symbols in no segment"},
  {DT_VERSYM, HASH, "has a symbol of a version that is not there"},
  {DT_VERSYM, ABSENT, "has its versions of symbols in no segment"},
  {DT_VERNEED, NOWHERE, "has its versions of other libraries in no segment"},
  {DT_VERNEED, HASH + 1, "has its versions of other libraries in no segment"},
  {DT_VERNEED, ABSENT, "has its versions of symbols in no segment"},
  {DT_NEEDED, ABSENT, "needs versions of a library that it does not need"},
  {DT_NEEDED, 1, "needs versions of a library that it does not need"}
};


static void entries_are_wrong (void **state) {
  Bytes b = plugin("one");
  size_t i;
  int wrong = 0;
  (void)state;
  assert_int_equal(check_as(&b, "p.one"), WK_OK);
  assert_int_equal(entry(&b, DT_GNU_HASH)->d_un.d_ptr, HASH);
  for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
    Dyn *d = entry(&b, rows[i].tag), was = *d;
    if (rows[i].value == ABSENT) d->d_tag = DT_DEBUG;
    else d->d_un.d_val = rows[i].value;
    if (!is_damaged(&b, "p.one", rows[i].note)) {
      print_message("# entry 0x%llx = 0x%llx\n", (long long)rows[i].tag,
                    (unsigned long long)rows[i].value);
      wrong++;
    }
    *d = was;
  }
  assert_int_equal(wrong, 0);
  free(b.s);
}


/* the value 0 is one, too */
static void twice_with_zero (void **state) {
  Bytes b = plugin("one");
  (void)state;
  entry(&b, DT_INIT)->d_un.d_val = 0;
  entry(&b, DT_INIT)->d_tag = DT_STRTAB;
  assert_true(is_damaged(&b, "p.one", "an entry of its dynamic section twice"));
  free(b.s);
}


/* The linker takes the table of functions for the end of the other one, when
   both end at one place: then it must not be the larger one. */
static void one_in_the_other (void **state) {
  Bytes b = plugin("one");
  const uint64_t end = entry(&b, DT_RELA)->d_un.d_ptr +
                       entry(&b, DT_RELASZ)->d_un.d_val;
  (void)state;
  entry(&b, DT_PLTRELSZ)->d_un.d_val = 240;
  entry(&b, DT_JMPREL)->d_un.d_val = end - 240;
  entry(&b, DT_RELASZ)->d_un.d_val = 24;
  entry(&b, DT_RELA)->d_un.d_val = end - 24;
  entry(&b, DT_RELACOUNT)->d_un.d_val = 0;
  assert_true(is_damaged(&b, "p.one", "how large its relocations are"));
  entry(&b, DT_RELASZ)->d_un.d_val = 240;
  entry(&b, DT_RELA)->d_un.d_val = end - 240;
  assert_int_equal(check_as(&b, "p.one"), WK_OK);
  free(b.s);
}


/* without any relocations nobody puts the addresses of constructors there */
static void lost_relocations (void **state) {
  static const int64_t lost[] = {
    DT_RELA, DT_RELASZ, DT_RELAENT, DT_JMPREL, DT_PLTREL, DT_PLTRELSZ
  };
  Bytes b = plugin("one");
  size_t i;
  (void)state;
  for (i = 0; i < sizeof(lost) / sizeof(*lost); i++)
    entry(&b, lost[i])->d_tag = DT_DEBUG;
  assert_true(is_damaged(&b, "p.one", "has lost its relocations"));
  entry(&b, DT_INIT_ARRAYSZ)->d_un.d_val = 0;
  entry(&b, DT_FINI_ARRAYSZ)->d_un.d_val = 0;
  assert_int_equal(check_as(&b, "p.one"), WK_OK);
  free(b.s);
}


static void table_is_gone (void **state) {
  Bytes b = plugin("one");
  (void)state;
  entry(&b, DT_INIT_ARRAY)->d_tag = DT_DEBUG;
  assert_true(is_damaged(&b, "p.one", "how large its constructors are"));
  free(b.s);
}


/* the linker writes into it, unless its header says otherwise */
static void dynamic_is_written (void **state) {
  Bytes b = plugin("one");
  Phdr *p = segment(&b, PT_LOAD, 3);
  (void)state;
  segment(&b, PT_GNU_RELRO, 0)->p_memsz = 0;
  p->p_flags = PF_R;
  assert_true(is_damaged(&b, "p.one", "where nobody writes"));
  segment(&b, PT_DYNAMIC, 0)->p_flags = PF_R;
  assert_true(is_damaged(&b, "p.one", "its constructors in no segment"));
  p->p_flags = PF_W;
  assert_true(is_damaged(&b, "p.one", "its dynamic section in no segment"));
  free(b.s);
}

/* }====================================================== */


/*
** {======================================================
** Program headers
** =======================================================
*/

/* gives the header of .eh_frame another meaning: nobody needs it here */
static Phdr *spare (const Bytes *b, unsigned type) {
  Phdr *p = segment(b, PT_GNU_EH_FRAME, 0);
  p->p_type = type;
  return p;
}


static void headers_elsewhere (void **state) {
  Bytes b = plugin("one");
  Phdr *p = spare(&b, PT_PHDR);
  (void)state;
  p->p_vaddr = head(&b)->e_phoff;
  assert_int_equal(check_as(&b, "p.one"), WK_OK);
  p->p_vaddr += 8;
  assert_true(is_damaged(&b, "p.one", "has its program headers elsewhere"));
  p->p_vaddr = NOWHERE;
  assert_true(is_damaged(&b, "p.one", "has its program headers elsewhere"));
  free(b.s);
}


static void alignments (void **state) {
  Bytes b = plugin("one");
  (void)state;
  segment(&b, PT_LOAD, 0)->p_align = 0x3000;
  assert_true(is_damaged(&b, "p.one", "that begins beside its page"));
  free(b.s);
}


static void variables_of_threads (void **state) {
  static const char *const sizes = "variables of threads of an impossible";
  Bytes b = plugin("versions");
  Phdr *p = segment(&b, PT_TLS, 0), was = *p;
  (void)state;
  assert_int_equal(check_as(&b, "p.versions"), WK_OK);
  p->p_filesz = p->p_memsz + 1;
  assert_true(is_damaged(&b, "p.versions", sizes));
  *p = was, p->p_align = 0;
  assert_true(is_damaged(&b, "p.versions", sizes));
  *p = was, p->p_align = 3;
  assert_true(is_damaged(&b, "p.versions", sizes));
  *p = was, p->p_vaddr = NOWHERE;
  assert_true(is_damaged(&b, "p.versions", "variables of threads in no"));
  p->p_filesz = 0;
  assert_int_equal(check_as(&b, "p.versions"), WK_OK);
  *p = was, p->p_filesz = p->p_memsz = 0x10000;
  assert_true(is_damaged(&b, "p.versions", "variables of threads in no"));
  free(b.s);
}


/* pages that become read-only are its own, and were writable */
static void protects_others (void **state) {
  static const char *const note = "protects what is not its own";
  Bytes b = plugin("one");
  Phdr *p = segment(&b, PT_GNU_RELRO, 0), was = *p;
  (void)state;
  p->p_memsz = 0x100000;
  assert_true(is_damaged(&b, "p.one", note));
  *p = was, p->p_vaddr += 0x100000;
  assert_true(is_damaged(&b, "p.one", note));
  *p = was, p->p_vaddr = TEXT;
  assert_true(is_damaged(&b, "p.one", note));
  *p = was, p->p_vaddr = segment(&b, PT_LOAD, 2)->p_vaddr;
  assert_true(is_damaged(&b, "p.one", note));
  *p = was, p->p_memsz = 0x2000 - p->p_vaddr % 0x1000;
  assert_int_equal(check_as(&b, "p.one"), WK_OK);   /* all of its pages */
  p->p_memsz++;
  assert_true(is_damaged(&b, "p.one", note));
  p->p_memsz = 0, p->p_vaddr = NOWHERE;
  assert_int_equal(check_as(&b, "p.one"), WK_OK);
  free(b.s);
}


static void notes (void **state) {
  Bytes b = plugin("one");
  Phdr *p = segment(&b, PT_NOTE, 0), was = *p;
  ElfW(Nhdr) *note = (ElfW(Nhdr) *)(void *)(b.s + p->p_offset);
  (void)state;
  p->p_vaddr = NOWHERE;
  assert_true(is_damaged(&b, "p.one", "has its notes in no segment"));
  *p = was, p->p_memsz = 0x100000;
  assert_true(is_damaged(&b, "p.one", "has its notes in no segment"));
  /* only notes that are aligned so are read */
  *p = was, note->n_descsz = 0x10000;
  assert_int_equal(check_as(&b, "p.one"), WK_OK);
  p->p_align = sizeof(ElfW(Addr));
  assert_true(is_damaged(&b, "p.one", "has a note that does not end"));
  note->n_descsz = 0xFFFFFFFFu;
  assert_true(is_damaged(&b, "p.one", "has a note that does not end"));
  note->n_descsz = 16;
  note->n_namesz = 0xFFFFFFFFu;
  assert_true(is_damaged(&b, "p.one", "has a note that does not end"));
  note->n_namesz = 4;
  assert_int_equal(check_as(&b, "p.one"), WK_OK);
  p->p_type = PT_GNU_PROPERTY;
  note->n_descsz = 32;
  assert_true(is_damaged(&b, "p.one", "has a note that does not end"));
  p->p_memsz = 0;
  assert_int_equal(check_as(&b, "p.one"), WK_OK);
  free(b.s);
}


/* one of two says that the stack is executable */
static void two_stacks (void **state) {
  Bytes b = plugin("one");
  Phdr *p = segment(&b, PT_GNU_STACK, 0);
  (void)state;
  *segment(&b, PT_NOTE, 0) = *p;
  p = segment(&b, PT_GNU_STACK, 0);
  p->p_flags |= PF_X;
  assert_int_equal(check_as(&b, "p.one"), WK_EHAZARD);
  p->p_flags = PF_R | PF_W;
  segment(&b, PT_GNU_STACK, 1)->p_flags |= PF_X;
  assert_int_equal(check_as(&b, "p.one"), WK_EHAZARD);
  free(b.s);
}

/* }====================================================== */


/*
** {======================================================
** Versions, symbols, hashes
** =======================================================
*/

static ElfW(Verneed) *verneed (const Bytes *b) {
  return (ElfW(Verneed) *)(void *)place(b, entry(b, DT_VERNEED)->d_un.d_ptr);
}


static void versions_of_others (void **state) {
  static const char what[] = "versions of other libraries";
  Bytes b = plugin("versions");
  ElfW(Verneed) *need = verneed(&b), was = *need;
  ElfW(Vernaux) *aux = (ElfW(Vernaux) *)(void *)((char *)need + need->vn_aux);
  ElfW(Vernaux) once = *aux;
  (void)state;
  assert_int_not_equal(need->vn_next, 0);    /* of two libraries */
  need->vn_file = 0x7FFFFFFF;
  assert_true(is_damaged(&b, "p.versions", what));
  *need = was, need->vn_file++;
  assert_true(is_damaged(&b, "p.versions", "that it does not need"));
  *need = was, need->vn_aux = 0x7FFFFFFC;
  assert_true(is_damaged(&b, "p.versions", what));
  *need = was, need->vn_aux += 2;
  assert_true(is_damaged(&b, "p.versions", what));
  *need = was, need->vn_next = 0x7FFFFFFC;
  assert_true(is_damaged(&b, "p.versions", what));
  *need = was, aux->vna_name = 0x7FFFFFFF;
  assert_true(is_damaged(&b, "p.versions", what));
  *aux = once, aux->vna_next = 0x7FFFFFFC;
  assert_true(is_damaged(&b, "p.versions", what));
  /* a number that is lower than those of symbols */
  *aux = once, aux->vna_other = 1;
  need = (ElfW(Verneed) *)(void *)((char *)need + need->vn_next);
  ((ElfW(Vernaux) *)(void *)((char *)need + need->vn_aux))->vna_other = 1;
  assert_true(is_damaged(&b, "p.versions", "a version that is not there"));
  free(b.s);
}


static void own_versions (void **state) {
  Bytes b = plugin("versions");
  ElfW(Verdef) *def = (ElfW(Verdef) *)(void *)
    place(&b, entry(&b, DT_VERDEF)->d_un.d_ptr), was = *def;
  (void)state;
  def->vd_aux = 0x7FFFFFFC;
  assert_true(is_damaged(&b, "p.versions", "has its own versions in no"));
  *def = was, def->vd_next = 0x7FFFFFFC;
  assert_true(is_damaged(&b, "p.versions", "has its own versions in no"));
  *def = was, def->vd_next = 1;
  assert_true(is_damaged(&b, "p.versions", "has its own versions in no"));
  *def = was;
  ((ElfW(Verdaux) *)(void *)((char *)def + def->vd_aux))->vda_name = 1 << 30;
  assert_true(is_damaged(&b, "p.versions", "has its own versions in no"));
  free(b.s);
}


/* the version of a symbol of the old table, whose symbols are counted */
static uint16_t *version_of (const Bytes *b, const char *name) {
  const Sym *first = (const Sym *)(const void *)
    place(b, entry(b, DT_SYMTAB)->d_un.d_ptr);
  return (uint16_t *)(void *)place(b, entry(b, DT_VERSYM)->d_un.d_ptr) +
         (symbol(b, name) - first);
}


static wk_Code of_versions (const Bytes *b) {
  return check_as(b, "p.versions");
}


/* the linker finds an entry that has no version, or is the default one */
static void version_of_the_entry (void **state) {
  Bytes b = plugin("versions");
  uint16_t *version = version_of(&b, "luaopen_versions");
  char *text;
  size_t i;
  (void)state;
  assert_int_equal(of_versions(&b), WK_OK);
  assert_int_equal(*version, 2);
  *version |= 0x8000;                     /* luaopen_versions@V1 */
  assert_int_equal(of_versions(&b), WK_ENOENTRY);
  assert_null(strstr(fail.notes[0], "exports luaopen_versions"));
  *version = 0x8001;                      /* no version, whatever it says */
  assert_int_equal(of_versions(&b), WK_OK);
  *version = 0;
  assert_int_equal(of_versions(&b), WK_OK);
  *version = 77;
  assert_true(is_damaged(&b, "p.versions", "a version that is not there"));
  *version = 2;
  /* two of one name: a second symbol gets the name of the first */
  symbol(&b, "clash")->st_name = symbol(&b, "luaopen_versions")->st_name;
  text = place(&b, entry(&b, DT_GNU_HASH)->d_un.d_ptr);
  assert_int_equal(of_versions(&b), WK_OK);
  i = 0;                                  /* and all have one hash */
  {
    uint32_t head_of[4], hash = 5381;
    const char *s;
    for (s = "luaopen_versions"; *s != '\0'; s++)
      hash = hash * 33 + (unsigned char)*s;
    memcpy(head_of, text, sizeof(head_of));
    memset(text + 16, 0xFF, head_of[2] * sizeof(ElfW(Addr)));
    text += 16 + head_of[2] * sizeof(ElfW(Addr));
    for (; i < head_of[0]; i++) memcpy(text + i * 4, &head_of[1], 4);
    text += (size_t)head_of[0] * 4;
    for (i = 0;; i++) {
      uint32_t word;
      memcpy(&word, text + i * 4, sizeof(word));
      if (head_of[1] + i + 1 == 15) break;
      word = hash & ~1u;
      memcpy(text + i * 4, &word, sizeof(word));
    }
    hash |= 1;
    memcpy(text + i * 4, &hash, sizeof(hash));
  }
  assert_int_equal(of_versions(&b), WK_ENOENTRY);
  free(b.s);
}


/* the first of a name that the linker sees is the one, whatever it is */
static void first_of_a_name (void **state) {
  Bytes b = plugin("sysv");
  Sym *one = symbol(&b, "clash"), *other = symbol(&b, "luaopen_sysv");
  (void)state;
  assert_int_equal(check_as(&b, "p.sysv"), WK_OK);
  other->st_value = 0;                    /* it is not seen at all */
  assert_int_equal(check_as(&b, "p.sysv"), WK_ENOENTRY);
  other->st_value = one->st_value;
  other->st_info = ELF64_ST_INFO(STB_GLOBAL, STT_TLS);
  assert_int_equal(check_as(&b, "p.sysv"), WK_ENOENTRY);
  other->st_value = 0;                    /* a thread's may be at 0 */
  assert_int_equal(check_as(&b, "p.sysv"), WK_ENOENTRY);
  other->st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
  other->st_shndx = SHN_ABS;              /* and a number may be 0 */
  assert_int_equal(check_as(&b, "p.sysv"), WK_ENOENTRY);
  free(b.s);
}


/* what is no symbol to the linker: a name of a file, or without a name */
static void no_symbols (void **state) {
  Bytes b = plugin("sysv");
  Sym *entry_symbol = symbol(&b, "luaopen_sysv"), was = *entry_symbol;
  Sym *other = symbol(&b, "clash");
  (void)state;
  entry_symbol->st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FILE);
  assert_int_equal(check_as(&b, "p.sysv"), WK_ENOENTRY);
  assert_non_null(strstr(fail.notes[0], "exports clash"));
  *entry_symbol = was, entry_symbol->st_name = 1 << 30;
  assert_int_equal(check_as(&b, "p.sysv"), WK_EELF);
  *entry_symbol = was, entry_symbol->st_info = ELF64_ST_INFO(STB_GLOBAL, 4);
  /* nor what others have, though there is code at 0 */
  segment(&b, PT_LOAD, 0)->p_flags |= PF_X;
  assert_int_equal(check_as(&b, "p.sysv"), WK_ENOENTRY);
  assert_non_null(strstr(fail.notes[0], "exports clash"));
  assert_null(strstr(fail.notes[0], "getenv"));
  other->st_name = 0;                     /* "" */
  assert_int_equal(check_as(&b, "p.sysv"), WK_ENOENTRY);
  free(b.s);
}


static void undefined_symbols (void **state) {
  Bytes b = plugin("one");
  Sym *sym = symbol(&b, "getenv"), was = *sym;
  (void)state;
  sym->st_value = 8;
  assert_true(is_damaged(&b, "p.one", "has a symbol that cannot be"));
  *sym = was, sym->st_other = STV_HIDDEN;
  assert_true(is_damaged(&b, "p.one", "has a symbol that cannot be"));
  *sym = was, sym->st_other = STV_PROTECTED;
  assert_int_equal(check_as(&b, "p.one"), WK_OK);
  *sym = was, sym->st_name = 1 << 30;
  assert_true(is_damaged(&b, "p.one", "has a symbol that cannot be"));
  free(b.s);
}


static void chains (void **state) {
  static const char *const note = "has its table of hashes in no segment";
  Bytes b = plugin("one");
  char *s = place(&b, entry(&b, DT_GNU_HASH)->d_un.d_ptr);
  uint32_t h[4], word = 0x7FFFFFFF;
  size_t at, end;
  (void)state;
  memcpy(h, s, sizeof(h));
  at = 16 + h[2] * sizeof(ElfW(Addr));
  memcpy(s + at, &word, sizeof(word));    /* a bucket leads far away */
  assert_true(is_damaged(&b, "p.one", note));
  word = h[1] - 1;                        /* and before the chains */
  if (word != 0) {
    memcpy(s + at, &word, sizeof(word));
    assert_true(is_damaged(&b, "p.one", note));
  }
  free(b.s);
  b = plugin("one");
  s = place(&b, entry(&b, DT_GNU_HASH)->d_un.d_ptr);
  at += (size_t)h[0] * 4;
  end = segment(&b, PT_LOAD, 0)->p_filesz;
  for (at += (size_t)(s - b.s); at + 4 <= end; at += 4) b.s[at] &= (char)~1;
  entry(&b, DT_STRSZ)->d_un.d_val = 1;    /* its names were spoiled, too */
  entry(&b, DT_STRTAB)->d_un.d_ptr = 15;
  entry(&b, DT_NEEDED)->d_tag = DT_DEBUG;
  entry(&b, DT_VERNEED)->d_tag = DT_DEBUG;
  assert_true(is_damaged(&b, "p.one", note));
  free(b.s);
  b = plugin("sysv");
  s = place(&b, entry(&b, DT_HASH)->d_un.d_ptr);
  word = 1000;
  memcpy(s + 8, &word, sizeof(word));
  assert_true(is_damaged(&b, "p.sysv", note));
  free(b.s);
}

/* }====================================================== */


/*
** {======================================================
** Long names, many entries
** =======================================================
*/

/* A plugin whose dynamic section lies behind the rest of the file, in a
   segment of its own, with `n` more entries of one tag, which all lead to a
   name of `len` bytes. */
static Bytes enlarged (int64_t tag, size_t n, size_t len) {
  Bytes old = plugin("one"), b;
  const size_t from = (old.len + 0xFFF) & ~(size_t)0xFFF;
  const size_t nstrings = entry(&old, DT_STRSZ)->d_un.d_val;
  const char *names = place(&old, entry(&old, DT_STRTAB)->d_un.d_ptr);
  const Dyn *d;
  size_t count = 0, i;
  Phdr *p;
  Dyn *to;
  for (d = entries(&old); d->d_tag != DT_NULL; d++) count++;
  b.len = from + (count + n + 1) * sizeof(Dyn) + nstrings + len + 1;
  b.s = (char *)calloc(b.len, 1);
  assert_non_null(b.s);
  memcpy(b.s, old.s, old.len);
  to = (Dyn *)(void *)(b.s + from);
  memcpy(to, entries(&old), count * sizeof(Dyn));
  for (i = 0; i < count; i++) {
    if (to[i].d_tag == DT_STRSZ) to[i].d_un.d_val = nstrings + len + 1;
    if (to[i].d_tag == DT_STRTAB)
      to[i].d_un.d_ptr = 0x100000 + (count + n + 1) * sizeof(Dyn);
  }
  for (i = count; i < count + n; i++) {
    to[i].d_tag = tag;
    to[i].d_un.d_val = nstrings;
  }
  memcpy(to + count + n + 1, names, nstrings);
  memset((char *)(to + count + n + 1) + nstrings, 'a', len);
  p = segment(&b, PT_GNU_EH_FRAME, 0);
  p->p_type = PT_LOAD;
  p->p_flags = PF_R | PF_W;
  p->p_offset = from;
  p->p_vaddr = 0x100000;
  p->p_filesz = p->p_memsz = b.len - from;
  p->p_align = 0x1000;
  p = segment(&b, PT_DYNAMIC, 0);
  p->p_offset = from;
  p->p_vaddr = 0x100000;
  p->p_filesz = p->p_memsz = (count + n + 1) * sizeof(Dyn);
  free(old.s);
  return b;
}


/* how many bytes were asked for, in all */
static int count (void *ud, size_t from, size_t size) {
  (void)from;
  *(size_t *)ud += size;
  return 1;
}


/* A million entries share one name of a megabyte: what is looked at does not
   grow with their product. */
static void long_names (void **state) {
  static const struct {
    int64_t tag;
    size_t n, len;
    const char *note;   /* or NULL: it is accepted */
  } cases[] = {
    {DT_NEEDED, 1, 255, NULL},
    {DT_NEEDED, 511, 10, NULL},
    {DT_SONAME, 1, 255, NULL},
    {DT_NEEDED, 1, 256, "a library whose name has more than 255 bytes"},
    {DT_NEEDED, 512, 10, "needs more than 512 libraries"},
    {DT_NEEDED, 1 << 20, 1 << 20, "has more than 4096 entries in its dynamic"},
    {DT_DEBUG, 4000, 10, NULL},
    {DT_DEBUG, 4096, 10, "has more than 4096 entries in its dynamic section"},
    {DT_NEEDED, 500, 1 << 24, "a library whose name has more than 255 bytes"},
    {DT_SONAME, 1, 256, "has a name of its own (SONAME) that is none"},
    {DT_SONAME, 2, 10, "has an entry of its dynamic section twice"}
  };
  size_t i;
  (void)state;
  for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
    Bytes b = enlarged(cases[i].tag, cases[i].n, cases[i].len);
    if (cases[i].note == NULL)
      assert_int_equal(check_as(&b, "p.one"), WK_OK);
    else assert_true(is_damaged(&b, "p.one", cases[i].note));
    free(b.s);
  }
}


static void tally (void *ud, const char *name, size_t len) {
  size_t *sum = (size_t *)ud;
  sum[0]++;
  sum[1] += len;
  assert_int_equal(strnlen(name, len), len);
}


/* what is told of names is bounded, too */
static void told_names (void **state) {
  Bytes b = enlarged(DT_NEEDED, 100, 1 << 20);
  wk_ElfFile file = file_of(&b);
  size_t sum[2] = {0, 0};
  (void)state;
  wk_elf_needed(&file, tally, sum);
  assert_int_equal(sum[0], 101);
  assert_int_equal(sum[1],
                   (size_t)100 * WK_ELF_SHOWN + strlen("libc.so.6"));
  free(b.s);
}


/* a file of many exports that all share one long name */
static void told_exports (void **state) {
  enum {N = 5000};
  Bytes b = enlarged(DT_DEBUG, (size_t)N * 2, 1 << 20);
  wk_ElfFile file = file_of(&b);
  const size_t nstrings = entry(&b, DT_STRSZ)->d_un.d_val;
  Sym *symbols, was = *symbol(&b, "luaopen_one");
  size_t sum[2] = {0, 0}, i;
  uint32_t *hash;
  (void)state;
  /* the entries that mean nothing make room for a table */
  symbols = (Sym *)(void *)(entries(&b) + 100);
  for (i = 0; i < N; i++) {
    symbols[i] = was;
    symbols[i].st_name = (uint32_t)(nstrings - (1 << 20) - 1);
  }
  entry(&b, DT_SYMTAB)->d_un.d_ptr = 0x100000 + 100 * sizeof(Dyn);
  hash = (uint32_t *)(void *)(symbols + N);
  memset(hash, 0, (3 + N) * sizeof(*hash));
  hash[0] = 1, hash[1] = N;
  entry(&b, DT_GNU_HASH)->d_tag = DT_DEBUG;
  entry(&b, DT_INIT)->d_tag = DT_HASH;
  entry(&b, DT_HASH)->d_un.d_ptr =
    0x100000 + 100 * sizeof(Dyn) + N * sizeof(Sym);
  entry(&b, DT_VERSYM)->d_tag = DT_DEBUG;
  entry(&b, DT_VERNEED)->d_tag = DT_DEBUG;
  entries(&b)[99].d_tag = DT_NULL;
  wk_elf_exported(&file, tally, sum);
  assert_int_equal(sum[0], WK_ELF_NAMES);
  assert_int_equal(sum[1], WK_ELF_NAMES * WK_ELF_SHOWN);
  free(b.s);
}


/* of a large file no more is had than is looked at */
static void looked_at (void **state) {
  Bytes b = enlarged(DT_NEEDED, 1, 100000);
  size_t bytes = 0;
  wk_ElfFile file = {b.s, b.len, count, &bytes};
  wk_ElfAsk ask = {"p.one", 5, "Lua 5.4", "x.so"};
  (void)state;
  assert_int_equal(wk_elf_check(&file, &ask, &elf, &fail), WK_EELF);
  assert_true(bytes > 100000 && bytes < 110000);
  free(b.s);
}

/* }====================================================== */


/* one more section of the name: which of them would count? */
static void two_sections (void **state) {
  Bytes b = plugin("one");
  Shdr *s = section(&b, ".comment");
  (void)state;
  s->sh_name = section(&b, ".wick.plugin")->sh_name;
  assert_int_equal(check_as(&b, "p.one"), WK_ESTATEMENT);
  assert_string_equal(fail.notes[0],
                      "there are two sections .wick.plugin in it");
  free(b.s);
}


/* what is not loaded states nothing */
static void section_is_loaded (void **state) {
  Bytes b = plugin("one");
  Shdr *s = section(&b, ".wick.plugin"), was = *s;
  (void)state;
  s->sh_flags &= ~(uint64_t)SHF_ALLOC;
  assert_int_equal(check_as(&b, "p.one"), WK_ESTATEMENT);
  *s = was, s->sh_type = SHT_NOBITS;
  assert_int_equal(check_as(&b, "p.one"), WK_ESTATEMENT);
  free(b.s);
}


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(entries_are_wrong), LEAK_TEST(twice_with_zero),
    LEAK_TEST(one_in_the_other), LEAK_TEST(lost_relocations),
    LEAK_TEST(table_is_gone),
    LEAK_TEST(dynamic_is_written), LEAK_TEST(headers_elsewhere),
    LEAK_TEST(alignments), LEAK_TEST(variables_of_threads),
    LEAK_TEST(protects_others), LEAK_TEST(notes), LEAK_TEST(two_stacks),
    LEAK_TEST(versions_of_others), LEAK_TEST(own_versions),
    LEAK_TEST(version_of_the_entry), LEAK_TEST(first_of_a_name),
    LEAK_TEST(no_symbols),
    LEAK_TEST(undefined_symbols), LEAK_TEST(chains), LEAK_TEST(long_names),
    LEAK_TEST(told_names), LEAK_TEST(told_exports), LEAK_TEST(looked_at),
    LEAK_TEST(two_sections), LEAK_TEST(section_is_loaded)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
