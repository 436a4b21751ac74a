/*
** plugin.c -- a checked plugin -> its entry (see plugin.h).
**
** May call: fail, path, elf.
*/

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin.h"


#define FIRST_FD  500      /* of those that are kept for libraries */
#define MAX_TRIES 16       /* of checking a file that is renamed meanwhile */


/* starts a failure, whose headline speaks of the plugin by its name */
#define FAIL(p, f, code, words) \
  wk_fail(f, code, "plugin `%s` " words, (p)->named)


/*
** {======================================================
** A plugin that is checked
** =======================================================
*/

/* the last part of a file name, fit for a message */
static const char *base_name (char *out, size_t size, const char *rel,
                              size_t len) {
  size_t at = len;
  while (at > 0 && rel[at - 1] != '/') at--;
  return wk_quote(out, size, rel + at, len - at, 60);
}


/* keeps what the check found, while its bytes are there */
static wk_Code keep (wk_Plugin *p, const wk_Elf *elf, wk_Fail *f) {
  memcpy(p->entry, elf->entry, sizeof(p->entry));
  p->address = elf->address;
  p->first = elf->first;
  p->end = elf->end;
  if (elf->statement == NULL) return WK_OK;
  p->statement = (char *)malloc(elf->nstatement);
  if (p->statement == NULL)
    return FAIL(p, f, WK_ENOMEM, "needs more memory than there is");
  p->nstatement = elf->nstatement;
  memcpy(p->statement, elf->statement, elf->nstatement);
  return WK_OK;
}


/* reads and checks the open file; keeps what it says */
static wk_Code examine (wk_Plugin *p, wk_Fail *f) {
  wk_Reader reader;
  wk_ElfAsk ask;
  wk_Elf elf;
  wk_Fail other;
  wk_Code code = wk_reader_open(&reader, &p->file, p->limit, f);
  if (code != WK_OK) return code;
  ask.name = p->named;
  ask.len = p->name;
  ask.lua = p->lua;
  ask.file = p->base;
  code = wk_elf_check(&reader.file, &ask, &elf, f);
  if (wk_reader_end(&reader, &p->file, &other) != WK_OK) {
    *f = other;  /* what was checked means nothing */
    code = other.code;
  }
  if (code == WK_OK) code = keep(p, &elf, f);
  wk_reader_free(&reader);
  return code;
}


/* A name that changed leaves the file alone, and sets the ctime only.  Who may
   write it was judged by its owner, group and mode. */
static int same_file (const wk_File *a, const wk_File *b) {
  return a->size == b->size && a->mtime_s == b->mtime_s &&
         a->mtime_ns == b->mtime_ns && a->mode == b->mode &&
         a->uid == b->uid && a->gid == b->gid;
}


/* The same until the file stays as it is meanwhile: its name may be changed
   by somebody, its bytes may not. */
static wk_Code examine_steady (wk_Plugin *p, wk_Fail *f) {
  int tries;
  for (tries = 1;; tries++) {
    wk_Code code = examine(p, f);
    wk_File now = p->file;
    wk_Fail other;
    if (code != WK_ECHANGED || tries == MAX_TRIES ||
        wk_file_admit(&now, p->file.fd, &other) != WK_OK ||
        !same_file(&now, &p->file)) return code;
    p->file = now;
  }
}


wk_Code wk_plugin_open (const wk_Root *r, const char *rel, size_t len,
                        const char *name, size_t nlen, const char *lua,
                        size_t limit, wk_Plugin *p, wk_Fail *f) {
  wk_Code code;
  memset(p, 0, sizeof(*p));
  if (nlen >= sizeof(p->named)) nlen = sizeof(p->named) - 1;
  memcpy(p->named, name, nlen);
  p->name = nlen;
  p->lua = lua;
  p->limit = limit;
  base_name(p->base, sizeof(p->base), rel, len);
  code = wk_path_open(r, rel, len, &p->file, f);
  if (code == WK_OK) code = examine_steady(p, f);
  if (code != WK_OK) wk_plugin_close(p);
  return code;
}


void wk_plugin_close (wk_Plugin *p) {
  wk_file_close(&p->file);
  free(p->statement);
  p->statement = NULL;
  p->nstatement = 0;
}

/* }====================================================== */


/*
** {======================================================
** What is loaded, in the whole process
** =======================================================
*/

typedef struct Library {
  uint64_t dev, ino;       /* first: these are looked through */
  const void *handle;
  int64_t size, mtime_s, mtime_ns;
  uintptr_t address;       /* what addresses in the file are relative to */
  uintptr_t base, end;     /* where it is in memory */
} Library;

/* What is below belongs to the thread that has the lock.  The linker has a
   lock of its own, under which constructors run, and these may fork (which
   takes ours) or come back here: so it is asked for nothing under ours. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Library *libraries = NULL;
static size_t nlibraries = 0, clibraries = 0;
static size_t nloading = 0;      /* of those that the linker has now */
static int next_fd = FIRST_FD;   /* no number is used twice, even if somebody
                                    closes what is not theirs */
static char self[24];            /* what /proc calls this process */
static pid_t spelled = 0;        /* the process that `self` is */


static void take_lock (void) {
  pthread_mutex_lock(&lock);
}


static void drop_lock (void) {
  pthread_mutex_unlock(&lock);
}


static void at_fork (void) {
  pthread_atfork(take_lock, drop_lock, drop_lock);
}


/* What is known here must last as long as the libraries: Lua unloads core.so
   when a state closes, so core.so makes itself stay.  In a program that
   carries the core there is nothing to do.  Two threads may do it at once. */
static void set_up (void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  static atomic_int stays = 0;
  static const char here = 0;
  Dl_info info;
  pthread_once(&once, at_fork);
  if (atomic_load(&stays)) return;
  if (dladdr(&here, &info) != 0 && info.dli_fname != NULL)
    dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
  atomic_store(&stays, 1);
}


static int is_of (const Library *lib, const wk_File *file) {
  return lib->ino == file->ino && lib->dev == file->dev;
}


static Library *find_inode (const wk_File *file) {
  size_t i;
  for (i = 0; i < nlibraries; i++)
    if (is_of(&libraries[i], file)) return &libraries[i];
  return NULL;
}


static Library *find_handle (const void *handle) {
  size_t i;
  for (i = 0; i < nlibraries; i++)
    if (libraries[i].handle == handle) return &libraries[i];
  return NULL;
}


/* room for one more than those that are being loaded; 0 without memory */
static int reserve (void) {
  size_t room = clibraries ? clibraries * 2 : 16;
  Library *more;
  if (nlibraries + nloading < clibraries) return 1;
  more = (Library *)realloc(libraries, room * sizeof(*more));
  if (more == NULL) return 0;
  libraries = more;
  clibraries = room;
  return 1;
}


static int is_unchanged (const Library *lib, const wk_File *file) {
  return lib->size == file->size && lib->mtime_s == file->mtime_s &&
         lib->mtime_ns == file->mtime_ns;
}

/* }====================================================== */


/*
** {======================================================
** Loading
** =======================================================
*/

static wk_Code changed (const wk_Plugin *p, wk_Fail *f) {
  wk_fail(f, WK_ECHANGED, "`%s` changed since it was checked",
          p->file.shown);
  wk_fail_help(f, "put a new plugin in place by renaming it, not by writing "
                  "over the old one");
  return WK_ECHANGED;
}


static wk_Code changed_since_loaded (const wk_Plugin *p, wk_Fail *f) {
  wk_fail(f, WK_ECHANGED, "`%s` changed since it was loaded",
          p->file.shown);
  wk_fail_note(f, "a process loads a plugin once, and never unloads it");
  wk_fail_help(f, "start the process anew; put a new plugin in place by "
                  "renaming it, not by writing over the old one");
  return WK_ECHANGED;
}


static wk_Code no_proc (const wk_Plugin *p, int err, wk_Fail *f) {
  if (err == ENOMEM) return wk_fail_errno(f, err, "a plugin cannot be loaded");
  FAIL(p, f, WK_ENOPROC, "cannot be loaded without /proc");
  wk_fail_note(f, "it is loaded by its descriptor, through /proc/<pid>/fd: "
                  "by its path it could be another file by now");
  wk_fail_help(f, "mount it: `mount -t proc proc /proc`");
  f->err = err;
  return WK_ENOPROC;
}


/* a number for the library, never to be given back once the linker knows it.
   Where fewer than 500 descriptors are allowed, or all of those are in use, it
   is a lower one. */
static int pin (int fd) {
  int kept = fcntl(fd, F_DUPFD_CLOEXEC, next_fd);
  if (kept < 0 && (errno == EINVAL || errno == EMFILE))
    kept = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (kept >= next_fd) next_fd = kept + 1;
  return kept;
}


/* What the linker shall call the file: in the words of this process, which
   may be a child of the one that loaded others.  What /proc calls the process
   is remembered; whether the name leads to our file is looked at each time,
   for another process can have the same number elsewhere. */
static wk_Code spell (const wk_Plugin *p, int fd, char *path, size_t size,
                      wk_Fail *f) {
  int fresh = spelled != getpid(), err;
  for (;; fresh = 1) {
    struct stat st;
    if (fresh) {
      ssize_t n = readlink("/proc/self", self, sizeof(self) - 1);
      if (n <= 0) return no_proc(p, errno, f);
      self[n] = '\0';
    }
    snprintf(path, size, "/proc/%s/fd/%d", self, fd);
    err = stat(path, &st) == 0 ? 0 : errno;
    if (err == 0 && (uint64_t)st.st_dev == p->file.dev &&
        (uint64_t)st.st_ino == p->file.ino) break;
    if (fresh) return no_proc(p, err, f);
  }
  spelled = getpid();
  return WK_OK;
}


/* The file is as it was when its bytes were checked, or they are checked once
   more, and what was said of it must still be so. */
static wk_Code check_again (wk_Plugin *p, wk_Fail *f) {
  wk_Plugin now = *p;
  wk_Code code;
  int same;
  if (wk_file_same(&p->file, p->file.fd)) return WK_OK;
  now.statement = NULL;
  now.nstatement = 0;
  code = wk_file_admit(&now.file, p->file.fd, f);
  if (code != WK_OK) return code;
  if (!same_file(&now.file, &p->file)) return changed(p, f);
  code = examine_steady(&now, f);
  same = code == WK_OK && now.nstatement == p->nstatement &&
         now.address == p->address && strcmp(now.entry, p->entry) == 0 &&
         (p->nstatement == 0 ||
          memcmp(now.statement, p->statement, p->nstatement) == 0);
  free(now.statement);
  if (code != WK_OK && code != WK_ECHANGED) return code;
  if (!same) return changed(p, f);
  p->file = now.file;
  return WK_OK;
}


/* Under the lock: a number for the file, and in `path` what the linker shall
   call it; then there is room to take it down, and it counts as loading.
   Gives the number, or -1 and a failure. */
static int begin (const wk_Plugin *p, char *path, size_t size, wk_Fail *f) {
  int fd;
  if (!reserve()) {  /* before anything is there to be left behind */
    FAIL(p, f, WK_ENOMEM, "needs more memory than there is");
    return -1;
  }
  fd = pin(p->file.fd);
  if (fd < 0) {
    wk_fail_errno(f, errno, "a plugin cannot be loaded");
    return -1;
  }
  if (spell(p, fd, path, size, f) != WK_OK) {
    close(fd);
    return -1;
  }
  nloading++;
  return fd;
}


/* under the lock: takes down the library of a handle */
static Library *note (const wk_Plugin *p, const void *handle,
                      const struct link_map *map) {
  Library *lib = &libraries[nlibraries++];
  lib->dev = p->file.dev;
  lib->ino = p->file.ino;
  lib->handle = handle;
  lib->size = p->file.size;
  lib->mtime_s = p->file.mtime_s;
  lib->mtime_ns = p->file.mtime_ns;
  lib->address = (uintptr_t)map->l_addr;
  lib->base = lib->address + (uintptr_t)p->first;
  lib->end = lib->address + (uintptr_t)p->end;
  return lib;
}


/* What the linker gave (NULL: nothing) is no longer loading.  It is known from
   now on, or was already: its constructors, or another thread, had it loaded,
   too.  0 when it is another library, or the linker does not tell where it
   is. */
static int finish (const wk_Plugin *p, const void *handle, Library *lib) {
  struct link_map *map = NULL;
  const Library *known = NULL;
  int found;
  if (handle != NULL &&
      dlinfo((void *)(uintptr_t)handle, RTLD_DI_LINKMAP, &map) != 0)
    map = NULL;
  take_lock();
  nloading--;
  if (map != NULL) {
    known = find_handle(handle);
    if (known == NULL) known = note(p, handle, map);
  }
  found = known != NULL && is_of(known, &p->file);
  if (found) *lib = *known;
  drop_lock();
  return found;
}


/* gives the file, which has the number `fd`, to the linker */
static wk_Code load (wk_Plugin *p, int fd, const char *path, Library *lib,
                     wk_Fail *f) {
  const void *handle = NULL;
  wk_Code code = check_again(p, f);
  if (code == WK_OK) {
    handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == NULL) code = wk_plugin_refused(p, path, f);
  }
  if (handle == NULL) {
    finish(p, NULL, lib);
    close(fd);
    return code;
  }
  /* the descriptor stays open from here on: the linker knows its number */
  if (!finish(p, handle, lib)) {
    FAIL(p, f, WK_EDLOPEN, "cannot be opened");
    wk_fail_note(f, "the system linker gave another library for it");
    return WK_EDLOPEN;
  }
  return is_unchanged(lib, &p->file) ? WK_OK : changed_since_loaded(p, f);
}


/* the library that the file is, loaded now if it was not */
static wk_Code obtain (wk_Plugin *p, Library *lib, wk_Fail *f) {
  const Library *known;
  char path[64];
  int fd = -1;
  take_lock();
  known = find_inode(&p->file);
  if (known != NULL) *lib = *known;
  else fd = begin(p, path, sizeof(path), f);
  drop_lock();
  if (known == NULL) return fd >= 0 ? load(p, fd, path, lib, f) : f->code;
  if (!is_unchanged(lib, &p->file)) return changed_since_loaded(p, f);
  return p->file.fd < 0 ? WK_OK : check_again(p, f);
}


/* are these bytes in the library, as far as it reaches? */
static int is_in (const Library *lib, uintptr_t at, size_t size) {
  return at >= lib->base && at < lib->end && size <= lib->end - at;
}


/* is the statement in memory the one that was checked? */
static int same_statement (const wk_Plugin *p, const Library *lib) {
  const uintptr_t at = lib->address + (uintptr_t)p->address;
  return is_in(lib, at, p->nstatement) &&
         memcmp((const char *)at, p->statement, p->nstatement) == 0;
}


/* what is in memory is what was checked: the statement, and the entry, which
   is in this library and in none that it needs */
static wk_Code compare (const wk_Plugin *p, const Library *lib,
                        wk_Loaded *out, wk_Fail *f) {
  const void *entry;
  if (p->statement != NULL && !same_statement(p, lib)) {
    FAIL(p, f, WK_ESTATEMENT, "is not what its file states");
    wk_fail_note(f, "the statement in memory is another one than was checked");
    return WK_ESTATEMENT;
  }
  entry = dlsym((void *)(uintptr_t)lib->handle, p->entry);
  if (entry == NULL || !is_in(lib, (uintptr_t)entry, 1)) {
    FAIL(p, f, WK_ENOENTRY, "has no entry point");
    wk_fail_note(f, "the system linker does not find `%s` in it", p->entry);
    return WK_ENOENTRY;
  }
  memcpy(&out->entry, &entry, sizeof(entry));
  out->base = (const void *)lib->base;
  return WK_OK;
}


wk_Code wk_plugin_load (wk_Plugin *p, wk_Loaded *out, wk_Fail *f) {
  Library lib;
  wk_Code code;
  memset(&lib, 0, sizeof(lib));
  set_up();
  code = obtain(p, &lib, f);
  if (code == WK_OK) code = compare(p, &lib, out, f);
  if (code == WK_OK) wk_file_close(&p->file);
  return code;
}


const void *wk_plugin_base (void (*function) (void)) {
  const void *at;
  Dl_info info;
  memcpy(&at, &function, sizeof(at));
  return dladdr(at, &info) != 0 ? info.dli_fbase : NULL;
}

/* }====================================================== */
