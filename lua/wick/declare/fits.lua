-- wick.declare.fits: does what the config hands a constructor fit what that
-- declares?  A part of wick.declare.
--
-- May call: declare/types, core, the tree.
--
-- What is not known yet (an object that is not built, an expression that waits for
-- one, what failed before) fits everything; then `unsure` is set, and the question
-- can be asked again when it is.  A problem is a table:
--
--   what = "unknown"   id, the option; of, the fields that there are
--   what = "missing"   id, the map it is missing in; fields, a list; nulls, by name
--   what = "type"      id, the value; type; value, of an object; field, which
--                      declares it
--   what = "options"   id, the component; field, the parameter that gets its options

local core = require "wick.core"
local types = require "wick.declare.types"

local getmetatable = debug.getmetatable
local find = string.find
local huge, math_type, min = math.huge, math.type, math.min
local next, rawget, rawlen, type = next, rawget, rawlen, type
local takes_all, takes_nil = types.takes_all, types.takes_nil

local M = {}

local FAILED = 3 -- evaluate's color of a node that has an error
local MOST = 20 -- problems of one component that are told
local ITEMS = 100 -- of a list or table that code made, which are looked at

-- {======================================================
-- Lua values: what objects and late expressions are
-- =======================================================

local fits

local FITS = {
  any = function()
    return true
  end,
  integer = function(value)
    return math_type(value) == "integer" or math_type(value) == "float"
      and value == value // 1 and value < huge and value > -huge
  end,
  number = function(value)
    return type(value) == "number"
  end,
  string = function(value)
    return type(value) == "string"
  end,
  boolean = function(value)
    return type(value) == "boolean"
  end,
  table = function(value)
    return type(value) == "table" or type(value) == "userdata"
  end,
  ["nil"] = function()
    return false
  end,
  ["function"] = function(value)
    if type(value) ~= "table" and type(value) ~= "userdata" then
      return type(value) == "function"
    end
    local meta = getmetatable(value)
    return type(meta) == "table" and rawget(meta, "__call") ~= nil
  end,
  object = function(value)
    return type(value) ~= "number" and type(value) ~= "string" and type(value) ~= "boolean"
  end,
  literal = function(value, of)
    return type(value) == type(of.value) and value == of.value
  end,
  list = function(value, of)
    for i = 1, min(rawlen(value), ITEMS) do
      if not fits(of.of, rawget(value, i)) then
        return false
      end
    end
    return true
  end,
  map = function(value, of)
    local key, left = nil, ITEMS
    repeat
      local item
      key, item = next(value, key)
      if key ~= nil and not (fits(of.keys, key) and fits(of.values, item)) then
        return false
      end
      left = left - 1
    until key == nil or left == 0
    return true
  end,
  fields = function(value, of)
    for i = 1, #of.list do
      local field = of.list[i]
      local item = rawget(value, field.name)
      if item == nil and not (field.optional or takes_nil(field.type))
        or item ~= nil and not fits(field.type, item) then
        return false
      end
    end
    return true
  end,
  union = function(value, of)
    for i = 1, #of.of do
      if fits(of.of[i], value) then
        return true
      end
    end
    return false
  end,
}
FITS.class = FITS.any

local TABLES = { list = true, map = true, fields = true }

-- Whether a value, which is not nil, is of a type.  Objects with a metatable are
-- what they say they are, and none of their metamethods is called.
function fits(of, value)
  if value == core.null then
    return takes_nil(of)
  elseif TABLES[of.kind] then
    if type(value) ~= "table" then
      return type(value) == "userdata"
    elseif getmetatable(value) ~= nil then
      return true
    end
  end
  return FITS[of.kind](value, of)
end

M.value = fits

-- }======================================================

-- {======================================================
-- Nodes
-- =======================================================

local OBJECTS = { object = true, late = true, host = true }

-- What is at a node: its kind; "value" and the value of an object; "unknown".
local function look(asked, id)
  local tree, kind = asked.tree, asked.tree:kind(id)
  if OBJECTS[kind] or kind == "map" and tree:is(id, "component") then
    local object = tree:object(id)
    local value
    if object and not (asked.asis and kind == "map") then
      value = asked.objects[object]
    end
    if value == nil then
      return "unknown"
    elseif value == core.null then
      return "null"
    end
    return "value", value
  elseif asked.color[id] == FAILED or asked.missing[id] or asked.broken and asked.broken[id]
    or kind == "string" and tree:is(id, "sigil") then
    return "unknown"
  end
  return kind
end

-- Takes down a problem with the type of a value.
local function misfit(of, id, out, value)
  if #out < MOST then
    out[#out + 1] = { what = "type", id = id, type = of, value = value }
  end
  return false
end

local fit

-- Whether all the nodes fit a type.
local function fit_all(asked, of, nodes, out)
  local good = true
  for i = 1, #nodes do
    good = fit(asked, of, nodes[i], out) and good
  end
  return good
end

-- What a type says of a key that it does not name; nil when that is nothing.
local function rest_for(of, key)
  for i = 1, #of.rest do
    if fits(of.rest[i].keys, key) then
      return of.rest[i]
    end
  end
end

-- Whether the values of a map fit the fields of a type; `id` is the map.
local function fit_fields(asked, of, id, nodes, out, partial)
  local tree, given, nulls, good = asked.tree, {}, {}, true
  for i = 1, #nodes do
    local child = nodes[i]
    local key = tree:key(child)
    local place = of.by[key]
    local field = of.list[place]
    if look(asked, child) == "null" then
      nulls[key] = child -- as if it were not there
    elseif field then
      local from = #out
      given[key] = true
      good = fit(asked, field.type, child, out) and good
      for n = from + 1, #out do
        out[n].field = out[n].field or field
      end
    else
      local rest = rest_for(of, key)
      if rest then
        good = fit(asked, rest.values, child, out) and good
      elseif not of.open then
        good = false
        if #out < MOST then
          out[#out + 1] = { what = "unknown", id = child, of = of }
        end
      end
    end
  end
  local missing = {}
  for i = 1, #of.list do
    local field = of.list[i]
    if not given[field.name] and not field.optional and not takes_nil(field.type) then
      missing[#missing + 1] = field
    end
  end
  if #missing > 0 and not partial then
    out[#out + 1] = { what = "missing", id = id, fields = missing, nulls = nulls }
    return false
  end
  return good
end

-- Whether the keys of a map are all integers.
local function is_counted(tree, nodes)
  for i = 1, #nodes do
    if math_type(tree:key(nodes[i])) ~= "integer" then
      return false
    end
  end
  return true
end

-- What each kind of type says of a node, which is of kind `kind`.
local FIT = {
  integer = function(asked, _, id, kind)
    return kind == "int" or kind == "float" and FITS.integer(asked.tree:value(id))
  end,
  number = function(_, _, _, kind)
    return kind == "int" or kind == "float"
  end,
  string = function(_, _, _, kind)
    return kind == "string"
  end,
  boolean = function(_, _, _, kind)
    return kind == "bool"
  end,
  table = function(_, _, _, kind)
    return kind == "map" or kind == "list"
  end,
  ["nil"] = function(_, _, _, kind)
    return kind == "null"
  end,
  ["function"] = function()
    return false
  end,
  literal = function(asked, of, id, kind)
    return kind ~= "map" and kind ~= "list" and kind ~= "null"
      and FITS.literal(asked.tree:value(id), of)
  end,
  list = function(asked, of, id, kind, out)
    local nodes = (kind == "list" or kind == "map") and asked.tree:children(id)
    if kind == "list" or nodes and is_counted(asked.tree, nodes) then
      return fit_all(asked, of.of, nodes, out)
    end
    return false
  end,
  map = function(asked, of, id, kind, out)
    local nodes = (kind == "list" or kind == "map") and asked.tree:children(id)
    if not nodes then
      return false
    end
    local given = {}
    for i = 1, #nodes do
      if kind == "list" or look(asked, nodes[i]) ~= "null" then -- there a null is absent
        given[#given + 1] = nodes[i]
        if not fits(of.keys, asked.tree:key(nodes[i])) then
          return false
        end
      end
    end
    return fit_all(asked, of.values, given, out)
  end,
  fields = function(asked, of, id, kind, out)
    local nodes = (kind == "list" or kind == "map") and asked.tree:children(id)
    if not nodes or kind == "list" and #nodes > 0 then
      return false
    end
    return fit_fields(asked, of, id, nodes, out)
  end,
}
FIT.object = FIT["function"]

-- Whether a node fits one of the alternatives.  Else its problems are those with
-- the one that is a table as it is, or it is none of them.
local function fit_union(asked, of, id, out)
  local nearest, count = nil, 0
  for i = 1, #of.of do
    local inner = {}
    if fit(asked, of.of[i], id, inner) then
      return true
    elseif inner[1] and (inner[1].what ~= "type" or inner[1].id ~= id) then
      nearest, count = inner, count + 1
    end
  end
  if count ~= 1 then
    return misfit(of, id, out)
  end
  for i = 1, #nearest do
    out[#out + 1] = nearest[i]
  end
  return false
end

-- Whether a node fits a type; adds what does not to `out`.
function fit(asked, of, id, out)
  if takes_all(of) then
    return true
  end
  local kind, value = look(asked, id)
  if kind == "unknown" then
    asked.unsure = true
    return true
  elseif kind == "value" then
    return fits(of, value) or misfit(of, id, out, value)
  elseif of.kind == "union" then
    return fit_union(asked, of, id, out)
  end
  local from = #out
  return FIT[of.kind](asked, of, id, kind, out) or #out == from and misfit(of, id, out) or false
end

-- }======================================================

-- {======================================================
-- Components
-- =======================================================

-- The options of a component: nodes, and how many of them are not null.
local function options_of(asked, id)
  local tree, nodes, count = asked.tree, {}, 0
  local children = tree:children(id)
  for i = 1, #children do
    local key = tree:key(children[i])
    if type(key) ~= "string" or not find(key, "^_.+_$") then
      nodes[#nodes + 1] = children[i]
      count = count + (look(asked, children[i]) ~= "null" and 1 or 0)
    end
  end
  return nodes, count
end

-- Whether a table fits a type that says nothing of its fields.
local function takes_options(of, nodes)
  for _, one in next, of.kind == "union" and of.of or { of } do
    if takes_all(one) or one.kind == "table" or one.kind == "map" or one.kind == "fields"
      or one.kind == "list" and #nodes == 0 then
      return true
    end
  end
  return false
end

--- The problems of component `id` with what its constructor declares.  `asked` has
--- tree, color, missing (a set), broken (or nil), and objects; `unsure` is set when
--- something is not known yet.
---@param asked table
---@param id integer
---@param declared table
---@return table[] problems
function M.component(asked, id, declared)
  local tree, out = asked.tree, {}
  local list, partial = tree:find(id, "_args_"), tree:find(id, "_partial_")
  local args = list and tree:children(list) or {}
  asked.asis = tree:is(id, "tagged")
  local nodes, count = options_of(asked, id)
  partial = partial ~= nil and tree:value(partial) == true
  if declared.fields then -- a plugin's statement tells of options only
    fit_fields(asked, declared.fields, id, nodes, out, partial or #args > 0)
    return out
  end
  local missing = {}
  for i = 1, #args do
    local param = declared.params[i]
    local optional = param and (param.optional or takes_nil(param.type))
    if param and look(asked, args[i]) ~= "null" then
      local from = #out
      fit(asked, param.type, args[i], out)
      for n = from + 1, #out do
        out[n].field = out[n].field or param
      end
    elseif param and not optional then
      missing[#missing + 1] = param
    end
  end
  local next_one = #args + 1
  local param = declared.params[next_one]
  if not list or count > 0 then -- they come as one more argument
    next_one = next_one + 1
    local fields = param and declared:options(param)
    if fields then
      fit_fields(asked, fields, id, nodes, out,
        partial or count == 0 and (param.optional or takes_nil(param.type)))
    elseif param and not takes_options(param.type, nodes) and (count > 0 or not param.optional) then
      out[#out + 1] = { what = "options", id = id, field = param }
    end
  end
  for i = next_one, #declared.params do
    param = declared.params[i]
    if param and not param.optional and not takes_nil(param.type) then
      local fields = declared:options(param)
      if fields and list and count == 0 and i == #args + 1 then
        fit_fields(asked, fields, id, nodes, out, partial)
      elseif not fields then
        missing[#missing + 1] = param
      end
    end
  end
  if #missing > 0 and not partial then
    out[#out + 1] = { what = "missing", id = id, fields = missing, nulls = {}, positional = true }
  end
  return out
end

-- }======================================================

return M
