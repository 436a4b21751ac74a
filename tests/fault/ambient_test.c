/*
** ambient_test.c -- what belongs to the whole process is after every call as
** it was before (attack row 156): locale, umask, current directory, what
** signals do, the mask of signals, timers, rounding, limits, environment,
** standard streams.
**
** errno is not among them: it tells of the last call that failed, no Lua can
** see it, and Lua's own `require` sets it.
*/

#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fenv.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#include <cmocka.h>

#include <lua.h>

#include "host.h"
#include "leak.h"
#include "rooms.h"

extern char **environ;

#define LIMITS   RLIM_NLIMITS
#define STREAMS  3

typedef struct Ambient {
  char locale[256], directory[4096];
  mode_t mask;
  struct sigaction actions[NSIG];
  sigset_t blocked;
  struct itimerval timer;
  int rounding, traps;
  struct rlimit limits[LIMITS];
  char **environment;
  char *variables[64];
  struct stat streams[STREAMS];
  off_t places[STREAMS];
} Ambient;


static void look_around (Ambient *a) {
  int i;
  memset(a, 0, sizeof(*a));
  snprintf(a->locale, sizeof(a->locale), "%s", setlocale(LC_ALL, NULL));
  if (getcwd(a->directory, sizeof(a->directory)) == NULL)
    strcpy(a->directory, "gone");
  a->mask = umask(0);
  umask(a->mask);
  for (i = 1; i < NSIG; i++) sigaction(i, NULL, &a->actions[i]);
  sigprocmask(SIG_SETMASK, NULL, &a->blocked);
  getitimer(ITIMER_REAL, &a->timer);
  a->rounding = fegetround();
  a->traps = fegetexcept();
  for (i = 0; i < (int)LIMITS; i++)
    getrlimit((__rlimit_resource_t)i, &a->limits[i]);
  a->environment = environ;
  for (i = 0; i < 63 && environ[i] != NULL; i++) a->variables[i] = environ[i];
  for (i = 0; i < STREAMS; i++) {
    fstat(i, &a->streams[i]);
    a->streams[i].st_atim.tv_sec = a->streams[i].st_atim.tv_nsec = 0;
    a->streams[i].st_mtim = a->streams[i].st_ctim = a->streams[i].st_atim;
    a->streams[i].st_size = a->streams[i].st_blocks = 0;
  }
  for (i = 0; i < STREAMS; i++) a->places[i] = lseek(i, 0, SEEK_CUR);
}


/* what differs, or NULL */
static const char *differs (const Ambient *a, const Ambient *b) {
  int i;
  if (strcmp(a->locale, b->locale) != 0) return "the locale";
  if (strcmp(a->directory, b->directory) != 0) return "the directory";
  if (a->mask != b->mask) return "the umask";
  for (i = 1; i < NSIG; i++)
    if (a->actions[i].sa_handler != b->actions[i].sa_handler ||
        a->actions[i].sa_flags != b->actions[i].sa_flags)
      return "what a signal does";
  for (i = 1; i < NSIG; i++)
    if (sigismember(&a->blocked, i) != sigismember(&b->blocked, i))
      return "the mask of signals";
  if (a->timer.it_interval.tv_sec != b->timer.it_interval.tv_sec)
    return "a timer";
  if (a->rounding != b->rounding || a->traps != b->traps)
    return "the mode of floats";
  if (memcmp(a->limits, b->limits, sizeof(a->limits)) != 0) return "a limit";
  if (a->environment != b->environment ||
      memcmp(a->variables, b->variables, sizeof(a->variables)) != 0)
    return "the environment";
  if (memcmp(a->streams, b->streams, sizeof(a->streams)) != 0 ||
      memcmp(a->places, b->places, sizeof(a->places)) != 0)
    return "a standard stream";
  return NULL;
}


static void heard (int number) {
  (void)number;
}


/* a surrounding in which nothing is as it usually is */
static void move_in (void) {
  struct sigaction action;
  struct itimerval hour;
  sigset_t some;
  setlocale(LC_ALL, "C.UTF-8");
  umask(027);
  memset(&action, 0, sizeof(action));
  action.sa_handler = heard;
  sigaction(SIGPIPE, &action, NULL);
  sigaction(SIGCHLD, &action, NULL);
  action.sa_handler = SIG_IGN;
  sigaction(SIGUSR1, &action, NULL);
  sigemptyset(&some);
  sigaddset(&some, SIGUSR2);
  sigprocmask(SIG_BLOCK, &some, NULL);
  memset(&hour, 0, sizeof(hour));
  hour.it_value.tv_sec = hour.it_interval.tv_sec = 3600;
  setitimer(ITIMER_REAL, &hour, NULL);
  fesetround(FE_UPWARD);
}


static void row_156_library (void **state) {
  lua_State *L = (lua_State *)*state;
  static Ambient before, after;
  const char *what;
  int i;
  move_in();
  look_around(&before);
  lua_pushcfunction(L, host_open);
  lua_call(L, 0, 0);
  lua_pushcfunction(L, host_load);
  lua_call(L, 0, 0);
  for (i = 0; i <= host_count(L); i++) {
    if (i > 0 && host_run(L, i) != DONE) fail_msg("%s", host_text);
    look_around(&after);
    what = differs(&before, &after);
    if (what != NULL)
      fail_msg("`%s` changes %s", i > 0 ? host_title(L, i) : "open", what);
  }
}


static void row_156_rooms (void **state) {
  static Ambient before, after;
  const char *what;
  size_t i;
  (void)state;
  move_in();
  look_around(&before);
  for (i = 0; i < N_ROOMS; i++) {
    assert_int_equal(rooms[i].run(), WK_OK);
    look_around(&after);
    what = differs(&before, &after);
    if (what != NULL) fail_msg("%s changes %s", rooms[i].name, what);
  }
}


/* the control: what each of these changes is seen */
static void the_control_is_seen (void **state) {
  static Ambient before, after;
  (void)state;
  move_in();
  look_around(&before);
  umask(022);
  look_around(&after);
  assert_string_equal(differs(&before, &after), "the umask");
  move_in();
  setlocale(LC_ALL, "C");
  look_around(&after);
  assert_string_equal(differs(&before, &after), "the locale");
  move_in();
  signal(SIGPIPE, SIG_IGN);
  look_around(&after);
  assert_string_equal(differs(&before, &after), "what a signal does");
  move_in();
  fesetround(FE_TONEAREST);
  look_around(&after);
  assert_string_equal(differs(&before, &after), "the mode of floats");
  move_in();
  look_around(&after);
  assert_null(differs(&before, &after));
}


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_LUA_TEST(row_156_library), LEAK_TEST(row_156_rooms),
    LEAK_TEST(the_control_is_seen)
  };
  return cmocka_run_group_tests(tests, host_plugin, NULL);
}
