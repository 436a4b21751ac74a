/*
** plugin_test.c -- what is loaded is what was checked.
**
** The plugins are those that the Makefile builds from tests/plugins/bare.c:
** their entries give 1 (`one`) and 2 (`two`), and they write down that they
** were loaded.  What is loaded stays, so each test loads in a child.
*/

#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "../plugins/maps.h"
#include "asleep.h"
#include "elf_bytes.h"
#include "leak.h"
#include "path_ground.h"
#include "plugin.h"


static wk_Fail fail;
static wk_Root root;


/* in a child: leaves it with the line that failed */
#define CHECK(what) \
  do { if (!(what)) return report(__LINE__, #what); } while (0)

static int report (int line, const char *what) {
  fprintf(stderr, "# line %d: %s (%s: %s)\n", line, what,
          wk_code_info(fail.code)->name, fail.message);
  return 1;
}


/* puts bytes there as a new file, or over an old one */
static void put_bytes (const Bytes *b, const char *name) {
  static int count = 0;
  struct timespec times[2];
  put(name, b->s, b->len);
  /* no two writes of a test have one time, however fast they are */
  times[0].tv_sec = times[1].tv_sec = 1000000000 + count++;
  times[0].tv_nsec = times[1].tv_nsec = 0;
  assert_int_equal(utimensat(AT_FDCWD, name, times, 0), 0);
}


/* a copy of a plugin of the build */
static void copy_to (const char *of, const char *name) {
  Bytes b = plugin(of);
  put_bytes(&b, name);
  free(b.s);
}


/* a fresh folder `p` with one.so and two.so, and its root */
static int ground (void **state) {
  nftw("p", remove_one, 16, FTW_DEPTH | FTW_PHYS);
  unlink("canary");
  memset(&fail, 0, sizeof(fail));
  if (mkdir("p", 0755) != 0) return 1;
  copy_to("one", "p/one.so");
  copy_to("two", "p/two.so");
  root = root_of("p", WK_AUTO);
  return leak_setup(state);
}


static int leave (void **state) {
  int leaked = leak_teardown(state);
  wk_root_close(&root);
  return leaked;
}


static wk_Code open_plugin (const char *rel, const char *name, wk_Plugin *p) {
  return wk_plugin_open(&root, rel, strlen(rel), name, strlen(name),
                        "Lua 5.4", 1 << 20, p, &fail);
}


/* opens and loads; what the entry gives, or -1 */
static int load_plugin (const char *rel, const char *name) {
  wk_Plugin p;
  wk_Loaded loaded;
  int answer = -1;
  if (open_plugin(rel, name, &p) != WK_OK) return -1;
  if (wk_plugin_load(&p, &loaded, &fail) == WK_OK) {
    int (*enter) (void *L);
    memcpy(&enter, &loaded.entry, sizeof(enter));
    answer = enter(NULL);
  }
  wk_plugin_close(&p);
  return answer;
}


/* the lines that plugins wrote */
static int canaries (void) {
  int fd = open("canary", O_RDONLY | O_CLOEXEC), n = 0;
  char block[4096], *at = block;
  ssize_t size;
  if (fd < 0) return 0;
  size = read(fd, block, sizeof(block) - 1);
  close(fd);
  block[size > 0 ? size : 0] = '\0';
  while ((at = strchr(at, '\n')) != NULL) at++, n++;
  return n;
}


#define IN_CHILD(check)  assert_int_equal(in_loading_child(check), 0)


/* what a plugin calls while it is loaded (see canary.h): runs meanwhile(), once
   when that is set */
static int (*meanwhile) (void);

#pragma GCC visibility push(default)

char *getenv (const char *name) {
  extern char **environ;
  const size_t len = strlen(name);
  char **at;
  if (meanwhile != NULL && strcmp(name, "WICK_CANARY") == 0) {
    int (*now) (void) = meanwhile;
    meanwhile = NULL;
    now();
  }
  for (at = environ; at != NULL && *at != NULL; at++)
    if (strncmp(*at, name, len) == 0 && (*at)[len] == '=')
      return *at + len + 1;
  return NULL;
}

#pragma GCC visibility pop


/*
** {======================================================
** Loading
** =======================================================
*/

static int loads_child (void) {
  wk_Plugin p;
  wk_Loaded a, b;
  struct link_map *map;
  char want[64];
  int fds, fd;
  Dl_info info;
  CHECK(open_plugin("one.so", "p.one", &p) == WK_OK);
  CHECK(strcmp(p.entry, "luaopen_one") == 0 && p.statement != NULL);
  CHECK(canaries() == 0);
  fds = count_fds();
  CHECK(wk_plugin_load(&p, &a, &fail) == WK_OK);
  CHECK(canaries() == 1);
  CHECK(p.file.fd == -1 && count_fds() == fds);   /* another number */
  CHECK(mapped_inode(a.base) == p.file.ino);
  CHECK(wk_plugin_base(a.entry) == a.base);
  CHECK(wk_plugin_base((void (*) (void))loads_child) != a.base);
  CHECK(wk_plugin_base((void (*) (void))(uintptr_t)8) == NULL);
  /* the descriptor: 500 or more, kept, closed by exec, in the name that
     debuggers see */
  CHECK(dladdr(a.base, &info) != 0);
  snprintf(want, sizeof(want), "/proc/%ld/fd/", (long)getpid());
  CHECK(strncmp(info.dli_fname, want, strlen(want)) == 0);
  fd = (int)strtol(info.dli_fname + strlen(want), NULL, 10);
  CHECK(fd >= 500 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
  map = (struct link_map *)dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD);
  CHECK(map != NULL);
  CHECK(dlclose(map) == 0);
  /* once more, by the same and by a new check */
  CHECK(wk_plugin_load(&p, &b, &fail) == WK_OK);
  CHECK(b.entry == a.entry && b.base == a.base);
  wk_plugin_close(&p);
  wk_plugin_close(&p);
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(load_plugin("two.so", "p.two") == 2);
  CHECK(load_plugin("one.so", "other.one") == 1);
  CHECK(canaries() == 2);
  CHECK(count_fds() == fds + 1);
  CHECK(dlsym(RTLD_DEFAULT, "clash") == NULL);    /* RTLD_LOCAL */
  return 0;
}

static void loads (void **state) {
  (void)state;
  IN_CHILD(loads_child);
}


/* nothing is left of what is only checked, or refused */
static void refuses (void **state) {
  char name[300] = "p.";
  wk_Plugin p;
  wk_Loaded loaded;
  (void)state;
  assert_int_equal(open_plugin("none.so", "p.none", &p), WK_ENOTFOUND);
  assert_int_equal(p.file.fd, -1);
  put("p/text.so", "text", 4);
  assert_int_equal(open_plugin("text.so", "p.text", &p), WK_EELF);
  assert_int_equal(open_plugin("one.so", "p.two", &p), WK_ESTATEMENT);
  assert_int_equal(wk_plugin_open(&root, "one.so", 6, "p.one", 5, "Lua 5.3",
                                  1 << 20, &p, &fail), WK_EABI);
  assert_int_equal(wk_plugin_open(&root, "one.so", 6, "p.one", 5, "Lua 5.4",
                                  1000, &p, &fail), WK_ESIZE);
  assert_int_equal(open_plugin("one.so", "p.one", &p), WK_OK);
  wk_plugin_close(&p);
  assert_int_not_equal(wk_plugin_load(&p, &loaded, &fail), WK_OK);
  /* a name that is longer than any is cut, and found to be another one */
  memset(name + 2, 'n', sizeof(name) - 3);
  assert_int_equal(open_plugin("one.so", name, &p), WK_ESTATEMENT);
  assert_int_equal(strlen(p.named), sizeof(p.named) - 1);
  assert_string_equal(p.base, "one.so");
  assert_int_equal(p.file.fd, -1);
  assert_int_equal(canaries(), 0);
}


/* names that are listed: as many as are wanted, and none of a file that is
   another one by now */
static void lists (void **state) {
  char *names = NULL;
  size_t size, at;
  int n = 0, whole = 0;
  wk_Plugin p;
  (void)state;
  copy_to("many", "p/many.so");
  assert_int_equal(open_plugin("many.so", "p.many", &p), WK_OK);
  assert_string_equal(p.entry, "luaopen_p_many");
  assert_int_equal(wk_plugin_names(&p, 0, &names, &size, &fail), WK_OK);
  assert_string_equal(names, "libc.so.6");
  assert_int_equal(size, sizeof("libc.so.6"));
  free(names);
  assert_int_equal(wk_plugin_names(&p, 1, &names, &size, &fail), WK_OK);
  for (at = 0; at < size; at += strlen(names + at) + 1, n++)
    whole += strlen(names + at) == 52 &&
             strncmp(names + at, "a_function_whose_name_is_", 25) == 0;
  assert_int_equal(at, size);
  assert_int_equal(n, WK_PLUGIN_NAMES);
  assert_true(whole >= WK_PLUGIN_NAMES - 3);
  free(names);
  copy_to("many", "p/many.so");
  for (n = 0; n < 2; n++) {
    assert_int_equal(wk_plugin_names(&p, n, &names, &size, &fail),
                     WK_ECHANGED);
    assert_string_equal(fail.message, "`many.so` changed while it was read");
    assert_null(names);
    assert_int_equal(size, 0);
  }
  wk_plugin_close(&p);
  /* the same of one that is small enough to be read at once */
  assert_int_equal(open_plugin("one.so", "p.one", &p), WK_OK);
  copy_to("one", "p/one.so");
  assert_int_equal(wk_plugin_names(&p, 1, &names, &size, &fail), WK_ECHANGED);
  assert_null(names);
  wk_plugin_close(&p);
}


/* the linker does not give symbols of a hidden version, though they are in the
   table that names are looked up in */
static void hide (const Bytes *b, const char *name) {
  const Sym *first = (const Sym *)(void *)
    place(b, entry(b, DT_SYMTAB)->d_un.d_ptr);
  char *versions = place(b, entry(b, DT_VERSYM)->d_un.d_ptr);
  const uint16_t hidden = 0x8002;
  memcpy(versions + 2 * (symbol(b, name) - first), &hidden, sizeof(hidden));
}


static void hidden_entry (void **state) {
  Bytes b = plugin("one");
  wk_Plugin p;
  (void)state;
  hide(&b, "luaopen_one");
  put_bytes(&b, "p/one.so");
  assert_int_equal(open_plugin("one.so", "p.one", &p), WK_ENOENTRY);
  free(b.s);
}

/* }====================================================== */


/*
** {======================================================
** Files that change
** =======================================================
*/

/* loads what was opened; what its entry gives */
static int answer (wk_Plugin *p) {
  wk_Loaded loaded;
  int (*enter) (void *L), n = -1;
  if (wk_plugin_load(p, &loaded, &fail) == WK_OK) {
    memcpy(&enter, &loaded.entry, sizeof(enter));
    n = enter(NULL);
  }
  wk_plugin_close(p);
  return n;
}


static int replaced_child (void) {
  wk_Plugin p;
  CHECK(open_plugin("one.so", "p.one", &p) == WK_OK);
  CHECK(rename("p/two.so", "p/one.so") == 0);     /* another file by now */
  CHECK(answer(&p) == 1);
  copy_to("two", "p/two.so");
  CHECK(open_plugin("two.so", "p.two", &p) == WK_OK);
  CHECK(mkdir("q", 0755) == 0 && rename("p", "q/p") == 0);
  CHECK(mkdir("p", 0755) == 0);
  copy_to("one", "p/two.so");
  CHECK(answer(&p) == 2);                         /* not what lies there */
  return 0;
}

/* row 65, without a race: see tests/attack/race_plugin.c for the race */
static void replaced (void **state) {
  (void)state;
  IN_CHILD(replaced_child);
  nftw("q", remove_one, 16, FTW_DEPTH | FTW_PHYS);
}


static int overwritten_child (void) {
  wk_Plugin p;
  wk_Loaded loaded;
  CHECK(open_plugin("one.so", "p.one", &p) == WK_OK);
  copy_to("two", "p/one.so");                     /* in place, same size */
  CHECK(wk_plugin_load(&p, &loaded, &fail) == WK_ECHANGED);
  wk_plugin_close(&p);
  copy_to("one", "p/one.so");
  CHECK(open_plugin("one.so", "p.one", &p) == WK_OK);
  CHECK(truncate("p/one.so", 5000) == 0);
  CHECK(wk_plugin_load(&p, &loaded, &fail) == WK_ECHANGED);
  wk_plugin_close(&p);
  CHECK(open_plugin("one.so", "p.one", &p) == WK_EELF);
  CHECK(canaries() == 0);
  return 0;
}

/* row 66 */
static void overwritten (void **state) {
  (void)state;
  IN_CHILD(overwritten_child);
}


static int unlinked_child (void) {
  wk_Plugin p;
  wk_Loaded loaded;
  CHECK(open_plugin("one.so", "p.one", &p) == WK_OK);
  CHECK(unlink("p/one.so") == 0);
  CHECK(wk_plugin_load(&p, &loaded, &fail) == WK_OK);
  CHECK(answer(&p) == 1);                         /* once more: it is known */
  return 0;
}

/* row 67 */
static void unlinked (void **state) {
  (void)state;
  IN_CHILD(unlinked_child);
}


static int after_child (void) {
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(chmod("p/one.so", 0600) == 0);            /* the same bytes */
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(rename("p/one.so", "p/old.so") == 0);     /* a new file in its place */
  copy_to("one", "p/one.so");
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(canaries() == 2);
  copy_to("one", "p/one.so");                     /* written over */
  CHECK(load_plugin("one.so", "p.one") == -1 && fail.code == WK_ECHANGED);
  CHECK(strcmp(fail.message, "`one.so` changed since it was loaded") == 0);
  CHECK(canaries() == 2);
  return 0;
}

static void changed_after (void **state) {
  (void)state;
  IN_CHILD(after_child);
}


/* the file is opened, and changes while its library is known already */
static int known_child (void) {
  wk_Plugin p;
  wk_Loaded loaded;
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(open_plugin("one.so", "p.one", &p) == WK_OK);
  copy_to("one", "p/one.so");
  CHECK(wk_plugin_load(&p, &loaded, &fail) == WK_ECHANGED);
  CHECK(strcmp(fail.message, "`one.so` changed since it was checked") == 0);
  wk_plugin_close(&p);
  return 0;
}

static void changed_meanwhile (void **state) {
  (void)state;
  IN_CHILD(known_child);
}


/* others may write the file since it was judged */
static int opened_child (void) {
  wk_Plugin p;
  wk_Loaded loaded;
  CHECK(open_plugin("one.so", "p.one", &p) == WK_OK);
  CHECK(chmod("p/one.so", 0666) == 0);
  CHECK(wk_plugin_load(&p, &loaded, &fail) == WK_ECHANGED);
  CHECK(canaries() == 0);
  wk_plugin_close(&p);
  CHECK(chmod("p/one.so", 0755) == 0);
  CHECK(load_plugin("one.so", "p.one") == 1);
  return 0;
}

static void writable_meanwhile (void **state) {
  (void)state;
  IN_CHILD(opened_child);
}


/* writes bytes over those of a file that is as long, and gives it back its
   time: only the ctime tells */
static int write_over (const Bytes *b, const char *name) {
  struct stat old, now;
  struct timespec times[2];
  int fd = open(name, O_WRONLY | O_CLOEXEC), done;
  done = fd >= 0 && fstat(fd, &old) == 0 && (size_t)old.st_size == b->len;
  times[0] = times[1] = old.st_mtim;
  do {  /* until the clock of the file system has moved on */
    done = done && pwrite(fd, b->s, b->len, 0) == (ssize_t)b->len &&
           futimens(fd, times) == 0 && fstat(fd, &now) == 0;
  } while (done && now.st_ctim.tv_sec == old.st_ctim.tv_sec &&
           now.st_ctim.tv_nsec == old.st_ctim.tv_nsec);
  close(fd);
  return done;
}


static char *stated (const Bytes *b) {
  return b->s + section(b, ".wick.plugin")->sh_offset;
}

static void as_it_is (Bytes *b) { (void)b; }
static void other_text (Bytes *b) { *strstr(stated(b) + 1, "tests") = 'T'; }
static void shorter (Bytes *b) {
  char *s = strstr(stated(b) + 1, "tests");
  memmove(s, s + 1, strlen(s));
}
static void moved (Bytes *b) {
  char *s = stated(b);
  shorter(b);
  memmove(s + 1, s, strlen(s + 1) + 2);
}
static void unstated (Bytes *b) {
  char *s = (char *)memmem(b->s, b->len, "\0.wick.plugin", 13);
  s[2] = 's';
}
static void no_elf (Bytes *b) { b->s[1] = 'F'; }
static void hides (Bytes *b) {
  symbol(b, "luaopen_one")->st_other = STV_HIDDEN;
}
/* `many` exports luaopen_p_many, too, which goes before luaopen_many */
static void other_entry (Bytes *b) {
  char *s = (char *)memmem(b->s, b->len, "\0luaopen_p_many", 16);
  s[15] = 'x';
}

static const struct Again {
  const char *of;
  void (*before) (Bytes *b);   /* what is checked, */
  void (*after) (Bytes *b);    /* and what is there when it is loaded */
  wk_Code code;
  const char *message;
} agains[] = {
  {"one", as_it_is, other_text, WK_ECHANGED, NULL},
  {"one", as_it_is, shorter, WK_ECHANGED, NULL},
  {"one", shorter, moved, WK_ECHANGED, NULL},
  {"one", unstated, as_it_is, WK_ECHANGED, NULL},
  {"one", as_it_is, unstated, WK_ECHANGED, NULL},
  {"many", other_entry, as_it_is, WK_ECHANGED, NULL},
  {"one", as_it_is, no_elf, WK_EELF, "plugin `p.one` is not a shared object"},
  {"one", as_it_is, hides, WK_ENOENTRY,
   "plugin `p.one` has no entry point"},
  {"one", as_it_is, as_it_is, WK_OK, NULL},
  {"one", unstated, unstated, WK_OK, NULL}
};


static int again_child (void) {
  size_t i;
  for (i = 0; i < sizeof(agains) / sizeof(agains[0]); i++) {
    const struct Again *a = &agains[i];
    Bytes before = plugin(a->of), after = plugin(a->of);
    const int fds = count_fds(), loaded_before = canaries();
    char name[16], file[16], path[20], message[64];
    wk_Code code;
    wk_Loaded loaded;
    wk_Plugin p;
    a->before(&before);
    a->after(&after);
    snprintf(name, sizeof(name), "p.%s", a->of);
    snprintf(file, sizeof(file), "%s.so", a->of);
    snprintf(path, sizeof(path), "p/%s", file);
    unlink(path);                       /* no two are one file */
    put_bytes(&before, path);
    CHECK(open_plugin(file, name, &p) == WK_OK);
    CHECK(write_over(&after, path));
    code = wk_plugin_load(&p, &loaded, &fail);
    if (code != a->code) fprintf(stderr, "# case %zu\n", i);
    CHECK(code == a->code);
    wk_plugin_close(&p);
    snprintf(message, sizeof(message), "`%s` changed since it was checked",
             file);
    CHECK(code == WK_OK || strcmp(fail.message, a->message ? a->message
                                                           : message) == 0);
    CHECK(count_fds() == fds + (code == WK_OK));
    CHECK(canaries() == loaded_before + (code == WK_OK));
    free(before.s);
    free(after.s);
  }
  return 0;
}

/* what was checked is checked once more when somebody touched the file */
static void checked_again (void **state) {
  (void)state;
  IN_CHILD(again_child);
}


/* sets the mtime, at any second and nanosecond */
static int set_time (const char *name, int s, int ns) {
  struct timespec times[2];
  times[0].tv_sec = times[1].tv_sec = 1500000000 + s;
  times[0].tv_nsec = times[1].tv_nsec = ns;
  return utimensat(AT_FDCWD, name, times, 0) == 0;
}


static int times_child (void) {
  int i;
  wk_Plugin p;
  wk_Loaded loaded;
  for (i = 0; i < 3; i++) {   /* between the check and the load */
    copy_to("one", "p/one.so");
    CHECK(set_time("p/one.so", 0, 0));
    CHECK(open_plugin("one.so", "p.one", &p) == WK_OK);
    if (i == 2) CHECK(truncate("p/one.so", 20000) == 0);
    CHECK(set_time("p/one.so", i == 0, i == 1));
    CHECK(wk_plugin_load(&p, &loaded, &fail) == WK_ECHANGED);
    CHECK(strcmp(fail.message, "`one.so` changed since it was checked") == 0);
    wk_plugin_close(&p);
  }
  CHECK(canaries() == 0);
  copy_to("one", "p/one.so");
  CHECK(set_time("p/one.so", 0, 0));
  CHECK(load_plugin("one.so", "p.one") == 1);
  for (i = 0; i < 3; i++) {   /* behind it */
    if (i == 2) CHECK(truncate("p/one.so", 20000) == 0);
    CHECK(set_time("p/one.so", i == 0, i == 1));
    CHECK(load_plugin("one.so", "p.one") == -1 && fail.code == WK_ECHANGED);
    CHECK(strcmp(fail.message, "`one.so` changed since it was loaded") == 0);
    CHECK(says(&fail, "a process loads a plugin once"));
  }
  /* and between a second check and what is in memory */
  copy_to("one", "p/one.so");
  CHECK(set_time("p/one.so", 0, 0));
  CHECK(open_plugin("one.so", "p.one", &p) == WK_OK);
  CHECK(set_time("p/one.so", 1, 0));
  CHECK(wk_plugin_load(&p, &loaded, &fail) == WK_ECHANGED);
  CHECK(strcmp(fail.message, "`one.so` changed since it was checked") == 0);
  wk_plugin_close(&p);
  CHECK(canaries() == 1);
  return 0;
}


/* size, second and nanosecond: each alone tells that the bytes are others */
static void times (void **state) {
  (void)state;
  IN_CHILD(times_child);
}


/* the last segment that is loaded */
static Phdr *last_load (const Bytes *b) {
  Phdr *last = segment(b, PT_LOAD, 0);
  int i;
  for (i = 0; i < head(b)->e_phnum; i++)
    if (segments(b)[i].p_type == PT_LOAD) last = &segments(b)[i];
  return last;
}


/* one.so in a file of 256 KB, with 64 KB of memory behind its data */
static Bytes roomy (void) {
  Bytes b = plugin("one");
  char *more = (char *)realloc(b.s, 262144);
  if (more == NULL) abort();
  memset(more + b.len, 0, 262144 - b.len);
  b.s = more;
  b.len = 262144;
  last_load(&b)->p_memsz += 65536;
  return b;
}


/* the same, which states what it is at an address beyond what the other one
   takes, or `before` bytes before that */
static Bytes far_stated (uint64_t before) {
  const uint64_t page = (uint64_t)getpagesize();
  Bytes b = roomy();
  Phdr *p = last_load(&b);
  Shdr *h = section(&b, ".wick.plugin");
  uint64_t at = ((p->p_vaddr + p->p_memsz + page - 1) & ~(page - 1)) - before;
  const char *s = stated(&b);
  p->p_filesz = p->p_memsz = p->p_memsz + 4 * page;
  h->sh_addr = at;
  h->sh_offset = at - p->p_vaddr + p->p_offset;
  memcpy(b.s + h->sh_offset, s, h->sh_size);
  return b;
}


static int elsewhere_child (void) {
  Bytes b = roomy();
  int i;
  put_bytes(&b, "p/one.so");
  CHECK(load_plugin("one.so", "p.one") == 1);
  for (i = 0; i < 2; i++) {
    Bytes other = far_stated(i == 0 ? 0 : 16);
    CHECK(write_over(&other, "p/one.so"));
    CHECK(load_plugin("one.so", "p.one") == -1 && fail.code == WK_ESTATEMENT);
    CHECK(strcmp(fail.message, "plugin `p.one` is not what its file states") ==
          0);
    CHECK(says(&fail, "the statement in memory is another one"));
    free(other.s);
  }
  CHECK(write_over(&b, "p/one.so"));
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(canaries() == 1);
  free(b.s);
  return 0;
}

/* a statement that lies where the library in memory does not reach is not
   looked for there */
static void elsewhere (void **state) {
  (void)state;
  IN_CHILD(elsewhere_child);
}


static int names_child (void) {
  CHECK(link("p/one.so", "p/hard.so") == 0);
  CHECK(open_plugin("hard.so", "p.hard", &(wk_Plugin){0}) == WK_ESTATEMENT);
  CHECK(mkdir("p/a", 0755) == 0);
  CHECK(link("p/one.so", "p/a/one.so") == 0);
  copy_to("one", "p/a/copy.so");
  /* as another project would name them */
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(load_plugin("a/one.so", "q.one") == 1);
  CHECK(canaries() == 1);                         /* one inode */
  CHECK(load_plugin("a/copy.so", "q.one") == 1);
  CHECK(canaries() == 2);                         /* two */
  CHECK(open_plugin("a/copy.so", "p.a.copy", &(wk_Plugin){0}) ==
        WK_ESTATEMENT);
  return 0;
}

/* row 81 */
static void two_names (void **state) {
  (void)state;
  IN_CHILD(names_child);
}


static int liar_child (void) {
  copy_to("changes", "p/changes.so");
  CHECK(load_plugin("changes.so", "p.changes") == -1);
  CHECK(fail.code == WK_ESTATEMENT);
  CHECK(strcmp(fail.message, "plugin `p.changes` is not what its file "
                             "states") == 0);
  return 0;
}

static void changes_itself (void **state) {
  (void)state;
  IN_CHILD(liar_child);
}


/* a plugin takes its entry back while it is loaded, and a library that it
   needs has one of that name */
static int hides_child (void) {
  snprintf(text, sizeof(text), "%s/tests/plugins/libhides.so",
           getenv("WICK_BUILD"));
  CHECK(dlopen(text, RTLD_NOW | RTLD_LOCAL) != NULL);
  copy_to("hides", "p/hides.so");
  CHECK(load_plugin("hides.so", "p.hides") == -1 && fail.code == WK_ENOENTRY);
  CHECK(strcmp(fail.message, "plugin `p.hides` has no entry point") == 0);
  CHECK(says(&fail, "the system linker does not find `luaopen_hides` in it"));
  return 0;
}

static void entry_of_another (void **state) {
  (void)state;
  IN_CHILD(hides_child);
}


/* nobody unloads it, whoever has found it and closes it too often */
static int stays_child (void) {
  wk_Plugin p;
  wk_Loaded loaded;
  Dl_info info;
  void *handle;
  uint64_t inode;
  CHECK(open_plugin("one.so", "p.one", &p) == WK_OK);
  inode = p.file.ino;
  CHECK(wk_plugin_load(&p, &loaded, &fail) == WK_OK);
  CHECK(dladdr(loaded.base, &info) != 0);
  handle = dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD);
  CHECK(handle != NULL);
  CHECK(dlclose(handle) == 0);
  dlclose(handle);
  CHECK(mapped_inode(loaded.base) == inode);
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(canaries() == 1);
  wk_plugin_close(&p);
  return 0;
}

static void stays (void **state) {
  (void)state;
  IN_CHILD(stays_child);
}

/* bytes that this process has read, by the kernel's own count; -1 when it
   does not tell */
static long long bytes_read (void) {
  char io[512];
  const char *line;
  ssize_t n;
  int fd = open("/proc/self/io", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  n = read(fd, io, sizeof(io) - 1);
  close(fd);
  io[n > 0 ? n : 0] = '\0';
  line = strstr(io, "rchar: ");
  return line ? strtoll(line + 7, NULL, 10) : -1;
}


static int large_child (void) {
  const long long before = bytes_read();
  wk_Plugin p;
  wk_Reader reader;
  int fd;
  CHECK(truncate("p/one.so", 60 << 20) == 0);
  CHECK(wk_plugin_open(&root, "one.so", 6, "p.one", 5, "Lua 5.4", 64 << 20,
                       &p, &fail) == WK_OK);
  CHECK(before < 0 || bytes_read() - before < 100000);
  CHECK(answer(&p) == 1);
  CHECK(open_plugin("one.so", "p.one", &p) == WK_ESIZE);
  CHECK(strcmp(fail.message, "`one.so` is too big") == 0);
  /* the bytes that are looked at, wherever they are */
  CHECK(truncate("p/two.so", 100000) == 0);
  CHECK(wk_path_open(&root, "two.so", 6, &p.file, &fail) == WK_OK);
  CHECK(wk_reader_open(&reader, &p.file, 1 << 20, &fail) == WK_OK);
  CHECK(reader.file.fetch != NULL && reader.file.len == 100000);
  CHECK(reader.file.fetch(reader.file.ud, 99999, 1) == 1);
  CHECK(reader.file.fetch(reader.file.ud, 1, 3) == 1);
  CHECK(memcmp(reader.file.bytes, "\177ELF", 4) == 0);
  CHECK(reader.file.fetch(reader.file.ud, 0, 100000) == 1);
  CHECK(wk_reader_end(&reader, &p.file, &fail) == WK_OK);
  wk_reader_free(&reader);
  CHECK(wk_reader_open(&reader, &p.file, 1 << 20, &fail) == WK_OK);
  CHECK(reader.file.fetch(reader.file.ud, 0, 10000) == 1);
  CHECK(truncate("p/two.so", 50000) == 0);        /* while it is read */
  CHECK(reader.file.fetch(reader.file.ud, 0, 10000) == 1);
  CHECK(reader.file.fetch(reader.file.ud, 99000, 1000) == 0);
  CHECK(wk_reader_end(&reader, &p.file, &fail) == WK_ECHANGED);
  CHECK(strcmp(fail.message, "`two.so` changed while it was read") == 0);
  wk_reader_free(&reader);
  wk_file_close(&p.file);
  /* written over, as long as it was */
  CHECK(truncate("p/two.so", 100000) == 0);
  CHECK(wk_path_open(&root, "two.so", 6, &p.file, &fail) == WK_OK);
  CHECK(wk_reader_open(&reader, &p.file, 1 << 20, &fail) == WK_OK);
  CHECK(reader.file.fetch(reader.file.ud, 0, 10000) == 1);
  fd = open("p/two.so", O_WRONLY | O_CLOEXEC);
  CHECK(fd >= 0 && pwrite(fd, "x", 1, 60000) == 1 && close(fd) == 0);
  CHECK(reader.file.fetch(reader.file.ud, 0, 100000) == 1);
  CHECK(wk_reader_end(&reader, &p.file, &fail) == WK_ECHANGED);
  wk_reader_free(&reader);
  wk_file_close(&p.file);
  return 0;
}

/* a file with much that nobody looks at costs what it has to say */
static void large (void **state) {
  (void)state;
  IN_CHILD(large_child);
}

/* }====================================================== */


/*
** {======================================================
** Numbers of descriptors
** =======================================================
*/

/* the naive way: what was loaded by a number once is what the number means,
   even when it is another file's by now */
static int naive_numbers (void) {
  int fd = open("p/one.so", O_RDONLY | O_CLOEXEC), again;
  char name[64];
  const void *a, *b;
  snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
  a = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  close(fd);
  again = open("p/two.so", O_RDONLY | O_CLOEXEC);
  CHECK(a != NULL && again == fd);
  b = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  CHECK(b == a);
  return 0;
}


static int numbers_child (void) {
  int fd;
  CHECK(load_plugin("one.so", "p.one") == 1);
  for (fd = 500; fd < 600; fd++) close(fd);       /* somebody's daemon does */
  CHECK(load_plugin("two.so", "p.two") == 2);
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(mapped_inode(dlsym(RTLD_DEFAULT, "luaopen_one")) == 0);
  return 0;
}

/* row 80 */
static void numbers (void **state) {
  (void)state;
  IN_CHILD(naive_numbers);
  unlink("canary");
  IN_CHILD(numbers_child);
  assert_int_equal(canaries(), 2);
}


static int few_child (void) {
  struct rlimit limit;
  CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = 100;
  CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(load_plugin("two.so", "p.two") == 2);
  return 0;
}


static int others_child (void) {
  struct rlimit limit;
  int fd;
  CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = 510;
  CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  for (fd = 500; fd < 510; fd++) CHECK(dup2(0, fd) == fd);
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(load_plugin("two.so", "p.two") == 2);
  return 0;
}


static int none_child (void) {
  struct rlimit limit;
  wk_Plugin p;
  wk_Loaded loaded;
  CHECK(open_plugin("one.so", "p.one", &p) == WK_OK);
  CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = (rlim_t)p.file.fd + 1;
  CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  while (dup(0) >= 0) {}
  CHECK(wk_plugin_load(&p, &loaded, &fail) == WK_EMFILE);
  CHECK(strcmp(fail.message, "a plugin cannot be loaded: too many files are "
                             "open") == 0);
  CHECK(canaries() == 0);
  wk_plugin_close(&p);
  return 0;
}

/* there is one for us, and none for the linker */
static int one_child (void) {
  struct rlimit limit;
  wk_Plugin p;
  wk_Loaded loaded;
  CHECK(open_plugin("one.so", "p.one", &p) == WK_OK);
  CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = (rlim_t)p.file.fd + 1;
  CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  while (dup(0) >= 0) {}
  limit.rlim_cur++;
  CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(wk_plugin_load(&p, &loaded, &fail) == WK_EMFILE);
  CHECK(strcmp(fail.message, "a plugin cannot be loaded: too many files are "
                             "open") == 0);
  CHECK(says(&fail, "the system linker says: "));
  CHECK(canaries() == 0);
  limit.rlim_cur++;
  CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(wk_plugin_load(&p, &loaded, &fail) == WK_OK);
  CHECK(canaries() == 1);
  wk_plugin_close(&p);
  return 0;
}

static void few_numbers (void **state) {
  (void)state;
  IN_CHILD(few_child);
  IN_CHILD(others_child);
  unlink("canary");
  IN_CHILD(none_child);
  IN_CHILD(one_child);
}

/* }====================================================== */


/*
** {======================================================
** Processes and threads
** =======================================================
*/

static int grandchild (void) {
  CHECK(load_plugin("one.so", "p.one") == 1);     /* of the parent */
  CHECK(load_plugin("two.so", "p.two") == 2);     /* its own */
  CHECK(load_plugin("two.so", "p.two") == 2);
  return 0;
}


static int fork_child (void) {
  int status;
  pid_t pid;
  CHECK(load_plugin("one.so", "p.one") == 1);
  pid = fork();
  if (pid == 0) {
    loading = grandchild;
    _exit(loading_child());
  }
  CHECK(waitpid(pid, &status, 0) == pid && status == 0);
  CHECK(canaries() == 2);
  return 0;
}

static void forks (void **state) {
  (void)state;
  IN_CHILD(fork_child);
}


static atomic_int answered;

static void *load_waits (void *arg) {
  (void)arg;
  atomic_store(&answered, load_plugin("waits.so", "p.waits"));
  return NULL;
}


/* The process is copied while another thread loads: the copy can load, too.
   (The lock is nobody's there.) */
static int copied_child (void) {
  pthread_t thread;
  int status;
  pid_t pid;
  copy_to("waits", "p/waits.so");
  CHECK(pthread_create(&thread, NULL, load_waits, NULL) == 0);
  while (canaries() == 0 && atomic_load(&answered) == 0) sched_yield();
  pid = fork();
  if (pid == 0) {
    alarm(60);
    _exit(load_plugin("two.so", "p.two") != 2);
  }
  CHECK(waitpid(pid, &status, 0) == pid && status == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  CHECK(atomic_load(&answered) == 1);
  CHECK(load_plugin("two.so", "p.two") == 2);
  return 0;
}

static void copied (void **state) {
  (void)state;
  IN_CHILD(copied_child);
}


static int inner;              /* what a plugin gave inside of another one */

static int load_two (void) {
  return inner = load_plugin("two.so", "p.two");
}

static int load_one (void) {
  return inner = load_plugin("one.so", "p.one");
}


static int nested_child (void) {
  const int fds = count_fds();
  meanwhile = load_two;
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(inner == 2 && canaries() == 2);
  CHECK(load_plugin("two.so", "p.two") == 2);
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(count_fds() == fds + 2);
  return 0;
}


static int itself_child (void) {
  meanwhile = load_one;
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(inner == 1 && canaries() == 1);
  CHECK(load_plugin("one.so", "p.one") == 1);
  CHECK(canaries() == 1);
  return 0;
}

static int load_later (void) {
  if (!set_time("p/one.so", 123, 0)) return -1;
  return load_one();
}

static int later_child (void) {
  meanwhile = load_later;
  CHECK(load_plugin("one.so", "p.one") == -1 && fail.code == WK_ECHANGED);
  CHECK(strcmp(fail.message, "`one.so` changed since it was loaded") == 0);
  CHECK(inner == 1 && canaries() == 1);
  CHECK(load_plugin("one.so", "p.one") == 1);
  return 0;
}

/* a library that has plugins loaded while it is loaded itself: another one,
   the very same, and what was changed since the very same was checked */
static void nested (void **state) {
  (void)state;
  IN_CHILD(nested_child);
  unlink("canary");
  IN_CHILD(itself_child);
  unlink("canary");
  IN_CHILD(later_child);
}


static atomic_long second;      /* the thread that loads meanwhile */

static void *load_second (void *arg) {
  (void)arg;
  atomic_store(&second, this_thread());
  atomic_store(&answered, load_plugin("two.so", "p.two"));
  return NULL;
}


/* called by a constructor, so the linker's lock is this thread's: begins to
   load a plugin in another thread, and comes back when that waits for it */
static pthread_t begin_second (void) {
  pthread_t thread;
  atomic_store(&second, 0);
  atomic_store(&answered, 0);
  if (pthread_create(&thread, NULL, load_second, NULL) != 0) abort();
  while (atomic_load(&second) == 0 || !is_asleep(atomic_load(&second)))
    sched_yield();
  return thread;
}

static pthread_t other;

static int fork_meanwhile (void) {
  int status = -1;
  pid_t pid;
  other = begin_second();
  pid = fork();
  if (pid == 0) _exit(0);
  return inner = waitpid(pid, &status, 0) == pid && status == 0;
}

static int load_meanwhile (void) {
  other = begin_second();
  return inner = load_plugin("three.so", "p.two");
}


/* A library that is none of wick's has a constructor that forks, or loads a
   plugin, while another thread loads one. */
static int (*constructor) (void);

static int locks_child (void) {
  alarm(60);
  copy_to("two", "p/three.so");
  inner = 0;
  meanwhile = constructor;
  CHECK(dlopen("p/one.so", RTLD_NOW | RTLD_LOCAL) != NULL);
  CHECK(pthread_join(other, NULL) == 0);
  CHECK(atomic_load(&answered) == 2 && inner > 0);
  CHECK(load_plugin("two.so", "p.two") == 2);
  return 0;
}

static void locks (void **state) {
  (void)state;
  constructor = fork_meanwhile;
  IN_CHILD(locks_child);
  constructor = load_meanwhile;
  IN_CHILD(locks_child);
}


/* the first process of a namespace of processes, so it has number 1 */
static int first_child (void) {
  int go[2], status;
  pid_t pid;
  char c;
  CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
  CHECK(mount("proc", "/proc", "proc", 0, NULL) == 0);
  CHECK(getpid() == 1 && load_plugin("one.so", "p.one") == 1);
  copy_to("two", "p/three.so");
  CHECK(pipe2(go, O_CLOEXEC) == 0 && unshare(CLONE_NEWPID) == 0);
  pid = fork();
  if (pid == 0) {  /* number 1 as well */
    if (getpid() != 1 || read(go[0], &c, 1) != 1) _exit(2);
    _exit(load_plugin("again.so", "p.one") != 1);
  }
  CHECK(load_plugin("two.so", "p.two") == 2);  /* what the child names next */
  copy_to("one", "p/again.so");
  CHECK(write(go[1], "x", 1) == 1);
  CHECK(waitpid(pid, &status, 0) == pid && status == 0);
  return 0;
}

static int namespace_child (void) {
  int status;
  pid_t pid;
  if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) return 77;
  pid = fork();
  if (pid == 0) {
    loading = first_child;
    _exit(loading_child());
  }
  CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
  return WEXITSTATUS(status);
}

/* what /proc calls a process is not its number elsewhere */
static void namespaces (void **state) {
  int status;
  (void)state;
  status = in_loading_child(namespace_child);
  if (status == 77) {
    print_message("# no right to make a namespace of processes\n");
    skip();
  }
  assert_int_equal(status, 0);
}


/* /proc goes away between two plugins */
static int no_proc_child (void) {
  CHECK(load_plugin("one.so", "p.one") == 1);
  if (chroot(base) != 0) return 77;
  CHECK(load_plugin("two.so", "p.two") == -1 && fail.code == WK_ENOPROC);
  CHECK(strcmp(fail.message,
               "plugin `p.two` cannot be loaded without /proc") == 0);
  return 0;
}

static void no_proc (void **state) {
  int status;
  (void)state;
  status = in_loading_child(no_proc_child);
  if (status == 77) skip();
  assert_int_equal(status, 0);
}


static pthread_barrier_t start;

static void *worker (void *arg) {
  const int n = *(const int *)arg;
  wk_Root mine;
  wk_Fail f;
  intptr_t good = 1;
  int i;
  pthread_barrier_wait(&start);
  for (i = 0; i < 20 && good; i++) {
    const int which = (n + i) % 2;
    const char *rel = which ? "two.so" : "one.so";
    const char *name = which ? "p.two" : "p.one";
    wk_Plugin p;
    wk_Loaded loaded;
    good = wk_root_open(&mine, "p", 1, WK_AUTO, &f) == WK_OK;
    if (!good) break;
    good = wk_plugin_open(&mine, rel, 6, name, 5, "Lua 5.4", 1 << 20, &p,
                          &f) == WK_OK;
    if (good) {
      good = wk_plugin_load(&p, &loaded, &f) == WK_OK &&
             ((int (*) (void *))loaded.entry)(NULL) == which + 1;
      wk_plugin_close(&p);
    }
    wk_root_close(&mine);
  }
  return (void *)good;
}


static int threads_child (void) {
  enum {N = 8};
  pthread_t threads[N];
  int numbers_of[N], i;
  CHECK(pthread_barrier_init(&start, NULL, N) == 0);
  for (i = 0; i < N; i++) {
    numbers_of[i] = i;
    CHECK(pthread_create(&threads[i], NULL, worker, &numbers_of[i]) == 0);
  }
  for (i = 0; i < N; i++) {
    void *good;
    CHECK(pthread_join(threads[i], &good) == 0 && good != NULL);
  }
  CHECK(canaries() == 2);                         /* once each */
  return 0;
}

/* row 90, without Lua: see state_test.c */
static void threads (void **state) {
  (void)state;
  IN_CHILD(threads_child);
}

/* }====================================================== */


/*
** {======================================================
** What the linker says
** =======================================================
*/

/* a plugin that calls one function more, made by changing a name: `getenv`,
   of the C library, becomes `lua_en` */
static int undefined_child (void) {
  char block[65536], *at;
  ssize_t n;
  int fd = open("p/one.so", O_RDONLY | O_CLOEXEC);
  n = read(fd, block, sizeof(block));
  close(fd);
  CHECK(n > 0);
  at = (char *)memmem(block, (size_t)n, "\0getenv", 8);
  CHECK(at != NULL);
  memcpy(at + 1, "lua_xy", sizeof("lua_xy"));
  put("p/one.so", block, (size_t)n);
  CHECK(load_plugin("one.so", "p.one") == -1 && fail.code == WK_EDLOPEN);
  CHECK(strcmp(fail.message, "plugin `p.one` cannot be opened") == 0);
  CHECK(says(&fail, "the system linker says: undefined symbol: lua_xy"));
  /* this program has no Lua at all */
  CHECK(says(&fail, "Lua's functions are not visible there"));
  CHECK(says(&fail, "link the program with `-Wl,-E`"));
  CHECK(!says(&fail, "/proc/"));
  CHECK(canaries() == 0);
  memcpy(at + 1, "missng", sizeof("missng"));
  put("p/one.so", block, (size_t)n);
  CHECK(load_plugin("one.so", "p.one") == -1 && fail.code == WK_EDLOPEN);
  CHECK(says(&fail, "link the plugin against the library that has "
                    "`missng`"));
  return 0;
}

/* row 82 */
static void undefined (void **state) {
  (void)state;
  IN_CHILD(undefined_child);
}

/* }====================================================== */


static int set_up (void **state) {
  const char *where = getenv("WICK_BUILD");
  char build[PATH_MAX], canary[128];
  if (realpath(where ? where : "build", build) == NULL ||
      setenv("WICK_BUILD", build, 1) != 0 || make_base(state) != 0) return 1;
  snprintf(canary, sizeof(canary), "%s/canary", base);
  return setenv("WICK_CANARY", canary, 1);
}


#define TEST(test)  cmocka_unit_test_setup_teardown(test, ground, leave)

int main (void) {
  const struct CMUnitTest tests[] = {
    TEST(loads), TEST(refuses), TEST(lists), TEST(hidden_entry),
    TEST(replaced), TEST(overwritten), TEST(unlinked), TEST(changed_after),
    TEST(checked_again), TEST(changed_meanwhile), TEST(writable_meanwhile),
    TEST(times), TEST(elsewhere), TEST(two_names),
    TEST(changes_itself), TEST(entry_of_another),
    TEST(stays), TEST(large), TEST(numbers), TEST(few_numbers),
    TEST(forks), TEST(nested), TEST(copied), TEST(locks), TEST(namespaces),
    TEST(no_proc), TEST(threads), TEST(undefined)
  };
  return cmocka_run_group_tests(tests, set_up, drop_base);
}
