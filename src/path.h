/*
** path.h -- a name below a root -> a checked file, and its bytes.
**
** May call: fail.  Never touches a lua_State, never joins root and name,
** never opens a path twice.
*/

#ifndef wk_path_h
#define wk_path_h

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>

#include "fail.h"

struct stat;

typedef enum wk_Backend {
  WK_AUTO,       /* openat2 where the kernel has it, else the walk */
  WK_OPENAT2,
  WK_WALK        /* openat, O_NOFOLLOW, one component at a time */
} wk_Backend;

typedef struct wk_Trust wk_Trust;   /* what is known of folders: trust.c */

typedef struct wk_Root {
  int fd;             /* O_PATH; -1 when closed */
  wk_Backend backend; /* the one in use, never WK_AUTO */
  int folds;          /* the file system ignores letter case */
  uint64_t dev, ino;
  int64_t mount;      /* id of the mount it is on; -1 when not known */
  char *real;         /* absolute path for chunk names and messages, never
                         opened again; owned */
  wk_Trust *trust;    /* owned; grows while files are opened, so a root is
                         for one thread at a time */
} wk_Root;

#define WK_FILE_SHOWN  256   /* bytes of a file's name in messages */

/* who a file is; two files are one when dev and ino agree */
typedef struct wk_File {
  int fd;             /* -1 when closed */
  uint64_t dev, ino;
  int64_t size, mtime_s, mtime_ns, ctime_s, ctime_ns;
  uint32_t mode, uid, gid;
  uint64_t nlink;
  int plugin;         /* its name ends in `.so`: the rules of plugins held */
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
** Who may write what is opened below a root.  What everyone may write is
** refused: the root, a folder on the way, the file.  So is a plugin when a
** group may write it or a folder on its way, unless that is the group of the
** process, or when everyone may put files into such a folder; and every
** plugin in a process that has more rights than who started it (AT_SECURE).
** Other doubts are remembered: a group; an owner who is neither root nor this
** process; a sticky folder that everyone may write; what is root's in a folder
** of this process's user; further names of a file.  Owner, group and mode are
** what fstat says of the descriptor that the way goes through.  A folder is
** looked at when it is first met, and once more when wk_root_renew was
** called.
*/
#define WK_STRICT       1u   /* a doubt is a refusal; the folders above the
                                root are looked at, too */
#define WK_TRUST_MODES  2u   /* owner, group and mode say nothing here */

/* sets the rules (0 where this is not called), and looks at the root: OK,
   EUNSAFE, or with WK_STRICT what opening a folder above can give */
wk_Code wk_root_rules (const wk_Root *r, unsigned rules, wk_Fail *f);
/* folders are looked at anew from now on; doubts stay */
void wk_root_renew (const wk_Root *r);
/* the same, and doubts are forgotten */
void wk_root_forget (const wk_Root *r);

typedef enum wk_Reason {
  WK_BY_ALL,          /* everyone may write it: always refused */
  WK_BY_GROUP,        /* a group may that is not the process's own */
  WK_BY_OWN_GROUP,
  WK_BY_OWNER,        /* its owner is neither root nor the process's user */
  WK_BY_ANYONE,       /* a folder where everyone may put, but not replace */
  WK_BY_FOLDER,       /* root's, in a folder of the process's user */
  WK_BY_LINK          /* it has other names */
} wk_Reason;

typedef enum wk_Side {WK_ABOVE, WK_AT_ROOT, WK_BELOW} wk_Side;

typedef struct wk_Doubt {
  wk_Reason reason;
  wk_Side side;       /* below the root `shown` is a name, else a path */
  int plugin;         /* it is one */
  uint64_t dev, ino, nlink;
  uint32_t mode, uid, gid;
  uint32_t other;     /* by owner: who we are; by folder: whose that is */
  char shown[WK_FILE_SHOWN];
} wk_Doubt;

/* the doubts so far, in the order they were met: *list lives until the next
   call with this root.  With `above` also those about the folders above the
   root, which are looked at now. */
size_t wk_root_doubts (const wk_Root *r, int above, const wk_Doubt **list);
/* the doubt in words: EUNSAFE */
wk_Code wk_doubt_say (const wk_Doubt *d, wk_Fail *f);

/* does the process have more rights than who started it? */
int wk_secure (void);

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
** link), ECASE, ESYMLINK, EXDEV, ETYPE, EUNSAFE, EACCES, EAGAIN, EMFILE,
** ENOMEM, EIO.  The fd is O_RDONLY|O_CLOEXEC and of a regular file.
*/
wk_Code wk_path_open (const wk_Root *r, const char *rel, size_t len,
                      wk_File *file, wk_Fail *f);
void wk_file_close (wk_File *file);   /* harmless when closed */

/* is what `fd` leads to still the file that was opened, with the size and the
   times that it had?  0 also when the system does not tell */
int wk_file_same (const wk_File *file, int fd);

/*
** Reads the whole file once: ESIZE when it has more than `limit` bytes (no
** byte is read then), ECHANGED when size, mtime or ctime moved (other than by
** a name that was taken away) or the bytes are more or fewer than fstat said,
** EIO, ENOMEM.  *bytes is malloc'ed, has
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

/* to open a file or folder and read nothing of it */
#if !defined(O_PATH)
#define O_PATH  O_RDONLY    /* then folders must be readable, too */
#endif

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
/* the component `part` of the folder `dir` by the root's backend; *st is what
   fstat says of it */
int wk_part_open (const wk_Root *r, int dir, const char *part, size_t n,
                  int flags, struct stat *st);
/* the id of the mount that `name` in the folder `fd` is on, or, when name is
   "", that of the descriptor itself; -1 when it cannot be known (below.c) */
int64_t wk_mount_of (int fd, const char *name);

/* the memory of a root that is being opened; 0 without memory (trust.c) */
int wk_trust_new (wk_Root *r);
void wk_trust_free (wk_Trust *t);   /* harmless with NULL */
/* a folder that passed */
typedef struct wk_Passed {
  uint32_t uid;       /* its owner */
  size_t open;        /* bytes of the name of the first folder on its way that
                         others may write, and 1; 0: there is none */
} wk_Passed;

/* do all folders on the way to `rel` need no look?  Then *in is the last. */
int wk_trust_known (const wk_Root *r, const char *rel, size_t len,
                    wk_Passed *in);
/* the verdict on the root, unless it is there; *in is the root */
wk_Code wk_trust_root (const wk_Root *r, wk_Passed *in, wk_Fail *f);
/* the verdict on the folder rel[0, n); *in is the one it lies in, and then
   the folder itself */
wk_Code wk_trust_folder (const wk_Root *r, const struct stat *st,
                         const char *rel, size_t n, wk_Passed *in, wk_Fail *f);
/* the verdict on the file `rel` in the folder `in` */
wk_Code wk_trust_file (const wk_Root *r, const wk_File *file,
                       const char *rel, const wk_Passed *in, wk_Fail *f);

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
