-- override: lines of any text as the overrides of a config in a table.  Each
-- is laid over it or refused in words; what came of it can be shown.

local wick = require "wick"
local sound = require "tests.fuzz.sound"

local LIMITS = {
  ["config.nodes"] = 2000, ["alias.nodes"] = 500, ["value.bytes"] = 65536, ["value.nodes"] = 2000,
  ["scalar.bytes"] = 4096, ["document.depth"] = 40,
}

local function source()
  return {
    a = 1, b = { c = "text", list = { 1, 2.5, { d = true } }, ["odd key"] = wick.null },
    model = { _target_ = "p.M", size = 3, deep = { _target_ = "p.N", _args_ = { 1 } } },
    ref = wick.ref "b.list", sum = wick.expr "@a + 1", late = wick.expr "@model:size()",
    [7] = "seven",
  }
end

return function(text)
  local words = {}
  for word in text:gmatch("[^\n]+") do
    words[#words + 1] = #words < 8 and word or nil
  end
  local config, err = wick.load(source(), words, { limits = LIMITS })
  if not config then
    return sound.error(err)
  end
  local shown = assert(config:show())
  assert(type(shown) == "string")
  local value, wrong = config:get()
  if value == nil then
    sound.error(wrong)
  end
  config:close()
end
