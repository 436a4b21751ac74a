/*
** core_root.c -- part of the binding: roots of projects, files, and the
** compiling of what was read.
**
** May call: path, chunk, fail, core.h.
*/

#define _GNU_SOURCE
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lua.h>
#include <lauxlib.h>

#include "chunk.h"
#include "core.h"
#include "path.h"


/* pushes the guarded bytes as a string and frees the block */
static void pushguarded (lua_State *L, void **guard, size_t len) {
  lua_pushlstring(L, (const char *)*guard, len);
  free(*guard);
  *guard = NULL;
}

wk_Root *wk_check_root (lua_State *L) {
  wk_Root *root = (wk_Root *)luaL_checkudata(L, 1, WK_ROOT);
  luaL_argcheck(L, root->fd >= 0, 1, "the root is closed");
  return root;
}


static int root_close (lua_State *L) {
  wk_root_close((wk_Root *)luaL_checkudata(L, 1, WK_ROOT));
  return 0;
}


/* the rules that the options at `arg` ask for, a table or none */
static unsigned torules (lua_State *L, int arg) {
  unsigned rules = 0;
  if (!lua_istable(L, arg)) return 0;
  lua_getfield(L, arg, "strict");
  if (lua_toboolean(L, -1)) rules |= WK_STRICT;
  lua_getfield(L, arg, "trust_modes");
  if (lua_toboolean(L, -1)) rules |= WK_TRUST_MODES;
  lua_pop(L, 2);
  return rules;
}


/* core.root(dir, {backend = "auto", strict =, trust_modes =}) -> root | nil,
   err: also when the rules refuse the folder */
int wk_core_root (lua_State *L) {
  static const char *const names[] = {"auto", "openat2", "walk", NULL};
  size_t len;
  const char *dir = luaL_checklstring(L, 1, &len);
  int backend = WK_AUTO;
  unsigned rules = torules(L, 2);
  wk_Root *root;
  wk_Fail fail;
  if (lua_istable(L, 2)) {
    lua_getfield(L, 2, "backend");
    backend = luaL_checkoption(L, -1, "auto", names);
  }
  root = (wk_Root *)lua_newuserdatauv(L, sizeof(wk_Root), 0);
  memset(root, 0, sizeof(*root));
  root->fd = -1;
  luaL_setmetatable(L, WK_ROOT);
  if (wk_root_open(root, dir, len, (wk_Backend)backend, &fail) != WK_OK ||
      wk_root_rules(root, rules, &fail) != WK_OK) {
    wk_root_close(root);
    return wk_push_failure(L, &fail, NULL);
  }
  return 1;
}


void wk_push_file (lua_State *L, const wk_File *file) {
  lua_createtable(L, 0, 7);
  wk_set_integer(L, "dev", (lua_Integer)file->dev);
  wk_set_integer(L, "ino", (lua_Integer)file->ino);
  wk_set_integer(L, "size", (lua_Integer)file->size);
  wk_set_integer(L, "mode", (lua_Integer)(file->mode & 07777));
  wk_set_integer(L, "uid", (lua_Integer)file->uid);
  wk_set_integer(L, "nlink", (lua_Integer)file->nlink);
  wk_set_integer(L, "mtime", (lua_Integer)file->mtime_s);
}


/* root:read(rel, limit, quiet, bare) -> text, file | nil, err.  With `quiet`
   a file that is not there gives false alone, which is cheaper than an error;
   with `bare` the text comes alone.
   Between open and close no Lua runs, so no error can leak the descriptor. */
static int root_read (lua_State *L) {
  size_t len, size = 0;
  const char *rel = luaL_checklstring(L, 2, &len);
  lua_Integer limit = luaL_optinteger(L, 3, 8388608);
  int quiet = lua_toboolean(L, 4), bare = lua_toboolean(L, 5);
  void **guard = wk_push_guard(L);
  wk_Root *root = wk_check_root(L);
  char *bytes = NULL;
  wk_File file;
  wk_Fail fail;
  wk_Code code = wk_path_open(root, rel, len, &file, &fail);
  if (code == WK_OK) {
    code = wk_file_read(&file, limit > 0 ? (size_t)limit : 0, &bytes, &size,
                        &fail);
    wk_file_close(&file);
    *guard = bytes;
  }
  if (code == WK_ENOTFOUND && quiet) {
    lua_pushboolean(L, 0);
    return 1;
  }
  if (code != WK_OK) return wk_push_failure(L, &fail, NULL);
  pushguarded(L, guard, size);
  if (bare) return 1;
  wk_push_file(L, &file);
  return 2;
}


/* root:list(rel) -> array of names | nil, err */
static int root_list (lua_State *L) {
  size_t len, size = 0, at;
  const char *rel = luaL_checklstring(L, 2, &len);
  void **guard = wk_push_guard(L);
  wk_Root *root = wk_check_root(L);
  char *names = NULL;
  wk_Fail fail;
  lua_Integer n = 0;
  if (wk_path_list(root, rel, len, &names, &size, &fail) != WK_OK)
    return wk_push_failure(L, &fail, NULL);
  *guard = names;
  lua_newtable(L);
  for (at = 0; at < size; at += strlen(names + at) + 1) {
    lua_pushstring(L, names + at);
    lua_rawseti(L, -2, ++n);
  }
  free(*guard);
  *guard = NULL;
  return 1;
}


/* root:doubts(above) -> list of warnings, each with the fields reason (a
   word), thing (a name below the root, or a path) and below (is it one?);
   `above`: look at the folders above the root, too */
static int root_doubts (lua_State *L) {
  static const char *const words[] = {
    "all", "group", "own group", "owner", "anyone", "folder", "link"
  };
  void **guard = wk_push_guard(L);
  wk_Root *root = wk_check_root(L);
  const wk_Doubt *list;
  size_t i, n = wk_root_doubts(root, lua_toboolean(L, 2), &list);
  list = (wk_Doubt *)wk_guard_copy(L, guard, list, n * sizeof(wk_Doubt));
  lua_newtable(L);
  for (i = 0; i < n; i++) {
    wk_Fail fail;
    wk_doubt_say(&list[i], &fail);
    wk_push_error(L, &fail, NULL, "warning");
    wk_set_string(L, "reason", words[list[i].reason]);
    wk_set_string(L, "thing", list[i].shown);
    lua_pushboolean(L, list[i].side == WK_BELOW);
    lua_setfield(L, -2, "below");
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  free(*guard);
  *guard = NULL;
  return 1;
}


/* root:doubted() -> how many doubts there are so far */
static int root_doubted (lua_State *L) {
  const wk_Doubt *list;
  lua_pushinteger(L, (lua_Integer)wk_root_doubts(wk_check_root(L), 0, &list));
  return 1;
}


/* root:rules({strict =, trust_modes =}) -> true | nil, err: from now on these
   hold, for the root too */
static int root_rules (lua_State *L) {
  unsigned rules = torules(L, 2);
  wk_Root *root = wk_check_root(L);
  wk_Fail fail;
  if (wk_root_rules(root, rules, &fail) != WK_OK)
    return wk_push_failure(L, &fail, NULL);
  lua_pushboolean(L, 1);
  return 1;
}


/* root:renew(): folders are looked at anew */
static int root_renew (lua_State *L) {
  wk_root_renew(wk_check_root(L));
  return 0;
}


/* root:forget(): the same, and doubts are forgotten */
static int root_forget (lua_State *L) {
  wk_root_forget(wk_check_root(L));
  return 0;
}


static int root_info (lua_State *L) {
  wk_Root *root = wk_check_root(L);
  const char *backend = root->backend == WK_WALK ? "walk" : "openat2";
  lua_Integer dev = (lua_Integer)root->dev, ino = (lua_Integer)root->ino;
  int folds = root->folds;
  lua_pushstring(L, root->real ? root->real : "");  /* the last use of it */
  lua_createtable(L, 0, 5);
  lua_insert(L, -2);
  lua_setfield(L, -2, "path");
  wk_set_string(L, "backend", backend);
  lua_pushboolean(L, folds);
  lua_setfield(L, -2, "folds");
  wk_set_integer(L, "dev", dev);
  wk_set_integer(L, "ino", ino);
  return 1;
}


static int root_tostring (lua_State *L) {
  wk_Root *root = (wk_Root *)luaL_checkudata(L, 1, WK_ROOT);
  lua_pushfstring(L, "wick.root (%s)",
                  root->fd < 0 ? "closed" : root->real ? root->real : "?");
  return 1;
}


static const luaL_Reg root_methods[] = {
  {"read", root_read}, {"list", root_list}, {"plugin", wk_root_plugin},
  {"info", root_info}, {"rules", root_rules}, {"doubts", root_doubts},
  {"doubted", root_doubted}, {"renew", root_renew}, {"forget", root_forget},
  {"close", root_close}, {NULL, NULL}
};


static const luaL_Reg root_meta[] = {
  {"__gc", root_close}, {"__close", root_close},
  {"__tostring", root_tostring}, {NULL, NULL}
};

/* core.name(text) -> true | nil, err */
int wk_core_name (lua_State *L) {
  size_t len;
  const char *name = luaL_checklstring(L, 1, &len);
  wk_Fail fail;
  if (wk_name_check(name, len, &fail) != WK_OK)
    return wk_push_failure(L, &fail, NULL);
  lua_pushboolean(L, 1);
  return 1;
}


/* core.file(path, limit) -> text, real path | nil, err; the path "-" is
   standard input.  The real path is a name only; nothing opens it again. */
int wk_core_file (lua_State *L) {
  size_t len;
  const char *path = luaL_checklstring(L, 1, &len);
  lua_Integer max = luaL_optinteger(L, 2, 16777216);
  size_t limit = max > 0 ? (size_t)max : 0, size = 0;
  void **guard = wk_push_guard(L);
  char *bytes = NULL;
  char real[PATH_MAX];
  ssize_t n = -1;
  wk_Fail fail;
  wk_Code code;
  if (memchr(path, '\0', len) != NULL) {  /* the system would end it there */
    char shown[256];
    code = wk_fail(&fail, WK_EFILE, "`%s` cannot be the name of a file",
                   wk_quote(shown, sizeof(shown), path, len, 60));
  }
  else if (strcmp(path, "-") == 0)
    code = wk_stream_read(STDIN_FILENO, limit, &bytes, &size, &fail);
  else {
    wk_File file;
    code = wk_file_open(path, &file, &fail);
    if (code == WK_OK) {
      char link[48];
      snprintf(link, sizeof(link), "/proc/self/fd/%d", file.fd);
      n = readlink(link, real, sizeof(real));
      code = wk_file_read(&file, limit, &bytes, &size, &fail);
      wk_file_close(&file);
    }
  }
  *guard = bytes;
  if (code != WK_OK) return wk_push_failure(L, &fail, NULL);
  pushguarded(L, guard, size);
  if (n > 0 && (size_t)n < sizeof(real) && real[0] == '/')
    lua_pushlstring(L, real, (size_t)n);
  else
    lua_pushnil(L);
  return 2;
}


/* core.compile(text, path) -> function | nil, err */
int wk_core_compile (lua_State *L) {
  size_t len;
  const char *bytes = luaL_checklstring(L, 1, &len);
  wk_Doc doc;
  wk_Fail fail;
  luaL_checkstring(L, 2);
  lua_pushfstring(L, "@%s", lua_tostring(L, 2));
  if (wk_chunk_compile(L, bytes, len, lua_tostring(L, -1), &fail) == WK_OK)
    return 1;
  memset(&doc, 0, sizeof(doc));
  doc.origin = WK_FILE;
  lua_pushvalue(L, 2);
  doc.name = (char *)(uintptr_t)lua_tostring(L, 2);  /* only read */
  doc.source = (char *)(uintptr_t)bytes;
  doc.length = len;
  return wk_push_failure(L, &fail, &doc);
}


static void fill_root (lua_State *L) {
  luaL_setfuncs(L, root_meta, 0);
  wk_hide_meta(L);
  luaL_newlib(L, root_methods);
  lua_setfield(L, -2, "__index");
}


void wk_open_root (lua_State *L) {
  wk_push_meta(L, WK_ROOT, fill_root);
  lua_pop(L, 1);
}
