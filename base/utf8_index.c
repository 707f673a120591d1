#include "base/utf8_index.h"

#include "base/check.h"

#include <errno.h>
#include <stdlib.h>

enum { UTF8_INDEX_STEP_BYTES = 1024 };

/* Code points that begin in [start, end). */
static size_t count_starts(struct text text, size_t start, size_t end)
{
	size_t count = 0;

	for (size_t i = start; i < end; i++)
		count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
	return count;
}

int utf8_index_init(struct utf8_index *index, struct text text)
{
	size_t steps = text.bytes / UTF8_INDEX_STEP_BYTES + 1, total = 0;

	*index = (struct utf8_index){ .text = text };
	uint32_t *counts = malloc(steps * sizeof(*counts));
	if (!counts)
		return -ENOMEM;
	for (size_t step = 0; step < steps; step++) {
		size_t start = step * UTF8_INDEX_STEP_BYTES;
		counts[step] = (uint32_t)total;
		total += count_starts(text, start, size_min(start + UTF8_INDEX_STEP_BYTES, text.bytes));
	}
	if (total == text.bytes) {
		free(counts);
		counts = NULL;
	}
	index->counts = counts;
	return 0;
}

void utf8_index_done(struct utf8_index *index)
{
	free(index->counts);
	index->counts = NULL;
}

size_t utf8_index_at(const struct utf8_index *index, size_t byte_offset)
{
	CHECK(byte_offset <= index->text.bytes);
	if (!index->counts)
		return byte_offset;
	size_t step = byte_offset / UTF8_INDEX_STEP_BYTES;
	return index->counts[step] + count_starts(index->text, step * UTF8_INDEX_STEP_BYTES, byte_offset);
}
