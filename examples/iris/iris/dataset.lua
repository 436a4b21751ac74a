-- The flowers: rows of a CSV file, scaled and split in two.

local util = require "iris.util"

---@class Flower
---@field x number[]   the measurements, scaled
---@field y integer    which species, from 1

---@class Dataset
---@field train Flower[]
---@field test Flower[]
---@field species string[]
---@field inputs integer   measurements of each flower
local Dataset = {}
Dataset.__index = Dataset

---@class Dataset.Options
---@field path string     a CSV file with a header; the last column is the species
---@field test number     the part kept for the test, between 0 and 1
---@field seed integer    of the split

-- Reads the file: flowers by species, species in order of appearance.
local function read(path)
  local file, problem = io.open(path)
  if not file then
    return nil, problem
  end
  local groups, species = {}, {}
  file:read("l") -- the header
  for line in file:lines() do
    local x = {}
    for cell in line:gmatch("([^,]+),") do
      x[#x + 1] = tonumber(cell)
    end
    local name = line:match("[^,]*$")
    if not groups[name] then
      species[#species + 1] = name
      groups[name] = {}
    end
    table.insert(groups[name], { x = x, y = #species })
  end
  file:close()
  return groups, species
end

-- Scales all measurements so that those of `flowers` have mean 0, variance 1.
local function scale(flowers, others)
  for i = 1, #flowers[1].x do
    local sum, squares = 0, 0
    for _, flower in ipairs(flowers) do
      sum, squares = sum + flower.x[i], squares + flower.x[i] ^ 2
    end
    local mean = sum / #flowers
    local deviation = math.sqrt(squares / #flowers - mean ^ 2)
    for _, list in ipairs { flowers, others } do
      for _, flower in ipairs(list) do
        flower.x[i] = (flower.x[i] - mean) / deviation
      end
    end
  end
end

---Reads the flowers and splits each species in the same proportion.
---@param options Dataset.Options
---@return Dataset?
---@return string? message
function Dataset.new(options)
  local groups, species = read(options.path)
  if not groups then
    return nil, species
  end
  local self = setmetatable({ train = {}, test = {}, species = species }, Dataset)
  local draw = util.random(options.seed)
  for _, name in ipairs(species) do
    local group = groups[name]
    util.shuffle(group, draw)
    local kept = math.floor(#group * options.test + 0.5)
    table.move(group, 1, kept, #self.test + 1, self.test)
    table.move(group, kept + 1, #group, #self.train + 1, self.train)
  end
  if #self.train == 0 or #self.test == 0 then
    return nil, "nothing to train with, or nothing to test with"
  end
  self.inputs = #self.train[1].x
  scale(self.train, self.test)
  return self
end

return Dataset
