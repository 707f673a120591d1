/* test_segment.c: shared-memory segments: one writer, readers that cannot write, nothing left behind, no space as an answer. */
#define _GNU_SOURCE
#include "ipc/segment.h"
#include "ipc/fault.h"
#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define MIB ((uint64_t)1 << 20)

static void test_ring_is_written_here_and_read_there(void **state)
{
	struct segment ring, view;
	struct error_text error = { "" };

	(void)state;
	assert_int_equal(segment_create(&ring, 0, 4 * MIB, true, true, &error), 0);
	assert_int_equal(segment_reserve(&ring, 2 * MIB, &error), 0);
	assert_int_equal(segment_attach(&view, ring.read_descriptor, 0, ring.bytes, false, &error), 0);
	uint8_t *mine = segment_at(&ring, SEGMENT_HEADER_BYTES, 100);
	memcpy(mine, "document", 8);
	assert_memory_equal(segment_at(&view, SEGMENT_HEADER_BYTES, 8), "document", 8);
	/* the read descriptor gives no way to write */
	assert_int_equal(segment_attach(&view, ring.read_descriptor, 0, ring.bytes, true, &error), -EACCES);
	assert_true(error.message[0] != '\0');
	segment_done(&view);
	segment_done(&ring);
}

static void test_outbox_is_read_here_and_written_there(void **state)
{
	struct segment outbox, view;

	(void)state;
	assert_int_equal(segment_create(&outbox, 9, MIB, false, false, NULL), 0);
	assert_int_equal(segment_reserve(&outbox, MIB, NULL), 0);
	assert_int_equal(segment_attach(&view, outbox.write_descriptor, 9, MIB, true, NULL), 0);
	memcpy(segment_at(&view, 8192, 6), "result", 6);
	assert_memory_equal(segment_at(&outbox, 8192, 6), "result", 6);
	segment_done(&view);
	segment_done(&outbox);
}

/* Who may write a segment of ours holds a descriptor that could truncate it: what is mapped here must stay. */
static void test_a_writer_cannot_change_the_size(void **state)
{
	struct segment outbox, ring;

	(void)state;
	assert_int_equal(segment_create(&outbox, 9, 4 * MIB, false, false, NULL), 0);
	assert_int_equal(ftruncate(outbox.write_descriptor, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(outbox.write_descriptor, (off_t)(8 * MIB)), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(fcntl(outbox.write_descriptor, F_ADD_SEALS, F_SEAL_WRITE), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(segment_reserve(&outbox, 4 * MIB, NULL), 0); /* inside its size it grows all the same */
	assert_int_equal(fallocate(outbox.write_descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, (off_t)MIB), 0);
	assert_int_equal(*segment_at(&outbox, 4096, 1), 0); /* a hole reads as zeros */
	segment_done(&outbox);
	assert_int_equal(segment_create(&ring, 0, MIB, true, false, NULL), 0);
	assert_int_equal(ftruncate(ring.read_descriptor, 0), -1);
	segment_done(&ring);
}

static void make_name(const char *name)
{
	int file = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);

	assert_true(file >= 0);
	close(file);
}

static void test_names_of_the_dead_are_taken_away(void **state)
{
	char dead[64], alive[64];
	pid_t child = fork();

	(void)state;
	if (child == 0)
		_exit(0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	snprintf(dead, sizeof(dead), "/docring.%ld.0.1", (long)child);
	snprintf(alive, sizeof(alive), "/docring.%ld.0.1", (long)getppid());
	make_name(dead);
	make_name(alive);
	segment_remove_leftovers();
	assert_int_equal(shm_unlink(dead), -1);
	assert_int_equal(shm_unlink(alive), 0);
}

/* A process that writes where it may only read dies of it, and only it. */
static void test_the_mmu_keeps_the_rule(void **state)
{
	struct segment outbox;
	int status;

	(void)state;
	assert_int_equal(segment_create(&outbox, 1, MIB, false, false, NULL), 0);
	pid_t child = fork();
	if (child == 0) {
		signal(SIGSEGV, SIG_DFL); /* the sanitizer would take it */
		*(volatile uint8_t *)segment_at(&outbox, 4096, 1) = 1;
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	segment_done(&outbox);
}

static void test_places_outside_are_refused(void **state)
{
	struct segment ring;

	(void)state;
	assert_int_equal(segment_create(&ring, 0, MIB, true, false, NULL), 0);
	assert_null(segment_at(&ring, 0, 1));
	assert_null(segment_at(&ring, SEGMENT_HEADER_BYTES - 1, 1));
	assert_non_null(segment_at(&ring, SEGMENT_HEADER_BYTES, 0));
	assert_non_null(segment_at(&ring, SEGMENT_HEADER_BYTES, MIB - SEGMENT_HEADER_BYTES));
	assert_null(segment_at(&ring, SEGMENT_HEADER_BYTES, MIB - SEGMENT_HEADER_BYTES + 1));
	assert_null(segment_at(&ring, MIB, 1));
	assert_null(segment_at(&ring, MIB + 1, 0));
	assert_null(segment_at(&ring, UINT64_MAX, 2));
	assert_null(segment_at(&ring, 8192, UINT64_MAX));
	segment_done(&ring);
	assert_null(segment_at(&ring, SEGMENT_HEADER_BYTES, 1));
}

static void test_a_header_that_does_not_agree(void **state)
{
	struct segment ring, view;
	struct error_text error;

	(void)state;
	assert_int_equal(segment_create(&ring, 3, MIB, true, false, NULL), 0);
	assert_int_equal(segment_attach(&view, ring.read_descriptor, 4, MIB, false, &error), ERROR_INPUT_REJECTED);
	assert_int_equal(segment_attach(&view, ring.read_descriptor, 3, MIB / 2, false, &error), ERROR_INPUT_REJECTED);
	assert_int_equal(segment_attach(&view, ring.read_descriptor, 3, 2 * MIB, false, &error), ERROR_INPUT_REJECTED);
	assert_int_equal(segment_attach(&view, -1, 3, MIB, false, &error), -EBADF);
	struct segment_header *header = (void *)ring.base, kept = *header;
	header->layout++;
	assert_int_equal(segment_attach(&view, ring.read_descriptor, 3, MIB, false, &error), ERROR_VERSION_MISMATCH);
	*header = kept;
	header->version = 0; /* not complete */
	assert_int_equal(segment_attach(&view, ring.read_descriptor, 3, MIB, false, &error), ERROR_VERSION_MISMATCH);
	*header = kept;
	header->magic++;
	assert_int_equal(segment_attach(&view, ring.read_descriptor, 3, MIB, false, &error), ERROR_INPUT_REJECTED);
	segment_done(&ring);
}

static uint64_t allocated_bytes(const struct segment *segment)
{
	struct stat facts;
	assert_int_equal(fstat(segment->write_descriptor, &facts), 0);
	return (uint64_t)facts.st_blocks * 512;
}

static void test_reserve_and_discard(void **state)
{
	struct segment outbox;

	(void)state;
	assert_int_equal(segment_create(&outbox, 1, 200 * MIB, false, false, NULL), 0);
	assert_true(allocated_bytes(&outbox) < MIB);
	assert_int_equal(segment_reserve(&outbox, 70 * MIB, NULL), 0); /* more than one step */
	assert_int_equal(outbox.reserved_bytes, 70 * MIB);
	assert_true(allocated_bytes(&outbox) >= 70 * MIB && allocated_bytes(&outbox) < 72 * MIB);
	assert_int_equal(segment_reserve(&outbox, 10 * MIB, NULL), 0);
	assert_int_equal(outbox.reserved_bytes, 70 * MIB);
	segment_discard(&outbox, 10 * MIB + 1, 30 * MIB);
	assert_true(allocated_bytes(&outbox) <= 41 * MIB);
	assert_true(outbox.reserved_bytes <= 11 * MIB);
	segment_discard(&outbox, 0, 100); /* nothing whole in it, and the header stays */
	assert_int_equal(((struct segment_header *)outbox.base)->number, 1);
	assert_int_equal(segment_reserve(&outbox, 70 * MIB, NULL), 0);
	assert_true(allocated_bytes(&outbox) >= 70 * MIB);
	assert_int_equal(segment_reserve(&outbox, 201 * MIB, NULL), -EINVAL);
	segment_done(&outbox);
}

static void test_memory_near_a_core(void **state)
{
	struct segment segment;
	unsigned long nodes[16] = { 0 };
	int policy = -1;

	(void)state;
	assert_int_equal(segment_create(&segment, 3, 1 << 20, false, false, NULL), 0);
	segment_prefer_node(&segment, 0);
	segment_prefer_node(&segment, 100000); /* no such node: nothing happens */
	if (syscall(SYS_get_mempolicy, &policy, nodes, 1024, segment.base, MPOL_F_ADDR) < 0)
		print_message("SKIP: this system has no memory policies\n");
	else
		assert_true(policy == MPOL_PREFERRED && nodes[0] == 1);
	segment_done(&segment);
}

static void test_no_space_is_an_answer(void **state)
{
	struct segment ring;
	struct error_text error = { "" };

	(void)state;
	assert_int_equal(segment_create(&ring, 0, 300 * MIB, true, false, &error), 0);
	setenv("DOCRING_FAULT", "segment_reserve:2:ENOSPC", 1);
	fault_init();
	assert_int_equal(segment_reserve(&ring, 300 * MIB, &error), -ENOSPC);
	unsetenv("DOCRING_FAULT");
	fault_init();
	assert_non_null(strstr(error.message, "300 MiB asked for"));
	assert_non_null(strstr(error.message, "--shm"));
	assert_int_equal(ring.reserved_bytes, 64 * MIB + SEGMENT_HEADER_BYTES); /* what there was stays usable */
	segment_done(&ring);
}

static void test_done_is_safe(void **state)
{
	struct segment never = { 0 };

	(void)state;
	segment_done(NULL);
	segment_done(&never); /* and not descriptor 0 */
	struct stat facts;
	assert_int_equal(fstat(0, &facts), 0);
	assert_true(segment_layout() == segment_layout() && segment_layout() != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ring_is_written_here_and_read_there, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_outbox_is_read_here_and_written_there, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_a_writer_cannot_change_the_size, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_names_of_the_dead_are_taken_away, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_the_mmu_keeps_the_rule, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_places_outside_are_refused, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_a_header_that_does_not_agree, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_reserve_and_discard, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_memory_near_a_core, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_no_space_is_an_answer, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_done_is_safe, support_leaks_setup, support_leaks_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
