/* clean_contents.c: finds contents lists. No word gives one away in every language; its content does: its entries are the
 * headings that follow it, or, as links into the page, that stand before it. Pure. */
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

/* Letters and digits in lower case, without the number in front and the page number behind a line of dots, or, if so said, behind
 * a blank. 0: nothing left. */
static uint64_t entry_hash(struct contents *contents, struct text entry, bool page_behind_blank)
{
	if (entry.bytes > ENTRY_BYTES_MAX)
		return 0;
	buffer_clear(&contents->plain);
	block_append_plain(&contents->plain, entry);
	struct text text = clean_without_number(buffer_view(&contents->plain));
	size_t end = text.bytes;
	while (end > 0 && (ascii_is_digit(text.data[end - 1]) || ascii_is_space(text.data[end - 1])))
		end--;
	bool dots = end > 1 && text.data[end - 1] == '.' && (text.data[end - 2] == '.' || text.data[end - 2] == ' ');
	if (end < text.bytes && (dots || (page_behind_blank && ascii_is_space(text.data[end]))))
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
				entry_hash(contents, text_slice(contents->markdown, block->content_start, block->content_end), false), i };
	}
	qsort(contents->places, contents->place_count, sizeof(*contents->places), compare_places);
	for (size_t i = 0; i < contents->place_count; i++)
		if (i + 1 == contents->place_count || contents->places[i + 1].hash != contents->places[i].hash)
			contents->places[kept++] = contents->places[i];
	contents->place_count = kept;
	return 0;
}

static bool is_hash_behind(const struct contents *contents, uint64_t hash, size_t index)
{
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

/* Is the entry a heading somewhere behind block `index`? One that leads into the page itself may stand at its end. */
static bool is_heading_behind(struct contents *contents, struct text entry, size_t index)
{
	if (text_starts_with(entry, TEXT_LITERAL("[")) && text_find(entry, TEXT_LITERAL("](#")) > 0)
		index = 0;
	return is_hash_behind(contents, entry_hash(contents, entry, false), index) || is_hash_behind(contents, entry_hash(contents, entry, true), index);
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

/* A paragraph that is one entry, as Word and its kin write each line of their contents lists. */
static bool is_sole_entry(struct contents *contents, size_t index)
{
	size_t entries = 0, known = 0;

	count_entries(contents, index, &entries, &known);
	return entries == 1 && known == 1;
}

/* A sentence before the list ("The work has these parts:") makes it the author's own. Contents lists of links and page numbers have no such. */
static bool is_introduced(const struct contents *contents, size_t first)
{
	enum { WORDS_MIN = 4 };
	const struct block *blocks = contents->blocks->items;

	if (first == 0 || blocks[first].kind != BLOCK_LIST_ITEM || blocks[first - 1].kind != BLOCK_PARAGRAPH)
		return false;
	struct text before = text_trim(text_slice(contents->markdown, blocks[first - 1].content_start, blocks[first - 1].content_end));
	struct text entry = text_slice(contents->markdown, blocks[first].content_start, blocks[first].content_end), word;
	unsigned words = 0;
	bool plain = text_find(entry, TEXT_LITERAL("](")) < 0 && text_find(entry, TEXT_LITERAL("...")) < 0;
	bool colon = before.bytes > 0 && before.data[before.bytes - 1] == ':';
	while (words < WORDS_MIN && text_next_field(&before, ' ', &word))
		words += word.bytes > 0;
	return plain && colon && words == WORDS_MIN;
}

bool clean_is_contents_title(struct text plain)
{
	static const char *const titles[] = { "contents", "table of contents", "list of figures", "list of tables", "figures", "tables", "index", "inhalt",
					      "inhaltsverzeichnis", "table des matières", "sommaire", "índice", "indice", "sommario", "inhoud",
					      "inhoudsopgave", "innehåll", "innehållsförteckning", "indholdsfortegnelse", "spis treści" };
	plain = text_trim(plain);
	for (size_t i = 0; i < COUNT_OF(titles); i++)
		if (text_equal_nocase(plain, text_from(titles[i])))
			return true;
	return false;
}

/* The heading over the list is one of lists of contents. */
static bool has_contents_title(struct contents *contents, size_t first)
{
	const struct block *heading = first > 0 ? &contents->blocks->items[first - 1] : NULL;

	return heading && heading->kind == BLOCK_HEADING && clean_is_contents_title(text_slice(contents->markdown, heading->content_start, heading->content_end));
}

/* Does a rule behind blocks `first` to `end` end what the heading over them names? Not when headings of its parts follow, nor that of the document.
 * Where no rule stands, the heading is one with nothing under it. */
static bool ends_section(const struct blocks *blocks, size_t first_heading, size_t first, size_t end)
{
	const struct block *items = blocks->items;
	size_t next = end;

	if (first == 0 || items[first - 1].kind != BLOCK_HEADING || first - 1 == first_heading)
		return false;
	while (next < blocks->count && items[next].kind == BLOCK_RULE)
		next++;
	return next > end && (next == blocks->count || items[next].kind != BLOCK_HEADING || items[next].level <= items[first - 1].level);
}

int64_t clean_mark_contents(struct text markdown, const struct blocks *blocks, uint8_t *marks)
{
	struct contents contents = { .markdown = markdown, .blocks = blocks };
	buffer_init(&contents.plain, ENTRY_BYTES_MAX * 4);
	int status = collect_headings(&contents);
	int64_t lists = 0;
	size_t first_heading = 0;
	while (first_heading < blocks->count && blocks->items[first_heading].kind != BLOCK_HEADING)
		first_heading++;
	for (size_t i = 0; status == 0 && contents.place_count > 0 && i < blocks->count;) {
		size_t first = i, entries = 0, known = 0;
		uint8_t kind = blocks->items[i].kind;
		if (kind != BLOCK_LIST_ITEM && kind != BLOCK_PARAGRAPH) {
			i++;
			continue;
		}
		do {
			count_entries(&contents, i++, &entries, &known);
		} while (i < blocks->count && blocks->items[i].kind == kind && (kind == BLOCK_LIST_ITEM || is_sole_entry(&contents, i)));
		if (entries >= ENTRIES_MIN && known * 100 >= entries * KNOWN_PERCENT_MIN && !is_introduced(&contents, first)) {
			first -= has_contents_title(&contents, first) || ends_section(blocks, first_heading, first, i);
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
