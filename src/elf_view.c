/*
** elf_view.c -- a shared object as the linker sees it: its segments.
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

int wk_view_place (const wk_View *v, uint64_t address, uint64_t *place,
                   uint64_t *left) {
  int i;
  for (i = 0; i < v->nloads; i++) {
    const Phdr *p = &v->loads[i];
    if (address >= p->p_vaddr && address - p->p_vaddr < p->p_filesz &&
        (p->p_flags & PF_R)) {
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


/* is the address in a segment with this flag? */
static int is_in (const wk_View *v, uint64_t address, uint32_t flag) {
  int i;
  for (i = 0; i < v->nloads; i++) {
    const Phdr *p = &v->loads[i];
    if (address >= p->p_vaddr && address - p->p_vaddr < p->p_filesz)
      return (p->p_flags & flag) != 0;
  }
  return 0;
}


int wk_view_code (const wk_View *v, uint64_t address) {
  return is_in(v, address, PF_X);
}


int wk_view_written (const wk_View *v, uint64_t address) {
  return is_in(v, address, PF_W);
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
  if ((p->p_vaddr & (page - 1)) != (p->p_offset & (page - 1)) ||
      (p->p_align & (p->p_align - 1)) != 0)
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


/* Pages that become read-only after relocation: within one segment that was
   written to, and the room behind it. */
static wk_Code check_relro (const wk_View *v, const Phdr *p, uint64_t page) {
  uint64_t first, end;
  int i;
  if (p->p_memsz == 0) return WK_OK;
  wk_view_extent(v, &first, &end);
  for (i = v->nloads - 1; i >= 0; end = v->loads[i--].p_vaddr & ~(page - 1)) {
    const Phdr *in = &v->loads[i];
    if (p->p_vaddr >= in->p_vaddr)
      return (in->p_flags & PF_W) && p->p_vaddr < end &&
             p->p_memsz <= end - p->p_vaddr ? WK_OK
             : wk_view_damaged(v, "protects what is not its own");
  }
  return wk_view_damaged(v, "protects what is not its own");
}


/* the bytes that each thread has a copy of */
static wk_Code check_tls (const wk_View *v, const Phdr *p) {
  uint64_t place, left;
  if (p->p_memsz == 0) return WK_OK;
  if (p->p_filesz > p->p_memsz || p->p_align == 0 ||
      (p->p_align & (p->p_align - 1)) != 0)
    return wk_view_damaged(v, "has variables of threads of an impossible "
                              "size");
  if (p->p_filesz > 0 && !(wk_view_place(v, p->p_vaddr, &place, &left) &&
                           left >= p->p_filesz))
    return wk_view_damaged(v, "has its variables of threads in no segment");
  return WK_OK;
}


/* the linker looks through notes that are aligned so for what processor they
   want, and believes their sizes */
static wk_Code check_notes (const wk_View *v, const Phdr *p) {
  const uint64_t size = p->p_memsz, align = sizeof(Word);
  const char *s = size > 0 ? wk_view_address(v, p->p_vaddr, size) : NULL;
  uint64_t at = 0;
  if (size > 0 && s == NULL)
    return wk_view_damaged(v, "has its notes in no segment");
  while (p->p_align == align && size - at >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    memcpy(&note, s + at, sizeof(note));
    at += (sizeof(note) + note.n_namesz + align - 1) & ~(align - 1);
    if (at > size || note.n_descsz > size - at)
      return wk_view_damaged(v, "has a note that does not end");
    at += (note.n_descsz + align - 1) & ~(align - 1);
    if (at >= size) break;
  }
  return WK_OK;
}


/* what program headers say of the segments that are loaded */
static wk_Code check_said (const wk_View *v, const Phdr *p, uint64_t page) {
  uint64_t place, left;
  switch (p->p_type) {
    case PT_PHDR:
      if (wk_view_place(v, p->p_vaddr, &place, &left) &&
          place == v->head.e_phoff &&
          left >= (uint64_t)v->head.e_phnum * sizeof(Phdr)) return WK_OK;
      return wk_view_damaged(v, "has its program headers elsewhere");
    case PT_TLS: return check_tls(v, p);
    case PT_GNU_RELRO: return check_relro(v, p, page);
    case PT_NOTE: case PT_GNU_PROPERTY: return check_notes(v, p);
    default: return WK_OK;
  }
}


/* the program headers; *dynamic says where the dynamic section is */
static wk_Code check_segments (wk_View *v, Phdr *dynamic) {
  const uint64_t page = (uint64_t)getpagesize();
  int i, told = 0, executable = 0, found = 0;
  wk_Code code;
  Phdr p;
  if (v->head.e_phentsize != sizeof(Phdr) || v->head.e_phnum == 0)
    return wk_view_damaged(v, "has no program headers");
  if (v->head.e_phnum > WK_ELF_HEADERS)
    return wk_view_damaged(v, "has more than 64 program headers");
  v->headers = wk_view_at(v, v->head.e_phoff,
                          (uint64_t)v->head.e_phnum * sizeof(Phdr));
  if (v->headers == NULL)
    return wk_view_damaged(v, "ends before its program headers do");
  for (i = 0; i < v->head.e_phnum; i++) {
    code = WK_OK;
    memcpy(&p, v->headers + (size_t)i * sizeof(p), sizeof(p));
    switch (p.p_type) {
      case PT_LOAD: code = check_load(v, &p, page); break;
      case PT_DYNAMIC:
        if (found++) code = wk_view_damaged(v, "has two dynamic sections");
        *dynamic = p;
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
  code = check_stack(v, told, executable);
  for (i = 0; code == WK_OK && i < v->head.e_phnum; i++) {
    const char *s = v->headers + (size_t)i * sizeof(p);
    memcpy(&p.p_type, s + offsetof(Phdr, p_type), sizeof(p.p_type));
    if (p.p_type == PT_LOAD || p.p_type == PT_DYNAMIC) continue;
    memcpy(&p, s, sizeof(p));
    code = check_said(v, &p, page);
  }
  return code;
}

/* }====================================================== */


wk_Code wk_view (wk_View *v, const wk_ElfFile *file, const wk_ElfAsk *ask,
                 wk_Fail *f) {
  Phdr dynamic = {0};
  wk_Code code;
  v->file = file;
  v->ask = ask;
  v->f = f;
  v->nloads = 0;
  v->ndynamic = v->nneeded = v->nstrings = 0;
  v->seen = 0;
  code = check_kind(v);
  if (code == WK_OK) code = check_segments(v, &dynamic);
  if (code == WK_OK)
    code = wk_view_find_dynamic(v, dynamic.p_vaddr,
                                (dynamic.p_flags & PF_W) != 0);
  return code;
}
