-- wick.cli.document: what --json prints: one document on stdout.
--
-- May call: report, json, cli/words.

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

--- Prints the document of a verb by `answer`, which gives `status` or 1; or
--- gives 2 when there is nothing to write JSON with.
function M.print(verb, status, answer)
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
  return answer(text .. "\n", status)
end

return M
