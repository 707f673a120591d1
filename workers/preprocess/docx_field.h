/* docx_field.h: fields: instructions that a word processor has turned into text. The text is kept, the instruction is not; a
 * few say what their text is (a link, a page number, a table of contents). Fields stand in each other. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_FIELD_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_FIELD_H

#include "base/buffer.h"

#include <stdint.h>

enum docx_field_kind { DOCX_FIELD_TEXT, DOCX_FIELD_LINK, DOCX_FIELD_LEFT_OUT, DOCX_FIELD_CONTENTS, DOCX_FIELD_CHECKBOX };

enum { DOCX_FIELDS_MAX = 32, DOCX_INSTRUCTION_BYTES_MAX = 8192 };

struct docx_field {
	uint8_t kind;       /* enum docx_field_kind */
	bool in_result;     /* behind the separator */
	bool checked;
	uint32_t link_before; /* what text was linked to when it began */
	size_t instruction_start;
};

struct docx_fields {
	struct docx_field stack[DOCX_FIELDS_MAX];
	int depth;
	unsigned excess;      /* begun beyond DOCX_FIELDS_MAX */
	unsigned hidden;      /* fields whose instruction is being read, or whose result is left out */
	unsigned contents;    /* tables of contents whose result is being read */
	struct buffer instructions; /* one behind the other */
};

struct docx_link { /* views of an instruction */
	struct text target; /* empty: within the document */
	struct text place;  /* in the target: what stands behind its "#" */
};

/* What the instruction says; *ret_link is that of a link, or empty. Pure. */
enum docx_field_kind docx_field_read(struct text instruction, struct docx_link *ret_link);

void docx_field_begin(struct docx_fields *fields, uint32_t link);
void docx_field_instruction(struct docx_fields *fields, struct text text);
/* The result begins. Returns the field, whose kind is known now, or NULL. *ret_link as above, until the next call here. */
const struct docx_field *docx_field_separate(struct docx_fields *fields, struct docx_link *ret_link);
/* True, with the field that ended (its kind is known, with or without a result), or false when none was open. */
bool docx_field_end(struct docx_fields *fields, struct docx_field *ret_field);
/* An instruction does not go on over the end of a paragraph of the text: a damaged field must not swallow what follows. */
void docx_field_paragraph_end(struct docx_fields *fields);
/* A chapter begins: no table of contents goes on here. */
void docx_field_leave_contents(struct docx_fields *fields);

#endif
