-- wick.config.root: the folder that `project:` or the caller names, opened.
--
-- Part of config.  May call: read (names), target (projects), fail, core.

local core = require "wick.core"
local fail = require "wick.fail"

local M = {}

-- A target with `project` for the name of the project, which is the same.
local function common(options, name)
  local own = options.project and (options.project:match("^([%a_][%w_]*)=")
    or options.project:gsub("/+$", ""):match("[^/]*$"))
  local first, rest = name:match("^([%w_]+)(.*)$")
  return first and first == own and "project" .. rest or name
end

-- Whether the caller's `targets` (patterns; `*` is any text) let a config name
-- this.
local function may_name(options, name)
  local asked = common(options, name)
  for _, pattern in ipairs(options.targets) do
    local lua = common(options, pattern):gsub("%p", "%%%0"):gsub("%%%*", ".*")
    if asked:match("^" .. lua .. "$") then
      return true
    end
  end
  return false
end

--- The error of a name that the caller's `targets` do not allow, said of component
--- `id` (or nil); nil when they do.
function M.refuse(self, id, name)
  if may_name(self.options, name) then
    return nil
  end
  return fail.new("EPREFIX", {
    message = ("this config may not name `%s`"):format(fail.quote(name)),
    status = 5,
    marks = { id and self.tree:mark(self.tree:find(id, "_target_"), "not allowed") },
    notes = { "allowed by the caller: " .. fail.names(self.options.targets) },
    helps = { ("to allow it, add `--targets '%s'`"):format(fail.quote(name)) },
  })
end

-- A folder that is not there: what was looked for, and what has a like name.
local function suggest_folder(err, folder, dir)
  err.notes[#err.notes + 1] = ("looked for %s"):format(
    fail.quote(require "wick.read".absolute(folder, dir), 300))
  local root = core.root(folder, { trust_modes = true }) -- only listed
  local names = root and root:list("")
  local near = names and fail.near(dir:gsub("^%./", ""):gsub("/+$", ""), names) or {}
  if near[1] then
    err.helps[#err.helps + 1] = ("did you mean `project: %s/`?"):format(near[1])
  end
  if root then
    root:close()
  end
end

-- A key that was meant to be `project`.
local function near_project(self)
  for _, child in ipairs(self.tree:children(self.top)) do
    local key = self.tree:key(child)
    if type(key) == "string" and fail.near(key, { "project" })[1] then
      return ("did you mean `project` where `%s` stands?"):format(fail.quote(key))
    end
  end
end

-- Opens the folder that `project:` or the caller names.
function M.open(self)
  local target = require "wick.target"
  local read = require "wick.read"
  local given = self.options.project
  local options = {
    backend = self.options.backend,
    limits = {
      ["module.bytes"] = self.limits["module.bytes"],
      ["plugin.bytes"] = self.limits["plugin.bytes"],
    },
    strict = self.options.strict,
    stated = self.options.strict or self.options.untrusted,
    trust_modes = self.options.trust_modes,
    owner = self,
  }
  if given then
    local name, dir = given:match("^([%a_][%w_]*)=(.*)$")
    options.name = name
    local project, err = target.project(dir or given, options)
    if not project and err.name == "EROOT" then
      local info = core.codes.EFILE
      err.name, err.code, err.kind, err.status = "EFILE", info.code, info.kind, info.status
    end
    return project, err
  end
  local id = self.tree:find(self.top, "project")
  if not id then
    return nil, fail.new("EPROJECT", {
      message = "this config names no project, so its targets lead nowhere",
      helps = { near_project(self) or "add `project: DIR` to it, or pass `--project DIR`" },
    })
  end
  local dir = self.tree:kind(id) == "string" and self.tree:text(id)
  if not dir then
    return nil, fail.new("EPROJECT", {
      message = "`project` must be the name of a folder",
      key = "project",
      marks = { self.tree:mark(id, "this is " .. fail.kinds[self.tree:kind(id)]) },
      helps = { "write `project: my_project/`" },
    })
  end
  local folder = read.folder(self, id)
  local place = read.absolute(folder, dir)
  if dir == "." or dir == "" then
    place = folder .. "/." -- so that the name is that of the real folder
  end
  local project, err = target.project(place, options)
  if not project then
    err.key = "project"
    local label = err.target_label or err.status == 5 and "refused" or ""
    table.insert(err.marks, 1, self.tree:mark(id, label))
    if err.name == "EROOT" then
      suggest_folder(err, folder, dir)
    end
  end
  return project, err
end

return M
