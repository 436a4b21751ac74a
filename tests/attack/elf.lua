-- elf: shared objects for the attack tests, with single things changed.
--
-- A patch takes the bytes of a plugin and gives others.  64-bit, little-endian.

local M = {}

local PHDR, SHDR, DYN = 56, 64, 16

local function u16(s, at)
  return (("<I2"):unpack(s, at + 1))
end

local function u32(s, at)
  return (("<I4"):unpack(s, at + 1))
end

local function u64(s, at)
  return (("<i8"):unpack(s, at + 1))
end

--- The bytes with others from `at` (from 0) on.
function M.put(s, at, bytes)
  return s:sub(1, at) .. bytes .. s:sub(at + #bytes + 1)
end

--- A patch: `bytes` at a fixed place.
function M.at(place, bytes)
  return function(s)
    return M.put(s, place, bytes)
  end
end

--- Where the n-th (from 1) program header of a type is.
local function segment(s, kind, n)
  local from = u64(s, 32)
  for i = 0, u16(s, 56) - 1 do
    local at = from + i * PHDR
    if u32(s, at) == kind then
      n = n - 1
      if n == 0 then
        return at
      end
    end
  end
  error("no such segment")
end

--- A patch: `bytes` at `offset` in the n-th program header of a type (1: LOAD,
--- 0x6474e551: GNU_STACK).
function M.segment(kind, n, offset, bytes)
  return function(s)
    return M.put(s, segment(s, kind, n) + offset, bytes)
  end
end

-- Where an address is in the file.
local function place(s, address)
  local from = u64(s, 32)
  for i = 0, u16(s, 56) - 1 do
    local at = from + i * PHDR
    if u32(s, at) == 1 and address >= u64(s, at + 16)
      and address < u64(s, at + 16) + u64(s, at + 32) then
      return u64(s, at + 8) + address - u64(s, at + 16)
    end
  end
  error("no such address")
end

-- Where the entry of the dynamic section with a tag is.
local function entry(s, tag)
  local at = place(s, u64(s, segment(s, 2, 1) + 16))
  while u64(s, at) ~= tag do
    assert(u64(s, at) ~= 0, "no such entry")
    at = at + DYN
  end
  return at
end

--- A patch: an entry of the dynamic section gets another tag.
function M.tag(old, new)
  return function(s)
    return M.put(s, entry(s, old), ("<i8"):pack(new))
  end
end

--- A patch: an entry of the dynamic section says something else.
function M.value(tag, n)
  return function(s)
    return M.put(s, entry(s, tag) + 8, ("<i8"):pack(n))
  end
end

--- A patch: the name that an entry (NEEDED: 1) has begins otherwise.
function M.name(tag, text)
  return function(s)
    local at = place(s, u64(s, entry(s, 5) + 8)) + u64(s, entry(s, tag) + 8)
    return M.put(s, at, text)
  end
end

-- Where the header of a section is.
local function section(s, name)
  local from, count = u64(s, 40), u16(s, 60)
  local names = u64(s, from + u16(s, 62) * SHDR + 24)
  for i = 0, count - 1 do
    local at = from + i * SHDR
    local text = ("z"):unpack(s, names + u32(s, at) + 1)
    if text == name then
      return at
    end
  end
  error("no such section")
end

--- A patch: `bytes` at `offset` in the header of a section.
function M.section(name, offset, bytes)
  return function(s)
    return M.put(s, section(s, name) + offset, bytes)
  end
end

--- A patch: in the section of statements one text becomes another, as long.
function M.state(old, new)
  assert(#old == #new)
  return function(s)
    local at = section(s, ".wick.plugin")
    local from = u64(s, at + 24)
    local found = assert(s:find(old, from + 1, true), "not stated")
    return M.put(s, found - 1, new)
  end
end

--- A patch: the first n bytes; a negative n cuts from the end.
function M.cut(n)
  return function(s)
    return s:sub(1, n < 0 and n - 1 or n)
  end
end

return M
