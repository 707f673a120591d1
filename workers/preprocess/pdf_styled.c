#include "workers/preprocess/pdf_styled.h"

#include "workers/preprocess/markdown_inline.h"
#include "workers/preprocess/pdf_notes.h"

#include <errno.h>
#include <stdlib.h>

void pdf_styled_init(struct pdf_styled *styled, size_t bytes_max)
{
	*styled = (struct pdf_styled){ .run_count = 0 };
	buffer_init(&styled->text, bytes_max);
}

void pdf_styled_done(struct pdf_styled *styled)
{
	buffer_done(&styled->text);
	free(styled->runs);
	*styled = (struct pdf_styled){ .run_count = 0 };
}

void pdf_styled_clear(struct pdf_styled *styled)
{
	buffer_clear(&styled->text);
	styled->run_count = 0;
}

uint32_t pdf_note_number(const struct pdf_note_marks *notes, struct text mark)
{
	for (size_t i = 0; i < notes->count; i++)
		if (text_equal(mark, text_from(notes->marks[i])))
			return notes->numbers[i];
	return 0;
}

/* --- growing ---------------------------------------------------------------------------------------------------- */

/* From the text's end on, the style is this one. */
static void begin_run(struct pdf_styled *styled, uint8_t style)
{
	while (styled->run_count > 0 && styled->runs[styled->run_count - 1].start >= styled->text.bytes)
		styled->run_count--; /* what it held was a hyphen, and is gone */
	const uint8_t before = styled->run_count > 0 ? styled->runs[styled->run_count - 1].style : 0;
	if (before == style)
		return;
	if (!pdf_grow((void **)&styled->runs, &styled->run_capacity, styled->run_count, sizeof(*styled->runs))) {
		styled->status = -ENOMEM;
		return;
	}
	styled->runs[styled->run_count++] = (struct pdf_run){ styled->text.bytes, style };
}

void pdf_styled_append_text(struct pdf_styled *styled, struct text text, uint8_t style)
{
	begin_run(styled, style);
	buffer_append_text(&styled->text, text);
}

/* Is the word raised or lowered against `base`, the last one on the line that is neither? */
static uint8_t shift_of(const struct pdf_word *base, const struct pdf_word *before, const struct pdf_word *word)
{
	if (pdf_word_is_raised(base, before, word))
		return PDF_RAISED;
	if (!pdf_word_is_glued(before, word) || word->size > 0.85f * base->size || word->rotated)
		return 0;
	return word->box.y1 > base->box.y1 + 0.05f * base->size ? PDF_LOWERED : 0;
}

/* The word's style where it stands; *ret_note: the number of the note that it is the mark of, or 0. */
static uint8_t style_of(const struct pdf_styled_line *line, const struct pdf_word *base, const struct pdf_word *before,
			const struct pdf_word *word, uint32_t *ret_note)
{
	const struct text text = pdf_word_text(line->layout->page, word);
	const uint8_t shift = before && base ? shift_of(base, before, word) : 0;

	/* A number above a single letter or a digit is a power, whatever notes the page has. */
	const bool power = shift == PDF_RAISED && (base->bytes < 2 || ascii_is_digit(line->layout->page->text.data[base->start + base->bytes - 1]));
	*ret_note = shift == PDF_RAISED && !power && line->notes ? pdf_note_number(line->notes, pdf_note_mark(text)) : 0;
	if (*ret_note > 0)
		return PDF_NOTE_MARK;
	if (word->style & line->styles & PDF_MONO)
		return PDF_MONO;
	return (uint8_t)((word->style & line->styles) | shift);
}

struct line_walk {
	size_t passed;      /* bytes of the row as pdf_row_append gives it */
	bool begun;         /* a word of the line was appended */
	const struct pdf_word *base, *before; /* in the segment */
};

/* Is the word a raised capital in the middle of a word, as in the name of LaTeX? It is a letter like the others. */
static bool is_inside_word(const struct pdf_styled_line *line, const struct pdf_word *word, const struct pdf_word *next)
{
	const struct text text = pdf_word_text(line->layout->page, word);

	return text.bytes == 1 && ascii_is_upper(text.data[0]) && next && next->bytes > 0 && pdf_word_is_glued(word, next) &&
	       ascii_is_upper(line->layout->page->text.data[next->start]);
}

static void append_word(struct pdf_styled *styled, const struct pdf_styled_line *line, struct line_walk *walk, const struct pdf_word *word,
			const struct pdf_word *next)
{
	const struct text text = pdf_word_text(line->layout->page, word);
	const bool glued = walk->before && pdf_word_is_glued(walk->before, word);
	uint32_t note;

	walk->passed += walk->passed > 0 && !glued;
	walk->passed += text.bytes;
	uint8_t style = style_of(line, walk->base, walk->before, word, &note);
	if (is_inside_word(line, word, next))
		style &= (uint8_t)~PDF_RAISED;
	walk->before = word;
	if (!(style & (PDF_RAISED | PDF_LOWERED | PDF_NOTE_MARK)))
		walk->base = word;
	if (walk->passed <= line->skip)
		return;
	if (!walk->begun)
		pdf_join_begin(&styled->text, text, line->vocabulary);
	else if (!glued)
		buffer_append_byte(&styled->text, ' ');
	walk->begun = true;
	begin_run(styled, style);
	if (note > 0)
		buffer_append_format(&styled->text, "%u", (unsigned)note);
	else
		pdf_append_without_soft_hyphens(&styled->text, text);
}

void pdf_styled_append_row(struct pdf_styled *styled, const struct pdf_styled_line *line)
{
	struct line_walk walk = { .passed = 0 };

	for (uint32_t s = 0; s < line->row->segment_count; s++) {
		const struct pdf_segment *segment = &line->layout->segments[line->row->segment_first + s];
		walk.before = NULL;
		for (uint32_t w = 0; w < segment->word_count; w++) {
			const struct pdf_word *word = &line->layout->page->words[segment->word_first + w];
			append_word(styled, line, &walk, word, w + 1 < segment->word_count ? word + 1 : NULL);
		}
	}
}

/* --- writing ---------------------------------------------------------------------------------------------------- */

static bool is_letter(char c) { return ascii_is_alnum(c) || (unsigned char)c >= 0x80; }

/* Can emphasis stand around `inner`, with `rest` behind it? "a**(b)**c" is none: a mark between a letter and punctuation that belongs
 * to the other side is read as text. */
static bool can_emphasise(const struct buffer *out, struct text inner, struct text rest)
{
	const bool letter_before = out->bytes > 0 && is_letter(out->data[out->bytes - 1]);
	const bool letter_after = rest.bytes > 0 && is_letter(rest.data[0]);

	return !(letter_before && !is_letter(inner.data[0])) && !(letter_after && !is_letter(inner.data[inner.bytes - 1]));
}

static void write_marked(struct buffer *out, const char *opening, struct text inner, const char *closing)
{
	buffer_append_string(out, opening);
	markdown_append_escaped(out, inner);
	buffer_append_string(out, closing);
}

static void write_run(struct buffer *out, uint8_t style, struct text inner, struct text rest)
{
	static const char *const marks[] = { "", "**", "*", "***" };
	const uint8_t weight = style & (PDF_BOLD | PDF_ITALIC);

	if (style & PDF_NOTE_MARK)
		buffer_append_format(out, "[^%.*s]", TEXT_ARGS(inner));
	else if (style & PDF_MONO)
		markdown_append_code_span(out, inner);
	else if (style & PDF_RAISED)
		write_marked(out, "<sup>", inner, "</sup>");
	else if (style & PDF_LOWERED)
		write_marked(out, "<sub>", inner, "</sub>");
	else {
		const char *mark = can_emphasise(out, inner, rest) ? marks[weight] : "";
		write_marked(out, mark, inner, mark);
	}
}

void pdf_styled_write(const struct pdf_styled *styled, struct buffer *out)
{
	const struct text all = buffer_view(&styled->text);
	size_t start = 0;
	uint8_t style = 0;

	for (size_t i = 0; i <= styled->run_count; i++) {
		const size_t end = i < styled->run_count ? size_min(styled->runs[i].start, all.bytes) : all.bytes;
		struct text run = text_slice(all, start, end), inner = text_trim(run);
		if (inner.bytes > 0) {
			const size_t before = (size_t)(inner.data - run.data);
			buffer_append_repeat(out, ' ', before);
			write_run(out, style, inner, text_slice(all, start + before + inner.bytes, all.bytes));
			buffer_append_repeat(out, ' ', run.bytes - before - inner.bytes);
		} else {
			buffer_append_text(out, run);
		}
		start = end;
		style = i < styled->run_count ? styled->runs[i].style : 0;
	}
}
