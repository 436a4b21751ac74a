-- wick.cli.style: how text looks on a stream: colour, frames, width.
--
-- May call: core.

local core = require "wick.core"

local M = {}

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

--- The style of a stream: color, ascii, width (of a terminal, or nil).
function M.of(flags, fd)
  local terminal, width = core.terminal(fd)
  return {
    color = colored(flags, fd),
    ascii = not is_utf8(),
    width = terminal and width or nil,
  }
end

local ASCII = {
  ["…"] = "...", ["→"] = "->", ["·"] = "-", ["‹"] = "<", ["›"] = ">",
  ["├─"] = "|-", ["└─"] = "`-", ["│"] = "|",
}

--- An answer with frames, for a stream of this style.
function M.frames(text, style)
  if style.ascii then
    for sign, plain in pairs(ASCII) do
      text = text:gsub(sign, plain)
    end
  end
  return text
end

--- How many characters a value may take on a line.
function M.room(style)
  return style.width and style.width < 80 and 24 or 60
end

return M
