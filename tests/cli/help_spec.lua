-- The help: its lines fit where they are read, and it knows what the command
-- knows.

local helper = require "tests.helper"
local help = require "wick.cli.help"
local words = require "wick.cli.words"

local function longest(text)
  local most = 0
  for line in text:gmatch("[^\n]+") do
    most = math.max(most, utf8.len(line))
  end
  return most
end

describe("help", function()
  local verbs = { false, table.unpack(words.order) }

  it("is 80 columns wide at most", function()
    for _, verb in ipairs(verbs) do
      assert.is_true(longest(help.text(verb or nil)) <= 80, verb or "wick help")
      assert.equal(help.text(verb or nil), help.text(verb or nil, 200))
    end
  end)

  it("is as narrow as the terminal is, and says the same", function()
    for _, verb in ipairs(verbs) do
      local all = help.text(verb or nil):gsub("%s+", " ")
      for width = 40, 80 do
        local text = help.text(verb or nil, width)
        assert.is_true(longest(text) <= width, ("%s at %d"):format(verb or "wick help", width))
        assert.equal(all, (text:gsub("%s+", " ")))
      end
      assert.is_true(longest(help.text(verb or nil, 1)) <= 40)
    end
  end)

  it("is as narrow as the terminal of the command is", function()
    if helper.run "command -v script" ~= 0 then
      return pending "there is no script"
    end
    local _, out = helper.run(("script -qec 'stty cols 50; %s help; %s help run' /dev/null"):format(
      helper.command, helper.command), { env = { LC_ALL = "C.UTF-8" } })
    out = out:gsub("\r", "")
    assert.equal(help.text(nil, 50) .. help.text("run", 50), out)
  end)

  it("fits a terminal that is no UTF-8, too", function()
    for _, verb in ipairs(verbs) do
      local _, out = helper.wick({ "help", verb or nil }, { env = { LC_ALL = "C" } })
      assert.is_nil(out:find("[\128-\255]"))
      assert.is_true(longest(out) <= 80)
    end
  end)

  it("has a text for each verb and flag", function()
    local used = {}
    for _, verb in ipairs(words.order) do
      local text = help.text(verb)
      for name in pairs(words.flags_of(verb)) do
        assert.truthy(words.flags[name], name)
        assert.truthy(text:find("--" .. name .. " ", 1, true), verb .. " --" .. name)
        used[name] = true
      end
    end
    for name in pairs(words.flags) do
      assert.is_true(used[name], name .. " is a flag of no verb")
    end
  end)
end)
