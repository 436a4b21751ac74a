-- wick.failure: what the project's code raised -> an error with its lines, the
-- calls that were going on, and the options it got.
--
-- Part of build.  May call: load (its words for places), evaluate (problems),
-- fail, core, the tree.  Only loaded when something failed.

local core = require "wick.core"
local fail = require "wick.fail"
local places = require "wick.raised.places"

local M = {}

local function path_of(self, id)
  return core.keytext(self.tree:segments(id))
end

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
local function tell(self, fields, caught, mark, called, below)
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

local HIDDEN = { password = true, passwd = true, secret = true, token = true, key = false }

local function is_secret(key)
  local word = tostring(key):lower()
  return HIDDEN[word:match("(%a+)$") or ""] or word:match("api_key$")
    or word:match("access_key$") or word:match("private_key$")
end

-- "hidden = 64 (train.yaml:9), lr = 0.1 (command line)"
local function arguments(self, id)
  local tree, list = self.tree, {}
  for _, child in ipairs(tree:children(id)) do
    local key = tree:key(child)
    if not (type(key) == "string" and key:match("^_.*_$")) and #list < 8 then
      local kind = tree:kind(child)
      local value = kind == "map" and "{…}" or kind == "list" and "[…]"
        or (kind == "object" or kind == "late" or kind == "host") and "an object"
        or kind == "string" and '"' .. fail.quote(tree:text(child)) .. '"'
        or tostring(tree:value(child))
      if is_secret(key) then
        value = "‹hidden›"
      end
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
  local path, name = path_of(self, id), target:match("[^.]*$")
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
    tell(self, fields, caught, mark, name, { config_frame(mark, path) })
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
  local err = require "wick.evaluate".problem(self, id, base, problem)
  if problem.raised then
    local mark = err.marks[1]
    err.marks, err.notes, mark.label = {}, {}, "called here"
    tell(self, err, problem.caught, mark, problem.what:match("[%a_][%w_]*$"),
      { config_frame(mark, err.key) })
  end
  return err
end

--- The error of an object that raised while it was closed.
function M.closing(self, id, caught)
  local path = path_of(self, id)
  local fields = { key = path, marks = {}, notes = {},
    message = ("`%s` raised while it was closed"):format(path) }
  tell(self, fields, caught, self.tree:mark(id, "built here", "key"), "__close")
  return fail.new("ECLOSE", fields)
end

return M
