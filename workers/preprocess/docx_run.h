/* docx_run.h: the runs of a paragraph as they stream by: how they look, their text, and the fields and links that they stand in. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_RUN_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_RUN_H

#include "workers/preprocess/docx_body.h"

/* The paragraph that text of this run goes to, or NULL when it is hidden or belongs nowhere. */
struct docx_paragraph *docx_run_paragraph(struct docx_body *body);
/* Text of the run at hand, when it is visible. */
void docx_run_append(struct docx_body *body, struct text text);
void docx_run_break(struct docx_body *body);
void docx_run_symbol(struct docx_body *body, const struct docx_attributes *attributes);
/* Keeps the text of a deletion or a hidden run, as far as it is shown. */
void docx_run_leave_out(struct docx_body *body, struct text text);
void docx_run_text_begin(struct docx_body *body, struct docx_xml *xml, const struct docx_attributes *attributes);
void docx_run_text_end(struct docx_body *body);

void docx_run_field_character(struct docx_body *body, const struct docx_attributes *attributes);
void docx_run_field_separate(struct docx_body *body);
void docx_run_field_end(struct docx_body *body);
void docx_run_link_begin(struct docx_body *body, const struct docx_attributes *attributes);
void docx_run_link_end(struct docx_body *body);

#endif
