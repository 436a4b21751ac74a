/*
** plugin_read.c -- the bytes of a plugin, as far as they are looked at, and the
** names in them.
**
** A file of the room `plugin` (see plugin.h).  May call: fail, path, elf.
**
** A check looks at a few thousand bytes of a file that may have megabytes; so
** the block is as large as the file, and filled page by page.  Bytes are read
** and not mapped: a file that somebody shortens is an error then, and no
** signal.  That the file was one and the same meanwhile is asked at the end.
*/

#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugin.h"


#define WHOLE  32768       /* bytes: a file of no more is read at once */
#define PART   4096


static int is_there (const wk_Reader *r, size_t part) {
  return r->there[part / 8] >> (part % 8) & 1;
}


/* reads the parts [part, stop) of the file; 0 when they cannot be had */
static int read_parts (wk_Reader *r, size_t part, size_t stop) {
  size_t from = part * PART, end = stop * PART;
  if (end > r->file.len) end = r->file.len;
  while (from < end) {
    ssize_t n = pread(r->fd, r->bytes + from, end - from, (off_t)from);
    if (n > 0) from += (size_t)n;
    else if (n < 0 && errno == EINTR) continue;
    else {
      r->err = n < 0 ? errno : 0;
      r->failed = 1;
      return 0;
    }
  }
  for (; part < stop; part++)
    r->there[part / 8] |= (unsigned char)(1u << (part % 8));
  return 1;
}


/* a wk_ElfFile's fetch */
static int fetch (void *ud, size_t from, size_t size) {
  wk_Reader *r = (wk_Reader *)ud;
  size_t part = from / PART, stop = (from + size + PART - 1) / PART;
  while (part < stop) {
    size_t next;
    while (part < stop && is_there(r, part)) part++;
    for (next = part; next < stop && !is_there(r, next); next++) {}
    if (next > part && !read_parts(r, part, next)) return 0;
    part = next;
  }
  return 1;
}


wk_Code wk_reader_open (wk_Reader *r, wk_File *file, size_t limit,
                        wk_Fail *f) {
  const size_t len = file->size > 0 ? (size_t)file->size : 0;
  wk_Code code;
  memset(r, 0, sizeof(*r));
  r->fd = file->fd;
  if (len <= WHOLE || len > limit) {
    code = wk_file_read(file, limit, &r->bytes, &r->file.len, f);
    r->file.bytes = r->bytes;
    return code;
  }
  r->bytes = (char *)malloc(len);
  r->there = (unsigned char *)calloc(len / PART / 8 + 1, 1);
  r->file.bytes = r->bytes;
  r->file.len = len;
  r->file.fetch = fetch;
  r->file.ud = r;
  if (r->bytes != NULL && r->there != NULL) return WK_OK;
  wk_reader_free(r);
  return wk_fail(f, WK_ENOMEM, "`%s` cannot be read: there is no memory left",
                 file->shown);
}


wk_Code wk_reader_end (const wk_Reader *r, const wk_File *file, wk_Fail *f) {
  if (r->failed && r->err != 0) {
    wk_fail(f, WK_EIO, "`%s` cannot be read", file->shown);
    wk_fail_note(f, "the system says: %s", strerror(r->err));
    f->err = r->err;
    return WK_EIO;
  }
  if (r->failed || (r->file.fetch && !wk_file_same(file, r->fd)))
    return wk_fail(f, WK_ECHANGED, "`%s` changed while it was read",
                   file->shown);
  return WK_OK;
}


void wk_reader_free (wk_Reader *r) {
  free(r->bytes);
  free(r->there);
  r->bytes = NULL;
  r->there = NULL;
}


/*
** {======================================================
** Names in it
** =======================================================
*/

typedef struct Names {
  char *block;
  size_t used, room;
  int count, failed;
} Names;


/* a wk_ElfName that collects */
static void collect (void *ud, const char *name, size_t len) {
  Names *names = (Names *)ud;
  char shown[256];
  size_t n;
  if (names->failed || names->count == WK_PLUGIN_NAMES) return;
  wk_quote(shown, sizeof(shown), name, len, 60);
  n = strlen(shown) + 1;
  if (n > names->room - names->used) {
    size_t room = names->room ? names->room * 2 : 1024;
    char *more = (char *)realloc(names->block, room);
    if (more == NULL) {
      names->failed = 1;
      return;
    }
    names->block = more;
    names->room = room;
  }
  memcpy(names->block + names->used, shown, n);
  names->used += n;
  names->count++;
}


wk_Code wk_plugin_names (wk_Plugin *p, int exported, char **names,
                         size_t *size, wk_Fail *f) {
  wk_Reader reader;
  Names list;
  wk_Code code = wk_reader_open(&reader, &p->file, p->limit, f);
  memset(&list, 0, sizeof(list));
  *names = NULL;
  *size = 0;
  if (code != WK_OK) return code;
  if (exported) wk_elf_exported(&reader.file, collect, &list);
  else wk_elf_needed(&reader.file, collect, &list);
  code = wk_reader_end(&reader, &p->file, f);
  wk_reader_free(&reader);
  if (code == WK_OK && list.failed)
    code = wk_fail(f, WK_ENOMEM, "plugin `%s` needs more memory than there "
                               "is", p->named);
  if (code != WK_OK) {
    free(list.block);
    return code;
  }
  *names = list.block;
  *size = list.used;
  return WK_OK;
}

/* }====================================================== */
