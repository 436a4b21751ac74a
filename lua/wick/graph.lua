-- wick.graph: what is built from what: components and late expressions, what
-- `run` refers to, and the places where one uses another.
--
-- May call: the tree, evaluate's state, show/form (how a late value is
-- written), tell, json, fail, core.  Builds nothing.
--
-- A graph is {nodes, edges}.  A node is {id, key, kind ("component",
-- "expression", "reference" (in `run`), "host"), target or text, mark, edges (its
-- own)}; an edge is {from, to (both nodes), label (the key path within `from`, or
-- the reference in an expression), place (the node of the tree that says it)}.
-- All paths count the items of a list as they were written.

local core = require "wick.core"
local fail = require "wick.fail"
local tell = require "wick.tell"

local M = {}

-- What stands for an object below `top`, in document order; nothing that is below
-- such a node.  In a component that hands its children over as they are (`whole`),
-- components are plain maps.
local function objects_in(tree, top, whole)
  local list = {}
  local open = { tree:children(top) }
  local at = { 1 }
  while #open > 0 do
    local id = open[#open][at[#open]]
    at[#open] = at[#open] + 1
    if not id then
      open[#open], at[#at] = nil, nil
    elseif tree:object(id) and not (whole and tree:kind(id) == "map") then
      list[#list + 1] = id
    else
      open[#open + 1], at[#at + 1] = tree:children(id), 1
    end
  end
  return list
end

-- Is this a component whose children are handed over as they are?
local function is_whole(tree, id)
  return tree:is(id, "component") and tree:is(id, "tagged")
end

-- The key path of a place as component `id` has it.
local function label_of(tree, id, place)
  local segments = tree:segments(place)
  local depth = #tree:segments(id)
  return core.keytext(table.move(segments, depth + 1, #segments, 1, {}))
end

local function make_node(self, view, id)
  local tree = self.tree
  local node = { id = id, key = tell.path(tree, id), mark = tree:mark(id, "", "key"), edges = {} }
  local kind = tree:kind(id)
  if kind == "object" then
    node.kind, node.text = "reference", "@" .. view:path(tree:object(id))
  elseif kind == "late" then
    node.kind, node.text = "expression", view:late(id)
  elseif kind == "host" then
    node.kind, node.text = "host", "a " .. type(self.hosts[id])
  else
    local target = tree:find(id, "_target_")
    node.kind = "component"
    node.target = target and tree:text(target) or "?"
  end
  return node
end

-- What a late value refers to: {label, target node of the tree}.
local function references(self, view, id)
  local list, tree = {}, self.tree
  local seen = {}
  local function add(place)
    local label = "@" .. view:path(place)
    if not seen[label] then
      seen[label] = true
      list[#list + 1] = { label, tree:object(place) }
    end
  end
  for _, expression in ipairs(self.late[id].exprs) do
    for i = 1, #expression.ast.refs do
      local target = expression.targets[i]
      if target and tree:object(target) then
        add(target)
      elseif target then
        for _, place in ipairs(objects_in(tree, target, false)) do
          add(place)
        end
      end
    end
  end
  return list
end

-- Is the node what `run` says, or one of its items?
local function is_run(self, id)
  local run = self:run_node()
  return run ~= nil and (id == run or self.tree:up(id) == run)
end

--- The graph of a config.
function M.of(self)
  local tree = self.tree
  local view = require "wick.show.form".view(self, {})
  function view.segments(_, id) -- items as they were written, not as show numbers them
    return tree:segments(id)
  end
  local graph = { nodes = {}, edges = {} }
  local known = {}
  local function node_of(id)
    if not known[id] then
      known[id] = make_node(self, view, id)
      graph.nodes[#graph.nodes + 1] = known[id]
    end
    return known[id]
  end
  -- A stack, so that what is inside an object comes right behind it, in the order of
  -- the document.
  local open = {}
  local function push(places)
    for i = #places, 1, -1 do
      open[#open + 1] = places[i]
    end
  end
  push(objects_in(tree, self.top, false))
  while #open > 0 do
    local id = table.remove(open)
    local object = tree:object(id)
    if object ~= id and is_run(self, id) then
      local node = node_of(id)
      node.edges[1] = { from = node, to = object, label = node.text, place = id }
    elseif object == id and not known[id] then
      local node = node_of(id)
      if node.kind == "component" then
        local inner = objects_in(tree, id, is_whole(tree, id))
        for i, place in ipairs(inner) do
          node.edges[i] = { from = node, to = tree:object(place),
            label = label_of(tree, id, place), place = place }
        end
        push(inner)
      elseif node.kind == "expression" then
        for _, reference in ipairs(references(self, view, id)) do
          node.edges[#node.edges + 1] = { from = node, to = reference[2], label = reference[1],
            place = id }
        end
      end
    end
  end
  for _, node in ipairs(graph.nodes) do
    for _, edge in ipairs(node.edges) do
      edge.to = node_of(edge.to)
      graph.edges[#graph.edges + 1] = edge
    end
  end
  return graph
end

--- The nodes that no other uses, in document order.
function M.roots(graph)
  local used, roots = {}, {}
  for _, edge in ipairs(graph.edges) do
    used[edge.to] = true
  end
  for _, node in ipairs(graph.nodes) do
    if not used[node] then
      roots[#roots + 1] = node
    end
  end
  return roots
end

-- A name and what is there, hostile bytes escaped.
local function words_of(node)
  return fail.quote(node.key, 200), fail.quote(node.target or node.text, 80)
end

--
-- Pictures
--

local function dot_text(text)
  return (text:gsub('[\\"]', "\\%0"))
end

function M.dot(graph)
  local out, names = { "digraph wick {", "  rankdir=LR;", "  node [shape=box];" }, {}
  for i, node in ipairs(graph.nodes) do
    names[node] = "n" .. i
    local key, what = words_of(node)
    out[#out + 1] = ('  n%d [label="%s\\n%s"%s];'):format(i, dot_text(key), dot_text(what),
      node.kind == "component" and "" or ", style=dashed")
  end
  for _, edge in ipairs(graph.edges) do
    out[#out + 1] = ('  %s -> %s [label="%s"];'):format(names[edge.from], names[edge.to],
      dot_text(fail.quote(edge.label, 80)))
  end
  out[#out + 1] = "}\n"
  return table.concat(out, "\n")
end

local ENTITIES = { ['"'] = "#quot;", ["#"] = "#35;", ["<"] = "#lt;", [">"] = "#gt;",
  ["&"] = "#amp;", ["`"] = "#96;" }

local function mermaid_text(text)
  return (text:gsub('["#<>&`]', ENTITIES))
end

function M.mermaid(graph)
  local out, names = { "graph LR" }, {}
  for i, node in ipairs(graph.nodes) do
    names[node] = "n" .. i
    local key, what = words_of(node)
    local shape = node.kind == "component" and '  n%d["%s<br/>%s"]' or '  n%d(["%s<br/>%s"])'
    out[#out + 1] = shape:format(i, mermaid_text(key), mermaid_text(what))
  end
  for _, edge in ipairs(graph.edges) do
    out[#out + 1] = ('  %s -->|"%s"| %s'):format(names[edge.from],
      mermaid_text(fail.quote(edge.label, 80)), names[edge.to])
  end
  out[#out + 1] = ""
  return table.concat(out, "\n")
end

--- The graph as plain tables: nodes {key, kind, target or text, mark}, edges
--- {from, to (keys), label}.
function M.plain(graph)
  local plain = { nodes = {}, edges = {} }
  for i, node in ipairs(graph.nodes) do
    plain.nodes[i] = { key = node.key, kind = node.kind, target = node.target, text = node.text,
      mark = node.mark }
  end
  for i, edge in ipairs(graph.edges) do
    plain.edges[i] = { from = edge.from.key, to = edge.to.key, label = edge.label }
  end
  return plain
end

--- The graph as a value for wick.json.
function M.value(graph)
  local json = require "wick.json"
  local nodes, edges, roots = {}, {}, {}
  for i, node in ipairs(graph.nodes) do
    nodes[i] = json.object {
      { "key", json.text(node.key) }, { "kind", node.kind },
      { "target", node.target and json.text(node.target) },
      { "text", node.text and json.text(node.text) }, { "mark", json.mark(node.mark) },
    }
  end
  for i, edge in ipairs(graph.edges) do
    edges[i] = json.object {
      { "from", json.text(edge.from.key) }, { "to", json.text(edge.to.key) },
      { "label", json.text(edge.label) },
    }
  end
  for i, node in ipairs(M.roots(graph)) do
    roots[i] = json.text(node.key)
  end
  return json.object {
    { "nodes", json.list(nodes) }, { "edges", json.list(edges) }, { "roots", json.list(roots) },
  }
end

function M.json(graph)
  local text, err = require "wick.json".encode(M.value(graph), true)
  return text and text .. "\n", err
end

return M
