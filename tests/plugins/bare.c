/*
** bare.c -- a plugin that needs no Lua, for programs without one.  Its entry
** gives ANSWER.  -DNAME=x: another name; -DANSWER=n; -DCHANGES: it changes its
** statement while it is loaded; -DMANY: it exports 1000 functions more, and
** an entry for its whole name, p.NAME; -DHIDES: it hides its entry while it is
** loaded; -DWAITS: it takes its time; -DTHREADS: it has a variable of its own
** for each thread; -DPADDING=n: it has so many bytes more.  Its function
** `clash` is one that others export, too.
*/

#define _GNU_SOURCE
#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "canary.h"

#define LUA_VERSION  "Lua 5.4"

extern const char JOIN(wick_plugin_, NAME)[];
const char JOIN(wick_plugin_, NAME)[]
  __attribute__((used, section(".wick.plugin"), aligned(1))) =
    "\0wick-plugin 1\nname\t" TEXT(NAME) "\nversion\t1.0\nlua\t" LUA_VERSION
    "\ndoc\tfor tests\nconstructor\tMake\tgives a number\nend\n";

#if defined(CHANGES)
__attribute__((constructor)) static void change (void) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t from = (uintptr_t)JOIN(wick_plugin_, NAME) & ~(page - 1);
  if (mprotect((void *)from, page, PROT_READ | PROT_WRITE) == 0)
    ((volatile char *)(uintptr_t)JOIN(wick_plugin_, NAME))[20] = 'X';
}
#endif

#if defined(HIDES)
extern ElfW(Dyn) _DYNAMIC[];

static uintptr_t table (long tag) {
  const ElfW(Dyn) *d;
  for (d = _DYNAMIC; d->d_tag != tag; d++) {}
  return d->d_un.d_ptr;
}

__attribute__((constructor)) static void hide (void) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  ElfW(Sym) *symbol = (ElfW(Sym) *)table(DT_SYMTAB);
  const char *names = (const char *)table(DT_STRTAB);
  while (strcmp(names + symbol->st_name, "luaopen_" TEXT(NAME)) != 0)
    symbol++;
  if (mprotect((void *)((uintptr_t)symbol & ~(page - 1)), page,
               PROT_READ | PROT_WRITE) == 0)
    symbol->st_name = 0;
}
#endif

#if defined(WAITS)
__attribute__((constructor(65535))) static void wait (void) {
  const struct timespec time = {0, 300000000};
  nanosleep(&time, NULL);
}
#endif

#if defined(PADDING)
__attribute__((used)) static const char padding[PADDING] = "x";
#endif

#if defined(THREADS)
static _Thread_local int own = ANSWER;
__attribute__((visibility("default"))) int *mine (void);
int *mine (void) { return &own; }
#endif

int clash (void);
__attribute__((visibility("default"))) int clash (void) { return ANSWER; }

/* the entry, without its lua_State */
int JOIN(luaopen_, NAME) (void *L);
__attribute__((visibility("default")))
int JOIN(luaopen_, NAME) (void *L) {
  (void)L;
  return clash();
}

#if defined(MANY)
/* names longer than a message shows them */
#define ONE(n) \
  int JOIN(a_function_whose_name_is_longer_than_forty_bytes_, n) (void); \
  __attribute__((visibility("default"))) \
  int JOIN(a_function_whose_name_is_longer_than_forty_bytes_, n) (void) { \
    return ANSWER; \
  }
#define TEN(n) \
  ONE(n##0) ONE(n##1) ONE(n##2) ONE(n##3) ONE(n##4) \
  ONE(n##5) ONE(n##6) ONE(n##7) ONE(n##8) ONE(n##9)
#define HUNDRED(n) \
  TEN(n##0) TEN(n##1) TEN(n##2) TEN(n##3) TEN(n##4) \
  TEN(n##5) TEN(n##6) TEN(n##7) TEN(n##8) TEN(n##9)

HUNDRED(0) HUNDRED(1) HUNDRED(2) HUNDRED(3) HUNDRED(4)
HUNDRED(5) HUNDRED(6) HUNDRED(7) HUNDRED(8) HUNDRED(9)

int JOIN(luaopen_p_, NAME) (void *L);
__attribute__((visibility("default")))
int JOIN(luaopen_p_, NAME) (void *L) {
  (void)L;
  return clash();
}
#endif
