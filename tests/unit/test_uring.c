/* test_uring.c: bulk I/O, every test once through io_uring (where the kernel has it) and once through plain calls. */
#define _GNU_SOURCE
#include "ipc/uring.h"
#include "ipc/fault.h"
#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

enum { PATIENCE_MS = 30000, ENTRIES = 16 };
static enum uring_mode mode;

struct fixture {
	struct uring *uring;
	int file; /* an unnamed file */
};

struct outcome {
	int64_t result;
	int calls;
	bool *inside; /* true while a submission runs: no callback may come then */
};

static void note(void *context, int64_t result)
{
	struct outcome *outcome = context;
	assert_false(outcome->inside && *outcome->inside);
	outcome->result = result;
	outcome->calls++;
}

static void arm(const char *faults)
{
	if (faults)
		setenv("DOCRING_FAULT", faults, 1);
	else
		unsetenv("DOCRING_FAULT");
	fault_init();
}

static int setup(void **state)
{
	static struct fixture fixture;

	support_leaks_setup(state);
	arm(NULL);
	fixture.file = memfd_create("uring", MFD_CLOEXEC);
	if (fixture.file < 0 || uring_create(&fixture.uring, ENTRIES, mode, NULL) < 0)
		return -1;
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	arm(NULL);
	uring_destroy(fixture->uring);
	close(fixture->file);
	return support_leaks_teardown(state);
}

static void idle(struct fixture *fixture)
{
	assert_int_equal(uring_wait_idle(fixture->uring, PATIENCE_MS), 0);
}

static struct uring_stats stats_of(const struct fixture *fixture)
{
	struct uring_stats stats;
	uring_stats(fixture->uring, &stats);
	return stats;
}

static void test_write_sync_read(void **state)
{
	struct fixture *fixture = *state;
	struct outcome written = { 0 }, synced = { 0 }, read = { 0 }, beyond = { 0 }, nothing = { 0 };
	static char data[100000], back[100000];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 31);
	assert_int_equal(uring_write(fixture->uring, fixture->file, data, sizeof(data), 5000, note, &written), 0);
	assert_int_equal(written.calls, 0);
	assert_int_equal(uring_in_flight(fixture->uring), 1);
	idle(fixture);
	assert_int_equal(written.calls, 1);
	assert_int_equal(written.result, sizeof(data));
	assert_int_equal(uring_sync(fixture->uring, fixture->file, note, &synced), 0);
	assert_int_equal(uring_read(fixture->uring, fixture->file, back, sizeof(back), 5000, note, &read), 0);
	assert_int_equal(uring_read(fixture->uring, fixture->file, back, 0, 5000, note, &nothing), 0);
	idle(fixture);
	assert_int_equal(synced.result, 0);
	assert_int_equal(read.result, sizeof(back));
	assert_true(nothing.calls == 1 && nothing.result == 0);
	assert_memory_equal(data, back, sizeof(data));
	assert_int_equal(uring_read(fixture->uring, fixture->file, back, sizeof(back), 104000, note, &beyond), 0);
	idle(fixture);
	assert_int_equal(beyond.result, 1000); /* the file ends */
	struct uring_stats stats = stats_of(fixture);
	assert_int_equal(stats.submitted, 5);
	assert_int_equal(stats.completed, 5);
	assert_int_equal(stats.failed, 0);
	assert_int_equal(stats.bytes_written, sizeof(data));
	assert_int_equal(stats.bytes_read, sizeof(data) + 1000);
	assert_int_equal(stats.fallback_calls == 0, uring_is_native(fixture->uring));
}

static void test_open_and_errors(void **state)
{
	struct fixture *fixture = *state;
	struct outcome opened = { 0 }, missing = { 0 }, folder = { 0 }, closed = { 0 };
	char byte, path[] = "/proc/self/status";

	assert_int_equal(uring_open(fixture->uring, path, O_RDONLY, note, &opened), 0);
	memset(path, 'x', sizeof(path) - 1); /* the path was copied */
	assert_int_equal(uring_open(fixture->uring, "/nowhere/at/all", O_RDONLY, note, &missing), 0);
	assert_int_equal(uring_read(fixture->uring, -1, &byte, 1, 0, note, &closed), 0);
	idle(fixture);
	assert_true(opened.result >= 0);
	assert_true(fcntl((int)opened.result, F_GETFD) & FD_CLOEXEC);
	close((int)opened.result);
	assert_int_equal(missing.result, -ENOENT);
	assert_int_equal(closed.result, -EBADF);
	assert_int_equal(uring_open(fixture->uring, "/", O_RDONLY | O_DIRECTORY, note, &opened), 0);
	idle(fixture);
	assert_int_equal(uring_read(fixture->uring, (int)opened.result, &byte, 1, 0, note, &folder), 0);
	idle(fixture);
	assert_int_equal(folder.result, -EISDIR);
	close((int)opened.result);
	assert_int_equal(stats_of(fixture).failed, 3);
}

static void test_a_full_queue_says_so(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcomes[ENTRIES + 1] = { 0 };
	char byte = 'x';

	for (int i = 0; i < ENTRIES; i++)
		assert_int_equal(uring_write(fixture->uring, fixture->file, &byte, 1, (uint64_t)i, note, &outcomes[i]), 0);
	assert_int_equal(uring_write(fixture->uring, fixture->file, &byte, 1, 0, note, &outcomes[ENTRIES]), -EAGAIN);
	assert_int_equal(uring_open(fixture->uring, "/", O_RDONLY, note, &outcomes[ENTRIES]), -EAGAIN);
	idle(fixture);
	for (int i = 0; i < ENTRIES; i++)
		assert_true(outcomes[i].calls == 1 && outcomes[i].result == 1);
	assert_int_equal(outcomes[ENTRIES].calls, 0);
}

/* Whoever only polls when the descriptor is readable gets everything. */
static void test_the_event_descriptor(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcomes[ENTRIES] = { 0 };
	char byte = 'x';
	int called = 0;
	struct pollfd event = { .fd = uring_event_descriptor(fixture->uring), .events = POLLIN };

	assert_int_equal(poll(&event, 1, 0), 0);
	for (int i = 0; i < ENTRIES; i++)
		assert_int_equal(uring_write(fixture->uring, fixture->file, &byte, 1, (uint64_t)i, note, &outcomes[i]), 0);
	while (called < ENTRIES) {
		assert_int_equal(poll(&event, 1, PATIENCE_MS), 1);
		called += uring_poll(fixture->uring);
	}
	assert_int_equal(uring_in_flight(fixture->uring), 0);
}

/* Callbacks that submit: a file is read in a chain, each read started by the end of the one before. */
struct chain {
	struct fixture *fixture;
	int left;
	bool inside;
	char byte;
};

static void next_in_chain(void *context, int64_t result)
{
	struct chain *chain = context;
	assert_false(chain->inside);
	assert_int_equal(result, 1);
	if (chain->left-- == 0)
		return;
	chain->inside = true;
	assert_int_equal(uring_write(chain->fixture->uring, chain->fixture->file, &chain->byte, 1, 0, next_in_chain, chain), 0);
	chain->inside = false;
}

static void test_callbacks_may_submit(void **state)
{
	struct chain chain = { .fixture = *state, .left = 1000 };

	next_in_chain(&chain, 1);
	idle(chain.fixture);
	assert_int_equal(chain.left, -1);
	assert_int_equal(stats_of(chain.fixture).completed, 1000);
}

static void test_short_transfers_go_on(void **state)
{
	struct fixture *fixture = *state;
	struct outcome written = { 0 }, read = { 0 };
	static char data[70001], back[70001];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 7 + i / 256);
	arm("uring_write:1+:short,uring_read:1:short,uring_read:2:short");
	assert_int_equal(uring_write(fixture->uring, fixture->file, data, sizeof(data), 3, note, &written), 0);
	idle(fixture);
	assert_int_equal(written.result, sizeof(data));
	assert_int_equal(uring_read(fixture->uring, fixture->file, back, sizeof(back), 3, note, &read), 0);
	idle(fixture);
	assert_int_equal(read.result, sizeof(back));
	assert_memory_equal(data, back, sizeof(data));
	assert_int_equal(written.calls + read.calls, 2);
}

static void test_interruptions_are_retried_and_errors_told(void **state)
{
	struct fixture *fixture = *state;
	struct outcome first = { 0 }, second = { 0 }, third = { 0 }, fourth = { 0 };
	char data[10] = "123456789";

	arm("uring_write:1:EINTR,uring_write:2:EAGAIN,uring_write:4:ENOSPC,uring_sync:1:EIO,uring_open:1:ENOMEM");
	assert_int_equal(uring_write(fixture->uring, fixture->file, data, 10, 0, note, &first), 0);
	idle(fixture);
	assert_int_equal(first.result, 10);
	assert_int_equal(stats_of(fixture).retries, 2);
	assert_int_equal(uring_write(fixture->uring, fixture->file, data, 10, 0, note, &second), 0);
	assert_int_equal(uring_sync(fixture->uring, fixture->file, note, &third), 0);
	assert_int_equal(uring_open(fixture->uring, "/", O_RDONLY, note, &fourth), 0);
	idle(fixture);
	assert_int_equal(second.result, -ENOSPC);
	assert_int_equal(third.result, -EIO);
	assert_int_equal(fourth.result, -ENOMEM);
	arm("uring_read:1+:EAGAIN"); /* for ever: there is an end to patience */
	assert_int_equal(uring_read(fixture->uring, fixture->file, data, 10, 0, note, &first), 0);
	idle(fixture);
	assert_int_equal(first.result, -EAGAIN);
}

/* More than one GiB goes in several transfers; a sparse file and a private map cost no memory to speak of. */
static void test_more_than_a_gibibyte(void **state)
{
	struct fixture *fixture = *state;
	const uint64_t bytes = ((uint64_t)1 << 30) + 4096;
	struct outcome outcome = { 0 };
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	void *place = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	assert_true(null >= 0 && place != MAP_FAILED);
	assert_int_equal(uring_write(fixture->uring, null, place, bytes, 0, note, &outcome), 0);
	idle(fixture);
	assert_int_equal(outcome.result, bytes);
	assert_int_equal(stats_of(fixture).short_transfers, 0);
	if (!uring_is_native(fixture->uring))
		assert_int_equal(stats_of(fixture).fallback_calls, 2);
	munmap(place, bytes);
	close(null);
}

static void test_destroy_waits(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome = { 0 };
	char byte = 'x';

	assert_int_equal(uring_write(fixture->uring, fixture->file, &byte, 1, 0, note, &outcome), 0);
	uring_destroy(fixture->uring);
	assert_int_equal(outcome.calls, 1);
	fixture->uring = NULL; /* the teardown destroys nothing */
}

static void test_modes(void **state)
{
	struct fixture *fixture = *state;

	if (mode == URING_OFF) {
		assert_false(uring_is_native(fixture->uring));
		assert_int_equal(uring_fallback_reason(fixture->uring), 0);
	} else {
		assert_int_equal(uring_is_native(fixture->uring), uring_fallback_reason(fixture->uring) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_write_sync_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_open_and_errors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_full_queue_says_so, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_event_descriptor, setup, teardown),
		cmocka_unit_test_setup_teardown(test_callbacks_may_submit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_short_transfers_go_on, setup, teardown),
		cmocka_unit_test_setup_teardown(test_interruptions_are_retried_and_errors_told, setup, teardown),
		cmocka_unit_test_setup_teardown(test_more_than_a_gibibyte, setup, teardown),
		cmocka_unit_test_setup_teardown(test_destroy_waits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_modes, setup, teardown),
	};
	mode = URING_AUTO;
	int failed = cmocka_run_group_tests_name("io_uring where the kernel has it", tests, NULL, NULL);
	mode = URING_OFF;
	return failed + cmocka_run_group_tests_name("plain system calls", tests, NULL, NULL);
}
