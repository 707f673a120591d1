/* markup_inline.c: inline marks of light markup languages as inline Markdown. Looking for the end of a mark is linear over a paragraph: where one was
 * looked for in vain, none is looked for again. */
#include "workers/preprocess/markup_work.h"

#include "workers/preprocess/html_entities.h"
#include "workers/preprocess/markdown_inline.h"

#include <stdio.h>

static bool is_word(char c)
{
	return ascii_is_alnum(c) || (unsigned char)c >= 0x80;
}

static bool at_mark(struct text text, size_t at, struct text mark)
{
	return text_starts_with(text_slice(text, at, text.bytes), mark);
}

/* Where the mark that opens at `at` ends, or 0. `*from`: no end stands before it. */
static size_t end_of_mark(struct text text, size_t at, const struct markup_mark *mark, size_t *from)
{
	struct text sign = text_from(mark->mark);
	size_t start = at + sign.bytes, i = start + 1 > *from ? start + 1 : *from;

	if (start >= text.bytes || ascii_is_space(text.data[start]) || (!mark->anywhere && at > 0 && is_word(text.data[at - 1])))
		return 0;
	for (; i + sign.bytes <= text.bytes; i++) {
		if (!at_mark(text, i, sign) || ascii_is_space(text.data[i - 1]))
			continue;
		char after = i + sign.bytes < text.bytes ? text.data[i + sign.bytes] : ' ';
		if (mark->anywhere || (!is_word(after) && after != sign.data[0]))
			return i;
	}
	*from = text.bytes;
	return 0;
}

static void append_marked(struct markup *markup, enum markup_style style, struct text inside, unsigned depth, struct buffer *out)
{
	static const char *const opens[] = { "**", "*", "***", "", "~~", "<sub>", "<sup>", "" };
	static const char *const closes[] = { "**", "*", "***", "", "~~", "</sub>", "</sup>", "" };

	if (style == MARKUP_CODE) {
		markdown_append_code_span(out, inside);
		return;
	}
	buffer_append_string(out, opens[style]);
	markup_inline(markup, inside, depth + 1, out);
	buffer_append_string(out, closes[style]);
}

static size_t take_mark(struct markup *markup, struct text text, size_t at, size_t *from, unsigned depth, struct buffer *out)
{
	const struct markup_mark *marks = markup->language->marks;

	for (size_t i = 0; i < MARKUP_MARKS_MAX && marks[i].mark; i++) {
		struct text sign = text_from(marks[i].mark);
		if (!at_mark(text, at, sign))
			continue;
		size_t end = end_of_mark(text, at, &marks[i], &from[i]);
		if (end == 0)
			continue;
		append_marked(markup, marks[i].style, text_slice(text, at + sign.bytes, end), depth, out);
		return end + sign.bytes - at;
	}
	return 0;
}

void markup_inline(struct markup *markup, struct text text, unsigned depth, struct buffer *out)
{
	size_t plain = 0, from[MARKUP_MARKS_MAX] = { 0 };
	struct buffer piece;

	if (depth > MARKUP_INLINE_DEPTH_MAX) {
		markdown_append_escaped(out, text);
		return;
	}
	buffer_init(&piece, out->bytes_max);
	for (size_t i = 0; i < text.bytes;) {
		if (!strchr(markup->language->special, text.data[i])) {
			i++;
			continue;
		}
		buffer_clear(&piece);
		size_t used = markup->language->take(markup, text, i, depth, &piece);
		if (used == 0)
			used = take_mark(markup, text, i, from, depth, &piece);
		if (used == 0) {
			i++;
			continue;
		}
		markdown_append_escaped(out, text_slice(text, plain, i));
		buffer_append_text(out, buffer_view(&piece));
		i += used;
		plain = i;
	}
	markdown_append_escaped(out, text_slice(text, plain, text.bytes));
	if (piece.status && !markup->status)
		markup->status = piece.status;
	buffer_done(&piece);
}

struct text markup_window(struct text text, size_t at)
{
	return text_slice(text, size_min(at, text.bytes), size_min(text.bytes, at + MARKUP_WINDOW_BYTES));
}

size_t markup_entity(struct text text, size_t at, struct buffer *out)
{
	enum { ENTITY_BYTES_MAX = 12 };
	size_t end = at + 1;
	struct buffer decoded;

	while (end < text.bytes && end - at < ENTITY_BYTES_MAX && (ascii_is_alnum(text.data[end]) || text.data[end] == '#'))
		end++;
	if (end == at + 1 || end >= text.bytes || text.data[end] != ';')
		return 0;
	buffer_init(&decoded, out->bytes_max);
	html_append_decoded(&decoded, text_slice(text, at, end + 1), false);
	markdown_append_escaped(out, buffer_view(&decoded));
	buffer_done(&decoded);
	return end + 1 - at;
}

bool markup_is_address(struct text text)
{
	static const char *const schemes[] = { "https://", "http://", "ftp://", "mailto:", "irc://", "file:" };

	for (size_t i = 0; i < COUNT_OF(schemes); i++)
		if (text_starts_with_nocase(text, text_from(schemes[i])))
			return true;
	return false;
}

bool markup_is_image(struct text target)
{
	static const char *const endings[] = { ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp" };

	for (size_t i = 0; i < COUNT_OF(endings); i++)
		if (text_ends_with_nocase(target, text_from(endings[i])))
			return true;
	return false;
}

void markup_link(struct markup *markup, struct text target, struct text text, unsigned depth, struct buffer *out)
{
	struct buffer inside;

	if (text.bytes == 0) {
		markdown_append_escaped(out, target);
		return;
	}
	buffer_init(&inside, out->bytes_max);
	markup_inline(markup, text, depth + 1, &inside);
	markdown_append_link(out, buffer_view(&inside), target);
	buffer_done(&inside);
}

void markup_note(struct markup *markup, struct text text, unsigned depth, struct buffer *out)
{
	if (text_trim(text).bytes == 0 || markup->note_count == MARKUP_NOTES_MAX)
		return;
	struct buffer note;
	unsigned number = ++markup->note_count;

	buffer_init(&note, out->bytes_max);
	markup_inline(markup, text_trim(text), depth + 1, &note);
	for (size_t i = 0; i < note.bytes; i++)
		note.data[i] = note.data[i] == '\n' ? ' ' : note.data[i];
	buffer_append_format(&markup->notes, "[^%u]: ", number);
	buffer_append_text(&markup->notes, buffer_view(&note));
	buffer_append_byte(&markup->notes, '\n');
	buffer_append_format(out, "[^%u]", number);
	buffer_done(&note);
}
