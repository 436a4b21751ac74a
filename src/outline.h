/*
** outline.h -- where the table constructors of a Lua text stand, and each key
** and value in them, told without running it.
**
** May call: lex.  Never touches a lua_State.
**
** For the marks of Lua configs.  The text was compiled by Lua before, so only
** Lua comes here; what the walk does not understand it leaves out, and then
** a value has a less exact mark.
*/

#ifndef wk_outline_h
#define wk_outline_h

#include <stddef.h>
#include <stdint.h>

#define WK_NOWHERE  UINT32_MAX

typedef enum wk_FieldKind {
  WK_F_OTHER,      /* an expression */
  WK_F_TABLE,      /* a table constructor, or a call with no other argument,
                      such as `target "name" { }` */
  WK_F_NAME,       /* a name alone: [value, stop) */
  WK_F_LITERAL     /* one string, number, true or false: [value, stop) */
} wk_FieldKind;

/*
** A value that stands in the text.  Numbers of fields are from 1.
*/
typedef struct wk_Field {
  uint32_t key;      /* the name, the string or the number that is its key;
                        WK_NOWHERE when it is computed, or a list's item */
  uint32_t keysize;  /* bytes of that; of an item: its place, from 1 */
  uint32_t whole;    /* where the value begins, append and replace included */
  uint32_t value;    /* where it begins without these */
  uint32_t stop;     /* where it ends; 0 when that was not looked for */
  uint32_t next;     /* the next field of the same table, or 0 */
  uint32_t first;    /* the fields of its constructor, in order; what is
                        assigned to them later comes behind */
  uint32_t last;
  uint32_t brace;    /* the `{` of that constructor, or WK_NOWHERE */
  uint8_t kind;      /* a wk_FieldKind */
  uint8_t isitem;    /* a list's item: it has no key of its own */
  uint8_t assigned;  /* by `NAME.key =`, behind the constructor */
} wk_Field;

typedef struct wk_Outline {
  const char *text;
  size_t length;
  wk_Field *fields;     /* fields[0] is unused */
  uint32_t nfields, cfields, most;
  uint32_t firstname, lastname;      /* `local NAME =`, `NAME =` */
  uint32_t firstreturn, lastreturn;  /* `return` outside of functions */
  uint32_t work;        /* what looking for names may still cost */
} wk_Outline;

/*
** Reads the text, which must outlive the outline.  At most `most` fields are
** kept, and fewer when memory is short: the rest has no place.  To be freed.
*/
void wk_outline_read (wk_Outline *o, const char *text, size_t length,
                      size_t most);
void wk_outline_free (wk_Outline *o);

/* the field of `local NAME = value` or `NAME = value` above byte `before` that
   a lone name at [at, stop) means, or 0 */
uint32_t wk_outline_named (wk_Outline *o, uint32_t at, uint32_t stop,
                           uint32_t before);

/* the string token that a call at `at` is given first: behind a name, and
   perhaps a `(`.  Gives its byte and in *stop its end, or WK_NOWHERE. */
uint32_t wk_outline_argument (const char *text, size_t length, uint32_t at,
                              uint32_t *stop);


/*
** {======================================================
** Between the files of this room only (outline_field.c)
** =======================================================
*/

/* an outline without fields; gives 0 when memory is short, and it has none
   then and gets none */
int wk_field_begin (wk_Outline *o, const char *text, size_t length,
                    size_t most);
/* a new field, last in the list of `first` and `last`, or in the constructor
   that field `up` holds; 0 when there is no room for it, or `up` is 0 */
uint32_t wk_field_add (wk_Outline *o, uint32_t *first, uint32_t *last);
uint32_t wk_field_addto (wk_Outline *o, uint32_t up);
/* the last field of a list that has the key at [start, stop), or 0 */
uint32_t wk_field_find (wk_Outline *o, uint32_t first, size_t start,
                        size_t stop);

/* }====================================================== */

#endif
