-- wick.declare.words: what does not fit a declaration, as errors.  A part of
-- wick.declare, loaded when something does not.
--
-- May call: declare/types, core, fail, tell, the tree.

local core = require "wick.core"
local fail = require "wick.fail"
local tell = require "wick.tell"
local types = require "wick.declare.types"

local M = {}

local STEPS = 16 -- from reference to reference

local SAMPLES = { integer = "1", number = "0.1", string = "text", boolean = "true", list = "[]",
  table = "{}", map = "{}", fields = "{}" }

-- Some value of a type, as YAML has it, for a help that shows where it goes.
local function sample(of)
  if of.kind == "union" then
    of = of.of[1]
  end
  return of.kind == "literal" and tostring(of.value) or SAMPLES[of.kind] or "…"
end

-- The places in the module, or what the plugin states.
local Place = {}
Place.__index = Place

local Told = {}
Told.__index = Told

-- The node of an option that is missing because it is disabled, deleted or leads
-- nowhere.
function Told:gone(problem, field)
  return not problem.positional and self.tree:find(problem.id, field.name, true) or nil
end

-- The mark on what declares something; nil when there is none.
function Place:mark(declaration, label)
  local record = self.declared.record
  if not record.text or not declaration or not declaration.first then
    return nil
  end
  return fail.mark(record.path, record.text, declaration.first,
    declaration.last - declaration.first + 1, label)
end

-- "`lr: number`"
local function written(field)
  return ("`%s%s: %s`"):format(fail.quote(field.name), field.optional and "?" or "",
    fail.quote(field.said, 100))
end

-- Where a field is declared, as a note.
function Place:note(field)
  local record, file = self.declared.record, self.declared.file
  if not record.text then
    return ("%s states %s"):format(file, written(field))
  end
  local line = core.place(record.text, field.first)
  return ("declared at %s:%d as %s"):format(file, line, written(field))
end

-- The key path of a node, as a message has it.
local function path_of(tree, id)
  return fail.quote(tell.path(tree, id), 200)
end

-- The fields that a type has, by name.
local function names_of(fields)
  local names = {}
  for i, field in ipairs(fields.list) do
    names[i] = field.name
  end
  return names
end

-- Whose option it is: the constructor's, or that of a map in its options.
local function holder_of(self, id)
  local up = self.tree:up(id)
  return up == self.id and ("`%s`"):format(self.name) or ("`%s`"):format(path_of(self.tree, up))
end

-- The mark on the key of an option.  In an override, whose key path is one word, it is
-- the last part of that.
local function key_mark(tree, id, key)
  local mark = tree:mark(id, "unknown option", "key")
  local text = mark.argv and mark.text
  if text and mark.byte and text:sub(mark.byte, mark.byte + mark.length - 1) ~= key then
    local from = text:find(key .. "=", mark.byte, true)
    local column = from and utf8.len(text, 1, from)
    if column then
      mark.byte, mark.column, mark.length = from, column, #key
    end
  end
  return mark
end

local function unknown(self, problem)
  local tree, place, id, of = self.tree, self.place, problem.id, problem.of
  local key, near = tostring((tree:key(id))), problem.near
  local err = fail.new("EOPTION", {
    message = ("%s has no option `%s`"):format(holder_of(self, id), fail.quote(key)),
    key = tell.path(tree, id),
    marks = { key_mark(tree, id, key), place:mark(of, "declared here") },
    helps = { near[1] and ("did you mean `%s`?"):format(table.concat(near, "` or `")) or nil },
    notes = { not near[1] and ("%s: %s"):format(self.declared.record.text and "its options are"
      or self.declared.file .. ": its statement has", fail.names(names_of(of))) or nil },
  })
  local mark = err.marks[1]
  local given = mark.text and mark.byte and (mark.argv and mark.text:sub(mark.byte) or key)
  if near[1] and given and given:sub(1, #key) == key and core.keytext { near[1] } == near[1] then
    err.fixes = { { title = ("use `%s`"):format(near[1]), edits = { { file = mark.file,
      argv = mark.argv, byte = mark.byte, length = mark.length, text = near[1] } } } }
  end
  return err
end

-- "`a`", "`a` and `b`", "`a`, `b` and `c`"
local function series(names)
  for i, name in ipairs(names) do
    names[i] = "`" .. fail.quote(name) .. "`"
  end
  local last = table.remove(names)
  return #names == 0 and last or table.concat(names, ", ") .. " and " .. last
end

-- How what is missing can be given.
local function give(self, problem)
  local tree, id, fields = self.tree, problem.id, problem.fields
  if problem.positional then
    return "give it by its place, in `_args_`"
  end
  local first = fields[1]
  local name, value = core.keytext { first.name }, sample(first.type)
  local mark = tree:mark(tree:find(id, "_target_") or id)
  local path = core.keytext(table.move({ first.name }, 1, 1, #tree:segments(id) + 1,
    tree:segments(id)))
  local nothing = problem.nulls[first.name] and "" or self:gone(problem, first) and "++" or "+"
  local words = ("`%s%s=%s`"):format(nothing, fail.quote(path, 200), value)
  if #fields > 1 then
    return "give them all, one such as " .. words
  elseif nothing ~= "+" or not mark.file or mark.file:find("%.lua$")
    or tree:is(id, "flow") then
    return "pass " .. words
  end
  return ("add `%s: %s` under line %d, or pass %s"):format(name, value, mark.line, words)
end

local function missing(self, problem)
  local tree, place, id, fields = self.tree, self.place, problem.id, problem.fields
  if #fields == 0 then
    return nil
  end
  local word = problem.positional and "argument" or "option"
  local names, notes, marks = {}, {}, {}
  for i, field in ipairs(fields) do
    names[i] = field.name
    if i <= 5 then
      notes[i] = place:note(field) .. ", not optional"
    end
    local null, gone = problem.nulls[field.name], self:gone(problem, field)
    if #marks < 2 and (null or gone) then
      marks[#marks + 1] = null and tree:mark(null, "null: as if it were not given")
        or tree:mark(gone, "left out here")
    end
  end
  local list = series(names)
  local who = id == self.id and ("`%s`"):format(self.name) or ("`%s`"):format(path_of(tree, id))
  marks[#marks + 1] = tree:mark(id, list .. (#fields == 1 and " is" or " are") .. " missing here",
    "key")
  return fail.new("EREQUIRED", {
    message = #fields == 1 and ("%s needs the %s %s, and it is not given"):format(who, word, list)
      or ("%s needs the %ss %s, and they are not given"):format(who, word, list),
    key = tell.path(tree, id),
    marks = marks,
    notes = notes,
    helps = { give(self, problem) },
  })
end

local KINDS = { int = "number", float = "number", string = "string", bool = "boolean",
  map = "map", list = "list" }

-- Does one of the alternatives have this kind?
local function has(of, kind)
  if of.kind ~= "union" then
    return of.kind == kind
  end
  for _, one in ipairs(of.of) do
    if one.kind == kind then
      return true
    end
  end
  return false
end

-- What a value is: words behind "and it is", and a label.
local function found(self, problem)
  local tree, id, value = self.tree, problem.id, problem.value
  if value ~= nil then
    local kind = type(value)
    local words = kind == "table" and "a table" or kind == "userdata" and "an object"
      or kind == "thread" and "a coroutine" or "a " .. kind
    if kind ~= "number" and kind ~= "string" and kind ~= "boolean" then
      return words, "this is " .. words
    end
    local text = tell.value(value, 60, tree:key(id))
    return (kind == "number" and has(problem.type, "integer")
      or kind == "string" and has(problem.type, "literal")) and text or words, kind .. " " .. text
  end
  local kind = tree:kind(id)
  local words = fail.kinds[kind] or "null"
  if kind == "null" then
    return words, "null"
  elseif kind == "map" or kind == "list" then
    return words, "this is " .. words
  end
  local text = tell.node(tree, id)
  local same = KINDS[kind] == "number" and has(problem.type, "integer")
    or KINDS[kind] == "string" and has(problem.type, "literal")
  return same and text or words, KINDS[kind] .. " " .. text
end

-- Texts that other readers of YAML take for booleans.
local TRUTHS = { yes = "true", on = "true", y = "true", no = "false", off = "false", n = "false" }

-- A literal of a type as a word.
local function literals(of)
  local words = {}
  for _, one in ipairs(of.kind == "union" and of.of or { of }) do
    if one.kind == "literal" and type(one.value) == "string" then
      words[#words + 1] = one.value
    end
  end
  return words
end

-- Adds to an error what the value may have been meant to be.
local function guess(tree, problem, err)
  local id, of = problem.id, problem.type
  local kind = problem.value == nil and tree:kind(id)
  local text = kind and tree:text(id)
  if not text or tell.is_hidden(tree, id) then
    return
  end
  local plain = tree:is(id, "plain")
  local number = has(of, "number") or has(of, "integer")
  local help
  if kind == "string" then
    local near = fail.near(text, literals(of))
    if near[1] then
      help = ("did you mean `%s`?"):format(fail.quote(near[1]))
    elseif number and tonumber(text) and not plain then
      help = ("without quotes it is a number: `%s`"):format(fail.quote(text))
    elseif number and plain and #text < 64 then
      local start = text:match("^[-+]?%d[%d.]*[eE][-+]?%d+") or text:match("^[-+]?%d[%d.]*")
      local rest = start and text:sub(#start + 1)
      if start and tonumber(start) and rest ~= "" then
        err.notes[#err.notes + 1] = ("YAML reads `%s` as a number; the trailing `%s` makes the "
          .. "whole value a string"):format(start, fail.quote(rest))
      end
    elseif has(of, "boolean") and TRUTHS[text:lower()] then
      help = ("write `%s`; in YAML 1.2 `%s` is a string"):format(TRUTHS[text:lower()], text)
    end
  elseif plain and KINDS[kind] and has(of, "string") then
    help = ("with quotes it is a string: `\"%s\"`"):format(fail.quote(text))
  end
  err.helps[#err.helps + 1] = help
end

-- The mark on the value that a reference leads to, which may be the place to edit;
-- nil when the node is no reference.
local function behind(self, id)
  local tree, config, at = self.tree, self.config, nil
  for _ = 1, STEPS do
    local before = tree:previous(at or id)
    local text = before and tree:kind(before) == "string" and tree:text(before)
    local target
    for i, from in ipairs(text and text:find("^@") and config.reads and config.reads.from or {}) do
      target = from == (at or id) and config.reads.target[i] or target
    end
    if not target then
      break
    end
    at = target
  end
  return at and tree:mark(at, ("this is `%s`"):format(path_of(tree, at))) or nil
end

local function mistyped(self, problem)
  local tree, place, field = self.tree, self.place, problem.field
  local words, label = found(self, problem)
  local expected = field and (field.type.kind == "integer" and "integer" or field.said)
  local err = fail.new("EMISTYPED", {
    message = ("`%s` must be %s, and it is %s"):format(path_of(tree, problem.id),
      fail.quote(types.say(problem.type), 200), words),
    key = tell.path(tree, problem.id),
    marks = { tree:mark(problem.id, label),
      place:mark(field, field and fail.quote(expected, 60) .. " expected because of this") },
  })
  err.marks[#err.marks + 1] = behind(self, problem.id)
  if field and not self.declared.record.text then
    err.notes[1] = place:note(field)
  end
  guess(tree, problem, err)
  return err
end

local function given_a_table(self, problem)
  local field = problem.field
  return fail.new("EMISTYPED", {
    message = ("`%s` must get %s as `%s`, and it gets a table of options"):format(self.name,
      types.say(field.type), fail.quote(field.name)),
    key = tell.path(self.tree, self.id),
    marks = { self.tree:mark(self.id, "called with a table", "key"),
      self.place:mark(field, fail.quote(field.said, 60) .. " expected because of this") },
    helps = { ("arguments by their place stand in `_args_`: `_args_: [%s]`"):format(
      sample(field.type)) },
  })
end

local WORDS = { unknown = unknown, missing = missing, type = mistyped, options = given_a_table }

-- What an unknown option is near to is not missing: it is there, and misspelled.
local function spell(tree, problems)
  local meant = {} -- map -> set of names
  for _, problem in ipairs(problems) do
    if problem.what == "unknown" then
      local up = tree:up(problem.id)
      problem.near = fail.near(tostring((tree:key(problem.id))), names_of(problem.of))
      meant[up] = meant[up] or {}
      meant[up][problem.near[1] or 0] = true
    end
  end
  for _, problem in ipairs(problems) do
    local names = problem.what == "missing" and meant[problem.id] or {}
    for i = #(problem.fields or {}), 1, -1 do
      if names[problem.fields[i].name] then
        table.remove(problem.fields, i)
      end
    end
  end
end

--- The errors for the problems of component `id`.  `told` remembers what was told of
--- the same place, as an alias says it again.
---@param config table
---@param id integer
---@param declared table
---@param problems table[]
---@param told table
---@return table[] errors
function M.errors(config, id, declared, problems, told)
  local tree = config.tree
  local target = tree:text(tree:find(id, "_target_"))
  local self = setmetatable({ config = config, tree = tree, id = id, declared = declared,
    name = target:match("[^.]*$"), place = setmetatable({ declared = declared }, Place) }, Told)
  local errors = {}
  spell(tree, problems)
  for _, problem in ipairs(problems) do
    local err = WORDS[problem.what](self, problem)
    local mark = err and err.marks[1]
    local same = err
      and ("%s\0%s\0%s"):format(err.message, mark.file or mark.argv, mark.byte)
    if err and (mark.host or not told[same]) then
      told[same] = true
      errors[#errors + 1] = err
    end
  end
  return errors
end

return M
