/* utf8_index.h: from byte offsets to code point offsets in a long text, without counting from its start each time. */
#ifndef DOCRING_BASE_UTF8_INDEX_H
#define DOCRING_BASE_UTF8_INDEX_H

#include "base/text.h"

#include <stdint.h>

struct utf8_index {
	struct text text;  /* not owned; valid UTF-8 */
	uint32_t *counts;  /* code points before every UTF8_INDEX_STEP_BYTES; NULL when the text is all ASCII */
};

/* One pass. 0 or -ENOMEM. Texts under 4 GiB. */
int utf8_index_init(struct utf8_index *index, struct text text);
void utf8_index_done(struct utf8_index *index);
size_t utf8_index_at(const struct utf8_index *index, size_t byte_offset);

#endif
