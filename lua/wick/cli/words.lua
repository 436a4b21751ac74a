-- wick.cli.words: the verbs' own table, and a command line read by it.
--
-- May call: fail.  Help is made from the same table (cli/help.lua has its texts).

local M = {}

--- The flags: name -> {value = what follows, or nil for a switch, ...}.
M.flags = {
  project = { value = "[NAME=]DIR" },
  ["config-root"] = { value = "DIR" },
  unset = { value = "KEY", many = true },
  untrusted = {},
  targets = { value = "PATTERN", many = true },
  env = { value = "NAME", many = true },
  allow = { value = "MODULE", many = true },
  limit = { value = "NAME=VALUE", many = true },
  resolver = { value = "WAY", choices = { "auto", "openat2", "walk" } },
  only = { value = "NAME", once = true },
  target = { value = "NAME", once = true },
  strict = {},
  origin = {},
  raw = {},
  after = { value = "ROOM", choices = { "read", "compose", "evaluate" } },
  format = { value = "FORMAT" },
  ["exit-code"] = {},
  json = {},
  verbose = { short = "v" },
  ["trust-modes"] = {},
  all = {},
  color = { value = "WHEN", choices = { "auto", "always", "never" } },
  backtrace = { value = "HOW", choices = { "short", "full" } },
  quiet = { short = "q" },
  help = { short = "h" },
}

local COMMON = { "project", "config-root", "unset", "untrusted", "targets", "env", "allow",
  "limit", "resolver", "strict", "trust-modes", "all", "json", "color", "quiet", "help" }

--- The verbs, in the order of the help; `own` are flags beside the common ones,
--- `names` is how many words may stand beside configs and overrides, `formats`
--- what --format may be, the first being the default.
M.order = { "run", "check", "show", "explain", "diff", "tree", "graph", "help" }
M.verbs = {
  run = { words = "CONFIG … [KEY=VALUE …]", own = { "only", "backtrace", "verbose" } },
  check = { words = "CONFIG … [KEY=VALUE …]", own = { "verbose" } },
  show = { words = "CONFIG … [KEY] [KEY=VALUE …]", names = 1,
    own = { "origin", "raw", "after", "format" }, formats = { "yaml", "json", "lua" } },
  explain = { words = "CONFIG … (KEY | --target NAME) [KEY=VALUE …], or CODE", names = 1,
    own = { "target", "verbose" } },
  diff = { words = "CONFIG [CONFIG] [KEY=VALUE …]", own = { "exit-code", "verbose" } },
  tree = { words = "CONFIG … [KEY=VALUE …]", own = { "verbose" } },
  graph = { words = "CONFIG … [KEY=VALUE …]", own = { "format" },
    formats = { "dot", "mermaid", "json" } },
  help = { words = "[VERB]", names = 1, all = { "help", "color" } },
}

--- The flags of a verb, a set.
function M.flags_of(verb)
  local set = {}
  for _, name in ipairs(M.verbs[verb].all or COMMON) do
    set[name] = true
  end
  for _, name in ipairs(M.verbs[verb].own or {}) do
    set[name] = true
  end
  return set
end

local function usage(message, argument, places, helps)
  return require "wick.fail".new("EUSAGE", {
    message = message,
    marks = argument and { { argv = argument, line = 1, column = 1, byte = 1,
      length = #places[argument], label = "", text = places[argument] } } or {},
    helps = helps,
  })
end

local function is_config(word)
  return word == "-" or word:find("/", 1, true) ~= nil or word:match("%.ya?ml$") ~= nil
    or word:match("%.lua$") ~= nil
end

local function is_one_of(value, choices)
  for _, choice in ipairs(choices) do
    if value == choice then
      return true
    end
  end
  return false
end

--- Whether these words, which make no sense, ask for --json.
function M.wants_json(words)
  for i = 1, #words do
    if words[i] == "--" then
      return false
    elseif words[i] == "--json" then
      return true
    end
  end
  return false
end

local function flag_named(name)
  if M.flags[name] then
    return name
  end
  for long, flag in pairs(M.flags) do
    if flag.short == name then
      return long
    end
  end
end

local function near_flags(name, verb)
  local names = {}
  for long in pairs(M.flags_of(verb)) do
    names[#names + 1] = long
  end
  local near = require "wick.fail".near(name, names)
  return near[1] and { ("did you mean `--%s`?"):format(near[1]) }
    or { verb == "help" and "`wick help VERB` lists the flags of a verb"
      or ("`wick help %s` lists its flags"):format(verb) }
end

-- Takes a config; an error when it is standard input once more.
local function take_config(asked, words, i)
  for _, other in ipairs(words[i] == "-" and asked.configs or {}) do
    if other == "-" then
      return usage("`-` is given twice, and standard input is read once", i, words,
        { "write one of them into a file" })
    end
  end
  asked.configs[#asked.configs + 1] = words[i]
end

-- The error of a word that stands where the verb knows none, or nil.
local function stray(asked, words)
  local fail, verb, names = require "wick.fail", asked.verb, asked.names
  local most = M.verbs[verb].names or 0
  local first = names[1] and fail.quote(names[1])
  if verb == "help" and first and not M.verbs[names[1]] then
    local near = fail.near(names[1], M.order)
    return usage(("wick has no verb `%s`"):format(first), asked.name_places[1], words,
      { near[1] and ("did you mean `wick help %s`?"):format(near[1]) or "`wick help` lists them" })
  elseif verb ~= "help" and first and #asked.configs == 0
    and not (verb == "explain" and names[1]:match("^[Ww]%d+$")) then
    return usage(("`%s` is no config: a config ends in .yaml, .yml or .lua, or has a `/`"):format(
      first), asked.name_places[1], words,
      { ("usage: wick %s %s"):format(verb, M.verbs[verb].words) })
  elseif #names > most then
    local word = fail.quote(names[most + 1])
    return usage(("`wick %s` does not know what to do with `%s`"):format(verb, word),
      asked.name_places[most + 1], words,
      verb ~= "help" and { ("to override a key write `%s=VALUE`"):format(word) } or nil)
  end
end

--- Reads the words of a command line: {verb, configs, overrides (texts),
--- places (override n -> its word), names, name_places, flags}; or nil, an error,
--- and the flags when they could be read.
---@param words string[]
function M.parse(words)
  local asked = { configs = {}, overrides = {}, places = {}, names = {}, name_places = {},
    flags = {} }
  local i, literal = 1, false
  local first, verb = words[1], "run"
  if first == nil then
    return { verb = "help", names = {}, flags = {}, empty = true }
  elseif first == "--version" or first == "-V" then
    return { verb = "version", names = {}, flags = {} }
  elseif first == "--help" or first == "-h" then
    return { verb = "help", names = {}, flags = {} }
  elseif M.verbs[first] then
    verb, i = first, 2
  elseif first:sub(1, 1) == "-" and not is_config(first) then
    return nil, usage(("a command starts with a verb or a config, not with `%s`"):format(
      require "wick.fail".quote(first)), 1, words, { "`wick help` lists the verbs" })
  elseif not is_config(first) then
    local fail = require "wick.fail"
    local near = fail.near(first, M.order)
    return nil, usage(("wick has no verb `%s`"):format(fail.quote(first)), 1, words,
      { near[1] and ("did you mean `wick %s`?"):format(near[1])
        or "a config ends in .yaml, .yml or .lua, or has a `/`; `wick help` lists the verbs" })
  end
  asked.verb = verb
  local err
  while i <= #words do
    local word = words[i]
    local name, value = word:match("^%-%-([%w-]+)=(.*)$")
    name = name or word:match("^%-%-([%w-]+)$") or word:match("^%-(%a)$")
    if literal and is_config(word) and verb ~= "help" then
      err = err or take_config(asked, words, i)
    elseif literal then
      asked.names[#asked.names + 1] = word
      asked.name_places[#asked.names] = i
    elseif word == "--" then
      literal = true
    elseif name then
      local long = flag_named(name)
      local flag = long and M.flags[long]
      if not flag or not M.flags_of(verb)[long] then
        return nil, usage(("`wick %s` has no flag `%s`"):format(verb,
          require "wick.fail".quote(word:match("^[^=]*"))), i, words, near_flags(name, verb))
      end
      if flag.value then
        if value == nil then
          i = i + 1
          value = words[i]
        end
        if value == nil or value == "" then
          return nil, usage(("`--%s` needs a value"):format(long), value and i or i - 1, words,
            { ("write `--%s %s`"):format(long, flag.value) })
        end
        local choices = flag.choices or long == "format" and M.verbs[verb].formats
        if choices and not is_one_of(value, choices) then
          return nil, usage(("`--%s` is one of %s"):format(long, table.concat(choices, ", ")),
            i, words)
        end
        if long == "unset" then
          asked.overrides[#asked.overrides + 1] = { unset = value }
          asked.places[#asked.overrides] = i
        elseif flag.many then
          asked.flags[long] = asked.flags[long] or {}
          table.insert(asked.flags[long], value)
        elseif flag.once and asked.flags[long] then
          return nil, usage(("`--%s` is given twice"):format(long), i, words,
            { "name one at a time" })
        else
          asked.flags[long] = value
          asked[long .. "_place"] = i
        end
      elseif value then
        return nil, usage(("`--%s` takes no value"):format(long), i, words)
      else
        asked.flags[long] = true
      end
    elseif word:sub(1, 1) == "-" and word ~= "-" then
      return nil, usage(("`wick %s` has no flag `%s`"):format(verb,
        require "wick.fail".quote(word)), i, words, near_flags(word:gsub("^-+", ""), verb))
    elseif word:find("=", 1, true) or word:match("^[+~]") then
      asked.overrides[#asked.overrides + 1] = word
      asked.places[#asked.overrides] = i
    elseif verb ~= "help" and is_config(word) then
      err = err or take_config(asked, words, i)
    else
      asked.names[#asked.names + 1] = word
      asked.name_places[#asked.names] = i
    end
    i = i + 1
  end
  err = err or stray(asked, words)
  if err and (verb == "help" or not asked.flags.help) then
    return nil, err, asked.flags
  end
  return asked
end

--- The limits that `--limit` gives: a table; or nil and an error.
function M.limits(asked, known)
  local limits = {}
  for _, text in ipairs(asked.flags.limit or {}) do
    local name, number, unit = text:match("^([%w.]+)=(%d+)([KMG]?i?B?)$")
    local scale = ({ [""] = 1, KiB = 1024, MiB = 1048576, GiB = 1073741824 })[unit or "?"]
    local fail = require "wick.fail"
    if not name or not known[name] then
      local names = {}
      for other in pairs(known) do
        names[#names + 1] = other
      end
      local asked_for = text:match("^[^=]*")
      local near = fail.near(asked_for, names)
      return nil, usage(name and ("wick has no limit `%s`"):format(fail.quote(name))
        or ("`--limit` needs NAME=VALUE, not `%s`"):format(fail.quote(text)), nil, nil,
        { near[1] and not known[asked_for] and ("did you mean `%s`?"):format(near[1])
          or "the limits: " .. fail.names(names) })
    end
    number = math.tointeger(tonumber(number))
    if not scale or not number or number > 0xFFFFFFFF then
      return nil, usage(("the limit `%s` cannot be `%s`"):format(name,
        fail.quote(text:match("=(.*)$"))), nil, nil,
        { "a number, alone or with KiB, MiB or GiB behind it, such as 128MiB" })
    end
    limits[name] = number * scale
  end
  return limits
end

M.usage = usage

return M
