/* docx_typed.h: headings of documents that have none by style or outline level: paragraphs that were typed, made bold or larger, and left at that.
 * Paragraphs go to Markdown as they come; those that look like headings are remembered, and when the document is over and had no heading
 * of its own, they become headings where they stand. What a line has to look like: html_headings.h; how many it takes: docx_typed.c. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_TYPED_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_TYPED_H

#include "workers/preprocess/html_headings.h"

struct docx_typed {
	struct html_headings headings;
	struct buffer lines; /* struct typed_line (docx_typed.c) */
	struct buffer text;  /* their inline Markdown */
	bool unwanted;       /* something else wrote headings */
};

void docx_typed_init(struct docx_typed *typed, size_t bytes_max);
void docx_typed_done(struct docx_typed *typed);
/* Text of the paragraph at hand; its size in half points. */
void docx_typed_text(struct docx_typed *typed, int size, bool strong, bool in_link, struct text text);
/* The paragraph is over: as a paragraph or as an item of a list it stands at the end of `markdown`, which had `before` bytes. `label`: its number,
 * which a heading has in its text; a paragraph has it there already. */
void docx_typed_end(struct docx_typed *typed, struct text label, struct text inline_text, const struct buffer *markdown, size_t before);
/* The paragraph is over and stands where no heading can, if docx_typed_end was not called for it. */
void docx_typed_skip(struct docx_typed *typed);
/* The document, which begins at `start` and has no heading but its title (`titled`), is over: its lines become headings, if enough of them look
 * like it. `title`, when empty, takes the text of the first one of level 1. */
void docx_typed_apply(struct docx_typed *typed, bool titled, struct buffer *markdown, size_t start, struct buffer *title);

#endif
