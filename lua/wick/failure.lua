-- wick.failure: what the project's code raised -> an error with its lines, the
-- calls that were going on, and the options it got.
--
-- Part of build.  May call: raised/places, evaluate/compute (problems), tell, fail, core,
-- the tree.  Only loaded when something failed.

local core = require "wick.core"
local fail = require "wick.fail"
local tell = require "wick.tell"
local places = require "wick.raised.places"

local M = {}

local OPTIONS = 8 -- that are shown

-- What a message handler saw; one that failed itself gave something else.
local function seen(caught)
  if type(caught) ~= "table" or not caught.frames then
    return { value = caught, chain = {}, frames = {}, hidden = 0 }
  end
  return caught
end

-- The line of a trace that is the config's.
local function config_frame(mark, path)
  return mark.file and ("%s:%d  %s"):format(fail.quote(mark.file, 200), mark.line, path)
end

-- Tells what the project's code raised: adds the mark on its line, or a note
-- where there is none, and the trace.  `mark` is the place in the config;
-- `called` and `below` are as in places.trace.
local function add_raised(self, fields, caught, mark, called, below)
  caught = seen(caught)
  local marks, notes = fields.marks, fields.notes
  local record, line, said = places.origin(self.project, caught, places.text(caught.value))
  if record then
    marks[1] = places.mark(record, line, places.label(said), nil, said)
    notes[1] = places.whole(said)
  else
    notes[1] = "the error says: " .. places.lines(said)
  end
  marks[#marks + 1] = mark
  if #caught.frames > 0 then
    notes[#notes + 1] = places.trace(self.project, caught, called, below)
  end
  fields.cause, fields.traceback = caught.value, caught.whole
end

local WORDS = { table = "an object", userdata = "an object", ["function"] = "a function",
  thread = "a coroutine" }

-- What an option was handed over as, in a few words; nil for one that is absent.
local function handed(self, child, key)
  local object = self.tree:object(child)
  local value = object and self.objects[object]
  if object == nil then
    return self.tree:kind(child) ~= "null" and tell.node(self.tree, child) or nil
  elseif value == nil or value == core.null then
    return nil
  end
  return WORDS[type(value)] or tell.value(value, 60, key)
end

-- "hidden = 64 (train.yaml:9), lr = 0.1 (command line)"
local function arguments(self, id)
  local tree, list = self.tree, {}
  for _, child in ipairs(tree:children(id)) do
    local key = tree:key(child)
    local value = not (type(key) == "string" and key:match("^_.*_$")) and handed(self, child, key)
    if value and #list == OPTIONS then
      list[#list + 1] = "…"
      break
    elseif value then
      local mark = tree:mark(child)
      local from = mark.argv and "command line" or mark.file and mark.file .. ":" .. mark.line
      list[#list + 1] = ("%s = %s%s"):format(fail.quote(tostring(key)), value,
        from and " (" .. fail.quote(from, 200) .. ")" or "")
    end
  end
  return table.concat(list, ", ")
end

--- The error of a constructor that raised, or gave nothing (`caught.returned`).
function M.construction(self, id, target, caught)
  local path, name = tell.path(self.tree, id), target:match("[^.]*$")
  local fields = { key = path, marks = {}, notes = {} }
  local mark = self.tree:mark(id, ("while building %s"):format(path), "key")
  if type(caught) == "table" and caught.returned then
    fields.message = ("`%s` gave no object for `%s`"):format(target, path)
    fields.marks[1] = mark
    fields.notes[1] = ("it returned %s%s"):format(tostring(caught.value),
      caught.message ~= nil and ", " .. places.lines(places.text(caught.message)) or "")
    fields.cause = caught.message
  else
    fields.message = ("`%s` raised while building `%s`"):format(target, path)
    add_raised(self, fields, caught, mark, name, { config_frame(mark, path) })
  end
  local given = arguments(self, id)
  if given ~= "" then
    fields.notes[#fields.notes + 1] = ("`%s` got these options: %s"):format(name, given)
  end
  return fail.new("ECONSTRUCT", fields)
end

--- The error of a late expression that begins behind `base` bytes of the node's
--- text: a problem that expr tells.
function M.late(self, id, base, problem)
  if problem.name == nil or problem.name == "EEVAL" then
    problem.name = "ELATE"
  end
  local err = require "wick.evaluate.compute".problem(self, id, base, problem)
  if problem.raised then
    local mark = err.marks[1]
    err.marks, err.notes, mark.label = {}, {}, "called here"
    add_raised(self, err, problem.caught, mark, problem.what:match("[%a_][%w_]*$"),
      { config_frame(mark, err.key) })
  end
  return err
end

--- The error of a component that is asked for while it is being built: by its own
--- constructor, through the components of `chain`, or (no chain) by another
--- coroutine.
function M.underway(self, id, chain)
  local path, names = tell.path(self.tree, id), {}
  for i, other in ipairs(chain or {}) do
    names[i] = tell.path(self.tree, other)
  end
  names[#names + 1] = path
  return fail.new("ECYCLE", {
    message = ("`%s` is asked for while it is being built"):format(path),
    key = path,
    marks = { self.tree:mark(id, chain and "its constructor asks for it"
      or "another coroutine builds it", self.tree:kind(id) == "map" and "key" or nil) },
    notes = { #names > 2 and "the circle: " .. table.concat(names, " -> ") or nil },
    helps = { chain and "hand over what it needs as an option, or ask when it is built"
      or "ask for it when it is built" },
  })
end

--- The error of a component that is asked for while objects are closed, or (no
--- `id`) of what was asked of a config that somebody closed meanwhile.
function M.closed(self, id)
  if not id then
    return fail.new("ECLOSE", { message = "the config was closed meanwhile" })
  end
  local path = tell.path(self.tree, id)
  return fail.new("ECLOSE", {
    message = ("`%s` is asked for while the config is being closed"):format(path),
    key = path,
    marks = { self.tree:mark(id, "not built any more", self.tree:kind(id) == "map" and "key"
      or nil) },
  })
end

--- The error of an object that raised while it was closed.
function M.closing(self, id, caught)
  local gone = id < 0 and self.gone[id] -- what a change of the config made stale
  local path = gone and gone.key or tell.path(self.tree, id)
  local fields = { key = path, marks = {}, notes = {},
    message = ("`%s` raised while it was closed"):format(path) }
  add_raised(self, fields, caught, gone and gone.mark or self.tree:mark(id, "built here", "key"),
    "__close")
  return fail.new("ECLOSE", fields)
end

return M
