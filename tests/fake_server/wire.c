#include "tests/fake_server/wire.h"

#include "base/error.h"

#include <errno.h>

/* The decimal number that `value` is, or false. */
static bool read_length(struct text value, size_t *ret_length)
{
	size_t length = 0;

	if (value.bytes == 0 || value.bytes > 15)
		return false;
	for (size_t i = 0; i < value.bytes; i++) {
		if (!ascii_is_digit(value.data[i]))
			return false;
		length = length * 10 + (size_t)(value.data[i] - '0');
	}
	*ret_length = length;
	return true;
}

static int parse_request_line(struct text line, struct wire_request *request)
{
	struct text version;
	ptrdiff_t first = text_find(line, TEXT_LITERAL(" "));

	if (first <= 0)
		return -EBADMSG;
	struct text rest = text_slice(line, (size_t)first + 1, line.bytes);
	ptrdiff_t second = text_find(rest, TEXT_LITERAL(" "));
	if (second <= 0)
		return -EBADMSG;
	request->method = text_slice(line, 0, (size_t)first);
	request->target = text_slice(rest, 0, (size_t)second);
	version = text_slice(rest, (size_t)second + 1, rest.bytes);
	if (!text_starts_with(version, TEXT_LITERAL("HTTP/1.")))
		return -EBADMSG;
	request->keep_alive = !text_equal(version, TEXT_LITERAL("HTTP/1.0"));
	ptrdiff_t mark = text_find(request->target, TEXT_LITERAL("?"));
	request->path = mark < 0 ? request->target : text_slice(request->target, 0, (size_t)mark);
	request->query = mark < 0 ? (struct text){ "", 0 } : text_slice(request->target, (size_t)mark + 1, request->target.bytes);
	return 0;
}

bool wire_header(const struct wire_request *request, const char *name, struct text *ret_value)
{
	struct text rest = request->headers, line, wanted = text_from(name);

	while (text_next_line(&rest, &line)) {
		if (line.bytes <= wanted.bytes || line.data[wanted.bytes] != ':' || !text_starts_with_nocase(line, wanted))
			continue;
		*ret_value = text_trim(text_slice(line, wanted.bytes + 1, line.bytes));
		return true;
	}
	return false;
}

bool wire_query(const struct wire_request *request, const char *name, struct text *ret_value)
{
	struct text rest = request->query, field, wanted = text_from(name);

	while (text_next_field(&rest, '&', &field)) {
		if (field.bytes <= wanted.bytes || field.data[wanted.bytes] != '=' || !text_starts_with(field, wanted))
			continue;
		*ret_value = text_slice(field, wanted.bytes + 1, field.bytes);
		return true;
	}
	return false;
}

int wire_parse_head(struct text input, struct wire_request *ret_request, size_t *ret_head_bytes)
{
	struct wire_request request = { .body_bytes = 0 };
	struct text value, line, rest;
	ptrdiff_t end = text_find(text_slice(input, 0, size_min(input.bytes, WIRE_HEAD_BYTES_MAX)), TEXT_LITERAL("\r\n\r\n"));

	if (end < 0)
		return input.bytes >= WIRE_HEAD_BYTES_MAX ? ERROR_LIMIT_HIT : -EAGAIN;
	rest = text_slice(input, 0, (size_t)end + 2);
	if (!text_next_line(&rest, &line))
		return -EBADMSG;
	int status = parse_request_line(line, &request);
	if (status < 0)
		return status;
	request.headers = rest;
	if (wire_header(&request, "Content-Length", &value) && !read_length(value, &request.body_bytes))
		return -EBADMSG;
	request.chunked = wire_header(&request, "Transfer-Encoding", &value);
	if (wire_header(&request, "Connection", &value)) {
		if (text_equal_nocase(value, TEXT_LITERAL("close")))
			request.keep_alive = false;
		else if (text_equal_nocase(value, TEXT_LITERAL("keep-alive")))
			request.keep_alive = true;
	}
	request.expects_continue = wire_header(&request, "Expect", &value) && text_equal_nocase(value, TEXT_LITERAL("100-continue"));
	*ret_request = request;
	*ret_head_bytes = (size_t)end + 4;
	return 0;
}
