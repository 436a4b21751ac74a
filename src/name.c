/*
** name.c -- which names are names: targets, and file names below a root.
**
** A file of the room `path` (see path.h).  May call: fail.  Makes no system
** call and allocates nothing; every check looks at no more bytes than its
** limit, however long the text is.
*/

#include <stdio.h>
#include <string.h>

#include "path.h"


#define NAME_MAX_BYTES  255   /* of a target */
#define NAME_MAX_PART   64    /* bytes of one part */
#define NAME_MAX_PARTS  16

#define SHOWN  60             /* characters of a name in a message */


static int is_letter (unsigned char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}


static int is_digit (unsigned char c) {
  return c >= '0' && c <= '9';
}


/*
** {======================================================
** Targets
** =======================================================
*/

/* starts ENAME: every wrong name has this headline and this note, and one
   mark that says what is wrong with it */
static wk_Code no_name (wk_Fail *f) {
  wk_fail(f, WK_ENAME, "`_target_` must be a dotted name");
  wk_fail_note(f, "a target is `module.path.Member`, each part a Lua "
                  "identifier: [A-Za-z_][A-Za-z0-9_]*");
  return WK_ENAME;
}


/* a name that is written like a file name; the whole of it is marked, since
   it takes another way of writing and not another letter */
static wk_Code like_a_path (const char *name, size_t len, size_t seen,
                            char slash, wk_Fail *f) {
  size_t i;
  int dots = 0;
  for (i = 0; i + 1 < seen; i++)
    if (name[i] == '.' && name[i + 1] == '.') dots = 1;
  no_name(f);
  wk_fail_mark(f, 0, len, "%s`%c` %s not allowed in a target",
               dots ? "`..` and " : "", slash, dots ? "are" : "is");
  return WK_ENAME;
}


/* the byte at `at` can be in no name */
static wk_Code wrong_byte (const char *name, size_t len, size_t at,
                           wk_Fail *f) {
  unsigned char c = (unsigned char)name[at];
  int n = wk_utf8(name + at, name + len);
  char shown[32];
  no_name(f);
  wk_quote(shown, sizeof(shown), name + at, n > 0 ? (size_t)n : 1, 1);
  if (n > 1)
    wk_fail_mark(f, at, (size_t)n, "`%s` is U+%04lX, not an ASCII letter",
                 shown, wk_codepoint(name + at, n));
  else if (n == 0 || c < 0x20 || c == 0x7F)
    wk_fail_mark(f, at, 1, "byte 0x%02X is not allowed in a target",
                 (unsigned)c);
  else if (c == ' ')
    wk_fail_mark(f, at, 1, "a blank is not allowed in a target");
  else if (c == ':')
    wk_fail_mark(f, at, 1, "parts of a target are joined by `.`, not `:`");
  else
    wk_fail_mark(f, at, 1, "`%s` is not allowed in a target", shown);
  return WK_ENAME;
}


/* there is nothing between two dots, or before or behind one at `at` */
static wk_Code no_part (size_t at, size_t len, size_t start, wk_Fail *f) {
  no_name(f);
  if (start == 0)
    wk_fail_mark(f, 0, 1, "nothing stands before this `.`");
  else if (at == len)
    wk_fail_mark(f, len - 1, 1, "nothing stands behind this `.`");
  else
    wk_fail_mark(f, start - 1, 2, "nothing stands between these dots");
  return WK_ENAME;
}


/* `init` is how a folder's own module is stored, not how it is named */
static wk_Code no_init (const char *name, size_t start, wk_Fail *f) {
  char shown[NAME_MAX_BYTES + 1];
  no_name(f);
  wk_fail_mark(f, start, 4, "`init` is not part of a name");
  if (start > 0) {
    wk_quote(shown, sizeof(shown), name, start - 1, SHOWN);
    wk_fail_help(f, "write `%s`: it finds the `init.lua` of that folder",
                 shown);
  }
  else
    wk_fail_help(f, "the name of the project alone finds its `init.lua`");
  return WK_ENAME;
}


/* checks the part that ends before `at`; `number` counts it from 1 */
static wk_Code check_part (const char *name, size_t len, size_t start,
                           size_t at, int number, wk_Fail *f) {
  if (at == start) return no_part(at, len, start, f);
  if (at - start == 4 && memcmp(name + start, "init", 4) == 0)
    return no_init(name, start, f);
  if (number > NAME_MAX_PARTS) {
    no_name(f);
    wk_fail_mark(f, start, len - start, "part %d; a target has at most %d",
                 number, NAME_MAX_PARTS);
    return WK_ENAME;
  }
  return WK_OK;
}


/* left to right; the first thing wrong is told.  Only the first 256 bytes
   are looked at: what is longer is wrong by its length. */
wk_Code wk_name_check (const char *name, size_t len, wk_Fail *f) {
  size_t seen = len > NAME_MAX_BYTES ? NAME_MAX_BYTES + 1 : len;
  size_t start = 0, at;
  int number = 1;
  if (len == 0) {
    no_name(f);
    wk_fail_mark(f, 0, 0, "the name is empty");
    return WK_ENAME;
  }
  for (at = 0; at < seen; at++)
    if (name[at] == '/' || name[at] == '\\')
      return like_a_path(name, len, seen, name[at], f);
  for (at = 0; at < seen; at++) {
    unsigned char c = (unsigned char)name[at];
    if (c == '.') {
      wk_Code code = check_part(name, len, start, at, number, f);
      if (code != WK_OK) return code;
      start = at + 1;
      number++;
    }
    else if (is_digit(c) && at == start) {
      no_name(f);
      wk_fail_mark(f, at, 1, "a part cannot start with a digit");
      return WK_ENAME;
    }
    else if (!is_letter(c) && !is_digit(c))
      return wrong_byte(name, len, at, f);
    else if (at - start == NAME_MAX_PART) {
      no_name(f);
      wk_fail_mark(f, start, len - start, "a part has at most %d bytes",
                   NAME_MAX_PART);
      return WK_ENAME;
    }
  }
  if (len > NAME_MAX_BYTES) {
    no_name(f);
    wk_fail_mark(f, NAME_MAX_BYTES, len - NAME_MAX_BYTES,
                 "a target has at most %d bytes, this one has %zu",
                 NAME_MAX_BYTES, len);
    return WK_ENAME;
  }
  return check_part(name, len, start, at, number, f);
}

/* }====================================================== */


/*
** {======================================================
** File names below a root
** =======================================================
*/

/* tells what is wrong with the n bytes at `start`, which are no component */
static wk_Code no_component (const char *rel, size_t len, size_t start,
                             size_t n, wk_Fail *f) {
  char shown[WK_FILE_SHOWN];
  wk_quote(shown, sizeof(shown), rel, len, SHOWN);
  if (n == 2)
    wk_fail(f, WK_EESCAPE, "`..` leaves the root");
  else if (n == 1)
    wk_fail(f, WK_EESCAPE, "`.` is not the name of a file or folder");
  else if (start == 0)
    wk_fail(f, WK_EESCAPE, "an absolute file name leaves the root");
  else if (start == len)
    wk_fail(f, WK_EESCAPE, "a file name does not end in `/`");
  else
    wk_fail(f, WK_EESCAPE, "a name is missing between two `/`");
  wk_fail_note(f, "the file name is `%s`", shown);
  return WK_EESCAPE;
}


/* What leaves the root is told before what is too long.  Of a longer text
   only the bytes up to the limit are looked at, and the component that the
   limit cuts is not judged. */
wk_Code wk_rel_check (const char *rel, size_t len, wk_Fail *f) {
  size_t seen = len > WK_REL_MAX ? WK_REL_MAX : len;
  size_t start = 0, at, longest = 0;
  char shown[WK_FILE_SHOWN];
  if (len == 0)
    return wk_fail(f, WK_EESCAPE, "the file name is empty");
  for (at = 0; at <= seen; at++) {
    if (at == len || (at < seen && rel[at] == '/')) {
      size_t n = at - start;
      if (n == 0 || (n == 1 && rel[start] == '.') ||
          (n == 2 && rel[start] == '.' && rel[start + 1] == '.'))
        return no_component(rel, len, start, n, f);
      if (n > longest) longest = n;
      start = at + 1;
    }
    else if (at < seen && rel[at] == '\0') {
      wk_quote(shown, sizeof(shown), rel, len, SHOWN);
      return wk_fail(f, WK_EESCAPE, "the file name `%s` has a NUL byte",
                     shown);
    }
  }
  if (seen < len || longest > WK_PART_MAX) {
    wk_quote(shown, sizeof(shown), rel, len, SHOWN);
    wk_fail(f, WK_ENAME, "the file name `%s` is too long", shown);
    wk_fail_note(f, "a file name has at most %d bytes, each part of it at "
                    "most %d", WK_REL_MAX, WK_PART_MAX);
    return WK_ENAME;
  }
  return WK_OK;
}

/* }====================================================== */
