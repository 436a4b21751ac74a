-- wick.failure: what the project's code raised -> an error with its frames, its
-- line, and the options it got.
--
-- Part of build.  May call: fail, core, the tree; reads a line of a module
-- through the project's root.

local core = require "wick.core"
local fail = require "wick.fail"

local M = {}

local getinfo = debug.getinfo

local function path_of(self, id)
  return core.keytext(self.tree:segments(id))
end

-- A frame is wick's own when its function was made by one of wick's rooms.
local HERE = getinfo(1, "S").source:gsub("failure%.lua$", "")

local function is_own(source)
  return source:sub(1, #HERE) == HERE
end

--- The message handler of a call into the project: keeps the error value as it
--- is, and the frames between it and the call (`hidden`: those of wick and C).
function M.caught(value)
  local frames, hidden, level = {}, 0, 3
  while level < 200 do
    local info = getinfo(level, "Slnf")
    if not info or info.func == xpcall then
      break
    elseif info.what == "C" or is_own(info.source) then
      hidden = hidden + 1
    else
      frames[#frames + 1] = {
        source = info.source,
        line = info.currentline,
        name = info.name or (info.what == "main" and "main chunk" or "?"),
      }
    end
    level = level + 1
  end
  return { value = value, frames = frames, hidden = hidden, whole = debug.traceback(nil, 3) }
end

--- An error value in words; one that cannot be told has a placeholder.
function M.words(value)
  if type(value) == "string" then
    return value
  end
  local ok, text = pcall(tostring, value)
  if not ok or type(text) ~= "string" then
    return ("(an error value of type %s that cannot be printed)"):format(type(value))
  end
  return text
end

local words = M.words

-- The mark on the project's line that failed, if it lies below the root.
local function code_mark(self, frame, text)
  local project = self.project
  local prefix = project and "@" .. project.path .. "/"
  if not frame or not prefix or frame.source:sub(1, #prefix) ~= prefix then
    return nil
  end
  local source = project.root:read(frame.source:sub(#prefix + 1))
  if not source then
    return nil
  end
  local at, line = 1, 1
  while line < frame.line do
    at = (source:find("\n", at, true) or #source) + 1
    line = line + 1
  end
  local first = source:find("[^%s]", at) or at
  local last = (source:find("[\r\n]", first) or #source + 1) - 1
  return fail.mark(frame.source:sub(2), source, first, math.max(1, last - first + 1), text)
end

local HIDDEN = { password = true, passwd = true, secret = true, token = true, key = false }

local function is_secret(key)
  local word = tostring(key):lower()
  return HIDDEN[word:match("(%a+)$") or ""] or word:match("api_key$")
    or word:match("access_key$") or word:match("private_key$")
end

-- "hidden = 64 (train.yaml:9), lr = 0.1 (command line)"
local function arguments(self, id)
  local tree, list = self.tree, {}
  for _, child in ipairs(tree:children(id)) do
    local key = tree:key(child)
    if not (type(key) == "string" and key:match("^_.*_$")) and #list < 8 then
      local kind = tree:kind(child)
      local value = kind == "map" and "{…}" or kind == "list" and "[…]"
        or (kind == "object" or kind == "late" or kind == "host") and "an object"
        or kind == "string" and '"' .. fail.quote(tree:text(child)) .. '"'
        or tostring(tree:value(child))
      if is_secret(key) then
        value = "‹hidden›"
      end
      local mark = tree:mark(child)
      local from = mark.argv and "command line" or mark.file and mark.file .. ":" .. mark.line
      list[#list + 1] = ("%s = %s%s"):format(fail.quote(tostring(key)), value,
        from and " (" .. fail.quote(from, 200) .. ")" or "")
    end
  end
  return table.concat(list, ", ")
end

local function trace_lines(self, caught, id, name)
  local project = self.project
  local prefix = project and "@" .. project.path .. "/" or "@"
  local lines, shown = {}, 0
  for _, frame in ipairs(caught.frames) do
    if shown < 12 then
      local file = frame.source
      if file:sub(1, #prefix) == prefix then
        file = project.name .. "/" .. file:sub(#prefix + 1)
      end
      lines[#lines + 1] = ("%s:%d  %s"):format(fail.quote((file:gsub("^[@=]", "")), 200),
        frame.line, frame.name == "?" and name or frame.name)
      shown = shown + 1
    end
  end
  if #caught.frames > shown then
    lines[#lines + 1] = ("… and %d more frames"):format(#caught.frames - shown)
  end
  local mark = self.tree:mark(id, "", "key")
  if mark.file then
    lines[#lines + 1] = ("%s:%d  %s"):format(fail.quote(mark.file, 200), mark.line,
      path_of(self, id))
  end
  if caught.hidden > 0 then
    lines[#lines] = lines[#lines] .. ("  (%d frames of wick and C hidden)"):format(caught.hidden)
  end
  return table.concat(lines, "\n")
end

-- The lines of a Lua traceback that are the project's, for a note.
local function user_frames(self, trace)
  local lines, hidden = {}, 0
  local prefix = self.project and self.project.path .. "/"
  for line in trace:gmatch("\n\t([^\n]+)") do
    local file, rest = line:match("^(.-:%d+): (in .*)$")
    if not file or file:match("^%[C%]") or file:match("^wick/") or file:find("/wick/", 1, true)
      and not (prefix and file:sub(1, #prefix) == prefix) then
      hidden = hidden + 1
    else
      if prefix and file:sub(1, #prefix) == prefix then
        file = self.project.name .. "/" .. file:sub(#prefix + 1)
      end
      lines[#lines + 1] = fail.quote(file, 200) .. "  " .. fail.quote((rest:gsub("^in ", "")), 100)
    end
  end
  if hidden > 0 and #lines > 0 then
    lines[#lines] = lines[#lines] .. ("  (%d frames of wick and C hidden)"):format(hidden)
  end
  return table.concat(lines, "\n")
end

--- The error of a constructor that raised, or gave nothing (`caught.returned`).
function M.construction(self, id, target, caught)
  local value, marks = caught.value, {}
  local text = words(value)
  local short = text:gsub("^[^\n]-:%d+: ", "", 1)
  local notes = {}
  if not caught.returned then
    marks[1] = code_mark(self, caught.frames[1], (fail.quote((short:match("^[^\n]*")), 200)))
  end
  marks[#marks + 1] = self.tree:mark(id, ("while building %s"):format(path_of(self, id)), "key")
  if caught.returned then
    notes[1] = ("it returned %s%s"):format(tostring(value),
      caught.message ~= nil and ", " .. fail.quote(words(caught.message), 300) or "")
  else
    if #marks == 1 then
      notes[1] = "it says: " .. fail.quote(short, 1000)
    end
    if #caught.frames > 0 then -- a C function leaves none
      notes[#notes + 1] = "trace: " .. trace_lines(self, caught, id, target:match("[^.]*$"))
    end
  end
  local given = arguments(self, id)
  if given ~= "" then
    notes[#notes + 1] = ("`%s` got these options: %s"):format(target:match("[^.]*$"), given)
  end
  return fail.new("ECONSTRUCT", {
    message = caught.returned and ("`%s` gave no object for `%s`"):format(target, path_of(self, id))
      or ("`%s` raised while building `%s`"):format(target, path_of(self, id)),
    key = path_of(self, id),
    marks = marks,
    notes = notes,
    cause = caught.returned and caught.message or value,
    traceback = caught.whole,
  })
end

--- The error of a late expression that begins behind `base` bytes of the node's
--- text: a problem that expr tells.
function M.late(self, id, base, problem)
  local evaluate = require "wick.evaluate"
  if problem.name == nil or problem.name == "EEVAL" then
    problem.name = "ELATE"
  end
  if problem.raised then
    problem.notes = { "it says: " .. fail.quote(words(problem.cause), 1000) }
    local frames = type(problem.trace) == "string" and user_frames(self, problem.trace) or ""
    if frames ~= "" then
      problem.notes[2] = "trace: " .. frames
    end
  end
  local err = evaluate.problem(self, id, base, problem)
  err.traceback = problem.trace
  return err
end

return M
