-- wick.cli.diff: `wick diff`.
--
-- May call: the library, diff, json, tell, fail, cli/style, cli/words, cli's hands.

local fail = require "wick.fail"
local tell = require "wick.tell"

local SIGNS = { change = "~", remove = "-", add = "+" }

-- What a side of a change says, and where.
local function side(config, id, room)
  if not id then
    return nil
  end
  return tell.node(config.tree, id, room), tell.place(config.tree:mark(id), true)
end

local function text_of(a, b, changes, room, whole)
  local rows, widest, second = {}, 0, 0
  for i, change in ipairs(changes) do
    local from, place = side(a, change.from_id, room)
    local to, there = side(b, change.to_id, room)
    local is_node = type(change.from) == "table" and getmetatable(change.from) ~= nil
    if from == to and is_node then -- with the folders of files
      from, to = tell.value(change.from, room), tell.value(change.to, room)
    end
    local row = {
      SIGNS[change.op] .. " " .. fail.quote(change.key, 200),
      from and to and from .. " -> " .. to or from or to,
      place and there and place .. " | " .. there or place or there,
    }
    rows[i] = row
    widest, second = math.max(widest, utf8.len(row[1])), math.max(second, utf8.len(row[2]))
  end
  for i, row in ipairs(rows) do
    rows[i] = ("%s  %s  %s"):format(tell.pad(row[1], widest), tell.pad(row[2], second), row[3])
  end
  for _, key in ipairs(whole and changes.equal or {}) do
    rows[#rows + 1] = "= " .. fail.quote(key, 200)
  end
  rows[#rows + 1] = ("= %d key%s equal\n"):format(#changes.equal, #changes.equal == 1 and "" or "s")
  return table.concat(rows, "\n")
end

-- The same as a value for wick.json.
local function value_of(a, b, changes, whole)
  local json = require "wick.json"
  local list = {}
  local function value(config, id, plain)
    local tree = config.tree
    if not id then
      return nil
    elseif tell.is_hidden(tree, id) then
      return tell.HIDDEN
    elseif tree:kind(id) ~= "map" or getmetatable(plain) ~= nil then
      return json.plain(plain, tree:key(id))
    end
    local pairs = {}
    for i, child in ipairs(tree:children(id)) do
      local key = tree:key(child)
      pairs[i] = { json.text(tostring(key)), value(config, child, plain[key]) }
    end
    return json.object(pairs)
  end
  for i, change in ipairs(changes) do
    list[i] = json.object {
      { "op", change.op }, { "key", json.text(change.key) },
      { "from", value(a, change.from_id, change.from) },
      { "to", value(b, change.to_id, change.to) },
      { "from_mark", change.from_mark and json.mark(change.from_mark) },
      { "to_mark", change.to_mark and json.mark(change.to_mark) },
    }
  end
  local equal = {}
  for i, key in ipairs(whole and changes.equal or {}) do
    equal[i] = json.text(key)
  end
  return json.object { { "changes", json.list(list) }, { "equal", #changes.equal },
    { "equal_keys", whole and json.list(equal) or nil } }
end

-- The two configs: both named; or one, without and with the overrides.
local function load_both(asked, cli)
  local first, second = asked.configs[1], asked.configs[2]
  local plain = not second and #asked.overrides > 0
  if not first or not second and not plain or #asked.configs > 2 then
    return nil, nil, require "wick.cli.words".usage("`wick diff` compares two configs, or one "
      .. "without and with overrides", nil, nil,
      { "usage: wick diff " .. require "wick.cli.words".verbs.diff.words })
  end
  local a, err = cli.load_config(asked, { configs = { first }, overrides = plain and {} or nil })
  if not a then
    return nil, nil, err
  end
  local b
  b, err = cli.load_config(asked, { configs = { second or first } })
  if not b then
    a:close()
  end
  return a, b, err
end

return function(asked, cli)
  local a, b, err = load_both(asked, cli)
  if err then
    return cli.complain(asked, err)
  end
  local one <close> = a
  local other <close> = b
  local status = cli.warn(asked, one.warnings)
  local also = cli.warn(asked, other.warnings)
  status = status ~= 0 and status or also
  local changes = require "wick.diff".configs(one, other)
  if status == 0 and asked.flags["exit-code"] and #changes > 0 then
    status = 9
  end
  if asked.flags.json then
    return cli.result(value_of(one, other, changes, asked.flags.verbose), status)
  end
  local styles = require "wick.cli.style"
  local style = styles.of(asked.flags, 1)
  return cli.answer(styles.frames(text_of(one, other, changes, styles.room(style),
    asked.flags.verbose), style), status)
end
