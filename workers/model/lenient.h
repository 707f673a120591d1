/* lenient.h: reads what models write when they mean JSON: comments, trailing and missing commas, single and typographic quotes, bare keys,
 * True and None, quotes inside strings, raw line breaks, ends cut off. Private to workers/model.
 *
 * What was cut off in the middle of a string, number or key is dropped with the member it belongs to; nothing is made up. */
#ifndef DOCRING_WORKERS_MODEL_LENIENT_H
#define DOCRING_WORKERS_MODEL_LENIENT_H

#include "base/text.h"

#include <stdbool.h>

struct json_object;

enum { LENIENT_DEPTH_MAX = 32 };

/* The value that begins at text.data[0], '{' or '['; *ret_bytes: how much of the text it took; *ret_cut: the text ended inside it. NULL: nested too deeply, out of
 * memory, or not even leniently an object or an array. One pass. */
struct json_object *lenient_parse(struct text text, size_t *ret_bytes, bool *ret_cut);

#endif
