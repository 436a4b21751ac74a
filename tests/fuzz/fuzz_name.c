/*
** fuzz_name.c -- any bytes as a target, and as a file name below a root: what
** is let through is exactly what the rules say, and a name that is let
** through cannot leave the root.  The rules are written here once more.
*/

#include "fuzz.h"
#include "path.h"


static int is_letter (char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}


/* one part of a target: [A-Za-z_][A-Za-z0-9_]*, 64 bytes, not `init` */
static int is_part (const char *s, size_t n) {
  size_t i;
  if (n == 0 || n > 64 || !is_letter(s[0])) return 0;
  for (i = 1; i < n; i++)
    if (!is_letter(s[i]) && !(s[i] >= '0' && s[i] <= '9')) return 0;
  return !(n == 4 && memcmp(s, "init", 4) == 0);
}


/* are the parts between `sign` such as `is` allows?  Counts them. */
static int parts (const char *s, size_t len, char sign, size_t *count,
                  int (*is) (const char *s, size_t n)) {
  size_t at = 0, i;
  *count = 0;
  for (i = 0; i <= len; i++) {
    if (i < len && s[i] != sign) continue;
    if (!is(s + at, i - at)) return 0;
    ++*count;
    at = i + 1;
  }
  return 1;
}


/* one component of a file name */
static int is_component (const char *s, size_t n) {
  return n > 0 && n <= WK_PART_MAX && memchr(s, '\0', n) == NULL &&
         !(n == 1 && s[0] == '.') &&
         !(n == 2 && s[0] == '.' && s[1] == '.');
}


int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size) {
  static const char *const suffixes[] = {".lua", "/init.lua", ".so"};
  static wk_Fail fail;
  const char *s = (const char *)data;
  size_t count, i;
  int is = size <= 255 && parts(s, size, '.', &count, is_part) && count <= 16;
  wk_Code code = wk_name_check(s, size, &fail);
  demand((code == WK_OK) == is);
  if (code != WK_OK) {
    fuzz_failure(&fail, code, size);
    demand(code == WK_ENAME && fail.nmarks == 1);
  }
  for (i = 0; is && i < sizeof(suffixes) / sizeof(*suffixes); i++) {
    char file[300];
    size_t n = size + strlen(suffixes[i]), at;
    for (at = 0; at < size; at++) file[at] = s[at] == '.' ? '/' : s[at];
    memcpy(file + size, suffixes[i], strlen(suffixes[i]));
    demand(wk_rel_check(file, n, &fail) == WK_OK);
  }
  is = size <= WK_REL_MAX && parts(s, size, '/', &count, is_component);
  code = wk_rel_check(s, size, &fail);
  demand((code == WK_OK) == is);
  if (code != WK_OK) {
    fuzz_failure(&fail, code, size);
    demand(code == WK_ENAME || code == WK_EESCAPE);
  }
  return 0;
}
