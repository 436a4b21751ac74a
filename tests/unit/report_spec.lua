-- report: an error as text, whatever bytes its lines hold.

local core = require "wick.core"
local fail = require "wick.fail"
local report = require "wick.report"

local WIDE = { width = 200, directory = "/" }

-- The error of a document with these bytes.
local function refused(bytes)
  local top, err = core.tree():read("/a.yaml", bytes, "map")
  assert.is_nil(top)
  return err
end

-- The line with the carets, and the line above it.
local function shown(err)
  local text = report.text(err, WIDE)
  assert.truthy(utf8.len(text))
  local line, carets = text:match("\n1 │ ([^\n]*)\n  │ ([^\n]*)")
  return line, carets
end

describe("a report", function()
  it("shows a line that begins within a character", function()
    local line, carets = shown(refused "\x83\xE2\x80\xA8\n")
    assert.equal([[\x83\xE2\x80\xA8]], line)
    assert.equal("^^^^ byte 0x83", carets)
  end)

  it("hides and turns nothing: what `show` escapes is escaped in a source line, too", function()
    local line, carets = shown(refused "x\u{AD}\u{61C}\u{2060}\u{E0041}\u{1FFFE}: \x80\n")
    assert.equal([[x\xC2\xAD\xD8\x9C\xE2\x81\xA0\xF3\xA0\x81\x81\xF0\x9F\xBF\xBE: \x80]], line)
    assert.equal((" "):rep(#line - 4) .. "^^^^ byte 0x80", carets)
  end)

  it("puts carets below the bytes they mean, between bytes that are no characters", function()
    local text = "\x80a: \xBF\xE2\x82\xAC \xC3 x"
    local err = fail.new("EVALUE", { message = "no",
      marks = { fail.mark("/a.yaml", text, #text, 1, "here") } })
    local line, carets = shown(err)
    assert.equal([[\x80a: \xBF€ \xC3 x]], line)
    assert.equal((" "):rep(utf8.len(line) - 1) .. "^ here", carets)
    err.marks[1] = fail.mark("/a.yaml", text, 2, 3, "here")
    carets = select(2, shown(err))
    assert.equal("    ^^^ here", carets)
  end)

  it("has no byte that a terminal obeys, wherever it came from", function()
    local bad = "x\27[31m\u{9B}1m\xFF\u{202E}\r\0y"
    local err = fail.new("EVALUE", { message = bad, notes = { bad }, helps = { bad },
      marks = { fail.mark(bad, bad, 2, 1, bad) } })
    local fit = [[x\x1B[31m\xC2\x9B1m\xFF\xE2\x80\xAE\x0D\x00y]]
    assert.equal(fit, err.message)
    assert.same({ fit }, err.notes)
    assert.same({ fit }, err.helps)
    assert.equal(fit, err.marks[1].label)
    err.message, err.notes[2], err.helps[2] = bad, bad .. "\n\t" .. bad, bad
    err.marks[1].label = bad
    local text = report.text(err, WIDE)
    assert.is_nil(text:find("[\0-\8\11-\31\127]"))
    assert.truthy(utf8.len(text))
    assert.is_nil(text:find("\u{9B}", 1, true) or text:find("\u{202E}", 1, true))
  end)

  it("marks any bytes of any line without a complaint", function()
    local bytes = { "a", "\x80", "\xC3", "\xE2\x82", "\u{E4}", "\u{4E00}", "\t", "\0", "\xFF" }
    for i = 1, #bytes do
      for k = 1, #bytes do
        local text = bytes[i] .. bytes[k] .. bytes[(i + k) % #bytes + 1]
        for at = 1, #text + 1 do
          for length = 0, 3 do
            local err = fail.new("EVALUE", { message = "no",
              marks = { fail.mark("/a.yaml", text, at, length, "here") } })
            assert.truthy(utf8.len(report.text(err, WIDE)))
          end
        end
      end
    end
  end)
end)
