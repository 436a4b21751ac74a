/*
** folder.c -- what a folder lists, and how its names are spelled.
**
** A file of the room `path` (see path.h).  May call: fail, and path.c for
** the way to the folder.
**
** On a file system that ignores letter case `models.lua` opens the file
** `Models.lua`; a project that relies on it breaks elsewhere.  So there, and
** only there, each component is compared with the listing of its folder.
*/

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path.h"


#define SHOWN        60      /* characters of a name in a message */
#define FIRST_BLOCK  4096    /* bytes of names */

#define FOLDER  (O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)


/* a stream that owns fd, or NULL and errno; then fd is closed */
static DIR *stream (int fd) {
  DIR *d = fdopendir(fd);
  if (d == NULL) {
    int err = errno;
    close(fd);
    errno = err;
  }
  return d;
}


/* the next entry but `.` and `..`; NULL at the end (errno 0) or on failure */
static const struct dirent *next (DIR *d) {
  const struct dirent *e;
  do {
    errno = 0;
    e = readdir(d);
  } while (e && e->d_name[0] == '.' &&
           (e->d_name[1] == '\0' ||
            (e->d_name[1] == '.' && e->d_name[2] == '\0')));
  return e;
}


static wk_Code cannot_list (const char *rel, size_t len, int err,
                            wk_Fail *f) {
  char shown[WK_FILE_SHOWN], what[WK_FILE_SHOWN + 48];
  if (len == 0) snprintf(what, sizeof(what), "the root cannot be listed");
  else
    snprintf(what, sizeof(what), "the folder `%s` cannot be listed",
             wk_quote(shown, sizeof(shown), rel, len, SHOWN));
  return wk_fail_errno(f, err, what);
}


static wk_Code too_many (const char *rel, size_t len, wk_Fail *f) {
  char shown[WK_FILE_SHOWN];
  wk_quote(shown, sizeof(shown), rel, len, SHOWN);
  if (len == 0)
    return wk_fail(f, WK_ELIMIT, "the root has more than %d entries",
                   WK_LIST_MAX);
  return wk_fail(f, WK_ELIMIT, "the folder `%s` has more than %d entries",
                 shown, WK_LIST_MAX);
}


/*
** {======================================================
** Spelling
** =======================================================
*/

static int lower (unsigned char c) {
  return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}


/* are two names one but for the case of ASCII letters? */
static int alike (const char *a, const char *b) {
  for (; *a != '\0'; a++, b++)
    if (lower((unsigned char)*a) != lower((unsigned char)*b)) return 0;
  return *b == '\0';
}


/* swaps the case of every ASCII letter; gives how many there are.  A name can
   be longer than the system says (FUSE): it is cut. */
static int swap_case (char *out, size_t size, const char *name) {
  int letters = 0;
  size_t i;
  for (i = 0; name[i] != '\0' && i + 1 < size; i++) {
    char c = name[i];
    int upper = c >= 'A' && c <= 'Z';
    letters += upper || (c >= 'a' && c <= 'z');
    out[i] = upper ? (char)(c - 'A' + 'a')
                   : c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
  }
  out[i] = '\0';
  return letters;
}


/* is `name` among the entries, byte for byte? */
static int listed (DIR *d, const char *name) {
  const struct dirent *e;
  int count = 0;
  rewinddir(d);
  /* only a listing that grew meanwhile comes to the limit here */
  while ((e = next(d)) != NULL &&
         count++ < WK_LIST_MAX)  /* GCOVR_EXCL_BR_LINE */
    if (strcmp(e->d_name, name) == 0) return 1;
  return 0;
}


/* The first entry with a letter is asked for in the other case.  That both
   spellings are one file is no proof while both are entries: two links to
   one file.  A folder that cannot be listed counts as one that does not
   fold, and so does one without letters. */
int wk_folder_folds (int root) {
  int fd, folds = 0, count = 0;
  const struct dirent *e;
  DIR *d;
  do fd = openat(root, ".", FOLDER);
  while (fd < 0 && errno == EINTR);
  if (fd < 0) return 0;
  d = stream(fd);
  if (d == NULL) return 0;
  while ((e = next(d)) != NULL && count++ < WK_LIST_MAX) {
    char other[sizeof(e->d_name)];
    struct stat a, b;
    if (swap_case(other, sizeof(other), e->d_name) == 0 ||
        fstatat(root, e->d_name, &a, AT_SYMLINK_NOFOLLOW) != 0)
      continue;
    folds = fstatat(root, other, &b, AT_SYMLINK_NOFOLLOW) == 0 &&
            a.st_ino == b.st_ino &&
            a.st_dev == b.st_dev &&  /* GCOVR_EXCL_BR_LINE: one folder */
            !listed(d, other);
    break;
  }
  closedir(d);
  return folds;
}


/* `part` is an entry of the folder d (whose way is `rel`, up to `at`), is
   absent, or is there in another spelling, which goes to `other` (256
   bytes, empty when no entry looks alike) */
static wk_Code spelling (DIR *d, const char *part, const char *rel, size_t at,
                         int *there, char *other, wk_Fail *f) {
  const struct dirent *e;
  struct stat st;
  int count = 0;
  *there = 0;
  other[0] = '\0';
  if (fstatat(dirfd(d), part, &st, AT_SYMLINK_NOFOLLOW) != 0)
    return WK_OK;  /* absent or out of reach: opening it says which */
  while ((e = next(d)) != NULL) {
    if (strcmp(e->d_name, part) == 0) return WK_OK;
    if (count++ == WK_LIST_MAX) return too_many(rel, at, f);
    if (alike(e->d_name, part) || (other[0] == '\0' && e->d_ino == st.st_ino))
      snprintf(other, WK_PART_MAX + 1, "%s", e->d_name);
  }
  if (errno != 0) return cannot_list(rel, at, errno, f);
  *there = 1;
  return WK_OK;
}


static wk_Code wrong_case (const char *rel, size_t at, size_t end,
                           const char *other, wk_Fail *f) {
  char is[WK_FILE_SHOWN], asked[WK_FILE_SHOWN];
  wk_quote(asked, sizeof(asked), rel + at, end - at, 40);
  wk_quote(is, sizeof(is), other, strlen(other), 40);
  if (other[0] != '\0')
    wk_fail(f, WK_ECASE, "`%s` is spelled `%s` in its folder", asked, is);
  else
    wk_fail(f, WK_ECASE, "`%s` is spelled otherwise in its folder", asked);
  wk_quote(asked, sizeof(asked), rel, end, SHOWN);
  wk_fail_note(f, "it was found as `%s`, because this file system ignores "
                  "letter case; others do not", asked);
  return WK_ECASE;
}


wk_Code wk_folder_spelled (const wk_Root *r, const char *rel, size_t len,
                           wk_Fail *f) {
  size_t at = 0;
  while (at < len) {
    const char *slash = (const char *)memchr(rel + at, '/', len - at);
    size_t end = slash ? (size_t)(slash - rel) : len;
    size_t above = at > 0 ? at - 1 : 0;
    char folder[WK_REL_MAX + 1], part[WK_PART_MAX + 1];
    char other[WK_PART_MAX + 1];
    int fd, there;
    wk_Code code;
    DIR *d;
    memcpy(folder, rel, above);
    folder[above] = '\0';
    memcpy(part, rel + at, end - at);
    part[end - at] = '\0';
    code = wk_below_open(r, folder, above, FOLDER, &fd, f);
    if (code == WK_ENOTFOUND) return WK_OK;  /* opening the file says so */
    if (code != WK_OK) return code;
    d = stream(fd);
    if (d == NULL) return cannot_list(folder, above, errno, f);
    code = spelling(d, part, rel, above, &there, other, f);
    closedir(d);
    if (code != WK_OK) return code;
    if (there) return wrong_case(rel, at, end, other, f);
    at = end + 1;
  }
  return WK_OK;
}

/* }====================================================== */


/* puts `name` behind the *used bytes of *block, which holds *room; 0 when
   there is no memory for it */
static int append (char **block, size_t *used, size_t *room,
                   const char *name) {
  size_t n = strlen(name) + 1;
  if (n > *room - *used) {
    size_t size = *room * 2;
    char *more = (char *)realloc(*block, size);
    if (more == NULL) return 0;
    *block = more;
    *room = size;
  }
  memcpy(*block + *used, name, n);
  *used += n;
  return 1;
}


/* an empty folder gives a block of 0 bytes that is still to be freed */
wk_Code wk_path_list (const wk_Root *r, const char *rel, size_t len,
                      char **names, size_t *size, wk_Fail *f) {
  char name[WK_REL_MAX + 1];
  size_t used = 0, room = FIRST_BLOCK;
  int fd, count = 0;
  const struct dirent *e;
  char *block = NULL;
  wk_Code code;
  DIR *d;
  *names = NULL;
  *size = 0;
  if (len > 0 && (code = wk_rel_check(rel, len, f)) != WK_OK) return code;
  memcpy(name, rel, len);
  name[len] = '\0';
  if (r->folds && (code = wk_folder_spelled(r, name, len, f)) != WK_OK)
    return code;
  code = wk_below_open(r, name, len, FOLDER, &fd, f);
  if (code != WK_OK) return code;
  d = stream(fd);
  if (d == NULL) return cannot_list(name, len, errno, f);
  block = (char *)malloc(room);
  if (block == NULL) {
    code = cannot_list(name, len, ENOMEM, f);
    goto fail;
  }
  while ((e = next(d)) != NULL) {
    if (count++ == WK_LIST_MAX) {
      code = too_many(name, len, f);
      goto fail;
    }
    if (!append(&block, &used, &room, e->d_name)) {
      code = cannot_list(name, len, ENOMEM, f);
      goto fail;
    }
  }
  if (errno != 0) {
    code = cannot_list(name, len, errno, f);
    goto fail;
  }
  closedir(d);
  *names = block;
  *size = used;
  return WK_OK;
 fail:
  closedir(d);
  free(block);
  return code;
}
