/*
** path.h -- a name below a root -> a checked file, and its bytes.
**
** May call: fail.  Never touches a lua_State, never joins root and name,
** never opens a path twice.
*/

#ifndef wk_path_h
#define wk_path_h

#include <stddef.h>
#include <stdint.h>

#include "fail.h"

typedef enum wk_Backend {
  WK_AUTO,       /* openat2 where the kernel has it, else the walk */
  WK_OPENAT2,
  WK_WALK        /* openat, O_NOFOLLOW, one component at a time */
} wk_Backend;

typedef struct wk_Root {
  int fd;             /* O_PATH; -1 when closed */
  wk_Backend backend; /* the one in use, never WK_AUTO */
  int folds;          /* the file system ignores letter case */
  uint64_t dev, ino;
  int64_t mount;      /* id of the mount it is on; -1 when not known */
  char *real;         /* absolute path for chunk names and messages, never
                         opened again; owned */
} wk_Root;

#define WK_FILE_SHOWN  256   /* bytes of a file's name in messages */

/* who a file is; two files are one when dev and ino agree */
typedef struct wk_File {
  int fd;             /* -1 when closed */
  uint64_t dev, ino;
  int64_t size, mtime_s, mtime_ns, ctime_s, ctime_ns;
  uint32_t mode, uid, gid;
  uint64_t nlink;
  char shown[WK_FILE_SHOWN];  /* the name it was asked by, fit for a message */
} wk_File;

/*
** The root: a folder named by the caller, opened once; a relative name is
** relative to the current directory.  Links in this name are the caller's
** business.  Fails with EROOT (missing, no folder), EACCES (no way to it, or
** it may not be searched), EMFILE, ENOMEM, EIO (also: WK_OPENAT2 is asked for
** and the system does not have it; errno ENOSYS).
*/
wk_Code wk_root_open (wk_Root *r, const char *dir, size_t len,
                      wk_Backend backend, wk_Fail *f);
void wk_root_close (wk_Root *r);   /* harmless when closed */

/*
** Targets: ASCII identifiers joined by dots, at most 16 of 64 bytes, 255 in
** all, none of them `init`.  Checked on pointer and length before any system
** call.  Fails with ENAME and a mark (byte, length in the name).
*/
wk_Code wk_name_check (const char *name, size_t len, wk_Fail *f);

#define WK_NAME_FILE 288    /* 255 and the longest suffix, with the NUL */
/* the file name of a checked name: dots become slashes, `suffix` (such as
   ".lua", "/init.lua") is put behind; out has WK_NAME_FILE bytes; gives its
   length */
size_t wk_name_file (char *out, const char *name, size_t len,
                     const char *suffix);

#define WK_REL_MAX   4095   /* bytes of a file name below a root */
#define WK_PART_MAX   255   /* bytes of one component */
#define WK_LIST_MAX 65536   /* entries of a folder that are looked at */

/*
** The file-name door: `rel` is components joined by `/`.  Refused before any
** system call with EESCAPE: empty, absolute, a component that is empty, `.`
** or `..`, a NUL byte, a trailing slash; with ENAME: over 4,095 bytes or a
** component over 255.  Then ENOTFOUND (only ENOENT and ENOTDIR, never for a
** link), ECASE, ESYMLINK, EXDEV, ETYPE, EACCES, EAGAIN, EMFILE, ENOMEM, EIO.
** The fd is O_RDONLY|O_CLOEXEC and of a regular file.
*/
wk_Code wk_path_open (const wk_Root *r, const char *rel, size_t len,
                      wk_File *file, wk_Fail *f);
void wk_file_close (wk_File *file);   /* harmless when closed */

/* is what `fd` leads to still the file that was opened, with the size and the
   times that it had?  0 also when the system does not tell */
int wk_file_same (const wk_File *file, int fd);

/*
** Reads the whole file once: ESIZE when it has more than `limit` bytes (no
** byte is read then), ECHANGED when size, mtime or ctime moved or the bytes
** are more or fewer than fstat said, EIO, ENOMEM.  *bytes is malloc'ed, has
** a NUL behind its `*len` bytes and belongs to the caller.
*/
wk_Code wk_file_read (wk_File *file, size_t limit, char **bytes, size_t *len,
                      wk_Fail *f);

/*
** A file that the user named, not the config: any path, links followed,
** opened without blocking; must be a regular file.  EFILE when it is absent.
*/
wk_Code wk_file_open (const char *path, wk_File *file, wk_Fail *f);
/* all of a stream (standard input); ESIZE over `limit` */
wk_Code wk_stream_read (int fd, size_t limit, char **bytes, size_t *len,
                        wk_Fail *f);

/*
** The entries of the folder `rel` below the root ("" is the root itself),
** as NUL-ended names one behind the other in one malloc'ed block of *size
** bytes; order is the file system's.  More than WK_LIST_MAX are ELIMIT.
** What is no folder is ENOTFOUND; the rest as wk_path_open.
*/
wk_Code wk_path_list (const wk_Root *r, const char *rel, size_t len,
                      char **names, size_t *size, wk_Fail *f);


/*
** {======================================================
** Between the files of this room only
** =======================================================
*/

/* the rules of the file-name door that need no system call (name.c) */
wk_Code wk_rel_check (const char *rel, size_t len, wk_Fail *f);

/* a checked `rel` (NUL-ended, "" is the root) -> *fd, opened with `flags` by
   the root's backend; no type is looked at, no case compared (path.c) */
wk_Code wk_below_open (const wk_Root *r, const char *rel, size_t len,
                       int flags, int *fd, wk_Fail *f);

/* where a walk stopped: the component, and what stands there */
typedef struct wk_Stop {
  size_t byte, length;      /* of the component, in the name */
  unsigned mode;            /* its st_mode; 0 when it could not be seen */
  size_t nlink;             /* bytes of `link` */
  char link[256];           /* where it points, if it is a link */
} wk_Stop;

/* the two backends: a descriptor, or -1 and errno; ELOOP is a link, EXDEV a
   mount, EAGAIN (tried often enough) what changes all the time (below.c) */
int wk_openat2 (const wk_Root *r, const char *rel, int flags);
int wk_walk (const wk_Root *r, const char *rel, size_t len, int flags,
             wk_Stop *stop);
int wk_has_openat2 (void);
/* the id of the mount that `name` in the folder `fd` is on, or, when name is
   "", that of the descriptor itself; -1 when it cannot be known (below.c) */
int64_t wk_mount_of (int fd, const char *name);

/* EMFILE, ENOMEM, EAGAIN, EACCES or EIO for an errno that means no more than
   that `what` failed (path.c) */
wk_Code wk_fail_errno (wk_Fail *f, int err, const char *what);

/* fills *file from its open fd; ETYPE when that is no regular file.  `shown`
   is set already; the fd stays the caller's on failure (file.c) */
wk_Code wk_file_admit (wk_File *file, int fd, wk_Fail *f);
/* "a folder", "a named pipe" ... (file.c) */
const char *wk_file_kind (unsigned mode);

/* does the folder ignore letter case? (folder.c) */
int wk_folder_folds (int fd);
/* ECASE unless each component of `rel` is spelled as in its folder
   (folder.c) */
wk_Code wk_folder_spelled (const wk_Root *r, const char *rel, size_t len,
                           wk_Fail *f);

/* }====================================================== */

#endif
