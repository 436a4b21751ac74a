/*
** fuzz_expr.c -- any text as an expression: expr.lua says what must hold.
*/

#include "fuzz_lua.h"

FUZZ_SCRIPT("expr.lua")
