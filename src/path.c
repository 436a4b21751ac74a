/*
** path.c -- a root, a file below it, or a refusal in words.
**
** The room `path` (see path.h); its other files are name.c (which names are
** names), below.c (the way to a descriptor), file.c (bytes) and folder.c
** (listings).  May call: fail.  Never touches a lua_State, never puts root
** and name together, never opens a path twice.
*/

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path.h"

#define SHOWN  60           /* characters of a name in a message */

/* to ask what is there: nothing of it is read or started */
#define LOOK  (O_PATH | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)


/*
** {======================================================
** A refusal in words
** =======================================================
*/

wk_Code wk_fail_errno (wk_Fail *f, int err, const char *what) {
  switch (err) {
    case EMFILE: case ENFILE:
      wk_fail(f, WK_EMFILE, "%s: too many files are open", what);
      if (err == EMFILE)
        wk_fail_help(f, "`ulimit -n` shows and raises the limit");
      break;
    case ENOMEM:
      wk_fail(f, WK_ENOMEM, "%s: there is no memory left", what);
      break;
    case EAGAIN:
      wk_fail(f, WK_EAGAIN, "%s without waiting", what);
      wk_fail_note(f, "another program holds it, or keeps renaming it");
      break;
    case EACCES: case EPERM:
      wk_fail(f, WK_EACCES, "%s: no permission", what);
      break;
    default:
      wk_fail(f, WK_EIO, "%s", what);
      wk_fail_note(f, "the system says: %s", strerror(err));
  }
  f->err = err;
  return f->code;
}


/* the way to the component where the walk stopped, fit for a message */
static const char *way (char *out, const char *rel, const wk_Stop *stop) {
  return wk_quote(out, WK_FILE_SHOWN, rel, stop->byte + stop->length, SHOWN);
}


static wk_Code refuse_link (const char *rel, const char *shown,
                            const wk_Stop *stop, wk_Fail *f) {
  char from[WK_FILE_SHOWN], to[WK_FILE_SHOWN];
  wk_fail(f, WK_ESYMLINK, "the way to `%s` is a symbolic link", shown);
  if (stop->nlink > 0)
    wk_fail_note(f, "%s -> %s", way(from, rel, stop),
                 wk_quote(to, sizeof(to), stop->link, stop->nlink, SHOWN));
  wk_fail_note(f, "no symbolic link is followed below the project root, "
                  "wherever it points");
  wk_fail_help(f, "copy the file into the project, or make its folder a "
                  "project of its own");
  return WK_ESYMLINK;
}


static wk_Code refuse_mount (const char *rel, const char *shown,
                             const wk_Stop *stop, wk_Fail *f) {
  char at[WK_FILE_SHOWN];
  wk_fail(f, WK_EXDEV, "the way to `%s` leads into another mount", shown);
  if (stop->length > 0)
    wk_fail_note(f, "something is mounted at `%s`", way(at, rel, stop));
  wk_fail_note(f, "wick stays on the mount that the root is on");
  wk_fail_help(f, "make the mounted folder a project of its own");
  return WK_EXDEV;
}


/* the file may not be read, or a folder on the way not be searched: the one
   in which the component where the walk stopped was looked for */
static wk_Code refuse_access (const char *rel, const char *shown,
                              const wk_Stop *stop, wk_Fail *f) {
  wk_fail(f, WK_EACCES, "there is no permission to read `%s`", shown);
  if (stop->mode != 0)
    wk_fail_note(f, "its mode is %04o", stop->mode & 07777u);
  else if (stop->byte > 0) {
    char at[WK_FILE_SHOWN];
    wk_Stop above = *stop;
    above.byte--;              /* the folder ends before the slash */
    above.length = 0;
    wk_fail_note(f, "the folder `%s` may not be searched",
                 way(at, rel, &above));
  }
  return WK_EACCES;
}


static wk_Code cannot_open (const char *shown, int err, wk_Fail *f) {
  char what[WK_FILE_SHOWN + 32];
  snprintf(what, sizeof(what), "`%s` cannot be opened", shown);
  return wk_fail_errno(f, err, what);
}


/* `err` says little: a second walk, which opens nothing for reading, finds
   out where the way ends and what stands there.  When it cannot, because
   something changed meanwhile, the refusal stands with fewer words. */
static wk_Code refuse_there (const wk_Root *r, const char *rel, size_t len,
                             const char *shown, int flags, int err,
                             wk_Fail *f) {
  wk_Stop stop;
  int fd = wk_walk(r, rel, len, LOOK, &stop);
  if (err == EXDEV && r->mount >= 0 && (fd >= 0 || errno != EXDEV))
    err = EAGAIN;  /* no mount: a folder of the way left the root meanwhile */
  if (fd >= 0) {
    close(fd);
    stop.length = 0;           /* nothing on the way stopped it */
    if (!S_ISREG(stop.mode) && !(flags & O_DIRECTORY)) err = ENXIO;
  }
  else if (errno == ELOOP || errno == EXDEV) err = errno;
  else if (errno != EACCES) memset(&stop, 0, sizeof(stop));
  switch (err) {
    case ELOOP: return refuse_link(rel, shown, &stop, f);
    case EXDEV: return refuse_mount(rel, shown, &stop, f);
    case EAGAIN: return cannot_open(shown, err, f);
    case ENXIO: case ENODEV:
      return wk_fail(f, WK_ETYPE, "`%s` is %s, not a file", shown,
                     wk_file_kind(stop.mode));
    default: return refuse_access(rel, shown, &stop, f);
  }
}


/* the way did not open, by errno `err` */
static wk_Code refuse (const wk_Root *r, const char *rel, size_t len,
                       int flags, int err, wk_Fail *f) {
  char shown[WK_FILE_SHOWN];
  wk_quote(shown, sizeof(shown), rel, len, SHOWN);
  switch (err) {
    case ENOENT: case ENOTDIR:
      wk_fail(f, WK_ENOTFOUND, "there is no %s `%s`",
              (flags & O_DIRECTORY) ? "folder" : "file", shown);
      break;
    case ENAMETOOLONG:
      wk_fail(f, WK_ENAME, "`%s` is too long for its file system", shown);
      break;
    case ELOOP: case EXDEV: case EACCES: case EPERM: case ENXIO: case ENODEV:
      refuse_there(r, rel, len, shown, flags, err, f);
      break;
    default:
      return cannot_open(shown, err, f);
  }
  f->err = err;
  return f->code;
}

/* }====================================================== */


/*
** {======================================================
** Opening below a root
** =======================================================
*/

/* EPERM and ENOSYS of openat2 may come from a filter of system calls that
   does not know it: the walk answers this time */
wk_Code wk_below_open (const wk_Root *r, const char *rel, size_t len,
                       int flags, int *fd, wk_Fail *f) {
  wk_Stop stop;
  int found = -1;
  errno = ENOSYS;
  if (r->backend != WK_WALK) found = wk_openat2(r, rel, flags);
  if (found < 0 && (errno == ENOSYS || errno == EPERM))
    found = wk_walk(r, rel, len, flags, &stop);
  *fd = found;
  return found >= 0 ? WK_OK : refuse(r, rel, len, flags, errno, f);
}


/* The same folder by folder: each one that is not known yet is judged on its
   descriptor before what lies in it is opened.  *in is the last of them. */
static wk_Code descend (const wk_Root *r, const char *rel, size_t len,
                        int flags, int *found, wk_Passed *in, wk_Fail *f) {
  const int folder = O_PATH | O_DIRECTORY | O_CLOEXEC;
  int dir = r->fd;
  size_t at = 0;
  wk_Code code = wk_trust_root(r, in, f);
  while (code == WK_OK) {
    const char *slash = (const char *)memchr(rel + at, '/', len - at);
    size_t end = slash ? (size_t)(slash - rel) : len;
    struct stat st;
    int fd = wk_part_open(r, dir, rel + at, end - at, slash ? folder : flags,
                          &st);
    int err = errno;
    if (dir != r->fd) close(dir);
    if (fd < 0) return refuse(r, rel, len, flags, err, f);
    dir = fd;
    if (slash == NULL) break;
    code = wk_trust_folder(r, &st, rel, end, in, f);
    at = end + 1;
  }
  if (code == WK_OK) *found = dir;
  else if (dir != r->fd) close(dir);
  return code;
}


/* does the name end in `.so`? */
static int is_plugin (const char *rel, size_t len) {
  return len >= 3 && memcmp(rel + len - 3, ".so", 3) == 0;
}


wk_Code wk_path_open (const wk_Root *r, const char *rel, size_t len,
                      wk_File *file, wk_Fail *f) {
  const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  char name[WK_REL_MAX + 1];
  wk_Passed in;
  int fd = -1;
  wk_Code code;
  memset(file, 0, sizeof(*file));
  file->fd = -1;
  code = wk_rel_check(rel, len, f);
  if (code != WK_OK) return code;
  memcpy(name, rel, len);
  name[len] = '\0';
  if (r->folds) {
    code = wk_folder_spelled(r, name, len, f);
    if (code != WK_OK) return code;
  }
  code = wk_trust_known(r, name, len, &in)
           ? wk_below_open(r, name, len, flags, &fd, f)
           : descend(r, name, len, flags, &fd, &in, f);
  if (code != WK_OK) return code;
  wk_quote(file->shown, sizeof(file->shown), name, len, SHOWN);
  file->plugin = is_plugin(name, len);
  code = wk_file_admit(file, fd, f);
  if (code == WK_OK) code = wk_trust_file(r, file, name, &in, f);
  if (code != WK_OK) {
    close(fd);
    file->fd = -1;
  }
  return code;
}

/* }====================================================== */


/*
** {======================================================
** The root
** =======================================================
*/

/* what the folder is called: what the kernel says, else the name as it was
   given, made absolute if it can be; malloc'ed, NULL without memory */
static char *real_name (int fd, const char *dir) {
  char link[48], text[PATH_MAX];
  ssize_t n;
  char *real;
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  n = readlink(link, text, sizeof(text) - 1);
  if (n > 0 && text[0] == '/') {
    text[n] = '\0';
    return strdup(text);
  }
  real = realpath(dir, NULL);
  return real ? real : strdup(dir);
}


static wk_Code no_root (const char *dir, size_t len, int err, wk_Fail *f) {
  char shown[WK_FILE_SHOWN], what[WK_FILE_SHOWN + 48];
  wk_quote(shown, sizeof(shown), dir, len, SHOWN);
  switch (err) {
    case ENOENT:
      wk_fail(f, WK_EROOT, "the folder `%s` does not exist", shown);
      break;
    case ENOTDIR:
      wk_fail(f, WK_EROOT, "`%s` is not a folder", shown);
      break;
    case ELOOP: case ENAMETOOLONG: case EINVAL:
      wk_fail(f, WK_EROOT, "`%s` cannot be the name of a folder", shown);
      if (err != EINVAL)
        wk_fail_note(f, "the system says: %s", strerror(err));
      break;
    default:
      snprintf(what, sizeof(what), "the folder `%s` cannot be opened", shown);
      return wk_fail_errno(f, err, what);
  }
  f->err = err;
  return f->code;
}


wk_Code wk_root_open (wk_Root *r, const char *dir, size_t len,
                      wk_Backend backend, wk_Fail *f) {
  char name[PATH_MAX];
  struct stat st;
  memset(r, 0, sizeof(*r));
  r->fd = -1;
  r->mount = -1;
  if (len >= sizeof(name)) return no_root(dir, len, ENAMETOOLONG, f);
  if (memchr(dir, '\0', len)) return no_root(dir, len, EINVAL, f);
  memcpy(name, dir, len);
  name[len] = '\0';
  r->backend = backend;
  if (backend != WK_WALK && !wk_has_openat2()) {
    if (backend == WK_OPENAT2) {
      wk_fail(f, WK_EIO, "this system does not have openat2");
      f->err = ENOSYS;
      return WK_EIO;
    }
    r->backend = WK_WALK;
  }
  else if (backend == WK_AUTO) r->backend = WK_OPENAT2;
  do r->fd = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
  while (r->fd < 0 && errno == EINTR);
  if (r->fd < 0) return no_root(dir, len, errno, f);
  /* through `.`, so that a folder that may not be searched is told now */
  if (fstatat(r->fd, ".", &st, 0) != 0) {
    int err = errno;
    wk_root_close(r);
    return no_root(dir, len, err, f);
  }
  r->dev = (uint64_t)st.st_dev;
  r->ino = (uint64_t)st.st_ino;
  r->mount = wk_mount_of(r->fd, "");
  r->folds = wk_folder_folds(r->fd);
  r->real = real_name(r->fd, name);
  if (r->real == NULL || !wk_trust_new(r)) {
    wk_root_close(r);
    return no_root(dir, len, ENOMEM, f);
  }
  return WK_OK;
}


void wk_root_close (wk_Root *r) {
  if (r->fd >= 0) close(r->fd);
  free(r->real);
  wk_trust_free(r->trust);
  r->fd = -1;
  r->real = NULL;
  r->trust = NULL;
}

/* }====================================================== */
