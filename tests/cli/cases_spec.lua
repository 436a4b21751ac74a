-- The command, case by case: each file of tests/cli/cases is a folder of files
-- and the commands that are run in it, with what they must print.
--
--     == file NAME        the lines below are that file, in a fresh folder
--     == run WORDS        the lines below are stdout and then stderr of the
--                         command, run by the shell in that folder (`wick` is
--                         the one under test, $ROOT the repository); the two
--                         folders print as DIR and ROOT
--     == status N         of the command above (0 when there is no such line);
--                         lines before the first `==` are prose
--     == say TEXT         prose: the sentence that the next runs show
--     == take NAME        the file NAME of tests/cli/share, into that folder
--
-- The files language_*.txt go through design.md chapter 2 sentence by sentence.
--
-- WICK_UPDATE=1 writes what the commands print now into the cases: read the
-- difference before you commit it.

local helper = require "tests.helper"
local lfs = require "lfs"

local folder = helper.root .. "/tests/cli/cases"
local share = helper.root .. "/tests/cli/share"

-- A case as its parts: {kind, argument, lines}, in order.
local function parse(text)
  local parts, prose = {}, {}
  for line in (text:gsub("\n$", "") .. "\n"):gmatch("(.-)\n") do
    local kind, argument = line:match("^== (%a+) ?(.*)$")
    if kind then
      parts[#parts + 1] = { kind = kind, argument = argument, lines = {} }
    elseif #parts > 0 then
      table.insert(parts[#parts].lines, line)
    else
      prose[#prose + 1] = line
    end
  end
  return parts, prose
end

local function body(part)
  return #part.lines == 0 and "" or table.concat(part.lines, "\n") .. "\n"
end

local function run(part, dir)
  local status, out, err = helper.run(part.argument, {
    cwd = dir,
    env = { LC_ALL = "C.UTF-8", PATH = helper.command:match("^(.*)/") .. ":" .. os.getenv("PATH"),
      NO_COLOR = false, FORCE_COLOR = false, ROOT = helper.root },
  })
  local text = out .. err
  if text ~= "" and text:sub(-1) ~= "\n" then
    text = text .. "\n(no line end)\n"
  end
  text = text:gsub((dir:gsub("%p", "%%%0")), "DIR")
  return (text:gsub((helper.root:gsub("%p", "%%%0")), "ROOT")), status
end

local function write(path, parts, prose)
  local out = {}
  for _, line in ipairs(prose) do
    out[#out + 1] = line
  end
  for _, part in ipairs(parts) do
    out[#out + 1] = "== " .. part.kind .. (part.argument ~= "" and " " .. part.argument or "")
    table.move(part.lines, 1, #part.lines, #out + 1, out)
  end
  helper.write(path, table.concat(out, "\n") .. "\n")
end

local function check(path)
  local parts, prose = parse(helper.read(path))
  local dir = helper.temp()
  local renewed = {}
  for i, part in ipairs(parts) do
    renewed[#renewed + 1] = part
    if part.kind == "file" then
      helper.write(dir .. "/" .. part.argument, body(part))
    elseif part.kind == "take" then
      helper.write(dir .. "/" .. part.argument, helper.read(share .. "/" .. part.argument))
    elseif part.kind == "run" then
      local printed, status = run(part, dir)
      local wanted = parts[i + 1] and parts[i + 1].kind == "status" and parts[i + 1].argument or "0"
      if os.getenv("WICK_UPDATE") then
        local lines = {}
        for line in printed:gmatch("(.-)\n") do
          lines[#lines + 1] = line
        end
        part.lines = lines
        if status ~= 0 then
          renewed[#renewed + 1] = { kind = "status", argument = tostring(status), lines = {} }
        end
      else
        assert.are.equal(body(part), printed, part.argument)
        assert.are.equal(wanted, tostring(status), "the status of: " .. part.argument)
      end
    elseif part.kind == "status" and os.getenv("WICK_UPDATE") then
      renewed[#renewed] = nil
    elseif part.kind ~= "status" and part.kind ~= "say" then
      error("no such part: == " .. part.kind)
    end
  end
  helper.remove(dir)
  if os.getenv("WICK_UPDATE") then
    write(path, renewed, prose)
  end
end

describe("the command", function()
  local names = {}
  for name in lfs.dir(folder) do
    if name:match("%.txt$") then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  for _, name in ipairs(names) do
    it((name:gsub("%.txt$", ""):gsub("_", " ")), function()
      check(folder .. "/" .. name)
    end)
  end

  it("is shown every sentence of the language", function()
    local runs = 0
    for _, name in ipairs(names) do
      for _, part in ipairs(name:match("^language_") and parse(helper.read(folder .. "/" .. name))
        or {}) do
        runs = runs + (part.kind == "run" and 1 or 0)
      end
    end
    assert.is_true(runs >= 250, ("%d runs in the files language_*.txt"):format(runs))
  end)
end)
