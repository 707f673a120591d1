/* scan_fixture.h: pages drawn with cairo, for the tests of recognition: as grey bitmaps, and as PDF files that hold nothing but a
 * picture of each page. */
#ifndef DOCRING_TESTS_UNIT_SCAN_FIXTURE_H
#define DOCRING_TESTS_UNIT_SCAN_FIXTURE_H

#include "base/buffer.h"
#include "workers/preprocess/pdf_bitmap.h"

struct scan_line {
	const char *text;
	float x, y, size; /* points; of the baseline */
	bool bold;
	const char *font;  /* NULL: DejaVu Sans */
};

struct scan_page {
	const struct scan_line *lines;
	size_t line_count;
	float skew_degrees; /* to the right */
	int turns;          /* quarter turns to the right */
	float rule_x, rule_y0, rule_y1; /* a line down the page; 0: none */
	bool text;          /* drawn as letters with a font, not as a picture */
	bool hidden_layer;  /* under the picture the same text, as scanners with recognition leave it */
};

enum { SCAN_WIDTH = 420, SCAN_HEIGHT = 300, SCAN_DPI = 200 }; /* points */

void scan_bitmap(const struct scan_page *page, struct pdf_bitmap *ret_bitmap);
void scan_file(const struct scan_page *pages, size_t count, struct buffer *out);
/* A file of one page: its picture, and over it the text of a content stream, whose fonts are /F and, as recognisers name theirs, /G (WinAnsi, y upwards). */
void scan_file_with_text(const struct scan_page *page, const char *content, struct buffer *out);

#endif
