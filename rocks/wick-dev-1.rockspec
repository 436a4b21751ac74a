rockspec_format = "3.0"
package = "wick"
version = "dev-1"
source = {
  url = "git+https://example.org/wick.git",
}
description = {
  summary = "turns a configuration into live objects",
  detailed = [[
A configuration is YAML or a Lua table; a `_target_` in it names a constructor.
wick finds the Lua module that holds it inside the project root and nowhere
else, loads it, calls it, and can always say where every value and every name
came from.]],
  license = "MIT",
  labels = { "config", "yaml", "cli" },
}
supported_platforms = { "unix" }
dependencies = {
  "lua >= 5.4, < 5.5",
}
external_dependencies = {
  YAML = { header = "yaml.h", library = "yaml" },
}
test_dependencies = {
  "busted >= 2.1",
  "luafilesystem >= 1.8",
}
-- LuaRocks cannot see a busted that Debian installed, but can start it.
test = {
  type = "command",
  command = "lua5.4 /usr/bin/busted",
}
build = {
  type = "builtin",
  -- The same lists as in the Makefile; tests/rocks compares them.
  modules = {
    ["wick.core"] = {
      sources = {
        "src/alloc.c",
        "src/below.c",
        "src/chunk.c",
        "src/core.c",
        "src/core_edit.c",
        "src/core_merge.c",
        "src/core_plugin.c",
        "src/core_root.c",
        "src/core_tree.c",
        "src/core_words.c",
        "src/elf.c",
        "src/elf_hash.c",
        "src/elf_view.c",
        "src/exports.c",
        "src/fail.c",
        "src/file.c",
        "src/folder.c",
        "src/keypath.c",
        "src/lex.c",
        "src/name.c",
        "src/path.c",
        "src/place.c",
        "src/plugin.c",
        "src/plugin_read.c",
        "src/plugin_said.c",
        "src/scalar.c",
        "src/statement.c",
        "src/tree.c",
        "src/tree_keys.c",
        "src/tree_merge.c",
        "src/value.c",
        "src/yaml.c",
        "src/yaml_alias.c",
        "src/yaml_flow.c",
        "src/yaml_indent.c",
        "src/yaml_message.c",
        "src/yaml_scalar.c",
        "src/yaml_source.c",
      },
      incdirs = { "$(YAML_INCDIR)" },
      libdirs = { "$(YAML_LIBDIR)" },
      libraries = { "yaml" },
    },
    wick = "lua/wick/init.lua",
    ["wick.absent"] = "lua/wick/absent.lua",
    ["wick.build"] = "lua/wick/build.lua",
    ["wick.build.partial"] = "lua/wick/build/partial.lua",
    ["wick.check"] = "lua/wick/check.lua",
    ["wick.cli.command"] = "lua/wick/cli/command.lua",
    ["wick.cli.complain"] = "lua/wick/cli/complain.lua",
    ["wick.cli.explain"] = "lua/wick/cli/explain.lua",
    ["wick.cli.help"] = "lua/wick/cli/help.lua",
    ["wick.cli.main"] = "lua/wick/cli/main.lua",
    ["wick.cli.verbs"] = "lua/wick/cli/verbs.lua",
    ["wick.cli.words"] = "lua/wick/cli/words.lua",
    ["wick.compose"] = "lua/wick/compose.lua",
    ["wick.compose.copies"] = "lua/wick/compose/copies.lua",
    ["wick.compose.defaults"] = "lua/wick/compose/defaults.lua",
    ["wick.compose.misfit"] = "lua/wick/compose/misfit.lua",
    ["wick.config"] = "lua/wick/config.lua",
    ["wick.config.root"] = "lua/wick/config/root.lua",
    ["wick.evaluate"] = "lua/wick/evaluate.lua",
    ["wick.evaluate.disabled"] = "lua/wick/evaluate/disabled.lua",
    ["wick.evaluate.missing"] = "lua/wick/evaluate/missing.lua",
    ["wick.evaluate.splice"] = "lua/wick/evaluate/splice.lua",
    ["wick.evaluate.walk"] = "lua/wick/evaluate/walk.lua",
    ["wick.expr"] = "lua/wick/expr.lua",
    ["wick.expr.eval"] = "lua/wick/expr/eval.lua",
    ["wick.expr.names"] = "lua/wick/expr/names.lua",
    ["wick.expr.operate"] = "lua/wick/expr/operate.lua",
    ["wick.expr.parse"] = "lua/wick/expr/parse.lua",
    ["wick.expr.refusal"] = "lua/wick/expr/refusal.lua",
    ["wick.expr.step"] = "lua/wick/expr/step.lua",
    ["wick.expr.tokens"] = "lua/wick/expr/tokens.lua",
    ["wick.fail"] = "lua/wick/fail.lua",
    ["wick.failure"] = "lua/wick/failure.lua",
    ["wick.load"] = "lua/wick/load.lua",
    ["wick.load.plugin"] = "lua/wick/load/plugin.lua",
    ["wick.open"] = "lua/wick/open.lua",
    ["wick.origin"] = "lua/wick/origin.lua",
    ["wick.override"] = "lua/wick/override.lua",
    ["wick.plan"] = "lua/wick/plan.lua",
    ["wick.plan.circle"] = "lua/wick/plan/circle.lua",
    ["wick.raised"] = "lua/wick/raised.lua",
    ["wick.read"] = "lua/wick/read.lua",
    ["wick.read.graft"] = "lua/wick/read/graft.lua",
    ["wick.report"] = "lua/wick/report.lua",
    ["wick.show"] = "lua/wick/show.lua",
    ["wick.sigil"] = "lua/wick/sigil.lua",
    ["wick.structure"] = "lua/wick/structure.lua",
    ["wick.target"] = "lua/wick/target.lua",
    ["wick.target.files"] = "lua/wick/target/files.lua",
    ["wick.target.project"] = "lua/wick/target/project.lua",
    ["wick.unread"] = "lua/wick/unread.lua",
    ["wick.verdict"] = "lua/wick/verdict.lua",
    ["wick.verdict.explain"] = "lua/wick/verdict/explain.lua",
    ["wick.verdict.plugin"] = "lua/wick/verdict/plugin.lua",
    ["wick.verdict.words"] = "lua/wick/verdict/words.lua",
  },
  install = {
    bin = { wick = "lua/wick/cli/main.lua" },
  },
}
