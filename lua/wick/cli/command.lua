-- wick.cli.command: the command.  Words in, exit status out.
--
-- May call: the library, cli/*.  Answers go to stdout, all else to stderr; in
-- `run` stdout is the program's own.

local core = require "wick.core"

local given -- the words, and how many: n
local style -- how messages look; made when the first one is printed

-- Lua's default paths begin in the current directory; a command must not load
-- what happens to lie there.
local function trim(paths)
  local kept = {}
  for path in paths:gmatch("[^;]+") do
    if path ~= "./?.lua" and path ~= "./?/init.lua" and path ~= "./?.so" then
      kept[#kept + 1] = path
    end
  end
  return table.concat(kept, ";")
end

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

local function make_style(asked)
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

-- Prints an error, all of its phase; gives its exit status.
local function complain(asked, err)
  style = style or make_style(asked)
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

-- Usage errors mark words of the command line, not overrides.
local function misused(asked, err)
  asked = asked or { flags = {}, places = {} }
  asked.places = {}
  for i = 1, given.n do
    asked.places[i] = i
  end
  style = nil
  return complain(asked, err)
end

-- Prints an answer; gives `status`, or 1 when stdout takes no more.
local function answer(text, status)
  local ok, problem = io.stdout:write(text)
  if ok then
    ok, problem = io.stdout:flush()
  end
  if not ok then
    io.stderr:write("wick: cannot write the answer: ", tostring(problem), "\n")
    return 1
  end
  return status or 0
end

-- Prints warnings; gives their status: 0, or under --strict their group's.
local function warn(asked, warnings)
  if #warnings == 0 then
    return 0
  end
  if asked.flags.strict then
    for _, warning in ipairs(warnings) do
      warning.severity = "error"
    end
    return complain(asked, require "wick.fail".all(warnings))
  end
  if not asked.flags.quiet then
    complain(asked, require "wick.fail".all(warnings))
  end
  return 0
end

local function load_config(asked)
  local words = require "wick.cli.words"
  local limits, err = words.limits(asked, core.limits)
  if not limits then
    return nil, err
  end
  if #asked.configs ~= 1 then
    return nil, words.usage(#asked.configs == 0 and ("`wick %s` needs a config"):format(asked.verb)
      or "several configs in one command are not in this version of wick", nil, nil,
      { ("usage: wick %s %s"):format(asked.verb, words.verbs[asked.verb].words) })
  end
  local most = asked.verb == "show" and 1 or 0
  if #asked.names > most then
    local word = require "wick.fail".quote(asked.names[most + 1])
    return nil, words.usage(("`wick %s` does not know what to do with `%s`"):format(asked.verb,
      word), nil, nil, { ("to override a key write `%s=VALUE`"):format(word) })
  end
  local config
  config, err = require "wick".load(asked.configs[1], asked.overrides, {
    project = asked.flags.project,
    allow = asked.flags.allow,
    backend = asked.flags.resolver,
    limits = limits,
  })
  if config and asked.flags.project then -- a folder that is not there is told at once
    local project, wrong = config:open_project()
    if not project then
      config:close()
      return nil, wrong
    end
  end
  return config, err
end

local function count_of(number, word)
  return ("%d %s%s"):format(number, word, number == 1 and "" or "s")
end

local verbs = {}

function verbs.run(asked)
  local config <close>, err = load_config(asked)
  if not config then
    return complain(asked, err)
  end
  local status = warn(asked, config.warnings)
  if status ~= 0 then
    return status
  end
  collectgarbage("incremental", 200, 100)
  local ok, wrong = config:run(asked.flags.only)
  if not ok then
    return complain(asked, wrong)
  end
  if not config.tree:find(config.top, "run") and not asked.flags.quiet then
    local built = config:objects_built()
    io.stderr:write("built ", count_of(#built, "object"), "\n")
    local widest = 0
    for _, entry in ipairs(built) do
      widest = math.max(widest, utf8.len(entry.key))
    end
    for _, entry in ipairs(built) do
      io.stderr:write("  ", entry.key, (" "):rep(widest - utf8.len(entry.key) + 2),
        entry.target, "\n")
    end
  end
  ok, wrong = config:close()
  return ok and 0 or complain(asked, wrong)
end

function verbs.check(asked)
  local config <close>, err = load_config(asked)
  local name = asked.configs[1] or ""
  local count, status = 0, nil
  if config then
    local ok, told, notes = config:check()
    if ok then
      status = warn(asked, told)
      for _, note in ipairs(asked.flags.quiet and {} or notes) do
        io.stderr:write("note: ", note, "\n")
      end
      count = status ~= 0 and #told or 0
    else
      err = told
    end
  end
  if err then
    status = complain(asked, err)
    if err.status == 2 then
      return 2
    end
    for _, one in ipairs(err.errors) do
      count = count + (one.severity == "error" and 1 or 0)
    end
  end
  if asked.flags.quiet then
    return status
  end
  local shown = core.quote(name, 200)
  if count > 0 then
    return answer(("%s   %s    nothing was run\n"):format(shown, count_of(count, "error")), status)
  end
  local keys, references = 0, 0
  local open = { config.top }
  while #open > 0 do
    local id = table.remove(open)
    local kind = config.tree:kind(id)
    references = references + (kind == "object" and 1 or 0)
    for _, child in ipairs(config.tree:children(id)) do
      keys = keys + (kind == "map" and 1 or 0)
      open[#open + 1] = child
    end
  end
  return answer(("%s   ok    %s, %s, %s    nothing was run\n"):format(shown, count_of(keys, "key"),
    count_of(#config.components, "target"), count_of(references, "object reference")), status)
end

function verbs.show(asked)
  local config <close>, err = load_config(asked)
  if not config then
    return complain(asked, err)
  end
  local status = warn(asked, config.warnings)
  local text, wrong = config:show { key = asked.names[1] }
  if not text then
    return complain(asked, wrong)
  end
  return answer(text, status)
end

function verbs.explain(asked)
  local words = require "wick.cli.words"
  if not asked.flags.target then
    return complain(asked, words.usage("`wick explain` needs `--target NAME`", nil, nil,
      { "usage: wick explain " .. words.verbs.explain.words }))
  end
  local config <close>, err = load_config(asked)
  if not config then
    return complain(asked, err)
  end
  local name = asked.flags.target
  local text, wrong = require "wick.cli.explain".target(config, name)
  if wrong and #wrong.marks == 0 then -- nothing in a file to point at: the word itself
    local word = given[asked.target_place]
    local span = wrong.target_span or { 1, #name }
    asked.places[0] = asked.target_place
    wrong.marks[1] = { argv = 0, line = 1, column = #word - #name + span[1], byte = 1,
      length = span[2] - span[1] + 1, label = wrong.target_label or "", text = word }
  end
  local status = text and answer(text, 0) or 0
  if wrong then
    return complain(asked, wrong)
  end
  return status
end

function verbs.help(asked)
  local words, help = require "wick.cli.words", require "wick.cli.help"
  local verb = asked.names[1]
  if verb and not words.verbs[verb] then
    local near = require "wick.fail".near(verb, words.order)
    return complain(asked, words.usage(("wick has no verb `%s`"):format(
      require "wick.fail".quote(verb)), nil, nil,
      { near[1] and ("did you mean `wick help %s`?"):format(near[1]) or "`wick help` lists them" }))
  end
  local text = help.text(verb)
  if asked.empty then
    io.stderr:write(text)
    return 2
  end
  return answer(text)
end

function verbs.version()
  return answer(("%s (%s)\n"):format(require "wick"._VERSION, _VERSION))
end

local function main()
  package.path, package.cpath = trim(package.path), trim(package.cpath)
  local asked, err = require "wick.cli.words".parse(given)
  if not asked then
    return misused(nil, err)
  end
  if asked.flags.help and asked.verb ~= "help" then
    return answer(require "wick.cli.help".text(asked.verb))
  end
  return verbs[asked.verb](asked)
end

--- Runs the command with these words; gives its exit status.
return function(...)
  given = table.pack(...)
  local ok, status = xpcall(main, function(problem)
    return debug.traceback(tostring(problem), 2)
  end)
  if not ok then
    io.stderr:write("internal error[W9999]: ", status, "\n  = note: wick 0.1.0, ", _VERSION,
      "\n  = help: this is a bug in wick: tell us what you ran\n")
    status = 70
  end
  return status
end
