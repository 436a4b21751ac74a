-- wick.graph.tree: a graph as lines: who is built from whom.  A part of
-- wick.graph.
--
-- May call: graph, tell, fail.

local fail = require "wick.fail"
local graphs = require "wick.graph"
local tell = require "wick.tell"

-- Where an object is told from afar: its key, when its place in the tree does
-- not say it.
local function from_afar(edge)
  local node = edge.to
  if edge.from.kind == "component" then
    local above = edge.from.key
    local joint = edge.label:sub(1, 1) == "[" and "" or "."
    if node.key == above .. joint .. edge.label then
      return ""
    end
  elseif edge.label == "@" .. node.key then
    return ""
  end
  return "  @" .. fail.quote(node.key, 200)
end

--- The lines, ended by a line end: each object once with all it is made of, and
--- where it is used again a pointer to it.  options: room (characters for an
--- expression), places (say where each is written).
return function(graph, options)
  local rows, told = {}, {}
  local function add(prefix, name, node, edge)
    local row = { prefix .. fail.quote(name, 200) }
    rows[#rows + 1] = row
    if told[node] then
      row[2] = ("-> %s (shared)"):format(fail.quote(told[node], 200))
      return false
    end
    told[node] = node.key
    row[2] = fail.quote(node.target or node.text, options.room)
      .. (edge and from_afar(edge) or "")
    row[3] = options.places and tell.place(node.mark, true)
    return true
  end
  -- frames {edges, next place, prefix of their lines}
  local stack = {}
  for _, root in ipairs(graphs.roots(graph)) do
    add("", root.key, root)
    stack[1] = { root.edges, 1, "" }
    while #stack > 0 do
      local frame = stack[#stack]
      local edge = frame[1][frame[2]]
      frame[2] = frame[2] + 1
      if not edge then
        stack[#stack] = nil
      else
        local last = frame[1][frame[2]] == nil
        local name = edge.from.kind == "component" and edge.label or edge.label:sub(2)
        if add(frame[3] .. (last and "└─ " or "├─ "), name, edge.to, edge) then
          stack[#stack + 1] = { edge.to.edges, 1, frame[3] .. (last and "   " or "│  ") }
        end
      end
    end
  end
  local first, second = 0, 0
  for _, row in ipairs(rows) do
    first = math.max(first, utf8.len(row[1]))
    second = row[3] and math.max(second, utf8.len(row[2])) or second
  end
  for i, row in ipairs(rows) do
    rows[i] = tell.pad(row[1], first) .. "  " .. (row[3] and tell.pad(row[2], second) .. "  "
      .. row[3] or row[2])
  end
  rows[#rows + 1] = ""
  return table.concat(rows, "\n")
end
