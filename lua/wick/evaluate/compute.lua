-- wick.evaluate.compute: the value of a node's expressions, now or when objects are
-- built.  A part of wick.evaluate.
--
-- May call: the tree, expr, evaluate/splice, read, tell, origin, fail, core.

local core = require "wick.core"
local fail = require "wick.fail"
local origin = require "wick.origin"
local path_of = require "wick.tell".path

-- What late values need when they are computed, as it is now: a module may have
-- changed it by then.
local find, format, getenv, max = string.find, string.format, os.getenv, math.max
local ipairs, type = ipairs, type
local room, tell = origin.room, origin.tell

local M = {}

--- A problem that expr tells, as an error at the node.
function M.problem(self, id, base, problem)
  local name = problem.name or "EEVAL"
  return fail.new(name, {
    message = problem.message,
    key = path_of(self.tree, id),
    marks = { self.tree:mark(id, problem.label or "", problem.byte + base,
      problem.byte + base + max(problem.length or 1, 1) - 1) },
    notes = problem.notes,
    helps = problem.helps,
    cause = problem.cause,
  })
end

-- Whether the caller lets an expression see a variable of the environment.
local function may_see(options, name)
  if not options.untrusted then
    return true
  end
  for _, allowed in ipairs(options.env or {}) do
    if allowed == name then
      return true
    end
  end
  return false
end

-- The environment of an expression of node `id`.
local function environment(self, id, reference, call, caught)
  return {
    ref = reference,
    call = call,
    caught = caught,
    budget = self.budget,
    env = function(name, default)
      if core.secure then -- what the caller's environment says is not trusted here
        return nil, fail.new("EUNSAFE", {
          message = "`env` is off in a process that has more rights than who started it",
        })
      elseif not may_see(self.options, name) then
        return nil, fail.new("EEVAL", {
          message = format("an untrusted config may not read the variable `%s`", fail.quote(name)),
          helps = { format("the caller allows it: `--env %s`", fail.quote(name)) },
        })
      end
      -- the system would end the name at a NUL
      local value = not find(name, "\0", 1, true) and getenv(name) or nil
      if value ~= nil then
        return value
      elseif default == nil then
        return nil, format("the environment has no variable `%s`", fail.quote(name))
      end
      return default
    end,
    file = function(name)
      return tell("wick.read", "absolute", tell("wick.read", "folder", self, id), name)
    end,
  }
end

--- The value of node `id`'s expressions {ast, base, targets}, with `objects` for
--- what its references name: true and the value; or false, the bytes before the
--- expression that fails, and its problem.  `call` and `caught` are build's, as
--- expr.eval tells them.
function M.value(self, id, item, objects, call, caught)
  local expr, values = room "wick.expr", {}
  local targets, texts = nil, {} -- of the expression; long texts, each made once
  local env = environment(self, id, function(n, s, pc)
    local target = targets[n]
    if not target then
      return nil
    elseif texts[target] then
      return texts[target]
    end
    local nodes, work = self.tree:weight(target)
    if nodes and not self.tree:object(target) then
      expr.charge(s, pc, nodes, work)
    end
    local found = self.tree:value(target, objects)
    if found == core.null then
      return nil
    elseif type(found) == "string" then
      expr.charge(s, pc, 0, #found)
      texts[target] = found
    end
    return found
  end, call, caught)
  for i, expression in ipairs(item.exprs) do
    targets = expression.targets
    local ok, value = expr.eval(expression.ast, env)
    if not ok then
      return false, expression.base, value
    end
    values[i] = value
  end
  if not item.texts then
    return true, values[1]
  end
  local splice = room "wick.evaluate.splice"
  local text, problem = splice.join(self.tree, id, item, values, self.budget)
  if not text then
    return false, 0, problem
  end
  return true, text
end

--- What stands in for build's rule while there are no objects: the only functions
-- are the built-in ones, and those are charged where they are called by name.
function M.by_name_only()
  return {
    message = "an expression calls its functions by their names only",
    label = "this is one of them",
    helps = { "write the name where it is called, such as `string.rep('ab', 3)`" },
  }
end

return M
