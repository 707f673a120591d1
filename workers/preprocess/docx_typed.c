#include "workers/preprocess/docx_typed.h"

#include "workers/preprocess/blocks.h"
#include "workers/preprocess/markdown_writer.h"

enum {
	LINES_MAX = 1 << 16,
	HEADINGS_MIN = 3,     /* fewer prove nothing: a bold line may be a note, a name, an example of bold text */
	TEXT_TIMES_MIN = 5,   /* the text must be so many times as long as its headings */
	STACKED_PERCENT = 34, /* of headings with no text under them: a cover, a list of names */
	TENTHS_OF_HALF_POINT = 5,
};

struct typed_line {
	size_t start, end;       /* the paragraph in the Markdown, with its "\n" */
	size_t text, text_bytes; /* in docx_typed.text */
	struct html_style style;
	bool first; /* of the document */
};

void docx_typed_init(struct docx_typed *typed, size_t bytes_max)
{
	*typed = (struct docx_typed){ .headings = { .wanted = true } };
	buffer_init(&typed->lines, bytes_max);
	buffer_init(&typed->text, bytes_max);
}

void docx_typed_done(struct docx_typed *typed)
{
	buffer_done(&typed->lines);
	buffer_done(&typed->text);
}

void docx_typed_text(struct docx_typed *typed, int size, bool strong, bool in_link, struct text text)
{
	struct html_style style = { .size = (uint16_t)(size * TENTHS_OF_HALF_POINT), .strong = strong };
	html_headings_text(&typed->headings, style, in_link, text);
}

static size_t line_count(const struct docx_typed *typed)
{
	return typed->lines.bytes / sizeof(struct typed_line);
}

/* Without the marks that make all of it bold or italic. */
static struct text bare(struct text text)
{
	for (int i = 0; i < 3 && text.bytes > 2 && text.data[0] == '*' && text.data[text.bytes - 1] == '*' && text.data[text.bytes - 2] != '\\'; i++)
		text = text_slice(text, 1, text.bytes - 1);
	return text;
}

static void remember(struct docx_typed *typed, struct text label, struct text inline_text, const struct buffer *markdown, size_t before)
{
	struct typed_line line = { .end = markdown->bytes, .text = typed->text.bytes, .style = typed->headings.line, .first = !typed->headings.any_line };

	if (label.bytes > 0 && text_starts_with(inline_text, label))
		inline_text = text_trim(text_slice(inline_text, label.bytes, inline_text.bytes));
	struct text inside = bare(inline_text);
	if (markdown->status || markdown->bytes <= before || line_count(typed) == LINES_MAX)
		return;
	if (memchr(inline_text.data, '\n', inline_text.bytes) || (inside.bytes < inline_text.bytes && memchr(inside.data, '*', inside.bytes)))
		return;
	line.start = line.end - 1;
	while (line.start > before && markdown->data[line.start - 1] != '\n')
		line.start--;
	buffer_append_text(&typed->text, label);
	if (label.bytes > 0)
		buffer_append_byte(&typed->text, ' ');
	buffer_append_text(&typed->text, inside);
	line.text_bytes = typed->text.bytes - line.text;
	buffer_append(&typed->lines, &line, sizeof(line));
}

void docx_typed_end(struct docx_typed *typed, struct text label, struct text inline_text, const struct buffer *markdown, size_t before)
{
	/* "Name:" goes on in the same line as often as not. */
	bool plain = typed->headings.line_bytes > 0 && typed->headings.line_end != ':' && inline_text.bytes > 0;
	struct text inside = bare(inline_text);

	/* A chapter that has a number is no title. */
	typed->headings.any_line |= label.bytes > 0 || (inside.bytes > 0 && ascii_is_digit(inside.data[0]));
	if (plain)
		remember(typed, label, inline_text, markdown, before);
	html_headings_end_line(&typed->headings, plain);
}

void docx_typed_skip(struct docx_typed *typed)
{
	html_headings_end_line(&typed->headings, false);
}

static const struct typed_line *lines_of(const struct docx_typed *typed)
{
	return (const struct typed_line *)(const void *)typed->lines.data;
}

/* An item with something else in it, or with more items behind it, is one. */
static bool stands_alone(const struct buffer *markdown, const struct typed_line *line)
{
	size_t next = line->end + 1;
	return next >= markdown->bytes || (markdown->data[line->end] == '\n' && markdown->data[next] != ' ');
}

static unsigned level_of(const struct docx_typed *typed, const struct buffer *markdown, const struct typed_line *line)
{
	if (line->text_bytes > HTML_HEADING_BYTES_MAX || !stands_alone(markdown, line))
		return 0;
	return html_headings_level_of(&typed->headings, line->style, line->first);
}

/* Do the lines head something? */
static bool are_headings(const struct docx_typed *typed, const struct buffer *markdown)
{
	const struct typed_line *lines = lines_of(typed);
	size_t count = 0, stacked = 0, bytes = 0;
	uint64_t all_bytes = 0;

	for (size_t i = 0; i < typed->headings.size_count; i++)
		all_bytes += typed->headings.sizes[i].bytes;
	for (size_t i = 0; i < line_count(typed); i++) {
		if (level_of(typed, markdown, &lines[i]) == 0)
			continue;
		count++;
		bytes += lines[i].text_bytes;
		stacked += i + 1 < line_count(typed) && lines[i + 1].start <= lines[i].end + 1 && level_of(typed, markdown, &lines[i + 1]) > 0;
	}
	return count >= HEADINGS_MIN && bytes * TEXT_TIMES_MIN <= all_bytes && stacked * 100 <= count * STACKED_PERCENT;
}

/* Under a title all of them are below it. */
static unsigned levels_to_add(const struct docx_typed *typed, const struct buffer *markdown, bool titled)
{
	for (size_t i = 0; i < line_count(typed) && titled; i++)
		if (level_of(typed, markdown, &lines_of(typed)[i]) == 1)
			return 1;
	return 0;
}

static void rewrite(const struct docx_typed *typed, unsigned add, const struct buffer *markdown, size_t start, struct buffer *out, struct buffer *title)
{
	const struct typed_line *lines = lines_of(typed);
	size_t copied = start;

	for (size_t i = 0; i < line_count(typed); i++) {
		unsigned level = level_of(typed, markdown, &lines[i]);
		struct text text = { typed->text.data + lines[i].text, lines[i].text_bytes };
		struct markdown_writer writer;
		if (level == 0)
			continue;
		buffer_append(out, markdown->data + copied, lines[i].start - copied);
		markdown_init(&writer, out);
		markdown_heading(&writer, level + add, text);
		copied = lines[i].end;
		if (level + add == 1 && title->bytes == 0)
			block_append_plain(title, text);
	}
	buffer_append(out, markdown->data + copied, markdown->bytes - copied);
}

void docx_typed_apply(struct docx_typed *typed, bool titled, struct buffer *markdown, size_t start, struct buffer *title)
{
	struct buffer out;

	if (typed->unwanted || typed->lines.status || typed->text.status || markdown->status || line_count(typed) < HEADINGS_MIN)
		return;
	if (!html_headings_decide(&typed->headings) || !are_headings(typed, markdown))
		return;
	buffer_init(&out, markdown->bytes_max);
	rewrite(typed, levels_to_add(typed, markdown, titled), markdown, start, &out, title);
	if (out.status == 0) {
		buffer_truncate(markdown, start);
		buffer_append_text(markdown, buffer_view(&out));
	}
	buffer_done(&out);
}
