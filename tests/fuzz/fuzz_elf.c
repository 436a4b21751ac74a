/*
** fuzz_elf.c -- any bytes as a shared object, and as the section that holds
** statements: what is told lies in the bytes, and the same is told when only
** those bytes are there that were asked for.
*/

#include "fuzz.h"

#include "elf.h"


static const wk_ElfAsk ask = {"p.one", 5, "Lua 5.4", "x.so"};

/* the bytes that were fetched: a copy in which all others are 0xAA */
typedef struct Part {
  const char *all;
  size_t size;
  char *there;
} Part;


static int fetch (void *ud, size_t from, size_t size) {
  Part *part = (Part *)ud;
  demand(from <= part->size && size <= part->size - from);
  memcpy(part->there + from, part->all + from, size);
  return 1;
}


static const wk_ElfFile *named;   /* whose names are told */
static size_t names, total;


static void each (void *ud, const char *name, size_t len) {
  (void)ud;
  demand(name >= named->bytes && len <= named->len &&
         name <= named->bytes + (named->len - len));
  names++;
  total += len;
}


/* checks the file; *sum is of what is told of it */
static wk_Code check (const wk_ElfFile *file, size_t *sum) {
  static wk_Elf elf;
  static wk_Fail fail;
  wk_Code code = wk_elf_check(file, &ask, &elf, &fail);
  *sum = 0;
  if (code != WK_OK) {
    fuzz_failure(&fail, code, file->len);
    demand(code == WK_EELF || code == WK_EHAZARD || code == WK_ESTATEMENT ||
           code == WK_EABI || code == WK_ENOENTRY);
    *sum = strlen(fail.message);
    return code;
  }
  demand(strcmp(elf.entry, "luaopen_p_one") == 0 ||
         strcmp(elf.entry, "luaopen_one") == 0);
  demand(elf.first < elf.end);
  if (elf.statement != NULL) {
    demand(elf.statement >= file->bytes);
    demand(elf.nstatement < file->len);
    demand(elf.statement <= file->bytes + (file->len - elf.nstatement - 1));
    demand(elf.nstatement <= WK_STATEMENT_MAX);
    demand(elf.statement[elf.nstatement] == '\0');
    demand(elf.address >= elf.first && elf.address < elf.end);
  }
  named = file;
  names = total = 0;
  wk_elf_needed(file, each, NULL);
  wk_elf_exported(file, each, NULL);
  demand(names > 0);  /* its entry at least */
  *sum = names * 65536 + total + elf.nstatement;
  return code;
}


static int within (const wk_Text *inner, const wk_Text *outer) {
  return inner->s == NULL || (inner->s >= outer->s &&
         inner->len <= outer->len &&
         inner->s <= outer->s + (outer->len - inner->len));
}


/* the same bytes as a section of statements */
static void read_statements (const char *s, size_t size) {
  const char *at = s, *end = s + size;
  wk_Statement st;
  int found;
  while ((found = wk_statement_next(&at, end, &st)) == 1) {
    wk_Text all = {s, size};
    const char *line = wk_statement_lines(&st.whole);
    const char *stop = st.whole.s + st.whole.len;
    wk_StatementLine l;
    int i, n = 0;
    demand(at > s && at <= end && st.problem == NULL);
    demand(within(&st.whole, &all) && within(&st.name, &all));
    demand(within(&st.version, &all) && within(&st.lua, &all));
    demand(within(&st.doc, &all));
    while (wk_statement_line(&line, stop, &l)) {
      demand(within(&l.tag, &st.whole) && l.nfields >= 0 && l.nfields <= 3);
      for (i = 0; i < l.nfields; i++)
        demand(within(&l.field[i], &st.whole));
      demand(++n <= WK_STATEMENT_MAX);
    }
  }
  if (found < 0) {
    demand(st.problem != NULL);
    fuzz_shown(st.problem, strlen(st.problem) + 1);
  }
}


int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size) {
  const char *s = (const char *)data;
  wk_ElfFile whole = {s, size, NULL, NULL}, parts;
  Part part;
  size_t sum, other;
  wk_Code code = check(&whole, &sum);
  part.all = s;
  part.size = size;
  part.there = (char *)malloc(size > 0 ? size : 1);
  demand(part.there != NULL);
  memset(part.there, 0xAA, size);
  parts.bytes = part.there;
  parts.len = size;
  parts.fetch = fetch;
  parts.ud = &part;
  demand(check(&parts, &other) == code && other == sum);
  free(part.there);
  read_statements(s, size);
  return 0;
}
