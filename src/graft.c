/*
** graft.c -- a Lua value -> nodes of a tree (see graft.h).
**
** May call: fail, tree, scalar, order, outline; its own graft_*.c.
**
** Each table that is open has a frame here and its value on Lua's stack, so
** nothing recurses.  A table that holds itself is one that is open already.
*/

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lua.h>

#include "graft_room.h"
#include "scalar.h"


#define WORK  (1u << 24)    /* steps that looking for places may take */
#define ROOM  12            /* slots of Lua's stack besides the tables */


void wk_graft_init (wk_Graft *g, wk_Tree *t) {
  memset(g, 0, sizeof(*g));
  g->tree = t;
  g->nodes = g->bytes = SIZE_MAX;
  g->depth = WK_GRAFT_DEPTH;
  g->misfit = WK_EMISFIT;
  g->work = WORK;
}


void wk_graft_free (wk_Graft *g) {
  free(g->frames);
  free(g->keys);
  free(g->text);
  g->frames = NULL;
  g->keys = NULL;
  g->text = NULL;
  g->nframes = g->nkeys = g->ckeys = g->ctext = 0;
}


/*
** {======================================================================
** Tables
** =======================================================================
*/

/* puts a node into the table that is open, if it is not the top */
static void link (Walk *w, wk_Frame *up, wk_Id id) {
  if (up == NULL) return;
  wk_tree_link(w->g->tree, up->id, up->last, id);
  up->last = id;
}


/* room for n more keys */
static wk_Code roomforkeys (Walk *w, size_t n) {
  wk_Graft *g = w->g;
  size_t want = g->nkeys + n;
  wk_Key *keys;
  if (want <= g->ckeys) return WK_OK;
  if (want < 2 * g->ckeys) want = 2 * g->ckeys;
  if (want < 64) want = 64;
  keys = want <= SIZE_MAX / sizeof(wk_Key)
         ? realloc(g->keys, want * sizeof(wk_Key)) : NULL;
  if (keys == NULL) {
    wk_fail(w->f, WK_ENOMEM, "not enough memory to hold this config");
    return wk_graft_here(w, WK_ENOMEM);
  }
  g->keys = keys;
  g->ckeys = want;
  return WK_OK;
}


/* a key comes twice in a constructor */
static wk_Code twice (Walk *w, const wk_Outline *o, uint32_t a, uint32_t b) {
  const wk_Field *first = &o->fields[a], *again = &o->fields[b];
  char text[96];
  if (again->isitem)
    snprintf(text, sizeof(text), "%u", (unsigned)again->keysize);
  else
    wk_quote(text, sizeof(text), o->text + again->key, again->keysize, 60);
  wk_fail(w->f, WK_EDUPKEY, "the key `%s` appears twice in one table", text);
  wk_fail_mark(w->f, again->isitem ? again->value : again->key,
               again->isitem ? 1 : again->keysize, "given again here");
  wk_fail_mark(w->f, first->isitem ? first->value : first->key,
               first->isitem ? 1 : first->keysize, "first given here");
  wk_fail_note(w->f, "Lua would silently use the last one");
  wk_fail_help(w->f, "delete one of the two");
  return wk_graft_here(w, WK_EDUPKEY);
}


static const char *const aboutloops =
  "name the shared part by a reference: `ref \"key\"`";
static const char *const aboutkeys = "keys are strings or integers";


/* opens the table on the top of the stack, which stays there while it is
   open; `id` is its node.  The keys are those of the table, sorted. */
static wk_Code opentable (Walk *w, wk_Id id, size_t n, int list) {
  wk_Graft *g = w->g;
  wk_Frame *frame = &g->frames[g->nframes];
  wk_Code code;
  uint32_t a, b;
  wk_Outline *o = w->place.outline;
  memset(frame, 0, sizeof(*frame));
  frame->id = id;
  frame->list = list;
  frame->n = n;
  frame->keys = g->nkeys;
  frame->table = w->table;
  if (o != NULL) wk_graft_follow(g, &w->place);
  frame->place = w->place;
  frame->keyed = !list || (o != NULL && w->place.field != 0 &&
                           o->fields[w->place.field].first != 0);
  code = roomforkeys(w, frame->keyed ? n : 0);
  if (code != WK_OK) return code;
  if (frame->keyed && n > 0) {
    wk_order_keys(w->L, -1, g->keys + g->nkeys);
    if (o != NULL && w->place.field != 0 &&
        !wk_graft_fields(g, &w->place, g->keys + g->nkeys, n, list, &a, &b))
      return twice(w, o, a, b);
    g->nkeys += n;
  }
  g->nframes++;
  return WK_OK;
}


/* is it open already? */
static int isopen (const wk_Graft *g, const void *table) {
  size_t i;
  for (i = 0; i < g->nframes; i++)
    if (g->frames[i].table == table) return 1;
  return 0;
}


/* puts a copy in the place of the table on the top: what it has stays as it
   is, and the bytes of its keys stay where they are */
static void copytable (lua_State *L, size_t n) {
  lua_createtable(L, 0, n < INT_MAX ? (int)n : 0);
  for (lua_pushnil(L); lua_next(L, -3);) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, -4);
  }
  lua_remove(L, -2);
}


/* what the table on the top is; fails when it cannot be one.  A copy may
   stand there then.  Nothing is made in Lua between this and opentable. */
static wk_Code look (Walk *w, size_t *n, int *list) {
  int odd;
  w->table = lua_topointer(w->L, -1);
  if (isopen(w->g, w->table))
    return wk_graft_misfit(w, WK_EMISFIT, "a table that holds itself",
                           aboutloops);
  if (w->g->walks != NULL) w->g->walks(w->g, w->L, 0);
  *n = wk_order_count(w->L, -1, &odd, list);
  if (w->g->copies && *n > 0 && !*list && odd == LUA_TNONE) {
    copytable(w->L, *n);
    *n = wk_order_count(w->L, -1, &odd, list);
  }
  if (w->g->walks != NULL) w->g->walks(w->g, w->L, *n);
  if (odd != LUA_TNONE) {
    char what[48];
    snprintf(what, sizeof(what), "a key of type %s", lua_typename(w->L, odd));
    return wk_graft_misfit(w, WK_EKEY, what, aboutkeys);
  }
  if (w->g->nframes >= w->g->depth) return wk_graft_toodeep(w);
  return WK_OK;
}

/* }====================================================================== */


/*
** {======================================================================
** Values
** =======================================================================
*/

/* what the value on the top stands for */
static wk_Means ask (Walk *w, wk_Place *made) {
  switch (lua_type(w->L, -1)) {
    case LUA_TNIL: return WK_M_NULL;
    case LUA_TBOOLEAN: case LUA_TNUMBER: case LUA_TSTRING:
      return WK_M_SCALAR;
    default: return w->g->means(w->g, w->L, made);
  }
}


/* append, replace and delete stand under a string key and nowhere else */
static wk_Code badoperator (Walk *w, wk_Means means, const char *where) {
  const char *name = means == WK_M_APPEND ? "append" :
                     means == WK_M_REPLACE ? "replace" : "delete";
  wk_fail(w->f, WK_EOPERATOR, "`%s` stands %s", name, where);
  wk_fail_help(w->f, "it is what a key gets: `key = %s%s`", name,
               means == WK_M_DELETE ? "" : " { … }");
  return wk_graft_located(w, WK_EOPERATOR, w->place.whole, w->place.doc);
}


/* the key's operator, if the value says one; the value itself is then on the
   top, and *means is what that stands for */
static wk_Code operator (Walk *w, const wk_Frame *up, const wk_Key *key,
                         wk_Means *means, wk_Place *made, char *sign) {
  static const char signs[] = "+=~";
  wk_Means first = *means;
  *sign = '\0';
  if (first < WK_M_APPEND || first > WK_M_DELETE) return WK_OK;
  if (up == NULL) return badoperator(w, first, "at the top of the config");
  if (up->list) return badoperator(w, first, "in a list");
  if (key->s == NULL || wk_scalar_kind(key->s, key->len) == WK_INT)
    return badoperator(w, first, "under a number");
  *sign = signs[first - WK_M_APPEND];
  if (first == WK_M_DELETE) return WK_OK;
  *means = ask(w, made);
  if (*means >= WK_M_APPEND && *means <= WK_M_DELETE)
    return badoperator(w, *means, "inside another operator");
  return WK_OK;
}


/* a target's name is at -2 and its options, a table or nil, at -1: makes the
   map and its first key, and opens the options */
static wk_Code component (Walk *w, wk_Frame *up, wk_Id *id) {
  wk_Tree *t = w->g->tree;
  wk_Place place = w->place, name = w->place;
  lua_State *L = w->L;
  int hasoptions = lua_istable(L, -1), list = 0;
  size_t n = 0;
  wk_Id child = 0;
  wk_Code code;
  if (hasoptions) {
    lua_pushliteral(L, WK_TARGET);
    if (lua_rawget(L, -2) != LUA_TNIL) {
      wk_fail(w->f, WK_EDUPKEY, "the key `%s` appears twice in one table",
              WK_TARGET);
      wk_fail_note(w->f, "`target \"name\" { … }` sets it already");
      return wk_graft_here(w, WK_EDUPKEY);
    }
    lua_pop(L, 1);
    if ((code = look(w, &n, &list)) != WK_OK) return code;
  }
  if ((code = wk_graft_bare(w, WK_MAP, id)) != WK_OK) return code;
  link(w, up, *id);
  if (place.outline != NULL && place.field != 0) {
    uint32_t stop, at;
    at = wk_outline_argument(place.outline->text, place.outline->length,
                             place.pos, &stop);
    if (at != WK_NOWHERE) name.pos = at;
  }
  code = wk_graft_text(w, WK_STRING, '\0', WK_TARGET, WK_TARGETSIZE,
                       place.doc, place.pos, &child);
  lua_insert(L, -2);
  if (code == WK_OK) code = wk_graft_string(w, name, &child);
  lua_pop(L, 1);
  if (code != WK_OK) return code;
  wk_tree_link(t, *id, 0, child);
  if (!hasoptions) {
    lua_pop(L, 1);
    return WK_OK;
  }
  code = opentable(w, *id, n, 0);
  if (code == WK_OK) w->g->frames[w->g->nframes - 1].last = child;
  return code;
}


static wk_Code plaintable (Walk *w, wk_Frame *up, wk_Id *id) {
  int list = 0;
  size_t n = 0;
  wk_Code code = look(w, &n, &list);
  if (code == WK_OK) code = wk_graft_bare(w, list ? WK_LIST : WK_MAP, id);
  if (code != WK_OK) return code;
  if (n == 0) wk_tree_node(w->g->tree, *id)->flags |= WK_EMPTY;
  link(w, up, *id);
  return opentable(w, *id, n, list);
}


static wk_Code scalar (Walk *w, wk_Id *id) {
  switch (lua_type(w->L, -1)) {
    case LUA_TSTRING: return wk_graft_string(w, w->place, id);
    case LUA_TNUMBER: return wk_graft_number(w, id);
    default: {
      const char *s = lua_toboolean(w->L, -1) ? "true" : "false";
      return wk_graft_text(w, WK_BOOL, '\0', s, strlen(s), w->place.doc,
                           w->place.pos, id);
    }
  }
}


/* a text with its sigil */
static wk_Code sigil (Walk *w, wk_Id *id) {
  size_t len;
  const char *s = lua_tolstring(w->L, -1, &len);
  wk_Code code = wk_graft_text(w, WK_STRING, '\0', s, len, w->place.doc,
                               w->place.pos, id);
  if (code == WK_OK) wk_tree_node(w->g->tree, *id)->flags |= WK_SIGIL;
  return code;
}


/* `delete` is a null that was written as nothing, as in `~key:` */
static wk_Code null (Walk *w, int isdelete, wk_Id *id) {
  wk_Code code = wk_graft_text(w, WK_NULL, '\0', "null", isdelete ? 0 : 4,
                               w->place.doc, w->place.pos, id);
  if (code == WK_OK && isdelete)
    wk_tree_node(w->g->tree, *id)->flags |= WK_PLAIN | WK_EMPTY;
  return code;
}


/* a value of the host, or one that is none for a config */
static wk_Code host (Walk *w, wk_Means means, wk_Id *id) {
  wk_Graft *g = w->g;
  char what[48];
  wk_Code code;
  if (means != WK_M_HOST || g->keep == NULL) {
    snprintf(what, sizeof(what), "a %s",
             lua_typename(w->L, lua_type(w->L, -1)));
    return wk_graft_misfit(w, WK_EMISFIT, what, g->help);
  }
  code = wk_graft_bare(w, WK_HOST, id);
  if (code == WK_OK) g->keep(g, w->L, *id);
  return code;
}


/*
** The node of the value on the top of the stack, under `key` of the frame
** `up` (NULL: it is the top).  Leaves its table open there, or pops it.
*/
static wk_Code make (Walk *w, wk_Frame *up, const wk_Key *key, wk_Id *id) {
  wk_Graft *g = w->g;
  wk_Place made;
  wk_Means means;
  wk_Code code;
  char sign;
  if (g->made++ >= g->nodes) return wk_graft_toolarge(w);
  memset(&made, 0, sizeof(made));
  means = ask(w, &made);
  code = operator(w, up, key, &means, &made, &sign);
  if (code != WK_OK) return code;
  if (made.doc != 0 && w->place.field == 0) w->place = made;
  if (up != NULL && !up->list) {
    code = wk_graft_key(w, up->id, key, sign);
    if (code != WK_OK) return code;
  }
  switch (means) {
    case WK_M_TABLE:
      if (g->returned != NULL) g->returned(g, w->L, &w->place);
      return plaintable(w, up, id);
    case WK_M_TARGET:
      if (g->returned != NULL && lua_istable(w->L, -1))
        g->returned(g, w->L, &w->place);
      return component(w, up, id);
    case WK_M_SCALAR: code = scalar(w, id); break;
    case WK_M_SIGIL: code = sigil(w, id); break;
    case WK_M_NULL: code = null(w, 0, id); break;
    case WK_M_DELETE: code = null(w, 1, id); break;
    default: code = host(w, means, id); break;
  }
  if (code == WK_OK) link(w, up, *id);
  lua_pop(w->L, 1);
  return code;
}


/* the next value of the table that is open last */
static wk_Code next (Walk *w, wk_Frame *frame) {
  wk_Graft *g = w->g;
  wk_Key item;
  const wk_Key *key = &item;
  size_t open = g->nframes;
  wk_Code code;
  wk_Id id = 0;
  memset(&item, 0, sizeof(item));
  item.i = (lua_Integer)frame->at + 1;
  if (frame->keyed) key = &g->keys[frame->keys + frame->at];
  wk_order_push(w->L, key);
  lua_rawget(w->L, -2);
  if (frame->place.outline != NULL)
    wk_graft_place(g, w->L, &frame->place, key, &w->place, &w->keypos);
  else {
    w->place = frame->place;
    w->keypos = frame->place.pos;
  }
  w->keydoc = frame->place.doc;
  code = make(w, frame, key, &id);
  if (code == WK_OK && g->nframes == open) frame->at++;
  return code;
}


wk_Code wk_graft (wk_Graft *g, lua_State *L, wk_Id *id, wk_Fail *f) {
  int base = lua_gettop(L);
  wk_Code code = WK_OK;
  Walk walk;
  memset(&walk, 0, sizeof(walk));
  walk.g = g;
  walk.L = L;
  walk.f = f;
  walk.place = g->top;
  *id = 0;
  g->nframes = g->nkeys = 0;
  g->path[0] = '\0';
  f->nmarks = 0;
  if (g->frames == NULL)
    g->frames = malloc((g->depth + 1) * sizeof(wk_Frame));
  if (g->frames == NULL || !lua_checkstack(L, (int)g->depth + ROOM)) {
    wk_fail(f, WK_ENOMEM, "not enough memory to hold this config");
    return wk_graft_here(&walk, WK_ENOMEM);
  }
  lua_pushvalue(L, -1);
  code = make(&walk, NULL, NULL, id);
  while (code == WK_OK && g->nframes > 0) {
    wk_Frame *frame = &g->frames[g->nframes - 1];
    if (frame->at < frame->n) code = next(&walk, frame);
    else {
      lua_pop(L, 1);
      g->nkeys = frame->keys;
      if (--g->nframes > 0) g->frames[g->nframes - 1].at++;
    }
  }
  lua_settop(L, base);
  return code;
}

/* }====================================================================== */
