/*
** fuzz_config.c -- any bytes as a config that is loaded and shown: config.lua
** says what must hold.
*/

#include "fuzz_lua.h"

FUZZ_SCRIPT("config.lua")
