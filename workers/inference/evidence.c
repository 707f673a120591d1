/* evidence.c: see evidence.h. */
#define _GNU_SOURCE
#include "workers/inference/evidence.h"

#include "workers/inference/passage.h"

enum { WORDS_MAX = 512, SLOTS = 2048, WORD_BYTES_MIN = 3, QUOTE_BYTES_MIN = 12, IDENTIFIER_WEIGHT = 4 };

struct words { /* stems of question and answer; each counts once for a block */
	uint64_t stems[SLOTS];
	uint32_t seen_in[SLOTS]; /* number of the block it was last met in */
	size_t count;
};

static bool next_word(struct text text, size_t *position, struct text *ret_word)
{
	size_t i = *position;

	while (i < text.bytes && !ascii_is_alnum(text.data[i]))
		i++;
	size_t start = i;
	while (i < text.bytes && (ascii_is_word(text.data[i]) || (text.data[i] == '.' && i + 1 < text.bytes && ascii_is_alnum(text.data[i + 1]))))
		i++;
	*position = i;
	*ret_word = text_slice(text, start, i);
	return i > start;
}

static size_t slot_of(const struct words *words, uint64_t stem)
{
	size_t at = stem & (SLOTS - 1);
	while (words->stems[at] && words->stems[at] != stem)
		at = (at + 1) & (SLOTS - 1);
	return at;
}

static void add_words(struct words *words, struct text text)
{
	struct text word;
	size_t position = 0;

	while (words->count < WORDS_MAX && next_word(text, &position, &word)) {
		if (word.bytes < WORD_BYTES_MIN && !ascii_is_digit(word.data[0]))
			continue;
		uint64_t stem = passage_stem(word) | 1;
		size_t at = slot_of(words, stem);
		words->count += words->stems[at] == 0;
		words->stems[at] = stem;
	}
}

/* How many of the words the text has; names and numbers count more. */
static uint32_t count_words(struct words *words, struct text text, uint32_t number)
{
	struct text word;
	size_t position = 0;
	uint32_t sum = 0;

	while (next_word(text, &position, &word)) {
		size_t at = slot_of(words, passage_stem(word) | 1);
		if (!words->stems[at] || words->seen_in[at] == number)
			continue;
		words->seen_in[at] = number;
		bool name = false;
		for (size_t i = 0; i < word.bytes && !name; i++)
			name = ascii_is_digit(word.data[i]) || word.data[i] == '_' || word.data[i] == '.' || (i > 0 && ascii_is_upper(word.data[i]));
		sum += name ? IDENTIFIER_WEIGHT : 1;
	}
	return sum;
}

/* The first block of the document that ends behind the offset. */
static size_t block_behind(const struct blocks *blocks, size_t offset)
{
	size_t low = 0, high = blocks->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (blocks->items[middle].end <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct document_range inside(struct document_range piece, size_t start, size_t end)
{
	size_t first = size_max(start, piece.offset), last = size_min(end, (size_t)piece.offset + piece.bytes);
	return last > first ? (struct document_range){ (uint32_t)first, (uint32_t)(last - first) } : piece;
}

/* The quote without formatting in the text without formatting; linear but for repeated beginnings, which the piece's size bounds. */
static bool find_loosely(struct text text, struct text quote, size_t *ret_start, size_t *ret_end)
{
	struct text first = { "", 0 }, word, other;
	size_t quote_position = 0, at = 0;

	if (!next_word(quote, &quote_position, &first))
		return false;
	while (next_word(text, &at, &word)) {
		size_t text_position = at, rest = quote_position, end = at;
		bool same = text_equal_nocase(word, first);
		while (same && next_word(quote, &rest, &other)) {
			struct text found;
			same = next_word(text, &text_position, &found) && text_equal_nocase(found, other);
			end = text_position;
		}
		if (same) {
			*ret_start = (size_t)(word.data - text.data);
			*ret_end = end;
			return true;
		}
	}
	return false;
}

bool evidence_find_quote(struct text text, struct text quote, size_t *ret_start, size_t *ret_end)
{
	quote = text_trim(quote);
	if (quote.bytes < QUOTE_BYTES_MIN)
		return false;
	const char *found = memmem(text.data, text.bytes, quote.data, quote.bytes);
	if (!found)
		return find_loosely(text, quote, ret_start, ret_end);
	*ret_start = (size_t)(found - text.data);
	*ret_end = *ret_start + quote.bytes;
	return true;
}

/* The block with most of the words. */
static struct document_range best_block(const struct document *document, const struct blocks *blocks, struct document_range piece, struct text question,
					struct text answer)
{
	struct words words = { .count = 0 };
	struct document_range best = piece;
	uint32_t most = 0, number = 0;

	add_words(&words, answer);
	add_words(&words, question);
	for (size_t i = block_behind(blocks, piece.offset); i < blocks->count && blocks->items[i].start < piece.offset + piece.bytes; i++) {
		struct document_range range = inside(piece, blocks->items[i].start, blocks->items[i].end);
		uint32_t sum = count_words(&words, document_span(document, range), ++number);
		if (sum > most && blocks->items[i].kind != BLOCK_HEADING) {
			most = sum;
			best = range;
		}
	}
	return best;
}

static void add_place(struct evidence *evidence, struct document_range place)
{
	const struct document_range *last = evidence->count ? &evidence->places[evidence->count - 1] : NULL;
	if (!last || last->offset != place.offset || last->bytes != place.bytes)
		evidence->places[evidence->count++] = place;
}

void evidence_find(const struct document *document, const struct blocks *blocks, struct document_range piece, struct text quote, struct text question,
		   struct text answer, struct evidence *ret_evidence)
{
	struct text text = document_span(document, piece);
	struct document_range range;
	size_t start, end;

	*ret_evidence = (struct evidence){ .count = 0 };
	ret_evidence->quoted = evidence_find_quote(text, quote, &start, &end);
	if (ret_evidence->quoted) {
		size_t first = block_behind(blocks, piece.offset + start), last = block_behind(blocks, piece.offset + size_max(end, start + 1) - 1);
		size_t from = first < blocks->count ? blocks->items[first].start : piece.offset + start;
		range = inside(piece, size_min(from, piece.offset + start), last < blocks->count ? blocks->items[last].end : piece.offset + end);
	} else {
		range = best_block(document, blocks, piece, question, answer);
	}
	add_place(ret_evidence, range);
	size_t block = block_behind(blocks, range.offset);
	if (block < blocks->count) { /* from its heading to the next one */
		int32_t heading = blocks->items[block].kind == BLOCK_HEADING ? (int32_t)block : blocks->items[block].heading;
		size_t next = block_behind(blocks, (size_t)range.offset + range.bytes);
		while (next < blocks->count && blocks->items[next].kind != BLOCK_HEADING && blocks->items[next].start < piece.offset + piece.bytes)
			next++;
		add_place(ret_evidence, inside(piece, heading >= 0 ? blocks->items[heading].start : 0,
					       next < blocks->count ? blocks->items[next].start : document->markdown.bytes));
	}
	add_place(ret_evidence, piece);
}
