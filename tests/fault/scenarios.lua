-- scenarios: what the fault tests do over and over, through the public face of
-- the library.  Each is {name, function}; a function gives true, or nil and an
-- error, and leaves nothing open.

local wick = require "wick"

local LIGHTER = "examples/lighter-page/config.yaml"
local FIXTURES = "tests/fault/fixtures/"
local IRIS = "examples/iris/train.yaml"
local PLUGINS = (os.getenv "WICK_BUILD" or "build") .. "/tests/plugins"

local S = {}

local function scenario(name, f)
  S[#S + 1] = { name = name, run = f }
end

for _, backend in ipairs { "auto", "walk" } do
  scenario("builds the lighter-page example by " .. backend, function()
    local config <close>, err = wick.load(LIGHTER, nil, { backend = backend })
    if not config then
      return nil, err
    end
    local built, wrong = config:build()
    if not built then
      return nil, wrong
    end
    assert(built.system.model.layers == 18)
    assert(built.system.dataloaders.train.dataset.size == 1000)
    return config:close()
  end)
end

scenario("lays overrides over a config and shows it", function()
  local config <close>, err = wick.load(IRIS,
    { "model.hidden=4", "seed=$ 3 * 2", "optimizer.momentum=0.5" })
  if not config then
    return nil, err
  end
  local text, wrong = config:show()
  if not text then
    return nil, wrong
  end
  assert(text:find("hidden: 4", 1, true) and text:find("seed: 6", 1, true))
  return true
end)

scenario("checks a config", function()
  local config <close>, err = wick.load(IRIS)
  if not config then
    return nil, err
  end
  return config:check()
end)

scenario("opens a project and loads a module of it", function()
  local project <close>, err = wick.project("examples/lighter-page/my_project")
  if not project then
    return nil, err
  end
  local place, wrong = project:resolve "my_project.models.MyModel"
  if not place then
    return nil, wrong
  end
  local model
  model, wrong = project:import "my_project.models.MyModel"
  if not model then
    return nil, wrong
  end
  assert(model.new({ layers = 2 }).layers == 2)
  return true
end)

scenario("runs a Lua config", function()
  local config <close>, err = wick.load(FIXTURES .. "config.lua")
  if not config then
    return nil, err
  end
  local built, wrong = config:build()
  if not built then
    return nil, wrong
  end
  assert(built.model.layers == 42)
  return config:close()
end)

scenario("composes documents", function()
  local config <close>, err = wick.load(FIXTURES .. "composed.yaml", { "size=small", "+x.y=[1]" })
  if not config then
    return nil, err
  end
  local built, wrong = config:build()
  if not built then
    return nil, wrong
  end
  assert(built.model.layers == 11 and built.copied.layers == 11 and #built.list == 3)
  assert(built.size.name == "small-10" and built.other == 10 and built.gone == nil)
  return config:close()
end)

scenario("is handed a table", function()
  local config <close>, err = wick.load({
    a = { 1, 2, { b = "x" } }, c = wick.ref "a[3].b", d = wick.expr "#@a", f = print,
  })
  if not config then
    return nil, err
  end
  local value, wrong = config:get "d"
  if value == nil then
    return nil, wrong
  end
  assert(value == 3)
  return true
end)

-- Its library is loaded once, and keeps a descriptor from then on.
scenario("checks what a C plugin states, and builds with it", function()
  local config <close>, err = wick.load({ project = PLUGINS,
    a = { _target_ = "plugins.made.Make", size = 3 }, b = { _target_ = "plugins.made.Class" } })
  if not config then
    return nil, err
  end
  local checked, problem = config:check()
  if not checked then
    return nil, problem
  end
  local built, wrong = config:build()
  if not built then
    return nil, wrong
  end
  assert(built.a.size == 3 and built.b.mode == "a")
  return config:close()
end)

scenario("refuses a C plugin", function()
  local project <close>, err = wick.project(PLUGINS)
  if not project then
    return nil, err
  end
  local value, wrong = project:import "plugins.race1.Make"
  if value or wrong.name ~= "ESTATEMENT" then
    return nil, wrong
  end
  return true
end)

-- An error is as much work as an answer.  What it suggests may be less when
-- something fails again meanwhile.
scenario("tells what is wrong", function()
  local config, err = wick.load(IRIS, { "model.hiden=4", "modl.x=2" })
  if config or err.name ~= "ENOKEY" then
    return nil, err
  end
  assert(tostring(err):find("no such key `modl.x`", 1, true))
  config, err = wick.load({ project = "examples/iris", a = { _target_ = "iris.modle.Perceptron" } })
  if not config then
    return nil, err
  end
  local _ <close> = config
  local built, wrong = config:build()
  if built or wrong.name ~= "ENOTFOUND" then
    return nil, wrong
  end
  assert(tostring(wrong):find("iris.modle", 1, true))
  return true
end)

return S
