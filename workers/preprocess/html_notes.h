/* html_notes.h: footnotes of a page, however they are written (pandoc, Sphinx, docutils, DocBook, GitHub, Wikipedia, word
 * processors, by hand): which links are the marks of notes, and which elements are the notes. One pass over the page, made only
 * where links point into it. A mark becomes "[^1]", its note "[^1]: text". */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_NOTES_H
#define DOCRING_WORKERS_PREPROCESS_HTML_NOTES_H

#include "workers/preprocess/html_tree.h"

enum { HTML_NOTE_LABEL_BYTES_MAX = 16, HTML_NOTE_NONE = UINT32_MAX };

struct html_note_mark {
	uint32_t link, note; /* node of the link; index of its note */
};

struct html_note {
	uint32_t node; /* element that holds the text (of a definition list the term), ascending */
	uint32_t end;  /* node behind it: with a term comes its definition */
	bool is_comment; /* a reviewer's remark: neither mark nor text is written */
	char sign[HTML_NOTE_LABEL_BYTES_MAX];  /* that the page marks it by */
	char label[HTML_NOTE_LABEL_BYTES_MAX]; /* that it has in Markdown */
};

struct html_notes {
	struct buffer marks, notes; /* arrays of the structs above, by node */
};

/* 0, -ENOMEM or ERROR_LIMIT_HIT. Release with html_notes_done, also after an error. */
int html_notes_find(const struct html_tree *tree, size_t bytes_max, struct html_notes *ret_notes) WARN_UNUSED;
void html_notes_done(struct html_notes *notes);

/* The note that the link is the mark of, or NULL. */
const struct html_note *html_notes_of_link(const struct html_notes *notes, uint32_t link);
/* The note that begins at the node, or NULL. */
const struct html_note *html_notes_at(const struct html_notes *notes, uint32_t node);
/* All the text of the element is marks of notes. */
bool html_notes_fill(const struct html_tree *tree, const struct html_notes *notes, uint32_t node);
/* A link in a note that leads back to its mark, or repeats its label. */
bool html_notes_is_backlink(const struct html_tree *tree, const struct html_note *note, uint32_t link);
/* The text of a note without the label, brackets and carets at its start. */
struct text html_notes_strip_label(const struct html_note *note, struct text text);

#endif
