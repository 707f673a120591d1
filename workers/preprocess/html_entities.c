#include "workers/preprocess/html_entities.h"

#include "base/utf8.h"

#include <stdlib.h>

enum { NAME_BYTES_MAX = 31, BARE_NAME_BYTES_MAX = 6, CODE_MAX = 0x10FFFF };

struct decoded {
	uint32_t code, second; /* second: 0 when there is none */
};

/* The reference of this name, or NULL. */
static const struct html_entity *find_entity(struct text name)
{
	size_t low = 0, high = html_entity_count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const char *other = html_entities[middle].name;
		int order = strncmp(name.data, other, name.bytes);
		if (order == 0 && other[name.bytes] == '\0')
			return &html_entities[middle];
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* References to the control characters at 0x80-0x9F mean Windows-1252. A carriage return, which stands before a line feed or means nothing, is a blank. */
static uint32_t repair_code(uint32_t code)
{
	static const uint16_t codes[32] = {
		0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F,
		0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
	};

	if (code == 0 || code > CODE_MAX || (code >= 0xD800 && code < 0xE000))
		return 0xFFFD;
	if (code == '\r')
		return ' ';
	return code >= 0x80 && code < 0xA0 ? codes[code - 0x80] : code;
}

static int digit_value(char c, bool hexadecimal)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return hexadecimal && c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* `text` begins with "&#". Bytes of the reference, or 0. */
static size_t decode_number(struct text text, struct decoded *ret)
{
	bool hexadecimal = text.bytes > 2 && (text.data[2] == 'x' || text.data[2] == 'X');
	size_t start = 2 + (size_t)hexadecimal, i = start;
	uint32_t code = 0;

	for (int digit; i < text.bytes && (digit = digit_value(text.data[i], hexadecimal)) >= 0; i++)
		if (code <= CODE_MAX)
			code = code * (hexadecimal ? 16 : 10) + (uint32_t)digit;
	if (i == start)
		return 0;
	*ret = (struct decoded){ repair_code(code), 0 };
	return i + (i < text.bytes && text.data[i] == ';');
}

/* A name that pages leave the ";" of out, and that other text may follow. Bytes of the reference, or 0. */
static size_t decode_bare_name(struct text name, struct decoded *ret)
{
	for (size_t bytes = size_min(name.bytes, BARE_NAME_BYTES_MAX); bytes > 1; bytes--) {
		const struct html_entity *entity = find_entity(text_slice(name, 0, bytes));
		if (entity && entity->bare) {
			*ret = (struct decoded){ entity->code, entity->second };
			return 1 + bytes;
		}
	}
	return 0;
}

/* `text` begins with "&". Bytes of the reference, or 0. */
static size_t decode_name(struct text text, bool attribute, struct decoded *ret)
{
	static const struct { const char *name; uint32_t code; } frequent[] = {
		{ "nbsp;", 0xA0 }, { "lt;", '<' }, { "gt;", '>' }, { "amp;", '&' }, { "quot;", '"' },
	};
	struct text rest = text_slice(text, 1, text.bytes);
	size_t bytes = 0;

	for (size_t i = 0; i < COUNT_OF(frequent); i++)
		if (text_starts_with(rest, text_from(frequent[i].name))) {
			*ret = (struct decoded){ frequent[i].code, 0 };
			return 1 + strlen(frequent[i].name);
		}
	while (bytes < rest.bytes && bytes < NAME_BYTES_MAX && ascii_is_alnum(rest.data[bytes]))
		bytes++;
	struct text name = text_slice(rest, 0, bytes);
	const struct html_entity *entity = bytes < rest.bytes && rest.data[bytes] == ';' ? find_entity(name) : NULL;
	if (!entity)
		return attribute ? 0 : decode_bare_name(name, ret);
	*ret = (struct decoded){ entity->code, entity->second };
	return 1 + bytes + 1;
}

void html_append_decoded(struct buffer *out, struct text raw, bool attribute)
{
	const char *hit = raw.bytes > 0 ? memchr(raw.data, '&', raw.bytes) : NULL;
	size_t copied = 0;

	while (hit) {
		struct text rest = text_slice(raw, (size_t)(hit - raw.data), raw.bytes);
		struct decoded decoded = { 0, 0 };
		size_t bytes = rest.bytes < 3 ? 0 : rest.data[1] == '#' ? decode_number(rest, &decoded) : decode_name(rest, attribute, &decoded);
		if (bytes > 0) {
			buffer_append(out, raw.data + copied, raw.bytes - rest.bytes - copied);
			utf8_append(out, decoded.code);
			if (decoded.second > 0)
				utf8_append(out, decoded.second);
			copied = raw.bytes - rest.bytes + bytes;
		}
		size_t next = raw.bytes - rest.bytes + size_max(bytes, 1);
		hit = next < raw.bytes ? memchr(raw.data + next, '&', raw.bytes - next) : NULL;
	}
	buffer_append(out, raw.data + copied, raw.bytes - copied);
}
