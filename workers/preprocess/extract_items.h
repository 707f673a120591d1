/* extract_items.h: collects what the extractors find and merges it: one item per name and category.
 *
 * A finding is opened, gets its attributes and is closed. Closing looks the name up in a hash map: a new name becomes an
 * item, a known one is merged (the finding that says more gives name, span and attributes, the other one fills in what is
 * missing; the higher confidence stays). Parameters and counters are one item per MO class and attribute; a finding
 * without a class waits until extract_items_resolve and then joins the items of the same attribute.
 *
 * The first failure (memory) is kept in `status`; afterwards nothing is added. */
#ifndef DOCRING_WORKERS_PREPROCESS_EXTRACT_ITEMS_H
#define DOCRING_WORKERS_PREPROCESS_EXTRACT_ITEMS_H

#include "base/string_map.h"
#include "proto/document.h"

struct extract_value { /* of one attribute; values of a finding are a chain in order */
	uint32_t key;  /* enum document_key */
	uint32_t next; /* 1 + index, 0 at the end */
	struct document_range span;
	size_t offset; /* in items->strings */
	size_t bytes;
};

struct extract_item {
	uint8_t category;
	bool dropped;
	bool weak;            /* only mentioned in running text */
	float confidence;
	struct document_range span;
	uint32_t keys;        /* bit per enum document_key that it has */
	uint32_t first, last; /* 1 + index of its values */
	uint32_t position;    /* of its name in the Markdown; set when it is written */
	uint32_t next_same;   /* 1 + index of the next item with the same attribute and another class */
};

struct extract_items {
	struct buffer strings;
	struct extract_value *values;
	size_t value_count, value_capacity;
	struct extract_item *items;
	size_t count, capacity;
	struct string_map by_name;      /* category and name → 1 + index */
	struct string_map by_attribute; /* category and attribute → 1 + index of the first item with a class */
	struct buffer key;              /* scratch */
	struct extract_item open;       /* the finding being collected; category DOCUMENT_CATEGORY_COUNT when none is */
	size_t open_value, open_string; /* fill levels when it was opened */
	int status;
};

void extract_items_init(struct extract_items *items);
void extract_items_done(struct extract_items *items);

/* `weak`: a mention in running text, which gives way to plural and cut-off forms of other names. */
void extract_items_open(struct extract_items *items, enum document_category category, float confidence,
			struct document_range span, bool weak);
/* Values are copied. Empty ones are left out; of a key that is no list only the first value stays. */
void extract_items_add(struct extract_items *items, enum document_key key, struct text value, struct document_range span);
bool extract_items_open_has(const struct extract_items *items, enum document_key key);
/* Merges the finding, or drops it when it has no name. */
void extract_items_close(struct extract_items *items);
/* Drops it. */
void extract_items_abandon(struct extract_items *items);

/* The first value of `key`, or an empty text. Valid until the next add. */
struct text extract_items_value(const struct extract_items *items, const struct extract_item *item, enum document_key key);

/* Is there an item of this category and key (extract_items_close says what makes one)? For parameters and counters. */
bool extract_items_know(struct extract_items *items, enum document_category category, struct text mo_class, struct text attribute);
/* Is there a feature, own or related, of this identity? */
bool extract_items_know_feature(struct extract_items *items, struct text faj);
/* The class of the one item that has this attribute, or an empty text when there is none or more than one. */
struct text extract_items_class_of(struct extract_items *items, struct text attribute);

/* Joins findings without a class to the items of the same attribute and drops weak plurals of known names. */
void extract_items_resolve(struct extract_items *items);

/* Adds the items to the document in order of position; the mean of their confidences, or 1 when there are none. */
float extract_items_write(struct extract_items *items, struct document_builder *document);

#endif
