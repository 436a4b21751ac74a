/*
** sandbox.c -- a Lua config, run in an isolated state -> nodes of a tree (see
** sandbox.h).
**
** May call: fail, tree, chunk, graft, order, outline; its own sandbox_*.c.
**
** The state lives for one call.  All that can raise runs inside one pcall.
** A failure that has words of its own fills s->fail and raises a value that
** says no more; the message handler, which runs before the stack is unwound,
** finds the place.  Documents are called "=N" in there, N being their number.
*/

#define _GNU_SOURCE

#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lua.h>
#include <lauxlib.h>

#include "chunk.h"
#include "sandbox_room.h"


#define GARBAGE   16    /* how often `lua.bytes` may be asked for in all */
#define PATIENCE  16    /* blocks refused before the end */
#define COPYING   1048576   /* bytes that copying may take beyond the limit */

static const char returned_key = 0;   /* its address is the registry's key */


/*
** {======================================================================
** Failures
** =======================================================================
*/

int wk_sandbox_throw (lua_State *L, const char *word) {
  Sandbox *s = wk_sandbox_of(L);
  if (s->code == WK_OK) {
    s->code = s->fail->code;
    s->word = word;
  }
  lua_pushlightuserdata(L, s);
  return lua_error(L);
}


void wk_sandbox_line (const wk_Doc *d, long line, size_t *start,
                      size_t *stop) {
  const char *s = d->source;
  wk_chunk_line(s, d->length, line, start, stop);
  while (*start < *stop && (s[*start] == ' ' || s[*start] == '\t')) ++*start;
  while (*stop > *start && (s[*stop - 1] == ' ' || s[*stop - 1] == '\t'))
    --*stop;
}


static int isname (char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z') || c == '_';
}


/* narrows a line down to the one place where `word` stands in it; gives 0
   and leaves it when there is none, or more than one */
static int narrow (const char *s, size_t *start, size_t *stop,
                   const char *word, size_t len) {
  size_t i, found = 0, at = 0;
  if (len == 0 || !isname(*word)) return 0;
  for (i = *start; i + len <= *stop; i++) {
    if (memcmp(s + i, word, len) == 0 &&
        (i == *start || !isname(s[i - 1])) &&
        (i + len == *stop || !isname(s[i + len]))) {
      found++;
      at = i;
    }
  }
  if (found != 1) return 0;
  *start = at;
  *stop = at + len;
  return 1;
}


/* the name that Lua's message is about: what stands in `(global 'name')` */
static const char *subject (const char *text, size_t *len) {
  size_t size = strlen(text), at;
  *len = 0;
  if (size < 4 || strcmp(text + size - 2, "')") != 0) return text;
  for (at = size - 2; at > 0 && text[at - 1] != '\''; at--) ;
  *len = size - 2 - at;
  return text + at;
}


/* marks a line of a document: the failure's own mark if it has none, else one
   of the places that led to it */
static void place (Sandbox *s, uint16_t doc, int line, const char *label) {
  const wk_Doc *d = wk_tree_finddoc(s->tree, doc);
  wk_Told *told = s->told;
  size_t start, stop;
  if (d == NULL || d->source == NULL) return;
  wk_sandbox_line(d, line, &start, &stop);
  if (s->fail->nmarks == 0) {
    if (s->word != NULL) {
      if (narrow(d->source, &start, &stop, s->word, strlen(s->word)) &&
          s->argument) {  /* what the function was given, if it is a text */
        uint32_t end, at = wk_outline_argument(d->source, d->length,
                                               (uint32_t)start, &end);
        if (at != WK_NOWHERE) {
          start = at;
          stop = end;
        }
      }
    }
    else if (told->text[0] != '\0') {
      size_t len;
      const char *name = subject(told->text, &len);
      narrow(d->source, &start, &stop, name, len);
    }
    told->doc = doc;
    wk_fail_mark(s->fail, start, stop > start ? stop - start : 1, "%s", label);
  }
  else if (told->nmore < WK_TOLD_MARKS) {
    told->more[told->nmore].doc = doc;
    told->more[told->nmore].byte = start;
    told->more[told->nmore].length = stop > start ? stop - start : 1;
    told->more[told->nmore++].label = label;
  }
}


/* keeps the text of an error that Lua or the config raised */
static void keeptext (lua_State *L, Sandbox *s) {
  wk_Told *told = s->told;
  size_t len = 0;
  const char *text;
  if (lua_type(L, 1) != LUA_TSTRING) {
    int n = snprintf(told->text, sizeof(told->text),
                     "(an error value of type %s)",
                     lua_typename(L, lua_type(L, 1)));
    told->length = n > 0 ? (size_t)n : 0;
    return;
  }
  text = lua_tolstring(L, 1, &len);
  if (!s->own) {  /* `N:LINE: `, which is shown otherwise */
    size_t i = 0, colons = 0;
    while (i < len && colons < 2 &&
           ((text[i] >= '0' && text[i] <= '9') || text[i] == ':'))
      colons += text[i++] == ':';
    if (colons == 2 && i < len && text[i] == ' ') {
      text += i + 1;
      len -= i + 1;
    }
  }
  if (len >= sizeof(told->text)) {
    len = sizeof(told->text) - 4;
    memcpy(told->text, text, len);
    memcpy(told->text + len, "\xE2\x80\xA6", 4);
    len += 3;
  }
  else {
    memcpy(told->text, text, len);
    told->text[len] = '\0';
  }
  told->length = len;
}


/* fills the failure of an error that has only a text, which is its label
   when it is short */
static void tellraised (Sandbox *s, char *label) {
  const char *text = s->told->text;
  size_t len = s->told->length;
  char note[WK_FAIL_TEXT];
  s->code = wk_fail(s->fail, WK_ERAISED, "this Lua config raises an error");
  if (len <= 90 && memchr(text, '\n', len) == NULL)
    wk_quote(label, WK_FAIL_TEXT / 2, text, len, 90);
  else
    wk_fail_note(s->fail, "Lua says: %s",
                 wk_quote(note, sizeof(note), text, len, 300));
}


/*
** The message handler of the run: takes down what was raised, and the places
** in the config that led there.  Takes no memory.
*/
static int handler (lua_State *L) {
  Sandbox *s = wk_sandbox_of(L);
  const char *how = "called from here";
  char label[WK_FAIL_TEXT / 2] = "";
  lua_Debug ar;
  int level, skip = 0, found = 0;
  if (s->code == WK_OK) {
    keeptext(L, s);
    tellraised(s, label);
    skip = s->own ? s->level - 1 : 0;
  }
  for (level = 1; found <= WK_TOLD_MARKS && lua_getstack(L, level, &ar);
       level++) {
    if (!lua_getinfo(L, "Slf", &ar)) break;
    if (lua_tocfunction(L, -1) == wk_sandbox_include) how = "included here";
    lua_pop(L, 1);
    if (ar.currentline <= 0 || skip-- > 0) continue;
    place(s, (uint16_t)strtol(ar.source + 1, NULL, 10), ar.currentline,
          s->fail->nmarks == 0 ? label : how);
    how = "called from here";
    found++;
  }
  if (s->fail->nmarks == 0) place(s, s->doc, s->line, label);
  return 1;
}

/* }====================================================================== */


/*
** {======================================================================
** Running
** =======================================================================
*/

void wk_sandbox_run (lua_State *L, Sandbox *s, uint16_t doc) {
  const wk_Doc *d = wk_tree_doc(s->tree, doc);
  char name[16];
  wk_Code code;
  wk_tree_doc(s->tree, doc)->islua = 1;
  luaL_checkstack(L, 8, "too many documents");
  s->doc = doc;  /* a failure of the compiler knows no better */
  s->line = 1;
  wk_sandbox_spendtext(L, d->source, d->length);
  snprintf(name, sizeof(name), "=%u", (unsigned)doc);
  s->compiling = 1;
  code = wk_chunk_paced(L, d->source, d->length, name, wk_sandbox_pace,
                        s->fail);
  s->compiling = 0;
  if (s->steps > s->most) {  /* the text was cut short */
    memset(s->fail, 0, sizeof(*s->fail));
    wk_sandbox_spend(L, 0);
  }
  if (code != WK_OK) {
    s->told->doc = doc;
    s->code = WK_OK;  /* the handler is asked about parentheses too deep */
    s->told->length = 0;
    s->told->nmore = 0;
    if (code == WK_ENOMEM) wk_sandbox_nomemory(s);
    else if (code == WK_ESYNTAX) {
      s->fail->code = WK_ELUA;
      strcpy(s->fail->message, "this Lua config does not compile");
    }
    if (s->fail->nmarks == 0) wk_fail_mark(s->fail, 0, 1, "%s", "");
    wk_sandbox_throw(L, NULL);
  }
  wk_sandbox_names(L);
  lua_setupvalue(L, -2, 1);  /* _ENV */
  s->open[s->nopen++] = doc;
  lua_call(L, 0, 1);
  s->nopen--;
  if (wk_sandbox_table(L)) {  /* so that its constructor is known */
    lua_rawgetp(L, LUA_REGISTRYINDEX, &returned_key);
    lua_insert(L, -2);
    lua_pushinteger(L, doc);
    lua_rawset(L, -3);
    lua_pop(L, 1);
  }
}


/* the place of the table on the top, if a document returned it */
static int returned (wk_Graft *g, lua_State *L, wk_Place *at) {
  Sandbox *s = (Sandbox *)g->ud;
  wk_Outline *o = NULL;
  uint16_t doc = 0;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &returned_key);
  lua_pushvalue(L, -2);
  if (lua_rawget(L, -2) != LUA_TNIL) {
    doc = (uint16_t)lua_tointeger(L, -1);
    o = wk_sandbox_outline(s, doc);
  }
  lua_pop(L, 2);
  if (o == NULL) return 0;
  wk_graft_returned(g, L, o, doc, at);
  return 1;
}


/* what a config returns must be a map */
static wk_Code checktop (lua_State *L, Sandbox *s, uint16_t doc,
                         const wk_Place *top) {
  wk_Place made = *top;
  const wk_Doc *d = wk_tree_doc(s->tree, doc);
  int odd, list = 0;
  wk_Means means = lua_type(L, -1) == LUA_TNIL ? WK_M_NULL : WK_M_SCALAR;
  s->told->doc = doc;
  if (lua_isnil(L, -1)) {
    size_t end = d->length;
    while (end > 0 && strchr(" \t\r\n", d->source[end - 1]) != NULL) end--;
    wk_fail(s->fail, WK_EDOCUMENT, "this Lua config returns nothing");
    wk_fail_mark(s->fail, end > 0 ? end - 1 : 0, 1,
                 "the file ends without `return { … }`");
    return WK_EDOCUMENT;
  }
  if (s->any) return WK_OK;
  if (lua_istable(L, -1)) {
    wk_order_count(L, -1, &odd, &list);
    if (!list) return WK_OK;
  }
  else if (lua_type(L, -1) == LUA_TUSERDATA) {
    lua_pushvalue(L, -1);
    means = wk_sandbox_means(&s->graft, L, &made);
    lua_pop(L, means == WK_M_TARGET ? 2 : 1);
    if (means == WK_M_TARGET) return WK_OK;
  }
  wk_fail(s->fail, WK_EDOCUMENT, "a config is a mapping, and this one is %s",
          list ? "a list" : means != WK_M_SCALAR ? "one value" :
          lua_isstring(L, -1) && lua_type(L, -1) == LUA_TSTRING ? "a string" :
          lua_type(L, -1) == LUA_TNUMBER ? "a number" :
          lua_isboolean(L, -1) ? "a boolean" : lua_isfunction(L, -1) ?
          "a function" : "null");
  wk_fail_mark(s->fail, top->pos, wk_tree_width(s->tree, doc, top->pos),
               "this stands at the top");
  if (list) wk_fail_help(s->fail, "give it a key: `return { name = { … } }`");
  return WK_EDOCUMENT;
}


/* a table is copied; it may stand in many places */
static void walks (wk_Graft *g, lua_State *L, size_t n) {
  (void)g;
  wk_sandbox_spendwalk(L, -1, n);
}


/* copies what the document returned, which is on the top.  The limit is
   raised, and garbage collected: keys that are long take memory. */
static void copyout (lua_State *L, Sandbox *s, uint16_t doc, wk_Id *root) {
  wk_Graft *g = &s->graft;
  wk_Outline *o = wk_sandbox_outline(s, doc);
  wk_Code code;
  s->limit += COPYING;
  s->ceiling = SIZE_MAX;
  s->patience = INT_MAX;
  lua_gc(L, LUA_GCRESTART);
  g->ud = s;
  g->means = wk_sandbox_means;
  g->returned = returned;
  g->walks = walks;
  g->strict = 1;
  g->bytes = s->tree->limits.lua_bytes;
  g->help = "a config holds values; what is computed later is `expr \"…\"`";
  if (s->tree->limits.document_depth < g->depth)
    g->depth = s->tree->limits.document_depth;
  g->top.doc = doc;
  if (o != NULL) wk_graft_returned(g, L, o, doc, &g->top);
  code = checktop(L, s, doc, &g->top);
  if (code == WK_OK) {
    code = wk_graft(g, L, root, s->fail);
    s->told->doc = g->doc;
    memcpy(s->told->key, g->path, sizeof(s->told->key));
  }
  if (code != WK_OK) s->code = code;
}


/* all of it, under one pcall; upvalue-free, so pushing it takes no memory.
   Arguments: the document's number, where the root's number goes */
static int all (lua_State *L) {
  Sandbox *s = wk_sandbox_of(L);
  uint16_t doc = (uint16_t)lua_tointeger(L, 1);
  wk_Id *root = (wk_Id *)lua_touserdata(L, 2);
  lua_gc(L, LUA_GCSTOP);
  wk_sandbox_layout(L);
  wk_sandbox_open(L);
  lua_newtable(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &returned_key);
  wk_sandbox_count(L, 1);
  wk_sandbox_run(L, s, doc);
  wk_sandbox_count(L, 0);
  if (s->code == WK_OK && !s->tripped) copyout(L, s, doc, root);
  return 0;
}


/* gives back what the sandbox holds */
static void release (Sandbox *s) {
  s->running = 0;
  if (s->L != NULL) lua_close(s->L);
  wk_sandbox_untext(s);
  wk_sandbox_unpeek(s);
  wk_graft_free(&s->graft);
}


/* the thread's locale is again what it was */
static void leave (locale_t plain, locale_t before) {
  if (plain == (locale_t)0) return;
  uselocale(before);
  freelocale(plain);
}


wk_Code wk_sandbox_read (wk_Tree *t, uint16_t doc, int any,
                         const wk_Door *door, wk_Id *root, wk_Told *told,
                         wk_Fail *f) {
  /* text and numbers are the same everywhere, and compared quickly */
  locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0), before;
  Sandbox s;
  int status;
  before = plain != (locale_t)0 ? uselocale(plain) : (locale_t)0;
  memset(&s, 0, sizeof(s));
  memset(told, 0, sizeof(*told));
  memset(f, 0, sizeof(*f));
  s.tree = t;
  s.any = any;
  s.door = door;
  s.told = told;
  s.fail = f;
  s.most = t->limits.lua_steps;
  s.limit = t->limits.lua_bytes;
  s.ceiling = s.limit < SIZE_MAX / GARBAGE ? s.limit * GARBAGE : SIZE_MAX;
  s.patience = PATIENCE;
  told->doc = s.doc = doc;
  s.line = 1;
  wk_graft_init(&s.graft, t);
  s.L = lua_newstate(wk_sandbox_alloc, &s);
  if (s.L == NULL) {
    s.code = wk_sandbox_nomemory(&s);
    place(&s, s.doc, s.line, "");
    leave(plain, before);
    return s.code;
  }
  s.running = 1;
  lua_pushcfunction(s.L, handler);
  lua_pushcfunction(s.L, all);
  lua_pushinteger(s.L, doc);
  lua_pushlightuserdata(s.L, root);
  status = lua_pcall(s.L, 2, 0, 1);
  if (status != LUA_OK && s.code == WK_OK) {  /* the handler was not asked */
    s.code = status == LUA_ERRMEM ? wk_sandbox_nomemory(&s)
             : wk_fail(f, WK_ERAISED, "this Lua config calls too deep");
    place(&s, s.doc, s.line, "");
  }
  told->steps = s.steps;
  release(&s);
  leave(plain, before);
  return s.code;
}

/* }====================================================================== */
