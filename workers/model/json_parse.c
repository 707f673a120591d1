/* json_parse.c: see json_parse.h. A descent with a depth limit; every function moves forward or fails. */
#include "workers/model/json_parse.h"

#include "base/buffer.h"
#include "base/utf8.h"

#include <json-c/json.h>
#include <stdlib.h>

enum { NUMBER_BYTES_MAX = 32, DIGITS_MAX = 18, KEY_BYTES_MAX = 128 };

struct parser {
	const char *at, *end;
	int depth_left;
	struct buffer scratch; /* of strings with escapes */
};

static struct json_object *parse_value(struct parser *parser);

static void skip_blanks(struct parser *parser)
{
	while (parser->at < parser->end && (*parser->at == ' ' || *parser->at == '\n' || *parser->at == '\t' || *parser->at == '\r'))
		parser->at++;
}

static bool take(struct parser *parser, char c)
{
	skip_blanks(parser);
	if (parser->at == parser->end || *parser->at != c)
		return false;
	parser->at++;
	return true;
}

/* --- strings -------------------------------------------------------------------------------------------------------- */

/* The first quote, backslash or control character. */
static const char *plain_end(const char *at, const char *end)
{
	const uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;

	for (; end - at >= (ptrdiff_t)sizeof(uint64_t); at += sizeof(uint64_t)) {
		uint64_t word;
		memcpy(&word, at, sizeof(word));
		uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
		uint64_t special = ((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash);
		if (special & tops)
			break;
	}
	while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20)
		at++;
	return at;
}

static bool read_hex(struct parser *parser, uint32_t *ret_code)
{
	uint32_t code = 0;

	if (parser->end - parser->at < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		char c = *parser->at++;
		uint32_t digit = c >= '0' && c <= '9' ? (uint32_t)(c - '0') : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10 :
				 c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A') + 10 : 16;
		if (digit > 15)
			return false;
		code = code * 16 + digit;
	}
	*ret_code = code;
	return true;
}

/* Behind "\u". */
static bool append_code(struct parser *parser)
{
	uint32_t code, low;

	if (!read_hex(parser, &code) || code == 0 || (code >= 0xDC00 && code < 0xE000))
		return false;
	if (code >= 0xD800 && code < 0xDC00) {
		if (parser->end - parser->at < 6 || parser->at[0] != '\\' || parser->at[1] != 'u')
			return false;
		parser->at += 2;
		if (!read_hex(parser, &low) || low < 0xDC00 || low >= 0xE000)
			return false;
		code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
	}
	utf8_append(&parser->scratch, code);
	return true;
}

static bool append_escape(struct parser *parser)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";

	if (parser->at == parser->end)
		return false;
	char c = *parser->at++;
	if (c == 'u')
		return append_code(parser);
	const char *known = c ? strchr(from, c) : NULL;
	if (known)
		buffer_append_byte(&parser->scratch, to[known - from]);
	return known != NULL;
}

/* Behind the opening quote: the text, in place or in the parser's scratch. */
static bool read_string(struct parser *parser, struct text *ret_text)
{
	const char *start = parser->at, *end = plain_end(start, parser->end);

	if (end < parser->end && *end == '"') {
		parser->at = end + 1;
		*ret_text = (struct text){ start, (size_t)(end - start) };
		return true;
	}
	buffer_clear(&parser->scratch);
	while (end < parser->end && *end == '\\') {
		buffer_append_text(&parser->scratch, (struct text){ start, (size_t)(end - start) });
		parser->at = end + 1;
		if (!append_escape(parser))
			return false;
		start = parser->at;
		end = plain_end(start, parser->end);
	}
	if (end == parser->end || *end != '"')
		return false;
	buffer_append_text(&parser->scratch, (struct text){ start, (size_t)(end - start) });
	parser->at = end + 1;
	*ret_text = buffer_view(&parser->scratch);
	return parser->scratch.status == 0;
}

static struct json_object *parse_string(struct parser *parser)
{
	struct text text;
	return read_string(parser, &text) ? json_object_new_string_len(text.bytes ? text.data : "", (int)text.bytes) : NULL;
}

/* --- numbers and words ---------------------------------------------------------------------------------------------- */

static size_t read_digits(struct parser *parser)
{
	const char *start = parser->at;
	while (parser->at < parser->end && *parser->at >= '0' && *parser->at <= '9')
		parser->at++;
	return (size_t)(parser->at - start);
}

static struct json_object *parse_number(struct parser *parser)
{
	char copy[NUMBER_BYTES_MAX];
	const char *start = parser->at;
	bool whole = true;

	parser->at += *parser->at == '-';
	bool zero = parser->at < parser->end && *parser->at == '0';
	size_t digits = read_digits(parser);
	if (digits == 0 || digits > DIGITS_MAX || (zero && digits > 1))
		return NULL;
	if (parser->at < parser->end && *parser->at == '.') {
		parser->at++;
		whole = false;
		if (read_digits(parser) == 0)
			return NULL;
	}
	if (parser->at < parser->end && (*parser->at == 'e' || *parser->at == 'E'))
		return NULL; /* rare */
	size_t bytes = (size_t)(parser->at - start);
	if (bytes >= sizeof(copy))
		return NULL;
	memcpy(copy, start, bytes);
	copy[bytes] = '\0';
	return whole ? json_object_new_int64(strtoll(copy, NULL, 10)) : json_object_new_double_s(strtod(copy, NULL), copy);
}

static bool take_word(struct parser *parser, const char *word)
{
	size_t bytes = strlen(word);
	if ((size_t)(parser->end - parser->at) < bytes || memcmp(parser->at, word, bytes) != 0)
		return false;
	parser->at += bytes;
	return true;
}

/* --- objects and arrays --------------------------------------------------------------------------------------------- */

static bool parse_member(struct parser *parser, struct json_object *object)
{
	char key[KEY_BYTES_MAX];
	struct json_object *value = NULL;
	struct text text;

	if (!take(parser, '"') || !read_string(parser, &text) || text.bytes >= sizeof(key) || memchr(text.data, '\0', text.bytes))
		return false;
	memcpy(key, text.data, text.bytes);
	key[text.bytes] = '\0';
	if (!take(parser, ':'))
		return false;
	skip_blanks(parser);
	if (!take_word(parser, "null") && !(value = parse_value(parser)))
		return false;
	if (json_object_object_add(object, key, value) == 0)
		return true;
	json_object_put(value);
	return false;
}

static bool parse_element(struct parser *parser, struct json_object *array)
{
	struct json_object *value = NULL;

	skip_blanks(parser);
	if (!take_word(parser, "null") && !(value = parse_value(parser)))
		return false;
	if (json_object_array_add(array, value) == 0)
		return true;
	json_object_put(value);
	return false;
}

static struct json_object *parse_container(struct parser *parser, bool is_object)
{
	char close = is_object ? '}' : ']';
	struct json_object *container = is_object ? json_object_new_object() : json_object_new_array();
	bool fine = container && parser->depth_left-- > 0;

	parser->at++;
	if (fine && !take(parser, close)) {
		do
			fine = is_object ? parse_member(parser, container) : parse_element(parser, container);
		while (fine && take(parser, ','));
		fine = fine && take(parser, close);
	}
	parser->depth_left++;
	if (fine)
		return container;
	json_object_put(container);
	return NULL;
}

/* NULL: not to be had; null itself is the callers' matter. */
static struct json_object *parse_value(struct parser *parser)
{
	skip_blanks(parser);
	if (parser->at == parser->end)
		return NULL;
	switch (*parser->at) {
	case '{': return parse_container(parser, true);
	case '[': return parse_container(parser, false);
	case '"': parser->at++; return parse_string(parser);
	case 't': return take_word(parser, "true") ? json_object_new_boolean(true) : NULL;
	case 'f': return take_word(parser, "false") ? json_object_new_boolean(false) : NULL;
	default: return parse_number(parser);
	}
}

struct json_object *json_parse(struct text text, int depth_max)
{
	if (text.bytes == 0 || text.bytes > INT32_MAX || !strchr("{[\"", text.data[0]) || utf8_valid_prefix(text) < text.bytes)
		return NULL;
	struct parser parser = { .at = text.data, .end = text.data + text.bytes, .depth_left = depth_max };
	buffer_init(&parser.scratch, text.bytes);
	struct json_object *value = parse_value(&parser);
	skip_blanks(&parser);
	if (value && parser.at < parser.end) {
		json_object_put(value);
		value = NULL;
	}
	buffer_done(&parser.scratch);
	return value;
}
