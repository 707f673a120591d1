#include "workers/preprocess/html_saved.h"

#include "workers/preprocess/data_uri.h"

enum { HEAD_BYTES = 4096, MAIL_HEAD_BYTES = 64 * 1024, HEADER_LINES_MAX = 100 };

/* The headers of a part: up to the first empty line; moves *rest behind it. */
static struct text take_headers(struct text *rest)
{
	struct text all = *rest, line;

	for (size_t i = 0; i < HEADER_LINES_MAX && text_next_line(rest, &line); i++)
		if (text_trim(line).bytes == 0)
			return text_slice(all, 0, (size_t)(line.data - all.data));
	return TEXT_LITERAL("");
}

/* As browsers begin what they save, or, in a mail, as servers and programs for mail begin it too. */
static bool begins_as_message(struct text head, bool mail)
{
	enum { OF_BROWSERS = 5 };
	static const char *const starts[] = {
		"From: ", "MIME-Version:", "Content-Type: multipart/", "Subject: ", "Date: ", "Return-Path:", "Received: ", "Delivered-To:", "Message-ID: ", "To: ",
	};

	for (size_t i = 0; i < (mail ? COUNT_OF(starts) : OF_BROWSERS); i++)
		if (text_starts_with_nocase(head, text_from(starts[i])))
			return true;
	return false;
}

/* A mail of several parts that says of one that it is HTML. */
static bool is_mail(struct text data)
{
	struct text rest = text_slice(data, 0, size_min(data.bytes, MAIL_HEAD_BYTES));

	if (!begins_as_message(data, true))
		return false;
	struct text headers = take_headers(&rest);
	return text_find_nocase(headers, TEXT_LITERAL("\nMIME-Version:")) >= 0 && text_find_nocase(headers, TEXT_LITERAL("Content-Type: multipart/")) >= 0 &&
	       text_find_nocase(headers, TEXT_LITERAL("boundary=")) >= 0 && text_find_nocase(rest, TEXT_LITERAL("\nContent-Type: text/html")) >= 0;
}

static bool is_related(struct text data)
{
	struct text head = text_slice(data, 0, size_min(data.bytes, HEAD_BYTES));

	return begins_as_message(data, false) && text_find_nocase(head, TEXT_LITERAL("Content-Type: multipart/related")) >= 0 &&
	       text_find_nocase(head, TEXT_LITERAL("boundary=")) >= 0;
}

bool html_saved_is(struct text data)
{
	return is_related(data) || is_mail(data);
}

/* What a mail says of itself, above its text. */
static void append_mail_head(struct text headers, struct buffer *out)
{
	static const char *const shown[] = { "Subject: ", "From: ", "To: ", "Date: " };
	bool any = false;

	for (struct text line; text_next_line(&headers, &line);) {
		for (size_t k = 0; k < COUNT_OF(shown); k++) {
			if (!text_starts_with_nocase(line, text_from(shown[k])))
				continue;
			buffer_append_string(out, any ? "<br>" : "<p>");
			any = true;
			for (size_t i = 0; i < line.bytes; i++) {
				if (line.data[i] == '<' || line.data[i] == '&')
					buffer_append_string(out, line.data[i] == '<' ? "&lt;" : "&amp;");
				else
					buffer_append_byte(out, line.data[i]);
			}
		}
	}
	if (any)
		buffer_append_string(out, "</p>\n");
}

/* The value behind "name=" in a header, with or without quotes. */
static struct text parameter(struct text header, const char *name)
{
	struct text wanted = text_from(name);
	ptrdiff_t at = text_find_nocase(header, wanted);
	size_t start, end;

	if (at < 0)
		return TEXT_LITERAL("");
	start = (size_t)at + wanted.bytes;
	bool quoted = start < header.bytes && header.data[start] == '"';
	start += quoted;
	for (end = start; end < header.bytes; end++)
		if (quoted ? header.data[end] == '"' : ascii_is_space(header.data[end]) || header.data[end] == ';')
			break;
	return text_slice(header, start, end);
}

static int hex_value(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "=3D" is a byte, "=" at the end of a line joins it to the next. */
static void decode_quoted_printable(struct text body, struct buffer *out)
{
	struct text line;

	while (text_next_line(&body, &line)) {
		while (line.bytes > 0 && ascii_is_space(line.data[line.bytes - 1]))
			line.bytes--;
		bool joined = line.bytes > 0 && line.data[line.bytes - 1] == '=';
		line.bytes -= joined;
		for (size_t i = 0; i < line.bytes; i++) {
			int high = line.data[i] == '=' && i + 2 < line.bytes ? hex_value(line.data[i + 1]) : -1;
			int low = high >= 0 ? hex_value(line.data[i + 2]) : -1;
			buffer_append_byte(out, low >= 0 ? (char)(high * 16 + low) : line.data[i]);
			i += low >= 0 ? 2 : 0;
		}
		if (!joined)
			buffer_append_byte(out, '\n');
	}
}

static bool decode_base64(struct text body, struct buffer *out)
{
	struct buffer uri;

	buffer_init(&uri, out->bytes_max + 64);
	buffer_append_string(&uri, "data:image/png;base64,"); /* what holds it does not matter */
	buffer_append_text(&uri, body);
	bool decoded = uri.status == 0 && data_uri_decode(buffer_view(&uri), out);
	buffer_done(&uri);
	return decoded;
}

static bool decode(struct text headers, struct text body, struct buffer *out)
{
	struct text encoding = text_trim(parameter(headers, "Content-Transfer-Encoding: "));

	if (text_equal_nocase(encoding, TEXT_LITERAL("base64")))
		return decode_base64(body, out);
	if (text_equal_nocase(encoding, TEXT_LITERAL("quoted-printable")))
		decode_quoted_printable(body, out);
	else
		buffer_append_text(out, body);
	return out->status == 0;
}

/* Where the next line that begins with "--boundary" begins, or the end. */
static size_t find_boundary(struct text text, struct text boundary)
{
	struct text rest = text, line;

	while (text_next_line(&rest, &line))
		if (line.bytes >= boundary.bytes + 2 && line.data[0] == '-' && line.data[1] == '-' &&
		    text_starts_with(text_slice(line, 2, line.bytes), boundary))
			return (size_t)(line.data - text.data);
	return text.bytes;
}

bool html_saved_page(struct text data, struct buffer *out, struct text *ret_charset)
{
	struct text rest = data, line, head = take_headers(&rest), boundary = parameter(head, "boundary=");

	while (boundary.bytes > 0 && rest.bytes > 0) {
		rest = text_slice(rest, find_boundary(rest, boundary), rest.bytes);
		if (!text_next_line(&rest, &line))
			break;
		struct text headers = take_headers(&rest);
		if (text_find_nocase(headers, TEXT_LITERAL("Content-Type: multipart/")) >= 0)
			boundary = parameter(headers, "boundary=");
		if (text_find_nocase(headers, TEXT_LITERAL("Content-Type: text/html")) < 0)
			continue;
		if (!is_related(data))
			append_mail_head(head, out);
		*ret_charset = parameter(headers, "charset=");
		return decode(headers, text_slice(rest, 0, find_boundary(rest, boundary)), out);
	}
	return false;
}
