/*
** yaml_message_test.c -- what the reader says of each wrong document, word
** by word: headline, marks as LINE:COLUMN+BYTES, notes and helps.
*/

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "leak.h"
#include "yaml.h"

/* a text that may hold NUL, and its length */
#define TEXT(s)  s, sizeof(s) - 1


static const struct {
  const char *source;
  size_t length;
  const char *told;
} cases[] = {
  {TEXT("b: [1, 2\nc: 3\n"),
     "W0101 the list that starts here is never closed\n"
     "2:2+1 expected `,` or `]` before this `:`\n"
     "1:4+1 opened here\n"
     "help: add `]` at the end of line 1\n"},
  {TEXT("a: 1\n  \nlayers: [64, 128\n\n# hm\ndropout: 0.1\n"),
     "W0101 the list that starts here is never closed\n"
     "6:1+1 expected `,` or `]` before this\n"
     "3:9+1 opened here\n"
     "help: add `]` at the end of line 3\n"},
  {TEXT("layers: [64, 128\n  dropout: 0.1\n"),
     "W0101 the list that starts here is never closed\n"
     "2:10+1 expected `,` or `]` before this `:`\n"
     "1:9+1 opened here\n"
     "help: add `]` at the end of line 1\n"},
  {TEXT("b: [\n  1,\n  2\n\nc: 3\nd: 4\n"),
     "W0101 the list that starts here is never closed\n"
     "5:2+1 expected `,` or `]` before this `:`\n"
     "1:4+1 opened here\n"
     "help: add `]` at the end of line 3\n"},
  {TEXT("a: [1, 2\n"),
     "W0101 the list that starts here is never closed\n"
     "1:4+1 opened here\n"
     "help: add `]` at the end of line 1\n"},
  {TEXT("a: {b: 1\nc: 2\n"),
     "W0101 the mapping that starts here is never closed\n"
     "2:2+1 expected `,` or `}` before this `:`\n"
     "1:4+1 opened here\n"
     "help: add `}` at the end of line 1\n"},
  {TEXT("{a: 1\n"),
     "W0101 the mapping that starts here is never closed\n"
     "1:1+1 opened here\n"
     "help: add `}` at the end of line 1\n"},
  {TEXT("a: [1, 2}\n"),
     "W0101 this list is closed with `}`\n"
     "1:9+1 expected `,` or `]` here\n"
     "1:4+1 opened here\n"
     "help: write `]` in its place\n"},
  {TEXT("a: {b: 1]\n"),
     "W0101 this mapping is closed with `]`\n"
     "1:9+1 expected `,` or `}` here\n"
     "1:4+1 opened here\n"
     "help: write `}` in its place\n"},
  {TEXT("a: {b: 1 c: 2}\n"),
     "W0101 a `,` is missing in this mapping\n"
     "1:11+1 expected `,` or `}` before this `:`\n"
     "1:4+1 the mapping starts here\n"
     "help: write a `,` between two pairs, or quote a text that has `:`, "
     "brackets or quotes in it\n"},
  {TEXT("a: [\"x\" \"y\"]\n"),
     "W0101 a `,` is missing in this list\n"
     "1:9+3 expected `,` or `]` before this\n"
     "1:4+1 the list starts here\n"
     "help: write a `,` between two items, or quote a text that has `:`, "
     "brackets or quotes in it\n"},
  {TEXT("b: [,]"),
     "W0101 a value is missing before this `,`\n"
     "1:5+1 nothing stands before it\n"
     "help: delete the `,`, or write `null` before it\n"},
  {TEXT("a: {b: 1, , c: 2}\n"),
     "W0101 a value is missing before this `,`\n"
     "1:11+1 nothing stands before it\n"
     "help: delete the `,`, or write `null` before it\n"},
  {TEXT("a: ]\n"),
     "W0101 this `]` closes nothing\n"
     "1:4+1 no `[` is open here\n"
     "help: to mean a text, quote it\n"},
  {TEXT("a: }\n"),
     "W0101 this `}` closes nothing\n"
     "1:4+1 no `{` is open here\n"
     "help: to mean a text, quote it\n"},
  {TEXT("model:\n  lr: 0.1\n hidden: 2\n"),
     "W0105 this line is indented to a column where no mapping is open\n"
     "3:2+6 starts at column 2\n"
     "1:1+5 this mapping's keys start at column 3\n"
     "help: indent `hidden` by 2 spaces to make it `model.hidden`\n"},
  {TEXT("a:\n  b:\n    c: 1\n   d: 2\n"),
     "W0105 this line is indented to a column where no mapping is open\n"
     "4:4+1 starts at column 4\n"
     "2:3+1 this mapping's keys start at column 5\n"
     "help: indent `d` by 4 spaces to make it `a.b.d`\n"},
  {TEXT("a:\n  - b\n - c\n"),
     "W0105 this line is indented to a column where no list is open\n"
     "3:2+1 starts at column 2\n"
     "1:1+1 this list's items start at column 3\n"
     "help: indent it by 2 spaces to make it part of `a`\n"},
  {TEXT("a:\n  - b\n c: 1\n"),
     "W0105 this line is indented to a column where no mapping is open\n"
     "3:2+1 starts at column 2\n"
     "1:1+1 this list's items start at column 3\n"},
  {TEXT("a: \"x\"\n  b: 1\n"),
     "W0105 this line is indented to a column where no mapping is open\n"
     "2:3+1 starts at column 3\n"
     "1:1+1 `a` has its value already\n"
     "help: start the line at column 1, like `a`\n"},
  {TEXT("a: 1\n  b: 1\n"),
     "W0105 this line is indented below `a`, which has its value already\n"
     "2:3+1 starts at column 3\n"
     "1:1+1 has a value on its line\n"
     "help: start the line at column 1, like `a`\n"},
  {TEXT("  a: 1\nb: 2\n"),
     "W0105 this line is indented to a column where no mapping is open\n"
     "2:1+1 starts at column 1\n"
     "1:3+1 the document starts at column 3\n"
     "help: start all lines of the top level at one column\n"},
  {TEXT("a: |\n    x\n   y\n"),
     "W0105 this line is indented to a column where no mapping is open\n"
     "3:4+1 starts at column 4\n"
     "1:1+1 `a` has its value already\n"
     "help: start the line at column 1, like `a`\n"},
  {TEXT("a: \xc3\xa9\n\xc3\xbc:\n  x: 1\n \xc3\x9f: 2\n"),
     "W0105 this line is indented to a column where no mapping is open\n"
     "4:2+2 starts at column 2\n"
     "2:1+2 this mapping's keys start at column 3\n"
     "help: indent `\xc3\x9f` by 2 spaces to make it `\xc3\xbc.\xc3\x9f`\n"},
  {TEXT("a: &x {b: 1}\nc: *x\n  d: 1\n"),
     "W0105 this line is indented to a column where no mapping is open\n"
     "3:3+1 starts at column 3\n"
     "2:1+1 `c` has its value already\n"
     "help: start the line at column 1, like `c`\n"},
  {TEXT("x: {a}\n- b\n"),
     "W0101 a list item stands among mapping keys\n"
     "2:1+1 this `-` starts a list item\n"
     "1:1+1 this mapping's keys start at column 1\n"
     "help: put the list below a key of its own\n"},
  {TEXT("x:\n- a\nb:\n- c\nd\n"),
     "W0101 `d` needs a `:`\n"
     "5:1+1 a key without a `:`\n"
     "help: write `d:`\n"},
  {TEXT("a: \"b\" c\n"),
     "W0101 text follows a value that has already ended\n"
     "1:8+1 this belongs to no key\n"
     "help: to make all of it one text, quote it: `a: '\"b\" c'`\n"},
  {TEXT("a: [1] b\n"),
     "W0101 text follows a value that has already ended\n"
     "1:8+1 this belongs to no key\n"
     "help: to make all of it one text, quote it: `a: '[1] b'`\n"},
  {TEXT("a: 'it's'\n"),
     "W0101 text follows a value that has already ended\n"
     "1:8+2 this belongs to no key\n"
     "1:7+1 this quote ends the text\n"
     "help: inside single quotes write a quote twice: `''`\n"},
  {TEXT("a: \"say \"no\" now\"\n"),
     "W0101 text follows a value that has already ended\n"
     "1:10+8 this belongs to no key\n"
     "1:9+1 this quote ends the text\n"
     "help: inside double quotes write a quote as `\\\"`\n"},
  {TEXT("a:\n\tb: 1\n"),
     "W0102 YAML does not allow tabs for indentation\n"
     "2:1+1 tab character\n"
     "note: tabs are shown as `\xe2\x86\x92`\n"
     "help: replace it with spaces: `sed -i 's/\\t/  /g' config/train.yaml`\n"},
  {TEXT("a:\n  b: 1\n\tc: 1\n"),
     "W0102 YAML does not allow tabs for indentation\n"
     "3:1+1 tab character\n"
     "note: tabs are shown as `\xe2\x86\x92`\n"
     "help: replace it with spaces: `sed -i 's/\\t/  /g' config/train.yaml`\n"},
  {TEXT("a:\tb:\t- c\n"),
     "W0101 a second `:` stands on one line\n"
     "1:5+1 this `:` would start another mapping\n"
     "1:2+1 the value of `a` starts after this one\n"
     "help: quote the value: `a: \"b:\\x09- c\"`\n"},
  {TEXT("a: |\n\tx\n"),
     "W0102 YAML does not allow tabs for indentation\n"
     "2:1+1 tab character\n"
     "note: tabs are shown as `\xe2\x86\x92`\n"
     "help: replace it with spaces: `sed -i 's/\\t/  /g' config/train.yaml`\n"},
  {TEXT("key: @ref # x\n"),
     "W0104 a plain value cannot start with `@`\n"
     "1:6+1 reserved by YAML\n"
     "help: quote it: `key: \"@ref\"`\n"
     "help: to mean the text `@ref` itself, double the sign: `\"@@ref\"`\n"},
  {TEXT("optimizer: @optim.adam\n"),
     "W0104 a plain value cannot start with `@`\n"
     "1:12+1 reserved by YAML\n"
     "help: quote it: `optimizer: \"@optim.adam\"`\n"
     "help: to mean the text `@optim.adam` itself, double the sign: "
     "`\"@@optim.adam\"`\n"},
  {TEXT("a: %foo\n"),
     "W0104 a plain value cannot start with `%`\n"
     "1:4+1 reserved by YAML\n"
     "help: quote it: `a: \"%foo\"`\n"
     "help: to mean the text `%foo` itself, double the sign: `\"%%foo\"`\n"},
  {TEXT("a: `foo`\n"),
     "W0104 a plain value cannot start with a backtick\n"
     "1:4+1 reserved by YAML\n"
     "help: quote it: `a: \"`foo`\"`\n"},
  {TEXT("@foo: 1\n"),
     "W0104 a plain value cannot start with `@`\n"
     "1:1+1 reserved by YAML\n"
     "help: quote it: `\"@foo\"`\n"},
  {TEXT("a: @\"x\"\n"),
     "W0104 a plain value cannot start with `@`\n"
     "1:4+1 reserved by YAML\n"
     "help: quote it: `a: '@\"x\"'`\n"
     "help: to mean the text `@\"x\"` itself, double the sign: `'@@\"x\"'`\n"},
  {TEXT("{lr: ${@x}}"),
     "W0104 a value with `${` needs quotes inside `[]` and `{}`\n"
     "1:6+2 `{` starts a mapping here\n"
     "note: inside `[]` and `{}` a value with `$`, `@`, `%` or `?` needs "
     "quotes\n"
     "help: quote it: `\"${@x}\"`\n"},
  {TEXT("a: {lr: ${@x}, b: 1}\n"),
     "W0104 a value with `${` needs quotes inside `[]` and `{}`\n"
     "1:9+2 `{` starts a mapping here\n"
     "note: inside `[]` and `{}` a value with `$`, `@`, `%` or `?` needs "
     "quotes\n"
     "help: quote it: `\"${@x}\"`\n"},
  {TEXT("a: [1, ${@x} + 1, 2]\n"),
     "W0104 a value with `${` needs quotes inside `[]` and `{}`\n"
     "1:8+2 `{` starts a mapping here\n"
     "note: inside `[]` and `{}` a value with `$`, `@`, `%` or `?` needs "
     "quotes\n"
     "help: quote it: `\"${@x} + 1\"`\n"},
  {TEXT("a: [???]\n"),
     "W0104 a plain value cannot start with `?` inside `[]` and `{}`\n"
     "1:5+1 reserved by YAML\n"
     "note: inside `[]` and `{}` a value with `$`, `@`, `%` or `?` needs "
     "quotes\n"
     "help: quote it: `\"???\"`\n"},
  {TEXT("{a: ???}"),
     "W0104 a plain value cannot start with `?` inside `[]` and `{}`\n"
     "1:5+1 reserved by YAML\n"
     "note: inside `[]` and `{}` a value with `$`, `@`, `%` or `?` needs "
     "quotes\n"
     "help: quote it: `\"???\"`\n"},
  {TEXT("{a: @b}"),
     "W0104 a plain value cannot start with `@`\n"
     "1:5+1 reserved by YAML\n"
     "note: inside `[]` and `{}` a value with `$`, `@`, `%` or `?` needs "
     "quotes\n"
     "help: quote it: `\"@b\"`\n"
     "help: to mean the text `@b` itself, double the sign: `\"@@b\"`\n"},
  {TEXT("a: [%b]"),
     "W0104 a plain value cannot start with `%`\n"
     "1:5+1 reserved by YAML\n"
     "note: inside `[]` and `{}` a value with `$`, `@`, `%` or `?` needs "
     "quotes\n"
     "help: quote it: `\"%b\"`\n"
     "help: to mean the text `%b` itself, double the sign: `\"%%b\"`\n"},
  {TEXT("b: [?x, 1]"),
     "W0104 a plain value cannot start with `?` inside `[]` and `{}`\n"
     "1:5+1 reserved by YAML\n"
     "note: inside `[]` and `{}` a value with `$`, `@`, `%` or `?` needs "
     "quotes\n"
     "help: quote it: `\"?x\"`\n"},
  {TEXT("a: {x:[1]}"),
     "W0101 a space is missing after this `:`\n"
     "1:6+1 not the end of a key without it\n"
     "help: write `: ` with a space, or quote the text that the `:` belongs "
     "to\n"},
  {TEXT("...\n"),
     "W0101 `...` ends a document that never began\n"
     "1:1+3 nothing stands before it\n"},
  {TEXT("a: |0\n x\n"),
     "W0101 the indentation of a block text is 1 to 9\n"
     "1:4+2 not `|0`\n"},
  {TEXT("{?a: 1}"),
     "W0104 a plain value cannot start with `?` inside `[]` and `{}`\n"
     "1:2+1 reserved by YAML\n"
     "note: inside `[]` and `{}` a value with `$`, `@`, `%` or `?` needs "
     "quotes\n"
     "help: quote it: `\"?a\"`\n"},
  {TEXT("{a: |}"),
     "W0104 a plain value cannot start with `|`\n"
     "1:5+1 reserved by YAML\n"
     "note: inside `[]` and `{}` a value with `$`, `@`, `%` or `?` needs "
     "quotes\n"
     "help: quote it: `\"|\"`\n"},
  {TEXT("a: \"unterminated"),
     "W0101 the quoted text that starts here is never closed\n"
     "1:4+1 opened here\n"
     "help: add `\"` at the end of line 1\n"},
  {TEXT("a: 'unterminated\nb: 1\n"),
     "W0101 the quoted text that starts here is never closed\n"
     "1:4+1 opened here\n"
     "help: add `'` at the end of line 1\n"},
  {TEXT("a: \"x\n---\n\""),
     "W0101 the quoted text that starts here is never closed\n"
     "1:4+1 opened here\n"
     "2:1+3 a document marker inside it\n"
     "help: add `\"` at the end of line 1\n"},
  {TEXT("a: \"\\q\"\n"),
     "W0101 `\\q` is not an escape that YAML knows\n"
     "1:5+2 unknown escape\n"
     "help: for a backslash write `\\\\`, or put the text into single "
     "quotes\n"},
  {TEXT("a: \"\\xZZ\"\n"),
     "W0101 `\\x` needs 2 hexadecimal digits\n"
     "1:5+2 not enough digits follow\n"
     "help: for a backslash write `\\\\`\n"},
  {TEXT("a: \"\\ud800\"\n"),
     "W0101 `\\ud800` is not a Unicode character\n"
     "1:5+6 a surrogate, or above 10FFFF\n"},
  {TEXT("a: |9x\n  b\n"),
     "W0101 the text of a `|` value starts on the next line\n"
     "1:6+1 not allowed on the line of `|`\n"
     "1:4+1 the value starts here\n"
     "help: move it to the next line, or quote the value: `\"|9x\"`\n"},
  {TEXT("a: | b\n"),
     "W0101 the text of a `|` value starts on the next line\n"
     "1:6+1 not allowed on the line of `|`\n"
     "1:4+1 the value starts here\n"
     "help: move it to the next line, or quote the value: `\"| b\"`\n"},
  {TEXT("a: b: c\n"),
     "W0101 a second `:` stands on one line\n"
     "1:5+1 this `:` would start another mapping\n"
     "1:2+1 the value of `a` starts after this one\n"
     "help: quote the value: `a: \"b: c\"`\n"},
  {TEXT("a: b: \"c\"\n"),
     "W0101 a second `:` stands on one line\n"
     "1:5+1 this `:` would start another mapping\n"
     "1:2+1 the value of `a` starts after this one\n"
     "help: quote the value: `a: 'b: \"c\"'`\n"},
  {TEXT("- a: b: c\n"),
     "W0111 a config is a mapping, and this one is a list\n"
     "1:1+1 a list stands at the top\n"
     "help: give it a key: write `name:` on a line above it\n"},
  {TEXT("lr: 0.1\nmodel\n  x: 1\n"),
     "W0101 `model` needs a `:`\n"
     "2:1+5 a key without a `:`\n"
     "help: write `model:`\n"},
  {TEXT("lr: 0.1\nmodel\n"),
     "W0101 `model` needs a `:`\n"
     "2:1+5 a key without a `:`\n"
     "help: write `model:`\n"},
  {TEXT("lr: 0.1\nmo:del\nx: 1\n"),
     "W0101 a space is missing after the `:` of `mo:del`\n"
     "2:3+1 no space after this `:`\n"
     "help: write `mo: del`\n"},
  {TEXT("key with spaces\nb: 1\n"),
     "W0101 `key with spaces` needs a `:`\n"
     "1:1+15 a key without a `:`\n"
     "help: write `key with spaces:`\n"},
  {TEXT("\"a\": b\n\"c\" d\n"),
     "W0101 `\"c\" d` needs a `:`\n"
     "2:1+5 a key without a `:`\n"
     "help: write `\"c\": d`\n"},
  {TEXT(": 1\n"),
     "W0109 no key stands before this `:`\n"
     "1:1+1 a key is expected before this\n"
     "help: to mean the empty text, quote it: `\"\":`\n"},
  {TEXT("a: *\n"),
     "W0101 `*` starts an alias, and no name follows\n"
     "1:4+1 letters, digits, `-` and `_` make a name\n"
     "help: to mean the text, quote it: `\"*\"`\n"},
  {TEXT("a: *.lua\n"),
     "W0101 `*` starts an alias, and no name follows\n"
     "1:4+5 letters, digits, `-` and `_` make a name\n"
     "help: to mean the text, quote it: `\"*.lua\"`\n"},
  {TEXT("a: &\n"),
     "W0101 `&` starts an anchor, and no name follows\n"
     "1:4+1 letters, digits, `-` and `_` make a name\n"
     "help: to mean the text, quote it: `\"&\"`\n"},
  {TEXT("a: &x:y 1\n"),
     "W0101 an anchor's name ends before `:`\n"
     "1:6+1 not part of a name\n"
     "1:4+2 the anchor\n"
     "help: write a space behind `&x`\n"},
  {TEXT("a: \"\\x\\\n\"\n"),
     "W0101 `\\x` needs 2 hexadecimal digits\n"
     "1:5+2 not enough digits follow\n"
     "help: for a backslash write `\\\\`\n"},
  {TEXT("a: \"\\u12\\u0041\"\n"),
     "W0101 `\\u` needs 4 hexadecimal digits\n"
     "1:5+2 not enough digits follow\n"
     "help: for a backslash write `\\\\`\n"},
  {TEXT("a: &x\xC3\xA4 1\n"),
     "W0101 an anchor's name ends before `\xC3\xA4`\n"
     "1:6+2 not part of a name\n"
     "1:4+2 the anchor\n"
     "help: write a space behind `&x`\n"},
  {TEXT("a: &x\xE2\x80\xA8 1\n"),
     "W0101 an anchor's name ends before `\\xE2\\x80\\xA8`\n"
     "1:6+3 not part of a name\n"
     "1:4+2 the anchor\n"
     "help: write a space behind `&x`\n"},
  {TEXT("a: -\n"),
     "W0101 a list item cannot start on the line of its key\n"
     "1:4+1 `-` and a blank start a list item\n"
     "help: to mean the text, quote it: `\"-\"`\n"},
  {TEXT("a: - b\n"),
     "W0101 a list item cannot start on the line of its key\n"
     "1:4+1 `-` and a blank start a list item\n"
     "help: put it on the next line, or write a list: `[b]`\n"},
  {TEXT("a: ?\n"),
     "W0101 a long key cannot start on the line of another key\n"
     "1:4+1 `?` and a blank start a long key\n"
     "help: to mean the text, quote it: `\"?\"`\n"},
  {TEXT("a: !<\n"),
     "W0107 the tag `!<` has no meaning here\n"
     "1:4+2 unknown tag\n"
     "note: tags that have one: !!str !!int !!float !!bool !!null !!map "
     "!!seq\n"
     "help: to mean a text, quote it: `\"!<\"`\n"},
  {TEXT("a: !x!y z\n"),
     "W0107 the tag `!x!y` has no meaning here\n"
     "1:4+4 unknown tag\n"
     "note: tags that have one: !!str !!int !!float !!bool !!null !!map "
     "!!seq\n"
     "help: to mean a text, quote it: `\"!x!y\"`\n"},
  {TEXT("a: !foo 1\n"),
     "W0107 the tag `!foo` has no meaning here\n"
     "1:4+4 unknown tag\n"
     "note: tags that have one: !!str !!int !!float !!bool !!null !!map "
     "!!seq\n"
     "help: to make an object, name its constructor in a mapping: `_target_: "
     "module.Name`\n"},
  {TEXT("a: !!int x\n"),
     "W0107 `!!int` stands before `x`\n"
     "1:4+5 this tag\n"
     "1:10+1 does not fit this\n"
     "help: delete the tag, or write a value that it fits\n"},
  {TEXT("a: !!int 1.5\n"),
     "W0107 `!!int` stands before `1.5`\n"
     "1:4+5 this tag\n"
     "1:10+3 does not fit this\n"
     "help: delete the tag, or write a value that it fits\n"},
  {TEXT("a: !!python/object:os.x {}\n"),
     "W0107 the tag `!!python/object:os.x` has no meaning here\n"
     "1:4+20 unknown tag\n"
     "note: tags that have one: !!str !!int !!float !!bool !!null !!map "
     "!!seq\n"
     "help: to make an object, name its constructor in a mapping: `_target_: "
     "module.Name`\n"},
  {TEXT("a: !!map x\n"),
     "W0107 `!!map` stands before a scalar\n"
     "1:4+5 this tag\n"
     "1:10+1 does not fit this\n"
     "help: delete the tag, or write a value that it fits\n"},
  {TEXT("a: !!seq {}\n"),
     "W0107 `!!seq` stands before a mapping\n"
     "1:4+5 this tag\n"
     "1:10+1 does not fit this\n"
     "help: delete the tag, or write a value that it fits\n"},
  {TEXT("%YAML 3.0\n---\na: 1\n"),
     "W0101 wick reads YAML 1.1 and 1.2, and this document says `%YAML 3.0`\n"
     "1:1+9 another version\n"},
  {TEXT("%FOO\n---\na: 1\n"),
     "W0101 the line `%FOO` is not a directive that YAML knows\n"
     "1:1+4 starts with `%`\n"
     "note: before a document, `%` starts a line for the parser, such as "
     "`%YAML 1.2`\n"
     "help: to mean a text, quote it: `\"%FOO\"`\n"},
  {TEXT("%YAML 1.1\n%YAML 1.1\n---\na: 1\n"),
     "W0101 the line `%YAML 1.1` is there twice\n"
     "2:1+9 the second one\n"},
  {TEXT("%YAML 1.2\nfoo: 1\n"),
     "W0101 a `---` is missing after the directives\n"
     "2:1+3 expected `---` before this\n"},
  {TEXT("%TAG ! x\n---\na: 1\n"),
     "W0107 `%TAG` lines are not supported\n"
     "1:1+4 declares a tag\n"
     "note: only the core tags have a meaning here: !!str !!int !!float "
     "!!bool !!null !!map !!seq\n"
     "help: delete this line\n"},
  {TEXT("a: 1\n%TAG a b\n"),
     "W0101 the line `%TAG a b` is not a directive that YAML knows\n"
     "2:1+8 starts with `%`\n"
     "note: before a document, `%` starts a line for the parser, such as "
     "`%YAML 1.2`\n"
     "help: to mean a text, quote it: `\"%TAG a b\"`\n"},
  {TEXT("a: 1\n...\n%TAG ! b\n---\nb: 1\n"),
     "W0111 this file holds more than one document\n"
     "3:1+1 the second document starts here\n"
     "help: move it to a file of its own\n"},
  {TEXT("a: 1\nb: 2\na: 3\n"),
     "W0103 the key `a` appears twice in one mapping\n"
     "3:1+1 given again here\n"
     "1:1+1 first given here\n"
     "note: most YAML readers would silently use the last one (3)\n"
     "help: delete one of the two lines\n"},
  {TEXT("a: {lr: 0.1, lr: [1]}\n"),
     "W0103 the key `lr` appears twice in one mapping\n"
     "1:14+2 given again here\n"
     "1:5+2 first given here\n"
     "note: most YAML readers would silently use the last one\n"
     "help: delete one of the two\n"},
  {TEXT("1: a\n0x1: b\n"),
     "W0103 the key `0x1` appears twice in one mapping\n"
     "2:1+3 given again here\n"
     "1:1+1 first given here\n"
     "note: both keys are the integer 1\n"
     "note: most YAML readers would silently use the last one (b)\n"
     "help: delete one of the two lines\n"},
  {TEXT("<<: {a: 1}\n<<: {b: 2}\n"),
     "W0103 the key `<<` appears twice in one mapping\n"
     "2:1+2 given again here\n"
     "1:1+2 first given here\n"
     "help: merge several mappings with one list: `<<: [*a, *b]`\n"},
  {TEXT("true: 1\n"),
     "W0109 the key `true` is a boolean, not a string\n"
     "1:1+4 read as a boolean\n"
     "note: keys are strings or integers\n"
     "help: quote it: `\"true\":`\n"},
  {TEXT("1.5: 1\n"),
     "W0109 the key `1.5` is a float, not a string\n"
     "1:1+3 read as a float\n"
     "note: keys are strings or integers\n"
     "help: quote it: `\"1.5\":`\n"},
  {TEXT("~: 1\n"),
     "W0109 the key `~` is null, not a string\n"
     "1:1+1 read as null\n"
     "note: keys are strings or integers\n"
     "help: quote it: `\"~\":`\n"},
  {TEXT("? [a]\n: b\n"),
     "W0109 a key cannot be a list\n"
     "1:3+3 a list stands where a key is expected\n"
     "note: keys are strings or integers\n"},
  {TEXT("a: {{ x }}\n"),
     "W0109 a key cannot be a mapping\n"
     "1:5+5 a mapping stands where a key is expected\n"
     "note: keys are strings or integers\n"
     "help: to mean a text that starts with `{`, quote it\n"},
  {TEXT("? \n: 1\n"),
     "W0109 this mapping has an empty key\n"
     "1:2+1 a key is expected before this\n"
     "help: to mean the empty text, quote it: `\"\":`\n"},
  {TEXT("9223372036854775808: 1\n"),
     "W0110 the integer `9223372036854775808` does not fit 64 bits\n"
     "1:1+19 outside -2^63 to 2^63-1\n"
     "help: to mean the text, quote it: `\"9223372036854775808\"`\n"},
  {TEXT("a: 9223372036854775808\n"),
     "W0110 the integer `9223372036854775808` does not fit 64 bits\n"
     "1:4+19 outside -2^63 to 2^63-1\n"
     "help: to mean the text, quote it: `\"9223372036854775808\"`\n"},
  {TEXT("a: 1e999\n"),
     "W0110 the number `1e999` is too large\n"
     "1:4+5 the largest float is near 1.8e308\n"
     "help: to mean the text, quote it: `\"1e999\"`\n"},
  {TEXT("a: *b\n"),
     "W0108 the alias `*b` has no anchor\n"
     "1:4+2 no `&b` stands before it\n"
     "help: to mean the text, quote it: `\"*b\"`\n"},
  {TEXT("a: &bar 1\nb: *bra\n"),
     "W0108 the alias `*bra` has no anchor\n"
     "2:4+4 no `&bra` stands before it\n"
     "help: did you mean `*bar`?\n"},
  {TEXT("a: &defaults 1\nb: *DEFAULT\n"),
     "W0108 the alias `*DEFAULT` has no anchor\n"
     "2:4+8 no `&DEFAULT` stands before it\n"
     "help: did you mean `*defaults`?\n"},
  {TEXT("a: &one 1\nb: &two 2\nc: *xyz\n"),
     "W0108 the alias `*xyz` has no anchor\n"
     "3:4+4 no `&xyz` stands before it\n"
     "note: anchors before it: &one, &two\n"
     "help: to mean the text, quote it: `\"*xyz\"`\n"},
  {TEXT("a: &b [*b]\n"),
     "W0112 the alias `*b` stands inside the node that it names\n"
     "1:8+2 would contain itself\n"
     "1:4+2 `&b` names this node\n"
     "help: an alias is a copy; to refer to an object use a reference: "
     "`\"@key\"`\n"},
  {TEXT("a: &b {<<: *b}\n"),
     "W0112 the alias `*b` stands inside the node that it names\n"
     "1:12+2 would contain itself\n"
     "1:4+2 `&b` names this node\n"
     "help: an alias is a copy; to refer to an object use a reference: "
     "`\"@key\"`\n"},
  {TEXT("<<: 1\n"),
     "W0114 `<<` merges mappings, and this is an integer\n"
     "1:5+1 not a mapping\n"
     "note: `<<` takes a mapping, an alias of one, or a list of those\n"
     "help: to mean a key of this name, quote it: `\"<<\":`\n"},
  {TEXT("b: &b [1]\na:\n  <<: *b\n"),
     "W0114 `<<` merges mappings, and this list holds an integer\n"
     "3:7+1 names a list\n"
     "1:8+1 not a mapping\n"},
  {TEXT("<<: [{a: 1}, 2]\n"),
     "W0114 `<<` merges mappings, and this is an integer\n"
     "1:14+1 not a mapping\n"
     "note: `<<` takes a mapping, an alias of one, or a list of those\n"
     "help: to mean a key of this name, quote it: `\"<<\":`\n"},
  {TEXT("- a\n"),
     "W0111 a config is a mapping, and this one is a list\n"
     "1:1+1 a list stands at the top\n"
     "help: give it a key: write `name:` on a line above it\n"},
  {TEXT("x"),
     "W0111 a config is a mapping, and this one is a string\n"
     "1:1+1 a string stands at the top\n"
     "help: write a `key: value` on each line\n"},
  {TEXT("a:1"),
     "W0111 a config is a mapping, and this one is a string\n"
     "1:1+3 a string stands at the top\n"
     "help: write a space after the `:`\n"},
  {TEXT("a: 1\n---\nb: 1\n"),
     "W0111 this file holds more than one document\n"
     "2:1+3 the second document starts here\n"
     "help: move it to a file of its own\n"},
  {TEXT("---\n a: b\n...\nfoo\n"),
     "W0111 this file holds more than one document\n"
     "4:1+3 the second document starts here\n"
     "help: move it to a file of its own\n"},
  {TEXT("a: \x01\n"),
     "W0106 the control byte 0x01 stands at byte 3\n"
     "1:4+1 byte 0x01\n"
     "help: write it as an escape in a quoted text: `\"\\x01\"`\n"},
  {TEXT("a: \x7f\n"),
     "W0106 the control byte 0x7F stands at byte 3\n"
     "1:4+1 byte 0x7F\n"
     "help: write it as an escape in a quoted text: `\"\\x7f\"`\n"},
  {TEXT("\xff\xfe" "a\x00"),
     "W0106 this document is UTF-16, and wick reads UTF-8 only\n"
     "1:1+1 the byte order mark of UTF-16\n"
     "help: convert it: iconv -f UTF-16 -t UTF-8\n"},
  {TEXT("\x00\x00\xfe\xff\x00\x00\x00" "a"),
     "W0106 this document is UTF-32, and wick reads UTF-8 only\n"
     "1:1+1 the byte order mark of UTF-32\n"
     "help: convert it: iconv -f UTF-32 -t UTF-8\n"},
  {TEXT("a: \xff\n"),
     "W0106 this document is not UTF-8 at byte 3 (0xFF)\n"
     "1:4+1 byte 0xFF\n"
     "help: if it is Latin-1: iconv -f ISO-8859-1 -t UTF-8\n"},
  {TEXT("\xef\xbb\xbf" "a: \xc0\x80\n"),
     "W0106 this document is not UTF-8 at byte 6 (0xC0)\n"
     "1:4+1 byte 0xC0\n"
     "help: if it is Latin-1: iconv -f ISO-8859-1 -t UTF-8\n"},
  {TEXT("a: \xed\xa0\x80\n"),
     "W0106 this document is not UTF-8 at byte 3 (0xED)\n"
     "1:4+1 byte 0xED\n"
     "help: if it is Latin-1: iconv -f ISO-8859-1 -t UTF-8\n"},
  {TEXT("a: \xc2\x80\n"),
     "W0106 the control character U+0080 stands at byte 3\n"
     "1:4+2 U+0080\n"
     "help: write it as an escape in a quoted text: `\"\\u0080\"`\n"},
  {TEXT("a: \xef\xbf\xbf\n"),
     "W0106 the control character U+FFFF stands at byte 3\n"
     "1:4+3 U+FFFF\n"
     "help: write it as an escape in a quoted text: `\"\\uffff\"`\n"},
  {TEXT("a\x00:\x00 \x00"),
     "W0106 the control byte 0x00 stands at byte 1\n"
     "1:2+1 byte 0x00\n"
     "note: this looks like UTF-16, and wick reads UTF-8 only\n"
     "help: write it as an escape in a quoted text: `\"\\x00\"`\n"},
  {TEXT("a: \"\xc3"),
     "W0106 this document is not UTF-8 at byte 4 (0xC3)\n"
     "1:5+1 byte 0xC3\n"
     "help: if it is Latin-1: iconv -f ISO-8859-1 -t UTF-8\n"},
};


/* a failure as one text */
static void tell (char *out, size_t size, const wk_Fail *f,
                  const char *source, size_t length) {
  size_t used = 0;
  int i;
  used += (size_t)snprintf(out, size, "W%04d %s\n",
                           wk_code_info(f->code)->number, f->message);
  for (i = 0; i < f->nmarks && used < size; i++) {
    size_t line, column, start, stop;
    wk_place(source, length, f->marks[i].byte, &line, &column, &start, &stop);
    used += (size_t)snprintf(out + used, size - used, "%zu:%zu+%zu %s\n",
                             line, column, f->marks[i].length,
                             f->marks[i].label);
  }
  for (i = 0; i < f->nnotes && used < size; i++)
    used += (size_t)snprintf(out + used, size - used, "note: %s\n",
                             f->notes[i]);
  for (i = 0; i < f->nhelps && used < size; i++)
    used += (size_t)snprintf(out + used, size - used, "help: %s\n",
                             f->helps[i]);
}


static void messages (void **state) {
  size_t i;
  (void)state;
  for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    static wk_Fail fail;
    char told[4096];
    wk_Tree t;
    uint16_t doc;
    wk_Id root;
    wk_tree_init(&t);
    assert_int_equal(wk_tree_document(&t, WK_FILE, 0, "config/train.yaml",
                                      cases[i].source, cases[i].length, &doc,
                                      &fail), WK_OK);
    assert_int_not_equal(wk_yaml_read(&t, doc, WK_TOP_MAP, NULL, NULL, &root,
                                      &fail), WK_OK);
    tell(told, sizeof(told), &fail, cases[i].source, cases[i].length);
    assert_string_equal(told, cases[i].told);
    wk_tree_free(&t);
  }
}


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(messages)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
