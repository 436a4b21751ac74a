/*
** plugin_test.c -- what is loaded is what was checked, also of files that
** change.
*/

#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../plugins/maps.h"
#include "plugin_ground.h"


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


int main (void) {
  const struct CMUnitTest tests[] = {
    TEST(loads), TEST(refuses), TEST(lists), TEST(hidden_entry),
    TEST(replaced), TEST(overwritten), TEST(unlinked), TEST(changed_after),
    TEST(checked_again), TEST(changed_meanwhile), TEST(writable_meanwhile),
    TEST(times), TEST(elsewhere), TEST(two_names), TEST(changes_itself),
    TEST(entry_of_another), TEST(stays), TEST(large)
  };
  return cmocka_run_group_tests(tests, set_up, drop_base);
}
