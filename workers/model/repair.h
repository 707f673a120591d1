/* repair.h: the first rungs of the ladder from a model's text to JSON that keeps its schema: as it is; without fences, with trailing
 * commas, single quotes and cut ends mended; the JSON inside the text. Pure; linear in the text; bounded depth. A value is never
 * invented: what was cut off in the middle of a string or a number is dropped with the member or element it belongs to. */
#ifndef DOCRING_WORKERS_MODEL_REPAIR_H
#define DOCRING_WORKERS_MODEL_REPAIR_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>

struct json_object;
struct schema;

enum repair_rung {
	REPAIR_NONE,    /* it was right as it came */
	REPAIR_MENDED,  /* fences, commas, quotes, control characters, cut ends */
	REPAIR_FOUND,   /* it stood inside other text */
	REPAIR_GUIDED,  /* asked for value by value (call.h) */
	REPAIR_RUNG_COUNT
};
const char *repair_rung_name(enum repair_rung rung);

enum { REPAIR_DEPTH_MAX = 32 };

/* A value that keeps `schema` (schema.h), to be released with json_object_put. Elements of arrays that do not
 * keep it are taken out when enough are left. ERROR_INPUT_REJECTED with what is wrong and where ("pairs[2].question: missing"):
 * good enough to be shown to the model. */
int repair_reply(struct text reply, const struct schema *schema, struct json_object **ret_value, enum repair_rung *ret_rung,
		 struct error_text *error) WARN_UNUSED;

/* Does the text end in one and the same piece over and over, as when a model cannot stop: at least so many times, and in at least so many bytes?
 * Showing it such a reply makes it go on. */
enum { REPAIR_LOOP_TIMES = 3, REPAIR_LOOP_BYTES = 120 };
bool repair_is_loop(struct text reply, size_t times, size_t bytes_min);

#endif
