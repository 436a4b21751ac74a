/*
** yaml_alias.c -- anchors, aliases (which are copies) and merge keys.
**
** May call: fail, near, tree.
**
** What an alias would add is known before a node is copied: every anchor
** remembers the nodes that its subtree produced, aliases in it expanded.
** When the limit is crossed the document is read on for a while without
** copying, to name the alias that is worst, and never past WK_EVENTS events.
*/

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "near.h"
#include "yaml_reader.h"


#define NEAREST 64    /* longer names are not compared */

#define ENOUGH  (UINT64_MAX / 4)


/* nodes of this document so far, aliases expanded, without what was read
   only to be merged elsewhere or stands for an alias that was not copied */
uint64_t wk_yaml_produced (const Reader *r) {
  return r->tree->nnodes - r->start + r->owed - r->waste;
}


/* the place of a name in the hash: its anchor's, or a free one */
static size_t nameplace (const Reader *r, const char *name, size_t len,
                         uint32_t hash) {
  size_t i = hash & (r->cnames - 1);
  for (; r->names[i] != 0; i = (i + 1) & (r->cnames - 1)) {
    const Anchor *a = &r->anchors[r->names[i]];
    if (a->hash == hash && a->len == len && memcmp(a->name, name, len) == 0)
      break;
  }
  return i;
}


static wk_Code nomemory (Reader *r) {
  return wk_fail(r->fail, WK_ENOMEM, "not enough memory to read this "
                 "document");
}


/* makes the hash of names twice as large */
static wk_Code morenames (Reader *r) {
  size_t size = r->cnames == 0 ? 16 : r->cnames * 2, old = r->cnames, i;
  wk_Id *before = r->names, *names = calloc(size, sizeof(wk_Id));
  if (names == NULL) return nomemory(r);
  r->names = names;
  r->cnames = size;
  for (i = 0; i < old; i++) {
    if (before[i] != 0) {
      const Anchor *a = &r->anchors[before[i]];
      r->names[nameplace(r, a->name, a->len, a->hash)] = before[i];
    }
  }
  free(before);
  return WK_OK;
}


/* binds a name to a node, anew if it had one; *number is the anchor's.
   Fails with ELIMIT (document.anchors), ENOMEM. */
wk_Code wk_yaml_anchor (Reader *r, const yaml_char_t *text, uint32_t pos,
                        wk_Id node, int open, wk_Id *number) {
  const char *name = (const char *)text;
  size_t len = strlen(name), limit = r->tree->limits.document_anchors, i;
  uint32_t hash = wk_tree_hash(r->tree, name, len);
  void *array = r->anchors;
  char next = wk_yaml_byte(r, pos + 1 + len);
  Anchor *a;
  if (!wk_yaml_isblank(next) && !wk_yaml_isend(next) &&
      strchr(",]}", next) == NULL)  /* libyaml would start a value here */
    return wk_yaml_nameends(r, pos, len);
  if (r->nanchors++ >= limit) {
    char n[32];
    wk_fail(r->fail, WK_ELIMIT, "this document has more than %s anchors",
            wk_yaml_number(n, sizeof(n), limit));
    wk_fail_mark(r->fail, pos, len + 1, "one more anchor");
    wk_fail_note(r->fail, "the limit `document.anchors` is %zu", limit);
    wk_fail_help(r->fail, "raise the limit once: --limit document.anchors=%zu",
                 limit < 1 ? 2 : limit * 2);
    return WK_ELIMIT;
  }
  if (r->nnamed + 1 > r->cnames / 2) {
    wk_Code code = morenames(r);
    if (code != WK_OK) return code;
  }
  i = nameplace(r, name, len, hash);
  if (r->names[i] == 0) {
    wk_Code code = wk_yaml_grow(r, &array, &r->canchors, sizeof(Anchor),
                                r->nnamed + 2);
    char *copy;
    if (code != WK_OK) return code;
    r->anchors = array;
    copy = malloc(len + 1);
    if (copy == NULL) return nomemory(r);
    memcpy(copy, name, len + 1);
    r->names[i] = (wk_Id)++r->nnamed;
    a = &r->anchors[r->nnamed];
    a->name = copy;
    a->len = len;
    a->hash = hash;
  }
  a = &r->anchors[r->names[i]];
  a->pos = pos;
  a->node = node;
  a->open = open;
  a->size = 1;
  *number = r->names[i];
  return WK_OK;
}


/* a list or map with an anchor is complete; the name may belong to another
   node by now */
void wk_yaml_close (Reader *r, const Frame *frame) {
  Anchor *a = &r->anchors[frame->anchor];
  if (a->node == frame->node) {
    a->open = 0;
    a->size = wk_yaml_produced(r) - frame->before;
  }
}


/*
** {======================================================================
** What can be wrong with an alias
** =======================================================================
*/

/* the anchor whose name is nearest, or 0 */
static wk_Id nearest (const Reader *r, const char *name, size_t len) {
  int best = len / 3 > 1 ? (int)(len / 3) : 1;
  wk_Id found = 0;
  size_t i;
  for (i = 1; len <= NEAREST && i <= r->nnamed; i++) {
    const Anchor *a = &r->anchors[i];
    int d = wk_near_distance(name, len, a->name, a->len, best);
    if (d < best || (d == best && found == 0)) {
      best = d;
      found = (wk_Id)i;
    }
  }
  return found;
}


static int byname (const void *a, const void *b) {
  return strcmp((*(const Anchor *const *)a)->name,
                (*(const Anchor *const *)b)->name);
}


/* a note with the anchors there are, at most ten of them, sorted */
static void listanchors (Reader *r) {
  const Anchor *some[11];
  char text[WK_FAIL_TEXT];
  size_t n = r->nnamed < 11 ? r->nnamed : 11, used = 0, i;
  for (i = 0; i < n; i++) some[i] = &r->anchors[i + 1];
  if (n == 0) return;
  qsort(some, n, sizeof(some[0]), byname);
  text[0] = '\0';
  for (i = 0; i < n && i < 10; i++) {
    char name[32];
    used += (size_t)snprintf(text + used, sizeof(text) - used, "%s&%s",
                             i == 0 ? "" : ", ",
                             wk_quote(name, sizeof(name), some[i]->name,
                                      some[i]->len, 24));
    if (used >= sizeof(text) - 40) break;
  }
  wk_fail_note(r->fail, "anchors before it: %s%s", text,
               i < r->nnamed && r->nnamed > 10 ? ", \xE2\x80\xA6" : "");
}


static wk_Code unknown (Reader *r, const char *name, size_t len,
                        uint32_t pos) {
  char quoted[96], near[96];
  wk_Id best = nearest(r, name, len);
  wk_quote(quoted, sizeof(quoted), name, len, 40);
  wk_fail(r->fail, WK_EALIAS, "the alias `*%s` has no anchor", quoted);
  wk_fail_mark(r->fail, pos, len + 1, "no `&%s` stands before it", quoted);
  if (best != 0)
    wk_fail_help(r->fail, "did you mean `*%s`?",
                 wk_quote(near, sizeof(near), r->anchors[best].name,
                          r->anchors[best].len, 40));
  else {
    listanchors(r);
    wk_fail_help(r->fail, "to mean the text, quote it: `\"*%s\"`", quoted);
  }
  return WK_EALIAS;
}


static wk_Code loop (Reader *r, const Anchor *a, uint32_t pos) {
  char name[96];
  wk_quote(name, sizeof(name), a->name, a->len, 40);
  wk_fail(r->fail, WK_EALIASLOOP,
          "the alias `*%s` stands inside the node that it names", name);
  wk_fail_mark(r->fail, pos, a->len + 1, "would contain itself");
  wk_fail_mark(r->fail, a->pos, a->len + 1, "`&%s` names this node", name);
  wk_fail_help(r->fail, "an alias is a copy; to refer to an object use a "
                        "reference: `\"@key\"`");
  return WK_EALIASLOOP;
}


/* the limit alias.nodes was crossed */
wk_Code wk_yaml_toomany (Reader *r, int complete) {
  size_t limit = r->tree->limits.alias_nodes, len = 1;
  char max[32], below[32], own[32];
  while (r->worstpos + len < r->length &&
         strchr(" \t\r\n,]}:", r->source[r->worstpos + len]) == NULL)
    len++;
  wk_fail(r->fail, WK_EALIASES, "expanding the aliases of this document "
          "would add more than %s nodes",
          wk_yaml_number(max, sizeof(max), limit));
  wk_fail_mark(r->fail, r->worstpos, len, "%s nodes below this alias",
               wk_yaml_number(below, sizeof(below), r->worst));
  if (complete)
    wk_fail_note(r->fail, "the file itself has %s nodes; the limit "
                 "`alias.nodes` is %zu",
                 wk_yaml_number(own, sizeof(own), r->tree->nnodes -
                                r->start - r->copied + r->naliases), limit);
  else
    wk_fail_note(r->fail, "the limit `alias.nodes` is %zu", limit);
  return WK_EALIASES;
}

/* }====================================================================== */


/*
** {======================================================================
** Aliases
** =======================================================================
*/

/* counts what an alias adds, before it is added; gives 1 when it may be.
   Sums stop at ENOUGH, which no memory holds. */
static int count (Reader *r, uint64_t size, uint32_t pos) {
  if (size > ENOUGH) size = ENOUGH;
  r->naliases++;
  if (size > r->worst) {
    r->worst = size;
    r->worstpos = pos;
  }
  r->aliased = r->aliased > ENOUGH - size ? ENOUGH : r->aliased + size;
  if (r->aliased > r->tree->limits.alias_nodes) r->over = 1;
  if (r->over)
    r->owed = r->owed > ENOUGH - size ? ENOUGH : r->owed + size;
  return !r->over;
}


/* an alias as a key: a copy of a string or an integer */
static wk_Code aliaskey (Reader *r, Frame *frame, const Anchor *a,
                         uint32_t pos) {
  wk_Tree *t = r->tree;
  wk_Id key;
  size_t added;
  wk_Code code;
  if (!wk_yaml_iskey(wk_tree_node(t, a->node)))
    return wk_yaml_badkey(r, a->node, pos, a->len + 1);
  count(r, 1, pos);
  code = wk_tree_copy(t, a->node, 0, &key, &added, r->fail);
  if (code == WK_OK) code = wk_tree_via(t, key, r->doc, pos, r->fail);
  if (code != WK_OK) return wk_yaml_located(r, code, pos);
  r->copied++;
  t->nodes[key].flags &= (uint8_t)~WK_SIGIL;
  wk_yaml_key(r, frame, key);
  return WK_OK;
}


/* an alias as the value of `<<`: a map or a list of maps.  Counted here, and
   copied when the map that it goes into is complete. */
static wk_Code aliasmerge (Reader *r, Frame *frame, const Anchor *a,
                           uint32_t pos) {
  int kind = r->tree->nodes[a->node].kind;
  if (kind != WK_MAP && kind != WK_LIST)
    return wk_yaml_notmerge(r, kind, pos, a->len + 1);
  frame->want = WANT_KEY;
  return count(r, a->size, pos) ? wk_yaml_source(r, a->node, pos) : WK_OK;
}


/* an alias as a value: a copy; or a null in its place once aliases are only
   counted */
static wk_Code aliasvalue (Reader *r, const Anchor *a, uint32_t pos) {
  wk_Tree *t = r->tree;
  size_t added = 1;
  wk_Node *n;
  wk_Code code;
  wk_Id id;
  if (count(r, a->size, pos)) {
    code = wk_tree_copy(t, a->node, 0, &id, &added, r->fail);
    if (code == WK_OK) code = wk_tree_via(t, id, r->doc, pos, r->fail);
  }
  else {
    code = wk_tree_add(t, WK_NULL, r->doc, pos, &id, r->fail);
    r->waste++;
  }
  if (code != WK_OK) return wk_yaml_located(r, code, pos);
  r->copied += added;
  n = wk_tree_node(t, id);
  if (n->kind == WK_STRING && !(n->flags & WK_TAGGED))  /* was it a key? */
    n->flags |= wk_yaml_sigil(wk_tree_text(t, n), n->size);
  wk_yaml_place(r, id);
  return WK_OK;
}


wk_Code wk_yaml_alias (Reader *r, const yaml_event_t *e, uint32_t pos) {
  const char *name = (const char *)e->data.alias.anchor;
  size_t len = strlen(name);
  Frame *frame = r->frame;
  const Anchor *a;
  wk_Id number = 0;
  if (r->cnames > 0)
    number = r->names[nameplace(r, name, len,
                                wk_tree_hash(r->tree, name, len))];
  if (number == 0) return unknown(r, name, len, pos);
  a = &r->anchors[number];
  if (a->open) return loop(r, a, pos);
  if (frame->want == WANT_KEY) return aliaskey(r, frame, a, pos);
  if (frame->want == WANT_MERGE) return aliasmerge(r, frame, a, pos);
  if (frame->role == FOR_MERGE && frame->want == WANT_ITEM &&
      r->tree->nodes[a->node].kind != WK_MAP)
    return wk_yaml_notmerge(r, r->tree->nodes[a->node].kind, pos, len + 1);
  return aliasvalue(r, a, pos);
}

/* }====================================================================== */


/*
** {======================================================================
** Merge keys
** =======================================================================
*/

/* the value of `<<` is neither a map nor a list of maps */
wk_Code wk_yaml_notmerge (Reader *r, int kind, uint32_t pos, size_t len) {
  wk_fail(r->fail, WK_EMERGE, "`<<` merges mappings, and this is %s",
          wk_yaml_kindname(kind));
  wk_fail_mark(r->fail, pos, len, "not a mapping");
  wk_fail_note(r->fail, "`<<` takes a mapping, an alias of one, or a list "
                        "of those");
  wk_fail_help(r->fail, "to mean a key of this name, quote it: `\"<<\":`");
  return WK_EMERGE;
}


static wk_Code push (Reader *r, wk_Id map, uint32_t pos) {
  void *array = r->sources;
  wk_Code code = wk_yaml_grow(r, &array, &r->csources, sizeof(Source),
                              r->nsources + 1);
  if (code != WK_OK) return code;
  r->sources = array;
  r->sources[r->nsources].map = map;
  r->sources[r->nsources++].pos = pos;
  return WK_OK;
}


/* remembers a map, or the maps of a list, for the frame that is on top; pos
   is the alias that names it, or NOWHERE when it is written there */
wk_Code wk_yaml_source (Reader *r, wk_Id node, uint32_t pos) {
  const wk_Tree *t = r->tree;
  wk_Code code = WK_OK;
  wk_Id v;
  if (t->nodes[node].kind == WK_MAP)
    return push(r, node, pos == NOWHERE ? t->nodes[node].pos : pos);
  for (v = t->nodes[node].first; v != 0 && code == WK_OK;
       v = t->nodes[v].next) {
    const wk_Via *via = wk_tree_viaof(t, v);
    if (t->nodes[v].kind != WK_MAP) {
      wk_fail(r->fail, WK_EMERGE, "`<<` merges mappings, and this list holds "
              "%s", wk_yaml_kindname(t->nodes[v].kind));
      wk_fail_mark(r->fail, pos, 1, "names a list");
      wk_fail_mark(r->fail, t->nodes[v].pos, wk_tree_extent(t, v),
                   "not a mapping");
      return WK_EMERGE;
    }
    code = push(r, v, pos != NOWHERE ? pos : via != NULL ? via->pos
                                                         : t->nodes[v].pos);
  }
  return code;
}


/* copies what the frame's map merges and has not itself, in the place of
   its `<<`; of two sources the first wins */
wk_Code wk_yaml_merge (Reader *r, Frame *frame) {
  wk_Tree *t = r->tree;
  wk_Id map = frame->node, last = frame->after;
  wk_Id rest = last != 0 ? t->nodes[last].next : t->nodes[map].first;
  size_t i;
  for (i = frame->sources; i < r->nsources; i++) {
    uint32_t pos = r->sources[i].pos;
    wk_Id v = t->nodes[r->sources[i].map].first;
    for (; v != 0; v = t->nodes[v].next) {
      size_t added;
      wk_Id copy;
      wk_Code code;
      if (wk_tree_same(t, map, v - 1) != 0) continue;
      code = wk_tree_copy(t, v, 1, &copy, &added, r->fail);
      if (code == WK_OK) code = wk_tree_via(t, copy, r->doc, pos, r->fail);
      if (code != WK_OK) return wk_yaml_located(r, code, pos);
      r->copied += added;
      wk_tree_enter(t, map, last, copy);
      t->nodes[copy].next = rest;
      last = copy;
    }
  }
  r->nsources = frame->sources;
  return WK_OK;
}

/* }====================================================================== */
