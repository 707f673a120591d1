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
	bool opened;
	bool *inside; /* true while a submission runs: no callback may come then */
};

static void note(void *context, int64_t result)
{
	struct outcome *outcome = context;
	assert_false(outcome->inside && *outcome->inside);
	outcome->result = result;
	outcome->calls++;
}

static void note_file(void *context, int64_t result, bool opened)
{
	struct outcome *outcome = context;
	outcome->opened = opened;
	note(context, result);
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

static void test_errors(void **state)
{
	struct fixture *fixture = *state;
	struct outcome folder = { 0 }, closed = { 0 };
	char byte;
	int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_int_equal(uring_read(fixture->uring, -1, &byte, 1, 0, note, &closed), 0);
	assert_int_equal(uring_read(fixture->uring, root, &byte, 1, 0, note, &folder), 0);
	idle(fixture);
	close(root);
	assert_int_equal(closed.result, -EBADF);
	assert_int_equal(folder.result, -EISDIR);
	assert_int_equal(stats_of(fixture).failed, 2);
}

static void test_a_full_queue_says_so(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcomes[ENTRIES + 1] = { 0 };
	char byte = 'x';

	for (int i = 0; i < ENTRIES; i++)
		assert_int_equal(uring_write(fixture->uring, fixture->file, &byte, 1, (uint64_t)i, note, &outcomes[i]), 0);
	assert_int_equal(uring_write(fixture->uring, fixture->file, &byte, 1, 0, note, &outcomes[ENTRIES]), -EAGAIN);
	assert_int_equal(uring_read_file(fixture->uring, "/", &byte, 0, note_file, &outcomes[ENTRIES]), -EAGAIN);
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
	struct outcome first = { 0 }, second = { 0 }, third = { 0 };
	char data[10] = "123456789";

	arm("uring_write:1:EINTR,uring_write:2:EAGAIN,uring_write:4:ENOSPC,uring_sync:1:EIO");
	assert_int_equal(uring_write(fixture->uring, fixture->file, data, 10, 0, note, &first), 0);
	idle(fixture);
	assert_int_equal(first.result, 10);
	assert_int_equal(stats_of(fixture).retries, 2);
	assert_int_equal(uring_write(fixture->uring, fixture->file, data, 10, 0, note, &second), 0);
	assert_int_equal(uring_sync(fixture->uring, fixture->file, note, &third), 0);
	idle(fixture);
	assert_int_equal(second.result, -ENOSPC);
	assert_int_equal(third.result, -EIO);
	arm("uring_read:1+:EAGAIN"); /* for ever: there is an end to patience */
	assert_int_equal(uring_read(fixture->uring, fixture->file, data, 10, 0, note, &first), 0);
	idle(fixture);
	assert_int_equal(first.result, -EAGAIN);
}

static void test_parts_go_in_order(void **state)
{
	struct fixture *fixture = *state;
	static const char *const faults[] = { NULL, "uring_write:1+:short", "uring_write:1:EINTR,uring_write:2:short,uring_write:3:EAGAIN" };

	for (size_t i = 0; i < COUNT_OF(faults); i++) {
		struct outcome written = { 0 };
		char back[32] = "";
		struct iovec parts[] = { { (char *)(uintptr_t)"one ", 4 }, { NULL, 0 }, { (char *)(uintptr_t)"two, three ", 11 }, { (char *)(uintptr_t)"four", 4 } };
		assert_int_equal(ftruncate(fixture->file, 0), 0);
		arm(faults[i]);
		assert_int_equal(uring_write_parts(fixture->uring, fixture->file, parts, COUNT_OF(parts), 2, note, &written), 0);
		idle(fixture);
		assert_int_equal(written.result, 19);
		assert_int_equal(pread(fixture->file, back, sizeof(back), 2), 19);
		assert_string_equal(back, "one two, three four");
	}
	arm("uring_write:2:ENOSPC,uring_write:1:short");
	struct outcome full = { 0 };
	struct iovec part = { (char *)(uintptr_t)"12345678", 8 };
	assert_int_equal(uring_write_parts(fixture->uring, fixture->file, &part, 1, 0, note, &full), 0);
	idle(fixture);
	assert_int_equal(full.result, -ENOSPC);
}

static void test_writing_at_once(void **state)
{
	struct fixture *fixture = *state;
	char back[16] = "";

	arm("uring_write:1:short,uring_write:2:EINTR");
	assert_int_equal(uring_write_now(fixture->uring, fixture->file, "0123456789", 10, 3), 10);
	assert_int_equal(pread(fixture->file, back, 10, 3), 10);
	assert_string_equal(back, "0123456789");
	arm("uring_write:2:ENOSPC,uring_write:1:short");
	assert_int_equal(uring_write_now(fixture->uring, fixture->file, "0123456789", 10, 3), -ENOSPC);
	arm("uring_write:1+:EAGAIN");
	assert_int_equal(uring_write_now(fixture->uring, fixture->file, "0123456789", 10, 3), -EAGAIN);
	assert_int_equal(stats_of(fixture).bytes_written, 15);
}

/* --- whole files --------------------------------------------------------------------------------------------------- */

static enum uring_road road;

static uint64_t files_of(const struct uring_stats *stats)
{
	return stats->files[URING_PLAIN] + stats->files[URING_RING] + stats->files[URING_LINKED] + stats->files[URING_ASYNC];
}

/* A fixture whose file has a path and `bytes` bytes. */
static const char *named_file(struct fixture *fixture, size_t bytes)
{
	static char path[64], content[200000];

	assert_true(bytes <= sizeof(content));
	for (size_t i = 0; i < bytes; i++)
		content[i] = (char)(i * 31 + i / 1000);
	assert_int_equal(ftruncate(fixture->file, 0), 0);
	assert_int_equal(pwrite(fixture->file, content, bytes, 0), bytes);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fixture->file);
	return path;
}

static void check_content(const char *place, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		assert_int_equal(place[i], (char)(i * 31 + i / 1000));
}

static int setup_road(void **state)
{
	int status = setup(state);
	struct fixture *fixture = *state;

	if (status == 0)
		uring_set_road(fixture->uring, road);
	return status;
}

static struct outcome read_whole(struct fixture *fixture, const char *path, char *place, size_t bytes)
{
	struct outcome outcome = { 0 };

	assert_int_equal(uring_read_file(fixture->uring, path, place, bytes, note_file, &outcome), 0);
	assert_int_equal(outcome.calls, 0);
	idle(fixture);
	assert_int_equal(outcome.calls, 1);
	return outcome;
}

static void test_a_whole_file(void **state)
{
	struct fixture *fixture = *state;
	static char place[200001];
	static const size_t sizes[] = { 0, 1, 4096, 12345, 200000 };

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		memset(place, 'x', sizeof(place));
		struct outcome outcome = read_whole(fixture, named_file(fixture, sizes[i]), place, sizes[i]);
		assert_int_equal(outcome.result, sizes[i]);
		check_content(place, sizes[i]);
		assert_int_equal(place[sizes[i]], 'x'); /* what lies behind is another's */
	}
	struct uring_stats stats = stats_of(fixture);
	assert_int_equal(files_of(&stats), COUNT_OF(sizes));
	assert_int_equal(stats.files_repeated, 0);
	assert_int_equal(stats.bytes_read, 216442);
	if (road != URING_CHOOSE && uring_is_native(fixture->uring))
		assert_int_equal(stats.files[road], COUNT_OF(sizes));
}

/* The size is what a stat said a moment before. */
static void test_a_file_of_another_size(void **state)
{
	struct fixture *fixture = *state;
	static char place[20000];

	assert_int_equal(read_whole(fixture, named_file(fixture, 5001), place, 5000).result, 5001);
	check_content(place, 5001);
	assert_int_equal(read_whole(fixture, named_file(fixture, 9000), place, 5000).result, 5001);
	assert_int_equal(read_whole(fixture, named_file(fixture, 3000), place, 5000).result, 3000);
	check_content(place, 3000);
	assert_int_equal(read_whole(fixture, named_file(fixture, 0), place, 5000).result, 0);
}

static void test_files_that_cannot_be_read(void **state)
{
	struct fixture *fixture = *state;
	char place[11];

	struct outcome missing = read_whole(fixture, "/nowhere/at/all", place, 10);
	assert_true(missing.result == -ENOENT && !missing.opened);
	struct outcome folder = read_whole(fixture, "/", place, 10);
	assert_true(folder.result == -EISDIR && folder.opened);
	char path[] = "/proc/self/status";
	struct outcome copied = { 0 };
	assert_int_equal(uring_read_file(fixture->uring, path, place, 10, note_file, &copied), 0);
	memset(path, 'x', sizeof(path) - 1);
	idle(fixture);
	assert_int_equal(copied.result, 11);
	assert_int_equal(stats_of(fixture).failed, 2);
}

static void test_faults_of_whole_files(void **state)
{
	struct fixture *fixture = *state;
	static char place[70001];
	const char *path = named_file(fixture, 70000);
	static const char *const survived[] = { "uring_read:1+:short", "uring_open:1:EINTR,uring_read:1:EINTR", "uring_open:1:EAGAIN,uring_read:2:EAGAIN,uring_read:1:short" };

	for (size_t i = 0; i < COUNT_OF(survived); i++) {
		arm(survived[i]);
		memset(place, 'x', sizeof(place));
		assert_int_equal(read_whole(fixture, path, place, 70000).result, 70000);
		check_content(place, 70000);
	}
	arm("uring_open:1:EACCES,uring_read:1:EIO,uring_read:3:ENOMEM,uring_read:2:short");
	struct outcome closed = read_whole(fixture, path, place, 70000);
	assert_true(closed.result == -EACCES && !closed.opened);
	struct outcome broken = read_whole(fixture, path, place, 70000);
	assert_true(broken.result == -EIO && broken.opened);
	assert_int_equal(read_whole(fixture, path, place, 70000).result, -ENOMEM); /* after a short read */
	arm("uring_open:1+:EAGAIN"); /* there is an end to patience */
	assert_int_equal(read_whole(fixture, path, place, 70000).result, -EAGAIN);
	arm(NULL);
	assert_int_equal(read_whole(fixture, path, place, 70000).result, 70000); /* nothing was left behind in a slot */
}

/* Enough of them for trials and their ends; the order in which they end is nobody's business. */
static void test_many_files_over_whatever_road(void **state)
{
	enum { FILES = 5000, AT_ONCE = 16, BYTES = 700 };
	struct fixture *fixture = *state;
	static char places[AT_ONCE][BYTES + 1];
	static struct outcome outcomes[AT_ONCE];
	const char *path = named_file(fixture, BYTES);

	for (int done = 0; done < FILES; done += AT_ONCE) {
		memset(outcomes, 0, sizeof(outcomes));
		memset(places, 0, sizeof(places));
		for (int i = 0; i < AT_ONCE; i++)
			assert_int_equal(uring_read_file(fixture->uring, path, places[i], BYTES, note_file, &outcomes[i]), 0);
		idle(fixture);
		for (int i = 0; i < AT_ONCE; i++) {
			assert_true(outcomes[i].calls == 1 && outcomes[i].result == BYTES);
			assert_memory_equal(places[i], places[0], BYTES);
		}
	}
	check_content(places[0], BYTES);
	struct uring_stats stats = stats_of(fixture);
	assert_int_equal(files_of(&stats), (FILES + AT_ONCE - 1) / AT_ONCE * AT_ONCE);
	if (road == URING_CHOOSE && uring_is_native(fixture->uring)) {
		assert_true(stats.files[URING_PLAIN] >= 32 && stats.files[URING_RING] >= 32);
		assert_true(stats.road_costs_ns[URING_PLAIN] > 0 && stats.road_costs_ns[URING_RING] > 0);
		assert_true(stats.road < URING_ROADS);
	}
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

static int run_roads(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_whole_file, setup_road, teardown),
		cmocka_unit_test_setup_teardown(test_a_file_of_another_size, setup_road, teardown),
		cmocka_unit_test_setup_teardown(test_files_that_cannot_be_read, setup_road, teardown),
		cmocka_unit_test_setup_teardown(test_faults_of_whole_files, setup_road, teardown),
		cmocka_unit_test_setup_teardown(test_many_files_over_whatever_road, setup_road, teardown),
	};
	int failed = 0;

	for (road = URING_PLAIN; road <= URING_CHOOSE; road++) {
		char name[64];
		snprintf(name, sizeof(name), "whole files: %s, %s", uring_road_name(road), mode == URING_OFF ? "io_uring off" : "io_uring on");
		failed += _cmocka_run_group_tests(name, tests, COUNT_OF(tests), NULL, NULL);
	}
	return failed;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_write_sync_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_full_queue_says_so, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_event_descriptor, setup, teardown),
		cmocka_unit_test_setup_teardown(test_callbacks_may_submit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_short_transfers_go_on, setup, teardown),
		cmocka_unit_test_setup_teardown(test_interruptions_are_retried_and_errors_told, setup, teardown),
		cmocka_unit_test_setup_teardown(test_parts_go_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_writing_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_more_than_a_gibibyte, setup, teardown),
		cmocka_unit_test_setup_teardown(test_destroy_waits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_modes, setup, teardown),
	};
	mode = URING_AUTO;
	int failed = cmocka_run_group_tests_name("io_uring where the kernel has it", tests, NULL, NULL);
	failed += run_roads();
	mode = URING_OFF;
	failed += cmocka_run_group_tests_name("plain system calls", tests, NULL, NULL);
	return failed + run_roads();
}
