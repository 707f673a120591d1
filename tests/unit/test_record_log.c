/* The log of replies, mapped and written: the same entries come back from it after a kill, short ones never with what stood behind them before, and a full
 * disk is an error that costs no entry. */
#include "tests/unit/support.h"
#include "workers/model/record_log.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { LARGE_BYTES = 300 << 10, ENTRIES_MAX = 32 };

static char folder[64];
static char path[80], large[LARGE_BYTES];
static struct error_text error;

static int set_up(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "%s/run.db", support_folder_make(folder));
	memset(large, 'x', sizeof(large));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	assert_int_equal(rmdir(folder), 0);
	return 0;
}

/* Entry `number` has `bytes` of reply. */
static int append(struct record_log *log, int64_t number, size_t bytes)
{
	struct record_log_entry entry = {
		.key = { { (uint8_t)number } }, .answered_s = number,
		.row = { .model = "m", .family = "pairs", .outcome = "usable", .reason = "", .place = "pairs 1+2", .reply = { large, bytes }, .thinking = TEXT_LITERAL("hm") },
	};
	return record_log_append(log, &entry, &error);
}

struct seen { int64_t numbers[ENTRIES_MAX]; size_t bytes[ENTRIES_MAX]; size_t count; };

static int look(void *context, struct text entries, struct error_text *unused)
{
	struct seen *seen = context;
	struct record_log_entry entry;
	(void)unused;
	while (record_log_next(&entries, &entry)) {
		assert_true(seen->count < ENTRIES_MAX);
		assert_string_equal(entry.row.place, "pairs 1+2");
		assert_true(text_equal(entry.row.thinking, TEXT_LITERAL("hm")));
		seen->numbers[seen->count] = entry.answered_s;
		seen->bytes[seen->count++] = entry.row.reply.bytes;
	}
	return 0;
}

/* What a process that appends so, and clears once after `clear_after` entries, leaves behind when it is killed. */
static struct seen after_kill(bool maps, const size_t *sizes, size_t count, size_t clear_after)
{
	struct seen seen = { .count = 0 };
	int status;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct record_log *log;
		bool fine = record_log_create(&log, path, maps) == 0;
		for (size_t i = 0; fine && i < count; i++)
			fine = append(log, (int64_t)i, sizes[i]) == 0 && (i + 1 != clear_after || record_log_clear(log, NULL) == 0);
		(void)raise(fine ? SIGKILL : SIGTERM);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(record_log_adopt(path, look, &seen, &error), 0);
	return seen;
}

static void test_entries_outlive_their_process(void **state)
{
	static const size_t sizes[] = { 0, 1, 1000, LARGE_BYTES, 7, LARGE_BYTES, 4096 };
	(void)state;
	for (int maps = 0; maps < 2; maps++) {
		struct seen seen = after_kill(maps, sizes, COUNT_OF(sizes), 0);
		assert_int_equal(seen.count, COUNT_OF(sizes));
		for (size_t i = 0; i < COUNT_OF(sizes); i++) {
			assert_int_equal(seen.numbers[i], i);
			assert_int_equal(seen.bytes[i], sizes[i]);
		}
	}
}

/* Also when there is nothing behind the clearing, and when the file was so large that its blocks were given back. */
static void test_what_was_cleared_does_not_come_back(void **state)
{
	static const size_t small[] = { 500, 500, 500, 500, 100 }, huge[] = { LARGE_BYTES, LARGE_BYTES, LARGE_BYTES, LARGE_BYTES, LARGE_BYTES, LARGE_BYTES, LARGE_BYTES,
		LARGE_BYTES, LARGE_BYTES, LARGE_BYTES, LARGE_BYTES, LARGE_BYTES, LARGE_BYTES, LARGE_BYTES, LARGE_BYTES, 100 };
	(void)state;
	for (int maps = 0; maps < 2; maps++) {
		struct seen seen = after_kill(maps, small, COUNT_OF(small), 4);
		assert_int_equal(seen.count, 1);
		assert_int_equal(seen.numbers[0], 4);
		assert_int_equal(after_kill(maps, small, 4, 4).count, 0);
		seen = after_kill(maps, huge, COUNT_OF(huge), COUNT_OF(huge) - 1);
		assert_int_equal(seen.count, 1);
		assert_int_equal(seen.bytes[0], 100);
	}
}

static void test_a_full_disk_costs_no_entry(void **state)
{
	struct rlimit usual, low;
	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
	low = (struct rlimit){ .rlim_cur = 300 << 10, .rlim_max = usual.rlim_max };
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	for (int maps = 0; maps < 2; maps++) {
		struct record_log *log;
		struct seen seen = { .count = 0 };
		assert_int_equal(record_log_create(&log, path, maps), 0);
		assert_int_equal(append(log, 0, 1000), 0);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
		error.message[0] = '\0';
		int status = append(log, 1, LARGE_BYTES);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
		assert_int_equal(status, -EFBIG);
		assert_non_null(strstr(error.message, "run.db-calls-"));
		assert_int_equal(append(log, 2, 2000), 0);
		look(&seen, record_log_view(log), NULL);
		assert_int_equal(seen.count, 2);
		assert_int_equal(seen.numbers[1], 2);
		record_log_destroy(log); /* its file stays, with what is in it */
		seen.count = 0;
		assert_int_equal(record_log_adopt(path, look, &seen, &error), 0);
		assert_int_equal(seen.count, 2);
	}
	(void)signal(SIGXFSZ, handler);
}

static void test_where_files_can_be_mapped(void **state)
{
	(void)state;
	assert_true(record_log_can_map("/dev/shm"));
	assert_false(record_log_can_map("/proc"));
	assert_false(record_log_can_map("/nowhere/at/all"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_entries_outlive_their_process, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_was_cleared_does_not_come_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_full_disk_costs_no_entry, set_up, tear_down),
		cmocka_unit_test(test_where_files_can_be_mapped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
