/*
** rooms.h -- what each room of C that asks the system or takes memory does
** once, for the fault tests: WK_OK or its failure, in `failure`.
*/

#ifndef rooms_h
#define rooms_h

#include <stdio.h>
#include <stdlib.h>

#include "keypath.h"
#include "path.h"
#include "tree.h"

static wk_Fail failure;


static inline wk_Code do_root (void) {
  static wk_Root root;
  wk_Code code = wk_root_open(&root, "tests", 5, WK_AUTO, &failure);
  if (code == WK_OK) {
    if (root.real == NULL) code = WK_EBUG;
    wk_root_close(&root);
  }
  return code;
}


/* a file below a root, by one of the two ways */
static inline wk_Code read_by (wk_Backend backend) {
  static wk_Root root;
  wk_File file;
  char *bytes = NULL;
  size_t len = 0;
  wk_Code code = wk_root_open(&root, "tests", 5, backend, &failure);
  if (code != WK_OK) return code;
  code = wk_path_open(&root, "fault/rooms.h", 13, &file, &failure);
  if (code == WK_OK) {
    code = wk_file_read(&file, 1000000, &bytes, &len, &failure);
    wk_file_close(&file);
    free(bytes);
  }
  wk_root_close(&root);
  return code;
}

static inline wk_Code do_read (void) { return read_by(WK_AUTO); }

static inline wk_Code do_walk (void) { return read_by(WK_WALK); }


/* the entries of a folder, by one of the two ways */
static inline wk_Code list_by (wk_Backend backend) {
  static wk_Root root;
  char *names = NULL;
  size_t size = 0;
  wk_Code code = wk_root_open(&root, "tests", 5, backend, &failure);
  if (code != WK_OK) return code;
  code = wk_path_list(&root, "fault", 5, &names, &size, &failure);
  free(names);
  wk_root_close(&root);
  return code;
}

static inline wk_Code do_list (void) { return list_by(WK_AUTO); }

static inline wk_Code do_list_walk (void) { return list_by(WK_WALK); }


/* a file that the user names */
static inline wk_Code do_file (void) {
  wk_File file;
  char *bytes = NULL;
  size_t len = 0;
  wk_Code code = wk_file_open("tests/fault/rooms.h", &file, &failure);
  if (code != WK_OK) return code;
  code = wk_file_read(&file, 1000000, &bytes, &len, &failure);
  wk_file_close(&file);
  free(bytes);
  return code;
}


/* a stream; what opens it is no room's business, so no fault meets it */
static inline wk_Code do_stream (void) {
  FILE *stream = fopen("tests/unit/yaml_message_test.c", "re");
  char *bytes = NULL;
  size_t len = 0;
  wk_Code code;
  if (stream == NULL) return WK_ENOMEM;
  code = wk_stream_read(fileno(stream), 10000000, &bytes, &len, &failure);
  free(bytes);
  fclose(stream);
  return code;
}


static inline wk_Code do_keypath (void) {
  wk_Path path;
  wk_Code code = wk_path_parse("a[\"b\"].c", 8, 0, &path, &failure);
  if (code == WK_OK) wk_path_free(&path);
  return code;
}


/* a list of 100 items that is asked for all of them; without memory to write
   them down it is walked, and the answers are the same */
static inline wk_Code ask_list (wk_Tree *t, uint16_t doc) {
  wk_Id list = 0, item, last = 0;
  int i;
  wk_Code code = wk_tree_add(t, WK_LIST, doc, 0, &list, &failure);
  for (i = 0; i < 100 && code == WK_OK; i++) {
    code = wk_tree_add(t, WK_NULL, doc, 0, &item, &failure);
    if (code != WK_OK) break;
    wk_tree_link(t, list, last, item);
    last = item;
  }
  for (i = 1; i <= 100 && code == WK_OK; i++) {
    item = wk_tree_item(t, list, i);
    if (item != list + (wk_Id)i || wk_tree_index(t, item) != (size_t)i)
      code = WK_EBUG;
  }
  return code;
}


/* nodes, texts, copies with their aliases, and a map that is hashed */
static inline wk_Code do_tree (void) {
  wk_Tree t;
  wk_Id map = 0, key, value, copy, last = 0;
  uint16_t doc;
  size_t added;
  int i;
  wk_Code code;
  wk_tree_init(&t);
  code = wk_tree_document(&t, WK_FILE, 0, "a", "text", 4, &doc, &failure);
  if (code == WK_OK) code = wk_tree_add(&t, WK_MAP, doc, 0, &map, &failure);
  for (i = 0; i < 200 && code == WK_OK; i++) {
    char name[16];
    int n = snprintf(name, sizeof(name), "key%d", i);
    code = wk_tree_scalar(&t, WK_STRING, doc, 0, name, (size_t)n, &key,
                          &failure);
    if (code == WK_OK)
      code = wk_tree_scalar(&t, WK_INT, doc, 0, "1", 1, &value, &failure);
    if (code != WK_OK) break;
    wk_tree_link(&t, map, last, value);
    last = value;
    code = wk_tree_via(&t, value, doc, 1, &failure);
  }
  if (code == WK_OK && wk_tree_find(&t, map, "key77", 5) == 0) code = WK_EBUG;
  if (code == WK_OK) code = wk_tree_copy(&t, map, 0, &copy, &added, &failure);
  if (code == WK_OK) code = wk_tree_replace(&t, last, copy, &failure);
  if (code == WK_OK && wk_tree_find(&t, map, "key77", 5) == 0) code = WK_EBUG;
  if (code == WK_OK) code = ask_list(&t, doc);
  wk_tree_free(&t);
  return code;
}


/* `k` and `+k` in one map that is laid over nothing: it never passes */
static inline wk_Code do_clash (void) {
  static const char *const names[] = {"key", "+key"};
  wk_Tree t;
  wk_Clashes clashes = {NULL, 0, 0};
  wk_Id map = 0, key, value;
  int i;
  wk_Code code;
  wk_tree_init(&t);
  t.operators = 1;
  code = wk_tree_add(&t, WK_MAP, 0, 0, &map, &failure);
  for (i = 0; i < 2 && code == WK_OK; i++) {
    code = wk_tree_scalar(&t, WK_STRING, 0, 0, names[i], strlen(names[i]),
                          &key, &failure);
    if (code != WK_OK) break;
    wk_tree_node(&t, key)->flags |= WK_PLAIN;
    code = wk_tree_add(&t, WK_NULL, 0, 0, &value, &failure);
    if (code == WK_OK) wk_tree_link(&t, map, 0, value);
  }
  if (code == WK_OK) code = wk_tree_settle(&t, map, &clashes, &failure);
  if (code == WK_OK && (clashes.count != 1 ||
                        clashes.list[0].what != WK_TWICE)) code = WK_EBUG;
  free(clashes.list);
  wk_tree_free(&t);
  return code;
}


static const struct {
  const char *name;
  wk_Code (*run) (void);
} rooms[] = {
  {"a root", do_root}, {"a file by openat2", do_read},
  {"a file by the walk", do_walk}, {"a folder by openat2", do_list},
  {"a folder by the walk", do_list_walk}, {"a file of the user", do_file},
  {"a stream", do_stream}, {"a key path", do_keypath}, {"a tree", do_tree},
  {"keys that clash", do_clash}
};

#define N_ROOMS  (sizeof(rooms) / sizeof(*rooms))

#endif
