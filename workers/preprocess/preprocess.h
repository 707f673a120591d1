/* preprocess.h: everything done to one input: detect, convert, clean, extract, score, chunk. Pure but for its own memory. */
#ifndef DOCRING_WORKERS_PREPROCESS_PREPROCESS_H
#define DOCRING_WORKERS_PREPROCESS_PREPROCESS_H

#include "proto/extraction_json.h"
#include "proto/front_matter.h"
#include "workers/preprocess/convert.h"

struct preprocess; /* per process: settings, domain, reused buffers */

int preprocess_create(const struct settings *settings, const struct domain *domain, struct preprocess **ret_preprocess) WARN_UNUSED;
void preprocess_destroy(struct preprocess *preprocess);

/* Fills `document` in: converted, rejected at a gate (the Markdown is kept), or failed with a reason. Negative only when
 * memory ran out while saying so. */
int preprocess_document(struct preprocess *preprocess, struct text data, struct text name, struct text container,
			struct document_builder *document) WARN_UNUSED;

/* --- the steps, each in a file of its own ---------------------------------------------------------------------- */

/* clean.c: legal text out, repeated contents lists, file-name headings, empty headings, noise. Writes the clean text to `out`; adds to
 * counts. `markdown` is used up: empty afterwards, its memory given back where it is much. A heading goes when what stood under it was taken out; one that the source leaves empty stays. */
int clean_markdown(struct buffer *markdown, struct text name, const struct domain *domain, struct document_builder *document, struct buffer *out) WARN_UNUSED;

/* extract.c (with extract_*.c): the document's identity (title, feature name, FAJ, CXC, node type, …: the metadata keys) and the
 * items of the six categories, from the builder's Markdown. */
int extract_document(const struct settings *settings, const struct domain *domain, struct text name, struct text container,
		     struct document_builder *document) WARN_UNUSED;

/* score.c: terms, density, complexity and the structural score. After extract_document. */
int score_document(const struct settings *settings, const struct domain *domain, struct document_builder *document) WARN_UNUSED;

/* chunk.c: chunks that cover every byte of the Markdown. After score_document (complexity decides the tier). */
int chunk_document(const struct settings *settings, const struct domain *domain, struct document_builder *document) WARN_UNUSED;

#endif
