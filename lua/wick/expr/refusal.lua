-- wick.expr.refusal: what parse says of a text that is no expression.
--
-- May call: fail, expr/tokens, expr/names.  Only loaded when there is
-- something to say; each function raises.

local fail = require "wick.fail"
local tokens = require "wick.expr.tokens"

local M = {}

local raise, wrong, shown, is = tokens.raise, tokens.wrong, tokens.shown, tokens.is

-- The text [from, to] names nothing: says what is near, or what there is.
function M.unknown(s, word, library, from, to, help)
  local names = require "wick.expr.names"
  local list = names.libraries[library] or names.top
  local near = fail.near(word, list)[1]
  raise(from, to - from + 1,
    ("expressions have no `%s`"):format(fail.quote(s.text:sub(from, to), 40)), "no such name", {
      notes = not near and { ("there are these names%s: %s"):format(
        library and " in `" .. library .. "`" or "", fail.names(list)) } or nil,
      helps = { near and ("did you mean `%s%s`?"):format(library and library .. "." or "", near)
        or help },
    })
end

-- No value starts at the current token.
function M.novalue(s)
  local word = s.word
  if not s.kind then
    wrong(s, s.p == 1 and "this expression is empty"
      or "this expression ends where a value should be",
      s.p == 1 and "expected a value" or "expected a value behind this")
  elseif word == "function" then
    wrong(s, "expressions have no functions of their own", "not in an expression",
      { "write the function in a module of the project, and call it" })
  elseif word == "..." then
    wrong(s, "expressions have no `...`", "not in an expression")
  elseif word == "return" then
    wrong(s, "an expression is a value alone, without `return`", "not in an expression")
  elseif s.kind == "keyword" and word ~= "and" and word ~= "or" then
    wrong(s, ("`%s` belongs to a statement, and expressions have none"):format(word),
      "expected a value")
  end
  local before = s.p > 1 and s.text:sub(s.starts[s.p - 1], s.stops[s.p - 1])
  local helps = before == "&" and word == "&" and { "Lua writes `and`" }
    or before == "|" and word == "|" and { "Lua writes `or`" }
    or nil
  wrong(s, ("`%s` stands where a value should be"):format(shown(s)), "expected a value", helps)
end

-- Text is left behind the expression.
function M.left_over(s)
  local word, helps = s.word, nil
  if is(s, "=") then
    helps = { "to compare, write `==`" }
  elseif is(s, ":") and s.kinds[s.p - 1] == "string" then
    local text = fail.quote(s.text:sub(s.starts[s.p - 1], s.stops[s.p - 1]), 30)
    helps = { ("to call a method of a text, write `(%s):…`"):format(text) }
  elseif word == "if" or word == "then" or word == "else" then
    helps = { "to choose between two values, write `condition and a or b`" }
  elseif word == ")" or word == "]" or word == "}" then
    wrong(s, ("this `%s` closes nothing"):format(word), "nothing was opened")
  end
  wrong(s, ("`%s` stands where an operator should be"):format(shown(s)),
    "expected an operator or the end", helps)
end

return M
