-- wick.cli.command: the command.  Words in, exit status out.
--
-- May call: the library, cli/*, origin, fail, core.  Answers go to stdout, all else to stderr; in
-- `run` stdout is the program's own.

local core = require "wick.core"

-- A module may have changed Lua when these are needed.
local pack, tostring, traceback, xpcall = table.pack, tostring, debug.traceback, xpcall
local pcall, require, stderr, write, lua = pcall, require, io.stderr, io.stderr.write, _VERSION

local given -- the words, and how many: n
local origin -- once a config was asked for

-- Calls a function of a room, whatever a module did.
local function tell(room, name, ...)
  if origin then
    return origin.tell(room, name, ...)
  end
  return require(room)[name](...)
end

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

-- Prints an error, all of its phase, or keeps it for the document of --json;
-- gives its exit status.
local function complain(asked, err)
  if asked.flags.json then
    return tell("wick.cli.document", "add", err)
  end
  return tell("wick.cli.complain", "print", given, asked, err)
end

local EPIPE = 32

-- Prints an answer; gives `status`, or 1 when stdout takes no more: without a
-- word when who reads it has gone.
local function answer(text, status)
  local ok, problem, number = io.stdout:write(text)
  if ok then
    ok, problem, number = io.stdout:flush()
  end
  if not ok then
    if number ~= EPIPE then
      io.stderr:write("wick: cannot write the answer: ", tostring(problem), "\n")
    end
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
  if not asked.flags.quiet or asked.flags.json then
    complain(asked, require "wick.fail".all(warnings))
  end
  return 0
end

-- Keeps the result for the document of --json; gives `status`.
local function result(value, status)
  tell("wick.cli.document", "keep", value)
  return status or 0
end

-- Loads the config that was asked for.  `how` may have others than were asked
-- for: configs, overrides; and after, the room that is the last.
local function load_config(asked, how)
  how = how or {}
  local configs = how.configs or asked.configs
  local words = require "wick.cli.words"
  local limits, err = words.limits(asked, core.limits)
  if not limits then
    return nil, err
  end
  if #configs == 0 then
    return nil, words.usage(("`wick %s` needs a config"):format(asked.verb), nil, nil,
      { ("usage: wick %s %s"):format(asked.verb, words.verbs[asked.verb].words) })
  end
  local config
  local flags = asked.flags
  local wick = require "wick"
  origin = require "wick.origin"
  config, err = wick.load(configs[2] and configs or configs[1],
    how.overrides or asked.overrides, {
      project = flags.project,
      config_root = flags["config-root"],
      untrusted = flags.untrusted,
      targets = flags.targets,
      env = flags.env,
      allow = flags.allow,
      backend = flags.resolver,
      strict = flags.strict,
      trust_modes = flags["trust-modes"],
      limits = limits,
      after = how.after,
    })
  -- a folder that is not there is told at once
  if config and flags.project and (not how.after or how.after == "check") then
    local project, wrong = config:open_project()
    if not project then
      config:close()
      return nil, wrong
    end
  end
  return config, err
end

local verbs = {}

function verbs.run(asked)
  local config <close>, err = load_config(asked)
  if not config then
    return complain(asked, err)
  end
  if asked.flags.strict or asked.flags.verbose then
    table.move(config:unread(), 1, #config:unread(), #config.warnings + 1, config.warnings)
  end
  local status = warn(asked, config.warnings)
  if status ~= 0 then
    return status
  end
  function config.warn(warnings) -- of what is loaded
    return warn(asked, warnings)
  end
  local ok, wrong = config:run(asked.flags.only)
  warn(asked, config:doubts())
  if not ok then
    return complain(asked, wrong)
  end
  if asked.flags.json then
    result(tell("wick.cli.verbs", "built", config))
  elseif asked.flags.verbose
    or not asked.flags.quiet and not config:run_node() then
    tell("wick.cli.verbs", "tell_built", config)
  end
  ok, wrong = config:close()
  return ok and 0 or complain(asked, wrong)
end

function verbs.version()
  return answer(("%s (%s)\n"):format(require "wick"._VERSION, lua))
end

-- The other verbs, and what they share with this one.
setmetatable(verbs, {
  __index = function(_, verb)
    return function(asked)
      return require "wick.cli.verbs"[verb](asked, {
        given = given, load_config = load_config, complain = complain, warn = warn,
        answer = answer, result = result,
      })
    end
  end,
})

local function main()
  package.path, package.cpath = trim(package.path), trim(package.cpath)
  local words = require "wick.cli.words"
  local asked, err, flags = words.parse(given)
  if not asked then
    if words.wants_json(given) then
      local document = require "wick.cli.document"
      return document.print(given[1], document.add(err), answer)
    end
    return require "wick.cli.complain".misused(given, err, flags)
  end
  if asked.flags.help and asked.verb ~= "help" then
    asked = { verb = "help", names = { asked.verb }, flags = { color = asked.flags.color } }
  end
  local status = verbs[asked.verb](asked)
  if asked.flags.json then
    return tell("wick.cli.document", "print", asked.verb, status, answer)
  end
  return status
end

--- Runs the command with these words; gives its exit status.
return function(...)
  given = pack(...)
  local ok, status = xpcall(main, function(problem)
    return traceback(tostring(problem), 2)
  end)
  if not ok then
    local known, wick = pcall(require, "wick")
    write(stderr, "internal error[W9999]: ", status, "\n  = note: ",
      known and tostring(wick._VERSION) or "wick", ", ", lua,
      "\n  = help: this is a bug in wick: tell us what you ran\n")
    status = 70
  end
  return status
end
