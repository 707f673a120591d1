#define _GNU_SOURCE
#include "coordinator/dataset/collect.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

struct load { /* of one collection */
	struct collection *collection;
	struct buffer scratch;
	struct error_text *error;
};

void collection_normalise(struct text text, struct buffer *out)
{
	bool blank_due = false;

	for (size_t i = 0; i < text.bytes; i++) {
		char c = text.data[i];
		if (!ascii_is_alnum(c) && (unsigned char)c < 0x80) {
			blank_due = true;
			continue;
		}
		if (blank_due && out->bytes > 0)
			buffer_append_byte(out, ' ');
		blank_due = false;
		buffer_append_byte(out, ascii_lower(c));
	}
}

/* Room for one more in a growing array. */
static int make_room(void **array, size_t count, size_t *capacity, size_t element_bytes)
{
	if (count < *capacity)
		return 0;
	size_t more = *capacity ? *capacity * 2 : 256;
	void *grown = reallocarray(*array, more, element_bytes);
	if (!grown)
		return -ENOMEM;
	*array = grown;
	*capacity = more;
	return 0;
}

static int say_damaged(int status, const char *source, struct error_text *error)
{
	(void)error_prefix(error, status, "%s: what was saved for it is damaged (run again with --restart, which begins anew)", source);
	return status;
}

int collection_open(const struct collection *collection, const struct collected_document *entry, struct document *ret_document,
		    struct conversation_set *ret_set, struct error_text *error)
{
	struct text document, conversations;
	int status = spool_view_record(&collection->spool, entry->spool_offset, &document, &conversations, error);

	if (status == 0)
		status = document_open(document.data, document.bytes, ret_document, error);
	if (status == 0 && conversations.bytes == 0) { /* preprocessed only (run.stages) */
		*ret_set = (struct conversation_set){ .count = 0 };
		return 0;
	}
	if (status == 0)
		status = conversation_open(conversations.data, conversations.bytes, ret_set, error);
	if (status == 0)
		status = conversation_check_spans(ret_set, ret_document, error);
	return status == 0 ? 0 : say_damaged(status, entry->source, error);
}

int collection_open_image(const struct collection *collection, const struct collected_image *entry, struct document *ret_document,
			  struct error_text *error)
{
	struct text document, conversations;
	int status = spool_view_record(&collection->spool, entry->spool_offset, &document, &conversations, error);

	if (status == 0)
		status = document_open(document.data, document.bytes, ret_document, error);
	return status == 0 ? 0 : say_damaged(status, entry->source, error);
}

static void pair_key(const struct conversation_set *set, const struct conversation *conversation, struct buffer *scratch, uint64_t key[2])
{
	buffer_clear(scratch);
	for (uint32_t i = 0; i < conversation->message_count; i++) {
		const struct conversation_message *message = &set->messages[conversation->message_first + i];
		if (message->role == CONVERSATION_SYSTEM || message->role == CONVERSATION_REASONING)
			continue;
		collection_normalise(conversation_text(set, message->text), scratch);
		buffer_append_byte(scratch, '\n');
	}
	XXH128_hash_t hash = XXH3_128bits(buffer_string(scratch), scratch->bytes);
	key[0] = hash.low64;
	key[1] = hash.high64;
}

static int note_passages(struct collection *collection, const struct conversation_set *set, const struct conversation *conversation, uint32_t document)
{
	int status = 0;

	for (uint32_t i = 0; i < conversation->message_count && status == 0; i++) {
		const struct conversation_message *message = &set->messages[conversation->message_first + i];
		if (message->role == CONVERSATION_ASSISTANT)
			status = collection_add_passages(collection, conversation_text(set, message->text), document);
	}
	return status;
}

static int add_pairs(struct load *load, struct collected_document *entry, uint32_t index)
{
	struct collection *collection = load->collection;
	struct document document;
	struct conversation_set set;
	int status = collection_open(collection, entry, &document, &set, load->error);

	entry->pair_first = collection->pair_count;
	for (uint32_t i = 0; status == 0 && i < set.count; i++) {
		const struct conversation *conversation = &set.conversations[i];
		if (!conversation->accepted)
			continue;
		status = make_room((void **)&collection->pairs, collection->pair_count, &collection->pair_capacity, sizeof(*collection->pairs));
		if (status < 0)
			return error_set(load->error, status, "out of memory");
		struct collected_pair *pair = &collection->pairs[collection->pair_count++];
		*pair = (struct collected_pair){ .document = index, .conversation = i, .quality = conversation->scores.combined,
						 .duplicate_of = PAIR_KEPT };
		pair_key(&set, conversation, &load->scratch, pair->key);
		entry->pair_count++;
		status = note_passages(collection, &set, conversation, index);
	}
	if (status == -ENOMEM)
		return error_set(load->error, status, "out of memory");
	return status == 0 ? load->scratch.status : status;
}

static int add_image(struct load *load, const struct state_row *row)
{
	struct collection *collection = load->collection;
	int status = make_room((void **)&collection->images, collection->image_count, &collection->image_capacity, sizeof(*collection->images));

	if (status < 0)
		return error_set(load->error, status, "out of memory");
	struct collected_image *entry = &collection->images[collection->image_count++];
	*entry = (struct collected_image){ strdup(row->source), strdup(row->container), (uint64_t)row->spool_offset };
	return entry->source && entry->container ? 0 : error_set(load->error, -ENOMEM, "out of memory");
}

static int add_row(void *context, const struct state_row *row)
{
	struct load *load = context;
	struct collection *collection = load->collection;

	if (strcmp(row->outcome, "kept") == 0)
		return add_image(load, row);
	if (strcmp(row->outcome, "done") != 0)
		return 0;
	int status = make_room((void **)&collection->documents, collection->document_count, &collection->document_capacity,
			       sizeof(*collection->documents));
	if (status < 0)
		return error_set(load->error, status, "out of memory");
	struct collected_document *entry = &collection->documents[collection->document_count++];
	*entry = (struct collected_document){ .source = strdup(row->source), .container = strdup(row->container),
					      .spool_offset = (uint64_t)row->spool_offset };
	snprintf(entry->hash, sizeof(entry->hash), "%s", row->hash);
	if (!entry->source || !entry->container)
		return error_set(load->error, -ENOMEM, "out of memory");
	return add_pairs(load, entry, (uint32_t)collection->document_count - 1);
}

int collection_load(struct collection *collection, struct state *state, const char *output, struct error_text *error)
{
	struct load load = { .collection = collection, .error = error };
	char path[PATH_MAX];

	*collection = (struct collection){ .document_count = 0 };
	if (snprintf(path, sizeof(path), "%s/.docring/spool/results", output) >= (int)sizeof(path))
		return error_set(error, -ENAMETOOLONG, "%s: the path is too long", output);
	int status = spool_view_open(&collection->spool, path, error);
	if (status < 0)
		return status;
	buffer_init(&load.scratch, (size_t)1 << 30);
	status = state_for_each(state, add_row, &load, error);
	buffer_done(&load.scratch);
	if (status < 0)
		collection_done(collection);
	return status;
}

void collection_done(struct collection *collection)
{
	for (size_t i = 0; i < collection->document_count; i++) {
		free(collection->documents[i].source);
		free(collection->documents[i].container);
	}
	for (size_t i = 0; i < collection->image_count; i++) {
		free(collection->images[i].source);
		free(collection->images[i].container);
	}
	free(collection->documents);
	free(collection->pairs);
	free(collection->passages);
	free(collection->images);
	spool_view_close(&collection->spool);
	*collection = (struct collection){ .document_count = 0 };
}

/* --- duplicates ----------------------------------------------------------------------------------------------------- */

/* The better of two duplicates stays; returns its index. */
static uint32_t settle_duplicates(struct collection *collection, uint32_t kept, uint32_t other)
{
	struct collected_pair *pairs = collection->pairs;

	if (pairs[other].quality > pairs[kept].quality) {
		pairs[kept].duplicate_of = other;
		return other;
	}
	pairs[other].duplicate_of = kept;
	return kept;
}

int collection_remove_duplicates(struct collection *collection, struct error_text *error)
{
	size_t slots = 64;

	if (collection->pair_count >= UINT32_MAX / 2)
		return error_set(error, ERROR_LIMIT_HIT, "more than %u records", UINT32_MAX / 2);
	while (slots < collection->pair_count * 2)
		slots *= 2;
	uint32_t *table = malloc(slots * sizeof(*table)); /* open addressing; PAIR_KEPT: empty */
	if (!table)
		return error_set(error, -ENOMEM, "out of memory");
	memset(table, 0xFF, slots * sizeof(*table));
	for (uint32_t i = 0; i < collection->pair_count; i++) {
		const struct collected_pair *pair = &collection->pairs[i];
		size_t at = pair->key[0] & (slots - 1);
		while (table[at] != PAIR_KEPT && memcmp(collection->pairs[table[at]].key, pair->key, sizeof(pair->key)) != 0)
			at = (at + 1) & (slots - 1);
		table[at] = table[at] == PAIR_KEPT ? i : settle_duplicates(collection, table[at], i);
	}
	free(table);
	for (size_t i = 0; i < collection->pair_count; i++) {
		struct collected_pair *pair = &collection->pairs[i];
		/* A pair that lost to one that lost later points to the last winner. */
		while (pair->duplicate_of != PAIR_KEPT && collection->pairs[pair->duplicate_of].duplicate_of != PAIR_KEPT)
			pair->duplicate_of = collection->pairs[pair->duplicate_of].duplicate_of;
		collection->documents[pair->document].kept_count += pair->duplicate_of == PAIR_KEPT;
	}
	return 0;
}

/* --- splits --------------------------------------------------------------------------------------------------------- */

/* The place of a content in [0, 1): below `test` it is test, below test + valid it is valid. */
static double place_of(const char *content_hash, uint64_t seed)
{
	return (double)(XXH3_64bits_withSeed(content_hash, strlen(content_hash), seed) >> 11) / 9007199254740992.0; /* 2^53 */
}

/* What decides about the document's split. */
static const char *split_hash(const struct collection *collection, const struct collected_document *document)
{
	return document->family ? collection->documents[document->family - 1].hash : document->hash;
}

/* Gives the document nearest above the split's range, and its copies and family, to the split. */
static void fill_empty_split(struct collection *collection, uint32_t split, uint64_t seed)
{
	const char *nearest = NULL;
	double nearest_place = 2;

	for (size_t i = 0; i < collection->document_count; i++) {
		const struct collected_document *document = &collection->documents[i];
		if (document->kept_count == 0 || document->split != FINALISE_TRAIN)
			continue;
		double place = place_of(split_hash(collection, document), seed);
		if (place < nearest_place) {
			nearest_place = place;
			nearest = split_hash(collection, document);
		}
	}
	bool others = false;
	for (size_t i = 0; nearest && i < collection->document_count; i++) {
		const struct collected_document *document = &collection->documents[i];
		others |= document->kept_count > 0 && document->split == FINALISE_TRAIN && strcmp(split_hash(collection, document), nearest) != 0;
	}
	if (!others) /* nothing would be left to train with */
		return;
	for (size_t i = 0; i < collection->document_count; i++)
		if (strcmp(split_hash(collection, &collection->documents[i]), nearest) == 0)
			collection->documents[i].split = split;
}

void collection_split(struct collection *collection, double valid, double test, uint64_t seed)
{
	size_t with_pairs[FINALISE_SPLIT_COUNT] = { 0 };

	for (size_t i = 0; i < collection->document_count; i++) {
		struct collected_document *document = &collection->documents[i];
		double place = place_of(split_hash(collection, document), seed);
		document->split = place < test ? FINALISE_TEST : place < test + valid ? FINALISE_VALID : FINALISE_TRAIN;
		with_pairs[document->split] += document->kept_count > 0;
	}
	if (with_pairs[FINALISE_TRAIN] + with_pairs[FINALISE_VALID] + with_pairs[FINALISE_TEST] < 3)
		return;
	if (test > 0 && with_pairs[FINALISE_TEST] == 0)
		fill_empty_split(collection, FINALISE_TEST, seed);
	if (valid > 0 && with_pairs[FINALISE_VALID] == 0)
		fill_empty_split(collection, FINALISE_VALID, seed);
}
