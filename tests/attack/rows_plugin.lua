-- rows_plugin: files that change and C plugins in the attack catalogue, as data
-- (rows 65 to 90).
--
-- A row:
--   [1], [2]  its number in the catalogue, and its title
--   flags     what tests/plugins/plugin.c is built with; `plug` is its name
--   file      or: the bytes of the file
--   make      or: shell commands that make plug.so in the project's folder
--   patch     what is changed in the bytes then
--   code      what `wick check` and `wick run` say: the number of the error
--   headline  the error's
--   at_run    only `wick run` says so; `wick check` is content
--   flag      a flag of both commands
--   ran       what the plugin has written in the end; nothing, where a row does
--             not say
--   around    mounts that both run behind
--   naive     what a loader does that hands the path to dlopen: "runs" (code of
--             the file), "refuses"
--   why       why it is not wrong, though the catalogue says so
-- or, instead:
--   where     the test that has it, which speaks of the row by its number
--   reason    why there is no test

local elf = require "tests.attack.elf"

local LOAD, STACK = 1, 0x6474e551
local u16, u32, u64 = "<I2", "<I4", "<i8"

local NOT = "plugin `p.plug` is not a shared object"
local OTHER = "plugin `p.plug` was built for another machine"
local DAMAGED = "plugin `p.plug` is damaged"
local UNSTATED = "plugin `p.plug` does not state what it is"
local MISSTATED = "plugin `p.plug` does not state well what it is"
local FOLDERS = "plugin `p.plug` names folders to look for libraries in"
local NEEDS = "plugin `p.plug` needs a library by its path"
local WATCHED = "plugin `p.plug` asks for a library that watches the process"
local REPLACED = "plugin `p.plug` puts another library in its own place"
local STACKED = "plugin `p.plug` asks for an executable stack"
local ENTRY = "plugin `p.plug` has no entry point"
local OPENED = "plugin `p.plug` cannot be opened"

local DIES = "the system's linker takes the process along, before any code of it runs"
local LINKER = "the system's linker refuses it, too, before it runs"
local ALL = "loaded plug 1\nopened plug 1\n"

return {
  -- E. files that change

  { 65, "the file is replaced between check and dlopen", where = "tests/attack/plugin_spec.lua" },
  { 66, "the file is overwritten in between", where = "tests/unit/plugin_test.c" },
  { 67, "the file is unlinked in between", where = "tests/unit/plugin_test.c" },
  { 68, "a config is edited while it is read", reason = "a row of configs, not of plugins: each "
    .. "document is read once (tests/cli/strace_spec.lua)" },

  -- F. plugins

  { 69, "text", file = "return {}\n", code = "W0605", headline = NOT, naive = "refuses",
    why = LINKER },
  { 69, "an empty file", file = "", code = "W0605", headline = NOT, naive = "refuses",
    why = LINKER },
  { 69, "four bytes", file = "\x7FELF", code = "W0605", headline = DAMAGED, naive = "refuses",
    why = LINKER },
  { 69, "a linker script", file = "INPUT(evil.so)\n", code = "W0605", headline = NOT,
    naive = "refuses", why = LINKER },

  { 70, "32 bits", patch = elf.at(4, "\1"), code = "W0605", headline = OTHER, naive = "refuses",
    why = LINKER },
  { 70, "big-endian", patch = elf.at(5, "\2"), code = "W0605", headline = OTHER,
    naive = "refuses", why = LINKER },
  { 70, "another machine", patch = elf.at(18, u16:pack(183)), code = "W0605", headline = OTHER,
    naive = "refuses", why = LINKER },
  { 70, "a program", make = "echo 'int main (void) { return 0; }' | gcc -no-pie -x c - -o plug.so",
    code = "W0605", headline = NOT, naive = "refuses", why = LINKER },
  { 70, "an object file", flags = "-c", code = "W0605", headline = NOT, naive = "refuses",
    why = LINKER },
  { 70, "a core dump", patch = elf.at(16, u16:pack(4)), code = "W0605", headline = NOT,
    naive = "refuses", why = LINKER },
  { 70, "a program that can be anywhere",
    make = "echo 'int main (void) { return 0; }' | gcc -pie -fPIE -x c - -o plug.so",
    code = "W0605", headline = NOT, naive = "refuses", why = LINKER },

  { 71, "no statement", flags = "-DUNSTATED", code = "W0607", headline = UNSTATED, ran = ALL,
    naive = "runs", why = "it has an entry: the design lets it run, with a warning" },
  { 71, "no statement, and --strict", flags = "-DUNSTATED", flag = "--strict", code = "W0607",
    headline = UNSTATED, naive = "runs" },
  { 71, "the C library", make = "cp \"$(gcc -print-file-name=libc.so.6)\" plug.so",
    code = "W0603", headline = ENTRY, naive = "refuses", why = "it is loaded already" },
  { 71, "a library without an entry", flags = "-DENTRY=other -DUNSTATED", code = "W0603",
    headline = ENTRY, naive = "runs" },

  { 72, "another magic", patch = elf.state("wick-plugin", "sick-plugin"), code = "W0606",
    headline = MISSTATED, naive = "runs" },
  { 72, "another language of statements, and --strict",
    patch = elf.state("wick-plugin 1", "wick-plugin 9"), flag = "--strict", code = "W0607",
    headline = UNSTATED, naive = "runs" },
  { 72, "another Lua", patch = elf.state("Lua 5.4", "Lua 5.3"), code = "W0601",
    headline = "plugin `p.plug` was built for another Lua", naive = "runs" },
  { 72, "another name", flags = "-DCALLED='\"other\"'", code = "W0606",
    headline = "plugin `p.plug` states another name", naive = "runs" },

  { 73, "two statements", make = "printf '%s' '#include <wick/plugin.h>\nWICK_PLUGIN(a, \"plug\", "
    .. "\"1\", \"\", \"\");\nWICK_PLUGIN(b, \"p.plug\", \"1\", \"\", \"\");' >two.c; "
    .. "$BUILD -include two.c -DUNSTATED", code = "W0606", headline = MISSTATED, naive = "runs" },
  { 73, "two sections of statements", make = "$BUILD && objcopy --rename-section "
    .. ".comment=.wick.plugin plug.so", code = "W0606", headline = MISSTATED, naive = "runs" },
  { 73, "a statement outside of the file",
    patch = elf.section(".wick.plugin", 24, u64:pack(1 << 40)), code = "W0606",
    headline = MISSTATED, naive = "runs" },
  { 73, "a statement of a huge size", patch = elf.section(".wick.plugin", 32, u64:pack(-1)),
    code = "W0606", headline = MISSTATED, naive = "runs" },
  { 73, "a statement elsewhere in memory", patch = elf.section(".wick.plugin", 16, u64:pack(0)),
    code = "W0606", headline = MISSTATED, naive = "runs" },
  { 73, "a statement without an end", patch = elf.state("end\n", "And\n"), code = "W0606",
    headline = MISSTATED, naive = "runs" },
  { 73, "section headers behind the end", patch = elf.cut(-1), code = "W0605", headline = DAMAGED,
    naive = "runs" },
  { 73, "half a file", patch = elf.cut(8000), code = "W0605", headline = DAMAGED,
    naive = "refuses", why = LINKER },

  { 74, "65535 program headers", patch = elf.at(56, u16:pack(65535)), code = "W0605",
    headline = DAMAGED, naive = "refuses", why = LINKER },
  { 74, "program headers behind the end", patch = elf.at(32, u64:pack(1 << 40)), code = "W0605",
    headline = DAMAGED, naive = "refuses", why = LINKER },
  { 74, "program headers at -1", patch = elf.at(32, u64:pack(-1)), code = "W0605",
    headline = DAMAGED, naive = "refuses", why = LINKER },
  { 74, "a segment behind the end", patch = elf.segment(LOAD, 3, 32, u64:pack(1 << 30)),
    code = "W0605", headline = DAMAGED, naive = "refuses", why = LINKER },
  { 74, "segments that overlap", patch = elf.segment(LOAD, 1, 40, u64:pack(0x3000)),
    code = "W0605", headline = DAMAGED, naive = "runs" },
  { 74, "relocations that are nowhere", patch = elf.value(7, 0x7777777770), code = "W0605",
    headline = DAMAGED, naive = "refuses", why = DIES },
  { 74, "relocations of another size", patch = elf.value(9, 1), code = "W0605",
    headline = DAMAGED, naive = "refuses", why = DIES },
  { 74, "relocations of another kind", patch = elf.value(20, 1), code = "W0605",
    headline = DAMAGED, naive = "refuses", why = DIES },
  { 74, "constructors that are nowhere", patch = elf.value(25, 0x7777777770), code = "W0605",
    headline = DAMAGED, naive = "refuses", why = DIES },
  { 74, "a beginning that is no code", patch = elf.value(12, 0x3000), code = "W0605",
    headline = DAMAGED, naive = "refuses", why = DIES },
  { 74, "versions that are nowhere", patch = elf.value(0x6ffffff0, 0x7777777770), code = "W0605",
    headline = DAMAGED, naive = "refuses", why = DIES },
  { 74, "versions of a library that is not needed", patch = elf.tag(1, 21), code = "W0605",
    headline = DAMAGED, naive = "runs" },
  { 74, "symbols that are nowhere", patch = elf.value(6, 1 << 40), code = "W0605",
    headline = DAMAGED, naive = "refuses", why = DIES },

  { 75, "an executable stack", flags = "-Wl,-z,execstack", code = "W0510", headline = STACKED,
    naive = "runs" },
  { 75, "no word about the stack", patch = elf.segment(STACK, 1, 0, u32:pack(0)), code = "W0510",
    headline = STACKED, naive = "runs" },
  { 75, "a segment that is writable and executable",
    patch = elf.segment(LOAD, 2, 4, u32:pack(7)), code = "W0510",
    headline = "plugin `p.plug` has a segment that is writable and executable", naive = "runs" },
  { 75, "text relocations", flags = "-DRELOCATES -Wl,-z,notext", code = "W0510",
    headline = "plugin `p.plug` changes its own code while it is loaded", naive = "runs" },

  { 76, "RUNPATH, from $ORIGIN", flags = "'-Wl,-rpath,$ORIGIN/lib'", code = "W0510",
    headline = FOLDERS, naive = "runs" },
  { 76, "RUNPATH, absolute", flags = "-Wl,-rpath,/tmp/lib", code = "W0510", headline = FOLDERS,
    naive = "runs" },
  { 76, "RPATH", flags = "-Wl,--disable-new-dtags,-rpath,/tmp/lib", code = "W0510",
    headline = FOLDERS, naive = "runs" },

  { 77, "NEEDED with a path", make = "gcc -shared -fPIC -x c /dev/null -o evil.so && "
    .. "$BUILD -Wl,--no-as-needed \"$PWD/evil.so\"", code = "W0510", headline = NEEDS,
    naive = "runs" },
  { 77, "NEEDED with $LIB, which becomes a path",
    make = "gcc -shared -fPIC -x c /dev/null -Wl,-soname,_LIBevil.so -o evil.so && "
      .. "$BUILD -Wl,--no-as-needed evil.so", patch = elf.name(1, "$LIB"), code = "W0510",
    headline = NEEDS, naive = "refuses", why = "there is no such library here" },
  { 77, "a name that is another file's", flags = "-Wl,-soname,/proc/self/fd/500", code = "W0510",
    headline = "plugin `p.plug` takes the name of a file", naive = "runs" },

  { 78, "AUDIT", flags = "-Wl,--audit,evil.so", code = "W0510", headline = WATCHED,
    naive = "runs" },
  { 78, "DEPAUDIT", flags = "-Wl,--depaudit,evil.so", code = "W0510", headline = WATCHED,
    naive = "runs" },
  { 78, "FILTER", flags = "-Wl,-F,libm.so.6", code = "W0510", headline = REPLACED,
    naive = "runs" },
  { 78, "AUXILIARY", flags = "-Wl,-f,libm.so.6", code = "W0510", headline = REPLACED,
    naive = "runs" },

  { 79, "LD_LIBRARY_PATH and LD_PRELOAD", where = "tests/cli/cases/plugins.txt" },
  { 80, "the number of a descriptor is used again", where = "tests/unit/plugin_process_test.c" },
  { 81, "two names of one file, and a copy", where = "tests/unit/plugin_test.c" },

  { 82, "a symbol that nobody has", flags = "-DUNDEFINED=nobody_has_this", at_run = true,
    code = "W0602", headline = OPENED, naive = "refuses", why = LINKER },
  { 82, "a library that is not there",
    make = "gcc -shared -fPIC -x c /dev/null -Wl,-soname,libnot-there.so.1 -o gone.so && "
      .. "$BUILD -Wl,--no-as-needed gone.so", at_run = true, code = "W0602", headline = OPENED,
    naive = "refuses", why = LINKER },

  { 83, "no entry", flags = "-DENTRY=other", code = "W0603", headline = ENTRY, naive = "runs" },
  { 83, "an entry that is no function", flags = "-DENTRY=other -DDATA=luaopen_plug",
    code = "W0603", headline = ENTRY, naive = "runs" },
  { 83, "an entry of a version that nobody gets by its name", make = "printf '%s' '"
    .. "__asm__(\".symver luaopen_it,luaopen_plug@V1\");' >version.h; "
    .. "echo 'V1 { global: luaopen_plug; local: *; };' >map; $BUILD -DENTRY=it -include version.h "
    .. "-Wl,--version-script=map", code = "W0603", headline = ENTRY, naive = "runs" },
  { 83, "an entry that gives nothing", flags = "-DRETURNS=0", at_run = true, code = "W0207",
    headline = "module `p.plug` returned nothing", ran = ALL, naive = "runs" },
  { 83, "an entry that raises", flags = "-DRETURNS=2", at_run = true, code = "W0206",
    headline = "module `p.plug` failed while it was being loaded", ran = ALL, naive = "runs",
    why = "what it does until then is its own business" },
  { 83, "an entry that raises a table", flags = "-DRETURNS=3", at_run = true, code = "W0206",
    headline = "module `p.plug` failed while it was being loaded", ran = ALL, naive = "runs",
    why = "the same" },

  { 84, "a constructor that exits, aborts, hangs or throws", reason = "it runs inside the process "
    .. "with all its rights, and none of this can be survived: include/wick/plugin.h says so" },
  { 85, "a library that is unloaded while it is in use", where = "tests/unit/state_test.c" },
  { 86, "a file that is cut after it was loaded", reason = "the kernel ends the process by SIGBUS, "
    .. "as for any library: include/wick/plugin.h says so; what is cut before is refused "
    .. "(row 66)" },

  { 87, "a file system without execution", around = "mount -t tmpfs -o noexec,mode=755 none p",
    at_run = true, code = "W0602", headline = OPENED, naive = "refuses",
    why = "the kernel maps no code from there" },
  { 87, "no /proc", around = "mount -t tmpfs none /proc", at_run = true, code = "W0608",
    headline = "plugin `p.plug` cannot be loaded without /proc", naive = "runs" },

  { 88, "two plugins that export one name", where = "tests/attack/plugin_spec.lua",
    naive = "calls the other's" },
  { 89, "IFUNC resolvers, which run before constructors", reason = "they are code of the plugin "
    .. "like its constructors, and run after the same checks; an entry that is one is none "
    .. "(tests/unit/elf_test.c)" },
  { 90, "several states and threads", where = "tests/unit/state_test.c" },
}
