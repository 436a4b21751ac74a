-- config: any bytes as a config in a file.  It loads or is refused in words;
-- what `show` prints loads again, and prints the same.

local wick = require "wick"
local sound = require "tests.fuzz.sound"

local OPTIONS = {
  limits = {
    ["config.nodes"] = 2000, ["alias.nodes"] = 500, ["value.bytes"] = 65536,
    ["value.nodes"] = 2000, ["scalar.bytes"] = 4096, ["document.depth"] = 40,
  },
}

-- What is printed may be longer than what was read: references are values.
local AGAIN = { limits = { ["scalar.bytes"] = 65536 } }

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
end

return function(text, path)
  write(path, text)
  local config, err = wick.load(path, nil, OPTIONS)
  if not config then
    return sound.error(err)
  end
  local shown = assert(config:show())
  sound.text(shown, "what is shown")
  local value, wrong = config:get()
  if value == nil then
    sound.error(wrong)
  end
  config:close()
  write(path, shown)
  config, err = wick.load(path, nil, AGAIN)
  assert(config, ("what was shown does not load: %s\n%s"):format(tostring(err), shown))
  local again = assert(config:show())
  assert(again == shown, ("shown twice it differs:\n%s---\n%s"):format(shown, again))
  config:close()
end
