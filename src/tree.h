/*
** tree.h -- documents as nodes in an arena: kind, text, mark, and the node
** each one replaced.
**
** May call: fail, scalar (integer keys), lex (the marks of Lua texts).  Never
** touches a lua_State.
**
** A tree holds every document that was read for one config, and every
** override.  Nodes are numbers (wk_Id, 0 is none); they are never freed
** before the tree and never move in number, so an id is a stable name.
** Pointers into the tree (wk_tree_node, wk_tree_text) live until the next
** call that adds nodes or text.
**
**   map   `first` is the first value; the key of value v is node v - 1;
**         `next` links the values; `size` counts them.  The key node says
**         in `up` its map and keeps in `next` the hash of the key.
**   list  `first` is the first item, `next` links, `size` counts.
**   scalar  `first` is the offset of its text in the pool, `size` its bytes.
**
** A node that is replaced keeps its number: its old content moves to a new
** node, which `prev` names (newest first).  So provenance costs one field.
** A value that is deleted stays in its place as a node of kind WK_NONE, with
** the mark of the deletion, until wk_tree_sweep; no value is left out of a
** list before, so places in it stay as they were written.
*/

#ifndef wk_tree_h
#define wk_tree_h

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "fail.h"

typedef uint32_t wk_Id;

typedef enum wk_Kind {
  WK_NONE,     /* deleted, disabled or absent: `prev` is what was there */
  WK_NULL, WK_BOOL, WK_INT, WK_FLOAT, WK_STRING,   /* scalars, with text */
  WK_LIST, WK_MAP,
  WK_OBJECT,   /* evaluate: the object or late value of node `first` */
  WK_LATE,     /* evaluate: an expression that waits for build */
  WK_HOST      /* a value of the host program (function, userdata) */
} wk_Kind;

/* flags of a node */
#define WK_PLAIN     0x01   /* a scalar or key written without quotes */
#define WK_FLOW      0x02   /* written inside [] or {}, or is one */
#define WK_SIGIL     0x04   /* a string that starts with @ % $ or has ${ */
#define WK_TAGGED    0x08   /* `!!str`: plain text, no sigils */
#define WK_COMPONENT 0x10   /* a map with the key `_target_` */
#define WK_INDEXED   0x20   /* a map whose keys are in the tree's hash */
#define WK_EMPTY     0x40   /* a null that was written as nothing */
#define WK_ABSENT    0x80   /* unlinked: no longer part of the config */
/* what some of these bits mean on nodes that cannot have the above */
#define WK_MERGED    0x01   /* a map or list: laid over `prev`, which is part
                               of it; WK_NONE: went with its constructor */
#define WK_ASIS      0x08   /* a component: children are handed over as they
                               are (`_recursive_: false`) */
/* WK_EMPTY on a map: an empty table of Lua, which may be a list as well */

typedef struct wk_Node {
  wk_Id next;       /* next value of the same map or list */
  wk_Id up;         /* the map or list it is in; 0 at the top */
  uint32_t first;   /* first child, or offset of the text, or an id */
  uint32_t size;    /* number of children, or bytes of the text */
  uint32_t pos;     /* byte in the source of its document, from 0 */
  wk_Id prev;       /* what stood here before; 0: nothing */
  uint16_t doc;     /* its document, from 1 */
  uint8_t kind;     /* a wk_Kind */
  uint8_t flags;
} wk_Node;

/* where a document came from */
typedef enum wk_Origin {
  WK_FILE,     /* a file; `name` is its path */
  WK_ARGV,     /* an override; `number` is its place among them, from 1 */
  WK_TABLE     /* a table of the host program; has no source */
} wk_Origin;

/* a character of a source: its byte, its line and column (from 1), and where
   the line begins */
typedef struct wk_Stake { size_t at, line, start, column; } wk_Stake;

typedef struct wk_Doc {
  wk_Origin origin;
  int number;
  int islua;         /* the source is Lua, not YAML: set by who reads it */
  char *name;        /* owned by the tree; NUL-ended */
  char *source;      /* its bytes, owned by the tree; NUL-ended */
  size_t length;
  int kept;          /* it is part of a tree, which frees its stakes: */
  wk_Stake *stakes;  /* one each so many bytes, set as far as was asked */
  size_t nstakes;
} wk_Doc;

/* how much a config may cost before it is refused: where it is kept, the name
   by which it is raised or lowered, and what it is where nobody does that */
#define WK_LIMITS(X) \
  X(document_bytes,  "document.bytes",  16777216) \
  X(document_depth,  "document.depth",  256) \
  X(config_nodes,    "config.nodes",    1000000) \
  X(alias_nodes,     "alias.nodes",     100000) \
  X(scalar_bytes,    "scalar.bytes",    1048576) \
  X(document_anchors, "document.anchors", 10000) \
  X(document_nesting, "document.nesting", 16) \
  X(value_bytes,     "value.bytes",     67108864) \
  X(value_nodes,     "value.nodes",     1000000) \
  X(module_bytes,    "module.bytes",    8388608) \
  X(plugin_bytes,    "plugin.bytes",    67108864) \
  X(lua_steps,       "lua.steps",       1000000) \
  X(lua_bytes,       "lua.bytes",       16777216)

typedef struct wk_Limits {
#define X(field, name, deflt) size_t field;
  WK_LIMITS(X)
#undef X
} wk_Limits;

/* one key of a large map: the hash of key and map, and the value (0: free) */
typedef struct wk_Slot { uint32_t hash; wk_Id value; } wk_Slot;
/* the items of a long list, as far as they were asked for, by their places;
   where an item is in which of them (place from 1, 0: in none) */
typedef struct wk_Row { wk_Id first; uint32_t size, capacity; wk_Id *items; }
  wk_Row;
typedef struct wk_Seat { wk_Id first; uint32_t place; } wk_Seat;
typedef struct wk_Via { wk_Id node; uint32_t pos; uint16_t doc; } wk_Via;

typedef struct wk_Tree {
  wk_Node *nodes;      /* nodes[0] is unused */
  char *text;          /* the pool of keys and scalars */
  wk_Doc **docs;       /* each stays where it is; docs[0] is unused */
  wk_Slot *slots;      /* one hash for the keys of all large maps */
  wk_Via *vias;        /* hash: which node was copied by which alias */
  wk_Row *rows;        /* hash: the chains of long lists by their first item */
  wk_Seat *seats;      /* one a node, once such a list was asked */
  size_t nnodes, cnodes, ntext, ctext, ndocs, cdocs;
  size_t nslots, cslots, nvias, cvias, nrows, crows, cseats;
  uint64_t seed;       /* of the hash; random per tree */
  wk_Limits limits;    /* set them before the first node is added */
  size_t events;       /* libyaml events read so far, counted for tests */
  size_t vanished;     /* nodes that became WK_NONE since the last sweep */
  int operators;       /* a plain key that begins with + = ~ was read */
  int forgets;         /* keeps nothing of what is replaced; to measure what
                          keeping it costs, no room works with such a tree */
} wk_Tree;

/* an empty tree with the default limits; no memory is taken yet */
void wk_tree_init (wk_Tree *t);
void wk_tree_free (wk_Tree *t);

/* a new document; copies name and source (source may be NULL).
   *doc is its number. */
wk_Code wk_tree_document (wk_Tree *t, wk_Origin origin, int number,
                          const char *name, const char *source, size_t length,
                          uint16_t *doc, wk_Fail *f);
/* document `doc` of the tree; it stays where it is as long as the tree */
static inline wk_Doc *wk_tree_doc (const wk_Tree *t, size_t doc) {
  return t->docs[doc];
}
/* the same, or NULL for 0, which stands for none */
static inline wk_Doc *wk_tree_finddoc (const wk_Tree *t, size_t doc) {
  return doc > 0 && doc < t->ndocs ? t->docs[doc] : NULL;
}

/* a new node of kind `kind`, not linked anywhere.  Consecutive calls give
   consecutive ids.  Fails with ELIMIT (config.nodes) or ENOMEM. */
wk_Code wk_tree_add (wk_Tree *t, wk_Kind kind, uint16_t doc, uint32_t pos,
                     wk_Id *id, wk_Fail *f);
/* a new scalar node (or key) with a copy of its text */
wk_Code wk_tree_scalar (wk_Tree *t, wk_Kind kind, uint16_t doc, uint32_t pos,
                        const char *s, size_t len, wk_Id *id, wk_Fail *f);


#define wk_tree_node(t, id)  (&(t)->nodes[id])
/* the text of a scalar or key; a tree without any text has no pool */
#define wk_tree_text(t, n) \
  ((t)->text != NULL ? (t)->text + (n)->first : "")

/*
** What the reader adds nodes with: the same as wk_tree_add and wk_tree_link,
** without a call for what needs none.  wk_tree_take gives a node whose
** fields are not set, or 0 when wk_tree_room must be asked first.
*/
static inline wk_Id wk_tree_take (wk_Tree *t) {
  return t->nnodes < t->cnodes ? (wk_Id)t->nnodes++ : 0;
}
wk_Code wk_tree_room (wk_Tree *t, wk_Fail *f);   /* room for one more node */
wk_Code wk_tree_pool (wk_Tree *t, size_t len, wk_Fail *f);  /* and of text */

/* puts child behind `last` (0: first); for a list, or a map without hash */
static inline void wk_tree_chain (wk_Tree *t, wk_Id up, wk_Id last,
                                  wk_Id child) {
  wk_Node *n = t->nodes;
  if (last != 0) n[last].next = child;
  else n[up].first = child;
  n[up].size++;
  n[child].up = up;
}

/* the hash of a key node, into that node; what it leads to in a hashed map
   is fetched meanwhile */
void wk_tree_hashkey (wk_Tree *t, wk_Id map, wk_Id key);
/* the value in `map` whose key equals the key node `key`, which has its hash
   and need not be linked; 0 when there is none */
wk_Id wk_tree_same (wk_Tree *t, wk_Id map, wk_Id key);

/* inside the room only: a value of a hashed map into the hash and out of it;
   all values of a map out of it */
void wk_tree_hashin (wk_Tree *t, wk_Id map, wk_Id value);
void wk_tree_hashout (wk_Tree *t, wk_Id map, wk_Id value);
void wk_tree_unhash (wk_Tree *t, wk_Id map);
/* and: an item is taken out of its list; what is known of all lists is
   freed */
void wk_tree_leave (wk_Tree *t, wk_Id item);
void wk_tree_norows (wk_Tree *t);
/* and: the value `id` has another kind or key: a map is a component when, and
   only when, it has the key `_target_` */
void wk_tree_noticetarget (wk_Tree *t, wk_Id id);

#define WK_TARGET      "_target_"
#define WK_TARGETSIZE  (sizeof(WK_TARGET) - 1)

/* is the key node of value `value` the word that makes a map a component? */
static inline int wk_tree_istarget (const wk_Tree *t, wk_Id value) {
  const wk_Node *n = wk_tree_node(t, value - 1);
  return n->size == WK_TARGETSIZE && n->kind == WK_STRING &&
         memcmp(wk_tree_text(t, n), WK_TARGET, WK_TARGETSIZE) == 0;
}

/* wk_tree_link into a map, for a key node that has its hash */
static inline void wk_tree_enter (wk_Tree *t, wk_Id map, wk_Id last,
                                  wk_Id child) {
  wk_tree_chain(t, map, last, child);
  t->nodes[child - 1].up = map;
  if (wk_tree_istarget(t, child)) t->nodes[map].flags |= WK_COMPONENT;
  if (t->nodes[map].flags & WK_INDEXED) wk_tree_hashin(t, map, child);
}

/* room for so many nodes and bytes of text, if there is the memory */
void wk_tree_reserve (wk_Tree *t, size_t nodes, size_t text);

/* a hash with the tree's seed; for tables that hold hostile names */
uint32_t wk_tree_hash (const wk_Tree *t, const char *s, size_t len);

/* put `child` last in the map or list `up` (in a map, child - 1 must be its
   key node).  `last` is the child that was last, or 0 to have it found. */
void wk_tree_link (wk_Tree *t, wk_Id up, wk_Id last, wk_Id child);
/* take a value out of its map or list; it and its subtree get WK_ABSENT on
   their top node and keep `up` */
void wk_tree_unlink (wk_Tree *t, wk_Id child);

/* node `id` takes over the content (kind, text or children, mark, flags) of
   the unlinked node `from`; its own old content moves to a new node that
   `prev` then names.  Place, key and number stay. */
wk_Code wk_tree_replace (wk_Tree *t, wk_Id id, wk_Id from, wk_Fail *f);

/* a deep copy of the subtree `id` (nodes keep their marks).  If with_key, a
   copy of its key node comes first, so that the copy can be linked in a map.
   `added` counts the nodes; vias are copied too.  When it fails, nothing is
   added.  No recursion. */
wk_Code wk_tree_copy (wk_Tree *t, wk_Id id, int with_key, wk_Id *copy,
                      size_t *added, wk_Fail *f);

/* the value of a string key, or of an integer key, in the map `id`; 0 when
   absent.  Large maps are hashed at the first look. */
wk_Id wk_tree_find (wk_Tree *t, wk_Id id, const char *key, size_t len);
wk_Id wk_tree_findint (wk_Tree *t, wk_Id id, int64_t key);
/* the item n (from 1; from the end when negative) of a list, 0 when absent.
   A list is walked once, however many of its items are asked for. */
wk_Id wk_tree_item (wk_Tree *t, wk_Id id, int64_t n);
/* the node with the map or list that this one is in, `up` or what `up` was
   before it vanished; 0 at the top */
wk_Id wk_tree_holder (const wk_Tree *t, wk_Id id);
/* the place (from 1) of an item in its list; 0 when it is in none any more */
size_t wk_tree_index (wk_Tree *t, wk_Id id);

/*
** {======================================================
** Composition (tree_merge.c, tree_vanish.c)
** =======================================================
*/

/* what a key says of its value: `k`, `+k`, `=k`, `~k`, `~?k` */
typedef enum wk_Op {
  WK_SET, WK_ADD, WK_WHOLE, WK_DELETE, WK_DELETEANY
} wk_Op;

/* what does not fit when one tree is laid over another */
typedef enum wk_Misfit {
  WK_MIX,        /* a map over a scalar or list, or the reverse */
  WK_NOLIST,     /* `+k` where `base` is no list, or a map and `over` none */
  WK_ABSENTKEY,  /* `~k`: the map `base` has no such key */
  WK_TWICE,      /* `over` and `base` are two forms of one key in one map */
  WK_NOKEY,      /* an operator without a key */
  WK_VALUED,     /* `~k` with a value */
  WK_PATCH       /* `base` is a copy (`%x`): `over` is to be laid over what
                    it will be */
} wk_Misfit;

typedef struct wk_Clash {
  wk_Misfit what;
  wk_Op op, below;    /* of `over`; for WK_TWICE, that of `base` */
  wk_Id base, over;   /* values; for WK_ABSENTKEY base is the map */
} wk_Clash;

/* a growing list; begins as zeros, `list` is the caller's to free */
typedef struct wk_Clashes {
  wk_Clash *list;
  size_t count, capacity;
} wk_Clashes;

/*
** Lays the unlinked node `over` over the node `base`: maps merge, everything
** else replaces; key operators in `over` are obeyed at every depth (op: that
** of the pair itself, no deletion).  `???` replaces nothing.  A map that
** names another `_target_` lets the options of the old one vanish.  What does
** not fit goes into `clashes` and is left out.  `over` is used up.  Fails with
** ELIMIT, ENOMEM; then the tree can be freed and nothing else.
*/
wk_Code wk_tree_lay (wk_Tree *t, wk_Id base, wk_Id over, wk_Op op,
                     wk_Clashes *clashes, wk_Fail *f);
/* the same for a tree that is laid over nothing */
wk_Code wk_tree_settle (wk_Tree *t, wk_Id top, wk_Clashes *clashes,
                        wk_Fail *f);
/* the value `id` becomes WK_NONE, with the mark of who says so; dropped: it
   goes with its constructor */
wk_Code wk_tree_vanish (wk_Tree *t, wk_Id id, uint16_t doc, uint32_t pos,
                        int dropped, wk_Fail *f);
/* takes the vanished values of the subtree out of its maps and lists; they
   keep their `up` */
void wk_tree_sweep (wk_Tree *t, wk_Id top);
/* is it `???`?  Is it a string that stands for a copy (`%x`, not `%%x`)? */
int wk_tree_ismissing (const wk_Tree *t, wk_Id id);
int wk_tree_iscopy (const wk_Tree *t, wk_Id id);
/* a string with a sigil or a splice that is not doubled: no text of its own */
int wk_tree_iscomputed (const wk_Tree *t, wk_Id id);

/* }====================================================== */

/* remember / tell that the copy `node` was written as an alias at pos; only
   the top node of a copy has one */
wk_Code wk_tree_via (wk_Tree *t, wk_Id node, uint16_t doc, uint32_t pos,
                     wk_Fail *f);
const wk_Via *wk_tree_viaof (const wk_Tree *t, wk_Id node);

/* line and column, both from 1, the column in characters (a byte that is no
   UTF-8 counts as one), of a byte of a source; *start and *stop: the bytes of
   that line, without its end.  Lines end at \n, \r\n and \r. */
void wk_place (const char *source, size_t length, size_t byte, size_t *line,
               size_t *column, size_t *start, size_t *stop);
/* the same for the source of a document.  One in a tree is read through once:
   places cost little, in whatever order and however long the lines are. */
void wk_doc_place (wk_Doc *doc, size_t byte, size_t *line, size_t *column,
                   size_t *start, size_t *stop);
/* what was counted is forgotten: the source of the document was changed */
void wk_doc_forget (wk_Doc *doc);
/* the first line end at `byte` of a document or behind it, or its length */
size_t wk_doc_lineend (wk_Doc *doc, size_t byte);
/* how many bytes the node covers in its source, at least 1, for a caret:
   never past the end of its first line */
size_t wk_tree_extent (const wk_Tree *t, wk_Id id);
/* the same for what stands at `pos` in a Lua text: a key or a value */
size_t wk_tree_width (const wk_Tree *t, uint16_t doc, size_t pos);
/* the byte in the source where the text of a scalar begins, if the source has
   it as it is, without escapes; else WK_UNWRITTEN.  The sigil of a reference
   in a Lua text is not written there: it is thought before its text. */
#define WK_UNWRITTEN  ((size_t)-1)
size_t wk_tree_written (const wk_Tree *t, wk_Id id);
/* where the bytes first to last (from 0) of a scalar's text are in its source:
   gives 1, with what of them is on one line in *length; 0 when the source has
   them in other words (escapes) */
int wk_tree_spot (const wk_Tree *t, wk_Id id, size_t first, size_t last,
                  size_t *byte, size_t *length);

#endif
