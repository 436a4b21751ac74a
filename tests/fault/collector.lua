-- collector: what runs finalizers in the middle of everything, in a process of its
-- own (a small one: a collection is cheap there).
--
--     lua5.4 tests/fault/collector.lua ROOT BUILD DIR PART
--
-- DIR has c.yaml and the project `p` that collector_spec.lua wrote.  Raises when
-- something is not as it should be; a fault of memory ends the process, or the
-- sanitizer does.  FAULT_STEP=1 leaves out no place of the long parts (`make soak`).

local root, build, _, part = table.unpack(arg)
package.path = ("%s/lua/?.lua;%s/lua/?/init.lua;%s/tests/fault/collector/?.lua"):format(root, root,
  root) -- nothing from here
package.cpath = build .. "/lua/?.so"

assert(require "core"[part] or require "library"[part], "no such part")()
print(part .. " went through")
