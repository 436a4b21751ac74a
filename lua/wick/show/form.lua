-- wick.show.form: what a node says, for all formats that show prints.  A part
-- of wick.show.
--
-- May call: show/expression, the tree, evaluate's state, sigil (keys that are
-- refused), read, fail, tell, core.  Runs nothing of the project.
--
-- A view is a tree at a stage: `read` and `compose` say references and
-- expressions as they were written, `evaluate` has values in their place, and
-- what needs an object stays as written with its paths made absolute.  A path
-- counts the items of a list that are shown, for those alone are read back.

local core = require "wick.core"

local M = {}

local View = {}
View.__index = View

--- A view of `self` (a config).  options: after ("evaluate"), raw (with the
--- `defaults` of its first document), format (nil: none), absolute (names of files
--- too, where they lead to the same place without).
function M.view(self, options)
  return setmetatable({
    self = self,
    tree = self.tree,
    top = self.top,
    after = options.after or "evaluate",
    raw = options.raw,
    format = options.format,
    absolute = options.absolute,
    evaluated = self.color or {},
    disabled = self.disabled or {},
    wraps = {}, -- node -> the expression that stands for its value, or false
    refused = nil, -- the error of what the format cannot say
    places = {}, -- list -> item -> its place among those that are shown
  }, View)
end

--- The node that stood at `id` at this stage.
function View:node(id)
  if self.after ~= "evaluate" and (self.evaluated[id] or self.disabled[id]) then
    return self.tree:previous(id) or id
  end
  return id
end

--- The children of a map or list that are shown.
function View:children(id)
  local tree = self.tree
  if self.after == "evaluate" then
    return tree:children(id)
  end
  local list = {}
  if self.raw and id == self.top then
    list[1] = self.self.documents[1].defaults
  end
  for _, child in ipairs(tree:children(self:node(id), true)) do
    if tree:kind(self:node(child)) ~= "none" then
      list[#list + 1] = child
    end
  end
  return list
end

--- The key of a child of a map, and whether it was written plain; what the map
--- is now does not matter.
function View:key(id)
  return self.tree:key(id, true)
end

local function places_of(self, list)
  local places = self.places[list]
  if not places then
    places = {}
    for i, child in ipairs(self:children(list)) do
      places[child] = i
    end
    self.places[list] = places
  end
  return places
end

-- The segments of a node's key path, items counted as they are shown.
function View:segments(id)
  local tree, back = self.tree, {}
  local up = tree:up(id)
  while up do
    back[#back + 1] = tree:kind(up) == "list" and places_of(self, up)[id] or (tree:key(id))
    id, up = up, tree:up(up)
  end
  local list = {}
  for i = #back, 1, -1 do
    list[#list + 1] = back[i]
  end
  return list
end

--- The key path of a node.  In an expression a name with `-` is quoted: there
--- it is a subtraction.
function View:path(id, in_expression)
  local segments = self:segments(id)
  if not in_expression then
    return core.keytext(segments)
  end
  local out = {}
  for i, segment in ipairs(segments) do
    local text = core.keytext { segment }
    if type(segment) == "string" and segment:find("-", 1, true) and text:sub(1, 1) ~= "[" then
      text = '["' .. segment .. '"]'
    end
    out[i] = (i > 1 and text:sub(1, 1) ~= "[" and "." or "") .. text
  end
  return table.concat(out)
end

--- A late value as written, its references made absolute; what an optional one
--- does not find is nil.
function View:late(id)
  local text = self.tree:text(self.tree:previous(id))
  return require "wick.show.expression".placed(self, id, text)
end

--- A format has no way to say this: what it cannot, and why.  `problem`: name,
--- message, helps; label (nil: none) or mark.  The first is told.
function View:refuse(id, problem)
  self.refused = self.refused or require "wick.fail".new(problem.name, {
    message = problem.message,
    key = require "wick.tell".path(self.tree, id),
    marks = { problem.mark or self.tree:mark(id, problem.label or "", problem.part) },
    notes = problem.notes,
    helps = problem.helps,
  })
end

--- The same for a key of bytes that are no Unicode, where no expression can give
--- the map.
function View:refuse_key(id)
  self:refuse(id, { name = "EKEY", part = "key",
    message = "a document has no way to write a key that is not Unicode",
    helps = { "let a constructor make this table" } })
end

--- Whether a node is the config's `project`.
function View:is_project(id)
  return self.tree:up(id) == self.self.top and self.tree:key(id) == "project"
end

--- The folder that `project` names, taken from another document than the first,
--- where it would lead elsewhere: absolute.  Any other text as it is.
function View:placed(id, text)
  local config = self.self
  if self.after == "read" or text:sub(1, 1) == "/" or not self:is_project(id) then
    return text
  end
  local read = require "wick.read"
  local folder = read.folder(config, id)
  return folder == config.folder and text or read.absolute(folder, text)
end

-- What `run` does, which must be expressions or components: a set of nodes.
local function items_of_run(self)
  local tree, set = self.tree, {}
  local run = tree:find(self.self.top, "run")
  local kind = run and tree:kind(run)
  if kind == "list" or kind == "map" and not tree:object(run) then
    for _, id in ipairs(tree:children(run)) do
      set[id] = true
    end
  elseif run then
    set[run] = true
  end
  return set
end

-- Why the value at a node does not say in a document what it is: an expression
-- gave it.  nil when it does.
local function misread(self, id, kind)
  local tree = self.tree
  self.run = self.run or items_of_run(self)
  if self.run[id] and self.evaluated[id] and not tree:object(id) and kind ~= "null"
    and kind ~= "late" and kind ~= "object" then
    return "`run` takes no plain values, and this is one that an expression gave"
  elseif kind ~= "map" or tree:object(id) then
    return nil
  end
  for _, child in ipairs(tree:children(id)) do
    local key = tree:key(child)
    if type(key) ~= "string" then
      key = ""
    elseif not utf8.len(key) then
      return false -- the formats have their own words for that
    end
    if key == "_target_" then
      return "this plain map with the key `_target_` would be a component"
    elseif (key:find("_", 1, true) or key:lower() == "target")
      and require "wick.sigil".refuses(self.self, child, key) then
      return ("a document cannot have the key `%s` here"):format(require "wick.fail".quote(key, 40))
    end
  end
end

-- The expression that gives the value at a node, where that value alone would be
-- read as something else; else nil.
local function wrapped(self, id, kind)
  local text = self.wraps[id]
  if text == nil then
    local why = misread(self, id, kind)
    text = why ~= nil and require "wick.show.expression".value(self, id) or false
    if why and not text then
      self:refuse(id, { name = "EVALUE", message = why,
        notes = { "an expression in its place cannot give null, an empty list or an object in "
          .. "a table" },
        helps = { "`--after=compose` shows what is written" } })
    end
    self.wraps[id] = text
  end
  return text or nil
end

--- What a node says: its kind, and what belongs to it.
---   "map" "list" "null"
---   "bool" "int" "float"   the value
---   "text"                 plain text
---   "sigil"                a reference or expression as YAML has it
---   "missing"              `???`
---   "host"                 the type of a value of the host program
function View:says(id)
  if self.after == "evaluate" then
    local kind = self.tree:kind(id)
    local text = (kind == "map" or self.evaluated[id]) and wrapped(self, id, kind)
    if text then
      return "sigil", text
    end
  end
  return self:as_it_is(id)
end

--- The same, whatever it would be read as.
function View:as_it_is(id)
  local tree = self.tree
  local node = self:node(id)
  local kind = tree:kind(node)
  if kind == "string" then
    local text = tree:text(node)
    if tree:is(node, "sigil") then
      return "sigil", require "wick.show.expression".placed(self, id, text)
    elseif text == "???" and not tree:is(node, "tagged") then
      local written = self.after == "evaluate" and self.self.lacking[node]
      if written then -- given there, it is given here
        return "sigil", "@" .. self:path(written)
      end
      return "missing"
    end
    return "text", self:placed(id, text)
  elseif kind == "object" then
    return "sigil", "@" .. self:path(tree:object(node))
  elseif kind == "late" then
    return "sigil", self:late(node)
  elseif kind == "host" then
    return "host", type(self.self.hosts[node])
  elseif kind == "map" or kind == "list" or kind == "null" then
    return kind
  end
  return kind, tree:value(node)
end

--- Text that looks like a sigil, doubled, so that it reads back as text.
function M.doubled(text)
  local first = text:sub(1, 1)
  if first == "@" or first == "%" or first == "$" and text:sub(2, 2) ~= "{" then
    text = first .. text
  end
  return (text:gsub("%${", "$${"))
end

--- Bytes that no Unicode text has, as an expression that gives them: a string
--- of Lua.  nil when the text is Unicode.
function M.bytes(text)
  if utf8.len(text) then
    return nil
  end
  return "$ " .. M.lua_string(text)
end

local LUA = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ['"'] = '\\"', ["\\"] = "\\\\" }

--- Does the character hide, or turn the text around it?  Then it is shown as
--- an escape, though it is UTF-8: in messages (core.quote) as in values.
function M.is_deceiving(code)
  local char = code >= 0x80 and utf8.char(code)
  return char and core.quote(char, 1) ~= char
end

--- Calls each(char, code) for the characters of a text, in order; `code` is
--- nil for a byte that is no UTF-8.
function M.characters(text, each)
  local at = 1
  while at <= #text do
    if utf8.len(text, at, at) then
      local after = utf8.offset(text, 2, at)
      each(text:sub(at, after - 1), utf8.codepoint(text, at))
      at = after
    else
      each(text:sub(at, at))
      at = at + 1
    end
  end
end

--- A text as a Lua string of printable characters.
function M.lua_string(text)
  if not text:find('[^\32-\126\n\t]') then
    return '"' .. text:gsub('[\n\t"\\]', LUA) .. '"'
  end
  local out = {}
  M.characters(text, function(char, code)
    if LUA[char] then
      out[#out + 1] = LUA[char]
    elseif not code or code < 0x20 or code == 0x7F then
      out[#out + 1] = ("\\x%02X"):format(char:byte())
    else
      out[#out + 1] = M.is_deceiving(code) and ("\\u{%X}"):format(code) or char
    end
  end)
  return '"' .. table.concat(out) .. '"'
end

return M
