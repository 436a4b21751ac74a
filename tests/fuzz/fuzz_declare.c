/*
** fuzz_declare.c -- any text as a module that declares its parameters:
** declare.lua says what must hold.
*/

#include "fuzz_lua.h"

FUZZ_SCRIPT("declare.lua")
