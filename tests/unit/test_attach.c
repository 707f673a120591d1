/* test_attach.c: descriptors over the attach socket: what arrives is what was sent, and what should not arrive is closed. */
#define _GNU_SOURCE
#include "ipc/attach.h"
#include "base/file.h"
#include "ipc/segment.h"
#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { COORDINATOR, WORKER };

static void make_pair(int ends[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
}

static void close_pair(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

static bool same_file(int a, int b)
{
	struct stat left, right;
	assert_int_equal(fstat(a, &left), 0);
	assert_int_equal(fstat(b, &right), 0);
	return left.st_ino == right.st_ino && left.st_dev == right.st_dev;
}

static void test_welcome_with_descriptors(void **state)
{
	int ends[2], got[ATTACH_DESCRIPTORS_MAX];
	struct attach_message sent = { .type = ATTACH_WELCOME, .number = 5, .core = -1, .text = "ipc:///run/x" }, received;
	int files[2] = { attach_memory_file("settings", "a: 1\n", 5), attach_memory_file("domain", "", 0) };

	(void)state;
	assert_true(files[0] >= 0 && files[1] >= 0);
	make_pair(ends);
	assert_int_equal(attach_send(ends[COORDINATOR], &sent, files, 2), 0);
	assert_int_equal(attach_receive(ends[WORKER], &received, got, -1), 1);
	assert_int_equal(received.type, ATTACH_WELCOME);
	assert_int_equal(received.number, 5);
	assert_int_equal(received.core, -1);
	assert_int_equal(received.descriptor_count, 2);
	assert_string_equal(received.text, "ipc:///run/x");
	assert_true(same_file(got[0], files[0]) && same_file(got[1], files[1]));
	assert_int_equal(got[2], -1);
	assert_true(fcntl(got[0], F_GETFD) & FD_CLOEXEC);
	close(got[0]);
	close(got[1]);
	close_pair(files);
	close_pair(ends);
}

/* Two that got the same descriptor share its position; both must get all of it. */
static void test_memory_file_is_sealed_and_read_twice(void **state)
{
	struct buffer first, second;
	int file = attach_memory_file("settings", "key: value\n", 11), shared = dup(file);

	(void)state;
	buffer_init(&first, 100);
	buffer_init(&second, 100);
	assert_int_equal(file_read_fd(file, "settings", &first, NULL), 0);
	assert_int_equal(file_read_fd(shared, "settings", &second, NULL), 0);
	assert_string_equal(buffer_string(&first), "key: value\n");
	assert_string_equal(buffer_string(&second), "key: value\n");
	assert_true(pwrite(file, "x", 1, 0) < 0 && errno == EPERM);
	assert_true(ftruncate(file, 0) < 0 && errno == EPERM);
	buffer_done(&first);
	buffer_done(&second);
	close(file);
	close(shared);
}

static void test_timeout_and_end(void **state)
{
	int ends[2], got[ATTACH_DESCRIPTORS_MAX];
	struct attach_message message = { .type = ATTACH_HELLO };

	(void)state;
	make_pair(ends);
	assert_int_equal(attach_receive(ends[WORKER], &message, got, 0), -EAGAIN);
	assert_int_equal(attach_receive(ends[WORKER], &message, got, 1), -EAGAIN);
	assert_int_equal(attach_send(ends[COORDINATOR], &message, NULL, 0), 0);
	close(ends[COORDINATOR]);
	assert_int_equal(attach_receive(ends[WORKER], &message, got, -1), 1); /* what was sent before the end still comes */
	assert_int_equal(attach_receive(ends[WORKER], &message, got, -1), ERROR_PEER_GONE);
	assert_int_equal(attach_send(ends[WORKER], &message, NULL, 0), ERROR_PEER_GONE);
	close(ends[WORKER]);
}

static void test_a_full_socket_never_blocks(void **state)
{
	int ends[2], status, sent = 0, file = attach_memory_file("f", "", 0);
	struct attach_message message = { .type = ATTACH_FILE };

	(void)state;
	make_pair(ends);
	while ((status = attach_send(ends[COORDINATOR], &message, &file, 1)) == 0)
		assert_true(++sent < 100000);
	assert_int_equal(status, -EAGAIN);
	close_pair(ends);
	close(file);
}

/* Sends any bytes with any number of descriptors, as a broken or hostile peer would. */
static void send_raw(int socket, const void *bytes, size_t length, const int *descriptors, unsigned count)
{
	char control[CMSG_SPACE(16 * sizeof(int))] = { 0 };
	struct iovec part = { (void *)(uintptr_t)bytes, length };
	struct msghdr packet = { .msg_iov = &part, .msg_iovlen = 1 };

	if (count > 0) {
		packet.msg_control = control;
		packet.msg_controllen = CMSG_SPACE(count * sizeof(int));
		struct cmsghdr *header = CMSG_FIRSTHDR(&packet);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(header), descriptors, count * sizeof(int));
	}
	assert_int_equal(sendmsg(socket, &packet, 0), length);
}

static void test_wrong_messages_are_refused_and_their_descriptors_closed(void **state)
{
	struct attach_message good = { .version = ATTACH_VERSION, .type = ATTACH_SEGMENT, .layout = segment_layout(), .descriptor_count = 1 };
	int ends[2], got[ATTACH_DESCRIPTORS_MAX], files[16];
	struct {
		struct attach_message message;
		size_t length;
		unsigned descriptors;
		int status;
	} cases[12];
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cases[i].message = good;
		cases[i].length = sizeof(good);
		cases[i].descriptors = 1;
		cases[i].status = ERROR_INPUT_REJECTED;
	}
	cases[count++].status = 1;
	cases[count++].length = sizeof(good) - 1;
	cases[count++].length = 3;
	cases[count++].descriptors = 0;
	cases[count++].descriptors = 2;
	cases[count].message.descriptor_count = 6;
	cases[count++].descriptors = 6; /* more than there is room for */
	cases[count++].message.type = 0;
	cases[count++].message.type = ATTACH_LANES + 1;
	memset(cases[count++].message.text, 'x', ATTACH_TEXT_BYTES);
	cases[count].message.version++;
	cases[count++].status = ERROR_VERSION_MISMATCH;
	cases[count].message.layout++;
	cases[count++].status = ERROR_VERSION_MISMATCH;
	cases[count].message.layout++;
	cases[count].message.type = ATTACH_REFUSED; /* why it was refused must be readable */
	cases[count++].status = 1;
	assert_int_equal(count, sizeof(cases) / sizeof(cases[0]));
	for (int i = 0; i < 16; i++)
		files[i] = attach_memory_file("f", "", 0);
	make_pair(ends);
	for (size_t i = 0; i < count; i++) {
		struct attach_message received;
		send_raw(ends[COORDINATOR], &cases[i].message, cases[i].length, files, cases[i].descriptors);
		assert_int_equal(attach_receive(ends[WORKER], &received, got, -1), cases[i].status);
		for (uint32_t j = 0; cases[i].status == 1 && j < received.descriptor_count; j++)
			close(got[j]);
	}
	char longer[sizeof(good) + 100] = { 0 };
	memcpy(longer, &good, sizeof(good));
	send_raw(ends[COORDINATOR], longer, sizeof(longer), files, 1);
	assert_int_equal(attach_receive(ends[WORKER], &good, got, -1), ERROR_INPUT_REJECTED);
	for (int i = 0; i < 16; i++)
		close(files[i]);
	close_pair(ends); /* and the group's teardown counts what is open */
}

static void test_listen_connect_accept(void **state)
{
	char folder[64], path[128];
	struct error_text error = { "" };
	struct stat facts;
	pid_t pid = 0;

	(void)state;
	snprintf(path, sizeof(path), "%s/attach.sock", support_folder_make(folder));
	assert_int_equal(attach_connect(path, &error), -ENOENT);
	assert_non_null(strstr(error.message, path));
	int stale = attach_listen(path, &error);
	assert_true(stale >= 0);
	close(stale); /* its file stays, as after a crash */
	assert_int_equal(attach_connect(path, &error), -ECONNREFUSED);
	int listener = attach_listen(path, &error);
	assert_true(listener >= 0);
	assert_int_equal(stat(path, &facts), 0);
	assert_int_equal(facts.st_mode & 0777, 0600);
	assert_int_equal(attach_accept(listener, &pid, &error), -EAGAIN);
	int worker = attach_connect(path, &error);
	assert_true(worker >= 0);
	int accepted = attach_accept(listener, &pid, &error);
	assert_true(accepted >= 0);
	assert_int_equal(pid, getpid());
	struct attach_message message = { .type = ATTACH_HELLO, .text = "preprocess" };
	int got[ATTACH_DESCRIPTORS_MAX];
	assert_int_equal(attach_send(worker, &message, NULL, 0), 0);
	assert_int_equal(attach_receive(accepted, &message, got, 1000), 1);
	close(worker);
	close(accepted);
	close(listener);
	support_folder_remove(folder);
	char longest[200];
	memset(longest, 'p', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(attach_listen(longest, &error), -ENAMETOOLONG);
}

/* Only for root, who can become another user: that one is refused, even where the file's mode would let it in. */
static void test_another_user_is_refused(void **state)
{
	char folder[64], path[128];
	struct error_text error = { "" };
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	snprintf(path, sizeof(path), "%s/attach.sock", support_folder_make(folder));
	int listener = attach_listen(path, &error);
	assert_true(listener >= 0);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(chmod(path, 0666), 0);
	pid_t child = fork();
	if (child == 0) {
		struct attach_message message = { .type = 0 };
		int none[ATTACH_DESCRIPTORS_MAX];
		if (setuid(65534) < 0)
			_exit(1);
		int connection = attach_connect(path, NULL);
		bool told = connection >= 0 && attach_receive(connection, &message, none, -1) == 1 && message.type == ATTACH_REFUSED;
		_exit(told && attach_receive(connection, &message, none, -1) == ERROR_PEER_GONE ? 0 : 2); /* closed on us */
	}
	do
		status = attach_accept(listener, &pid, &error);
	while (status == -EAGAIN && waitpid(child, NULL, WNOHANG) == 0);
	assert_int_equal(status, -EPERM);
	assert_non_null(strstr(error.message, "65534"));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(listener);
	support_folder_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_welcome_with_descriptors, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_memory_file_is_sealed_and_read_twice, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_timeout_and_end, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_a_full_socket_never_blocks, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_wrong_messages_are_refused_and_their_descriptors_closed, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_listen_connect_accept, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_another_user_is_refused, support_leaks_setup, support_leaks_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
