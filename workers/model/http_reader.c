/* http_reader.c: see http_reader.h. Lines are looked at where they lie, unless they come in pieces. RFC 9112. */
#include "workers/model/http_reader.h"

#include "base/error.h"

#include <errno.h>
#include <stdio.h>

enum { STATUS_INFORMATION = 100, STATUS_OK = 200, STATUS_SWITCH = 101, STATUS_NO_CONTENT = 204, STATUS_NOT_MODIFIED = 304, SIZE_DIGITS_MAX = 15 };

static int refuse(const char **ret_wrong, const char *wrong)
{
	*ret_wrong = wrong;
	return ERROR_INPUT_REJECTED;
}

void http_reader_init(struct http_reader *reader)
{
	*reader = (struct http_reader){ .state = HTTP_READ_STATUS };
	buffer_init(&reader->line, HTTP_HEAD_BYTES_MAX);
}

void http_reader_done(struct http_reader *reader)
{
	if (reader)
		buffer_done(&reader->line);
}

void http_reader_begin(struct http_reader *reader)
{
	struct buffer line = reader->line;

	buffer_clear(&line);
	*reader = (struct http_reader){ .state = HTTP_READ_STATUS, .line = line };
}

/* --- the head ------------------------------------------------------------------------------------------------------- */

static const char no_http[] = "the answer is no HTTP", tls[] = "the answer is TLS: does the address begin with https://?";
enum { TLS_ALERT = 0x15, TLS_HANDSHAKE = 0x16 }; /* RFC 8446, 5.1 */

static const char *why_no_http(struct text line)
{
	return line.bytes && (line.data[0] == TLS_ALERT || line.data[0] == TLS_HANDSHAKE) ? tls : no_http;
}

/* The beginning of a line. */
static bool may_be_status(struct text line)
{
	static const char start[] = "HTTP/1.";
	return line.bytes == 0 || memcmp(line.data, start, size_min(line.bytes, strlen(start))) == 0;
}

static int take_status(struct http_reader *reader, struct text line, const char **ret_wrong)
{
	const char *at = line.data;

	if (line.bytes < strlen("HTTP/1.1 200") || !may_be_status(line) || !ascii_is_digit(at[7]) || at[8] != ' ' || !ascii_is_digit(at[9]) ||
	    !ascii_is_digit(at[10]) || !ascii_is_digit(at[11]) || (line.bytes > 12 && at[12] != ' '))
		return refuse(ret_wrong, why_no_http(line));
	reader->status = (at[9] - '0') * 100 + (at[10] - '0') * 10 + (at[11] - '0');
	if (reader->status < STATUS_INFORMATION || reader->status == STATUS_SWITCH)
		return refuse(ret_wrong, "the answer has a status that was not asked for");
	reader->keeps = at[7] != '0';
	reader->sized = reader->chunked = false;
	reader->left_bytes = 0;
	reader->state = HTTP_READ_HEADER;
	return 0;
}

static bool is(struct text text, const char *word) { return text_equal_nocase(text, text_from(word)); }

static bool read_size(struct text digits, uint64_t *ret_size)
{
	uint64_t size = 0;

	if (digits.bytes == 0 || digits.bytes > SIZE_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < digits.bytes; i++) {
		if (!ascii_is_digit(digits.data[i]))
			return false;
		size = 10 * size + (uint64_t)(digits.data[i] - '0');
	}
	*ret_size = size;
	return true;
}

static int take_length(struct http_reader *reader, struct text value, const char **ret_wrong)
{
	uint64_t size;

	if (!read_size(value, &size) || (reader->sized && size != reader->left_bytes))
		return refuse(ret_wrong, "the answer has no length that can be read");
	reader->sized = true;
	reader->left_bytes = size;
	return 0;
}

static void keep_value(struct text value, char *place, size_t bytes)
{
	if (value.bytes >= bytes)
		return;
	memcpy(place, value.data, value.bytes);
	place[value.bytes] = '\0';
}

static int take_header(struct http_reader *reader, struct text line, const char **ret_wrong)
{
	struct text value = line, name, word;

	if (line.data[0] == ' ' || line.data[0] == '\t') /* goes on with the one before, which is none of those below */
		return 0;
	if (memchr(line.data, '\0', line.bytes) || !memchr(line.data, ':', line.bytes) || !text_next_field(&value, ':', &name))
		return refuse(ret_wrong, "the answer has a header without a name");
	value = text_trim(value);
	name = text_trim(name); /* a blank before the colon: none should be there, some write it */
	if (is(name, "Content-Length"))
		return take_length(reader, value, ret_wrong);
	if (is(name, "Transfer-Encoding")) {
		reader->chunked = is(value, "chunked");
		return reader->chunked || is(value, "identity") ? 0 : refuse(ret_wrong, "the answer comes in an encoding that was not asked for");
	}
	if (is(name, "Connection"))
		while (text_next_field(&value, ',', &word))
			reader->keeps = is(text_trim(word), "close") ? false : is(text_trim(word), "keep-alive") || reader->keeps;
	if (is(name, "Retry-After"))
		keep_value(value, reader->retry_after, sizeof(reader->retry_after));
	if (reader->status / 100 == 3 && is(name, "Location"))
		keep_value(value, reader->location, sizeof(reader->location));
	return 0;
}

static void end_head(struct http_reader *reader)
{
	if (reader->status < STATUS_OK) {
		reader->state = HTTP_READ_STATUS; /* of the response itself */
	} else if (reader->status == STATUS_NO_CONTENT || reader->status == STATUS_NOT_MODIFIED) {
		reader->state = HTTP_READ_WHOLE;
	} else if (reader->chunked) {
		reader->keeps = reader->keeps && !reader->sized;
		reader->state = HTTP_READ_CHUNK_SIZE;
	} else if (reader->sized) {
		reader->state = reader->left_bytes ? HTTP_READ_SIZED : HTTP_READ_WHOLE;
	} else {
		reader->keeps = false;
		reader->state = HTTP_READ_TO_END;
	}
}

/* --- chunks --------------------------------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
	char low = ascii_lower(c);
	return ascii_is_digit(c) ? c - '0' : low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

static int take_chunk_size(struct http_reader *reader, struct text line, const char **ret_wrong)
{
	uint64_t size = 0;
	size_t digits = 0;

	while (digits < line.bytes && digits <= SIZE_DIGITS_MAX && hex_digit(line.data[digits]) >= 0)
		size = 16 * size + (uint64_t)hex_digit(line.data[digits++]);
	if (digits == 0 || digits > SIZE_DIGITS_MAX || (digits < line.bytes && line.data[digits] != ';' && line.data[digits] != ' ' && line.data[digits] != '\t'))
		return refuse(ret_wrong, "the answer has a chunk without a size");
	reader->left_bytes = size;
	reader->state = size ? HTTP_READ_CHUNK : HTTP_READ_TRAILER;
	return 0;
}

/* --- pieces --------------------------------------------------------------------------------------------------------- */

/* The next line, without its end. 1, 0 when it is not whole yet, or negative. */
static int next_line(struct http_reader *reader, struct text *bytes, struct text *ret_line, const char **ret_wrong)
{
	const char *end = bytes->bytes ? memchr(bytes->data, '\n', bytes->bytes) : NULL;
	size_t taken = end ? (size_t)(end - bytes->data) + 1 : bytes->bytes;
	struct text line = text_slice(*bytes, 0, taken);

	*bytes = text_slice(*bytes, taken, bytes->bytes);
	reader->head_bytes += taken;
	if (reader->head_bytes > HTTP_HEAD_BYTES_MAX) {
		*ret_wrong = "Too large response headers";
		return ERROR_LIMIT_HIT;
	}
	if (!end || reader->line.bytes) {
		buffer_append_text(&reader->line, line);
		line = buffer_view(&reader->line);
	}
	if (reader->line.status) {
		*ret_wrong = "out of memory";
		return reader->line.status;
	}
	if (!end)
		return 0;
	line.bytes -= line.bytes > 1 && line.data[line.bytes - 2] == '\r' ? 2 : 1;
	*ret_line = line;
	return 1;
}

static int take_line(struct http_reader *reader, struct text line, const char **ret_wrong)
{
	switch (reader->state) {
	case HTTP_READ_STATUS: return take_status(reader, line, ret_wrong);
	case HTTP_READ_CHUNK_SIZE: return take_chunk_size(reader, line, ret_wrong);
	case HTTP_READ_HEADER:
		if (line.bytes)
			return take_header(reader, line, ret_wrong);
		end_head(reader);
		return 0;
	case HTTP_READ_CHUNK_END:
		reader->state = HTTP_READ_CHUNK_SIZE;
		reader->head_bytes = 0; /* a stream has many chunks */
		return line.bytes ? refuse(ret_wrong, "the answer has a chunk of another size than it says") : 0;
	default:
		CHECK(reader->state == HTTP_READ_TRAILER);
		if (line.bytes == 0)
			reader->state = HTTP_READ_WHOLE;
		return 0;
	}
}

static bool is_body(enum http_reader_state state) { return state == HTTP_READ_SIZED || state == HTTP_READ_TO_END || state == HTTP_READ_CHUNK; }

/* False: no more is wanted. */
static bool take_body(struct http_reader *reader, struct text *bytes, http_reader_take *take, void *context)
{
	bool to_end = reader->state == HTTP_READ_TO_END;
	size_t taken = to_end || reader->left_bytes > bytes->bytes ? bytes->bytes : (size_t)reader->left_bytes;
	struct text piece = text_slice(*bytes, 0, taken);

	*bytes = text_slice(*bytes, taken, bytes->bytes);
	reader->left_bytes -= to_end ? 0 : taken;
	if (!to_end && reader->left_bytes == 0)
		reader->state = reader->state == HTTP_READ_CHUNK ? HTTP_READ_CHUNK_END : HTTP_READ_WHOLE;
	return take(context, piece);
}

int http_reader_read(struct http_reader *reader, struct text *bytes, http_reader_take *take, void *context, const char **ret_wrong)
{
	struct text line = { "", 0 };

	while (reader->state != HTTP_READ_WHOLE && bytes->bytes) {
		if (is_body(reader->state)) {
			if (!take_body(reader, bytes, take, context))
				return -ECANCELED;
			continue;
		}
		int status = next_line(reader, bytes, &line, ret_wrong);
		if (status == 0 && reader->state == HTTP_READ_STATUS && !may_be_status(buffer_view(&reader->line)))
			return refuse(ret_wrong, why_no_http(buffer_view(&reader->line)));
		if (status <= 0)
			return status;
		status = take_line(reader, line, ret_wrong);
		buffer_clear(&reader->line);
		if (status < 0)
			return status;
	}
	return reader->state == HTTP_READ_WHOLE;
}

bool http_reader_ends(const struct http_reader *reader)
{
	return reader->state == HTTP_READ_TO_END || reader->state == HTTP_READ_WHOLE;
}
