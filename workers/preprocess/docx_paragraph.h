/* docx_paragraph.h: one paragraph of a word processor document: its runs are collected with their looks, then made into one block.
 *
 * Paragraphs stand in each other where a text box hangs on one: they form a stack over the same buffers. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_PARAGRAPH_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_PARAGRAPH_H

#include "workers/preprocess/docx_numbering.h"
#include "workers/preprocess/docx_out.h"
#include "workers/preprocess/docx_typed.h"
#include "workers/preprocess/html_inline.h"

enum docx_piece_kind { DOCX_PIECE_TEXT, DOCX_PIECE_BREAK, DOCX_PIECE_IMAGE, DOCX_PIECE_NOTE, DOCX_PIECE_EQUATION };

enum { /* looks of a piece, bits */
	DOCX_BOLD = 1, DOCX_ITALIC = 2, DOCX_STRIKE = 4, DOCX_SUB = 8, DOCX_SUP = 16, DOCX_MONO = 32, /* by font or style */
};

struct docx_piece {
	uint8_t kind;    /* enum docx_piece_kind */
	uint8_t looks;
	uint32_t link;   /* 1 + index of a target; 0: none */
	uint32_t number; /* of a note; of an image: 1 + index of its target */
	size_t start, bytes; /* text; of an image its alternative text */
};

struct docx_target { /* of a link or image */
	size_t start, bytes;
};

struct docx_paragraph { /* one on the stack */
	size_t first_piece, first_text;
	uint32_t style;        /* index + 1; 0: the default one */
	int32_t number;        /* numId of its own; DOCX_UNSET */
	int32_t list_level;
	int32_t outline;
	int32_t indent;
	bool mark_deleted;     /* goes on in the next paragraph */
	bool pending;          /* its end came, and it waits for that next one */
	bool mark_hidden;
	size_t place;          /* 1 + index of the record kept for it, because a text box came before its end */
};

enum { DOCX_PARAGRAPHS_MAX = 16 }; /* in each other */

struct docx_paragraphs {
	struct docx_styles *styles;       /* not owned */
	struct docx_numbering *numbering; /* not owned */
	struct docx_out *out;             /* not owned */
	struct html_inline line;
	struct buffer pieces;  /* struct docx_piece */
	struct buffer text;    /* of the pieces */
	struct buffer targets; /* struct docx_target: of links and images, for the whole document */
	struct buffer target_text;
	struct buffer label;   /* a number, as the reader sees it */
	struct buffer plain;   /* code, markers */
	struct docx_paragraph stack[DOCX_PARAGRAPHS_MAX];
	int depth;
	unsigned cell_depth;   /* in a cell, so many tables deep */
	bool header_row;
	bool has_title;        /* a title was met */
	struct buffer title;   /* plain: the first title, else the first heading of level 1 */
	struct buffer cover;   /* plain: what a 3GPP cover says, a paragraph a line */
	bool cover_over;       /* a heading was met */
	struct docx_typed typed;
	uint32_t image_count;
	uint64_t text_bytes;   /* read */
};

void docx_paragraphs_init(struct docx_paragraphs *paragraphs, struct docx_styles *styles, struct docx_numbering *numbering, struct docx_out *out,
			  size_t bytes_max);
void docx_paragraphs_done(struct docx_paragraphs *paragraphs);
int docx_paragraphs_status(const struct docx_paragraphs *paragraphs);

/* False: too many in each other. After one whose mark was deleted the same goes on. */
bool docx_paragraph_open(struct docx_paragraphs *paragraphs);
struct docx_paragraph *docx_paragraph_now(struct docx_paragraphs *paragraphs); /* NULL outside of any */
/* Makes a block of it. */
void docx_paragraph_close(struct docx_paragraphs *paragraphs);
/* A text box opens in the paragraph at hand. */
void docx_paragraph_hold(struct docx_paragraphs *paragraphs);
/* Ends what a deleted mark left open: at the end of a cell, of a note, of the document. */
void docx_paragraph_end(struct docx_paragraphs *paragraphs);

/* The text from here on belongs to a piece of this kind; the same again goes on. Text is appended to paragraphs->text. */
void docx_piece(struct docx_paragraphs *paragraphs, enum docx_piece_kind kind, uint8_t looks, uint32_t link);
void docx_piece_image(struct docx_paragraphs *paragraphs, struct text alternative, uint32_t target, uint32_t link);
void docx_piece_note(struct docx_paragraphs *paragraphs, uint32_t number);
uint32_t docx_target_add(struct docx_paragraphs *paragraphs, struct text target); /* 1 + index, 0: none */

#endif
