-- wick.cli.explain.code: what a code means: its page, with a wrong and a right
-- example.
--
-- May call: json, core, cli/explain/pages.

local core = require "wick.core"

local M = {}

-- A page as its parts {kind, argument, lines}; see cli/explain/pages.
local function parts_of(page)
  local parts = { { kind = "text", lines = {} } }
  for line in page:gmatch("(.-)\n") do
    local kind, argument = line:match("^== (%a+) ?(.*)$")
    if kind then
      parts[#parts + 1] = { kind = kind, argument = argument, lines = {} }
    else
      table.insert(parts[#parts].lines, line)
    end
  end
  return parts
end

-- A page read: {code, name, kind, status, title, text, wrong, right, says,
-- untried}; wrong and right are lists of lines.
local function read(code, page)
  local told = { code = code, wrong = {}, right = {} }
  local files, command = {}, nil
  for i, part in ipairs(parts_of(page)) do
    if i == 1 then
      told.name, told.title = part.lines[1]:match("^(%u+) (.*)$")
      told.text = table.concat(part.lines, "\n", 2)
    elseif part.kind == "file" then
      files[#files + 1] = "# " .. part.argument
      table.move(part.lines, 1, #part.lines, #files + 1, files)
    elseif part.kind == "untried" then
      told.untried = part.argument
    else
      command = part.argument ~= "" and part.argument or command
      local example = part.kind == "wrong" and told.wrong or told.right
      table.move(files, 1, #files, 1, example)
      example[#example + 1] = "$ " .. command
      told.says = told.says or part.lines[1]
      files = {}
    end
  end
  local info = core.codes[told.name]
  told.kind, told.status = info.kind, info.status
  return told
end

--- The page of a code: a table, or nil when there is none.
function M.page(code)
  local page = require "wick.cli.explain.pages"[code:upper()]
  return page and read(code:upper(), page)
end

--- The codes that have a page, sorted.
function M.codes()
  local list = {}
  for code in pairs(require "wick.cli.explain.pages") do
    list[#list + 1] = code
  end
  table.sort(list)
  return list
end

local function add(out, head, lines)
  if #lines > 0 then
    out[#out + 1] = "\n" .. head .. ":"
    for _, line in ipairs(lines) do
      out[#out + 1] = "    " .. line
    end
  end
end

--- A page as text.
function M.text(told)
  local out = {
    ("%s: %s"):format(told.code, told.title),
    ("kind `%s`, exit status %d\n"):format(told.kind, told.status),
    told.text,
  }
  add(out, "wrong", told.wrong)
  if told.says then
    local warning = told.title:find("(a warning)", 1, true)
    out[#out + 1] = ("    %s[%s]: %s"):format(warning and "warning" or "error", told.code,
      told.says)
  end
  add(out, "right", told.right)
  out[#out + 1] = ""
  return table.concat(out, "\n")
end

--- A page as a value for wick.json.
function M.value(told)
  local json = require "wick.json"
  return json.object {
    { "code", told.code }, { "kind", told.kind }, { "status", told.status },
    { "title", told.title }, { "text", told.text },
    { "wrong", #told.wrong > 0 and json.list(told.wrong) or nil }, { "says", told.says },
    { "right", #told.right > 0 and json.list(told.right) or nil },
  }
end

return M
