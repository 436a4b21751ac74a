/*
** fold.c -- a file system that ignores letter case, for row 14.
**
**   fold FOLDER PROGRAM [WORD ...]
**
** mounts it on FOLDER, runs PROGRAM, and ends with its status; 77 when it
** cannot be mounted.  It speaks FUSE to the kernel by itself (linux/fuse.h) and
** holds a few fixed files in memory: all that is asked of it is to find them
** in any spelling and to list them in theirs.
*/

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANNOT  77

static const struct Entry {
  unsigned up;          /* number of the folder it is in */
  const char *name;
  const char *text;     /* NULL: a folder */
} entries[] = {
  {0, "", NULL},        /* numbers are inodes: from 1, the root */
  {0, "", NULL},
  {1, "Models.lua", "return {}\n"},
  {1, "Sub", NULL},
  {3, "Net.lua", "return {}\n"},
  {3, "plain.lua", "return {}\n"}
};

#define COUNT  (sizeof(entries) / sizeof(entries[0]))

static int channel;     /* /dev/fuse */


static void attributes (uint64_t ino, struct fuse_attr *a) {
  const struct Entry *e = &entries[ino];
  memset(a, 0, sizeof(*a));
  a->ino = ino;
  a->mode = e->text ? S_IFREG | 0644 : S_IFDIR | 0755;
  a->size = e->text ? strlen(e->text) : 0;
  a->nlink = 1;
  a->blksize = 4096;
}


static void answer (const struct fuse_in_header *in, int err,
                    const void *bytes, size_t len) {
  char out[8192];
  struct fuse_out_header head;
  head.len = (uint32_t)(sizeof(head) + (err ? 0 : len));
  head.error = -err;
  head.unique = in->unique;
  memcpy(out, &head, sizeof(head));
  if (!err && bytes) memcpy(out + sizeof(head), bytes, len);
  /* a program that was interrupted does not wait for its answer */
  if (write(channel, out, head.len) < 0 && errno != ENOENT) _exit(1);
}


static void on_init (const struct fuse_in_header *in, const void *body) {
  const struct fuse_init_in *asked = (const struct fuse_init_in *)body;
  struct fuse_init_out out;
  memset(&out, 0, sizeof(out));
  out.major = FUSE_KERNEL_VERSION;
  out.minor = asked->minor < FUSE_KERNEL_MINOR_VERSION
                ? asked->minor : FUSE_KERNEL_MINOR_VERSION;
  out.max_write = 4096;
  answer(in, 0, &out, sizeof(out));
}


/* the one place that folds */
static void on_lookup (const struct fuse_in_header *in, const void *body) {
  struct fuse_entry_out out;
  uint64_t ino;
  memset(&out, 0, sizeof(out));
  for (ino = 2; ino < COUNT; ino++)
    if (entries[ino].up == in->nodeid &&
        strcasecmp(entries[ino].name, (const char *)body) == 0) {
      out.nodeid = ino;
      attributes(ino, &out.attr);
      answer(in, 0, &out, sizeof(out));
      return;
    }
  answer(in, ENOENT, NULL, 0);
}


static void on_getattr (const struct fuse_in_header *in) {
  struct fuse_attr_out out;
  memset(&out, 0, sizeof(out));
  attributes(in->nodeid, &out.attr);
  answer(in, 0, &out, sizeof(out));
}


static void on_open (const struct fuse_in_header *in) {
  struct fuse_open_out out;
  memset(&out, 0, sizeof(out));
  answer(in, 0, &out, sizeof(out));
}


static void on_read (const struct fuse_in_header *in, const void *body) {
  const struct fuse_read_in *asked = (const struct fuse_read_in *)body;
  const char *text = entries[in->nodeid].text ? entries[in->nodeid].text : "";
  size_t len = strlen(text);
  size_t from = asked->offset < len ? (size_t)asked->offset : len;
  size_t n = len - from < asked->size ? len - from : asked->size;
  answer(in, 0, text + from, n);
}


/* the offset of an entry is its number */
static void on_readdir (const struct fuse_in_header *in, const void *body) {
  const struct fuse_read_in *asked = (const struct fuse_read_in *)body;
  char out[4096];
  size_t used = 0;
  uint64_t ino;
  memset(out, 0, sizeof(out));
  for (ino = asked->offset < 2 ? 2 : asked->offset + 1; ino < COUNT; ino++) {
    struct fuse_dirent d;
    size_t n = strlen(entries[ino].name);
    size_t size = FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + n);
    if (entries[ino].up != in->nodeid) continue;
    if (used + size > asked->size || used + size > sizeof(out)) break;
    d.ino = ino;
    d.off = ino;
    d.namelen = (uint32_t)n;
    d.type = 0;
    memcpy(out + used, &d, FUSE_NAME_OFFSET);
    memcpy(out + used + FUSE_NAME_OFFSET, entries[ino].name, n);
    used += size;
  }
  answer(in, 0, out, used);
}


/* answers until the file system is unmounted */
static void serve (void) {
  static union {char bytes[65536]; struct fuse_in_header head;} in;
  for (;;) {
    ssize_t n = read(channel, in.bytes, sizeof(in.bytes) - 1);
    const void *body = in.bytes + sizeof(in.head);
    if (n < 0 && (errno == EINTR || errno == ENOENT || errno == EAGAIN))
      continue;
    if (n < (ssize_t)sizeof(in.head)) return;
    in.bytes[n] = '\0';
    if (in.head.opcode != FUSE_INIT && in.head.opcode != FUSE_FORGET &&
        (in.head.nodeid < 1 || in.head.nodeid >= COUNT)) {
      answer(&in.head, ENOSYS, NULL, 0);
      continue;
    }
    switch (in.head.opcode) {
      case FUSE_INIT: on_init(&in.head, body); break;
      case FUSE_LOOKUP: on_lookup(&in.head, body); break;
      case FUSE_GETATTR: on_getattr(&in.head); break;
      case FUSE_OPEN: case FUSE_OPENDIR: on_open(&in.head); break;
      case FUSE_READ: on_read(&in.head, body); break;
      case FUSE_READDIR: on_readdir(&in.head, body); break;
      case FUSE_RELEASE: case FUSE_RELEASEDIR: case FUSE_FLUSH:
        answer(&in.head, 0, NULL, 0); break;
      case FUSE_FORGET: case FUSE_BATCH_FORGET: break;  /* no answer */
      default: answer(&in.head, ENOSYS, NULL, 0);
    }
  }
}


int main (int argc, char **argv) {
  char options[128];
  int status = 0;
  pid_t server, program;
  if (argc < 3) return 2;
  channel = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  if (channel < 0) {
    perror("/dev/fuse");
    return CANNOT;
  }
  snprintf(options, sizeof(options),
           "fd=%d,rootmode=40000,user_id=%u,group_id=%u", channel,
           (unsigned)geteuid(), (unsigned)getegid());
  if (mount("fold", argv[1], "fuse", MS_NOSUID | MS_NODEV, options) != 0) {
    perror("mount");
    return CANNOT;
  }
  server = fork();
  if (server == 0) {
    serve();
    _exit(0);
  }
  close(channel);
  program = fork();
  if (program == 0) {
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    _exit(127);
  }
  while (waitpid(program, &status, 0) < 0 && errno == EINTR) {}
  umount2(argv[1], MNT_DETACH);
  while (waitpid(server, NULL, 0) < 0 && errno == EINTR) {}
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
