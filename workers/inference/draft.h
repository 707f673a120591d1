/* draft.h: one pair while it is being composed: the question, the answer sentence by sentence, and the passages that the
 * answer is made of, which the fact gate will hold it against. Memory is reused from pair to pair. */
#ifndef DOCRING_WORKERS_INFERENCE_DRAFT_H
#define DOCRING_WORKERS_INFERENCE_DRAFT_H

#include "proto/conversation.h"
#include "workers/inference/prose.h"

enum { DRAFT_SENTENCES_MAX = 256, DRAFT_RANGES_MAX = 64, DRAFT_SPAN_BYTES_MAX = 16384, DRAFT_BYTES_MAX = 4 << 20,
       DRAFT_NAME_BYTES_MAX = 256 };

struct draft {
	const struct prose *prose;
	const struct document *document;
	enum conversation_question kind;
	bool cmedit;
	struct buffer question, answer;
	struct buffer source; /* text of the passages and values used */
	struct document_range span; /* the conversation's passage: the first one, widened by later ones nearby */
	struct document_range ranges[DRAFT_RANGES_MAX];
	size_t range_count;
	uint64_t sentences[DRAFT_SENTENCES_MAX]; /* hashes: nothing is said twice */
	size_t sentence_count;
	float confidence; /* least of the items used */
	struct buffer parameters, counters, mo_classes;
};

void draft_init(struct draft *draft, const struct prose *prose, const struct document *document);
void draft_done(struct draft *draft);
void draft_begin(struct draft *draft, enum conversation_question kind);

/* 0, or what went wrong in one of its buffers since draft_begin. */
int draft_status(const struct draft *draft);

/* The passage may be used from here on. */
void draft_use_span(struct draft *draft, struct document_range span);
/* What an item is called in full: Class.attribute also where the document gives the two apart. Written to `place`, or a view of
 * the item's own name. */
struct text draft_item_name(const struct document *document, const struct document_item *item, char place[DRAFT_NAME_BYTES_MAX]);

/* An item's passage, values, lists and confidence. */
void draft_use_item(struct draft *draft, const struct document_item *item);

/* A new paragraph. */
void draft_paragraph(struct draft *draft);
/* One sentence into the paragraph: begins upper case, ends with a point. Nothing when it was said before (false). */
bool draft_sentence(struct draft *draft, struct text sentence);
/* A line that leads to what comes next; it may be said again ("Parameters:"). */
void draft_lead(struct draft *draft, struct text lead);
/* Every sentence of a rendered text; those that do not stand alone are left out unless `all`. Stops when the answer would grow beyond `bytes_max`. */
void draft_sentences(struct draft *draft, struct text rendered, bool all, size_t bytes_max);
/* A list entry on a line of its own, as it stands: "- …", or "N. …" when number > 0. Nothing when it was said before (false). */
bool draft_entry(struct draft *draft, unsigned number, struct text entry);
/* The same for one of a list that is told as it is, where one may come twice ("Wait."), indented by its level, from 0. */
bool draft_item(struct draft *draft, unsigned level, unsigned number, struct text entry);
/* Takes list entries off the end that lead to something that did not come ("- The options:"). */
void draft_close(struct draft *draft);
/* Commands in a fenced block, one a line. */
void draft_commands(struct draft *draft, struct text commands);

/* Adds a line to a list of names, without repeats. */
void draft_list_add(struct buffer *list, struct text name);

#endif
