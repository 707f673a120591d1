/* convert_support.h: runs a converter on a literal and keeps what came out. */
#ifndef DOCRING_TESTS_UNIT_CONVERT_SUPPORT_H
#define DOCRING_TESTS_UNIT_CONVERT_SUPPORT_H

#include "workers/preprocess/convert.h"

struct converted {
	struct buffer markdown;
	struct document_builder *document;
	struct error_text error;
	int status;
};

struct converted convert_run(converter *convert, const char *name, struct text data);
void converted_done(struct converted *converted);

/* Converts and compares; says both texts where they differ. Checks the invariants of every converter's output too. */
void convert_expect(converter *convert, const char *name, const char *source, const char *expected);

/* Valid UTF-8, no trailing blanks, one "\n" at the end, no two blank lines outside code, and convert_markdown leaves it as it is. */
void convert_check_normal(struct text markdown);

/* Running text of a page, enough to be its main part; and as it comes out. */
#define SEVERAL_SENTENCES "<p>Running text that is long enough to be seen as the content of the page, we hope, and more of it. Running text that is long enough to be seen as the content of the page, " \
	"we hope, and more of it. Running text that is long enough to be seen as the content of the page, we hope, and more of it. Running text that is long enough to be " \
	"seen as the content of the page, we hope, and more of it.</p>"
#define THEIR_MARKDOWN "Running text that is long enough to be seen as the content of the page, we hope, and more of it. Running text that is long enough to be seen as the content of the page, " \
	"we hope, and more of it. Running text that is long enough to be seen as the content of the page, we hope, and more of it. Running text that is long enough to be " \
	"seen as the content of the page, we hope, and more of it.\n"

#endif
