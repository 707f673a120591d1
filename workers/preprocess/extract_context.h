/* extract_context.h: what the extractors of one document share: the text, its blocks and sections, the vocabulary, and what
 * was found so far. One per call of extract_document; everything in it is private memory of that call. */
#ifndef DOCRING_WORKERS_PREPROCESS_EXTRACT_CONTEXT_H
#define DOCRING_WORKERS_PREPROCESS_EXTRACT_CONTEXT_H

#include "workers/preprocess/blocks.h"
#include "workers/preprocess/extract_items.h"
#include "workers/preprocess/extract_vocabulary.h"
#include "workers/preprocess/preprocess.h"

/* What a block stands under. */
struct extract_section {
	int8_t category;       /* enum document_category that the headings above announce, or -1 */
	bool identity;         /* a table that was read as the document's identity */
	bool entry;            /* read as part of a bold bullet or of a heading that is a name */
	int32_t class_heading; /* block index of the heading that names an MO class, or -1 */
};

struct extract {
	const struct settings *settings;
	const struct domain *domain;
	struct text name, container; /* of the file, and of the archive it came from */
	struct text markdown;
	struct blocks blocks;
	struct extract_section *sections; /* one a block */
	struct extract_vocabulary vocabulary;
	struct extract_items items;
	struct string_map classes; /* MO classes met; value 1 + order of appearance, 0 when only rumoured */
	struct buffer class_list;  /* those that were met, a line each */
	struct buffer plain;       /* scratch of extract_plain */
	struct buffer compact;     /* scratch of extract_parse_cell_name */
	struct document_builder *document;
	struct document_range meta_places[DOCUMENT_META_COUNT]; /* where each was read; bytes 0 when it was derived */
	struct document_range feature_span; /* the text that names the document's own feature */
	bool feature;              /* the document describes a feature: it has an identity */
};

/* --- extract.c: helpers ------------------------------------------------------------------------------------------- */

/* `inline_text` without formatting; valid until the next call. */
struct text extract_plain(struct extract *extract, struct text inline_text);
/* Where a slice of the Markdown lies in it. */
struct document_range extract_range(const struct extract *extract, struct text slice);
struct text extract_block_content(const struct extract *extract, const struct block *block);
struct document_range extract_block_range(const struct block *block);
/* Is the text one of the pack's ways to say "nothing" ("-", "N/A", "None")? Empty text is. */
bool extract_is_nothing(struct extract *extract, struct text plain);
/* Notes an MO class that the document uses. */
void extract_meet_class(struct extract *extract, struct text mo_class);
bool extract_knows_class(const struct extract *extract, struct text mo_class);
/* Adds the value without formatting, unless it says "nothing". */
void extract_add_inline(struct extract *extract, enum document_key key, struct text inline_text);

/* --- names: extract_names.c --------------------------------------------------------------------------------------- */

struct extract_name {
	struct text text;      /* as it stands in the Markdown (or, when it was broken over lines, put together) */
	struct text place;     /* slice of the Markdown it was read from */
	struct text mo_class;  /* empty when not said */
	struct text attribute;
};
/* The next "MoClass.attribute" or "pmXxx" in `where` from *position on. No judgement yet whether it is a parameter. */
bool extract_next_name(struct extract *extract, struct text where, size_t *position, struct extract_name *ret_name);
/* "Class.attribute" and members that follow ("Class.struct.memberName") at `start`. */
bool extract_parse_qualified(struct text text, size_t start, struct extract_name *ret_name);
/* A whole cell as one name: "cellRange", or "MoClass.<br>attribute" broken over lines. */
bool extract_parse_cell_name(struct extract *extract, struct text cell, struct extract_name *ret_name);
/* Letters: does an identifier have an upper-case letter behind its first one ("cellRange")? */
bool extract_has_hump(struct text identifier);
bool extract_is_identifier(struct text text);
/* "EUtranCellFDD": upper-case first, two upper-case letters and a lower-case one. */
bool extract_is_class_shaped(struct text identifier);
/* "6.1 Activate the Feature" without its number. */
struct text extract_without_number(struct text heading);
/* `inline_text` without the emphasis, ticks and brackets round it. */
struct text extract_strip_marks(struct text inline_text);
/* The name is put into the open item as NAME, MO_CLASS and ATTRIBUTE. */
void extract_add_name(struct extract *extract, const struct extract_name *name, struct text mo_class);
enum document_category extract_category_of(struct text attribute);

/* The class that the headings above the block name, or an empty text. */
struct text extract_section_class(struct extract *extract, size_t block_index);
/* A label of the document's identity ("Node Type") and its value, standing in `where`: sets the metadata that it means. False
 * when it means none. extract_identity.c */
bool extract_identity_line(struct extract *extract, const char *vocabulary, struct text inline_label, struct text inline_value,
			   struct document_range where);
/* "FAJ 121 3094" out of any way to write it, into `out`; false when `text` has none from *position on. */
bool extract_next_feature_id(struct extract *extract, struct text text, size_t *position, struct document_range *ret_place, struct buffer *out);
/* The same for licences, without their suffixes: "CXC4011808". */
bool extract_next_licence(struct extract *extract, struct text text, size_t *position, struct document_range *ret_place, struct buffer *out);

/* --- rows: extract_parameters.c, extract_events.c, extract_features.c --------------------------------------------- */

/* What the columns of a table mean. */
struct extract_columns {
	const char *vocabulary;  /* category of the domain pack: "parameters", "kpis" … */
	enum document_category category;
	bool csv;                /* cells become details too */
	size_t count;
	size_t matched;          /* columns that mean something */
	int8_t keys[BLOCK_CELLS_MAX]; /* enum document_key, or -1 */
	int name, mo_class;      /* column index, or -1 */
	struct text headers[BLOCK_CELLS_MAX]; /* slices of the Markdown */
	size_t block_index;      /* of the table */
	float confidence;
};

void extract_parameter_row(struct extract *extract, const struct extract_columns *columns, const struct block_row *row);
void extract_event_row(struct extract *extract, const struct extract_columns *columns, const struct block_row *row);
void extract_feature_row(struct extract *extract, const struct extract_columns *columns, const struct block_row *row);
void extract_named_row(struct extract *extract, const struct extract_columns *columns, const struct block_row *row);
void extract_kpi_row(struct extract *extract, const struct extract_columns *columns, const struct block_row *row);
/* Adds the row's cells to the open item; the name's column is left to the caller. extract_tables.c */
void extract_add_cells(struct extract *extract, const struct extract_columns *columns, const struct block_row *row);
/* One "Label: value" whose label means `key`: what needs a rule (relation or type, yes or no) gets it here. extract_tables.c */
void extract_add_field(struct extract *extract, enum document_key key, struct text inline_value);
/* Range, default and unit that a description names ("… Range: 1..100. Default: 15."), when the item has none yet.
 * extract_description.c */
void extract_add_described(struct extract *extract, struct text description);
/* "Meaning: Indicates …" without its label. */
struct text extract_without_label(struct extract *extract, struct text description);
/* Where the lines of a table inside a description's cell begin; cell.bytes when there is none. */
size_t extract_description_end(struct extract *extract, struct text cell);
/* The key that a label means in a vocabulary, or -1. */
int extract_key_of(struct extract *extract, const char *vocabulary, struct text plain_label);
/* Cuts a feature's name out of a cell or the start of a list item: without identity, emphasis and separators. extract_features.c */
struct text extract_feature_name(struct extract *extract, struct text where);

/* Adds what a step or a command sets to the open item. extract_sets.c */
void extract_sets_of_step(struct extract *extract, struct text step);
void extract_sets_of_command(struct extract *extract, struct text text);

/* --- the extractors, in the order in which they run --------------------------------------------------------------- */

int extract_find_sections(struct extract *extract) WARN_UNUSED; /* extract_sections.c */
void extract_short_form_header(struct extract *extract); /* extract_short_form.c: header lines; called by extract_identity */
void extract_identity(struct extract *extract);     /* extract_identity.c: metadata from names, title, identity tables */
void extract_tables(struct extract *extract);       /* extract_tables.c */
void extract_entries(struct extract *extract);      /* extract_short_form.c: bold bullets, headings that are names */
void extract_related(struct extract *extract);      /* extract_features.c: lists of dependencies */
void extract_procedures(struct extract *extract);   /* extract_procedures.c */
void extract_prose(struct extract *extract);        /* extract_prose.c: mentions in running text */
void extract_main_feature(struct extract *extract); /* extract_features.c: licences, and the document's own feature */

#endif
