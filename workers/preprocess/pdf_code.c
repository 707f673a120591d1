#include "workers/preprocess/pdf_code.h"

#include "base/utf8.h"

#include <math.h>

/* Width of a character of the row's type. */
static float character_width(const struct pdf_layout *layout, const struct pdf_row *row)
{
	const struct pdf_segment *segment = &layout->segments[row->segment_first];
	float widest = 0, width = 0;

	for (uint32_t w = 0; w < segment->word_count; w++) {
		const struct pdf_word *word = &layout->page->words[segment->word_first + w];
		size_t count = utf8_count(pdf_word_text(layout->page, word));
		if (count > 0 && word->box.x1 - word->box.x0 > widest) {
			widest = word->box.x1 - word->box.x0;
			width = widest / (float)count;
		}
	}
	return width > 0.5f ? width : 0.5f * (row->size > 1 ? row->size : 10);
}

static void append_blanks(struct buffer *out, float gap, float width, size_t least)
{
	enum { CODE_BLANKS_MAX = 100 };
	float blanks = roundf(gap / width);
	size_t count = blanks < (float)least ? least : blanks > CODE_BLANKS_MAX ? CODE_BLANKS_MAX : (size_t)blanks;
	buffer_append_repeat(out, ' ', count);
}

void pdf_code_append_row(struct buffer *out, const struct pdf_layout *layout, const struct pdf_row *row, float left)
{
	const float width = character_width(layout, row);
	float x = left;
	bool first = true;

	for (uint32_t s = 0; s < row->segment_count; s++) {
		const struct pdf_segment *segment = &layout->segments[row->segment_first + s];
		for (uint32_t w = 0; w < segment->word_count; w++) {
			const struct pdf_word *word = &layout->page->words[segment->word_first + w];
			append_blanks(out, word->box.x0 - x, width, first || word->box.x0 - x < 0.3f * width ? 0 : 1);
			buffer_append_text(out, pdf_word_text(layout->page, word));
			x = word->box.x1;
			first = false;
		}
	}
}

/* Bytes of the number that the line begins with, blanks around it counted; 0 when there is none. */
static size_t line_number(struct text line, uint32_t *ret_number)
{
	enum { LINE_DIGITS_MAX = 5 };
	size_t i = 0;
	uint32_t number = 0;

	while (i < line.bytes && line.data[i] == ' ')
		i++;
	const size_t start = i;
	for (; i < line.bytes && ascii_is_digit(line.data[i]) && i - start < LINE_DIGITS_MAX; i++)
		number = number * 10 + (uint32_t)(line.data[i] - '0');
	if (i == start || (i < line.bytes && line.data[i] != ' '))
		return 0;
	*ret_number = number;
	return i + (i < line.bytes);
}

/* Lines at the start of the code that begin with their numbers, nearly each the one before plus one (browsers of sources leave comments out):
 * all lines, or so many that the numbers of what follows must have been taken off already, as on a page where they stand in the margin. */
static uint32_t count_numbered(struct text code)
{
	enum { NUMBERED_LINES_MIN = 3, NUMBERED_HEAD_MIN = 12, JUMPS_SHARE = 4 };
	struct text line;
	uint32_t number = 0, before = 0, count = 0, jumps = 0, lines = 0, numbered = 0;

	while (text_next_line(&code, &line)) {
		lines++;
		if (line.bytes == 0)
			continue;
		if (line_number(line, &number) == 0 || (count > 0 && number <= before)) {
			numbered = count >= NUMBERED_HEAD_MIN ? numbered : 0;
			break;
		}
		jumps += count > 0 && number != before + 1;
		before = number;
		count++;
		numbered = lines;
	}
	return count >= NUMBERED_LINES_MIN && jumps * JUMPS_SHARE <= count ? numbered : 0;
}

void pdf_code_write(struct markdown_writer *markdown, struct text code, struct buffer *scratch)
{
	struct text line;
	uint32_t number, numbered = count_numbered(code);

	buffer_clear(scratch);
	if (numbered > 0) {
		for (struct text rest = code; text_next_line(&rest, &line); buffer_append_byte(scratch, '\n')) {
			const size_t skip = line.bytes > 0 && numbered > 0 ? line_number(line, &number) : 0;
			numbered -= numbered > 0;
			buffer_append_text(scratch, text_slice(line, skip, line.bytes));
		}
		code = buffer_view(scratch);
	}
	markdown_code(markdown, TEXT_LITERAL(""), code);
}
