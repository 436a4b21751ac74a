-- wick.cli.explain.pages: what each code means, for `wick explain W0204`.  Data only.
--
-- A page is a text:
--
--     NAME title             the failure's name in src/fail.h, and a headline
--     text                   what happened and what to do, in a few lines
--     == file NAME           the lines below are that file
--     == wrong COMMAND       what is run; the line below is what wick says of
--                            this code, without its `error[W0204]: `
--     == file NAME           what is written anew
--     == right [COMMAND]     what is run then, and is fine
--     == untried REASON      in place of the above: why no example can show it
--
-- tests/cli/pages_spec.lua runs every example.

return {
  W0001 = [[
EUSAGE the words of the command make no sense
A verb or a flag is not known, a flag lacks its value, or there is a word too
many. Nothing was read. `wick help VERB` lists the words and flags of a verb.
== file a.yaml
lr: 0.1
== wrong wick show a.yaml --formt=json
`wick show` has no flag `--formt`
== right wick show a.yaml --format=json
]],
  W0002 = [[
EOVERRIDE an override that cannot be read
An override is `key=value`, `+key=value`, `++key=value`, `=key=value` or `~key`;
the key is a key path that counts from the root of the config.
== file a.yaml
lr: 0.1
== wrong wick show a.yaml =0.01
this override has no key
== right wick show a.yaml lr=0.01
]],
  W0003 = [[
ENOKEY a name on the command line that the config does not have
`key=value` sets a key that is there, so that a typo is not taken for a new key.
`+key=value` adds one on purpose. `--only NAME` names an item of `run:`.
== file a.yaml
model: {lr: 0.1}
== wrong wick show a.yaml model.lrr=0.01
no such key `model.lrr` to override
== right wick show a.yaml model.lr=0.01
]],
  W0004 = [[
EFILE a file or folder that only the command line names, and that cannot be read
The config of the command line, or the folder of `--project`, is not there, is no
file, or may not be read.
== file train.yaml
lr: 0.1
== wrong wick show trian.yaml
there is no file `trian.yaml`
== right wick show train.yaml
]],
  W0101 = [[
EYAML YAML that does not parse
The marks show where the reader gave up and, where it is known, what was opened
before: a list without its `]`, a quote without its end, a second `:` on a line.
== file a.yaml
layers: [64, 128
lr: 0.1
== wrong wick show a.yaml
the list that starts here is never closed
== file a.yaml
layers: [64, 128]
lr: 0.1
== right
]],
  W0102 = [[
ETAB a tab where YAML counts columns
YAML allows no tabs in front of a key, for nobody knows how wide they are. Inside
text and between values they do no harm.
== wrong printf 'model:\n\tlr: 1\n' > a.yaml; wick show a.yaml
YAML does not allow tabs for indentation
== right printf 'model:\n  lr: 1\n' > a.yaml; wick show a.yaml
]],
  W0103 = [[
EDUPKEY one key twice in one map
Many readers of YAML keep the last one and say nothing. Keys are compared after
they were typed: `1` and `0x1` are the same integer.
== file a.yaml
lr: 0.1
lr: 0.01
== wrong wick show a.yaml
the key `lr` appears twice in one mapping
== file a.yaml
lr: 0.01
== right
]],
  W0104 = [[
ERESERVED a plain value that starts with a sign YAML keeps for itself
References and copies are strings that start with `@` or `%`, and YAML wants such
strings quoted.
== file a.yaml
lr: 0.1
rate: @lr
== wrong wick show a.yaml
a plain value cannot start with `@`
== file a.yaml
lr: 0.1
rate: "@lr"
== right
]],
  W0105 = [[
EINDENT a line at a column where nothing is open
Each map and list has one column for its keys or items. This line stands between
two of them.
== file a.yaml
model:
  lr: 0.1
 hidden: 2
== wrong wick show a.yaml
this line is indented to a column where no mapping is open
== file a.yaml
model:
  lr: 0.1
  hidden: 2
== right
]],
  W0106 = [[
EENCODING bytes that are no UTF-8
A config is UTF-8, with or without a byte order mark. Other bytes can be written as
`"\xE9"` in double quotes, which is the character of that number.
== wrong printf 'name: Ren\351\n' > a.yaml; wick show a.yaml
this document is not UTF-8 at byte 9 (0xE9)
== right printf 'name: Ren\303\251\n' > a.yaml; wick show a.yaml
]],
  W0107 = [[
ETAG a tag that wick does not know
The core tags are honoured: `!!str !!int !!float !!bool !!null !!map !!seq`. Objects
are made by `_target_`, not by tags.
== file a.yaml
model: !Perceptron {hidden: 8}
== wrong wick show a.yaml
the tag `!Perceptron` has no meaning here
== file a.yaml
model: {_target_: project.model.Perceptron, hidden: 8}
== right
]],
  W0108 = [[
EALIAS an alias without its anchor
`*name` stands for what `&name` marked earlier in the same document.
== file a.yaml
base: &base {lr: 0.1}
model: *bsae
== wrong wick show a.yaml
the alias `*bsae` has no anchor
== file a.yaml
base: &base {lr: 0.1}
model: *base
== right
]],
  W0109 = [[
EKEY a key that is neither text nor an integer
Keys are strings or integers. A plain `true`, `null` or `1.5` would be something
else: quote it.
== file a.yaml
true: 1
== wrong wick show a.yaml
the key `true` is a boolean, not a string
== file a.yaml
"true": 1
== right
]],
  W0110 = [[
EVALUE a number that does not fit
Integers have 64 bits and floats are doubles. A number beyond that is not rounded in
silence: quote it to have its text.
== file a.yaml
id: 18446744073709551616
== wrong wick show a.yaml
the integer `18446744073709551616` does not fit 64 bits
== file a.yaml
id: "18446744073709551616"
== right
]],
  W0111 = [[
EDOCUMENT a document that is no config
A config is one document whose top is a map. A list or a scalar at the top has no
names that could be referred to.
== file a.yaml
- 1
- 2
== wrong wick show a.yaml
a config is a mapping, and this one is a list
== file a.yaml
list: [1, 2]
== right
]],
  W0112 = [[
EALIASLOOP an alias inside what it stands for
An alias is a copy, so one inside its own anchor would never end.
== file a.yaml
a: &a {b: *a}
== wrong wick show a.yaml
the alias `*a` stands inside the node that it names
== file a.yaml
a: &a {b: 1}
c: *a
== right
]],
  W0113 = [[
ESPACING a space that is probably missing (a warning)
`{x:1}` is YAML for a map with the key `x:1` and no value. Nobody means that.
== file a.yaml
point: {x:1, y: 2}
== wrong wick show a.yaml
`x:1` is one key without a value
== file a.yaml
point: {x: 1, y: 2}
== right
]],
  W0114 = [[
EMERGE a merge key whose value is no map
`<<: *base` takes over the keys of a map, or of each map in a list.
== file a.yaml
base: &base 0.1
model: {<<: *base}
== wrong wick show a.yaml
`<<` merges mappings, and this is a float
== file a.yaml
base: &base {lr: 0.1}
model: {<<: *base}
== right
]],
  W0115 = [[
ELUA a Lua config that does not compile
Lua's own words stand in the note; the mark is where Lua gave up, which is often
behind the mistake: here the comma is missing in the line above.
== file a.lua
return {
  lr = 0.1
  size = 2,
}
== wrong wick show a.lua
this Lua config does not compile
== file a.lua
return {
  lr = 0.1,
  size = 2,
}
== right
]],
  W0116 = [[
ERAISED a Lua config that raises an error
A Lua config has no `os`, `io` or `require`, and a name that is not there is an
error. It has `ref`, `copy`, `expr`, `target`, `null`, `append`, `replace`, `delete`,
`env` and `include`, Lua's basic functions, `math` without `random`, and those
functions of `string` that take no pattern.
== file a.lua
return { out = os.getenv "WICK_OUT" }
== wrong wick show a.lua
there is no `os` in a Lua config
== file a.lua
return { out = env("WICK_OUT", "out/") }
== right
]],
  W0117 = [[
EMISFIT a value that no config can hold
A Lua config returns strings, numbers, booleans, `null` and tables of these. What
is computed later is an expression. (A table given to `wick.load` in a program may
also hold functions and objects, which are handed on as they are.)
== file a.lua
return { lr = 0.1, double = function(config) return config.lr * 2 end }
== wrong wick show a.lua
a function cannot be part of a config
== file a.lua
return { lr = 0.1, double = expr "@lr * 2" }
== right
]],
  W0190 = [[
EUNSUPPORTED something of the language that this version of wick does not have
The message says what, and where one exists, another way to write it.
== untried what is missing differs from version to version
]],
  W0201 = [[
ENAME a target that is no dotted name
A target is `my_project.module.Name`: ASCII identifiers joined by dots, at most 16 of
at most 64 bytes. wick makes the file name of it by itself, so there is no `/`, no
`..` and no file ending in a target.
== file exp/models.lua
return { Model = function() return {} end }
== file a.yaml
project: exp
model: {_target_: ../exp/models.Model}
== wrong wick check a.yaml
`_target_` must be a dotted name
== file a.yaml
project: exp
model: {_target_: exp.models.Model}
== right
]],
  W0202 = [[
ETARGET a `_target_` that is no text
It is a dotted name. An expression may give it, as long as it gives text.
== file exp/init.lua
return { Model = function() return {} end }
== file a.yaml
project: exp
model: {_target_: 5}
== wrong wick check a.yaml
`_target_` must be a dotted name
== file a.yaml
project: exp
model: {_target_: exp.Model}
== right
]],
  W0203 = [[
ENOTFOUND no file provides the module of a target
wick looks for the module below the project's folder and nowhere else; the note lists
the files it looked for. `wick explain CONFIG --target NAME` shows each verdict.
== file exp/models.lua
return { Model = function() return {} end }
== file a.yaml
project: exp
model: {_target_: exp.modles.Model}
== wrong wick check a.yaml
module `exp.modles` not found
== file a.yaml
project: exp
model: {_target_: exp.models.Model}
== right
]],
  W0204 = [[
ENOMEMBER a module does not export the name
The module of the target is there, and its text says that it does not export the last
name. Where the text cannot tell (a metatable, a loop that fills it), `check` says so
in a note and only `run` knows.
== file exp/models.lua
return { MyModel = function() return {} end }
== file a.yaml
project: exp
model: {_target_: exp.models.MyModle}
== wrong wick check a.yaml
module `exp.models` has no member `MyModle`
== file a.yaml
project: exp
model: {_target_: exp.models.MyModel}
== right
]],
  W0205 = [[
ESYNTAX a module does not compile
The first mark is in the module, at the place where Lua gave up.
== file exp/models.lua
local M = {}
function M.Model( return {} end
return M
== file a.yaml
project: exp
model: {_target_: exp.models.Model}
== wrong wick check a.yaml
module `exp.models` does not compile
== file exp/models.lua
local M = {}
function M.Model() return {} end
return M
== right
]],
  W0206 = [[
ERUNTIME a module raised an error while it was loaded
The top level of the module ran and failed; no constructor was called. The note says
which modules required it. `check` runs no module, so only `run` can say this.
== file exp/models.lua
local csv = require "csv_that_is_not_there"
return { Model = function() return csv end }
== file a.yaml
project: exp
model: {_target_: exp.models.Model}
== wrong wick run a.yaml
module `exp.models` failed while it was being loaded
== file exp/models.lua
return { Model = function() return {} end }
== right
]],
  W0207 = [[
ENOEXPORT a module that returns nothing
A module hands over what it exports by returning it: a table, or a function.
== file exp/models.lua
local M = {}
function M.Model() return {} end
== file a.yaml
project: exp
model: {_target_: exp.models.Model}
== wrong wick run a.yaml
module `exp.models` returned nothing
== file exp/models.lua
local M = {}
function M.Model() return {} end
return M
== right
]],
  W0208 = [[
ESECOND a later candidate would fit as well (a warning)
The first candidate is taken. Somebody who reads the config may think of the other.
== file exp/models/my_model.lua
local M = {}
function M.new() return {} end
return M
== file exp/models/init.lua
return { MyModel = function() return {} end }
== file a.yaml
project: exp
model: {_target_: exp.models.MyModel}
== wrong wick check a.yaml
`exp.models.MyModel` is also provided by a second candidate
== file exp/models/init.lua
return {}
== right
]],
  W0209 = [[
EAMBIGUOUS one module, several files
`m.lua`, `m/init.lua` and `m.so` would all be module `m`; and two files that differ
only in `_` and case would be one class. wick does not choose.
== file exp/data.lua
return { Loader = function() return {} end }
== file exp/data/init.lua
return { Loader = function() return {} end }
== file a.yaml
project: exp
data: {_target_: exp.data.Loader}
== wrong wick check a.yaml
module `exp.data` is provided by more than one file
== right rm exp/data.lua; wick check a.yaml
]],
  W0210 = [[
ENOTCALLABLE a target that is no constructor
A constructor is a function, something with `__call`, or a table with a function
`new`.
== file exp/models.lua
return { DEFAULTS = { lr = 0.1 }, Model = function() return {} end }
== file a.yaml
project: exp
model: {_target_: exp.models.DEFAULTS}
== wrong wick run a.yaml
target `exp.models.DEFAULTS` is not a constructor
== file a.yaml
project: exp
model: {_target_: exp.models.Model}
== right
]],
  W0211 = [[
EPREFIX a target outside the project
Targets start with `project.` or the project's name. An installed module can be
allowed by the caller, never by the config: `--allow socket`.
== file exp/init.lua
return { Model = function() return {} end }
== file a.yaml
project: exp
model: {_target_: os.execute}
== wrong wick check a.yaml
target `os.execute` is not a name of the project
== file a.yaml
project: exp
model: {_target_: exp.Model}
== right
]],
  W0212 = [[
EPROJECT there is no project, or none of that name
Targets are looked for in the folder that `project:` or `--project` names. Its name
begins every target; it may not be that of a standard library, and two open projects
cannot share one.
== file exp/init.lua
return { Model = function() return {} end }
== file a.yaml
model: {_target_: exp.Model}
== wrong wick check a.yaml
this config names no project, so its targets lead nowhere
== right wick check a.yaml --project exp
]],
  W0213 = [[
ECASE a file whose name differs in letter case
On a file system that takes `Data.lua` and `data.lua` for one, the name must be
written as it is in the folder, so that the project works elsewhere too.
== untried it needs a file system without letter case
]],
  W0215 = [[
EACCES no permission to read a file of the project
The file or one of its folders may not be read by the user that runs wick.
== file exp/models.lua
return { Model = function() return {} end }
== file a.yaml
project: exp
model: {_target_: exp.models.Model}
== untried root, who may run the tests, may read everything
]],
  W0216 = [[
EIO the system failed to read a file
The message has the system's own words. The file is there, and nothing of it was
used.
== untried it needs a broken disk
]],
  W0217 = [[
EAGAIN a file that cannot be read without waiting
Something else kept the file changing, or it is a device that makes the reader wait.
Try again when nothing writes below the project's folder.
== untried it needs a race with another program
]],
  W0218 = [[
EMFILE too many files are open
The process, or the whole system, has no file descriptor left. `ulimit -n` tells and
raises the limit of the shell.
== untried it needs a process without file descriptors
]],
  W0301 = [[
ECONSTRUCT a constructor raised an error, or gave nothing
The first mark is the line of the project that failed; the notes have its trace and
the options it got, each with the place that set it. `--backtrace=full` shows the
frames of wick as well.
== file exp/models.lua
return { Model = function(options) return { size = options.hidden * 2 } end }
== file a.yaml
project: exp
model: {_target_: exp.models.Model, hiden: 8}
== wrong wick run a.yaml
`exp.models.Model` raised while building `model`
== file a.yaml
project: exp
model: {_target_: exp.models.Model, hidden: 8}
== right
]],
  W0302 = [[
EOPTION an option that the constructor does not declare
What a constructor takes stands in the LuaCATS comment directly above it (`---@param`
and, for a table of options, `---@class` with its `---@field` lines, in the same file),
or in the statement of its plugin. `wick explain CONFIG --target NAME` shows that. A
class with a line `---@field [string] any` takes any option.
== file exp/init.lua
---@param options { hidden: integer }
local function Model(options) return { size = options.hidden } end
return { Model = Model }
== file a.yaml
project: exp
model: {_target_: exp.Model, hiden: 8}
== wrong wick check a.yaml
`Model` has no option `hiden`
== file a.yaml
project: exp
model: {_target_: exp.Model, hidden: 8}
== right
]],
  W0303 = [[
EREQUIRED an option that the constructor needs is not given
It is declared without a `?` behind its name, and its type does not take nil. An option
that is null, disabled, or a `"@?reference"` to nothing is not given.
== file exp/init.lua
---@param options { hidden: integer, lr?: number }
local function Model(options) return { size = options.hidden } end
return { Model = Model }
== file a.yaml
project: exp
model: {_target_: exp.Model, lr: 0.1}
== wrong wick check a.yaml
`Model` needs the option `hidden`, and it is not given
== file a.yaml
project: exp
model: {_target_: exp.Model, hidden: 8}
== right
]],
  W0304 = [[
EMISTYPED an option is of another type than the constructor declares
Types are those of LuaCATS: `integer number string boolean table any`, `T[]`,
`table<K, V>`, `{ a: T, b?: T }`, `"a"|"b"`, `T|U`, `T?`, `fun(...)`. An integral float is
an integer. The name of a class takes an object, or anything. An object or an
expression that uses one is looked at when it is there, before the constructor is
called.
== file exp/init.lua
---@param options { hidden: integer }
local function Model(options) return { size = options.hidden } end
return { Model = Model }
== file a.yaml
project: exp
model: {_target_: exp.Model, hidden: eight}
== wrong wick check a.yaml
`model.hidden` must be an integer, and it is a string
== file a.yaml
project: exp
model: {_target_: exp.Model, hidden: 8}
== right
]],
  W0305 = [[
ERESERVEDKEY a reserved key that is not known, or has the wrong value
In a component keys of the form `_x_` belong to wick: `_target_ _args_ _partial_
_recursive_ _disabled_ _requires_ _desc_`.
== file exp/init.lua
return { Model = function() return {} end }
== file a.yaml
project: exp
model: {_target_: exp.Model, _arg_: [1]}
== wrong wick check a.yaml
there is no reserved key `_arg_`
== file a.yaml
project: exp
model: {_target_: exp.Model, _args_: [1]}
== right
]],
  W0306 = [[
ELATE an expression that uses an object failed
It was evaluated while the config was built, after the objects it names. What an
object does is the project's business; the trace is its own.
== file exp/init.lua
local Model = {}
Model.__index = Model
function Model.new() return setmetatable({}, Model) end
function Model:fit() return 1 end
return { Model = Model }
== file a.yaml
project: exp
model: {_target_: exp.Model}
run: "$ @model:fitt()"
== wrong wick run a.yaml
there is no method `fitt` here
== file a.yaml
project: exp
model: {_target_: exp.Model}
run: "$ @model:fit()"
== right
]],
  W0307 = [[
ECLOSE an object raised an error while it was closed
Objects are closed newest first, each through its `__close`. All of them are closed,
also when one fails.
== file exp/init.lua
local File = { __close = function() error("cannot flush") end }
return { File = function() return setmetatable({}, File) end }
== file a.yaml
project: exp
file: {_target_: exp.File}
== wrong wick run a.yaml
`file` raised while it was closed
== file exp/init.lua
local File = { __close = function() end }
return { File = function() return setmetatable({}, File) end }
== right
]],
  W0401 = [[
EREF a reference to a key that does not exist
`"@model.lr"` counts from the root of the config; `"@.lr"` is beside the node that says
it, and each further dot is one level up.
== file a.yaml
optim: {lr: 0.1}
rate: "@optm.lr"
== wrong wick show a.yaml
`@optm.lr` refers to a key that does not exist
== file a.yaml
optim: {lr: 0.1}
rate: "@optim.lr"
== right
]],
  W0402 = [[
ECYCLE values that need each other
Each of them waits for the next. The marks, or the note, show the whole chain.
== file a.yaml
a: "@b"
b: "$ @a + 1"
== wrong wick show a.yaml
these values refer to each other in a circle
== file a.yaml
a: 1
b: "$ @a + 1"
== right
]],
  W0403 = [[
EREQUIRE modules that require each other
A module that is still being loaded was required again. Put the `require` into the
function that uses it.
== file exp/a.lua
local b = require "exp.b"
return { A = function() return b end }
== file exp/b.lua
local a = require "exp.a"
return { B = function() return a end }
== file a.yaml
project: exp
a: {_target_: exp.a.A}
== wrong wick run a.yaml
modules require each other in a circle
== file exp/b.lua
return { B = function() return require "exp.a" end }
== right
]],
  W0404 = [[
ESIGIL text that starts with a sigil and is no reference, copy or expression
`@`, `%` and `$` at the start of a string have a meaning. Double the sign to have the
text itself.
== file a.yaml
owner: "@alice hello"
== wrong wick show a.yaml
`@alice hello` starts with `@` and is not a reference
== file a.yaml
owner: "@@alice hello"
== right
]],
  W0405 = [[
EMISSING values that must be given and are not
`???` asks for a value: in another document, or on the command line. All that are
missing are named at once.
== file a.yaml
data: ???
== wrong wick check a.yaml
the value of `data` must be given and is not
== right wick check a.yaml data=cifar10
]],
  W0406 = [[
EEXPR an expression that does not parse
An expression is Lua without `function`: literals, operators, tables, indexing, calls,
and the names that `wick help` and the README list.
== file a.yaml
n: "$ 2 * (3 + 4"
== wrong wick show a.yaml
this `(` is never closed
== file a.yaml
n: "$ 2 * (3 + 4)"
== right
]],
  W0407 = [[
EEVAL an expression that fails
It parses, and its values do not fit: a null in a sum, a variable of the environment
that is not set, a division by zero.
== file a.yaml
n: "$ 1 + env('NO_SUCH_VARIABLE')"
== wrong wick show a.yaml
the environment has no variable `NO_SUCH_VARIABLE`
== file a.yaml
n: "$ 1 + env('NO_SUCH_VARIABLE', 2)"
== right
]],
  W0408 = [[
EOBJECT a key path into an object
A path goes through references and plain values. What an object has inside is known
when it was built: ask it in an expression, `"$ (@model).size"`.
== file exp/init.lua
return { make = function() return { size = 3, copy = { size = 3 } } end }
== file a.yaml
project: exp
model: {_target_: exp.make}
part: "$ (@model).copy"
size: "@part.size"
== wrong wick check a.yaml
a key path does not lead into an object
== file a.yaml
project: exp
model: {_target_: exp.make}
part: "$ (@model).copy"
size: "$ (@part).size"
== right
]],
  W0409 = [[
EDISABLED a reference to a component that is disabled
With `_disabled_: true` a component is not there. `"@?key"` refers to it if it is, and
is absent otherwise.
== file exp/init.lua
return { Logger = function() return {} end, Trainer = function() return {} end }
== file a.yaml
project: exp
logger: {_target_: exp.Logger, _disabled_: true}
trainer: {_target_: exp.Trainer, logger: "@logger"}
== wrong wick check a.yaml
`logger` is disabled
== file a.yaml
project: exp
logger: {_target_: exp.Logger, _disabled_: true}
trainer: {_target_: exp.Trainer, logger: "@?logger"}
== right
]],
  W0501 = [[
ESYMLINK a symbolic link on the way to a module
No link is followed below the project's folder, wherever it points: it could point
elsewhere the next moment.
== file shared/models.lua
return { Model = function() return {} end }
== file exp/init.lua
return {}
== file a.yaml
project: exp
model: {_target_: exp.models.Model}
== wrong ln -s ../shared/models.lua exp/models.lua; wick check a.yaml
the way to `exp.models` is a symbolic link
== right rm exp/models.lua; cp shared/models.lua exp; wick check a.yaml
]],
  W0502 = [[
EBYTECODE a module that is precompiled bytecode
Lua does not verify bytecode, so a wrong one can take over the process. Ship the
source; there is no switch.
== file exp/init.lua
return {}
== file a.yaml
project: exp
model: {_target_: exp.fast.Model}
== wrong printf '\033Lua' > exp/fast.lua; wick check a.yaml
refused to load precompiled Lua bytecode
== right echo 'return { Model = function() return {} end }' > exp/fast.lua; wick check a.yaml
]],
  W0503 = [[
EESCAPE a name that leads out of its root
Files are named below the folder that was opened; `..` beyond it and absolute names are
refused whether or not such a file exists.
== untried targets cannot name such a file at all
]],
  W0505 = [[
ETYPE a module that is no regular file
Folders, devices, sockets and pipes are not read.
== file exp/init.lua
return {}
== file a.yaml
project: exp
model: {_target_: exp.models.Model}
== wrong mkfifo exp/models.lua; wick check a.yaml
`exp/models.lua` is a named pipe, not a file
== right rm exp/models.lua; echo 'return { Model = print }' > exp/models.lua; wick check a.yaml
]],
  W0506 = [[
EXDEV another mount on the way to a module
What is mounted below the project's folder is not the project's. Open it as a project
of its own, or copy it.
== untried it needs the right to mount
]],
  W0507 = [[
EUNSAFE a file or folder that others may write
Who may write a module may run anything as the user that loads it, and who may write a
folder on its way can put another module there. What everyone may write is refused.
Other doubts are warnings, and errors with --strict: a group that may write it, an owner
who is neither root nor you, a sticky folder, a hard link, and such folders above the
project. A plugin is refused for a group, too. --trust-modes is for file systems that
have no owners and modes.
== file exp/model.lua
return { new = function() return {} end }
== file a.yaml
project: exp
model: {_target_: exp.model}
== wrong chmod o+w exp/model.lua && wick run a.yaml
`exp/model.lua` is writable by everyone
== right chmod o-w exp/model.lua && wick run a.yaml
]],
  W0508 = [[
ECHANGED a file changed while it was read
The bytes that were read belong to no one state of the file, so none of them were
used. Try again when it is written.
== untried it needs a race with another program
]],
  W0509 = [[
EORIGIN a name that leads to something that is not the project's own
A module may hold the standard libraries, or another module, in a field; a target may
not reach them through it.
== file exp/util.lua
return { os = os, run = function() return {} end }
== file a.yaml
project: exp
model: {_target_: exp.util.os.execute, _args_: ["true"]}
== wrong wick run a.yaml
target `exp.util.os.execute` leads out of the project
== file a.yaml
project: exp
model: {_target_: exp.util.run}
== right
]],
  W0510 = [[
EHAZARD a plugin that would weaken the process, or lead to files that were not checked
Loading it would make the stack executable, or memory writable and executable; or it has
a RUNPATH, needs a library by its path, or asks for an audit library. Nothing of it ran.
== file exp/other.lua
return {}
== file a.yaml
project: exp
model: {_target_: exp.fast}
== file fast.c
int luaopen_fast (void *L) { return L == 0; }
== wrong cc -shared -fPIC -Wl,-z,execstack fast.c -o exp/fast.so && wick check a.yaml
plugin `exp.fast` asks for an executable stack
== right cc -shared -fPIC fast.c -o exp/fast.so && wick check a.yaml
]],
  W0511 = [[
EUNTRUSTED what an untrusted config may not do
With `--untrusted` a config that others wrote is read, and not run: one written in
Lua is a program, and its budgets are no wall around who means harm.
== file exp/init.lua
return {}
== file a.lua
return { lr = 0.1 }
== wrong wick show a.lua --untrusted --project exp
an untrusted config is not run, and this one is written in Lua
== file a.yaml
lr: 0.1
== right wick show a.yaml --untrusted --project exp
]],
  W0601 = [[
EABI a plugin that was built for another Lua
Its statement says so; nothing of it was run. Build it with the headers of this Lua.
== file exp/other.lua
return {}
== file a.yaml
project: exp
model: {_target_: exp.fast}
== file fast.c
#include <wick/plugin.h>
#undef LUA_VERSION
#define LUA_VERSION "Lua 5.3"
WICK_PLUGIN(fast, "fast", "1.0", "made for the other one", "");
WICK_OPEN int luaopen_fast (lua_State *L) { lua_newtable(L); return 1; }
== wrong cc -shared -fPIC fast.c -o exp/fast.so && wick check a.yaml
plugin `exp.fast` was built for another Lua
== file fast.c
#include <wick/plugin.h>
static int model (lua_State *L) { lua_newtable(L); return 1; }
WICK_PLUGIN(fast, "fast", "1.0", "", WICK_CONSTRUCTOR("new", "a model"));
WICK_OPEN int luaopen_fast (lua_State *L) {
  lua_newtable(L);
  lua_pushcfunction(L, model);
  lua_setfield(L, -2, "new");
  return 1;
}
== right
]],
  W0602 = [[
EDLOPEN a plugin that the system's linker does not open
A library that it needs is not there, or a function is in none of them. `wick explain
--target` lists the libraries that a plugin needs, without loading it.
== file exp/other.lua
return {}
== file a.yaml
project: exp
model: {_target_: exp.fast}
== file fast.c
void gone (void);
int luaopen_fast (void *L) { gone(); return L == 0; }
== wrong cc -shared -fPIC fast.c -o exp/fast.so && wick run a.yaml
plugin `exp.fast` cannot be opened
== file fast.c
#include <wick/plugin.h>
static int model (lua_State *L) { lua_newtable(L); return 1; }
WICK_PLUGIN(fast, "fast", "1.0", "", WICK_CONSTRUCTOR("new", "a model"));
WICK_OPEN int luaopen_fast (lua_State *L) {
  lua_newtable(L);
  lua_pushcfunction(L, model);
  lua_setfield(L, -2, "new");
  return 1;
}
== right
]],
  W0603 = [[
ENOENTRY a plugin without an entry
The plugin a/b.so of the project NAME exports `luaopen_NAME_a_b` or `luaopen_a_b`.
== file exp/other.lua
return {}
== file a.yaml
project: exp
model: {_target_: exp.fast}
== file fast.c
int open_fast (void *L) { return L == 0; }
== wrong cc -shared -fPIC fast.c -o exp/fast.so && wick check a.yaml
plugin `exp.fast` has no entry point
== file fast.c
int luaopen_fast (void *L) { return L == 0; }
== right
]],
  W0605 = [[
EELF a file that is called like a plugin and is none
A plugin is a shared object for this machine. This file is something else, was built for
another machine, or is damaged. Nothing of it was run.
== file exp/other.lua
return {}
== file a.yaml
project: exp
model: {_target_: exp.fast}
== wrong echo text > exp/fast.so && wick check a.yaml
plugin `exp.fast` is not a shared object
== right rm exp/fast.so; echo 'return print' > exp/fast.lua; wick check a.yaml
]],
  W0606 = [[
ESTATEMENT a plugin that does not state what it is
Its statement is for another name, is not well formed, or names constructors that the
plugin does not have. A statement is made by the macros of wick/plugin.h.
== file exp/other.lua
return {}
== file a.yaml
project: exp
model: {_target_: exp.fast}
== file fast.c
#include <wick/plugin.h>
WICK_PLUGIN(fast, "slow", "1.0", "under another name", "");
WICK_OPEN int luaopen_fast (lua_State *L) { lua_newtable(L); return 1; }
== wrong cc -shared -fPIC fast.c -o exp/fast.so && wick check a.yaml
plugin `exp.fast` states another name
== file fast.c
#include <wick/plugin.h>
static int model (lua_State *L) { lua_newtable(L); return 1; }
WICK_PLUGIN(fast, "fast", "1.0", "under its own", WICK_CONSTRUCTOR("new", "a model"));
WICK_OPEN int luaopen_fast (lua_State *L) {
  lua_newtable(L);
  lua_pushcfunction(L, model);
  lua_setfield(L, -2, "new");
  return 1;
}
== right
]],
  W0607 = [[
EUNSTATED a plugin without a statement (a warning)
What it exports, and for which Lua it was built, shows only when it runs. It is loaded
with a warning; with `--strict` and `--untrusted` it is refused.
== file exp/other.lua
return {}
== file a.yaml
project: exp
model: {_target_: exp.fast}
== file fast.c
int luaopen_fast (void *L) { return L == 0; }
== wrong cc -shared -fPIC fast.c -o exp/fast.so && wick check a.yaml
plugin `exp.fast` does not state what it is
== file fast.c
#include <wick/plugin.h>
static int model (lua_State *L) { lua_newtable(L); return 1; }
WICK_PLUGIN(fast, "fast", "1.0", "fast ones", WICK_CONSTRUCTOR("new", "a model"));
WICK_OPEN int luaopen_fast (lua_State *L) {
  lua_newtable(L);
  lua_pushcfunction(L, model);
  lua_setfield(L, -2, "new");
  return 1;
}
== right
]],
  W0608 = [[
ENOPROC a plugin, and no /proc
A plugin is loaded by its descriptor, through /proc, so that what is loaded is what was
checked; by its path it could be another file by now. Mount it: `mount -t proc proc /proc`.
== untried it needs a system without /proc
]],
  W0701 = [[
EBUDGET evaluation would produce too much
`value.bytes` counts every string that expressions make, `value.nodes` what they and
references add to the config. What expressions compare or read as numbers may be 4 times
as long as what they make. `--limit value.bytes=128MiB` raises it for one command.
== file a.yaml
line: "$ ('x'):rep(100000000)"
== wrong wick show a.yaml
evaluating this config would produce more than 64 MiB
== file a.yaml
line: "$ ('x'):rep(10)"
== right
]],
  W0702 = [[
ESIZE a file or a scalar is too large
The limits are `document.bytes`, `scalar.bytes`, `module.bytes` and `plugin.bytes`.
== file a.yaml
name: a text that is longer than twenty bytes
== wrong wick show a.yaml --limit document.bytes=20
`a.yaml` is too big
== right wick show a.yaml
]],
  W0703 = [[
EALIASES aliases that add too many nodes
Nine aliases of nine aliases of nine … make a small file large. `alias.nodes` limits what
they may add.
== file a.yaml
a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]
f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e]
== wrong wick show a.yaml
expanding the aliases of this document would add more than 100,000 nodes
== file a.yaml
a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
== right
]],
  W0704 = [[
EDEPTH maps and lists nested too deep
`document.depth` limits the levels of one document.
== file a.yaml
a: {b: {c: {d: 1}}}
== wrong wick show a.yaml --limit document.depth=3
this document is nested more than 3 levels deep
== right wick show a.yaml
]],
  W0705 = [[
ELIMIT another limit was crossed
The message names it: `config.nodes`, `document.anchors`, and the number of documents.
== file a.yaml
list: [1, 2, 3, 4]
== wrong wick show a.yaml --limit config.nodes=4
this config has more than 4 nodes
== right wick show a.yaml
]],
  W0706 = [[
ENOMEM not enough memory
Nothing was left half made: what was read so far is given back.
== untried it needs a system without memory
]],
  W0707 = [[
ELUASTEPS a Lua config that takes too many steps
A step is an instruction of Lua, or so much work of one of its functions. Once there
are very long strings or large tables, each counts more.
== file a.lua
local n = 0
while n ~= 10.5 do
  n = n + 1
end
return { n = n }
== wrong wick show a.lua
this Lua config takes more than 1000000 steps
== file a.lua
local n = 0
while n < 10.5 do
  n = n + 1
end
return { n = n }
== right
]],
  W0708 = [[
ELUABYTES a Lua config that takes too much memory
What counts is all that Lua holds at a time, and also, with a higher limit, what it
asks for one after the other.
== file a.lua
local text = "x"
for i = 1, 30 do
  text = text .. text
end
return { size = #text }
== wrong wick show a.lua
this Lua config takes more than 16 MiB of memory
== file a.lua
return { size = 1 << 30 }
== right
]],
  W0801 = [[
EINCLUDE a document that a document names, and that is not there
`defaults: [base.yaml]` names a file beside the document; `{model: unet}` names the
choice `model/unet.yaml`, or `.lua`, of a group. `optional` before it allows it to lack.
== file model/resnet50.yaml
layers: 50
== file a.yaml
defaults: [{model: resnet51}]
== wrong wick show a.yaml
included file `model/resnet51.yaml` not found
== file a.yaml
defaults: [{model: resnet50}]
== right
]],
  W0802 = [[
EMIX a map laid over what is no map, or the reverse
Maps merge, everything else replaces. A map over a number would lose one of the two in
silence; write `=key` to replace on purpose.
== file a.yaml
model: {lr: 0.1}
== wrong wick show a.yaml 'model.lr={base: 0.1}'
cannot merge a map into a number at `model.lr`
== right wick show a.yaml model.lr=0.2
]],
  W0803 = [[
EROOT the folder that `project:` names is not there
It is relative to the document that says it, whatever the current directory is.
== file exp/init.lua
return { Model = function() return {} end }
== file a.yaml
project: epx
model: {_target_: exp.Model}
== wrong wick check a.yaml
the folder `DIR/epx` does not exist
== file a.yaml
project: exp
model: {_target_: exp.Model}
== right
]],
  W0804 = [[
ENEAR a key that is nearly a reserved one (a warning)
`project`, `defaults` and `run` have a meaning at the top of a config. A typo in them
is an ordinary key that nothing reads.
== file a.yaml
projct: exp
lr: 0.1
== wrong wick show a.yaml
the key `projct` is nearly the reserved key `project`, which is not there
== file a.yaml
project: exp
lr: 0.1
== right
]],
  W0805 = [[
EINCLUDELOOP documents that name each other
A document comes to itself through its `defaults`. The chain shows how.
== file a.yaml
defaults: [b.yaml]
== file b.yaml
defaults: [a.yaml]
== wrong wick show a.yaml
these documents include each other in a circle
== file b.yaml
lr: 0.1
== right
]],
  W0806 = [[
EGONE a key that is to be deleted, and is not there
`~key:` deletes what a document below has. `~?key:` deletes it if it is there.
== file base.yaml
lr: 0.1
momentum: 0.9
== file a.yaml
defaults: [base.yaml]
~momentm:
== wrong wick show a.yaml
there is no key `momentm` to delete
== file a.yaml
defaults: [base.yaml]
~momentum:
== right
]],
  W0807 = [[
EOPERATOR a key operator that makes no sense
`+key` adds, `=key` replaces whole, `~key` deletes and has no value. One map says one
thing of a key. A quoted key is never an operator.
== file base.yaml
lr: 0.1
== file a.yaml
defaults: [base.yaml]
~lr: 0.1
== wrong wick show a.yaml
`~lr` deletes a key, and has a value
== file a.yaml
defaults: [base.yaml]
~lr:
== right
]],
  W0808 = [[
EDEFAULTS an entry of `defaults` that is none
An entry is the name of a file, `{group: choice}`, `{group@mount: choice}`, any of these
behind `optional`, or `_self_`.
== file base.yaml
lr: 0.1
== file a.yaml
defaults: [3]
== wrong wick show a.yaml
an entry of `defaults` is a file or one group with its choice
== file a.yaml
defaults: [base.yaml]
== right
]],
  W0809 = [[
EUNREAD a key that nothing reads (a warning)
No reference, no expression and no constructor names it; perhaps it is misspelt. `run
-v` and `check -v` tell it; under `--strict` it is an error.
== file exp/init.lua
return { Model = function() return {} end }
== file a.yaml
project: exp
model: {_target_: exp.Model}
sede: 3
== wrong wick run -v a.yaml
nothing reads `sede`
== file a.yaml
project: exp
model: {_target_: exp.Model, seed: 3}
== right
]],
  W0810 = [[
EDOTTED a key that is written like a path (a warning)
Keys of a document are no paths: `model.lr: 1` is one key with a dot in its name. Only
overrides and references take paths. Quote a key that is meant.
== file a.yaml
model: {lr: 0.1}
model.lr: 0.2
== wrong wick show a.yaml
`model.lr` is one key, and `model` beside it is not changed
== file a.yaml
model: {lr: 0.2}
== right
]],
  W9999 = [[
EBUG a bug in wick
The message says what happened and which version it was. Tell us what you ran.
== untried there would have to be one
]],
}
