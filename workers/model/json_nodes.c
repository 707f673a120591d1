/* json_nodes.c: see json_nodes.h. A descent with a depth limit; every function moves forward or fails. */
#include "workers/model/json_nodes.h"

#include "base/utf8.h"

#include <math.h>
#include <stdlib.h>

enum {
	NUMBER_BYTES_MAX = 40,
	DIGITS_MAX = 18,          /* more may not be a whole number of 64 bits */
	NODES_MIN = 64,
	NODES_KEPT_MAX = 1 << 14, /* for the next text, */
	BYTES_KEPT_MAX = 1 << 20, /* and of strings */
};

struct reader {
	const char *at, *end;
	int depth_left;
	struct json_nodes *nodes;
};

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte of a word is its lowest");

static bool read_value(struct reader *reader, struct text key);

static void skip_blanks(struct reader *reader)
{
	while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\t' || *reader->at == '\r'))
		reader->at++;
}

static bool take(struct reader *reader, char c)
{
	skip_blanks(reader);
	if (reader->at == reader->end || *reader->at != c)
		return false;
	reader->at++;
	return true;
}

/* NULL: too many, or out of memory. Valid until the next one. */
static struct json_node *new_node(struct json_nodes *nodes, enum json_kind kind, struct text key)
{
	if (nodes->count == nodes->capacity) {
		uint32_t capacity = nodes->capacity ? 2 * nodes->capacity : NODES_MIN;
		struct json_node *more = capacity <= JSON_NODES_MAX ? reallocarray(nodes->items, capacity, sizeof(*more)) : NULL;
		if (!more)
			return NULL;
		nodes->items = more;
		nodes->capacity = capacity;
	}
	struct json_node *node = &nodes->items[nodes->count++];
	*node = (struct json_node){ .kind = kind, .size = 1, .key = key };
	return node;
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
		if (special & tops) /* of the bytes marked, all but the first may be so for what that one borrowed */
			return at + __builtin_ctzll(special & tops) / 8;
	}
	while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20)
		at++;
	return at;
}

/* Where there is room: read_string saw to it. */
static void put(struct buffer *strings, const char *data, size_t bytes)
{
	memcpy(strings->data + strings->bytes, data, bytes);
	strings->bytes += bytes;
}

static bool read_hex(struct reader *reader, uint32_t *ret_code)
{
	uint32_t code = 0;

	if (reader->end - reader->at < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		char c = *reader->at++;
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
static bool append_code(struct reader *reader)
{
	uint32_t code, low;

	if (!read_hex(reader, &code) || (code >= 0xDC00 && code < 0xE000))
		return false;
	reader->nodes->exotic |= code == 0;
	if (code >= 0xD800 && code < 0xDC00) {
		if (reader->end - reader->at < 6 || reader->at[0] != '\\' || reader->at[1] != 'u')
			return false;
		reader->at += 2;
		if (!read_hex(reader, &low) || low < 0xDC00 || low >= 0xE000)
			return false;
		code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
	}
	utf8_append(&reader->nodes->strings, code);
	return true;
}

static bool append_escape(struct reader *reader)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";

	if (reader->at == reader->end)
		return false;
	char c = *reader->at++;
	if (c == 'u')
		return append_code(reader);
	const char *known = c ? strchr(from, c) : NULL;
	if (known)
		put(&reader->nodes->strings, &to[known - from], 1);
	return known != NULL;
}

/* Behind the opening quote: the text, in place or among the strings of the nodes. */
static bool read_string(struct reader *reader, struct text *ret_text)
{
	struct buffer *strings = &reader->nodes->strings;
	const char *start = reader->at, *end = plain_end(start, reader->end);
	size_t begin = strings->bytes;

	if (end < reader->end && *end == '"') {
		reader->at = end + 1;
		*ret_text = (struct text){ start, (size_t)(end - start) };
		return true;
	}
	if (!buffer_reserve(strings, (size_t)(reader->end - start))) /* nothing moves afterwards: no string is longer than it is written */
		return false;
	while (end < reader->end && *end == '\\') {
		put(strings, start, (size_t)(end - start));
		reader->at = end + 1;
		if (!append_escape(reader))
			return false;
		start = reader->at;
		end = plain_end(start, reader->end);
	}
	if (end == reader->end || *end != '"')
		return false;
	put(strings, start, (size_t)(end - start));
	reader->at = end + 1;
	*ret_text = text_slice(buffer_view(strings), begin, strings->bytes);
	return strings->status == 0;
}

/* --- numbers and words ---------------------------------------------------------------------------------------------- */

static size_t read_digits(struct reader *reader)
{
	const char *start = reader->at;
	while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9')
		reader->at++;
	return (size_t)(reader->at - start);
}

/* Behind the digits before it: a fraction, an exponent, both or none. */
static bool read_fraction(struct reader *reader, bool *ret_whole)
{
	*ret_whole = true;
	if (reader->at < reader->end && *reader->at == '.') {
		reader->at++;
		*ret_whole = false;
		if (read_digits(reader) == 0)
			return false;
	}
	if (reader->at < reader->end && (*reader->at == 'e' || *reader->at == 'E')) {
		reader->at++;
		*ret_whole = false;
		reader->at += reader->at < reader->end && (*reader->at == '+' || *reader->at == '-');
		return read_digits(reader) > 0;
	}
	return true;
}

static bool read_number(struct reader *reader, struct text key)
{
	char copy[NUMBER_BYTES_MAX];
	const char *start = reader->at;
	bool whole;

	reader->at += *reader->at == '-';
	bool zero = reader->at < reader->end && *reader->at == '0';
	size_t digits = read_digits(reader);
	if (digits == 0 || (zero && digits > 1) || !read_fraction(reader, &whole))
		return false;
	struct text text = { start, (size_t)(reader->at - start) };
	struct json_node *node = text.bytes < sizeof(copy) ? new_node(reader->nodes, whole ? JSON_WHOLE : JSON_FRACTION, key) : NULL;
	if (!node)
		return false;
	memcpy(copy, text.data, text.bytes);
	copy[text.bytes] = '\0';
	node->text = text;
	if (whole)
		node->whole = strtoll(copy, NULL, 10); /* the nearest there is */
	node->number = whole && digits <= DIGITS_MAX ? (double)node->whole : strtod(copy, NULL);
	reader->nodes->exotic |= digits > DIGITS_MAX || !isfinite(node->number);
	return true;
}

static bool take_word(struct reader *reader, const char *word)
{
	size_t bytes = strlen(word);
	if ((size_t)(reader->end - reader->at) < bytes || memcmp(reader->at, word, bytes) != 0)
		return false;
	reader->at += bytes;
	return true;
}

static bool read_word(struct reader *reader, const char *word, enum json_kind kind, struct text key)
{
	return take_word(reader, word) && new_node(reader->nodes, kind, key);
}

/* Of JavaScript, and of some servers. */
static bool read_no_number(struct reader *reader, struct text key)
{
	static const struct { const char *word; double value; } words[] = { { "NaN", NAN }, { "Infinity", INFINITY }, { "-Infinity", -INFINITY } };

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (!take_word(reader, words[i].word))
			continue;
		struct json_node *node = new_node(reader->nodes, JSON_FRACTION, key);
		if (node)
			node->number = words[i].value;
		reader->nodes->exotic = true;
		return node != NULL;
	}
	return false;
}

/* --- objects and arrays --------------------------------------------------------------------------------------------- */

static bool read_member(struct reader *reader)
{
	struct text key;
	return take(reader, '"') && read_string(reader, &key) && take(reader, ':') && read_value(reader, key);
}

static bool read_container(struct reader *reader, bool is_object, struct text key)
{
	struct json_nodes *nodes = reader->nodes;
	char close = is_object ? '}' : ']';
	uint32_t index = nodes->count;
	bool fine = reader->depth_left-- > 0 && new_node(nodes, is_object ? JSON_OBJECT : JSON_ARRAY, key);

	reader->at++;
	if (fine && !take(reader, close)) {
		do
			fine = is_object ? read_member(reader) : read_value(reader, TEXT_LITERAL(""));
		while (fine && take(reader, ','));
		fine = fine && take(reader, close);
	}
	reader->depth_left++;
	if (fine)
		nodes->items[index].size = nodes->count - index;
	return fine;
}

static bool read_value(struct reader *reader, struct text key)
{
	struct text text;

	skip_blanks(reader);
	if (reader->at == reader->end)
		return false;
	switch (*reader->at) {
	case '{': return read_container(reader, true, key);
	case '[': return read_container(reader, false, key);
	case '"': {
		reader->at++;
		if (!read_string(reader, &text))
			return false;
		struct json_node *node = new_node(reader->nodes, JSON_STRING, key);
		if (node)
			node->text = text;
		return node != NULL;
	}
	case 't': return read_word(reader, "true", JSON_TRUE, key);
	case 'f': return read_word(reader, "false", JSON_FALSE, key);
	case 'n': return read_word(reader, "null", JSON_NULL, key);
	default: return read_no_number(reader, key) || read_number(reader, key);
	}
}

/* --- the whole ------------------------------------------------------------------------------------------------------ */

void json_nodes_init(struct json_nodes *nodes)
{
	*nodes = (struct json_nodes){ 0 };
	buffer_init(&nodes->strings, SIZE_MAX / 4);
}

void json_nodes_done(struct json_nodes *nodes)
{
	if (!nodes)
		return;
	free(nodes->items);
	nodes->items = NULL;
	nodes->count = nodes->capacity = 0;
	buffer_done(&nodes->strings);
}

const struct json_node *json_nodes_read(struct json_nodes *nodes, struct text text, int depth_max)
{
	struct reader reader = { .at = text.data, .end = text.data + text.bytes, .depth_left = depth_max, .nodes = nodes };

	if (nodes->capacity > NODES_KEPT_MAX || nodes->strings.capacity_bytes > BYTES_KEPT_MAX) {
		json_nodes_done(nodes);
		json_nodes_init(nodes);
	}
	nodes->count = 0;
	nodes->exotic = false;
	buffer_clear(&nodes->strings);
	if (text.bytes == 0 || !strchr("{[\"", text.data[0]) || utf8_valid_prefix(text) < text.bytes || !read_value(&reader, TEXT_LITERAL("")))
		return NULL;
	skip_blanks(&reader);
	return reader.at == reader.end ? nodes->items : NULL;
}

const struct json_node *json_node_first(const struct json_node *node)
{
	return node && node->size > 1 ? node + 1 : NULL;
}

const struct json_node *json_node_next(const struct json_node *node, const struct json_node *element)
{
	const struct json_node *next = element + element->size;
	return next < node + node->size ? next : NULL;
}

const struct json_node *json_node_member(const struct json_node *node, const char *key)
{
	const struct json_node *found = NULL;
	struct text wanted = text_from(key);

	if (!node || node->kind != JSON_OBJECT)
		return NULL;
	for (const struct json_node *member = json_node_first(node); member; member = json_node_next(node, member))
		if (text_equal(member->key, wanted))
			found = member;
	return found;
}
