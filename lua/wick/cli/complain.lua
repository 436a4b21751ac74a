-- wick.cli.complain: errors on stderr, in the style that suits it.
--
-- May call: core, origin, report.

local core = require "wick.core"

local M = {}

local style -- how messages look; made when the first one is printed

-- Colour is decided for each stream: flag, NO_COLOR, FORCE_COLOR, a terminal.
local function colored(flags, fd)
  local when = flags.color or "auto"
  if when ~= "auto" then
    return when == "always"
  end
  local no, force = os.getenv("NO_COLOR"), os.getenv("FORCE_COLOR")
  if no and no ~= "" then
    return false
  elseif force and force ~= "" and force ~= "0" then
    return true
  end
  return core.terminal(fd) and os.getenv("TERM") ~= "dumb"
end

local function is_utf8()
  for _, name in ipairs { "LC_ALL", "LC_CTYPE", "LANG" } do
    local value = os.getenv(name)
    if value and value ~= "" then
      return value:lower():gsub("-", ""):find("utf8", 1, true) ~= nil
    end
  end
  return false
end

local function make_style(given, asked)
  local terminal, width = core.terminal(2)
  local command, places = { "wick" }, {}
  for i = 1, given.n do
    command[i + 1] = given[i]
  end
  for n, place in pairs(asked.places or {}) do
    places[n] = place + 1
  end
  return {
    color = colored(asked.flags or {}, 2),
    ascii = not is_utf8(),
    width = terminal and width or nil,
    all = asked.flags and asked.flags.all,
    command = command,
    places = places,
  }
end

--- Prints an error, all of its phase; gives its exit status.  `given` are the
--- words of the command, and how many: n.
function M.print(given, asked, err)
  style = style or make_style(given, asked)
  -- a module may have broken the string library that report relies on
  io.stderr:write(require "wick.origin".clean(require "wick.report".text, err, style), "\n")
  if asked.flags and asked.flags.backtrace == "full" then
    for _, one in ipairs(err.errors) do
      if one.traceback then
        io.stderr:write(one.traceback, "\n")
      end
    end
  end
  return err.status
end

--- The same for a command line that makes no sense: the error marks words of
--- it, not overrides.
function M.misused(given, err)
  local places = {}
  for i = 1, given.n do
    places[i] = i
  end
  style = nil
  return M.print(given, { flags = {}, places = places }, err)
end

return M
