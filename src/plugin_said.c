/*
** plugin_said.c -- what the system's linker says of a plugin, and what helps.
**
** A file of the room `plugin` (see plugin.h).  May call: fail, path.
*/

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plugin.h"


#define SHOWN  200         /* characters of what the linker says */
#define UNDEFINED  "undefined symbol: "


/* is any of Lua's API visible to libraries? */
static int is_lua_global (void) {
  return dlsym(RTLD_DEFAULT, "lua_gettop") != NULL;
}


static void help_undefined (const char *symbol, size_t len, wk_Fail *f) {
  char shown[100];
  wk_quote(shown, sizeof(shown), symbol, len, 60);
  if (len < 3 || memcmp(symbol, "lua", 3) != 0)
    wk_fail_help(f, "link the plugin against the library that has `%s`",
                 shown);
  else if (is_lua_global())
    wk_fail_help(f, "this Lua has no `%s`: rebuild the plugin with the "
                    "headers of this Lua", shown);
  else {
    wk_fail_note(f, "a plugin finds Lua in the program that loads it, and "
                    "Lua's functions are not visible there");
    wk_fail_help(f, "link the program with `-Wl,-E`; where Lua is a library "
                    "that was itself loaded, open it once more with "
                    "`dlopen(\"liblua5.4.so.0\", RTLD_NOW | RTLD_NOLOAD | "
                    "RTLD_GLOBAL)`");
  }
}


/* "libopenblas.so.0" is in Debian's libopenblas0, "libx2.so.3" in libx2-3 */
static void help_missing (const char *lib, size_t len, wk_Fail *f) {
  const char *so = (const char *)memmem(lib, len, ".so.", 4);
  size_t stem = so ? (size_t)(so - lib) : 0, i;
  char shown[100];
  wk_quote(shown, sizeof(shown), lib, len, 60);
  for (i = 0; i < stem; i++)
    if (!((lib[i] >= 'a' && lib[i] <= 'z') || lib[i] == '-' ||
          (lib[i] >= '0' && lib[i] <= '9'))) stem = 0;
  if (stem > 0 && stem < 60 && len - stem - 4 < 8)
    wk_fail_help(f, "install the library; on Debian it should be in the "
                    "package `%.*s%s%.*s`", (int)stem, lib,
                 lib[stem - 1] >= '0' && lib[stem - 1] <= '9' ? "-" : "",
                 (int)(len - stem - 4), so + 4);
  else wk_fail_help(f, "install the library `%s`", shown);
}


/* Does the text end in what the system says of an error?  The linker gives no
   number for it.  A name, which may be anything, stands there as well. */
static int is_error (const char *said, int err) {
  const char *text = strerror(err);
  const size_t len = strlen(said), n = strlen(text);
  return len > n + 2 && strcmp(said + len - n, text) == 0 &&
         memcmp(said + len - n - 2, ": ", 2) == 0 &&
         strstr(said, UNDEFINED) == NULL;
}


/* the text is copied at once: the next call of any library may overwrite it */
wk_Code wk_plugin_refused (const wk_Plugin *p, const char *path, wk_Fail *f) {
  static const int short_of[] = {EMFILE, ENFILE, ENOMEM};
  static const char absent[] = ": cannot open shared object file";
  char text[512], shown[3 * SHOWN];
  const char *said = dlerror(), *at;
  size_t skip = strlen(path), i;
  snprintf(text, sizeof(text), "%s", said ? said : "nothing");
  said = text;
  if (strncmp(said, path, skip) == 0 && said[skip] == ':') {
    said += skip + 1;
    while (*said == ' ') said++;
  }
  for (i = 0; i < sizeof(short_of) / sizeof(*short_of); i++)
    if (is_error(said, short_of[i])) {
      wk_fail_errno(f, short_of[i], "a plugin cannot be loaded");
      wk_fail_note(f, "the system linker says: %s",
                   wk_quote(shown, sizeof(shown), said, strlen(said), SHOWN));
      return f->code;
    }
  wk_fail(f, WK_EDLOPEN, "plugin `%s` cannot be opened", p->named);
  wk_fail_note(f, "the system linker says: %s",
               wk_quote(shown, sizeof(shown), said, strlen(said), SHOWN));
  if ((at = strstr(said, UNDEFINED)) != NULL) {
    at += sizeof(UNDEFINED) - 1;
    help_undefined(at, strcspn(at, ", "), f);
  }
  else if ((at = strstr(said, absent)) != NULL)
    help_missing(said, (size_t)(at - said), f);
  else if (strstr(said, "failed to map segment") != NULL)
    wk_fail_help(f, "is its file system mounted `noexec`?  Code is run from "
                    "none that is");
  else if (strstr(said, "' not found") != NULL)
    wk_fail_help(f, "it was built on a newer system: rebuild it on this one");
  return WK_EDLOPEN;
}
