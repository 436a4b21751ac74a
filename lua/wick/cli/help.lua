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
  targets = "an untrusted config may name these only, such as 'NAME.models.*'",
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
  version = "print the version",
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

local function rows(list)
  local widest, out = 0, {}
  for _, row in ipairs(list) do
    widest = math.max(widest, utf8.len(row[1]))
  end
  for i, row in ipairs(list) do
    out[i] = "  " .. row[1] .. (" "):rep(widest - utf8.len(row[1]) + 2) .. row[2]
  end
  return table.concat(out, "\n")
end

local function flags_of(verb)
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
  return rows(list)
end

--- The help of a verb, or of all.
function M.text(verb)
  if verb then
    return ("usage: wick %s %s\n\n%s\n\nflags:\n%s\n"):format(verb, words.verbs[verb].words,
      VERBS[verb], flags_of(verb))
  end
  local list = {}
  for i, name in ipairs(words.order) do
    list[i] = { name .. " " .. words.verbs[name].words, VERBS[name] }
  end
  list[#list + 1] = { "--version", "print the version" }
  return "usage: wick VERB …, or wick CONFIG … to run it\n\nverbs:\n" .. rows(list) .. [[


A word with `=` is an override: model.lr=0.05 sets that key of the config.
Exit status: 0 fine, 1 the project's code failed, 2 wrong usage, 3 config not
valid, 4 a name does not resolve, 5 refused for security, 6 plugin, 7 limit,
9 `diff --exit-code` and anything differs.
]]
end

return M
