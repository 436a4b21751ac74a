/*
** core.h -- what the files of the binding share.
**
** The binding (core*.c, value.c) is the only C that hands rooms to Lua; those
** rooms never see a lua_State, but for chunk, graft, order and sandbox.
** Whatever a room allocates goes into a guard that Lua owns before anything
** can raise.
**
** Wherever Lua makes something it may collect, and then runs finalizers: any
** code, which may close a root or a plugin, or let a tree grow, in the middle
** of their methods.  So of those methods
**   - one of a root or a plugin takes all its arguments and guards first, then
**     its object (wk_check_root, wk_check_plugin), and from there to the last
**     use of that nothing is made or called in Lua; what it tells of the
**     object is copied before;
**   - one of a tree keeps no pointer to a node or a text where Lua makes
**     something: nodes have numbers, and those stay.  A wk_Doc stays where it
**     is.
** tests/fault/collector_spec.lua has a finalizer run at each such place.
*/

#ifndef wk_core_h
#define wk_core_h

#include <lua.h>
#include <lauxlib.h>

#include "fail.h"
#include "tree.h"

#define WK_ERROR  "wick.Error"   /* registry names of metatables */
#define WK_TREE   "wick.tree"
#define WK_ROOT   "wick.root"
#define WK_PLUGIN "wick.plugin"
#define WK_NULLS  "wick.null"

/* pushes nil and the failure as a wick.Error, gives 2.  `doc` is the
   document that its marks are in, or NULL: marks then keep byte and length
   only. */
int wk_push_failure (lua_State *L, const wk_Fail *f, wk_Doc *doc);
/* pushes the failure alone (for warnings, with that severity) */
void wk_push_error (lua_State *L, const wk_Fail *f, wk_Doc *doc,
                    const char *severity);
/* pushes a mark on `length` bytes at `byte` (from 0) of the document */
void wk_push_mark (lua_State *L, wk_Doc *doc, size_t byte,
                   size_t length, const char *label);

/* pushes the metatable that the registry has as `name`.  When there is none,
   `fill` gets a new one on the top of the stack; it is entered when it is
   complete, so that memory may end on the way and all be tried again. */
void wk_push_meta (lua_State *L, const char *name,
                   void (*fill) (lua_State *L));

/* for a `fill` of things that are freed: getmetatable gives no way to their
   finalizer */
void wk_hide_meta (lua_State *L);

/* a malloc'ed block that dies with its guard, which is left on the stack:
   *guard = ...; free and set NULL when done early */
void **wk_push_guard (lua_State *L);
/* guards a copy of `size` bytes, which it gives; raises without memory */
void *wk_guard_copy (lua_State *L, void **guard, const void *bytes,
                     size_t size);

/* pushes the one wick.null */
void wk_push_null (lua_State *L);

/* t[field] = s or n, t being the table on the top */
void wk_set_string (lua_State *L, const char *field, const char *s);
void wk_set_integer (lua_State *L, const char *field, lua_Integer n);

/* core_root.c: core.root(dir, options), core.file(path, limit),
   core.name(text), core.compile(text, path) */
int wk_core_root (lua_State *L);
int wk_core_file (lua_State *L);
int wk_core_name (lua_State *L);
int wk_core_compile (lua_State *L);
void wk_open_root (lua_State *L);
struct wk_Root;
struct wk_File;
/* argument 1, open: the last thing that a method asks for, see above */
struct wk_Root *wk_check_root (lua_State *L);
void wk_push_file (lua_State *L, const struct wk_File *file);

/* core_plugin.c: root:plugin(rel, limit, name, quiet), core.library(f) */
int wk_root_plugin (lua_State *L);
int wk_core_library (lua_State *L);
void wk_open_plugin (lua_State *L);

/* core_words.c: what stands above each of them */
int wk_core_lex (lua_State *L);
int wk_core_unquote (lua_State *L);
int wk_core_keypath (lua_State *L);
int wk_core_keytext (lua_State *L);
int wk_core_place (lua_State *L);
int wk_core_quote (lua_State *L);
int wk_core_distance (lua_State *L);
int wk_core_number (lua_State *L);
int wk_core_secret (lua_State *L);
int wk_core_exports (lua_State *L);

wk_Tree *wk_check_tree (lua_State *L, int arg);
wk_Id wk_check_id (lua_State *L, const wk_Tree *t, int arg);

/* core.tree and the methods of a tree */
int wk_new_tree (lua_State *L);
void wk_open_tree (lua_State *L);

/* core_weight.c: a method of a tree, told there; and how many nodes a copy of
   the subtree takes, keys included */
int wk_edit_weight (lua_State *L);
size_t wk_weight_nodes (const wk_Tree *t, wk_Id top);

/* core_edit.c: methods of a tree, told there */
wk_Id wk_edit_child (wk_Tree *t, wk_Id at, const char *s, size_t len,
                     int skip);
int wk_edit_put (lua_State *L);
int wk_edit_add (lua_State *L);
int wk_edit_remove (lua_State *L);
int wk_edit_refer (lua_State *L);
int wk_edit_late (lua_State *L);
int wk_edit_scan (lua_State *L);
int wk_edit_arrange (lua_State *L);
int wk_edit_needs (lua_State *L);
int wk_edit_sigils (lua_State *L);
int wk_edit_object (lua_State *L);
int wk_edit_follow (lua_State *L);

/* core_lua.c: methods of a tree, told there */
int wk_tree_lua (lua_State *L);
int wk_tree_graft (lua_State *L);

/* core_override.c: the words of a call; methods of a tree, told there */
int wk_override_word (lua_State *L);
int wk_override_set (lua_State *L);

/* core_merge.c: composition; methods of a tree, told there */
int wk_push_clashes (lua_State *L, wk_Code code, const wk_Fail *f,
                     const wk_Clashes *clashes);
int wk_merge_lay (lua_State *L);
int wk_merge_settle (lua_State *L);
int wk_merge_vanish (lua_State *L);
int wk_merge_copy (lua_State *L);
int wk_merge_via (lua_State *L);
int wk_merge_copies (lua_State *L);
int wk_merge_is_copy (lua_State *L);
int wk_merge_forgets (lua_State *L);
int wk_merge_asis (lua_State *L);

/* value.c: node -> value, value -> node; methods of a tree */
int wk_tree_value (lua_State *L);     /* tree:value(id, objects, keep) */
int wk_tree_options (lua_State *L);   /* tree:options(id, objects) */
int wk_tree_grow (lua_State *L);      /* tree:grow(up, key, kind, value, ...) */

#endif
