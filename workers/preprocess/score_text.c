/* score_text.c: measures of the text for the structural score: which headings it has, how it is built, how it reads, how
 * often it repeats itself. One pass over the blocks and one over the lines. */
#define _GNU_SOURCE
#include "workers/preprocess/score.h"

#include "base/string_map.h"
#include "base/utf8.h"
#include "workers/preprocess/clean.h"
#include "workers/preprocess/phrases.h"

#include <errno.h>
#include <stdlib.h>
#include <xxhash.h>

enum {
	HEADING_BYTES_MAX = 400,
	REPEAT_LINES_MAX = 200000, /* lines looked at for repetition */
	REPEAT_LINE_BYTES_MIN = 20, /* shorter ones ("| 0 | 1 |") repeat for good reasons */
	HEADINGS_FULL = 3,         /* headings and kinds of blocks from which the structure is full */
	KINDS_FULL = 3,
	CONNECTIVES_FULL_PERCENT = 2, /* connectives in 100 words of running text: more is not better */
};

static size_t count_words(struct text text)
{
	size_t words = 0;
	bool in_word = false;
	for (size_t i = 0; i < text.bytes; i++) {
		bool word = ascii_is_alnum(text.data[i]) || (unsigned char)text.data[i] >= 0x80;
		words += word && !in_word;
		in_word = in_word ? !ascii_is_space(text.data[i]) : word;
	}
	return words;
}

/* --- expected headings ------------------------------------------------------------------------------------------ */

struct expected {
	struct string_map entries; /* spelling in lower case → entry */
	bool *seen;
	size_t count, seen_count;
	struct buffer plain;
};

static void lower(struct buffer *buffer)
{
	for (size_t i = 0; i < buffer->bytes; i++)
		buffer->data[i] = ascii_lower(buffer->data[i]);
}

static int expected_init(struct expected *expected, const struct domain *domain)
{
	const struct text *items = domain_list(domain, DOMAIN_LIST_EXPECTED_HEADINGS, &expected->count);
	string_map_init(&expected->entries);
	buffer_init(&expected->plain, HEADING_BYTES_MAX * 4);
	expected->seen = calloc(expected->count + 1, sizeof(*expected->seen));
	if (!expected->seen)
		return -ENOMEM;
	for (size_t i = 0; i < expected->count; i++) {
		struct text rest = items[i], synonym;
		while (text_next_field(&rest, '|', &synonym)) {
			buffer_clear(&expected->plain);
			buffer_append_text(&expected->plain, text_trim(synonym));
			lower(&expected->plain);
			uint32_t *entry = string_map_add(&expected->entries, buffer_view(&expected->plain), NULL);
			if (!entry)
				return -ENOMEM;
			*entry = (uint32_t)i;
		}
	}
	return expected->plain.status;
}

static void expected_done(struct expected *expected)
{
	string_map_done(&expected->entries);
	buffer_done(&expected->plain);
	free(expected->seen);
}

static void expected_see(struct expected *expected, struct text heading)
{
	if (heading.bytes > HEADING_BYTES_MAX)
		return;
	buffer_clear(&expected->plain);
	block_append_plain(&expected->plain, heading);
	lower(&expected->plain);
	const uint32_t *entry = string_map_find(&expected->entries, clean_without_number(buffer_view(&expected->plain)));
	if (entry && !expected->seen[*entry]) {
		expected->seen[*entry] = true;
		expected->seen_count++;
	}
}

/* --- repetition ------------------------------------------------------------------------------------------------- */

static bool is_first(uint64_t *slots, size_t slot_count, struct text line)
{
	uint64_t hash = XXH3_64bits(line.data, line.bytes) | 1;
	size_t i = hash >> 7 & (slot_count - 1);
	while (slots[i] != 0 && slots[i] != hash)
		i = (i + 1) & (slot_count - 1);
	bool first = slots[i] == 0;
	slots[i] = hash;
	return first;
}

static int measure_repetition(struct text markdown, double *ret_repeated)
{
	size_t slot_count = 1024, lines = 0, repeated = 0;
	while (slot_count < REPEAT_LINES_MAX * 2 && slot_count < markdown.bytes / REPEAT_LINE_BYTES_MIN * 2)
		slot_count *= 2;
	uint64_t *slots = calloc(slot_count, sizeof(*slots));
	struct text line;
	if (!slots)
		return -ENOMEM;
	while (lines < REPEAT_LINES_MAX && text_next_line(&markdown, &line)) {
		line = text_trim(line);
		if (line.bytes < REPEAT_LINE_BYTES_MIN || text_starts_with(line, TEXT_LITERAL("| ---")))
			continue;
		lines++;
		repeated += !is_first(slots, slot_count, line);
	}
	free(slots);
	*ret_repeated = lines ? (double)repeated / (double)lines : 0;
	return 0;
}

/* ---------------------------------------------------------------------------------------------------------------- */

struct tally {
	size_t headings, tables, prose_words, connectives;
	bool kinds[BLOCK_RULE + 1];
};

static void tally_blocks(struct text markdown, const struct blocks *blocks, const struct phrases *connectives, struct expected *expected,
			 struct tally *tally)
{
	for (size_t i = 0; i < blocks->count; i++) {
		const struct block *block = &blocks->items[i];
		struct text content = text_slice(markdown, block->content_start, block->content_end);
		tally->kinds[block->kind] = true;
		if (block->kind == BLOCK_HEADING) {
			tally->headings++;
			expected_see(expected, content);
		} else if (block->kind == BLOCK_TABLE) {
			tally->tables++;
		} else if (block->kind == BLOCK_PARAGRAPH || block->kind == BLOCK_LIST_ITEM || block->kind == BLOCK_QUOTE) {
			tally->prose_words += count_words(content);
			tally->connectives += phrases_count(connectives, content, SIZE_MAX);
		}
	}
}

static double structure_of(const struct tally *tally)
{
	static const enum block_kind kinds[] = { BLOCK_PARAGRAPH, BLOCK_LIST_ITEM, BLOCK_TABLE, BLOCK_CODE };
	size_t used = 0;
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		used += tally->kinds[kinds[i]];
	double headings = (double)size_min(tally->headings, HEADINGS_FULL) / HEADINGS_FULL;
	return .5 * headings + .5 * (double)size_min(used, KINDS_FULL) / KINDS_FULL;
}

static int measure_blocks(const struct domain *domain, struct text markdown, struct tally *tally, double *ret_expected)
{
	struct blocks blocks = { 0 };
	struct expected expected = { 0 };
	struct phrases phrases = { 0 };
	size_t count;
	const struct text *connectives = domain_list(domain, DOMAIN_LIST_CONNECTIVES, &count);
	int status = expected_init(&expected, domain);
	if (status == 0)
		status = phrases_init(&phrases, connectives, count);
	if (status == 0)
		status = blocks_scan(markdown, &blocks);
	if (status == 0) {
		tally_blocks(markdown, &blocks, &phrases, &expected, tally);
		*ret_expected = expected.count ? (double)expected.seen_count / (double)expected.count : 0;
	}
	blocks_done(&blocks);
	phrases_done(&phrases);
	expected_done(&expected);
	return status;
}

int score_measure_text(const struct domain *domain, struct document_builder *document, struct score_text *ret_measures)
{
	struct text markdown = document_builder_markdown(document);
	struct document_counts *counts = document_builder_counts(document);
	struct score_text measures = { 0 };
	struct tally tally = { 0 };
	int status = measure_blocks(domain, markdown, &tally, &measures.expected_headings);
	if (status == 0)
		status = measure_repetition(markdown, &measures.repeated);
	if (status < 0)
		return status;
	double percent = tally.prose_words ? 100.0 * (double)tally.connectives / (double)tally.prose_words : 0;
	measures.connectives = percent < CONNECTIVES_FULL_PERCENT ? percent / CONNECTIVES_FULL_PERCENT : 1;
	measures.structure = structure_of(&tally);
	counts->characters = (uint32_t)utf8_count(markdown);
	counts->words = (uint32_t)count_words(markdown);
	counts->headings = (uint32_t)tally.headings;
	counts->tables = (uint32_t)tally.tables;
	*ret_measures = measures;
	return 0;
}
