-- wick.sigil: strings with a sigil -> what they mean; and what of the language
-- this version does not have, told where it stands.
--
-- Part of evaluate.  May call: the tree, expr (parse), fail, core.

local core = require "wick.core"
local fail = require "wick.fail"

local M = {}

local function unsupported(self, id, what, mark, helps)
  self:report(id, fail.new("EUNSUPPORTED", {
    message = what .. " is not in this version of wick",
    marks = { mark },
    helps = helps,
  }))
end

local function doubled(text)
  return ("to mean the text itself, double the sign: `\"%s\"`"):format(
    fail.quote(text:sub(1, 1) .. text))
end

-- `@…`: a reference.
local function read_reference(self, id, text)
  local tree = self.tree
  if text:sub(2, 2) == "?" then
    unsupported(self, id, "the optional reference `@?`", tree:mark(id, "", 1, 2),
      { "write `@` without `?`; then the key must be there" })
    return
  end
  local path, err = core.keypath(text:sub(2), false)
  if not path or path.length ~= #text - 1 then
    local at = path and path.length + 2 or #text > 1 and 2 or 1
    local helps = { doubled(text) }
    for _, help in ipairs(not path and err.helps or {}) do
      table.insert(helps, 1, help)
    end
    local rest = text:sub(at)
    local colons = rest:match("^::")
    if path and (colons or rest:match("^/")) then
      table.insert(helps, 1, ("key paths are joined by dots: `\"%s\"`"):format(
        fail.quote((text:gsub("::", "."):gsub("/", ".")))))
    elseif path and rest:match("^%s*[:(+*/%%^<>=~.%[]") or rest:match("^%s+%-") then
      table.insert(helps, 1, ("for an expression begin with `$` and a blank: `\"$ %s\"`"):format(
        fail.quote(text, 60)))
    end
    self:report(id, fail.new("ESIGIL", {
      message = ("`%s` starts with `@` and is not a reference"):format(fail.quote(text, 40)),
      marks = { tree:mark(id, path and "the key path ends before this"
        or "expected a key path such as `model.lr` behind `@`", at, #text) },
      helps = helps,
    }))
    return
  end
  self.parsed[id] = { path = path, base = 1 }
end

-- `$ …`: an expression.
local function read_expression(self, id, text)
  local tree = self.tree
  if not text:match("^%$%s") then
    self:report(id, fail.new("ESIGIL", {
      message = ("`%s` starts with `$` and is not an expression"):format(fail.quote(text, 40)),
      marks = { tree:mark(id, "an expression is `$`, a blank, and Lua", 1, #text) },
      helps = {
        doubled(text),
        #text > 1 and ("for an expression put a blank behind it: `\"$ %s\"`"):format(
          fail.quote(text:sub(2), 40)) or nil,
      },
    }))
    return
  end
  local expr = require "wick.expr"
  local ast, problem = expr.parse(text:sub(2))
  if not ast then
    local helps = problem.helps or {}
    helps[#helps + 1] = doubled(text)
    self:report(id, fail.new(problem.name == "EUNSUPPORTED" and "EUNSUPPORTED" or "EEXPR", {
      message = problem.message,
      notes = problem.notes,
      marks = { tree:mark(id, problem.label or "", problem.byte + 1,
        problem.byte + math.max(problem.length, 1)) },
      helps = helps,
    }))
    return
  end
  self.parsed[id] = { ast = ast, base = 1 }
end

--- Reads a string with a sigil; what it means is kept in self.parsed[id]:
--- {text}, {path, base} or {ast, base}, base being the bytes before the path or
--- the expression.  Errors go to self:report.
function M.read(self, id)
  local tree, text = self.tree, self.tree:text(id)
  local first, second = text:sub(1, 1), text:sub(2, 2)
  if first == second and (first == "@" or first == "%" or first == "$") then
    if first ~= "$" or text:sub(3, 3) ~= "{" then -- `$${` is seen to below
      text = text:sub(2)
    end
    first = ""
  end
  if first == "@" then
    return read_reference(self, id, text)
  elseif first == "$" and second ~= "{" then
    return read_expression(self, id, text)
  elseif first == "%" then
    return unsupported(self, id, "a copy (`%…`)", tree:mark(id, ""),
      { doubled(text), "refer to it instead: `\"@key\"` shares one value" })
  end
  -- text; `$${` is `${`, and a single `${` would be spliced
  local at = 1
  while true do
    local from = text:find("${", at, true)
    if not from then
      break
    elseif from > 1 and text:sub(from - 1, from - 1) == "$" then
      text = text:sub(1, from - 2) .. text:sub(from)
      at = from + 1
    else
      return unsupported(self, id, "an expression inside text (`${…}`)",
        tree:mark(id, "", from, from + 1), {
          "write the whole value as an expression: `\"$ 'text' .. @key\"`",
          "to mean the text `${` itself, double the sign: `$${`",
        })
    end
  end
  self.parsed[id] = { text = text }
end

--
-- What this version does not have
--

local RESERVED = {
  _mode_ = "wick has no modes: for a function that is called later, see `_partial_`",
  _convert_ = "options are always plain Lua tables: leave `_convert_` out",
  _imports_ = "modules are found by their name in `_target_`: leave `_imports_` out",
  _post_init_ = "call what comes after in `run:`, or in the constructor",
}
local LATER = { _partial_ = true, _recursive_ = true, _disabled_ = true, _requires_ = true,
  _desc_ = true }

local function refuse_key(self, id)
  local tree = self.tree
  local key = tree:key(id)
  local mark = tree:mark(id, "", "key")
  if LATER[key] and tree:is(tree:up(id), "component") then
    return unsupported(self, id, ("the key `%s`"):format(key), mark)
  elseif key:match("^_.*_$") then
    local near = fail.near(key, { "_target_", "_args_" })
    if not near[1] and not tree:is(tree:up(id), "component") then
      return -- a plain map may have such a key
    end
    return self:report(id, fail.new("ERESERVEDKEY", {
      message = ("there is no reserved key `%s`"):format(fail.quote(key)),
      marks = { mark },
      helps = { RESERVED[key] or near[1] and ("did you mean `%s`?"):format(near[1])
        or "names of the form `_x_` are reserved: rename it" },
    }))
  end
  local operator = key:sub(1, 1)
  local what = operator == "+" and "adding to a key" or operator == "=" and "replacing a key whole"
    or "deleting a key"
  return unsupported(self, id, ("%s (`%s`)"):format(what, fail.quote(key)), mark,
    { ("to mean a key of this name, quote it: `\"%s\":`"):format(fail.quote(key)) })
end

--- Reports what this version lacks: the `???` and the odd keys that the tree's
--- scan found, and `defaults`.
function M.refuse(self, missing, odd)
  local tree = self.tree
  for _, id in ipairs(missing) do
    unsupported(self, id, "a value that must be given (`???`)", tree:mark(id, ""),
      { "write a value here", "to mean the text itself, tag it: `!!str ???`" })
  end
  for _, id in ipairs(odd) do
    refuse_key(self, id)
  end
  local defaults = tree:find(self.top, "defaults")
  if defaults then
    unsupported(self, defaults, "`defaults`", tree:mark(defaults, "", "key"),
      { "put what it names into this file" })
  end
  local project = tree:find(self.top, "project")
  if project and tree:is(project, "sigil") then
    self:report(project, fail.new("EPROJECT", {
      message = "`project` must be a plain string",
      marks = { tree:mark(project, "a reference or an expression") },
      helps = { "write the folder itself: `project: my_project/`" },
    }))
  end
end

return M
