/* pdf_fixture.h: pages of words made by hand, for the tests of what comes after poppler. Letters are half a font size wide, so that
 * a text's place is easy to reckon. */
#ifndef DOCRING_TESTS_UNIT_PDF_FIXTURE_H
#define DOCRING_TESTS_UNIT_PDF_FIXTURE_H

#include "workers/preprocess/pdf_headings.h"
#include "workers/preprocess/pdf_page.h"

/* Adds a line of words at x, its baseline at y; runs of three blanks or more are gaps of that many letters. */
void fixture_line(struct pdf_page *page, float x, float y, float size, uint8_t style, const char *text);

/* One word, not at the end of a line; where it begins right at the end of the word before, without a blank between. */
void fixture_word(struct pdf_page *page, float x, float y, float size, uint8_t style, const char *text);

/* Pages of 600 by 800 points for a test file's tests, empty at the start of each: its setup and teardown, and the first `fixture_page_count` of
 * them (one, unless the test says otherwise) as Markdown. */
enum { FIXTURE_PAGES = 4 };
extern struct pdf_page fixture_pages[FIXTURE_PAGES];
extern size_t fixture_page_count;
int fixture_open_pages(void **state);
int fixture_close_pages(void **state);
const char *fixture_write_pages(void);

/* A page of 600 by 800 points without words, its layout, and room for what is said of them: for a test's setup and teardown. */
void fixture_open_rows(struct pdf_page *page, struct pdf_layout *layout, struct buffer *out);
void fixture_close_rows(struct pdf_page *page, struct pdf_layout *layout, struct buffer *out);
/* The page's rows, one a line, segments parted by " | ", put into `out`. */
const char *fixture_rows(struct pdf_layout *layout, const struct pdf_page *page, struct buffer *out);

/* The pages as Markdown, put into `out`; the running text is 10 points. A stage that fails is a bug of the test. */
void fixture_markdown(const struct pdf_page *pages, size_t count, struct buffer *out);
/* The same, of a document that has an outline. */
void fixture_markdown_outlined(const struct pdf_page *pages, size_t count, struct pdf_outline *outline, struct buffer *out);

#endif
