-- The attack catalogue: every row by its number, and what it is.
--
-- A row is a title, or {title, reason}: why there is no test for it, and where
-- that is said to users.  Tests are data (tests/attack/rows*.lua) or say in a
-- comment or a name which row they are for: `row 65`, `rows 48 to 56`.
-- `make attacks` puts it all into one table.

local SAID = "said in SECURITY.md"

local M = {
  -- A. names
  [1] = "the empty name",
  [2] = "only dots",
  [3] = "an empty part",
  [4] = "a way up",
  [5] = "an absolute path",
  [6] = "slashes",
  [7] = "backslashes and drives",
  [8] = "a NUL byte",
  [9] = "shell and URL spellings",
  [10] = "letters that look alike",
  [11] = "bytes that are no UTF-8",
  [12] = "names that are too long",
  [13] = "`init` and the words of Lua",
  [14] = "another letter case on a folding file system",
  [15] = "two files for one name",
  [16] = "members that only a metamethod answers",
  [17] = "a target that is no string",

  -- B. paths below the root
  [18] = "a file that is a link to outside",
  [19] = "a folder that is a link to outside",
  [20] = "a link to inside",
  [21] = "an absolute link to inside",
  [22] = "links in a circle, and 41 in a row",
  [23] = "a folder that is called almost like the root",
  [24] = "the root in other spellings",
  [25] = "a root that is a link",
  [26] = "a root that is renamed, replaced, deleted",
  [27] = "no folder to open as the root",
  [28] = "a slash behind the name",
  [29] = "magic links and /proc inside the root",
  [30] = "mounts inside the root",
  [31] = "root and name longer than PATH_MAX",
  [32] = { "a file system that stalls", "a read that never ends cannot be told from a slow one; "
    .. SAID },
  [33] = "a folder that may not be searched",
  [34] = "a document that names one above the config root",
  [35] = "documents that name themselves, or 1,000 deep",
  [36] = "the current directory changes",
  [37] = "the current directory is deleted",

  -- C. file types
  [38] = "a folder called x.lua",
  [39] = "a FIFO without a writer",
  [40] = "a socket",
  [41] = "devices, terminals",
  [42] = "a sparse file of 100 GiB",
  [43] = "a file that says it is empty and is not",
  [44] = "an empty file",
  [45] = "a file that changes while it is read",
  [46] = "a file that another program holds",
  [47] = "an error of the disk at any place",

  -- D. ownership and mode
  [48] = "a file that others may write",
  [49] = "a file that belongs to a stranger",
  [50] = "a folder on the way that others may write",
  [51] = "a folder above the root that others may write",
  [52] = "root's file in the folder of a user",
  [53] = "a hard link to a file elsewhere",
  [54] = "a right that an access control list gives",
  [55] = "a process with more rights than who started it",
  [56] = "a mode that changes between look and reading",
  [57] = "a file that may not be read",

  -- E. races
  [58] = "a folder and a link to outside swap",
  [59] = "the same on the walk",
  [60] = "a file and a link swap",
  [61] = "a folder and a file swap",
  [62] = "the root, or a folder, leaves and comes back",
  [63] = "a mount comes and goes",
  [64] = "a storm of renames elsewhere",
  [65] = "a plugin is replaced between check and load",
  [66] = "a plugin is overwritten in between",
  [67] = "a file is unlinked when it is open",
  [68] = "a config is edited while it is read",

  -- F. plugins
  [69] = "a plugin that is no ELF",
  [70] = "a plugin for another machine, or no library",
  [71] = "a plugin without a statement",
  [72] = "a statement for another Lua or version",
  [73] = "statements that are damaged, or two",
  [74] = "headers that lead out of the file",
  [75] = "an executable stack; writable code",
  [76] = "RPATH and RUNPATH",
  [77] = "a library that is needed by its path",
  [78] = "AUDIT, FILTER, AUXILIARY",
  [79] = { "LD_LIBRARY_PATH and LD_PRELOAD", "the caller's environment is the caller's; " .. SAID },
  [80] = "the number of a descriptor comes again",
  [81] = "one plugin by two names",
  [82] = "a symbol that is missing",
  [83] = "an entry that is missing, fails or raises",
  [84] = { "a constructor of a library that exits or hangs", "no process survives that; " .. SAID },
  [85] = "a plugin is closed while it is in use",
  [86] = { "a plugin is cut short when it is loaded", "the system ends the process; " .. SAID },
  [87] = "noexec, no /proc",
  [88] = "two plugins with equal symbols",
  [89] = { "resolvers that run before constructors", "code of the plugin, as constructors are; "
    .. SAID },
  [90] = "a plugin in a second state or thread",

  -- G. Lua chunks
  [91] = "bytecode named .lua",
  [92] = "bytecode behind a #! line or a byte order mark",
  [93] = "ESC alone; changed bytecode",
  [94] = "byte order marks, #! lines, line ends",
  [95] = "a NUL in code and in text",
  [96] = "too deep, too many",
  [97] = "a chunk name that is long or has control bytes",
  [98] = "error values of any type",
  [99] = "a module that returns nothing of use",
  [100] = "modules that require each other",
  [101] = "a module that fails midway",
  [102] = "a module that edits Lua",
  [103] = { "package.loadlib in a module", "modules are trusted code; " .. SAID },

  -- H. Lua configs
  [104] = "loops, recursion, metamethods that loop",
  [105] = "pcall that swallows the end of a budget",
  [106] = "xpcall with a handler that loops",
  [107] = "coroutines",
  [108] = "finalizers",
  [109] = "texts and tables that grow",
  [110] = "patterns that go back and forth",
  [111] = "cheap work on large texts",
  [112] = "table functions and a length of 2^40",
  [113] = "formats: width, %p, __tostring",
  [114] = "load, dofile, require, string.dump",
  [115] = "os, io, debug, package",
  [116] = "the metatable of texts",
  [117] = "collectgarbage",
  [118] = "_ENV, _G, select, varargs",
  [119] = "addresses, and an order that differs",
  [120] = "values that are no config",
  [121] = "random numbers and the time",
  [122] = "a message of 16 MiB",

  -- I. YAML
  [123] = "100,000 brackets, braces, keys or dashes",
  [124] = "a billion laughs",
  [125] = "an alias inside its own anchor",
  [126] = "an alias without anchor; an anchor twice",
  [127] = "40,000 anchors; 20,000 %TAG",
  [128] = "one key twice",
  [129] = "merge keys",
  [130] = "bytes that are no UTF-8, control characters",
  [131] = "an escaped NUL",
  [132] = "UTF-16, UTF-32",
  [133] = "tags",
  [134] = "yes, 017, 1:30, 1e999",
  [135] = "large texts, many keys, many lines",
  [136] = "two documents, none, a scalar on top",
  [137] = "keys that are no text",
  [138] = "the suite, cut off behind every byte",
  [139] = "every allocation of libyaml fails",
  [140] = "the suite of 402 cases",

  -- J. faults
  [141] = "memory ends at any place",
  [142] = "one allocation fails at any place",
  [143] = "too many files are open",
  [144] = "signals interrupt every system call",
  [145] = "filters of system calls",
  [146] = "a stack of 64 KiB",
  [147] = "1,000,000 loads",
  [148] = { "a full disk", "wick writes no file: there are no caches" },

  -- K. concurrency
  [149] = "an error at every place that holds a descriptor",
  [150] = "threads with states of their own",
  [151] = "a root is closed while it is used",
  [152] = "a module that calls wick while it is loaded",
  [153] = "a yield across calls of wick",
  [154] = "descriptors in a child process",
  [155] = { "a signal handler that calls wick", "nothing of Lua may be called there; " .. SAID },
  [156] = "errno, locale, directory, umask stay as they were",
  [157] = "a locale with a decimal comma",

  -- L. the command
  [158] = "no words at all; no standard streams",
  [159] = "words that make no sense, or 1 MiB of them",
  [160] = "terminal escapes in names and values",
  [161] = "stdout is full or closed",
  [162] = "overrides with odd keys",
  [163] = "the environment: WICK_*, LUA_*",
  [164] = "a config that is a FIFO, stdin, /dev/stdin",
}

-- Why a naive loader is not tried, where it is not.
local NO_MODE = "it looks at no mode at all, as rows 48 to 50 show"
local NO_PLACE = "it looks and reads by name in one go: there is no place to change the file at"
local NO_FAULT = "what is told is what becomes of a fault; a naive program has none of wick's words"

M.controls = {
  [45] = NO_PLACE, [46] = NO_FAULT, [47] = NO_FAULT,
  [54] = NO_MODE, [55] = "it looks at no rights of its own", [56] = NO_MODE,
  [61] = "either answer is right for it, too", [64] = "it has nothing to try again",
  [66] = "it checks nothing before it loads", [67] = NO_PLACE, [68] = NO_PLACE,
  [79] = "the linker reads them for it, too",
  [80] = "it keeps no descriptor", [81] = "dlopen itself knows a file by its inode",
  [85] = "it closes none", [90] = "it has one state",
  [138] = "it reads no YAML", [139] = "it reads no YAML", [140] = "it reads no YAML",
}
for row = 141, 164 do
  M.controls[row] = M.controls[row] or NO_FAULT
end

return M
