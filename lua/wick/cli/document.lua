-- wick.cli.document: what --json prints: one document on stdout.
--
-- May call: json, cli/words.

local json = require "wick.json"

local M = {
  result = nil, -- of the verb, a value for wick.json
}

local diagnostics = {}

--- Keeps the result of the verb.
function M.keep(value)
  M.result = value
end

--- Keeps an error, all of its phase; gives its exit status.
function M.add(err)
  for _, one in ipairs(err.errors) do
    diagnostics[#diagnostics + 1] = json.diagnostic(one)
  end
  return err.status
end

--- Prints the document of a verb; gives `status`, or 1 when stdout takes no
--- more, or 2 when there is nothing to write JSON with.
function M.print(verb, status)
  local text, err = json.encode(json.object {
    { "wick", (require "wick.cli.words".verbs[verb] and verb or "run") .. "/1" },
    { "status", status },
    { "diagnostics", json.list(diagnostics) },
    { "result", M.result },
  })
  if not text then
    io.stderr:write(require "wick.report".text(err), "\n")
    return err.status
  end
  local ok, problem = io.stdout:write(text, "\n")
  if ok then
    ok, problem = io.stdout:flush()
  end
  if not ok then
    io.stderr:write("wick: cannot write the answer: ", tostring(problem), "\n")
    return 1
  end
  return status
end

return M
