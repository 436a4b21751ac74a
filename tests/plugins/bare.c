/*
** bare.c -- a plugin that needs no Lua, for programs without one.  Its entry
** gives ANSWER.  -DNAME=x: another name; -DANSWER=n; -DCHANGES: it changes its
** statement while it is loaded; -DCLASH: it calls a function that others
** export, too.
*/

#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
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

int clash (void);
__attribute__((visibility("default"))) int clash (void) { return ANSWER; }

/* the entry, without its lua_State */
int JOIN(luaopen_, NAME) (void *L);
__attribute__((visibility("default")))
int JOIN(luaopen_, NAME) (void *L) {
  (void)L;
  return clash();
}
