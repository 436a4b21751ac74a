/*
** yaml_scalar.c -- keys, scalars and tags: what a text is, and what it may
** not be where it stands.
**
** May call: fail, tree, scalar, and the other files of the room.
*/

#include <stdio.h>
#include <string.h>

#include "scalar.h"
#include "yaml_reader.h"


/*
** {======================================================================
** Keys
** =======================================================================
*/

int wk_yaml_iskey (const wk_Node *n) {
  return n->kind == WK_STRING || n->kind == WK_INT;
}


/* a node that cannot be a key */
wk_Code wk_yaml_badkey (Reader *r, wk_Id key, uint32_t pos, size_t len) {
  const wk_Node *n = wk_tree_node(r->tree, key);
  const char *what = wk_yaml_kindname(n->kind);
  char text[96];
  if (n->kind == WK_LIST || n->kind == WK_MAP) {
    wk_fail(r->fail, WK_EKEY, "a key cannot be %s", what);
    wk_fail_mark(r->fail, pos, len, "%s stands where a key is expected",
                 what);
    wk_fail_note(r->fail, "keys are strings or integers");
    if (r->source[pos] == '{')
      wk_fail_help(r->fail, "to mean a text that starts with `{`, quote it");
  }
  else if (n->size == 0) {
    wk_fail(r->fail, WK_EKEY, "this mapping has an empty key");
    wk_fail_mark(r->fail, pos, len, "a key is expected before this");
    wk_fail_help(r->fail, "to mean the empty text, quote it: `\"\":`");
  }
  else {
    wk_yaml_shown(text, sizeof(text), wk_tree_text(r->tree, n), n->size);
    wk_fail(r->fail, WK_EKEY, "the key `%s` is %s, not a string", text, what);
    wk_fail_mark(r->fail, pos, len, "read as %s", what);
    wk_fail_note(r->fail, "keys are strings or integers");
    wk_fail_help(r->fail, "quote it: `\"%s\":`", text);
  }
  return WK_EKEY;
}


/* where a key was written, which for a copy is its alias */
static uint32_t written (const Reader *r, wk_Id key, size_t *len) {
  const wk_Via *via = wk_tree_viaof(r->tree, key);
  *len = via != NULL ? 1 : wk_tree_extent(r->tree, key);
  return via != NULL ? via->pos : r->tree->nodes[key].pos;
}


/* a key comes twice; `e` is the event of its second value */
wk_Code wk_yaml_twice (Reader *r, const yaml_event_t *e, wk_Id first) {
  const wk_Tree *t = r->tree;
  wk_Id key = r->frame->key, old = first - 1;
  const wk_Node *n = wk_tree_node(t, key), *m = wk_tree_node(t, old);
  size_t len, oldlen;
  uint32_t pos = written(r, key, &len), oldpos = written(r, old, &oldlen);
  char text[96], value[96];
  wk_yaml_shown(text, sizeof(text), wk_tree_text(t, n), n->size);
  wk_fail(r->fail, WK_EDUPKEY, "the key `%s` appears twice in one mapping",
          text);
  wk_fail_mark(r->fail, pos, len, "given again here");
  wk_fail_mark(r->fail, oldpos, oldlen, "first given here");
  if (n->kind == WK_INT && (n->size != m->size ||
      memcmp(wk_tree_text(t, n), wk_tree_text(t, m), n->size) != 0))
    wk_fail_note(r->fail, "both keys are the integer %lld",
                 (long long)wk_scalar_int(wk_tree_text(t, n), n->size));
  if (e->type == YAML_SCALAR_EVENT && e->data.scalar.length > 0 &&
      !wk_issecret(wk_tree_text(t, n), n->size))
    wk_fail_note(r->fail, "most YAML readers would silently use the last "
                 "one (%s)",
                 wk_quote(value, sizeof(value),
                          (const char *)e->data.scalar.value,
                          e->data.scalar.length, 20));
  else
    wk_fail_note(r->fail, "most YAML readers would silently use the last "
                          "one");
  wk_fail_help(r->fail, "delete one of the two%s",
               wk_yaml_line(r, pos) != wk_yaml_line(r, oldpos) ? " lines"
                                                               : "");
  return WK_EDUPKEY;
}


/* a second `<<` */
COLD static wk_Code mergedtwice (Reader *r, uint32_t pos, uint32_t oldpos) {
  wk_fail(r->fail, WK_EDUPKEY, "the key `<<` appears twice in one mapping");
  wk_fail_mark(r->fail, pos, 2, "given again here");
  wk_fail_mark(r->fail, oldpos, 2, "first given here");
  wk_fail_help(r->fail, "merge several mappings with one list: "
                        "`<<: [*a, *b]`");
  return WK_EDUPKEY;
}

/* }====================================================================== */


/*
** {======================================================================
** Scalars
** =======================================================================
*/

wk_Code wk_yaml_badtag (Reader *r, const char *tag, uint32_t pos) {
  char text[96];
  int core = strncmp(tag, CORE, sizeof(CORE) - 1) == 0;
  r->inflow = r->frame->flow != 0;
  wk_yaml_shown(text, sizeof(text), core ? tag + sizeof(CORE) - 1 : tag,
                strlen(tag) - (core ? sizeof(CORE) - 1 : 0));
  wk_fail(r->fail, WK_ETAG, "the tag `%s%s` has no meaning here",
          core ? "!!" : "", text);
  wk_fail_mark(r->fail, pos, wk_yaml_word(r, pos), "unknown tag");
  wk_fail_note(r->fail, "tags that have one: !!str !!int !!float !!bool "
                        "!!null !!map !!seq");
  wk_fail_help(r->fail, "to make an object, name its constructor in a "
                        "mapping: `_target_: module.Name`");
  return WK_ETAG;
}


/* a tag stands before what it is not: `!!int abc` */
wk_Code wk_yaml_mismatch (Reader *r, const char *tag, const char *what,
                          uint32_t tagpos, uint32_t pos, size_t len) {
  char text[96];
  wk_yaml_shown(text, sizeof(text), tag + sizeof(CORE) - 1,
                strlen(tag) - (sizeof(CORE) - 1));
  wk_fail(r->fail, WK_ETAG, "`!!%s` stands before %s", text, what);
  wk_fail_mark(r->fail, tagpos, wk_yaml_word(r, tagpos), "this tag");
  if (pos != tagpos)
    wk_fail_mark(r->fail, pos, len > 0 ? len : 1, "does not fit this");
  wk_fail_help(r->fail, "delete the tag, or write a value that it fits");
  return WK_ETAG;
}


/* the place of the `!` among what stands before a node */
uint32_t wk_yaml_tagplace (const Reader *r, uint32_t from, uint32_t to) {
  uint32_t at;
  for (at = from; at < to; at++)
    if (r->source[at] == '!') return at;
  return from;
}


COLD static wk_Code badnumber (Reader *r, const char *s, size_t len,
                          uint32_t pos) {
  char text[96];
  int based = len > 1 && s[0] == '0' && (s[1] == 'x' || s[1] == 'o');
  int isint = based || (memchr(s, '.', len) == NULL &&
                        memchr(s, 'e', len) == NULL &&
                        memchr(s, 'E', len) == NULL);
  wk_fail(r->fail, WK_EVALUE, isint ? "the integer `%s` does not fit 64 bits"
                                    : "the number `%s` is too large",
          wk_yaml_shown(text, sizeof(text), s, len));
  wk_fail_mark(r->fail, pos, len, isint ? "outside -2^63 to 2^63-1"
                                        : "the largest float is near 1.8e308");
  wk_fail_help(r->fail, "to mean the text, quote it: `\"%s\"`", text);
  return WK_EVALUE;
}


/* has the tag at `pos` an escape?  libyaml decodes even `%00`, behind which
   no comparison would look */
int wk_yaml_tagescape (const Reader *r, uint32_t pos) {
  return memchr(r->source + pos, '%', wk_yaml_word(r, pos)) != NULL;
}


/* what a scalar with a core tag is; WK_NONE and *code when it is not that */
static wk_Kind tagged (Reader *r, const yaml_event_t *e, uint32_t pos,
                       uint32_t tagpos, wk_Code *code) {
  const char *tag = (const char *)e->data.scalar.tag;
  const char *s = (const char *)e->data.scalar.value;
  const char *name = tag + sizeof(CORE) - 1;
  size_t len = e->data.scalar.length;
  wk_Kind kind;
  char text[96], what[128];
  if (wk_yaml_tagescape(r, tagpos)) goto unknown;
  if (strcmp(tag, "!") == 0 || strcmp(tag, CORE "str") == 0)
    return WK_STRING;
  if (strncmp(tag, CORE, sizeof(CORE) - 1) != 0) goto unknown;
  if (strcmp(name, "map") == 0 || strcmp(name, "seq") == 0) {
    *code = wk_yaml_mismatch(r, tag, "a scalar", tagpos, pos, len);
    return WK_NONE;
  }
  kind = wk_scalar_kind(s, len);
  if (strcmp(name, "int") == 0) {
    if (kind == WK_INT) return kind;
  }
  else if (strcmp(name, "float") == 0) {
    if (kind == WK_FLOAT) return kind;
    if (kind == WK_INT && !(len > 1 && s[0] == '0' && s[1] > '9'))
      return WK_FLOAT;
  }
  else if (strcmp(name, "bool") == 0) {
    if (kind == WK_BOOL) return kind;
  }
  else if (strcmp(name, "null") == 0) {
    if (kind == WK_NULL) return kind;
  }
  else goto unknown;
  if (kind == WK_NONE && name[0] != 'b' && name[0] != 'n')
    *code = badnumber(r, s, len, pos);
  else {
    snprintf(what, sizeof(what), "`%s`",
             wk_yaml_shown(text, sizeof(text), s, len));
    *code = wk_yaml_mismatch(r, tag, what, tagpos, pos, len);
  }
  return WK_NONE;
 unknown:
  *code = wk_yaml_badtag(r, tag, tagpos);
  return WK_NONE;
}


/* a value without text in {}, whose key has a `:`: was it meant as two? */
COLD static void spacing (Reader *r, const Frame *frame) {
  const wk_Node *key = wk_tree_node(r->tree, frame->key);
  const char *s = wk_tree_text(r->tree, key);
  const char *colon = memchr(s, ':', key->size);
  wk_Fail warning;
  char text[96], left[64], right[64];
  size_t before;
  if (colon == NULL || r->warn == NULL || r->over) return;
  before = (size_t)(colon - s);
  wk_yaml_shown(text, sizeof(text), s, key->size);
  wk_fail(&warning, WK_ESPACING, "`%s` is one key without a value", text);
  wk_fail_mark(&warning, key->pos + before, 1,
               "no space after this `:`");
  wk_fail_help(&warning, "for a key and a value write `%s: %s`",
               wk_quote(left, sizeof(left), s, before, 20),
               wk_quote(right, sizeof(right), colon + 1,
                        key->size - before - 1, 20));
  r->warn(r->ud, &warning);
}


/* a plain `<<`: what comes next is merged */
COLD static wk_Code mergekey (Reader *r, Frame *frame, uint32_t pos) {
  if (frame->merges) return mergedtwice(r, pos, frame->mergepos);
  frame->merges = 1;
  frame->mergepos = pos;
  frame->after = frame->last;
  frame->sources = (uint32_t)r->nsources;
  frame->want = WANT_MERGE;
  return WK_OK;
}


/* puts a scalar where it belongs, as a key or as a value; *id is its node,
   or 0 when it is `<<` */
static HOT wk_Code put (Reader *r, const yaml_event_t *e, wk_Kind kind,
                        int flags, uint32_t pos, wk_Id *id) {
  const char *s = (const char *)e->data.scalar.value;
  size_t len = e->data.scalar.length;
  Frame *frame = r->frame;
  wk_Code code;
  if (frame->want == WANT_KEY) {
    if (frame->flow && pos > r->skip && r->source[pos - 1] == '?') {
      r->inflow = 1;  /* `{?x: 1}`; libyaml takes the `?` for a sign */
      return wk_yaml_reserved(r, pos - 1);
    }
    if (len == 2 && s[0] == '<' && s[1] == '<' && (flags & WK_PLAIN) &&
        e->data.scalar.tag == NULL) {
      *id = 0;
      return mergekey(r, frame, pos);
    }
    if (kind == WK_INT && s[0] == '+' && (flags & WK_PLAIN) &&
        e->data.scalar.tag == NULL) kind = WK_STRING;  /* an operator, and 5 */
    code = wk_yaml_add(r, (int)kind, flags, pos, s, len, id);
    if (code != WK_OK) return code;
    if (kind != WK_STRING && kind != WK_INT)
      return wk_yaml_badkey(r, *id, pos, len > 0 ? len : 1);
    if ((flags & WK_PLAIN) && len > 0 &&
        (s[0] == '+' || s[0] == '=' || s[0] == '~')) r->tree->operators = 1;
    wk_yaml_key(r, frame, *id);
    return WK_OK;
  }
  if (frame->want == WANT_MERGE ||
      (frame->role == FOR_MERGE && frame->want == WANT_ITEM))
    return wk_yaml_notmerge(r, (int)kind, pos, len > 0 ? len : 1);
  if (kind == WK_STRING) {
    if (!(flags & WK_TAGGED)) flags |= wk_yaml_sigil(s, len);
  }
  else if (len == 0) {
    flags |= WK_EMPTY;
    if (frame->flow && frame->want == WANT_VALUE &&
        (r->tree->nodes[frame->key].flags & WK_PLAIN))
      spacing(r, frame);
  }
  code = wk_yaml_add(r, (int)kind, flags, pos, s, len, id);
  if (code == WK_OK) wk_yaml_place(r, *id);
  return code;
}


COLD static wk_Code toolong (Reader *r, uint32_t pos, size_t len) {
  size_t limit = r->tree->limits.scalar_bytes;
  char n[48], max[48];
  wk_fail(r->fail, WK_ESIZE, "this text is longer than %s",
          wk_yaml_bytes(max, sizeof(max), limit));
  wk_fail_mark(r->fail, pos, 1, "%s", wk_yaml_bytes(n, sizeof(n), len));
  wk_fail_note(r->fail, "the limit `scalar.bytes` is %zu", limit);
  wk_fail_help(r->fail, "raise the limit once: --limit scalar.bytes=%zu", len);
  return WK_ESIZE;
}


/* a scalar with an anchor, a tag or both before it, from `from` on */
COLD static wk_Code dressed (Reader *r, const yaml_event_t *e, uint32_t from) {
  const char *tag = (const char *)e->data.scalar.tag;
  const char *s = (const char *)e->data.scalar.value;
  size_t len = e->data.scalar.length;
  uint32_t pos = wk_yaml_content(r, from, wk_yaml_at(r, e->end_mark.index));
  int flags = r->frame->flow;
  int plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
  wk_Kind kind = WK_STRING;
  wk_Code code = WK_OK;
  wk_Id id = 0, number;
  if (tag != NULL) {
    kind = tagged(r, e, pos, wk_yaml_tagplace(r, from, pos), &code);
    if (code != WK_OK) return code;
    if (strcmp(tag, CORE "str") == 0) flags |= WK_TAGGED;
    if (plain && tag[1] != '\0') flags |= WK_PLAIN;
  }
  else if (plain) {
    kind = wk_scalar_kind(s, len);
    flags |= WK_PLAIN;
    if (kind == WK_NONE) return badnumber(r, s, len, pos);
  }
  code = put(r, e, kind, flags, pos, &id);
  if (code == WK_OK && e->data.scalar.anchor != NULL && id != 0) {
    uint32_t at = from;
    while (at < pos && r->source[at] != '&') at++;
    code = wk_yaml_anchor(r, e->data.scalar.anchor, at, id, 0, &number);
  }
  return code;
}


wk_Code wk_yaml_onscalar (Reader *r, const yaml_event_t *e) {
  size_t len = e->data.scalar.length;
  uint32_t pos = wk_yaml_at(r, e->start_mark.index);
  int flags = r->frame->flow;
  wk_Kind kind = WK_STRING;
  wk_Id id;
  if (len > r->tree->limits.scalar_bytes) return toolong(r, pos, len);
  if (e->data.scalar.anchor != NULL || e->data.scalar.tag != NULL)
    return dressed(r, e, pos);
  if (e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
    const char *s = (const char *)e->data.scalar.value;
    kind = wk_scalar_kind(s, len);
    flags |= WK_PLAIN;
    if (kind == WK_NONE) return badnumber(r, s, len, pos);
  }
  return put(r, e, kind, flags, pos, &id);
}


/* an override's value: nothing but a plain scalar */
wk_Code wk_yaml_scalar (wk_Tree *t, uint16_t doc, uint32_t pos, const char *s,
                        size_t len, wk_Id *id, wk_Fail *f) {
  wk_Kind kind = wk_scalar_kind(s, len);
  const char *p = s, *end = s + len;
  Reader r;
  wk_Code code;
  memset(&r, 0, sizeof(r));
  r.fail = f;
  r.tree = t;
  while (p < end) {
    int n = wk_utf8(p, end);
    if (n == 0) {
      size_t at = pos + (size_t)(p - s);
      wk_fail(f, WK_EENCODING, "this text is not UTF-8 at byte %zu (0x%02X)",
              at, (unsigned)(unsigned char)*p);
      wk_fail_mark(f, at, 1, "byte 0x%02X", (unsigned)(unsigned char)*p);
      return WK_EENCODING;
    }
    p += n;
  }
  if (kind == WK_NONE) return badnumber(&r, s, len, pos);
  if (len > t->limits.scalar_bytes) {
    char max[48];
    wk_fail(f, WK_ESIZE, "this text is longer than %s",
            wk_yaml_bytes(max, sizeof(max), t->limits.scalar_bytes));
    wk_fail_mark(f, pos, 1, "starts here");
    wk_fail_note(f, "the limit `scalar.bytes` is %zu",
                 t->limits.scalar_bytes);
    wk_fail_help(f, "raise the limit once: --limit scalar.bytes=%zu", len);
    return WK_ESIZE;
  }
  code = wk_tree_scalar(t, kind, doc, pos, s, len, id, f);
  if (code == WK_OK) {
    wk_Node *n = wk_tree_node(t, *id);
    n->flags = WK_PLAIN;
    if (kind == WK_STRING) n->flags |= wk_yaml_sigil(s, len);
    if (len == 0) n->flags |= WK_EMPTY;
  }
  return code;
}

/* }====================================================================== */
