/* test_mapped_input.c: a file that is cut short while it is mapped reads as zeros, is known to be damaged, and ends nobody. */
#define _GNU_SOURCE
#include "workers/common/mapped_input.h"

#include "tests/unit/support.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { PAGE = 4096, BYTES = 5 * PAGE + 100 };

static int make_file(void)
{
	char path[] = "/tmp/docring-mapped-XXXXXX";
	char page[PAGE];
	int file = mkstemp(path);

	assert_true(file >= 0);
	unlink(path);
	memset(page, 'x', sizeof(page));
	for (int i = 0; i < 5; i++)
		assert_int_equal(write(file, page, PAGE), PAGE);
	assert_int_equal(write(file, page, 100), 100);
	return file;
}

static size_t count_of(struct text data, char c)
{
	size_t count = 0;

	for (size_t i = 0; i < data.bytes; i++)
		count += ((const volatile char *)data.data)[i] == c;
	return count;
}

static void test_a_whole_file(void **state)
{
	struct text data;
	uint64_t left;

	(void)state;
	for (int i = 0; i < 2; i++) { /* one after the other */
		assert_int_equal(mapped_input_open(make_file(), BYTES, &data), 0);
		assert_int_equal(data.bytes, BYTES);
		assert_int_equal(count_of(data, 'x'), BYTES);
		assert_false(mapped_input_is_damaged(&left));
		mapped_input_close();
	}
	mapped_input_close();
	assert_false(mapped_input_is_damaged(&left));
}

static void test_cut_at(uint64_t length)
{
	struct text data;
	uint64_t left;
	int file = make_file();

	assert_int_equal(mapped_input_open(file, BYTES, &data), 0);
	assert_int_equal(data.data[0], 'x');
	assert_int_equal(ftruncate(file, (off_t)length), 0);
	assert_int_equal(count_of(data, 'x'), length);
	assert_int_equal(count_of(data, '\0'), BYTES - length);
	assert_true(mapped_input_is_damaged(&left));
	assert_int_equal(left, length);
	mapped_input_close();
}

static void test_a_file_that_is_cut(void **state)
{
	(void)state;
	test_cut_at(0);
	test_cut_at(100);
	test_cut_at(2 * PAGE);
	test_cut_at(3 * PAGE + 1);
	test_cut_at(BYTES - 1); /* no page is missing */
}

/* Cut, read, and grown again: what was read in between was not the file. */
static void test_a_file_that_grows_again(void **state)
{
	struct text data;
	uint64_t left;
	int file = make_file();

	(void)state;
	assert_int_equal(mapped_input_open(file, BYTES, &data), 0);
	assert_int_equal(ftruncate(file, PAGE), 0);
	assert_int_equal(count_of(data, 'x'), PAGE);
	assert_int_equal(ftruncate(file, 2 * BYTES), 0);
	assert_true(mapped_input_is_damaged(&left));
	assert_int_equal(left, 2 * BYTES);
	mapped_input_close();
}

static void test_shorter_from_the_start(void **state)
{
	struct text data;
	uint64_t left;

	(void)state;
	assert_int_equal(mapped_input_open(make_file(), 100 * PAGE, &data), 0);
	assert_int_equal(count_of(data, 'x'), BYTES);
	assert_true(mapped_input_is_damaged(&left));
	mapped_input_close();
}

/* Another memory's error is not this one's. */
static void test_another_bus_error_ends_the_process(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		struct text data;
		int other = make_file();
		const volatile char *place = mmap(NULL, BYTES, PROT_READ, MAP_SHARED, other, 0);
		if (place == MAP_FAILED || mapped_input_open(make_file(), BYTES, &data) < 0 || ftruncate(other, 0) < 0)
			_exit(1);
		_exit(place[PAGE] + 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_whole_file, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_a_file_that_is_cut, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_a_file_that_grows_again, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_shorter_from_the_start, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_another_bus_error_ends_the_process, support_leaks_setup, support_leaks_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
