/* archive_support.h: expands an archive in memory and looks at what came out. */
#ifndef DOCRING_TESTS_UNIT_ARCHIVE_SUPPORT_H
#define DOCRING_TESTS_UNIT_ARCHIVE_SUPPORT_H

#include "proto/members.h"
#include "workers/preprocess/archive.h"

enum { EXTENT_BYTES_MAX = 32 << 20 };

extern struct settings archive_settings; /* of every expansion */
int archive_open_settings(void **state);
int archive_close_settings(void **state);

struct archive_outcome {
	int64_t result;
	size_t needed_bytes;
	struct error_text error;
	struct members members;
	void *extent;
};

/* One step from `cursor` on into an extent of this size. Free outcome.extent. */
struct archive_outcome archive_expand_at(struct text data, const char *source, const char *container, uint32_t depth, uint32_t cursor,
					 size_t extent_bytes);
/* All of "docs/all.zip"; asserts that it went well. */
struct archive_outcome archive_expand_all(struct text data);
void archive_release(struct text data, struct archive_outcome *outcome); /* frees both */

struct text archive_member_data(const struct archive_outcome *outcome, const struct member *member);
/* NULL: there is none of this name. */
const struct member *archive_find_member(const struct archive_outcome *outcome, const char *name);
void archive_assert_present(const struct archive_outcome *outcome, const char *name, const char *content);
void archive_assert_absent(const struct archive_outcome *outcome, const char *name, enum member_status status, const char *reason);

#endif
