/* docx_body.h: the parts of a document that hold its text (main part, footnotes, endnotes): elements as they stream by become paragraphs,
 * tables and notes. See docx_paragraph.h for what becomes of a paragraph. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_BODY_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_BODY_H

#include "workers/preprocess/convert.h"
#include "workers/preprocess/docx_field.h"
#include "workers/preprocess/docx_math.h"
#include "workers/preprocess/docx_paragraph.h"

enum { DOCX_TABLES_MAX = 100 /* in each other; more than the nesting of elements allows */ };

struct docx_open_table {
	size_t table, row, cell; /* indices of their records */
	uint32_t row_count;
	bool in_row, in_cell;
	bool row_deleted, cell_deleted;
	bool header_row_before;
};

struct docx_run { /* the run at hand */
	struct docx_looks looks;  /* its own */
	uint32_t style;           /* index + 1 of its character style */
	bool known;               /* those below were worked out */
	bool hidden;
	bool strong;              /* bold as the reader sees it */
	int16_t size;             /* half points */
	uint8_t bits;
	uint8_t symbol;           /* enum docx_symbol_font */
};

struct docx_note {
	size_t start, bytes; /* in note_text */
	uint32_t number;     /* 0: not referred to yet */
};

enum docx_text_use { DOCX_TEXT_OF_RUN, DOCX_TEXT_OF_INSTRUCTION, DOCX_TEXT_LEFT_OUT };

struct docx_body {
	const struct convert_input *input;  /* not owned */
	unsigned depth;                     /* how many documents it lies in */
	const struct docx_package *package;
	struct docx_relations *relations; /* of the part at hand; not owned */
	struct docx_paragraphs *paragraphs; /* not owned */
	struct docx_out *out;               /* not owned */
	struct document_builder *document;  /* not owned */
	const struct string_map *images;    /* part name → 1 + index of a target in paragraphs->targets */
	struct error_text *error;
	struct docx_fields fields;
	struct docx_math math;
	struct docx_run run;
	struct docx_run runs_around[DOCX_PARAGRAPHS_MAX]; /* of the paragraphs that text boxes hang on */
	unsigned cells_around[DOCX_PARAGRAPHS_MAX];
	struct docx_open_table tables[DOCX_TABLES_MAX];
	int table_count;
	uint32_t link;             /* what text is linked to */
	unsigned hyperlink_depth;
	uint32_t link_before;      /* the outermost hyperlink */
	bool preserve_space;
	uint8_t text_use;          /* enum docx_text_use */
	size_t text_start;         /* of the text element at hand in paragraphs->text */
	int equation_depth;
	bool mark_properties;      /* in the properties of a paragraph's mark */
	int skip_control;          /* depth of the content control whose content is left out, or 0 */
	uint64_t produced_before[DOCX_DEPTH_MAX + 1]; /* by alternatives: text and images before the first */
	bool chosen[DOCX_DEPTH_MAX + 1];
	uint64_t produced;         /* text bytes and images so far */
	struct string_map charts;  /* names of the parts that were read already: charts, diagrams, embedded documents */
	uint32_t contents;         /* entries of contents lists, which are left out */
	int deletion_depth;        /* of the deletion whose text is being read, to be shown; 0: none */
	struct buffer left_out;    /* that text, or a hidden run's */
	struct buffer alternative; /* alternative text of the drawing at hand */
	struct string_map notes;   /* "f3", "e3" → index in note_items */
	struct buffer note_items;  /* struct docx_note */
	struct buffer note_text;
	struct buffer note_order;  /* uint32_t: index of a note, in the order of their numbers */
	char note_kind;            /* 'f' or 'e': of the part at hand, or 0 */
	size_t note_first;         /* record at which the note at hand begins */
	struct buffer note_key;
};

void docx_body_init(struct docx_body *body, const struct docx_package *package, struct docx_paragraphs *paragraphs, size_t bytes_max);
void docx_body_done(struct docx_body *body);
/* Reads the main part, or with note_kind 'f' or 'e' a part of notes (before the main part). */
int docx_body_read(struct docx_body *body, struct text part, struct docx_relations *relations, char note_kind, struct error_text *error) WARN_UNUSED;

#endif
