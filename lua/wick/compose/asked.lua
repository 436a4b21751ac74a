-- wick.compose.asked: what the text of a copy names.  A part of wick.compose.
--
-- May call: the tree, tell, fail, core.

local core = require "wick.core"
local fail = require "wick.fail"

-- The text itself, as YAML has it.
local function doubled(tree, id, text)
  return require "wick.tell".written_quoted(tree, id, "", "%" .. text)
end

--- What the copy `id` names: {file, path, base (the bytes before the path),
--- optional}; or nil and an error.
return function(tree, id)
  local text = tree:text(id)
  local optional = text:sub(2, 2) == "?"
  local at = optional and 3 or 2
  local body = text:sub(at)
  local file, key = body:match("^([^#]*)#(.*)$")
  local before = file or body
  if not (before:find("/", 1, true) or before:match("%.ya?ml$") or before:match("%.lua$")) then
    file, key = nil, body
  else
    file = before
  end
  local item = { file = file, optional = optional, base = file and at + #file or at - 1 }
  if key and key ~= "" then
    local path, err = core.keypath(key)
    if not path or path.length ~= #key then
      local helps = { ("to mean the text itself, double the sign: `%s`"):format(
        doubled(tree, id, text)) }
      local name, inner = key:match("^([%w_-]+)#([%a_].*)$")
      local other, colons = key:match("^(.+%.ya?ml)::(.+)$")
      if not file and (name or other) then
        table.insert(helps, 1, ("for a copy from a file write `\"%%%s#%s\"`"):format(
          fail.quote(other or name .. ".yaml", 40),
          fail.quote(inner or colons:gsub("::", "."), 40)))
      else
        for _, help in ipairs(path and {} or err.helps) do
          table.insert(helps, help:match("^write `.*` for `") and 1 or #helps + 1, help)
        end
      end
      local mark = not path and err.marks[1]
      local first = item.base + (path and path.length + 1 or mark and mark.byte or 1)
      if mark and mark.byte > 1 then -- inside the path
        return nil, fail.new("ESIGIL", {
          message = ("`%s` starts with `%%` and is no copy"):format(
            require "wick.tell".written(tree, id, text, 40)),
          marks = { tree:mark(id, mark.label, math.min(first, #text),
            math.min(first + mark.length - 1, #text)) },
          helps = helps,
        })
      end
      return nil, fail.new("ESIGIL", {
        message = ("`%s` starts with `%%` and is no copy"):format(
            require "wick.tell".written(tree, id, text, 40)),
        marks = { tree:mark(id, path and "the key path ends before this"
          or "expected a key path, or a file, behind `%`",
          math.min(item.base + (path and path.length or 0) + 1, #text), #text) },
        helps = helps,
      })
    end
    item.path = path
    if file and path.up > 0 then
      return nil, fail.new("ESIGIL", {
        message = "a key in a file counts from the file's root",
        marks = { tree:mark(id, "a relative path begins here", item.base + 1,
          item.base + path.up) },
        helps = { "leave the leading dots out" },
      })
    end
  elseif not file or key then
    return nil, fail.new("ESIGIL", {
      message = ("`%s` starts with `%%` and is no copy"):format(
            require "wick.tell".written(tree, id, text, 40)),
      marks = { tree:mark(id, "expected a key path behind it") },
      helps = { "write `\"%key.path\"`, `\"%file.yaml\"` or `\"%file.yaml#key\"`",
        ("to mean the text itself, double the sign: `%s`"):format(
          doubled(tree, id, text)) },
    })
  end
  return item
end
