-- wick.cli.verbs: the verbs but `run` and `version`.
--
-- May call: the library, cli/*.  `cli` is what command hands over: given (the
-- words), load_config, complain, warn, answer.

local core = require "wick.core"

local M = {}

local function count_of(number, word)
  return ("%d %s%s"):format(number, word, number == 1 and "" or "s")
end

--- What `run` says of a config that has no `run:`.
function M.tell_built(config)
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

function M.check(asked, cli)
  local config <close>, err = cli.load_config(asked)
  local name = asked.configs[1] or ""
  local count, status = 0, nil
  if config then
    local ok, told, notes = config:check()
    if ok then
      status = cli.warn(asked, told)
      for _, note in ipairs(asked.flags.quiet and {} or notes) do
        io.stderr:write("note: ", note, "\n")
      end
      count = status ~= 0 and #told or 0
    else
      err = told
    end
  end
  if err then
    status = cli.complain(asked, err)
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
    return cli.answer(("%s   %s    nothing was run\n"):format(shown, count_of(count, "error")),
      status)
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
  return cli.answer(("%s   ok    %s, %s, %s    nothing was run\n"):format(shown,
    count_of(keys, "key"), count_of(#config.components, "target"),
    count_of(references, "object reference")), status)
end

function M.show(asked, cli)
  local config <close>, err = cli.load_config(asked)
  if not config then
    return cli.complain(asked, err)
  end
  local status = cli.warn(asked, config.warnings)
  local text, wrong = config:show { key = asked.names[1] }
  if not text then
    if wrong.span then -- a place in the word KEY
      local word, first = asked.names[1], wrong.span[1]
      asked.places[0] = asked.name_places[1]
      table.insert(wrong.marks, 1, { argv = 0, line = 1, byte = first, length = wrong.span[2],
        column = (utf8.len(word:sub(1, first - 1)) or first - 1) + 1,
        label = wrong.span[3], text = word })
    end
    return cli.complain(asked, wrong)
  end
  return cli.answer(text, status)
end

function M.explain(asked, cli)
  local words = require "wick.cli.words"
  if not asked.flags.target then
    return cli.complain(asked, words.usage("`wick explain` needs `--target NAME`", nil, nil,
      { "usage: wick explain " .. words.verbs.explain.words }))
  end
  local config <close>, err = cli.load_config(asked)
  if not config then
    return cli.complain(asked, err)
  end
  local name = asked.flags.target
  local text, wrong = require "wick.cli.explain".target(config, name)
  if wrong and #wrong.marks == 0 then -- nothing in a file to point at: the word itself
    local word = cli.given[asked.target_place]
    local span = wrong.target_span or { 1, #name }
    asked.places[0] = asked.target_place
    wrong.marks[1] = { argv = 0, line = 1, column = #word - #name + span[1], byte = 1,
      length = span[2] - span[1] + 1, label = wrong.target_label or "", text = word }
  end
  local status = text and cli.answer(text, 0) or 0
  if wrong then
    return cli.complain(asked, wrong)
  end
  return status
end

function M.help(asked, cli)
  local words, help = require "wick.cli.words", require "wick.cli.help"
  local verb = asked.names[1]
  if verb and not words.verbs[verb] then
    local near = require "wick.fail".near(verb, words.order)
    return cli.complain(asked, words.usage(("wick has no verb `%s`"):format(
      require "wick.fail".quote(verb)), nil, nil,
      { near[1] and ("did you mean `wick help %s`?"):format(near[1]) or "`wick help` lists them" }))
  end
  local text = help.text(verb)
  if asked.empty then
    io.stderr:write(text)
    return 2
  end
  return cli.answer(text)
end

return M
