/* members.h: what expanding an archive leaves in an outbox: a block with a table of members and their bytes.
 *
 * Expansion goes by steps: a task carries a cursor (index of the next entry to look at) and an extent; the worker fills the
 * extent with whole members, and says where to go on. Every step stands alone, so a worker's death costs one step. The
 * coordinator makes a task of each member where it lies; the block is given back when its last member is done. */
#ifndef DOCRING_PROTO_MEMBERS_H
#define DOCRING_PROTO_MEMBERS_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

#define MEMBERS_MAGIC 0x424D4D44u /* "DMMB" */
enum { MEMBERS_VERSION = 1, MEMBERS_NAME_BYTES_MAX = 4096, MEMBERS_REASON_BYTES_MAX = 256 };

struct members_header {
	uint32_t magic;
	uint16_t version;
	uint16_t finished;    /* 1: the archive has no further entries */
	uint64_t bytes;       /* of the whole block */
	uint64_t next_cursor; /* entry to go on from when not finished */
	uint64_t table_xxh3;  /* XXH3-64 of the member table and names */
	uint64_t table_offset;
	uint32_t member_count;
	uint32_t reserved;
};

enum member_status {
	MEMBER_PRESENT = 1,
	MEMBER_SKIPPED = 2, /* by rule (__MACOSX/, *.tmp, *.log, folders are not even listed) */
	MEMBER_REFUSED = 3, /* too large, too deep, bad ratio, damaged, encrypted: the reason is set */
};

struct member {
	uint64_t cursor;       /* its entry index in the archive: with the name, its identity */
	uint64_t input_offset; /* of its struct input_header (input.h), from the block's start, 64-byte aligned; 0 when not present */
	uint64_t input_bytes;  /* header, names and data */
	uint64_t content_xxh3[2]; /* XXH3-128 of the data, as in the input header */
	uint64_t name_offset;
	uint32_t name_bytes;   /* UTF-8, '/' between folders, no leading '/', no ".." left in it */
	uint32_t reason_bytes; /* text right behind the name; 0 for none */
	uint32_t status;       /* enum member_status */
	uint32_t format;       /* enum document_format as detected from content and name */
};

/* Lays the block out as members arrive: inputs from the front, the table at the end. */
struct members_writer {
	uint8_t *place;
	size_t capacity_bytes;
	size_t used_bytes; /* at the front */
	struct text container; /* name of the archive, for the members' input headers; not owned */
	uint32_t depth;        /* of the members */
	struct member *members; /* private memory */
	size_t member_count, member_capacity;
	struct buffer names;    /* private memory */
};

/* `place` is 64-byte aligned. */
int members_writer_init(struct members_writer *writer, void *place, size_t capacity_bytes, struct text container, uint32_t depth) WARN_UNUSED;
void members_writer_done(struct members_writer *writer);
/* Where the data of a member called `name` may be written and how many bytes at most, its input header and table entry
 * (with room for a reason of MEMBERS_REASON_BYTES_MAX) being set aside. NULL: no room even for an empty member. */
uint8_t *members_writer_space(struct members_writer *writer, struct text name, size_t *ret_bytes);
/* Bytes of extent that one member of that name and size needs in a block of its own. */
size_t members_block_bytes(struct text container, struct text name, size_t data_bytes);
/* What a member's name must be: UTF-8 without NUL, 1–MEMBERS_NAME_BYTES_MAX bytes, no leading '/', no ".." between its '/'. Adding
 * or refusing another one is ERROR_INPUT_REJECTED. Cursors rise from one member to the next. */
bool members_name_is_safe(struct text name);
/* Adds the member whose `data_bytes` were written at members_writer_space; writes its input header. */
int members_writer_add(struct members_writer *writer, struct text name, uint64_t cursor, size_t data_bytes, uint32_t format) WARN_UNUSED;
/* Adds one that is not there: skipped or refused. */
int members_writer_refuse(struct members_writer *writer, struct text name, uint64_t cursor, enum member_status status, struct text reason) WARN_UNUSED;
/* Writes table and header; the block's final size is the result. */
size_t members_writer_finish(struct members_writer *writer, bool finished, uint64_t next_cursor);

struct members {
	const struct members_header *header;
	const struct member *members;
	uint32_t count;
};
/* Checks every offset, count and the table's checksum (a member's data is checked by who reads it). */
int members_open(const void *block, size_t bytes, struct members *ret_members, struct error_text *error) WARN_UNUSED;
struct text members_name(const struct members *members, const struct member *member);
struct text members_reason(const struct members *members, const struct member *member);

#endif
