/*
** linker_test.c -- the system's linker survives what the check lets pass.
**
** One thing after the other is changed in plugins of the build: each entry of
** the dynamic section says each of many evil values, or means something else;
** so does each field of the program headers; and each byte of the tables that
** the linker believes is another one.  What wk_elf_check accepts then is
** loaded in a child, which looks for the entry and closes the library.
**
** What still kills a child is listed here, with the reason, and must kill one:
** these entries say which relocations are made, and which code is called.
** Files that say this wrongly are not found out (see elf.h).
*/

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "elf_ground.h"
#include "leak.h"


static const char *const files[] = {"one", "sysv", "versions"};
#define N_FILES  (sizeof(files) / sizeof(*files))

#define FEWER  "relocations that are left out or are no relocations write " \
               "anywhere, or leave addresses as they were in the file"
#define CODE   "what it leads to is called, and may be any code of the file"
#define LIST   "addresses that no relocation has put there are called"

static const struct { int64_t tag; const char *why; } explained[] = {
  {DT_RELA, FEWER}, {DT_RELASZ, FEWER}, {DT_REL, FEWER}, {DT_RELSZ, FEWER},
  {DT_JMPREL, FEWER}, {DT_PLTRELSZ, FEWER}, {DT_INIT, CODE}, {DT_FINI, CODE},
  {DT_INIT_ARRAY, LIST}, {DT_INIT_ARRAYSZ, LIST}, {DT_FINI_ARRAY, LIST},
  {DT_FINI_ARRAYSZ, LIST}
};
#define N_EXPLAINED  ((int)(sizeof(explained) / sizeof(*explained)))

static int has_killed[N_EXPLAINED];
static long accepted;
static Bytes file;                    /* the one at hand, */
static char name[16], entry_of[32];   /* and what it is called */


/*
** {======================================================
** One file
** =======================================================
*/

static void open_file (const char *what) {
  file = plugin(what);
  snprintf(name, sizeof(name), "p.%s", what);
  snprintf(entry_of, sizeof(entry_of), "luaopen_%s", what);
}


static void load (const char *path) {
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  static const int signals[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV,
                                SIGSYS, SIGTRAP};
  const struct rlimit none = {0, 0}, little = {1, 1};
  void *handle;
  size_t i;
  for (i = 0; i < sizeof(signals) / sizeof(*signals); i++)
    signal(signals[i], SIG_DFL);   /* cmocka goes on after them */
  setrlimit(RLIMIT_CORE, &none);
  setrlimit(RLIMIT_CPU, &little);
  dup2(nowhere, 1);
  dup2(nowhere, 2);    /* the linker speaks when it gives up */
  handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle != NULL) {
    (void)dlsym(handle, entry_of);
    dlclose(handle);
  }
  _exit(0);
}


/* does loading it end the process? */
static int kills (void) {
  char path[] = "/tmp/wick-linker-XXXXXX";
  int fd = mkstemp(path), status = 0;
  pid_t pid;
  assert_true(fd >= 0);
  assert_int_equal(write(fd, file.s, file.len), (ssize_t)file.len);
  close(fd);
  pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) load(path);
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
  unlink(path);
  return status != 0;
}


/* is it accepted, and fatal? */
static int is_fatal (void) {
  if (check_as(&file, name) != WK_OK) return 0;
  accepted++;
  return kills();
}

/* }====================================================== */


/*
** {======================================================
** Entries of the dynamic section
** =======================================================
*/

/* what an entry can be made to say, besides what others say */
static const uint64_t evil[] = {
  0, 1, 2, 3, 4, 7, 8, 16, 17, 23, 24, 25, 48, 64, 72, 120, 255, 1000, 0xFFF,
  0x1000, 0x1001, 0x2000, 0x2FF0, 0x3000, 0x3E00, 0x3FF8, 0x4000, 0x4001,
  0x5000, 0xFFFF, 0x10000, 0x100000, 0x7FFFFFFF, 0x80000000u, 0xFFFFFFFFu,
  0x100000000u, 0x7777777770u, 0x7FFFFFFFFFFFu, 0x7FFFFFFFFFFFFFFFu,
  0x8000000000000000u, 0xFFFFFFFFFFFFF000u, 0xFFFFFFFFFFFFFFF8u,
  0xFFFFFFFFFFFFFFFFu
};
#define N_EVIL  (sizeof(evil) / sizeof(*evil))

static const int64_t tags[] = {
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
  21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39,
  0x6000000D, 0x6FFFFDF5, 0x6FFFFDF6, 0x6FFFFDF8, 0x6FFFFDF9, 0x6FFFFDFA,
  0x6FFFFDFB, 0x6FFFFDFC, 0x6FFFFDFD, 0x6FFFFDFE, 0x6FFFFDFF, DT_GNU_HASH,
  0x6FFFFEF6, 0x6FFFFEF7, 0x6FFFFEF8, 0x6FFFFEF9, 0x6FFFFEFA, 0x6FFFFEFB,
  0x6FFFFEFC, 0x6FFFFEFD, 0x6FFFFEFE, 0x6FFFFEFF, DT_VERSYM, DT_RELACOUNT,
  DT_RELCOUNT, DT_FLAGS_1, DT_VERDEF, DT_VERDEFNUM, DT_VERNEED,
  DT_VERNEEDNUM, 0x70000000, 0x70000001, 0x70000003, 0x7FFFFFFD, 0x7FFFFFFE,
  0x7FFFFFFF, -1
};
#define N_TAGS  (sizeof(tags) / sizeof(*tags))


static int explanation (int64_t tag) {
  int i;
  for (i = 0; i < N_EXPLAINED; i++) if (explained[i].tag == tag) return i;
  return -1;
}


/* Tries the entry as it is now.  One that may kill is tried until it does. */
static int try_entry (const Dyn *d, const Dyn *was) {
  const int i = explanation(was->d_tag);
  if ((i >= 0 && has_killed[i]) || !is_fatal()) return 0;
  if (i >= 0) {
    has_killed[i] = 1;
    return 0;
  }
  print_message("# %s: 0x%llx = 0x%llx instead of 0x%llx = 0x%llx\n", name,
                (long long)d->d_tag, (unsigned long long)d->d_un.d_val,
                (long long)was->d_tag, (unsigned long long)was->d_un.d_val);
  return 1;
}


static int try_values (Dyn *d) {
  const Dyn was = *d;
  const Dyn *e;
  int fatal = 0;
  uint64_t i;
#define TRY(value)  (d->d_un.d_val = (value), fatal += try_entry(d, &was))
  for (i = 0; i < N_EVIL; i++) TRY(evil[i]);
  for (i = 1; i <= 32; i *= 2) {
    TRY(was.d_un.d_val + i);
    TRY(was.d_un.d_val - i);
  }
  for (i = 1; i < 20; i += 3) TRY(was.d_un.d_val + i * 24);
  for (e = entries(&file); e->d_tag != DT_NULL; e++)
    if (e != d) TRY(e->d_un.d_val);
  TRY(was.d_un.d_val * 2);
  TRY(was.d_un.d_val / 2);
#undef TRY
  *d = was;
  return fatal;
}


static int try_tags (Dyn *d) {
  const Dyn was = *d;
  int fatal = 0;
  size_t i;
  for (i = 0; i < N_TAGS; i++) {
    d->d_tag = tags[i];
    fatal += try_entry(d, &was);
  }
  *d = was;
  return fatal;
}


static void entries_are_evil (void **state) {
  int fatal = 0, i, killed = 0;
  size_t f;
  Dyn *d;
  (void)state;
  accepted = 0;
  for (f = 0; f < N_FILES; f++) {
    open_file(files[f]);
    assert_false(is_fatal());
    for (d = entries(&file); d->d_tag != DT_NULL; d++)
      fatal += try_values(d) + try_tags(d);
    free(file.s);
  }
  assert_int_equal(fatal, 0);
  assert_true(accepted > 500);
  for (i = 0; i < N_EXPLAINED; i++) {
    killed += has_killed[i];
    assert_true(strlen(explained[i].why) > 20);
  }
  assert_true(killed >= 8);   /* the control: they do kill */
}

/* }====================================================== */


/*
** {======================================================
** Program headers, and the bytes of tables
** =======================================================
*/

/* fields of 4 bytes and of 8, in 4 bytes */
static void headers_are_evil (void **state) {
  int fatal = 0;
  size_t f, at, i;
  (void)state;
  accepted = 0;
  for (f = 0; f < N_FILES; f++) {
    open_file(files[f]);
    for (at = 0; at < head(&file)->e_phnum * sizeof(Phdr); at += 4) {
      char *s = (char *)segments(&file) + at;
      const Phdr *p = &segments(&file)[at / sizeof(*p)];
      /* where code is in the file: that is which code it is */
      if (p->p_type == PT_LOAD && (p->p_flags & PF_X) &&
          at % sizeof(*p) == offsetof(Phdr, p_offset)) continue;
      for (i = 0; i < N_EVIL; i++) {
        const int wide = at % 8 == 0 && i % 2 == 0;
        uint64_t was;
        memcpy(&was, s, sizeof(was));
        memcpy(s, &evil[i], wide ? 8 : 4);
        if (is_fatal()) {
          fatal++;
          print_message("# %s: header %zu, byte %zu = 0x%llx\n", name,
                        at / sizeof(Phdr), at % sizeof(Phdr),
                        (unsigned long long)evil[i]);
        }
        memcpy(s, &was, sizeof(was));
      }
    }
    free(file.s);
  }
  assert_int_equal(fatal, 0);
  assert_true(accepted > 500);
}


/* is it a byte of a relocation? */
static int is_relocation (const char *s) {
  static const int64_t tables[][2] = {
    {DT_RELA, DT_RELASZ}, {DT_JMPREL, DT_PLTRELSZ}
  };
  int i;
  for (i = 0; i < 2; i++) {
    const char *table = place(&file, entry(&file, tables[i][0])->d_un.d_ptr);
    if (s >= table && s < table + entry(&file, tables[i][1])->d_un.d_val)
      return 1;
  }
  return 0;
}


/* all that lies in the first segment: notes, hashes, symbols, names,
   versions */
static void tables_are_evil (void **state) {
  static const unsigned char masks[] = {0x01, 0xF0};
  int fatal = 0;
  size_t f, at, i;
  (void)state;
  accepted = 0;
  for (f = 0; f < N_FILES; f++) {
    size_t end;
    open_file(files[f]);
    end = segment(&file, PT_LOAD, 0)->p_filesz;
    at = head(&file)->e_phoff + head(&file)->e_phnum * sizeof(Phdr);
    for (; at < end; at++) {
      if (is_relocation(file.s + at)) continue;
      for (i = 0; i < sizeof(masks); i++) {
        file.s[at] = (char)((unsigned char)file.s[at] ^ masks[i]);
        if (is_fatal()) {
          fatal++;
          print_message("# %s: byte %zu ^ %02X\n", name, at, masks[i]);
        }
        file.s[at] = (char)((unsigned char)file.s[at] ^ masks[i]);
      }
    }
    free(file.s);
  }
  assert_int_equal(fatal, 0);
  assert_true(accepted > 500);
}

/* }====================================================== */


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(entries_are_evil), LEAK_TEST(headers_are_evil),
    LEAK_TEST(tables_are_evil)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
