/*
** elf_dynamic.c -- the dynamic section of a shared object: what it asks of
** the linker.
**
** A file of the room `elf` (see elf.h).  May call: fail.
*/

#include "elf_view.h"

#define AT_ONCE  32        /* entries */


/* the linker writes addresses into the section, unless its header says that
   nobody does; glibc before 2.35 does so always */
#if defined(__GLIBC__) && !__GLIBC_PREREQ(2, 35) && !defined(__mips__) && \
    !defined(__riscv)
#define ALWAYS_WRITTEN  1
#else
#define ALWAYS_WRITTEN  0
#endif


/* has some of the entries at this place, of which `left` may be there; how
   many */
static size_t at_once (const wk_View *v, uint64_t place, uint64_t left) {
  const size_t n = left < AT_ONCE ? (size_t)left : AT_ONCE;
  return wk_view_at(v, place, n * sizeof(Dyn)) != NULL ? n : 0;
}


/* takes down the entries up to DT_NULL, as the linker does: by their
   address, and each once */
wk_Code wk_view_find_dynamic (wk_View *v, uint64_t address, int writable) {
  uint64_t place, left, size;
  size_t there = 0;
  if (!wk_view_place(v, address, &place, &left) ||
      address % sizeof(Word) != 0)
    return wk_view_damaged(v, "has its dynamic section in no segment");
  if ((writable || ALWAYS_WRITTEN) && !wk_view_written(v, address))
    return wk_view_damaged(v, "has its dynamic section where nobody writes");
  v->dynamic = v->file->bytes + place;
  for (;; v->ndynamic++) {
    unsigned slot;
    Dyn d;
    if (v->ndynamic == WK_ELF_ENTRIES)
      return wk_view_damaged(v, "has more than 4096 entries in its dynamic "
                                "section");
    if (v->ndynamic == there &&
        (there += at_once(v, place + there * sizeof(d),
                          left / sizeof(d) - there)) == v->ndynamic)
      return wk_view_damaged(v, "has a dynamic section without an end");
    d = wk_view_dynamic(v, v->ndynamic);
    if (d.d_tag == DT_NULL) break;
    if (d.d_tag == DT_NEEDED) v->nneeded++;
    slot = wk_view_slot(d.d_tag);
    if (slot == WK_SLOTS) continue;
    if (v->seen >> slot & 1)
      return wk_view_damaged(v, "has an entry of its dynamic section twice");
    v->seen |= (uint64_t)1 << slot;
    v->value[slot] = d.d_un.d_val;
  }
  size = wk_view_value(v, DT_STRSZ);
  v->strings = size > 0 && wk_view_has(v, DT_STRTAB)
                 ? wk_view_address(v, wk_view_value(v, DT_STRTAB), size)
                 : NULL;
  if (v->strings == NULL || v->strings[size - 1] != '\0')
    return wk_view_damaged(v, "has its names in no segment");
  v->nstrings = (size_t)size;
  if (v->nneeded > WK_ELF_NEEDED)
    return wk_view_damaged(v, "needs more than 512 libraries");
  return WK_OK;
}


/*
** {======================================================
** Hazards
** =======================================================
*/

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


/* Longer names than files have are no names.  The linker puts them on its
   stack; and many entries may share one. */
static int is_long (const wk_View *v, const char *s) {
  size_t left = v->nstrings - (size_t)(s - v->strings);
  return left > WK_ELF_NAME && memchr(s, '\0', WK_ELF_NAME + 1) == NULL;
}


/* the linker also replaces $ORIGIN, $LIB and $PLATFORM, by paths */
static wk_Code check_needed (const wk_View *v, const Dyn *d) {
  const char *s = wk_view_string(v, d->d_un.d_val);
  if (s == NULL) return wk_view_damaged(v, "needs a library without a name");
  if (is_long(v, s))
    return wk_view_damaged(v, "needs a library whose name has more than 255 "
                              "bytes");
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
      if (s == NULL || is_long(v, s))
        return wk_view_damaged(v, "has a name of its own (SONAME) that is "
                                  "none");
      if (strchr(s, '/') == NULL) return WK_OK;
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
    const Dyn d = wk_view_dynamic(v, i);
    wk_Code code = check_entry(v, &d);
    if (code != WK_OK) return code;
  }
  return WK_OK;
}
