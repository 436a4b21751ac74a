/*
** file.c -- an open descriptor -> who the file is, and its bytes, once.
**
** A file of the room `path` (see path.h).  May call: fail.  Only the file
** that the user named (wk_file_open) is opened here by its name; everything
** else works on the descriptor.
*/

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path.h"


#define SHOWN       60      /* characters of a name in a message */
#define FIRST_BLOCK 65536   /* bytes, to read a stream */


const char *wk_file_kind (unsigned mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode)) return "a character device";
  if (S_ISBLK(mode)) return "a block device";
  if (S_ISLNK(mode)) return "a symbolic link";
  return "a device or a socket";
}


/* says who the open file is; 0, or -1 and errno */
static int identify (wk_File *file, int fd) {
  struct stat st;
  if (fstat(fd, &st) != 0) return -1;
  file->dev = (uint64_t)st.st_dev;
  file->ino = (uint64_t)st.st_ino;
  file->size = (int64_t)st.st_size;
  file->mtime_s = (int64_t)st.st_mtim.tv_sec;
  file->mtime_ns = (int64_t)st.st_mtim.tv_nsec;
  file->ctime_s = (int64_t)st.st_ctim.tv_sec;
  file->ctime_ns = (int64_t)st.st_ctim.tv_nsec;
  file->mode = (uint32_t)st.st_mode;
  file->uid = (uint32_t)st.st_uid;
  file->gid = (uint32_t)st.st_gid;
  file->nlink = (uint64_t)st.st_nlink;
  return 0;
}


/* a failure of the system while the file `shown` is read */
static wk_Code read_failed (const wk_File *file, int err, wk_Fail *f) {
  char what[WK_FILE_SHOWN + 32];
  snprintf(what, sizeof(what), "`%s` cannot be read", file->shown);
  return wk_fail_errno(f, err, what);
}


wk_Code wk_file_admit (wk_File *file, int fd, wk_Fail *f) {
  file->fd = -1;
  if (identify(file, fd) != 0) return read_failed(file, errno, f);
  if (!S_ISREG(file->mode))
    return wk_fail(f, WK_ETYPE, "`%s` is %s, not a file", file->shown,
                   wk_file_kind(file->mode));
  file->fd = fd;
  return WK_OK;
}


void wk_file_close (wk_File *file) {
  if (file->fd >= 0) close(file->fd);
  file->fd = -1;
}


/* The user named what is no file: a mistake, and no danger, as it was only
   looked at. */
static wk_Code no_config (const wk_File *file, wk_Fail *f) {
  wk_fail(f, WK_EFILE, "`%s` is %s, not a config", file->shown,
          wk_file_kind(file->mode));
  if (S_ISFIFO(file->mode))
    wk_fail_help(f, "`-` reads a config from standard input");
  return f->code;
}


/* ENXIO and ENODEV are what a socket and a device without its driver say */
wk_Code wk_file_open (const char *path, wk_File *file, wk_Fail *f) {
  int fd, err;
  wk_Code code;
  memset(file, 0, sizeof(*file));
  file->fd = -1;
  wk_quote(file->shown, sizeof(file->shown), path, strlen(path), SHOWN);
  do fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  while (fd < 0 && errno == EINTR);
  if (fd >= 0) {
    code = wk_file_admit(file, fd, f);
    if (code != WK_OK) close(fd);
    return code == WK_ETYPE ? no_config(file, f) : code;
  }
  err = errno;
  switch (err) {
    case ENOENT: case ENOTDIR:
      wk_fail(f, WK_EFILE, "there is no file `%s`", file->shown);
      break;
    case ELOOP: case ENAMETOOLONG:
      wk_fail(f, WK_EFILE, "there is no file `%s`", file->shown);
      wk_fail_note(f, "the system says: %s", strerror(err));
      break;
    case ENXIO: case ENODEV:
      no_config(file, f);
      break;
    default:
      return read_failed(file, err, f);
  }
  f->err = err;
  return f->code;
}


/*
** {======================================================
** Reading
** =======================================================
*/

static wk_Code too_big (const char *shown, uint64_t size, size_t limit,
                        wk_Fail *f) {
  if (size > 0) {
    wk_fail(f, WK_ESIZE, "`%s` is too big", shown);
    wk_fail_note(f, "it has %llu bytes, and %zu are allowed",
                 (unsigned long long)size, limit);
  }
  else {
    wk_fail(f, WK_ESIZE, "%s is too long", shown);
    wk_fail_note(f, "%zu bytes are allowed", limit);
  }
  return WK_ESIZE;
}


static wk_Code changed (const wk_File *file, const char *how, wk_Fail *f) {
  wk_fail(f, WK_ECHANGED, "`%s` changed while it was read", file->shown);
  wk_fail_note(f, "%s", how);
  return WK_ECHANGED;
}


/* are two looks at one file alike? */
static int same (const wk_File *a, const wk_File *b) {
  return a->size == b->size && a->mtime_s == b->mtime_s &&
         a->mtime_ns == b->mtime_ns && a->ctime_s == b->ctime_s &&
         a->ctime_ns == b->ctime_ns;
}


int wk_file_same (const wk_File *file, int fd) {
  wk_File now;
  memset(&now, 0, sizeof(now));
  return identify(&now, fd) == 0 && now.dev == file->dev &&
         now.ino == file->ino && same(file, &now);
}


/* did only its names change, since one of them was taken away or given? */
static int renamed (const wk_File *a, const wk_File *b) {
  return a->nlink != b->nlink && a->size == b->size && a->mode == b->mode &&
         a->uid == b->uid && a->gid == b->gid && a->mtime_s == b->mtime_s &&
         a->mtime_ns == b->mtime_ns;
}


/* Reads `size` bytes; asks for one more than fstat promised: a file that has
   it grew, or lies about its size as those below /proc do. */
static wk_Code read_all (const wk_File *file, char *text, size_t size,
                         wk_Fail *f) {
  size_t got = 0;
  while (got <= size) {
    ssize_t n = pread(file->fd, text + got, size + 1 - got, (off_t)got);
    if (n > 0) got += (size_t)n;
    else if (n < 0 && errno != EINTR) return read_failed(file, errno, f);
    if (n == 0 || (n > 0 && got == size)) break;  /* fewer than asked for */
  }
  if (got == size) return WK_OK;
  return changed(file, got < size ? "it has fewer bytes than its size says"
                                  : "it has more bytes than its size says", f);
}


/* A name that was taken away moves the ctime, and could hide that the bytes
   moved as well: then they are read once more. */
wk_Code wk_file_read (wk_File *file, size_t limit, char **bytes, size_t *len,
                      wk_Fail *f) {
  size_t size;
  char *text;
  int again = 0;
  wk_Code code;
  *bytes = NULL;
  *len = 0;
  if (file->size < 0) return read_failed(file, EINVAL, f);
  /* the second cannot be where a size_t has 64 bits */
  if ((uint64_t)file->size > limit ||
      (uint64_t)file->size > SIZE_MAX - 2)  /* GCOVR_EXCL_BR_LINE */
    return too_big(file->shown, (uint64_t)file->size, limit, f);
  size = (size_t)file->size;
  text = (char *)malloc(size + 2);
  if (text == NULL) return read_failed(file, ENOMEM, f);
  for (;;) {
    wk_File now;
    code = read_all(file, text, size, f);
    if (code != WK_OK) break;
    memset(&now, 0, sizeof(now));
    if (identify(&now, file->fd) != 0) {
      code = read_failed(file, errno, f);
      break;
    }
    if (same(file, &now)) {
      text[size] = '\0';
      *bytes = text;
      *len = size;
      return WK_OK;
    }
    if (again++ || !renamed(file, &now)) {
      code = changed(file, "its size or its time is another one by now", f);
      break;
    }
    file->nlink = now.nlink;
    file->ctime_s = now.ctime_s;
    file->ctime_ns = now.ctime_ns;
  }
  free(text);
  return code;
}


/* gives what read(2) gives; waits when the stream does not block */
static ssize_t read_some (int fd, char *to, size_t size) {
  for (;;) {
    ssize_t n = read(fd, to, size);
    struct pollfd wait;
    if (n >= 0 || (errno != EINTR && errno != EAGAIN)) return n;
    if (errno == EINTR) continue;
    wait.fd = fd;
    wait.events = POLLIN;
    wait.revents = 0;
    if (poll(&wait, 1, -1) < 0 && errno != EINTR) return -1;
  }
}


/* the block doubles, but never holds more than limit + 1 bytes of text */
wk_Code wk_stream_read (int fd, size_t limit, char **bytes, size_t *len,
                        wk_Fail *f) {
  size_t most = limit < SIZE_MAX - 2 ? limit + 1 : SIZE_MAX - 2;
  size_t room = most < FIRST_BLOCK ? most : FIRST_BLOCK, got = 0;
  char *text = (char *)malloc(room + 1), *more;
  wk_Code code;
  *bytes = NULL;
  *len = 0;
  if (text == NULL)
    return wk_fail_errno(f, ENOMEM, "standard input cannot be read");
  for (;;) {
    ssize_t n = read_some(fd, text + got, room - got);
    if (n < 0) {
      code = wk_fail_errno(f, errno, "standard input cannot be read");
      goto fail;
    }
    got += (size_t)n;
    if (got > limit) {
      code = too_big("standard input", 0, limit, f);
      goto fail;
    }
    if (n == 0) break;
    if (got < room) continue;
    room = room < most / 2 ? room * 2 : most;
    more = (char *)realloc(text, room + 1);
    if (more == NULL) {
      code = wk_fail_errno(f, ENOMEM, "standard input cannot be read");
      goto fail;
    }
    text = more;
  }
  text[got] = '\0';
  *bytes = text;
  *len = got;
  return WK_OK;
 fail:
  free(text);
  return code;
}

/* }====================================================== */
