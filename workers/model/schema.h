/* schema.h: does a JSON value keep a JSON Schema? The subset that docring's own schemas use: type, properties, required,
 * additionalProperties: false, items, minItems, maxItems, enum, minLength, maxLength, minimum, maximum. Private to workers/model.
 *
 * Lengths are counted as JSON Schema does, in characters of the text as it was sent, so that a server that keeps the schema is never refused for
 * one. One thing is wanted beyond it: a text with a minLength has to say something (schema_says_something).
 *
 * Small deviations that cannot change the meaning are put right in the value: a number where its text is wanted and the other way
 * round, another case of an enum's word, members that nobody asked for, or that are not required and do not keep the schema, elements
 * of an array that do not keep it when enough others are left, an array where an object with that array as its only required member
 * is wanted. */
#ifndef DOCRING_WORKERS_MODEL_SCHEMA_H
#define DOCRING_WORKERS_MODEL_SCHEMA_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct json_object;
struct schema; /* read once, for many values */

/* NULL: it is no JSON object, or memory is out. Borrows nothing. */
struct schema *schema_read(struct text json);
void schema_free(struct schema *schema); /* NULL is fine */

/* 0; 1 when something was put right; ERROR_INPUT_REJECTED with path and reason. *value may be replaced. `cut`: the text of the value was cut
 * off; then of an object whose first property is there in full the last ones may be missing. */
int schema_check(struct json_object **value, const struct schema *schema, bool cut, struct error_text *error) WARN_UNUSED;
/* A letter or a digit: "…", "..." and blanks stand for a text and are none. */
bool schema_says_something(struct text text);
/* The same schema with no text longer than chars_max and no list longer than it has to be, or than 1: so that a reply comes to its end. */
void schema_write_bounded(const struct schema *schema, uint64_t chars_max, struct buffer *out);
/* The smallest value that keeps the schema, with a hole for each text and number in it: a list has one element, a word of several is the first of
 * them, what is not required is left out. {"pairs": [{"type": "factual", "question": "\1", "answer": "\1"}]} */
enum { SCHEMA_HOLE_TEXT = 1, SCHEMA_HOLE_NUMBER = 2 };
void schema_write_form(const struct schema *schema, struct buffer *out);

#endif
