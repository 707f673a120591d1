/* evidence.h: where in a piece of a document the evidence of a pair stands: the passage that a model quotes, or the block that has most of
 * the words of question and answer. Pure. */
#ifndef DOCRING_WORKERS_INFERENCE_EVIDENCE_H
#define DOCRING_WORKERS_INFERENCE_EVIDENCE_H

#include "proto/document.h"
#include "workers/preprocess/blocks.h"

enum { EVIDENCE_PLACES = 3 };

struct evidence {
	/* Ever wider passages, the last one is the piece: the blocks of the evidence, their section as far as it lies in the piece, the piece. */
	struct document_range places[EVIDENCE_PLACES];
	size_t count;
	bool quoted; /* the quote was found word for word, or but for formatting */
};
/* Where the quote stands in the text, word for word, or but for formatting, punctuation and case. False: nowhere, or it is too short to tell. */
bool evidence_find_quote(struct text text, struct text quote, size_t *ret_start, size_t *ret_end);

/* `blocks`: of the document's Markdown. Linear in the piece. */
void evidence_find(const struct document *document, const struct blocks *blocks, struct document_range piece, struct text quote, struct text question,
		   struct text answer, struct evidence *ret_evidence);

#endif
