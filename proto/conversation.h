/* conversation.h: the conversations made from one document, and the items that models named beside those of the rules: what an inference worker
 * leaves in its outbox.
 *
 * A flat block like document.h: header, arrays, text, offsets from the block's start, checked once by conversation_open. */
#ifndef DOCRING_PROTO_CONVERSATION_H
#define DOCRING_PROTO_CONVERSATION_H

#include "proto/document.h"

#define CONVERSATION_MAGIC 0x564E4344u /* "DCNV" */
enum { CONVERSATION_VERSION = 4 };

enum conversation_role {
	CONVERSATION_SYSTEM, CONVERSATION_USER, CONVERSATION_ASSISTANT,
	CONVERSATION_REASONING, /* no message of its own in the dataset: `reasoning_content` of the assistant's message that follows */
	CONVERSATION_ROLE_COUNT
};
const char *conversation_role_name(enum conversation_role role);

enum conversation_question { /* DOMAIN: question types */
	CONVERSATION_FACTUAL, CONVERSATION_CONCEPTUAL, CONVERSATION_PROCEDURAL, CONVERSATION_CONFIGURATION,
	CONVERSATION_TROUBLESHOOTING, CONVERSATION_COUNTER_ANALYSIS, CONVERSATION_DEPENDENCY, CONVERSATION_ACTIVATION,
	CONVERSATION_COMPARISON, CONVERSATION_OPTIMISATION, CONVERSATION_SCENARIO, CONVERSATION_QUESTION_COUNT
};
const char *conversation_question_name(enum conversation_question question); /* "factual", "counter_analysis" ... */

struct conversation_scores { /* 0–1 */
	float structural; /* the document's */
	float coherence, relevance, accuracy;
	float semantic; /* .3 coherence + .4 relevance + .3 accuracy */
	float combined; /* .4 structural + .6 semantic: the quality_score of the dataset is ten times this */
	float confidence;
};

struct conversation_marks { /* 1 (bad) to 5 (good); 0: not judged */
	uint8_t faithfulness, usefulness, self_containedness, reserved;
};
enum { CONVERSATION_MARK_MAX = 5 };

/* A refused pair stays in the block with the reason: it goes to rejected.jsonl. */
struct conversation {
	uint32_t question;          /* enum conversation_question */
	uint32_t chunk_index;
	struct document_range span; /* into the document's Markdown: the passage that the answer is made of */
	uint32_t message_first, message_count;
	uint16_t accepted;          /* 1, or 0 with a reason */
	uint16_t cmedit;            /* 1: commands in the answer (cmedit_enhanced) */
	uint32_t tier;              /* enum document_tier */
	struct conversation_marks marks; /* a judging model's */
	struct conversation_scores scores;
	struct document_range reason;     /* block ranges from here on */
	struct document_range model;      /* "built-in" or the model's name */
	struct document_range parameters; /* lists joined by '\n': "MO.attr" */
	struct document_range counters;
	struct document_range mo_classes;
	struct document_range terms;
	struct document_range question_model; /* who put the question in other words; empty: nobody */
	struct document_range judge_model;    /* whose marks these are; empty: nobody's */
};

struct conversation_message {
	uint32_t role; /* enum conversation_role */
	struct document_range text; /* block range */
};

/* An item that a model named and the rules had missed. A refused one stays in the block with the reason: it goes to rejected.jsonl. */
struct conversation_item {
	struct document_item item; /* its attributes are those of this block; span, into the document's Markdown: the name where it stands,
				    * of a refused one the piece that the model was asked about */
	struct document_range model;  /* block ranges: who named it */
	struct document_range reason; /* empty: accepted */
};

struct conversation_header {
	uint32_t magic;
	uint16_t version;
	uint16_t status;    /* 0 done, 1 failed: reason says why */
	uint64_t body_xxh3; /* of the block from offset sizeof(header) to bytes */
	uint32_t bytes;
	uint32_t reserved;
	struct document_range reason;
	struct document_array conversations, messages, items, attributes; /* attributes: struct document_attribute, of the items */
};

struct conversation_set;
struct conversation_builder;
struct conversation_builder *conversation_builder_create(void); /* NULL: out of memory */
void conversation_builder_destroy(struct conversation_builder *builder);
/* Starts a conversation; ranges inside `conversation` are ignored (set below), messages that follow belong to it. */
void conversation_builder_add(struct conversation_builder *builder, struct conversation conversation);
void conversation_builder_add_message(struct conversation_builder *builder, enum conversation_role role, struct text text);
enum conversation_field {
	CONVERSATION_REASON, CONVERSATION_MODEL, CONVERSATION_PARAMETERS, CONVERSATION_COUNTERS, CONVERSATION_MO_CLASSES,
	CONVERSATION_TERMS, CONVERSATION_QUESTION_MODEL, CONVERSATION_JUDGE_MODEL, CONVERSATION_FIELD_COUNT
};
/* For the conversation added last. */
void conversation_builder_set(struct conversation_builder *builder, enum conversation_field field, struct text value);
/* Starts an item; the attributes that follow belong to it, DOCUMENT_KEY_NAME first. `reason`: empty for an accepted one. */
void conversation_builder_add_item(struct conversation_builder *builder, enum document_category category, float confidence, struct document_range span,
				   struct text model, struct text reason);
void conversation_builder_add_attribute(struct conversation_builder *builder, enum document_key key, struct text value, struct document_range span);
/* Adds all items of another block. */
void conversation_builder_copy_items(struct conversation_builder *builder, const struct conversation_set *set);
void conversation_builder_fail(struct conversation_builder *builder, struct text reason);
int64_t conversation_builder_bytes(const struct conversation_builder *builder); /* or a negative code */
void conversation_builder_write(const struct conversation_builder *builder, void *place);

struct conversation_set { /* a checked view; owns nothing */
	const struct conversation_header *header;
	const struct conversation *conversations;
	const struct conversation_message *messages;
	const struct conversation_item *items;
	const struct document_attribute *attributes;
	uint32_t count, item_count;
};
int conversation_open(const void *block, size_t bytes, struct conversation_set *ret_set, struct error_text *error) WARN_UNUSED;
/* Passages, chunks and items against the document that the conversations are about: conversation_open does not know it. */
int conversation_check_spans(const struct conversation_set *set, const struct document *document, struct error_text *error) WARN_UNUSED;
struct text conversation_text(const struct conversation_set *set, struct document_range block_range);
/* The first value of `key`, or an empty text. */
struct text conversation_item_value(const struct conversation_set *set, const struct conversation_item *item, enum document_key key);

#endif
