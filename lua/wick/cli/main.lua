#!/usr/bin/env lua5.4
-- wick.cli.main: the command as a script, which a rock installs as `wick`.
--
-- May call: cli/command.  The program of src/main.c calls that itself.

os.exit(require "wick.cli.command"(...), true)
