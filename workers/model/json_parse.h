/* json_parse.h: JSON that is right as it stands, parsed in one pass and several times as fast as json-c's own parser, into json-c's objects: what
 * servers and models send most of the time. Private to workers/model. It explains nothing and mends nothing: whoever gets NULL asks a parser
 * that does. Everything that it takes json-c's strict parser takes too, with the same values. */
#ifndef DOCRING_WORKERS_MODEL_JSON_PARSE_H
#define DOCRING_WORKERS_MODEL_JSON_PARSE_H

#include "base/text.h"

struct json_object;

/* The object, array or string that is all of `text` but for blanks behind it. NULL: something is wrong or unusual with it: no UTF-8, a lone surrogate, NUL, a huge
 * number, nested deeper than depth_max; or memory is out. */
struct json_object *json_parse(struct text text, int depth_max);

#endif
