#include "base/json_writer.h"

#include "base/number.h"
#include "base/utf8.h"

#include <math.h>

void json_init(struct json_writer *json, struct buffer *out, int indent)
{
	*json = (struct json_writer){ .out = out, .indent = indent };
}

static void newline_indent(struct json_writer *json)
{
	if (json->indent == 0)
		return;
	buffer_append_byte(json->out, '\n');
	buffer_append_repeat(json->out, ' ', (size_t)(json->depth * json->indent));
}

/* What has to stand before a value or a key at this place. */
static void begin_member(struct json_writer *json)
{
	if (json->after_key) {
		json->after_key = false;
		return;
	}
	if (json->depth == 0)
		return;
	if (json->has_member[json->depth - 1])
		buffer_append_byte(json->out, ',');
	if (json->has_member[json->depth - 1] && json->indent == 0)
		buffer_append_byte(json->out, ' ');
	json->has_member[json->depth - 1] = true;
	newline_indent(json);
}

static void open_level(struct json_writer *json, char bracket)
{
	begin_member(json);
	CHECK(json->depth < JSON_DEPTH_MAX);
	buffer_append_byte(json->out, bracket);
	json->has_member[json->depth++] = false;
}

static void close_level(struct json_writer *json, char bracket)
{
	CHECK(json->depth > 0 && !json->after_key);
	bool had_member = json->has_member[--json->depth];
	if (had_member)
		newline_indent(json);
	buffer_append_byte(json->out, bracket);
}

void json_object_open(struct json_writer *json) { open_level(json, '{'); }
void json_object_close(struct json_writer *json) { close_level(json, '}'); }
void json_array_open(struct json_writer *json) { open_level(json, '['); }
void json_array_close(struct json_writer *json) { close_level(json, ']'); }

typedef unsigned char sixteen __attribute__((vector_size(16)));

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte of a word is its lowest");

/* Where from `at` on the first control character, quote, backslash, DEL or non-ASCII stands: all others are written as they are. */
static size_t plain_end(struct text value, size_t at)
{
	for (; at + sizeof(sixteen) <= value.bytes; at += sizeof(sixteen)) {
		sixteen bytes;
		uint64_t halves[2];
		memcpy(&bytes, value.data + at, sizeof(bytes));
		sixteen special = (sixteen)(bytes < 0x20) | (sixteen)(bytes == '"') | (sixteen)(bytes == '\\') | (sixteen)(bytes >= 0x7F);
		memcpy(halves, &special, sizeof(halves));
		if (halves[0] | halves[1])
			return at + (size_t)(halves[0] ? __builtin_ctzll(halves[0]) : 64 + __builtin_ctzll(halves[1])) / 8;
	}
	for (; at < value.bytes; at++) {
		unsigned char c = (unsigned char)value.data[at];
		if (c < 0x20 || c >= 0x7F || c == '"' || c == '\\')
			break;
	}
	return at;
}

static void append_quoted(struct buffer *out, struct text value)
{
	static const char hex[] = "0123456789abcdef";
	size_t start = 0;

	buffer_append_byte(out, '"');
	for (size_t i = plain_end(value, 0); i < value.bytes; i = plain_end(value, i)) {
		unsigned char c = (unsigned char)value.data[i];
		size_t bytes = c >= 0x80 ? utf8_decode(value, i, NULL) : 0;
		if (bytes > 0) {
			i += bytes;
			continue;
		}
		buffer_append(out, value.data + start, i - start);
		switch (c) {
		case '"': buffer_append_string(out, "\\\""); break;
		case '\\': buffer_append_string(out, "\\\\"); break;
		case '\n': buffer_append_string(out, "\\n"); break;
		case '\r': buffer_append_string(out, "\\r"); break;
		case '\t': buffer_append_string(out, "\\t"); break;
		default:
			if (c >= 0x80) {
				utf8_append(out, 0xFFFD);
			} else {
				char escape[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
				buffer_append(out, escape, sizeof(escape));
			}
		}
		start = ++i;
	}
	buffer_append(out, value.data + start, value.bytes - start);
	buffer_append_byte(out, '"');
}

void json_key(struct json_writer *json, const char *key)
{
	CHECK(json->depth > 0 && !json->after_key);
	begin_member(json);
	append_quoted(json->out, text_from(key));
	buffer_append_string(json->out, ": ");
	json->after_key = true;
}

void json_text(struct json_writer *json, struct text value)
{
	begin_member(json);
	append_quoted(json->out, value);
}

void json_string(struct json_writer *json, const char *value)
{
	json_text(json, text_from(value ? value : ""));
}

void json_signed(struct json_writer *json, int64_t value)
{
	char digits[NUMBER_BYTES_MAX];

	begin_member(json);
	if (value < 0)
		buffer_append_byte(json->out, '-');
	buffer_append(json->out, digits, number_write_unsigned(value < 0 ? 0 - (uint64_t)value : (uint64_t)value, digits));
}

void json_unsigned(struct json_writer *json, uint64_t value)
{
	char digits[NUMBER_BYTES_MAX];

	begin_member(json);
	buffer_append(json->out, digits, number_write_unsigned(value, digits));
}

static size_t span_of_zeros(const char *digits, size_t bytes)
{
	size_t count = 0;
	while (count < bytes && (digits[count] == '0' || digits[count] == '.'))
		count++;
	return count;
}

void json_fixed(struct json_writer *json, double value, int decimals)
{
	char digits[NUMBER_BYTES_MAX];

	if (!isfinite(value) || fabs(value) > 1e30) {
		json_null(json);
		return;
	}
	begin_member(json);
	size_t bytes = number_write_fixed(value, decimals, digits);
	if (memchr(digits, '.', bytes))
		while (digits[bytes - 1] == '0' && digits[bytes - 2] != '.')
			bytes--;
	bool negative_zero = digits[0] == '-' && span_of_zeros(digits + 1, bytes - 1) == bytes - 1;
	buffer_append(json->out, digits + negative_zero, bytes - negative_zero);
}

void json_boolean(struct json_writer *json, bool value)
{
	begin_member(json);
	buffer_append_string(json->out, value ? "true" : "false");
}

void json_null(struct json_writer *json)
{
	begin_member(json);
	buffer_append_string(json->out, "null");
}

void json_raw(struct json_writer *json, struct text value)
{
	begin_member(json);
	buffer_append_text(json->out, value);
}

void json_member_text(struct json_writer *json, const char *key, struct text value)
{
	json_key(json, key);
	json_text(json, value);
}

void json_member_string(struct json_writer *json, const char *key, const char *value)
{
	json_key(json, key);
	json_string(json, value);
}

void json_member_unsigned(struct json_writer *json, const char *key, uint64_t value)
{
	json_key(json, key);
	json_unsigned(json, value);
}

void json_member_fixed(struct json_writer *json, const char *key, double value, int decimals)
{
	json_key(json, key);
	json_fixed(json, value, decimals);
}

void json_member_boolean(struct json_writer *json, const char *key, bool value)
{
	json_key(json, key);
	json_boolean(json, value);
}
