/* members.c: the block of an archive's members: written by the worker that expands the archive, opened by the coordinator.
 * Layout: header, inputs (each at a multiple of INPUT_ALIGNMENT, in the order of the entries), table, names with reasons. */
#include "proto/members.h"

#include "base/utf8.h"
#include "proto/document.h"
#include "proto/input.h"
#include "proto/layout.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <xxhash.h>

_Static_assert(sizeof(struct members_header) == 48 && sizeof(struct member) == 64, "layout of a members block: new sizes need a new MEMBERS_VERSION");

#define MEMBERS_NAMES_BYTES_MAX ((size_t)1 << 32)

enum { MEMBERS_FIRST_COUNT = 16 };

int members_writer_init(struct members_writer *writer, void *place, size_t capacity_bytes, struct text container, uint32_t depth)
{
	CHECK(layout_aligned(place, INPUT_ALIGNMENT));
	if (capacity_bytes < INPUT_ALIGNMENT)
		return ERROR_NEEDS_SPACE;
	if (container.bytes > INPUT_NAME_BYTES_MAX)
		return ERROR_LIMIT_HIT;
	*writer = (struct members_writer){
		.place = place,
		.capacity_bytes = capacity_bytes,
		.used_bytes = layout_align(sizeof(struct members_header), INPUT_ALIGNMENT),
		.container = container,
		.depth = depth,
	};
	buffer_init(&writer->names, MEMBERS_NAMES_BYTES_MAX);
	return 0;
}

void members_writer_done(struct members_writer *writer)
{
	free(writer->members);
	buffer_done(&writer->names);
	*writer = (struct members_writer){ 0 };
}

/* Bytes behind the inputs when one more member with a name and a reason of these lengths has come. */
static size_t table_bytes(const struct members_writer *writer, size_t name_bytes, size_t reason_bytes)
{
	return (writer->member_count + 1) * sizeof(struct member) + writer->names.bytes + name_bytes + reason_bytes;
}

uint8_t *members_writer_space(struct members_writer *writer, struct text name, size_t *ret_bytes)
{
	if (name.bytes > MEMBERS_NAME_BYTES_MAX)
		return NULL;
	size_t header = input_header_bytes(name.bytes, writer->container.bytes);
	size_t table = table_bytes(writer, name.bytes, MEMBERS_REASON_BYTES_MAX);
	if (table > writer->capacity_bytes)
		return NULL;
	size_t inputs_end = (writer->capacity_bytes - table) / INPUT_ALIGNMENT * INPUT_ALIGNMENT;
	if (writer->used_bytes + header > inputs_end)
		return NULL;
	*ret_bytes = inputs_end - writer->used_bytes - header;
	return writer->place + writer->used_bytes + header;
}

size_t members_block_bytes(struct text container, struct text name, size_t data_bytes)
{
	size_t inputs = layout_align(sizeof(struct members_header), INPUT_ALIGNMENT) +
			layout_align(input_header_bytes(name.bytes, container.bytes) + data_bytes, INPUT_ALIGNMENT);
	return layout_align(inputs + sizeof(struct member) + name.bytes + MEMBERS_REASON_BYTES_MAX, INPUT_ALIGNMENT);
}

bool members_name_is_safe(struct text name)
{
	struct text rest = name, part;

	if (name.bytes == 0 || name.bytes > MEMBERS_NAME_BYTES_MAX || name.data[0] == '/')
		return false;
	if (memchr(name.data, '\0', name.bytes) || utf8_valid_prefix(name) != name.bytes)
		return false;
	while (text_next_field(&rest, '/', &part))
		if (text_equal(part, TEXT_LITERAL("..")))
			return false;
	return true;
}

/* Takes the member into the private table, its name and reason into the names. */
static int append_member(struct members_writer *writer, struct member member, struct text name, struct text reason)
{
	CHECK(writer->member_count == 0 || member.cursor > writer->members[writer->member_count - 1].cursor);
	if (writer->member_count == writer->member_capacity) {
		size_t capacity = size_max(MEMBERS_FIRST_COUNT, writer->member_capacity * 2);
		struct member *grown = realloc(writer->members, capacity * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		writer->members = grown;
		writer->member_capacity = capacity;
	}
	member.name_offset = writer->names.bytes;
	member.name_bytes = (uint32_t)name.bytes;
	member.reason_bytes = (uint32_t)reason.bytes;
	buffer_append_text(&writer->names, name);
	buffer_append_text(&writer->names, reason);
	if (writer->names.status)
		return writer->names.status;
	writer->members[writer->member_count++] = member;
	return 0;
}

int members_writer_add(struct members_writer *writer, struct text name, uint64_t cursor, size_t data_bytes, uint32_t format)
{
	size_t space;

	CHECK(format < DOCUMENT_FORMAT_COUNT);
	if (!members_name_is_safe(name))
		return ERROR_INPUT_REJECTED;
	if (!members_writer_space(writer, name, &space) || data_bytes > space)
		return ERROR_NEEDS_SPACE;
	struct input_header *header = (void *)(writer->place + writer->used_bytes);
	input_write_header(header, name, writer->container, writer->depth, 0, data_bytes);
	struct member member = {
		.cursor = cursor,
		.input_offset = writer->used_bytes,
		.input_bytes = header->header_bytes + data_bytes,
		.content_xxh3 = { header->content_xxh3[0], header->content_xxh3[1] },
		.status = MEMBER_PRESENT,
		.format = format,
	};
	int status = append_member(writer, member, name, TEXT_LITERAL(""));
	if (status == 0)
		writer->used_bytes = layout_align(writer->used_bytes + member.input_bytes, INPUT_ALIGNMENT);
	return status;
}

int members_writer_refuse(struct members_writer *writer, struct text name, uint64_t cursor, enum member_status status, struct text reason)
{
	CHECK(status == MEMBER_SKIPPED || status == MEMBER_REFUSED);
	if (!members_name_is_safe(name))
		return ERROR_INPUT_REJECTED;
	if (reason.bytes > MEMBERS_REASON_BYTES_MAX)
		reason.bytes = utf8_floor(reason, MEMBERS_REASON_BYTES_MAX);
	if (writer->used_bytes + table_bytes(writer, name.bytes, reason.bytes) > writer->capacity_bytes)
		return ERROR_NEEDS_SPACE;
	return append_member(writer, (struct member){ .cursor = cursor, .status = status }, name, reason);
}

size_t members_writer_finish(struct members_writer *writer, bool finished, uint64_t next_cursor)
{
	struct members_header *header = (void *)writer->place;
	size_t table = writer->used_bytes, table_size = writer->member_count * sizeof(struct member);
	size_t bytes = table + table_size + writer->names.bytes;

	CHECK(bytes <= writer->capacity_bytes);
	for (size_t i = 0; i < writer->member_count; i++)
		writer->members[i].name_offset += table + table_size;
	if (table_size > 0)
		memcpy(writer->place + table, writer->members, table_size);
	if (writer->names.bytes > 0)
		memcpy(writer->place + table + table_size, writer->names.data, writer->names.bytes);
	memset(header, 0, layout_align(sizeof(*header), INPUT_ALIGNMENT));
	*header = (struct members_header){
		.magic = MEMBERS_MAGIC,
		.version = MEMBERS_VERSION,
		.finished = finished,
		.bytes = bytes,
		.next_cursor = next_cursor,
		.table_xxh3 = XXH3_64bits(writer->place + table, bytes - table),
		.table_offset = table,
		.member_count = (uint32_t)writer->member_count,
	};
	return bytes;
}

static int refuse(struct error_text *error, const char *what, uint64_t found)
{
	return error_set(error, ERROR_INPUT_REJECTED, "members block: %s (found %" PRIu64 ")", what, found);
}

static int check_header(const struct members_header *header, size_t bytes, struct error_text *error)
{
	if (header->magic != MEMBERS_MAGIC)
		return refuse(error, "wrong magic number", header->magic);
	if (header->version != MEMBERS_VERSION)
		return error_set(error, ERROR_VERSION_MISMATCH, "members block: version %u, this program reads %d: use programs of one build",
				 header->version, MEMBERS_VERSION);
	if (header->finished > 1)
		return refuse(error, "the mark of the end is neither 0 nor 1", header->finished);
	if (header->bytes < sizeof(*header) || header->bytes > bytes)
		return refuse(error, "its length does not fit the extent", header->bytes);
	if (header->table_offset % INPUT_ALIGNMENT != 0 || header->table_offset < sizeof(*header) || header->table_offset > header->bytes)
		return refuse(error, "its table lies outside the block", header->table_offset);
	if (header->member_count > (header->bytes - header->table_offset) / sizeof(struct member))
		return refuse(error, "more members than its table has room for", header->member_count);
	if (XXH3_64bits((const uint8_t *)header + header->table_offset, header->bytes - header->table_offset) != header->table_xxh3)
		return refuse(error, "the checksum of its table is wrong", header->table_xxh3);
	return 0;
}

/* Inputs follow one another without overlap: *inputs_end moves past each. */
static bool input_place_valid(const struct members_header *header, const struct member *member, uint64_t *inputs_end)
{
	if (member->status != MEMBER_PRESENT)
		return member->input_offset == 0 && member->input_bytes == 0;
	if (member->input_offset % INPUT_ALIGNMENT != 0 || member->input_offset < *inputs_end || member->input_offset > header->table_offset)
		return false;
	if (member->input_bytes < sizeof(struct input_header) || member->input_bytes > header->table_offset - member->input_offset)
		return false;
	*inputs_end = member->input_offset + member->input_bytes;
	return true;
}

static int check_member(const struct members *members, const struct member *member, uint64_t *inputs_end, uint64_t *names_end,
			struct error_text *error)
{
	const struct members_header *header = members->header;

	if (member->status < MEMBER_PRESENT || member->status > MEMBER_REFUSED || member->format >= DOCUMENT_FORMAT_COUNT)
		return refuse(error, "a member has an unknown status or format", member->status);
	if (!input_place_valid(header, member, inputs_end))
		return refuse(error, "the bytes of a member lie outside the block or in another member", member->input_offset);
	if (member->name_bytes > MEMBERS_NAME_BYTES_MAX || member->reason_bytes > MEMBERS_REASON_BYTES_MAX)
		return refuse(error, "the name or the reason of a member is too long", member->name_bytes);
	if (member->name_offset < *names_end || member->name_offset > header->bytes ||
	    (uint64_t)member->name_bytes + member->reason_bytes > header->bytes - member->name_offset)
		return refuse(error, "the name of a member lies outside the block", member->name_offset);
	*names_end = member->name_offset + member->name_bytes + member->reason_bytes;
	if (!members_name_is_safe(members_name(members, member)))
		return refuse(error, "a member has a name that leads out of its folder or is not UTF-8", member->cursor);
	return 0;
}

int members_open(const void *block, size_t bytes, struct members *ret_members, struct error_text *error)
{
	const struct members_header *header = block;

	if (!layout_aligned(block, LAYOUT_ALIGNMENT))
		return refuse(error, "it does not begin at a multiple of 8", (uintptr_t)block % LAYOUT_ALIGNMENT);
	if (bytes < sizeof(*header))
		return refuse(error, "shorter than its header", bytes);
	int status = check_header(header, bytes, error);
	if (status < 0)
		return status;
	struct members members = {
		.header = header,
		.members = (const void *)((const uint8_t *)block + header->table_offset),
		.count = header->member_count,
	};
	uint64_t inputs_end = sizeof(*header);
	uint64_t names_end = header->table_offset + members.count * sizeof(struct member);
	for (uint32_t i = 0; i < members.count; i++) {
		if (i > 0 && members.members[i].cursor <= members.members[i - 1].cursor)
			return refuse(error, "members out of order", members.members[i].cursor);
		status = check_member(&members, &members.members[i], &inputs_end, &names_end, error);
		if (status < 0)
			return status;
	}
	if (!header->finished && members.count > 0 && header->next_cursor <= members.members[members.count - 1].cursor)
		return refuse(error, "the next entry is one that was already read", header->next_cursor);
	*ret_members = members;
	return 0;
}

struct text members_name(const struct members *members, const struct member *member)
{
	return (struct text){ (const char *)members->header + member->name_offset, member->name_bytes };
}

struct text members_reason(const struct members *members, const struct member *member)
{
	return (struct text){ (const char *)members->header + member->name_offset + member->name_bytes, member->reason_bytes };
}
