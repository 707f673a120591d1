/* clean_contents.c: finds contents lists. No word gives one away in every language; its content does: its entries are the
 * headings that follow it. Pure. */
#define _GNU_SOURCE
#include "workers/preprocess/clean.h"

#include <errno.h>
#include <stdlib.h>
#include <xxhash.h>

enum {
	ENTRY_BYTES_MAX = 400,
	ENTRIES_MIN = 3,         /* a shorter list may name two sections for a reason */
	KNOWN_PERCENT_MIN = 80,  /* of the entries must be headings */
};

struct heading_place { /* the last heading of that text */
	uint64_t hash;
	size_t index;
};

struct contents {
	struct text markdown;
	const struct blocks *blocks;
	struct heading_place *places; /* sorted by hash */
	size_t place_count;
	struct buffer plain;
};

/* Letters and digits in lower case, without the number in front and the page number behind a line of dots. 0: nothing left. */
static uint64_t entry_hash(struct contents *contents, struct text entry)
{
	if (entry.bytes > ENTRY_BYTES_MAX)
		return 0;
	buffer_clear(&contents->plain);
	block_append_plain(&contents->plain, entry);
	struct text text = clean_without_number(buffer_view(&contents->plain));
	size_t end = text.bytes;
	while (end > 0 && (ascii_is_digit(text.data[end - 1]) || ascii_is_space(text.data[end - 1])))
		end--;
	if (end < text.bytes && end > 1 && text.data[end - 1] == '.' && (text.data[end - 2] == '.' || text.data[end - 2] == ' '))
		text.bytes = end;
	char key[ENTRY_BYTES_MAX * 4];
	size_t bytes = 0;
	for (size_t i = 0; i < text.bytes && bytes < sizeof(key); i++)
		if (ascii_is_word(text.data[i]) || (unsigned char)text.data[i] >= 0x80)
			key[bytes++] = ascii_lower(text.data[i]);
	return bytes > 0 ? XXH3_64bits(key, bytes) | 1 : 0;
}

static int compare_places(const void *a, const void *b)
{
	const struct heading_place *left = a, *right = b;
	if (left->hash != right->hash)
		return left->hash < right->hash ? -1 : 1;
	return left->index < right->index ? -1 : left->index > right->index;
}

static int collect_headings(struct contents *contents)
{
	const struct blocks *blocks = contents->blocks;
	size_t count = 0, kept = 0;
	for (size_t i = 0; i < blocks->count; i++)
		count += blocks->items[i].kind == BLOCK_HEADING;
	contents->places = calloc(count + 1, sizeof(*contents->places));
	if (!contents->places)
		return -ENOMEM;
	for (size_t i = 0; i < blocks->count; i++) {
		const struct block *block = &blocks->items[i];
		if (block->kind == BLOCK_HEADING)
			contents->places[contents->place_count++] = (struct heading_place){
				entry_hash(contents, text_slice(contents->markdown, block->content_start, block->content_end)), i };
	}
	qsort(contents->places, contents->place_count, sizeof(*contents->places), compare_places);
	for (size_t i = 0; i < contents->place_count; i++)
		if (i + 1 == contents->place_count || contents->places[i + 1].hash != contents->places[i].hash)
			contents->places[kept++] = contents->places[i];
	contents->place_count = kept;
	return 0;
}

/* Is the entry a heading somewhere behind block `index`? */
static bool is_heading_behind(struct contents *contents, struct text entry, size_t index)
{
	uint64_t hash = entry_hash(contents, entry);
	size_t low = 0, high = contents->place_count;
	while (hash != 0 && low < high) {
		size_t middle = (low + high) / 2;
		if (contents->places[middle].hash == hash)
			return contents->places[middle].index > index;
		if (contents->places[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* Entries of a block: a list item is one, a paragraph one a line. */
static void count_entries(struct contents *contents, size_t index, size_t *entries, size_t *known)
{
	const struct block *block = &contents->blocks->items[index];
	struct text content = text_slice(contents->markdown, block->content_start, block->content_end), line;
	if (block->kind == BLOCK_LIST_ITEM) {
		*entries += 1;
		*known += is_heading_behind(contents, content, index);
		return;
	}
	while (text_next_line(&content, &line)) {
		*entries += 1;
		*known += is_heading_behind(contents, line, index);
	}
}

int64_t clean_mark_contents(struct text markdown, const struct blocks *blocks, uint8_t *marks)
{
	struct contents contents = { .markdown = markdown, .blocks = blocks };
	buffer_init(&contents.plain, ENTRY_BYTES_MAX * 4);
	int status = collect_headings(&contents);
	int64_t lists = 0;
	for (size_t i = 0; status == 0 && contents.place_count > 0 && i < blocks->count;) {
		size_t first = i, entries = 0, known = 0;
		uint8_t kind = blocks->items[i].kind;
		if (kind != BLOCK_LIST_ITEM && kind != BLOCK_PARAGRAPH) {
			i++;
			continue;
		}
		do {
			count_entries(&contents, i++, &entries, &known);
		} while (kind == BLOCK_LIST_ITEM && i < blocks->count && blocks->items[i].kind == kind);
		if (entries >= ENTRIES_MIN && known * 100 >= entries * KNOWN_PERCENT_MIN) {
			memset(marks + first, CLEAN_DROP, i - first);
			marks[first] = clean_drop_as(DOCUMENT_REMOVED_CONTENTS);
			lists++;
		}
	}
	status = status < 0 ? status : contents.plain.status;
	free(contents.places);
	buffer_done(&contents.plain);
	return status < 0 ? status : lists;
}
