/* archive.c: any bytes as an archive, expanded step by step into small extents. Each step gives a block that the coordinator
 * accepts or a reason, and the steps come to an end. */
#include "tests/fuzz/harness.h"
#include "workers/preprocess/archive.h"

#include "proto/members.h"

#include <stdlib.h>

enum { EXTENT_BYTES = 1 << 20, EXTENT_BYTES_MAX = 16 << 20, STEPS_MAX = 1000 };

static const struct input_header nested = { .depth = 1 };

/* One step at `cursor`; true while there is more to come. */
static bool expand_step(struct text data, void *extent, size_t extent_bytes, uint32_t *cursor, size_t *ret_needed_bytes)
{
	struct error_text error = { "" };
	struct members members;
	struct worker_task task = {
		.descriptor = { .argument = *cursor },
		.input = { .header = &nested, .source = TEXT_LITERAL("a/en_lzn7931040_r50f.zip"), .container = TEXT_LITERAL(""), .data = data },
		.out = extent,
		.out_bytes = extent_bytes,
	};
	int64_t bytes = archive_expand(fuzz_settings(), &task, ret_needed_bytes, &error);

	if (bytes < 0) {
		if (bytes == ERROR_INPUT_REJECTED && error.message[0] == '\0')
			fuzz_broken("a refusal has a reason", data);
		return bytes == ERROR_NEEDS_SPACE;
	}
	if (members_open(extent, (size_t)bytes, &members, &error) < 0)
		fuzz_broken("the block can be opened", text_from(error.message));
	if (!members.header->finished && members.header->next_cursor <= *cursor)
		fuzz_broken("a step goes forward", data);
	*cursor = (uint32_t)members.header->next_cursor;
	return !members.header->finished;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static void *extent;
	const struct text input = { (const char *)data, bytes };
	size_t extent_bytes = EXTENT_BYTES, needed_bytes = 0;
	uint32_t cursor = 0;

	if (!extent && !(extent = aligned_alloc(64, EXTENT_BYTES_MAX)))
		return 0;
	for (unsigned step = 0; expand_step(input, extent, extent_bytes, &cursor, &needed_bytes); step++) {
		if (needed_bytes > EXTENT_BYTES_MAX)
			break;
		if (step == STEPS_MAX)
			fuzz_broken("the steps come to an end", input);
		if (needed_bytes > extent_bytes)
			extent_bytes = needed_bytes;
		needed_bytes = 0;
	}
	return 0;
}
