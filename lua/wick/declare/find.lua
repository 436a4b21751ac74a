-- wick.declare.find: which function of a module a target calls, told from its text.
-- A part of wick.declare.
--
-- May call: core (tokens, what a text exports), target.
--
-- The text is read as one list of assignments: a name, dotted, to what is assigned
-- to it first and only: a function, a table, another name.  Scopes and the order of
-- lines do not matter to that; a name that is assigned twice is not known, and
-- neither is what is computed.  Then a target is followed as load does it:
-- fields, `__call` of a metatable, `new`.  When it leads into the unknown there is
-- no answer; when the module runs, the function itself tells its line.

local core = require "wick.core"
local target = require "wick.target"

local gmatch, gsub, rep, sub = string.gmatch, string.gsub, string.rep, string.sub
local remove, setmetatable = table.remove, setmetatable

local M = {}

local STEPS = 16 -- from name to name, and of metatables
local RETURNED = "return" -- what the module returns, under a word that is no name
local META = "." -- behind the name of a table: its metatable

-- What ends an expression when it stands behind it.
local ENDS = { ["and"] = false, ["or"] = false, ["then"] = false, ["do"] = false, ["in"] = false,
  ["not"] = false }
local OPENS = { ["function"] = true, ["do"] = true, ["if"] = true, ["repeat"] = true }
local CLOSES = { ["end"] = true, ["until"] = true }
local BRACKETS = { ["("] = 1, ["["] = 1, ["{"] = 1, [")"] = -1, ["]"] = -1, ["}"] = -1 }

local Reader = {}
Reader.__index = Reader

-- The dotted name that begins at token `i`, and the token behind it.
function Reader:name(i)
  local kinds, words = self.kinds, self.words
  if kinds[i] ~= "name" then
    return nil, i
  end
  local name = words[i]
  i = i + 1
  while words[i] == "." and kinds[i + 1] == "name" and #name < 256 do
    name = name .. "." .. words[i + 1]
    i = i + 2
  end
  return name, i
end

-- Whether an expression ends before token `i`.
function Reader:ends(i)
  local kind = self.kinds[i]
  if kind == "keyword" then
    return ENDS[self.words[i]] ~= false
  elseif kind == "op" then
    local word = self.words[i]
    return word == ";" or word == "}" or word == "," or word == ")" or word == "::"
  end
  return kind == nil or kind == "name"
end

-- Takes down that `name` is what stands at token `i`.
function Reader:define(name, i)
  local known, word = self.known, self.words[i]
  if known[name] ~= nil then
    known[name] = false
  elseif word == "function" then
    known[name] = { kind = "function", at = i }
  elseif word == "{" then
    known[name] = { kind = "table", name = name }
    self.tables[i] = name
  elseif word == "setmetatable" and self.words[i + 1] == "(" then
    known[name] = false
    if self.words[i + 2] == "{" then
      known[name] = { kind = "table", name = name }
      self.tables[i + 2], self.metas[i + 2] = name, true
    else
      local other, stop = self:name(i + 2)
      known[name] = other and self.words[stop] == "," and { kind = "name", name = other } or false
    end
  else
    local other, stop = self:name(i)
    known[name] = other and self:ends(stop) and { kind = "name", name = other } or false
  end
end

-- The token `i`, which is a field's name or the bracket before it, begins a field of
-- the table `name`; gives how many tokens were passed.
function Reader:entry(name, i)
  local kinds, words = self.kinds, self.words
  if kinds[i] == "name" and words[i + 1] == "=" then
    self:define(name .. "." .. words[i], i + 2)
    return 2
  elseif words[i] == "[" and kinds[i + 1] == "string" and words[i + 2] == "]" then
    self:define(name .. "." .. sub(self.text, self.starts[i + 1] + 1, self.stops[i + 1] - 1), i + 4)
  end
  return 0
end

-- The name at token `i`, which is in no table constructor, and not behind a dot: it
-- may be assigned to.
function Reader:statement(i)
  local words = self.words
  local name, stop = self:name(i)
  if name == "setmetatable" and words[stop] == "(" then
    name, stop = self:name(i + 2)
    if name and words[stop] == "," then
      self:define(name .. META, stop + 1)
    end
    return
  elseif words[stop] == "<" and words[stop + 2] == ">" then
    stop = stop + 3
  end
  if words[stop] == "=" then
    if words[i - 1] == "," or words[i - 1] == "for" then
      self.known[name] = false
    else
      self:define(name, stop + 1)
    end
  end
end

-- The bracket at token `i` made the depth what it is now; `open` are the tables
-- around it.
function Reader:bracket(open, i, depth)
  local top = open[#open]
  if self.words[i] == "{" then
    open[#open + 1] = { name = self.tables[i], meta = self.metas[i], depth = depth, field = true }
  elseif top and depth < top.depth then
    open[#open] = nil
    if top.meta and self.words[i + 1] == "," then
      self:define(top.name .. META, i + 2)
    end
  end
end

-- Looks at all tokens for what is assigned.
function Reader:read()
  local kinds, words, open, depth = self.kinds, self.words, {}, 0
  local i = 1
  while kinds[i] do
    local top = open[#open] -- the table whose field this is, if it is in one
    top = top and top.depth == depth and top or nil
    if top and top.field then
      top.field = false
      i = i + (top.name and self:entry(top.name, i) or 0)
    elseif kinds[i] == "name" and not top then
      local before = words[i - 1]
      if before ~= "." and before ~= ":" and before ~= "function" then
        self:statement(i)
      end
    end
    local kind, word = kinds[i], words[i]
    if kind == "op" then
      local change = BRACKETS[word]
      if change then
        depth = depth + change
        self:bracket(open, i, depth)
      elseif top and (word == "," or word == ";") then
        top.field = true
      end
    elseif kind == "keyword" then
      if word == "function" and kinds[i + 1] == "name" then
        local name, stop = self:name(i + 1)
        if words[stop] == ":" then
          name = name .. "." .. (words[stop + 1] or "")
        end
        self:define(name, i)
      elseif word == "return" and depth == 0 then
        self:define(RETURNED, i + 1)
      end
      depth = depth + (OPENS[word] and 1 or CLOSES[word] and -1 or 0)
    end
    i = i + 1
  end
end

-- What a name is: a function, a table; nil when it was never assigned, false when it
-- is not known.
function Reader:value(name, steps)
  steps = (steps or 0) + 1
  local known = self.known[name]
  if not known or known.kind ~= "name" then
    return known
  elseif self.values[name] ~= nil or steps > STEPS then
    return self.values[name] or false
  end
  self.values[name] = false -- should it come to itself
  local value
  for part in gmatch(known.name, "[^.]+") do
    if value == nil then
      value = self:value(part, steps)
    else
      value = self:field(value, part, steps)
    end
    if not value then
      return false
    end
  end
  self.values[name] = value
  return value
end

-- The same for a field of a value.
function Reader:field(value, name, steps)
  if not value or value.kind ~= "table" then
    return value and nil
  end
  return self:value(value.name .. "." .. name, steps)
end

-- The function that is called when a value is: it, and whether it gets the value as
-- its first argument (`"__call"`; `"new"`: if it is a method).
function Reader:called(value)
  if value.kind == "function" then
    return value
  end
  local meta = self:value(value.name .. META)
  if meta then
    local call = self:field(meta, "__call")
    if call ~= nil then
      return call and call.kind == "function" and call or nil, "__call"
    end
  elseif meta == false then
    return nil
  end
  for _ = 0, STEPS do
    local new = self:field(value, "new")
    if new ~= nil then
      return new and new.kind == "function" and new or nil, "new"
    end
    meta = self:value(value.name .. META)
    value = meta and self:field(meta, "__index")
    if not value or value.kind ~= "table" then
      return nil
    end
  end
end

-- The names of the parameters of the function at token `i`, without the first when
-- it is given by the call.
function Reader:parameters(i, how)
  local names, method = {}, false
  i = i + 1
  while self.kinds[i] and self.words[i] ~= "(" do
    method = method or self.words[i] == ":"
    i = i + 1
  end
  i = i + 1
  while self.kinds[i] == "name" do
    names[#names + 1] = self.words[i]
    i = i + (self.words[i + 1] == "," and 2 or 1)
  end
  local given = how == "__call" or how == "new" and target.METHOD[names[1]]
  if given and not method then
    remove(names, 1)
  end
  return names
end

-- A text without what is no Lua of it, every byte at its place.
local function plain(text)
  text = gsub(text, "^\xEF\xBB\xBF", "   ")
  return (gsub(text, "^([ ]*)(#[^\n\r]*)", function(blanks, line)
    return blanks .. rep(" ", #line)
  end))
end

--- The function that is called for a candidate of target's, by the text of its
--- module: the byte where it begins, and the names of its parameters, without one
--- that is no argument of the config's.  nil when the text does not tell.
---@param text string
---@param path string[]  the fields that lead to it
---@param optional boolean?  may the first be left out?
---@return integer? byte
---@return string[]? names
function M.called(text, path, optional)
  local kinds, starts, stops, problem = core.lex(plain(text))
  if problem then
    return nil
  end
  local words = {}
  for i = 1, #kinds do
    words[i] = kinds[i] == "string" and "" or sub(text, starts[i], stops[i])
  end
  local self = setmetatable({ text = text, kinds = kinds, words = words, starts = starts,
    stops = stops, known = {}, values = {}, tables = {}, metas = {} }, Reader)
  self:read()
  local value = self:value(RETURNED)
  for i = 1, #path do
    local field = value and self:field(value, path[i])
    if field then
      value = field
    elseif field == false or not (i == 1 and optional)
      or core.exports(text, path[1]) == "yes" then
      return nil
    end
  end
  local f, how
  if value then
    f, how = self:called(value)
  end
  if f then
    return starts[f.at], self:parameters(f.at, how)
  end
end

return M
