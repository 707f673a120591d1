/* row.h: one line of JSON for one record: same keys, same order, same types in every row; no clock in any of them. */
#ifndef DOCRING_COORDINATOR_DATASET_ROW_H
#define DOCRING_COORDINATOR_DATASET_ROW_H

#include "base/utf8_index.h"
#include "coordinator/state.h"
#include "proto/conversation.h"

struct row_source { /* of the document */
	const char *source, *container, *hash, *dataset_name;
	const struct utf8_index *characters; /* of its Markdown */
	bool reasoning; /* answers have the member reasoning_content */
};

/* A record of train, valid or test.jsonl, with "\n". */
void row_append_record(const struct row_source *source, const struct document *document, const struct conversation_set *set,
		       uint32_t conversation_index, struct buffer *out);
/* A pair that was refused, for rejected.jsonl; `gate` and `reason` say by whom. */
void row_append_rejected_pair(const struct row_source *source, const struct document *document, const struct conversation_set *set,
			      uint32_t conversation_index, const char *gate, struct text reason, struct buffer *out);
/* An item that a model named and that was refused, for the same file. */
void row_append_rejected_item(const struct row_source *source, const struct document *document, const struct conversation_set *set,
			      uint32_t item_index, struct buffer *out);
/* A line of removed.jsonl: how many of each kind, and those that were listed. Nothing when nothing was removed. True when there is a line. */
bool row_append_removed(const char *source, const char *container, const struct document *document, struct buffer *out);
/* A document that was rejected, for the same file. */
void row_append_rejected_document(const struct state_row *row, struct buffer *out);
void row_append_failed_document(const struct state_row *row, struct buffer *out);

#endif
