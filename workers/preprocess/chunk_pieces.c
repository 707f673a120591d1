/* chunk_pieces.c: cuts Markdown into what a chunk may be made of: a block whole when it fits, else a table by rows, code by
 * lines, running text by sentences, and at last by words. Linear; every byte lies in exactly one piece. */
#include "workers/preprocess/chunk.h"

#include "base/utf8.h"
#include "workers/preprocess/sentence.h"

#include <errno.h>
#include <stdlib.h>

struct cutter {
	struct text text;
	const struct chunk_sizes *sizes;
	struct pieces *pieces;
	int status;
};

static void add(struct cutter *cutter, size_t start, size_t end, unsigned heading)
{
	struct pieces *pieces = cutter->pieces;
	if (cutter->status < 0)
		return;
	if (pieces->count == pieces->capacity) {
		size_t capacity = pieces->capacity ? pieces->capacity * 2 : 64;
		struct piece *items = realloc(pieces->items, capacity * sizeof(*items));
		if (!items) {
			cutter->status = -ENOMEM;
			return;
		}
		pieces->items = items;
		pieces->capacity = capacity;
	}
	size_t characters = utf8_count(text_slice(cutter->text, start, end));
	pieces->items[pieces->count++] = (struct piece){ (uint32_t)start, (uint32_t)characters, (uint8_t)heading };
}

/* The offset `characters` further, or `end` when that comes first. */
static size_t advance(struct text text, size_t start, size_t end, size_t characters)
{
	while (start < end && characters-- > 0) {
		size_t bytes = utf8_decode(text, start, NULL);
		start += bytes ? bytes : 1;
	}
	return start < end ? start : end;
}

enum { WORDS_SHARE = 4 }; /* a piece is a quarter of a chunk: small enough to follow its heading */

/* Text without a better place to cut: behind the last blank of the second half, else between two characters. */
static void cut_words(struct cutter *cutter, size_t start, size_t end)
{
	size_t characters = (cutter->sizes->size - cutter->sizes->overlap) / WORDS_SHARE;
	while (start < end) {
		size_t next = advance(cutter->text, start, end, characters);
		if (next < end) {
			size_t blank = next;
			while (blank > start + (next - start) / 2 && !ascii_is_space(cutter->text.data[blank - 1]))
				blank--;
			if (ascii_is_space(cutter->text.data[blank - 1]))
				next = blank;
		}
		add(cutter, start, next, 0);
		start = next;
	}
}

static size_t line_next(struct text text, size_t start)
{
	const char *newline = memchr(text.data + start, '\n', text.bytes - start);
	return newline ? (size_t)(newline - text.data) + 1 : text.bytes;
}

/* By lines (rows) or sentences. */
static void cut_block(struct cutter *cutter, size_t start, size_t end, bool by_lines)
{
	size_t body = cutter->sizes->size - cutter->sizes->overlap;
	struct text block = text_slice(cutter->text, 0, end);
	while (start < end) {
		size_t next = by_lines ? line_next(block, start) : sentence_next(block, start);
		if (utf8_count(text_slice(cutter->text, start, next)) > body)
			cut_words(cutter, start, next);
		else
			add(cutter, start, next, 0);
		start = next;
	}
}

int pieces_cut(struct text markdown, const struct blocks *blocks, const struct chunk_sizes *sizes, struct pieces *ret_pieces)
{
	struct pieces pieces = { 0 };
	struct cutter cutter = { .text = markdown, .sizes = sizes, .pieces = &pieces };
	size_t body = sizes->size - sizes->overlap, start = 0;
	for (size_t i = 0; i < blocks->count && cutter.status == 0; i++) {
		const struct block *block = &blocks->items[i];
		size_t end = i + 1 < blocks->count ? blocks->items[i + 1].start : markdown.bytes;
		bool whole = block->kind == BLOCK_TABLE || block->kind == BLOCK_CODE;
		if (utf8_count(text_slice(markdown, start, end)) <= (whole ? sizes->whole : body))
			add(&cutter, start, end, block->kind == BLOCK_HEADING ? block->level : 0);
		else
			cut_block(&cutter, start, end, whole);
		start = end;
	}
	if (start < markdown.bytes) /* nothing but blanks */
		cut_words(&cutter, start, markdown.bytes);
	if (cutter.status < 0) {
		pieces_done(&pieces);
		return cutter.status;
	}
	*ret_pieces = pieces;
	return 0;
}

void pieces_done(struct pieces *pieces)
{
	if (!pieces)
		return;
	free(pieces->items);
	*pieces = (struct pieces){ 0 };
}
