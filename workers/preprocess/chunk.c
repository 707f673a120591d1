/* chunk.c: joins pieces into chunks: as many as fit, cut at a heading where the second half of a chunk has one, a heading
 * never last, a short beginning never alone. A chunk begins with the end of the one before it, for context.
 *
 * A chunk is one span of the Markdown. One that begins inside a table cannot hold that table's header; it says where the
 * header is, and whoever shows the chunk repeats it. Pure; linear but for sorting the items. */
#include "workers/preprocess/chunk.h"

#include "base/utf8.h"
#include "workers/preprocess/preprocess.h"
#include "workers/preprocess/score.h"
#include "workers/preprocess/sentence.h"

#include <errno.h>
#include <stdlib.h>

enum {
	SHORT_SHARE = 10,         /* a tenth of the size is short: it is not left alone when it can go along */
	HEADER_BYTES_MAX = 2000,  /* a longer table header is not repeated */
	PATH_BYTES_MAX = 4096,
	TYPE_PERCENT_MIN = 60,    /* of what was counted must be of one kind to give a chunk its type */
	STEPS_MIN = 3,            /* numbered items that make a procedure */
};
static const double technical_density_min = 1; /* terms per 1,000 characters */

struct place { /* an item's */
	uint32_t start;
	uint32_t category;
};

struct chunker {
	const struct domain *domain;
	struct document_builder *document;
	struct text text;
	struct blocks blocks;
	struct pieces pieces;
	struct place *places; /* of the items, sorted */
	size_t place_count;
	size_t next_place, next_step; /* how far the chunks have gone in places and in blocks */
	struct chunk_sizes sizes;
	enum document_tier tier;
	struct buffer path;
};

struct chunk_sizes chunk_sizes_for(const struct settings *settings, enum document_tier tier)
{
	struct chunk_sizes sizes = { .size = settings->chunk.fast_chars, .overlap = settings->chunk.fast_overlap };
	if (tier == DOCUMENT_TIER_BALANCED)
		sizes = (struct chunk_sizes){ .size = settings->chunk.balanced_chars, .overlap = settings->chunk.balanced_overlap };
	else if (tier == DOCUMENT_TIER_QUALITY)
		sizes = (struct chunk_sizes){ .size = settings->chunk.quality_chars, .overlap = settings->chunk.quality_overlap };
	sizes.overlap = size_min(sizes.overlap, sizes.size / 2);
	sizes.whole = size_max(sizes.size, (size_t)((double)sizes.size * settings->chunk.whole_factor));
	return sizes;
}

/* --- where a chunk ends ----------------------------------------------------------------------------------------- */

static size_t characters_of(const struct chunker *chunker, size_t first, size_t end)
{
	size_t sum = 0;
	for (size_t i = first; i < end; i++)
		sum += chunker->pieces.items[i].characters;
	return sum;
}

/* Of the headings in the second half, the last of the highest rank; `end` when there is none. */
static size_t best_heading(const struct chunker *chunker, size_t first, size_t end, size_t characters)
{
	const struct piece *pieces = chunker->pieces.items;
	unsigned rank = pieces[end].heading ? pieces[end].heading : UINT8_MAX;
	size_t best = end;
	for (size_t i = end; --i > first;) {
		characters -= pieces[i].characters;
		if (characters < chunker->sizes.size / 2)
			break;
		if (pieces[i].heading > 0 && pieces[i].heading < rank) {
			rank = pieces[i].heading;
			best = i;
		}
	}
	return best;
}

/* Index behind the last piece of the chunk that begins with piece `first`. */
static size_t chunk_end(const struct chunker *chunker, size_t first, size_t characters_left)
{
	const struct chunk_sizes *sizes = &chunker->sizes;
	const struct piece *pieces = chunker->pieces.items;
	size_t count = chunker->pieces.count, spare = sizes->size / SHORT_SHARE, sum = 0, end = first;
	size_t limit = first == 0 ? sizes->size : sizes->size - sizes->overlap;
	if (characters_left <= limit || characters_left + (sizes->size - limit) <= size_min(sizes->whole, sizes->size + spare))
		return count; /* rather a little more than a short end */
	while (end < count && sum + pieces[end].characters <= limit)
		sum += pieces[end++].characters;
	if (end == first)
		return first + 1; /* a table or code block that stays whole */
	if (end == count)
		return end;
	size_t body = end;
	while (body > first && pieces[body - 1].heading > 0)
		body--; /* headings go with what they head */
	size_t kept = sum - characters_of(chunker, body, end);
	if (kept < spare && sum + pieces[end].characters <= sizes->whole)
		return end + 1;
	if (body == first)
		return end;
	return best_heading(chunker, first, body, kept);
}

/* --- overlap ---------------------------------------------------------------------------------------------------- */

/* A good place to begin between `from` and `end`: a line that leaves half of the text, a sentence, a word, or `from`. */
static size_t good_start(struct text text, size_t from, size_t end)
{
	struct text region = text_slice(text, from, end);
	const char *newline = memchr(region.data, '\n', region.bytes);
	size_t start = newline ? (size_t)(newline - region.data) + 1 : region.bytes;
	while (start < region.bytes && ascii_is_space(region.data[start]))
		start++;
	if (start <= region.bytes / 2)
		return from + start;
	start = sentence_next(region, 0);
	if (start < region.bytes)
		return from + start;
	for (start = 1; start < region.bytes; start++)
		if (ascii_is_space(region.data[start - 1]) && !ascii_is_space(region.data[start]))
			return from + start;
	return from;
}

/* Where the span of a chunk begins whose own text is [start, end): at most `characters` earlier, not before `least`. */
static size_t overlap_start(struct text text, size_t least, size_t start, size_t characters)
{
	size_t from = start;
	while (from > least && characters-- > 0)
		from = utf8_floor(text, from - 1);
	if (from == least || from == start)
		return from;
	return good_start(text, from, start);
}

/* --- what a chunk is -------------------------------------------------------------------------------------------- */

/* Index of the first block that ends behind `offset`. */
static size_t block_at(const struct blocks *blocks, size_t offset)
{
	size_t low = 0, high = blocks->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (blocks->items[middle].end > offset)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static struct document_range header_of(const struct chunker *chunker, size_t start)
{
	size_t index = block_at(&chunker->blocks, start);
	const struct block *table = index < chunker->blocks.count ? &chunker->blocks.items[index] : NULL;
	if (!table || table->kind != BLOCK_TABLE || table->start >= start)
		return (struct document_range){ 0, 0 };
	uint32_t end = table->start;
	for (int line = 0; line < 2; line++) { /* header and delimiter row */
		const char *newline = memchr(chunker->text.data + end, '\n', table->end - end);
		end = newline ? (uint32_t)(newline - chunker->text.data) + 1 : table->end;
	}
	if (end > start || end - table->start > HEADER_BYTES_MAX)
		return (struct document_range){ 0, 0 };
	return (struct document_range){ table->start, end - table->start };
}

static bool has_table(const struct chunker *chunker, size_t start, size_t end)
{
	for (size_t i = block_at(&chunker->blocks, start); i < chunker->blocks.count && chunker->blocks.items[i].start < end; i++)
		if (chunker->blocks.items[i].kind == BLOCK_TABLE)
			return true;
	return false;
}

/* By the items and numbered steps that begin in the chunk's own text, which ends at `end`. Called in order of the chunks. */
static enum document_chunk_type type_of(struct chunker *chunker, size_t end, double density)
{
	size_t parameters = 0, counters = 0, steps = 0;
	for (; chunker->next_place < chunker->place_count && chunker->places[chunker->next_place].start < end; chunker->next_place++) {
		parameters += chunker->places[chunker->next_place].category == DOCUMENT_PARAMETERS;
		counters += chunker->places[chunker->next_place].category == DOCUMENT_COUNTERS;
	}
	for (; chunker->next_step < chunker->blocks.count && chunker->blocks.items[chunker->next_step].start < end; chunker->next_step++)
		steps += chunker->blocks.items[chunker->next_step].kind == BLOCK_LIST_ITEM && chunker->blocks.items[chunker->next_step].ordered;
	if (steps < STEPS_MIN)
		steps = 0;
	size_t least = (parameters + counters + steps) * TYPE_PERCENT_MIN;
	if (least == 0)
		return density >= technical_density_min ? DOCUMENT_CHUNK_TECHNICAL : DOCUMENT_CHUNK_MIXED;
	if (parameters * 100 >= least)
		return DOCUMENT_CHUNK_PARAMETER;
	if (counters * 100 >= least)
		return DOCUMENT_CHUNK_COUNTER;
	return steps * 100 >= least ? DOCUMENT_CHUNK_PROCEDURE : DOCUMENT_CHUNK_MIXED;
}

static void add_chunk(struct chunker *chunker, size_t span_start, size_t own_start, size_t end)
{
	double density = score_text_density(chunker->domain, text_slice(chunker->text, span_start, end));
	struct document_chunk chunk = {
		.span = { (uint32_t)span_start, (uint32_t)(end - span_start) },
		.overlap_bytes = (uint32_t)(own_start - span_start),
		.header = header_of(chunker, span_start),
		.type = (uint16_t)type_of(chunker, end, density),
		.tier = (uint8_t)chunker->tier,
		.has_table = has_table(chunker, span_start, end),
		.density = (float)density,
	};
	size_t block = block_at(&chunker->blocks, own_start);
	buffer_clear(&chunker->path);
	if (block < chunker->blocks.count)
		blocks_heading_path(chunker->text, &chunker->blocks, block, &chunker->path);
	document_builder_add_chunk(chunker->document, chunk, buffer_view(&chunker->path));
}

static void add_chunks(struct chunker *chunker)
{
	const struct pieces *pieces = &chunker->pieces;
	size_t left = characters_of(chunker, 0, pieces->count), before = 0;
	for (size_t first = 0, next; first < pieces->count; first = next) {
		next = chunk_end(chunker, first, left);
		size_t characters = characters_of(chunker, first, next);
		size_t start = pieces->items[first].start, end = piece_end(pieces, next - 1, chunker->text.bytes);
		size_t room = chunker->sizes.whole > characters ? chunker->sizes.whole - characters : 0;
		size_t overlap = first == 0 ? 0 : size_min(chunker->sizes.overlap, room);
		add_chunk(chunker, overlap_start(chunker->text, before, start, overlap), start, end);
		before = start;
		left -= characters;
	}
}

/* ---------------------------------------------------------------------------------------------------------------- */

static int compare_places(const void *a, const void *b)
{
	const struct place *left = a, *right = b;
	if (left->start != right->start)
		return left->start < right->start ? -1 : 1;
	return left->category < right->category ? -1 : left->category > right->category;
}

static int collect_places(struct chunker *chunker)
{
	size_t count = document_builder_item_count(chunker->document);
	chunker->places = calloc(count + 1, sizeof(*chunker->places));
	if (!chunker->places)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const struct document_item *item = document_builder_item(chunker->document, i);
		chunker->places[i] = (struct place){ item->span.offset, item->category };
	}
	chunker->place_count = count;
	qsort(chunker->places, count, sizeof(*chunker->places), compare_places);
	return 0;
}

int chunk_document(const struct settings *settings, const struct domain *domain, struct document_builder *document)
{
	struct chunker chunker = { .domain = domain, .document = document, .text = document_builder_markdown(document) };
	double complexity = document_builder_scores(document)->complexity;
	chunker.tier = score_tier(complexity, settings->score.tier_fast_below, settings->score.tier_balanced_below);
	chunker.sizes = chunk_sizes_for(settings, chunker.tier);
	buffer_init(&chunker.path, PATH_BYTES_MAX);
	int status = blocks_scan(chunker.text, &chunker.blocks);
	if (status == 0)
		status = pieces_cut(chunker.text, &chunker.blocks, &chunker.sizes, &chunker.pieces);
	if (status == 0)
		status = collect_places(&chunker);
	if (status == 0)
		add_chunks(&chunker);
	free(chunker.places);
	pieces_done(&chunker.pieces);
	blocks_done(&chunker.blocks);
	buffer_done(&chunker.path);
	return status;
}
