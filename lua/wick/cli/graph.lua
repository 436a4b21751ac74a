-- wick.cli.graph: `wick graph`.
--
-- May call: the library, graph, cli's hands.

return function(asked, cli)
  local config <close>, err = cli.load_config(asked)
  if not config then
    return cli.complain(asked, err)
  end
  local status = cli.warn(asked, config.warnings)
  if asked.flags.json then
    local graphs = require "wick.graph"
    return cli.result(graphs.value(graphs.of(config)), status)
  end
  local text, wrong = config:graph(asked.flags.format or "dot")
  return text and cli.answer(text, status) or cli.complain(asked, wrong)
end
