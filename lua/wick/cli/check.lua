-- wick.cli.check: `wick check`.
--
-- May call: the library, target (runs nothing), json, tell, core, cli's hands.

local core = require "wick.core"
local json = require "wick.json"
local tell = require "wick.tell"

local function count_of(number, word)
  return ("%d %s%s"):format(number, word, number == 1 and "" or "s")
end

-- How many keys and references to objects a config has.
local function counts(config)
  local tree, keys, references = config.tree, 0, 0
  local open = { config.top }
  while #open > 0 do
    local id = table.remove(open)
    local kind = tree:kind(id)
    references = references + (kind == "object" and 1 or 0)
    for _, child in ipairs(tree:children(id)) do
      keys = keys + (kind == "map" and 1 or 0)
      open[#open + 1] = child
    end
  end
  return keys, #config.components, references
end

-- A line for each target: its key, its name, where it leads.
local function tell_targets(config)
  local rows, first, second = {}, 0, 0
  for i, id in ipairs(config.components) do
    local name = config.tree:text(config.tree:find(id, "_target_"))
    local project = config:open_project(id, name)
    local found = project and require "wick.target".explain(project, name).answer
    local row = { tell.path(config.tree, id), name, found and found.file
      and ("%s/%s%s"):format(project.name, found.file, found.line and ":" .. found.line or "")
      or "allowed by the caller" }
    rows[i] = row
    first, second = math.max(first, utf8.len(row[1])), math.max(second, utf8.len(row[2]))
  end
  for i, row in ipairs(rows) do
    rows[i] = ("  %s  %s  %s\n"):format(tell.pad(row[1], first), tell.pad(row[2], second), row[3])
  end
  return table.concat(rows)
end

return function(asked, cli)
  local flags = asked.flags
  local config <close>, err = cli.load_config(asked, { after = "check" })
  local status, count, notes = 0, 0, {}
  if config then
    local told = config.checked.warnings
    if flags.verbose or flags.strict then
      local unread = config:unread()
      table.move(unread, 1, #unread, #told + 1, told)
    end
    status, notes = cli.warn(asked, told), config.checked.notes
    count = status ~= 0 and #told or 0
  end
  if err then
    status = cli.complain(asked, err)
    if err.status == 2 then
      return 2
    end
    for _, one in ipairs(err.errors) do
      count = count + (one.severity == "error" and 1 or 0)
    end
  end
  if flags.json then
    local keys, targets, references
    if config then
      keys, targets, references = counts(config)
    end
    for i, note in ipairs(notes) do
      notes[i] = json.text(note)
    end
    return cli.result(json.object {
      { "errors", count }, { "keys", keys }, { "targets", targets },
      { "references", references }, { "notes", json.list(notes) },
    }, status)
  elseif flags.quiet then
    return status
  end
  for _, note in ipairs(notes) do
    io.stderr:write("note: ", note, "\n")
  end
  local shown = core.quote(asked.configs[1] or "", 200)
  if count > 0 then
    return cli.answer(("%s   %s    nothing was run\n"):format(shown, count_of(count, "error")),
      status)
  end
  local keys, targets, references = counts(config)
  return cli.answer(("%s   ok    %s, %s, %s    nothing was run\n%s"):format(shown,
    count_of(keys, "key"), count_of(targets, "target"),
    count_of(references, "object reference"), flags.verbose and tell_targets(config) or ""),
    status)
end
