-- wick.sigil: strings with a sigil -> what they mean; and reserved keys that
-- there are not.
--
-- Part of evaluate.  May call: the tree, expr (parse), evaluate/splice, tell, fail,
-- core.

local core = require "wick.core"
local fail = require "wick.fail"
local tell = require "wick.tell"

local M = {}

-- Text of the node, or a part of it, for a message.
local function shown(self, id, text, max)
  return tell.written(self.tree, id, text, max)
end

-- The same in quotes, as YAML reads it, with a sign before it.
local function quoted(self, id, sign, text, max)
  return tell.written_quoted(self.tree, id, sign, text, max)
end

-- How to write the text itself: in YAML with the sign twice, in Lua as it is.
local function doubled(self, id, text)
  local name, origin = self.tree:source(id)
  if origin == "host" or origin == "file" and name:match("%.lua$") then
    return "to mean the text itself, write it without `ref`, `copy` or `expr`"
  end
  return ("to mean the text itself, double the sign: `%s`"):format(
    quoted(self, id, "", text:sub(1, 1) .. text))
end

-- `@…` and `@?…`: a reference.
local function read_reference(self, id, text)
  local tree = self.tree
  local base = text:sub(2, 2) == "?" and 2 or 1
  local path, err = core.keypath(text:sub(base + 1), false)
  if not path or path.length ~= #text - base then
    local at = path and path.length + base + 1 or math.min(base + 1, #text)
    local helps = { doubled(self, id, text) }
    for _, help in ipairs(not path and err.helps or {}) do
      table.insert(helps, 1, help)
    end
    local rest = text:sub(at)
    local colons = rest:match("^::")
    if path and (colons or rest:match("^/")) then
      table.insert(helps, 1, ("key paths are joined by dots: `%s`"):format(
        quoted(self, id, "", (text:gsub("::", "."):gsub("/", ".")))))
    elseif path and rest:match("^%s*[:(+*/%%^<>=~.%[]") or rest:match("^%s+%-") then
      table.insert(helps, 1, ("for an expression begin with `$` and a blank: `%s`"):format(
        quoted(self, id, "$ ", text, 60)))
    end
    local mark, last = not path and err.marks[1], #text
    local label = path and "the key path ends before this"
      or "expected a key path such as `model.lr` behind `@`"
    if mark and mark.byte > 1 then -- inside the path
      at, label = math.min(base + mark.byte, #text), mark.label
      last = math.min(at + mark.length - 1, #text)
    end
    self:report(id, fail.new("ESIGIL", {
      message = ("`%s` starts with `@` and is not a reference"):format(shown(self, id, text, 40)),
      marks = { tree:mark(id, label, at, last) },
      helps = helps,
    }))
    return
  end
  self.parsed[id] = { path = path, base = base, optional = base == 2 }
end

-- An expression that begins behind the first `base` bytes of the node's text;
-- nil after an error.
local function read_expression(self, id, source, base, doubling)
  local ast, problem = require "wick.expr".parse(source)
  if ast then
    return { ast = ast, base = base }
  end
  local helps = problem.helps or {}
  helps[#helps + 1] = doubling
  self:report(id, fail.new("EEXPR", {
    message = problem.message,
    notes = problem.notes,
    marks = { self.tree:mark(id, problem.label or "", problem.byte + base,
      problem.byte + base + math.max(problem.length, 1) - 1) },
    helps = helps,
  }))
end

-- `$ …`: an expression.
local function read_dollar(self, id, text)
  if not text:match("^%$%s") then
    self:report(id, fail.new("ESIGIL", {
      message = ("`%s` starts with `$` and is not an expression"):format(shown(self, id, text, 40)),
      marks = { self.tree:mark(id, "an expression is `$`, a blank, and Lua", 1, #text) },
      helps = {
        doubled(self, id, text),
        #text > 1 and ("for an expression put a blank behind it: `%s`"):format(
          quoted(self, id, "$ ", text:sub(2), 40)) or nil,
      },
    }))
    return
  end
  local expression = read_expression(self, id, text:sub(2), 1, doubled(self, id, text))
  if expression then
    self.parsed[id] = { exprs = { expression } }
  end
end

-- Text with `${…}` in it; `dropped` bytes of the node's text stand before it.
local function read_text(self, id, text, dropped)
  local texts, splices = require "wick.evaluate.splice".parts(text)
  local literal = "to mean the text `${` itself, double the sign: `$${`"
  if not texts then
    self:report(id, fail.new("ESIGIL", {
      message = "this `${` is never closed",
      marks = { self.tree:mark(id, "opened here", splices + dropped, splices + dropped + 1) },
      helps = { "an expression in a text ends with `}`", literal },
    }))
    return
  elseif #splices == 0 then
    self.parsed[id] = { text = texts[1] }
    return
  end
  local item = { exprs = {}, texts = texts }
  for i, splice in ipairs(splices) do
    item.exprs[i] = read_expression(self, id, splice.text, splice.at + dropped, literal)
    if not item.exprs[i] then
      return
    end
  end
  if #splices == 1 and texts[1] == "" and texts[2] == "" then
    item.texts = nil -- a string that is one splice keeps its type
  end
  self.parsed[id] = item
end

--- Reads a string with a sigil; what it means is kept in self.parsed[id]: {text},
--- {path, base, optional} or {exprs, texts}: expressions {ast, base}, base being
--- the bytes before the path or the expression, and the texts around them (nil:
--- one expression is all).  Errors go to self:report.
function M.read(self, id)
  local text = self.tree:text(id)
  local first, second = text:sub(1, 1), text:sub(2, 2)
  local dropped = 0
  if first == second and (first == "@" or first == "%" or first == "$") then
    if first ~= "$" or text:sub(3, 3) ~= "{" then -- `$${` is seen to below
      text, dropped = text:sub(2), 1
    end
    first = ""
  end
  if first == "@" then
    return read_reference(self, id, text)
  elseif first == "$" and second ~= "{" then
    return read_dollar(self, id, text)
  end
  return read_text(self, id, text, dropped)
end

--
-- Reserved keys
--

local INSTEAD = {
  _mode_ = "wick has no modes: for a function that is called later, see `_partial_`",
  _convert_ = "options are always plain Lua tables: leave `_convert_` out",
  _imports_ = "modules are found by their name in `_target_`: leave `_imports_` out",
  _post_init_ = "call what comes after in `run:`, or in the constructor",
}
local KNOWN = { "_target_", "_args_", "_partial_", "_recursive_", "_disabled_", "_requires_",
  "_desc_" }
M.known = {}
for _, key in ipairs(KNOWN) do
  M.known[key] = true
end

-- The name of the project, as far as it is known before that is opened.
local function project_name(self)
  local given, id = self.options.project, self.tree:find(self.top, "project")
  local dir = given or id and self.tree:text(id) or ""
  local name = given and given:match("^([%a_][%w_]*)=")
  dir = dir == "." and self.folder or dir
  return name or dir:gsub("/+$", ""):match("[^/]*$")
end

-- The first name of a dotted text under a key such as `target`, or nil.
local function head_of(text, key)
  return key:lower():match("^_*(.-)_*$") == "target"
    and text:match("^([%a_][%w_]*)%.[%a_][%w_.]*$") or nil
end

--- Whether M.refuse_key would report this key, were it written in a plain map.
function M.refuses(self, id, key)
  if key:find("^_.*_$") and key:lower() ~= "_target_" then
    return not M.known[key] and fail.near(key, KNOWN)[1] ~= nil
  end
  local head = self.tree:kind(id) == "string" and head_of(self.tree:text(id), key)
  return head and (head == "project" or head == project_name(self)) or false
end

-- A dotted text under a key such as `target`, in a map that is no component.
local function nearly_target(self, id, key)
  local tree = self.tree
  local text = tree:text(id)
  local head = head_of(text, key)
  if not head or tree:is(tree:up(id), "component") then
    return
  end
  local fields = {
    message = ("the key `%s` makes no component of `%s`"):format(key,
      tell.path(tree, tree:up(id))),
    key = tell.path(tree, id),
    marks = { tree:mark(id, "an ordinary key", "key") },
    helps = { "did you mean `_target_`?" },
  }
  if head == "project" or head == project_name(self) then
    fields.notes = { ("`%s` looks like a name of the project"):format(fail.quote(text)) }
    self:report(id, fail.new("ERESERVEDKEY", fields))
    self:broke(tree:up(id))
  elseif key:find("_", 1, true) then
    self.warnings[#self.warnings + 1] = fail.warning("ENEAR", fields)
  end
end

--- Reports a key of the form `_x_` that wick does not have; a plain map may have
--- such a key unless it is nearly a reserved one.  And one that is no such key,
--- but meant as `_target_`.
function M.refuse_key(self, id)
  local tree = self.tree
  local key = tree:key(id)
  if not key:find("^_.*_$") or key:lower() == "_target_" then
    return nearly_target(self, id, key)
  end
  local near = fail.near(key, KNOWN)
  local component = tree:is(tree:up(id), "component")
  if not component and M.known[key] then
    if key ~= "_desc_" and not (self.broken and self.broken[tree:up(id)]) then
      self.warnings[#self.warnings + 1] = fail.warning("ENEAR", {
        message = ("`%s` has no meaning in a map without `_target_`"):format(key),
        key = tell.path(tree, id),
        marks = { tree:mark(id, "an ordinary key", "key") },
        helps = { "name a constructor beside it, `_target_: my_project.module.Name`, "
          .. "or rename it" },
      })
    end
    return
  elseif not component and not near[1] then
    return
  end
  self:report(id, fail.new("ERESERVEDKEY", {
    message = ("there is no reserved key `%s`"):format(fail.quote(key)),
    marks = { tree:mark(id, "", "key") },
    helps = { INSTEAD[key] or near[1] and ("did you mean `%s`?"):format(near[1])
      or "names of the form `_x_` are reserved: rename it" },
  }))
  if near[1] == "_target_" and not component then
    self:broke(tree:up(id))
  end
end

--- Reports a `project` that is not a plain string.
function M.check_project(self)
  local project = self.tree:find(self.top, "project")
  if project and self.tree:is(project, "sigil") then
    self:report(project, fail.new("EPROJECT", {
      message = "`project` must be a plain string",
      marks = { self.tree:mark(project, "a reference or an expression") },
      helps = { "write the folder itself: `project: my_project/`" },
    }))
  end
end

return M
