/*
** lines.h -- what the programs of the attack tests have in common: the steps
** of a row, one a line, from standard input.
**
**   root BACKEND DIR | rules WORD | file REL | name NAME | yaml REL |
**   target NAME | config REL
**       are asked of the program: one line of answer each.  The rules of
**       wk_root_rules: none, strict or trust
**   chdir DIR | rename OLD NEW | mkdir DIR | rmdir DIR | remove FILE |
**   write FILE TEXT | socket FILE
**       are done, without an answer
**
** Words are separated by one blank.  Bytes other than letters, digits and
** ._/- are written %XX; an empty word is written %.
*/

#ifndef lines_h
#define lines_h

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct Word {
  char *text;       /* NUL-ended, in the line; may hold other NULs */
  size_t len;
} Word;

typedef struct Line {
  char *bytes;
  size_t room;
  Word words[4];
  int count;
} Line;

static inline int hex_digit (char c) {
  return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                               : -1;
}

/* decodes the word in place */
static inline void decode (Word *w) {
  size_t from = 0, to = 0;
  while (from < w->len) {
    if (w->text[from] != '%') w->text[to++] = w->text[from++];
    else if (from + 2 < w->len && hex_digit(w->text[from + 1]) >= 0) {
      w->text[to++] = (char)(hex_digit(w->text[from + 1]) * 16 +
                             hex_digit(w->text[from + 2]));
      from += 3;
    }
    else from++;
  }
  w->text[to] = '\0';
  w->len = to;
}

/* the next line in words; 0 at the end */
static inline int next_line (Line *line) {
  ssize_t n = getline(&line->bytes, &line->room, stdin);
  char *at = line->bytes;
  if (n <= 0) return 0;
  if (at[n - 1] == '\n') at[--n] = '\0';
  for (line->count = 0; line->count < 4; line->count++) {
    Word *w = &line->words[line->count];
    char *blank = strchr(at, ' ');
    w->text = at;
    w->len = blank ? (size_t)(blank - at) : strlen(at);
    if (blank == NULL) {
      line->count++;
      break;
    }
    *blank = '\0';
    at = blank + 1;
  }
  for (int i = 0; i < line->count; i++) decode(&line->words[i]);
  return 1;
}

static inline int is_step (const Line *line, const char *name, int count) {
  return line->count == count && strcmp(line->words[0].text, name) == 0;
}

static inline int make_socket (const char *path) {
  struct sockaddr_un name;
  size_t len = strlen(path);
  int fd, failed;
  memset(&name, 0, sizeof(name));
  name.sun_family = AF_UNIX;
  if (len >= sizeof(name.sun_path)) return -1;
  memcpy(name.sun_path, path, len + 1);
  fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  failed = fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof(name)) != 0;
  if (fd >= 0) close(fd);
  return failed ? -1 : 0;
}

static inline int write_file (const Word *path, const Word *text) {
  int fd = open(path->text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  int failed = fd < 0 || write(fd, text->text, text->len) !=
                             (ssize_t)text->len;
  if (fd >= 0) close(fd);
  return failed ? -1 : 0;
}

/* does a step that is not a question; ends the program when it fails */
static inline void do_step (const Line *line) {
  const Word *w = line->words;
  int done = -1;
  errno = EINVAL;
  if (is_step(line, "chdir", 2)) done = chdir(w[1].text);
  else if (is_step(line, "rename", 3)) done = rename(w[1].text, w[2].text);
  else if (is_step(line, "mkdir", 2)) done = mkdir(w[1].text, 0755);
  else if (is_step(line, "rmdir", 2)) done = rmdir(w[1].text);
  else if (is_step(line, "remove", 2)) done = unlink(w[1].text);
  else if (is_step(line, "write", 3)) done = write_file(&w[1], &w[2]);
  else if (is_step(line, "socket", 2)) done = make_socket(w[1].text);
  if (done != 0) {
    fprintf(stderr, "step `%s` failed: %s\n", w[0].text, strerror(errno));
    exit(2);
  }
}

#endif
