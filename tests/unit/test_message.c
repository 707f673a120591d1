/* test_message.c: every message comes back as it was sent, and bytes that are none are refused without harm. */
#include "proto/message.h"
#include "tests/unit/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct message sample(uint32_t type)
{
	struct message message = {
		.type = type, .name = "preprocess", .worker = 7, .pid = 4711, .core = -1, .status = -4097, .count = UINT64_MAX, .duration_ns = 1234567890123,
		.descriptor = { .task_id = 1ull << 63, .generation = UINT32_MAX, .kind = DESCRIPTOR_GENERATE, .status = DESCRIPTOR_NEEDS_SPACE,
				.in_segment = 1, .out_segment = UINT16_MAX, .argument = 9, .in_offset = 4096, .in_bytes = 77, .out_offset = 1ull << 40,
				.out_bytes = 46000000 },
		.body = TEXT_LITERAL("{\"json\": true}"),
	};
	return message;
}

static void encode(const struct message *message, struct buffer *out)
{
	buffer_clear(out);
	assert_int_equal(message_encode(message, out), 0);
}

static bool same_descriptor(const struct descriptor *a, const struct descriptor *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static void test_round_trip(void **state)
{
	struct buffer out;
	static const struct descriptor no_descriptor;

	(void)state;
	buffer_init(&out, MESSAGE_BYTES_MAX);
	for (uint32_t type = MESSAGE_HELLO; type < MESSAGE_TYPE_COUNT; type++) {
		struct message sent = sample(type), got;
		bool task = type == MESSAGE_TASK || type == MESSAGE_RESULT;
		encode(&sent, &out);
		assert_int_equal(message_decode(out.data, out.bytes, &got, NULL), 0);
		assert_int_equal(got.type, type);
		if (type == MESSAGE_GIVE_BACK)
			assert_true(got.count == UINT64_MAX && got.descriptor.argument == sent.descriptor.argument);
		else
			assert_true(same_descriptor(&got.descriptor, task ? &sent.descriptor : &no_descriptor));
		if (type == MESSAGE_HELLO) {
			assert_string_equal(got.name, "preprocess");
			assert_int_equal(got.pid, 4711);
			assert_int_equal(got.core, -1);
			assert_int_equal(got.worker, 7);
		}
		if (type == MESSAGE_RESULT)
			assert_int_equal(got.duration_ns, 1234567890123);
		if (type == MESSAGE_HEARTBEAT)
			assert_true(got.count == UINT64_MAX && got.worker == 7);
		if (type == MESSAGE_PLACE)
			assert_true(got.count == UINT64_MAX && got.core == -1);
		if (type == MESSAGE_MODEL)
			assert_true(got.count == UINT64_MAX && got.worker == 7 && got.status == -4097 && text_equal(got.body, sent.body));
		if (type == MESSAGE_REPLY)
			assert_true(got.status == -4097 && text_equal(got.body, sent.body));
		if (type == MESSAGE_REQUEST)
			assert_true(strcmp(got.name, "preprocess") == 0 && text_equal(got.body, sent.body));
	}
	buffer_done(&out);
}

static void test_limits(void **state)
{
	struct buffer out;
	struct message message = sample(MESSAGE_REPLY), got;
	char *body = calloc(1, MESSAGE_BYTES_MAX);

	(void)state;
	buffer_init(&out, 4 * (size_t)MESSAGE_BYTES_MAX);
	message.body = (struct text){ body, MESSAGE_BYTES_MAX };
	assert_int_equal(message_encode(&message, &out), ERROR_LIMIT_HIT);
	assert_int_equal(out.bytes, 0);
	message.body.bytes = MESSAGE_BYTES_MAX - 64;
	encode(&message, &out);
	assert_int_equal(message_decode(out.data, out.bytes, &got, NULL), 0);
	assert_int_equal(got.body.bytes, message.body.bytes);
	buffer_append_repeat(&out, 0, MESSAGE_BYTES_MAX);
	assert_int_equal(message_decode(out.data, out.bytes, &got, NULL), ERROR_INPUT_REJECTED);
	free(body);
	buffer_done(&out);
}

/* Hand-made maps; the number is the expected result. */
static void test_wrong_maps(void **state)
{
	static const struct {
		int status;
		const char *why;
		struct text bytes;
	} cases[] = {
		{ ERROR_INPUT_REJECTED, "nothing", TEXT_LITERAL("") },
		{ ERROR_INPUT_REJECTED, "not a map", TEXT_LITERAL("\x93\x01\x02\x03") },
		{ ERROR_INPUT_REJECTED, "empty map", TEXT_LITERAL("\x80") },
		{ ERROR_INPUT_REJECTED, "no type", TEXT_LITERAL("\x81\xA1v\x01") },
		{ 0, "stop", TEXT_LITERAL("\x82\xA1v\x01\xA1t\x05") },
		{ 0, "stop, unknown keys of every scalar kind", TEXT_LITERAL("\x86\xA1v\x01\xA1x\xC0\xA1y\xCA\x00\x00\x00\x00\xA1z\xC4\x01q\xA1t\x05\x07\xC3") },
		{ ERROR_VERSION_MISMATCH, "another version", TEXT_LITERAL("\x82\xA1v\x02\xA1t\x05") },
		{ ERROR_INPUT_REJECTED, "unknown type", TEXT_LITERAL("\x82\xA1v\x01\xA1t\x0a") },
		{ ERROR_INPUT_REJECTED, "type 0", TEXT_LITERAL("\x82\xA1v\x01\xA1t\x00") },
		{ ERROR_INPUT_REJECTED, "type is text", TEXT_LITERAL("\x82\xA1v\x01\xA1t\xA1t") },
		{ ERROR_INPUT_REJECTED, "bytes behind the map", TEXT_LITERAL("\x82\xA1v\x01\xA1t\x05\x00") },
		{ ERROR_INPUT_REJECTED, "goodbye without worker", TEXT_LITERAL("\x82\xA1v\x01\xA1t\x06") },
		{ ERROR_INPUT_REJECTED, "goodbye of worker -1", TEXT_LITERAL("\x83\xA1v\x01\xA1t\x06\xA6worker\xFF") },
		{ 0, "goodbye", TEXT_LITERAL("\x83\xA1v\x01\xA1t\x06\xA6worker\x01") },
		{ ERROR_INPUT_REJECTED, "nested array", TEXT_LITERAL("\x83\xA1v\x01\xA1t\x05\xA1x\x91\x00") },
		{ ERROR_INPUT_REJECTED, "array of four thousand million", TEXT_LITERAL("\x83\xA1v\x01\xA1t\x05\xA1x\xDD\xFF\xFF\xFF\xFF") },
		{ ERROR_INPUT_REJECTED, "map of four thousand million", TEXT_LITERAL("\xDF\xFF\xFF\xFF\xFF\xA1v\x01") },
		{ ERROR_INPUT_REJECTED, "string of four thousand million", TEXT_LITERAL("\x83\xA1v\x01\xA1t\x05\xA1x\xDB\xFF\xFF\xFF\xFF") },
		{ ERROR_INPUT_REJECTED, "reserved byte", TEXT_LITERAL("\x83\xA1v\x01\xA1t\x05\xA1x\xC1") },
		{ ERROR_INPUT_REJECTED, "NUL in a name", TEXT_LITERAL("\x84\xA1v\x01\xA1t\x07\xA4name\xA3" "a\0b" "\xA4" "body\xA0") },
		{ 0, "request", TEXT_LITERAL("\x84\xA1v\x01\xA1t\x07\xA4name\xA3" "a b" "\xA4" "body\xA0") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct message got;
		struct error_text error = { "" };
		char *exact = malloc(cases[i].bytes.bytes ? cases[i].bytes.bytes : 1);
		memcpy(exact, cases[i].bytes.data, cases[i].bytes.bytes);
		int status = message_decode(exact, cases[i].bytes.bytes, &got, &error);
		if (status != cases[i].status)
			print_error("%s: %d (%s)\n", cases[i].why, status, error.message);
		assert_int_equal(status, cases[i].status);
		assert_true((status < 0) == (error.message[0] != '\0'));
		free(exact);
	}
}

static void test_a_name_must_fit(void **state)
{
	struct buffer out;
	struct message got;

	(void)state;
	buffer_init(&out, 4096);
	for (size_t length = MESSAGE_TEXT_BYTES - 2; length <= MESSAGE_TEXT_BYTES + 1; length++) {
		buffer_clear(&out);
		buffer_append(&out, "\x84\xA1v\x01\xA1t\x07\xA4" "body\xA0\xA4name\xD9", 19);
		buffer_append_byte(&out, (char)length);
		buffer_append_repeat(&out, 'n', length);
		assert_int_equal(message_decode(out.data, out.bytes, &got, NULL), length < MESSAGE_TEXT_BYTES ? 0 : ERROR_INPUT_REJECTED);
	}
	buffer_done(&out);
}

static volatile unsigned sink;

static void decode_copy(const uint8_t *data, size_t bytes)
{
	struct message got;
	uint8_t *exact = malloc(bytes ? bytes : 1);

	memcpy(exact, data, bytes);
	if (message_decode(exact, bytes, &got, NULL) == 0) {
		assert_true(got.type >= MESSAGE_HELLO && got.type < MESSAGE_TYPE_COUNT);
		assert_true(strlen(got.name) < MESSAGE_TEXT_BYTES);
		for (size_t i = 0; i < got.body.bytes; i++)
			sink += (unsigned char)got.body.data[i];
	}
	free(exact);
}

static void test_hostile_bytes(void **state)
{
	struct support_random random = { 31 };
	struct buffer out;
	uint8_t bytes[512];

	(void)state;
	buffer_init(&out, MESSAGE_BYTES_MAX);
	for (uint32_t type = MESSAGE_HELLO; type < MESSAGE_TYPE_COUNT; type++) {
		struct message message = sample(type);
		encode(&message, &out);
		assert_true(out.bytes <= sizeof(bytes));
		for (size_t cut = 0; cut < out.bytes; cut++) {
			struct message got;
			assert_true(message_decode(out.data, cut, &got, NULL) < 0);
			decode_copy((const uint8_t *)out.data, cut);
		}
		for (int i = 0; i < 30000; i++) {
			memcpy(bytes, out.data, out.bytes);
			for (uint64_t j = 0, n = 1 + support_random_below(&random, 4); j < n; j++)
				bytes[support_random_below(&random, out.bytes)] = (uint8_t)support_random_next(&random);
			decode_copy(bytes, out.bytes);
		}
	}
	for (int i = 0; i < 100000; i++) { /* plain noise */
		size_t length = support_random_below(&random, 64);
		for (size_t j = 0; j < length; j++)
			bytes[j] = (uint8_t)(support_random_next(&random) >> 13);
		decode_copy(bytes, length);
	}
	buffer_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_wrong_maps),
		cmocka_unit_test(test_a_name_must_fit),
		cmocka_unit_test(test_hostile_bytes),
	};
	return cmocka_run_group_tests(tests, support_leaks_setup, support_leaks_teardown);
}
