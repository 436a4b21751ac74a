-- wick.raised: the words of load.  A module that raised, a circle of modules, a
-- module that returned nothing, a value that cannot be called.
--
-- May call: core, fail, target, raised/places.  Loaded when something failed,
-- after the stack was looked at.

local core = require "wick.core"
local fail = require "wick.fail"
local target = require "wick.target"
local places = require "wick.raised.places"

local find_string, format, gsub = string.find, string.format, string.gsub
local match, sub = string.match, string.sub
local concat, sort = table.concat, table.sort
local ipairs, next, rawget, type = ipairs, next, rawget, type

local M = {}

local mark_line, mark_end, mark_require = places.mark, places.mark_end, places.mark_require

-- {======================================================
-- Modules that cannot be loaded
-- =======================================================

-- What every failure of a load says of the target that asked for it.
local function blame(err)
  err.target_label = "loaded because of this target"
  err.target_last = true -- the place to edit is in the module
  return err
end

local function short(record)
  return record.rel == "" and record.canonical or record.rel
end

--- Modules that require each other: `chain` is who waits for whom, and the last
--- one requires `first` again.
---@param chain table[]
---@param first table
---@param frames table[]
---@return table err
function M.circle(chain, first, frames)
  local names, marks = {}, {}
  for i, record in ipairs(chain) do
    names[i] = record.canonical
    local wanted = chain[i + 1] or first
    if i == 1 or i == #chain then
      local label = format("%s needs %s%s", short(record), short(wanted),
        i == #chain and ", which is still loading" or "")
      marks[#marks + 1] = mark_require(frames, record, wanted.canonical, label)
    end
  end
  names[#names + 1] = first.canonical
  local last = chain[#chain]
  local err = fail.new("EREQUIRE", {
    message = #chain == 1 and format("module `%s` requires itself", first.canonical)
      or "modules require each other in a circle",
    marks = marks,
    notes = { "the circle: " .. concat(names, " -> ") },
    helps = {
      #chain == 1 and "remove this `require`; a module knows itself by its own table"
        or format("move the `require` in %s into the function that uses it", last.file),
    },
    circle = concat(names, " -> "),
  })
  return blame(err)
end

--- A module that returned nil, nothing, or false.
---@param record table
---@param value nil|false
---@return table err
function M.nothing(record, value)
  local mark = record.text and mark_end(record, value)
  return blame(fail.new("ENOEXPORT", {
    message = format("module `%s` returned %s", record.canonical,
      value == nil and "nothing" or "false"),
    marks = { mark or nil },
    notes = { not mark and format("its entry is `%s`", record.entry) or nil },
    helps = {
      not mark and "push the module's table, and return 1"
        or find_string(mark.label, "ends without", 1, true) and "add `return M` as the last line"
        or "return the module's table",
    },
    module = record,
  }))
end

-- What helps against a module that `require` did not find.
local function help_missing(err, project, chain, wanted)
  local head, rel = match(wanted, "^([^.]*)%.?(.*)$")
  local notes, helps = err.notes, err.helps
  local owner = target.open[head]
  if owner then
    local stem = gsub(rel, "%.", "/")
    notes[#notes + 1] = format("looked below the project root %s: %s",
      fail.quote(owner.path, 200),
      rel == "" and "init.lua" or format("%s.lua, %s/init.lua, %s.so", stem, stem, stem))
    local near = fail.near(wanted, target.names(owner))
    if near[1] then
      helps[#helps + 1] = format("did you mean `require \"%s\"`?", near[1])
    end
    return
  end
  local beside = chain[#chain] and match(chain[#chain].canonical, "^(.*)%.[^.]*$")
  for _, before in ipairs { project.name, beside } do
    local name = before .. "." .. wanted
    if core.name(name) and target.find(project, sub(name, #project.name + 2)) then
      helps[#helps + 1] = format("the project has it: write `require \"%s\"`", name)
      return
    end
  end
  if find_string(wanted, "^[%w_.%-]+$") then
    helps[#helps + 1] = format(
      "install the rock that provides `%s`: luarocks --lua-version 5.4 search %s", wanted, wanted)
  end
end

--- A module that raised while it was loaded.  `caught` is what load's handler
--- saw: value, err (when the value was raised by load itself), chain, frames,
--- hidden.
---@param project table
---@param record table  the module that was asked for
---@param caught table
---@return table err
function M.failed(project, record, caught)
  local inner, chain = caught.err, caught.chain
  if inner and (inner.name == "EREQUIRE" or inner.module == record
    or #chain == 0) then
    return inner.target_label and inner or blame(inner)
  end
  local module = chain[#chain] or record
  local text = places.text(caught.value)
  local place, line, said = places.origin(project, caught, text)
  local wanted = match(said, "^module '([^'\n]*)' not found:")
  local names = {}
  for i = 1, #chain do
    names[i] = chain[i].canonical
  end
  local err = fail.new("ERUNTIME", {
    message = format("module `%s` failed while it was being loaded", module.canonical),
    cause = caught.value,
    frames = caught.frames,
    hidden = caught.hidden,
  })
  local marks, notes = err.marks, err.notes
  local label = wanted and format("module `%s` not found", fail.quote(wanted))
    or places.label(said)
  if inner then
    wanted = match(said, "module '([^'\n]*)'")
    label = inner.message
    marks[1] = inner.marks[1]
    for i = 1, #inner.notes do
      notes[i] = inner.notes[i]
    end
    for i = 1, #inner.helps do
      err.helps[i] = inner.helps[i]
    end
    if marks[1] and module ~= inner.module and place then
      marks[2] = mark_line(place, line, format("`%s` requires it here", place.canonical), wanted)
    end
  end
  if not marks[1] then
    if module.plugin then
      notes[1] = format("its entry `%s` raised: %s", module.entry, label)
    elseif place then
      marks[1] = mark_line(place, line, label, wanted, said)
    else
      local _, _, byte = core.exports(module.text)
      marks[1] = mark_line(module, (core.place(module.text, byte)), label, wanted, said)
    end
  end
  if not marks[2] and #chain > 1 then
    local above = chain[#chain - 1]
    marks[#marks + 1] = mark_require(caught.frames, above, module.canonical,
      format("`%s` requires `%s` here", above.canonical, module.canonical))
  end
  if wanted and wanted ~= module.canonical then
    names[#names + 1] = fail.quote(wanted)
  end
  if #names > 1 then
    notes[#notes + 1] = "load chain: " .. concat(names, " → ")
  end
  if not inner and not match(said, "^module '([^'\n]*)' not found:") then
    notes[#notes + 1] = places.whole(said)
  end
  if #caught.frames > 1 then
    notes[#notes + 1] = places.trace(project, caught)
  end
  if wanted and not inner then
    help_missing(err, project, chain, wanted)
  end
  return blame(err)
end

-- }======================================================

-- {======================================================
-- Values and candidates
-- =======================================================

local function a(value)
  local kind = type(value)
  return kind == "nil" and "nil" or "a " .. kind
end

--- A target whose value cannot be called.  `calling` is load's rule for what
--- can.
---@param found table
---@param value any
---@param calling fun(value: any): any
---@return table err
function M.not_callable(found, value, calling)
  local kind = type(value)
  local label = "this is " .. a(value)
  if kind == "table" or kind == "userdata" then
    label = label .. " without `__call` or `new`"
    local new = kind == "table" and rawget(value, "new")
    if new then
      label = format("this is %s whose `new` is %s", a(value), a(new))
    end
  end
  local helps = {
    format("to hand over the value itself, name it in a reference, such as `\"$ (@model).%s\"`, "
      .. "or export a function", found.path[2] or found.path[1]),
  }
  local module, names = found.record.value, {}
  for key, member in next, type(module) == "table" and module or {} do
    if type(key) == "string" and calling(member) then
      names[#names + 1] = key
    end
  end
  if #names > 0 then
    sort(names)
    helps[2] = "callable members of this module: " .. fail.names(names)
  end
  return fail.new("ENOTCALLABLE", {
    message = format("target `%s` is not a constructor", found.name),
    helps = helps,
    target_span = { 1, #found.name },
    target_label = label,
  })
end

--- An allowed module that `require` did not give.
---@param module string
---@param value any  what it raised
---@return table err
function M.not_allowed(module, value)
  local text = places.text(value)
  local fields = {
    cause = value,
    notes = { "the error says: " .. places.lines(text) },
    target_span = { 1, #module },
    target_label = "loaded because of this target",
  }
  if find_string(text, "^module '[^'\n]*' not found:") then
    fields.message = format("module `%s` not found", module)
    fields.target_label = "no searcher finds this module"
    return fail.new("ENOTFOUND", fields)
  end
  fields.message = format("module `%s` failed while it was being loaded", module)
  return fail.new("ERUNTIME", fields)
end

--- An allowed module without the member that a target names.
---@param name string
---@param module string
---@param value any
---@param member string
---@return table err
function M.no_member(name, module, value, member)
  local names = {}
  for key in next, type(value) == "table" and value or {} do
    if type(key) == "string" then
      names[#names + 1] = key
    end
  end
  local near = fail.near(member, names)
  local err = fail.new("ENOMEMBER", {
    message = format("module `%s` has no member `%s`", module, member),
    target_span = { #name - #member + 1, #name },
    target_label = "not exported",
  })
  if near[1] then
    err.helps[1] = format("did you mean `%s.%s`?", module, near[1])
  else
    err.notes[1] = #names > 0 and "it has: " .. fail.names(names) or "it has no members"
  end
  return err
end

--- The warning that another candidate would do as well.
---@param project table
---@param found table
---@param later table
---@return table warning
function M.second(project, found, later)
  local field = later.path[2] or later.path[1]
  local function line(sign, candidate, words)
    return format("%s %s%s   %s", sign, project.label, candidate.file, words)
  end
  local chosen = found.rule == 1 and "the module itself"
    or found.rule == 2 and "the class file " .. found.path[1]
    or format("the module that exports `%s`", found.path[1])
  local also = later.rule == 1 and "is a module of that name" or later.rule == 2
    and "is a class file for " .. later.path[1] or format("also exports `%s`", field)
  return fail.warning("ESECOND", {
    message = format("`%s` is also provided by a second candidate", found.name),
    notes = { line("✓", found, "chosen: " .. chosen) .. "\n" .. line("·", later, also) },
    helps = { "remove one of the two" },
    target_span = { 1, #found.name },
    target_label = "",
  })
end

-- }======================================================

return M
