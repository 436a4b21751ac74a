/*
** yaml.h -- libyaml events -> nodes of a tree, with limits, typing by the
** YAML 1.2 core schema, merge keys, aliases as copies, and libyaml's
** messages translated.
**
** May call: fail, tree, scalar.  Never touches a lua_State.
*/

#ifndef wk_yaml_h
#define wk_yaml_h

#include "tree.h"

/* what a document may be at its top */
#define WK_TOP_MAP  0    /* a map; an empty document is an empty map */
#define WK_TOP_ANY  1    /* an override's value, or a file that is copied */

/* warnings found on the way: `{x:1}` and the like */
typedef void (*wk_Warn) (void *ud, const wk_Fail *warning);

/*
** Reads document `doc` (its source is in the tree) and gives its top node,
** which is the first node that the call adds.  A failed read leaves nodes
** that nothing refers to; the tree stays usable.  Marks of the failure are
** bytes in that source.
*/
wk_Code wk_yaml_read (wk_Tree *t, uint16_t doc, int top, wk_Warn warn,
                      void *ud, wk_Id *root, wk_Fail *f);

/*
** Types one plain scalar that stands alone, as an override's value does:
** a null, bool, int, float or string node.  EVALUE when a number does not
** fit.  `pos` is the byte of s in document `doc`.
*/
wk_Code wk_yaml_scalar (wk_Tree *t, uint16_t doc, uint32_t pos, const char *s,
                        size_t len, wk_Id *id, wk_Fail *f);

#endif
