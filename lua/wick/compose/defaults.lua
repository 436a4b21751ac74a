-- wick.compose.defaults: the `defaults:` lists of documents -> documents in the
-- order in which they are laid over each other, each with its mount.  A part of
-- wick.compose.
--
-- May call: the tree, the reader, fail, core.
--
-- A group has one choice for each mount: the last one that is said, by a later
-- entry, an including document or the command line, at the place of the first.
-- Which entries there are depends on the choices, so the walk is repeated until
-- the choices that it used are those that it found; documents are read once.

local core = require "wick.core"
local fail = require "wick.fail"

local M = {}

local PASSES = 20

--- The error of a document in more documents than may be.
function M.too_deep(mark, limit, key)
  return fail.new("ELIMIT", {
    message = ("documents are nested more than %d deep"):format(limit),
    key = key,
    marks = { mark },
    notes = { "the limit `document.nesting` counts defaults and copies of files" },
    helps = { ("raise the limit once: --limit document.nesting=%d"):format(
      math.max(limit, 1) * 2) },
  })
end

local function text_of(tree, id)
  return tree:kind(id) == "string" and tree:text(id) or nil
end

local function malformed(tree, id, message, label, helps)
  return fail.new("EDEFAULTS", {
    message = message,
    key = "defaults",
    marks = { tree:mark(id, label or "") },
    helps = helps or { "an entry is a file (`base.yaml`), a group with its choice "
      .. "(`{model: unet}`), or `_self_`" },
  })
end

-- The mount that an entry says: segments; or nil and an error's help.
local function mount_of(text)
  local path, err = core.keypath(text)
  if not path or path.length ~= #text or path.up > 0 then
    return nil, err and err.helps[1] or "write it as a key path, such as `model.encoder`"
  end
  return table.move(path, 1, #path, 1, {})
end

-- One entry of a list: {file}, {group, mount, names, optional} or {self}; or nil
-- and an error.
local function entry_of(tree, id)
  local text = text_of(tree, id)
  if text then
    local optional = text:match("^optional%s+(.*)$")
    local file = optional or text
    if file == "_self_" then
      return { self = true, id = id }
    elseif file:match("%.ya?ml$") or file:match("%.lua$") then
      return { file = file, optional = optional ~= nil, id = id }
    end
    local err = malformed(tree, id, ("`%s` names no file"):format(fail.quote(file)),
      "expected a name that ends in .yaml, .yml or .lua",
      { ("for a file write `%s.yaml`, for a choice of a group `{group: %s}`"):format(
        fail.quote(file, 40), fail.quote(file:match("[^/]*$"), 40)) })
    if file:sub(1, 1) == "/" or ("/" .. file .. "/"):find("/../", 1, true) then
      return { file = file, id = id, misnamed = err } -- unless it leads out
    end
    return nil, err
  end
  local children = tree:kind(id) == "map" and tree:children(id) or {}
  if #children ~= 1 or type((tree:key(children[1]))) ~= "string" then
    return nil, malformed(tree, id, "an entry of `defaults` is a file or one group with its choice",
      "this is " .. (#children > 1 and "a map of several keys" or fail.kinds[tree:kind(id)]))
  end
  local choice, key = children[1], tree:key(children[1])
  local optional = key:match("^optional%s+(.*)$")
  local group, mount = (optional or key):match("^([^@]+)@(.*)$")
  group = group or optional or key
  local segments, problem
  if mount then
    segments, problem = mount_of(mount)
    if not segments then
      return nil, fail.new("EDEFAULTS", {
        message = ("`%s` is mounted at `%s`, which is no key path"):format(fail.quote(group),
          fail.quote(mount)),
        marks = { tree:mark(choice, "", "key") },
        helps = { problem },
      })
    end
  else
    segments = {}
    for part in group:gmatch("[^/]+") do
      if part ~= "." and part ~= ".." then
        segments[#segments + 1] = part
      end
    end
  end
  local names, kind = {}, tree:kind(choice)
  local items = kind == "list" and tree:children(choice) or { choice }
  for i, item in ipairs(kind ~= "null" and items or {}) do
    names[i] = text_of(tree, item)
    if not names[i] or names[i] == "" or tree:is(item, "sigil") then
      return nil, malformed(tree, item, ("the choice of `%s` is no name"):format(fail.quote(group)),
        "this is " .. (tree:is(item, "sigil") and "a reference or expression"
          or fail.kinds[tree:kind(item)]),
        { "a choice is a name, a list of names, `null` or `???`" })
    end
  end
  return { group = group, mount = segments, names = names, optional = optional ~= nil, id = id,
    choice = choice }
end

local Walk = {}
Walk.__index = Walk

function Walk:report(err)
  self.errors[#self.errors + 1] = err
end

-- The entries of a document, read once; a document keeps the node of its list,
-- which then is no longer part of it.
local function entries_of(self, doc)
  if doc.entries then
    return doc.entries
  end
  local tree = self.tree
  local list = tree:find(doc.top, "defaults")
  doc.entries, doc.problems = {}, {}
  if not list then
    doc.entries[1] = { self = true }
    return doc.entries
  end
  doc.defaults = list
  local kind = tree:kind(list)
  if kind ~= "list" and kind ~= "null" then
    doc.problems[1] = fail.new("EDEFAULTS", {
      message = "`defaults` must be a list",
      key = "defaults",
      marks = { tree:mark(list, "this is " .. fail.kinds[kind]) },
      helps = { "write `defaults: [base.yaml, {model: unet}]`" },
    })
  end
  local own
  for _, id in ipairs(kind == "list" and tree:children(list) or {}) do
    local entry, err = entry_of(tree, id)
    if entry and entry.self and own then
      err = malformed(tree, id, "`_self_` stands twice in one list", "given again here",
        { "delete one of the two" })
    elseif entry then
      own = own or entry.self
      doc.entries[#doc.entries + 1] = entry
    end
    if err then
      doc.problems[#doc.problems + 1] = err
    end
  end
  if not own then
    doc.entries[#doc.entries + 1] = { self = true }
  end
  tree:remove(list)
  return doc.entries
end

-- A document that is not there: what was looked for, and what there is.
local function absent(self, entry, doc, name, rel)
  local tree, choice = self.tree, entry.names ~= nil
  local word = entry.word
  local near, names = self.reader:near(rel)
  local group
  if choice then -- its options are names without an end
    local place = rel:match("^(.*)/[^/]*$") or ""
    names = self.reader:choices(place)
    near[1] = near[1] and near[1]:gsub("%.%w+$", "")
    group = not names[1] and self.reader:near_folders(place)[1]
  end
  local folder = (self.reader.prefix .. rel):match("^(.*/)[^/]*$") or "./"
  local text = entry.text
  local mark = word and { argv = word, line = 1, column = #text - #name + 1,
    byte = #text - #name + 1, length = #name, text = text, label = "" }
    or tree:mark(entry.choice or entry.id, "")
  local file = entry.file and entry.file:match("^(.*/)") or ""
  mark.label = choice and ("no such option in group `%s`"):format(fail.quote(entry.group))
    or "no such file"
  local notes = {}
  if not near[1] then
    notes[1] = #names > 0 and ("%s has: %s"):format(fail.quote(folder, 200), fail.names(names))
      or ("there is no config in %s"):format(fail.quote(folder, 200))
  end
  if doc.rel and doc.rel:find("/", 1, true) then
    notes[#notes + 1] = ("names are relative to the document that says them: %s"):format(
      fail.quote(doc.name, 200))
  end
  return fail.new("EINCLUDE", {
    message = ("included file `%s` not found"):format(fail.quote(rel, 200)),
    key = "defaults",
    marks = { mark },
    notes = notes,
    helps = { near[1] and ("did you mean `%s%s`?"):format(file, near[1])
      or group and ("did you mean the group `%s`?"):format(
        fail.quote(entry.group:gsub("[^/]*$", "") .. group)) or nil },
  })
end

-- The document that an entry of `doc` names; nil when it is optional and not
-- there, or after an error.
local function open(self, doc, entry, name)
  local candidates = { name }
  if entry.names and not (name:match("%.ya?ml$") or name:match("%.lua$")) then
    candidates = { name .. ".yaml", name .. ".yml", name .. ".lua" }
  end
  local first
  for _, candidate in ipairs(candidates) do
    local asked = entry.names and entry.group .. "/" .. candidate or candidate
    local rel, problem = self.reader:place(doc, asked)
    if not rel then
      if fail.is(problem) then
        problem.marks[1] = problem.marks[1]
          or self.tree:mark(entry.choice or entry.id, "looked for below the config root")
        return self:report(problem)
      end
      return self:report(fail.new("EESCAPE", {
        message = ("`%s` lies outside the config root"):format(fail.quote(asked)),
        key = "defaults",
        marks = { self.tree:mark(entry.choice or entry.id, problem) },
        notes = { ("the config root is %s"):format(
          fail.quote(self.reader.root and self.reader.root:info().path or "not there", 300)) },
        helps = { "keep all documents below it, or name a higher one: `--config-root DIR`" },
      }))
    end
    if entry.misnamed then
      return self:report(entry.misnamed)
    end
    first = first or rel
    local found, err = self.reader:read(rel)
    if err then
      if not self.placed_errors[err] then -- the first place that names it
        self.placed_errors[err] = true
        table.insert(err.marks, math.min(#err.marks, 2) + 1, self.tree:mark(entry.choice
          or entry.id, err.marks[1] and err.marks[1].file and "included here" or "named here"))
      end
      if not self.told[err] then
        self.told[err] = true
        self:report(err)
      end
      return
    elseif found then
      local kind = self.tree:kind(found.top)
      if kind == "null" then -- an empty document is an empty map
        local top, wrong = self.tree:grow(nil, nil, "map", nil, nil, found.top)
        if not top then
          return self:report(wrong)
        end
        found.top = top
      elseif kind ~= "map" then
        return self:report(fail.new("EDOCUMENT", {
          message = "a document that is merged must be a map",
          marks = { self.tree:mark(found.top, "this is " .. fail.kinds[kind]),
            self.tree:mark(entry.choice or entry.id, "included here") },
          helps = { ("give it a key there, or copy it below one here: `key: \"%%%s\"`"):format(
            fail.quote(asked, 60)) },
        }))
      end
      return found
    end
  end
  if not entry.optional then
    self:report(absent(self, entry, doc, name, first))
  end
end

local function joined(mount, segments)
  if mount[1] == nil then
    return segments
  end
  local whole = table.move(mount, 1, #mount, 1, {})
  return table.move(segments, 1, #segments, #whole + 1, whole)
end

-- A document that comes to itself: the chain.
local function loop(self, stack, doc, entry)
  local names, from = {}, 1
  while stack[from].doc ~= doc do
    from = from + 1
  end
  for i = from, #stack do
    names[#names + 1] = stack[i].doc.name
  end
  names[#names + 1] = doc.name
  return fail.new("EINCLUDELOOP", {
    message = #names == 2 and "this document includes itself"
      or "these documents include each other in a circle",
    key = "defaults",
    marks = { self.tree:mark(entry.choice or entry.id,
      #names > 2 and "leads back to " .. doc.name or "includes itself") },
    notes = { "the circle: " .. table.concat(names, " -> ") },
    helps = { "delete this entry, or move what both need into a third document" },
  })
end

-- A group whose choice is `???`.
local function unchosen(self, used, key)
  local folder = self.reader:place(used.doc, used.entry.group)
  local names = folder and self.reader:choices(folder) or {}
  return fail.new("EMISSING", {
    message = ("the group `%s` has no choice yet"):format(fail.quote(used.entry.group)),
    key = key,
    marks = { self.tree:mark(used.entry.choice, "must be chosen") },
    notes = { #names > 0 and "options: " .. fail.names(names) or "it has no options" },
    helps = { ("choose on the command line: `%s=%s`"):format(key, names[1] or "NAME") },
  })
end

-- The command line's choice for a mount, the last one of several, as an entry of
-- the group that is there; nil when no word is a plain name.
local function commanded(self, key, entry, doc)
  local word, used = self.choices[key], nil
  while word do
    local text = self.overrides[word]
    local choice = text:match("^[%a_][%w_./-]*$", #key + 2)
    if choice and choice ~= "null" and choice ~= "true" and choice ~= "false" then
      self.taken[word] = true
      used = used or { doc = doc, entry = { group = entry.group, mount = entry.mount,
        names = { choice }, id = entry.id, choice = entry.choice, word = word, text = text } }
    end
    word = self.before[word]
  end
  return used
end

-- Goes through a document and what it names, depth first.
local expand

local function include(self, doc, entry, name, mount, stack)
  local limit = self.limits["document.nesting"]
  local found = open(self, doc, entry, name)
  if not found then
    return
  end
  for _, frame in ipairs(stack) do
    if frame.doc == found then
      return self:report(loop(self, stack, found, entry))
    end
  end
  if #stack + self.depth > limit then
    return self:report(M.too_deep(self.tree:mark(entry.choice or entry.id, "one more here"),
      limit, "defaults"))
  end
  expand(self, found, mount, stack)
end

function expand(self, doc, mount, stack)
  local entries = entries_of(self, doc)
  for _, err in ipairs(doc.problems) do
    self:report(err)
  end
  stack[#stack + 1] = { doc = doc }
  -- what this document says last is what documents before it in its list get
  local hinted = {}
  local wholes, keys = {}, {} -- of the entries: the mounts from the root, and as texts
  for i = 1, #entries do
    local entry = entries[i]
    if entry.group then
      wholes[i] = joined(mount, entry.mount)
      local key = core.keytext(wholes[i])
      keys[i] = key
      if not self.hints[key] or hinted[key] then
        self.hints[key], hinted[key] = { entry = entry, doc = doc }, true
      end
    end
  end
  for i = 1, #entries do
    local entry = entries[i]
    if entry.self then
      self.slots[#self.slots + 1] = { doc = doc, mount = mount }
    elseif entry.file then
      include(self, doc, entry, entry.file, mount, stack)
    else
      local whole, key = wholes[i], keys[i]
      self.said[key] = { entry = entry, doc = doc }
      if not self.placed[key] then
        self.placed[key] = true
        local used = self.chosen[key] or self.hints[key]
        self.used[key] = used.entry
        used = self.choices[key] and commanded(self, key, used.entry, used.doc) or used
        for _, name in ipairs(used.entry.names) do
          if name == "???" then
            self:report(unchosen(self, used, key))
          else
            include(self, used.doc, used.entry, name, whole, stack)
          end
        end
      end
    end
  end
  stack[#stack] = nil
  for key in pairs(hinted) do
    self.hints[key] = nil
  end
end

--- Gives the slots {doc, mount} in order, and which words of the call were
--- choices.  `choices`: what words of the call set -> place of the last such word;
--- `before`: place -> that of the one before; self.depth (or nil): in how many
--- documents the first one is.  Errors go to self.errors.
function M.slots(self, choices, before)
  local walk = setmetatable({ tree = self.tree, reader = self.reader, limits = self.limits,
    chosen = {}, choices = choices, before = before, placed_errors = {},
    overrides = self.overrides,
    depth = self.depth or 0 }, Walk)
  for pass = 1, PASSES do
    walk.errors, walk.slots, walk.said, walk.placed, walk.used = {}, {}, {}, {}, {}
    walk.hints, walk.taken, walk.told = {}, {}, {}
    for _, doc in ipairs(self.documents) do
      expand(walk, doc, {}, {})
    end
    local settled, next = true, {}
    for key, said in pairs(walk.said) do
      next[key] = said
      if walk.used[key] ~= said.entry then
        settled = false
      end
    end
    if settled then
      break
    elseif pass == PASSES then
      walk:report(fail.new("EINCLUDELOOP", {
        message = "the choices of these documents change each other without end",
        marks = { self.tree:mark(self.documents[1].top, "") },
      }))
      break
    end
    walk.chosen = next
  end
  table.move(walk.errors, 1, #walk.errors, #self.errors + 1, self.errors)
  if #walk.slots > 1 or self.reader.root then
    self.folders = {}
    for _, slot in ipairs(walk.slots) do
      self.folders[slot.doc.name] = slot.doc.folder
    end
  end
  return walk.slots, walk.taken
end

return M
