/*
** driver.c -- asks the C rooms `path` and `yaml`, without Lua, what the rows
** of the attack catalogue ask (lines.h).  Each answer is the name of a code.
*/

#define _GNU_SOURCE
#include <stdint.h>

#include "lines.h"
#include "path.h"
#include "tree.h"
#include "yaml.h"

#define FILE_LIMIT  8388608    /* module.bytes */


/* opens and reads the file; its bytes go to *bytes, unless that is NULL.  It
   is opened twice, the second time through folders that are known. */
static wk_Code ask_file (const wk_Root *r, const char *rel, size_t len,
                         size_t limit, char **bytes, size_t *size,
                         wk_Fail *f) {
  wk_File file;
  char *text = NULL;
  wk_Code first = wk_path_open(r, rel, len, &file, f), code;
  wk_file_close(&file);
  code = wk_path_open(r, rel, len, &file, f);
  if (code != first) {
    wk_file_close(&file);
    return wk_fail(f, WK_EBUG, "another answer when asked again");
  }
  if (code != WK_OK) return code;
  code = wk_file_read(&file, limit, &text, size, f);
  wk_file_close(&file);
  if (bytes) *bytes = text;
  else free(text);
  return code;
}


/* a name is checked; the file that holds it is then opened */
static wk_Code ask_name (const wk_Root *r, const char *name, size_t len,
                         wk_Fail *f) {
  static const char suffix[] = ".lua";
  char rel[300];
  size_t size, i;
  wk_Code code = wk_name_check(name, len, f);
  if (code != WK_OK) return code;
  for (i = 0; i < len; i++) rel[i] = name[i] == '.' ? '/' : name[i];
  memcpy(rel + len, suffix, sizeof(suffix));
  return ask_file(r, rel, len + sizeof(suffix) - 1, FILE_LIMIT, NULL, &size, f);
}


/* reads the file as a document; *events is how many libyaml gave for it */
static wk_Code ask_yaml (const wk_Root *r, const char *rel, size_t len,
                         size_t *events, wk_Fail *f) {
  wk_Tree tree;
  char *bytes = NULL;
  size_t size = 0;
  uint16_t doc;
  wk_Id top;
  wk_Code code;
  wk_tree_init(&tree);
  code = ask_file(r, rel, len, tree.limits.document_bytes, &bytes, &size, f);
  if (code == WK_OK)
    code = wk_tree_document(&tree, WK_FILE, 0, rel, bytes, size, &doc, f);
  if (code == WK_OK)
    code = wk_yaml_read(&tree, doc, WK_TOP_MAP, NULL, NULL, &top, f);
  *events = tree.events;
  free(bytes);
  wk_tree_free(&tree);
  return code;
}


static wk_Code ask_root (wk_Root *r, const Word *backend, const Word *dir,
                         wk_Fail *f) {
  wk_Code code;
  wk_root_close(r);
  code = wk_root_open(r, dir->text, dir->len,
                      strcmp(backend->text, "walk") == 0 ? WK_WALK
                      : strcmp(backend->text, "openat2") == 0 ? WK_OPENAT2
                                                              : WK_AUTO, f);
  return code == WK_OK ? wk_root_rules(r, 0, f) : code;
}


int main (void) {
  Line line;
  wk_Root root;
  memset(&line, 0, sizeof(line));
  memset(&root, 0, sizeof(root));
  root.fd = -1;
  while (next_line(&line)) {
    const Word *w = line.words;
    size_t size, events = 0;
    wk_Fail f;
    wk_Code code;
    if (is_step(&line, "root", 3))
      code = ask_root(&root, &w[1], &w[2], &f);
    else if (is_step(&line, "rules", 2))
      code = wk_root_rules(&root, strcmp(w[1].text, "strict") == 0 ? WK_STRICT
                                  : strcmp(w[1].text, "trust") == 0
                                      ? WK_TRUST_MODES : 0, &f);
    else if (is_step(&line, "file", 2))
      code = ask_file(&root, w[1].text, w[1].len, FILE_LIMIT, NULL, &size,
                      &f);
    else if (is_step(&line, "name", 2))
      code = ask_name(&root, w[1].text, w[1].len, &f);
    else if (is_step(&line, "yaml", 2))
      code = ask_yaml(&root, w[1].text, w[1].len, &events, &f);
    else {
      do_step(&line);
      continue;
    }
    if (events > 0) printf("%s %zu\n", wk_code_info(code)->name, events);
    else printf("%s\n", wk_code_info(code)->name);
  }
  wk_root_close(&root);
  free(line.bytes);
  return 0;
}
