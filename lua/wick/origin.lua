-- wick.origin: is what a name leads to the project's own?
--
-- May call: core (fields, libraries).
--
-- Foreign is what raw field values and metatables reach in at most three
-- steps from _G and the standard libraries as they were when this file was
-- loaded, and from each foreign module as it was when it was first seen.  The
-- set is made when it is first needed.  It finds functions and tables that a
-- project exports by accident; it does not stop a project that means harm.

local core = require "wick.core"

local fields, library_of = core.fields, core.library
local getinfo, getmetatable, setmeta = debug.getinfo, debug.getmetatable, debug.setmetatable
local format, sub, match = string.format, string.sub, string.match
local concat, sort, unpack = table.concat, table.sort, table.unpack
local error, pcall, rawget, rawset = error, pcall, rawget, rawset
local next, rawequal, require, setmetatable, type = next, rawequal, require, setmetatable, type
local package, loaded, preload, _G = package, package.loaded, package.preload, _G
local stderr = io.stderr

local M = {}

local STEPS = 3

--- The standard libraries by name; a project cannot be called like one.
M.standard = {
  _G = true, coroutine = true, debug = true, io = true, math = true, os = true,
  package = true, string = true, table = true, utf8 = true,
}

local BASE = {
  assert = true, collectgarbage = true, dofile = true, error = true, getmetatable = true,
  ipairs = true, load = true, loadfile = true, next = true, pairs = true, pcall = true,
  print = true, rawequal = true, rawget = true, rawlen = true, rawset = true, require = true,
  select = true, setmetatable = true, tonumber = true, tostring = true, type = true,
  warn = true, xpcall = true,
}

local made = setmetatable({}, { __mode = "k" }) -- functions that wick made
local own = {} -- name in package.loaded -> the project's module there
local seen = setmetatable({}, { __mode = "v" }) -- name -> what package.loaded had there
local copies = {} -- a standard library -> its fields when wick opened
local inner = {} -- a standard library -> the tables and userdata among them

-- The set.  Tables and userdata first, since a class is a table: they are few.
-- The functions in `unread` tables are added when one is asked for.
local things = setmetatable({}, { __mode = "k" })
local functions = setmetatable({}, { __mode = "k" })
local unread = setmetatable({}, { __mode = "k" })
local started = false

-- Takes down what _G and the standard libraries hold now.  Happens once, when
-- wick opens; costs a shallow copy of some 150 fields.
local strings, strings_index, globals_meta, searchers
local ours -- wick's rooms in package.loaded when the first module ran; nil before
local kept = {} -- other tables of Lua -> their fields then
local rooms = {} -- wick's rooms by name, as room gave them

local function snapshot()
  strings, globals_meta = getmetatable(""), getmetatable(_G)
  strings_index = rawget(strings, "__index")
  searchers = { unpack(package.searchers) }
  for name in next, M.standard do
    local library = loaded[name]
    if type(library) == "table" then
      copies[library], inner[library] = fields(library)
    end
  end
end

-- Takes a table or userdata into the set, and into `level`.
local function add(value, level)
  local kind = type(value)
  if (kind == "table" or kind == "userdata") and not things[value] then
    things[value] = true
    level[#level + 1] = value
  end
end

-- Takes in what the values of `level` reach.  The fields of package.loaded
-- are no step: what stands there is looked at by itself.
local function spread(level)
  for _ = 1, STEPS do
    local nearby = {}
    for i = 1, #level do
      local value = level[i]
      if type(value) == "table" and not rawequal(value, loaded) then
        unread[value] = true
        for _, field in next, inner[value] or value do
          if type(field) ~= "function" then
            add(field, nearby)
          end
        end
      end
      add(getmetatable(value), nearby)
    end
    level = nearby
  end
end

local function is_wicks(name)
  return name == "wick" or type(name) == "string" and sub(name, 1, 5) == "wick."
end

-- Brings the set up to date: makes it, or adds what is new in package.loaded.
local function refresh()
  local level
  if not started then
    started, level = true, {}
    for library in next, copies do
      add(library, level)
    end
    add(getmetatable(""), level)
  end
  for name, value in next, loaded do
    if not rawequal(seen[name], value) then
      seen[name] = value
      if not is_wicks(name) and not rawequal(own[name], value) then
        level = level or {}
        level[#level + 1] = value -- even when something else led to it before
        if type(value) == "function" then
          functions[value] = true
        elseif type(value) == "table" or type(value) == "userdata" then
          things[value] = true
        end
      end
    end
  end
  if level then
    spread(level)
  end
end

-- Whether a value is in the set; `settled` when nothing ran since the last
-- question, so that package.loaded is as it was.
local function is_foreign(value, settled)
  if not settled then
    refresh()
  end
  if type(value) ~= "function" then
    return things[value] ~= nil
  end
  for table in next, unread do
    for _, field in next, copies[table] or table do
      if type(field) == "function" then
        functions[field] = true
      end
    end
    unread[table] = nil
  end
  return functions[value] ~= nil
end

-- The keys that lead from `root` to a value, at most STEPS of them, or nil.
local function way(root, value)
  if rawequal(root, value) then
    return {}
  end
  local level, known = { { root } }, {}
  for _ = 1, STEPS do
    local nearby = {}
    local function step(place, key, field)
      local keys = { unpack(place, 2) }
      keys[#keys + 1] = key
      if rawequal(field, value) then
        return keys
      elseif (type(field) == "table" or type(field) == "userdata") and not known[field] then
        known[field] = true
        nearby[#nearby + 1] = { field, unpack(keys) }
      end
    end
    for i = 1, #level do
      local at = level[i][1]
      if type(at) == "table" and not rawequal(at, loaded) then
        for key, field in next, copies[at] or at do
          local keys = step(level[i], key, field)
          if keys then
            return keys
          end
        end
      end
      local meta = getmetatable(at)
      local keys = meta and step(level[i], "metatable", meta)
      if keys then
        return keys
      end
    end
    level = nearby
  end
end

-- What leads to a foreign value: the name of a library, "_G" or the name of a
-- module, and the keys from there.  nil when that is no longer so.
local function source_of(value)
  if rawequal(value, getmetatable("")) then
    return "string", { "metatable" }
  end
  local names = {}
  for name in next, loaded do
    if type(name) == "string" and not is_wicks(name) and not rawequal(own[name], loaded[name]) then
      names[#names + 1] = name
    end
  end
  sort(names, function(a, b) -- libraries first, then _G: `os.exit`, not `_G.os.exit`
    local x = a == "_G" and 2 or M.standard[a] and 1 or 3
    local y = b == "_G" and 2 or M.standard[b] and 1 or 3
    return x < y or x == y and a < b
  end)
  for i = 1, #names do
    local keys = way(loaded[names[i]], value)
    if keys then
      return names[i], keys
    end
  end
end

-- Whether the way starts in the standard libraries, not in a global of the
-- program or a module.
local function is_standard(root, keys)
  if root ~= "_G" then
    return M.standard[root] ~= nil
  end
  local first = keys[1]
  return first == nil or first == "_G" or BASE[first] ~= nil or M.standard[first] ~= nil
end

-- What a foreign value is, for people, and whether it is standard.
local function describe(value)
  local root, keys = source_of(value)
  if not root then
    return "what another module had before", false
  end
  local parts = {}
  if root ~= "_G" or #keys == 0 then
    parts[1] = root
  end
  for i = 1, #keys do
    if type(keys[i]) ~= "string" or not match(keys[i], "^[%a_][%w_]*$") then
      break -- named by the table that it stands in
    end
    parts[#parts + 1] = keys[i]
  end
  local name = concat(parts, ".")
  if is_standard(root, keys) then
    return format("`%s` of the standard library", name), true
  elseif root == "_G" then
    return format("the global `%s` of the program", name), false
  elseif name == root then
    return format("the module `%s`", root), false
  end
  return format("`%s` of the module `%s`", name, root), false
end

--- Remembers a function that wick itself made (`_partial_`): it is accepted.
---@generic F: function
---@param f F
---@return F
function M.mark(f)
  made[f] = true
  return f
end

--- Tells that package.loaded[name] is the project's module `value`; nil when
--- it no longer is.
---@param name string
---@param value any
function M.own(name, value)
  own[name] = value
end

--- Whether package.loaded has a module of this name that is neither wick's nor
--- a project's.
---@param name string
---@return boolean
function M.taken(name)
  local value = loaded[name]
  return value ~= nil and not rawequal(value, own[name]) or is_wicks(name)
end

-- Gives back what clean changed: a list of tables, keys and values.
local function put_back(changed, string_meta, global_meta)
  setmeta("", string_meta)
  setmeta(_G, global_meta)
  for i = #changed, 1, -1 do
    rawset(changed[i][1], changed[i][2], changed[i][3])
  end
end

--- Tells that code which is not wick's is about to run: from here on nothing that
--- a global name leads to can be relied upon.
function M.settle()
  if not ours then
    ours = {}
    for name, room in next, loaded do
      ours[name] = is_wicks(name) and room or nil
    end
    local methods = getmetatable(stderr).__index
    kept[preload], kept[methods] = fields(preload), fields(methods)
  end
end

--- Calls f with the standard libraries, _G, the methods of strings and wick's
--- rooms as they were when wick was opened, whatever modules made of them since;
--- then they are as before.  For words about failures: no code of a project
--- belongs in it.
---@param f function
---@return any ...
function M.clean(f, ...)
  local changed, string_meta, global_meta = {}, getmetatable(""), getmetatable(_G)
  setmeta(_G, globals_meta)
  setmeta("", strings)
  local function set(t, key, value)
    local now = rawget(t, key)
    if not rawequal(now, value) then
      changed[#changed + 1] = { t, key, now }
      rawset(t, key, value)
    end
  end
  for library, copy in next, copies do
    for key, value in next, copy do
      set(library, key, value)
    end
  end
  for t, copy in next, kept do
    for key, value in next, copy do
      set(t, key, value)
    end
  end
  for name, room in next, ours or kept do
    set(loaded, name, room)
  end
  set(strings, "__index", strings_index)
  set(package, "searchers", searchers)
  local function finish(ok, ...)
    put_back(changed, string_meta, global_meta)
    if not ok then
      error((...), 0)
    end
    return ...
  end
  return finish(pcall(f, ...))
end

--- A room of wick, as `require` gives it, whatever modules made of that.
---@param name string
---@return table
function M.room(name)
  local room = rooms[name]
  if room == nil then
    room = ours and (ours[name] or M.clean(require, name)) or require(name)
    rooms[name] = room
  end
  return room
end

local function call(room, name, ...)
  return M.room(room)[name](...)
end

--- Calls a function of a room, in the way of clean once code that is not wick's
--- has run.
---@param room string
---@param name string
---@return any ...
function M.tell(room, name, ...)
  if ours then
    return M.clean(call, room, name, ...)
  end
  return call(room, name, ...) -- nothing has run yet
end

-- Is this function one that wick made, or that a module or a plugin of the
-- project defines?
local function is_own(f, project)
  if made[f] or not project then
    return made[f]
  end
  local info = getinfo(f, "S")
  if info.what == "C" then
    return next(project.libraries) and project.libraries[library_of(f)]
  end
  return project.sources[info.source]
end

--- nil when the value is the project's own or was made for it; else what it
--- is, such as "`os.execute` of the standard library".
---@param value any
---@param project? table  wick.target's project
---@param settled? boolean  has nothing run since the last question?
---@return string?
function M.check(value, project, settled)
  local kind = type(value)
  if kind == "function" then
    if is_own(value, project) then
      return nil
    end
  elseif kind ~= "table" and kind ~= "userdata" then
    return nil
  end
  return is_foreign(value, settled) and describe(value) or nil
end

--- For the function that is finally called, which may come from a class
--- library: nil, or what it is when that is of the standard libraries.
---@param f any
---@param project? table  whose functions need no look
---@return string?
function M.callable(f, project)
  if type(f) ~= "function" or is_own(f, project) or not is_foreign(f) then
    return nil
  end
  local what, standard = describe(f)
  return standard and what or nil
end

snapshot()

return M
