/*
** elf.c -- what a shared object says of itself (see elf.h): its statement, its
** entry, its needs.
**
** May call: fail; the other files of the room: elf_view.c (what the linker
** sees), elf_dynamic.c (what it asks for), elf_tables.c, elf_hash.c (exports),
** statement.c.
*/

#define _POSIX_C_SOURCE 200809L
#include <string.h>

#include "elf.h"
#include "elf_view.h"


#define SHOWN_NAMES  6      /* exports in a message */
#define SECTION      ".wick.plugin"


/*
** {======================================================
** The statement
** =======================================================
*/

/* does the section lie in a segment, as its address says? */
static int is_loaded (const wk_View *v, const Shdr *h) {
  uint64_t place, left;
  return h->sh_type == SHT_PROGBITS && (h->sh_flags & SHF_ALLOC) &&
         h->sh_size > 0 && wk_view_at(v, h->sh_offset, h->sh_size) != NULL &&
         wk_view_place(v, h->sh_addr, &place, &left) &&
         place == h->sh_offset && left >= h->sh_size;
}


/* The header of the section of statements.  Section headers are no part of
   what is loaded, so anything may stand there.  1; 0 when there is none; -1
   and *problem. */
static int find_section (const wk_View *v, Shdr *section,
                         const char **problem) {
  const char *names, *s;
  size_t nnames, i;
  int found = 0;
  Shdr h;
  if (v->head.e_shstrndx >= v->head.e_shnum) return 0;
  s = wk_view_at(v, v->head.e_shoff, (uint64_t)v->head.e_shnum * sizeof(h));
  if (s == NULL) return 0;
  memcpy(&h, s + (size_t)v->head.e_shstrndx * sizeof(h), sizeof(h));
  names = wk_view_at(v, h.sh_offset, h.sh_size);
  if (names == NULL) return 0;
  nnames = (size_t)h.sh_size;
  for (i = 0; i < v->head.e_shnum; i++, s += sizeof(h)) {
    uint32_t name;
    memcpy(&name, s + offsetof(Shdr, sh_name), sizeof(name));
    if (name >= nnames || nnames - name < sizeof(SECTION) ||
        memcmp(names + name, SECTION, sizeof(SECTION)) != 0) continue;
    if (found++) {
      *problem = "there are two sections .wick.plugin in it";
      return -1;
    }
    memcpy(section, s, sizeof(*section));
  }
  if (!found || is_loaded(v, section)) return found;
  *problem = "its section .wick.plugin is not where it says";
  return -1;
}


/* section headers, where there are any, are in the file */
static wk_Code check_sections (const wk_View *v) {
  const Ehdr *h = &v->head;
  const uint64_t size = (uint64_t)h->e_shnum * sizeof(Shdr);
  if (h->e_shoff == 0 || h->e_shnum == 0 ||
      (h->e_shentsize == sizeof(Shdr) && h->e_shoff <= v->file->len &&
       size <= v->file->len - h->e_shoff))
    return WK_OK;
  return wk_view_damaged(v, "ends before its section headers do");
}


static wk_Code misstated (const wk_View *v, const char *what) {
  FAIL(v, WK_ESTATEMENT, "does not state well what it is");
  NOTE(v, "%s", what);
  NOTE(v, "nothing of it was run");
  HELP(v, "see include/wick/plugin.h");
  return WK_ESTATEMENT;
}


static wk_Code other_lua (const wk_View *v, const wk_Text *lua) {
  char shown[64];
  FAIL(v, WK_EABI, "was built for another Lua");
  NOTE(v, "its statement says %s; this is %s. Nothing of it was run",
       wk_quote(shown, sizeof(shown), lua->s, lua->len, 20),
       v->ask->lua);
  HELP(v, "rebuild it with the headers of %s: `cc -shared -fPIC "
          "$(pkg-config --cflags lua5.4) … -o %s`",
       v->ask->lua, v->ask->file);
  return WK_EABI;
}


static wk_Code other_name (const wk_View *v, const wk_Statement *other) {
  char shown[160];
  wk_quote(shown, sizeof(shown), other->name.s, other->name.len, 120);
  FAIL(v, WK_ESTATEMENT, "states another name");
  NOTE(v, "%s says that it is `%s`; nothing of it was run",
       v->ask->file, shown);
  HELP(v, "put the file where that name leads to, or build it with the name "
          "that it has here");
  return WK_ESTATEMENT;
}


/* is the stated name the one that was asked for, with or without NAME? */
static int is_asked (const wk_ElfAsk *ask, const wk_Text *name) {
  const char *dot = (const char *)memchr(ask->name, '.', ask->len);
  size_t skip = dot ? (size_t)(dot + 1 - ask->name) : 0;
  return (name->len == ask->len &&
          memcmp(name->s, ask->name, name->len) == 0) ||
         (skip > 0 && name->len == ask->len - skip &&
          memcmp(name->s, ask->name + skip, name->len) == 0);
}


static wk_Code find_statement (const wk_View *v, wk_Elf *elf) {
  const char *section, *s, *problem = NULL;
  Shdr header;
  wk_Statement st, first;
  int count = 0, more = v->head.e_shoff == 0 ? 0
                        : find_section(v, &header, &problem);
  if (more == 0) return WK_OK;
  if (more < 0) return misstated(v, problem);
  s = section = v->file->bytes + header.sh_offset;
  while ((more = wk_statement_next(&s, section + header.sh_size, &st)) > 0) {
    if (++count > WK_STATEMENTS_MAX)
      return misstated(v, "there are more than 16 statements in it");
    if (count == 1) first = st;
    if (!is_asked(v->ask, &st.name)) continue;
    if (elf->statement != NULL)
      return misstated(v, "there are two statements for this name in it");
    if (st.lua.len != strlen(v->ask->lua) ||
        memcmp(st.lua.s, v->ask->lua, st.lua.len) != 0)
      return other_lua(v, &st.lua);
    elf->statement = st.whole.s;
    elf->nstatement = st.whole.len;
    elf->address = header.sh_addr + (uint64_t)(st.whole.s - section);
  }
  if (more < 0) return misstated(v, st.problem);
  if (count > 0 && elf->statement == NULL) return other_name(v, &first);
  return WK_OK;
}

/* }====================================================== */


/*
** {======================================================
** The entry
** =======================================================
*/

/* "luaopen_" and the name with underscores for dots, in WK_ENTRY bytes */
static void entry_name (char *out, const char *name, size_t len) {
  size_t i, n = sizeof("luaopen_") - 1;
  memcpy(out, "luaopen_", n);
  if (len > WK_ENTRY - 1 - n) len = WK_ENTRY - 1 - n;
  for (i = 0; i < len; i++) out[n + i] = name[i] == '.' ? '_' : name[i];
  out[n + len] = '\0';
}


typedef struct Listed {
  char text[256];
  size_t used;
  int count;
} Listed;


/* adds a name to a list for a message */
static void listed (void *ud, const char *name, size_t len) {
  Listed *list = (Listed *)ud;
  char shown[48];
  size_t n;
  if (list->count++ >= SHOWN_NAMES) return;
  wk_quote(shown, sizeof(shown), name, len, 40);
  n = strlen(shown);
  if (list->used + n + 3 > sizeof(list->text)) return;
  if (list->used > 0) {
    memcpy(list->text + list->used, ", ", 2);
    list->used += 2;
  }
  memcpy(list->text + list->used, shown, n + 1);
  list->used += n;
}


static wk_Code no_entry (const wk_View *v, const char *with, const char *bare) {
  Listed list;
  memset(&list, 0, sizeof(list));
  wk_view_each(v, listed, &list);
  FAIL(v, WK_ENOENTRY, "has no entry point");
  NOTE(v, "it must export `%s` or `%s`; it exports %s%s%s", with, bare,
       list.count > 0 ? "" : "no function", list.text,
       list.count > SHOWN_NAMES ? ", …" : "");
  HELP(v, "a plugin is a Lua C module: see include/wick/plugin.h");
  return WK_ENOENTRY;
}


static wk_Code find_entry (const wk_View *v, wk_Elf *elf) {
  const wk_ElfAsk *ask = v->ask;
  const char *dot = (const char *)memchr(ask->name, '.', ask->len);
  size_t skip = dot ? (size_t)(dot + 1 - ask->name) : 0;
  char bare[WK_ENTRY];
  entry_name(elf->entry, ask->name, ask->len);
  if (wk_view_exports(v, elf->entry)) return WK_OK;
  entry_name(bare, ask->name + skip, ask->len - skip);
  if (!wk_view_exports(v, bare)) return no_entry(v, elf->entry, bare);
  memcpy(elf->entry, bare, sizeof(bare));
  return WK_OK;
}

/* }====================================================== */


wk_Code wk_elf_check (const wk_ElfFile *file, const wk_ElfAsk *ask,
                      wk_Elf *elf, wk_Fail *f) {
  wk_View v;
  wk_Code code;
  elf->statement = NULL;
  elf->nstatement = 0;
  elf->address = 0;
  elf->entry[0] = '\0';
  code = wk_view(&v, file, ask, f);
  if (code == WK_OK) code = wk_view_hazards(&v);
  if (code == WK_OK) code = wk_view_tables(&v);
  if (code == WK_OK) code = check_sections(&v);
  if (code == WK_OK) code = find_statement(&v, elf);
  if (code == WK_OK) code = find_entry(&v, elf);
  if (code == WK_OK) wk_view_extent(&v, &elf->first, &elf->end);
  return code;
}


/* a view for somebody who does not want to know why there is none */
static int quiet_view (wk_View *v, const wk_ElfFile *file) {
  static const wk_ElfAsk nobody = {"", 0, "", ""};
  wk_Fail f;
  return wk_view(v, file, &nobody, &f) == WK_OK;
}


void wk_elf_needed (const wk_ElfFile *file, wk_ElfName each, void *ud) {
  wk_View v;
  size_t i;
  if (!quiet_view(&v, file)) return;
  for (i = 0; i < v.ndynamic; i++) {
    Dyn d = wk_view_dynamic(&v, i);
    const char *s;
    if (d.d_tag != DT_NEEDED) continue;
    s = wk_view_string(&v, d.d_un.d_val);
    if (s != NULL) each(ud, s, strnlen(s, WK_ELF_SHOWN));
  }
}


void wk_elf_exported (const wk_ElfFile *file, wk_ElfName each, void *ud) {
  wk_View v;
  if (quiet_view(&v, file)) wk_view_each(&v, each, ud);
}
