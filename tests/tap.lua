-- tap: busted's output as TAP that tests/run can count.
--
-- Unlike busted's own: a skip keeps its name and its reason, a failure its
-- whole message, and a test that failed after its body is `not ok`.

local function lines(mark, text)
  return mark .. tostring(text):gsub("\n+$", ""):gsub("\n", "\n" .. mark)
end

return function(options)
  local busted = require "busted"
  local handler = require "busted.outputHandlers.base"()
  local count, problems, reason = 0, {}, nil

  local function say(text)
    io.stdout:write(text, "\n")
    io.stdout:flush()
  end

  local function name_of(element)
    return (handler.getFullName(element):gsub("[\n#]", " "))
  end

  local function not_ok(name, list)
    say(("not ok %d - %s"):format(count, name))
    for _, problem in ipairs(list) do
      say(lines("# ", problem))
    end
  end

  local function remember(element, _, message, trace)
    local text = type(message) == "string" and message or "error: " .. tostring(message)
    if trace and trace.traceback and (options.verbose or element.descriptor ~= "it") then
      text = text .. trace.traceback
    end
    problems[#problems + 1] = text
    if element.descriptor ~= "it" then
      count = count + 1
      not_ok(name_of(element), problems)
      problems = {}
    end
    return nil, true
  end

  busted.subscribe({ "failure" }, remember)
  busted.subscribe({ "error" }, remember)
  busted.subscribe({ "pending" }, function(_, _, message)
    reason = message
    return nil, true
  end)

  busted.subscribe({ "test", "start" }, function()
    problems, reason = {}, nil
    return nil, true
  end)

  busted.subscribe({ "test", "end" }, function(element, _, status)
    count = count + 1
    if #problems > 0 or status == "failure" or status == "error" then
      not_ok(name_of(element), problems)
    elseif status == "pending" then
      say(("ok %d - %s # SKIP %s"):format(count, name_of(element),
        tostring(reason or "no reason given"):gsub("\n", " ")))
    else
      say(("ok %d - %s"):format(count, name_of(element)))
    end
    problems = {}
    return nil, true
  end)

  busted.subscribe({ "suite", "end" }, function()
    say("1.." .. count)
    return nil, true
  end)

  return handler
end
