-- wick.raised.places: what the project's code raised: its text, the line that it
-- comes from, and the calls that were going on.
--
-- Part of load, which build uses too.  May call: core, tell, fail.  `project` is
-- target's, or nil where code of the host alone was called; `caught` is what
-- load's handler saw: value, chain (the records that were loading), frames,
-- hidden.

local core = require "wick.core"
local fail = require "wick.fail"

local getmetatable = debug.getmetatable
local find_string, format, gsub, match = string.find, string.format, string.gsub, string.match
local reverse, sub, concat = string.reverse, string.sub, table.concat
local next, pcall, rawget, tonumber, tostring, type =
  next, pcall, rawget, tonumber, tostring, type

local M = {}

local LINES = 20 -- of an error's own text
local WIDE = 120 -- characters of it that a mark has room for
local TRACE = 12 -- frames of a trace
local NEAR = 1000 -- bytes of a line in which the part that an error means is looked for

--
-- Texts
--

--- An error value as text, whatever it is.
function M.text(value)
  if type(value) == "string" then
    return value
  elseif type(value) == "number" then
    return tostring(value)
  elseif fail.is(value) then
    return value.message
  end
  local meta = getmetatable(value)
  if type(meta) == "table" and rawget(meta, "__tostring") then
    local ok, text = pcall(tostring, value)
    if ok then
      return format("%s", text)
    end
  elseif type(value) == "table" and meta == nil and next(value) ~= nil then
    local ok, text = pcall(require("wick.tell").value, value) -- its fields
    if ok then
      return text
    end
  end
  return format("(error object is a %s value)", type(value))
end

--- A text in lines that are fit for a note.
function M.lines(text)
  local lines, at = {}, 1
  text = match(text, "^(.*[^\r\n])") or ""
  repeat
    if #lines == LINES then
      lines[#lines + 1] = "…"
      break
    end
    local from, to = find_string(text, "\r?\n", at)
    lines[#lines + 1] = fail.quote(gsub(sub(text, at, (from or 0) - 1), "\t", "  "), 200)
    at = from and to + 1
  until not at
  return concat(lines, "\n")
end

--- What a mark says of a text: its first line.
function M.label(said)
  return fail.quote(match(said, "^[^\r\n]*"), WIDE)
end

--- A note with all of a text, when the label of a mark is not all.
function M.whole(said)
  if find_string(said, "[\r\n]") or #said > WIDE then
    return "the error says: " .. M.lines(said)
  end
end

--
-- Lines of modules
--

-- The byte where line `line` of a text starts, with lines counted as Lua does.
local function start_of(text, line)
  local at = 1
  for _ = 2, line do
    local from = find_string(text, "[\r\n]", at)
    if not from then
      break
    end
    local pair = sub(text, from, from + 1)
    at = (pair == "\r\n" or pair == "\n\r") and from + 2 or from + 1
  end
  return at
end

-- Where in a line the part is that an error speaks of: the `require` of a
-- module, or the name that the error quotes; else all of it.
local function part_of(written, module, text)
  if module then
    local quoted, stop = find_string(written, "[\"']" .. gsub(module, "%p", "%%%0") .. "[\"']")
    if quoted then
      local before = match(sub(written, 1, quoted - 1), "()require%s*%(?%s*$")
      if before then
        local close = find_string(sub(written, before, quoted - 1), "(", 1, true)
          and match(written, "^%s*%)()", stop + 1)
        return before, (close and close - 1 or stop) - before + 1
      end
      return quoted, stop - quoted + 1
    end
  end
  local word = text and match(text, "%(%l+ '([%a_][%w_]*)'%)")
  if word then
    local pattern = "%f[%w_]" .. word .. "%f[^%w_]"
    local from, to = find_string(written, pattern)
    if from and not find_string(written, pattern, to + 1) then
      return from, to - from + 1
    end
  end
  local from, trimmed = match(written, "^%s*()(.-)%s*$")
  return from, #trimmed > 0 and #trimmed or 1
end

--- A mark on a line of a module's file: on the part of it that the error `said`
--- speaks of, or that requires `module`.
function M.mark(record, line, label, module, said)
  local start = start_of(record.text, line)
  local written = match(sub(record.text, start, start + NEAR - 1), "^[^\r\n]*")
  local from, length = part_of(written, module, said)
  local mark = fail.mark(record.path, record.text, start + from - 1, length, label)
  mark.line = line
  return mark
end

-- The module of a source as Lua's messages name it: whole, or cut in front.
local function module_of(project, caught, source)
  local tail = match(source, "^%.%.%.(.*)$")
  local function named(record) -- a plugin has no lines
    return record.text
      and (record.path == source or tail and sub(record.path, -#tail) == tail)
  end
  for i = 1, #caught.chain do
    if named(caught.chain[i]) then
      return caught.chain[i]
    end
  end
  for _, record in next, project and project.records or {} do
    if record and record.state and named(record) then
      return record
    end
  end
end

-- The module of a frame, when it is one of the project's.
local function frame_module(project, caught, frame)
  local path = match(frame.source, "^@(.*)$")
  return path and module_of(project, caught, path)
end

--- The place that an error's text names in front, and the text behind that; else
--- the innermost frame in a file of the project.  Gives the module (or nil), its
--- line, and the text.
function M.origin(project, caught, text)
  local frames = caught.frames
  local source, line, said = match(text, "^([^\n]-):(%d+): (.*)$")
  local record = source and module_of(project, caught, source)
  if record then
    return record, tonumber(line), said
  end
  for i = 1, source and #frames or 0 do
    if frames[i].short_src == source and frames[i].currentline == tonumber(line) then
      text = said -- a place of a library: the trace names it
      break
    end
  end
  for i = 1, #frames do
    record = frame_module(project, caught, frames[i])
    if record and frames[i].currentline > 0 then
      return record, frames[i].currentline, text
    end
  end
  return nil, nil, text
end

--- The calls that were going on, without those of wick and C, as a note; `called`
--- is what the outermost is called when it has no name, `below` lines of the
--- config behind them.
function M.trace(project, caught, called, below)
  local frames, lines = caught.frames, {}
  for i = 1, #frames do
    if i > TRACE then
      lines[i] = format("… and %d more", #frames - TRACE)
      break
    end
    local frame = frames[i]
    local record = frame_module(project, caught, frame)
    local where = record and project.label .. record.file or fail.quote(frame.short_src, 200)
    local what = frame.what == "main" and "the module itself"
      or frame.name and "function " .. fail.quote(frame.name)
      or i == #frames and called
      or format("the function of line %d", frame.linedefined)
    lines[i] = format("%s:%d  %s", where, frame.currentline, what)
  end
  for _, line in next, below or {} do
    lines[#lines + 1] = line
  end
  if caught.hidden > 0 and #lines > 0 then
    lines[#lines] = format("%s  (%d frame%s of wick and C hidden)", lines[#lines], caught.hidden,
      caught.hidden == 1 and "" or "s")
  end
  return "trace: " .. concat(lines, "\n")
end

--
-- Modules that are being loaded
--

-- The last line of a text that has more than blanks: where it begins, and its
-- last byte that is no blank; nil when there is none.
local function last_line(text)
  local back = reverse(text)
  local blanks = find_string(back, "%S")
  if blanks then
    local before = find_string(back, "[\r\n]", blanks)
    return before and #text - before + 2 or 1, #text - blanks + 1
  end
end

--- A mark on the end of a module's file, or on what it returns.
function M.mark_end(record, value)
  local text = record.text
  local _, _, byte = core.exports(text)
  if byte <= #text then
    local from, expression = match(text, "^return%s*()([^\r\n;]*)", byte)
    expression = match(sub(expression, 1, NEAR), "^(.-)%s*$")
    if #expression == 0 or find_string(expression, "^%-%-") then
      return fail.mark(record.path, text, byte, 6, "this returns nothing")
    end
    return fail.mark(record.path, text, from, #expression,
      value == nil and "this is nil" or "this is false")
  end
  local from, last = last_line(text)
  return fail.mark(record.path, text, from or 1, last and last - from + 1 or 1,
    "the file ends without `return M`")
end

-- The line in which the main chunk of a module is, or nil: a tail call has no
-- frame.
local function main_line(frames, record)
  for i = 1, #frames do
    if frames[i].what == "main" and frames[i].source == "@" .. record.path then
      return frames[i].currentline
    end
  end
end

--- The mark on the place where one module requires another; nil where that is
--- a plugin.
function M.mark_require(frames, record, wanted, label)
  if not record.text then
    return nil
  end
  local line = main_line(frames, record)
  if not line then
    local _, _, byte = core.exports(record.text)
    line = core.place(record.text, byte)
  end
  return M.mark(record, line, label, wanted)
end

return M
