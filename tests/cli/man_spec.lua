-- The man page, src/wick.1: it has each verb and each flag that the command
-- knows, as the command takes them, and nothing else.

local codes = require "wick.cli.explain.code"
local helper = require "tests.helper"
local words = require "wick.cli.words"

local PAGE = "src/wick.1"

-- The words of a line of roff, as they print.
local function arguments(line)
  local list = {}
  line = line:gsub("\\%-", "-"):gsub("\\&", "") .. " "
  local at = 1
  while at <= #line do
    local first, last, word = line:find('^"([^"]*)" *', at)
    if not first then
      first, last, word = line:find("^([^ ]+) *", at)
    end
    if not first then
      break
    end
    list[#list + 1] = word
    at = last + 1
  end
  return list
end

-- The page as sections {title, text, subs = sections, tags = list of {tag, text}}.
local function parse(text)
  local page, section, sub, tag, wants_tag = {}, nil, nil, nil, false
  for line in text:gmatch("([^\n]*)\n") do
    local macro, rest = line:match("^%.(%S+) ?(.*)$")
    local said = macro and arguments(rest) or arguments(line)
    if macro == "SH" then
      section = { title = table.concat(said, " "), subs = {}, tags = {}, text = "" }
      page[section.title], sub, tag = section, nil, nil
    elseif macro == "SS" then
      sub = { title = table.concat(said, " "), tags = {}, text = "" }
      table.insert(section.subs, sub)
      tag = nil
    elseif macro == "TP" then
      wants_tag = true
    elseif macro == "PP" then
      tag = nil
    elseif wants_tag then
      tag, wants_tag = { tag = table.concat(said), text = "" }, false
      table.insert((sub or section).tags, tag)
    elseif section then
      local part = tag or sub or section
      part.text = part.text .. " " .. table.concat(said, " ")
    end
  end
  return page
end

-- How a flag is written: `-v, --verbose`, `--only NAME`.
local function written(name)
  local flag = words.flags[name]
  return (flag.short and "-" .. flag.short .. ", " or "") .. "--" .. name
    .. (flag.value and " " .. flag.value or "")
end

local function sorted(list)
  table.sort(list)
  return list
end

local function tags_of(section)
  local list = {}
  for i, tag in ipairs(section.tags) do
    list[i] = tag.tag
  end
  return sorted(list)
end

describe("the man page", function()
  local text = assert(helper.read(PAGE))
  local page = parse(text)

  it("has the verbs, in their order and with their words", function()
    local found, wanted = {}, {}
    for i, sub in ipairs(page.COMMANDS.subs) do
      found[i] = sub.title
    end
    for i, verb in ipairs(words.order) do
      wanted[i] = (verb .. " " .. words.verbs[verb].words):gsub("…", "...")
    end
    assert.same(wanted, found)
  end)

  it("has the flags of each verb, and of all", function()
    local common
    for i, verb in ipairs(words.order) do
      local own, all = {}, words.flags_of(verb)
      for j, name in ipairs(words.verbs[verb].own or {}) do
        own[j], all[name] = written(name), nil
      end
      assert.same(sorted(own), tags_of(page.COMMANDS.subs[i]), verb)
      if verb == "help" then
        local said = {}
        for name in page.COMMANDS.subs[i].text:gmatch("%-%-([%w-]+)") do
          said[name] = true
        end
        assert.same(all, said)
      else
        assert.same(common or all, all)
        common = all
      end
    end
    local wanted = {}
    for name in pairs(common) do
      wanted[#wanted + 1] = written(name)
    end
    assert.same(sorted(wanted), tags_of(page.OPTIONS))
  end)

  it("says what a flag may be, and which may be given many times", function()
    local function look(section, verb)
      for _, tag in ipairs(section.tags) do
        local name = tag.tag:match("%-%-([%w-]+)")
        for _, choice in ipairs(name == "format" and words.verbs[verb].formats
          or words.flags[name].choices or {}) do
          assert.truthy(tag.text:find("%f[%w]" .. choice .. "%f[%W]"), tag.tag .. ": " .. choice)
        end
      end
    end
    look(page.OPTIONS)
    for i, verb in ipairs(words.order) do
      look(page.COMMANDS.subs[i], verb)
    end
    local many, said = {}, {}
    for name, flag in pairs(words.flags) do
      many[name] = flag.many
    end
    for name in page.OPTIONS.text:match("^(.*)may be given many times"):gmatch("%-%-([%w-]+)") do
      said[name] = true
    end
    assert.same(many, said)
  end)

  it("names no other flag", function()
    for name in text:gsub("\\%-", "-"):gmatch("%-%-(%a[%w-]*)") do
      assert.truthy(words.flags[name] or name == "version", name)
    end
  end)

  it("has each exit status", function()
    local wanted, found = { ["0"] = true, ["9"] = true }, {}
    for _, code in ipairs(codes.codes()) do
      wanted[("%d"):format(codes.page(code).status)] = true
    end
    for _, tag in ipairs(page["EXIT STATUS"].tags) do
      found[tag.tag] = true
    end
    assert.same(wanted, found)
  end)

  it("is read by man without a word", function()
    if helper.run "command -v man" ~= 0 or helper.run "command -v groff" ~= 0 then
      return pending "there is no man"
    end
    local status, out, err = helper.run({ "man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8",
      PAGE }, { env = { LC_ALL = "C.UTF-8", MANWIDTH = "80" } })
    assert.same({ 0, "" }, { status, err })
    assert.truthy(out:find("wick", 1, true))
  end)
end)
