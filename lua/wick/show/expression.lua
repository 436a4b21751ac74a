-- wick.show.expression: expressions as show writes them: a value as one, what an
-- expression says with its paths made absolute, a splice as an operand of `..`.
-- A part of wick.show.
--
-- May call: show/form, the tree, evaluate/splice, expr (parse, text), expr/step, read,
-- tell, fail.
-- Runs nothing of the project.

local form = require "wick.show.form"
local tell = require "wick.tell"

local M = {}

local ODD = { [".inf"] = "math.huge", ["-.inf"] = "-math.huge", [".nan"] = "0/0",
  [tell.number(math.mininteger)] = "math.mininteger" }

--- A number as Lua and expressions write it.
function M.number(value)
  local text = tell.number(value)
  return ODD[text] or text
end

--- A key as a table constructor has it.
function M.name(key)
  if math.type(key) == "integer" then
    return ("[%s]"):format(M.number(key))
  elseif tell.is_name(key) then
    return key
  end
  return "[" .. form.lua_string(key) .. "]"
end

--- Whether a table of these keys is a list for Lua, although it is a map.
function M.is_listed(view, children)
  local seen = {}
  for _, id in ipairs(children) do
    seen[view:key(id)] = true
  end
  for i = 1, #children do
    if not seen[i] then
      return false
    end
  end
  return #children > 0
end

local DEEPEST = 190 -- as deep as expressions and Lua configs nest

-- Adds the text of a value to `out`; false when an expression gives no such value.
local function add(view, id, out, depth)
  local kind, value = view:as_it_is(id)
  if kind == "text" then
    out[#out + 1] = form.lua_string(value)
  elseif kind == "int" or kind == "float" then
    out[#out + 1] = M.number(value)
  elseif kind == "bool" then
    out[#out + 1] = tostring(value)
  elseif kind ~= "map" and kind ~= "list" then
    return false -- null is no item of a table, an object has no text
  else
    local children = view:children(id)
    if depth == 0 or kind == "list" and #children == 0
      or kind == "map" and (view.tree:object(id) or M.is_listed(view, children)) then
      return false
    end
    out[#out + 1] = "{"
    for i, child in ipairs(children) do
      out[#out + 1] = (i > 1 and ", " or "")
        .. (kind == "map" and M.name((view:key(child))) .. " = " or "")
      if not add(view, child, out, depth - 1) then
        return false
      end
    end
    out[#out + 1] = "}"
  end
  return true
end

--- The expression that gives the value at a node: `$ {a = 1}`; nil when none does.
function M.value(view, id)
  local out = {}
  return add(view, id, out, DEEPEST) and "$ " .. table.concat(out) or nil
end

-- The expressions of a text with a sigil, as it is written at a node: a list of
-- {ast, base, targets (nil: not evaluated)}; empty when it has none.
local function expressions_of(view, id, text)
  local late = view.after == "evaluate" and view.self.late[id]
  if late then
    return late.exprs
  end
  local parse, list = require "wick.expr".parse, {}
  if text:match("^%$%s") then
    local ast = parse(text:sub(2))
    return { ast and { ast = ast, base = 1 } or nil }
  elseif text:match("^[@%%]") and text:sub(1, 1) ~= text:sub(2, 2) then
    return list
  end
  local texts, splices = require "wick.evaluate.splice".parts(text)
  for i, splice in ipairs(texts and splices or {}) do
    local ast = parse(splice.text)
    if not ast then
      return {}
    end
    list[i] = { ast = ast, base = splice.at }
  end
  return list
end

-- Adds to `edits` the names that an expression gives to `file`, absolute.
local function place_files(view, id, expression, edits)
  local read = require "wick.read"
  local folder = read.folder(view.self, id)
  if folder == view.self.folder and not view.absolute then
    return
  end
  local ast, base = expression.ast, expression.base
  for i = 1, ast.n do
    if ast.code[i] == "builtin" and ast.x[i] == "file" then
      local name = ast.x[i + 2]
      if ast.code[i + 1] == "callee" and ast.code[i + 2] == "const" and type(name) == "string"
        and ast.code[i + 3] == "call" then
        edits[#edits + 1] = { base + ast.from[i + 2], base + ast.to[i + 2],
          form.lua_string(read.absolute(folder, name)) }
      else
        view:refuse(id, {
          name = "EVALUE",
          message = ("`file` is relative to %s here, and its name is known only later"):format(
            require "wick.fail".quote(folder, 200)),
          mark = view.tree:mark(id, "another document would take it from its own folder",
            base + ast.from[i], base + ast.to[i]),
          helps = { "give it a plain text: `file('data.csv')`",
            "`--after=read` shows each document as it is" },
        })
      end
    end
  end
end

--- The text with a sigil at a node so that it says the same in the first document:
--- key paths absolute, what an optional reference does not find nil, and names of
--- files from their own folder.
function M.placed(view, id, text)
  local late = view.after == "evaluate"
  if view.after == "read" or not late and not text:find("file", 1, true) then
    return text
  end
  local edits = {}
  for _, expression in ipairs(expressions_of(view, id, text)) do
    for i, ref in ipairs(late and expression.ast.refs or {}) do
      local first, target = expression.base + ref.byte, expression.targets[i]
      edits[#edits + 1] = { first, first + ref.length - 1,
        target and "@" .. view:path(target, true) or "(nil)" }
    end
    place_files(view, id, expression, edits)
  end
  table.sort(edits, function(a, b)
    return a[1] < b[1]
  end)
  local out, at = {}, 1
  for _, edit in ipairs(edits) do
    out[#out + 1] = text:sub(at, edit[1] - 1)
    out[#out + 1] = edit[3]
    at = edit[2] + 1
  end
  out[#out + 1] = text:sub(at)
  return table.concat(out)
end

--
-- What a splice gives, as far as that is known before it is computed.  `..` joins
-- texts and integers as a splice does; booleans it refuses, and of floats it
-- writes fewer digits.
--

local GIVES = { ["string.format"] = "text", ["string.lower"] = "text", ["string.upper"] = "text",
  ["string.rep"] = "text", ["string.sub"] = "text", ["string.len"] = "int", tostring = "text",
  type = "text", file = "text", ["math.ult"] = "bool" }
local BINARY = {}
for sign in ("== ~= < > <= >="):gmatch("%S+") do
  BINARY[sign] = "bool"
end
for sign in ("& | ~ << >>"):gmatch("%S+") do
  BINARY[sign] = "int"
end
local UNARY = { ["not"] = "bool", ["#"] = "int" }

local function kind_of_number(value)
  if math.type(value) == "integer"
    or require "wick.expr.step".text_of(value) == tell.number(value) then
    return "int" -- both ways write it the same
  end
end

-- The node that a path leads to before evaluation, through maps and lists alone.
local function follow(view, id, path)
  local tree = view.tree
  local at = path.up > 0 and id or view.top
  for _ = 1, path.up do
    at = at and tree:up(at)
  end
  for i = 1, #path do
    local kind = at and tree:kind(at)
    at = (kind == "map" or kind == "list") and tree:find(at, path[i], true)
  end
  return at
end

-- What a reference gives; the node, when that is a number.
local function kind_of_target(view, at)
  local tree = view.tree
  local kind = at and tree:kind(at)
  if kind == "string" then
    return not tree:is(at, "sigil") and tree:text(at) ~= "???" and "text" or nil
  elseif kind == "int" or kind == "float" then
    return kind_of_number(tree:value(at)), at
  end
  return kind == "bool" and kind or nil
end

-- The step that ends the call that step `from` begins.
local function closing(ast, from)
  local open = 0
  for i = from, ast.n do
    local op = ast.code[i]
    open = open + ((op == "callee" or op == "method") and 1 or op == "call" and -1 or 0)
    if open == 0 then
      return i
    end
  end
end

-- "text", "int" or "bool", or nil; and the number that it is.
local function kind_of(view, id, expression)
  local ast = expression.ast
  local code, x, n = ast.code, ast.x, ast.n
  for i = 1, n do
    if (code[i] == "and" or code[i] == "or") and x[i] > n then
      return nil
    end
  end
  local first, last = code[1], code[n]
  local kind, at
  if first == "const" then
    local value = x[1]
    kind = type(value) == "string" and "text" or type(value) == "boolean" and "bool"
      or type(value) == "number" and kind_of_number(value) or nil
  elseif first == "ref" then
    kind, at = kind_of_target(view, expression.targets and expression.targets[x[1]]
      or not expression.targets and follow(view, id, ast.refs[x[1]].path) or nil)
  end
  if n == 1 then
    return kind, at
  elseif last == "concat" then
    return "text"
  elseif last == "binary" then
    return BINARY[x[n]]
  elseif last == "unary" then
    return UNARY[x[n]]
  elseif last == "call" and closing(ast, 2) == n then
    if first == "builtin" and x[1] == "env" then
      return n == 4 and "text" or n == 5 and type(x[4]) == "string" and code[4] == "const"
        and "text" or nil
    elseif first == "builtin" then
      return GIVES[x[1]]
    elseif code[2] == "method" and kind == "text" then
      return GIVES["string." .. x[2]]
    end
  end
end

-- The operand that writes the float `value`, which `text` gives, with all its digits.
local function digits_of(value, text)
  local exact = tell.number(value)
  for digits = 1, 17 do
    local spec = ("%%.%dg"):format(digits)
    if spec:format(value) == exact then
      return ("string.format(\"%s\", %s)"):format(spec, text)
    end
  end
  return form.lua_string(exact) -- infinite, or none
end

--- The operands of `..` that give what the splices of a node's text give; nil when
--- that is not known.  `splices` are those of its text as it is shown.
function M.operands(view, id, text, splices)
  local out = {}
  local list = expressions_of(view, id, text)
  for i, splice in ipairs(splices) do
    local kind, number = nil, nil
    if list[i] then
      kind, number = kind_of(view, id, list[i])
    end
    if kind then
      local open = kind == "bool" and "tostring(" or "("
      out[i] = open .. splice.text .. (splice.text:find("--", 1, true) and "\n)" or ")")
    elseif number and view.after == "evaluate" then
      out[i] = digits_of(view.tree:value(number), splice.text)
    else
      view:refuse(id, {
        name = "EVALUE",
        message = "a Lua config joins texts by `..`, which does not write all values as "
          .. "`${…}` does",
        mark = view.tree:mark(id, ("nothing tells that `%s` is a text or an integer"):format(
          require "wick.fail".quote(splice.text, 40))),
        helps = { "write it as an expression: `\"$ 'text' .. tostring(…)\"`",
          "`--format=yaml` shows it" },
      })
      return nil
    end
  end
  return out
end

return M
