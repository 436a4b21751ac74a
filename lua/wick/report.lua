-- wick.report: an error -> the text that people read: headline, the lines of
-- the config with carets, notes, helps.
--
-- Ground floor.  May call: core, fail (texts made fit).  It opens no file: a
-- mark brings the text of its line.

local core = require "wick.core"
local clean = require "wick.fail".clean

local HIDDEN = "‹hidden›"

local M = {}

local UTF8 = { corner = "┌─", bar = "│", gap = "·", tab = "→   ", cut = "…" }
local ASCII = { corner = "-->", bar = "|", gap = ".", tab = "->  ", cut = "..." }

local COLORS = {
  error = "1;31",
  warning = "1;33",
  note = "1;36",
  help = "1;32",
  frame = "1;34",
}

-- How many columns a character takes in a terminal.
local function width_of(code)
  if code >= 0x1100 and (code <= 0x115F or code >= 0x2E80 and code <= 0xA4CF
    or code >= 0xAC00 and code <= 0xD7A3 or code >= 0xF900 and code <= 0xFAFF
    or code >= 0xFE30 and code <= 0xFE6F or code >= 0xFF00 and code <= 0xFF60
    or code >= 0x1F300 and code <= 0x1FAFF or code >= 0x20000 and code <= 0x3FFFD) then
    return 2
  elseif code >= 0x300 and code <= 0x36F or code == 0x200D then
    return 0
  end
  return 1
end

-- A line as cells {text, width, byte}, one a column: a character, or a byte that
-- is none; hostile ones are escaped.
local function cells_of(line, signs)
  local cells, at = {}, 1
  while at <= #line do
    local byte = line:byte(at)
    local size = byte < 0x80 and 1 or byte >= 0xF0 and 4 or byte >= 0xE0 and 3 or 2
    local char = line:sub(at, at + size - 1)
    local code = utf8.len(char) == 1 and utf8.codepoint(char)
    if not code then
      char, size = line:sub(at, at), 1
    end
    if char == "\t" then
      cells[#cells + 1] = { signs.tab, 4, at }
    else
      local shown = core.quote(char, 1)
      local same = shown == char and code
      cells[#cells + 1] = { shown, same and width_of(code) or #shown, at }
    end
    at = at + size
  end
  return cells
end

local function paint(style, kind, text)
  if not style.color then
    return text
  end
  return ("\27[%sm%s\27[0m"):format(COLORS[kind], text)
end

-- Removes the directory in front of a path that lies in it.
local function shorten(path, directory)
  if directory and directory ~= "/" and path:sub(1, #directory + 1) == directory .. "/" then
    return path:sub(#directory + 2)
  end
  return path
end

-- What a mark on an override shows: the whole command line when it is known.
local function on_command_line(mark, style)
  local words = style.command
  local place = words and style.places and style.places[mark.argv]
  if not place then
    return ("override %d"):format(mark.argv), mark.text or "", mark.column or 1
  end
  local shown = {}
  for i, word in ipairs(words) do -- a secret is one word
    local key = word:match("^(.-)=")
    shown[i] = key and core.secret(key) and key .. word:sub(#key + 1):gsub("%s", "_") or word
  end
  local before = table.concat(words, " ", 1, place - 1)
  return "command line", table.concat(shown, " "),
    #cells_of(before, style.signs) + 1 + (mark.column or 1)
end

-- A mark as {name, line, column, text, length, label, primary}.
local function prepare(mark, primary, style)
  local shown = {
    line = mark.line,
    column = mark.column or 1,
    text = mark.text,
    label = clean(mark.label or ""),
    primary = primary,
  }
  local written = mark.text or ""
  if mark.argv then
    shown.name, shown.text, shown.column = on_command_line(mark, style)
    shown.line = 1
  elseif mark.host then
    shown.name = "the table given to wick.load"
  elseif mark.env then
    shown.name = "environment variable " .. mark.env
  else
    shown.name = core.quote(shorten(mark.file or "?", style.directory), 200)
  end
  -- the length is in bytes; carets count columns of this line
  local first = cells_of(written, style.signs)[mark.column or 1]
  local from = first and first[3] or #written + 1
  local covered = written:sub(from, from + (mark.length or 1) - 1)
  shown.length = math.max(1, #cells_of(covered, style.signs))
  return shown
end

-- The columns [first, last] of a line that fit beside the frame.
local function window(cells, mark, room)
  local total = 0
  for _, cell in ipairs(cells) do
    total = total + cell[2]
  end
  if total <= room then
    return 1, #cells
  end
  local first, width = math.max(1, mark.column - room // 3), 0
  local last = first
  while last <= #cells and width + cells[last][2] <= room - 2 do
    width = width + cells[last][2]
    last = last + 1
  end
  return first, last - 1
end

-- Hides the texts of a line that are secrets: the cells of each are one, and what
-- is marked of it is all of it.
local function hide(cells, mark)
  local text, from = mark.text or "", 1
  while true do
    local first, last = core.secret(text, from)
    if not first then
      return
    end
    local a, b -- its cells
    for i, cell in ipairs(cells) do
      if cell[3] >= first and cell[3] <= last then
        a, b = a or i, i
        cells[i] = { "", 0, cell[3] }
      end
    end
    cells[a] = { HIDDEN, 8, first }
    if mark.column >= a and mark.column <= b then
      mark.column, mark.length = a, math.max(b - a + 1, mark.column + mark.length - a)
    end
    from = last + 1
  end
end

local function render_line(mark, gutter, style)
  local signs = style.signs
  local cells = cells_of(mark.text or "", signs)
  hide(cells, mark)
  local first, last = window(cells, mark, style.width - gutter - 3)
  local text = first > 1 and { signs.cut } or {}
  local before = first > 1 and (signs.cut == "…" and 1 or 3) or 0
  local under = 0
  for i = first, last do
    text[#text + 1] = cells[i][1]
    if i < mark.column then
      before = before + cells[i][2]
    elseif i < mark.column + mark.length then
      under = under + cells[i][2]
    end
  end
  if last < #cells then
    text[#text + 1] = signs.cut
  end
  local bar = paint(style, "frame", signs.bar)
  local sign = mark.primary and "^" or "-"
  local carets = sign:rep(math.max(1, under))
  if mark.label ~= "" then
    carets = carets .. " " .. mark.label
  end
  local kind = mark.primary and style.severity or "frame"
  return {
    (paint(style, "frame", ("%" .. gutter .. "d"):format(mark.line)) .. " " .. bar .. " "
      .. table.concat(text)):gsub("%s+$", ""),
    (" "):rep(gutter + 1) .. bar .. " " .. (" "):rep(before) .. paint(style, kind, carets),
  }
end

-- The marks of one file, by line, with a gap sign where lines are left out.
local function add_group(out, group, gutter, style)
  local signs = style.signs
  local blank = (" "):rep(gutter + 1)
  local head = group[1]
  for _, mark in ipairs(group) do
    if mark.primary then
      head = mark
    end
  end
  local place = head.line and (":%d:%d"):format(head.line, head.column) or ""
  out[#out + 1] = blank .. paint(style, "frame", signs.corner) .. " " .. head.name .. place
  out[#out + 1] = blank .. paint(style, "frame", signs.bar)
  table.sort(group, function(a, b)
    if (a.line or 0) ~= (b.line or 0) then
      return (a.line or 0) < (b.line or 0)
    elseif a.column ~= b.column then
      return a.column < b.column
    end
    return a.primary and not b.primary
  end)
  local last
  for _, mark in ipairs(group) do
    if not mark.line then
      if mark.label ~= "" then
        out[#out + 1] = blank .. paint(style, "frame", signs.bar) .. " " .. mark.label
      end
    else
      if last and mark.line > last + 1 then
        out[#out + 1] = blank .. paint(style, "frame", signs.gap)
      end
      local lines = render_line(mark, gutter, style)
      if mark.line ~= last then
        out[#out + 1] = lines[1]
      end
      out[#out + 1] = lines[2]
      last = mark.line
    end
  end
end

local function add_lines(out, kind, texts, gutter, style)
  for _, text in ipairs(texts or {}) do
    local first = true
    for line in (clean(text) .. "\n"):gmatch("(.-)\n") do
      if first then
        out[#out + 1] = ("%s= %s: %s"):format((" "):rep(gutter + 1), paint(style, kind, kind), line)
        first = false
      else
        out[#out + 1] = line == "" and "" or (" "):rep(gutter + 9) .. line
      end
    end
  end
end

local function add_error(out, err, style)
  style.severity = err.severity == "warning" and "warning" or "error"
  local word = err.code == "W9999" and "internal error" or style.severity
  out[#out + 1] = paint(style, style.severity, ("%s[%s]"):format(word, err.code)) .. ": "
    .. clean(err.message)
  local groups, by_name, largest = {}, {}, 0
  for i = 1, math.min(3, #err.marks) do
    local mark = prepare(err.marks[i], i == 1, style)
    local group = by_name[mark.name]
    if not group then
      group = {}
      by_name[mark.name] = group
      groups[#groups + 1] = group
    end
    group[#group + 1] = mark
    largest = math.max(largest, mark.line or 0)
  end
  local gutter = #tostring(largest)
  local bar = (" "):rep(gutter + 1) .. paint(style, "frame", style.signs.bar)
  for i, group in ipairs(groups) do
    if i > 1 then
      out[#out + 1] = bar
    end
    add_group(out, group, gutter, style)
  end
  if #groups > 0 and #(err.notes or {}) + #(err.helps or {}) > 0 then
    out[#out + 1] = bar
  end
  add_lines(out, "note", err.notes, gutter, style)
  add_lines(out, "help", err.helps, gutter, style)
end

--- The text of an error and all others of its phase, without a line end.
--- options: color, ascii, width (columns; 100), all (show more than 20),
--- command (the words of the command line), places (override n -> its place
--- among them), directory (default: the current one).
---@param err table
---@param options table?
---@return string
function M.text(err, options)
  local style = {}
  for key, value in pairs(options or {}) do
    style[key] = value
  end
  style.signs = style.ascii and ASCII or UTF8
  style.width = math.max(40, math.min(style.width or 100, 200))
  style.directory = style.directory or core.directory()
  local out = {}
  local errors = err.errors or { err }
  local limit = style.all and #errors or math.min(#errors, 20)
  for i = 1, limit do
    if i > 1 then
      out[#out + 1] = ""
    end
    add_error(out, errors[i], style)
  end
  if limit < #errors then
    out[#out + 1] = ""
    out[#out + 1] = ("… and %d more (`--all`)"):format(#errors - limit)
  end
  local text = table.concat(out, "\n")
  if style.ascii then
    text = text:gsub("…", "..."):gsub("→", "->"):gsub("·", "-"):gsub("✓", "*")
      :gsub("‹", "<"):gsub("›", ">")
  end
  return text
end

return M
