-- outline: a config's tree as lines, for specs that compare two: place, kind and
-- text of each node, in order, and what objects and late values refer to.

-- The key path of a node, items counted as far as they are there.
local function place_of(tree, id)
  local out, up = {}, tree:up(id)
  while up do
    local key = tree:key(id)
    for i, child in ipairs(tree:kind(up) == "list" and tree:children(up) or {}) do
      key = child == id and i or key
    end
    table.insert(out, 1, ("%q"):format(key))
    id, up = up, tree:up(up)
  end
  return table.concat(out, " ")
end

--- `loose`: an empty list is an empty map, as for a Lua config.
return function(config, loose)
  local tree, out, stack = config.tree, {}, { config.top }
  while #stack > 0 do
    local id = table.remove(stack)
    local kind = tree:kind(id)
    local children = tree:children(id)
    local line = place_of(tree, id) .. " "
      .. (loose and kind == "list" and #children == 0 and "map" or kind)
    if kind == "object" then
      line = line .. " " .. place_of(tree, tree:object(id))
    elseif kind == "late" then
      for _, expression in ipairs(config.late[id].exprs) do
        for _, target in pairs(expression.targets) do
          line = line .. " " .. place_of(tree, target)
        end
      end
    elseif kind == "map" then
      line = line .. (tree:object(id) and " component" or "")
    elseif kind == "float" or kind == "int" or kind == "bool" then
      line = line .. (" %q"):format(tree:value(id))
    elseif kind ~= "list" and kind ~= "null" then
      local text = tree:text(id)
      if tree:up(id) == config.top and tree:key(id) == "project" then
        local read = require "wick.read" -- where it leads
        text = read.absolute(read.folder(config, id), text)
      end
      line = line .. (" %q"):format(text)
    end
    if kind == "string" and tree:text(id) == "???" then
      line = line .. tostring(tree:is(id, "tagged"))
    end
    out[#out + 1] = line
    for i = #children, 1, -1 do
      stack[#stack + 1] = children[i]
    end
  end
  return table.concat(out, "\n")
end
