/*
** chunk.c -- bytes of a module -> a Lua function (see chunk.h).
**
** May call: fail.
**
** The bytes come from the resolver's buffer; no file is opened here.  Lua
** has no verifier for bytecode: three changed bytes in a precompiled chunk
** crash the process (7 runs in 100, Lua 5.4.4), so the first byte behind a
** byte order mark and a `#!` line is looked at, and Lua is told "t" as well.
*/

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <lua.h>
#include <lauxlib.h>

#include "chunk.h"


#define PIECE  4096

#define TOKEN  256      /* bytes of a token that are looked for */

typedef struct Source {
  const char *bytes;
  size_t len;
  int (*pace) (lua_State *L, size_t len);
} Source;


/* a lua_Reader that hands out the whole text once, or piece by piece */
static const char *reader (lua_State *L, void *ud, size_t *size) {
  Source *source = (Source *)ud;
  const char *piece = source->bytes;
  *size = source->len;
  if (source->pace != NULL) {
    if (*size > PIECE) *size = PIECE;
    if (*size > 0 && !source->pace(L, *size)) *size = 0;
  }
  source->bytes += *size;
  source->len -= *size;
  return *size > 0 ? piece : NULL;
}


/* the bytes that Lua shall see: without a byte order mark and without a
   `#!` line, whose line end stays so that lines count from the same place */
static Source strip (const char *bytes, size_t len) {
  Source source = {bytes, len, NULL};
  if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
    source.bytes += 3;
    source.len -= 3;
  }
  if (source.len > 0 && source.bytes[0] == '#') {
    while (source.len > 0 && *source.bytes != '\n' && *source.bytes != '\r') {
      source.bytes++;
      source.len--;
    }
  }
  return source;
}


void wk_chunk_line (const char *s, size_t len, long line, size_t *start,
                    size_t *stop) {
  size_t i = 0;
  *start = 0;
  /* Lua counts the same lines, so the text never ends before */
  while (line > 1 && i < len) {  /* GCOVR_EXCL_BR_LINE */
    if (s[i] == '\n' || s[i] == '\r') {
      if (i + 1 < len && (s[i + 1] == '\n' || s[i + 1] == '\r') &&
          s[i + 1] != s[i]) i++;
      line--;
      *start = i + 1;
    }
    i++;
  }
  for (i = *start; i < len && s[i] != '\n' && s[i] != '\r'; i++) ;
  *stop = i;
}


/*
** Marks the place of a syntax error.  Lua tells the line and, behind
** "near '", the token; the token is looked for in that line, by its first
** bytes when it is long, and when it is not there the whole line is marked.
*/
static void mark (wk_Fail *f, const char *bytes, size_t len,
                  const char *message, long line) {
  size_t start, stop, at, length;
  const char *near = strstr(message, " near '");
  const char *end = strstr(message, " near <eof>");
  char label[96];
  size_t said = near ? (size_t)(near - message) :
                end ? (size_t)(end - message) : strlen(message);
  wk_chunk_line(bytes, len, line, &start, &stop);
  if (said > sizeof(label) - 1) said = sizeof(label) - 1;
  memcpy(label, message, said);
  label[said] = '\0';
  while (start < stop && isspace((unsigned char)bytes[start])) start++;
  at = start;
  length = stop > start ? stop - start : 1;
  if (end) {  /* the text stops where something should follow */
    at = stop;
    length = 1;
  }
  else if (near) {
    const char *token = near + 7;
    size_t tlen = strlen(token), i;
    tlen -= tlen > 0;  /* the quote behind it */
    for (i = start; i + tlen <= stop; i++) {
      if (memcmp(bytes + i, token, tlen < TOKEN ? tlen : TOKEN) == 0) {
        at = i;
        length = tlen;  /* the last one: errors are found late */
      }
    }
  }
  wk_fail_mark(f, at, length, "%s", label);
}


/* turns Lua's message (on the stack) into the failure; pops it */
static wk_Code failed (lua_State *L, int status, const char *bytes,
                       size_t len, const char *chunkname, wk_Fail *f) {
  const char *message = lua_tostring(L, -1);
  size_t skip;
  long line = 0;
  char text[200];
  if (status == LUA_ERRMEM) {
    wk_fail(f, WK_ENOMEM, "there is not enough memory to compile this module");
    lua_pop(L, 1);
    return WK_ENOMEM;
  }
  /* all that lua_load raises is text */
  if (message == NULL) message = "(no message)";  /* GCOVR_EXCL_BR_LINE */
  /* "NAME:LINE: text", where NAME is what luaO_chunkid makes of ours: at
     most LUA_IDSIZE - 1 bytes, any of which may be a colon */
  skip = strlen(chunkname + 1);
  if (skip > LUA_IDSIZE - 1) skip = LUA_IDSIZE - 1;
  if (strlen(message) > skip && message[skip] == ':') {
    char *end;
    line = strtol(message + skip + 1, &end, 10);
    /* no other Lua than this one would say it otherwise */
    if (end[0] == ':' && end[1] == ' ')  /* GCOVR_EXCL_BR_LINE */
      message = end + 2;
  }
  wk_fail(f, WK_ESYNTAX, "this module does not compile");
  if (line > 0) mark(f, bytes, len, message, line);
  wk_fail_note(f, "Lua says: %s",
               wk_quote(text, sizeof(text), message, strlen(message), 120));
  lua_pop(L, 1);
  return WK_ESYNTAX;
}


wk_Code wk_chunk_compile (lua_State *L, const char *bytes, size_t len,
                          const char *chunkname, wk_Fail *f) {
  return wk_chunk_paced(L, bytes, len, chunkname, NULL, f);
}


wk_Code wk_chunk_paced (lua_State *L, const char *bytes, size_t len,
                        const char *chunkname,
                        int (*pace) (lua_State *L, size_t len), wk_Fail *f) {
  Source source = strip(bytes, len);
  size_t first = 0;  /* behind the end of a `#!` line */
  int status;
  source.pace = pace;
  if (source.bytes != bytes)
    while (first < source.len && (source.bytes[first] == '\n' ||
                                  source.bytes[first] == '\r')) first++;
  if (first < source.len && source.bytes[first] == LUA_SIGNATURE[0]) {
    wk_fail(f, WK_EBYTECODE, "refused to load precompiled Lua bytecode");
    wk_fail_note(f, "the file starts with ESC (byte 0x1b): it is bytecode, "
                 "which can crash or take over the process");
    wk_fail_help(f, "ship the source file; there is no switch to allow "
                 "bytecode");
    return WK_EBYTECODE;
  }
  status = lua_load(L, reader, &source, chunkname, "t");
  if (status == LUA_OK) return WK_OK;
  return failed(L, status, bytes, len, chunkname, f);
}
