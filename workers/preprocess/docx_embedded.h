/* docx_embedded.h: documents inside the document (altChunk): pages of HTML, saved pages, text, other DOCX. Office programs show them as part of the text. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_EMBEDDED_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_EMBEDDED_H

#include "workers/preprocess/convert.h"
#include "workers/preprocess/docx_body.h"

enum { DOCX_EMBEDDED_DEPTH_MAX = 2 /* documents in each other */ };

/* Writes the part's Markdown behind what was written so far; each part is taken once. What cannot be converted (RTF, a damaged part, one inside
 * a table) is counted as removed. Returns 0 or -ENOMEM. */
int docx_embedded_add(struct docx_body *body, struct text part) WARN_UNUSED;

/* docx.c: convert_docx for a document that lies `depth` documents deep. */
int docx_convert_at(const struct convert_input *input, unsigned depth, struct buffer *markdown, struct document_builder *document,
		    struct error_text *error) WARN_UNUSED;

#endif
