/* input.h: one input as a worker finds it: a header, the two names, then the bytes.
 *
 * The coordinator writes it into the ring for a file; a worker that expands an archive writes one for each member into its
 * outbox (members.h). So a task needs no text of its own: a descriptor says where the input lies, and this says what it is.
 * The data starts at header_bytes, 64-byte aligned. With INPUT_BY_DESCRIPTOR the data is not here: a read-only file
 * descriptor with it came over the attach socket, tagged with the task's id. */
#ifndef DOCRING_PROTO_INPUT_H
#define DOCRING_PROTO_INPUT_H

#include "base/error.h"
#include "base/text.h"

#include <stdint.h>

#define INPUT_MAGIC 0x504E4944u /* "DINP" */
enum { INPUT_VERSION = 1, INPUT_ALIGNMENT = 64, INPUT_NAME_BYTES_MAX = 16384 };
enum { INPUT_BY_DESCRIPTOR = 1 };

struct input_header {
	uint32_t magic;
	uint16_t version;
	uint16_t flags;
	uint32_t header_bytes;    /* header and names, padded to INPUT_ALIGNMENT: where the data starts */
	uint32_t source_bytes;    /* name of the file, as it stands in the dataset: "docs/a.html", or the member's name */
	uint32_t container_bytes; /* the archive it came from ("docs/all.zip", nested: "docs/all.zip!inner.zip"), or 0 */
	uint32_t depth;           /* how many archives it lies in */
	uint64_t data_bytes;
	uint64_t content_xxh3[2]; /* XXH3-128 of the data (low, high); zero with INPUT_BY_DESCRIPTOR */
	uint64_t header_xxh3;     /* XXH3-64 of the fields above and the names */
};

struct input { /* a checked view; owns nothing */
	const struct input_header *header;
	struct text source, container, data;
};

size_t input_header_bytes(size_t source_bytes, size_t container_bytes);
/* Writes header and names at `place` (64-byte aligned). The content hash is that of `data` at place + header_bytes, computed here. */
void input_write_header(void *place, struct text source, struct text container, uint32_t depth, uint16_t flags, uint64_t data_bytes);
/* Checks magic, version, lengths against `bytes`, and both checksums. */
int input_open(const void *place, size_t bytes, struct input *ret_input, struct error_text *error) WARN_UNUSED;

#endif
