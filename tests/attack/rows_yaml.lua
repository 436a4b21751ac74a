-- rows_yaml: documents of the attack catalogue (rows 123 to 137), as data.
--
-- A row here: its number, its title, `docs` = {{TEXT, CODE}, ...}, and perhaps
-- `part`, `events`, `naive`.  The end of the file turns them into rows of the
-- door `yaml` as rows.lua describes them, so attack_spec.lua asks each through
-- Lua and through C alone, on both backends.
--
-- What a document becomes that is read, kind by kind, is in unit/yaml_test.c.
-- Row 138 (cut off behind every byte) and row 140 (the suite) are run by
-- conformance/suite_spec.lua, row 139 (failing allocations) by
-- unit/yaml_fault_test.c.

-- nine aliases of nine aliases ..., ten times
local function laughs()
  local lines = { "a: &a [" .. ("lol, "):rep(9) .. "]" }
  for i = 1, 9 do
    local name, below = ("abcdefghij"):sub(i + 1, i + 1), ("abcdefghij"):sub(i, i)
    lines[#lines + 1] = ("%s: &%s [%s]"):format(name, name, ("*" .. below .. ", "):rep(9))
  end
  return table.concat(lines, "\n") .. "\n"
end

-- one line for each number up to n
local function lines(n, format)
  local list = {}
  for i = 1, n do
    list[i] = format:format(i, i)
  end
  return table.concat(list)
end

local rows = {
  { 123, "100,000 brackets, braces, keys or dashes", naive = true, events = 1024,
    docs = {
      { ("["):rep(100000), "EDOCUMENT" }, { "a: " .. ("["):rep(100000), "EDEPTH" },
      { ("{"):rep(100000), "EDEPTH" }, { ("? "):rep(100000), "EDEPTH" },
      { "a:\n " .. ("- "):rep(100000), "EDEPTH" },
      { "a: " .. ("["):rep(255) .. ("]"):rep(255), "OK" },
      { "a: " .. ("["):rep(256) .. ("]"):rep(256), "EDEPTH" },
    } },

  { 124, "a billion laughs", naive = true, events = 1024,
    docs = { { laughs(), "EALIASES" } } },

  { 124, "a large map, often", part = "wide", naive = true,
    docs = {
      { "a: &a {" .. lines(1000, "k%d: %d, ") .. "}\nb: [" .. ("*a, "):rep(60) .. "]\n",
        "EALIASES" },
      { "a: &a {" .. lines(1000, "k%d: %d, ") .. "}\nb:\n" .. ("- <<: *a\n"):rep(60), "EALIASES" },
    } },

  { 125, "an alias inside its own anchor", naive = true,
    docs = {
      { "a: &a [*a]\n", "EALIASLOOP" }, { "a: &a {b: {c: *a}}\n", "EALIASLOOP" },
      { "a: &a {<<: *a}\n", "EALIASLOOP" }, { "a: &a [&a [*a]]\n", "EALIASLOOP" },
    } },

  { 126, "an alias without anchor; an anchor given twice", naive = true,
    docs = {
      { "a: *b\n", "EALIAS" }, { "a: [*b, &b 1]\n", "EALIAS" },
      { "a: &b 1\nc: &b 2\nd: *b\n", "OK" },
    } },

  { 127, "40,000 anchors; 20,000 %TAG lines", naive = true, events = 10010,
    docs = {
      { "a:\n" .. lines(40000, "- &a%d x\n"), "ELIMIT" },
      { "a:\n" .. lines(40000, "- &a x\n"), "ELIMIT" },
      { lines(20000, "%%TAG !t%d! tag:x,%d\n") .. "---\na: 1\n", "ETAG" },
      { "a: 1\n...\n" .. lines(20000, "%%TAG !t%d! tag:x,%d\n") .. "---\n", "EDOCUMENT" },
      -- what libyaml takes for the start of a line, and YAML 1.2 does not
      { "# x\u{85}" .. lines(20000, "%%TAG !t%d! tag:x,%d\u{85}") .. "---\na: 1\n", "ETAG" },
      { "#\u{2028}" .. lines(20000, "%%TAG !t%d! tag:x,%d\u{2029}") .. "---\na: 1\n", "ETAG" },
      { "%YAML 1.1\u{85}" .. lines(20000, "%%TAG !t%d! tag:x,%d\n") .. "---\na: 1\n", "ETAG" },
      { "\u{FEFF}\u{FEFF}\n" .. lines(20000, "%%TAG !t%d! tag:x,%d\n") .. "---\na: 1\n", "ETAG" },
      { "\u{FEFF}\n\u{FEFF}#\n" .. lines(20000, "%%TAG !t%d! tag:x,%d\n") .. "---\n", "ETAG" },
      { "a: 1\n...\u{85}" .. lines(20000, "%%TAG !t%d! tag:x,%d\n") .. "---\n", "EDOCUMENT" },
      { "a: 1\n... #\u{2029}\u{FEFF}\n" .. lines(20000, "%%TAG !t%d! tag:x,%d\n") .. "---\n",
        "EDOCUMENT" },
    } },

  { 128, "keys given twice", naive = true,
    docs = {
      { "a: 1\na: 2\n", "EDUPKEY" }, { "1: a\n0x1: b\n", "EDUPKEY" },
      { "\"a\": 1\na: 2\n", "EDUPKEY" }, { "1: a\n\"1\": b\n", "OK" },
      { "a: {b: 1, c: 2, 'b': 3}\n", "EDUPKEY" }, { "\"\\x61\": 1\na: 2\n", "EDUPKEY" },
      { lines(5000, "k%d: %d\n") .. "k7: 1\n", "EDUPKEY" },
      { lines(20, "k%d: %d\n") .. "b: &b {k7: 1}\n", "OK" },
    } },

  { 129, "merge keys: lists, cycles, what is no mapping, who wins", naive = true,
    docs = {
      { "a: &a {x: 1}\nb: {<<: *a, x: 2}\n", "OK" },
      { "a: &a {x: 1}\nb: {<<: [*a, {x: 2}]}\n", "OK" },
      { "a: &a 1\nb: {<<: *a}\n", "EMERGE" }, { "a: &a [1]\nb: {<<: *a}\n", "EMERGE" },
      { "<<: text\n", "EMERGE" }, { "<<: [[{}]]\n", "EMERGE" },
      { "a: &a {b: &b {<<: *a}}\n", "EALIASLOOP" },
      { "<<: {a: 1}\n<<: {b: 1}\n", "EDUPKEY" }, { "\"<<\": 1\n", "OK" },
    } },

  { 130, "bytes that are no text",
    docs = {
      { "a: \xFF\n", "EENCODING" }, { "a: \xC0\x80\n", "EENCODING" },
      { "a: \xE0\x80\xAF\n", "EENCODING" }, { "a: \xED\xA0\x80\n", "EENCODING" },
      { "a: \xF4\x90\x80\x80\n", "EENCODING" }, { "a: \xE2\x82", "EENCODING" },
      { "a: \0\n", "EENCODING" }, { "a: \x01\n", "EENCODING" },
      { "a: \x1B[0m\n", "EENCODING" }, { "a: \x7F\n", "EENCODING" },
      { "a: \xC2\x80\n", "EENCODING" }, { "# \x08\na: 1\n", "EENCODING" },
      { "a: \xC3\xA9 \xF0\x9F\x98\x80\n", "OK" },
    } },

  { 131, "an escaped NUL in a key or a value", naive = true,
    docs = {
      { "\"a\\0b\": 1\n\"a\\0c\": 2\n", "OK" },
      { "\"a\\0b\": 1\n\"a\\0b\": 2\n", "EDUPKEY" },
    } },

  { 132, "UTF-16 and UTF-32", naive = true,
    docs = {
      { "\xFF\xFEa\0:\0 \0001\0", "EENCODING" }, { "\xFE\xFF\0a\0:\0 \0001", "EENCODING" },
      { "\xFF\xFE\0\0a\0\0\0", "EENCODING" }, { "\0\0\xFE\xFF\0\0\0a", "EENCODING" },
      { "a\0:\0 \0001\0", "EENCODING" }, { "\xEF\xBB\xBFa: 1\n", "OK" },
    } },

  { 133, "tags", naive = true,
    docs = {
      { "a: !!python/object:os.system x\n", "ETAG" }, { "a: !lua/function x\n", "ETAG" },
      { "a: !foo {}\n", "ETAG" }, { "a: !<tag:example.com,2000:x> [1]\n", "ETAG" },
      { "a: !!binary aGk=\n", "ETAG" }, { "a: !!set {}\n", "ETAG" },
      { "!foo a: 1\n", "ETAG" }, { "a: !!int x\n", "ETAG" }, { "a: !e!x y\n", "ETAG" },
      { "%TAG !e! tag:x:\n---\na: !e!x y\n", "ETAG" }, { "a: !!str 1\n", "OK" },
      { "a: ! 1\n", "OK" },
    } },

  { 134, "numbers and words of YAML 1.1 and 1.2", naive = true,
    docs = {
      { "a: [yes, no, on, off, 017, 1:30, 0o17, 1_000, .inf, -.INF, .nan]\n", "OK" },
      { "a: 1e999\n", "EVALUE" }, { "a: -1e999\n", "EVALUE" },
      { "a: 9223372036854775807\n", "OK" }, { "a: 9223372036854775808\n", "EVALUE" },
      { "a: -9223372036854775808\n", "OK" }, { "a: -9223372036854775809\n", "EVALUE" },
      { "a: 0x8000000000000000\n", "EVALUE" }, { "a: 1e-999\n", "OK" },
      { "a: '1e999'\n", "OK" },
    } },

  { 135, "long texts, very many keys, 8 MiB of line ends", naive = true,
    docs = {
      { "a: " .. ("x"):rep(1048576) .. "\n", "OK" },
      { "a: " .. ("x"):rep(1048577) .. "\n", "ESIZE" },
      { ("x"):rep(1048577) .. ": a\n", "ESIZE" },
      { lines(1000000, "k%d: 1\n"), "ELIMIT" },
      { ("\n"):rep(8388608), "OK" }, { ("\n"):rep(8388608) .. "a: [", "EYAML" },
    } },

  { 136, "two documents, none, only comments, no mapping on top", naive = true,
    docs = {
      { "a: 1\n---\nb: 2\n", "EDOCUMENT" }, { "a: 1\n...\n---\n", "EDOCUMENT" },
      { "---\n---\na: 1\n", "EDOCUMENT" }, { "", "OK" }, { "# nothing\n", "OK" },
      { "---\n...\n", "OK" }, { "text\n", "EDOCUMENT" }, { "- a\n", "EDOCUMENT" },
      { "null\n", "EDOCUMENT" }, { "12\n", "EDOCUMENT" },
    } },

  { 137, "keys that are no text", naive = true,
    docs = {
      { "? [a]\n: b\n", "EKEY" }, { "? {a: b}\n: c\n", "EKEY" }, { "{[a]: b}\n", "EKEY" },
      { "null: a\n", "EKEY" }, { "~: a\n", "EKEY" }, { ": a\n", "EKEY" }, { "? \n: a\n", "EKEY" },
      { "true: a\n", "EKEY" }, { "1.5: a\n", "EKEY" }, { ".nan: a\n", "EKEY" },
      { "\"null\": a\n\"1.5\": b\n", "OK" }, { "a: {{ x }}\n", "EKEY" },
    } },
}

for _, row in ipairs(rows) do
  row.door, row.setup, row.input, row.expect = "yaml", {}, {}, {}
  for i, doc in ipairs(row.docs) do
    local name = ("%d.yaml"):format(i)
    row.setup[i] = { "file", "proj/" .. name, doc[1] }
    row.input[i], row.expect[i] = name, doc[2]
  end
  row.docs = nil
  row.why = row.naive and "the control reads no YAML" or nil
end

-- the same as rows of other doors
table.insert(rows, { 131, "an escaped NUL in a target", part = "target", door = "config",
  setup = {
    { "file", "proj/c.yaml", "project: m/\na:\n  _target_: \"m.x\\0y\"\n" },
    { "file", "proj/m/x.lua", "return function() return {} end\n" },
  },
  input = "c.yaml", expect = "ENAME", through = "lua" })
table.insert(rows, { 135, "a document of 64 MiB", part = "sparse", door = "yaml",
  setup = { { "sparse", "proj/x.yaml", 67108864 } },
  input = "x.yaml", expect = "ESIZE", events = 0 })

return rows
