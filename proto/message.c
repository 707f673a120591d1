/* message.c: messages to msgpack and back. A message is one flat map: short string keys, numbers and strings as values.
 *
 * The bytes may come from anyone who can open the socket: their shape is walked over with every length checked before the
 * msgpack library is let at them, because it allocates by the counts that it is told. */
#include "proto/message.h"

#include "proto/layout.h"

#include <errno.h>
#include <inttypes.h>
#include <msgpack.h>

enum { ENTRIES_MAX = 32 };

enum field_type { FIELD_U16, FIELD_U32, FIELD_U64, FIELD_I64, FIELD_NAME, FIELD_BODY };

#define IN(type) (1u << (type))
#define IN_DESCRIPTOR (IN(MESSAGE_TASK) | IN(MESSAGE_RESULT))
#define IN_WORKER (IN(MESSAGE_HELLO) | IN(MESSAGE_MODEL) | IN(MESSAGE_RESULT) | IN(MESSAGE_HEARTBEAT) | IN(MESSAGE_GOODBYE))

/* Which message types carry which field, under which key. PROTOCOL.md says the same in words. */
static const struct field {
	const char *key;
	enum field_type type;
	size_t offset; /* in struct message */
	uint32_t types;
} fields[] = {
	{ "name", FIELD_NAME, offsetof(struct message, name), IN(MESSAGE_HELLO) | IN(MESSAGE_REQUEST) },
	{ "worker", FIELD_U64, offsetof(struct message, worker), IN_WORKER },
	{ "pid", FIELD_U64, offsetof(struct message, pid), IN(MESSAGE_HELLO) },
	{ "core", FIELD_I64, offsetof(struct message, core), IN(MESSAGE_HELLO) | IN(MESSAGE_PLACE) },
	{ "status", FIELD_I64, offsetof(struct message, status), IN(MESSAGE_REPLY) | IN(MESSAGE_MODEL) },
	{ "count", FIELD_U64, offsetof(struct message, count), IN(MESSAGE_HEARTBEAT) | IN(MESSAGE_PLACE) | IN(MESSAGE_MODEL) | IN(MESSAGE_GIVE_BACK) },
	{ "ns", FIELD_U64, offsetof(struct message, duration_ns), IN(MESSAGE_RESULT) },
	{ "body", FIELD_BODY, offsetof(struct message, body), IN(MESSAGE_REQUEST) | IN(MESSAGE_REPLY) | IN(MESSAGE_MODEL) | IN(MESSAGE_SHARE) },
	{ "task", FIELD_U64, offsetof(struct message, descriptor.task_id), IN_DESCRIPTOR },
	{ "gen", FIELD_U32, offsetof(struct message, descriptor.generation), IN_DESCRIPTOR },
	{ "kind", FIELD_U16, offsetof(struct message, descriptor.kind), IN_DESCRIPTOR },
	{ "state", FIELD_U16, offsetof(struct message, descriptor.status), IN_DESCRIPTOR },
	{ "iseg", FIELD_U16, offsetof(struct message, descriptor.in_segment), IN_DESCRIPTOR },
	{ "oseg", FIELD_U16, offsetof(struct message, descriptor.out_segment), IN_DESCRIPTOR },
	{ "arg", FIELD_U32, offsetof(struct message, descriptor.argument), IN_DESCRIPTOR | IN(MESSAGE_GIVE_BACK) },
	{ "ioff", FIELD_U64, offsetof(struct message, descriptor.in_offset), IN_DESCRIPTOR },
	{ "ilen", FIELD_U64, offsetof(struct message, descriptor.in_bytes), IN_DESCRIPTOR },
	{ "ooff", FIELD_U64, offsetof(struct message, descriptor.out_offset), IN_DESCRIPTOR },
	{ "olen", FIELD_U64, offsetof(struct message, descriptor.out_bytes), IN_DESCRIPTOR },
};

static const char version_key[] = "v", type_key[] = "t";

/* --- encoding ------------------------------------------------------------------------------------------------------ */

static int write_to_buffer(void *context, const char *data, size_t bytes)
{
	struct buffer *out = context;

	buffer_append(out, data, bytes);
	return out->status ? -1 : 0;
}

static void pack_string(msgpack_packer *packer, const char *data, size_t bytes)
{
	msgpack_pack_str(packer, bytes);
	msgpack_pack_str_body(packer, data, bytes);
}

static void pack_field(msgpack_packer *packer, const struct field *field, const struct message *message)
{
	const void *place = (const uint8_t *)message + field->offset;

	pack_string(packer, field->key, strlen(field->key));
	switch (field->type) {
	case FIELD_U16: msgpack_pack_uint16(packer, *(const uint16_t *)place); break;
	case FIELD_U32: msgpack_pack_uint32(packer, *(const uint32_t *)place); break;
	case FIELD_U64: msgpack_pack_uint64(packer, *(const uint64_t *)place); break;
	case FIELD_I64: msgpack_pack_int64(packer, *(const int64_t *)place); break;
	case FIELD_NAME: pack_string(packer, place, strnlen(place, MESSAGE_TEXT_BYTES - 1)); break;
	case FIELD_BODY: {
		const struct text *body = place;
		pack_string(packer, body->bytes ? body->data : "", body->bytes);
		break;
	}
	}
}

int message_encode(const struct message *message, struct buffer *out)
{
	msgpack_packer packer;
	size_t start = out->bytes, entries = 2;

	CHECK(message->type >= MESSAGE_HELLO && message->type < MESSAGE_TYPE_COUNT);
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		entries += (fields[i].types & IN(message->type)) != 0;
	CHECK(entries <= ENTRIES_MAX);
	msgpack_packer_init(&packer, out, write_to_buffer);
	msgpack_pack_map(&packer, entries);
	pack_string(&packer, version_key, strlen(version_key));
	msgpack_pack_uint32(&packer, MESSAGE_VERSION);
	pack_string(&packer, type_key, strlen(type_key));
	msgpack_pack_uint32(&packer, message->type);
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (fields[i].types & IN(message->type))
			pack_field(&packer, &fields[i], message);
	if (out->status)
		return out->status;
	if (out->bytes - start > MESSAGE_BYTES_MAX) {
		buffer_truncate(out, start);
		return ERROR_LIMIT_HIT;
	}
	return 0;
}

/* --- the shape, before the library sees it ------------------------------------------------------------------------- */

static uint64_t big_endian(const uint8_t *bytes, size_t count)
{
	uint64_t value = 0;

	for (size_t i = 0; i < count; i++)
		value = value << 8 | bytes[i];
	return value;
}

/* Bytes of the scalar (nil, boolean, number, string, binary) that begins at `data`, or 0 when it is none or is cut off. */
static size_t scalar_bytes(const uint8_t *data, size_t bytes)
{
	static const uint8_t fixed[] = { /* from 0xCA: float 32, 64, unsigned 8–64, signed 8–64 */
		5, 9, 2, 3, 5, 9, 2, 3, 5, 9,
	};
	size_t size = 0, length_bytes = 0;

	if (bytes == 0)
		return 0;
	uint8_t first = data[0];
	if (first <= 0x7F || first >= 0xE0 || first == 0xC0 || first == 0xC2 || first == 0xC3)
		size = 1;
	else if (first >= 0xA0 && first <= 0xBF)
		size = 1 + (first & 0x1Fu);
	else if (first >= 0xCA && first <= 0xD3)
		size = fixed[first - 0xCA];
	else if (first >= 0xC4 && first <= 0xC6)
		length_bytes = (size_t)1 << (first - 0xC4);
	else if (first >= 0xD9 && first <= 0xDB)
		length_bytes = (size_t)1 << (first - 0xD9);
	if (length_bytes > 0 && length_bytes < bytes)
		size = 1 + length_bytes + big_endian(data + 1, length_bytes);
	return size <= bytes ? size : 0;
}

/* One map of at most ENTRIES_MAX entries, scalars only, and nothing behind it. */
static bool shape_valid(const uint8_t *data, size_t bytes)
{
	size_t entries, offset;

	if (bytes >= 1 && (data[0] & 0xF0) == 0x80) {
		entries = data[0] & 0x0F;
		offset = 1;
	} else if (bytes >= 3 && data[0] == 0xDE) {
		entries = big_endian(data + 1, 2);
		offset = 3;
	} else {
		return false;
	}
	if (entries > ENTRIES_MAX)
		return false;
	for (size_t i = 0; i < 2 * entries; i++) {
		size_t step = scalar_bytes(data + offset, bytes - offset);
		if (step == 0)
			return false;
		offset += step;
	}
	return offset == bytes;
}

/* --- decoding ------------------------------------------------------------------------------------------------------ */

static int refuse(struct error_text *error, const char *what, const char *key)
{
	return error_set(error, ERROR_INPUT_REJECTED, "message: %s%s%s", what, key ? ": " : "", key ? key : "");
}

static const msgpack_object *find_value(const msgpack_object_map *map, const char *key)
{
	for (uint32_t i = 0; i < map->size; i++) {
		const msgpack_object *found = &map->ptr[i].key;
		if (found->type == MSGPACK_OBJECT_STR && text_equal((struct text){ found->via.str.ptr, found->via.str.size }, text_from(key)))
			return &map->ptr[i].val;
	}
	return NULL;
}

static bool unsigned_value(const msgpack_object *value, uint64_t max, uint64_t *ret_value)
{
	if (!value || value->type != MSGPACK_OBJECT_POSITIVE_INTEGER || value->via.u64 > max)
		return false;
	*ret_value = value->via.u64;
	return true;
}

static bool signed_value(const msgpack_object *value, int64_t *ret_value)
{
	bool positive = value->type == MSGPACK_OBJECT_POSITIVE_INTEGER;

	if (value->type != MSGPACK_OBJECT_NEGATIVE_INTEGER && !(positive && value->via.u64 <= INT64_MAX))
		return false;
	*ret_value = positive ? (int64_t)value->via.u64 : value->via.i64;
	return true;
}

static bool take_name(const msgpack_object *value, char name[MESSAGE_TEXT_BYTES])
{
	if (value->type != MSGPACK_OBJECT_STR || value->via.str.size >= MESSAGE_TEXT_BYTES)
		return false;
	if (value->via.str.size > 0 && memchr(value->via.str.ptr, '\0', value->via.str.size))
		return false;
	if (value->via.str.size > 0)
		memcpy(name, value->via.str.ptr, value->via.str.size);
	name[value->via.str.size] = '\0';
	return true;
}

static bool take_field(const struct field *field, const msgpack_object *value, struct message *message)
{
	void *place = (uint8_t *)message + field->offset;
	uint64_t number = 0;
	bool valid = false;

	switch (field->type) {
	case FIELD_U16:
		valid = unsigned_value(value, UINT16_MAX, &number);
		*(uint16_t *)place = (uint16_t)number;
		break;
	case FIELD_U32:
		valid = unsigned_value(value, UINT32_MAX, &number);
		*(uint32_t *)place = (uint32_t)number;
		break;
	case FIELD_U64: valid = unsigned_value(value, UINT64_MAX, place); break;
	case FIELD_I64: valid = signed_value(value, place); break;
	case FIELD_NAME: valid = take_name(value, place); break;
	case FIELD_BODY:
		valid = value->type == MSGPACK_OBJECT_STR;
		if (valid)
			*(struct text *)place = (struct text){ value->via.str.ptr, value->via.str.size };
		break;
	}
	return valid;
}

static int decode_map(const msgpack_object_map *map, struct message *ret_message, struct error_text *error)
{
	struct message message = { 0 };
	uint64_t version, type;

	if (!unsigned_value(find_value(map, version_key), UINT32_MAX, &version))
		return refuse(error, "it names no version", NULL);
	if (version != MESSAGE_VERSION)
		return error_set(error, ERROR_VERSION_MISMATCH, "message: version %" PRIu64 ", this program reads %d: use programs of one build", version,
				 MESSAGE_VERSION);
	if (!unsigned_value(find_value(map, type_key), MESSAGE_TYPE_COUNT - 1, &type) || type < MESSAGE_HELLO)
		return refuse(error, "of an unknown type", NULL);
	message.type = (uint32_t)type;
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		if (!(fields[i].types & IN(type)))
			continue;
		const msgpack_object *value = find_value(map, fields[i].key);
		if (!value)
			return refuse(error, "a field is missing", fields[i].key);
		if (!take_field(&fields[i], value, &message))
			return refuse(error, "a field has a value of the wrong type or size", fields[i].key);
	}
	*ret_message = message;
	return 0;
}

int message_decode(const void *data, size_t bytes, struct message *ret_message, struct error_text *error)
{
	msgpack_unpacked unpacked;
	size_t offset = 0;

	if (bytes > MESSAGE_BYTES_MAX)
		return refuse(error, "longer than a message may be", NULL);
	if (!shape_valid(data, bytes))
		return refuse(error, "not a flat msgpack map", NULL);
	msgpack_unpacked_init(&unpacked);
	/* Strings are not copied: they point into `data`, which the decoded body may do too. */
	msgpack_unpack_return result = msgpack_unpack_next(&unpacked, data, bytes, &offset);
	int status = result == MSGPACK_UNPACK_SUCCESS && unpacked.data.type == MSGPACK_OBJECT_MAP
			     ? decode_map(&unpacked.data.via.map, ret_message, error)
		     : result == MSGPACK_UNPACK_NOMEM_ERROR ? error_set(error, -ENOMEM, "out of memory")
							    : refuse(error, "not msgpack", NULL);
	msgpack_unpacked_destroy(&unpacked);
	return status;
}
