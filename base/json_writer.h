/* json_writer.h: writes JSON (RFC 8259) into a buffer as it goes, keys in the order given, bytes the same on every run.
 *
 * Reading JSON is json-c's job; building a tree of objects only to print it costs ten times the printing for a million
 * rows, which is why writing stands here. */
#ifndef DOCRING_BASE_JSON_WRITER_H
#define DOCRING_BASE_JSON_WRITER_H

#include "base/buffer.h"

#include <stdint.h>

enum { JSON_DEPTH_MAX = 32 };

struct json_writer {
	struct buffer *out; /* not owned */
	int depth;
	bool has_member[JSON_DEPTH_MAX]; /* a comma is due before the next member at this depth */
	bool after_key;
	int indent; /* spaces per level; 0 writes everything on one line */
};

void json_init(struct json_writer *json, struct buffer *out, int indent);

void json_object_open(struct json_writer *json);
void json_object_close(struct json_writer *json);
void json_array_open(struct json_writer *json);
void json_array_close(struct json_writer *json);
void json_key(struct json_writer *json, const char *key);

void json_text(struct json_writer *json, struct text value); /* invalid UTF-8 becomes U+FFFD */
void json_string(struct json_writer *json, const char *value); /* NULL is written as "" */
void json_signed(struct json_writer *json, int64_t value);
void json_unsigned(struct json_writer *json, uint64_t value);
void json_fixed(struct json_writer *json, double value, int decimals); /* fixed point, trailing zeros cut to one ("0.5", "1.0"); not finite → null */
void json_boolean(struct json_writer *json, bool value);
void json_null(struct json_writer *json);
void json_raw(struct json_writer *json, struct text value); /* JSON already; not looked at */

/* key and value in one call */
void json_member_text(struct json_writer *json, const char *key, struct text value);
void json_member_string(struct json_writer *json, const char *key, const char *value);
void json_member_unsigned(struct json_writer *json, const char *key, uint64_t value);
void json_member_fixed(struct json_writer *json, const char *key, double value, int decimals);
void json_member_boolean(struct json_writer *json, const char *key, bool value);

#endif
