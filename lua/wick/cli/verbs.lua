-- wick.cli.verbs: the verbs but `run` and `version`: each a room of its own,
-- `wick.cli.VERB`, but for the small ones that are here.
--
-- May call: the library, json, tell, cli/*.  A verb is called with what was asked (see
-- cli/words) and `cli`, what command hands over: given (the words),
-- load_config, complain, warn, answer, result.  It gives the exit status.

local M = {}

--- What `run --json` says: the objects that were built.
function M.built(config)
  local json = require "wick.json"
  local list = {}
  for i, entry in ipairs(config:objects_built()) do
    list[i] = json.object { { "key", json.text(entry.key) }, { "target", json.text(entry.target) } }
  end
  return json.object { { "built", json.list(list) } }
end

--- What `run` says of a config that has no `run:`.
function M.tell_built(config)
  local tell = require "wick.tell"
  local built = config:objects_built()
  io.stderr:write(("built %d object%s\n"):format(#built, #built == 1 and "" or "s"))
  local widest = 0
  for _, entry in ipairs(built) do
    widest = math.max(widest, utf8.len(entry.key))
  end
  for _, entry in ipairs(built) do
    io.stderr:write("  ", tell.pad(entry.key, widest + 2), entry.target, "\n")
  end
end

function M.help(asked, cli)
  local styles = require "wick.cli.style"
  local style = styles.of(asked.flags, asked.empty and 2 or 1)
  local text = styles.frames(require "wick.cli.help".text(asked.names[1], style.width), style)
  if asked.empty then
    io.stderr:write(text)
    return 2
  end
  return cli.answer(text)
end

return setmetatable(M, {
  __index = function(_, verb)
    return require("wick.cli." .. verb)
  end,
})
