-- rows: names, paths and file types of the attack catalogue, as data.
--
-- A row:
--   [1], [2]  its number in the catalogue, and its title
--   part      a word, where one number has several entries
--   setup     what there is: {KIND, PATH, ...}, PATH below a fresh folder T
--                 {"dir", path}               {"file", path, text?}
--                 {"link", path, to}          {"hardlink", path, from}
--                 {"fifo", path}              {"socket", path}
--                 {"sparse", path, bytes}     {"device", path, "c"|"b", major, minor}
--                 {"chmod", path, mode}       {"chown", path, "UID:GID"}
--                 {"deep", path, folder, file}: a file in a folder below path,
--                   where all together may be too long for one path
--                 {"bind", path, from}        {"tmpfs", path}      (last, in this order)
--             the folder `proj` is always there
--   fold      a folder to mount a file system on that ignores letter case
--   door      "name" (a target), "file" (a file below the root), "yaml" (a
--             document below the root), "target" (a target through Lua, whole)
--             or "config" (a config below the root through Lua, built)
--   input     what is asked, or a list of such
--   expect    the name of the code, or "OK"; or a list, one for each input
--   events    how many events libyaml may give for a document of the row
--   steps     instead of these three: {WORD, ..., CODE}, see lines.h; a
--             question ends in its code.  Steps start in T
--   root      what is opened (default "$T/proj"); false: the steps do it
--   as        "nobody": another user asks, not root
--   through   "lua": there is no such question to C alone
--   naive     true: the catalogue says that a naive loader gets it wrong
--   why       why this control does not, although the catalogue says so
--   asks_naive  what the control is asked instead
-- `$T` in a path or an input is the folder.

local function many(n, item)
  local list = {}
  for i = 1, n do
    list[i] = item(i)
  end
  return list
end

local DEEP = ("d"):rep(240) .. ("/" .. ("d"):rep(240)):rep(15)

local rows = {
  -- A. names

  { 1, "the empty name", door = "name", input = "", expect = "ENAME",
    setup = { { "file", "proj/.lua" } }, naive = true },

  { 2, "only dots", door = "name", input = { ".", "..", "..." }, expect = "ENAME",
    setup = { { "file", "proj/.lua" } } },

  { 3, "an empty part", door = "name", input = { "a..b", ".a", "a." }, expect = "ENAME",
    setup = { { "file", "proj/a.lua" }, { "file", "proj/a/b.lua" }, { "file", "proj/a/.lua" } },
    naive = true },

  { 4, "a way up", door = "name", input = { "../../etc/passwd", "../evil.Model" },
    expect = "ENAME", setup = { { "file", "evil/Model.lua" } } },

  { 5, "an absolute path", door = "name", input = { "/etc/passwd", "$T/proj/a.lua" },
    expect = "ENAME", setup = { { "file", "proj/a.lua" } } },

  { 6, "slashes", door = "name", input = { "a/b", "a//b", "a/./b" }, expect = "ENAME",
    setup = { { "file", "proj/a/b.lua" } }, naive = true },

  { 7, "backslashes and drives", door = "name",
    input = { "a\\b", "..\\..\\x", "C:x", "\\\\srv\\x" }, expect = "ENAME",
    setup = { { "file", "proj/a\\b.lua" }, { "file", "proj/C:x.lua" } } },

  { 8, "a NUL byte", door = "name", input = { "a\0.b", "a\0", "\0", "a.b\0/../x" },
    expect = "ENAME", setup = { { "file", "proj/a.lua" }, { "file", "proj/a/b.lua" } },
    naive = true },

  { 9, "shell and URL spellings", door = "name",
    input = { "%2e%2e%2f", "~root", "$HOME", "`id`", "*", "a\n", "\n", "a b", "a;b", "x?", "a-b" },
    expect = "ENAME" },

  { 10, "letters that look alike", door = "name",
    input = {
      "m\u{43E}dels", "\u{FF0E}\u{FF0E}\u{FF0F}x", "a\u{202E}b", "caf\u{E9}", "cafe\u{301}",
      "\u{FEFF}a", "a\u{200B}",
    },
    expect = "ENAME",
    setup = { { "file", "proj/m\u{43E}dels.lua" }, { "file", "proj/caf\u{E9}.lua" },
      { "file", "proj/a\u{202E}b.lua" } },
    naive = true },

  { 11, "bytes that are no UTF-8", door = "name",
    input = { "a\xFF", "\xC0\xAE\xC0\xAE", "a\xED\xA0\x80", "a\xF4\x90\x80\x80", "a\xE2\x80" },
    expect = "ENAME", setup = { { "file", "proj/a\xFF.lua" } }, naive = true },

  { 12, "names that are too long", door = "name",
    input = {
      ("a"):rep(65), "b." .. ("a"):rep(65), ("a."):rep(16) .. "a",
      (("a"):rep(63) .. "."):rep(4) .. "abcd", ("a"):rep(1048576), ("a."):rep(524288),
    },
    expect = "ENAME",
    setup = { { "file", "proj/" .. ("a"):rep(65) .. ".lua" },
      { "file", "proj/" .. ("a/"):rep(16) .. "a.lua" } },
    naive = true },

  { 13, "`init` and the words of Lua", door = "name",
    input = { "init", "a.init", "a.init.b", "nil", "end", "a.while", "initial" },
    expect = { "ENAME", "ENAME", "ENAME", "OK", "OK", "OK", "OK" },
    setup = { { "file", "proj/init.lua" }, { "file", "proj/a/init.lua" },
      { "file", "proj/nil.lua" }, { "file", "proj/end.lua" }, { "file", "proj/a/while.lua" },
      { "file", "proj/initial.lua" } } },

  { 14, "another letter case on a folding file system", fold = "proj",
    steps = {
      { "name", "Models", "OK" }, { "name", "models", "ECASE" }, { "name", "MODELS", "ECASE" },
      { "name", "Sub.Net", "OK" }, { "name", "sub.Net", "ECASE" }, { "name", "Sub.net", "ECASE" },
      { "file", "Sub/plain.lua", "OK" }, { "file", "Sub/plain.LUA", "ECASE" },
      { "name", "none", "ENOTFOUND" }, { "name", "Sub.none", "ENOTFOUND" },
    },
    naive = true },

  { 15, "two files for one name", door = "target", input = "proj.m", expect = "EAMBIGUOUS",
    setup = { { "file", "proj/m.lua", "return {}" }, { "file", "proj/m/init.lua", "return {}" } },
    through = "lua", naive = true },

  { 15, "a module and a plugin for one name", part = "plugin", door = "target",
    input = "proj.m", expect = "EAMBIGUOUS",
    setup = { { "file", "proj/m.lua", "return {}" }, { "file", "proj/m.so", "\x7FELF" } },
    through = "lua", naive = true },

  { 16, "members that only a metamethod answers", door = "target",
    input = { "proj.mod.__index", "proj.mod.__gc", "proj.mod._private" }, expect = "ENOMEMBER",
    setup = { { "file", "proj/mod.lua",
      "return setmetatable({}, {__index = function() return print end})" } },
    through = "lua", naive = true },

  { 16, "the same as names of files", part = "raw", door = "name",
    input = { "mod.__index", "mod.__gc", "mod._private" },
    expect = { "ENOTFOUND", "ENOTFOUND", "OK" },
    setup = { { "file", "proj/mod/_private.lua" } } },

  { 17, "a target that is no string", door = "config",
    input = { "number.yaml", "map.yaml", "list.yaml", "bool.yaml", "null.yaml" },
    expect = "ETARGET",
    setup = {
      { "file", "proj/number.yaml", "project: .\na: {_target_: 5}\n" },
      { "file", "proj/map.yaml", "project: .\na: {_target_: {b: 1}}\n" },
      { "file", "proj/list.yaml", "project: .\na: {_target_: [b]}\n" },
      { "file", "proj/bool.yaml", "project: .\na: {_target_: true}\n" },
      { "file", "proj/null.yaml", "project: .\na: {_target_: null}\n" },
      { "file", "proj/5.lua", "return {}" }, { "file", "proj/true.lua", "return {}" },
    },
    through = "lua", naive = true, asks_naive = { { "name", "5" }, { "name", "true" } } },

  -- B. paths below the root

  { 18, "a file that is a link to outside", door = "file",
    input = { "x.lua", "a/x.lua", "gone.lua" }, expect = "ESYMLINK",
    setup = { { "file", "secret.lua" }, { "link", "proj/x.lua", "../secret.lua" },
      { "dir", "proj/a" }, { "link", "proj/a/x.lua", "$T/secret.lua" },
      { "link", "proj/gone.lua", "../nothing.lua" } } },

  { 19, "a folder that is a link to outside", door = "file",
    input = { "m/x.lua", "m/none.lua", "a/m/x.lua", "gone/x.lua" }, expect = "ESYMLINK",
    setup = { { "file", "secrets/x.lua" }, { "link", "proj/m", "../secrets" },
      { "dir", "proj/a" }, { "link", "proj/a/m", "$T/secrets" },
      { "link", "proj/gone", "../nothing" } } },

  { 20, "a link to inside", door = "file", input = { "x.lua", "m/a.lua" }, expect = "ESYMLINK",
    setup = { { "file", "proj/in/a.lua" }, { "link", "proj/x.lua", "in/a.lua" },
      { "link", "proj/m", "in" } } },

  { 21, "an absolute link to inside", door = "file", input = { "x.lua", "m/a.lua" },
    expect = "ESYMLINK",
    setup = { { "file", "proj/in/a.lua" }, { "link", "proj/x.lua", "$T/proj/in/a.lua" },
      { "link", "proj/m", "$T/proj/in" } } },

  { 22, "links in a circle, and 41 in a row", door = "file",
    input = { "self.lua", "a/x.lua", "c41.lua", "c1.lua" }, expect = "ESYMLINK",
    setup = {
      { "link", "proj/self.lua", "self.lua" }, { "link", "proj/a", "b" },
      { "link", "proj/b", "a" }, { "file", "proj/c0.lua" },
      table.unpack(many(41, function(i)
        return { "link", "proj/c" .. i .. ".lua", "c" .. i - 1 .. ".lua" }
      end)),
    } },

  { 23, "a folder that is called almost like the root", door = "file",
    input = "../proj-evil/x.lua", expect = "EESCAPE",
    setup = { { "file", "proj-evil/x.lua" } }, naive = true },

  { 24, "the root in other spellings", root = false,
    setup = { { "file", "proj/a.lua" } },
    steps = {
      { "root", "proj", "OK" }, { "file", "a.lua", "OK" },
      { "root", "proj/", "OK" }, { "file", "a.lua", "OK" },
      { "root", "proj//", "OK" }, { "file", "a.lua", "OK" },
      { "root", "proj/.", "OK" }, { "file", "a.lua", "OK" },
      { "root", "$T//./proj///", "OK" }, { "file", "a.lua", "OK" },
      { "root", "/", "OK" }, { "file", "no such file", "ENOTFOUND" },
      { "root", "//", "OK" }, { "file", "no such file", "ENOTFOUND" },
      { "chdir", "proj" },
      { "root", ".", "OK" }, { "file", "a.lua", "OK" },
      { "root", "./", "OK" }, { "file", "a.lua", "OK" },
      { "root", "../proj", "OK" }, { "file", "a.lua", "OK" },
    },
    naive = true, why = "this control asks realpath for the root, too" },

  { 25, "a root that is a link", root = false,
    setup = { { "file", "proj/a.lua" }, { "file", "other/b.lua" }, { "link", "link", "proj" } },
    steps = {
      { "root", "$T/link", "OK" }, { "file", "a.lua", "OK" },
      { "remove", "link" }, { "rename", "other", "link" },
      { "file", "a.lua", "OK" }, { "file", "b.lua", "ENOTFOUND" },
    } },

  { 26, "a root that is renamed, replaced and deleted",
    setup = { { "file", "proj/a.lua" }, { "file", "other/a.lua" }, { "file", "other/b.lua" } },
    steps = {
      { "file", "a.lua", "OK" }, { "rename", "proj", "moved" },
      { "file", "a.lua", "OK" }, { "rename", "other", "proj" },
      { "file", "a.lua", "OK" }, { "file", "b.lua", "ENOTFOUND" },
      { "remove", "moved/a.lua" }, { "rmdir", "moved" }, { "file", "a.lua", "ENOTFOUND" },
    },
    naive = true },

  { 27, "no folder to open as the root", root = false, as = "nobody",
    setup = { { "file", "file" }, { "dir", "closed/in" }, { "chmod", "closed", "0600" },
      { "dir", "listed" }, { "chmod", "listed", "0644" } },
    steps = {
      { "root", "$T/file", "EROOT" }, { "root", "$T/none", "EROOT" },
      { "root", "$T/file/in", "EROOT" }, { "root", "$T/closed", "EACCES" },
      { "root", "$T/closed/in", "EACCES" }, { "root", "$T/listed", "EACCES" },
    } },

  { 28, "a slash behind the name", door = "file", input = { "x.lua/", "m/", "dir/" },
    expect = "EESCAPE",
    setup = { { "file", "proj/x.lua" }, { "dir", "secrets" }, { "link", "proj/m", "../secrets" },
      { "dir", "proj/dir" } },
    naive = true, why = "realpath refuses a slash behind a file, and dofile reads no folder" },

  { 29, "magic links and /proc inside the root", root = false,
    steps = {
      { "root", "/", "OK" }, { "file", "proc/self/root/etc/passwd", "EXDEV" },
      { "file", "proc/self/cmdline", "EXDEV" }, { "file", "dev/fd/0", "EXDEV" },
      { "root", "/proc", "OK" }, { "file", "self/root/etc/passwd", "ESYMLINK" },
      { "file", "thread-self/cmdline", "ESYMLINK" }, { "file", "1/root/etc/passwd", "ESYMLINK" },
      { "root", "/dev", "OK" }, { "file", "fd/0", "ESYMLINK" },
    },
    naive = true },

  { 30, "mounts inside the root", door = "file",
    input = { "bound/x.lua", "bound/none.lua", "a/tmp/x.lua", "one.lua", "inner/a.lua",
      "socket.lua", "one.lua/x" },
    expect = "EXDEV",
    setup = {
      { "file", "other/x.lua" }, { "dir", "proj/bound" }, { "dir", "proj/a/tmp" },
      { "file", "proj/one.lua" }, { "file", "proj/in/a.lua" }, { "dir", "proj/inner" },
      { "file", "proj/socket.lua" }, { "socket", "socket" },
      { "bind", "proj/bound", "other" }, { "bind", "proj/one.lua", "other/x.lua" },
      { "bind", "proj/inner", "proj/in" }, { "bind", "proj/socket.lua", "socket" },
      { "tmpfs", "proj/a/tmp" },
    },
    naive = true },

  { 31, "a root so deep that root and name exceed PATH_MAX", root = "$T/" .. DEEP,
    setup = { { "dir", DEEP }, { "deep", DEEP, ("e"):rep(200), ("f"):rep(200) .. ".lua" } },
    steps = {
      { "file", ("e"):rep(200) .. "/" .. ("f"):rep(200) .. ".lua", "OK" },
      { "file", ("e"):rep(200) .. "/" .. ("g"):rep(200) .. ".lua", "ENOTFOUND" },
      { "file", ("e"):rep(256) .. "/a.lua", "ENAME" },
      { "file", ("e/"):rep(2047) .. "ff", "ENAME" },
      { "file", ("e/"):rep(2047) .. "f", "ENOTFOUND" },
      { "file", "../" .. ("e/"):rep(2047) .. "ff", "EESCAPE" },
    },
    naive = true },

  { 33, "a folder that may not be searched", door = "file", as = "nobody",
    input = { "m/a.lua", "m/none.lua", "m/deep/none.lua", "m/link" }, expect = "EACCES",
    setup = { { "file", "proj/m/a.lua" }, { "link", "proj/m/link", "a.lua" },
      { "chmod", "proj/m", "0600" } } },

  { 34, "a document that names one above the config root", door = "config", through = "lua",
    setup = { { "file", "proj/shared.yaml", "a: 1\n" },
      { "file", "proj/sub/up.yaml", "defaults: [../shared.yaml]\n" },
      { "file", "proj/sub/copy.yaml", "a: \"%../shared.yaml\"\n" },
      { "file", "proj/sub/abs.yaml", "defaults: [/etc/x.yaml]\n" },
      { "file", "proj/top.yaml", "defaults: [sub/up.yaml]\n" } },
    input = { "sub/up.yaml", "sub/copy.yaml", "sub/abs.yaml", "top.yaml" },
    expect = { "EESCAPE", "EESCAPE", "EESCAPE", "OK" },
    naive = true, why = "the control reads no YAML" },

  { 35, "documents that name themselves, and a chain of 1,000", door = "config", through = "lua",
    setup = { { "file", "proj/self.yaml", "defaults: [self.yaml]\n" },
      { "file", "proj/one.yaml", "defaults: [two.yaml]\n" },
      { "file", "proj/two.yaml", "defaults: [one.yaml]\n" },
      { "file", "proj/copy.yaml", "a: \"%./copy.yaml\"\n" },
      table.unpack(many(1000, function(i)
        return { "file", ("proj/c%d.yaml"):format(i), ("defaults: [c%d.yaml]\n"):format(i + 1) }
      end)) },
    input = { "self.yaml", "one.yaml", "copy.yaml", "c1.yaml" },
    expect = { "EINCLUDELOOP", "EINCLUDELOOP", "ECYCLE", "ELIMIT" },
    naive = true, why = "the control reads no YAML" },

  { 36, "the current directory changes", root = false,
    setup = { { "file", "proj/a.lua" }, { "file", "other/proj/b.lua" } },
    steps = {
      { "root", "proj", "OK" }, { "chdir", "other" },
      { "file", "a.lua", "OK" }, { "file", "b.lua", "ENOTFOUND" },
    },
    naive = true },

  { 37, "the current directory is deleted", root = false,
    setup = { { "file", "proj/a.lua" }, { "dir", "gone" } },
    steps = {
      { "chdir", "gone" }, { "root", "../proj", "OK" }, { "rmdir", "$T/gone" },
      { "file", "a.lua", "OK" }, { "root", "$T/proj", "OK" }, { "file", "a.lua", "OK" },
      { "root", "proj", "EROOT" },
    },
    naive = true },

  -- C. file types

  { 38, "a folder called x.lua", door = "file", input = { "x.lua", "a/x.lua" },
    expect = "ETYPE", setup = { { "dir", "proj/x.lua" }, { "file", "proj/a/x.lua/init.lua" } },
    naive = true, why = "dofile opens a folder and cannot read it" },

  { 39, "a FIFO without a writer", door = "file", input = "x.lua", expect = "ETYPE",
    setup = { { "fifo", "proj/x.lua" } }, naive = true },

  { 40, "a socket", door = "file", input = "x.lua", expect = "ETYPE",
    setup = { { "socket", "proj/x.lua" } } },

  { 41, "devices", root = "/dev", door = "file", input = { "null", "zero", "tty", "full" },
    expect = "ETYPE", naive = true },

  { 41, "devices called x.lua", part = "made", door = "file",
    input = { "null.lua", "zero.lua", "tty.lua", "block.lua", "absent.lua" }, expect = "ETYPE",
    setup = { { "device", "proj/null.lua", "c", 1, 3 }, { "device", "proj/zero.lua", "c", 1, 5 },
      { "device", "proj/tty.lua", "c", 5, 0 }, { "device", "proj/block.lua", "b", 7, 0 },
      { "device", "proj/absent.lua", "b", 240, 77 } },
    naive = true },

  { 42, "a sparse file of 100 GiB", door = "file", input = "x.lua", expect = "ESIZE",
    setup = { { "sparse", "proj/x.lua", 107374182400 } }, naive = true },

  { 43, "a file that says it is empty and is not", root = "/proc", door = "file",
    input = { "version", "uptime" }, expect = "ECHANGED", naive = true },

  { 44, "an empty file", door = "file", input = "empty.lua", expect = "OK",
    setup = { { "file", "proj/empty.lua", "" } } },

  { 44, "an empty module", part = "loaded", door = "target", input = "proj.empty",
    expect = "ENOEXPORT", setup = { { "file", "proj/empty.lua", "" } }, through = "lua" },

  -- D. ownership and mode: what is refused, and with --strict

  { 48, "a file that everyone may write", door = "file", input = { "x.lua", "a/x.lua" },
    expect = "EUNSAFE",
    setup = { { "file", "proj/x.lua" }, { "chmod", "proj/x.lua", "0666" },
      { "file", "proj/a/x.lua" }, { "chmod", "proj/a/x.lua", "0646" } },
    naive = true },

  { 48, "a file that a group may write", part = "group",
    setup = { { "file", "proj/x.lua" }, { "chmod", "proj/x.lua", "0664" } },
    steps = {
      { "file", "x.lua", "OK" }, { "rules", "strict", "OK" }, { "file", "x.lua", "EUNSAFE" },
      { "rules", "trust", "OK" }, { "file", "x.lua", "OK" },
    },
    naive = true },

  { 48, "a plugin that a group may write", part = "plugin",
    setup = { { "file", "proj/x.so" }, { "chmod", "proj/x.so", "0664" },
      { "file", "proj/y.so" }, { "chown", "proj/y.so", "0:12345" },
      { "chmod", "proj/y.so", "0664" } },
    steps = {
      { "file", "x.so", "OK" }, { "file", "y.so", "EUNSAFE" }, { "rules", "strict", "OK" },
      { "file", "x.so", "EUNSAFE" },
    },
    naive = true },

  { 49, "a file that belongs to a stranger",
    setup = { { "file", "proj/x.lua" }, { "chown", "proj/x.lua", "12345:12345" } },
    steps = {
      { "file", "x.lua", "OK" }, { "rules", "strict", "OK" }, { "file", "x.lua", "EUNSAFE" },
    },
    naive = true },

  { 50, "a folder that everyone may write", door = "file",
    input = { "a/x.lua", "a/b/x.lua", "b/a/x.lua" }, expect = "EUNSAFE",
    setup = { { "file", "proj/a/x.lua" }, { "file", "proj/a/b/x.lua" },
      { "chmod", "proj/a", "0777" },
      { "file", "proj/b/a/x.lua" }, { "chmod", "proj/b/a", "0757" } },
    naive = true },

  { 50, "the root, and everyone may write it", part = "root",
    setup = { { "file", "proj/x.lua" }, { "chmod", "proj", "0777" } }, root = false,
    steps = { { "root", "$T/proj", "EUNSAFE" }, { "root", "$T", "OK" },
      { "file", "proj/x.lua", "EUNSAFE" } },
    naive = true },

  { 50, "a sticky folder, and one that a group may write", part = "strict",
    setup = { { "file", "proj/a/x.lua" }, { "chmod", "proj/a", "1777" },
      { "file", "proj/b/x.lua" }, { "chmod", "proj/b", "0775" } },
    steps = {
      { "file", "a/x.lua", "OK" }, { "file", "b/x.lua", "OK" }, { "rules", "strict", "OK" },
      { "file", "a/x.lua", "EUNSAFE" }, { "file", "b/x.lua", "EUNSAFE" },
    },
    naive = true },

  { 51, "a folder above the root that everyone may write", root = "$T/open/in/proj",
    setup = { { "file", "open/in/proj/x.lua" }, { "chmod", "open", "0777" } },
    steps = {
      { "file", "x.lua", "OK" }, { "rules", "strict", "EUNSAFE" },
    },
    naive = true, asks_naive = { { "file", "x.lua" } }, expect = "EUNSAFE" },

  { 52, "root's file in the folder of a user", as = "nobody",
    setup = { { "file", "proj/a/x.lua" }, { "chown", "proj/a", "65534:65534" } },
    steps = {
      { "file", "a/x.lua", "OK" }, { "rules", "strict", "OK" }, { "file", "a/x.lua", "EUNSAFE" },
    },
    naive = true },

  { 53, "a hard link to a file elsewhere",
    setup = { { "file", "secret" }, { "hardlink", "proj/x.lua", "secret" },
      { "file", "private" }, { "chown", "private", "12345:12345" },
      { "hardlink", "proj/y.lua", "private" } },
    steps = {
      { "file", "x.lua", "OK" }, { "file", "y.lua", "OK" }, { "rules", "strict", "OK" },
      { "file", "x.lua", "EUNSAFE" }, { "file", "y.lua", "EUNSAFE" },
    },
    naive = true },

  { 57, "a file that may not be read", door = "file", as = "nobody",
    input = { "x.lua", "m/x.lua" }, expect = "EACCES",
    setup = { { "file", "proj/x.lua" }, { "chmod", "proj/x.lua", "0000" },
      { "file", "proj/m/x.lua" }, { "chmod", "proj/m/x.lua", "0200" } } },
}

return rows
