/* lenient.c: see lenient.h. A descent with a depth limit; every function moves forward or stops. */
#include "workers/model/lenient.h"

#include "base/buffer.h"
#include "base/utf8.h"

#include <json-c/json.h>
#include <stdlib.h>

enum { NUMBER_BYTES_MAX = 64, KEY_BYTES_MAX = 256 };
#define STRING_BYTES_MAX ((size_t)16 << 20)

struct reader {
	struct text text;
	size_t position;
	int depth;
	bool cut; /* the text ended inside a value */
};

enum quote { QUOTE_DOUBLE, QUOTE_SINGLE, QUOTE_TYPOGRAPHIC };

static struct json_object *read_value(struct reader *reader);

static struct text rest_of(const struct reader *reader)
{
	return text_slice(reader->text, reader->position, reader->text.bytes);
}

static bool at_end(const struct reader *reader) { return reader->position >= reader->text.bytes; }
static char peek(const struct reader *reader) { return at_end(reader) ? '\0' : reader->text.data[reader->position]; }

static void skip_blanks(struct reader *reader)
{
	for (;;) {
		while (!at_end(reader) && ascii_is_space(peek(reader)))
			reader->position++;
		struct text rest = rest_of(reader);
		if (text_starts_with(rest, TEXT_LITERAL("//"))) {
			ptrdiff_t end = text_find(rest, TEXT_LITERAL("\n"));
			reader->position += end < 0 ? rest.bytes : (size_t)end;
		} else if (text_starts_with(rest, TEXT_LITERAL("/*"))) {
			ptrdiff_t end = text_find(rest, TEXT_LITERAL("*/"));
			reader->position += end < 0 ? rest.bytes : (size_t)end + 2;
		} else {
			return;
		}
	}
}

/* --- strings -------------------------------------------------------------------------------------------------------- */

static size_t opening_quote(struct text rest, enum quote *ret_quote)
{
	static const struct { const char *mark; enum quote quote; } marks[] = {
		{ "\"", QUOTE_DOUBLE }, { "'", QUOTE_SINGLE }, { "\xe2\x80\x9c", QUOTE_TYPOGRAPHIC }, { "\xe2\x80\x9d", QUOTE_TYPOGRAPHIC },
	};
	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (text_starts_with(rest, text_from(marks[i].mark))) {
			*ret_quote = marks[i].quote;
			return strlen(marks[i].mark);
		}
	return 0;
}

static size_t closing_quote(struct text rest, enum quote quote)
{
	if (quote == QUOTE_TYPOGRAPHIC)
		return text_starts_with(rest, TEXT_LITERAL("\xe2\x80\x9d")) ? 3 : text_starts_with(rest, TEXT_LITERAL("\"")) ? 1 : 0;
	return rest.bytes && rest.data[0] == (quote == QUOTE_DOUBLE ? '"' : '\'') ? 1 : 0;
}

static size_t blanks_at(struct text text, size_t i)
{
	while (i < text.bytes && ascii_is_space(text.data[i]))
		i++;
	return i;
}

/* Behind a comma: a key, or another value; in prose some word follows. */
static bool begins_next(struct text text, size_t i)
{
	size_t end = i;
	if (i == text.bytes || strchr("\"'{[]}-/0123456789\xe2", text.data[i]))
		return true;
	while (end < text.bytes && ascii_is_word(text.data[end]))
		end++;
	struct text word = text_slice(text, i, end);
	if (text_equal(word, TEXT_LITERAL("true")) || text_equal(word, TEXT_LITERAL("false")) || text_equal(word, TEXT_LITERAL("null")))
		return true;
	end = blanks_at(text, end);
	return word.bytes && end < text.bytes && text.data[end] == ':';
}

/* Does a value, a key or the end follow as it should behind a closing quote? Else the quote belongs to the text. */
static bool ends_string(struct text behind, bool is_key)
{
	size_t i = blanks_at(behind, 0);

	if (i == behind.bytes)
		return true;
	if (is_key)
		return behind.data[i] == ':';
	if (behind.data[i] == '}' || behind.data[i] == ']' || behind.data[i] == '/')
		return true;
	if (behind.data[i] == ',')
		return begins_next(behind, blanks_at(behind, i + 1));
	return memchr(behind.data, '\n', i) && (behind.data[i] == '"' || behind.data[i] == '\''); /* a comma forgotten at the end of a line */
}

static unsigned hex_digit(char c)
{
	return ascii_is_digit(c) ? (unsigned)(c - '0') : ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f' ? (unsigned)(ascii_lower(c) - 'a') + 10 : 16;
}

static bool read_hex(struct text text, size_t at, uint32_t *ret_code)
{
	uint32_t code = 0;
	if (at + 4 > text.bytes)
		return false;
	for (size_t i = at; i < at + 4; i++) {
		if (hex_digit(text.data[i]) > 15)
			return false;
		code = code * 16 + hex_digit(text.data[i]);
	}
	*ret_code = code;
	return true;
}

/* Behind a backslash. Returns the bytes taken. */
static size_t append_escape(struct text rest, struct buffer *out)
{
	static const char from[] = "bfnrt\"\\/'", to[] = "\b\f\n\r\t\"\\/'";
	uint32_t code, low;

	if (rest.bytes == 0)
		return 0;
	const char *known = rest.data[0] ? strchr(from, rest.data[0]) : NULL;
	if (known) {
		buffer_append_byte(out, to[known - from]);
		return 1;
	}
	if (rest.data[0] != 'u' || !read_hex(rest, 1, &code)) {
		buffer_append_byte(out, '\\'); /* a path or a pattern that was not escaped */
		return 0;
	}
	if (code >= 0xD800 && code < 0xDC00 && text_starts_with(text_slice(rest, 5, rest.bytes), TEXT_LITERAL("\\u")) && read_hex(rest, 7, &low) &&
	    low >= 0xDC00 && low < 0xE000) {
		utf8_append(out, 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00));
		return 11;
	}
	utf8_append(out, code);
	return 5;
}

/* True when it was closed. */
static bool read_quoted(struct reader *reader, bool is_key, struct buffer *out)
{
	enum quote quote = QUOTE_DOUBLE;
	reader->position += opening_quote(rest_of(reader), &quote);
	while (!at_end(reader)) {
		struct text rest = rest_of(reader);
		size_t close = closing_quote(rest, quote);
		if (close && ends_string(text_slice(rest, close, rest.bytes), is_key)) {
			reader->position += close;
			return true;
		}
		reader->position++;
		if (rest.data[0] == '\\')
			reader->position += append_escape(rest_of(reader), out);
		else if (rest.data[0] != '\0')
			buffer_append_byte(out, rest.data[0]);
	}
	reader->cut = true;
	return false;
}

static struct json_object *read_string(struct reader *reader)
{
	struct buffer raw, clean;
	struct json_object *value = NULL;

	buffer_init(&raw, STRING_BYTES_MAX);
	buffer_init(&clean, 3 * STRING_BYTES_MAX);
	if (read_quoted(reader, false, &raw)) {
		utf8_append_clean(&clean, buffer_view(&raw));
		if (!raw.status && !clean.status && clean.bytes <= INT32_MAX)
			value = json_object_new_string_len(buffer_string(&clean), (int)clean.bytes);
	}
	buffer_done(&raw);
	buffer_done(&clean);
	return value;
}

/* --- numbers and words ---------------------------------------------------------------------------------------------- */

static struct text read_word(struct reader *reader)
{
	size_t start = reader->position;
	while (!at_end(reader) && (ascii_is_word(peek(reader)) || strchr("+-.", peek(reader))))
		reader->position++;
	return text_slice(reader->text, start, reader->position);
}

static struct json_object *read_scalar(struct reader *reader)
{
	char digits[NUMBER_BYTES_MAX], *end;
	struct text word = read_word(reader);

	if (at_end(reader)) { /* "12" may have been "123" */
		reader->cut = true;
		return NULL;
	}
	if (text_equal_nocase(word, TEXT_LITERAL("true")) || text_equal_nocase(word, TEXT_LITERAL("false")))
		return json_object_new_boolean(word.bytes == strlen("true"));
	if (word.bytes == 0 || word.bytes >= sizeof(digits) || !(ascii_is_digit(word.data[0]) || word.data[0] == '-'))
		return NULL; /* null, None, undefined, and what cannot be read */
	memcpy(digits, word.data, word.bytes);
	digits[word.bytes] = '\0';
	if (!strpbrk(digits, ".eE")) {
		int64_t number = strtoll(digits, &end, 10);
		return *end ? NULL : json_object_new_int64(number);
	}
	double number = strtod(digits, &end);
	return *end ? NULL : json_object_new_double(number);
}

/* --- objects and arrays --------------------------------------------------------------------------------------------- */

static bool read_key(struct reader *reader, struct buffer *key)
{
	enum quote quote;

	if (opening_quote(rest_of(reader), &quote)) {
		if (!read_quoted(reader, true, key))
			return false;
	} else {
		buffer_append_text(key, read_word(reader));
	}
	skip_blanks(reader);
	if (key->status || key->bytes == 0 || peek(reader) != ':')
		return false;
	reader->position++;
	return true;
}

/* Steps over what is neither a member nor the end: a stray comma or bracket. False at the end of the container. */
static bool next_member(struct reader *reader, char close)
{
	for (;;) {
		skip_blanks(reader);
		if (at_end(reader)) {
			reader->cut = true;
			return false;
		}
		if (peek(reader) == close) {
			reader->position++;
			return false;
		}
		if (peek(reader) != ',')
			return true;
		reader->position++;
	}
}

static void read_members(struct reader *reader, struct json_object *object)
{
	while (next_member(reader, '}')) {
		struct buffer key;
		buffer_init(&key, KEY_BYTES_MAX);
		size_t before = reader->position;
		if (!read_key(reader, &key)) {
			buffer_done(&key);
			if (reader->position == before)
				reader->position++;
			if (reader->cut)
				return;
			continue;
		}
		struct json_object *value = read_value(reader);
		if (value || !reader->cut) /* null is a value when it was written */
			json_object_object_add(object, buffer_string(&key), value);
		buffer_done(&key);
		if (reader->cut)
			return;
	}
}

static void read_elements(struct reader *reader, struct json_object *array)
{
	while (next_member(reader, ']')) {
		size_t before = reader->position;
		struct json_object *value = read_value(reader);
		if (value && json_object_array_add(array, value) < 0)
			json_object_put(value);
		if (reader->position == before)
			reader->position++;
		if (reader->cut)
			return;
	}
}

/* NULL with reader->cut unset: null, or something that is no value (stepped over). */
static struct json_object *read_value(struct reader *reader)
{
	enum quote quote;
	struct json_object *value = NULL;

	skip_blanks(reader);
	if (opening_quote(rest_of(reader), &quote))
		return read_string(reader);
	if (peek(reader) != '{' && peek(reader) != '[')
		return read_scalar(reader);
	if (reader->depth == LENIENT_DEPTH_MAX) {
		reader->cut = true;
		return NULL;
	}
	bool is_object = peek(reader) == '{';
	reader->depth++;
	reader->position++;
	value = is_object ? json_object_new_object() : json_object_new_array();
	if (value && is_object)
		read_members(reader, value);
	else if (value)
		read_elements(reader, value);
	reader->depth--;
	return value;
}

struct json_object *lenient_parse(struct text text, size_t *ret_bytes, bool *ret_cut)
{
	struct reader reader = { .text = text };

	if (text.bytes == 0 || (text.data[0] != '{' && text.data[0] != '['))
		return NULL;
	struct json_object *value = read_value(&reader);
	*ret_bytes = reader.position;
	*ret_cut = reader.cut;
	return value;
}
