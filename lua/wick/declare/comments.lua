-- wick.declare.comments: what the comments of a module's text declare: classes
-- with their fields, and the parameters of a function by its line.  A part of
-- wick.declare.
--
-- May call: declare/types.
--
-- The text is read once, line by line; a function's own comment when it is asked
-- for.  Comments in long strings are taken for comments, too: what they declare
-- counts only if somebody names it.

local types = require "wick.declare.types"

local find, match, sub = string.find, string.match, string.sub
local ipairs, next, setmetatable = ipairs, next, setmetatable

local M = {}

local TAG = "^[ \t]*%-%-%-[ \t]*([@|]?%a*)()" -- a line of such a comment: its tag, if any
local CLASS = "^[ \t]*()([%a_\128-\255][%w_.*\128-\255-]*)()" -- the name of one
local BYTES = 1048576 -- of a text; one that is longer declares nothing
local ANCESTORS = 100 -- classes that one class has

-- What stands behind a type or a tag, without blanks at its ends and without the
-- sign that some put before it.
local function doc_at(text, at)
  local from = match(text, "^[ \t]*[#@:]?[ \t]*()", at)
  local stop = find(text, "[\n\r]", from) or #text + 1
  while stop > from and find(text, "^[ \t]", stop - 1) do
    stop = stop - 1
  end
  return sub(text, from, stop - 1)
end

-- Whether a name, which was read up to byte `at`, ends there as a field's and a
-- parameter's do.
local function is_whole(text, at)
  return at > #text or find(text, "^%??[ \t\n\r]", at) ~= nil
end

-- What a field and a parameter have: a name, which was read up to byte `at`, then
-- perhaps `?`, and a type, which is any when it is not understood.
local function entry(text, name, first, at)
  local optional, from = match(text, "^(%??)[ \t]*()", at)
  local of, stop = types.parse(text, from)
  local last = stop and stop - 1 or at - 1
  stop = stop or match(text, "^[^ \t\n\r]*()", from)
  return { name = name, type = of or types.any, optional = optional == "?",
    said = sub(text, from, stop - 1), doc = doc_at(text, stop), first = first, last = last }
end

-- The tag `@field` of a class, behind that word.
local function field(class, text, at)
  local first, word, behind = match(text, "^[ \t]*()([%a_\128-\255][%w_\128-\255]*)()", at)
  if word == "public" or word == "private" or word == "protected" or word == "package" then
    local start, name, stop = match(text, "^[ \t]+()([%a_\128-\255][%w_\128-\255]*)()", behind)
    if name then
      first, word, behind = start, name, stop
    end
  end
  if not word then
    local quote
    first, quote, word, behind = match(text, "^[ \t]*()%[([\"'])([^\"'\n\r]*)%2%]()", at)
    if not quote then
      word = nil
    end
  end
  if word and is_whole(text, behind) then
    types.add(class, entry(text, word, first, behind))
    return
  end
  behind = not word and match(text, "^[ \t]*%[()", at)
  local keys, stop
  if behind then
    keys, stop = types.parse(text, behind)
  end
  stop = keys and match(text, "^[ \t]*%]()", stop)
  if stop then
    class.rest[#class.rest + 1] = { keys = keys, values = types.parse(text, stop) or types.any }
  else
    class.open = true -- some other key
  end
end

-- The tag `@class`, behind that word: a type of kind `fields`, that of the class
-- which has this name already, if any.  `parents` are the names behind its colon,
-- `open`: it has more fields than are known.
local function class_at(self, text, at)
  local attributes, from = match(text, "^[ \t]*(%([%a, ]*%))()", at)
  local first, name, behind = match(text, CLASS, from or at)
  if not name then
    return nil
  end
  local class = self.classes[name]
  if not class then
    class = types.fields(first)
    class.name, class.last, class.parents = name, behind - 1, {}
    self.classes[name] = class
  end
  class.open = class.open or attributes and find(attributes, "partial", 1, true) ~= nil
  if find(text, "^[ \t]*<", behind) then
    class.open = true
  end
  local colon = match(text, "^[ \t]*:()", behind)
  while colon do
    local _, parent, stop = match(text, CLASS, colon)
    if parent and not find(text, "^<", stop) then
      class.parents[#class.parents + 1] = parent
    else
      class.open = true
      break
    end
    colon = match(text, "^[ \t]*,()", stop)
  end
  return class
end

local Comments = {}
Comments.__index = Comments

-- The byte where each line begins; lines end as Lua has it.
local function lines_of(text)
  local starts, n, at = { 1 }, 1, 1
  local returns = find(text, "\r", 1, true)
  while true do
    if returns then
      at = find(text, "[\n\r]", at)
    else
      at = find(text, "\n", at, true) -- which is quicker
    end
    if not at then
      return starts
    end
    local two = returns and sub(text, at, at + 1)
    at = at + ((two == "\r\n" or two == "\n\r") and 2 or 1)
    n = n + 1
    starts[n] = at
  end
end

--- Reads a text: what its comments declare; nil when that is nothing.
---@param text string
---@return table? comments
function M.read(text)
  if #text > BYTES or not find(text, "@param", 1, true) then
    return nil
  end
  local self = setmetatable({ text = text, starts = lines_of(text), classes = {} }, Comments)
  local class
  for n = 1, #self.starts do
    local tag, at = match(text, TAG, self.starts[n])
    if not tag then
      class = nil
    elseif tag == "@class" then
      class = class_at(self, text, at)
    elseif tag == "@field" and class then
      field(class, text, at)
    elseif find(tag, "^|") and class and #class.list > 0 then
      class.list[#class.list].type = types.any -- its type goes on here
    end
  end
  return self
end

--- The line, from 1, in which a byte is.
---@param byte integer
---@return integer
function Comments:line_of(byte)
  local low, high = 1, #self.starts
  while low < high do
    local middle = (low + high + 1) // 2
    if self.starts[middle] <= byte then
      low = middle
    else
      high = middle - 1
    end
  end
  return low
end

-- Takes a class's fields, and those of the classes that it inherits, into a type of
-- kind `fields`: the nearest of a name counts.
local function inherit(self, class)
  local whole = types.fields(class.first)
  whole.last, whole.name, whole.open = class.last, class.name, class.open
  local queue, seen, at = { class }, { [class] = true }, 1
  while queue[at] do
    local one = queue[at]
    for i = 1, #one.list do
      if not whole.by[one.list[i].name] then
        types.add(whole, one.list[i])
      end
    end
    for i = 1, #one.rest do
      whole.rest[#whole.rest + 1] = one.rest[i]
    end
    whole.open = whole.open or one.open
    for i = 1, #one.parents do
      local parent = self.classes[one.parents[i]]
      if not parent or #queue == ANCESTORS and not seen[parent] then
        whole.open = true -- more than is written here
      elseif not seen[parent] then
        seen[parent] = true
        queue[#queue + 1] = parent
      end
    end
    at = at + 1
  end
  return whole
end

--- What a table of options of this type may have: a type of kind `fields`, or nil
--- when that is not said.
---@param of table
---@return table? fields
function Comments:options(of)
  local found
  for _, one in ipairs(of.kind == "union" and of.of or { of }) do
    if one.kind == "fields" or one.kind == "class" then
      if found then
        return nil -- one of several
      end
      found = one
    elseif one.kind ~= "nil" then
      return nil
    end
  end
  if not found or found.kind == "fields" then
    return found
  end
  local class = self.classes[found.name]
  if not class then
    return nil
  end
  class.whole = class.whole or inherit(self, class)
  if #class.whole.list == 0 and #class.whole.rest == 0 then
    return nil -- a name, and no more
  end
  return class.whole
end

--- The declared parameters of the function whose text begins in a line, the comment
--- directly above it: name -> {name, type, said (how it is written), optional, doc,
--- first, last}, and
--- what the comment says first.  nil when it declares none.
---@param line integer
---@return table? params
---@return string doc
function Comments:params(line)
  local text, starts = self.text, self.starts
  local params, doc, goes_on = {}, "", nil
  for n = line - 1, 1, -1 do
    local tag, at = match(text, TAG, starts[n])
    local sign = tag and sub(tag, 1, 1)
    if not tag then
      if not find(text, "^[ \t]*%-%-[^%[]", starts[n]) then
        break
      end
    elseif tag == "@overload" then
      return nil, "" -- it is called in more than one way
    elseif tag == "@param" then
      local first, name, behind = match(text, "^[ \t]*()([%a_\128-\255][%w_\128-\255]*)()", at)
      if name and is_whole(text, behind) then
        params[name] = entry(text, name, first, behind)
        params[name].type = goes_on and types.any or params[name].type
      end
    elseif sign ~= "@" and sign ~= "|" then
      doc = doc_at(text, match(text, "^[ \t]*%-%-%-()", starts[n]))
    end
    goes_on = sign == "|"
  end
  if next(params) == nil then
    return nil, ""
  end
  return params, doc
end

return M
