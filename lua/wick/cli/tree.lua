-- wick.cli.tree: `wick tree`.
--
-- May call: the library, graph, graph/tree, cli/style, cli's hands.

return function(asked, cli)
  local config <close>, err = cli.load_config(asked)
  if not config then
    return cli.complain(asked, err)
  end
  local status = cli.warn(asked, config.warnings)
  local graphs = require "wick.graph"
  local graph = graphs.of(config)
  if asked.flags.json then
    return cli.result(graphs.value(graph), status)
  end
  local styles = require "wick.cli.style"
  local style = styles.of(asked.flags, 1)
  local text = require "wick.graph.tree"(graph, { room = styles.room(style),
    places = asked.flags.verbose })
  if text == "" then
    text = "this config has no components\n"
  end
  return cli.answer(styles.frames(text, style), status)
end
