/*
** fuzz_path.c -- random folders, files, links, pipes and sockets below a
** root and beside it, and random names: what the resolver opens is a regular
** file below the root, reached through folders alone; both backends give the
** same answer, and it is the one that a look at each component gives.
**
** An input is read byte by byte: some make things, some ask.  FUZZ_NAIVE=1
** asks a plain open instead, which must be found out (the control of
** fuzz_spec.lua).
*/

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "fuzz.h"
#include "path.h"


static char base[64];        /* holds the folders `root` and `out` */
static int root_fd = -1;
static wk_Root ways[2];      /* the root, by openat2 and by the walk */
static int nways;
static int naive;

typedef struct Input {
  const uint8_t *at, *end;
} Input;


static unsigned byte (Input *in) {
  return in->at < in->end ? *in->at++ : 0;
}


/* few names, so that they meet */
static const char *part (Input *in) {
  static const char *const parts[] = {
    "a", "b", "m.lua", "init.lua", "c", "A", "d.so", "e e", "\xC3\xA9",
    "..", ".", "", "a.lua", "out", "s.lua", "b"
  };
  return parts[byte(in) % (sizeof(parts) / sizeof(*parts))];
}


/* up to four parts with slashes between them */
static void way (Input *in, char *out, size_t size) {
  unsigned n = byte(in) % 4, i;
  snprintf(out, size, "%s", part(in));
  for (i = 0; i < n; i++) {
    size_t used = strlen(out);
    snprintf(out + used, size - used, "/%s", part(in));
  }
}


/* the folder in which `name` is to be made, and its last part; no link is
   followed on the way, so nothing outside can be touched */
static int folder_of (const char *name, const char **last) {
  int dir = dup(root_fd), next;
  const char *slash;
  demand(dir >= 0);
  for (; (slash = strchr(name, '/')) != NULL; name = slash + 1) {
    char one[64];
    snprintf(one, sizeof(one), "%.*s", (int)(slash - name), name);
    next = strcmp(one, "..") == 0 || one[0] == '\0' ? -1 :
      openat(dir, one, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    close(dir);
    if (next < 0) return -1;
    dir = next;
  }
  *last = name;
  if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
    close(dir);
    return -1;
  }
  return dir;
}


static void make_link (Input *in, int dir, const char *last) {
  static const char *const to[] = {
    "../out/s.lua", "../out", "../../out/s.lua", "a", "m.lua", ".", "..",
    "b/m.lua", "gone", "/"
  };
  char text[128];
  unsigned n = byte(in) % 12;
  if (n < 10) snprintf(text, sizeof(text), "%s", to[n]);
  else snprintf(text, sizeof(text), "%s/%s", base, n == 10 ? "out" :
                "root/a");
  if (symlinkat(text, dir, last) != 0) return;
}


static void make_socket (int dir, const char *last) {
  struct sockaddr_un address;
  char text[192];
  int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (s < 0) return;
  memset(&address, 0, sizeof(address));
  address.sun_family = AF_UNIX;
  snprintf(text, sizeof(text), "/proc/self/fd/%d/%s", dir, last);
  memcpy(address.sun_path, text, sizeof(address.sun_path) - 1);
  if (bind(s, (const struct sockaddr *)&address, sizeof(address)) != 0)
    last = NULL;  /* something is there already */
  close(s);
}


static void make (Input *in, unsigned what) {
  char name[128];
  const char *last;
  int dir, fd, done = 0;
  way(in, name, sizeof(name));
  dir = folder_of(name, &last);
  if (dir < 0) return;
  switch (what) {
    case 0: case 1: done = mkdirat(dir, last, 0755); break;
    case 2: case 3:
      fd = openat(dir, last, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
      if (fd >= 0) {
        if (write(fd, "return 1\n", 9) != 9) done = -1;
        close(fd);
      }
      break;
    case 4: case 5: make_link(in, dir, last); break;
    case 6: done = mkfifoat(dir, last, 0644); break;
    case 7: done = linkat(root_fd, "../out/s.lua", dir, last, 0); break;
    case 8: make_socket(dir, last); break;
    case 9: done = renameat(dir, last, root_fd, part(in)); break;
    default: done = unlinkat(dir, last, byte(in) & 1 ? AT_REMOVEDIR : 0);
  }
  if (done != 0) errno = 0;  /* what cannot be made is not made */
  close(dir);
}


/* what a look at each component says of a name that the rules let through */
static wk_Code expected (const char *name, struct stat *st) {
  int dir = dup(root_fd);
  wk_Code code = WK_OK;
  demand(dir >= 0);
  for (;;) {
    const char *slash = strchr(name, '/');
    size_t n = slash ? (size_t)(slash - name) : strlen(name);
    char one[64];
    int next;
    snprintf(one, sizeof(one), "%.*s", (int)n, name);
    if (fstatat(dir, one, st, AT_SYMLINK_NOFOLLOW) != 0)
      code = WK_ENOTFOUND;
    else if (S_ISLNK(st->st_mode)) code = WK_ESYMLINK;
    else if (slash && !S_ISDIR(st->st_mode)) code = WK_ENOTFOUND;
    else if (!slash && !S_ISREG(st->st_mode)) code = WK_ETYPE;
    if (code != WK_OK || slash == NULL) break;
    next = openat(dir, one, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    demand(next >= 0);
    close(dir);
    dir = next;
    name = slash + 1;
  }
  close(dir);
  return code;
}


/* what the control does: nothing but to open */
static wk_Code naive_open (const char *rel, wk_File *file, wk_Fail *f) {
  struct stat st;
  int fd = openat(root_fd, rel, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  memset(file, 0, sizeof(*file));
  file->fd = -1;
  if (fd < 0) return wk_fail(f, WK_ENOTFOUND, "it does not open");
  demand(fstat(fd, &st) == 0);
  file->fd = fd;
  file->dev = (uint64_t)st.st_dev;
  file->ino = (uint64_t)st.st_ino;
  file->mode = (uint32_t)st.st_mode;
  return WK_OK;
}


static void ask (Input *in) {
  static wk_Fail fail;
  char name[128];
  struct stat st;
  wk_Code code, want;
  int i;
  way(in, name, sizeof(name));
  want = wk_rel_check(name, strlen(name), &fail);
  if (want == WK_OK) want = expected(name, &st);
  for (i = 0; i < nways; i++) {
    wk_File file;
    code = naive ? naive_open(name, &file, &fail)
                 : wk_path_open(&ways[i], name, strlen(name), &file, &fail);
    demand(code == want);
    if (code != WK_OK) {
      demand(file.fd == -1);
      fuzz_failure(&fail, code, 0);
      continue;
    }
    demand(S_ISREG(file.mode));
    demand(file.dev == (uint64_t)st.st_dev && file.ino == (uint64_t)st.st_ino);
    demand((fcntl(file.fd, F_GETFD) & FD_CLOEXEC) != 0);
    wk_file_close(&file);
    demand(file.fd == -1);
  }
}


static void list (Input *in) {
  static wk_Fail fail;
  char name[128], *names[2] = {NULL, NULL};
  size_t size[2] = {0, 0};
  wk_Code code[2] = {WK_OK, WK_OK};
  int i;
  name[0] = '\0';
  if (byte(in) & 3) way(in, name, sizeof(name));
  for (i = 0; i < nways; i++) {
    code[i] = wk_path_list(&ways[i], name, strlen(name), &names[i], &size[i],
                           &fail);
    if (code[i] != WK_OK) fuzz_failure(&fail, code[i], 0);
    demand(code[i] == WK_OK || names[i] == NULL);
  }
  for (i = 1; i < nways; i++) {
    demand(code[i] == code[0] && size[i] == size[0]);
    if (size[i] > 0) demand(memcmp(names[i], names[0], size[i]) == 0);
  }
  for (i = 0; i < nways; i++) free(names[i]);
}


static int drop (const char *path, const struct stat *st, int type,
                 struct FTW *at) {
  (void)st;
  (void)type;
  if (at->level > 0 && remove(path) != 0) perror(path);
  return 0;
}


static void clear (void) {
  char root[80];
  snprintf(root, sizeof(root), "%s/root", base);
  nftw(root, drop, 8, FTW_PHYS | FTW_DEPTH);
}


/* at the end: the folders go too */
static void leave (void) {
  int i;
  for (i = 0; i < nways; i++) wk_root_close(&ways[i]);
  nftw(base, drop, 8, FTW_PHYS | FTW_DEPTH);
  rmdir(base);
}


static void prepare (void) {
  static wk_Fail fail;
  char name[96];
  int i, fd;
  const char *tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  snprintf(base, sizeof(base), "%s/fuzz-XXXXXX", tmp);
  demand(mkdtemp(base) != NULL);
  snprintf(name, sizeof(name), "%s/out", base);
  demand(mkdir(name, 0755) == 0);
  snprintf(name, sizeof(name), "%s/out/s.lua", base);
  fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  demand(fd >= 0 && write(fd, "return 2\n", 9) == 9 && close(fd) == 0);
  snprintf(name, sizeof(name), "%s/root", base);
  demand(mkdir(name, 0755) == 0);
  root_fd = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
  demand(root_fd >= 0);
  for (i = wk_has_openat2() ? WK_OPENAT2 : WK_WALK; i <= WK_WALK; i++)
    demand(wk_root_open(&ways[nways++], name, strlen(name), (wk_Backend)i,
                        &fail) == WK_OK);
  naive = getenv("FUZZ_NAIVE") != NULL;
  atexit(leave);
}


int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size) {
  Input in = {data, data + size};
  int steps = 0;
  if (root_fd < 0) prepare();
  while (in.at < in.end && steps++ < 100) {
    unsigned what = byte(&in) % 16;
    if (what < 11) make(&in, what);
    else if (what < 15) ask(&in);
    else list(&in);
  }
  clear();
  return 0;
}
