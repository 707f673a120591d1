#include "base/utf8.h"

size_t utf8_decode(struct text text, size_t offset, uint32_t *ret_code)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)text.data + offset;
	size_t left = text.bytes - offset;

	if (left == 0)
		return 0;
	if (p[0] < 0x80) {
		if (ret_code)
			*ret_code = p[0];
		return 1;
	}
	size_t bytes = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : p[0] >= 0xC0 ? 2 : 0;
	if (bytes == 0 || bytes > left || p[0] > 0xF4)
		return 0;
	uint32_t code = p[0] & (0xFFu >> (bytes + 1));
	for (size_t i = 1; i < bytes; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3F);
	}
	if (code < least[bytes] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		return 0;
	if (ret_code)
		*ret_code = code;
	return bytes;
}

void utf8_append(struct buffer *buffer, uint32_t code)
{
	char out[4];
	size_t bytes;

	if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		code = 0xFFFD;
	if (code < 0x80) {
		out[0] = (char)code;
		bytes = 1;
	} else {
		bytes = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
		for (size_t i = bytes - 1; i > 0; i--, code >>= 6)
			out[i] = (char)(0x80 | (code & 0x3F));
		out[0] = (char)((0xF00u >> bytes & 0xFFu) | code);
	}
	buffer_append(buffer, out, bytes);
}

static bool eight_are_ascii(struct text text, size_t offset)
{
	uint64_t eight;

	if (text.bytes - offset < sizeof(eight))
		return false;
	memcpy(&eight, text.data + offset, sizeof(eight));
	return (eight & 0x8080808080808080) == 0;
}

size_t utf8_valid_prefix(struct text text)
{
	size_t offset = 0;

	while (offset < text.bytes) {
		if (eight_are_ascii(text, offset)) {
			offset += sizeof(uint64_t);
			continue;
		}
		size_t bytes = utf8_decode(text, offset, NULL);
		if (bytes == 0)
			return offset;
		offset += bytes;
	}
	return offset;
}

size_t utf8_append_clean(struct buffer *buffer, struct text text)
{
	size_t replaced = 0;

	while (text.bytes > 0) {
		size_t valid = utf8_valid_prefix(text);
		buffer_append(buffer, text.data, valid);
		text = text_slice(text, valid, text.bytes);
		if (text.bytes > 0) {
			utf8_append(buffer, 0xFFFD);
			text = text_slice(text, 1, text.bytes);
			replaced++;
		}
	}
	return replaced;
}

size_t utf8_count(struct text text)
{
	size_t count = 0;

	for (size_t offset = 0; offset < text.bytes;) {
		if (eight_are_ascii(text, offset)) {
			offset += sizeof(uint64_t);
			count += sizeof(uint64_t);
			continue;
		}
		size_t bytes = utf8_decode(text, offset, NULL);
		offset += bytes ? bytes : 1;
		count++;
	}
	return count;
}

size_t utf8_floor(struct text text, size_t offset)
{
	CHECK(offset <= text.bytes);
	while (offset > 0 && offset < text.bytes && ((unsigned char)text.data[offset] & 0xC0) == 0x80)
		offset--;
	return offset;
}

static bool is_unspaced(uint32_t code)
{
	return (code >= 0x3001 && code <= 0x30FF) || (code >= 0x31F0 && code <= 0x9FFF) || (code >= 0xF900 && code <= 0xFAFF) || (code >= 0xFF01 && code <= 0xFF60) ||
	       (code >= 0x20000 && code <= 0x3FFFF);
}

bool utf8_joins_unspaced(struct text line, struct text next)
{
	uint32_t before = 0, after = 0;

	if (line.bytes == 0 || (unsigned char)line.data[line.bytes - 1] < 0x80)
		return false;
	return utf8_decode(line, utf8_floor(line, line.bytes - 1), &before) > 0 && utf8_decode(next, 0, &after) > 0 && is_unspaced(before) && is_unspaced(after);
}
