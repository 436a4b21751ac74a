/*
** fail.h -- the one error value, and the one table of what can go wrong.
**
** Ground floor: every room may fill a wk_Fail; fail.c calls no other room.
** The value has a fixed size and allocates nothing, so "out of memory" can
** be told like any other failure.  core.c turns it into the Lua table
** wick.Error; lua/wick/fail.lua makes the same table from Lua.
*/

#ifndef wk_fail_h
#define wk_fail_h

#include <stddef.h>
#include <stdarg.h>

/*
** The table: catalogue name, W code, kind (a stable word), exit status.
** The status follows the group of the code (the first two digits) unless
** the failure is the project's own (1) or a bug of wick (70).
*/
#define WK_FAILS(X) \
  X(EUSAGE,       1, "usage",        2)  /* command line: words */ \
  X(EOVERRIDE,    2, "usage",        2)  /* an override without a key */ \
  X(ENOKEY,       3, "not found",    3)  /* override of an absent key */ \
  X(EFILE,        4, "not found",    2)  /* a file that only argv names */ \
  X(EYAML,      101, "syntax",       3) \
  X(ETAB,       102, "syntax",       3) \
  X(EDUPKEY,    103, "duplicate",    3) \
  X(ERESERVED,  104, "syntax",       3)  /* a plain value starts with @ % ` */ \
  X(EINDENT,    105, "syntax",       3) \
  X(EENCODING,  106, "encoding",     3) \
  X(ETAG,       107, "tag",          3) \
  X(EALIAS,     108, "not found",    3)  /* an alias without its anchor */ \
  X(EKEY,       109, "type",         3)  /* a key of another type */ \
  X(EVALUE,     110, "range",        3)  /* a number that does not fit */ \
  X(EDOCUMENT,  111, "type",         3)  /* two documents, a list on top */ \
  X(EALIASLOOP, 112, "cycle",        3)  /* an alias inside its own anchor */ \
  X(ESPACING,   113, "doubtful",     3)  /* `{x:1}`, a warning */ \
  X(EMERGE,     114, "type",         3)  /* `<<` of what is no map */ \
  X(ELUA,       115, "syntax",       3)  /* a Lua config does not compile */ \
  X(ERAISED,    116, "raised",       3)  /* a Lua config raises an error */ \
  X(EMISFIT,    117, "type",         3)  /* a value that no config can hold */ \
  X(EUNSUPPORTED, 190, "unsupported", 3) /* not in this version */ \
  X(ENAME,      201, "name",         4) \
  X(ETARGET,    202, "type",         4)  /* a target that is no string */ \
  X(ENOTFOUND,  203, "not found",    4) \
  X(ENOMEMBER,  204, "not found",    4) \
  X(ESYNTAX,    205, "syntax",       4)  /* a module does not compile */ \
  X(ERUNTIME,   206, "load",         1)  /* a module raises while loading */ \
  X(ENOEXPORT,  207, "load",         4)  /* a module returns nothing */ \
  X(ESECOND,    208, "ambiguous",    4)  /* a later candidate fits, warning */ \
  X(EAMBIGUOUS, 209, "ambiguous",    4) \
  X(ENOTCALLABLE, 210, "type",       4)  /* no constructor */ \
  X(EPREFIX,    211, "name",         4)  /* not a name of the project */ \
  X(EPROJECT,   212, "project",      4)  /* NAME is taken, or none is open */ \
  X(ECASE,      213, "not found",    4)  /* letter case differs */ \
  X(EACCES,     215, "permission",   4) \
  X(EIO,        216, "system",       4) \
  X(EAGAIN,     217, "system",       4) \
  X(EMFILE,     218, "system",       4) \
  X(ECONSTRUCT, 301, "construction", 1) \
  X(EOPTION,    302, "not found",    3)  /* an option that is not declared */ \
  X(EREQUIRED,  303, "missing",      3)  /* a declared one is not given */ \
  X(EMISTYPED,  304, "type",         3)  /* it is of another type */ \
  X(ERESERVEDKEY, 305, "reserved key", 3) /* `_x_` in a component */ \
  X(ELATE,      306, "construction", 1)  /* a late expression raises */ \
  X(ECLOSE,     307, "construction", 1)  /* an object's __close raises */ \
  X(EREF,       401, "not found",    3) \
  X(ECYCLE,     402, "cycle",        3) \
  X(EREQUIRE,   403, "cycle",        1)  /* modules require each other */ \
  X(ESIGIL,     404, "syntax",       3)  /* `@alice hello` */ \
  X(EMISSING,   405, "missing",      3) \
  X(EEXPR,      406, "syntax",       3)  /* an expression does not parse */ \
  X(EEVAL,      407, "value",        3)  /* an expression fails */ \
  X(EOBJECT,    408, "type",         3)  /* a path leads into an object */ \
  X(EDISABLED,  409, "disabled",     3)  /* a reference to what is disabled */ \
  X(ESYMLINK,   501, "security",     5) \
  X(EBYTECODE,  502, "security",     5) \
  X(EESCAPE,    503, "security",     5) \
  X(ETYPE,      505, "security",     5)  /* not a regular file */ \
  X(EXDEV,      506, "security",     5)  /* a mount below the root */ \
  X(EUNSAFE,    507, "security",     5)  /* others may write it */ \
  X(ECHANGED,   508, "security",     5)  /* it changed while it was read */ \
  X(EORIGIN,    509, "security",     5)  /* not the project's own */ \
  X(EHAZARD,    510, "security",     5)  /* a plugin that weakens all */ \
  X(EUNTRUSTED, 511, "security",     5)  /* an untrusted config may not */ \
  X(EABI,       601, "version",      6)  /* a plugin for another Lua */ \
  X(EDLOPEN,    602, "load",         6)  /* the system's linker says no */ \
  X(ENOENTRY,   603, "load",         6)  /* no luaopen_ function */ \
  X(EELF,       605, "format",       6)  /* no shared object, or damaged */ \
  X(ESTATEMENT, 606, "statement",    6)  /* a plugin misstates what it is */ \
  X(EUNSTATED,  607, "doubtful",     6)  /* no statement: a warning */ \
  X(ENOPROC,    608, "system",       6)  /* no /proc to load through */ \
  X(EBUDGET,    701, "limit",        7)  /* value.bytes, value.nodes */ \
  X(ESIZE,      702, "limit",        7) \
  X(EALIASES,   703, "limit",        7) \
  X(EDEPTH,     704, "limit",        7) \
  X(ELIMIT,     705, "limit",        7) \
  X(ENOMEM,     706, "limit",        7) \
  X(ELUASTEPS,  707, "limit",        7)  /* a Lua config runs too long */ \
  X(ELUABYTES,  708, "limit",        7)  /* and takes too much memory */ \
  X(EINCLUDE,   801, "not found",    3)  /* a document that one names */ \
  X(EMIX,       802, "type",         3)  /* a map merged into a scalar */ \
  X(EROOT,      803, "not found",    3)  /* the folder `project:` names */ \
  X(ENEAR,      804, "doubtful",     3)  /* nearly a reserved key, warning */ \
  X(EINCLUDELOOP, 805, "cycle",      3)  /* documents name each other */ \
  X(EGONE,      806, "not found",    3)  /* `~k` of an absent key */ \
  X(EOPERATOR,  807, "syntax",       3)  /* `k` and `+k` in one map */ \
  X(EDEFAULTS,  808, "type",         3)  /* an entry of `defaults` */ \
  X(EUNREAD,    809, "unread",       3)  /* a key that nothing reads */ \
  X(EDOTTED,    810, "doubtful",     3)  /* `a.b: 1` beside `a`, a warning */ \
  X(EBUG,      9999, "bug",         70)

typedef enum wk_Code {
  WK_OK = 0,
#define X(name, code, kind, status) WK_##name,
  WK_FAILS(X)
#undef X
  WK_NCODES
} wk_Code;

typedef struct wk_CodeInfo {
  const char *name;    /* "ENAME" */
  const char *kind;    /* "name" */
  int number;          /* 201, printed as W0201 */
  int status;          /* exit status of the command */
} wk_CodeInfo;

/* what the table says of a code; never NULL */
const wk_CodeInfo *wk_code_info (wk_Code code);

#define WK_FAIL_TEXT   384   /* bytes of one text, with its NUL */
#define WK_FAIL_MARKS  3
#define WK_FAIL_LINES  4     /* notes, and helps */

/* a place in the source that was being read: `length` bytes at `byte`
   (from 0); label may be empty */
typedef struct wk_Span {
  size_t byte, length;
  char label[WK_FAIL_TEXT / 2];
} wk_Span;

typedef struct wk_Fail {
  wk_Code code;                  /* WK_OK: nothing failed */
  int err;                       /* errno behind it, or 0 */
  int nmarks, nnotes, nhelps;
  char message[WK_FAIL_TEXT];    /* headline: one line, lower case */
  wk_Span marks[WK_FAIL_MARKS];  /* the first is the place to edit */
  char notes[WK_FAIL_LINES][WK_FAIL_TEXT];
  char helps[WK_FAIL_LINES][WK_FAIL_TEXT];
} wk_Fail;

#if defined(__GNUC__)
#define WK_PRINTF(a, b) __attribute__((format(printf, a, b)))
#else
#define WK_PRINTF(a, b)
#endif

/* start the failure `code` with its headline; clears what was there.
   Gives `code`, so `return wk_fail(f, WK_ENAME, ...)` reads well. */
wk_Code wk_fail (wk_Fail *f, wk_Code code, const char *fmt, ...)
                 WK_PRINTF(3, 4);

/* add a mark, a note, a help; silently dropped when the value is full */
void wk_fail_mark (wk_Fail *f, size_t byte, size_t length,
                   const char *fmt, ...) WK_PRINTF(4, 5);
void wk_fail_note (wk_Fail *f, const char *fmt, ...) WK_PRINTF(2, 3);
void wk_fail_help (wk_Fail *f, const char *fmt, ...) WK_PRINTF(2, 3);

/*
** Hostile bytes made fit for a message: control bytes, bytes that are no
** UTF-8 and characters that hide or turn text appear as \xNN, more than `max`
** characters end in an ellipsis.  Writes at most `size` bytes with the NUL
** into `out` and gives `out`.
*/
const char *wk_quote (char *out, size_t size, const char *s, size_t len,
                      size_t max);

#define WK_HIDDEN  "\xE2\x80\xB9hidden\xE2\x80\xBA"   /* for a secret */

/* does the last word of a key name a secret (password, token, api_key, ...)?
   A text under it is never shown. */
int wk_issecret (const char *key, size_t len);
/* the bytes of the first such text in a line of a config or command that ends
   behind byte `from` (from 0); *start is where it begins, quotes and all.  0:
   there is none. */
size_t wk_secret_value (const char *line, size_t len, size_t from,
                        size_t *start);

/* the length in bytes of the UTF-8 character at s (1 to 4), or 0 when the
   bytes up to `end` are not well formed (overlong, surrogate, truncated) */
int wk_utf8 (const char *s, const char *end);
/* the code point of the well-formed character of n bytes at s */
unsigned long wk_codepoint (const char *s, int n);

#endif
