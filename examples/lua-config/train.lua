-- The experiment of examples/iris as a Lua table: the same modules, the same
-- values, the same result.  What is computed here is computed when the config
-- is read; `ref` and `expr` say what waits for the objects.
local quick = env("QUICK", "no") == "yes"

-- What draws at random gets the one seed.
local function seeded(options)
  options.seed = ref "seed"
  return options
end

return {
  project = "../iris/iris",
  seed = 1936,

  dataset = target "iris.Dataset" (seeded {
    path = expr "file('../iris/iris.csv')",
    test = 0.3,
  }),

  model = target "iris.model.Perceptron" (seeded {
    inputs = expr "(@dataset).inputs",
    hidden = 8,
    outputs = expr "#(@dataset).species",
  }),

  optimizer = include "optimizer.lua",

  trainer = target "iris.Trainer" (seeded {
    dataset = ref "dataset",
    model = ref "model",
    optimizer = ref "optimizer",
    epochs = quick and 2 or 10,
    batch = 15,
  }),

  run = expr "@trainer:fit()",
}
