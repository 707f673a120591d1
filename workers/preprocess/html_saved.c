#include "workers/preprocess/html_saved.h"

#include "base/utf8.h"
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

static bool is_html_alone(struct text headers)
{
	return text_find_nocase(headers, TEXT_LITERAL("\nContent-Type: text/html")) >= 0;
}

/* A mail that is HTML, or one of several parts that says of one that it is. */
static bool is_mail(struct text data)
{
	struct text rest = text_slice(data, 0, size_min(data.bytes, MAIL_HEAD_BYTES));

	if (!begins_as_message(data, true))
		return false;
	struct text headers = take_headers(&rest);
	if (text_find_nocase(headers, TEXT_LITERAL("MIME-Version:")) < 0)
		return false;
	return is_html_alone(headers) ||
	       (text_find_nocase(headers, TEXT_LITERAL("Content-Type: multipart/")) >= 0 && text_find_nocase(headers, TEXT_LITERAL("boundary=")) >= 0 && text_find_nocase(rest, TEXT_LITERAL("\nContent-Type: text/html")) >= 0);
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

/* --- headers of mails ------------------------------------------------------------------------------------------- */

static void append_character(struct buffer *out, uint32_t code)
{
	if (code == '<' || code == '&' || code >= 0x80)
		buffer_append_format(out, "&#%u;", code); /* whatever the page is encoded in */
	else
		buffer_append_byte(out, (char)code);
}

/* "=?charset?Q?text?=" (RFC 2047) at the head of `text`: its bytes in all, or 0; what it encodes is appended to `out`. */
static size_t take_encoded_word(struct text text, struct buffer *out, bool *ret_western)
{
	enum { WORD_BYTES_MAX = 1024 };
	static const char *const western[] = { "iso-8859-1", "iso-8859-15", "windows-1252", "us-ascii" };
	struct text parts[3], rest = text_slice(text, 2, size_min(text.bytes, WORD_BYTES_MAX));

	if (!text_starts_with(text, TEXT_LITERAL("=?")))
		return 0;
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		ptrdiff_t end = text_find(rest, i < 2 ? TEXT_LITERAL("?") : TEXT_LITERAL("?="));
		if (end < 0)
			return 0;
		parts[i] = text_slice(rest, 0, (size_t)end);
		rest = text_slice(rest, (size_t)end + (i < 2 ? 1 : 2), rest.bytes);
	}
	*ret_western = false;
	for (size_t i = 0; i < COUNT_OF(western); i++)
		*ret_western |= text_equal_nocase(parts[0], text_from(western[i]));
	if (!*ret_western && !text_equal_nocase(parts[0], TEXT_LITERAL("utf-8")))
		return 0;
	if (text_equal_nocase(parts[1], TEXT_LITERAL("B"))) {
		if (!decode_base64(parts[2], out))
			return 0;
	} else if (text_equal_nocase(parts[1], TEXT_LITERAL("Q"))) {
		size_t before = out->bytes;
		decode_quoted_printable(parts[2], out);
		for (size_t i = before; out->status == 0 && i < out->bytes; i++)
			if (out->data[i] == '_')
				out->data[i] = ' ';
		if (out->status == 0 && out->bytes > before) /* the line end */
			buffer_truncate(out, out->bytes - 1);
	} else {
		return 0;
	}
	return (size_t)(rest.data - text.data);
}

static void flush_encoded(struct buffer *encoded, bool western, struct buffer *out)
{
	struct text bytes = buffer_view(encoded);

	for (size_t i = 0; i < bytes.bytes;) {
		uint32_t code = (unsigned char)bytes.data[i];
		size_t step = western ? 1 : utf8_decode(bytes, i, &code);
		append_character(out, step ? code : 0xFFFD);
		i += step ? step : 1;
	}
	buffer_clear(encoded);
}

/* A line of a header: encoded words decoded, blanks between two of them gone; bytes that are not ASCII stay as they are. */
static void append_header_line(struct text line, struct buffer *encoded, struct buffer *out)
{
	bool western = false, pending_western = false;

	for (size_t i = 0; i < line.bytes;) {
		size_t blanks = 0;
		while (encoded->bytes > 0 && i + blanks < line.bytes && ascii_is_space(line.data[i + blanks]))
			blanks++;
		struct text rest = text_slice(line, i + blanks, line.bytes);
		size_t pending = encoded->bytes, word = take_encoded_word(rest, encoded, &western);
		if (word > 0) {
			if (pending > 0 && western != pending_western) {
				/* Of another encoding than what waits: that is written first. */
				if (encoded->status == 0)
					buffer_truncate(encoded, pending);
				flush_encoded(encoded, pending_western, out);
				word = take_encoded_word(rest, encoded, &western);
			}
			pending_western = western;
			i += blanks + word;
			continue;
		}
		if (encoded->status == 0)
			buffer_truncate(encoded, pending);
		flush_encoded(encoded, pending_western, out);
		if ((unsigned char)line.data[i] >= 0x80)
			buffer_append_byte(out, line.data[i]);
		else
			append_character(out, (unsigned char)line.data[i]);
		i++;
	}
	flush_encoded(encoded, pending_western, out);
}

/* What a mail says of itself, above its text. A line that begins with a blank goes on with the one before. */
static void append_mail_head(struct text headers, struct buffer *out)
{
	static const char *const shown[] = { "Subject: ", "From: ", "To: ", "Date: " };
	bool any = false, showing = false;
	struct buffer whole, encoded;

	buffer_init(&whole, MAIL_HEAD_BYTES);
	buffer_init(&encoded, MAIL_HEAD_BYTES);
	for (struct text line;;) {
		bool more = text_next_line(&headers, &line), goes_on = more && line.bytes > 0 && (line.data[0] == ' ' || line.data[0] == '\t');
		if (showing && !goes_on) {
			buffer_append_string(out, any ? "<br>" : "<p>");
			append_header_line(buffer_view(&whole), &encoded, out);
			any = true;
		}
		if (!more)
			break;
		if (!goes_on) {
			showing = false;
			buffer_clear(&whole);
			for (size_t k = 0; k < COUNT_OF(shown); k++)
				showing |= text_starts_with_nocase(line, text_from(shown[k]));
		} else {
			buffer_append_byte(&whole, ' ');
		}
		buffer_append_text(&whole, text_trim(line));
	}
	if (any)
		buffer_append_string(out, "</p>\n");
	buffer_done(&whole);
	buffer_done(&encoded);
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

	if (is_html_alone(head)) {
		append_mail_head(head, out);
		*ret_charset = parameter(head, "charset=");
		return decode(head, rest, out);
	}
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
