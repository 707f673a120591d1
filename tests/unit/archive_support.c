#include "tests/unit/archive_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct settings archive_settings;

int archive_open_settings(void **state)
{
	(void)state;
	settings_init(&archive_settings);
	return 0;
}

int archive_close_settings(void **state)
{
	(void)state;
	settings_done(&archive_settings);
	return 0;
}

struct archive_outcome archive_expand_at(struct text data, const char *source, const char *container, uint32_t depth, uint32_t cursor, size_t extent_bytes)
{
	struct input_header header = { .depth = depth };
	struct archive_outcome outcome = { .extent = aligned_alloc(64, (extent_bytes + 63) / 64 * 64) };
	struct worker_task task = {
		.descriptor = { .argument = cursor },
		.input = { .header = &header, .source = text_from(source), .container = text_from(container), .data = data },
		.out = outcome.extent,
		.out_bytes = extent_bytes,
	};

	assert_non_null(outcome.extent);
	outcome.result = archive_expand(&archive_settings, &task, &outcome.needed_bytes, &outcome.error);
	if (outcome.result >= 0)
		assert_int_equal(members_open(outcome.extent, (size_t)outcome.result, &outcome.members, &outcome.error), 0);
	return outcome;
}

struct archive_outcome archive_expand_all(struct text data)
{
	struct archive_outcome outcome = archive_expand_at(data, "docs/all.zip", "", 0, 0, EXTENT_BYTES_MAX);
	assert_true(outcome.result >= 0);
	return outcome;
}

struct text archive_member_data(const struct archive_outcome *outcome, const struct member *member)
{
	struct input input;
	struct error_text error;

	assert_int_equal(input_open((const char *)outcome->members.header + member->input_offset, member->input_bytes, &input, &error), 0);
	return input.data;
}

const struct member *archive_find_member(const struct archive_outcome *outcome, const char *name)
{
	for (uint32_t i = 0; i < outcome->members.count; i++)
		if (text_equal(members_name(&outcome->members, &outcome->members.members[i]), text_from(name)))
			return &outcome->members.members[i];
	return NULL;
}

void archive_assert_present(const struct archive_outcome *outcome, const char *name, const char *content)
{
	const struct member *member = archive_find_member(outcome, name);

	assert_non_null(member);
	assert_int_equal(member->status, MEMBER_PRESENT);
	assert_true(text_equal(archive_member_data(outcome, member), text_from(content)));
}

void archive_assert_absent(const struct archive_outcome *outcome, const char *name, enum member_status status, const char *reason)
{
	const struct member *member = archive_find_member(outcome, name);

	assert_non_null(member);
	assert_int_equal(member->status, status);
	assert_true(text_find(members_reason(&outcome->members, member), text_from(reason)) >= 0);
}

void archive_release(struct text data, struct archive_outcome *outcome)
{
	free(outcome->extent);
	free((char *)data.data);
}
