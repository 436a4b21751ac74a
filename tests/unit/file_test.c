/*
** file_test.c -- bytes of files, and entries of folders, each on each backend.
*/

#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#include "leak.h"
#include "path_ground.h"


/*
** {======================================================
** Reading
** =======================================================
*/

/* row 45 */
static void changes (void **state) {
  (void)state;
  assert_int_equal(mkdir("changes", 0755), 0);
  EACH_BACKEND {
    wk_Root r = root_of("changes", backends[b]);
    wk_File file;
    wk_Fail f;
    char *bytes;
    size_t size;
    put("changes/a.lua", "12345", 5);
    assert_int_equal(wk_path_open(&r, "a.lua", 5, &file, &f), WK_OK);
    put("changes/a.lua", "123456", 6);   /* grows */
    assert_int_equal(wk_file_read(&file, 9, &bytes, &size, &f),
                     WK_ECHANGED);
    assert_string_equal(f.message, "`a.lua` changed while it was read");
    wk_file_close(&file);
    assert_int_equal(wk_path_open(&r, "a.lua", 5, &file, &f), WK_OK);
    put("changes/a.lua", "123", 3);      /* shrinks */
    assert_int_equal(wk_file_read(&file, 9, &bytes, &size, &f),
                     WK_ECHANGED);
    wk_file_close(&file);
    assert_int_equal(wk_path_open(&r, "a.lua", 5, &file, &f), WK_OK);
    assert_int_equal(chmod("changes/a.lua", 0600), 0);   /* its ctime */
    usleep(20000);
    assert_int_equal(chmod("changes/a.lua", 0644), 0);
    assert_int_equal(wk_file_read(&file, 9, &bytes, &size, &f),
                     WK_ECHANGED);
    wk_file_close(&file);
    assert_int_equal(wk_path_open(&r, "a.lua", 5, &file, &f), WK_OK);
    assert_int_equal(rename("changes/a.lua", "changes/b.lua"), 0);
    put("changes/a.lua", "other", 5);    /* the name is another file's */
    file.ctime_s = 0;                    /* renaming sets the ctime */
    assert_int_equal(wk_file_read(&file, 9, &bytes, &size, &f),
                     WK_ECHANGED);
    wk_file_close(&file);
    wk_root_close(&r);
  }
  all("/proc", "version", WK_ECHANGED);
}


/* each part of what fstat says counts */
static void parts (void **state) {
  int part;
  (void)state;
  assert_int_equal(mkdir("parts", 0755), 0);
  put("parts/a.lua", "12345", 5);
  for (part = 0; part <= 9; part++) {
    wk_Root r = root_of("parts", WK_AUTO);
    wk_File file;
    wk_Fail f;
    char *bytes;
    size_t size;
    wk_Code code;
    assert_int_equal(wk_path_open(&r, "a.lua", 5, &file, &f), WK_OK);
    if (part > 0) file.nlink = 7;        /* it lost names */
    switch (part) {
      case 0: case 1: file.ctime_ns ^= 1; break;
      case 2: file.ctime_s++; break;
      case 3: file.mtime_s++; break;
      case 4: file.mtime_ns ^= 1; break;
      case 5: file.ctime_s++; file.mode ^= 0100; break;
      case 6: file.ctime_s++; file.uid ^= 1; break;
      case 7: file.ctime_s++; file.gid ^= 1; break;
      case 8: file.ctime_s++; file.mtime_ns ^= 1; break;
      default: break;                    /* nothing but names */
    }
    code = wk_file_read(&file, 9, &bytes, &size, &f);
    assert_int_equal(code, part == 1 || part == 2 || part == 9
                             ? WK_OK : WK_ECHANGED);
    free(bytes);
    wk_file_close(&file);
    wk_root_close(&r);
  }
}


/* which descriptors are of the file that was looked at */
static void same_file (void **state) {
  wk_File file, other;
  wk_Fail f;
  (void)state;
  put("same", "12345", 5);
  put("other", "12345", 5);
  assert_int_equal(wk_file_open("same", &file, &f), WK_OK);
  assert_true(wk_file_same(&file, file.fd));
  assert_false(wk_file_same(&file, -1));
  assert_int_equal(wk_file_open("other", &other, &f), WK_OK);
  assert_false(wk_file_same(&file, other.fd));
  wk_file_close(&other);
  file.dev ^= 1;
  assert_false(wk_file_same(&file, file.fd));
  file.dev ^= 1;
  file.ctime_ns ^= 1;
  assert_false(wk_file_same(&file, file.fd));
  wk_file_close(&file);
}


/* row 67: a file that is gone by its name, and a folder, once they are open */
static void unlinked (void **state) {
  (void)state;
  EACH_BACKEND {
    wk_Root r;
    wk_File file;
    wk_Fail f;
    char *bytes;
    size_t size;
    assert_int_equal(mkdir("unlinked", 0755), 0);
    assert_int_equal(mkdir("unlinked/d", 0755), 0);
    put("unlinked/d/a.lua", "12345", 5);
    r = root_of("unlinked", backends[b]);
    assert_int_equal(wk_path_open(&r, "d/a.lua", 7, &file, &f), WK_OK);
    assert_int_equal(unlink("unlinked/d/a.lua"), 0);
    assert_int_equal(rmdir("unlinked/d"), 0);
    assert_int_equal(rmdir("unlinked"), 0);
    file.ctime_s = 0;                    /* however coarse the clock is */
    assert_int_equal(wk_file_read(&file, 9, &bytes, &size, &f), WK_OK);
    assert_string_equal(bytes, "12345");
    free(bytes);
    wk_file_close(&file);
    wk_root_close(&r);
  }
}


/* read calls that this process made so far, by the kernel's own count; -1
   when it does not tell.  Asking is one itself. */
static long reads (void) {
  char io[512];
  const char *line;
  ssize_t n;
  int fd = open("/proc/self/io", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  n = read(fd, io, sizeof(io) - 1);
  close(fd);
  if (n <= 0) return -1;
  io[n] = '\0';
  line = strstr(io, "syscr: ");
  return line ? strtol(line + 7, NULL, 10) : -1;
}


/* refused without a byte read: 100 GiB of nothing, a pipe, a socket */
static void unread (void **state) {
  int fd;
  (void)state;
  assert_int_equal(mkdir("unread", 0755), 0);
  assert_int_equal(mkfifo("unread/pipe.lua", 0644), 0);
  fd = open("unread/x.lua", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  assert_int_equal(ftruncate(fd, (off_t)100 << 30), 0);
  close(fd);
  all("unread", "x.lua", WK_ESIZE);
  all("unread", "pipe.lua", WK_ETYPE);
  EACH_BACKEND {
    wk_Root r = root_of("unread", backends[b]);
    long before = reads(), middle = reads(), after;
    if (before < 0 || middle - before != 1) {  /* valgrind reads, too */
      wk_root_close(&r);
      SKIP("the reads of this process cannot be counted");
    }
    assert_int_equal(try(&r, "x.lua"), WK_ESIZE);
    assert_int_equal(try(&r, "pipe.lua"), WK_ETYPE);
    after = reads();
    assert_int_equal(after - middle, 1);
    wk_root_close(&r);
  }
}


static void named_files (void **state) {
  struct sockaddr_un name;
  int s;
  wk_File file;
  wk_Fail f;
  char *bytes;
  size_t size;
  (void)state;
  put("train.yaml", "a: 1\n", 5);
  assert_int_equal(symlink("train.yaml", "link.yaml"), 0);
  assert_int_equal(mkfifo("pipe.yaml", 0644), 0);
  assert_int_equal(wk_file_open("link.yaml", &file, &f), WK_OK);
  assert_int_equal(wk_file_read(&file, 99, &bytes, &size, &f), WK_OK);
  assert_string_equal(bytes, "a: 1\n");
  free(bytes);
  wk_file_close(&file);
  assert_int_equal(wk_file_open("none.yaml", &file, &f), WK_EFILE);
  assert_string_equal(f.message, "there is no file `none.yaml`");
  assert_int_equal(wk_file_open("train.yaml/x", &file, &f), WK_EFILE);
  assert_int_equal(wk_file_open("", &file, &f), WK_EFILE);
  assert_int_equal(wk_file_open("pipe.yaml", &file, &f), WK_EFILE);
  assert_int_equal(wk_file_open(".", &file, &f), WK_EFILE);
  assert_int_equal(wk_file_open("/dev/null", &file, &f), WK_EFILE);
  assert_int_equal(file.fd, -1);
  assert_int_equal(symlink("loop.yaml", "loop.yaml"), 0);
  assert_int_equal(wk_file_open("loop.yaml", &file, &f), WK_EFILE);
  assert_true(says(&f, "the system says: Too many levels of symbolic links"));
  memset(text, 'x', 300);
  text[300] = '\0';
  assert_int_equal(wk_file_open(text, &file, &f), WK_EFILE);
  memset(&name, 0, sizeof(name));
  name.sun_family = AF_UNIX;
  memcpy(name.sun_path, "socket.yaml", sizeof("socket.yaml"));
  s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(bind(s, (struct sockaddr *)&name, sizeof(name)), 0);
  close(s);
  assert_int_equal(wk_file_open("socket.yaml", &file, &f), WK_EFILE);
  assert_string_equal(f.message,
                      "`socket.yaml` is a device or a socket, not a config");
}


static void kinds (void **state) {
  (void)state;
  assert_string_equal(wk_file_kind(S_IFDIR | 0755), "a folder");
  assert_string_equal(wk_file_kind(S_IFIFO), "a named pipe");
  assert_string_equal(wk_file_kind(S_IFSOCK), "a socket");
  assert_string_equal(wk_file_kind(S_IFCHR), "a character device");
  assert_string_equal(wk_file_kind(S_IFBLK), "a block device");
  assert_string_equal(wk_file_kind(S_IFLNK), "a symbolic link");
  assert_string_equal(wk_file_kind(0), "a device or a socket");
}


/* what a pipe gives that n bytes were written into */
static wk_Code piped (size_t n, size_t limit, int flags, size_t *size) {
  int ends[2];
  wk_Fail f;
  char *bytes = NULL;
  wk_Code code;
  pid_t pid;
  assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
  pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    signal(SIGPIPE, SIG_IGN);
    close(ends[0]);
    if (flags != 0) usleep(20000);
    while (n > 0 && write(ends[1], "x", 1) == 1) n--;
    close(ends[1]);
    _exit(0);
  }
  close(ends[1]);
  assert_int_equal(fcntl(ends[0], F_SETFL, flags), 0);
  code = wk_stream_read(ends[0], limit, &bytes, size, &f);
  close(ends[0]);
  waitpid(pid, NULL, 0);
  if (code == WK_OK) {
    assert_int_equal(strlen(bytes), *size);
    free(bytes);
  }
  else
    assert_null(bytes);
  return code;
}


static void streams (void **state) {
  wk_Fail f;
  char *bytes;
  size_t size = 1;
  (void)state;
  assert_int_equal(piped(0, 10, 0, &size), WK_OK);
  assert_int_equal(size, 0);
  assert_int_equal(piped(10, 10, 0, &size), WK_OK);
  assert_int_equal(size, 10);
  assert_int_equal(piped(11, 10, 0, &size), WK_ESIZE);
  assert_int_equal(piped(0, 0, 0, &size), WK_OK);
  assert_int_equal(piped(1, 0, 0, &size), WK_ESIZE);
  assert_int_equal(piped(70000, 70000, 0, &size), WK_OK);
  assert_int_equal(size, 70000);
  assert_int_equal(piped(70001, 70000, 0, &size), WK_ESIZE);
  assert_int_equal(piped(140000, SIZE_MAX, 0, &size), WK_OK);
  assert_int_equal(piped(100, 100, O_NONBLOCK, &size), WK_OK);
  assert_int_equal(size, 100);
  assert_int_equal(wk_stream_read(-1, 10, &bytes, &size, &f), WK_EIO);
}

/* }====================================================== */


/*
** {======================================================
** Folders
** =======================================================
*/

static int has (const char *names, size_t size, const char *name) {
  size_t at;
  int n = 0;
  for (at = 0; at < size; at += strlen(names + at) + 1)
    n += strcmp(names + at, name) == 0;
  return n;
}


static void lists (void **state) {
  int i;
  (void)state;
  assert_int_equal(mkdir("lists", 0755), 0);
  assert_int_equal(mkdir("lists/many", 0755), 0);
  assert_int_equal(mkdir("lists/none", 0755), 0);
  assert_int_equal(symlink("many", "lists/link"), 0);
  assert_int_equal(mkfifo("lists/pipe", 0644), 0);
  put("lists/.hidden", "", 0);
  put("lists/..hidden", "", 0);
  for (i = 0; i < 1000; i++) {
    snprintf(text, sizeof(text), "lists/many/%s%d",
             "a rather long name, so that the block has to grow ", i);
    put(text, "", 0);
  }
  EACH_BACKEND {
    wk_Root r = root_of("lists", backends[b]);
    wk_Fail f;
    char *names;
    size_t size, at;
    assert_int_equal(wk_path_list(&r, "", 0, &names, &size, &f), WK_OK);
    assert_int_equal(has(names, size, "many"), 1);
    assert_int_equal(has(names, size, "none"), 1);
    assert_int_equal(has(names, size, "link"), 1);
    assert_int_equal(has(names, size, ".hidden"), 1);
    assert_int_equal(has(names, size, "."), 0);
    free(names);
    assert_int_equal(wk_path_list(&r, "many", 4, &names, &size, &f), WK_OK);
    for (i = 0, at = 0; at < size; at += strlen(names + at) + 1) i++;
    assert_int_equal(i, 1000);
    free(names);
    assert_int_equal(wk_path_list(&r, "none", 4, &names, &size, &f), WK_OK);
    assert_int_equal(size, 0);
    assert_non_null(names);
    free(names);
    assert_int_equal(wk_path_list(&r, "link", 4, &names, &size, &f),
                     WK_ESYMLINK);
    assert_null(names);
    assert_int_equal(wk_path_list(&r, "absent", 6, &names, &size, &f),
                     WK_ENOTFOUND);
    assert_string_equal(f.message, "there is no folder `absent`");
    assert_int_equal(wk_path_list(&r, ".hidden", 7, &names, &size, &f),
                     WK_ENOTFOUND);
    assert_int_equal(wk_path_list(&r, "pipe", 4, &names, &size, &f),
                     WK_ENOTFOUND);
    wk_root_close(&r);
  }
}


/* 65,536 files are cheap in memory alone */
static void too_many (void **state) {
  char dir[] = "/dev/shm/wick-path-XXXXXX";
  int i;
  (void)state;
  if (mkdtemp(dir) == NULL) SKIP("no folder can be made in /dev/shm");
  assert_int_equal(chdir(dir), 0);
  for (i = 0; i < WK_LIST_MAX; i++) {
    snprintf(text, sizeof(text), "%d", i);
    assert_int_equal(mknod(text, S_IFREG | 0644, 0), 0);
  }
  EACH_BACKEND {
    wk_Root r = root_of(dir, backends[b]);
    wk_Fail f;
    char *names;
    size_t size;
    assert_int_equal(wk_path_list(&r, "", 0, &names, &size, &f), WK_OK);
    free(names);
    put("99999998", "", 0);
    put("99999999", "", 0);
    assert_int_equal(wk_path_list(&r, "", 0, &names, &size, &f), WK_ELIMIT);
    assert_null(names);
    assert_string_equal(f.message, "the root has more than 65536 entries");
    r.folds = 1;    /* then the spelling is compared with too many: the */
    i = try(&r, "0") == WK_ELIMIT;    /* first or the last is behind all */
    i += try(&r, "99999999") == WK_ELIMIT;
    assert_int_equal(i, 1);
    wk_root_close(&r);
    r = root_of(dir, backends[b]);    /* no letter among so many */
    assert_int_equal(r.folds, 0);
    wk_root_close(&r);
    r = root_of("/dev/shm", backends[b]);
    assert_int_equal(wk_path_list(&r, dir + 9, strlen(dir + 9), &names,
                                  &size, &f), WK_ELIMIT);
    wk_root_close(&r);
    assert_int_equal(unlink("99999998"), 0);
    assert_int_equal(unlink("99999999"), 0);
  }
  assert_int_equal(chdir(base), 0);
  assert_int_equal(nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}


/* As on a folding file system, but on one that does not fold: what is
   spelled as it is listed opens, and nothing else is there. */
static void spelling (void **state) {
  wk_Fail f;
  char *names;
  size_t size;
  int i;
  (void)state;
  assert_int_equal(mkdir("spelling", 0755), 0);
  assert_int_equal(mkdir("spelling/Models", 0755), 0);
  put("spelling/Models/Net.lua", "", 0);
  put("spelling/a.lua", "", 0);
  assert_int_equal(link("spelling/a.lua", "spelling/A.LUA"), 0);
  assert_int_equal(symlink("Models", "spelling/link"), 0);
  for (i = 0; i < 20; i++) {     /* one file by many names: each is right */
    snprintf(text, sizeof(text), "spelling/same%d", i);
    assert_int_equal(link("spelling/a.lua", text), 0);
  }
  EACH_BACKEND {
    wk_Root r = root_of("spelling", backends[b]);
    assert_int_equal(r.folds, 0);
    r.folds = 1;
    assert_int_equal(try(&r, "Models/Net.lua"), WK_OK);
    assert_int_equal(try(&r, "models/Net.lua"), WK_ENOTFOUND);
    assert_int_equal(try(&r, "Models/net.lua"), WK_ENOTFOUND);
    assert_int_equal(try(&r, "None/net.lua"), WK_ENOTFOUND);
    assert_int_equal(try(&r, "link/Net.lua"), WK_ESYMLINK);
    assert_int_equal(try(&r, "a.lua"), WK_OK);
    for (i = 0; i < 20; i++) {
      snprintf(text, sizeof(text), "same%d", i);
      assert_int_equal(try(&r, text), WK_OK);
    }
    assert_int_equal(wk_path_list(&r, "link/x", 6, &names, &size, &f),
                     WK_ESYMLINK);
    wk_root_close(&r);
  }
}


/* names without a letter, and with signs on either side of letters */
static void signs (void **state) {
  wk_Root r;
  (void)state;
  assert_int_equal(mkdir("signs", 0755), 0);
  put("signs/1~", "", 0);
  put("signs/@", "", 0);
  put("signs/{a`", "", 0);
  r = root_of("signs", WK_AUTO);
  assert_int_equal(r.folds, 0);
  wk_root_close(&r);
}


/* two links in both spellings are no folding, nor are two files */
static void twins (void **state) {
  wk_Root r;
  (void)state;
  assert_int_equal(mkdir("two", 0755), 0);
  put("two/b", "", 0);
  put("two/B", "", 0);
  r = root_of("two", WK_AUTO);
  assert_int_equal(r.folds, 0);
  wk_root_close(&r);
  assert_int_equal(mkdir("twins", 0755), 0);
  put("twins/a.lua", "", 0);
  assert_int_equal(link("twins/a.lua", "twins/A.LUA"), 0);
  r = root_of("twins", WK_AUTO);
  assert_int_equal(r.folds, 0);
  wk_root_close(&r);
}

/* }====================================================== */


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(changes), LEAK_TEST(parts), LEAK_TEST(same_file),
    LEAK_TEST(unlinked), LEAK_TEST(unread),
    LEAK_TEST(named_files), LEAK_TEST(kinds), LEAK_TEST(streams),
    LEAK_TEST(lists),
    LEAK_TEST(too_many), LEAK_TEST(spelling), LEAK_TEST(signs),
    LEAK_TEST(twins)
  };
  return cmocka_run_group_tests_name("file", tests, make_base, drop_base);
}
