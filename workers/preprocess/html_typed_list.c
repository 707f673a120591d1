/* html_typed_list.c: lists that authors type: lines of a paragraph that begin with a bullet, or several that begin with dashes or with numbers
 * in sequence. Text is the paragraph's Markdown, in whose lines such
 * beginnings are not escaped yet. */
#include "workers/preprocess/html_walk.h"

struct typed_marker {
	size_t bytes;    /* of the marker and the blank behind it; 0: the line has none */
	uint32_t number; /* 0: a bullet */
	bool sure;       /* a bullet is nothing else */
};

static struct typed_marker find_marker(struct text line)
{
	static const char *const bullets[] = { "\xE2\x80\xA2 ", "\xE2\x96\xAA ", "\xE2\x97\x8F ", "\xE2\x97\xA6 ", "\xE2\x80\xA3 ", "\xE2\x96\xA0 ", "\xC2\xB7 " };
	struct typed_marker none = { .bytes = 0 };
	uint32_t number = 0;
	size_t i = 0;

	if (text_starts_with(line, TEXT_LITERAL("- ")) || text_starts_with(line, TEXT_LITERAL("* ")))
		return (struct typed_marker){ .bytes = 2 };
	if (line.bytes > 3 && (unsigned char)line.data[0] >= 0xC2) {
		for (size_t k = 0; k < COUNT_OF(bullets); k++)
			if (text_starts_with(line, text_from(bullets[k])))
				return (struct typed_marker){ .bytes = strlen(bullets[k]), .sure = true };
		return none;
	}
	while (i < line.bytes && i < 3 && ascii_is_digit(line.data[i]))
		number = number * 10 + (uint32_t)(line.data[i++] - '0');
	if (i == 0 || number == 0 || i + 2 > line.bytes || (line.data[i] != '.' && line.data[i] != ')') || line.data[i + 1] != ' ')
		return none;
	return (struct typed_marker){ .bytes = i + 2, .number = number };
}

/* Is it a list? What one line has may be chance, unless it is a bullet. */
static bool is_list(struct text text)
{
	struct text line;
	uint32_t last_number = 0;
	unsigned markers = 0;

	while (text_next_line(&text, &line)) {
		struct typed_marker marker = find_marker(line);
		if (marker.bytes == 0)
			continue;
		if (marker.sure)
			return true;
		if (marker.number > 0 && last_number > 0 && marker.number != last_number + 1)
			return false;
		last_number = marker.number;
		markers++;
	}
	return markers >= 2;
}

/* A line without a marker goes on from the one before. */
bool html_typed_list(struct html_walk *walk, struct text text)
{
	size_t start = 0, at = 0;
	bool open = false;

	if (walk->writer.depth > 0 || !is_list(text))
		return false;
	while (at <= text.bytes) {
		const char *end = at < text.bytes ? memchr(text.data + at, '\n', text.bytes - at) : NULL;
		struct typed_marker marker = find_marker(text_slice(text, at, text.bytes));
		if (marker.bytes > 0 || at >= text.bytes) {
			markdown_paragraph(&walk->writer, text_trim(text_slice(text, start, size_min(at, text.bytes))));
			if (open) {
				markdown_item_close(&walk->writer);
				markdown_list_close(&walk->writer);
			}
			open = marker.bytes > 0;
			if (open) {
				markdown_list_open(&walk->writer, marker.number > 0);
				markdown_item_open(&walk->writer, marker.number);
			}
			start = at + marker.bytes;
		}
		at = end ? (size_t)(end - text.data) + 1 : at < text.bytes ? text.bytes : text.bytes + 1;
	}
	return true;
}
