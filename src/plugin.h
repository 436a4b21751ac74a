/*
** plugin.h -- a name below a root -> a checked plugin -> its entry.
**
** May call: fail, path, elf.  Never touches a lua_State.
**
** What is loaded is what was checked: the file is opened by the resolver,
** checked on its bytes, and handed to the linker by its descriptor, through
** /proc/<pid>/fd/N, never by its path.  The linker remembers libraries by
** that name, and gives the old one when a number is used again (glibc 2.36):
** so N belongs to the plugin as long as the process lives.  It is 500 or
** more, and the name has the number of the process, because debuggers open
** what the linker calls a library.
**
** A library is never unloaded.  What was loaded is known to the whole process
** under one lock, which no constructor runs under: threads may load at the same
** time, and constructors may load others and fork.
*/

#ifndef wk_plugin_h
#define wk_plugin_h

#include <stddef.h>
#include <stdint.h>

#include "elf.h"
#include "fail.h"
#include "path.h"

/* a plugin whose file was checked; nothing of it has run */
typedef struct wk_Plugin {
  wk_File file;            /* open until it is loaded or closed */
  char *statement;         /* from its NUL on, owned; NULL: it has none */
  size_t nstatement;
  uint64_t address;        /* of it, from where the library is loaded */
  uint64_t first, end;     /* what the library takes, from there */
  char entry[WK_ENTRY];
  const char *lua;         /* as wk_plugin_open was told */
  size_t limit, name;      /* the same; bytes of `named` */
  char named[256];         /* canonical */
  char base[WK_FILE_SHOWN];  /* the file's name, fit for a message */
} wk_Plugin;

typedef struct wk_Loaded {
  void (*entry) (void);    /* a lua_CFunction */
  const void *base;        /* where the library begins, as dladdr says it */
} wk_Loaded;

/*
** Opens and checks the file `rel`, which is to hold the module `name`
** (canonical; checked by wk_name_check).  `lua`: LUA_VERSION, which must last
** as long as *p.  Fails as wk_path_open, wk_file_read (with `limit`) and
** wk_elf_check.  On failure there is nothing to close.
*/
wk_Code wk_plugin_open (const wk_Root *r, const char *rel, size_t len,
                        const char *name, size_t nlen, const char *lua,
                        size_t limit, wk_Plugin *p, wk_Fail *f);
void wk_plugin_close (wk_Plugin *p);   /* harmless when closed */

/*
** Loads it, or finds it loaded, and closes the file; `p` stays good for
** messages.  Runs the constructors of the library, unless it is loaded.
** ECHANGED: its bytes are others than were checked, or than were loaded
** before (perhaps by another thread meanwhile, then a descriptor stays).
** EDLOPEN: the linker refuses; its text is a note.  ESTATEMENT,
** ENOENTRY: what was loaded is not what the file said.  ENOPROC, EMFILE,
** ENOMEM: also those that the linker met.  Only ESTATEMENT, ENOENTRY and
** EDLOPEN can leave something behind: a library that runs already, or, should
** the linker give another one or not know where it is, the descriptor.
*/
wk_Code wk_plugin_load (wk_Plugin *p, wk_Loaded *out, wk_Fail *f);

#define WK_PLUGIN_NAMES  1000
/* the libraries that it needs, or with `exported` the functions that it
   exports: at most WK_PLUGIN_NAMES of them, fit for messages, NUL-ended, one
   behind the other in a malloc'ed block of *size bytes.  ECHANGED when the
   file is another one by now, EIO, ENOMEM. */
wk_Code wk_plugin_names (wk_Plugin *p, int exported, char **names,
                         size_t *size, wk_Fail *f);

/* where the library begins that a function is in; NULL when in none */
const void *wk_plugin_base (void (*function) (void));


/*
** {======================================================
** Between the files of this room only
** =======================================================
*/

/* EDLOPEN: the linker has refused the plugin, which it calls `path`
   (plugin_said.c) */
wk_Code wk_plugin_refused (const wk_Plugin *p, const char *path, wk_Fail *f);

/* the bytes of an open file, read when they are looked at (plugin_read.c) */
typedef struct wk_Reader {
  wk_ElfFile file;
  int fd;
  char *bytes;
  unsigned char *there;    /* a bit for each part that was read */
  int failed, err;
} wk_Reader;

/* fails as wk_file_read, with nothing to free; *r must not move */
wk_Code wk_reader_open (wk_Reader *r, wk_File *file, size_t limit,
                        wk_Fail *f);
/* what was read is what the file had all the time; ECHANGED, EIO */
wk_Code wk_reader_end (const wk_Reader *r, const wk_File *file, wk_Fail *f);
void wk_reader_free (wk_Reader *r);

/* }====================================================== */

#endif
