#include "tests/unit/pdf_fixture.h"

#include "base/utf8.h"
#include "workers/preprocess/pdf_write.h"

#include <stdlib.h>

void fixture_word(struct pdf_page *page, float x, float y, float size, uint8_t style, const char *text)
{
	struct text rest = text_from(text);
	struct pdf_word *word = pdf_page_add_word(page);

	CHECK(word);
	const struct pdf_word *before = page->word_count > 1 ? word - 1 : NULL;
	word->glued = before && !before->line_end && x - before->box.x1 < 0.1f && x >= before->box.x1;
	word->size = size;
	word->style = style;
	for (size_t i = 0; i < rest.bytes;) {
		uint32_t code = 0;
		size_t bytes = utf8_decode(rest, i, &code);
		CHECK(bytes > 0);
		pdf_page_append(page, code, (struct pdf_box){ x, y - 0.8f * size, x + size / 2, y + 0.2f * size });
		x += size / 2;
		i += bytes;
	}
}

void fixture_line(struct pdf_page *page, float x, float y, float size, uint8_t style, const char *text)
{
	char word[512];
	size_t letters = 0, start = 0, i = 0;

	for (;; i++) {
		if (text[i] && text[i] != ' ')
			continue;
		if (i > start) {
			CHECK(i - start < sizeof(word));
			memcpy(word, text + start, i - start);
			word[i - start] = '\0';
			fixture_word(page, x + (float)letters * size / 2, y, size, style, word);
			letters += utf8_count(text_from(word));
		}
		start = i + 1;
		letters++;
		if (!text[i])
			break;
	}
	page->words[page->word_count - 1].line_end = true;
}

void fixture_open_rows(struct pdf_page *page, struct pdf_layout *layout, struct buffer *out)
{
	pdf_page_init(page);
	pdf_page_clear(page, 0, 600, 800);
	pdf_layout_init(layout);
	buffer_init(out, 1 << 20);
}

void fixture_close_rows(struct pdf_page *page, struct pdf_layout *layout, struct buffer *out)
{
	pdf_layout_done(layout);
	pdf_page_done(page);
	buffer_done(out);
}

const char *fixture_rows(struct pdf_layout *layout, const struct pdf_page *page, struct buffer *out)
{
	CHECK(pdf_layout_build(layout, page) == 0);
	buffer_clear(out);
	for (size_t r = 0; r < layout->row_count; r++) {
		for (uint32_t s = 0; s < layout->rows[r].segment_count; s++) {
			if (s > 0)
				buffer_append_string(out, " | ");
			pdf_segment_append(layout, &layout->segments[layout->rows[r].segment_first + s], out);
		}
		buffer_append_byte(out, '\n');
	}
	return buffer_string(out);
}

void fixture_markdown_outlined(const struct pdf_page *pages, size_t count, struct pdf_outline *outline, struct buffer *out)
{
	struct pdf_body body = { .size = 10 };
	struct pdf_layout layout;
	struct pdf_blocks blocks;
	struct pdf_tags tags;
	struct pdf_headings headings;
	struct pdf_writer writer;
	struct buffer markdown;
	struct word_set *vocabulary = calloc(1, sizeof(*vocabulary));

	CHECK(vocabulary);
	buffer_init(&markdown, out->bytes_max);
	pdf_layout_init(&layout);
	pdf_blocks_init(&blocks);
	pdf_tags_init(&tags);
	pdf_headings_init(&headings);
	pdf_writer_init(&writer, &markdown, &headings, vocabulary);
	for (size_t i = 0; i < count; i++) {
		CHECK(pdf_layout_build(&layout, &pages[i]) == 0);
		CHECK(pdf_blocks_build(&blocks, &layout, &body, outline, &tags) == 0);
		pdf_write_page(&writer, &layout, &blocks);
	}
	CHECK(pdf_write_finish(&writer) == 0);
	pdf_headings_settle(&headings, false);
	buffer_clear(out);
	pdf_headings_apply(&headings, buffer_view(&markdown), out);
	pdf_writer_done(&writer);
	pdf_headings_done(&headings);
	pdf_tags_done(&tags);
	pdf_blocks_done(&blocks);
	pdf_layout_done(&layout);
	buffer_done(&markdown);
	free(vocabulary);
}

void fixture_markdown(const struct pdf_page *pages, size_t count, struct buffer *out)
{
	struct pdf_outline outline;

	pdf_outline_init(&outline);
	fixture_markdown_outlined(pages, count, &outline, out);
	pdf_outline_done(&outline);
}

struct pdf_page fixture_pages[FIXTURE_PAGES];
size_t fixture_page_count;
static struct buffer fixture_text;

int fixture_open_pages(void **state)
{
	(void)state;
	for (size_t i = 0; i < FIXTURE_PAGES; i++) {
		pdf_page_init(&fixture_pages[i]);
		pdf_page_clear(&fixture_pages[i], (uint32_t)i, 600, 800);
	}
	fixture_page_count = 1;
	buffer_init(&fixture_text, 1 << 20);
	return 0;
}

int fixture_close_pages(void **state)
{
	(void)state;
	for (size_t i = 0; i < FIXTURE_PAGES; i++)
		pdf_page_done(&fixture_pages[i]);
	buffer_done(&fixture_text);
	return 0;
}

const char *fixture_write_pages(void)
{
	fixture_markdown(fixture_pages, fixture_page_count, &fixture_text);
	return buffer_string(&fixture_text);
}
