/*
** replay.c -- a fuzz target without a fuzzer: `fuzz_NAME FILE|FOLDER ...`
** feeds it those files (the plain ones of a folder), and says how many.
**
** Each input is a block of its own size, so that a sanitizer sees a read
** behind it.  May call: nothing but the target.
*/

#define _GNU_SOURCE
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
__attribute__((weak)) int LLVMFuzzerInitialize (int *argc, char ***argv);

static size_t fed;


/* feeds one file to the target; gives 0 when it cannot be read */
static int feed (const char *path) {
  FILE *file = fopen(path, "rb");
  uint8_t *data;
  struct stat st;
  size_t size, got;
  if (file == NULL || fstat(fileno(file), &st) != 0) {
    perror(path);
    if (file != NULL) fclose(file);
    return 0;
  }
  size = (size_t)st.st_size;
  data = (uint8_t *)malloc(size > 0 ? size : 1);
  got = data == NULL ? 0 : fread(data, 1, size, file);
  fclose(file);
  if (data == NULL || got != size) {
    fprintf(stderr, "%s: cannot be read\n", path);
    free(data);
    return 0;
  }
  fprintf(stderr, "%s\n", path);  /* the last one named is what failed */
  LLVMFuzzerTestOneInput(data, size);
  free(data);
  fed++;
  return 1;
}


/* feeds the plain files of a folder, by name */
static int feed_folder (const char *path) {
  struct dirent **entries;
  int n = scandir(path, &entries, NULL, alphasort), i, ok = n >= 0;
  if (n < 0) perror(path);
  for (i = 0; i < n; i++) {
    char name[4096];
    struct stat st;
    snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
    if (ok && entries[i]->d_name[0] != '.' && stat(name, &st) == 0 &&
        S_ISREG(st.st_mode))
      ok = feed(name);
    free(entries[i]);
  }
  if (n >= 0) free(entries);
  return ok;
}


int main (int argc, char **argv) {
  int i;
  if (LLVMFuzzerInitialize != NULL) LLVMFuzzerInitialize(&argc, &argv);
  for (i = 1; i < argc; i++) {
    struct stat st;
    if (stat(argv[i], &st) != 0) {
      perror(argv[i]);
      return 1;
    }
    if (!(S_ISDIR(st.st_mode) ? feed_folder(argv[i]) : feed(argv[i])))
      return 1;
  }
  printf("%zu inputs\n", fed);
  return 0;
}
