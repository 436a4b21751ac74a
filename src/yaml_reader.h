/*
** yaml_reader.h -- what the files of the room yaml share; nobody else
** includes it.
**
**   yaml.c          events -> nodes: the loop and the stack
**   yaml_scalar.c   keys, scalars, tags
**   yaml_alias.c    anchors, aliases, merge keys
**   yaml_source.c   what is checked before libyaml sees a byte; positions
**   yaml_message.c  libyaml's messages translated; of those
**   yaml_indent.c   the ones about lines and colons
**   yaml_flow.c     the ones about [] and {}
*/

#ifndef wk_yaml_reader_h
#define wk_yaml_reader_h

#include <yaml.h>

#include "yaml.h"

/* what is seldom called stays out of what is called for every event */
#if defined(__GNUC__)
#define COLD  __attribute__((cold, noinline))
#define HOT   __attribute__((always_inline)) inline
#else
#define COLD
#define HOT   inline
#endif

#define FEW  16    /* keys of a map that are told apart by their hashes alone */

/* what the next node of a frame is */
enum { WANT_ITEM, WANT_KEY, WANT_VALUE, WANT_MERGE };

/* what a frame is for */
enum { FOR_TREE, FOR_KEY, FOR_MERGE };

#define WK_EVENTS  1024        /* how far too many aliases are counted */
#define NOWHERE    UINT32_MAX  /* no place */

/* a list or map that is being read */
typedef struct Frame {
  wk_Id node;
  wk_Id last;         /* the newest child, 0: none yet */
  wk_Id key;          /* of a map: the key whose value comes next */
  wk_Id after;        /* merged keys go behind this child, 0: in front */
  wk_Id anchor;       /* number of its anchor, 0: none */
  uint32_t sources;   /* the first of its merge sources on their stack */
  uint32_t mergepos;  /* the byte of its `<<` */
  uint64_t before;    /* nodes produced before it */
  uint8_t want;
  uint8_t role;
  uint8_t flow;       /* WK_FLOW or 0 */
  uint8_t merges;     /* it has a `<<` */
  uint32_t nkeys;     /* of a map: keys so far, the newest one too */
  uint32_t hashes[FEW];  /* the hashes of the first ones */
} Frame;

/* `&name`, and what it stands for */
typedef struct Anchor {
  char *name;
  size_t len;
  uint32_t hash;
  uint32_t pos;       /* the byte of its `&` */
  wk_Id node;
  uint64_t size;      /* nodes of the subtree; right when it is not open */
  int open;           /* the subtree is still being read */
} Anchor;

/* a map that goes into another one, and the place that says so */
typedef struct Source {
  wk_Id map;
  uint32_t pos;
} Source;

typedef struct Reader {
  yaml_parser_t parser;
  wk_Tree *tree;
  wk_Fail *fail;
  wk_Warn warn;
  void *ud;
  uint16_t doc;
  int top;            /* WK_TOP_MAP, WK_TOP_ANY */
  const char *source; /* the whole document, its BOM too */
  size_t length;
  size_t skip;        /* bytes of the BOM */
  int ascii;          /* then a character is a byte */
  size_t chars, byte; /* the cursor: that many characters end there */
  size_t events;
  wk_Id root;
  int ended;          /* the document was ended by `...` */
  int inflow;         /* for a message: the place is inside [] or {} */
  wk_Id fresh;        /* the newest key, as long as it has no value */
  Frame *frames;      /* the stack; frames[0] stands for the document */
  Frame *frame;       /* its top */
  size_t depth, cframes;
  Anchor *anchors;    /* anchors[0] is unused */
  size_t nanchors, canchors, nnamed;
  wk_Id *names;       /* hash of the anchors */
  size_t cnames;
  Source *sources;    /* stack of merge sources */
  size_t nsources, csources;
  size_t start;       /* nodes of the tree before this document */
  uint64_t waste;     /* nodes that are in no place of the tree */
  uint64_t owed;      /* nodes of aliases that were not copied */
  uint64_t aliased;   /* nodes that aliases added, the owed ones too */
  uint64_t copied;    /* nodes of the tree that aliases and `<<` made */
  size_t naliases;
  int over;           /* alias.nodes is crossed: count, do not copy */
  uint64_t worst;     /* the largest alias, and its place */
  uint32_t worstpos;
} Reader;

/* yaml.c */
wk_Code wk_yaml_grow (Reader *r, void **array, size_t *capacity, size_t size,
                      size_t need);
COLD wk_Code wk_yaml_room (Reader *r, uint32_t pos, size_t len);
wk_Code wk_yaml_second (Reader *r, size_t pos);
wk_Code wk_yaml_located (Reader *r, wk_Code code, uint32_t pos);
uint8_t wk_yaml_sigil (const char *s, size_t len);
const char *wk_yaml_kindname (int kind);
const char *wk_yaml_shown (char *out, size_t size, const char *s, size_t len);

/* yaml_scalar.c */
#define CORE  "tag:yaml.org,2002:"
int wk_yaml_iskey (const wk_Node *n);
wk_Code wk_yaml_badkey (Reader *r, wk_Id key, uint32_t pos, size_t len);
wk_Code wk_yaml_twice (Reader *r, const yaml_event_t *e, wk_Id first);
wk_Code wk_yaml_badtag (Reader *r, const char *tag, uint32_t pos);
wk_Code wk_yaml_mismatch (Reader *r, const char *tag, const char *what,
                          uint32_t tagpos, uint32_t pos, size_t len);
int wk_yaml_tagescape (const Reader *r, uint32_t pos);
uint32_t wk_yaml_tagplace (const Reader *r, uint32_t from, uint32_t to);
wk_Code wk_yaml_onscalar (Reader *r, const yaml_event_t *e);

/* yaml_alias.c */
uint64_t wk_yaml_produced (const Reader *r);
wk_Code wk_yaml_anchor (Reader *r, const yaml_char_t *name, uint32_t pos,
                        wk_Id node, int open, wk_Id *number);
void wk_yaml_close (Reader *r, const Frame *frame);
wk_Code wk_yaml_alias (Reader *r, const yaml_event_t *e, uint32_t pos);
wk_Code wk_yaml_source (Reader *r, wk_Id node, uint32_t pos);
wk_Code wk_yaml_notmerge (Reader *r, int kind, uint32_t pos, size_t len);
wk_Code wk_yaml_merge (Reader *r, Frame *frame);
wk_Code wk_yaml_toomany (Reader *r, int complete);

/* yaml_source.c */
wk_Code wk_yaml_check (Reader *r);
wk_Code wk_yaml_rest (Reader *r, size_t from);
uint32_t wk_yaml_seek (Reader *r, size_t chars);
size_t wk_yaml_namelen (const Reader *r, size_t at);
uint32_t wk_yaml_content (const Reader *r, size_t from, size_t end);
const char *wk_yaml_number (char *out, size_t size, uint64_t n);
const char *wk_yaml_bytes (char *out, size_t size, size_t n);

/* the byte of a mark's index; marks mostly ascend */
static inline uint32_t wk_yaml_at (Reader *r, size_t chars) {
  return r->ascii ? (uint32_t)(r->skip + chars) : wk_yaml_seek(r, chars);
}

/* what stands at a byte; NUL behind the end */
static inline char wk_yaml_byte (const Reader *r, size_t at) {
  return at < r->length ? r->source[at] : '\0';
}

static inline int wk_yaml_isblank (char c) {
  return c == ' ' || c == '\t';
}

static inline int wk_yaml_isend (char c) {
  return c == '\n' || c == '\r' || c == '\0';
}

static inline int wk_yaml_gap (const Reader *r, size_t at) {
  return wk_yaml_isblank(wk_yaml_byte(r, at)) ||
         wk_yaml_isend(wk_yaml_byte(r, at));
}

/* is this an indicator (`:`, `-`): the character with a gap behind it? */
static inline int wk_yaml_is (const Reader *r, size_t at, char c) {
  return wk_yaml_byte(r, at) == c && wk_yaml_gap(r, at + 1);
}

/* yaml_message.c */
wk_Code wk_yaml_translate (Reader *r);
wk_Code wk_yaml_reserved (Reader *r, size_t at);
wk_Code wk_yaml_nameends (Reader *r, size_t open, size_t len);
size_t wk_yaml_first (const Reader *r, size_t at);
const char *wk_yaml_quote (const Reader *r, char *out, size_t size, size_t at,
                           size_t len);
size_t wk_yaml_line (const Reader *r, size_t at);
size_t wk_yaml_column (const Reader *r, size_t at);
size_t wk_yaml_linestart (const Reader *r, size_t at);
size_t wk_yaml_word (const Reader *r, size_t at);
size_t wk_yaml_text (const Reader *r, size_t at);

/* yaml_indent.c, yaml_flow.c */
wk_Code wk_yaml_strange (Reader *r, size_t at, size_t context);
wk_Code wk_yaml_nocolon (Reader *r, size_t at);
wk_Code wk_yaml_colon (Reader *r, size_t at);
wk_Code wk_yaml_flow (Reader *r, size_t at, size_t open);
wk_Code wk_yaml_nonode (Reader *r, size_t at);
wk_Code wk_yaml_inner (Reader *r, size_t at);

/*
** What every event needs, and therefore no call.
*/

/* memcpy for texts that are mostly shorter than a call takes */
static HOT void wk_yaml_copy (char *to, const char *from, size_t len) {
  if (len > 16) memcpy(to, from, len);
  else if (len >= 8) {
    memcpy(to, from, 8);
    memcpy(to + len - 8, from + len - 8, 8);
  }
  else if (len >= 4) {
    memcpy(to, from, 4);
    memcpy(to + len - 4, from + len - 4, 4);
  }
  else {
    to[0] = from[0];
    to[len / 2] = from[len / 2];
    to[len - 1] = from[len - 1];
  }
}

/* adds a node for an event; a copy of the text when it is a scalar */
static HOT wk_Code wk_yaml_add (Reader *r, int kind, int flags, uint32_t pos,
                                const char *s, size_t len, wk_Id *id) {
  wk_Tree *t = r->tree;
  wk_Node *n;
  if (len > t->ctext - t->ntext || t->nnodes >= t->cnodes) {
    wk_Code code = wk_yaml_room(r, pos, len);
    if (code != WK_OK) return code;
  }
  *id = (wk_Id)t->nnodes++;
  n = wk_tree_node(t, *id);
  n->next = n->up = n->prev = 0;
  n->first = s != NULL ? (uint32_t)t->ntext : 0;
  n->size = (uint32_t)len;
  n->pos = pos;
  n->doc = r->doc;
  n->kind = (uint8_t)kind;
  n->flags = (uint8_t)flags;
  if (s != NULL && len > 0) {
    wk_yaml_copy(t->text + t->ntext, s, len);
    t->ntext += len;
  }
  return WK_OK;
}

/* puts a node (the newest, or the top of the newest copy) where the next
   value is wanted */
static HOT void wk_yaml_place (Reader *r, wk_Id id) {
  Frame *frame = r->frame;
  if (frame->want == WANT_VALUE) {
    wk_tree_enter(r->tree, frame->node, frame->last, id);
    frame->want = WANT_KEY;
  }
  else if (r->depth == 0) r->root = id;
  else wk_tree_chain(r->tree, frame->node, frame->last, id);
  frame->last = id;
}

/* the key node of the next value.  Whether the map has it already is asked
   when the value comes, and by then its slot is near. */
static HOT void wk_yaml_key (Reader *r, Frame *frame, wk_Id key) {
  wk_tree_hashkey(r->tree, frame->node, key);
  r->fresh = frame->key = key;
  frame->want = WANT_VALUE;
}

#endif
