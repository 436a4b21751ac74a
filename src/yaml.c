/*
** yaml.c -- libyaml events -> nodes of a tree (see yaml.h).
**
** May call: fail, tree, scalar, and the other files of the room.
**
** One loop, one stack of the lists and maps that are open.  Every limit is
** looked at before what would cross it is made, and then no further event is
** asked for: libyaml's time grows with the square of the depth of [ and {.
*/

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yaml_reader.h"


/*
** {======================================================================
** Small things
** =======================================================================
*/

/* makes an array of the reader twice as large when it has less than `need`
   items.  Fails with ENOMEM. */
wk_Code wk_yaml_grow (Reader *r, void **array, size_t *capacity, size_t size,
                      size_t need) {
  size_t want = *capacity * 2 < 16 ? 16 : *capacity * 2;
  void *p;
  if (need <= *capacity) return WK_OK;
  if (want < need) want = need;
  p = realloc(*array, want * size);
  if (p == NULL)
    return wk_fail(r->fail, WK_ENOMEM, "not enough memory to read this "
                   "document");
  *array = p;
  *capacity = want;
  return WK_OK;
}


/* gives a failure of the tree the place where it was crossed */
wk_Code wk_yaml_located (Reader *r, wk_Code code, uint32_t pos) {
  if (code == WK_ELIMIT && r->fail->nmarks == 0)
    wk_fail_mark(r->fail, pos, 1, "the limit is crossed here");
  return code;
}


const char *wk_yaml_kindname (int kind) {
  static const char *const names[] = {
    "nothing", "null", "a boolean", "an integer", "a float", "a string",
    "a list", "a mapping"
  };
  return names[kind];
}


/* is one of the eight bytes at s a `$`? */
static int dollar (const char *s) {
  uint64_t w;
  memcpy(&w, s, 8);
  w ^= 0x2424242424242424u;
  return ((w - 0x0101010101010101u) & ~w & 0x8080808080808080u) != 0;
}


/* WK_SIGIL when the text starts with a sigil or has a splice, else 0 */
uint8_t wk_yaml_sigil (const char *s, size_t len) {
  const char *p = s, *end = s + len;
  if (len == 0) return 0;
  if (*s == '@' || *s == '%' || *s == '$') return WK_SIGIL;
  if (len >= 8 && len <= 16 && !dollar(s) && !dollar(end - 8)) return 0;
  if (len > 16) {  /* worth a call */
    while ((p = memchr(p, '$', (size_t)(end - p))) != NULL)
      if (++p < end && *p == '{') return WK_SIGIL;
    return 0;
  }
  while (++p < end)
    if (*p == '{' && p[-1] == '$') return WK_SIGIL;
  return 0;
}


/* for a message: a text as it is, shortened */
const char *wk_yaml_shown (char *out, size_t size, const char *s, size_t len) {
  return wk_quote(out, size, s, len, 60);
}

/* }====================================================================== */


/*
** {======================================================================
** Nodes
** =======================================================================
*/

/* makes room for a node and `len` bytes of text.  Fails with ELIMIT, which
   is told where it is crossed, and with ENOMEM. */
wk_Code wk_yaml_room (Reader *r, uint32_t pos, size_t len) {
  wk_Code code = wk_tree_pool(r->tree, len, r->fail);
  if (code == WK_OK) code = wk_tree_room(r->tree, r->fail);
  return code == WK_OK ? code : wk_yaml_located(r, code, pos);
}


/* a config cannot be this */
COLD static wk_Code baddocument (Reader *r, int kind, size_t pos, size_t len) {
  wk_fail(r->fail, WK_EDOCUMENT, "a config is a mapping, and this one is %s",
          wk_yaml_kindname(kind));
  wk_fail_mark(r->fail, pos, len, "%s stands at the top",
               wk_yaml_kindname(kind));
  if (kind == WK_LIST)
    wk_fail_help(r->fail, "give it a key: write `name:` on a line above it");
  return WK_EDOCUMENT;
}

/* }====================================================================== */


/*
** {======================================================================
** Lists and maps
** =======================================================================
*/

COLD static wk_Code toodeep (Reader *r, uint32_t pos) {
  size_t limit = r->tree->limits.document_depth;
  wk_fail(r->fail, WK_EDEPTH,
          "this document is nested more than %zu levels deep", limit);
  wk_fail_mark(r->fail, pos, 1, "level %zu starts here", limit + 1);
  wk_fail_note(r->fail, "the limit `document.depth` is %zu", limit);
  wk_fail_help(r->fail, "raise the limit once: --limit document.depth=%zu",
               limit < 1 ? 2 : limit * 2);
  return WK_EDEPTH;
}


/* a list or map may have its own core tag, and `!` */
static wk_Code checktag (Reader *r, const char *tag, wk_Kind kind,
                         uint32_t tagpos, uint32_t pos) {
  const char *own = kind == WK_MAP ? CORE "map" : CORE "seq";
  if (wk_yaml_tagescape(r, tagpos)) return wk_yaml_badtag(r, tag, tagpos);
  if (strcmp(tag, "!") == 0 || strcmp(tag, own) == 0) return WK_OK;
  if (strncmp(tag, CORE, sizeof(CORE) - 1) == 0) {
    static const char *const names[] = {
      "str", "int", "float", "bool", "null", "map", "seq"
    };
    size_t i;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
      if (strcmp(tag + sizeof(CORE) - 1, names[i]) == 0)
        return wk_yaml_mismatch(r, tag, wk_yaml_kindname((int)kind), tagpos,
                                pos, 1);
  }
  return wk_yaml_badtag(r, tag, tagpos);
}


/* a list or map begins */
static wk_Code begin (Reader *r, const yaml_event_t *e, wk_Kind kind) {
  int ismap = kind == WK_MAP;
  const yaml_char_t *tag = ismap ? e->data.mapping_start.tag
                                 : e->data.sequence_start.tag;
  const yaml_char_t *anchor = ismap ? e->data.mapping_start.anchor
                                    : e->data.sequence_start.anchor;
  int flow = ismap
    ? e->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
    : e->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
  uint32_t from = wk_yaml_at(r, e->start_mark.index), pos = from;
  Frame *up = r->frame, *frame;
  uint64_t before = wk_yaml_produced(r);
  wk_Code code;
  wk_Id id;
  if (tag != NULL || anchor != NULL)
    pos = wk_yaml_content(r, from, r->length);
  if (tag != NULL) {
    code = checktag(r, (const char *)tag, kind, wk_yaml_tagplace(r, from, pos),
                    pos);
    if (code != WK_OK) return code;
  }
  if (r->depth >= r->tree->limits.document_depth) return toodeep(r, pos);
  if (ismap && flow && r->source[pos] == '?' &&
      !(pos + 1 < r->length && strchr(" \t\r\n", r->source[pos + 1]) != NULL)) {
    r->inflow = 1;
    return wk_yaml_reserved(r, pos);
  }
  if (r->depth == 0 && r->top == WK_TOP_MAP && !ismap)
    return baddocument(r, WK_LIST, pos, 1);
  if (up->role == FOR_MERGE && up->want == WANT_ITEM && !ismap)
    return wk_yaml_notmerge(r, WK_LIST, pos, 1);
  if (r->depth + 2 > r->cframes) {
    void *array = r->frames;
    code = wk_yaml_grow(r, &array, &r->cframes, sizeof(Frame), r->depth + 2);
    if (code != WK_OK) return code;
    r->frames = array;
    up = r->frame = &r->frames[r->depth];
  }
  code = wk_yaml_add(r, (int)kind, flow ? WK_FLOW : 0, pos, NULL, 0, &id);
  if (code != WK_OK) return code;
  frame = up + 1;
  memset(frame, 0, offsetof(Frame, hashes));
  if (up->want == WANT_KEY) frame->role = FOR_KEY;
  else if (up->want == WANT_MERGE) frame->role = FOR_MERGE;
  else wk_yaml_place(r, id);
  frame->node = id;
  frame->want = ismap ? WANT_KEY : WANT_ITEM;
  frame->flow = flow ? WK_FLOW : 0;
  frame->before = before;
  r->depth++;
  r->frame = frame;
  if (anchor != NULL) {
    uint32_t at = from;
    while (at < pos && r->source[at] != '&') at++;
    code = wk_yaml_anchor(r, anchor, at, id, 1, &frame->anchor);
  }
  return code;
}


/* a list or map is complete */
static wk_Code finish (Reader *r) {
  Frame *frame = r->frame;
  wk_Id id = frame->node;
  wk_Code code = WK_OK;
  if (frame->merges) code = wk_yaml_merge(r, frame);
  if (code != WK_OK) return code;
  if (frame->anchor != 0) wk_yaml_close(r, frame);
  r->depth--;
  r->frame--;
  if (frame->role == FOR_KEY)
    return wk_yaml_badkey(r, id, r->tree->nodes[id].pos,
                          wk_tree_extent(r->tree, id));
  if (frame->role == FOR_MERGE) {
    r->waste += wk_yaml_produced(r) - frame->before;
    r->frame->want = WANT_KEY;
    code = wk_yaml_source(r, id, NOWHERE);
  }
  return code;
}

/* }====================================================================== */


/*
** {======================================================================
** The loop
** =======================================================================
*/

wk_Code wk_yaml_second (Reader *r, size_t pos) {
  wk_fail(r->fail, WK_EDOCUMENT, "this file holds more than one document");
  wk_fail_mark(r->fail, pos, wk_yaml_word(r, pos),
               "the second document starts here");
  wk_fail_help(r->fail, "move it to a file of its own");
  return WK_EDOCUMENT;
}


/* the only document ends */
COLD static wk_Code enddocument (Reader *r, const yaml_event_t *e) {
  wk_Tree *t = r->tree;
  if (r->top == WK_TOP_MAP && r->root != 0 &&
      t->nodes[r->root].kind != WK_MAP) {
    wk_Node *n = wk_tree_node(t, r->root);
    if (!(n->flags & WK_EMPTY)) {
      const char *s = wk_tree_text(t, n), *colon;
      wk_Code code = baddocument(r, n->kind, n->pos,
                                 wk_tree_extent(t, r->root));
      colon = (n->flags & WK_PLAIN) ? memchr(s, ':', n->size) : NULL;
      if (colon != NULL)
        wk_fail_help(r->fail, "write a space after the `:`");
      else
        wk_fail_help(r->fail, "write a `key: value` on each line");
      return code;
    }
    n->kind = WK_MAP;
    n->flags = 0;
  }
  r->ended = !e->data.document_end.implicit;
  return wk_yaml_rest(r, wk_yaml_at(r, e->end_mark.index));
}


/* the value that the map on top has already for its newest key, or 0 */
static inline wk_Id already (Reader *r) {
  Frame *frame = r->frame;
  uint32_t hash = r->tree->nodes[r->fresh].next, i, n = frame->nkeys++;
  wk_Id key = r->fresh;
  r->fresh = 0;
  if (n >= FEW) return wk_tree_same(r->tree, frame->node, key);
  for (i = 0; i < n; i++)
    if (frame->hashes[i] == hash)
      return wk_tree_same(r->tree, frame->node, key);
  frame->hashes[n] = hash;
  return 0;
}


/* one event becomes nodes */
static inline wk_Code take (Reader *r, const yaml_event_t *e) {
  if (r->fresh != 0) {
    wk_Id first = already(r);
    if (first != 0) return wk_yaml_twice(r, e, first);
  }
  switch (e->type) {
    case YAML_SCALAR_EVENT:
      return wk_yaml_onscalar(r, e);
    case YAML_SEQUENCE_START_EVENT:
      return begin(r, e, WK_LIST);
    case YAML_MAPPING_START_EVENT:
      return begin(r, e, WK_MAP);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
      return finish(r);
    case YAML_ALIAS_EVENT:
      return wk_yaml_alias(r, e, wk_yaml_at(r, e->start_mark.index));
    case YAML_DOCUMENT_START_EVENT:
      if (r->root != 0)
        return wk_yaml_second(r, wk_yaml_at(r, e->start_mark.index));
      return WK_OK;
    case YAML_DOCUMENT_END_EVENT:
      return enddocument(r, e);
    default:
      return WK_OK;
  }
}


/* all events of the stream */
static wk_Code loop (Reader *r) {
  yaml_event_type_t type;
  wk_Code code;
  do {
    yaml_event_t e;
    if (!yaml_parser_parse(&r->parser, &e))
      return r->over ? wk_yaml_toomany(r, 0) : wk_yaml_translate(r);
    r->events++;
    type = e.type;
    code = take(r, &e);
    yaml_event_delete(&e);
    if (r->over && (code != WK_OK || r->events >= WK_EVENTS))
      return wk_yaml_toomany(r, 0);
  } while (code == WK_OK && type != YAML_STREAM_END_EVENT);
  if (code == WK_OK && r->over) return wk_yaml_toomany(r, 1);
  return code;
}


static void release (Reader *r) {
  size_t i;
  for (i = 1; i <= r->nnamed; i++) free(r->anchors[i].name);
  free(r->anchors);
  free(r->names);
  free(r->sources);
  free(r->frames);
}


wk_Code wk_yaml_read (wk_Tree *t, uint16_t doc, int top, wk_Warn warn,
                      void *ud, wk_Id *root, wk_Fail *f) {
  Reader r;
  wk_Code code;
  memset(&r, 0, sizeof(r));
  r.tree = t;
  r.fail = f;
  r.warn = warn;
  r.ud = ud;
  r.doc = doc;
  r.top = top;
  r.source = wk_tree_doc(t, doc)->source;
  r.length = wk_tree_doc(t, doc)->length;
  code = wk_yaml_check(&r);
  if (code != WK_OK) return code;
  r.cframes = 16;
  r.frames = calloc(r.cframes, sizeof(Frame));
  if (r.frames == NULL)
    return wk_fail(f, WK_ENOMEM, "not enough memory to read this document");
  r.frame = r.frames;
  if (!yaml_parser_initialize(&r.parser))
    code = wk_fail(f, WK_ENOMEM, "not enough memory to read this document");
  else {
    wk_tree_reserve(t, r.length / 4, r.length);  /* seldom are there more */
    r.start = t->nnodes > 0 ? t->nnodes : 1;  /* node 0 is no node */
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser,
                                 (const unsigned char *)r.source + r.skip,
                                 r.length - r.skip);
    code = loop(&r);
    yaml_parser_delete(&r.parser);
  }
  t->events += r.events;
  if (code == WK_OK && r.root == 0)  /* nothing but comments */
    code = wk_tree_add(t, top == WK_TOP_MAP ? WK_MAP : WK_NULL, doc,
                       (uint32_t)r.skip, &r.root, f);
  if (code == WK_OK && t->nodes[r.root].kind == WK_NULL &&
      t->nodes[r.root].size == 0)
    t->nodes[r.root].flags |= WK_EMPTY | WK_PLAIN;
  release(&r);
  *root = r.root;
  return code;
}

/* }====================================================================== */
