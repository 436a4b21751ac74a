/*
** core_override.c -- part of the binding: the words of a call, such as
** `model.lr=0.1`.
**
** May call: fail, tree, yaml, lex, core.h.
*/

#include <string.h>

#include <lua.h>
#include <lauxlib.h>

#include "core.h"
#include "lex.h"
#include "tree.h"
#include "yaml.h"


/* is this override's value YAML flow?  Else it is a plain word. */
static int isflow (const char *s, size_t len) {
  return len > 0 && (*s == '[' || *s == '{' || *s == '"' || *s == '\'');
}


static int has_splice (const char *s, size_t len) {
  size_t i;
  for (i = 1; i < len; i++)
    if (s[i - 1] == '$' && s[i] == '{') return 1;
  return 0;
}


/* the first warning of a value, copied: no Lua error may cross the reader */
typedef struct Warning {
  int count;
  wk_Fail first;
} Warning;


static void keep_warning (void *ud, const wk_Fail *warning) {
  Warning *w = (Warning *)ud;
  if (w->count++ == 0) w->first = *warning;
}


/* the node of a word's value, which begins `from` bytes into it; *doc is the
   document that the marks of a failure are in, 0 when there is none.  What
   stands before the value is blanked while libyaml reads, so that columns stay
   true. */
static wk_Code word_value (wk_Tree *t, const char *word, size_t len,
                           int number, size_t from, uint16_t *doc, wk_Id *id,
                           Warning *w, wk_Fail *f) {
  wk_Code code;
  *doc = 0;
  w->count = 0;
  code = wk_tree_document(t, WK_ARGV, number, "command line", word, len, doc,
                          f);
  if (code != WK_OK) {
    *doc = 0;
    return code;
  }
  if (isflow(word + from, len - from)) {
    memset(wk_tree_doc(t, *doc)->source, ' ', from);
    code = wk_yaml_read(t, *doc, WK_TOP_ANY, keep_warning, w, id, f);
    memcpy(wk_tree_doc(t, *doc)->source, word, from);
    wk_doc_forget(wk_tree_doc(t, *doc));
  }
  else if (from < len && (strchr("@%$", word[from]) != NULL ||
                          has_splice(word + from, len - from))) {
    code = wk_tree_scalar(t, WK_STRING, *doc, (uint32_t)from, word + from,
                          len - from, id, f);
    if (code == WK_OK) wk_tree_node(t, *id)->flags |= WK_SIGIL | WK_PLAIN;
  }
  else if (from == len)
    code = wk_tree_scalar(t, WK_STRING, *doc, (uint32_t)from, "", 0, id, f);
  else
    code = wk_yaml_scalar(t, *doc, (uint32_t)from, word + from, len - from, id,
                          f);
  return code;
}


/*
** tree:word(word, number, byte) -> node, warning or nil | nil, err
** The value of an override: the text of `word` from `byte` (from 1) on.
** The node is not linked; its marks are in argv[number].
*/
int wk_override_word (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  size_t len;
  const char *word = luaL_checklstring(L, 2, &len);
  int number = (int)luaL_checkinteger(L, 3);
  lua_Integer byte = luaL_checkinteger(L, 4);
  uint16_t doc;
  wk_Id id = 0;
  Warning w;
  wk_Fail fail;
  luaL_argcheck(L, byte >= 1 && (lua_Unsigned)byte <= len + 1, 4, "range");
  if (word_value(t, word, len, number, (size_t)byte - 1, &doc, &id, &w,
                 &fail) != WK_OK)
    return wk_push_failure(L, &fail, wk_tree_finddoc(t, doc));
  lua_pushinteger(L, id);
  if (w.count == 0) return 1;
  wk_push_error(L, &w.first, wk_tree_doc(t, doc), "warning");
  return 2;
}


/* the node that the plain key path of `a.b[1]=value` leads to, *stop its
   length; 0 when it leads nowhere, is another kind of word or sets a
   `_target_` */
static wk_Id place (wk_Tree *t, wk_Id top, const char *word, size_t len,
                    size_t *stop) {
  wk_Where where = WK_FIRST;
  wk_Id at = top;
  size_t done = 0;
  do {
    size_t n = wk_lex_segment(word + done, len - done, where, 0);
    at = n > 0 ? wk_edit_child(t, at, word + done, n, where == WK_BEHIND) : 0;
    if (at == 0 || wk_tree_node(t, at)->kind == WK_NONE) return 0;
    done += n;
    where = WK_BEHIND;
  } while (done < len && word[done] != '=');
  if (done == len || wk_tree_iscopy(t, at)) return 0;
  if (wk_tree_node(t, wk_tree_node(t, at)->up)->kind == WK_MAP &&
      wk_tree_istarget(t, at)) return 0;
  *stop = done;
  return at;
}


/*
** tree:override(top, word, number) -> true, clashes or nil, warning or nil;
** false; or nil, err
** Does what a word of the plainest form asks for, `a.b=value` where `a.b` is
** there; false when it is another one, which the room override reads.
*/
int wk_override_set (lua_State *L) {
  wk_Tree *t = wk_check_tree(L, 1);
  wk_Id top = wk_check_id(L, t, 2), id = 0, at;
  size_t len, stop = 0;
  const char *word = luaL_checklstring(L, 3, &len);
  int number = (int)luaL_checkinteger(L, 4);
  void **guard = wk_push_guard(L);
  wk_Clashes clashes = {NULL, 0, 0};
  uint16_t doc;
  Warning w;
  wk_Fail fail;
  wk_Code code;
  at = place(t, top, word, len, &stop);
  if (at == 0) {
    lua_pushboolean(L, 0);
    return 1;
  }
  code = word_value(t, word, len, number, stop + 1, &doc, &id, &w, &fail);
  if (code != WK_OK)
    return wk_push_failure(L, &fail, wk_tree_finddoc(t, doc));
  code = wk_tree_lay(t, at, id, WK_SET, &clashes, &fail);
  *guard = clashes.list;
  if (code != WK_OK) return wk_push_failure(L, &fail, NULL);
  lua_pushboolean(L, 1);
  if (clashes.count > 0) {
    wk_push_clashes(L, code, &fail, &clashes);  /* false and the list */
    lua_remove(L, -2);
  }
  else if (w.count > 0) lua_pushnil(L);
  else return 1;
  if (w.count == 0) return 2;
  wk_push_error(L, &w.first, wk_tree_doc(t, doc), "warning");
  return 3;
}
