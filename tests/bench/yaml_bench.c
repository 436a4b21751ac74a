/*
** yaml_bench.c -- YAML to tree with marks, against libyaml's bare events.
**
**   yaml_bench [ROUNDS]     a table of ratios, one line a kind of file
**   yaml_bench --tsv        the same for a program: KIND RATIO READER BARE
**   yaml_bench --read KIND  reads one kind over and over, for a profiler
**
** Files of 1 MB are made in memory, the same ones every time.  Both loops
** run in turns; CPU time, the best of all rounds.  The reader's time has all
** of it: tree made, source copied, checked, read, tree freed.  Then the two
** bombs: 100,000 brackets, and a billion laughs.
*/

#define _GNU_SOURCE

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <yaml.h>

#include "yaml.h"


#define SIZE    1000000
#define ROUNDS  15


/*
** {======================================================================
** Files
** =======================================================================
*/

typedef struct Text {
  char *s;
  size_t len, room;
} Text;


static void put (Text *t, const char *fmt, ...) {
  va_list args;
  int n;
  if (t->room - t->len < 512) {
    char *s;
    t->room = t->room * 2 + 4096;
    s = realloc(t->s, t->room);
    if (s == NULL) abort();
    t->s = s;
  }
  va_start(args, fmt);
  n = vsnprintf(t->s + t->len, t->room - t->len, fmt, args);
  va_end(args);
  if (n < 0 || (size_t)n >= t->room - t->len) abort();
  t->len += (size_t)n;
}


/* a small generator of numbers that are the same everywhere */
static unsigned rnd (unsigned below) {
  static uint32_t state = 12345;
  state = state * 1664525u + 1013904223u;
  return (unsigned)((state >> 8) % below);
}


static const char *word (void) {
  static const char *const words[] = {
    "model", "layers", "hidden", "rate", "optimizer", "dataset", "path",
    "epochs", "seed", "trainer", "logger", "width", "bias", "depth"
  };
  return words[rnd(14)];
}


/* maps in maps, as configs are */
static void nested (Text *t) {
  unsigned i = 0, j;
  for (; t->len < SIZE; i++) {
    put(t, "%s_%u:\n", word(), i);
    for (j = 0; j < 4; j++) {
      put(t, "  %s%u:\n", word(), j);
      put(t, "    name: %s-%u\n    size: %u\n", word(), rnd(1000), rnd(100));
      put(t, "    rate: 0.%u\n    on: true\n", rnd(10000));
      put(t, "    list:\n      - %s\n      - %u\n", word(), rnd(10));
    }
  }
}


/* one map with very many keys */
static void wide (Text *t) {
  unsigned i = 0;
  for (; t->len < SIZE; i++)
    put(t, "%s_%u: %s%u\n", word(), i, word(), rnd(1000));
}


/* lists and maps in brackets */
static void flow (Text *t) {
  unsigned i = 0;
  for (; t->len < SIZE; i++)
    put(t, "k%u: {%s: [%u, %u, {x: %s}], %s1: %s, z: [a, b, c]}\n", i,
        word(), rnd(100), rnd(100), word(), word(), word());
}


/* rows of numbers */
static void nums (Text *t) {
  unsigned i = 0, j;
  for (; t->len < SIZE; i++) {
    put(t, "row%u:\n", i);
    for (j = 0; j < 10; j++) put(t, "- %u.%u\n", rnd(1000), rnd(100000));
    for (j = 0; j < 10; j++) put(t, "- %u\n", rnd(1000000));
  }
}


/* quoted texts and block scalars */
static void quoted (Text *t) {
  unsigned i = 0;
  for (; t->len < SIZE; i++) {
    put(t, "q%u: \"%s %s, with\\tan escape: %s\"\n", i, word(), word(),
        word());
    put(t, "s%u: 'it''s %s and %s # no comment'\n", i, word(), word());
    put(t, "b%u: |\n  first line of %s\n  second line of %s\n", i, word(),
        word());
  }
}


static const struct {
  const char *name;
  void (*make) (Text *t);
} kinds[] = {
  {"nested", nested}, {"wide", wide}, {"flow", flow}, {"nums", nums},
  {"quoted", quoted}
};

#define KINDS  (sizeof(kinds) / sizeof(kinds[0]))

/* }====================================================================== */


static double now (void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}


/* all events of a text, and nothing done with them; gives how many */
static size_t bare (const Text *t) {
  yaml_parser_t parser;
  yaml_event_t e;
  size_t n = 0;
  int done = 0;
  if (!yaml_parser_initialize(&parser)) abort();
  yaml_parser_set_input_string(&parser, (const unsigned char *)t->s, t->len);
  while (!done && yaml_parser_parse(&parser, &e)) {
    done = e.type == YAML_STREAM_END_EVENT;
    yaml_event_delete(&e);
    n++;
  }
  yaml_parser_delete(&parser);
  return n;
}


/* the same text as a tree; gives its nodes, and what the reader said */
static size_t reader (const Text *t, wk_Code *code, size_t *events) {
  static wk_Fail fail;
  wk_Tree tree;
  uint16_t doc;
  wk_Id root;
  size_t n;
  wk_tree_init(&tree);
  *code = wk_tree_document(&tree, WK_FILE, 0, "bench.yaml", t->s, t->len,
                           &doc, &fail);
  if (*code == WK_OK)
    *code = wk_yaml_read(&tree, doc, WK_TOP_ANY, NULL, NULL, &root, &fail);
  n = tree.nnodes;
  *events = tree.events;
  wk_tree_free(&tree);
  return n;
}


static void compare (size_t kind, int rounds, int tsv) {
  Text t = {NULL, 0, 0};
  double best = 1e9, base = 1e9, t0;
  size_t nodes = 0, events = 0, seen = 0;
  wk_Code code = WK_OK;
  int i;
  kinds[kind].make(&t);
  for (i = 0; i < rounds; i++) {
    double d;
    t0 = now();
    events = bare(&t);
    d = now() - t0;
    if (d < base) base = d;
    t0 = now();
    nodes = reader(&t, &code, &seen);
    d = now() - t0;
    if (d < best) best = d;
  }
  if (code != WK_OK || seen != events) {
    printf("%s: not read (%s)\n", kinds[kind].name, wk_code_info(code)->name);
    exit(1);
  }
  if (tsv)
    printf("%s\t%.3f\t%.3f\t%.3f\n", kinds[kind].name, best / base, best,
           base);
  else
    printf("%-8s %6.2f ms  %6.2f ms  %5.3f   %5.1f MB/s  %6zu nodes  %6zu "
           "events\n", kinds[kind].name, best, base, best / base,
           (double)t.len / 1e3 / best, nodes, events);
  free(t.s);
}


/* a text that must be refused, and how soon it is */
static void bomb (const char *name, const Text *t, int tsv) {
  double best = 1e9;
  size_t nodes = 0, events = 0;
  wk_Code code = WK_OK;
  int i;
  for (i = 0; i < 5; i++) {
    double t0 = now(), d;
    nodes = reader(t, &code, &events);
    d = now() - t0;
    if (d < best) best = d;
  }
  if (tsv)
    printf("%s\t%s\t%.3f\t%zu\n", name, wk_code_info(code)->name, best,
           events);
  else
    printf("%-24s %s after %.2f ms, %zu events, %zu nodes\n", name,
           wk_code_info(code)->name, best, events, nodes);
}


static void bombs (int tsv) {
  Text deep = {NULL, 0, 0}, laughs = {NULL, 0, 0};
  int i, j;
  for (i = 0; i < 100000; i++) put(&deep, "[");
  put(&laughs, "a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
  for (i = 'b'; i <= 'j'; i++) {
    put(&laughs, "%c: &%c [", i, i);
    for (j = 0; j < 9; j++) put(&laughs, "%s*%c", j ? ", " : "", i - 1);
    put(&laughs, "]\n");
  }
  bomb("[ x 100,000", &deep, tsv);
  bomb("a billion laughs", &laughs, tsv);
  free(deep.s);
  free(laughs.s);
}


int main (int argc, char **argv) {
  int tsv = argc > 1 && strcmp(argv[1], "--tsv") == 0;
  int rounds = ROUNDS;
  size_t i;
  if (argc > 2 && strcmp(argv[1], "--read") == 0) {
    for (i = 0; i < KINDS; i++) {
      if (strcmp(argv[2], kinds[i].name) == 0) {
        Text t = {NULL, 0, 0};
        wk_Code code;
        size_t events;
        long n = argc > 3 ? strtol(argv[3], NULL, 10) : 100;
        kinds[i].make(&t);
        while (n-- > 0) reader(&t, &code, &events);
        free(t.s);
        return 0;
      }
    }
    return 2;
  }
  if (!tsv && argc > 1) rounds = (int)strtol(argv[1], NULL, 10);
  if (rounds < 1) rounds = ROUNDS;
  if (!tsv)
    printf("1 MB        tree     events   ratio  (CPU time, best of %d)\n",
           rounds);
  for (i = 0; i < KINDS; i++) compare(i, rounds, tsv);
  bombs(tsv);
  return 0;
}
