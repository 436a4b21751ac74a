-- wick.override: the words `key=value` of a command line or of a call ->
-- edits of the tree.
--
-- Part of compose.  May call: compose, fail, core.

local compose = require "wick.compose"
local core = require "wick.core"
local fail = require "wick.fail"

local M = {}

-- A mark on `length` bytes at byte `first` of the word; columns count
-- characters from 1.
local function place(number, word, first, length, label)
  return {
    argv = number,
    line = 1,
    column = (utf8.len(word:sub(1, first - 1)) or first - 1) + 1,
    byte = first,
    length = length,
    label = label or "",
    text = word,
  }
end

local OPERATORS = {
  ["+"] = "adding a key or an item (`+key=value`)",
  ["~"] = "deleting a key (`~key`)",
}

-- Splits a word into its key path and the byte of its value.
local function parse(word, number)
  if word:sub(1, 1) == "=" then
    return nil, fail.new("EOVERRIDE", {
      message = "this override has no key",
      marks = { place(number, word, 1, #word, "expected `key=value`") },
      helps = { "`model.lr=0.01` sets the value of a key" },
    })
  end
  local operator = OPERATORS[word:sub(1, 1)]
  if operator then
    return nil, fail.new("EUNSUPPORTED", {
      message = operator .. " is not in this version of wick",
      status = 2,
      marks = { place(number, word, 1, 1) },
      helps = { "write the key into the config file" },
    })
  end
  local path, err = core.keypath(word, false)
  if not path then
    local at = err.marks[1] or { byte = 1, length = #word }
    return nil, fail.new("EOVERRIDE", {
      message = "this override's key is not a key path",
      marks = { place(number, word, at.byte, at.length, at.label) },
      notes = err.notes,
      helps = err.helps[1] and err.helps
        or { "a key path is written `model.layers[1].size`, or `model[\"odd key\"]`" },
    })
  end
  if word:sub(path.length + 1, path.length + 1) ~= "=" then
    local rest = #word > path.length
    return nil, fail.new("EOVERRIDE", {
      message = "this override is not of the form `key=value`",
      marks = { rest and place(number, word, path.length + 1, 1, "expected `=` here")
        or place(number, word, 1, #word, "expected `=` and a value behind it") },
      helps = { ("`%s=VALUE` sets it"):format(fail.quote(word:sub(1, path.length))) },
    })
  end
  if path.up > 0 then
    return nil, fail.new("EOVERRIDE", {
      message = "an override's key counts from the root of the config",
      marks = { place(number, word, 1, path.up, "a relative path begins here") },
      helps = { "leave the leading dots out" },
    })
  end
  return path, path.length + 2
end

-- The names a map has, for a message.
local function names(tree, id)
  local list = {}
  for _, child in ipairs(tree:children(id)) do
    list[#list + 1] = tostring((tree:key(child)))
  end
  return list
end

-- No such key: where the word goes wrong, and what is near.
local function absent(tree, at, path, i, word, number)
  local segment, first, last = path[i], path.starts[i], path.stops[i]
  if word:sub(first, first) == "." then
    first = first + 1
  end
  local kind = tree:kind(at)
  local above = core.keytext(tree:segments(at))
  local err = {
    message = ("no such key `%s` to override"):format(
      fail.quote(word:sub(1, path.length))),
    key = word:sub(1, path.length),
  }
  if kind == "list" then
    local size = #tree:children(at)
    local label = segment == 0 and "lists count from 1"
      or math.type(segment) == "integer" and ("the list has %d items"):format(size)
      or "a list has no names"
    err.marks = { place(number, word, first, last - first + 1, label) }
    err.helps = { size > 0 and ("`%s[1]` is its first item"):format(above) or nil }
  elseif kind == "map" then
    err.marks = { place(number, word, first, last - first + 1, "not in the config") }
    local there = names(tree, at)
    local near = fail.near(tostring(segment), there)
    if #near > 0 then
      err.helps = {}
      for n, name in ipairs(near) do
        err.helps[n] = ("did you mean `%s`?"):format(
          fail.quote(word:sub(1, first - 1) .. name .. word:sub(last + 1), 200))
      end
    elseif #there > 0 then
      err.notes = { (above == "" and "the config has these top-level keys: %s"
        or "`" .. above .. "` has these keys: %s"):format(fail.names(there)) }
    end
  else
    err.marks = {
      place(number, word, first, last - first + 1,
        ("`%s` is %s"):format(above, tree:is(at, "sigil") and "a reference or expression"
          or "no map")),
      tree:mark(at, "its value"),
    }
  end
  return fail.new("ENOKEY", err)
end

--- Applies one override, the `number`th word of the call.  `renamed` collects
--- the components whose `_target_` the call sets: they may get options that the
--- config does not have, for they belong to another constructor now.  Gives
--- true, or nil and an error.
function M.apply(tree, top, word, number, renamed)
  local path, byte = parse(word, number)
  if not path then
    return nil, byte
  end
  local at, fresh = top, nil
  for i = 1, #path do
    local child = tree:find(at, path[i])
    if not child then
      if i < #path or not renamed[at] or type(path[i]) ~= "string" then
        return nil, absent(tree, at, path, i, word, number)
      end
      fresh = path[i]
    elseif path[i] == "_target_" and i == #path then
      renamed[at] = true
    end
    at = child or at
  end
  local value, err = tree:word(word, number, byte)
  if not value then
    return nil, err
  elseif fresh then
    return tree:add(at, fresh, value)
  end
  -- a `_target_` alone keeps the options: it replaces a scalar, so lay does
  return compose.lay(tree, at, value)
end

--- Whether a word of a command line is an override, not a file or a name.
function M.is(word)
  return word:find("=", 1, true) ~= nil or word:match("^[+~]") ~= nil
end

return M
