-- wick.cli.explain: `wick explain`: a key, a target, or a code.
--
-- May call: the library, fail, cli/*.

local fail = require "wick.fail"

local function explain_code(asked, cli, code)
  local codes = require "wick.cli.explain.code"
  local told = codes.page(code)
  if not told then
    local near = fail.near(code:upper(), codes.codes())
    return cli.complain(asked, require "wick.cli.words".usage(("wick has no code `%s`"):format(
      fail.quote(code)), nil, nil, near[1] and { ("did you mean `%s`?"):format(near[1]) } or nil))
  elseif asked.flags.json then
    return cli.result(codes.value(told))
  end
  return cli.answer(codes.text(told))
end

-- Points an error that has no place in a file at the word that names the target.
local function at_word(asked, cli, err, name)
  local word = cli.given[asked.target_place]
  local span = err.target_span or { 1, #name }
  asked.places[0] = asked.target_place
  err.marks[1] = { argv = 0, line = 1, column = #word - #name + span[1], byte = 1,
    length = span[2] - span[1] + 1, label = err.target_label or "", text = word }
end

local function explain_target(asked, cli, config)
  local name = asked.flags.target
  local targets = require "wick.cli.explain.target"
  local told, err = targets.look(config, name)
  if err and #err.marks == 0 then
    at_word(asked, cli, err, name)
  end
  local status = 0
  if told and asked.flags.json then
    cli.result(targets.value(told))
  elseif told then
    status = cli.answer(targets.text(told))
  end
  return err and cli.complain(asked, err) or status
end

local function explain_key(asked, cli, config)
  local keys = require "wick.cli.explain.key"
  local told, err = config:explain(asked.names[1])
  if not told then
    return cli.complain(asked, err)
  elseif asked.flags.json then
    return cli.result(keys.value(config, told))
  end
  local styles = require "wick.cli.style"
  local style = styles.of(asked.flags, 1)
  return cli.answer(styles.frames(keys.text(config, told, {
    room = asked.flags.verbose and math.maxinteger or styles.room(style),
    all = asked.flags.verbose,
    words = asked.overrides,
  }), style))
end

return function(asked, cli)
  local name = asked.names[1]
  if name and #asked.configs == 0 and name:match("^[Ww]%d+$") then
    return explain_code(asked, cli, name)
  elseif not name and not asked.flags.target then
    return cli.complain(asked, require "wick.cli.words".usage(
      "`wick explain` needs a key, `--target NAME`, or a code", nil, nil,
      { "usage: wick explain " .. require "wick.cli.words".verbs.explain.words }))
  elseif name and asked.flags.target then
    return cli.complain(asked, require "wick.cli.words".usage(
      ("`wick explain` explains the key `%s` or the target, one at a time"):format(
      fail.quote(name))))
  end
  local config <close>, err = cli.load_config(asked)
  if not config and name and err.status == 3 then -- what was composed can be told of
    local composed <close> = cli.load_config(asked, { after = "compose" })
    if composed then
      explain_key(asked, cli, composed)
    end
  end
  if not config then
    return cli.complain(asked, err)
  end
  return (asked.flags.target and explain_target or explain_key)(asked, cli, config)
end
