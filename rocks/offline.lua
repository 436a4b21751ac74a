-- Debian supplies these; tell LuaRocks so:
--     LUAROCKS_CONFIG=$PWD/rocks/offline.lua luarocks --lua-version 5.4 ...
rocks_provided = {
  luafilesystem = "1.8.0-1",
  dkjson = "2.6-1",
  busted = "2.1.1-1",
}
