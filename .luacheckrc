std = "lua54"
codes = true
max_line_length = 100
include_files = { "**/*.lua", "**/*.rockspec", ".luacheckrc", ".busted", "tests/run" }
-- fixtures are wrong on purpose
exclude_files = { "tests/fixtures", "tests/*/fixtures", "lua_modules", "build" }
files["**/*_spec.lua"] = { std = "+busted" }
-- files that are lists of globals by nature
files["rocks"] = { std = "min", allow_defined_top = true, ignore = { "131" } }
-- Lua configs: the names that wick gives them
files["examples/lua-config"] = { std = "min", read_globals = { "append", "copy", "delete", "env",
  "expr", "include", "null", "ref", "replace", "target" } }
files[".luacheckrc"] = { std = "+luacheckrc" }
