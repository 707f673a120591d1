/* Responses of HTTP as they may come, whole and in pieces of every size, and what is no response. */
#include "workers/model/http_reader.h"

#include "base/error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

struct taken {
	struct buffer body;
	size_t wanted_bytes; /* then no more; 0: all */
};

static bool take(void *context, struct text piece)
{
	struct taken *taken = context;
	buffer_append_text(&taken->body, piece);
	return taken->wanted_bytes == 0 || taken->body.bytes < taken->wanted_bytes;
}

/* In pieces of `step` bytes. Returns what http_reader_read said last; ret_left: how much of the response it did not take. */
static int feed(struct http_reader *reader, struct text response, size_t step, struct taken *taken, size_t *ret_left, const char **ret_wrong)
{
	int status = 0;

	for (size_t at = 0; at < response.bytes && status == 0; at += step) {
		struct text piece = text_slice(response, at, size_min(at + step, response.bytes));
		status = http_reader_read(reader, &piece, take, taken, ret_wrong);
		*ret_left = response.bytes - size_min(at + step, response.bytes) + piece.bytes;
	}
	return status;
}

static const struct {
	const char *response, *body, *retry_after;
	size_t left;
	int status;
	bool whole, ends, keeps; /* ends: whole when the connection ends */
} responses[] = {
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello", "", 0, 200, true, true, true },
	{ "HTTP/1.1 200\r\ncontent-length:5\r\n\r\nhello", "hello", "", 0, 200, true, true, true },
	{ "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", "hello", "", 0, 200, true, true, true },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP", "hello", "", 4, 200, true, true, true },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "hello", "", 0, 200, true, true, true },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", "hello", "", 0, 200, false, false, true },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", "", 0, 200, true, true, true },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: Close\r\n\r\n{}", "{}", "", 0, 200, true, true, false },
	{ "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", "{}", "", 0, 200, true, true, false },
	{ "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: upgrade, Keep-Alive\r\n\r\n{}", "{}", "", 0, 200, true, true, true },
	{ "HTTP/1.1 200 OK\r\n\r\nto the end", "to the end", "", 0, 200, false, true, false },
	{ "HTTP/1.1 204 No Content\r\n\r\n", "", "", 0, 204, true, true, true },
	{ "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "", "", 0, 304, true, true, true },
	{ "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok", "", 0, 200, true, true, true },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0;last=1\r\nX-Sum: 1\r\n\r\n", "hello", "", 0, 200, true, true, true },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n00A ;x\r\n0123456789\r\n2\r\nab\r\n000\r\n\r\n+", "0123456789ab", "", 1, 200, true, true, true },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n2\r\nok\r\n0\r\n\r\n", "ok", "", 0, 200, true, true, false },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "hello", "", 0, 200, false, false, true },
	{ "HTTP/1.1 429 Too Many Requests\r\nRETRY-AFTER:  7 \r\nContent-Length: 0\r\n\r\n", "", "7", 0, 429, true, true, true },
	{ "HTTP/1.1 503 x\r\nX-Long: a\r\n b: c\r\nRetry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\nContent-Length: 0\r\n\r\n", "",
	  "Fri, 31 Dec 1999 23:59:59 GMT", 0, 503, true, true, true },
	{ "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok", "ok", "", 0, 200, true, true, true },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\t\r\nok\r\n0\r\n\r\n", "ok", "", 0, 200, true, true, true },
	{ "HTTP/1.1 200 OK\r\nContent-", "", "", 0, 200, false, false, true },
	{ "HTT", "", "", 0, 0, false, false, false },
};

static void test_responses_in_pieces_of_every_size(void **state)
{
	struct http_reader reader;
	(void)state;

	http_reader_init(&reader);
	for (size_t i = 0; i < COUNT_OF(responses); i++)
		for (size_t step = 1; step <= strlen(responses[i].response); step++) {
			struct taken taken = { .wanted_bytes = 0 };
			const char *wrong = "";
			size_t left = 0;
			buffer_init(&taken.body, 1024);
			http_reader_begin(&reader);
			int status = feed(&reader, text_from(responses[i].response), step, &taken, &left, &wrong);
			if (status != responses[i].whole || http_reader_ends(&reader) != responses[i].ends)
				fail_msg("%s in pieces of %zu: %d, %s", responses[i].response, step, status, wrong);
			assert_string_equal(buffer_string(&taken.body), responses[i].body);
			assert_int_equal(left, responses[i].left);
			assert_string_equal(reader.retry_after, responses[i].retry_after);
			if (responses[i].whole) {
				assert_int_equal(reader.status, responses[i].status);
				assert_int_equal(reader.keeps, responses[i].keeps);
			}
			buffer_done(&taken.body);
		}
	http_reader_done(&reader);
}

static const struct { const char *response; int status; const char *wrong; } refused[] = {
	{ "hello\r\n", ERROR_INPUT_REJECTED, "the answer is no HTTP" },
	{ "hel", ERROR_INPUT_REJECTED, "the answer is no HTTP" }, /* whoever waits for the rest of the line waits for ever */
	{ "\x15\x03\x01 TLS\r\n", ERROR_INPUT_REJECTED, "the answer is TLS: does the address begin with https://?" },
	{ "HTTP/2 200\r\n", ERROR_INPUT_REJECTED, "the answer is no HTTP" },
	{ "HTTP/1.1 20\r\n", ERROR_INPUT_REJECTED, "the answer is no HTTP" },
	{ "HTTP/1.1 2000 OK\r\n", ERROR_INPUT_REJECTED, "the answer is no HTTP" },
	{ "\r\n", ERROR_INPUT_REJECTED, "the answer is no HTTP" },
	{ "HTTP/1.1 101 Switching\r\n", ERROR_INPUT_REJECTED, "the answer has a status that was not asked for" },
	{ "HTTP/1.1 099 x\r\n", ERROR_INPUT_REJECTED, "the answer has a status that was not asked for" },
	{ "HTTP/1.1 200 OK\r\nno colon\r\n", ERROR_INPUT_REJECTED, "the answer has a header without a name" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n", ERROR_INPUT_REJECTED, "the answer has no length that can be read" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5 5\r\n", ERROR_INPUT_REJECTED, "the answer has no length that can be read" },
	{ "HTTP/1.1 200 OK\r\nContent-Length:\r\n", ERROR_INPUT_REJECTED, "the answer has no length that can be read" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n", ERROR_INPUT_REJECTED, "the answer has no length that can be read" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n", ERROR_INPUT_REJECTED, "the answer has no length that can be read" },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n", ERROR_INPUT_REJECTED, "the answer comes in an encoding that was not asked for" },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", ERROR_INPUT_REJECTED, "the answer has a chunk without a size" },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", ERROR_INPUT_REJECTED, "the answer has a chunk without a size" },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000000000000000\r\n", ERROR_INPUT_REJECTED, "the answer has a chunk without a size" },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", ERROR_INPUT_REJECTED, "the answer has a chunk of another size than it says" },
};

static void test_what_is_no_response(void **state)
{
	struct http_reader reader;
	(void)state;

	http_reader_init(&reader);
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		for (size_t step = 1; step <= strlen(refused[i].response); step++) {
			struct taken taken = { .wanted_bytes = 0 };
			const char *wrong = "";
			size_t left;
			buffer_init(&taken.body, 1024);
			http_reader_begin(&reader);
			if (feed(&reader, text_from(refused[i].response), step, &taken, &left, &wrong) != refused[i].status || strcmp(wrong, refused[i].wrong) != 0)
				fail_msg("%s in pieces of %zu: %s", refused[i].response, step, wrong);
			buffer_done(&taken.body);
		}
	http_reader_done(&reader);
}

static void test_where_a_redirect_leads(void **state)
{
	static const struct { const char *response, *location; } redirects[] = {
		{ "HTTP/1.1 308 x\r\nLocation:  https://host/v1/models \r\nContent-Length: 0\r\n\r\n", "https://host/v1/models" },
		{ "HTTP/1.1 200 x\r\nLocation: /made/here\r\nContent-Length: 0\r\n\r\n", "" },
		{ "HTTP/1.1 302 x\r\nContent-Length: 0\r\n\r\n", "" },
	};
	struct taken none = { .wanted_bytes = 0 };
	struct http_reader reader;
	(void)state;

	http_reader_init(&reader);
	for (size_t i = 0; i < COUNT_OF(redirects); i++) {
		struct text response = text_from(redirects[i].response);
		const char *wrong = "";
		http_reader_begin(&reader);
		assert_int_equal(http_reader_read(&reader, &response, take, &none, &wrong), 1);
		assert_string_equal(reader.location, redirects[i].location);
	}
	http_reader_done(&reader);
}

static void test_a_head_has_a_ceiling(void **state)
{
	static const char *const starts[] = { "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 ", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" };
	static const char *const more[] = { "X: y\r\n", "OK", "X: y\r\n" };
	struct http_reader reader;
	struct taken none = { .wanted_bytes = 0 };
	(void)state;

	http_reader_init(&reader);
	for (size_t i = 0; i < COUNT_OF(starts); i++) {
		struct text start = text_from(starts[i]);
		const char *wrong = "";
		size_t sent = 0;
		http_reader_begin(&reader);
		int status = http_reader_read(&reader, &start, take, &none, &wrong);
		for (; status == 0; sent += strlen(more[i])) {
			struct text piece = text_from(more[i]);
			status = http_reader_read(&reader, &piece, take, &none, &wrong);
		}
		assert_int_equal(status, ERROR_LIMIT_HIT);
		assert_true(sent > HTTP_HEAD_BYTES_MAX / 2 && sent < HTTP_HEAD_BYTES_MAX + 100);
	}
	http_reader_done(&reader);
}

/* More than HTTP_HEAD_BYTES_MAX of lines between the chunks of a long stream are no head. */
static void test_a_stream_of_many_chunks(void **state)
{
	enum { CHUNKS = 3 * HTTP_HEAD_BYTES_MAX / 5 };
	struct http_reader reader;
	struct taken taken = { .wanted_bytes = 0 };
	struct text head = TEXT_LITERAL("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), end = TEXT_LITERAL("0\r\n\r\n");
	const char *wrong = "";
	(void)state;

	http_reader_init(&reader);
	buffer_init(&taken.body, 2 * CHUNKS);
	assert_int_equal(http_reader_read(&reader, &head, take, &taken, &wrong), 0);
	for (int i = 0; i < CHUNKS; i++) {
		struct text chunk = TEXT_LITERAL("1\r\nx\r\n");
		assert_int_equal(http_reader_read(&reader, &chunk, take, &taken, &wrong), 0);
	}
	assert_int_equal(http_reader_read(&reader, &end, take, &taken, &wrong), 1);
	assert_int_equal(taken.body.bytes, CHUNKS);
	assert_true(reader.keeps);
	buffer_done(&taken.body);
	http_reader_done(&reader);
}

static void test_no_more_is_wanted(void **state)
{
	struct http_reader reader;
	struct taken taken = { .wanted_bytes = 3 };
	struct text response = TEXT_LITERAL("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
	const char *wrong = "";
	(void)state;

	http_reader_init(&reader);
	buffer_init(&taken.body, 100);
	assert_int_equal(http_reader_read(&reader, &response, take, &taken, &wrong), -ECANCELED);
	buffer_done(&taken.body);
	http_reader_done(&reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_responses_in_pieces_of_every_size), cmocka_unit_test(test_what_is_no_response), cmocka_unit_test(test_where_a_redirect_leads),
		cmocka_unit_test(test_a_head_has_a_ceiling),
		cmocka_unit_test(test_a_stream_of_many_chunks), cmocka_unit_test(test_no_more_is_wanted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
