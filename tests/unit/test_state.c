/* run.db: what is settled under which configuration, what was met, what is forgotten. */
#define _GNU_SOURCE
#include "coordinator/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[64];
static struct state *database;

static void open_as(const char *config)
{
	struct error_text error;

	state_close(database);
	database = NULL;
	if (state_open(&database, path, config, &error) < 0)
		fail_msg("%s", error.message);
	assert_true(state_begin_run(database, "test", NULL) > 0);
}

static int set_up(void **unused)
{
	(void)unused;
	snprintf(path, sizeof(path), "/tmp/docring-state-XXXXXX");
	int file = mkstemp(path);
	if (file < 0)
		return -1;
	close(file);
	database = NULL;
	open_as("one");
	return 0;
}

static int tear_down(void **unused)
{
	char other[80];

	(void)unused;
	state_close(database);
	database = NULL;
	unlink(path);
	snprintf(other, sizeof(other), "%s-wal", path);
	unlink(other);
	snprintf(other, sizeof(other), "%s-shm", path);
	unlink(other);
	return 0;
}

static void put(const char *name, const char *outcome, int64_t bytes, const char *hash)
{
	struct state_row row = { .name = name, .source = name, .container = "", .hash = hash, .outcome = outcome, .format = "html", .gate = "",
				 .reason = "", .bytes = bytes, .modified_ns = 5, .spool_offset = 64, .pairs_accepted = 3 };

	assert_int_equal(state_begin(database, NULL), 0);
	assert_int_equal(state_put(database, &row, NULL), 0);
	assert_int_equal(state_commit(database, 1000, NULL), 0);
}

static void test_settled_only_under_the_same_configuration_and_size(void **unused)
{
	char outcome[16];

	(void)unused;
	put("docs/a.html", "done", 10, "aa");
	assert_int_equal(state_look_up(database, "docs/a.html", 10, 5, NULL, outcome), STATE_UNCHANGED);
	assert_string_equal(outcome, "done");
	assert_int_equal(state_look_up(database, "docs/a.html", 11, 5, NULL, outcome), STATE_UNKNOWN);
	assert_int_equal(state_look_up(database, "docs/a.html", 10, 6, NULL, outcome), STATE_UNKNOWN);
	assert_int_equal(state_look_up(database, "docs/a.html", 0, 0, "aa", outcome), STATE_UNCHANGED);
	assert_int_equal(state_look_up(database, "docs/a.html", 0, 0, "ab", outcome), STATE_UNKNOWN);
	open_as("two");
	assert_int_equal(state_look_up(database, "docs/a.html", 10, 5, NULL, outcome), STATE_UNKNOWN);
}

static void test_a_rolled_back_row_never_was(void **unused)
{
	char outcome[16];
	struct state_row row = { .name = "x", .source = "x", .container = "", .hash = "", .outcome = "done", .format = "", .gate = "", .reason = "" };

	(void)unused;
	assert_int_equal(state_begin(database, NULL), 0);
	assert_int_equal(state_put(database, &row, NULL), 0);
	state_rollback(database);
	assert_int_equal(state_look_up(database, "x", 0, 0, NULL, outcome), STATE_UNKNOWN);
	assert_int_equal(state_spool_end(database), 0);
}

static void test_what_a_later_run_does_not_meet_is_forgotten_below_its_root_only(void **unused)
{
	char outcome[16];
	struct state_counts counts;

	(void)unused;
	put("docs/a.html", "done", 10, "");
	put("docs/b.html", "done", 10, "");
	put("docs.old/c.html", "done", 10, "");
	put("docs-2.zip!d.html", "done", 10, "");
	put("docs/x.zip", "expanded", 10, "");
	put("docs/x.zip!m.html", "done", 10, "");
	open_as("one"); /* the next run */
	assert_int_equal(state_look_up(database, "docs/a.html", 10, 5, NULL, outcome), STATE_UNCHANGED);
	assert_int_equal(state_look_up(database, "docs/x.zip", 10, 5, NULL, outcome), STATE_UNCHANGED);
	assert_int_equal(state_meet_members(database, "docs/x.zip", NULL), 0);
	assert_int_equal(state_forget_unmet(database, "docs", NULL), 1); /* b.html */
	assert_int_equal(state_counts(database, &counts, NULL), 0);
	assert_int_equal(counts.done, 4);
	assert_int_equal(counts.expanded, 1);
	assert_int_equal(counts.pairs_accepted, 15);
}

static int collect(void *context, const struct state_row *row)
{
	char *seen = context;
	snprintf(seen + strlen(seen), 256 - strlen(seen), "%s;", row->name);
	return 0;
}

static void test_rows_come_in_order_of_name(void **unused)
{
	char seen[256] = "";

	(void)unused;
	put("b", "done", 1, "");
	put("a", "done", 1, "");
	put("c", "failed", 1, "");
	put("a", "done", 2, ""); /* replaces */
	assert_int_equal(state_for_each(database, collect, seen, NULL), 0);
	assert_string_equal(seen, "a;b;c;");
	assert_int_equal(state_spool_end(database), 1000);
}

static int count_row(void *context, const struct state_row *row)
{
	(void)row;
	++*(int *)context;
	return 0;
}

static int count_rows(struct state *state)
{
	int count = 0;

	assert_int_equal(state_for_each(state, count_row, &count, NULL), 0);
	return count;
}

/* Another process writes the dataset while this one goes on. */
static void test_a_snapshot_stays_as_it_was(void **unused)
{
	struct state *reader = NULL;

	(void)unused;
	put("docs/a.html", "done", 10, "aa");
	assert_int_equal(state_open(&reader, path, "", NULL), 0);
	assert_int_equal(state_snapshot(reader, NULL), 0);
	put("docs/b.html", "done", 10, "bb");
	assert_int_equal(count_rows(reader), 1);
	assert_int_equal(count_rows(database), 2);
	state_rollback(reader);
	assert_int_equal(count_rows(reader), 2);
	state_close(reader);
}

static void test_a_file_that_is_no_database_is_named(void **unused)
{
	struct state *other = NULL;
	struct error_text error;

	(void)unused;
	state_close(database);
	database = NULL;
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	for (int i = 0; i < 500; i++)
		fputs("this is not a database. ", file);
	fclose(file);
	assert_true(state_open(&other, path, "one", &error) < 0);
	assert_non_null(strstr(error.message, path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_settled_only_under_the_same_configuration_and_size, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_rolled_back_row_never_was, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_a_later_run_does_not_meet_is_forgotten_below_its_root_only, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_rows_come_in_order_of_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_snapshot_stays_as_it_was, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_file_that_is_no_database_is_named, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
