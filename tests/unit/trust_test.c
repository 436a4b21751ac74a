/*
** trust_test.c -- who may write what is opened below a root (rows 48 to 56),
** each rule on each backend, in folders that are met first and that are known.
**
** Row 55 needs a program with more rights than who starts it: it is in
** tests/attack/secure_spec.lua.
*/

#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/xattr.h>

#include <cmocka.h>

#include "leak.h"
#include "path_ground.h"

#define STRANGER  12345     /* a user and a group that is not ours */

#define ROOT_ONLY  if (geteuid() != 0) SKIP("only root can give files away")


/*
** {======================================================
** Ways to ask
** =======================================================
*/

static void folder (const char *name, mode_t mode) {
  assert_int_equal(mkdir(name, 0755), 0);
  assert_int_equal(chmod(name, mode), 0);
}


static void file (const char *name, mode_t mode) {
  put(name, "return 1\n", 9);
  assert_int_equal(chmod(name, mode), 0);
}


static void give (const char *name, uid_t uid, gid_t gid) {
  assert_int_equal(chown(name, uid, gid), 0);
}


/* the root `dir` under these rules, which must take it */
static wk_Root ruled (const char *dir, wk_Backend backend, unsigned rules) {
  wk_Root r = root_of(dir, backend);
  wk_Fail f;
  wk_Code code = wk_root_rules(&r, rules, &f);
  if (code != WK_OK) print_message("# %s: %s\n", dir, f.message);
  assert_int_equal(code, WK_OK);
  return r;
}


/* `rel` below `dir` is refused with this headline, at first sight and again */
static void refused (const char *dir, unsigned rules, const char *rel,
                     const char *message) {
  EACH_BACKEND {
    wk_Root r = ruled(dir, backends[b], rules);
    wk_Fail f;
    int again;
    for (again = 0; again < 3; again++) {
      assert_int_equal(try_n(&r, rel, strlen(rel), &f), WK_EUNSAFE);
      assert_string_equal(f.message, message);
    }
    wk_root_close(&r);
  }
}


/* the reasons of the doubts so far, in order, one letter each: everyone,
   group, own Group, owner, aNyone, folder, link */
static const char *reasons (const wk_Root *r, int above) {
  const wk_Doubt *list;
  size_t n = wk_root_doubts(r, above, &list), i;
  for (i = 0; i < n; i++) text[i] = "egGonfl"[list[i].reason];
  text[n] = '\0';
  return text;
}


/* it opens, at first sight and again, and these are the doubts */
static void opens (const char *dir, unsigned rules, const char *rel,
                   const char *doubts) {
  EACH_BACKEND {
    wk_Root r = ruled(dir, backends[b], rules);
    int again;
    for (again = 0; again < 3; again++) {
      assert_int_equal(try(&r, rel), WK_OK);
      assert_string_equal(reasons(&r, 0), doubts);
    }
    wk_root_forget(&r);
    assert_string_equal(reasons(&r, 0), "");
    wk_root_close(&r);
  }
}

/* }====================================================== */


/*
** {======================================================
** Files
** =======================================================
*/

static void fine (void **state) {
  (void)state;
  folder("fine", 0755);
  folder("fine/d", 0700);
  folder("fine/d/e", 0711);
  file("fine/a.lua", 0644);
  file("fine/d/e/a.lua", 0555);
  opens("fine", 0, "a.lua", "");
  opens("fine", 0, "d/e/a.lua", "");
  opens("fine", WK_STRICT, "d/e/a.lua", "");
  opens("fine", WK_TRUST_MODES, "d/e/a.lua", "");
}


/* row 48: files that everyone or a group may write */
static void modes (void **state) {
  char name[64];
  (void)state;
  folder("modes", 0755);
  folder("modes/d", 0755);
  file("modes/all.lua", 0646);
  file("modes/d/all.lua", 0666);
  file("modes/d/bits.lua", 07642);
  file("modes/group.lua", 0664);
  refused("modes", 0, "all.lua", "`all.lua` is writable by everyone");
  refused("modes", 0, "d/all.lua", "`d/all.lua` is writable by everyone");
  refused("modes", 0, "d/bits.lua", "`d/bits.lua` is writable by everyone");
  refused("modes", WK_STRICT, "all.lua", "`all.lua` is writable by everyone");
  opens("modes", WK_TRUST_MODES, "d/all.lua", "");
  opens("modes", WK_TRUST_MODES | WK_STRICT, "d/all.lua", "");
  opens("modes", 0, "group.lua", "G");
  opens("modes", WK_TRUST_MODES, "group.lua", "");
  snprintf(name, sizeof(name), "`group.lua` is writable by group %u",
           (unsigned)getegid());
  refused("modes", WK_STRICT, "group.lua", name);
  ROOT_ONLY;
  give("modes/group.lua", 0, STRANGER);
  opens("modes", 0, "group.lua", "g");
  refused("modes", WK_STRICT, "group.lua",
          "`group.lua` is writable by group 12345");
}


/* who we are: a stranger's file is a stranger's, root's is root's */
static int as_nobody (void) {
  EACH_BACKEND {
    wk_Root r;
    wk_Fail f;
    if (wk_root_open(&r, "owners", 6, backends[b], &f) != WK_OK) return 1;
    if (try(&r, "mine/root.lua") != WK_OK) return 2;
    if (strcmp(reasons(&r, 0), "f") != 0) return 3;
    wk_root_forget(&r);
    if (try(&r, "mine/mine.lua") != WK_OK) return 4;
    if (try(&r, "root.lua") != WK_OK) return 5;
    if (strcmp(reasons(&r, 0), "") != 0) return 6;
    if (try(&r, "other/root.lua") != WK_OK) return 13;
    if (strcmp(reasons(&r, 0), "o") != 0) return 14;
    wk_root_forget(&r);
    if (try(&r, "mine/other.lua") != WK_OK) return 7;
    if (strcmp(reasons(&r, 0), "o") != 0) return 8;
    if (wk_root_rules(&r, WK_STRICT, &f) != WK_OK) return 9;
    if (try(&r, "mine/mine.lua") != WK_OK) return 10;
    if (try_n(&r, "mine/root.lua", 13, &f) != WK_EUNSAFE) return 11;
    if (strcmp(f.message, "`mine/root.lua` belongs to user 0, and its folder "
                          "to user 65534") != 0) return 12;
    wk_root_close(&r);
  }
  return 0;
}


/* row 49: another's file; row 52: root's in a folder that is not */
static void owners (void **state) {
  (void)state;
  ROOT_ONLY;
  folder("owners", 0755);
  folder("owners/mine", 0755);
  folder("owners/other", 0755);
  file("owners/root.lua", 0644);
  file("owners/mine/root.lua", 0644);
  file("owners/mine/mine.lua", 0644);
  file("owners/mine/other.lua", 0644);
  file("owners/other/root.lua", 0644);
  give("owners/mine", 65534, 65534);
  give("owners/mine/mine.lua", 65534, 65534);
  give("owners/mine/other.lua", STRANGER, 0);
  give("owners/other", STRANGER, 0);
  opens("owners", 0, "root.lua", "");
  opens("owners", 0, "mine/other.lua", "oo");
  opens("owners", 0, "other/root.lua", "o");
  opens("owners", WK_TRUST_MODES, "mine/other.lua", "");
  refused("owners", WK_STRICT, "other/root.lua",
          "`other` belongs to user 12345");
  give("owners/mine", 0, 0);
  refused("owners", WK_STRICT, "mine/other.lua",
          "`mine/other.lua` belongs to user 12345");
  give("owners/mine", 65534, 65534);
  assert_int_equal(in_child(as_nobody, 1), 0);
}


/* row 53: a hard link to a file elsewhere */
static void links (void **state) {
  (void)state;
  folder("links", 0755);
  file("secret", 0600);
  assert_int_equal(link("secret", "links/x.lua"), 0);
  opens("links", 0, "x.lua", "l");
  opens("links", WK_TRUST_MODES, "x.lua", "l");
  refused("links", WK_STRICT, "x.lua", "`x.lua` is a hard link, one of 2");
  refused("links", WK_STRICT | WK_TRUST_MODES, "x.lua",
          "`x.lua` is a hard link, one of 2");
  ROOT_ONLY;
  give("secret", STRANGER, 0);
  opens("links", 0, "x.lua", "ol");
}


/* row 54: a right that an ACL gives shows in the bits of the group */
static void acl (void **state) {
  static const unsigned char rights[] = {
    2, 0, 0, 0,                                  /* version */
    1, 0, 6, 0, 0xFF, 0xFF, 0xFF, 0xFF,          /* owner: rw */
    2, 0, 6, 0, 0x39, 0x30, 0, 0,                /* user 12345: rw */
    4, 0, 4, 0, 0xFF, 0xFF, 0xFF, 0xFF,          /* group: r */
    16, 0, 6, 0, 0xFF, 0xFF, 0xFF, 0xFF,         /* mask: rw */
    32, 0, 4, 0, 0xFF, 0xFF, 0xFF, 0xFF          /* others: r */
  };
  (void)state;
  folder("acl", 0755);
  file("acl/x.lua", 0644);
  opens("acl", WK_STRICT, "x.lua", "");
  if (setxattr("acl/x.lua", "system.posix_acl_access", rights, sizeof(rights),
               0) != 0)
    SKIP("this file system has no access control lists");
  opens("acl", 0, "x.lua", "G");
}


/* row 56: the mode moves between the look and the reading */
static void between (void **state) {
  (void)state;
  folder("between", 0755);
  EACH_BACKEND {
    wk_Root r = root_of("between", backends[b]);
    wk_File now;
    wk_Fail f;
    char *bytes;
    size_t size;
    file("between/x.lua", 0644);
    assert_int_equal(wk_path_open(&r, "x.lua", 5, &now, &f), WK_OK);
    usleep(20000);                 /* a tick of the file system's clock */
    assert_int_equal(chmod("between/x.lua", 0666), 0);
    assert_int_equal(wk_file_read(&now, 99, &bytes, &size, &f), WK_ECHANGED);
    wk_file_close(&now);
    assert_int_equal(try(&r, "x.lua"), WK_EUNSAFE);
    wk_root_close(&r);
  }
}

/* }====================================================== */


/*
** {======================================================
** Folders
** =======================================================
*/

/* row 50: a folder on the way */
static void folders (void **state) {
  (void)state;
  folder("folders", 0755);
  folder("folders/all", 0777);
  folder("folders/all/d", 0755);
  folder("folders/sticky", 01777);
  folder("folders/group", 0775);
  folder("folders/group/d", 0755);
  file("folders/all/d/x.lua", 0644);
  file("folders/sticky/x.lua", 0644);
  file("folders/group/d/x.lua", 0644);
  refused("folders", 0, "all/d/x.lua", "`all` is writable by everyone");
  refused("folders", 0, "all/none.lua", "`all` is writable by everyone");
  refused("folders", WK_STRICT, "all/d/x.lua",
          "`all` is writable by everyone");
  refused("folders", WK_STRICT, "sticky/x.lua",
          "everyone may add files to `sticky`");
  opens("folders", WK_TRUST_MODES, "all/d/x.lua", "");
  opens("folders", 0, "sticky/x.lua", "n");
  opens("folders", 0, "group/d/x.lua", "G");
  ROOT_ONLY;
  give("folders/group", 0, STRANGER);
  opens("folders", 0, "group/d/x.lua", "g");
  refused("folders", WK_STRICT, "group/d/x.lua",
          "`group` is writable by group 12345");
}


/* a verdict on a folder stands until it is forgotten; that on a file does not
   stand at all */
static void verdicts (void **state) {
  (void)state;
  folder("verdicts", 0755);
  folder("verdicts/d", 0755);
  file("verdicts/d/x.lua", 0644);
  EACH_BACKEND {
    wk_Root r = root_of("verdicts", backends[b]);
    assert_int_equal(try(&r, "d/x.lua"), WK_OK);
    assert_int_equal(chmod("verdicts/d", 0777), 0);
    assert_int_equal(try(&r, "d/x.lua"), WK_OK);
    wk_root_forget(&r);
    assert_int_equal(try(&r, "d/x.lua"), WK_EUNSAFE);
    assert_int_equal(chmod("verdicts/d", 0755), 0);
    assert_int_equal(try(&r, "d/x.lua"), WK_OK);
    assert_int_equal(chmod("verdicts/d/x.lua", 0646), 0);
    assert_int_equal(try(&r, "d/x.lua"), WK_EUNSAFE);
    assert_int_equal(chmod("verdicts/d/x.lua", 0644), 0);
    wk_root_close(&r);
  }
}


/* more folders than are remembered, and more doubts */
static void many (void **state) {
  const int n = 300;
  int i;
  (void)state;
  folder("many", 0755);
  for (i = 0; i < n; i++) {
    snprintf(text, sizeof(text), "many/d%d", i);
    folder(text, i % 10 == 7 ? 0777 : 0775);
    snprintf(text, sizeof(text), "many/d%d/x.lua", i);
    file(text, 0644);
  }
  EACH_BACKEND {
    wk_Root r = root_of("many", backends[b]);
    const wk_Doubt *list;
    int again;
    for (again = 0; again < 2; again++)
      for (i = 0; i < n; i++) {
        snprintf(text, sizeof(text), "d%d/x.lua", i);
        assert_int_equal(try(&r, text), i % 10 == 7 ? WK_EUNSAFE : WK_OK);
        assert_int_equal(try(&r, text), i % 10 == 7 ? WK_EUNSAFE : WK_OK);
      }
    assert_int_equal(wk_root_doubts(&r, 0, &list), n - n / 10);
    assert_string_equal(list[n - n / 10 - 1].shown, "d299");
    wk_root_close(&r);
  }
}


/* names of folders that fill the memory for names before its places */
static void long_names (void **state) {
  int i, depth;
  (void)state;
  folder("long", 0755);
  assert_int_equal(chdir("long"), 0);
  for (i = 0; i < 15; i++) {
    memset(text, 'n', 250);
    text[250] = '\0';
    folder(text, 0755);
    assert_int_equal(chdir(text), 0);
  }
  file("x.lua", 0644);
  assert_int_equal(chdir(base), 0);
  EACH_BACKEND {
    wk_Root r = root_of("long", backends[b]);
    for (i = 0; i < 4; i++) {
      size_t at = 0;
      for (depth = 0; depth < 15; depth++) {
        memset(text + at, 'n', 250);
        text[at + 250] = '/';
        at += 251;
      }
      memcpy(text + at, "x.lua", 6);
      assert_int_equal(try(&r, text), WK_OK);
    }
    wk_root_close(&r);
  }
}


/* the root is a folder on the way */
static void the_root (void **state) {
  char name[PATH_MAX];
  (void)state;
  folder("root", 0777);
  file("root/x.lua", 0644);
  snprintf(name, sizeof(name), "`%s/root` is writable by everyone", base);
  EACH_BACKEND {
    wk_Root r = root_of("root", backends[b]);
    wk_Fail f;
    assert_int_equal(try_n(&r, "x.lua", 5, &f), WK_EUNSAFE);
    assert_string_equal(f.message, name);
    assert_int_equal(wk_root_rules(&r, 0, &f), WK_EUNSAFE);
    assert_string_equal(f.message, name);
    assert_string_equal(f.notes[0], "its mode is 0777: who writes there "
                                    "decides what runs here");
    assert_int_equal(wk_root_rules(&r, WK_TRUST_MODES, &f), WK_OK);
    assert_int_equal(try(&r, "x.lua"), WK_OK);
    wk_root_close(&r);
  }
  assert_int_equal(chmod("root", 0775), 0);
  opens("root", 0, "x.lua", "G");
}


static const wk_Doubt *last (const wk_Root *r, int above) {
  const wk_Doubt *list;
  size_t n = wk_root_doubts(r, above, &list);
  assert_true(n > 0);
  return &list[n - 1];
}


/* the folders above end where one may not go on; `.` is four levels down */
static int check_closed (void) {
  EACH_BACKEND {
    wk_Root r;
    wk_Fail f;
    if (wk_root_open(&r, ".", 1, backends[b], &f) != WK_OK) return 1;
    if (wk_root_rules(&r, 0, &f) != WK_OK) return 2;
    if (strcmp(reasons(&r, 1), "") != 0) return 3;
    if (wk_root_rules(&r, WK_STRICT, &f) != WK_EACCES) return 4;
    if (strcmp(f.message, "the folders above the project cannot be looked "
                          "at: no permission") != 0) return 5;
    wk_root_close(&r);
  }
  return 0;
}


/* row 51: a folder above the root */
static void above (void **state) {
  char name[PATH_MAX];
  (void)state;
  folder("above", 0755);
  folder("above/a", 0777);
  folder("above/a/b", 0755);
  folder("above/a/b/proj", 0755);
  file("above/a/b/proj/x.lua", 0644);
  snprintf(name, sizeof(name), "%s/above/a", base);
  EACH_BACKEND {
    wk_Root r = ruled("above/a/b/proj", backends[b], 0);
    wk_Fail f;
    assert_int_equal(try(&r, "x.lua"), WK_OK);
    assert_string_equal(reasons(&r, 0), "");
    assert_string_equal(reasons(&r, 1), "e");
    assert_string_equal(reasons(&r, 1), "e");
    assert_string_equal(last(&r, 1)->shown, name);
    assert_int_equal(last(&r, 1)->side, WK_ABOVE);
    assert_int_equal(wk_root_rules(&r, WK_STRICT, &f), WK_EUNSAFE);
    assert_true(says(&f, name));
    assert_true(says(&f, "`--strict` makes every doubt an error"));
    assert_int_equal(try(&r, "x.lua"), WK_EUNSAFE);
    assert_int_equal(wk_root_rules(&r, WK_TRUST_MODES, &f), WK_OK);
    assert_string_equal(reasons(&r, 1), "");
    wk_root_close(&r);
  }
  /* a sticky folder keeps what is ours in its place */
  assert_int_equal(chmod("above/a", 01777), 0);
  opens("above/a/b/proj", WK_STRICT, "x.lua", "");
  ROOT_ONLY;
  /* and what is a stranger's in the stranger's hand */
  give("above/a/b", STRANGER, 0);
  EACH_BACKEND {
    wk_Root r = ruled("above/a/b/proj", backends[b], 0);
    assert_string_equal(reasons(&r, 1), "oe");
    wk_root_close(&r);
  }
  assert_int_equal(chdir("above/a/b/proj"), 0);
  give("..", 0, 0);
  assert_int_equal(chmod("..", 0600), 0);
  assert_int_equal(in_child(check_closed, 1), 0);
  assert_int_equal(chmod("..", 0755), 0);
  assert_int_equal(chdir(base), 0);
}


/* the folder above / is /, also from another mount */
static void top (void **state) {
  (void)state;
  EACH_BACKEND {
    wk_Root r = root_of("/", backends[b]);
    assert_string_equal(reasons(&r, 1), "");
    wk_root_close(&r);
    r = root_of("/proc", backends[b]);
    assert_string_equal(reasons(&r, 1), "");
    wk_root_close(&r);
  }
}


/* what is ours in a sticky folder stays there, whoever we are */
static int check_sticky (void) {
  wk_Root r;
  wk_Fail f;
  if (mkdir("sticky/mine", 0755) != 0) return 1;
  if (wk_root_open(&r, "sticky/mine", 11, WK_AUTO, &f) != WK_OK) return 2;
  if (wk_root_rules(&r, WK_STRICT, &f) != WK_OK) return 3;
  if (strcmp(reasons(&r, 1), "") != 0) return 4;
  wk_root_close(&r);
  return rmdir("sticky/mine") == 0 ? 0 : 5;
}


static void sticky (void **state) {
  (void)state;
  folder("sticky", 01777);
  assert_int_equal(in_child(check_sticky, 1), 0);
}

/* }====================================================== */


/*
** {======================================================
** Plugins
** =======================================================
*/

static void plugin_names (void **state) {
  static const struct {const char *name; int plugin;} names[] = {
    {"a.so", 1}, {"d/a.so", 1}, {".so", 1}, {"so", 0}, {"aso", 0},
    {"a.so.lua", 0}, {"a.SO", 0}, {"d.so/a.lua", 0}
  };
  size_t i;
  (void)state;
  folder("names", 0755);
  folder("names/d", 0755);
  folder("names/d.so", 0755);
  for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    snprintf(text, sizeof(text), "names/%s", names[i].name);
    file(text, 0644);
    EACH_BACKEND {
      wk_Root r = root_of("names", backends[b]);
      wk_File now;
      wk_Fail f;
      assert_int_equal(wk_path_open(&r, names[i].name, strlen(names[i].name),
                                    &now, &f), WK_OK);
      assert_int_equal(now.plugin, names[i].plugin);
      wk_file_close(&now);
      wk_root_close(&r);
    }
  }
}


static void plugins (void **state) {
  char name[PATH_MAX];
  (void)state;
  folder("plugins", 0755);
  folder("plugins/d", 0775);
  folder("plugins/d/e", 0755);
  file("plugins/x.so", 0664);
  file("plugins/all.so", 0646);
  file("plugins/d/e/x.so", 0644);
  file("plugins/d/e/x.lua", 0644);
  refused("plugins", 0, "all.so", "`all.so` is writable by everyone");
  opens("plugins", 0, "x.so", "G");
  opens("plugins", 0, "d/e/x.so", "G");
  ROOT_ONLY;
  give("plugins/x.so", 0, STRANGER);
  give("plugins/d", 0, STRANGER);
  refused("plugins", 0, "x.so", "`x.so` is writable by group 12345");
  refused("plugins", 0, "d/e/x.so",
          "`d` is writable by others, and a plugin lies below it");
  opens("plugins", 0, "d/e/x.lua", "g");
  opens("plugins", WK_TRUST_MODES, "x.so", "");
  opens("plugins", WK_TRUST_MODES, "d/e/x.so", "");
  assert_int_equal(chmod("plugins/d", 0755), 0);
  opens("plugins", 0, "d/e/x.so", "");
  assert_int_equal(chmod("plugins/d/e", 01777), 0);
  refused("plugins", 0, "d/e/x.so",
          "`d/e` is writable by others, and a plugin lies below it");
  assert_int_equal(chmod("plugins/d/e", 0755), 0);
  give("plugins", 0, STRANGER);
  assert_int_equal(chmod("plugins", 0775), 0);
  snprintf(name, sizeof(name), "`%s/plugins` is writable by others, and a "
                               "plugin lies below it", base);
  refused("plugins", 0, "d/e/x.so", name);
  opens("plugins", 0, "d/e/x.lua", "g");
}

/* }====================================================== */


/* every reason in words */
static void words (void **state) {
  static const struct {
    wk_Reason reason;
    int plugin, folder;
    const char *message, *note, *help;
  } said[] = {
    {WK_BY_ALL, 0, 0, "`x` is writable by everyone",
     "its mode is 0666: who writes it decides what runs here",
     "`chmod o-w x`"},
    {WK_BY_GROUP, 1, 0, "`x` is writable by group 7",
     "it is a plugin: what runs must be its owner's choice alone",
     "`chmod g-w x`"},
    {WK_BY_OWN_GROUP, 0, 1, "`x` is writable by group 7",
     "its mode is 0666: who writes there decides what runs here",
     "`chmod g-w x`"},
    {WK_BY_OWNER, 0, 0, "`x` belongs to user 5",
     "you are user 9; its owner decides what runs here",
     "`chown 9 x`, or a copy of your own"},
    {WK_BY_ANYONE, 0, 1, "everyone may add files to `x`",
     "its mode is 0666: who writes there decides what runs here",
     "`--trust-modes` is for file systems without modes"},
    {WK_BY_FOLDER, 0, 0, "`x` belongs to user 5, and its folder to user 9",
     "the owner of the folder can put another file in its place",
     "`chown 9 x`"},
    {WK_BY_LINK, 0, 0, "`x` is a hard link, one of 3",
     "it can be written by its other names, wherever they are",
     "`cp x x.new && mv x.new x` makes it a file of its own"}
  };
  size_t i;
  (void)state;
  for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
    wk_Doubt d;
    wk_Fail f;
    memset(&d, 0, sizeof(d));
    d.reason = said[i].reason;
    d.plugin = said[i].plugin;
    d.mode = (said[i].folder ? S_IFDIR : S_IFREG) | 0666;
    d.uid = 5;
    d.gid = 7;
    d.other = 9;
    d.nlink = 3;
    memcpy(d.shown, "x", 2);
    assert_int_equal(wk_doubt_say(&d, &f), WK_EUNSAFE);
    assert_string_equal(f.message, said[i].message);
    assert_true(says(&f, said[i].note));
    assert_true(says(&f, said[i].help));
  }
}


int main (void) {
  const struct CMUnitTest tests[] = {
    LEAK_TEST(fine), LEAK_TEST(modes), LEAK_TEST(owners), LEAK_TEST(links),
    LEAK_TEST(acl), LEAK_TEST(between), LEAK_TEST(folders),
    LEAK_TEST(verdicts), LEAK_TEST(many), LEAK_TEST(long_names),
    LEAK_TEST(the_root), LEAK_TEST(above), LEAK_TEST(top),
    LEAK_TEST(sticky),
    LEAK_TEST(plugin_names), LEAK_TEST(plugins), LEAK_TEST(words)
  };
  umask(022);
  return cmocka_run_group_tests_name("trust", tests, make_base, drop_base);
}
