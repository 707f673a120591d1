/* pdf_code.h: program text: rows with their blanks, and without the numbers of lines. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_CODE_H
#define DOCRING_WORKERS_PREPROCESS_PDF_CODE_H

#include "workers/preprocess/markdown_writer.h"
#include "workers/preprocess/pdf_layout.h"

/* Appends the row with as many blanks before its words as fit there; `left` is where the code's lines begin. */
void pdf_code_append_row(struct buffer *out, const struct pdf_layout *layout, const struct pdf_row *row, float left);
/* Writes a block of code. When all its lines are numbered one by one, the numbers are left out. `scratch` is emptied and used. */
void pdf_code_write(struct markdown_writer *markdown, struct text code, struct buffer *scratch);

#endif
