-- wick.expr: expressions, the `$ @lr * 2` of a config (see the README's
-- chapter on expressions).  This file is the face; expr/* is the room.
--
-- May call: expr/*, origin.
--
-- A problem is a plain table {byte (from 1 in the text), length, message,
-- label, notes?, helps?, name?}: the caller knows the file, the line and the
-- catalogue's code (`name` where expr knows it better: "EEVAL", "EBUDGET",
-- "EUNSUPPORTED").

local room = require "wick.origin".room

local M = {}

--- What a text says: something to hand to eval, with the references in it.
--- Reads the whole text and runs nothing of it.
---@param text string
---@return table? ast  ast.refs: array of {path, byte, length}, `@` included
---@return table? problem
function M.parse(text)
  return room("wick.expr.parse").parse(text)
end

--- The value of a parsed expression.
---
---   env.ref(i, s, pc) the value of the i-th reference, asked when needed;
---                     wick.null is nil.  What it takes to make it is charged
---                     before, by M.charge(s, pc, nodes, work)
---   env.call(f, value)
---                     nil, or a problem when f may not be called; asked
---                     before each call of what is no built-in name.  f is
---                     the function, `value` what was called (for `__call`);
---                     a problem without byte and length gets those of the
---                     text that calls it
---   env.caught        the message handler of calls into the project, or nil; what
---                     it gives has `value` and `whole` (the traceback)
---   env.budget        {bytes =, nodes =, work =}: what may still be made, and
---                     read of what is there; goes down.  `limits` in it, by
---                     name, and `allowed`, the work in all, are for messages
---   env.file(name), env.env(name, default)
---                     the functions of that name: a value, or nil and why
---
--- A problem with `raised` was raised by code of the project: `cause` is its
--- error value, untouched, `trace` the traceback, `caught` what env.caught gave.
---@param ast table
---@param env table
---@return boolean ok
---@return any value_or_problem
function M.eval(ast, env)
  return room("wick.expr.eval").eval(ast, env)
end

--- Charges a reference's value to the budget.
---@param s table
---@param pc integer
---@param nodes integer
---@param work number
function M.charge(s, pc, nodes, work)
  local charge = room("wick.expr.step").charge
  charge(s, pc, "nodes", nodes)
  charge(s, pc, "work", work)
end

return M
