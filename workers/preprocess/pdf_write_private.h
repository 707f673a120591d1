/* pdf_write_private.h: what the files of the writer share: pdf_write.c (text) and pdf_write_table.c. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_WRITE_PRIVATE_H
#define DOCRING_WORKERS_PREPROCESS_PDF_WRITE_PRIVATE_H

#include "workers/preprocess/pdf_write.h"

/* Empties a buffer for its next use, and keeps what failed in the last. */
void pdf_writer_restart(struct pdf_writer *writer, struct buffer *buffer);
/* The plain text as Markdown; valid until the next use of `escaped`. */
struct text pdf_writer_escape(struct pdf_writer *writer, struct text plain);
/* Writes what is pending. */
void pdf_writer_flush(struct pdf_writer *writer);
void pdf_writer_close_lists(struct pdf_writer *writer);

/* Writes the row that is held back and closes the table. */
void pdf_writer_end_table(struct pdf_writer *writer);
/* The texts of the lines [first, end) column by column, into writer->cells; behind what is there already when they `go_on`. */
void pdf_writer_gather_cells(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_table *table, uint32_t first,
			     uint32_t end, bool go_on);
/* Where the next row of the table begins, behind the line `first`. */
uint32_t pdf_writer_row_end(const struct pdf_layout *layout, uint32_t first, uint32_t end);

/* A table without rules; one with them. */
void pdf_writer_take_table(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_block *block, const struct pdf_table *table);
void pdf_writer_take_grid(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_block *block, const struct pdf_table *table);

#endif
