/*
** exec_bare.c -- `exec_bare PROGRAM` starts a program without any word, not
** even the one that names it, as a shell never does.
*/

#include <stdio.h>
#include <unistd.h>


int main (int argc, char **argv) {
  static char *none[] = {NULL};
  if (argc != 2) return 125;
  execve(argv[1], none, none);
  perror(argv[1]);
  return 126;
}
