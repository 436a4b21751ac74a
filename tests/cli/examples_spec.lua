-- The examples: their data, and what their runs print.

local helper = require "tests.helper"

local IRIS = helper.root .. "/examples/iris/train.yaml"

describe("iris.csv", function()
  it("holds Fisher's 150 rows: the sums of its columns, 50 of each species", function()
    local sums, species, rows = { 0, 0, 0, 0 }, {}, 0
    local header
    for line in io.lines("examples/iris/iris.csv") do
      if not header then
        header = line
      else
        local a, b, c, d, name = line:match("^([%d.]+),([%d.]+),([%d.]+),([%d.]+),(%l+)$")
        assert.truthy(name, line)
        rows, species[name] = rows + 1, (species[name] or 0) + 1
        for i, cell in ipairs { a, b, c, d } do
          sums[i] = sums[i] + math.floor(tonumber(cell) * 10 + 0.5) -- in tenths: exact
        end
      end
    end
    assert.equal("sepal_length,sepal_width,petal_length,petal_width,species", header)
    assert.equal(150, rows)
    assert.same({ 8765, 4586, 5637, 1799 }, sums)
    assert.same({ setosa = 50, versicolor = 50, virginica = 50 }, species)
  end)
end)

describe("examples/iris", function()
  local function train(...)
    local status, out, err = helper.wick({ "run", IRIS, ... }, { cwd = "/" })
    assert.equal("", err)
    assert.equal(0, status)
    return out, tonumber(out:match("\ntest accuracy ([%d.]+)"))
  end

  it("prints the loss by epoch, then an accuracy above 0.93, the same each time", function()
    local out, accuracy = train()
    for epoch = 1, 10 do
      assert.truthy(out:find(("epoch %2d  loss %%d%%.%%d"):format(epoch)), epoch)
    end
    assert.truthy(accuracy > 0.93)
    assert.equal(out, (train()))
  end)

  it("is changed by overrides", function()
    local out = train()
    for _, word in ipairs { "model.hidden=3", "optimizer.lr=0.5", "seed=7" } do
      assert.not_equal(out, (train(word)), word)
    end
    local _, epochs = train("trainer.epochs=3"):gsub("epoch ", "")
    assert.equal(3, epochs)
  end)

  it("tells which option is wrong", function()
    local dir = helper.temp()
    helper.run({ "cp", "-R", "examples/iris", dir })
    local config = dir .. "/iris/train.yaml"
    helper.write(config, (helper.read(config):gsub("hidden:", "hiden:")))
    local status, _, err = helper.wick { "run", config }
    helper.remove(dir)
    assert.equal(3, status)
    assert.truthy(err:find("did you mean `hidden`?", 1, true), err)
  end)
end)

describe("examples/lua-config", function()
  it("is the experiment of examples/iris", function()
    local yaml = { helper.wick { "run", IRIS } }
    local lua = { helper.wick({ "run", helper.root .. "/examples/lua-config/train.lua" },
      { cwd = "/", env = { QUICK = false } }) }
    assert.equal(0, lua[1], lua[3])
    assert.same(yaml, lua)
  end)
end)

describe("examples/plugin", function()
  it("gives what the iris example gives, from a build of its own", function()
    local dir = helper.temp()
    local status, out, err = helper.run(("mkdir %s/examples && cp -R include %s && cp -R "
      .. "examples/iris examples/plugin %s/examples && make -s -C %s/examples/plugin clean && "
      .. "make -s -C %s/examples/plugin"):format(dir, dir, dir, dir, dir))
    assert.equal("", out .. err)
    assert.equal(0, status)
    local config = dir .. "/examples/plugin/train.yaml"
    local plain = { helper.wick { "run", IRIS } }
    assert.same(plain, { helper.wick { "run", config } })
    assert.same(plain, { helper.wick { "run", config, "+products.precise=true" } })
    for word, said in pairs {
      ["products.width=3"] = { 1, "more numbers than `width` allows" },
      ["products.width=0"] = { 1, "`width` is 1 to 65535" },
      ["products.width=wide"] = { 3, "iris/products.so states `width: integer`" },
    } do
      local code, _, text = helper.wick { "run", config, word }
      assert.equal(said[1], code)
      assert.truthy(text:find(said[2], 1, true), text)
    end
    -- whatever Lua hands it, it answers or raises
    helper.write(dir .. "/odd.lua", [[
      package.path = arg[1] .. "/lua/?.lua;" .. arg[1] .. "/lua/?/init.lua;" .. package.path
      package.cpath = arg[2] .. "/lua/?.so;" .. package.cpath
      local wick = require "wick"
      local project <close> = assert(wick.project(arg[3] .. "/examples/plugin/iris"))
      local Products = assert(project:import "iris.products.Products")
      local products = Products { width = 8, precise = true }
      local made, why = pcall(Products, { width = 8, precise = "false" })
      assert(not made and why == "bad option 'precise' (boolean expected, got string)", why)
      local function long(n)
        return setmetatable({}, { __len = function() return n end })
      end
      local odd = { long(-1), long(-2), long(math.maxinteger), long "x", "text", 7, false, {},
        { 1, "x" }, { 1, 2, 3 }, io.stdout, products, print, { 1, 2, 3, 4, 5, 6, 7, 8, 9 } }
      for _, a in ipairs(odd) do
        for _, b in ipairs(odd) do
          local ok, value = pcall(products.sums, products, a, b)
          assert(ok and type(value) == "table" or type(value) == "string")
        end
        assert(not pcall(products.sums, a, a, a))
      end
      assert(#products:sums({ 1, 2, 3, 4 }, { 5 }) == 2)
    ]])
    local code, said, text = helper.run({ helper.host, "odd.lua", helper.root, helper.build, dir },
      { cwd = dir })
    assert.equal("", said .. text)
    assert.equal(0, code)
    helper.remove(dir)
  end)
end)

describe("examples/lighter-page", function()
  it("builds what the page says, from any directory", function()
    local config = helper.root .. "/examples/lighter-page/config.yaml"
    local here = { helper.wick { "run", config } }
    assert.equal(0, here[1], here[3])
    assert.equal("", here[2])
    for _, text in ipairs {
      "system.model", "my_project.models.MyModel",
      "system.dataloaders.train.dataset", "my_project.datasets.MyDataset",
    } do
      assert.truthy(here[3]:find(text, 1, true), text)
    end
    assert.same(here, { helper.wick({ "run", config }, { cwd = "/" }) })
  end)
end)
