-- compose_bench: what composing a config costs, in process.
--
--     lua5.4 tests/bench/compose_bench.lua DIR
--
-- DIR is an empty folder for what is measured.  Prints lines for people.

local dir = assert(arg[1], "usage: compose_bench.lua DIR")
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path
package.cpath = "build/lua/?.so;" .. package.cpath

local core = require "wick.core"
local wick = require "wick"

local function write(name, text)
  local file = assert(io.open(dir .. "/" .. name, "wb"))
  file:write(text)
  assert(file:close())
  return dir .. "/" .. name
end

-- The least CPU seconds of one call, of `rounds` rounds of `count` calls.
local function best(rounds, count, f)
  local least = math.huge
  for _ = 1, rounds do
    collectgarbage()
    local start = os.clock()
    for _ = 1, count do
      f()
    end
    least = math.min(least, (os.clock() - start) / count)
  end
  return least
end

--
-- Three groups, four files, ten overrides
--

assert(os.execute(("mkdir -p '%s/model' '%s/optim' '%s/data'"):format(dir, dir, dir)))
local top = write("train.yaml", [[
defaults:
  - model: unet
  - optim: adam
  - data: cifar
  - _self_
project: exp/
name: baseline
seed: 17
trainer:
  epochs: 30
  precision: 16
  callbacks: [checkpoint, progress]
]])
write("model/unet.yaml", [[
width: 64
depth: 4
dropout: 0.1
norm: batch
channels: [64, 128, 256, 512]
]])
write("optim/adam.yaml", [[
lr: 0.001
betas: [0.9, 0.999]
weight_decay: 0.0001
schedule: {kind: cosine, warmup: 500}
]])
write("data/cifar.yaml", [[
path: data/cifar10
batch: 128
workers: 4
augment: {flip: true, crop: 32, jitter: 0.1}
]])
local words = {
  "name=run7", "seed=3", "trainer.epochs=5", "model.width=32", "model.dropout=0.2",
  "optim.lr=0.01", "optim.schedule.warmup=10", "data.batch=64", "data.augment.flip=false",
  "trainer.precision=32",
}

local function compose()
  local config <close> = assert(wick.load(top, words))
  return config
end

local ours = best(25, 100, compose) * 1e3
print(("  wick, with values and provenance  %7.3f ms"):format(ours))

local script = write("merge.py", [[
import sys, time
try:
    from omegaconf import OmegaConf
except ImportError:
    sys.exit(7)
d, words = sys.argv[1], sys.argv[2:]
def merge():
    c = OmegaConf.load(d + "/train.yaml")
    for group, choice in (("model", "unet"), ("optim", "adam"), ("data", "cifar")):
        c = OmegaConf.merge({group: OmegaConf.load(d + "/%s/%s.yaml" % (group, choice))}, c)
    return OmegaConf.merge(c, OmegaConf.from_dotlist(words))
merge()
best = 1e9
for _ in range(7):
    start = time.process_time()
    for _ in range(5):
        merge()
    best = min(best, (time.process_time() - start) / 5)
print(best * 1e3)
]])
local pipe = assert(io.popen(("/usr/bin/python3 '%s' '%s' %s 2>/dev/null"):format(script, dir,
  table.concat(words, " "))))
local theirs = tonumber(pipe:read("l") or "")
pipe:close()
if theirs then
  print(("  OmegaConf, merging the same       %7.3f ms   %.0fx"):format(theirs, theirs / ours))
else
  print("  skipped: OmegaConf (python3-omegaconf) is not there")
end

--
-- What keeping the nodes that were replaced costs
--

local layers, files = {}, {}
for i = 1, 30 do -- thirty layers of a config of some 150 keys
  local lines = {}
  for k = 1, 50 do
    lines[k] = ("group%d: {a: %d, b: text%d, c: [1, 2, %d]}"):format(k, i, i, i)
  end
  layers[i] = table.concat(lines, "\n") .. "\n"
  files[i] = write(("layer%d.yaml"):format(i), layers[i])
end
local limits = {}
for name, value in pairs(core.limits) do
  limits[name] = value
end

local function load(keep)
  local tree = core.tree(limits)
  tree:forgets(not keep)
  local whole
  for i = 1, #layers do
    local layer = assert(tree:read("layer", layers[i], "map"))
    assert(not whole or tree:lay(whole, layer, "set"))
    whole = whole or layer
  end
end

local all, with, without = math.huge, math.huge, math.huge
for _ = 1, 15 do
  with = math.min(with, best(1, 10, function() load(true) end))
  without = math.min(without, best(1, 10, function() load(false) end))
  all = math.min(all, best(1, 5, function() assert(wick.load(files)):close() end))
end
print(("  30 layers over each other         %7.3f ms, of which provenance %.1f %%"):format(
  all * 1e3, (with - without) / all * 100))

--
-- Chains of references
--

local function chain(n)
  local lines = {}
  for i = 1, n - 1 do
    lines[i] = ("k%d: '@k%d'"):format(i, i + 1)
  end
  lines[n] = ("k%d: 1"):format(n)
  local path = write(("chain%d.yaml"):format(n), table.concat(lines, "\n") .. "\n")
  return function()
    assert(assert(wick.load(path)):get "k1" == 1)
  end
end

-- Each item of a list, by a list of references; from the last to the first.
local function items(n)
  local lines = { "l:" }
  for i = 1, n do
    lines[#lines + 1] = ("  - %d"):format(i)
  end
  lines[#lines + 1] = "m:"
  for i = n, 1, -1 do
    lines[#lines + 1] = ("  - '@l[%d]'"):format(i)
  end
  local path = write(("items%d.yaml"):format(n), table.concat(lines, "\n") .. "\n")
  return function()
    assert(assert(wick.load(path)):get "m[1]" == n)
  end
end

-- The place of each of n values, the last one first: each on its own line, or
-- all on one.
local function marks(n, separator)
  local numbers = {}
  for i = 1, n do
    numbers[i] = tostring(i)
  end
  local text = ("- %s\n"):format(table.concat(numbers, "\n- "))
  if separator then
    text = ("[%s]\n"):format(table.concat(numbers, separator))
  end
  return function()
    local tree = core.tree(limits)
    local values = tree:children((assert(tree:read("t", text, "any"))))
    for i = n, 1, -1 do
      tree:mark(values[i], "")
    end
  end
end

-- What n and 10 n of something cost, and what that is to each other.
local function compare(what, n, make)
  local run_short, run_long = make(n), make(10 * n)
  local short, long = math.huge, math.huge
  for _ = 1, 8 do -- in turns and as often: a noisy moment meets both
    short = math.min(short, best(2, 1, run_short))
    long = math.min(long, best(2, 1, run_long))
  end
  print(("  %s: %d %.1f ms, %d %.1f ms: %.2fx"):format(what, n, short * 1e3, 10 * n, long * 1e3,
    long / short))
end

compare("chains of references", 10000, chain)
compare("references to the items of a list", 8000, items)
compare("marks on lines", 8000, marks)
compare("marks on one line", 8000, function(n)
  return marks(n, ", ")
end)
