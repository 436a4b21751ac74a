/*
** elf_test.c -- what a shared object says: real ones, and real ones in which
** one thing was changed.
**
** The plugins are those that the Makefile builds from tests/plugins/bare.c.
*/

#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "elf_ground.h"
#include "leak.h"


static wk_Code check (const Bytes *b) {
  return check_as(b, "p.one");
}


/*
** {======================================================
** What is accepted
** =======================================================
*/

static void accepted (void **state) {
  Bytes b = plugin("one"), other = plugin("sysv");
  (void)state;
  assert_int_equal(check(&b), WK_OK);
  assert_string_equal(elf.entry, "luaopen_one");
  assert_non_null(elf.statement);
  assert_memory_equal(elf.statement, "\0wick-plugin 1\nname\tone\n", 24);
  assert_ptr_equal(elf.statement, place(&b, elf.address));
  assert_int_equal(check_as(&b, "p.a.one"), WK_ESTATEMENT);
  assert_int_equal(check_as(&other, "p.sysv"), WK_OK);
  assert_int_not_equal(entry(&other, DT_HASH)->d_un.d_ptr, 0);
  assert_int_equal(check_as(&other, "other.sysv"), WK_OK);
  free(b.s);
  free(other.s);
}


typedef struct Heard { char text[256]; } Heard;

static void hear (void *ud, const char *name, size_t len) {
  Heard *heard = (Heard *)ud;
  size_t used = strlen(heard->text);
  snprintf(heard->text + used, sizeof(heard->text) - used, "%.*s ", (int)len,
           name);
}


static void lists (void **state) {
  static const char *const names[] = {"one", "sysv"};
  int i;
  (void)state;
  for (i = 0; i < 2; i++) {
    Bytes b = plugin(names[i]);
    wk_ElfFile file = file_of(&b);
    char want[64];
    Heard heard;
    heard.text[0] = '\0';
    wk_elf_needed(&file, hear, &heard);
    assert_non_null(strstr(heard.text, "libc.so"));
    heard.text[0] = '\0';
    wk_elf_exported(&file, hear, &heard);
    snprintf(want, sizeof(want), "luaopen_%s ", names[i]);
    assert_non_null(strstr(heard.text, want));
    assert_non_null(strstr(heard.text, "clash "));
    assert_null(strstr(heard.text, "wick_plugin"));   /* no function */
    assert_null(strstr(heard.text, "getenv"));        /* not its own */
    free(b.s);
  }
}


/* a name of one part has no other to go by */
static void short_name (void **state) {
  Bytes b = plugin("one");
  (void)state;
  assert_int_equal(check_as(&b, "one"), WK_OK);
  assert_int_equal(check_as(&b, "two"), WK_ESTATEMENT);
  head(&b)->e_shoff = 0;
  assert_int_equal(check_as(&b, "two"), WK_ENOENTRY);
  assert_int_equal(check_as(&b, "a.two.one"), WK_ENOENTRY);
  free(b.s);
}


/* bytes that cannot be had are like bytes that are not there: wherever that
   happens, something is refused, and nothing is read */
typedef struct Fetched { long count, stop; } Fetched;

static int fetch (void *ud, size_t from, size_t size) {
  Fetched *f = (Fetched *)ud;
  (void)from; (void)size;
  return ++f->count < f->stop;
}

static void fetched (void **state) {
  Bytes b = plugin("one");
  Fetched f = {0, 1L << 30};
  wk_ElfFile file = {b.s, b.len, fetch, &f};
  wk_ElfAsk ask = {"p.one", 5, "Lua 5.4", "x.so"};
  Heard heard;
  long n, all;
  (void)state;
  assert_int_equal(wk_elf_check(&file, &ask, &elf, &fail), WK_OK);
  all = f.count;
  assert_true(all > 20);
  for (n = 1; n <= all; n++) {
    wk_Code code;
    f.count = 0;
    f.stop = n;
    code = wk_elf_check(&file, &ask, &elf, &fail);
    if (code == WK_OK) assert_null(elf.statement);  /* its section, at most */
    f.count = 0;
    heard.text[0] = '\0';
    wk_elf_needed(&file, hear, &heard);
    f.count = 0;
    wk_elf_exported(&file, hear, &heard);
  }
  free(b.s);
}


/* without section headers nothing is stated, and all else is the same */
static void stripped (void **state) {
  Bytes b = plugin("one");
  (void)state;
  head(&b)->e_shoff = 0;
  head(&b)->e_shnum = 0;
  assert_int_equal(check(&b), WK_OK);
  assert_null(elf.statement);
  free(b.s);
}

/* }====================================================== */


/*
** {======================================================
** What is refused: one thing is changed in a plugin that is accepted
** =======================================================
*/

static void as_it_is (const Bytes *b) { (void)b; }
static void set_class (const Bytes *b) { b->s[EI_CLASS] = ELFCLASS32; }
static void set_data (const Bytes *b) { b->s[EI_DATA] = ELFDATA2MSB; }
static void set_magic (const Bytes *b) { b->s[1] = 'F'; }
static void set_version (const Bytes *b) { head(b)->e_version = 2; }
static void set_machine (const Bytes *b) { head(b)->e_machine = EM_MIPS; }
static void set_exec (const Bytes *b) { head(b)->e_type = ET_EXEC; }
static void set_rel (const Bytes *b) { head(b)->e_type = ET_REL; }
static void set_core (const Bytes *b) { head(b)->e_type = ET_CORE; }
static void set_odd (const Bytes *b) { head(b)->e_type = 77; }
static void no_phnum (const Bytes *b) { head(b)->e_phnum = 0; }
static void odd_phentsize (const Bytes *b) { head(b)->e_phentsize--; }
static void big_phnum (const Bytes *b) { head(b)->e_phnum = 65535; }
static void far_phoff (const Bytes *b) { head(b)->e_phoff = b->len - 10; }
static void wrap_phoff (const Bytes *b) {
  head(b)->e_phoff = (ElfW(Off))-64;
}
static void long_load (const Bytes *b) {
  segment(b, PT_LOAD, 1)->p_filesz = b->len;
}
static void wrap_load (const Bytes *b) {
  segment(b, PT_LOAD, 1)->p_offset = (ElfW(Off))-4096;
}
static void thin_load (const Bytes *b) {
  segment(b, PT_LOAD, 1)->p_memsz = 1;
}
static void wrap_memory (const Bytes *b) {
  Phdr *p = segment(b, PT_LOAD, 3);
  p->p_memsz = (ElfW(Addr))0 - p->p_vaddr - 1;
}
static void wrap_address (const Bytes *b) {
  segment(b, PT_LOAD, 3)->p_memsz = (ElfW(Addr))0 - 1;
}
static void beside_page (const Bytes *b) {
  segment(b, PT_LOAD, 1)->p_vaddr += 8;
}
static void overlap (const Bytes *b) {
  segment(b, PT_LOAD, 0)->p_memsz += 0x100000;
}
static void disorder (const Bytes *b) {
  Phdr *a = segment(b, PT_LOAD, 0), *c = segment(b, PT_LOAD, 1), p = *a;
  *a = *c;
  *c = p;
}
static void write_exec (const Bytes *b) {
  segment(b, PT_LOAD, 1)->p_flags |= PF_W;
}
static void exec_stack (const Bytes *b) {
  segment(b, PT_GNU_STACK, 0)->p_flags |= PF_X;
}
static void no_stack (const Bytes *b) {
  segment(b, PT_GNU_STACK, 0)->p_type = PT_NULL;
}
static void no_dynamic (const Bytes *b) {
  segment(b, PT_DYNAMIC, 0)->p_type = PT_NULL;
}
static void two_dynamics (const Bytes *b) {
  Phdr *p = segment(b, PT_GNU_RELRO, 0);
  *p = *segment(b, PT_DYNAMIC, 0);
}
static void far_dynamic (const Bytes *b) {
  segment(b, PT_DYNAMIC, 0)->p_vaddr += 0x100000;
}
static void odd_dynamic (const Bytes *b) {
  segment(b, PT_DYNAMIC, 0)->p_vaddr += 1;
}
static void endless_dynamic (const Bytes *b) {
  Dyn *d;
  const char *end = b->s + segment(b, PT_LOAD, 3)->p_offset +
                    segment(b, PT_LOAD, 3)->p_filesz;
  for (d = entries(b); (const char *)(d + 1) <= end; d++)
    if (d->d_tag == DT_NULL) d->d_tag = DT_DEBUG;
}
static void two_tables (const Bytes *b) {
  entry(b, DT_INIT)->d_tag = DT_SYMTAB;
}
static void no_strings (const Bytes *b) {
  entry(b, DT_STRTAB)->d_tag = DT_DEBUG;
}
static void long_strings (const Bytes *b) {
  entry(b, DT_STRSZ)->d_un.d_val = b->len;
}
static void open_strings (const Bytes *b) {
  entry(b, DT_STRSZ)->d_un.d_val--;
}
static void odd_symbols (const Bytes *b) {
  entry(b, DT_SYMENT)->d_un.d_val++;
}
static void rpath (const Bytes *b) { entry(b, DT_NEEDED)->d_tag = DT_RPATH; }
static void runpath (const Bytes *b) {
  entry(b, DT_NEEDED)->d_tag = DT_RUNPATH;
}
static void audit (const Bytes *b) { entry(b, DT_NEEDED)->d_tag = DT_AUDIT; }
static void depaudit (const Bytes *b) {
  entry(b, DT_NEEDED)->d_tag = DT_DEPAUDIT;
}
static void filter (const Bytes *b) {
  entry(b, DT_NEEDED)->d_tag = DT_FILTER;
}
static void auxiliary (const Bytes *b) {
  entry(b, DT_NEEDED)->d_tag = DT_AUXILIARY;
}
static void needed_path (const Bytes *b) {
  *strstr(place(b, entry(b, DT_STRTAB)->d_un.d_ptr +
                   entry(b, DT_NEEDED)->d_un.d_val), ".") = '/';
}
static void needed_lib (const Bytes *b) {
  memcpy(place(b, entry(b, DT_STRTAB)->d_un.d_ptr +
                  entry(b, DT_NEEDED)->d_un.d_val), "$LIB", 4);
}
static void needed_nothing (const Bytes *b) {
  entry(b, DT_NEEDED)->d_un.d_val = 0;
}
static void needed_far (const Bytes *b) {
  entry(b, DT_NEEDED)->d_un.d_val = b->len * 2;
}
static void soname_path (const Bytes *b) {
  needed_path(b);
  entry(b, DT_NEEDED)->d_tag = DT_SONAME;
}
static void text_relocations (const Bytes *b) {
  entry(b, DT_INIT)->d_tag = DT_TEXTREL;
}
static void text_flag (const Bytes *b) {
  Dyn *d = entry(b, DT_INIT);
  d->d_tag = DT_FLAGS;
  d->d_un.d_val = DF_TEXTREL;
}
static void a_program (const Bytes *b) {
  Dyn *d = entry(b, DT_INIT);
  d->d_tag = DT_FLAGS_1;
  d->d_un.d_val = DF_1_PIE;
}
static void far_sections (const Bytes *b) { head(b)->e_shoff += 64; }
static void odd_sections (const Bytes *b) { head(b)->e_shentsize = 1; }
static void moved_section (const Bytes *b) {
  section(b, ".wick.plugin")->sh_addr += 16;
}
static void moved_bytes (const Bytes *b) {
  section(b, ".wick.plugin")->sh_offset += 16;
}
static void far_statement (const Bytes *b) {
  section(b, ".wick.plugin")->sh_size = b->len;
}
static void no_statement (const Bytes *b) {
  section(b, ".wick.plugin")->sh_size = 0;
}
static void other_lua (const Bytes *b) {
  char *s = b->s + section(b, ".wick.plugin")->sh_offset;
  strstr(s + 1, "Lua 5.4")[6] = '3';
}
static void longer_lua (const Bytes *b) {
  char *s = b->s + section(b, ".wick.plugin")->sh_offset;
  s = strstr(s + 1, "Lua 5.4") + 7;
  memmove(s + 1, s, sizeof("\ndoc\tfor") - 1);
  *s = '0';
}
static void other_name (const Bytes *b) {
  char *s = b->s + section(b, ".wick.plugin")->sh_offset;
  s = strstr(s + 1, "one");
  s[0] = 't', s[1] = 'w', s[2] = 'o';
}
static void cut_statement (const Bytes *b) {
  section(b, ".wick.plugin")->sh_size -= 4;
}
static void static_entry (const Bytes *b) {
  symbol(b, "luaopen_one")->st_info = ELF64_ST_INFO(STB_LOCAL, STT_FUNC);
}
static void data_entry (const Bytes *b) {
  symbol(b, "luaopen_one")->st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT);
}
static void ifunc_entry (const Bytes *b) {
  symbol(b, "luaopen_one")->st_info =
    ELF64_ST_INFO(STB_GLOBAL, STT_GNU_IFUNC);
}
static void hidden_entry (const Bytes *b) {
  symbol(b, "luaopen_one")->st_other = STV_HIDDEN;
}
static void undefined_entry (const Bytes *b) {
  symbol(b, "luaopen_one")->st_shndx = SHN_UNDEF;
}
static void far_entry (const Bytes *b) {
  symbol(b, "luaopen_one")->st_value = 8;   /* no code is there */
}
static void renamed_entry (const Bytes *b) {
  char *names = place(b, entry(b, DT_STRTAB)->d_un.d_ptr);
  names[symbol(b, "luaopen_one")->st_name] = '\033';
}
static void far_symbols (const Bytes *b) {
  entry(b, DT_SYMTAB)->d_un.d_ptr += 0x100000;
}
static void no_hash (const Bytes *b) {
  Dyn *d;
  for (d = entries(b); d->d_tag != DT_NULL; d++)
    if (d->d_tag == DT_HASH) d->d_tag = DT_DEBUG;   /* some have both */
  entry(b, DT_GNU_HASH)->d_tag = DT_DEBUG;
}
static void far_hash (const Bytes *b) {
  entry(b, DT_GNU_HASH)->d_un.d_ptr += 0x100000;
}
static char *hash (const Bytes *b) {
  return place(b, entry(b, DT_GNU_HASH)->d_un.d_ptr);
}
static void set_word (char *to, uint32_t n) { memcpy(to, &n, sizeof(n)); }
/* the last bytes of a segment: too few for a table, which must not be read
   beyond it */
static void end_of_segment (const Bytes *b, int64_t tag) {
  const Phdr *p = segment(b, PT_LOAD, 2);
  entry(b, tag)->d_un.d_ptr = p->p_vaddr + p->p_filesz - 4;
}
static void cut_hash (const Bytes *b) { end_of_segment(b, DT_GNU_HASH); }
static void no_buckets (const Bytes *b) { set_word(hash(b), 0); }
static void many_buckets (const Bytes *b) { set_word(hash(b), 0xFFFFFFFFu); }
static void high_first (const Bytes *b) {
  set_word(hash(b) + 4, 0xFFFFFFF0u);
}
static void no_filter (const Bytes *b) { set_word(hash(b) + 8, 0); }
static void odd_filter (const Bytes *b) { set_word(hash(b) + 8, 3); }
static void filtered (const Bytes *b) {
  memset(hash(b) + 16, 0, sizeof(ElfW(Addr)));
}
static void sysv_circle (const Bytes *b) {
  char *s = place(b, entry(b, DT_HASH)->d_un.d_ptr);
  uint32_t nbuckets, nchains, i;
  memcpy(&nbuckets, s, 4);
  memcpy(&nchains, s + 4, 4);
  for (i = 0; i < nbuckets + nchains; i++) set_word(s + 8 + (size_t)i * 4, 1);
}
static void sysv_far (const Bytes *b) {
  entry(b, DT_HASH)->d_un.d_ptr += 0x100000;
}
static void sysv_cut (const Bytes *b) { end_of_segment(b, DT_HASH); }
static void sysv_long (const Bytes *b) {
  set_word(place(b, entry(b, DT_HASH)->d_un.d_ptr) + 4, 0xFFFFFFFFu);
}

typedef struct Refusal {
  void (*change) (const Bytes *b);
  wk_Code code;
  const char *message;    /* behind "plugin `p.one` " */
  const char *note;       /* the first */
  const char *of;         /* the plugin; NULL: one */
} Refusal;

#define DAMAGED(change, note) \
  {change, WK_EELF, "is damaged", "x.so " note, NULL}
#define NO_ENTRY(change) \
  {change, WK_ENOENTRY, "has no entry point", "it must export " \
   "`luaopen_p_one` or `luaopen_one`; it exports ", NULL}
#define HAZARD(change, message, note) \
  {change, WK_EHAZARD, message, note, NULL}
#define MISSTATED(change, message, note) \
  {change, WK_ESTATEMENT, message, note, NULL}

static const Refusal refusals[] = {
  {as_it_is, WK_ESTATEMENT, "states another name",
   "x.so says that it is `two`; nothing of it was run", "two"},
  {set_magic, WK_EELF, "is not a shared object",
   "x.so does not begin as an ELF file does", NULL},
  {set_class, WK_EELF, "was built for another machine",
   "x.so is for ", NULL},
  {set_data, WK_EELF, "was built for another machine", "x.so is for ", NULL},
  {set_machine, WK_EELF, "was built for another machine",
   "x.so is for MIPS, ", NULL},
  {set_exec, WK_EELF, "is not a shared object", "x.so is a program", NULL},
  {set_rel, WK_EELF, "is not a shared object", "x.so is an object file",
   NULL},
  {set_core, WK_EELF, "is not a shared object", "x.so is a core dump", NULL},
  {set_odd, WK_EELF, "is not a shared object",
   "x.so is of no kind that is known", NULL},
  {a_program, WK_EELF, "is not a shared object", "x.so is a program", NULL},
  DAMAGED(set_version, "is of another version of ELF"),
  DAMAGED(no_phnum, "has no program headers"),
  DAMAGED(odd_phentsize, "has no program headers"),
  DAMAGED(big_phnum, "has more than 64 program headers"),
  DAMAGED(far_phoff, "ends before its program headers do"),
  DAMAGED(wrap_phoff, "ends before its program headers do"),
  DAMAGED(long_load, "ends before one of its segments does"),
  DAMAGED(wrap_load, "ends before one of its segments does"),
  DAMAGED(thin_load, "has a segment of an impossible size"),
  DAMAGED(wrap_memory, "has a segment of an impossible size"),
  DAMAGED(wrap_address, "has a segment of an impossible size"),
  DAMAGED(beside_page, "has a segment that begins beside its page"),
  DAMAGED(overlap, "has segments that overlap, or out of order"),
  DAMAGED(disorder, "has segments that overlap, or out of order"),
  DAMAGED(no_dynamic, "has no dynamic section"),
  DAMAGED(two_dynamics, "has two dynamic sections"),
  DAMAGED(far_dynamic, "has its dynamic section in no segment"),
  DAMAGED(odd_dynamic, "has its dynamic section in no segment"),
  DAMAGED(endless_dynamic, "has a dynamic section without an end"),
  DAMAGED(two_tables, "has an entry of its dynamic section twice"),
  DAMAGED(no_strings, "has its names in no segment"),
  DAMAGED(long_strings, "has its names in no segment"),
  DAMAGED(open_strings, "has its names in no segment"),
  DAMAGED(odd_symbols, "has symbols of another size"),
  DAMAGED(far_symbols, "has its symbols in no segment"),
  DAMAGED(undefined_entry, "has a symbol that cannot be"),
  DAMAGED(high_first, "has its table of hashes in no segment"),
  DAMAGED(needed_far, "needs a library without a name"),
  DAMAGED(far_sections, "ends before its section headers do"),
  DAMAGED(odd_sections, "ends before its section headers do"),
  HAZARD(write_exec, "has a segment that is writable and executable",
         "who can write there can run what was written; nothing of it was "
         "run"),
  HAZARD(exec_stack, "asks for an executable stack",
         "loading it would make the stack of the whole process executable; "
         "nothing of it was run"),
  HAZARD(no_stack, "asks for an executable stack",
         "loading it would make the stack of the whole process executable; "
         "nothing of it was run"),
  HAZARD(rpath, "names folders to look for libraries in", "its RPATH is `"),
  HAZARD(runpath, "names folders to look for libraries in",
         "its RUNPATH is `"),
  HAZARD(audit, "asks for a library that watches the process",
         "its AUDIT is `"),
  HAZARD(depaudit, "asks for a library that watches the process",
         "its DEPAUDIT is `"),
  HAZARD(filter, "puts another library in its own place",
         "its FILTER is `"),
  HAZARD(auxiliary, "puts another library in its own place",
         "its AUXILIARY is `"),
  HAZARD(needed_path, "needs a library by its path", "its NEEDED is `libc/"),
  HAZARD(needed_lib, "needs a library by its path", "its NEEDED is `$LIB"),
  HAZARD(needed_nothing, "needs a library by its path", "its NEEDED is ``"),
  HAZARD(soname_path, "takes the name of a file", "its SONAME is `libc/"),
  HAZARD(text_relocations, "changes its own code while it is loaded",
         "it has text relocations: "),
  HAZARD(text_flag, "changes its own code while it is loaded",
         "it has text relocations: "),
  MISSTATED(moved_section, "does not state well what it is",
            "its section .wick.plugin is not where it says"),
  MISSTATED(moved_bytes, "does not state well what it is",
            "its section .wick.plugin is not where it says"),
  MISSTATED(far_statement, "does not state well what it is",
            "its section .wick.plugin is not where it says"),
  MISSTATED(no_statement, "does not state well what it is",
            "its section .wick.plugin is not where it says"),
  MISSTATED(cut_statement, "does not state well what it is",
            "it has no end, or more than 65536 bytes"),
  MISSTATED(other_name, "states another name",
            "x.so says that it is `two`; nothing of it was run"),
  {other_lua, WK_EABI, "was built for another Lua",
   "its statement says Lua 5.3; this is Lua 5.4. Nothing of it was run",
   NULL},
  {longer_lua, WK_EABI, "was built for another Lua",
   "its statement says Lua 5.40; this is Lua 5.4. Nothing of it was run",
   NULL},
  NO_ENTRY(static_entry), NO_ENTRY(data_entry), NO_ENTRY(ifunc_entry),
  NO_ENTRY(hidden_entry), NO_ENTRY(far_entry),
  NO_ENTRY(renamed_entry), NO_ENTRY(no_hash),
  NO_ENTRY(far_hash), NO_ENTRY(cut_hash), NO_ENTRY(no_buckets),
  NO_ENTRY(many_buckets), NO_ENTRY(no_filter),
  NO_ENTRY(odd_filter), NO_ENTRY(filtered)
};


static void refused (void **state) {
  size_t i;
  (void)state;
  for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
    const Refusal *r = &refusals[i];
    Bytes b = plugin(r->of ? r->of : "one");
    char message[200];
    wk_Code code;
    r->change(&b);
    snprintf(message, sizeof(message), "plugin `p.one` %s", r->message);
    code = check(&b);
    if (code != r->code || strcmp(fail.message, message) != 0 ||
        strncmp(fail.notes[0], r->note, strlen(r->note)) != 0)
      print_message("# case %zu: %s: %s (%s)\n", i, wk_code_info(code)->name,
                    fail.message, fail.notes[0]);
    assert_int_equal(code, r->code);
    assert_string_equal(fail.message, message);
    assert_memory_equal(fail.notes[0], r->note, strlen(r->note));
    assert_non_null(strstr(fail.message, "`p.one`"));
    free(b.s);
  }
}


static void old_hash (void **state) {
  static void (*const changes[]) (const Bytes *b) = {
    sysv_circle, sysv_long, sysv_far, sysv_cut
  };
  size_t i;
  (void)state;
  for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
    Bytes b = plugin("sysv");
    changes[i](&b);
    assert_int_equal(check_as(&b, "p.sysv"), i == 0 ? WK_EELF : WK_ENOENTRY);
    if (i >= 2) assert_non_null(strstr(fail.notes[0], "exports no function"));
    free(b.s);
  }
}


static void machines (void **state) {
  static const struct { unsigned short number; const char *name; } all[] = {
    {EM_386, "i386"}, {EM_MIPS, "MIPS"}, {EM_PPC64, "PowerPC 64"},
    {EM_S390, "S/390"}, {EM_ARM, "ARM"}, {EM_X86_64, "x86-64"},
    {EM_AARCH64, "AArch64"}, {EM_RISCV, "RISC-V"},
    {EM_VAX, "another machine"}
  };
  Bytes b = plugin("one");
  const unsigned short ours = head(&b)->e_machine;
  size_t i;
  (void)state;
  for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
    char want[64];
    if (all[i].number == ours) continue;
    head(&b)->e_machine = all[i].number;
    assert_int_equal(check(&b), WK_EELF);
    assert_string_equal(fail.message,
                        "plugin `p.one` was built for another machine");
    snprintf(want, sizeof(want), "x.so is for %s, ", all[i].name);
    assert_memory_equal(fail.notes[0], want, strlen(want));
  }
  head(&b)->e_machine = ours;
  b.s[EI_CLASS] = 7;
  assert_int_equal(check(&b), WK_EELF);
  assert_non_null(strstr(fail.notes[0], "-endian, ? bits; this is "));
  free(b.s);
}


/* flags that ask for nothing bad are no reason to refuse */
static void flags (void **state) {
  Bytes b = plugin("one");
  Dyn *d = entry(&b, DT_INIT);
  (void)state;
  d->d_tag = DT_FLAGS;
  d->d_un.d_val = DF_BIND_NOW;
  assert_int_equal(check(&b), WK_OK);
  d->d_tag = DT_FLAGS_1;
  d->d_un.d_val = DF_1_NOW | DF_1_NODELETE;
  assert_int_equal(check(&b), WK_OK);
  free(b.s);
}


/* a plugin may state what it is for 16 names */
static void statements (void **state) {
  static const char one[] = "\0wick-plugin 1\nname\tone\nversion\t1\n"
                            "lua\tLua 5.4\nend\n";
  Bytes b = plugin("one");
  char *s = state_anew(&b, 17 * sizeof(one));
  int i;
  (void)state;
  for (i = 0; i < 16; i++) {
    memcpy(s + (size_t)i * sizeof(one), one, sizeof(one));
    if (i != 8) *strstr(s + (size_t)i * sizeof(one) + 1, "one") = 'x';
  }
  assert_int_equal(check(&b), WK_OK);
  assert_ptr_equal(elf.statement, s + 8 * sizeof(one));
  assert_int_equal(elf.nstatement, sizeof(one) - 1);
  assert_ptr_equal(elf.statement, place(&b, elf.address));
  memcpy(s + 16 * sizeof(one), one, sizeof(one));
  assert_int_equal(check(&b), WK_ESTATEMENT);
  assert_string_equal(fail.notes[0],
                      "there are more than 16 statements in it");
  memset(s + 16 * sizeof(one), 0, sizeof(one));
  memcpy(s, one, sizeof(one));
  assert_int_equal(check(&b), WK_ESTATEMENT);
  assert_string_equal(fail.notes[0],
                      "there are two statements for this name in it");
  free(b.s);
}


/* no name is longer than 255 bytes: one that were would be cut */
static void long_name (void **state) {
  Bytes b = plugin("one");
  char name[400];
  (void)state;
  head(&b)->e_shoff = 0;
  memset(name, 'n', sizeof(name) - 1);
  name[sizeof(name) - 1] = '\0';
  assert_int_equal(check_as(&b, name), WK_ENOENTRY);
  assert_int_equal(strlen(elf.entry), WK_ENTRY - 1);
  assert_memory_equal(elf.entry, "luaopen_nnnn", 12);
  free(b.s);
}


/* a library whose name is not in the file is not told */
static void nameless_library (void **state) {
  Bytes b = plugin("one");
  wk_ElfFile file = file_of(&b);
  Heard heard = {""};
  (void)state;
  needed_far(&b);
  wk_elf_needed(&file, hear, &heard);
  assert_string_equal(heard.text, "");
  free(b.s);
}


/* the exports that a message lists are bytes of the file, made fit */
static void shown (void **state) {
  Bytes b = plugin("one");
  (void)state;
  renamed_entry(&b);
  assert_int_equal(check(&b), WK_ENOENTRY);
  assert_non_null(strstr(fail.notes[0], "clash"));
  assert_non_null(strstr(fail.notes[0], "\\x1Buaopen_one"));
  free(b.s);
}


/* and as many as a message has room for */
static void many (void **state) {
  Bytes b = plugin("many");
  const char *at, *end;
  int n = 0;
  (void)state;
  assert_int_equal(check_as(&b, "p.many"), WK_OK);
  assert_string_equal(elf.entry, "luaopen_p_many");
  assert_int_equal(check_as(&b, "q.many"), WK_OK);
  assert_string_equal(elf.entry, "luaopen_many");
  head(&b)->e_shoff = 0;
  assert_int_equal(check(&b), WK_ENOENTRY);
  end = fail.notes[0] + strlen(fail.notes[0]);
  for (at = fail.notes[0]; (at = strstr(at, "a_function_whose")) != NULL; n++)
    at++;
  assert_true(n >= 3 && n <= 6);
  assert_string_equal(end - 5, ", …");
  free(b.s);
}

/* }====================================================== */


/*
** {======================================================
** Everything else that bytes can be
** =======================================================
*/

/* section headers stand last, so no part of a plugin is one */
static void cut_anywhere (void **state) {
  Bytes b = plugin("one");
  size_t n;
  (void)state;
  for (n = 0; n < b.len; n++) {
    Bytes cut;
    wk_Code code;
    cut.s = (char *)malloc(n ? n : 1);
    assert_non_null(cut.s);
    cut.len = n;
    memcpy(cut.s, b.s, n);
    code = check(&cut);
    if (code != WK_EELF) print_message("# %zu bytes\n", n);
    assert_int_equal(code, WK_EELF);
    free(cut.s);
  }
  free(b.s);
}


static void ignore (void *ud, const char *name, size_t len) {
  *(size_t *)ud += len + (size_t)(name[len] & 0);
}


/* what is said of any file stays in the file */
static void changed_anywhere (void **state) {
  static const char *const names[] = {"one", "sysv"};
  static const unsigned char masks[] = {0x01, 0x08, 0x80, 0xFF, 0x55};
  size_t i, k, sum = 0;
  int n, accepted = 0;
  (void)state;
  for (n = 0; n < 2; n++) {
    Bytes b = plugin(names[n]);
    wk_ElfFile file = file_of(&b);
    char name[16];
    snprintf(name, sizeof(name), "p.%s", names[n]);
    for (i = 0; i < b.len; i++) {
      for (k = 0; k < sizeof(masks); k++) {
        b.s[i] = (char)((unsigned char)b.s[i] ^ masks[k]);
        if (check_as(&b, name) == WK_OK) {
          accepted++;
          if (elf.statement != NULL) {
            assert_true(elf.statement >= b.s);
            assert_true(elf.nstatement <=
                        (size_t)(b.s + b.len - elf.statement));
          }
          if (i % 16 == 0) {
            wk_elf_needed(&file, ignore, &sum);
            wk_elf_exported(&file, ignore, &sum);
          }
        }
        b.s[i] = (char)((unsigned char)b.s[i] ^ masks[k]);
      }
    }
    free(b.s);
  }
  assert_true(accepted > 1000 && sum > 1000);
}


/* a generator that is the same everywhere */
static uint32_t draw (uint32_t *seed) {
  *seed = *seed * 1664525u + 1013904223u;
  return *seed >> 8;
}


/* several bytes at once, mostly in the headers and tables */
static void shaken (void **state) {
  Bytes b = plugin("one"), copy;
  uint32_t seed = 1936;
  int i, k;
  size_t sum = 0;
  (void)state;
  copy.s = (char *)malloc(b.len);
  assert_non_null(copy.s);
  copy.len = b.len;
  for (i = 0; i < 20000; i++) {
    memcpy(copy.s, b.s, b.len);
    for (k = 0; k < 4; k++) {
      size_t at = draw(&seed) % (k < 2 ? 1024 : b.len);
      copy.s[at] = (char)draw(&seed);
    }
    if (check(&copy) == WK_OK) {
      wk_ElfFile file = file_of(&copy);
      wk_elf_exported(&file, ignore, &sum);
    }
  }
  free(copy.s);
  free(b.s);
}

/* }====================================================== */


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(accepted), LEAK_TEST(lists), LEAK_TEST(short_name),
    LEAK_TEST(fetched), LEAK_TEST(stripped),
    LEAK_TEST(refused), LEAK_TEST(old_hash), LEAK_TEST(machines),
    LEAK_TEST(flags), LEAK_TEST(statements), LEAK_TEST(long_name),
    LEAK_TEST(nameless_library), LEAK_TEST(shown), LEAK_TEST(many),
    LEAK_TEST(cut_anywhere), LEAK_TEST(changed_anywhere), LEAK_TEST(shaken)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
