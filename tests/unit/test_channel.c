/* test_channel.c: ROUTER and DEALER: delivery, peers that are gone, frames that are none. */
#include "ipc/channel.h"
#include "tests/unit/support.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>
#include <cmocka.h>

enum { PATIENCE_MS = 10000 };

struct fixture {
	char folder[64], endpoint[128];
	struct channel *router;
};

static int setup(void **state)
{
	static struct fixture fixture;
	struct error_text error = { "" };

	support_leaks_setup(state);
	snprintf(fixture.endpoint, sizeof(fixture.endpoint), "ipc://%s/c.sock", support_folder_make(fixture.folder));
	if (channel_bind(&fixture.router, fixture.endpoint, &error) < 0) {
		print_error("%s\n", error.message);
		return -1;
	}
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	channel_close(fixture->router);
	support_folder_remove(fixture->folder);
	return support_leaks_teardown(state);
}

static void wait_for(void *socket, short events)
{
	zmq_pollitem_t item = { .socket = socket, .events = events };
	assert_int_equal(zmq_poll(&item, 1, PATIENCE_MS), 1);
}

static struct channel *connect_worker(struct fixture *fixture, const char *identity)
{
	struct channel *worker;

	assert_int_equal(channel_connect(&worker, fixture->endpoint, identity, NULL), 0);
	wait_for(channel_socket(worker), ZMQ_POLLOUT);
	return worker;
}

static void test_there_and_back(void **state)
{
	struct fixture *fixture = *state;
	struct channel *worker = connect_worker(fixture, "w3.17");
	struct channel_peer peer;
	char frame[64];

	assert_int_equal(channel_receive(worker, NULL, frame, sizeof(frame)), -EAGAIN);
	assert_int_equal(channel_send(worker, NULL, "hello", 5), 0);
	wait_for(channel_socket(fixture->router), ZMQ_POLLIN);
	assert_int_equal(channel_receive(fixture->router, &peer, frame, sizeof(frame)), 5);
	assert_memory_equal(frame, "hello", 5);
	assert_int_equal(peer.bytes, 5);
	assert_memory_equal(peer.identity, "w3.17", 5);
	assert_int_equal(channel_receive(fixture->router, &peer, frame, sizeof(frame)), -EAGAIN);
	assert_int_equal(channel_send(fixture->router, &peer, "task", 4), 0);
	assert_int_equal(channel_send(fixture->router, &peer, "", 0), 0);
	wait_for(channel_socket(worker), ZMQ_POLLIN);
	assert_int_equal(channel_receive(worker, NULL, frame, sizeof(frame)), 4);
	wait_for(channel_socket(worker), ZMQ_POLLIN);
	assert_int_equal(channel_receive(worker, NULL, frame, sizeof(frame)), 0);
	assert_true(channel_descriptor(worker) >= 0);
	channel_close(worker);
}

/* Waits as a worker does: until a message is really there. */
static void poll_for_message(struct channel *channel, char *frame, size_t capacity, int64_t expected)
{
	int64_t got;

	while ((got = channel_receive(channel, NULL, frame, capacity)) == -EAGAIN)
		assert_int_equal(channel_poll(channel, NULL, 0, PATIENCE_MS), 1);
	assert_int_equal(got, expected);
}

static void test_polling(void **state)
{
	struct fixture *fixture = *state;
	struct channel *worker = connect_worker(fixture, "w3.17");
	struct channel_peer peer;
	struct pollfd bell[2] = { { .fd = -1, .events = POLLIN }, { .fd = eventfd(0, EFD_NONBLOCK), .events = POLLIN } };
	uint64_t rings = 1;
	char frame[64];

	assert_int_equal(channel_send(worker, NULL, "hello", 5), 0);
	wait_for(channel_socket(fixture->router), ZMQ_POLLIN);
	assert_int_equal(channel_receive(fixture->router, &peer, frame, sizeof(frame)), 5);
	while (channel_poll(worker, bell, 2, 0) == 1) /* what ZeroMQ had to say about the connection */
		assert_int_equal(bell[1].revents, 0);
	assert_int_equal(write(bell[1].fd, &rings, sizeof(rings)), sizeof(rings));
	assert_int_equal(channel_poll(worker, bell, 2, PATIENCE_MS), 1);
	assert_int_equal(bell[0].revents, 0);
	assert_int_equal(bell[1].revents, POLLIN);
	assert_int_equal(read(bell[1].fd, &rings, sizeof(rings)), sizeof(rings));
	assert_int_equal(channel_poll(worker, bell, 2, 0), 0);
	assert_int_equal(bell[1].revents, 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(channel_send(fixture->router, &peer, "task", 4), 0);
	poll_for_message(worker, frame, sizeof(frame), 4);
	/* Sending takes up what the descriptor was ready for: those that came meanwhile are seen all the same. */
	assert_int_equal(channel_send(worker, NULL, "done", 4), 0);
	poll_for_message(worker, frame, sizeof(frame), 4);
	assert_int_equal(channel_send(worker, NULL, "done", 4), 0);
	poll_for_message(worker, frame, sizeof(frame), 4);
	assert_int_equal(channel_receive(worker, NULL, frame, sizeof(frame)), -EAGAIN);
	close(bell[1].fd);
	channel_close(worker);
}

static void test_a_peer_that_is_not_there(void **state)
{
	struct fixture *fixture = *state;
	struct channel_peer nobody = { .identity = "w9.1", .bytes = 4 }, peer;
	char frame[64];
	int status = 0;

	assert_int_equal(channel_send(fixture->router, &nobody, "task", 4), -EHOSTUNREACH);
	struct channel *worker = connect_worker(fixture, NULL); /* ZeroMQ chooses the identity */
	assert_int_equal(channel_send(worker, NULL, "x", 1), 0);
	wait_for(channel_socket(fixture->router), ZMQ_POLLIN);
	assert_int_equal(channel_receive(fixture->router, &peer, frame, sizeof(frame)), 1);
	assert_true(peer.bytes > 0);
	channel_close(worker);
	/* the router learns of it when its I/O thread does: until then frames are queued for nobody, as those to a dead worker are */
	zmq_pollitem_t item = { .socket = channel_socket(fixture->router), .events = ZMQ_POLLIN };
	for (int i = 0; i < PATIENCE_MS / 5 && status != -EHOSTUNREACH; i++) {
		status = channel_send(fixture->router, &peer, "task", 4);
		if (status != -EHOSTUNREACH)
			assert_int_equal(zmq_poll(&item, 1, 5), 0);
	}
	assert_int_equal(status, -EHOSTUNREACH);
}

static void test_a_peer_that_does_not_read(void **state)
{
	struct fixture *fixture = *state;
	struct channel *worker = connect_worker(fixture, "w1.1");
	struct channel_peer peer = { .identity = "w1.1", .bytes = 4 };
	static char large[65536];
	char frame[8];
	int status = 0;

	assert_int_equal(channel_send(worker, NULL, "x", 1), 0);
	wait_for(channel_socket(fixture->router), ZMQ_POLLIN);
	assert_int_equal(channel_receive(fixture->router, &peer, frame, sizeof(frame)), 1);
	for (int i = 0; i < 100000 && status == 0; i++)
		status = channel_send(fixture->router, &peer, large, sizeof(large));
	assert_int_equal(status, -EAGAIN);
	channel_close(worker);
}

/* A socket that speaks ZeroMQ and not our frames. */
static void *raw_socket(struct fixture *fixture, void *context, const char *identity, size_t identity_bytes)
{
	void *socket = zmq_socket(context, ZMQ_DEALER);
	int linger = 0;

	assert_non_null(socket);
	assert_int_equal(zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger)), 0);
	assert_int_equal(zmq_setsockopt(socket, ZMQ_ROUTING_ID, identity, identity_bytes), 0);
	assert_int_equal(zmq_connect(socket, fixture->endpoint), 0);
	return socket;
}

static int64_t receive_one(struct fixture *fixture, struct channel_peer *peer, char *frame, size_t capacity)
{
	wait_for(channel_socket(fixture->router), ZMQ_POLLIN);
	return channel_receive(fixture->router, peer, frame, capacity);
}

static void test_garbage_is_dropped(void **state)
{
	struct fixture *fixture = *state;
	void *context = zmq_ctx_new(), *raw = raw_socket(fixture, context, "odd", 3);
	char frame[64], longest[200];
	struct channel_peer peer;

	memset(longest, 'i', sizeof(longest));
	for (int i = 0; i < 5; i++) /* five frames, then a good one */
		assert_int_equal(zmq_send(raw, "part", 4, i < 4 ? ZMQ_SNDMORE : 0), 4);
	assert_int_equal(zmq_send(raw, longest, 100, 0), 100); /* more than the place holds */
	assert_int_equal(zmq_send(raw, "", 0, ZMQ_SNDMORE), 0); /* a REQ socket's empty frame */
	assert_int_equal(zmq_send(raw, "x", 1, 0), 1);
	assert_int_equal(zmq_send(raw, "good", 4, 0), 4);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(receive_one(fixture, &peer, frame, sizeof(frame)), ERROR_LIMIT_HIT);
		assert_memory_equal(peer.identity, "odd", 3);
	}
	assert_int_equal(receive_one(fixture, &peer, frame, sizeof(frame)), 4);
	void *stranger = raw_socket(fixture, context, longest, sizeof(longest)); /* an identity longer than ours ever are */
	assert_int_equal(zmq_send(stranger, "x", 1, 0), 1);
	assert_int_equal(receive_one(fixture, &peer, frame, sizeof(frame)), ERROR_LIMIT_HIT);
	assert_int_equal(peer.bytes, 0);
	assert_int_equal(zmq_send(raw, "good", 4, 0), 4);
	assert_int_equal(receive_one(fixture, &peer, frame, sizeof(frame)), 4);
	zmq_close(stranger);
	zmq_close(raw);
	zmq_ctx_term(context);
}

static void test_limits_and_places(void **state)
{
	struct fixture *fixture = *state;
	struct channel *worker = connect_worker(fixture, "w1.1"), *second;
	struct error_text error = { "" };
	char *large = calloc(1, CHANNEL_MESSAGE_BYTES_MAX + 1), *place = malloc(CHANNEL_MESSAGE_BYTES_MAX);
	struct channel_peer peer;
	struct stat facts;

	assert_int_equal(channel_send(worker, NULL, large, CHANNEL_MESSAGE_BYTES_MAX + 1), ERROR_LIMIT_HIT);
	assert_int_equal(channel_send(worker, NULL, large, CHANNEL_MESSAGE_BYTES_MAX), 0);
	wait_for(channel_socket(fixture->router), ZMQ_POLLIN);
	assert_int_equal(channel_receive(fixture->router, &peer, place, CHANNEL_MESSAGE_BYTES_MAX), CHANNEL_MESSAGE_BYTES_MAX);
	assert_int_equal(stat(fixture->endpoint + strlen("ipc://"), &facts), 0);
	assert_int_equal(facts.st_mode & 0777, 0600);
	assert_true(channel_bind(&second, "ipc:///nowhere/at/all.sock", &error) < 0);
	assert_non_null(strstr(error.message, "/nowhere/at/all.sock"));
	assert_true(channel_connect(&second, "nonsense", NULL, &error) < 0);
	channel_close(worker);
	channel_close(NULL);
	free(large);
	free(place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_there_and_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_polling, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_peer_that_is_not_there, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_peer_that_does_not_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_garbage_is_dropped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limits_and_places, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
