-- child: one hostile config, in a process of its own that budget.lua gives a
-- limit of processor time.
--
--     child lua ROWS N       row N of the file ROWS, as a Lua config
--     child yaml FILE        a config, to its values
--
-- Prints a table: code, what the message is (text, key, file, cause), what the
-- budgets say (steps, bytes) and, for a row that has `same`, the key `out`.

local core = require "wick.core"
local report = require "wick.report"

local function print_table(t)
  local list = {}
  for key, value in pairs(t) do
    list[#list + 1] = ("[%q] = %q"):format(key, value)
  end
  print("return { " .. table.concat(list, ", ") .. " }")
end

local function told(err)
  return { code = err.name, text = report.text(err), message = err.message, cause = err.cause,
    file = err.marks[1] and err.marks[1].file }
end

local function lua(path, n)
  local row = dofile(path)[tonumber(n)]
  local program, limits = row[3], {}
  if type(program) == "function" then
    program = program()
  end
  for name, value in pairs(core.limits) do
    limits[name] = row.limits and row.limits[name] or value
  end
  local tree = core.tree(limits)
  local usage
  -- the reader's advice belongs to the message
  local reader = { options = {}, included = {}, tree = { lua = function(_, name, text, options)
    options.env = function() end
    local top, err, used = tree:lua(name, text, options)
    usage = used
    return top, err
  end } }
  local top, err = require "wick.read.lua".read(reader, { name = "attack.lua" }, program, "map")
  local result = top and { code = "OK" } or told(err)
  if top and row.same then
    result.out = tostring(tree:value(tree:find(top, "out")))
  end
  result.steps, result.bytes = usage.steps, usage.bytes
  print_table(result)
end

local function yaml(path)
  local config, err = require "wick".load(path)
  print_table(config and { code = "OK" } or told(err))
end

local kinds = { lua = lua, yaml = yaml }
kinds[arg[1]](table.unpack(arg, 2))
