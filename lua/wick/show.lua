-- wick.show: a tree -> YAML text that reads back to the same config.
--
-- May call: the tree, evaluate's state, core.  Runs nothing of the project.

local core = require "wick.core"

local M = {}

-- Words that YAML 1.1 readers, or YAML 1.2, take for something else.
local WORDS = {}
for word in ("null true false yes no on off y n"):gmatch("%a+") do
  WORDS[word] = true
end

--- A number in its shortest exact form; a float stays a float.
function M.number(value)
  if math.type(value) == "integer" then
    return ("%d"):format(value)
  elseif value ~= value then
    return ".nan"
  elseif value == math.huge or value == -math.huge then
    return value > 0 and ".inf" or "-.inf"
  end
  local text
  for digits = 15, 17 do
    text = ("%." .. digits .. "g"):format(value):gsub(",", ".")
    if tonumber(text) == value then
      break
    end
  end
  return text:find("[.e]") and text or text .. ".0"
end

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r" }

local function quoted(text)
  local escaped = text:gsub('[%c"\\\127]', function(char)
    return ESCAPES[char] or ("\\x%02X"):format(char:byte())
  end)
  -- what YAML takes for a line end or does not print
  escaped = escaped:gsub("\u{85}", "\\N"):gsub("\u{A0}", "\\_"):gsub("\u{2028}", "\\L")
    :gsub("\u{2029}", "\\P"):gsub("\u{FEFF}", "\\uFEFF")
  return '"' .. escaped .. '"'
end

--- A text as a YAML scalar, quoted when it would be read as another type.
function M.text(text)
  if text:match("^[%a_/][%w_/.+-]*$") and not WORDS[text:lower()] then
    return text
  end
  if text:match("^[%a_/][%w_/.,+ -]*$") and not text:match(" $") and not text:match("  ")
    and not WORDS[text:lower()] then
    return text
  end
  return quoted(text)
end

-- Text that looks like a sigil is doubled, so that it reads back as text.
local function doubled(text)
  local first = text:sub(1, 1)
  if first == "@" or first == "%" or first == "$" and text:sub(2, 2) ~= "{" then
    text = first .. text
  end
  return (text:gsub("%${", "$${"))
end

-- A text of several lines as a literal block, when a block can hold it.
local function block(text, indent)
  if not text:find("\n", 1, true) or text:find("[%z\1-\8\11-\31\127]")
    or text:find("\u{85}") or text:find("\u{2028}") or text:find("\u{2029}")
    or text:find("\u{FEFF}") or text:match("^[ \n\t]") or text:match("[ \t]\n")
    or text:match("[ \t]$") or text:match("^\n") then
    return nil
  end
  local body, ends = text:match("^(.-)(\n*)$")
  if body == "" then
    return nil
  end
  local sign = ends == "" and "|-" or ends == "\n" and "|" or "|+"
  local lines = {}
  for line in (body .. "\n"):gmatch("(.-)\n") do
    lines[#lines + 1] = line == "" and "" or indent .. line
  end
  return sign .. "\n" .. table.concat(lines, "\n") .. ("\n"):rep(math.max(0, #ends - 1))
end

-- A late expression as written, its relative references made absolute.
local function late_text(self, id)
  local tree, late = self.tree, self.late[id]
  local text = tree:text(tree:previous(id))
  local out, at = {}, 1
  for _, expression in ipairs(late and late.exprs or {}) do
    for _, ref in ipairs(expression.ast.refs) do
      if ref.path.up > 0 then
        local first = expression.base + ref.byte
        local base = id
        for _ = 1, ref.path.up do
          base = tree:up(base)
        end
        local segments = tree:segments(base)
        for _, segment in ipairs(ref.path) do
          segments[#segments + 1] = segment
        end
        out[#out + 1] = text:sub(at, first - 1)
        out[#out + 1] = (ref.optional and "@?" or "@") .. core.keytext(segments)
        at = first + ref.length
      end
    end
  end
  out[#out + 1] = text:sub(at)
  return table.concat(out)
end

local function scalar(self, id, kind, indent)
  local tree = self.tree
  if kind == "string" then
    local text = tree:text(id)
    if text == "???" then -- to be given, or the text
      return tree:is(id, "tagged") and "!!str ???" or text
    elseif tree:is(id, "sigil") then
      return quoted(text) -- not evaluated: as written
    end
    text = doubled(text)
    return block(text, indent) or M.text(text)
  elseif kind == "int" or kind == "float" then
    return M.number(tree:value(id))
  elseif kind == "bool" then
    return tostring(tree:value(id))
  elseif kind == "object" then
    return quoted("@" .. core.keytext(tree:segments(tree:object(id))))
  elseif kind == "late" then
    return quoted(late_text(self, id))
  elseif kind == "host" then
    return ("null  # a %s of the host program"):format(type(self.hosts[id]))
  end
  return "null"
end

local function key_text(key)
  if math.type(key) == "integer" then
    return ("%d"):format(key)
  elseif key == "<<" or not key:match("^[%a_][%w_.-]*$") or WORDS[key:lower()] then
    return quoted(key)
  end
  return key
end

--- The YAML of a node, ended by a line end.
---@param self table  evaluate's state
---@param top integer
---@return string
function M.yaml(self, top)
  local tree, out = self.tree, {}
  local kind = tree:kind(top)
  if kind ~= "map" and kind ~= "list" then
    return scalar(self, top, kind, "  ") .. "\n"
  elseif #tree:children(top) == 0 then
    return kind == "map" and "{}\n" or "[]\n"
  end
  -- frames {children, next place, indent, list?, text before the first line}
  local stack = { { tree:children(top), 1, "", kind == "list", "" } }
  while #stack > 0 do
    local frame = stack[#stack]
    local id = frame[1][frame[2]]
    if not id then
      stack[#stack] = nil
    else
      local head = frame[2] == 1 and frame[5] ~= "" and frame[5] or frame[3]
      frame[2] = frame[2] + 1
      local lead = frame[4] and "-" or key_text((tree:key(id))) .. ":"
      local below = frame[3] .. "  "
      local inner = tree:kind(id)
      local children = (inner == "map" or inner == "list") and tree:children(id)
      if not children then
        out[#out + 1] = head .. lead .. " " .. scalar(self, id, inner, below)
      elseif #children == 0 then
        out[#out + 1] = head .. lead .. (inner == "map" and " {}" or " []")
      elseif frame[4] then -- `- key: value`, `- - item`
        stack[#stack + 1] = { children, 1, below, inner == "list", head .. "- " }
      else
        out[#out + 1] = head .. lead
        stack[#stack + 1] = { children, 1, below, inner == "list", "" }
      end
    end
  end
  return table.concat(out, "\n") .. "\n"
end

return M
