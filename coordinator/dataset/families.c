/* families.c: documents that say the same in part: revisions, or one text as a page and as PDF. They are found by the paragraphs that
 * their answers share and are given to one split together (collection_split). Linear in the paragraphs but for sorting. */
#define _GNU_SOURCE
#include "coordinator/dataset/collect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { PASSAGE_BYTES_MIN = 160, SHARED_MIN = 3, SHARED_PART = 5, ALL_PAIRS_MAX = 8 };

struct shared { /* one paragraph that two documents have */
	uint32_t one, other; /* one < other */
};

struct shared_list {
	struct shared *items;
	size_t count, capacity;
};

static int add_passage(struct collection *collection, struct text passage, uint32_t document)
{
	if (collection->passage_count == collection->passage_capacity) {
		size_t capacity = collection->passage_capacity ? collection->passage_capacity * 2 : 256;
		void *grown = reallocarray(collection->passages, capacity, sizeof(*collection->passages));
		if (!grown)
			return -ENOMEM;
		collection->passages = grown;
		collection->passage_capacity = capacity;
	}
	collection->passages[collection->passage_count++] = (struct collected_passage){ XXH3_64bits(passage.data, passage.bytes), document };
	return 0;
}

int collection_add_passages(struct collection *collection, struct text answer, uint32_t document)
{
	int status = 0;
	while (answer.bytes > 0 && status == 0) {
		const char *end = memmem(answer.data, answer.bytes, "\n\n", 2);
		struct text passage = { answer.data, end ? (size_t)(end - answer.data) : answer.bytes };
		if (passage.bytes >= PASSAGE_BYTES_MIN)
			status = add_passage(collection, passage, document);
		answer = text_slice(answer, size_min(passage.bytes + 2, answer.bytes), answer.bytes);
	}
	return status;
}

static int compare_passages(const void *a, const void *b)
{
	const struct collected_passage *left = a, *right = b;
	if (left->hash != right->hash)
		return left->hash < right->hash ? -1 : 1;
	return (left->document > right->document) - (left->document < right->document);
}

static int compare_shared(const void *a, const void *b)
{
	const struct shared *left = a, *right = b;
	if (left->one != right->one)
		return left->one < right->one ? -1 : 1;
	return (left->other > right->other) - (left->other < right->other);
}

static int add_shared(struct shared_list *list, uint32_t one, uint32_t other)
{
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 256;
		void *grown = reallocarray(list->items, capacity, sizeof(*list->items));
		if (!grown)
			return -ENOMEM;
		list->items = grown;
		list->capacity = capacity;
	}
	list->items[list->count++] = (struct shared){ one, other };
	return 0;
}

/* The documents of one paragraph: each with each when they are few, else each with the next. */
static int share(struct shared_list *list, const struct collected_passage *passages, size_t count)
{
	int status = 0;
	for (size_t i = 0; i < count; i++)
		for (size_t k = i + 1; k < (count <= ALL_PAIRS_MAX ? count : size_min(i + 2, count)) && status == 0; k++)
			status = add_shared(list, passages[i].document, passages[k].document);
	return status;
}

/* Sorts, leaves each paragraph of a document once, and counts them by document. */
static void tidy_passages(struct collection *collection, uint32_t *totals)
{
	size_t kept = 0;
	if (collection->passage_count > 0)
		qsort(collection->passages, collection->passage_count, sizeof(*collection->passages), compare_passages);
	for (size_t i = 0; i < collection->passage_count; i++) {
		if (kept > 0 && compare_passages(&collection->passages[kept - 1], &collection->passages[i]) == 0)
			continue;
		collection->passages[kept++] = collection->passages[i];
		totals[collection->passages[i].document]++;
	}
	collection->passage_count = kept;
}

static int find_shared(const struct collection *collection, struct shared_list *list)
{
	int status = 0;
	for (size_t i = 0, end; i < collection->passage_count && status == 0; i = end) {
		for (end = i + 1; end < collection->passage_count && collection->passages[end].hash == collection->passages[i].hash; end++)
			;
		status = share(list, collection->passages + i, end - i);
	}
	if (list->count > 0)
		qsort(list->items, list->count, sizeof(*list->items), compare_shared);
	return status;
}

static uint32_t root_of(struct collected_document *documents, uint32_t index)
{
	while (documents[index].family)
		index = documents[index].family - 1;
	return index;
}

/* The document with the smallest hash stands for the family, whatever their order. */
static void join(struct collected_document *documents, uint32_t one, uint32_t other)
{
	one = root_of(documents, one);
	other = root_of(documents, other);
	if (one == other)
		return;
	if (strcmp(documents[one].hash, documents[other].hash) <= 0)
		documents[other].family = one + 1;
	else
		documents[one].family = other + 1;
}

int collection_find_families(struct collection *collection, struct error_text *error)
{
	struct shared_list list = { .count = 0 };
	uint32_t *totals = calloc(collection->document_count + 1, sizeof(*totals));
	int status = totals ? 0 : -ENOMEM;
	if (status == 0) {
		tidy_passages(collection, totals);
		status = find_shared(collection, &list);
	}
	for (size_t i = 0, end; status == 0 && i < list.count; i = end) {
		for (end = i + 1; end < list.count && compare_shared(&list.items[i], &list.items[end]) == 0; end++)
			;
		size_t smaller = size_min(totals[list.items[i].one], totals[list.items[i].other]);
		if (end - i >= SHARED_MIN && (end - i) * SHARED_PART >= smaller)
			join(collection->documents, list.items[i].one, list.items[i].other);
	}
	for (uint32_t i = 0; status == 0 && i < collection->document_count; i++)
		if (collection->documents[i].family)
			collection->documents[i].family = root_of(collection->documents, i) + 1;
	free(totals);
	free(list.items);
	return status == 0 ? 0 : error_set(error, status, "out of memory");
}
