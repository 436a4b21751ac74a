-- wick.override: the words `key=value` of a command line or of a call ->
-- edits of the tree.
--
-- Part of compose.  May call: compose, absent, tell, fail, core.
--
-- `k=v` sets what is there, `+k=v` adds or appends, `++k=v` sets or adds, `=k=v`
-- replaces whole, `~k` and `~?k` delete.  `config` is what compose makes: tree,
-- top, patches, errors.

local compose = require "wick.compose"
local core = require "wick.core"
local fail = require "wick.fail"
local tell = require "wick.tell"

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

local SIGNS = { "++", "+", "=", "~?", "~" } -- a longer one first

local function refuse(message, mark, helps, notes)
  return nil, fail.new("EOVERRIDE", {
    message = message, marks = { mark }, helps = helps, notes = notes,
  })
end

local FORMS = "`model.lr=0.01` sets, `+model.lr=0.01` adds, `~model.lr` removes"

-- Splits a word: {sign, path, key (the path's text), at (bytes before the
-- path), value (the byte where it begins, nil for a deletion)}; or nil and an
-- error.
local function parse(word, number, unset)
  local sign = unset and "~" or ""
  for _, other in ipairs(unset and {} or SIGNS) do
    if word:sub(1, #other) == other then
      sign = other
      break
    end
  end
  local at = unset and 0 or #sign
  local text = word:sub(at + 1)
  local deletes = sign == "~" or sign == "~?"
  if text == "" or text:sub(1, 1) == "=" or sign == "=" and not text:find("=", 1, true) then
    return refuse(unset and "`--unset` needs a key" or "this override has no key",
      place(number, word, 1, math.max(#word, 1), unset and "expected a key"
        or deletes and ("expected `%skey`"):format(sign) or "expected `key=value`"), { FORMS })
  end
  local path, err = core.keypath(text, false)
  if not path then
    local mark = err.marks[1] or { byte = 1, length = #text }
    return refuse("this override's key is not a key path",
      place(number, word, at + mark.byte, mark.length, mark.label),
      err.helps[1] and err.helps
        or { "a key path is written `model.layers[1].size`, or `model[\"odd key\"]`" }, err.notes)
  end
  local behind = text:sub(path.length + 1, path.length + 1)
  if deletes and #text > path.length then
    return refuse(behind == "=" and "a deletion has no value"
      or "this override's key is not a key path",
      place(number, word, at + path.length + 1, #text - path.length, "nothing may stand here"),
      { ("`%s%s` deletes the key"):format(sign, fail.quote(text:sub(1, path.length))) })
  elseif not deletes and behind ~= "=" then
    local rest = #text > path.length
    return refuse("this override is not of the form `key=value`",
      rest and place(number, word, at + path.length + 1, 1, "expected `=` here")
        or place(number, word, 1, #word, "expected `=` and a value behind it"),
      { ("`%s=VALUE` sets it"):format(fail.quote(word:sub(1, at + path.length))) })
  elseif path.up > 0 then
    return refuse("an override's key counts from the root of the config",
      place(number, word, at + 1, path.up, "a relative path begins here"),
      { "leave the leading dots out" })
  end
  return { sign = sign, path = path, key = text:sub(1, path.length), at = at,
    value = not deletes and at + path.length + 2 or nil }
end

--- The errors of words that cannot be read, a list: told before a document is.
---@param overrides table  texts, or {unset = key}
---@param limits table
---@return table[]
function M.misread(overrides, limits)
  local errors = {}
  for n, word in ipairs(overrides) do
    local unset = type(word) == "table"
    local text = unset and word.unset or word
    local asked, err = parse(text, n, unset)
    if asked and asked.value and text:find("^[%[{\"']", asked.value) then
      local value, wrong = core.tree(limits):word(text, n, asked.value)
      err = not value and wrong or nil
      if err and err.status == 3 then
        err.status = 2 -- what is wrong is the command
      end
    end
    errors[#errors + 1] = err
  end
  return errors
end

-- Where segment i of a word's path is in the word, without the dot before it.
local function key_at(asked, i, word)
  local start, last = require "wick.absent".span(asked.path, i)
  start, last = asked.at + start, asked.at + last
  return word:sub(start, start) == "." and start + 1 or start, last
end

-- Fills in the error of a key that is not there: where the word goes wrong, and
-- what is near.
local function tell_absent(err, tree, at, asked, i, word, number, gone)
  local path = asked.path
  local segment = path[i]
  local first, last = key_at(asked, i, word)
  local start = asked.at + require "wick.absent".span(path, i)
  local kind = tree:kind(at)
  local above = tell.path(tree, at)
  local helps = err.helps
  if i == 1 and segment == "defaults" then
    err.marks = { place(number, word, first, last - first + 1, "too late here") }
    helps[1] = "name the file on the command line, or choose a group's option: `group=choice`"
  elseif gone then
    local by = tree:mark(gone, "deleted here")
    if by.argv and by.byte > #by.text then -- the whole word says so
      by.byte, by.column, by.length = 1, 1, #by.text
    end
    err.marks = { place(number, word, first, last - first + 1, "not there any more"), by }
    if kind == "list" then
      err.notes = { "items keep their numbers until all overrides are applied" }
    elseif asked.value then
      helps[1] = ("to add it again, write `+%s`"):format(fail.quote(word:sub(asked.at + 1), 60))
    end
  elseif kind == "list" then
    err.marks = { place(number, word, first, last - first + 1,
      (require "wick.absent".why(tree, at, segment))) }
    helps[1] = #tree:children(at) > 0 and ("`%s[1]` is its first item"):format(above) or nil
    if asked.value then
      helps[#helps + 1] = ("to append an item, write `+%s=VALUE`"):format(above)
    end
  elseif kind == "none" then -- an optional copy of what is not there
    err.marks = { place(number, word, first, last - first + 1, "so this is not there either"),
      tree:mark(at, (require "wick.absent".why(tree, at, segment))) }
    helps[1] = asked.value and ("to create it on purpose, write `+%s`"):format(
      fail.quote(word:sub(asked.at + 1), 60)) or asked.sign == "~"
      and ("`~?%s` deletes it if it is there"):format(fail.quote(asked.key)) or nil
  elseif kind == "map" then
    local why = require "wick.absent"
    local _, near, note = why.why(tree, at, segment)
    err.marks = { place(number, word, first, last - first + 1, "not in the config") }
    err.notes = { note }
    for n, name in ipairs(near) do
      helps[n] = ("did you mean `%s`?"):format(
        why.respell(word:sub(1, start - 1), i, name, word:sub(last + 1)))
    end
    if asked.value then
      helps[#helps + 1] = ("to add a new key on purpose, write `+%s`"):format(
        fail.quote(word:sub(asked.at + 1), 60))
    elseif asked.sign == "~" then
      helps[#helps + 1] = ("`~?%s` deletes it if it is there"):format(fail.quote(asked.key))
    end
  else
    local is_sigil = tree:is(at, "computed")
    err.marks = {
      place(number, word, first, last - first + 1, is_sigil
        and ("`%s` is a reference or expression"):format(above)
        or (require "wick.absent".why(tree, at, segment))),
      tree:mark(at, "its value"),
    }
    if asked.value then
      helps[1] = ("to replace it by a map, write `=%s={%s: …}`"):format(above,
        fail.quote(tostring(segment), 40))
    end
  end
end

-- No such key.
local function absent(tree, at, asked, i, word, number)
  local gone = tree:find(at, asked.path[i], true) -- it has vanished
  return fail.new("ENOKEY", {
    message = i == 1 and asked.path[1] == "defaults"
      and "`defaults` is read before anything is overridden"
      or ("no such key `%s` to %s"):format(fail.quote(asked.key),
        asked.value and "override" or "delete"),
    key = asked.key,
    later = function(err)
      tell_absent(err, tree, at, asked, i, word, number, gone)
    end,
  })
end

local OPS = { [""] = "set", ["++"] = "set", ["+"] = "add", ["="] = "whole" }

local edit

-- Waits until the copy at `at` is made, then goes on below it from segment `i`.
local function postpone(config, at, i, asked, word, number, renamed)
  local list = config.patches[at] or {}
  config.patches[at] = list
  list[#list + 1] = { on = config.tree:previous(at), layer = compose.layer(config),
    apply = function(made)
      return edit(config, made, i, asked, word, number, renamed)
    end }
  return true
end

-- The text of a map's `_target_`; nil when it has none.
local function target_of(tree, id)
  local target = tree:kind(id) == "map" and tree:find(id, "_target_")
  return target and tree:text(target) or nil
end

-- Does what the word asks for, from segment `i` of its path below `at` on.
-- True, or nil and an error.
function edit(config, at, i, asked, word, number, renamed)
  local tree, path, sign = config.tree, asked.path, asked.sign
  local adds = sign == "+" or sign == "++"
  local value, err
  local function valued()
    value, err = tree:word(word, number, asked.value or #word + 1)
    if value then
      config.warnings[#config.warnings + 1] = err
    end
    return value
  end
  for n = i, #path do
    if tree:is_copy(at) then
      return postpone(config, at, n, asked, word, number, renamed)
    end
    local kind = tree:kind(at)
    if adds and (kind == "null" or kind == "none" or kind == "string"
      and tree:text(at) == "???" and not tree:is(at, "tagged")) then -- on nothing it creates
      local map = (value or valued()) and tree:grow(nil, nil, "map", nil, nil, value)
      local ok = map and tree:put(at, map)
      if not ok then
        return nil, err
      end
    end
    local segment = path[n]
    local child = tree:find(at, segment)
    local last = n == #path
    if not child then
      local creates = (adds or last and renamed[at]) and tree:kind(at) == "map"
      if sign == "~?" then
        return true
      elseif not creates or not asked.value then
        return nil, absent(tree, at, asked, n, word, number)
      elseif not value and not valued() then
        return nil, err
      end
      -- a key that was deleted is there again, with all that it was before
      local gone = tree:find(at, segment, true)
      if not last then
        local map = tree:grow(nil, nil, "map", nil, nil, value)
        if gone then
          child, err = tree:put(gone, map)
          child = child and gone
        else
          child, err = tree:add(at, segment, map, key_at(asked, n, word))
        end
        if not child then
          return nil, err
        end
      elseif gone then
        return compose.lay(config, gone, value, "whole")
      else
        child, err = tree:add(at, segment, value, key_at(asked, n, word))
        if child then
          return compose.settle(config, child)
        end
        return nil, err
      end
    elseif segment == "_target_" and last and asked.value then
      if not value and not valued() then
        return nil, err
      end
      renamed[at] = renamed[at] or tree:text(child) ~= tree:text(value)
    end
    at = child
  end
  if not asked.value then
    return tree:vanish(at, valued() or at)
  elseif not value and not valued() then
    return nil, err
  end
  -- a `_target_` alone keeps the options: it replaces a scalar
  local before, after = target_of(tree, at), target_of(tree, value)
  renamed[at] = renamed[at] or after ~= nil and after ~= before
  return compose.lay(config, at, value, OPS[sign])
end

--- Applies one override, the `number`th word of the call: a text, or {unset =
--- key}.  `renamed` collects the components whose `_target_` the call changes: they
--- may get options that the config does not have, for they belong to another
--- constructor now.  Gives true, or nil and an error.
function M.apply(config, word, number, renamed)
  local unset = type(word) == "table"
  local text = unset and word.unset or word
  local asked, err = parse(text, number, unset)
  if not asked then
    return nil, err
  end
  return edit(config, config.top, 1, asked, text, number, renamed)
end

return M
