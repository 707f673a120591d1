/* test_input.c: the header of an input: round trip, damage, cuts. */
#include "proto/input.h"
#include "tests/unit/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char data[] = "<html><body>Cell Range</body></html>";

static uint8_t *write_input(uint16_t flags, size_t *ret_bytes)
{
	struct text source = TEXT_LITERAL("inner/a.html"), container = TEXT_LITERAL("docs/all.zip");
	size_t header_bytes = input_header_bytes(source.bytes, container.bytes), data_bytes = sizeof(data) - 1;
	size_t bytes = header_bytes + (flags ? 0 : data_bytes);
	uint8_t *place = malloc(bytes);

	assert_non_null(place);
	if (!flags)
		memcpy(place + header_bytes, data, data_bytes);
	input_write_header(place, source, container, 2, flags, data_bytes);
	*ret_bytes = bytes;
	return place;
}

static void test_round_trip(void **state)
{
	struct input input;
	size_t bytes;
	uint8_t *place = write_input(0, &bytes);

	(void)state;
	assert_int_equal(input_open(place, bytes, &input, NULL), 0);
	assert_true(text_equal(input.source, TEXT_LITERAL("inner/a.html")));
	assert_true(text_equal(input.container, TEXT_LITERAL("docs/all.zip")));
	assert_true(text_equal(input.data, text_from(data)));
	assert_int_equal(input.header->depth, 2);
	assert_int_equal(input.header->header_bytes % INPUT_ALIGNMENT, 0);
	assert_true(input.header->content_xxh3[0] != 0 && input.header->content_xxh3[1] != 0);
	free(place);
}

static void test_no_names_and_no_data(void **state)
{
	_Alignas(64) uint8_t place[64];
	struct input input;

	(void)state;
	assert_int_equal(input_header_bytes(0, 0), 64);
	input_write_header(place, TEXT_LITERAL(""), TEXT_LITERAL(""), 0, 0, 0);
	assert_int_equal(input_open(place, sizeof(place), &input, NULL), 0);
	assert_int_equal(input.source.bytes + input.container.bytes + input.data.bytes, 0);
}

static void test_by_descriptor_the_data_is_elsewhere(void **state)
{
	struct input input;
	size_t bytes;
	uint8_t *place = write_input(INPUT_BY_DESCRIPTOR, &bytes);

	(void)state;
	assert_int_equal(input_open(place, bytes, &input, NULL), 0);
	assert_int_equal(input.header->data_bytes, sizeof(data) - 1);
	assert_int_equal(input.data.bytes, 0);
	assert_int_equal(input.header->content_xxh3[0], 0);
	free(place);
}

static void test_every_changed_byte_is_seen(void **state)
{
	size_t bytes;
	uint8_t *place = write_input(0, &bytes);
	struct input input;
	const struct input_header *header = (const void *)place;
	size_t names_end = sizeof(*header) + header->source_bytes + header->container_bytes, data_start = header->header_bytes;

	(void)state;
	for (size_t i = 0; i < bytes; i++) {
		bool padding = i >= names_end && i < data_start;
		place[i] ^= 0x41;
		assert_int_equal(input_open(place, bytes, &input, NULL) < 0, !padding);
		place[i] ^= 0x41;
	}
	free(place);
}

static void test_cut_inputs_are_refused(void **state)
{
	size_t bytes;
	uint8_t *place = write_input(0, &bytes);

	(void)state;
	for (size_t cut = 0; cut < bytes; cut++) {
		struct input input;
		struct error_text error = { "" };
		uint8_t *copy = malloc(cut ? cut : 1);
		memcpy(copy, place, cut);
		assert_true(input_open(copy, cut, &input, &error) < 0);
		assert_true(error.message[0] != '\0');
		free(copy);
	}
	free(place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_no_names_and_no_data),
		cmocka_unit_test(test_by_descriptor_the_data_is_elsewhere),
		cmocka_unit_test(test_every_changed_byte_is_seen),
		cmocka_unit_test(test_cut_inputs_are_refused),
	};
	return cmocka_run_group_tests(tests, support_leaks_setup, support_leaks_teardown);
}
