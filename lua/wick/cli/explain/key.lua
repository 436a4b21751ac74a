-- wick.cli.explain.key: what is known of a key, as lines and as JSON.
--
-- May call: explain's output, tell, json, fail.

local fail = require "wick.fail"
local tell = require "wick.tell"

local M = {}

local ENDS = {
  deleted = "is not in the config any more",
  absent = "is absent: an optional reference leads nowhere",
  missing = "must be given",
}

-- The first line: the key, its value, what it is.
local function headline(config, told, room)
  local key = fail.quote(told.key, 200)
  local last = told.history[#told.history]
  if told.within then
    return ("%s is in %s, which is disabled   (%s)"):format(key, fail.quote(told.within, 200),
      tell.place(told.disabled))
  elseif last and last.absent then
    return key .. " is absent: an optional copy leads nowhere"
  elseif told.kind == "disabled" then
    return ("%s is disabled   (%s)"):format(key, tell.place(told.disabled))
  elseif ENDS[told.kind] then
    return ("%s %s"):format(key, ENDS[told.kind])
  end
  local text
  if told.kind == "component" then
    local target = config.tree:find(told.id, "_target_")
    text = fail.quote(target and config.tree:text(target) or "?")
  else
    text = tell.node(config.tree, told.id, room)
  end
  return ("%s = %s   (%s)"):format(key, text, told.kind)
end

-- An override with a secret value hidden.
local function word_of(told, word)
  if not word then
    return nil
  end
  word = type(word) == "table" and "--unset " .. word.unset or word
  local key, value = word:match("^([^=]+)=(.*)$")
  if key and value ~= "" and (tell.is_secret(told.key) or tell.is_secret(key)) then
    word = key .. "=" .. tell.HIDDEN
  end
  return fail.quote(word)
end

-- The value of an entry, and what is to be said beside it: a reference is told
-- by what it leads to, if that is plain.
local function value_of(config, told, entry, room, remarks)
  local value = entry.missing and "???" or tell.value(entry.value, room, told.key:match("[^.]*$"))
  local refers = entry.refers_to
  if refers then
    local text = value
    if entry.effective and told.value ~= nil and told.kind ~= "missing" then
      value = tell.node(config.tree, told.id, room)
    elseif not entry.effective and tostring(entry.value):match("^@") and #refers > 0
      and config.tree:kind(refers[#refers].id) ~= "none" then
      value = tell.node(config.tree, refers[#refers].id, room)
    end
    remarks[#remarks + 1] = text ~= value and text or nil
  end
  return value
end

-- What a layer did to a map, if it is more than the value says.
local function deeds(entry, remarks)
  if entry.op == "merge" then
    remarks[#remarks + 1] = "laid over it"
  elseif entry.op == "append" then
    remarks[#remarks + 1] = "appended"
  end
  if entry.deleted then
    remarks[#remarks + 1] = "without " .. fail.names(entry.deleted)
  end
  if entry.via then
    remarks[#remarks + 1] = "via " .. tell.place(entry.via)
  end
end

-- The columns of an entry: value, place, remarks.
local function row_of(config, told, i, options)
  local entry, after = told.history[i], told.history[i + 1]
  local value, remarks = "-", {}
  if entry.op == "delete" then
    remarks[1] = entry.dropped and "went with the constructor it belonged to"
      or entry.above and "went with what it was in" or entry.absent and "leads nowhere"
      or entry.moved and "is " .. fail.quote(entry.moved, 200) .. " now" or "deleted"
  else
    value = value_of(config, told, entry, options.room, remarks)
    deeds(entry, remarks)
  end
  remarks[#remarks + 1] = entry.mark.argv and word_of(told, options.words[entry.mark.argv]) or nil
  if entry.effective then
    remarks[#remarks + 1] = "<- in effect"
  elseif after and #remarks == 0 and (after.op == "replace" or after.op == "set") then
    remarks[1] = ("replaced by %d"):format(i + 1)
  end
  return { value, tell.place(entry.mark), table.concat(remarks, "   ") }
end

-- Where a reference leads, as a small tree below its entry.
local function add_refers(out, refers, indent)
  for i, hop in ipairs(refers or {}) do
    local last = refers[i + 1] == nil or refers[i + 1].depth ~= hop.depth
    out[#out + 1] = ("%s%s%s %s  %s"):format(indent, ("   "):rep(hop.depth - 1),
      last and "└─" or "├─", fail.quote(hop.key, 200), tell.place(hop.mark))
  end
end

local function use_of(use)
  if use.how == "wick" then
    return use.text
  elseif use.how == "target" then
    return ("%s  (its constructor)"):format(fail.quote(use.key, 200))
  elseif use.how == "option" then
    return ("%s  (%s, option `%s`)"):format(fail.quote(use.key, 200), fail.quote(use.target or "?"),
      fail.quote(use.option))
  end
  return ("%s  through \"%s\"  %s"):format(fail.quote(use.key, 200), fail.quote(use.text),
    tell.place(use.mark))
end

local MANY = 10

--- The lines.  options: room (characters for a value), all (every use), words
--- (the overrides).
function M.text(config, told, options)
  local out, rows, first, second = { headline(config, told, options.room) }, {}, 0, 0
  for _, step in ipairs(told.through) do
    out[#out + 1] = ("  through %s  %s  %s"):format(fail.quote(step.key, 200),
      step.text and '"' .. fail.quote(step.text) .. '"' or "a reference", tell.place(step.mark))
  end
  local last = told.history[#told.history]
  if last and told.kind ~= "deleted" and told.kind ~= "disabled" and told.kind ~= "absent" then
    last.effective = true
  end
  for i = 1, #told.history do
    rows[i] = row_of(config, told, i, options)
    first = math.max(first, utf8.len(rows[i][1]))
    second = math.max(second, utf8.len(rows[i][2]))
  end
  local wide = #tostring(#rows)
  for i, row in ipairs(rows) do
    local line = ("  %s  %s  %s  %s"):format((" "):rep(wide - #tostring(i)) .. i,
      tell.pad(row[1], first), tell.pad(row[2], second), row[3])
    out[#out + 1] = line:gsub("%s+$", "")
    add_refers(out, told.history[i].refers_to, (" "):rep(wide + 4))
  end
  for i, use in ipairs(told.used_by) do
    if i > MANY and not options.all then
      out[#out + 1] = ("          … and %d more (`-v`)"):format(#told.used_by - MANY)
      break
    end
    out[#out + 1] = (i == 1 and "used by   " or "          ") .. use_of(use)
  end
  if #told.used_by == 0 and told.kind ~= "deleted" and not told.within then
    out[#out + 1] = "used by   nothing in this config"
  end
  out[#out + 1] = ""
  return table.concat(out, "\n")
end

--- The same as a value for wick.json; secrets are hidden there, too.
function M.value(config, told)
  local json = require "wick.json"
  local function text(value)
    return value and json.text(value)
  end
  local function plain(value)
    return json.plain(value, told.key:match("[^.]*$"))
  end
  local function refers(list)
    local out = {}
    for i, hop in ipairs(list or {}) do
      out[i] = json.object { { "key", text(hop.key) }, { "depth", hop.depth },
        { "mark", json.mark(hop.mark) } }
    end
    return list and json.list(out) or nil
  end
  local function texts(list)
    local out = {}
    for i, item in ipairs(list or {}) do
      out[i] = text(item)
    end
    return list and json.list(out) or nil
  end
  local history, uses, through = {}, {}, {}
  for i, entry in ipairs(told.history) do
    history[i] = json.object {
      { "op", entry.op }, { "value", entry.op ~= "delete" and plain(entry.value) or nil },
      { "mark", json.mark(entry.mark) }, { "via", entry.via and json.mark(entry.via) },
      { "missing", entry.missing }, { "deleted", texts(entry.deleted) },
      { "dropped", entry.dropped or nil }, { "absent", entry.absent },
      { "moved", text(entry.moved) },
      { "refers_to", refers(entry.refers_to) },
    }
  end
  for i, use in ipairs(told.used_by) do
    uses[i] = json.object { { "how", use.how }, { "key", text(use.key) },
      { "target", text(use.target) }, { "option", text(use.option) }, { "text", text(use.text) },
      { "mark", use.mark and json.mark(use.mark) } }
  end
  for i, step in ipairs(told.through) do
    through[i] = json.object { { "key", text(step.key) }, { "text", text(step.text) },
      { "mark", json.mark(step.mark) } }
  end
  local there = told.id and config.tree:kind(told.id) ~= "none"
  return json.object {
    { "key", text(told.key) }, { "kind", told.kind },
    { "disabled", told.disabled and json.mark(told.disabled) }, { "within", text(told.within) },
    { "value", there and told.value ~= nil and plain(told.value) or nil },
    { "history", json.list(history) }, { "used_by", json.list(uses) },
    { "through", json.list(through) },
  }
end

return M
