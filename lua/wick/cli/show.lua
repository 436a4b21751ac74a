-- wick.cli.show: `wick show`.
--
-- May call: the library, show, json, cli/words, cli's hands.

-- What --json says: the config, and with --origin where each value is from.
local function result(config, options)
  local json, show = require "wick.json", require "wick.show"
  local id, err = config:node(options.key)
  if not id then
    return nil, err
  end
  local value, origins = show.value(config, id, options)
  if value == nil then
    return nil, origins
  end
  return json.object { { "config", value }, { "origins", origins } }
end

return function(asked, cli)
  local flags = asked.flags
  local options = {
    key = asked.names[1],
    format = flags.format or "yaml",
    origin = flags.origin,
    raw = flags.raw,
    after = flags.after or flags.raw and "compose" or nil,
  }
  if options.origin and options.format == "json" and not flags.json then
    return cli.complain(asked, require "wick.cli.words".usage(
      "JSON has no comments, so `--origin` has nowhere to write", nil, nil,
      { "`--json --origin` lists origins beside the config" }))
  elseif flags.raw and flags.after and flags.after ~= "compose" then
    return cli.complain(asked, require "wick.cli.words".usage(
      ("`--raw` shows what composition made, so it does not go with `--after=%s`"):format(
      flags.after)))
  end
  local config <close>, err = cli.load_config(asked, { after = options.after })
  if not config then
    return cli.complain(asked, err)
  end
  local status = cli.warn(asked, config.warnings)
  if flags.json then
    local value, wrong = result(config, options)
    return value and cli.result(value, status) or cli.complain(asked, wrong)
  end
  local text, wrong = config:show(options)
  if not text then
    return cli.complain(asked, wrong)
  end
  return cli.answer(text, status)
end
