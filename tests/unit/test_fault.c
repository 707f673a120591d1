/* test_fault.c: the named places where tests make things fail. */
#include "ipc/fault.h"
#include "tests/unit/support.h"

#include "base/file.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static void arm(const char *text)
{
	if (text)
		setenv("DOCRING_FAULT", text, 1);
	else
		unsetenv("DOCRING_FAULT");
	fault_init();
}

static void test_off_by_default(void **state)
{
	(void)state;
	arm(NULL);
	assert_false(fault_armed);
	assert_int_equal(FAULT_POINT("anything"), 0);
	arm("");
	assert_false(fault_armed);
}

static void test_the_nth_passing(void **state)
{
	(void)state;
	arm("a:2:ENOSPC,b:1+:short,a:4:EIO");
	assert_true(fault_armed);
	assert_int_equal(FAULT_POINT("a"), 0);
	assert_int_equal(FAULT_POINT("a"), -ENOSPC);
	assert_int_equal(FAULT_POINT("a"), 0);
	assert_int_equal(FAULT_POINT("a"), -EIO);
	assert_int_equal(FAULT_POINT("a"), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(FAULT_POINT("b"), FAULT_SHORT);
	assert_int_equal(FAULT_POINT("c"), 0);
	arm(NULL);
}

/* How a child that passes the point ends: the wait status. */
static int end_of_child(const char *faults)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		setenv("DOCRING_FAULT", faults, 1);
		fault_init();
		_exit(FAULT_POINT("here") ? 1 : 0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	if (WIFSTOPPED(status)) {
		int after;
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &after, 0), child);
	}
	return status;
}

static void test_deaths(void **state)
{
	(void)state;
	int status = end_of_child("here:1:kill");
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	status = end_of_child("here:1:abort");
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	status = end_of_child("here:1:stop");
	assert_true(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
	status = end_of_child("here:2:kill");
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_a_text_that_does_not_parse_ends_the_program(void **state)
{
	static const char *const wrong[] = { "here", "here:1", "here:0:kill", "here:x:kill", "here:1:explode", ":1:kill", "here:+:kill", "here:1:" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		int status = end_of_child(wrong[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 70);
	}
}

static void test_the_log_of_passings(void **state)
{
	char folder[64], path[96], expected[128];
	struct buffer log;

	(void)state;
	snprintf(path, sizeof(path), "%s/log", support_folder_make(folder));
	setenv("DOCRING_FAULT_LOG", path, 1);
	arm("two:2:EIO");
	assert_int_equal(FAULT_POINT("one"), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(FAULT_POINT("two"), i ? -EIO : 0);
	unsetenv("DOCRING_FAULT_LOG");
	arm(NULL);
	assert_false(fault_armed);
	snprintf(expected, sizeof(expected), "%ld one\n%ld two\n%ld two\n", (long)getpid(), (long)getpid(), (long)getpid());
	buffer_init(&log, 1024);
	assert_int_equal(file_read(path, &log, NULL), 0);
	assert_string_equal(buffer_string(&log), expected);
	buffer_done(&log);
	support_folder_remove(folder);
}

/* Every point is known to the program that it is in, passed or not. */
extern const char __start_docring_fault_points[], __stop_docring_fault_points[];

static void test_points_are_listed(void **state)
{
	bool found = false;

	(void)state;
	for (const char *name = __start_docring_fault_points; name < __stop_docring_fault_points; name += strlen(name) + 1)
		found |= strcmp(name, "here") == 0;
	assert_true(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_off_by_default),
		cmocka_unit_test(test_the_nth_passing),
		cmocka_unit_test(test_deaths),
		cmocka_unit_test(test_the_log_of_passings),
		cmocka_unit_test(test_points_are_listed),
		cmocka_unit_test(test_a_text_that_does_not_parse_ends_the_program),
	};
	return cmocka_run_group_tests(tests, support_leaks_setup, support_leaks_teardown);
}
