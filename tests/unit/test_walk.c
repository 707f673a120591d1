/* The walk over inputs: order, names, rules, and that one listing a level is all it holds. */
#define _GNU_SOURCE
#include "coordinator/walk.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char top[64];

static void put(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	for (char *p = path + strlen(top) + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		mkdir(path, 0755);
		*p = '/';
	}
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs("content", file);
	fclose(file);
}

static int set_up(void **state)
{
	(void)state;
	snprintf(top, sizeof(top), "/tmp/docring-walk-XXXXXX");
	return mkdtemp(top) ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", top);
	return system(command);
}

/* Every entry as "kind name", one a line. */
static char *walk_all(const char *const *inputs, int count, const struct walk_rules *rules)
{
	static char seen[8192];
	struct walk *walk;
	struct walk_entry entry;
	size_t used = 0;

	seen[0] = '\0';
	assert_int_equal(walk_open(&walk, inputs, count, rules, NULL), 0);
	while (walk_next(walk, &entry) > 0)
		used += (size_t)snprintf(seen + used, sizeof(seen) - used, "%c %s\n", "fsp"[entry.kind], entry.name);
	walk_close(walk);
	return seen;
}

static void test_order_is_fixed_and_names_begin_with_the_input(void **state)
{
	char folder[PATH_MAX], expected[512];
	struct walk_rules rules = { .hidden = false };

	(void)state;
	put("docs/b.html");
	put("docs/a/z.md");
	put("docs/a/b/c.txt");
	put("docs/.hidden/x.md");
	put("docs/c.tmp");
	snprintf(folder, sizeof(folder), "%s/docs", top);
	const char *const inputs[] = { folder };
	snprintf(expected, sizeof(expected), "f docs/a/b/c.txt\nf docs/a/z.md\nf docs/b.html\ns docs/c.tmp\n");
	assert_string_equal(walk_all(inputs, 1, &rules), expected);
	rules.hidden = true;
	assert_non_null(strstr(walk_all(inputs, 1, &rules), "f docs/.hidden/x.md"));
}

static void test_counting_meets_the_same_entries_without_looking_at_files(void **state)
{
	char folder[PATH_MAX], all[8192], link[PATH_MAX + 16];
	struct walk_rules rules = { .hidden = false }, counting = { .counting = true };
	struct walk *walk;
	struct walk_entry entry;

	(void)state;
	put("docs/b.html");
	put("docs/a/z.md");
	put("docs/c.tmp");
	snprintf(folder, sizeof(folder), "%s/docs", top);
	snprintf(link, sizeof(link), "%s/d.md", folder);
	assert_int_equal(symlink("b.html", link), 0);
	snprintf(link, sizeof(link), "%s/e.md", folder);
	assert_int_equal(symlink("nothing", link), 0);
	const char *const inputs[] = { folder };
	snprintf(all, sizeof(all), "%s", walk_all(inputs, 1, &rules));
	assert_string_equal(all, "f docs/a/z.md\nf docs/b.html\ns docs/c.tmp\nf docs/d.md\np docs/e.md\n");
	assert_string_equal(walk_all(inputs, 1, &counting), all);
	assert_int_equal(walk_open(&walk, inputs, 1, &counting, NULL), 0);
	assert_int_equal(walk_next(walk, &entry), 1);
	assert_int_equal(entry.bytes, 0);
	walk_close(walk);
}

static void test_inputs_of_one_name_stay_apart(void **state)
{
	char one[PATH_MAX], two[PATH_MAX], with_slash[PATH_MAX];
	struct walk_rules rules = { .hidden = false };

	(void)state;
	put("x/docs/a.md");
	put("y/docs/a.md");
	snprintf(one, sizeof(one), "%s/x/docs", top);
	snprintf(two, sizeof(two), "%s/y/docs", top);
	snprintf(with_slash, sizeof(with_slash), "%s/x/../x/docs/", top);
	const char *const inputs[] = { one, two }, *const other[] = { with_slash };
	assert_string_equal(walk_all(inputs, 2, &rules), "f docs/a.md\nf docs~2/a.md\n");
	assert_string_equal(walk_all(other, 1, &rules), "f docs/a.md\n");
}

static void test_the_output_is_not_taken_for_input(void **state)
{
	char folder[PATH_MAX], out[PATH_MAX];

	(void)state;
	put("docs/a.md");
	put("docs/out/markdown/a.md");
	snprintf(folder, sizeof(folder), "%s/docs", top);
	snprintf(out, sizeof(out), "%s/docs/out", top);
	struct walk_rules rules = { .except = out };
	const char *const inputs[] = { folder };
	assert_string_equal(walk_all(inputs, 1, &rules), "f docs/a.md\n");
}

static void test_links_and_other_things(void **state)
{
	char folder[PATH_MAX], path[PATH_MAX];
	struct walk_rules rules = { .hidden = false };

	(void)state;
	put("docs/real/a.md");
	snprintf(folder, sizeof(folder), "%s/docs", top);
	snprintf(path, sizeof(path), "%s/docs/dangling", top);
	assert_int_equal(symlink("nowhere", path), 0);
	snprintf(path, sizeof(path), "%s/docs/loop", top);
	assert_int_equal(symlink(".", path), 0);
	snprintf(path, sizeof(path), "%s/docs/pipe", top);
	assert_int_equal(mkfifo(path, 0600), 0);
	const char *const inputs[] = { folder };
	assert_string_equal(walk_all(inputs, 1, &rules), "p docs/dangling\ns docs/loop\np docs/pipe\nf docs/real/a.md\n");
}

static void test_what_is_removed_meanwhile_is_told_so(void **state)
{
	char folder[PATH_MAX], path[PATH_MAX];
	struct walk_rules rules = { .hidden = false };
	struct walk *walk;
	struct walk_entry entry;

	(void)state;
	put("docs/a.md");
	put("docs/b.md");
	snprintf(folder, sizeof(folder), "%s/docs", top);
	snprintf(path, sizeof(path), "%s/docs/b.md", top);
	const char *const inputs[] = { folder };
	assert_int_equal(walk_open(&walk, inputs, 1, &rules, NULL), 0);
	assert_int_equal(walk_next(walk, &entry), 1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(walk_next(walk, &entry), 1);
	assert_int_equal(entry.kind, WALK_PROBLEM);
	assert_non_null(strstr(entry.reason, "removed after"));
	walk_close(walk);
}

static void test_a_missing_input_is_named(void **state)
{
	struct walk *walk = NULL;
	struct error_text error;
	struct walk_rules rules = { .hidden = false };
	const char *const inputs[] = { "/nowhere/at/all" };

	(void)state;
	assert_true(walk_open(&walk, inputs, 1, &rules, &error) < 0);
	assert_non_null(strstr(error.message, "/nowhere/at/all"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order_is_fixed_and_names_begin_with_the_input, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_counting_meets_the_same_entries_without_looking_at_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_inputs_of_one_name_stay_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_the_output_is_not_taken_for_input, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_links_and_other_things, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_is_removed_meanwhile_is_told_so, set_up, tear_down),
		cmocka_unit_test(test_a_missing_input_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
