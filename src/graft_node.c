/*
** graft_node.c -- single nodes of what is grafted, and what cannot be one
** (part of graft.h's room).
**
** May call: fail, tree, scalar, keypath.
*/

#include <stdio.h>
#include <string.h>

#include <lua.h>

#include "graft_room.h"
#include "keypath.h"
#include "scalar.h"


/*
** {======================================================================
** Failures
** =======================================================================
*/

/* prints the segment of a frame's value; gives the bytes that takes */
static size_t segment (const wk_Graft *g, const wk_Frame *frame, char *out,
                       size_t size) {
  int first = frame == g->frames;
  const wk_Key *key;
  if (frame->list)
    return wk_segment_print(out, size, first, 1, (int64_t)frame->at + 1, "",
                            0);
  key = &g->keys[frame->keys + frame->at];
  return wk_segment_print(out, size, first, key->s == NULL, (int64_t)key->i,
                          key->s, key->len);
}


/* the key path of the value that is being made, as far as there is room */
static void tellpath (Walk *w) {
  wk_Graft *g = w->g;
  size_t used = 0, i;
  for (i = 0; i < g->nframes; i++) {
    char *out = g->path + used;
    size_t left = sizeof(g->path) - used;
    size_t need = segment(g, &g->frames[i], out, left);
    if (need >= left) {
      *out = '\0';  /* what does not fit is left out */
      return;
    }
    used += need;
  }
  g->path[used] = '\0';
}


/* the host's tables have no text, so they get the key path for a mark */
wk_Code wk_graft_located (Walk *w, wk_Code code, uint32_t pos, uint16_t doc) {
  const wk_Tree *t = w->g->tree;
  const wk_Doc *d = wk_tree_finddoc(t, doc);
  tellpath(w);
  w->g->doc = doc;
  if (w->f->nmarks > 0) return code;
  if (d != NULL && d->source != NULL)
    wk_fail_mark(w->f, pos, wk_tree_width(t, doc, pos), "%s", "");
  else if (w->g->path[0] != '\0')
    wk_fail_mark(w->f, 0, 0, "at `%s`", w->g->path);
  else
    wk_fail_mark(w->f, 0, 0, "%s", "");
  return code;
}


wk_Code wk_graft_here (Walk *w, wk_Code code) {
  return wk_graft_located(w, code, w->place.pos, w->place.doc);
}


wk_Code wk_graft_misfit (Walk *w, wk_Code code, const char *what,
                         const char *help) {
  wk_fail(w->f, w->g->misfit == WK_EMISFIT ? code : w->g->misfit,
          "%s cannot be part of a config", what);
  if (help != NULL) wk_fail_help(w->f, "%s", help);
  return wk_graft_here(w, w->f->code);
}


wk_Code wk_graft_toolarge (Walk *w) {
  wk_fail(w->f, WK_EBUDGET,
          "evaluating this config would produce too many nodes");
  wk_fail_note(w->f, "the limit `value.nodes` counts what expressions and "
                     "references make");
  return wk_graft_here(w, WK_EBUDGET);
}


wk_Code wk_graft_toodeep (Walk *w) {
  size_t limit = w->g->depth;
  char what[80];
  if (!w->g->strict) {
    snprintf(what, sizeof(what), "a table nested deeper than %zu levels",
             limit);
    return wk_graft_misfit(w, WK_EMISFIT, what, "flatten it");
  }
  wk_fail(w->f, WK_EDEPTH, "this config is nested more than %zu levels deep",
          limit);
  if (limit < WK_GRAFT_DEPTH)
    wk_fail_note(w->f, "the limit `document.depth` is %zu", limit);
  else
    wk_fail_note(w->f, "Lua itself reads no deeper table constructors");
  return wk_graft_here(w, WK_EDEPTH);
}


/* a text that YAML would not hold either */
static wk_Code badtext (Walk *w, const char *s, size_t len) {
  const wk_Tree *t = w->g->tree;
  const char *p = s, *end = s + len;
  int n;
  if (len > t->limits.scalar_bytes) {
    wk_fail(w->f, WK_ESIZE, "this text is longer than %zu bytes",
            t->limits.scalar_bytes);
    wk_fail_note(w->f, "the limit `scalar.bytes` is %zu",
                 t->limits.scalar_bytes);
    return wk_graft_here(w, WK_ESIZE);
  }
  while (p < end && (n = wk_utf8(p, end)) > 0) p += n;
  if (p == end) return WK_OK;
  wk_fail(w->f, WK_EENCODING, "this text is not UTF-8 at byte %zu (0x%02X)",
          (size_t)(p - s) + 1, (unsigned)(unsigned char)*p);
  return wk_graft_here(w, WK_EENCODING);
}

/* }====================================================================== */


/*
** {======================================================================
** Nodes
** =======================================================================
*/

/* would this text be read as something else than text? */
static int reads_as_sigil (const char *s, size_t len) {
  size_t i;
  if (len == 0) return 0;
  if (*s == '@' || *s == '%' || *s == '$') return 1;
  for (i = 1; i < len; i++)
    if (s[i] == '{' && s[i - 1] == '$') return 1;
  return len == 3 && memcmp(s, "???", 3) == 0;
}


wk_Code wk_graft_text (Walk *w, wk_Kind kind, char before, const char *s,
                       size_t len, uint16_t doc, uint32_t pos, wk_Id *id) {
  wk_Graft *g = w->g;
  wk_Code code;
  if (g->strict && kind == WK_STRING) {
    code = badtext(w, s, len);
    if (code != WK_OK) return code;
  }
  if (len + 1 > g->bytes) {
    wk_fail(w->f, WK_ELUABYTES, "the values of this config hold too much text");
    wk_fail_note(w->f, "the limit `lua.bytes` is %zu",
                 g->tree->limits.lua_bytes);
    return wk_graft_here(w, WK_ELUABYTES);
  }
  g->bytes -= g->bytes == SIZE_MAX ? 0 : len + 1;
  if (before == '\0')
    code = wk_tree_scalar(g->tree, kind, doc, pos, s, len, id, w->f);
  else {
    code = wk_tree_pool(g->tree, len + 1, w->f);
    if (code == WK_OK)
      code = wk_tree_scalar(g->tree, kind, doc, pos, &before, 1, id, w->f);
    if (code == WK_OK) {
      wk_Tree *t = g->tree;
      memcpy(t->text + t->ntext, s, len);
      t->ntext += len;
      wk_tree_node(t, *id)->size += (uint32_t)len;
    }
  }
  return code == WK_OK ? code : wk_graft_here(w, code);
}


wk_Code wk_graft_string (Walk *w, wk_Place place, wk_Id *id) {
  size_t len;
  const char *s = lua_tolstring(w->L, -1, &len);
  wk_Code code = wk_graft_text(w, WK_STRING, '\0', s, len, place.doc,
                               place.pos, id);
  if (code == WK_OK && reads_as_sigil(s, len))
    wk_tree_node(w->g->tree, *id)->flags |= WK_TAGGED;
  return code;
}


wk_Code wk_graft_number (Walk *w, wk_Id *id) {
  char text[40];
  int isint = lua_isinteger(w->L, -1);
  size_t len = isint
    ? wk_scalar_printint(text, lua_tointeger(w->L, -1))
    : wk_scalar_printfloat(text, lua_tonumber(w->L, -1));
  return wk_graft_text(w, isint ? WK_INT : WK_FLOAT, '\0', text, len,
                       w->place.doc, w->place.pos, id);
}


wk_Code wk_graft_bare (Walk *w, wk_Kind kind, wk_Id *id) {
  wk_Code code = wk_tree_add(w->g->tree, kind, w->place.doc, w->place.pos, id,
                             w->f);
  return code == WK_OK ? code : wk_graft_here(w, code);
}


/* an operator's key says the same as a literal key of that map, or the
   reverse */
static wk_Code clash (Walk *w, const char *text, size_t len) {
  char shown[96];
  wk_quote(shown, sizeof(shown), text, len, 60);
  wk_fail(w->f, WK_EDUPKEY, "the key `%s` appears twice in one table", shown);
  wk_fail_note(w->f, "`append`, `replace` and `delete` make keys with `+`, "
                     "`=` and `~` before them");
  return wk_graft_here(w, WK_EDUPKEY);
}


wk_Code wk_graft_key (Walk *w, wk_Id map, const wk_Key *key, char sign) {
  wk_Tree *t = w->g->tree;
  char text[40];
  const char *s = key->s;
  size_t len = key->len;
  wk_Id id = 0;
  wk_Code code;
  if (s == NULL) {
    len = wk_scalar_printint(text, key->i);
    return wk_graft_text(w, WK_INT, '\0', text, len, w->keydoc, w->keypos,
                         &id);
  }
  code = wk_graft_text(w, WK_STRING, sign, s, len, w->keydoc, w->keypos, &id);
  if (code != WK_OK) return code;
  if (sign != '\0') {
    wk_tree_node(t, id)->flags |= WK_PLAIN;
    t->operators = 1;
  }
  if (sign != '\0' || (len > 0 && strchr("+=~", *s) != NULL)) {
    const wk_Node *n = wk_tree_node(t, id);
    if (wk_tree_find(t, map, wk_tree_text(t, n), n->size) != 0)
      return clash(w, wk_tree_text(t, n), n->size);
  }
  return WK_OK;
}

/* }====================================================================== */
