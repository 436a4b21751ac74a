/*
** yaml_message.c -- libyaml's messages, said in the user's terms.
**
** May call: fail, tree.
**
** libyaml tells a problem and a context, each with a mark.  What was meant
** is read from the bytes at the marks and from the maps that are open.  What
** no row knows ends in `other`, with libyaml's own words as a note.
*/

#include <stdio.h>
#include <string.h>

#include "yaml_reader.h"


/*
** {======================================================================
** Looking at the text
** =======================================================================
*/

size_t wk_yaml_line (const Reader *r, size_t at) {
  size_t line, column, start, stop;
  wk_place(r->source, r->length, at, &line, &column, &start, &stop);
  return line;
}


size_t wk_yaml_column (const Reader *r, size_t at) {
  size_t line, column, start, stop;
  wk_place(r->source, r->length, at, &line, &column, &start, &stop);
  return column;
}


/* looks back from `at` only, for it is asked line by line */
size_t wk_yaml_linestart (const Reader *r, size_t at) {
  while (at > r->skip && r->source[at - 1] != '\n' &&
         r->source[at - 1] != '\r')
    at--;
  return at;
}


/* the first byte of the line of `at` that is not blank */
size_t wk_yaml_first (const Reader *r, size_t at) {
  size_t from = wk_yaml_linestart(r, at);
  while (wk_yaml_isblank(wk_yaml_byte(r, from))) from++;
  return from;
}


/* bytes of the text from `at` to the end of the line, without a comment and
   the blanks before it */
size_t wk_yaml_text (const Reader *r, size_t at) {
  size_t end = at;
  for (; !wk_yaml_isend(wk_yaml_byte(r, end)); end++) {
    if (r->source[end] == '#' && end > at &&
        wk_yaml_isblank(r->source[end - 1]))
      break;
  }
  while (end > at && wk_yaml_isblank(r->source[end - 1])) end--;
  return end - at;
}


/* bytes of the word at `at`: to a blank, or to a `:` that ends a key; at
   least 1 */
size_t wk_yaml_word (const Reader *r, size_t at) {
  size_t end = at;
  while (!wk_yaml_gap(r, end) && !wk_yaml_is(r, end, ':') &&
         !(r->inflow && end > at && strchr(",[]{}", r->source[end]) != NULL))
    end++;
  return end > at ? end - at : 1;
}


/* for a message: bytes of the source, unless they are of a secret */
const char *wk_yaml_quote (const Reader *r, char *out, size_t size, size_t at,
                           size_t len) {
  size_t line = at, end = at, start;
  while (line > 0 && strchr("\n\r", r->source[line - 1]) == NULL) line--;
  while (end < r->length && strchr("\n\r", r->source[end]) == NULL) end++;
  if (wk_secret_value((const char *)r->source + line, end - line, at - line,
                      &start) > 0 && line + start < at + len)
    return wk_quote(out, size, WK_HIDDEN, sizeof(WK_HIDDEN) - 1, 40);
  return wk_quote(out, size, r->source + at, len, 40);
}

/* }====================================================================== */


/*
** {======================================================================
** Characters that start nothing
** =======================================================================
*/

/* bytes of the value or key that starts at `at`: of a key to its `:`, in a
   flow collection to the bracket or comma that ends it, else of the line */
static size_t value (const Reader *r, size_t at) {
  size_t len = wk_yaml_text(r, at), first = wk_yaml_first(r, at), i;
  int iskey = r->inflow || at == first ||
              (r->source[first] == '-' && at == first + 2);
  for (i = 0; i < len; i++) {
    char c = r->source[at + i];
    if (iskey && wk_yaml_is(r, at + i, ':')) break;
    if (!r->inflow) continue;
    if (c == ',' || c == ']' || c == '}') break;
    if (c == '{') {   /* a splice */
      while (i < len && r->source[at + i] != '}') i++;
    }
  }
  while (i > 1 && wk_yaml_isblank(r->source[at + i - 1])) i--;
  return i < len ? i : len;
}


/* a value that must be quoted because of the character at `at` */
wk_Code wk_yaml_reserved (Reader *r, size_t at) {
  char c = wk_yaml_byte(r, at);
  size_t len = value(r, at), from = wk_yaml_first(r, at);
  char text[96], key[96], sign[16], q = '"';
  if (c == '`') snprintf(sign, sizeof(sign), "a backtick");
  else snprintf(sign, sizeof(sign), "`%c`", c);
  if (c == '$')
    wk_fail(r->fail, WK_ERESERVED, "a value with `${` needs quotes inside "
            "`[]` and `{}`");
  else
    wk_fail(r->fail, WK_ERESERVED, "a plain value cannot start with %s%s",
            sign, c == '?' ? " inside `[]` and `{}`" : "");
  if (c == '$')
    wk_fail_mark(r->fail, at, 2, "`{` starts a mapping here");
  else
    wk_fail_mark(r->fail, at, 1, "reserved by YAML");
  /* in block style the key goes before it, which makes a line to paste */
  if (r->inflow || at < from || at - from > 40) from = at;
  wk_yaml_quote(r, key, sizeof(key), from, at - from);
  wk_yaml_quote(r, text, sizeof(text), at, len);
  if (memchr(r->source + at, '"', len) != NULL) q = '\'';
  wk_fail_help(r->fail, "quote it: `%s%c%s%c`", key, q, text, q);
  if (r->inflow)
    wk_fail_note(r->fail, "inside `[]` and `{}` a value with `$`, `@`, `%%` "
                          "or `?` needs quotes");
  if ((c == '@' || c == '%') && !wk_yaml_is(r, at + len, ':'))
    wk_fail_help(r->fail, "to mean the text `%s` itself, double the sign: "
                          "`%c%c%s%c`", text, q, c, text, q);
  return WK_ERESERVED;
}


static wk_Code tab (Reader *r, size_t at) {
  char name[128];
  size_t i;
  int indents = wk_yaml_first(r, at) >= at;
  const wk_Doc *d = wk_tree_doc(r->tree, r->doc);
  wk_fail(r->fail, WK_ETAB, indents ? "YAML does not allow tabs for "
          "indentation" : "a tab stands where YAML wants a space");
  wk_fail_mark(r->fail, at, 1, "tab character");
  wk_fail_note(r->fail, "tabs are shown as `\xE2\x86\x92`");
  wk_quote(name, sizeof(name), d->name, strlen(d->name), 80);
  for (i = 0; name[i] != '\0'; i++)
    if (strchr(" '\"\\$`&;|<>()*?#~!\xE2", name[i]) != NULL) break;
  if (d->origin == WK_FILE && name[i] == '\0' && name[0] != '-')
    wk_fail_help(r->fail, "replace it with spaces: "
                          "`sed -i 's/\\t/  /g' %s`", name);
  else
    wk_fail_help(r->fail, "replace it with spaces");
  return WK_ETAB;
}


/* found character that cannot start any token */
static wk_Code nostart (Reader *r, size_t at) {
  if (wk_yaml_byte(r, at) == '\t') return tab(r, at);
  if (at >= 2 && r->inflow && memcmp(r->source + at - 2, "${", 2) == 0)
    return wk_yaml_reserved(r, at - 2);
  return wk_yaml_reserved(r, at);
}

/* }====================================================================== */


/*
** {======================================================================
** Quoted texts, block scalars, tags, anchors, directives
** =======================================================================
*/

/* a quoted text that starts at `open` has no end */
static wk_Code unclosed (Reader *r, size_t at, size_t open) {
  char q = wk_yaml_byte(r, open);
  wk_fail(r->fail, WK_EYAML, "the quoted text that starts here is never "
          "closed");
  wk_fail_mark(r->fail, open, 1, "opened here");
  if (at < r->length)
    wk_fail_mark(r->fail, at, 3, "a document marker inside it");
  wk_fail_help(r->fail, "add `%c` at the end of line %zu", q,
               wk_yaml_line(r, open));
  return WK_EYAML;
}


/* a wrong escape; `at` is its backslash, or, when its digits are wrong, two
   bytes behind that */
static wk_Code escape (Reader *r, size_t at, const char *problem) {
  char text[32];
  int unknown = strstr(problem, "unknown") != NULL;
  if (!unknown && at >= 2) at -= 2;
  if (unknown) {
    int n = wk_utf8(r->source + at + 1, r->source + r->length);
    size_t len = 1 + (size_t)(n > 0 ? n : 1);
    wk_yaml_quote(r, text, sizeof(text), at, len);
    wk_fail(r->fail, WK_EYAML, "`%s` is not an escape that YAML knows", text);
    wk_fail_mark(r->fail, at, len, "unknown escape");
    wk_fail_help(r->fail, "for a backslash write `\\\\`, or put the text "
                          "into single quotes");
  }
  else if (strstr(problem, "Unicode") != NULL) {
    size_t digits = wk_yaml_byte(r, at + 1) == 'U' ? 8 : 4;
    wk_yaml_quote(r, text, sizeof(text), at, 2 + digits);
    wk_fail(r->fail, WK_EYAML, "`%s` is not a Unicode character", text);
    wk_fail_mark(r->fail, at, 2 + digits, "a surrogate, or above 10FFFF");
  }
  else {
    char c = wk_yaml_byte(r, at + 1);
    int digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
    wk_fail(r->fail, WK_EYAML, "`\\%c` needs %d hexadecimal digits", c,
            digits);
    wk_fail_mark(r->fail, at, 2, "not enough digits follow");
    wk_fail_help(r->fail, "for a backslash write `\\\\`");
  }
  return WK_EYAML;
}


/* something is wrong behind `|` or `>` */
static wk_Code block (Reader *r, size_t at, size_t open) {
  char c = wk_yaml_byte(r, open);
  char text[96];
  wk_fail(r->fail, WK_EYAML, "the text of a `%c` value starts on the next "
          "line", c);
  wk_fail_mark(r->fail, at, wk_yaml_text(r, at) > 0 ? wk_yaml_text(r, at) : 1,
               "not allowed on the line of `%c`", c);
  wk_fail_mark(r->fail, open, 1, "the value starts here");
  wk_fail_help(r->fail, "move it to the next line, or quote the value: "
               "`\"%s\"`", wk_yaml_quote(r, text, sizeof(text), open,
                                         wk_yaml_text(r, open)));
  return WK_EYAML;
}


/* `|0`: a block text that is not indented */
static wk_Code noindent (Reader *r, size_t open) {
  char text[32];
  size_t len = wk_yaml_word(r, open);
  wk_fail(r->fail, WK_EYAML, "the indentation of a block text is 1 to 9");
  wk_fail_mark(r->fail, open, len, "not `%s`",
               wk_yaml_quote(r, text, sizeof(text), open, len));
  return WK_EYAML;
}


wk_Code wk_yaml_nameends (Reader *r, size_t open, size_t len) {
  const char *what = r->source[open] == '*' ? "alias" : "anchor";
  const char *end = r->source + open + 1 + len;
  int n = wk_utf8(end, r->source + r->length);
  char text[96];
  wk_fail(r->fail, WK_EYAML, "an %s's name ends before `%s`", what,
          wk_quote(text, sizeof(text), end, n > 0 ? (size_t)n : 1, 1));
  wk_fail_mark(r->fail, open + 1 + len, n > 0 ? (size_t)n : 1,
               "not part of a name");
  wk_fail_mark(r->fail, open, len + 1, "the %s", what);
  wk_fail_help(r->fail, "write a space behind `%s`",
               wk_quote(text, sizeof(text), r->source + open, len + 1, 40));
  return WK_EYAML;
}


/* `*` or `&` without a name, or with one that goes on */
static wk_Code noname (Reader *r, size_t open) {
  char c = wk_yaml_byte(r, open);
  char text[96];
  size_t len = wk_yaml_namelen(r, open + 1);
  if (len > 0 && open + 1 + len < r->length)
    return wk_yaml_nameends(r, open, len);
  wk_fail(r->fail, WK_EYAML, "`%c` starts %s, and no name follows", c,
          c == '*' ? "an alias" : "an anchor");
  wk_fail_mark(r->fail, open, wk_yaml_word(r, open),
               "letters, digits, `-` and `_` make a name");
  wk_fail_help(r->fail, "to mean the text, quote it: `\"%s\"`",
               wk_yaml_quote(r, text, sizeof(text), open, value(r, open)));
  return WK_EYAML;
}


/* a tag that libyaml cannot read, or with a handle nobody declared */
static wk_Code tag (Reader *r, size_t open) {
  size_t len = wk_yaml_word(r, open);
  char text[96];
  wk_fail(r->fail, WK_ETAG, "the tag `%s` has no meaning here",
          wk_yaml_quote(r, text, sizeof(text), open, len));
  wk_fail_mark(r->fail, open, len, "unknown tag");
  wk_fail_note(r->fail, "tags that have one: !!str !!int !!float !!bool "
                        "!!null !!map !!seq");
  wk_fail_help(r->fail, "to mean a text, quote it: `\"%s\"`", text);
  return WK_ETAG;
}


/* a line that starts with `%` */
static wk_Code directive (Reader *r, size_t at, const char *problem) {
  size_t from = wk_yaml_linestart(r, at), len = wk_yaml_text(r, from);
  char text[96];
  wk_yaml_quote(r, text, sizeof(text), from, len);
  if (strstr(problem, "incompatible") != NULL) {
    wk_fail(r->fail, WK_EYAML, "wick reads YAML 1.1 and 1.2, and this "
            "document says `%s`", text);
    wk_fail_mark(r->fail, from, len, "another version");
  }
  else if (strstr(problem, "duplicate") != NULL) {
    wk_fail(r->fail, WK_EYAML, "the line `%s` is there twice", text);
    wk_fail_mark(r->fail, from, len, "the second one");
  }
  else {
    wk_fail(r->fail, WK_EYAML, "the line `%s` is not a directive that YAML "
            "knows", text);
    wk_fail_mark(r->fail, from, len > 0 ? len : 1, "starts with `%%`");
    wk_fail_note(r->fail, "before a document, `%%` starts a line for the "
                          "parser, such as `%%YAML 1.2`");
    wk_fail_help(r->fail, "to mean a text, quote it: `\"%s\"`", text);
  }
  return WK_EYAML;
}


/* `a: - b` and `a: ? b` */
static wk_Code noblock (Reader *r, size_t at) {
  size_t len = wk_yaml_text(r, at);
  char text[96];
  char c = wk_yaml_byte(r, at);
  wk_fail(r->fail, WK_EYAML, c == '-'
          ? "a list item cannot start on the line of its key"
          : "a long key cannot start on the line of another key");
  wk_fail_mark(r->fail, at, 1, "`%c` and a blank start %s", c,
               c == '-' ? "a list item" : "a long key");
  if (c == '-' && len > 2)
    wk_fail_help(r->fail, "put it on the next line, or write a list: `[%s]`",
                 wk_yaml_quote(r, text, sizeof(text), at + 2, len - 2));
  else
    wk_fail_help(r->fail, "to mean the text, quote it: `\"%s\"`",
                 wk_yaml_quote(r, text, sizeof(text), at, len));
  return WK_EYAML;
}


static wk_Code other (Reader *r, const char *problem, const char *context,
                      size_t at, size_t from) {
  wk_fail(r->fail, WK_EYAML, "YAML does not allow this here");
  wk_fail_mark(r->fail, at, 1, "%s", problem);
  if (context != NULL && from != at)
    wk_fail_mark(r->fail, from, 1, "%s", context);
  wk_fail_note(r->fail, "libyaml says: %s%s%s",
               context != NULL ? context : "", context != NULL ? ", " : "",
               problem);
  return WK_EYAML;
}

/* }====================================================================== */


static int about (const char *text, const char *word) {
  return text != NULL && strstr(text, word) != NULL;
}


/* what libyaml found, as a failure */
wk_Code wk_yaml_translate (Reader *r) {
  const yaml_parser_t *p = &r->parser;
  const char *problem = p->problem != NULL ? p->problem : "";
  size_t at = wk_yaml_at(r, p->problem_mark.index);
  size_t from = wk_yaml_at(r, p->context_mark.index);
  r->inflow = p->error == YAML_SCANNER_ERROR
              ? p->flow_level > 0
              : p->context != NULL && strstr(p->context, "flow") != NULL;
  if (p->error == YAML_MEMORY_ERROR)
    return wk_fail(r->fail, WK_ENOMEM, "not enough memory to read this "
                   "document");
  if (p->error == YAML_READER_ERROR)
    return other(r, problem, NULL, r->skip + p->problem_offset, r->skip);
  if (about(problem, "cannot start any token")) return nostart(r, at);
  if (about(problem, "tab character")) return tab(r, at);
  if (about(problem, "did not find expected ',' or"))
    return wk_yaml_flow(r, at, from);
  if (about(problem, "unexpected ':'")) return wk_yaml_inner(r, at);
  if (about(problem, "expected node content")) {
    if (at >= r->length && r->inflow && p->marks.top > p->marks.start)
      return wk_yaml_flow(r, at, wk_yaml_at(r, p->marks.top[-1].index));
    return wk_yaml_nonode(r, at);
  }
  if (about(problem, "expected key") || about(problem, "'-' indicator") ||
      about(problem, "<document start>"))
    return wk_yaml_strange(r, at, from);
  if (about(problem, "values are not allowed")) return wk_yaml_colon(r, at);
  if (about(problem, "could not find expected ':'"))
    return wk_yaml_nocolon(r, from);
  if (about(p->context, "quoted scalar"))
    return about(problem, "end of stream") ||
           about(problem, "document indicator") ? unclosed(r, at, from)
                                                : escape(r, at, problem);
  if (about(p->context, "block scalar"))
    return about(problem, "equal to 0") ? noindent(r, from)
                                        : block(r, at, from);
  if (about(p->context, "an alias") || about(p->context, "an anchor"))
    return noname(r, from);
  if (about(p->context, "directive") || about(problem, "directive") ||
      about(problem, "incompatible"))
    return directive(r, at, problem);
  if (about(p->context, "a tag") || about(problem, "tag handle"))
    return tag(r, from);
  if (about(problem, "entries are not allowed") ||
      about(problem, "keys are not allowed"))
    return noblock(r, at);
  return other(r, problem, p->context, at, from);
}
