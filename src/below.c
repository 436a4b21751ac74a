/*
** below.c -- a checked name below a root -> a descriptor, by two backends.
**
** A file of the room `path` (see path.h).  Calls no other room; a failure is
** -1 and errno, which path.c puts into words.
**
** Two backends with the same answers.  openat2 lets the kernel do the whole
** way in one call: beneath the root, through no link, over no mount.  The
** walk opens one component after the other with O_NOFOLLOW and compares
** mounts itself.  Both start at the root's descriptor, so neither the
** current directory nor what the root is called by now matters; neither ever
** puts root and name together.  What is checked is what was opened; a name
** is looked at again only to tell why it did not open.
*/

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "path.h"

#if defined(SYS_openat2)
#include <linux/openat2.h>
#endif

#define MAX_TRIES  128      /* of what says EAGAIN */

/* a folder on the way: nothing of it is read */
#define FOLDER  (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)


/*
** {======================================================
** Mounts
** =======================================================
*/

/* the mount id that the kernel tells of an open descriptor in /proc, for
   kernels whose statx does not have it (before 5.8); -1 when it does not */
static int64_t mount_by_proc (int fd) {
  char name[48], text[512];
  ssize_t n;
  int info;
  const char *line;
  snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", fd);
  info = open(name, O_RDONLY | O_CLOEXEC);
  if (info < 0) return -1;
  n = read(info, text, sizeof(text) - 1);
  close(info);
  if (n <= 0) return -1;
  text[n] = '\0';
  line = strstr(text, "mnt_id:");
  return line ? (int64_t)strtoll(line + 7, NULL, 10) : -1;
}


int64_t wk_mount_of (int fd, const char *name) {
#if defined(STATX_MNT_ID)
  struct statx st;
  int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;
  if (name[0] == '\0') flags |= AT_EMPTY_PATH;
  if (statx(fd, name, flags, STATX_MNT_ID, &st) == 0 &&
      (st.stx_mask & STATX_MNT_ID) != 0)
    return (int64_t)st.stx_mnt_id;
#endif
  return name[0] == '\0' ? mount_by_proc(fd) : -1;
}


/* Is this on another mount than the root?  The id decides where there is
   one: a device number alone misses a bind mount of the same file system,
   and sees mounts where none are (overlayfs, btrfs). */
static int crossed (const wk_Root *r, int fd, const char *name,
                    const struct stat *st) {
  int64_t id = r->mount >= 0 ? wk_mount_of(fd, name) : -1;
  return id >= 0 ? id != r->mount : (uint64_t)st->st_dev != r->dev;
}

/* }====================================================== */


/*
** {======================================================
** The two backends: a descriptor, or -1 and errno
** =======================================================
*/

static int open_part (int dir, const char *part, int flags) {
  int fd;
  do fd = openat(dir, part, flags);
  while (fd < 0 && errno == EINTR);
  return fd;
}


/* `part` of the folder `dir` did not open, by `err`: tells a mount and a
   link, which some errors hide, from the rest.  Gives the errno that openat2
   has for it; EAGAIN when something else stands there by now. */
static int look (const wk_Root *r, int dir, const char *part, int err,
                 wk_Stop *stop) {
  struct stat st;
  ssize_t n;
  if (err == ENOENT) return err;
  if (fstatat(dir, part, &st, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT && (err == ENOTDIR || err == ELOOP) ? EAGAIN : err;
  stop->mode = (unsigned)st.st_mode;
  if (crossed(r, dir, part, &st)) return EXDEV;
  if (S_ISLNK(st.st_mode)) {
    n = readlinkat(dir, part, stop->link, sizeof(stop->link));
    if (n > 0) stop->nlink = (size_t)n;
    return ELOOP;
  }
  if (err == ELOOP || (err == ENOTDIR && S_ISDIR(st.st_mode))) return EAGAIN;
  return err;
}


/* one step of the walk: the component `part` (NUL-ended) of the folder `dir`,
   which is none of a mount and no link.  *st is what fstat says of it, unless
   it did not open; `stop` tells what stands there. */
static int walk_part (const wk_Root *r, int dir, const char *part, int flags,
                      struct stat *st, wk_Stop *stop) {
  int fd = open_part(dir, part, flags | O_NOFOLLOW), err = 0;
  if (fd < 0) err = look(r, dir, part, errno, stop);
  else if (fstat(fd, st) != 0) err = errno;
  else if (crossed(r, fd, "", st)) err = EXDEV;
  else if (S_ISLNK(st->st_mode))  /* O_PATH opens the link itself */
    err = look(r, dir, part, ELOOP, stop);
  else stop->mode = (unsigned)st->st_mode;
  if (err == 0) return fd;
  if (fd >= 0) close(fd);
  errno = err;
  return -1;
}


/* one try of the walk; `stop` tells of the component that it ended at */
static int walk_once (const wk_Root *r, const char *rel, size_t len,
                      int flags, wk_Stop *stop) {
  int dir = r->fd;
  size_t at = 0;
  for (;;) {
    const char *slash = (const char *)memchr(rel + at, '/', len - at);
    size_t n = slash ? (size_t)(slash - (rel + at)) : len - at;
    char part[WK_PART_MAX + 1];
    struct stat st;
    int fd, err;
    memcpy(part, n ? rel + at : ".", n ? n : 1);
    part[n ? n : 1] = '\0';
    memset(stop, 0, sizeof(*stop));
    stop->byte = at;
    stop->length = n;
    fd = walk_part(r, dir, part, slash ? FOLDER : flags, &st, stop);
    err = errno;
    if (dir != r->fd) close(dir);
    errno = err;
    if (fd < 0 || slash == NULL) return fd;
    dir = fd;
    at += n + 1;
  }
}


int wk_walk (const wk_Root *r, const char *rel, size_t len, int flags,
             wk_Stop *stop) {
  int fd, tries = 0;
  do fd = walk_once(r, rel, len, flags, stop);
  while (fd < 0 && errno == EAGAIN && ++tries < MAX_TRIES);
  return fd;
}


#if defined(SYS_openat2)

/* `rel` below the folder `dir` */
static int openat2_in (int dir, const char *rel, int flags) {
  struct open_how how;
  long fd;
  int tries = 0;
  memset(&how, 0, sizeof(how));
  how.flags = (uint64_t)(unsigned)flags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
                RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
  if (rel[0] == '\0') rel = ".";
  do fd = syscall(SYS_openat2, dir, rel, &how, sizeof(how));
  while (fd < 0 && (errno == EINTR ||
                    (errno == EAGAIN && ++tries < MAX_TRIES)));
  return (int)fd;
}


/* the call is malformed on purpose, so that it opens nothing; a filter's
   EPERM counts as yes, and is met again later */
int wk_has_openat2 (void) {
  errno = 0;
  (void)syscall(SYS_openat2, -1, NULL, NULL, (size_t)0);
  return errno != ENOSYS;
}

#else

static int openat2_in (int dir, const char *rel, int flags) {
  (void)dir; (void)rel; (void)flags;
  errno = ENOSYS;
  return -1;
}


int wk_has_openat2 (void) {
  return 0;
}

#endif


int wk_openat2 (const wk_Root *r, const char *rel, int flags) {
  return openat2_in(r->fd, rel, flags);
}


/* EPERM and ENOSYS of openat2 may come from a filter of system calls that
   does not know it: the walk answers this time */
int wk_part_open (const wk_Root *r, int dir, const char *part, size_t n,
                  int flags, struct stat *st) {
  char name[WK_PART_MAX + 1];
  wk_Stop stop;
  int fd = -1;
  memcpy(name, part, n);
  name[n] = '\0';
  errno = ENOSYS;
  if (r->backend != WK_WALK) fd = openat2_in(dir, name, flags);
  if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
    int tries = 0;
    do fd = walk_part(r, dir, name, flags, st, &stop);
    while (fd < 0 && errno == EAGAIN && ++tries < MAX_TRIES);
    return fd;
  }
  if (fd >= 0 && fstat(fd, st) != 0) {
    int err = errno;
    close(fd);
    errno = err;
    return -1;
  }
  return fd;
}

/* }====================================================== */
