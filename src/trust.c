/*
** trust.c -- who may write what lies on the way to a file, and the file.
**
** A file of the room `path` (see path.h).  May call: fail, and below.c for
** the folders above a root.
**
** Whoever can write a module, or put another folder in the place of one on
** its way, decides what runs.  So each folder is judged on the descriptor that
** the way goes through, from the root down, before anything in it is opened:
** who can change what is in a folder that passed is trusted, which is why a
** verdict can be kept by the folder's name.  Opening what lies in known
** folders costs nothing more than that one look into a table.
*/

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/auxv.h>
#endif

#include "path.h"

#define SHOWN       60      /* characters of a name in a message */
#define SHOWN_PATH  240     /* and of a path */
#define KNOWN       128     /* places for folders, half of them used */
#define NAMES       8192    /* bytes of their names */

/* a folder that passed, by its name */
typedef struct Known {
  uint16_t at, size;        /* its name in `names`; size 0: free */
  wk_Passed place;
} Known;

struct wk_Trust {
  unsigned rules;
  uint32_t uid, gid;        /* who we are */
  int judged;               /* was the root looked at? */
  wk_Passed root;            /* then: what it is */
  size_t nknown, nnames, ndoubts, cdoubts;
  wk_Doubt *doubts;         /* NULL until there is one */
  Known known[KNOWN];
  char names[NAMES];
};


int wk_secure (void) {
#if defined(__linux__)
  return getauxval(AT_SECURE) != 0;
#else
  return getuid() != geteuid() || getgid() != getegid();
#endif
}


int wk_trust_new (wk_Root *r) {
  r->trust = (wk_Trust *)calloc(1, sizeof(wk_Trust));
  if (r->trust == NULL) return 0;
  wk_root_forget(r);
  return 1;
}


void wk_trust_free (wk_Trust *t) {
  if (t == NULL) return;
  free(t->doubts);
  free(t);
}


/* who we are is asked here and not for each file */
void wk_root_renew (const wk_Root *r) {
  wk_Trust *t = r->trust;
  t->uid = (uint32_t)geteuid();
  t->gid = (uint32_t)getegid();
  t->judged = 0;
  t->nknown = t->nnames = 0;
  memset(t->known, 0, sizeof(t->known));
}


void wk_root_forget (const wk_Root *r) {
  wk_root_renew(r);
  r->trust->ndoubts = 0;
}


/*
** {======================================================
** Verdicts
** =======================================================
*/

/* does this reason hold for what `d` describes?  What everyone may do is not
   said of a group once more. */
static int holds (const wk_Trust *t, const wk_Doubt *d, wk_Reason reason) {
  int folder = S_ISDIR(d->mode), sticky = folder && (d->mode & S_ISVTX);
  int group = (d->mode & (S_IWGRP | S_IWOTH)) == S_IWGRP;
  if ((t->rules & WK_TRUST_MODES) && reason != WK_BY_LINK) return 0;
  switch (reason) {
    case WK_BY_ALL: return (d->mode & S_IWOTH) && !sticky;
    case WK_BY_ANYONE: return (d->mode & S_IWOTH) && sticky;
    case WK_BY_GROUP: return group && d->gid != t->gid;
    case WK_BY_OWN_GROUP: return group && d->gid == t->gid;
    case WK_BY_OWNER: return d->uid != 0 && d->uid != t->uid;
    case WK_BY_FOLDER: return d->uid == 0 && d->other != 0 &&
                              d->other == t->uid;
    default: return !folder && d->nlink > 1;
  }
}


/* is the doubt a refusal? */
static int refused (const wk_Trust *t, const wk_Doubt *d) {
  return (t->rules & WK_STRICT) ||
         (d->reason == WK_BY_ALL && d->side != WK_ABOVE) ||
         (d->reason == WK_BY_GROUP && d->plugin);
}


/* remembers a doubt, unless it is there; one that finds no memory is lost: it
   is a warning only */
static void remember (wk_Trust *t, const wk_Doubt *d) {
  size_t i;
  for (i = 0; i < t->ndoubts; i++)
    if (t->doubts[i].reason == d->reason && t->doubts[i].ino == d->ino &&
        t->doubts[i].dev == d->dev)  /* GCOVR_EXCL_BR_LINE: one number twice */
      return;
  if (t->ndoubts == t->cdoubts) {
    size_t more = t->cdoubts * 2 + 8;
    wk_Doubt *doubts = (wk_Doubt *)realloc(t->doubts, more * sizeof(wk_Doubt));
    if (doubts == NULL) return;
    t->doubts = doubts;
    t->cdoubts = more;
  }
  t->doubts[t->ndoubts++] = *d;
}


/* the verdict on what `d` describes: OK, or EUNSAFE.  `owner` is that of the
   folder it lies in; 0 when that does not matter. */
static wk_Code judge (wk_Trust *t, wk_Doubt *d, uint32_t owner, wk_Fail *f) {
  int reason;
  for (reason = WK_BY_ALL; reason <= WK_BY_LINK; reason++) {
    d->reason = (wk_Reason)reason;
    d->other = reason == WK_BY_FOLDER ? owner : t->uid;
    if (!holds(t, d, d->reason)) continue;
    if (refused(t, d)) {
      wk_doubt_say(d, f);
      if (t->rules & WK_STRICT)
        wk_fail_note(f, "`--strict` makes every doubt an error");
      return WK_EUNSAFE;
    }
    remember(t, d);
  }
  return WK_OK;
}


static void describe (wk_Doubt *d, wk_Side side, const struct stat *st,
                      const char *name, size_t len) {
  memset(d, 0, sizeof(*d));
  d->side = side;
  d->dev = (uint64_t)st->st_dev;
  d->ino = (uint64_t)st->st_ino;
  d->nlink = (uint64_t)st->st_nlink;
  d->mode = (uint32_t)st->st_mode;
  d->uid = (uint32_t)st->st_uid;
  d->gid = (uint32_t)st->st_gid;
  wk_quote(d->shown, sizeof(d->shown), name, len,
           side == WK_BELOW ? SHOWN : SHOWN_PATH);
}


/*
** {======================================================
** What is known of folders
** =======================================================
*/

/* where the folder `name` is in the table, or would be: from the place that
   its bytes give (FNV-1a) on */
static Known *find (wk_Trust *t, const char *name, size_t n) {
  uint32_t i = 2166136261u;
  size_t at;
  for (at = 0; at < n; at++) i = (i ^ (unsigned char)name[at]) * 16777619u;
  for (;; i++) {
    Known *k = &t->known[i % KNOWN];
    if (k->size == 0 ||
        (k->size == n && memcmp(t->names + k->at, name, n) == 0)) return k;
  }
}


/* a table that is full is emptied: what was in it is looked at again */
static void know (wk_Trust *t, const char *name, size_t n,
                  const wk_Passed *place) {
  Known *k;
  if (t->nknown >= KNOWN / 2 || t->nnames + n > NAMES) {
    memset(t->known, 0, sizeof(t->known));
    t->nknown = t->nnames = 0;
  }
  k = find(t, name, n);
  if (k->size == 0) {
    k->at = (uint16_t)t->nnames;
    k->size = (uint16_t)n;
    memcpy(t->names + t->nnames, name, n);
    t->nnames += n;
    t->nknown++;
  }
  k->place = *place;
}


int wk_trust_known (const wk_Root *r, const char *rel, size_t len,
                    wk_Passed *in) {
  wk_Trust *t = r->trust;
  const Known *k;
  memset(in, 0, sizeof(*in));
  if (t->rules & WK_TRUST_MODES) return 1;
  if (!t->judged) return 0;
  *in = t->root;
  while (len > 0 && rel[len - 1] != '/') len--;
  if (len == 0) return 1;
  k = find(t, rel, len - 1);
  *in = k->place;
  return k->size > 0;
}

/* }====================================================== */


/* may others put a plugin into this folder, which passed? */
static int is_open (const wk_Trust *t, const wk_Doubt *d) {
  return holds(t, d, WK_BY_GROUP) || holds(t, d, WK_BY_ANYONE);
}


wk_Code wk_trust_folder (const wk_Root *r, const struct stat *st,
                         const char *rel, size_t n, wk_Passed *in,
                         wk_Fail *f) {
  wk_Doubt d;
  wk_Code code;
  describe(&d, WK_BELOW, st, rel, n);
  code = judge(r->trust, &d, in->uid, f);
  if (code != WK_OK) return code;
  in->uid = d.uid;
  if (in->open == 0 && is_open(r->trust, &d)) in->open = n + 1;
  know(r->trust, rel, n, in);
  return WK_OK;
}


/* the plugin `shown` lies below a folder that others may write */
static wk_Code below_open (const wk_Root *r, const char *rel,
                           const char *shown, const wk_Passed *in,
                           wk_Fail *f) {
  char folder[WK_FILE_SHOWN];
  if (in->open > 1)
    wk_quote(folder, sizeof(folder), rel, in->open - 1, SHOWN);
  else
    wk_quote(folder, sizeof(folder), r->real, strlen(r->real), SHOWN_PATH);
  wk_fail(f, WK_EUNSAFE, "`%s` is writable by others, and a plugin lies below "
                         "it", folder);
  wk_fail_note(f, "the plugin is `%s`: what runs must be its owner's choice "
                  "alone", shown);
  wk_fail_help(f, "`chmod go-w %s`", folder);
  return WK_EUNSAFE;
}


/* is there no reason to look closer?  Nearly always. */
static int is_plain (const wk_Trust *t, const wk_File *file,
                     const wk_Passed *in) {
  return !file->plugin && (file->mode & (S_IWGRP | S_IWOTH)) == 0 &&
         file->nlink == 1 &&
         (file->uid == t->uid || (file->uid == 0 && in->uid == 0));
}


wk_Code wk_trust_file (const wk_Root *r, const wk_File *file,
                       const char *rel, const wk_Passed *in, wk_Fail *f) {
  wk_Doubt d;
  if (is_plain(r->trust, file, in)) return WK_OK;
  if (file->plugin && wk_secure()) {
    wk_fail(f, WK_EUNSAFE, "`%s` is a plugin, and this process has more "
                           "rights than who started it", file->shown);
    wk_fail_note(f, "a program with a set-user-ID bit or capabilities loads "
                    "no plugins");
    return WK_EUNSAFE;
  }
  if (file->plugin && in->open > 0)
    return below_open(r, rel, file->shown, in, f);
  memset(&d, 0, sizeof(d));
  d.side = WK_BELOW;
  d.plugin = file->plugin;
  d.dev = file->dev;
  d.ino = file->ino;
  d.nlink = file->nlink;
  d.mode = file->mode;
  d.uid = file->uid;
  d.gid = file->gid;
  memcpy(d.shown, file->shown, sizeof(d.shown));
  return judge(r->trust, &d, in->uid, f);
}

/* }====================================================== */


/*
** {======================================================
** The root and the folders above it
** =======================================================
*/

/* A sticky folder lets nobody replace what belongs to another: it is fine
   when the next folder is root's or ours, and as good as without the bit when
   that is a stranger's. */
static void describe_above (const wk_Trust *t, wk_Doubt *d,
                            const struct stat *st, const struct stat *in_it,
                            const char *name, size_t len) {
  uint32_t owner = (uint32_t)in_it->st_uid;
  describe(d, WK_ABOVE, st, name, len);
  if (!(d->mode & S_ISVTX)) return;
  d->mode &= ~(uint32_t)S_ISVTX;
  if (owner == 0 || owner == t->uid)
    d->mode &= ~(uint32_t)(S_IWOTH | S_IWGRP);
}


/* the bytes of the name of the folder that the path `name` lies in: "/" at the
   top */
static size_t cut (const char *name, size_t len) {
  while (name[len - 1] != '/') len--;
  return len > 1 ? len - 1 : 1;
}


/* Judges the folders above the root, each on its descriptor, up to the one
   that is its own `..`.  Their names are what the kernel calls the root, cut;
   without such a name they are all called what the root is called. */
static wk_Code climb (const wk_Root *r, wk_Fail *f) {
  size_t len = strlen(r->real);
  struct stat st, in_it;
  wk_Code code = WK_OK;
  int dir = r->fd, fd = -1;
  if (fstat(r->fd, &in_it) != 0) goto failed;
  for (;;) {
    wk_Doubt d;
    do fd = openat(dir, "..", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    while (fd < 0 && errno == EINTR);
    if (fd < 0 || fstat(fd, &st) != 0) goto failed;
    if (dir != r->fd) close(dir);
    dir = fd;
    if (st.st_dev == in_it.st_dev && st.st_ino == in_it.st_ino) break;
    if (r->real[0] == '/') len = cut(r->real, len);
    describe_above(r->trust, &d, &st, &in_it, r->real, len);
    code = judge(r->trust, &d, 0, f);
    if (code != WK_OK) break;
    in_it = st;
  }
  close(dir);
  return code;
 failed:
  code = wk_fail_errno(f, errno, "the folders above the project cannot be "
                                 "looked at");
  if (fd >= 0) close(fd);
  if (dir != r->fd) close(dir);
  return code;
}


wk_Code wk_trust_root (const wk_Root *r, wk_Passed *in, wk_Fail *f) {
  wk_Trust *t = r->trust;
  struct stat st;
  wk_Doubt d;
  wk_Code code;
  if (!t->judged) {
    if (fstat(r->fd, &st) != 0)
      return wk_fail_errno(f, errno, "the project's folder cannot be looked "
                                     "at");
    describe(&d, WK_AT_ROOT, &st, r->real, strlen(r->real));
    code = judge(t, &d, 0, f);
    if (code == WK_OK && (t->rules & WK_STRICT)) code = climb(r, f);
    if (code != WK_OK) return code;
    t->root.uid = d.uid;
    t->root.open = is_open(t, &d) ? 1 : 0;
    t->judged = 1;
  }
  *in = t->root;
  return WK_OK;
}


wk_Code wk_root_rules (const wk_Root *r, unsigned rules, wk_Fail *f) {
  wk_Passed in;
  wk_root_forget(r);
  r->trust->rules = rules;
  return wk_trust_root(r, &in, f);
}


/* what cannot be looked at above the root casts no doubt */
size_t wk_root_doubts (const wk_Root *r, int above, const wk_Doubt **list) {
  wk_Fail f;
  if (above) climb(r, &f);
  *list = r->trust->doubts;
  return r->trust->ndoubts;
}

/* }====================================================== */


/*
** {======================================================
** In words
** =======================================================
*/

static void say_mode (const wk_Doubt *d, wk_Fail *f) {
  wk_fail_note(f, "its mode is %04o: who writes %s decides what runs here",
               (unsigned)d->mode & 07777u, S_ISDIR(d->mode) ? "there" : "it");
}


wk_Code wk_doubt_say (const wk_Doubt *d, wk_Fail *f) {
  const char *s = d->shown;
  switch (d->reason) {
    case WK_BY_ALL: case WK_BY_ANYONE:
      wk_fail(f, WK_EUNSAFE, d->reason == WK_BY_ALL
                               ? "`%s` is writable by everyone"
                               : "everyone may add files to `%s`", s);
      say_mode(d, f);
      wk_fail_help(f, "`chmod o-w %s`", s);
      wk_fail_help(f, "`--trust-modes` is for file systems without modes");
      break;
    case WK_BY_GROUP: case WK_BY_OWN_GROUP:
      wk_fail(f, WK_EUNSAFE, "`%s` is writable by group %u", s,
              (unsigned)d->gid);
      say_mode(d, f);
      if (d->plugin)
        wk_fail_note(f, "it is a plugin: what runs must be its owner's choice "
                        "alone");
      wk_fail_help(f, "`chmod g-w %s`", s);
      break;
    case WK_BY_OWNER:
      wk_fail(f, WK_EUNSAFE, "`%s` belongs to user %u", s, (unsigned)d->uid);
      wk_fail_note(f, "you are user %u; its owner decides what runs here",
                   (unsigned)d->other);
      wk_fail_help(f, "`chown %u %s`, or a copy of your own",
                   (unsigned)d->other, s);
      break;
    case WK_BY_FOLDER:
      wk_fail(f, WK_EUNSAFE, "`%s` belongs to user %u, and its folder to user "
                             "%u", s, (unsigned)d->uid, (unsigned)d->other);
      wk_fail_note(f, "the owner of the folder can put another file in its "
                      "place");
      wk_fail_help(f, "`chown %u %s`", (unsigned)d->other, s);
      break;
    default:
      wk_fail(f, WK_EUNSAFE, "`%s` is a hard link, one of %llu", s,
              (unsigned long long)d->nlink);
      wk_fail_note(f, "it can be written by its other names, wherever they "
                      "are");
      wk_fail_help(f, "`cp %s %s.new && mv %s.new %s` makes it a file of its "
                      "own", s, s, s, s);
  }
  return WK_EUNSAFE;
}

/* }====================================================== */
