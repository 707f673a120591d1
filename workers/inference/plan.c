/* plan.c: which pieces of a document are asked about, and for how many pairs each (see plan.h). */
#define _GNU_SOURCE
#include "workers/inference/plan.h"

#include "base/utf8.h"
#include "workers/preprocess/blocks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	PIECE_BYTES_MIN = 400,     /* however small the context is said to be */
	TASK_TOKENS = 1200,        /* system message, task and example */
	REPLY_PART = 3,            /* of a short context the reply gets a third */
	WORTH_BYTES_MIN = 160,     /* a piece with less text is asked about only when there is no other */
	PARAMETERS_PER_PAIR = 3, COUNTERS_PER_PAIR = 2, FROM_PARAMETERS_MAX = 3, FROM_COUNTERS_MAX = 2,
	SECTION_PROSE_BYTES_MIN = 300,
};
#define CHARS_PER_TOKEN 2.2 /* of identifiers and tables, which make more tokens than prose; with a margin */

struct piece {
	uint32_t chunk, index; /* index: in order of the document */
	struct document_range span, header;
	double weight, share;
	uint32_t pairs, dialogues;
};

struct pieces {
	struct piece *items;
	size_t count, capacity;
};

const char *plan_family_name(enum plan_family family)
{
	static const char *const names[PLAN_FAMILY_COUNT] = { "pairs", "dialogue", "rewrite", "judge" };
	CHECK(family < PLAN_FAMILY_COUNT);
	return names[family];
}

/* --- pieces --------------------------------------------------------------------------------------------------------- */

uint64_t plan_reply_tokens(const struct plan_limits *limits)
{
	uint64_t part = limits->context_tokens / REPLY_PART;
	return limits->context_tokens && part < limits->reply_tokens ? part : limits->reply_tokens;
}

size_t plan_piece_bytes_max(const struct plan_limits *limits)
{
	if (limits->context_tokens == 0)
		return SIZE_MAX;
	uint64_t taken = plan_reply_tokens(limits) + TASK_TOKENS;
	double left = limits->context_tokens > taken ? (double)(limits->context_tokens - taken) * CHARS_PER_TOKEN : 0;
	return size_max((size_t)left, PIECE_BYTES_MIN);
}

/* A document with few chunks and many pairs to make is taken in smaller pieces: one call asks for PLAN_PAIRS_PER_CALL_MAX at most. */
static size_t piece_bytes_for(const struct plan_limits *limits, const struct document *document, uint32_t wanted)
{
	size_t calls = (wanted + PLAN_PAIRS_PER_CALL_MAX - 1) / PLAN_PAIRS_PER_CALL_MAX, bytes = 0;

	for (uint32_t i = 0; i < document->chunk_count; i++)
		bytes += document->chunks[i].span.bytes;
	if (calls <= document->chunk_count)
		return plan_piece_bytes_max(limits);
	return size_min(plan_piece_bytes_max(limits), size_max(bytes / calls + 1, PIECE_BYTES_MIN));
}

static int add_piece(struct pieces *pieces, uint32_t chunk, float density, struct document_range span, struct document_range header)
{
	if (pieces->count == pieces->capacity) {
		size_t capacity = pieces->capacity ? pieces->capacity * 2 : 16;
		struct piece *items = reallocarray(pieces->items, capacity, sizeof(*items));
		if (!items)
			return -ENOMEM;
		pieces->items = items;
		pieces->capacity = capacity;
	}
	double weight = (double)span.bytes * (1 + (double)density / 5);
	pieces->items[pieces->count] = (struct piece){ .chunk = chunk, .index = (uint32_t)pieces->count, .span = span, .header = header,
						       .weight = span.bytes < WORTH_BYTES_MIN ? weight / 1000 : weight };
	pieces->count++;
	return 0;
}

/* Where to end a piece of text that begins at `start` and may have `bytes_max` bytes: at the last border of a block, else of a line, else
 * of a word. *ret_block: the block that goes on behind it, or NULL. */
static size_t piece_end(struct text text, const struct blocks *blocks, size_t start, size_t bytes_max, const struct block **ret_block)
{
	size_t limit = start + bytes_max, least = start + bytes_max / 4, low = 0, high = blocks->count;

	*ret_block = NULL;
	if (limit >= text.bytes)
		return text.bytes;
	while (low < high) { /* the first block that begins behind the limit */
		size_t middle = low + (high - low) / 2;
		if (blocks->items[middle].start <= limit)
			low = middle + 1;
		else
			high = middle;
	}
	const struct block *last = low ? &blocks->items[low - 1] : NULL;
	if (last && last->start > least)
		return last->start;
	*ret_block = last;
	for (size_t i = limit; i > least; i--)
		if (text.data[i - 1] == '\n')
			return i;
	for (size_t i = limit; i > least; i--)
		if (text.data[i - 1] == ' ')
			return i;
	return size_max(utf8_floor(text, limit), start + 1);
}

/* The first two lines of a table. */
static struct document_range table_head(struct text text, const struct block *table, uint32_t offset)
{
	size_t end = table->start;

	for (int line = 0; line < 2 && end < table->end; line++) {
		const char *found = memchr(text.data + end, '\n', table->end - end);
		end = found ? (size_t)(found - text.data) + 1 : table->end;
	}
	return (struct document_range){ offset + table->start, (uint32_t)end - table->start };
}

static int split_chunk(const struct document *document, uint32_t index, size_t bytes_max, struct pieces *pieces)
{
	const struct document_chunk *chunk = &document->chunks[index];
	struct text text = document_span(document, chunk->span);
	struct document_range header = chunk->header;
	const struct block *block;
	struct blocks blocks;

	if (text.bytes + header.bytes <= bytes_max)
		return add_piece(pieces, index, chunk->density, chunk->span, header);
	int status = blocks_scan(text, &blocks);
	if (status < 0)
		return status;
	for (size_t start = 0, end; start < text.bytes && status == 0; start = end) {
		size_t room = bytes_max > header.bytes * 2 ? bytes_max - header.bytes : bytes_max / 2;
		end = piece_end(text, &blocks, start, room, &block);
		struct document_range span = { chunk->span.offset + (uint32_t)start, (uint32_t)(end - start) };
		status = add_piece(pieces, index, chunk->density, span, header);
		header = (struct document_range){ 0, 0 };
		if (block && block->kind == BLOCK_TABLE && end > block->start)
			header = block->start == 0 && chunk->header.bytes ? chunk->header : table_head(text, block, chunk->span.offset);
	}
	blocks_done(&blocks);
	return status;
}

/* --- how many pairs --------------------------------------------------------------------------------------------------- */

uint32_t plan_pairs_wanted(const struct settings *settings, const struct document *document, uint64_t parameters, uint64_t counters, uint64_t sections)
{
	double complexity = (double)document->header->scores.complexity;
	uint64_t pairs = complexity < settings->score.tier_fast_below	  ? settings->generate.pairs_fast :
			 complexity < settings->score.tier_balanced_below ? settings->generate.pairs_balanced : settings->generate.pairs_quality;

	pairs += size_min(parameters / PARAMETERS_PER_PAIR, FROM_PARAMETERS_MAX);
	pairs += size_min(counters / COUNTERS_PER_PAIR, FROM_COUNTERS_MAX);
	if (settings->generate.sections_per_pair > 0)
		pairs += sections / settings->generate.sections_per_pair;
	return (uint32_t)(pairs < settings->generate.pairs_document_max ? pairs : settings->generate.pairs_document_max);
}

bool plan_has_dialogues(const struct settings *settings, const struct document *document)
{
	return (double)document->header->scores.complexity >= settings->score.tier_fast_below && settings->generate.dialogues > 0;
}

/* Sections with prose to speak of. */
static int count_sections(const struct document *document, uint64_t *ret_count)
{
	struct blocks blocks;
	int status = blocks_scan(document->markdown, &blocks);
	size_t prose = 0;

	if (status < 0)
		return status;
	*ret_count = 0;
	for (size_t i = 0; i < blocks.count; i++) {
		const struct block *block = &blocks.items[i];
		if (block->kind == BLOCK_HEADING) {
			*ret_count += prose >= SECTION_PROSE_BYTES_MIN;
			prose = 0;
		} else if (block->kind == BLOCK_PARAGRAPH || block->kind == BLOCK_LIST_ITEM) {
			prose += block->end - block->start;
		}
	}
	*ret_count += prose >= SECTION_PROSE_BYTES_MIN;
	blocks_done(&blocks);
	return 0;
}

static int count_wanted(const struct settings *settings, const struct document *document, uint32_t *ret_wanted)
{
	uint64_t counts[DOCUMENT_CATEGORY_COUNT] = { 0 }, sections = 0;
	int status = settings->generate.sections_per_pair ? count_sections(document, &sections) : 0;

	for (uint32_t i = 0; i < document->item_count; i++)
		counts[document->items[i].category] += (double)document->items[i].confidence >= settings->gate.extraction;
	*ret_wanted = plan_pairs_wanted(settings, document, counts[DOCUMENT_PARAMETERS], counts[DOCUMENT_COUNTERS], sections);
	return status;
}

static int by_weight(const void *a, const void *b)
{
	const struct piece *left = a, *right = b;
	if (left->weight != right->weight)
		return left->weight > right->weight ? -1 : 1;
	return left->index < right->index ? -1 : left->index > right->index;
}

static int by_share(const void *a, const void *b)
{
	const struct piece *left = a, *right = b;
	if (left->share != right->share)
		return left->share > right->share ? -1 : 1;
	return left->index < right->index ? -1 : left->index > right->index;
}

static int by_index(const void *a, const void *b)
{
	const struct piece *left = a, *right = b;
	return left->index < right->index ? -1 : left->index > right->index;
}

/* Spreads the pairs over the weightiest pieces by weight: few pieces with several pairs each, since every prompt has its piece to pay for. */
static void spread_pairs(struct pieces *pieces, uint32_t wanted)
{
	size_t used = size_min((wanted + PLAN_PAIRS_PER_CALL_MIN - 1) / PLAN_PAIRS_PER_CALL_MIN, pieces->count);
	uint32_t left = wanted;
	double sum = 0;

	qsort(pieces->items, pieces->count, sizeof(*pieces->items), by_weight);
	for (size_t i = 0; i < used; i++)
		sum += pieces->items[i].weight;
	for (size_t i = 0; i < used; i++) {
		struct piece *piece = &pieces->items[i];
		double exact = sum > 0 ? piece->weight / sum * wanted : 0;
		piece->pairs = (uint32_t)size_min((size_t)exact, PLAN_PAIRS_PER_CALL_MAX);
		piece->share = exact - piece->pairs;
		left -= piece->pairs;
	}
	qsort(pieces->items, used, sizeof(*pieces->items), by_share);
	for (int round = 0; round < PLAN_PAIRS_PER_CALL_MAX; round++)
		for (size_t i = 0; i < used && left > 0; i++)
			if (pieces->items[i].pairs < PLAN_PAIRS_PER_CALL_MAX) {
				pieces->items[i].pairs++;
				left--;
			}
}

static void spread_dialogues(const struct settings *settings, const struct document *document, struct pieces *pieces)
{
	uint64_t left = plan_has_dialogues(settings, document) ? settings->generate.dialogues : 0;

	qsort(pieces->items, pieces->count, sizeof(*pieces->items), by_weight);
	for (size_t i = 0; i < pieces->count && i < left; i++)
		pieces->items[i].dialogues = pieces->items[i].pairs > 0;
}

/* --- calls ------------------------------------------------------------------------------------------------------------ */

void plan_name(struct plan_call *call)
{
	snprintf(call->place, sizeof(call->place), "%s %u+%u", plan_family_name(call->family), call->span.offset, call->span.bytes);
}

static int write_calls(const struct settings *settings, const struct plan_limits *limits, const struct pieces *pieces, struct plan *plan)
{
	plan->calls = calloc(pieces->count * 2 + 1, sizeof(*plan->calls));
	if (!plan->calls)
		return -ENOMEM;
	for (size_t i = 0; i < pieces->count; i++) {
		const struct piece *piece = &pieces->items[i];
		struct plan_call call = { .family = PLAN_PAIRS, .chunk = piece->chunk, .span = piece->span, .header = piece->header,
					  .count = piece->pairs, .summary = settings->generate.summaries, .items = settings->generate.top_up,
					  .max_tokens = plan_reply_tokens(limits) };
		if (piece->pairs == 0)
			continue;
		plan_name(&call);
		plan->calls[plan->count++] = call;
		if (piece->dialogues == 0)
			continue;
		call.family = PLAN_DIALOGUE;
		call.count = PLAN_TURNS;
		call.summary = call.items = false;
		plan_name(&call);
		plan->calls[plan->count++] = call;
	}
	return 0;
}

int plan_make(const struct settings *settings, const struct domain *domain, const struct document *document, const struct plan_limits *limits,
	      struct plan *ret_plan)
{
	struct pieces pieces = { NULL, 0, 0 };
	struct plan plan = { NULL, 0, 0 };
	int status = document->header->status == DOCUMENT_CONVERTED ? count_wanted(settings, document, &plan.pairs_wanted) : 0;
	size_t bytes_max = piece_bytes_for(limits, document, plan.pairs_wanted);

	for (uint32_t i = 0; i < document->chunk_count && status == 0; i++)
		status = split_chunk(document, i, bytes_max, &pieces);
	if (status == 0 && pieces.count > 0 && plan.pairs_wanted > 0) {
		spread_pairs(&pieces, plan.pairs_wanted);
		spread_dialogues(settings, document, &pieces);
		qsort(pieces.items, pieces.count, sizeof(*pieces.items), by_index);
		status = write_calls(settings, limits, &pieces, &plan);
	}
	if (status == 0)
		status = plan_choose_kinds(settings, domain, document, &plan);
	free(pieces.items);
	if (status < 0) {
		plan_done(&plan);
		return status;
	}
	*ret_plan = plan;
	return 0;
}

void plan_done(struct plan *plan)
{
	free(plan->calls);
	*plan = (struct plan){ NULL, 0, 0 };
}
