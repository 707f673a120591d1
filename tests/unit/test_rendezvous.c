/* test_rendezvous.c: runs are found by name, by output folder and alone; dead ones are none, and another user's are said to be. */
#define _GNU_SOURCE
#include "ipc/rendezvous.h"
#include "base/file.h"
#include "ipc/attach.h"
#include "tests/unit/support.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static char base[64], output[64];
static struct error_text error;

static int make_folders(void **state)
{
	(void)state;
	assert_int_equal(setenv("XDG_RUNTIME_DIR", support_folder_make(base), 1), 0);
	support_folder_make(output);
	return support_leaks_setup(state);
}

static int remove_folders(void **state)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/.docring", output);
	support_folder_remove(path);
	support_folder_remove(output);
	snprintf(path, sizeof(path), "%s/docring", base);
	support_folder_remove(path);
	support_folder_remove(base);
	return support_leaks_teardown(state);
}

/* A run as the coordinator makes it, with a link in the output folder. */
static int start_run(const char *name, struct rendezvous *ret_place)
{
	char path[128];

	assert_int_equal(rendezvous_create(ret_place, name, &error), 0);
	int listener = attach_listen(ret_place->attach_path, &error);
	assert_true(listener >= 0);
	snprintf(path, sizeof(path), "%s/.docring", output);
	assert_int_equal(file_make_folders(path, &error), 0);
	snprintf(path, sizeof(path), "%s/.docring/run", output);
	(void)unlink(path);
	assert_int_equal(symlink(ret_place->folder, path), 0);
	return listener;
}

static void expect_error(const char *run, int status, const char *words)
{
	struct rendezvous found;

	assert_int_equal(rendezvous_find(run, &found, &error), status);
	if (!strstr(error.message, words))
		fail_msg("%s: \"%s\" lacks \"%s\"", run ? run : "-", error.message, words);
}

static void expect_found(const char *run, const struct rendezvous *place)
{
	struct rendezvous found;

	assert_int_equal(rendezvous_find(run, &found, &error), 0);
	assert_string_equal(found.attach_path, place->attach_path);
	assert_string_equal(found.endpoint, place->endpoint);
}

static void test_finding(void **state)
{
	struct rendezvous one, other;

	(void)state;
	expect_error(NULL, -ENOENT, "no run is active");
	expect_error("out-1", -ENOENT, "out-1: no such run; none is active");
	int first = start_run("out-1", &one);
	expect_found(NULL, &one);
	expect_found("out-1", &one);
	expect_found(output, &one);
	expect_found(one.folder, &one);
	expect_error("out-2", -ENOENT, "out-2: no such run; active runs: out-1");
	int second = start_run("name with/much: in it", &other);
	expect_found("name_with_much__in_it", &other);
	expect_found(output, &other);
	expect_error(NULL, -ENOENT, "several runs are active; name one with --run:");
	close(second);
	expect_found(NULL, &one); /* what a dead run left is no run */
	expect_error(output, -ENOENT, "that run has ended without cleaning up; the same command starts it again");
	expect_error("name_with_much__in_it", -ENOENT, "that run has ended without cleaning up");
	rendezvous_remove(&other);
	expect_error(output, -ENOENT, "that run has ended; the same command");
	close(first);
	expect_error(NULL, -ENOENT, "no run is active");
	rendezvous_remove(&one);
}

/* As another user, whose own runs are elsewhere; only root can become one. */
static void test_another_users_run(void **state)
{
	struct rendezvous place;
	char path[128];
	int status;

	(void)state;
	if (geteuid() != 0) {
		print_message("SKIP: only root can become another user\n");
		return;
	}
	int listener = start_run("out-1", &place);
	snprintf(path, sizeof(path), "%s/elsewhere", output);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(chmod(output, 0755), 0);
	pid_t child = fork();
	if (child == 0) {
		struct rendezvous found;
		if (setgid(65534) < 0 || setuid(65534) < 0 || setenv("XDG_RUNTIME_DIR", path, 1) < 0)
			_exit(1);
		if (rendezvous_find(output, &found, &error) != -EPERM || !strstr(error.message, "belongs to user 0;"))
			_exit(2);
		if (rendezvous_find("out-1", &found, &error) != -ENOENT || rendezvous_find(NULL, &found, &error) != -ENOENT)
			_exit(3);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	close(listener);
	rendezvous_remove(&place);
	snprintf(path, sizeof(path), "%s/elsewhere/docring", output);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/elsewhere", output);
	rmdir(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_finding, make_folders, remove_folders),
		cmocka_unit_test_setup_teardown(test_another_users_run, make_folders, remove_folders),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
