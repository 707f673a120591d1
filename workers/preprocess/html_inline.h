/* html_inline.h: running text of a page to inline Markdown: white space collapsed, emphasis, code, links, images.
 *
 * Marks are wanted, not written: what is open follows what is wanted when the next text arrives, so that empty and
 * neighbouring marks vanish and blanks come to stand outside. One object serves a page, paragraph after paragraph. */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_INLINE_H
#define DOCRING_WORKERS_PREPROCESS_HTML_INLINE_H

#include "base/buffer.h"

#include <stdint.h>

enum html_mark { HTML_MARK_STRONG, HTML_MARK_EMPHASIS, HTML_MARK_DELETED, HTML_MARK_SUB, HTML_MARK_SUP, HTML_MARK_COUNT };

enum html_due { /* what stands before the next text; the greater one wins */
	HTML_DUE_NOTHING, HTML_DUE_SPACE, HTML_DUE_COMMA, HTML_DUE_LINE, HTML_DUE_BULLET,
};

struct html_open_mark {
	size_t start; /* of its opening in out */
	uint8_t mark;
};

struct html_inline {
	struct buffer out;     /* the paragraph so far */
	struct buffer plain;   /* text with white space collapsed, before it is escaped */
	struct buffer code;    /* of the code span being read */
	struct buffer scratch; /* a link's text, its repaired target */
	uint8_t due;           /* enum html_due */
	uint32_t due_number;   /* of a due bullet: the item has this number; 0: none */
	bool without_strong;   /* in a heading, which is strong already */
	unsigned wanted[HTML_MARK_COUNT];
	bool given_up[HTML_MARK_COUNT]; /* could not be written here; until it is no longer wanted */
	struct html_open_mark open[HTML_MARK_COUNT];
	size_t open_count;
	unsigned code_depth;
	size_t code_end;         /* of a span between single ticks in out; 0: none */
	unsigned link_depth;
	bool link_started;
	size_t link_start;       /* of its text in out */
	size_t link_open_count;  /* marks that were open before it */
	bool wanted_before_link[HTML_MARK_COUNT];
	struct text link_target; /* not owned: in the page */
};

void html_inline_init(struct html_inline *line, size_t bytes_max);
void html_inline_done(struct html_inline *line);

void html_inline_text(struct html_inline *line, struct text text);
void html_inline_due(struct html_inline *line, enum html_due due);
void html_inline_mark(struct html_inline *line, enum html_mark mark);   /* wanted once more */
void html_inline_unmark(struct html_inline *line, enum html_mark mark);
void html_inline_code_open(struct html_inline *line);
void html_inline_code_close(struct html_inline *line);
/* `target` must outlive the link; links in links are ignored. */
void html_inline_link_open(struct html_inline *line, struct text target);
void html_inline_link_close(struct html_inline *line);
void html_inline_image(struct html_inline *line, struct text alternative, struct text target);
/* Inline Markdown as it is. */
void html_inline_raw(struct html_inline *line, struct text markdown);

/* Ends the paragraph: closes what is open (a link that goes on loses its target) and returns it, trimmed, until the next call of anything here. */
struct text html_inline_take(struct html_inline *line);

/* Appends `text` with white space (no-break spaces too) collapsed to single blanks, controls and invisible characters left
 * out. Returns whether it began and ended with white space. */
struct html_edges { bool space_before, space_after; };
struct html_edges html_collapse(struct buffer *out, struct text text);

#endif
