/*
** elf_view.c -- a shared object as the linker sees it: segments, tables, and
** what it asks for.
**
** A file of the room `elf` (see elf.h).  May call: fail.
**
** Every place in the file is reached by wk_view_at or wk_view_address, which
** give NULL for what does not lie in it.  The linker goes by addresses, so
** addresses are what is followed here.
*/

#define _GNU_SOURCE
#include <unistd.h>

#include "elf_view.h"

/* what this program itself was compiled for */
#if UINTPTR_MAX > 0xFFFFFFFFu
#define OUR_CLASS  ELFCLASS64
#else
#define OUR_CLASS  ELFCLASS32
#endif
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define OUR_DATA  ELFDATA2MSB
#else
#define OUR_DATA  ELFDATA2LSB
#endif
#if defined(__x86_64__)
#define OUR_MACHINE  EM_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE  EM_AARCH64
#elif defined(__i386__)
#define OUR_MACHINE  EM_386
#elif defined(__arm__)
#define OUR_MACHINE  EM_ARM
#elif defined(__riscv)
#define OUR_MACHINE  EM_RISCV
#elif defined(__powerpc64__)
#define OUR_MACHINE  EM_PPC64
#elif defined(__s390__)
#define OUR_MACHINE  EM_S390
#else
#define OUR_MACHINE  EM_NONE  /* the linker decides */
#endif

/*
** {======================================================
** Places
** =======================================================
*/

const char *wk_view_at (const wk_View *v, uint64_t offset, uint64_t size) {
  const wk_ElfFile *file = v->file;
  if (offset > file->len || size > file->len - offset) return NULL;
  if (file->fetch && !file->fetch(file->ud, (size_t)offset, (size_t)size))
    return NULL;
  return file->bytes + offset;
}


int wk_view_place (const wk_View *v, uint64_t address, uint64_t *place,
                   uint64_t *left) {
  int i;
  for (i = 0; i < v->nloads; i++) {
    const Phdr *p = &v->loads[i];
    if (address >= p->p_vaddr && address - p->p_vaddr < p->p_filesz) {
      *left = p->p_filesz - (address - p->p_vaddr);
      *place = p->p_offset + (address - p->p_vaddr);
      return 1;
    }
  }
  return 0;
}


const char *wk_view_address (const wk_View *v, uint64_t address,
                             uint64_t size) {
  uint64_t place, left;
  return wk_view_place(v, address, &place, &left) && left >= size
           ? wk_view_at(v, place, size) : NULL;
}


uint32_t wk_view_word (const wk_View *v, uint64_t offset) {
  const char *s = wk_view_at(v, offset, 4);
  uint32_t n = 0;
  if (s != NULL) memcpy(&n, s, sizeof(n));
  return n;
}


const char *wk_view_string (const wk_View *v, uint64_t offset) {
  return offset < v->nstrings ? v->strings + offset : NULL;
}

/* }====================================================== */


/*
** {======================================================
** The header and the segments
** =======================================================
*/

wk_Code wk_view_damaged (const wk_View *v, const char *what) {
  FAIL(v, WK_EELF, "is damaged");
  NOTE(v, "%s %s", v->ask->file, what);
  NOTE(v, "nothing of it was run");
  return WK_EELF;
}


static const char *machine_name (unsigned n) {
  switch (n) {
    case EM_386: return "i386";
    case EM_MIPS: return "MIPS";
    case EM_PPC64: return "PowerPC 64";
    case EM_S390: return "S/390";
    case EM_ARM: return "ARM";
    case EM_X86_64: return "x86-64";
    case EM_AARCH64: return "AArch64";
    case EM_RISCV: return "RISC-V";
    default: return "another machine";
  }
}


/* the first bytes, which are the same for all machines */
static wk_Code check_kind (wk_View *v) {
  const size_t len = v->file->len;
  const unsigned char *id = (const unsigned char *)
    wk_view_at(v, 0, len < sizeof(Ehdr) ? len : sizeof(Ehdr));
  if (id == NULL || len < SELFMAG || memcmp(id, ELFMAG, SELFMAG) != 0) {
    FAIL(v, WK_EELF, "is not a shared object");
    if (len == 0) NOTE(v, "%s is empty", v->ask->file);
    else NOTE(v, "%s does not begin as an ELF file does", v->ask->file);
    return WK_EELF;
  }
  if (len < sizeof(Ehdr))
    return wk_view_damaged(v, "ends within its first header");
  memcpy(&v->head, id, sizeof(Ehdr));
  if (id[EI_CLASS] != OUR_CLASS || id[EI_DATA] != OUR_DATA ||
      (OUR_MACHINE != EM_NONE && v->head.e_machine != OUR_MACHINE)) {
    int swapped = id[EI_DATA] == ELFDATA2MSB;
    FAIL(v, WK_EELF, "was built for another machine");
    NOTE(v, "%s is for %s, %s-endian, %s bits; this is %s, %d bits",
         v->ask->file,
         machine_name(id[EI_DATA] == OUR_DATA ? v->head.e_machine
                      : (unsigned)(v->head.e_machine >> 8) |
                        (v->head.e_machine & 0xFFu) << 8),
         swapped ? "big" : "little",
         id[EI_CLASS] == ELFCLASS64 ? "64"
         : id[EI_CLASS] == ELFCLASS32 ? "32" : "?",
         machine_name(OUR_MACHINE), OUR_CLASS == ELFCLASS64 ? 64 : 32);
    return WK_EELF;
  }
  if (v->head.e_type != ET_DYN) {
    unsigned type = v->head.e_type;
    FAIL(v, WK_EELF, "is not a shared object");
    NOTE(v, "%s is %s", v->ask->file,
         type == ET_EXEC ? "a program" : type == ET_REL ? "an object file"
         : type == ET_CORE ? "a core dump" : "of no kind that is known");
    HELP(v, "link it with `cc -shared`");
    return WK_EELF;
  }
  if (v->head.e_version != EV_CURRENT || id[EI_VERSION] != EV_CURRENT)
    return wk_view_damaged(v, "is of another version of ELF");
  return WK_OK;
}


/* A segment that is loaded.  Pages of two segments never meet, so what lies
   at an address is what one segment says. */
static wk_Code check_load (wk_View *v, const Phdr *p, uint64_t page) {
  uint64_t end = (uint64_t)p->p_vaddr + p->p_memsz;
  if (p->p_offset > v->file->len || p->p_filesz > v->file->len - p->p_offset)
    return wk_view_damaged(v, "ends before one of its segments does");
  if (p->p_filesz > p->p_memsz || end < p->p_vaddr || end > UINTPTR_MAX ||
      end + page < end)
    return wk_view_damaged(v, "has a segment of an impossible size");
  if ((p->p_vaddr & (page - 1)) != (p->p_offset & (page - 1)))
    return wk_view_damaged(v, "has a segment that begins beside its page");
  if (v->nloads > 0) {
    const Phdr *last = &v->loads[v->nloads - 1];
    uint64_t stop = (uint64_t)last->p_vaddr + last->p_memsz;
    if ((p->p_vaddr & ~(page - 1)) < ((stop + page - 1) & ~(page - 1)))
      return wk_view_damaged(v, "has segments that overlap, or out of order");
  }
  if ((p->p_flags & (PF_W | PF_X)) == (PF_W | PF_X)) {
    FAIL(v, WK_EHAZARD, "has a segment that is writable and executable");
    NOTE(v, "who can write there can run what was written; nothing of it "
            "was run");
    HELP(v, "link it without `-N`");
    return WK_EHAZARD;
  }
  v->loads[v->nloads++] = *p;
  return WK_OK;
}


void wk_view_extent (const wk_View *v, uint64_t *first, uint64_t *end) {
  const uint64_t page = (uint64_t)getpagesize();
  const Phdr *last = &v->loads[v->nloads - 1];
  *first = v->loads[0].p_vaddr & ~(page - 1);
  *end = (last->p_vaddr + last->p_memsz + page - 1) & ~(page - 1);
}


/* without a word about the stack the linker makes it executable, for the
   whole process */
static wk_Code check_stack (const wk_View *v, int told, int executable) {
  if (told && !executable) return WK_OK;
  FAIL(v, WK_EHAZARD, "asks for an executable stack");
  NOTE(v, "loading it would make the stack of the whole process executable; "
          "nothing of it was run");
  if (!told) NOTE(v, "it has no segment GNU_STACK, which means the same");
  HELP(v, "link it with `-Wl,-z,noexecstack`; assembler files need "
          "`.section .note.GNU-stack,\"\",%%progbits`");
  return WK_EHAZARD;
}


/* the program headers; *dynamic is where the dynamic section is */
static wk_Code check_segments (wk_View *v, uint64_t *dynamic) {
  uint64_t page = (uint64_t)getpagesize();
  const char *headers;
  int i, told = 0, executable = 0, found = 0;
  if (v->head.e_phentsize != sizeof(Phdr) || v->head.e_phnum == 0)
    return wk_view_damaged(v, "has no program headers");
  if (v->head.e_phnum > WK_ELF_HEADERS)
    return wk_view_damaged(v, "has more than 64 program headers");
  headers = wk_view_at(v, v->head.e_phoff,
                       (uint64_t)v->head.e_phnum * sizeof(Phdr));
  if (headers == NULL)
    return wk_view_damaged(v, "ends before its program headers do");
  for (i = 0; i < v->head.e_phnum; i++) {
    wk_Code code = WK_OK;
    Phdr p;
    memcpy(&p, headers + (size_t)i * sizeof(p), sizeof(p));
    switch (p.p_type) {
      case PT_LOAD: code = check_load(v, &p, page); break;
      case PT_DYNAMIC:
        if (found++) code = wk_view_damaged(v, "has two dynamic sections");
        *dynamic = p.p_vaddr;
        break;
      case PT_GNU_STACK:
        told = 1;
        executable |= (p.p_flags & PF_X) != 0;
        break;
    }
    if (code != WK_OK) return code;
  }
  if (!found || v->nloads == 0)
    return wk_view_damaged(v, "has no dynamic section");
  return check_stack(v, told, executable);
}

/* }====================================================== */


/*
** {======================================================
** The dynamic section
** =======================================================
*/

Dyn wk_view_dynamic (const wk_View *v, size_t i) {
  const char *s = wk_view_at(v, v->dynamic + i * sizeof(Dyn), sizeof(Dyn));
  Dyn d;
  if (s != NULL) memcpy(&d, s, sizeof(d));
  else memset(&d, 0, sizeof(d));
  return d;
}


/* finds the entries up to DT_NULL, as the linker does: by their address */
static wk_Code find_dynamic (wk_View *v, uint64_t address) {
  uint64_t left;
  if (!wk_view_place(v, address, &v->dynamic, &left) ||
      address % sizeof(Word) != 0)
    return wk_view_damaged(v, "has its dynamic section in no segment");
  while ((v->ndynamic + 1) * sizeof(Dyn) <= left) {
    if (wk_view_dynamic(v, v->ndynamic).d_tag == DT_NULL) return WK_OK;
    v->ndynamic++;
  }
  return wk_view_damaged(v, "has a dynamic section without an end");
}


static wk_Code set_once (const wk_View *v, uint64_t *to, uint64_t value) {
  if (*to != 0)
    return wk_view_damaged(v, "has an entry of its dynamic section twice");
  *to = value;
  return WK_OK;
}


/* where the tables are; the strings must be there and end */
static wk_Code find_tables (wk_View *v) {
  uint64_t strings = 0, size = 0;
  size_t i;
  for (i = 0; i < v->ndynamic; i++) {
    Dyn d = wk_view_dynamic(v, i);
    wk_Code code = WK_OK;
    switch (d.d_tag) {
      case DT_STRTAB: code = set_once(v, &strings, d.d_un.d_ptr); break;
      case DT_STRSZ: code = set_once(v, &size, d.d_un.d_val); break;
      case DT_SYMTAB: code = set_once(v, &v->symbols, d.d_un.d_ptr); break;
      case DT_GNU_HASH: code = set_once(v, &v->gnu_hash, d.d_un.d_ptr); break;
      case DT_HASH: code = set_once(v, &v->hash, d.d_un.d_ptr); break;
      case DT_SYMENT:
        if (d.d_un.d_val != sizeof(Sym))
          code = wk_view_damaged(v, "has symbols of another size");
        break;
    }
    if (code != WK_OK) return code;
  }
  v->strings = size > 0 ? wk_view_address(v, strings, size) : NULL;
  if (v->strings == NULL || v->strings[size - 1] != '\0')
    return wk_view_damaged(v, "has its names in no segment");
  v->nstrings = (size_t)size;
  return WK_OK;
}


/* an entry that names a folder or a library: tells its text, if it has one */
static wk_Code hazard_named (const wk_View *v, const char *tag, const Dyn *d,
                             const char *help) {
  char shown[160];
  const char *s = wk_view_string(v, d->d_un.d_val);
  if (s != NULL)
    NOTE(v, "its %s is `%s`", tag,
         wk_quote(shown, sizeof(shown), s, strlen(s), 60));
  NOTE(v, "wick did not check what lies there; nothing of it was run");
  HELP(v, "%s", help);
  return WK_EHAZARD;
}


/* the linker also replaces $ORIGIN, $LIB and $PLATFORM, by paths */
static wk_Code check_needed (const wk_View *v, const Dyn *d) {
  const char *s = wk_view_string(v, d->d_un.d_val);
  if (s == NULL) return wk_view_damaged(v, "needs a library without a name");
  if (*s != '\0' && strpbrk(s, "/$") == NULL) return WK_OK;
  FAIL(v, WK_EHAZARD, "needs a library by its path");
  return hazard_named(v, "NEEDED", d, "link it against a library that has a "
                      "soname: `-Wl,-soname,libNAME.so`");
}


static wk_Code check_flags (const wk_View *v, const Dyn *d) {
  if (d->d_tag == DT_FLAGS_1 && (d->d_un.d_val & DF_1_PIE)) {
    FAIL(v, WK_EELF, "is not a shared object");
    NOTE(v, "%s is a program", v->ask->file);
    HELP(v, "link it with `cc -shared`");
    return WK_EELF;
  }
  if (d->d_tag == DT_TEXTREL ||
      (d->d_tag == DT_FLAGS && (d->d_un.d_val & DF_TEXTREL))) {
    FAIL(v, WK_EHAZARD, "changes its own code while it is loaded");
    NOTE(v, "it has text relocations: its code is writable for a while; "
            "nothing of it was run");
    HELP(v, "compile it with `-fPIC`");
    return WK_EHAZARD;
  }
  return WK_OK;
}


static wk_Code check_entry (const wk_View *v, const Dyn *d) {
  static const char without[] = "link it without `-rpath`; the system finds "
                                "libraries by its own rules";
  switch (d->d_tag) {
    case DT_NEEDED: return check_needed(v, d);
    case DT_RPATH:
      FAIL(v, WK_EHAZARD, "names folders to look for libraries in");
      return hazard_named(v, "RPATH", d, without);
    case DT_RUNPATH:
      FAIL(v, WK_EHAZARD, "names folders to look for libraries in");
      return hazard_named(v, "RUNPATH", d, without);
    case DT_AUDIT: case DT_DEPAUDIT:
      FAIL(v, WK_EHAZARD, "asks for a library that watches the process");
      return hazard_named(v, d->d_tag == DT_AUDIT ? "AUDIT" : "DEPAUDIT", d,
                          "link it without `--audit` and `--depaudit`");
    case DT_FILTER: case DT_AUXILIARY:
      FAIL(v, WK_EHAZARD, "puts another library in its own place");
      return hazard_named(v, d->d_tag == DT_FILTER ? "FILTER" : "AUXILIARY",
                          d, "link it without `--filter` and `--auxiliary`");
    case DT_SONAME: {
      const char *s = wk_view_string(v, d->d_un.d_val);
      if (s != NULL && strchr(s, '/') == NULL) return WK_OK;
      FAIL(v, WK_EHAZARD, "takes the name of a file");
      return hazard_named(v, "SONAME", d, "give it a soname without `/`, or "
                          "none");
    }
    case DT_TEXTREL: case DT_FLAGS: case DT_FLAGS_1: return check_flags(v, d);
    default: return WK_OK;
  }
}


wk_Code wk_view_hazards (const wk_View *v) {
  size_t i;
  for (i = 0; i < v->ndynamic; i++) {
    Dyn d = wk_view_dynamic(v, i);
    wk_Code code = check_entry(v, &d);
    if (code != WK_OK) return code;
  }
  return WK_OK;
}


wk_Code wk_view (wk_View *v, const wk_ElfFile *file, const wk_ElfAsk *ask,
                 wk_Fail *f) {
  uint64_t dynamic = 0;
  wk_Code code;
  v->file = file;
  v->ask = ask;
  v->f = f;
  v->nloads = 0;
  v->ndynamic = v->nstrings = 0;
  v->symbols = v->gnu_hash = v->hash = 0;
  code = check_kind(v);
  if (code == WK_OK) code = check_segments(v, &dynamic);
  if (code == WK_OK) code = find_dynamic(v, dynamic);
  if (code == WK_OK) code = find_tables(v);
  return code;
}

/* }====================================================== */
