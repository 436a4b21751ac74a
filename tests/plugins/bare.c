/*
** bare.c -- a plugin that needs no Lua, for programs without one.  Its entry
** gives ANSWER.  -DNAME=x: another name; -DANSWER=n; -DCHANGES: it changes its
** statement while it is loaded; -DHIDES: it hides its entry then; -DWAITS: it
** takes its time; -DTHREADS: it has a variable of its own for each thread;
** -DPADDING=n: it has so many bytes more.
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
    ((char *)(uintptr_t)JOIN(wick_plugin_, NAME))[20] = 'X';
}
#endif

#if defined(HIDES)
extern ElfW(Dyn) _DYNAMIC[];

static ElfW(Addr) table (ElfW(Sxword) tag) {
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
