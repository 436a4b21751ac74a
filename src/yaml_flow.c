/*
** yaml_flow.c -- libyaml's messages about [] and {}, translated.
**
** May call: fail, tree.
*/

#include <string.h>

#include "yaml_reader.h"


static int blank (char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}


/* the end of the last text before `at` that stands on an earlier line, or
   for the end of the document anywhere: where a bracket would close */
static size_t before (const Reader *r, size_t at) {
  size_t end = at < r->length ? wk_yaml_linestart(r, at) : at;
  while (end > r->skip) {
    size_t start, len;
    while (end > r->skip && blank(r->source[end - 1])) end--;
    if (end == r->skip) break;
    start = wk_yaml_linestart(r, end);
    while (start < end && blank(r->source[start])) start++;
    len = r->source[start] == '#' ? 0 : wk_yaml_text(r, start);
    if (len > 0) return start + len;
    end = wk_yaml_linestart(r, start);
  }
  return end;
}


/* the list or mapping that starts at `open` is not what libyaml found at
   `at`: never closed, closed by the other bracket, or without a comma */
wk_Code wk_yaml_flow (Reader *r, size_t at, size_t open) {
  int list = r->source[open] == '[';
  char close = list ? ']' : '}', c = at < r->length ? r->source[at] : '\0';
  const char *what = list ? "list" : "mapping";
  size_t line = wk_yaml_line(r, open);
  if (c == '{' && at > 0 && r->source[at - 1] == '$')
    return wk_yaml_reserved(r, at - 1);
  if (c == '?') return wk_yaml_reserved(r, at);
  if (at >= r->length) {
    size_t end = before(r, at);
    wk_fail(r->fail, WK_EYAML, "the %s that starts here is never closed",
            what);
    wk_fail_mark(r->fail, open, 1, "opened here");
    wk_fail_help(r->fail, "add `%c` at the end of line %zu", close,
                 wk_yaml_line(r, end));
  }
  else if (c == (list ? '}' : ']')) {
    wk_fail(r->fail, WK_EYAML, "this %s is closed with `%c`", what, c);
    wk_fail_mark(r->fail, at, 1, "expected `,` or `%c` here", close);
    wk_fail_mark(r->fail, open, 1, "opened here");
    wk_fail_help(r->fail, "write `%c` in its place", close);
  }
  else if (wk_yaml_line(r, at) > line) {
    size_t end = before(r, at);
    wk_fail(r->fail, WK_EYAML, "the %s that starts here is never closed",
            what);
    if (c == ':')
      wk_fail_mark(r->fail, at, 1, "expected `,` or `%c` before this `:`",
                   close);
    else
      wk_fail_mark(r->fail, at, 1, "expected `,` or `%c` before this",
                   close);
    wk_fail_mark(r->fail, open, 1, "opened here");
    wk_fail_help(r->fail, "add `%c` at the end of line %zu", close,
                 wk_yaml_line(r, end));
  }
  else {
    wk_fail(r->fail, WK_EYAML, "a `,` is missing in this %s", what);
    if (c == ':')
      wk_fail_mark(r->fail, at, 1, "expected `,` or `%c` before this `:`",
                   close);
    else
      wk_fail_mark(r->fail, at, wk_yaml_word(r, at),
                   "expected `,` or `%c` before this", close);
    wk_fail_mark(r->fail, open, 1, "the %s starts here", what);
    wk_fail_help(r->fail, "write a `,` between two %s, or quote a text that "
                 "has `:`, brackets or quotes in it",
                 list ? "items" : "pairs");
  }
  return WK_EYAML;
}


/* a `:` in a plain text of [] or {}, with a bracket or comma behind it */
wk_Code wk_yaml_inner (Reader *r, size_t at) {
  wk_fail(r->fail, WK_EYAML, "a space is missing after this `:`");
  wk_fail_mark(r->fail, at, 1, "not the end of a key without it");
  wk_fail_help(r->fail, "write `: ` with a space, or quote the text that the "
               "`:` belongs to");
  return WK_EYAML;
}


/* did not find expected node content: a `?`, a comma or bracket too many */
wk_Code wk_yaml_nonode (Reader *r, size_t at) {
  char c = at < r->length ? r->source[at] : '\0';
  size_t from = at;
  while (from > r->skip && r->source[from - 1] == '?') from--;
  if (r->inflow && r->source[from] == '?')
    return wk_yaml_reserved(r, from);
  if (c == ',') {
    wk_fail(r->fail, WK_EYAML, "a value is missing before this `,`");
    wk_fail_mark(r->fail, at, 1, "nothing stands before it");
    wk_fail_help(r->fail, "delete the `,`, or write `null` before it");
  }
  else if (c == ']' || c == '}') {
    wk_fail(r->fail, WK_EYAML, "this `%c` closes nothing", c);
    wk_fail_mark(r->fail, at, 1, "no `%c` is open here",
                 c == ']' ? '[' : '{');
    wk_fail_help(r->fail, "to mean a text, quote it");
  }
  else if (c == '.') {
    wk_fail(r->fail, WK_EYAML, "`...` ends a document that never began");
    wk_fail_mark(r->fail, at, wk_yaml_word(r, at), "nothing stands before "
                 "it");
  }
  else {
    wk_fail(r->fail, WK_EYAML, "a value is missing here");
    wk_fail_mark(r->fail, at, 1, "no value can start with this");
  }
  return WK_EYAML;
}
