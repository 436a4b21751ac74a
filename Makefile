# wick: build, test, install.  `make help` says what can be made.
#
# Everything that is made lies under build/.  Sources are found by wildcard:
#   src/*.c        the core; all but main.c also make the module core.so
#   lua/wick/**    the Lua rooms; also carried inside the command as bytecode
#   tests/*/*.c    those with a `main` become build/tests/NAME
# V=1 shows the commands.  B=DIR builds elsewhere (asan uses build/asan).

PREFIX = /usr/local
DESTDIR =
B = build

ifeq ($(origin CC),default)
CC = gcc
endif
CLANG = clang
PKG_CONFIG = pkg-config
LUA = lua5.4
INSTALL = install
LUAV = 5.4

# What a bare Debian 12 with git and make lacks to run the demo and the tests.
DEPS = gcc libc6-dev binutils pkg-config lua5.4 liblua5.4-dev libyaml-dev \
  lua-filesystem lua-busted lua-dkjson libcmocka-dev luarocks strace \
  util-linux mount
# What only check, asan, tsan, fuzz, coverage, valgrind and bench need beyond
# that.
DEVDEPS = clang g++ clang-tidy libclang-rt-14-dev cppcheck lua-check valgrind \
  python3-omegaconf gcovr

# --- what was found on this machine ---------------------------------------

LUA_PC := $(firstword $(foreach p,lua5.4 lua-5.4 lua54 lua,$(shell \
  $(PKG_CONFIG) --exists '$(p) >= 5.4' '$(p) < 5.5' 2>/dev/null && echo $(p))))
LUA_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LUA_PC) 2>/dev/null)
LUA_LIBS := $(shell $(PKG_CONFIG) --libs $(LUA_PC) 2>/dev/null)
LUA_NAME := $(patsubst -l%,%,$(firstword $(filter -llua%,$(LUA_LIBS))))
YAML_CFLAGS := $(shell $(PKG_CONFIG) --cflags yaml-0.1 2>/dev/null)
YAML_LIBS := $(shell $(PKG_CONFIG) --libs yaml-0.1 2>/dev/null || echo -lyaml)

# The archive of a library, by its full path; empty where there is none.
archive = $(firstword $(wildcard \
  $(shell $(PKG_CONFIG) --variable=libdir $(1) 2>/dev/null)/$(2) \
  $(shell $(CC) -print-file-name=$(2) 2>/dev/null)))
LUA_A := $(if $(LUA_NAME),$(call archive,$(LUA_PC),lib$(LUA_NAME).a))
YAML_A := $(call archive,yaml-0.1,libyaml.a)

# The whole of liblua goes into the command: modules such as lfs.so link
# against the command and may call what wick itself does not.
ifneq ($(LUA_A),)
LUA_LINK := -Wl,--whole-archive $(LUA_A) -Wl,--no-whole-archive -lm -ldl
else
LUA_LINK := $(LUA_LIBS)
endif
YAML_LINK := $(if $(YAML_A),$(YAML_A),$(YAML_LIBS))

# --- flags ----------------------------------------------------------------

WARN = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -pedantic
HARDEN = -D_FORTIFY_SOURCE=2 -fstack-protector-strong
CFLAGS = -O2 -g $(HARDEN)
LDFLAGS = -Wl,-z,relro,-z,now
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all \
  -fno-omit-frame-pointer
CPPFLAGS =
ALL_CFLAGS = -std=c11 $(WARN) -fPIC -fvisibility=hidden \
  -iquote src -iquote tests/unit -Iinclude $(LUA_CFLAGS) $(YAML_CFLAGS) $(CPPFLAGS) $(CFLAGS)

# --- files ----------------------------------------------------------------

SRC := $(sort $(wildcard src/*.c))
CORE_SRC := $(filter-out src/main.c,$(SRC))
# Sources that see a lua_State; programs without Lua are linked without them.
LUA_SRC := $(shell grep -l $(foreach h,lua.h lauxlib.h core.h \
  chunk.h,-e 'include [<"]$(h)') $(CORE_SRC) /dev/null)
PURE_SRC := $(filter-out $(LUA_SRC),$(CORE_SRC))
ROOMS := $(sort $(wildcard lua/wick/*.lua lua/wick/*/*.lua lua/wick/*/*/*.lua))

CORE_OBJ := $(CORE_SRC:src/%.c=$(B)/obj/%.o)
PURE_OBJ := $(PURE_SRC:src/%.c=$(B)/obj/%.o)

# Each tests/fuzz/fuzz_NAME.c is a target: with replay.c a program that reads
# its corpus, and what libFuzzer is linked with by `make fuzz`.
FUZZ := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard \
  tests/fuzz/fuzz_*.c)))
FUZZ_MAIN = $(B)/obj/tests/replay.o

PROGRAM_SRC := $(filter-out tests/fuzz/%,$(shell grep -l '^int main ' \
  $(sort $(wildcard tests/*/*.c)) /dev/null))
LUA_PROGRAM_SRC := $(shell grep -l 'include <lua.h>' $(PROGRAM_SRC) \
  /dev/null)
programs = $(addprefix $(B)/tests/,$(basename $(notdir $(1))))
LUA_PROGRAMS := $(call programs,$(LUA_PROGRAM_SRC))
PURE_PROGRAMS := $(filter-out $(LUA_PROGRAMS),$(call programs,$(PROGRAM_SRC)))
BENCHES := $(call programs,$(wildcard tests/bench/*.c))
FUZZERS := $(FUZZ:%=$(B)/tests/fuzz_%)
# Plugins that C programs of the tests load; specs build their own.
PLUGINS := $(foreach p,one two race1 race2 sysv changes many versions \
  waits hides libhides made,$(B)/tests/plugins/$(p).so)

CORE = $(B)/lua/wick/core.so
WICK = $(B)/bin/wick
EMBEDDED = build/embedded.c

# What install puts where, and uninstall takes away: MODE:FILE:PLACE.
INSTALLED = 755:$(WICK):bin/wick \
  755:$(CORE):lib/lua/$(LUAV)/wick/core.so \
  $(foreach f,$(ROOMS),644:$(f):share/lua/$(LUAV)/$(f:lua/%=%)) \
  644:include/wick/plugin.h:include/wick/plugin.h \
  644:src/wick.1:share/man/man1/wick.1 \
  $(foreach f,LICENSE README.md SECURITY.md CHANGELOG.md,644:$(f):share/doc/wick/$(f))

Q = $(if $(V),,@)
say = $(if $(V),@:,@printf '  %-6s %s\n' $(1) $(2))

.PHONY: help all programs benches deps deps-dev demo test check asan attacks \
  race mutants fuzz tsan soak coverage valgrind bench install uninstall clean \
  files FORCE
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

help: ## say what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1	\2/p' Makefile | expand -t 12
	@echo "variables: PREFIX=$(PREFIX) DESTDIR= CC=$(CC) CFLAGS= V=1 T=test"

all: $(CORE) $(WICK) ## build the module core.so and the command wick

deps: ## install what demo and test need (Debian), or say what is missing
	@sh .ci/deps $(DEPS)

deps-dev: ## the same, with what check, asan, fuzz, coverage and bench need
	@sh .ci/deps $(DEPS) $(DEVDEPS)

demo: deps ## train the iris example
	@$(MAKE) -s --no-print-directory all
	$(WICK) run examples/iris/train.yaml

test: deps ## run all tests; T=text runs only those whose name holds it
	@$(MAKE) -s --no-print-directory all programs
	@$(LUA) tests/run $(T)

check: ## silent when all linters are content
	@CC="$(CC)" CLANG="$(CLANG)" \
	  FLAGS="-iquote src -iquote tests/unit -Iinclude $(LUA_CFLAGS) $(YAML_CFLAGS)" \
	  sh tests/check/run

asan: ## run all tests under ASan, UBSan and LSan
	@$(MAKE) -s --no-print-directory all
	@$(MAKE) -s --no-print-directory B=build/asan LDFLAGS= \
	  CFLAGS="-O1 -g $(SANITIZE)" build/asan/host build/asan/bin/wick \
	  programs
	@$(LUA) tests/run --build=build/asan --host=build/asan/host $(T)

fuzz: ## fuzz all targets for S=60 seconds each; F=name only that one
	@$(MAKE) -s --no-print-directory B=build/fuzz CC="$(CLANG)" LDFLAGS= \
	  FUZZ_MAIN= CFLAGS="-O1 -g -fsanitize=fuzzer $(SANITIZE)" \
	  $(patsubst %,build/fuzz/tests/fuzz_%,$(or $(F),$(FUZZ)))
	@$(LUA) tests/fuzz/run.lua $(or $(S),60) $(or $(F),$(FUZZ))

tsan: ## run the tests with threads under ThreadSanitizer
	@$(MAKE) -s --no-print-directory B=build/tsan CC="$(CLANG)" LDFLAGS= \
	  CFLAGS="-O1 -g -fsanitize=thread" build/tsan/tests/threads_test \
	  build/tsan/tests/state_test $(PLUGINS:$(B)/%=build/tsan/%)
	@TSAN_OPTIONS=exitcode=66 $(LUA) tests/run --build=build/tsan \
	  threads_test state_test
	@! THREADS_RACE=1 build/tsan/tests/threads_test >/dev/null 2>&1 || \
	  { echo "the race of the control was not found"; exit 1; }

soak: ## the long form of the fault tests: every N, a million cycles
	@$(MAKE) -s --no-print-directory all programs
	FAULT_STEP=1 $(B)/tests/memory_test
	FAULT_STEP=1 $(B)/tests/interrupt_test
	FAULT_CYCLES=1000000 $(B)/tests/limits_test
	FAULT_STEP=1 $(LUA) tests/run collector_spec

attacks: ## a table of the 164 attacks: what came of each, and where its test is
	@$(MAKE) -s --no-print-directory all programs
	@$(LUA) tests/attack/table.lua

race: ## long runs: files that change 10 million times per backend, 1,000,000 loads
	@$(MAKE) -s --no-print-directory programs
	$(B)/tests/race folder 10000000 1000000
	$(B)/tests/race all 500000 50000
	$(B)/tests/race_plugin 1000000
	LUA_PATH="lua/?.lua;lua/?/init.lua;;" LUA_CPATH="$(B)/lua/?.so;;" \
	  $(LUA) tests/attack/cycles.lua 1000000

mutants: ## small mistakes made on purpose, each of which a test must see
	@$(LUA) tests/mutants/run.lua $(T)

coverage: ## branch coverage of the resolver and the loader, 95 % at least
	@$(MAKE) -s --no-print-directory all
	@$(MAKE) -s --no-print-directory B=build/coverage LDFLAGS=--coverage \
	  CFLAGS="-O0 -g --coverage -fprofile-update=atomic -DWICK_COVERAGE" \
	  build/coverage/bin/wick build/coverage/lua/wick/core.so programs
	@sh tests/check/coverage build/coverage $(T)

valgrind: ## run the C programs and some commands under valgrind
	@$(MAKE) -s --no-print-directory all programs
	@$(LUA) tests/check/valgrind

bench: ## measure, as ratios within one run
	@$(MAKE) -s --no-print-directory all benches
	@$(LUA) tests/bench/run.lua

# The folders that install made are written down in build/folders, so that
# uninstall takes those away and none that was there before; where that list is
# gone, it takes away wick's own.
install: all ## install below PREFIX (and DESTDIR)
	@for f in $(INSTALLED); do \
	  mode=$${f%%:*}; f=$${f#*:}; to="$(DESTDIR)$(PREFIX)/$${f#*:}"; \
	  d=$${to%/*}; \
	  while [ -n "$$d" ] && [ ! -d "$$d" ]; do \
	    echo "$(DESTDIR)$(PREFIX):$$d" >>build/folders; \
	    case $$d in */*) d=$${d%/*};; *) d=;; esac; \
	  done; \
	  $(INSTALL) -D -m $$mode "$${f%%:*}" "$$to" || exit 1; \
	done

uninstall: ## remove exactly what install put there
	@for f in $(INSTALLED); do \
	  f=$${f#*:}; rm -f "$(DESTDIR)$(PREFIX)/$${f#*:}" || exit 1; \
	done
	@{ for d in $(sort $(foreach f,$(INSTALLED),$(dir $(lastword \
	    $(subst :, ,$(f)))))); do \
	    case $$d in *wick/*) echo "$(DESTDIR)$(PREFIX)/$${d%/}";; esac; \
	  done; \
	  echo "$(DESTDIR)$(PREFIX)/share/lua/$(LUAV)/wick"; \
	  sed -n 's|^$(DESTDIR)$(PREFIX):||p' build/folders 2>/dev/null; \
	} | LC_ALL=C sort -ru | while read -r d; do \
	  rmdir "$$d" 2>/dev/null || :; \
	done
	@if [ -f build/folders ]; then \
	  sed -i '\|^$(DESTDIR)$(PREFIX):|d' build/folders; \
	fi

clean: ## remove what was built
	rm -rf build wick/core.so src/*.o
	@rmdir wick 2>/dev/null || :

# For tests and tools: the files that make the module and the command.
files:
	@for f in $(CORE_SRC); do echo "core $$f"; done
	@for f in $(ROOMS); do echo "lua $$f"; done
	@for f in $(INSTALLED); do echo "installed $$f"; done

# What the tests run, and what bench runs.
programs: $(filter-out $(BENCHES),$(LUA_PROGRAMS) $(PURE_PROGRAMS)) \
  $(FUZZERS) $(PLUGINS)
benches: $(filter $(BENCHES),$(LUA_PROGRAMS) $(PURE_PROGRAMS)) $(PLUGINS)

# --- rules ----------------------------------------------------------------

$(B)/obj/%.o: src/%.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

vpath %.c tests $(wildcard tests/*)
$(B)/obj/tests/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# A module finds liblua in whoever loads it: no -llua here.
$(CORE): $(CORE_OBJ) src/core.map build/sources
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,--version-script=src/core.map \
	  -o $@ $(CORE_OBJ) $(YAML_LIBS)

# The Lua rooms as bytecode, made by the very liblua the command is linked
# with, so that both agree about the format.
build/luahost: tests/host.c $(LUA_A)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -Wl,-E -o $@ $< $(LUA_LINK)

$(EMBEDDED): build/luahost src/embed.lua $(ROOMS) build/sources
	$(call say,EMBED,$@)
	$(Q)build/luahost src/embed.lua $@ $(ROOMS)

$(B)/obj/embedded.o: $(EMBEDDED) src/embedded.h
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# Plugins find Lua in the command, and nothing else of it: a plugin that has a
# libyaml of its own gets that one.
$(WICK): $(B)/obj/main.o $(CORE_OBJ) $(B)/obj/embedded.o src/main.map \
  build/sources
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--dynamic-list=src/main.map \
	  -o $@ $(filter %.o,$^) $(LUA_LINK) \
	  $(YAML_LINK)

# A Lua interpreter that carries the core: what asan runs busted with.
$(B)/obj/tests/host.o: ALL_CFLAGS += -DHOST_CORE
$(B)/host: $(B)/obj/tests/host.o $(CORE_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -Wl,-E -o $@ $^ $(LUA_LINK) $(YAML_LINK)

$(LUA_PROGRAMS): $(B)/tests/%: $(B)/obj/tests/%.o $(CORE_OBJ)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -Wl,-E -o $@ $^ -Wl,--as-needed \
	  $(LUA_LINK) $(YAML_LINK) -lcmocka

$(B)/tests/race: LDFLAGS += -pthread
$(PURE_PROGRAMS): $(B)/tests/%: $(B)/obj/tests/%.o $(PURE_OBJ)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -Wl,--as-needed $(YAML_LINK) \
	  -lcmocka

$(FUZZERS): $(B)/tests/%: $(B)/obj/tests/%.o $(FUZZ_MAIN) $(CORE_OBJ)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -Wl,-E -o $@ $^ $(LUA_LINK) $(YAML_LINK)

# Plugins are built as others build theirs: no sanitizer, no liblua.
$(B)/tests/plugins/one.so: MAKES = -DNAME=one -DANSWER=1
$(B)/tests/plugins/two.so: MAKES = -DNAME=two -DANSWER=2
$(B)/tests/plugins/race1.so: MAKES = -DNAME=race -DANSWER=1
$(B)/tests/plugins/race2.so: MAKES = -DNAME=race -DANSWER=2 -DPADDING=40000
$(B)/tests/plugins/sysv.so: MAKES = -DNAME=sysv -Wl,--hash-style=sysv
$(B)/tests/plugins/changes.so: MAKES = -DNAME=changes -DCHANGES
$(B)/tests/plugins/waits.so: MAKES = -DNAME=waits -DWAITS
$(B)/tests/plugins/versions.so: MAKES = -DNAME=versions -DTHREADS \
  -Wl,--version-script=tests/plugins/versions.map
$(B)/tests/plugins/versions.so: tests/plugins/versions.map
# it needs the other one, which has the entry that it hides
$(B)/tests/plugins/libhides.so: MAKES = -DNAME=hides -DANSWER=9 \
  -Wl,-soname,libhides.so
$(B)/tests/plugins/hides.so: MAKES = -DNAME=hides -DHIDES -Wl,--no-as-needed \
  $(B)/tests/plugins/libhides.so
$(B)/tests/plugins/hides.so: $(B)/tests/plugins/libhides.so
$(B)/tests/plugins/many.so: MAKES = -DNAME=many -DMANY
$(B)/tests/plugins/made.so: MAKES = -DNAME=made
$(B)/tests/plugins/made.so: tests/plugins/plugin.c include/wick/plugin.h
$(filter-out %/made.so,$(PLUGINS)): tests/plugins/bare.c
$(PLUGINS): tests/plugins/canary.h Makefile
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 $(WARN) -O1 -fvisibility=hidden -shared -fPIC \
	  -Iinclude $(LUA_CFLAGS) $(MAKES) -o $@ $(filter %.c,$^)

# The list of sources: younger than what was made only when it is another one,
# so that a file that went away goes away from what is made.
build/sources: FORCE
	@mkdir -p $(@D)
	@echo '$(SRC) $(ROOMS)' | cmp -s - $@ || echo '$(SRC) $(ROOMS)' >$@
FORCE:

$(CORE_OBJ) $(B)/obj/main.o: Makefile
.PRECIOUS: $(B)/obj/%.o $(B)/obj/tests/%.o
-include $(wildcard $(B)/obj/*.d $(B)/obj/tests/*.d)
