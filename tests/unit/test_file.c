/* test_file.c: whole small files: read, replaced, limited, and the words when it does not work. */
#define _GNU_SOURCE
#include "base/file.h"
#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[64];

static int setup(void **state)
{
	support_leaks_setup(state);
	support_folder_make(folder);
	return 0;
}

static int teardown(void **state)
{
	support_folder_remove(folder);
	return support_leaks_teardown(state);
}

static const char *path_of(const char *name)
{
	static char path[256];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void test_replace_and_read(void **state)
{
	struct buffer out;
	struct error_text error = { "" };
	struct stat facts;

	(void)state;
	buffer_init(&out, 1 << 20);
	assert_int_equal(file_replace(path_of("a"), TEXT_LITERAL("first\0bytes"), &error), 0);
	assert_int_equal(file_read(path_of("a"), &out, &error), 0);
	assert_int_equal(out.bytes, 11);
	assert_memory_equal(out.data, "first\0bytes", 11);
	assert_int_equal(file_replace(path_of("a"), TEXT_LITERAL(""), &error), 0);
	buffer_clear(&out);
	assert_int_equal(file_read(path_of("a"), &out, &error), 0);
	assert_int_equal(out.bytes, 0);
	assert_int_equal(stat(path_of("a.tmp"), &facts), -1);
	buffer_done(&out);
}

static void test_limit(void **state)
{
	struct buffer out;
	struct error_text error = { "" };
	static char content[200000];

	(void)state;
	memset(content, 'x', sizeof(content));
	assert_int_equal(file_replace(path_of("large"), (struct text){ content, sizeof(content) }, &error), 0);
	buffer_init(&out, sizeof(content));
	assert_int_equal(file_read(path_of("large"), &out, &error), 0); /* exactly the limit */
	assert_int_equal(out.bytes, sizeof(content));
	buffer_done(&out);
	buffer_init(&out, sizeof(content) - 1);
	assert_int_equal(file_read(path_of("large"), &out, &error), ERROR_LIMIT_HIT);
	assert_non_null(strstr(error.message, "199999"));
	buffer_done(&out);
}

/* From its start whatever its position is; a pipe from where it is. */
static void test_open_files_and_pipes(void **state)
{
	struct buffer out;
	int pipe_ends[2];

	(void)state;
	buffer_init(&out, 100);
	assert_int_equal(file_replace(path_of("a"), TEXT_LITERAL("whole"), NULL), 0);
	int fd = open(path_of("a"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(lseek(fd, 3, SEEK_SET), 3);
	assert_int_equal(file_read_fd(fd, "a", &out, NULL), 0);
	assert_string_equal(buffer_string(&out), "whole");
	close(fd);
	assert_int_equal(pipe2(pipe_ends, O_CLOEXEC), 0);
	assert_int_equal(file_write_fd(pipe_ends[1], " pipe", 5), 0);
	close(pipe_ends[1]);
	assert_int_equal(file_read_fd(pipe_ends[0], "pipe", &out, NULL), 0);
	assert_string_equal(buffer_string(&out), "whole pipe");
	close(pipe_ends[0]);
	buffer_done(&out);
}

static void test_what_is_said_when_it_fails(void **state)
{
	struct buffer out;
	struct error_text error = { "" };
	char deep[300];

	(void)state;
	buffer_init(&out, 100);
	assert_int_equal(file_read(path_of("missing"), &out, &error), -ENOENT);
	assert_non_null(strstr(error.message, path_of("missing")));
	assert_int_equal(file_read(folder, &out, &error), -EISDIR);
	assert_int_equal(file_replace(path_of("no/such/folder"), TEXT_LITERAL("x"), &error), -ENOENT);
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	if (full >= 0) {
		assert_int_equal(file_write_fd(full, "x", 1), -ENOSPC);
		close(full);
	}
	snprintf(deep, sizeof(deep), "%s", path_of("one/two/three"));
	assert_int_equal(file_make_folders(deep, &error), 0);
	assert_int_equal(file_make_folders(deep, &error), 0); /* it is there already */
	snprintf(deep, sizeof(deep), "%s", path_of("one//two/four//five//"));
	assert_int_equal(file_make_folders(deep, &error), 0);
	assert_int_equal(access(path_of("one/two/four/five"), F_OK), 0);
	rmdir(path_of("one/two/four/five"));
	rmdir(path_of("one/two/four"));
	assert_int_equal(file_replace(path_of("one/two/three/file"), TEXT_LITERAL("x"), &error), 0);
	assert_int_equal(file_make_folders(path_of("one/two/three/file/more"), &error), -ENOTDIR);
	assert_int_equal(file_make_folders(path_of("one/two/three/file"), &error), -ENOTDIR);
	assert_int_equal(file_sync_folder(path_of("one/two"), &error), 0);
	error.message[0] = '\0';
	assert_int_equal(file_sync_folder(path_of("one/two/missing"), &error), -ENOENT);
	assert_non_null(strstr(error.message, "one/two/missing"));
	assert_int_equal(file_sync_folder(path_of("one/two/three/file"), &error), -ENOTDIR);
	unlink(path_of("one/two/three/file"));
	rmdir(path_of("one/two/three"));
	rmdir(path_of("one/two"));
	rmdir(path_of("one"));
	buffer_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_replace_and_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_open_files_and_pipes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_said_when_it_fails, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
