/* json_parse.h: JSON that is right as it stands (json_nodes.h) as json-c's objects, several times as fast as json-c's own parser. Private to workers/model.
 * Everything that it takes json-c's strict parser takes too, with the same values; whoever gets NULL asks that one. */
#ifndef DOCRING_WORKERS_MODEL_JSON_PARSE_H
#define DOCRING_WORKERS_MODEL_JSON_PARSE_H

#include "base/text.h"

struct json_object;

/* The object, array or string that is all of `text` but for blanks behind it. NULL: something is wrong or unusual with it (json_nodes.h), or memory is out. */
struct json_object *json_parse(struct text text, int depth_max);

#endif
