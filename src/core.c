/*
** core.c -- luaopen_wick_core: hands the rooms of the C floor to Lua.
**
** May call: every C room.  A fallible function gives nil and a wick.Error;
** misuse (a wrong argument) raises.
*/

#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

#include "chunk.h"
#include "core.h"
#include "exports.h"
#include "fail.h"
#include "keypath.h"
#include "lex.h"
#include "path.h"
#include "tree.h"

LUAMOD_API int luaopen_wick_core (lua_State *L);


/*
** {======================================================
** Failures, marks, guards
** =======================================================
*/

static void setstring (lua_State *L, const char *field, const char *s) {
  lua_pushstring(L, s);
  lua_setfield(L, -2, field);
}


static void setinteger (lua_State *L, const char *field, lua_Integer n) {
  lua_pushinteger(L, n);
  lua_setfield(L, -2, field);
}


void wk_push_mark (lua_State *L, const wk_Doc *doc, size_t byte,
                   size_t length, const char *label) {
  lua_createtable(L, 0, 8);
  setinteger(L, "byte", (lua_Integer)byte + 1);
  setinteger(L, "length", (lua_Integer)length);
  setstring(L, "label", label);
  if (doc == NULL) return;
  switch (doc->origin) {
    case WK_FILE: setstring(L, "file", doc->name); break;
    case WK_ARGV: setinteger(L, "argv", doc->number); break;
    case WK_TABLE: lua_pushboolean(L, 1); lua_setfield(L, -2, "host"); break;
  }
  if (doc->source) {
    size_t line, column, start, stop;
    wk_place(doc->source, doc->length, byte, &line, &column, &start, &stop);
    setinteger(L, "line", (lua_Integer)line);
    setinteger(L, "column", (lua_Integer)column);
    if (stop - start > 4096) stop = start + 4096;  /* enough to show */
    lua_pushlstring(L, doc->source + start, stop - start);
    lua_setfield(L, -2, "text");
  }
}


static void pushlines (lua_State *L, const char lines[][WK_FAIL_TEXT], int n,
                       const char *field) {
  int i;
  lua_createtable(L, n, 0);
  for (i = 0; i < n; i++) {
    lua_pushstring(L, lines[i]);
    lua_rawseti(L, -2, i + 1);
  }
  lua_setfield(L, -2, field);
}


void wk_push_error (lua_State *L, const wk_Fail *f, const wk_Doc *doc,
                    const char *severity) {
  const wk_CodeInfo *info = wk_code_info(f->code);
  int i;
  lua_createtable(L, 0, 12);
  setstring(L, "name", info->name);
  lua_pushfstring(L, "W%d%d%d%d", info->number / 1000,
                  info->number / 100 % 10, info->number / 10 % 10,
                  info->number % 10);
  lua_setfield(L, -2, "code");
  setstring(L, "kind", info->kind);
  setinteger(L, "status", info->status);
  setstring(L, "severity", severity);
  setstring(L, "message", f->message);
  if (f->err != 0) setinteger(L, "errno", f->err);
  lua_createtable(L, f->nmarks, 0);
  for (i = 0; i < f->nmarks; i++) {
    const wk_Span *span = &f->marks[i];
    wk_push_mark(L, doc, span->byte, span->length, span->label);
    lua_rawseti(L, -2, i + 1);
  }
  lua_setfield(L, -2, "marks");
  pushlines(L, f->notes, f->nnotes, "notes");
  pushlines(L, f->helps, f->nhelps, "helps");
  lua_createtable(L, 1, 0);
  lua_pushvalue(L, -2);
  lua_rawseti(L, -2, 1);
  lua_setfield(L, -2, "errors");
  luaL_setmetatable(L, WK_ERROR);
}


int wk_push_failure (lua_State *L, const wk_Fail *f, const wk_Doc *doc) {
  luaL_pushfail(L);
  wk_push_error(L, f, doc, "error");
  return 2;
}


static int guard_free (lua_State *L) {
  void **block = (void **)lua_touserdata(L, 1);
  free(*block);
  *block = NULL;
  return 0;
}


void **wk_push_guard (lua_State *L) {
  void **block = (void **)lua_newuserdatauv(L, sizeof(void *), 0);
  *block = NULL;
  if (luaL_newmetatable(L, "wick.guard")) {
    lua_pushcfunction(L, guard_free);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  return block;
}


/* pushes the guarded bytes as a string and frees the block */
static void pushguarded (lua_State *L, void **guard, size_t len) {
  lua_pushlstring(L, (const char *)*guard, len);
  free(*guard);
  *guard = NULL;
}

/* }====================================================== */


/*
** {======================================================
** Roots: core.root(dir, options) and what a root does
** =======================================================
*/

static wk_Root *checkroot (lua_State *L) {
  wk_Root *root = (wk_Root *)luaL_checkudata(L, 1, WK_ROOT);
  luaL_argcheck(L, root->fd >= 0, 1, "the root is closed");
  return root;
}


static int root_close (lua_State *L) {
  wk_root_close((wk_Root *)luaL_checkudata(L, 1, WK_ROOT));
  return 0;
}


/* core.root(dir, {backend = "auto"}) -> root | nil, err */
static int core_root (lua_State *L) {
  static const char *const names[] = {"auto", "openat2", "walk", NULL};
  size_t len;
  const char *dir = luaL_checklstring(L, 1, &len);
  int backend = WK_AUTO;
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
  if (wk_root_open(root, dir, len, (wk_Backend)backend, &fail) != WK_OK)
    return wk_push_failure(L, &fail, NULL);
  return 1;
}


static void pushfile (lua_State *L, const wk_File *file) {
  lua_createtable(L, 0, 7);
  setinteger(L, "dev", (lua_Integer)file->dev);
  setinteger(L, "ino", (lua_Integer)file->ino);
  setinteger(L, "size", (lua_Integer)file->size);
  setinteger(L, "mode", (lua_Integer)(file->mode & 07777));
  setinteger(L, "uid", (lua_Integer)file->uid);
  setinteger(L, "nlink", (lua_Integer)file->nlink);
  setinteger(L, "mtime", (lua_Integer)file->mtime_s);
}


/* root:read(rel, limit) -> text, file | nil, err.  Between open and close
   no Lua runs, so no error can leak the descriptor. */
static int root_read (lua_State *L) {
  wk_Root *root = checkroot(L);
  size_t len, size = 0;
  const char *rel = luaL_checklstring(L, 2, &len);
  lua_Integer limit = luaL_optinteger(L, 3, 8388608);
  void **guard = wk_push_guard(L);
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
  if (code != WK_OK) return wk_push_failure(L, &fail, NULL);
  pushguarded(L, guard, size);
  pushfile(L, &file);
  return 2;
}


/* root:list(rel) -> array of names | nil, err */
static int root_list (lua_State *L) {
  wk_Root *root = checkroot(L);
  size_t len, size = 0, at;
  const char *rel = luaL_checklstring(L, 2, &len);
  void **guard = wk_push_guard(L);
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


static int root_info (lua_State *L) {
  wk_Root *root = checkroot(L);
  lua_createtable(L, 0, 5);
  setstring(L, "path", root->real ? root->real : "");
  setstring(L, "backend", root->backend == WK_WALK ? "walk" : "openat2");
  lua_pushboolean(L, root->folds);
  lua_setfield(L, -2, "folds");
  setinteger(L, "dev", (lua_Integer)root->dev);
  setinteger(L, "ino", (lua_Integer)root->ino);
  return 1;
}


static int root_tostring (lua_State *L) {
  wk_Root *root = (wk_Root *)luaL_checkudata(L, 1, WK_ROOT);
  lua_pushfstring(L, "wick.root (%s)",
                  root->fd < 0 ? "closed" : root->real ? root->real : "?");
  return 1;
}


static const luaL_Reg root_methods[] = {
  {"read", root_read}, {"list", root_list}, {"info", root_info},
  {"close", root_close}, {NULL, NULL}
};


static const luaL_Reg root_meta[] = {
  {"__gc", root_close}, {"__close", root_close},
  {"__tostring", root_tostring}, {NULL, NULL}
};

/* }====================================================== */


/*
** {======================================================
** Names, files, modules
** =======================================================
*/

/* core.name(text) -> true | nil, err */
static int core_name (lua_State *L) {
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
static int core_file (lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  lua_Integer max = luaL_optinteger(L, 2, 16777216);
  size_t limit = max > 0 ? (size_t)max : 0, size = 0;
  void **guard = wk_push_guard(L);
  char *bytes = NULL;
  char real[PATH_MAX];
  ssize_t n = -1;
  wk_Fail fail;
  wk_Code code;
  if (strcmp(path, "-") == 0)
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
static int core_compile (lua_State *L) {
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


static void exported (void *ud, const char *name, size_t len, size_t byte) {
  lua_State *L = (lua_State *)ud;
  lua_createtable(L, 0, 2);
  lua_pushlstring(L, name, len);
  lua_setfield(L, -2, "name");
  setinteger(L, "byte", (lua_Integer)byte + 1);
  lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
}


/* core.exports(text, name) -> "yes"|"no"|"unknown", byte
   core.exports(text) -> array of {name, byte}, closed, byte of the return */
static int core_exports (lua_State *L) {
  size_t len, nlen, byte = 0;
  const char *text = luaL_checklstring(L, 1, &len);
  wk_Exports result;
  if (!lua_isnoneornil(L, 2)) {
    static const char *const verdicts[] = {"no", "yes", "unknown"};
    const char *name = luaL_checklstring(L, 2, &nlen);
    wk_Export verdict = wk_exports_name(text, len, name, nlen, &byte);
    lua_pushstring(L, verdicts[verdict]);
    lua_pushinteger(L, (lua_Integer)byte + 1);
    return 2;
  }
  lua_newtable(L);
  luaL_checkstack(L, 8, NULL);
  wk_exports(text, len, exported, L, &result);
  lua_pushboolean(L, result.closed);
  lua_pushinteger(L, (lua_Integer)result.returns + 1);
  return 3;
}

/* }====================================================== */


/*
** {======================================================
** Words: tokens, key paths, places
** =======================================================
*/

/* core.lex(text, references) -> kinds, starts, stops, problem */
static int core_lex (lua_State *L) {
  static const char *const names[] = {
    "end", "bad", "name", "keyword", "number", "string", "op", "at",
    "comment"
  };
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  lua_Integer n = 0;
  wk_Lex lex;
  wk_Token token;
  wk_lex_init(&lex, text, len);
  lex.references = lua_toboolean(L, 2);
  lua_newtable(L);
  lua_newtable(L);
  lua_newtable(L);
  do {
    token = wk_lex_next(&lex);
    if (token == WK_T_END) break;
    lua_pushstring(L, names[token]);
    lua_rawseti(L, -4, ++n);
    lua_pushinteger(L, (lua_Integer)lex.start + 1);
    lua_rawseti(L, -3, n);
    lua_pushinteger(L, (lua_Integer)lex.stop);
    lua_rawseti(L, -2, n);
  } while (token != WK_T_BAD);
  if (token == WK_T_BAD) lua_pushstring(L, lex.problem);
  else lua_pushnil(L);
  return 4;
}


/* core.unquote(token) -> text | nil, byte of the wrong escape */
static int core_unquote (lua_State *L) {
  size_t len, size, bad = 0;
  const char *s = luaL_checklstring(L, 1, &len);
  char *out = (char *)lua_newuserdatauv(L, len + 1, 0);
  size = wk_lex_string(s, len, out, &bad);
  if (size == (size_t)-1) {
    luaL_pushfail(L);
    lua_pushinteger(L, (lua_Integer)bad + 1);
    return 2;
  }
  lua_pushlstring(L, out, size);
  return 1;
}


static int path_free (lua_State *L) {
  wk_path_free((wk_Path *)lua_touserdata(L, 1));
  return 0;
}


/* core.keypath(text, in_expression) -> path | nil, err */
static int core_keypath (lua_State *L) {
  size_t len, i;
  const char *text = luaL_checklstring(L, 1, &len);
  wk_Path *path = (wk_Path *)lua_newuserdatauv(L, sizeof(wk_Path), 0);
  wk_Fail fail;
  wk_Code code;
  path->names = NULL;
  if (luaL_newmetatable(L, "wick.path")) {
    lua_pushcfunction(L, path_free);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  code = wk_path_parse(text, len, lua_toboolean(L, 2), path, &fail);
  if (code != WK_OK) {
    wk_path_free(path);
    return wk_push_failure(L, &fail, NULL);
  }
  lua_createtable(L, (int)path->count, 4);
  lua_createtable(L, (int)path->count, 0);  /* starts */
  lua_createtable(L, (int)path->count, 0);  /* stops */
  for (i = 0; i < path->count; i++) {
    const wk_Segment *segment = &path->segments[i];
    lua_Integer place = (lua_Integer)i + 1;
    if (segment->is_index) lua_pushinteger(L, segment->index);
    else lua_pushlstring(L, path->names + segment->name, segment->size);
    lua_rawseti(L, -4, place);
    lua_pushinteger(L, (lua_Integer)segment->start + 1);
    lua_rawseti(L, -3, place);
    lua_pushinteger(L, (lua_Integer)segment->stop);
    lua_rawseti(L, -2, place);
  }
  lua_setfield(L, -3, "stops");
  lua_setfield(L, -2, "starts");
  setinteger(L, "up", path->up);
  setinteger(L, "length", (lua_Integer)path->length);
  wk_path_free(path);
  return 1;
}


/* prints segment i of the list at index 1 as wk_segment_print does */
static size_t printsegment (lua_State *L, lua_Integer i, char *out,
                            size_t size) {
  size_t len = 0, need;
  int is_index = lua_rawgeti(L, 1, i) == LUA_TNUMBER;
  lua_Integer index = is_index ? lua_tointeger(L, -1) : 0;
  const char *name = is_index ? NULL : luaL_checklstring(L, -1, &len);
  need = wk_segment_print(out, size, i == 1, is_index, index, name, len);
  lua_pop(L, 1);
  return need;
}


/* core.keytext(segments) -> the key path as text */
static int core_keytext (lua_State *L) {
  lua_Integer i, n;
  size_t size = 1, at = 0;
  char *out;
  luaL_checktype(L, 1, LUA_TTABLE);
  n = luaL_len(L, 1);
  for (i = 1; i <= n; i++) size += printsegment(L, i, NULL, 0);
  out = (char *)lua_newuserdatauv(L, size, 0);
  for (i = 1; i <= n; i++) at += printsegment(L, i, out + at, size - at);
  lua_pushlstring(L, out, at);
  return 1;
}


/* core.place(text, byte) -> line, column, the line's text */
static int core_place (lua_State *L) {
  size_t len, line, column, start, stop;
  const char *text = luaL_checklstring(L, 1, &len);
  lua_Integer byte = luaL_checkinteger(L, 2);
  if (byte < 1) byte = 1;
  wk_place(text, len, (size_t)byte - 1, &line, &column, &start, &stop);
  lua_pushinteger(L, (lua_Integer)line);
  lua_pushinteger(L, (lua_Integer)column);
  if (stop - start > 4096) stop = start + 4096;
  lua_pushlstring(L, text + start, stop - start);
  return 3;
}


/* core.quote(text, max) -> text fit for a message */
static int core_quote (lua_State *L) {
  char out[4096];
  size_t len;
  const char *s = luaL_checklstring(L, 1, &len);
  lua_Integer max = luaL_optinteger(L, 2, 60);
  wk_quote(out, sizeof(out), s, len, max > 0 ? (size_t)max : 0);
  lua_pushstring(L, out);
  return 1;
}


/* core.terminal(fd) -> whether it is one, its width or nil */
static int core_terminal (lua_State *L) {
  int fd = (int)luaL_checkinteger(L, 1);
  struct winsize size;
  lua_pushboolean(L, isatty(fd));
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    lua_pushinteger(L, size.ws_col);
  else
    lua_pushnil(L);
  return 2;
}


/* core.directory() -> the current directory, or nil when it is gone */
static int core_directory (lua_State *L) {
  char path[PATH_MAX];
  if (getcwd(path, sizeof(path)) == NULL) return 0;
  lua_pushstring(L, path);
  return 1;
}

/* }====================================================== */


void wk_push_null (lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, WK_NULLS "!");
}


static int null_tostring (lua_State *L) {
  lua_pushliteral(L, "null");
  return 1;
}


/* makes wick.null once for a state, and leaves it on the stack */
static void open_null (lua_State *L) {
  if (lua_getfield(L, LUA_REGISTRYINDEX, WK_NULLS "!") != LUA_TNIL) return;
  lua_pop(L, 1);
  lua_newuserdatauv(L, 0, 0);
  luaL_newmetatable(L, WK_NULLS);
  lua_pushcfunction(L, null_tostring);
  lua_setfield(L, -2, "__tostring");
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_setfield(L, LUA_REGISTRYINDEX, WK_NULLS "!");
}


static void open_root (lua_State *L) {
  if (luaL_newmetatable(L, WK_ROOT)) {
    luaL_setfuncs(L, root_meta, 0);
    luaL_newlib(L, root_methods);
    lua_setfield(L, -2, "__index");
  }
  lua_pop(L, 1);
}


/* pushes the table of codes: name -> {code, kind, status} */
static void push_codes (lua_State *L) {
  int i;
  lua_createtable(L, 0, WK_NCODES);
  for (i = 1; i < WK_NCODES; i++) {
    const wk_CodeInfo *info = wk_code_info((wk_Code)i);
    char code[16];
    lua_createtable(L, 0, 3);
    snprintf(code, sizeof(code), "W%04d", info->number);
    setstring(L, "code", code);
    setstring(L, "kind", info->kind);
    setinteger(L, "status", info->status);
    lua_setfield(L, -2, info->name);
  }
}


/* pushes the table of limits: name -> default */
static void push_limits (lua_State *L) {
  lua_newtable(L);
#define X(field, name, deflt) setinteger(L, name, deflt);
  WK_LIMITS(X)
#undef X
}


static const luaL_Reg functions[] = {
  {"root", core_root}, {"name", core_name}, {"file", core_file},
  {"compile", core_compile}, {"exports", core_exports}, {"lex", core_lex},
  {"unquote", core_unquote}, {"keypath", core_keypath},
  {"keytext", core_keytext}, {"place", core_place}, {"quote", core_quote},
  {"tree", wk_new_tree}, {"terminal", core_terminal},
  {"directory", core_directory}, {NULL, NULL}
};


LUAMOD_API int luaopen_wick_core (lua_State *L) {
  luaL_newlib(L, functions);
  luaL_newmetatable(L, WK_ERROR);
  lua_setfield(L, -2, "Error");
  open_root(L);
  wk_open_tree(L);
  open_null(L);
  lua_setfield(L, -2, "null");
  push_codes(L);
  lua_setfield(L, -2, "codes");
  push_limits(L);
  lua_setfield(L, -2, "limits");
  return 1;
}
