/* clean_characters.c: one pass over the bytes; runs of plain ASCII are copied whole. */
#include "workers/preprocess/clean.h"

#include "base/utf8.h"

static bool is_plain(unsigned char c)
{
	return (c >= ' ' && c < 0x7F) || c == '\n' || c == '\t';
}

/* The ASCII text that stands for `code`, "" for nothing, NULL for itself. */
static const char *replacement(uint32_t code)
{
	if (code < 0x20 || code == 0x7F)
		return code == '\v' || code == '\f' ? "\n" : "";
	if (code < 0xA0)
		return code == 0x85 ? "\n" : "";
	switch (code) {
	case 0xA0: case 0x202F: case 0x205F: case 0x3000:
		return " ";
	case 0xAD: case 0x200B: case 0x200E: case 0x200F: case 0x2060: case 0xFEFF: /* soft hyphen, zero width, direction */
		return "";
	case 0x2010: case 0x2011:
		return "-";
	case 0x2018: case 0x2019: case 0x201A: case 0x201B:
		return "'";
	case 0x201C: case 0x201D: case 0x201E: case 0x201F:
		return "\"";
	case 0x2028: case 0x2029:
		return "\n";
	default:
		if (code >= 0x2000 && code <= 0x200A)
			return " ";
		return code >= 0x202A && code <= 0x202E ? "" : NULL;
	}
}

void clean_characters(struct text markdown, struct buffer *out)
{
	size_t start = 0;
	for (size_t i = 0; i < markdown.bytes && out->status == 0;) {
		if (is_plain((unsigned char)markdown.data[i])) {
			i++;
			continue;
		}
		uint32_t code = 0;
		size_t bytes = utf8_decode(markdown, i, &code);
		const char *instead = bytes == 0 ? "\xEF\xBF\xBD" : replacement(code);
		bytes = bytes ? bytes : 1;
		if (instead) {
			buffer_append(out, markdown.data + start, i - start);
			buffer_append_string(out, instead);
			start = i + bytes;
		}
		i += bytes;
	}
	if (start < markdown.bytes)
		buffer_append(out, markdown.data + start, markdown.bytes - start);
}
