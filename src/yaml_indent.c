/*
** yaml_indent.c -- libyaml's messages about lines and colons, translated.
**
** May call: fail, tree.
*/

#include <stdio.h>
#include <string.h>

#include "yaml_reader.h"


/*
** {======================================================================
** Indentation
** =======================================================================
*/

/* the key path of the newest child of the frame on top, as far as it fits;
   gives 0 when a part is no plain name */
static int keypath (const Reader *r, char *out, size_t size) {
  const wk_Tree *t = r->tree;
  size_t used = 0, i;
  out[0] = '\0';
  for (i = 1; i <= r->depth; i++) {
    const Frame *f = &r->frames[i];
    const wk_Node *key;
    char part[64];
    int n;
    if (f->last == 0 || t->nodes[f->node].kind != WK_MAP) return 0;
    key = wk_tree_node(t, f->last - 1);
    if (key->size == 0 || key->size > 40) return 0;
    wk_quote(part, sizeof(part), wk_tree_text(t, key), key->size, 40);
    if (strpbrk(part, " .[\"'`\\") != NULL) return 0;
    n = snprintf(out + used, size - used, "%s%s", i > 1 ? "." : "", part);
    if (n < 0 || (size_t)n >= size - used) return 0;
    used += (size_t)n;
  }
  return used > 0;
}


/* the first word of a line stands in a column where nothing is open */
static wk_Code indent (Reader *r, size_t at) {
  const wk_Tree *t = r->tree;
  const Frame *frame = r->frame;
  size_t column = wk_yaml_column(r, at), len = wk_yaml_word(r, at);
  int item = wk_yaml_is(r, at, '-');
  const char *what = item ? "list" : "mapping";
  char word[64], path[128], key[64];
  wk_Id last = frame->last;
  const wk_Node *n;
  wk_fail(r->fail, WK_EINDENT, "this line is indented to a column where no "
          "%s is open", what);
  wk_fail_mark(r->fail, at, len, "starts at column %zu", column);
  if (r->depth == 0) {  /* the whole document stands further right */
    if (r->root != 0)
      wk_fail_mark(r->fail, t->nodes[r->root].pos, 1,
                   "the document starts at column %zu",
                   wk_yaml_column(r, t->nodes[r->root].pos));
    wk_fail_help(r->fail, "start all lines of the top level at one column");
    return WK_EINDENT;
  }
  if (last == 0) return WK_EINDENT;
  n = wk_tree_node(t, last);
  wk_yaml_quote(r, word, sizeof(word), at, len);
  if (t->nodes[frame->node].kind == WK_MAP) {
    const wk_Node *k = wk_tree_node(t, last - 1);
    size_t keylen = wk_tree_extent(t, last - 1);
    wk_quote(key, sizeof(key), wk_tree_text(t, k), k->size, 40);
    if ((n->kind == WK_MAP || n->kind == WK_LIST) && !(n->flags & WK_FLOW) &&
        n->size > 0 && wk_tree_viaof(t, last) == NULL) {
      size_t inner = wk_yaml_column(r, n->pos);
      wk_fail_mark(r->fail, k->pos, keylen, n->kind == WK_MAP
                   ? "this mapping's keys start at column %zu"
                   : "this list's items start at column %zu", inner);
      if (inner > 1 && n->kind == (item ? WK_LIST : WK_MAP)) {
        if (!item && keypath(r, path, sizeof(path)))
          wk_fail_help(r->fail, "indent `%s` by %zu space%s to make it "
                       "`%s.%s`", word, inner - 1, inner == 2 ? "" : "s",
                       path, word);
        else
          wk_fail_help(r->fail, "indent it by %zu space%s to make it part "
                       "of `%s`", inner - 1, inner == 2 ? "" : "s", key);
      }
    }
    else {
      wk_fail_mark(r->fail, k->pos, keylen, "`%s` has its value already",
                   key);
      wk_fail_help(r->fail, "start the line at column %zu, like `%s`",
                   wk_yaml_column(r, k->pos), key);
    }
  }
  else
    wk_fail_mark(r->fail, t->nodes[frame->node].pos, 1,
                 "this list's items start at column %zu",
                 wk_yaml_column(r, t->nodes[frame->node].pos));
  return WK_EINDENT;
}


/* text goes on where a value has ended */
static wk_Code trailing (Reader *r, size_t at) {
  size_t from = wk_yaml_first(r, at), len = wk_yaml_text(r, at), colon;
  char text[96], key[64];
  const char *s;
  wk_fail(r->fail, WK_EYAML, "text follows a value that has already ended");
  wk_fail_mark(r->fail, at, len > 0 ? len : 1, "this belongs to no key");
  for (colon = from; colon < at; colon++)
    if (wk_yaml_is(r, colon, ':')) break;
  if (colon < at) {
    size_t start = colon + 1;
    char q;
    while (wk_yaml_isblank(wk_yaml_byte(r, start))) start++;
    q = wk_yaml_byte(r, start);
    if ((q == '\'' || q == '"') && r->source[at - 1] == q) {
      wk_fail_mark(r->fail, at - 1, 1, "this quote ends the text");
      wk_fail_help(r->fail, q == '"' ? "inside double quotes write a quote "
                   "as `\\\"`" : "inside single quotes write a quote twice: "
                   "`''`");
      return WK_EYAML;
    }
    s = r->source + start;
    len = at + len - start;
    if (memchr(s, '\'', len) == NULL && len <= 60 && colon - from <= 40)
      wk_fail_help(r->fail, "to make all of it one text, quote it: "
                   "`%s: '%s'`", wk_yaml_quote(r, key, sizeof(key), from,
                                               colon - from),
                   wk_yaml_quote(r, text, sizeof(text), start, len));
  }
  return WK_EYAML;
}


/* did not find expected key, '-' indicator, <document start> */
wk_Code wk_yaml_strange (Reader *r, size_t at, size_t context) {
  const wk_Tree *t = r->tree;
  wk_Id node = r->frame->node;
  int inmap = r->depth > 0 && t->nodes[node].kind == WK_MAP;
  int item = wk_yaml_is(r, at, '-');
  if (r->depth == 0 && r->root == 0) {
    wk_fail(r->fail, WK_EYAML, "a `---` is missing after the directives");
    wk_fail_mark(r->fail, at, wk_yaml_word(r, at), "expected `---` before "
                 "this");
    return WK_EYAML;
  }
  if (r->depth == 0 && r->ended) return wk_yaml_second(r, at);
  if (wk_yaml_byte(r, at) == ':' && wk_yaml_first(r, at) == at) {
    wk_fail(r->fail, WK_EKEY, "no key stands before this `:`");
    wk_fail_mark(r->fail, at, 1, "a key is expected before this");
    wk_fail_help(r->fail, "to mean the empty text, quote it: `\"\":`");
    return WK_EKEY;
  }
  if (wk_yaml_first(r, at) != at) return trailing(r, at);
  if (r->depth == 0 && r->root != 0 && (t->nodes[r->root].kind < WK_LIST ||
                                        t->nodes[r->root].flags & WK_FLOW))
    return trailing(r, at);
  if (r->depth == 0 && wk_yaml_byte(r, at) == '\0') return trailing(r, at);
  if (r->depth == 0 || wk_yaml_column(r, at) != wk_yaml_column(r, context))
    return indent(r, at);
  if (inmap && item) {
    wk_fail(r->fail, WK_EYAML, "a list item stands among mapping keys");
    wk_fail_mark(r->fail, at, 1, "this `-` starts a list item");
    wk_fail_mark(r->fail, context, wk_yaml_word(r, context),
                 "this mapping's keys start at column %zu",
                 wk_yaml_column(r, context));
    wk_fail_help(r->fail, "put the list below a key of its own");
    return WK_EYAML;
  }
  if (!inmap) {
    char text[64];
    wk_fail(r->fail, WK_EYAML, "a mapping key stands among list items");
    wk_fail_mark(r->fail, at, wk_yaml_word(r, at), "not a list item");
    wk_fail_mark(r->fail, context, 1, "this list's items start at column %zu",
                 wk_yaml_column(r, context));
    wk_fail_help(r->fail, "to make it an item, write `- %s`",
                 wk_yaml_quote(r, text, sizeof(text), at,
                               wk_yaml_text(r, at)));
    return WK_EYAML;
  }
  return trailing(r, at);
}

/* }====================================================================== */


/*
** {======================================================================
** Colons
** =======================================================================
*/

/* the key that starts at `at` has no `:` */
wk_Code wk_yaml_nocolon (Reader *r, size_t at) {
  size_t len = wk_yaml_text(r, at), i;
  char text[96], left[64], right[64];
  for (i = 1; i + 1 < len; i++)
    if (r->source[at + i] == ':') break;
  wk_yaml_quote(r, text, sizeof(text), at, len);
  if (i + 1 < len && strchr("\"'[{", wk_yaml_byte(r, at)) == NULL) {
    wk_fail(r->fail, WK_EYAML, "a space is missing after the `:` of `%s`",
            text);
    wk_fail_mark(r->fail, at + i, 1, "no space after this `:`");
    wk_fail_help(r->fail, "write `%s: %s`",
                 wk_yaml_quote(r, left, sizeof(left), at, i),
                 wk_yaml_quote(r, right, sizeof(right), at + i + 1,
                               len - i - 1));
  }
  else {
    const char *s = (const char *)r->source + at;
    size_t from, to;
    wk_fail(r->fail, WK_EYAML, "`%s` needs a `:`", text);
    wk_fail_mark(r->fail, at, len > 0 ? len : 1,
                 "a key without a `:`");
    for (i = 0; i < len && !wk_yaml_isblank(s[i]); i++) ;
    for (from = i; from < len && wk_yaml_isblank(s[from]); from++) ;
    for (to = from; to < len && !wk_yaml_isblank(s[to]); to++) ;
    if (from < len && to == len) {   /* two words: a key and its value */
      wk_fail_help(r->fail, "write `%s: %s`",
                   wk_yaml_quote(r, left, sizeof(left), at, i),
                   wk_yaml_quote(r, right, sizeof(right), at + from,
                                 len - from));
    }
    else wk_fail_help(r->fail, "write `%s:`", text);
  }
  return WK_EYAML;
}


/* mapping values are not allowed in this context: a `:` too many */
wk_Code wk_yaml_colon (Reader *r, size_t at) {
  size_t from = wk_yaml_first(r, at), first, start, len;
  char text[96], key[64];
  while (wk_yaml_is(r, from, '-')) {
    from++;
    while (wk_yaml_isblank(wk_yaml_byte(r, from))) from++;
  }
  if (at - from > 1024) {
    wk_fail(r->fail, WK_EYAML, "this key is longer than 1,024 characters");
    wk_fail_mark(r->fail, from, 1, "the key starts here");
    wk_fail_mark(r->fail, at, 1, "its `:` is too far away");
    wk_fail_note(r->fail, "YAML allows no longer ones");
    return WK_EYAML;
  }
  for (first = from; first < at; first++)
    if (wk_yaml_is(r, first, ':')) break;
  if (first < at) {
    start = first + 1;
    while (wk_yaml_isblank(wk_yaml_byte(r, start))) start++;
    len = wk_yaml_text(r, start);
    wk_fail(r->fail, WK_EYAML, "a second `:` stands on one line");
    wk_fail_mark(r->fail, at, 1, "this `:` would start another mapping");
    wk_fail_mark(r->fail, first, 1, "the value of `%s` starts after this one",
                 wk_yaml_quote(r, key, sizeof(key), from, first - from));
    wk_yaml_quote(r, text, sizeof(text), start, len);
    if (memchr(r->source + start, '"', len) == NULL)
      wk_fail_help(r->fail, "quote the value: `%s: \"%s\"`", key, text);
    else if (memchr(r->source + start, '\'', len) == NULL)
      wk_fail_help(r->fail, "quote the value: `%s: '%s'`", key, text);
    return WK_EYAML;
  }
  /* the key of this line was taken for more text of the line before */
  start = wk_yaml_linestart(r, from);
  while (start > r->skip) {
    size_t before = wk_yaml_linestart(r, start - 1);
    size_t words = wk_yaml_first(r, before);
    if (wk_yaml_text(r, words) > 0 && wk_yaml_byte(r, words) != '#') {
      for (first = words; !wk_yaml_isend(wk_yaml_byte(r, first)); first++)
        if (wk_yaml_is(r, first, ':')) break;
      if (wk_yaml_isend(wk_yaml_byte(r, first)))
        return wk_yaml_nocolon(r, words);
      wk_yaml_quote(r, key, sizeof(key), words, first - words);
      wk_fail(r->fail, WK_EINDENT, "this line is indented below `%s`, which "
              "has its value already", key);
      wk_fail_mark(r->fail, from, wk_yaml_word(r, from),
                   "starts at column %zu", wk_yaml_column(r, from));
      wk_fail_mark(r->fail, words, first - words, "has a value on its line");
      wk_fail_help(r->fail, "start the line at column %zu, like `%s`",
                   wk_yaml_column(r, words), key);
      return WK_EINDENT;
    }
    start = before;
  }
  wk_fail(r->fail, WK_EYAML, "no key stands before this `:`");
  wk_fail_mark(r->fail, at, 1, "a mapping cannot start here");
  return WK_EYAML;
}

/* }====================================================================== */
