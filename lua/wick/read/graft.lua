-- wick.read.graft: a table of the host -> nodes.  A part of wick.read.
--
-- May call: fail, core.

local core = require "wick.core"
local fail = require "wick.fail"

local sort, floor = table.sort, math.floor

-- A value that cannot be part of a config, told with its key path.
local function misfit(name, segments, what, help)
  local path = core.keytext(segments)
  return fail.new(name, {
    message = ("%s cannot be part of a config"):format(what),
    key = path ~= "" and path or nil,
    marks = { { host = true, label = path ~= "" and "at `" .. path .. "`" or "" } },
    helps = { help },
  })
end

-- The keys of a table in wick's order (integers, then strings bytewise), and
-- whether it is a list; or nil and what is wrong with a key.
local function keys_of(value)
  local integers, strings = {}, {}
  for key in next, value do
    if math.type(key) == "integer" then
      integers[#integers + 1] = key
    elseif type(key) == "string" then
      strings[#strings + 1] = key
    elseif math.type(key) == "float" and key == floor(key) then
      integers[#integers + 1] = math.tointeger(key)
    else
      return nil, ("a key of type %s"):format(type(key))
    end
  end
  sort(integers)
  local is_list = #strings == 0 and #integers > 0 and integers[1] == 1
    and integers[#integers] == #integers
  sort(strings)
  for _, key in ipairs(strings) do
    integers[#integers + 1] = key
  end
  return integers, is_list
end

local KIND = { boolean = "bool", string = "text" }

-- What kind of node a value makes; `host` for what is handed on as it is.
local function kind_of(value, hosts, Node)
  local kind = type(value)
  if value == nil or value == core.null then
    return "null"
  elseif kind == "number" then
    return math.type(value) == "integer" and "int" or "float"
  elseif kind == "table" then
    local meta = getmetatable(value)
    if meta == Node then
      return "sigil"
    elseif meta == nil or not hosts then
      return "table"
    end
    return "host"
  end
  return KIND[kind] or "host"
end

--- What read.graft does; `Node` is the metatable of what has a sigil.
return function(Node, tree, value, hosts, like, budget)
  local open, segments = {}, {} -- tables that are being walked; where we are
  local name = hosts and "EKEY" or "EEVAL" -- what a value that does not fit is
  local function add(up, key, item, last)
    local kind = kind_of(item, hosts, Node)
    if kind == "host" and not hosts then
      return nil, misfit(name, segments, "a " .. type(item),
        "an expression gives numbers, text, booleans, lists and maps")
    end
    if budget then
      budget.nodes = budget.nodes - 1
      if budget.nodes < 0 then
        return nil, fail.new("EBUDGET", {
          message = ("evaluating this config would produce more than %d nodes"):format(
            budget.limits["value.nodes"]),
          notes = { "the limit `value.nodes` counts what expressions and references make" },
          helps = { "make large tables in a constructor, or raise the limit: "
            .. "--limit value.nodes=N" },
        })
      end
    end
    local list, keys = nil, nil
    if kind == "table" then
      if open[item] then
        return nil, misfit(name, segments, "a table that holds itself",
          "name the shared part by a reference: `wick.ref \"key\"`")
      end
      keys, list = keys_of(item)
      if not keys then
        return nil, misfit(name, segments, list, "keys are strings or integers")
      end
      kind = list and "list" or "map"
    elseif kind == "sigil" then
      item = item.text
    end
    local scalar = item
    if keys or kind == "host" or kind == "null" then
      scalar = nil
    end
    local id, err = tree:grow(up, key, kind, scalar, last, up == nil and like or nil)
    if not id then
      return nil, err
    end
    if kind == "host" then
      hosts[id] = item
    elseif keys then
      open[item] = true
      local previous
      for _, own in ipairs(keys) do
        segments[#segments + 1] = own
        if #segments > 190 then
          return nil, misfit(name, segments, "a table nested deeper than 190 levels", "flatten it")
        end
        local child, wrong = add(id, not list and own or nil, rawget(item, own), previous)
        if not child then
          return nil, wrong
        end
        segments[#segments] = nil
        previous = child
      end
      open[item] = nil
    end
    return id
  end
  return add(nil, nil, value, nil)
end
