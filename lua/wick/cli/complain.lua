-- wick.cli.complain: errors on stderr, in the style that suits it.
--
-- May call: report, fail, cli/style.  Called in the way of origin's tell.

local M = {}

local style -- how messages look; made when the first one is printed

local function make_style(given, asked)
  local made = require "wick.cli.style".of(asked.flags or {}, 2)
  local command, places = { "wick" }, {}
  for i = 1, given.n do
    command[i + 1] = given[i]
  end
  for n, place in pairs(asked.places or {}) do
    places[n] = place + 1
  end
  made.all = asked.flags and asked.flags.all
  made.command, made.places = command, places
  return made
end

-- Points an error of a key path at the word of the command that says it.
local function at_word(asked, err)
  local span, word = err.span, asked.names and asked.names[1]
  if span and word and asked.name_places then
    local first, label = span[1], span[3]
    asked.places[0] = asked.name_places[1]
    table.insert(err.marks, 1, { argv = 0, line = 1, byte = first, length = span[2],
      column = (utf8.len(word:sub(1, first - 1)) or first - 1) + 1, label = label, text = word })
    if err.notes[1] == label then
      table.remove(err.notes, 1)
    end
  end
end

--- Prints an error, all of its phase; gives its exit status.  `given` are the
--- words of the command, and how many: n.
function M.print(given, asked, err)
  for _, one in ipairs(err.errors) do
    at_word(asked, one)
  end
  style = style or make_style(given, asked)
  io.stderr:write(require "wick.report".text(err, style), "\n")
  if asked.flags and asked.flags.backtrace == "full" then
    for _, one in ipairs(err.errors) do
      if one.traceback then
        io.stderr:write(require "wick.fail".clean(one.traceback), "\n")
      end
    end
  end
  return err.status
end

--- The same for a command line that makes no sense: the error marks words of
--- it, not overrides.  `flags` (or nil) are those that could be read.
function M.misused(given, err, flags)
  local places = {}
  for i = 1, given.n do
    places[i] = i
  end
  style = nil
  return M.print(given, { flags = flags or {}, places = places }, err)
end

return M
