/* markdown_lines.h: what one line of Markdown is, by CommonMark and GFM. Pure; tabs in the indentation are blanks already. */
#ifndef DOCRING_WORKERS_PREPROCESS_MARKDOWN_LINES_H
#define DOCRING_WORKERS_PREPROCESS_MARKDOWN_LINES_H

#include "workers/preprocess/markdown_grid.h"

size_t markdown_line_indent(struct text line);
struct text markdown_line_unindent(struct text line, size_t columns); /* without up to so many blanks */
size_t markdown_line_run(struct text line, char byte);                /* how often it stands at the start */
/* Only `byte` (and blanks, if allowed); at least `least` of it. */
bool markdown_line_consists_of(struct text line, char byte, size_t least, bool with_blanks);

/* The rest of a line behind its indentation: */
bool markdown_line_is_rule(struct text rest);
bool markdown_line_is_heading(struct text rest);
bool markdown_line_is_fence(struct text rest);

struct markdown_marker {
	bool found, ordered, empty; /* empty: nothing behind it */
	uint32_t number;
	size_t bytes; /* with the blanks behind it */
};
struct markdown_marker markdown_line_marker(struct text rest);
/* Can this list begin while a paragraph is open? */
bool markdown_marker_interrupts(const struct markdown_marker *marker);

/* "-----|:---:": dashes, colons and at least one "|". */
bool markdown_line_is_delimiter_row(struct text line);
/* The cells of one row into the grid, "\|" as "|". */
void markdown_line_split_row(struct text line, struct markdown_grid *grid);

#endif
