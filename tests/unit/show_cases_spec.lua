-- What `show` prints reads back to the same config: every config that a case of
-- tests/cli/cases names on a command line, with its overrides, in every format
-- and after every room.  What a format cannot say is refused; the last test has
-- the list of why.

local helper = require "tests.helper"
local lfs = require "lfs"
local wick = require "wick"
local words = require "wick.cli.words"
local outline = require "tests.outline"

local folder = helper.root .. "/tests/cli/cases"
local share = helper.root .. "/tests/cli/share"

-- The parts of a case: {kind, argument, text}.
local function parse(text)
  local parts = {}
  for line in text:gmatch("(.-)\n") do
    local kind, argument = line:match("^== (%a+) ?(.*)$")
    if kind then
      parts[#parts + 1] = { kind = kind, argument = argument, lines = {} }
    elseif parts[1] then
      table.insert(parts[#parts].lines, line)
    end
  end
  return parts
end

-- A `wick` that does nothing and tells where it was called, and its words.  A
-- command may run many at a time, so each writes to a file of its own.
local SPY = [[
#!/bin/sh
{ printf '%%s\0' "$PWD" "$@"; } >'%s'/"$$"
]]

-- Runs a command of a case with the spy for `wick`: what wick was called with, a
-- list of {cwd, words}.
local function calls_of(command, dir, bin)
  local calls = bin .. "/calls"
  helper.run(command, { cwd = dir, env = { PATH = bin .. ":" .. os.getenv("PATH"),
    ROOT = helper.root } })
  local list = {}
  for name in lfs.dir(calls) do
    if name:match("^%d+$") then
      local call = {}
      for word in helper.read(calls .. "/" .. name):gmatch("([^\0]*)\0") do
        call[#call + 1] = word
      end
      call.cwd = table.remove(call, 1)
      list[#list + 1] = call
      os.remove(calls .. "/" .. name)
    end
  end
  return list
end

-- A path of a command line, absolute.
local function at(cwd, path)
  local name, rest = path:match("^([%a_][%w_]*=)(.*)$")
  rest = rest or path
  return (name or "") .. (rest:sub(1, 1) == "/" and rest or cwd .. "/" .. rest)
end

-- The options that a command line asks for.
local function options_of(asked, after)
  local flags = asked.flags
  return {
    project = flags.project and at(asked.cwd, flags.project),
    config_root = flags["config-root"] and at(asked.cwd, flags["config-root"]),
    untrusted = flags.untrusted,
    targets = flags.targets,
    env = flags.env,
    allow = flags.allow,
    strict = flags.strict,
    trust_modes = true,
    limits = words.limits(asked, require "wick.core".limits),
    after = after,
  }
end

local LARGEST = 1 << 16 -- bytes of a config that is tried
local seen, tried = {}, 0 -- configs, by all that they depend on
local refused = {} -- why -> how often

-- Notes a refusal, which has a place and says what to do.
local function note(err, where)
  assert(err, where .. ": neither a text nor an error")
  assert(err.marks[1], where .. ": a refusal without its place: " .. err.message)
  assert(err.helps[1], where .. ": a refusal without help: " .. err.message)
  local reason = err.code .. " " .. err.message:gsub("`[^`]*`", "`*`")
  refused[reason] = (refused[reason] or 0) + 1
end

-- Shows a config and reads it back; after `read`, one of its documents.
local function round(asked, paths, first, format, after, where)
  local overrides = after == "read" and {} or asked.overrides
  local config = assert(wick.load(paths, overrides, options_of(asked, after)))
  local text, err = config:show { format = format, after = after }
  if not text then
    return note(err, where)
  end
  local name = ("%swhat-show-printed.%s"):format(paths[1]:match("^.*/"),
    format == "lua" and "lua" or "yaml")
  helper.write(name, text)
  local options = options_of(asked, after)
  options.limits = nil
  local again, problem = wick.load(name, {}, options)
  if not again and problem.kind == "limit" and format == "lua" then
    return note(problem, where) -- what a program may do is bounded
  end
  assert(again, ("%s: does not read back\n%s\n%s"):format(where, text, problem))
  assert.equal(text, again:show { format = format, after = after }, where)
  if first then
    overrides, options.after = after == "read" and asked.overrides or {}, nil
    again, problem = wick.load(name, overrides, options)
    assert(again, ("%s: does not read back\n%s\n%s"):format(where, text, problem))
    assert.equal(outline(first, format == "lua"), outline(again, format == "lua"),
      where .. "\n" .. text)
  end
  os.remove(name)
end

-- Whether a config was not tried yet; `parts`: all that it depends on.
local function is_new(parts)
  local id = table.concat(parts, "\0")
  local before = seen[id]
  seen[id] = true
  return not before
end

local function try(call, name)
  local asked = words.parse(call)
  if not asked or not asked.configs or #asked.configs == 0 then
    return
  end
  asked.cwd = call.cwd
  local parts = { call.cwd }
  for _, flag in ipairs { "project", "config-root", "untrusted" } do
    parts[#parts + 1] = tostring(asked.flags[flag])
  end
  for i, path in ipairs(asked.configs) do
    path = at(call.cwd, path)
    if lfs.attributes(path, "mode") ~= "file" or lfs.attributes(path, "size") > LARGEST then
      return -- a pipe would wait
    end
    asked.configs[i] = path
    parts[#parts + 1] = path .. "\0" .. helper.read(path)
  end
  local options = options_of(asked)
  local first = options.limits and wick.load(asked.configs, asked.overrides, options)
  if not first then
    return
  end
  local where = ("%s: wick %s"):format(name, table.concat(call, " "))
  local formats = asked.flags.untrusted and { "yaml", "json" } or { "yaml", "json", "lua" }
  local alone = #asked.configs == 1
  if is_new(parts) then
    for _, format in ipairs(formats) do
      for _, path in ipairs(asked.configs) do
        round(asked, { path }, alone and first, format, "read",
          ("%s --format=%s --after=read"):format(where, format))
      end
    end
  end
  for _, word in ipairs(asked.overrides) do
    parts[#parts + 1] = type(word) == "table" and "~" .. word.unset or word
  end
  parts[#parts + 1] = "composed"
  if is_new(parts) then
    tried = tried + 1
    for _, format in ipairs(formats) do
      for _, after in ipairs { "compose", "evaluate" } do
        round(asked, asked.configs, first, format, after,
          ("%s --format=%s --after=%s"):format(where, format, after))
      end
    end
  end
end

local function check(name)
  local dir, bin = helper.temp(), helper.temp()
  finally(function()
    helper.remove(dir)
    helper.remove(bin)
  end)
  helper.write(bin .. "/wick", SPY:format(bin .. "/calls"))
  assert(os.execute("chmod 755 " .. bin .. "/wick"))
  assert(lfs.mkdir(bin .. "/calls"))
  for _, part in ipairs(parse(helper.read(folder .. "/" .. name))) do
    if part.kind == "file" then
      helper.write(dir .. "/" .. part.argument, table.concat(part.lines, "\n") .. "\n")
    elseif part.kind == "take" then
      helper.write(dir .. "/" .. part.argument, helper.read(share .. "/" .. part.argument))
    elseif part.kind == "run" then
      for _, call in ipairs(calls_of(part.argument, dir, bin)) do
        try(call, name)
      end
    end
  end
end

describe("what show prints reads back, for", function()
  local names = {}
  for name in lfs.dir(folder) do
    if name:match("%.txt$") then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  for _, name in ipairs(names) do
    it("the configs of " .. name:gsub("%.txt$", ""):gsub("_", " "), function()
      check(name)
    end)
  end

  it("all but those that a format cannot say", function()
    local cannot, times = {
      "W0109 the key `*` is a number, and all keys of JSON are texts",
      "W0109 `*` is a key operator only without quotes",
      "W0109 `*` is a map with the keys of a list",
      "W0110 a Lua config joins texts by `*`, which does not write all values",
      "W0110 `*` is relative to ",
      "W0110 `*` takes no plain values, and this is one that an expression gave",
      "W0404 `*` is no expression, and a Lua config would have it as a text",
      "W0405 the value of `*` must be given, and a Lua config cannot say so",
      "W0704 a Lua config is nested at most 190 levels deep",
      "W0807 a Lua config has no operators for keys that are numbers",
      "W0807 a Lua config has no word for `*`, which deletes a key only if it is there",
    }, 0
    for reason, count in pairs(refused) do
      local known = false
      for _, text in ipairs(cannot) do
        known = known or reason:sub(1, #text) == text
      end
      assert.is_true(known, reason)
      times = times + count
    end
    assert.is_true(tried >= 400, tried .. " configs")
    assert.is_true(times < tried, times .. " refusals")
  end)
end)
