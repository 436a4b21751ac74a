-- wick.cli.help: the help, from the verbs' own table and the texts here.
--
-- May call: cli/words.

local words = require "wick.cli.words"

local M = {}

local VERBOSE = {
  run = "say more: keys that nothing reads, and what was built",
  check = "say more: keys that nothing reads, and where each target leads",
  explain = "print values whole, and all that reads them",
  diff = "print the keys that are equal, too",
  tree = "print where each object is written",
}

local FLAGS = {
  project = "the project's folder; the config's own `project:` is ignored",
  ["config-root"] = "all documents stay below this folder (default: the first one's)",
  unset = "delete this key, as `~KEY` does",
  untrusted = "others wrote the config: it may not choose its project, see `env`, …",
  targets = "targets may name these only, such as 'NAME.models.*'",
  env = "let an untrusted config see this variable of the environment",
  allow = "let targets name this installed module, too",
  limit = "change a limit, such as document.depth=512",
  resolver = "how files are opened: auto, openat2 or walk",
  only = "run this item of `run:` alone",
  target = "the name to explain",
  origin = "say beside each line where it comes from and what it replaced",
  raw = "as composed: references as written, disabled nodes and `defaults` kept",
  after = "the config as it leaves a room: read, compose or evaluate",
  format = function(verb)
    return table.concat(words.verbs[verb].formats, ", ")
  end,
  ["exit-code"] = "exit with 9 when anything differs",
  json = "one JSON document on stdout: status, diagnostics, result",
  verbose = function(verb)
    return VERBOSE[verb]
  end,
  strict = "warnings are errors",
  ["trust-modes"] = "do not ask who owns and may write the project's files",
  all = "print every message, not the first 20",
  color = "colour: auto, always or never",
  backtrace = "frames of failing project code: short or full",
  quiet = "print errors only",
  help = "print this help",
}
local VERBS = {
  run = "build what the config names and run its `run:`",
  check = "would it work? names every problem, runs nothing of the project",
  show = "print the config with references and expressions in place",
  explain = "where a value comes from, how a target resolves, what a code means",
  diff = "what differs between two configs, or what the overrides change in one",
  tree = "what is built from what, shared objects marked",
  graph = "the same as a picture: dot, mermaid or json",
  help = "print this help, or that of a verb",
}

local MOST = 80 -- columns
local LEAST = 32 -- columns that a text beside another one must have

-- A text in lines of `width` columns at most, where its words let it; each after
-- the first is indented by `indent`, which all have.
local function wrap(text, width, indent)
  local lines, line = {}, nil
  for word in text:gmatch("[^ ]+") do
    local longer = line and line .. " " .. word
    if not line then
      line = word
    elseif utf8.len(longer) > width - indent then
      lines[#lines + 1] = line
      line = word
    else
      line = longer
    end
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n" .. (" "):rep(indent))
end

-- Rows of {word, text}: the texts in a column, or below the words where that has
-- no room.
local function rows(list, width)
  local widest, out = 0, {}
  for _, row in ipairs(list) do
    widest = math.max(widest, utf8.len(row[1]))
  end
  local column = widest + 4
  for i, row in ipairs(list) do
    if width - column >= LEAST then
      out[i] = "  " .. row[1] .. (" "):rep(column - 2 - utf8.len(row[1]))
        .. wrap(row[2], width, column)
    else
      out[i] = "  " .. wrap(row[1], width, 6) .. "\n      " .. wrap(row[2], width, 6)
    end
  end
  return table.concat(out, "\n")
end

local function flags_of(verb, width)
  local list = {}
  for name in pairs(words.flags_of(verb)) do
    local flag = words.flags[name]
    list[#list + 1] = {
      (flag.short and "-" .. flag.short .. ", " or "") .. "--" .. name
        .. (flag.value and " " .. flag.value or ""),
      type(FLAGS[name]) == "function" and FLAGS[name](verb) or FLAGS[name],
      name,
    }
  end
  table.sort(list, function(a, b)
    return a[3] < b[3]
  end)
  return rows(list, width)
end

local CLOSING = {
  "A config is a file that ends in .yaml, .yml or .lua, or has a `/`; `-` is standard input. "
    .. "Several are layers, the later ones on top.",
  "A word with `=` is an override: model.lr=0.05 sets that key of the config.",
  "Exit status: 0 fine, 1 the project's code failed, 2 wrong usage, 3 config not valid, 4 a "
    .. "name does not resolve, 5 refused for security, 6 plugin, 7 limit, 9 `diff --exit-code` "
    .. "and anything differs.",
}

--- The help of a verb, or of all, in lines of `width` columns (80, and never more).
---@param verb string?
---@param width integer?
function M.text(verb, width)
  width = math.max(20, math.min(width or MOST, MOST))
  if verb then
    return ("%s\n\n%s\n\nflags:\n%s\n"):format(
      wrap(("usage: wick %s %s"):format(verb, words.verbs[verb].words), width, 2),
      wrap(VERBS[verb], width, 0), flags_of(verb, width))
  end
  local list = {}
  for i, name in ipairs(words.order) do
    list[i] = { name .. " " .. words.verbs[name].words, VERBS[name] }
  end
  list[#list + 1] = { "--version", "print the version" }
  local closing = {}
  for i, text in ipairs(CLOSING) do
    closing[i] = wrap(text, width, 0)
  end
  return ("%s\n\nverbs:\n%s\n\n%s\n"):format(
    wrap("usage: wick VERB …, or wick CONFIG … to run it", width, 2), rows(list, width),
    table.concat(closing, "\n"))
end

return M
