/* clean_characters.c: one pass over the bytes; runs of plain ASCII are moved whole. */
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

/* A byte that is no UTF-8 becomes three: what is left of the text from `from` on goes behind what was made of it so far, in memory of its own. */
static void clean_longer(struct buffer *markdown, size_t to, size_t from)
{
	struct buffer out;

	buffer_init(&out, markdown->bytes_max);
	buffer_append(&out, markdown->data, to);
	for (size_t i = from; i < markdown->bytes && out.status == 0;) {
		uint32_t code = 0;
		size_t bytes = utf8_decode(buffer_view(markdown), i, &code);
		const char *instead = bytes == 0 ? "\xEF\xBF\xBD" : replacement(code);
		bytes = bytes ? bytes : 1;
		if (instead && !is_plain((unsigned char)markdown->data[i]))
			buffer_append_string(&out, instead);
		else
			buffer_append(&out, markdown->data + i, bytes);
		i += bytes;
	}
	buffer_done(markdown);
	*markdown = out;
}

void clean_characters(struct buffer *markdown)
{
	const struct text text = buffer_view(markdown);
	char *data = markdown->data;
	size_t to = 0, start = 0; /* `start`: of what is still to be moved to `to` */

	for (size_t i = 0; i < text.bytes;) {
		if (is_plain((unsigned char)data[i])) {
			i++;
			continue;
		}
		uint32_t code = 0;
		size_t bytes = utf8_decode(text, i, &code);
		const char *instead = bytes == 0 ? "\xEF\xBF\xBD" : replacement(code);
		bytes = bytes ? bytes : 1;
		if (instead) {
			size_t instead_bytes = strlen(instead);
			if (to != start)
				memmove(data + to, data + start, i - start);
			to += i - start;
			if (to + instead_bytes > i + bytes) {
				clean_longer(markdown, to, i);
				return;
			}
			memcpy(data + to, instead, instead_bytes);
			to += instead_bytes;
			start = i + bytes;
		}
		i += bytes;
	}
	if (start == 0)
		return;
	memmove(data + to, data + start, text.bytes - start);
	buffer_truncate(markdown, to + text.bytes - start);
}
