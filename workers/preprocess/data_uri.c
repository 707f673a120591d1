#include "workers/preprocess/data_uri.h"

#include <stdint.h>

static const struct text scheme = TEXT_LITERAL("data:");

bool data_uri_is(struct text target)
{
	return text_starts_with_nocase(target, scheme);
}

static int base64_value(char c)
{
	if (ascii_is_upper(c))
		return c - 'A';
	if (ascii_is_lower(c))
		return c - 'a' + 26;
	if (ascii_is_digit(c))
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

static int hex_value(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte at *at, percent-encoded or not, moving *at behind it. */
static char next_byte(struct text text, size_t *at)
{
	char c = text.data[(*at)++];
	if (c != '%' || *at + 1 >= text.bytes)
		return c;
	int high = hex_value(text.data[*at]), low = hex_value(text.data[*at + 1]);
	if (high < 0 || low < 0)
		return c;
	*at += 2;
	return (char)(high * 16 + low);
}

static bool decode_base64(struct text text, struct buffer *out)
{
	uint32_t bits = 0;
	unsigned held = 0;
	bool padded = false;
	for (size_t at = 0; at < text.bytes;) {
		char c = next_byte(text, &at);
		int value = base64_value(c);
		if (ascii_is_space(c))
			continue;
		padded |= c == '=';
		if (c == '=')
			continue;
		if (value < 0 || padded)
			return false;
		bits = bits << 6 | (uint32_t)value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			buffer_append_byte(out, (char)(bits >> held & 0xFF));
		}
	}
	return held < 6; /* a single letter behind the last whole group is half a byte */
}

bool data_uri_decode(struct text target, struct buffer *out)
{
	const char *comma = target.bytes ? memchr(target.data, ',', target.bytes) : NULL;
	if (!data_uri_is(target) || !comma)
		return false;
	struct text head = text_slice(target, scheme.bytes, (size_t)(comma - target.data));
	struct text body = text_slice(target, (size_t)(comma - target.data) + 1, target.bytes);
	if (text_ends_with_nocase(text_trim(head), TEXT_LITERAL(";base64")))
		return decode_base64(body, out) && out->status == 0;
	for (size_t at = 0; at < body.bytes;)
		buffer_append_byte(out, next_byte(body, &at));
	return out->status == 0;
}
