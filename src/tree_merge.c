/*
** tree_merge.c -- one tree laid over another, with the key operators
** `+k`, `=k`, `~k` and `~?k` (tree.h).
**
** May call: fail, scalar.  Never touches a lua_State, never calls itself.
**
** The tree that is laid over gives its nodes away: they are linked into the
** tree below, or their content moves into a node there.  What stood there
** before is kept as `prev`, so nothing is lost that `explain` may be asked
** for.  What does not fit is written into a list of clashes and left out;
** the caller, who knows the documents, tells it.
*/

#include <stdlib.h>
#include <string.h>

#include "scalar.h"
#include "tree.h"


/* a map that is being laid over another one */
typedef struct Frame {
  wk_Id base;
  wk_Id next;   /* the value of the upper map that comes next, 0: done */
  wk_Id last;   /* the last value of the lower map, 0: not looked for yet */
} Frame;

typedef struct Lay {
  wk_Tree *tree;
  wk_Fail *fail;
  wk_Clashes *clashes;
  Frame *frames;
  size_t depth, capacity;
} Lay;


static wk_Code nomemory (wk_Fail *f) {
  return wk_fail(f, WK_ENOMEM, "not enough memory to compose this config");
}


/* takes down what does not fit */
static wk_Code clash (Lay *l, wk_Misfit what, wk_Op op, wk_Id base,
                      wk_Id over) {
  wk_Clashes *list = l->clashes;
  wk_Clash *c;
  if (list->count >= list->capacity) {
    size_t want = list->capacity == 0 ? 8 : list->capacity * 2;
    void *p = realloc(list->list, want * sizeof(wk_Clash));
    if (p == NULL) return nomemory(l->fail);
    list->list = p;
    list->capacity = want;
  }
  c = &list->list[list->count++];
  c->what = what;
  c->op = op;
  c->below = WK_SET;
  c->base = base;
  c->over = over;
  return WK_OK;
}


/*
** {======================================================================
** What a key says
** =======================================================================
*/

/* the operator of a key node, and how many bytes it takes */
static wk_Op operator (const wk_Tree *t, const wk_Node *key, uint32_t *len) {
  const char *s = wk_tree_text(t, key);
  *len = 0;
  if (!(key->flags & WK_PLAIN) || key->kind != WK_STRING || key->size == 0)
    return WK_SET;
  *len = 1;
  switch (*s) {
    case '+': return WK_ADD;
    case '=': return WK_WHOLE;
    case '~':
      if (key->size > 1 && s[1] == '?') {
        *len = 2;
        return WK_DELETEANY;
      }
      return WK_DELETE;
    default: *len = 0; return WK_SET;
  }
}


/* takes the operator off a key, which then is typed and hashed as if it had
   been written without */
static void rename_key (wk_Tree *t, wk_Id map, wk_Id key, uint32_t skip) {
  wk_Node *n = wk_tree_node(t, key);
  n->first += skip;
  n->size -= skip;
  if (wk_scalar_kind(wk_tree_text(t, n), n->size) == WK_INT)
    n->kind = WK_INT;
  wk_tree_hashkey(t, map, key);
}


/* *other: the value under another form of the same key in this map, or 0.
   Fails with ENOMEM. */
static wk_Code otherform (Lay *l, wk_Id map, wk_Id value, const char *name,
                          size_t len, wk_Id *other) {
  static const char *const forms[] = {"", "+", "=", "~", "~?"};
  wk_Tree *t = l->tree;
  size_t i;
  char *text = malloc(len + 2);
  *other = 0;
  if (text == NULL) return nomemory(l->fail);
  for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
    size_t n = strlen(forms[i]);
    wk_Id found;
    memcpy(text, forms[i], n);
    memcpy(text + n, name, len);
    found = wk_tree_find(t, map, text, n + len);
    if (found == 0 && n == 0 && wk_scalar_kind(name, len) == WK_INT)
      found = wk_tree_findint(t, map, wk_scalar_int(name, len));
    if (found != 0 && found != value &&
        (n == 0 || (t->nodes[found - 1].flags & WK_PLAIN))) {
      *other = found;
      break;
    }
  }
  free(text);
  return WK_OK;
}


/* looks for keys of this map that are an operator alone, have a value where
   none may be, or stand in it twice.  Gives the number of operators. */
static wk_Code checkkeys (Lay *l, wk_Id map, size_t *operators) {
  wk_Tree *t = l->tree;
  wk_Id v;
  *operators = 0;
  for (v = t->nodes[map].first; v != 0; v = t->nodes[v].next) {
    const wk_Node *key = wk_tree_node(t, v - 1);
    uint32_t skip;
    wk_Op op = operator(t, key, &skip);
    wk_Code code = WK_OK;
    if (op == WK_SET) continue;
    (*operators)++;
    if (key->size == skip) code = clash(l, WK_NOKEY, op, map, v);
    else if ((op == WK_DELETE || op == WK_DELETEANY) &&
             t->nodes[v].kind != WK_NULL)
      code = clash(l, WK_VALUED, op, map, v);
    else {
      wk_Id other;
      wk_Op below;
      code = otherform(l, map, v, wk_tree_text(t, key) + skip,
                       key->size - skip, &other);
      if (code != WK_OK) return code;
      if (other == 0) continue;
      below = operator(t, wk_tree_node(t, other - 1), &skip);
      if (other > v && below != WK_SET) continue;  /* once for each two */
      code = clash(l, WK_TWICE, op, other, v);
      if (code == WK_OK)
        l->clashes->list[l->clashes->count - 1].below = below;
    }
    if (code != WK_OK) return code;
    t->nodes[v].flags |= WK_ABSENT;  /* told: it says nothing more */
  }
  return WK_OK;
}

/* }====================================================================== */


/*
** {======================================================================
** Values that are new
** =======================================================================
*/

/* the keys of one new map: nothing is below, so `+k` and `=k` are `k` */
static wk_Code settlemap (Lay *l, wk_Id map) {
  wk_Tree *t = l->tree;
  size_t operators;
  wk_Id v, next, last = 0;
  wk_Code code = checkkeys(l, map, &operators);
  if (code != WK_OK || operators == 0) return code;
  wk_tree_unhash(t, map);
  for (v = t->nodes[map].first; v != 0; v = next) {
    uint32_t skip;
    wk_Op op = operator(t, wk_tree_node(t, v - 1), &skip);
    next = t->nodes[v].next;
    if (op == WK_DELETE && !(t->nodes[v].flags & WK_ABSENT)) {
      code = clash(l, WK_ABSENTKEY, op, map, v);
      if (code != WK_OK) return code;
    }
    if (op == WK_DELETE || op == WK_DELETEANY ||
        (t->nodes[v].flags & WK_ABSENT)) {
      if (last != 0) t->nodes[last].next = next;
      else t->nodes[map].first = next;
      t->nodes[map].size--;
      t->nodes[v].flags |= WK_ABSENT;
      continue;
    }
    if (op != WK_SET) {
      rename_key(t, map, v - 1, skip);
      wk_tree_noticetarget(t, v);
    }
    last = v;
  }
  return WK_OK;
}


/* all maps of a subtree that nothing was below of */
static wk_Code settle (Lay *l, wk_Id top) {
  wk_Tree *t = l->tree;
  wk_Id at = top;
  if (!t->operators) return WK_OK;
  for (;;) {
    const wk_Node *n;
    if (t->nodes[at].kind == WK_MAP) {
      wk_Code code = settlemap(l, at);
      if (code != WK_OK) return code;
    }
    n = wk_tree_node(t, at);
    if ((n->kind == WK_MAP || n->kind == WK_LIST) && n->first != 0) {
      at = n->first;
      continue;
    }
    while (at != top && t->nodes[at].next == 0) at = t->nodes[at].up;
    if (at == top) return WK_OK;
    at = t->nodes[at].next;
  }
}


/* the content of `over` takes the place of `base` */
static wk_Code replace (Lay *l, wk_Id base, wk_Id over) {
  wk_Code code = wk_tree_replace(l->tree, base, over, l->fail);
  if (code != WK_OK) return code;
  wk_tree_noticetarget(l->tree, base);
  return settle(l, base);
}


/* links a new value of a map or list; `last` is kept by the caller */
static wk_Code enter (Lay *l, wk_Id up, wk_Id *last, wk_Id child) {
  wk_Tree *t = l->tree;
  if (*last == 0) {
    wk_Id v;
    for (v = t->nodes[up].first; v != 0; v = t->nodes[v].next) *last = v;
  }
  wk_tree_link(t, up, *last, child);
  *last = child;
  return settle(l, child);
}


/* a list or map gets more from `over`: what it was is kept as its previous
   node, a list as the first items of the same chain */
static wk_Code snapshot (wk_Tree *t, wk_Id id, wk_Id over, wk_Fail *f) {
  wk_Id old;
  wk_Node *n;
  const wk_Node *m;
  wk_Code code;
  if (t->forgets) return WK_OK;
  code = wk_tree_add(t, WK_NONE, 0, 0, &old, f);
  if (code != WK_OK) return code;
  n = wk_tree_node(t, id);
  m = wk_tree_node(t, over);
  t->nodes[old] = *n;
  t->nodes[old].next = 0;
  t->nodes[old].flags &= (uint8_t)~WK_INDEXED;
  n->prev = old;
  n->doc = m->doc;
  n->pos = m->pos;
  n->flags = (uint8_t)((n->flags & ~(WK_FLOW | WK_EMPTY)) | WK_MERGED |
                       (m->flags & WK_FLOW));
  return WK_OK;
}


/* the items of a list, or one value, behind those of `base` */
static wk_Code append (Lay *l, wk_Id base, wk_Id over) {
  wk_Tree *t = l->tree;
  wk_Id v, next, last = 0;
  wk_Code code = snapshot(t, base, over, l->fail);
  if (code != WK_OK) return code;
  if (t->nodes[over].kind != WK_LIST) return enter(l, base, &last, over);
  for (v = t->nodes[over].first; v != 0; v = next) {
    next = t->nodes[v].next;
    code = enter(l, base, &last, v);
    if (code != WK_OK) return code;
  }
  return WK_OK;
}

/* }====================================================================== */


/*
** {======================================================================
** Maps
** =======================================================================
*/

/* do two targets name one constructor?  `project.X` and `NAME.X` do */
static int sametarget (const wk_Tree *t, wk_Id a, wk_Id b) {
  const wk_Node *n = wk_tree_node(t, a), *m = wk_tree_node(t, b);
  const char *s, *r, *sdot, *rdot;
  if (n->kind != WK_STRING || m->kind != WK_STRING) return 0;
  s = wk_tree_text(t, n);
  r = wk_tree_text(t, m);
  if (n->size == m->size && memcmp(s, r, n->size) == 0) return 1;
  sdot = memchr(s, '.', n->size);
  rdot = memchr(r, '.', m->size);
  if (sdot == NULL || rdot == NULL) return 0;
  if (!(sdot - s == 7 && memcmp(s, "project", 7) == 0) &&
      !(rdot - r == 7 && memcmp(r, "project", 7) == 0)) return 0;
  return s + n->size - sdot == r + m->size - rdot &&
         memcmp(sdot, rdot, (size_t)(s + n->size - sdot)) == 0;
}


/* does this key belong to the node, whatever constructor it names? */
static int stays (const wk_Tree *t, wk_Id value) {
  static const char *const words[] = {
    WK_TARGET, "_recursive_", "_disabled_", "_requires_", "_desc_"
  };
  const wk_Node *key = wk_tree_node(t, value - 1);
  size_t i;
  if (key->kind != WK_STRING) return 0;
  for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
    if (key->size == strlen(words[i]) &&
        memcmp(wk_tree_text(t, key), words[i], key->size) == 0) return 1;
  return 0;
}


/* a map with another `_target_` comes over a component: the options of the
   old constructor go */
static wk_Code dropoptions (Lay *l, wk_Id base, wk_Id over) {
  wk_Tree *t = l->tree;
  wk_Id mine, theirs, v;
  if (!(t->nodes[base].flags & WK_COMPONENT)) return WK_OK;
  theirs = wk_tree_find(t, over, WK_TARGET, WK_TARGETSIZE);
  if (theirs == 0 && t->operators)
    theirs = wk_tree_find(t, over, "=" WK_TARGET, WK_TARGETSIZE + 1);
  mine = wk_tree_find(t, base, WK_TARGET, WK_TARGETSIZE);
  if (theirs == 0 || mine == 0 || wk_tree_ismissing(t, theirs) ||
      wk_tree_ismissing(t, mine) || sametarget(t, mine, theirs))
    return WK_OK;
  for (v = t->nodes[base].first; v != 0; v = t->nodes[v].next) {
    const wk_Node *n = wk_tree_node(t, theirs);
    wk_Code code;
    if (t->nodes[v].kind == WK_NONE || stays(t, v)) continue;
    code = wk_tree_vanish(t, v, n->doc, n->pos, 1, l->fail);
    if (code != WK_OK) return code;
  }
  return WK_OK;
}


/* begins to lay the map `over` over the map `base` */
static wk_Code openmap (Lay *l, wk_Id base, wk_Id over) {
  wk_Tree *t = l->tree;
  Frame *frame;
  size_t operators;
  wk_Code code = dropoptions(l, base, over);
  if (code == WK_OK && t->operators) code = checkkeys(l, over, &operators);
  if (code == WK_OK) code = snapshot(t, base, over, l->fail);
  if (code != WK_OK) return code;
  wk_tree_unhash(t, over);
  if (l->depth >= l->capacity) {
    size_t want = l->capacity == 0 ? 16 : l->capacity * 2;
    void *p = realloc(l->frames, want * sizeof(Frame));
    if (p == NULL) return nomemory(l->fail);
    l->frames = p;
    l->capacity = want;
  }
  frame = &l->frames[l->depth++];
  frame->base = base;
  frame->next = t->nodes[over].first;
  frame->last = 0;
  return WK_OK;
}


/* one value over another */
static wk_Code pair (Lay *l, wk_Id base, wk_Id over, wk_Op op) {
  wk_Tree *t = l->tree;
  const wk_Node *n = wk_tree_node(t, base), *m = wk_tree_node(t, over);
  int nothing = n->kind == WK_NONE || n->kind == WK_NULL ||
                wk_tree_ismissing(t, base);
  if (op == WK_WHOLE) return replace(l, base, over);
  if (wk_tree_ismissing(t, over) && n->kind != WK_NONE) return WK_OK;
  if (nothing) return replace(l, base, over);
  if (wk_tree_iscopy(t, base) && (op == WK_ADD || m->kind == WK_MAP))
    return clash(l, WK_PATCH, op, base, over);
  if (n->kind == WK_MAP && m->kind == WK_MAP) return openmap(l, base, over);
  if (op == WK_ADD) {
    if (n->kind == WK_LIST) return append(l, base, over);
    return clash(l, WK_NOLIST, op, base, over);
  }
  if (m->kind == WK_NULL || wk_tree_iscomputed(t, over) ||
      (n->kind != WK_MAP && m->kind != WK_MAP)) return replace(l, base, over);
  /* an empty table of Lua is a list, too */
  if (m->kind == WK_MAP && (m->flags & WK_EMPTY) && n->kind == WK_LIST) {
    wk_tree_node(t, over)->kind = WK_LIST;
    return replace(l, base, over);
  }
  if (m->kind == WK_LIST && (n->flags & WK_EMPTY) && n->size == 0)
    return replace(l, base, over);
  return clash(l, WK_MIX, op, base, over);
}


/* the next value of the map that is open last */
static wk_Code step (Lay *l, Frame *frame) {
  wk_Tree *t = l->tree;
  wk_Id child = frame->next, base = frame->base, found;
  uint32_t skip;
  wk_Op op = operator(t, wk_tree_node(t, child - 1), &skip);
  frame->next = t->nodes[child].next;
  if (t->nodes[child].flags & WK_ABSENT) return WK_OK;  /* told already */
  if (op != WK_SET) {
    rename_key(t, base, child - 1, skip);
  }
  found = wk_tree_same(t, base, child - 1);
  if (op == WK_DELETE || op == WK_DELETEANY) {
    const wk_Node *key = wk_tree_node(t, child - 1);
    if (found == 0 || t->nodes[found].kind == WK_NONE)
      return op == WK_DELETE ? clash(l, WK_ABSENTKEY, op, base, child) : WK_OK;
    return wk_tree_vanish(t, found, key->doc, key->pos, 0, l->fail);
  }
  if (found != 0) return pair(l, found, child, op);
  return enter(l, base, &frame->last, child);
}


wk_Code wk_tree_lay (wk_Tree *t, wk_Id base, wk_Id over, wk_Op op,
                     wk_Clashes *clashes, wk_Fail *f) {
  Lay l;
  wk_Code code;
  memset(&l, 0, sizeof(l));
  l.tree = t;
  l.fail = f;
  l.clashes = clashes;
  code = pair(&l, base, over, op);
  while (code == WK_OK && l.depth > 0) {
    Frame *frame = &l.frames[l.depth - 1];
    if (frame->next == 0) l.depth--;
    else code = step(&l, frame);
  }
  free(l.frames);
  return code;
}


wk_Code wk_tree_settle (wk_Tree *t, wk_Id top, wk_Clashes *clashes,
                        wk_Fail *f) {
  Lay l;
  memset(&l, 0, sizeof(l));
  l.tree = t;
  l.fail = f;
  l.clashes = clashes;
  return settle(&l, top);
}

/* }====================================================================== */
