/*
** fuzz_override.c -- lines of any text as the overrides of a config:
** override.lua says what must hold.
*/

#include "fuzz_lua.h"

FUZZ_SCRIPT("override.lua")
