/*
** yaml_suite.c -- YAML documents through wick's own reader, one by one.
**
**   yaml_suite < documents         a line for each: `tree JSON`, or
**                                  `refused CODE message`
**   yaml_suite --cut < documents   reads each cut off behind every byte, and
**                                  says `read N refused N` for all of them
**
** A document is its length in bytes, a newline, and the bytes.  Links with
** the core that knows no Lua.
*/

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scalar.h"
#include "yaml.h"


/* a text as a JSON string */
static void text (const char *s, size_t len) {
  size_t i;
  putchar('"');
  for (i = 0; i < len; i++) {
    unsigned char c = (unsigned char)s[i];
    if (c == '"' || c == '\\') printf("\\%c", c);
    else if (c < 0x20 || c == 0x7F) printf("\\u%04x", c);
    else putchar(c);
  }
  putchar('"');
}


/* a scalar as JSON, by its type and not by how it was written */
static void scalar (const wk_Tree *t, const wk_Node *n) {
  const char *s = wk_tree_text(t, n);
  char number[40];
  switch (n->kind) {
    case WK_NULL:
      fputs("null", stdout);
      break;
    case WK_BOOL:
      fputs(wk_scalar_bool(s, n->size) ? "true" : "false", stdout);
      break;
    case WK_INT:
      wk_scalar_printint(number, wk_scalar_int(s, n->size));
      fputs(number, stdout);
      break;
    case WK_FLOAT:
      wk_scalar_printfloat(number, wk_scalar_float(s, n->size));
      if (strpbrk(number, "ian") != NULL) printf("\"%s\"", number);
      else fputs(number, stdout);
      break;
    default:
      text(s, n->size);
  }
}


/* the key of a value, if it has one; JSON's keys are strings */
static void key (const wk_Tree *t, wk_Id id) {
  const wk_Node *up = wk_tree_node(t, wk_tree_node(t, id)->up);
  const wk_Node *k = wk_tree_node(t, id - 1);
  if (up->kind != WK_MAP) return;
  if (k->kind == WK_STRING) text(wk_tree_text(t, k), k->size);
  else {
    putchar('"');
    scalar(t, k);
    putchar('"');
  }
  putchar(':');
}


/* the tree below `top` as one line; walks along `first`, `next` and `up` */
static void json (const wk_Tree *t, wk_Id top) {
  wk_Id at = top;
  for (;;) {
    const wk_Node *n = wk_tree_node(t, at);
    if (n->kind == WK_MAP || n->kind == WK_LIST) {
      putchar(n->kind == WK_MAP ? '{' : '[');
      if (n->first != 0) {
        at = n->first;
        key(t, at);
        continue;
      }
      putchar(n->kind == WK_MAP ? '}' : ']');
    }
    else
      scalar(t, n);
    while (at != top && wk_tree_node(t, at)->next == 0) {
      at = wk_tree_node(t, at)->up;
      putchar(wk_tree_node(t, at)->kind == WK_MAP ? '}' : ']');
    }
    if (at == top) return;
    putchar(',');
    at = wk_tree_node(t, at)->next;
    key(t, at);
  }
}


/* reads one document; prints what became of it when `print` */
static wk_Code one (const char *bytes, size_t len, int print) {
  static wk_Fail fail;
  wk_Tree t;
  uint16_t doc;
  wk_Id root;
  wk_Code code;
  wk_tree_init(&t);
  code = wk_tree_document(&t, WK_FILE, 0, "suite.yaml", bytes, len, &doc,
                          &fail);
  if (code == WK_OK)
    code = wk_yaml_read(&t, doc, WK_TOP_ANY, NULL, NULL, &root, &fail);
  if (code == WK_OK && print) {
    fputs("tree ", stdout);
    json(&t, root);
    putchar('\n');
  }
  else if (print)
    printf("refused %s %s\n", wk_code_info(code)->name, fail.message);
  wk_tree_free(&t);
  return code;
}


/* the length before a document; 0 at the end of the stream */
static int length (size_t *len) {
  int c, some = 0;
  *len = 0;
  while ((c = getchar()) >= '0' && c <= '9') {
    *len = *len * 10 + (size_t)(c - '0');
    some = 1;
  }
  return some && c == '\n';
}


int main (int argc, char **argv) {
  int cut = argc > 1 && strcmp(argv[1], "--cut") == 0;
  unsigned long read = 0, refused = 0;
  size_t len;
  while (length(&len)) {
    char *bytes = malloc(len + 1);
    size_t n;
    if (bytes == NULL || fread(bytes, 1, len, stdin) != len) {
      fputs("yaml_suite: a document is not complete\n", stderr);
      free(bytes);
      return 1;
    }
    if (!cut) one(bytes, len, 1);
    for (n = 0; cut && n <= len; n++) {
      char *part = malloc(n + 1);  /* so that a sanitizer sees its end */
      if (part == NULL) return 1;
      memcpy(part, bytes, n);
      if (one(part, n, 0) == WK_OK) read++;
      else refused++;
      free(part);
    }
    free(bytes);
  }
  if (cut) printf("read %lu refused %lu\n", read, refused);
  return 0;
}
