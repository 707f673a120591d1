/* input.c: writes and opens the header that stands before each input. The coordinator and archive-expanding workers write,
 * preprocess workers read; the bytes may be damaged or hostile. */
#include "proto/input.h"

#include "proto/layout.h"

#include <inttypes.h>
#include <xxhash.h>

_Static_assert(sizeof(struct input_header) == 56, "layout of an input: a new size needs a new INPUT_VERSION");
_Static_assert(offsetof(struct input_header, header_xxh3) == 48, "the checksum covers every field before it");

size_t input_header_bytes(size_t source_bytes, size_t container_bytes)
{
	return layout_align(sizeof(struct input_header) + source_bytes + container_bytes, INPUT_ALIGNMENT);
}

static uint64_t header_hash(const struct input_header *header)
{
	uint64_t fields = XXH3_64bits(header, offsetof(struct input_header, header_xxh3));
	return XXH3_64bits_withSeed(header + 1, (size_t)header->source_bytes + header->container_bytes, fields);
}

void input_write_header(void *place, struct text source, struct text container, uint32_t depth, uint16_t flags, uint64_t data_bytes)
{
	struct input_header *header = place;
	char *names = (char *)(header + 1);
	size_t header_bytes = input_header_bytes(source.bytes, container.bytes);

	CHECK(layout_aligned(place, LAYOUT_ALIGNMENT) && flags <= INPUT_BY_DESCRIPTOR);
	CHECK(source.bytes <= INPUT_NAME_BYTES_MAX && container.bytes <= INPUT_NAME_BYTES_MAX);
	memset(place, 0, header_bytes);
	header->magic = INPUT_MAGIC;
	header->version = INPUT_VERSION;
	header->flags = flags;
	header->header_bytes = (uint32_t)header_bytes;
	header->source_bytes = (uint32_t)source.bytes;
	header->container_bytes = (uint32_t)container.bytes;
	header->depth = depth;
	header->data_bytes = data_bytes;
	if (!(flags & INPUT_BY_DESCRIPTOR)) {
		XXH128_hash_t hash = XXH3_128bits((const uint8_t *)place + header_bytes, data_bytes);
		header->content_xxh3[0] = hash.low64;
		header->content_xxh3[1] = hash.high64;
	}
	if (source.bytes > 0)
		memcpy(names, source.data, source.bytes);
	if (container.bytes > 0)
		memcpy(names + source.bytes, container.data, container.bytes);
	header->header_xxh3 = header_hash(header);
}

static int refuse(struct error_text *error, const char *what, uint64_t found)
{
	return error_set(error, ERROR_INPUT_REJECTED, "input: %s (found %" PRIu64 ")", what, found);
}

static int check_header(const struct input_header *header, size_t bytes, struct error_text *error)
{
	if (header->magic != INPUT_MAGIC)
		return refuse(error, "wrong magic number", header->magic);
	if (header->version != INPUT_VERSION)
		return error_set(error, ERROR_VERSION_MISMATCH, "input: version %u, this program reads %d: use programs of one build",
				 header->version, INPUT_VERSION);
	if (header->flags > INPUT_BY_DESCRIPTOR)
		return refuse(error, "unknown flags", header->flags);
	if (header->source_bytes > INPUT_NAME_BYTES_MAX || header->container_bytes > INPUT_NAME_BYTES_MAX)
		return refuse(error, "a name is too long", size_max(header->source_bytes, header->container_bytes));
	if (header->header_bytes != input_header_bytes(header->source_bytes, header->container_bytes) || header->header_bytes > bytes)
		return refuse(error, "the header's length does not fit", header->header_bytes);
	if (!(header->flags & INPUT_BY_DESCRIPTOR) && header->data_bytes > bytes - header->header_bytes)
		return refuse(error, "the data does not fit its extent", header->data_bytes);
	if (header_hash(header) != header->header_xxh3)
		return refuse(error, "the checksum of its header is wrong", header->header_xxh3);
	return 0;
}

int input_open(const void *place, size_t bytes, struct input *ret_input, struct error_text *error)
{
	const struct input_header *header = place;
	const char *names = (const char *)(header + 1);

	if (!layout_aligned(place, LAYOUT_ALIGNMENT))
		return refuse(error, "it does not begin at a multiple of 8", (uintptr_t)place % LAYOUT_ALIGNMENT);
	if (bytes < sizeof(*header))
		return refuse(error, "shorter than its header", bytes);
	int status = check_header(header, bytes, error);
	if (status < 0)
		return status;
	struct text data = { NULL, 0 };
	if (!(header->flags & INPUT_BY_DESCRIPTOR)) {
		data = (struct text){ (const char *)place + header->header_bytes, header->data_bytes };
		XXH128_hash_t hash = XXH3_128bits(data.data, data.bytes);
		if (hash.low64 != header->content_xxh3[0] || hash.high64 != header->content_xxh3[1])
			return refuse(error, "the checksum of its data is wrong", hash.low64);
	}
	*ret_input = (struct input){
		.header = header,
		.source = { names, header->source_bytes },
		.container = { names + header->source_bytes, header->container_bytes },
		.data = data,
	};
	return 0;
}
