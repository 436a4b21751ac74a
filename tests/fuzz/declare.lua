-- declare: any text as a type, and as the text of a module.  What it declares has its
-- places in the text and is the same the second time; a config is compared with it, and
-- what is told of that can be shown.

local comments = require "wick.declare.comments"
local declare = require "wick.declare"
local find = require "wick.declare.find"
local sound = require "tests.fuzz.sound"
local types = require "wick.declare.types"
local wick = require "wick"

local SECRET = "hunter2" -- unless the text has it, no message has

local config = assert(wick.load {
  number = 3,
  a = wick.target "p.m.Make" {
    x = 1, y = "text", z = { 1, "two", 3.5 }, o = { x = 1, y = { z = true } }, f = print, n = 2.5,
    s = wick.ref "b", t = wick.ref "number", password = SECRET, [1] = "one",
  },
  b = wick.target "p.m.Make" {},
  c = wick.target "p.m.Make" { _args_ = { 1, "two", wick.null, { 1 } }, x = "1" },
})

-- What is told of the config when the module is this text.
local function errors_of(text)
  local project = { label = "p/" }
  local record = { text = text, file = "m.lua", path = "/p/m.lua" }
  local declared = declare.of(project, { record = record, path = { "Make" }, optional = false })
  if not declared then
    return {}, nil
  end
  for i = 1, #declared.params do
    local fields = declared.params[i] and declared:options(declared.params[i])
    for _, field in ipairs(fields and fields.list or {}) do
      assert(field.first >= 1 and field.last >= field.first and field.last <= #text)
      assert(type(field.doc) == "string" and type(field.said) == "string")
    end
  end
  local list = {}
  for _, id in ipairs(config.components) do
    list[#list + 1] = { id, declared }
    for _, child in ipairs(declare.read(config.tree, id, declared) or {}) do
      assert(config.tree:up(child) == id)
    end
  end
  return declare.check(config, list), declared
end

-- A type is understood, or not, and ends in its line.
local function check_type(text)
  local of, stop = types.parse(text, 1)
  local again, same = types.parse(text, 1)
  assert((of == nil) == (again == nil) and stop == same)
  if of then
    assert(stop > 1 and stop <= #text + 1)
    assert(not text:sub(1, stop - 1):find("[\n\r]"), "it goes over its line")
    assert(types.say(of) == types.say(again))
    assert(not types.takes_all(of) or types.takes_nil(of) or of.kind ~= "any")
  end
end

return function(text)
  check_type(text)
  local read = comments.read(text)
  for line = 1, read and #read.starts or 0 do
    assert(read:line_of(read.starts[line]) == line)
    local params = read:params(line)
    for name, param in pairs(params or {}) do
      assert(param.name == name and text:sub(param.first, param.first + #name - 1) == name)
      assert(param.last >= param.first and param.last <= #text)
    end
  end
  local byte, names = find.called(text, { "Make" }, false)
  assert(not byte or text:sub(byte, byte + 7) == "function" and #names <= #text)
  for _, module in ipairs { text,
    text .. "\n---@param o A\nlocal function make(o, b) end\nreturn { Make = make }" } do
    local errors = errors_of(module)
    local again = errors_of(module)
    assert(#errors == #again)
    for i, err in ipairs(errors) do
      assert(err.message == again[i].message, "another problem the second time")
      assert(not err.message:find(SECRET, 1, true) or text:find(SECRET, 1, true),
        "a secret is shown")
      if i == #text % #errors + 1 then -- one of them: a report takes its time
        sound.error(err)
      end
    end
  end
end
