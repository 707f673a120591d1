/* schema.h: does a JSON value keep a JSON Schema? The subset that docring's own schemas use: type, properties, required,
 * additionalProperties: false, items, minItems, maxItems, enum, minLength, maxLength, minimum, maximum. Private to workers/model.
 *
 * Small deviations that cannot change the meaning are put right in the value: a number where its text is wanted and the other way
 * round, another case of an enum's word, members that nobody asked for, elements of an array that do not keep the schema when
 * enough others are left, an array where an object with that array as its only required member is wanted. */
#ifndef DOCRING_WORKERS_MODEL_SCHEMA_H
#define DOCRING_WORKERS_MODEL_SCHEMA_H

#include "base/error.h"

struct json_object;

/* 0; 1 when something was put right; ERROR_INPUT_REJECTED with path and reason. *value may be replaced. */
int schema_check(struct json_object **value, struct json_object *schema, struct error_text *error) WARN_UNUSED;

#endif
