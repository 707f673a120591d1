/* chunk.h: the parts of chunk.c, for it alone. */
#ifndef DOCRING_WORKERS_PREPROCESS_CHUNK_H
#define DOCRING_WORKERS_PREPROCESS_CHUNK_H

#include "config/settings.h"
#include "proto/document.h"
#include "workers/preprocess/blocks.h"

struct chunk_sizes { /* in characters */
	size_t size;    /* of a chunk with its overlap */
	size_t overlap; /* at most half of the size */
	size_t whole;   /* a table or code block up to this stays whole: no chunk is longer */
};

/* A stretch of text that is not cut: it ends where the next one begins. */
struct piece {
	uint32_t start;
	uint32_t characters;
	uint8_t heading; /* level, 0 for other text */
};

struct pieces {
	struct piece *items;
	size_t count;
	size_t capacity;
};

struct chunk_sizes chunk_sizes_for(const struct settings *settings, enum document_tier tier);

/* chunk_pieces.c: the whole text as pieces, none longer than sizes.whole, those of running text not longer than
 * size − overlap. 0 or -ENOMEM; release with pieces_done. */
int pieces_cut(struct text markdown, const struct blocks *blocks, const struct chunk_sizes *sizes, struct pieces *ret_pieces) WARN_UNUSED;
void pieces_done(struct pieces *pieces);

/* Where the piece ends. */
static inline uint32_t piece_end(const struct pieces *pieces, size_t index, size_t text_bytes)
{
	return index + 1 < pieces->count ? pieces->items[index + 1].start : (uint32_t)text_bytes;
}

#endif
