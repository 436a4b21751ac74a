/*
** elf.h -- what a shared object says of itself, from its bytes.
**
** May call: fail.  Pure: no input, no output, no memory, no lua_State; who
** calls may have bytes fetched when they are looked at.  Every byte is
** hostile; nothing of the file has run when these functions speak.
**
** What they look at is what the system's linker will look at: segments by
** their addresses, the dynamic section to its end, an export through the hash
** table; and what the linker will not look at before it believes it: that
** tables are where they should be, and that names, versions, hashes and notes
** lead to no other place.
**
** What relocations say, and what is left out of them, is not looked at, nor
** code: a file whose relocations lead elsewhere passes, and ends the process
** when it is loaded, or when its code is called.
*/

#ifndef wk_elf_h
#define wk_elf_h

#include <stddef.h>
#include <stdint.h>

#include "fail.h"

#define WK_ENTRY  272      /* "luaopen_", a name, NUL */

/* The bytes of a file.  With `fetch` they need not be there yet: it is called
   before bytes [from, from + size) are looked at, and gives 0 when it cannot
   put them there. */
typedef struct wk_ElfFile {
  const char *bytes;
  size_t len;
  int (*fetch) (void *ud, size_t from, size_t size);   /* or NULL */
  void *ud;
} wk_ElfFile;

typedef struct wk_ElfAsk {
  const char *name;        /* canonical: NAME.a.b */
  size_t len;
  const char *lua;         /* which Lua this is: LUA_VERSION */
  const char *file;        /* the file's name, fit for a message */
} wk_ElfAsk;

typedef struct wk_Elf {
  const char *statement;   /* for this name, a place in the bytes (the NUL
                              before its first word); NULL: there is none */
  size_t nstatement;       /* bytes, without the NUL that ends it */
  uint64_t address;        /* where it is in memory, from the load address */
  uint64_t first, end;     /* what the file takes there: whole pages */
  char entry[WK_ENTRY];    /* luaopen_NAME_a_b or luaopen_a_b */
} wk_Elf;

/*
** Whether the file can be a plugin of that name, and where its statement is.
** Refuses with EELF (no shared object for this machine, or damaged), EHAZARD
** (loading it would weaken the process, or lead to files that wick did not
** check), ESTATEMENT (not well formed, two for the name, or for other names
** only), EABI (stated for another Lua), ENOENTRY.
*/
wk_Code wk_elf_check (const wk_ElfFile *file, const wk_ElfAsk *ask,
                      wk_Elf *elf, wk_Fail *f);

/* called with names, which are bytes of the file and not NUL-ended */
typedef void (*wk_ElfName) (void *ud, const char *name, size_t len);

#define WK_ELF_NAMES  1000     /* names that are told, at most, */
#define WK_ELF_SHOWN  256      /* and bytes of one */

/* the libraries that a checked file needs, and the functions that it
   exports, in the file's order */
void wk_elf_needed (const wk_ElfFile *file, wk_ElfName each, void *ud);
void wk_elf_exported (const wk_ElfFile *file, wk_ElfName each, void *ud);


/*
** {======================================================
** Statements (statement.c)
** =======================================================
*/

#define WK_STATEMENT_MAX  65536   /* bytes of one */
#define WK_STATEMENTS_MAX 16      /* in one file */
#define WK_STATED_MAX     256     /* constructors; parameters of one */

typedef struct wk_Text { const char *s; size_t len; } wk_Text;

typedef struct wk_Statement {
  wk_Text whole;                  /* from the NUL to the end of its last line */
  wk_Text name, version, lua, doc;
  const char *problem;            /* what is wrong with it, or NULL */
} wk_Statement;

/* one line of a statement, in fields: "param", name, type, doc */
typedef struct wk_StatementLine {
  wk_Text tag, field[3];
  int nfields;
} wk_StatementLine;

/*
** The next statement in [*at, end), which are bytes of the section; those of
** other kinds than `wick-plugin 1` are passed over.  1: *st is it.  0: there
** is none left.  -1: st->problem says what is not well formed.
*/
int wk_statement_next (const char **at, const char *end, wk_Statement *st);

/* the next line in [*at, end) of a well-formed statement; begin behind its
   first line (wk_statement_lines).  0 at the end */
const char *wk_statement_lines (const wk_Text *whole);
int wk_statement_line (const char **at, const char *end,
                       wk_StatementLine *line);

/* }====================================================== */

#endif
