/*
** graft_place.c -- where the values of a Lua config stand in its text (part
** of graft.h's room).
**
** May call: lex, order, outline.
**
** A table is laid beside the constructor it is believed to come from, key by
** key.  A literal that is not the value there is not its place: then code has
** changed it, and the mark is the constructor's.
*/

#include <stdlib.h>
#include <string.h>

#include <lua.h>
#include <lauxlib.h>

#include "graft_room.h"
#include "lex.h"


#define NUMERAL  64    /* bytes of a number's token that are looked at */


/* the value of an integer's token; gives 0 when it is no integer */
static int integer (const char *s, size_t len, lua_Integer *i) {
  lua_Unsigned n = 0;
  size_t at = 0;
  int negative = len > 0 && *s == '-';
  if (negative) {
    s++;
    len--;
  }
  if (len > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
    for (at = 2; at < len; at++) {
      int c = s[at] | 0x20;
      if (c >= '0' && c <= '9') n = n * 16 + (lua_Unsigned)(c - '0');
      else if (c >= 'a' && c <= 'f') n = n * 16 + (lua_Unsigned)(c - 'a') + 10;
      else return 0;
    }
  }
  else {
    for (; at < len; at++) {
      lua_Unsigned digit = (lua_Unsigned)(s[at] - '0');
      if (s[at] < '0' || s[at] > '9' ||
          n > (LUA_MAXINTEGER - digit) / 10) return 0;
      n = n * 10 + digit;
    }
  }
  *i = (lua_Integer)(negative ? 0u - n : n);
  return at > 0;
}


/* the text of a string's token, or NULL; *len is its length */
static const char *unquoted (wk_Graft *g, const char *s, size_t size,
                             size_t *len) {
  size_t bad;
  if (size < 2) return NULL;
  if (s[0] != '[' && memchr(s, '\\', size) == NULL) {
    *len = size - 2;
    return s + 1;
  }
  if (size > g->ctext) {
    char *text = realloc(g->text, size);
    if (text == NULL) return NULL;
    g->text = text;
    g->ctext = size;
  }
  *len = wk_lex_string(s, size, g->text, &bad);
  return *len == (size_t)-1 ? NULL : g->text;
}


/* the key of a field; gives 0 when it is not known */
static int fieldkey (wk_Graft *g, const wk_Outline *o, const wk_Field *f,
                     wk_Key *key) {
  const char *s;
  memset(key, 0, sizeof(*key));
  if (f->isitem) {
    key->i = (lua_Integer)f->keysize;
    return 1;
  }
  if (f->key == WK_NOWHERE || f->keysize == 0) return 0;
  s = o->text + f->key;
  if ((*s >= '0' && *s <= '9') || *s == '-')
    return integer(s, f->keysize, &key->i);
  key->s = s;
  key->len = f->keysize;
  if (*s == '"' || *s == '\'' || *s == '[')
    key->s = unquoted(g, s, f->keysize, &key->len);
  return key->s != NULL;
}


/* may the value on the top of the stack come from this literal? */
static int agrees (wk_Graft *g, lua_State *L, const wk_Outline *o,
                   const wk_Field *f) {
  const char *s = o->text + f->value, *text;
  size_t size = f->stop - f->value, len, is;
  char numeral[NUMERAL];
  if (f->kind != WK_F_LITERAL || lua_type(L, -1) == LUA_TUSERDATA) return 1;
  if (*s == 't' || *s == 'f')
    return lua_isboolean(L, -1) && lua_toboolean(L, -1) == (*s == 't');
  if (*s == '"' || *s == '\'' || *s == '[') {
    if (lua_type(L, -1) != LUA_TSTRING) return 0;
    text = unquoted(g, s, size, &len);
    return text != NULL && len == lua_rawlen(L, -1) &&
           memcmp(text, lua_tostring(L, -1), len) == 0;
  }
  if (lua_type(L, -1) != LUA_TNUMBER) return 0;
  if (size >= sizeof(numeral)) return 1;
  memcpy(numeral, s, size);
  numeral[size] = '\0';
  if (lua_stringtonumber(L, numeral) == 0) return 1;  /* `- 1` */
  is = (size_t)lua_rawequal(L, -1, -2);
  lua_pop(L, 1);
  return is != 0;
}


/* by their place in the text, the others behind in wick's order */
static int bytext (const wk_Key *a, const wk_Key *b) {
  if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
  return wk_order_compare(a, b);
}


int wk_graft_fields (wk_Graft *g, const wk_Place *place, wk_Key *keys,
                     size_t n, int list, uint32_t *a, uint32_t *b) {
  const wk_Outline *o = place->outline;
  uint32_t id, rank = 0;
  size_t i;
  for (i = 0; i < n; i++) keys[i].rank = UINT32_MAX;
  for (id = o->fields[place->field].first; id != 0 && g->work > 0;
       id = o->fields[id].next, g->work--) {
    const wk_Field *f = &o->fields[id];
    wk_Key key;
    if (!fieldkey(g, o, f, &key)) continue;
    i = wk_order_find(keys, n, &key);
    if (i == n) continue;
    if (keys[i].field != 0 && !f->assigned) {
      *a = keys[i].field;
      *b = id;
      return 0;
    }
    keys[i].other = keys[i].field;
    keys[i].field = id;
    keys[i].rank = rank++;
  }
  if (!list) wk_order_sort(keys, n, bytext);
  return 1;
}


/* where the values of a table at this place are that have no place */
static uint32_t inner (const wk_Place *place) {
  const wk_Outline *o = place->outline;
  if (place->field != 0 && o->fields[place->field].brace != WK_NOWHERE)
    return o->fields[place->field].brace;
  return place->pos;
}


void wk_graft_place (wk_Graft *g, lua_State *L, const wk_Place *up,
                     const wk_Key *key, wk_Place *place, uint32_t *keypos) {
  const wk_Outline *o = up->outline;
  uint32_t id = key->field;
  *place = *up;
  place->field = 0;
  place->pos = place->whole = *keypos = inner(up);
  if (id == 0) return;
  if (!o->fields[id].isitem) *keypos = o->fields[id].key;
  if (!agrees(g, L, o, &o->fields[id])) {
    id = key->other;
    if (id == 0 || !agrees(g, L, o, &o->fields[id])) return;
  }
  place->field = id;
  place->pos = o->fields[id].value;
  place->whole = o->fields[id].whole;
}


void wk_graft_follow (wk_Graft *g, wk_Place *place) {
  wk_Outline *o = place->outline;
  uint32_t id = place->field;
  while (id != 0 && o->fields[id].kind == WK_F_NAME && g->work > 0) {
    const wk_Field *f = &o->fields[id];
    id = wk_outline_named(o, f->value, f->stop, f->value);
    g->work--;
  }
  if (id == 0 || o->fields[id].brace == WK_NOWHERE) id = 0;
  place->field = id;
}


/* do the literals of the constructor stand in the table on the top? */
static int fits (wk_Graft *g, lua_State *L, const wk_Place *place) {
  const wk_Outline *o = place->outline;
  uint32_t id;
  if (place->field == 0) return 0;
  for (id = o->fields[place->field].first; id != 0 && g->work > 0;
       id = o->fields[id].next, g->work--) {
    const wk_Field *f = &o->fields[id];
    wk_Key key;
    int same;
    if (f->kind != WK_F_LITERAL || f->assigned || !fieldkey(g, o, f, &key))
      continue;
    wk_order_push(L, &key);
    lua_rawget(L, -2);
    same = agrees(g, L, o, f);
    lua_pop(L, 1);
    if (!same) return 0;
  }
  return 1;
}


void wk_graft_returned (wk_Graft *g, lua_State *L, wk_Outline *o,
                        uint16_t doc, wk_Place *place) {
  uint32_t id;
  memset(place, 0, sizeof(*place));
  place->outline = o;
  place->doc = doc;
  for (id = o->firstreturn; id != 0; id = o->fields[id].next) {
    wk_Place other = *place;
    other.field = id;
    other.pos = o->fields[id].value;
    other.whole = o->fields[id].whole;
    wk_graft_follow(g, &other);
    /* which of several `return` it was: the last that agrees */
    if (o->firstreturn == o->lastreturn || fits(g, L, &other) ||
        place->pos == 0) *place = other;
  }
}
