/* test_members.c: the block of an archive's members: what fits fits, what is written comes back, what is forged is refused. */
#include "proto/members.h"
#include "proto/document.h"
#include "proto/input.h"
#include "tests/unit/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <xxhash.h>

static uint8_t *block_memory(size_t bytes)
{
	uint8_t *place = aligned_alloc(INPUT_ALIGNMENT, (bytes + INPUT_ALIGNMENT - 1) / INPUT_ALIGNMENT * INPUT_ALIGNMENT);
	assert_non_null(place);
	return place;
}

static int add(struct members_writer *writer, const char *name, uint64_t cursor, struct text data)
{
	size_t space;
	uint8_t *at = members_writer_space(writer, text_from(name), &space);

	if (!at || space < data.bytes)
		return ERROR_NEEDS_SPACE;
	memcpy(at, data.data, data.bytes);
	return members_writer_add(writer, text_from(name), cursor, data.bytes, DOCUMENT_FORMAT_HTML);
}

static size_t write_sample(uint8_t *place, size_t capacity)
{
	struct members_writer writer;

	assert_int_equal(members_writer_init(&writer, place, capacity, TEXT_LITERAL("docs/all.zip"), 1), 0);
	assert_int_equal(add(&writer, "a/first.html", 3, TEXT_LITERAL("<html>1</html>")), 0);
	assert_int_equal(members_writer_refuse(&writer, TEXT_LITERAL("big.bin"), 4, MEMBER_REFUSED, TEXT_LITERAL("too large")), 0);
	assert_int_equal(add(&writer, "b.html", 7, TEXT_LITERAL("")), 0);
	size_t bytes = members_writer_finish(&writer, false, 8);
	members_writer_done(&writer);
	return bytes;
}

static void test_round_trip(void **state)
{
	uint8_t *place = block_memory(4096);
	size_t bytes = write_sample(place, 4096);
	struct members members;
	struct input input;

	(void)state;
	assert_int_equal(members_open(place, bytes, &members, NULL), 0);
	assert_int_equal(members.count, 3);
	assert_int_equal(members.header->finished, 0);
	assert_int_equal(members.header->next_cursor, 8);
	const struct member *first = &members.members[0], *refused = &members.members[1], *last = &members.members[2];
	assert_true(text_equal(members_name(&members, first), TEXT_LITERAL("a/first.html")));
	assert_int_equal(first->status, MEMBER_PRESENT);
	assert_int_equal(first->format, DOCUMENT_FORMAT_HTML);
	assert_int_equal(input_open(place + first->input_offset, first->input_bytes, &input, NULL), 0);
	assert_true(text_equal(input.data, TEXT_LITERAL("<html>1</html>")));
	assert_true(text_equal(input.source, TEXT_LITERAL("a/first.html")));
	assert_true(text_equal(input.container, TEXT_LITERAL("docs/all.zip")));
	assert_int_equal(input.header->content_xxh3[0], first->content_xxh3[0]);
	assert_int_equal(input.header->depth, 1);
	assert_int_equal(refused->status, MEMBER_REFUSED);
	assert_int_equal(refused->input_bytes, 0);
	assert_true(text_equal(members_reason(&members, refused), TEXT_LITERAL("too large")));
	assert_int_equal(input_open(place + last->input_offset, last->input_bytes, &input, NULL), 0);
	assert_int_equal(input.data.bytes, 0);
	free(place);
}

static void test_an_empty_archive(void **state)
{
	uint8_t *place = block_memory(64);
	struct members_writer writer;
	struct members members;

	(void)state;
	assert_int_equal(members_writer_init(&writer, place, 63, TEXT_LITERAL(""), 1), ERROR_NEEDS_SPACE);
	assert_int_equal(members_writer_init(&writer, place, 64, TEXT_LITERAL(""), 1), 0);
	size_t bytes = members_writer_finish(&writer, true, 0);
	members_writer_done(&writer);
	assert_int_equal(members_open(place, bytes, &members, NULL), 0);
	assert_int_equal(members.count, 0);
	assert_int_equal(members.header->finished, 1);
	free(place);
}

/* What members_block_bytes says is enough for that member, for any size. */
static void test_the_promised_size_is_enough(void **state)
{
	struct text container = TEXT_LITERAL("c.zip");

	(void)state;
	for (size_t data_bytes = 0; data_bytes < 300; data_bytes++) {
		char name[64];
		snprintf(name, sizeof(name), "%.*s.txt", 1 + (int)(data_bytes % 50), "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn");
		size_t capacity = members_block_bytes(container, text_from(name), data_bytes), space;
		uint8_t *place = block_memory(capacity);
		struct members_writer writer;
		struct members members;
		assert_int_equal(members_writer_init(&writer, place, capacity, container, 1), 0);
		uint8_t *at = members_writer_space(&writer, text_from(name), &space);
		assert_non_null(at);
		assert_true(space >= data_bytes && space < data_bytes + 2 * INPUT_ALIGNMENT);
		memset(at, 'd', space);
		assert_int_equal(members_writer_add(&writer, text_from(name), 0, space, DOCUMENT_FORMAT_TEXT), 0);
		size_t bytes = members_writer_finish(&writer, true, 1);
		assert_true(bytes <= capacity);
		assert_int_equal(members_open(place, bytes, &members, NULL), 0);
		members_writer_done(&writer);
		free(place);
	}
}

/* Members are added until there is no room; then the block is whole, and nothing was written behind its end. */
static void test_a_full_block_is_whole(void **state)
{
	struct support_random random = { 5 };

	(void)state;
	for (size_t capacity = 64; capacity < 20000; capacity += 64 + support_random_below(&random, 700)) {
		uint8_t *place = block_memory(capacity);
		struct members_writer writer;
		struct members members;
		char data[512];
		uint64_t added = 0;
		memset(data, 'x', sizeof(data));
		assert_int_equal(members_writer_init(&writer, place, capacity, TEXT_LITERAL("c.zip"), 1), 0);
		for (;; added++) {
			char name[32];
			int status;
			snprintf(name, sizeof(name), "%llu.html", (unsigned long long)added);
			if (support_random_below(&random, 4) == 0)
				status = members_writer_refuse(&writer, text_from(name), added, MEMBER_SKIPPED, (struct text){ data, 300 });
			else
				status = add(&writer, name, added, (struct text){ data, support_random_below(&random, sizeof(data)) });
			if (status == ERROR_NEEDS_SPACE)
				break;
			assert_int_equal(status, 0);
		}
		size_t bytes = members_writer_finish(&writer, false, added);
		assert_true(bytes <= capacity);
		assert_int_equal(members_open(place, bytes, &members, NULL), 0);
		assert_int_equal(members.count, added);
		for (uint32_t i = 0; i < members.count; i++) {
			struct input input;
			if (members.members[i].status == MEMBER_PRESENT)
				assert_int_equal(input_open(place + members.members[i].input_offset, members.members[i].input_bytes, &input, NULL), 0);
			else
				assert_true(members_reason(&members, &members.members[i]).bytes <= MEMBERS_REASON_BYTES_MAX);
		}
		members_writer_done(&writer);
		free(place);
	}
}

static void test_names_that_lead_out(void **state)
{
	uint8_t *place = block_memory(16384);
	struct members_writer writer;
	char *longest = malloc(MEMBERS_NAME_BYTES_MAX + 1);

	(void)state;
	memset(longest, 'n', MEMBERS_NAME_BYTES_MAX + 1);
	assert_true(members_name_is_safe(TEXT_LITERAL("a/b..c/..d/e")));
	assert_true(members_name_is_safe((struct text){ longest, MEMBERS_NAME_BYTES_MAX }));
	assert_false(members_name_is_safe((struct text){ longest, MEMBERS_NAME_BYTES_MAX + 1 }));
	assert_false(members_name_is_safe(TEXT_LITERAL("")));
	assert_false(members_name_is_safe(TEXT_LITERAL("/etc/passwd")));
	assert_false(members_name_is_safe(TEXT_LITERAL("..")));
	assert_false(members_name_is_safe(TEXT_LITERAL("a/../b")));
	assert_false(members_name_is_safe(TEXT_LITERAL("a/..")));
	assert_false(members_name_is_safe(TEXT_LITERAL("a\0b")));
	assert_false(members_name_is_safe(TEXT_LITERAL("caf\xE9.html")));
	assert_int_equal(members_writer_init(&writer, place, 16384, TEXT_LITERAL(""), 1), 0);
	assert_int_equal(members_writer_add(&writer, TEXT_LITERAL("../x"), 0, 0, DOCUMENT_FORMAT_TEXT), ERROR_INPUT_REJECTED);
	assert_int_equal(members_writer_refuse(&writer, TEXT_LITERAL("../x"), 0, MEMBER_REFUSED, TEXT_LITERAL("r")), ERROR_INPUT_REJECTED);
	members_writer_done(&writer);
	free(longest);
	free(place);
}

/* --- hostile blocks -------------------------------------------------------------------------------------------------- */

static volatile unsigned sink;

static bool open_and_read(const uint8_t *block, size_t bytes)
{
	struct members members;
	struct error_text error = { "" };

	if (members_open(block, bytes, &members, &error) < 0) {
		assert_true(error.message[0] != '\0');
		return false;
	}
	for (uint32_t i = 0; i < members.count; i++) {
		const struct member *member = &members.members[i];
		struct text texts[] = { members_name(&members, member), members_reason(&members, member),
					{ (const char *)block + member->input_offset, member->input_bytes } };
		for (size_t j = 0; j < 3; j++)
			for (size_t k = 0; k < texts[j].bytes; k++)
				sink += (unsigned char)texts[j].data[k];
	}
	return true;
}

static void seal(uint8_t *block, size_t bytes)
{
	struct members_header *header = (void *)block;
	if (header->table_offset <= header->bytes && header->bytes <= bytes)
		header->table_xxh3 = XXH3_64bits(block + header->table_offset, header->bytes - header->table_offset);
}

static void test_changed_blocks_are_refused_or_harmless(void **state)
{
	struct support_random random = { 77 };
	uint8_t *place = block_memory(4096), *copy;
	size_t bytes = write_sample(place, 4096), refused = 0;

	(void)state;
	copy = malloc(bytes);
	for (int i = 0; i < 100000; i++) {
		memcpy(copy, place, bytes);
		for (uint64_t j = 0, n = 1 + support_random_below(&random, 3); j < n; j++) {
			size_t at = support_random_below(&random, bytes);
			copy[at] ^= (uint8_t)(1 + support_random_below(&random, 255));
		}
		if (i % 2)
			seal(copy, bytes);
		refused += !open_and_read(copy, bytes);
	}
	assert_true(refused > 10000);
	free(copy);
	for (size_t cut = 0; cut < bytes; cut++) {
		copy = malloc(cut ? cut : 1);
		memcpy(copy, place, cut);
		assert_false(open_and_read(copy, cut));
		free(copy);
	}
	free(place);
}

static void test_members_may_not_share_bytes(void **state)
{
	uint8_t *place = block_memory(4096);
	size_t bytes = write_sample(place, 4096);
	struct members_header *header = (void *)place;
	struct member *table = (void *)(place + header->table_offset);

	(void)state;
	assert_true(open_and_read(place, bytes));
	struct member kept = table[2];
	table[2].input_offset = table[0].input_offset;
	table[2].input_bytes = table[0].input_bytes;
	seal(place, bytes);
	assert_false(open_and_read(place, bytes));
	table[2] = kept;
	table[2].cursor = table[0].cursor;
	seal(place, bytes);
	assert_false(open_and_read(place, bytes));
	table[2] = kept;
	header->next_cursor = table[2].cursor; /* would be read again and again */
	seal(place, bytes);
	assert_false(open_and_read(place, bytes));
	free(place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_an_empty_archive),
		cmocka_unit_test(test_the_promised_size_is_enough),
		cmocka_unit_test(test_a_full_block_is_whole),
		cmocka_unit_test(test_names_that_lead_out),
		cmocka_unit_test(test_changed_blocks_are_refused_or_harmless),
		cmocka_unit_test(test_members_may_not_share_bytes),
	};
	return cmocka_run_group_tests(tests, support_leaks_setup, support_leaks_teardown);
}
