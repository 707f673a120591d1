/* layout.h: what the flat blocks of this room (document, conversation, members) have in common: checked ranges and arrays.
 * Inside proto/ only. Sums are made in 64 bits, so that no offset of a hostile block wraps round. */
#ifndef DOCRING_PROTO_LAYOUT_H
#define DOCRING_PROTO_LAYOUT_H

#include "base/buffer.h"
#include "proto/document.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

enum { LAYOUT_ALIGNMENT = 8 };

static inline uint64_t layout_align(uint64_t offset, uint64_t alignment)
{
	return (offset + alignment - 1) / alignment * alignment;
}

static inline bool layout_aligned(const void *place, uintptr_t alignment)
{
	return (uintptr_t)place % alignment == 0;
}

static inline bool layout_range_inside(struct document_range range, uint64_t bytes)
{
	return (uint64_t)range.offset + range.bytes <= bytes;
}

/* An array of a block of `bytes` whose header takes the first `header_bytes`. An empty one may stand anywhere inside. */
static inline bool layout_array_inside(struct document_array array, uint64_t element_bytes, uint64_t header_bytes, uint64_t bytes)
{
	if (array.offset % LAYOUT_ALIGNMENT != 0 || array.offset < header_bytes)
		return false;
	return array.offset + array.count * element_bytes <= bytes;
}

/* True for finite numbers from 0 to 1 (a NaN compares false). */
static inline bool layout_share(float value)
{
	return value >= 0.0f && value <= 1.0f;
}

/* Rounding in a weighted sum may leave 1.0000001; what is no number at all counts as nothing. */
static inline float layout_clamp(float value)
{
	return value >= 0.0f ? fminf(value, 1.0f) : 0.0f;
}

/* Appends to a private string store and says where: the offset is that of the store until the block is written. */
static inline struct document_range layout_store(struct buffer *strings, struct text value)
{
	struct document_range range = { (uint32_t)strings->bytes, (uint32_t)value.bytes };

	if (value.bytes == 0)
		return (struct document_range){ 0, 0 };
	buffer_append_text(strings, value);
	return strings->status ? (struct document_range){ 0, 0 } : range;
}

/* A range of the store as a range of the block. */
static inline struct document_range layout_move(struct document_range range, uint32_t strings_offset)
{
	if (range.bytes > 0)
		range.offset += strings_offset;
	return range;
}

/* Copies a private array to its place in the block, zeroing the alignment gap in front of the next one. */
static inline void layout_place(uint8_t *block, uint64_t offset, uint64_t end, const struct buffer *from)
{
	if (from->bytes > 0)
		memcpy(block + offset, from->data, from->bytes);
	memset(block + offset + from->bytes, 0, end - offset - from->bytes);
}

#endif
